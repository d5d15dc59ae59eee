//! `GET` and `POST /console/upload`: a file becomes a batch.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;
use xinyong_domain::law::Profile;
use xinyong_service::{Actor, Permission, Refusal, intake, units};

use super::parts::{Incoming, Parts};
use super::rows::batch_href;
use super::{actor, mendable, onward};
use crate::page_error::PageError;
use crate::scratch::Arriving;
use crate::table::{XLSX, headers};
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Choice, FormError, Link, Page, message_for};

/// The longest table that is pasted, in bytes: some thousand rows. What is longer is a file.
const LONGEST_TABLE: usize = 2 << 20;
/// The fields beside the file, and the bytes of each.
const FIELDS: [(&str, usize); 3] = [("kind", 4096), ("unit", 4096), ("pasted", LONGEST_TABLE)];
/// What a pasted table is called.
const PASTED: &str = "粘贴的表格.csv";

#[derive(Template)]
#[template(path = "console/upload.html")]
struct Upload {
    page: Page,
    errors: Vec<FormError>,
    units: Vec<Choice>,
    unit_error: String,
    kinds: Vec<Choice>,
    kind_error: String,
    file_error: String,
    file_help: String,
    pasted: String,
    pasted_error: String,
    tables: Vec<Link>,
}

/// What the form begins with: who mends a batch need not choose its kind and its unit again.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    kind: String,
    unit: String,
}

/// Address of the form that begins with a kind and a unit.
pub(super) fn href(kind: &str, unit: &str) -> String {
    crate::url::with_query("/console/upload", &[("kind", kind), ("unit", unit)])
}

/// `GET /console/upload`
///
/// # Errors
/// When the store fails.
pub async fn form(frame: Frame, Query(asked): Query<Asked>) -> Result<Html<String>, PageError> {
    let mut begun = Parts::default();
    begun.put("kind", asked.kind);
    begun.put("unit", asked.unit);
    show(&frame, &begun, Vec::new()).await
}

async fn show(
    frame: &Frame,
    sent: &Parts,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let law = desk.law();
    let mut kinds = vec![Choice::new("", "请选择", sent.text("kind"))];
    kinds.extend(
        law.kinds().values().map(|kind| Choice::new(&kind.id, &kind.name, sent.text("kind"))),
    );
    if actor(frame)?.may(Permission::ImportSubjects) {
        kinds.push(Choice::new(intake::REGISTRY, &law.registry().name, sent.text("kind")));
    }
    let tables = kinds.iter().filter(|kind| !kind.value.is_empty()).map(table_link).collect();
    let mut choices = Vec::new();
    if actor(frame)?.unit_limit().is_none() {
        choices.push(Choice::new("", "请选择", sent.text("unit")));
        let names = units::active_units(desk).await?;
        choices.extend(names.iter().map(|(id, name)| Choice::new(id, name, sent.text("unit"))));
    }
    let limits = desk.limits();
    draw(&Upload {
        page: frame.console("报送文件", "/console/upload"),
        unit_error: message_for(&errors, "unit"),
        kind_error: message_for(&errors, "kind"),
        file_error: message_for(&errors, "file"),
        pasted: sent.text("pasted").to_owned(),
        pasted_error: message_for(&errors, "pasted"),
        errors,
        tables,
        units: choices,
        kinds,
        file_help: format!(
            ".xlsx（不超过 {} MB）、.xls（不超过 {} MB）或 .csv（不超过 {} MB，UTF-8 或 GB18030）。\
             列的次序不限，列名可用官方表样或各部门惯用写法",
            limits.packed >> 20,
            limits.xls >> 20,
            limits.csv >> 20
        ),
    })
}

fn table_link(kind: &Choice) -> Link {
    let href = format!("/console/upload/{}/table.xlsx", crate::url::encode(&kind.value));
    Link { href, label: kind.label.clone() }
}

/// `GET /console/upload/{kind}/table.xlsx`: the empty table of a kind, to be filled in.
///
/// # Errors
/// `access.denied`, not found.
pub async fn table(frame: Frame, Path(kind): Path<String>) -> Result<Response, PageError> {
    let made = intake::template(frame.site.desk(), actor(&frame)?, &kind)?;
    let headers = headers(XLSX, &format!("{kind}.xlsx"), &format!("{}-空白表格.xlsx", made.name))?;
    Ok((headers, made.workbook).into_response())
}

/// `POST /console/upload`: keeps the file as a batch and begins its check.
///
/// # Errors
/// `access.denied`; when the store fails. What the person can mend is said on the form.
pub async fn upload(frame: Frame, incoming: Incoming) -> Result<Response, PageError> {
    let desk = frame.site.desk().clone();
    let mut sent = Parts::default();
    match incoming.read(&desk, &FIELDS, &mut sent).await? {
        Ok(()) => {}
        Err(refusal) => return again(&frame, &sent, &refusal).await,
    }
    if sent.file.is_none() && !sent.text("pasted").is_empty() {
        let mut arriving = Arriving::begin(&desk).await?;
        arriving.take(sent.text("pasted").as_bytes()).await?;
        sent.file = Some((arriving.end().await?, PASTED.to_owned()));
    }
    let missing = missing(&sent, actor(&frame)?);
    let Some((scratch, file_name)) = sent.file.as_ref().filter(|_| missing.is_empty()) else {
        let page = show(&frame, &sent, missing).await?;
        return Ok((StatusCode::BAD_REQUEST, page).into_response());
    };
    let unit = match actor(&frame)?.unit_limit() {
        _ if sent.text("kind") == intake::REGISTRY => intake::REGISTRY_UNIT.to_owned(),
        Some(own) => own.to_owned(),
        None => sent.text("unit").to_owned(),
    };
    let command = intake::Receive {
        path: scratch.path().to_path_buf(),
        file_name: file_name.clone(),
        kind: sent.text("kind").to_owned(),
        unit,
        profile: Profile::Reported,
    };
    let received = match intake::receive(&desk, actor(&frame)?, command).await {
        Ok(received) => received,
        Err(error) => return again(&frame, &sent, &mendable(error)?).await,
    };
    let href = batch_href(received.batch);
    if received.repeated {
        return Ok(onward(&frame, &format!("{href}?repeated=true")));
    }
    tokio::spawn(async move {
        if let Err(error) = intake::check(&desk, received.batch).await {
            tracing::error!(batch = received.batch, code = error.code(), %error, "check failed");
        }
    });
    Ok(onward(&frame, &href))
}

/// The form again, with what the desk said about it.
async fn again(frame: &Frame, sent: &Parts, refusal: &Refusal) -> Result<Response, PageError> {
    let field = match refusal.code.split('.').next() {
        Some("kind") => "kind",
        Some("unit") if asks_unit(actor(frame)?, sent) => "unit",
        Some("unit") => "",
        _ if sent.file.as_ref().is_some_and(|(_, name)| name == PASTED) => "pasted",
        _ => "file",
    };
    let errors = vec![FormError::new(field, refusal.message.as_str())];
    Ok((StatusCode::BAD_REQUEST, show(frame, sent, errors).await?).into_response())
}

/// Whether the form asks whose file it is. Whose the registry is, is settled.
fn asks_unit(actor: &Actor, sent: &Parts) -> bool {
    actor.unit_limit().is_none() && sent.text("kind") != intake::REGISTRY
}

fn missing(sent: &Parts, actor: &Actor) -> Vec<FormError> {
    let mut errors = Vec::new();
    if asks_unit(actor, sent) && sent.text("unit").is_empty() {
        errors.push(FormError::new("unit", "请选择报送单位"));
    }
    if sent.text("kind").is_empty() {
        errors.push(FormError::new("kind", "请选择信息类别"));
    }
    if sent.file.is_none() {
        errors.push(FormError::new("file", "请选择要报送的文件，或者把表格粘贴在下面"));
    }
    errors
}
