//! Repair where the law changes on the way, where two do the same at once, and with everything that people hand in wrongly.

mod input;
mod law;

use jiff::civil::{Date, date};
use xinyong_domain::workflow::repair::Event;

use crate::access::{Actor, Role};
use crate::agents::Agent;
use crate::repairs::{Apply, Refused, Step, Visitor, commitment, new_entry, own_repairs};
use crate::testing::{UNIT, clerk, office, person, reviewer, scan, sound};
use crate::{Desk, DeskError};

/// Three months after the decision of a [`crate::testing::penalty`]: the first day for its general class.
const DAY: Date = date(2026, 12, 1);

async fn refused<T: std::fmt::Debug>(
    outcome: impl Future<Output = Result<T, DeskError>>,
) -> DeskError {
    outcome.await.expect_err("refused")
}

fn form(desk: &Desk, records: &[i64]) -> Apply {
    Apply {
        records: records.to_vec(),
        entry: new_entry(desk).expect("random"),
        words: "罚款已缴清（示例）".to_owned(),
        commitment: commitment(desk).expect("a text").digest,
        agreed: true,
        file: None,
    }
}

fn doing(item: i64, event: Event) -> Step {
    Step {
        item,
        seq: None,
        event,
        reason: "示例理由".to_owned(),
        document: "示例决定书1号".to_owned(),
        decided_on: None,
        refusal: grounds(event),
    }
}

/// What goes with a step: the ground where it refuses.
pub(crate) fn grounds(event: Event) -> Refused {
    match event {
        Event::Decline | Event::Refuse => Refused {
            ground: "not-performed".to_owned(),
            way_on: "缴清罚款以后可以再次申请".to_owned(),
            objection: "可以向作出决定的单位提出异议".to_owned(),
        },
        _ => Refused::default(),
    }
}

fn visitor() -> Visitor {
    Visitor { name: "示例来人".to_owned(), telephone: "0359-0000000".to_owned() }
}

fn second() -> Actor {
    person("second", Role::Reviewer, UNIT)
}

/// The item of a subject about a record.
async fn item(desk: &Desk, agent: &Agent, record: i64) -> i64 {
    let all = own_repairs(desk, agent).await.expect("a list");
    all.iter().find(|line| line.record.id == record).expect("applied for").id
}
