//! `/api/v1/checks`: a unit's own program checks a subject for a purpose, and says what came of it.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use xinyong_service::check::{self, Asked, CheckAnswer};

use super::call::{Call, Reply};
use super::operation::JSON;
use super::operations::{CHECK, CHECK_NEW, CHECK_USE, CHECK_WINDOW};
use super::problem::Trouble;
use super::subjects::body_of;
use crate::site::Site;

/// Longest text of a member.
const LONGEST: usize = 500;
/// Measures that may be named at once.
const MOST_MEASURES: usize = 50;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    subject: String,
    purpose: String,
    basis: String,
    #[serde(default)]
    reference: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    outcome: String,
    #[serde(default)]
    measures: Vec<String>,
    #[serde(default)]
    note: String,
}

#[derive(Serialize)]
struct View<'v> {
    number: &'v str,
    at: i64,
    answer: &'v CheckAnswer,
}

#[derive(Serialize)]
struct WindowMade {
    address: String,
    ends_at: i64,
}

fn wrong(detail: String) -> Trouble {
    Trouble::new("body.invalid", detail)
}

async fn read<T: serde::de::DeserializeOwned>(call: &mut Call, shape: &str) -> Result<T, Trouble> {
    let bytes = body_of(call, "字").await?;
    serde_json::from_slice(&bytes).map_err(|error| {
        let place = format!("第 {} 行第 {} 列", error.line(), error.column());
        wrong(format!("请求内容不是所要求的 JSON（{place}）：应为 {shape}"))
    })
}

fn short(texts: &[&str]) -> Result<(), Trouble> {
    if texts.iter().any(|text| text.chars().count() > LONGEST) {
        return Err(wrong(format!("每一项不超过 {LONGEST} 个字")));
    }
    Ok(())
}

async fn question(call: &mut Call, way: &'static str) -> Result<(String, Asked), Trouble> {
    let shape =
        r#"{"subject":"代码或名称","purpose":"approval","basis":"依据","reference":"办件编号"}"#;
    let Question { subject, purpose, basis, reference } = read(call, shape).await?;
    short(&[&subject, &purpose, &basis, &reference])?;
    Ok((subject, Asked { purpose, basis, reference, way }))
}

/// Checks a subject.
pub async fn create(State(site): State<Site>, request: Request) -> Response {
    match Call::open(&site, &CHECK_NEW, request).await {
        Ok(mut call) => {
            let outcome = answered(&mut call).await;
            call.close(outcome)
        }
        Err(refused) => refused,
    }
}

async fn answered(call: &mut Call) -> Result<Reply, Trouble> {
    call.key()?;
    let (subject, asked) = question(call, "api").await?;
    let desk = call.site().desk();
    let looked = check::ask(desk, &call.actor(), &subject, &asked).await?;
    // The answer as it is kept, byte for byte, so that its digest can be worked out by who gets it.
    let body = format!(
        r#"{{"number":"{}","at":{},"digest":"{}","answer":{}}}"#,
        looked.check().number,
        looked.check().at,
        looked.check().digest,
        looked.text
    );
    let location = format!("{}/api/v1/checks/{}", call.site().base_path(), looked.check().number);
    Ok(private(Reply::of(JSON, body.into_bytes()).created(&location)))
}

fn private(reply: Reply) -> Reply {
    reply.with(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
}

/// A check of the key's unit, as far as it may be seen today.
pub async fn check(State(site): State<Site>, request: Request) -> Response {
    match Call::open(&site, &CHECK, request).await {
        Ok(call) => {
            let outcome = seen(&call).await;
            call.close(outcome)
        }
        Err(refused) => refused,
    }
}

async fn seen(call: &Call) -> Result<Reply, Trouble> {
    call.key()?;
    let view = check::one(call.site().desk(), &call.actor(), call.value("number")).await?;
    let shown = View { number: &view.check.number, at: view.check.at, answer: &view.answer };
    Ok(private(Reply::json(&shown)?))
}

/// Says what came of a check.
pub async fn say(State(site): State<Site>, request: Request) -> Response {
    match Call::open(&site, &CHECK_USE, request).await {
        Ok(mut call) => {
            let outcome = said(&mut call).await;
            call.close(outcome)
        }
        Err(refused) => refused,
    }
}

async fn said(call: &mut Call) -> Result<Reply, Trouble> {
    call.key()?;
    let shape = r#"{"outcome":"unaffected","measures":[],"note":"说明"}"#;
    let Said { outcome, measures, note } = read(call, shape).await?;
    short(&[&outcome, &note])?;
    short(&measures.iter().map(String::as_str).collect::<Vec<_>>())?;
    if measures.len() > MOST_MEASURES {
        return Err(wrong(format!("measures 不超过 {MOST_MEASURES} 项")));
    }
    let (desk, number) = (call.site().desk(), call.value("number").to_owned());
    check::feed_back(desk, &call.actor(), &number, &outcome, &measures, &note).await?;
    #[derive(Serialize)]
    struct Kept<'k> {
        number: &'k str,
        outcome: &'k str,
    }
    Reply::json(&Kept { number: &number, outcome: &outcome })
}

/// Makes a window that shows one answer, once.
pub async fn window(State(site): State<Site>, request: Request) -> Response {
    match Call::open(&site, &CHECK_WINDOW, request).await {
        Ok(mut call) => {
            let outcome = made(&mut call).await;
            call.close(outcome)
        }
        Err(refused) => refused,
    }
}

async fn made(call: &mut Call) -> Result<Reply, Trouble> {
    call.key()?;
    let (subject, asked) = question(call, "window").await?;
    let site = call.site();
    let window = check::make_window(site.desk(), &call.actor(), &subject, &asked).await?;
    let address = format!("{}/embed/check/{}", site.base_path(), window.token);
    let made = WindowMade { address: address.clone(), ends_at: window.ends_at };
    Ok(private(Reply::json(&made)?.created(&address)))
}
