//! What is in force, and how two persons confirm what nobody had verified.

use axum::http::StatusCode;
use jiff::civil::date;
use xinyong_domain::law::Lookup;
use xinyong_service::publicity::{Renewal, renew};
use xinyong_service::{Actor, Role, running};

use super::browser::{Answer, Browser, TestSite};
use super::console::{link, record};
use super::intake::{GOOD, know_parties};
use super::people::post;

const ENTRY: &str = "/console/law/parameters/transition.order36";

async fn propose(browser: &mut Browser, value: &str, text: &str, file: (&str, &[u8])) -> Answer {
    let token = browser.get(ENTRY).await.token();
    let fields =
        [("csrf", token.as_str()), ("from", "2026-04-01"), ("value", value), ("text", text)];
    browser.upload(ENTRY, &fields, file.0, file.1).await
}

fn favourable(site: &TestSite) -> (String, bool) {
    match site.desk.law().at(date(2026, 11, 25)).word("transition.order36") {
        Lookup::Applies(cited) => (cited.value, cited.citation.verified),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_in_the_console_reads_what_is_in_force_on_any_day() {
    let site = TestSite::new().await;
    for role in Role::ACCOUNTS {
        let mut browser = site.signed_in(role).await;
        let page = browser.get("/console/law").await.text();
        for word in ["双公示报送公示期限", "7 个工作日", "已核对原文", "尚未核对原文的条目"]
        {
            assert!(page.contains(word), "{role:?} {word}: {page}");
        }
        let past = browser.get("/console/law?on=2016-01-01").await.text();
        assert!(past.contains("2016-01-01 有效的参数") && past.contains("2018-07-24"), "{past}");
        let some = browser.get("/console/law?q=ORDER36.minor").await.text();
        for word in ["publicity.order36.minor.maximum", "国家发展改革委令2025年第36号"] {
            assert!(some.contains(word), "{word}: {some}");
        }
        assert!(
            !some.contains("双公示报送公示期限") && !some.contains("id=\"in-deadlines\""),
            "{some}"
        );
        assert!(
            page.contains("href=\"#in-deadlines\"") && page.contains("id=\"in-deadlines\""),
            "{page}"
        );
        let none = browser.get("/console/law?q=%3Cb%3Enothing").await.text();
        assert!(none.contains("没有含有") && !none.contains("<b>nothing"), "{none}");
        let wrong = browser.get("/console/law?on=x").await.text();
        assert!(wrong.contains("日期请写成"), "{wrong}");
        let entry = browser.get(ENTRY).await.text();
        let offered = entry.contains("提出，由第二人确认");
        assert_eq!(offered, role == Role::CreditOffice, "{role:?}");
    }
    let mut browser = site.browser();
    browser.sign_in("clerk").await;
    let answer = browser.get("/console/law/parameters/none").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_persons_confirm_with_the_text_after_seeing_what_changes_and_one_takes_it_back() {
    let site = TestSite::new().await;
    know_parties(&site).await;
    let mut clerk = site.signed_in(Role::Clerk).await;
    let mut reviewer = site.signed_in(Role::Reviewer).await;
    let old = String::from_utf8_lossy(GOOD).replace("2026/06/10", "2025/06/01");
    record(&mut clerk, &mut reviewer, old.as_bytes()).await;
    // The days of publicity were worked out under this law, and that is written down once.
    let system = Actor::system("system");
    let first_look = renew(&site.desk, &system).await.expect("looked").expect("the first time");
    assert_eq!(first_look.changed, 0);
    assert!(first_look.examined >= 1);
    assert_eq!(renew(&site.desk, &system).await.expect("looked"), None);

    let mut first = site.signed_in(Role::CreditOffice).await;
    site.account("office2", Role::CreditOffice).await;
    let mut second = site.browser();
    second.sign_in("office2").await;
    site.account("office3", Role::CreditOffice).await;
    let mut third = site.browser();
    third.sign_in("office3").await;

    let answer = propose(&mut first, "favourable", " ", ("", b"")).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.text().contains("须附上所依据文件的原文"), "{}", answer.text());
    let answer = propose(&mut first, "favourable", "示例原文", ("原文.txt", b"example")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let answer = propose(&mut second, "favourable", "示例原文", ("", b"")).await;
    assert!(answer.text().contains("已有待第二人确认的提议"), "{}", answer.text());
    assert_eq!(favourable(&site).0, "decision-date", "it counts before the second person");

    let waiting = link(&first.get("/console/law").await.text(), "/console/law/proposals/");
    let page = first.get(&waiting).await.text();
    assert!(page.contains("须由另一人确认") && !page.contains("value=\"confirm\""), "{page}");
    let answer = post(&mut first, &waiting, &waiting, &[("decision", "confirm")]).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.text().contains("须由两名不同的人确认"), "{}", answer.text());

    let page = second.get(&waiting).await.text();
    for word in ["示例原文", "确认后会改变什么", "公示情况会改变的", "原文.txt", "确认后</th>"]
    {
        assert!(page.contains(word), "{word}: {page}");
    }
    let samples = page.matches("data-label=\"确认后\"").count();
    assert!(samples >= 1, "no record is named: {page}");
    let figure = format!("<span class=\"figure\">{samples}</span>");
    assert!(page.contains(&figure), "the count is not that of the samples: {page}");
    let file = second.get(&format!("{waiting}/file")).await;
    assert_eq!(file.bytes, b"example");
    assert!(file.header("content-disposition").starts_with("attachment"));

    let answer = post(&mut second, &waiting, &waiting, &[("decision", "confirm")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    assert_eq!(favourable(&site), ("favourable".to_owned(), true));
    // What was foretold comes about, once, as versions of their own that no batch brought.
    let changed = u64::try_from(samples).expect("few");
    let renewed = renew(&site.desk, &system).await.expect("renewed");
    assert_eq!(renewed, Some(Renewal { changed, ..first_look }));
    assert_eq!(renew(&site.desk, &system).await.expect("looked"), None);
    assert_eq!(running::fsck(&site.desk).await.expect("looked").problems, []);
    let other = link(&page, "/console/records/");
    let dossier = second.get(&other).await.text();
    assert!(dossier.contains("按现行规则重新计算公示期"), "{dossier}");
    let page = second.get(answer.header("location")).await.text();
    assert!(page.contains("已由两人确认") && page.contains("撤回这项确认"), "{page}");
    let token = second.get(ENTRY).await.token();
    let fields = [("csrf", token.as_str()), ("decision", "confirm")];
    let again = second.post(&waiting, &fields).await;
    assert!(again.text().contains("已经办过了"), "{}", again.text());

    // Only one of the two takes it back, with a reason.
    let withdraw = second
        .get(ENTRY)
        .await
        .text()
        .split("action=\"")
        .filter_map(|part| part.split('"').next())
        .find(|to| to.ends_with("/withdraw"))
        .expect("a form")
        .to_owned();
    assert!(!third.get(ENTRY).await.text().contains("撤回这项确认"));
    // Every confirmation has a field of its own, so that an id stands once on the page.
    let id = withdraw.split('/').rev().nth(1).expect("an id");
    let reason = format!("reason-{id}");
    let reason = reason.as_str();
    let answer = post(&mut third, "/console/law", &withdraw, &[(reason, "示例")]).await;
    assert!(answer.text().contains("只有确认过的两人可以撤回"), "{}", answer.text());
    let answer = post(&mut first, ENTRY, &withdraw, &[(reason, " ")]).await;
    assert!(answer.text().contains("请写明撤回的理由"), "{}", answer.text());
    assert!(answer.text().contains(&format!("href=\"#{reason}\"")), "{}", answer.text());
    assert_eq!(answer.text().matches(&format!("id=\"{reason}\"")).count(), 1);
    let answer = post(&mut first, ENTRY, &withdraw, &[(reason, "示例理由")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    assert_eq!(favourable(&site).0, "decision-date");
    let renewed = renew(&site.desk, &system).await.expect("renewed");
    assert_eq!(renewed, Some(Renewal { changed, ..first_look }));
    assert!(first.get(ENTRY).await.text().contains("示例理由"));

    let mut auditor = site.signed_in(Role::Auditor).await;
    let log = auditor.get("/console/audit").await.text();
    for action in ["law.proposed", "law.confirmed", "law.withdrawn"] {
        assert!(log.contains(action), "{action}: {log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_proposal_counts_for_nothing_and_a_read_text_needs_none() {
    let site = TestSite::new().await;
    let mut first = site.signed_in(Role::CreditOffice).await;
    let answer = propose(&mut first, "favourable", "示例原文", ("", b"")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let waiting = link(&first.get("/console/law").await.text(), "/console/law/proposals/");
    let decline = [("decision", "decline"), ("reason", " ")];
    let answer = post(&mut first, &waiting, &waiting, &decline).await;
    assert!(answer.text().contains("请写明不同意的理由"), "{}", answer.text());
    let decline = [("decision", "decline"), ("reason", "原文不全")];
    let answer = post(&mut first, &waiting, &waiting, &decline).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    assert_eq!(favourable(&site).0, "decision-date");
    assert!(first.get(&waiting).await.text().contains("原文不全"));

    let read = "/console/law/parameters/publicity.report.days";
    assert!(!first.get(read).await.text().contains("提出，由第二人确认"));
    let token = first.get("/console/law").await.token();
    let fields =
        [("csrf", token.as_str()), ("from", "2018-07-25"), ("value", "9"), ("text", "示例")];
    let answer = first.upload(read, &fields, "", b"").await;
    assert!(answer.text().contains("不需要确认"), "{}", answer.text());
}
