//! How long repairs take, what was refused and why, what was granted late.

use std::collections::BTreeMap;

use xinyong_domain::workflow::repair::Stage;
use xinyong_store::RepairClock;

use super::{GROUNDS, due_of, label, units_of};
use crate::access::{Actor, Permission};
use crate::desk::Desk;
use crate::refusal::DeskError;

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
    /// How many ended because the decision was revoked or changed.
    pub lapsed: usize,
    /// The grounds of refusals and of what was not accepted, the most frequent first.
    pub grounds: Vec<(String, usize)>,
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
    let units = units_of(desk, actor).await?;
    let law = desk.law();
    let stages: Vec<&str> = Stage::ALL.iter().map(|stage| stage.as_str()).collect();
    let mut found = RepairFigures::default();
    let mut took: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
    let labels = ["从申请到受理", "从受理到提出意见", "从申请到准予修复", "从准予到各处均已停止"];
    for course in desk.store().repair_courses(units.as_deref(), &stages).await? {
        match Stage::from_word(&course.clock.stage) {
            Some(Stage::Withdrawn) => found.withdrawn += 1,
            Some(Stage::NotAccepted) => found.not_accepted += 1,
            Some(Stage::Refused) => found.refused += 1,
            Some(Stage::Lapsed) => found.lapsed += 1,
            Some(stage) if stage.is_granted() => {
                found.granted += 1;
                // The clock of the decision, whatever has come after it.
                let decided = RepairClock {
                    stage: Stage::Reviewed.as_str().to_owned(),
                    ..course.clock.clone()
                };
                let late = due_of(&decided, &law)?
                    .zip(course.granted)
                    .is_some_and(|(due, decided)| decided > due.value.date);
                found.late += usize::from(late);
            }
            _ => {}
        }
        let applied = Some(course.clock.applied_on);
        let spans = [
            (applied, course.accepted),
            (course.accepted, course.reviewed),
            (applied, course.granted),
            (course.granted, course.confirmed),
        ];
        for (place, (from, to)) in spans.into_iter().enumerate() {
            if let Some((from, to)) = from.zip(to) {
                took.entry(place).or_default().push(law.calendar().between(from, to));
            }
        }
    }
    for (place, days) in took {
        let count = days.len();
        if let Some((label, middle)) = labels.get(place).zip(median(days)) {
            found.steps.push((label, count, middle));
        }
    }
    for (ground, count) in desk.store().repair_grounds(units.as_deref()).await? {
        found
            .grounds
            .push((label(desk, GROUNDS, &ground), usize::try_from(count).unwrap_or_default()));
    }
    // What was refused before the grounds were a list has only its own words.
    let named: usize = found.grounds.iter().map(|(_, count)| count).sum();
    let all = found.refused + found.not_accepted;
    if all > named {
        found.grounds.push(("没有登记种类的（以前的）".to_owned(), all - named));
    }
    found.grounds.sort_by_key(|(ground, count)| (std::cmp::Reverse(*count), ground.clone()));
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
