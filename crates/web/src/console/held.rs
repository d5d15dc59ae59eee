//! A record that the console holds, as a row of a table.

use xinyong_service::Clock;
use xinyong_service::browse::HeldRecord;

use crate::ui::view::{Chip, FormError, message_for};
use crate::ui::words;

/// One row.
#[derive(Debug, Clone)]
pub struct HeldRow {
    /// Its page in the console, or the public one where it is another unit's.
    pub href: String,
    /// What it is called.
    pub title: String,
    /// Number of the document, empty where that is what it is called.
    pub number: String,
    /// What stands beside it: that the subject entered it itself, that somebody objects to it; empty for nothing.
    pub mark: String,
    /// Name of the party.
    pub party: String,
    /// The party's page.
    pub party_href: String,
    /// Who reported.
    pub unit: String,
    /// Decision date.
    pub decided: String,
    /// When the platform knew it.
    pub known: String,
    /// Row of the batch.
    pub row: i64,
    /// The number of the state.
    pub version: i64,
    /// Where it stands.
    pub standing: Chip,
}

/// The row of a record.
pub fn held_row(record: &HeldRecord) -> HeldRow {
    let href = if record.own {
        words::held_href(record.subject, record.id)
    } else {
        format!("/records/{}/{}/{}", record.kind, record.subject, record.id)
    };
    let number = if record.number == record.title { "" } else { record.number.as_str() };
    HeldRow {
        href,
        title: record.title.clone(),
        number: number.to_owned(),
        mark: words::held_mark(record),
        party: party(record),
        party_href: words::holdings_href(&record.code),
        unit: record.unit_name.clone(),
        decided: record.decided.to_string(),
        known: Clock::show(record.known_at),
        row: record.row,
        version: record.version,
        standing: words::held_standing(record),
    }
}

/// Name of the party; a natural person's is sealed.
pub fn party(record: &HeldRecord) -> String {
    if record.party.is_empty() {
        "自然人（姓名加密保存）".to_owned()
    } else {
        record.party.clone()
    }
}

/// The form that asks for the state on a past day.
#[derive(Debug, Clone)]
pub struct AsOfForm {
    /// The page without a day.
    pub href: String,
    /// What was typed.
    pub on: String,
    /// What is wrong with it.
    pub error: String,
    /// The day that is shown, empty for today.
    pub shown: String,
}

impl AsOfForm {
    /// The form as it was sent.
    pub fn new(href: String, on: &str, shown: String, errors: &[FormError]) -> Self {
        Self { href, on: on.to_owned(), error: message_for(errors, "on"), shown }
    }
}
