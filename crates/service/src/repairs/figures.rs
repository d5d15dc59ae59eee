//! How long repairs take, what was refused and why, what was granted late.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use xinyong_domain::workflow::repair::{Event, Stage};
use xinyong_store::RepairStep;

use super::{days_of, entry_of, stage_of};
use crate::access::{Actor, Permission};
use crate::desk::Desk;
use crate::refusal::DeskError;
use crate::units::stands_for;

/// Repairs that are looked at: the newest.
const MOST_LOOKED: i64 = 5_000;
/// Reasons that are listed: the most frequent.
const MOST_REASONS: usize = 10;

/// Figures of the repairs of a unit, or of all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RepairFigures {
    /// How many were granted.
    pub granted: usize,
    /// Of these, after the last day of the decision.
    pub late: usize,
    /// How many were refused.
    pub refused: usize,
    /// How many were not accepted.
    pub not_accepted: usize,
    /// How many were taken back.
    pub withdrawn: usize,
    /// What it took from one step to the next in working days: what is done in it, how often, the median.
    pub steps: Vec<(&'static str, usize, i64)>,
    /// The reasons of refusals and of what was not accepted, the most frequent first.
    pub reasons: Vec<(String, usize)>,
}

fn day_of(steps: &[RepairStep], event: &str) -> Option<Date> {
    steps.iter().find(|step| step.event == event).map(|step| step.on_day)
}

/// The middle one; the lower of the two of an even number.
fn median(mut days: Vec<i64>) -> Option<i64> {
    days.sort_unstable();
    days.get(days.len().checked_sub(1)? / 2).copied()
}

/// The figures for the actor's unit, for the office of all units.
///
/// # Errors
/// `access.denied`.
pub async fn figures(desk: &Desk, actor: &Actor) -> Result<RepairFigures, DeskError> {
    actor.authorise(Permission::HandleRepair)?;
    let units: Option<BTreeSet<String>> = match actor.unit_limit() {
        Some(own) => Some(stands_for(desk, own).await?),
        None => None,
    };
    let law = desk.law();
    let stages: Vec<&str> = Stage::ALL.iter().map(|stage| stage.as_str()).collect();
    let mut found = RepairFigures::default();
    let mut took: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    let spans: [(&str, Event, &'static str); 4] = [
        ("apply", Event::Accept, "从申请到受理"),
        ("accept", Event::Review, "从受理到提出意见"),
        ("apply", Event::Grant, "从申请到准予修复"),
        ("grant", Event::Confirm, "从准予到各处均已停止"),
    ];
    for item in desk.store().repair_items_in(&stages, true, MOST_LOOKED).await? {
        if units.as_ref().is_some_and(|units| !units.contains(&item.unit_id)) {
            continue;
        }
        let steps = desk.store().repair_steps(item.id).await?;
        match stage_of(&item)? {
            Stage::Withdrawn => found.withdrawn += 1,
            Stage::NotAccepted => found.not_accepted += 1,
            Stage::Refused => found.refused += 1,
            stage if stage.is_granted() => {
                found.granted += 1;
                let due = Stage::Reviewed.due(entry_of(&item)?, &days_of(&item), &law);
                let decided = day_of(&steps, Event::Grant.as_str());
                let late = due.zip(decided).is_some_and(|(due, decided)| decided > due.value.date);
                found.late += usize::from(late);
            }
            _ => {}
        }
        for (place, (from, to, _)) in spans.iter().enumerate() {
            if let Some((from, to)) = day_of(&steps, from).zip(day_of(&steps, to.as_str())) {
                took.entry(place).or_default().push(law.calendar().between(from, to));
            }
        }
        let against = [Event::Decline.as_str(), Event::Refuse.as_str()];
        for step in steps.into_iter().filter(|step| against.contains(&step.event.as_str())) {
            *reasons.entry(step.reason).or_default() += 1;
        }
    }
    for (place, days) in took {
        let count = days.len();
        if let Some(((.., label), middle)) = spans.get(place).zip(median(days)) {
            found.steps.push((label, count, middle));
        }
    }
    found.reasons = reasons.into_iter().collect();
    found.reasons.sort_by_key(|(reason, count)| (std::cmp::Reverse(*count), reason.clone()));
    found.reasons.truncate(MOST_REASONS);
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_a_day_that_was_met() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![3]), Some(3));
        assert_eq!(median(vec![9, 1, 4]), Some(4));
        assert_eq!(median(vec![9, 1, 4, 2]), Some(2));
    }
}
