//! What people are told, and where they are written to.

use jiff::civil::Date;

use crate::db::{Conn, Store, Tx, statements, values};
use crate::error::StoreError;
use crate::keys::Purpose;

statements! {
    ADD_NOTICE = "INSERT INTO notice (id, account_id, kind, object, day, text, at, read_at, mail, tries) \
        SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), $3, $4, $5, $6, CAST($7 AS BIGINT), NULL, \
        CASE WHEN EXISTS (SELECT 1 FROM account_contact c WHERE c.account_id = CAST($2 AS BIGINT)) THEN 'due' ELSE 'none' END, 0 \
        WHERE true ON CONFLICT (account_id, kind, object, day) DO NOTHING";
    NOTICES = "SELECT id, kind, object, day, text, at, read_at, mail FROM notice WHERE account_id = $1 ORDER BY id DESC LIMIT $2";
    WAS_TOLD = "SELECT COUNT(*) FROM notice WHERE account_id = $1 AND kind = $2 AND object = $3 AND day = $4";
    UNREAD = "SELECT COUNT(*) FROM notice WHERE account_id = $1 AND read_at IS NULL";
    MARK_READ = "UPDATE notice SET read_at = $2 WHERE account_id = $1 AND read_at IS NULL AND id <= $3";
    SETTLE = "DELETE FROM notice WHERE object = $1 AND kind = $2";
    MAIL_DUE = "SELECT n.id, n.account_id, n.text, n.tries, c.sealed, a.role FROM notice n \
        JOIN account_contact c ON c.account_id = n.account_id JOIN account a ON a.id = n.account_id \
        WHERE n.mail = 'due' AND n.id > $1 AND a.active = 1 AND (a.role <> 'agent' OR EXISTS \
        (SELECT 1 FROM mandate m WHERE m.account_id = a.id AND m.state = 'active')) ORDER BY n.id LIMIT $2";
    MAIL_DONE = "UPDATE notice SET mail = $2, tries = tries + 1 WHERE id = $1 AND mail = 'due'";
    SET_CONTACT = "INSERT INTO account_contact (account_id, sealed, set_at) VALUES ($1, $2, $3) \
        ON CONFLICT (account_id) DO UPDATE SET sealed = excluded.sealed, set_at = excluded.set_at";
    DROP_CONTACT = "DELETE FROM account_contact WHERE account_id = $1";
    CONTACT = "SELECT sealed FROM account_contact WHERE account_id = $1";
}

/// Something to tell somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNotice {
    /// Its id.
    pub id: i64,
    /// Whom.
    pub account_id: i64,
    /// What it is about, a stable word.
    pub kind: String,
    /// The thing itself, such as `batch:7`.
    pub object: String,
    /// On which day.
    pub day: Date,
    /// What they are told. Nothing personal.
    pub text: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
}

/// Something somebody was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its id.
    pub id: i64,
    /// What it is about, a stable word.
    pub kind: String,
    /// The thing itself.
    pub object: String,
    /// On which day.
    pub day: Date,
    /// What they were told.
    pub text: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// When it was read.
    pub read_at: Option<i64>,
    /// `none`, `due`, `sent` or `failed`.
    pub mail: String,
}

/// A mail to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct DueMail {
    /// The notice.
    pub notice: i64,
    /// The address.
    pub address: String,
    /// What it says.
    pub text: String,
    /// Tries so far.
    pub tries: i64,
    /// The role of whoever it is for.
    pub role: String,
}

impl std::fmt::Debug for DueMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DueMail({}, …)", self.notice)
    }
}

/// The additional data an address is sealed for.
pub(crate) fn contact_place(account: i64) -> Vec<u8> {
    format!("contact/{account}").into_bytes()
}

fn opened(store: &Store, account: i64, sealed: &[u8]) -> Result<String, StoreError> {
    let clear = store.keys().open(Purpose::Platform, &contact_place(account), sealed)?;
    String::from_utf8(clear).map_err(|error| {
        StoreError::inconsistent(
            "account_contact",
            "sealed",
            account.to_string(),
            error.to_string(),
        )
    })
}

impl Tx {
    /// Tells somebody something, once of a kind about one thing on one day; again is no error. A mail is due where an address is
    /// known.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the id is taken.
    pub async fn add_notice(&mut self, new: &NewNotice) -> Result<(), StoreError> {
        let values =
            values![new.id, new.account_id, &new.kind, &new.object, new.day, &new.text, new.at];
        self.conn().execute(&ADD_NOTICE, values).await?;
        Ok(())
    }

    /// Takes back what people were told about a thing that waits no more: no mail goes out, and it can be said again. What
    /// happened to the thing stands in the log.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn settle_notices(&mut self, object: &str, kind: &str) -> Result<(), StoreError> {
        self.conn().execute(&SETTLE, values![object, kind]).await?;
        Ok(())
    }

    /// Marks what somebody has been told as read, up to an id.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn mark_read(&mut self, account: i64, up_to: i64, at: i64) -> Result<(), StoreError> {
        self.conn().execute(&MARK_READ, values![account, at, up_to]).await?;
        Ok(())
    }

    /// Notes what came of a try to send: `sent`, `failed` for good, or `due` to try again.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn note_mail(&mut self, notice: i64, mail: &str) -> Result<(), StoreError> {
        self.conn().execute(&MAIL_DONE, values![notice, mail]).await?;
        Ok(())
    }

    /// Where an account is written to, as this transaction sees it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like; a sealed address that does not open.
    pub async fn contact(&mut self, account: i64) -> Result<Option<String>, StoreError> {
        let store = self.store().clone();
        let row = self.conn().maybe(&CONTACT, values![account]).await?;
        row.map(|row| opened(&store, account, &row.bytes(0)?)).transpose()
    }

    /// Keeps where an account is written to; nothing takes it away.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn set_contact(
        &mut self,
        store: &Store,
        account: i64,
        address: Option<&str>,
        at: i64,
    ) -> Result<(), StoreError> {
        let Some(address) = address else {
            self.conn().execute(&DROP_CONTACT, values![account]).await?;
            return Ok(());
        };
        let sealed =
            store.keys().seal(Purpose::Platform, &contact_place(account), address.as_bytes())?;
        self.conn().execute(&SET_CONTACT, values![account, sealed.as_slice(), at]).await?;
        Ok(())
    }
}

impl Store {
    /// Where an account is written to.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like; a sealed address that does not open.
    pub async fn contact(&self, account: i64) -> Result<Option<String>, StoreError> {
        let mut reader = self.reader().await?;
        let Some(row) = reader.conn().maybe(&CONTACT, values![account]).await? else {
            return Ok(None);
        };
        opened(self, account, &row.bytes(0)?).map(Some)
    }

    /// What somebody was told, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn notices(&self, account: i64, limit: i64) -> Result<Vec<Notice>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&NOTICES, values![account, limit]).await?;
        rows.iter()
            .map(|row| {
                Ok(Notice {
                    id: row.int(0)?,
                    kind: row.text(1)?,
                    object: row.text(2)?,
                    day: row.day(3)?,
                    text: row.text(4)?,
                    at: row.int(5)?,
                    read_at: row.int_or_null(6)?,
                    mail: row.text(7)?,
                })
            })
            .collect()
    }

    /// Whether somebody has been told something of a day already.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn was_told(&self, new: &NewNotice) -> Result<bool, StoreError> {
        let values = values![new.account_id, &new.kind, &new.object, new.day];
        Ok(self.reader().await?.conn().one(&WAS_TOLD, values).await?.int(0)? > 0)
    }

    /// How much of it was not read yet.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn unread(&self, account: i64) -> Result<i64, StoreError> {
        let mut reader = self.reader().await?;
        let mut conn: Conn<'_> = reader.conn();
        conn.one(&UNREAD, values![account]).await?.int(0)
    }

    /// Mails to be sent, the oldest first, after a notice. Nothing goes to an account that is switched off, nor to an agent who acts for
    /// nobody.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like; a sealed address that does not open.
    pub async fn mail_due(&self, after: i64, limit: i64) -> Result<Vec<DueMail>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&MAIL_DUE, values![after, limit]).await?;
        rows.iter()
            .map(|row| {
                Ok(DueMail {
                    notice: row.int(0)?,
                    address: opened(self, row.int(1)?, &row.bytes(4)?)?,
                    text: row.text(2)?,
                    tries: row.int(3)?,
                    role: row.text(5)?,
                })
            })
            .collect()
    }
}
