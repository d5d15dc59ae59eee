//! What the store promises to the record of publication: each event becomes one leaf, in turns, and what opens it can be forgotten.

use std::collections::BTreeSet;

use jiff::civil::date;
use xinyong_store::{
    NewLeaf, NewRecord, Opening, PublicationEvent, RecordChange, SigningKeyRow, Store, StoreError,
    TreeHead, Withdrawal, restore, verify_backup,
};

use super::{Ground, NOW, conflict, furnish_base, record, tokens};

fn opening(record_id: i64, seq: i64, version: i64) -> Opening {
    Opening {
        record_id,
        seq,
        subject_id: 1,
        version,
        place: 0,
        fields: "[\"CF_WSH\"]".to_owned(),
        salt: vec![7; 60],
    }
}

/// Takes so many out of the queue into the tree. The hash of a pair stands for what the desk works out.
async fn append(store: &Store, limit: i64) -> Result<usize, StoreError> {
    let mut tx = store.transaction("append").await?;
    let size = tx.lock_publication_log().await?;
    let waiting = tx.take_waiting_leaves(limit).await?;
    let leaves: Vec<NewLeaf> = waiting
        .iter()
        .map(|leaf| NewLeaf {
            commitment: vec![u8::try_from(leaf.record_id).unwrap_or(0); 32],
            opening: leaf.kept.then(|| Opening {
                subject_id: leaf.subject_id,
                ..opening(leaf.record_id, leaf.seq, leaf.version)
            }),
        })
        .collect();
    let end = size + i64::try_from(leaves.len()).unwrap_or(0);
    let pairs: Vec<_> = (size / 2..end / 2).map(|place| (1, place, vec![1; 32])).collect();
    tx.append_leaves(size, &leaves, &pairs).await?;
    tx.commit().await?;
    Ok(leaves.len())
}

pub async fn every_event_in_public_becomes_one_leaf(ground: &Ground) {
    let store = ground.store().await;
    furnish_base(&store).await;
    let before = store.count_publications().await.expect("counts");
    assert_eq!(before.0, before.2, "all wait");
    append(&store, 100).await.expect("appended");
    assert!(!store.publication_waits().await.expect("asked"));

    let new = record(41, 1, "四十一号", date(2026, 5, 20));
    let mut tx = store.transaction("t").await.expect("begun");
    tx.insert_records(std::slice::from_ref(&new)).await.expect("inserted");
    tx.commit().await.expect("committed");
    let changed = NewRecord {
        content: xinyong_store::Content::new("{\"CF_WSH\":\"改\"}".to_owned()),
        recorded_at: NOW + 1,
        ..new
    };
    let event = Some(("changed", date(2026, 5, 20)));
    let mut tx = store.transaction("t").await.expect("begun");
    let change =
        RecordChange { record: changed, expected: 1, event, delivered: true, withdrawn_on: None };
    tx.change_records(&[change]).await.expect("changed");
    tx.commit().await.expect("committed");
    let mut tx = store.transaction("t").await.expect("begun");
    let ended = PublicationEvent {
        subject_id: 1,
        record_id: 41,
        seq: 0,
        kind: "ended".to_owned(),
        on_day: date(2027, 5, 1),
        at: NOW + 2,
        reason: "示例".to_owned(),
        citations: "[]".to_owned(),
    };
    tx.add_publication_events(&[ended]).await.expect("added");
    tx.commit().await.expect("committed");
    let mut tx = store.transaction("t").await.expect("begun");
    tx.withdraw_record(&Withdrawal {
        subject_id: 1,
        id: 41,
        expected: 2,
        on: date(2026, 5, 25),
        at: NOW + 3,
        reason: "示例".to_owned(),
        actor: "cli".to_owned(),
        second: None,
        law_edition: "2026-04-01".to_owned(),
        citations: "[]".to_owned(),
    })
    .await
    .expect("withdrawn");
    tx.commit().await.expect("committed");

    // A portion takes the oldest, with the state that each was about.
    let mut tx = store.transaction("t").await.expect("begun");
    tx.lock_publication_log().await.expect("held");
    let waiting = tx.take_waiting_leaves(3).await.expect("taken");
    let shown: Vec<_> = waiting
        .iter()
        .map(|leaf| {
            let state = leaf.state.as_ref().expect("a state");
            (leaf.seq, leaf.version, state.over, state.content.contains('改'))
        })
        .collect();
    assert_eq!(shown, [(1, 1, false, false), (2, 2, false, true), (3, 2, true, true)]);
    let last = tx.take_waiting_leaves(3).await.expect("taken");
    let state = last[0].state.as_ref().expect("a state");
    assert_eq!((last.len(), last[0].version, state.over), (1, 3, true));
    // Dropped: nothing was taken.
    drop(tx);
    assert_eq!(append(&store, 100).await.expect("appended"), 4);
    let counts = store.count_publications().await.expect("counts");
    assert_eq!((counts.0, counts.2), (counts.1, 0));
    assert_eq!(store.publication_size().await.expect("size"), counts.1);
    let newest = store.opening(1, 41).await.expect("read").expect("there");
    assert_eq!((newest.seq, newest.version), (4, 3));
    assert_eq!(newest.fields, "[\"CF_WSH\"]");
    let leaves = store.leaves_from(0, 100).await.expect("leaves");
    let places: Vec<i64> = leaves.iter().map(|(place, _)| *place).collect();
    assert_eq!(places, (0..counts.1).collect::<Vec<_>>());
    assert_eq!(store.commitments(&[newest.place, 99]).await.expect("read").len(), 1);
    assert_eq!(store.tree_nodes(&[(1, 0), (1, 99)]).await.expect("read").len(), 1);

    // What opens them goes; the leaves stay.
    let mut tx = store.transaction("t").await.expect("begun");
    assert_eq!(tx.forget_openings(1, 41).await.expect("forgotten"), 4);
    tx.commit().await.expect("committed");
    assert_eq!(store.opening(1, 41).await.expect("read"), None);
    assert_eq!(store.leaves_from(0, 100).await.expect("leaves"), leaves);
}

pub async fn two_that_append_at_once_take_turns(ground: &Ground) {
    let url = ground.url("xinyong");
    let one = Store::open(&url, &ground.keys).await.expect("a store");
    furnish_base(&one).await;
    let two = Store::open(&url, &ground.keys).await.expect("the same, for another process");
    let records: Vec<NewRecord> =
        (100..700).map(|id| record(id, 1, &format!("{id}号"), date(2026, 5, 20))).collect();
    let mut tx = one.transaction("t").await.expect("begun");
    tx.insert_records(&records).await.expect("inserted");
    tx.commit().await.expect("committed");
    let all = async |store: &Store| {
        let mut own = 0;
        while store.publication_waits().await.expect("asked") {
            own += append(store, 37).await.expect("appended");
        }
        own
    };
    let (first, second) = tokio::join!(all(&one), all(&two));
    let (events, leaves, waiting) = one.count_publications().await.expect("counts");
    assert_eq!((events, waiting), (leaves, 0));
    assert_eq!(first + second, usize::try_from(leaves).expect("few"));
    let places: BTreeSet<i64> = one
        .leaves_from(0, 1_000)
        .await
        .expect("leaves")
        .into_iter()
        .map(|(place, _)| place)
        .collect();
    assert_eq!(places, (0..leaves).collect());
}

pub fn key(id: &str) -> SigningKeyRow {
    SigningKeyRow {
        id: id.to_owned(),
        public: "PEM".to_owned(),
        sealed: Some(vec![1, 2]),
        valid_from: NOW,
        valid_until: NOW + 1_000,
        made_by: "cli".to_owned(),
        newest_at: NOW,
        revoked_at: None,
        revoked_since: None,
        revoked_by: None,
        revoked_reason: None,
    }
}

pub async fn keys_sign_forwards_and_heads_are_kept(ground: &Ground) {
    let store = ground.store().await;
    let mut tx = store.transaction("t").await.expect("begun");
    tx.add_signing_key(&key("one")).await.expect("added");
    tx.add_signing_key(&SigningKeyRow { valid_from: NOW + 5, sealed: None, ..key("two") })
        .await
        .expect("added");
    tx.use_signing_key("one", NOW + 9).await.expect("used");
    tx.use_signing_key("one", NOW + 3).await.expect("never goes back");
    tx.end_signing_key("one", NOW + 20).await.expect("ended");
    tx.end_signing_key("one", NOW + 900).await.expect("never longer");
    assert!(
        tx.revoke_signing_key("two", (NOW + 7, NOW + 6), "cli", "示例").await.expect("revoked")
    );
    assert!(!tx.revoke_signing_key("two", (NOW + 8, NOW), "cli", "示例").await.expect("once"));
    let held = tx.lock_signing_key("one").await.expect("held").expect("there");
    assert_eq!((held.newest_at, held.valid_until), (NOW + 9, NOW + 20));
    assert_eq!(tx.lock_signing_key("three").await.expect("asked"), None);
    for (size, key_id) in [(3, "one"), (5, "one"), (5, "two")] {
        let (root, signature) = ("00".to_owned(), "11".to_owned());
        let head = TreeHead { size, key_id: key_id.to_owned(), at: NOW + size, root, signature };
        tx.add_tree_head(&head).await.expect("added");
    }
    tx.commit().await.expect("committed");
    let keys = store.signing_keys().await.expect("keys");
    assert_eq!(keys.iter().map(|key| key.id.as_str()).collect::<Vec<_>>(), ["one", "two"]);
    assert_eq!((keys[1].revoked_at, keys[1].revoked_since), (Some(NOW + 7), Some(NOW + 6)));
    let sizes = |heads: Vec<TreeHead>| heads.iter().map(|head| head.size).collect::<Vec<_>>();
    assert_eq!(sizes(store.tree_heads(2).await.expect("heads")), [5, 5]);
    assert_eq!(sizes(store.tree_heads_at(3).await.expect("heads")), [3]);
    assert_eq!(sizes(store.tree_heads_after((3, "one"), 9).await.expect("heads")), [5, 5]);
    let mut tx = store.transaction("t").await.expect("begun");
    assert!(conflict(&tx.add_signing_key(&key("one")).await));
    drop(tx);
    let mut tx = store.transaction("t").await.expect("begun");
    let again = store.tree_heads_at(3).await.expect("heads").remove(0);
    assert!(conflict(&tx.add_tree_head(&again).await), "one head a size and key");
}

pub async fn the_log_is_filled_by_an_upgrade_and_carried_by_a_backup(ground: &Ground) {
    let url = ground.url("xinyong");
    let old = Store::open_at(&url, &ground.keys, 7).await.expect("before there was a log");
    furnish_base(&old).await;
    old.close().await;
    let store = Store::open(&url, &ground.keys).await.expect("brought up to date");
    let (events, leaves, waiting) = store.count_publications().await.expect("counts");
    assert!(events > 0);
    assert_eq!((leaves, waiting), (0, events));
    append(&store, 2).await.expect("a portion");
    let mut tx = store.transaction("t").await.expect("begun");
    tx.add_signing_key(&key("one")).await.expect("added");
    tx.commit().await.expect("committed");
    let path = ground.path("log.backup");
    store.backup(&path, NOW).await.expect("written");
    verify_backup(&path).expect("whole");
    let other = ground.url("other");
    restore(&path, &other, &ground.keys, &tokens).await.expect("restored");
    let copy = Store::open(&other, &ground.keys).await.expect("the copy");
    assert_eq!(copy.publication_size().await.expect("size"), 2);
    assert_eq!(
        copy.count_publications().await.expect("counts"),
        store.count_publications().await.expect("counts")
    );
    assert_eq!(
        copy.leaves_from(0, 9).await.expect("read"),
        store.leaves_from(0, 9).await.expect("read")
    );
    assert_eq!(copy.signing_keys().await.expect("keys"), store.signing_keys().await.expect("keys"));
    append(&copy, 100).await.expect("goes on");
    assert!(!copy.publication_waits().await.expect("asked"));
    copy.close().await;
}
