//! What other sources know: typed or pasted, a decision a line, or from a file. All of it is kept or none, and everything that is wrong
//! is said at once.

use std::path::PathBuf;

use jiff::civil::Date;
use xinyong_domain::check::clean;
use xinyong_domain::law::Kind;
use xinyong_domain::value::date;
use xinyong_store::KnownDecision;

use super::write::{checked_kind, code, note_of};
use crate::access::{Actor, Permission};
use crate::audit::AuditEvent;
use crate::desk::Desk;
use crate::intake::place_of_number;
use crate::refusal::DeskError;
use crate::sheet::{self, Row};

/// Longest document number, in characters.
const LONGEST_NUMBER: usize = 128;
/// Lines that are typed at once.
const MOST_LINES: usize = 500;
/// Rows of a file.
const MOST_ROWS: usize = 5_000;
/// Rows from the top among which the headings are looked for.
const SEARCHED_ROWS: usize = 40;
/// Headings of the two columns, beside those of the kind.
const NUMBERS: [&str; 4] = ["文号", "文书号", "决定文号", "决定书文号"];
const DAYS: [&str; 3] = ["决定日期", "日期", "作出日期"];

/// What another source knows, a decision a line: number, then its day, with a comma, a tab or a blank between.
#[derive(Debug, Clone)]
pub struct Learn {
    /// The unit that decided.
    pub unit: String,
    /// The kind.
    pub kind: String,
    /// A code of `decision-source`.
    pub source: String,
    /// The lines; not read where a file is handed in.
    pub lines: String,
    /// In the credit office's words.
    pub note: String,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Learnt {
    /// Decisions that are kept now.
    pub new: u64,
    /// Those that the same source had named before.
    pub known: u64,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongRow {
    /// The row as a person sees it.
    pub row: u32,
    /// What is wrong and what to do.
    pub message: String,
}

/// What became of what was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Learning {
    /// It is kept.
    Kept(Learnt),
    /// Nothing is kept: these rows have to be mended first.
    Refused(Vec<WrongRow>),
}

struct Line {
    row: u32,
    number: String,
    day: String,
}

fn lines_of(text: &str) -> Result<Vec<Line>, DeskError> {
    let separators = [',', '，', '\t', ' ', '\u{3000}'];
    let lines: Vec<Line> = text
        .lines()
        .zip(1_u32..)
        .filter(|(line, _)| !line.trim().is_empty())
        .map(|(line, row)| {
            let (number, day) = line.trim().rsplit_once(separators).unwrap_or((line, ""));
            let number = number.trim_matches(|c: char| separators.contains(&c)).to_owned();
            Line { row, number, day: day.to_owned() }
        })
        .collect();
    if lines.is_empty() {
        return Err(DeskError::refused("learn.empty", "请至少写一行文号和决定日期"));
    }
    if lines.len() > MOST_LINES {
        return Err(DeskError::refused(
            "learn.too-many",
            format!("一次最多登记{MOST_LINES}行，请分几次，或者用文件"),
        ));
    }
    Ok(lines)
}

fn judge(line: &Line, today: Date) -> Result<Date, WrongRow> {
    let Line { row, number, day } = line;
    let wrong = |what: String| Err(WrongRow { row: *row, message: what });
    if number.is_empty() || number.chars().count() > LONGEST_NUMBER {
        return wrong(format!("文号是空的，或者超过{LONGEST_NUMBER}字"));
    }
    match date::read(day) {
        Some((day, _)) if day <= today => Ok(day),
        Some(_) => wrong(format!("决定日期{day}在今天之后")),
        None if day.trim().is_empty() => {
            wrong("没有决定日期：请写文号和决定日期，中间用逗号隔开".to_owned())
        }
        None => wrong(format!("决定日期“{day}”请写成 2026-10-12 的样子")),
    }
}

/// The columns of number and day that a row of headings has.
fn headings(row: &Row, kind: &Kind) -> Option<(usize, usize)> {
    let place = |field: usize, words: &[&str]| {
        (0..row.len()).find(|column| {
            let heading = clean(row.cell(*column));
            words.contains(&heading) || kind.headings.field(heading) == Some(field)
        })
    };
    let number = place(kind.document_number, &NUMBERS)?;
    place(kind.decided, &DAYS).map(|day| (number, day))
}

async fn lines_of_file(
    desk: &Desk,
    kind: &str,
    (path, file_name): (PathBuf, String),
) -> Result<Vec<Line>, DeskError> {
    let law = desk.law();
    let kind = law.kind(kind).cloned().ok_or(DeskError::NotFound("该信息类别"))?;
    let limits = desk.limits().clone();
    let permit = desk
        .heavy()
        .acquire_owned()
        .await
        .map_err(|error| DeskError::Internal(error.to_string()))?;
    let read = move || -> Result<Vec<Line>, DeskError> {
        let _permit = permit;
        let mut opened = sheet::open(&path, &file_name, &limits)?;
        let mut rows = opened.rows(0)?;
        let mut row = Row::new();
        let (mut columns, mut searched) = (None, 0);
        let mut lines = Vec::new();
        while rows.read(&mut row)? {
            let Some((number, day)) = columns else {
                columns = headings(&row, &kind);
                searched += 1;
                if columns.is_none() && searched >= SEARCHED_ROWS {
                    break;
                }
                continue;
            };
            if row.is_blank() {
                continue;
            }
            if lines.len() >= MOST_ROWS {
                return Err(DeskError::refused(
                    "learn.too-many",
                    format!("一个文件最多{MOST_ROWS}行，请分成几个"),
                ));
            }
            let cell = |column: usize| clean(row.cell(column)).to_owned();
            lines.push(Line { row: row.number, number: cell(number), day: cell(day) });
        }
        if columns.is_none() {
            return Err(DeskError::refused(
                "learn.headings-missing",
                "没有找到标题行：表格要有“文号”和“决定日期”两列",
            ));
        }
        if lines.is_empty() {
            return Err(DeskError::refused("learn.empty", "标题行下面没有内容"));
        }
        Ok(lines)
    };
    tokio::task::spawn_blocking(read)
        .await
        .map_err(|error| DeskError::Internal(error.to_string()))?
}

/// Keeps what another source knows. All lines or none.
///
/// # Errors
/// `access.denied`, `unit.unknown`, `kind.unknown`, `reporting.code-unknown`, `reporting.note-invalid`, `learn.empty`,
/// `learn.too-many`, `learn.headings-missing`, the refusals of files.
pub async fn learn(
    desk: &Desk,
    actor: &Actor,
    command: Learn,
    file: Option<(PathBuf, String)>,
) -> Result<Learning, DeskError> {
    actor.authorise(Permission::ManageReporting)?;
    desk.unit(&command.unit).await?;
    let kind = checked_kind(desk, &command.kind)?;
    let source = code(desk, "decision-source", &command.source, "线索的来源")?;
    let note = note_of(&command.note, false)?;
    let lines = match file {
        Some(file) => lines_of_file(desk, &kind, file).await?,
        None => lines_of(&command.lines)?,
    };
    let today = desk.today();
    let (mut known, mut wrong) = (Vec::with_capacity(lines.len()), Vec::new());
    for line in lines {
        match judge(&line, today) {
            Ok(day) => known.push((line.number, day)),
            Err(found) => wrong.push(found),
        }
    }
    if !wrong.is_empty() {
        return Ok(Learning::Refused(wrong));
    }
    let now = desk.clock().now();
    let mut learnt = Learnt { new: 0, known: 0 };
    let mut tx = desk.store().transaction("learn decisions").await?;
    for (number, decided_on) in known {
        let new = tx
            .learn_decision(&KnownDecision {
                id: desk.new_id(),
                unit_id: command.unit.clone(),
                kind: kind.clone(),
                place: place_of_number(&number),
                number,
                decided_on,
                source: source.clone(),
                note: note.clone(),
                actor: actor.login.clone(),
                at: now,
                reminded_on: None,
                reminded_by: None,
            })
            .await?;
        if new { learnt.new += 1 } else { learnt.known += 1 }
    }
    let detail = format!("{kind} {source} {}", learnt.new);
    let event =
        AuditEvent::Reporting { deed: "reporting.learnt", of: &command.unit, detail: &detail };
    desk.audit_with(&mut tx, actor, event);
    tx.commit().await?;
    Ok(Learning::Kept(learnt))
}
