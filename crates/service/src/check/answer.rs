//! What a check answers: put together from what is known of a subject at a moment, the same bytes for the same facts and law.
//!
//! The members of every shape here stand in the order of their names, so that an answer is written in its canonical form (RFC 8785) at once,
//! without a tree of it being built and sorted first. A test holds one against the other.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use xinyong_domain::law::{Audience, Law};
use xinyong_domain::rules::disclosure::Disclosure;
use xinyong_domain::rules::measures::{Ground, assess};
use xinyong_domain::ruling::{Citation, Ruling};
use xinyong_store::{AnswerParts, Record};

use crate::browse::{Kept, OpenObjection, SubjectFacts, mark};
use crate::intake::disclosure;
use crate::refusal::DeskError;

/// The shape of the answer, for who reads it years later.
const FORM: &str = "xinyong-check-1";
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
    pub inputs: BTreeMap<String, String>,
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

/// What a check answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckAnswer {
    /// What else it has for the purpose.
    pub considered: Vec<Considered>,
    /// The day it is about.
    pub day: Date,
    /// Edition of the list of measures, empty on a day before the first.
    pub edition: String,
    /// The shape of this answer.
    pub form: String,
    /// What is on record, by kind in the order of the catalogue; kinds without a record are left out.
    pub groups: Vec<CheckedGroup>,
    /// Edition of the law folder with the confirmations that counted.
    pub law: String,
    /// What must not be done.
    pub limits: Vec<CheckLimit>,
    /// What that edition allows for the purpose.
    pub measures: Vec<ProposedMeasure>,
    /// For which purpose.
    pub purpose: Named,
    /// Who it is about.
    pub subject: CheckedSubject,
}

/// What is known of a subject at a moment.
pub(super) struct Facts<'f> {
    pub subject: CheckedSubject,
    pub records: &'f [Record],
    pub law: &'f Law,
    pub law_words: &'f str,
    pub day: Date,
    pub purpose: &'f str,
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
fn put(text: &mut String, before: &str, value: &impl Serialize) -> Result<(), DeskError> {
    text.push_str(before);
    let spelt =
        serde_json::to_string(value).map_err(|error| DeskError::Internal(error.to_string()))?;
    text.push_str(&spelt);
    Ok(())
}

/// The text of an answer from its parts.
pub(super) fn joined(parts: &AnswerParts) -> Result<String, DeskError> {
    parts
        .whole()
        .ok_or_else(|| DeskError::Internal("an answer that does not fit its frame".to_owned()))
}

/// Puts an answer together.
pub(super) fn answer(facts: &Facts<'_>) -> Result<CheckAnswer, DeskError> {
    let law = facts.law;
    let purpose = law
        .codes()
        .get(PURPOSES)
        .and_then(|list| list.by_id(facts.purpose))
        .ok_or_else(|| DeskError::Internal(format!("purpose {}", facts.purpose)))?;
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
            seen.push((record, kind, kept, ruling, standing));
        }
    }
    let grounds: Vec<Ground<'_>> = seen
        .iter()
        .map(|(record, kind, kept, ruling, _)| Ground {
            kind,
            content: kept.content(),
            decided: record.decided_on,
            disclosure: &ruling.value,
            contested: kept.objection().is_some(),
        })
        .collect();
    let found = assess(law, facts.purpose, &grounds, facts.day);
    let shown: Vec<CheckedRecord> = seen
        .iter()
        .map(|(record, kind, kept, ruling, standing)| shown(record, kind, kept, ruling, standing))
        .collect();
    let mut groups: Vec<CheckedGroup> = Vec::new();
    for kind in law.kinds().values() {
        let of_kind = seen.iter().zip(&shown).filter(|((_, one, ..), _)| one.id == kind.id);
        let records: Vec<_> = of_kind.map(|(_, shown)| shown.clone()).collect();
        if !records.is_empty() {
            let audience = if kind.audience == Audience::Public { "public" } else { "shared" };
            groups.push(CheckedGroup {
                kind: kind.id.clone(),
                name: kind.name.clone(),
                audience: audience.to_owned(),
                records,
            });
        }
    }
    let measures = found
        .proposals
        .iter()
        .filter_map(|proposal| {
            let record = shown.get(proposal.ground)?;
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
    Ok(CheckAnswer {
        form: FORM.to_owned(),
        day: facts.day,
        law: facts.law_words.to_owned(),
        purpose: Named { id: purpose.id.clone(), name: purpose.label.clone() },
        subject: facts.subject.clone(),
        groups,
        edition: found.edition.map(|edition| edition.edition.clone()).unwrap_or_default(),
        measures,
        considered: considered.collect(),
        limits: limits.collect(),
    })
}

fn shown(
    record: &Record,
    kind: &xinyong_domain::law::Kind,
    kept: &Kept,
    ruling: &Ruling<Disclosure>,
    standing: &str,
) -> CheckedRecord {
    let at = |position: usize| {
        kind.fields
            .get(position)
            .map(|field| kept.value(&field.code).to_owned())
            .unwrap_or_default()
    };
    let number = at(kind.document_number);
    let title = kind.title.map(at).unwrap_or_default();
    let title = [&title, &number].into_iter().find(|text| !text.is_empty()).unwrap_or(&kind.name);
    let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let public = ruling.value.public;
    CheckedRecord {
        subject: record.subject_id.to_string(),
        id: record.id.to_string(),
        version: record.version,
        title: title.clone(),
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
        because: ruling.because.iter().map(Reason::of).collect(),
        inputs: ruling.inputs.clone(),
    }
}

impl CheckAnswer {
    /// Its one spelling, the canonical form (RFC 8785), in two parts: what rests on the law, the day and the purpose alone, and what is said
    /// of this subject.
    pub(super) fn parts(&self) -> Result<AnswerParts, DeskError> {
        let mut frame = String::new();
        put(&mut frame, "{\"considered\":", &self.considered)?;
        put(&mut frame, ",\"day\":", &self.day)?;
        put(&mut frame, ",\"edition\":", &self.edition)?;
        put(&mut frame, ",\"form\":", &self.form)?;
        frame.push_str(",\"groups\":\n");
        put(&mut frame, ",\"law\":", &self.law)?;
        put(&mut frame, ",\"limits\":", &self.limits)?;
        frame.push_str(",\"measures\":\n");
        put(&mut frame, ",\"purpose\":", &self.purpose)?;
        frame.push_str(",\"subject\":\n}");
        let mut said = String::new();
        put(&mut said, "", &self.groups)?;
        put(&mut said, "\n", &self.measures)?;
        put(&mut said, "\n", &self.subject)?;
        Ok(AnswerParts { frame, said })
    }

    /// The same in one.
    pub(super) fn text(&self) -> Result<String, DeskError> {
        joined(&self.parts()?)
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
        let purpose = &self.purpose.name;
        if self.edition.is_empty() {
            return "那一天还没有可以依据的措施清单，不作提示，不得自行采取措施".to_owned();
        }
        if self.unconfirmed().next().is_some() {
            return format!("清单中就“{purpose}”的措施没有核对过原文，不作提示，不得自行采取");
        }
        format!("就“{purpose}”没有可以采取的惩戒措施")
    }

    /// The measures that nobody verified.
    pub fn unconfirmed(&self) -> impl Iterator<Item = &Considered> {
        self.considered.iter().filter(|one| one.why == "unconfirmed")
    }
}
