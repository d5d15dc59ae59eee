//! Commitments as pages: everybody reads the matters, the firm reads the text whole and signs, its unit accepts and finds, and the public
//! column says what was found.

use axum::http::StatusCode;
use jiff::civil::Date;
use xinyong_service::Role;
use xinyong_service::commitments::{self, MatterDraft};

use super::browser::{Browser, TestSite, UNIT, code};
use super::console::link;
use super::people::post;

const LIST: &str = "/console/commitments";

/// A value of a hidden field.
fn hidden(page: &str, name: &str) -> String {
    page.split(&format!("name=\"{name}\" value=\""))
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap_or_else(|| panic!("no {name}: {page}"))
        .to_owned()
}

/// Somebody who acts for the first of the invented firms.
async fn acting(site: &TestSite, office: &mut Browser) -> Browser {
    let browser = site.agent("agent-1", 0).await;
    let here = link(&office.get("/console/agents").await.text(), "/console/agents/");
    let done = post(office, &here, &format!("{here}/confirm"), &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    browser
}

async fn step(browser: &mut Browser, one: &str, fields: &[(&str, &str)]) -> StatusCode {
    post(browser, one, &format!("{one}/step"), fields).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_firm_reads_signs_and_the_public_reads_what_was_found() {
    let site = TestSite::new().await;
    let mut clerk = site.signed_in(Role::Clerk).await;
    let mut reviewer = site.signed_in(Role::Reviewer).await;
    let mut visitor = site.browser();
    let today = site.desk.today().to_string();

    // Proposed with everything wrong said beside its field, then released by another.
    let form = format!("{LIST}/matters/new");
    let bad = post(&mut clerk, &form, &form, &[("code", "示例<b>")]).await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    assert!(bad.text().contains("示例&#60;b&#62;") && bad.text().contains("请填写事项名称"));
    let fields = [
        ("code", "示例01"),
        ("name", "示例许可<i>"),
        ("type", "approval-substitute"),
        ("basis", "国办发〔2020〕42号"),
        ("notice", "有固定的示例场所。\n有示例设备。"),
        ("content", "本单位符合告知的条件。"),
        ("liability", "撤销已作出的示例许可。"),
        ("days", "20"),
        ("scope", "public"),
        ("from", today.as_str()),
    ];
    let made = post(&mut clerk, &form, &form, &fields).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text());
    let matter = made.header("location").to_owned();
    assert!(visitor.get("/commitments/matters").await.text().contains("还没有公布告知承诺事项"));
    assert!(clerk.get(&matter).await.text().contains("须由另一人复核"));
    let done = post(&mut reviewer, &matter, &matter, &[("decision", "release")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let list = visitor.get("/commitments/matters").await.text();
    assert!(list.contains("示例许可&#60;i&#62;") && !list.contains("示例许可<i>"), "{list}");
    let public = link(&list, "/commitments/matters/");
    let told = visitor.get(&public).await.text();
    for word in ["有固定的示例场所", "自愿选择", "撤销已作出的示例许可", "20 个工作日"]
    {
        assert!(told.contains(word), "{word}: {told}");
    }
    assert_eq!(visitor.get("/commitments/matters/7").await.status, StatusCode::NOT_FOUND);
    // The digest of what was published stands beside it, and everybody can compute it from the text.
    let text = format!("{public}/text");
    assert!(told.contains(&text), "{told}");
    let text = visitor.get(&text).await;
    assert!(text.header("content-type").starts_with("text/plain"));
    let digest = commitments::open_matters(&site.desk).await.expect("a list").remove(0).edition;
    assert!(told.contains(&digest), "{told}");
    assert!(text.text().contains("事项名称：示例许可<i>\n"), "{}", text.text());
    assert!(clerk.get(&matter).await.text().contains(&digest));

    // The firm reads the same words whole, and signs.
    let mut office = site.signed_in(Role::CreditOffice).await;
    let mut agent = acting(&site, &mut office).await;
    let firm = format!("/my/firms/{}", code(0));
    let own = format!("{firm}/commitments");
    let new = link(&agent.get(&own).await.text(), &format!("{own}/new/"));
    let page = agent.get(&new).await.text();
    for word in ["有示例设备", "不因此受到任何不利对待", "不承诺，按一般程序办理"]
    {
        assert!(page.contains(word), "{word}: {page}");
    }
    let (entry, shown) = (hidden(&page, "entry"), hidden(&page, "shown"));
    let sign = |agreed| {
        [
            ("entry", entry.as_str()),
            ("shown", shown.as_str()),
            ("reason", "示例办件<u>"),
            ("agreed", agreed),
        ]
    };
    let bad = post(&mut agent, &new, &new, &sign("")).await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    assert!(bad.text().contains("没有确认") && bad.text().contains("示例办件&#60;u&#62;"));
    let made = post(&mut agent, &new, &new, &sign("1")).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text());
    let mine = made.header("location").to_owned();
    let page = agent.get(&mine).await.text();
    assert!(page.contains("000001") && page.contains("已作出，待受理"), "{page}");
    assert!(page.contains("撤回承诺") && page.contains("签署的全文"));
    assert!(page.contains(&digest) && page.contains("与承诺书中写明的一致"), "{page}");

    // The unit: the second person accepts, completes, finds.
    assert!(reviewer.get("/console").await.text().contains("待办理的信用承诺"));
    assert!(reviewer.get("/console/notices").await.text().contains("信用承诺等待受理"));
    let list = clerk.get(LIST).await.text();
    let row = list.split("<tbody>").last().expect("a table");
    let one = link(row, &format!("{LIST}/"));
    let page = clerk.get(&one).await.text();
    assert!(!page.contains("value=\"accept\"") && page.contains("平信用办（2023）1号"), "{page}");
    let refused = step(&mut clerk, &one, &[("event", "accept")]).await;
    assert_eq!(refused, StatusCode::FORBIDDEN);
    assert_eq!(step(&mut reviewer, &one, &[("event", "accept")]).await, StatusCode::SEE_OTHER);
    let column = visitor.get("/records/credit-commitment").await.text();
    assert!(column.contains("示例办件&#60;u&#62;"), "{column}");
    let record = link(&column, "/records/credit-commitment/");
    assert!(!visitor.get(&record).await.text().contains("全部履行"));
    let complete = [("event", "complete"), ("on", today.as_str())];
    assert_eq!(step(&mut clerk, &one, &complete).await, StatusCode::SEE_OTHER);
    let bad = post(&mut clerk, &one, &format!("{one}/step"), &[("event", "fulfil")]).await;
    assert!(bad.text().contains("没有文书的不能认定"), "{}", bad.text());
    let fulfil = [("event", "fulfil"), ("document", "平示核〔2026〕1号"), ("on", today.as_str())];
    assert_eq!(step(&mut clerk, &one, &fulfil).await, StatusCode::SEE_OTHER);
    let shown = visitor.get(&record).await.text();
    assert!(shown.contains("承诺履行状态") && shown.contains("全部履行"), "{shown}");
    // The public history says what happened: nobody corrected anything.
    assert!(shown.contains("认定履行状态") && shown.contains("登记承诺"), "{shown}");
    assert!(!shown.contains("次更正"), "{shown}");
    // Wherever the record is listed, and in the report; the subject's own page too.
    for list in ["/records/credit-commitment".to_owned(), format!("/subjects/{}", code(0))] {
        let page = visitor.get(&list).await.text();
        assert!(page.contains("<span class=\"chip chip-neutral\">全部履行</span>"), "{page}");
    }
    assert!(agent.get(&mine).await.text().contains("全部履行"));
    let late = post(&mut agent, &mine, &format!("{mine}/withdraw"), &[]).await;
    assert_eq!(late.status, StatusCode::BAD_REQUEST);
    assert!(late.text().contains("不能撤回承诺"), "{}", late.text());

    // The figures and the list behind them; another unit has none of it.
    let figures = clerk.get(&format!("{LIST}/figures")).await.text();
    assert!(figures.contains("审批替代型") && figures.contains("不用于评价"), "{figures}");
    let behind = clerk.get(&format!("{LIST}/figures?unit={UNIT}&kind=")).await.text();
    assert!(behind.contains("逐份清单") && behind.contains("示例办件"), "{behind}");
    assert!(behind.contains("共 1 份"), "{behind}");
    let open = clerk.get(&format!("{LIST}/figures?unit={UNIT}&kind=&state=open")).await.text();
    assert!(open.contains("共 0 份") && !open.contains("示例办件"), "{open}");
    let wrong = clerk.get(&format!("{LIST}/figures?year=twenty")).await.text();
    assert!(wrong.contains("请填写四位数的年份"));
    assert!(clerk.get(&format!("{LIST}?show=over")).await.text().contains("全部履行"));
    assert!(clerk.get(&format!("{LIST}?show=late")).await.text().contains("没有承诺"));
    let wrong = clerk.get(&format!("{LIST}?show=late&year=twenty")).await.text();
    assert!(wrong.contains("请填写四位数的年份"), "{wrong}");
    assert!(clerk.get(&format!("{LIST}?show=over&page=x")).await.text().contains("共 1 份"));
    assert!(office.get(LIST).await.text().contains("监管台账"));
    let page = office.get(&one).await.text();
    assert!(page.contains("平示核〔2026〕1号") && !page.contains("name=\"event\""), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn paper_is_entered_with_a_scan_that_is_one() {
    let site = TestSite::new().await;
    let mut clerk = site.signed_in(Role::Clerk).await;
    let mut reviewer = site.signed_in(Role::Reviewer).await;
    let today: Date = site.desk.today();
    let draft = MatterDraft {
        unit: UNIT.to_owned(),
        code: "示例01".to_owned(),
        name: "示例许可".to_owned(),
        kind: "proof".to_owned(),
        basis: "示例".to_owned(),
        notice: "示例".to_owned(),
        content: "示例".to_owned(),
        liability: "示例".to_owned(),
        scope: "public".to_owned(),
        days: "20".to_owned(),
        from: Some(today),
        ends: false,
    };
    let by = |login: &str, role| xinyong_service::Actor {
        login: login.to_owned(),
        name: login.to_owned(),
        unit: UNIT.to_owned(),
        role: Some(role),
    };
    let id = commitments::propose_matter(&site.desk, &by("one", Role::Clerk), draft).await;
    let second = by("two", Role::Reviewer);
    commitments::decide_matter(&site.desk, &second, id.expect("proposed"), None)
        .await
        .expect("released");
    let here = format!("{LIST}/paper");
    let page = clerk.get(&here).await.text();
    let (token, entry) = (hidden(&page, "csrf"), hidden(&page, "entry"));
    // The invented firms are known to the register by now.
    site.agent("agent-1", 0).await;
    let firm = code(0);
    let today = today.to_string();
    let fields = [
        ("csrf", token.as_str()),
        ("entry", entry.as_str()),
        ("code", firm.as_str()),
        ("matter", "示例01"),
        ("made_on", today.as_str()),
        ("valid_until", ""),
        ("reason", "示例办件<s>"),
    ];
    for (bytes, word) in [
        (b"MZ a program".as_slice(), "只能是 PDF"),
        (b"", "承诺书文件是空的"),
        (b"%PDF-1.7 /Encrypt 1", "设有密码"),
    ] {
        let bad = clerk.upload(&here, &fields, "a.pdf", bytes).await;
        assert_eq!(bad.status, StatusCode::BAD_REQUEST);
        let text = bad.text();
        assert!(text.contains(word) && text.contains("示例办件&#60;s&#62;"), "{word}: {text}");
    }
    let done = clerk.upload(&here, &fields, "a.pdf", b"%PDF-1.7 example").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let one = done.header("location").to_owned();
    let page = clerk.get(&one).await.text();
    assert!(page.contains("承诺书扫描件") && page.contains("纸质录入"), "{page}");
    assert!(page.contains("事项文本（签署件见扫描件）") && !page.contains("签署的全文"), "{page}");
    let scan = clerk.get(&format!("{one}/file")).await;
    assert_eq!(scan.header("content-type"), "application/octet-stream");
    assert_eq!(scan.bytes, b"%PDF-1.7 example");
    // Whoever accepts has held the scan against the text.
    let accept = [("event", "accept")];
    let bad = post(&mut reviewer, &one, &format!("{one}/step"), &accept).await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    assert!(bad.text().contains("id=\"scan_matches-error\""), "{}", bad.text());
    let accept = [("event", "accept"), ("scan_matches", "1")];
    assert_eq!(step(&mut reviewer, &one, &accept).await, StatusCode::SEE_OTHER);
    assert!(clerk.get(&one).await.text().contains("已对照扫描件"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_brings_its_matters_in_a_table_and_hears_what_is_wrong_with_each_row() {
    let site = TestSite::new().await;
    let mut clerk = site.signed_in(Role::Clerk).await;
    let (here, to) = (format!("{LIST}/matters"), format!("{LIST}/matters/file"));
    let page = clerk.get(&here).await.text();
    assert!(page.contains("用表格提出多个事项") && page.contains("违诺责任、公开类型"), "{page}");
    let csrf = hidden(&page, "csrf");
    let fields = [("csrf", csrf.as_str())];
    let day = site.desk.today();
    let head =
        "事项编号,事项名称,承诺类型,依据,告知内容,承诺内容,违诺责任,公开类型,核查工作日,施行日期";
    let table = |days: &str| {
        format!(
            "{head}\n示例01,示例许可<i>,approval-substitute,示例依据,示例告知,示例承诺,示例责任,public,{days},{day}\n"
        )
    };
    let bad = clerk.upload(&to, &fields, "事项.csv", table("0").as_bytes()).await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    for word in ["一个事项也没有保存", "第 2 行", "请填写核查的期限", "还没有提出过事项"]
    {
        assert!(bad.text().contains(word), "{word}: {}", bad.text());
    }
    let none = clerk.upload(&to, &fields, "事项.csv", b"a,b\n1,2\n").await;
    assert!(none.text().contains("这不是告知承诺办理事项清单"), "{}", none.text());
    let done = clerk.upload(&to, &fields, "事项.csv", table("20").as_bytes()).await;
    assert_eq!(done.header("location"), format!("{here}?kept=1"), "{}", done.text());
    let page = clerk.get(&format!("{here}?kept=1")).await.text();
    assert!(page.contains("已提出 1 个事项") && page.contains("示例许可&#60;i&#62;"), "{page}");
    let mut office = site.signed_in(Role::CreditOffice).await;
    assert!(!office.get(&here).await.text().contains("用表格提出"), "the units' own");
}
