//! Who may go where: the table is proved route by route and role by role.

use axum::http::StatusCode;
use xinyong_service::{Actor, Role};

use super::browser::{Answer, Browser, PASSWORD, TestSite};
use crate::face::Face;
use crate::routes::{Payload, ROUTES, Route, is_for_machines};

/// The address with ids of nothing.
fn address(route: &Route) -> String {
    route
        .path
        .replace("{id}", "1")
        .replace("{seq}", "1")
        .replace("{parameter}", "transition.order36")
        .replace("{code}", "91140829XY00030103")
        .replace("{kind}", "administrative-penalty")
        .replace("{unit}", "market-regulation")
        .replace("{audience}", "units")
        .replace("{set}", "subjects")
        .replace("{part}", "pages.xml")
        .replace("{file}", "2026-11-25.csv")
        .replace("{prefix}", "0a")
        .replace("{month}", "2026-10")
        .replace("{subject}", "1")
        .replace("{record}", "2")
}

async fn ask(browser: &mut Browser, route: &Route, token: &str) -> Answer {
    let path = address(route);
    match route.payload {
        Payload::None => browser.get(&path).await,
        Payload::Form => browser.post(&path, &[("csrf", token)]).await,
        Payload::Machine => browser.send_as_machine("POST", &path, &[], "").await,
        Payload::File => browser.upload(&path, &[("csrf", token)], "a.csv", b"a").await,
    }
}

/// A form for everybody: its token is not one of a session, and stands in its own tests.
fn has_own_token(route: &Route) -> bool {
    route.payload == Payload::Form && route.permission.is_public() && Face::of(route.path).is_none()
}

fn leads_to_sign_in(answer: &Answer) -> bool {
    answer.status == StatusCode::SEE_OTHER
        && Face::ALL.iter().any(|face| {
            let to = format!("{}?next=", face.at("/sign-in"));
            answer.header("location").starts_with(&to)
        })
}

#[tokio::test]
async fn a_visitor_is_led_to_the_sign_in_or_refused() {
    let site = TestSite::new().await;
    for route in ROUTES {
        let answer = ask(&mut site.browser(), route, "").await;
        let path = route.path;
        if is_for_machines(route.path) {
            let refused = answer.status == StatusCode::UNAUTHORIZED;
            assert_eq!(refused, !route.permission.is_public(), "{path}: {}", answer.status);
            assert!(answer.headers.get("set-cookie").is_none(), "{path} began a session");
        } else if route.permission.is_public() && route.method == "GET" {
            assert!(!leads_to_sign_in(&answer), "{path}");
            assert_ne!(answer.status, StatusCode::FORBIDDEN, "{path}");
        } else if route.method == "GET" {
            assert!(leads_to_sign_in(&answer), "{path}: {}", answer.status);
            assert!(answer.headers.get("set-cookie").is_none(), "{path} began a session");
        } else {
            // Also the sign-in itself: without a token from its page.
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        }
    }
}

#[tokio::test]
async fn each_role_gets_exactly_its_table_and_no_form_goes_without_its_token() {
    let site = TestSite::new().await;
    for role in Role::ACCOUNTS {
        let mut browser = site.signed_in(role).await;
        let actor = Actor { role: Some(role), ..Actor::visitor() };
        let home = browser.get("/console").await;
        assert_eq!(home.status, StatusCode::OK, "{role:?}: {}", home.text());
        let token = home.token();
        for route in ROUTES {
            let may = actor.may(route.permission);
            let about = format!("{role:?} {} {}", route.method, route.path);
            if is_for_machines(route.path) {
                // A session means nothing to the interface, whosever it is.
                let answer = ask(&mut browser, route, &token).await;
                let refused = answer.status == StatusCode::UNAUTHORIZED;
                assert_eq!(refused, !route.permission.is_public(), "{about}: {}", answer.status);
                continue;
            }
            if route.method == "POST" {
                for wrong in ["", "0".repeat(token.len()).as_str()] {
                    let answer = ask(&mut browser, route, wrong).await;
                    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{about}");
                }
            }
            if route.payload == Payload::File {
                // The token comes first, in a form of parts: whatever else came before it is not read on.
                let late = [("kind", "a"), ("csrf", token.as_str())];
                let answer = browser.upload(&address(route), &late, "a.csv", b"a").await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{about}");
                let answer = browser.post(&address(route), &[("csrf", &token)]).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{about}");
            }
            if route.path.ends_with("/sign-out") || has_own_token(route) {
                continue;
            }
            let answer = ask(&mut browser, route, &token).await;
            if Face::of(route.path) == Some(Face::Own) {
                // On the subjects' own pages whoever works for a unit is a visitor.
                let visits = route.permission.is_public() && route.method == "GET";
                let led = leads_to_sign_in(&answer) || answer.status == StatusCode::FORBIDDEN;
                assert_eq!(led, !visits, "{about}: {}", answer.status);
                continue;
            }
            assert!(!leads_to_sign_in(&answer), "{about}");
            assert_eq!(answer.status == StatusCode::FORBIDDEN, !may, "{about}: {}", answer.status);
            assert!(!answer.status.is_server_error(), "{about}: {}", answer.text());
            if route.path.starts_with("/console") {
                assert_eq!(answer.header("cache-control"), "no-store", "{about}");
            }
        }
    }
}

#[tokio::test]
async fn an_agent_gets_exactly_the_table_of_the_own_pages() {
    let site = TestSite::new().await;
    let mut browser = site.agent("agent-1", 0).await;
    let actor = Actor { role: Some(Role::Agent), ..Actor::visitor() };
    let token = browser.get("/my").await.token();
    for route in ROUTES.iter().filter(|route| !is_for_machines(route.path)) {
        let about = format!("{} {}", route.method, route.path);
        if route.method == "POST" && Face::of(route.path) == Some(Face::Own) {
            for wrong in ["", "0".repeat(token.len()).as_str()] {
                let answer = ask(&mut browser, route, wrong).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{about}");
            }
        }
        if route.path.ends_with("/sign-out") || has_own_token(route) {
            continue;
        }
        let answer = ask(&mut browser, route, &token).await;
        assert!(!answer.status.is_server_error(), "{about}: {}", answer.text());
        match Face::of(route.path) {
            // The console does not even get the cookie; were it sent there, the role would not do.
            Some(Face::Console) => {
                let visits = route.permission.is_public() && route.method == "GET";
                let led = leads_to_sign_in(&answer) || answer.status == StatusCode::FORBIDDEN;
                assert_eq!(led, !visits, "{about}: {}", answer.status);
            }
            Some(Face::Own) => {
                let may = actor.may(route.permission);
                assert!(!leads_to_sign_in(&answer), "{about}");
                let refused = answer.status == StatusCode::FORBIDDEN;
                assert_eq!(refused, !may, "{about}: {}", answer.status);
                assert_eq!(answer.header("cache-control"), "no-store", "{about}");
            }
            None => assert_ne!(answer.status, StatusCode::FORBIDDEN, "{about}"),
        }
    }
    // An agent's session means nothing to the console, also under the console's own name.
    let session = browser.cookies.get("my-session").expect("a session").clone();
    browser.cookies.insert("session".to_owned(), session);
    assert_eq!(browser.get("/console").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_form_from_another_site_is_refused_even_with_its_token() {
    let site = TestSite::new().await;
    let mut browser = site.signed_in(Role::Clerk).await;
    let token = browser.get("/console").await.token();
    let request = axum::http::Request::post("/console/sign-out")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site")
        .body(axum::body::Body::from(format!("csrf={token}")))
        .expect("request");
    assert_eq!(browser.send(request).await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.get("/console").await.status, StatusCode::OK);
}

#[tokio::test]
async fn signing_in_gives_a_new_session_and_signing_out_ends_it() {
    let site = TestSite::new().await;
    site.account("clerk", Role::Clerk).await;
    let mut browser = site.browser();
    let page = browser.get("/console/sign-in?next=/console/batches").await;
    let cookie = page.header("set-cookie").to_owned();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/console"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let before = browser.cookies.clone();

    let mut said = Vec::new();
    for login in ["clerk", "nobody"] {
        let fields =
            [("csrf", page.token()), ("login", login.into()), ("password", "wrong".into())];
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = browser.post("/console/sign-in", &fields).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        said.push(answer.text().replace(login, "?"));
    }
    assert_eq!(said.first(), said.last(), "a wrong password and an unknown name look the same");

    let token = page.token();
    let fields = [
        ("csrf", token.as_str()),
        ("next", "/console/batches"),
        ("login", "clerk"),
        ("password", PASSWORD),
    ];
    let answer = browser.post("/console/sign-in", &fields).await;
    assert_eq!(answer.header("location"), "/console/batches");
    assert_ne!(browser.cookies, before, "the session kept its id");
    let page = browser.get("/console").await;
    assert!(page.text().contains("示例报送员"));
    assert_ne!(page.token(), token, "the token stayed the same");

    let stolen = browser.cookies.clone();
    let token = page.token();
    let answer = browser.post("/console/sign-out", &[("csrf", token.as_str())]).await;
    assert_eq!(answer.header("location"), "/console/sign-in");
    browser.cookies = stolen;
    assert!(leads_to_sign_in(&browser.get("/console").await));
}
