//! Who looked at what is not public about a subject, as the subject itself reads it.

use xinyong_store::Store;

use super::{Edition, department::label_of};
use crate::browse::unit_names;
use crate::desk::Desk;
use crate::refusal::DeskError;

/// Looks that are listed at most, the newest.
const MOST: i64 = 500;

/// A look of a unit. The person who looked stands in the audit log and is not named to the subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// The unit's name.
    pub unit: String,
    /// For what.
    pub purpose: String,
    /// By which way: a report, a check.
    pub way: String,
}

/// The looks at a subject, the newest first.
///
/// Today they are the reports that were issued to units. Whatever else shows a unit what is not public for something that it has to
/// decide (信用核查) puts its own looks beside them here, and nowhere else: this list is what the subject's edition of the report says.
///
/// # Errors
/// When the store fails.
pub async fn looks_at(desk: &Desk, subject: i64) -> Result<Vec<Look>, DeskError> {
    let mut looks = reports(desk, desk.store(), subject).await?;
    looks.sort_by_key(|look| std::cmp::Reverse(look.at));
    Ok(looks)
}

async fn reports(desk: &Desk, store: &Store, subject: i64) -> Result<Vec<Look>, DeskError> {
    let issued = store.reports_for_units(subject, Edition::Department.as_str(), MOST).await?;
    let (units, law) = (unit_names(desk).await?, desk.law());
    let one = |look: xinyong_store::ReportForUnit| Look {
        at: look.at,
        unit: units.get(&look.unit_id).cloned().unwrap_or(look.unit_id),
        purpose: label_of(&law, &look.purpose),
        way: "取得信用报告".to_owned(),
    };
    Ok(issued.into_iter().map(one).collect())
}
