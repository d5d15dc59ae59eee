//! The audit log: sifted, exported, verified; every look at what is not public stands in it.

use axum::http::StatusCode;
use xinyong_service::Role;

use super::browser::TestSite;
use super::console::{CODE, link, recorded};

#[tokio::test(flavor = "multi_thread")]
async fn every_look_at_what_is_not_public_stands_in_the_log_and_the_log_is_sifted() {
    let (site, mut clerk, _, batch) = recorded().await;
    let list = clerk.get(&format!("{batch}/records")).await.text();
    let record = link(&list, "/console/records/");
    clerk.get(&record).await;
    clerk.get(&format!("/console/subjects/{CODE}")).await;
    let mut auditor = site.signed_in(Role::Auditor).await;
    for (action, object) in
        [("record.seen", "record:"), ("subject.seen", "subject:"), ("batch.records-seen", "batch:")]
    {
        let page = auditor.get(&format!("/console/audit?action={action}&actor=clerk")).await.text();
        let body = page.split("<tbody>").nth(1).unwrap_or_else(|| panic!("{action}: {page}"));
        assert!(body.contains(action) && body.contains(object), "{action}: {page}");
        assert!(!body.contains("account.signed-in"), "{action}: the filter lets others through");
    }
    let lines = async |auditor: &mut super::browser::Browser, query: &str| {
        let page = auditor.get(&format!("/console/audit?{query}")).await;
        assert_eq!(page.status, StatusCode::OK, "{query}");
        page.text().matches("data-label=\"时间\"").count()
    };
    let (_, ids) = record.split_at("/console/records/".len());
    let object = format!("object=record:{}", ids.replace('/', ":"));
    assert_eq!(lines(&mut auditor, &object).await, 1);
    let subject = ids.split('/').next().expect("a subject");
    assert!(lines(&mut auditor, &format!("object=record:{subject}")).await >= 1);
    assert!(lines(&mut auditor, "from=2026-11-25&to=2026-11-25").await > 3);
    assert_eq!(lines(&mut auditor, "from=2026-11-26").await, 0);
    assert_eq!(lines(&mut auditor, "to=2026-11-24").await, 0);
    for (query, said) in [("from=x", "不是有效日期"), ("from=2026-11-25&to=2026-11-01", "请核对")]
    {
        let page = auditor.get(&format!("/console/audit?{query}")).await.text();
        assert!(page.contains(said) && page.contains("error-summary"), "{query}: {page}");
    }
    assert!(auditor.get("/console/audit").await.text().contains("保存年限"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_goes_page_by_page_without_losing_or_doubling_a_line() {
    let site = TestSite::new().await;
    let mut auditor = site.signed_in(Role::Auditor).await;
    for _ in 0..60 {
        auditor.get("/console/audit?action=none").await;
    }
    let first = auditor.get("/console/audit?action=audit.read").await.text();
    assert_eq!(first.matches("data-label=\"时间\"").count(), 50);
    let next = link(&first, "/console/audit?action=audit.read&#38;after=").replace("&#38;", "&");
    let second = auditor.get(&next).await.text();
    // The sixty, and the two looks at the pages themselves; the last came after the place where the page begins.
    assert_eq!(second.matches("data-label=\"时间\"").count(), 11, "{second}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_auditor_takes_the_log_away_as_a_table_and_has_it_verified() {
    let site = TestSite::new().await;
    let mut auditor = site.signed_in(Role::Auditor).await;
    let page = auditor.get("/console/audit").await.text();
    let verify = link(&page, "/console/audit?verify=true");
    let page = auditor.get(&verify).await.text();
    assert!(page.contains("校验通过") && page.contains("没有增删改"), "{page}");
    let answer = auditor.get("/console/audit/export.csv?action=account.created").await;
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    assert!(answer.bytes.starts_with(b"\xef\xbb\xbf"), "no byte order mark");
    let text = answer.text();
    let rows: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(rows.len(), 2, "{text}");
    assert!(rows[0].starts_with("时间,登录名") && rows[1].contains("\"增加账号\""), "{text}");
    assert!(rows[1].contains("\"{\"\"role\"\":\"\"auditor\"\"}\""), "{text}");
    let page = auditor.get("/console/audit").await.text();
    for action in ["audit.exported", "audit.verified"] {
        assert!(page.contains(action), "{action}: {page}");
    }
    let refused = site.signed_in(Role::Administrator).await.get("/console/audit/export.csv").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}
