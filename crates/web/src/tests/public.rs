//! What everybody sees.

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use xinyong_service::DeskError;

use super::browser::{Browser, TestSite};
use crate::page_error::PageError;
use crate::routes::dress;

#[tokio::test]
async fn public_pages_answer_with_their_headers_and_without_a_session() {
    let site = TestSite::new().await;
    let mut browser = site.browser();
    for path in [
        "/",
        "/search",
        "/search?q=%E7%A4%BA%E4%BE%8B",
        "/search?q=a",
        "/about",
        "/records/administrative-penalty",
        "/records/administrative-licence?unit=market-regulation&from=2026-01-01",
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
        assert!(answer.header("content-type").starts_with("text/html"), "{path}");
        assert!(answer.header("content-security-policy").contains("default-src 'self'"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert!(answer.text().contains("信用平陆"), "{path}");
    }
    assert!(browser.cookies.is_empty());
    assert!(browser.get("/robots.txt").await.text().contains("Disallow: /console"));
    assert_eq!(browser.get("/health/live").await.status, StatusCode::OK);
    assert_eq!(browser.get("/health/ready").await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_stylesheet_is_kept_for_long_under_an_address_of_its_content() {
    let site = TestSite::new().await;
    let mut browser = site.browser();
    let home = browser.get("/").await.text();
    let (_, rest) = home.split_once("/assets/site.css?v=").expect("link to the stylesheet");
    let print = rest.split('"').next().expect("print");
    let answer = browser.get(&format!("/assets/site.css?v={print}")).await;
    assert_eq!(answer.header("content-type"), "text/css; charset=utf-8");
    assert!(answer.header("cache-control").contains("immutable"));
}

#[tokio::test]
async fn the_numbers_of_the_about_page_come_from_the_law_and_are_cited() {
    let site = TestSite::new().await;
    let page = site.browser().get("/about").await.text();
    let law = site.desk.law();
    let months = law
        .at(site.desk.today())
        .number("publicity.order36.general.maximum")
        .applies()
        .expect("the entry applies");
    assert!(page.contains(&format!("最长 {} 个月", months.value)), "{page}");
    assert!(page.contains(&months.citation.title));
    assert!(page.contains("id=\"objection\"") && page.contains("id=\"repair\""));
}

#[tokio::test]
async fn what_is_not_there_is_a_page_for_people_and_a_problem_for_machines() {
    let site = TestSite::new().await;
    let mut browser = site.browser();
    for path in ["/nothing", "/records/nothing", "/records/administrative-penalty/1/2"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.text().contains("没有这一页"), "{path}");
    }
    let answer = browser.get("/records/administrative-penalty?from=2026-13-01").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.text().contains("不是有效日期"));
    let answer = browser.get("/records/administrative-penalty/a/b").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.text().contains("<h1>"));
    let answer = browser.post("/about", &[]).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(answer.header("allow").contains("GET"));

    for (path, status, code) in [
        ("/api/v1/subjects/91140829MA0EXAMPLE", 400, "code.invalid"),
        ("/api/v1/subjects/91140829XY00030103", 404, "not-found"),
        ("/api/v1/nothing", 404, "not-found"),
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.text());
        assert_eq!(answer.header("content-type"), "application/problem+json");
        let problem: serde_json::Value = serde_json::from_slice(&answer.bytes).expect("json");
        assert_eq!(problem["code"], code);
        assert_eq!(problem["status"], status);
        assert!(problem["detail"].as_str().is_some_and(|detail| !detail.is_empty()));
    }
}

#[tokio::test]
async fn the_size_of_the_text_is_remembered_and_leaves_the_address() {
    let site = TestSite::new().await;
    let mut browser = site.browser();
    let answer = browser.get("/search?q=a&size=large").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header("location"), "/search?q=a");
    let page = browser.get("/search?q=a").await.text();
    assert!(page.contains("class=\"large\""));
    assert!(
        page.contains("/search?q=a&#38;size=normal")
            || page.contains("/search?q=a&amp;size=normal")
    );
    // No address leads away from the site.
    let answer = browser.get("//example.cn?size=normal").await;
    assert_eq!(answer.header("location"), "/example.cn");
}

#[tokio::test]
async fn more_contrast_is_chosen_in_the_same_way_beside_the_size() {
    let site = TestSite::new().await;
    let mut browser = site.browser();
    let page = browser.get("/search?q=ab").await.text();
    assert!(page.contains("media=\"(prefers-contrast: more)\""), "{page}");
    let answer = browser.get("/search?q=ab&contrast=high").await;
    assert_eq!(answer.header("location"), "/search?q=ab");
    browser.get("/?size=large").await;
    let page = browser.get("/search?q=ab").await.text();
    assert!(page.contains("class=\"large\"") && !page.contains("media=\""), "{page}");
    assert!(page.contains("标准对比") && page.contains("标准字号"), "{page}");
    let (_, rest) = page.split_once("/assets/contrast.css").expect("the sheet");
    let query = rest.split('"').next().expect("a print");
    let sheet = browser.get(&format!("/assets/contrast.css{query}")).await;
    assert_eq!(sheet.header("content-type"), "text/css; charset=utf-8");
    browser.get("/?contrast=normal").await;
    assert!(browser.get("/").await.text().contains("media=\""));
}

#[tokio::test]
async fn behind_a_proxy_every_link_has_the_prefix() {
    let site = TestSite::below("/credit").await;
    let mut browser = site.browser();
    for path in ["/credit", "/credit/", "/credit/about", "/about"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        let page = answer.text();
        for part in page.split("href=\"").skip(1).chain(page.split("action=\"").skip(1)) {
            assert!(part.starts_with("/credit") || part.starts_with('#'), "{path}: {part:.60}");
        }
    }
    let answer = browser.get("/credit/console").await;
    assert_eq!(answer.header("location"), "/credit/console/sign-in?next=%2Fconsole");
    assert!(browser.get("/credits").await.status == StatusCode::NOT_FOUND);
}

async fn panics() {
    panic!("示例密钥");
}

async fn fails() -> PageError {
    DeskError::Internal("示例密钥".to_owned()).into()
}

#[tokio::test]
async fn a_defect_of_ours_is_a_page_with_a_number_and_tells_nothing_of_the_inside() {
    let site = TestSite::new().await;
    let pages = Router::new().route("/panics", get(panics)).route("/fails", get(fails));
    let router = dress(pages, &site.site).with_state(site.site.clone());
    let mut browser = Browser::of(router);
    for path in ["/panics", "/fails"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
        let page = answer.text();
        assert!(page.contains("查询编号"), "{page}");
        assert!(!page.contains("示例密钥"), "{page}");
    }
}
