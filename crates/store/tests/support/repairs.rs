//! Applications for repair: one at a time for a record, step by step, each step a link of a chain, and a receipt of every place.

use jiff::civil::date;
use xinyong_store::{
    ChainedStep, DeclinedLift, REVOKED, Receipts, RepairApplication, RepairItem, RepairMaterial,
    RepairShield, StepChain, Store, Withdrawal, repair_place,
};
use xinyong_store::{Purpose, Tx};

use crate::{Ground, NOW, conflict, furnish, problems};

fn application(id: i64, once: &str) -> RepairApplication {
    RepairApplication {
        id,
        once: once.to_owned(),
        subject_id: 1,
        way: "window".to_owned(),
        account_id: None,
        sealed: None,
        commitment: None,
        applied_on: date(2026, 5, 29),
        applied_at: NOW,
        applied_by: "clerk".to_owned(),
    }
}

fn item(id: i64, application: i64) -> RepairItem {
    RepairItem {
        id,
        application_id: application,
        subject_id: 1,
        record_id: 11,
        version: 1,
        unit_id: "market".to_owned(),
        kind: "administrative-penalty".to_owned(),
        entry: "ndrc".to_owned(),
        rules: "{}".to_owned(),
        law_edition: "示例".to_owned(),
        stage: "applied".to_owned(),
        applied_on: date(2026, 5, 29),
        supplied_on: None,
        granted_on: None,
        extended_days: None,
        seq: 0,
        hash: String::new(),
    }
}

fn step(event: &str) -> ChainedStep {
    let step = ChainedStep::new(event, date(2026, 5, 29), NOW, "clerk");
    ChainedStep { reason: "示例".to_owned(), ..step }
}

/// An application with one record and its first step.
async fn apply(tx: &mut Tx, id: i64, new: &RepairItem) {
    let mut application = application(id, &format!("form-{id}"));
    let keys = tx.store().keys().clone();
    application.sealed =
        Some(keys.seal(Purpose::Person, &repair_place(id), b"{}").expect("sealed"));
    tx.add_repair_application(&application).await.expect("kept");
    let hash = tx.add_repair_item(new).await.expect("kept");
    let next = RepairItem { hash, ..new.clone() };
    assert!(tx.move_repair_item(&next, &step("apply")).await.expect("moved"));
}

async fn held(store: &Store, id: i64) -> RepairItem {
    store.repair_item(id).await.expect("asked").expect("kept")
}

pub async fn a_repair_goes_step_by_step(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    let mut tx = store.transaction("test").await.expect("begun");
    apply(&mut tx, 71, &item(81, 71)).await;
    tx.commit().await.expect("committed");
    assert_eq!(problems(&store).await, []);
    let ask = store.repair_application_once("form-71").await.expect("asked");
    assert_eq!(ask, Some(71), "the same form is the same application");

    // One of a record at a time, and a form is sent once.
    let mut tx = store.transaction("test").await.expect("begun");
    assert!(conflict(&tx.add_repair_application(&application(72, "form-71")).await));
    drop(tx);
    let mut tx = store.transaction("test").await.expect("begun");
    tx.add_repair_application(&application(72, "form-72")).await.expect("kept");
    assert!(conflict(&tx.add_repair_item(&item(82, 72)).await));
    drop(tx);

    // Who comes second moves nothing.
    let before = held(&store, 81).await;
    let next = RepairItem { stage: "reviewed".to_owned(), ..before.clone() };
    let mut tx = store.transaction("test").await.expect("begun");
    assert!(tx.move_repair_item(&next, &step("review")).await.expect("moved"));
    assert!(!tx.move_repair_item(&next, &step("review")).await.expect("overtaken"));
    tx.commit().await.expect("committed");
    let steps = store.steps(&StepChain::REPAIR, 81).await.expect("listed");
    let words: Vec<_> = steps.iter().map(|step| (step.seq, step.event.as_str())).collect();
    assert_eq!(words, [(1, "apply"), (2, "review")]);
    assert_eq!(steps[1].previous, steps[0].hash);

    // Granted: it comes down, every place is noted, and a repaired record is known as one.
    assert!(store.holds(&[(1, 11, "")]).await.expect("asked").repaired.is_empty());
    let granted = RepairItem {
        stage: "granted".to_owned(),
        granted_on: Some(date(2026, 5, 30)),
        ..held(&store, 81).await
    };
    let record = store.record(1, 11).await.expect("asked").expect("kept");
    let mut tx = store.transaction("test").await.expect("begun");
    assert!(tx.move_repair_item(&granted, &step("grant")).await.expect("moved"));
    tx.add_receipts(&Receipts::REPAIR, 81, &["portal".to_owned(), "national".to_owned()])
        .await
        .expect("noted");
    tx.withdraw_record(&Withdrawal {
        subject_id: 1,
        id: 11,
        expected: record.version,
        on: date(2026, 5, 30),
        at: NOW,
        reason: "示例".to_owned(),
        actor: "clerk".to_owned(),
        second: None,
        law_edition: "示例".to_owned(),
        citations: "[]".to_owned(),
    })
    .await
    .expect("down");
    assert!(
        tx.confirm_receipt(&Receipts::REPAIR, (81, "portal"), ("system", NOW), "示例")
            .await
            .expect("noted")
    );
    assert!(
        !tx.confirm_receipt(&Receipts::REPAIR, (81, "portal"), ("system", NOW), "示例")
            .await
            .expect("once")
    );
    let locked = tx.lock_repair_item(81).await.expect("held").expect("there");
    assert_eq!((locked.stage.as_str(), locked.seq), ("granted", 3));
    assert!(tx.lock_repair_item(82).await.expect("asked").is_none());
    assert_eq!(tx.open_receipts(&Receipts::REPAIR, 81).await.expect("counted"), 1);
    tx.commit().await.expect("committed");
    assert_eq!(problems(&store).await, []);
    assert_eq!(store.holds(&[(1, 11, ""), (2, 21, "")]).await.expect("asked").repaired.len(), 1);
    let receipts = store.receipts(&Receipts::REPAIR, 81).await.expect("listed");
    assert_eq!(receipts.iter().filter(|one| one.confirmed_at.is_some()).count(), 1);
    let (market, other) = (["market".to_owned()], ["gone".to_owned()]);
    for (units, many) in [(None, 1), (Some(market.as_slice()), 1), (Some(other.as_slice()), 0)] {
        let clocks = store.repair_clocks(units, &["granted", "applied"]).await.expect("listed");
        assert_eq!(clocks.len(), many);
        let courses = store.repair_courses(units, &["granted"]).await.expect("listed");
        assert_eq!(courses.len(), many);
        let (page, all) =
            store.repair_items_page(units, &["granted"], (1, 0)).await.expect("listed");
        assert_eq!((page.len(), all), (many, i64::try_from(many).expect("few")));
        let (page, _) = store.repair_items_page(units, &["granted"], (1, 1)).await.expect("listed");
        assert!(page.is_empty());
        let none = store.repair_clocks(units, &["closed"]).await.expect("listed");
        assert!(none.is_empty());
        assert!(store.repair_grounds(units).await.expect("counted").is_empty());
    }
    assert_eq!(store.repair_items_of_subject(1, 10).await.expect("listed")[0].id, 81);
    assert_eq!(store.repair_items_of_record(1, 11).await.expect("listed")[0].id, 81);

    // A second application for another state of the record may follow, with what is handed in.
    let mut tx = store.transaction("test").await.expect("begun");
    tx.add_repair_material(&RepairMaterial {
        application_id: 71,
        seq: 0,
        material: "performance".to_owned(),
        file_digest: "gone".to_owned(),
        file_type: "pdf".to_owned(),
        added_at: NOW,
        added_by: "clerk".to_owned(),
        items: vec![81],
    })
    .await
    .expect("kept");
    tx.commit().await.expect("committed");
    let handed = store.repair_materials(71).await.expect("listed");
    assert_eq!((handed[0].seq, handed[0].items.as_slice()), (1, [81].as_slice()));
    let wrong = ("repair_material".to_owned(), "71/1".to_owned());
    assert_eq!(problems(&store).await, [wrong], "its file is not there");
    store.raw_execute("DELETE FROM repair_material").await.expect("mended");
    let wrong = ("repair_material".to_owned(), "71/1".to_owned());
    assert_eq!(problems(&store).await, [wrong], "a binding of nothing");
    store.raw_execute("DELETE FROM repair_material_item").await.expect("mended");

    for (change, table, row) in [
        ("UPDATE repair_step SET reason = 'x' WHERE seq = 2", "repair_item", "81"),
        ("UPDATE repair_item SET rules = '[]'", "repair_item", "81"),
        ("UPDATE repair_item SET unit_id = 'gone'", "repair_item", "81"),
        ("UPDATE repair_item SET stage = 'closed'", "repair_item", "81"),
        ("UPDATE repair_item SET granted_on = NULL", "repair_item", "81"),
        ("UPDATE repair_application SET sealed = NULL, way = 'online'", "repair_application", "71"),
        ("UPDATE repair_receipt SET confirmed_by = NULL", "repair_receipt", "81/portal"),
    ] {
        let name = change.split(' ').nth(1).expect("a table");
        store
            .raw_execute(&format!("CREATE TABLE aside AS SELECT * FROM {name}"))
            .await
            .expect("aside");
        store.raw_execute(change).await.expect("damaged");
        let found = problems(&store).await;
        assert!(found.contains(&(table.to_owned(), row.to_owned())), "{change}: {found:?}");
        let back =
            format!("DELETE FROM {name}; INSERT INTO {name} SELECT * FROM aside; DROP TABLE aside");
        store.raw_execute(&back).await.expect("put back");
    }
    assert_eq!(problems(&store).await, []);
    // A backup carries it all.
    let file = ground.path("repairs");
    let made = store.backup(&file, NOW).await.expect("made");
    for (table, rows) in
        [("repair_application", 1), ("repair_item", 1), ("repair_step", 3), ("repair_receipt", 2)]
    {
        assert_eq!(made.rows[table], rows, "{table}");
    }
}

fn shield(digest: String) -> RepairShield {
    RepairShield {
        id: 91,
        subject_id: 1,
        record_id: 11,
        unit_id: "market".to_owned(),
        court: "示例县人民法院".to_owned(),
        ruling: "（2026）示破1号".to_owned(),
        ruled_on: date(2026, 5, 29),
        until_day: None,
        file_digest: digest,
        file_type: "pdf".to_owned(),
        proposed_by: "clerk".to_owned(),
        proposed_at: NOW,
        state: "open".to_owned(),
        decided_by: None,
        decided_at: None,
        decided_on: None,
        decision: None,
        lift_kind: None,
        lift_reason: None,
        lift_document: None,
        lift_by: None,
        lift_at: None,
        lifted_by: None,
        lifted_at: None,
        lifted_on: None,
        restored: None,
        hash: String::new(),
    }
}

fn down(expected: i64) -> Withdrawal {
    Withdrawal {
        subject_id: 1,
        id: 11,
        expected,
        on: date(2026, 5, 30),
        at: NOW,
        reason: "示例".to_owned(),
        actor: "clerk".to_owned(),
        second: None,
        law_edition: "示例".to_owned(),
        citations: "[]".to_owned(),
    }
}

pub async fn what_holds_a_record_down_is_known(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    let place = (1, 11);
    let file = ground.path("ruling");
    std::fs::write(&file, b"%PDF-1.7 a ruling").expect("a file");
    let (digest, _) = store.store_upload_file(&file, "裁定书.pdf", NOW).await.expect("kept");
    let version = store.record(1, 11).await.expect("asked").expect("kept").version;
    let mut tx = store.transaction("test").await.expect("begun");
    assert!(tx.lock_repair_shield(place).await.expect("asked").is_none());
    tx.add_repair_shield(&shield(digest)).await.expect("kept");
    let open = tx.lock_repair_shield(place).await.expect("held").expect("there");
    let active = RepairShield {
        state: "active".to_owned(),
        decided_by: Some("reviewer".to_owned()),
        decided_at: Some(NOW),
        decided_on: Some(date(2026, 5, 30)),
        ..open
    };
    assert!(tx.move_repair_shield(&active).await.expect("moved"));
    tx.withdraw_record(&down(version)).await.expect("down");
    assert!(tx.is_down_otherwise(place, 0).await.expect("asked"));
    assert!(!tx.is_down_otherwise(place, 91).await.expect("asked"));
    tx.add_declined_lift(&DeclinedLift {
        shield_id: 91,
        seq: 0,
        lift_kind: "ended".to_owned(),
        reason: "示例".to_owned(),
        document: "示例".to_owned(),
        proposed_by: "clerk".to_owned(),
        proposed_at: NOW,
        declined_by: "reviewer".to_owned(),
        declined_at: NOW,
        declined_reason: "还在执行".to_owned(),
    })
    .await
    .expect("kept");
    tx.commit().await.expect("committed");
    assert_eq!(problems(&store).await, []);
    let holds = store.holds(&[(1, 11, ""), (2, 21, "")]).await.expect("asked");
    assert_eq!(holds.shielded.get(&11), Some(&date(2026, 5, 30)));
    assert!(holds.repaired.is_empty(), "not for good");
    assert_eq!(store.declined_lifts(91).await.expect("listed")[0].seq, 1);

    // Its decision is revoked: since the same day, and nothing is said in public.
    let said = store.publication_events(1, 11).await.expect("listed").len();
    let mut tx = store.transaction("test").await.expect("begun");
    let later = Withdrawal { on: date(2026, 6, 5), ..down(version + 1) };
    tx.withdraw_record(&later).await.expect("revoked");
    tx.commit().await.expect("committed");
    let held = store.record(1, 11).await.expect("asked").expect("kept");
    assert_eq!((held.state.as_str(), held.withdrawn_on), (REVOKED, Some(date(2026, 5, 30))));
    assert_eq!(store.publication_events(1, 11).await.expect("listed").len(), said);
    assert_eq!(problems(&store).await, []);

    // Carried out, it is a repair.
    let mut tx = store.transaction("test").await.expect("begun");
    let held = tx.lock_repair_shield(place).await.expect("held").expect("there");
    let lifted = RepairShield {
        state: "lifted".to_owned(),
        lift_kind: Some("performed".to_owned()),
        lift_by: Some("clerk".to_owned()),
        lifted_by: Some("reviewer".to_owned()),
        ..held
    };
    assert!(tx.move_repair_shield(&lifted).await.expect("moved"));
    assert!(tx.is_down_otherwise(place, 0).await.expect("asked"));
    assert!(tx.lock_repair_shield(place).await.expect("asked").is_none());
    tx.commit().await.expect("committed");
    let holds = store.holds(&[(1, 11, "")]).await.expect("asked");
    assert!(holds.repaired.contains(&11) && holds.shielded.is_empty());
    assert_eq!(problems(&store).await, []);
    store
        .raw_execute("UPDATE repair_shield_lift SET declined_reason = 'x'")
        .await
        .expect("damaged");
    let wrong = ("repair_shield_lift".to_owned(), "91/1".to_owned());
    assert_eq!(problems(&store).await, [wrong]);
}
