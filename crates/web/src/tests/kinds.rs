//! Every kind of the law folder on the pages: what is public shows everywhere by itself, what is not shows nowhere.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use axum::http::StatusCode;
use xinyong_domain::law::{Audience, Kind, Law};
use xinyong_service::{Actor, browse, import_subjects};

use super::browser::{Browser, TestSite};
use super::published::{hand_in, on};

fn sample(kind: &Kind) -> String {
    let path = format!("samples/{}/ok.csv", kind.id);
    Law::embedded_files().remove(&path).unwrap_or_else(|| {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../law");
        std::fs::read_to_string(root.join(path)).expect("a sample")
    })
}

/// Name and code of the organisations in a sample.
fn parties(kind: &Kind, table: &str) -> Vec<(String, String)> {
    let mut lines = table.lines();
    let head: Vec<&str> = lines.next().expect("headings").split(',').collect();
    let matched = kind.headings.match_row(&head);
    let column = |field: usize| {
        matched.columns.iter().position(|held| *held == Some(field)).expect("a column")
    };
    let (name, code) = (column(kind.party.name), column(kind.party.uscc));
    lines
        .map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>())
        .filter(|cells| !cells[code].is_empty())
        .map(|cells| (cells[name].clone(), cells[code].clone()))
        .collect()
}

async fn register(site: &TestSite, parties: &[(String, String)]) {
    let mut file = String::from("企业名称,统一社会信用代码\n");
    for (name, code) in parties {
        file.push_str(&format!("{name},{code}\n"));
    }
    let path = site.desk.scratch().join("registry.csv");
    std::fs::write(&path, file).expect("registry file");
    import_subjects(&site.desk, &Actor::system("test"), &path, "registry.csv", 10)
        .await
        .expect("registry");
    std::fs::remove_file(path).expect("registry file");
}

/// A page without what changes from one answer to the next.
fn steady(text: &str) -> String {
    text.lines()
        .filter(|line| !line.contains("name=\"csrf\"") && !line.contains("request_id"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn links(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for mark in ["href=\"/", "<loc>"] {
        for rest in text.split(mark).skip(1) {
            let end = rest.find(['"', '<', '#']).unwrap_or(rest.len());
            let path = rest[..end].replace("&amp;", "&");
            let path = path.split_once("://").map_or(path.as_str(), |(_, rest)| {
                rest.split_once('/').map_or("", |(_, path)| path)
            });
            let path = format!("/{}", path.trim_start_matches('/'));
            if !["/assets", "/console", "/my"].iter().any(|start| path.starts_with(start)) {
                found.push(path);
            }
        }
    }
    found
}

/// Everything a visitor can come to from some first pages, by address.
async fn faces(browser: &mut Browser, first: &[String]) -> BTreeMap<String, String> {
    let mut seen: BTreeSet<String> = first.iter().cloned().collect();
    let mut open: VecDeque<String> = first.iter().cloned().collect();
    let mut found = BTreeMap::new();
    while let Some(path) = open.pop_front() {
        let answer = browser.get(&path).await;
        let text = format!("{}\n{}", answer.status, answer.text());
        for link in links(&text) {
            if seen.insert(link.clone()) {
                open.push_back(link);
            }
        }
        found.insert(path, steady(&text));
        assert!(found.len() < 3_000, "the crawl does not end");
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_verified_rule_publishes_changes_not_one_byte_of_any_public_face() {
    let site = TestSite::new().await;
    let law = site.desk.law();
    // What the catalogue keeps from the public, and what nobody has verified yet.
    let unverified = [
        "administrative-coercion",
        "administrative-adjudication",
        "administrative-inspection",
        "abnormal-operation-listing",
    ];
    let kinds: Vec<_> = law
        .kinds()
        .values()
        .filter(|kind| kind.audience != Audience::Public || unverified.contains(&kind.id.as_str()))
        .cloned()
        .collect();
    assert!(kinds.len() >= 12, "{}", kinds.len());
    let mut first: Vec<String> = [
        "/",
        "/search",
        "/search?q=%E7%A4%BA%E4%BE%8B",
        "/departments",
        "/statistics",
        "/data",
        "/about",
        "/guides",
        "/api",
        "/sitemap.xml",
        "/robots.txt",
        "/embed/search",
        "/api/v1/changes",
        "/api/v1/search?q=%E7%A4%BA%E4%BE%8B",
        "/api/v1/openapi.json",
    ]
    .map(str::to_owned)
    .to_vec();
    for kind in &kinds {
        let table = sample(kind);
        let parties = parties(kind, &table);
        register(&site, &parties).await;
        first.extend([
            format!("/records/{}", kind.id),
            format!("/data/{}", kind.id),
            format!("/data/{}/data.csv", kind.id),
            format!("/data/{}/data.json", kind.id),
            format!("/data/{}/dictionary.csv", kind.id),
        ]);
        for (_, code) in parties {
            first.extend([
                format!("/subjects/{code}"),
                format!("/subjects/{code}/{}", kind.id),
                format!("/subjects/{code}/records.csv"),
                format!("/subjects/{code}/records.json"),
                format!("/api/v1/subjects/{code}"),
            ]);
        }
    }
    let mut browser = site.browser();
    let before = faces(&mut browser, &first).await;
    assert!(before.len() > first.len(), "nothing was followed");
    for kind in &kinds {
        let table = sample(kind);
        let batch = hand_in(&site, &kind.id, &table, &[]).await;
        // They are there: a batch that was refused would prove nothing.
        let actor = Actor::system("test");
        let held = browse::batch_records(&site.desk, &actor, batch, 0).await.expect("records");
        assert_eq!(held.records.len(), table.lines().count() - 1, "{}", kind.id);
    }
    // Figures are kept for a minute of a day: another day's are counted anew, and then this day's.
    let another = site.desk.today().tomorrow().expect("a day");
    on(&site, another).await.get("/statistics").await;
    let mut browser = site.browser();
    let after = faces(&mut browser, &first).await;
    assert_eq!(
        before.keys().collect::<Vec<_>>(),
        after.keys().collect::<Vec<_>>(),
        "a page came or went"
    );
    for (path, text) in &before {
        assert_eq!(Some(text), after.get(path), "{path} changed");
    }
    for kind in kinds.iter().filter(|kind| kind.audience != Audience::Public) {
        for path in [
            format!("/records/{}", kind.id),
            format!("/data/{}", kind.id),
            format!("/data/{}/data.csv", kind.id),
        ] {
            assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_that_is_public_has_its_list_its_pages_and_its_table_by_itself() {
    let site = TestSite::new().await;
    let law = site.desk.law();
    let mut shown = Vec::new();
    for (id, marks) in [
        ("administrative-reward", ["示例质量奖", "有效"]),
        ("administrative-confirmation", ["示例产品等级确认", "有效"]),
        ("credit-commitment", ["申请办理示例许可", "有效"]),
        ("serious-dishonesty-listing", ["逾期未支付示例工程工资", "公示中"]),
        ("tax-a-level", ["纳税信用A级纳税人", "有效"]),
        ("incentive", ["示例守信典型企业", "有效"]),
        ("honour", ["示例先进集体", "有效"]),
    ] {
        let kind = law.kind(id).expect("a kind").clone();
        let table = sample(&kind);
        let parties = parties(&kind, &table);
        register(&site, &parties).await;
        hand_in(&site, id, &table, &[]).await;
        let mut browser = site.browser();
        let list = browser.get(&format!("/records/{id}")).await;
        assert_eq!(list.status, StatusCode::OK, "{id}");
        let list = list.text();
        for mark in marks {
            assert!(list.contains(mark), "{id}: {mark} is not in its list: {list}");
        }
        assert!(list.contains(&format!("共 {}", parties.len())), "{id}: {list}");
        let record = list
            .split(&format!("href=\"/records/{id}/"))
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .expect("a record");
        let page = browser.get(&format!("/records/{id}/{record}")).await;
        assert_eq!(page.status, StatusCode::OK, "{id}");
        assert!(page.text().contains(marks[0]), "{id}");
        let (name, code) = &parties[0];
        let subject = browser.get(&format!("/subjects/{code}")).await.text();
        assert!(subject.contains(name) && subject.contains(marks[0]), "{id}: {subject}");
        let data = browser.get(&format!("/data/{id}/data.csv")).await;
        assert_eq!(data.status, StatusCode::OK, "{id}");
        assert!(data.text().contains(code), "{id}");
        shown.push((id, kind.name.clone()));
    }
    let another = site.desk.today().tomorrow().expect("a day");
    let mut browser = on(&site, another).await;
    for path in ["/", "/statistics", "/departments", "/data", "/about"] {
        let text = browser.get(path).await.text();
        for (id, name) in &shown {
            assert!(text.contains(name), "{id} is not on {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_source_keeps_from_the_public_is_not_public_and_a_breach_is_not_told() {
    let site = TestSite::new().await;
    let kind = site.desk.law().kind("credit-commitment").expect("a kind").clone();
    let table = sample(&kind);
    register(&site, &parties(&kind, &table)).await;
    let mut lines: Vec<String> = table.lines().map(str::to_owned).collect();
    lines[1] = lines[1].replace("可向社会公开", "不可公开");
    lines[2] = lines[2].replace("可向社会公开", "特定范围内公开");
    lines[3] = lines[3].replace("全部履行,,", "部分履行,示例未履行之事,示例追究之事");
    hand_in(&site, &kind.id, &(lines.join("\n") + "\n"), &[]).await;
    let mut browser = site.browser();
    let list = browser.get("/records/credit-commitment").await.text();
    let parties = parties(&kind, &table);
    assert!(!list.contains(&parties[0].0) && !list.contains(&parties[1].0), "{list}");
    assert!(list.contains(&parties[2].0), "{list}");
    for path in
        ["/data/credit-commitment/data.csv".to_owned(), format!("/subjects/{}", parties[2].1)]
    {
        let text = browser.get(&path).await.text();
        assert!(!text.contains("示例未履行之事") && !text.contains("示例追究之事"), "{path}");
    }
}
