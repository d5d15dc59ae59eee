//! What follows from two names, and from which of their parts.

use serde::Serialize;

use super::{NamePart, ParsedName, below};

/// What two names say about their bearers. In the order of how far apart they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The same name.
    Same,
    /// Only wording differs: the same firm in all likelihood, which a person confirms.
    LikelySame,
    /// Something is missing or may be a slip.
    Unsure,
    /// A part that tells firms apart is another one.
    Different,
}

impl Verdict {
    /// The word of the interface.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::LikelySame => "likely-same",
            Self::Unsure => "unsure",
            Self::Different => "different",
        }
    }

    /// The verdict in Chinese.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Same => "名称相同",
            Self::LikelySame => "可能是同一家",
            Self::Unsure => "说不准",
            Self::Different => "另一家",
        }
    }
}

/// A part in which two names differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The part.
    pub part: NamePart,
    /// How it stands in the first name; empty where it is missing.
    pub left: String,
    /// How it stands in the second.
    pub right: String,
    /// What follows from this part alone.
    pub verdict: Verdict,
    /// The same in Chinese.
    pub says: String,
}

/// What follows from two names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Likeness {
    /// The verdict: that of the part that is furthest apart.
    pub verdict: Verdict,
    /// The parts that differ, the weightiest first.
    pub differences: Vec<Difference>,
}

impl Likeness {
    /// The reason in Chinese.
    #[must_use]
    pub fn reason(&self) -> String {
        if self.differences.is_empty() {
            return "名称完全相同".to_owned();
        }
        let said: Vec<&str> = self.differences.iter().map(|one| one.says.as_str()).collect();
        said.join("；")
    }

    /// The parts that differ, in Chinese.
    #[must_use]
    pub fn parts(&self) -> String {
        let parts: Vec<&str> = self.differences.iter().map(|one| one.part.label()).collect();
        parts.join("、")
    }
}

pub(super) fn compare(one: &ParsedName, other: &ParsedName) -> Likeness {
    if one.normalised == other.normalised {
        return Likeness { verdict: Verdict::Same, differences: Vec::new() };
    }
    let mut differences = Vec::new();
    if one.folded != other.folded {
        differences.extend(region(one, other));
        differences.extend(body(one, other));
        differences.extend(form(one, other));
        differences.extend(branch(one, other));
        differences.extend(bracket(one, other));
    }
    if differences.is_empty() {
        let says = if one.folded == other.folded {
            "只是简体、繁体或者常见错字的写法不同"
        } else {
            "只是数字、括号等写法不同"
        };
        differences.push(Difference {
            part: NamePart::Writing,
            left: one.normalised.clone(),
            right: other.normalised.clone(),
            verdict: Verdict::LikelySame,
            says: says.to_owned(),
        });
    }
    differences.sort_by_key(|found| std::cmp::Reverse(found.verdict));
    let verdict = differences.first().map_or(Verdict::LikelySame, |found| found.verdict);
    Likeness { verdict, differences }
}

/// A difference in words: what stands here and there, or what is missing.
fn found(part: NamePart, left: &str, right: &str, verdict: Verdict) -> Difference {
    let label = part.label();
    let what = match (left.is_empty(), right.is_empty()) {
        (true, _) => format!("前者没有{label}“{right}”"),
        (_, true) => format!("后者没有{label}“{left}”"),
        _ => format!("{label}“{left}”与“{right}”不同"),
    };
    let says = match verdict {
        Verdict::Different => format!("{what}，是另一家"),
        Verdict::Unsure => format!("{what}，须核对"),
        Verdict::LikelySame | Verdict::Same => what,
    };
    Difference { part, left: left.to_owned(), right: right.to_owned(), verdict, says }
}

fn region(one: &ParsedName, other: &ParsedName) -> Option<Difference> {
    let (left, right) = (one.text(NamePart::Region), other.text(NamePart::Region));
    if left == right {
        return None;
    }
    let within = |codes: &[String], above: &[String]| codes.iter().any(|code| below(above, code));
    let verdict = if left.is_empty()
        || right.is_empty()
        || one.region.iter().any(|code| other.region.contains(code))
    {
        Verdict::LikelySame
    } else if within(&one.region, &other.region) || within(&other.region, &one.region) {
        // Each level registers names of its own, so the same words may be borne at both.
        Verdict::Unsure
    } else {
        Verdict::Different
    };
    let mut difference = found(NamePart::Region, &left, &right, verdict);
    let missing = if left.starts_with(&right) {
        left.strip_prefix(&right)
    } else {
        right.strip_prefix(&left)
    };
    if verdict == Verdict::LikelySame
        && !left.is_empty()
        && !right.is_empty()
        && let Some(missing) = missing
    {
        let whose = if left.len() < right.len() { "前者" } else { "后者" };
        difference.says = format!("{whose}的行政区划少写“{missing}”");
    }
    Some(difference)
}

fn body(one: &ParsedName, other: &ParsedName) -> Option<Difference> {
    use NamePart::{Industry, Ordinal, Trade};
    let (trade, other_trade) = (one.text(Trade), other.text(Trade));
    let (industry, other_industry) = (one.text(Industry), other.text(Industry));
    let whole = format!("{trade}{industry}");
    let other_whole = format!("{other_trade}{other_industry}");
    if whole == other_whole {
        return None;
    }
    if let Some(verdict) = by_ordinal(&whole, &other_whole) {
        return verdict.map(|verdict| found(Ordinal, &whole, &other_whole, verdict));
    }
    let slip = one_apart(&whole, &other_whole)
        .is_some_and(|at| at >= trade.chars().count() || at >= other_trade.chars().count());
    if trade == other_trade {
        let missing = industry.is_empty() || other_industry.is_empty();
        let akin = one.industry_group.is_some() && one.industry_group == other.industry_group;
        let verdict = if missing || akin { Verdict::Unsure } else { Verdict::Different };
        return Some(found(Industry, &industry, &other_industry, verdict));
    }
    if slip && (industry.is_empty() || other_industry.is_empty() || industry != other_industry) {
        let mut difference = found(Industry, &whole, &other_whole, Verdict::Unsure);
        difference.says =
            format!("“{whole}”与“{other_whole}”的行业用语一字不同，可能是错字，须核对");
        return Some(difference);
    }
    Some(found(Trade, &trade, &other_trade, Verdict::Different))
}

fn form(one: &ParsedName, other: &ParsedName) -> Option<Difference> {
    let (left, right) = (one.text(NamePart::Form), other.text(NamePart::Form));
    if left == right {
        return None;
    }
    let verdict = match (&one.form, &other.form) {
        (Some(one), Some(other)) if one.id == other.id => Verdict::LikelySame,
        (Some(one), Some(other)) if one.legal && other.legal => Verdict::Unsure,
        (Some(_), Some(_)) => Verdict::Different,
        (Some(form), None) | (None, Some(form)) if form.legal => Verdict::LikelySame,
        _ => Verdict::Unsure,
    };
    Some(found(NamePart::Form, &left, &right, verdict))
}

fn branch(one: &ParsedName, other: &ParsedName) -> Option<Difference> {
    let (left, right) = (one.text(NamePart::Branch), other.text(NamePart::Branch));
    if left == right {
        return None;
    }
    if left.is_empty() || right.is_empty() {
        let mut difference = found(NamePart::Branch, &left, &right, Verdict::Different);
        let text = if left.is_empty() { &right } else { &left };
        difference.says = format!("“{text}”是分支机构，与所属单位不是同一家");
        return Some(difference);
    }
    if let Some(verdict) = by_ordinal(&left, &right) {
        return verdict.map(|verdict| found(NamePart::Ordinal, &left, &right, verdict));
    }
    let bare = |text: &str| -> String {
        text.chars().filter(|c| !matches!(c, '省' | '市' | '县' | '区' | '(' | ')')).collect()
    };
    let verdict =
        if bare(&left) == bare(&right) { Verdict::LikelySame } else { Verdict::Different };
    Some(found(NamePart::Branch, &left, &right, verdict))
}

fn bracket(one: &ParsedName, other: &ParsedName) -> Option<Difference> {
    let (left, right) = (one.text(NamePart::Bracket), other.text(NamePart::Bracket));
    if left == right {
        return None;
    }
    let missing = left.is_empty() || right.is_empty();
    let verdict = if missing { Verdict::Unsure } else { Verdict::Different };
    Some(found(NamePart::Bracket, &left, &right, verdict))
}

/// Where two texts are the same but for their numbers: what follows from these, and nothing where only their writing differs.
fn by_ordinal(one: &str, other: &str) -> Option<Option<Verdict>> {
    let (bare, numbers) = without_numbers(one);
    let (other_bare, other_numbers) = without_numbers(other);
    if bare != other_bare || (numbers.is_empty() && other_numbers.is_empty()) {
        return None;
    }
    Some(if numbers == other_numbers {
        None
    } else if numbers.is_empty() || other_numbers.is_empty() {
        Some(Verdict::Unsure)
    } else {
        Some(Verdict::Different)
    })
}

/// A text without its numbers (and the 第 before them), and the numbers.
fn without_numbers(text: &str) -> (String, Vec<u32>) {
    let mut bare = String::with_capacity(text.len());
    let mut numbers = Vec::new();
    let mut digits: Vec<char> = Vec::new();
    for character in text.chars().chain(std::iter::once('\0')) {
        if numeral(character).is_some() {
            digits.push(character);
            continue;
        }
        if !digits.is_empty() {
            numbers.push(number(&digits));
            digits.clear();
            if bare.ends_with('第') {
                bare.pop();
            }
        }
        if character != '\0' {
            bare.push(character);
        }
    }
    (bare, numbers)
}

fn numeral(character: char) -> Option<u32> {
    const NUMERALS: [char; 12] =
        ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九', '十', '百'];
    match character {
        '两' => Some(2),
        '壹' => Some(1),
        '贰' => Some(2),
        '叁' => Some(3),
        '百' => Some(100),
        other => other.to_digit(10).or_else(|| {
            NUMERALS.iter().position(|one| *one == other).and_then(|at| u32::try_from(at).ok())
        }),
    }
}

/// The number of a run of numerals, in digits (一二三, 123) or in words (二十三).
fn number(digits: &[char]) -> u32 {
    let mut total = 0_u32;
    let mut last = 0_u32;
    for value in digits.iter().filter_map(|digit| numeral(*digit)) {
        if value == 10 || value == 100 {
            total = total.saturating_add(last.max(1).saturating_mul(value));
            last = 0;
        } else {
            last = last.saturating_mul(10).saturating_add(value);
        }
    }
    total.saturating_add(last)
}

/// Where two texts of one length differ in one character only.
fn one_apart(one: &str, other: &str) -> Option<usize> {
    if one.chars().count() != other.chars().count() {
        return None;
    }
    let mut apart = one.chars().zip(other.chars()).enumerate().filter(|(_, (a, b))| a != b);
    let (at, _) = apart.next()?;
    apart.next().is_none().then_some(at)
}
