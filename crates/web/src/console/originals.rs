//! `/console/originals`: a past answer as it was given, for the auditor, who says why; and whether it comes out again.

use askama::Template;
use axum::Extension;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use xinyong_service::{Clock, DeskError, check};

use super::{actor, mendable};
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Fact, FormError, Page, message_for};

const HERE: &str = "/console/originals";

struct Found {
    facts: Vec<Fact>,
    text: String,
}

#[derive(Template)]
#[template(path = "console/originals.html")]
struct Originals {
    page: Page,
    errors: Vec<FormError>,
    number: String,
    number_error: String,
    why: String,
    why_error: String,
    found: Option<Found>,
}

fn show(
    frame: &Frame,
    fields: &Fields,
    errors: Vec<FormError>,
    found: Option<Found>,
) -> Result<Html<String>, PageError> {
    draw(&Originals {
        page: frame.console("调取核查原答复", HERE),
        number: fields.get("number").to_owned(),
        number_error: message_for(&errors, "number"),
        why: fields.get("why").to_owned(),
        why_error: message_for(&errors, "why"),
        errors,
        found,
    })
}

/// The form.
///
/// # Errors
/// When the page cannot be drawn.
pub async fn form(frame: Frame) -> Result<Html<String>, PageError> {
    show(&frame, &Fields::default(), Vec::new(), None)
}

/// The answer, with what comes out when it is worked out again.
///
/// # Errors
/// `access.denied`; when the store fails. What the person can mend is said on the form.
pub async fn original(
    frame: Frame,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let desk = frame.site.desk();
    let (number, why) = (fields.get("number"), fields.get("why"));
    let who = actor(&frame)?;
    let outcome = match check::original(desk, who, number, why).await {
        Ok((check, text)) => {
            let again = check::replay(desk, who, number, why).await?;
            let worked_out = match (again.same, again.same_law, again.pinned) {
                (true, _, 0) => "按当时的事实和法规重新得出，逐字节相同",
                (true, ..) => {
                    "按当时的事实和法规重新得出，逐字节相同（当时正在入库的，以答复所载的版本为准）"
                }
                (false, true, _) => "重新得出的与当时不同，请核对数据",
                (false, false, _) => "法规数据已更新版本，重新得出的与当时不同",
            };
            Ok(Found {
                facts: vec![
                    Fact::new("核查编号", check.number.as_str()),
                    Fact::new("时间", Clock::show(check.at)),
                    Fact::new("查询人", check.actor.as_str()),
                    Fact::new("依据", check.basis.as_str()),
                    Fact::new("SM3", check.digest.as_str()),
                    Fact::new("重新核对", worked_out),
                ],
                text,
            })
        }
        Err(DeskError::NotFound(_)) => Err(FormError::new("number", "没有这个编号的核查")),
        Err(error) => Err(FormError::new("why", mendable(error)?.message)),
    };
    let (status, errors, found) = match outcome {
        Ok(found) => (StatusCode::OK, Vec::new(), Some(found)),
        Err(error) => (StatusCode::BAD_REQUEST, vec![error], None),
    };
    Ok((status, show(&frame, &fields, errors, found)?).into_response())
}
