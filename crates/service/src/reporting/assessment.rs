//! 年度评价: how a unit's reporting was over a year, in points by the indicators of the law folder.
//!
//! The points are about units' own work and about nothing else. Each is made of months, and each month opens its lists.

use std::collections::BTreeMap;

use serde::Serialize;
use xinyong_domain::law::Lookup;
use xinyong_domain::rules::reporting::{Rate, points};
use xinyong_domain::value::number::HUNDREDTHS;

use super::figures::{Judge, count_as};
use super::{KindFigures, Month};
use crate::access::{Actor, Permission};
use crate::desk::Desk;
use crate::refusal::DeskError;

/// An indicator: the end of its parameter, what people call it, and the rate it takes.
type Indicator = (&'static str, &'static str, fn(&KindFigures) -> Rate);

const INDICATORS: [Indicator; 4] = [
    ("assessment.points.timely", "及时率", KindFigures::timely),
    ("assessment.points.reported", "上报率", KindFigures::reported),
    ("assessment.points.stored", "合规率", KindFigures::compliant),
    ("assessment.points.complete", "完整率", KindFigures::complete),
];
const FULL: &str = "assessment.full.share";
/// Years back that can be asked for.
const MOST_YEARS: i16 = 30;

/// One indicator of one unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Earned {
    /// What it is called.
    pub label: &'static str,
    /// The rate over the year.
    pub rate: Rate,
    /// The points that it is worth.
    pub most: u64,
    /// The points earned, in hundredths; none where there was nothing to count.
    pub earned: Option<u64>,
}

/// One unit over a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnitYear {
    /// The unit.
    pub unit: String,
    /// Its name.
    pub name: String,
    /// By indicator.
    pub indicators: Vec<Earned>,
    /// Points earned of those that could be earned here, both in hundredths.
    pub earned: (u64, u64),
    /// Months with something to count, with the decisions known of each.
    pub months: Vec<(Month, u64)>,
}

/// A unit's year as it is added up.
#[derive(Default)]
struct Sum {
    name: String,
    total: KindFigures,
    months: Vec<(Month, u64)>,
}

/// The units that had something to report in a year, by name. A unit sees itself, the credit office all.
///
/// # Errors
/// `access.denied`, `year.invalid`; `assessment.not-set` where the law folder has no points for it.
pub async fn assessment(desk: &Desk, actor: &Actor, year: i16) -> Result<Vec<UnitYear>, DeskError> {
    actor.authorise(Permission::ReadReporting)?;
    let today = desk.today();
    if year > today.year() || year < today.year() - MOST_YEARS {
        return Err(DeskError::refused("year.invalid", "请填写今年或以前的年份，例如 2026"));
    }
    let law = desk.law();
    let at = law.at(today);
    let number = |id: &str| match at.number(id) {
        Lookup::Applies(found) => u64::try_from(found.value).map_err(|_| not_set()),
        _ => Err(not_set()),
    };
    let full = number(FULL)?;
    let worth =
        INDICATORS.iter().map(|(id, ..)| number(id)).collect::<Result<Vec<_>, DeskError>>()?;
    let mut years: BTreeMap<String, Sum> = BTreeMap::new();
    let judge = Judge::new(desk, &law).await?;
    for month in 1..=12 {
        let first = jiff::civil::date(year, month, 1);
        if first > today {
            break;
        }
        let month = Month::of(first);
        for (unit, figures) in count_as(&judge, desk, actor.unit_limit(), month).await?.units {
            let held = years.entry(unit).or_default();
            held.name = figures.name;
            held.total.add(&figures.total);
            if figures.total.known() > 0 {
                held.months.push((month, figures.total.known()));
            }
        }
    }
    let mut list: Vec<UnitYear> = years
        .into_iter()
        .filter(|(_, sum)| !sum.months.is_empty())
        .map(|(unit, Sum { name, total, months })| {
            let indicators: Vec<Earned> = INDICATORS
                .iter()
                .zip(&worth)
                .map(|((_, label, rate), most)| {
                    let rate = rate(&total);
                    Earned { label, rate, most: *most, earned: points(rate, *most, full) }
                })
                .collect();
            let earned = indicators.iter().filter_map(|one| one.earned).sum();
            let could = indicators
                .iter()
                .filter(|one| one.earned.is_some())
                .map(|one| one.most * HUNDREDTHS)
                .sum();
            UnitYear { unit, name, indicators, earned: (earned, could), months }
        })
        .collect();
    list.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(list)
}

fn not_set() -> DeskError {
    DeskError::refused("assessment.not-set", "法规数据里没有年度评价的分值，请联系信用办")
}
