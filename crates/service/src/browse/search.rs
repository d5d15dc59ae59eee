//! Search by any fragment of a name, by a former name, by the initials of its reading, by code.

use serde::Serialize;
use xinyong_domain::text::{Query, initials, matches, normalise_name, parse_query};
use xinyong_store::SubjectHit;

use crate::desk::Desk;
use crate::refusal::DeskError;

/// Hits on a page; more are only counted, up to the store's limit.
pub const MOST_HITS: usize = 50;
/// Longest query that is looked at.
const LONGEST_QUERY: usize = 100;
/// Candidates the index gives at most.
const CANDIDATES: i64 = 200;

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
    /// The hits, the closest first.
    pub hits: Vec<SearchHit>,
}

/// Searches the register.
///
/// # Errors
/// When the store fails.
pub async fn search(desk: &Desk, text: &str) -> Result<SearchPage, DeskError> {
    let text: String = text.trim().chars().take(LONGEST_QUERY).collect();
    let query = parse_query(&text);
    let store = desk.store();
    let found: Vec<SubjectHit> = match &query {
        Query::TooShort => Vec::new(),
        Query::Code(code) => store.search_code(code, CANDIDATES).await?,
        Query::Name(tokens, _) | Query::Initials(tokens, _) => {
            store.search_tokens(tokens, CANDIDATES).await?
        }
    };
    let limited = i64::try_from(found.len()).unwrap_or(i64::MAX) >= CANDIDATES;
    let mut hits: Vec<SearchHit> =
        found.into_iter().filter_map(|hit| explain(&query, hit)).collect();
    let wanted = normalise_name(&text).into_owned();
    // The whole name first, then a beginning, then the shorter name: what people mean when they type a fragment.
    hits.sort_by_cached_key(|hit| {
        let name = normalise_name(&hit.name).into_owned();
        (name != wanted, hit.found_by as u8, !name.starts_with(&wanted), name.chars().count(), name)
    });
    let too_many = limited || hits.len() > MOST_HITS;
    hits.truncate(MOST_HITS);
    Ok(SearchPage { query: text, too_short: matches!(query, Query::TooShort), too_many, hits })
}

/// The index answers by tokens; what does not hold the fragment itself is dropped here.
fn explain(query: &Query, hit: SubjectHit) -> Option<SearchHit> {
    let (found_by, former_name) = match query {
        Query::TooShort => return None,
        Query::Code(_) => (FoundBy::Code, String::new()),
        Query::Initials(_, wanted) => {
            let own = initials(&hit.name).contains(wanted.as_str()) || matches(query, &hit.name);
            let former = hit.former.iter().find(|name| matches(query, name)).cloned();
            match (own, former) {
                (true, _) => (FoundBy::Initials, String::new()),
                (false, Some(name)) => (FoundBy::FormerName, name),
                (false, None) => return None,
            }
        }
        Query::Name(..) => {
            if matches(query, &hit.name) {
                (FoundBy::Name, String::new())
            } else {
                let former = hit.former.iter().find(|name| matches(query, name))?.clone();
                (FoundBy::FormerName, former)
            }
        }
    };
    Some(SearchHit {
        code: hit.code.unwrap_or_default(),
        name: hit.name,
        category: hit.category,
        status: hit.status,
        found_by,
        former_name,
    })
}
