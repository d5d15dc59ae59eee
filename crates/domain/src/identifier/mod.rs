//! The numbers that name a subject: what they are, whether they hold, and in what form they are stored.
//!
//! A number is first brought to one form ([`normalise`]) and then checked by its standard. "Valid" means that
//! no finding is an error; warnings are for what is met in real, correct data. No message repeats a number.

mod citizen_id;
mod commitment_number;
mod normalise;
mod organisation_code;
mod personal;
mod region;
mod registration_number;
mod tax_id;
mod uscc;

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

use crate::finding::Level;

pub(crate) use citizen_id::holds as citizen_id_holds;
pub use citizen_id::{citizen_id_check_character, mask_citizen_id};
pub use commitment_number::CommitmentNumber;
pub use normalise::normalise;
pub(crate) use normalise::{half_width, is_blank};
pub use organisation_code::{organisation_code_check_character, organisation_code_holds};
pub use personal::mask_personal;
pub use region::{RegionHistory, RegionPeriod};
pub use registration_number::registration_number_check_digit;
pub use uscc::{PLACEHOLDER, Uscc, UsccError, uscc_check_character};

/// The findings of one check while they are gathered.
type Findings = Vec<IdentifierFinding>;

/// Which standard a number is checked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IdentifierKind {
    /// Unified social credit code, GB 32100-2015.
    Uscc,
    /// Organisation code, GB 11714.
    OrganisationCode,
    /// Registration number of the market regulator, GS 15-2006.
    RegistrationNumber,
    /// Citizen identity number, GB 11643-1999.
    CitizenId,
    /// Taxpayer number, before and after 2015.
    TaxId,
}

impl IdentifierKind {
    /// All kinds, in the order they are offered.
    pub const ALL: [Self; 5] = [
        Self::Uscc,
        Self::OrganisationCode,
        Self::RegistrationNumber,
        Self::CitizenId,
        Self::TaxId,
    ];

    /// The stable word used on the command line and in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Uscc => "uscc",
            Self::OrganisationCode => "orgcode",
            Self::RegistrationNumber => "gs15",
            Self::CitizenId => "citizen_id",
            Self::TaxId => "tax_id",
        }
    }

    /// What a clerk reads.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Uscc => "统一社会信用代码",
            Self::OrganisationCode => "组织机构代码",
            Self::RegistrationNumber => "工商注册号",
            Self::CitizenId => "公民身份号码",
            Self::TaxId => "税务登记号",
        }
    }

    /// The kind a word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// One thing said about a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IdentifierFinding {
    /// How much it weighs.
    pub level: Level,
    /// The stable code.
    pub code: &'static str,
    /// What is wrong and what to do, in Chinese. Never holds the number.
    pub message: String,
}

impl IdentifierFinding {
    fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self { level: Level::Error, code, message: message.into() }
    }

    fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self { level: Level::Warning, code, message: message.into() }
    }
}

/// The answer about one number.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct IdentifierCheck {
    /// What was typed, untouched. Clear, also for an identity number: for the one who asked only.
    pub value: String,
    /// The form it is stored in; as clear as `value`.
    pub normalised: String,
    /// Whether no finding is an error.
    pub valid: bool,
    /// Everything found, the change of form first.
    pub findings: Vec<IdentifierFinding>,
}

/// Shows the number masked, whatever its kind: what is printed for debugging ends up in logs.
impl fmt::Debug for IdentifierCheck {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("IdentifierCheck")
            .field("value", &mask_citizen_id(&self.value))
            .field("normalised", &mask_citizen_id(&self.normalised))
            .field("valid", &self.valid)
            .field("findings", &self.findings)
            .finish()
    }
}

/// Checks a number as typed. `regions` says since when a region code exists; without it no identity number is
/// found older than its region.
#[must_use]
pub fn check(kind: IdentifierKind, value: &str, regions: &RegionHistory) -> IdentifierCheck {
    let normalised = normalise(value);
    let mut findings = Vec::new();
    if matches!(normalised, Cow::Owned(_)) {
        findings.push(IdentifierFinding::warning(
            "id.normalised",
            format!(
                "{}含小写字母、全角字符、空格或连字符，已统一为半角大写后校验和保存",
                kind.label()
            ),
        ));
    }
    match kind {
        IdentifierKind::Uscc => uscc::check(&normalised, &mut findings),
        IdentifierKind::OrganisationCode => organisation_code::check(&normalised, &mut findings),
        IdentifierKind::RegistrationNumber => {
            registration_number::check(&normalised, &mut findings);
        }
        IdentifierKind::CitizenId => citizen_id::check(&normalised, regions, &mut findings),
        IdentifierKind::TaxId => tax_id::check(&normalised, &mut findings),
    }
    IdentifierCheck {
        value: value.to_owned(),
        normalised: normalised.into_owned(),
        valid: findings.iter().all(|finding| finding.level != Level::Error),
        findings,
    }
}

#[cfg(test)]
mod tests;
