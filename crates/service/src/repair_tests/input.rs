//! What people hand in, ask for and do wrongly, and what two of them do at once.

use jiff::civil::date;
use xinyong_domain::law::Profile;
use xinyong_domain::workflow::repair::{Event, Stage};

use super::*;
use crate::agents::tests::confirmed;
use crate::intake::{Receive, Release, check, receive, record_released, release, submit};
use crate::repairs::{Supply, withdraw};
use crate::repairs::{apply, apply_at_window, case, own_case, step, supply, waiting, work};
use crate::testing::{code, company, desk, penalty, postgres_desk};

/// Puts a firm on a severe list. Gives its subject and the record.
async fn listed(desk: &Desk, party: usize, unit: &str, list: &str) -> (i64, i64) {
    let law = desk.law();
    let kind = law.kind("serious-dishonesty-listing").expect("a kind");
    let body = "平陆县示例局";
    let cells = std::collections::BTreeMap::from([
        ("失信主体名称", company(party)),
        ("行政相对人类别", "法人及非法人组织".to_owned()),
        ("行政相对人代码_1(统一社会信用代码)", code(party)),
        ("名单种类", list.to_owned()),
        ("列入决定文号", "示例〔2025〕1号".to_owned()),
        ("列入事由", "示例事由".to_owned()),
        ("法律依据", "《示例管理办法》第三条".to_owned()),
        ("告知日期", "2025/11/01".to_owned()),
        ("陈述申辩情况", "未提出".to_owned()),
        ("列入日期", "2025/11/20".to_owned()),
        ("送达日期", "2025/11/20".to_owned()),
        ("移出条件", "履行义务后移出".to_owned()),
        ("认定单位", body.to_owned()),
        ("认定单位统一社会信用代码", code(90)),
        ("数据来源单位", body.to_owned()),
        ("数据来源单位统一社会信用代码", code(90)),
    ]);
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(kind.fields.iter().map(|field| &field.label)).expect("memory");
    let row = kind.fields.iter().map(|field| cells.get(field.label.as_str()));
    table.write_record(row.map(|cell| cell.map_or("", String::as_str))).expect("memory");
    let path = scan(desk, "list.csv", &table.into_inner().expect("memory"));
    let (first, second) = (Actor::system("clerk"), Actor::system("second"));
    let command = Receive {
        path,
        file_name: "名单.csv".to_owned(),
        kind: kind.id.clone(),
        unit: unit.to_owned(),
        profile: Profile::Reported,
    };
    let batch = receive(desk, &first, command).await.expect("received").batch;
    check(desk, batch).await.expect("checked");
    submit(desk, &first, batch).await.expect("submitted");
    let basis = "unit-publication-list".to_owned();
    let command = Release { batch, basis, judgements: Vec::new() };
    release(desk, &second, command).await.expect("released");
    record_released(desk, batch).await.expect("recorded");
    let found = desk.store().subject_by_code(&code(party)).await.expect("asked").expect("known");
    let held = desk.store().records_of_subject(found.id, 10).await.expect("records");
    (found.id, held.iter().find(|one| one.kind == kind.id).expect("recorded").id)
}

#[tokio::test]
async fn what_cannot_be_repaired_is_refused_by_the_text_that_says_so() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let debtor = listed(&desk, 1, "court", "失信被执行人名单").await;
    let agent = confirmed(&desk, 0, 1).await;
    let error = refused(apply(&desk, &agent, form(&desk, &[debtor.1]))).await;
    assert_eq!(error.code(), "repair.never");
    let said = error.to_string();
    assert!(said.contains("失信被执行人名单信息的若干规定") && said.contains("第七条"), "{said}");
    // At the window it is no other.
    let file = Some(scan(&desk, "paper.pdf", b"%PDF-1.7 example"));
    let command = Apply { file, ..form(&desk, &[debtor.1]) };
    let error = refused(apply_at_window(&desk, &office(), &code(1), visitor(), command)).await;
    assert_eq!((error.code(), error.to_string()), ("repair.never", said));
    // One that may not be goes with none that may: nothing is half applied for.
    let penalty = penalty(&desk, 1, 11, "0.2").await;
    let both = refused(apply(&desk, &agent, form(&desk, &[debtor.1, penalty.1]))).await;
    assert_eq!(both.code(), "repair.never");
    assert_eq!(own_repairs(&desk, &agent).await.expect("a list").len(), 0);
    apply(&desk, &agent, form(&desk, &[penalty.1])).await.expect("applied");
    sound(&desk).await;
}

#[tokio::test]
async fn a_list_is_left_a_day_too_early_for_nobody() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2025, 11, 25)).await;
    let safety = listed(&desk, 1, "emergency-management", "安全生产严重失信主体名单").await;
    let agent = confirmed(&desk, 0, 1).await;
    let early = desk.at(date(2026, 11, 19));
    let error = refused(apply(&early, &agent, form(&early, &[safety.1]))).await;
    assert_eq!(error.code(), "repair.too-early");
    assert!(error.to_string().contains("2026-11-20"), "{error}");
    let there = desk.at(date(2026, 11, 20));
    apply(&there, &agent, form(&there, &[safety.1])).await.expect("applied");
}

#[tokio::test]
async fn materials_that_are_none_are_refused_everywhere_and_leave_nothing() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let agent = confirmed(&desk, 0, 1).await;
    let huge = scan(&desk, "huge.pdf", b"%PDF-1.7");
    let file = std::fs::File::options().write(true).open(&huge).expect("a file");
    file.set_len(200 << 20).expect("a hole");
    let bad = [
        (huge, "file.too-large"),
        (scan(&desk, "none.pdf", b""), "file.empty"),
        (scan(&desk, "program.pdf", b"MZ\x90\x00\x03\x00\x00\x00"), "file.type-invalid"),
        (scan(&desk, "program.png", b"\x7fELF\x02\x01\x01"), "file.type-invalid"),
        (scan(&desk, "script.pdf", b"#!/bin/sh\n%PDF-1.7\n"), "file.type-invalid"),
        (scan(&desk, "packed.pdf", b"PK\x03\x04 a workbook with macros"), "file.type-invalid"),
        (scan(&desk, "locked.pdf", b"%PDF-1.7\ntrailer << /Encrypt 5 0 R >>"), "file.encrypted"),
    ];
    for (file, expected) in &bad {
        let command = || Apply { file: Some(file.clone()), ..form(&desk, &[place.1]) };
        assert_eq!(refused(apply(&desk, &agent, command())).await.code(), *expected, "{file:?}");
        let (office, firm) = (office(), code(1));
        let window = apply_at_window(&desk, &office, &firm, visitor(), command());
        assert_eq!(refused(window).await.code(), *expected, "{file:?}");
    }
    assert!(own_repairs(&desk, &agent).await.expect("a list").is_empty());
    // Nor are they what was missing.
    apply(&desk, &agent, form(&desk, &[place.1])).await.expect("applied");
    let id = item(&desk, &agent, place.1).await;
    step(&desk, &clerk(), doing(id, Event::Ask)).await.expect("asked");
    for (file, expected) in &bad {
        let given = Supply { item: id, words: "补".to_owned(), file: Some(file.clone()) };
        assert_eq!(refused(supply(&desk, &agent, given)).await.code(), *expected, "{file:?}");
    }
    let own = own_case(&desk, &agent, id).await.expect("shown");
    assert_eq!((own.line.stage, own.materials.len()), (Stage::Supplement, 0));
    sound(&desk).await;
}

/// What two do at once is done once; what comes out of order is not done at all.
async fn two_at_once(desk: &Desk) {
    let place = penalty(desk, 1, 11, "0.2").await;
    let other = penalty(desk, 1, 12, "0.4").await;
    let agent = confirmed(desk, 0, 1).await;
    let stranger = confirmed(desk, 1, 2).await;
    // The firm online and somebody at the window, with the same two records.
    let file = Some(scan(desk, "paper.pdf", b"%PDF-1.7 example"));
    let paper = Apply { file, ..form(desk, &[place.1, other.1]) };
    let (firm, window) = (code(1), office());
    let (online, window) = tokio::join!(
        apply(desk, &agent, form(desk, &[other.1, place.1])),
        apply_at_window(desk, &window, &firm, visitor(), paper),
    );
    assert!(online.is_ok() != window.is_ok(), "{online:?} {window:?}");
    let lost = online.err().or(window.err()).expect("one is refused");
    assert_eq!(lost.code(), "repair.already");
    assert_eq!(own_repairs(desk, &agent).await.expect("a list").len(), 2, "of one application");
    let id = item(desk, &agent, place.1).await;
    assert_eq!(refused(apply(desk, &stranger, form(desk, &[place.1]))).await.code(), "not-found");
    assert_eq!(refused(own_case(desk, &stranger, id)).await.code(), "not-found");

    // Out of order, each from the beginning.
    for event in [Event::Review, Event::Forward, Event::Extend, Event::Grant, Event::Refuse] {
        let error = refused(step(desk, &reviewer(), doing(id, event))).await;
        assert!(["repair.out-of-order", "repair.unit-decides"].contains(&error.code()), "{error}");
    }
    for event in [Event::Supply, Event::Withdraw, Event::Confirm, Event::Close] {
        let error = refused(step(desk, &reviewer(), doing(id, event))).await;
        assert_eq!(error.code(), "repair.out-of-order", "{event:?}");
    }
    for event in [Event::Accept, Event::Review] {
        step(desk, &clerk(), doing(id, event)).await.expect("done");
    }
    // Two decide at once, otherwise, on the same page.
    let seq = Some(3);
    let (one, another) = (reviewer(), second());
    let (granted, not) = tokio::join!(
        step(desk, &one, Step { seq, ..doing(id, Event::Grant) }),
        step(desk, &another, Step { seq, ..doing(id, Event::Refuse) }),
    );
    assert!(granted.is_ok() != not.is_ok(), "{granted:?} {not:?}");
    let shown = case(desk, &clerk(), id).await.expect("shown");
    assert_eq!(shown.steps.len(), 4, "one decision");
    let lost = granted.err().or(not.err()).expect("one is refused").code();
    assert!(["repair.overtaken", "repair.out-of-order", "repair.moved"].contains(&lost), "{lost}");
    let public = crate::browse::public_record(desk, place.0, place.1).await.is_ok();
    assert_eq!(public, shown.line.stage == Stage::Refused);
    for event in [Event::Grant, Event::Refuse, Event::Accept] {
        let error = refused(step(desk, &another, doing(id, event))).await;
        assert_eq!(error.code(), "repair.out-of-order", "decided is decided");
    }
    // The firm takes the other back while the unit accepts it: whichever is first, both are told what is.
    let id = item(desk, &agent, other.1).await;
    let first = clerk();
    let (back, accepted) =
        tokio::join!(withdraw(desk, &agent, id), step(desk, &first, doing(id, Event::Accept)));
    let shown = case(desk, &clerk(), id).await.expect("shown");
    match shown.line.stage {
        Stage::Withdrawn => assert!(back.is_ok()),
        Stage::Accepted => assert!(accepted.is_ok() && back.is_err()),
        other => panic!("{other:?}"),
    }
    sound(desk).await;
}

#[tokio::test]
async fn what_two_do_at_once_is_done_once() {
    let folder = tempfile::tempdir().expect("folder");
    two_at_once(&desk(&folder, DAY).await).await;
}

#[tokio::test]
async fn what_two_do_at_once_is_done_once_on_the_other_engine() {
    let folder = tempfile::tempdir().expect("folder");
    let Some((_server, desk)) = postgres_desk(&folder, DAY).await else { return };
    two_at_once(&desk).await;
}

#[tokio::test]
async fn a_clock_into_a_year_that_nobody_announced_says_so_wherever_it_is_read() {
    let folder = tempfile::tempdir().expect("folder");
    let day = date(2026, 12, 30);
    let desk = desk(&folder, day).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let agent = confirmed(&desk, 0, 1).await;
    apply(&desk, &agent, form(&desk, &[place.1])).await.expect("applied");
    let id = item(&desk, &agent, place.1).await;
    let lines = [
        own_repairs(&desk, &agent).await.expect("a list"),
        waiting(&desk, &clerk(), 10).await.expect("a desk").0,
        work(&desk, &office(), false, 1).await.expect("a board").lines,
        vec![case(&desk, &clerk(), id).await.expect("shown").line],
    ];
    for line in lines.iter().flatten() {
        let due = line.due.as_ref().expect("a clock").value;
        // By weekdays alone: 31 December is in the announced year, 1 January is a Friday.
        assert_eq!((due.date, due.provisional, line.left), (date(2027, 1, 4), true, Some(3)));
    }
}
