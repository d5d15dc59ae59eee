//! What machines read: records, changes, many subjects at once, and the manners of the interface.

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use jiff::civil::{Date, date};
use serde_json::{Value, json};
use tower::util::MapRequestLayer;
use xinyong_service::Role;
use xinyong_service::publicity::{Withdraw, expire, withdraw};
use xinyong_service::{Actor, Desk};

use super::browser::{Answer, Browser, TestSite, UNIT};
use super::console::{person, record, recorded};
use super::intake::GOOD;
use super::shape::holds;
use crate::api::codes;
use crate::api::description::codes_of;
use crate::api::operation::Place;
use crate::api::operations::OPERATIONS;
use crate::listen::{Proxies, mark};
use crate::routes::ROUTES;
use crate::{Site, router};

const LIST: &str = "/api/v1/records/administrative-penalty";

async fn on(desk: &Desk, day: Date) -> Browser {
    let site = Site::open(desk.at(day), "", false).await.expect("site");
    Browser::of(router(site))
}

async fn read(browser: &mut Browser, path: &str) -> Value {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
    assert_eq!(answer.header("content-type"), "application/json");
    answer.json()
}

fn records(list: &Value) -> &Vec<Value> {
    list["records"].as_array().expect("records")
}

/// Holds an answer to the table of codes.
fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status.as_u16(), status, "{code}: {}", answer.text());
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let problem = answer.json();
    assert_eq!(problem["code"], code, "{problem}");
    assert_eq!(problem["status"], status);
    assert_eq!(problem["type"], format!("/api#{code}"));
    let line = codes::find(code).unwrap_or_else(|| panic!("{code} stands in no table"));
    assert_eq!((line.status, problem["title"].as_str()), (status, Some(line.title)));
    assert!(problem["detail"].as_str().is_some_and(|detail| !detail.is_empty()));
}

#[test]
fn every_route_of_the_interface_is_described_and_nothing_else() {
    let mut routes: Vec<_> = ROUTES
        .iter()
        .filter(|route| route.path.starts_with("/api/"))
        .map(|route| (route.method, route.path))
        .collect();
    let mut described: Vec<_> = OPERATIONS.iter().map(|one| (one.method, one.path)).collect();
    routes.sort_unstable();
    described.sort_unstable();
    assert_eq!(routes, described);
    for operation in OPERATIONS {
        let in_path = operation.path.matches('{').count();
        let given = operation.parameters.iter().filter(|one| one.place == Place::Path);
        assert_eq!(given.clone().count(), in_path, "{}", operation.id);
        for one in given {
            assert!(operation.path.contains(&format!("{{{}}}", one.name)), "{}", operation.id);
        }
        for link in operation.links {
            let to = OPERATIONS.iter().find(|one| one.id == link.to).expect(link.to);
            for (name, _) in link.with {
                assert!(to.parameters.iter().any(|one| one.name == *name), "{name}");
            }
        }
        for code in operation.codes {
            assert!(codes::find(code).is_some(), "{code} stands in no table");
        }
        assert!(codes_of(operation).contains_key(&429));
    }
}

#[tokio::test]
async fn the_description_names_only_schemas_that_are_there() {
    let site = TestSite::below("/credit").await;
    let document = read(&mut site.browser(), "/credit/api/v1/openapi.json").await;
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["servers"][0]["url"], "/credit");
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    match value.as_str().filter(|_| name == "$ref") {
                        Some(target) => found.push(target.to_owned()),
                        None => references(value, found),
                    }
                }
            }
            Value::Array(list) => list.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    // What is shown as an example is an answer that could be given.
    for operation in OPERATIONS.iter().filter(|one| !one.answer.is_empty()) {
        let example: Value = serde_json::from_str(operation.answer).expect(operation.id);
        let schema = &document["components"]["schemas"][operation.schema];
        holds(&document, schema, &example, operation.id);
        let method = operation.method.to_ascii_lowercase();
        let answer = &document["paths"][operation.path][&method]["responses"];
        let answer = &answer[operation.status.to_string()]["content"]["application/json"];
        assert_eq!(answer["example"], example);
    }
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 50);
    for target in found {
        let place = target.trim_start_matches('#');
        assert!(document.pointer(place).is_some(), "{target} is not there");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_and_records_hold_what_the_pages_show_and_nothing_else() {
    let (site, _, _, _) = recorded().await;
    let mut reader = site.browser();
    let list = read(&mut reader, LIST).await;
    let all = records(&list);
    assert!(!all.is_empty());
    assert_eq!(list["next"], "");
    let text = list.to_string();
    assert!(!text.contains("示例张三") && !text.contains("E00000000"), "a natural person: {text}");
    assert!(!text.contains("306号"), "a warning only: {text}");
    let first = &all[0];
    let href = format!(
        "{LIST}/{}/{}",
        first["subject"].as_str().expect("an id"),
        first["record"].as_str().expect("an id")
    );
    let detail = read(&mut reader, &href).await;
    for name in ["title", "number", "party", "code", "decided_on", "public_until", "fields"] {
        assert_eq!(detail[name], first[name], "{name}");
    }
    let page = reader.get(href.trim_start_matches("/api/v1")).await.text();
    for fact in detail["publication"].as_array().expect("facts") {
        assert!(page.contains(fact["value"].as_str().expect("a value")), "{fact}");
        let why = &fact["why"];
        let citations = why["citations"].as_array().expect("citations");
        assert!(!citations.is_empty(), "{fact}");
        for citation in citations {
            assert!(page.contains(citation["title"].as_str().expect("a title")), "{citation}");
        }
    }
    let document = read(&mut reader, "/api/v1/openapi.json").await;
    let schemas = &document["components"]["schemas"];
    let subject = format!("/api/v1/subjects/{}", first["code"].as_str().expect("a code"));
    for (path, schema) in [
        (LIST, "RecordList"),
        (&href, "RecordDetail"),
        (&subject, "Subject"),
        ("/api/v1/search?q=%E7%A4%BA%E4%BE%8B", "SearchResult"),
        ("/api/v1/subjects/x", "Problem"),
    ] {
        let answer = reader.get(path).await.json();
        holds(&document, &schemas[schema], &answer, path);
    }
    // The wrong kind, and ids of nothing.
    let other = href.replace("administrative-penalty", "administrative-licence");
    refused(&reader.get(&other).await, 404, "not-found");
    refused(&reader.get(&format!("{LIST}/1/9999999999999999999")).await, 404, "not-found");
    refused(&reader.get("/api/v1/records/nothing").await, 404, "not-found");

    for (query, some) in [
        (format!("unit={UNIT}"), true),
        ("unit=civil-affairs".to_owned(), false),
        ("decided_from=2026-06-10".to_owned(), true),
        ("decided_from=2026-06-11".to_owned(), false),
        ("decided_until=2026-06-10&unit=".to_owned(), true),
        ("decided_until=2020-01-01".to_owned(), false),
    ] {
        let list = read(&mut reader, &format!("{LIST}?{query}")).await;
        assert_eq!(!records(&list).is_empty(), some, "{query}");
    }

    // Any size of page gives the same records in the same order.
    let mut gathered = Vec::new();
    let mut after = String::new();
    loop {
        let page = read(&mut reader, &format!("{LIST}?limit=1&after={after}")).await;
        gathered.extend(records(&page).clone());
        after = page["next"].as_str().expect("a place").to_owned();
        if after.is_empty() {
            break;
        }
    }
    assert_eq!(&gathered, all);

    // The day after its last day a record is in none of them; the job need not have run.
    let until: Date = first["public_until"].as_str().expect("a day").parse().expect("a day");
    let mut then = on(&site.desk, until).await;
    assert!(
        records(&read(&mut then, LIST).await).iter().any(|one| one["record"] == first["record"])
    );
    assert_eq!(then.get(&href).await.status, StatusCode::OK);
    let mut later = on(&site.desk, until.tomorrow().expect("a day")).await;
    let left = read(&mut later, LIST).await;
    assert!(records(&left).iter().all(|one| one["record"] != first["record"]), "{left}");
    refused(&later.get(&href).await, 404, "not-found");
    let feed = read(&mut later, "/api/v1/changes").await;
    let change = feed["changes"].as_array().expect("changes").iter();
    let change = change.clone().find(|one| one["record"] == first["record"]).expect("its id");
    assert_eq!(change["change"], "removed");
    assert!(!feed.to_string().contains(first["party"].as_str().expect("a name")), "{feed}");

    // One that was taken down, at once.
    let id = |name: &str| first[name].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let command = Withdraw {
        subject: id("subject"),
        record: id("record"),
        decided: date(2026, 11, 24),
        reason: "示例理由（依据：示例文书）".to_owned(),
    };
    withdraw(&site.desk, &person(UNIT, Role::Reviewer), command).await.expect("withdrawn");
    assert!(
        records(&read(&mut reader, LIST).await).iter().all(|one| one["record"] != first["record"])
    );
    refused(&reader.get(&href).await, 404, "not-found");
}

/// The feed in portions, each read by a reader that knows nothing but the cursor.
async fn feed(desk: &Desk, day: Date, portion: usize, mut after: String) -> (Vec<Value>, String) {
    let mut all = Vec::new();
    loop {
        let mut reader = on(desk, day).await;
        let path = format!("/api/v1/changes?limit={portion}&after={after}");
        let part = read(&mut reader, &path).await;
        after = part["next"].as_str().expect("a cursor").to_owned();
        let changes = part["changes"].as_array().expect("changes");
        assert!(changes.len() <= portion);
        all.extend(changes.clone());
        if part["more"] == false {
            return (all, after);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_is_the_same_in_any_portions_and_goes_on_where_a_reader_was_killed() {
    let (site, mut clerk, mut reviewer, _) = recorded().await;
    let day = date(2026, 11, 26);
    let (first, cursor) = feed(&site.desk, day, 500, String::new()).await;
    assert!(!first.is_empty());
    assert!(first.iter().all(|change| change["change"] == "published"));
    assert!(first.iter().all(|change| change["content"]["record"] == change["record"]));
    let (nothing, same) = feed(&site.desk, day, 500, cursor.clone()).await;
    assert!(nothing.is_empty());
    assert_eq!(same, cursor, "one may go on asking with it");

    let corrected = String::from_utf8_lossy(GOOD).replace("罚款5000元。", "罚款五千元。");
    record(&mut clerk, &mut reviewer, corrected.as_bytes()).await;
    let (whole, _) = feed(&site.desk, day, 500, String::new()).await;
    let words: Vec<_> = whole[first.len()..].iter().map(|change| &change["change"]).collect();
    assert!(!words.is_empty() && words.iter().all(|word| *word == "corrected"), "{words:?}");
    let far = date(2046, 1, 1);
    let ended = expire(&site.desk.at(far), &Actor::system("test"), far).await.expect("ended");
    assert!(ended > 0);

    let day = date(2046, 1, 2);
    let (whole, end) = feed(&site.desk, day, 500, String::new()).await;
    assert!(whole.len() > first.len());
    for portion in [1, 2, 3] {
        let (again, at) = feed(&site.desk, day, portion, String::new()).await;
        assert_eq!((again, &at), (whole.clone(), &end), "{portion}");
    }
    // Who was away meanwhile gets exactly what came after.
    let (rest, _) = feed(&site.desk, day, 2, cursor).await;
    assert_eq!(rest.as_slice(), &whole[first.len()..]);
    assert!(whole.iter().all(|change| {
        change["change"] == "removed"
            && change.as_object().is_some_and(|fields| {
                fields.keys().map(String::as_str).collect::<Vec<_>>() == ["at", "change", "record"]
            })
    }));
    let mut reader = on(&site.desk, day).await;
    for wrong in ["x", "c1", "c01.1.1", "%20", "c1.1.1.1"] {
        let answer = reader.get(&format!("/api/v1/changes?after={wrong}")).await;
        refused(&answer, 400, "changes.cursor-invalid");
    }
}

const QUERY: &str = "/api/v1/subjects/query";
const AS_JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test(flavor = "multi_thread")]
async fn many_subjects_are_answered_in_the_order_they_were_asked_in() {
    let (site, ..) = recorded().await;
    let mut reader = site.browser();
    let known = "91140829XY00030103";
    let body = json!({ "codes": ["91140829XY00030111", known, "x", known] }).to_string();
    let answer = reader.send_as_machine("POST", QUERY, &[AS_JSON], &body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let answers = answer.json()["subjects"].as_array().expect("answers").clone();
    let found: Vec<_> = answers.iter().map(|one| one["found"].clone()).collect();
    assert_eq!(found, [false, true, false, true]);
    assert_eq!(
        answers[1]["subject"],
        read(&mut reader, &format!("/api/v1/subjects/{known}")).await
    );
    assert_eq!(answers[2]["problem"]["code"], "code.invalid");

    let lines = ("accept", "application/x-ndjson");
    let answer = reader.send_as_machine("POST", QUERY, &[AS_JSON, lines], &body).await;
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    let text = answer.text();
    let read: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("a line")).collect();
    assert_eq!(read, answers);

    let many = |count: usize| json!({ "codes": vec![known; count] }).to_string();
    for (body, status, code) in [
        (many(1_001), 400, "body.invalid"),
        (many(0), 400, "body.invalid"),
        ("{\"codes\":[\"a\"],\"more\":1}".to_owned(), 400, "body.invalid"),
        ("[".to_owned(), 400, "body.invalid"),
        ("x".repeat(65 * 1024), 413, "body.too-large"),
    ] {
        let answer = reader.send_as_machine("POST", QUERY, &[AS_JSON], &body).await;
        refused(&answer, status, code);
    }
    let text = ("content-type", "text/plain");
    let answer = reader.send_as_machine("POST", QUERY, &[text], &many(1)).await;
    refused(&answer, 415, "body.type-unsupported");

    // The limit counts codes: a hundred times ten of them are a sixth of a minute's share.
    // Codes that are none cost no look-up, so that the test is quicker than the bucket fills.
    let thousand = json!({ "codes": vec!["x"; 1_000] }).to_string();
    let own = "127.0.0.1";
    let mut reader = Browser::of(router_of(site.site.clone(), own, &[own]));
    let from = ("x-forwarded-for", "192.0.2.7");
    for remaining in [500, 400, 300, 200, 100, 0] {
        let answer = reader.send_as_machine("POST", QUERY, &[AS_JSON, from], &thousand).await;
        assert_eq!(answer.status, StatusCode::OK);
        let left: i64 = answer.header("ratelimit-remaining").parse().expect("a number");
        assert!((left - remaining).abs() < 100, "{left} for {remaining}");
    }
    let answer = reader.send_as_machine("POST", QUERY, &[AS_JSON, from], &thousand).await;
    refused(&answer, 429, "rate.exceeded");
    assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
}

#[tokio::test]
async fn what_was_read_before_is_not_sent_again() {
    let site = TestSite::new().await;
    let mut reader = site.browser();
    for path in
        [LIST, "/api/v1/changes", "/api/v1/search?q=%E7%A4%BA%E4%BE%8B", "/api/v1/openapi.json"]
    {
        let answer = reader.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        let tag = answer.header("etag").to_owned();
        assert!(tag.starts_with('"') && tag.len() > 10, "{path}: {tag}");
        for (had, status) in [(tag.as_str(), 304), ("\"other\"", 200), ("*", 304)] {
            let answer = reader.send_as_machine("GET", path, &[("if-none-match", had)], "").await;
            assert_eq!(answer.status.as_u16(), status, "{path} {had}");
            assert_eq!(answer.header("etag"), tag);
            assert_eq!(answer.bytes.is_empty(), status == 304);
            assert!(!answer.header("ratelimit-limit").is_empty());
        }
        let head = reader.send_as_machine("HEAD", path, &[], "").await;
        assert_eq!((head.status, head.header("etag")), (StatusCode::OK, tag.as_str()));
        assert!(head.bytes.is_empty());
    }
}

#[tokio::test]
async fn what_cannot_be_answered_says_so_with_a_code() {
    let site = TestSite::new().await;
    let mut reader = site.browser();
    let long = "a".repeat(5_000);
    for (path, status, code) in [
        ("/api/v1/records/administrative-penalty?page=2", 400, "parameter.unknown"),
        ("/api/v1/openapi.json?x", 400, "parameter.unknown"),
        ("/api/v1/search", 400, "parameter.missing"),
        ("/api/v1/search?q=", 400, "parameter.invalid"),
        ("/api/v1/search?q=ab%00", 400, "parameter.invalid"),
        ("/api/v1/search?q=%FF%FE", 400, "address.not-utf8"),
        ("/api/v1/search?q=a&q=b", 400, "parameter.repeated"),
        ("/api/v1/subjects/%FF", 400, "address.not-utf8"),
        ("/api/v1/subjects/91140829MA0EXAMPLE", 400, "code.invalid"),
        ("/api/v1/records/administrative-penalty?limit=0", 400, "parameter.invalid"),
        ("/api/v1/records/administrative-penalty?limit=501", 400, "parameter.invalid"),
        ("/api/v1/records/administrative-penalty?limit=%2B1", 400, "parameter.invalid"),
        ("/api/v1/records/administrative-penalty?after=x", 400, "list.cursor-invalid"),
        (
            "/api/v1/records/administrative-penalty?decided_from=2026-02-30",
            400,
            "parameter.invalid",
        ),
        (
            "/api/v1/records/administrative-penalty?decided_from=2026-02-02&decided_until=2026-02-01",
            400,
            "parameter.invalid",
        ),
        ("/api/v1/records/administrative-penalty/a/1", 400, "parameter.invalid"),
        (&format!("/api/v1/search?q={long}"), 414, "query.too-long"),
        ("/api/v1/nothing", 404, "not-found"),
        ("/api/v1/batches/1", 401, "key.missing"),
    ] {
        refused(&reader.get(path).await, status, code);
    }
    let answer = reader.get("/api/v1/changes?%E9%A1%B5=1").await;
    assert!(answer.json()["detail"].as_str().is_some_and(|detail| detail.contains("“页”")));
    for (method, path, allow) in [
        ("DELETE", LIST, "GET, HEAD"),
        ("PUT", "/api/v1/subjects/1", "GET, HEAD"),
        ("GET", "/api/v1/batches", "POST"),
        ("POST", "/health/live", "GET, HEAD"),
    ] {
        let answer = reader.send_as_machine(method, path, &[], "").await;
        refused(&answer, 405, "method.not-allowed");
        assert_eq!(answer.header("allow"), allow, "{method} {path}");
    }
    let answer = reader.send_as_machine("GET", LIST, &[("accept", "text/html")], "").await;
    refused(&answer, 406, "accept.unsupported");
    let answer =
        reader.send_as_machine("GET", LIST, &[("authorization", "Bearer xyk_nothing")], "").await;
    refused(&answer, 401, "key.invalid");
    assert_eq!(answer.header("www-authenticate"), "Bearer");
}

/// The site as somebody at an address reaches it, where the proxies are trusted.
fn router_of(site: Site, peer: &str, trusted: &[&str]) -> Router {
    let address = |text: &str| text.parse().expect("an address");
    let proxies = Proxies::new(trusted.iter().map(|text| address(text)).collect());
    let peer = address(peer);
    router(site).layer(MapRequestLayer::new(move |mut request: Request| {
        mark(&proxies, peer, &mut request);
        request
    }))
}

#[tokio::test]
async fn who_asks_too_often_waits_and_a_stranger_cannot_make_others_wait() {
    let site = TestSite::new().await;
    let own = "127.0.0.1";
    let mut reader = Browser::of(router_of(site.site.clone(), own, &[own]));
    let ask = async |reader: &mut Browser, from: &str| {
        let from = [("x-forwarded-for", from)];
        reader.send_as_machine("GET", "/api/v1/subjects/x", &from, "").await
    };
    for _ in 0..600 {
        assert_eq!(ask(&mut reader, "192.0.2.1").await.status, StatusCode::BAD_REQUEST);
    }
    let mut waits = false;
    for _ in 0..50 {
        let answer = ask(&mut reader, "192.0.2.1").await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            refused(&answer, 429, "rate.exceeded");
            assert_eq!(answer.header("ratelimit-remaining"), "0");
            assert_eq!(answer.header("retry-after"), "1");
            waits = true;
            break;
        }
    }
    assert!(waits);
    let answer = ask(&mut reader, "192.0.2.1, 192.0.2.2").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "the last one is who the proxy speaks for");
    assert_eq!(answer.header("ratelimit-limit"), "600");
    // What a caller from elsewhere says of itself is not believed.
    let far = "198.51.100.1";
    let mut stranger = Browser::of(router_of(site.site.clone(), far, &[own]));
    let mut behind = Browser::of(router_of(site.site.clone(), far, &[own, far]));
    for number in 1..=30 {
        let answer = ask(&mut behind, &format!("192.0.3.{number}")).await;
        assert_eq!(answer.header("ratelimit-remaining"), "599", "a proxy of ours is believed");
    }
    let mut left = 600;
    for number in 1..=100 {
        let answer = ask(&mut stranger, &format!("192.0.2.{number}")).await;
        left = answer.header("ratelimit-remaining").parse().expect("a number");
    }
    assert!(left < 580, "one bucket for all it says: {left}");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_matched_by_the_reconciliation_protocol() {
    const RECONCILE: &str = "/api/v1/reconcile";
    let (site, ..) = recorded().await;
    let mut reader = site.browser();
    let manifest = read(&mut reader, RECONCILE).await;
    assert_eq!(manifest["versions"], json!(["0.2"]));
    let view = manifest["view"]["url"].as_str().expect("an address");
    assert!(view.starts_with("http") && view.ends_with("/subjects/{{id}}"), "{view}");

    let form = ("content-type", "application/x-www-form-urlencoded");
    let own = "平陆县示例301号加工有限公司";
    let queries = json!({
        "same": { "query": own },
        "likely": { "query": "平陆示例301号加工有限责任公司", "limit": 1 },
        "other": { "query": "平陆县示例309号加工有限公司" },
        "kind": { "query": own, "type": "individual-business" },
        "none": { "query": "龙龙龙龙" },
    });
    let body = format!("queries={}", crate::url::encode(&queries.to_string()));
    let answer = reader.send_as_machine("POST", RECONCILE, &[form], &body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    let answer = answer.json();
    let first = |key: &str| answer[key]["result"][0].clone();
    assert_eq!((&first("same")["match"], &first("same")["score"]), (&json!(true), &json!(100)));
    assert_eq!(first("same")["id"], "91140829XY00030103");
    assert_eq!(answer["likely"]["result"].as_array().map(Vec::len), Some(1));
    assert_eq!(first("likely")["id"], "91140829XY00030103");
    assert_eq!(first("likely")["match"], false);
    assert!(first("likely")["description"].to_string().contains("少写"), "{answer}");
    for other in answer["other"]["result"].as_array().expect("candidates") {
        assert_eq!(other["match"], false);
        assert!(other["description"].to_string().contains("另一家"), "{other}");
    }
    assert_eq!(answer["none"]["result"], json!([]));
    assert_eq!(
        answer["kind"]["result"]
            .as_array()
            .map(|found| { found.iter().filter(|one| one["match"] == true).count() }),
        Some(0)
    );

    let long = format!("queries={}", "x".repeat(65 * 1024));
    let answer = reader.send_as_machine("POST", RECONCILE, &[form], &long).await;
    refused(&answer, 413, "body.too-large");
    assert!(answer.text().contains("请减少名称数"), "{}", answer.text());
    for body in ["", "queries=x", "queries=%7B%7D", "queries=%5B%5D"] {
        let answer = reader.send_as_machine("POST", RECONCILE, &[form], body).await;
        refused(&answer, 400, "body.invalid");
    }
    let answer = reader.send_as_machine("POST", RECONCILE, &[AS_JSON], "{}").await;
    refused(&answer, 415, "body.type-unsupported");
}
