//! 监管台账: what a unit owes for the commitments that it accepted, by when, and how each stands.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use xinyong_domain::calendar::WorkingDay;
use xinyong_domain::rules::commitment::{Standing, standing, taken_in_by, verified_by};
use xinyong_domain::ruling::Ruling;
use xinyong_domain::workflow::commitment::{Event, Stage};
use xinyong_store::{Commitment, CommitmentMatter, Subject};

use super::{
    KIND, MOST_LOOKED, MOST_OWN, MOST_SHOWN, TYPES, authorise, label, noted, object, stage_of, step,
};
use crate::access::{Actor, Permission};
use crate::agents::Agent;
use crate::browse::{Kept, Names, PersonView};
use crate::desk::Desk;
use crate::refusal::DeskError;
use crate::units::{responsible, stands_for};

/// Something that is owed, with how it stands.
#[derive(Debug, Clone)]
pub struct Clocked {
    /// By when, with the reasons.
    pub due: Ruling<WorkingDay>,
    /// How it stands.
    pub standing: Standing,
    /// Working days left; negative when it is past. Nothing where nobody can know, and for what is done.
    pub left: Option<i64>,
}

/// A commitment in a list.
#[derive(Debug, Clone)]
pub struct CommitmentLine {
    /// Its id.
    pub id: i64,
    /// 承诺编码.
    pub number: String,
    /// Who made it: name and code.
    pub party: (String, String),
    /// The accepting unit: id and name.
    pub unit: (String, String),
    /// The matter.
    pub matter: String,
    /// Its type in words.
    pub kind: String,
    /// The business.
    pub reason: String,
    /// `online` or `paper`.
    pub way: String,
    /// The day it was made.
    pub made_on: Date,
    /// Where it stands.
    pub stage: Stage,
    /// Taking in what was made.
    pub report: Option<Clocked>,
    /// The verification.
    pub verification: Option<Clocked>,
    /// Taking in what was found.
    pub finding: Option<Clocked>,
    /// The record: its subject and its id.
    pub record: Option<(i64, i64)>,
}

/// A step as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepView {
    /// What happened.
    pub label: String,
    /// On which day.
    pub on: Date,
    /// When it was entered, in milliseconds since 1970.
    pub at: i64,
    /// Who.
    pub by: PersonView,
    /// Why, or what was said.
    pub reason: String,
    /// The document.
    pub document: String,
}

/// A commitment with everything about it.
#[derive(Debug, Clone)]
pub struct CommitmentCase {
    /// As in the list.
    pub line: CommitmentLine,
    /// What the register says about how it was kept; empty while nothing was found.
    pub state: String,
    /// What was signed, word for word.
    pub text: String,
    /// SM3 of it.
    pub digest: String,
    /// What it says follows where it is not kept.
    pub liability: String,
    /// Working days of the verification.
    pub days: i64,
    /// Until when it holds.
    pub valid_until: Option<Date>,
    /// When the matter was completed.
    pub completed_on: Option<Date>,
    /// What sort of file the scan is, where there is one.
    pub file_type: Option<String>,
    /// What happened, the oldest first.
    pub steps: Vec<StepView>,
    /// The number of the newest step.
    pub seq: i64,
    /// What the actor may do now.
    pub may: Vec<Event>,
}

/// How a unit stands, for the office.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitBoard {
    /// The unit.
    pub unit: String,
    /// Not accepted yet.
    pub made: u64,
    /// To be verified.
    pub verify: u64,
    /// Of these, near.
    pub soon: u64,
    /// Of these, past the day.
    pub overdue: u64,
    /// Steps not taken in though their day has passed.
    pub late: u64,
}

fn clocked(desk: &Desk, due: Ruling<WorkingDay>, done: Option<Date>) -> Clocked {
    let (law, today) = (desk.law(), desk.today());
    let standing = standing(&law, due.value, done, today);
    let known = done.is_none() && !due.value.provisional;
    let left = known.then(|| law.calendar().between(today, due.value.date));
    Clocked { due, standing, left }
}

/// What is read once for a page.
struct Shelf {
    names: Names,
    matters: BTreeMap<i64, CommitmentMatter>,
    /// Who made the commitments of the page.
    subjects: HashMap<i64, Subject>,
    /// Who owes what their units owe, by the unit's id.
    owes: BTreeMap<String, String>,
}

impl Shelf {
    async fn read(desk: &Desk, held: &[Commitment]) -> Result<Self, DeskError> {
        let store = desk.store();
        let names = Names::read(desk).await?;
        let mut owes = BTreeMap::new();
        for one in held {
            if !owes.contains_key(&one.unit_id) {
                // A unit that is no more owes nothing: whoever took over does.
                let units = responsible(desk, &one.unit_id).await?;
                let units =
                    units.iter().map(|unit| names.unit(unit)).collect::<Vec<_>>().join("、");
                owes.insert(one.unit_id.clone(), units);
            }
        }
        let ids: Vec<i64> =
            held.iter().map(|one| one.subject_id).collect::<BTreeSet<_>>().into_iter().collect();
        Ok(Self {
            matters: store
                .commitment_matters()
                .await?
                .into_iter()
                .map(|one| (one.id, one))
                .collect(),
            subjects: store.subjects(&ids).await?,
            names,
            owes,
        })
    }

    fn lines(&self, desk: &Desk, held: &[Commitment]) -> Result<Vec<CommitmentLine>, DeskError> {
        held.iter().map(|one| self.line(desk, one)).collect()
    }

    fn matter(&self, held: &Commitment) -> Result<&CommitmentMatter, DeskError> {
        self.matters
            .get(&held.matter_id)
            .ok_or_else(|| DeskError::Internal(format!("commitment {} without matter", held.id)))
    }

    fn line(&self, desk: &Desk, held: &Commitment) -> Result<CommitmentLine, DeskError> {
        let law = desk.law();
        let (stage, matter) = (stage_of(held)?, self.matter(held)?);
        let subject = self.subjects.get(&held.subject_id);
        let counts = !matches!(stage, Stage::Declined | Stage::Withdrawn);
        let taken_in = |from: Option<Date>, done: Option<Date>| {
            let due = taken_in_by(&law, from.filter(|_| counts)?)?;
            Some(clocked(desk, due, done))
        };
        let days = u32::try_from(matter.days).unwrap_or_default();
        Ok(CommitmentLine {
            id: held.id,
            number: held.number.clone(),
            party: subject
                .map(|subject| (subject.name.clone(), subject.code.clone().unwrap_or_default()))
                .unwrap_or_default(),
            unit: (held.unit_id.clone(), self.owes.get(&held.unit_id).cloned().unwrap_or_default()),
            matter: matter.name.clone(),
            kind: label(desk, TYPES, &matter.kind),
            reason: held.reason.clone(),
            way: held.way.clone(),
            made_on: held.made_on,
            stage,
            report: taken_in(Some(held.made_on), held.accepted_on),
            verification: held
                .completed_on
                .filter(|_| counts)
                .map(|from| clocked(desk, verified_by(&law, from, days), held.found_on)),
            finding: taken_in(held.found_on, held.settled_on),
            record: held.record_id.map(|record| (held.subject_id, record)),
        })
    }
}

async fn units_of(desk: &Desk, actor: &Actor) -> Result<Option<Vec<String>>, DeskError> {
    match actor.unit_limit() {
        Some(own) => Ok(Some(stands_for(desk, own).await?.into_iter().collect())),
        None => Ok(None),
    }
}

impl CommitmentLine {
    /// The clock that runs now.
    #[must_use]
    pub const fn clock(&self) -> Option<&Clocked> {
        match self.stage {
            Stage::Made => self.report.as_ref(),
            Stage::Completed => self.verification.as_ref(),
            Stage::Proposed => self.finding.as_ref(),
            _ => None,
        }
    }

    /// Whether something of it was taken in late, or still is not.
    #[must_use]
    pub fn is_late(&self) -> bool {
        [&self.report, &self.finding]
            .into_iter()
            .flatten()
            .any(|clock| matches!(clock.standing, Standing::Late | Standing::Overdue))
    }
}

/// The ledger of the actor's unit, for the office of all: what is not over, the most urgent first; or, `over`, what is, the newest first.
///
/// # Errors
/// `access.denied`.
pub async fn work(
    desk: &Desk,
    actor: &Actor,
    over: bool,
) -> Result<Vec<CommitmentLine>, DeskError> {
    actor.authorise(Permission::HandleCommitment)?;
    let units = units_of(desk, actor).await?;
    let stages: Vec<&str> =
        Stage::ALL.iter().filter(|one| one.is_over() == over).map(|one| one.as_str()).collect();
    let mut held = desk.store().commitments_in(&stages, MOST_LOOKED).await?;
    held.retain(|one| units.as_ref().is_none_or(|units| units.contains(&one.unit_id)));
    if over {
        held.reverse();
        held.truncate(MOST_SHOWN);
    }
    let mut lines = Shelf::read(desk, &held).await?.lines(desk, &held)?;
    if !over {
        lines.sort_by_key(|line| {
            (line.clock().and_then(|clock| clock.left).unwrap_or(i64::MAX), line.made_on, line.id)
        });
    }
    Ok(lines)
}

/// What waits for this person, for the first page: to be accepted or confirmed, and to be verified before long.
///
/// # Errors
/// When the store fails.
pub async fn waiting(desk: &Desk, actor: &Actor) -> Result<Vec<CommitmentLine>, DeskError> {
    if !actor.may(Permission::HandleCommitment) {
        return Ok(Vec::new());
    }
    let second = actor.may(Permission::ConfirmCommitment);
    // The office looks after every unit, and acts for none: what is past its day is what it must see.
    let all = actor.unit_limit().is_none();
    let mut lines = work(desk, actor, false).await?;
    lines.retain(|line| {
        let standing = line.clock().map(|clock| clock.standing);
        let overdue = standing == Some(Standing::Overdue);
        match line.stage {
            _ if all => overdue,
            Stage::Made | Stage::Proposed => second,
            Stage::Completed => overdue || standing == Some(Standing::Soon),
            _ => false,
        }
    });
    Ok(lines)
}

/// How the units stand, for those who see all.
#[must_use]
pub fn board(lines: &[CommitmentLine]) -> Vec<UnitBoard> {
    let mut units: BTreeMap<&str, UnitBoard> = BTreeMap::new();
    for line in lines {
        let unit = units
            .entry(&line.unit.1)
            .or_insert_with(|| UnitBoard { unit: line.unit.1.clone(), ..UnitBoard::default() });
        unit.made += u64::from(line.stage == Stage::Made);
        if line.stage.awaits_verification() {
            unit.verify += 1;
            let standing = line.verification.as_ref().map(|clock| clock.standing);
            unit.soon += u64::from(standing == Some(Standing::Soon));
            unit.overdue += u64::from(standing == Some(Standing::Overdue));
        }
        let open = [&line.report, &line.finding].into_iter().flatten();
        unit.late +=
            open.filter(|clock| clock.standing == Standing::Overdue).map(|_| 1).sum::<u64>();
    }
    let mut rows: Vec<UnitBoard> = units.into_values().collect();
    rows.sort_by_key(|row| std::cmp::Reverse((row.overdue, row.late, row.soon, row.verify)));
    rows
}

/// What was taken in late of the commitments made in a year, or still is not, the newest first.
///
/// # Errors
/// `access.denied`.
pub async fn late(desk: &Desk, actor: &Actor, year: i16) -> Result<Vec<CommitmentLine>, DeskError> {
    actor.authorise(Permission::HandleCommitment)?;
    let units = units_of(desk, actor).await?;
    let days = super::ratios::span(year)?;
    let mut held = desk.store().commitments_made(days, MOST_LOOKED).await?;
    held.retain(|one| units.as_ref().is_none_or(|units| units.contains(&one.unit_id)));
    let mut lines = Shelf::read(desk, &held).await?.lines(desk, &held)?;
    lines.retain(CommitmentLine::is_late);
    lines.truncate(MOST_SHOWN);
    Ok(lines)
}

async fn told(desk: &Desk, held: Commitment, may: Vec<Event>) -> Result<CommitmentCase, DeskError> {
    let shelf = Shelf::read(desk, std::slice::from_ref(&held)).await?;
    let line = shelf.line(desk, &held)?;
    let matter = shelf.matter(&held)?;
    // What the register says is the one truth about how it was kept.
    let record = match held.record_id {
        Some(id) => desk.store().record(held.subject_id, id).await?,
        None => None,
    };
    let state = match record.filter(|record| record.kind == KIND) {
        Some(record) => Kept::read(&record)?.value("fulfillmentStatus").to_owned(),
        None => String::new(),
    };
    let steps = desk
        .store()
        .commitment_steps(held.id)
        .await?
        .into_iter()
        .map(|one| StepView {
            label: Event::from_word(&one.event).map_or("作出承诺", Event::label).to_owned(),
            on: one.on_day,
            at: one.at,
            by: shelf.names.person(&one.actor),
            reason: one.reason,
            document: one.document,
        })
        .collect();
    Ok(CommitmentCase {
        line,
        state,
        text: held.text,
        digest: held.digest,
        liability: matter.liability.clone(),
        days: matter.days,
        valid_until: held.valid_until,
        completed_on: held.completed_on,
        file_type: held.file_digest.and(held.file_type),
        steps,
        seq: held.seq,
        may,
    })
}

async fn held_for(desk: &Desk, actor: &Actor, id: i64) -> Result<Commitment, DeskError> {
    actor.authorise(Permission::HandleCommitment)?;
    let held = desk.store().commitment(id).await?.ok_or(DeskError::NotFound("这份承诺"))?;
    authorise(desk, actor, Permission::HandleCommitment, &held.unit_id).await?;
    Ok(held)
}

/// One of them, for the units and the office. That somebody looked is a line of the audit log.
///
/// # Errors
/// `access.denied`, not found.
pub async fn case(desk: &Desk, actor: &Actor, id: i64) -> Result<CommitmentCase, DeskError> {
    let held = held_for(desk, actor, id).await?;
    desk.audit(actor, noted("commitment.seen", &object(id), "")).await?;
    let steps = desk.store().commitment_steps(id).await?;
    let may = step::open_to(desk, actor, &held, steps.last()).await?;
    told(desk, held, may).await
}

/// The scan of one that was made on paper: its sort and its bytes. A look at it is a line of the audit log.
///
/// # Errors
/// `access.denied`, not found.
pub async fn paper_file(
    desk: &Desk,
    actor: &Actor,
    id: i64,
) -> Result<(String, Vec<u8>), DeskError> {
    let held = held_for(desk, actor, id).await?;
    let missing = || DeskError::NotFound("该文件");
    let (digest, kind) = held.file_digest.zip(held.file_type).ok_or_else(missing)?;
    desk.audit(actor, noted("commitment.file-seen", &object(id), "")).await?;
    Ok((kind, desk.store().read_upload(&digest).await?.ok_or_else(missing)?))
}

/// What a subject committed to, the newest first.
///
/// # Errors
/// `access.denied`.
pub async fn own_commitments(desk: &Desk, agent: &Agent) -> Result<Vec<CommitmentLine>, DeskError> {
    agent.actor.authorise(Permission::MakeCommitment)?;
    let held = desk.store().commitments_of_subject(agent.subject.id, MOST_OWN).await?;
    Shelf::read(desk, &held).await?.lines(desk, &held)
}

/// One of them, for the subject that made it.
///
/// # Errors
/// `access.denied`; not found: none, or another subject's.
pub async fn own_case(desk: &Desk, agent: &Agent, id: i64) -> Result<CommitmentCase, DeskError> {
    agent.actor.authorise(Permission::MakeCommitment)?;
    let missing = || DeskError::NotFound("这份承诺");
    let held = desk.store().commitment(id).await?.ok_or_else(missing)?;
    if held.subject_id != agent.subject.id {
        return Err(missing());
    }
    let may = stage_of(&held)?.events().filter(|event| *event == Event::Withdraw).collect();
    told(desk, held, may).await
}
