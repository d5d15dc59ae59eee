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

/// The words of an edition that is not for everybody.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EditionTexts {
    /// What the edition is and is not, before the words that every report has.
    pub statement: Vec<String>,
    /// Title of the section about who looked.
    #[serde(default)]
    pub looks: String,
    /// What that section says before the list.
    #[serde(default)]
    pub looks_about: String,
    /// What it says where nobody did.
    #[serde(default)]
    pub looks_none: String,
}

/// A kind that the certificate covers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateKind {
    /// The kind.
    pub id: String,
    /// Whether what began before the span and still stands counts as well, as an entry in a list does.
    #[serde(default)]
    pub lasting: bool,
}

/// The form of 无违法违规证明.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateForm {
    /// What it is called.
    pub name: String,
    /// The kinds that it covers.
    #[serde(rename = "kind")]
    pub kinds: Vec<CertificateKind>,
    /// What it certifies.
    pub found_nothing: String,
    /// About the units that are covered.
    pub covered: String,
    /// About those that are not.
    pub not_covered: String,
    /// Where all of them are covered.
    pub all_covered: String,
    /// What it proves and what not.
    pub statement: Vec<String>,
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
    /// The words of the edition for the subject itself.
    pub subject: EditionTexts,
    /// The words of the edition for a unit that has something to decide.
    pub department: EditionTexts,
    /// The form of the certificate that nothing was found.
    pub certificate: CertificateForm,
}
