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
    /// Which characters any of them has, by code point: a face's own list is walked through from its beginning for each question.
    covered: Vec<bool>,
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
        let mut covered = Vec::new();
        for character in fonts.iter().flat_map(|font| font.info().coverage.iter()) {
            let place = usize::try_from(character).unwrap_or_default();
            if covered.len() <= place {
                covered.resize(place + 1, false);
            }
            if let Some(there) = covered.get_mut(place) {
                *there = true;
            }
        }
        Ok(Self { book: LazyHash::new(FontBook::from_fonts(&fonts)), fonts, covered })
    }

    fn has(&self, character: char) -> bool {
        let place = usize::try_from(u32::from(character)).ok();
        place.and_then(|place| self.covered.get(place)).is_some_and(|there| *there)
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
