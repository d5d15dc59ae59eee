//! Likely subjects for a name that the search did not find, each with the part of the name that differs.
//!
//! A suggestion is a hint to a person. Nothing is merged, taken over or decided by it.

use std::collections::HashMap;

use serde::Serialize;
use xinyong_domain::company_name::{
    Difference, Likeness, NamePart, Verdict, closeness, reads_as, syllable_tokens, syllables,
    token_groups,
};
use xinyong_domain::text::normalise_name;
use xinyong_store::SubjectHit;

use crate::desk::Desk;
use crate::refusal::DeskError;

/// Suggestions for one name.
pub const MOST_SUGGESTIONS: usize = 8;
/// Longest name that is looked at.
const LONGEST_NAME: usize = 100;
/// Subjects that one question to the index may offer.
const OFFERED_EACH: i64 = 60;
/// Subjects whose names are compared.
const MOST_COMPARED: usize = 120;
/// Names of another firm that have less in common than this, in thousandths, help nobody.
const LEAST_CLOSENESS: u32 = 500;

/// A subject that may be meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// Its code; empty where it has none.
    pub code: String,
    /// Its present name.
    pub name: String,
    /// The former name that was compared; empty where it was the present one.
    pub former_name: String,
    /// Its category.
    pub category: String,
    /// Its state of registration.
    pub status: String,
    /// What follows from the names, and from which part: `left` is what was asked for, `right` the register's name.
    pub likeness: Likeness,
    /// What the names have in common, in thousandths.
    pub closeness: u32,
}

/// Likely subjects for a name, the likeliest first.
///
/// # Errors
/// When the store fails.
pub async fn suggest(desk: &Desk, text: &str) -> Result<Vec<Suggestion>, DeskError> {
    let text: String = text.trim().chars().take(LONGEST_NAME).collect();
    if text.chars().nth(1).is_none() {
        return Ok(Vec::new());
    }
    if let Some(wanted) = syllables(&text) {
        return by_reading(desk, &wanted).await;
    }
    let law = desk.law();
    let lexicon = law.names();
    let asked = lexicon.read(&text);
    let key = normalise_name(&text);
    let mut offered: HashMap<i64, (usize, SubjectHit)> = HashMap::new();
    let equal = desk.store().search_beginning(&key, OFFERED_EACH).await?;
    offered.extend(equal.into_iter().map(|hit| (hit.id, (usize::MAX >> 1, hit))));
    for group in token_groups(&asked) {
        for hit in desk.store().search_tokens(&group, OFFERED_EACH).await? {
            offered.entry(hit.id).or_insert((0, hit)).0 += group.len();
        }
    }
    let mut offered: Vec<(usize, SubjectHit)> = offered.into_values().collect();
    offered.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.id.cmp(&other.1.id)));
    offered.truncate(MOST_COMPARED);
    let ids: Vec<i64> = offered.iter().map(|(_, hit)| hit.id).collect();
    let mut names = desk.store().names_of(&ids).await?;
    let mut found = Vec::new();
    for (_, hit) in offered {
        let held = names.remove(&hit.id).unwrap_or_default();
        let best = std::iter::once(&hit.name)
            .chain(held.iter().filter(|name| **name != hit.name))
            .map(|name| {
                let read = lexicon.read(name);
                (lexicon.compare_read(&asked, &read), closeness(&asked, &read), name)
            })
            .min_by_key(|(likeness, closeness, _)| (likeness.verdict, 1_000 - closeness));
        let Some((likeness, closeness, name)) = best else { continue };
        if likeness.verdict > Verdict::LikelySame && closeness < LEAST_CLOSENESS {
            continue;
        }
        let former = if *name == hit.name { String::new() } else { name.clone() };
        found.push(suggestion(hit, former, likeness, closeness));
    }
    Ok(ranked(found))
}

fn ranked(mut found: Vec<Suggestion>) -> Vec<Suggestion> {
    found.sort_by(|one, other| {
        let place = |it: &Suggestion| (it.likeness.verdict, 1_000 - it.closeness.min(1_000));
        place(one)
            .cmp(&place(other))
            .then_with(|| one.likeness.differences.len().cmp(&other.likeness.differences.len()))
            .then_with(|| one.name.cmp(&other.name))
    });
    found.truncate(MOST_SUGGESTIONS);
    found
}

fn suggestion(hit: SubjectHit, former: String, likeness: Likeness, closeness: u32) -> Suggestion {
    Suggestion {
        code: hit.code.unwrap_or_default(),
        name: hit.name,
        former_name: former,
        category: hit.category,
        status: hit.status,
        likeness,
        closeness,
    }
}

/// Names that read as what was typed in pinyin.
async fn by_reading(desk: &Desk, wanted: &[String]) -> Result<Vec<Suggestion>, DeskError> {
    let tokens = syllable_tokens(wanted);
    let offered = desk.store().search_tokens(&tokens, OFFERED_EACH * 8).await?;
    let ids: Vec<i64> = offered.iter().map(|hit| hit.id).collect();
    let names = desk.store().names_of(&ids).await?;
    let typed = wanted.concat();
    let mut found = Vec::new();
    for hit in offered {
        let held = names.get(&hit.id).map(Vec::as_slice).unwrap_or_default();
        let name = std::iter::once(&hit.name).chain(held).find(|name| reads_as(name, wanted));
        let Some(name) = name.cloned() else { continue };
        let likeness = Likeness {
            verdict: Verdict::Unsure,
            differences: vec![Difference {
                part: NamePart::Writing,
                left: typed.clone(),
                right: name.clone(),
                verdict: Verdict::Unsure,
                says: format!("名称读作“{}”，只凭读音说不准，须核对", wanted.join(" ")),
            }],
        };
        let former = if name == hit.name { String::new() } else { name };
        found.push(suggestion(hit, former, likeness, 0));
    }
    Ok(ranked(found))
}
