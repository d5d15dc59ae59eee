//! `GET /console`: what waits for this person today.

use askama::Template;
use axum::response::Html;
use jiff::civil::Date;
use xinyong_domain::law::Law;
use xinyong_domain::workflow::batch::Stage;
use xinyong_service::browse::{self, OwedBatch};
use xinyong_service::reporting::{self, Waiting};
use xinyong_service::{Permission, agents, notices};

use super::actor;
use super::rows::{BatchRow, row};
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Bar, Chip, Page, Tile, Why};
use crate::ui::words;
use crate::ui::{draw, reasons};

/// Units and months with something missing that the first page names.
const MOST_MISSING: usize = 8;

struct OwedRow {
    batch: BatchRow,
    task: &'static str,
    due: String,
    left: Option<Chip>,
    why: Option<Why>,
}

#[derive(Template)]
#[template(path = "console/home.html")]
struct Home {
    page: Page,
    can_upload: bool,
    reads_batches: bool,
    tiles: Vec<Tile>,
    waiting: Vec<OwedRow>,
    agents: Vec<super::agents::Row>,
    waiting_title: &'static str,
    month_title: &'static str,
    month: Vec<Bar>,
    unread: u64,
    declare: Vec<Declare>,
    declare_title: String,
    owed_lines: Vec<Line>,
}

/// A kind whose month is to be declared.
struct Declare {
    href: String,
    kind: String,
}

/// Something about reporting that waits.
struct Line {
    href: String,
    text: String,
    chip: Chip,
    note: String,
}

/// The first page of the console.
///
/// # Errors
/// When the store fails.
pub async fn home(frame: Frame) -> Result<Html<String>, PageError> {
    let actor = actor(&frame)?;
    let shown = browse::console_home(frame.site.desk(), actor).await?;
    let (law, today) = (frame.site.desk().law(), frame.site.desk().today());
    let reads_batches = actor.may(Permission::ReadBatch);
    let tiles = [
        ("待提交的批次", shown.to_submit, "checked"),
        ("待复核的批次", shown.to_release, "submitted"),
        ("已入库的批次", shown.recorded, "recorded"),
        ("整份退回的文件", shown.refused, "refused"),
    ]
    .into_iter()
    .filter(|_| reads_batches)
    .map(|(label, count, stage)| {
        Tile::new(label, words::grouped(count), "批").to(&super::batches::href(stage))
    })
    .collect();
    let owed = if actor.may(Permission::ReadReporting) {
        reporting::waiting(frame.site.desk(), actor).await?
    } else {
        Waiting::default()
    };
    draw(&Home {
        declare: owed
            .declare
            .iter()
            .flat_map(|owed| {
                owed.kinds.iter().map(|(id, kind)| Declare {
                    href: super::reporting::unit_href(&actor.unit, id, owed.month),
                    kind: kind.clone(),
                })
            })
            .collect(),
        declare_title: owed.declare.as_ref().map_or_else(String::new, |owed| {
            format!("请在 {} 前（含当日）申报{}作出的决定数", owed.until, owed.month.label())
        }),
        owed_lines: owed_lines(&owed),
        page: frame.console("今天的工作", "/console"),
        can_upload: actor.may(Permission::UploadBatch),
        reads_batches,
        tiles,
        waiting: shown.waiting.iter().map(|owed| owed_row(&law, today, owed)).collect(),
        agents: agents::waiting(frame.site.desk(), actor)
            .await?
            .iter()
            .map(|one| super::agents::row(&frame, one))
            .collect(),
        waiting_title: "等您处理的批次，最急的在前",
        month_title: "各月入库的条数",
        month: bars(&shown.months),
        unread: notices::unread(frame.site.desk(), actor).await?,
    })
}

fn owed_lines(owed: &Waiting) -> Vec<Line> {
    let mut lines: Vec<Line> = owed
        .missing
        .iter()
        .take(MOST_MISSING)
        .map(|one| Line {
            href: super::reporting::unit_href(&one.unit, &one.kind, one.month),
            text: format!("{}：{}，{}", one.name, one.kind_name, one.month.label()),
            chip: Chip::new(format!("缺 {} 条", words::grouped(one.missing)), "warn"),
            note: "请核对补报，或说明缺号的理由".to_owned(),
        })
        .collect();
    if let Some(rest) = owed.missing.len().checked_sub(MOST_MISSING).filter(|rest| *rest > 0) {
        lines.push(Line {
            href: super::reporting::HERE.to_owned(),
            text: "其余的见归集考核".to_owned(),
            chip: Chip::new(format!("另有 {rest} 处"), "neutral"),
            note: String::new(),
        });
    }
    let (held, refused) = owed.rows;
    if held + refused > 0 {
        lines.push(Line {
            href: super::batches::href("recorded"),
            text: "本月已入库批次里没有入库的行".to_owned(),
            chip: Chip::new(format!("{} 行", words::grouped(held + refused)), "warn"),
            note: format!("待核 {held} 行，不合格 {refused} 行，请改正后重新报送"),
        });
    }
    lines.extend(owed.silent.iter().map(|one| Line {
        href: super::reporting::HERE.to_owned(),
        text: format!("{}：{}", one.name, one.kind_name),
        chip: Chip::new(format!("{} 天没有报送", one.days), "neutral"),
        note: format!("上次报送 {}", one.last),
    }));
    lines
}

fn owed_row(law: &Law, today: Date, owed: &OwedBatch) -> OwedRow {
    let submitted = owed.batch.stage == Stage::Submitted;
    OwedRow {
        batch: row(&owed.batch),
        task: if submitted { "复核入库" } else { "提交复核" },
        due: owed.due.as_ref().map_or_else(String::new, |due| due.value.date.to_string()),
        left: owed
            .due
            .as_ref()
            .zip(owed.left)
            .map(|(due, left)| words::left(today, due.value.date, left)),
        why: owed.due.as_ref().map(|due| {
            reasons::due_why(law, &format!("批次 {} 的报送期限", owed.batch.number), due)
        }),
    }
}

fn bars(months: &[(String, u64)]) -> Vec<Bar> {
    let longest = months.iter().map(|(_, rows)| *rows).max().unwrap_or_default();
    months
        .iter()
        .map(|(month, rows)| Bar {
            label: month.clone(),
            value: words::grouped(*rows),
            share: (rows * 100).checked_div(longest).unwrap_or_default(),
        })
        .collect()
}
