//! `GET /search?q=`

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;
use xinyong_domain::company_name::Verdict;
use xinyong_domain::party::PartyCategory;
use xinyong_service::browse::{self, FoundBy, SearchFilter, SearchHit, Suggestion};

use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, Choice, Page};
use crate::ui::words;
use crate::url;

/// A text with the part that was met.
struct Marked {
    before: String,
    met: String,
    after: String,
}

struct Reason {
    by: &'static str,
    text: Marked,
}

struct Hit {
    href: String,
    name: Marked,
    code: Marked,
    kind: String,
    town: String,
    standing: Chip,
    reason: Reason,
}

#[derive(Template)]
#[template(path = "portal/search.html")]
struct Search {
    page: Page,
    q: String,
    state: &'static str,
    short_help: &'static str,
    total: String,
    categories: Vec<Choice>,
    statuses: Vec<Choice>,
    filtered: bool,
    clear_href: String,
    hits: Vec<Hit>,
    likely: Vec<Likely>,
    tips: Vec<&'static str>,
}

/// A subject that may be meant.
struct Likely {
    href: String,
    text: String,
    former: String,
    code: String,
    standing: Chip,
    verdict: Chip,
    parts: String,
    reason: String,
}

/// What is searched for.
#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    category: String,
    #[serde(default)]
    status: String,
}

const TIPS: [&str; 4] = [
    "名称可以只输其中连续的几个字，不必写全称。",
    "也可以输入名称的拼音首字母，或者曾用名称。",
    "统一社会信用代码可以输入全部 18 位，也可以只输开头几位。",
    "自然人不在公示之列，查不到。",
];

const NARROW: [&str; 2] =
    ["再多输几个字，或者直接输入统一社会信用代码。", "也可以按主体类别和登记状态筛选。"];

/// The search page: how to search, or what was found.
///
/// # Errors
/// When the store fails.
pub async fn search(frame: Frame, Query(asked): Query<Asked>) -> Result<Response, PageError> {
    let filter = SearchFilter { category: asked.category, status: asked.status };
    let found = browse::search_within(frame.site.desk(), &asked.q, &filter).await?;
    let filtered = filter != SearchFilter::default();
    let state = match (&found, found.hits.is_empty()) {
        _ if found.query.is_empty() => "start",
        (page, _) if page.too_short => "short",
        (page, _) if page.too_many => "many",
        (_, true) => "empty",
        _ => "found",
    };
    let total = match state {
        "many" if found.hits.is_empty() => String::new(),
        "many" => format!("相符的较多，先列出最接近的 {} 个", found.hits.len()),
        _ => format!("共 {} 个主体", found.hits.len()),
    };
    // Only where nothing was found: it asks the index many questions.
    let likely = if state == "empty" && !filtered {
        let offered = browse::suggest(frame.site.desk(), &found.query).await?;
        offered.into_iter().map(likely).collect()
    } else {
        Vec::new()
    };
    let mut statuses = vec![Choice::new("", "全部登记状态", &filter.status)];
    statuses.extend(
        found
            .statuses
            .iter()
            .filter(|status| !status.is_empty())
            .map(|status| Choice::new(status, words::status(status).text, &filter.status)),
    );
    let mut categories = vec![Choice::new("", "全部主体类别", &filter.category)];
    categories.extend(
        [PartyCategory::Organisation, PartyCategory::IndividualBusiness]
            .map(|held| Choice::new(held.as_str(), held.label(), &filter.category)),
    );
    let towns = browse::towns_of(frame.site.desk(), &found.hits).await?;
    let hits = found.hits.iter().zip(towns);
    let drawn = draw(&Search {
        page: frame.portal("信用查询", "/search"),
        state,
        short_help: "请至少输入名称中连续的两个字，或两个以上的拼音首字母。",
        total,
        categories,
        statuses,
        filtered,
        clear_href: url::with_query("/search", &[("q", &found.query)]),
        hits: hits.map(|(hit, town)| shown(&found.query, hit, town)).collect(),
        likely,
        tips: if state == "many" { NARROW.to_vec() } else { TIPS.to_vec() },
        q: found.query,
    })?;
    Ok(super::unindexed(drawn))
}

fn likely(one: Suggestion) -> Likely {
    let tone = match one.likeness.verdict {
        Verdict::Same | Verdict::LikelySame => "info",
        Verdict::Unsure => "neutral",
        Verdict::Different => "warn",
    };
    Likely {
        href: words::subject_href(&one.code),
        text: one.name,
        former: one.former_name,
        code: one.code,
        standing: words::status(&one.status),
        verdict: Chip::new(one.likeness.verdict.label(), tone),
        parts: one.likeness.parts(),
        reason: one.likeness.reason(),
    }
}

/// A text with the first place marked where the part stands in it.
fn marked(text: &str, part: &str) -> Marked {
    let (before, met, after) = match text.split_once(part).filter(|_| !part.is_empty()) {
        Some((before, after)) => (before, part, after),
        None => (text, "", ""),
    };
    Marked { before: before.to_owned(), met: met.to_owned(), after: after.to_owned() }
}

fn shown(query: &str, hit: &SearchHit, town: String) -> Hit {
    let in_name = matches!(hit.found_by, FoundBy::Name | FoundBy::Initials);
    let (by, text) = match hit.found_by {
        FoundBy::FormerName => ("曾用名", marked(&hit.former_name, &hit.matched)),
        FoundBy::Initials => ("首字母", marked(&format!("名称的拼音首字母含有“{query}”"), "")),
        FoundBy::Code if hit.code_kind.is_empty() => {
            ("统一社会信用代码", marked(&format!("以“{}”开头", hit.matched), ""))
        }
        FoundBy::Code => {
            let label = super::subject::code_label(&hit.code_kind);
            (label, marked(&format!("以“{}”开头", hit.matched), ""))
        }
        // The mark in the name says it.
        FoundBy::Name => ("", marked("", "")),
    };
    Hit {
        href: words::subject_href(&hit.code),
        name: marked(&hit.name, if in_name { &hit.matched } else { "" }),
        code: marked(&hit.code, if hit.found_by == FoundBy::Code { &hit.matched } else { "" }),
        kind: words::category(&hit.category).to_owned(),
        town,
        standing: words::status(&hit.status),
        reason: Reason { by, text },
    }
}
