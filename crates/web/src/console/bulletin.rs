//! 通报: the bulletin of a month in the form of an official document, its table as a workbook, its issue.

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use xinyong_service::Clock;
use xinyong_service::reporting::{self, Bulletin, BulletinRow, Month, share};

use super::reporting::HERE;
use super::{actor, mendable, onward};
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Bar, FormError, Page, Person, message_for};
use crate::ui::{draw, words};

struct Row {
    place: String,
    name: String,
    numbers: Vec<String>,
    rates: Vec<String>,
}

struct Issue {
    number: String,
    seq: i64,
    by: Person,
    at: String,
}

struct Changed {
    name: String,
    what: &'static str,
    then: String,
    now: String,
}

struct Section {
    heading: String,
    paragraphs: Vec<String>,
}

#[derive(Template)]
#[template(path = "console/bulletin.html")]
struct BulletinPage {
    page: Page,
    errors: Vec<FormError>,
    here: String,
    back_href: String,
    office: String,
    number: String,
    title: String,
    addressees: &'static str,
    chart_title: &'static str,
    annex_title: String,
    note: String,
    settled: bool,
    text: Vec<Section>,
    heads: Vec<&'static str>,
    rows: Vec<Row>,
    chart: Vec<Bar>,
    day: String,
    issued: Vec<Issue>,
    differences: Vec<Changed>,
    new_number: String,
    number_error: String,
}

fn row(row: &BulletinRow) -> Row {
    Row {
        place: row.place.map(|place| place.to_string()).unwrap_or_default(),
        name: row.name.clone(),
        numbers: row.numbers().iter().map(|(_, number)| words::grouped(*number)).collect(),
        rates: row.rates().map(|(_, rate)| share(rate)).to_vec(),
    }
}

fn month_of(text: &str) -> Result<Month, PageError> {
    Month::parse(text).map_err(|_| xinyong_service::DeskError::NotFound("该月通报").into())
}

async fn page(
    frame: &Frame,
    month: Month,
    fields: &Fields,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let found = reporting::bulletin(frame.site.desk(), actor(frame)?, month).await?;
    draw(&BulletinPage {
        page: frame.console(&format!("{}归集情况通报", month.label()), HERE),
        here: format!("/console/bulletins/{month}"),
        back_href: format!("{HERE}?month={month}"),
        title: found.title(),
        addressees: Bulletin::ADDRESSEES,
        chart_title: Bulletin::CHART,
        annex_title: found.annex_title(),
        note: found.note(),
        number: found.number_shown().to_owned(),
        day: found.day_shown(),
        heads: found.headings().skip(2).collect(),
        rows: found.lines().map(|one| row(&one)).collect(),
        settled: found.settled,
        text: found
            .text
            .iter()
            .map(|(heading, paragraphs)| Section {
                heading: heading.clone(),
                paragraphs: paragraphs.clone(),
            })
            .collect(),
        office: found.office.clone(),
        chart: found
            .ranked()
            .map(|row| {
                let rate = row.timely();
                Bar {
                    label: row.name.clone(),
                    value: share(rate),
                    share: (rate.part * 100).checked_div(rate.whole).unwrap_or_default(),
                }
            })
            .collect(),
        issued: found
            .issued
            .iter()
            .map(|one| Issue {
                number: one.number.clone(),
                seq: one.seq,
                by: Person::from(&one.by),
                at: Clock::show(one.at),
            })
            .collect(),
        differences: found
            .differences
            .iter()
            .map(|one| Changed {
                name: one.name.clone(),
                what: one.what,
                then: words::grouped(one.then),
                now: words::grouped(one.now),
            })
            .collect(),
        new_number: fields.get("number").to_owned(),
        number_error: message_for(&errors, "number"),
        errors,
    })
}

/// The bulletin of a month.
///
/// # Errors
/// `access.denied`; not found for what is no month.
pub async fn bulletin(frame: Frame, Path(month): Path<String>) -> Result<Html<String>, PageError> {
    page(&frame, month_of(&month)?, &Fields::default(), Vec::new()).await
}

/// Issues it.
///
/// # Errors
/// `access.denied`. What the person can mend is said on the page.
pub async fn issue(
    frame: Frame,
    Path(month): Path<String>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let month = month_of(&month)?;
    let desk = frame.site.desk();
    match reporting::issue(desk, actor(&frame)?, month, fields.get("number")).await {
        Ok(()) => Ok(onward(&frame, &format!("/console/bulletins/{month}"))),
        Err(error) => {
            let refusal = mendable(error)?;
            let errors = vec![FormError::new("number", refusal.message.as_str())];
            let page = page(&frame, month, &fields, errors).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

async fn file(frame: &Frame, month: &str) -> Result<(Month, Bulletin), PageError> {
    let month = month_of(month)?;
    Ok((month, reporting::bulletin(frame.site.desk(), actor(frame)?, month).await?))
}

fn attached(month: Month, ending: &str, kind: &'static str, bytes: Vec<u8>) -> Response {
    let name = format!("attachment; filename=\"bulletin-{month}.{ending}\"");
    let headers = [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)];
    (headers, bytes).into_response()
}

/// Its table as a workbook.
///
/// # Errors
/// `access.denied`; not found for what is no month.
pub async fn table(frame: Frame, Path(month): Path<String>) -> Result<Response, PageError> {
    let (month, found) = file(&frame, &month).await?;
    Ok(attached(month, "xlsx", crate::table::XLSX, found.workbook()?))
}

/// The document as PDF.
///
/// # Errors
/// `access.denied`, `document.no-press`; not found for what is no month.
pub async fn pdf(frame: Frame, Path(month): Path<String>) -> Result<Response, PageError> {
    let (month, found) = file(&frame, &month).await?;
    let bytes = found.pdf(frame.site.desk()).await?;
    Ok(attached(month, "pdf", "application/pdf", bytes))
}
