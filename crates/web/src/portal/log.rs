//! `GET /log`: what the record of publication is, its newest heads, its keys, how to verify it; and the program that does.

use askama::Template;
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse as _, Response};
use xinyong_service::Clock;
use xinyong_service::publication_log::{self, SignedHead};
use xinyong_service::signing::KeyCard;

use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Fact, Page};
use crate::ui::{draw, words};

/// Heads on the page.
const HEADS: i64 = 20;

const VERIFIER: &str = include_str!("../../../../docs/verify_log.py");

struct HeadRow {
    time: String,
    size: String,
    root: String,
    key: String,
}

struct KeyRow {
    id: String,
    span: String,
    standing: &'static str,
    pem: String,
}

#[derive(Template)]
#[template(path = "portal/log.html")]
struct Log {
    page: Page,
    newest: Vec<Fact>,
    heads: Vec<HeadRow>,
    keys: Vec<KeyRow>,
    as_of: String,
}

fn count(size: i64) -> String {
    words::grouped(u64::try_from(size).unwrap_or_default())
}

fn head_row(signed: &SignedHead) -> HeadRow {
    HeadRow {
        time: signed.shown_time(),
        size: count(signed.head.size),
        root: signed.head.root.clone(),
        key: signed.head.key.clone(),
    }
}

fn key_row(key: &KeyCard, now: i64) -> KeyRow {
    KeyRow {
        id: key.id.clone(),
        span: format!("{} 至 {}", Clock::show(key.valid_from), Clock::show(key.valid_until)),
        standing: match key.revoked_since {
            Some(_) => "已吊销",
            None if now >= key.valid_until => "不再签名，此前的签名有效",
            None => "正在使用",
        },
        pem: key.pem.clone(),
    }
}

/// The page.
///
/// # Errors
/// When the store fails.
pub async fn log(frame: Frame) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let standing = publication_log::standing(desk, HEADS).await?;
    let newest = standing.heads.first().map_or_else(Vec::new, |signed| {
        vec![
            Fact::new("已收录", format!("{} 条", count(standing.size))),
            Fact::new("签名时间", signed.shown_time()),
            Fact::new("根", signed.head.root.clone()),
            Fact::new("记录编号", signed.head.log.clone()),
        ]
    });
    let now = desk.clock().now();
    draw(&Log {
        page: frame.portal("公示记录", "/about"),
        newest,
        heads: standing.heads.iter().map(head_row).collect(),
        keys: standing.keys.iter().map(|key| key_row(key, now)).collect(),
        as_of: words::as_of(desk.today()),
    })
}

/// `GET /log/verify_log.py`: the program that verifies heads and proofs and needs nothing of ours.
pub async fn verifier() -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/x-python; charset=utf-8")),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"verify_log.py\""),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")),
    ];
    (headers, VERIFIER).into_response()
}
