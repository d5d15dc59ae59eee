//! `/console/error-reports`: what the public says is wrong, the one that comes first before the others; one of them; its answer.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;
use xinyong_service::Clock;
use xinyong_service::error_reports::{self, Answer, ReportDossier, ReportLine};

use super::{actor, mendable, onward, worklist};
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::portal::error_report::standing;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, Fact, FormError, Nav, Page, Tile, message_for};
use crate::ui::{draw, reasons, words};

/// The list.
pub const HERE: &str = "/console/error-reports";

struct Row {
    href: String,
    number: String,
    ground: String,
    kind: String,
    title: String,
    unit: String,
    received: String,
    standing: Chip,
    due: String,
    left: Option<Chip>,
}

#[derive(Template)]
#[template(path = "console/error_reports.html")]
struct Listed {
    page: Page,
    tabs: Vec<Nav>,
    tiles: Vec<Tile>,
    answered: bool,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "console/error_report.html")]
struct One {
    page: Page,
    errors: Vec<FormError>,
    href: String,
    title: String,
    standing: Chip,
    facts: Vec<Fact>,
    said: String,
    done: Vec<Fact>,
    open: bool,
    may_take: bool,
    record_href: String,
    correct_href: String,
    changed_since: bool,
    answer: String,
    answer_error: String,
}

/// The address of one.
pub fn href(id: i64) -> String {
    format!("{HERE}/{id}")
}

/// How long there is still for the answer; nothing once it was given in time.
pub fn left(frame: &Frame, line: &ReportLine) -> Option<Chip> {
    let answered = matches!(line.state.as_str(), "corrected" | "dismissed");
    let (due, left) = (line.due.as_ref()?.value.date, line.left?);
    if answered {
        return (left < 0).then(|| Chip::new(format!("超期 {} 个工作日答复", -left), "bad"));
    }
    Some(words::left(frame.site.desk().today(), due, left))
}

fn row(frame: &Frame, line: &ReportLine) -> Row {
    Row {
        href: href(line.id),
        number: line.number.clone(),
        ground: line.ground.clone(),
        kind: line.record.kind_name.clone(),
        title: line.record.title.clone(),
        unit: line.record.unit_name.clone(),
        received: line.received.to_string(),
        standing: standing(&line.state),
        due: line.due.as_ref().map_or_else(String::new, |due| due.value.date.to_string()),
        left: left(frame, line),
    }
}

/// What is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    show: String,
}

/// The list.
///
/// # Errors
/// `access.denied`.
pub async fn list(frame: Frame, Query(asked): Query<Asked>) -> Result<Html<String>, PageError> {
    let answered = asked.show == "answered";
    let lines = error_reports::reports(frame.site.desk(), actor(&frame)?, answered).await?;
    let today = frame.site.desk().today();
    let clock = |line: &ReportLine| (line.due.as_ref().map(|due| due.value.date), line.left);
    draw(&Listed {
        page: frame.console("信息纠错", HERE),
        tabs: worklist::tabs(HERE, "待答复", ("answered", "已答复"), answered),
        tiles: if answered {
            Vec::new()
        } else {
            worklist::clocks("待答复", "件", today, lines.iter().map(clock))
        },
        answered,
        rows: lines.iter().map(|line| row(&frame, line)).collect(),
    })
}

async fn show(
    frame: &Frame,
    id: i64,
    fields: &Fields,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let found = error_reports::report(desk, actor(frame)?, id).await?;
    let line = &found.line;
    let open = matches!(line.state.as_str(), "received" | "checking");
    let record_href = if line.record.own {
        words::held_href(line.record.subject, line.record.id)
    } else {
        String::new()
    };
    draw(&One {
        page: frame.console(&format!("纠错 {}", line.number), HERE),
        href: href(id),
        title: format!("纠错 {}", line.number),
        standing: standing(&line.state),
        facts: facts(frame, &found),
        said: found.text.clone(),
        done: done(&found),
        open,
        may_take: line.state == "received",
        correct_href: if open && !record_href.is_empty() && line.record.withdrawn_on.is_none() {
            format!("{record_href}/correct")
        } else {
            String::new()
        },
        record_href,
        changed_since: found.changed_since,
        answer: fields.get("answer").to_owned(),
        answer_error: message_for(&errors, "answer"),
        errors,
    })
}

fn facts(frame: &Frame, found: &ReportDossier) -> Vec<Fact> {
    let law = frame.site.desk().law();
    let line = &found.line;
    let record = &line.record;
    let mut facts = vec![
        Fact::new("信息", record.title.as_str()).noted(record.kind_name.as_str()),
        Fact::new("报送单位", record.unit_name.as_str()),
        Fact::new("哪里有误", line.ground.as_str()),
        Fact::new("收到时间", Clock::show(found.at))
            .noted(format!("当时公示的是第 {} 版", found.version)),
    ];
    if let Some(due) = &line.due {
        let mut fact = Fact::new("答复期限", due.value.date.to_string()).because(reasons::due_why(
            &law,
            "答复期限",
            due,
        ));
        if let Some(left) = left(frame, line) {
            fact = fact.noted(left.text);
        }
        facts.push(fact);
    }
    facts.push(match &found.contact {
        Some(contact) => {
            Fact::new("联系方式", contact.as_str()).noted("只用于核查这一件，办结后删除")
        }
        None => Fact::new("联系方式", "没有留下，或者已经删除"),
    });
    facts
}

fn done(found: &ReportDossier) -> Vec<Fact> {
    let mut facts = Vec::new();
    if let Some((who, at)) = &found.taken {
        facts.push(Fact::new("着手核查", who.name.as_str()).noted(Clock::show(*at)));
    }
    if let Some((who, at)) = &found.answered {
        facts.push(Fact::new("答复人", who.name.as_str()).noted(Clock::show(*at)));
        facts.push(Fact::new("答复", found.answer.as_str()));
    }
    if let Some(version) = found.corrected_version {
        facts.push(Fact::new("更正后的版本", format!("第 {version} 版")));
    }
    facts
}

/// One report.
///
/// # Errors
/// `access.denied`, not found.
pub async fn one(frame: Frame, Path(id): Path<i64>) -> Result<Html<String>, PageError> {
    show(&frame, id, &Fields::default(), Vec::new()).await
}

/// Takes it on.
///
/// # Errors
/// `access.denied`, not found, `report.taken`.
pub async fn take(frame: Frame, Path(id): Path<i64>) -> Result<Response, PageError> {
    error_reports::take(frame.site.desk(), actor(&frame)?, id).await?;
    Ok(onward(&frame, &href(id)))
}

/// Answers it.
///
/// # Errors
/// `access.denied`, not found. What the person can mend is said on the page.
pub async fn answer(
    frame: Frame,
    Path(id): Path<i64>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let command = Answer {
        id,
        corrected: fields.get("outcome") == "corrected",
        text: fields.get("answer").to_owned(),
    };
    match error_reports::answer(frame.site.desk(), actor(&frame)?, command).await {
        Ok(()) => Ok(onward(&frame, &href(id))),
        Err(error) => {
            let refusal = mendable(error)?;
            let field = if refusal.code == "report.reason-missing" { "answer" } else { "" };
            let errors = vec![FormError::new(field, refusal.message.as_str())];
            let page = show(&frame, id, &fields, errors).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}
