//! 行政处罚: what its fields demand of each other.

use crate::check::Checked;
use crate::finding::Finding;
use crate::law::{Kind, Profile};

/// Field, the penalty kind that makes it mandatory, and the code of the finding (data-standards.md §1.3, rows 20-22).
const CONDITIONS: &[(&str, &str, &str)] = &[
    ("CF_NR_FK", "fine", "condition.fine-required"),
    ("CF_NR_WFFF", "confiscation", "condition.confiscation-required"),
    ("CF_NR_ZKDX", "suspension-or-revocation", "condition.certificate-required"),
];

/// Fines carry their amount, confiscations theirs, suspended licences their name; simple-procedure penalties are kept
/// and not public (R10).
pub(super) fn check(kind: &Kind, checked: &Checked<'_, '_>, findings: &mut Vec<Finding>) {
    // What upper levels send back has the public columns only, and those are not among them.
    let conditions = if checked.profile == Profile::Reported { CONDITIONS } else { &[] };
    for (code, penalty, finding) in conditions {
        let Some(position) = kind.position(code) else {
            continue;
        };
        let imposed = checked.classes.iter().find(|class| class.id == *penalty);
        if let (Some(imposed), Some(field)) = (imposed, kind.fields.get(position))
            && checked.value(position).is_empty()
            && !findings.iter().any(|finding| finding.field == field.code)
        {
            findings.push(Finding::error(
                *code,
                finding,
                format!("处罚类别含“{}”，「{}」必填", imposed.label, field.label),
            ));
        }
    }
    if let Some(position) = kind.position("procedure")
        && checked.value(position).contains("简易")
    {
        findings.push(Finding::note(
            "procedure",
            "record.not-public-simple",
            "适用简易程序：入库留存，不公示",
        ));
    }
}
