//! What is in force on a day, what nobody has verified, what waits for a second person.

use std::collections::BTreeMap;

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

/// Characters of the words that narrow the page.
const LONGEST_WORDS: usize = 50;

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

/// The parameters of one file of the law.
struct Section {
    id: String,
    title: String,
    rows: Vec<Row>,
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
    q: String,
    sections: Vec<Section>,
    count: usize,
    unverified: Vec<Section>,
    unverified_count: usize,
    waiting: Vec<Waiting>,
    edition: String,
}

/// The day that was asked for, and words that narrow what is shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    on: String,
    q: String,
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

/// Rows by the file in which their parameters stand, those alone that hold the words.
struct Sections {
    words: String,
    by_file: BTreeMap<String, Section>,
}

impl Sections {
    fn of(words: &str) -> Self {
        Self { words: words.to_lowercase(), by_file: BTreeMap::new() }
    }

    fn add(&mut self, parameter: &Parameter, row: Row) {
        let texts = [&row.label, &parameter.id, &row.value, &row.source, &parameter.section];
        if !texts.iter().any(|text| text.to_lowercase().contains(&self.words)) {
            return;
        }
        let section = self.by_file.entry(parameter.file.clone()).or_insert_with(|| Section {
            id: parameter.file.clone(),
            title: if parameter.section.is_empty() {
                parameter.file.clone()
            } else {
                parameter.section.clone()
            },
            rows: Vec::new(),
        });
        section.rows.push(row);
    }

    /// All of them, and how many rows they have.
    fn end(self) -> (Vec<Section>, usize) {
        let sections: Vec<Section> = self.by_file.into_values().collect();
        let count = sections.iter().map(|section| section.rows.len()).sum();
        (sections, count)
    }
}

fn in_force(law: &Law, on: Date, words: &str) -> (Vec<Section>, usize) {
    let mut sections = Sections::of(words);
    for parameter in law.parameters().values() {
        let Some(entry) = parameter.in_force(on) else { continue };
        let confirmation = law
            .confirmations()
            .iter()
            .rfind(|one| one.parameter == parameter.id && one.from == entry.from);
        let setting = confirmation.map_or(&entry.value, |one| &one.value);
        let row = row(law, parameter, entry, setting, confirmation.is_some());
        sections.add(parameter, Row { id: parameter.id.clone(), ..row });
    }
    sections.end()
}

/// Every edition, of whatever day, that nobody has verified.
fn unverified(law: &Law, words: &str) -> (Vec<Section>, usize) {
    let mut sections = Sections::of(words);
    for parameter in law.parameters().values() {
        for entry in &parameter.values {
            if entry.evidence == Evidence::Text || confirmed(law, &parameter.id, entry) {
                continue;
            }
            sections.add(parameter, row(law, parameter, entry, &entry.value, false));
        }
    }
    sections.end()
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
    let words: String = asked.q.trim().chars().take(LONGEST_WORDS).collect();
    let (sections, count) = in_force(&law, on, &words);
    let (unverified, unverified_count) = unverified(&law, &words);
    draw(&LawPage {
        page: frame.console("法规参数", "/console/law"),
        on: on.to_string(),
        on_error: message_for(&errors, "on"),
        errors,
        past: on != today,
        q: words,
        sections,
        count,
        unverified,
        unverified_count,
        waiting,
        edition: law.edition().chars().take(16).collect(),
    })
}
