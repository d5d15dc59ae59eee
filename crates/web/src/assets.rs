//! The style sheets, whose addresses change with their content, so that they may be kept for long; and the script that puts
//! the search box on other pages, whose address stays.

use std::sync::OnceLock;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};

const STYLESHEET: &str = include_str!("assets/site.css");
/// What differs for readers who want or whose system asks for more contrast.
const CONTRAST: &str = include_str!("assets/contrast.css");
const SEARCH_BOX: &str = include_str!("assets/search-box.js");

/// An address with the print of the content.
fn with_print(path: &str, content: &str) -> String {
    // FNV-1a: it only has to change when the content does.
    let print = content.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |print, byte| {
        (print ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{path}?v={print:016x}")
}

/// The stylesheet's address, without the prefix of the site.
pub fn stylesheet_href() -> &'static str {
    static HREF: OnceLock<String> = OnceLock::new();
    HREF.get_or_init(|| with_print("/assets/site.css", STYLESHEET))
}

/// The address of the sheet for more contrast.
pub fn contrast_href() -> &'static str {
    static HREF: OnceLock<String> = OnceLock::new();
    HREF.get_or_init(|| with_print("/assets/contrast.css", CONTRAST))
}

fn sheet(content: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    (headers, content).into_response()
}

/// `GET /assets/site.css`
pub async fn stylesheet() -> Response {
    sheet(STYLESHEET)
}

/// `GET /assets/contrast.css`
pub async fn contrast() -> Response {
    sheet(CONTRAST)
}

/// `GET /assets/search-box.js`: for pages of other sites; this one runs no script.
pub async fn search_box() -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")),
    ];
    (headers, SEARCH_BOX).into_response()
}
