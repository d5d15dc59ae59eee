//! Keeping it running: what `doctor`, `fsck`, `backup` and `restore` do.

use std::path::Path;

use serde::Serialize;
use xinyong_store::{AuditFilter, KeyRing};
pub use xinyong_store::{FsckReport, Problem};

use crate::access::{Actor, Permission};
use crate::audit::AuditEvent;
use crate::clock::Clock;
use crate::desk::{Desk, DeskOptions};
use crate::refusal::DeskError;
use crate::subject_import::tokens;

/// How something that `doctor` looked at stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// As it should be.
    Good,
    /// It works, and somebody should see to it soon.
    Notice,
    /// It does not work, or must not be used like this.
    Wrong,
}

/// One thing that `doctor` looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What.
    pub name: &'static str,
    /// How it stands.
    pub standing: Standing,
    /// What was found, and what to do.
    pub detail: String,
}

/// Working days that the calendar should still cover: next year's notice comes out in November.
const DAYS_AHEAD: usize = 30;
/// Bytes that should be free where files are unpacked: two of the largest that may be handed in.
const FREE_BYTES: u64 = 2 << 30;
/// Milliseconds by which clocks may differ.
const CLOCK_SLACK: i64 = 5 * 60 * 1000;

/// Looks at an installation: database and its structure, county, law, calendar, keys, disk, clock.
///
/// # Errors
/// When the store cannot be asked at all.
pub async fn doctor(desk: &Desk, key_file: &Path) -> Result<Vec<Check>, DeskError> {
    let mut checks = vec![Check {
        name: "database",
        standing: Standing::Good,
        detail: format!("{:?}，结构版本 {}", desk.store().engine(), xinyong_store::SCHEMA),
    }];
    let mut add = |name, standing, detail| checks.push(Check { name, standing, detail });
    match desk.county().await {
        Ok(county) => {
            let detail = format!("{}，单位 {} 个", county.name, county.units.len());
            add("county", Standing::Good, detail);
        }
        Err(error) => add("county", Standing::Wrong, error.to_string()),
    }
    let law = desk.law();
    let detail = format!("版本 {}，参数 {} 项", law.edition(), law.parameters().len());
    add("law", Standing::Good, detail);
    let unverified = law
        .parameters()
        .values()
        .filter_map(|parameter| parameter.in_force(desk.today()))
        .filter(|entry| entry.evidence != xinyong_domain::ruling::Evidence::Text)
        .count();
    let standing = if unverified == 0 { Standing::Good } else { Standing::Notice };
    let detail =
        format!("今天有效的参数中 {unverified} 项尚未核对原文，在核对前按对当事人有利的理解执行");
    add("evidence", standing, detail);
    let calendar = law.calendar();
    let left = calendar.between(desk.today(), calendar.complete_to());
    let standing = if usize::try_from(left).is_ok_and(|left| left > DAYS_AHEAD) {
        Standing::Good
    } else {
        Standing::Notice
    };
    let detail = format!(
        "节假日安排载入到 {}，今天之后还有 {left} 个工作日；此后的期限按暂定计算，次年安排公布后请更新法规数据",
        calendar.complete_to()
    );
    add("calendar", standing, detail);
    let (standing, detail) = keys(key_file);
    add("keys", standing, detail);
    let (standing, detail) = signing(desk).await?;
    add("signing", standing, detail);
    let (standing, detail) = disk(desk.scratch()).await;
    add("disk", standing, detail);
    let (standing, detail) = clock(desk).await?;
    add("clock", standing, detail);
    Ok(checks)
}

/// Days before its end at which a signing key should be replaced.
const KEY_DAYS_AHEAD: i64 = 30;

/// A key that signs, for a while yet.
async fn signing(desk: &Desk) -> Result<(Standing, String), DeskError> {
    const DAY: i64 = 24 * 3_600 * 1_000;
    let now = desk.clock().now();
    let keys = crate::signing::list(desk).await?;
    let signs = keys.iter().rev().find(|key| key.revoked_at.is_none() && now < key.valid_until);
    Ok(match signs {
        None => (
            Standing::Notice,
            "没有可用的签名密钥，公示记录不签名；请运行 xinyong key generate".to_owned(),
        ),
        Some(key) if key.valid_until < now + KEY_DAYS_AHEAD * DAY => (
            Standing::Notice,
            format!(
                "签名密钥 {} 将于 {} 到期；请运行 xinyong key rotate",
                key.id,
                Clock::show(key.valid_until)
            ),
        ),
        Some(key) => (
            Standing::Good,
            format!("签名密钥 {}，有效期至 {}", key.id, Clock::show(key.valid_until)),
        ),
    })
}

fn keys(file: &Path) -> (Standing, String) {
    use std::os::unix::fs::PermissionsExt as _;
    let shown = file.display();
    match std::fs::metadata(file) {
        Err(error) => (Standing::Wrong, format!("无法读取密钥文件 {shown}：{error}")),
        Ok(found) if found.permissions().mode() & 0o077 != 0 => {
            (Standing::Wrong, format!("密钥文件 {shown} 其他用户也能读；请运行 chmod 600 {shown}"))
        }
        Ok(_) => (
            Standing::Good,
            format!("密钥文件 {shown}；不在备份之中，请另存一份，丢失后加密内容无法恢复"),
        ),
    }
}

async fn disk(scratch: &Path) -> (Standing, String) {
    let shown = scratch.display();
    let probe = scratch.join("doctor");
    let written = tokio::fs::write(&probe, b"ok").await;
    drop(tokio::fs::remove_file(&probe).await);
    if let Err(error) = written {
        return (Standing::Wrong, format!("无法写入临时目录 {shown}：{error}"));
    }
    match rustix::fs::statvfs(scratch) {
        Ok(found) => {
            let free = found.f_bavail.saturating_mul(found.f_frsize);
            let standing = if free < FREE_BYTES { Standing::Notice } else { Standing::Good };
            (standing, format!("{shown} 所在磁盘剩余 {} MB", free >> 20))
        }
        Err(error) => (Standing::Notice, format!("无法得知 {shown} 所在磁盘的剩余空间：{error}")),
    }
}

/// The clock must not stand before what was already written.
async fn clock(desk: &Desk) -> Result<(Standing, String), DeskError> {
    let now = desk.clock().now();
    let newest = desk.store().list_audit(&AuditFilter::default(), 1).await?;
    let last = newest.first().map_or(0, |row| row.entry.at);
    let today = desk.today();
    if last > now + CLOCK_SLACK {
        let detail = format!(
            "时钟显示 {}（北京时间），早于最近一条日志的时间 {}；期限按日期计算，请先校准时钟",
            Clock::show(now),
            Clock::show(last)
        );
        return Ok((Standing::Wrong, detail));
    }
    Ok((Standing::Good, format!("今天是 {today}（北京时间）")))
}

/// Re-derives every chain and digest, and the search tokens from the names.
///
/// # Errors
/// When the store cannot be read.
pub async fn fsck(desk: &Desk) -> Result<FsckReport, DeskError> {
    let mut report = desk.store().fsck(&tokens, &mut |_, _| {}).await?;
    crate::publication_log::check(desk, &mut report).await?;
    Ok(report)
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
