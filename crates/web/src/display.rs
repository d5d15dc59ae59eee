//! How a reader wants the pages drawn: larger text, stronger contrast. Each is a cookie, set by a link to the page itself.

use axum::http::{HeaderMap, header};

/// One choice with two values.
#[derive(Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its name in addresses and cookies.
    pub name: &'static str,
    /// The value that changes something.
    pub on: &'static str,
    /// The value that takes it back.
    pub off: &'static str,
}

/// 大字版.
pub const SIZE: Choice = Choice { name: "size", on: "large", off: "normal" };
/// 高对比.
pub const CONTRAST: Choice = Choice { name: "contrast", on: "high", off: "normal" };

impl Choice {
    /// Whether the reader has chosen it.
    pub fn is_on(&self, headers: &HeaderMap) -> bool {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|cookies| cookies.to_str().ok())
            .flat_map(|cookies| cookies.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .any(|(name, value)| name == self.name && value == self.on)
    }

    /// The value to go to from where it stands.
    pub fn other(&self, is_on: bool) -> &'static str {
        if is_on { self.off } else { self.on }
    }
}

/// The first choice that a query makes.
pub fn asked(query: &str) -> Option<(&'static Choice, &'static str)> {
    query.split('&').filter_map(|pair| pair.split_once('=')).find_map(|(name, value)| {
        [&SIZE, &CONTRAST].into_iter().filter(|choice| choice.name == name).find_map(|choice| {
            [choice.on, choice.off].into_iter().find(|known| *known == value).map(|to| (choice, to))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_choices_are_made() {
        assert_eq!(asked("q=1&contrast=high"), Some((&CONTRAST, "high")));
        assert_eq!(asked("size=normal"), Some((&SIZE, "normal")));
        for nothing in ["", "size", "size=huge", "contrast=large", "q=size=large"] {
            assert_eq!(asked(nothing), None, "{nothing}");
        }
    }
}
