//! The site as a part of a government's website: its box on other pages, its map for search engines.

use axum::http::StatusCode;

use super::published::{FINE_ENDS, FINED, LICENSED, on, published};

#[tokio::test(flavor = "multi_thread")]
async fn only_the_box_may_be_framed_by_others() {
    let site = published().await;
    let mut browser = site.browser();
    let page = browser.get("/embed/search").await;
    assert_eq!(page.status, StatusCode::OK);
    let policy = page.header("content-security-policy");
    assert!(policy.ends_with("frame-ancestors *"), "{policy}");
    assert!(policy.contains("default-src 'self'") && policy.contains("form-action 'self'"));
    assert!(
        page.text().contains("action=\"/search\"") && page.text().contains("target=\"_blank\"")
    );
    assert!(!page.text().contains("<script") && browser.cookies.is_empty());
    for path in ["/", "/search", "/about", "/console/sign-in", "/nothing"] {
        let policy = browser.get(path).await;
        let policy = policy.header("content-security-policy");
        assert!(policy.ends_with("frame-ancestors 'self'"), "{path}: {policy}");
    }
    let script = browser.get("/assets/search-box.js").await;
    assert_eq!(script.header("content-type"), "text/javascript; charset=utf-8");
    assert!(script.text().contains("/embed/search") && !script.text().contains("http"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_map_names_what_may_be_kept_and_nothing_with_a_penalty() {
    let site = published().await;
    let mut browser = site.browser();
    let robots = browser.get("/robots.txt").await.text();
    assert!(robots.contains("Disallow: /console\n"), "{robots}");
    assert!(robots.contains("Sitemap: http://localhost/sitemap.xml"), "{robots}");

    let mut named = Vec::new();
    let index = browser.get("/sitemap.xml").await;
    assert!(index.header("content-type").starts_with("application/xml"));
    for part in addresses(&index.text()) {
        let part = browser.get(&part).await;
        assert_eq!(part.status, StatusCode::OK);
        named.extend(addresses(&part.text()));
    }
    assert!(named.contains(&format!("/subjects/{LICENSED}")), "{named:?}");
    assert!(!named.contains(&format!("/subjects/{FINED}")), "{named:?}");
    assert!(!named.iter().any(|path| path.contains("/records/administrative-penalty")));
    for path in &named {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert_eq!(page.header("x-robots-tag").find("noindex"), None, "{path}");
    }
    // A licence of the fined company would bring it back once its penalty has ended; it has none, so it stays out.
    let mut later = on(&site, FINE_ENDS.tomorrow().expect("a day")).await;
    let index = later.get("/sitemap.xml").await.text();
    for part in addresses(&index) {
        assert!(!later.get(&part).await.text().contains(FINED));
    }
    for wrong in
        ["x.xml", "subjects-.xml", "subjects-1-x.xml", "subjects-1-99999999999999999999.xml"]
    {
        let answer = browser.get(&format!("/sitemap/{wrong}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{wrong}");
    }
}

fn addresses(xml: &str) -> Vec<String> {
    xml.split("<loc>http://localhost")
        .skip(1)
        .map(|rest| rest.split('<').next().expect("an address").to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_prefix_map_and_box_have_it_too() {
    let site = super::browser::TestSite::below("/credit").await;
    let mut browser = site.browser();
    let robots = browser.get("/credit/robots.txt").await.text();
    assert!(robots.contains("Disallow: /credit/console\n"), "{robots}");
    assert!(robots.contains("/credit/sitemap.xml"), "{robots}");
    let index = browser.get("/credit/sitemap.xml").await.text();
    assert!(index.contains("<loc>http://localhost/credit/sitemap/pages.xml</loc>"), "{index}");
    let page = browser.get("/credit/embed/search").await.text();
    assert!(page.contains("action=\"/credit/search\""), "{page}");
}
