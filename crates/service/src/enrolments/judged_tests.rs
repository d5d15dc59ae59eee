//! A record that is found to be another subject's: who follows the one hears that it ended, who follows the other that it appeared.

use jiff::civil::{Date, date};

use super::*;
use crate::judgements::{self, Propose};
use crate::testing::{clerk, code, desk, penalty, person, postgres_desk};
use crate::{Desk, Role};

fn office(login: &str) -> Actor {
    person(login, Role::CreditOffice, "credit-office")
}

async fn follow(desk: &Desk, party: usize) -> i64 {
    let wanted = Enrol {
        code: code(party),
        basis: "《示例条例》第三条".to_owned(),
        purpose: "示例日常监管".to_owned(),
        until: Some(date(2027, 9, 1)),
    };
    enrol(desk, &clerk(), &wanted).await.expect("asked").expect("begun")
}

/// What is told on a day after a place, and the next place.
async fn told(desk: &Desk, on: Date, id: i64, after: &str) -> (Vec<(i64, &'static str)>, String) {
    let page = changes(&desk.at(on), &clerk(), id, after, 9).await.expect("read");
    let ended = |one: &Told| one.happened == Happened::Ended;
    assert!(page.changes.iter().all(|one| one.kind.is_empty() == ended(one)));
    let words = page.changes.iter().map(|one| (one.record, one.happened.as_str()));
    let mut words: Vec<_> = words.collect();
    // It may be said again of what had appeared before it was found to be whose it is.
    words.dedup();
    (words, page.next)
}

async fn given_and_taken_back(desk: &Desk) {
    let (first, second) = (follow(desk, 1).await, follow(desk, 2).await);
    let place = penalty(&desk.at(date(2026, 9, 3)), 1, 11, "0.2").await;
    let record = place.1;
    let day = date(2026, 9, 5);
    let (heard, one) = told(desk, day, first, "").await;
    assert_eq!(heard, [(record, "appeared")]);
    let (heard, two) = told(desk, day, second, "").await;
    assert_eq!(heard, []);

    let there = desk.at(date(2026, 9, 6));
    let command = Propose {
        finding: "different".to_owned(),
        from: code(1),
        to: code(2),
        records: vec![place],
        basis: "registry-answer".to_owned(),
        document: "示例登记机关复函〔2026〕1号".to_owned(),
        reason: "代码填错".to_owned(),
    };
    let id = judgements::propose(&there, &office("first"), command).await.expect("proposed");
    let day = date(2026, 9, 7);
    assert_eq!(told(desk, day, first, &one).await.0, [], "nothing before the second person");
    judgements::confirm(&there, &office("second"), id).await.expect("confirmed");
    let (heard, one) = told(desk, day, first, &one).await;
    assert_eq!(heard, [(record, "ended")]);
    let (heard, two) = told(desk, day, second, &two).await;
    assert_eq!(heard, [(record, "appeared")]);
    // Who asks again from the beginning hears of the one nothing but its end.
    let again = told(desk, day, first, "").await.0;
    assert!(again.iter().all(|one| *one == (record, "ended")) && !again.is_empty(), "{again:?}");

    let there = desk.at(date(2026, 9, 8));
    let why = "核定错了";
    judgements::propose_undo(&there, &office("second"), id, why).await.expect("proposed");
    judgements::decide_undo(&there, &office("first"), id, true).await.expect("undone");
    let day = date(2026, 9, 9);
    assert_eq!(told(desk, day, first, &one).await.0, [(record, "appeared")]);
    assert_eq!(told(desk, day, second, &two).await.0, [(record, "ended")]);
    let again = told(desk, day, second, "").await.0;
    assert!(again.iter().all(|one| *one == (record, "ended")), "{again:?}");
    assert_eq!(crate::running::fsck(desk).await.expect("checked").problems, []);
}

#[tokio::test]
async fn a_record_that_is_anothers_ends_here_and_appears_there() {
    let folder = tempfile::tempdir().expect("a folder");
    given_and_taken_back(&desk(&folder, date(2026, 9, 2)).await).await;
}

#[tokio::test]
async fn a_record_that_is_anothers_ends_here_and_appears_there_on_the_other_engine() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some((_server, desk)) = postgres_desk(&folder, date(2026, 9, 2)).await else { return };
    given_and_taken_back(&desk).await;
}
