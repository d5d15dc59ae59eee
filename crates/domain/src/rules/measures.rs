//! Which measures of the national base list a record allows for a purpose on a day.
//!
//! Nothing is proposed from what is not public, over, withdrawn, repaired or objected to (rules.md §12.13), nothing that the
//! edition in force does not have, and nothing whose entry nobody verified. A proposal decides nothing (H7): it names the
//! article, against whom, what ends it, and what a person must read first.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::disclosure::Disclosure;
use crate::calendar::Calendar;
use crate::law::{CodeMatch, Kind, Law, Measure, MeasureEdition, MeasureGround};

/// A record that might be the ground of a measure.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'g> {
    /// Its kind.
    pub kind: &'g Kind,
    /// What it says, by field code.
    pub content: &'g BTreeMap<String, String>,
    /// When it was decided.
    pub decided: Date,
    /// What the public may see of it on the day asked for.
    pub disclosure: &'g Disclosure,
    /// Whether somebody objects to it and nobody has answered yet.
    pub contested: bool,
}

/// A measure that a record allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal<'l> {
    /// The measure.
    pub measure: &'l Measure,
    /// Which of the records, by its place.
    pub ground: usize,
    /// Its last day at the latest, as far as that is known.
    pub until: Option<Date>,
}

/// Why a measure of the purpose is not proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotProposed {
    /// No record is a ground for it.
    NoGround,
    /// Its entry was not verified by anybody.
    Unconfirmed,
}

impl NotProposed {
    /// The stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoGround => "no-ground",
            Self::Unconfirmed => "unconfirmed",
        }
    }
}

/// What the list says for a purpose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assessment<'l> {
    /// The edition in force; none on a day before the first.
    pub edition: Option<&'l MeasureEdition>,
    /// What is allowed, in the order of the list.
    pub proposals: Vec<Proposal<'l>>,
    /// What else the edition has for the purpose, and why it is not proposed.
    pub others: Vec<(&'l Measure, NotProposed)>,
}

/// Asks the edition in force on a day.
#[must_use]
pub fn assess<'l>(
    law: &'l Law,
    purpose: &'l str,
    records: &[Ground<'_>],
    on: Date,
) -> Assessment<'l> {
    let list = law.measures();
    let Some(edition) = list.on(on) else { return Assessment::default() };
    let mut found = Assessment { edition: Some(edition), ..Assessment::default() };
    for measure in list.of(&edition.edition, purpose) {
        if !measure.is_known() {
            found.others.push((measure, NotProposed::Unconfirmed));
            continue;
        }
        let before = found.proposals.len();
        for (place, record) in records.iter().enumerate() {
            if let Some(until) = allows(measure, record, on) {
                found.proposals.push(Proposal { measure, ground: place, until });
            }
        }
        if found.proposals.len() == before {
            found.others.push((measure, NotProposed::NoGround));
        }
    }
    found
}

/// Whether a record allows a measure on a day, and until when.
fn allows(measure: &Measure, record: &Ground<'_>, on: Date) -> Option<Option<Date>> {
    let usable = record.disclosure.public && !record.disclosure.ended && !record.contested;
    if !usable || !is_ground(&measure.ground, record) {
        return None;
    }
    let term = measure.months.map(|months| Calendar::corresponding_day(record.decided, months));
    let until = [term, record.disclosure.publicity.last_day].into_iter().flatten().min();
    until.is_none_or(|until| on <= until).then_some(until)
}

fn is_ground(ground: &MeasureGround, record: &Ground<'_>) -> bool {
    let text = |code: &str| record.content.get(code).map_or("", String::as_str);
    let class = || {
        let field = record.kind.class.and_then(|class| record.kind.fields.get(class));
        let Some((field, list)) = field.and_then(|field| Some((field, field.codes.as_ref()?)))
        else {
            return false;
        };
        text(&field.code).split(field.separator).any(|one| match list.read(one.trim()) {
            CodeMatch::Known(code) | CodeMatch::Other(code) => ground.classes.contains(&code.id),
            CodeMatch::OtherWithoutKind(_) | CodeMatch::Unknown => false,
        })
    };
    // An article counts where it follows the name of its law: the next instrument begins with a bracket of its own.
    let mentions = |field: &str| {
        let text: String = text(field).chars().filter(|one| !one.is_whitespace()).collect();
        text.split('《').any(|cited| {
            ground.mentions.iter().all(|group| group.iter().any(|one| cited.contains(one.as_str())))
        })
    };
    ground.kind == record.kind.id
        && (ground.classes.is_empty() || class())
        && ground.field.as_deref().is_none_or(mentions)
}
