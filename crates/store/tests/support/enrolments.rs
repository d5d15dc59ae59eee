//! What the store promises about units that follow subjects, and about what is sent because of that.

use jiff::civil::date;
use xinyong_store::{
    ApiKeyRow, Delivery, Enrolment, Hook, NewDelivery, NewRecord, PublicationEvent, Store,
};

use super::{Ground, NOW, furnish, record, tokens};

pub fn enrolment(id: i64, subject_id: i64) -> Enrolment {
    Enrolment {
        id,
        unit_id: "market".to_owned(),
        subject_id,
        basis: "《示例条例》第三条".to_owned(),
        purpose: "示例监管".to_owned(),
        until_day: date(2026, 12, 31),
        made_by: "clerk".to_owned(),
        made_at: NOW,
        ended_by: None,
        ended_at: None,
        end_reason: None,
        lapsed_at: None,
    }
}

fn delivery(id: i64) -> NewDelivery {
    NewDelivery {
        id,
        key_id: 71,
        enrolment_id: 61,
        subject_id: 1,
        record_id: 11,
        seq: id,
        event: "published".to_owned(),
        event_at: NOW,
        made_at: NOW + 5,
    }
}

/// One of each, for the move of a backup.
pub async fn add(store: &Store) {
    let mut tx = store.transaction("t").await.expect("begun");
    let key = ApiKeyRow {
        id: 71,
        name: "示例系统".to_owned(),
        hash: "0".repeat(64),
        scopes: "follow".to_owned(),
        unit_id: "market".to_owned(),
        expires_on: date(2027, 1, 31),
        created_at: NOW,
        created_by: "admin".to_owned(),
        ended_at: None,
        ended_by: None,
    };
    tx.add_api_key(&key).await.expect("kept");
    tx.add_enrolment(&enrolment(61, 1)).await.expect("kept");
    let address = "https://example.org/changes".to_owned();
    tx.set_hook(&Hook { key_id: 71, address, set_by: "admin".to_owned(), set_at: NOW })
        .await
        .expect("set");
    tx.set_hook_place((71, 61), (NOW, 11, 83)).await.expect("set");
    assert!(tx.add_delivery(&delivery(81)).await.expect("kept"));
    tx.commit().await.expect("committed");
}

pub async fn enrolments_begin_end_and_lapse(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    let mut tx = store.transaction("t").await.expect("begun");
    for (id, subject) in [(61, 1), (62, 2), (63, 1)] {
        let until_day = date(2026, 12, if id == 63 { 1 } else { 31 });
        tx.add_enrolment(&Enrolment { until_day, ..enrolment(id, subject) }).await.expect("kept");
    }
    tx.commit().await.expect("committed");
    let today = date(2026, 12, 10);
    let force = async |subject| store.enrolment_in_force("market", subject, today).await;
    assert_eq!(force(1).await.expect("read").map(|one| one.id), Some(61));
    let mut tx = store.transaction("t").await.expect("begun");
    assert!(tx.end_enrolment(61, ("clerk", NOW + 5), "示例", today).await.expect("ended"));
    assert!(!tx.end_enrolment(61, ("clerk", NOW + 6), "示例", today).await.expect("tried"));
    assert!(!tx.end_enrolment(63, ("clerk", NOW), "示例", today).await.expect("over by itself"));
    tx.commit().await.expect("committed");
    assert_eq!(force(1).await.expect("read"), None);
    let ids = |list: Vec<Enrolment>| list.iter().map(|one| one.id).collect::<Vec<_>>();
    assert_eq!(ids(store.enrolments(Some("market"), 0, 9).await.expect("read")), [61, 62, 63]);
    assert_eq!(ids(store.enrolments(Some("other"), 0, 9).await.expect("read")), Vec::<i64>::new());
    assert_eq!(ids(store.enrolments(None, 61, 1).await.expect("read")), [62]);
    let lapsed = store.lapsed_enrolments(today, 9).await.expect("read");
    assert_eq!(ids(lapsed), [63]);
    let mut tx = store.transaction("t").await.expect("begun");
    assert!(tx.lapse_enrolment(63, NOW + 9).await.expect("written"));
    assert!(!tx.lapse_enrolment(63, NOW + 9).await.expect("once"));
    assert!(!tx.lapse_enrolment(61, NOW + 9).await.expect("ended before"));
    tx.commit().await.expect("committed");
    assert_eq!(store.lapsed_enrolments(today, 9).await.expect("read"), []);
    let report = store.fsck(&tokens, &mut |_, _| {}).await.expect("checked");
    assert!(report.is_sound(), "{report:?}");
    store
        .raw_execute("UPDATE enrolment SET end_reason = NULL WHERE id = 61")
        .await
        .expect("damaged");
    assert!(!store.fsck(&tokens, &mut |_, _| {}).await.expect("checked").is_sound());
}

pub async fn changes_of_one_subject_are_told_in_order(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    let quiet = NewRecord {
        kind: "contract-performance".to_owned(),
        public_from: None,
        public_until: None,
        recorded_at: NOW + 30,
        ..record(41, 1, "共享", date(2026, 5, 3))
    };
    let secret = NewRecord { kind: "tax-payment".to_owned(), ..quiet.clone() };
    let secret = NewRecord { id: 42, natural_key: "不说".to_owned(), ..secret };
    let mut tx = store.transaction("t").await.expect("begun");
    tx.insert_records(&[quiet, secret]).await.expect("recorded");
    tx.add_publication_events(&[PublicationEvent {
        subject_id: 1,
        record_id: 11,
        seq: 0,
        kind: "ended".to_owned(),
        on_day: date(2026, 6, 1),
        at: NOW + 40,
        reason: "示例".to_owned(),
        citations: "[]".to_owned(),
    }])
    .await
    .expect("ended");
    tx.commit().await.expect("committed");
    let read = async |after, until| {
        let shared = ["contract-performance"];
        let found = store.enrolment_changes(1, &shared, after, until, 99).await.expect("read");
        found.into_iter().map(|one| (one.record_id, one.event, one.at)).collect::<Vec<_>>()
    };
    let all = read((0, 0, 0), i64::MAX).await;
    assert!(all.iter().all(|(record, ..)| [11, 13, 41].contains(record)), "{all:?}");
    let late: Vec<_> = read((NOW + 20, 0, 0), i64::MAX).await;
    let expected = [(41, "published".to_owned(), NOW + 30), (11, "ended".to_owned(), NOW + 40)];
    assert_eq!(late, expected);
    assert_eq!(read((NOW + 30, 41, 1), NOW + 39).await, []);
    let none = store.enrolment_changes(1, &[], (NOW + 20, 0, 0), i64::MAX, 99).await.expect("read");
    assert_eq!(none.len(), 1, "without kinds that are shared only what is public");
}

pub async fn deliveries_are_claimed_once_and_kept_as_receipts(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    add(&store).await;
    let mut tx = store.transaction("t").await.expect("begun");
    let again = NewDelivery { id: 82, seq: 81, ..delivery(82) };
    assert!(!tx.add_delivery(&again).await.expect("tried"), "one change, one delivery");
    assert!(tx.add_delivery(&delivery(83)).await.expect("kept"));
    tx.commit().await.expect("committed");
    let ids = |list: Vec<Delivery>| list.iter().map(|one| one.new.id).collect::<Vec<_>>();
    assert_eq!(ids(store.due_deliveries(NOW + 4, 9).await.expect("read")), Vec::<i64>::new());
    assert_eq!(ids(store.due_deliveries(NOW + 5, 9).await.expect("read")), [81, 83]);
    assert_eq!(ids(store.due_deliveries(NOW + 5, 1).await.expect("read")), [81], "of each key");
    let said = ("appeared", "1".repeat(64));
    let mut tx = store.transaction("t").await.expect("begun");
    let claim = (said.0, said.1.as_str());
    assert!(tx.claim_delivery(81, 0, NOW + 100, claim).await.expect("claimed"));
    assert!(!tx.claim_delivery(81, 0, NOW + 100, claim).await.expect("claimed before"));
    tx.note_answer(81, 500).await.expect("noted");
    tx.put_off_deliveries(71, NOW + 60).await.expect("put off");
    tx.commit().await.expect("committed");
    assert_eq!(ids(store.due_deliveries(NOW + 60, 9).await.expect("read")), [83]);
    let mut tx = store.transaction("t").await.expect("begun");
    assert!(tx.finish_delivery(81, "delivered", Some(204), NOW + 70).await.expect("finished"));
    assert!(!tx.finish_delivery(81, "given-up", None, NOW + 71).await.expect("finished before"));
    tx.note_answer(81, 500).await.expect("too late, and changes nothing");
    assert!(tx.finish_delivery(83, "stopped", None, NOW + 70).await.expect("finished"));
    tx.commit().await.expect("committed");
    let kept = store.deliveries(61, 9).await.expect("read");
    assert_eq!(
        (kept[1].state.as_str(), kept[1].status, kept[1].tries),
        ("delivered", Some(204), 1)
    );
    let counts = [("delivered".to_owned(), 1), ("stopped".to_owned(), 1)];
    assert_eq!(store.count_deliveries(61).await.expect("counted"), counts);
    let live = async |on| store.live_hooks(on).await.expect("read").len();
    assert_eq!((live(date(2027, 1, 31)).await, live(date(2027, 2, 1)).await), (1, 0));
    let report = store.fsck(&tokens, &mut |_, _| {}).await.expect("checked");
    assert!(report.is_sound(), "{report:?}");
    let mut tx = store.transaction("t").await.expect("begun");
    assert!(tx.end_api_key(71, NOW + 80, "admin").await.expect("ended"));
    tx.commit().await.expect("committed");
    assert_eq!(live(date(2027, 1, 1)).await, 0);
    assert_eq!(store.hook_place(71, 61).await.expect("read"), Some((NOW, 11, 83)));
    // How far a receiver was served is held to what it refers to, and to what was made for it.
    let said = async || {
        let report = store.fsck(&tokens, &mut |_, _| {}).await.expect("checked");
        let found = report.problems.into_iter().map(|one| (one.table, one.row, one.reason));
        found.collect::<Vec<_>>()
    };
    let aside = "CREATE TABLE aside AS SELECT * FROM hook_place";
    let back =
        "DELETE FROM hook_place; INSERT INTO hook_place SELECT * FROM aside; DROP TABLE aside";
    for (damage, table, row, reason) in [
        ("UPDATE hook_place SET key_id = 72", "hook_place", "72/61", "没有对应的密钥"),
        ("UPDATE hook_place SET enrolment_id = 69", "hook_place", "71/69", "没有对应的订阅"),
        ("UPDATE hook_place SET record_id = 99", "hook_place", "71/61", "没有对应的信息或版本"),
        ("UPDATE hook_place SET at = 5", "hook_place", "71/61", "时间先后颠倒"),
        ("UPDATE hook_place SET seq = 0", "hook_place", "71/61", "次数不合情理"),
        ("UPDATE hook_place SET seq = 82", "hook_place", "71/61", "已生成的推送越过了所记的位置"),
        ("DELETE FROM hook_place", "hook_delivery", "81", "没有记下推送到了哪里"),
    ] {
        store.raw_execute(aside).await.expect("kept aside");
        store.raw_execute(damage).await.expect(damage);
        let wanted = (table.to_owned(), row.to_owned(), reason.to_owned());
        assert_eq!(said().await.first(), Some(&wanted), "{damage}");
        store.raw_execute(back).await.expect("put back");
        assert_eq!(said().await, [], "{damage}");
    }
    store.raw_execute("UPDATE api_key SET unit_id = 'other'").await.expect("damaged");
    let wanted = ("hook_place", "71/61", "密钥与订阅不属于同一单位");
    let found = said().await;
    assert!(
        found
            .iter()
            .any(|(table, row, why)| (table.as_str(), row.as_str(), why.as_str()) == wanted),
        "{found:?}"
    );
    store.raw_execute("UPDATE api_key SET unit_id = 'market'").await.expect("mended");
    store
        .raw_execute("UPDATE hook_delivery SET done_at = NULL WHERE id = 81")
        .await
        .expect("damaged");
    assert!(!store.fsck(&tokens, &mut |_, _| {}).await.expect("checked").is_sound());
}
