//! `/console/commitments`: the ledger of commitments, by their clocks; what was taken in late; for the office how every unit stands.

use askama::Template;
use axum::extract::Query;
use axum::response::Html;
use serde::Deserialize;
use xinyong_service::commitments::{self, CommitmentLine, UnitBoard};

use super::actor;
use crate::page_error::PageError;
use crate::ui::commitment::{day, left, stage};
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, Nav, Page, Tile};
use crate::url;

/// The list.
pub const HERE: &str = "/console/commitments";
/// Commitments that a page shows: the most urgent.
const MOST_SHOWN: usize = 300;

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
    cells: [(&'static str, u64); 5],
}

#[derive(Template)]
#[template(path = "console/commitments.html")]
struct Listed {
    page: Page,
    tabs: Vec<Nav>,
    tiles: Vec<Tile>,
    late: bool,
    rows: Vec<Row>,
    /// How many there are beyond those.
    more: usize,
    units: Vec<UnitRow>,
}

/// What is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    show: String,
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
        standing: stage(line.stage),
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
    ]
}

fn view(show: &str) -> String {
    url::with_query(HERE, &[("show", show)])
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
    let lines = match show {
        "late" => commitments::late(desk, who, desk.today().year()).await?,
        other => commitments::work(desk, who, other == "over").await?,
    };
    let units = if show.is_empty() { commitments::board(&lines) } else { Vec::new() };
    let late = show == "late";
    draw(&Listed {
        page: frame.console("信用承诺", HERE),
        tabs: [("", "监管台账"), ("over", "已办结"), ("late", "本年逾期归集")]
            .into_iter()
            .map(|(word, label)| Nav {
                href: view(word),
                label: label.to_owned(),
                current: word == show,
            })
            .collect(),
        tiles: if show.is_empty() { tiles(&units) } else { Vec::new() },
        late,
        more: lines.len().saturating_sub(MOST_SHOWN),
        rows: lines.iter().take(MOST_SHOWN).map(|line| row(&frame, line, late)).collect(),
        units: if who.unit_limit().is_none() { board(units) } else { Vec::new() },
    })
}
