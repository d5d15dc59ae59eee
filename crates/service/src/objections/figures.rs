//! How many objections there are, how long answers take and what they come to, by unit. Units' work is counted, never people's.

use std::collections::BTreeMap;

use xinyong_domain::rules::objection::is_own;
use xinyong_domain::workflow::objection::{Event, Stage};
use xinyong_store::StepChain;

use super::{days_of, stage_of, units_of};
use crate::access::{Actor, Permission};
use crate::browse::Names;
use crate::desk::Desk;
use crate::refusal::DeskError;

/// Objections that are looked at: the newest.
const MOST_LOOKED: i64 = 5_000;

/// Figures of one unit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitObjections {
    /// Its name.
    pub unit: String,
    /// How many were made.
    pub made: usize,
    /// How many nobody has answered yet.
    pub open: usize,
    /// How many of all were answered, or found to be nobody's whom the record names, after their last day, or are past it now.
    pub late: usize,
    /// How many were answered.
    pub answered: usize,
    /// How many of these were right.
    pub upheld: usize,
    /// How many working days an answer took, the middle one.
    pub median: Option<i64>,
}

/// Figures of all units that somebody sees.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectionFigures {
    /// By unit, in the order of their names.
    pub units: Vec<UnitObjections>,
    /// All of them together.
    pub all: UnitObjections,
}

/// The middle one; the lower of the two of an even number.
fn median(days: &mut [i64]) -> Option<i64> {
    days.sort_unstable();
    days.get(days.len().checked_sub(1)? / 2).copied()
}

#[derive(Default)]
struct Count {
    counted: UnitObjections,
    days: Vec<i64>,
}

impl Count {
    fn done(mut self, unit: String) -> UnitObjections {
        UnitObjections { unit, median: median(&mut self.days), ..self.counted }
    }
}

/// The figures for the actor's unit, for the office of all units.
///
/// # Errors
/// `access.denied`.
pub async fn figures(desk: &Desk, actor: &Actor) -> Result<ObjectionFigures, DeskError> {
    actor.authorise(Permission::HandleObjection)?;
    let units = units_of(desk, actor).await?;
    let (law, today) = (desk.law(), desk.today());
    let stages: Vec<&str> = Stage::ALL.iter().map(|stage| stage.as_str()).collect();
    let mut all = Count::default();
    let mut by_unit: BTreeMap<String, Count> = BTreeMap::new();
    for one in desk.store().objections_in(&stages, units.as_deref(), true, MOST_LOOKED).await? {
        let stage = stage_of(&one)?;
        // Which clock it was answered by: what the platform finds out by itself never came to the unit.
        let mut forwarded = !is_own(&one.ground, one.filed_on, &law).value;
        if !forwarded {
            let steps = desk.store().steps(&StepChain::OBJECTION, one.id).await?;
            forwarded = steps.iter().any(|step| step.event == Event::Forward.as_str());
        }
        let clock = if forwarded { Stage::Forwarded } else { Stage::Filed };
        let last = clock.answer_by(&days_of(&one), &law);
        let until = match one.answered_on {
            // Nobody answered until somebody found that it was not to be answered.
            None if stage == Stage::Dismissed => {
                let steps = desk.store().steps(&StepChain::OBJECTION, one.id).await?;
                steps.last().map(|step| step.on_day)
            }
            None => stage.is_unanswered().then_some(today),
            answered => answered,
        };
        let late = last.zip(until).is_some_and(|(last, until)| last < until);
        let took = one.answered_on.map(|on| law.calendar().between(one.filed_on, on));
        let unit = by_unit.entry(one.unit_id.clone()).or_default();
        for count in [&mut all, unit] {
            let counted = &mut count.counted;
            counted.made += 1;
            counted.open += usize::from(stage.is_unanswered());
            counted.late += usize::from(late);
            counted.answered += usize::from(one.answered_on.is_some());
            counted.upheld += usize::from(stage.is_upheld());
            count.days.extend(took);
        }
    }
    let names = Names::read(desk).await?;
    let mut units: Vec<UnitObjections> =
        by_unit.into_iter().map(|(id, count)| count.done(names.unit(&id))).collect();
    units.sort_by(|one, other| one.unit.cmp(&other.unit));
    Ok(ObjectionFigures { units, all: all.done("合计".to_owned()) })
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_is_a_day_that_was_met() {
        assert_eq!(median(&mut []), None);
        assert_eq!(median(&mut [9, 1, 4]), Some(4));
        assert_eq!(median(&mut [9, 1, 4, 2]), Some(2));
    }
}
