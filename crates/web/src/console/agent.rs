//! One who asks to act for a subject, or does: what the credit office needs to decide, and its decisions.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;
use xinyong_domain::workflow::mandate::Standing;
use xinyong_service::agents::{self, AgentCase};
use xinyong_service::{Clock, DeskError};

use super::agents::{HERE, href};
use super::{actor, mendable, onward};
use crate::fields::Fields;
use crate::my::home::standing;
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, Fact, FormError, NoticeText, Page, message_for};
use crate::ui::{draw, reasons, words};

struct Other {
    href: String,
    name: String,
    since: String,
}

struct Before {
    what: &'static str,
    at: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "console/agent.html")]
struct Shown {
    page: Page,
    errors: Vec<FormError>,
    notice: Option<NoticeText>,
    warnings: Vec<NoticeText>,
    here: String,
    firm: String,
    standing: Chip,
    firm_facts: Vec<Fact>,
    person_facts: Vec<Fact>,
    others: Vec<Other>,
    before: Vec<Before>,
    deeds: Vec<Fact>,
    file_href: String,
    waits: bool,
    stands: bool,
    reason: String,
    reason_error: String,
}

/// What has just been done.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
}

/// `GET /console/agents/{id}`
///
/// # Errors
/// `access.denied`, not found.
pub async fn agent(
    frame: Frame,
    Path(id): Path<i64>,
    Query(done): Query<Done>,
) -> Result<Html<String>, PageError> {
    let notice = match done.done.as_str() {
        "confirmed" => Some(("已确认", "申请人从现在起可以办理该主体的事项。")),
        "refused" => Some(("已办理", "申请人会看到理由，补正后可以重新申请。")),
        "ended" => Some(("已终止", "该经办人的下一次操作起不再生效。")),
        _ => None,
    };
    let notice = notice.map(|(title, text)| NoticeText::new("success", title, text));
    show(&frame, id, notice, "", Vec::new()).await
}

fn warnings(case: &AgentCase) -> Vec<NoticeText> {
    let mut warnings = Vec::new();
    if case.row.standing != Standing::Waiting {
        return warnings;
    }
    if case.same_firm > 0 {
        warnings.push(NoticeText::new(
            "warning",
            "同一个人已用另一账号申请或经办这个主体",
            "身份证号相同。请先核对是否重复申请。",
        ));
    } else if case.same_person > 0 {
        warnings.push(NoticeText::new(
            "info",
            format!("同一个人另有 {} 个经办人账号", case.same_person),
            "身份证号相同，是否需要另设账号请与申请人核实。",
        ));
    }
    if case.row.replaces && !case.others.is_empty() {
        warnings.push(NoticeText::new(
            "warning",
            "这是更换经办人的申请",
            format!("确认后，下列 {} 名现有的经办人同时终止。", case.others.len()),
        ));
    }
    warnings
}

async fn show(
    frame: &Frame,
    id: i64,
    notice: Option<NoticeText>,
    reason: &str,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let law = desk.law();
    let case = agents::mandate(desk, actor(frame)?, id).await?;
    let warnings = warnings(&case);
    let row = &case.row;
    let mut firm_facts = vec![
        Fact::new("统一社会信用代码", row.code.as_str()).to(words::holdings_href(&row.code)),
        Fact::new("登记状态", words::status(&case.status).text),
    ];
    if !case.representative.is_empty() {
        firm_facts.push(Fact::new("法定代表人（负责人）", case.representative.as_str()));
    }
    let mut person_facts = vec![
        Fact::new("姓名", case.person.name.as_str()),
        Fact::new("手机号码", case.person.mobile.as_str()),
        Fact::new("身份证号", case.person.masked_identity()).noted("完整号码加密保存，不显示"),
        Fact::new("登录名", case.login.as_str()),
        Fact::new("申请时间", Clock::show(row.applied_at)),
    ];
    if let Some(due) = &row.due {
        let left = row.left.map(|left| words::left(desk.today(), due.value.date, left).text);
        let fact = Fact::new("确认期限", due.value.date.to_string())
            .noted(left.unwrap_or_default())
            .because(reasons::due_why(&law, "确认期限", due));
        person_facts.push(fact);
    }
    let mut deeds = Vec::new();
    for (what, deed) in [("办理", &case.decided), ("终止", &case.ended)] {
        if let Some((who, at, why)) = deed {
            let text = format!("{}　{}", agents::typed_login(&who.name), Clock::show(*at));
            deeds.push(Fact::new(what, text).noted(why.as_str()));
        }
    }
    draw(&Shown {
        page: frame.console(&row.firm, HERE),
        notice,
        warnings,
        here: href(id),
        firm: row.firm.clone(),
        standing: standing(row.standing),
        firm_facts,
        person_facts,
        others: case
            .others
            .iter()
            .map(|(mandate, name, since)| Other {
                href: href(*mandate),
                name: name.clone(),
                since: Clock::show(*since),
            })
            .collect(),
        before: case
            .before
            .iter()
            .map(|(standing, at, reason)| Before {
                what: standing.label(),
                at: Clock::show(*at),
                reason: reason.clone(),
            })
            .collect(),
        deeds,
        file_href: if case.file_type.is_empty() {
            String::new()
        } else {
            format!("{}/file", href(id))
        },
        waits: row.standing == Standing::Waiting,
        stands: row.standing == Standing::Active,
        reason: reason.to_owned(),
        reason_error: message_for(&errors, "reason"),
        errors,
    })
}

/// `GET /console/agents/{id}/file`: the statement of authority, to be saved: what others sent is never opened inside a page of ours.
///
/// # Errors
/// `access.denied`, not found.
pub async fn file(frame: Frame, Path(id): Path<i64>) -> Result<Response, PageError> {
    let (bytes, ending) = agents::mandate_file(frame.site.desk(), actor(&frame)?, id).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"authority-{id}.{ending}\"")),
    ];
    Ok((headers, bytes).into_response())
}

async fn answer(
    frame: &Frame,
    id: i64,
    outcome: Result<(), DeskError>,
    (done, reason): (&str, &str),
) -> Result<Response, PageError> {
    let Err(error) = outcome else {
        return Ok(onward(frame, &format!("{}?done={done}", href(id))));
    };
    let refusal = mendable(error)?;
    let field = if refusal.code == "agent.reason-missing" { "reason" } else { "" };
    let errors = vec![FormError::new(field, refusal.message)];
    let page = show(frame, id, None, reason, errors).await?;
    Ok((StatusCode::BAD_REQUEST, page).into_response())
}

/// `POST /console/agents/{id}/confirm`
///
/// # Errors
/// `access.denied`, not found.
pub async fn confirm(frame: Frame, Path(id): Path<i64>) -> Result<Response, PageError> {
    let outcome = agents::confirm(frame.site.desk(), actor(&frame)?, id).await;
    answer(&frame, id, outcome, ("confirmed", "")).await
}

/// `POST /console/agents/{id}/refuse`
///
/// # Errors
/// `access.denied`, not found.
pub async fn refuse(
    frame: Frame,
    Path(id): Path<i64>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let reason = fields.get("reason");
    let outcome = agents::refuse(frame.site.desk(), actor(&frame)?, id, reason).await;
    answer(&frame, id, outcome, ("refused", reason)).await
}

/// `POST /console/agents/{id}/end`
///
/// # Errors
/// `access.denied`, not found.
pub async fn end(
    frame: Frame,
    Path(id): Path<i64>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let reason = fields.get("reason");
    let outcome = agents::end(frame.site.desk(), actor(&frame)?, id, reason).await;
    answer(&frame, id, outcome, ("ended", reason)).await
}
