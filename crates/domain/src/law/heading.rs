//! Which column of a file is which field: official codes, labels and the spellings met in the wild.
//!
//! The numbers in 行政相对人代码_2/_3 are swapped between sources, so such headings are read by the text in brackets,
//! never by the digit (data-standards.md §1.1).

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use crate::text::normalise_name;

/// How a row of headings fits a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadingMatch {
    /// For each column of the file the position of its field in the kind.
    pub columns: Vec<Option<usize>>,
    /// Headings that no field answers to, with their column (from 0).
    pub unknown: Vec<(usize, String)>,
    /// Headings that name a field a second time.
    pub repeated: Vec<(usize, String)>,
}

impl HeadingMatch {
    /// How many columns were recognised.
    #[must_use]
    pub fn recognised(&self) -> usize {
        self.columns.iter().flatten().count()
    }

    /// Whether a field has a column.
    #[must_use]
    pub fn has(&self, position: usize) -> bool {
        self.columns.contains(&Some(position))
    }
}

/// A heading without what varies between sources: width of characters, case, spaces, stars and the unit's brackets.
#[must_use]
pub fn normalise_heading(heading: &str) -> String {
    let name: Cow<'_, str> = normalise_name(heading);
    name.chars()
        .filter(|character| !matches!(character, '*' | '＊' | '\u{feff}' | ':' | '"'))
        .collect()
}

/// The text in the last pair of brackets, when the heading is one of the numbered party codes.
fn bracketed_code(heading: &str) -> Option<&str> {
    if !heading.contains("相对人代码") {
        return None;
    }
    let start = heading.rfind('(')?;
    let inside = heading.get(start + 1..)?;
    inside.strip_suffix(')')
}

/// The spellings of a layout's columns, and which fields may have several columns.
#[derive(Debug, Clone, Default)]
pub struct Headings {
    pub(crate) positions: HashMap<String, usize>,
    pub(crate) several: HashSet<usize>,
}

impl Headings {
    /// The field a heading means.
    #[must_use]
    pub fn field(&self, heading: &str) -> Option<usize> {
        let heading = normalise_heading(heading);
        if heading.is_empty() {
            return None;
        }
        if let Some(position) =
            bracketed_code(&heading).and_then(|inside| self.positions.get(inside))
        {
            return Some(*position);
        }
        if let Some(position) = self.positions.get(&heading) {
            return Some(*position);
        }
        // A heading may carry its unit or a remark in brackets: 罚款金额(万元), 处罚决定日期(必填).
        let stem = heading.split('(').next().unwrap_or_default();
        self.positions.get(stem).copied()
    }

    /// Matches a row of headings.
    #[must_use]
    pub fn match_row<S: AsRef<str>>(&self, headings: &[S]) -> HeadingMatch {
        let mut matched =
            HeadingMatch { columns: Vec::new(), unknown: Vec::new(), repeated: Vec::new() };
        for (column, heading) in headings.iter().enumerate() {
            let heading = heading.as_ref();
            match self.field(heading) {
                // Two columns of penalty classes (2015 layout) are one field of several values here.
                Some(position) if matched.has(position) && !self.several.contains(&position) => {
                    matched.repeated.push((column, heading.to_owned()));
                    matched.columns.push(None);
                }
                Some(position) => matched.columns.push(Some(position)),
                None => {
                    if !heading.trim().is_empty() {
                        matched.unknown.push((column, heading.trim().to_owned()));
                    }
                    matched.columns.push(None);
                }
            }
        }
        matched
    }
}
