//! The faces that the program carries, and what to do where they lack a character.

use std::fmt::{self, Debug, Formatter, Write as _};

use serde_json::Value;
use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

use crate::TypesetError;

/// The face with the most characters comes first.
const FILES: [(&str, &[u8]); 4] = [
    ("NotoSansCJKsc-Regular", include_bytes!("../fonts/NotoSansCJKsc-Regular.otf")),
    ("NotoSansCJKsc-Bold", include_bytes!("../fonts/NotoSansCJKsc-Bold.otf")),
    ("NotoSerifCJKsc-Regular", include_bytes!("../fonts/NotoSerifCJKsc-Regular.otf")),
    ("NotoSerifCJKsc-Bold", include_bytes!("../fonts/NotoSerifCJKsc-Bold.otf")),
];

/// 〓, which Chinese typesetters put where a sort is missing.
const MISSING: char = '〓';

/// The faces.
pub struct Faces {
    /// What they are, for the language to choose from.
    pub book: LazyHash<FontBook>,
    /// The faces themselves, in the book's order.
    pub fonts: Vec<Font>,
}

impl Debug for Faces {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.debug_struct("Faces").field("fonts", &self.fonts.len()).finish()
    }
}

impl Faces {
    /// Reads them.
    pub fn read() -> Result<Self, TypesetError> {
        let fonts = FILES
            .into_iter()
            .map(|(name, data)| Font::new(Bytes::new(data), 0).ok_or(TypesetError::Face(name)))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self { book: LazyHash::new(FontBook::from_fonts(&fonts)), fonts })
    }

    fn has(&self, character: char) -> bool {
        self.fonts.iter().any(|font| font.info().coverage.contains(u32::from(character)))
    }

    /// The text with 〓 and the code point in place of what no face has. Control characters go: a document cannot show them.
    pub fn printable(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for character in text.chars() {
            if character == '\n' || self.has(character) {
                out.push(character);
            } else if !character.is_control() {
                out.push(MISSING);
                // Writing to a string does not fail.
                let _ = write!(out, "（U+{:04X}）", u32::from(character));
            }
        }
        out
    }

    /// The same for every text of a value.
    pub fn printable_data(&self, data: Value) -> Value {
        match data {
            Value::String(text) => Value::String(self.printable(&text)),
            Value::Array(all) => {
                Value::Array(all.into_iter().map(|one| self.printable_data(one)).collect())
            }
            Value::Object(all) => Value::Object(
                all.into_iter().map(|(key, one)| (key, self.printable_data(one))).collect(),
            ),
            plain @ (Value::Null | Value::Bool(_) | Value::Number(_)) => plain,
        }
    }
}
