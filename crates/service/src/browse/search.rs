//! Search by any fragment of a name, by a former name, by the initials of its reading, by code.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::Serialize;
use xinyong_domain::text::{Query, matched_part, matches, normalise_name, parse_query};
use xinyong_store::{Met, Store, SubjectHit};

use crate::desk::Desk;
use crate::refusal::DeskError;

/// Hits on a page; more are only counted, up to the store's limit.
pub const MOST_HITS: usize = 50;
/// Longest query that is looked at.
const LONGEST_QUERY: usize = 100;
/// Candidates that are asked of the index, and as many more as are ever looked at where those were not enough for a page: a
/// fragment that half of the county bears must not cost more than one that somebody can use.
const CANDIDATES: [i64; 2] = [100, 2_000];

/// Why something was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FoundBy {
    /// The present name holds the fragment.
    Name,
    /// A former name does.
    FormerName,
    /// The initials of the reading do.
    Initials,
    /// The code begins with it.
    Code,
}

/// One subject that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SearchHit {
    #[serde(skip)]
    id: i64,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its category.
    pub category: String,
    /// Its status.
    pub status: String,
    /// Why it was found.
    pub found_by: FoundBy,
    /// The former name that held the fragment.
    pub former_name: String,
    /// Kind of the code that was met, empty for the unified social credit code.
    pub code_kind: String,
    /// The part that was met, as it stands in the name, the former name or the code; empty where it cannot be pointed at.
    pub matched: String,
}

/// Which of the hits are wanted; empty texts ask for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchFilter {
    /// The category.
    pub category: String,
    /// The state of registration.
    pub status: String,
}

/// What a search came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SearchPage {
    /// The query as it was understood.
    pub query: String,
    /// The query was too short to search for.
    pub too_short: bool,
    /// There are more than the page holds.
    pub too_many: bool,
    /// States of registration among what was found, and the one that was filtered for.
    pub statuses: Vec<String>,
    /// The hits, the closest first.
    pub hits: Vec<SearchHit>,
}

/// Searches the register.
///
/// # Errors
/// When the store fails.
pub async fn search(desk: &Desk, text: &str) -> Result<SearchPage, DeskError> {
    search_within(desk, text, &SearchFilter::default()).await
}

/// Searches the register and keeps only what the filter asks for.
///
/// # Errors
/// When the store fails.
pub async fn search_within(
    desk: &Desk,
    text: &str,
    filter: &SearchFilter,
) -> Result<SearchPage, DeskError> {
    let text: String = text.trim().chars().take(LONGEST_QUERY).collect();
    let query = parse_query(&text);
    let mut found = Vec::new();
    let mut statuses = BTreeSet::new();
    let mut limited = false;
    for most in CANDIDATES {
        let candidates;
        (candidates, limited) = offered(desk.store(), &query, most).await?;
        found = sift(desk.store(), &query, candidates).await?;
        statuses = found.iter().map(|one| one.hit.status.clone()).collect();
        found.retain(|one| filter.admits(&one.hit));
        if !limited || found.len() > MOST_HITS {
            break;
        }
    }
    if !filter.status.is_empty() {
        statuses.insert(filter.status.clone());
    }
    let wanted = normalise_name(&text);
    // The whole name first, then a beginning, then the shorter name: what people mean when they type a fragment.
    found.sort_by(|one, other| one.place(&wanted).cmp(&other.place(&wanted)));
    let too_many = limited || found.len() > MOST_HITS;
    found.truncate(MOST_HITS);
    let found = joined(desk.store(), found).await?;
    Ok(SearchPage {
        too_short: matches!(query, Query::TooShort),
        too_many,
        statuses: statuses.into_iter().collect(),
        hits: found.into_iter().map(|one| one.explained(&query)).collect(),
        query: text,
    })
}

/// In which town the register says that each of the hits is, in their order; empty where it says nothing.
///
/// # Errors
/// When the store fails.
pub async fn towns_of(desk: &Desk, hits: &[SearchHit]) -> Result<Vec<String>, DeskError> {
    const TOWN: &str = "town";
    // What the page of a subject does not show, no list of subjects does.
    let law = desk.law();
    let field = law.registry().position(TOWN).and_then(|place| law.registry().fields.get(place));
    if !field.is_some_and(|field| field.public) {
        return Ok(vec![String::new(); hits.len()]);
    }
    let ids: Vec<i64> = hits.iter().map(|hit| hit.id).collect();
    let subjects = desk.store().subjects(&ids).await?;
    let town = |hit: &SearchHit| {
        let subject = subjects.get(&hit.id)?;
        let mut details: HashMap<String, String> = serde_json::from_str(&subject.details).ok()?;
        details.remove(TOWN)
    };
    Ok(hits.iter().map(|hit| town(hit).unwrap_or_default()).collect())
}

/// The kind of a code under which an entry stands that was found to be another subject.
const JOINED_CODE: &str = "joined";

/// What was found to be another subject is shown as that one, once.
async fn joined(store: &Store, found: Vec<Found>) -> Result<Vec<Found>, DeskError> {
    let ids: Vec<i64> = found.iter().map(|one| one.hit.id).collect();
    let roots = store.roots(&ids).await?;
    if roots.is_empty() {
        return Ok(found);
    }
    let wanted: Vec<i64> = roots.values().copied().collect();
    let subjects = store.subjects(&wanted).await?;
    let mut seen: HashSet<i64> = ids.into_iter().filter(|id| !roots.contains_key(id)).collect();
    let mut shown = Vec::with_capacity(found.len());
    for mut one in found {
        let Some(root) = roots.get(&one.hit.id) else {
            shown.push(one);
            continue;
        };
        let Some(subject) = subjects.get(root).filter(|_| seen.insert(*root)) else { continue };
        if one.by == FoundBy::Code {
            let code = one.hit.code.clone().unwrap_or_default();
            one.hit.met = Some(Met::Code(JOINED_CODE.to_owned(), code));
        } else {
            one.by = FoundBy::FormerName;
            if one.former.is_empty() {
                one.former.clone_from(&one.hit.name);
            }
        }
        one.hit.id = subject.id;
        one.hit.code.clone_from(&subject.code);
        one.hit.name.clone_from(&subject.name);
        one.hit.name_key.clone_from(&subject.name_key);
        one.hit.status.clone_from(&subject.status);
        one.hit.category.clone_from(&subject.category);
        shown.push(one);
    }
    Ok(shown)
}

impl SearchFilter {
    fn admits(&self, hit: &SubjectHit) -> bool {
        (self.category.is_empty() || self.category == hit.category)
            && (self.status.is_empty() || self.status == hit.status)
    }
}

/// What the indexes offer, names that begin so before names that hold it somewhere, and whether there may be more.
async fn offered(
    store: &Store,
    query: &Query,
    most: i64,
) -> Result<(Vec<SubjectHit>, bool), DeskError> {
    let full = |hits: &[SubjectHit]| i64::try_from(hits.len()).is_ok_and(|count| count >= most);
    let (tokens, mut found) = match query {
        Query::TooShort => return Ok((Vec::new(), false)),
        Query::Code(code) => {
            let found = store.search_code(code, most).await?;
            let limited = full(&found);
            return Ok((found, limited));
        }
        Query::Initials(tokens, _) => (tokens, Vec::new()),
        Query::Name(tokens, fragment) => (tokens, store.search_beginning(fragment, most).await?),
    };
    let mut limited = full(&found);
    if !limited {
        let others = store.search_tokens(tokens, most).await?;
        limited = full(&others);
        found.extend(others);
    }
    let mut seen = HashSet::new();
    found.retain(|hit| seen.insert(hit.id));
    Ok((found, limited))
}

/// A candidate that holds what was asked for.
struct Found {
    hit: SubjectHit,
    by: FoundBy,
    former: String,
}

/// The indexes answer by tokens; what does not hold the fragment itself is dropped here. Former names are fetched only where the
/// present one does not hold it.
async fn sift(
    store: &Store,
    query: &Query,
    candidates: Vec<SubjectHit>,
) -> Result<Vec<Found>, DeskError> {
    let own = match query {
        Query::TooShort => return Ok(Vec::new()),
        Query::Code(_) => FoundBy::Code,
        Query::Initials(..) => FoundBy::Initials,
        Query::Name(..) => FoundBy::Name,
    };
    let by_own = |hit: &SubjectHit| own == FoundBy::Code || matches(query, &hit.name);
    let (found, others): (Vec<SubjectHit>, Vec<SubjectHit>) =
        candidates.into_iter().partition(by_own);
    let mut found: Vec<Found> =
        found.into_iter().map(|hit| Found { hit, by: own, former: String::new() }).collect();
    let unknown: Vec<i64> = others
        .iter()
        .filter(|hit| !matches!(hit.met, Some(Met::Name(_))))
        .map(|hit| hit.id)
        .collect();
    let mut names: HashMap<i64, Vec<String>> = store.names_of(&unknown).await?;
    for hit in others {
        let held = match &hit.met {
            Some(Met::Name(name)) => vec![name.clone()],
            _ => names.remove(&hit.id).unwrap_or_default(),
        };
        if let Some(former) = held.into_iter().find(|name| matches(query, name)) {
            found.push(Found { hit, by: FoundBy::FormerName, former });
        }
    }
    Ok(found)
}

impl Found {
    /// Its place among the hits, the smallest first.
    fn place(&self, wanted: &str) -> (bool, u8, bool, usize, &str) {
        let name = self.hit.name_key.as_str();
        (name != wanted, self.by as u8, !name.starts_with(wanted), name.chars().count(), name)
    }

    fn explained(self, query: &Query) -> SearchHit {
        let part = |name: &str| matched_part(query, name).unwrap_or_default().to_owned();
        let code = self.hit.code.unwrap_or_default();
        let matched = match (query, self.by) {
            (Query::Code(code), _) => code.clone(),
            (_, FoundBy::FormerName) => part(&self.former),
            _ => part(&self.hit.name),
        };
        let code_kind = match self.hit.met {
            Some(Met::Code(kind, _)) if !code.starts_with(&matched) => kind,
            _ => String::new(),
        };
        SearchHit {
            id: self.hit.id,
            code,
            name: self.hit.name,
            category: self.hit.category,
            status: self.hit.status,
            found_by: self.by,
            former_name: self.former,
            code_kind,
            matched,
        }
    }
}
