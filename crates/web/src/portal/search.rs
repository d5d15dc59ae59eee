//! `GET /search?q=`

use askama::Template;
use axum::extract::Query;
use axum::response::Html;
use serde::Deserialize;
use xinyong_service::browse::{self, SearchHit};

use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, Page};
use crate::ui::words;

struct Reason {
    by: &'static str,
    text: String,
}

struct Hit {
    href: String,
    name: String,
    code: String,
    kind: String,
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
    hits: Vec<Hit>,
    tips: Vec<&'static str>,
}

/// What is searched for.
#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
}

const TIPS: [&str; 4] = [
    "名称可以只输其中连续的几个字，不必写全称。",
    "也可以输入名称的拼音首字母，或者曾用名称。",
    "统一社会信用代码可以输入全部 18 位，也可以只输开头几位。",
    "自然人不在公示之列，查不到。",
];

/// The search page: how to search, or what was found.
///
/// # Errors
/// When the store fails.
pub async fn search(frame: Frame, Query(asked): Query<Asked>) -> Result<Html<String>, PageError> {
    let title = frame.portal("信用查询", "/search");
    if asked.q.trim().is_empty() {
        return draw(&Search {
            page: title,
            q: String::new(),
            state: "start",
            short_help: "",
            total: String::new(),
            hits: Vec::new(),
            tips: TIPS.to_vec(),
        });
    }
    let found = browse::search(frame.site.desk(), &asked.q).await?;
    let state = match (&found, found.hits.is_empty()) {
        (page, _) if page.too_short => "short",
        (_, true) => "empty",
        (page, _) if page.too_many => "many",
        _ => "found",
    };
    let total = match state {
        "many" => format!("相符的较多，先列出最接近的 {} 个", found.hits.len()),
        _ => format!("共 {} 个主体", found.hits.len()),
    };
    let tips = match state {
        "many" => vec!["再多输几个字，或者直接输入统一社会信用代码。"],
        _ => TIPS.to_vec(),
    };
    draw(&Search {
        page: title,
        state,
        short_help: "请至少输入名称中连续的两个字，或三个以上的拼音首字母。",
        total,
        hits: found.hits.iter().map(|hit| shown(&found.query, hit)).collect(),
        tips,
        q: found.query.clone(),
    })
}

fn shown(query: &str, hit: &SearchHit) -> Hit {
    let word = serde_json::to_value(hit.found_by).unwrap_or_default();
    let (by, text) = match word.as_str().unwrap_or_default() {
        "former-name" => ("曾用名", format!("曾用名“{}”", hit.former_name)),
        "initials" => ("首字母", format!("名称的拼音首字母含有“{query}”")),
        "code" => ("代码", format!("代码以“{query}”开头")),
        _ => ("名称", format!("名称中含有“{query}”")),
    };
    Hit {
        href: words::subject_href(&hit.code),
        name: hit.name.clone(),
        code: hit.code.clone(),
        kind: words::category(&hit.category).to_owned(),
        standing: words::status(&hit.status),
        reason: Reason { by, text },
    }
}
