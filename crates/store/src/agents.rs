//! Who acts for a subject: the persons, sealed, and their mandates.

use crate::db::{Row, Store, Tx, statements, values};
use crate::error::StoreError;

statements! {
    PUT_PERSON = "INSERT INTO agent_person (account_id, blind, sealed, set_at) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (account_id) DO UPDATE SET blind = excluded.blind, sealed = excluded.sealed, set_at = excluded.set_at";
    AGENT_PERSON = "SELECT account_id, blind, sealed, set_at FROM agent_person WHERE account_id = $1";
    SAME_PERSON = "SELECT account_id FROM agent_person WHERE blind = $1 AND account_id <> $2 ORDER BY account_id";
    ADD_MANDATE = "INSERT INTO mandate (id, account_id, subject_id, state, replaces, file_digest, file_type, applied_at) \
        VALUES ($1, $2, $3, 'waiting', $4, $5, $6, $7)";
    MANDATE = "SELECT id, account_id, subject_id, state, replaces, file_digest, file_type, applied_at, decided_by, decided_at, reason, \
        ended_by, ended_at, ended_reason FROM mandate WHERE id = $1";
    OF_ACCOUNT = "SELECT id, account_id, subject_id, state, replaces, file_digest, file_type, applied_at, decided_by, decided_at, \
        reason, ended_by, ended_at, ended_reason FROM mandate WHERE account_id = $1 ORDER BY applied_at DESC, id DESC LIMIT $2";
    OF_SUBJECT = "SELECT id, account_id, subject_id, state, replaces, file_digest, file_type, applied_at, decided_by, decided_at, \
        reason, ended_by, ended_at, ended_reason FROM mandate WHERE subject_id = $1 ORDER BY applied_at DESC, id DESC LIMIT $2";
    IN_STATE = "SELECT id, account_id, subject_id, state, replaces, file_digest, file_type, applied_at, decided_by, decided_at, \
        reason, ended_by, ended_at, ended_reason FROM mandate WHERE state = $1 AND id > $2 ORDER BY id LIMIT $3";
    OF_SUBJECT_IN = "SELECT id, account_id, subject_id, state, replaces, file_digest, file_type, applied_at, decided_by, decided_at, \
        reason, ended_by, ended_at, ended_reason FROM mandate WHERE subject_id = $1 AND state = $2 ORDER BY applied_at DESC, id DESC";
    ACTING_FOR = "SELECT m.account_id, a.login, a.active FROM mandate m JOIN account a ON a.id = m.account_id \
        WHERE m.subject_id = $1 AND m.state = 'active' ORDER BY m.applied_at DESC, m.id DESC";
    COUNT_WAITING = "SELECT COUNT(*) FROM mandate WHERE subject_id = $1 AND state = 'waiting'";
    /// The row is held until the commit, so that a mandate does not end under what is being done by it.
    STANDS = "SELECT id FROM mandate WHERE id = $1 AND state = 'active'"
        pg "SELECT id FROM mandate WHERE id = $1 AND state = 'active' FOR SHARE";
    DECIDE = "UPDATE mandate SET state = $2, decided_by = $3, decided_at = $4, reason = $5 WHERE id = $1 AND state = 'waiting'";
    END = "UPDATE mandate SET state = 'ended', ended_by = $2, ended_at = $3, ended_reason = $4 WHERE id = $1 AND state = 'active'";
    END_OTHERS = "UPDATE mandate SET state = 'ended', ended_by = $3, ended_at = $4, ended_reason = $5 \
        WHERE subject_id = $1 AND state = 'active' AND id <> $2 RETURNING id, account_id";
    OF_DEREGISTERED = "SELECT m.id, m.subject_id, s.status FROM mandate m JOIN subject s ON s.id = m.subject_id \
        WHERE m.state IN ('active', 'waiting') AND s.status LIKE '%注销%' ORDER BY m.id";
}

/// A person who acts for subjects. `sealed` opens with [`crate::Purpose::Person`] for [`agent_place`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentPerson {
    /// The account.
    pub account_id: i64,
    /// The blind index of the identity number.
    pub blind: String,
    /// Name, telephone and identity number, sealed.
    pub sealed: Vec<u8>,
    /// Since when, in milliseconds since 1970.
    pub set_at: i64,
}

/// The additional data an agent's sealed part is bound to.
#[must_use]
pub fn agent_place(account: i64) -> Vec<u8> {
    format!("agent/{account}").into_bytes()
}

/// A person acts for a subject, or asks to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mandate {
    /// Its id.
    pub id: i64,
    /// The person's account.
    pub account_id: i64,
    /// The subject.
    pub subject_id: i64,
    /// `waiting`, `active`, `refused`, `taken-back` or `ended`.
    pub state: String,
    /// Whether those who act until now end with it.
    pub replaces: bool,
    /// The digest of the statement of authority.
    pub file_digest: Option<String>,
    /// What sort of file that is.
    pub file_type: Option<String>,
    /// When it was asked for, in milliseconds since 1970.
    pub applied_at: i64,
    /// Who decided, or took it back.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<i64>,
    /// Why it was refused, or what was checked.
    pub reason: Option<String>,
    /// Who ended it.
    pub ended_by: Option<String>,
    /// When.
    pub ended_at: Option<i64>,
    /// Why.
    pub ended_reason: Option<String>,
}

fn mandate(row: &Row) -> Result<Mandate, StoreError> {
    Ok(Mandate {
        id: row.int(0)?,
        account_id: row.int(1)?,
        subject_id: row.int(2)?,
        state: row.text(3)?,
        replaces: row.flag(4)?,
        file_digest: row.text_or_null(5)?,
        file_type: row.text_or_null(6)?,
        applied_at: row.int(7)?,
        decided_by: row.text_or_null(8)?,
        decided_at: row.int_or_null(9)?,
        reason: row.text_or_null(10)?,
        ended_by: row.text_or_null(11)?,
        ended_at: row.int_or_null(12)?,
        ended_reason: row.text_or_null(13)?,
    })
}

impl Tx {
    /// Keeps who an agent is.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn put_agent_person(&mut self, person: &AgentPerson) -> Result<(), StoreError> {
        let values =
            values![person.account_id, &person.blind, person.sealed.as_slice(), person.set_at];
        self.conn().execute(&PUT_PERSON, values).await?;
        Ok(())
    }

    /// Adds a mandate that waits; what was decided about it is not looked at.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the account has one for the subject that waits or stands.
    pub async fn add_mandate(&mut self, new: &Mandate) -> Result<(), StoreError> {
        let values = values![
            new.id,
            new.account_id,
            new.subject_id,
            new.replaces,
            new.file_digest.as_deref(),
            new.file_type.as_deref(),
            new.applied_at
        ];
        self.conn().execute(&ADD_MANDATE, values).await?;
        Ok(())
    }

    /// How many wait for a subject.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn count_waiting_mandates(&mut self, subject: i64) -> Result<i64, StoreError> {
        self.conn().one(&COUNT_WAITING, values![subject]).await?.int(0)
    }

    /// Moves a mandate that waits. Whether it did.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn decide_mandate(
        &mut self,
        id: i64,
        state: &str,
        by: &str,
        at: i64,
        reason: &str,
    ) -> Result<bool, StoreError> {
        Ok(self.conn().execute(&DECIDE, values![id, state, by, at, reason]).await? == 1)
    }

    /// Ends a mandate that stands. Whether it did.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn end_mandate(
        &mut self,
        id: i64,
        by: &str,
        at: i64,
        reason: &str,
    ) -> Result<bool, StoreError> {
        Ok(self.conn().execute(&END, values![id, by, at, reason]).await? == 1)
    }

    /// Ends every mandate of a subject that stands, but one. Which they were, each with its account, by the accounts.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn end_other_mandates(
        &mut self,
        (subject, but): (i64, i64),
        by: &str,
        at: i64,
        reason: &str,
    ) -> Result<Vec<(i64, i64)>, StoreError> {
        let rows = self.conn().all(&END_OTHERS, values![subject, but, by, at, reason]).await?;
        let ended: Result<Vec<_>, StoreError> =
            rows.iter().map(|row| Ok((row.int(0)?, row.int(1)?))).collect();
        let mut ended = ended?;
        ended.sort_by_key(|(_, account)| *account);
        Ok(ended)
    }

    /// Whether a mandate stands, and goes on to until the commit.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn mandate_stands(&mut self, id: i64) -> Result<bool, StoreError> {
        Ok(self.conn().maybe(&STANDS, values![id]).await?.is_some())
    }
}

impl Tx {
    /// Who acts for a subject, as this transaction sees it: the account, its login and whether it is active.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn acting_for(
        &mut self,
        subject: i64,
    ) -> Result<Vec<(i64, String, bool)>, StoreError> {
        let rows = self.conn().all(&ACTING_FOR, values![subject]).await?;
        rows.iter().map(|row| Ok((row.int(0)?, row.text(1)?, row.flag(2)?))).collect()
    }
}

impl Store {
    /// Who an agent is.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn agent_person(&self, account: i64) -> Result<Option<AgentPerson>, StoreError> {
        let mut reader = self.reader().await?;
        let row = reader.conn().maybe(&AGENT_PERSON, values![account]).await?;
        row.map(|row| {
            Ok(AgentPerson {
                account_id: row.int(0)?,
                blind: row.text(1)?,
                sealed: row.bytes(2)?,
                set_at: row.int(3)?,
            })
        })
        .transpose()
    }

    /// The other accounts of the same person.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn same_person(&self, blind: &str, but: i64) -> Result<Vec<i64>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&SAME_PERSON, values![blind, but]).await?;
        rows.iter().map(|row| row.int(0)).collect()
    }

    /// One mandate.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn mandate(&self, id: i64) -> Result<Option<Mandate>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().maybe(&MANDATE, values![id]).await?.as_ref().map(mandate).transpose()
    }

    /// The mandates of an account, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn mandates_of_account(
        &self,
        account: i64,
        limit: i64,
    ) -> Result<Vec<Mandate>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().all(&OF_ACCOUNT, values![account, limit]).await?.iter().map(mandate).collect()
    }

    /// The mandates for a subject, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn mandates_of_subject(
        &self,
        subject: i64,
        limit: i64,
    ) -> Result<Vec<Mandate>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().all(&OF_SUBJECT, values![subject, limit]).await?.iter().map(mandate).collect()
    }

    /// The mandates in a state with an id above `after`, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn mandates_in(
        &self,
        state: &str,
        after: i64,
        limit: i64,
    ) -> Result<Vec<Mandate>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&IN_STATE, values![state, after, limit]).await?;
        rows.iter().map(mandate).collect()
    }

    /// All mandates of a subject in a state, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn mandates_of_subject_in(
        &self,
        subject: i64,
        state: &str,
    ) -> Result<Vec<Mandate>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&OF_SUBJECT_IN, values![subject, state]).await?;
        rows.iter().map(mandate).collect()
    }

    /// The mandates that wait or stand for subjects whose status speaks of deregistration: mandate, subject, status.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn mandates_of_deregistered(&self) -> Result<Vec<(i64, i64, String)>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&OF_DEREGISTERED, vec![]).await?;
        rows.iter().map(|row| Ok((row.int(0)?, row.int(1)?, row.text(2)?))).collect()
    }
}
