//! A conclusion that carries its reasons.
//!
//! House rule H4: a due date, a class, a refusal or a publicity period is never shown without the
//! citations and the inputs it came from. [`Ruling`] is how that is kept: a rule returns one, and pages,
//! workbooks and machine answers print what is in it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// How well an entry of law is known (decisions.md, "Evidence").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Evidence {
    /// Read in a source that reproduces or officially summarises the instrument.
    Text,
    /// Read only in a secondary source: applies, and is shown as awaiting the original.
    Secondary,
    /// From memory: applies only where it is milder for the subject, until two persons confirm it.
    Memory,
    /// Not law but a design choice, where no text gives one: treated like memory.
    Design,
}

impl Evidence {
    /// What a reader of a page sees.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Text => "已核对原文",
            Self::Secondary => "据转载，待核对原文",
            Self::Memory => "未核实",
            Self::Design => "平台约定，非法定",
        }
    }
}

/// One instrument, and the place in it, that a conclusion rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    /// Id of the instrument in `law/sources.toml`.
    pub source: String,
    /// Its title.
    pub title: String,
    /// Its document number.
    pub number: String,
    /// Article or item, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
    /// The few words that matter, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
    /// The parameter or rule entry it was cited for.
    pub entry: String,
    /// How well the entry is known.
    pub evidence: Evidence,
    /// Whether the entry's original text was read, or two named persons confirmed it.
    pub verified: bool,
}

impl Citation {
    /// One line for pages and workbooks: 《title》（number）article.
    #[must_use]
    pub fn line(&self) -> String {
        let mut line = format!("《{}》", self.title);
        if !self.number.is_empty() {
            line.push_str(&format!("（{}）", self.number));
        }
        if let Some(article) = &self.article {
            line.push_str(article);
        }
        line
    }
}

/// The inputs of a conclusion, by name.
pub type Inputs = BTreeMap<Cow<'static, str>, String>;

/// A value with the citations and the inputs it was derived from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ruling<T> {
    /// What the rule concludes.
    pub value: T,
    /// Why: each entry of law that was used, in the order of use, without repeats.
    pub because: Vec<Arc<Citation>>,
    /// From what: name of the input and the value used.
    pub inputs: Inputs,
}

impl<T> Ruling<T> {
    /// A ruling with nothing behind it yet.
    pub const fn new(value: T) -> Self {
        Self { value, because: Vec::new(), inputs: BTreeMap::new() }
    }

    /// Adds a reason, once.
    pub fn cite(&mut self, citation: impl Into<Arc<Citation>>) {
        let citation = citation.into();
        if !self.because.contains(&citation) {
            self.because.push(citation);
        }
    }

    /// Records an input that was used.
    pub fn input(&mut self, name: &'static str, value: impl ToString) {
        self.inputs.insert(Cow::Borrowed(name), value.to_string());
    }

    /// Whether every entry behind it is verified.
    #[must_use]
    pub fn verified(&self) -> bool {
        self.because.iter().all(|citation| citation.verified)
    }

    /// The same reasons for a value derived from this one.
    pub fn map<U>(self, derive: impl FnOnce(T) -> U) -> Ruling<U> {
        Ruling { value: derive(self.value), because: self.because, inputs: self.inputs }
    }
}
