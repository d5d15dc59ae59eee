//! `GET /console/agents`: those who ask to act for subjects, and those who do.

use askama::Template;
use axum::extract::Query;
use axum::response::Html;
use serde::Deserialize;
use xinyong_domain::workflow::mandate::Standing;
use xinyong_service::Clock;
use xinyong_service::agents::{self, AgentRow};

use super::actor;
use crate::my::home::standing;
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, Nav, Page, Why};
use crate::ui::{draw, reasons, words};
use crate::url;

/// The address of the list.
pub const HERE: &str = "/console/agents";

/// A mandate as a row.
pub struct Row {
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
    tabs: Vec<Nav>,
    rows: Vec<Row>,
    next_href: String,
}

/// Which of them, and from where on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    state: String,
    after: i64,
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

/// The list.
///
/// # Errors
/// `access.denied`.
pub async fn agents(frame: Frame, Query(asked): Query<Asked>) -> Result<Html<String>, PageError> {
    let wanted = Standing::from_word(&asked.state).unwrap_or(Standing::Waiting);
    let (rows, next) =
        agents::mandates(frame.site.desk(), actor(&frame)?, wanted, asked.after).await?;
    let at = |state: Standing| url::with_query(HERE, &[("state", state.as_str())]);
    draw(&Shown {
        page: frame.console("经办人", HERE),
        tabs: Standing::ALL
            .into_iter()
            .map(|state| Nav {
                href: at(state),
                label: state.label().to_owned(),
                current: state == wanted,
            })
            .collect(),
        rows: rows.iter().map(|one| row(&frame, one)).collect(),
        next_href: if next > 0 {
            url::with_query(HERE, &[("state", wanted.as_str()), ("after", &next.to_string())])
        } else {
            String::new()
        },
    })
}
