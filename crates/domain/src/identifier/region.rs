//! When the region codes of GB/T 2260 held. The list is data and handed in; an empty one is fine.

use std::collections::HashMap;

use jiff::civil::Date;

/// One stretch of time in which a region code was in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionPeriod {
    /// The code, six digits.
    pub code: String,
    /// The first day; nothing when it is not known or lies before all records.
    pub from: Option<Date>,
    /// The last day; nothing while the code is in force.
    pub until: Option<Date>,
}

impl RegionPeriod {
    /// A period known by its years only, as the published history gives them: from the first day of `first`
    /// to the last day of `last`. A year outside the calendar counts as not known.
    #[must_use]
    pub fn of_years(code: impl Into<String>, first: Option<i16>, last: Option<i16>) -> Self {
        Self {
            code: code.into(),
            from: first.and_then(|year| Date::new(year, 1, 1).ok()),
            until: last.and_then(|year| Date::new(year, 12, 31).ok()),
        }
    }
}

/// Former and current region codes with the time they held.
#[derive(Debug, Clone, Default)]
pub struct RegionHistory {
    by_code: HashMap<String, Vec<RegionPeriod>>,
}

impl RegionHistory {
    /// The history made of these periods; a code may have several.
    #[must_use]
    pub fn new(entries: Vec<RegionPeriod>) -> Self {
        let mut by_code: HashMap<String, Vec<RegionPeriod>> = HashMap::new();
        for entry in entries {
            by_code.entry(entry.code.clone()).or_default().push(entry);
        }
        Self { by_code }
    }

    /// A history that knows nothing: no region is ever found too new.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// The first day the code was in force; nothing when the code or its beginning is not known.
    #[must_use]
    pub fn known_from(&self, code: &str) -> Option<Date> {
        // A period without a beginning sorts first and answers "not known" for the whole code.
        self.by_code.get(code)?.iter().map(|period| period.from).min().flatten()
    }

    /// Every period of a code, in the order given; empty for a code that is not known.
    #[must_use]
    pub fn periods(&self, code: &str) -> &[RegionPeriod] {
        self.by_code.get(code).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_earliest_beginning_counts() {
        let history = RegionHistory::new(vec![
            RegionPeriod::of_years("140829", Some(2000), None),
            RegionPeriod::of_years("142200", None, Some(1982)),
            RegionPeriod::of_years("142200", Some(1983), Some(1999)),
            RegionPeriod::of_years("140100", Some(1997), None),
            RegionPeriod::of_years("140100", Some(1983), Some(1990)),
        ]);
        assert_eq!(history.known_from("140829"), Some(date(2000, 1, 1)));
        assert_eq!(history.known_from("142200"), None);
        assert_eq!(history.known_from("140100"), Some(date(1983, 1, 1)));
        assert_eq!(history.known_from("999999"), None);
        assert_eq!(history.periods("142200").len(), 2);
        assert_eq!(RegionHistory::empty().known_from("140829"), None);
    }
}
