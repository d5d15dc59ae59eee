//! One public record, with the reasons for everything that is said about it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use xinyong_domain::law::{Field, Kind, Law};
use xinyong_domain::party::PartyCategory;
use xinyong_domain::rules::deadline::{Clock as DueClock, clocks};
use xinyong_domain::rules::disclosure::Disclosure;
use xinyong_domain::ruling::Ruling;
use xinyong_store::{Purpose, Record, record_place};

use crate::desk::Desk;
use crate::intake::{Marked, Objected, Platform, RecordFacts, disclosure};
use crate::refusal::DeskError;

/// A field with what stands in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShownField {
    /// Official code.
    pub code: String,
    /// Official label.
    pub label: String,
    /// The value.
    pub value: String,
    /// Whether it is the end of a validity that has none.
    #[serde(skip)]
    pub endless: bool,
}

/// That somebody objects to a record and it is not settled: stands beside it wherever it shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenObjection {
    /// Since when.
    pub since: Date,
    /// The words of whoever objects, empty for none.
    pub statement: String,
}

impl OpenObjection {
    /// What stands beside a record that somebody objects to.
    pub const MARK: &'static str = "异议处理中";
}

/// A record that the public may see on the day it was read for.
#[derive(Debug, Clone, Serialize)]
pub struct PublicRecord {
    /// Id of its subject.
    pub subject: i64,
    /// Its own id.
    pub id: i64,
    /// Id of its kind.
    pub kind: String,
    /// Name of its kind.
    pub kind_name: String,
    /// What stands beside it because the subject entered it itself; empty otherwise.
    pub mark: String,
    /// That somebody objects to it.
    pub objection: Option<OpenObjection>,
    /// Title of the document, or what stands for it.
    pub title: String,
    /// Number of the document.
    pub number: String,
    /// Name of the party.
    pub party: String,
    /// Code of the party.
    pub code: String,
    /// Deciding body.
    pub authority: String,
    /// Id of the unit that reported it.
    pub unit: String,
    /// What a list shows of the content.
    pub summary: String,
    /// Class: penalty kinds, licence category.
    pub class: String,
    /// What was found about it later; empty where nothing was.
    pub outcome: String,
    /// Decision date.
    pub decided: Date,
    /// Last day of validity; `None` for long term or none.
    pub valid_until: Option<Date>,
    /// The fields the public may see, in official order.
    pub fields: Vec<ShownField>,
    /// Why it is public, from when, until when, repairable from when.
    pub disclosure: Ruling<Disclosure>,
    /// The clocks the decision ran.
    pub clocks: Vec<DueClock>,
    /// When the platform first knew it.
    pub known_at: i64,
    /// How often it was corrected.
    pub version: i64,
    /// The number of the version in the store, which counts marks too.
    #[serde(skip)]
    pub stored: i64,
}

/// Reads the stored content.
pub(crate) fn content_of(record: &Record) -> Result<BTreeMap<String, String>, DeskError> {
    serde_json::from_str(&record.content)
        .map_err(|error| inconsistent(record, "content", &error.to_string()))
}

/// Everything that it says, what is sealed too. For a rule to compare with, never to be shown.
pub(crate) fn whole_content(
    desk: &Desk,
    record: &Record,
) -> Result<BTreeMap<String, String>, DeskError> {
    let mut values = content_of(record)?;
    if let Some(sealed) = &record.sealed {
        let place = record_place(record.subject_id, record.id);
        let clear = desk.store().keys().open(Purpose::Record, &place, sealed)?;
        let sensitive: BTreeMap<String, String> = serde_json::from_slice(&clear)
            .map_err(|error| DeskError::Internal(error.to_string()))?;
        values.extend(sensitive);
    }
    Ok(values)
}

/// Reads the stored platform fields.
pub(crate) fn platform_of(record: &Record) -> Result<Platform, DeskError> {
    serde_json::from_str(&record.platform)
        .map_err(|error| inconsistent(record, "platform", &error.to_string()))
}

/// What stands beside a record because somebody objects to it.
pub(crate) fn objection(platform: &Platform) -> Option<OpenObjection> {
    let open = platform.objected.as_ref()?;
    Some(OpenObjection { since: open.since, statement: open.statement.clone() })
}

fn inconsistent(record: &Record, column: &str, reason: &str) -> DeskError {
    DeskError::Store(xinyong_store::StoreError::Inconsistent {
        table: "record".to_owned(),
        column: column.to_owned(),
        row: record.id.to_string(),
        reason: reason.to_owned(),
    })
}

/// The clocks that a decision runs. What a subject enters itself is no decision.
pub(crate) fn decision_clocks(
    law: &Law,
    kind: &Kind,
    decided: Date,
    channel: &str,
) -> Vec<DueClock> {
    if kind.by_subject.is_some() { Vec::new() } else { clocks(law, decided, channel == "samr") }
}

/// What stands beside records of a kind that subjects enter themselves.
pub(crate) fn mark(kind: &Kind) -> String {
    kind.by_subject.as_ref().map(|by| by.mark.clone()).unwrap_or_default()
}

/// The fields of the official layout that may be shown, in its order, as far as something stands in them.
pub(crate) fn shown_fields(
    kind: &Kind,
    content: &BTreeMap<String, String>,
    may_show: impl Fn(&Field) -> bool,
) -> Vec<ShownField> {
    kind.fields
        .iter()
        .filter(|field| !field.platform && may_show(field))
        .filter_map(|field| {
            let value = content.get(&field.code)?.clone();
            let (code, label) = (field.code.clone(), field.label.clone());
            Some(ShownField { endless: kind.is_endless(&code, &value), code, label, value })
        })
        .collect()
}

/// Judges a stored record for a day; the record is given out only when the public may see it then.
pub(crate) fn judged(
    record: &Record,
    kind: &Kind,
    on: Date,
    law: &Law,
) -> Result<(Ruling<Disclosure>, BTreeMap<String, String>), DeskError> {
    let kept = Kept::read(record)?;
    let ruling = disclosure(&kept.facts(record, kind), on, law)?;
    Ok((ruling, kept.content))
}

/// What a stored record says, read.
pub(crate) struct Kept {
    content: BTreeMap<String, String>,
    platform: Platform,
    category: PartyCategory,
}

impl Kept {
    /// Reads it.
    pub(crate) fn read(record: &Record) -> Result<Self, DeskError> {
        Ok(Self {
            content: content_of(record)?,
            platform: platform_of(record)?,
            category: PartyCategory::from_id(&record.party_category)
                .ok_or_else(|| inconsistent(record, "party_category", &record.party_category))?,
        })
    }

    /// What stands in a field in the clear.
    pub(crate) fn value(&self, code: &str) -> &str {
        self.content.get(code).map_or("", String::as_str)
    }

    /// The fields in the clear.
    pub(crate) const fn content(&self) -> &BTreeMap<String, String> {
        &self.content
    }

    /// Whether the subject entered it itself, and signed.
    pub(crate) fn is_signed(&self) -> bool {
        self.platform.signature.is_some()
    }

    /// What the platform added.
    pub(crate) const fn platform(&self) -> &Platform {
        &self.platform
    }

    /// The same with another objection, or none.
    pub(crate) fn objected_by(mut self, objected: Option<Objected>, marked: Marked) -> Self {
        self.platform.objected = objected;
        self.platform.marked = Some(marked);
        self
    }

    /// That somebody objects to it and it is not settled.
    pub(crate) fn objection(&self) -> Option<OpenObjection> {
        objection(&self.platform)
    }

    /// The facts that the rules ask for.
    pub(crate) fn facts<'k>(&'k self, record: &Record, kind: &'k Kind) -> RecordFacts<'k> {
        RecordFacts {
            kind,
            category: self.category,
            decided: record.decided_on,
            valid_until: record.valid_until,
            content: &self.content,
            platform: &self.platform,
            withdrawn: record.withdrawn_on,
        }
    }
}

/// The public view of a stored record on a day, or nothing.
pub(crate) fn view(
    record: &Record,
    on: Date,
    law: &Law,
) -> Result<Option<PublicRecord>, DeskError> {
    let kind = law.kind(&record.kind).ok_or_else(|| inconsistent(record, "kind", &record.kind))?;
    let (ruling, content) = judged(record, kind, on, law)?;
    if !ruling.value.public {
        return Ok(None);
    }
    let at = |position: usize| -> String {
        kind.fields
            .get(position)
            .and_then(|field| content.get(&field.code))
            .cloned()
            .unwrap_or_default()
    };
    let decided = record.decided_on;
    let platform = platform_of(record)?;
    Ok(Some(PublicRecord {
        subject: record.subject_id,
        id: record.id,
        kind: kind.id.clone(),
        kind_name: kind.name.clone(),
        mark: mark(kind),
        objection: objection(&platform),
        title: kind.title.map(at).unwrap_or_default(),
        number: at(kind.document_number),
        party: at(kind.party.name),
        code: at(kind.party.uscc),
        authority: at(kind.authority),
        unit: record.unit_id.clone(),
        summary: at(kind.summary),
        class: kind.class.map(at).unwrap_or_default(),
        outcome: kind
            .outcome
            .filter(|at| kind.fields.get(*at).is_some_and(|field| field.public))
            .map(at)
            .unwrap_or_default(),
        decided,
        valid_until: ruling.value.publicity.valid_until,
        fields: shown_fields(kind, &content, |field| field.public),
        clocks: decision_clocks(law, kind, decided, &platform.channel),
        disclosure: ruling,
        // An objection beside it is no correction.
        known_at: platform
            .marked
            .as_ref()
            .and_then(|one| one.known_at)
            .unwrap_or(record.recorded_at),
        version: record.version - platform.marked.as_ref().map_or(0, |one| one.versions),
        stored: record.version,
    }))
}

/// A record that a unit may be shown for something it has to decide.
#[derive(Debug, Clone)]
pub(crate) struct UsableRecord {
    /// Id of its kind.
    pub(crate) kind: String,
    /// Name of its kind.
    pub(crate) kind_name: String,
    /// What stands beside it because the subject entered it itself; empty otherwise.
    pub(crate) mark: String,
    /// That somebody objects to it.
    pub(crate) objection: Option<OpenObjection>,
    /// Title of the document, or what stands for it.
    pub(crate) title: String,
    /// Number of the document.
    pub(crate) number: String,
    /// The fields that a unit may see, in official order.
    pub(crate) fields: Vec<ShownField>,
    /// How it stands.
    pub(crate) disclosure: Disclosure,
}

/// What units may be shown of a stored record on a day, or nothing.
pub(crate) fn usable(
    record: &Record,
    on: Date,
    law: &Law,
) -> Result<Option<UsableRecord>, DeskError> {
    let kind = law.kind(&record.kind).ok_or_else(|| inconsistent(record, "kind", &record.kind))?;
    let (ruling, content) = judged(record, kind, on, law)?;
    if !ruling.value.for_units {
        return Ok(None);
    }
    let at = |position: usize| -> String {
        let field = kind.fields.get(position);
        field.and_then(|field| content.get(&field.code)).cloned().unwrap_or_default()
    };
    let public = ruling.value.public;
    Ok(Some(UsableRecord {
        kind: kind.id.clone(),
        kind_name: kind.name.clone(),
        mark: mark(kind),
        objection: objection(&platform_of(record)?),
        title: kind.title.map(at).unwrap_or_default(),
        number: at(kind.document_number),
        fields: shown_fields(kind, &content, |field| field.public || (!public && !field.sensitive)),
        disclosure: ruling.value,
    }))
}

/// One record, as the public may see it today.
///
/// # Errors
/// Not found when there is none, or when the public may not see it: the two look the same from outside.
pub async fn public_record(
    desk: &Desk,
    subject: i64,
    record: i64,
) -> Result<PublicRecord, DeskError> {
    let found = desk.store().record(subject, record).await?.ok_or(DeskError::NotFound("该信息"))?;
    view(&found, desk.today(), &desk.law())?.ok_or(DeskError::NotFound("该信息"))
}
