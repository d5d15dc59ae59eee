//! Keeping it running: what `doctor`, `fsck`, `backup` and `restore` do.

use std::path::Path;

use serde::Serialize;
use xinyong_store::KeyRing;
pub use xinyong_store::{FsckReport, Problem};

use crate::access::{Actor, Permission};
use crate::audit::AuditEvent;
use crate::desk::{Desk, DeskOptions};
use crate::refusal::DeskError;
use crate::subject_import::tokens;

/// One thing that `doctor` looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What.
    pub name: &'static str,
    /// Whether it is as it should be.
    pub good: bool,
    /// What was found, and what to do.
    pub detail: String,
}

/// Looks at an installation.
///
/// # Errors
/// When the store cannot be asked at all.
pub async fn doctor(desk: &Desk) -> Result<Vec<Check>, DeskError> {
    let mut checks = Vec::new();
    let mut add = |name, good, detail: String| checks.push(Check { name, good, detail });
    add(
        "database",
        true,
        format!("{:?}，结构版本 {}", desk.store().engine(), xinyong_store::SCHEMA),
    );
    match desk.county().await {
        Ok(county) => {
            add("county", true, format!("{}，单位 {} 个", county.name, county.units.len()))
        }
        Err(error) => add("county", false, error.to_string()),
    }
    let law = desk.law();
    add("law", true, format!("版本 {}，参数 {} 项", law.edition(), law.parameters().len()));
    let left = law.calendar().between(desk.today(), law.calendar().complete_to());
    add(
        "calendar",
        left > 30,
        format!(
            "节假日安排载入到 {}，今天之后还有 {left} 个工作日；次年安排公布后请更新法规数据",
            law.calendar().complete_to()
        ),
    );
    let unverified = law
        .parameters()
        .values()
        .filter_map(|parameter| parameter.in_force(desk.today()))
        .filter(|entry| entry.evidence != xinyong_domain::ruling::Evidence::Text)
        .count();
    add("evidence", true, format!("今天有效的参数中 {unverified} 项尚未核对原文"));
    let scratch = desk.scratch().join("doctor");
    let writable = tokio::fs::write(&scratch, b"ok").await.is_ok();
    drop(tokio::fs::remove_file(&scratch).await);
    add("scratch", writable, format!("临时目录 {}", desk.scratch().display()));
    add("clock", desk.today().year() >= 2026, format!("今天是 {}（北京时间）", desk.today()));
    Ok(checks)
}

/// Re-derives every chain and digest, and the search tokens from the names.
///
/// # Errors
/// When the store cannot be read.
pub async fn fsck(desk: &Desk) -> Result<FsckReport, DeskError> {
    Ok(desk.store().fsck(&tokens, &mut |_, _| {}).await?)
}

/// Writes one portable file with everything, while serving. Returns how many rows went in.
///
/// # Errors
/// `access.denied`; when the file cannot be written.
pub async fn backup(desk: &Desk, actor: &Actor, target: &Path) -> Result<u64, DeskError> {
    actor.authorise(Permission::RunJobs)?;
    let report = desk.store().backup(target, desk.clock().now()).await?;
    let rows = report.rows.values().sum();
    desk.audit(actor, AuditEvent::BackedUp { rows }).await?;
    Ok(rows)
}

/// Reads a portable file into an empty database. Returns how many rows came in.
///
/// # Errors
/// When the database is not empty, or the file does not prove itself.
pub async fn restore(options: &DeskOptions, source: &Path) -> Result<u64, DeskError> {
    let keys = KeyRing::load(&options.key_file)?;
    let report = xinyong_store::restore(source, &options.database, &keys, &tokens).await?;
    Ok(report.rows.values().sum())
}
