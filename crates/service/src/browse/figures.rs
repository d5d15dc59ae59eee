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
    fn sum(&self, kind: &str, unit: Option<&str>, month: impl Fn(&str) -> bool) -> u64 {
        self.months
            .iter()
            .filter(|((held, from, when), _)| {
                held == kind && month(when) && unit.is_none_or(|unit| unit == from)
            })
            .map(|(_, count)| count)
            .sum()
    }

    /// Public records of a kind.
    #[must_use]
    pub fn of_kind(&self, kind: &str) -> u64 {
        self.sum(kind, None, |_| true)
    }

    /// Public records of a kind from a unit: all, or those that became public in a year.
    #[must_use]
    pub fn of_unit(&self, kind: &str, unit: &str, year: Option<i16>) -> u64 {
        let year = year.map(|year| format!("{year:04}-"));
        self.sum(kind, Some(unit), |month| year.as_ref().is_none_or(|year| month.starts_with(year)))
    }

    /// Public records of a kind that became public in a month, `YYYY-MM`, from one unit or from all.
    #[must_use]
    pub fn of_month(&self, kind: &str, unit: Option<&str>, month: &str) -> u64 {
        self.sum(kind, unit, |when| when == month)
    }

    /// The first month, `YYYY-MM`, in which something of a kind became public that still is.
    #[must_use]
    pub fn first_month(&self, kind: &str) -> Option<&str> {
        let months = self.months.keys().filter(|(held, ..)| held == kind);
        months.map(|(.., month)| month.as_str()).min()
    }

    /// The years in which something became public that still is, the newest first.
    #[must_use]
    pub fn years(&self) -> Vec<i16> {
        let years: BTreeSet<i16> =
            self.months.keys().filter_map(|(.., month)| month.get(..4)?.parse().ok()).collect();
        years.into_iter().rev().collect()
    }

    /// The year that somebody asks for; an empty text asks for none.
    ///
    /// # Errors
    /// `statistics.year-unknown`: nothing that became public in that year is public.
    pub fn asked_year(&self, text: &str) -> Result<Option<i16>, DeskError> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let known = text.parse().ok().filter(|year| self.years().contains(year));
        known.map(Some).ok_or_else(|| {
            DeskError::refused(
                "statistics.year-unknown",
                "没有这一年开始公示而仍在公示的信息，请从统计页上列出的年份中选择",
            )
        })
    }

    /// Units of which something is public.
    #[must_use]
    pub fn units(&self) -> BTreeSet<&str> {
        self.months.keys().map(|(_, unit, _)| unit.as_str()).collect()
    }

    /// Public records of a kind by town of the subject; the empty town stands for those of which none is known. A town
    /// with fewer than [`SMALLEST_GROUP`] is given without its number, and so are as many others, the smallest first, as it
    /// takes that the whole less what is told does not tell it. Where that leaves nothing, no town is named. Years are not told
    /// apart: the difference of two answers would be a small group again.
    #[must_use]
    pub fn of_towns(&self, kind: &str) -> BTreeMap<&str, Option<u64>> {
        let mut towns: Vec<(u64, &str)> = self
            .towns
            .iter()
            .filter(|((held, _), count)| held == kind && **count > 0)
            .map(|((_, town), count)| (*count, town.as_str()))
            .collect();
        towns.sort_unstable();
        let mut hidden = towns.partition_point(|(count, _)| *count < SMALLEST_GROUP);
        let told = |hidden: usize| {
            let sum: u64 = towns.iter().take(hidden).map(|(count, _)| count).sum();
            // Every group has one record at least: as many records as groups say what each has.
            hidden == 1 || (hidden > 0 && (sum < SMALLEST_GROUP || sum <= hidden as u64))
        };
        while told(hidden) {
            if hidden >= towns.len() {
                return BTreeMap::new();
            }
            hidden += 1;
        }
        let shown =
            |(place, (count, town)): (usize, (u64, _))| (town, (place >= hidden).then_some(count));
        towns.iter().copied().enumerate().map(shown).collect()
    }

    /// The months of a year as far as they have begun, or the twelve up to the day: the oldest first, each by its first day.
    #[must_use]
    pub fn months_of(&self, year: Option<i16>) -> Vec<Date> {
        let first = self.on.first_of_month();
        match year {
            None => {
                (0..12_i32).rev().filter_map(|back| first.checked_sub(back.months()).ok()).collect()
            }
            Some(year) => (1..=12)
                .filter_map(|month| Date::new(year, month, 1).ok())
                .filter(|month| *month <= first)
                .collect(),
        }
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
        subjects: count(super::subject::count(desk).await?),
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

    fn towns(counts: &[u64]) -> Vec<Option<u64>> {
        let towns = counts
            .iter()
            .zip(1..)
            .map(|(count, n)| (("licence".to_owned(), format!("示例{n}镇")), *count));
        let held = PublicFigures { towns: towns.collect(), ..figures(date(2026, 11, 25)) };
        held.of_towns("licence").into_values().collect()
    }

    #[test]
    fn a_small_group_has_no_number() {
        let shown = figures(date(2026, 11, 25));
        assert_eq!(shown.of_towns("penalty"), BTreeMap::from([("示例镇", Some(9))]));
        assert_eq!(towns(&[9, 1, 2]), [Some(9), None, None]);
        assert_eq!(towns(&[9, 3, 5]), [Some(9), Some(3), Some(5)]);
    }

    #[test]
    fn a_small_group_is_not_what_the_others_leave_of_the_whole() {
        // One alone would be the rest; three of one record each would share three.
        assert_eq!(towns(&[9, 2, 7]), [Some(9), None, None]);
        assert_eq!(towns(&[9, 1, 1, 1, 4]), [Some(9), None, None, None, None]);
        assert_eq!(towns(&[1, 1, 8]), [None, None, None]);
        // Nothing is left to hide behind.
        assert_eq!(towns(&[2]), []);
        assert_eq!(towns(&[1, 1]), []);
        // Whatever the counts, what is not told is shared by two or more, in more than one way.
        let mut counts = [0_u64; 4];
        for all in 0..5_u32.pow(4) {
            for (place, count) in counts.iter_mut().enumerate() {
                *count = u64::from(all / 5_u32.pow(u32::try_from(place).expect("small")) % 5);
            }
            let there: Vec<u64> = counts.iter().copied().filter(|count| *count > 0).collect();
            let shown = towns(&there);
            assert!(shown.iter().flatten().all(|count| *count >= SMALLEST_GROUP), "{there:?}");
            let hidden = shown.iter().filter(|count| count.is_none()).count() as u64;
            let rest = there.iter().sum::<u64>() - shown.iter().flatten().sum::<u64>();
            let guessed = shown.is_empty() || hidden == 0 || (hidden > 1 && rest > hidden);
            assert!(guessed, "{there:?} {shown:?}");
        }
    }

    #[test]
    fn a_year_is_one_in_which_something_became_public() {
        let key =
            |unit: &str, month: &str| ("licence".to_owned(), unit.to_owned(), month.to_owned());
        let held = PublicFigures {
            months: BTreeMap::from([
                (key("a", "2019-03"), 1),
                (key("a", "2026-03"), 4),
                (key("b", "2026-11"), 2),
            ]),
            ..figures(date(2026, 11, 25))
        };
        assert_eq!(held.years(), [2026, 2019]);
        let of = |unit, year| held.of_unit("licence", unit, year);
        assert_eq!((of("a", None), of("a", Some(2026)), of("b", Some(2019))), (5, 4, 0));
        assert_eq!(held.asked_year("2019").expect("known"), Some(2019));
        assert_eq!(held.asked_year(" ").expect("none"), None);
        for wrong in ["2020", "x", "20", "2026-03", "99999", "-2026"] {
            let refused = held.asked_year(wrong).expect_err(wrong);
            assert!(
                matches!(&refused, DeskError::Refused(refusal) if refusal.code == "statistics.year-unknown"),
                "{refused:?}"
            );
        }
        assert_eq!(held.months_of(Some(2026)).len(), 11, "December has not begun");
        assert_eq!(held.months_of(Some(2019)).len(), 12);
    }

    #[test]
    fn a_year_has_twelve_months_whatever_day_it_is() {
        for on in [date(2026, 12, 31), date(2024, 2, 29), date(2026, 11, 25)] {
            let year = figures(on).months_of(None);
            assert_eq!(year.len(), 12);
            assert_eq!(year.last(), Some(&on.first_of_month()));
            assert_eq!(year.first().map(|day| day.year()), Some((on - 11.months()).year()));
        }
    }
}
