//! 自主申报: what a subject enters of its own accord, in the form that the kind's file gives, under a signed commitment of truth.
//!
//! It goes through the same check of a row as what units report. No second person releases it: the subject vouches for it with its
//! signature, and it is marked wherever it shows. It is public as far as the law data and the subject's own choice let it, it can be
//! changed (a new version, signed anew) and withdrawn at any time, and nothing counts it.

mod row;
mod write;

use xinyong_domain::law::Required;
use xinyong_domain::law::{BySubject, Field, FieldType, Kind, Law};
use xinyong_store::sm3_hex;

use crate::access::Permission;
use crate::agents::Agent;
use crate::browse::{HeldRecord, Kept, MOST_READ, Names, held_record};
use crate::desk::Desk;
use crate::refusal::DeskError;

pub use write::{Change, Declare, Entered, change, declare, withdraw};

/// Declarations of one subject that a page shows: the newest.
const MOST_SHOWN: usize = 500;
/// Characters of the part of a number that the platform gives.
const ENTRY_LENGTH: usize = 8;
/// Characters of it: none that is taken for another.
const ENTRY_CHARACTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormField {
    /// Official code.
    pub code: String,
    /// Label.
    pub label: String,
    /// What it holds.
    pub kind: FieldType,
    /// Whether it must be filled.
    pub required: bool,
    /// Longest text.
    pub max: Option<usize>,
    /// What may be chosen.
    pub choices: Vec<String>,
    /// A hint.
    pub help: String,
}

/// The form of a kind that a subject may enter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclarationForm {
    /// Id of the kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// What stands beside it wherever it shows.
    pub mark: String,
    /// What that means.
    pub meaning: String,
    /// The fields.
    pub fields: Vec<FormField>,
    /// The text that is signed today.
    pub commitment: String,
    /// Its SM3: what is signed is what was shown.
    pub commitment_digest: String,
    /// What makes this entry one: sent twice, it is recorded once.
    pub entry: String,
}

/// A declaration, with what was entered by official code.
#[derive(Debug, Clone)]
pub struct OwnDeclaration {
    /// As in every list.
    pub held: HeldRecord,
    /// What was entered.
    pub values: Vec<(String, String)>,
}

fn rules<'l>(law: &'l Law, kind: &str) -> Result<(&'l Kind, &'l BySubject), DeskError> {
    let kind = law.kind(kind).ok_or(DeskError::NotFound("该类申报"))?;
    let rules = kind.by_subject.as_ref().ok_or(DeskError::NotFound("该类申报"))?;
    Ok((kind, rules))
}

/// The kinds that a subject may enter itself: id and name.
#[must_use]
pub fn kinds(desk: &Desk) -> Vec<(String, String)> {
    let law = desk.law();
    let open = law.kinds().values().filter(|kind| kind.by_subject.is_some());
    open.map(|kind| (kind.id.clone(), kind.name.clone())).collect()
}

fn field(kind: &Kind, at: usize) -> Option<FormField> {
    let field: &Field = kind.fields.get(at)?;
    Some(FormField {
        code: field.code.clone(),
        label: field.label.clone(),
        kind: field.kind,
        // How far it may go is the subject's own choice, and made by nobody else.
        required: field.required != Required::No || kind.scope == Some(at),
        max: field.max,
        choices: field
            .codes
            .iter()
            .flat_map(|list| list.codes.iter().map(|code| code.label.clone()))
            .collect(),
        help: field.help.clone().unwrap_or_default(),
    })
}

/// The form of a kind.
///
/// # Errors
/// Not found for a kind that subjects do not enter; an internal error where nothing is to be signed today.
pub fn form(desk: &Desk, agent: &Agent, kind: &str) -> Result<DeclarationForm, DeskError> {
    agent.actor.authorise(Permission::DeclareForSubject)?;
    let law = desk.law();
    let (kind, rules) = rules(&law, kind)?;
    let signed = rules
        .commitment(desk.today())
        .ok_or_else(|| DeskError::Internal(format!("{} has no commitment today", kind.id)))?;
    let entry = desk.random::<ENTRY_LENGTH>()?;
    Ok(DeclarationForm {
        kind: kind.id.clone(),
        name: kind.name.clone(),
        mark: rules.mark.clone(),
        meaning: rules.meaning.clone(),
        fields: rules.fields.iter().filter_map(|at| field(kind, *at)).collect(),
        commitment: signed.text.clone(),
        commitment_digest: sm3_hex(signed.text.as_bytes()),
        entry: entry
            .iter()
            .map(|byte| char::from(ENTRY_CHARACTERS[usize::from(byte % 32)]))
            .collect(),
    })
}

/// What the subject has declared, the newest first.
///
/// # Errors
/// When the store fails.
pub async fn declarations(desk: &Desk, agent: &Agent) -> Result<Vec<HeldRecord>, DeskError> {
    agent.actor.authorise(Permission::DeclareForSubject)?;
    let law = desk.law();
    let names = Names::read(desk).await?;
    let mut shown = Vec::new();
    for record in desk.store().records_of_subject(agent.subject.id, MOST_READ).await? {
        if Kept::read(&record)?.is_signed() {
            shown.push(held_record(&record, desk.today(), &law, &names, &agent.actor)?);
        }
        if shown.len() >= MOST_SHOWN {
            break;
        }
    }
    Ok(shown)
}

/// One declaration of the subject, to be changed.
///
/// # Errors
/// Not found: none, another subject's, or one that a unit reported.
pub async fn declaration(
    desk: &Desk,
    agent: &Agent,
    record: i64,
) -> Result<OwnDeclaration, DeskError> {
    let (found, kept) = own(desk, agent, record).await?;
    let law = desk.law();
    let (kind, rules) = rules(&law, &found.kind)?;
    let names = Names::read(desk).await?;
    let values = rules
        .fields
        .iter()
        .filter_map(|at| kind.fields.get(*at))
        .map(|field| (field.code.clone(), kept.value(&field.code).to_owned()))
        .collect();
    let held = held_record(&found, desk.today(), &law, &names, &agent.actor)?;
    Ok(OwnDeclaration { held, values })
}

/// A declaration shown under the subject; it stands in the register under its own `subject_id`.
async fn own(
    desk: &Desk,
    agent: &Agent,
    record: i64,
) -> Result<(xinyong_store::Record, Kept), DeskError> {
    agent.actor.authorise(Permission::DeclareForSubject)?;
    let missing = || DeskError::NotFound("该申报");
    // By the one way to the records of a subject: with those of an entry that was found to be this one, without those that were found to
    // be another's.
    let found = desk
        .store()
        .records_of_subject(agent.subject.id, MOST_READ)
        .await?
        .into_iter()
        .find(|found| found.id == record)
        .ok_or_else(missing)?;
    let kept = Kept::read(&found)?;
    if kept.is_signed() { Ok((found, kept)) } else { Err(missing()) }
}

#[cfg(test)]
mod tests;
