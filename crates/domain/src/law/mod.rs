//! The law as dated, cited data, and the only way to a number in it.
//!
//! [`Law`] is read once from the files of `law/` (embedded, or a folder that replaces them). A rule never holds a
//! number of its own: it asks [`Law::at`] for a day and gets a value with its citation. What an entry may do depends
//! on how well it is known (house rule H2, decisions.md "Evidence"): an adverse entry that nobody has verified
//! answers [`Lookup::Unconfirmed`], and the rule then takes the reading milder for the subject.

mod by_subject;
mod catalogue;
mod code;
mod confirmation;
mod county;
mod heading;
mod kind;
mod load;
mod matter;
mod measures;
mod parameter;
mod registry;
mod report;
mod source;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use crate::calendar::Calendar;
use crate::company_name::NameLexicon;
use crate::identifier::RegionHistory;
use crate::ruling::Citation;

pub use by_subject::{BySubject, Commitment};
pub use catalogue::{CatalogueClass, CatalogueDifference, CatalogueEdition, CatalogueKind};
pub use code::{Code, CodeList, CodeMatch};
pub use confirmation::Confirmation;
pub use county::{County, Unit, UpperLevel};
pub use heading::{HeadingMatch, Headings, normalise_heading};
pub use kind::{
    Audience, Basis, Field, FieldType, Kind, PartyFields, Profile, PublicationRule, Required, Terms,
};
pub use load::LawProblem;
pub use matter::{ListedPower, Matter, MatterStanding, PowersOfUnit};
pub use measures::{Measure, MeasureEdition, MeasureGround, MeasureLimit, MeasureList};
pub use parameter::{DatedValue, Effect, Parameter, Setting};
pub use registry::RegistryLayout;
pub use report::{
    CertificateForm, CertificateKind, EditionTexts, ReportCount, ReportForm, ReportSection,
    ReportTexts,
};
pub use source::Source;

/// A town or village, or a region of GB/T 2260.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// The code: six digits for a region, more for towns and villages.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What level it is of: a digit or `town`, `village`, as the code list writes it.
    pub level: String,
    /// Code of the one above, empty at the top.
    pub parent: String,
}

/// Everything the law folder says, checked when it was read.
#[derive(Debug, Clone)]
pub struct Law {
    pub(crate) edition: String,
    pub(crate) sources: BTreeMap<String, Source>,
    pub(crate) parameters: BTreeMap<String, Parameter>,
    pub(crate) calendar: Calendar,
    pub(crate) codes: BTreeMap<String, Arc<CodeList>>,
    pub(crate) kinds: BTreeMap<String, Arc<Kind>>,
    pub(crate) registry: RegistryLayout,
    pub(crate) report: ReportForm,
    pub(crate) powers: RegistryLayout,
    pub(crate) commitment_matters: RegistryLayout,
    pub(crate) measures: MeasureList,
    pub(crate) catalogue: Vec<CatalogueEdition>,
    pub(crate) counties: BTreeMap<String, County>,
    pub(crate) regions: Vec<Region>,
    pub(crate) towns: Vec<Region>,
    pub(crate) region_history: RegionHistory,
    pub(crate) names: NameLexicon,
    pub(crate) confirmations: Vec<Confirmation>,
}

impl Law {
    /// The fingerprint of the files this law was read from; kept with every record that was judged by it.
    #[must_use]
    pub fn edition(&self) -> &str {
        &self.edition
    }

    /// The instruments by id.
    #[must_use]
    pub const fn sources(&self) -> &BTreeMap<String, Source> {
        &self.sources
    }

    /// The parameters by id.
    #[must_use]
    pub const fn parameters(&self) -> &BTreeMap<String, Parameter> {
        &self.parameters
    }

    /// The working-day calendar.
    #[must_use]
    pub const fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// The code lists by id.
    #[must_use]
    pub const fn codes(&self) -> &BTreeMap<String, Arc<CodeList>> {
        &self.codes
    }

    /// What a code of a list is called; the code itself where the list does not have it.
    #[must_use]
    pub fn label_of<'l>(&'l self, list: &str, id: &'l str) -> &'l str {
        let code = self.codes.get(list).and_then(|list| list.by_id(id));
        code.map_or(id, |code| code.label.as_str())
    }

    /// The record kinds by id.
    #[must_use]
    pub const fn kinds(&self) -> &BTreeMap<String, Arc<Kind>> {
        &self.kinds
    }

    /// The layout of the registry file.
    #[must_use]
    pub const fn registry(&self) -> &RegistryLayout {
        &self.registry
    }

    /// The form of the credit report.
    #[must_use]
    pub const fn report(&self) -> &ReportForm {
        &self.report
    }

    /// The layout of a unit's catalogue of powers.
    #[must_use]
    pub const fn powers(&self) -> &RegistryLayout {
        &self.powers
    }

    /// The layout of a unit's list of matters that it handles under 告知承诺.
    #[must_use]
    pub const fn commitment_matters(&self) -> &RegistryLayout {
        &self.commitment_matters
    }

    /// The national base list of measures.
    #[must_use]
    pub const fn measures(&self) -> &MeasureList {
        &self.measures
    }

    /// The editions of the national catalogue, the oldest first.
    #[must_use]
    pub fn catalogue(&self) -> &[CatalogueEdition] {
        &self.catalogue
    }

    /// The edition of the national catalogue that is in force on a day.
    #[must_use]
    pub fn catalogue_on(&self, day: Date) -> Option<&CatalogueEdition> {
        self.catalogue.iter().rev().find(|edition| edition.from <= day)
    }

    /// One record kind.
    #[must_use]
    pub fn kind(&self, id: &str) -> Option<&Arc<Kind>> {
        self.kinds.get(id)
    }

    /// The counties that can be installed, by region code.
    #[must_use]
    pub const fn counties(&self) -> &BTreeMap<String, County> {
        &self.counties
    }

    /// Regions of GB/T 2260.
    #[must_use]
    pub fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// Towns and villages of the counties that the folder holds.
    #[must_use]
    pub fn towns(&self) -> &[Region] {
        &self.towns
    }

    /// The words by which the parts of company names are known.
    #[must_use]
    pub const fn names(&self) -> &NameLexicon {
        &self.names
    }

    /// From when to when region codes held.
    #[must_use]
    pub const fn region_history(&self) -> &RegionHistory {
        &self.region_history
    }

    /// What two named persons have confirmed.
    #[must_use]
    pub fn confirmations(&self) -> &[Confirmation] {
        &self.confirmations
    }

    /// This law with the confirmations that the store keeps.
    #[must_use]
    pub fn with_confirmations(mut self, confirmations: Vec<Confirmation>) -> Self {
        self.confirmations = confirmations;
        self
    }

    /// The law as it stands on a day: the only way to a number.
    #[must_use]
    pub const fn at(&self, day: Date) -> LawAt<'_> {
        LawAt { law: self, day }
    }
}

/// The law on one day.
#[derive(Debug, Clone, Copy)]
pub struct LawAt<'l> {
    law: &'l Law,
    day: Date,
}

/// A value of law with the citation it comes with.
#[derive(Debug, Clone)]
pub struct Cited<T> {
    /// The value.
    pub value: T,
    /// The instrument and place.
    pub citation: Arc<Citation>,
}

/// What the law answers when asked for an entry on a day.
#[derive(Debug, Clone)]
pub enum Lookup<T> {
    /// The entry applies.
    Applies(Cited<T>),
    /// There is an entry, but it would bind against the subject and nobody has verified it.
    Unconfirmed(Cited<T>),
    /// No entry is in force on that day, or it is of another type.
    Absent,
}

impl<T> Lookup<T> {
    /// The value when it applies.
    #[must_use]
    pub fn applies(self) -> Option<Cited<T>> {
        match self {
            Self::Applies(cited) => Some(cited),
            Self::Unconfirmed(_) | Self::Absent => None,
        }
    }
}

impl<'l> LawAt<'l> {
    /// The day asked for.
    #[must_use]
    pub const fn day(&self) -> Date {
        self.day
    }

    /// The whole law behind it.
    #[must_use]
    pub const fn law(&self) -> &'l Law {
        self.law
    }

    fn lookup<T>(&self, id: &str, read: impl Fn(&'l Setting) -> Option<T>) -> Lookup<T> {
        let Some(parameter) = self.law.parameters.get(id) else {
            return Lookup::Absent;
        };
        let Some(entry) = parameter.in_force(self.day) else {
            return Lookup::Absent;
        };
        let confirmation =
            self.law.confirmations.iter().rfind(|confirmation| {
                confirmation.parameter == id && confirmation.from == entry.from
            });
        let setting = confirmation.map_or(&entry.value, |confirmation| &confirmation.value);
        let Some(value) = read(setting) else {
            return Lookup::Absent;
        };
        let citation = Arc::clone(entry.cited(confirmation.is_some()));
        let cited = Cited { value, citation };
        if confirmation.is_some() || entry.applies_unconfirmed() {
            Lookup::Applies(cited)
        } else {
            Lookup::Unconfirmed(cited)
        }
    }

    /// A number: days or months, by the parameter's unit.
    #[must_use]
    pub fn number(&self, id: &str) -> Lookup<i64> {
        self.lookup(id, |setting| match setting {
            Setting::Number(value) => Some(*value),
            _ => None,
        })
    }

    /// A choice among named alternatives.
    #[must_use]
    pub fn word(&self, id: &str) -> Lookup<String> {
        self.lookup(id, |setting| match setting {
            Setting::Word(value) => Some(value.clone()),
            _ => None,
        })
    }

    /// A yes or no.
    #[must_use]
    pub fn flag(&self, id: &str) -> Lookup<bool> {
        self.lookup(id, |setting| match setting {
            Setting::Flag(value) => Some(*value),
            _ => None,
        })
    }

    /// A closed list.
    #[must_use]
    pub fn list(&self, id: &str) -> Lookup<&'l [String]> {
        self.lookup(id, |setting| match setting {
            Setting::List(values) => Some(values.as_slice()),
            _ => None,
        })
    }
}
