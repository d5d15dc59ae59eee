//! Which commitments a list shows: by stage, unit and day, counted by the database and ranked by their clocks, before any of them is read.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan as _;
use jiff::civil::Date;
use xinyong_domain::rules::commitment::{Standing, standing, taken_in_by, verified_by};
use xinyong_domain::workflow::commitment::Stage;
use xinyong_store::CommitmentGroup;

use super::PAGE;
use super::ledger::{Clocked, CommitmentLine, Shelf, clocked, days_of};
use super::ratios::span;
use crate::access::{Actor, Permission};
use crate::desk::Desk;
use crate::refusal::DeskError;
use crate::units::units_of;

/// The stages in which a clock runs.
const OWED: [Stage; 3] = [Stage::Made, Stage::Completed, Stage::Proposed];
/// Days before a year in which what is due in it may have begun: more than seven working days with any holidays among them.
const DAYS_BEFORE: i32 = 60;

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
    /// Whose record was taken down: a second person ends them, and nothing else is owed.
    pub down: u64,
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
            _ if group.down => None,
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
    // What is only to be ended comes last.
    found.sort_by_key(|one| {
        let left = one.clock.as_ref().and_then(|clock| clock.left).unwrap_or(i64::MAX);
        (one.group.down, left, one.group.made_on)
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
    // As the groups were asked for, and so as they were ranked.
    let held = desk.store().commitments_of_groups(&wanted).await?;
    let shown: Vec<_> = held.into_iter().skip(from.saturating_sub(before)).take(most).collect();
    shelf.lines(desk, &shown).await
}

/// The units for which the actor answers, by name also where that is all of them.
async fn named_units(desk: &Desk, actor: &Actor) -> Result<Vec<String>, DeskError> {
    match units_of(desk, actor).await? {
        Some(own) => Ok(own),
        None => Ok(desk.store().units().await?.into_iter().map(|unit| unit.id).collect()),
    }
}

/// A page of a list.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    /// Those that are shown.
    pub lines: Vec<CommitmentLine>,
    /// How many there are in all.
    pub total: u64,
    /// Which page it is, counted from 0: the last one for whoever asked for one past the end.
    pub page: usize,
}

/// The page of so many that is shown for one that is asked for, both counted from 0: an address that was kept outlives what it led to.
pub(super) fn within(page: usize, total: u64) -> usize {
    let whole = usize::try_from(total).unwrap_or(usize::MAX);
    page.min(whole.div_ceil(PAGE).saturating_sub(1))
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
    let units = named_units(desk, actor).await?;
    let stages: Vec<Stage> = Stage::ALL.into_iter().filter(|one| one.is_over() == over).collect();
    let shelf = Shelf::read(desk).await?;
    if over {
        let signed = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let places = places(&units, &stages);
        let count = desk.store().count_commitments_in(&places).await?;
        let total = u64::try_from(count).unwrap_or_default();
        let page = within(page, total);
        let span = (signed(page.saturating_mul(PAGE)), signed(PAGE));
        let held = desk.store().commitments_in(&places, span).await?;
        return Ok(Listed { lines: shelf.lines(desk, &held).await?, total, page });
    }
    let ranked = ranked(desk, &shelf, &units, &stages).await?;
    let total = ranked.iter().map(Ranked::count).sum();
    let page = within(page, total);
    let lines = portion(desk, &shelf, &ranked, (page.saturating_mul(PAGE), PAGE)).await?;
    Ok(Listed { lines, total, page })
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
    let units = named_units(desk, actor).await?;
    let shelf = Shelf::read(desk).await?;
    let mut ranked = ranked(desk, &shelf, &units, &OWED).await?;
    ranked.retain(|one| {
        let overdue = one.standing() == Some(Standing::Overdue);
        match one.stage {
            _ if one.group.down => second && !all,
            _ if all => overdue,
            Stage::Made | Stage::Proposed => second,
            Stage::Completed => overdue || one.standing() == Some(Standing::Soon),
            _ => false,
        }
    });
    let lines = portion(desk, &shelf, &ranked, (0, most)).await?;
    Ok(Listed { lines, total: ranked.iter().map(Ranked::count).sum(), page: 0 })
}

/// How the units stand: the actor's own, for the office all.
///
/// # Errors
/// `access.denied`.
pub async fn board(desk: &Desk, actor: &Actor) -> Result<Vec<UnitBoard>, DeskError> {
    actor.authorise(Permission::HandleCommitment)?;
    let shelf = Shelf::read(desk).await?;
    let ranked = ranked(desk, &shelf, &named_units(desk, actor).await?, &OWED).await?;
    let owing: BTreeSet<&str> = ranked.iter().map(|one| one.group.unit_id.as_str()).collect();
    let names = shelf.units(desk, owing).await?;
    let mut units: BTreeMap<&str, UnitBoard> = BTreeMap::new();
    for one in &ranked {
        let name = names.get(&one.group.unit_id).map_or("", String::as_str);
        let unit = units
            .entry(name)
            .or_insert_with(|| UnitBoard { unit: name.to_owned(), ..UnitBoard::default() });
        let (count, overdue) = (one.count(), one.standing() == Some(Standing::Overdue));
        if one.group.down {
            unit.down += count;
            continue;
        }
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
    let units = named_units(desk, actor).await?;
    let (first, last) = span(year)?;
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
    let total = u64::try_from(found.len()).unwrap_or_default();
    let page = within(page, total);
    let shown: Vec<i64> =
        found.iter().skip(page.saturating_mul(PAGE)).take(PAGE).map(|(_, id)| *id).collect();
    let mut held = desk.store().commitments_by_id(&shown).await?;
    held.sort_by_key(|one| shown.iter().position(|id| *id == one.id));
    let lines = Shelf::read(desk).await?.lines(desk, &held).await?;
    Ok(Listed { lines, total, page })
}

#[cfg(test)]
mod tests {
    use super::{PAGE, within};

    #[test]
    fn a_page_past_the_end_is_the_last() {
        for (asked, total, shown) in
            [(0, 0, 0), (9, 0, 0), (0, 1, 0), (1, PAGE, 0), (1, PAGE + 1, 1), (usize::MAX, 120, 2)]
        {
            assert_eq!(within(asked, total as u64), shown, "{asked} of {total}");
        }
    }
}
