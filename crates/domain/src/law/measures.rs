//! The national base list of measures against dishonesty, by edition: the only measures there are (H1).

use jiff::civil::Date;
use serde::Serialize;

use crate::ruling::{Citation, Evidence};

/// An edition of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MeasureEdition {
    /// What it is called by, `2024`.
    pub edition: String,
    /// The instrument.
    pub citation: Citation,
    /// The first day it is in force.
    pub from: Date,
}

/// What nobody may do with what a check says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MeasureLimit {
    /// The sentence.
    pub text: String,
    /// On what it rests.
    pub citation: Citation,
}

/// Which records may be the ground of a measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MeasureGround {
    /// The kind.
    pub kind: String,
    /// Ids of the classes, any of them; empty for all.
    pub classes: Vec<String>,
    /// The field that must name something; with `mentions`.
    pub field: Option<String>,
    /// What it must name: one spelling of each group.
    pub mentions: Vec<Vec<String>>,
}

/// A measure of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Measure {
    /// Stable id.
    pub id: String,
    /// The editions that have it.
    pub editions: Vec<String>,
    /// What it is.
    pub name: String,
    /// The group of the list in which it stands.
    pub group: String,
    /// For which purposes it matters, by ids of `check-purpose`.
    pub purposes: Vec<String>,
    /// The article that allows it. Its evidence is the entry's own, not the instrument's.
    pub citation: Citation,
    /// Against whom.
    pub target: String,
    /// What ends it.
    pub lifting: String,
    /// Months after the decision, to the corresponding day; none where the record's own end is the end.
    pub months: Option<i64>,
    /// What the platform cannot judge and a person must.
    pub caution: String,
    /// The records that may be its ground.
    pub ground: MeasureGround,
}

impl Measure {
    /// Whether it is known well enough to be named to anybody (decisions.md, "Kinds" at the end).
    #[must_use]
    pub const fn is_known(&self) -> bool {
        matches!(self.citation.evidence, Evidence::Text | Evidence::Secondary)
    }
}

/// The list with all its editions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MeasureList {
    /// The editions, the oldest first.
    pub editions: Vec<MeasureEdition>,
    /// The measures.
    pub measures: Vec<Measure>,
    /// What must not be done, whatever is found.
    pub limits: Vec<MeasureLimit>,
}

impl MeasureList {
    /// The edition in force on a day.
    #[must_use]
    pub fn on(&self, day: Date) -> Option<&MeasureEdition> {
        self.editions.iter().rev().find(|edition| edition.from <= day)
    }

    /// The measures of an edition that matter for a purpose.
    pub fn of<'m>(
        &'m self,
        edition: &'m str,
        purpose: &'m str,
    ) -> impl Iterator<Item = &'m Measure> {
        self.measures.iter().filter(move |measure| {
            measure.editions.iter().any(|one| one == edition)
                && measure.purposes.iter().any(|one| one == purpose)
        })
    }
}
