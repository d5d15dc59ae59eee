//! What the store promises about those who act for subjects, and about what no unit reported.

use jiff::civil::date;
use xinyong_store::{AgentPerson, Mandate, NewRecord, Purpose, Store, Tx, agent_place};

use super::{Ground, NOW, conflict, furnish, new_account, record, tokens};

pub fn mandate(id: i64, account_id: i64, subject_id: i64) -> Mandate {
    Mandate {
        id,
        account_id,
        subject_id,
        state: "waiting".to_owned(),
        replaces: false,
        file_digest: None,
        file_type: None,
        applied_at: NOW + id,
        decided_by: None,
        decided_at: None,
        reason: None,
        ended_by: None,
        ended_at: None,
        ended_reason: None,
    }
}

/// A person, sealed for an account.
pub async fn keep_person(store: &Store, tx: &mut Tx, account_id: i64, number: &str) {
    let sealed = store.keys().seal(Purpose::Person, &agent_place(account_id), b"x");
    let person = AgentPerson {
        account_id,
        blind: store.keys().blind_index(number),
        sealed: sealed.expect("sealed"),
        set_at: NOW,
    };
    tx.put_agent_person(&person).await.expect("kept");
}

pub async fn mandates_wait_stand_and_end(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    let mut tx = store.transaction("t").await.expect("begun");
    for account in [8, 9] {
        tx.create_account(&new_account(account, &format!("agent:{account}"), "agent"))
            .await
            .expect("account");
        keep_person(&store, &mut tx, account, "示例号码").await;
    }
    tx.add_mandate(&mandate(31, 8, 1)).await.expect("asked");
    tx.add_mandate(&mandate(32, 8, 2)).await.expect("for another subject");
    tx.add_mandate(&mandate(33, 9, 1)).await.expect("by another person");
    tx.commit().await.expect("committed");

    let mut tx = store.transaction("t").await.expect("begun");
    assert!(conflict(&tx.add_mandate(&mandate(34, 8, 1)).await), "asked twice");
    drop(tx);
    assert_eq!(store.mandate(31).await.expect("read"), Some(mandate(31, 8, 1)));
    let blind = store.keys().blind_index("示例号码");
    assert_eq!(store.same_person(&blind, 8).await.expect("read"), [9]);
    let person = store.agent_person(8).await.expect("read").expect("a person");
    assert_eq!((person.account_id, person.blind == blind), (8, true));

    let mut tx = store.transaction("t").await.expect("begun");
    assert_eq!(tx.count_waiting_mandates(1).await.expect("counted"), 2);
    assert!(!tx.mandate_stands(31).await.expect("read"));
    assert!(!tx.end_mandate(31, "office", NOW, "示例").await.expect("tried"), "not yet active");
    assert!(tx.decide_mandate(31, "active", "office", NOW + 50, "").await.expect("decided"));
    assert!(!tx.decide_mandate(31, "refused", "office", NOW, "示例").await.expect("tried"));
    assert!(
        tx.decide_mandate(32, "refused", "office", NOW + 50, "示例理由").await.expect("decided")
    );
    assert!(tx.mandate_stands(31).await.expect("read"));
    tx.add_mandate(&mandate(35, 8, 2)).await.expect("asked again after the refusal");
    tx.commit().await.expect("committed");
    let ids = |list: Vec<Mandate>| list.iter().map(|one| one.id).collect::<Vec<_>>();
    assert_eq!(ids(store.mandates_of_account(8, 9).await.expect("read")), [35, 32, 31]);
    assert_eq!(ids(store.mandates_of_subject(1, 9).await.expect("read")), [33, 31, 1]);
    assert_eq!(ids(store.mandates_in("waiting", 0, 9).await.expect("read")), [33, 35]);
    assert_eq!(ids(store.mandates_in("waiting", 33, 9).await.expect("read")), [35]);
    let active = store.mandates_of_subject_in(1, "active").await.expect("read");
    assert_eq!(ids(active), [31, 1]);
    let people = store.accounts().await.expect("read");
    assert!(people.iter().all(|one| one.role != "agent"), "agents are in no list of people");
    assert_eq!(store.mandates_of_deregistered().await.expect("read"), []);
    store.raw_execute("UPDATE subject SET status = '注销' WHERE id = 1").await.expect("changed");
    let over = store.mandates_of_deregistered().await.expect("read");
    assert_eq!(
        over.iter().map(|one| (one.0, one.1)).collect::<Vec<_>>(),
        [(1, 1), (31, 1), (33, 1)]
    );

    let mut tx = store.transaction("t").await.expect("begun");
    let others = tx.end_other_mandates((1, 31), "system", NOW + 80, "示例理由").await;
    assert_eq!(others.expect("ended"), [(1, 7)], "and none that waits");
    assert!(tx.end_mandate(31, "system", NOW + 90, "示例理由").await.expect("ended"));
    assert!(!tx.mandate_stands(31).await.expect("read"));
    tx.commit().await.expect("committed");
    let ended = store.mandate(31).await.expect("read").expect("there");
    assert_eq!((ended.state.as_str(), ended.ended_at), ("ended", Some(NOW + 90)));
}

pub async fn what_no_unit_reported_is_counted_nowhere(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    let (first, last) = (date(2000, 1, 1), date(2100, 1, 1));
    let arrivals = store.arrivals(first, last, None).await.expect("read");
    let own = NewRecord { batch_id: 0, row: 0, ..record(41, 1, "自己", date(2026, 5, 3)) };
    let mut tx = store.transaction("t").await.expect("begun");
    tx.insert_records(&[own]).await.expect("recorded");
    tx.commit().await.expect("committed");
    assert_eq!(store.arrivals(first, last, None).await.expect("read"), arrivals);
    let report = store.fsck(&tokens, &mut |_, _| {}).await.expect("checked");
    assert!(report.is_sound(), "{report:?}");
    store.rebuild_numbers(&super::whole_number).await.expect("rebuilt");
    assert!(store.fsck(&tokens, &mut |_, _| {}).await.expect("checked").is_sound());
}
