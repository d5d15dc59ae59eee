//! Checks end to end over a desk of their own. All parties are invented.

use jiff::civil::date;

use super::{
    Asked, Looked, answered_list, ask, feed_back, find_subject, looks_at, make_window, one,
    open_window, original, receive_list, recent, replay, run_list, say_in_window, statistics,
};
use crate::publicity::{Withdraw, withdraw};
use crate::testing::{UNIT, code, company, desk, penalty, person, released};
use crate::{Actor, Desk, Role};

fn asked(purpose: &str) -> Asked {
    Asked {
        purpose: purpose.to_owned(),
        basis: "《行政许可法》第三十四条".to_owned(),
        reference: "办件示例1".to_owned(),
        way: "console",
    }
}

fn clerk() -> Actor {
    person("clerk", Role::Clerk, UNIT)
}

async fn refused(desk: &Desk, typed: &str, asked: &Asked) -> &'static str {
    ask(desk, &clerk(), typed, asked).await.expect_err("refused").code()
}

/// The bytes that are kept and signed are the canonical form, member by member.
fn canonical_spelling(looked: &Looked) {
    let tree: serde_json::Value = serde_json::from_str(&looked.text).expect("JSON");
    assert_eq!(xinyong_domain::canonical::canonical(&tree).expect("a form"), looked.text);
}

#[tokio::test]
async fn what_is_on_record_is_answered_kept_and_worked_out_again() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    let (subject, fine) = penalty(&desk, 3, 7, "0.2").await;
    let looked = ask(&desk, &clerk(), &company(3), &asked("行政审批")).await.expect("answered");
    assert_eq!(looked.check().unit_id, UNIT);
    assert_eq!(looked.check().purpose, "approval");
    assert_eq!(looked.answer.subject.code, code(3));
    assert_eq!(looked.answer.count(), 1);
    let group = looked.answer.groups.first().expect("a kind");
    let record = group.records.first().expect("a record");
    assert_eq!(
        (record.id.as_str(), record.standing.as_str()),
        (fine.to_string().as_str(), "public")
    );
    assert!(!record.because.is_empty(), "every conclusion cites");
    assert_eq!(looked.answer.given.edition, "2024");
    assert!(looked.answer.measures.is_empty(), "no article of the list stands in the decision");
    assert!(looked.answer.given.limits.len() >= 3);
    assert!(!looked.text.contains("score") && !looked.text.contains("分值"));
    canonical_spelling(&looked);

    let auditor = person("auditor", Role::Auditor, "");
    let (check, text) =
        original(&desk, &auditor, &looked.check().number, "复核示例").await.expect("the original");
    assert_eq!((&check, text.as_str()), (looked.check(), looked.text.as_str()));
    let unsaid = original(&desk, &auditor, &looked.check().number, " ").await;
    assert_eq!(unsaid.expect_err("refused").code(), "check.why-missing");
    let denied = original(&desk, &clerk(), &looked.check().number, "复核示例").await;
    assert_eq!(denied.expect_err("refused").code(), "access.denied");

    // Years later, and after the fine was taken down: the same bytes come out.
    let later = desk.at(date(2031, 1, 2));
    let command = Withdraw {
        subject,
        record: fine,
        decided: date(2031, 1, 2),
        reason: "复议撤销示例".to_owned(),
    };
    withdraw(&later, &person("second", Role::CreditOffice, "credit-office"), command)
        .await
        .expect("withdrawn");
    let again = replay(&later, &auditor, &looked.check().number, "复核示例").await.expect("again");
    assert!(again.same && again.same_law, "{}", again.text);
}

/// Asks while a batch is being recorded: its run has begun, and nothing of it can be read yet.
async fn ask_while_recording(desk: &Desk, batch: i64) -> super::Looked {
    // Whoever writes waits for this one.
    let held = desk.store().transaction("hold").await.expect("begun");
    let recording = tokio::spawn({
        let desk = desk.clone();
        async move { crate::intake::record_released(&desk, batch).await }
    });
    let wait = || tokio::time::sleep(std::time::Duration::from_millis(400));
    wait().await;
    let asking = tokio::spawn({
        let desk = desk.clone();
        async move { ask(&desk, &clerk(), &code(3), &asked("approval")).await }
    });
    wait().await;
    drop(held);
    recording.await.expect("no panic").expect("recorded");
    asking.await.expect("no panic").expect("answered")
}

#[tokio::test]
async fn a_look_while_a_batch_is_recorded_is_worked_out_from_what_it_had_read() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    let auditor = person("auditor", Role::Auditor, "");
    let again = async |looked: &super::Looked| {
        let number = &looked.check().number;
        replay(&desk, &auditor, number, "复核示例").await.expect("worked out again")
    };
    let newest = async || {
        let subject =
            desk.store().subject_by_code(&code(3)).await.expect("asked").expect("known").id;
        desk.store().records_of_subject(subject, 9).await.expect("read")
    };

    // A new record.
    let batch = released(&desk, 3, 7, "0.2").await;
    let looked = ask_while_recording(&desk, batch).await;
    assert_eq!(looked.answer.count(), 0, "nothing was there yet");
    let stamped = newest().await[0].recorded_at;
    assert!(stamped <= looked.check().at, "{stamped} stands before {}", looked.check().at);
    let found = again(&looked).await;
    assert!(found.same && found.same_law, "{}", found.text);
    assert_eq!(found.pinned, 1);
    let first = looked;

    // Another version of it.
    let batch = released(&desk, 3, 7, "0.3").await;
    let looked = ask_while_recording(&desk, batch).await;
    assert_eq!(looked.answer.groups[0].records[0].version, 1);
    let now = newest().await;
    assert_eq!(now[0].version, 2);
    assert!(now[0].recorded_at <= looked.check().at);
    let found = again(&looked).await;
    assert!(found.same, "{}", found.text);
    assert_eq!(found.pinned, 1);

    // What is there when it is asked needs no telling.
    let looked = ask(&desk, &clerk(), &code(3), &asked("approval")).await.expect("answered");
    let found = again(&looked).await;
    assert_eq!((found.same, found.pinned), (true, 0));

    // A record that was kept from an answer otherwise is not explained away: its batch was long recorded.
    let number = &looked.check().number;
    let hidden = super::CheckAnswer { groups: Vec::new(), ..looked.answer.clone() };
    let digest = xinyong_store::sm3_hex(hidden.text().expect("text").as_bytes());
    assert_eq!(digest, first.check().digest, "the answer of before there was anything");
    let damage = format!("UPDATE subject_check SET digest = '{digest}' WHERE number = '{number}'");
    desk.store().raw_execute(&damage).await.expect("damaged");
    let found = again(&looked).await;
    assert!(!found.same, "{}", found.text);
}

#[tokio::test]
async fn a_look_with_the_clock_set_back_is_worked_out_again() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 20)).await;
    penalty(&desk, 3, 7, "0.2").await;
    penalty(&desk.at(date(2026, 11, 25)), 3, 7, "0.3").await;
    let auditor = person("auditor", Role::Auditor, "");
    // Before anything was known, and on the day itself: what is there is answered, as far as it is public by that day.
    for (day, version, pinned) in [(date(2026, 11, 25), Some(2), 0), (date(2026, 11, 19), None, 0)]
    {
        let before = desk.at(day);
        let looked = ask(&before, &clerk(), &code(3), &asked("approval")).await.expect("answered");
        assert_eq!(looked.check().day, day);
        let shown = looked.answer.groups.first().and_then(|group| group.records.first());
        assert_eq!(shown.map(|record| record.version), version, "{day}");
        for later in [&before, &desk, &desk.at(date(2031, 1, 2))] {
            let number = &looked.check().number;
            let found =
                replay(later, &auditor, number, "复核示例").await.expect("worked out again");
            assert!(found.same, "{day}: {}", found.text);
            assert_eq!(found.pinned, pinned, "{day}");
        }
    }
    let report = crate::running::fsck(&desk).await.expect("checked");
    assert!(report.is_sound(), "{report:?}");
}

#[tokio::test]
async fn what_has_gone_since_is_shown_to_nobody_but_those_entitled() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    let (subject, fine) = penalty(&desk, 3, 7, "0.2").await;
    let looked = ask(&desk, &clerk(), &code(3), &asked("approval")).await.expect("answered");
    let number = &looked.check().number;
    assert_eq!(one(&desk, &clerk(), number).await.expect("seen").answer, looked.answer);
    let other = person("other", Role::Clerk, "finance");
    assert_eq!(one(&desk, &other, number).await.expect_err("none of theirs").code(), "not-found");

    let second = person("second", Role::CreditOffice, "credit-office");
    let command = Withdraw {
        subject,
        record: fine,
        decided: date(2026, 11, 25),
        reason: "复议撤销示例".to_owned(),
    };
    withdraw(&desk, &second, command).await.expect("withdrawn");
    let seen = one(&desk, &clerk(), number).await.expect("seen");
    assert_eq!(seen.answer.count(), 0);
    let shown = serde_json::to_string(&seen.answer).expect("JSON");
    assert!(!shown.contains("7号"), "{shown}");
    let auditor = person("auditor", Role::Auditor, "");
    let (_, text) = original(&desk, &auditor, number, "复核示例").await.expect("the original");
    assert_eq!(text, looked.text);
    // A new check says nothing of it.
    let anew = ask(&desk, &clerk(), &code(3), &asked("approval")).await.expect("answered");
    assert_eq!(anew.answer.count(), 0);
}

#[tokio::test]
async fn what_is_wrong_with_a_question_is_said() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    let good = asked("approval");
    assert_eq!(refused(&desk, "", &good).await, "check.subject-missing");
    assert_eq!(refused(&desk, "91140829XYDEM00099", &good).await, "code.invalid");
    assert_eq!(refused(&desk, &code(80), &good).await, "not-found");
    assert_eq!(refused(&desk, "没有这个示例公司", &good).await, "not-found");
    assert_eq!(refused(&desk, &code(3), &asked("盘问")).await, "check.purpose-unknown");
    let no_basis = Asked { basis: " 无 ".to_owned(), ..good.clone() };
    assert_eq!(refused(&desk, &code(3), &no_basis).await, "check.basis-missing");
    let personal = Asked { basis: "查11010519491231002X".to_owned(), ..good.clone() };
    assert_eq!(refused(&desk, &code(3), &personal).await, "check.personal-number");
    let hidden = Asked { basis: "《示例法》\0第一条".to_owned(), ..good.clone() };
    assert_eq!(refused(&desk, &code(3), &hidden).await, "check.text-invalid");
    assert_eq!(refused(&desk, "示例\u{1}公司", &good).await, "check.text-invalid");
    let long = Asked { reference: "长".repeat(101), ..good.clone() };
    assert_eq!(refused(&desk, &code(3), &long).await, "check.reference-too-long");
    let visitor = ask(&desk, &Actor::visitor(), &code(3), &good).await;
    assert_eq!(visitor.expect_err("refused").code(), "access.denied");

    // One name that three entries have or had: named, not guessed.
    let path = desk.scratch().join("same.csv");
    let rows: String =
        (60..63).map(|party| format!("平陆县示例同名商行,{},2019-01-02\n", code(party))).collect();
    std::fs::write(&path, format!("企业名称,统一社会信用代码,注册日期\n{rows}")).expect("a file");
    let office = Actor::system("test");
    crate::import_subjects(&desk, &office, &path, "same.csv", 10).await.expect("imported");
    let error = find_subject(&desk, "平陆县示例同名商行").await.expect_err("several");
    assert_eq!(error.code(), "check.several");
    assert!((60..63).all(|party| error.to_string().contains(&code(party))), "{error}");
}

#[tokio::test]
async fn use_is_fed_back_counted_and_no_measure_is_invented() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    let (subject, _) = penalty(&desk, 3, 7, "0.2").await;
    let looked = ask(&desk, &clerk(), &code(3), &asked("approval")).await.expect("answered");
    let number = looked.check().number.as_str();
    let say = async |outcome: &str, measures: &[&str]| {
        let measures: Vec<String> = measures.iter().map(|&one| one.to_owned()).collect();
        feed_back(&desk, &clerk(), number, outcome, &measures, "示例说明").await
    };
    let code_of = |outcome: Result<(), crate::DeskError>| outcome.expect_err("refused").code();
    assert_eq!(code_of(say("punish", &[]).await), "use.outcome-unknown");
    assert_eq!(code_of(say("measure", &[]).await), "use.measure-missing");
    assert_eq!(code_of(say("measure", &["severe-list-honours"]).await), "use.measure-outside");
    say("convenience", &[]).await.expect("said");
    say("unaffected", &[]).await.expect("said again");
    let seen = one(&desk, &clerk(), number).await.expect("seen");
    let said: Vec<_> = seen.uses.iter().map(|entry| entry.outcome.as_str()).collect();
    assert_eq!(said, ["给予便利（容缺受理、告知承诺、优先办理等）", "正常办理，未采取措施"]);

    let list = recent(&desk, &clerk(), None).await.expect("listed");
    let outcomes: Vec<_> = list.looks.iter().map(|look| look.outcome.as_str()).collect();
    assert_eq!(outcomes, ["正常办理，未采取措施"]);
    let day = date(2026, 11, 25);
    let counts = statistics(&desk, &clerk(), day, day).await.expect("counted");
    let counted: Vec<_> = counts
        .iter()
        .map(|one| (one.purpose.as_str(), one.checks, one.said, one.measures, one.easier))
        .collect();
    assert_eq!(counted, [("行政审批", 1, 1, 0, 0)]);
    let none = statistics(&desk, &clerk(), date(2026, 1, 1), date(2026, 11, 24)).await;
    assert!(none.expect("counted").is_empty());

    // The subject sees who looked, for what, on which basis, and no person's name.
    let looks = looks_at(&desk, subject).await.expect("read");
    let look = looks.first().expect("a look");
    assert_eq!(
        (look.purpose.as_str(), look.basis.as_str()),
        ("行政审批", "《行政许可法》第三十四条")
    );
    assert!(!serde_json::to_string(&looks).expect("JSON").contains("clerk"));
    let audit =
        desk.store().list_audit(&xinyong_store::AuditFilter::default(), 50).await.expect("read");
    let actions: Vec<_> = audit.iter().map(|row| row.entry.action.as_str()).collect();
    for action in ["check.answered", "check.seen", "check.used", "check.measure-refused"] {
        assert!(actions.contains(&action), "{action}: {actions:?}");
    }
}

#[tokio::test]
async fn a_window_opens_once_for_its_unit_and_takes_the_answer_back() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    let (subject, _) = penalty(&desk, 3, 7, "0.2").await;
    let admin = person("admin", Role::Administrator, "");
    let new = crate::api_keys::NewKey {
        name: "示例审批系统".to_owned(),
        scopes: vec![crate::api_keys::Scope::Check],
        unit: UNIT.to_owned(),
        expires_on: Some(date(2027, 1, 1)),
    };
    let (key_id, _) =
        crate::api_keys::create(&desk, &admin, &new).await.expect("made").expect("good");
    let key = person(&format!("key:{key_id}"), Role::Machine, UNIT);
    let window = make_window(&desk, &key, &code(3), &asked("approval")).await.expect("made");
    assert!(
        looks_at(&desk, subject).await.expect("read").is_empty(),
        "nothing is looked up before"
    );
    let early = say_in_window(&desk, &window.token, "unaffected", &[], "").await;
    assert_eq!(early.expect_err("nothing was shown yet").code(), "check.window-over");
    assert_eq!(open_window(&desk, "other").await.expect_err("no such link").code(), "not-found");

    let (one_side, other_side) =
        tokio::join!(open_window(&desk, &window.token), open_window(&desk, &window.token));
    let opened = match (one_side, other_side) {
        (Ok(looked), Err(error)) | (Err(error), Ok(looked)) => {
            assert_eq!(error.code(), "check.window-over");
            looked
        }
        both => panic!("{both:?}"),
    };
    assert_eq!((opened.check().way.as_str(), opened.check().unit_id.as_str()), ("window", UNIT));
    assert_eq!(
        looks_at(&desk, subject).await.expect("read").len(),
        1,
        "one look, whoever was second"
    );
    let number =
        say_in_window(&desk, &window.token, "unaffected", &[], "").await.expect("said back");
    assert_eq!(number, opened.check().number);
    let ended = make_window(&desk, &key, &code(3), &asked("approval")).await.expect("made");
    let late = desk.at(date(2026, 11, 27));
    let fresh = make_window(&desk, &key, &code(3), &asked("approval")).await.expect("made");
    for token in [&window.token, &fresh.token] {
        assert_eq!(open_window(&late, token).await.expect_err("late").code(), "check.window-over");
    }
    crate::api_keys::end(&desk, &admin, key_id).await.expect("ended");
    let gone = open_window(&desk, &ended.token).await;
    assert_eq!(gone.expect_err("its key has ended").code(), "check.window-over");
}

#[tokio::test]
async fn many_at_once_are_all_kept_and_a_number_stands_for_one() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    let mut tasks = tokio::task::JoinSet::new();
    for place in 0..200_usize {
        let (asking, leaving) = (desk.clone(), desk.clone());
        tasks.spawn(async move {
            let looked = ask(&asking, &clerk(), &code(place % 17), &asked("approval")).await;
            looked.expect("answered").check().number.clone()
        });
        // Some go away before they are answered; the others are none the worse, and that they looked is kept.
        if place % 20 == 0 {
            let gone = tokio::spawn(async move {
                drop(ask(&leaving, &clerk(), &code(1), &asked("approval")).await);
            });
            tokio::task::yield_now().await;
            gone.abort();
        }
    }
    let mut numbers = tasks.join_all().await;
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), 200);
    for number in &numbers {
        assert!(desk.store().subject_check(number).await.expect("read").is_some(), "{number}");
    }
    let looks = desk.store().checks_of_unit(None, None, 1_000).await.expect("read");
    assert_eq!(looks.len(), 210, "with those who went away");
    let report = crate::running::fsck(&desk).await.expect("checked");
    assert!(report.is_sound(), "{report:?}");
}

#[tokio::test]
async fn a_list_comes_back_row_by_row_and_goes_on_where_it_was() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    let (subject, _) = penalty(&desk, 3, 7, "0.2").await;
    let path = desk.scratch().join("list.csv");
    let rows = format!(
        "示例招标资格审查名单,\n序号,统一社会信用代码,企业名称\n1,{},\n2,,{}\n,,\n3,{},随便写的名称\n4,{},\n5,11010519491231002X,\n",
        code(3),
        company(4),
        code(3),
        "91140829XYDEM00099",
    ) + &format!("6,{},随便写的名称\n7,{},{}\n", code(5), code(6), company(6));
    std::fs::write(&path, rows).expect("a file");
    let list = async |purpose: &str| {
        receive_list(&desk, &clerk(), &path, "名单.csv", &Asked { way: "sheet", ..asked(purpose) })
            .await
    };
    assert_eq!(list("盘问").await.expect_err("refused").code(), "check.purpose-unknown");
    let id = list("tendering").await.expect("received");
    let early = answered_list(&desk, &clerk(), id, &folder.path().join("early.xlsx")).await;
    assert_eq!(early.expect_err("refused").code(), "check.list-running");
    run_list(&desk, id).await.expect("done");
    run_list(&desk, id).await.expect("nothing to do");
    let done = super::list(&desk, &clerk(), id).await.expect("read");
    assert_eq!((done.state.as_str(), done.rows, done.done), ("done", 7, 7));
    assert_eq!(
        looks_at(&desk, subject).await.expect("read").len(),
        1,
        "the repeated row is no look"
    );
    let other = person("other", Role::Clerk, "finance");
    assert_eq!(
        super::list(&desk, &other, id).await.expect_err("none of theirs").code(),
        "not-found"
    );

    let target = folder.path().join("out.xlsx");
    answered_list(&desk, &clerk(), id, &target).await.expect("written");
    let mut opened = crate::sheet::open(&target, "out.xlsx", desk.limits()).expect("a workbook");
    let mut rows = opened.rows(0).expect("rows");
    let mut row = crate::sheet::Row::new();
    let mut said = Vec::new();
    while rows.read(&mut row).expect("read") {
        said.push((row.number, row.cell(1).to_owned(), row.cell(3).to_owned()));
    }
    let at = |number: u32| said.iter().find(|row| row.0 == number).expect("the row");
    assert_eq!(at(2).2, "核查结果");
    assert!(at(3).2.contains(&company(3)) && at(3).2.contains("行政处罚1条"), "{said:?}");
    assert!(
        at(3).2.contains("没有可以采取的惩戒措施") && at(3).2.contains("核查编号2026"),
        "{said:?}"
    );
    assert!(at(4).2.contains(&code(4)) && at(4).2.contains("没有可以查看的在册信息"), "{said:?}");
    assert_eq!(at(6).2, "与第3行相同，不重复核查");
    assert!(at(7).2.contains("统一社会信用代码不正确"), "{said:?}");
    assert!(!at(8).1.contains("19491231"), "{said:?}");
    assert!(at(9).2.contains("与所填名称不符"), "{said:?}");
    assert!(at(10).2.contains(&code(6)), "{said:?}");
    // What has changed since says only that.
    let kept = desk.store().records_of_subject(subject, 9).await.expect("read");
    let command = Withdraw {
        subject,
        record: kept.first().expect("a record").id,
        decided: date(2026, 11, 25),
        reason: "复议撤销示例".to_owned(),
    };
    withdraw(&desk, &person("second", Role::CreditOffice, "credit-office"), command)
        .await
        .expect("withdrawn");
    answered_list(&desk, &clerk(), id, &target).await.expect("written");
    let mut opened = crate::sheet::open(&target, "out.xlsx", desk.limits()).expect("a workbook");
    let mut rows = opened.rows(0).expect("rows");
    let mut said = Vec::new();
    while rows.read(&mut row).expect("read") {
        said.push((row.number, row.cell(3).to_owned()));
    }
    let at = |number: u32| said.iter().find(|row| row.0 == number).expect("the row").1.as_str();
    assert_eq!(at(3), "核查以后信息有变化，请重新核查");
    assert!(at(4).contains("没有可以查看的在册信息"), "{said:?}");
    let office = person("office", Role::CreditOffice, "credit-office");
    let another = answered_list(&desk, &office, id, &target).await;
    assert_eq!(another.expect_err("another unit's").code(), "access.denied");
    // The next day it has to be asked anew.
    let late = answered_list(&desk.at(date(2026, 11, 26)), &clerk(), id, &target).await;
    assert_eq!(late.expect_err("refused").code(), "check.list-over");

    // One that was stopped after some rows goes on with the next.
    let id = list("approval").await.expect("received");
    let mut tx = desk.store().transaction("half").await.expect("begun");
    let first = xinyong_store::CheckRow {
        row: 3,
        number: None,
        problem: Some("示例".to_owned()),
        message: Some("先前做的".to_owned()),
        answer: None,
    };
    tx.add_check_rows(id, &[first]).await.expect("kept");
    tx.commit().await.expect("committed");
    assert_eq!(super::resume_lists(&desk).await.expect("resumed"), 1);
    let done = super::list(&desk, &clerk(), id).await.expect("read");
    assert_eq!((done.state.as_str(), done.rows, done.done), ("done", 7, 7));
    let rows = desk.store().check_rows(id, 0, 9).await.expect("read");
    assert_eq!(rows.first().and_then(|row| row.message.as_deref()), Some("先前做的"));
    assert!(crate::running::fsck(&desk).await.expect("checked").is_sound());
}

/// As long as a list may be, with an empty line after every ninth row, and hardly a subject that does not come again.
#[tokio::test]
async fn the_longest_list_with_empty_and_repeated_lines_is_one_look_a_subject() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    let path = desk.scratch().join("list.csv");
    let mut content = "统一社会信用代码,名称\n".to_owned();
    for row in 0..super::MOST_ROWS {
        content.push_str(&code(row % 17));
        content.push_str(if row % 9 == 8 { ",\n ,\n" } else { ",\n" });
    }
    std::fs::write(&path, content).expect("a file");
    let id = receive_list(&desk, &clerk(), &path, "名单.csv", &asked("approval")).await;
    let id = id.expect("empty lines do not make it longer");
    run_list(&desk, id).await.expect("done");
    let done = super::list(&desk, &clerk(), id).await.expect("read");
    let all = i64::try_from(super::MOST_ROWS).expect("fits");
    assert_eq!((done.state.as_str(), done.rows, done.done), ("done", all, all));
    let (mut looks, mut repeated, mut after) = (0, 0, 0);
    loop {
        let rows = desk.store().check_rows(id, after, 10_000).await.expect("read");
        let Some(last) = rows.last() else { break };
        after = last.row;
        looks += rows.iter().filter(|row| row.number.is_some()).count();
        let same = |row: &&xinyong_store::CheckRow| {
            row.message.as_deref().is_some_and(|message| message.ends_with("相同，不重复核查"))
        };
        repeated += rows.iter().filter(same).count();
    }
    assert_eq!((looks, repeated), (17, super::MOST_ROWS - 17));
    let subject = desk.store().subject_by_code(&code(3)).await.expect("asked").expect("known").id;
    assert_eq!(looks_at(&desk, subject).await.expect("read").len(), 1);
    assert!(crate::running::fsck(&desk).await.expect("checked").is_sound());
}

#[tokio::test]
async fn lists_without_anything_to_check_are_refused_at_once() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    let path = desk.scratch().join("list.csv");
    for (content, code) in [
        (String::new(), "file.empty"),
        ("统一社会信用代码,名称\n,\n".to_owned(), "check.list-empty"),
        ("代码\n".to_owned() + &"某示例公司\n".repeat(super::MOST_ROWS + 1), "check.list-too-long"),
    ] {
        std::fs::write(&path, content).expect("a file");
        let refused = receive_list(&desk, &clerk(), &path, "名单.csv", &asked("approval")).await;
        assert_eq!(refused.expect_err("refused").code(), code);
    }
}

#[tokio::test]
async fn numbers_of_looks_stand_in_the_order_of_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    let mut numbers = Vec::new();
    for at in [1_777_700_000_000_i64, 1_777_700_000_000, 1_777_700_000_001, 1_777_700_000_999] {
        for _ in 0..500 {
            numbers.push(desk.keeper().number(&desk, at).expect("a number").to_string());
        }
    }
    assert!(numbers.is_sorted(), "{numbers:?}");
    numbers.dedup();
    assert_eq!(numbers.len(), 2_000);
}
