//! Applications for repair in a demonstration: made at the window, at every stage of the way, one of them late.
//!
//! Every step is taken once, also when a stopped build is continued.

use xinyong_domain::workflow::repair::Event;

use super::accounts::actor;
use super::corrections::earlier;
use crate::access::Role;
use crate::browse::{ListFilter, public_list};
use crate::desk::Desk;
use crate::refusal::DeskError;
use crate::repairs::{self, Apply, Step, Visitor};

/// Whose records these are about: the unit that has accounts.
const UNIT: &str = "market-regulation";
/// A scan that says that it is none.
const SCAN: &[u8] = b"%PDF-1.4\n% invented, for demonstration only\n%%EOF\n";
/// Working days after which most may be repaired.
const OLD: i64 = 90;
/// How many working days ago each application was made, and how far it has come since.
const CASES: [(i64, &[Event]); 6] = [
    (1, &[]),
    (5, &[]),
    (2, &[Event::Ask]),
    (4, &[Event::Accept]),
    (5, &[Event::Accept, Event::Review]),
    (6, &[Event::Accept, Event::Review, Event::Grant]),
];

/// Does all of it.
///
/// # Errors
/// What the steps fail with.
pub(super) async fn work(desk: &Desk) -> Result<(), DeskError> {
    let office = actor("credit-office", Role::CreditOffice);
    // Those whose shortest period is over.
    let to = earlier(desk, OLD).to_string();
    let filter = ListFilter { unit: UNIT.to_owned(), to, ..ListFilter::default() };
    let records = public_list(desk, "administrative-penalty", &filter).await?.records;
    let mut cases = CASES.iter().zip(1_u32..);
    let mut next = cases.next();
    for record in records {
        let Some(((ago, events), number)) = next else { return Ok(()) };
        let store = desk.store();
        if !store.repair_items_of_record(record.subject, record.id).await?.is_empty() {
            next = cases.next();
            continue;
        }
        let there = desk.at(earlier(desk, *ago));
        let known = match repairs::forecast_for_window(&there, &office, &record.code).await {
            Ok(known) => known,
            // An entry that was found to be another, or a firm that is no more.
            Err(DeskError::NotFound(_) | DeskError::Refused(_)) => continue,
            Err(error) => return Err(error),
        };
        if !known.records.iter().any(|one| one.record.id == record.id && one.may_apply()) {
            continue;
        }
        let file = super::write(desk, "repair.pdf", SCAN.to_vec()).await?;
        let command = Apply {
            records: vec![record.id],
            entry: format!("{number:024x}"),
            words: "罚款已缴清，违法行为已经改正（示例）。".to_owned(),
            file: Some(file.clone()),
            ..Apply::default()
        };
        let visitor =
            Visitor { name: "示例来人".to_owned(), telephone: "示例电话".to_owned() };
        let made = repairs::apply_at_window(&there, &office, &record.code, visitor, command).await;
        drop(std::fs::remove_file(&file));
        made?;
        if let Some(item) = store.repair_items_of_record(record.subject, record.id).await?.first() {
            steps(desk, item.id, *ago, events).await?;
        }
        next = cases.next();
    }
    Ok(())
}

async fn steps(desk: &Desk, item: i64, ago: i64, events: &[Event]) -> Result<(), DeskError> {
    for (event, later) in events.iter().zip(1..) {
        let there = desk.at(earlier(desk, (ago - later).max(0)));
        let role = if *event == Event::Grant { Role::Reviewer } else { Role::Clerk };
        let reason = match event {
            Event::Ask => "请补交缴款凭证和整改后的照片（示例）。",
            Event::Review => "经核对缴款记录，罚款已缴清，标签已更换，建议准予修复（示例）。",
            _ => "",
        };
        let command = Step {
            item,
            seq: None,
            event: *event,
            reason: reason.to_owned(),
            document: if *event == Event::Grant {
                "示例准予信用修复决定书〔2026〕1号".to_owned()
            } else {
                String::new()
            },
            decided_on: None,
            refusal: repairs::Refused::default(),
        };
        repairs::step(&there, &actor(UNIT, role), command).await?;
    }
    Ok(())
}
