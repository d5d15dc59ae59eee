//! `/console/repairs`: applications for repair, by their clocks; for the office how every unit stands.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use axum::response::Html;
use serde::Deserialize;
use xinyong_service::Permission;
use xinyong_service::repairs::{self, RepairFigures, RepairLine};

use super::{actor, worklist};
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::repair::{left, stage};
use crate::ui::view::{Chip, Nav, Page, Tile};

/// The list.
pub const HERE: &str = "/console/repairs";
/// Applications that the list shows, the most urgent; all of them are counted.
const MOST_SHOWN: usize = 200;
/// Working days within which something is soon due.
const SOON: i64 = 3;

struct Row {
    href: String,
    title: String,
    about: String,
    party: String,
    unit: String,
    entry: &'static str,
    applied_on: String,
    standing: Chip,
    owner: &'static str,
    due: String,
    left: Option<Chip>,
}

/// How a unit stands.
struct UnitRow {
    unit: String,
    open: usize,
    soon: usize,
    overdue: usize,
}

#[derive(Template)]
#[template(path = "console/repairs.html")]
struct Listed {
    page: Page,
    tabs: Vec<Nav>,
    tiles: Vec<Tile>,
    rows: Vec<Row>,
    more: usize,
    units: Vec<UnitRow>,
    may_enter: bool,
    figures: Vec<Tile>,
    took: Vec<(String, [(&'static str, String); 2])>,
    reasons: Vec<(String, usize)>,
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

/// The list.
///
/// # Errors
/// `access.denied`.
pub async fn list(frame: Frame, Query(asked): Query<Asked>) -> Result<Html<String>, PageError> {
    let over = asked.show == "over";
    let desk = frame.site.desk();
    let who = actor(&frame)?;
    let lines = repairs::work(desk, who, over).await?;
    let clock = |line: &RepairLine| (line.due.as_ref().map(|due| due.value.date), line.left);
    let sees_all = who.unit_limit().is_none();
    let figures = if over { repairs::figures(desk, who).await? } else { RepairFigures::default() };
    draw(&Listed {
        page: frame.console("信用修复", HERE),
        tabs: worklist::tabs(HERE, "办理中", ("over", "已办结"), over),
        tiles: if over {
            Vec::new()
        } else {
            worklist::clocks("办理中", "条", desk.today(), lines.iter().map(clock))
        },
        units: if sees_all && !over { board(&frame, &lines) } else { Vec::new() },
        more: lines.len().saturating_sub(MOST_SHOWN),
        rows: lines.iter().take(MOST_SHOWN).map(|line| row(&frame, line)).collect(),
        may_enter: who.may(Permission::EnterRepair),
        figures: if over { tiles(&figures) } else { Vec::new() },
        took: figures
            .steps
            .iter()
            .map(|(label, count, median)| {
                let cells = [("件数", count.to_string()), ("工作日中位数", median.to_string())];
                ((*label).to_owned(), cells)
            })
            .collect(),
        reasons: figures.reasons,
    })
}

fn tiles(figures: &RepairFigures) -> Vec<Tile> {
    [
        ("准予修复", figures.granted),
        ("其中超过期限", figures.late),
        ("不予修复", figures.refused),
        ("不予受理", figures.not_accepted),
        ("申请人撤回", figures.withdrawn),
    ]
    .map(|(label, count)| Tile::new(label, count.to_string(), "条"))
    .to_vec()
}

fn board(frame: &Frame, lines: &[RepairLine]) -> Vec<UnitRow> {
    let today = frame.site.desk().today();
    let mut units: BTreeMap<&str, UnitRow> = BTreeMap::new();
    for line in lines {
        let unit = units.entry(&line.unit).or_insert_with(|| UnitRow {
            unit: line.unit.clone(),
            open: 0,
            soon: 0,
            overdue: 0,
        });
        unit.open += 1;
        if line.due.as_ref().is_some_and(|due| due.value.date < today) {
            unit.overdue += 1;
        } else if line.left.is_some_and(|left| left <= SOON) {
            unit.soon += 1;
        }
    }
    let mut rows: Vec<UnitRow> = units.into_values().collect();
    rows.sort_by_key(|row| std::cmp::Reverse((row.overdue, row.soon, row.open)));
    rows
}

fn row(frame: &Frame, line: &RepairLine) -> Row {
    Row {
        href: href(line.id),
        title: line.record.title.clone(),
        about: format!("{}　{}", line.record.kind_name, line.record.number),
        party: super::held::party(&line.record),
        unit: line.unit.clone(),
        entry: line.entry.label(),
        applied_on: line.applied_on.to_string(),
        standing: stage(line.stage),
        owner: line.owner.label(),
        due: line.due.as_ref().map_or_else(String::new, |due| due.value.date.to_string()),
        left: left(frame.site.desk().today(), line),
    }
}
