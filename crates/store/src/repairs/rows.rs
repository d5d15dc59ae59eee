//! The rows of a repair: what they hold, and what of it goes into their hashes.

use jiff::civil::Date;

use crate::chain::Link;
use crate::db::{Row, day_text};
use crate::error::StoreError;
use crate::steps::Stands;

/// An application for repair. `sealed` opens with [`crate::Purpose::Person`] for [`repair_place`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepairApplication {
    /// Its id.
    pub id: i64,
    /// The form it was sent from.
    pub once: String,
    /// For whom.
    pub subject_id: i64,
    /// `online` or `window`.
    pub way: String,
    /// The agent's account, for one made online.
    pub account_id: Option<i64>,
    /// Who came to the window, sealed.
    pub sealed: Option<Vec<u8>>,
    /// SM3 of the commitment that was signed.
    pub commitment: Option<String>,
    /// On which day.
    pub applied_on: Date,
    /// When, in milliseconds since 1970.
    pub applied_at: i64,
    /// Who entered it.
    pub applied_by: String,
}

/// The additional data the sealed part of an application is bound to.
#[must_use]
pub fn repair_place(application: i64) -> Vec<u8> {
    format!("repair/{application}").into_bytes()
}

/// A file that was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepairMaterial {
    /// With which application.
    pub application_id: i64,
    /// Its number there, given by the store.
    pub seq: i64,
    /// A code of the list of materials.
    pub material: String,
    /// Its digest among the uploads.
    pub file_digest: String,
    /// What sort of file it is.
    pub file_type: String,
    /// When, in milliseconds since 1970.
    pub added_at: i64,
    /// By whom.
    pub added_by: String,
    /// For which records of the application; none for all of them, as before files were bound to records.
    pub items: Vec<i64>,
}

/// One record of an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepairItem {
    /// Its id.
    pub id: i64,
    /// The application.
    pub application_id: i64,
    /// The subject of the record.
    pub subject_id: i64,
    /// The record.
    pub record_id: i64,
    /// The version it was applied for.
    pub version: i64,
    /// The unit that owes the next step.
    pub unit_id: String,
    /// The kind of the record.
    pub kind: String,
    /// Where the application goes in, a stable word.
    pub entry: String,
    /// What the rule said on the day of the application, as JSON.
    pub rules: String,
    /// Under which edition of the law.
    pub law_edition: String,
    /// Where it stands, a stable word.
    pub stage: String,
    /// When it was applied for.
    pub applied_on: Date,
    /// When what was missing was given.
    pub supplied_on: Option<Date>,
    /// When it was granted.
    pub granted_on: Option<Date>,
    /// Working days that it was extended by.
    pub extended_days: Option<i64>,
    /// The number of its newest step.
    pub seq: i64,
    /// The hash of its newest step.
    pub hash: String,
}

impl RepairItem {
    /// The hash of what never changes about it; the first step follows it.
    pub(super) fn origin(&self) -> String {
        Link::new("ri")
            .int(self.id)
            .int(self.application_id)
            .int(self.subject_id)
            .int(self.record_id)
            .int(self.version)
            .text(&self.kind)
            .text(&self.entry)
            .text(&self.rules)
            .text(&self.law_edition)
            .text(&day_text(self.applied_on))
            .hash()
    }

    pub(super) fn stands(&self) -> Stands<'_> {
        Stands { id: self.id, stage: &self.stage, seq: self.seq, hash: &self.hash }
    }
}

pub(super) fn item(row: &Row) -> Result<RepairItem, StoreError> {
    Ok(RepairItem {
        id: row.int(0)?,
        application_id: row.int(1)?,
        subject_id: row.int(2)?,
        record_id: row.int(3)?,
        version: row.int(4)?,
        unit_id: row.text(5)?,
        kind: row.text(6)?,
        entry: row.text(7)?,
        rules: row.text(8)?,
        law_edition: row.text(9)?,
        stage: row.text(10)?,
        applied_on: row.day(11)?,
        supplied_on: row.day_or_null(12)?,
        granted_on: row.day_or_null(13)?,
        extended_days: row.int_or_null(14)?,
        seq: row.int(15)?,
        hash: row.text(16)?,
    })
}
