//! `/my/firms/{code}/repair/{id}`: one application for repair as the firm follows it; giving what was missing; taking it back.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use xinyong_domain::workflow::repair::Event;
use xinyong_service::agents::{self, Agent};
use xinyong_service::repairs::{self, Supply};
use xinyong_service::{Clock, DeskError};

use super::firm;
use super::repair::{accept, error_of, file_help, here};
use super::subject::record_href;
use crate::console::parts::{Incoming, Parts};
use crate::console::{mendable, onward};
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::proceeding::StepRow;
use crate::ui::repair::{ConditionRow, FindingRow, conditions, due, findings, left, stage, steps};
use crate::ui::view::{Chip, Fact, FormError, Page, message_for};

#[derive(Template)]
#[template(path = "my/repair_one.html")]
struct Shown {
    page: Page,
    errors: Vec<FormError>,
    list_href: String,
    action: String,
    title: String,
    standing: Chip,
    facts: Vec<Fact>,
    explanation: Vec<String>,
    conditions: Vec<ConditionRow>,
    steps: Vec<StepRow>,
    findings: Vec<FindingRow>,
    may_supply: bool,
    may_withdraw: bool,
    said: String,
    said_error: String,
    file_error: String,
    file_help: String,
    accept: String,
}

/// The inputs beside the file.
const FIELDS: [(&str, usize); 1] = [("words", 2_048)];

async fn show(
    frame: &Frame,
    agent: &Agent,
    id: i64,
    sent: &Parts,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let law = desk.law();
    let found = repairs::own_case(desk, agent, id).await?;
    let line = &found.line;
    let mut facts = vec![
        Fact::new("信息", line.record.title.as_str())
            .noted(line.record.number.as_str())
            .to(record_href(agent.code(), line.record.id)),
        Fact::new("认定单位", line.unit.as_str()),
        Fact::new("申请日期", line.applied_on.to_string()),
        Fact::new("在哪里申请", line.entry.label()),
    ];
    if !line.stage.is_over() {
        facts.push(Fact::new("下一步由谁办理", line.owner.label()));
    }
    facts.extend(due(&law, line).map(|fact| match left(desk.today(), line) {
        Some(left) => fact.noted(left.text),
        None => fact,
    }));
    facts.extend(found.materials.iter().map(|one| {
        Fact::new("已提交的材料", one.label.as_str()).noted(format!(
            "{}，{}",
            one.file_type,
            Clock::show(one.at)
        ))
    }));
    draw(&Shown {
        page: frame.own("信用修复", &here(agent.code()), Some(agent)),
        list_href: here(agent.code()),
        action: format!("{}/{id}", here(agent.code())),
        title: line.record.title.clone(),
        standing: stage(line.stage),
        facts,
        explanation: found.rules.explanation.clone(),
        conditions: conditions(&law, &found.rules.conditions),
        steps: steps(&found, false),
        // What somebody proposes and nobody has decided is not said of anybody.
        findings: findings(
            &found
                .findings
                .iter()
                .filter(|one| one.state == "confirmed")
                .cloned()
                .collect::<Vec<_>>(),
        ),
        may_supply: found.may.contains(&Event::Supply),
        may_withdraw: found.may.contains(&Event::Withdraw),
        said: sent.text("words").to_owned(),
        said_error: message_for(&errors, "words"),
        file_error: message_for(&errors, "file"),
        file_help: file_help(frame),
        accept: accept(),
        errors,
    })
}

/// `GET /my/firms/{code}/repair/{id}`
///
/// # Errors
/// Not found.
pub async fn page(
    frame: Frame,
    Path((code, id)): Path<(String, String)>,
) -> Result<Html<String>, PageError> {
    let agent = firm(&frame, &code).await?;
    // What is no number is no application either.
    show(&frame, &agent, id.parse().unwrap_or_default(), &Parts::default(), Vec::new()).await
}

async fn answer(
    frame: &Frame,
    agent: &Agent,
    id: i64,
    sent: &Parts,
    outcome: Result<(), DeskError>,
) -> Result<Response, PageError> {
    match outcome {
        Ok(()) => Ok(onward(frame, &format!("{}/{id}", here(agent.code())))),
        Err(error) => {
            let errors = vec![error_of(mendable(error)?)];
            let page = show(frame, agent, id, sent, errors).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

/// `POST /my/firms/{code}/repair/{id}/supply`
///
/// # Errors
/// Not found. What the person can mend is said on the page.
pub async fn supply(
    frame: Frame,
    Path((code, id)): Path<(String, String)>,
    incoming: Incoming,
) -> Result<Response, PageError> {
    let desk = frame.site.desk();
    let mut sent = Parts::limited(agents::most_megabytes(desk));
    let read = incoming.read(desk, &FIELDS, &mut sent).await?;
    let agent = firm(&frame, &code).await?;
    let id = id.parse().unwrap_or_default();
    let outcome = match read {
        Err(refusal) => Err(refusal.into()),
        Ok(()) => {
            let file = sent.file.as_ref().map(|(file, _)| file.path().to_path_buf());
            let command = Supply { item: id, words: sent.text("words").to_owned(), file };
            repairs::supply(desk, &agent, command).await
        }
    };
    answer(&frame, &agent, id, &sent, outcome).await
}

/// `POST /my/firms/{code}/repair/{id}/withdraw`
///
/// # Errors
/// Not found.
pub async fn withdraw(
    frame: Frame,
    Path((code, id)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let agent = firm(&frame, &code).await?;
    let id = id.parse().unwrap_or_default();
    let outcome = repairs::withdraw(frame.site.desk(), &agent, id).await;
    answer(&frame, &agent, id, &Parts::default(), outcome).await
}
