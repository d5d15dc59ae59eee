//! An objection from the first form to the last receipt, silence, and everything that must not happen on the way.

use jiff::civil::date;

use super::*;
use crate::access::Role;
use crate::agents::tests::confirmed;
use crate::browse::{ListFilter, OpenObjection, data_chunk, data_set, public_list, public_record};
use crate::check::{Asked, ask, one, replay};
use crate::corrections::{self, Confirm, Propose, Proposed};
use crate::enrolments::{Enrol, changes, enrol};
use crate::publicity::{self, Withdraw};
use crate::repairs::new_entry;
use crate::report::public_report;
use crate::testing::{UNIT, code, desk, penalty, person, postgres_desk};
use crate::units::{Grounds, Reform, reform};

const DAY: Date = date(2026, 9, 14);

async fn refused<T: std::fmt::Debug>(
    outcome: impl Future<Output = Result<T, DeskError>>,
) -> &'static str {
    outcome.await.expect_err("refused").code()
}

fn form(desk: &Desk, record: i64, ground: &str) -> File {
    File {
        record,
        entry: new_entry(desk).expect("random"),
        ground: ground.to_owned(),
        text: "罚款数额应为0.1万元".to_owned(),
        statement: "罚款数额有误，已经提出异议。".to_owned(),
        file: None,
    }
}

fn scan(desk: &Desk, name: &str, bytes: &[u8]) -> std::path::PathBuf {
    let path = desk.scratch().join(name);
    std::fs::write(&path, bytes).expect("a file");
    path
}

fn doing(objection: i64, event: Event) -> Step {
    Step {
        objection,
        seq: None,
        event,
        reason: "经核对原决定书，示例理由".to_owned(),
        outcome: "correct".to_owned(),
    }
}

fn team() -> (Actor, Actor) {
    (person("clerk", Role::Clerk, UNIT), person("reviewer", Role::Reviewer, UNIT))
}

fn office() -> Actor {
    person("office", Role::CreditOffice, "credit-office")
}

async fn sound(desk: &Desk) {
    let report = crate::running::fsck(desk).await.expect("checked");
    assert!(report.problems.is_empty(), "{:?}", report.problems);
}

/// Two persons have the record say something else.
async fn change(desk: &Desk, (subject, record): (i64, i64), changes: &[(&str, &str)]) {
    let law = desk.law();
    let kind = law.kind("administrative-penalty").expect("a kind");
    let code = |label: &str| {
        let field = kind.fields.iter().find(|field| field.label == label);
        field.unwrap_or_else(|| panic!("no {label}")).code.clone()
    };
    let command = Propose {
        subject,
        record,
        event: "own-correction".to_owned(),
        document: "平示罚〔2026〕11号".to_owned(),
        document_on: DAY,
        known_on: DAY,
        reason: "录入有误".to_owned(),
        fields: changes.iter().map(|(label, value)| (code(label), (*value).to_owned())).collect(),
        file: None,
    };
    let (clerk, reviewer) = team();
    let id = match corrections::propose(desk, &clerk, command).await.expect("entered") {
        Proposed::Kept(id) => id,
        Proposed::Invalid(findings) => panic!("{findings:?}"),
    };
    let seen = desk.store().record(subject, record).await.expect("asked").expect("kept").version;
    let confirm = Confirm { id, seen, severity: None };
    corrections::confirm(desk, &reviewer, confirm).await.expect("confirmed");
}

/// Two persons lower the fine.
async fn corrected(desk: &Desk, place: (i64, i64), fine: &str) {
    change(desk, place, &[("罚款金额（万元）", fine)]).await;
}

fn looking() -> Asked {
    Asked {
        purpose: "approval".to_owned(),
        basis: "《行政许可法》第三十四条".to_owned(),
        reference: "办件示例1".to_owned(),
        way: "console",
    }
}

/// The mark as each face of the platform shows it.
async fn marks(desk: &Desk, (subject, record): (i64, i64), party: usize) -> Vec<Option<String>> {
    let words = |one: Option<OpenObjection>| one.map(|one| one.statement);
    let mut all = Vec::new();
    let page = public_record(desk, subject, record).await;
    all.push(page.ok().and_then(|page| words(page.objection)));
    let list = public_list(desk, "administrative-penalty", &ListFilter::default()).await;
    let list = list.expect("a list").records;
    all.push(list.into_iter().find(|one| one.id == record).and_then(|one| words(one.objection)));
    let found = crate::browse::public_subject(desk, &code(party)).await.expect("a subject");
    let records = found.groups.into_iter().flat_map(|(.., records)| records);
    all.push(records.into_iter().find(|one| one.id == record).and_then(|one| words(one.objection)));
    let set = data_set(&desk.law(), "administrative-penalty").expect("a table");
    let chunk = data_chunk(desk, &set, &ListFilter::default(), None).await.expect("rows");
    let row = chunk.rows.into_iter().find(|row| row.contains(&record.to_string()));
    all.push(row.and_then(|mut row| {
        let (words, mark) = (row.pop()?, row.pop()?);
        (mark == OpenObjection::MARK).then_some(words)
    }));
    let report = public_report(desk, &code(party)).await.expect("a report").content;
    let lines = report.sections.into_iter().flat_map(|one| one.groups).flat_map(|one| one.entries);
    let lines = lines.flat_map(|one| one.lines).find(|line| line.label == "主体声明");
    all.push(lines.map(|line| line.value));
    let answer = ask(desk, &team().0, &code(party), &looking()).await.expect("answered").answer;
    let records = answer.groups.into_iter().flat_map(|one| one.records);
    all.push(records.into_iter().find_map(|one| words(one.objection)));
    all
}

async fn the_whole_way(desk: &Desk) {
    let place = penalty(desk, 1, 11, "0.2").await;
    let agent = confirmed(desk, 0, 1).await;
    let (clerk, reviewer) = team();
    assert_eq!(marks(desk, place, 1).await, vec![None; 6]);
    let before = ask(desk, &clerk, &code(1), &looking()).await.expect("answered");
    let own = candidates(desk, &agent).await.expect("what may be objected to");
    assert_eq!((own.len(), own[0].record.id, own[0].open), (1, place.1, None));

    let command = form(desk, place.1, "content");
    let id = file(desk, &agent, command.clone()).await.expect("made");
    assert_eq!(file(desk, &agent, command).await.expect("the same form"), id, "sent twice, one");
    let again = form(desk, place.1, "party");
    assert_eq!(refused(file(desk, &agent, again)).await, "objection.already");
    assert_eq!(candidates(desk, &agent).await.expect("listed")[0].open, Some(id));

    // At once, everywhere.
    let words = Some("罚款数额有误，已经提出异议。".to_owned());
    assert_eq!(marks(desk, place, 1).await, vec![words; 6]);
    let during = ask(desk, &clerk, &code(1), &looking()).await.expect("answered");
    let seen = one(desk, &clerk, &before.check.number).await.expect("a past answer");
    assert_eq!(seen.answer.count(), 1, "it is still on record");
    assert!(seen.answer.groups[0].records[0].objection.is_some(), "and marked as of today");
    let events = desk.store().publication_events(place.0, place.1).await.expect("events");
    assert_eq!(events.last().map(|event| event.kind.as_str()), Some("marked"));
    sound(desk).await;

    // It went to the source by itself, with seven working days from today.
    let shown = case(desk, &clerk, id).await.expect("shown");
    assert_eq!(shown.line.stage, Stage::Forwarded);
    assert_eq!(shown.line.due.as_ref().map(|due| due.value.date), Some(date(2026, 9, 22)));
    assert_eq!((shown.line.left, shown.may.len()), (Some(7), 0), "a clerk answers nothing");
    assert_eq!(shown.text, "罚款数额应为0.1万元");
    assert_eq!(waiting(desk, &clerk).await.expect("waiting").len(), 1);
    assert_eq!(waiting(desk, &office()).await.expect("waiting").len(), 0, "not the office's");
    let elsewhere = person("other", Role::Reviewer, "tax");
    assert_eq!(work(desk, &elsewhere, false).await.expect("work").len(), 0);
    assert_eq!(refused(case(desk, &elsewhere, id)).await, "access.denied");
    assert_eq!(refused(step(desk, &clerk, doing(id, Event::Uphold))).await, "access.denied");
    assert_eq!(
        refused(step(desk, &office(), doing(id, Event::Reject))).await,
        "objection.not-the-unit"
    );
    for (change, code) in [
        (Step { reason: " ".to_owned(), ..doing(id, Event::Reject) }, "objection.reason-missing"),
        (Step { outcome: "x".to_owned(), ..doing(id, Event::Uphold) }, "objection.outcome-missing"),
        (Step { seq: Some(1), ..doing(id, Event::Uphold) }, "objection.overtaken"),
        (doing(id, Event::CarryOut), "objection.out-of-order"),
    ] {
        assert_eq!(refused(step(desk, &reviewer, change)).await, code);
    }
    let upheld = step(desk, &reviewer, doing(id, Event::Uphold)).await.expect("answered");
    assert_eq!(upheld, Stage::Upheld);
    for event in [Event::Uphold, Event::Reject] {
        let twice = refused(step(desk, &reviewer, doing(id, event))).await;
        assert_eq!(twice, "objection.out-of-order");
    }
    assert_eq!(refused(withdraw(desk, &agent, id)).await, "objection.out-of-order");
    let public = public_record(desk, place.0, place.1).await.expect("public");
    assert!(public.objection.is_some(), "marked until it is corrected");

    // The answer changes nothing by itself: two persons do.
    corrected(desk, place, "0.1").await;
    assert_eq!(marks(desk, place, 1).await, vec![None; 6]);
    let own = own_case(desk, &agent, id).await.expect("shown");
    assert_eq!((own.line.stage, own.outcome.as_str()), (Stage::Corrected, "更正内容"));
    assert_eq!(own.visitor, None);
    let shown = case(desk, &clerk, id).await.expect("shown");
    let open: Vec<&str> = shown
        .places
        .iter()
        .filter(|place| place.at.is_none())
        .map(|place| place.place.as_str())
        .collect();
    assert_eq!(open, ["national", "upper", "departments"], "the platform's own are proved");
    assert_eq!(
        refused(confirm_place(desk, &clerk, id, "upper", " ")).await,
        "objection.evidence-missing"
    );
    assert_eq!(refused(confirm_place(desk, &clerk, id, "portal", "x")).await, "not-found");
    for place in ["national", "upper"] {
        let stage = confirm_place(desk, &clerk, id, place, "回执1号").await.expect("noted");
        assert_eq!(stage, Stage::Corrected);
    }
    let twice = refused(confirm_place(desk, &clerk, id, "upper", "回执1号")).await;
    assert_eq!(twice, "objection.place-confirmed");
    let stage = confirm_place(desk, &clerk, id, "departments", "回执2号").await.expect("noted");
    assert_eq!(stage, Stage::Closed);

    // The notice says what was corrected, never what stood there.
    let page = correction_notices(desk).await.expect("a page");
    let notice = page.notices.first().expect("a notice");
    assert_eq!(notice.fields, ["罚款金额（万元）"]);
    assert!(notice.record.is_some() && !page.apology.is_empty());
    assert!(!format!("{page:?}").contains("0.2"), "{page:?}");
    let told = figures(desk, &clerk).await.expect("figures");
    assert_eq!((told.all.made, told.all.answered, told.all.upheld), (1, 1, 1));
    assert_eq!((told.all.median, told.all.late, told.units.len()), (Some(0), 0, 1));
    assert_eq!(figures(desk, &elsewhere).await.expect("figures").all.made, 0);

    // What was answered while it was open comes out again byte for byte.
    let auditor = person("auditor", Role::Auditor, "");
    let later = desk.at(date(2027, 3, 1));
    for check in [before, during] {
        let again = replay(&later, &auditor, &check.check.number, "复核示例").await.expect("again");
        assert!(again.same, "{}", again.text);
    }
    sound(desk).await;
    // And the subject may object to the record as it is now.
    file(desk, &agent, form(desk, place.1, "content")).await.expect("made");
    sound(desk).await;
}

#[tokio::test]
async fn what_is_right_is_corrected_by_two_and_reaches_everywhere() {
    let folder = tempfile::tempdir().expect("folder");
    the_whole_way(&desk(&folder, DAY).await).await;
}

#[tokio::test]
async fn the_same_on_the_other_engine() {
    let folder = tempfile::tempdir().expect("folder");
    let Some((_server, desk)) = postgres_desk(&folder, DAY).await else { return };
    the_whole_way(&desk).await;
}

#[tokio::test]
async fn who_is_silent_past_the_clock_has_the_record_withheld_until_the_answer() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let agent = confirmed(&desk, 0, 1).await;
    let (clerk, reviewer) = team();
    let id = file(&desk, &agent, form(&desk, place.1, "content")).await.expect("made");
    let job = Actor::system("system");
    // Seven working days: on the last of them it is in view.
    let last = desk.at(date(2026, 9, 22));
    assert_eq!(sweep(&last, &job).await.expect("swept"), Swept::default());
    assert!(public_record(&last, place.0, place.1).await.is_ok());
    // The day after nobody sees it, whether the job ran or not.
    let after = desk.at(date(2026, 9, 23));
    assert_eq!(refused(public_record(&after, place.0, place.1)).await, "not-found");
    assert_eq!(marks(&after, place, 1).await, vec![None; 6]);
    let told = ask(&after, &clerk, &code(1), &looking()).await.expect("answered");
    assert_eq!((told.answer.count(), told.answer.measures.len()), (0, 0), "and no measure");
    assert_eq!(sweep(&after, &job).await.expect("swept").withheld, 1);
    assert_eq!(sweep(&after, &job).await.expect("swept"), Swept::default(), "once");
    let events = desk.store().publication_events(place.0, place.1).await.expect("events");
    let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["published", "marked", "ended"], "told like every other end");
    let list = public_list(&after, "administrative-penalty", &ListFilter::default()).await;
    assert_eq!(list.expect("a list").total, 0, "and no list counts it");
    let shown = case(&after, &clerk, id).await.expect("shown");
    assert_eq!(shown.line.withheld_on, Some(date(2026, 9, 23)));
    assert_eq!(waiting(&after, &office()).await.expect("waiting").len(), 1, "the office sees it");
    let own = crate::browse::own_record(&after, &agent, place.1).await.expect("its own");
    let reason = own.now.head.disclosure.value.reason;
    assert_eq!(reason.map(|reason| reason.as_str()), Some("withheld"));
    sound(&after).await;

    // A file of the silent unit does not bring it back, and takes no mark away.
    penalty(&after, 1, 11, "0.3").await;
    assert_eq!(refused(public_record(&after, place.0, place.1)).await, "not-found");
    let own = crate::browse::own_record(&after, &agent, place.1).await.expect("its own");
    assert!(own.now.head.objection.is_some());
    sound(&after).await;

    // Answered: not right, so that it comes back, without a mark.
    step(&after, &reviewer, doing(id, Event::Reject)).await.expect("answered");
    let public = public_record(&after, place.0, place.1).await.expect("back");
    assert_eq!(public.objection, None);
    let events = desk.store().publication_events(place.0, place.1).await.expect("events");
    assert_eq!(events.last().map(|event| event.kind.as_str()), Some("published"));
    let told = figures(&after, &reviewer).await.expect("figures");
    assert_eq!((told.all.late, told.all.upheld, told.all.answered), (1, 0, 1));
    sound(&after).await;
}

#[tokio::test]
async fn what_was_found_wrong_after_silence_stays_out_of_view_until_it_is_corrected() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let agent = confirmed(&desk, 0, 1).await;
    let (_, reviewer) = team();
    let id = file(&desk, &agent, form(&desk, place.1, "content")).await.expect("made");
    let after = desk.at(date(2026, 9, 28));
    // The job never ran.
    step(&after, &reviewer, doing(id, Event::Uphold)).await.expect("answered");
    assert_eq!(refused(public_record(&after, place.0, place.1)).await, "not-found");
    corrected(&after, place, "0.1").await;
    let public = public_record(&after, place.0, place.1).await.expect("back");
    assert_eq!(public.objection, None);
    sound(&after).await;

    // Answered in time and then left alone: withheld by the clock of the correction; a file of the unit that says otherwise settles it.
    let id = file(&after, &agent, form(&after, place.1, "content")).await.expect("made");
    step(&after, &reviewer, doing(id, Event::Uphold)).await.expect("answered");
    let late = desk.at(date(2026, 10, 12));
    let job = Actor::system("system");
    assert_eq!(refused(public_record(&late, place.0, place.1)).await, "not-found");
    assert_eq!(sweep(&late, &job).await.expect("swept").withheld, 1);
    penalty(&late, 1, 11, "0.05").await;
    assert_eq!(sweep(&late, &job).await.expect("swept").settled, 1);
    let own = own_case(&late, &agent, id).await.expect("shown");
    assert_eq!(own.line.stage, Stage::Corrected);
    assert!(public_record(&late, place.0, place.1).await.is_ok());
    sound(&late).await;
}

#[tokio::test]
async fn a_day_that_is_not_known_yet_withholds_nothing() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let agent = confirmed(&desk, 0, 1).await;
    let end = desk.at(date(2026, 12, 29));
    let id = file(&end, &agent, form(&end, place.1, "content")).await.expect("made");
    let shown = own_case(&end, &agent, id).await.expect("shown");
    assert!(shown.line.due.as_ref().is_some_and(|due| due.value.provisional));
    assert_eq!(shown.line.left, None, "not known yet");
    let later = desk.at(date(2027, 2, 1));
    assert_eq!(sweep(&later, &Actor::system("system")).await.expect("swept"), Swept::default());
    let public = public_record(&later, place.0, place.1).await.expect("in view");
    assert!(public.objection.is_some(), "and marked");
}

#[tokio::test]
async fn nobody_objects_for_another_and_what_is_wrong_with_a_form_is_said() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let stranger = confirmed(&desk, 1, 2).await;
    let agent = confirmed(&desk, 0, 1).await;
    let new = || form(&desk, place.1, "content");
    assert_eq!(refused(file(&desk, &stranger, new())).await, "not-found");
    let said = |statement: &str| File { statement: statement.to_owned(), ..new() };
    for (change, code) in [
        (File { entry: "x".to_owned(), ..new() }, "objection.entry-invalid"),
        (File { ground: "other".to_owned(), ..new() }, "objection.ground-missing"),
        (File { text: " 短 ".to_owned(), ..new() }, "objection.text-missing"),
        (File { text: "长".repeat(1_001), ..new() }, "objection.text-missing"),
        (said(&"长".repeat(201)), "objection.statement-too-long"),
        (said("联系人13800000000"), "objection.statement-personal"),
        (said("详见 http://example.cn"), "objection.statement-link"),
        (said("倒\u{202e}过来"), "objection.statement-unprintable"),
    ] {
        assert_eq!(refused(file(&desk, &agent, change)).await, code);
    }
    for (name, bytes, code) in [
        ("a.pdf", &b""[..], "file.empty"),
        ("b.pdf", b"MZ\x90\x00 a program", "file.type-invalid"),
        ("c.pdf", b"%PDF-1.7 /Encrypt 5 0 R", "file.encrypted"),
    ] {
        let command = File { file: Some(scan(&desk, name, bytes)), ..new() };
        assert_eq!(refused(file(&desk, &agent, command)).await, code, "{name}");
    }
    let large = scan(&desk, "d.pdf", b"%PDF-1.7");
    let sized = std::fs::File::options().write(true).open(&large).expect("a file");
    sized.set_len(200 << 20).expect("200 MB of nothing");
    let command = File { file: Some(large), ..new() };
    assert_eq!(refused(file(&desk, &agent, command)).await, "file.too-large");
    assert!(own_objections(&desk, &agent).await.expect("a list").is_empty());

    let command = File { file: Some(scan(&desk, "e.pdf", b"%PDF-1.7 example")), ..new() };
    let id = file(&desk, &agent, command.clone()).await.expect("made");
    assert_eq!(refused(file(&desk, &stranger, command)).await, "objection.entry-invalid");
    assert_eq!(refused(own_case(&desk, &stranger, id)).await, "not-found");
    assert_eq!(refused(withdraw(&desk, &stranger, id)).await, "not-found");
    let (clerk, _) = team();
    let (bytes, kind) = material(&desk, &clerk, id, 1).await.expect("a file");
    assert_eq!((bytes.as_slice(), kind.as_str()), (&b"%PDF-1.7 example"[..], "pdf"));
    // Taken back: as if there had been nothing, but for the history.
    withdraw(&desk, &agent, id).await.expect("taken back");
    assert_eq!(public_record(&desk, place.0, place.1).await.expect("public").objection, None);
    // What was taken down needs no objection.
    let down = Withdraw {
        subject: place.0,
        record: place.1,
        decided: DAY,
        reason: "复议撤销示例".to_owned(),
    };
    publicity::withdraw(&desk, &office(), down).await.expect("down");
    assert_eq!(refused(file(&desk, &agent, new())).await, "objection.gone");
    assert!(candidates(&desk, &agent).await.expect("listed").is_empty());
    sound(&desk).await;
}

#[tokio::test]
async fn the_office_answers_what_the_platform_does_and_what_is_ended_tells_nothing() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let agent = confirmed(&desk, 0, 1).await;
    let (_, reviewer) = team();
    let id = file(&desk, &agent, form(&desk, place.1, "catalogue")).await.expect("made");
    let shown = case(&desk, &office(), id).await.expect("shown");
    assert_eq!((shown.line.stage, shown.line.owner), (Stage::Filed, Owner::Office));
    assert_eq!(shown.line.due.as_ref().map(|due| due.value.date), Some(date(2026, 9, 17)));
    assert_eq!(waiting(&desk, &office()).await.expect("waiting").len(), 1);
    assert_eq!(waiting(&desk, &reviewer).await.expect("waiting").len(), 0);
    assert_eq!(
        refused(step(&desk, &reviewer, doing(id, Event::Uphold))).await,
        "objection.not-the-office"
    );
    let ended = Step { outcome: "end".to_owned(), ..doing(id, Event::Uphold) };
    step(&desk, &office(), ended).await.expect("answered");
    let down = Withdraw {
        subject: place.0,
        record: place.1,
        decided: DAY,
        reason: "不在目录之中".to_owned(),
    };
    publicity::withdraw(&desk, &reviewer, down).await.expect("down");
    let own = own_case(&desk, &agent, id).await.expect("shown");
    assert_eq!(own.line.stage, Stage::Corrected);
    assert!(own.places.iter().any(|place| place.place == "log" && place.at.is_some()));
    let page = correction_notices(&desk).await.expect("a page");
    let notice = page.notices.first().expect("a notice");
    assert_eq!((notice.record.as_ref(), notice.fields.len()), (None, 0));
    let shown = format!("{page:?}");
    assert!(!shown.contains("11号") && !shown.contains("第1号"), "{shown}");
    sound(&desk).await;
}

#[tokio::test]
async fn the_window_enters_with_a_scan_and_the_office_may_refuse_words() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let (clerk, reviewer) = team();
    let visitor = Visitor { name: "示例李四".to_owned(), telephone: "0359-0000000".to_owned() };
    let new = || form(&desk, place.1, "content");
    let enter = async |actor: &Actor, visitor: &Visitor, command: File| {
        file_at_window(&desk, actor, &code(1), visitor.clone(), command).await
    };
    let scanned = || File { file: Some(scan(&desk, "w.pdf", b"%PDF-1.7 paper")), ..new() };
    assert_eq!(refused(enter(&office(), &visitor, new())).await, "objection.scan-missing");
    let nobody = Visitor::default();
    assert_eq!(refused(enter(&office(), &nobody, scanned())).await, "objection.visitor-missing");
    let elsewhere = person("other", Role::Clerk, "tax");
    assert_eq!(refused(enter(&elsewhere, &visitor, scanned())).await, "not-found");
    let seen = candidates_at_window(&desk, &elsewhere, &code(1)).await.expect("listed");
    assert!(seen.records.is_empty(), "another unit's window sees what it delivered itself");
    let id = enter(&clerk, &visitor, scanned()).await.expect("made");
    let shown = case(&desk, &clerk, id).await.expect("shown");
    assert_eq!(shown.visitor.map(|one| one.name), Some("示例李四".to_owned()));
    assert_eq!(refused(enter(&office(), &visitor, scanned())).await, "objection.already");
    assert_eq!(
        refused(withdraw_at_window(&desk, &clerk, id, "来人书面撤回")).await,
        "access.denied",
        "whoever owes the answer does not make the question go away"
    );

    // Words that name somebody: the office takes them away, and says why. The mark stays.
    let refusing = doing(id, Event::RefuseStatement);
    assert_eq!(refused(step(&desk, &reviewer, refusing.clone())).await, "objection.not-the-office");
    step(&desk, &office(), refusing.clone()).await.expect("taken away");
    let open = public_record(&desk, place.0, place.1).await.expect("public").objection;
    assert_eq!(open.map(|open| open.statement), Some(String::new()));
    assert_eq!(refused(step(&desk, &office(), refusing)).await, "objection.no-statement");
    assert!(case(&desk, &office(), id).await.expect("shown").statement_refused);
    sound(&desk).await;
    assert_eq!(
        refused(withdraw_at_window(&desk, &office(), id, " ")).await,
        "objection.take-back-reason"
    );
    withdraw_at_window(&desk, &office(), id, "来人书面撤回").await.expect("taken back");
    sound(&desk).await;
}

#[tokio::test]
async fn where_the_unit_is_no_more_whoever_took_over_answers() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let agent = confirmed(&desk, 0, 1).await;
    let id = file(&desk, &agent, form(&desk, place.1, "content")).await.expect("made");
    let grounds =
        Grounds {
            on: DAY, reason: "机构改革示例".to_owned(), document: "示例文件1号".to_owned()
        };
    let system = Actor::system("test");
    let to = ["tax".to_owned()];
    reform(&desk, &system, UNIT, (Reform::Merge, &to), &grounds).await.expect("merged");
    let later = desk.at(date(2026, 9, 15));
    let reviewer = person("tax-reviewer", Role::Reviewer, "tax");
    assert_eq!(waiting(&later, &reviewer).await.expect("waiting").len(), 1);
    let answered = step(&later, &reviewer, doing(id, Event::Reject)).await.expect("answered");
    assert_eq!(answered, Stage::NotUpheld);
    sound(&later).await;
}

#[tokio::test]
async fn who_follows_the_subject_is_told_of_the_mark_the_silence_and_the_answer() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let agent = confirmed(&desk, 0, 1).await;
    let (clerk, reviewer) = team();
    let wanted = Enrol {
        code: code(1),
        basis: "《示例条例》第三条".to_owned(),
        purpose: "示例日常监管".to_owned(),
        until: Some(date(2026, 12, 31)),
    };
    let first = desk.at(date(2026, 9, 15));
    let followed = enrol(&first, &clerk, &wanted).await.expect("asked").expect("begun");
    let id = file(&first, &agent, form(&first, place.1, "content")).await.expect("made");
    let mut cursor = String::new();
    let mut told = async |day: Date| {
        let page = changes(&desk.at(day), &clerk, followed, &cursor, 9).await.expect("told");
        cursor.clone_from(&page.next);
        page.changes.iter().map(|one| one.happened.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(told(date(2026, 9, 16)).await, ["changed"]);
    let job = Actor::system("system");
    assert_eq!(sweep(&desk.at(date(2026, 9, 25)), &job).await.expect("swept").withheld, 1);
    assert_eq!(told(date(2026, 9, 26)).await, ["ended"]);
    step(&desk.at(date(2026, 9, 28)), &reviewer, doing(id, Event::Reject)).await.expect("answered");
    assert_eq!(told(date(2026, 9, 29)).await, ["appeared"]);
}

#[tokio::test]
async fn nothing_that_is_objected_to_suggests_a_measure() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let agent = confirmed(&desk, 0, 1).await;
    let (clerk, _) = team();
    let basis = [("处罚依据", "《中华人民共和国行政许可法》第七十九条")];
    change(&desk, place, &basis).await;
    let measures = async || {
        let told = ask(&desk, &clerk, &code(1), &looking()).await.expect("answered").answer;
        (told.count(), told.measures.len())
    };
    assert_eq!(measures().await, (1, 1), "the article allows one");
    let id = file(&desk, &agent, form(&desk, place.1, "content")).await.expect("made");
    assert_eq!(measures().await, (1, 0), "it is on record and suggests nothing");
    withdraw(&desk, &agent, id).await.expect("taken back");
    assert_eq!(measures().await, (1, 1));
}
