//! What stands beside a password: that it must be changed, the second factor, the codes that stand in for it.

use crate::db::{Insert, Store, Tx, Value, statements, values};
use crate::error::StoreError;

static ADD_CODES: Insert = Insert::new("recovery_code (account_id, digest, used_at)", 3, "");

statements! {
    SECURITY = "SELECT must_change, password_at, pending, factor, factor_since, factor_step FROM account_security \
        WHERE account_id = $1";
    BEGIN_SECURITY = "INSERT INTO account_security (account_id, must_change, password_at, pending, factor, factor_since, \
        factor_step) VALUES ($1, 0, NULL, NULL, NULL, NULL, 0) ON CONFLICT (account_id) DO NOTHING";
    SET_MUST_CHANGE = "UPDATE account_security SET must_change = $2, password_at = $3 WHERE account_id = $1";
    SET_PENDING = "UPDATE account_security SET pending = $2 WHERE account_id = $1";
    KEEP_FACTOR = "UPDATE account_security SET factor = pending, pending = NULL, factor_since = $2, factor_step = $3 \
        WHERE account_id = $1 AND pending IS NOT NULL";
    CLEAR_FACTOR = "UPDATE account_security SET factor = NULL, pending = NULL, factor_since = NULL WHERE account_id = $1";
    USE_STEP = "UPDATE account_security SET factor_step = $2 WHERE account_id = $1 AND factor_step < $2";
    CLEAR_CODES = "DELETE FROM recovery_code WHERE account_id = $1";
    USE_CODE = "UPDATE recovery_code SET used_at = $3 WHERE account_id = $1 AND digest = $2 AND used_at IS NULL";
    CODES_LEFT = "SELECT COUNT(*) FROM recovery_code WHERE account_id = $1 AND used_at IS NULL";
    WITH_FACTOR = "SELECT account_id FROM account_security WHERE factor IS NOT NULL";
}

/// What is kept beside a password.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Security {
    /// Whether the password must be changed before anything else.
    pub must_change: bool,
    /// When the password was set, in milliseconds since 1970, where known.
    pub password_at: Option<i64>,
    /// A second factor that was shown and not yet confirmed, sealed.
    pub pending: Option<Vec<u8>>,
    /// The second factor, sealed.
    pub factor: Option<Vec<u8>>,
    /// Since when, in milliseconds since 1970.
    pub factor_since: Option<i64>,
    /// The last time step whose code was taken.
    pub factor_step: i64,
}

/// The additional data a second factor is sealed for.
#[must_use]
pub fn factor_place(account: i64) -> Vec<u8> {
    format!("factor/{account}").into_bytes()
}

impl Tx {
    async fn begin_security(&mut self, account: i64) -> Result<(), StoreError> {
        self.conn().execute(&BEGIN_SECURITY, values![account]).await?;
        Ok(())
    }

    /// Notes when the password was set and whether it must be changed.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn set_must_change(
        &mut self,
        account: i64,
        must_change: bool,
        at: i64,
    ) -> Result<(), StoreError> {
        self.begin_security(account).await?;
        self.conn().execute(&SET_MUST_CHANGE, values![account, must_change, at]).await?;
        Ok(())
    }

    /// Keeps a second factor that is not yet confirmed.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn set_pending_factor(
        &mut self,
        account: i64,
        sealed: &[u8],
    ) -> Result<(), StoreError> {
        self.begin_security(account).await?;
        self.conn().execute(&SET_PENDING, values![account, sealed]).await?;
        Ok(())
    }

    /// Makes the pending second factor the one that counts. Whether there was one.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn keep_factor(
        &mut self,
        account: i64,
        at: i64,
        step: i64,
    ) -> Result<bool, StoreError> {
        Ok(self.conn().execute(&KEEP_FACTOR, values![account, at, step]).await? == 1)
    }

    /// Takes the second factor and its codes away.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn clear_factor(&mut self, account: i64) -> Result<(), StoreError> {
        self.conn().execute(&CLEAR_FACTOR, values![account]).await?;
        self.conn().execute(&CLEAR_CODES, values![account]).await?;
        Ok(())
    }

    /// Takes a time step if none as late was taken before. Whether it was taken.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn use_step(&mut self, account: i64, step: i64) -> Result<bool, StoreError> {
        Ok(self.conn().execute(&USE_STEP, values![account, step]).await? == 1)
    }

    /// Replaces the recovery codes by others, given as digests.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn put_recovery_codes(
        &mut self,
        account: i64,
        digests: &[String],
    ) -> Result<(), StoreError> {
        self.conn().execute(&CLEAR_CODES, values![account]).await?;
        let mut rows: Vec<Value<'_>> = Vec::with_capacity(digests.len() * 3);
        for digest in digests {
            rows.extend(values![account, digest, None::<i64>]);
        }
        self.conn().insert(&ADD_CODES, &rows).await?;
        Ok(())
    }

    /// Uses a recovery code up. Whether it was still good.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn use_recovery_code(
        &mut self,
        account: i64,
        digest: &str,
        at: i64,
    ) -> Result<bool, StoreError> {
        Ok(self.conn().execute(&USE_CODE, values![account, digest, at]).await? == 1)
    }
}

impl Store {
    /// What is kept beside an account's password.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn security(&self, account: i64) -> Result<Security, StoreError> {
        let mut reader = self.reader().await?;
        let Some(row) = reader.conn().maybe(&SECURITY, values![account]).await? else {
            return Ok(Security::default());
        };
        Ok(Security {
            must_change: row.flag(0)?,
            password_at: row.int_or_null(1)?,
            pending: row.bytes_or_null(2)?,
            factor: row.bytes_or_null(3)?,
            factor_since: row.int_or_null(4)?,
            factor_step: row.int(5)?,
        })
    }

    /// The accounts that have a second factor.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn accounts_with_factor(&self) -> Result<Vec<i64>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().all(&WITH_FACTOR, vec![]).await?.iter().map(|row| row.int(0)).collect()
    }

    /// How many recovery codes of an account are still good.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn recovery_codes_left(&self, account: i64) -> Result<i64, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().one(&CODES_LEFT, values![account]).await?.int(0)
    }
}
