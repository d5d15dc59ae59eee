//! The pages of the portal over records that are public.

use axum::http::StatusCode;

use super::published::{FINE, FINED, LICENSED, PERSON, published};

const PAGES: &[&str] = &[
    "/",
    "/departments",
    "/departments/market-regulation",
    "/statistics",
    "/guides",
    "/guides/enterprises",
    "/guides/units",
    "/guides/public",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_there_small_and_names_no_natural_person() {
    let site = published().await;
    let mut browser = site.browser();
    let subjects = [FINED, LICENSED].map(|code| format!("/subjects/{code}"));
    for path in PAGES.iter().copied().chain(subjects.iter().map(String::as_str)) {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
        assert!(answer.bytes.len() < 100_000, "{path} has {} bytes", answer.bytes.len());
        let page = answer.text();
        assert!(!page.contains(PERSON) && !page.contains("E00000000"), "{path}");
        assert!(!page.contains(" style=") && !page.contains("<script"), "{path}");
    }
    assert!(browser.cookies.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_figures_are_those_of_the_lists_and_stand_in_a_table_too() {
    let site = published().await;
    let mut browser = site.browser();
    let list = browser.get("/records/administrative-licence").await.text();
    let (_, rest) = list.split_once("共 ").expect("a summary");
    let total = rest.split(' ').next().expect("a number").to_owned();
    let page = browser.get("/statistics").await.text();
    assert!(page.contains("<svg class=\"columns\"") && page.contains("role=\"img\""), "{page}");
    let cell = format!("data-label=\"行政许可\" class=\"num\">{total}<");
    assert!(page.contains(&cell), "{cell}: {page}");
    // The sample is released on 2026-11-25; the months of the chart stand in its table.
    assert!(page.contains("<th scope=\"row\">2026-11</th>"), "{page}");
    assert!(page.contains("张店镇"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_shows_what_it_reports_and_what_of_it_is_public() {
    let site = published().await;
    let mut browser = site.browser();
    let list = browser.get("/departments").await.text();
    assert!(list.contains("href=\"/departments/market-regulation\""), "{list}");
    let page = browser.get("/departments/market-regulation").await;
    assert!(page.text().contains(FINE), "{}", page.text());
    assert_eq!(page.header("x-robots-tag"), "noindex, noarchive");
    assert_eq!(browser.get("/departments/nothing").await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/guides/nothing").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_in_the_guides_come_from_the_law() {
    let site = published().await;
    let law = site.desk.law();
    let days =
        law.at(site.desk.today()).number("publicity.report.days").applies().expect("applies");
    let page = site.browser().get("/guides/units").await.text();
    assert!(page.contains(&format!("{} 个工作日内报送", days.value)), "{page}");
    assert!(page.contains(days.citation.title.trim_matches(['《', '》'])), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn search_engines_are_asked_to_leave_penalties_alone() {
    let site = published().await;
    let mut browser = site.browser();
    let page = browser.get("/records/administrative-penalty").await;
    let (_, rest) = {
        let text = page.text();
        let (before, rest) =
            text.split_once("href=\"/records/administrative-penalty/").expect("one");
        (before.to_owned(), rest.to_owned())
    };
    let penalty =
        format!("/records/administrative-penalty/{}", rest.split('"').next().expect("an address"));
    for path in ["/records/administrative-penalty", &penalty] {
        let answer = browser.get(path).await;
        assert_eq!(answer.header("x-robots-tag"), "noindex, noarchive", "{path}");
    }
    for path in ["/", "/records/administrative-licence", "/about", "/statistics"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.header("x-robots-tag"), "", "{path}");
    }
}
