//! 监管台账: what a unit owes for each commitment that it accepted, by when, and how it stands.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use xinyong_domain::calendar::WorkingDay;
use xinyong_domain::rules::commitment::{Standing, standing, taken_in_by, verified_by};
use xinyong_domain::ruling::Ruling;
use xinyong_domain::workflow::commitment::{Event, Stage};
use xinyong_store::{Commitment, CommitmentMatter, Record, StepChain, Subject};

use super::{KIND, MOST_OWN, TYPES, authorise, label, noted, object, stage_of, step};
use crate::access::{Actor, Permission};
use crate::agents::Agent;
use crate::browse::{Kept, Names, PersonView};
use crate::desk::Desk;
use crate::refusal::DeskError;
use crate::units::responsible;

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

/// The published edition behind a commitment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedEdition {
    /// The edition.
    pub matter: i64,
    /// SM3 of its canonical text.
    pub digest: String,
    /// Whether the text that was signed names it; nothing for what was signed before texts did.
    pub named: Option<bool>,
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
    /// The edition as it was published.
    pub edition: PublishedEdition,
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

pub(super) fn clocked(desk: &Desk, due: Ruling<WorkingDay>, done: Option<Date>) -> Clocked {
    let (law, today) = (desk.law(), desk.today());
    let standing = standing(&law, due.value, done, today);
    let known = done.is_none() && !due.value.provisional;
    let left = known.then(|| law.calendar().between(today, due.value.date));
    Clocked { due, standing, left }
}

/// What is read once for a page.
pub(super) struct Shelf {
    names: Names,
    pub(super) matters: BTreeMap<i64, CommitmentMatter>,
}

impl Shelf {
    pub(super) async fn read(desk: &Desk) -> Result<Self, DeskError> {
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
        let down = record.and_then(|record| record.withdrawn_on);
        // Of a record that was taken down nothing is found: only that the commitment is ended is left to do, and no clock is known for that.
        let counts = !stage.owes_nothing() && (down.is_none() || stage.is_found());
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
            taken_down: down,
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
    pub(super) async fn lines(
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
    pub(super) async fn units(
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

pub(super) fn days_of(matter: &CommitmentMatter) -> u32 {
    u32::try_from(matter.days).unwrap_or_default()
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
        .steps(&StepChain::COMMITMENT, held.id)
        .await?
        .into_iter()
        .map(|one| StepView {
            label: Event::from_word(&one.event).map_or("作出承诺", Event::label).to_owned(),
            on: one.on_day,
            at: one.at,
            by: shelf.names.person(&one.actor),
            reason: one.reason,
            document: one.detail,
        })
        .collect();
    let digest = super::matters::edition_of(matter);
    let named = held.text.contains(super::text::EDITION).then(|| held.text.contains(&digest));
    let edition = PublishedEdition { matter: matter.id, digest, named };
    Ok(CommitmentCase {
        line,
        edition,
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
    let steps = desk.store().steps(&StepChain::COMMITMENT, id).await?;
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
