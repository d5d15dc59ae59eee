//! Instruments that entries cite.

use jiff::civil::Date;
use serde::Serialize;

use crate::ruling::Evidence;

/// One instrument of `law/sources.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// Stable id, cited by entries.
    pub id: String,
    /// Official title.
    pub title: String,
    /// Document number, empty when none is known.
    pub number: String,
    /// Who issued it.
    pub issuer: String,
    /// From when it is in force, where known.
    pub in_force: Option<Date>,
    /// Last day in force, where it ended.
    pub until: Option<Date>,
    /// What replaced it.
    pub superseded_by: Option<String>,
    /// How well the instrument itself is known.
    pub evidence: Evidence,
    /// What a reader should know about the entry.
    pub note: Option<String>,
}
