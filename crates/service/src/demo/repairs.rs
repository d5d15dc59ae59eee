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
use crate::repairs::{self, Apply, EnterShield, NoteDuty, Refused, Step, Visitor};

/// Whose records these are about: the unit that has accounts.
const UNIT: &str = "market-regulation";
/// A scan that says that it is none.
const SCAN: &[u8] = b"%PDF-1.4\n% invented, for demonstration only\n%%EOF\n";
/// Working days since what was done lately.
const LATELY: i64 = 12;
/// Working days after which most may be repaired.
const OLD: i64 = 90;
/// How many working days ago each application was made, and how far it has come since.
const CASES: [(i64, &[Event]); 7] = [
    (1, &[]),
    (5, &[]),
    (2, &[Event::Ask]),
    (4, &[Event::Accept]),
    (5, &[Event::Accept, Event::Review]),
    (6, &[Event::Accept, Event::Review, Event::Grant]),
    (7, &[Event::Accept, Event::Review, Event::Refuse]),
];
/// The case whose unit has noted that the duties are performed, and the one with a court's ruling that waits for a second person.
const NOTED: u32 = 4;
const SHIELDED: u32 = 1;

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
        let place = (record.subject, record.id);
        if number == NOTED {
            note(desk, place).await?;
        }
        if number == SHIELDED {
            shield(desk, place).await?;
        }
        next = cases.next();
    }
    Ok(())
}

async fn steps(desk: &Desk, item: i64, ago: i64, events: &[Event]) -> Result<(), DeskError> {
    for (event, later) in events.iter().zip(1..) {
        let there = desk.at(earlier(desk, (ago - later).max(0)));
        let decides = matches!(event, Event::Grant | Event::Refuse);
        let role = if decides { Role::Reviewer } else { Role::Clerk };
        let reason = match event {
            Event::Refuse => "缴款凭证与票据存根不符，违法行为没有改正（示例）。",
            Event::Ask => "请补交缴款凭证和整改后的照片（示例）。",
            Event::Review => "经核对缴款记录，罚款已缴清，标签已更换，建议准予修复（示例）。",
            _ => "",
        };
        let command = Step {
            item,
            seq: None,
            event: *event,
            reason: reason.to_owned(),
            document: match event {
                Event::Grant => "示例准予信用修复决定书〔2026〕1号".to_owned(),
                Event::Refuse => "示例不予信用修复决定书〔2026〕2号".to_owned(),
                _ => String::new(),
            },
            decided_on: None,
            refusal: match event {
                Event::Refuse => Refused {
                    ground: "not-performed".to_owned(),
                    way_on: "改正以后请本局验收，凭验收文书再次申请（示例）。".to_owned(),
                    objection: repairs::grounds(&there, there.today()).objection,
                },
                _ => Refused::default(),
            },
        };
        repairs::step(&there, &actor(UNIT, role), command).await?;
    }
    Ok(())
}

/// What the unit's own records say.
async fn note(desk: &Desk, (subject, record): (i64, i64)) -> Result<(), DeskError> {
    for (what, document) in
        [("paid", "示例缴款书〔2026〕11号"), ("corrected", "示例整改核查表〔2026〕7号")]
    {
        let command = NoteDuty {
            subject,
            record,
            what: what.to_owned(),
            done_on: earlier(desk, LATELY),
            document: document.to_owned(),
        };
        repairs::note_duty(desk, &actor(UNIT, Role::Clerk), command).await?;
    }
    Ok(())
}

/// A ruling that nobody has confirmed.
async fn shield(desk: &Desk, (subject, record): (i64, i64)) -> Result<(), DeskError> {
    let file = super::write(desk, "ruling.pdf", SCAN.to_vec()).await?;
    let command = EnterShield {
        subject,
        record,
        court: "示例县人民法院".to_owned(),
        ruling: "（2026）示破1号".to_owned(),
        ruled_on: Some(earlier(desk, LATELY)),
        until: None,
        file: Some(file.clone()),
    };
    let made = repairs::enter_shield(desk, &actor(UNIT, Role::Clerk), command).await;
    drop(std::fs::remove_file(&file));
    made.map(drop)
}
