//! `/api/v1/subjects/…`: who a subject is, one or a thousand at a time.

use std::time::Duration;

use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use xinyong_service::DeskError;
use xinyong_service::browse::{self, SubjectFacts};

use super::call::{Call, Reply};
use super::operation::{JSON, NDJSON};
use super::operations::{SUBJECT, SUBJECTS};
use super::problem::Trouble;
use crate::site::Site;

/// Codes in one request.
pub const MOST_CODES: usize = 1_000;
/// Longest code.
const LONGEST_CODE: usize = 64;
/// Bytes of the request.
const MOST_BYTES: usize = 64 * 1024;
/// Codes that cost as much as one request.
const CODES_A_UNIT: usize = 10;
/// How long the request may take to arrive, and how long the answer may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(15);

/// The public register's facts about one subject.
pub async fn subject(State(site): State<Site>, request: Request) -> Response {
    match Call::open(&site, &SUBJECT, request).await {
        Ok(call) => {
            let found = browse::subject_facts(call.site().desk(), call.value("code")).await;
            call.close(found.map_err(Trouble::from).and_then(|facts| Reply::json(&facts)))
        }
        Err(refused) => refused,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    codes: Vec<String>,
}

#[derive(Serialize)]
struct Answer<'a> {
    code: &'a str,
    found: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<SubjectFacts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Problem>,
}

#[derive(Serialize)]
struct Problem {
    code: &'static str,
    detail: String,
}

#[derive(Serialize)]
struct Answers<'a> {
    subjects: Vec<Answer<'a>>,
}

/// Many subjects at once.
pub async fn query(State(site): State<Site>, request: Request) -> Response {
    match Call::open(&site, &SUBJECTS, request).await {
        Ok(mut call) => {
            let outcome = many(&mut call).await;
            call.close(outcome)
        }
        Err(refused) => refused,
    }
}

/// The whole body of a question, no larger and no later than it may be; `what` it asks about is to be fewer when it is.
pub(super) async fn body_of(call: &mut Call, what: &str) -> Result<Bytes, Trouble> {
    call.sent_as()?;
    let body = call.take_body();
    match tokio::time::timeout(PATIENCE, to_bytes(body, MOST_BYTES)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) => Err(unread(&error, what)),
        Err(_) => Err(Trouble::new("body.too-slow", "请求内容没有在 15 秒内传完，请重试")),
    }
}

async fn many(call: &mut Call) -> Result<Reply, Trouble> {
    let bytes = body_of(call, "代码").await?;
    let asked: Asked = serde_json::from_slice(&bytes).map_err(|error| {
        let place = format!("第 {} 行第 {} 列", error.line(), error.column());
        let detail =
            format!("请求内容不是所要求的 JSON（{place}）：应为 {{\"codes\":[\"代码\",…]}}");
        Trouble::new("body.invalid", detail)
    })?;
    let count = asked.codes.len();
    if count == 0 || count > MOST_CODES {
        let detail = format!("codes 里有 {count} 个代码，应为 1 到 {MOST_CODES} 个");
        return Err(Trouble::new("body.invalid", detail));
    }
    if let Some(at) = asked.codes.iter().position(|code| code.chars().count() > LONGEST_CODE) {
        let detail = format!("第 {} 个代码超过 {LONGEST_CODE} 个字", at + 1);
        return Err(Trouble::new("body.invalid", detail));
    }
    let units = count.div_ceil(CODES_A_UNIT) - 1;
    if units > 0 {
        call.pay(u32::try_from(units).unwrap_or(u32::MAX))?;
    }
    let looked = tokio::time::timeout(PATIENCE, look(call, &asked.codes)).await;
    let answers = looked
        .map_err(|_| Trouble::new("answer.too-slow", "没有在 15 秒内查完，请减少代码数后重试"))??;
    if call.media() == NDJSON {
        let mut lines = Vec::new();
        for answer in &answers {
            serde_json::to_writer(&mut lines, answer)
                .map_err(|error| DeskError::Internal(error.to_string()))?;
            lines.push(b'\n');
        }
        return Ok(Reply::of(NDJSON, lines));
    }
    debug_assert_eq!(call.media(), JSON);
    Reply::json(&Answers { subjects: answers })
}

async fn look<'a>(call: &Call, codes: &'a [String]) -> Result<Vec<Answer<'a>>, Trouble> {
    let mut answers = Vec::with_capacity(codes.len());
    for code in codes {
        let found = browse::subject_facts(call.site().desk(), code).await;
        let (subject, problem) = match found {
            Ok(facts) => (Some(facts), None),
            Err(error @ (DeskError::Refused(_) | DeskError::NotFound(_))) => {
                (None, Some(Problem { code: error.code(), detail: error.to_string() }))
            }
            Err(error) => return Err(error.into()),
        };
        answers.push(Answer { code, found: subject.is_some(), subject, problem });
    }
    Ok(answers)
}

/// Why the body could not be read: too long, or broken off.
fn unread(error: &axum::Error, what: &str) -> Trouble {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(one) = cause {
        // The limit's own error says nothing but this.
        if one.to_string().contains("length limit exceeded") {
            let detail = format!("请求内容超过 {} KB，请减少{what}数", MOST_BYTES / 1024);
            return Trouble::new("body.too-large", detail);
        }
        cause = one.source();
    }
    Trouble::new("body.incomplete", "请求内容没有传完整，请重试")
}
