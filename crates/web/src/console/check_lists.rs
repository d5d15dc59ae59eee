//! `/console/checks/lists`: a list of subjects is checked, row by row.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use xinyong_service::Clock;
use xinyong_service::check::{self, Asked, ListView, MOST_ROWS};

use super::checks::{HERE as CHECKS, error_of, purposes};
use super::parts::{Incoming, Parts};
use super::{actor, mendable, onward};
use crate::page_error::PageError;
use crate::scratch::Scratch;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, Choice, Fact, FormError, Page, message_for};
use crate::ui::words;

const HERE: &str = "/console/checks/lists";
/// The fields beside the file, and the bytes of each.
const FIELDS: [(&str, usize); 3] = [("purpose", 64), ("basis", 1_024), ("reference", 512)];

struct ListRow {
    href: String,
    file_name: String,
    at: String,
    purpose: String,
    unit: String,
    standing: Chip,
    counts: String,
}

#[derive(Template)]
#[template(path = "console/check_lists.html")]
struct Lists {
    page: Page,
    errors: Vec<FormError>,
    file_error: String,
    file_help: String,
    purposes: Vec<Choice>,
    purpose_error: String,
    basis: String,
    basis_error: String,
    reference: String,
    reference_error: String,
    rows: Vec<ListRow>,
}

fn standing(list: &ListView) -> Chip {
    match list.state.as_str() {
        "done" => Chip::new("已完成", "good"),
        "refused" => Chip::new("未受理", "warn"),
        "running" => Chip::new("核查中", "info"),
        _ => Chip::new("等待核查", "info"),
    }
}

fn counts(list: &ListView) -> String {
    format!(
        "{} / {} 行",
        words::grouped(list.done.unsigned_abs()),
        words::grouped(list.rows.unsigned_abs())
    )
}

/// `GET /console/checks/lists`
///
/// # Errors
/// `access.denied`; when the store fails.
pub async fn lists(frame: Frame) -> Result<Html<String>, PageError> {
    show(&frame, &Parts::default(), Vec::new()).await
}

async fn show(
    frame: &Frame,
    sent: &Parts,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let found = check::lists(desk, actor(frame)?).await?;
    draw(&Lists {
        page: frame.console("批量核查", CHECKS),
        file_error: message_for(&errors, "file"),
        file_help: format!(
            ".xlsx、.xls 或 .csv，第一张表里有“统一社会信用代码”或“名称”一列，最多 {} 行",
            words::grouped(MOST_ROWS as u64)
        ),
        purposes: purposes(desk, sent.text("purpose")),
        purpose_error: message_for(&errors, "purpose"),
        basis: sent.text("basis").to_owned(),
        basis_error: message_for(&errors, "basis"),
        reference: sent.text("reference").to_owned(),
        reference_error: message_for(&errors, "reference"),
        errors,
        rows: found
            .iter()
            .map(|list| ListRow {
                href: format!("{HERE}/{}", list.id),
                file_name: list.file_name.clone(),
                at: Clock::show(list.at),
                purpose: list.purpose.clone(),
                unit: list.unit.clone(),
                standing: standing(list),
                counts: counts(list),
            })
            .collect(),
    })
}

/// `POST /console/checks/lists`
///
/// # Errors
/// `access.denied`; when the store fails. What the person can mend is said on the form.
pub async fn send(frame: Frame, incoming: Incoming) -> Result<Response, PageError> {
    let desk = frame.site.desk().clone();
    let mut sent = Parts::default();
    let error = match incoming.read(&desk, &FIELDS, &mut sent).await? {
        Err(refusal) => FormError::new("file", refusal.message),
        Ok(()) => match &sent.file {
            None => FormError::new("file", "请选择名单文件"),
            Some((scratch, file_name)) => {
                let asked = Asked {
                    purpose: sent.text("purpose").to_owned(),
                    basis: sent.text("basis").to_owned(),
                    reference: sent.text("reference").to_owned(),
                    way: "sheet",
                };
                let path = scratch.path();
                match check::receive_list(&desk, actor(&frame)?, path, file_name, &asked).await {
                    Ok(id) => {
                        begin(desk, id);
                        return Ok(onward(&frame, &format!("{HERE}/{id}")));
                    }
                    Err(error) => {
                        let mut error = error_of(mendable(error)?);
                        if error.field == "subject" {
                            "file".clone_into(&mut error.field);
                        }
                        error
                    }
                }
            }
        },
    };
    let page = show(&frame, &sent, vec![error]).await?;
    Ok((StatusCode::BAD_REQUEST, page).into_response())
}

/// Works a list through while the person goes on.
fn begin(desk: xinyong_service::Desk, id: i64) {
    tokio::spawn(async move {
        if let Err(error) = check::run_list(&desk, id).await {
            tracing::error!(list = id, code = error.code(), "check list stopped");
        }
    });
}

#[derive(Template)]
#[template(path = "console/check_list.html")]
struct List {
    page: Page,
    title: String,
    standing: Chip,
    facts: Vec<Fact>,
    running: bool,
    done: i64,
    total: i64,
    text: String,
    refusal: String,
    file_href: String,
}

/// `GET /console/checks/lists/{id}`
///
/// # Errors
/// `access.denied`, not found.
pub async fn list(frame: Frame, Path(id): Path<i64>) -> Result<Html<String>, PageError> {
    let found = check::list(frame.site.desk(), actor(&frame)?, id).await?;
    let done = found.state == "done";
    draw(&List {
        page: frame.console(&found.file_name, CHECKS),
        standing: standing(&found),
        facts: vec![
            Fact::new("用途", found.purpose.as_str()),
            Fact::new("依据", found.basis.as_str()),
            Fact::new("单位", found.unit.as_str()),
            Fact::new("收到时间", Clock::show(found.at)),
        ],
        running: matches!(found.state.as_str(), "received" | "running"),
        text: counts(&found),
        done: found.done,
        total: found.rows,
        refusal: found.refusal,
        file_href: if done { format!("{HERE}/{id}/answers.xlsx") } else { String::new() },
        title: found.file_name,
    })
}

/// `GET /console/checks/lists/{id}/answers.xlsx`
///
/// # Errors
/// `access.denied`, not found, `check.list-running`, `check.list-over`.
pub async fn answers(frame: Frame, Path(id): Path<i64>) -> Result<Response, PageError> {
    let desk = frame.site.desk();
    let who = actor(&frame)?;
    let found = check::list(desk, who, id).await?;
    let scratch = Scratch::new(desk, "checked", ".xlsx")?;
    check::answered_list(desk, who, id, scratch.path()).await?;
    scratch.hand_out(&format!("checks-{id}"), &found.file_name, "核查结果").await
}
