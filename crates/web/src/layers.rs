//! What happens to every page on its way in and out: headers, how it is to be drawn, errors drawn as pages.

use std::any::Any;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use tower_http::set_header::SetResponseHeaderLayer;
use xinyong_service::DeskError;

use crate::csrf;
use crate::display;
use crate::face::Face;
use crate::guard::Caller;
use crate::page_error::{Failure, PageError};
use crate::site::Site;
use crate::ui::failure::{self, Wording};
use crate::ui::frame::Frame;
use crate::url;

/// What pages may load, and who may frame them.
macro_rules! policy {
    ($ancestors:literal) => {
        concat!(
            "default-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'self'; frame-ancestors ",
            $ancestors
        )
    };
}
const POLICY: &str = policy!("'self'");

/// The policy of a page that others may frame.
pub fn policy(ancestors: &str) -> String {
    format!("{}{ancestors}", policy!(""))
}

/// Sets a header unless the handler has set it.
pub fn header_layer(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

/// What a browser may do with our pages: load from here only, guess no types, tell others nothing.
pub fn security() -> [SetResponseHeaderLayer<HeaderValue>; 3] {
    [
        header_layer(header::CONTENT_SECURITY_POLICY, POLICY),
        header_layer(header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        header_layer(header::REFERRER_POLICY, "same-origin"),
    ]
}

/// What `?size=large` or `?contrast=high` chooses is remembered in a cookie and taken out of the address.
pub async fn choices(State(site): State<Site>, request: Request, next: Next) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let (Some((choice, value)), &Method::GET) = (display::asked(query), request.method()) else {
        return next.run(request).await;
    };
    let name = choice.name;
    let base = site.base_path();
    // A path that begins with two slashes would lead to another site.
    let path = format!("/{}", request.uri().path().trim_start_matches('/'));
    let rest = url::without(query, name);
    let mark = if rest.is_empty() { "" } else { "?" };
    let secure = if site.secure_cookies() { "; Secure" } else { "" };
    let cookie =
        format!("{name}={value}; Path={base}/; Max-Age=31536000; HttpOnly; SameSite=Lax{secure}");
    ([(header::SET_COOKIE, cookie)], Redirect::to(&format!("{base}{path}{mark}{rest}")))
        .into_response()
}

/// An address with the character NUL in its path or its query, which no database looks for, asks for nothing of ours.
///
/// # Errors
/// `address.invalid`.
pub async fn readable(request: Request, next: Next) -> Result<Response, PageError> {
    let uri = request.uri();
    let asked = [uri.path(), uri.query().unwrap_or_default()];
    if asked.iter().any(|text| text.contains("%00")) {
        let message = "地址里有不能识别的字符，请检查后重新输入";
        return Err(DeskError::refused("address.invalid", message).into());
    }
    Ok(next.run(request).await)
}

/// A panic becomes an error like any other. What it said stays in the log.
pub fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    PageError::internal("handler panicked").into_response()
}

/// Draws what went wrong, and writes it to the log: once, without names, addresses or queries.
pub async fn failures(State(site): State<Site>, request: Request, next: Next) -> Response {
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let headers = request.headers().clone();
    let mut response = next.run(request).await;
    let status = response.status();
    let is_drawn = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| {
        kind.as_bytes().starts_with(b"text/html") || kind.as_bytes() == b"application/problem+json"
    });
    let failure = response.extensions_mut().remove::<Failure>();
    if failure.is_none() && (is_drawn || !(status.is_client_error() || status.is_server_error())) {
        return response;
    }
    let route = matched.as_ref().map_or("-", MatchedPath::as_str);
    let wording = match &failure {
        Some(Failure(error)) => {
            let reference = note(&site, error, status, &method, route);
            Wording::of_error(error, status, reference)
        }
        None => {
            tracing::info!(%method, route, status = status.as_u16(), "request refused");
            Wording::of_status(status)
        }
    };
    let caller = response.extensions_mut().remove::<Caller>();
    let face = Face::of(&path);
    let frame = Frame::new(site, &path, "", &headers, caller);
    let page = failure::page(&frame, face.is_some(), wording);
    let mut drawn = (status, page).into_response();
    if let Some(allow) = response.headers().get(header::ALLOW) {
        drawn.headers_mut().insert(header::ALLOW, allow.clone());
    }
    // The session's cookie is set further out; what a handler has set itself goes along.
    for cookie in response.headers().get_all(header::SET_COOKIE) {
        drawn.headers_mut().append(header::SET_COOKIE, cookie.clone());
    }
    drawn
}

/// Logs an error and gives the number under which it stands there; nothing for what the person can mend.
pub fn note(
    site: &Site,
    error: &DeskError,
    status: StatusCode,
    method: &Method,
    route: &str,
) -> String {
    let code = error.code();
    if !status.is_server_error() {
        tracing::info!(%method, route, code, status = status.as_u16(), "request refused");
        return String::new();
    }
    let reference =
        site.desk().random::<4>().map(|bytes| csrf::hex(&bytes).to_uppercase()).unwrap_or_default();
    tracing::error!(%method, route, code, status = status.as_u16(), reference, %error, "request failed");
    reference
}
