//! What the console shows of records and subjects, who may see it, and how a record comes down.

use axum::http::StatusCode;
use jiff::civil::date;
use xinyong_service::browse;
use xinyong_service::publicity::{Withdraw, withdraw};
use xinyong_service::{Actor, DeskError, Role};

use super::browser::{Browser, TestSite, UNIT};
use super::intake::{GOOD, know_parties, send};

pub(super) const CODE: &str = "91140829XY00030103";

pub(super) fn person(unit: &str, role: Role) -> Actor {
    Actor {
        login: "somebody".to_owned(),
        name: "示例".to_owned(),
        unit: unit.to_owned(),
        role: Some(role),
    }
}

/// A site with the sample recorded: clerk, reviewer, the batch's address.
pub(super) async fn recorded() -> (TestSite, Browser, Browser, String) {
    let site = TestSite::new().await;
    know_parties(&site).await;
    let mut clerk = site.signed_in(Role::Clerk).await;
    let mut reviewer = site.signed_in(Role::Reviewer).await;
    let batch = record(&mut clerk, &mut reviewer, GOOD).await;
    (site, clerk, reviewer, batch)
}

pub(super) async fn record(clerk: &mut Browser, reviewer: &mut Browser, file: &[u8]) -> String {
    let batch = send(clerk, "administrative-penalty", "处罚.csv", file).await;
    let token = clerk.wait_for(&batch, "提交复核").await.token();
    clerk.post(&format!("{batch}/submit"), &[("csrf", token.as_str())]).await;
    let page = reviewer.get(&batch).await;
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
    let fields: Vec<_> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = reviewer.post(&format!("{batch}/release"), &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    reviewer.wait_for(&batch, "入库完毕").await;
    batch
}

/// The first address in a page that begins so.
pub(super) fn link(text: &str, start: &str) -> String {
    text.split("href=\"")
        .filter_map(|part| part.split('"').next())
        .find(|href| href.starts_with(start))
        .unwrap_or_else(|| panic!("no link to {start}: {text}"))
        .to_owned()
}

pub(super) fn ids(href: &str) -> (i64, i64) {
    let mut parts = href.rsplit('/').map(|part| part.parse().expect("an id"));
    let (record, subject) = (parts.next(), parts.next());
    (subject.expect("a subject"), record.expect("a record"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_batch_leads_to_its_records_with_every_version_and_what_changed() {
    let (site, mut clerk, mut reviewer, batch) = recorded().await;
    let page = clerk.get(&batch).await.text();
    assert!(page.contains("示例报送员 <span class=\"note\">clerk</span>"), "{page}");
    let list = clerk.get(&link(&page, &format!("{batch}/records"))).await.text();
    let href = link(&list, "/console/records/");

    let corrected = String::from_utf8_lossy(GOOD).replace("罚款5000元。", "罚款五千元。");
    record(&mut clerk, &mut reviewer, corrected.as_bytes()).await;
    let answer = reviewer.get(&href).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let text = answer.text();
    for word in [
        "第 2 版",
        "第 1 版",
        "事实时间",
        "获知时间",
        "2026-06-10",
        "示例复核员",
        "处罚内容",
        "罚款5000元。",
        "罚款五千元。",
        "公示记录",
        "所依规定",
        "公示状态",
        "办理撤下",
    ] {
        assert!(text.contains(word), "{word}: {text}");
    }
    // What is written for "no end" is said in words, with what was written beside it.
    assert!(text.contains("<dd>长期 <span class=\"note\">报送为 2099-12-31</span>"), "{text}");
    let newest = text.find("第 2 版").expect("second");
    assert!(newest < text.rfind("第 1 版").expect("first"), "the newest comes first");

    let mut auditor = site.signed_in(Role::Auditor).await;
    let (subject, record) = ids(&href);
    let log = auditor.get("/console/audit").await.text();
    assert!(log.contains("record.seen"), "{log}");
    assert!(log.contains(&format!("record:{subject}:{record}")), "{log}");
    assert!(log.contains("batch.records-seen"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_past_day_shows_what_was_known_then_and_says_so_when_nothing_was() {
    let (site, mut clerk, _, batch) = recorded().await;
    let list = clerk.get(&format!("{batch}/records")).await.text();
    let href = link(&list, "/console/records/");
    let before = clerk.get(&format!("{href}?on=2026-11-24")).await.text();
    assert!(before.contains("平台还不知道这条信息"), "{before}");
    assert!(!before.contains("id=\"content-title\""), "{before}");
    let on = clerk.get(&format!("{href}?on=2026-11-25")).await.text();
    assert!(on.contains("当时是第 1 版") && on.contains("id=\"content-title\""), "{on}");
    for (asked, said) in [("2026-11-26", "今天之后"), ("x", "日期请写成")] {
        let answer = clerk.get(&format!("{href}?on={asked}")).await.text();
        assert!(answer.contains("error-summary") && answer.contains(said), "{asked}: {answer}");
    }

    // Taken down later: the days before still show it standing.
    let (subject, record) = ids(&href);
    let later = site.desk.at(date(2026, 12, 10));
    let reviewer = person(UNIT, Role::Reviewer);
    let command = Withdraw {
        subject,
        record,
        decided: date(2026, 12, 9),
        reason: "示例理由（依据：示例文书）".to_owned(),
    };
    withdraw(&later, &reviewer, command.clone()).await.expect("withdrawn");
    let again = withdraw(&later, &reviewer, command).await.expect_err("twice");
    assert_eq!(again.code(), "withdraw.already");
    let at = async |day| {
        let found = browse::record_dossier(&later, &reviewer, subject, record, Some(day)).await;
        found.expect("dossier").as_of.and_then(|past| past.state).map(|state| state.head)
    };
    assert!(at(date(2026, 11, 24)).await.is_none());
    let standing = at(date(2026, 12, 9)).await.expect("known");
    assert_eq!((standing.version, standing.withdrawn_on), (1, None));
    assert!(standing.disclosure.value.public);
    let down = at(date(2026, 12, 10)).await.expect("known");
    assert_eq!((down.version, down.withdrawn_on), (2, Some(date(2026, 12, 10))));
    let found = browse::record_dossier(&later, &reviewer, subject, record, None).await;
    let found = found.expect("dossier");
    assert_eq!(found.versions.iter().map(|shown| shown.version).collect::<Vec<_>>(), [2, 1]);
    let newest = found.versions.first().expect("a version");
    assert_eq!(newest.batch, None);
    assert!(newest.changes.iter().any(|change| change.label == "撤下公示日期"));
    assert_eq!(found.events.first().map(|event| event.kind.as_str()), Some("withdrawn"));
    assert!(found.events.iter().all(|event| !event.citations.is_empty()));
    assert!(!found.can_withdraw);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_unit_sees_of_a_subject_what_is_public_and_nothing_of_the_record() {
    let (site, mut clerk, _, batch) = recorded().await;
    let list = clerk.get(&format!("{batch}/records")).await.text();
    let (subject, record) = ids(&link(&list, "/console/records/"));
    let id = batch.rsplit('/').next().and_then(|id| id.parse().ok()).expect("a batch");
    let stranger = person("emergency-management", Role::Reviewer);
    let denied = |error: DeskError| assert_eq!(error.code(), "access.denied");
    denied(
        browse::record_dossier(&site.desk, &stranger, subject, record, None)
            .await
            .expect_err("another unit's record"),
    );
    denied(
        browse::batch_records(&site.desk, &stranger, id, 0)
            .await
            .expect_err("another unit's batch"),
    );
    let office = person("credit-office", Role::CreditOffice);
    let all = browse::batch_records(&site.desk, &office, id, 0).await.expect("records");
    assert!(!all.records.is_empty() && all.records.iter().all(|record| record.own));

    let held = async |desk: &xinyong_service::Desk, actor: &Actor, on| {
        let found = browse::subject_holdings(desk, actor, CODE, on).await.expect("subject");
        found.groups.into_iter().flat_map(|(.., records)| records).collect::<Vec<_>>()
    };
    let seen = held(&site.desk, &stranger, None).await;
    assert_eq!(seen.len(), 1);
    assert!(seen.iter().all(|record| !record.own && record.disclosure.value.public));
    // Once its publication is over it is the unit's own again, whatever day one asks about.
    let later = site.desk.at(date(2046, 1, 1));
    let expired = date(2026, 11, 30);
    assert!(held(&later, &stranger, None).await.is_empty());
    assert!(held(&later, &stranger, Some(expired)).await.is_empty());
    let own = person(UNIT, Role::Clerk);
    assert_eq!(held(&later, &own, None).await.len(), 1);
    assert_eq!(held(&later, &own, Some(expired)).await.len(), 1);
    assert!(held(&later, &own, Some(date(2026, 11, 1))).await.is_empty());

    let page = clerk.get(&format!("/console/subjects/{CODE}")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    link(&page.text(), "/console/records/");
    let before = clerk.get(&format!("/console/subjects/{CODE}?on=2026-11-24")).await.text();
    assert!(before.contains("平台还不知道这个主体"), "{before}");
    assert_eq!(clerk.get("/console/subjects/x").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_comes_down_after_reason_document_and_a_second_look() {
    let (site, mut clerk, mut reviewer, batch) = recorded().await;
    let list = reviewer.get(&format!("{batch}/records")).await.text();
    let href = link(&list, "/console/records/");
    let (subject, record) = ids(&href);
    let public = format!("/records/administrative-penalty/{subject}/{record}");
    let form = format!("{href}/withdraw");
    assert!(!clerk.get(&href).await.text().contains(&form), "a clerk is not offered it");
    assert_eq!(clerk.get(&form).await.status, StatusCode::FORBIDDEN);

    let token = reviewer.get(&form).await.token();
    let answer = reviewer
        .post(&format!("{form}/confirm"), &[("csrf", token.as_str()), ("decided", "2026-12-01")])
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.text().contains("href=\"#reason\""), "{}", answer.text());
    let send = |decided: &'static str, document: &'static str| {
        [
            ("csrf", token.clone()),
            ("decided", decided.to_owned()),
            ("reason", "行政复议决定撤销原处罚".to_owned()),
            ("document", document.to_owned()),
        ]
    };
    for (decided, document, field) in [
        ("2026-11-24", " ", "document"),
        ("2026-11-26", "示例文书", "decided"),
        ("2026-01-01", "示例文书", "decided"),
    ] {
        for to in [&format!("{form}/confirm"), &form] {
            let fields = send(decided, document);
            let fields: Vec<_> =
                fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let answer = reviewer.post(to, &fields).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{decided} {to}");
            let said = format!("href=\"#{field}\"");
            assert!(answer.text().contains(&said), "{decided} {to}: {}", answer.text());
            assert!(answer.text().contains("行政复议决定撤销原处罚"), "what was typed is kept");
        }
    }

    let fields = send("2026-11-24", "示例复议决定书〔2026〕1号");
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = reviewer.post(&format!("{form}/confirm"), &fields).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let text = answer.text();
    for word in
        ["2026-11-27", "还剩 2 个工作日", "所依规定", "示例复议决定书〔2026〕1号", "确认撤下"]
    {
        assert!(text.contains(word), "{word}: {text}");
    }
    assert_eq!(site.browser().get(&public).await.status, StatusCode::OK, "nothing happened yet");

    let answer = reviewer.post(&form, &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let page = reviewer.get(answer.header("location")).await.text();
    for word in ["完成", "已撤下公示", "行政复议决定撤销原处罚（依据：示例复议决定书〔2026〕1号）"]
    {
        assert!(page.contains(word), "{word}: {page}");
    }
    assert!(!page.contains(&form), "it is not offered again");
    assert_eq!(site.browser().get(&public).await.status, StatusCode::NOT_FOUND);
    let again = reviewer.post(&form, &fields).await;
    assert_eq!(again.status, StatusCode::BAD_REQUEST);
    assert!(again.text().contains("不能再次撤下"), "{}", again.text());
    assert_eq!(reviewer.get(&form).await.status, StatusCode::BAD_REQUEST);
    let mut auditor = site.signed_in(Role::Auditor).await;
    assert!(auditor.get("/console/audit").await.text().contains("record.withdrawn"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_page_says_what_is_owed_and_how_many_working_days_are_left() {
    let site = TestSite::new().await;
    know_parties(&site).await;
    let mut clerk = site.signed_in(Role::Clerk).await;
    let mut reviewer = site.signed_in(Role::Reviewer).await;
    let with = |day: &str| String::from_utf8_lossy(GOOD).replace("2026/06/10", day);
    let fresh = with("2026/11/23").replace("〔2026〕3", "〔2026〕4");
    let fresh: Vec<&str> = fresh.lines().take(2).collect();
    let fresh =
        send(&mut clerk, "administrative-penalty", "近.csv", fresh.join("\n").as_bytes()).await;
    let old = send(&mut clerk, "administrative-penalty", "旧.csv", GOOD).await;
    for batch in [&fresh, &old] {
        clerk.wait_for(batch, "提交复核").await;
    }
    let home = clerk.get("/console").await.text();
    let (first, second) = (home.find(&old).expect("old"), home.find(&fresh).expect("fresh"));
    assert!(first < second, "the most urgent comes first: {home}");
    assert!(home.contains("已超期") && home.contains("还剩 5 个工作日"), "{home}");
    assert!(home.contains("所依规定"), "{home}");
    assert!(!reviewer.get("/console").await.text().contains(&old), "it waits for the clerk");

    let token = clerk.get(&old).await.token();
    clerk.post(&format!("{old}/submit"), &[("csrf", token.as_str())]).await;
    assert!(!clerk.get("/console").await.text().contains(&old), "it waits for the reviewer");
    let home = reviewer.get("/console").await.text();
    assert!(home.contains(&old) && home.contains("复核入库") && home.contains("已超期"), "{home}");
    let tabs = clerk.get("/console/batches").await.text();
    for tab in ["全部 <span class=\"count\">2</span>", "检查中 <span class=\"count\">0</span>"]
    {
        assert!(tabs.contains(tab), "{tab}: {tabs}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_told_what_waits_for_them_and_no_longer_when_it_is_done() {
    let site = TestSite::new().await;
    know_parties(&site).await;
    let mut clerk = site.signed_in(Role::Clerk).await;
    let mut reviewer = site.signed_in(Role::Reviewer).await;
    let batch = send(&mut clerk, "administrative-penalty", "处罚.csv", GOOD).await;
    let token = clerk.wait_for(&batch, "提交复核").await.token();
    clerk.post(&format!("{batch}/submit"), &[("csrf", token.as_str())]).await;
    assert!(reviewer.get("/console").await.text().contains("1 条新通知"));
    assert!(!clerk.get("/console").await.text().contains("条新通知"));

    // A wrong address is named, and what was typed stays.
    let page = reviewer.get("/console/notices").await;
    assert!(page.text().contains("等待您复核") && page.text().contains(&batch), "{}", page.text());
    let fields =
        [("csrf", &*page.token()), ("address", "nobody@@example")].map(|(n, v)| (n, v.to_owned()));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let answer = reviewer.post("/console/notices", &fields).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(
        answer.text().contains("邮箱地址的写法不对") && answer.text().contains("nobody@@example")
    );

    // Given back: the clerk is told, with the batch.
    let token = reviewer.get(&batch).await.token();
    let fields = [("csrf", token.as_str()), ("reason", "示例：文号有误")];
    reviewer.post(&format!("{batch}/return"), &fields).await;
    assert!(clerk.get("/console").await.text().contains("1 条新通知"));
    // Submitted again before the clerk has read it: what was said to the clerk is settled, the reviewer is told again.
    let token = clerk.get(&batch).await.token();
    clerk.post(&format!("{batch}/submit"), &[("csrf", token.as_str())]).await;
    assert!(!clerk.get("/console").await.text().contains("条新通知"));
    assert!(reviewer.get("/console").await.text().contains("1 条新通知"));
}

#[tokio::test(flavor = "multi_thread")]
async fn subjects_that_may_be_one_are_shown_to_the_office_and_left_alone() {
    let site = TestSite::new().await;
    know_parties(&site).await;
    let mut office = site.signed_in(Role::CreditOffice).await;
    let none = office.get("/console/doubles").await.text();
    assert!(none.contains("没有需要核对的主体"), "{none}");
    // The same name under another code.
    let file = "企业名称,统一社会信用代码\n平陆县示例301号加工有限公司,91140829XY00030883\n";
    let path = site.desk.scratch().join("again.csv");
    std::fs::write(&path, file).expect("a file");
    let system = Actor::system("test");
    xinyong_service::import_subjects(&site.desk, &system, &path, "again.csv", 10)
        .await
        .expect("imported");
    let page = office.get("/console/doubles").await.text();
    for word in ["平陆县示例301号加工有限公司", "名称相同、代码不同", CODE] {
        assert!(page.contains(word), "{word}: {page}");
    }
    let page = office.get("/console/doubles?by=code").await.text();
    assert!(page.contains("没有需要核对的主体"), "{page}");
    let mut clerk = site.signed_in(Role::Clerk).await;
    assert_eq!(clerk.get("/console/doubles").await.status, StatusCode::FORBIDDEN);
}
