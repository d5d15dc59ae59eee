//! What the portal counts: public records only, by kind, unit, month and town. Natural persons are never among them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Serialize;

use crate::desk::Desk;
use crate::refusal::DeskError;

/// A group of a place with fewer records than this is said to be small instead of being counted, so that nobody behind
/// an individual business is pointed at.
pub const SMALLEST_GROUP: u64 = 3;
/// How long counted figures are given out again, in milliseconds. Counting reads every record.
const KEPT: i64 = 60_000;

/// Counts of what is public on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicFigures {
    /// The day.
    pub on: Date,
    /// Subjects in the register.
    pub subjects: u64,
    counted_at: i64,
    months: BTreeMap<(String, String, String), u64>,
    towns: BTreeMap<(String, String), u64>,
}

impl PublicFigures {
    /// Public records of a kind.
    #[must_use]
    pub fn of_kind(&self, kind: &str) -> u64 {
        self.months.iter().filter(|((held, ..), _)| held == kind).map(|(_, count)| count).sum()
    }

    /// Public records of a kind from a unit.
    #[must_use]
    pub fn of_unit(&self, kind: &str, unit: &str) -> u64 {
        self.months
            .iter()
            .filter(|((held, from, _), _)| held == kind && from == unit)
            .map(|(_, count)| count)
            .sum()
    }

    /// Public records of a kind that became public in a month, `YYYY-MM`, from one unit or from all.
    #[must_use]
    pub fn of_month(&self, kind: &str, unit: Option<&str>, month: &str) -> u64 {
        self.months
            .iter()
            .filter(|((held, from, when), _)| {
                held == kind && when == month && unit.is_none_or(|unit| unit == from)
            })
            .map(|(_, count)| count)
            .sum()
    }

    /// Units of which something is public.
    #[must_use]
    pub fn units(&self) -> BTreeSet<&str> {
        self.months.keys().map(|(_, unit, _)| unit.as_str()).collect()
    }

    /// Public records of a kind by town of the subject; the empty town stands for those of which none is known. A town
    /// with fewer than [`SMALLEST_GROUP`] is given without its number.
    #[must_use]
    pub fn of_towns(&self, kind: &str) -> BTreeMap<&str, Option<u64>> {
        self.towns
            .iter()
            .filter(|((held, _), _)| held == kind)
            .map(|((_, town), count)| (town.as_str(), (*count >= SMALLEST_GROUP).then_some(*count)))
            .collect()
    }

    /// The twelve months up to the day, the oldest first, each by its first day.
    #[must_use]
    pub fn year(&self) -> Vec<Date> {
        let first = self.on.first_of_month();
        (0..12_i32).rev().filter_map(|back| first.checked_sub(back.months()).ok()).collect()
    }
}

/// The figures of today, at most a minute old.
///
/// # Errors
/// When the store fails.
pub async fn public_figures(desk: &Desk) -> Result<Arc<PublicFigures>, DeskError> {
    let (today, now) = (desk.today(), desk.clock().now());
    if let Some(kept) = desk.figures()
        && kept.on == today
        && (kept.counted_at..kept.counted_at + KEPT).contains(&now)
    {
        return Ok(kept);
    }
    let count = |value: i64| u64::try_from(value).unwrap_or_default();
    let law = desk.law();
    let known: BTreeSet<&str> = law
        .towns()
        .iter()
        .filter(|place| place.level == "town")
        .map(|place| place.name.as_str())
        .collect();
    let months = desk.store().public_months(today).await?;
    let mut towns: BTreeMap<(String, String), u64> = BTreeMap::new();
    for (kind, town, records) in desk.store().public_towns(today).await? {
        // What is written in the register's column but is no town of the code list makes no group of its own.
        let town = if known.contains(town.as_str()) { town } else { String::new() };
        *towns.entry((kind, town)).or_default() += count(records);
    }
    let figures = Arc::new(PublicFigures {
        on: today,
        subjects: count(desk.store().count_subjects().await?),
        counted_at: now,
        months: months
            .into_iter()
            .map(|row| ((row.kind, row.unit, row.month), count(row.count)))
            .collect(),
        towns,
    });
    desk.remember_figures(Arc::clone(&figures));
    Ok(figures)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn figures(on: Date) -> PublicFigures {
        let key = |kind: &str, town: &str| (kind.to_owned(), town.to_owned());
        PublicFigures {
            on,
            subjects: 0,
            counted_at: 0,
            months: BTreeMap::new(),
            towns: BTreeMap::from([
                (key("licence", "示例镇"), SMALLEST_GROUP),
                (key("licence", "示例乡"), SMALLEST_GROUP - 1),
                (key("penalty", "示例镇"), 9),
            ]),
        }
    }

    #[test]
    fn a_small_group_has_no_number() {
        let shown = figures(date(2026, 11, 25));
        let towns = shown.of_towns("licence");
        assert_eq!(towns, BTreeMap::from([("示例镇", Some(SMALLEST_GROUP)), ("示例乡", None)]));
    }

    #[test]
    fn a_year_has_twelve_months_whatever_day_it_is() {
        for on in [date(2026, 12, 31), date(2024, 2, 29), date(2026, 11, 25)] {
            let year = figures(on).year();
            assert_eq!(year.len(), 12);
            assert_eq!(year.last(), Some(&on.first_of_month()));
            assert_eq!(year.first().map(|day| day.year()), Some((on - 11.months()).year()));
        }
    }
}
