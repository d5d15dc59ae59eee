//! An application for repair from the first form to the last receipt, and everything that must not happen on the way.

mod applying;
mod down;
mod later;
mod owner;
mod review;

use jiff::civil::date;
use xinyong_domain::rules::repair::{Outcome, Standing};
use xinyong_domain::workflow::repair::Event;
use xinyong_store::{RepairApplication, Withdrawal};

use super::*;
use crate::access::{Actor, Role};
use crate::accounts::{CreateAccount, create_account};
use crate::agents::tests::confirmed;
use crate::browse::public_record;
use crate::publicity::{self, Withdraw};
use crate::repair_tests::grounds;
use crate::testing::{
    UNIT, all_connections_but_one, code, desk, office, penalty, person, postgres_desk, refused,
    scan, sound, team,
};
use crate::units::{Grounds, Reform, reform};

/// Three months after the decision of [`penalty`], the first day for its general class.
const DAY: Date = date(2026, 12, 1);

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

/// The item of a subject that has one.
async fn item(desk: &Desk, agent: &Agent) -> i64 {
    own_repairs(desk, agent).await.expect("a list")[0].id
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
