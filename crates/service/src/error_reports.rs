//! 信息纠错: anybody says what is wrong with a public record, the unit that made it answers within its days, and whoever said it
//! can look up what came of it.
//!
//! Nobody signs in for that. A form carries a mark of its own and a code that only this installation can make for that mark, that
//! record and that day; number and secret follow from the mark, so that a form sent twice is one report with one answer.

mod desk_side;

use jiff::civil::Date;
use xinyong_domain::calendar::WorkingDay;
use xinyong_domain::rules::deadline::error_report_due;
use xinyong_domain::ruling::Ruling;
use xinyong_store::{
    Account, ErrorReport, NewNotice, Purpose, StoreError, Tx, report_contact_place, report_place,
};

use crate::access::{Actor, Permission, Role};
use crate::audit::AuditEvent;
use crate::browse::{PublicRecord, public_record};
use crate::desk::Desk;
use crate::notices::accounts_with;
use crate::refusal::DeskError;
use crate::units::responsible;

pub use desk_side::{
    Answer, ReportDossier, ReportLine, WaitingReports, answer, erase_contacts, report, reports,
    take, waiting,
};

/// The list of what may be wrong.
pub const GROUNDS: &str = "error-ground";
/// Longest text of a report, in characters.
pub const LONGEST_TEXT: usize = 1_000;
/// Longest contact, in characters.
pub const LONGEST_CONTACT: usize = 100;
/// Reports about one record that may wait at the same time: more say nothing new.
const MOST_ON_RECORD: i64 = 20;
/// Reports to one unit of one day that may wait untouched: more are not people. What comes to one unit counts against no other;
/// how many one address may send is for the pages to count.
const MOST_A_DAY: i64 = 200;
/// The kind of notice that is written for a report.
const NOTICE: &str = "error-report";

/// What a form of this kind carries besides what is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormMark {
    /// The mark of this one form.
    pub once: String,
    /// The day it was given out.
    pub day: Date,
    /// What only this installation can say about mark, day and record.
    pub code: String,
}

/// What whoever reported is given, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The number of the report.
    pub number: String,
    /// What opens it besides the number.
    pub secret: String,
    /// By when it is to be answered, with the reasons.
    pub due: Option<Ruling<WorkingDay>>,
}

/// A report as it is filled in.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The subject of the record.
    pub subject: i64,
    /// The record.
    pub record: i64,
    /// The mark of the form.
    pub once: String,
    /// A code of [`GROUNDS`].
    pub ground: String,
    /// What is wrong.
    pub text: String,
    /// How to reach the reporter; empty for not at all.
    pub contact: String,
}

/// What the reporter may know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The number.
    pub number: String,
    /// The day it came.
    pub received: Date,
    /// `received`, `checking`, `corrected` or `dismissed`.
    pub state: String,
    /// The answer, empty while there is none.
    pub answer: String,
    /// The day of the answer.
    pub answered: Option<Date>,
    /// By when it is to be answered.
    pub due: Option<Ruling<WorkingDay>>,
}

fn code(desk: &Desk, subject: i64, record: i64, once: &str, day: Date) -> String {
    let (subject, record, day) = (subject.to_string(), record.to_string(), day.to_string());
    desk.store().keys().form_mac(&["error-report", &subject, &record, once, &day])
}

/// A form about a record that is public today, with its mark.
///
/// # Errors
/// Not found, also for a record that is not public: the two look the same from outside.
pub async fn form(
    desk: &Desk,
    subject: i64,
    record: i64,
) -> Result<(PublicRecord, FormMark), DeskError> {
    let found = public_record(desk, subject, record).await?;
    let bytes = desk.random::<16>()?;
    let once: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let day = desk.today();
    let code = code(desk, subject, record, &once, day);
    Ok((found, FormMark { once, day, code }))
}

/// Whether a form is one of ours for that record, of today or of yesterday: one that was opened before midnight still counts.
#[must_use]
pub fn is_ours(desk: &Desk, subject: i64, record: i64, mark: &FormMark) -> bool {
    let fresh =
        mark.day == desk.today() || mark.day.tomorrow().is_ok_and(|next| next == desk.today());
    let expected = code(desk, subject, record, &mark.once, mark.day);
    fresh && same(&expected, &mark.code)
}

/// The code of the form by which a report is looked up: for a day, today's or yesterday's.
#[must_use]
pub fn look_up_code(desk: &Desk, day: Date) -> String {
    desk.store().keys().form_mac(&["error-report-state", &day.to_string()])
}

/// Whether a form for looking up is one of ours.
#[must_use]
pub fn is_our_look_up(desk: &Desk, given: &str) -> bool {
    let today = desk.today();
    [Some(today), today.yesterday().ok()]
        .into_iter()
        .flatten()
        .any(|day| same(&look_up_code(desk, day), given))
}

/// Compares without telling by the time it takes where the first difference is.
fn same(expected: &str, given: &str) -> bool {
    expected.len() == given.len()
        && expected.bytes().zip(given.bytes()).fold(0, |found, (one, other)| found | (one ^ other))
            == 0
}

/// Characters that nobody takes for others.
const ALPHABET: &[u8] = b"23456789ABCDEFGHJKMNPQRTUVWXYZ";

/// A word of some characters that follows from a mark.
fn word(desk: &Desk, purpose: &str, once: &str, length: usize) -> String {
    let digest = desk.store().keys().form_mac(&[purpose, once]);
    digest
        .as_bytes()
        .chunks(4)
        .take(length)
        .map(|part| {
            let number = part.iter().fold(0_usize, |sum, digit| {
                sum * 16 + char::from(*digit).to_digit(16).unwrap_or_default() as usize
            });
            char::from(ALPHABET.get(number % ALPHABET.len()).copied().unwrap_or(b'2'))
        })
        .collect()
}

fn secret_of(desk: &Desk, once: &str) -> String {
    word(desk, "error-report-secret", once, 12)
}

fn receipt(desk: &Desk, held: &ErrorReport) -> Receipt {
    Receipt {
        number: held.number.clone(),
        secret: secret_of(desk, &held.once),
        due: error_report_due(&desk.law(), held.received_on),
    }
}

fn checked(desk: &Desk, command: &Report) -> Result<(String, String), DeskError> {
    let law = desk.law();
    let known = law.codes().get(GROUNDS).is_some_and(|list| list.by_id(&command.ground).is_some());
    if !known {
        return Err(DeskError::refused("report.ground-unknown", "请选择哪里有误"));
    }
    let (text, contact) = (command.text.trim(), command.contact.trim());
    if text.is_empty() || text.chars().count() > LONGEST_TEXT {
        return Err(DeskError::refused(
            "report.text-missing",
            format!("请写明哪里有误、应当是什么，{LONGEST_TEXT}字以内"),
        ));
    }
    if contact.chars().count() > LONGEST_CONTACT {
        return Err(DeskError::refused(
            "report.contact-too-long",
            format!("联系方式请在{LONGEST_CONTACT}字以内，可以不填"),
        ));
    }
    Ok((text.to_owned(), contact.to_owned()))
}

/// Keeps a report and tells the unit. The same form sent again gets the same receipt.
///
/// # Errors
/// Not found, also for a record that is not public any more; `report.ground-unknown`, `report.text-missing`,
/// `report.contact-too-long`, `report.too-many`.
pub async fn send(desk: &Desk, actor: &Actor, command: Report) -> Result<Receipt, DeskError> {
    actor.authorise(Permission::ReadPublic)?;
    let store = desk.store();
    if let Some(held) = store.error_report_by_once(&command.once).await? {
        return Ok(receipt(desk, &held));
    }
    let record = public_record(desk, command.subject, command.record).await?;
    let (text, contact) = checked(desk, &command)?;
    let today = desk.today();
    if store.open_error_reports(command.subject, command.record).await? >= MOST_ON_RECORD
        || store.error_reports_received(&record.unit, today).await? >= MOST_A_DAY
    {
        return Err(DeskError::refused(
            "report.too-many",
            "已经有许多纠错在等待核查，暂时不再接收；请过几天再试，或者直接联系作出决定的单位",
        ));
    }
    let id = desk.new_id();
    let seal = |place: Vec<u8>, clear: &str| {
        store.keys().seal(Purpose::Platform, &place, clear.as_bytes())
    };
    let day: String = today.to_string().chars().filter(char::is_ascii_digit).collect();
    let report = ErrorReport {
        id,
        number: format!("{day}-{}", word(desk, "error-report-number", &command.once, 6)),
        once: command.once.clone(),
        subject_id: command.subject,
        record_id: command.record,
        version: record.stored,
        unit_id: record.unit.clone(),
        ground: command.ground.clone(),
        sealed: seal(report_place(id), &text)?,
        contact: if contact.is_empty() {
            None
        } else {
            Some(seal(report_contact_place(id), &contact)?)
        },
        received_on: today,
        at: desk.clock().now(),
        state: "received".to_owned(),
        taken_by: None,
        taken_at: None,
        answer: None,
        answered_by: None,
        answered_at: None,
        answered_on: None,
        corrected_version: None,
    };
    let people = people_of(desk, &report.unit_id).await?;
    let mut tx = store.transaction("report error").await?;
    let new = match tx.add_error_report(&report).await {
        Err(StoreError::Conflict(_)) => {
            return Err(DeskError::refused(
                "report.too-many",
                "没有收下，请返回上一页重新打开表单",
            ));
        }
        other => other?,
    };
    if new {
        tell(desk, &mut tx, &report, &people).await?;
        let event = AuditEvent::Case {
            deed: "error-report.received",
            of: &format!("error-report:{id}"),
            detail: &format!("record:{}:{}", command.subject, command.record),
        };
        desk.audit_with(&mut tx, actor, event);
        tx.commit().await?;
    }
    Ok(receipt(desk, &report))
}

/// Those who answer for the unit.
async fn people_of(desk: &Desk, unit: &str) -> Result<Vec<Account>, DeskError> {
    let units = responsible(desk, unit).await?;
    accounts_with(desk, |account, role| {
        matches!(role, Role::Clerk | Role::Reviewer) && units.contains(&account.unit_id)
    })
    .await
}

/// Tells them. A notice names no record: mail leaves the building.
async fn tell(
    desk: &Desk,
    tx: &mut Tx,
    report: &ErrorReport,
    people: &[Account],
) -> Result<(), DeskError> {
    for account in people {
        tx.add_notice(&NewNotice {
            id: desk.new_id(),
            account_id: account.id,
            kind: NOTICE.to_owned(),
            object: format!("error-report:{}", report.id),
            day: report.received_on,
            text: "有人指出一条公示信息有误，请核查后答复".to_owned(),
            at: report.at,
        })
        .await?;
    }
    Ok(())
}

/// What came of a report, for whoever has its number and its secret.
///
/// # Errors
/// `report.not-known` when the two do not belong together, or there is none.
pub async fn progress(desk: &Desk, number: &str, secret: &str) -> Result<Progress, DeskError> {
    let plain = |text: &str| -> String {
        text.chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|letter| letter.to_ascii_uppercase())
            .collect()
    };
    let number = number.trim().to_ascii_uppercase();
    let held = desk.store().error_report_by_number(&number).await?;
    let held = held.filter(|held| same(&secret_of(desk, &held.once), &plain(secret)));
    let Some(held) = held else {
        return Err(DeskError::refused("report.not-known", "编号或查询码不对，请核对后再查"));
    };
    Ok(Progress {
        due: error_report_due(&desk.law(), held.received_on),
        number: held.number,
        received: held.received_on,
        state: held.state,
        answer: held.answer.unwrap_or_default(),
        answered: held.answered_on,
    })
}

#[cfg(test)]
mod tests;
