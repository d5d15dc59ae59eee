//! `/console/agents`: those who ask to act for subjects, and those who do; several refused at once.

use std::collections::BTreeSet;

use askama::Template;
use axum::Extension;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;
use xinyong_domain::workflow::mandate::Standing;
use xinyong_service::Clock;
use xinyong_service::agents::{self, AgentRow};

use super::{actor, mendable, onward};
use crate::fields::Fields;
use crate::my::home::standing;
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, FormError, Nav, NoticeText, Page, Why, message_for};
use crate::ui::{draw, reasons, words};
use crate::url;

/// The address of the list.
pub const HERE: &str = "/console/agents";

/// A mandate as a row.
pub struct Row {
    /// Its id.
    pub id: i64,
    /// Whether it is ticked.
    pub chosen: bool,
    /// Its page.
    pub href: String,
    /// Name of the firm.
    pub firm: String,
    /// Code of the firm.
    pub code: String,
    /// Where it stands.
    pub standing: Chip,
    /// When it was asked for.
    pub applied: String,
    /// When it was decided or ended.
    pub changed: String,
    /// By when it is to be decided.
    pub due: String,
    /// How much time is left.
    pub left: Option<Chip>,
    /// Why that is so.
    pub why: Option<Why>,
    /// What else is to be seen at once.
    pub marks: Vec<Chip>,
}

#[derive(Template)]
#[template(path = "console/agents.html")]
struct Shown {
    page: Page,
    errors: Vec<FormError>,
    notice: Option<NoticeText>,
    tabs: Vec<Nav>,
    rows: Vec<Row>,
    /// Whether what is shown waits, so that it may be refused.
    waits: bool,
    after: i64,
    all_href: String,
    reason: String,
    reason_error: String,
    next_href: String,
}

/// Which of them, and from where on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    state: String,
    after: i64,
    /// Anything: all are ticked.
    all: String,
    /// How many were just refused, and how many were left as they are.
    refused: usize,
    left: usize,
}

/// What was ticked.
fn chosen(fields: &Fields) -> BTreeSet<i64> {
    let ticked = fields.0.iter().filter(|(name, _)| name == "mandate");
    ticked.filter_map(|(_, value)| value.parse().ok()).collect()
}

/// Address of a mandate's page.
pub fn href(mandate: i64) -> String {
    format!("{HERE}/{mandate}")
}

/// A mandate as lists show it.
pub fn row(frame: &Frame, one: &AgentRow) -> Row {
    let desk = frame.site.desk();
    let (law, today) = (desk.law(), desk.today());
    let mut marks = Vec::new();
    if one.replaces {
        marks.push(Chip::new("更换经办人", "warn"));
    }
    marks.push(match one.has_file {
        true => Chip::new("有授权书", "neutral"),
        false => Chip::new("没有授权书", "neutral"),
    });
    let due = one.due.as_ref();
    Row {
        id: one.id,
        chosen: false,
        href: href(one.id),
        firm: one.firm.clone(),
        code: one.code.clone(),
        standing: standing(one.standing),
        applied: Clock::show(one.applied_at),
        changed: one.ended_at.or(one.decided_at).map(Clock::show).unwrap_or_default(),
        due: due.map_or_else(String::new, |due| due.value.date.to_string()),
        left: due.zip(one.left).map(|(due, left)| words::left(today, due.value.date, left)),
        why: due.map(|due| reasons::due_why(&law, &format!("{}的确认期限", one.firm), due)),
        marks,
    }
}

fn done(asked: &Asked) -> Option<NoticeText> {
    if asked.refused + asked.left == 0 {
        return None;
    }
    let mut text = format!("已不予确认 {} 项申请。", asked.refused);
    if asked.left > 0 {
        text.push_str(&format!(
            "有 {} 项没有办理：已由他人办理，或者申请人与您同名，须由另一名工作人员办理。",
            asked.left
        ));
    }
    let kind = if asked.left > 0 { "warning" } else { "success" };
    Some(NoticeText { kind: kind.to_owned(), title: "批量不予确认".to_owned(), text })
}

async fn show(
    frame: &Frame,
    asked: &Asked,
    fields: &Fields,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let wanted = Standing::from_word(&asked.state).unwrap_or(Standing::Waiting);
    let (rows, next) =
        agents::mandates(frame.site.desk(), actor(frame)?, wanted, asked.after).await?;
    let at = |state: Standing| url::with_query(HERE, &[("state", state.as_str())]);
    let after = asked.after.to_string();
    let ticked = chosen(fields);
    let ticked_row = |one: &AgentRow| {
        let chosen = !asked.all.is_empty() || ticked.contains(&one.id);
        Row { chosen, ..row(frame, one) }
    };
    draw(&Shown {
        page: frame.console("经办人", HERE),
        notice: done(asked),
        tabs: Standing::ALL
            .into_iter()
            .map(|state| Nav {
                href: at(state),
                label: state.label().to_owned(),
                current: state == wanted,
            })
            .collect(),
        rows: rows.iter().map(ticked_row).collect(),
        waits: wanted == Standing::Waiting,
        after: asked.after,
        all_href: url::with_query(HERE, &[("after", &after), ("all", "1")]),
        reason: fields.get("reason").to_owned(),
        reason_error: message_for(&errors, "reason"),
        next_href: if next > 0 {
            url::with_query(HERE, &[("state", wanted.as_str()), ("after", &next.to_string())])
        } else {
            String::new()
        },
        errors,
    })
}

/// The list.
///
/// # Errors
/// `access.denied`.
pub async fn agents(frame: Frame, Query(asked): Query<Asked>) -> Result<Html<String>, PageError> {
    show(&frame, &asked, &Fields::default(), Vec::new()).await
}

/// `POST /console/agents`: refuses what was ticked, with one reason.
///
/// # Errors
/// `access.denied`. What the person can mend is said on the list.
pub async fn refuse(
    frame: Frame,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let (desk, who) = (frame.site.desk(), actor(&frame)?);
    match agents::refuse_many(desk, who, &chosen(&fields), fields.get("reason")).await {
        Ok((refused, left)) => {
            let (refused, left) = (refused.to_string(), left.to_string());
            let to = url::with_query(HERE, &[("refused", &refused), ("left", &left)]);
            Ok(onward(&frame, &to))
        }
        Err(error) => {
            let refusal = mendable(error)?;
            let field = if refusal.code == "agent.reason-missing" { "reason" } else { "" };
            let errors = vec![FormError::new(field, refusal.message)];
            let after = fields.get("after").parse().unwrap_or_default();
            let asked = Asked { after, ..Asked::default() };
            let page = show(&frame, &asked, &fields, errors).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}
