//! The layout of the registry file: the market regulator's list of subjects.

use std::collections::HashMap;

use super::{Field, Headings};

/// Columns of a registry file, as `law/registry.toml` names them.
#[derive(Debug, Clone)]
pub struct RegistryLayout {
    /// What the file is called.
    pub name: String,
    /// Its fields.
    pub fields: Vec<Field>,
    /// The spellings of its columns.
    pub headings: Headings,
    pub(crate) by_code: HashMap<String, usize>,
}

impl RegistryLayout {
    /// Position of a field.
    #[must_use]
    pub fn position(&self, code: &str) -> Option<usize> {
        self.by_code.get(code).copied()
    }
}
