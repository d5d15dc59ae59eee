//! The form of the credit report: its sections, what each takes in, and the words that never change.

use serde::Deserialize;

use crate::ruling::Evidence;

/// A count in the summary.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportCount {
    /// What is counted.
    pub label: String,
    /// The kinds that are.
    pub kinds: Vec<String>,
}

/// A section.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportSection {
    /// Its title, without the number.
    pub title: String,
    /// The kinds it lists.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// Whether it says what the register says.
    #[serde(default)]
    pub registry: bool,
    /// Whether it gives advice.
    #[serde(default)]
    pub advice: bool,
    /// What it says where the platform holds nothing of the sort at all.
    #[serde(default)]
    pub absent: String,
}

/// The words of a report.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportTexts {
    /// Where a section has nothing.
    pub nothing: String,
    /// The advice to who has nothing against it.
    pub clean: String,
    /// The advice to the others.
    pub advice: String,
    /// What the report is and is not.
    pub statement: Vec<String>,
    /// How to check that it is genuine.
    pub verify: String,
}

/// The form of 公共信用信息报告 for organisations.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportForm {
    /// What it is called.
    pub name: String,
    /// The edition of the standard.
    pub edition: String,
    /// The version that a report bears.
    pub version: String,
    /// The instrument.
    pub source: String,
    /// How well it is known.
    pub evidence: Evidence,
    /// The counts of the summary.
    #[serde(rename = "count")]
    pub counts: Vec<ReportCount>,
    /// The sections in their order.
    #[serde(rename = "section")]
    pub sections: Vec<ReportSection>,
    /// The words.
    pub texts: ReportTexts,
}
