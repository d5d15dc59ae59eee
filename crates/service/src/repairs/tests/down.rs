//! Why a record is down: repaired, shielded, revoked, or several of these at once; and what of it ends when.

use super::later::{finding, granted, note, ruling, verified};
use super::*;

/// A record under a shield, with its id.
async fn shielded(desk: &Desk, place: (i64, i64)) -> i64 {
    let (clerk, reviewer) = team();
    let id = enter_shield(desk, &clerk, ruling(desk, place, None)).await.expect("entered");
    decide_shield(desk, &reviewer, id, true, "").await.expect("confirmed");
    id
}

async fn lift_it(desk: &Desk, id: i64, lift: Lift) {
    let (clerk, _) = team();
    let second = person("second", Role::Reviewer, UNIT);
    propose_lift(desk, &clerk, id, (lift, "示例理由", "（2027）示破1号之二"))
        .await
        .expect("proposed");
    decide_lift(desk, &second, id, true, "").await.expect("lifted");
}

fn revoked(place: (i64, i64)) -> Withdraw {
    Withdraw {
        subject: place.0,
        record: place.1,
        decided: DAY,
        reason: "法院撤销（依据：示行初1号）".to_owned(),
    }
}

/// What was applied for before is granted.
async fn grant(desk: &Desk, id: i64) {
    let (clerk, reviewer) = team();
    for event in [Event::Accept, Event::Review] {
        step(desk, &clerk, doing(id, event)).await.expect("done");
    }
    step(desk, &reviewer, doing(id, Event::Grant)).await.expect("granted");
}

#[tokio::test]
async fn a_repair_undone_under_a_shield_shows_nothing_before_the_lift() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let agent = confirmed(&desk, 0, 1).await;
    let (clerk, reviewer) = team();
    apply(&desk, &agent, form(&desk, &[place.1])).await.expect("applied");
    let id = item(&desk, &agent).await;
    let shield = shielded(&desk, place).await;
    assert!(own_messages(&desk, &agent.actor).await.expect("read")[0].text.contains("暂时屏蔽"));
    // Shielded is not withdrawn: the application goes on, and the night ends nothing.
    let shown = case(&desk, &clerk, id).await.expect("shown");
    assert!(shown.changed.contains("照常办理"), "{}", shown.changed);
    assert_eq!(lapse_withdrawn(&desk, &Actor::system("system")).await.expect("ran"), 0);
    grant(&desk, id).await;
    verified(&desk, "repair.false.restore", "true").await;
    let found = propose_finding(&desk, &clerk, finding(id, true)).await.expect("proposed");
    decide_finding(&desk, &reviewer, found, true, "事实清楚").await.expect("decided");
    assert!(public_record(&desk, place.0, place.1).await.is_err(), "the court's shield stands");
    let shown = case(&desk, &clerk, id).await.expect("shown");
    assert!(shown.findings[0].consequence.contains("仍不公示"), "{:?}", shown.findings);
    sound(&desk).await;
    lift_it(&desk, shield, Lift::Ended).await;
    assert!(public_record(&desk, place.0, place.1).await.is_ok(), "an undone grant holds nothing");
    sound(&desk).await;
}

#[tokio::test]
async fn a_grant_under_a_shield_holds_after_the_lift() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let agent = confirmed(&desk, 0, 1).await;
    apply(&desk, &agent, form(&desk, &[place.1])).await.expect("applied");
    let id = item(&desk, &agent).await;
    let shield = shielded(&desk, place).await;
    grant(&desk, id).await;
    lift_it(&desk, shield, Lift::Ended).await;
    assert!(public_record(&desk, place.0, place.1).await.is_err());
    // Nothing else held it down: found to be false, it stands again.
    let (clerk, reviewer) = team();
    verified(&desk, "repair.false.restore", "true").await;
    let found = propose_finding(&desk, &clerk, finding(id, true)).await.expect("proposed");
    decide_finding(&desk, &reviewer, found, true, "事实清楚").await.expect("decided");
    assert!(public_record(&desk, place.0, place.1).await.is_ok());
    sound(&desk).await;
}

#[tokio::test]
async fn what_is_revoked_while_it_is_down_never_stands_again() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let places = [penalty(&desk, 1, 11, "0.2").await, penalty(&desk, 1, 12, "0.4").await];
    let agent = confirmed(&desk, 0, 1).await;
    let (clerk, reviewer) = team();
    // Under a shield, with an application under way.
    apply(&desk, &agent, form(&desk, &[places[0].1])).await.expect("applied");
    let pending = item(&desk, &agent).await;
    let shield = shielded(&desk, places[0]).await;
    publicity::withdraw(&desk, &reviewer, revoked(places[0])).await.expect("revoked");
    let own = own_case(&desk, &agent, pending).await.expect("shown");
    assert_eq!(own.line.stage, Stage::Lapsed);
    let twice = refused(publicity::withdraw(&desk, &reviewer, revoked(places[0]))).await;
    assert_eq!(twice, "withdraw.already");
    lift_it(&desk, shield, Lift::Ended).await;
    assert!(public_record(&desk, places[0].0, places[0].1).await.is_err());
    sound(&desk).await;
    // After a repair, which was false.
    let id = granted(&desk, places[1], &agent).await;
    publicity::withdraw(&desk, &reviewer, revoked(places[1])).await.expect("revoked");
    let record = desk.store().record(places[1].0, places[1].1).await.expect("asked").expect("kept");
    assert_eq!(record.state, xinyong_store::REVOKED);
    verified(&desk, "repair.false.restore", "true").await;
    let found = propose_finding(&desk, &clerk, finding(id, true)).await.expect("proposed");
    decide_finding(&desk, &reviewer, found, true, "事实清楚").await.expect("decided");
    assert!(public_record(&desk, places[1].0, places[1].1).await.is_err());
    sound(&desk).await;
}

#[tokio::test]
async fn a_reorganisation_carried_out_ends_what_is_pending_with_the_true_reason() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let agent = confirmed(&desk, 0, 1).await;
    apply(&desk, &agent, form(&desk, &[place.1])).await.expect("applied");
    let id = item(&desk, &agent).await;
    let shield = shielded(&desk, place).await;
    lift_it(&desk, shield, Lift::Performed).await;
    let own = own_case(&desk, &agent, id).await.expect("shown");
    let last = own.steps.last().expect("a step");
    assert!(last.reason.contains("执行完毕") && !last.reason.contains("不是修复"), "{last:?}");
    assert_eq!(own.line.stage, Stage::Lapsed);
    let (clerk, _) = team();
    let none = refused(propose_finding(&desk, &clerk, finding(id, false))).await;
    assert_eq!(none, "repair.out-of-order");
    sound(&desk).await;
}

#[tokio::test]
async fn what_was_put_right_before_the_decision_is_noted_with_its_day() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let (clerk, _) = team();
    let early = date(2026, 8, 20);
    assert_eq!(
        refused(note_duty(&desk, &clerk, note(place, "paid", early))).await,
        "repair.duty-day"
    );
    note_duty(&desk, &clerk, note(place, "corrected", early)).await.expect("noted");
    note_duty(&desk, &clerk, note(place, "accepted", early)).await.expect("noted");
    assert_eq!(
        refused(note_duty(&desk, &clerk, note(place, "corrected", date(2026, 12, 2)))).await,
        "repair.duty-day"
    );
}

#[tokio::test]
async fn who_is_barred_is_told_from_when_and_nobody_urges_it() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let places = [penalty(&desk, 1, 11, "0.2").await, penalty(&desk, 1, 12, "0.4").await];
    let agent = confirmed(&desk, 0, 1).await;
    let (clerk, reviewer) = team();
    let id = granted(&desk, places[0], &agent).await;
    verified(&desk, "repair.ban.months", "6").await;
    assert_eq!(urge_list(&desk, &clerk, 1).await.expect("a list").all, 1);
    let found = propose_finding(&desk, &clerk, finding(id, false)).await.expect("proposed");
    decide_finding(&desk, &reviewer, found, true, "事实清楚").await.expect("decided");
    let told = forecast_one(&desk, &agent, places[1].1).await.expect("a forecast");
    assert!(!told.may_apply());
    assert_eq!(told.ruling.value.standing, Standing::TooEarly);
    assert_eq!(told.ruling.value.from, Some(date(2027, 6, 1)));
    assert_eq!(urge_list(&desk, &clerk, 1).await.expect("a list").all, 0);
    let later = desk.at(date(2027, 6, 1));
    assert!(forecast_one(&later, &agent, places[1].1).await.expect("a forecast").may_apply());
}

#[tokio::test]
async fn of_a_grant_and_a_lift_at_once_the_grant_holds_on_the_other_engine() {
    let folder = tempfile::tempdir().expect("folder");
    let Some((_server, desk)) = postgres_desk(&folder, DAY).await else { return };
    let agent = confirmed(&desk, 0, 1).await;
    let (clerk, reviewer) = team();
    let second = person("second", Role::Reviewer, UNIT);
    for number in 11..15 {
        let place = penalty(&desk, 1, number, "0.2").await;
        apply(&desk, &agent, form(&desk, &[place.1])).await.expect("applied");
        let id = item(&desk, &agent).await;
        let shield = shielded(&desk, place).await;
        for event in [Event::Accept, Event::Review] {
            step(&desk, &clerk, doing(id, event)).await.expect("done");
        }
        let said = (Lift::Ended, "示例理由", "（2027）示破1号之二");
        propose_lift(&desk, &clerk, shield, said).await.expect("proposed");
        let (granted, lifted) = tokio::join!(
            step(&desk, &reviewer, doing(id, Event::Grant)),
            decide_lift(&desk, &second, shield, true, ""),
        );
        lifted.expect("lifted");
        granted.expect("granted");
        assert!(public_record(&desk, place.0, place.1).await.is_err());
    }
    sound(&desk).await;
}

#[tokio::test]
async fn the_form_of_a_ruling_is_offered_where_one_would_be_taken() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let (clerk, reviewer) = team();
    let offered =
        async |on: &Desk| record_repair(on, &clerk, place).await.expect("shown").may_shield;
    let enter = async |on: &Desk| enter_shield(on, &clerk, ruling(on, place, None)).await;
    assert!(offered(&desk).await);
    let id = enter(&desk).await.expect("entered");
    assert!(!offered(&desk).await, "one waits");
    assert_eq!(refused(enter(&desk)).await, "repair.shield-already");
    decide_shield(&desk, &reviewer, id, false, "裁定书与信息不符").await.expect("declined");
    assert!(offered(&desk).await);
    let ended = desk.at(date(2030, 1, 2));
    assert!(!offered(&ended).await, "its time in public is over");
    assert_eq!(refused(enter(&ended)).await, "repair.nothing");
    shielded(&desk, place).await;
    assert!(!offered(&desk).await, "it is down");
    assert_eq!(refused(enter(&desk)).await, "repair.nothing");
}
