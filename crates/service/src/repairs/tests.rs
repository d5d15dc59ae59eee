//! An application for repair from the first form to the last receipt, and everything that must not happen on the way.

mod down;
mod later;
mod review;

use jiff::civil::date;
use xinyong_domain::rules::repair::{Outcome, Standing};
use xinyong_domain::workflow::repair::Event;
use xinyong_store::{RepairApplication, Withdrawal};

use super::*;
use crate::access::Role;
use crate::accounts::{CreateAccount, create_account};
use crate::agents::tests::confirmed;
use crate::browse::public_record;
use crate::publicity::{self, Withdraw};
use crate::repair_tests::grounds;
use crate::testing::{UNIT, all_connections_but_one, code, desk, penalty, person, postgres_desk};
use crate::units::{Grounds, Reform, reform};

/// Three months after the decision of [`penalty`], the first day for its general class.
const DAY: Date = date(2026, 12, 1);

async fn refused<T: std::fmt::Debug>(
    outcome: impl Future<Output = Result<T, DeskError>>,
) -> &'static str {
    outcome.await.expect_err("refused").code()
}

fn form(desk: &Desk, records: &[i64]) -> Apply {
    Apply {
        records: records.to_vec(),
        entry: new_entry(desk).expect("random"),
        words: "罚款已于9月10日缴清".to_owned(),
        commitment: commitment(desk).expect("a text").digest,
        agreed: true,
        file: None,
    }
}

fn scan(desk: &Desk, name: &str, bytes: &[u8]) -> std::path::PathBuf {
    let path = desk.scratch().join(name);
    std::fs::write(&path, bytes).expect("a file");
    path
}

fn doing(item: i64, event: Event) -> Step {
    Step {
        item,
        seq: None,
        event,
        reason: "示例理由".to_owned(),
        document: "平市监信修〔2026〕1号".to_owned(),
        decided_on: None,
        refusal: grounds(event),
    }
}

/// A refusal with something wrong about its ground.
fn grounded(item: i64, change: impl Fn(&mut Refused)) -> Step {
    let mut step = doing(item, Event::Refuse);
    change(&mut step.refusal);
    step
}

async fn sound(desk: &Desk) {
    let report = crate::running::fsck(desk).await.expect("checked");
    assert!(report.problems.is_empty(), "{:?}", report.problems);
}

/// The item of a subject that has one.
async fn item(desk: &Desk, agent: &Agent) -> i64 {
    own_repairs(desk, agent).await.expect("a list")[0].id
}

fn team() -> (Actor, Actor) {
    (person("clerk", Role::Clerk, UNIT), person("reviewer", Role::Reviewer, UNIT))
}

fn office() -> Actor {
    person("office", Role::CreditOffice, "credit-office")
}

/// An account of a unit, so that it has people here.
async fn account(desk: &Desk, login: &str, role: Role, unit: &str) {
    let command = CreateAccount {
        login: login.to_owned(),
        name: login.to_owned(),
        unit: unit.to_owned(),
        role,
        password: "demo-password-1".to_owned(),
    };
    create_account(desk, &Actor::system("test"), command).await.expect("an account");
}

async fn the_whole_way(desk: &Desk) {
    let place = penalty(desk, 1, 11, "0.2").await;
    let agent = confirmed(desk, 0, 1).await;
    let (clerk, reviewer) = team();

    let early = desk.at(date(2026, 11, 30));
    let told = forecast(&early, &agent).await.expect("a forecast");
    assert_eq!(told[0].ruling.value.standing, Standing::TooEarly);
    assert_eq!(told[0].ruling.value.from, Some(DAY));
    let error = apply(&early, &agent, form(&early, &[place.1])).await.expect_err("too early");
    assert_eq!(error.code(), "repair.too-early");
    assert!(error.to_string().contains("2026-12-01"), "answers with the day: {error}");

    let told = forecast(desk, &agent).await.expect("a forecast");
    assert!(told[0].may_apply());
    assert_eq!(told[0].ruling.value.entry, Entry::MarketRegulation);
    let command = form(desk, &[place.1]);
    let application = apply(desk, &agent, command.clone()).await.expect("applied");
    let again = apply(desk, &agent, command).await.expect("the same form");
    assert_eq!(again, application, "sent twice, it is one");
    assert_eq!(refused(apply(desk, &agent, form(desk, &[place.1]))).await, "repair.already");
    assert!(!forecast(desk, &agent).await.expect("a forecast")[0].may_apply());

    let id = item(desk, &agent).await;
    let shown = case(desk, &clerk, id).await.expect("shown");
    assert_eq!(shown.line.due.as_ref().map(|due| due.value.date), Some(date(2026, 12, 4)));
    assert_eq!((shown.line.left, shown.signed, shown.may.len()), (Some(3), true, 2));
    assert_eq!(shown.rules.procedure, "samr-107");
    let condition = |id: &str| shown.rules.conditions.iter().find(|one| one.id == id);
    assert_eq!(condition("minimum-period").map(|one| one.outcome), Some(Outcome::Met));
    assert_eq!(work(desk, &clerk, false, 1).await.expect("work").lines.len(), 1);
    let elsewhere = person("other", Role::Reviewer, "tax");
    assert_eq!(work(desk, &elsewhere, false, 1).await.expect("work").lines.len(), 0);
    assert_eq!(refused(case(desk, &elsewhere, id)).await, "access.denied");

    assert_eq!(step(desk, &clerk, doing(id, Event::Accept)).await.expect("done"), Stage::Accepted);
    let shown = case(desk, &clerk, id).await.expect("shown");
    // Seven working days of the market-regulation rule, from the application.
    assert_eq!(shown.line.due.as_ref().map(|due| due.value.date), Some(date(2026, 12, 10)));
    step(desk, &clerk, doing(id, Event::Review)).await.expect("reviewed");
    assert!(public_record(desk, place.0, place.1).await.is_ok(), "nothing before the decision");
    step(desk, &reviewer, doing(id, Event::Grant)).await.expect("granted");

    // Nobody can tell that there was anything; who may see the past still can.
    assert_eq!(refused(public_record(desk, place.0, place.1)).await, "not-found");
    let shown = case(desk, &reviewer, id).await.expect("shown");
    let open: Vec<&str> = shown
        .places
        .iter()
        .filter(|place| place.at.is_none())
        .map(|place| place.place.as_str())
        .collect();
    assert_eq!(open, ["national", "upper", "departments"], "the platform's own are proved");
    assert_eq!(shown.line.due.as_ref().map(|due| due.value.date), Some(date(2026, 12, 4)));
    let versions = desk.store().record_versions(place.0, place.1).await.expect("versions");
    assert!(versions.last().expect("one").reason.starts_with("信用修复"));
    assert_eq!(
        refused(step(desk, &reviewer, doing(id, Event::Grant))).await,
        "repair.out-of-order"
    );

    // A later file of the unit does not bring it back.
    penalty(desk, 1, 11, "0.3").await;
    assert_eq!(refused(public_record(desk, place.0, place.1)).await, "not-found");

    assert_eq!(refused(confirm_place(desk, &clerk, id, "portal", "x")).await, "not-found");
    assert_eq!(
        refused(confirm_place(desk, &clerk, id, "upper", " ")).await,
        "repair.evidence-missing"
    );
    for place in ["departments", "national"] {
        let stage = confirm_place(desk, &clerk, id, place, "回执1号").await.expect("noted");
        assert_eq!(stage, Stage::Granted);
    }
    let twice = refused(confirm_place(desk, &clerk, id, "national", "回执1号")).await;
    assert_eq!(twice, "repair.place-confirmed");
    assert_eq!(refused(close(desk, &clerk, id, "电话告知")).await, "repair.out-of-order");
    let stage = confirm_place(desk, &clerk, id, "upper", "回执2号").await.expect("noted");
    assert_eq!(stage, Stage::Propagated);
    close(desk, &clerk, id, "电话告知").await.expect("closed");
    let own = own_case(desk, &agent, id).await.expect("shown");
    assert_eq!((own.line.stage, own.steps.len()), (Stage::Closed, 6));
    assert_eq!(work(desk, &clerk, true, 1).await.expect("done").lines.len(), 1);
    let told = figures(desk, &clerk).await.expect("figures");
    assert_eq!((told.granted, told.late, told.refused, told.grounds.len()), (1, 0, 0, 0));
    assert_eq!(told.steps[0], ("从申请到受理", 1, 0));
    assert_eq!(figures(desk, &elsewhere).await.expect("figures"), RepairFigures::default());
    sound(desk).await;
}

#[tokio::test]
async fn what_is_granted_is_public_nowhere_and_every_place_gives_a_receipt() {
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
async fn nobody_applies_for_another_nor_without_a_commitment() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let stranger = confirmed(&desk, 1, 2).await;
    let agent = confirmed(&desk, 0, 1).await;
    assert_eq!(refused(apply(&desk, &stranger, form(&desk, &[place.1]))).await, "not-found");
    for (change, code) in [
        (Apply { agreed: false, ..form(&desk, &[place.1]) }, "repair.not-agreed"),
        (
            Apply { commitment: "x".to_owned(), ..form(&desk, &[place.1]) },
            "repair.commitment-changed",
        ),
        (form(&desk, &[]), "repair.no-records"),
        (Apply { entry: "x".to_owned(), ..form(&desk, &[place.1]) }, "repair.entry-invalid"),
        (Apply { words: "长".repeat(501), ..form(&desk, &[place.1]) }, "repair.words-too-long"),
    ] {
        assert_eq!(refused(apply(&desk, &agent, change)).await, code);
    }
    // Files that are none: empty, a program under another name, with a password.
    for (name, bytes, code) in [
        ("a.pdf", &b""[..], "file.empty"),
        ("b.pdf", b"MZ\x90\x00 a program", "file.type-invalid"),
        ("c.pdf", b"%PDF-1.7 /Encrypt 5 0 R", "file.encrypted"),
    ] {
        let file = Some(scan(&desk, name, bytes));
        let command = Apply { file, ..form(&desk, &[place.1]) };
        assert_eq!(refused(apply(&desk, &agent, command)).await, code, "{name}");
    }
    assert!(own_repairs(&desk, &agent).await.expect("a list").is_empty());
    // Another's form, sent again by a stranger, tells nothing.
    let command = form(&desk, &[place.1]);
    apply(&desk, &agent, command.clone()).await.expect("applied");
    assert_eq!(refused(apply(&desk, &stranger, command)).await, "repair.entry-invalid");
    let id = item(&desk, &agent).await;
    assert_eq!(refused(own_case(&desk, &stranger, id)).await, "not-found");
    assert_eq!(refused(withdraw(&desk, &stranger, id)).await, "not-found");
    // Past its last day nothing is to be applied for.
    let late = desk.at(date(2027, 9, 2));
    assert_eq!(refused(apply(&late, &agent, form(&late, &[place.1]))).await, "repair.ended");
    sound(&desk).await;
}

#[tokio::test]
async fn what_is_missing_is_said_once_and_the_subject_may_take_it_back() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let agent = confirmed(&desk, 0, 1).await;
    let (clerk, reviewer) = team();
    apply(&desk, &agent, form(&desk, &[place.1])).await.expect("applied");
    let id = item(&desk, &agent).await;
    let silent = Step { reason: String::new(), ..doing(id, Event::Ask) };
    assert_eq!(refused(step(&desk, &clerk, silent)).await, "repair.reason-missing");
    step(&desk, &clerk, doing(id, Event::Ask)).await.expect("asked");
    let own = own_case(&desk, &agent, id).await.expect("shown");
    assert_eq!(own.may, [Event::Supply, Event::Withdraw]);
    let nothing = Supply { item: id, ..Supply::default() };
    assert_eq!(refused(supply(&desk, &agent, nothing)).await, "repair.supply-empty");
    let file = Some(scan(&desk, "proof.pdf", b"%PDF-1.7 example"));
    supply(&desk, &agent, Supply { item: id, words: String::new(), file }).await.expect("given");
    assert_eq!(refused(step(&desk, &clerk, doing(id, Event::Ask))).await, "repair.out-of-order");
    let shown = case(&desk, &clerk, id).await.expect("shown");
    assert_eq!(shown.materials.len(), 1);
    let (bytes, kind) = material(&desk, &clerk, id, 1).await.expect("a file");
    assert_eq!((bytes.as_slice(), kind.as_str()), (&b"%PDF-1.7 example"[..], "pdf"));
    // A clerk does not decide; a reviewer says why.
    assert_eq!(refused(step(&desk, &clerk, doing(id, Event::Decline))).await, "access.denied");
    withdraw(&desk, &agent, id).await.expect("taken back");
    assert_eq!(
        refused(step(&desk, &reviewer, doing(id, Event::Decline))).await,
        "repair.out-of-order"
    );
    // And may ask anew.
    apply(&desk, &agent, form(&desk, &[place.1])).await.expect("applied again");
    sound(&desk).await;
}

#[tokio::test]
async fn a_refusal_has_a_reason_a_second_person_and_leaves_the_record_public() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let agent = confirmed(&desk, 0, 1).await;
    let (_, reviewer) = team();
    let second = person("second", Role::Reviewer, UNIT);
    apply(&desk, &agent, form(&desk, &[place.1])).await.expect("applied");
    let id = item(&desk, &agent).await;
    // Out of order: nobody has looked yet.
    assert_eq!(
        refused(step(&desk, &reviewer, doing(id, Event::Refuse))).await,
        "repair.out-of-order"
    );
    step(&desk, &reviewer, doing(id, Event::Accept)).await.expect("accepted");
    // More time only by days that somebody has verified.
    let outcome = refused(step(&desk, &reviewer, doing(id, Event::Extend))).await;
    assert_eq!(outcome, "repair.extend-unconfirmed");
    let seen = case(&desk, &reviewer, id).await.expect("shown").steps.len();
    step(&desk, &reviewer, doing(id, Event::Review)).await.expect("reviewed");
    let stale = Step { seq: Some(i64::try_from(seen).expect("few")), ..doing(id, Event::Refuse) };
    assert_eq!(refused(step(&desk, &second, stale)).await, "repair.overtaken");
    assert_eq!(
        refused(step(&desk, &reviewer, doing(id, Event::Refuse))).await,
        "repair.same-person"
    );
    for (command, code) in [
        (Step { reason: " ".to_owned(), ..doing(id, Event::Refuse) }, "repair.reason-missing"),
        (Step { document: String::new(), ..doing(id, Event::Refuse) }, "repair.document-missing"),
        (grounded(id, |words| words.ground.clear()), "repair.ground-missing"),
        (grounded(id, |words| "my-own".clone_into(&mut words.ground)), "repair.ground-missing"),
        (grounded(id, |words| "barred".clone_into(&mut words.ground)), "repair.ground-unconfirmed"),
        (grounded(id, |words| words.way_on.clear()), "repair.way-on-missing"),
        (grounded(id, |words| words.objection.clear()), "repair.objection-missing"),
        (
            Step { decided_on: Some(date(2026, 11, 30)), ..doing(id, Event::Refuse) },
            "repair.decided-day",
        ),
        (
            Step { decided_on: Some(date(2026, 12, 2)), ..doing(id, Event::Refuse) },
            "repair.decided-day",
        ),
    ] {
        assert_eq!(refused(step(&desk, &second, command)).await, code);
    }
    step(&desk, &second, doing(id, Event::Refuse)).await.expect("refused");
    let told = figures(&desk, &second).await.expect("figures");
    let ground = ("没有履行完毕义务或者没有纠正失信行为".to_owned(), 1);
    assert_eq!((told.refused, told.grounds.as_slice()), (1, [ground].as_slice()));
    let own = own_case(&desk, &agent, id).await.expect("shown");
    let last = own.steps.last().expect("a step");
    assert!(last.rule.contains("第36号") && last.ground.contains("没有履行完毕"), "{last:?}");
    assert_eq!(last.objection, "可以向作出决定的单位提出异议");
    assert!(public_record(&desk, place.0, place.1).await.is_ok());
    assert_eq!(refused(step(&desk, &second, doing(id, Event::Grant))).await, "repair.out-of-order");
    sound(&desk).await;
}

/// An item that a body above decides on: applied for while Order 58 was in force.
async fn outside(desk: &Desk, (subject, record): (i64, i64)) -> i64 {
    let record = desk.store().record(subject, record).await.expect("asked").expect("kept");
    let ruling = ruled(desk, &record, &Known::default(), desk.today()).expect("ruled");
    let rules = KeptRules { procedure: "order-58".to_owned(), ..KeptRules::of(&ruling) };
    let (application, id, on) = (desk.new_id(), desk.new_id(), date(2026, 3, 30));
    let mut tx = desk.store().transaction("test").await.expect("begun");
    tx.add_repair_application(&RepairApplication {
        id: application,
        once: new_entry(desk).expect("random"),
        subject_id: subject,
        way: "window".to_owned(),
        account_id: None,
        sealed: None,
        commitment: None,
        applied_on: on,
        applied_at: desk.clock().now(),
        applied_by: "office".to_owned(),
    })
    .await
    .expect("kept");
    let new = RepairItem {
        id,
        application_id: application,
        subject_id: subject,
        record_id: record.id,
        version: record.version,
        unit_id: UNIT.to_owned(),
        kind: record.kind.clone(),
        entry: "ndrc".to_owned(),
        rules: serde_json::to_string(&rules).expect("JSON"),
        law_edition: desk.law().edition().to_owned(),
        stage: "applied".to_owned(),
        applied_on: on,
        supplied_on: None,
        granted_on: None,
        extended_days: None,
        seq: 0,
        hash: String::new(),
    };
    let hash = tx.add_repair_item(&new).await.expect("kept");
    let first = super::steps::written(desk, &office(), "apply", "");
    let next = RepairItem { hash, ..new };
    assert!(tx.move_repair_item(&next, &first).await.expect("moved"));
    tx.commit().await.expect("committed");
    id
}

#[tokio::test]
async fn an_outside_decision_is_entered_once_and_a_revoked_penalty_is_no_repair() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let places = [penalty(&desk, 1, 11, "0.2").await, penalty(&desk, 1, 12, "0.4").await];
    let (clerk, reviewer) = team();
    let second = person("second", Role::Reviewer, UNIT);
    let (one, other) = (outside(&desk, places[0]).await, outside(&desk, places[1]).await);
    for id in [one, other] {
        for event in [Event::Accept, Event::Review] {
            step(&desk, &reviewer, doing(id, event)).await.expect("done");
        }
        // Not the unit's to decide; what it thinks goes to who decides.
        let own = refused(step(&desk, &second, doing(id, Event::Grant))).await;
        assert_eq!(own, "repair.not-decider");
        assert_eq!(case(&desk, &reviewer, id).await.expect("shown").may, [Event::Forward]);
        step(&desk, &reviewer, doing(id, Event::Forward)).await.expect("done");
        for event in [Event::Grant, Event::Refuse] {
            let alone = refused(step(&desk, &reviewer, doing(id, event))).await;
            assert_eq!(alone, "repair.same-person", "who reviewed does not enter the decision");
        }
    }
    let early = Step { decided_on: Some(date(2026, 3, 29)), ..doing(one, Event::Grant) };
    assert_eq!(refused(step(&desk, &second, early)).await, "repair.decided-day");
    // The office may enter what a body above decided, with the day of that decision.
    let shown = case(&desk, &office(), one).await.expect("shown");
    assert_eq!(shown.may, [Event::Grant, Event::Refuse, Event::Withdraw]);
    let entered = Step { decided_on: Some(date(2026, 11, 20)), ..doing(one, Event::Grant) };
    step(&desk, &office(), entered).await.expect("entered by another");
    let shown = case(&desk, &clerk, one).await.expect("shown");
    assert!(shown.steps.iter().any(|one| one.on == date(2026, 11, 20)));
    assert_eq!(
        refused(step(&desk, &second, doing(one, Event::Refuse))).await,
        "repair.out-of-order"
    );
    let command = Withdraw {
        subject: places[1].0,
        record: places[1].1,
        decided: DAY,
        reason: "法院撤销".to_owned(),
    };
    publicity::withdraw(&desk, &reviewer, command).await.expect("down");
    // The decision is no more: that ends what was applied for, with that reason, and is counted apart.
    let shown = case(&desk, &clerk, other).await.expect("shown");
    assert_eq!((shown.line.stage, shown.places.len()), (Stage::Lapsed, 0));
    let last = shown.steps.last().expect("a step");
    assert!(last.reason.contains("法院撤销") && last.reason.contains("不是修复"), "{last:?}");
    assert_eq!(
        refused(step(&desk, &second, doing(other, Event::Grant))).await,
        "repair.out-of-order"
    );
    let told = figures(&desk, &second).await.expect("figures");
    assert_eq!((told.granted, told.lapsed, told.refused), (1, 1, 0));
    sound(&desk).await;
}

#[tokio::test]
async fn what_the_unit_decides_nobody_else_decides_and_nobody_alone() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let places = [penalty(&desk, 1, 11, "0.2").await, penalty(&desk, 1, 12, "0.4").await];
    let agent = confirmed(&desk, 0, 1).await;
    let (_, reviewer) = team();
    let second = person("second", Role::Reviewer, UNIT);
    account(&desk, "reviewer", Role::Reviewer, UNIT).await;
    // One application for two records; each goes its own way.
    apply(&desk, &agent, form(&desk, &[places[0].1, places[1].1])).await.expect("applied");
    let lines = own_repairs(&desk, &agent).await.expect("a list");
    assert_eq!(lines.len(), 2);
    let id = lines[0].id;
    let declined = refused(step(&desk, &office(), doing(id, Event::Decline))).await;
    assert_eq!(declined, "repair.not-the-unit");
    for event in [Event::Accept, Event::Review] {
        step(&desk, &reviewer, doing(id, event)).await.expect("done");
    }
    for event in [Event::Grant, Event::Refuse] {
        let taken = refused(step(&desk, &office(), doing(id, event))).await;
        assert_eq!(taken, "repair.not-the-unit");
        let alone = refused(step(&desk, &reviewer, doing(id, event))).await;
        assert_eq!(alone, "repair.same-person");
    }
    // Handing it on to nobody would let who reviewed it enter a decision that nobody made.
    let handed = refused(step(&desk, &reviewer, doing(id, Event::Forward))).await;
    assert_eq!(handed, "repair.unit-decides");
    assert_eq!(case(&desk, &office(), id).await.expect("seen").may, [Event::Withdraw]);
    let shown = case(&desk, &second, id).await.expect("shown");
    assert_eq!(shown.may, [Event::Grant, Event::Refuse]);
    // What is decided late was not decided in time.
    let later = desk.at(date(2026, 12, 3));
    let backdated = Step { decided_on: Some(DAY), ..doing(id, Event::Grant) };
    assert_eq!(refused(step(&later, &second, backdated)).await, "repair.decided-day");
    step(&later, &second, doing(id, Event::Grant)).await.expect("granted");
    assert!(case(&later, &second, lines[1].id).await.expect("shown").line.stage.is_pending());
    sound(&later).await;
}

#[tokio::test]
async fn the_last_receipt_may_be_the_platforms_own() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let agent = confirmed(&desk, 0, 1).await;
    let (clerk, reviewer) = team();
    apply(&desk, &agent, form(&desk, &[place.1])).await.expect("applied");
    let id = item(&desk, &agent).await;
    for event in [Event::Accept, Event::Review] {
        step(&desk, &clerk, doing(id, event)).await.expect("done");
    }
    // As if the process had been stopped between the decision and the receipts of the platform's own places.
    let held = desk.store().repair_item(id).await.expect("asked").expect("kept");
    let record = desk.store().record(place.0, place.1).await.expect("asked").expect("kept");
    let places = crate::places::all(&desk);
    let mut tx = desk.store().transaction("test").await.expect("begun");
    tx.add_receipts(&xinyong_store::Receipts::REPAIR, id, &places).await.expect("noted");
    tx.withdraw_record(&Withdrawal {
        subject_id: place.0,
        id: place.1,
        expected: record.version,
        on: DAY,
        at: desk.clock().now(),
        reason: "信用修复（示例）".to_owned(),
        actor: reviewer.login.clone(),
        second: None,
        law_edition: desk.law().edition().to_owned(),
        citations: "[]".to_owned(),
    })
    .await
    .expect("down");
    let next = RepairItem { stage: "granted".to_owned(), granted_on: Some(DAY), ..held };
    super::steps::moved(&desk, &mut tx, &reviewer, &next, Event::Grant, "").await.expect("moved");
    tx.commit().await.expect("committed");

    for place in ["national", "upper", "departments"] {
        let stage = confirm_place(&desk, &clerk, id, place, "回执1号").await.expect("noted");
        assert_eq!(stage, Stage::Granted, "the platform's own are open");
    }
    let system = Actor::system("system");
    assert_eq!(confirm_places(&desk, &system).await.expect("ran"), 6);
    let shown = case(&desk, &clerk, id).await.expect("shown");
    assert_eq!(shown.line.stage, Stage::Propagated);
    assert_eq!(confirm_places(&desk, &system).await.expect("ran"), 0);
    close(&desk, &clerk, id, "电话告知").await.expect("closed");
    sound(&desk).await;
}

#[tokio::test]
async fn whoever_took_over_from_a_unit_owes_its_answers() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let places = [penalty(&desk, 1, 11, "0.2").await, penalty(&desk, 1, 12, "0.4").await];
    let agent = confirmed(&desk, 0, 1).await;
    apply(&desk, &agent, form(&desk, &[places[0].1])).await.expect("applied");
    let grounds = Grounds {
        on: DAY,
        reason: "机构改革（示例）".to_owned(),
        document: "示例文件1号".to_owned(),
    };
    let heirs = vec!["health".to_owned()];
    let system = Actor::system("test");
    reform(&desk, &system, UNIT, (Reform::Merge, &heirs), &grounds).await.expect("reformed");
    let heir = person("heir", Role::Reviewer, "health");
    let waits = work(&desk, &heir, false, 1).await.expect("work").lines;
    assert_eq!((waits.len(), waits[0].unit.as_str()), (1, "平陆县卫生健康和体育局"));
    step(&desk, &heir, doing(waits[0].id, Event::Accept)).await.expect("accepted by the heir");
    // What is applied for from now on is the heir's from the beginning.
    apply(&desk, &agent, form(&desk, &[places[1].1])).await.expect("applied");
    assert_eq!(work(&desk, &heir, false, 1).await.expect("work").lines.len(), 2);
    sound(&desk).await;
}

#[tokio::test]
async fn at_the_window_there_is_a_scan_and_somebody_to_call() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let office = office();
    let (clerk, _) = team();
    let visitor =
        || Visitor { name: "示例来人".to_owned(), telephone: "0359-0000000".to_owned() };
    let file = || Some(scan(&desk, "paper.pdf", b"%PDF-1.7 example"));
    let known = forecast_for_window(&desk, &office, &code(1)).await.expect("known");
    assert_eq!(known.records.len(), 1);
    let command = || Apply { file: file(), ..form(&desk, &[place.1]) };
    let denied = apply_at_window(&desk, &clerk, &code(1), visitor(), command()).await;
    assert_eq!(denied.expect_err("not a clerk's").code(), "access.denied");
    let without = Apply { file: None, ..command() };
    let missing = apply_at_window(&desk, &office, &code(1), visitor(), without).await;
    assert_eq!(missing.expect_err("no scan").code(), "repair.scan-missing");
    let nobody = apply_at_window(&desk, &office, &code(1), Visitor::default(), command()).await;
    assert_eq!(nobody.expect_err("nobody").code(), "repair.visitor-missing");
    apply_at_window(&desk, &office, &code(1), visitor(), command()).await.expect("entered");
    let id = work(&desk, &clerk, false, 1).await.expect("work").lines[0].id;
    let shown = case(&desk, &clerk, id).await.expect("shown");
    assert_eq!(shown.way, "window");
    assert_eq!(shown.visitor, Some(visitor()));
    assert!(!shown.signed && shown.materials.len() == 1);
    step(&desk, &clerk, doing(id, Event::Ask)).await.expect("asked");
    let given = Supply { item: id, words: "已补".to_owned(), file: file() };
    supply_at_window(&desk, &office, given).await.expect("given");
    let why = "示例来人持书面申请撤回";
    let long = "长".repeat(201);
    for unfit in ["", " 撤回 ", long.as_str()] {
        let silent = refused(withdraw_at_window(&desk, &office, id, unfit)).await;
        assert_eq!(silent, "repair.take-back-reason");
    }
    withdraw_at_window(&desk, &office, id, why).await.expect("taken back");
    let shown = case(&desk, &clerk, id).await.expect("shown");
    assert_eq!(shown.steps.last().map(|step| step.reason.as_str()), Some(why));
    sound(&desk).await;
}
