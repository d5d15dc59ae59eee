//! Dated, cited values.

use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ruling::{Citation, Evidence};

/// A value in whichever of the four shapes an entry may have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Setting {
    /// Days, months or an amount, by the parameter's unit.
    Number(i64),
    /// Yes or no.
    Flag(bool),
    /// A choice.
    Word(String),
    /// A closed list.
    List(Vec<String>),
}

/// Whom an entry favours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Binds against the subject: needs verified evidence.
    Adverse,
    /// Favours the subject.
    Milder,
    /// A target the office sets itself.
    Internal,
}

/// A value from one day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DatedValue {
    /// First day.
    pub from: Date,
    /// Last day, open when `None`.
    pub until: Option<Date>,
    /// The value.
    pub value: Setting,
    /// Id of the instrument.
    pub source: String,
    /// Article or item.
    pub article: Option<String>,
    /// The words that matter.
    pub quote: Option<String>,
    /// How well it is known.
    pub evidence: Evidence,
    /// Whom it favours.
    pub effect: Effect,
    /// What a reader should know.
    pub note: Option<String>,
    /// As it is cited: as it was read, and once two persons have confirmed it. Put together when the law is read, since every conclusion
    /// about every record asks for some.
    #[serde(skip)]
    pub(crate) citations: [Arc<Citation>; 2],
}

impl DatedValue {
    /// As a conclusion cites it.
    #[must_use]
    pub const fn cited(&self, confirmed: bool) -> &Arc<Citation> {
        let [read, settled] = &self.citations;
        if confirmed { settled } else { read }
    }

    /// Whether the entry applies although nobody confirmed it (decisions.md, "Evidence").
    #[must_use]
    pub fn applies_unconfirmed(&self) -> bool {
        matches!(self.evidence, Evidence::Text | Evidence::Secondary)
            || self.effect != Effect::Adverse
    }
}

/// One number, choice or list of law, with all its editions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Parameter {
    /// Stable id.
    pub id: String,
    /// What it is, in Chinese.
    pub label: String,
    /// Unit of the value.
    pub unit: String,
    /// Editions, oldest first, not overlapping.
    pub values: Vec<DatedValue>,
    /// The file it stands in, below `parameters/` and without its ending.
    pub file: String,
    /// What the parameters of that file are about, in Chinese; empty where it does not say.
    pub section: String,
}

impl Parameter {
    /// The edition in force on a day.
    #[must_use]
    pub fn in_force(&self, day: Date) -> Option<&DatedValue> {
        self.values
            .iter()
            .rfind(|entry| entry.from <= day && entry.until.is_none_or(|until| day <= until))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::law::Law;

    #[test]
    fn every_file_says_what_its_parameters_are_about() {
        let law = Law::embedded().expect("the law");
        let mut titles: BTreeMap<&str, &str> = BTreeMap::new();
        for parameter in law.parameters().values() {
            assert!(!parameter.section.is_empty(), "{}", parameter.id);
            let title = titles.entry(&parameter.file).or_insert(&parameter.section);
            assert_eq!(*title, parameter.section, "{}", parameter.id);
        }
        assert_eq!(titles.get("objection"), Some(&"异议"));
    }
}
