//! The open tables as they were last compared, catalogues of powers, and what the check says of them.

use jiff::civil::{Date, date};
use xinyong_store::{OpenChange, OpenDay, OpenRow, Power, PowerEdition, PowerMapping, Store};

use super::{Ground, NOW, furnish, tokens};

fn row(record_id: i64, subject_id: i64, digest: &str) -> OpenRow {
    OpenRow {
        record_id,
        subject_id,
        kind: "administrative-penalty".to_owned(),
        digest: digest.to_owned(),
    }
}

fn change(record_id: i64, subject_id: i64, change: &str) -> (String, OpenChange) {
    let change = OpenChange { record_id, subject_id, change: change.to_owned() };
    ("administrative-penalty".to_owned(), change)
}

async fn note(store: &Store, day: Date, changes: &[(String, OpenChange)]) {
    let mut tx = store.transaction("t").await.expect("begun");
    tx.note_open_changes(day, changes).await.expect("noted");
    tx.commit().await.expect("committed");
}

async fn changes(store: &Store, day: Date) -> Vec<(i64, String)> {
    let mut all = Vec::new();
    let mut after = i64::MIN;
    loop {
        let part = store.open_changes("administrative-penalty", day, after, 2).await.expect("read");
        let Some(last) = part.last() else { return all };
        after = last.record_id;
        all.extend(part.into_iter().map(|one| (one.record_id, one.change)));
    }
}

/// What differs from the last comparison is found, and a day's changes add up to one for each record.
pub async fn open_tables_are_compared_and_days_add_up(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    let on = date(2026, 5, 29);
    let found = store.unopened(i64::MIN, on, 10).await.expect("read");
    let public: Vec<(i64, i64)> = found.iter().map(|one| (one.subject_id, one.id)).collect();
    assert!(!public.is_empty());
    assert_eq!(store.unopened(i64::MIN, date(1990, 1, 1), 10).await.expect("read"), []);
    let (subject, id) = public[0];
    let mut tx = store.transaction("t").await.expect("begun");
    tx.keep_open_rows(&[row(id, subject, "one")]).await.expect("kept");
    tx.keep_open_rows(&[row(id, subject, "two")]).await.expect("kept anew");
    tx.commit().await.expect("committed");
    assert_eq!(store.open_rows(i64::MIN, 10).await.expect("read"), [row(id, subject, "two")]);
    let left = store.unopened(i64::MIN, on, 10).await.expect("read");
    assert_eq!(left.len(), public.len() - 1);

    let day = date(2026, 5, 30);
    for step in [
        [change(11, 1, "added"), change(12, 2, "removed"), change(13, 2, "changed")],
        [change(11, 1, "changed"), change(12, 2, "added"), change(13, 2, "removed")],
    ] {
        note(&store, day, &step).await;
    }
    let told = |list: &[(i64, &str)]| -> Vec<(i64, String)> {
        list.iter().map(|(id, word)| (*id, (*word).to_owned())).collect()
    };
    let expected = told(&[(11, "added"), (12, "changed"), (13, "removed")]);
    assert_eq!(changes(&store, day).await, expected);
    note(&store, day, &[change(11, 1, "removed")]).await;
    assert_eq!(changes(&store, day).await[0].1, "removed");
    assert_eq!(changes(&store, day.tomorrow().expect("a day")).await, []);

    for (day, closed) in [(date(2026, 5, 29), false), (day, false), (date(2026, 5, 29), true)] {
        let mut tx = store.transaction("t").await.expect("begun");
        let done = OpenDay { day, compared_at: NOW, closed };
        tx.note_open_day(done, date(2026, 1, 1)).await.expect("noted");
        tx.commit().await.expect("committed");
    }
    let days = store.open_days(10).await.expect("read");
    assert_eq!(days.iter().map(|day| day.closed).collect::<Vec<_>>(), [false, true]);
    let mut tx = store.transaction("t").await.expect("begun");
    let later = date(2026, 5, 31);
    let done = OpenDay { day: later, compared_at: NOW, closed: false };
    tx.note_open_day(done, later).await.expect("noted");
    tx.forget_open_rows(&[id]).await.expect("forgotten");
    tx.commit().await.expect("committed");
    assert_eq!(store.open_days(10).await.expect("read").len(), 1);
    assert_eq!(changes(&store, day).await, [], "what is older is forgotten");
    assert_eq!(store.open_rows(i64::MIN, 10).await.expect("read"), []);

    let mut tx = store.transaction("t").await.expect("begun");
    tx.keep_open_rows(&[row(99, 1, "x")]).await.expect("kept");
    tx.commit().await.expect("committed");
    let report = store.fsck(&tokens, &mut |_, _| {}).await.expect("checked");
    assert!(report.problems.iter().any(|one| one.table == "open_row" && one.row == "99"));
}

fn edition(id: i64, from: Date) -> PowerEdition {
    PowerEdition {
        id,
        unit_id: "market".to_owned(),
        from,
        note: "示例公告".to_owned(),
        file_name: None,
        state: "proposed".to_owned(),
        proposed_by: "clerk".to_owned(),
        proposed_at: NOW,
        decided_by: None,
        decided_at: None,
        reason: None,
        powers: 2,
    }
}

fn power(code: &str, until: Option<Date>) -> Power {
    Power {
        code: code.to_owned(),
        name: format!("示例事项{code}"),
        kind: "administrative-penalty".to_owned(),
        basis: "《示例条例》".to_owned(),
        from: None,
        until,
    }
}

/// One row in each of these tables.
pub async fn add(store: &Store) {
    let day = date(2026, 5, 30);
    let mut tx = store.transaction("t").await.expect("begun");
    tx.keep_open_rows(&[row(11, 1, "one")]).await.expect("kept");
    tx.note_open_changes(day, &[change(11, 1, "added")]).await.expect("noted");
    let done = OpenDay { day, compared_at: NOW, closed: true };
    tx.note_open_day(done, day).await.expect("noted");
    tx.propose_powers(&edition(1, day), &[power("1", None)]).await.expect("proposed");
    tx.map_power(&mapping(5)).await.expect("said");
    tx.commit().await.expect("committed");
}

fn mapping(id: i64) -> PowerMapping {
    PowerMapping {
        id,
        unit_id: "market".to_owned(),
        kind: "administrative-penalty".to_owned(),
        name_key: "示例".to_owned(),
        name: "示例行为".to_owned(),
        code: "1".to_owned(),
        note: String::new(),
        actor: "reviewer".to_owned(),
        at: NOW,
    }
}

/// Editions wait, are decided once, and names are answered until somebody takes that back.
pub async fn powers_are_proposed_decided_and_named(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    let powers = [power("2", Some(date(2026, 12, 31))), power("1", None)];
    let mut tx = store.transaction("t").await.expect("begun");
    tx.propose_powers(&edition(1, date(2026, 1, 1)), &powers).await.expect("proposed");
    tx.propose_powers(&edition(2, date(2026, 6, 1)), &powers).await.expect("proposed");
    tx.commit().await.expect("committed");
    assert_eq!(store.powers(1).await.expect("read"), powers, "in their order");
    let mut tx = store.transaction("t").await.expect("begun");
    let by = ("reviewer", NOW + 1);
    assert!(tx.decide_powers(1, "released", by, None).await.expect("decided"));
    assert!(!tx.decide_powers(1, "declined", by, Some("重")).await.expect("only once"));
    assert!(tx.decide_powers(2, "declined", by, Some("示例")).await.expect("decided"));
    tx.commit().await.expect("committed");
    let editions = store.power_editions(Some("market")).await.expect("read");
    let states: Vec<_> = editions.iter().map(|one| (one.id, one.state.as_str())).collect();
    assert_eq!(states, [(2, "declined"), (1, "released")]);
    assert_eq!(store.power_editions(None).await.expect("read"), editions);
    assert_eq!(store.power_editions(Some("tax")).await.expect("read"), []);
    let released = PowerEdition {
        state: "released".to_owned(),
        decided_by: Some("reviewer".to_owned()),
        decided_at: Some(NOW + 1),
        ..edition(1, date(2026, 1, 1))
    };
    assert_eq!(store.power_edition(1).await.expect("read"), Some(released));

    let said = mapping(5);
    let mut tx = store.transaction("t").await.expect("begun");
    tx.map_power(&said).await.expect("said");
    tx.commit().await.expect("committed");
    assert_eq!(store.power_mappings("market").await.expect("read"), std::slice::from_ref(&said));
    assert_eq!(store.power_mapping(5).await.expect("read"), Some(said));
    let mut tx = store.transaction("t").await.expect("begun");
    assert!(tx.end_power_mapping(5, "reviewer", NOW + 1).await.expect("ended"));
    assert!(!tx.end_power_mapping(5, "reviewer", NOW + 1).await.expect("only once"));
    tx.commit().await.expect("committed");
    assert_eq!(store.power_mappings("market").await.expect("read"), []);
    assert_eq!(store.power_mapping(5).await.expect("read"), None);

    let all = (date(2000, 1, 1), date(2099, 1, 1));
    let of = ("market", "administrative-penalty");
    let start = (all.0, i64::MIN);
    let whole = store.named_records(of, all, start, 100).await.expect("read");
    assert!(!whole.is_empty());
    let mut place = start;
    let mut parts = Vec::new();
    loop {
        let part = store.named_records(of, all, place, 1).await.expect("read");
        let Some(last) = part.last() else { break };
        place = (last.decided_on, last.id);
        parts.extend(part);
    }
    assert_eq!(parts, whole);
    let kind = "administrative-penalty";
    let counted = store.count_decided(kind, all.0, all.1).await.expect("counted");
    assert!(counted >= i64::try_from(whole.len()).expect("few"));
    assert_eq!(store.count_decided(kind, all.0, all.0).await.expect("counted"), 0);
    let report = store.fsck(&tokens, &mut |_, _| {}).await.expect("checked");
    assert!(report.is_sound(), "{report:?}");
    let mut tx = store.transaction("t").await.expect("begun");
    tx.propose_powers(&edition(3, date(2026, 7, 1)), &[]).await.expect("proposed");
    assert!(tx.decide_powers(3, "released", ("clerk", NOW), None).await.expect("decided"));
    tx.commit().await.expect("committed");
    let report = store.fsck(&tokens, &mut |_, _| {}).await.expect("checked");
    let told: Vec<_> = report.problems.iter().filter(|one| one.table == "power_edition").collect();
    assert_eq!(told.len(), 1, "one person did both: {report:?}");
}
