//! Who decides: the unit, a level outside of the platform, whoever took over.

use super::*;

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
