//! What a check must know of the register, and an index of it in memory.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher as _};

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
    /// The subject with a code, when its present name is the given one: the ordinary case, asked once for each row.
    fn same(&self, code: &str, name_key: &str) -> Option<i64> {
        self.by_code(code).filter(|known| known.name_key == name_key).map(|known| known.id)
    }
    /// The one subject whose present name is this; `None` when there is none or more than one.
    fn by_name(&self, name_key: &str) -> Option<Known<'_>>;
    /// The one subject whose code holds an organisation code; `None` when there is none or more than one.
    fn by_organisation_code(&self, _code: &str) -> Option<Known<'_>> {
        None
    }
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

/// A code of up to 18 characters, laid inline: one look into memory finds it.
type Code = [u8; 18];

/// What the ordinary case needs, laid beside the code: at a million subjects a row costs its cache misses.
#[derive(Debug, Clone, Copy)]
struct Slot {
    id: i64,
    /// 64 bits of the present name; two names that share them and a code besides do not meet.
    name: u64,
    position: u32,
}

fn inline(code: &str) -> Option<Code> {
    let mut inline = [0; 18];
    inline.get_mut(..code.len())?.copy_from_slice(code.as_bytes());
    Some(inline)
}

fn fingerprint(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(text.as_bytes());
    hasher.finish()
}

/// An index of subjects in memory: of the whole register for bulk work, of the parties of a chunk of rows otherwise.
#[derive(Debug, Default)]
pub struct MemoryRegistry {
    entries: Vec<Entry>,
    by_code: HashMap<Code, Slot>,
    /// `u32::MAX` marks a name that several subjects have.
    by_name: HashMap<Box<str>, u32>,
    former: HashMap<i64, Vec<Box<str>>>,
    /// Only of the subjects that were asked for so; `u32::MAX` marks a code that several subjects have.
    by_organisation_code: HashMap<Box<str>, u32>,
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
        if !code.is_empty()
            && let Some(code) = inline(code)
        {
            self.by_code.insert(code, Slot { id, name: fingerprint(name_key), position });
        }
        self.by_name.entry(name_key.into()).and_modify(|held| *held = u32::MAX).or_insert(position);
        self.entries.push(Entry {
            id,
            code: code.into(),
            name: name.into(),
            name_key: (name != name_key).then(|| name_key.into()),
        });
    }

    /// Lets the subject with a unified code, added before, be found by the organisation code it had.
    pub fn add_organisation_code(&mut self, organisation_code: &str, code: &str) {
        let Some(position) =
            inline(code).and_then(|code| self.by_code.get(&code)).map(|slot| slot.position)
        else {
            return;
        };
        self.by_organisation_code
            .entry(organisation_code.into())
            .and_modify(|held| {
                if *held != position {
                    *held = u32::MAX;
                }
            })
            .or_insert(position);
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
        self.by_code.get(&inline(code)?).and_then(|slot| self.entry(slot.position))
    }

    fn same(&self, code: &str, name_key: &str) -> Option<i64> {
        self.by_code
            .get(&inline(code)?)
            .filter(|slot| slot.name == fingerprint(name_key))
            .map(|slot| slot.id)
    }

    fn by_name(&self, name_key: &str) -> Option<Known<'_>> {
        self.by_name.get(name_key).and_then(|position| self.entry(*position))
    }

    fn by_organisation_code(&self, code: &str) -> Option<Known<'_>> {
        self.by_organisation_code.get(code).and_then(|position| self.entry(*position))
    }

    fn held_name(&self, id: i64, name_key: &str) -> bool {
        self.former.get(&id).is_some_and(|names| names.iter().any(|name| &**name == name_key))
    }
}
