//! Repair as pages: the firm sees when it may, applies, follows; its unit decides; the public then finds nothing.

use axum::http::StatusCode;
use xinyong_service::Role;

use super::browser::{Answer, Browser, PASSWORD, TestSite, identity};
use super::console::{CODE, ids, link, recorded};
use super::people::post;

const LIST: &str = "/console/repairs";

/// A value of a hidden field.
fn hidden(page: &str, name: &str) -> String {
    page.split(&format!("name=\"{name}\" value=\""))
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap_or_else(|| panic!("no {name}: {page}"))
        .to_owned()
}

/// The input of the first record that may be chosen.
fn chosen(page: &str) -> String {
    page.split("type=\"checkbox\" id=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap_or_else(|| panic!("nothing to choose: {page}"))
        .to_owned()
}

/// Somebody who acts for the party of the sample.
async fn agent(site: &TestSite, office: &mut Browser, firm: &str) -> Browser {
    let mut browser = site.browser();
    let token = browser.get("/my/sign-up").await.token();
    let identity = identity(7);
    let fields = [
        ("csrf", token.as_str()),
        ("code", CODE),
        ("firm", firm),
        ("person", "示例张三"),
        ("mobile", "10000000000"),
        ("identity", &identity),
        ("login", "zhang"),
        ("password", PASSWORD),
        ("repeat_password", PASSWORD),
    ];
    let answer = browser.upload("/my/sign-up", &fields, "a.pdf", b"%PDF-1.7 example").await;
    assert_eq!(answer.header("location"), "/my?done=applied", "{}", answer.text());
    let here = link(&office.get("/console/agents").await.text(), "/console/agents/");
    let done = post(office, &here, &format!("{here}/confirm"), &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    browser
}

async fn step(browser: &mut Browser, one: &str, event: &str) -> Answer {
    let fields = [
        ("event", event),
        ("reason", "示例意见<b>"),
        ("document", "平市监信修〔2026〕1号"),
        ("decided_on", ""),
    ];
    post(browser, one, &format!("{one}/step"), &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_firm_applies_and_follows_and_what_is_granted_is_found_by_nobody() {
    let (site, mut clerk, mut reviewer, batch) = recorded().await;
    let list = clerk.get(&format!("{batch}/records")).await.text();
    let (subject, record) = ids(&link(&list, "/console/records/"));
    let public = format!("/records/administrative-penalty/{subject}/{record}");
    let mut visitor = site.browser();
    let page = visitor.get(&format!("/subjects/{CODE}")).await.text();
    let firm = page.split("<h1>").nth(1).and_then(|rest| rest.split(['<', '\n']).next());
    let firm = firm.expect("a name").trim().to_owned();
    let mut office = site.signed_in(Role::CreditOffice).await;
    let mut agent = agent(&site, &mut office, &firm).await;
    let here = format!("/my/firms/{CODE}/repair");

    let page = agent.get(&here).await.text();
    for word in ["可以申请", "2026-09-10", "国家企业信用信息公示系统", "待核对", "信用修复承诺书"]
    {
        assert!(page.contains(word), "{word}: {page}");
    }
    let input = chosen(&page);
    let form = |page: &str, agreed: &'static str| {
        [
            ("csrf".to_owned(), hidden(page, "csrf")),
            ("entry".to_owned(), hidden(page, "entry")),
            ("commitment".to_owned(), hidden(page, "commitment")),
            (input.clone(), "1".to_owned()),
            ("words".to_owned(), "罚款已缴清<i>".to_owned()),
            ("agreed".to_owned(), agreed.to_owned()),
        ]
    };
    let send = async |agent: &mut Browser, fields: &[(String, String)], file: &[u8]| {
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        agent.upload(&here, &fields, "proof.pdf", file).await
    };
    let bad = send(&mut agent, &form(&page, ""), b"%PDF-1.7 example").await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    assert!(bad.text().contains("没有勾选承诺") && bad.text().contains("罚款已缴清&#60;i&#62;"));
    assert!(bad.text().contains(&format!("name=\"{input}\" value=\"1\" checked")), "kept");
    let bad = send(&mut agent, &form(&page, "1"), b"MZ a program").await;
    assert!(bad.text().contains("只能是 PDF"), "{}", bad.text());
    let huge = vec![b'%'; 60 << 20];
    let bad = send(&mut agent, &form(&page, "1"), &huge).await;
    assert!(bad.status.is_client_error(), "{}", bad.status);
    let done = send(&mut agent, &form(&page, "1"), b"%PDF-1.7 example").await;
    assert_eq!(done.header("location"), format!("{here}?done=applied"), "{}", done.text());
    let again = send(&mut agent, &form(&page, "1"), b"%PDF-1.7 example").await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "the same form is the same application");
    let page = agent.get(&here).await.text();
    assert!(page.contains("已申请，待决定是否受理") && page.contains("今天没有可以申请修复的信息"));
    let own = link(&page, &format!("{here}/"));

    assert!(clerk.get("/console").await.text().contains("待办理的信用修复"));
    assert!(clerk.get("/console/notices").await.text().contains("信用修复申请等待办理"));
    let one = link(&clerk.get(LIST).await.text(), &format!("{LIST}/"));
    let page = clerk.get(&one).await.text();
    assert!(page.contains("达到最短公示期限") && page.contains("第107号"), "{page}");
    assert!(!page.contains("准予修复</option>"), "not yet, and not a clerk");
    let file = clerk.get(&link(&page, &format!("{one}/files/"))).await;
    assert_eq!(file.bytes, b"%PDF-1.7 example");
    assert!(file.header("content-disposition").starts_with("attachment"));
    let none = step(&mut clerk, &one, "").await;
    assert!(none.text().contains("请选择要办理的事项"), "{}", none.text());
    for event in ["accept", "review"] {
        let done = step(&mut clerk, &one, event).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{event}: {}", done.text());
    }
    assert!(agent.get(&own).await.text().contains("示例意见&#60;b&#62;"));
    assert!(visitor.get(&public).await.status == StatusCode::OK);
    let done = step(&mut reviewer, &one, "grant").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());

    // As if it had never been, wherever somebody looks.
    let gone = visitor.get(&public).await;
    let never = visitor.get("/records/administrative-penalty/1/2").await;
    assert_eq!((gone.status, never.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
    assert_eq!(
        gone.text().replace(&public, ""),
        never.text().replace("/records/administrative-penalty/1/2", "")
    );
    for path in [
        format!("/subjects/{CODE}"),
        format!("/subjects/{CODE}/records.csv"),
        format!("/subjects/{CODE}/records.json"),
        "/records/administrative-penalty".to_owned(),
        "/data/administrative-penalty/data.csv".to_owned(),
        "/data/administrative-penalty/data.json".to_owned(),
        "/api/v1/records/administrative-penalty".to_owned(),
    ] {
        let answer = visitor.get(&path).await;
        // An address that is none would say nothing for ever.
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        let text = answer.text();
        assert!(!text.contains(&record.to_string()), "{path}: {text}");
        assert!(!text.contains("信用修复（依据") && !text.contains("平市监信修"), "{path}");
    }
    let page = agent.get(&own).await.text();
    assert!(page.contains("准予修复"), "the firm itself still sees what was: {page}");

    let page = reviewer.get(&one).await.text();
    assert!(page.contains("平台核对") && page.contains("未确认"), "{page}");
    let empty = [("place", "upper"), ("evidence", " ")];
    let bad = post(&mut reviewer, &one, &format!("{one}/places"), &empty).await;
    assert!(bad.text().contains("请写明“上级信用平台”已停止的依据"), "{}", bad.text());
    for place in ["upper", "national", "departments"] {
        let fields = [("place", place), ("evidence", "回执1号")];
        let done = post(&mut reviewer, &one, &format!("{one}/places"), &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{place}: {}", done.text());
    }
    let told = [("reason", "电话告知")];
    let done = post(&mut reviewer, &one, &format!("{one}/close"), &told).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    assert!(clerk.get(&format!("{LIST}?show=over")).await.text().contains("修复完成"));
    let mut auditor = site.signed_in(Role::Auditor).await;
    let log = auditor.get("/console/audit").await.text();
    for deed in ["applied", "moved", "seen", "file-seen", "place-confirmed"] {
        assert!(log.contains(&format!("repair.{deed}")), "{deed}: {log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_window_the_office_enters_and_nobody_else() {
    let (site, mut clerk, _, _) = recorded().await;
    let mut office = site.signed_in(Role::CreditOffice).await;
    let here = format!("{LIST}/window");
    assert_eq!(clerk.get(&here).await.status, StatusCode::FORBIDDEN);
    let unknown = office.get(&format!("{here}?code=91140829XY0003999X")).await.text();
    assert!(unknown.contains("没有这个代码的主体"), "{unknown}");
    let to = format!("{here}?code={CODE}");
    let page = office.get(&to).await.text();
    let (csrf, entry, input) = (hidden(&page, "csrf"), hidden(&page, "entry"), chosen(&page));
    let fields = |visitor: &'static str| {
        [
            ("csrf", csrf.clone()),
            ("entry", entry.clone()),
            ("visitor", visitor.to_owned()),
            ("telephone", "0359-0000000".to_owned()),
        ]
    };
    let send = async |office: &mut Browser, visitor: &'static str| {
        let own = fields(visitor);
        let mut all: Vec<(&str, &str)> =
            own.iter().map(|(name, value)| (*name, value.as_str())).collect();
        all.push((input.as_str(), "1"));
        office.upload(&to, &all, "paper.pdf", b"%PDF-1.7 example").await
    };
    let bad = send(&mut office, "").await;
    assert!(bad.text().contains("请填写来办理的人的姓名"), "{}", bad.text());
    let done = send(&mut office, "示例来人").await;
    assert_eq!(done.header("location"), LIST, "{}", done.text());
    let list = office.get(LIST).await.text();
    assert!(list.contains("各单位的办理"), "the board of the office: {list}");
    let rows = list.rsplit("<tbody>").next().expect("a table");
    let one = link(rows, &format!("{LIST}/"));
    let page = clerk.get(&one).await.text();
    assert!(page.contains("示例来人") && page.contains("0359-0000000"), "{page}");
    let done = step(&mut clerk, &one, "ask").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let page = office.get(&one).await.text();
    assert!(page.contains("窗口收到补充材料") && page.contains("登记撤回"), "{page}");
    let given = [("csrf", csrf.as_str()), ("words", "已补")];
    let done = office.upload(&format!("{one}/supply"), &given, "b.pdf", b"%PDF-1.7 more").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let why = [("back_reason", "x")];
    let silent = post(&mut office, &one, &format!("{one}/withdraw"), &why).await;
    assert!(silent.text().contains("请写明凭什么撤回"), "{}", silent.text());
    let why = [("back_reason", "示例来人持书面申请撤回")];
    let done = post(&mut office, &one, &format!("{one}/withdraw"), &why).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
}

#[tokio::test]
async fn the_guide_names_the_three_sites_and_what_is_in_force() {
    let site = TestSite::new().await;
    let page = site.browser().get("/guides/repair").await.text();
    for word in [
        "“信用中国”网站",
        "国家企业信用信息公示系统",
        "7个工作日",
        "10个工作日",
        "不收费",
        "人民法院",
    ] {
        assert!(page.contains(word), "{word}: {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_notes_what_it_has_and_a_refusal_says_its_ground() {
    let (site, mut clerk, mut reviewer, batch) = recorded().await;
    let list = clerk.get(&format!("{batch}/records")).await.text();
    let (subject, record) = ids(&link(&list, "/console/records/"));
    let mut visitor = site.browser();
    let page = visitor.get(&format!("/subjects/{CODE}")).await.text();
    let firm = page.split("<h1>").nth(1).and_then(|rest| rest.split(['<', '\n']).next());
    let firm = firm.expect("a name").trim().to_owned();
    let mut office = site.signed_in(Role::CreditOffice).await;
    let mut agent = agent(&site, &mut office, &firm).await;

    // Whom to tell, as a page and as a table.
    let urge = clerk.get(&format!("{LIST}/urge")).await.text();
    assert!(urge.contains(&firm) && urge.contains("没有登记"), "{urge}");
    let table = clerk.get(&format!("{LIST}/urge.csv")).await;
    assert!(table.header("content-type").starts_with("text/csv"));
    assert!(table.text().contains(CODE));
    let one = link(&urge, &format!("{LIST}/records/"));
    assert_eq!(one, format!("{LIST}/records/{subject}/{record}"));

    let bad = post(&mut clerk, &one, &format!("{one}/duties"), &[("what", "paid")]).await;
    assert!(bad.text().contains("请填写履行的日期"), "{}", bad.text());
    for (what, day) in [("paid", "2026-07-01"), ("corrected", "2026-07-02")] {
        let fields = [("what", what), ("done_on", day), ("document", "示例票据<b>5号")];
        let done = post(&mut clerk, &one, &format!("{one}/duties"), &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    }
    let own = format!("/my/firms/{CODE}/repair");
    let page = agent.get(&own).await.text();
    assert!(page.contains("认定单位已登记") && page.contains("示例票据&#60;b&#62;5号"), "{page}");
    let more = link(&page, &format!("{own}/records/"));
    let page = agent.get(&more).await.text();
    for word in ["证明由此而来", "逐条对照", "第107号", "在本平台申请"] {
        assert!(page.contains(word), "{word}: {page}");
    }
    let sheet = agent.get(&format!("{more}/form")).await.text();
    assert!(
        sheet.contains(CODE)
            && sheet.contains("信用修复承诺书")
            && sheet.contains("国家企业信用信息公示系统")
    );
    assert_eq!(agent.get(&format!("{own}/records/12345")).await.status, StatusCode::NOT_FOUND);

    let noted = format!("{LIST}/records/{subject}/{record}");
    let bad = post(&mut clerk, &noted, &format!("{noted}/duties/1/take-back"), &[]).await;
    assert!(bad.text().contains("#reason-1"), "each note has its own field: {}", bad.text());

    // An application, and its refusal by a ground of the list.
    let page = agent.get(&own).await.text();
    let input = chosen(&page);
    let (csrf, entry, text) =
        (hidden(&page, "csrf"), hidden(&page, "entry"), hidden(&page, "commitment"));
    let fields = [
        ("csrf", csrf.as_str()),
        ("entry", &entry),
        ("commitment", &text),
        (&input, "1"),
        ("agreed", "1"),
    ];
    let done = agent.upload(&own, &fields, "proof.pdf", b"%PDF-1.7 example").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let one = link(&clerk.get(LIST).await.text(), &format!("{LIST}/"));
    for event in ["accept", "review"] {
        step(&mut clerk, &one, event).await;
    }
    let page = reviewer.get(&one).await.text();
    assert!(page.contains("理由的种类") && page.contains("现在不能据此拒绝的"), "{page}");
    let bad = step(&mut reviewer, &one, "refuse").await;
    assert!(bad.text().contains("请选择不予受理、不予修复的理由种类"), "{}", bad.text());
    let fields = [
        ("event", "refuse"),
        ("reason", "缴款凭证与票据不符"),
        ("document", "平市监信修〔2026〕2号"),
        ("ground", "not-performed"),
        ("way_on", "缴清以后再次申请"),
        ("objection", "可以向本局提出异议"),
    ];
    let done = post(&mut reviewer, &one, &format!("{one}/step"), &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let home = agent.get("/my").await.text();
    assert!(home.contains("有新的进展：不予修复"), "{home}");
    let page = agent.get(&link(&home, &format!("{own}/"))).await.text();
    for word in
        ["没有履行完毕义务或者没有纠正失信行为", "缴清以后再次申请", "可以向本局提出异议", "第36号"]
    {
        assert!(page.contains(word), "{word}: {page}");
    }
    assert!(
        reviewer
            .get(&format!("{LIST}?show=over"))
            .await
            .text()
            .contains("不予受理、不予修复的理由")
    );

    // What was false is found by two persons.
    let find = [
        ("what", "false-materials"),
        ("finding_reason", "凭证系伪造"),
        ("finding_document", "笔录1号"),
    ];
    let done = post(&mut clerk, &one, &format!("{one}/findings"), &find).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    assert!(
        !agent.get(&link(&home, &format!("{own}/"))).await.text().contains("凭证系伪造"),
        "not before it is decided"
    );
    let page = reviewer.get(&one).await.text();
    let decide = page
        .split("/findings/")
        .nth(1)
        .and_then(|rest| rest.split('/').next())
        .expect("one")
        .to_owned();
    let silent = [("decision", "confirm")];
    let bad = post(&mut reviewer, &one, &format!("{one}/findings/{decide}/decide"), &silent).await;
    assert!(bad.text().contains("#decision_reason"), "at the form it was sent from");
    let said = [("decision", "confirm"), ("decision_reason", "事实清楚")];
    let done = post(&mut reviewer, &one, &format!("{one}/findings/{decide}/decide"), &said).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    assert!(agent.get(&link(&home, &format!("{own}/"))).await.text().contains("凭证系伪造"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ruling_shields_and_two_persons_lift_it() {
    let (site, mut clerk, mut reviewer, batch) = recorded().await;
    let list = clerk.get(&format!("{batch}/records")).await.text();
    let (subject, record) = ids(&link(&list, "/console/records/"));
    let public = format!("/records/administrative-penalty/{subject}/{record}");
    let one = format!("{LIST}/records/{subject}/{record}");
    let mut visitor = site.browser();
    assert_eq!(visitor.get(&public).await.status, StatusCode::OK);
    let csrf = clerk.get(&one).await.token();
    let fields = [
        ("csrf", csrf.as_str()),
        ("court", "示例县人民法院"),
        ("ruling", "（2026）示破1号"),
        ("ruled_on", "2026-08-01"),
        ("until", "x"),
    ];
    let to = format!("{one}/shields");
    let bad = clerk.upload(&to, &fields, "a.pdf", b"%PDF-1.7 a ruling").await;
    assert!(bad.text().contains("截止日期的写法不对") && bad.text().contains("（2026）示破1号"));
    let fields = &fields[..4];
    let done = clerk.upload(&to, fields, "a.pdf", b"%PDF-1.7 a ruling").await;
    let shield = done.header("location").to_owned();
    assert!(shield.starts_with(&format!("{LIST}/shields/")), "{}", done.text());
    let page = reviewer.get(&shield).await.text();
    assert!(page.contains("待另一人确认") && page.contains("确认，各处暂时屏蔽"), "{page}");
    let file = reviewer.get(&format!("{shield}/file")).await;
    assert_eq!(file.bytes, b"%PDF-1.7 a ruling");
    let yes = [("decision", "confirm")];
    let done = post(&mut reviewer, &shield, &format!("{shield}/decide"), &yes).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let gone = visitor.get(&public).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    assert!(!gone.text().contains("屏蔽"));
    let fields = [("place", "upper"), ("evidence", "回执1号")];
    let done = post(&mut clerk, &shield, &format!("{shield}/places"), &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    assert!(clerk.get(&format!("{LIST}/shields")).await.text().contains("屏蔽中"));
    let bad = post(&mut clerk, &shield, &format!("{shield}/lift"), &[("reason", "x")]).await;
    assert!(bad.text().contains("#lift"), "{}", bad.text());
    let lift = [("lift", "ended"), ("reason", "没有执行"), ("document", "示破1号之二")];
    let done = post(&mut clerk, &shield, &format!("{shield}/lift"), &lift).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let no = [("decision", "decline"), ("reason", "还在执行")];
    let done = post(&mut reviewer, &shield, &format!("{shield}/lift/decide"), &no).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let page = clerk.get(&shield).await.text();
    assert!(page.contains("提出解除，未同意") && page.contains("还在执行"), "{page}");
    let done = post(&mut clerk, &shield, &format!("{shield}/lift"), &lift).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let done = post(&mut reviewer, &shield, &format!("{shield}/lift/decide"), &yes).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let again = visitor.get(&public).await;
    assert_eq!(again.status, StatusCode::OK);
    assert!(!again.text().contains("次更正"), "down for a time is no correction");
    assert!(clerk.get(&format!("{LIST}/shields?show=over")).await.text().contains("已解除"));
}
