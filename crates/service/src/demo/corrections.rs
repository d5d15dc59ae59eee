//! What comes after the records: somebody says that one is wrong, a court changes one, two entries of the register are one firm.
//!
//! Every step is taken once, also when a stopped build is continued.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::accounts::actor;
use super::codes::{SERIALS, credit_code};
use super::subjects::Subject;
use crate::access::{Actor, Role};
use crate::browse::{ListFilter, PublicRecord, public_list};
use crate::corrections::{self, Confirm, Propose as Correct, Proposed};
use crate::desk::Desk;
use crate::error_reports::{self, Answer, Report};
use crate::judgements::{self, Propose as Judge};
use crate::refusal::DeskError;

/// Whose records these are about: the unit that has accounts.
const UNIT: &str = "market-regulation";
/// Entries of the register that stand twice.
const TWINS: usize = 3;

/// The same firms once more under other codes, as a register with slips has them.
pub(super) fn twins(invented: &[Subject], today: Date) -> Vec<Subject> {
    invented
        .iter()
        .filter(|subject| subject.code.starts_with("91") && subject.former.is_none())
        .take(TWINS)
        .zip(1..)
        .map(|(subject, number)| Subject {
            code: credit_code("91", "140829", SERIALS - number),
            known: today,
            ..subject.clone()
        })
        .collect()
}

/// Does all of it.
///
/// # Errors
/// What the steps fail with.
pub(super) async fn work(
    desk: &Desk,
    invented: &[Subject],
    twins: &[Subject],
) -> Result<(), DeskError> {
    let mut records = Vec::new();
    for kind in ["administrative-penalty", "administrative-licence"] {
        // Those that have been public for a while: what came in today nobody has read yet.
        let to = earlier(desk, 20).to_string();
        let filter = ListFilter { unit: UNIT.to_owned(), to, ..ListFilter::default() };
        records.extend(public_list(desk, kind, &filter).await?.records.into_iter().take(4));
    }
    reports(desk, &records).await?;
    corrected(desk, &records).await?;
    judged(desk, invented, twins).await
}

/// Some working days before today.
pub(super) fn earlier(desk: &Desk, days: i64) -> Date {
    let law = desk.law();
    let mut day = desk.today();
    let mut left = days;
    while left > 0 {
        day = day.checked_sub(1.days()).unwrap_or(day);
        left -= i64::from(law.calendar().is_working(day).0);
    }
    day
}

async fn reports(desk: &Desk, records: &[PublicRecord]) -> Result<(), DeskError> {
    let said = [
        ("content", "罚款金额与决定书不一致，决定书第3页写的是另一数额（示例）。", 0),
        ("party", "同名的另一家，不是我单位的信息（示例）。", 2),
        ("overdue", "公示时间似乎已经超过期限（示例）。", 5),
        ("other", "决定日期少写一天（示例）。", 6),
    ];
    for ((record, (ground, text, before)), number) in records.iter().zip(said).zip(0_u32..) {
        let there = desk.at(earlier(desk, before));
        let command = Report {
            subject: record.subject,
            record: record.id,
            once: format!("demonstration-{number}"),
            ground: ground.to_owned(),
            text: text.to_owned(),
            contact: "示例联系方式".to_owned(),
        };
        match error_reports::send(&there, &Actor::visitor(), command).await {
            // Not public yet on that day: then nobody could have said so.
            Err(DeskError::NotFound(_)) => {}
            other => drop(other?),
        }
    }
    let clerk = actor(UNIT, Role::Clerk);
    let waiting = error_reports::reports(desk, &clerk, false).await?;
    if waiting.len() > 1
        && error_reports::reports(desk, &clerk, true).await?.is_empty()
        && let Some(last) = waiting.get(waiting.len() - 2)
    {
        let text = "经核对原文书，公示的内容与文书一致，没有错误（示例）。".to_owned();
        let command = Answer { id: last.id, corrected: false, text };
        error_reports::answer(desk, &clerk, command).await?;
    }
    Ok(())
}

async fn corrected(desk: &Desk, records: &[PublicRecord]) -> Result<(), DeskError> {
    let law = desk.law();
    let events = [
        (
            "court-change",
            "示例行政判决书（2026）示行初1号",
            "人民法院认为处罚明显不当，判决变更",
            2,
            false,
        ),
        ("own-correction", "示例核对单第1号", "录入时写错，按决定书更正", 1, true),
        ("review-change", "示例行政复议决定书（2026）1号", "复议机关决定变更", 5, false),
    ];
    let (clerk, reviewer) = (actor(UNIT, Role::Clerk), actor(UNIT, Role::Reviewer));
    for (record, (event, document, reason, before, confirmed)) in records.iter().zip(events) {
        if !desk.store().corrections_of(record.subject, record.id).await?.is_empty() {
            continue;
        }
        let Some(kind) = law.kind(&record.kind) else { continue };
        let Some(field) = kind.fields.get(kind.summary) else { continue };
        let known = earlier(desk, before).max(record.decided);
        let command = Correct {
            subject: record.subject,
            record: record.id,
            event: event.to_owned(),
            document: document.to_owned(),
            document_on: known,
            known_on: known,
            reason: format!("{reason}（示例）"),
            fields: BTreeMap::from([(
                field.code.clone(),
                format!("{}（示例更正）", record.summary),
            )]),
            file: None,
        };
        let Proposed::Kept(id) = corrections::propose(desk, &clerk, command).await? else {
            continue;
        };
        if confirmed {
            let seen = corrections::correction(desk, &reviewer, id).await?.line.record.version;
            corrections::confirm(desk, &reviewer, Confirm { id, seen, severity: None }).await?;
        }
    }
    Ok(())
}

async fn judged(desk: &Desk, invented: &[Subject], twins: &[Subject]) -> Result<(), DeskError> {
    let all = ["open", "confirmed", "declined", "undone"];
    if !desk.store().subject_judgements(&all, 1).await?.is_empty() {
        return Ok(());
    }
    let (first, second) = (actor("credit-office", Role::CreditOffice), second_office());
    // The first pair is signed, the second waits, the third is still on the list of what may be one.
    for (twin, signed) in twins.iter().zip([true, false]) {
        let Some(own) = invented.iter().find(|subject| subject.name == twin.name) else { continue };
        let command = Judge {
            finding: "same".to_owned(),
            from: twin.code.clone(),
            to: own.code.clone(),
            records: Vec::new(),
            basis: "registry-answer".to_owned(),
            document: "示例登记机关复函（2026）1号".to_owned(),
            reason: "登记机关答复为同一企业，代码录入有误（示例）".to_owned(),
        };
        let id = judgements::propose(desk, &first, command).await?;
        if signed {
            judgements::confirm(desk, &second, id).await?;
        }
    }
    Ok(())
}

/// The second person of the credit office.
fn second_office() -> Actor {
    Actor {
        login: "office2".to_owned(),
        name: "示例信用办乙".to_owned(),
        unit: "credit-office".to_owned(),
        role: Some(Role::CreditOffice),
    }
}
