//! A file's way through the console, from the upload to the public page.

use axum::http::StatusCode;
use xinyong_service::{Actor, Role, import_subjects};

use super::browser::{Browser, TestSite, UNIT};
use super::console::link;

pub(super) const GOOD: &[u8] =
    include_bytes!("../../../../law/samples/administrative-penalty/ok.csv");
const BAD: &[u8] = include_bytes!("../../../../law/samples/administrative-penalty/bad.csv");

pub(super) async fn send(browser: &mut Browser, kind: &str, name: &str, file: &[u8]) -> String {
    let token = browser.get("/console/upload").await.token();
    let fields = [("csrf", token.as_str()), ("kind", kind)];
    let answer = browser.upload("/console/upload", &fields, name, file).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    answer.header("location").to_owned()
}

/// The register knows the parties of the sample.
pub(super) async fn know_parties(site: &TestSite) {
    let mut file = String::from("企业名称,统一社会信用代码\n");
    for (name, code) in [
        ("平陆县示例301号加工有限公司", "91140829XY00030103"),
        ("平陆县示例302号加工有限公司", "91140829XY00030290"),
    ] {
        file.push_str(&format!("{name},{code}\n"));
    }
    let path = site.desk.scratch().join("registry.csv");
    std::fs::write(&path, file).expect("registry file");
    import_subjects(&site.desk, &Actor::system("test"), &path, "registry.csv", 10)
        .await
        .expect("registry");
    std::fs::remove_file(path).expect("registry file");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_office_brings_the_registry_in_and_nobody_else_may() {
    let site = TestSite::new().await;
    let mut office = site.signed_in(Role::CreditOffice).await;
    let mut clerk = site.signed_in(Role::Clerk).await;
    let file = "企业名称,统一社会信用代码\n平陆县示例301号加工有限公司,91140829XY00030103\n\
                平陆县示例302号加工有限公司,91140829XY0003029X\n";

    assert!(!clerk.get("/console/upload").await.text().contains("subject-registry"));
    let token = clerk.get("/console/upload").await.token();
    let fields = [("csrf", token.as_str()), ("kind", "subject-registry")];
    let answer = clerk.upload("/console/upload", &fields, "名录.csv", file.as_bytes()).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.text());

    let batch = send(&mut office, "subject-registry", "名录.csv", file.as_bytes()).await;
    let page = office.wait_for(&batch, "检查发现的问题").await;
    assert!(page.text().contains("已入库"), "{}", page.text());
    assert!(page.text().contains("chip-bad"), "the wrong code is not named: {}", page.text());
    let found = site.browser().get("/subjects/91140829XY00030103").await;
    assert_eq!(found.status, StatusCode::OK);
    let repeated = send(&mut office, "subject-registry", "名录.csv", file.as_bytes()).await;
    assert_eq!(repeated, format!("{batch}?repeated=true"));
    // A file that is no registry is refused as a whole, again and again.
    for _ in 0..2 {
        let batch =
            send(&mut office, "subject-registry", "其他.csv", "甲,乙\n1,2\n".as_bytes()).await;
        office.wait_for(&batch, "整份文件没有被接受").await;
    }
    no_scratch_left(&site);
}

fn no_scratch_left(site: &TestSite) {
    let left: Vec<_> = std::fs::read_dir(site.desk.scratch())
        .expect("scratch")
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_goes_from_the_clerk_through_the_second_person_to_the_public() {
    let site = TestSite::new().await;
    know_parties(&site).await;
    let mut clerk = site.signed_in(Role::Clerk).await;
    let mut reviewer = site.signed_in(Role::Reviewer).await;
    let batch = send(&mut clerk, "administrative-penalty", "处罚.csv", GOOD).await;
    let page = clerk.wait_for(&batch, "提交复核").await;
    assert!(!page.text().contains("http-equiv"), "the page still asks again");

    let again = send(&mut clerk, "administrative-penalty", "别名.csv", GOOD).await;
    assert_eq!(again, format!("{batch}?repeated=true"));
    assert!(clerk.get(&again).await.text().contains("这份文件以前报送过"));

    let token = page.token();
    let answer = clerk.post(&format!("{batch}/submit"), &[("csrf", token.as_str())]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    // Twice is once too often: the page says so instead of failing.
    let answer = clerk.post(&format!("{batch}/submit"), &[("csrf", token.as_str())]).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.text().contains("error-summary"));

    let page = reviewer.get(&batch).await;
    assert!(page.text().contains("name=\"severity-"), "{}", page.text());
    let token = page.token();
    let release = format!("{batch}/release");
    let answer = reviewer.post(&release, &[("csrf", token.as_str()), ("basis", "")]).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.text().contains("请选择公示依据"));
    let row = page.text();
    let row = row.split("name=\"severity-").nth(1).and_then(|rest| rest.split('"').next());
    let row = row.expect("a row to judge");
    let (severity, reason, source) =
        (format!("severity-{row}"), format!("reason-{row}"), format!("source-{row}"));
    let fields = [
        ("csrf", token.as_str()),
        ("basis", "unit-publication-list"),
        (severity.as_str(), "serious"),
    ];
    let answer = reviewer.post(&release, &fields).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.text().contains("请写明理由"));
    let fields = [
        ("csrf", token.as_str()),
        ("basis", "unit-publication-list"),
        (severity.as_str(), "general"),
        (reason.as_str(), "示例理由"),
        (source.as_str(), "决定书第 1 页"),
    ];
    let answer = reviewer.post(&release, &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    reviewer.wait_for(&batch, "入库完毕").await;

    let answer = clerk.get(&format!("{batch}/annotated.xlsx")).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.bytes.starts_with(b"PK"));
    assert!(answer.header("content-disposition").contains("filename*=UTF-8''%E5%A4%84"));
    no_scratch_left(&site);

    let mut visitor = site.browser();
    let list = visitor.get("/records/administrative-penalty").await.text();
    let href = list
        .split("href=\"")
        .filter_map(|part| part.split('"').next())
        .find(|href| href.starts_with("/records/administrative-penalty/"))
        .unwrap_or_else(|| panic!("no record in the list: {list}"));
    let record = visitor.get(href).await;
    assert_eq!(record.status, StatusCode::OK);
    let text = record.text();
    for word in ["公示截止日", "class=\"why\"", "所依规定", "决定日期"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    let subject = text
        .split("href=\"")
        .filter_map(|part| part.split('"').next())
        .find(|href| href.starts_with("/subjects/"))
        .expect("a link to the party");
    assert_eq!(visitor.get(subject).await.status, StatusCode::OK);
    let facts = visitor.get(&format!("/api/v1{subject}")).await;
    assert_eq!(facts.header("content-type"), "application/json");
    let facts: serde_json::Value = serde_json::from_slice(&facts.bytes).expect("json");
    assert!(subject.ends_with(facts["code"].as_str().expect("code")));
    assert_eq!(visitor.get("/").await.status, StatusCode::OK);
    // The kind in the address must be the record's.
    let wrong = href.replace("administrative-penalty", "administrative-licence");
    assert_eq!(visitor.get(&wrong).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_offers_an_empty_table_of_each_kind() {
    let site = TestSite::new().await;
    let mut clerk = site.signed_in(Role::Clerk).await;
    let mut office = site.signed_in(Role::CreditOffice).await;
    let page = clerk.get("/console/upload").await.text();
    let kinds = site.desk.law().kinds().len();
    assert_eq!(page.matches("/table.xlsx\"").count(), kinds, "{page}");
    let address = "/console/upload/administrative-penalty/table.xlsx";
    let table = clerk.get(address).await;
    assert_eq!(table.status, StatusCode::OK);
    assert!(table.bytes.starts_with(b"PK"));
    let name = table.header("content-disposition");
    assert!(name.starts_with("attachment; filename=\"administrative-penalty.xlsx\""), "{name}");
    // Empty, it is said to be so.
    let batch = send(&mut clerk, "administrative-penalty", "空白.xlsx", &table.bytes).await;
    clerk.wait_for(&batch, "标题行下面没有任何数据").await;
    let none = clerk.get("/console/upload/none/table.xlsx").await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    // What belongs to the office alone is offered to it alone.
    let registry = "/console/upload/subject-registry/table.xlsx";
    assert!(!page.contains(registry));
    assert_eq!(clerk.get(registry).await.status, StatusCode::FORBIDDEN);
    assert!(office.get("/console/upload").await.text().contains(registry));
    assert_eq!(office.get(registry).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn findings_are_shown_by_row_and_a_batch_can_be_given_back_and_cancelled() {
    let site = TestSite::new().await;
    let mut office = site.signed_in(Role::CreditOffice).await;
    let mut reviewer = site.signed_in(Role::Reviewer).await;

    let page = office.get("/console/upload").await;
    assert!(page.text().contains("name=\"unit\""));
    let token = page.token();
    let fields = [("csrf", token.as_str()), ("kind", "administrative-penalty")];
    let answer = office.upload("/console/upload", &fields, "a.csv", BAD).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.text().contains("请选择报送单位"));

    let fields = [("csrf", token.as_str()), ("unit", UNIT), ("kind", "administrative-penalty")];
    let answer = office.upload("/console/upload", &fields, "a.csv", BAD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let batch = answer.header("location").to_owned();
    let page = office.wait_for(&batch, "检查发现的问题").await;
    assert!(page.text().contains("chip-bad"), "{}", page.text());

    let token = page.token();
    let answer = office.post(&format!("{batch}/submit"), &[("csrf", token.as_str())]).await;
    if answer.status == StatusCode::SEE_OTHER {
        let token = reviewer.get(&batch).await.token();
        let back = format!("{batch}/return");
        let answer = reviewer.post(&back, &[("csrf", token.as_str()), ("reason", " ")]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(answer.text().contains("请写明退回理由"));
        let fields = [("csrf", token.as_str()), ("reason", "示例理由")];
        assert_eq!(reviewer.post(&back, &fields).await.status, StatusCode::SEE_OTHER);
    }
    let answer = office.post(&format!("{batch}/cancel"), &[("csrf", token.as_str())]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    assert!(office.get(&batch).await.text().contains("已作废"));
    assert!(office.get("/console/batches?stage=cancelled").await.text().contains(&batch));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_taken_is_refused_with_the_reason() {
    let site = TestSite::new().await;
    let mut clerk = site.signed_in(Role::Clerk).await;
    let token = clerk.get("/console/upload").await.token();
    let fields = [("csrf", token.as_str()), ("kind", "administrative-penalty")];
    let large = vec![b'a'; 1024 * 1024 + 1];
    for (name, file, said) in [
        ("a.csv", large.as_slice(), "文件超过上限"),
        ("a.csv", b"".as_slice(), "文件是空的"),
        ("", b"".as_slice(), "请选择要报送的文件"),
    ] {
        let answer = clerk.upload("/console/upload", &fields, name, file).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(answer.text().contains(said), "{said}: {}", answer.text());
    }
    no_scratch_left(&site);
    let batch = send(&mut clerk, "administrative-penalty", "不是表.csv", b"a,b\n1,2\n").await;
    let page = clerk.wait_for(&batch, "整份文件没有被接受").await;
    assert!(page.text().contains("file.kind-unknown"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_pasted_instead_of_a_file() {
    let site = TestSite::new().await;
    know_parties(&site).await;
    let mut clerk = site.signed_in(Role::Clerk).await;
    let table = String::from_utf8_lossy(GOOD).replace(',', "\t");
    let token = clerk.get("/console/upload").await.token();
    let csrf = ("csrf", token.as_str());
    let kind = ("kind", "administrative-penalty");
    let none = clerk.upload("/console/upload", &[csrf, kind], "", b"").await;
    assert_eq!(none.status, StatusCode::BAD_REQUEST);
    assert!(none.text().contains("或者把表格粘贴在下面"), "{}", none.text());
    // Nothing that was pasted is lost when something else is missing.
    let fields = [csrf, ("pasted", table.as_str())];
    let kept = clerk.upload("/console/upload", &fields, "", b"").await;
    assert!(kept.text().contains("请选择信息类别"), "{}", kept.text());
    assert!(kept.text().contains("平示监罚〔2026〕301号"), "{}", kept.text());
    let fields = [csrf, kind, ("pasted", table.as_str())];
    let answer = clerk.upload("/console/upload", &fields, "", b"").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let page = clerk.wait_for(answer.header("location"), "提交复核").await.text();
    assert!(page.contains("粘贴的表格.csv"), "{page}");
    let words = [csrf, kind, ("pasted", "<script>alert(1)</script>")];
    let answer = clerk.upload("/console/upload", &words, "", b"").await;
    assert!(!answer.text().contains("<script>alert"), "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_row_leads_to_the_form_that_takes_the_mended_file() {
    let site = TestSite::new().await;
    know_parties(&site).await;
    let mut clerk = site.signed_in(Role::Clerk).await;
    let mut reviewer = site.signed_in(Role::Reviewer).await;
    let batch = send(&mut clerk, "administrative-penalty", "处罚.csv", BAD).await;
    let page = clerk.wait_for(&batch, "检查发现的问题").await.text();
    assert!(page.contains("照最后一列改正"), "{page}");
    let form = link(&page, "/console/upload?kind=administrative-penalty").replace("&#38;", "&");
    assert!(form.ends_with(&format!("unit={UNIT}")), "{form}");
    let begun = clerk.get(&form).await.text();
    assert!(begun.contains("<option value=\"administrative-penalty\" selected>"), "{begun}");
    let seen = reviewer.get(&batch).await.text();
    assert!(!seen.contains("/console/upload?"), "the reviewer hands nothing in: {seen}");
}
