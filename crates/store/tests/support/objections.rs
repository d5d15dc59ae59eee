//! Objections: one open at a time for a record, step by step, each step a link of a chain, the mark in step with them.

use jiff::civil::date;
use xinyong_store::{
    ChainedStep, Content, NewRecord, NumberPlace, Objection, ObjectionMaterial, ObjectionVisitor,
    Purpose, Receipts, RecordChange, Store, Tx, objection_place, objection_visitor_place,
};

use crate::{Ground, NOW, conflict, furnish, problems};

fn objection(tx: &Tx, id: i64, once: &str) -> Objection {
    let keys = tx.store().keys();
    Objection {
        id,
        once: once.to_owned(),
        claimant_id: 1,
        subject_id: 1,
        record_id: 11,
        version: 1,
        kind: "administrative-penalty".to_owned(),
        ground: "content".to_owned(),
        sealed: keys.seal(Purpose::Person, &objection_place(id), b"{}").expect("sealed"),
        statement: "示例声明".to_owned(),
        way: "window".to_owned(),
        account_id: None,
        filed_on: date(2026, 5, 29),
        filed_at: NOW,
        filed_by: "clerk".to_owned(),
        law_edition: "示例".to_owned(),
        unit_id: "market".to_owned(),
        stage: "filed".to_owned(),
        statement_state: "shown".to_owned(),
        answer_by: None,
        withheld_on: None,
        answered_on: None,
        outcome: None,
        corrected_on: None,
        notice: None,
        seq: 0,
        hash: String::new(),
    }
}

fn step(event: &str, detail: &str) -> ChainedStep {
    let step = ChainedStep::new(event, date(2026, 5, 29), NOW, "clerk");
    ChainedStep { reason: "示例".to_owned(), detail: detail.to_owned(), ..step }
}

async fn held(store: &Store, id: i64) -> Objection {
    store.objection(id).await.expect("asked").expect("kept")
}

/// The record with a mark, or without.
async fn mark(tx: &mut Tx, platform: &str) {
    let old = tx.record(1, 11).await.expect("asked").expect("kept");
    let change = RecordChange {
        expected: old.version,
        event: Some(("marked", date(2026, 5, 29))),
        delivered: false,
        withdrawn_on: old.withdrawn_on,
        record: NewRecord {
            subject_id: 1,
            id: 11,
            kind: old.kind,
            natural_key: old.natural_key,
            number: NumberPlace::default(),
            content: Content::new(old.content),
            sealed: old.sealed,
            platform: platform.to_owned(),
            party_category: old.party_category,
            decided_on: old.decided_on,
            valid_until: old.valid_until,
            unit_id: old.unit_id,
            batch_id: old.batch_id,
            row: old.row,
            recorded_at: NOW,
            law_edition: old.law_edition,
            public_from: old.public_from,
            public_until: old.public_until,
            content_digest: old.content_digest,
            actor: "clerk".to_owned(),
            second: None,
            reason: "示例".to_owned(),
            citations: "[]".to_owned(),
        },
    };
    tx.change_records(&[change]).await.expect("marked");
}

pub async fn an_objection_goes_step_by_step(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    let before = store.record(1, 11).await.expect("asked").expect("kept").platform;
    let mut tx = store.transaction("test").await.expect("begun");
    let new = objection(&tx, 71, "form-71");
    let hash = tx.add_objection(&new).await.expect("kept");
    let next = Objection { hash, ..new };
    let next = tx.move_objection(&next, &step("file", "")).await.expect("moved").expect("first");
    mark(&mut tx, r#"{"objected":{"objection":71,"since":"2026-05-29","statement":"示例声明"}}"#)
        .await;
    tx.commit().await.expect("committed");
    assert_eq!(problems(&store).await, []);
    assert_eq!(held(&store, 71).await, next);
    let once = store.objection_once("form-71").await.expect("asked").expect("the same form");
    assert_eq!(once.id, 71);

    // One of a record at a time, and a form is sent once.
    for (id, form) in [(72, "form-71"), (72, "form-72")] {
        let mut tx = store.transaction("test").await.expect("begun");
        let again = objection(&tx, id, form);
        assert!(conflict(&tx.add_objection(&again).await), "{form}");
    }

    // Who comes second moves nothing.
    let upheld = Objection {
        stage: "upheld".to_owned(),
        answered_on: Some(date(2026, 5, 30)),
        outcome: Some("correct".to_owned()),
        ..held(&store, 71).await
    };
    let mut tx = store.transaction("test").await.expect("begun");
    let open = tx.lock_objection(71).await.expect("held").expect("open");
    assert_eq!((open.id, open.seq), (71, 1));
    let first = tx.move_objection(&upheld, &step("uphold", "correct")).await.expect("moved");
    assert_eq!(first.map(|one| one.seq), Some(2));
    let second = tx.move_objection(&upheld, &step("uphold", "correct")).await.expect("overtaken");
    assert!(second.is_none());
    tx.commit().await.expect("committed");
    assert_eq!(problems(&store).await, []);
    let open = store.open_objections(&[(1, 11), (2, 12)]).await.expect("asked");
    assert_eq!(open.keys().copied().collect::<Vec<_>>(), [11]);

    let mut tx = store.transaction("test").await.expect("begun");
    let corrected = Objection {
        stage: "corrected".to_owned(),
        corrected_on: Some(date(2026, 5, 31)),
        notice: Some("[]".to_owned()),
        ..tx.lock_objection(71).await.expect("held").expect("kept")
    };
    tx.move_objection(&corrected, &step("carry-out", "[]")).await.expect("moved").expect("first");
    tx.add_receipts(&Receipts::OBJECTION, 71, &["portal".to_owned(), "upper".to_owned()])
        .await
        .expect("noted");
    assert!(
        tx.confirm_receipt(&Receipts::OBJECTION, (71, "portal"), ("x", NOW), "示例")
            .await
            .expect("noted")
    );
    assert!(
        !tx.confirm_receipt(&Receipts::OBJECTION, (71, "portal"), ("x", NOW), "示例")
            .await
            .expect("once")
    );
    assert_eq!(tx.open_receipts(&Receipts::OBJECTION, 71).await.expect("counted"), 1);
    tx.commit().await.expect("committed");
    // The mark stands although it is done: seen.
    let seen = problems(&store).await;
    assert!(seen.contains(&("objection".to_owned(), "71".to_owned())), "{seen:?}");
    assert!(seen.contains(&("record".to_owned(), "1/11".to_owned())), "{seen:?}");
    let mut tx = store.transaction("test").await.expect("begun");
    mark(&mut tx, &before).await;
    tx.commit().await.expect("committed");
    assert_eq!(problems(&store).await, []);
    assert_eq!(store.corrected_objections(9).await.expect("listed").len(), 1);
    assert_eq!(store.objections_of_record(1, 11).await.expect("listed").len(), 1);
    assert_eq!(store.objections_of_record(2, 11).await.expect("listed"), []);
    assert_eq!(store.objections_of(1, 9).await.expect("listed").len(), 1);
    let (own, other) = (["market".to_owned()], ["tax".to_owned()]);
    for newest in [false, true] {
        for (stages, units, found) in [
            (&["corrected", "filed"][..], None, 1),
            (&["filed"], None, 0),
            (&["corrected", "filed"], Some(&own[..]), 1),
            (&["filed"], Some(&own[..]), 0),
            (&["corrected"], Some(&other[..]), 0),
        ] {
            let listed = store.objections_in(stages, units, newest, 9).await.expect("listed");
            assert_eq!(listed.len(), found, "{stages:?} {units:?}");
        }
    }
    assert_eq!(store.receipts(&Receipts::OBJECTION, 71).await.expect("listed").len(), 2);

    // Another may follow, with what is handed in.
    let mut tx = store.transaction("test").await.expect("begun");
    tx.add_objection_material(&ObjectionMaterial {
        objection_id: 71,
        seq: 0,
        file_digest: "gone".to_owned(),
        file_type: "pdf".to_owned(),
        added_at: NOW,
        added_by: "clerk".to_owned(),
    })
    .await
    .expect("kept");
    tx.commit().await.expect("committed");
    assert_eq!(store.objection_materials(71).await.expect("listed")[0].seq, 1);
    let wrong = ("objection_material".to_owned(), "71/1".to_owned());
    assert_eq!(problems(&store).await, [wrong], "its file is not there");
    store.raw_execute("DELETE FROM objection_material").await.expect("mended");

    for (change, table, row) in [
        ("UPDATE objection_step SET reason = 'x' WHERE seq = 2", "objection", "71"),
        ("UPDATE objection SET statement = 'x'", "objection", "71"),
        ("UPDATE objection SET ground = 'party'", "objection", "71"),
        ("UPDATE objection SET unit_id = 'gone'", "objection", "71"),
        ("UPDATE objection SET stage = 'closed'", "objection", "71"),
        ("UPDATE objection SET stage = 'filed'", "objection", "71"),
        ("UPDATE objection SET corrected_on = NULL", "objection", "71"),
        ("UPDATE objection SET outcome = 'remove'", "objection", "71"),
        ("UPDATE objection SET way = 'online'", "objection", "71"),
        ("UPDATE objection_receipt SET confirmed_by = NULL", "objection_receipt", "71/portal"),
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
    let file = ground.path("objections");
    let made = store.backup(&file, NOW).await.expect("made");
    for (table, rows) in [("objection", 1), ("objection_step", 3), ("objection_receipt", 2)] {
        assert_eq!(made.rows[table], rows, "{table}");
    }
}

/// A natural person objects: who it is stands beside the chain, and goes without breaking it.
pub async fn who_came_with_an_objection_is_erased(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    let before = store.record(1, 11).await.expect("asked").expect("kept").platform;
    let mut tx = store.transaction("test").await.expect("begun");
    let state = "held".to_owned();
    let new = Objection { claimant_id: 0, statement_state: state, ..objection(&tx, 72, "form-72") };
    let hash = tx.add_objection(&new).await.expect("kept");
    let place = objection_visitor_place(72);
    let sealed = tx.store().keys().seal(Purpose::Person, &place, b"{}").expect("sealed");
    let relation = Some("representative".to_owned());
    let visitor = ObjectionVisitor::new(72, sealed, relation, true);
    tx.add_objection_visitor(&visitor).await.expect("kept");
    let next = Objection { hash, ..new };
    let filed = step("file", &visitor.digest);
    let filed = tx.move_objection(&next, &filed).await.expect("moved").expect("first");
    mark(&mut tx, r#"{"objected":{"objection":72,"since":"2026-05-29"}}"#).await;
    tx.commit().await.expect("committed");
    assert_eq!(problems(&store).await, []);
    let held = store.objection_visitors(&[71, 72]).await.expect("asked");
    assert_eq!((held.len(), held.get(&72)), (1, Some(&visitor)));

    let mut tx = store.transaction("test").await.expect("begun");
    // The words stand beside the record since a second person looked, and not before.
    let shown = Objection { statement_state: "shown".to_owned(), ..filed };
    let attested = tx.move_objection(&shown, &step("attest", "")).await.expect("moved");
    let attested = attested.expect("first");
    mark(&mut tx, r#"{"objected":{"objection":72,"since":"2026-05-29","statement":"示例声明"}}"#)
        .await;
    assert!(tx.attest_objection_visitor(72, "clerk").await.expect("noted"));
    assert!(!tx.attest_objection_visitor(72, "other").await.expect("once"));
    assert_eq!(tx.erase_objection_visitors(date(2027, 1, 1)).await.expect("ran"), 0, "open");
    tx.commit().await.expect("committed");
    assert_eq!(problems(&store).await, []);

    let row = ("objection_visitor".to_owned(), "72".to_owned());
    for change in [
        "UPDATE objection_visitor SET attested_by = 'x'",
        "UPDATE objection_visitor SET digest = 'x'",
        "UPDATE objection_visitor SET relation = NULL",
        "UPDATE objection_visitor SET sealed = NULL",
        "DELETE FROM objection_visitor",
    ] {
        store
            .raw_execute("CREATE TABLE aside AS SELECT * FROM objection_visitor")
            .await
            .expect("aside");
        store.raw_execute(change).await.expect("damaged");
        assert!(problems(&store).await.contains(&row), "{change}");
        let back = "DELETE FROM objection_visitor; INSERT INTO objection_visitor SELECT * FROM aside; DROP TABLE aside";
        store.raw_execute(back).await.expect("put back");
    }

    let mut tx = store.transaction("test").await.expect("begun");
    let over = Objection { stage: "withdrawn".to_owned(), ..attested };
    tx.move_objection(&over, &step("withdraw", "")).await.expect("moved").expect("first");
    mark(&mut tx, &before).await;
    assert_eq!(tx.erase_objection_visitors(date(2026, 5, 29)).await.expect("ran"), 0, "that day");
    assert_eq!(tx.erase_objection_visitors(date(2026, 5, 30)).await.expect("ran"), 1);
    assert_eq!(tx.erase_objection_visitors(date(2026, 5, 30)).await.expect("ran"), 0);
    tx.commit().await.expect("committed");
    assert_eq!(problems(&store).await, [], "the chain holds without it");
    let held = store.objection_visitors(&[72]).await.expect("asked");
    assert_eq!(held[&72].sealed, None);
    let made = store.backup(&ground.path("visitors"), NOW).await.expect("made");
    assert_eq!(made.rows["objection_visitor"], 1);
}
