//! Reports that were issued, on which terms, and what each key signed.

use jiff::civil::date;
use xinyong_store::{CreditReport, ReportTerms, TreeHead, restore, verify_backup};

use super::{Ground, NOW, conflict, furnish, problems, tokens};

const DIGEST: &str = "5ee1b1ea1b2ea3d33ee5a73a7a6c8c1f5ee1b1ea1b2ea3d33ee5a73a7a6c8c1f";

fn report(number: &str, edition: &str, at: i64) -> CreditReport {
    CreditReport {
        number: number.to_owned(),
        subject_id: 1,
        edition: edition.to_owned(),
        day: date(2026, 5, 29),
        at,
        address: number.to_owned(),
        essence: DIGEST.to_owned(),
        content: DIGEST.to_owned(),
        file: DIGEST.to_owned(),
        key_id: "one".to_owned(),
        signed_at: at,
        signature: "00".to_owned(),
        actor: "clerk".to_owned(),
    }
}

/// Terms are kept beside a report, carried by a backup and held to what they name.
pub async fn reports_keep_their_terms(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    let given = ReportTerms {
        unit_id: "market".to_owned(),
        purpose: "procurement".to_owned(),
        basis: "示例事项".to_owned(),
        span: Some((date(2026, 1, 1), date(2026, 5, 29))),
        head_size: 3,
        head_key: "one".to_owned(),
    };
    let mut tx = store.transaction("t").await.expect("begun");
    tx.add_signing_key(&super::publication_log::key("one")).await.expect("a key");
    tx.add_tree_head(&TreeHead {
        size: 3,
        key_id: "one".to_owned(),
        at: NOW,
        root: "00".to_owned(),
        signature: "11".to_owned(),
    })
    .await
    .expect("a head");
    for (number, edition, at) in [("A", "public", NOW), ("B", "department", NOW + 1)] {
        tx.add_credit_report(&report(number, edition, at)).await.expect("kept");
    }
    tx.add_report_terms("B", &given).await.expect("kept");
    tx.commit().await.expect("committed");
    let mut tx = store.transaction("t").await.expect("begun");
    assert!(conflict(&tx.add_report_terms("B", &given).await));
    drop(tx);

    assert_eq!(store.report_terms("B").await.expect("read"), given);
    assert_eq!(store.report_terms("A").await.expect("read"), ReportTerms::default());
    let looks = store.reports_for_units(1, "department", 9).await.expect("read");
    assert_eq!((looks.len(), looks[0].unit_id.as_str(), looks[0].at), (1, "market", NOW + 1));
    assert_eq!(store.reports_for_units(2, "department", 9).await.expect("read"), []);
    let signed = store.reports_of_key("one", 1).await.expect("read");
    assert_eq!((signed.len(), signed[0].number.as_str()), (1, "B"), "the newest first");
    assert_eq!(store.reports_by_key().await.expect("read"), [("one".to_owned(), 2)]);
    assert_eq!(store.tree_heads_by_key().await.expect("read"), [("one".to_owned(), 1)]);
    assert_eq!(store.tree_heads_of("one", 9).await.expect("read")[0].size, 3);
    assert_eq!(store.tree_heads_of("two", 9).await.expect("read"), []);

    let file = ground.path("reports");
    store.backup(&file, NOW).await.expect("made");
    assert_eq!(verify_backup(&file).expect("whole").rows["credit_report_terms"], 1);
    let other = ground.url("reports-other");
    restore(&file, &other, &ground.keys, &|names: &[&str]| tokens(names)).await.expect("restored");
    let copy = xinyong_store::Store::open(&other, &ground.keys).await.expect("open");
    assert_eq!(copy.report_terms("B").await.expect("read"), given);
    copy.close().await;

    assert_eq!(problems(&store).await, []);
    for (change, undo) in [
        ("number = 'X'", "number = 'B'"),
        ("unit_id = 'gone'", "unit_id = 'market'"),
        ("basis = ' '", "basis = 'x'"),
        ("span_until = '2025-01-01'", "span_until = '2026-05-29'"),
        ("span_until = NULL", "span_until = '2026-05-29'"),
        ("head_size = 4", "head_size = 3"),
    ] {
        let set = |what: &str| format!("UPDATE credit_report_terms SET {what}");
        store.raw_execute(&set(change)).await.expect("done");
        let named = if change.starts_with("number") { "X" } else { "B" };
        let found = [("credit_report_terms".to_owned(), named.to_owned())];
        assert_eq!(problems(&store).await, found, "{change}");
        store.raw_execute(&set(undo)).await.expect("done");
    }
    assert_eq!(problems(&store).await, []);
}
