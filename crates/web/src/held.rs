//! A session that ends in the middle of a form: what was typed is kept sealed for a while, and stands in the form again once
//! the same person has signed in in the same browser.

use askama::Template;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use xinyong_service::accounts::{self, HeldForm};

use crate::csrf;
use crate::face::Face;
use crate::guard::{CSRF, Caller, Guard, take_fields};
use crate::page_error::PageError;
use crate::refill::refill;
use crate::routes::{Payload, has_page};
use crate::site::Site;
use crate::url;

/// The cookie that binds a held form to the browser.
const COOKIE: &str = "held";
/// Seconds the cookie lasts: as long as the form is held.
const LASTS: u32 = 30 * 60;
/// Bytes of a page into which a form is put back at most.
const MOST_PAGE_BYTES: usize = 4 * 1024 * 1024;

/// What the page says above the form.
#[derive(Template)]
#[template(path = "console/held_notice.html")]
struct Notice {
    filled: bool,
    fields: Vec<(String, String)>,
}

/// Reads the cookie.
fn token(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .find_map(|cookie| cookie.trim().strip_prefix("held=").map(str::to_owned))
        .filter(|token| !token.is_empty())
}

fn set_cookie(site: &Site, face: Face, response: &mut Response, token: &str, seconds: u32) {
    let secure = if site.secure_cookies() { "; Secure" } else { "" };
    let cookie = format!(
        "{COOKIE}={token}; Path={}{}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}",
        site.base_path(),
        face.home()
    );
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// Passwords, codes and the token are never kept.
fn may_be_kept(name: &str) -> bool {
    name != "csrf" && name != "code" && !name.contains("password")
}

/// The page a form stood on: where the browser says it was, else the page at the form's own address, else the one above.
fn page_of(site: &Site, face: Face, headers: &HeaderMap, action: &str) -> String {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let referer = text(header::REFERER)
        .split_once("://")
        .and_then(|(_, rest)| rest.strip_prefix(text(header::HOST)))
        .and_then(|path| path.strip_prefix(site.base_path()))
        .filter(|path| face.holds(path) && has_page(path.split('?').next().unwrap_or_default()));
    if let Some(page) = referer {
        return page.to_owned();
    }
    let mut path = action;
    while !path.is_empty() && !has_page(path) {
        path = path.rsplit_once('/').map_or("", |(above, _)| above);
    }
    if path.is_empty() { face.home().to_owned() } else { path.to_owned() }
}

/// Keeps a form whose session, the one of `cookie`, has just run out. The way to the sign-in, or nothing where there was no such
/// session or the form is not from a page of it.
///
/// # Errors
/// When the store fails.
pub async fn keep(
    guard: &Guard,
    cookie: &str,
    request: Request,
) -> Result<Option<Response>, PageError> {
    let site = &guard.site;
    let face = guard.face;
    if guard.path.starts_with(&face.at("/sign-")) || !csrf::from_this_site(request.headers()) {
        return Ok(None);
    }
    let Some((account, data)) = accounts::ended_session(site.desk(), cookie).await? else {
        return Ok(None);
    };
    let action = request.uri().path().to_owned();
    let page = page_of(site, face, request.headers(), &action);
    let to_sign_in = |why: &str| {
        let to = url::with_query(&face.at("/sign-in"), &[("ended", why), ("next", &page)]);
        Redirect::to(&format!("{}{to}", site.base_path())).into_response()
    };
    if guard.payload != Payload::Form {
        return Ok(Some(to_sign_in("file")));
    }
    let Ok((_, fields)) = take_fields(request).await else {
        return Ok(None);
    };
    let expected = serde_json::from_str::<serde_json::Value>(&data)
        .ok()
        .and_then(|data| data.get(CSRF)?.as_str().map(str::to_owned))
        .unwrap_or_default();
    if !csrf::same(&expected, fields.get("csrf")) {
        return Ok(None);
    }
    let typed: Vec<_> = fields
        .0
        .into_iter()
        .filter(|(name, value)| may_be_kept(name) && !value.is_empty())
        .collect();
    if typed.is_empty() {
        return Ok(Some(to_sign_in("empty")));
    }
    let form = HeldForm { page: page.clone(), action, fields: typed };
    let token = csrf::token(site.desk())?;
    if !accounts::hold(site.desk(), account, &token, &form).await? {
        return Ok(Some(to_sign_in("large")));
    }
    let mut response = to_sign_in("held");
    set_cookie(site, face, &mut response, &token, LASTS);
    Ok(Some(response))
}

/// A page that was asked for by a browser that has a held form.
#[derive(Debug)]
pub struct Wanted {
    token: String,
    page: String,
}

/// What may have to be given back with the answer to a request.
pub fn wanted(headers: &HeaderMap, uri: &Uri) -> Option<Wanted> {
    let page = uri.path_and_query().map(|page| page.as_str().to_owned())?;
    token(headers).map(|token| Wanted { token, page })
}

/// Where somebody who has just signed in had filled in a form, if so.
///
/// # Errors
/// When the store fails.
pub async fn page_to_return_to(
    site: &Site,
    headers: &HeaderMap,
    login: &str,
) -> Result<Option<String>, PageError> {
    let Some(token) = token(headers) else {
        return Ok(None);
    };
    Ok(accounts::held_form(site.desk(), login, &token).await?.map(|form| form.page))
}

/// Puts the held form into the page it belongs to. Once shown it is forgotten.
///
/// # Errors
/// When the store fails.
pub async fn give_back(
    guard: &Guard,
    caller: &Caller,
    wanted: Wanted,
    response: Response,
) -> Result<Response, PageError> {
    let site = &guard.site;
    let html = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !html || !response.status().is_success() {
        return Ok(response);
    }
    let held = accounts::held_form(site.desk(), &caller.actor.login, &wanted.token).await?;
    let Some(form) = held.filter(|form| form.page == wanted.page) else {
        return Ok(response);
    };
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, MOST_PAGE_BYTES).await.map_err(PageError::internal)?;
    let page = String::from_utf8_lossy(&bytes).into_owned();
    let action = format!("{}{}", site.base_path(), form.action);
    let filled = refill(&page, &action, &form.fields);
    let notice = Notice {
        filled: filled.is_some(),
        // What found no place in the page is shown as text: nothing typed is lost.
        fields: if filled.is_some() { Vec::new() } else { form.fields },
    };
    let notice = notice.render().map_err(PageError::internal)?;
    let page = filled.unwrap_or(page);
    let page = match page.find("<main").and_then(|at| Some(at + page[at..].find('>')? + 1)) {
        Some(at) => format!("{}{notice}{}", &page[..at], &page[at..]),
        None => page,
    };
    accounts::drop_held(site.desk(), &wanted.token).await?;
    let mut response = Response::from_parts(parts, Body::from(page));
    response.headers_mut().remove(header::CONTENT_LENGTH);
    set_cookie(site, guard.face, &mut response, "", 0);
    Ok(response)
}
