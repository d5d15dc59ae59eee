//! `/my/firms/{code}/reports`: the report about one's own firm with all that is held, and the certificate that nothing was found.

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use jiff::civil::Date;
use xinyong_domain::value::date;
use xinyong_service::agents::Agent;
use xinyong_service::report::{self, Certificate, CertificateOutcome, InTheWay};

use super::firm;
use super::subject::record_href;
use crate::console::mendable;
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::portal::report::{address_of, handed_out};
use crate::ui::frame::Frame;
use crate::ui::view::{FormError, Page, message_for};
use crate::ui::{draw, words};

/// For how long a certificate is proposed, in years.
const PROPOSED_YEARS: i32 = 1;

/// Something that stands in the way of a certificate, in a list.
pub struct StandsRow {
    /// Its page.
    pub href: String,
    /// What it is called.
    pub title: String,
    /// Number of its document.
    pub number: String,
    /// Name of its kind.
    pub kind: String,
    /// Who reported it.
    pub unit: String,
    /// Day of the decision.
    pub decided: String,
    /// Why it stands in the way.
    pub why: String,
}

impl StandsRow {
    /// What stands in the way, with the address of its page.
    pub fn of(one: InTheWay, href: String) -> Self {
        Self {
            href,
            number: if one.number == one.title { String::new() } else { one.number },
            title: one.title,
            kind: one.kind_name,
            unit: one.unit_name,
            decided: one.decided.to_string(),
            why: one.why,
        }
    }
}

#[derive(Template)]
#[template(path = "my/reports.html")]
struct Reports {
    page: Page,
    errors: Vec<FormError>,
    firm: String,
    firm_href: String,
    from: String,
    from_error: String,
    until: String,
    until_error: String,
    stands: Vec<StandsRow>,
    public_href: String,
}

/// The days of a span as somebody typed them, or what is wrong with each.
///
/// # Errors
/// The fields that hold no day.
pub fn span_of(fields: &Fields) -> Result<Certificate, Vec<FormError>> {
    let day = |name: &str| -> Option<Date> {
        let read = date::read(fields.get(name)).map(|(day, _)| day);
        read.filter(|day| !date::is_long_term(*day))
    };
    match (day("from"), day("until")) {
        (Some(from), Some(until)) => Ok(Certificate { from, until }),
        (from, until) => {
            let wrong = [("from", from), ("until", until)];
            let wrong = wrong.into_iter().filter(|(_, day)| day.is_none());
            Err(wrong.map(|(name, _)| FormError::new(name, "日期请写成 2026-01-31 这样")).collect())
        }
    }
}

/// The span that is proposed: the last year up to today.
pub fn proposed(frame: &Frame) -> Fields {
    let today = frame.site.desk().today();
    let from = today.checked_sub(jiff::Span::new().years(PROPOSED_YEARS)).unwrap_or(today);
    Fields(vec![("from".to_owned(), from.to_string()), ("until".to_owned(), today.to_string())])
}

fn page(
    frame: &Frame,
    agent: &Agent,
    fields: &Fields,
    errors: Vec<FormError>,
    stands: Vec<InTheWay>,
) -> Result<Html<String>, PageError> {
    let firm_href = words::firm_href(agent.code());
    let stands = stands
        .into_iter()
        .map(|one| {
            let href = record_href(agent.code(), one.record);
            StandsRow::of(one, href)
        })
        .collect();
    draw(&Reports {
        page: frame.own("信用报告", &format!("{firm_href}/reports"), Some(agent)),
        firm: agent.firm().to_owned(),
        firm_href,
        from: fields.get("from").to_owned(),
        from_error: message_for(&errors, "from"),
        until: fields.get("until").to_owned(),
        until_error: message_for(&errors, "until"),
        errors,
        stands,
        public_href: words::subject_href(agent.code()),
    })
}

/// `GET /my/firms/{code}/reports`
///
/// # Errors
/// Not found.
pub async fn forms(frame: Frame, Path(code): Path<String>) -> Result<Html<String>, PageError> {
    let agent = firm(&frame, &code).await?;
    page(&frame, &agent, &proposed(&frame), Vec::new(), Vec::new())
}

/// `POST /my/firms/{code}/reports`: the file, or why there is none.
///
/// # Errors
/// Not found. What the person can mend or has to know is said on the page.
pub async fn issue(
    frame: Frame,
    Path(code): Path<String>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let agent = firm(&frame, &code).await?;
    let desk = frame.site.desk();
    let site = address_of(&frame);
    let again = |fields: &Fields, errors: Vec<FormError>| -> Result<Response, PageError> {
        let page = page(&frame, &agent, fields, errors, Vec::new())?;
        Ok((StatusCode::BAD_REQUEST, page).into_response())
    };
    if fields.get("edition") != "clean-record" {
        return match report::own(desk, &agent, &site).await {
            Ok(issued) => handed_out(
                agent.code(),
                &format!("{}公共信用信息报告（主体版）", agent.firm()),
                issued,
            ),
            Err(error) => {
                let refusal = mendable(error)?;
                again(&proposed(&frame), vec![FormError::new("", refusal.message)])
            }
        };
    }
    let span = match span_of(&fields) {
        Ok(span) => span,
        Err(errors) => return again(&fields, errors),
    };
    match report::certificate(desk, &agent, span, &site).await {
        Ok(CertificateOutcome::Issued(issued)) => {
            handed_out(agent.code(), &format!("{}无违法违规证明", agent.firm()), issued)
        }
        Ok(CertificateOutcome::InTheWay(found)) => {
            Ok(page(&frame, &agent, &fields, Vec::new(), found)?.into_response())
        }
        Err(error) => {
            let refusal = mendable(error)?;
            let field = if refusal.code == "report.span-invalid" { "until" } else { "" };
            again(&fields, vec![FormError::new(field, refusal.message)])
        }
    }
}
