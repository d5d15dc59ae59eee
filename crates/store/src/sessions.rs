//! Sessions, and what somebody had filled in when one ran out.

use crate::db::{Row, Store, Tx, statements, values};
use crate::error::StoreError;

statements! {
    ADD_SESSION = "INSERT INTO session (id, account_id, data, expires_at, began_at, seen_at, agent) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    SAVE_SESSION = "UPDATE session SET account_id = $2, data = $3, expires_at = $4, began_at = $5, seen_at = $6, agent = $7 \
        WHERE id = $1";
    LOAD_SESSION = "SELECT id, account_id, data, expires_at, began_at, seen_at, agent FROM session \
        WHERE id = $1 AND expires_at > $2";
    SESSIONS_OF = "SELECT id, account_id, data, expires_at, began_at, seen_at, agent FROM session \
        WHERE account_id = $1 AND expires_at > $2 ORDER BY seen_at DESC, id";
    DELETE_SESSION = "DELETE FROM session WHERE id = $1";
    DELETE_EXPIRED = "DELETE FROM session WHERE expires_at <= $1";
    DELETE_OF_ACCOUNT = "DELETE FROM session WHERE account_id = $1 AND id <> $2";
    DELETE_ONE_OF = "DELETE FROM session WHERE account_id = $1 AND id = $2";
    HOLD_FORM = "INSERT INTO held_form (id, account_id, sealed, expires_at) VALUES ($1, $2, $3, $4)";
    HELD_FORM = "SELECT account_id, sealed FROM held_form WHERE id = $1 AND expires_at > $2";
    DROP_HELD = "DELETE FROM held_form WHERE id = $1";
    DROP_HELD_EXPIRED = "DELETE FROM held_form WHERE expires_at <= $1";
    DROP_HELD_BEYOND = "DELETE FROM held_form WHERE account_id = $1 AND id NOT IN \
        (SELECT id FROM held_form WHERE account_id = $1 ORDER BY expires_at DESC, id LIMIT $2)";
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
    /// When somebody signed in with it, in milliseconds since 1970; 0 before.
    pub began_at: i64,
    /// When it was last used, in milliseconds since 1970.
    pub seen_at: i64,
    /// The kind of browser, in words.
    pub agent: String,
}

fn session(row: &Row) -> Result<SessionRow, StoreError> {
    Ok(SessionRow {
        account_id: row.int_or_null(1)?,
        data: row.text(2)?,
        expires_at: row.int(3)?,
        began_at: row.int(4)?,
        seen_at: row.int(5)?,
        agent: row.text(6)?,
    })
}

impl Tx {
    /// Ends all sessions of an account but `keep`, which is empty to end all. How many they were.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn delete_sessions_of(
        &mut self,
        account: i64,
        keep: &str,
    ) -> Result<u64, StoreError> {
        self.conn().execute(&DELETE_OF_ACCOUNT, values![account, keep]).await
    }

    /// Ends one session if it is this account's. Whether it was.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn delete_session_of(&mut self, account: i64, id: &str) -> Result<bool, StoreError> {
        Ok(self.conn().execute(&DELETE_ONE_OF, values![account, id]).await? == 1)
    }
}

impl Store {
    /// Keeps a new session; `id` is the SM3 of the token.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the id is taken.
    pub async fn create_session(&self, id: &str, session: &SessionRow) -> Result<(), StoreError> {
        self.put_session("session-create", &ADD_SESSION, id, session).await.map(drop)
    }

    /// Brings a session up to date. One that was ended meanwhile stays ended: whether it was there.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn save_session(&self, id: &str, session: &SessionRow) -> Result<bool, StoreError> {
        self.put_session("session-save", &SAVE_SESSION, id, session).await
    }

    async fn put_session(
        &self,
        name: &'static str,
        statement: &crate::db::Statement,
        id: &str,
        session: &SessionRow,
    ) -> Result<bool, StoreError> {
        let mut tx = self.transaction(name).await?;
        let values = values![
            id,
            session.account_id,
            &session.data,
            session.expires_at,
            session.began_at,
            session.seen_at,
            &session.agent
        ];
        let count = tx.conn().execute(statement, values).await?;
        tx.commit().await?;
        Ok(count == 1)
    }

    /// A session that still holds at `now`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn load_session(&self, id: &str, now: i64) -> Result<Option<SessionRow>, StoreError> {
        let mut reader = self.reader().await?;
        reader
            .conn()
            .maybe(&LOAD_SESSION, values![id, now])
            .await?
            .as_ref()
            .map(session)
            .transpose()
    }

    /// The sessions of an account that hold at `now`, the one used last first, each with its id.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn sessions_of(
        &self,
        account: i64,
        now: i64,
    ) -> Result<Vec<(String, SessionRow)>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&SESSIONS_OF, values![account, now]).await?;
        rows.iter().map(|row| Ok((row.text(0)?, session(row)?))).collect()
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

    /// Removes sessions that have run out by `ended` and held forms that have by `now`; how many sessions they were.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn delete_expired_sessions(&self, ended: i64, now: i64) -> Result<u64, StoreError> {
        let mut tx = self.transaction("session-expire").await?;
        let count = tx.conn().execute(&DELETE_EXPIRED, values![ended]).await?;
        tx.conn().execute(&DROP_HELD_EXPIRED, values![now]).await?;
        tx.commit().await?;
        Ok(count)
    }

    /// Keeps a sealed form for an account, and of this account's no more than `most`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn hold_form(
        &self,
        id: &str,
        account: i64,
        sealed: &[u8],
        expires_at: i64,
        most: i64,
    ) -> Result<(), StoreError> {
        let mut tx = self.transaction("form-hold").await?;
        tx.conn().execute(&HOLD_FORM, values![id, account, sealed, expires_at]).await?;
        tx.conn().execute(&DROP_HELD_BEYOND, values![account, most]).await?;
        tx.commit().await
    }

    /// A held form with whose it is, while it lasts.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn held_form(
        &self,
        id: &str,
        now: i64,
    ) -> Result<Option<(i64, Vec<u8>)>, StoreError> {
        let mut reader = self.reader().await?;
        let row = reader.conn().maybe(&HELD_FORM, values![id, now]).await?;
        row.map(|row| Ok((row.int(0)?, row.bytes(1)?))).transpose()
    }

    /// Forgets a held form.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn drop_held_form(&self, id: &str) -> Result<(), StoreError> {
        let mut tx = self.transaction("form-drop").await?;
        tx.conn().execute(&DROP_HELD, values![id]).await?;
        tx.commit().await
    }
}
