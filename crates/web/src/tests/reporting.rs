//! What units owe: the figures, the lists, what is signed, what others know, the bulletin.

use axum::http::StatusCode;
use xinyong_service::Role;

use super::browser::TestSite;
use super::console::{link, record};
use super::intake::{GOOD, know_parties};
use super::people::post;

const REPORTING: &str = "/console/reporting";
const JUNE: &str =
    "/console/reporting/units/market-regulation/administrative-penalty?month=2026-06";
const KNOWN: &str = "/console/reporting/known";
const OUTAGES: &str = "/console/reporting/outages";
const BULLETIN: &str = "/console/bulletins/2026-06";

fn action(text: &str, end: &str) -> String {
    text.split("action=\"")
        .filter_map(|part| part.split('"').next())
        .find(|to| to.ends_with(end))
        .unwrap_or_else(|| panic!("no form to {end}: {text}"))
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_reads_what_it_owes_signs_and_explains() {
    let site = TestSite::new().await;
    know_parties(&site).await;
    let mut clerk = site.signed_in(Role::Clerk).await;
    let mut reviewer = site.signed_in(Role::Reviewer).await;
    // Two files: numbers 301 and on, and one number left out.
    record(&mut clerk, &mut reviewer, GOOD).await;
    let later = String::from_utf8_lossy(GOOD).replace("2026〕3", "2026〕4");
    record(&mut clerk, &mut reviewer, later.as_bytes()).await;

    let page = clerk.get(&format!("{REPORTING}?month=2026-06")).await.text();
    assert!(page.contains("归集考核：2026年6月") && page.contains("行政处罚"), "{page}");
    assert!(!page.contains("本月通报") && !page.contains("名次"), "{page}");
    let page = clerk.get(JUNE).await.text();
    for word in [
        "及时率",
        "按期报送的条数／应报的决定数",
        "晚到的决定",
        "平示监罚〔2026〕1号 至",
        "中断过长",
    ] {
        assert!(page.contains(word), "{word}: {page}");
    }
    assert!(!page.contains("署名申报") && !page.contains("署名说明"), "the clerk signs nothing");
    let year = "/console/reporting/assessment?year=";
    let page = clerk.get(&format!("{year}2026")).await.text();
    assert!(page.contains("及时率（30 分）") && page.contains("6月（"), "{page}");
    for wrong in ["x", "2099"] {
        let page = clerk.get(&format!("{year}{wrong}")).await.text();
        assert!(page.contains("年份，例如 2026"), "{wrong}: {page}");
    }
    let wrong = clerk.get(&format!("{REPORTING}?month=x")).await.text();
    assert!(wrong.contains("月份请写成"), "{wrong}");
    let other = "/console/reporting/units/tax/administrative-penalty?month=2026-06";
    assert_eq!(clerk.get(other).await.status, StatusCode::FORBIDDEN);

    let page = reviewer.get("/console").await.text();
    assert!(page.contains("待申报") && page.contains("2026年10月作出的决定数"), "{page}");
    let page = reviewer.get(JUNE).await.text();
    let declare = action(&page, "/declare");
    let month = ("month", "2026-06");
    for (records, message) in
        [("x", "没有的填0"), ("-1", "请填0或正整数"), ("1", "申报数不能比它少")]
    {
        let answer = post(&mut reviewer, JUNE, &declare, &[month, ("records", records)]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(answer.text().contains(message), "{message}: {}", answer.text());
    }
    let answer = post(&mut reviewer, JUNE, &declare, &[month, ("records", "90")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let page = reviewer.get(JUNE).await.text();
    assert!(page.contains("90 条") && page.contains("计入漏报"), "{page}");

    let explain = action(&page, "/explain");
    let gap = page
        .split("<option value=\"2026 1 ")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("a choice");
    let gap = format!("2026 1 {gap}");
    let fields = [month, ("gap", gap.as_str()), ("reason", "other-document"), ("note", " ")];
    let answer = post(&mut reviewer, JUNE, &explain, &fields).await;
    assert!(answer.text().contains("请写明情况"), "{}", answer.text());
    let fields = [month, ("gap", gap.as_str()), ("reason", "other-document"), ("note", "许可也用")];
    let answer = post(&mut reviewer, JUNE, &explain, &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let page = reviewer.get(JUNE).await.text();
    assert!(page.contains("许可也用") && page.contains("同一字号用于其他文书"), "{page}");
    let end = action(&page, "/end");
    let answer = post(&mut reviewer, JUNE, &end, &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    assert!(!reviewer.get(JUNE).await.text().contains("许可也用"));
    let answer = post(&mut reviewer, JUNE, &end, &[]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_credit_office_enters_what_others_know_and_issues_the_bulletin() {
    let site = TestSite::new().await;
    know_parties(&site).await;
    let mut clerk = site.signed_in(Role::Clerk).await;
    let mut reviewer = site.signed_in(Role::Reviewer).await;
    record(&mut clerk, &mut reviewer, GOOD).await;
    let mut office = site.signed_in(Role::CreditOffice).await;

    let fields = [
        ("unit", "market-regulation"),
        ("kind", "administrative-penalty"),
        ("source", "court"),
        ("lines", "平示监罚〔2026〕9001号，2026/6/12\n平示监罚〔2026〕301号 2026-06-10"),
    ];
    let bad = [fields[0], fields[1], fields[2], ("lines", "9001号")];
    let token = office.get(KNOWN).await.token();
    let csrf = ("csrf", token.as_str());
    let typed = |fields: &[(&'static str, &'static str)]| [&[csrf], fields].concat();
    let answer = office.upload(KNOWN, &typed(&bad), "", b"").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.text().contains("第 1 行"), "{}", answer.text());
    let answer = office.upload(KNOWN, &typed(&fields[1..]), "", b"").await;
    assert!(answer.text().contains("请选择作出决定的单位"), "{}", answer.text());
    let answer = office.upload(KNOWN, &typed(&fields), "", b"").await;
    assert!(answer.text().contains("登记了 2 项"), "{}", answer.text());
    // The same from a file, which goes before what was typed; each wrong row is told.
    let file = "文号,决定日期\n平示监罚〔2026〕9001号,2026-06-12\n平示监罚〔2026〕9002号,无\n,2026-06-12\n";
    let answer = office.upload(KNOWN, &typed(&fields), "线索.csv", file.as_bytes()).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let text = answer.text();
    assert!(text.contains("第 3 行") && text.contains("第 4 行"), "{text}");
    assert!(text.contains("有 2 行不合要求") && !text.contains("第 2 行"), "{text}");
    let file = "文号,决定日期\n平示监罚〔2026〕9001号,2026-06-12\n";
    let answer = office.upload(KNOWN, &typed(&fields), "线索.csv", file.as_bytes()).await;
    assert!(answer.text().contains("另有 1 项同一来源以前登记过"), "{}", answer.text());
    let answer = office.upload(KNOWN, &typed(&fields), "线索.csv", b"x,y\n1,2\n").await;
    assert!(answer.text().contains("没有找到标题行"), "{}", answer.text());
    let page = office.get(JUNE).await.text();
    assert!(page.contains("平示监罚〔2026〕9001号") && page.contains("人民法院文书"), "{page}");
    assert!(page.contains("计入漏报"), "{page}");
    let remind = action(&page, "/remind");
    let month = ("month", "2026-06");
    let answer = post(&mut office, JUNE, &remind, &[month]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    assert!(clerk.get("/console/notices").await.text().contains("有一项决定从其他来源得知"));
    let page = office.get(JUNE).await.text();
    assert!(!page.contains("未提醒"), "{page}");
    let close = action(&page, "/close");
    let answer = post(&mut office, JUNE, &close, &[month, ("closed_reason", " ")]).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);

    // The platform was down on a day that has passed; one that is to come is refused.
    let outage = |last| [("first", "2026-06-19"), ("last", last), ("reason", "机房停电")];
    let answer = post(&mut office, OUTAGES, OUTAGES, &outage("2027-06-19")).await;
    assert!(answer.text().contains("请核对起止日期"), "{}", answer.text());
    let answer = post(&mut office, OUTAGES, OUTAGES, &outage("2026-06-19")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let page = office.get(OUTAGES).await.text();
    assert!(page.contains("机房停电"), "{page}");
    let answer = post(&mut office, OUTAGES, &action(&page, "/end"), &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());

    let page = office.get(&format!("{REPORTING}?month=2026-06")).await.text();
    assert_eq!(link(&page, "/console/bulletins/"), BULLETIN);
    let page = office.get(BULLETIN).await.text();
    for word in [
        "关于2026年6月公共信用信息归集情况的通报",
        "各有关单位",
        "一、总体情况",
        "（文号）",
        "合计",
    ] {
        assert!(page.contains(word), "{word}: {page}");
    }
    let answer = post(&mut office, BULLETIN, BULLETIN, &[("number", " ")]).await;
    assert!(answer.text().contains("请填写通报的文号"), "{}", answer.text());
    let answer = post(&mut office, BULLETIN, BULLETIN, &[("number", "平信办通〔2026〕6号")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let table = format!("{BULLETIN}/table.xlsx");
    let first = office.get(&table).await;
    assert!(first.header("content-type").contains("spreadsheetml"), "{:?}", first.headers);
    assert_eq!(first.bytes, office.get(&table).await.bytes, "the same facts, other bytes");
    assert!(!office.get(BULLETIN).await.text().contains("下列数字有了变化"));
    let answer = post(&mut office, JUNE, &close, &[month, ("closed_reason", "不是处罚")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let page = office.get(BULLETIN).await.text();
    assert!(page.contains("下列数字有了变化") && page.contains("漏报"), "{page}");
    assert_ne!(first.bytes, office.get(&table).await.bytes);
    assert_eq!(office.get("/console/bulletins/x").await.status, StatusCode::NOT_FOUND);

    let mut auditor = site.signed_in(Role::Auditor).await;
    let log = auditor.get("/console/audit").await.text();
    for action in [
        "reporting.learnt",
        "reporting.reminded",
        "reporting.closed",
        "reporting.outage",
        "reporting.bulletin",
    ] {
        assert!(log.contains(action), "{action}: {log}");
    }
    // The auditor sees the log and no figures of units.
    assert_eq!(auditor.get(REPORTING).await.status, StatusCode::FORBIDDEN);
}
