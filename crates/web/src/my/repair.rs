//! `/my/firms/{code}/repair`: when a firm may have its records repaired and what is missing; applying for it.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;
use xinyong_domain::rules::repair::Standing;
use xinyong_service::agents::{self, Agent, FILE_TYPES};
use xinyong_service::repairs::{self, Apply, Forecast, RepairLine};
use xinyong_service::{DeskError, Refusal};

use super::firm;
use super::subject::record_href;
use crate::console::parts::{Incoming, Parts};
use crate::console::repair_record::{DutyRow, duty_rows};
use crate::console::{mendable, onward};
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::repair::{ConditionRow, MaterialRow, conditions, left, materials, stage};
use crate::ui::view::{Chip, FormError, NoticeText, Page, Why, message_for};
use crate::ui::{draw, reasons, words};

/// The inputs beside the records, with the bytes of each.
pub const FIELDS: [(&str, usize); 4] =
    [("entry", 64), ("words", 2_048), ("commitment", 128), ("agreed", 8)];
/// Bytes of a chosen record.
const CHOSEN: usize = 8;

/// A record with what holds for it.
pub struct Row {
    /// Its input.
    pub input: String,
    /// Whether it is chosen.
    pub chosen: bool,
    /// Its page.
    pub href: String,
    /// What it is called.
    pub title: String,
    /// Kind and number.
    pub about: String,
    /// Where it stands.
    pub standing: Chip,
    /// From when, until when, where.
    pub from: String,
    /// Until when it is public without any application.
    pub until: String,
    /// Where the application goes in.
    pub entry: &'static str,
    /// The conditions one by one.
    pub conditions: Vec<ConditionRow>,
    /// What must be handed in.
    pub materials: Vec<MaterialRow>,
    /// On what it rests.
    pub why: Why,
    /// Why, in sentences.
    pub explanation: Vec<String>,
    /// What the unit's own records say about its duties.
    pub proofs: Vec<DutyRow>,
    /// The page of the record's repair.
    pub more: String,
}

/// An application in a list.
pub struct Asked {
    href: String,
    title: String,
    about: String,
    applied_on: String,
    standing: Chip,
    due: String,
    left: Option<Chip>,
    owner: &'static str,
}

#[derive(Template)]
#[template(path = "my/repair.html")]
struct Shown {
    page: Page,
    errors: Vec<FormError>,
    notice: Option<NoticeText>,
    firm: String,
    firm_href: String,
    action: String,
    open: Vec<Row>,
    later: Vec<Row>,
    others: Vec<Row>,
    asked: Vec<Asked>,
    entry: String,
    said: String,
    said_error: String,
    file_error: String,
    file_help: String,
    accept: String,
    commitment: String,
    commitment_digest: String,
    agreed_error: String,
}

/// What has just been done.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
}

/// Address of the page.
pub fn here(code: &str) -> String {
    format!("{}/repair", words::firm_href(code))
}

/// The input of a record.
pub fn input(record: i64) -> String {
    format!("record-{record}")
}

/// A record with what holds for it; `href` is its page.
pub fn row(frame: &Frame, one: &Forecast, href: String, chosen: bool) -> Row {
    let law = frame.site.desk().law();
    let value = &one.ruling.value;
    let tone = match value.standing {
        Standing::Open => "good",
        Standing::Never => "bad",
        Standing::Unknown => "warn",
        Standing::TooEarly | Standing::Ended | Standing::Nothing => "neutral",
    };
    Row {
        input: input(one.record.id),
        chosen,
        href,
        title: one.record.title.clone(),
        about: format!("{}　{}", one.record.kind_name, one.record.number),
        standing: Chip::new(value.standing.label(), tone),
        from: value.from.map_or_else(String::new, |day| day.to_string()),
        until: value.until.map_or_else(String::new, |day| day.to_string()),
        entry: value.entry.label(),
        conditions: conditions(&law, &value.conditions),
        materials: materials(&law, &value.materials),
        why: reasons::why(&law, &one.record.title, value.explanation.join(""), &one.ruling),
        explanation: value.explanation.clone(),
        proofs: duty_rows(&one.proofs, false),
        more: String::new(),
    }
}

fn asked(frame: &Frame, code: &str, line: &RepairLine) -> Asked {
    Asked {
        href: format!("{}/{}", here(code), line.id),
        title: line.record.title.clone(),
        about: format!("{}　{}", line.record.kind_name, line.record.number),
        applied_on: line.applied_on.to_string(),
        standing: stage(line.stage),
        due: line.due.as_ref().map_or_else(String::new, |due| due.value.date.to_string()),
        left: left(frame.site.desk().today(), line),
        owner: line.owner.label(),
    }
}

/// What a scan may be, in words.
pub fn file_help(frame: &Frame) -> String {
    let most = agents::most_megabytes(frame.site.desk());
    format!(
        "PDF、JPG 或 PNG，不超过 {most} MB；只给所选信息的认定单位看，只想给一个单位看的请分开申请；单位自己有缴款、整改记录的，不上传也可以由单位核对"
    )
}

/// The endings of a scan.
pub fn accept() -> String {
    FILE_TYPES.map(|(ending, _)| format!(".{ending}")).join(",")
}

/// The field that a refusal is about.
pub fn error_of(refusal: Refusal) -> FormError {
    let field = match refusal.code {
        "repair.words-too-long" => "words",
        "repair.not-agreed" | "repair.commitment-changed" => "agreed",
        "repair.visitor-missing" => "visitor",
        "repair.scan-missing" => "file",
        code if code.starts_with("file.") => "file",
        _ => "",
    };
    FormError::new(field, refusal.message)
}

async fn show(
    frame: &Frame,
    agent: &Agent,
    sent: &Parts,
    errors: Vec<FormError>,
    notice: Option<NoticeText>,
) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let found = repairs::forecast(desk, agent).await?;
    let rows = |keep: &dyn Fn(&Forecast) -> bool| -> Vec<Row> {
        found
            .iter()
            .filter(|one| keep(one))
            .map(|one| {
                let href = record_href(agent.code(), one.record.id);
                let chosen = sent.text(&input(one.record.id)) == "1";
                Row {
                    more: super::repair_record::href(agent.code(), one.record.id),
                    ..row(frame, one, href, chosen)
                }
            })
            .collect()
    };
    let early =
        |one: &Forecast| one.pending.is_none() && one.ruling.value.standing == Standing::TooEarly;
    let commitment = repairs::commitment(desk)?;
    let entry = match sent.text("entry") {
        "" => repairs::new_entry(desk)?,
        kept => kept.to_owned(),
    };
    let own = repairs::own_repairs(desk, agent).await?;
    draw(&Shown {
        page: frame.own("信用修复", &here(agent.code()), Some(agent)),
        notice,
        firm: agent.firm().to_owned(),
        firm_href: words::firm_href(agent.code()),
        action: here(agent.code()),
        open: rows(&Forecast::may_apply),
        later: rows(&early),
        others: rows(&|one| one.pending.is_none() && !one.may_apply() && !early(one)),
        asked: own.iter().map(|line| asked(frame, agent.code(), line)).collect(),
        entry,
        said: sent.text("words").to_owned(),
        said_error: message_for(&errors, "words"),
        file_error: message_for(&errors, "file"),
        file_help: file_help(frame),
        accept: accept(),
        commitment: commitment.text,
        commitment_digest: commitment.digest,
        agreed_error: message_for(&errors, "agreed"),
        errors,
    })
}

/// `GET /my/firms/{code}/repair`
///
/// # Errors
/// Not found.
pub async fn page(
    frame: Frame,
    Path(code): Path<String>,
    Query(done): Query<Done>,
) -> Result<Html<String>, PageError> {
    let agent = firm(&frame, &code).await?;
    let notice = (done.done == "applied").then(|| {
        NoticeText::new("success", "已提交申请", "是否受理，认定单位在下面列出的期限内答复。")
    });
    show(&frame, &agent, &Parts::default(), Vec::new(), notice).await
}

/// The records among which somebody may choose, and their inputs.
pub fn inputs(found: &[Forecast]) -> Vec<(i64, String)> {
    let open = found.iter().filter(|one| one.pending.is_none());
    open.map(|one| (one.record.id, input(one.record.id))).collect()
}

/// What was applied for, of what was sent.
pub fn command(sent: &Parts, records: &[(i64, String)]) -> Apply {
    Apply {
        records: records
            .iter()
            .filter(|(_, input)| sent.text(input) == "1")
            .map(|(record, _)| *record)
            .collect(),
        entry: sent.text("entry").to_owned(),
        words: sent.text("words").to_owned(),
        commitment: sent.text("commitment").to_owned(),
        agreed: sent.text("agreed") == "1",
        file: sent.file.as_ref().map(|(file, _)| file.path().to_path_buf()),
    }
}

/// The inputs of a form with some records, each with the bytes it may have.
pub fn fields<'f>(
    records: &'f [(i64, String)],
    others: &[(&'f str, usize)],
) -> Vec<(&'f str, usize)> {
    let records = records.iter().map(|(_, input)| (input.as_str(), CHOSEN));
    others.iter().copied().chain(records).collect()
}

/// `POST /my/firms/{code}/repair`
///
/// # Errors
/// Not found. What the person can mend is said on the form.
pub async fn apply(
    frame: Frame,
    Path(code): Path<String>,
    incoming: Incoming,
) -> Result<Response, PageError> {
    let desk = frame.site.desk();
    // Whoever may not act for the firm learns nothing before the token was read.
    let agent = firm(&frame, &code).await;
    let records = match &agent {
        Ok(agent) => inputs(&repairs::forecast(desk, agent).await?),
        Err(_) => Vec::new(),
    };
    let mut sent = Parts::limited(agents::most_megabytes(desk));
    let read = incoming.read(desk, &fields(&records, &FIELDS), &mut sent).await?;
    let agent = agent?;
    let outcome = match read {
        Ok(()) => repairs::apply(desk, &agent, command(&sent, &records)).await,
        Err(refusal) => Err(DeskError::from(refusal)),
    };
    match outcome {
        Ok(_) => Ok(onward(&frame, &format!("{}?done=applied", here(agent.code())))),
        Err(error) => {
            let errors = vec![error_of(mendable(error)?)];
            let page = show(&frame, &agent, &sent, errors, None).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}
