//! `GET /console/audit`: the newest lines of the audit log.

use askama::Template;
use axum::response::Html;
use xinyong_service::Clock;
use xinyong_service::browse;

use super::actor;
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, Page};

/// Lines shown.
const MOST_LINES: usize = 500;

struct Line {
    at: String,
    actor: String,
    action: String,
    object: String,
    outcome: Chip,
    detail: String,
}

#[derive(Template)]
#[template(path = "console/audit.html")]
struct Audit {
    page: Page,
    lines: Vec<Line>,
    most: usize,
}

/// The log. That it was read is a line of it.
///
/// # Errors
/// `access.denied`.
pub async fn audit(frame: Frame) -> Result<Html<String>, PageError> {
    let found = browse::audit_lines(frame.site.desk(), actor(&frame)?, MOST_LINES).await?;
    let lines = found
        .into_iter()
        .map(|line| Line {
            at: Clock::show(line.at),
            actor: line.actor,
            action: line.action,
            object: line.object,
            outcome: match line.outcome.as_str() {
                "done" => Chip::new("已办", "good"),
                "refused" => Chip::new("已拒绝", "warn"),
                _ => Chip::new(line.outcome, "neutral"),
            },
            detail: if line.detail == "{}" { String::new() } else { line.detail },
        })
        .collect();
    draw(&Audit { page: frame.console("审计日志", "/console/audit"), lines, most: MOST_LINES })
}
