//! Working days of the People's Republic of China, as the State Council announces them year by year.
//!
//! A day's character is data (`law/calendar/`). A day in a year that has not been announced is judged by its
//! weekday alone, and whatever is computed across it is *provisional*: never an error, never a silent guess.

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};
use serde::Serialize;

use crate::ruling::{Citation, Ruling};

/// One year of the calendar, with the notice it rests on.
#[derive(Debug, Clone)]
pub struct CalendarYear {
    /// The year.
    pub year: i16,
    /// The notice.
    pub citation: Citation,
    /// Days off that are announced, weekends inside a holiday included.
    pub off: Vec<(Date, String)>,
    /// Weekend days on which work is made up, and other days declared working.
    pub work: Vec<Date>,
}

/// The calendar of all announced years.
#[derive(Debug, Clone)]
pub struct Calendar {
    first: Date,
    complete_to: Date,
    /// One entry a day from `first` to `complete_to`: whether it is a working day.
    working: Vec<bool>,
    /// Where each year begins in `working`.
    year_starts: Vec<usize>,
    years: Vec<CalendarYear>,
}

/// A day reached by counting working days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct WorkingDay {
    /// The day.
    pub date: Date,
    /// Whether a year not yet announced was counted by weekdays only.
    pub provisional: bool,
}

fn weekday_only(date: Date) -> bool {
    !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

fn next(date: Date) -> Date {
    date.tomorrow().unwrap_or(date)
}

impl Calendar {
    /// Builds the calendar from its years. Years must be consecutive; `complete_to` is the last day that is
    /// announced in full.
    ///
    /// # Errors
    /// A sentence naming the year that is missing or the day that lies outside its year.
    pub fn new(mut years: Vec<CalendarYear>, complete_to: Date) -> Result<Self, String> {
        years.sort_by_key(|year| year.year);
        let Some(first_year) = years.first().map(|year| year.year) else {
            return Err("no year in the calendar".to_owned());
        };
        let first = Date::new(first_year, 1, 1).map_err(|error| error.to_string())?;
        for (position, year) in years.iter().enumerate() {
            let expected = i16::try_from(position).map_or(i16::MAX, |offset| first_year + offset);
            if year.year != expected {
                return Err(format!("year {expected} is missing from the calendar"));
            }
        }
        let mut working = Vec::new();
        let mut year_starts = Vec::new();
        let mut day = first;
        while day <= complete_to {
            if day.day_of_year() == 1 {
                year_starts.push(working.len());
            }
            working.push(weekday_only(day));
            day = next(day);
        }
        let mut calendar = Self { first, complete_to, working, year_starts, years: Vec::new() };
        for year in &years {
            for (day, _) in &year.off {
                calendar.set(*day, false)?;
            }
            for day in &year.work {
                calendar.set(*day, true)?;
            }
        }
        calendar.years = years;
        Ok(calendar)
    }

    fn set(&mut self, day: Date, working: bool) -> Result<(), String> {
        let slot = self.slot(day).ok_or_else(|| format!("{day} lies outside the calendar"))?;
        if let Some(entry) = self.working.get_mut(slot) {
            *entry = working;
        }
        Ok(())
    }

    fn slot(&self, day: Date) -> Option<usize> {
        if day < self.first || day > self.complete_to {
            return None;
        }
        // Days before the year, then the day of the year: cheaper than a difference of dates, and this is the hot path.
        let year = usize::try_from(day.year() - self.first.year()).ok()?;
        let start = self.year_starts.get(year)?;
        Some(start + usize::try_from(day.day_of_year()).ok()? - 1)
    }

    /// The last day that the State Council has announced.
    #[must_use]
    pub const fn complete_to(&self) -> Date {
        self.complete_to
    }

    /// The first day that is covered.
    #[must_use]
    pub const fn first(&self) -> Date {
        self.first
    }

    /// The years with their notices.
    #[must_use]
    pub fn years(&self) -> &[CalendarYear] {
        &self.years
    }

    /// Whether a day is a working day; `None` as second part of the answer never happens: the flag says
    /// whether the day's year is announced.
    #[must_use]
    pub fn is_working(&self, day: Date) -> (bool, bool) {
        match self.slot(day).and_then(|slot| self.working.get(slot)) {
            Some(working) => (*working, true),
            None => (weekday_only(day), false),
        }
    }

    /// Counts working days from a day, which itself does not count (民法典 art. 201). Zero working days from a
    /// day off is the next working day; from a working day, that day.
    #[must_use]
    pub fn add(&self, from: Date, days: u32) -> WorkingDay {
        let mut date = from;
        let mut slot = self.slot(from);
        let mut provisional = slot.is_none();
        let mut left = days;
        let mut working = self.is_working(from).0;
        while left > 0 || !working {
            date = next(date);
            if date == Date::MAX {
                break;
            }
            // One subtraction of dates at the start, then the index alone: counting is on the hot path of intake.
            slot = match slot {
                Some(index) if index + 1 < self.working.len() => Some(index + 1),
                Some(_) => None,
                None if date == self.first => Some(0),
                None => None,
            };
            working = match slot.and_then(|index| self.working.get(index)) {
                Some(working) => *working,
                None => {
                    provisional = true;
                    weekday_only(date)
                }
            };
            if working && left > 0 {
                left -= 1;
            }
        }
        WorkingDay { date, provisional }
    }

    /// Working days from `from` (not counted) to `to` (counted); negative when `to` lies before.
    #[must_use]
    pub fn between(&self, from: Date, to: Date) -> i64 {
        let (start, end, sign) = if from <= to { (from, to, 1) } else { (to, from, -1) };
        let mut count = 0;
        let mut day = start;
        while day < end {
            day = next(day);
            if self.is_working(day).0 {
                count += 1;
            }
        }
        count * sign
    }

    /// [`Calendar::add`] with the notices of the years that were crossed.
    #[must_use]
    pub fn add_cited(&self, from: Date, days: u32) -> Ruling<WorkingDay> {
        let reached = self.add(from, days);
        let mut ruling = Ruling::new(reached);
        ruling.input("from", from);
        ruling.input("days", days);
        for year in &self.years {
            if year.year >= from.year() && year.year <= reached.date.year() {
                ruling.cite(year.citation.clone());
            }
        }
        ruling
    }

    /// The day `months` calendar months later: the corresponding day, or the last day of a shorter month.
    /// Never moved by holidays (decisions.md, "Days").
    #[must_use]
    pub fn corresponding_day(from: Date, months: i64) -> Date {
        from.checked_add(months.months()).unwrap_or(Date::MAX)
    }
}
