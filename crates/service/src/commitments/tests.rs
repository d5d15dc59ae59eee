//! Commitments from the matter to the finding, and everything that must not happen on the way.

use jiff::civil::date;
use xinyong_domain::identifier::CommitmentNumber;
use xinyong_domain::rules::commitment::Standing;
use xinyong_domain::workflow::commitment::Event;

mod register;

use super::*;
use crate::access::Role;
use crate::agents::Agent;
use crate::agents::tests::confirmed;
use crate::browse::{own_record, public_record};
use crate::check::{Asked, ask};
use crate::testing::{
    UNIT, all_connections_but_one, clerk, code, desk, office, person, postgres_desk, refused,
    reviewer, scan, sound,
};

const DAY: Date = date(2026, 3, 2);
const LIABILITY: &str = "撤销已作出的示例许可，三年内不再适用告知承诺。";

fn draft(from: Date) -> MatterDraft {
    MatterDraft {
        unit: UNIT.to_owned(),
        code: "示例01".to_owned(),
        name: "示例食品经营许可".to_owned(),
        kind: "approval-substitute".to_owned(),
        basis: "国办发〔2020〕42号".to_owned(),
        notice: "许可条件：有固定的示例场所。".to_owned(),
        content: "本单位已符合告知的全部条件。".to_owned(),
        liability: LIABILITY.to_owned(),
        scope: "public".to_owned(),
        days: "20".to_owned(),
        from: Some(from),
        ends: false,
    }
}

/// A matter that is in force.
async fn furnished(desk: &Desk, draft: MatterDraft) -> OpenMatter {
    let code = draft.code.clone();
    let id = propose_matter(desk, &clerk(), draft).await.expect("proposed");
    decide_matter(desk, &reviewer(), id, None).await.expect("released");
    let open = open_matters(desk).await.expect("a list");
    open.into_iter().find(|one| one.code == code).expect("open")
}

fn form(desk: &Desk, matter: &OpenMatter) -> Make {
    Make {
        matter: matter.id,
        entry: new_entry(desk).expect("random"),
        shown: matter.digest.clone(),
        agreed: true,
        reason: "申请示例食品经营许可".to_owned(),
        valid_until: None,
    }
}

fn doing(id: i64, event: Event) -> Step {
    Step {
        id,
        seq: None,
        event,
        reason: "没有配备示例设备".to_owned(),
        document: "平市监核〔2026〕1号".to_owned(),
        day: None,
        scan_matches: true,
    }
}

fn on(id: i64, event: Event, day: Date) -> Step {
    Step { day: Some(day), ..doing(id, event) }
}

async fn state(desk: &Desk, place: (i64, i64)) -> String {
    let shown = public_record(desk, place.0, place.1).await.expect("public");
    let field = shown.fields.into_iter().find(|field| field.code == "fulfillmentStatus");
    field.map(|field| field.value).unwrap_or_default()
}

async fn the_whole_way(desk: &Desk) {
    let (clerk, reviewer) = (clerk(), reviewer());
    let id = propose_matter(desk, &clerk, draft(DAY)).await.expect("proposed");
    assert!(open_matters(desk).await.expect("a list").is_empty(), "nothing before the release");
    assert_eq!(refused(decide_matter(desk, &clerk, id, None)).await, "access.denied");
    let proposer = person("clerk", Role::Reviewer, UNIT);
    assert_eq!(refused(decide_matter(desk, &proposer, id, None)).await, "commitment.same-person");
    // The office sees every unit's matters, and releases and proposes none of them.
    assert_eq!(refused(decide_matter(desk, &office(), id, None)).await, "commitment.not-the-unit");
    let office = office();
    let by_office = propose_matter(desk, &office, draft(DAY));
    assert_eq!(refused(by_office).await, "commitment.not-the-unit");
    assert!(matter(desk, &office, id).await.is_ok());
    let again = propose_matter(desk, &clerk, draft(DAY));
    assert_eq!(refused(again).await, "commitment.matter-open");
    decide_matter(desk, &reviewer, id, None).await.expect("released");
    let matter = open_matter(desk, id).await.expect("open");
    assert!(matter.choice.contains("自愿选择") && matter.days == 20, "{matter:?}");

    let agent = confirmed(desk, 0, 1).await;
    let command = form(desk, &matter);
    for (code, wrong) in [
        ("commitment.text-changed", Make { shown: "x".to_owned(), ..command.clone() }),
        ("commitment.not-agreed", Make { agreed: false, ..command.clone() }),
        ("commitment.business-missing", Make { reason: " ".to_owned(), ..command.clone() }),
        (
            "commitment.personal-number",
            Make { reason: "找13800000000".to_owned(), ..command.clone() },
        ),
        ("commitment.validity", Make { valid_until: Some(date(2026, 1, 1)), ..command.clone() }),
        ("commitment.entry-invalid", Make { entry: "x".to_owned(), ..command.clone() }),
        ("not-found", Make { matter: 1, ..command.clone() }),
    ] {
        assert_eq!(refused(make(desk, &agent, wrong)).await, code);
    }
    let made = make(desk, &agent, command.clone()).await.expect("made");
    assert_eq!(make(desk, &agent, command).await.expect("the same form"), made, "sent twice");
    let own = own_case(desk, &agent, made).await.expect("own");
    assert_eq!(own.line.number, "14082920260302000001");
    // What was signed holds all that was shown, and the digest is of exactly that.
    for part in [&matter.notice, &matter.choice, &matter.content, &matter.liability] {
        assert!(own.text.contains(part.as_str()), "{part}: {}", own.text);
    }
    assert_eq!(own.digest, xinyong_store::sm3_hex(own.text.as_bytes()));
    assert_eq!((own.line.record, own.may.as_slice()), (None, [Event::Withdraw].as_slice()));

    // The signer is one person, a second one of the unit accepts; the office looks and does not act.
    let due = |line: &CommitmentLine| line.clock().map(|clock| clock.due.value.date);
    let line = &work(desk, &clerk, false, 0).await.expect("work").lines[0];
    assert_eq!(due(line), Some(date(2026, 3, 11)), "seven working days");
    assert_eq!(waiting(desk, &reviewer, 10).await.expect("waits").lines.len(), 1);
    assert_eq!(waiting(desk, &clerk, 10).await.expect("waits").lines.len(), 0);
    assert_eq!(refused(step(desk, &clerk, doing(made, Event::Accept))).await, "access.denied");
    let by_office = step(desk, &office, doing(made, Event::Accept));
    assert_eq!(refused(by_office).await, "commitment.not-the-unit");
    assert!(case(desk, &office, made).await.expect("looked").may.is_empty());
    let elsewhere = person("other", Role::Reviewer, "tax");
    assert_eq!(refused(case(desk, &elsewhere, made)).await, "access.denied");
    assert_eq!(work(desk, &elsewhere, false, 0).await.expect("work").lines.len(), 0);
    let there = desk.at(date(2026, 3, 4));
    step(&there, &reviewer, doing(made, Event::Accept)).await.expect("accepted");
    let place = case(&there, &clerk, made).await.expect("shown").line.record.expect("a record");
    assert_eq!(state(&there, place).await, "", "nothing is said about what nobody found");
    let held = desk.store().record(place.0, place.1).await.expect("asked").expect("kept");
    assert!(held.natural_key.contains("14082920260302000001"), "{}", held.natural_key);
    assert!(own_record(&there, &agent, place.1).await.is_ok());

    let early = step(&there, &clerk, on(made, Event::Fulfil, DAY));
    assert_eq!(refused(early).await, "commitment.out-of-order");
    let done = date(2026, 3, 6);
    let there = desk.at(date(2026, 3, 9));
    step(&there, &clerk, on(made, Event::Complete, done)).await.expect("completed");
    let line = &work(&there, &clerk, false, 0).await.expect("work").lines[0];
    assert_eq!(due(line), Some(date(2026, 4, 3)), "twenty working days from the completion");
    assert_eq!(refused(withdraw(&there, &agent, made)).await, "commitment.out-of-order");

    // Past its day it is the unit that is late; the subject's record says nothing of it.
    let late = desk.at(date(2026, 4, 20));
    let line = &waiting(&late, &clerk, 10).await.expect("waits").lines[0];
    assert_eq!(line.clock().map(|clock| clock.standing), Some(Standing::Overdue));
    assert_eq!(waiting(&late, &office, 10).await.expect("waits").lines.len(), 1);
    assert_eq!(state(&late, place).await, "");
    let none = Step { document: " ".to_owned(), ..on(made, Event::Fulfil, done) };
    assert_eq!(refused(step(&late, &clerk, none)).await, "commitment.document-missing");
    for day in [None, Some(date(2026, 3, 5)), Some(date(2026, 4, 21))] {
        let wrong = Step { day, ..doing(made, Event::Fulfil) };
        assert_eq!(refused(step(&late, &clerk, wrong)).await, "commitment.day");
    }
    let kept = on(made, Event::Fulfil, date(2026, 4, 17));
    assert_eq!(step(&late, &clerk, kept).await.expect("found"), Stage::Fulfilled);
    assert_eq!(state(&late, place).await, "全部履行");
    let versions = desk.store().record_versions(place.0, place.1).await.expect("versions");
    assert_eq!(versions.len(), 2);
    assert!(versions[1].reason.contains("平市监核〔2026〕1号"), "{}", versions[1].reason);
    let line = &work(&late, &clerk, true, 0).await.expect("work").lines[0];
    assert_eq!(line.finding.as_ref().map(|one| one.standing), Some(Standing::InTime));
    assert_eq!(line.verification.as_ref().map(|one| one.standing), Some(Standing::Late));
    sound(desk).await;
}

#[tokio::test]
async fn a_commitment_goes_from_the_matter_to_what_was_found() {
    let folder = tempfile::tempdir().expect("folder");
    the_whole_way(&desk(&folder, DAY).await).await;
}

#[tokio::test]
async fn the_same_on_postgres() {
    let folder = tempfile::tempdir().expect("folder");
    let Some((_server, desk)) = postgres_desk(&folder, DAY).await else { return };
    // With one connection left: who asks for a second while holding one would wait for it in vain.
    let held = all_connections_but_one(&desk).await;
    the_whole_way(&desk).await;
    drop(held);
    many_at_once(&desk, 2).await;
}

/// Makes many at the same moment: every one gets a number of its own, and none is left out.
async fn many_at_once(desk: &Desk, party: usize) {
    const MANY: usize = 12;
    let matter = furnished(desk, MatterDraft { code: "示例09".to_owned(), ..draft(DAY) }).await;
    let agent = confirmed(desk, 1, party).await;
    let before = desk.store().commitments_made((DAY, DAY), 100).await.expect("made").len();
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..MANY {
        let (desk, agent, command) = (desk.clone(), agent.clone(), form(desk, &matter));
        running.spawn(async move { make(&desk, &agent, command).await });
    }
    while let Some(outcome) = running.join_next().await {
        outcome.expect("ran").expect("made");
    }
    let made = desk.store().commitments_made((DAY, DAY), 100).await.expect("made");
    let mut serials: Vec<_> = made
        .iter()
        .map(|one| CommitmentNumber::parse(&one.number).expect("a number").serial() as usize)
        .collect();
    serials.sort_unstable();
    assert_eq!(serials, (1..=before + MANY).collect::<Vec<_>>());
    // The same form at the same moment is one commitment.
    let command = form(desk, &matter);
    let (one, other) =
        tokio::join!(make(desk, &agent, command.clone()), make(desk, &agent, command.clone()));
    assert_eq!(one.expect("made"), other.expect("made"));
    sound(desk).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_given_once_however_many_ask() {
    let folder = tempfile::tempdir().expect("folder");
    many_at_once(&desk(&folder, DAY).await, 2).await;
}

/// One that was made, accepted and whose matter was completed on [`DAY`]: its id and its record.
async fn completed(desk: &Desk, agent: &Agent, matter: &OpenMatter) -> (i64, (i64, i64)) {
    let made = make(desk, agent, form(desk, matter)).await.expect("made");
    step(desk, &reviewer(), doing(made, Event::Accept)).await.expect("accepted");
    step(desk, &clerk(), doing(made, Event::Complete)).await.expect("completed");
    let place = own_case(desk, agent, made).await.expect("own").line.record.expect("a record");
    (made, place)
}

#[tokio::test]
async fn what_was_not_kept_is_found_by_one_confirmed_by_another_and_says_what_was_signed() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let matter = furnished(&desk, draft(DAY)).await;
    let agent = confirmed(&desk, 0, 1).await;
    let (made, place) = completed(&desk, &agent, &matter).await;
    let there = desk.at(date(2026, 3, 20));
    let found = on(made, Event::FindPartial, date(2026, 3, 18));
    for numbered in [
        Step { reason: "王某13800000000".to_owned(), ..found.clone() },
        Step { document: "王某13800000000".to_owned(), ..found.clone() },
    ] {
        let refusal = refused(step(&there, &clerk(), numbered)).await;
        assert_eq!(refusal, "commitment.personal-number");
    }
    let silent = Step { reason: " ".to_owned(), ..found.clone() };
    assert_eq!(refused(step(&there, &clerk(), silent)).await, "commitment.reason-missing");
    let alone = person("reviewer", Role::Reviewer, UNIT);
    step(&there, &alone, found.clone()).await.expect("found");
    assert_eq!(state(&there, place).await, "", "nothing before the second person");
    let confirm = doing(made, Event::ConfirmPartial);
    assert_eq!(refused(step(&there, &alone, confirm.clone())).await, "commitment.same-person");
    assert_eq!(refused(step(&there, &clerk(), confirm.clone())).await, "access.denied");
    let second = person("second", Role::Reviewer, UNIT);
    let worse = step(&there, &second, doing(made, Event::ConfirmNone));
    assert_eq!(refused(worse).await, "commitment.other-finding");
    // Given back, and found anew.
    step(&there, &second, doing(made, Event::Return)).await.expect("given back");
    step(&there, &clerk(), found).await.expect("found");
    let may = case(&there, &second, made).await.expect("shown").may;
    assert_eq!(may, [Event::ConfirmPartial, Event::Return]);
    assert_eq!(step(&there, &second, confirm).await.expect("confirmed"), Stage::Partial);
    assert_eq!(state(&there, place).await, "部分履行");
    let record = desk.store().record(place.0, place.1).await.expect("asked").expect("kept");
    let content = crate::browse::content_of(&record).expect("content");
    assert_eq!(content["liabilityBreachCommitmentContent"], LIABILITY, "that and nothing more");
    assert_eq!(content["unperformedCommitmentContent"], "没有配备示例设备");
    assert_eq!(content["fulfillmentStatusDate"], "2026-03-18");
    // What was not kept, and what follows, is not for everybody.
    let shown = public_record(&there, place.0, place.1).await.expect("public");
    assert!(shown.fields.iter().all(|field| !field.value.contains("示例设备")), "{shown:?}");
    // The text that the subject signed is changed by nobody; the state may be corrected by two persons.
    let correct = |field: &str, value: &str| crate::corrections::Propose {
        subject: place.0,
        record: place.1,
        event: "own-correction".to_owned(),
        document: "平市监更〔2026〕1号".to_owned(),
        document_on: date(2026, 3, 20),
        known_on: date(2026, 3, 20),
        reason: "示例理由".to_owned(),
        fields: [(field.to_owned(), value.to_owned())].into(),
        file: None,
    };
    let clerk = clerk();
    let wrong = crate::corrections::propose(&there, &clerk, correct("content", "别的"));
    assert_eq!(refused(wrong).await, "correction.signed-text");
    sound(&desk).await;
}

#[tokio::test]
async fn it_is_taken_back_until_the_matter_is_completed() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let matter = furnished(&desk, draft(DAY)).await;
    let agent = confirmed(&desk, 0, 1).await;
    let other = confirmed(&desk, 1, 2).await;
    let first = make(&desk, &agent, form(&desk, &matter)).await.expect("made");
    assert_eq!(refused(withdraw(&desk, &other, first)).await, "not-found");
    assert_eq!(refused(own_case(&desk, &other, first)).await, "not-found");
    let clerk = clerk();
    let by_unit = step(&desk, &clerk, doing(first, Event::Withdraw));
    assert_eq!(refused(by_unit).await, "commitment.only-agent");
    withdraw(&desk, &agent, first).await.expect("taken back");
    assert_eq!(own_case(&desk, &agent, first).await.expect("own").line.record, None);
    let second = make(&desk, &agent, form(&desk, &matter)).await.expect("made");
    step(&desk, &reviewer(), doing(second, Event::Accept)).await.expect("accepted");
    let place = own_case(&desk, &agent, second).await.expect("own").line.record.expect("there");
    assert!(public_record(&desk, place.0, place.1).await.is_ok());
    withdraw(&desk, &agent, second).await.expect("taken back");
    assert_eq!(refused(public_record(&desk, place.0, place.1)).await, "not-found");
    // It counts nowhere, and no file brings it back.
    let holds = desk.store().holds(&[(place.0, place.1, "")]).await.expect("asked");
    assert!(holds.committed.contains(&place.1));
    assert!(ratios(&desk, &office(), 2026).await.expect("ratios").is_empty());
    let late = late(&desk.at(date(2026, 9, 1)), &office(), 2026, 0).await.expect("a list").lines;
    assert!(late.is_empty(), "nobody owes anything for what was taken back");
    sound(&desk).await;
}

#[tokio::test]
async fn paper_is_entered_with_its_scan_by_one_and_accepted_by_another() {
    let folder = tempfile::tempdir().expect("folder");
    let early = desk(&folder, DAY).await;
    furnished(&early, draft(DAY)).await;
    let desk = early.at(date(2026, 3, 16));
    let good = scan(&desk, "good.pdf", b"%PDF-1.7 example");
    let command = Paper {
        code: code(3),
        matter: "示例01".to_owned(),
        made_on: Some(date(2026, 3, 3)),
        entry: new_entry(&desk).expect("random"),
        reason: "申请示例食品经营许可".to_owned(),
        valid_until: None,
        file: Some(good),
    };
    let file = |name: &str, bytes: &[u8]| Paper {
        file: Some(scan(&desk, name, bytes)),
        ..command.clone()
    };
    let large = [b"%PDF-".as_slice(), &vec![b'x'; 30 << 20]].concat();
    for (code, wrong) in [
        ("commitment.scan-missing", Paper { file: None, ..command.clone() }),
        ("file.empty", file("empty.pdf", b"")),
        ("file.type-invalid", file("program.pdf", b"MZ a program")),
        ("file.encrypted", file("shut.pdf", b"%PDF-1.7 /Encrypt 5 0 R")),
        ("file.too-large", file("large.pdf", &large)),
        ("commitment.subject-unknown", Paper { code: code(40), ..command.clone() }),
        ("commitment.made-day", Paper { made_on: Some(date(2026, 3, 17)), ..command.clone() }),
        ("commitment.matter-unknown", Paper { made_on: Some(date(2026, 3, 1)), ..command.clone() }),
    ] {
        assert_eq!(refused(enter_paper(&desk, &clerk(), wrong)).await, code);
    }
    let elsewhere = person("other", Role::Clerk, "tax");
    let wrong = enter_paper(&desk, &elsewhere, command.clone());
    assert_eq!(refused(wrong).await, "commitment.matter-unknown");
    // Whoever enters is not who accepts, though they might be allowed to.
    let one = reviewer();
    let again = command.clone();
    let id = enter_paper(&desk, &one, command).await.expect("entered");
    assert_eq!(
        refused(step(&desk, &one, doing(id, Event::Accept))).await,
        "commitment.same-person"
    );
    let second = person("second", Role::Reviewer, UNIT);
    let unread = Step { scan_matches: false, ..doing(id, Event::Accept) };
    assert_eq!(refused(step(&desk, &second, unread)).await, "commitment.scan-unconfirmed");
    // The same scan on another form, and the same business with another scan, are the same paper.
    for bytes in [b"%PDF-1.7 example".as_slice(), b"%PDF-1.7 another"] {
        let again = Paper {
            entry: new_entry(&desk).expect("random"),
            file: Some(scan(&desk, "again.pdf", bytes)),
            ..again.clone()
        };
        assert_eq!(refused(enter_paper(&desk, &one, again)).await, "commitment.entered-before");
    }
    step(&desk, &second, doing(id, Event::Accept)).await.expect("accepted");
    let shown = case(&desk, &clerk(), id).await.expect("shown");
    assert_eq!(
        (shown.line.number.as_str(), shown.line.way.as_str()),
        ("14082920260303000001", "paper")
    );
    let (kind, bytes) = paper_file(&desk, &clerk(), id).await.expect("the scan");
    assert_eq!((kind.as_str(), bytes.as_slice()), ("pdf", b"%PDF-1.7 example".as_slice()));
    // It came in after its seven working days: that is listed, against the unit.
    let before = late(&desk, &office(), 2025, 0).await.expect("a list");
    assert_eq!((before.lines.len(), before.total), (0, 0), "by the year of the day");
    let late = late(&desk, &office(), 2026, 0).await.expect("a list").lines;
    let report = late[0].report.as_ref().expect("a clock");
    assert_eq!((report.due.value.date, report.standing), (date(2026, 3, 12), Standing::Late));
    assert!(report.due.because.iter().any(|one| one.source == "pinglu-plan-2023"));
    // What was made on paper is taken back on paper.
    step(&desk, &clerk(), doing(id, Event::Withdraw)).await.expect("taken back");
    sound(&desk).await;
}

#[tokio::test]
async fn how_far_it_goes_is_decided_where_everything_is() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    for (number, scope) in [("示例02", "shared"), ("示例03", "closed")] {
        let draft = MatterDraft { code: number.to_owned(), scope: scope.to_owned(), ..draft(DAY) };
        let matter = furnished(&desk, draft).await;
        let party = if scope == "shared" { 4 } else { 5 };
        let agent = confirmed(&desk, if scope == "shared" { 0 } else { 1 }, party).await;
        let (_, place) = completed(&desk, &agent, &matter).await;
        assert_eq!(refused(public_record(&desk, place.0, place.1)).await, "not-found", "{scope}");
        assert!(own_record(&desk, &agent, place.1).await.is_ok(), "its subject sees it");
    }
}

#[tokio::test]
async fn a_day_that_nobody_can_know_is_not_guessed() {
    let folder = tempfile::tempdir().expect("folder");
    let day = date(2026, 12, 14);
    let desk = desk(&folder, day).await;
    let matter = furnished(&desk, draft(day)).await;
    let agent = confirmed(&desk, 0, 1).await;
    completed(&desk, &agent, &matter).await;
    for today in [day, date(2027, 3, 1)] {
        let there = desk.at(today);
        let line = &work(&there, &clerk(), false, 0).await.expect("work").lines[0];
        let clock = line.clock().expect("a clock");
        assert_eq!((clock.standing, clock.left), (Standing::Unknown, None), "{today}");
        assert_eq!(board(&there, &clerk()).await.expect("board")[0].overdue, 0);
    }
}

#[tokio::test]
async fn whoever_commits_is_not_supervised_for_it() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    // No measure of any edition has a commitment for its ground.
    let law = desk.law();
    let grounds = law.measures().measures.iter().map(|one| one.ground.kind.as_str());
    assert!(grounds.clone().count() > 0 && grounds.clone().all(|kind| kind != KIND));
    let matter = furnished(&desk, draft(DAY)).await;
    let agent = confirmed(&desk, 0, 1).await;
    completed(&desk, &agent, &matter).await;
    let open = make(&desk, &agent, form(&desk, &matter)).await.expect("made");
    let gone = make(&desk, &agent, form(&desk, &matter)).await.expect("made");
    withdraw(&desk, &agent, gone).await.expect("taken back");
    assert!(open > 0);
    // Long after the verification was owed.
    let late = desk.at(date(2026, 9, 1));
    for purpose in &law.codes().get("check-purpose").expect("purposes").codes {
        let asked = Asked {
            purpose: purpose.id.clone(),
            basis: "《行政许可法》第三十四条".to_owned(),
            reference: String::new(),
            way: "console",
        };
        let answered = ask(&late, &clerk(), &code(1), &asked).await.expect("answered");
        assert!(answered.answer.measures.is_empty(), "{}", purpose.id);
        let records: Vec<_> =
            answered.answer.groups.iter().flat_map(|group| &group.records).collect();
        assert_eq!(records.len(), 1, "what is not accepted or was taken back is nothing");
        let said = serde_json::to_string(&records).expect("json");
        for word in ["未履行", "部分履行", "超期", "逾期", "撤回"] {
            assert!(!said.contains(word), "{word}: {said}");
        }
    }
}

#[tokio::test]
async fn ratios_have_their_denominator_and_the_list_behind_and_few_have_no_percentage() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let matter = furnished(&desk, draft(DAY)).await;
    let agent = confirmed(&desk, 0, 1).await;
    for kept in 0..11 {
        let (made, _) = completed(&desk, &agent, &matter).await;
        if kept < 4 {
            step(&desk, &clerk(), on(made, Event::Fulfil, DAY)).await.expect("found");
        }
        let found = ratios(&desk, &clerk(), 2026).await.expect("ratios");
        let whole = found.iter().find(|one| one.kind.is_empty()).expect("the unit");
        let few = kept + 1 < 10;
        assert_eq!(whole.percent.is_none(), few, "{whole:?}");
    }
    let found = ratios(&desk, &office(), 2026).await.expect("ratios");
    assert_eq!(found.len(), 2, "the unit and its one type: {found:?}");
    for one in &found {
        assert_eq!((one.made, one.full, one.open(), one.percent), (11, 4, 7, Some(36)));
        let asked = Behind { unit: UNIT, kind: &one.kind, ..Behind::default() };
        for (state, many) in [("", 11), ("full", 4), ("open", 7), ("none", 0)] {
            let asked = Behind { state, ..asked };
            let behind = ratio_records(&desk, &office(), 2026, asked).await.expect("list");
            assert_eq!((behind.records.len(), behind.total), (many, many as u64), "{state}");
        }
        let second = Behind { page: 1, ..asked };
        let behind = ratio_records(&desk, &office(), 2026, second).await.expect("list");
        let told = (behind.records.len(), behind.total, behind.page);
        assert_eq!(told, (11, 11, 0), "past the end is the last page");
    }
    let elsewhere = person("other", Role::Clerk, "tax");
    assert!(ratios(&desk, &elsewhere, 2026).await.expect("ratios").is_empty());
    let asked = Behind { unit: UNIT, ..Behind::default() };
    let wrong = ratio_records(&desk, &elsewhere, 2026, asked);
    assert_eq!(refused(wrong).await, "access.denied");
    assert!(ratios(&desk, &office(), 2025).await.expect("ratios").is_empty());
    assert_eq!(refused(ratios(&desk, &office(), 26)).await, "commitment.year");
}

#[tokio::test]
async fn a_matter_has_editions_and_an_end_and_says_what_is_wrong_with_it() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let good = draft(DAY);
    let wrong = |change: fn(&mut MatterDraft)| {
        let mut draft = good.clone();
        change(&mut draft);
        draft
    };
    for (code, draft) in [
        ("commitment.matter-code", wrong(|one| one.code.clear())),
        ("commitment.matter-name", wrong(|one| one.name.clear())),
        ("commitment.matter-type", wrong(|one| one.kind = "x".to_owned())),
        ("commitment.matter-basis", wrong(|one| one.basis.clear())),
        ("commitment.matter-notice", wrong(|one| one.notice.clear())),
        ("commitment.matter-content", wrong(|one| one.content = "字".repeat(4_001))),
        ("commitment.matter-liability", wrong(|one| one.liability.clear())),
        ("commitment.matter-scope", wrong(|one| one.scope.clear())),
        ("commitment.matter-days", wrong(|one| one.days = "0".to_owned())),
        ("commitment.matter-day", wrong(|one| one.from = Some(date(2026, 3, 1)))),
        ("commitment.matter-unknown", wrong(|one| one.ends = true)),
        ("commitment.personal-number", wrong(|one| one.basis.push_str("13800000000"))),
        ("commitment.personal-number", wrong(|one| one.notice.push_str("13800000000"))),
        ("commitment.personal-number", wrong(|one| one.content.push_str("13800000000"))),
        ("commitment.personal-number", wrong(|one| one.liability.push_str("13800000000"))),
        ("access.denied", wrong(|one| one.unit = "tax".to_owned())),
    ] {
        assert_eq!(refused(propose_matter(&desk, &clerk(), draft)).await, code);
    }
    let first = furnished(&desk, good.clone()).await;
    // What is signed is the edition that was shown: a new one in between is said.
    let agent = confirmed(&desk, 0, 1).await;
    let command = form(&desk, &first);
    let next =
        MatterDraft { notice: "新的示例条件。".to_owned(), ..draft(date(2026, 4, 1)) };
    let id = propose_matter(&desk, &clerk(), next).await.expect("proposed");
    assert_eq!(
        refused(decide_matter(&desk, &reviewer(), id, Some(" "))).await,
        "commitment.reason-missing"
    );
    decide_matter(&desk, &reviewer(), id, None).await.expect("released");
    assert_eq!(open_matters(&desk).await.expect("open")[0].id, first.id, "not yet");
    let april = desk.at(date(2026, 4, 1));
    assert_eq!(open_matters(&april).await.expect("open")[0].id, id);
    assert_eq!(refused(make(&april, &agent, command)).await, "not-found");
    let end = MatterDraft {
        unit: UNIT.to_owned(),
        code: good.code,
        from: Some(date(2026, 6, 1)),
        ends: true,
        ..MatterDraft::default()
    };
    let id = propose_matter(&april, &clerk(), end).await.expect("proposed");
    let late = april.at(date(2026, 6, 2));
    assert_eq!(refused(decide_matter(&late, &reviewer(), id, None)).await, "commitment.matter-day");
    decide_matter(&april, &reviewer(), id, None).await.expect("released");
    assert!(!open_matters(&april).await.expect("open").is_empty());
    assert!(open_matters(&late).await.expect("open").is_empty());
    assert_eq!(matters(&late, &clerk()).await.expect("all").len(), 3);
    sound(&desk).await;
}
