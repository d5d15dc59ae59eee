//! Writes that a machine may send again: the same idempotency key with the same content gets the same answer.

use std::path::Path;

use xinyong_store::{file_sm3, sm3_hex};

use crate::api_keys::Key;
use crate::desk::Desk;
use crate::refusal::{DeskError, Refusal};

/// How long an answer is remembered, in milliseconds: a week.
const REMEMBERED: i64 = 7 * 24 * 60 * 60 * 1_000;
/// After what time a write without an answer counts as broken off, in milliseconds.
const ABANDONED: i64 = 10 * 60 * 1_000;

/// How a write begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// It is to be done.
    Do,
    /// It was done: its answer.
    Done(String),
}

/// What makes two writes the same: the file, and what was said about it.
///
/// # Errors
/// When the file cannot be read.
pub async fn digest(path: &Path, about: &[&str]) -> Result<String, DeskError> {
    let mut text = file_sm3(path).await?;
    for one in about {
        text.push('\n');
        text.push_str(one);
    }
    Ok(sm3_hex(text.as_bytes()))
}

/// Begins a write.
///
/// # Errors
/// `idempotency.content-differs`, `idempotency.in-progress`.
pub async fn begin(
    desk: &Desk,
    key: &Key,
    idempotency: &str,
    digest: &str,
) -> Result<Begun, DeskError> {
    let now = desk.clock().now();
    let mut tx = desk.store().transaction("api-write").await?;
    let times = (now - REMEMBERED, now - ABANDONED);
    let may = tx.begin_api_write(key.id, idempotency, digest, now, times).await?;
    tx.commit().await?;
    if may {
        return Ok(Begun::Do);
    }
    let refusal = match desk.store().api_write(key.id, idempotency).await? {
        Some((kept, _)) if kept != digest => Refusal::new(
            "idempotency.content-differs",
            "这个 Idempotency-Key 已经用于另一份内容：新的内容请换一个新的值",
        ),
        Some((_, Some(answer))) => return Ok(Begun::Done(answer)),
        _ => Refusal::new(
            "idempotency.in-progress",
            "同一请求正在处理，请稍后用同样的内容和同样的 Idempotency-Key 再试",
        ),
    };
    Err(refusal.into())
}

/// Keeps the answer of a write that was done, or forgets one that came to nothing, so that it may be tried again.
///
/// # Errors
/// When the store fails.
pub async fn finish(
    desk: &Desk,
    key: &Key,
    idempotency: &str,
    digest: &str,
    answer: Option<&str>,
) -> Result<(), DeskError> {
    let mut tx = desk.store().transaction("api-write-end").await?;
    match answer {
        Some(answer) => tx.answer_api_write(key.id, idempotency, digest, answer).await?,
        None => tx.forget_api_write(key.id, idempotency).await?,
    }
    tx.commit().await?;
    Ok(())
}
