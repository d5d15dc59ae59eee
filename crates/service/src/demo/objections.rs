//! Objections in a demonstration: made at the window, at every stage of the way, one of them past its clock.
//!
//! Every step is taken once, also when a stopped build is continued.

use std::collections::BTreeMap;

use xinyong_domain::workflow::objection::Event;

use super::accounts::actor;
use super::corrections::earlier;
use crate::access::{Actor, Role};
use crate::browse::{ListFilter, PublicRecord, public_list};
use crate::corrections::{self, Confirm, Propose, Proposed};
use crate::desk::Desk;
use crate::objections::{self, File, Objector, Step};
use crate::refusal::DeskError;
use crate::repairs::Visitor;

/// Whose records these are about: the unit that has accounts.
const UNIT: &str = "market-regulation";
/// A scan that says that it is none.
const SCAN: &[u8] = b"%PDF-1.4\n% invented, for demonstration only\n%%EOF\n";
/// One of the objections.
struct Case {
    /// How many working days ago it was made.
    ago: i64,
    /// On which ground.
    ground: &'static str,
    /// What was answered.
    answer: Option<Event>,
    /// Whether it was corrected.
    corrected: bool,
    /// Whether a natural person made it whom the record names.
    by_person: bool,
}

const fn case(ago: i64, ground: &'static str, answer: Option<Event>, corrected: bool) -> Case {
    Case { ago, ground, answer, corrected, by_person: false }
}

const CASES: [Case; 7] = [
    case(1, "content", None, false),
    case(5, "party", None, false),
    case(9, "content", None, false),
    case(2, "catalogue", None, false),
    case(6, "secret", Some(Event::Reject), false),
    case(4, "content", Some(Event::Uphold), true),
    Case { by_person: true, ..case(1, "party", None, false) },
];

/// Does all of it.
///
/// # Errors
/// What the steps fail with.
pub(super) async fn work(desk: &Desk) -> Result<(), DeskError> {
    // The newest decisions; repairs take the older ones. What is known for less than its case is left to the next.
    let filter = ListFilter { unit: UNIT.to_owned(), ..ListFilter::default() };
    let list = public_list(desk, "administrative-penalty", &filter).await?;
    let mut cases = CASES.iter().zip(1_u32..);
    let mut next = cases.next();
    for record in list.records.into_iter().filter(|record| !record.code.is_empty()) {
        let Some((case, number)) = next else { break };
        let entry = format!("{number:024x}");
        if desk.store().objection_once(&entry).await?.is_some() {
            next = cases.next();
            continue;
        }
        // One that somebody is already putting right is left alone.
        let before = desk.store().corrections_of(record.subject, record.id).await?;
        if before.iter().any(|one| one.state == "open") {
            continue;
        }
        let there = desk.at(earlier(desk, case.ago));
        match made(desk, &there, &record, case, entry).await {
            Ok(id) => answered(desk, &record, id, case).await?,
            // An entry that was found to be another, or one that is objected to already.
            Err(DeskError::NotFound(_) | DeskError::Refused(_)) => continue,
            Err(error) => return Err(error),
        }
        next = cases.next();
    }
    objections::sweep(desk, &Actor::system("system")).await?;
    Ok(())
}

async fn made(
    desk: &Desk,
    there: &Desk,
    record: &PublicRecord,
    case: &Case,
    entry: String,
) -> Result<i64, DeskError> {
    let office = actor("credit-office", Role::CreditOffice);
    let file = super::write(desk, "objection.pdf", SCAN.to_vec()).await?;
    let command = File {
        record: record.id,
        entry,
        ground: case.ground.to_owned(),
        text: "与决定书的内容不一致，请核对（示例）。".to_owned(),
        statement: "本单位已就这条信息提出异议，正在核实（示例）。".to_owned(),
        file: Some(file.clone()),
    };
    let visitor = Visitor { name: "示例来人".to_owned(), telephone: "示例电话".to_owned() };
    let outcome = if case.by_person {
        let person = Objector {
            name: "示例来人".to_owned(),
            document: "other".to_owned(),
            number: "示例证件0001".to_owned(),
            relation: "responsible".to_owned(),
            reason: "决定书原件第2页写明（示例）".to_owned(),
            agreed: true,
            visitor,
        };
        let words = "处罚决定写到的人员有误，已提出异议（示例）。".to_owned();
        let command = File { statement: words, ..command };
        let place = (record.subject, record.id);
        objections::file_by_person(there, &office, place, person, command).await
    } else {
        objections::file_at_window(there, &office, &record.code, visitor, command).await
    };
    drop(std::fs::remove_file(&file));
    outcome
}

async fn answered(
    desk: &Desk,
    record: &PublicRecord,
    id: i64,
    case: &Case,
) -> Result<(), DeskError> {
    let Case { ago, answer: Some(event), corrected, .. } = case else { return Ok(()) };
    let there = desk.at(earlier(desk, ago - 1));
    let reviewer = actor(UNIT, Role::Reviewer);
    let command = Step {
        objection: id,
        seq: None,
        event: *event,
        reason: "经核对原决定书和送达回证（示例）。".to_owned(),
        outcome: "correct".to_owned(),
    };
    objections::step(&there, &reviewer, command).await?;
    if !corrected {
        return Ok(());
    }
    let later = desk.at(earlier(desk, (ago - 2).max(0)));
    let law = desk.law();
    let kind = law.kind(&record.kind);
    let Some(field) = kind.and_then(|kind| kind.fields.get(kind.summary)) else { return Ok(()) };
    let command = Propose {
        subject: record.subject,
        record: record.id,
        event: "own-correction".to_owned(),
        document: "示例更正审批表〔2026〕9号".to_owned(),
        document_on: later.today(),
        known_on: later.today(),
        reason: "录入时漏写，经异议核实（示例）".to_owned(),
        fields: BTreeMap::from([(
            field.code.clone(),
            format!("{}（已更正，示例）", record.summary),
        )]),
        file: None,
    };
    let clerk = actor(UNIT, Role::Clerk);
    if let Proposed::Kept(id) = corrections::propose(&later, &clerk, command).await? {
        let found = corrections::correction(&later, &reviewer, id).await?;
        let seen = found.line.record.version;
        corrections::confirm(&later, &reviewer, Confirm { id, seen, severity: None }).await?;
    }
    Ok(())
}
