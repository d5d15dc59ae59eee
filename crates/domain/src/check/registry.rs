//! What a check must know of the register, and an index of it in memory.

use std::collections::HashMap;

/// A subject as the register has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known<'r> {
    /// Its id.
    pub id: i64,
    /// Its unified social credit code, empty where it has none.
    pub code: &'r str,
    /// Its name.
    pub name: &'r str,
    /// Its normalised name.
    pub name_key: &'r str,
}

/// The register, as far as a check asks.
pub trait Registry {
    /// The subject with a code.
    fn by_code(&self, code: &str) -> Option<Known<'_>>;
    /// The one subject whose present name is this; `None` when there is none or more than one.
    fn by_name(&self, name_key: &str) -> Option<Known<'_>>;
    /// Whether a subject once had a name.
    fn held_name(&self, id: i64, name_key: &str) -> bool;
}

/// An empty register.
#[derive(Debug, Clone, Copy)]
pub struct NoRegistry;

impl Registry for NoRegistry {
    fn by_code(&self, _code: &str) -> Option<Known<'_>> {
        None
    }
    fn by_name(&self, _name_key: &str) -> Option<Known<'_>> {
        None
    }
    fn held_name(&self, _id: i64, _name_key: &str) -> bool {
        false
    }
}

#[derive(Debug)]
struct Entry {
    id: i64,
    code: Box<str>,
    name: Box<str>,
    /// `None` where it equals the name, as most do.
    name_key: Option<Box<str>>,
}

impl Entry {
    fn known(&self) -> Known<'_> {
        Known {
            id: self.id,
            code: &self.code,
            name: &self.name,
            name_key: self.name_key.as_deref().unwrap_or(&self.name),
        }
    }
}

/// An index of subjects in memory: of the whole register for bulk work, of the parties of a chunk of rows otherwise.
#[derive(Debug, Default)]
pub struct MemoryRegistry {
    entries: Vec<Entry>,
    by_code: HashMap<Box<str>, u32>,
    /// `u32::MAX` marks a name that several subjects have.
    by_name: HashMap<Box<str>, u32>,
    former: HashMap<i64, Vec<Box<str>>>,
}

impl MemoryRegistry {
    /// An empty index.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a subject under its present name.
    pub fn add(&mut self, id: i64, code: &str, name: &str, name_key: &str) {
        let Ok(position) = u32::try_from(self.entries.len()) else {
            return;
        };
        if !code.is_empty() {
            self.by_code.insert(code.into(), position);
        }
        self.by_name
            .entry(name_key.into())
            .and_modify(|held| *held = u32::MAX)
            .or_insert(position);
        self.entries.push(Entry {
            id,
            code: code.into(),
            name: name.into(),
            name_key: (name != name_key).then(|| name_key.into()),
        });
    }

    /// Adds a former name of a subject.
    pub fn add_former(&mut self, id: i64, name_key: &str) {
        self.former.entry(id).or_default().push(name_key.into());
    }

    /// How many subjects it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn entry(&self, position: u32) -> Option<Known<'_>> {
        self.entries.get(usize::try_from(position).ok()?).map(Entry::known)
    }
}

impl Registry for MemoryRegistry {
    fn by_code(&self, code: &str) -> Option<Known<'_>> {
        self.by_code.get(code).and_then(|position| self.entry(*position))
    }

    fn by_name(&self, name_key: &str) -> Option<Known<'_>> {
        self.by_name.get(name_key).and_then(|position| self.entry(*position))
    }

    fn held_name(&self, id: i64, name_key: &str) -> bool {
        self.former.get(&id).is_some_and(|names| names.iter().any(|name| &**name == name_key))
    }
}
