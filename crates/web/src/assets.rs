//! The one stylesheet, whose address changes with its content, so that it may be kept for long; and the script that puts the
//! search box on other pages, whose address stays.

use std::sync::OnceLock;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};

const STYLESHEET: &str = include_str!("assets/site.css");
const SEARCH_BOX: &str = include_str!("assets/search-box.js");

/// The stylesheet's address, without the prefix of the site.
pub fn stylesheet_href() -> &'static str {
    static HREF: OnceLock<String> = OnceLock::new();
    HREF.get_or_init(|| {
        // FNV-1a: it only has to change when the content does.
        let print = STYLESHEET.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |print, byte| {
            (print ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        format!("/assets/site.css?v={print:016x}")
    })
}

/// `GET /assets/site.css`
pub async fn stylesheet() -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    (headers, STYLESHEET).into_response()
}

/// `GET /assets/search-box.js`: for pages of other sites; this one runs no script.
pub async fn search_box() -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")),
    ];
    (headers, SEARCH_BOX).into_response()
}
