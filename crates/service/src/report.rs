//! 公共信用信息报告: what is recorded about one organisation, section by section, on paper.
//!
//! The form is data (`law/report.toml`). A report lists; it does not edit, weigh or score. The public edition holds what the public may
//! see that day, by the one rule that the pages ask.

mod assemble;
mod issue;
mod number;
mod paper;
mod seal;
mod verify;

use jiff::civil::Date;
use serde::Serialize;

pub use assemble::public_report;
pub use issue::{Issued, public};
pub use number::ReportNumber;
pub use verify::{Genuine, Standing, standing, verify};

/// For whom a report is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Edition {
    /// For everybody: what is public.
    Public,
}

impl Edition {
    /// Its id.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
        }
    }

    /// What it is called.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Public => "公开版",
        }
    }
}

/// A fact with its label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// What it is.
    pub label: String,
    /// What it says.
    pub value: String,
}

impl Line {
    fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { label: label.into(), value: value.into() }
    }
}

/// A record in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// What it is called: title and number.
    pub title: String,
    /// Its fields, as far as this edition shows them, and since when and until when it is shown.
    pub lines: Vec<Line>,
}

/// The records of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// Name of the kind.
    pub name: String,
    /// The newest first.
    pub entries: Vec<Entry>,
}

/// A section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Section {
    /// Its title with its number: 二、行政管理信息.
    pub title: String,
    /// What the register says, in the section for it.
    pub lines: Vec<Line>,
    /// The records.
    pub groups: Vec<Group>,
    /// What it says instead of records, or as advice.
    pub text: String,
}

/// What a report says, without the number and the moment: the same facts on the same day give the same content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Content {
    /// The form's name, its edition and the version.
    pub form: [String; 3],
    /// The edition.
    pub edition: Edition,
    /// Who issues it.
    pub issuer: String,
    /// The subject's name.
    pub name: String,
    /// Its code.
    pub code: String,
    /// Facts that head it: standing, incentives, restrictions.
    pub labels: Vec<String>,
    /// The day of the data.
    pub as_of: Date,
    /// The counts of the summary.
    pub counts: Vec<(String, usize)>,
    /// The sections.
    pub sections: Vec<Section>,
    /// What the report is and is not.
    pub statement: Vec<String>,
    /// How to check it.
    pub verify: String,
}
