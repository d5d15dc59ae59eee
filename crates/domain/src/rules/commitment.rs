//! 信用承诺: the clocks of a commitment. Seven working days for what was made and what was found to be taken in and passed on; the days
//! of the matter for the verification. A day that nobody can know yet is not guessed, and nothing is overdue by it.

use jiff::civil::Date;
use serde::Serialize;

use super::deadline::report_due;
use crate::calendar::WorkingDay;
use crate::law::Law;
use crate::ruling::Ruling;

/// The parameter with the working days of each step.
pub const REPORT: &str = "commitment.report.days";
/// The parameter with the working days that count as near.
const SOON: &str = "commitment.soon.days";

/// How something that is owed until a day stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Its days reach into a year whose working days nobody has announced.
    Unknown,
    /// There is time.
    Ahead,
    /// It is near.
    Soon,
    /// The day has passed and nothing was done.
    Overdue,
    /// Done in time.
    InTime,
    /// Done after the day.
    Late,
}

impl Standing {
    /// The stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Ahead => "ahead",
            Self::Soon => "soon",
            Self::Overdue => "overdue",
            Self::InTime => "in-time",
            Self::Late => "late",
        }
    }

    /// What a page calls it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Unknown => "到期日尚不能确定",
            Self::Ahead => "未到期",
            Self::Soon => "即将到期",
            Self::Overdue => "已超期",
            Self::InTime => "按期",
            Self::Late => "逾期",
        }
    }
}

/// By when what was made or found on a day must have been taken in and passed on, with the reasons; nothing before there was such a
/// clock.
#[must_use]
pub fn taken_in_by(law: &Law, on: Date) -> Option<Ruling<WorkingDay>> {
    report_due(law, REPORT, on)
}

/// By when a commitment must be verified: the matter's working days after the matter was completed.
#[must_use]
pub fn verified_by(law: &Law, completed: Date, days: u32) -> Ruling<WorkingDay> {
    law.calendar().add_cited(completed, days)
}

/// How it stands on a day; `done`: when it was done.
#[must_use]
pub fn standing(law: &Law, due: WorkingDay, done: Option<Date>, on: Date) -> Standing {
    let calendar = law.calendar();
    if due.provisional {
        // Holidays that nobody has announced only move the day back: what was done in announced days was in time.
        let known = done.is_some_and(|done| done <= due.date && done <= calendar.complete_to());
        return if known { Standing::InTime } else { Standing::Unknown };
    }
    if let Some(done) = done {
        return if done <= due.date { Standing::InTime } else { Standing::Late };
    }
    if on > due.date {
        return Standing::Overdue;
    }
    let soon = law.at(on).number(SOON).applies().map_or(0, |days| days.value);
    if calendar.between(on, due.date) <= soon { Standing::Soon } else { Standing::Ahead }
}
