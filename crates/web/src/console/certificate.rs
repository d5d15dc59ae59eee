//! `/console/subjects/{code}/certificate`: the credit office issues 无违法违规证明 on a written application of who acts for a subject.

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use xinyong_service::browse;
use xinyong_service::report::{self, CertificateAsked, CertificateOutcome, InTheWay};

use super::actor;
use super::subject_report::wrong_of;
use crate::fields::Fields;
use crate::my::reports::{StandsRow, proposed, span_of};
use crate::page_error::PageError;
use crate::portal::report::{address_of, handed_out};
use crate::ui::frame::Frame;
use crate::ui::view::{FormError, Page, message_for};
use crate::ui::{draw, words};

#[derive(Template)]
#[template(path = "console/certificate.html")]
struct Ask {
    page: Page,
    errors: Vec<FormError>,
    name: String,
    code: String,
    back: String,
    from: String,
    from_error: String,
    until: String,
    until_error: String,
    basis: String,
    basis_error: String,
    stands: Vec<StandsRow>,
}

async fn page(
    frame: &Frame,
    code: &str,
    fields: &Fields,
    errors: Vec<FormError>,
    stands: Vec<InTheWay>,
) -> Result<Html<String>, PageError> {
    let facts = browse::subject_facts(frame.site.desk(), code).await?;
    let row = |one: InTheWay| {
        let href = words::held_href(one.subject, one.record);
        StandsRow::of(one, href)
    };
    draw(&Ask {
        page: frame.console("依申请出具无违法违规证明", "/console/agents"),
        back: words::holdings_href(&facts.code),
        name: facts.name,
        code: facts.code,
        from: fields.get("from").to_owned(),
        from_error: message_for(&errors, "from"),
        until: fields.get("until").to_owned(),
        until_error: message_for(&errors, "until"),
        basis: fields.get("basis").to_owned(),
        basis_error: message_for(&errors, "basis"),
        errors,
        stands: stands.into_iter().map(row).collect(),
    })
}

/// The form.
///
/// # Errors
/// `code.invalid`, not found.
pub async fn form(frame: Frame, Path(code): Path<String>) -> Result<Html<String>, PageError> {
    page(&frame, &code, &proposed(&frame), Vec::new(), Vec::new()).await
}

/// The file, or why there is none.
///
/// # Errors
/// `access.denied`, `code.invalid`, not found. What the person can mend or has to know is said on the form.
pub async fn issue(
    frame: Frame,
    Path(code): Path<String>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let desk = frame.site.desk();
    let facts = browse::subject_facts(desk, &code).await?;
    let errors = match span_of(&fields) {
        Ok(span) => {
            let basis = fields.get("basis").to_owned();
            let asked = CertificateAsked { code: facts.code.clone(), span, basis };
            let site = address_of(&frame);
            match report::certificate_for(desk, actor(&frame)?, &asked, &site).await {
                Ok(CertificateOutcome::Issued(issued)) => {
                    let name = format!("{}无违法违规证明", facts.name);
                    return handed_out(&facts.code, &name, issued);
                }
                Ok(CertificateOutcome::InTheWay(found)) => {
                    let shown = page(&frame, &code, &fields, Vec::new(), found).await?;
                    return Ok(shown.into_response());
                }
                Err(error) => vec![wrong_of(error)?],
            }
        }
        Err(errors) => errors,
    };
    let page = page(&frame, &code, &fields, errors, Vec::new()).await?;
    Ok((StatusCode::BAD_REQUEST, page).into_response())
}
