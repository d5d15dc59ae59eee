//! `/my/firms/{code}/objections`: what a firm has objected to, and the form.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;
use xinyong_service::agents::{self, Agent};
use xinyong_service::objections::{self, Candidate, File, ObjectionLine};
use xinyong_service::repairs::new_entry;
use xinyong_service::{DeskError, Refusal};

use super::firm;
use super::repair::accept;
use crate::console::parts::{Incoming, Parts};
use crate::console::{mendable, onward};
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::objection::{due_words, grounds, left, stage};
use crate::ui::view::{Chip, Choice, FormError, NoticeText, Page, message_for};
use crate::ui::{draw, words};

/// The inputs beside the file, with the bytes of each.
pub const FIELDS: [(&str, usize); 5] =
    [("entry", 64), ("record", 64), ("ground", 64), ("words", 4_096), ("statement", 1_024)];

/// An objection in a list.
pub struct Made {
    href: String,
    title: String,
    about: String,
    ground: String,
    filed_on: String,
    standing: Chip,
    due: String,
    left: Option<Chip>,
    owner: &'static str,
}

#[derive(Template)]
#[template(path = "my/objections.html")]
struct Shown {
    page: Page,
    errors: Vec<FormError>,
    notice: Option<NoticeText>,
    firm: String,
    firm_href: String,
    action: String,
    form: ObjectionForm,
    made: Vec<Made>,
}

/// What the form asks for, on the subject's own page and at the window.
pub struct ObjectionForm {
    /// Sent back as it is.
    pub entry: String,
    /// The records to choose from; empty: none is left.
    pub records: Vec<Choice>,
    /// What is wrong with the choice.
    pub record_error: String,
    /// The grounds.
    pub grounds: Vec<Choice>,
    /// What is wrong with that.
    pub ground_error: String,
    /// What is said.
    pub said: String,
    /// What is wrong with it.
    pub said_error: String,
    /// The words for everybody.
    pub statement: String,
    /// What is said about them.
    pub statement_help: &'static str,
    /// What is wrong with them.
    pub statement_error: String,
    /// What is wrong with the file.
    pub file_error: String,
    /// What it may be.
    pub file_help: String,
    /// The endings of a scan.
    pub accept: String,
}

/// What has just been done, and which record somebody came from.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    done: String,
    record: String,
}

/// Address of the page.
pub fn here(code: &str) -> String {
    format!("{}/objections", words::firm_href(code))
}

/// What the form shows of what was sent.
///
/// # Errors
/// When there is no randomness.
pub fn form(
    frame: &Frame,
    found: &[Candidate],
    sent: &Parts,
    chosen: &str,
    errors: &[FormError],
) -> Result<ObjectionForm, PageError> {
    let desk = frame.site.desk();
    let chosen = match sent.text("record") {
        "" => chosen,
        sent => sent,
    };
    let open = found.iter().filter(|one| one.open.is_none());
    let mut records: Vec<Choice> = open
        .map(|one| {
            let record = &one.record;
            let label = format!("{}　{}　{}", record.kind_name, record.title, record.number);
            Choice::new(&record.id.to_string(), &label, chosen)
        })
        .collect();
    if !records.is_empty() {
        records.insert(0, Choice::new("", "请选择", chosen));
    }
    let most = agents::most_megabytes(desk);
    Ok(ObjectionForm {
        entry: match sent.text("entry") {
            "" => new_entry(desk)?,
            kept => kept.to_owned(),
        },
        records,
        record_error: message_for(errors, "record"),
        grounds: grounds(&desk.law(), sent.text("ground")),
        ground_error: message_for(errors, "ground"),
        said: sent.text("words").to_owned(),
        said_error: message_for(errors, "words"),
        statement: sent.text("statement").to_owned(),
        statement_help: "异议处理期间在各处随信息公开显示；200字以内，不写自然人的姓名、证件号码、电话和网址",
        statement_error: message_for(errors, "statement"),
        file_error: message_for(errors, "file"),
        file_help: format!("PDF、JPG 或 PNG，不超过 {most} MB；几份材料合成一个文件"),
        accept: accept(),
    })
}

/// The field that a refusal is about.
pub fn error_of(refusal: Refusal) -> FormError {
    let field = match refusal.code {
        "objection.ground-missing" | "objection.answered" => "ground",
        "objection.text-missing" | "objection.text-named" => "words",
        "objection.already"
        | "objection.gone"
        | "objection.own-declaration"
        | "objection.taken-back-often" => "record",
        "objection.visitor-missing" => "visitor",
        "objection.scan-missing" => "file",
        "objection.person-name" => "person",
        "objection.person-number" => "number",
        "objection.person-relation" => "relation",
        "objection.person-reason" | "objection.person-not-found" => "why",
        code if code.starts_with("objection.statement") => "statement",
        code if code.starts_with("file.") => "file",
        _ => "",
    };
    FormError::new(field, refusal.message)
}

/// What is objected to, of what was sent.
pub fn command(sent: &Parts) -> File {
    File {
        record: sent.text("record").parse().unwrap_or_default(),
        entry: sent.text("entry").to_owned(),
        ground: sent.text("ground").to_owned(),
        text: sent.text("words").to_owned(),
        statement: sent.text("statement").to_owned(),
        file: sent.file.as_ref().map(|(file, _)| file.path().to_path_buf()),
    }
}

/// Whether a record was chosen at all: without one there is nothing to find.
pub fn chosen(sent: &Parts) -> Result<(), DeskError> {
    if sent.text("record").is_empty() {
        return Err(DeskError::refused("objection.gone", "请选择对哪一条信息提出异议"));
    }
    Ok(())
}

fn made(frame: &Frame, code: &str, line: &ObjectionLine) -> Made {
    Made {
        href: format!("{}/{}", here(code), line.id),
        title: line.record.title.clone(),
        about: format!("{}　{}", line.record.kind_name, line.record.number),
        ground: line.ground.clone(),
        filed_on: line.filed_on.to_string(),
        standing: stage(line.stage),
        due: due_words(line),
        left: left(frame.site.desk().today(), line),
        owner: line.owner.label(),
    }
}

async fn show(
    frame: &Frame,
    agent: &Agent,
    sent: &Parts,
    chosen: &str,
    errors: Vec<FormError>,
    notice: Option<NoticeText>,
) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let found = objections::candidates(desk, agent).await?;
    let own = objections::own_objections(desk, agent).await?;
    draw(&Shown {
        page: frame.own("异议", &here(agent.code()), Some(agent)),
        notice,
        firm: agent.firm().to_owned(),
        firm_href: words::firm_href(agent.code()),
        action: here(agent.code()),
        form: form(frame, &found, sent, chosen, &errors)?,
        made: own.iter().map(|line| made(frame, agent.code(), line)).collect(),
        errors,
    })
}

/// `GET /my/firms/{code}/objections`
///
/// # Errors
/// Not found.
pub async fn page(
    frame: Frame,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, PageError> {
    let agent = firm(&frame, &code).await?;
    let notice = (asked.done == "filed").then(|| {
        NoticeText::new(
            "success",
            "已提出异议",
            "这条信息在各处都已标注“异议处理中”；谁来答复、最迟哪一天，见下面的列表。",
        )
    });
    let chosen: String = asked.record.chars().take(20).collect();
    show(&frame, &agent, &Parts::default(), &chosen, Vec::new(), notice).await
}

/// `POST /my/firms/{code}/objections`
///
/// # Errors
/// Not found. What the person can mend is said on the form.
pub async fn file(
    frame: Frame,
    Path(code): Path<String>,
    incoming: Incoming,
) -> Result<Response, PageError> {
    let desk = frame.site.desk();
    let mut sent = Parts::limited(agents::most_megabytes(desk));
    let read = incoming.read(desk, &FIELDS, &mut sent).await?;
    let outcome = match read {
        Err(refusal) => Err(DeskError::from(refusal)),
        Ok(()) => chosen(&sent),
    };
    let agent = firm(&frame, &code).await?;
    let outcome = match outcome {
        Ok(()) => objections::file(desk, &agent, command(&sent)).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(_) => Ok(onward(&frame, &format!("{}?done=filed", here(agent.code())))),
        Err(error) => {
            let errors = vec![error_of(mendable(error)?)];
            let page = show(&frame, &agent, &sent, "", errors, None).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}
