//! `/api/v1/reconcile`: the reconciliation protocol (W3C community group, version 0.2), so that a table of names can be matched
//! from OpenRefine. `match` is true for an equal name only; everything else a person decides.

use std::collections::BTreeMap;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use xinyong_domain::company_name::Verdict;
use xinyong_service::browse::{self, MOST_SUGGESTIONS, Suggestion};

use super::call::{Call, Reply};
use super::operations::{RECONCILE, RECONCILE_QUERY};
use super::problem::Trouble;
use super::subjects::{PATIENCE, body_of};
use crate::portal::sitemap::origin;
use crate::site::Site;
use crate::url;

/// Names in one request.
const MOST_QUERIES: usize = 50;
/// Longest name.
const LONGEST_NAME: usize = 200;
/// Names that cost as much as one request.
const NAMES_A_UNIT: usize = 5;
/// The program that asks runs in a browser and comes from another address; what is answered is public.
const ORIGIN: HeaderName = HeaderName::from_static("access-control-allow-origin");

/// What the service is.
pub async fn manifest(State(site): State<Site>, request: Request) -> Response {
    let origin = origin(&site, request.headers());
    match Call::open(&site, &RECONCILE, request).await {
        Ok(call) => {
            let manifest = json!({
                "versions": ["0.2"],
                "name": format!("{}主体名称匹配", call.site().name()),
                "identifierSpace": format!("{origin}/subjects/"),
                "schemaSpace": format!("{origin}/api"),
                "defaultTypes": [kind("organisation"), kind("individual-business")],
                "view": { "url": format!("{origin}/subjects/{{{{id}}}}") },
                "batchSize": MOST_QUERIES,
            });
            call.close(Reply::json(&manifest).map(open_to_all))
        }
        Err(refused) => refused,
    }
}

/// Candidates for each name.
pub async fn query(State(site): State<Site>, request: Request) -> Response {
    match Call::open(&site, &RECONCILE_QUERY, request).await {
        Ok(mut call) => {
            let outcome = answers(&mut call).await;
            call.close(outcome.map(open_to_all))
        }
        Err(refused) => refused,
    }
}

fn open_to_all(reply: Reply) -> Reply {
    reply.with(ORIGIN, HeaderValue::from_static("*"))
}

fn kind(category: &str) -> Value {
    json!({ "id": category, "name": crate::ui::words::category(category) })
}

#[derive(Deserialize)]
struct Asked {
    query: String,
    #[serde(default)]
    limit: Option<u32>,
    #[serde(default, rename = "type")]
    category: Option<Value>,
}

impl Asked {
    /// Whether a category is asked for.
    fn admits(&self, category: &str) -> bool {
        match &self.category {
            Some(Value::String(wanted)) => wanted.is_empty() || wanted == category,
            Some(Value::Array(wanted)) => {
                wanted.is_empty() || wanted.iter().any(|one| one.as_str() == Some(category))
            }
            _ => true,
        }
    }
}

#[derive(Serialize)]
struct Answer {
    result: Vec<Candidate>,
}

#[derive(Serialize)]
struct Candidate {
    id: String,
    name: String,
    description: String,
    #[serde(rename = "type")]
    category: Vec<Value>,
    score: u32,
    #[serde(rename = "match")]
    same: bool,
    features: Vec<Feature>,
}

#[derive(Serialize)]
struct Feature {
    id: &'static str,
    value: String,
}

async fn answers(call: &mut Call) -> Result<Reply, Trouble> {
    let bytes = body_of(call, "名称").await?;
    let asked = read(&bytes)?;
    let units = asked.len().div_ceil(NAMES_A_UNIT).saturating_sub(1);
    if units > 0 {
        call.pay(u32::try_from(units).unwrap_or(u32::MAX))?;
    }
    let looked = tokio::time::timeout(PATIENCE, look(call.site(), &asked)).await;
    let found = looked
        .map_err(|_| Trouble::new("answer.too-slow", "没有在 15 秒内查完，请减少名称后重试"))??;
    Reply::json(&found)
}

fn read(bytes: &[u8]) -> Result<BTreeMap<String, Asked>, Trouble> {
    let form = std::str::from_utf8(bytes).ok();
    let queries = form.and_then(|form| {
        let value = form.split('&').find_map(|field| field.strip_prefix("queries="))?;
        url::decode(&value.replace('+', "%20"))
    });
    let Some(queries) = queries else {
        return Err(Trouble::new("body.invalid", "请求内容应为表单，含一项 queries，值是 JSON"));
    };
    let asked: BTreeMap<String, Asked> = serde_json::from_str(&queries).map_err(|_| {
        let detail = "queries 不是所要求的 JSON：应为 {\"q0\":{\"query\":\"名称\"},…}";
        Trouble::new("body.invalid", detail)
    })?;
    if asked.is_empty() || asked.len() > MOST_QUERIES {
        let detail = format!("queries 里有 {} 个名称，应为 1 到 {MOST_QUERIES} 个", asked.len());
        return Err(Trouble::new("body.invalid", detail));
    }
    if asked.values().any(|one| one.query.chars().count() > LONGEST_NAME) {
        let detail = format!("有的名称超过 {LONGEST_NAME} 个字");
        return Err(Trouble::new("body.invalid", detail));
    }
    // PostgreSQL knows no such character, in a JSON text least of all.
    if asked.values().any(|one| one.query.contains('\0')) {
        return Err(Trouble::new("body.invalid", "有的名称含有不能识别的字符"));
    }
    Ok(asked)
}

async fn look<'a>(
    site: &Site,
    asked: &'a BTreeMap<String, Asked>,
) -> Result<BTreeMap<&'a str, Answer>, Trouble> {
    let mut answers = BTreeMap::new();
    for (key, one) in asked {
        let most = one.limit.map_or(MOST_SUGGESTIONS, |limit| limit as usize);
        let found = browse::suggest(site.desk(), &one.query).await?;
        let equal = found.iter().filter(|one| one.likeness.verdict == Verdict::Same).count();
        let result = found
            .into_iter()
            .filter(|hit| !hit.code.is_empty() && one.admits(&hit.category))
            .take(most)
            .map(|hit| candidate(hit, equal == 1))
            .collect();
        answers.insert(key.as_str(), Answer { result });
    }
    Ok(answers)
}

/// One candidate. Two subjects of one name, or a former name, are no match: a person decides.
fn candidate(hit: Suggestion, alone: bool) -> Candidate {
    let verdict = hit.likeness.verdict;
    let floor = match verdict {
        Verdict::Same => 100,
        Verdict::LikelySame => 80,
        Verdict::Unsure => 50,
        Verdict::Different => 0,
    };
    let score = if floor == 100 { 100 } else { floor + hit.closeness.min(1_000) * 19 / 1_000 };
    Candidate {
        description: format!("{}：{}", verdict.label(), hit.likeness.reason()),
        category: vec![kind(&hit.category)],
        score,
        same: verdict == Verdict::Same && alone && hit.former_name.is_empty(),
        features: vec![
            Feature { id: "verdict", value: verdict.as_str().to_owned() },
            Feature { id: "parts", value: hit.likeness.parts() },
            Feature { id: "former_name", value: hit.former_name },
        ],
        id: hit.code,
        name: hit.name,
    }
}
