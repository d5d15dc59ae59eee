//! 归集考核: what units owe, what came late, what is missing, and by which evidence.
//!
//! Figures are counted from maintained summaries, judged by the law of the day, and each of them opens the list behind it. They are
//! about units; no subject and no person is counted here.

mod assessment;
mod bulletin;
mod figures;
mod forecast;
mod learn;
mod lists;
mod paper;
mod write;

use jiff::civil::Date;
use serde::Serialize;
use xinyong_domain::rules::reporting::Rate;

use crate::desk::Desk;
use crate::intake::record::number_place;
use crate::refusal::{DeskError, Refusal};

pub use assessment::{Earned, UnitYear, assessment};
pub use bulletin::{Bulletin, BulletinRow, Difference, Issued, bulletin, issue, issued};
pub use figures::{KindFigures, Missing, MonthFigures, UnitFigures, month_figures};
pub use forecast::{Ahead, LikelyLate, forecast};
pub use learn::{Learn, Learning, Learnt, WrongRow, learn};
pub use lists::{
    Absent, ExplainedGap, LateRecord, MissingHere, MissingNumbers, OutageView, SilentUnit,
    ToDeclare, UnitReport, Waiting, outages, silent, unit_report, waiting,
};
pub use write::{
    Declare, ExplainGap, NoteOutage, close, declare, end_explanation, end_outage, explain_gap,
    note_outage, remind,
};

/// A share as people write it, in hundredths rounded down, so that nobody reads 100 % who is not there; a dash where there is no
/// whole.
#[must_use]
pub fn share(rate: Rate) -> String {
    match (u128::from(rate.part) * 10_000).checked_div(u128::from(rate.whole)) {
        None => "—".to_owned(),
        Some(share) => format!("{}.{:02}%", share / 100, share % 100),
    }
}

/// Counts the summaries anew from the records. Returns how many records they speak of. Nothing needs it while `fsck` finds them equal: it is
/// for a database that was filled past the program.
///
/// # Errors
/// When the store fails, or the file that first brought a record is not there.
pub async fn recount(desk: &Desk) -> Result<u64, DeskError> {
    let counted = desk.store().rebuild_arrivals().await?;
    desk.store().rebuild_numbers(&number_place).await?;
    Ok(counted)
}

/// A month of decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Month {
    first: Date,
}

impl Month {
    /// The month in which a day lies.
    #[must_use]
    pub fn of(day: Date) -> Self {
        Self { first: day.first_of_month() }
    }

    /// Reads `2026-10`.
    ///
    /// # Errors
    /// `month.invalid`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let written = text.len() == 7 && text.as_bytes().get(4) == Some(&b'-');
        format!("{text}-01")
            .parse::<Date>()
            .ok()
            .filter(|_| written)
            .map(Self::of)
            .ok_or_else(|| Refusal::new("month.invalid", "月份请写成 2026-10 的样子"))
    }

    /// Its first day.
    #[must_use]
    pub const fn first(self) -> Date {
        self.first
    }

    /// Its last day.
    #[must_use]
    pub fn last(self) -> Date {
        self.first.last_of_month()
    }

    /// The month before.
    #[must_use]
    pub fn before(self) -> Self {
        Self::of(self.first.yesterday().unwrap_or(self.first))
    }

    /// The month after.
    #[must_use]
    pub fn after(self) -> Self {
        Self::of(self.last().tomorrow().unwrap_or(self.first))
    }

    /// As people write it: `2026年10月`.
    #[must_use]
    pub fn label(self) -> String {
        format!("{}年{}月", self.first.year(), self.first.month())
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.first.year(), self.first.month())
    }
}

#[cfg(test)]
mod tests;
