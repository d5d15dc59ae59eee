//! What the public says is wrong, as pages: without a session, without a script, and only from a form of ours.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use xinyong_service::Role;

use super::browser::{Answer, Browser};
use super::console::{ids, link, recorded};
use super::people::post;
use crate::api::limits::Who;
use crate::listen::Client;

const LIST: &str = "/console/error-reports";

/// A value of a hidden field.
fn hidden(page: &str, name: &str) -> String {
    page.split(&format!("name=\"{name}\" value=\""))
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap_or_else(|| panic!("no {name}: {page}"))
        .to_owned()
}

/// The value of a fact.
fn fact(page: &str, label: &str) -> String {
    page.split(&format!("<dt>{label}</dt>"))
        .nth(1)
        .and_then(|rest| rest.split("<dd>").nth(1))
        .and_then(|rest| rest.split(['<', '\n']).find(|part| !part.trim().is_empty()))
        .unwrap_or_else(|| panic!("no {label}: {page}"))
        .trim()
        .to_owned()
}

/// The public page of the first record of a batch.
async fn public_record(clerk: &mut Browser, batch: &str) -> (String, String) {
    let list = clerk.get(&format!("{batch}/records")).await.text();
    let held = link(&list, "/console/records/");
    let (subject, record) = ids(&held);
    (format!("/records/administrative-penalty/{subject}/{record}"), held)
}

async fn sent(visitor: &mut Browser, href: &str, fields: &[(&str, &str)]) -> Answer {
    let form = visitor.get(&format!("{href}/report")).await;
    assert_eq!(form.status, StatusCode::OK, "{}", form.text());
    assert!(form.headers.get("set-cookie").is_none(), "a form for everybody needs no session");
    assert_eq!(form.header("cache-control"), "no-store");
    let page = form.text();
    let own: Vec<(&str, String)> =
        ["once", "day", "code"].into_iter().map(|name| (name, hidden(&page, name))).collect();
    let mut all: Vec<(&str, &str)> =
        own.iter().map(|(name, value)| (*name, value.as_str())).collect();
    all.extend_from_slice(fields);
    visitor.post(&format!("{href}/report"), &all).await
}

#[tokio::test(flavor = "multi_thread")]
async fn anybody_may_say_what_is_wrong_and_the_unit_answers() {
    let (site, mut clerk, _, batch) = recorded().await;
    let (href, _) = public_record(&mut clerk, &batch).await;
    let mut visitor = site.browser();
    let page = visitor.get(&href).await.text();
    assert_eq!(link(&page, &format!("{href}/report")), format!("{href}/report"));

    let bad = sent(&mut visitor, &href, &[("ground", ""), ("said", "有误")]).await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    assert!(
        bad.text().contains("请选择哪里有误") && bad.text().contains(">有误</textarea>"),
        "{}",
        bad.text()
    );
    let said = [("ground", "content"), ("said", "金额<b>写错</b>"), ("contact", "13900000000")];
    let answer = sent(&mut visitor, &href, &said).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let (number, secret) = (fact(&answer.text(), "编号"), fact(&answer.text(), "查询码"));
    assert_eq!(secret.len(), 14, "{secret}");

    let mut look = async |number: &str, secret: &str| {
        let code = hidden(&visitor.get("/error-reports").await.text(), "code");
        let fields = [("code", code.as_str()), ("number", number), ("secret", secret)];
        visitor.post("/error-reports", &fields).await
    };
    let known = look(&number, &secret).await.text();
    assert!(
        known.contains("已收到") && !known.contains("写错") && !known.contains("139"),
        "{known}"
    );
    let wrong = look(&number, "AAAA AAAA AAAA").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    let unknown = look("20260101-AAAAAA", &secret).await;
    let plain = |answer: &Answer, number: &str| answer.text().replace(number, "");
    assert_eq!(
        plain(&wrong, &number),
        plain(&unknown, "20260101-AAAAAA"),
        "neither says which is wrong"
    );

    assert!(clerk.get("/console").await.text().contains("待答复的信息纠错"));
    assert!(clerk.get("/console/notices").await.text().contains("有人指出一条公示信息有误"));
    let list = clerk.get(LIST).await.text();
    assert!(list.contains(&number) && list.contains("内容有误"), "{list}");
    let one = link(&list, &format!("{LIST}/"));
    let page = clerk.get(&one).await.text();
    assert!(page.contains("金额&#60;b&#62;写错") && page.contains("13900000000"), "{page}");
    let taken = post(&mut clerk, &one, &format!("{one}/take"), &[]).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text());
    assert!(look(&number, &secret).await.text().contains("核查中"));
    let to = format!("{one}/answer");
    let early = post(&mut clerk, &one, &to, &[("outcome", "corrected"), ("answer", "已改")]).await;
    assert!(early.text().contains("没有变化"), "{}", early.text());
    let empty = post(&mut clerk, &one, &to, &[("outcome", "dismissed"), ("answer", " ")]).await;
    assert_eq!(empty.status, StatusCode::BAD_REQUEST);
    let fields = [("outcome", "dismissed"), ("answer", "经核对原文书，金额没有错误")];
    let done = post(&mut clerk, &one, &to, &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let known = look(&number, &secret).await.text();
    assert!(known.contains("核查后没有更正") && known.contains("金额没有错误"), "{known}");
    assert!(clerk.get(&format!("{LIST}?show=answered")).await.text().contains(&number));

    let mut auditor = site.signed_in(Role::Auditor).await;
    let log = auditor.get("/console/audit").await.text();
    for deed in ["received", "seen", "taken", "answered"] {
        assert!(log.contains(&format!("error-report.{deed}")), "{deed}: {log}");
    }
    assert!(!log.contains("写错") && !log.contains("13900000000"));
    assert_eq!(auditor.get(LIST).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_counts_only_from_our_form_and_about_what_is_public() {
    let (site, mut clerk, mut reviewer, batch) = recorded().await;
    let (href, held) = public_record(&mut clerk, &batch).await;
    let mut visitor = site.browser();
    let page = visitor.get(&format!("{href}/report")).await.text();
    let mark: Vec<(&str, String)> =
        ["once", "day", "code"].into_iter().map(|name| (name, hidden(&page, name))).collect();
    let fields = |change: &str| -> Vec<(&'static str, String)> {
        let mut fields = vec![("ground", "other".to_owned()), ("said", "示例".to_owned())];
        for (name, value) in &mark {
            let other = if *name == change { format!("{value}0") } else { value.clone() };
            fields.push((name, other));
        }
        fields
    };
    let to = format!("{href}/report");
    for change in ["once", "day", "code"] {
        let fields = fields(change);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = visitor.post(&to, &fields).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{change}");
    }
    let own = fields("");
    let own: Vec<_> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let elsewhere = format!("{}0/report", href);
    assert_eq!(
        visitor.post(&elsewhere, &own).await.status,
        StatusCode::FORBIDDEN,
        "bound to its record"
    );
    let body: Vec<String> =
        own.iter().map(|(name, value)| format!("{name}={}", crate::url::encode(value))).collect();
    let request = Request::post(&to)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", "https://other.example")
        .header("host", "credit.example")
        .body(Body::from(body.join("&")))
        .expect("request");
    assert_eq!(visitor.send(request).await.status, StatusCode::FORBIDDEN, "from another site");
    let wrong_kind = href.replace("administrative-penalty", "administrative-licence");
    assert_eq!(visitor.get(&format!("{wrong_kind}/report")).await.status, StatusCode::NOT_FOUND);

    // It comes down while somebody fills in the form.
    let fields = [("decided", "2026-11-25"), ("reason", "示例撤销"), ("document", "示例决定")];
    let down =
        post(&mut reviewer, &format!("{held}/withdraw"), &format!("{held}/withdraw"), &fields)
            .await;
    assert_eq!(down.status, StatusCode::SEE_OTHER, "{}", down.text());
    let late = visitor.post(&to, &own).await;
    assert_eq!(late.status, StatusCode::NOT_FOUND);
    let gone = visitor.get(&to).await;
    let never = visitor.get("/records/administrative-penalty/1/2/report").await;
    assert_eq!((gone.status, never.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
    let (place, nowhere) = (to.as_str(), "/records/administrative-penalty/1/2/report");
    assert_eq!(gone.text().replace(place, ""), never.text().replace(nowhere, ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_court_changes_a_penalty_and_two_persons_put_it_right() {
    let (site, mut clerk, mut reviewer, batch) = recorded().await;
    let (href, held) = public_record(&mut clerk, &batch).await;
    let mut visitor = site.browser();
    let before = visitor.get(&href).await.text();
    assert!(before.contains("罚款5000元。"), "{before}");
    let page = clerk.get(&held).await.text();
    let to = link(&page, &format!("{held}/correct"));
    let form = clerk.get(&to).await;
    assert_eq!(form.status, StatusCode::OK, "{}", form.text());
    let form = form.text();
    let content = form
        .split("<label for=\"")
        .find(|part| part.contains(">处罚内容<"))
        .and_then(|part| part.split('"').next())
        .expect("the field")
        .to_owned();
    let token = clerk.get(&to).await.token();
    let fields = |event: &'static str, text: &'static str, known: &'static str| {
        vec![
            ("csrf", token.clone()),
            ("event", event.to_owned()),
            ("document", "示例行政判决书（2026）示行初1号".to_owned()),
            ("document_on", "2026-11-20".to_owned()),
            ("known_on", known.to_owned()),
            ("reason", "法院判决变更罚款数额".to_owned()),
            (content.as_str(), text.to_owned()),
        ]
    };
    let send = async |clerk: &mut Browser, fields: Vec<(&str, String)>| {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        clerk.upload(&to, &fields, "判决书.pdf", b"%PDF-example").await
    };
    let bad = send(&mut clerk, fields("", "罚款1000元。", "2026-11-23")).await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    assert!(
        bad.text().contains("请选择是哪一种情形") && bad.text().contains("罚款1000元。"),
        "{}",
        bad.text()
    );
    let bad = send(&mut clerk, fields("court-change", "罚款1000元。", "什么时候")).await;
    assert!(bad.text().contains("请填写本单位得知的日期"), "{}", bad.text());
    let bad = send(&mut clerk, fields("court-change", "", "2026-11-23")).await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST, "an empty field of those that must be filled");
    let kept = send(&mut clerk, fields("court-change", "罚款1000元。", "2026-11-23")).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text());
    let one = kept.header("location").to_owned();
    let page = clerk.get(&one).await.text();
    assert!(page.contains("撤回登记") && !page.contains("核对无误，确认"), "{page}");
    assert!(visitor.get(&href).await.text().contains("罚款5000元。"));

    let home = reviewer.get("/console").await.text();
    assert!(home.contains("待您确认的更正和撤销"), "{home}");
    assert_eq!(link(&home, "/console/corrections/"), one);
    assert!(reviewer.get("/console/notices").await.text().contains("等待您确认"));
    let page = reviewer.get(&one).await.text();
    for word in ["罚款5000元。", "罚款1000元。", "2026-11-26", "行政处罚法", "判决书.pdf"]
    {
        assert!(page.contains(word), "{word}: {page}");
    }
    let scan = reviewer.get(&format!("{one}/file")).await;
    assert_eq!(scan.bytes, b"%PDF-example");
    assert!(scan.header("content-disposition").starts_with("attachment"));
    let none = post(&mut reviewer, &one, &one, &[("decision", "decline"), ("reason", " ")]).await;
    assert!(none.text().contains("请写明退回的理由"), "{}", none.text());
    let blind = post(&mut reviewer, &one, &one, &[("decision", "confirm")]).await;
    assert!(blind.text().contains("请对照文书重新核对后再确认"), "{}", blind.text());
    // The words that say kinds and amount change: the severity may be judged anew, with reason and source.
    let version = hidden(&page, "version");
    let mut fields = vec![("decision", "confirm"), ("version", &version), ("severity", "general")];
    let bare = post(&mut reviewer, &one, &one, &fields).await;
    assert!(bare.text().contains("请写明理由"), "{}", bare.text());
    fields.extend([("severity_reason", "判决认定情节一般"), ("severity_source", "判决书第3页")]);
    let done = post(&mut reviewer, &one, &one, &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let again = post(&mut reviewer, "/console", &one, &[("decision", "confirm")]).await;
    assert!(again.text().contains("已经办结"), "{}", again.text());

    let after = visitor.get(&href).await.text();
    for word in ["罚款1000元。", "人民法院变更决定", "法院判决变更罚款数额", "示行初1号"]
    {
        assert!(after.contains(word), "{word}: {after}");
    }
    assert!(!after.contains("5000元"), "{after}");
    let old = visitor.get("/records/administrative-penalty").await.text();
    assert!(!old.contains("罚款5000元。"), "{old}");
    let versions = clerk.get(&held).await.text();
    assert!(versions.contains("第 2 版") && versions.contains("罚款5000元。"), "{versions}");
    assert!(
        versions.contains("判决认定情节一般") && versions.contains("判决书第3页"),
        "{versions}"
    );
    assert!(
        clerk.get("/console/corrections?show=decided").await.text().contains("人民法院变更决定")
    );
    let mut auditor = site.signed_in(Role::Auditor).await;
    let log = auditor.get("/console/audit").await.text();
    assert!(log.contains("correction.proposed") && log.contains("correction.confirmed"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_of_the_office_find_that_two_entries_are_one_and_take_it_back() {
    let (site, _, _, _) = recorded().await;
    let (from, to) = ("91140829XY00030103", "91140829XY00030290");
    let mut first = site.signed_in(Role::CreditOffice).await;
    site.account("office2", Role::CreditOffice).await;
    let mut second = site.browser();
    second.sign_in("office2").await;
    let mut visitor = site.browser();
    let faces = async |visitor: &mut Browser| {
        let mut all = Vec::new();
        for path in [
            format!("/subjects/{from}"),
            format!("/subjects/{to}"),
            format!("/subjects/{to}/records.csv"),
            format!("/api/v1/subjects/{from}"),
            format!("/search?q={from}"),
            "/search?q=301".to_owned(),
            "/records/administrative-penalty".to_owned(),
            "/data/subjects/data.csv".to_owned(),
            "/sitemap.xml".to_owned(),
        ] {
            let answer = visitor.get(&path).await;
            all.push((path, answer.status, answer.header("location").to_owned(), answer.bytes));
        }
        all
    };
    let before = faces(&mut visitor).await;
    let new = format!("/console/judgements/new?from={from}&to={to}");
    let page = first.get(&new).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let text = page.text();
    for word in ["示例301号", "示例302号", "核定为同一主体以后", "登记主体数由 2 变为 1"]
    {
        assert!(text.contains(word), "{word}: {text}");
    }
    let fields = [
        ("from", from),
        ("to", to),
        ("finding", "same"),
        ("basis", "registry-answer"),
        ("document", "示例复函〔2026〕1号"),
        ("reason", "旧代码"),
    ];
    let list = "/console/judgements";
    let bad = post(&mut first, &new, list, &fields[..2]).await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    assert!(bad.text().contains("请选择是不是同一主体"), "{}", bad.text());
    let kept = post(&mut first, &new, list, &fields).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text());
    let one = kept.header("location").to_owned();
    assert!(
        !first.get(&one).await.text().contains("核对无误，确认"),
        "nobody is the own second person"
    );
    let own = post(&mut first, &one, &one, &[("decision", "confirm")]).await;
    assert!(own.text().contains("请由信用办另一人确认"), "{}", own.text());
    assert_eq!(faces(&mut visitor).await, before);

    let home = second.get("/console").await.text();
    assert_eq!(link(&home, "/console/judgements/"), one);
    assert!(second.get("/console/notices").await.text().contains("主体核定等待您确认"));
    assert!(second.get(&one).await.text().contains("确认以后的变化"));
    let done = post(&mut second, &one, &one, &[("decision", "confirm")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let led = visitor.get(&format!("/subjects/{from}")).await;
    assert_eq!(led.header("location"), format!("/subjects/{to}"));
    let page = visitor.get(&format!("/subjects/{to}")).await.text();
    assert!(page.contains("经核定为同一主体的登记") && page.contains(from), "{page}");
    let facts = visitor.get(&format!("/api/v1/subjects/{from}")).await.json();
    assert_eq!((&facts["code"], &facts["joined"][0]["code"]), (&to.into(), &from.into()));
    let found = visitor.get("/search?q=301").await.text();
    assert!(found.contains(&format!("/subjects/{to}")), "{found}");
    assert!(!found.contains(&format!("/subjects/{from}")), "{found}");
    assert!(first.get(&format!("{list}?show=decided")).await.text().contains("生效"));

    let undo = [("decision", "propose-undo"), ("reason", "登记机关更正了答复")];
    let asked = post(&mut second, &one, &one, &undo).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text());
    let own = post(&mut second, &one, &one, &[("decision", "undo")]).await;
    assert_eq!(own.status, StatusCode::BAD_REQUEST);
    let back = post(&mut first, &one, &one, &[("decision", "undo")]).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.text());
    assert_eq!(faces(&mut visitor).await, before, "byte by byte");
    let mut auditor = site.signed_in(Role::Auditor).await;
    let log = auditor.get("/console/audit").await.text();
    for deed in ["proposed", "confirmed", "undo-proposed", "undone"] {
        assert!(log.contains(&format!("judgement.{deed}")), "{deed}: {log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_cannot_fill_the_day_of_a_unit() {
    let (site, mut clerk, _, batch) = recorded().await;
    let (href, _) = public_record(&mut clerk, &batch).await;
    let mut visitor = site.browser();
    let address = "192.0.2.1".parse().expect("an address");
    let today = site.desk.today();
    for _ in 0..20 {
        site.site.left_today().note(Who::at(address), "error-report", today);
    }
    let page = visitor.get(&format!("{href}/report")).await.text();
    let body: Vec<String> = ["once", "day", "code"]
        .into_iter()
        .map(|name| format!("{name}={}", hidden(&page, name)))
        .chain(["ground=content".to_owned(), "said=a".to_owned()])
        .collect();
    let mut from = async |address| {
        let mut request = Request::builder()
            .method("POST")
            .uri(format!("{href}/report"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body.join("&")))
            .expect("a request");
        request.extensions_mut().insert(Client(address));
        visitor.send(request).await
    };
    let full = from(address).await;
    assert_eq!(full.status, StatusCode::BAD_REQUEST);
    assert!(full.text().contains("您所在的网络今天提交的已经很多"), "{}", full.text());
    let other = from("192.0.2.2".parse().expect("an address")).await;
    assert_eq!(other.status, StatusCode::OK, "{}", other.text());
}
