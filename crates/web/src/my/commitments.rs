//! `/my/firms/{code}/commitments`: what a firm committed to, and to what it may commit; one of them; taking it back.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use xinyong_service::agents::Agent;
use xinyong_service::commitments::{self, CommitmentLine};

use super::firm;
use super::subject::record_href;
use crate::console::{mendable, onward};
use crate::page_error::PageError;
use crate::ui::commitment::{lines, published, stage, steps, text_title};
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::proceeding::StepRow;
use crate::ui::view::{Chip, Fact, FormError, Page};
use crate::ui::words;

struct Row {
    href: String,
    matter: String,
    number: String,
    unit: String,
    reason: String,
    made_on: String,
    standing: Chip,
}

struct MatterRow {
    href: String,
    name: String,
    unit: String,
    kind: String,
}

#[derive(Template)]
#[template(path = "my/commitments.html")]
struct Listed {
    page: Page,
    firm: String,
    firm_href: String,
    rows: Vec<Row>,
    matters: Vec<MatterRow>,
}

#[derive(Template)]
#[template(path = "my/commitment.html")]
struct One {
    page: Page,
    errors: Vec<FormError>,
    list_href: String,
    action: String,
    title: String,
    standing: Chip,
    facts: Vec<Fact>,
    text_title: &'static str,
    text: Vec<String>,
    digest: String,
    steps: Vec<StepRow>,
    may_withdraw: bool,
}

/// Address of the list.
pub fn here(code: &str) -> String {
    format!("{}/commitments", words::firm_href(code))
}

fn row(code: &str, line: &CommitmentLine) -> Row {
    Row {
        href: format!("{}/{}", here(code), line.id),
        matter: line.matter.clone(),
        number: line.number.clone(),
        unit: line.unit.1.clone(),
        reason: line.reason.clone(),
        made_on: line.made_on.to_string(),
        standing: stage(line),
    }
}

/// The list.
///
/// # Errors
/// Not found.
pub async fn list(frame: Frame, Path(code): Path<String>) -> Result<Html<String>, PageError> {
    let agent = firm(&frame, &code).await?;
    let desk = frame.site.desk();
    let here = here(agent.code());
    let own = commitments::own_commitments(desk, &agent).await?;
    draw(&Listed {
        page: frame.own("信用承诺", &here, Some(&agent)),
        firm: agent.firm().to_owned(),
        firm_href: words::firm_href(agent.code()),
        rows: own.iter().map(|line| row(agent.code(), line)).collect(),
        matters: commitments::open_matters(desk)
            .await?
            .into_iter()
            .map(|matter| MatterRow {
                href: format!("{here}/new/{}", matter.id),
                name: matter.name,
                unit: matter.unit_name,
                kind: matter.kind,
            })
            .collect(),
    })
}

async fn show(
    frame: &Frame,
    agent: &Agent,
    id: i64,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let found = commitments::own_case(desk, agent, id).await?;
    let line = &found.line;
    let way = if line.way == "online" { "网上签署" } else { "纸质，由受理单位录入" };
    let mut facts = vec![
        Fact::new("承诺编码", line.number.as_str()),
        Fact::new("受理单位", line.unit.1.as_str()),
        Fact::new("承诺事由", line.reason.as_str()),
        Fact::new("承诺作出日期", line.made_on.to_string()).noted(way),
    ];
    facts.extend(found.valid_until.map(|day| Fact::new("承诺有效期至", day.to_string())));
    if !line.state.is_empty() {
        facts.push(Fact::new("认定的履行状态", line.state.as_str()));
    }
    if let Some((_, record)) = line.record {
        facts.push(Fact::new("登记在案的信息", "查看").to(record_href(agent.code(), record)));
    }
    facts.push(published(&found));
    draw(&One {
        page: frame.own("信用承诺", &here(agent.code()), Some(agent)),
        list_href: here(agent.code()),
        action: format!("{}/{id}", here(agent.code())),
        title: line.matter.clone(),
        standing: stage(line),
        facts,
        text_title: text_title(line),
        text: lines(&found.text),
        digest: found.digest.clone(),
        steps: steps(&found, false),
        may_withdraw: !found.may.is_empty(),
        errors,
    })
}

/// `GET /my/firms/{code}/commitments/{id}`
///
/// # Errors
/// Not found.
pub async fn one(
    frame: Frame,
    Path((code, id)): Path<(String, String)>,
) -> Result<Html<String>, PageError> {
    let agent = firm(&frame, &code).await?;
    // What is no number is no commitment either.
    show(&frame, &agent, id.parse().unwrap_or_default(), Vec::new()).await
}

/// `POST /my/firms/{code}/commitments/{id}/withdraw`
///
/// # Errors
/// Not found. What cannot be done any more is said on the page.
pub async fn withdraw(
    frame: Frame,
    Path((code, id)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let agent = firm(&frame, &code).await?;
    let id = id.parse().unwrap_or_default();
    match commitments::withdraw(frame.site.desk(), &agent, id).await {
        Ok(()) => Ok(onward(&frame, &format!("{}/{id}", here(agent.code())))),
        Err(error) => {
            let errors = vec![FormError::new("", mendable(error)?.message)];
            let page = show(&frame, &agent, id, errors).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}
