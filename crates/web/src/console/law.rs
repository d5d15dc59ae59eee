//! What is in force on a day, what nobody has verified, what waits for a second person.

use askama::Template;
use axum::extract::Query;
use axum::response::Html;
use jiff::civil::Date;
use serde::Deserialize;
use xinyong_domain::law::{DatedValue, Law, Parameter, Setting};
use xinyong_domain::ruling::Evidence;
use xinyong_service::law::{self, ProposalView};
use xinyong_service::{Clock, Permission};

use super::actor;
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, FormError, Link, Page, Person, message_for};
use crate::ui::{draw, settings};

struct Row {
    href: String,
    label: String,
    id: String,
    value: String,
    source: String,
    evidence: Chip,
    effect: String,
    span: String,
}

struct Waiting {
    link: Link,
    by: Person,
    at: String,
}

#[derive(Template)]
#[template(path = "console/law.html")]
struct LawPage {
    page: Page,
    errors: Vec<FormError>,
    on: String,
    on_error: String,
    past: bool,
    rows: Vec<Row>,
    unverified: Vec<Row>,
    waiting: Vec<Waiting>,
    edition: String,
}

/// The day that was asked for.
#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    on: String,
}

/// Address of a parameter's page.
pub fn href(parameter: &str) -> String {
    format!("/console/law/parameters/{}", crate::url::encode(parameter))
}

/// Whether two persons have confirmed an edition.
pub fn confirmed(law: &Law, parameter: &str, entry: &DatedValue) -> bool {
    law.confirmations().iter().any(|one| one.parameter == parameter && one.from == entry.from)
}

/// An edition, with the value that two persons confirmed where they did.
fn row(
    law: &Law,
    parameter: &Parameter,
    entry: &DatedValue,
    setting: &Setting,
    confirmed: bool,
) -> Row {
    Row {
        href: href(&parameter.id),
        label: parameter.label.clone(),
        id: String::new(),
        value: settings::value(law, parameter, setting),
        source: settings::source(law, entry),
        evidence: settings::evidence(entry, confirmed),
        effect: settings::effect(entry, confirmed),
        span: settings::span(entry),
    }
}

fn rows(law: &Law, on: Date) -> Vec<Row> {
    law.parameters()
        .values()
        .filter_map(|parameter| {
            let entry = parameter.in_force(on)?;
            let confirmation = law
                .confirmations()
                .iter()
                .rfind(|one| one.parameter == parameter.id && one.from == entry.from);
            let setting = confirmation.map_or(&entry.value, |one| &one.value);
            let confirmed = confirmation.is_some();
            let row = row(law, parameter, entry, setting, confirmed);
            Some(Row { id: parameter.id.clone(), ..row })
        })
        .collect()
}

/// Every edition, of whatever day, that nobody has verified.
fn unverified(law: &Law) -> Vec<Row> {
    let mut rows = Vec::new();
    for parameter in law.parameters().values() {
        for entry in &parameter.values {
            if entry.evidence == Evidence::Text || confirmed(law, &parameter.id, entry) {
                continue;
            }
            rows.push(row(law, parameter, entry, &entry.value, false));
        }
    }
    rows
}

fn waiting(law: &Law, proposal: ProposalView) -> Waiting {
    let label =
        law.parameters().get(&proposal.parameter).map_or("", |parameter| parameter.label.as_str());
    Waiting {
        link: Link {
            href: format!("/console/law/proposals/{}", proposal.id),
            label: format!("{label}（{} 起）", proposal.from),
        },
        by: Person::from(&proposal.proposed.0),
        at: Clock::show(proposal.proposed.1),
    }
}

/// `GET /console/law`
///
/// # Errors
/// When the store fails.
pub async fn law(frame: Frame, Query(asked): Query<Asked>) -> Result<Html<String>, PageError> {
    let (desk, who) = (frame.site.desk(), actor(&frame)?);
    let (law, today) = (desk.law(), desk.today());
    let mut errors = Vec::new();
    let read = xinyong_domain::value::date::read(&asked.on).map(|(day, _)| day);
    if !asked.on.is_empty() && read.is_none() {
        errors.push(FormError::new("on", "日期请写成 2026-01-31 的样子"));
    }
    let on = read.unwrap_or(today);
    let may_confirm = who.may(Permission::ConfirmLaw);
    let waiting = law::proposals(desk, who)
        .await?
        .into_iter()
        .filter(|proposal| may_confirm && proposal.state == "open")
        .map(|proposal| waiting(&law, proposal))
        .collect();
    draw(&LawPage {
        page: frame.console("法规参数", "/console/law"),
        on: on.to_string(),
        on_error: message_for(&errors, "on"),
        errors,
        past: on != today,
        rows: rows(&law, on),
        unverified: unverified(&law),
        waiting,
        edition: law.edition().chars().take(16).collect(),
    })
}
