//! `/my/firms/{code}/repair/records/{record}`: when can this record be repaired, and what is missing, with the rule behind each condition; and the
//! form for the site where the application goes in, filled in and to be printed.

use askama::Template;
use axum::extract::Path;
use axum::response::Html;
use xinyong_domain::rules::repair::{Entry, Outcome};
use xinyong_service::repairs;

use super::firm;
use super::repair::{Row, here, row};
use super::subject::record_href;
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Fact, Page};

#[derive(Template)]
#[template(path = "my/repair_record.html")]
struct Shown {
    page: Page,
    list_href: String,
    form_href: String,
    row: Row,
    missing: Vec<String>,
    judged: Vec<String>,
    may_apply: bool,
    pending_href: String,
}

#[derive(Template)]
#[template(path = "my/repair_form.html")]
struct Form {
    page: Page,
    back_href: String,
    site: &'static str,
    facts: Vec<Fact>,
    materials: Vec<String>,
    held: Vec<String>,
    commitment: String,
    day: String,
}

/// Address of the page of a record.
pub fn href(code: &str, record: i64) -> String {
    format!("{}/records/{record}", here(code))
}

/// `GET /my/firms/{code}/repair/records/{record}`
///
/// # Errors
/// Not found.
pub async fn page(
    frame: Frame,
    Path((code, record)): Path<(String, String)>,
) -> Result<Html<String>, PageError> {
    let agent = firm(&frame, &code).await?;
    // What is no number is no record either.
    let record = record.parse().unwrap_or_default();
    let found = repairs::forecast_one(frame.site.desk(), &agent, record).await?;
    let row = row(&frame, &found, record_href(agent.code(), record), false);
    let of = |outcome: Outcome| {
        let conditions = found.ruling.value.conditions.iter().zip(&row.conditions);
        conditions
            .filter(|(condition, _)| condition.outcome == outcome)
            .map(|(_, shown)| shown.label.clone())
            .collect::<Vec<_>>()
    };
    let mut missing = of(Outcome::NotMet);
    missing.extend(of(Outcome::Missing));
    let judged = of(Outcome::Judge);
    draw(&Shown {
        page: frame.own("信用修复", &here(agent.code()), Some(&agent)),
        list_href: here(agent.code()),
        form_href: format!("{}/form", href(agent.code(), record)),
        missing,
        judged,
        may_apply: found.may_apply(),
        pending_href: found
            .pending
            .map_or_else(String::new, |(item, _)| format!("{}/{item}", here(agent.code()))),
        row,
    })
}

/// `GET /my/firms/{code}/repair/records/{record}/form`
///
/// # Errors
/// Not found.
pub async fn form(
    frame: Frame,
    Path((code, record)): Path<(String, String)>,
) -> Result<Html<String>, PageError> {
    let agent = firm(&frame, &code).await?;
    let record = record.parse().unwrap_or_default();
    let desk = frame.site.desk();
    let found = repairs::forecast_one(desk, &agent, record).await?;
    let row = row(&frame, &found, String::new(), false);
    let value = &found.ruling.value;
    let named = |held: bool| {
        let materials = value.materials.iter().zip(&row.materials);
        materials
            .filter(|(material, _)| material.held == held)
            .map(|(_, shown)| shown.label.clone())
            .collect::<Vec<_>>()
    };
    let mut facts = vec![
        Fact::new("申请人", agent.firm()),
        Fact::new("统一社会信用代码", agent.code()),
        Fact::new("信息", found.record.title.as_str()).noted(found.record.kind_name.as_str()),
        Fact::new("文书号", found.record.number.as_str()),
        Fact::new("决定日期", found.record.decided.to_string()),
        Fact::new("认定单位", found.record.unit_name.as_str()),
    ];
    if let Some(from) = value.from {
        facts.push(Fact::new("最早可以申请的日子", from.to_string()));
    }
    facts.extend(row.proofs.iter().map(|proof| {
        Fact::new("认定单位已登记", proof.what.as_str())
            .noted(format!("{}，{}", proof.done_on, proof.document))
    }));
    draw(&Form {
        page: frame.own("信用修复申请表", &here(agent.code()), Some(&agent)),
        back_href: href(agent.code(), record),
        site: match value.entry {
            Entry::CreditChina => "“信用中国”网站，或者政务服务大厅的窗口",
            Entry::MarketRegulation => "国家企业信用信息公示系统，或者作出处罚的市场监管部门",
            Entry::Recogniser => "认定单位",
        },
        facts,
        materials: named(false),
        held: named(true),
        commitment: repairs::commitment(desk)?.text,
        day: desk.today().to_string(),
    })
}
