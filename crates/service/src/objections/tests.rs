//! An objection from the first form to the last receipt, silence, and everything that must not happen on the way.

mod lists;
mod named;

use jiff::civil::date;

use super::*;
use crate::access::Role;
use crate::agents::tests::confirmed;
use crate::browse::{ListFilter, OpenObjection, data_chunk, data_set, public_list, public_record};
use crate::check::{Asked, ask, one, replay};
use crate::corrections::{self, Confirm, Propose, Proposed};
use crate::enrolments::{Enrol, changes, enrol};
use crate::error_reports;
use crate::publication_log::{inclusion, sign_head};
use crate::publicity::{self, Withdraw};
use crate::repairs::new_entry;
use crate::report::public_report;
use crate::signing::{DAYS, generate};
use crate::testing::{
    UNIT, all_connections_but_one, code, desk, office, penalty, person, postgres_desk, refused,
    scan, sound, team,
};
use crate::units::{Grounds, Reform, reform};

const DAY: Date = date(2026, 9, 14);

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

fn doing(objection: i64, event: Event) -> Step {
    Step {
        objection,
        seq: None,
        event,
        reason: "经核对原决定书，示例理由".to_owned(),
        outcome: "correct".to_owned(),
    }
}

/// Two persons have the record say something else.
async fn change(desk: &Desk, place: (i64, i64), changes: &[(&str, &str)]) {
    change_by(desk, &team(), place, changes).await;
}

async fn change_by(
    desk: &Desk,
    (clerk, reviewer): &(Actor, Actor),
    (subject, record): (i64, i64),
    changes: &[(&str, &str)],
) {
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
    let id = match corrections::propose(desk, clerk, command).await.expect("entered") {
        Proposed::Kept(id) => id,
        Proposed::Invalid(findings) => panic!("{findings:?}"),
    };
    let seen = desk.store().record(subject, record).await.expect("asked").expect("kept").version;
    let confirm = Confirm { id, seen, severity: None };
    corrections::confirm(desk, reviewer, confirm).await.expect("confirmed");
}

fn down((subject, record): (i64, i64)) -> Withdraw {
    Withdraw { subject, record, decided: DAY, reason: "复议撤销示例".to_owned() }
}

async fn stage_for(desk: &Desk, agent: &Agent, id: i64) -> Stage {
    own_case(desk, agent, id).await.expect("shown").line.stage
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
    let lines = lines.flat_map(|one| one.lines).find(|line| line.label == "异议声明");
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
    let seen = one(desk, &clerk, &before.check().number).await.expect("a past answer");
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
        let again =
            replay(&later, &auditor, &check.check().number, "复核示例").await.expect("again");
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
    // With one connection left: who asks for a second while holding one would wait for it in vain.
    let held = all_connections_but_one(&desk).await;
    the_whole_way(&desk).await;
    drop(held);
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
    publicity::withdraw(&desk, &office(), down(place)).await.expect("down");
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
    // What the platform finds out by itself it carries out too, but not the person who answered.
    let shown = waiting(&desk, &office()).await.expect("waiting");
    assert_eq!(shown.iter().map(|one| one.owner).collect::<Vec<_>>(), [Owner::Office]);
    assert_eq!(waiting(&desk, &reviewer).await.expect("waiting").len(), 0);
    let same = refused(publicity::withdraw(&desk, &office(), down(place))).await;
    assert_eq!(same, "withdraw.same-person");
    let another = person("office-2", Role::CreditOffice, "credit-office");
    publicity::withdraw(&desk, &another, down(place)).await.expect("down");
    let versions = desk.store().record_versions(place.0, place.1).await.expect("versions");
    let gone = versions.iter().find(|one| one.withdrawn_on.is_some()).expect("down");
    assert_eq!((gone.actor.as_str(), gone.second.as_deref()), ("office-2", Some("office")));
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
        refused(withdraw_at_window(&desk, &clerk, id, "书面撤回", None)).await,
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
        refused(withdraw_at_window(&desk, &office(), id, " ", None)).await,
        "objection.take-back-reason"
    );
    assert_eq!(
        refused(withdraw_at_window(&desk, &office(), id, "书面撤回", None)).await,
        "objection.take-back-scan"
    );
    assert!(case(&desk, &office(), id).await.expect("shown").may.contains(&Event::Withdraw));
    let paper = scan(&desk, "back.pdf", b"%PDF-1.7 taken back");
    withdraw_at_window(&desk, &office(), id, "书面撤回", Some(&paper)).await.expect("taken back");
    assert_eq!(case(&desk, &office(), id).await.expect("shown").materials.len(), 2);
    sound(&desk).await;

    // What the office owes and entered it does not make go away either; what was made online, no window does.
    let own = File { ground: "overdue".to_owned(), ..scanned() };
    let id = enter(&office(), &visitor, own).await.expect("made");
    let another = person("office-2", Role::CreditOffice, "credit-office");
    for actor in [office(), another] {
        assert!(!case(&desk, &actor, id).await.expect("shown").may.contains(&Event::Withdraw));
        let tried = withdraw_at_window(&desk, &actor, id, "书面撤回", Some(&paper)).await;
        assert_eq!(tried.expect_err("refused").code(), "access.denied");
    }
    withdraw_at_window(&desk, &clerk, id, "书面撤回", Some(&paper)).await.expect("by the other");
    let agent = confirmed(&desk, 0, 1).await;
    let online = file(&desk, &agent, new()).await.expect("made");
    let tried = withdraw_at_window(&desk, &office(), online, "书面撤回", Some(&paper)).await;
    assert_eq!(tried.expect_err("refused").code(), "objection.made-online");
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

    // And carries out what is right.
    let clerk = person("tax-clerk", Role::Clerk, "tax");
    let id = file(&later, &agent, form(&later, place.1, "secret")).await.expect("made");
    step(&later, &reviewer, doing(id, Event::Uphold)).await.expect("answered");
    let fine = [("罚款金额（万元）", "0.1")];
    change_by(&later, &(clerk, reviewer.clone()), place, &fine).await;
    assert_eq!(stage_for(&later, &agent, id).await, Stage::Corrected);
    let id = file(&later, &agent, form(&later, place.1, "content")).await.expect("made");
    let removed = Step { outcome: "remove".to_owned(), ..doing(id, Event::Uphold) };
    step(&later, &reviewer, removed).await.expect("answered");
    let another = person("tax-reviewer-2", Role::Reviewer, "tax");
    let dossier = crate::browse::record_dossier(&later, &another, place.0, place.1, None).await;
    assert!(dossier.expect("shown").can_withdraw);
    publicity::withdraw(&later, &another, down(place)).await.expect("down");
    assert_eq!(stage_for(&later, &agent, id).await, Stage::Corrected);
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

#[tokio::test(flavor = "multi_thread")]
async fn what_is_marked_is_still_proven_and_so_is_what_was_marked() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let job = Actor::system("system");
    generate(&desk, &job, DAYS).await.expect("a key");
    let place = penalty(&desk, 1, 11, "0.2").await;
    let agent = confirmed(&desk, 0, 1).await;
    let (_, reviewer) = team();
    let proven = async || {
        sign_head(&desk, &job, true).await.expect("signed");
        inclusion(&desk, place.0, place.1).await.is_ok()
    };
    assert!(proven().await);
    let id = file(&desk, &agent, form(&desk, place.1, "content")).await.expect("made");
    assert!(proven().await, "while it is marked");
    step(&desk, &reviewer, doing(id, Event::Reject)).await.expect("answered");
    assert!(proven().await, "after the answer");
    penalty(&desk, 1, 11, "0.3").await;
    assert!(proven().await, "and when it says something else later");
    sound(&desk).await;
}

#[tokio::test]
async fn only_what_the_answer_ordered_settles_it() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let (job, (_, reviewer)) = (Actor::system("system"), team());
    let mut made = Vec::new();
    for (number, party, document, outcome) in
        [(0, 1, 11, "remove"), (1, 2, 12, "end"), (2, 3, 13, "correct")]
    {
        let place = penalty(&desk, party, document, "0.2").await;
        let agent = confirmed(&desk, number, party).await;
        let id = file(&desk, &agent, form(&desk, place.1, "content")).await.expect("made");
        let upheld = Step { outcome: outcome.to_owned(), ..doing(id, Event::Uphold) };
        step(&desk, &reviewer, upheld).await.expect("answered");
        made.push((id, agent, place, outcome));
    }
    // Other words are not its end, and the same file once more is no correction.
    for (_, _, place, _) in &made[..2] {
        corrected(&desk, *place, "0.1").await;
    }
    penalty(&desk, 3, 13, "0.2").await;
    assert_eq!(sweep(&desk, &job).await.expect("swept"), Swept::default());
    // Nor is what is withheld because nobody did it.
    let late = desk.at(date(2026, 9, 28));
    let swept = sweep(&late, &job).await.expect("swept");
    assert_eq!((swept.withheld, swept.settled), (3, 0));
    assert_eq!(sweep(&late, &job).await.expect("swept"), Swept::default());
    let other = person("reviewer-2", Role::Reviewer, UNIT);
    for (id, agent, place, outcome) in made {
        assert_eq!(stage_for(&late, &agent, id).await, Stage::Upheld, "{outcome}");
        if outcome == "correct" {
            corrected(&late, place, "0.1").await;
        } else {
            let same = refused(publicity::withdraw(&late, &reviewer, down(place))).await;
            assert_eq!(same, "withdraw.same-person", "{outcome}");
            publicity::withdraw(&late, &other, down(place)).await.expect("down");
        }
        assert_eq!(stage_for(&late, &agent, id).await, Stage::Corrected, "{outcome}");
    }
    sound(&late).await;
}

#[tokio::test]
async fn handing_on_after_the_clock_brings_nothing_back() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let agent = confirmed(&desk, 0, 1).await;
    let (_, reviewer) = team();
    let job = Actor::system("system");
    let id = file(&desk, &agent, form(&desk, place.1, "catalogue")).await.expect("made");
    // Three working days are over; the job never ran.
    let after = desk.at(date(2026, 9, 18));
    assert_eq!(refused(public_record(&after, place.0, place.1)).await, "not-found");
    step(&after, &office(), doing(id, Event::Forward)).await.expect("handed on");
    assert_eq!(refused(public_record(&after, place.0, place.1)).await, "not-found");
    assert_eq!(sweep(&after, &job).await.expect("swept"), Swept::default());
    let events = desk.store().publication_events(place.0, place.1).await.expect("events");
    assert_eq!(events.last().map(|event| event.kind.as_str()), Some("ended"));
    let shown = case(&after, &reviewer, id).await.expect("shown");
    assert_eq!((shown.line.stage, shown.line.owner), (Stage::Forwarded, Owner::Unit));
    assert_eq!(shown.line.withheld_on, Some(date(2026, 9, 18)));
    sound(&after).await;
    step(&after, &reviewer, doing(id, Event::Reject)).await.expect("answered");
    assert!(public_record(&after, place.0, place.1).await.is_ok(), "answered at last");

    // In time it stays in view, by the clock of the source, which began when it was made.
    let id = file(&after, &agent, form(&after, place.1, "overdue")).await.expect("made");
    let next = desk.at(date(2026, 9, 21));
    step(&next, &office(), doing(id, Event::Forward)).await.expect("handed on");
    let last = desk.at(date(2026, 9, 28));
    assert!(public_record(&last, place.0, place.1).await.is_ok());
    let shown = case(&next, &reviewer, id).await.expect("shown");
    let due = shown.line.due.expect("a clock").value.date;
    let days = Days { filed: date(2026, 9, 18), answered: None, corrected: None };
    assert_eq!(Stage::Forwarded.answer_by(&days, &desk.law()), Some(due));
    sound(&next).await;
}

#[tokio::test]
async fn what_was_put_right_before_the_answer_is_settled_by_it() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let agent = confirmed(&desk, 0, 1).await;
    let (_, reviewer) = team();
    let id = file(&desk, &agent, form(&desk, place.1, "content")).await.expect("made");
    corrected(&desk, place, "0.1").await;
    assert_eq!(stage_for(&desk, &agent, id).await, Stage::Forwarded, "nobody answered");
    step(&desk, &reviewer, doing(id, Event::Uphold)).await.expect("answered");
    assert_eq!(stage_for(&desk, &agent, id).await, Stage::Corrected);
    let page = correction_notices(&desk).await.expect("a page");
    assert_eq!(page.notices[0].fields, ["罚款金额（万元）"]);
    sound(&desk).await;
}

#[tokio::test]
async fn of_what_never_was_public_no_notice_tells() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let agent = confirmed(&desk, 0, 1).await;
    let (_, reviewer) = team();
    let id = file(&desk, &agent, form(&desk, place.1, "content")).await.expect("made");
    // As if it had been kept back from the first day.
    desk.store().raw_execute("DELETE FROM publication_event").await.expect("forgotten");
    step(&desk, &reviewer, doing(id, Event::Uphold)).await.expect("answered");
    corrected(&desk, place, "0.1").await;
    assert_eq!(stage_for(&desk, &agent, id).await, Stage::Corrected);
    assert_eq!(correction_notices(&desk).await.expect("a page").notices, []);
}

#[tokio::test]
async fn a_mark_puts_no_error_report_right() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let agent = confirmed(&desk, 0, 1).await;
    let (clerk, reviewer) = team();
    let send = async |once: &str| {
        let command = error_reports::Report {
            subject: place.0,
            record: place.1,
            once: once.to_owned(),
            ground: "content".to_owned(),
            text: "罚款金额应为0.1万元".to_owned(),
            contact: String::new(),
        };
        let sent = error_reports::send(&desk, &Actor::visitor(), command).await.expect("sent");
        let all = error_reports::reports(&desk, &clerk, false).await.expect("listed");
        all.into_iter().find(|one| one.number == sent.number).expect("it waits").id
    };
    let corrected_by = async |on: &Desk, id: i64| {
        let text = "已更正".to_owned();
        let command = error_reports::Answer { id, corrected: true, text };
        error_reports::answer(on, &clerk, command).await
    };
    let first = send("first").await;
    let id = file(&desk, &agent, form(&desk, place.1, "content")).await.expect("made");
    let marked = send("second").await;
    // Marked, withheld, and back again: it says what it said.
    let late = desk.at(date(2026, 9, 28));
    sweep(&late, &Actor::system("system")).await.expect("swept");
    for report in [first, marked] {
        assert_eq!(refused(corrected_by(&late, report)).await, "report.not-corrected");
    }
    step(&late, &reviewer, doing(id, Event::Reject)).await.expect("answered");
    let after = send("third").await;
    for report in [first, marked, after] {
        assert_eq!(refused(corrected_by(&late, report)).await, "report.not-corrected");
    }
    penalty(&late, 1, 11, "0.1").await;
    for report in [first, marked, after] {
        corrected_by(&late, report).await.expect("put right");
    }
}

#[tokio::test]
async fn one_that_cannot_be_settled_keeps_no_other_from_the_job() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let (_, reviewer) = team();
    let mut made = Vec::new();
    for (number, party, document) in [(0, 1, 11), (1, 2, 12)] {
        let place = penalty(&desk, party, document, "0.2").await;
        let agent = confirmed(&desk, number, party).await;
        let id = file(&desk, &agent, form(&desk, place.1, "content")).await.expect("made");
        made.push((id, place));
    }
    let (first, place) = made[0];
    let removed = Step { outcome: "remove".to_owned(), ..doing(first, Event::Uphold) };
    step(&desk, &reviewer, removed).await.expect("answered");
    let damage = format!("UPDATE record_version SET platform = '{{' WHERE record_id = {}", place.1);
    desk.store().raw_execute(&damage).await.expect("damaged");
    let late = desk.at(date(2026, 9, 28));
    let swept = sweep(&late, &Actor::system("system")).await.expect("swept");
    assert_eq!(swept.withheld, 1, "the other one");
}

#[tokio::test]
async fn the_same_is_asked_again_only_with_something_new_and_not_taken_back_for_ever() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let agent = confirmed(&desk, 0, 1).await;
    let (_, reviewer) = team();
    let again = || form(&desk, place.1, "content");
    let id = file(&desk, &agent, again()).await.expect("made");
    step(&desk, &reviewer, doing(id, Event::Reject)).await.expect("answered");
    assert_eq!(refused(file(&desk, &agent, again())).await, "objection.answered");
    let proof = scan(&desk, "new.pdf", b"%PDF-1.7 new");
    let with = || File { file: Some(proof.clone()), ..again() };
    let id = file(&desk, &agent, with()).await.expect("something new");
    step(&desk, &reviewer, doing(id, Event::Reject)).await.expect("answered");
    assert_eq!(refused(file(&desk, &agent, with())).await, "objection.answered", "seen before");
    // Another ground is another question, and another content another record.
    for _ in 0..2 {
        let id = file(&desk, &agent, form(&desk, place.1, "party")).await.expect("made");
        withdraw(&desk, &agent, id).await.expect("taken back");
    }
    penalty(&desk, 1, 11, "0.3").await;
    let id = file(&desk, &agent, again()).await.expect("it says something else");
    withdraw(&desk, &agent, id).await.expect("taken back");
    assert_eq!(refused(file(&desk, &agent, again())).await, "objection.taken-back-often");
    let visitor = Visitor { name: "示例李四".to_owned(), telephone: "0359-0000000".to_owned() };
    file_at_window(&desk, &office(), &code(1), visitor, with()).await.expect("at the window");
    sound(&desk).await;
}
