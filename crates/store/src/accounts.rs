//! People who sign in.

use crate::db::{Row, Store, statements, values};
use crate::error::StoreError;

statements! {
    ADD_ACCOUNT = "INSERT INTO account (id, login, name, unit_id, role, password, failed, locked_until, created_at, active) \
        VALUES ($1, $2, $3, $4, $5, $6, 0, NULL, $7, 1)";
    ACCOUNTS = "SELECT id, login, name, unit_id, role, password, failed, locked_until, created_at, active \
        FROM account WHERE role <> 'agent' ORDER BY login";
    ACCOUNT_BY_LOGIN = "SELECT id, login, name, unit_id, role, password, failed, locked_until, created_at, active \
        FROM account WHERE login = $1";
    ACCOUNT_BY_ID = "SELECT id, login, name, unit_id, role, password, failed, locked_until, created_at, active \
        FROM account WHERE id = $1";
    NOTE_SUCCESS = "UPDATE account SET failed = 0, locked_until = NULL WHERE id = $1";
    SET_PASSWORD = "UPDATE account SET password = $2, failed = 0, locked_until = NULL WHERE id = $1";
    SET_ACTIVE = "UPDATE account SET active = $2 WHERE id = $1";
    SET_PROFILE = "UPDATE account SET name = $2, unit_id = $3, role = $4 WHERE id = $1";
    /// The rows are held until the commit, so that two administrators cannot remove each other.
    ACTIVE_OF_ROLE = "SELECT id FROM account WHERE role = $1 AND active = 1 ORDER BY id"
        pg "SELECT id FROM account WHERE role = $1 AND active = 1 ORDER BY id FOR UPDATE";
    CHARGE_ATTEMPT = "UPDATE account SET failed = failed + 1, \
        locked_until = CASE WHEN failed + 1 >= $3 THEN CAST($4 AS BIGINT) ELSE NULL END \
        WHERE id = $1 AND (locked_until IS NULL OR locked_until <= $2)";
    REFUND_ATTEMPT = "UPDATE account SET failed = CASE WHEN failed > 0 THEN failed - 1 ELSE 0 END, locked_until = NULL WHERE id = $1";
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

    /// Sets the name people see, the unit and the role.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn set_profile(
        &mut self,
        account: i64,
        name: &str,
        unit: &str,
        role: &str,
    ) -> Result<(), StoreError> {
        self.conn().execute(&SET_PROFILE, values![account, name, unit, role]).await?;
        Ok(())
    }

    /// The accounts of a role that may sign in; nobody else changes them until the commit.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn active_of_role(&mut self, role: &str) -> Result<Vec<i64>, StoreError> {
        let rows = self.conn().all(&ACTIVE_OF_ROLE, values![role]).await?;
        rows.iter().map(|row| row.int(0)).collect()
    }

    /// Counts a try before it is judged, so that a thousand at once are not a thousand tries: the `most`th closes the account
    /// until `locked_until`. Whether the account was open at `now`.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn charge_attempt(
        &mut self,
        account: i64,
        now: i64,
        most: i64,
        locked_until: i64,
    ) -> Result<bool, StoreError> {
        let values = values![account, now, most, locked_until];
        Ok(self.conn().execute(&CHARGE_ATTEMPT, values).await? == 1)
    }

    /// Takes back one counted try that turned out right; the tries before it stay counted.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn refund_attempt(&mut self, account: i64) -> Result<(), StoreError> {
        self.conn().execute(&REFUND_ATTEMPT, values![account]).await?;
        Ok(())
    }
}

impl Store {
    /// All accounts of the people of the units and of the platform, by login. Those who act for subjects are as many as there are
    /// firms, and belong in no list of these.
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
}
