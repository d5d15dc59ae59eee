//! Company names: region, trade name, industry, form and branch, as the rules on names have them.
//!
//! A name is read into its parts ([`NameLexicon::read`]); the words by which they are known are code lists of the law folder.
//! The parts in order are the name again. What follows from two names is in `compare`: a hint to a person, never an identity.

mod compare;
mod fold;
mod likely;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use serde::Serialize;

use crate::law::{CodeList, Region};

pub use compare::{Difference, Likeness, Verdict};
pub use fold::fold_name;
pub use likely::{closeness, reads_as, syllable_tokens, syllables, token_groups};

/// Ends of region names, the longer first; without them the name is its short form.
const REGION_ENDS: [&str; 15] = [
    "维吾尔自治区",
    "壮族自治区",
    "回族自治区",
    "特别行政区",
    "自治区",
    "自治县",
    "自治州",
    "自治旗",
    "地区",
    "省",
    "市",
    "县",
    "区",
    "旗",
    "盟",
];

/// Shortest trade name where there is one: the rules ask for two characters.
const SHORTEST_TRADE: usize = 2;

/// Regions written one after the other: province, city, county.
const MOST_REGIONS: usize = 3;

/// What a part of a name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NamePart {
    /// 行政区划.
    Region,
    /// 字号.
    Trade,
    /// 行业或者经营特点.
    Industry,
    /// 组织形式.
    Form,
    /// What follows the form: a branch.
    Branch,
    /// A place or remark in brackets.
    Bracket,
    /// A number that tells one from the next.
    Ordinal,
    /// Spelling only: traditional characters, numerals.
    Writing,
}

impl NamePart {
    /// Its name in Chinese.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Region => "行政区划",
            Self::Trade => "字号",
            Self::Industry => "行业用语",
            Self::Form => "组织形式",
            Self::Branch => "分支机构",
            Self::Bracket => "括号里的字",
            Self::Ordinal => "序号",
            Self::Writing => "写法",
        }
    }
}

/// A part of a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// What it is.
    pub kind: NamePart,
    /// How it is written, normalised and in simplified characters.
    pub text: String,
}

/// A name with its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedName {
    normalised: String,
    folded: String,
    parts: Vec<Part>,
    /// Codes the last region may have; several where regions share a name.
    region: Vec<String>,
    form: Option<FormOf>,
    industry_group: Option<String>,
}

/// The form of a name: the id in its code list, or the word for a place of business.
#[derive(Debug, Clone, PartialEq, Eq)]
struct FormOf {
    id: String,
    legal: bool,
}

impl ParsedName {
    /// The parts, in the order of the name.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The name as it is compared: normalised, in simplified characters.
    #[must_use]
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// All parts of a kind, joined.
    #[must_use]
    pub fn text(&self, kind: NamePart) -> String {
        self.parts.iter().filter(|part| part.kind == kind).map(|part| part.text.as_str()).collect()
    }

    /// What tells the name from others: trade name and industry, with what stands around them. The search for likely names
    /// asks for this, since region and form are shared by half of a county.
    #[must_use]
    pub fn distinctive(&self) -> String {
        self.parts
            .iter()
            .filter(|part| matches!(part.kind, NamePart::Trade | NamePart::Industry))
            .map(|part| part.text.as_str())
            .collect()
    }
}

#[derive(Debug, Clone)]
struct RegionSpelling {
    code: String,
    short: bool,
}

/// The words by which parts of names are known.
#[derive(Debug, Clone, Default)]
pub struct NameLexicon {
    regions: HashMap<String, Vec<RegionSpelling>>,
    longest_region: usize,
    /// Form words with their ids, by first character, the longest first.
    forms: HashMap<char, Vec<(String, String)>>,
    branches: HashSet<String>,
    places: HashSet<String>,
    industries: HashMap<String, String>,
    longest_end: usize,
}

impl NameLexicon {
    /// Made of the regions and code lists of the law; a list that is absent knows no words.
    #[must_use]
    pub fn new(regions: &[Region], codes: &BTreeMap<String, Arc<CodeList>>) -> Self {
        let mut lexicon = Self::default();
        for region in regions {
            lexicon.add_region(region);
        }
        for (word, id) in words(codes, "name-form") {
            if let Some(first) = word.chars().next() {
                lexicon.forms.entry(first).or_default().push((word, id));
            }
        }
        for held in lexicon.forms.values_mut() {
            held.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        }
        for (word, id) in words(codes, "name-place-of-business") {
            lexicon.longest_end = lexicon.longest_end.max(word.chars().count());
            let held = if id == "branch" { &mut lexicon.branches } else { &mut lexicon.places };
            held.insert(word);
        }
        for (word, id) in words(codes, "name-industry") {
            lexicon.longest_end = lexicon.longest_end.max(word.chars().count());
            lexicon.industries.insert(word, id);
        }
        lexicon
    }

    fn add_region(&mut self, region: &Region) {
        let mut add = |spelling: &str, short: bool| {
            self.longest_region = self.longest_region.max(spelling.chars().count());
            let spelling_of = RegionSpelling { code: region.code.clone(), short };
            self.regions.entry(spelling.to_owned()).or_default().push(spelling_of);
        };
        add(&region.name, false);
        let stem = REGION_ENDS.iter().find_map(|end| region.name.strip_suffix(end));
        if let Some(stem) = stem.filter(|stem| stem.chars().count() >= 2) {
            add(stem, true);
            if region.level == "2" {
                // Before it was a city it was a prefecture, and many names are older.
                add(&format!("{stem}地区"), false);
            }
        }
    }

    /// Reads a name into its parts.
    #[must_use]
    pub fn read(&self, name: &str) -> ParsedName {
        let normalised = crate::text::normalise_name(name).into_owned();
        let folded = fold_name(&normalised);
        let chars: Vec<char> = folded.chars().collect();
        let mut reading = Reading { lexicon: self, chars: &chars };
        let (mut parts, region, form, industry_group) = reading.parts();
        parts.retain(|part| !part.text.is_empty());
        ParsedName { parts, region, form, industry_group, folded, normalised }
    }

    /// What follows from two names.
    #[must_use]
    pub fn compare(&self, one: &str, other: &str) -> Likeness {
        compare::compare(&self.read(one), &self.read(other))
    }

    /// What follows from two names that have been read.
    #[must_use]
    pub fn compare_read(&self, one: &ParsedName, other: &ParsedName) -> Likeness {
        compare::compare(one, other)
    }
}

fn words(
    codes: &BTreeMap<String, Arc<CodeList>>,
    list: &str,
) -> impl Iterator<Item = (String, String)> {
    codes.get(list).into_iter().flat_map(|list| &list.codes).flat_map(|code| {
        std::iter::once(&code.label)
            .chain(&code.aliases)
            .map(|word| (word.clone(), code.id.clone()))
    })
}

struct Reading<'l> {
    lexicon: &'l NameLexicon,
    chars: &'l [char],
}

type Parts = (Vec<Part>, Vec<String>, Option<FormOf>, Option<String>);

impl Reading<'_> {
    fn slice(&self, from: usize, to: usize) -> String {
        self.chars.get(from..to).unwrap_or_default().iter().collect()
    }

    fn part(&self, kind: NamePart, from: usize, to: usize) -> Part {
        Part { kind, text: self.slice(from, to) }
    }

    fn parts(&mut self) -> Parts {
        let mut regions = self.regions();
        let mut start = regions.last().map_or(0, |region| region.1);
        let end = self.end(start);
        let (mut body, mut group) = self.body(start, end.from, !regions.is_empty());
        // A short region name alone before an industry is a trade name: 长安商贸. A province is a region all the same.
        let has_trade = body.iter().any(|part| part.kind == NamePart::Trade);
        let doubtful = regions.last().is_some_and(|(_, _, codes, short)| {
            *short && !codes.iter().any(|code| code.ends_with("0000"))
        });
        if !has_trade && doubtful {
            regions.pop();
            start = regions.last().map_or(0, |region| region.1);
            (body, group) = self.body(start, end.from, !regions.is_empty());
        }
        let mut parts: Vec<Part> =
            regions.iter().map(|(from, to, ..)| self.part(NamePart::Region, *from, *to)).collect();
        parts.extend(body);
        parts.push(self.part(NamePart::Form, end.from, end.to));
        let tail = self.chars.get(end.to..).unwrap_or_default();
        let bracketed = tail.first() == Some(&'(')
            && tail.iter().position(|c| *c == ')') == tail.len().checked_sub(1);
        let kind = if bracketed { NamePart::Bracket } else { NamePart::Branch };
        parts.push(self.part(kind, end.to, self.chars.len()));
        let region = regions.pop().map(|(_, _, codes, _)| codes).unwrap_or_default();
        (parts, region, end.form, group)
    }

    /// The regions at the head: from, to, the codes they may have, whether in short.
    fn regions(&self) -> Vec<(usize, usize, Vec<String>, bool)> {
        let mut found: Vec<(usize, usize, Vec<String>, bool)> = Vec::new();
        let mut at = 0;
        while found.len() < MOST_REGIONS {
            let most = self.lexicon.longest_region.min(self.chars.len().saturating_sub(at));
            let next = (2..=most).rev().find_map(|length| {
                let spellings = self.lexicon.regions.get(&self.slice(at, at + length))?;
                let within: Vec<&RegionSpelling> = spellings
                    .iter()
                    .filter(|one| found.last().is_none_or(|last| below(&last.2, &one.code)))
                    .collect();
                let short = within.iter().all(|one| one.short);
                let codes: Vec<String> = within.iter().map(|one| one.code.clone()).collect();
                (!codes.is_empty()).then_some((at, at + length, codes, short))
            });
            let Some(next) = next else { break };
            at = next.1;
            found.push(next);
        }
        found
    }

    /// Where the form stands: the first form of a legal person, or else the word for the place at the very end.
    fn end(&self, start: usize) -> End {
        let count = self.chars.len();
        for at in start..count {
            let Some(forms) = self.chars.get(at).and_then(|first| self.lexicon.forms.get(first))
            else {
                continue;
            };
            for (word, id) in forms {
                let to = at + word.chars().count();
                if to > count || self.slice(at, to) != *word {
                    continue;
                }
                // 某某集团山西有限公司: the group is part of the name of its subsidiary.
                let last = to == count || self.chars.get(to) == Some(&'(');
                if word == "集团" && !last {
                    continue;
                }
                let form = Some(FormOf { id: id.clone(), legal: true });
                return End { from: at, to, form };
            }
        }
        let to = if self.chars.last() == Some(&')') {
            self.chars.iter().rposition(|c| *c == '(').filter(|at| *at > start).unwrap_or(count)
        } else {
            count
        };
        for length in (1..=self.lexicon.longest_end.min(to.saturating_sub(start))).rev() {
            let word = self.slice(to - length, to);
            if self.lexicon.places.contains(&word) || self.lexicon.branches.contains(&word) {
                return End {
                    from: to - length,
                    to,
                    form: Some(FormOf { id: word, legal: false }),
                };
            }
        }
        End { from: to, to, form: None }
    }

    /// Trade name, industry and brackets between region and form, and the group of the last industry word.
    fn body(&self, from: usize, to: usize, has_region: bool) -> (Vec<Part>, Option<String>) {
        let mut parts = Vec::new();
        let mut at = from;
        let mut open = from;
        while at < to {
            if self.chars.get(at) == Some(&'(')
                && let Some(length) =
                    self.chars.get(at..to).and_then(|rest| rest.iter().position(|c| *c == ')'))
            {
                parts.push(self.part(NamePart::Trade, open, at));
                parts.push(self.part(NamePart::Bracket, at, at + length + 1));
                at += length + 1;
                open = at;
            } else {
                at += 1;
            }
        }
        let before = !parts.is_empty();
        let mut cut = to;
        let mut group = None;
        loop {
            let most = self.lexicon.longest_end.min(cut - open);
            let word = (1..=most).rev().find_map(|length| {
                let left = cut - length - open;
                let enough = left >= SHORTEST_TRADE || left == 0 && (before || has_region);
                let id = self.lexicon.industries.get(&self.slice(cut - length, cut))?;
                enough.then_some((length, id))
            });
            let Some((length, id)) = word else { break };
            group.get_or_insert_with(|| id.clone());
            cut -= length;
        }
        parts.push(self.part(NamePart::Trade, open, cut));
        parts.push(self.part(NamePart::Industry, cut, to));
        parts.retain(|part| !part.text.is_empty());
        (parts, group)
    }
}

struct End {
    from: usize,
    to: usize,
    form: Option<FormOf>,
}

/// A region code without the zeros that stand for "all of it".
fn stem(code: &str) -> &str {
    let mut stem = code;
    while stem.len() > 2 && stem.ends_with("00") {
        stem = stem.get(..stem.len() - 2).unwrap_or_default();
    }
    stem
}

/// Whether a region lies in one of these.
fn below(codes: &[String], code: &str) -> bool {
    codes.iter().any(|above| above != code && code.starts_with(stem(above)))
}

#[cfg(test)]
mod tests;
