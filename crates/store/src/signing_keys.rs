//! The county's signing keys: public halves, how long they hold, whether they were revoked, and the sealed private halves.

use crate::db::{Row, Store, Tx, statements, values};
use crate::error::StoreError;

statements! {
    KEYS = "SELECT id, public, sealed, valid_from, valid_until, made_by, newest_at, revoked_at, revoked_since, revoked_by, \
        revoked_reason FROM signing_key ORDER BY valid_from, id";
    // On PostgreSQL the row is held from here to the end of the transaction; SQLite has one writer anyway.
    LOCK_KEY = "UPDATE signing_key SET newest_at = newest_at WHERE id = $1 RETURNING id, public, sealed, valid_from, \
        valid_until, made_by, newest_at, revoked_at, revoked_since, revoked_by, revoked_reason";
    ADD_KEY = "INSERT INTO signing_key (id, public, sealed, valid_from, valid_until, made_by, newest_at, revoked_at, \
        revoked_since, revoked_by, revoked_reason) VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, NULL, NULL, NULL)";
    END_KEY = "UPDATE signing_key SET valid_until = $2 WHERE id = $1 AND valid_until > $2";
    USE_KEY = "UPDATE signing_key SET newest_at = $2 WHERE id = $1 AND newest_at < $2";
    REVOKE_KEY = "UPDATE signing_key SET revoked_at = $2, revoked_since = $3, revoked_by = $4, revoked_reason = $5 \
        WHERE id = $1 AND revoked_at IS NULL";
}

/// A signing key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKeyRow {
    /// What it is called: made from its public half.
    pub id: String,
    /// The public half, as PEM.
    pub public: String,
    /// The private half, sealed for [`signing_key_place`]; none for a key that lives in a device.
    pub sealed: Option<Vec<u8>>,
    /// From when it may sign, in milliseconds since 1970.
    pub valid_from: i64,
    /// Until when it may sign.
    pub valid_until: i64,
    /// Who made it.
    pub made_by: String,
    /// The time of its newest signature, or of its making.
    pub newest_at: i64,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
    /// From when on its signatures are not to be believed.
    pub revoked_since: Option<i64>,
    /// Who revoked it.
    pub revoked_by: Option<String>,
    /// Why.
    pub revoked_reason: Option<String>,
}

/// The additional data the private half of a key is bound to.
#[must_use]
pub fn signing_key_place(id: &str) -> Vec<u8> {
    format!("signing-key/{id}").into_bytes()
}

fn key(row: &Row) -> Result<SigningKeyRow, StoreError> {
    Ok(SigningKeyRow {
        id: row.text(0)?,
        public: row.text(1)?,
        sealed: row.bytes_or_null(2)?,
        valid_from: row.int(3)?,
        valid_until: row.int(4)?,
        made_by: row.text(5)?,
        newest_at: row.int(6)?,
        revoked_at: row.int_or_null(7)?,
        revoked_since: row.int_or_null(8)?,
        revoked_by: row.text_or_null(9)?,
        revoked_reason: row.text_or_null(10)?,
    })
}

impl Store {
    /// All signing keys, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn signing_keys(&self) -> Result<Vec<SigningKeyRow>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().all(&KEYS, vec![]).await?.iter().map(key).collect()
    }
}

impl Tx {
    /// As [`Store::signing_keys`], as this transaction sees it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn signing_keys(&mut self) -> Result<Vec<SigningKeyRow>, StoreError> {
        self.conn().all(&KEYS, vec![]).await?.iter().map(key).collect()
    }

    /// A key, held for this transaction: whoever else would sign with it waits.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn lock_signing_key(
        &mut self,
        id: &str,
    ) -> Result<Option<SigningKeyRow>, StoreError> {
        self.conn().maybe(&LOCK_KEY, values![id]).await?.as_ref().map(key).transpose()
    }

    /// Adds a key.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if it is there.
    pub async fn add_signing_key(&mut self, key: &SigningKeyRow) -> Result<(), StoreError> {
        let values = values![
            &key.id,
            &key.public,
            &key.sealed,
            key.valid_from,
            key.valid_until,
            &key.made_by,
            key.newest_at,
        ];
        self.conn().execute(&ADD_KEY, values).await?;
        Ok(())
    }

    /// Has a key sign nothing any more from an instant on, where that comes sooner.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn end_signing_key(&mut self, id: &str, until: i64) -> Result<(), StoreError> {
        self.conn().execute(&END_KEY, values![id, until]).await?;
        Ok(())
    }

    /// Notes the time of a key's newest signature.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn use_signing_key(&mut self, id: &str, at: i64) -> Result<(), StoreError> {
        self.conn().execute(&USE_KEY, values![id, at]).await?;
        Ok(())
    }

    /// Revokes a key; whether it stood until then.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn revoke_signing_key(
        &mut self,
        id: &str,
        (at, since): (i64, i64),
        by: &str,
        reason: &str,
    ) -> Result<bool, StoreError> {
        let values = values![id, at, since, by, reason];
        Ok(self.conn().execute(&REVOKE_KEY, values).await? == 1)
    }
}
