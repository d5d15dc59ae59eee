//! `/console/subjects/{code}/report`: the report for a unit that has something to decide, for a purpose and on a basis.

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use xinyong_service::browse;
use xinyong_service::report::{self, ForPurpose};
use xinyong_service::{DeskError, Refusal};

use super::checks::purposes;
use super::mendable;
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::portal::report::{address_of, handed_out};
use crate::ui::frame::Frame;
use crate::ui::view::{Choice, FormError, Page, message_for};
use crate::ui::{draw, words};

#[derive(Template)]
#[template(path = "console/subject_report.html")]
struct Ask {
    page: Page,
    errors: Vec<FormError>,
    name: String,
    code: String,
    back: String,
    purposes: Vec<Choice>,
    purpose_error: String,
    basis: String,
    basis_error: String,
}

async fn page(
    frame: &Frame,
    code: &str,
    fields: &Fields,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let facts = browse::subject_facts(desk, code).await?;
    draw(&Ask {
        page: frame.console("为办理事项取得信用报告", "/console/batches"),
        back: words::holdings_href(&facts.code),
        name: facts.name,
        code: facts.code,
        purposes: purposes(desk, fields.get("purpose")),
        purpose_error: message_for(&errors, "purpose"),
        basis: fields.get("basis").to_owned(),
        basis_error: message_for(&errors, "basis"),
        errors,
    })
}

/// The form.
///
/// # Errors
/// `code.invalid`, not found.
pub async fn form(frame: Frame, Path(code): Path<String>) -> Result<Html<String>, PageError> {
    page(&frame, &code, &Fields::default(), Vec::new()).await
}

/// What the desk said, beside the field that it is about.
fn error_of(refusal: &Refusal) -> FormError {
    let field = match refusal.code {
        "report.purpose-missing" => "purpose",
        "report.basis-missing" | "report.basis-personal" => "basis",
        _ => "",
    };
    FormError::new(field, refusal.message.as_str())
}

/// The file, or what is wrong.
///
/// # Errors
/// `access.denied`, `code.invalid`, not found. What the person can mend is said on the form.
pub async fn issue(
    frame: Frame,
    Path(code): Path<String>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let desk = frame.site.desk();
    let facts = browse::subject_facts(desk, &code).await?;
    let asked = ForPurpose {
        code: facts.code.clone(),
        purpose: fields.get("purpose").to_owned(),
        basis: fields.get("basis").to_owned(),
    };
    let site = address_of(&frame);
    let outcome = report::department(desk, super::actor(&frame)?, &asked, &site).await;
    let wrong = match outcome {
        Ok(Ok(issued)) => {
            let name = format!("{}公共信用信息报告（单位版）", facts.name);
            return handed_out(&facts.code, &name, issued);
        }
        Ok(Err(wrong)) => wrong,
        Err(error) => vec![mendable(error)?],
    };
    let errors = wrong.iter().map(error_of).collect();
    let page = page(&frame, &code, &fields, errors).await?;
    Ok((StatusCode::BAD_REQUEST, page).into_response())
}

/// A refusal as something that is wrong with a field of a form about reports.
///
/// # Errors
/// What is no such refusal.
pub fn wrong_of(error: DeskError) -> Result<FormError, PageError> {
    let refusal = mendable(error)?;
    Ok(match refusal.code {
        "report.span-invalid" => FormError::new("until", refusal.message),
        _ => error_of(&refusal),
    })
}
