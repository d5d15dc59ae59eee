//! A session that ends in the middle of a form loses nothing typed, and gives nothing to anybody else.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use xinyong_service::Role;
use xinyong_service::accounts::{self, SessionState};

use super::browser::{Answer, Browser, TestSite, UNIT};

const NEW: &str = "/console/accounts/new";

/// Lets the browser's session run out a minute ago, as half an hour without a request does.
async fn run_out(site: &TestSite, browser: &Browser) {
    let token = browser.cookies.get("session").expect("a session").clone();
    let (data, _) =
        accounts::load_session(&site.desk, &token).await.expect("read").expect("a session");
    let kept: serde_json::Value = serde_json::from_str(&data).expect("json");
    let state = SessionState {
        account: kept["account"].as_i64(),
        data,
        expires_at: site.desk.clock().now() - 60_000,
        began_at: 1,
        agent: String::new(),
    };
    accounts::save_session(&site.desk, &token, state).await.expect("saved");
}

async fn send(browser: &mut Browser, token: &str) -> Answer {
    let fields = [
        ("csrf", token),
        ("login", "wang.wu"),
        ("name", "示例王五"),
        ("unit", UNIT),
        ("role", "clerk"),
        ("password", "never-kept-password-1"),
    ];
    browser.post(NEW, &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_stands_in_the_form_again_after_the_sign_in() {
    let site = TestSite::new().await;
    let mut admin = site.signed_in(Role::Administrator).await;
    let token = admin.get(NEW).await.token();
    run_out(&site, &admin).await;
    let answer = send(&mut admin, &token).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let to = answer.header("location").to_owned();
    assert!(to.starts_with("/console/sign-in?ended=held"), "{to}");
    let page = admin.get(&to).await.text();
    assert!(page.contains("登录已过期") && page.contains("已暂存"), "{page}");

    let answer = admin.sign_in("administrator").await;
    assert_eq!(answer.header("location"), NEW);
    let page = admin.get(NEW).await.text();
    for part in [
        "还没有提交",
        "value=\"wang.wu\"",
        "value=\"示例王五\"",
        "<option value=\"market-regulation\" selected>",
        "<option value=\"clerk\" selected>",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("never-kept"), "the password was kept");
    assert!(!page.contains(&token), "the old token came back");
    // Once, and nothing was done on the way.
    assert!(!admin.get(NEW).await.text().contains("wang.wu"));
    assert!(!admin.get("/console/accounts").await.text().contains("wang.wu"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_gets_it_and_not_in_another_browser() {
    let site = TestSite::new().await;
    site.account("second", Role::Administrator).await;
    let mut admin = site.signed_in(Role::Administrator).await;
    let token = admin.get(NEW).await.token();
    run_out(&site, &admin).await;
    let held = send(&mut admin, &token).await;
    assert!(held.header("set-cookie").contains("HttpOnly"), "{}", held.header("set-cookie"));
    let mut elsewhere = site.browser();
    elsewhere.sign_in("administrator").await;
    assert!(!elsewhere.get(NEW).await.text().contains("wang.wu"), "in another browser");
    let answer = admin.sign_in("second").await;
    assert_eq!(answer.header("location"), "/console");
    assert!(!admin.get(NEW).await.text().contains("wang.wu"), "to another person");
    let later = site.desk.at(site.desk.today().tomorrow().expect("a day"));
    let cookie = admin.cookies.get("held").expect("a cookie");
    let found = accounts::held_form(&later, "administrator", cookie).await.expect("read");
    assert!(found.is_none(), "it is kept too long");
    let found = accounts::held_form(&site.desk, "administrator", cookie).await.expect("read");
    assert!(found.is_some(), "it was gone before its time");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_cookie_or_a_form_without_its_token_holds_nothing() {
    let site = TestSite::new().await;
    let mut admin = site.signed_in(Role::Administrator).await;
    let token = admin.get(NEW).await.token();
    let stolen = admin.cookies.clone();
    run_out(&site, &admin).await;
    let answer = send(&mut admin, "wrong").await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "a form without its token was held");

    admin.sign_in("administrator").await;
    let stolen_fresh = admin.cookies.clone();
    let fresh = admin.get(NEW).await.token();
    admin.post("/console/sign-out", &[("csrf", fresh.as_str())]).await;
    for (cookies, token) in [(stolen_fresh, fresh), (stolen, token)] {
        let mut thief = site.browser();
        thief.cookies = cookies;
        let answer = send(&mut thief, &token).await;
        let held = answer
            .headers
            .get_all("set-cookie")
            .iter()
            .any(|cookie| cookie.to_str().is_ok_and(|cookie| cookie.starts_with("held=")));
        // The first was signed out: nothing is left of it. The second had run out: it only leads to the sign-in.
        assert!(answer.status == StatusCode::FORBIDDEN || held, "{}", answer.status);
        assert_eq!(thief.get("/console").await.status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_back_is_where_the_browser_was_and_a_file_must_be_chosen_again() {
    let site = TestSite::new().await;
    let mut clerk = site.signed_in(Role::Clerk).await;
    let token = clerk.get("/console/account").await.token();
    run_out(&site, &clerk).await;
    let request = Request::post("/console/account/sessions")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("host", "a.cn")
        .header("referer", "http://a.cn/console/account?done=session")
        .body(Body::from(format!("csrf={token}&session=others")))
        .expect("request");
    let answer = clerk.send(request).await;
    let to = answer.header("location");
    assert!(to.ends_with("next=%2Fconsole%2Faccount%3Fdone%3Dsession"), "{to}");
    let file = b"a".as_slice();
    let answer = clerk.upload("/console/upload", &[("csrf", token.as_str())], "a.csv", file).await;
    // That session is not known any more once another page was asked for with it.
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    clerk.sign_in("clerk").await;
    let token = clerk.get("/console/upload").await.token();
    run_out(&site, &clerk).await;
    let answer = clerk.upload("/console/upload", &[("csrf", token.as_str())], "a.csv", file).await;
    assert!(answer.header("location").starts_with("/console/sign-in?ended=file"));
}
