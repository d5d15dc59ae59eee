//! The subjects' own pages, from the application to a declaration and its end. All firms and persons are invented.

use axum::http::StatusCode;
use xinyong_service::Role;
use xinyong_service::accounts::{self, SessionState};

use super::browser::{Answer, Browser, PASSWORD, TestSite, code, company, identity};

/// Lets the office confirm whoever waits first.
async fn confirm(office: &mut Browser) -> String {
    let page = office.get("/console/agents").await.text();
    let (_, rest) = page.split_once("href=\"/console/agents/").expect("one waits");
    let id = rest.split('"').next().expect("an id").to_owned();
    let here = format!("/console/agents/{id}");
    let token = office.get(&here).await.token();
    let answer = office.post(&format!("{here}/confirm"), &[("csrf", token.as_str())]).await;
    assert_eq!(answer.header("location"), format!("{here}?done=confirmed"), "{}", answer.text());
    here
}

fn hidden(page: &str, field: &str) -> String {
    let (_, rest) = page.split_once(&format!("name=\"{field}\" value=\"")).expect(field);
    rest.split('"').next().expect("a value").to_owned()
}

/// The fields of a declaration, with what its page holds.
fn entry(page: &Answer, matter: &str) -> Vec<(String, String)> {
    let text = page.text();
    let kept = ["csrf", "entry", "version", "commitment"];
    let mut fields: Vec<(String, String)> =
        kept.iter().map(|field| ((*field).to_owned(), hidden(&text, field))).collect();
    for (field, value) in [
        ("ZZ_LB", "资质证照"),
        ("ZZ_SX", matter),
        ("ZZ_NR", "示例认证证书一份。"),
        ("ZZ_YXQZ", ""),
        ("GKLX", "可向社会公开"),
        ("BZ", ""),
        ("agreed", "1"),
    ] {
        fields.push((field.to_owned(), value.to_owned()));
    }
    fields
}

async fn send(browser: &mut Browser, path: &str, fields: &[(String, String)]) -> Answer {
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(field, value)| (field.as_str(), value.as_str())).collect();
    browser.post(path, &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_confirmed_declares_and_withdraws_and_the_public_sees_it_marked() {
    let site = TestSite::new().await;
    let mut agent = site.agent("zhang", 0).await;
    let home = agent.get("/my").await.text();
    assert!(home.contains("等待信用办确认") && home.contains("示例张三，您好"), "{home}");
    let firm = format!("/my/firms/{}", code(0));
    assert_eq!(agent.get(&firm).await.status, StatusCode::NOT_FOUND, "not yet confirmed");

    let mut office = site.signed_in(Role::CreditOffice).await;
    assert!(office.get("/console").await.text().contains("等待确认的经办人"));
    let here = confirm(&mut office).await;
    let page = office.get(&here).await.text();
    assert!(page.contains("示例张三") && page.contains("1408************"), "{page}");
    assert!(!page.contains(&identity(0)), "the whole number is shown");
    let file = office.get(&format!("{here}/file")).await;
    assert_eq!(file.bytes, b"%PDF-1.7 example");
    assert!(file.header("content-disposition").starts_with("attachment"));

    let page = agent.get(&firm).await;
    assert!(page.text().contains(&company(0)), "{}", page.text());
    let new = format!("{firm}/declarations/new/self-declaration");
    let page = agent.get(&new).await;
    assert!(page.text().contains("郑重承诺") && page.text().contains("资质证照"));
    let fields = entry(&page, "示例管理体系认证");
    let answer = send(&mut agent, &new, &fields).await;
    let to = answer.header("location").to_owned();
    assert!(to.starts_with(&format!("{firm}/records/")), "{to}: {}", answer.text());
    let again = send(&mut agent, &new, &fields).await;
    assert_eq!(again.header("location"), to, "sent twice, recorded twice");
    let own = agent.get(&to).await.text();
    assert!(own.contains("承诺书全文") && own.contains("自主申报"), "{own}");

    let mut visitor = site.browser();
    let public = format!("/subjects/{}", code(0));
    let shown = visitor.get(&public).await.text();
    assert!(shown.contains("示例管理体系认证") && shown.contains("chip chip-info\">自主申报"));
    let list = visitor.get("/records/self-declaration").await.text();
    assert!(list.contains("示例管理体系认证") && list.contains("chip chip-info\">自主申报"));
    let csv = visitor.get(&format!("{public}/records.csv")).await.text();
    assert!(csv.contains("标记") && csv.contains(",自主申报,"), "{csv}");
    let (_, rest) = list.split_once("href=\"/records/self-declaration/").expect("a link");
    let record = rest.split('"').next().expect("an address").to_owned();
    let page = visitor.get(&format!("/records/self-declaration/{record}")).await.text();
    assert!(page.contains("平台没有核实") && !page.contains("示例张三"), "{page}");
    let json = visitor.get("/api/v1/records/self-declaration").await;
    assert_eq!(json.json()["records"][0]["mark"], "自主申报");
    let dossier = office.get(&format!("/console/records/{record}")).await.text();
    assert!(dossier.contains("主体的签署") && dossier.contains("自主申报"), "{dossier}");

    let (_, id) = record.split_once('/').expect("two ids");
    let entry_href = format!("{firm}/declarations/{id}");
    let page = agent.get(&format!("{entry_href}/change")).await;
    assert!(page.text().contains("value=\"示例管理体系认证\""));
    let changed =
        send(&mut agent, &format!("{entry_href}/change"), &entry(&page, "示例新认证")).await;
    assert!(changed.header("location").ends_with("done=changed"), "{}", changed.text());
    // A form that was open since before comes back with its error and the version it was filled in against.
    let stale = send(&mut agent, &format!("{entry_href}/change"), &entry(&page, "")).await;
    assert_eq!(stale.status, StatusCode::BAD_REQUEST);
    assert_eq!(hidden(&stale.text(), "version"), "1");
    let late = send(&mut agent, &format!("{entry_href}/change"), &entry(&stale, "示例迟到")).await;
    assert!(late.text().contains("刚刚已被更改或撤回"), "{}", late.text());
    assert!(visitor.get(&public).await.text().contains("示例新认证"));
    let token = agent.get(&format!("{entry_href}/withdraw")).await.token();
    let withdrawn =
        agent.post(&format!("{entry_href}/withdraw"), &[("csrf", token.as_str())]).await;
    assert!(withdrawn.header("location").ends_with("done=withdrawn"), "{}", withdrawn.text());
    assert!(!visitor.get(&public).await.text().contains("示例新认证"));
    let gone = visitor.get(&format!("/records/self-declaration/{record}")).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_firm_and_none_at_all_are_the_same_bytes() {
    let site = TestSite::new().await;
    let mut first = site.agent("zhang", 0).await;
    let mut office = site.signed_in(Role::CreditOffice).await;
    confirm(&mut office).await;
    site.agent("li", 1).await;
    confirm(&mut office).await;
    let nowhere = "91140829MA0AAAAAXX";
    for rest in [
        "",
        "/records/1",
        "/leave",
        "/declarations",
        "/declarations/new/self-declaration",
        "/declarations/1/change",
        "/declarations/1/withdraw",
    ] {
        let theirs = first.get(&format!("/my/firms/{}{rest}", code(1))).await;
        let none = first.get(&format!("/my/firms/{nowhere}{rest}")).await;
        assert_eq!(theirs.status, StatusCode::NOT_FOUND, "{rest}");
        let theirs = theirs.text().replace(&code(1), nowhere);
        assert_eq!(theirs, none.text(), "{rest}");
    }
    let token = first.get("/my").await.token();
    let path = format!("/my/firms/{}/leave", code(1));
    let answer = first.post(&path, &[("csrf", token.as_str())]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mandate_that_ends_in_the_middle_ends_the_next_request() {
    let site = TestSite::new().await;
    let mut agent = site.agent("zhang", 0).await;
    let mut office = site.signed_in(Role::CreditOffice).await;
    let here = confirm(&mut office).await;
    let new = format!("/my/firms/{}/declarations/new/self-declaration", code(0));
    let page = agent.get(&new).await;
    let token = office.get(&here).await.token();
    let fields = [("csrf", token.as_str()), ("reason", "示例理由")];
    let ended = office.post(&format!("{here}/end"), &fields).await;
    assert!(ended.header("location").ends_with("done=ended"), "{}", ended.text());
    let answer = send(&mut agent, &new, &entry(&page, "示例只给本人看的内容")).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(!answer.text().contains("示例只给本人看的内容"));
    let home = agent.get("/my").await.text();
    assert!(home.contains("已终止") && home.contains("示例理由"), "{home}");
    assert!(!site.browser().get("/records/self-declaration").await.text().contains("示例只给本人"));
}

/// A session that runs out keeps what was typed for the same person, and for the same firm only.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_comes_back_to_the_same_person() {
    let site = TestSite::new().await;
    let mut agent = site.agent("zhang", 0).await;
    let mut office = site.signed_in(Role::CreditOffice).await;
    confirm(&mut office).await;
    let new = format!("/my/firms/{}/declarations/new/self-declaration", code(0));
    let page = agent.get(&new).await;
    let session = agent.cookies.get("my-session").expect("a session").clone();
    let (data, _) =
        accounts::load_session(&site.desk, &session).await.expect("read").expect("a session");
    let kept: serde_json::Value = serde_json::from_str(&data).expect("json");
    let state = SessionState {
        account: kept["account"].as_i64(),
        data,
        expires_at: site.desk.clock().now() - 60_000,
        began_at: 1,
        agent: String::new(),
    };
    accounts::save_session(&site.desk, &session, state).await.expect("saved");
    let answer = send(&mut agent, &new, &entry(&page, "示例未提交的内容")).await;
    assert!(answer.header("location").starts_with("/my/sign-in?ended=held"), "{}", answer.text());
    let cookie = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .filter_map(|cookie| cookie.to_str().ok())
        .find(|cookie| cookie.starts_with("held="))
        .expect("a cookie");
    assert!(cookie.contains("Path=/my;"), "{cookie}");
    let token = agent.get("/my/sign-in").await.token();
    let fields = [("csrf", token.as_str()), ("login", "zhang"), ("password", PASSWORD)];
    let answer = agent.post("/my/sign-in", &fields).await;
    assert_eq!(answer.header("location"), new, "{}", answer.text());
    let page = agent.get(&new).await.text();
    assert!(page.contains("value=\"示例未提交的内容\""), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_application_says_what_is_wrong_and_keeps_what_was_typed() {
    let site = TestSite::new().await;
    site.firms().await;
    let (right, identity) = (code(0), identity(0));
    let firm = company(0);
    let good = [
        ("code", right.as_str()),
        ("firm", firm.as_str()),
        ("person", "示例张三"),
        ("mobile", "10000000000"),
        ("identity", identity.as_str()),
        ("login", "zhang"),
        ("password", PASSWORD),
        ("repeat_password", PASSWORD),
    ];
    let cases: [(&str, &str, &[u8], &str); 9] = [
        ("code", "9114", b"", "统一社会信用代码不正确"),
        ("firm", "平陆县示例别家有限公司", b"", "没有找到代码和名称都与所填一致的主体"),
        ("mobile", "123", b"", "11位的手机号码"),
        ("identity", "140829190001010000", b"", "公民身份号码不正确"),
        ("login", "张三", b"", "登录名只能用"),
        ("repeat_password", "other-password-2", b"", "两次填写的密码不一样"),
        ("", "", b"MZ executable", "授权书只能是"),
        ("", "", b"%PDF-1.7 /Encrypt 5 0 R", "设有密码"),
        ("", "", b"%PDF-large", "文件超过上限"),
    ];
    for (field, value, file, said) in cases {
        let mut browser = site.browser();
        let token = browser.get("/my/sign-up").await.token();
        let mut fields = vec![("csrf", token.as_str())];
        fields.extend(good.map(|(name, old)| (name, if name == field { value } else { old })));
        let large = [file, &vec![b'x'; 6 << 20]].concat();
        let (name, bytes) = match file {
            b"" => ("", b"".as_slice()),
            b"%PDF-large" => ("张三.pdf", large.as_slice()),
            file => ("张三.pdf", file),
        };
        let answer = browser.upload("/my/sign-up", &fields, name, bytes).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{field} {said}");
        let page = answer.text();
        assert!(page.contains(said), "{said}: {page}");
        assert!(!page.contains(PASSWORD), "the password came back");
        if field != "firm" {
            assert!(page.contains(&format!("value=\"{firm}\"")), "{field}: what was typed is lost");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_office_refuses_what_it_ticked_with_one_reason() {
    let site = TestSite::new().await;
    site.agent("zhang", 0).await;
    let mut li = site.agent("li", 1).await;
    let mut office = site.signed_in(Role::CreditOffice).await;
    let list = "/console/agents";
    let page = office.get(list).await.text();
    let ids: Vec<&str> = page
        .split("name=\"mandate\" value=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert_eq!(ids.len(), 2, "{page}");
    assert!(
        !page.contains("checked")
            && office.get(&format!("{list}?all=1")).await.text().contains("checked")
    );
    let token = office.get(list).await.token();
    let fields =
        |reason: &'static str| [("csrf", token.as_str()), ("mandate", ids[1]), ("reason", reason)];
    let none = office.post(list, &[("csrf", &token), ("reason", "示例")]).await;
    assert!(none.text().contains("请勾选要不予确认的申请"), "{}", none.text());
    let bare = office.post(list, &fields(" ")).await;
    assert_eq!(bare.status, StatusCode::BAD_REQUEST);
    assert!(bare.text().contains("请写明理由") && bare.text().matches(" checked").count() == 1);
    let done = office.post(list, &fields("冒用名义的申请")).await;
    assert_eq!(done.header("location"), format!("{list}?refused=1&left=0"), "{}", done.text());
    let page = office.get(done.header("location")).await.text();
    assert!(
        page.contains("已不予确认 1 项申请") && page.contains(ids[0]) && !page.contains(ids[1])
    );
    assert!(li.get("/my").await.text().contains("冒用名义的申请"), "the person reads why");
    let mut clerk = site.signed_in(Role::Clerk).await;
    let token = clerk.get("/console").await.token();
    let denied =
        clerk.post(list, &[("csrf", &token), ("mandate", ids[0]), ("reason", "示例")]).await;
    assert_eq!(denied.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_a_provider_proved_is_forgotten_once_somebody_is_in() {
    let site = TestSite::new().await;
    site.agent("zhang", 0).await;
    // Somebody was proved by the provider, has no account yet, and another one signs in at the same machine by password.
    let mut browser = site.browser();
    let token = browser.get("/my/sign-in").await.token();
    let session = browser.cookies.get("my-session").expect("a session").clone();
    let (data, expires_at) =
        accounts::load_session(&site.desk, &session).await.expect("read").expect("a session");
    let mut kept: serde_json::Value = serde_json::from_str(&data).expect("json");
    kept["proved"] = serde_json::json!({
        "issuer": "https://identity.example",
        "subject": "somebody",
        "until": site.desk.clock().now() + 60_000,
    });
    let state = SessionState {
        account: None,
        data: kept.to_string(),
        expires_at,
        began_at: 0,
        agent: String::new(),
    };
    accounts::save_session(&site.desk, &session, state).await.expect("saved");
    browser.get("/my/sign-up").await;
    let (data, _) =
        accounts::load_session(&site.desk, &session).await.expect("read").expect("a session");
    assert!(data.contains("identity.example"), "{data}");
    let fields = [("csrf", token.as_str()), ("login", "zhang"), ("password", PASSWORD)];
    let answer = browser.post("/my/sign-in", &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let session = browser.cookies.get("my-session").expect("a session").clone();
    let (data, _) =
        accounts::load_session(&site.desk, &session).await.expect("read").expect("a session");
    assert!(!data.contains("identity.example"), "{data}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_confirmed_by_a_link_and_a_button() {
    let site = TestSite::new().await;
    let mut agent = site.agent("zhang", 0).await;
    let page = agent.get("/my/mail").await.text();
    assert!(page.contains("经信用办确认为主体的经办人以后"), "{page}");
    assert!(!page.contains("name=\"address\""), "{page}");
    let mut office = site.signed_in(Role::CreditOffice).await;
    confirm(&mut office).await;

    let send = async |agent: &mut Browser, address: &str| {
        let token = agent.get("/my/mail").await.token();
        agent.post("/my/mail", &[("csrf", &token), ("address", address)]).await
    };
    let wrong = send(&mut agent, "zhang@").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(wrong.text().contains("value=\"zhang@\""), "what was typed comes back");
    let asked = send(&mut agent, "zhang@example.cn").await;
    assert_eq!(asked.header("location"), "/my/mail?done=asked", "{}", asked.text());
    let page = agent.get("/my/mail?done=asked").await.text();
    assert!(page.contains("有一个邮箱等待确认") && page.contains("zhang@example.cn"), "{page}");

    // Whoever opens the link, program or person, has confirmed nothing yet.
    let link = "/my/mail/confirm?code=0a";
    let stranger = site.browser().get(link).await;
    assert!(stranger.header("location").starts_with("/my/sign-in?next="), "{}", stranger.text());
    let page = agent.get(link).await;
    let (text, token) = (page.text(), page.token());
    assert_eq!(hidden(&text, "code"), "0a");
    let fields = [("csrf", token.as_str()), ("code", "0a")];
    let refused = agent.post("/my/mail/confirm", &fields).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(refused.text().contains("这个链接已经用过"), "{}", refused.text());
    assert!(agent.get("/my/account").await.text().contains("href=\"/my/mail\""));
    assert!(!office.get("/console/account").await.text().contains("/my/mail"));
}
