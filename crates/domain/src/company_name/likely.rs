//! Which names are worth comparing: what to ask the index for, and how close an answer is.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::LazyLock;

use pinyin::ToPinyin;

use super::{NamePart, ParsedName};
use crate::text::initials;

/// Questions to the index for one name at most.
const MOST_GROUPS: usize = 32;

/// Characters of region and form that stand beside what is distinctive and join the first and the last question.
const MARGIN: usize = 2;

/// Longest text that is taken for pinyin.
const LONGEST_PINYIN: usize = 40;

/// Groups of search tokens; a name that has all tokens of one group is worth a look. Runs of three or four characters survive one wrong
/// character elsewhere, and initials survive characters that sound alike.
#[must_use]
pub fn token_groups(name: &ParsedName) -> Vec<Vec<String>> {
    let own = name.distinctive();
    let region: Vec<char> = name.text(NamePart::Region).chars().collect();
    let form = name.text(NamePart::Form);
    let mut chars: Vec<char> =
        region.iter().skip(region.len().saturating_sub(MARGIN)).copied().collect();
    chars.extend(own.chars());
    chars.extend(form.chars().take(MARGIN));
    let mut groups: Vec<Vec<String>> = Vec::new();
    let letters = initials(&own);
    if letters.len() >= 3 {
        groups.push(letter_tokens(&letters));
    }
    let own: Vec<char> = own.chars().collect();
    let mut add = |tokens: Vec<String>| {
        if !tokens.is_empty() && !groups.contains(&tokens) && groups.len() < MOST_GROUPS {
            groups.push(tokens);
        }
    };
    // The whole of what is distinctive, without what stands beside it: an abbreviation.
    add(pairs(&own));
    // A branch is known by its own words.
    let branch: Vec<char> = name.text(NamePart::Branch).chars().collect();
    let parent = pairs(own.get(..2).unwrap_or_default());
    add(parent.iter().cloned().chain(pairs(&branch)).collect());
    for window in branch.windows(3) {
        add(parent.iter().cloned().chain(pairs(window)).collect());
    }
    // Runs of four narrow down where many names share three.
    for window in chars.windows(4).chain(chars.windows(3)) {
        add(pairs(window));
    }
    groups
}

/// The tokens of neighbours.
fn pairs(chars: &[char]) -> Vec<String> {
    chars.windows(2).filter_map(|pair| token(*pair.first()?, *pair.get(1)?)).collect()
}

fn token(first: char, second: char) -> Option<String> {
    let mut out = String::new();
    write!(out, "u{:x}u{:x}", u32::from(first), u32::from(second)).ok()?;
    Some(out)
}

fn letter_tokens(letters: &str) -> Vec<String> {
    let width = letters.len().min(3);
    let mut tokens: Vec<String> = Vec::new();
    for at in 0..=letters.len() - width {
        let token = format!("p{}", letters.get(at..at + width).unwrap_or_default());
        if !tokens.contains(&token) {
            tokens.push(token);
        }
    }
    tokens
}

/// How much two names have in common in what is distinctive and in the branch, in thousandths: one less the edits over the
/// longer one.
#[must_use]
pub fn closeness(one: &ParsedName, other: &ParsedName) -> u32 {
    let telling = |name: &ParsedName| name.distinctive() + &name.text(NamePart::Branch);
    let (left, right) = (telling(one), telling(other));
    let (left, right) = if left.is_empty() || right.is_empty() {
        (one.folded.clone(), other.folded.clone())
    } else {
        (left, right)
    };
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let longest = left.len().max(right.len());
    if longest == 0 {
        return 0;
    }
    let same = longest - edits(&left, &right).min(longest);
    u32::try_from(same * 1_000 / longest).unwrap_or(0)
}

/// Insertions, deletions and replacements between two texts.
fn edits(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, left) in one.iter().enumerate() {
        let mut diagonal = line;
        let mut before = line + 1;
        for (right, cell) in other.iter().zip(row.iter_mut().skip(1)) {
            let above = *cell;
            let replaced = diagonal + usize::from(left != right);
            before = replaced.min(above + 1).min(before + 1);
            diagonal = above;
            *cell = before;
        }
        if let Some(first) = row.first_mut() {
            *first = line + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

/// Every syllable that a common character is read as.
static SYLLABLES: LazyLock<HashSet<String>> =
    LazyLock::new(|| ('\u{4E00}'..='\u{9FA5}').filter_map(syllable).collect());

/// The plain syllable of a character; ü is written v, as on keyboards.
fn syllable(character: char) -> Option<String> {
    Some(character.to_pinyin()?.plain().replace('ü', "v"))
}

/// A text in letters as syllables: the reading with the fewest of them.
#[must_use]
pub fn syllables(text: &str) -> Option<Vec<String>> {
    let letters: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '\'')
        .map(|c| crate::identifier::half_width(c).to_ascii_lowercase())
        .collect();
    if letters.is_empty()
        || letters.len() > LONGEST_PINYIN
        || !letters.bytes().all(|byte| byte.is_ascii_lowercase())
    {
        return None;
    }
    // For each place the fewest syllables that lead to it, and where the last of them begins.
    let mut ways: Vec<Option<(usize, usize)>> = vec![Some((0, 0))];
    for to in 1..=letters.len() {
        let way = (to.saturating_sub(6)..to)
            .filter_map(|from| {
                let (count, _) = (*ways.get(from)?)?;
                SYLLABLES.contains(letters.get(from..to)?).then_some((count + 1, from))
            })
            .min();
        ways.push(way);
    }
    let mut found = Vec::new();
    let mut to = letters.len();
    while to > 0 {
        let (_, from) = (*ways.get(to)?)?;
        found.push(letters.get(from..to)?.to_owned());
        to = from;
    }
    found.reverse();
    Some(found)
}

/// The tokens that every name has which reads so.
#[must_use]
pub fn syllable_tokens(syllables: &[String]) -> Vec<String> {
    let letters: String = syllables.iter().filter_map(|one| one.chars().next()).collect();
    if letters.len() < 2 { Vec::new() } else { letter_tokens(&letters) }
}

/// Whether a name reads so somewhere.
#[must_use]
pub fn reads_as(name: &str, wanted: &[String]) -> bool {
    let reading: Vec<String> = name.chars().filter_map(syllable).collect();
    !wanted.is_empty() && reading.windows(wanted.len()).any(|part| part == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pinyin_is_read_in_syllables() {
        let read = |text: &str| syllables(text).map(|found| found.join(" "));
        assert_eq!(read("hongdajiancai").as_deref(), Some("hong da jian cai"));
        assert_eq!(read("Xin Yuan").as_deref(), Some("xin yuan"));
        assert_eq!(read("xqz"), None);
        assert_eq!(read("宏达"), None);
        assert_eq!(read(&"a".repeat(41)), None);
        let wanted = syllables("hongda").unwrap_or_default();
        assert!(reads_as("平陆县宏达示例有限公司", &wanted));
        assert!(!reads_as("平陆县宏示例有限公司", &wanted));
        assert_eq!(syllable_tokens(&wanted), ["phd"]);
    }

    #[test]
    fn edits_are_counted() {
        let count = |one: &str, other: &str| {
            edits(&one.chars().collect::<Vec<_>>(), &other.chars().collect::<Vec<_>>())
        };
        assert_eq!(count("宏达建材", "宏大建材"), 1);
        assert_eq!(count("宏达建材", "宏达"), 2);
        assert_eq!(count("", "宏达"), 2);
        assert_eq!(count("达宏", "宏达"), 2);
    }
}
