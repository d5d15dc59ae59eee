//! `/console/commitments/figures`: how many commitments were kept, by unit and type, with the list behind each figure.

use askama::Template;
use axum::extract::Query;
use axum::response::Html;
use serde::Deserialize;
use xinyong_service::Permission;
use xinyong_service::commitments::{self, Behind as Wanted, Ratio, RatioPage, RatioRecord, STATES};

use super::commitments::{HERE as NAV, page_of, pager};
use super::{actor, mendable};
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Choice, FormError, Page, Pager, message_for};
use crate::ui::words;
use crate::url;

/// The page.
pub const HERE: &str = "/console/commitments/figures";

struct Row {
    unit: String,
    kind: String,
    href: String,
    cells: [(&'static str, String); 6],
}

struct Behind {
    href: String,
    number: String,
    party: String,
    reason: String,
    made_on: String,
    state: String,
}

#[derive(Template)]
#[template(path = "console/commitment_figures.html")]
struct Shown {
    page: Page,
    errors: Vec<FormError>,
    year: String,
    year_error: String,
    rows: Vec<Row>,
    title: String,
    asked_unit: String,
    asked_kind: String,
    states: Vec<Choice>,
    behind: Vec<Behind>,
    pager: Pager,
}

/// What is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    year: String,
    unit: String,
    kind: String,
    state: String,
    page: String,
}

/// What the list may be narrowed to.
fn states(frame: &Frame, chosen: &str) -> Vec<Choice> {
    let law = frame.site.desk().law();
    let codes = law.codes().get(STATES).map(|list| list.codes.clone()).unwrap_or_default();
    let found = codes.iter().map(|code| Choice::new(&code.id, code.label.as_str(), chosen));
    let none = [Choice::new("", "全部", chosen), Choice::new("open", "没有认定", chosen)];
    none.into_iter().chain(found).collect()
}

fn row(one: Ratio, year: i16) -> Row {
    let count = |count: u64| words::grouped(count);
    let year = year.to_string();
    let query = [("year", year.as_str()), ("unit", &one.unit.0), ("kind", &one.kind)];
    Row {
        href: format!("{}#behind", url::with_query(HERE, &query)),
        cells: [
            ("作出", count(one.made)),
            ("全部履行", count(one.full)),
            ("部分履行", count(one.partial)),
            ("全部未履行", count(one.none)),
            ("没有认定", count(one.open())),
            (
                "全部履行占作出的比例",
                one.percent.map_or_else(|| "—".to_owned(), |percent| format!("{percent}%")),
            ),
        ],
        unit: one.unit.1,
        kind: if one.kind.is_empty() { "全部类型".to_owned() } else { one.kind },
    }
}

/// The figures.
///
/// # Errors
/// `access.denied`.
pub async fn page(frame: Frame, Query(asked): Query<Asked>) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let who = actor(&frame)?;
    let today = desk.today().year();
    let typed = asked.year.trim();
    let year = if typed.is_empty() { today } else { typed.parse().unwrap_or_default() };
    let mut errors = Vec::new();
    let rows = match commitments::ratios(desk, who, year).await {
        Ok(rows) => rows,
        Err(error) => {
            errors.push(FormError::new("year", mendable(error)?.message));
            Vec::new()
        }
    };
    let of = rows.iter().find(|one| one.unit.0 == asked.unit && one.kind == asked.kind);
    let title = of.map_or_else(String::new, |one| {
        let kind = if one.kind.is_empty() { "全部类型" } else { &one.kind };
        format!("{}，{kind}，{year} 年", one.unit.1)
    });
    let page = page_of(&asked.page);
    let behind = if title.is_empty() {
        RatioPage::default()
    } else {
        let (unit, kind, state) = (&asked.unit, &asked.kind, &asked.state);
        let wanted = Wanted { unit, kind, state, page };
        commitments::ratio_records(desk, who, year, wanted).await?
    };
    let pager = pager(behind.page, behind.total, |page| {
        let year = year.to_string();
        let query = [
            ("year", year.as_str()),
            ("unit", &asked.unit),
            ("kind", &asked.kind),
            ("state", &asked.state),
            ("page", page),
        ];
        format!("{}#behind", url::with_query(HERE, &query))
    });
    let reads = who.may(Permission::ReadRecord);
    let line = |one: RatioRecord| Behind {
        href: if reads { words::held_href(one.record.0, one.record.1) } else { String::new() },
        number: one.number,
        party: one.party,
        reason: one.reason,
        made_on: one.made_on.to_string(),
        state: if one.state.is_empty() { "没有认定".to_owned() } else { one.state },
    };
    draw(&Shown {
        page: frame.console("履约情况统计", NAV),
        year: if typed.is_empty() { today.to_string() } else { typed.to_owned() },
        year_error: message_for(&errors, "year"),
        rows: rows.into_iter().map(|one| row(one, year)).collect(),
        title,
        asked_unit: asked.unit,
        asked_kind: asked.kind,
        states: states(&frame, &asked.state),
        behind: behind.records.into_iter().map(line).collect(),
        pager,
        errors,
    })
}
