//! `GET /robots.txt`, `/sitemap.xml` and its parts: what search engines may know. Nothing with a penalty on it is named.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use xinyong_domain::law::{Audience, Law};
use xinyong_domain::rules::disclosure::Tier;
use xinyong_service::browse::{self, SitemapPart};

use crate::page_error::PageError;
use crate::site::Site;
use crate::ui::words;

/// The part with the pages that are not about anybody.
const PAGES: &str = "pages.xml";
/// Where nothing is to be found for a search engine.
const CLOSED: [&str; 6] =
    ["/console", "/search", "/api/", "/embed/", "/reports", "/subjects/*/report.pdf"];

/// Scheme and host of the site with its prefix: as the county's file has it, else as it was asked for.
pub(crate) fn origin(site: &Site, headers: &HeaderMap) -> String {
    let named = site.county().map_or("", |county| county.text("site_url")).trim_end_matches('/');
    if !named.is_empty() {
        return format!("{named}{}", site.base_path());
    }
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .filter(|host| {
            host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
        })
        .unwrap_or("localhost");
    let scheme = if site.secure_cookies() { "https" } else { "http" };
    format!("{scheme}://{host}{}", site.base_path())
}

/// What search engines are asked to leave alone, and where the map is. What they may read but not keep says so itself.
pub async fn robots(State(site): State<Site>, headers: HeaderMap) -> Response {
    let base = site.base_path();
    let mut text = String::from("User-agent: *\n");
    for closed in CLOSED {
        text.push_str(&format!("Disallow: {base}{closed}\n"));
    }
    text.push_str(&format!("\nSitemap: {}/sitemap.xml\n", origin(&site, &headers)));
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

fn xml(root: &str, entry: &str, addresses: impl IntoIterator<Item = String>) -> Response {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n"
    );
    for address in addresses {
        text.push_str(&format!("<{entry}><loc>{address}</loc></{entry}>\n"));
    }
    text.push_str(&format!("</{root}>\n"));
    ([(header::CONTENT_TYPE, "application/xml; charset=utf-8")], text).into_response()
}

/// The list of parts.
///
/// # Errors
/// When the store fails.
pub async fn index(State(site): State<Site>, headers: HeaderMap) -> Result<Response, PageError> {
    let origin = origin(&site, &headers);
    let parts = browse::sitemap_parts(site.desk()).await?;
    let names = std::iter::once(PAGES.to_owned())
        .chain(parts.iter().map(|part| format!("subjects-{}-{}.xml", part.after, part.until)));
    Ok(xml("sitemapindex", "sitemap", names.map(|name| format!("{origin}/sitemap/{name}"))))
}

fn pages(law: &Law) -> Vec<String> {
    let mut pages: Vec<String> =
        ["/", "/departments", "/catalogue", "/statistics", "/data", "/about", "/guides"]
            .map(str::to_owned)
            .to_vec();
    pages.extend(["enterprises", "units", "public"].map(|audience| format!("/guides/{audience}")));
    pages.extend(browse::data_sets(law).iter().map(|set| format!("/data/{}", set.id)));
    pages.extend(
        law.kinds()
            .values()
            .filter(|kind| kind.audience == Audience::Public)
            .filter(|kind| Tier::of_rule(kind.publication) == Tier::Public)
            .map(|kind| words::list_href(&kind.id)),
    );
    pages
}

/// One part.
///
/// # Errors
/// Not found; when the store fails.
pub async fn part(
    State(site): State<Site>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let origin = origin(&site, &headers);
    let pages = if name == PAGES {
        pages(&site.desk().law())
    } else {
        let part = read(&name).ok_or_else(PageError::no_page)?;
        let codes = browse::sitemap_codes(site.desk(), part).await?;
        codes.iter().map(|code| words::subject_href(code)).collect()
    };
    Ok(xml("urlset", "url", pages.into_iter().map(|page| format!("{origin}{page}"))))
}

/// The part that a name stands for.
fn read(name: &str) -> Option<SitemapPart> {
    let (after, until) = name.strip_prefix("subjects-")?.strip_suffix(".xml")?.split_once('-')?;
    Some(SitemapPart { after: after.parse().ok()?, until: until.parse().ok()? })
}
