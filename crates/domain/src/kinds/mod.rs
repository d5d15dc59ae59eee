//! Cross-field rules of single kinds: only what their data files cannot say.

mod administrative_licence;
mod administrative_penalty;
mod credit_commitment;

use crate::check::Checked;
use crate::finding::Finding;
use crate::law::Kind;

/// A rule between the fields of one row.
pub type CrossCheck = fn(&Kind, &Checked<'_, '_>, &mut Vec<Finding>);

/// The kinds that have one.
pub const CROSS_CHECKS: &[(&str, CrossCheck)] = &[
    ("administrative-licence", administrative_licence::check),
    ("administrative-penalty", administrative_penalty::check),
    ("credit-commitment", credit_commitment::check),
];

/// The cross-field rule of a kind, if it has one.
#[must_use]
pub fn cross_check(kind: &str) -> Option<CrossCheck> {
    CROSS_CHECKS.iter().find(|(id, _)| *id == kind).map(|(_, check)| *check)
}
