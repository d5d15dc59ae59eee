//! What the public says is wrong with a record, and what came of it.

use jiff::civil::Date;

use crate::db::{Row, Store, Tx, statements, values};
use crate::error::StoreError;
use crate::persons::json;

statements! {
    ADD_REPORT = "INSERT INTO error_report (id, number, once, subject_id, record_id, version, unit_id, ground, sealed, contact, \
        received_on, at, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'received') ON CONFLICT (once) DO NOTHING";
    TAKE_REPORT = "UPDATE error_report SET state = 'checking', taken_by = $2, taken_at = $3 WHERE id = $1 AND state = 'received'";
    ANSWER_REPORT = "UPDATE error_report SET state = $2, answer = $3, answered_by = $4, answered_at = $5, answered_on = $6, \
        corrected_version = $7 WHERE id = $1 AND state IN ('received', 'checking')";
    ERASE_CONTACTS = "UPDATE error_report SET contact = NULL WHERE contact IS NOT NULL AND answered_on IS NOT NULL AND answered_on < $1";
    REPORT = "SELECT id, number, once, subject_id, record_id, version, unit_id, ground, sealed, contact, received_on, at, state, \
        taken_by, taken_at, answer, answered_by, answered_at, answered_on, corrected_version FROM error_report WHERE id = $1";
    REPORT_BY_NUMBER = "SELECT id, number, once, subject_id, record_id, version, unit_id, ground, sealed, contact, received_on, at, \
        state, taken_by, taken_at, answer, answered_by, answered_at, answered_on, corrected_version FROM error_report WHERE number = $1";
    REPORT_BY_ONCE = "SELECT id, number, once, subject_id, record_id, version, unit_id, ground, sealed, contact, received_on, at, \
        state, taken_by, taken_at, answer, answered_by, answered_at, answered_on, corrected_version FROM error_report WHERE once = $1";
    REPORTS = "SELECT id, number, once, subject_id, record_id, version, unit_id, ground, sealed, contact, received_on, at, state, \
        taken_by, taken_at, answer, answered_by, answered_at, answered_on, corrected_version FROM error_report WHERE state IN " [texts]
        " ORDER BY received_on, id LIMIT $2";
    ANSWERED = "SELECT id, number, once, subject_id, record_id, version, unit_id, ground, sealed, contact, received_on, at, state, \
        taken_by, taken_at, answer, answered_by, answered_at, answered_on, corrected_version FROM error_report WHERE state IN " [texts]
        " ORDER BY received_on DESC, id DESC LIMIT $2";
    OPEN_ON_RECORD = "SELECT COUNT(*) FROM error_report WHERE record_id = $2 AND subject_id = $1 AND state IN ('received', 'checking')";
    REPORTS_OF = "SELECT id, number, once, subject_id, record_id, version, unit_id, ground, sealed, contact, received_on, at, state, \
        taken_by, taken_at, answer, answered_by, answered_at, answered_on, corrected_version FROM error_report WHERE unit_id IN " [texts]
        " AND state IN ('received', 'checking') ORDER BY received_on, id LIMIT $2";
    ANSWERED_OF = "SELECT id, number, once, subject_id, record_id, version, unit_id, ground, sealed, contact, received_on, at, state, \
        taken_by, taken_at, answer, answered_by, answered_at, answered_on, corrected_version FROM error_report WHERE unit_id IN " [texts]
        " AND state IN ('corrected', 'dismissed') ORDER BY received_on DESC, id DESC LIMIT $2";
    OPEN_DAYS = "SELECT received_on, COUNT(*) FROM error_report WHERE state IN ('received', 'checking') \
        GROUP BY received_on ORDER BY received_on";
    OPEN_DAYS_OF = "SELECT received_on, COUNT(*) FROM error_report WHERE unit_id IN " [texts]
        " AND state IN ('received', 'checking') GROUP BY received_on ORDER BY received_on";
    RECEIVED_ON = "SELECT COUNT(*) FROM error_report WHERE unit_id = $1 AND state = 'received' AND received_on = $2";
}

/// A report of an error. `sealed` and `contact` open with [`crate::Purpose::Platform`] for [`report_place`] and
/// [`report_contact_place`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorReport {
    /// Its id.
    pub id: i64,
    /// The number its reporter was given.
    pub number: String,
    /// The form it was sent from.
    pub once: String,
    /// The subject of the record.
    pub subject_id: i64,
    /// The record.
    pub record_id: i64,
    /// The version that was public.
    pub version: i64,
    /// The unit it went to.
    pub unit_id: String,
    /// A code of the list of grounds.
    pub ground: String,
    /// What is said, sealed.
    pub sealed: Vec<u8>,
    /// How to reach the reporter, sealed; none where nothing was given or it was erased.
    pub contact: Option<Vec<u8>>,
    /// The day it came.
    pub received_on: Date,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// `received`, `checking`, `corrected` or `dismissed`.
    pub state: String,
    /// Who took it on.
    pub taken_by: Option<String>,
    /// When.
    pub taken_at: Option<i64>,
    /// What the reporter is told.
    pub answer: Option<String>,
    /// Who answered.
    pub answered_by: Option<String>,
    /// When.
    pub answered_at: Option<i64>,
    /// On which day.
    pub answered_on: Option<Date>,
    /// The version that put it right.
    pub corrected_version: Option<i64>,
}

/// The answer to a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportAnswer {
    /// The report.
    pub id: i64,
    /// `corrected` or `dismissed`.
    pub state: String,
    /// What the reporter is told.
    pub answer: String,
    /// Who.
    pub by: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// On which day.
    pub on: Date,
    /// The version that put it right.
    pub corrected_version: Option<i64>,
}

/// The additional data that what a report says is sealed for.
#[must_use]
pub fn report_place(id: i64) -> Vec<u8> {
    format!("error-report/{id}").into_bytes()
}

/// The additional data that a reporter's address is sealed for.
#[must_use]
pub fn report_contact_place(id: i64) -> Vec<u8> {
    format!("error-report/{id}/contact").into_bytes()
}

fn report(row: &Row) -> Result<ErrorReport, StoreError> {
    Ok(ErrorReport {
        id: row.int(0)?,
        number: row.text(1)?,
        once: row.text(2)?,
        subject_id: row.int(3)?,
        record_id: row.int(4)?,
        version: row.int(5)?,
        unit_id: row.text(6)?,
        ground: row.text(7)?,
        sealed: row.bytes(8)?,
        contact: row.bytes_or_null(9)?,
        received_on: row.day(10)?,
        at: row.int(11)?,
        state: row.text(12)?,
        taken_by: row.text_or_null(13)?,
        taken_at: row.int_or_null(14)?,
        answer: row.text_or_null(15)?,
        answered_by: row.text_or_null(16)?,
        answered_at: row.int_or_null(17)?,
        answered_on: row.day_or_null(18)?,
        corrected_version: row.int_or_null(19)?,
    })
}

impl Tx {
    /// Keeps a new report. Whether it is the first from its form.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the id or the number is taken.
    pub async fn add_error_report(&mut self, new: &ErrorReport) -> Result<bool, StoreError> {
        let values = values![
            new.id,
            &new.number,
            &new.once,
            new.subject_id,
            new.record_id,
            new.version,
            &new.unit_id,
            &new.ground,
            new.sealed.as_slice(),
            &new.contact,
            new.received_on,
            new.at
        ];
        Ok(self.conn().execute(&ADD_REPORT, values).await? == 1)
    }

    /// Somebody takes a report on. Whether nobody had.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn take_error_report(
        &mut self,
        id: i64,
        by: &str,
        at: i64,
    ) -> Result<bool, StoreError> {
        Ok(self.conn().execute(&TAKE_REPORT, values![id, by, at]).await? == 1)
    }

    /// Answers a report. Whether it was still open.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn answer_error_report(&mut self, answer: &ReportAnswer) -> Result<bool, StoreError> {
        let values = values![
            answer.id,
            &answer.state,
            &answer.answer,
            &answer.by,
            answer.at,
            answer.on,
            answer.corrected_version
        ];
        Ok(self.conn().execute(&ANSWER_REPORT, values).await? == 1)
    }

    /// Erases how to reach the reporters of what was answered before a day. Returns how many.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn erase_report_contacts(&mut self, before: Date) -> Result<u64, StoreError> {
        self.conn().execute(&ERASE_CONTACTS, values![before]).await
    }
}

impl Store {
    /// One report.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn error_report(&self, id: i64) -> Result<Option<ErrorReport>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().maybe(&REPORT, values![id]).await?.as_ref().map(report).transpose()
    }

    /// The report under a number.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn error_report_by_number(
        &self,
        number: &str,
    ) -> Result<Option<ErrorReport>, StoreError> {
        let mut reader = self.reader().await?;
        let row = reader.conn().maybe(&REPORT_BY_NUMBER, values![number]).await?;
        row.as_ref().map(report).transpose()
    }

    /// The report that was sent from a form.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn error_report_by_once(
        &self,
        once: &str,
    ) -> Result<Option<ErrorReport>, StoreError> {
        let mut reader = self.reader().await?;
        let row = reader.conn().maybe(&REPORT_BY_ONCE, values![once]).await?;
        row.as_ref().map(report).transpose()
    }

    /// Reports to some units, or to all for none named, that wait for an answer, those that came first before the others; or,
    /// `answered`, the newest of the others.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn error_reports(
        &self,
        answered: bool,
        units: Option<&[String]>,
        limit: i64,
    ) -> Result<Vec<ErrorReport>, StoreError> {
        let (statement, list) = match (answered, units) {
            (false, None) => (&REPORTS, json(&["received", "checking"])),
            (true, None) => (&ANSWERED, json(&["corrected", "dismissed"])),
            (false, Some(units)) => (&REPORTS_OF, json(units)),
            (true, Some(units)) => (&ANSWERED_OF, json(units)),
        };
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(statement, values![list, limit]).await?;
        rows.iter().map(report).collect()
    }

    /// How many reports to some units, or to all for none named, wait for an answer, by the day they came.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn open_error_report_days(
        &self,
        units: Option<&[String]>,
    ) -> Result<Vec<(Date, i64)>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = match units {
            None => reader.conn().all(&OPEN_DAYS, vec![]).await?,
            Some(units) => reader.conn().all(&OPEN_DAYS_OF, values![json(units)]).await?,
        };
        rows.iter().map(|row| Ok((row.day(0)?, row.int(1)?))).collect()
    }

    /// How many reports about a record wait for an answer.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn open_error_reports(&self, subject: i64, record: i64) -> Result<i64, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().one(&OPEN_ON_RECORD, values![subject, record]).await?.int(0)
    }

    /// How many reports came to a unit on a day that nobody has taken on yet.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn error_reports_received(&self, unit: &str, on: Date) -> Result<i64, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().one(&RECEIVED_ON, values![unit, on]).await?.int(0)
    }
}
