//! 监管台账: what a unit owes for the commitments that it accepted, by when, and how each stands.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::ToSpan as _;
use jiff::civil::Date;
use xinyong_domain::calendar::WorkingDay;
use xinyong_domain::rules::commitment::{Standing, standing, taken_in_by, verified_by};
use xinyong_domain::ruling::Ruling;
use xinyong_domain::workflow::commitment::{Event, Stage};
use xinyong_store::{Commitment, CommitmentGroup, CommitmentMatter, Record, Subject};

use super::{KIND, MOST_OWN, PAGE, TYPES, authorise, label, noted, object, stage_of, step};
use crate::access::{Actor, Permission};
use crate::agents::Agent;
use crate::browse::{Kept, Names, PersonView};
use crate::desk::Desk;
use crate::refusal::DeskError;
use crate::units::{responsible, stands_for};

/// The stages in which a clock runs.
const OWED: [Stage; 3] = [Stage::Made, Stage::Completed, Stage::Proposed];
/// Days before a year in which what is due in it may have begun: more than seven working days with any holidays among them.
const DAYS_BEFORE: i32 = 60;

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
    /// What the register says about how it was kept; empty while nothing was found.
    pub state: String,
    /// Since when the record is taken down.
    pub taken_down: Option<Date>,
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
}

impl Shelf {
    async fn read(desk: &Desk) -> Result<Self, DeskError> {
        let all = desk.store().commitment_matters().await?;
        Ok(Self {
            names: Names::read(desk).await?,
            matters: all.into_iter().map(|one| (one.id, one)).collect(),
        })
    }

    fn matter(&self, held: &Commitment) -> Result<&CommitmentMatter, DeskError> {
        self.matters
            .get(&held.matter_id)
            .ok_or_else(|| DeskError::Internal(format!("commitment {} without matter", held.id)))
    }

    fn line(
        &self,
        desk: &Desk,
        held: &Commitment,
        beside: &Beside,
    ) -> Result<CommitmentLine, DeskError> {
        let law = desk.law();
        let (stage, matter) = (stage_of(held)?, self.matter(held)?);
        let subject = beside.subjects.get(&held.subject_id);
        // What the register says is the one truth about how it was kept.
        let record = held.record_id.and_then(|id| beside.records.get(&(held.subject_id, id)));
        let state = match record.filter(|record| record.kind == KIND) {
            Some(record) => Kept::read(record)?.value("fulfillmentStatus").to_owned(),
            None => String::new(),
        };
        let counts = !stage.owes_nothing();
        let taken_in = |from: Option<Date>, done: Option<Date>| {
            let due = taken_in_by(&law, from.filter(|_| counts)?)?;
            Some(clocked(desk, due, done))
        };
        Ok(CommitmentLine {
            id: held.id,
            number: held.number.clone(),
            party: subject
                .map(|subject| (subject.name.clone(), subject.code.clone().unwrap_or_default()))
                .unwrap_or_default(),
            unit: (
                held.unit_id.clone(),
                beside.units.get(&held.unit_id).cloned().unwrap_or_default(),
            ),
            matter: matter.name.clone(),
            kind: label(desk, TYPES, &matter.kind),
            reason: held.reason.clone(),
            way: held.way.clone(),
            made_on: held.made_on,
            stage,
            state,
            taken_down: record.and_then(|record| record.withdrawn_on),
            report: taken_in(Some(held.made_on), held.accepted_on),
            verification: held
                .completed_on
                .filter(|_| counts)
                .map(|from| clocked(desk, verified_by(&law, from, days_of(matter)), held.found_on)),
            finding: taken_in(held.found_on, held.settled_on),
            record: record.map(|record| (record.subject_id, record.id)),
        })
    }

    /// The lines of some, with what stands beside them read at once.
    async fn lines(
        &self,
        desk: &Desk,
        held: &[Commitment],
    ) -> Result<Vec<CommitmentLine>, DeskError> {
        let subjects: Vec<i64> = held.iter().map(|one| one.subject_id).collect();
        let places: Vec<(i64, i64)> =
            held.iter().filter_map(|one| Some((one.subject_id, one.record_id?))).collect();
        let records = desk.store().records_by_id(&places).await?;
        let units: BTreeSet<&str> = held.iter().map(|one| one.unit_id.as_str()).collect();
        let beside = Beside {
            subjects: desk.store().subjects(&subjects).await?,
            records: records.into_iter().map(|one| ((one.subject_id, one.id), one)).collect(),
            units: self.units(desk, units).await?,
        };
        held.iter().map(|one| self.line(desk, one, &beside)).collect()
    }

    /// Who answers for some units today: one that is no more owes nothing, whoever took over does.
    async fn units(
        &self,
        desk: &Desk,
        units: BTreeSet<&str>,
    ) -> Result<BTreeMap<String, String>, DeskError> {
        let mut named = BTreeMap::new();
        for unit in units {
            let owes = responsible(desk, unit).await?;
            let names = owes.iter().map(|unit| self.names.unit(unit)).collect::<Vec<_>>();
            named.insert(unit.to_owned(), names.join("、"));
        }
        Ok(named)
    }
}

/// What stands beside some commitments.
struct Beside {
    subjects: HashMap<i64, Subject>,
    records: HashMap<(i64, i64), Record>,
    units: BTreeMap<String, String>,
}

fn days_of(matter: &CommitmentMatter) -> u32 {
    u32::try_from(matter.days).unwrap_or_default()
}

/// Commitments with the same clock.
struct Ranked {
    stage: Stage,
    clock: Option<Clocked>,
    group: CommitmentGroup,
}

impl Ranked {
    fn standing(&self) -> Option<Standing> {
        self.clock.as_ref().map(|clock| clock.standing)
    }

    fn count(&self) -> u64 {
        u64::try_from(self.group.count).unwrap_or_default()
    }
}

/// What is in some stages at some units, by the clock that runs, the most urgent first. Days are counted here and not in the database,
/// which knows no working days; it says how many there are of each day.
async fn ranked(
    desk: &Desk,
    shelf: &Shelf,
    units: &[String],
    stages: &[Stage],
) -> Result<Vec<Ranked>, DeskError> {
    let law = desk.law();
    let groups = desk.store().commitment_groups(&places(units, stages)).await?;
    let mut found = Vec::with_capacity(groups.len());
    for group in groups {
        let stage = Stage::from_word(&group.stage).ok_or_else(|| {
            DeskError::Internal(format!("unknown stage of a commitment {}", group.stage))
        })?;
        let due = match stage {
            Stage::Made => taken_in_by(&law, group.made_on),
            Stage::Completed => shelf
                .matters
                .get(&group.matter_id)
                .and_then(|matter| Some(verified_by(&law, group.completed_on?, days_of(matter)))),
            Stage::Proposed => group.found_on.and_then(|on| taken_in_by(&law, on)),
            _ => None,
        };
        let clock = due.map(|due| clocked(desk, due, None));
        found.push(Ranked { stage, clock, group });
    }
    found.sort_by_key(|one| {
        let left = one.clock.as_ref().and_then(|clock| clock.left).unwrap_or(i64::MAX);
        (left, one.group.made_on)
    });
    Ok(found)
}

fn places<'p>(units: &'p [String], stages: &[Stage]) -> Vec<(&'p str, &'static str)> {
    let of = |unit: &'p String| {
        let each = stages.iter().map(|stage| stage.as_str()).collect::<Vec<_>>();
        each.into_iter().map(move |stage| (unit.as_str(), stage))
    };
    units.iter().flat_map(of).collect()
}

/// The lines from a place on, of those that were ranked: only those that are shown are read.
async fn portion(
    desk: &Desk,
    shelf: &Shelf,
    ranked: &[Ranked],
    (from, most): (usize, usize),
) -> Result<Vec<CommitmentLine>, DeskError> {
    let (mut before, mut seen) = (0_usize, 0_usize);
    let mut wanted = Vec::new();
    for one in ranked {
        let after = seen.saturating_add(usize::try_from(one.group.count).unwrap_or_default());
        if after <= from {
            before = after;
        } else if seen < from.saturating_add(most) {
            wanted.push(&one.group);
        }
        seen = after;
    }
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let mut held = desk.store().commitments_of_groups(&wanted).await?;
    let place = |one: &Commitment| {
        wanted.iter().position(|group| {
            group.unit_id == one.unit_id
                && group.stage == one.stage
                && group.matter_id == one.matter_id
                && group.made_on == one.made_on
                && group.completed_on == one.completed_on
                && group.found_on == one.found_on
        })
    };
    held.sort_by_key(|one| (place(one), one.id));
    let shown: Vec<_> = held.into_iter().skip(from.saturating_sub(before)).take(most).collect();
    shelf.lines(desk, &shown).await
}

async fn units_of(desk: &Desk, actor: &Actor) -> Result<Vec<String>, DeskError> {
    match actor.unit_limit() {
        Some(own) => Ok(stands_for(desk, own).await?.into_iter().collect()),
        None => Ok(desk.store().units().await?.into_iter().map(|unit| unit.id).collect()),
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
}

/// A page of a list.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    /// Those that are shown.
    pub lines: Vec<CommitmentLine>,
    /// How many there are in all.
    pub total: u64,
}

/// The ledger of the actor's unit, for the office of all: what is not over, the most urgent first; or, `over`, what is, the newest first.
/// The pages are counted from 0.
///
/// # Errors
/// `access.denied`.
pub async fn work(
    desk: &Desk,
    actor: &Actor,
    over: bool,
    page: usize,
) -> Result<Listed, DeskError> {
    actor.authorise(Permission::HandleCommitment)?;
    let units = units_of(desk, actor).await?;
    let stages: Vec<Stage> = Stage::ALL.into_iter().filter(|one| one.is_over() == over).collect();
    let shelf = Shelf::read(desk).await?;
    let from = page.saturating_mul(PAGE);
    if over {
        let signed = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let places = places(&units, &stages);
        let span = (signed(from), signed(PAGE));
        let (held, count) = desk.store().commitments_in(&places, span).await?;
        let lines = shelf.lines(desk, &held).await?;
        return Ok(Listed { lines, total: u64::try_from(count).unwrap_or_default() });
    }
    let ranked = ranked(desk, &shelf, &units, &stages).await?;
    let lines = portion(desk, &shelf, &ranked, (from, PAGE)).await?;
    Ok(Listed { lines, total: ranked.iter().map(Ranked::count).sum() })
}

/// What waits for this person, for the first page: to be accepted or confirmed, and to be verified before long. At most `most` of them, and
/// how many there are.
///
/// # Errors
/// When the store fails.
pub async fn waiting(desk: &Desk, actor: &Actor, most: usize) -> Result<Listed, DeskError> {
    if !actor.may(Permission::HandleCommitment) {
        return Ok(Listed::default());
    }
    let second = actor.may(Permission::ConfirmCommitment);
    // The office looks after every unit, and acts for none: what is past its day is what it must see.
    let all = actor.unit_limit().is_none();
    let units = units_of(desk, actor).await?;
    let shelf = Shelf::read(desk).await?;
    let mut ranked = ranked(desk, &shelf, &units, &OWED).await?;
    ranked.retain(|one| {
        let overdue = one.standing() == Some(Standing::Overdue);
        match one.stage {
            _ if all => overdue,
            Stage::Made | Stage::Proposed => second,
            Stage::Completed => overdue || one.standing() == Some(Standing::Soon),
            _ => false,
        }
    });
    let lines = portion(desk, &shelf, &ranked, (0, most)).await?;
    Ok(Listed { lines, total: ranked.iter().map(Ranked::count).sum() })
}

/// How the units stand: the actor's own, for the office all.
///
/// # Errors
/// `access.denied`.
pub async fn board(desk: &Desk, actor: &Actor) -> Result<Vec<UnitBoard>, DeskError> {
    actor.authorise(Permission::HandleCommitment)?;
    let shelf = Shelf::read(desk).await?;
    let ranked = ranked(desk, &shelf, &units_of(desk, actor).await?, &OWED).await?;
    let owing: BTreeSet<&str> = ranked.iter().map(|one| one.group.unit_id.as_str()).collect();
    let names = shelf.units(desk, owing).await?;
    let mut units: BTreeMap<&str, UnitBoard> = BTreeMap::new();
    for one in &ranked {
        let name = names.get(&one.group.unit_id).map_or("", String::as_str);
        let unit = units
            .entry(name)
            .or_insert_with(|| UnitBoard { unit: name.to_owned(), ..UnitBoard::default() });
        let (count, overdue) = (one.count(), one.standing() == Some(Standing::Overdue));
        if one.stage.awaits_verification() {
            unit.verify += count;
        } else {
            unit.made += count;
        }
        match one.stage {
            Stage::Completed if overdue => unit.overdue += count,
            Stage::Completed if one.standing() == Some(Standing::Soon) => unit.soon += count,
            Stage::Made | Stage::Proposed if overdue => unit.late += count,
            _ => {}
        }
    }
    let mut rows: Vec<UnitBoard> = units.into_values().collect();
    rows.sort_by_key(|row| std::cmp::Reverse((row.overdue, row.late, row.soon, row.verify)));
    Ok(rows)
}

/// What was not taken in by a day of the year, whether it was later or still is not; by that day, the newest first. The pages are counted
/// from 0.
///
/// # Errors
/// `access.denied`, `commitment.year`.
pub async fn late(desk: &Desk, actor: &Actor, year: i16, page: usize) -> Result<Listed, DeskError> {
    actor.authorise(Permission::HandleCommitment)?;
    let units = units_of(desk, actor).await?;
    let (first, last) = super::ratios::span(year)?;
    let law = desk.law();
    // Something of December is due in January.
    let before = first.saturating_sub(DAYS_BEFORE.days());
    let mut found: Vec<(Date, i64)> = Vec::new();
    for one in desk.store().commitment_days(&units, (before, last)).await? {
        let owed = [(Some(one.made_on), one.accepted_on), (one.found_on, one.settled_on)];
        let late = owed.into_iter().filter_map(|(from, done)| {
            let due = taken_in_by(&law, from?)?.value;
            let standing = standing(&law, due, done, desk.today());
            let counts = matches!(standing, Standing::Late | Standing::Overdue)
                && (first..=last).contains(&due.date);
            counts.then_some(due.date)
        });
        found.extend(late.max().map(|due| (due, one.id)));
    }
    found.sort_unstable_by(|one, other| other.cmp(one));
    let total = found.len();
    let shown: Vec<i64> =
        found.iter().skip(page.saturating_mul(PAGE)).take(PAGE).map(|(_, id)| *id).collect();
    let mut held = desk.store().commitments_by_id(&shown).await?;
    held.sort_by_key(|one| shown.iter().position(|id| *id == one.id));
    let lines = Shelf::read(desk).await?.lines(desk, &held).await?;
    Ok(Listed { lines, total: u64::try_from(total).unwrap_or_default() })
}

async fn line_of(
    desk: &Desk,
    shelf: &Shelf,
    held: &Commitment,
) -> Result<CommitmentLine, DeskError> {
    let mut lines = shelf.lines(desk, std::slice::from_ref(held)).await?;
    lines.pop().ok_or(DeskError::NotFound("这份承诺"))
}

async fn told(desk: &Desk, held: Commitment, may: Vec<Event>) -> Result<CommitmentCase, DeskError> {
    let shelf = Shelf::read(desk).await?;
    let line = line_of(desk, &shelf, &held).await?;
    let matter = shelf.matter(&held)?;
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
    let shelf = Shelf::read(desk).await?;
    let held = desk.store().commitments_of_subject(agent.subject.id, MOST_OWN).await?;
    shelf.lines(desk, &held).await
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
