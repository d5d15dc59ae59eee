//! Search by any fragment of a name, by a former name, by the initials of its reading, by code.

use std::collections::BTreeSet;

use serde::Serialize;
use xinyong_domain::text::{Query, initials, matched_part, matches, normalise_name, parse_query};
use xinyong_store::{SubjectFilter, SubjectHit};

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
    let store = desk.store();
    let among = SubjectFilter { category: asked(&filter.category), status: asked(&filter.status) };
    // No subject has a sign in these that nobody can type, and not every engine can be asked for one.
    let nothing = [&filter.category, &filter.status].iter().any(|text| text.contains('\0'));
    let found: Vec<SubjectHit> = match &query {
        _ if nothing => Vec::new(),
        Query::TooShort => Vec::new(),
        Query::Code(code) => store.search_code(code, &among, CANDIDATES).await?,
        Query::Name(tokens, _) | Query::Initials(tokens, _) => {
            store.search_tokens(tokens, &among, CANDIDATES).await?
        }
    };
    let limited = i64::try_from(found.len()).unwrap_or(i64::MAX) >= CANDIDATES;
    let mut hits: Vec<SearchHit> =
        found.into_iter().filter_map(|hit| explain(&query, hit)).collect();
    let mut statuses: BTreeSet<String> = hits.iter().map(|hit| hit.status.clone()).collect();
    statuses.extend(among.status);
    let wanted = normalise_name(&text).into_owned();
    // The whole name first, then a beginning, then the shorter name: what people mean when they type a fragment.
    hits.sort_by_cached_key(|hit| {
        let name = normalise_name(&hit.name).into_owned();
        (name != wanted, hit.found_by as u8, !name.starts_with(&wanted), name.chars().count(), name)
    });
    let too_many = limited || hits.len() > MOST_HITS;
    hits.truncate(MOST_HITS);
    Ok(SearchPage {
        query: text,
        too_short: matches!(query, Query::TooShort),
        too_many,
        statuses: statuses.into_iter().collect(),
        hits,
    })
}

fn asked(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// The index answers by tokens; what does not hold the fragment itself is dropped here.
fn explain(query: &Query, hit: SubjectHit) -> Option<SearchHit> {
    let part = |name: &str| matched_part(query, name).unwrap_or_default().to_owned();
    let own = |found_by| Some((found_by, String::new(), part(&hit.name)));
    let mut code_kind = String::new();
    let (found_by, former_name, matched) = match query {
        Query::TooShort => None,
        Query::Code(code) => {
            let other =
                hit.met.filter(|_| !hit.code.as_deref().unwrap_or_default().starts_with(code));
            code_kind = other.map(|(kind, _)| kind).unwrap_or_default();
            Some((FoundBy::Code, String::new(), code.clone()))
        }
        Query::Initials(_, wanted)
            if initials(&hit.name).contains(wanted.as_str()) || matches(query, &hit.name) =>
        {
            own(FoundBy::Initials)
        }
        Query::Name(..) if matches(query, &hit.name) => own(FoundBy::Name),
        Query::Initials(..) | Query::Name(..) => hit
            .former
            .iter()
            .find(|name| matches(query, name))
            .map(|name| (FoundBy::FormerName, name.clone(), part(name))),
    }?;
    Some(SearchHit {
        code: hit.code.unwrap_or_default(),
        name: hit.name,
        category: hit.category,
        status: hit.status,
        found_by,
        former_name,
        code_kind,
        matched,
    })
}
