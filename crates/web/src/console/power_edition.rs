//! One edition of a unit's catalogue of powers, and the second person's decision about it.

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use xinyong_service::{Clock, DeskError, Permission, powers};

use super::powers::{HERE, edition_href, href, state};
use super::{actor, mendable, onward};
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, Fact, FormError, Page, message_for};
use crate::ui::{draw, words};

struct PowerRow {
    code: String,
    name: String,
    kind: String,
    basis: String,
    days: String,
}

#[derive(Template)]
#[template(path = "console/power_edition.html")]
struct Edition {
    page: Page,
    errors: Vec<FormError>,
    href: String,
    unit_href: String,
    unit: String,
    state: Chip,
    facts: Vec<Fact>,
    rows: Vec<PowerRow>,
    decides: bool,
    own: bool,
    reason: String,
    reason_error: String,
}

async fn show(
    frame: &Frame,
    id: i64,
    reason: &str,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let (desk, who) = (frame.site.desk(), actor(frame)?);
    let (edition, listed) = powers::edition(desk, who, id).await?;
    let law = desk.law();
    let mut facts = vec![
        Fact::new("施行日期", edition.from.to_string()),
        Fact::new("依据的文件", edition.note.as_str()),
        Fact::new("事项", format!("{} 项", words::grouped(edition.powers))),
        Fact::new("提出", edition.proposed.0.name.as_str()).noted(Clock::show(edition.proposed.1)),
    ];
    if !edition.file_name.is_empty() {
        facts.push(Fact::new("来自文件", edition.file_name.as_str()));
    }
    if let Some((by, at)) = &edition.decided {
        let how = if edition.released { "公布" } else { "退回" };
        facts.push(Fact::new(how, by.name.as_str()).noted(Clock::show(*at)));
    }
    if !edition.reason.is_empty() {
        facts.push(Fact::new("退回的理由", edition.reason.as_str()));
    }
    draw(&Edition {
        page: frame.console(&format!("{}的权力事项目录", edition.unit_name), HERE),
        href: edition_href(id),
        unit_href: href(&edition.unit),
        state: state(&edition, desk.today()),
        decides: edition.waits
            && who.authorise_for(Permission::ReleaseBatch, &edition.unit).is_ok(),
        own: edition.proposed.0.login == who.login,
        unit: edition.unit_name,
        facts,
        rows: listed
            .into_iter()
            .map(|power| PowerRow {
                kind: law.kind(&power.kind).map_or(power.kind.clone(), |kind| kind.name.clone()),
                days: words::span(power.from, power.until),
                code: power.code,
                name: power.name,
                basis: power.basis,
            })
            .collect(),
        reason: reason.to_owned(),
        reason_error: message_for(&errors, "reason"),
        errors,
    })
}

/// `GET /console/power-editions/{id}`
///
/// # Errors
/// `access.denied`, not found.
pub async fn edition(frame: Frame, Path(id): Path<i64>) -> Result<Html<String>, PageError> {
    show(&frame, id, "", Vec::new()).await
}

/// `POST /console/power-editions/{id}`: released, or declined with a reason.
///
/// # Errors
/// `access.denied`, not found.
pub async fn decide(
    frame: Frame,
    Path(id): Path<i64>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let reason = fields.get("reason");
    let declined = match fields.get("decision") {
        "release" => None,
        "decline" => Some(reason),
        _ => {
            return Err(DeskError::refused("powers.decision-missing", "请选择公布或者退回").into());
        }
    };
    match powers::decide(frame.site.desk(), actor(&frame)?, id, declined).await {
        Ok(()) => Ok(onward(&frame, &edition_href(id))),
        Err(error) => {
            let refusal = mendable(error)?;
            let field = if refusal.code == "powers.reason-missing" { "reason" } else { "" };
            let errors = vec![FormError::new(field, refusal.message)];
            let page = show(&frame, id, reason, errors).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}
