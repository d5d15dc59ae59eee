//! The credit report of a subject as a signed file, and whether a report still stands.

use askama::Template;
use axum::extract::{Path, Query, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use xinyong_service::report::{self, Issued, Standing};
use xinyong_service::{Actor, Clock, DeskError};

use super::error_report::pay;
use super::subject::asked_for;
use crate::page_error::PageError;
use crate::table;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, Fact, FormError, Page, message_for};

/// What a report takes from the bucket of its address: it is typeset, signed and kept.
const COST_OF_REPORT: u32 = 20;
/// What a look at a number takes, so that nobody tries them all.
const COST_OF_LOOK: u32 = 10;

#[derive(Template)]
#[template(path = "portal/report_check.html")]
struct Check {
    page: Page,
    errors: Vec<FormError>,
    number: String,
    number_error: String,
    standing: Option<Chip>,
    facts: Vec<Fact>,
    subject_href: String,
}

/// The public report about a subject.
///
/// # Errors
/// `code.invalid`, not found, `report.no-key`, `document.no-press`, `report.too-often`.
pub async fn pdf(
    frame: Frame,
    Path(code): Path<String>,
    request: Request,
) -> Result<Response, PageError> {
    let (parts, _) = request.into_parts();
    pay(&frame, &parts, COST_OF_REPORT)?;
    let found = match asked_for(&frame, &code).await? {
        Ok(found) => found,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let (desk, facts) = (frame.site.desk(), found.facts);
    let site = address_of(&frame);
    let issued = report::public(desk, &Actor::visitor(), &facts.code, &site).await?;
    let name = format!("{}公共信用信息报告", facts.name);
    Ok(super::unindexed(handed_out(&facts.code, &name, issued)?))
}

/// The address that a report bears. It is signed and kept: the county's own, never one that the request names.
pub fn address_of(frame: &Frame) -> String {
    let named = frame.site.county().map_or("", |county| county.text("site_url"));
    match named.trim_end_matches('/') {
        "" => String::new(),
        named => format!("{named}{}", frame.site.base_path()),
    }
}

/// A report as a file to be kept. It is of this moment, and names penalties whose publicity ends: nothing on the way keeps it.
///
/// # Errors
/// When its name cannot stand in a header.
pub fn handed_out(code: &str, name: &str, issued: Issued) -> Result<Response, PageError> {
    let plain = format!("{code}-{}.pdf", issued.number);
    let headers = table::headers("application/pdf", &plain, &format!("{name}.pdf"))?;
    let kept = [(header::CACHE_CONTROL, "no-store")];
    Ok((headers, kept, issued.pdf).into_response())
}

/// Which report is asked about.
#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    number: String,
}

fn page(
    frame: &Frame,
    number: &str,
    found: Option<&Standing>,
    errors: Vec<FormError>,
) -> Result<impl axum::response::IntoResponse + use<>, PageError> {
    let about = found.and_then(|found| found.about.as_ref());
    let standing = found.map(|found| match (found.still, about.is_some()) {
        (true, true) => Chip::new("有效，公开的信息没有变化", "good"),
        (false, true) => Chip::new("是本站出具的，此后公开的信息有变化", "warn"),
        (true, false) => Chip::new("有效，所载情况没有变化", "good"),
        (false, false) => Chip::new("是本站出具的，此后情况有变化，已被取代", "warn"),
    });
    let mut facts: Vec<Fact> =
        found.iter().map(|found| Fact::new("报告编号", found.number.as_str())).collect();
    facts.extend(about.into_iter().flat_map(|about| {
        [
            Fact::new("版本", about.edition),
            Fact::new("主体", about.name.as_str()),
            Fact::new("统一社会信用代码", about.code.as_str()),
            Fact::new("数据截至", about.as_of.to_string()),
            Fact::new("出具时间", Clock::show(about.at)),
        ]
    }));
    draw(&Check {
        page: frame.portal("核验信用报告", "/reports"),
        number: number.to_owned(),
        number_error: message_for(&errors, "number"),
        errors,
        standing,
        facts,
        subject_href: about
            .map_or_else(String::new, |about| crate::ui::words::subject_href(&about.code)),
    })
}

/// Whether a report was issued here, and whether what it says still stands.
///
/// # Errors
/// `report.too-often`; when the store fails.
pub async fn check(
    frame: Frame,
    Query(asked): Query<Asked>,
    request: Request,
) -> Result<Response, PageError> {
    let number = asked.number.trim();
    if number.is_empty() {
        return Ok(super::unindexed(page(&frame, "", None, Vec::new())?));
    }
    let (parts, _) = request.into_parts();
    pay(&frame, &parts, COST_OF_LOOK)?;
    let unkept: HeaderMap = [(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"))]
        .into_iter()
        .collect();
    let (status, message) = match report::standing(frame.site.desk(), number).await {
        Ok(found) => {
            let page = page(&frame, number, Some(&found), Vec::new())?;
            return Ok(super::unindexed((unkept, page)));
        }
        Err(DeskError::Refused(refusal)) => (StatusCode::BAD_REQUEST, refusal.message),
        Err(DeskError::NotFound(_)) => (
            StatusCode::NOT_FOUND,
            "本站没有出具过这个编号的报告：请核对编号，确实无误的，报告可能是伪造的".to_owned(),
        ),
        Err(error) => return Err(error.into()),
    };
    let errors = vec![FormError::new("number", message)];
    Ok(super::unindexed((status, unkept, page(&frame, number, None, errors)?)).into_response())
}
