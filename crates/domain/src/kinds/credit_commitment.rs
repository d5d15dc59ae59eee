//! 信用承诺: what its fields demand of each other.

use crate::check::Checked;
use crate::finding::Finding;
use crate::identifier::CommitmentNumber;
use crate::law::{Kind, Profile};

/// What was not kept is said when something was not kept, and only then; the code holds the place and the day.
pub(super) fn check(kind: &Kind, checked: &Checked<'_, '_>, findings: &mut Vec<Finding>) {
    let value = |code: &str| kind.position(code).map_or("", |position| checked.value(position));
    let state = kind
        .field("fulfillmentStatus")
        .and_then(|field| field.codes.as_ref())
        .and_then(|list| list.codes.iter().find(|code| code.label == value("fulfillmentStatus")));
    for code in ["unperformedCommitmentContent", "liabilityBreachCommitmentContent"] {
        let Some(field) = kind.field(code) else {
            continue;
        };
        let said = !value(code).is_empty();
        match state.map(|state| state.id.as_str()) {
            Some("partial" | "none") if !said && checked.profile == Profile::Reported => {
                findings.push(Finding::error(
                    code,
                    "condition.breach-required",
                    format!("承诺没有全部履行，「{}」必填", field.label),
                ));
            }
            Some("full") | None if said => findings.push(Finding::error(
                code,
                "condition.breach-forbidden",
                format!("没有认定违诺，「{}」应当为空", field.label),
            )),
            _ => {}
        }
    }
    let number = value("code");
    if number.is_empty() {
        return;
    }
    let day = CommitmentNumber::parse(number).map(|number| number.day());
    if day.is_none() || checked.decided.is_some_and(|decided| day != Some(decided)) {
        findings.push(Finding::warning(
            "code",
            "commitment.code",
            "承诺编码应为20位：受理地代码6位、承诺作出日期8位、流水号6位，且日期与承诺作出日期一致；请核对"
                .to_owned(),
        ));
    }
}
