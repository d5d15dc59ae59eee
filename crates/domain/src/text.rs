//! Names: the one form in which they are compared, and the tokens by which they are found.
//!
//! The databases' own tokenisers know no Chinese, and word segmentation loses half of the partial names. So the
//! tokens are made here: pairs of characters of the normalised name, and runs of two and three pinyin initials.
//! The index narrows down, [`matches()`] decides. Equal names are a hint, never an identity: codes come first.

mod mark;

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write as _;

use pinyin::ToPinyin;
use unicode_normalization::UnicodeNormalization;

use crate::identifier::{self, half_width, is_blank};

pub use mark::matched_part;

/// More pairs than this in one query narrow nothing down further; [`matches`] still sees the whole query.
const MOST_QUERY_TOKENS: usize = 64;

/// The shortest text taken for a code or a part of one.
const SHORTEST_CODE: usize = 8;

/// The shortest name of a person that is looked for inside a text, in characters.
pub const SHORTEST_NAME: usize = 2;

/// The shortest number of a person that is looked for inside a text, in digits and letters.
pub const SHORTEST_NUMBER: usize = 4;

/// The longest text taken for pinyin initials; what is longer is a name in Latin letters.
const LONGEST_INITIALS: usize = 20;

/// The name by which two spellings are the same: NFKC, every bracket round and half-width, one middle dot,
/// nothing blank, ASCII in upper case. Borrowed when nothing changes.
#[must_use]
pub fn normalise_name(name: &str) -> Cow<'_, str> {
    if name.chars().all(is_plain) {
        return Cow::Borrowed(name);
    }
    if let Some(folded) = fold_plain(name) {
        return Cow::Owned(folded);
    }
    let mut current = one_pass(name);
    // Taking a blank away or raising a letter can let a mark join the letter before it.
    loop {
        let next = one_pass(&current);
        if next == current {
            break;
        }
        current = next;
    }
    if current == name { Cow::Borrowed(name) } else { Cow::Owned(current) }
}

/// Characters that stay as they are wherever they stand: common Han, digits, capitals, plain punctuation.
fn is_plain(character: char) -> bool {
    matches!(character, '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}' | '!'..='Z' | '·')
}

/// The short way for names that hold nothing harder than full-width ASCII, small letters and blanks: nothing
/// in them can join with a neighbour, so one look at each character is enough.
fn fold_plain(name: &str) -> Option<String> {
    let mut out = String::with_capacity(name.len());
    for character in name.chars().filter(|character| !is_blank(*character)) {
        let folded = half_width(character).to_ascii_uppercase();
        if !is_plain(folded) {
            return None;
        }
        out.push(folded);
    }
    Some(out)
}

fn one_pass(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    out.extend(name.chars().filter(|character| !is_blank(*character)).nfkc().filter_map(
        |character| {
            let folded = match character {
                '[' | '〔' | '【' | '〖' | '❲' => '(',
                ']' | '〕' | '】' | '〗' | '❳' => ')',
                '•' | '‧' | '∙' | '⋅' | '・' => '·',
                other => other.to_ascii_uppercase(),
            };
            (!is_blank(folded)).then_some(folded)
        },
    ));
    out
}

/// Every pair of neighbours in the normalised name, in order, repeats included; none for a single character.
#[must_use]
pub fn bigrams(name: &str) -> Vec<String> {
    pairs(&normalise_name(name)).map(|(first, second)| [first, second].iter().collect()).collect()
}

/// The pairs of neighbours of a name that is already normalised.
fn pairs(normalised: &str) -> impl Iterator<Item = (char, char)> {
    normalised.chars().zip(normalised.chars().skip(1))
}

/// The pinyin initials of a name in lower case: one letter for a Han character, ASCII letters and digits as
/// they are, nothing for anything else. Characters of several readings get the one company names use.
#[must_use]
pub fn initials(name: &str) -> String {
    let normalised = normalise_name(name);
    let mut out = String::with_capacity(normalised.len() / 3 + 1);
    out.extend(readings(&normalised).map(|(_, letter)| letter));
    out
}

/// The letters of [`initials`] of a name that is already normalised, each with the place of its character.
fn readings(normalised: &str) -> impl Iterator<Item = (usize, char)> {
    let mut before = None;
    let mut rest = normalised.char_indices().peekable();
    std::iter::from_fn(move || {
        loop {
            let (at, character) = rest.next()?;
            let letter = if character.is_ascii_alphanumeric() {
                Some(character.to_ascii_lowercase())
            } else {
                initial(before, character, rest.peek().map(|(_, after)| *after))
            };
            before = Some(character);
            if let Some(letter) = letter {
                return Some((at, letter));
            }
        }
    })
}

/// The initial of one Han character between its neighbours.
fn initial(before: Option<char>, character: char, after: Option<char>) -> Option<char> {
    let other_reading = match (before, character, after) {
        (Some('银' | '支' | '分' | '总' | '商' | '车' | '洋' | '粮' | '药' | '茶'), '行', _)
        | (_, '行', Some('业')) => Some('h'),
        (Some('家' | '成' | '部' | '院' | '校' | '队' | '增' | '生' | '局' | '村'), '长', _) => {
            None
        }
        (_, '长', _) | (_, '重', Some('庆')) => Some('c'),
        (_, '厦', Some('门')) => Some('x'),
        (_, '会', Some('计')) => Some('k'),
        (Some('音'), '乐', _) | (_, '乐', Some('器' | '队')) => Some('y'),
        (Some('西'), '藏', _) => Some('z'),
        (_, '调', Some('味' | '料' | '节' | '解')) => Some('t'),
        _ => None,
    };
    other_reading.or_else(|| {
        // The table writes a few sounds with an accent (ê, ń); decomposed, the plain letter comes first.
        let first = character.to_pinyin()?.plain().nfd().next()?;
        first.is_ascii_alphabetic().then_some(first.to_ascii_lowercase())
    })
}

/// What is stored in the full-text index for a name: unique tokens with spaces between, each of ASCII letters
/// and digits only, so that FTS5 `unicode61` and `tsvector` 'simple' keep it whole.
///
/// A pair of characters is `u` and the hexadecimal code point, twice (`u5e73u9646`); a run of initials is `p`
/// and the letters (`ppl`). No `p` token can be a `u` token.
#[must_use]
pub fn search_tokens(name: &str) -> String {
    let normalised = normalise_name(name);
    let mut out = String::with_capacity(normalised.len() * 6);
    let mut seen = HashSet::new();
    for pair in pairs(&normalised) {
        if seen.insert(pair) {
            separate(&mut out);
            push_pair(&mut out, pair);
        }
    }
    let letters = initials(&normalised);
    let mut runs = HashSet::new();
    for length in [2, 3] {
        // Initials are ASCII, so every position is a character boundary.
        for at in 0..(letters.len() + 1).saturating_sub(length) {
            let run = &letters[at..at + length];
            if runs.insert(run) {
                separate(&mut out);
                out.push('p');
                out.push_str(run);
            }
        }
    }
    out
}

fn separate(out: &mut String) {
    if !out.is_empty() {
        out.push(' ');
    }
}

fn push_pair(out: &mut String, (first, second): (char, char)) {
    // Writing into a String cannot fail.
    let _ = write!(out, "u{:x}u{:x}", u32::from(first), u32::from(second));
}

/// What somebody typed into the search box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// A fragment of a name: the tokens that must all be in the index, and the normalised fragment.
    Name(Vec<String>, String),
    /// Pinyin initials: the tokens that must all be in the index, and the letters in lower case.
    Initials(Vec<String>, String),
    /// A code or the beginning of one, normalised.
    Code(String),
    /// Less than two characters: matches too much to be worth an answer.
    TooShort,
}

/// Reads what was typed. Eight or more letters and digits with a digit among them are a code; two to twenty
/// letters alone are initials; everything else is a fragment of a name.
#[must_use]
pub fn parse_query(typed: &str) -> Query {
    let code = identifier::normalise(typed);
    if code.len() >= SHORTEST_CODE
        && code.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && code.bytes().any(|byte| byte.is_ascii_digit())
    {
        return Query::Code(code.into_owned());
    }
    let name = normalise_name(typed);
    if name.chars().nth(1).is_none() {
        return Query::TooShort;
    }
    if name.len() <= LONGEST_INITIALS && name.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        let letters = name.to_ascii_lowercase();
        let width = letters.len().min(3);
        let mut tokens = Vec::new();
        for at in 0..=letters.len() - width {
            push_new(&mut tokens, format!("p{}", &letters[at..at + width]));
        }
        return Query::Initials(tokens, letters);
    }
    let mut tokens = Vec::new();
    for pair in pairs(&name) {
        if tokens.len() == MOST_QUERY_TOKENS {
            break;
        }
        let mut token = String::new();
        push_pair(&mut token, pair);
        push_new(&mut tokens, token);
    }
    Query::Name(tokens, name.into_owned())
}

fn push_new(tokens: &mut Vec<String>, token: String) {
    if !tokens.contains(&token) {
        tokens.push(token);
    }
}

/// Whether a name the index offered really holds the query. A code says nothing about a name.
#[must_use]
pub fn matches(query: &Query, name: &str) -> bool {
    match query {
        Query::Name(_, fragment) => normalise_name(name).contains(fragment.as_str()),
        Query::Initials(_, letters) => initials(name).contains(letters.as_str()),
        Query::Code(_) | Query::TooShort => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn common_names_are_borrowed() {
        for name in ["", "平陆县示例果业有限公司", "平陆县示例(南桥)A1店", "示例·合作社"]
        {
            assert!(matches!(normalise_name(name), Cow::Borrowed(_)), "{name}");
        }
    }

    #[test]
    fn spellings_of_one_name_are_equal() {
        let one = "示例商贸(ABC)合伙";
        for name in [
            "示例商贸（ABC）合伙",
            "示例商贸（abc)合伙",
            " 示例商贸\u{3000}(ＡＢＣ) 合 伙\u{200B}",
            "示例商贸〔ABC】合伙",
            "示例商贸［abc］合伙\n",
        ] {
            assert_eq!(normalise_name(name), one, "{name:?}");
        }
        assert_eq!(normalise_name("示例•甲・乙"), "示例·甲·乙");
        // A compatibility ideograph and the one it stands for.
        assert_eq!(normalise_name("\u{F90A}"), "\u{91D1}");
        // The capital takes the dot that the small letter could not.
        assert_eq!(normalise_name("i \u{307}"), "\u{130}");
    }

    #[test]
    fn numerals_and_one_wrong_character_stay_apart() {
        assert_ne!(normalise_name("示例第一门市部"), normalise_name("示例第二门市部"));
        assert_ne!(normalise_name("示例证券"), normalise_name("示例证劵"));
    }

    #[test]
    fn pairs_of_neighbours() {
        assert_eq!(bigrams("平陆县"), ["平陆", "陆县"]);
        assert_eq!(bigrams("平 陆"), ["平陆"]);
        assert!(bigrams("平").is_empty());
        assert!(bigrams("").is_empty());
    }

    #[test]
    fn initials_of_names() {
        assert_eq!(initials("平陆县示例果业有限公司"), "plxslgyyxgs");
        assert_eq!(initials("示例（3M）A店"), "sl3mad");
        assert_eq!(initials("示例银行平陆支行"), "slyhplzh");
        assert_eq!(initials("重庆示例重型机械"), "cqslzxjx");
        assert_eq!(initials("长治示例成长学校"), "czslczxx");
        assert_eq!(initials("厦门示例会计"), "xmslkj");
        assert_eq!(initials("示例旅行社"), "sllxs");
        assert_eq!(initials("女绿欸"), "nla");
        assert_eq!(initials("（）"), "");
    }

    #[test]
    fn tokens_are_plain_unique_and_of_two_families() {
        assert_eq!(search_tokens("平陆"), "u5e73u9646 ppl");
        assert_eq!(search_tokens("平陆县"), "u5e73u9646 u9646u53bf ppl plx pplx");
        assert_eq!(search_tokens("平平平平"), "u5e73u5e73 ppp pppp");
        assert_eq!(search_tokens("平"), "");
        assert_eq!(search_tokens("\u{2B740}县"), "u2b740u53bf");
        assert_eq!(search_tokens("UP"), "u55u50 pup");
    }

    #[test]
    fn what_was_typed() {
        let tokens = |list: &[&str]| list.iter().map(|token| (*token).to_owned()).collect();
        let name = |list: &[&str], text: &str| Query::Name(tokens(list), text.to_owned());
        let letters = |list: &[&str], text: &str| Query::Initials(tokens(list), text.to_owned());
        assert_eq!(parse_query("平陆 县"), name(&["u5e73u9646", "u9646u53bf"], "平陆县"));
        assert_eq!(parse_query("3M"), name(&["u33u4d"], "3M"));
        assert_eq!(parse_query("PL"), letters(&["ppl"], "pl"));
        assert_eq!(parse_query("ｐｌｘｓ"), letters(&["pplx", "plxs"], "plxs"));
        assert_eq!(parse_query("91140829ma0g"), Query::Code("91140829MA0G".to_owned()));
        assert_eq!(parse_query("13221515-0 "), Query::Code("132215150".to_owned()));
        for short in ["", " ", "平", "a", "7", " 平\u{3000}"] {
            assert_eq!(parse_query(short), Query::TooShort, "{short:?}");
        }
        let latin = parse_query("abcdefghijklmnopqrstuvw");
        assert!(matches!(latin, Query::Name(_, text) if text == "ABCDEFGHIJKLMNOPQRSTUVW"));
    }

    #[test]
    fn a_long_query_keeps_few_tokens() {
        let typed: String = ('\u{4E00}'..'\u{4F00}').collect();
        let query = parse_query(&typed);
        assert!(matches!(&query, Query::Name(tokens, _) if tokens.len() == MOST_QUERY_TOKENS));
        assert!(matches(&query, &format!("示例{typed}")));
        assert!(!matches(&query, &typed[3..]));
    }

    #[test]
    fn the_last_look_decides() {
        let name = "平陆县示例果业（有限合伙）";
        for typed in ["示例果业", "果业(有限", "plxs", "SLGY", "yxhh"] {
            assert!(matches(&parse_query(typed), name), "{typed}");
        }
        for typed in ["果示", "业果", "xlp", "平", "91140829MA0GWC5HXQ"] {
            assert!(!matches(&parse_query(typed), name), "{typed}");
        }
    }

    /// Names of the characters that matter: Han, some rare, Latin, digits, both kinds of brackets, blanks.
    fn name() -> impl Strategy<Value = String> {
        "[平陆县银行长重庆示例\u{3400}\u{2B740}A-Ca-cＡ0-9()（）【】 \u{3000}]{0,24}"
    }

    proptest! {
        #[test]
        fn the_short_way_and_the_long_way_agree(name in name()) {
            if let Some(folded) = fold_plain(&name) {
                prop_assert_eq!(folded, one_pass(&one_pass(&name)));
            }
        }

        #[test]
        fn a_second_pass_changes_nothing(raw in "\\PC*|[iIhHaA \u{300}-\u{332}\u{A8}\u{AF}平]*") {
            let once = normalise_name(&raw).into_owned();
            prop_assert!(matches!(normalise_name(&once), Cow::Borrowed(_)));
        }

        #[test]
        fn every_fragment_finds_its_name(name in name(), from in 0..24usize, length in 2..24usize) {
            let normalised = normalise_name(&name).into_owned();
            let fragment: String = normalised.chars().skip(from).take(length).collect();
            let query = parse_query(&fragment);
            if let Query::Name(tokens, _) | Query::Initials(tokens, _) = &query {
                let stored = search_tokens(&name);
                let stored: HashSet<_> = stored.split(' ').collect();
                for token in tokens {
                    prop_assert!(stored.contains(token.as_str()), "{} {}", token, name);
                }
                prop_assert!(matches(&query, &name));
            }
        }

        #[test]
        fn every_run_of_initials_finds_its_name(name in name(), from in 0..24usize, length in 2..20usize) {
            let run: String = initials(&name).chars().skip(from).take(length).collect();
            let query = parse_query(&run);
            if let Query::Initials(tokens, _) = &query {
                let stored = search_tokens(&name);
                for token in tokens {
                    prop_assert!(stored.split(' ').any(|one| one == token));
                }
                prop_assert!(matches(&query, &name));
            }
        }

        #[test]
        fn tokens_are_words_to_any_tokeniser(name in "\\PC*") {
            let stored = search_tokens(&name);
            let mut seen = HashSet::new();
            for token in stored.split(' ').filter(|token| !token.is_empty()) {
                prop_assert!(token.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase()));
                prop_assert!(token.starts_with(['u', 'p']));
                prop_assert!(seen.insert(token));
            }
        }
    }
}
