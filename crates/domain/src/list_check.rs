//! 隐私核查: how a code is looked up in a public list without saying which code it is.
//!
//! A code is known by a mark, SM3 over the scheme, the kind and the code. Who asks sends the beginning of the mark, which very many
//! codes share, is given the rest of every mark of the list that begins so, and looks among them on its own machine. Every answer
//! holds as many as every other: what is missing is filled up with marks of nothing.
//!
//! What is hidden is the question. The list is public, and codes can be tried out one after the other.

use std::collections::{BTreeMap, BTreeSet};

use crate::merkle::{BySm3, Hashing as _};

/// The name of this way, which goes into every mark.
pub const SCHEME: &str = "xinyong/list-check/1";
/// Hexadecimal digits of a mark that are asked by: one in 256 of all codes there are shares them, which are more than a hundred
/// in a county and some hundred thousand in the country.
pub const PREFIX: usize = 2;
/// How many marks an answer holds at least.
pub const LEAST: usize = 16;

/// The mark of a code in the list of a kind: 64 hexadecimal digits.
#[must_use]
pub fn mark(kind: &str, code: &str) -> String {
    let digest = BySm3::hash(&[format!("{SCHEME}\n{kind}\n{code}").as_bytes()]);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// How many marks each answer holds, where the fullest prefix has so many: it grows in steps, so that it tells little of the list.
#[must_use]
pub fn size(fullest: usize) -> usize {
    fullest.next_power_of_two().max(LEAST)
}

/// The answers of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranges {
    by_prefix: BTreeMap<String, BTreeSet<String>>,
    size: usize,
}

impl Ranges {
    /// Sorts marks by their beginning.
    #[must_use]
    pub fn new(marks: impl IntoIterator<Item = String>) -> Self {
        let mut by_prefix: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for mark in marks {
            if let Some((prefix, rest)) = mark.split_at_checked(PREFIX) {
                by_prefix.entry(prefix.to_owned()).or_default().insert(rest.to_owned());
            }
        }
        let fullest = by_prefix.values().map(BTreeSet::len).max().unwrap_or_default();
        Self { by_prefix, size: size(fullest) }
    }

    /// What is answered for a prefix, in order. `dummy` gives the marks of nothing by their number: always the same ones, so that
    /// who asks twice cannot tell them by their change.
    #[must_use]
    pub fn answer(&self, prefix: &str, dummy: impl Fn(usize) -> String) -> BTreeSet<String> {
        let mut answer = self.by_prefix.get(prefix).cloned().unwrap_or_default();
        let mut number = 0;
        while answer.len() < self.size {
            let mark = dummy(number);
            answer.extend(mark.split_at_checked(PREFIX).map(|(_, rest)| rest.to_owned()));
            number += 1;
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dummy(number: usize) -> String {
        mark("nothing", &number.to_string())
    }

    #[test]
    fn every_answer_is_as_long_as_every_other_and_holds_what_is_listed() {
        let marks: Vec<String> = (0..5_000).map(|code| mark("a", &code.to_string())).collect();
        let ranges = Ranges::new(marks.iter().cloned());
        let mut found = 0;
        for prefix in 0..256 {
            let prefix = format!("{prefix:02x}");
            let answer = ranges.answer(&prefix, dummy);
            assert_eq!(answer.len(), ranges.size);
            assert_eq!(answer, ranges.answer(&prefix, dummy));
            found += marks
                .iter()
                .filter(|mark| mark.starts_with(&prefix) && answer.contains(&mark[PREFIX..]))
                .count();
            assert!(answer.iter().all(|rest| rest.len() == 64 - PREFIX));
        }
        assert_eq!(found, 5_000);
        assert!(ranges.size.is_power_of_two());
        assert_eq!(Ranges::new([]).answer("00", dummy).len(), LEAST, "also of an empty list");
    }

    #[test]
    fn a_code_has_another_mark_in_another_list() {
        let code = "91140829XY00030103";
        assert_eq!(mark("a", code), mark("a", code));
        assert_ne!(mark("a", code), mark("b", code));
    }
}
