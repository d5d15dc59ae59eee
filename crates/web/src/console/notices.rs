//! `/console/notices`: what somebody was told, and where they are written to.

use askama::Template;
use axum::Extension;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use xinyong_service::{Clock, notices};

use super::{actor, mendable, onward};
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, FormError, Page, message_for};

struct Line {
    at: String,
    text: String,
    href: String,
    is_new: bool,
    mail: Option<Chip>,
}

#[derive(Template)]
#[template(path = "console/notices.html")]
struct Notices {
    page: Page,
    errors: Vec<FormError>,
    lines: Vec<Line>,
    address: String,
    address_error: String,
}

fn line(notice: notices::Notice) -> Line {
    let href = match notice.object.split_once(':') {
        Some(("batch", id)) => format!("/console/batches/{id}"),
        Some(("error-report", id)) => format!("{}/{id}", super::error_reports::HERE),
        Some(("correction", id)) => format!("{}/{id}", super::corrections::HERE),
        Some(("judgement", id)) => format!("{}/{id}", super::judgements::HERE),
        _ => "/console".to_owned(),
    };
    Line {
        at: Clock::show(notice.at),
        text: notice.text,
        href,
        is_new: notice.read_at.is_none(),
        mail: match notice.mail.as_str() {
            "due" => Some(Chip::new("待发邮件", "neutral")),
            "sent" => Some(Chip::new("已发邮件", "good")),
            "failed" => Some(Chip::new("邮件未送达", "warn")),
            _ => None,
        },
    }
}

async fn show(
    frame: &Frame,
    typed: Option<&str>,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let found = notices::read(frame.site.desk(), actor(frame)?).await?;
    draw(&Notices {
        page: frame.console("通知", "/console/notices"),
        address: typed.map_or_else(|| found.address.unwrap_or_default(), str::to_owned),
        address_error: message_for(&errors, "address"),
        errors,
        lines: found.list.into_iter().map(line).collect(),
    })
}

/// The page. What is on it counts as read from now on.
///
/// # Errors
/// When the store fails.
pub async fn list(frame: Frame) -> Result<Html<String>, PageError> {
    show(&frame, None, Vec::new()).await
}

/// `POST /console/notices`: where to write to.
///
/// # Errors
/// When the store fails. What the person can mend is said on the form.
pub async fn set_address(
    frame: Frame,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let address = fields.get("address");
    match notices::set_address(frame.site.desk(), actor(&frame)?, address).await {
        Ok(()) => Ok(onward(&frame, "/console/notices")),
        Err(error) => {
            let errors = vec![FormError::new("address", mendable(error)?.message)];
            let page = show(&frame, Some(address), errors).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}
