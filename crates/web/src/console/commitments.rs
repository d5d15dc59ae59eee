//! `/console/commitments`: the ledger of commitments, by their clocks; what was taken in late; for the office how every unit stands.

use askama::Template;
use axum::extract::Query;
use axum::response::Html;
use serde::Deserialize;
use xinyong_service::commitments::{self, CommitmentLine, Listed as Found, PAGE, UnitBoard};

use super::{actor, mendable};
use crate::page_error::PageError;
use crate::ui::commitment::{day, left, stage};
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, FormError, Nav, Page, Pager, Tile, message_for};
use crate::ui::words;
use crate::url;

/// Pages that an address may ask for.
const MOST_PAGES: usize = 1_000_000;

/// The list.
pub const HERE: &str = "/console/commitments";

struct Row {
    href: String,
    matter: String,
    number: String,
    party: (String, String),
    unit: String,
    made_on: String,
    standing: Chip,
    due: String,
    left: Option<Chip>,
}

struct UnitRow {
    unit: String,
    cells: [(&'static str, u64); 6],
}

#[derive(Template)]
#[template(path = "console/commitments.html")]
struct Listed {
    page: Page,
    tabs: Vec<Nav>,
    errors: Vec<FormError>,
    tiles: Vec<Tile>,
    late: bool,
    year: String,
    year_error: String,
    rows: Vec<Row>,
    units: Vec<UnitRow>,
    pager: Pager,
    /// Whether this person is of a unit that takes commitments in: the office only sees to them.
    may_enter: bool,
}

/// What is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    show: String,
    year: String,
    page: String,
}

/// The address of one.
pub fn href(id: i64) -> String {
    format!("{HERE}/{id}")
}

fn row(frame: &Frame, line: &CommitmentLine, late: bool) -> Row {
    // Of what was late the clock that ran out is shown, of anything else the one that runs.
    let clock = if late {
        let mut late = [&line.report, &line.finding].into_iter().flatten();
        late.rfind(|clock| matches!(clock.standing.as_str(), "late" | "overdue"))
    } else {
        line.clock()
    };
    Row {
        href: href(line.id),
        matter: line.matter.clone(),
        number: line.number.clone(),
        party: line.party.clone(),
        unit: line.unit.1.clone(),
        made_on: line.made_on.to_string(),
        standing: stage(line),
        due: clock.map(day).unwrap_or_default(),
        left: clock.map(|clock| left(frame.site.desk().today(), clock)),
    }
}

fn board(units: Vec<UnitBoard>) -> Vec<UnitRow> {
    let row = |one: UnitBoard| UnitRow {
        unit: one.unit,
        cells: [
            ("待受理", one.made),
            ("待核查", one.verify),
            ("核查即将到期", one.soon),
            ("核查已超期", one.overdue),
            ("逾期未归集", one.late),
            ("已撤下待结束", one.down),
        ],
    };
    units.into_iter().map(row).collect()
}

fn tiles(units: &[UnitBoard]) -> Vec<Tile> {
    let sum = |count: fn(&UnitBoard) -> u64| units.iter().map(count).sum::<u64>().to_string();
    vec![
        Tile::new("待受理", sum(|one| one.made), "份"),
        Tile::new("待核查", sum(|one| one.verify), "份"),
        Tile::new("核查即将到期", sum(|one| one.soon), "份"),
        Tile::new("核查已超期", sum(|one| one.overdue), "份"),
        Tile::new("逾期未归集", sum(|one| one.late), "份").to(&view("late")),
        Tile::new("已撤下待结束", sum(|one| one.down), "份"),
    ]
}

fn view(show: &str) -> String {
    url::with_query(HERE, &[("show", show)])
}

/// The page that an address asks for, counted from 0.
pub fn page_of(asked: &str) -> usize {
    asked.trim().parse().unwrap_or(1).clamp(1, MOST_PAGES) - 1
}

/// From page to page of so many; the pages are counted from 0, and their addresses from 1.
pub fn pager(page: usize, total: u64, of: impl Fn(&str) -> String) -> Pager {
    let whole = usize::try_from(total).unwrap_or(usize::MAX);
    let pages = whole.div_ceil(PAGE);
    let to = |page: usize| of(&(page + 1).to_string());
    Pager {
        summary: format!(
            "共 {} 份，第 {} 页，共 {} 页",
            words::grouped(total),
            page + 1,
            pages.max(1)
        ),
        prev: if page > 0 { of("1") } else { String::new() },
        next: if page + 1 < pages { to(page + 1) } else { String::new() },
        pages: Vec::new(),
    }
}

/// The ledger.
///
/// # Errors
/// `access.denied`.
pub async fn list(frame: Frame, Query(asked): Query<Asked>) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let who = actor(&frame)?;
    let show = match asked.show.as_str() {
        known @ ("over" | "late") => known,
        _ => "",
    };
    let late = show == "late";
    let typed = asked.year.trim();
    let today = desk.today().year();
    let year = if typed.is_empty() { today } else { typed.parse().unwrap_or_default() };
    let page = page_of(&asked.page);
    let mut errors = Vec::new();
    let found = if late {
        match commitments::late(desk, who, year, page).await {
            Ok(found) => found,
            Err(error) => {
                errors.push(FormError::new("year", mendable(error)?.message));
                Found::default()
            }
        }
    } else {
        commitments::work(desk, who, show == "over", page).await?
    };
    let units = if show.is_empty() { commitments::board(desk, who).await? } else { Vec::new() };
    let year = if typed.is_empty() { today.to_string() } else { typed.to_owned() };
    let pager = pager(found.page, found.total, |page| {
        let kept = if late { year.as_str() } else { "" };
        url::with_query(HERE, &[("show", show), ("year", kept), ("page", page)])
    });
    draw(&Listed {
        page: frame.console("信用承诺", HERE),
        may_enter: who.unit_limit().is_some(),
        tabs: [("", "监管台账"), ("over", "已办结"), ("late", "逾期归集")]
            .into_iter()
            .map(|(word, label)| Nav {
                href: view(word),
                label: label.to_owned(),
                current: word == show,
            })
            .collect(),
        tiles: if show.is_empty() { tiles(&units) } else { Vec::new() },
        late,
        year_error: message_for(&errors, "year"),
        year,
        rows: found.lines.iter().map(|line| row(&frame, line, late)).collect(),
        pager,
        errors,
        units: if who.unit_limit().is_none() { board(units) } else { Vec::new() },
    })
}
