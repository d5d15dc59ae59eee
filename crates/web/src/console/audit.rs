//! The audit log: sifted, page by page, as a table to keep, verified on demand. Nothing here changes it.

use askama::Template;
use axum::extract::Query;
use axum::http::header;
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;
use xinyong_service::browse::{self, AuditLine, AuditPage, AuditQuery};
use xinyong_service::{Clock, StreamCheck};

use super::{actor, mendable};
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, Choice, Fact, FormError, NoticeText, Page, Pager, message_for};
use crate::ui::{deeds, draw, words};
use crate::url;

const PAGE: &str = "/console/audit";

struct Line {
    at: String,
    person: String,
    login: String,
    deed: String,
    action: String,
    object: String,
    outcome: Chip,
    detail: String,
}

#[derive(Template)]
#[template(path = "console/audit.html")]
struct Audit {
    page: Page,
    errors: Vec<FormError>,
    asked: Asked,
    actions: Vec<Choice>,
    from_error: String,
    to_error: String,
    lines: Vec<Line>,
    pager: Pager,
    kept: Vec<Fact>,
    verdict: Option<NoticeText>,
    checks: Vec<CheckRow>,
    export_href: String,
    verify_href: String,
}

struct CheckRow {
    stream: String,
    entries: String,
    span: String,
    state: Chip,
    note: String,
}

/// What the page was asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    actor: String,
    action: String,
    object: String,
    from: String,
    to: String,
    after: String,
    verify: bool,
}

impl Asked {
    fn query(&self) -> AuditQuery {
        AuditQuery {
            actor: self.actor.clone(),
            action: self.action.clone(),
            object: self.object.clone(),
            from: self.from.clone(),
            to: self.to.clone(),
            after: self.after.clone(),
        }
    }

    fn href(&self, path: &str, more: &[(&str, &str)]) -> String {
        let mut pairs = vec![
            ("actor", self.actor.as_str()),
            ("action", self.action.as_str()),
            ("object", self.object.as_str()),
            ("from", self.from.as_str()),
            ("to", self.to.as_str()),
        ];
        pairs.extend_from_slice(more);
        url::with_query(path, &pairs)
    }
}

/// `done` and `refused` in words.
fn outcome(word: &str) -> Chip {
    match word {
        "done" => Chip::new("已办", "good"),
        "refused" => Chip::new("已拒绝", "warn"),
        other => Chip::new(other, "neutral"),
    }
}

fn detail(json: &str) -> String {
    if json == "{}" { String::new() } else { json.to_owned() }
}

/// As on the page, where details without any word in them are only noise; the export has them as they are kept.
fn shown_detail(json: &str) -> String {
    let kept: Option<serde_json::Map<String, serde_json::Value>> = serde_json::from_str(json).ok();
    let is_empty = |value: &serde_json::Value| value.as_str().is_some_and(str::is_empty);
    if kept.is_some_and(|kept| kept.values().all(is_empty)) { String::new() } else { detail(json) }
}

fn line(line: AuditLine) -> Line {
    Line {
        at: Clock::show(line.at),
        login: if line.name == line.actor { String::new() } else { line.actor },
        person: line.name,
        deed: deeds::label(&line.action).to_owned(),
        action: line.action,
        object: line.object,
        outcome: outcome(&line.outcome),
        detail: shown_detail(&line.detail),
    }
}

fn check_row(check: StreamCheck) -> CheckRow {
    CheckRow {
        entries: words::grouped(u64::try_from(check.entries).unwrap_or_default()),
        span: format!("{} 至 {}", Clock::show(check.first_at), Clock::show(check.last_at)),
        state: match check.wrong {
            None => Chip::new("完整", "good"),
            Some(_) => Chip::new("有问题", "bad"),
        },
        note: check
            .wrong
            .map_or_else(String::new, |(seq, reason)| format!("第 {seq} 条：{reason}")),
        stream: check.stream,
    }
}

fn verdict(checks: &[StreamCheck]) -> NoticeText {
    if checks.iter().all(|check| check.wrong.is_none()) {
        let entries: i64 = checks.iter().map(|check| check.entries).sum();
        let text = format!(
            "本页日志所在的 {} 段日志链共 {} 条，逐条重新计算，前后衔接，没有增删改。",
            checks.len(),
            words::grouped(u64::try_from(entries).unwrap_or_default())
        );
        NoticeText::new("success", "校验通过", text)
    } else {
        let text = "有日志被改动、删除或插入，详见下表。请保存现场，立即报告。";
        NoticeText::new("danger", "校验没有通过", text)
    }
}

/// `GET /console/audit`. That it was read is a line of it.
///
/// # Errors
/// `access.denied`.
pub async fn audit(frame: Frame, Query(asked): Query<Asked>) -> Result<Html<String>, PageError> {
    let (desk, who) = (frame.site.desk(), actor(&frame)?);
    let mut errors = Vec::new();
    let found = match browse::audit_page(desk, who, &asked.query()).await {
        Ok(found) => found,
        Err(error) => {
            let refusal = mendable(error)?;
            let field = match refusal.code {
                "audit.date-invalid" if asked.to.is_empty() => "from",
                "audit.date-invalid" | "audit.range-invalid" => "to",
                _ => "",
            };
            errors.push(FormError::new(field, refusal.message));
            AuditPage { lines: Vec::new(), next: String::new(), actions: Vec::new(), years: None }
        }
    };
    let checks = if asked.verify && errors.is_empty() {
        browse::verify_audit(desk, who, &found).await?
    } else {
        Vec::new()
    };
    let mut actions = vec![Choice::new("", "全部", &asked.action)];
    actions.extend(
        found.actions.iter().map(|action| Choice::new(action, deeds::label(action), &asked.action)),
    );
    let pager = Pager {
        summary: format!("本页 {} 条", found.lines.len()),
        prev: if asked.after.is_empty() { String::new() } else { asked.href(PAGE, &[]) },
        next: match found.next.is_empty() {
            true => String::new(),
            false => asked.href(PAGE, &[("after", found.next.as_str())]),
        },
        pages: Vec::new(),
    };
    let kept = found
        .years
        .map(|years| {
            Fact::new("保存年限", format!("{years} 年"))
                .noted("法规参数“审计日志保存年限”；平台不提供删除日志的办法")
        })
        .into_iter()
        .collect();
    draw(&Audit {
        page: frame.console("审计日志", PAGE),
        from_error: message_for(&errors, "from"),
        to_error: message_for(&errors, "to"),
        errors,
        actions,
        verdict: (!checks.is_empty()).then(|| verdict(&checks)),
        checks: checks.into_iter().map(check_row).collect(),
        export_href: asked.href("/console/audit/export.csv", &[]),
        verify_href: asked.href(PAGE, &[("after", asked.after.as_str()), ("verify", "true")]),
        lines: found.lines.into_iter().map(line).collect(),
        pager,
        kept,
        asked,
    })
}

/// A cell as a spreadsheet reads it: quoted, and nothing in it taken for a formula.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

/// `GET /console/audit/export.csv`: what the filter asks for, with a byte order mark, so that a spreadsheet reads it right.
///
/// # Errors
/// `access.denied`.
pub async fn export(frame: Frame, Query(asked): Query<Asked>) -> Result<Response, PageError> {
    let (lines, more) =
        browse::audit_export(frame.site.desk(), actor(&frame)?, &asked.query()).await?;
    let mut text =
        String::from("\u{feff}时间,登录名,姓名,事项,事项代码,对象,结果,说明,日志链,序号\r\n");
    for line in lines {
        let cells = [
            Clock::show(line.at),
            line.actor,
            line.name,
            deeds::label(&line.action).to_owned(),
            line.action,
            line.object,
            outcome(&line.outcome).text,
            detail(&line.detail),
            line.place.0,
            line.place.1.to_string(),
        ];
        text.push_str(&cells.iter().map(|text| cell(text)).collect::<Vec<_>>().join(","));
        text.push_str("\r\n");
    }
    if more {
        text.push_str("\"以下还有，请缩小日期范围分次导出\"\r\n");
    }
    let day = frame.site.desk().today();
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!(
                "attachment; filename=\"audit-{day}.csv\"; filename*=UTF-8''{}",
                url::encode(&format!("审计日志-{day}.csv"))
            ),
        ),
    ];
    Ok((headers, text).into_response())
}
