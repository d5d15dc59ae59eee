//! 行政许可: what its fields demand of each other.

use crate::check::Checked;
use crate::finding::Finding;
use crate::law::Kind;

/// A licence that is marked as no longer valid while its last day lies after the decision is not refused: units mark
/// revocation so. Registration acts have a first day long before the decision (R8), so that order is no rule either.
pub(super) fn check(kind: &Kind, checked: &Checked<'_, '_>, findings: &mut Vec<Finding>) {
    let (Some(position), Some(decided), Some(until)) =
        (kind.valid_until, checked.decided, checked.valid_until)
    else {
        return;
    };
    if until < decided
        && let Some(field) = kind.fields.get(position)
        && !findings.iter().any(|finding| finding.field == field.code)
    {
        findings.push(Finding::warning(
            field.code.as_str(),
            "date.before-decision",
            format!("「{}」{until}早于决定日期{decided}，请核对", field.label),
        ));
    }
}
