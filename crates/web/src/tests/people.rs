//! Accounts, passwords, sessions, the second factor: who keeps them, and what a stolen or forgotten one is worth.

use axum::http::StatusCode;
use xinyong_service::accounts::{self, SignIn};
use xinyong_service::{Actor, Role};

use super::browser::{Answer, Browser, PASSWORD, TestSite, UNIT};

/// Sends a form from the page it stands on.
pub(super) async fn post(
    browser: &mut Browser,
    page: &str,
    to: &str,
    fields: &[(&str, &str)],
) -> Answer {
    let token = browser.get(page).await.token();
    let mut all = vec![("csrf", token.as_str())];
    all.extend_from_slice(fields);
    browser.post(to, &all).await
}

async fn try_password(browser: &mut Browser, login: &str, password: &str) -> Answer {
    let fields = [("login", login), ("password", password)];
    post(browser, "/console/sign-in", "/console/sign-in", &fields).await
}

async fn log(site: &TestSite) -> String {
    let mut auditor = site.browser();
    if accounts::sign_in(&site.desk, "auditor", PASSWORD).await.is_err() {
        site.account("auditor", Role::Auditor).await;
    }
    auditor.sign_in("auditor").await;
    auditor.get("/console/audit").await.text()
}

const FIRST: &str = "first-password-1";
const OWN: &str = "own-password-22";

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_opened_by_the_administrator_and_its_password_changed_by_its_person() {
    let site = TestSite::new().await;
    let mut admin = site.signed_in(Role::Administrator).await;
    let new = "/console/accounts/new";
    let fields = [("login", "li.si"), ("name", "示例李四"), ("unit", UNIT), ("role", "clerk")];
    let with = |password: &'static str| {
        let mut all = fields.to_vec();
        all.push(("password", password));
        all
    };
    for (weak, said) in [
        ("short1", "至少10位"),
        ("onlyletters", "字母和数字"),
        ("li.si-2026-x", "不能含有登录名"),
        ("Password123", "太常见"),
    ] {
        let answer = post(&mut admin, new, new, &with(weak)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{weak}");
        let text = answer.text();
        assert!(text.contains(said) && text.contains("href=\"#password\""), "{weak}: {text}");
        assert!(text.contains("value=\"示例李四\""), "what was typed is kept: {text}");
        assert!(!text.contains(weak), "the password came back");
    }
    let answer = post(&mut admin, new, new, &with(FIRST)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let page = admin.get(answer.header("location")).await.text();
    assert!(page.contains("账号已增加") && page.contains("待改初始密码"), "{page}");
    let answer = post(&mut admin, new, new, &with(FIRST)).await;
    assert!(answer.text().contains("已被使用"), "{}", answer.text());

    // Nothing but the change of the password is open to the person at first.
    let mut clerk = site.browser();
    assert_eq!(try_password(&mut clerk, "li.si", FIRST).await.status, StatusCode::SEE_OTHER);
    for path in ["/console", "/console/batches", "/console/account"] {
        assert_eq!(clerk.get(path).await.header("location"), "/console/account/password", "{path}");
    }
    let change = "/console/account/password";
    let page = clerk.get(change).await;
    assert!(page.text().contains("请先更改密码"), "{}", page.text());
    let token = page.token();
    let refused = clerk.post("/console/batches/1/submit", &[("csrf", token.as_str())]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    for (old, new_one, repeated, said) in [
        ("wrong-password-1", OWN, OWN, "现在的密码不正确"),
        (FIRST, OWN, "other", "两次填写的新密码不一样"),
        (FIRST, FIRST, FIRST, "与现在的密码相同"),
    ] {
        let fields = [("password", old), ("new_password", new_one), ("repeat_password", repeated)];
        let answer = post(&mut clerk, change, change, &fields).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(answer.text().contains(said), "{said}: {}", answer.text());
    }
    let fields = [("password", FIRST), ("new_password", OWN), ("repeat_password", OWN)];
    let answer = post(&mut clerk, change, change, &fields).await;
    assert_eq!(answer.header("location"), "/console/account?done=password", "{}", answer.text());
    assert!(clerk.get("/console/account?done=password").await.text().contains("密码已更改"));
    assert_eq!(clerk.get("/console/batches").await.status, StatusCode::OK);

    let log = log(&site).await;
    for action in ["account.created", "account.password-changed"] {
        assert!(log.contains(action), "{action}: {log}");
    }
    for secret in [FIRST, OWN, PASSWORD, "argon2"] {
        assert!(!log.contains(secret), "{secret} stands in the log");
    }
}

/// The id of an account's page, by sign-in name.
async fn page_of(admin: &mut Browser, login: &str) -> String {
    let list = admin.get("/console/accounts").await.text();
    let row = list
        .split("<tr>")
        .find(|row| row.contains(&format!("<span class=\"code\">{login}</span>")))
        .unwrap_or_else(|| panic!("no {login}: {list}"));
    let href = row.split("href=\"").nth(1).and_then(|rest| rest.split('"').next());
    href.expect("a link").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_administrator_stays_and_who_is_switched_off_is_out_at_once() {
    let site = TestSite::new().await;
    let mut admin = site.signed_in(Role::Administrator).await;
    let mut clerk = site.signed_in(Role::Clerk).await;
    let own = page_of(&mut admin, "administrator").await;
    let demote = [("name", "示例"), ("unit", UNIT), ("role", "clerk")];
    let answer = post(&mut admin, &own, &own, &demote).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.text().contains("最后一个可以登录的系统管理员"), "{}", answer.text());
    let active = format!("{own}/active");
    let answer = post(&mut admin, &own, &active, &[("active", "false")]).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.text().contains("最后一个可以登录的系统管理员"), "{}", answer.text());

    let page = page_of(&mut admin, "clerk").await;
    let fields = [("name", "示例乙"), ("unit", "tax"), ("role", "reviewer")];
    let answer = post(&mut admin, &page, &page, &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let home = clerk.get("/console").await.text();
    assert!(home.contains("复核员") && home.contains("示例乙"), "{home}");
    assert_eq!(clerk.get("/console/upload").await.status, StatusCode::FORBIDDEN);

    let active = format!("{page}/active");
    post(&mut admin, &page, &active, &[("active", "false")]).await;
    assert_eq!(clerk.get("/console").await.status, StatusCode::SEE_OTHER, "still signed in");
    let answer = try_password(&mut site.browser(), "clerk", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    post(&mut admin, &page, &active, &[("active", "true")]).await;
    clerk.sign_in("clerk").await;
    post(&mut admin, &page, &format!("{page}/sessions"), &[]).await;
    assert_eq!(clerk.get("/console").await.status, StatusCode::SEE_OTHER, "still signed in");

    // Two administrators may let one go.
    site.account("second", Role::Administrator).await;
    let answer = post(&mut admin, &own, &own, &demote).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    assert_eq!(admin.get("/console/accounts").await.status, StatusCode::FORBIDDEN);
    let log = log(&site).await;
    for action in
        ["account.changed", "account.disabled", "account.enabled", "account.sessions-ended"]
    {
        assert!(log.contains(action), "{action}: {log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_password_opens_a_locked_account_and_ends_its_sessions() {
    let site = TestSite::new().await;
    let mut admin = site.signed_in(Role::Administrator).await;
    let mut clerk = site.signed_in(Role::Clerk).await;
    for _ in 0..5 {
        try_password(&mut site.browser(), "clerk", "wrong-password-1").await;
    }
    let answer = try_password(&mut site.browser(), "clerk", PASSWORD).await;
    assert!(answer.text().contains("账号已锁定"), "{}", answer.text());
    let page = page_of(&mut admin, "clerk").await;
    assert!(admin.get(&page).await.text().contains("锁定至"));
    let answer = post(&mut admin, &page, &format!("{page}/password"), &[("password", FIRST)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    assert_eq!(clerk.get("/console").await.status, StatusCode::SEE_OTHER, "still signed in");
    assert_eq!(try_password(&mut clerk, "clerk", FIRST).await.status, StatusCode::SEE_OTHER);
    assert_eq!(clerk.get("/console").await.header("location"), "/console/account/password");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_sees_and_ends_the_own_sessions_and_no_others() {
    let site = TestSite::new().await;
    let mut here = site.signed_in(Role::Clerk).await;
    let mut there = site.browser();
    there.sign_in("clerk").await;
    let mut other = site.signed_in(Role::Reviewer).await;
    let page = here.get("/console/account").await.text();
    assert_eq!(page.matches("本浏览器").count(), 1, "{page}");
    let id = page
        .split("name=\"session\" value=\"")
        .filter_map(|part| part.split('"').next())
        .find(|id| id.len() == 64)
        .expect("the other session")
        .to_owned();
    let to = "/console/account/sessions";
    let answer = post(&mut other, "/console/account", to, &[("session", id.as_str())]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND, "somebody else's session was ended");
    assert_eq!(there.get("/console").await.status, StatusCode::OK);
    let answer = post(&mut here, "/console/account", to, &[("session", id.as_str())]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    assert_eq!(there.get("/console").await.status, StatusCode::SEE_OTHER);
    there.sign_in("clerk").await;
    post(&mut here, "/console/account", to, &[("session", "others")]).await;
    assert_eq!(there.get("/console").await.status, StatusCode::SEE_OTHER);
    assert_eq!(here.get("/console").await.status, StatusCode::OK);
    assert_eq!(other.get("/console").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_wrong_passwords_at_once_are_five_tries() {
    let site = TestSite::new().await;
    site.account("clerk", Role::Clerk).await;
    let mut tries = Vec::new();
    for _ in 0..1000 {
        let desk = site.desk.clone();
        tries.push(tokio::spawn(async move {
            let refused = accounts::sign_in(&desk, "clerk", "wrong-password-1").await;
            refused.expect_err("a wrong password").code()
        }));
    }
    let mut judged = 0;
    for one in tries {
        match one.await.expect("done") {
            "sign-in.failed" => judged += 1,
            code => assert_eq!(code, "sign-in.locked"),
        }
    }
    assert_eq!(judged, 5, "more were judged than the lock allows");
    let right = accounts::sign_in(&site.desk, "clerk", PASSWORD).await;
    assert_eq!(right.expect_err("locked").code(), "sign-in.locked");
    let later = site.desk.at(site.desk.today().tomorrow().expect("a day"));
    let right = accounts::sign_in(&later, "clerk", PASSWORD).await.expect("open again");
    assert!(matches!(right, SignIn::Done(_, Actor { role: Some(Role::Clerk), .. })));
}
