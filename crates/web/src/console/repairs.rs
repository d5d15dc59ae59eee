//! `/console/repairs`: applications for repair, by their clocks; for the office how every unit stands.

use askama::Template;
use axum::extract::Query;
use axum::response::Html;
use serde::Deserialize;
use xinyong_service::Permission;
use xinyong_service::repairs::{self, RepairFigures, RepairLine, RepairPage, UnitBoard};

use super::{actor, worklist};
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::repair::{left, stage};
use crate::ui::view::{Chip, Nav, Page, Pager, Tile};
use crate::url;

/// The list.
pub const HERE: &str = "/console/repairs";

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

#[derive(Template)]
#[template(path = "console/repairs.html")]
struct Listed {
    page: Page,
    tabs: Vec<Nav>,
    tiles: Vec<Tile>,
    rows: Vec<Row>,
    pager: Pager,
    units: Vec<UnitBoard>,
    may_enter: bool,
    figures: Vec<Tile>,
    took: Vec<(String, [(&'static str, String); 2])>,
    grounds: Vec<(String, usize)>,
}

/// What is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    show: String,
    page: String,
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
    // What is no number is the first page.
    let found = repairs::work(desk, who, over, asked.page.parse().unwrap_or(1)).await?;
    let board = if over { Vec::new() } else { repairs::board(desk, who).await? };
    let sees_all = who.unit_limit().is_none();
    let figures = if over { repairs::figures(desk, who).await? } else { RepairFigures::default() };
    draw(&Listed {
        page: frame.console("信用修复", HERE),
        tabs: worklist::tabs(HERE, "办理中", ("over", "已办结"), over),
        tiles: if over { Vec::new() } else { clocks(&board) },
        units: if sees_all { board } else { Vec::new() },
        pager: pager(&found, over),
        rows: found.lines.iter().map(|line| row(&frame, line)).collect(),
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
        grounds: figures.grounds,
    })
}

fn tiles(figures: &RepairFigures) -> Vec<Tile> {
    [
        ("准予修复", figures.granted),
        ("其中超过期限", figures.late),
        ("不予修复", figures.refused),
        ("不予受理", figures.not_accepted),
        ("申请人撤回", figures.withdrawn),
        ("决定已撤销、变更", figures.lapsed),
    ]
    .map(|(label, count)| Tile::new(label, count.to_string(), "条"))
    .to_vec()
}

fn clocks(board: &[UnitBoard]) -> Vec<Tile> {
    let sum = |of: fn(&UnitBoard) -> usize| board.iter().map(of).sum::<usize>();
    [
        ("办理中", sum(|unit| unit.open)),
        ("三个工作日内到期", sum(|unit| unit.soon)),
        ("已超过期限", sum(|unit| unit.overdue)),
    ]
    .map(|(label, count)| Tile::new(label, count.to_string(), "条"))
    .to_vec()
}

fn pager(found: &RepairPage, over: bool) -> Pager {
    let show = if over { "over" } else { "" };
    let to = |page: usize| {
        let page = page.to_string();
        url::with_query(HERE, &[("show", show), ("page", &page)])
    };
    Pager {
        summary: format!("共 {} 条，第 {} 页，共 {} 页", found.all, found.page, found.pages),
        prev: if found.page > 1 { to(found.page - 1) } else { String::new() },
        next: if found.page < found.pages { to(found.page + 1) } else { String::new() },
        pages: Vec::new(),
    }
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
