//! Layouts of lists that are no records: the market regulator's list of subjects, a unit's catalogue of powers, its matters under 告知承诺.

use std::collections::HashMap;

use super::{Field, Headings};

/// Columns of such a list, as `law/registry.toml`, `law/powers.toml` and `law/commitment-matters.toml` name them.
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
