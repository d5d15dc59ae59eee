//! What the store promises to the interface for machines: keys, their use, writes sent again, the feed of changes.

use jiff::civil::date;
use xinyong_store::{ApiKeyRow, ApiUsage, NewRecord, PublicationEvent, RecordChange, Store};

use super::{Ground, NOW, conflict, furnish, record};

fn key(id: i64) -> ApiKeyRow {
    ApiKeyRow {
        id,
        name: format!("示例系统{id}"),
        hash: format!("hash-{id}"),
        scopes: "read report".to_owned(),
        unit_id: "market".to_owned(),
        expires_on: date(2027, 1, 31),
        created_at: NOW,
        created_by: "admin".to_owned(),
        ended_at: None,
        ended_by: None,
    }
}

pub async fn keys_are_found_by_their_hash_and_their_use_adds_up(ground: &Ground) {
    let store = ground.store().await;
    let mut tx = store.transaction("t").await.expect("begun");
    for id in [1, 2] {
        tx.add_api_key(&key(id)).await.expect("kept");
    }
    tx.commit().await.expect("committed");
    let mut tx = store.transaction("t").await.expect("begun");
    assert!(conflict(&tx.add_api_key(&ApiKeyRow { id: 3, ..key(1) }).await), "one hash, one key");
    drop(tx);
    assert_eq!(store.api_key_by_hash("hash-2").await.expect("read"), Some(key(2)));
    assert_eq!(store.api_key_by_hash("hash-9").await.expect("read"), None);
    let ids: Vec<_> = store.api_keys().await.expect("read").into_iter().map(|key| key.id).collect();
    assert_eq!(ids, [2, 1]);

    let mut tx = store.transaction("t").await.expect("begun");
    assert!(tx.end_api_key(1, NOW + 5, "admin").await.expect("ended"));
    assert!(!tx.end_api_key(1, NOW + 6, "other").await.expect("ended before"));
    let day = |key_id, day, requests, refusals, last_at| ApiUsage {
        key_id,
        day: date(2026, 11, day),
        requests,
        refusals,
        last_at,
    };
    tx.add_api_usage(&[day(1, 24, 5, 1, NOW), day(2, 24, 1, 0, NOW)]).await.expect("added");
    tx.add_api_usage(&[day(1, 24, 2, 2, NOW - 9), day(1, 25, 1, 0, NOW + 9)]).await.expect("added");
    tx.commit().await.expect("committed");
    let ended = store.api_key(1).await.expect("read").expect("there");
    assert_eq!((ended.ended_at, ended.ended_by.as_deref()), (Some(NOW + 5), Some("admin")));
    let days = store.api_usage_days(1, 9).await.expect("read");
    assert_eq!(days, [day(1, 25, 1, 0, NOW + 9), day(1, 24, 7, 3, NOW)]);
    let totals = store.api_usage_totals().await.expect("read");
    let total = totals[&1];
    assert_eq!((total.requests, total.refusals, total.last_at), (8, 3, NOW + 9));
}

pub async fn a_write_under_an_idempotency_key_begins_once(ground: &Ground) {
    let store = ground.store().await;
    let begin = async |digest: &str, at: i64| {
        let mut tx = store.transaction("t").await.expect("begun");
        let may = tx.begin_api_write(1, "k", digest, at, (at - 1_000, at - 100)).await;
        tx.commit().await.expect("committed");
        may.expect("asked")
    };
    assert!(begin("d1", NOW).await);
    assert!(!begin("d1", NOW + 50).await, "under way");
    assert!(!begin("d2", NOW + 200).await, "another content never takes it over");
    assert!(begin("d1", NOW + 200).await, "abandoned without an answer");
    let mut tx = store.transaction("t").await.expect("begun");
    tx.answer_api_write(1, "k", "d2", "wrong").await.expect("kept");
    tx.answer_api_write(1, "k", "d1", "{}").await.expect("kept");
    tx.forget_api_write(1, "k").await.expect("an answered one stays");
    tx.commit().await.expect("committed");
    let kept = Some(("d1".to_owned(), Some("{}".to_owned())));
    assert_eq!(store.api_write(1, "k").await.expect("read"), kept);
    assert_eq!(store.api_write(2, "k").await.expect("read"), None);
    assert!(!begin("d1", NOW + 500).await, "answered");
    assert!(begin("d2", NOW + 1_200).await, "forgotten after its time");
    let mut tx = store.transaction("t").await.expect("begun");
    tx.forget_api_write(1, "k").await.expect("forgotten");
    tx.commit().await.expect("committed");
    assert_eq!(store.api_write(1, "k").await.expect("read"), None);
}

async fn feed(store: &Store, until: i64, portion: i64) -> Vec<(i64, String)> {
    let mut all = Vec::new();
    let mut place = (0, 0, 0);
    loop {
        let part = store.changes(place, until, portion).await.expect("read");
        let Some(last) = part.last() else { return all };
        place = (last.at, last.record_id, last.seq);
        all.extend(part.into_iter().map(|event| (event.record_id, event.event)));
    }
}

pub async fn the_feed_of_changes_is_the_same_in_any_portions(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    let event = |record_id, at| PublicationEvent {
        subject_id: 1,
        record_id,
        seq: 0,
        kind: "ended".to_owned(),
        on_day: date(2026, 6, 1),
        at,
        reason: "示例".to_owned(),
        citations: "[]".to_owned(),
    };
    // Never to be public, and corrected nevertheless: not even that it is there may be told.
    let secret = NewRecord { public_from: None, ..record(14, 2, "四号", date(2026, 5, 3)) };
    let mut tx = store.transaction("t").await.expect("begun");
    tx.insert_records(std::slice::from_ref(&secret)).await.expect("inserted");
    tx.commit().await.expect("committed");
    let event_of_it = Some(("changed", date(2026, 5, 3)));
    let change = RecordChange {
        record: secret,
        expected: 1,
        event: event_of_it,
        delivered: true,
        withdrawn_on: None,
    };
    let mut tx = store.transaction("t").await.expect("begun");
    tx.change_records(&[change]).await.expect("changed");
    tx.add_publication_events(&[event(13, NOW + 1), event(11, NOW + 2)]).await.expect("added");
    tx.commit().await.expect("committed");
    let whole = feed(&store, NOW + 9, 100).await;
    let ids: Vec<_> = whole.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, [11, 12, 13, 13, 11]);
    for portion in 1..4 {
        assert_eq!(feed(&store, NOW + 9, portion).await, whole, "{portion}");
    }
    assert_eq!(feed(&store, NOW, 2).await.len(), 3, "what came later waits");
    let records = store.records_by_id(&[(1, 11), (2, 12), (1, 99)]).await.expect("read");
    assert_eq!(records.len(), 2);
    assert_eq!(Some(&records[0]), store.record(1, 11).await.expect("read").as_ref());
    assert_eq!(store.released_since("released").await.expect("read"), None);
}
