//! Traditional characters and a few wrong ones, each by its simplified one.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Pairs of a traditional character and its simplified one: the facts of Unihan (`kSimplifiedVariant`, Unicode 15.0) for
/// characters that Big5 has and GB 2312 has not. Characters that stand for two are given by the usual one.
const PAIRS: &str = include_str!("traditional.txt");

/// Characters that are often written for another one and never used in earnest in a name.
const WRONG: [(char, char); 2] = [('劵', '券'), ('帐', '账')];

static SIMPLIFIED: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let mut table: HashMap<char, char> = HashMap::new();
    for line in PAIRS.lines() {
        let mut characters = line.chars();
        while let (Some(from), Some(to)) = (characters.next(), characters.next()) {
            let right =
                WRONG.iter().find(|(wrong, _)| *wrong == to).map_or(to, |(_, right)| *right);
            table.insert(from, right);
        }
    }
    table.extend(WRONG);
    table
});

/// A normalised name in simplified characters, character by character.
#[must_use]
pub fn fold_name(normalised: &str) -> String {
    normalised.chars().map(|one| SIMPLIFIED.get(&one).copied().unwrap_or(one)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traditional_characters_fold_and_folding_ends() {
        assert_eq!(fold_name("平陸縣示例鐵業有限責任公司"), "平陆县示例铁业有限责任公司");
        assert_eq!(fold_name("示例证劵"), "示例证券");
        assert!(SIMPLIFIED.len() > 2_000);
        for to in SIMPLIFIED.values() {
            assert!(!SIMPLIFIED.contains_key(to), "{to}");
        }
    }
}
