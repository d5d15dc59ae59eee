//! `GET /console`: what waits for this person today.

use askama::Template;
use axum::response::Html;
use jiff::civil::Date;
use xinyong_domain::law::Law;
use xinyong_domain::workflow::batch::Stage;
use xinyong_service::browse::{self, OwedBatch};
use xinyong_service::commitments::{self, CommitmentLine, Listed};
use xinyong_service::corrections::{self, CorrectionLine};
use xinyong_service::error_reports::{self, ReportLine, WaitingReports};
use xinyong_service::judgements;
use xinyong_service::objections::{self, ObjectionLine};
use xinyong_service::repairs::{self, RepairLine};
use xinyong_service::reporting::{self, Waiting};
use xinyong_service::{Actor, Desk, Permission, agents, notices};

use super::actor;
use super::rows::{BatchRow, row};
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Bar, Chip, Link, Page, Tile, Why};
use crate::ui::words;
use crate::ui::{draw, reasons};

/// Units and months with something missing that the first page names.
const MOST_MISSING: usize = 8;
/// Reports of errors that the first page names.
const MOST_REPORTS: usize = 5;

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
    queues: Vec<Queue>,
    contents: Vec<Link>,
    waiting_title: &'static str,
    month_title: &'static str,
    month: Vec<Bar>,
    unread: u64,
    declare: Vec<Declare>,
    declare_title: String,
    owed_lines: Vec<Line>,
}

/// What waits of one sort of work.
struct Queue {
    id: &'static str,
    title: &'static str,
    lines: Vec<Line>,
}

impl Queue {
    fn new(id: &'static str, title: &'static str, lines: Vec<Line>) -> Self {
        Self { id, title, lines }
    }
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
    let desk = frame.site.desk();
    let shown = browse::console_home(desk, actor).await?;
    let (law, today) = (desk.law(), desk.today());
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
        reporting::waiting(desk, actor).await?
    } else {
        Waiting::default()
    };
    let queues = queues(&frame, actor).await?;
    let owed_lines: Vec<Line> =
        ahead_line(desk, actor).await?.into_iter().chain(owed_lines(&owed)).collect();
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
        contents: contents(&shown.waiting, &queues, owed.declare.is_some(), &owed_lines),
        queues,
        owed_lines,
        page: frame.console("今天的工作", "/console"),
        can_upload: actor.may(Permission::UploadBatch),
        reads_batches,
        tiles,
        waiting: shown.waiting.iter().map(|owed| owed_row(&law, today, owed)).collect(),
        waiting_title: "等您处理的批次，最急的在前",
        month_title: "各月入库的条数",
        month: bars(&shown.months),
        unread: notices::unread(desk, actor).await?,
    })
}

/// What waits for this person, by the work it is.
async fn queues(frame: &Frame, actor: &Actor) -> Result<Vec<Queue>, PageError> {
    let desk = frame.site.desk();
    let applied = agents::waiting(desk, actor).await?;
    let judged = judgements::open_judgements(desk, actor).await?;
    let judge = |one| {
        let (href, text, chip, note) = super::judgements::waiting_line(one);
        Line { href, text, chip, note }
    };
    let agent = |one| {
        let row = super::agents::row(frame, one);
        Line {
            href: row.href,
            text: row.firm,
            chip: row.left.unwrap_or_else(|| Chip::new("没有期限", "neutral")),
            note: format!("{} 申请", row.applied),
        }
    };
    let asked = repairs::waiting(desk, actor, MOST_REPORTS).await?;
    let made = commitments::waiting(desk, actor, MOST_REPORTS).await?;
    let said = error_reports::waiting(desk, actor, MOST_REPORTS).await?;
    Ok(vec![
        Queue::new("agents", "等待确认的经办人", applied.iter().map(agent).collect()),
        Queue::new(
            "correct",
            "待您确认的更正和撤销",
            correct(frame, &corrections::waiting(desk, actor).await?),
        ),
        Queue::new("repair", "待办理的信用修复", repair(frame, &asked)),
        Queue::new(
            "objected",
            "待办理的异议",
            objected(frame, &objections::waiting(desk, actor).await?),
        ),
        Queue::new("commitments", "待办理的信用承诺", committed(frame, &made)),
        Queue::new("judge", "待您确认的主体核定", judged.iter().map(judge).collect()),
        Queue::new("reported", "待答复的信息纠错", reported(frame, &said)),
    ])
}

/// Where on the page what waits is to be found, with nothing to find no list.
fn contents(waiting: &[OwedBatch], queues: &[Queue], declare: bool, owed: &[Line]) -> Vec<Link> {
    let places = [("waiting", "等您处理的批次", !waiting.is_empty())]
        .into_iter()
        .chain(queues.iter().map(|queue| (queue.id, queue.title, !queue.lines.is_empty())))
        .chain([
            ("declare", "待申报", declare),
            ("owed", "缺报、待改与久未报送", !owed.is_empty()),
        ]);
    let links: Vec<Link> = places
        .filter(|(_, _, is_some)| *is_some)
        .map(|(id, title, _)| Link { href: format!("#{id}"), label: title.to_owned() })
        .collect();
    if links.len() > 1 { links } else { Vec::new() }
}

/// What the person's own unit is likely to report late, where there is anything.
async fn ahead_line(desk: &Desk, actor: &Actor) -> Result<Option<Line>, PageError> {
    if actor.unit_limit().is_none() || !actor.may(Permission::ReadReporting) {
        return Ok(None);
    }
    let found = reporting::forecast(desk, actor).await?;
    let known: u64 = found.iter().flat_map(|one| &one.likely).map(|one| one.count).sum();
    let usual: u64 = found.iter().filter_map(|one| one.outlook.late).sum();
    Ok((!found.is_empty()).then(|| Line {
        href: super::forecast::HERE.to_owned(),
        text: "未来七个工作日可能超期的决定".to_owned(),
        chip: Chip::new(format!("约 {} 件", words::grouped(known.max(usual))), "neutral"),
        note: "按本单位以往的习惯预计，只为提醒".to_owned(),
    }))
}

/// Corrections that wait for this person.
fn correct(frame: &Frame, waiting: &[CorrectionLine]) -> Vec<Line> {
    let line = |one: &CorrectionLine| Line {
        href: super::corrections::href(one.id),
        text: format!("{}：{}", one.event, one.record.title),
        chip: super::corrections::left(frame, one)
            .unwrap_or_else(|| Chip::new("没有期限", "neutral")),
        note: format!("{} 登记，{} 得知", one.proposed.0.name, one.known_on),
    };
    let mut lines: Vec<Line> = waiting.iter().take(MOST_REPORTS).map(line).collect();
    if waiting.len() > MOST_REPORTS {
        lines.push(Line {
            href: super::corrections::HERE.to_owned(),
            text: "其余的见更正和撤销".to_owned(),
            chip: Chip::new(format!("共 {} 项", waiting.len()), "neutral"),
            note: String::new(),
        });
    }
    lines
}

/// Applications for repair that wait for this person's unit.
fn repair(frame: &Frame, (waiting, all): &(Vec<RepairLine>, usize)) -> Vec<Line> {
    let line = |one: &RepairLine| Line {
        href: super::repairs::href(one.id),
        text: one.record.title.clone(),
        chip: crate::ui::repair::left(frame.site.desk().today(), one)
            .unwrap_or_else(|| Chip::new("没有期限", "neutral")),
        note: format!("{}，{} 申请", one.stage.label(), one.applied_on),
    };
    let mut lines: Vec<Line> = waiting.iter().map(line).collect();
    if *all > lines.len() {
        lines.push(Line {
            href: super::repairs::HERE.to_owned(),
            text: "其余的见信用修复".to_owned(),
            chip: Chip::new(format!("共 {all} 条"), "neutral"),
            note: String::new(),
        });
    }
    lines
}

/// Objections that wait for this person's unit, or for the office.
fn objected(frame: &Frame, waiting: &[ObjectionLine]) -> Vec<Line> {
    let line = |one: &ObjectionLine| Line {
        href: super::objections::href(one.id),
        text: format!("{}：{}", one.ground, one.record.title),
        chip: crate::ui::objection::left(frame.site.desk().today(), one)
            .unwrap_or_else(|| Chip::new("期限未定", "neutral")),
        note: format!("{}，{} 提出", one.stage.label(), one.filed_on),
    };
    let mut lines: Vec<Line> = waiting.iter().take(MOST_REPORTS).map(line).collect();
    if waiting.len() > MOST_REPORTS {
        lines.push(Line {
            href: super::objections::HERE.to_owned(),
            text: "其余的见异议".to_owned(),
            chip: Chip::new(format!("共 {} 项", waiting.len()), "neutral"),
            note: String::new(),
        });
    }
    lines
}

/// Commitments that wait for this person; for the office those whose verification or taking in is overdue.
fn committed(frame: &Frame, waiting: &Listed) -> Vec<Line> {
    let today = frame.site.desk().today();
    let line = |one: &CommitmentLine| Line {
        href: super::commitments::href(one.id),
        text: format!("{}：{}", one.matter, one.party.0),
        chip: one.clock().map_or_else(
            || Chip::new("没有期限", "neutral"),
            |clock| crate::ui::commitment::left(today, clock),
        ),
        note: format!("{}，{} 作出，{}", one.stage.label(), one.made_on, one.unit.1),
    };
    let mut lines: Vec<Line> = waiting.lines.iter().map(line).collect();
    if usize::try_from(waiting.total).is_ok_and(|total| total > lines.len()) {
        lines.push(Line {
            href: super::commitments::HERE.to_owned(),
            text: "其余的见信用承诺".to_owned(),
            chip: Chip::new(format!("共 {} 份", waiting.total), "neutral"),
            note: String::new(),
        });
    }
    lines
}

/// What the public says is wrong and waits for an answer.
fn reported(frame: &Frame, waiting: &WaitingReports) -> Vec<Line> {
    let line = |one: &ReportLine| Line {
        href: super::error_reports::href(one.id),
        text: format!("{}：{}", one.ground, one.record.title),
        chip: super::error_reports::left(frame, one)
            .unwrap_or_else(|| Chip::new("没有期限", "neutral")),
        note: format!("编号 {}，{} 收到", one.number, one.received),
    };
    let mut lines: Vec<Line> = waiting.lines.iter().map(line).collect();
    if waiting.open > waiting.lines.len() {
        lines.push(Line {
            href: super::error_reports::HERE.to_owned(),
            text: "其余的见信息纠错".to_owned(),
            chip: Chip::new(
                format!("共 {} 件，超期 {} 件", waiting.open, waiting.overdue),
                "neutral",
            ),
            note: String::new(),
        });
    }
    lines
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
