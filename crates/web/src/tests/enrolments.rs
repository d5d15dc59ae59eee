//! Subjects that units follow: from the form of a clerk to what the unit's machine is told.

use axum::http::StatusCode;
use jiff::civil::date;
use xinyong_service::api_keys::{self, NewKey, Scope};
use xinyong_service::{Actor, Role};

use super::browser::{Browser, TestSite, UNIT};
use super::console::record;
use super::intake::{GOOD, know_parties};
use super::people::post;
use crate::{HttpOutlet, OutletOptions, Site, router};

const NEW: &str = "/console/enrolments/new";

async fn key(site: &TestSite, scopes: &[Scope], unit: &str) -> (i64, String) {
    let new = NewKey {
        name: "示例系统".to_owned(),
        scopes: scopes.to_vec(),
        unit: unit.to_owned(),
        expires_on: Some(date(2027, 11, 1)),
    };
    let made = api_keys::create(&site.desk, &Actor::system("admin"), &new).await;
    let (id, secret) = made.expect("asked").expect("made");
    (id, format!("Bearer {secret}"))
}

async fn ask(browser: &mut Browser, key: &str, path: &str) -> (u16, serde_json::Value) {
    let answer = browser.send_as_machine("GET", path, &[("authorization", key)], "").await;
    (answer.status.as_u16(), answer.json())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_follows_a_subject_and_its_machine_is_told() {
    let site = TestSite::new().await;
    know_parties(&site).await;
    let mut clerk = site.signed_in(Role::Clerk).await;
    let mut reviewer = site.signed_in(Role::Reviewer).await;
    let known = "91140829XY00030103";
    let mut fields = vec![("code", known), ("basis", "《示例条例》第三条")];
    let wrong = post(&mut clerk, NEW, "/console/enrolments", &fields).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    let text = wrong.text();
    assert!(text.contains("href=\"#purpose\"") && text.contains("href=\"#until\""), "{text}");
    assert!(text.contains("value=\"《示例条例》第三条\""), "what was typed is kept: {text}");
    fields.extend([("purpose", "示例日常监管"), ("until", "2027-05-31")]);
    let done = post(&mut clerk, NEW, "/console/enrolments", &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let href = done.header("location").to_owned();
    let id = href.rsplit('/').next().expect("an id");
    let page = clerk.get(&href).await.text();
    assert!(page.contains("还没有推送过") && page.contains("示例日常监管"), "{page}");
    assert!(clerk.get("/console/enrolments").await.text().contains(known));
    record(&mut clerk, &mut reviewer, GOOD).await;

    let (_, follows) = key(&site, &[Scope::Follow], UNIT).await;
    let (_, other) = key(&site, &[Scope::Follow], "tax").await;
    let (_, reports) = key(&site, &[Scope::Read, Scope::Report], UNIT).await;
    // What has just happened is held back for a moment: the machine asks the day after.
    let next_day = Site::open(site.desk.at(date(2026, 11, 26)), "", false).await.expect("a site");
    let mut machine = Browser::of(router(next_day));
    let (status, list) = ask(&mut machine, &follows, "/api/v1/enrolments").await;
    assert_eq!((status, list["enrolments"][0]["id"].as_str()), (200, Some(id)), "{list}");
    assert_eq!(list["enrolments"][0]["standing"], "in-force");
    let (_, nothing) = ask(&mut machine, &other, "/api/v1/enrolments").await;
    assert_eq!(nothing["enrolments"], serde_json::json!([]));
    let changes = format!("/api/v1/enrolments/{id}/changes");
    let (status, told) = ask(&mut machine, &follows, &changes).await;
    assert_eq!((status, &told["more"]), (200, &false.into()), "{told}");
    let first = &told["changes"][0];
    assert_eq!(
        (&first["change"], &first["kind"]),
        (&"appeared".into(), &"administrative-penalty".into())
    );
    assert!(first.get("content").is_none(), "what it says is read elsewhere: {first}");
    let next = told["next"].as_str().expect("a cursor");
    let (status, rest) = ask(&mut machine, &follows, &format!("{changes}?cursor={next}")).await;
    assert_eq!((status, &rest["changes"]), (200, &serde_json::json!([])));
    for (key, path, status, wanted) in [
        (&follows, format!("{changes}?cursor=e1.2.3.x"), 400, "changes.cursor-invalid"),
        (&other, changes.clone(), 403, "access.denied"),
        (&reports, changes.clone(), 403, "key.scope"),
        (&follows, "/api/v1/enrolments/1/changes".to_owned(), 404, "not-found"),
    ] {
        let (got, problem) = ask(&mut machine, key, &path).await;
        assert_eq!((got, problem["code"].as_str()), (status, Some(wanted)), "{path}: {problem}");
    }

    let end = format!("{href}/end");
    let missing = post(&mut clerk, &href, &end, &[("reason", "")]).await;
    assert!(missing.text().contains("href=\"#reason\""));
    let ended = post(&mut clerk, &href, &end, &[("reason", "示例：监管结束")]).await;
    assert_eq!(ended.status, StatusCode::SEE_OTHER);
    let (status, problem) = ask(&mut machine, &follows, &changes).await;
    assert_eq!((status, &problem["code"]), (409, &"enrolment.over".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_administrator_sets_an_address_among_those_that_are_allowed() {
    let site = TestSite::new().await;
    let mut admin = site.signed_in(Role::Administrator).await;
    let (id, _) = key(&site, &[Scope::Follow], UNIT).await;
    let page = format!("/console/keys/{id}");
    let set = format!("{page}/hook");
    let good = [("address", "https://receiver.example/in")];
    let off = post(&mut admin, &page, &set, &good).await;
    assert!(off.status == StatusCode::BAD_REQUEST && off.text().contains("没有开启推送"));

    let options =
        OutletOptions { hosts: vec!["receiver.example".to_owned()], authority_file: None };
    let outlet = HttpOutlet::new(options, false).expect("an outlet");
    let open = Site::open(site.desk.clone(), "", false).await.expect("a site").with_outlet(outlet);
    let mut admin = Browser::of(router(open));
    admin.sign_in(Role::Administrator.as_str()).await;
    let elsewhere = [("address", "https://169.254.169.254/")];
    let refused = post(&mut admin, &page, &set, &elsewhere).await;
    assert!(refused.text().contains("不在允许推送之列"), "{}", refused.text());
    assert!(refused.text().contains("value=\"https://169.254.169.254/\""));
    assert_eq!(post(&mut admin, &page, &set, &good).await.status, StatusCode::SEE_OTHER);
    assert!(admin.get(&page).await.text().contains("https://receiver.example/in"));
    assert_eq!(
        post(&mut admin, &page, &set, &[("address", "")]).await.status,
        StatusCode::SEE_OTHER
    );
    assert!(admin.get(&page).await.text().contains("没有设定"));
    let (reads, _) = key(&site, &[Scope::Read], "").await;
    assert!(
        !admin.get(&format!("/console/keys/{reads}")).await.text().contains("name=\"address\"")
    );
}
