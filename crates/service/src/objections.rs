//! 异议: a subject says that a record about it is wrong, is not its own, is public for too long or must not be there. The record is marked
//! wherever it shows from that moment; whoever delivered it answers with reasons; what is right is corrected by two persons
//! ([`crate::corrections`]); who is silent past the clock has the record withheld until the answer.
//!
//! The way is the table of [`xinyong_domain::workflow::objection`]. The mark travels inside the versions of the record
//! ([`crate::intake::Objected`]), so that every face shows it and an as-of read shows what stood there then.

mod answer;
mod figures;
mod file;
mod mark;
mod named;
mod notices;
mod places;
mod settle;

use std::collections::HashMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use xinyong_domain::calendar::WorkingDay;
use xinyong_domain::rules::objection::is_own;
use xinyong_domain::ruling::Ruling;
use xinyong_domain::workflow::objection::{Days, Event, Owner, Stage};
use xinyong_store::{Objection, Purpose, StepChain, objection_place};

use crate::access::{Actor, Permission};
use crate::agents::Agent;
use crate::browse::{HeldRecord, Names, PersonView, held};
use crate::desk::Desk;
use crate::places::PlaceView;
use crate::proceeding::{noted, objection_object as object};
use crate::refusal::DeskError;
use crate::repairs::Visitor;
use crate::units::{authorise, responsible, units_of};

pub use answer::{Step, step};
pub use figures::{ObjectionFigures, UnitObjections, figures};
pub(crate) use file::open_to_objection;
pub use file::{
    Candidate, File, WindowObjection, candidates, candidates_at_window, file, file_at_window,
    withdraw, withdraw_at_window,
};
pub use named::{DOCUMENTS, NamedPerson, Objector, RELATIONS, file_by_person, record_at_window};
pub use notices::{CorrectionNotice, NoticePage, correction_notices};
pub use places::confirm_place;
pub use settle::{Swept, sweep};
pub(crate) use settle::{after_change, answered_by};

/// The lists of codes.
pub const GROUNDS: &str = "objection-ground";
/// As there.
pub const OUTCOMES: &str = "objection-outcome";
/// The words for everybody stand beside the record.
const SHOWN: &str = "shown";
/// They wait for the second person who looks at the natural person that said them.
const HELD: &str = "held";
/// Objections that are looked through for a list, and that it shows.
const MOST_LOOKED: i64 = 2_000;
const MOST_SHOWN: usize = 200;
/// What is done and shown: as many, the newest.
const MOST_DONE: i64 = 200;
/// Objections of one subject.
const MOST_OWN: i64 = 500;

/// What is sealed with an objection.
#[derive(Clone, Serialize, Deserialize)]
struct Said {
    text: String,
    /// Of what was made before the visitors had a table of their own.
    visitor: Option<Visitor>,
}

/// An objection in a list.
#[derive(Debug, Clone)]
pub struct ObjectionLine {
    /// Its id.
    pub id: i64,
    /// The record as it stands now.
    pub record: HeldRecord,
    /// The ground, in words.
    pub ground: String,
    /// Whether a natural person made it whom the record names.
    pub by_person: bool,
    /// Whether a second person must look at who that is before anybody answers.
    pub to_attest: bool,
    /// Where it stands.
    pub stage: Stage,
    /// Who owes the next step.
    pub owner: Owner,
    /// The unit that delivered the record.
    pub unit_id: String,
    /// Its name, or that of those that took over.
    pub unit: String,
    /// When it was made.
    pub filed_on: Date,
    /// Since when the record is withheld because nobody did what was owed.
    pub withheld_on: Option<Date>,
    /// By when the next step is owed, with the reasons. Provisional while the calendar of that year is not announced: not known yet.
    pub due: Option<Ruling<WorkingDay>>,
    /// Working days left until then; negative when it is past; nothing while the day is not known.
    pub left: Option<i64>,
}

/// A step as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectionStepView {
    /// What happened.
    pub label: String,
    /// On which day.
    pub on: Date,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Who.
    pub by: PersonView,
    /// Why, or what was said.
    pub reason: String,
}

/// A file that was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedIn {
    /// Its number.
    pub seq: i64,
    /// What sort of file it is.
    pub file_type: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
}

/// An objection with everything about it.
#[derive(Debug, Clone)]
pub struct ObjectionCase {
    /// As in the list.
    pub line: ObjectionLine,
    /// What is said.
    pub text: String,
    /// The subject's words for everybody, empty for none.
    pub statement: String,
    /// Whether the office took them away.
    pub statement_refused: bool,
    /// Whether nobody reads them yet: no second person has looked at who said them.
    pub statement_held: bool,
    /// `online` or `window`.
    pub way: String,
    /// Who came to the window. Nothing for who may not read it, and once it was erased.
    pub visitor: Option<Visitor>,
    /// The natural person that objects, where it is not the subject. Nothing for who may not read it.
    pub person: Option<NamedPerson>,
    /// What the answer orders, in words; empty while there is none.
    pub outcome: String,
    /// The number of its newest step.
    pub seq: i64,
    /// What was handed in.
    pub materials: Vec<HandedIn>,
    /// What happened, the oldest first.
    pub steps: Vec<ObjectionStepView>,
    /// The places, once it was corrected.
    pub places: Vec<PlaceView>,
    /// What the actor may do now.
    pub may: Vec<Event>,
}

fn stage_of(one: &Objection) -> Result<Stage, DeskError> {
    Stage::from_word(&one.stage)
        .ok_or_else(|| DeskError::Internal(format!("unknown stage of an objection {}", one.stage)))
}

/// Who owes its next step: what the platform finds out by itself it carries out too.
fn owner_of(desk: &Desk, one: &Objection) -> Result<Owner, DeskError> {
    Ok(stage_of(one)?.owner(is_own(&one.ground, one.filed_on, &desk.law()).value))
}

fn days_of(one: &Objection) -> Days {
    Days { filed: one.filed_on, answered: one.answered_on, corrected: one.corrected_on }
}

fn label(desk: &Desk, list: &str, id: &str) -> String {
    desk.law().label_of(list, id).to_owned()
}

fn missing() -> DeskError {
    DeskError::NotFound("这项异议")
}

async fn found(desk: &Desk, id: i64) -> Result<Objection, DeskError> {
    desk.store().objection(id).await?.ok_or_else(missing)
}

fn said_of(desk: &Desk, one: &Objection) -> Result<Said, DeskError> {
    let clear = desk.store().keys().open(Purpose::Person, &objection_place(one.id), &one.sealed)?;
    serde_json::from_slice(&clear).map_err(|error| DeskError::Internal(error.to_string()))
}

/// Where an objection stands and by when the next step is owed: all that a list is put in order by, before any record is read.
struct Clocked {
    stage: Stage,
    owner: Owner,
    due: Option<Ruling<WorkingDay>>,
    left: Option<i64>,
}

fn clocked(desk: &Desk, one: &Objection) -> Result<Clocked, DeskError> {
    let law = desk.law();
    let stage = stage_of(one)?;
    let due = stage.due(&days_of(one), &law);
    let known = due.as_ref().filter(|due| !due.value.provisional);
    let left = known.map(|due| law.calendar().between(desk.today(), due.value.date));
    Ok(Clocked { stage, owner: owner_of(desk, one)?, left, due })
}

/// The lines of some objections, with what stands beside them read at once.
async fn lines_of(
    desk: &Desk,
    actor: &Actor,
    names: &Names,
    some: Vec<(Objection, Clocked)>,
) -> Result<Vec<ObjectionLine>, DeskError> {
    let law = desk.law();
    let places: Vec<_> = some.iter().map(|(one, _)| (one.subject_id, one.record_id)).collect();
    let records = desk.store().records_by_id(&places).await?;
    let records: HashMap<_, _> =
        records.iter().map(|record| ((record.subject_id, record.id), record)).collect();
    // A unit that is no more owes nothing: whoever took over does.
    let mut owing: HashMap<String, String> = HashMap::new();
    for (one, _) in &some {
        if !owing.contains_key(&one.unit_id) {
            let owes = responsible(desk, &one.unit_id).await?;
            let owes = owes.iter().map(|unit| names.unit(unit)).collect::<Vec<_>>().join("、");
            owing.insert(one.unit_id.clone(), owes);
        }
    }
    let persons: Vec<i64> =
        some.iter().filter(|(one, _)| one.claimant_id == 0).map(|(one, _)| one.id).collect();
    let visitors = desk.store().objection_visitors(&persons).await?;
    some.into_iter()
        .map(|(one, clock)| {
            let visitor = visitors.get(&one.id);
            let record = records.get(&(one.subject_id, one.record_id)).ok_or_else(|| {
                DeskError::Internal(format!("objection {} without record", one.id))
            })?;
            Ok(ObjectionLine {
                id: one.id,
                record: held(record, desk.today(), &law, names, actor)?,
                ground: label(desk, GROUNDS, &one.ground),
                by_person: one.claimant_id == 0,
                to_attest: clock.stage.is_unanswered()
                    && visitor.is_some_and(|visitor| visitor.attested_by.is_none()),
                stage: clock.stage,
                owner: clock.owner,
                unit: owing.get(&one.unit_id).cloned().unwrap_or_default(),
                unit_id: one.unit_id,
                filed_on: one.filed_on,
                withheld_on: one.withheld_on.filter(|_| clock.stage.is_open()),
                left: clock.left,
                due: clock.due,
            })
        })
        .collect()
}

async fn line(
    desk: &Desk,
    actor: &Actor,
    names: &Names,
    one: &Objection,
) -> Result<ObjectionLine, DeskError> {
    let clock = clocked(desk, one)?;
    let mut lines = lines_of(desk, actor, names, vec![(one.clone(), clock)]).await?;
    lines.pop().ok_or_else(missing)
}

/// What is worked on: of the actor's unit, for the office of all, the most urgent first; or, `over`, what is done, the newest first.
///
/// # Errors
/// `access.denied`.
pub async fn work(desk: &Desk, actor: &Actor, over: bool) -> Result<Vec<ObjectionLine>, DeskError> {
    let most = if over { MOST_DONE } else { MOST_LOOKED };
    let mut found = ranked(desk, actor, over, most).await?;
    found.truncate(MOST_SHOWN);
    lines_of(desk, actor, &Names::read(desk).await?, found).await
}

/// The same without their records, as many as are looked at.
async fn ranked(
    desk: &Desk,
    actor: &Actor,
    over: bool,
    most: i64,
) -> Result<Vec<(Objection, Clocked)>, DeskError> {
    actor.authorise(Permission::HandleObjection)?;
    let units = units_of(desk, actor).await?;
    let stages: Vec<&str> =
        Stage::ALL.iter().filter(|stage| stage.is_over() == over).map(|one| one.as_str()).collect();
    let mut found = Vec::new();
    for one in desk.store().objections_in(&stages, units.as_deref(), over, most).await? {
        let clock = clocked(desk, &one)?;
        found.push((one, clock));
    }
    if !over {
        found.sort_by_key(|(one, clock)| (clock.left.unwrap_or(i64::MAX), one.filed_on, one.id));
    }
    Ok(found)
}

/// What waits for a step of the actor's unit, for the first page; for the office what the platform owes, and whatever of the units is
/// overdue. Nothing for who does not work on it.
///
/// # Errors
/// When the store fails.
pub async fn waiting(desk: &Desk, actor: &Actor) -> Result<Vec<ObjectionLine>, DeskError> {
    if !actor.may(Permission::HandleObjection) {
        return Ok(Vec::new());
    }
    let all = actor.unit_limit().is_none();
    let mut found = ranked(desk, actor, false, MOST_LOOKED).await?;
    found.retain(|(one, clock)| match clock.owner {
        Owner::Office => all,
        Owner::Unit => !all || one.unit_id == actor.unit || clock.left.is_some_and(|left| left < 0),
        Owner::Nobody => false,
    });
    lines_of(desk, actor, &Names::read(desk).await?, found).await
}

/// One of them, for the units and the office. That somebody looked is a line of the audit log.
///
/// # Errors
/// `access.denied`, not found.
pub async fn case(desk: &Desk, actor: &Actor, id: i64) -> Result<ObjectionCase, DeskError> {
    actor.authorise(Permission::HandleObjection)?;
    let one = found(desk, id).await?;
    authorise(desk, actor, Permission::HandleObjection, &one.unit_id).await?;
    desk.audit(actor, noted("objection.seen", &object(id), "")).await?;
    let may = answer::open_to(desk, actor, &one).await?;
    told(desk, actor, one, true, may).await
}

/// One of them, for the subject that made it.
///
/// # Errors
/// `access.denied`; not found: none, or another subject's.
pub async fn own_case(desk: &Desk, agent: &Agent, id: i64) -> Result<ObjectionCase, DeskError> {
    let one = own(desk, agent, id).await?;
    let may = stage_of(&one)?.events().filter(|event| *event == Event::Withdraw).collect();
    told(desk, &agent.actor, one, false, may).await
}

async fn own(desk: &Desk, agent: &Agent, id: i64) -> Result<Objection, DeskError> {
    agent.actor.authorise(Permission::FileObjection)?;
    let one = found(desk, id).await?;
    if one.claimant_id == agent.subject.id { Ok(one) } else { Err(missing()) }
}

/// What a subject has objected to, the newest first.
///
/// # Errors
/// `access.denied`.
pub async fn own_objections(desk: &Desk, agent: &Agent) -> Result<Vec<ObjectionLine>, DeskError> {
    agent.actor.authorise(Permission::FileObjection)?;
    let mut found = Vec::new();
    for one in desk.store().objections_of(agent.subject.id, MOST_OWN).await? {
        let clock = clocked(desk, &one)?;
        found.push((one, clock));
    }
    lines_of(desk, &agent.actor, &Names::read(desk).await?, found).await
}

/// Who did something: what follows by itself is the platform's.
fn by(names: &Names, login: &str) -> PersonView {
    match login {
        "system" => PersonView { login: login.to_owned(), name: "平台".to_owned() },
        _ => names.person(login),
    }
}

async fn told(
    desk: &Desk,
    actor: &Actor,
    one: Objection,
    inside: bool,
    may: Vec<Event>,
) -> Result<ObjectionCase, DeskError> {
    let store = desk.store();
    let names = Names::read(desk).await?;
    let said = said_of(desk, &one)?;
    let materials = store
        .objection_materials(one.id)
        .await?
        .into_iter()
        .map(|file| HandedIn { seq: file.seq, file_type: file.file_type, at: file.added_at })
        .collect();
    let steps = store
        .steps(&StepChain::OBJECTION, one.id)
        .await?
        .into_iter()
        .map(|step| ObjectionStepView {
            label: Event::from_word(&step.event).map_or("提出异议", Event::label).to_owned(),
            on: step.on_day,
            at: step.at,
            by: by(&names, &step.actor),
            reason: step.reason,
        })
        .collect();
    let visitors = store.objection_visitors(&[one.id]).await?;
    let (came, person) = match visitors.get(&one.id).filter(|_| inside) {
        Some(visitor) => named::came_with(desk, &one, visitor)?,
        None => (None, None),
    };
    Ok(ObjectionCase {
        line: line(desk, actor, &names, &one).await?,
        text: said.text,
        statement_refused: one.statement_state == "refused",
        statement_held: one.statement_state == HELD,
        visitor: came.or(said.visitor.filter(|_| inside)),
        person,
        outcome: one.outcome.as_deref().map_or_else(String::new, |id| label(desk, OUTCOMES, id)),
        seq: one.seq,
        materials,
        steps,
        places: places::awaited(one.id).view(desk, &names).await?,
        may,
        statement: one.statement,
        way: one.way,
    })
}

/// A file that was handed in: its bytes and what sort of file it is. A look at it is a line of the audit log.
///
/// # Errors
/// `access.denied`, not found.
pub async fn material(
    desk: &Desk,
    actor: &Actor,
    id: i64,
    seq: i64,
) -> Result<(Vec<u8>, String), DeskError> {
    actor.authorise(Permission::HandleObjection)?;
    let one = found(desk, id).await?;
    authorise(desk, actor, Permission::HandleObjection, &one.unit_id).await?;
    let missing = || DeskError::NotFound("该材料");
    let all = desk.store().objection_materials(id).await?;
    let file = all.into_iter().find(|file| file.seq == seq).ok_or_else(missing)?;
    desk.audit(actor, noted("objection.file-seen", &object(id), &seq.to_string())).await?;
    let bytes = desk.store().read_upload(&file.file_digest).await?.ok_or_else(missing)?;
    Ok((bytes, file.file_type))
}

#[cfg(test)]
mod tests;
