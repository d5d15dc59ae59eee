//! What is sent to the machines of units: where to, how far, each change on its way, and its receipt.

use jiff::civil::Date;

use crate::db::{Row, Store, Tx, statements, values};
use crate::error::StoreError;

statements! {
    /// Who begins to follow for a unit waits for who does the same: the row is held until the commit, on either engine.
    HOLD_UNIT = "UPDATE unit SET name = name WHERE id = $1";
    SET_HOOK = "INSERT INTO hook (key_id, address, set_by, set_at) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (key_id) DO UPDATE SET address = excluded.address, set_by = excluded.set_by, set_at = excluded.set_at";
    REMOVE_HOOK = "DELETE FROM hook WHERE key_id = $1";
    HOOK = "SELECT key_id, address, set_by, set_at FROM hook WHERE key_id = $1";
    LIVE_HOOKS = "SELECT h.key_id, h.address, k.unit_id, k.scopes, h.set_at FROM hook h CROSS JOIN api_key k WHERE k.id = h.key_id \
        AND k.ended_at IS NULL AND k.expires_on >= $1 ORDER BY h.key_id";
    PLACE = "SELECT at, record_id, seq FROM hook_place WHERE key_id = $1 AND enrolment_id = $2";
    SET_PLACE = "INSERT INTO hook_place (key_id, enrolment_id, at, record_id, seq) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (key_id, enrolment_id) DO UPDATE SET at = excluded.at, record_id = excluded.record_id, seq = excluded.seq";
    ADD_DELIVERY = "INSERT INTO hook_delivery (id, key_id, enrolment_id, subject_id, record_id, seq, event, event_at, made_at, state, \
        tries, next_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', 0, $9) \
        ON CONFLICT (key_id, enrolment_id, event_at, record_id, seq) DO NOTHING";
    /// So many of each key: one with a long tail does not stand before the others.
    DUE = "SELECT id, key_id, enrolment_id, subject_id, record_id, seq, event, event_at, made_at, state, tries, next_at, what, status, \
        digest, done_at FROM (SELECT d.*, ROW_NUMBER() OVER (PARTITION BY d.key_id ORDER BY d.id) AS place FROM hook_delivery d \
        WHERE d.state = 'waiting' AND d.next_at <= $1) AS waits WHERE place <= $2 ORDER BY key_id, id";
    DELIVERIES = "SELECT id, key_id, enrolment_id, subject_id, record_id, seq, event, event_at, made_at, state, tries, next_at, what, \
        status, digest, done_at FROM hook_delivery WHERE enrolment_id = $1 ORDER BY id DESC LIMIT $2";
    DELIVERY_COUNTS = "SELECT state, COUNT(*) FROM hook_delivery WHERE enrolment_id = $1 GROUP BY state ORDER BY state";
    CLAIM = "UPDATE hook_delivery SET tries = tries + 1, next_at = $3, what = $4, digest = $5 WHERE id = $1 AND state = 'waiting' \
        AND tries = $2";
    ANSWERED = "UPDATE hook_delivery SET status = $2 WHERE id = $1 AND state = 'waiting'";
    FINISH = "UPDATE hook_delivery SET state = $2, status = $3, done_at = $4 WHERE id = $1 AND state = 'waiting'";
    PUT_OFF = "UPDATE hook_delivery SET next_at = $2 WHERE key_id = $1 AND state = 'waiting' AND next_at < $2";
}

/// Where the changes are sent for a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// The key.
    pub key_id: i64,
    /// The address.
    pub address: String,
    /// Who set it.
    pub set_by: String,
    /// When, in milliseconds since 1970.
    pub set_at: i64,
}

/// An address of a key that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveHook {
    /// The key.
    pub key_id: i64,
    /// The address.
    pub address: String,
    /// The unit of the key.
    pub unit_id: String,
    /// What the key is for, words with a space between.
    pub scopes: String,
    /// When the address was set.
    pub set_at: i64,
}

/// A change that is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// The id, by which the receiver knows it again.
    pub id: i64,
    /// For which key.
    pub key_id: i64,
    /// By which enrolment.
    pub enrolment_id: i64,
    /// Whose record.
    pub subject_id: i64,
    /// The record.
    pub record_id: i64,
    /// The number of the event at its record.
    pub seq: i64,
    /// What happened.
    pub event: String,
    /// When.
    pub event_at: i64,
    /// Since when it waits.
    pub made_at: i64,
}

/// A change on its way, or its receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// What it is about.
    pub new: NewDelivery,
    /// `waiting`, `delivered`, `given-up` or `stopped`.
    pub state: String,
    /// How often it was sent.
    pub tries: i64,
    /// When it is sent next.
    pub next_at: i64,
    /// What was said when it was sent last.
    pub what: Option<String>,
    /// The status it was answered with last; 0 for no answer.
    pub status: Option<i64>,
    /// The SM3 of what was sent last.
    pub digest: Option<String>,
    /// When it was delivered, given up or stopped.
    pub done_at: Option<i64>,
}

fn delivery(row: &Row) -> Result<Delivery, StoreError> {
    Ok(Delivery {
        new: NewDelivery {
            id: row.int(0)?,
            key_id: row.int(1)?,
            enrolment_id: row.int(2)?,
            subject_id: row.int(3)?,
            record_id: row.int(4)?,
            seq: row.int(5)?,
            event: row.text(6)?,
            event_at: row.int(7)?,
            made_at: row.int(8)?,
        },
        state: row.text(9)?,
        tries: row.int(10)?,
        next_at: row.int(11)?,
        what: row.text_or_null(12)?,
        status: row.int_or_null(13)?,
        digest: row.text_or_null(14)?,
        done_at: row.int_or_null(15)?,
    })
}

impl Tx {
    /// Has everybody else wait who begins to follow a subject for a unit, until the transaction ends.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn hold_enrolments_of(&mut self, unit: &str) -> Result<(), StoreError> {
        self.conn().execute(&HOLD_UNIT, values![unit]).await?;
        Ok(())
    }

    /// Sets where the changes are sent for a key.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn set_hook(&mut self, hook: &Hook) -> Result<(), StoreError> {
        let values = values![hook.key_id, &hook.address, &hook.set_by, hook.set_at];
        self.conn().execute(&SET_HOOK, values).await?;
        Ok(())
    }

    /// Sends nothing for a key any more. Whether anything was sent before.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn remove_hook(&mut self, key: i64) -> Result<bool, StoreError> {
        Ok(self.conn().execute(&REMOVE_HOOK, values![key]).await? == 1)
    }

    /// Sets how far the changes of an enrolment were made into deliveries for a key.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn set_hook_place(
        &mut self,
        (key, enrolment): (i64, i64),
        (at, record, seq): (i64, i64, i64),
    ) -> Result<(), StoreError> {
        self.conn().execute(&SET_PLACE, values![key, enrolment, at, record, seq]).await?;
        Ok(())
    }

    /// Keeps a change that is to be sent. Whether it was not kept before.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the id is taken.
    pub async fn add_delivery(&mut self, new: &NewDelivery) -> Result<bool, StoreError> {
        let values = values![
            new.id,
            new.key_id,
            new.enrolment_id,
            new.subject_id,
            new.record_id,
            new.seq,
            &new.event,
            new.event_at,
            new.made_at
        ];
        Ok(self.conn().execute(&ADD_DELIVERY, values).await? == 1)
    }

    /// Takes a delivery for sending, before it is sent: should the answer never be known, it is sent again at `next`. Whether nobody
    /// else took it.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn claim_delivery(
        &mut self,
        id: i64,
        tries: i64,
        next: i64,
        (what, digest): (&str, &str),
    ) -> Result<bool, StoreError> {
        Ok(self.conn().execute(&CLAIM, values![id, tries, next, what, digest]).await? == 1)
    }

    /// Notes how a delivery was answered that waits on.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn note_answer(&mut self, id: i64, status: i64) -> Result<(), StoreError> {
        self.conn().execute(&ANSWERED, values![id, status]).await?;
        Ok(())
    }

    /// Has everything that waits for a key wait until `next` at least.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn put_off_deliveries(&mut self, key: i64, next: i64) -> Result<(), StoreError> {
        self.conn().execute(&PUT_OFF, values![key, next]).await?;
        Ok(())
    }

    /// Ends the waiting of a delivery. Whether it still waited.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn finish_delivery(
        &mut self,
        id: i64,
        state: &str,
        status: Option<i64>,
        at: i64,
    ) -> Result<bool, StoreError> {
        Ok(self.conn().execute(&FINISH, values![id, state, status, at]).await? == 1)
    }
}

impl Store {
    /// Where the changes are sent for a key.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn hook(&self, key: i64) -> Result<Option<Hook>, StoreError> {
        let mut reader = self.reader().await?;
        let row = reader.conn().maybe(&HOOK, values![key]).await?;
        row.map(|row| {
            Ok(Hook {
                key_id: row.int(0)?,
                address: row.text(1)?,
                set_by: row.text(2)?,
                set_at: row.int(3)?,
            })
        })
        .transpose()
    }

    /// The addresses of the keys that hold on a day.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn live_hooks(&self, on: Date) -> Result<Vec<LiveHook>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&LIVE_HOOKS, values![on]).await?;
        rows.iter()
            .map(|row| {
                Ok(LiveHook {
                    key_id: row.int(0)?,
                    address: row.text(1)?,
                    unit_id: row.text(2)?,
                    scopes: row.text(3)?,
                    set_at: row.int(4)?,
                })
            })
            .collect()
    }

    /// How far the changes of an enrolment were made into deliveries for a key.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn hook_place(
        &self,
        key: i64,
        enrolment: i64,
    ) -> Result<Option<(i64, i64, i64)>, StoreError> {
        let mut reader = self.reader().await?;
        let row = reader.conn().maybe(&PLACE, values![key, enrolment]).await?;
        row.map(|row| Ok((row.int(0)?, row.int(1)?, row.int(2)?))).transpose()
    }

    /// What is to be sent by now, by key, of each so many of the oldest, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn due_deliveries(&self, now: i64, each: i64) -> Result<Vec<Delivery>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().all(&DUE, values![now, each]).await?.iter().map(delivery).collect()
    }

    /// What was sent or waits by an enrolment, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn deliveries(
        &self,
        enrolment: i64,
        limit: i64,
    ) -> Result<Vec<Delivery>, StoreError> {
        let mut reader = self.reader().await?;
        reader
            .conn()
            .all(&DELIVERIES, values![enrolment, limit])
            .await?
            .iter()
            .map(delivery)
            .collect()
    }

    /// How much of an enrolment was delivered, waits, and so on.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn count_deliveries(&self, enrolment: i64) -> Result<Vec<(String, i64)>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&DELIVERY_COUNTS, values![enrolment]).await?;
        rows.iter().map(|row| Ok((row.text(0)?, row.int(1)?))).collect()
    }
}
