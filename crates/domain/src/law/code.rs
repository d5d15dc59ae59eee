//! Closed code lists.

use std::collections::HashMap;

use serde::Serialize;

/// One value of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Code {
    /// Stable English id, used by rules.
    pub id: String,
    /// The official value.
    pub label: String,
    /// Other spellings met in files.
    pub aliases: Vec<String>,
    /// Whether it stands for "other" and must carry the concrete kind (rule R6).
    pub other: bool,
}

/// A list of values; nothing outside it is accepted (H1).
#[derive(Debug, Clone)]
pub struct CodeList {
    /// Stable id.
    pub id: String,
    /// What the list is, in Chinese.
    pub label: String,
    /// Its values in official order.
    pub codes: Vec<Code>,
    index: HashMap<String, usize>,
}

/// How a cell relates to a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeMatch<'l> {
    /// It is a value of the list.
    Known(&'l Code),
    /// It is "other" with its concrete kind behind the dash.
    Other(&'l Code),
    /// It is "other" alone: the concrete kind is missing (R6).
    OtherWithoutKind(&'l Code),
    /// It is not in the list.
    Unknown,
}

impl CodeList {
    /// A list with its index. The loader has checked that no spelling stands for two values.
    #[must_use]
    pub fn new(id: String, label: String, codes: Vec<Code>) -> Self {
        let mut index = HashMap::new();
        for (position, code) in codes.iter().enumerate() {
            index.insert(code.id.clone(), position);
            index.insert(code.label.clone(), position);
            for alias in &code.aliases {
                index.insert(alias.clone(), position);
            }
        }
        Self { id, label, codes, index }
    }

    /// The value with an id.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<&Code> {
        self.codes.iter().find(|code| code.id == id)
    }

    /// What a cell means in this list.
    #[must_use]
    pub fn read(&self, cell: &str) -> CodeMatch<'_> {
        if let Some(code) = self.index.get(cell).and_then(|position| self.codes.get(*position)) {
            return if code.other {
                CodeMatch::OtherWithoutKind(code)
            } else {
                CodeMatch::Known(code)
            };
        }
        for code in self.codes.iter().filter(|code| code.other) {
            let stem = code.label.trim_end_matches('-');
            if let Some(rest) = cell.strip_prefix(stem) {
                let concrete = rest.trim_start_matches(['-', '－', '—', ':', '：', ' ', '(', '（']);
                if concrete.is_empty() {
                    return CodeMatch::OtherWithoutKind(code);
                }
                if concrete.len() < rest.len() {
                    return CodeMatch::Other(code);
                }
            }
        }
        CodeMatch::Unknown
    }

    /// The official values, for messages and forms.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.codes.iter().map(|code| code.label.as_str())
    }
}
