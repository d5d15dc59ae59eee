//! `/console/repairs/records/{subject}/{record}`: one record as those see it who work on repairs: when it may be repaired and by which rule,
//! what the unit's own records say about its duties, and the ruling of a court that shields it.

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use jiff::civil::Date;
use xinyong_domain::value::date;
use xinyong_service::agents;
use xinyong_service::repairs::{self, DUTIES, DutyView, EnterShield, NoteDuty};
use xinyong_service::{Clock, DeskError, Refusal};

use super::held::party;
use super::parts::{Incoming, Parts};
use super::repairs::HERE;
use super::{actor, mendable, onward};
use crate::fields::Fields;
use crate::my::repair::{Row, accept, row};
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Choice, FormError, Page, message_for};
use crate::ui::{draw, words};

/// A note about the duties.
pub struct DutyRow {
    /// Its number.
    pub seq: i64,
    /// What it says.
    pub what: String,
    /// When it was done.
    pub done_on: String,
    /// The document.
    pub document: String,
    /// Who noted it, and when.
    pub by: String,
    /// Why it was taken back.
    pub taken_back: String,
}

#[derive(Template)]
#[template(path = "console/repair_record.html")]
struct Shown {
    page: Page,
    errors: Vec<FormError>,
    href: String,
    record_href: String,
    party: String,
    row: Row,
    pending_href: String,
    duties: Vec<DutyRow>,
    own: bool,
    whats: Vec<Choice>,
    what_error: String,
    done_on: String,
    done_on_error: String,
    document: String,
    document_error: String,
    may_shield: bool,
    court: String,
    court_error: String,
    ruling: String,
    ruling_error: String,
    ruled_on: String,
    ruled_on_error: String,
    until: String,
    file_error: String,
    file_help: String,
    accept: String,
}

/// Address of the page.
pub fn href(subject: i64, record: i64) -> String {
    format!("{HERE}/records/{subject}/{record}")
}

/// Notes in a table; the subject is not told which person of a unit wrote one.
pub fn duty_rows(of: &[DutyView], named: bool) -> Vec<DutyRow> {
    of.iter()
        .map(|one| DutyRow {
            seq: one.seq,
            what: one.label.clone(),
            done_on: one.done_on.to_string(),
            document: one.document.clone(),
            by: if named {
                format!("{}　{}　{}", one.unit, one.by.name, Clock::show(one.at))
            } else {
                format!("{}　{}", one.unit, Clock::show(one.at))
            },
            taken_back: one.taken_back.clone(),
        })
        .collect()
}

/// What was sent, and what is wrong with it.
#[derive(Default)]
struct Sent {
    fields: Fields,
    errors: Vec<FormError>,
}

async fn show(frame: &Frame, place: (i64, i64), sent: Sent) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let who = actor(frame)?;
    let found = repairs::record_repair(desk, who, place).await?;
    let Sent { fields, errors } = sent;
    let law = desk.law();
    let codes = law.codes().get(DUTIES).map(|list| list.codes.clone()).unwrap_or_default();
    let mut whats = vec![Choice::new("", "请选择", fields.get("what"))];
    whats.extend(codes.iter().map(|code| Choice::new(&code.id, &code.label, fields.get("what"))));
    let record = &found.forecast.record;
    let most = agents::most_megabytes(desk);
    let held = words::held_href(place.0, place.1);
    draw(&Shown {
        page: frame.console("信用修复", HERE),
        href: href(place.0, place.1),
        record_href: if record.own { held.clone() } else { String::new() },
        party: party(record),
        pending_href: found
            .forecast
            .pending
            .map_or_else(String::new, |(item, _)| super::repairs::href(item)),
        may_shield: found.may_shield,
        row: row(frame, &found.forecast, held, false),
        duties: duty_rows(&found.duties, true),
        own: found.own,
        whats,
        what_error: message_for(&errors, "what"),
        done_on: fields.get("done_on").to_owned(),
        done_on_error: message_for(&errors, "done_on"),
        document: fields.get("document").to_owned(),
        document_error: message_for(&errors, "document"),
        court: fields.get("court").to_owned(),
        court_error: message_for(&errors, "court"),
        ruling: fields.get("ruling").to_owned(),
        ruling_error: message_for(&errors, "ruling"),
        ruled_on: fields.get("ruled_on").to_owned(),
        ruled_on_error: message_for(&errors, "ruled_on"),
        until: fields.get("until").to_owned(),
        file_error: message_for(&errors, "file"),
        file_help: format!("裁定书的扫描件，PDF、JPG 或 PNG，不超过 {most} MB"),
        accept: accept(),
        errors,
    })
}

/// The page.
///
/// # Errors
/// `access.denied`, not found.
pub async fn page(frame: Frame, Path(place): Path<(i64, i64)>) -> Result<Html<String>, PageError> {
    show(&frame, place, Sent::default()).await
}

fn error_of(refusal: &Refusal) -> FormError {
    let field = match refusal.code {
        "repair.duty-missing" => "what",
        "repair.duty-day" => "done_on",
        "repair.duty-document" => "document",
        "repair.shield-court" => "court",
        "repair.shield-ruling" => "ruling",
        "repair.shield-day" => "ruled_on",
        "repair.shield-file" => "file",
        code if code.starts_with("file.") => "file",
        _ => "",
    };
    FormError::new(field, refusal.message.as_str())
}

async fn answer(
    frame: &Frame,
    place: (i64, i64),
    outcome: Result<(), DeskError>,
    mut sent: Sent,
) -> Result<Response, PageError> {
    match outcome {
        Ok(()) => Ok(onward(frame, &href(place.0, place.1))),
        Err(error) => {
            sent.errors = vec![error_of(&mendable(error)?)];
            let page = show(frame, place, sent).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

/// A day that somebody typed; nothing for an empty field.
pub(super) fn day(text: &str) -> Option<Date> {
    date::read(text.trim()).map(|(day, _)| day)
}

/// Notes what the unit's records say.
///
/// # Errors
/// `access.denied`, not found. What the person can mend is said on the page.
pub async fn note(
    frame: Frame,
    Path(place): Path<(i64, i64)>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let outcome = match day(fields.get("done_on")) {
        Some(done_on) => {
            let command = NoteDuty {
                subject: place.0,
                record: place.1,
                what: fields.get("what").to_owned(),
                done_on,
                document: fields.get("document").to_owned(),
            };
            repairs::note_duty(frame.site.desk(), actor(&frame)?, command).await.map(drop)
        }
        None => {
            let message = "请填写履行的日期，例如 2026-01-31";
            Err(Refusal::new("repair.duty-day", message).into())
        }
    };
    answer(&frame, place, outcome, Sent { fields, ..Sent::default() }).await
}

/// Takes a note back.
///
/// # Errors
/// `access.denied`, not found. What the person can mend is said on the page.
pub async fn take_back(
    frame: Frame,
    Path((subject, record, seq)): Path<(i64, i64, i64)>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let place = (subject, record);
    let reason = fields.get("reason");
    let outcome =
        repairs::take_back_duty(frame.site.desk(), actor(&frame)?, place, seq, reason).await;
    match outcome {
        Err(error) => {
            let refusal = mendable(error)?;
            let error = match refusal.code {
                // Each note has its own field for the reason.
                "repair.duty-reason" => {
                    FormError::new(format!("reason-{seq}"), refusal.message.as_str())
                }
                _ => error_of(&refusal),
            };
            let sent = Sent { errors: vec![error], ..Sent::default() };
            let page = show(&frame, place, sent).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
        done => answer(&frame, place, done, Sent::default()).await,
    }
}

/// The inputs of a ruling, with the bytes of each.
const RULING: [(&str, usize); 4] =
    [("court", 512), ("ruling", 512), ("ruled_on", 64), ("until", 64)];

/// Enters the ruling of a court.
///
/// # Errors
/// `access.denied`, not found. What the person can mend is said on the page.
pub async fn enter_shield(
    frame: Frame,
    Path(place): Path<(i64, i64)>,
    incoming: Incoming,
) -> Result<Response, PageError> {
    let desk = frame.site.desk();
    let mut sent = Parts::limited(agents::most_megabytes(desk));
    let read = incoming.read(desk, &RULING, &mut sent).await?;
    let until = sent.text("until").trim().to_owned();
    let outcome = match read {
        Err(refusal) => Err(refusal.into()),
        Ok(()) if !until.is_empty() && day(&until).is_none() => {
            let message = "截止日期的写法不对，例如 2027-01-31；裁定没有写明的请不填";
            Err(Refusal::new("repair.shield-day", message).into())
        }
        Ok(()) => {
            let command = EnterShield {
                subject: place.0,
                record: place.1,
                court: sent.text("court").to_owned(),
                ruling: sent.text("ruling").to_owned(),
                ruled_on: day(sent.text("ruled_on")),
                until: day(&until),
                file: sent.file.as_ref().map(|(file, _)| file.path().to_path_buf()),
            };
            repairs::enter_shield(desk, actor(&frame)?, command).await
        }
    };
    match outcome {
        Ok(id) => Ok(onward(&frame, &super::repair_shields::href(id))),
        Err(error) => {
            let fields = RULING
                .iter()
                .map(|(field, _)| ((*field).to_owned(), sent.text(field).to_owned()))
                .collect();
            answer(&frame, place, Err(error), Sent { fields: Fields(fields), ..Sent::default() })
                .await
        }
    }
}
