//! What the public says is wrong, as pages: without a session, without a script, and only from a form of ours.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use xinyong_service::Role;

use super::browser::{Answer, Browser};
use super::console::{ids, link, recorded};
use super::people::post;

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
