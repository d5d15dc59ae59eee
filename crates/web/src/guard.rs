//! The one piece of middleware that every console route passes: who is it, may they, does the request come from our page.

use axum::body::{Body, to_bytes};
use axum::extract::{Form, FromRequest as _, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use tower_sessions::Session;
use xinyong_service::{Actor, DeskError, Permission, accounts};

use crate::csrf;
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::routes::Payload;
use crate::site::Site;
use crate::url;

/// Under what the session keeps the account.
pub const ACCOUNT: &str = "account";
/// Under what the session keeps the token of its forms.
pub const CSRF: &str = "csrf";
/// Bytes of a form without a file.
const MOST_FORM_BYTES: usize = 256 * 1024;

/// What one route asks for.
#[derive(Debug, Clone)]
pub struct Guard {
    /// The installation.
    pub site: Site,
    /// The permission of the route.
    pub permission: Permission,
    /// What its body is.
    pub payload: Payload,
}

/// Who sent the request, for handlers and frames.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who.
    pub actor: Actor,
    /// The token for the forms of the page.
    pub csrf: String,
}

impl Caller {
    /// Whether somebody is signed in.
    pub fn is_signed_in(&self) -> bool {
        self.actor.role.is_some()
    }
}

fn broken(error: impl std::fmt::Display) -> PageError {
    PageError::from(DeskError::Internal(format!("session: {error}")))
}

/// Lets a request through to its handler, or not.
///
/// # Errors
/// `access.denied`; when the session cannot be read.
pub async fn guard(
    State(guard): State<Guard>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Result<Response, PageError> {
    let desk = guard.site.desk();
    let account: Option<i64> = session.get(ACCOUNT).await.map_err(broken)?;
    let actor = match account {
        Some(account) => accounts::actor(desk, account).await?,
        None => None,
    }
    .unwrap_or_else(Actor::visitor);
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !actor.may(guard.permission) {
        return Ok(refuse(&guard.site, actor, reads, &request));
    }
    let kept: Option<String> = session.get(CSRF).await.map_err(broken)?;
    let csrf = match kept {
        Some(kept) => kept,
        None if reads => {
            let made = csrf::token(desk)?;
            session.insert(CSRF, &made).await.map_err(broken)?;
            made
        }
        // Who never saw a page of ours has no token to send.
        None => String::new(),
    };
    let caller = Caller { actor, csrf };
    if !reads {
        if !csrf::from_this_site(request.headers()) {
            return Ok(with_caller(forged().into_response(), caller));
        }
        if guard.payload == Payload::Form {
            request = match read_form(request, &caller).await {
                Ok(request) => request,
                Err(refused) => return Ok(with_caller(refused, caller)),
            };
        }
        // A form with a file carries its token in the first part; the upload reads it before anything else.
    }
    request.extensions_mut().insert(caller.clone());
    Ok(with_caller(next.run(request).await, caller))
}

/// The refusal of a form that is not from a page of ours, or from one that is too old.
pub fn forged() -> PageError {
    PageError::denied("页面已过期或不是从本站打开的，操作没有执行。请返回上一页，刷新后再试")
}

fn refuse(site: &Site, actor: Actor, reads: bool, request: &Request) -> Response {
    if actor.role.is_none() && reads {
        let wanted = request.uri().path_and_query().map_or("", |wanted| wanted.as_str());
        let to = url::with_query("/console/sign-in", &[("next", wanted)]);
        return Redirect::to(&format!("{}{to}", site.base_path())).into_response();
    }
    let message = if actor.role.is_none() {
        "登录已过期或尚未登录，操作没有执行。请重新登录"
    } else {
        "您没有进行此项操作的权限；如确有需要，请联系信用办"
    };
    with_caller(PageError::denied(message).into_response(), Caller { actor, csrf: String::new() })
}

/// The frame around an error page shows who is signed in.
fn with_caller(mut response: Response, caller: Caller) -> Response {
    response.extensions_mut().insert(caller);
    response
}

async fn read_form(request: Request, caller: &Caller) -> Result<Request, Response> {
    let (mut parts, body) = request.into_parts();
    let bytes = to_bytes(body, MOST_FORM_BYTES)
        .await
        .map_err(|_| StatusCode::PAYLOAD_TOO_LARGE.into_response())?;
    let mut copy = Request::new(Body::from(bytes));
    *copy.method_mut() = Method::POST;
    if let Some(kind) = parts.headers.get(header::CONTENT_TYPE) {
        copy.headers_mut().insert(header::CONTENT_TYPE, kind.clone());
    }
    let fields = Form::<Vec<(String, String)>>::from_request(copy, &())
        .await
        .map_or_else(|_| Fields::default(), |Form(fields)| Fields(fields));
    if !csrf::same(&caller.csrf, fields.get("csrf")) {
        return Err(forged().into_response());
    }
    parts.extensions.insert(fields);
    Ok(Request::from_parts(parts, Body::empty()))
}
