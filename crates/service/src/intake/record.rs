//! Turns a checked row into what the register keeps: clear content, sealed content, platform fields, public dates.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use xinyong_domain::check::Checked;
use xinyong_domain::document_number::DocumentNumber;
use xinyong_domain::law::{Kind, Law, Unit};
use xinyong_domain::party::PartyCategory;
use xinyong_domain::rules::disclosure::{Disclosure, Facts, disclose};
use xinyong_domain::rules::explain::Given;
use xinyong_domain::rules::publicity::Reason;
use xinyong_domain::rules::repair::{Known, Repair, Standing, repair};
use xinyong_domain::ruling::Ruling;
use xinyong_domain::text::normalise_name;
use xinyong_store::NumberPlace;

use crate::refusal::DeskError;

/// What the platform knows about a record beyond its layout (decisions.md, "Inputs the layouts lack").
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Platform {
    /// Id of the procedure.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub procedure: String,
    /// Id of the safety domain.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub domain: String,
    /// Id of the channel.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub channel: String,
    /// Id of the class the reviewer set, empty while nobody has.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub severity: String,
    /// Why, in the reviewer's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub severity_reason: String,
    /// On what document.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub severity_source: String,
    /// The confirmed basis for publication, empty while nobody has confirmed one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub basis: String,
    /// The named exemption from publication.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub exemption: String,
    /// When it was released.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released: Option<Date>,
    /// Who vouches for it, where the subject entered it itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
    /// That somebody objects to it and it is not settled yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objected: Option<Objected>,
    /// Which of its versions say nothing new but that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marked: Option<Marked>,
}

/// Versions that only mark a record or take a mark away. They are no corrections, and whoever counts those leaves them out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marked {
    /// How many.
    pub versions: i64,
    /// Since when the platform knows what the record says, where the newest version is one of them: in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_at: Option<i64>,
}

impl Marked {
    /// The same where something new is said.
    pub(crate) fn with_news(marked: Option<Self>) -> Option<Self> {
        marked.map(|one| Self { known_at: None, ..one })
    }
}

/// An open objection as each version of its record carries it, so that whatever shows a version shows the mark, on the day and as of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objected {
    /// Its id.
    pub objection: i64,
    /// Since when.
    pub since: Date,
    /// The words of whoever objects, empty for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub statement: String,
    /// The last day on which the record is in view unless it is answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_by: Option<Date>,
}

/// A commitment of truth as it was signed. The signer's name stands in the sealed part of the version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// The signer's sign-in name.
    pub by: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// SM3 of the exact content, in hexadecimal.
    pub content: String,
    /// SM3 of the text of the commitment, in hexadecimal.
    pub commitment: String,
}

impl Platform {
    /// On what its publication rests: the basis that a second person confirmed, or the subject's own signature.
    fn grounds(&self) -> &str {
        if self.signature.is_some() { "signed-by-subject" } else { &self.basis }
    }

    /// What a row and its unit say: the row's own column first, then the unit's domain and channel, then the ordinary case.
    pub(crate) fn of_row(kind: &Kind, checked: &Checked<'_, '_>, unit: &Unit) -> Self {
        let read = |code: &str| -> String {
            let Some(position) = kind.position(code) else {
                return String::new();
            };
            let value = checked.value(position);
            kind.fields
                .get(position)
                .and_then(|field| field.codes.as_ref())
                .and_then(|list| list.codes.iter().find(|entry| entry.label == value))
                .map_or_else(String::new, |entry| entry.id.clone())
        };
        let or = |value: String, fallback: Option<&str>, ordinary: &str| {
            if value.is_empty() { fallback.unwrap_or(ordinary).to_owned() } else { value }
        };
        // What the source says is not for the public is exempt, whatever the kind's rule.
        let exemption = kind
            .scope
            .and_then(|position| kind.fields.get(position))
            .filter(|field| !matches!(read(&field.code).as_str(), "" | "public"))
            .and_then(|field| kind.position(&field.code))
            .map_or_else(String::new, |position| checked.value(position).to_owned());
        if kind.position("procedure").is_none() {
            return Self { exemption, ..Self::default() };
        }
        Self {
            exemption,
            procedure: or(read("procedure"), None, "ordinary"),
            domain: or(read("domain"), unit.domain.as_deref(), "other"),
            channel: or(read("channel"), unit.channel.as_deref(), "ndrc"),
            severity: read("severity"),
            ..Self::default()
        }
    }
}

/// A record as far as the publication rule and the pages ask: content by field code, with the platform's fields.
#[derive(Debug, Clone)]
pub struct RecordFacts<'k> {
    /// Its kind.
    pub kind: &'k Kind,
    /// The party's category.
    pub category: PartyCategory,
    /// Decision date.
    pub decided: Date,
    /// Last day of validity.
    pub valid_until: Option<Date>,
    /// Content by field code.
    pub content: &'k BTreeMap<String, String>,
    /// The platform's fields.
    pub platform: &'k Platform,
    /// When it was taken down.
    pub withdrawn: Option<Date>,
}

/// What is known about a decision, in the words of the rules.
fn given_of<'k>(facts: &RecordFacts<'k>) -> Result<Given<'k>, DeskError> {
    let mut given = Given::new(facts.kind, facts.decided);
    given.category = facts.category;
    given.released = facts.platform.released;
    given.valid_until =
        facts.valid_until.filter(|until| !xinyong_domain::value::date::is_long_term(*until));
    let mut set = |field: &str, value: &str| -> Result<(), DeskError> {
        if value.is_empty() {
            return Ok(());
        }
        given.set(field, value).map_err(|bad| {
            DeskError::Internal(format!("{} {}: {}", facts.kind.id, bad.field, bad.message))
        })
    };
    if let Some(class) = facts.kind.class
        && let Some(field) = facts.kind.fields.get(class)
        && let Some(value) = facts.content.get(&field.code)
    {
        set(&field.code, value)?;
    }
    set("procedure", &facts.platform.procedure)?;
    set("domain", &facts.platform.domain)?;
    set("channel", &facts.platform.channel)?;
    set("severity", &facts.platform.severity)?;
    Ok(given)
}

/// The classes that a record's file gives it, as the rules know them: the kinds of penalty, the list.
///
/// # Errors
/// As [`disclosure`].
pub(crate) fn classes(facts: &RecordFacts<'_>) -> Result<Vec<String>, DeskError> {
    Ok(given_of(facts)?.question().penalty_kinds.to_vec())
}

/// The one call by which the service asks what the public may see.
///
/// # Errors
/// An internal error when a stored value is not of its list: stored data that contradicts the law folder is never guessed at.
pub fn disclosure(
    facts: &RecordFacts<'_>,
    on: Date,
    law: &Law,
) -> Result<Ruling<Disclosure>, DeskError> {
    ask(facts, |asked| disclose(asked, on, law))
}

/// The one call by which the service asks whether units that follow the subject are told of a record.
///
/// # Errors
/// As [`disclosure`].
pub(crate) fn told_to_units(
    facts: &RecordFacts<'_>,
    on: Date,
    law: &Law,
) -> Result<bool, DeskError> {
    ask(facts, |asked| disclose(asked, on, law).value.is_told_to_units())
}

fn ask<T>(facts: &RecordFacts<'_>, rule: impl FnOnce(&Facts<'_>) -> T) -> Result<T, DeskError> {
    let given = given_of(facts)?;
    let asked = Facts {
        question: given.question(),
        audience: facts.kind.audience,
        basis: facts.platform.grounds(),
        exemption: &facts.platform.exemption,
        withdrawn: facts.withdrawn,
        answer_by: facts.platform.objected.as_ref().and_then(|one| one.answer_by),
    };
    Ok(rule(&asked))
}

/// The one call by which the service asks how a record may be repaired. What is not public for any other reason has nothing to repair.
///
/// # Errors
/// As [`disclosure`].
pub(crate) fn repairing(
    facts: &RecordFacts<'_>,
    known: &Known,
    on: Date,
    law: &Law,
) -> Result<Ruling<Repair>, DeskError> {
    let given = given_of(facts)?;
    let known = Known { withdrawn: facts.withdrawn, ..*known };
    let mut ruling = repair(&given.question(), &known, on, law);
    let shown = disclosure(facts, on, law)?.value;
    let hidden = matches!(
        shown.reason,
        Some(Reason::KindNotPublic | Reason::Exempt | Reason::NoBasis | Reason::Withdrawn)
    );
    if hidden {
        ruling.value.standing = Standing::Nothing;
    }
    Ok(ruling)
}

/// From when and until when a read must look at a record at all, and the articles behind it.
#[derive(Debug)]
pub(crate) struct Sieve {
    /// First day; none: never public.
    pub public_from: Option<Date>,
    /// Last day; the last of all days without a maximum.
    pub public_until: Option<Date>,
    /// The citations, as JSON.
    pub citations: String,
}

/// The rulings of one pass. Most rows of a file ask the same question, and on one day it has one answer.
#[derive(Debug, Default)]
pub(crate) struct Rulings {
    known: HashMap<String, Arc<Sieve>>,
}

impl Rulings {
    /// The sieve of a record: all of a pass under one law and one day.
    ///
    /// # Errors
    /// As [`disclosure`].
    pub(crate) fn of(
        &mut self,
        facts: &RecordFacts<'_>,
        today: Date,
        law: &Law,
    ) -> Result<Arc<Sieve>, DeskError> {
        let key = question_of(facts);
        if let Some(sieve) = self.known.get(&key) {
            return Ok(Arc::clone(sieve));
        }
        let ruling = disclosure(facts, today, law)?;
        let shown = &ruling.value;
        let may_show = shown.public || matches!(shown.reason, Some(Reason::NotYet | Reason::Ended));
        let sieve = Arc::new(Sieve {
            public_from: shown.publicity.first_day.filter(|_| may_show),
            public_until: may_show
                .then(|| shown.publicity.last_day.unwrap_or(jiff::civil::date(9999, 12, 31))),
            citations: to_json(&ruling.because)?,
        });
        keep(&mut self.known, key, Arc::clone(&sieve));
        Ok(sieve)
    }
}

/// Everything that the question about a record is made of: what is the same in two records has one answer on one day.
fn question_of(facts: &RecordFacts<'_>) -> String {
    let class = facts.kind.class.and_then(|class| facts.kind.fields.get(class));
    let class = class.and_then(|field| facts.content.get(&field.code));
    let Platform { procedure, domain, channel, severity, exemption, released, .. } = facts.platform;
    let answer_by = facts.platform.objected.as_ref().and_then(|one| one.answer_by);
    let basis = facts.platform.grounds();
    format!(
        "{}\n{:?}\n{}\n{:?}\n{class:?}\n{procedure}\n{domain}\n{channel}\n{severity}\n{basis}\n{exemption}\n\
         {released:?}\n{:?}\n{answer_by:?}",
        facts.kind.id, facts.category, facts.decided, facts.valid_until, facts.withdrawn,
    )
}

/// Remembers an answer. All decision days and classes there are stay below the limit; what goes beyond is asked anew.
fn keep<T>(known: &mut HashMap<String, T>, key: String, answer: T) {
    if known.len() >= 20_000 {
        known.clear();
    }
    known.insert(key, answer);
}

/// What the rule of repair says of a record of which nothing more is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Forthcoming {
    /// Whether an application may be made.
    pub standing: Standing,
    /// From when.
    pub from: Option<Date>,
    /// Until when it is public without any.
    pub until: Option<Date>,
}

/// The same of many records on one day under one law.
#[derive(Debug, Default)]
pub(crate) struct Forthcomings {
    known: HashMap<String, Forthcoming>,
}

impl Forthcomings {
    /// What [`repairing`] says with nothing known beside the record.
    ///
    /// # Errors
    /// As [`disclosure`].
    pub(crate) fn of(
        &mut self,
        facts: &RecordFacts<'_>,
        today: Date,
        law: &Law,
    ) -> Result<Forthcoming, DeskError> {
        let key = question_of(facts);
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        let Repair { standing, from, until, .. } =
            repairing(facts, &Known::default(), today, law)?.value;
        let answer = Forthcoming { standing, from, until };
        keep(&mut self.known, key, answer);
        Ok(answer)
    }
}

/// Where the number of a document stands, from the natural key of its record (the body and the number). A number that belongs to
/// no series stands for itself.
pub(crate) fn number_place(natural_key: &str) -> NumberPlace {
    // The body comes first; kinds with a key of their own have no numbers that are counted through.
    let number = natural_key.split('\u{1f}').nth(1).unwrap_or(natural_key);
    place_of_number(number)
}

/// As [`number_place`], from the number alone.
pub(crate) fn place_of_number(number: &str) -> NumberPlace {
    match DocumentNumber::parse(number) {
        Some(DocumentNumber { series, year, serial }) => {
            NumberPlace { year: year.into(), series, serial: serial.into() }
        }
        None => NumberPlace { year: 0, series: normalise_name(number).into_owned(), serial: 0 },
    }
}

/// The clear and the sensitive content of a row, by field code. A natural person's name is sensitive as well: nothing in the
/// clear may say who it is.
pub(crate) fn split_content(
    kind: &Kind,
    checked: &Checked<'_, '_>,
) -> (BTreeMap<String, String>, BTreeMap<String, String>) {
    let person = checked.category == Some(PartyCategory::NaturalPerson);
    let mut clear = BTreeMap::new();
    let mut sensitive = BTreeMap::new();
    for (position, field) in kind.fields.iter().enumerate() {
        let value = checked.value(position);
        if value.is_empty() || field.platform {
            continue;
        }
        let target = if field.sensitive || (person && position == kind.party.name) {
            &mut sensitive
        } else {
            &mut clear
        };
        target.insert(field.code.clone(), value.to_owned());
    }
    (clear, sensitive)
}

/// A value as it is kept.
pub(crate) fn to_json<T: Serialize>(value: &T) -> Result<String, DeskError> {
    serde_json::to_string(value).map_err(|error| DeskError::Internal(error.to_string()))
}
