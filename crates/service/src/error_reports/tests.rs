//! What the public says is wrong: who may say it, who answers, what is told, what is forgotten.

use jiff::civil::date;

use super::*;
use crate::publicity::{Withdraw, withdraw};
use crate::testing::{UNIT, desk, penalty, person, refused};
use crate::units::{Grounds, Reform, reform};
use crate::{Actor, Desk, Role};

fn report_of(place: (i64, i64), once: &str) -> Report {
    Report {
        subject: place.0,
        record: place.1,
        once: once.to_owned(),
        ground: "content".to_owned(),
        text: "罚款金额应为0.1万元".to_owned(),
        contact: "13900000000".to_owned(),
    }
}

async fn withdrawn(desk: &Desk, place: (i64, i64)) {
    let command = Withdraw {
        subject: place.0,
        record: place.1,
        decided: desk.today(),
        reason: "示例撤销（依据：示例决定）".to_owned(),
    };
    withdraw(desk, &Actor::system("test"), command).await.expect("withdrawn");
}

#[tokio::test]
async fn a_report_goes_to_the_unit_and_its_answer_to_whoever_sent_it() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 9, 10)).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let (_, mark) = form(&desk, place.0, place.1).await.expect("a form");
    assert!(is_ours(&desk, place.0, place.1, &mark));
    assert!(!is_ours(&desk, place.0, place.1 + 1, &mark), "another record");
    assert!(is_ours(&desk.at(date(2026, 9, 11)), place.0, place.1, &mark), "from yesterday");
    assert!(!is_ours(&desk.at(date(2026, 9, 12)), place.0, place.1, &mark), "too old");
    let other = FormMark { once: "x".to_owned(), ..mark.clone() };
    assert!(!is_ours(&desk, place.0, place.1, &other), "another mark");

    let visitor = Actor::visitor();
    let command = report_of(place, &mark.once);
    let bad = |change: fn(&mut Report)| {
        let mut bad = command.clone();
        change(&mut bad);
        send(&desk, &visitor, bad)
    };
    assert_eq!(refused(bad(|bad| bad.ground.clear())).await, "report.ground-unknown");
    assert_eq!(refused(bad(|bad| bad.text = " ".to_owned())).await, "report.text-missing");
    assert_eq!(refused(bad(|bad| bad.text = "字".repeat(1_001))).await, "report.text-missing");
    assert_eq!(refused(bad(|bad| bad.contact = "1".repeat(101))).await, "report.contact-too-long");
    assert_eq!(refused(bad(|bad| bad.record += 1)).await, "not-found");
    let given = send(&desk, &visitor, command.clone()).await.expect("sent");
    assert_eq!(
        send(&desk, &visitor, command.clone()).await.expect("again"),
        given,
        "one form, one report"
    );
    assert_eq!(given.due.as_ref().map(|due| due.value.date), Some(date(2026, 9, 15)));

    let state = async |desk: &Desk| {
        progress(desk, &given.number, &given.secret).await.expect("known").state
    };
    assert_eq!(state(&desk).await, "received");
    for (number, secret) in [(&given.number, "AAAA"), (&given.secret, given.secret.as_str())] {
        assert_eq!(refused(progress(&desk, number, secret)).await, "report.not-known");
    }
    let lower = format!(" {} ", given.secret.to_ascii_lowercase());
    progress(&desk, &given.number.to_ascii_lowercase(), &lower)
        .await
        .expect("however it is written");

    // Nothing lies open in the database.
    let held = desk.store().error_reports(false, None, 10).await.expect("listed").remove(0);
    assert!(!held.sealed.windows(9).any(|part| part == "罚款金".as_bytes()));

    let clerk = person("clerk", Role::Clerk, UNIT);
    let stranger = person("stranger", Role::Clerk, "health");
    let auditor = person("auditor", Role::Auditor, "credit-office");
    assert_eq!(reports(&desk, &stranger, false).await.expect("listed").len(), 0);
    assert_eq!(refused(reports(&desk, &auditor, false)).await, "access.denied");
    assert_eq!(refused(report(&desk, &stranger, held.id)).await, "access.denied");
    let line = reports(&desk, &clerk, false).await.expect("listed").remove(0);
    assert_eq!((line.ground.as_str(), line.left), ("内容有误", Some(3)));
    assert_eq!(waiting(&desk.at(date(2026, 9, 16)), &clerk, 5).await.expect("waiting").overdue, 1);
    let shown = report(&desk, &clerk, held.id).await.expect("shown");
    assert_eq!(shown.text, command.text);
    assert_eq!(shown.contact.as_deref(), Some("13900000000"));
    take(&desk, &clerk, held.id).await.expect("taken");
    assert_eq!(refused(take(&desk, &clerk, held.id)).await, "report.taken");
    assert_eq!(state(&desk).await, "checking");

    let say = |corrected, text: &str| Answer { id: held.id, corrected, text: text.to_owned() };
    assert_eq!(refused(answer(&desk, &clerk, say(false, " "))).await, "report.reason-missing");
    assert_eq!(refused(answer(&desk, &clerk, say(true, "已更正"))).await, "report.not-corrected");
    assert_eq!(refused(answer(&desk, &stranger, say(false, "没有错"))).await, "access.denied");
    penalty(&desk, 1, 11, "0.1").await;
    answer(&desk, &clerk, say(true, "罚款金额已改为0.1万元")).await.expect("answered");
    assert_eq!(refused(answer(&desk, &clerk, say(false, "没有错"))).await, "report.answered");
    let told = progress(&desk, &given.number, &given.secret).await.expect("known");
    assert_eq!((told.state.as_str(), told.answer.as_str()), ("corrected", "罚款金额已改为0.1万元"));
    let shown = report(&desk, &clerk, held.id).await.expect("shown");
    assert_eq!(shown.corrected_version, Some(2));

    // The address is forgotten when its days are over, and not before.
    let system = Actor::system("job");
    assert_eq!(erase_contacts(&desk.at(date(2026, 10, 10)), &system).await.expect("run"), 0);
    assert_eq!(erase_contacts(&desk.at(date(2026, 10, 11)), &system).await.expect("run"), 1);
    assert_eq!(report(&desk, &clerk, held.id).await.expect("shown").contact, None);
    assert!(crate::running::fsck(&desk).await.expect("checked").problems.is_empty());
}

#[tokio::test]
async fn what_is_not_public_cannot_be_reported_and_looks_as_if_it_were_not_there() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 9, 10)).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let visitor = Actor::visitor();
    let first = send(&desk, &visitor, report_of(place, "first")).await.expect("sent");
    withdrawn(&desk, place).await;
    let gone = form(&desk, place.0, place.1).await.expect_err("not public").to_string();
    let never = form(&desk, 1, 2).await.expect_err("not there").to_string();
    assert_eq!(gone, never);
    assert_eq!(refused(send(&desk, &visitor, report_of(place, "second"))).await, "not-found");
    // The first form sent again still finds its own receipt, and what was taken down counts as put right.
    assert_eq!(send(&desk, &visitor, report_of(place, "first")).await.expect("again"), first);
    let clerk = person("clerk", Role::Clerk, UNIT);
    let id = reports(&desk, &clerk, false).await.expect("listed").remove(0).id;
    let command = Answer { id, corrected: true, text: "已撤下".to_owned() };
    answer(&desk, &clerk, command).await.expect("answered");
}

#[tokio::test]
async fn too_many_reports_of_one_record_are_refused_and_a_dissolved_unit_is_answered_for() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 9, 10)).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let visitor = Actor::visitor();
    for number in 0..MOST_ON_RECORD {
        send(&desk, &visitor, report_of(place, &number.to_string())).await.expect("sent");
    }
    assert_eq!(refused(send(&desk, &visitor, report_of(place, "more"))).await, "report.too-many");

    let grounds = Grounds {
        on: date(2026, 9, 10),
        reason: "示例改革".to_owned(),
        document: "示例编〔2026〕1号".to_owned(),
    };
    let heirs = vec!["health".to_owned()];
    reform(&desk, &Actor::system("test"), UNIT, (Reform::Merge, &heirs), &grounds)
        .await
        .expect("reformed");
    let heir = person("heir", Role::Clerk, "health");
    let lines = reports(&desk, &heir, false).await.expect("listed");
    assert_eq!(lines.len(), 20);
    let command =
        Answer { id: lines[0].id, corrected: false, text: "经核查没有错误".to_owned() };
    answer(&desk, &heir, command).await.expect("answered");
}

/// Reports that came from somewhere, as many as are asked for.
async fn flood(desk: &Desk, like: &ErrorReport, unit: &str, first: i64, count: i64) {
    let mut tx = desk.store().transaction("test").await.expect("begun");
    for number in first..first + count {
        let other = ErrorReport {
            id: number,
            number: format!("示例-{number}"),
            once: format!("示例-{number}"),
            record_id: -number,
            unit_id: unit.to_owned(),
            ..like.clone()
        };
        assert!(tx.add_error_report(&other).await.expect("kept"));
    }
    tx.commit().await.expect("committed");
}

#[tokio::test]
async fn a_flood_on_one_unit_neither_stops_nor_hides_what_comes_to_another() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 9, 10)).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let visitor = Actor::visitor();
    send(&desk, &visitor, report_of(place, "first")).await.expect("sent");
    let clerk = person("clerk", Role::Clerk, UNIT);
    let id = reports(&desk, &clerk, false).await.expect("listed").remove(0).id;
    let held = desk.store().error_report(id).await.expect("asked").expect("kept");
    // Of the days before, so that they stand first; and of today.
    let older = ErrorReport { received_on: date(2026, 9, 1), ..held.clone() };
    flood(&desk, &older, "health", 1, 2_001).await;
    flood(&desk, &held, "health", 3_001, 1_001).await;
    let listed = reports(&desk, &clerk, false).await.expect("listed");
    assert_eq!(listed.iter().map(|line| line.id).collect::<Vec<_>>(), [id]);
    let waits = waiting(&desk, &clerk, 5).await.expect("waiting");
    assert_eq!((waits.open, waits.overdue, waits.lines.len()), (1, 0, 1));
    let office = person("office", Role::CreditOffice, "credit-office");
    let waits = waiting(&desk, &office, 5).await.expect("waiting");
    assert_eq!((waits.open, waits.overdue), (3_003, 2_001), "counted, not looked through");
    send(&desk, &visitor, report_of(place, "second")).await.expect("sent all the same");

    flood(&desk, &held, UNIT, 5_001, MOST_A_DAY).await;
    assert_eq!(refused(send(&desk, &visitor, report_of(place, "more"))).await, "report.too-many");
}
