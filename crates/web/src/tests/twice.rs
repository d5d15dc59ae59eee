//! The same thing done twice: by two people at once, by a double click, by the back button.

use axum::http::StatusCode;
use xinyong_service::{Actor, Role, browse};

use super::browser::{Browser, TestSite};
use super::intake::{GOOD, know_parties, send};

/// The fields that release a batch, read off its page.
async fn release_fields(browser: &mut Browser, batch: &str) -> Vec<(String, String)> {
    let page = browser.get(batch).await;
    let mut fields =
        vec![("csrf".to_owned(), page.token()), ("basis".into(), "unit-publication-list".into())];
    for part in page.text().split("name=\"severity-").skip(1) {
        let row = part.split('"').next().expect("a row");
        for (name, value) in
            [("severity", "general"), ("reason", "示例理由"), ("source", "第 1 页")]
        {
            fields.push((format!("{name}-{row}"), value.to_owned()));
        }
    }
    fields
}

fn borrowed(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_clerks_two_reviewers_and_a_double_click_do_a_batch_once() {
    let site = TestSite::new().await;
    know_parties(&site).await;
    let mut one = site.signed_in(Role::Clerk).await;
    let mut two = site.browser();
    two.sign_in("clerk").await;
    let batch = send(&mut one, "administrative-penalty", "处罚.csv", GOOD).await;
    one.wait_for(&batch, "提交复核").await;
    let (first, second) = (one.get(&batch).await.token(), two.get(&batch).await.token());
    let submit = format!("{batch}/submit");
    let (first, second) = ([("csrf", first.as_str())], [("csrf", second.as_str())]);
    let (left, right) = tokio::join!(one.post(&submit, &first), two.post(&submit, &second));
    let mut statuses = [left.status, right.status];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::SEE_OTHER, StatusCode::BAD_REQUEST]);
    let refused = if left.status == StatusCode::BAD_REQUEST { left } else { right };
    assert!(refused.text().contains("error-summary"), "{}", refused.text());

    // A double click: the same form twice from one browser, before the first answer is there.
    let mut reviewer = site.signed_in(Role::Reviewer).await;
    let fields = release_fields(&mut reviewer, &batch).await;
    let mut again = site.browser();
    again.cookies = reviewer.cookies.clone();
    let release = format!("{batch}/release");
    let fields = borrowed(&fields);
    let (left, right) =
        tokio::join!(reviewer.post(&release, &fields), again.post(&release, &fields));
    let mut statuses = [left.status, right.status];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::SEE_OTHER, StatusCode::BAD_REQUEST]);
    reviewer.wait_for(&batch, "入库完毕").await;

    // The back button: the old pages are sent once more and change nothing.
    for (browser, to, fields) in
        [(&mut one, &submit, &first[..]), (&mut reviewer, &release, &fields)]
    {
        let answer = browser.post(to, fields).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{to}");
        assert!(answer.text().contains("error-summary"), "{to}: {}", answer.text());
    }
    let cancel = format!("{batch}/cancel");
    assert_eq!(one.post(&cancel, &first).await.status, StatusCode::BAD_REQUEST);
    let id = batch.rsplit('/').next().and_then(|id| id.parse().ok()).expect("a batch");
    let office = Actor { role: Some(Role::CreditOffice), ..Actor::visitor() };
    let recorded = browse::batch_records(&site.desk, &office, id, 0).await.expect("records");
    let versions: Vec<i64> = recorded.records.iter().map(|record| record.version).collect();
    assert!(!versions.is_empty() && versions.iter().all(|version| *version == 1), "{versions:?}");
}
