//! `…/report` beside every public record: what is wrong with it; and `/error-reports`: what came of a report.
//!
//! Neither needs a session. The forms carry a code of their own, so that nobody else's page can send them.

use std::time::Instant;

use askama::Template;
use axum::extract::{Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use xinyong_service::browse::PublicRecord;
use xinyong_service::error_reports::{
    self, FormMark, GROUNDS, LONGEST_CONTACT, LONGEST_TEXT, Progress, Receipt, Report,
};
use xinyong_service::{Actor, DeskError};

use crate::api::who;
use crate::csrf;
use crate::fields::Fields;
use crate::guard::{forged, take_fields};
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, Choice, Fact, FormError, Page, message_for};
use crate::ui::{draw, reasons, words};

/// Where a report is looked up.
pub const LOOK_UP: &str = "/error-reports";
/// What a report takes from the bucket of its address: ten at once, then one in six seconds.
const COST_OF_REPORT: u32 = 60;
/// Reports that one address may send in a day: it may be that of a whole building, and stays far below what a unit takes in a day.
const MOST_OF_ADDRESS: u32 = 20;
/// What is counted of an address.
const REPORTS: &str = "error-report";
/// What a look takes.
const COST_OF_LOOK: u32 = 20;

#[derive(Template)]
#[template(path = "portal/error_report.html")]
struct Form {
    page: Page,
    errors: Vec<FormError>,
    record_href: String,
    title: String,
    about: Vec<Fact>,
    mark: FormMark,
    grounds: Vec<Choice>,
    ground_error: String,
    said: String,
    said_error: String,
    said_help: String,
    contact: String,
    contact_error: String,
    contact_help: String,
}

#[derive(Template)]
#[template(path = "portal/error_report_sent.html")]
struct Sent {
    page: Page,
    record_href: String,
    title: String,
    facts: Vec<Fact>,
    look_up_href: &'static str,
}

#[derive(Template)]
#[template(path = "portal/error_report_state.html")]
struct LookUp {
    page: Page,
    errors: Vec<FormError>,
    code: String,
    number: String,
    number_error: String,
    standing: Option<Chip>,
    facts: Vec<Fact>,
}

/// What nobody keeps, neither a cache nor a search engine.
fn unkept(page: impl axum::response::IntoResponse) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], super::unindexed(page)).into_response()
}

fn of_kind(found: &PublicRecord, kind: &str) -> Result<(), PageError> {
    // The kind in the address is for readers; one that does not fit is no address of this record.
    if found.kind == kind { Ok(()) } else { Err(DeskError::NotFound("该信息").into()) }
}

fn ask(
    frame: &Frame,
    found: &PublicRecord,
    mark: FormMark,
    fields: &Fields,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let law = frame.site.desk().law();
    let chosen = fields.get("ground");
    let mut grounds = vec![Choice::new("", "请选择", chosen)];
    if let Some(list) = law.codes().get(GROUNDS) {
        grounds.extend(
            list.codes.iter().map(|code| Choice::new(&code.id, code.label.as_str(), chosen)),
        );
    }
    draw(&Form {
        page: frame.portal("指出信息有误", &words::list_href(&found.kind)),
        record_href: words::record_href(found),
        title: words::record_title(found),
        about: vec![
            Fact::new("信息类别", found.kind_name.as_str()),
            Fact::new("文书号", found.number.as_str()),
            Fact::new("当事人", found.party.as_str()),
        ],
        mark,
        grounds,
        ground_error: message_for(&errors, "ground"),
        said: fields.get("said").to_owned(),
        said_error: message_for(&errors, "said"),
        said_help: format!(
            "哪一项有误、应当是什么、从哪里得知。{LONGEST_TEXT}字以内，不要写身份证号码"
        ),
        contact: fields.get("contact").to_owned(),
        contact_error: message_for(&errors, "contact"),
        contact_help: format!(
            "电话或邮箱，{LONGEST_CONTACT}字以内。加密保存，只有核查的人看得到，办结后删除"
        ),
        errors,
    })
}

/// The form beside a public record.
///
/// # Errors
/// Not found when there is no such record or the public may not see it.
pub async fn form(
    frame: Frame,
    Path((kind, subject, record)): Path<(String, i64, i64)>,
) -> Result<Response, PageError> {
    let (found, mark) = error_reports::form(frame.site.desk(), subject, record).await?;
    of_kind(&found, &kind)?;
    Ok(unkept(ask(&frame, &found, mark, &Fields::default(), Vec::new())?))
}

/// Somebody asks too often.
fn slow_down() -> PageError {
    DeskError::refused("report.too-often", "提交得太频繁，请过一会儿再试").into()
}

/// Refuses an address that has left enough of something for a day.
///
/// # Errors
/// `report.too-many-today`.
pub(crate) fn spare(
    frame: &Frame,
    parts: &Parts,
    what: &'static str,
    most: u32,
) -> Result<(), DeskError> {
    let site = &frame.site;
    if site.left_today().is_full(who(parts), what, most, site.desk().today()) {
        return Err(DeskError::refused(
            "report.too-many-today",
            "您所在的网络今天提交的已经很多，请明天再来；急需办理的，请直接与作出决定的单位或者信用办联系",
        ));
    }
    Ok(())
}

/// Counts what an address has left.
pub(crate) fn count(frame: &Frame, parts: &Parts, what: &'static str) {
    frame.site.left_today().note(who(parts), what, frame.site.desk().today());
}

/// A form that came from a page of ours, not too often. Its fields, and the rest of its request.
async fn admitted(
    frame: &Frame,
    request: Request,
    cost: u32,
) -> Result<Result<(Fields, Parts), Response>, PageError> {
    let (parts, fields) = match take_fields(request).await {
        Ok(read) => read,
        Err(refused) => return Ok(Err(refused)),
    };
    if !from_here(&parts.headers) {
        return Err(forged());
    }
    pay(frame, &parts, cost)?;
    Ok(Ok((fields, parts)))
}

fn from_here(headers: &HeaderMap) -> bool {
    csrf::from_this_site(headers)
}

/// Takes something out of the bucket of the address that asks.
///
/// # Errors
/// `report.too-often`.
pub(crate) fn pay(frame: &Frame, parts: &Parts, cost: u32) -> Result<(), PageError> {
    match frame.site.buckets().take(who(parts), cost, Instant::now()).wait {
        None => Ok(()),
        Some(_) => Err(slow_down()),
    }
}

/// Keeps a report.
///
/// # Errors
/// `access.denied` for a form that is not ours; not found; `report.too-often`. What can be mended is said on the
/// form.
pub async fn send(
    frame: Frame,
    Path((kind, subject, record)): Path<(String, i64, i64)>,
    request: Request,
) -> Result<Response, PageError> {
    let (fields, parts) = match admitted(&frame, request, COST_OF_REPORT).await? {
        Ok(admitted) => admitted,
        Err(refused) => return Ok(refused),
    };
    let desk = frame.site.desk();
    let mark = FormMark {
        once: fields.get("once").to_owned(),
        day: fields.get("day").parse().map_err(|_| forged())?,
        code: fields.get("code").to_owned(),
    };
    if !error_reports::is_ours(desk, subject, record, &mark) {
        return Err(forged());
    }
    let command = Report {
        subject,
        record,
        once: mark.once.clone(),
        ground: fields.get("ground").to_owned(),
        text: fields.get("said").to_owned(),
        contact: fields.get("contact").to_owned(),
    };
    let outcome = match spare(&frame, &parts, REPORTS, MOST_OF_ADDRESS) {
        Ok(()) => error_reports::send(desk, &Actor::visitor(), command).await,
        Err(full) => Err(full),
    };
    match outcome {
        Ok(receipt) => {
            count(&frame, &parts, REPORTS);
            Ok(unkept(sent(&frame, &kind, subject, record, &receipt)?))
        }
        Err(DeskError::Refused(refusal)) => {
            let (found, _) = error_reports::form(desk, subject, record).await?;
            of_kind(&found, &kind)?;
            let field = match refusal.code {
                "report.ground-unknown" => "ground",
                "report.text-missing" => "said",
                "report.contact-too-long" => "contact",
                _ => "",
            };
            let errors = vec![FormError::new(field, refusal.message.as_str())];
            let page = ask(&frame, &found, mark, &fields, errors)?;
            Ok(unkept((StatusCode::BAD_REQUEST, page)))
        }
        Err(error) => Err(error.into()),
    }
}

fn sent(
    frame: &Frame,
    kind: &str,
    subject: i64,
    record: i64,
    receipt: &Receipt,
) -> Result<Html<String>, PageError> {
    let law = frame.site.desk().law();
    let mut facts = vec![
        Fact::new("编号", receipt.number.as_str()),
        Fact::new("查询码", grouped(&receipt.secret)).noted("只在这里显示一次，请记下来"),
    ];
    if let Some(due) = &receipt.due {
        facts.push(Fact::new("答复期限", due.value.date.to_string()).because(reasons::due_why(
            &law,
            "答复期限",
            due,
        )));
    }
    draw(&Sent {
        page: frame.portal("已收到", &words::list_href(kind)),
        record_href: format!("/records/{kind}/{subject}/{record}"),
        title: "返回这条信息".to_owned(),
        facts,
        look_up_href: LOOK_UP,
    })
}

/// Four characters and four, as people read them to each other.
fn grouped(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    letters.chunks(4).map(|part| part.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

fn look(
    frame: &Frame,
    number: &str,
    found: Option<&Progress>,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    draw(&LookUp {
        page: frame.portal("查询纠错的办理情况", "/search"),
        code: error_reports::look_up_code(desk, desk.today()),
        number: number.to_owned(),
        number_error: message_for(&errors, "number"),
        standing: found.map(|found| standing(&found.state)),
        facts: found.map(|found| facts(frame, found)).unwrap_or_default(),
        errors,
    })
}

/// Where a report stands, in a word.
pub fn standing(state: &str) -> Chip {
    match state {
        "received" => Chip::new("已收到", "info"),
        "checking" => Chip::new("核查中", "info"),
        "corrected" => Chip::new("已更正", "good"),
        _ => Chip::new("核查后没有更正", "neutral"),
    }
}

fn facts(frame: &Frame, found: &Progress) -> Vec<Fact> {
    let law = frame.site.desk().law();
    let mut facts = vec![
        Fact::new("编号", found.number.as_str()),
        Fact::new("收到日期", found.received.to_string()),
    ];
    match (found.answered, &found.due) {
        (Some(day), _) => {
            facts.push(Fact::new("答复日期", day.to_string()));
            facts.push(Fact::new("答复", found.answer.as_str()));
        }
        (None, Some(due)) => {
            facts.push(Fact::new("答复期限", due.value.date.to_string()).because(reasons::due_why(
                &law,
                "答复期限",
                due,
            )))
        }
        (None, None) => {}
    }
    facts
}

/// The form for looking up.
///
/// # Errors
/// When the page cannot be drawn.
pub async fn look_up_form(frame: Frame) -> Result<Response, PageError> {
    Ok(unkept(look(&frame, "", None, Vec::new())?))
}

/// What came of a report.
///
/// # Errors
/// `access.denied` for a form that is not ours, `report.too-often`; when the store fails.
pub async fn look_up(frame: Frame, request: Request) -> Result<Response, PageError> {
    let fields = match admitted(&frame, request, COST_OF_LOOK).await? {
        Ok((fields, _)) => fields,
        Err(refused) => return Ok(refused),
    };
    let desk = frame.site.desk();
    if !error_reports::is_our_look_up(desk, fields.get("code")) {
        return Err(forged());
    }
    let number = fields.get("number");
    match error_reports::progress(desk, number, fields.get("secret")).await {
        Ok(found) => Ok(unkept(look(&frame, number, Some(&found), Vec::new())?)),
        Err(DeskError::Refused(refusal)) => {
            let errors = vec![FormError::new("number", refusal.message)];
            Ok(unkept((StatusCode::BAD_REQUEST, look(&frame, number, None, errors)?)))
        }
        Err(error) => Err(error.into()),
    }
}
