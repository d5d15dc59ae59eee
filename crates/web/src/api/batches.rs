//! `/api/v1/batches`: a unit's own program hands in a file and asks what became of it.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use serde::Serialize;
use xinyong_domain::law::Profile;
use xinyong_service::api_writes::{self, Begun};
use xinyong_service::browse::{self, BatchView};
use xinyong_service::{DeskError, intake};

use super::call::{Call, Reply};
use super::operation::{CSV, JSON, XLSX};
use super::operations::{BATCH, BATCH_NEW};
use super::problem::Trouble;
use crate::scratch::{Arriving, Scratch};
use crate::site::Site;

/// Longest time between two pieces of a file.
const PATIENCE: Duration = Duration::from_secs(30);
/// Longest idempotency key.
const LONGEST_IDEMPOTENCY: usize = 100;
const IDEMPOTENCY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

#[derive(Serialize)]
struct ReceivedBody {
    id: String,
    stage: &'static str,
    repeated: bool,
}

/// Takes a file in as a batch of the key's unit.
pub async fn create(State(site): State<Site>, request: Request) -> Response {
    match Call::open(&site, &BATCH_NEW, request).await {
        Ok(mut call) => {
            let outcome = take_in(&mut call).await;
            call.close(outcome)
        }
        Err(refused) => refused,
    }
}

async fn take_in(call: &mut Call) -> Result<Reply, Trouble> {
    let media = call.sent_as()?;
    let idempotency = idempotency(call)?;
    let key = call.key()?;
    let profile = match call.value("profile") {
        "returned" => Profile::Returned,
        _ => Profile::Reported,
    };
    let ending = match media {
        CSV => ".csv",
        XLSX => ".xlsx",
        _ => "",
    };
    let given = call.value("file_name").rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let file_name = match given {
        "" => format!("接口报送{ending}"),
        name => name.to_owned(),
    };
    let kind = call.value("kind").to_owned();
    let scratch = arrive(call).await?;
    call.still_admitted().await?;
    let desk = call.site().desk().clone();
    let about = [kind.as_str(), profile.as_str(), file_name.as_str()];
    let digest = api_writes::digest(scratch.path(), &about).await?;
    if let Begun::Done(answer) = api_writes::begin(&desk, &key, &idempotency, &digest).await? {
        let id: serde_json::Value = serde_json::from_str(&answer).unwrap_or_default();
        let location = location(call, id["id"].as_str().unwrap_or_default());
        return Ok(Reply::of(JSON, answer.into_bytes())
            .created(&location)
            .with(REPLAYED, HeaderValue::from_static("true")));
    }
    let command = intake::Receive {
        path: scratch.path().to_path_buf(),
        file_name,
        kind,
        unit: key.unit.clone(),
        profile,
    };
    let received = match intake::receive(&desk, &call.actor(), command).await {
        Ok(received) => received,
        Err(error) => {
            // Nothing was done: the same key may be used again once the reason is gone.
            api_writes::finish(&desk, &key, &idempotency, &digest, None).await?;
            return Err(error.into());
        }
    };
    let answer = serde_json::to_string(&ReceivedBody {
        id: received.batch.to_string(),
        stage: received.stage.as_str(),
        repeated: received.repeated,
    })
    .map_err(|error| DeskError::Internal(error.to_string()))?;
    api_writes::finish(&desk, &key, &idempotency, &digest, Some(&answer)).await?;
    if !received.repeated {
        tokio::spawn(async move {
            if let Err(error) = intake::check(&desk, received.batch).await {
                tracing::error!(batch = received.batch, code = error.code(), %error, "check failed");
            }
        });
    }
    let location = location(call, &received.batch.to_string());
    Ok(Reply::of(JSON, answer.into_bytes()).created(&location))
}

fn location(call: &Call, batch: &str) -> String {
    format!("{}/api/v1/batches/{batch}", call.site().base_path())
}

fn idempotency(call: &Call) -> Result<String, Trouble> {
    let given = call.headers().get(IDEMPOTENCY).and_then(|value| value.to_str().ok());
    let given = given.map(str::trim).unwrap_or_default();
    let plain = given.bytes().all(|byte| byte.is_ascii_graphic());
    if given.is_empty() || given.len() > LONGEST_IDEMPOTENCY || !plain {
        let detail = "请在请求头 Idempotency-Key 中写本次报送的唯一值（不超过 100 个可见 ASCII 字符），没有收到答复时用同一个值重发";
        return Err(Trouble::new("idempotency.key-missing", detail));
    }
    Ok(given.to_owned())
}

/// The next piece of a body.
async fn piece(body: &mut Body) -> Option<Result<Bytes, axum::Error>> {
    loop {
        match poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await? {
            Ok(frame) => {
                if let Ok(piece) = frame.into_data() {
                    return Some(Ok(piece));
                }
            }
            Err(error) => return Some(Err(error)),
        }
    }
}

async fn arrive(call: &mut Call) -> Result<Scratch, Trouble> {
    let mut body = call.take_body();
    let mut arriving = Arriving::begin(call.site().desk()).await?;
    loop {
        match tokio::time::timeout(PATIENCE, piece(&mut body)).await {
            Err(_) => {
                let detail = "文件停止传送超过 30 秒，请检查网络后重发";
                return Err(Trouble::new("body.too-slow", detail));
            }
            Ok(None) => break,
            Ok(Some(Ok(piece))) => arriving.take(&piece).await?,
            Ok(Some(Err(_))) => {
                let detail = "文件没有传完整，请检查网络后重发";
                return Err(Trouble::new("body.incomplete", detail));
            }
        }
    }
    Ok(arriving.end().await?)
}

#[derive(Serialize)]
struct BatchBody<'b> {
    id: String,
    number: &'b str,
    kind: &'b str,
    kind_name: &'b str,
    unit: &'b str,
    unit_name: &'b str,
    file_name: &'b str,
    profile: &'b str,
    stage: &'static str,
    received_at: i64,
    recorded_at: Option<i64>,
    counts: Counts,
    notes: &'b [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<Refused<'b>>,
    #[serde(skip_serializing_if = "str::is_empty")]
    returned: &'b str,
    findings: Vec<Finding<'b>>,
    next_row: i64,
}

#[derive(Serialize)]
struct Counts {
    rows: i64,
    good: i64,
    recorded: i64,
    unchanged: i64,
    held: i64,
    refused: i64,
}

#[derive(Serialize)]
struct Refused<'b> {
    code: &'b str,
    detail: &'b str,
}

#[derive(Serialize)]
struct Finding<'b> {
    row: i64,
    level: &'b str,
    code: &'b str,
    field: &'b str,
    message: &'b str,
}

/// What became of a batch.
pub async fn batch(State(site): State<Site>, request: Request) -> Response {
    match Call::open(&site, &BATCH, request).await {
        Ok(call) => {
            let outcome = state(&call).await;
            call.close(outcome)
        }
        Err(refused) => refused,
    }
}

async fn state(call: &Call) -> Result<Reply, Trouble> {
    let desk = call.site().desk();
    let actor = call.actor();
    let found = browse::batch_page(desk, &actor, call.id("id"), call.number("from_row")).await?;
    let findings = found
        .findings
        .iter()
        .flat_map(|row| {
            row.findings.iter().map(|(level, code, field, message)| Finding {
                row: row.row,
                level,
                code,
                field,
                message,
            })
        })
        .collect();
    Reply::json(&body(&found.batch, findings, found.next_row))
}

fn body<'b>(batch: &'b BatchView, findings: Vec<Finding<'b>>, next_row: i64) -> BatchBody<'b> {
    BatchBody {
        id: batch.id.to_string(),
        number: &batch.number,
        kind: &batch.kind,
        kind_name: &batch.kind_name,
        unit: &batch.unit,
        unit_name: &batch.unit_name,
        file_name: &batch.file_name,
        profile: &batch.profile,
        stage: batch.stage.as_str(),
        received_at: batch.received_at,
        recorded_at: batch.recorded_at,
        counts: Counts {
            rows: batch.rows,
            good: batch.good,
            recorded: batch.recorded,
            unchanged: batch.unchanged,
            held: batch.held,
            refused: batch.refused,
        },
        notes: &batch.notes,
        refusal: batch.refusal.as_ref().map(|(code, detail)| Refused { code, detail }),
        returned: &batch.returned,
        findings,
        next_row,
    }
}
