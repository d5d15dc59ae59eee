//! People who sign in, and their sessions.

use crate::db::{Row, Store, statements, values};
use crate::error::StoreError;

statements! {
    ADD_ACCOUNT = "INSERT INTO account (id, login, name, unit_id, role, password, failed, locked_until, created_at, active) \
        VALUES ($1, $2, $3, $4, $5, $6, 0, NULL, $7, 1)";
    ACCOUNTS = "SELECT id, login, name, unit_id, role, password, failed, locked_until, created_at, active \
        FROM account ORDER BY login";
    ACCOUNT_BY_LOGIN = "SELECT id, login, name, unit_id, role, password, failed, locked_until, created_at, active \
        FROM account WHERE login = $1";
    ACCOUNT_BY_ID = "SELECT id, login, name, unit_id, role, password, failed, locked_until, created_at, active \
        FROM account WHERE id = $1";
    NOTE_FAILURE = "UPDATE account SET failed = failed + 1, locked_until = $2 WHERE id = $1";
    NOTE_SUCCESS = "UPDATE account SET failed = 0, locked_until = NULL WHERE id = $1";
    SET_PASSWORD = "UPDATE account SET password = $2, failed = 0, locked_until = NULL WHERE id = $1";
    SET_ACTIVE = "UPDATE account SET active = $2 WHERE id = $1";
    SAVE_SESSION = "INSERT INTO session (id, account_id, data, expires_at) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (id) DO UPDATE SET account_id = excluded.account_id, data = excluded.data, expires_at = excluded.expires_at";
    LOAD_SESSION = "SELECT account_id, data, expires_at FROM session WHERE id = $1 AND expires_at > $2";
    DELETE_SESSION = "DELETE FROM session WHERE id = $1";
    DELETE_EXPIRED = "DELETE FROM session WHERE expires_at <= $1";
    DELETE_OF_ACCOUNT = "DELETE FROM session WHERE account_id = $1";
}

/// An account to be made.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Its id.
    pub id: i64,
    /// What the person types.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// The unit the person works for; empty for the platform's own people.
    pub unit_id: String,
    /// The role, a stable word.
    pub role: String,
    /// The password hash in its standard text form.
    pub password: String,
    /// When, in milliseconds since 1970.
    pub created_at: i64,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: i64,
    /// What the person types.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// The unit the person works for; empty for the platform's own people.
    pub unit_id: String,
    /// The role, a stable word.
    pub role: String,
    /// The password hash in its standard text form.
    pub password: String,
    /// Wrong passwords since the last right one.
    pub failed: i64,
    /// Until when no password is looked at, in milliseconds since 1970.
    pub locked_until: Option<i64>,
    /// When it was made.
    pub created_at: i64,
    /// Whether the person may sign in.
    pub active: bool,
}

/// A session as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Whose it is, once signed in.
    pub account_id: Option<i64>,
    /// What the pages keep in it, as JSON.
    pub data: String,
    /// Until when it holds, in milliseconds since 1970.
    pub expires_at: i64,
}

fn account(row: &Row) -> Result<Account, StoreError> {
    Ok(Account {
        id: row.int(0)?,
        login: row.text(1)?,
        name: row.text(2)?,
        unit_id: row.text(3)?,
        role: row.text(4)?,
        password: row.text(5)?,
        failed: row.int(6)?,
        locked_until: row.int_or_null(7)?,
        created_at: row.int(8)?,
        active: row.flag(9)?,
    })
}

impl crate::db::Tx {
    /// Makes an account.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the login is taken.
    pub async fn create_account(&mut self, new: &NewAccount) -> Result<(), StoreError> {
        let values = values![
            new.id,
            &new.login,
            &new.name,
            &new.unit_id,
            &new.role,
            &new.password,
            new.created_at
        ];
        self.conn().execute(&ADD_ACCOUNT, values).await?;
        Ok(())
    }

    /// Notes a wrong password; `locked_until` closes the account for a while.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn note_failure(
        &mut self,
        account: i64,
        locked_until: Option<i64>,
    ) -> Result<(), StoreError> {
        self.conn().execute(&NOTE_FAILURE, values![account, locked_until]).await?;
        Ok(())
    }

    /// Notes a right password.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn note_success(&mut self, account: i64) -> Result<(), StoreError> {
        self.conn().execute(&NOTE_SUCCESS, values![account]).await?;
        Ok(())
    }

    /// Sets the password hash and opens a closed account.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn set_password(&mut self, account: i64, hash: &str) -> Result<(), StoreError> {
        self.conn().execute(&SET_PASSWORD, values![account, hash]).await?;
        Ok(())
    }

    /// Lets a person sign in or not.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn set_account_active(
        &mut self,
        account: i64,
        active: bool,
    ) -> Result<(), StoreError> {
        self.conn().execute(&SET_ACTIVE, values![account, active]).await?;
        Ok(())
    }

    /// Ends all sessions of an account.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn delete_sessions_of(&mut self, account: i64) -> Result<(), StoreError> {
        self.conn().execute(&DELETE_OF_ACCOUNT, values![account]).await?;
        Ok(())
    }
}

impl Store {
    /// All accounts, by login.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().all(&ACCOUNTS, vec![]).await?.iter().map(account).collect()
    }

    /// The account of a login.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn account_by_login(&self, login: &str) -> Result<Option<Account>, StoreError> {
        let mut reader = self.reader().await?;
        reader
            .conn()
            .maybe(&ACCOUNT_BY_LOGIN, values![login])
            .await?
            .as_ref()
            .map(account)
            .transpose()
    }

    /// One account.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn account(&self, id: i64) -> Result<Option<Account>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().maybe(&ACCOUNT_BY_ID, values![id]).await?.as_ref().map(account).transpose()
    }

    /// Keeps a session; `id` is the SM3 of the token.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn save_session(&self, id: &str, session: &SessionRow) -> Result<(), StoreError> {
        let mut tx = self.transaction("session-save").await?;
        let values = values![id, session.account_id, &session.data, session.expires_at];
        tx.conn().execute(&SAVE_SESSION, values).await?;
        tx.commit().await
    }

    /// A session that still holds at `now`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn load_session(&self, id: &str, now: i64) -> Result<Option<SessionRow>, StoreError> {
        let mut reader = self.reader().await?;
        let row = reader.conn().maybe(&LOAD_SESSION, values![id, now]).await?;
        row.map(|row| {
            Ok(SessionRow {
                account_id: row.int_or_null(0)?,
                data: row.text(1)?,
                expires_at: row.int(2)?,
            })
        })
        .transpose()
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn delete_session(&self, id: &str) -> Result<(), StoreError> {
        let mut tx = self.transaction("session-delete").await?;
        tx.conn().execute(&DELETE_SESSION, values![id]).await?;
        tx.commit().await
    }

    /// Removes sessions that have run out by `now`; how many they were.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn delete_expired_sessions(&self, now: i64) -> Result<u64, StoreError> {
        let mut tx = self.transaction("session-expire").await?;
        let count = tx.conn().execute(&DELETE_EXPIRED, values![now]).await?;
        tx.commit().await?;
        Ok(count)
    }
}
