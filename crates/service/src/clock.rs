//! What time it is, asked in one place.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};

/// The day and the instant. Rules get plain dates; only the desk asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The machine's clock, read in China's time.
    System,
    /// A fixed day, for demonstrations and tests; the time of day still moves, so that orders hold.
    Fixed(Date),
}

/// China has one time zone and no summer time.
fn beijing() -> TimeZone {
    TimeZone::fixed(Offset::constant(8))
}

/// Milliseconds by which the clocks of machines that share a database may differ.
const SKEW: i64 = 5_000;

impl Clock {
    fn machine() -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is the one place that asks")]
        Timestamp::now()
    }

    /// Seconds since 1970 on the machine's clock, also where the day is fixed: what another device counts by.
    #[must_use]
    pub fn seconds() -> i64 {
        Self::machine().as_second()
    }

    fn moment(self) -> DateTime {
        let now = Self::machine().to_zoned_datetime(beijing()).datetime();
        match self {
            Self::System => now,
            Self::Fixed(day) => day.to_datetime(now.time()),
        }
    }

    /// Today in Beijing.
    #[must_use]
    pub fn today(self) -> Date {
        self.moment().date()
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn now(self) -> i64 {
        beijing().to_timestamp(self.moment()).map_or(0, |moment| moment.as_millisecond())
    }

    /// Whether the clock stands before an instant that has been, by more than the clocks of several machines differ. Where the day is
    /// fixed, the time of day begins anew every
    /// midnight, so only days are compared.
    #[must_use]
    pub fn is_before(self, now: i64, been: i64) -> bool {
        match self {
            Self::System => now + SKEW < been,
            Self::Fixed(_) => Self::day_of(now) < Self::day_of(been),
        }
    }

    /// An instant as a page shows it: day and minute in Beijing.
    #[must_use]
    pub fn show(instant: i64) -> String {
        Timestamp::from_millisecond(instant).map_or_else(
            |_| String::new(),
            |moment| {
                let local = moment.to_zoned_datetime(beijing()).datetime();
                format!("{} {:02}:{:02}", local.date(), local.hour(), local.minute())
            },
        )
    }

    /// The day of an instant in Beijing.
    #[must_use]
    pub fn day_of(instant: i64) -> Option<Date> {
        let moment = Timestamp::from_millisecond(instant).ok()?;
        Some(moment.to_zoned_datetime(beijing()).datetime().date())
    }

    /// An instant as people in Beijing read it, to the second.
    #[must_use]
    pub fn moment_of(instant: i64) -> Option<DateTime> {
        let moment = Timestamp::from_millisecond(instant).ok()?;
        let local = moment.to_zoned_datetime(beijing()).datetime();
        local.with().subsec_nanosecond(0).build().ok()
    }

    /// The first millisecond after a day, for as-of reads that include it.
    #[must_use]
    pub fn end_of(day: Date) -> i64 {
        let next = day.tomorrow().unwrap_or(day).to_datetime(jiff::civil::Time::midnight());
        beijing().to_timestamp(next).map_or(i64::MAX, |moment| moment.as_millisecond())
    }
}
