//! What everybody may download.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;
use xinyong_service::open_data::compare;
use xinyong_service::{Actor, browse};

use super::published::{
    FINE, FINE_ENDS, FINED, LICENCES, LICENSED, PERSON, hand_in, on, published,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_table_has_its_mark_its_official_headings_and_what_the_list_has() {
    let site = published().await;
    let mut browser = site.browser();
    let answer = browser.get("/data/administrative-penalty/data.csv").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.header("content-type").starts_with("text/csv; charset=utf-8"));
    assert!(answer.header("content-disposition").contains("2026-11-25.csv"));
    assert_eq!(answer.header("x-robots-tag"), "noindex, noarchive");
    let text = answer.text();
    let head = "\u{FEFF}行政相对人名称,行政相对人类别,行政相对人代码_1(统一社会信用代码),";
    assert!(text.starts_with(head), "{text}");
    assert!(text.contains(FINE), "{text}");
    assert!(!text.contains(PERSON) && !text.contains("E00000000"), "{text}");
    assert!(text.contains(&FINE_ENDS.to_string()), "{text}");
    let list = browser.get("/records/administrative-penalty").await.text();
    let total = list.split("共 ").nth(1).and_then(|rest| rest.split(' ').next()).expect("a total");
    assert_eq!((text.lines().count() - 1).to_string(), total);

    let answer = browser.get("/data/administrative-penalty/data.json").await;
    let read: Value = serde_json::from_slice(&answer.bytes).expect("json");
    assert_eq!(read["rows"].as_array().expect("rows").len().to_string(), total);
    assert_eq!(read["as_of"], "2026-11-25");
    assert!(read["rows"].as_array().expect("rows").iter().any(|row| row["CF_WSH"] == FINE));

    let answer = browser.get("/data/subjects/data.json").await;
    let read: Value = serde_json::from_slice(&answer.bytes).expect("json");
    let codes: Vec<&str> = read["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| row["uscc"].as_str().expect("a code"))
        .collect();
    assert!(codes.contains(&FINED) && codes.contains(&LICENSED), "{codes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ended_is_in_no_file_from_the_next_day_on() {
    let site = published().await;
    let files = [
        "/data/administrative-penalty/data.csv".to_owned(),
        "/data/administrative-penalty/data.json".to_owned(),
        format!("/subjects/{FINED}/records.csv"),
        format!("/subjects/{FINED}/records.json"),
    ];
    let mut last = on(&site, FINE_ENDS).await;
    let mut next = on(&site, FINE_ENDS.tomorrow().expect("a day")).await;
    for file in &files {
        let answer = last.get(file).await;
        assert!(answer.text().contains(FINE), "{file}: {}", answer.text());
        let answer = next.get(file).await;
        assert_eq!(answer.status, StatusCode::OK, "{file}");
        assert!(!answer.text().contains(FINE), "{file}: {}", answer.text());
    }
    let subjects = "/data/subjects/data.csv";
    assert!(last.get(subjects).await.text().contains(FINED));
    assert!(!next.get(subjects).await.text().contains(FINED), "nothing of it is public");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_column_is_explained() {
    let site = published().await;
    let mut browser = site.browser();
    let list = browser.get("/data").await.text();
    for set in ["administrative-licence", "administrative-penalty", "subjects"] {
        assert!(list.contains(&format!("href=\"/data/{set}/data.csv\"")), "{list}");
        let table = browser.get(&format!("/data/{set}/data.csv")).await.text();
        let heads = table.lines().next().expect("a heading").trim_start_matches('\u{FEFF}');
        let dictionary = browser.get(&format!("/data/{set}/dictionary.csv")).await.text();
        let page = browser.get(&format!("/data/{set}")).await;
        assert!(page.bytes.len() < 100_000);
        let labels: Vec<&str> = dictionary
            .lines()
            .skip(1)
            .map(|line| line.split(',').nth(1).expect("a label"))
            .collect();
        assert_eq!(labels.join(","), heads, "{set}");
        for label in labels {
            assert!(page.text().contains(label), "{set} {label}");
        }
    }
    let dictionary = browser.get("/data/administrative-penalty/dictionary.csv").await.text();
    assert!(dictionary.contains("发改办财金〔2018〕790号"), "{dictionary}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_narrowed_by_unit_and_day_and_refuses_what_makes_no_sense() {
    let site = published().await;
    let mut browser = site.browser();
    let lines = async |browser: &mut super::browser::Browser, query: &str| {
        let answer = browser.get(&format!("/data/administrative-licence/data.csv{query}")).await;
        (answer.status, answer.text().lines().count())
    };
    let (_, all) = lines(&mut browser, "").await;
    assert!(all > 3);
    assert_eq!(lines(&mut browser, "?unit=market-regulation").await, (StatusCode::OK, all));
    assert_eq!(lines(&mut browser, "?unit=tax").await, (StatusCode::OK, 1));
    assert_eq!(lines(&mut browser, "?from=2026-07-01&to=2026-07-01").await.1, 2);
    assert_eq!(lines(&mut browser, "?from=2026-13-01").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(browser.get("/data/nothing/data.csv").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_table_goes_out_in_pieces_each_row_once() {
    let site = published().await;
    let mut table = String::from(LICENCES.lines().next().expect("headings"));
    let row = LICENCES.lines().nth(1).expect("a row");
    for number in 0..1_200 {
        table.push('\n');
        table.push_str(&row.replace("〔2026〕101号", &format!("〔2026〕9{number:04}号")));
    }
    hand_in(&site, "administrative-licence", &table, &[]).await;
    for ending in ["csv", "json"] {
        let path = format!("/data/administrative-licence/data.{ending}");
        let request = Request::get(path).body(Body::empty()).expect("request");
        let mut response = site.router.clone().oneshot(request).await.expect("never fails");
        let (mut pieces, mut text) = (0, Vec::new());
        while let Some(frame) = response.body_mut().frame().await {
            let data = frame.expect("a frame").into_data().expect("data");
            pieces += 1;
            assert!(data.len() < 1_000_000, "a piece of {} bytes", data.len());
            text.extend_from_slice(&data);
        }
        assert!(pieces >= 3, "{pieces} pieces");
        let text = String::from_utf8(text).expect("text");
        let numbers: Vec<&str> =
            text.match_indices("〔2026〕9").filter_map(|(at, _)| text.get(at..at + 15)).collect();
        assert_eq!(numbers.len(), 1_200, "{ending}");
        assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), 1_200, "{ending}");
        if ending == "json" {
            serde_json::from_str::<Value>(&text).expect("whole json");
        }
    }
    // The page of the subject stays small, and its list has pages.
    let page = site.browser().get("/subjects/91140829XY00010154").await;
    assert!(page.bytes.len() < 100_000, "{} bytes", page.bytes.len());
    assert!(page.text().contains("/subjects/91140829XY00010154/administrative-licence"));
    let second =
        site.browser().get("/subjects/91140829XY00010154/administrative-licence?page=2").await;
    assert!(second.bytes.len() < 100_000, "{} bytes", second.bytes.len());
    assert!(second.text().contains("aria-current=\"page\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_days_changes_say_of_what_went_its_id_and_nothing_else() {
    let site = published().await;
    let jobs = Actor::system("test");
    compare(&site.desk, &jobs).await.expect("compared");
    let whole = site.browser().get("/data/administrative-penalty/data.json").await;
    let whole: Value = serde_json::from_slice(&whole.bytes).expect("json");
    assert_eq!(whole["changes_from"], "2026-11-25");
    let rows = whole["rows"].as_array().expect("rows");
    let fine = rows.iter().find(|row| row["CF_WSH"] == FINE).expect("the fine");
    let id = fine["id"].as_str().expect("an id").to_owned();
    assert_eq!(fine["state"], "公示中");
    let gone = FINE_ENDS.tomorrow().expect("a day");
    compare(&site.desk.at(gone), &jobs).await.expect("compared");
    let mut browser = on(&site, gone).await;
    let address = format!("/data/administrative-penalty/changes/{gone}");
    let answer = browser.get(&format!("{address}.json")).await;
    assert_eq!(answer.header("x-robots-tag"), "noindex, noarchive");
    let read: Value = serde_json::from_slice(&answer.bytes).expect("json");
    assert_eq!((&read["day"], &read["complete"]), (&gone.to_string().into(), &false.into()));
    let rows = read["rows"].as_array().expect("rows");
    let of_it: Vec<_> = rows.iter().filter(|row| row["id"] == id.as_str()).collect();
    assert_eq!(of_it.len(), 1, "{read}");
    let keys: Vec<&str> = of_it[0].as_object().expect("a row").keys().map(String::as_str).collect();
    assert_eq!(keys, ["change", "id"]);
    assert_eq!(of_it[0]["change"], "removed");
    let text = browser.get(&format!("{address}.csv")).await.text();
    assert!(text.starts_with("\u{FEFF}变化,行政相对人名称,"), "{text}");
    let line = text.lines().find(|line| line.contains(&id)).expect("its line");
    let cells: Vec<&str> = line.split(',').filter(|cell| !cell.is_empty()).collect();
    assert_eq!(cells, ["不再公示", id.as_str()]);
    assert!(!text.contains(FINE) && !text.contains(FINED), "{text}");
    // What the page offers is there, and the day in between is empty.
    let page = browser.get("/data/administrative-penalty").await.text();
    assert!(page.contains(&format!("href=\"{address}.csv\"")), "{page}");
    let between = gone.yesterday().expect("a day");
    let answer = browser.get(&format!("/data/administrative-penalty/changes/{between}.csv")).await;
    assert_eq!(answer.text().lines().count(), 1);
    for (wrong, status) in [
        ("/data/administrative-penalty/changes/2026-11-24.csv", StatusCode::BAD_REQUEST),
        ("/data/administrative-penalty/changes/2099-01-01.csv", StatusCode::BAD_REQUEST),
        ("/data/subjects/changes/2026-11-25.csv", StatusCode::BAD_REQUEST),
        ("/data/administrative-penalty/changes/x.csv", StatusCode::NOT_FOUND),
        ("/data/nothing/changes/2026-11-25.csv", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(browser.get(wrong).await.status, status, "{wrong}");
    }
    let page = browser.get("/data/subjects").await.text();
    assert!(page.contains("没有每日变化"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_describes_what_can_be_fetched() {
    let site = published().await;
    compare(&site.desk, &Actor::system("test")).await.expect("compared");
    let mut browser = site.browser();
    let answer = browser.get("/data/catalogue.jsonld").await;
    assert_eq!(answer.header("content-type"), "application/ld+json");
    let read: Value = serde_json::from_slice(&answer.bytes).expect("json");
    assert_eq!(read["@type"], "dcat:Catalog");
    for needed in ["dcterms:publisher", "dcterms:license", "foaf:homepage", "dcat:service"] {
        assert!(!read[needed].is_null(), "{needed}");
    }
    let sets = read["dcat:dataset"].as_array().expect("data sets");
    let series = sets.iter().filter(|set| set["@type"] == "dcat:DatasetSeries").count();
    let all = browse::data_sets(&site.desk.law());
    assert_eq!(series, all.iter().filter(|set| set.has_changes()).count());
    let penalties = sets.iter().find(|set| set["dcterms:identifier"] == "administrative-penalty");
    let temporal = &penalties.expect("penalties")["dcterms:temporal"];
    assert_eq!(temporal["dcat:endDate"]["@value"], "2026-11-25");
    let mut fetched = 0;
    for set in sets {
        for distribution in set["dcat:distribution"].as_array().into_iter().flatten() {
            let address = distribution["dcat:downloadURL"]["@id"].as_str().expect("an address");
            let path = address.strip_prefix("http://localhost").expect("its own");
            assert_eq!(browser.get(path).await.status, StatusCode::OK, "{path}");
            fetched += 1;
        }
        if let Some(size) = set["foaf:page"]["dcat:byteSize"]["@value"].as_str() {
            let address = set["foaf:page"]["dcat:downloadURL"]["@id"].as_str().expect("an address");
            let path = address.strip_prefix("http://localhost").expect("its own");
            assert_eq!(browser.get(path).await.bytes.len().to_string(), size, "{path}");
        }
    }
    assert!(fetched >= 2 * (sets.len() - series), "{fetched}");
    assert!(browser.get("/data").await.text().contains("/data/catalogue.jsonld"));
}
