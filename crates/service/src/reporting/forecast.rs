//! 预计超期: what a unit is likely to report late in the days ahead, from its own habits; a list to act on, kept nowhere.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;
use xinyong_domain::law::Kind;
use xinyong_domain::rules::forecast::{Habits, Made, Outlook, Terms};
use xinyong_domain::rules::reporting::{Rate, unexplained};
use xinyong_store::NumberPlace;

use super::lists::written;
use crate::access::{Actor, Permission};
use crate::browse::Names;
use crate::desk::Desk;
use crate::refusal::DeskError;

/// Decisions that are known and have not come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LikelyLate {
    /// Its number, or the first and the last of several.
    pub numbers: (String, String),
    /// How many.
    pub count: u64,
    /// The day of the decision; of numbers that were passed over, that of the number before.
    pub decided: Date,
    /// Its last day.
    pub due: Date,
    /// Of the unit's decisions that had not come at that age either, those that came late.
    pub chance: Rate,
    /// How the platform knows of it: the name of the source, or nothing for a number that was passed over.
    pub source: Option<String>,
}

/// What lies ahead of a unit for a kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ahead {
    /// The unit.
    pub unit: String,
    /// Its name.
    pub name: String,
    /// The kind.
    pub kind: String,
    /// Its name.
    pub kind_name: String,
    /// Decisions that are known, the earliest last day first.
    pub likely: Vec<LikelyLate>,
    /// What is usual for the days whose clocks run.
    pub outlook: Outlook,
}

impl Ahead {
    /// Whether there is anything to do.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.likely.is_empty() && self.outlook.late == Some(0)
    }
}

/// What lies ahead, of a unit for itself, of all for the credit office; what is quiet is left out.
///
/// # Errors
/// `access.denied`.
pub async fn forecast(desk: &Desk, actor: &Actor) -> Result<Vec<Ahead>, DeskError> {
    actor.authorise(Permission::ReadReporting)?;
    let (store, law, today) = (desk.store(), desk.law(), desk.today());
    let Some(terms) = Terms::at(&law, today) else { return Ok(Vec::new()) };
    store.count_series().await?;
    let limit = actor.unit_limit();
    let mut made: BTreeMap<(String, String), Vec<Made>> = BTreeMap::new();
    for one in store.arrivals(terms.since, today, limit).await? {
        made.entry((one.unit_id, one.kind)).or_default().push(Made {
            decided: one.decided_on,
            received: one.received_on,
            records: u64::try_from(one.records).unwrap_or_default(),
        });
    }
    let absent = store.absent_decisions(terms.since, today, limit).await?;
    let names = Names::read(desk).await?;
    let mut ahead = Vec::new();
    for ((unit, kind_id), made) in made {
        let Some(kind) = law.kind(&kind_id).filter(|kind| kind.publication.is_twofold()) else {
            continue;
        };
        let Some(habits) = Habits::read(&law, &kind.report_within, today, terms, made) else {
            continue;
        };
        let Some(outlook) = habits.outlook() else { continue };
        let mut likely: Vec<LikelyLate> = absent
            .iter()
            .filter(|one| one.unit_id == unit && one.kind == kind_id)
            .filter_map(|one| {
                let (due, chance) = habits.likely(one.decided_on)?;
                Some(LikelyLate {
                    numbers: (one.number.clone(), one.number.clone()),
                    count: 1,
                    decided: one.decided_on,
                    due,
                    chance,
                    source: Some(law.label_of("decision-source", &one.source).to_owned()),
                })
            })
            .collect();
        let known: Vec<&NumberPlace> = absent
            .iter()
            .filter(|one| one.unit_id == unit && one.kind == kind_id)
            .map(|one| &one.place)
            .collect();
        passed_over(desk, (&unit, kind), &habits, &known, &mut likely).await?;
        likely.sort_by(|one, other| (one.due, &one.numbers).cmp(&(other.due, &other.numbers)));
        let one = Ahead {
            name: names.unit(&unit),
            kind_name: kind.name.clone(),
            unit,
            kind: kind_id,
            likely,
            outlook,
        };
        if !one.is_quiet() {
            ahead.push(one);
        }
    }
    Ok(ahead)
}

/// Numbers of this year's series that were passed over and that no other source names.
async fn passed_over(
    desk: &Desk,
    (unit, kind): (&str, &Kind),
    habits: &Habits<'_>,
    known: &[&NumberPlace],
    likely: &mut Vec<LikelyLate>,
) -> Result<(), DeskError> {
    let year = i64::from(desk.today().year());
    let explanations = desk.store().gap_explanations(unit, &kind.id, year).await?;
    for (series, gaps) in desk.store().gaps(unit, &kind.id, year).await? {
        let explained: Vec<_> = explanations
            .iter()
            .filter(|one| one.series == series)
            .map(|one| one.first..=one.last)
            // What another source names is listed by itself, or is late already.
            .chain(
                known
                    .iter()
                    .filter(|one| one.series == series && one.year == year)
                    .map(|one| one.serial..=one.serial),
            )
            .collect();
        for gap in gaps {
            let decided = gap.before_on.unwrap_or(gap.after_on);
            let Some((due, chance)) = habits.likely(decided) else { continue };
            let owed = gap.before.unwrap_or_default() + 1..=gap.after - 1;
            for range in unexplained(owed, &explained) {
                let (first, last) = range.into_inner();
                likely.push(LikelyLate {
                    numbers: (written(&series, year, first), written(&series, year, last)),
                    count: u64::try_from(last - first + 1).unwrap_or_default(),
                    decided,
                    due,
                    chance,
                    source: None,
                });
            }
        }
    }
    Ok(())
}
