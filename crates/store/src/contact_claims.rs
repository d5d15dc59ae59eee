//! Addresses that somebody has typed and not yet confirmed.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::db::{Row, Store, Tx, statements, values};
use crate::error::StoreError;
use crate::keys::{Purpose, sm3_hex};

statements! {
    CLAIM = "SELECT account_id, sealed, digest, ends_at, day, asked, mail, tries FROM contact_claim WHERE account_id = $1";
    CLAIMS_DUE = "SELECT account_id, sealed, digest, ends_at, day, asked, mail, tries FROM contact_claim WHERE mail = 'due' AND ends_at > $1 \
        AND account_id > $2 ORDER BY account_id LIMIT $3";
    PUT_CLAIM = "INSERT INTO contact_claim (account_id, sealed, digest, ends_at, day, asked, mail, tries) \
        VALUES ($1, $2, $3, $4, $5, $6, 'due', 0) ON CONFLICT (account_id) DO UPDATE SET sealed = excluded.sealed, \
        digest = excluded.digest, ends_at = excluded.ends_at, day = excluded.day, asked = excluded.asked, mail = 'due', tries = 0";
    NOTE_CLAIM = "UPDATE contact_claim SET mail = $3, tries = tries + 1 WHERE account_id = $1 AND digest = $2 AND mail = 'due'";
    HOLD_ACCOUNT = "UPDATE account SET name = name WHERE id = $1";
    CLAIMS_OVER = "SELECT account_id FROM contact_claim WHERE ends_at > 0 AND ends_at <= $1 ORDER BY account_id";
    ACTS_FOR_NOBODY = "SELECT a.id FROM account a WHERE a.id = $1 AND a.role = 'agent' AND NOT EXISTS \
        (SELECT 1 FROM mandate m WHERE m.account_id = a.id AND m.state = 'active')";
    IDLE_CONTACTS = "SELECT a.id FROM account a WHERE a.role = 'agent' AND NOT EXISTS \
        (SELECT 1 FROM mandate m WHERE m.account_id = a.id AND m.state = 'active') AND \
        (EXISTS (SELECT 1 FROM account_contact k WHERE k.account_id = a.id) OR \
        EXISTS (SELECT 1 FROM contact_claim c WHERE c.account_id = a.id AND c.ends_at > 0)) ORDER BY a.id";
    COUNT_ASKED = "INSERT INTO contact_asked (blind, day, asked) VALUES ($1, $2, 1) \
        ON CONFLICT (blind, day) DO UPDATE SET asked = contact_asked.asked + 1";
    ASKED_SINCE = "SELECT CAST(COALESCE(SUM(asked), 0) AS BIGINT) FROM contact_asked WHERE blind = $1 AND day > $2";
    FORGET_ASKED = "DELETE FROM contact_asked WHERE blind = $1";
    ASKED_BEFORE = "DELETE FROM contact_asked WHERE day <= $1";
    DROP_IDLE_CONTACT = "DELETE FROM account_contact WHERE account_id = $1";
}

/// An address that waits to be confirmed.
#[derive(Clone, PartialEq, Eq)]
pub struct ContactClaim {
    /// Whose.
    pub account_id: i64,
    /// The address.
    pub address: String,
    /// What the link carries.
    pub secret: String,
    /// SM3 of that.
    pub digest: String,
    /// Until when the link holds, in milliseconds since 1970.
    pub ends_at: i64,
    /// The day on which it was asked for.
    pub day: Date,
    /// How often on that day.
    pub asked: i64,
    /// `due`, `sent` or `failed`.
    pub mail: String,
    /// Tries to send it so far.
    pub tries: i64,
}

impl std::fmt::Debug for ContactClaim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ContactClaim({}, …)", self.account_id)
    }
}

/// The additional data such an address is sealed for.
pub(crate) fn claim_place(account: i64) -> Vec<u8> {
    format!("contact-claim/{account}").into_bytes()
}

/// What mails to an address are counted by, however it is written.
fn asked_blind(store: &Store, address: &str) -> String {
    store.keys().blind_index(&format!("contact\u{1f}{}", address.to_lowercase()))
}

fn claim(store: &Store, row: &Row) -> Result<ContactClaim, StoreError> {
    let account_id = row.int(0)?;
    let clear = store.keys().open(Purpose::Platform, &claim_place(account_id), &row.bytes(1)?)?;
    let wrong = |reason: &str| {
        StoreError::inconsistent("contact_claim", "sealed", account_id.to_string(), reason)
    };
    let clear = String::from_utf8(clear).map_err(|error| wrong(&error.to_string()))?;
    let (secret, address) = clear.split_once('\n').ok_or_else(|| wrong("no line"))?;
    Ok(ContactClaim {
        account_id,
        address: address.to_owned(),
        secret: secret.to_owned(),
        digest: row.text(2)?,
        ends_at: row.int(3)?,
        day: row.day(4)?,
        asked: row.int(5)?,
        mail: row.text(6)?,
        tries: row.int(7)?,
    })
}

impl Tx {
    /// What waits to be confirmed for an account. Whoever else asks the same waits until this transaction ends.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like; what does not open.
    pub async fn hold_contact_claim(
        &mut self,
        account: i64,
    ) -> Result<Option<ContactClaim>, StoreError> {
        self.conn().execute(&HOLD_ACCOUNT, values![account]).await?;
        let store = self.store().clone();
        let row = self.conn().maybe(&CLAIM, values![account]).await?;
        row.map(|row| claim(&store, &row)).transpose()
    }

    /// Has an address confirmed, in the place of one that waited before: a mail with its secret is due.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn put_contact_claim(&mut self, new: &ContactClaim) -> Result<(), StoreError> {
        let clear = format!("{}\n{}", new.secret, new.address);
        let place = claim_place(new.account_id);
        let sealed = self.store().keys().seal(Purpose::Platform, &place, clear.as_bytes())?;
        let values = values![
            new.account_id,
            sealed.as_slice(),
            &new.digest,
            new.ends_at,
            new.day,
            new.asked
        ];
        self.conn().execute(&PUT_CLAIM, values).await?;
        Ok(())
    }

    /// Notes what came of a try to send the mail: `sent`, `failed` for good, or `due` to try again. One that was asked for anew meanwhile is
    /// another.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn note_contact_claim(
        &mut self,
        account: i64,
        digest: &str,
        mail: &str,
    ) -> Result<(), StoreError> {
        self.conn().execute(&NOTE_CLAIM, values![account, digest, mail]).await?;
        Ok(())
    }

    /// Nothing waits to be confirmed any more; how often it was asked for on that day is still known.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn end_contact_claim(&mut self, claim: ContactClaim) -> Result<(), StoreError> {
        let (address, secret) = (String::new(), String::new());
        let over = ContactClaim { address, secret, digest: sm3_hex(b""), ends_at: 0, ..claim };
        self.put_contact_claim(&over).await
    }

    /// Counts a mail with a link to an address. Returns how many were asked for after a day, whoever asked, with this one.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn count_contact_asked(
        &mut self,
        address: &str,
        (day, after): (Date, Date),
    ) -> Result<i64, StoreError> {
        let blind = asked_blind(self.store(), address);
        self.conn().execute(&COUNT_ASKED, values![&blind, day]).await?;
        self.conn().one(&ASKED_SINCE, values![&blind, after]).await?.int(0)
    }

    /// Forgets how many mails went to an address: somebody has confirmed that it is theirs.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn forget_contact_asked(&mut self, address: &str) -> Result<(), StoreError> {
        let blind = asked_blind(self.store(), address);
        self.conn().execute(&FORGET_ASKED, values![&blind]).await?;
        Ok(())
    }

    /// Forgets how many mails were asked for up to a day.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn forget_contacts_asked(&mut self, until: Date) -> Result<(), StoreError> {
        self.conn().execute(&ASKED_BEFORE, values![until]).await?;
        Ok(())
    }

    /// Forgets what nobody may be written to by any more: an address that was not confirmed in time, and every address of an agent who acts
    /// for nobody. Whether there was something to forget.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like; what does not open.
    pub async fn end_contact_if_over(
        &mut self,
        account: i64,
        now: i64,
    ) -> Result<bool, StoreError> {
        let claim = self.hold_contact_claim(account).await?;
        let idle = self.conn().maybe(&ACTS_FOR_NOBODY, values![account]).await?.is_some();
        let over = claim.filter(|claim| claim.ends_at > 0 && (idle || claim.ends_at <= now));
        let mut ended = over.is_some();
        if let Some(claim) = over {
            self.end_contact_claim(claim).await?;
        }
        if idle {
            ended |= self.conn().execute(&DROP_IDLE_CONTACT, values![account]).await? > 0;
        }
        Ok(ended)
    }

    /// Does that for every account. Returns for how many there was something to forget.
    ///
    /// # Errors
    /// As there.
    pub async fn end_contacts_over(&mut self, now: i64) -> Result<u64, StoreError> {
        let mut accounts = BTreeSet::new();
        for row in self.conn().all(&CLAIMS_OVER, values![now]).await? {
            accounts.insert(row.int(0)?);
        }
        for row in self.conn().all(&IDLE_CONTACTS, vec![]).await? {
            accounts.insert(row.int(0)?);
        }
        let mut ended = 0;
        for account in accounts {
            ended += u64::from(self.end_contact_if_over(account, now).await?);
        }
        Ok(ended)
    }
}

impl Store {
    /// What waits to be confirmed for an account.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like; what does not open.
    pub async fn contact_claim(&self, account: i64) -> Result<Option<ContactClaim>, StoreError> {
        let mut reader = self.reader().await?;
        let row = reader.conn().maybe(&CLAIM, values![account]).await?;
        row.map(|row| claim(self, &row)).transpose()
    }

    /// Addresses to which the mail with the link is still to go, after an account.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like; what does not open.
    pub async fn contact_claims_due(
        &self,
        now: i64,
        after: i64,
        limit: i64,
    ) -> Result<Vec<ContactClaim>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&CLAIMS_DUE, values![now, after, limit]).await?;
        rows.iter().map(|row| claim(self, row)).collect()
    }
}
