//! Record kinds: what the catalogue says a record consists of.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{BySubject, CodeList, Headings, Matter};
use crate::party::PartyCategory;
use crate::ruling::Citation;
use crate::value::date;

/// What a field holds and how it is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldType {
    /// One line of text.
    Text,
    /// Paragraphs.
    LongText,
    /// One value of a code list.
    Code,
    /// Several values of a code list, joined by a separator.
    Codes,
    /// A day.
    Date,
    /// Money in 万元, six decimals.
    Amount,
    /// A unified social credit code.
    Uscc,
    /// An organisation code.
    OrganisationCode,
    /// A registration number of the market regulator.
    RegistrationNo,
    /// A tax id.
    TaxNo,
    /// A natural person's identity number of any sort.
    Identity,
    /// A year or a month that something is about.
    Period,
    /// A number that is not money.
    Number,
    /// A party's code as lists of other origin write it: a unified social credit code, or the organisation code or 15-digit
    /// tax id that an organisation had before.
    PartyCode,
}

/// Whether a field must be filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Required {
    /// Always.
    Yes,
    /// Under a condition of rules R1-R12, which the check knows.
    Conditional,
    /// Never.
    No,
}

/// Who may see records of a kind (catalogue: 社会公开, 政务共享, 授权查询).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// 社会公开.
    Public,
    /// 政务共享.
    Shared,
    /// 授权查询.
    Authorised,
}

impl Audience {
    /// What the catalogue calls it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Public => "社会公开",
            Self::Shared => "政务共享",
            Self::Authorised => "授权查询",
        }
    }
}

/// Which rule decides about publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PublicationRule {
    /// Public while valid, then shown as ended.
    Licence,
    /// Public for the period of its class.
    Penalty,
    /// Public while valid, then shown as ended: what is neutral or speaks for the party.
    Open,
    /// Public until it is taken off the list, at the longest for the period that the law gives.
    Listing,
    /// Never public.
    None,
}

impl PublicationRule {
    /// Whether it is one of the two of 双公示, which every county has from its first day.
    #[must_use]
    pub const fn is_twofold(self) -> bool {
        matches!(self, Self::Licence | Self::Penalty)
    }
}

/// What a kind's own file says about its publication, by the ids of parameters of law. A parameter that does not apply
/// (because nobody has confirmed it) keeps the kind's records from the public.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// A flag that says that records of this kind are published at all.
    pub published: Option<String>,
    /// Months after which a listing ends by itself.
    pub maximum: Option<String>,
    /// Months before which nobody may apply for its end.
    pub minimum: Option<String>,
    /// Whether both bounds are a matter of the record's class (each list has its own): the class's id stands behind theirs.
    pub by_class: bool,
}

/// Which columns a file must have (decisions.md, "Profiles").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// A unit's own filing: all mandatory columns.
    Reported,
    /// What upper levels publish and send back (回流): the public columns only.
    Returned,
}

impl Profile {
    /// The stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Returned => "returned",
        }
    }

    /// The profile a word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "reported" => Some(Self::Reported),
            "returned" => Some(Self::Returned),
            _ => None,
        }
    }
}

/// One field of a kind.
#[derive(Debug, Clone)]
pub struct Field {
    /// Official code.
    pub code: String,
    /// Official Chinese label.
    pub label: String,
    /// What it holds.
    pub kind: FieldType,
    /// Length beyond which a warning is given.
    pub max: Option<usize>,
    /// Whether a unit's own filing must fill it.
    pub required: Required,
    /// Whether it must be filled in what upper levels send back.
    pub returned: bool,
    /// The code list of a `Code` or `Codes` field.
    pub codes: Option<Arc<CodeList>>,
    /// What joins several values.
    pub separator: char,
    /// Sealed at rest, never public.
    pub sensitive: bool,
    /// Whether the public may see it when the record is public.
    pub public: bool,
    /// Other headings it is met under.
    pub aliases: Vec<String>,
    /// A field of the platform's own, not of the official layout.
    pub platform: bool,
    /// A hint for the form and the template.
    pub help: Option<String>,
}

/// Positions of the fields that describe the party.
#[derive(Debug, Clone, Default)]
pub struct PartyFields {
    /// Name.
    pub name: usize,
    /// Category.
    pub category: usize,
    /// Unified social credit code.
    pub uscc: usize,
    /// Registration number.
    pub registration_no: Option<usize>,
    /// Organisation code.
    pub organisation_code: Option<usize>,
    /// Tax id.
    pub tax_no: Option<usize>,
    /// Public institution certificate number.
    pub institution_no: Option<usize>,
    /// Social organisation registration number.
    pub association_no: Option<usize>,
    /// Legal representative.
    pub representative: Option<usize>,
    /// Type of the representative's document.
    pub representative_document_type: Option<usize>,
    /// Number of the representative's document.
    pub representative_document: Option<usize>,
    /// Type of a natural person's document.
    pub document_type: Option<usize>,
    /// Number of a natural person's document.
    pub document: Option<usize>,
}

/// The legal basis of a kind, which counts as each record's where the layout has no column for it.
#[derive(Debug, Clone)]
pub struct Basis {
    /// The citation.
    pub citation: Citation,
}

/// A record kind.
#[derive(Debug, Clone)]
pub struct Kind {
    /// Stable id.
    pub id: String,
    /// Chinese name.
    pub name: String,
    /// Edition of the layout.
    pub edition: String,
    /// Id of the instrument that the layout is from.
    pub layout: String,
    /// Class of the catalogue.
    pub catalogue_class: String,
    /// Legal bases.
    pub basis: Vec<Basis>,
    /// Who may see it.
    pub audience: Audience,
    /// Which rule decides about publication.
    pub publication: PublicationRule,
    /// The parameters that its publication depends on.
    pub terms: Terms,
    /// Which categories of parties it may be about.
    pub subjects: Vec<PartyCategory>,
    /// The parameter with the reporting clock.
    pub report_within: String,
    /// Fields in official order.
    pub fields: Vec<Field>,
    /// The party's fields.
    pub party: PartyFields,
    /// Decision date.
    pub decided: usize,
    /// First day of validity.
    pub valid_from: Option<usize>,
    /// Last day of validity.
    pub valid_until: Option<usize>,
    /// Title of the document.
    pub title: Option<usize>,
    /// Number of the document.
    pub document_number: usize,
    /// What stands in for a missing document number (R7).
    pub document_number_fallback: Option<usize>,
    /// Deciding body.
    pub authority: usize,
    /// Its code.
    pub authority_code: Option<usize>,
    /// Reporting unit.
    pub reporter: Option<usize>,
    /// Its code.
    pub reporter_code: Option<usize>,
    /// What a list shows of the content.
    pub summary: usize,
    /// Class of the record.
    pub class: Option<usize>,
    /// How far the single record may go (公开类型), where the layout has that.
    pub scope: Option<usize>,
    /// What was found about it later, such as how a commitment was kept (承诺履行状态); lists show it beside the record.
    pub outcome: Option<usize>,
    /// What tells the records of one subject apart, where that is not the deciding body and the document number.
    pub key: Vec<usize>,
    /// How a record names the matter that it decides; none for kinds that units have no powers of.
    pub matter: Option<Matter>,
    /// Fields in a public list.
    pub columns: Vec<usize>,
    /// What a subject itself enters of it, where it may.
    pub by_subject: Option<BySubject>,
    pub(crate) by_code: HashMap<String, usize>,
    /// The spellings of its columns.
    pub headings: Headings,
}

impl Kind {
    /// Position of the field with an official code.
    #[must_use]
    pub fn position(&self, code: &str) -> Option<usize> {
        self.by_code.get(code).copied()
    }

    /// Whether a text in a field says that the validity of the decision has no end.
    #[must_use]
    pub fn is_endless(&self, code: &str, text: &str) -> bool {
        self.valid_until.is_some()
            && self.position(code) == self.valid_until
            && date::read(text).is_some_and(|(day, _)| date::is_long_term(day))
    }

    /// The field with an official code.
    #[must_use]
    pub fn field(&self, code: &str) -> Option<&Field> {
        self.position(code).and_then(|position| self.fields.get(position))
    }

    /// The fields that the official layout has, in its order.
    pub fn official_fields(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| !field.platform)
    }
}
