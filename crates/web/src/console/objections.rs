//! `/console/objections`: objections by their clocks; for the office how every unit stands; how many there were and what came of them.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use axum::response::Html;
use serde::Deserialize;
use xinyong_service::Permission;
use xinyong_service::objections::{self, ObjectionFigures, ObjectionLine, UnitObjections};

use super::{actor, worklist};
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::objection::{due_words, left, stage};
use crate::ui::view::{Chip, Nav, Page, Tile};

/// The list.
pub const HERE: &str = "/console/objections";
/// Working days within which something is soon due.
const SOON: i64 = 3;

struct Row {
    href: String,
    title: String,
    about: String,
    party: String,
    unit: String,
    ground: String,
    by: &'static str,
    filed_on: String,
    standing: Chip,
    withheld: bool,
    owner: &'static str,
    due: String,
    left: Option<Chip>,
}

#[derive(Template)]
#[template(path = "console/objections.html")]
struct Listed {
    page: Page,
    tabs: Vec<Nav>,
    tiles: Vec<Tile>,
    rows: Vec<Row>,
    board: Vec<(String, [(&'static str, String); 4])>,
    figures: Vec<(String, [(&'static str, String); 5])>,
    may_enter: bool,
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
    let lines = objections::work(desk, who, over).await?;
    // A day that is not known yet is neither soon nor past.
    let clock = |line: &ObjectionLine| {
        let due = line.left.and_then(|_| line.due.as_ref().map(|due| due.value.date));
        (due, line.left)
    };
    let sees_all = who.unit_limit().is_none();
    let figures =
        if over { objections::figures(desk, who).await? } else { ObjectionFigures::default() };
    draw(&Listed {
        page: frame.console("异议", HERE),
        tabs: worklist::tabs(HERE, "办理中", ("over", "已办结和统计"), over),
        tiles: if over {
            Vec::new()
        } else {
            worklist::clocks("办理中", "项", desk.today(), lines.iter().map(clock))
        },
        board: if sees_all && !over { board(&lines) } else { Vec::new() },
        rows: lines.iter().map(|line| row(&frame, line)).collect(),
        figures: if figures.all.made == 0 {
            Vec::new()
        } else {
            figures.units.iter().chain([&figures.all]).map(counted).collect()
        },
        may_enter: who.may(Permission::EnterObjection),
    })
}

fn counted(unit: &UnitObjections) -> (String, [(&'static str, String); 5]) {
    let cells = [
        ("提出", unit.made.to_string()),
        ("未答复", unit.open.to_string()),
        ("超过期限", unit.late.to_string()),
        ("成立/已答复", format!("{}/{}", unit.upheld, unit.answered)),
        ("答复用时", unit.median.map_or_else(String::new, |days| format!("{days} 个工作日"))),
    ];
    (unit.unit.clone(), cells)
}

/// How the units stand, the worst first.
fn board(lines: &[ObjectionLine]) -> Vec<(String, [(&'static str, String); 4])> {
    let mut units: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    for line in lines {
        let [open, soon, overdue, withheld] = units.entry(&line.unit).or_default();
        *open += 1;
        match line.left {
            Some(left) if left < 0 => *overdue += 1,
            Some(left) if left <= SOON => *soon += 1,
            _ => {}
        }
        *withheld += usize::from(line.withheld_on.is_some());
    }
    let mut units: Vec<_> = units.into_iter().collect();
    units.sort_by_key(|(_, [open, soon, overdue, withheld])| {
        std::cmp::Reverse((*overdue, *withheld, *soon, *open))
    });
    let labels = ["办理中", "三个工作日内到期", "已超过期限", "暂停公示"];
    let cells = |counts: [usize; 4]| {
        let mut counts = counts.into_iter();
        labels.map(|label| (label, counts.next().unwrap_or_default().to_string()))
    };
    units.into_iter().map(|(unit, counts)| (unit.to_owned(), cells(counts))).collect()
}

fn row(frame: &Frame, line: &ObjectionLine) -> Row {
    Row {
        href: href(line.id),
        title: line.record.title.clone(),
        about: format!("{}　{}", line.record.kind_name, line.record.number),
        party: super::held::party(&line.record),
        unit: line.unit.clone(),
        ground: line.ground.clone(),
        by: match (line.by_person, line.to_attest) {
            (true, true) => "个人提出，待核对",
            (true, false) => "个人提出",
            _ => "",
        },
        filed_on: line.filed_on.to_string(),
        standing: stage(line.stage),
        withheld: line.withheld_on.is_some(),
        owner: line.owner.label(),
        due: due_words(line),
        left: left(frame.site.desk().today(), line),
    }
}
