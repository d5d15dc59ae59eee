//! The county's signing keys: where each stands, what it signed, and by which commands they are replaced and revoked. No secrets.

use askama::Template;
use axum::extract::Path;
use axum::response::Html;
use xinyong_service::Clock;
use xinyong_service::signing::{self, KeyOverview, KeyStanding};

use super::actor;
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, Fact, Page};
use crate::ui::{draw, words};

const HERE: &str = "/console/signing-keys";

struct KeyRow {
    href: String,
    id: String,
    state: Chip,
    from: String,
    until: String,
    heads: String,
    reports: String,
}

#[derive(Template)]
#[template(path = "console/signing_keys.html")]
struct Keys {
    page: Page,
    keys: Vec<KeyRow>,
}

struct HeadRow {
    at: String,
    size: String,
    root: String,
}

struct ReportRow {
    at: String,
    number: String,
    edition: &'static str,
}

#[derive(Template)]
#[template(path = "console/signing_key.html")]
struct KeyPage {
    page: Page,
    id: String,
    state: Chip,
    facts: Vec<Fact>,
    pem: String,
    heads: Vec<HeadRow>,
    reports: Vec<ReportRow>,
    revocable: bool,
}

fn count(number: i64) -> String {
    words::grouped(u64::try_from(number).unwrap_or_default())
}

fn state_of(key: &KeyOverview) -> Chip {
    match key.standing {
        KeyStanding::Signing => Chip::new("使用中", "good"),
        KeyStanding::Ended => Chip::new("已停用，此前的签名有效", "neutral"),
        KeyStanding::Revoked => Chip::new("已吊销", "bad"),
    }
}

/// The list.
///
/// # Errors
/// `access.denied`.
pub async fn keys(frame: Frame) -> Result<Html<String>, PageError> {
    let found = signing::overview(frame.site.desk(), actor(&frame)?).await?;
    let keys = found
        .iter()
        .map(|key| KeyRow {
            href: format!("{HERE}/{}", key.id),
            id: key.id.clone(),
            state: state_of(key),
            from: Clock::show(key.valid_from),
            until: Clock::show(key.valid_until),
            heads: count(key.heads),
            reports: count(key.reports),
        })
        .collect();
    draw(&Keys { page: frame.console("签名密钥", HERE), keys })
}

/// One key with what it signed.
///
/// # Errors
/// `access.denied`; not found.
pub async fn key(frame: Frame, Path(id): Path<String>) -> Result<Html<String>, PageError> {
    let found = signing::detail(frame.site.desk(), actor(&frame)?, &id).await?;
    let key = &found.key;
    let place =
        if key.in_device { "签名设备中" } else { "数据库中，由密钥文件加密" };
    let mut facts = vec![
        Fact::new("指纹", key.id.as_str()).noted("公钥SM3摘要的前一半，也是密钥的编号"),
        Fact::new("算法", "SM2，SM3摘要"),
        Fact::new("启用", Clock::show(key.valid_from)).noted(key.made_by.as_str()),
        Fact::new("有效期至", Clock::show(key.valid_until)),
        Fact::new("私钥", place),
        Fact::new("最近签名", key.newest_at.map_or_else(|| "从未".to_owned(), Clock::show)),
        Fact::new("签过的树头", count(key.heads)),
        Fact::new("签过的信用报告", count(key.reports)),
    ];
    if let Some(revoked) = &key.revoked {
        facts.push(Fact::new("吊销", Clock::show(revoked.at)).noted(revoked.by.as_str()));
        facts.push(
            Fact::new("不可信的起始时间", Clock::show(revoked.since))
                .noted("自称在此以后所签的都不可信"),
        );
        facts.push(Fact::new("吊销的理由", revoked.reason.as_str()));
    }
    let state = state_of(key);
    let revocable = key.revoked.is_none();
    draw(&KeyPage {
        page: frame.console("签名密钥", HERE),
        id: found.key.id,
        state,
        facts,
        pem: found.pem,
        heads: found
            .heads
            .into_iter()
            .map(|head| HeadRow {
                at: Clock::show(head.at),
                size: count(head.size),
                root: head.root,
            })
            .collect(),
        reports: found
            .reports
            .into_iter()
            .map(|report| ReportRow {
                at: Clock::show(report.at),
                number: report.number,
                edition: report.edition,
            })
            .collect(),
        revocable,
    })
}
