//! A list of subjects, checked row by row: the file comes in, the same file goes back with an answer in each row.
//!
//! Each row is a look with a number of its own. What is done is kept with the rows, so a list that was interrupted goes on where it
//! was, and nothing is looked up twice.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use xinyong_domain::finding::Level;
use xinyong_domain::identifier::mask_personal;
use xinyong_domain::text::normalise_name;
use xinyong_store::{AuditEntry, CheckRow, CheckSheet, NewCheck, StoreError};

use super::answer::CheckAnswer;
use super::ask::{Asked, Looked, answered, checked, event, find_subject, unit_of};
use super::keep::{Found, found};
use super::look::purpose_name;
use super::spread::spread;
use crate::access::{Actor, Permission, Role};
use crate::audit::AuditEvent;
use crate::browse::{Names, OpenObjection};
use crate::desk::Desk;
use crate::intake::run::unpack;
use crate::refusal::{DeskError, Refusal};
use crate::sheet::{self, Annotator, Limits, Row};

/// Rows of one list at most.
pub const MOST_ROWS: usize = 200_000;
/// Rows in one transaction.
const CHUNK: usize = 250;
/// Rows read back at a time.
const FETCHED: i64 = 1_000;
/// Rows among which the heading is looked for.
const HEADING_WITHIN: u32 = 20;
/// Lists on the page.
const LISTED: i64 = 50;
/// Records named in a row at most.
const NAMED: usize = 5;
/// Characters of a file's name.
const MOST_NAME: usize = 255;
/// What a row says whose answer would be another one by now.
const CHANGED: &str = "核查以后信息有变化，请重新核查";
/// What the column of codes is called.
const CODES: [&str; 6] =
    ["统一社会信用代码", "信用代码", "社会信用代码", "代码", "机构代码", "行政相对人代码"];
/// What the column of names is called.
const NAMES: [&str; 7] =
    ["名称", "企业名称", "单位名称", "主体名称", "机构名称", "供应商名称", "投标人名称"];

/// A list as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListView {
    /// Its id.
    pub id: i64,
    /// What the file is called.
    pub file_name: String,
    /// Name of the unit.
    pub unit: String,
    /// Name of the purpose.
    pub purpose: String,
    /// The basis.
    pub basis: String,
    /// When it came.
    pub at: i64,
    /// `received`, `running`, `done` or `refused`.
    pub state: String,
    /// Rows with something in them; 0 while that is not known.
    pub rows: i64,
    /// Rows that are done.
    pub done: i64,
    /// Why it was refused; empty where it was not.
    pub refusal: String,
}

/// Where the codes and names of a list stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Columns {
    heading: u32,
    code: Option<usize>,
    name: Option<usize>,
}

/// What a row asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct AskedRow {
    /// The row as people count it.
    row: i64,
    /// The code, and where none is written the name.
    typed: String,
    /// The name that stands beside the code; empty where none does.
    name: String,
}

impl Columns {
    /// What a row asks for; nothing for one that asks for nothing.
    fn asked(&self, row: &Row) -> Option<AskedRow> {
        let cell = |column: Option<usize>| column.map_or("", |column| row.cell(column).trim());
        let (code, name) = (cell(self.code), cell(self.name));
        let (typed, name) = if code.is_empty() { (name, "") } else { (code, name) };
        (row.number > self.heading && !typed.is_empty()).then(|| AskedRow {
            row: i64::from(row.number),
            typed: typed.to_owned(),
            name: name.to_owned(),
        })
    }
}

/// Takes a list in. It is worked through by [`run_list`].
///
/// # Errors
/// `access.denied`, `file.empty`, `file.name-too-long`, what files are refused for, and what [`super::ask`] refuses of a question.
pub async fn receive_list(
    desk: &Desk,
    actor: &Actor,
    path: &Path,
    file_name: &str,
    asked: &Asked,
) -> Result<i64, DeskError> {
    actor.authorise(Permission::CheckSubject)?;
    let asked = checked(desk, asked)?;
    if file_name.chars().count() > MOST_NAME {
        return Err(Refusal::new("file.name-too-long", "文件名过长，请改为255字以内").into());
    }
    let size = tokio::fs::metadata(path)
        .await
        .map_err(|source| DeskError::File {
            context: "无法读取上传的文件".to_owned(), source
        })?;
    if size.len() == 0 {
        return Err(Refusal::new("file.empty", "文件是空的，请检查后重新选择").into());
    }
    let unit = unit_of(desk, actor).await?;
    // What cannot be read is refused at once. Reading takes turns with other long work.
    let _turn = turn(desk).await?;
    read(desk, path.to_path_buf(), file_name.to_owned()).await?;
    let now = desk.clock().now();
    let (digest, _) = desk.store().store_upload_file(path, file_name, now).await?;
    let id = desk.new_id();
    let mut tx = desk.store().transaction("receive check list").await?;
    tx.add_check_sheet(&CheckSheet {
        id,
        unit_id: unit,
        actor: actor.login.clone(),
        purpose: asked.purpose,
        basis: asked.basis,
        reference: asked.reference,
        file_name: file_name.to_owned(),
        digest,
        state: "received".to_owned(),
        received_at: now,
        rows: 0,
        done: 0,
        finished_at: None,
        refusal: None,
    })
    .await?;
    tx.commit().await?;
    Ok(id)
}

/// The rows of a list that ask for something.
async fn read(desk: &Desk, path: PathBuf, file_name: String) -> Result<Vec<AskedRow>, DeskError> {
    let limits = desk.limits().clone();
    let read = move || -> Result<Vec<AskedRow>, DeskError> {
        let columns = columns(&path, &file_name, &limits)?;
        let mut opened = sheet::open(&path, &file_name, &limits)?;
        let mut rows = opened.rows(0)?;
        let mut row = Row::new();
        let mut asked = Vec::new();
        while rows.read(&mut row)? {
            let Some(one) = columns.asked(&row) else { continue };
            if asked.len() == MOST_ROWS {
                return Err(Refusal::new(
                    "check.list-too-long",
                    format!("一份名单最多{MOST_ROWS}行，请拆分后上传"),
                )
                .into());
            }
            asked.push(one);
        }
        if asked.is_empty() {
            return Err(Refusal::new(
                "check.list-empty",
                "名单里没有可以核查的行：请把统一社会信用代码或者名称放在第一张表里",
            )
            .into());
        }
        Ok(asked)
    };
    tokio::task::spawn_blocking(read)
        .await
        .map_err(|error| DeskError::Internal(error.to_string()))?
}

/// The heading names the columns; where there is none, the first column has codes or names.
fn columns(path: &Path, file_name: &str, limits: &Limits) -> Result<Columns, DeskError> {
    let mut opened = sheet::open(path, file_name, limits)?;
    let mut rows = opened.rows(0)?;
    let mut row = Row::new();
    while rows.read(&mut row)? && row.number <= HEADING_WITHIN {
        let at = |names: &[&str]| {
            (0..row.len()).find(|column| {
                let cell: String =
                    row.cell(*column).chars().filter(|one| !one.is_whitespace()).collect();
                names.contains(&cell.as_str())
            })
        };
        let (code, name) = (at(&CODES), at(&NAMES));
        if code.is_some() || name.is_some() {
            return Ok(Columns { heading: row.number, code, name });
        }
    }
    Ok(Columns { heading: 0, code: Some(0), name: None })
}

async fn turn(desk: &Desk) -> Result<tokio::sync::OwnedSemaphorePermit, DeskError> {
    desk.heavy().acquire_owned().await.map_err(|error| DeskError::Internal(error.to_string()))
}

/// Works a list through, from where it stands to its end.
///
/// # Errors
/// When the store fails; the list then goes on later.
pub async fn run_list(desk: &Desk, id: i64) -> Result<(), DeskError> {
    let found = desk.store().check_sheet(id).await?.ok_or(DeskError::NotFound("这份名单"))?;
    if !matches!(found.state.as_str(), "received" | "running") {
        return Ok(());
    }
    let Some(_mine) = desk.keeper().begin(id) else { return Ok(()) };
    // Long work takes turns with files that are checked.
    let _turn = turn(desk).await?;
    let path = desk.scratch().join(format!("check-{id}-{}", desk.new_id()));
    unpack(desk, &found.digest, &path).await?;
    let rows = read(desk, path.clone(), found.file_name.clone()).await;
    // What was unpacked is clear text.
    drop(tokio::fs::remove_file(&path).await);
    match rows {
        Ok(rows) => go_on(desk, found, &rows).await,
        Err(DeskError::Refused(refusal)) => {
            let over = CheckSheet {
                state: "refused".to_owned(),
                finished_at: Some(desk.clock().now()),
                refusal: Some(refusal.message),
                ..found
            };
            stand(desk, &over).await
        }
        Err(error) => Err(error),
    }
}

async fn stand(desk: &Desk, sheet: &CheckSheet) -> Result<(), DeskError> {
    let mut tx = desk.store().transaction("check list").await?;
    tx.set_check_sheet(sheet).await?;
    tx.commit().await?;
    Ok(())
}

/// Who asks by a list: the one who sent it, for the unit and for this alone.
fn actor_of(sheet: &CheckSheet) -> Actor {
    Actor {
        login: sheet.actor.clone(),
        name: sheet.actor.clone(),
        unit: sheet.unit_id.clone(),
        role: Some(Role::Machine),
    }
}

fn asked_of(sheet: &CheckSheet) -> Asked {
    Asked {
        purpose: sheet.purpose.clone(),
        basis: sheet.basis.clone(),
        reference: sheet.reference.clone(),
        way: "sheet",
    }
}

async fn go_on(desk: &Desk, mut sheet: CheckSheet, rows: &[AskedRow]) -> Result<(), DeskError> {
    let (actor, asked) = (actor_of(&sheet), asked_of(&sheet));
    let (last, done) = desk.store().last_check_row(sheet.id).await?;
    sheet.rows = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    sheet.done = done;
    "running".clone_into(&mut sheet.state);
    let mut met: HashMap<&str, i64> = HashMap::new();
    let mut left = Vec::new();
    for one in rows {
        let first = *met.entry(one.typed.as_str()).or_insert(one.row);
        if one.row > last {
            left.push((one.clone(), Some(first).filter(|first| *first != one.row)));
        }
    }
    let mut chunks = left.chunks(CHUNK).map(<[_]>::to_vec);
    let looked = async |chunk: Option<Vec<Left>>| match chunk {
        Some(chunk) => looked_at(desk, &actor, &sheet.unit_id, &asked, chunk).await.map(Some),
        None => Ok(None),
    };
    let mut done = looked(chunks.next()).await?;
    let mut stands = sheet.clone();
    while let Some(part) = done {
        stands.done += i64::try_from(part.rows.len()).unwrap_or(0);
        // The next rows are looked up while these become durable.
        let (kept, next) = tokio::join!(keep(desk, &stands, part), looked(chunks.next()));
        if !kept? {
            return Ok(());
        }
        done = next?;
    }
    let mut sheet = stands;
    "done".clone_into(&mut sheet.state);
    sheet.finished_at = Some(desk.clock().now());
    stand(desk, &sheet).await
}

/// A row with the earlier one that it repeats.
type Left = (AskedRow, Option<i64>);

/// What became of some rows, to be kept.
struct Part {
    looks: Vec<Arc<NewCheck>>,
    entries: Vec<AuditEntry>,
    rows: Vec<CheckRow>,
}

async fn looked_at(
    desk: &Desk,
    actor: &Actor,
    unit: &str,
    asked: &Asked,
    chunk: Vec<Left>,
) -> Result<Part, DeskError> {
    let shared = Arc::new((desk.clone(), actor.clone(), unit.to_owned(), asked.clone()));
    let outcomes = spread(chunk, move |part: Vec<Left>| {
        let shared = Arc::clone(&shared);
        async move {
            let (desk, actor, unit, asked) = &*shared;
            answered_rows(desk, actor, unit, &part, asked).await
        }
    });
    let mut part = Part { looks: Vec::new(), entries: Vec::new(), rows: Vec::new() };
    for (row, outcome) in outcomes.await? {
        let (number, problem) = match outcome {
            Ok(new) => {
                part.entries.push(desk.audit_entry(actor, event(&new.check)));
                let number = new.check.number.clone();
                part.looks.push(new);
                (Some(number), None)
            }
            Err(refusal) => (None, Some(refusal)),
        };
        part.rows.push(CheckRow {
            row,
            number,
            problem: problem.as_ref().map(|refusal| refusal.code.to_owned()),
            message: problem.map(|refusal| refusal.message),
            answer: None,
        });
    }
    Ok(part)
}

/// Makes rows durable with where the list stands; false where somebody else is at this list: they go on, we do not.
async fn keep(desk: &Desk, sheet: &CheckSheet, part: Part) -> Result<bool, DeskError> {
    let mut tx = desk.store().transaction("check list").await?;
    tx.add_checks(&part.looks).await?;
    match tx.add_check_rows(sheet.id, &part.rows).await {
        Err(StoreError::Conflict(_)) => return Ok(false),
        outcome => outcome?,
    }
    for entry in part.entries {
        tx.audit(entry);
    }
    tx.set_check_sheet(sheet).await?;
    tx.commit().await?;
    Ok(true)
}

/// What rows are answered, or what is wrong with each.
async fn answered_rows(
    desk: &Desk,
    actor: &Actor,
    unit: &str,
    part: &[Left],
    asked: &Asked,
) -> Result<Vec<(i64, Result<Arc<NewCheck>, Refusal>)>, DeskError> {
    let mut meant = Vec::with_capacity(part.len());
    for (row, first) in part {
        meant.push(match first {
            Some(first) => {
                Err(Refusal::new("check.row-repeated", format!("与第{first}行相同，不重复核查"))
                    .into())
            }
            None => find_subject(desk, &row.typed).await,
        });
    }
    let codes: Vec<String> = meant.iter().filter_map(|code| code.as_ref().ok().cloned()).collect();
    let mut found = found_apart(desk, &codes).await?.into_iter();
    let mut outcomes = Vec::with_capacity(part.len());
    for ((row, _), code) in part.iter().zip(meant) {
        let held = code.and_then(|_| found.next().unwrap_or(Ok(None)));
        let looked = held.and_then(|held| answered(desk, actor, unit, held, asked));
        outcomes.push((row.row, outcome(row, looked)?));
        // Others have their turn.
        tokio::task::yield_now().await;
    }
    Ok(outcomes)
}

/// The subjects of codes with their records. What is stored and cannot be read is the misfortune of the one.
async fn found_apart(
    desk: &Desk,
    codes: &[String],
) -> Result<Vec<Result<Found, DeskError>>, DeskError> {
    match found(desk, codes).await {
        Ok(all) => Ok(all.into_iter().map(Ok).collect()),
        Err(DeskError::Store(StoreError::Inconsistent { .. })) => {
            let mut each = Vec::with_capacity(codes.len());
            for code in codes {
                let one = found(desk, std::slice::from_ref(code)).await;
                each.push(one.map(|one| one.into_iter().next().flatten()));
            }
            Ok(each)
        }
        Err(error) => Err(error),
    }
}

/// What a row is answered, or what is wrong with it.
fn outcome(
    row: &AskedRow,
    looked: Result<Looked, DeskError>,
) -> Result<Result<Arc<NewCheck>, Refusal>, DeskError> {
    match looked {
        Ok(looked) if !row.name.is_empty() && !is_called(&looked.answer, &row.name) => {
            let message = format!(
                "代码是“{}”的，与所填名称不符，没有核查；请核对后重新上传",
                looked.answer.subject.name
            );
            Ok(Err(Refusal::new("check.row-contradiction", message)))
        }
        Ok(looked) => Ok(Ok(looked.new)),
        Err(DeskError::Refused(refusal)) => Ok(Err(refusal)),
        Err(DeskError::NotFound(_)) => Ok(Err(Refusal::new(
            "not-found",
            "名录里没有这个主体，请核对代码；名称须与证照完全一致",
        ))),
        Err(DeskError::Store(StoreError::Inconsistent { .. }) | DeskError::Internal(_)) => {
            tracing::error!(list = "check", row = row.row, "a row could not be answered");
            Ok(Err(Refusal::new(
                "check.row-failed",
                "这个主体的数据有问题，暂时不能核查，请与信用办联系",
            )))
        }
        Err(error) => Err(error),
    }
}

/// Whether a subject bears a name, now or formerly.
fn is_called(answer: &CheckAnswer, name: &str) -> bool {
    let asked = normalise_name(name);
    let names = answer.subject.former_names.iter().chain([&answer.subject.name]);
    names.into_iter().any(|known| normalise_name(known) == asked)
}

/// Goes on with every list that is not done and that nobody here is at: after a start, and when one was stopped by the store.
///
/// # Errors
/// When the store fails.
pub async fn resume_lists(desk: &Desk) -> Result<usize, DeskError> {
    let open = desk.store().open_check_sheets().await?;
    for sheet in &open {
        if let Err(error) = run_list(desk, sheet.id).await {
            tracing::error!(list = sheet.id, code = error.code(), "check list stopped");
        }
    }
    Ok(open.len())
}

fn view(desk: &Desk, names: &Names, sheet: CheckSheet) -> ListView {
    ListView {
        id: sheet.id,
        unit: names.unit(&sheet.unit_id),
        purpose: purpose_name(desk, &sheet.purpose),
        file_name: sheet.file_name,
        basis: sheet.basis,
        at: sheet.received_at,
        state: sheet.state,
        rows: sheet.rows,
        done: sheet.done,
        refusal: sheet.refusal.unwrap_or_default(),
    }
}

/// The lists of the actor's unit, for the office of all, the newest first.
///
/// # Errors
/// `access.denied`; when the store fails.
pub async fn lists(desk: &Desk, actor: &Actor) -> Result<Vec<ListView>, DeskError> {
    actor.authorise(Permission::CheckSubject)?;
    let names = Names::read(desk).await?;
    let found = desk.store().check_sheets(actor.unit_limit(), LISTED).await?;
    Ok(found.into_iter().map(|sheet| view(desk, &names, sheet)).collect())
}

async fn own_sheet(desk: &Desk, actor: &Actor, id: i64) -> Result<CheckSheet, DeskError> {
    actor.authorise(Permission::CheckSubject)?;
    let missing = || DeskError::NotFound("这份名单");
    let found = desk.store().check_sheet(id).await?.ok_or_else(missing)?;
    actor
        .authorise_for(Permission::CheckSubject, &found.unit_id)
        .map(|()| found)
        .map_err(|_| missing())
}

/// One list.
///
/// # Errors
/// `access.denied`, not found.
pub async fn list(desk: &Desk, actor: &Actor, id: i64) -> Result<ListView, DeskError> {
    let found = own_sheet(desk, actor, id).await?;
    let names = Names::read(desk).await?;
    Ok(view(desk, &names, found))
}

/// Writes the file of a list with the answer in each row to a path, for people of the unit that asked. That somebody took it is a line of
/// the audit log. A row whose answer would be another one today says only that: what was answered may have to be gone by now.
///
/// # Errors
/// `access.denied`, not found, `check.list-running`, `check.list-over`.
pub async fn answered_list(
    desk: &Desk,
    actor: &Actor,
    id: i64,
    target: &Path,
) -> Result<(), DeskError> {
    let found = own_sheet(desk, actor, id).await?;
    if actor.role != Some(Role::System) && actor.unit != found.unit_id {
        return Err(Refusal::denied("核查结果只供提出核查的单位下载").into());
    }
    let finished = match (found.state.as_str(), found.finished_at) {
        ("done", Some(finished)) => finished,
        _ => return Err(Refusal::new("check.list-running", "还没有核查完，请稍后再下载").into()),
    };
    if crate::Clock::day_of(finished) != Some(desk.today()) {
        return Err(Refusal::new(
            "check.list-over",
            "核查结果只在完成的当天提供下载；信息可能已经变化，请重新核查",
        )
        .into());
    }
    desk.audit(actor, AuditEvent::CheckListTaken { list: id }).await?;
    let path = desk.scratch().join(format!("checked-{id}-{}", desk.new_id()));
    unpack(desk, &found.digest, &path).await?;
    let (desk, target, source) = (desk.clone(), target.to_path_buf(), path.clone());
    let runtime = tokio::runtime::Handle::current();
    let outcome =
        tokio::task::spawn_blocking(move || write(&desk, &found, &source, &target, &runtime))
            .await
            .map_err(|error| DeskError::Internal(error.to_string()));
    drop(tokio::fs::remove_file(&path).await);
    outcome?
}

fn write(
    desk: &Desk,
    list: &CheckSheet,
    source: &Path,
    target: &Path,
    runtime: &tokio::runtime::Handle,
) -> Result<(), DeskError> {
    let limits = desk.limits();
    let columns = columns(source, &list.file_name, limits)?;
    let mut opened = sheet::open(source, &list.file_name, limits)?;
    let mut row = Row::new();
    let mut width = 0;
    let mut rows = opened.rows(0)?;
    while rows.read(&mut row)? {
        width = width.max(row.len());
    }
    let failed = |error: sheet::AnnotateError| DeskError::File {
        context: "无法写出核查结果".to_owned(),
        source: std::io::Error::other(error.to_string()),
    };
    let mut out = Annotator::create(target, "核查结果", width).map_err(failed)?.titled("核查结果");
    let mut opened = sheet::open(source, &list.file_name, limits)?;
    let mut rows = opened.rows(0)?;
    let mut fetched: VecDeque<ShownRow> = VecDeque::new();
    let (mut after, mut over) = (0, false);
    let asking = Arc::new((desk.clone(), list.clone(), actor_of(list), asked_of(list)));
    while rows.read(&mut row)? {
        let mut shown = Row::new();
        shown.clear(row.number);
        for cell in row.cells() {
            shown.push(&mask_personal(cell, true));
        }
        if row.number == columns.heading {
            out.write_heading(&shown).map_err(failed)?;
            continue;
        }
        if fetched.is_empty() && !over {
            let part = runtime.block_on(desk.store().check_rows(list.id, after, FETCHED))?;
            over = part.is_empty();
            after = part.last().map_or(after, |last| last.row);
            let asking = Arc::clone(&asking);
            fetched.extend(runtime.block_on(spread(part, move |part: Vec<CheckRow>| {
                let asking = Arc::clone(&asking);
                async move {
                    let (desk, list, actor, asked) = &*asking;
                    shown_rows(desk, list, actor, asked, part).await
                }
            }))?);
        }
        let own = fetched.front().is_some_and(|first| first.row == i64::from(row.number));
        let said = if own { fetched.pop_front() } else { None };
        let (text, level) = said.map(|said| (said.text, said.level)).unwrap_or_default();
        out.write_row(&shown, &text, level).map_err(failed)?;
    }
    out.finish().map_err(failed)
}

/// What stands beside a row in the file that goes back.
struct ShownRow {
    row: i64,
    text: String,
    level: Option<Level>,
}

/// What stands beside rows, each asked again whether it would be answered the same now.
async fn shown_rows(
    desk: &Desk,
    list: &CheckSheet,
    actor: &Actor,
    asked: &Asked,
    said: Vec<CheckRow>,
) -> Result<Vec<ShownRow>, DeskError> {
    let mut then = Vec::with_capacity(said.len());
    for one in &said {
        let answer = one.answer.as_deref().map(CheckAnswer::read).transpose()?;
        then.push(one.number.as_deref().zip(one.answer.as_deref()).zip(answer));
    }
    // As many as are shown with an answer, whatever else a row has.
    let answers = then.iter().flatten();
    let codes: Vec<String> = answers.map(|(_, answer)| answer.subject.code.clone()).collect();
    let mut found = found_apart(desk, &codes).await?.into_iter();
    let mut shown = Vec::with_capacity(said.len());
    for (one, then) in said.iter().zip(&then) {
        let (text, level) = match then {
            Some(((number, text), answer)) => {
                let held = found.next().unwrap_or(Ok(None));
                let now = held.and_then(|held| answered(desk, actor, &list.unit_id, held, asked));
                match now {
                    Ok(now) if now.text == *text => (sentence(answer, number), None),
                    Ok(_) | Err(DeskError::NotFound(_) | DeskError::Refused(_)) => {
                        (CHANGED.to_owned(), Some(Level::Warning))
                    }
                    Err(error) => return Err(error),
                }
            }
            None => (one.message.clone().unwrap_or_default(), Some(Level::Warning)),
        };
        shown.push(ShownRow { row: one.row, text, level });
        tokio::task::yield_now().await;
    }
    Ok(shown)
}

/// An answer in a sentence.
fn sentence(answer: &CheckAnswer, number: &str) -> String {
    let mut parts = vec![format!("{}（{}）", answer.subject.name, answer.subject.code)];
    if answer.groups.is_empty() {
        parts.push("没有可以查看的在册信息".to_owned());
    }
    for group in &answer.groups {
        let named = group.records.iter().take(NAMED).map(|record| {
            let title = if record.number.is_empty() { &record.title } else { &record.number };
            let until = if record.public_until.is_empty() {
                String::new()
            } else {
                format!("，公示至{}", record.public_until)
            };
            let objected = match &record.objection {
                Some(_) => format!("，{}", OpenObjection::MARK),
                None => String::new(),
            };
            format!("{title}（{}{until}{objected}）", record.decided)
        });
        let named: Vec<String> = named.collect();
        let more = if group.records.len() > NAMED { "等" } else { "" };
        parts.push(format!("{}{}条：{}{more}", group.name, group.records.len(), named.join("、")));
    }
    match answer.measures.as_slice() {
        [] => parts.push(answer.nothing_to_take()),
        measures => parts.extend(measures.iter().map(|measure| {
            let until = if measure.until.is_empty() {
                String::new()
            } else {
                format!("，最迟到{}", measure.until)
            };
            format!(
                "经核对可以采取：{}，依据{}，由{}引出{until}；解除条件：{}；{}",
                measure.name,
                measure.basis.line,
                measure.record_line,
                measure.lifting,
                measure.caution
            )
        })),
    }
    parts.push(format!("核查编号{number}"));
    parts.join("；")
}
