//! Keys of machines, and what is handed in with them.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use futures_util::{StreamExt as _, stream};
use jiff::civil::date;
use serde_json::Value;
use xinyong_service::{Actor, Role, api_keys};

use super::browser::{Answer, Browser, TestSite, UNIT};
use super::intake::{GOOD, know_parties};
use crate::{Site, router};

const BATCHES: &str =
    "/api/v1/batches?kind=administrative-penalty&file_name=%E5%A4%84%E7%BD%9A.csv";

async fn key(admin: &mut Browser, scope: &str, unit: &str, expires_on: &str) -> (String, String) {
    let token = admin.get("/console/keys/new").await.token();
    let fields = [
        ("csrf", token.as_str()),
        ("system", "示例业务系统"),
        ("scope", scope),
        ("unit", unit),
        ("expires_on", expires_on),
    ];
    let answer = admin.post("/console/keys", &fields).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let text = answer.text();
    let (_, rest) = text.split_once("xyk_").expect("the key");
    let secret = format!("Bearer xyk_{}", rest.split('<').next().expect("its end"));
    let href = text
        .split("href=\"")
        .filter_map(|part| part.split('"').next())
        .find(|href| href.starts_with("/console/keys/"))
        .expect("a link to the key");
    (secret, href.to_owned())
}

async fn send(browser: &mut Browser, key: &str, idempotency: &str, body: &str) -> Answer {
    let headers =
        [("authorization", key), ("content-type", "text/csv"), ("idempotency-key", idempotency)];
    browser.send_as_machine("POST", BATCHES, &headers, body).await
}

fn code(answer: &Answer) -> (u16, String) {
    let code = answer.json()["code"].as_str().unwrap_or_default().to_owned();
    (answer.status.as_u16(), code)
}

fn refused(answer: &Answer, status: u16, wanted: &str) {
    assert_eq!(code(answer), (status, wanted.to_owned()), "{}", answer.text());
    assert!(crate::api::codes::find(wanted).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_shown_once_counted_and_refused_when_it_is_over() {
    let site = TestSite::new().await;
    let mut admin = site.signed_in(Role::Administrator).await;
    let token = admin.get("/console/keys/new").await.token();
    for (field, scope, unit, expires_on) in [
        ("scope", "", "", "2027-01-01"),
        ("unit", "report", "", "2027-01-01"),
        ("unit", "read", UNIT, "2027-01-01"),
        ("unit", "report", "nothing", "2027-01-01"),
        ("expires_on", "read", "", "x"),
        ("expires_on", "read", "", "2026-11-24"),
        ("expires_on", "read", "", "2036-11-24"),
    ] {
        let fields = [
            ("csrf", token.as_str()),
            ("system", "示例"),
            ("scope", scope),
            ("unit", unit),
            ("expires_on", expires_on),
        ];
        let answer = admin.post("/console/keys", &fields).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{field}");
        assert!(
            answer.text().contains(&format!("href=\"#{field}\"")),
            "{field}: {}",
            answer.text()
        );
    }
    let (secret, href) = key(&mut admin, "read", "", "2026-11-30").await;
    assert!(!admin.get(&href).await.text().contains("xyk_"), "shown once");
    assert!(!admin.get("/console/keys").await.text().contains("xyk_"));

    let mut machine = site.browser();
    let with = [("authorization", secret.as_str())];
    let answer = machine.send_as_machine("GET", "/api/v1/changes", &with, "").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(answer.header("ratelimit-limit"), "6000");
    for _ in 0..2 {
        let answer = machine.send_as_machine("GET", "/api/v1/changes?x=1", &with, "").await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    }
    let answer = machine.send_as_machine("GET", "/api/v1/batches/1", &with, "").await;
    refused(&answer, 403, "key.scope");
    refused(&send(&mut machine, &secret, "a", "a").await, 403, "key.scope");

    site.site.flush_usage().await.expect("written");
    site.site.flush_usage().await.expect("nothing to write");
    let page = admin.get(&href).await.text();
    assert!(page.contains("<td class=\"num\">5</td><td class=\"num\">4</td>"), "{page}");
    let list = admin.get("/console/keys").await.text();
    assert!(list.contains("class=\"num\">5</td>") && list.contains("2026-11-25"), "{list}");

    // Its last day, and the day after.
    for (day, status) in [(date(2026, 11, 30), 200), (date(2026, 12, 1), 401)] {
        let later = Site::open(site.desk.at(day), "", false).await.expect("site");
        let mut machine = Browser::of(router(later));
        let answer = machine.send_as_machine("GET", "/api/v1/changes", &with, "").await;
        assert_eq!(answer.status.as_u16(), status, "{day}: {}", answer.text());
        if status == 401 {
            refused(&answer, 401, "key.expired");
        }
    }
    let token = admin.get(&href).await.token();
    let answer = admin.post(&format!("{href}/end"), &[("csrf", token.as_str())]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let answer = machine.send_as_machine("GET", "/api/v1/changes", &with, "").await;
    refused(&answer, 401, "key.invalid");
    assert!(admin.get(&href).await.text().contains("已停用"));
    let mut auditor = site.signed_in(Role::Auditor).await;
    let log = auditor.get("/console/audit").await.text();
    assert!(log.contains("key.created") && log.contains("key.ended"), "{log}");
    assert!(!log.contains("xyk_"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_sent_again_gets_the_same_answer_and_people_do_the_rest() {
    let site = TestSite::new().await;
    know_parties(&site).await;
    let mut admin = site.signed_in(Role::Administrator).await;
    let (secret, href) = key(&mut admin, "report", UNIT, "2026-12-31").await;
    let (other, _) = key(&mut admin, "report", "emergency-management", "2026-12-31").await;
    let mut machine = site.browser();
    let good = String::from_utf8_lossy(GOOD).into_owned();

    refused(&send(&mut machine, &secret, "", &good).await, 400, "idempotency.key-missing");
    refused(&send(&mut machine, &secret, "k0", "").await, 400, "file.empty");
    let large = "a".repeat(1024 * 1024 + 1);
    refused(&send(&mut machine, &secret, "k0", &large).await, 413, "file.too-large");
    let no_key = [("content-type", "text/csv"), ("idempotency-key", "k0")];
    let answer = machine.send_as_machine("POST", BATCHES, &no_key, &good).await;
    refused(&answer, 401, "key.missing");
    let as_json = [
        ("authorization", secret.as_str()),
        ("content-type", "application/json"),
        ("idempotency-key", "k0"),
    ];
    let answer = machine.send_as_machine("POST", BATCHES, &as_json, &good).await;
    refused(&answer, 415, "body.type-unsupported");
    for (kind, status, wanted) in
        [("nothing", 400, "kind.unknown"), ("subject-registry", 403, "access.denied")]
    {
        let path = format!("/api/v1/batches?kind={kind}");
        let headers = [
            ("authorization", secret.as_str()),
            ("content-type", "text/csv"),
            ("idempotency-key", "k0"),
        ];
        let answer = machine.send_as_machine("POST", &path, &headers, &good).await;
        refused(&answer, status, wanted);
    }

    // The key k0 came to nothing each time and may be used.
    let first = send(&mut machine, &secret, "k0", &good).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.text());
    let location = first.header("location").to_owned();
    assert_eq!(location, format!("/api/v1/batches/{}", first.json()["id"].as_str().expect("id")));
    let again = send(&mut machine, &secret, "k0", &good).await;
    assert_eq!((again.status, &again.bytes), (first.status, &first.bytes));
    assert_eq!(again.header("location"), location);
    assert_eq!(again.header("idempotency-replayed"), "true");
    let changed = good.replace("罚款5000元。", "罚款五千元。");
    let answer = send(&mut machine, &secret, "k0", &changed).await;
    refused(&answer, 422, "idempotency.content-differs");
    // Another key's value is another value; the same file under a new one is the same batch.
    let answer = send(&mut machine, &other, "k0", &changed).await;
    assert_ne!(code(&answer).0, 422, "{}", answer.text());
    let answer = send(&mut machine, &secret, "k1", &good).await;
    assert_eq!(answer.json()["id"], first.json()["id"]);
    assert_eq!(answer.json()["repeated"], true);

    let with = [("authorization", secret.as_str())];
    let mut batch = Value::Null;
    for _ in 0..300 {
        batch = machine.send_as_machine("GET", &location, &with, "").await.json();
        if batch["stage"] == "checked" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(batch["stage"], "checked", "{batch}");
    assert_eq!(batch["counts"]["rows"], 8, "{batch}");
    assert_eq!(batch["unit"], UNIT);
    let findings = batch["findings"].as_array().expect("findings");
    assert!(!findings.is_empty());
    let rows: Vec<i64> = findings.iter().filter_map(|one| one["row"].as_i64()).collect();
    let from = format!("{location}?from_row={}", rows[0] + 1);
    let rest = machine.send_as_machine("GET", &from, &with, "").await.json();
    let rest = rest["findings"].as_array().expect("findings").len();
    assert_eq!(rest, rows.iter().filter(|row| **row > rows[0]).count());
    let theirs = [("authorization", other.as_str())];
    let answer = machine.send_as_machine("GET", &location, &theirs, "").await;
    refused(&answer, 403, "access.denied");
    let answer = machine.send_as_machine("GET", "/api/v1/batches/1", &with, "").await;
    refused(&answer, 404, "not-found");

    // A person submits what the machine brought.
    let mut clerk = site.signed_in(Role::Clerk).await;
    let page = format!("/console/batches/{}", first.json()["id"].as_str().expect("id"));
    let token = clerk.wait_for(&page, "提交复核").await.token();
    let answer = clerk.post(&format!("{page}/submit"), &[("csrf", token.as_str())]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    site.site.flush_usage().await.expect("written");
    assert!(admin.get(&href).await.text().contains("逐日用量"));
    let left = std::fs::read_dir(site.desk.scratch()).expect("scratch").count();
    assert_eq!(left, 0, "nothing is left in the scratch folder");
}

#[tokio::test]
async fn the_interface_page_explains_every_operation_and_every_code() {
    let site = TestSite::below("/credit").await;
    let page = site.browser().get("/credit/api").await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    for operation in crate::api::operations::OPERATIONS {
        assert!(text.contains(&format!("<section id=\"{}\"", operation.id)), "{}", operation.id);
        for one in operation.parameters {
            assert!(text.contains(one.about), "{}", one.name);
        }
    }
    for line in crate::api::codes::CODES {
        assert!(text.contains(&format!("<tr id=\"{}\">", line.code)), "{}", line.code);
    }
    assert!(text.contains("/credit/api/v1/subjects/91140829XY00030103"), "{text}");
    assert!(!text.contains("<script"), "no script is needed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_ended_while_its_file_arrives_hands_nothing_in() {
    let site = TestSite::new().await;
    know_parties(&site).await;
    let mut admin = site.signed_in(Role::Administrator).await;
    let (secret, href) = key(&mut admin, "report", UNIT, "2026-12-31").await;
    let id = href.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an id");
    let (first, second) = GOOD.split_at(GOOD.len() / 2);
    // Another process ends it, so this one is not told.
    let desk = site.desk.clone();
    let pieces = stream::once(async move { Ok::<_, std::io::Error>(first) }).chain(stream::once(
        async move {
            api_keys::end(&desk, &Actor::system("example"), id).await.expect("ended");
            Ok(second)
        },
    ));
    let request = Request::builder()
        .method("POST")
        .uri(BATCHES)
        .header("authorization", &secret)
        .header("content-type", "text/csv")
        .header("idempotency-key", "k1")
        .body(Body::from_stream(pieces))
        .expect("a request");
    let mut machine = site.browser();
    refused(&machine.send(request).await, 401, "key.invalid");
    let mut clerk = site.signed_in(Role::Clerk).await;
    let page = clerk.get("/console/batches").await.text();
    assert!(!page.contains("/console/batches/"), "{page}");
}
