//! What a check answers: put together from what is known of a subject at a moment, the same bytes for the same facts and law.
//!
//! The members of every shape here stand in the order of their names, so that an answer is written in its canonical form (RFC 8785) at once,
//! without a tree of it being built and sorted first. A test holds one against the other.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use serde::ser::{SerializeStruct as _, Serializer};
use serde::{Deserialize, Serialize};
use xinyong_domain::law::{Audience, Kind, Law, Measure};
use xinyong_domain::rules::disclosure::Disclosure;
use xinyong_domain::rules::measures::{Assessment, Ground, NotProposed, assess};
use xinyong_domain::ruling::{Citation, Inputs, Ruling};
use xinyong_store::{AnswerFrame, AnswerParts, Record};

use crate::browse::{Kept, OpenObjection, SubjectFacts, mark};
use crate::intake::disclosure;
use crate::refusal::DeskError;

/// The shape of the answer, for who reads it years later.
const FORM: &str = "xinyong-check-1";
/// What is said of a subject mostly takes less, in bytes.
const SAID: usize = 4_096;
/// The list of purposes.
pub(crate) const PURPOSES: &str = "check-purpose";

/// An id with what people call it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
}

/// An article that something rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The entry of the law folder.
    pub entry: String,
    /// How well it is known.
    pub evidence: String,
    /// Title, number and article, as people cite them.
    pub line: String,
}

impl Reason {
    fn of(citation: &Citation) -> Self {
        Self {
            entry: citation.entry.clone(),
            line: citation.line(),
            evidence: citation.evidence.label().to_owned(),
        }
    }
}

/// Who the answer is about, as the register had it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedSubject {
    /// `organisation` or `individual-business`.
    pub category: String,
    /// Unified social credit code.
    pub code: String,
    /// Former names.
    pub former_names: Vec<String>,
    /// Name.
    pub name: String,
    /// Registration date, empty where it is not known.
    pub registered_on: String,
    /// Registration status; `unknown` where no register was imported.
    pub status: String,
}

impl CheckedSubject {
    pub(super) fn of(facts: &SubjectFacts) -> Self {
        let names = facts.former_names.iter().map(|former| former.name.clone());
        let mut former_names: Vec<String> = names.filter(|name| *name != facts.name).collect();
        former_names.sort();
        former_names.dedup();
        Self {
            code: facts.code.clone(),
            name: facts.name.clone(),
            category: facts.category.clone(),
            status: facts.status.clone(),
            registered_on: facts.registered_on.map(|day| day.to_string()).unwrap_or_default(),
            former_names,
        }
    }
}

/// A record of the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedRecord {
    /// Deciding body.
    pub authority: String,
    /// Why it may be seen, and until when.
    pub because: Vec<Reason>,
    /// Class: penalty kinds, licence category, list.
    pub class: String,
    /// Decision date.
    pub decided: Date,
    /// Its own id.
    pub id: String,
    /// The inputs of that rule.
    pub inputs: Inputs,
    /// What stands beside it because the subject entered it itself; empty otherwise.
    pub mark: String,
    /// Number of the document.
    pub number: String,
    /// That somebody objects to it and it is not settled; left out where nobody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objection: Option<OpenObjection>,
    /// Last day on which everybody may see it, empty for none.
    pub public_until: String,
    /// `public`, `ended` (over, and shown as over) or `shared` (among organs only).
    pub standing: String,
    /// Id of the subject under which it is kept.
    pub subject: String,
    /// What a list shows of the content.
    pub summary: String,
    /// Title, or what stands for it.
    pub title: String,
    /// Last day of validity, empty for none.
    pub valid_until: String,
    /// Which of its versions was read.
    pub version: i64,
}

/// The records of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedGroup {
    /// `public` or `shared`.
    pub audience: String,
    /// The kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The records, the newest first.
    pub records: Vec<CheckedRecord>,
}

/// A measure that the list allows for the purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposedMeasure {
    /// The article that allows it.
    pub basis: Reason,
    /// What the person must read before taking it.
    pub caution: String,
    /// The group of the list.
    pub group: String,
    /// Its id.
    pub id: String,
    /// What ends it.
    pub lifting: String,
    /// What it is.
    pub name: String,
    /// The record that is its ground: its id.
    pub record: String,
    /// The same in words.
    pub record_line: String,
    /// Against whom.
    pub target: String,
    /// Its last day at the latest, empty where that is not known.
    pub until: String,
}

/// A measure of the list for this purpose that is not proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Considered {
    /// Its id.
    pub id: String,
    /// What it is.
    pub name: String,
    /// `no-ground` or `unconfirmed`.
    pub why: String,
}

/// What must not be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckLimit {
    /// On what it rests.
    pub basis: Reason,
    /// The sentence.
    pub text: String,
}

/// What the law gives of an answer: the same for everybody about whom it has the same to say for a purpose on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// What else the list has for the purpose.
    pub considered: Vec<Considered>,
    /// The day it is about.
    pub day: Date,
    /// Edition of the list of measures, empty on a day before the first.
    pub edition: String,
    /// The shape of the answer.
    pub form: String,
    /// Edition of the law folder with the confirmations that counted.
    pub law: String,
    /// What must not be done.
    pub limits: Vec<CheckLimit>,
    /// For which purpose.
    pub purpose: Named,
}

/// What a check answers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Flat")]
pub struct CheckAnswer {
    /// What the law gives.
    pub given: Arc<Given>,
    /// What is on record, by kind in the order of the catalogue; kinds without a record are left out.
    pub groups: Vec<CheckedGroup>,
    /// What the edition of the list allows for the purpose.
    pub measures: Vec<ProposedMeasure>,
    /// Who it is about.
    pub subject: CheckedSubject,
}

/// An answer as it is written.
#[derive(Deserialize)]
struct Flat {
    considered: Vec<Considered>,
    day: Date,
    edition: String,
    form: String,
    groups: Vec<CheckedGroup>,
    law: String,
    limits: Vec<CheckLimit>,
    measures: Vec<ProposedMeasure>,
    purpose: Named,
    subject: CheckedSubject,
}

impl From<Flat> for CheckAnswer {
    fn from(flat: Flat) -> Self {
        let Flat { considered, day, edition, form, law, limits, purpose, .. } = flat;
        let given = Given { considered, day, edition, form, law, limits, purpose };
        Self {
            given: Arc::new(given),
            groups: flat.groups,
            measures: flat.measures,
            subject: flat.subject,
        }
    }
}

impl Serialize for CheckAnswer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let given = self.given.as_ref();
        let mut whole = serializer.serialize_struct("CheckAnswer", 10)?;
        whole.serialize_field("considered", &given.considered)?;
        whole.serialize_field("day", &given.day)?;
        whole.serialize_field("edition", &given.edition)?;
        whole.serialize_field("form", &given.form)?;
        whole.serialize_field("groups", &self.groups)?;
        whole.serialize_field("law", &given.law)?;
        whole.serialize_field("limits", &given.limits)?;
        whole.serialize_field("measures", &self.measures)?;
        whole.serialize_field("purpose", &given.purpose)?;
        whole.serialize_field("subject", &self.subject)?;
        whole.end()
    }
}

/// What is known of a subject at a moment.
pub(super) struct Facts<'f> {
    pub subject: CheckedSubject,
    pub records: &'f [Record],
    pub law: &'f Arc<Law>,
    pub law_words: &'f str,
    pub day: Date,
    pub purpose: &'f str,
}

/// What the law gave of past answers, kept for the next ones: most of an answer, and the same for nearly all.
#[derive(Debug, Default)]
pub(super) struct Frames {
    known: Mutex<Vec<Framed>>,
}

/// Kept at most: for each purpose some, since what is considered differs by what is proposed.
const MOST_FRAMES: usize = 64;

#[derive(Debug, Clone)]
struct Framed {
    /// Held so that another law is never taken for it.
    law: Arc<Law>,
    given: Arc<Given>,
    frame: Arc<AnswerFrame>,
}

impl Frames {
    /// What the law gives where the list says this, and its spelling.
    fn of(
        &self,
        facts: &Facts<'_>,
        found: &Assessment<'_>,
    ) -> Result<(Arc<Given>, Arc<AnswerFrame>), DeskError> {
        let says_this = |one: &Given| {
            let same = |(one, (measure, why)): (&Considered, &(&_, NotProposed))| {
                let measure: &Measure = measure;
                one.id == measure.id && one.why == why.as_str()
            };
            one.day == facts.day
                && one.purpose.id == facts.purpose
                && one.law == facts.law_words
                && one.considered.len() == found.others.len()
                && one.considered.iter().zip(&found.others).all(same)
        };
        let known = |all: &mut Vec<Framed>| {
            let is_it = |one: &Framed| Arc::ptr_eq(&one.law, facts.law) && says_this(&one.given);
            // The last asked for stands last, and is the last to be forgotten.
            let place = all.iter().rposition(is_it)?;
            all[place..].rotate_left(1);
            all.last().map(|one| (Arc::clone(&one.given), Arc::clone(&one.frame)))
        };
        if let Some(known) = known(&mut self.known()) {
            return Ok(known);
        }
        let given = Arc::new(given(facts, found)?);
        let frame = Arc::new(given.frame()?);
        let mut all = self.known();
        // Somebody else may have put it together meanwhile.
        if let Some(known) = known(&mut all) {
            return Ok(known);
        }
        if all.len() >= MOST_FRAMES {
            all.remove(0);
        }
        let law = Arc::clone(facts.law);
        all.push(Framed { law, given: Arc::clone(&given), frame: Arc::clone(&frame) });
        Ok((given, frame))
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Vec<Framed>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the law gives of an answer.
fn given(facts: &Facts<'_>, found: &Assessment<'_>) -> Result<Given, DeskError> {
    let law = facts.law;
    let purpose = law
        .codes()
        .get(PURPOSES)
        .and_then(|list| list.by_id(facts.purpose))
        .ok_or_else(|| DeskError::Internal(format!("purpose {}", facts.purpose)))?;
    let considered = found.others.iter().map(|(measure, why)| Considered {
        id: measure.id.clone(),
        name: measure.name.clone(),
        why: why.as_str().to_owned(),
    });
    let limits = law
        .measures()
        .limits
        .iter()
        .map(|limit| CheckLimit { text: limit.text.clone(), basis: Reason::of(&limit.citation) });
    Ok(Given {
        considered: considered.collect(),
        day: facts.day,
        edition: found.edition.map(|edition| edition.edition.clone()).unwrap_or_default(),
        form: FORM.to_owned(),
        law: facts.law_words.to_owned(),
        limits: limits.collect(),
        purpose: Named { id: purpose.id.clone(), name: purpose.label.clone() },
    })
}

impl Given {
    /// What it gives of the canonical form (RFC 8785), with places for what is said of a subject.
    fn frame(&self) -> Result<AnswerFrame, DeskError> {
        let mut frame = Vec::new();
        put(&mut frame, "{\"considered\":", &self.considered)?;
        put(&mut frame, ",\"day\":", &self.day)?;
        put(&mut frame, ",\"edition\":", &self.edition)?;
        put(&mut frame, ",\"form\":", &self.form)?;
        put(&mut frame, ",\"groups\":\n,\"law\":", &self.law)?;
        put(&mut frame, ",\"limits\":", &self.limits)?;
        put(&mut frame, ",\"measures\":\n,\"purpose\":", &self.purpose)?;
        frame.extend_from_slice(b",\"subject\":\n}");
        Ok(AnswerFrame::new(text_of(frame)?))
    }
}

fn standing(ruling: &Disclosure, audience: Audience) -> Option<&'static str> {
    match audience {
        _ if ruling.public && ruling.ended => Some("ended"),
        _ if ruling.public => Some("public"),
        Audience::Shared if ruling.for_units => Some("shared"),
        _ => None,
    }
}

/// Adds a value in its canonical form, in which no line ever breaks.
fn put(text: &mut Vec<u8>, before: &str, value: &impl Serialize) -> Result<(), DeskError> {
    text.extend_from_slice(before.as_bytes());
    serde_json::to_writer(text, value).map_err(|error| DeskError::Internal(error.to_string()))
}

fn text_of(bytes: Vec<u8>) -> Result<String, DeskError> {
    String::from_utf8(bytes).map_err(|error| DeskError::Internal(error.to_string()))
}

/// The text of an answer from its parts.
pub(super) fn joined(parts: &AnswerParts) -> Result<String, DeskError> {
    parts
        .whole()
        .ok_or_else(|| DeskError::Internal("an answer that does not fit its frame".to_owned()))
}

/// A record that is shown.
struct Seen<'s> {
    record: &'s Record,
    kind: &'s Kind,
    kept: Kept,
    ruling: Ruling<Disclosure>,
    standing: &'static str,
}

/// Puts an answer together, with the spelling of what the law gives of it.
pub(super) fn answer(
    facts: Facts<'_>,
    frames: &Frames,
) -> Result<(CheckAnswer, Arc<AnswerFrame>), DeskError> {
    let law = facts.law;
    let mut seen = Vec::new();
    for record in facts.records {
        let Some(kind) = law.kind(&record.kind) else {
            return Err(DeskError::Internal(format!(
                "kind {} of record {}",
                record.kind, record.id
            )));
        };
        // What came with a version of itself that was withdrawn by then is gone for everybody.
        if record.withdrawn_on.is_some_and(|on| on <= facts.day) {
            continue;
        }
        let kept = Kept::read(record)?;
        let ruling = disclosure(&kept.facts(record, kind), facts.day, law)?;
        if let Some(standing) = standing(&ruling.value, kind.audience) {
            seen.push(Seen { record, kind, kept, ruling, standing });
        }
    }
    let grounds: Vec<Ground<'_>> = seen
        .iter()
        .map(|one| Ground {
            kind: one.kind,
            content: one.kept.content(),
            decided: one.record.decided_on,
            disclosure: &one.ruling.value,
            contested: one.kept.objection().is_some(),
        })
        .collect();
    let found = assess(law, facts.purpose, &grounds, facts.day);
    let (given, frame) = frames.of(&facts, &found)?;
    let shown: Vec<(&Kind, CheckedRecord)> =
        seen.into_iter().map(|one| (one.kind, shown(one))).collect();
    let measures = found
        .proposals
        .iter()
        .filter_map(|proposal| {
            let (_, record) = shown.get(proposal.ground)?;
            let measure = proposal.measure;
            Some(ProposedMeasure {
                id: measure.id.clone(),
                name: measure.name.clone(),
                group: measure.group.clone(),
                basis: Reason::of(&measure.citation),
                target: measure.target.clone(),
                lifting: measure.lifting.clone(),
                until: proposal.until.map(|day| day.to_string()).unwrap_or_default(),
                caution: measure.caution.clone(),
                record: record.id.clone(),
                record_line: format!(
                    "{}（{}，{}作出）",
                    if record.number.is_empty() { &record.title } else { &record.number },
                    record.authority,
                    record.decided
                ),
            })
        })
        .collect();
    let mut by_kind: BTreeMap<&str, (&Kind, Vec<CheckedRecord>)> = BTreeMap::new();
    for (kind, record) in shown {
        by_kind.entry(&kind.id).or_insert((kind, Vec::new())).1.push(record);
    }
    let groups = by_kind.into_values().map(|(kind, records)| CheckedGroup {
        kind: kind.id.clone(),
        name: kind.name.clone(),
        audience: if kind.audience == Audience::Public { "public" } else { "shared" }.to_owned(),
        records,
    });
    let groups = groups.collect();
    Ok((CheckAnswer { given, groups, measures, subject: facts.subject }, frame))
}

fn shown(one: Seen<'_>) -> CheckedRecord {
    let Seen { record, kind, kept, ruling, standing } = one;
    let at = |position: usize| {
        kind.fields
            .get(position)
            .map(|field| kept.value(&field.code).to_owned())
            .unwrap_or_default()
    };
    let number = at(kind.document_number);
    let title = kind.title.map(at).filter(|title| !title.is_empty());
    let title =
        title.unwrap_or_else(|| if number.is_empty() { kind.name.clone() } else { number.clone() });
    let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let public = ruling.value.public;
    CheckedRecord {
        subject: record.subject_id.to_string(),
        id: record.id.to_string(),
        version: record.version,
        title,
        number,
        authority: at(kind.authority),
        decided: record.decided_on,
        valid_until: day(ruling.value.publicity.valid_until),
        public_until: day(ruling.value.publicity.last_day.filter(|_| public)),
        standing: standing.to_owned(),
        mark: mark(kind),
        objection: kept.objection(),
        class: kind.class.map(at).unwrap_or_default(),
        summary: at(kind.summary),
        because: ruling.because.iter().map(|citation| Reason::of(citation)).collect(),
        inputs: ruling.inputs,
    }
}

impl CheckAnswer {
    /// Its one spelling, the canonical form (RFC 8785), in two parts: what rests on the law, the day and the purpose alone, and what is said
    /// of this subject.
    pub(super) fn parts(&self, frame: Arc<AnswerFrame>) -> Result<AnswerParts, DeskError> {
        let mut said = Vec::with_capacity(SAID);
        put(&mut said, "", &self.groups)?;
        put(&mut said, "\n", &self.measures)?;
        put(&mut said, "\n", &self.subject)?;
        Ok(AnswerParts { frame: Some(frame), said: text_of(said)? })
    }

    /// The same in one.
    pub(super) fn text(&self) -> Result<String, DeskError> {
        joined(&self.parts(Arc::new(self.given.frame()?))?)
    }

    /// An answer as it was kept.
    pub(super) fn read(text: &str) -> Result<Self, DeskError> {
        serde_json::from_str(text).map_err(|error| {
            DeskError::Store(xinyong_store::StoreError::Inconsistent {
                table: "subject_check".to_owned(),
                column: "said".to_owned(),
                row: String::new(),
                reason: error.to_string(),
            })
        })
    }

    /// How many records are in it.
    #[must_use]
    pub fn count(&self) -> usize {
        self.groups.iter().map(|group| group.records.len()).sum()
    }

    /// What is said where no measure is proposed: that there is none, or that nobody knows.
    #[must_use]
    pub fn nothing_to_take(&self) -> String {
        let purpose = &self.given.purpose.name;
        if self.given.edition.is_empty() {
            return "那一天还没有可以依据的措施清单，不作提示，不得自行采取措施".to_owned();
        }
        if self.unconfirmed().next().is_some() {
            return format!("清单中就“{purpose}”的措施没有核对过原文，不作提示，不得自行采取");
        }
        format!("就“{purpose}”没有可以采取的惩戒措施")
    }

    /// The measures that nobody verified.
    pub fn unconfirmed(&self) -> impl Iterator<Item = &Considered> {
        self.given.considered.iter().filter(|one| one.why == "unconfirmed")
    }
}
