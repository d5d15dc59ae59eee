//! Signing in and out.

use askama::Template;
use axum::Extension;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use tower_sessions::Session;
use xinyong_service::{Desk, Refusal, accounts};

use super::{actor, mendable, onward};
use crate::csrf;
use crate::fields::Fields;
use crate::guard::{ACCOUNT, CSRF};
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{FormError, Page};

#[derive(Template)]
#[template(path = "console/sign_in.html")]
struct SignIn {
    page: Page,
    next: String,
    login: String,
    login_error: String,
    password_error: String,
    code_error: String,
    with_code: bool,
    provider: String,
    errors: Vec<FormError>,
    locked: String,
}

/// Where somebody wanted to go.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    next: String,
}

impl Wanted {
    /// The page of the console to go back to, or nothing.
    pub fn next(&self) -> &str {
        next_page(&self.next)
    }
}

/// Only a page of the console is gone back to: nobody is led to another site by a link.
fn next_page(wanted: &str) -> &str {
    let inside =
        wanted == "/console" || wanted.starts_with("/console/") || wanted.starts_with("/console?");
    let plain = wanted.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if inside && plain { wanted } else { "" }
}

/// `GET /console/sign-in`
///
/// # Errors
/// When the template fails.
pub async fn form(frame: Frame, Query(wanted): Query<Wanted>) -> Result<Response, PageError> {
    let next = wanted.next();
    if actor(&frame)?.role.is_some() {
        return Ok(onward(&frame, if next.is_empty() { "/console" } else { next }));
    }
    Ok(draw(&blank(&frame, next))?.into_response())
}

fn blank(frame: &Frame, next: &str) -> SignIn {
    SignIn {
        page: frame.console("登录", ""),
        next: next.to_owned(),
        login: String::new(),
        login_error: String::new(),
        password_error: String::new(),
        code_error: String::new(),
        with_code: false,
        provider: frame
            .site
            .provider()
            .map(|provider| provider.label().to_owned())
            .unwrap_or_default(),
        errors: Vec::new(),
        locked: String::new(),
    }
}

/// The form again, with why somebody could not sign in.
///
/// # Errors
/// When the template fails.
pub fn refused(frame: &Frame, next: &str, refusal: Refusal) -> Result<Response, PageError> {
    let errors = vec![FormError::new("", refusal.message)];
    let page = SignIn { errors, ..blank(frame, next) };
    Ok((StatusCode::BAD_REQUEST, draw(&page)?).into_response())
}

/// Makes a session one of an account. It gets a new id and a new token, so that nothing planted before is worth anything.
///
/// # Errors
/// When the store fails.
pub async fn enter(desk: &Desk, session: &Session, account: i64) -> Result<(), PageError> {
    session.cycle_id().await.map_err(broken)?;
    session.insert(ACCOUNT, account).await.map_err(broken)?;
    session.insert(CSRF, csrf::token(desk)?).await.map_err(broken)
}

/// A session that could not be kept.
pub fn broken(error: impl std::fmt::Display) -> PageError {
    PageError::internal(format!("session: {error}"))
}

/// `POST /console/sign-in`
///
/// # Errors
/// When the store fails.
pub async fn sign_in(
    frame: Frame,
    session: Session,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let desk = frame.site.desk();
    let next = next_page(fields.get("next"));
    let signed = accounts::sign_in(desk, fields.get("login"), fields.get("password")).await;
    let (account, _) = match signed {
        Ok(signed) => signed,
        Err(error) => {
            let refusal = mendable(error)?;
            let mut page = SignIn { login: fields.get("login").to_owned(), ..blank(&frame, next) };
            if refusal.code == "sign-in.locked" {
                page.locked = refusal.message;
            } else {
                page.password_error.clone_from(&refusal.message);
                page.errors = vec![FormError::new("password", refusal.message)];
            }
            return Ok((StatusCode::BAD_REQUEST, draw(&page)?).into_response());
        }
    };
    enter(desk, &session, account).await?;
    Ok(onward(&frame, if next.is_empty() { "/console" } else { next }))
}

/// `POST /console/sign-out`
///
/// # Errors
/// When the store fails.
pub async fn sign_out(frame: Frame, session: Session) -> Result<Response, PageError> {
    accounts::signed_out(frame.site.desk(), actor(&frame)?).await?;
    session.flush().await.map_err(broken)?;
    Ok(onward(&frame, "/console/sign-in"))
}

#[cfg(test)]
mod tests {
    use super::next_page;

    #[test]
    fn nobody_is_led_away() {
        assert_eq!(next_page("/console/batches?stage=checked"), "/console/batches?stage=checked");
        for other in ["//b.cn", "https://b.cn", "/consoles", "/console/\\b", "/console/a\nb", ""] {
            assert_eq!(next_page(other), "", "{other}");
        }
    }
}
