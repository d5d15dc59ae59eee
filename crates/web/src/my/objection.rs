//! `/my/firms/{code}/objections/{id}`: one objection as the firm follows it; taking it back.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use xinyong_domain::workflow::objection::Event;
use xinyong_service::Clock;
use xinyong_service::agents::Agent;
use xinyong_service::objections::{self, ObjectionCase};
use xinyong_service::places::PlaceView;

use super::firm;
use super::objections::here;
use super::subject::record_href;
use crate::console::{mendable, onward};
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::objection::{due, left, stage, steps};
use crate::ui::proceeding::StepRow;
use crate::ui::view::{Chip, Fact, FormError, Page};

#[derive(Template)]
#[template(path = "my/objection.html")]
struct Shown {
    page: Page,
    errors: Vec<FormError>,
    list_href: String,
    action: String,
    title: String,
    standing: Chip,
    facts: Vec<Fact>,
    steps: Vec<StepRow>,
    places: Vec<Fact>,
    may_withdraw: bool,
}

/// Whether a place shows the record as it is now, in words.
fn place(one: &PlaceView) -> Fact {
    let said =
        one.at.map_or_else(|| "还没有确认".to_owned(), |at| format!("已确认　{}", Clock::show(at)));
    Fact::new(one.label.as_str(), said)
}

/// What both faces say of an objection.
pub fn facts(found: &ObjectionCase) -> Vec<Fact> {
    let line = &found.line;
    let way = if found.way == "online" { "主体在本平台提出" } else { "窗口" };
    let mut facts = vec![
        Fact::new("理由", line.ground.as_str()),
        Fact::new("异议的内容", found.text.as_str()),
        Fact::new("信息提供单位", line.unit.as_str()),
        Fact::new("提出日期", line.filed_on.to_string()).noted(way),
    ];
    if !found.statement.is_empty() {
        let note = if found.statement_refused {
            "不予刊载，理由见办理过程"
        } else if found.statement_held && line.stage.is_open() {
            "核对提出异议的人以后随信息显示"
        } else if line.stage.is_open() {
            "在各处随信息显示"
        } else {
            "异议已办结，不再显示"
        };
        facts.push(Fact::new("异议声明", found.statement.as_str()).noted(note));
    }
    if let Some(day) = line.withheld_on {
        facts.push(
            Fact::new("暂停公示", format!("自{day}起")).noted("逾期未办理，办理以前任何人都看不到"),
        );
    }
    if !found.outcome.is_empty() {
        facts.push(Fact::new("处理", found.outcome.as_str()));
    }
    facts
}

async fn show(
    frame: &Frame,
    agent: &Agent,
    id: i64,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let found = objections::own_case(desk, agent, id).await?;
    let line = &found.line;
    let mut all = vec![
        Fact::new("信息", line.record.title.as_str())
            .noted(line.record.number.as_str())
            .to(record_href(agent.code(), line.record.id)),
    ];
    all.extend(facts(&found));
    if !line.stage.is_over() {
        all.push(Fact::new("下一步由谁办理", line.owner.label()));
    }
    all.extend(due(&desk.law(), line).map(|fact| match left(desk.today(), line) {
        Some(left) => fact.noted(left.text),
        None => fact,
    }));
    all.extend(
        found.materials.iter().map(|one| {
            Fact::new("已提交的材料", one.file_type.as_str()).noted(Clock::show(one.at))
        }),
    );
    draw(&Shown {
        page: frame.own("异议", &here(agent.code()), Some(agent)),
        list_href: here(agent.code()),
        action: format!("{}/{id}", here(agent.code())),
        title: line.record.title.clone(),
        standing: stage(line.stage),
        facts: all,
        steps: steps(&found, false),
        places: found.places.iter().map(place).collect(),
        may_withdraw: found.may.contains(&Event::Withdraw),
        errors,
    })
}

/// `GET /my/firms/{code}/objections/{id}`
///
/// # Errors
/// Not found.
pub async fn page(
    frame: Frame,
    Path((code, id)): Path<(String, String)>,
) -> Result<Html<String>, PageError> {
    let agent = firm(&frame, &code).await?;
    // What is no number is no objection either.
    show(&frame, &agent, id.parse().unwrap_or_default(), Vec::new()).await
}

/// `POST /my/firms/{code}/objections/{id}/withdraw`
///
/// # Errors
/// Not found.
pub async fn withdraw(
    frame: Frame,
    Path((code, id)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let agent = firm(&frame, &code).await?;
    let id = id.parse().unwrap_or_default();
    match objections::withdraw(frame.site.desk(), &agent, id).await {
        Ok(()) => Ok(onward(&frame, &format!("{}/{id}", here(agent.code())))),
        Err(error) => {
            let errors = vec![FormError::new("", mendable(error)?.message)];
            let page = show(&frame, &agent, id, errors).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}
