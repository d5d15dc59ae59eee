//! Objections as pages: the firm objects, the mark is everywhere at once, its unit answers, two persons correct, the mark is gone.

use axum::http::StatusCode;
use xinyong_service::accounts::{CreateAccount, create_account};
use xinyong_service::{Actor, Role};

use super::browser::{Answer, Browser, PASSWORD, TestSite, identity};
use super::console::{CODE, ids, link, recorded};
use super::people::post;

const LIST: &str = "/console/objections";
const WORDS: &str = "罚款数额有误，已经提出异议。";

/// A value of a hidden field.
fn hidden(page: &str, name: &str) -> String {
    page.split(&format!("name=\"{name}\" value=\""))
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap_or_else(|| panic!("no {name}: {page}"))
        .to_owned()
}

/// Somebody who acts for the party of the sample.
async fn agent(site: &TestSite, office: &mut Browser) -> Browser {
    let mut browser = site.browser();
    let page = browser.get(&format!("/subjects/{CODE}")).await.text();
    let firm = page.split("<h1>").nth(1).and_then(|rest| rest.split(['<', '\n']).next());
    let firm = firm.expect("a name").trim().to_owned();
    let token = browser.get("/my/sign-up").await.token();
    let identity = identity(7);
    let fields = [
        ("csrf", token.as_str()),
        ("code", CODE),
        ("firm", &firm),
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

/// The form as it is filled in, with some fields otherwise.
async fn file(
    browser: &mut Browser,
    here: &str,
    page: &str,
    record: i64,
    changes: &[(&str, &str)],
) -> Answer {
    let (csrf, entry, record) = (hidden(page, "csrf"), hidden(page, "entry"), record.to_string());
    let mut fields = vec![
        ("csrf", csrf.as_str()),
        ("entry", entry.as_str()),
        ("record", record.as_str()),
        ("ground", "content"),
        ("words", "罚款应为1000元<b>"),
        ("statement", WORDS),
    ];
    for (name, value) in changes {
        match fields.iter_mut().find(|(known, _)| known == name) {
            Some(field) => field.1 = value,
            None => fields.push((name, value)),
        }
    }
    browser.upload(here, &fields, "proof.pdf", b"%PDF-1.7 example").await
}

async fn step(browser: &mut Browser, one: &str, fields: &[(&str, &str)]) -> Answer {
    post(browser, one, &format!("{one}/step"), fields).await
}

/// Where everybody reads the record.
fn faces(record: &str) -> [String; 10] {
    [
        record.to_owned(),
        "/".to_owned(),
        format!("/subjects/{CODE}"),
        format!("/subjects/{CODE}/records.csv"),
        format!("/subjects/{CODE}/records.json"),
        "/records/administrative-penalty".to_owned(),
        format!("/api/v1{record}"),
        "/api/v1/records/administrative-penalty".to_owned(),
        "/data/administrative-penalty/data.csv".to_owned(),
        "/data/administrative-penalty/data.json".to_owned(),
    ]
}

/// The description's example of a record shows the mark just as the interface answers it.
async fn the_example_is_what_is_answered(browser: &mut Browser, record: &str) {
    let answered = browser.get(&format!("/api/v1{record}")).await.json();
    let description = browser.get("/api/v1/openapi.json").await.json();
    let example = |path: &str| -> serde_json::Value {
        let answer = &description["paths"][path]["get"]["responses"]["200"]["content"];
        answer["application/json"]["example"].clone()
    };
    let shown = example("/api/v1/records/{kind}/{subject}/{record}");
    let names = |value: &serde_json::Value| -> Vec<String> {
        value.as_object().expect("an object").keys().cloned().collect()
    };
    assert_eq!(names(&shown["objection"]), names(&answered["objection"]), "{shown}");
    assert_eq!(names(&shown), names(&answered));
}

/// Two persons correct what the record says.
async fn correct(clerk: &mut Browser, reviewer: &mut Browser, held: &str) {
    let to = format!("{held}/correct");
    let form = clerk.get(&to).await;
    let token = form.token();
    let form = form.text();
    let content = form
        .split("<label for=\"")
        .find(|part| part.contains(">处罚内容<"))
        .and_then(|part| part.split('"').next())
        .expect("the field");
    let fields = [
        ("csrf", token.as_str()),
        ("event", "own-correction"),
        ("document", "示例更正审批表〔2026〕1号"),
        ("document_on", "2026-11-20"),
        ("known_on", "2026-11-23"),
        ("reason", "录入有误"),
        (content, "罚款1000元。"),
    ];
    let kept = clerk.upload(&to, &fields, "表.pdf", b"%PDF-example").await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text());
    let one = kept.header("location").to_owned();
    let version = hidden(&reviewer.get(&one).await.text(), "version");
    let fields = [
        ("decision", "confirm"),
        ("version", version.as_str()),
        ("severity", "general"),
        ("severity_reason", "情节一般"),
        ("severity_source", "审批表第1页"),
    ];
    let done = post(reviewer, &one, &one, &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_firm_objects_everybody_sees_it_and_two_persons_put_it_right() {
    let (site, mut clerk, mut reviewer, batch) = recorded().await;
    let list = clerk.get(&format!("{batch}/records")).await.text();
    let held = link(&list, "/console/records/");
    let (subject, record) = ids(&held);
    let public = format!("/records/administrative-penalty/{subject}/{record}");
    let mut visitor = site.browser();
    let mut office = site.signed_in(Role::CreditOffice).await;
    let mut agent = agent(&site, &mut office).await;
    let here = format!("/my/firms/{CODE}/objections");

    let page = agent.get(&here).await.text();
    for word in ["提出异议", "内容有误", "不是本主体的信息", "还没有提出过"] {
        assert!(page.contains(word), "{word}: {page}");
    }
    for (changes, said) in [
        (&[("ground", "")][..], "请选择异议的理由"),
        (&[("words", " ")], "请写明哪里有误"),
        (&[("statement", "电话13800000000")], "不能写手机号码"),
        (&[("record", "")], "请选择对哪一条信息"),
    ] {
        let bad = file(&mut agent, &here, &page, record, changes).await;
        assert_eq!(bad.status, StatusCode::BAD_REQUEST, "{said}");
        assert!(bad.text().contains(said), "{said}: {}", bad.text());
    }
    let none = file(&mut agent, &here, &page, 7, &[]).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND, "another's record");
    let done = file(&mut agent, &here, &page, record, &[]).await;
    assert_eq!(done.header("location"), format!("{here}?done=filed"), "{}", done.text());
    let again = file(&mut agent, &here, &page, record, &[]).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "the same form is the same objection");
    let page = agent.get(&here).await.text();
    assert!(page.contains("已转信息提供单位核实") && page.contains("没有可以提出异议的信息"));
    let own = link(&page, &format!("{here}/"));
    assert!(agent.get(&own).await.text().contains("罚款应为1000元&#60;b&#62;"));
    let mine = agent.get(&format!("/my/firms/{CODE}")).await.text();
    assert!(mine.contains("异议处理中"), "{mine}");

    // At once, wherever it shows.
    for path in faces(&public) {
        let text = visitor.get(&path).await.text();
        assert!(text.contains(WORDS), "{path}: {text}");
        assert!(text.contains("异议处理中") || path.starts_with("/api"), "{path}: {text}");
        assert!(!text.contains("罚款应为1000元"), "{path} tells what only the unit may read");
    }
    the_example_is_what_is_answered(&mut visitor, &public).await;
    assert!(clerk.get(&held).await.text().contains("异议处理中"));
    let page = visitor.get(&public).await.text();
    assert!(
        page.contains("录入本站") && !page.contains("次更正"),
        "a mark is no correction: {page}"
    );

    assert!(clerk.get("/console").await.text().contains("待办理的异议"));
    assert!(clerk.get("/console/notices").await.text().contains("异议等待办理"));
    let rows = clerk.get(LIST).await.text();
    let one = link(rows.rsplit("<tbody>").next().expect("a table"), &format!("{LIST}/"));
    let page = clerk.get(&one).await.text();
    assert!(!page.contains("id=\"step-title\""), "a clerk answers nothing: {page}");
    let scan = clerk.get(&link(&page, &format!("{one}/files/"))).await;
    assert_eq!(scan.bytes, b"%PDF-1.7 example");
    assert!(scan.header("content-disposition").starts_with("attachment"));
    let page = office.get(LIST).await.text();
    assert!(page.contains("各单位的办理"), "the board of the office: {page}");
    let page = office.get(&one).await.text();
    assert!(page.contains("不予刊载异议声明</option>"), "{page}");
    let page = reviewer.get(&one).await.text();
    assert!(
        page.contains("答复异议成立</option>") && !page.contains("不予刊载异议声明</option>"),
        "{page}"
    );

    let none = step(&mut reviewer, &one, &[("event", "")]).await;
    assert!(none.text().contains("请选择要办理的事项"), "{}", none.text());
    let fields = [("event", "uphold"), ("outcome", ""), ("reason", "经核对，罚款数额录入有误<i>")];
    let bad = step(&mut reviewer, &one, &fields).await;
    assert!(bad.text().contains("请选择怎样处理"), "{}", bad.text());
    let fields = [("event", "uphold"), ("outcome", "correct"), fields[2]];
    let done = step(&mut reviewer, &one, &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let twice = step(&mut reviewer, &one, &fields).await;
    assert_eq!(twice.status, StatusCode::BAD_REQUEST, "{}", twice.text());
    let page = clerk.get(&one).await.text();
    assert!(link(&page, &format!("{held}/correct")).ends_with("/correct"));
    assert!(agent.get(&own).await.text().contains("罚款数额录入有误&#60;i&#62;"));

    correct(&mut clerk, &mut reviewer, &held).await;
    for path in faces(&public) {
        let text = visitor.get(&path).await.text();
        assert!(!text.contains(WORDS) && !text.contains("异议处理中"), "{path}: {text}");
        assert!(!text.contains("5000元"), "{path}: {text}");
    }
    let page = agent.get(&own).await.text();
    assert!(page.contains("已更正，各处确认中") && page.contains("更正到达的地方"), "{page}");
    let notices = visitor.get("/corrections").await.text();
    for word in ["处罚内容", "深表歉意", public.as_str()] {
        assert!(notices.contains(word), "{word}: {notices}");
    }
    assert!(!notices.contains("5000"), "{notices}");

    let empty = [("place", "upper"), ("evidence", " ")];
    let bad = post(&mut reviewer, &one, &format!("{one}/places"), &empty).await;
    assert!(bad.text().contains("请写明“上级信用平台”"), "{}", bad.text());
    for place in ["upper", "national", "departments"] {
        let fields = [("place", place), ("evidence", "回执1号")];
        let done = post(&mut reviewer, &one, &format!("{one}/places"), &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{place}: {}", done.text());
    }
    let over = reviewer.get(&format!("{LIST}?show=over")).await.text();
    assert!(over.contains("1/1") && over.contains("各处已确认"), "{over}");
    let mut auditor = site.signed_in(Role::Auditor).await;
    let log = auditor.get("/console/audit").await.text();
    for deed in ["filed", "moved", "seen", "file-seen", "place-confirmed"] {
        assert!(log.contains(&format!("objection.{deed}")), "{deed}: {log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_enters_and_what_is_taken_back_leaves_no_mark() {
    let (site, mut clerk, _, batch) = recorded().await;
    let list = clerk.get(&format!("{batch}/records")).await.text();
    let (subject, record) = ids(&link(&list, "/console/records/"));
    let public = format!("/records/administrative-penalty/{subject}/{record}");
    let mut office = site.signed_in(Role::CreditOffice).await;
    let here = format!("{LIST}/window");
    let unknown = office.get(&format!("{here}?code=91140829XY0003999X")).await.text();
    assert!(unknown.contains("没有这个代码的主体"), "{unknown}");
    let to = format!("{here}?code={CODE}");
    let page = office.get(&to).await.text();
    let bad = file(&mut office, &to, &page, record, &[]).await;
    assert!(bad.text().contains("请填写来办理的人的姓名"), "{}", bad.text());
    let visitor = [("visitor", "示例来人"), ("telephone", "0359-0000000"), ("ground", "catalogue")];
    let done = file(&mut office, &to, &page, record, &visitor).await;
    let one = done.header("location").to_owned();
    assert!(one.starts_with(LIST), "{}", done.text());
    assert!(site.browser().get(&public).await.text().contains("异议处理中"));
    let page = office.get(&one).await.text();
    for word in ["示例来人", "已提出，平台核实中", "转信息提供单位"] {
        assert!(page.contains(word), "{word}: {page}");
    }
    assert!(!page.contains("登记撤回"), "who owes the answer and entered it: {page}");
    let refusing = [("event", "refuse-statement"), ("reason", "写了自然人的姓名")];
    let done = step(&mut office, &one, &refusing).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let page = site.browser().get(&public).await.text();
    assert!(page.contains("异议处理中") && !page.contains(WORDS), "{page}");
    let done = step(&mut office, &one, &[("event", "forward"), ("reason", "")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    // Now the unit owes it: another person of the office enters that it was taken back, with the paper.
    let page = office.get(&one).await.text();
    assert!(!page.contains("登记撤回"), "who entered it: {page}");
    let another = CreateAccount {
        login: "office-2".to_owned(),
        name: "示例信用办".to_owned(),
        unit: "credit-office".to_owned(),
        role: Role::CreditOffice,
        password: PASSWORD.to_owned(),
    };
    create_account(&site.desk, &Actor::system("test"), another).await.expect("account");
    let mut another = site.browser();
    another.sign_in("office-2").await;
    let page = another.get(&one).await.text();
    assert!(page.contains("登记撤回"), "{page}");
    let csrf = hidden(&page, "csrf");
    let to = format!("{one}/withdraw");
    let fields =
        |reason: &'static str| [("csrf", csrf.clone()), ("back_reason", reason.to_owned())];
    for (reason, file, bytes, said) in [
        ("x", "a.pdf", &b"%PDF-1.7 paper"[..], "请写明凭什么撤回"),
        ("当事人书面申请撤回", "", b"", "请上传当事人书面撤回申请的扫描件"),
        ("当事人书面申请撤回", "a.pdf", b"MZ", "书面撤回申请的扫描件"),
    ] {
        let sent = fields(reason);
        let sent: Vec<(&str, &str)> =
            sent.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let bad = another.upload(&to, &sent, file, bytes).await;
        assert_eq!(bad.status, StatusCode::BAD_REQUEST, "{said}: {}", bad.text());
        assert!(bad.text().contains(said), "{said}: {}", bad.text());
    }
    let sent = fields("当事人书面申请撤回");
    let sent: Vec<(&str, &str)> =
        sent.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let done = another.upload(&to, &sent, "a.pdf", b"%PDF-1.7 paper").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    assert!(!site.browser().get(&public).await.text().contains("异议处理中"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_whom_a_record_names_objects_and_no_page_says_who_it_was() {
    let (site, mut clerk, mut reviewer, batch) = recorded().await;
    let list = clerk.get(&format!("{batch}/records")).await.text();
    let held = link(&list, "/console/records/");
    let (subject, record) = ids(&held);
    let public = format!("/records/administrative-penalty/{subject}/{record}");
    let mut office = site.signed_in(Role::CreditOffice).await;
    let here = format!("{held}/object");
    let window = office.get(&format!("{LIST}/window?code={CODE}")).await.text();
    assert!(window.contains(&here), "the way begins at the record: {window}");
    assert!(office.get(&held).await.text().contains(&here));
    let page = office.get(&here).await.text();
    let (name, number) = ("示例来人", identity(8));
    let person = [
        ("person", name),
        ("document", "id-card"),
        ("number", number.as_str()),
        ("relation", "responsible"),
        ("why", "决定书原件第2页写明"),
        ("telephone", "0359-0000000"),
        ("words", "罚款应为1000元"),
        ("statement", ""),
    ];
    for (change, said) in [
        (("person", "1"), "请对照身份证件填写提出异议的人的姓名"),
        (("number", "14082919000101003X"), "证件类型或者号码不正确"),
        (("relation", ""), "请选择提出异议的人"),
        (("why", ""), "请写明凭什么认定"),
        (("words", "示例来人没有签字"), "异议的内容不随姓名清除"),
        (("statement", "与本人无关"), "没有同意公开"),
        (("telephone", ""), "请填写来办理的人"),
    ] {
        let fields = person.map(|field| if field.0 == change.0 { change } else { field });
        let bad = file(&mut office, &here, &page, record, &fields).await;
        assert_eq!(bad.status, StatusCode::BAD_REQUEST, "{said}: {}", bad.text());
        assert!(bad.text().contains(said), "{said}: {}", bad.text());
    }
    let mut spoken = person.to_vec();
    spoken.retain(|field| field.0 != "statement");
    spoken.extend([("statement", "与本人无关"), ("agreed", "yes")]);
    let done = file(&mut office, &here, &page, record, &spoken).await;
    let one = done.header("location").to_owned();
    assert!(one.starts_with(LIST), "{}", done.text());
    let again = office.get(&here).await.text();
    assert!(again.contains("已有一项异议在办理") && again.contains(&one), "{again}");

    let mut visitor = site.browser();
    for path in faces(&public) {
        let text = visitor.get(&path).await.text();
        assert!(text.contains("异议处理中") || path.starts_with("/api"), "{path}: {text}");
        assert!(!text.contains("与本人无关"), "nobody else has looked at it yet: {path}: {text}");
        assert!(!text.contains(name) && !text.contains(&number), "{path}: {text}");
    }
    let listed = clerk.get(LIST).await.text();
    assert!(listed.contains("个人提出") && !listed.contains(name), "{listed}");
    let page = office.get(&one).await.text();
    assert!(page.contains(name) && page.contains("等待收件人以外的一人核对"), "{page}");
    assert!(!page.contains(&number), "masked: {page}");
    assert!(!page.contains("核对：确是"), "not by who entered it: {page}");
    let page = reviewer.get(&one).await.text();
    assert!(page.contains("核对：确是信息中写到的人</option>"), "{page}");
    assert!(!page.contains("答复异议成立</option>"), "first who it is: {page}");
    let done = step(&mut reviewer, &one, &[("event", "attest"), ("reason", "")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let page = reviewer.get(&one).await.text();
    assert!(page.contains("已由第二人核对") && page.contains("答复异议成立</option>"), "{page}");
    for path in faces(&public) {
        let text = visitor.get(&path).await.text();
        assert!(text.contains("（信息中写到的个人）与本人无关"), "{path}: {text}");
        assert!(!text.contains("主体声明"), "nobody takes them for the subject's: {path}: {text}");
        assert!(!text.contains(name) && !text.contains(&number), "{path}: {text}");
    }
    let mut auditor = site.signed_in(Role::Auditor).await;
    let log = auditor.get("/console/audit").await.text();
    assert!(log.contains("objection.filed") && !log.contains(name), "{log}");
}

#[tokio::test]
async fn the_guide_names_grounds_days_and_who_answers() {
    let site = TestSite::new().await;
    let page = site.browser().get("/guides/objection").await.text();
    for word in [
        "内容有误：由信息提供单位答复",
        "公示超过期限：由信用办答复",
        "7个工作日",
        "3个工作日",
        "不收费",
        "扫描件不随之清除",
        "个人提出异议是平台设定",
    ] {
        assert!(page.contains(word), "{word}: {page}");
    }
    let page = site.browser().get("/corrections").await.text();
    assert!(page.contains("还没有更正公告"), "{page}");
}
