//! 公共信用信息报告: what is recorded about one organisation, section by section, on paper.
//!
//! The form is data (`law/report.toml`). A report lists; it does not edit, weigh or score. Each edition holds what its reader may see
//! that day, by the same rules that the pages ask: everybody ([`public`]), the subject itself ([`own`]), a unit that has something to
//! decide ([`department`]). [`certificate`] says that nothing was found in a span, or gives the reasons why it cannot be said.

mod assemble;
mod attachment;
mod certificate;
mod department;
mod issue;
mod looks;
mod number;
mod own;
mod paper;
mod proofs;
mod seal;
mod verify;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;
use serde_json::{Value, json};

pub use assemble::public_report;
pub use certificate::{
    Certificate, CertificateAsked, CertificateOutcome, InTheWay, certificate, certificate_for,
};
pub use department::{ForPurpose, department};
pub use issue::{Issued, public};
pub use looks::{Look, looks_at};
pub(crate) use number::PLACES;
pub use number::ReportNumber;
pub use own::own;
pub use proofs::LogCheck;
pub use verify::{About, Genuine, Standing, standing, verify};

use proofs::LogProofs;

/// For whom a report is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Edition {
    /// For everybody: what is public.
    Public,
    /// For the subject itself: all that is held about it and that it may see.
    Subject,
    /// For a unit that has something to decide.
    Department,
    /// 无违法违规证明.
    CleanRecord,
}

impl Edition {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Public, Self::Subject, Self::Department, Self::CleanRecord];

    /// Its id.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Subject => "subject",
            Self::Department => "department",
            Self::CleanRecord => "clean-record",
        }
    }

    /// What it is called.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Public => "公开版",
            Self::Subject => "主体版",
            Self::Department => "单位版",
            Self::CleanRecord => "无违法违规证明",
        }
    }

    /// The edition with an id.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|edition| edition.as_str() == id)
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

/// A list with a row for each thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Grid {
    /// What stands in each column.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
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
    /// A list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grid: Option<Grid>,
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
    /// For whom and for what it is, in the editions that are for somebody.
    pub terms: Vec<Line>,
    /// What a certificate certifies; empty in the others.
    pub lead: String,
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
    /// Where its records stand in the record of publication.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<LogProofs>,
}

impl Content {
    /// What decides whether a report that was issued still says how things are: who the subject is, what the register says and what is
    /// listed. Not the words around it, which may be put better one day, nor who looked and which unit has reported since.
    fn essence(&self) -> Value {
        let registry: Vec<&Line> =
            self.sections.iter().flat_map(|section| &section.lines).collect();
        let mut entries: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
        for group in self.sections.iter().flat_map(|section| &section.groups) {
            entries.entry(&group.name).or_default().extend(&group.entries);
        }
        json!({
            "edition": self.edition,
            "name": self.name,
            "code": self.code,
            "labels": self.labels,
            "registry": if self.edition == Edition::CleanRecord { Vec::new() } else { registry },
            "entries": entries,
        })
    }
}

/// A report that is put together, and which of its entries are records in public: section, group and entry, subject and record.
#[derive(Debug, Clone)]
pub struct Assembled {
    /// What it says.
    pub(crate) content: Content,
    /// Its public records.
    pub(crate) public: Vec<PublicEntry>,
}

/// Where a record in public stands in a report.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PublicEntry {
    /// Section, group and entry, each from 0.
    pub(crate) place: [usize; 3],
    /// Subject and record.
    pub(crate) id: (i64, i64),
}

#[cfg(test)]
mod tests;
