//! The rows of records: what they hold, and what of it goes into their hashes.

use jiff::civil::Date;

use crate::chain::Link;
use crate::db::{Row, day_text};
use crate::error::StoreError;
use crate::keys::sm3_hex;
use crate::reporting::NumberPlace;

/// The state of a record that was down already, repaired or shielded, when its decision was revoked: it never stands again by itself.
pub const REVOKED: &str = "revoked";

/// The public_until of what stays public without a maximum.
pub const NO_END: &str = "9999-12-31";

/// A record, the newest state. `sealed` opens with [`crate::Purpose::Record`] for [`record_place`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Whose it is.
    pub subject_id: i64,
    /// The id.
    pub id: i64,
    /// The kind, a stable word.
    pub kind: String,
    /// What makes it the same record when it is delivered again.
    pub natural_key: String,
    /// The number of this state, from 1.
    pub version: i64,
    /// The non-sensitive fields by official code, as JSON.
    pub content: String,
    /// The sensitive fields, sealed.
    pub sealed: Option<Vec<u8>>,
    /// What the platform added (procedure, domain, channel, severity, basis, reasons), as JSON.
    pub platform: String,
    /// The category of the party.
    pub party_category: String,
    /// The day of the decision.
    pub decided_on: Date,
    /// Until when it is valid, for what runs out.
    pub valid_until: Option<Date>,
    /// Who delivered it.
    pub unit_id: String,
    /// In which batch, this state.
    pub batch_id: i64,
    /// In which row of it.
    pub row: i64,
    /// When, in milliseconds since 1970.
    pub recorded_at: i64,
    /// Under which edition of the law it was worked on.
    pub law_edition: String,
    /// First public day; none: never public.
    pub public_from: Option<Date>,
    /// Last public day; 9999-12-31 without a maximum.
    pub public_until: Option<Date>,
    /// Since when it is withdrawn.
    pub withdrawn_on: Option<Date>,
    /// `standing`, `withdrawn` or [`REVOKED`].
    pub state: String,
    /// [`crate::KeyRing::content_digest`] of what was delivered.
    pub content_digest: String,
}

/// What a record says: its non-sensitive fields as JSON, with their SM3, which the chain and the content digest are made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    text: String,
    sm3: String,
}

impl Content {
    /// Takes JSON and digests it.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self { sm3: sm3_hex(text.as_bytes()), text }
    }

    /// The JSON.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its SM3, in hexadecimal.
    #[must_use]
    pub fn sm3(&self) -> &str {
        &self.sm3
    }
}

/// A record to be added, or the whole new state of one that changes (then with its old id and subject).
#[derive(Debug, Clone)]
pub struct NewRecord {
    /// Whose it is.
    pub subject_id: i64,
    /// The id.
    pub id: i64,
    /// The kind.
    pub kind: String,
    /// What makes it the same record when it is delivered again.
    pub natural_key: String,
    /// Where the number of its document stands; it follows from the natural key.
    pub number: NumberPlace,
    /// The non-sensitive fields, as JSON.
    pub content: Content,
    /// The sensitive fields, sealed for [`record_place`].
    pub sealed: Option<Vec<u8>>,
    /// What the platform added, as JSON.
    pub platform: String,
    /// The category of the party.
    pub party_category: String,
    /// The day of the decision.
    pub decided_on: Date,
    /// Until when it is valid.
    pub valid_until: Option<Date>,
    /// Who delivered it.
    pub unit_id: String,
    /// In which batch; 0 for what no unit reported, which no summary of reporting counts.
    pub batch_id: i64,
    /// In which row of it.
    pub row: i64,
    /// When, in milliseconds since 1970.
    pub recorded_at: i64,
    /// Under which edition of the law.
    pub law_edition: String,
    /// First public day.
    pub public_from: Option<Date>,
    /// Last public day.
    pub public_until: Option<Date>,
    /// [`crate::KeyRing::content_digest`] of what was delivered.
    pub content_digest: String,
    /// Who recorded or released it.
    pub actor: String,
    /// The second person.
    pub second: Option<String>,
    /// Why.
    pub reason: String,
    /// The articles the publication rests on, as a JSON list; goes into the publication event.
    pub citations: String,
}

/// A change of a record, made against the state number `expected`.
#[derive(Debug, Clone)]
pub struct RecordChange {
    /// The whole new state.
    pub record: NewRecord,
    /// The version it was made against.
    pub expected: i64,
    /// What to write down in public (`changed`, `published`, `ended`) and the day it takes effect; none for a change that
    /// nobody sees.
    pub event: Option<(&'static str, Date)>,
    /// Whether the record's batch brought this state. One that the platform worked out belongs to no batch, so that the seal of
    /// the batch goes on to hold.
    pub delivered: bool,
    /// The day since when the record is down, for one that stays down although its content is delivered anew.
    pub withdrawn_on: Option<Date>,
}

/// The withdrawal of a record: it stays in the history and is not shown any more.
#[derive(Debug, Clone)]
pub struct Withdrawal {
    /// Whose it is.
    pub subject_id: i64,
    /// The id.
    pub id: i64,
    /// The version it was made against.
    pub expected: i64,
    /// From which day.
    pub on: Date,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Why.
    pub reason: String,
    /// Who.
    pub actor: String,
    /// The second person.
    pub second: Option<String>,
    /// Under which edition of the law.
    pub law_edition: String,
    /// The articles it rests on, as a JSON list.
    pub citations: String,
}

/// What there is under a natural key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExistingRecord {
    /// The id.
    pub id: i64,
    /// The newest version.
    pub version: i64,
    /// Its digest.
    pub content_digest: String,
    /// From which batch.
    pub batch_id: i64,
    /// From which row.
    pub row: i64,
    /// `standing` or `withdrawn`.
    pub state: String,
    /// The hash of the newest version.
    pub hash: String,
}

/// The key of a record: subject, kind, natural key.
pub type RecordKey = (i64, String, String);

/// One state in the history of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordVersion {
    /// Whose it is.
    pub subject_id: i64,
    /// The record.
    pub record_id: i64,
    /// The number, from 1.
    pub version: i64,
    /// The kind.
    pub kind: String,
    /// What makes it the same record when it is delivered again.
    pub natural_key: String,
    /// The category of the party.
    pub party_category: String,
    /// Who delivered it.
    pub unit_id: String,
    /// Which batch brought it; 0 for a withdrawal and for what the platform worked out anew.
    pub batch_id: i64,
    /// From which row.
    pub row: i64,
    /// The non-sensitive fields, as JSON.
    pub content: String,
    /// The sensitive fields, sealed.
    pub sealed: Option<Vec<u8>>,
    /// What the platform added, as JSON.
    pub platform: String,
    /// `standing` or `withdrawn`.
    pub state: String,
    /// Why.
    pub reason: String,
    /// Who.
    pub actor: String,
    /// The second person.
    pub second: Option<String>,
    /// Under which edition of the law.
    pub law_edition: String,
    /// Since when the fact holds: the day of the decision.
    pub held_from: Date,
    /// Until when it is valid.
    pub valid_until: Option<Date>,
    /// Since when the platform knew it, in milliseconds since 1970.
    pub known_at: i64,
    /// First public day.
    pub public_from: Option<Date>,
    /// Last public day.
    pub public_until: Option<Date>,
    /// Since when it is withdrawn.
    pub withdrawn_on: Option<Date>,
    /// [`crate::KeyRing::content_digest`] of what was delivered.
    pub content_digest: String,
    /// The hash of the state before, empty for the first.
    pub previous: String,
    /// The hash of this one.
    pub hash: String,
}

/// What happened to a record in public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicationEvent {
    /// Whose it is.
    pub subject_id: i64,
    /// The record.
    pub record_id: i64,
    /// The number, from 1; given by the store when the event is added.
    pub seq: i64,
    /// `published`, `changed`, `ended` or `withdrawn`.
    pub kind: String,
    /// On which day it takes effect.
    pub on_day: Date,
    /// When it was written down, in milliseconds since 1970.
    pub at: i64,
    /// Why.
    pub reason: String,
    /// The articles, as a JSON list.
    pub citations: String,
}

/// The additional data the sealed part of a record is bound to.
#[must_use]
pub fn record_place(subject_id: i64, id: i64) -> Vec<u8> {
    format!("record/{subject_id}/{id}").into_bytes()
}

pub(crate) fn record(row: &Row) -> Result<Record, StoreError> {
    Ok(Record {
        subject_id: row.int(0)?,
        id: row.int(1)?,
        kind: row.text(2)?,
        natural_key: row.text(3)?,
        version: row.int(4)?,
        content: row.text(5)?,
        sealed: row.bytes_or_null(6)?,
        platform: row.text(7)?,
        party_category: row.text(8)?,
        decided_on: row.day(9)?,
        valid_until: row.day_or_null(10)?,
        unit_id: row.text(11)?,
        batch_id: row.int(12)?,
        row: row.int(13)?,
        recorded_at: row.int(14)?,
        law_edition: row.text(15)?,
        public_from: row.day_or_null(16)?,
        public_until: row.day_or_null(17)?,
        withdrawn_on: row.day_or_null(18)?,
        state: row.text(19)?,
        content_digest: row.text(20)?,
    })
}

pub(crate) fn record_version(row: &Row) -> Result<RecordVersion, StoreError> {
    Ok(RecordVersion {
        subject_id: row.int(0)?,
        record_id: row.int(1)?,
        version: row.int(2)?,
        kind: row.text(3)?,
        natural_key: row.text(4)?,
        party_category: row.text(5)?,
        unit_id: row.text(6)?,
        batch_id: row.int(7)?,
        row: row.int(8)?,
        content: row.text(9)?,
        sealed: row.bytes_or_null(10)?,
        platform: row.text(11)?,
        state: row.text(12)?,
        reason: row.text(13)?,
        actor: row.text(14)?,
        second: row.text_or_null(15)?,
        law_edition: row.text(16)?,
        held_from: row.day(17)?,
        valid_until: row.day_or_null(18)?,
        known_at: row.int(19)?,
        public_from: row.day_or_null(20)?,
        public_until: row.day_or_null(21)?,
        withdrawn_on: row.day_or_null(22)?,
        content_digest: row.text(23)?,
        previous: row.text(24)?,
        hash: row.text(25)?,
    })
}

/// The link of one state, from its columns.
pub(crate) fn version_hash(version: &RecordVersion) -> String {
    let day = |day: Option<Date>| day.map(day_text);
    Link::new("r")
        .int(version.subject_id)
        .int(version.record_id)
        .int(version.version)
        .text(&version.kind)
        .text(&version.natural_key)
        .text(&version.party_category)
        .text(&version.unit_id)
        .int(version.batch_id)
        .int(version.row)
        .text(&sm3_hex(version.content.as_bytes()))
        .bytes_or_null(version.sealed.as_deref())
        .text(&version.platform)
        .text(&version.state)
        .text(&version.reason)
        .text(&version.actor)
        .text_or_null(version.second.as_deref())
        .text(&version.law_edition)
        .text(&day_text(version.held_from))
        .text_or_null(day(version.valid_until).as_deref())
        .int(version.known_at)
        .text_or_null(day(version.public_from).as_deref())
        .text_or_null(day(version.public_until).as_deref())
        .text_or_null(day(version.withdrawn_on).as_deref())
        .text(&version.content_digest)
        .text(&version.previous)
        .hash()
}
