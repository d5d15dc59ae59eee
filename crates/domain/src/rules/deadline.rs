//! When something is due, counted in working days.
//!
//! One decision runs several clocks: the seven working days of 双公示 (国办发〔2015〕51号, 发改办财金〔2018〕424号), the twenty
//! of 政府信息公开条例 art. 26, and the twenty of the market-regulation site. All are kept, the earliest is shown first.

use jiff::civil::Date;
use serde::Serialize;

use crate::calendar::WorkingDay;
use crate::law::{Law, Lookup};
use crate::ruling::Ruling;

/// One clock that a decision runs.
#[derive(Debug, Clone, Serialize)]
pub struct Clock {
    /// The parameter that gives the days.
    pub parameter: &'static str,
    /// What it is, in Chinese.
    pub label: &'static str,
    /// The due day with its reasons.
    pub due: Ruling<WorkingDay>,
}

const REPORT: (&str, &str) = ("publicity.report.days", "双公示报送");
const DISCLOSURE: (&str, &str) = ("publicity.disclosure.days", "政府信息公开");
const MARKET: (&str, &str) = ("publicity.samr.days", "国家企业信用信息公示系统公示");
const WITHDRAWAL: &str = "publicity.withdrawal.days";
const ERROR_REPORT: &str = "error-report.answer.days";
const CORRECTION: &str = "correction.public.days";

fn counted(law: &Law, parameter: &str, from: Date) -> Option<Ruling<WorkingDay>> {
    let Lookup::Applies(days) = law.at(from).number(parameter) else {
        return None;
    };
    let count = u32::try_from(days.value).ok()?;
    let mut ruling = law.calendar().add_cited(from, count);
    let calendar = std::mem::take(&mut ruling.because);
    ruling.cite(days.citation);
    for citation in calendar {
        ruling.cite(citation);
    }
    Some(ruling)
}

/// When a decision must have reached the platform by the clock a kind names: 7 working days from the decision for
/// 双公示. `None` for decisions made before the clock existed.
#[must_use]
pub fn report_due(law: &Law, parameter: &str, decided: Date) -> Option<Ruling<WorkingDay>> {
    counted(law, parameter, decided)
}

/// Only the day of [`report_due`], for the hot path of intake.
#[must_use]
pub fn report_due_day(law: &Law, days: Option<u32>, decided: Date) -> Option<WorkingDay> {
    days.map(|days| law.calendar().add(decided, days))
}

/// All clocks of a decision, the earliest first.
#[must_use]
pub fn clocks(law: &Law, decided: Date, market_regulation: bool) -> Vec<Clock> {
    let mut clocks: Vec<Clock> = [REPORT, DISCLOSURE, MARKET]
        .into_iter()
        .filter(|(parameter, _)| market_regulation || *parameter != MARKET.0)
        .filter_map(|(parameter, label)| {
            Some(Clock { parameter, label, due: counted(law, parameter, decided)? })
        })
        .collect();
    clocks.sort_by_key(|clock| clock.due.value.date);
    clocks
}

/// When published information about a decision that was changed, revoked or declared void must be down:
/// 3 working days (行政处罚法 art. 48 §2, art. 85).
#[must_use]
pub fn withdrawal_due(law: &Law, from: Date) -> Option<Ruling<WorkingDay>> {
    counted(law, WITHDRAWAL, from)
}

/// When a report of an error that came on a day must have its answer: an own target, since the articles about objections that
/// hold here were not read yet (rules.md §1.6).
#[must_use]
pub fn error_report_due(law: &Law, received: Date) -> Option<Ruling<WorkingDay>> {
    counted(law, ERROR_REPORT, received)
}

/// When what the public sees must be right after the unit knew of a correction, a revocation or a change: for penalties the
/// clock of [`withdrawal_due`], for everything else a target of the same length. Before that law there was none.
#[must_use]
pub fn correction_due(law: &Law, penalty: bool, known: Date) -> Option<Ruling<WorkingDay>> {
    counted(law, if penalty { WITHDRAWAL } else { CORRECTION }, known)
}
