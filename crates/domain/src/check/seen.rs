//! Rows already met in the same file.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher, Hasher};

/// Takes a key that is a hash already.
#[derive(Debug, Default)]
pub struct Ready(u64);

impl Hasher for Ready {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

/// Fingerprints of the natural keys of the rows of one file, with the row each was first met in. Twelve bytes a row,
/// and the rows of a file are limited, so its memory is bounded.
#[derive(Debug, Default)]
pub struct Seen {
    rows: HashMap<u64, u32, BuildHasherDefault<Ready>>,
}

impl Seen {
    /// Nothing met yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The row in which the same parts were met before; `None`, and remembered, when this is the first.
    pub fn first(&mut self, row: u32, parts: &[&str]) -> Option<u32> {
        let mut hasher = DefaultHasher::new();
        for part in parts {
            hasher.write(part.as_bytes());
            hasher.write_u8(0x1f);
        }
        match self.rows.entry(hasher.finish()) {
            std::collections::hash_map::Entry::Occupied(first) => Some(*first.get()),
            std::collections::hash_map::Entry::Vacant(empty) => {
                empty.insert(row);
                None
            }
        }
    }
}
