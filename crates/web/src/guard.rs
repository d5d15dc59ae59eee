//! The one piece of middleware that every route behind a sign-in passes: who is it, may they, does the request come from our page.

use axum::body::{Body, to_bytes};
use axum::extract::{Form, FromRequest as _, Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use tower_sessions::Session;
use xinyong_service::accounts::Duty;
use xinyong_service::{Actor, DeskError, Permission, accounts};

use crate::csrf;
use crate::face::Face;
use crate::fields::{Fields, without_nul};
use crate::held;
use crate::page_error::PageError;
use crate::routes::Payload;
use crate::site::Site;
use crate::url;

/// Under what the session keeps the account.
pub const ACCOUNT: &str = "account";
/// Under what the session keeps the token of its forms.
pub const CSRF: &str = "csrf";
/// Under what the session keeps since when it lasts.
pub const BEGAN: &str = "began";
/// Under what the session keeps the kind of browser.
pub const AGENT: &str = "agent";
/// Bytes of a form without a file.
const MOST_FORM_BYTES: usize = 256 * 1024;

/// What one route asks for.
#[derive(Debug, Clone)]
pub struct Guard {
    /// The installation.
    pub site: Site,
    /// The face it belongs to.
    pub face: Face,
    /// The address of the route.
    pub path: &'static str,
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
    /// The short name of the actor's unit.
    pub unit: String,
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
    // Asking for what is in a session that has run out forgets its id.
    let cookie = session.id().map(|id| id.to_string());
    let account: Option<i64> = session.get(ACCOUNT).await.map_err(broken)?;
    let found = match account {
        Some(account) => accounts::actor(desk, account).await?,
        None => None,
    };
    let (actor, duty) = found.unwrap_or_else(|| (Actor::visitor(), None));
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !actor.may(guard.permission) {
        if actor.role.is_none()
            && !reads
            && let Some(cookie) = cookie
        {
            return Ok(match held::keep(&guard, &cookie, request).await? {
                Some(to_sign_in) => to_sign_in,
                None => refuse(&guard, actor, reads, "").await,
            });
        }
        let wanted = request.uri().path_and_query().map_or("", |wanted| wanted.as_str());
        return Ok(refuse(&guard, actor, reads, wanted).await);
    }
    if let Some(first) = duty.and_then(|duty| instead(duty, guard.face, guard.path)) {
        if reads {
            return Ok(Redirect::to(&format!("{}{first}", guard.site.base_path())).into_response());
        }
        let caller = caller(&guard.site, actor, String::new()).await;
        let refused = PageError::denied("请先按页面提示完成密码或动态验证码的设置，操作没有执行");
        return Ok(with_caller(refused.into_response(), caller));
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
    let caller = caller(&guard.site, actor, csrf).await;
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
    let back = if reads { held::wanted(request.headers(), request.uri()) } else { None };
    let mut response = next.run(request).await;
    if let Some(back) = back.filter(|_| caller.is_signed_in()) {
        response = held::give_back(&guard, &caller, back, response).await?;
    }
    Ok(with_caller(response, caller))
}

async fn caller(site: &Site, actor: Actor, csrf: String) -> Caller {
    // A unit that is not known is no reason to show no page.
    let unit = site.desk().unit(&actor.unit).await.map(|unit| unit.short).unwrap_or_default();
    Caller { actor, csrf, unit }
}

/// Where somebody is led who must do something else first; nothing on the way there and out.
fn instead(duty: Duty, face: Face, path: &str) -> Option<String> {
    let first = face.at(match duty {
        Duty::ChangePassword => "/account/password",
        Duty::EnrolFactor => "/account/second-factor",
    });
    let on_the_way =
        path.strip_prefix(&first).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    (!on_the_way && path != face.at("/sign-out")).then_some(first)
}

/// The refusal of a form that is not from a page of ours, or from one that is too old.
pub fn forged() -> PageError {
    PageError::denied("页面已过期或不是从本站打开的，操作没有执行。请返回上一页，刷新后再试")
}

async fn refuse(guard: &Guard, actor: Actor, reads: bool, wanted: &str) -> Response {
    let site = &guard.site;
    if actor.role.is_none() && reads {
        let to = url::with_query(&guard.face.at("/sign-in"), &[("next", wanted)]);
        return Redirect::to(&format!("{}{to}", site.base_path())).into_response();
    }
    let message = if actor.role.is_none() {
        "登录已过期或尚未登录，操作没有执行。请重新登录"
    } else {
        "您没有进行此项操作的权限；如确有需要，请联系信用办"
    };
    let caller = caller(site, actor, String::new()).await;
    with_caller(PageError::denied(message).into_response(), caller)
}

/// The frame around an error page shows who is signed in.
fn with_caller(mut response: Response, caller: Caller) -> Response {
    response.extensions_mut().insert(caller);
    response
}

async fn read_form(request: Request, caller: &Caller) -> Result<Request, Response> {
    let (mut parts, fields) = take_fields(request).await?;
    if !csrf::same(&caller.csrf, fields.get("csrf")) {
        return Err(forged().into_response());
    }
    parts.extensions.insert(fields);
    Ok(Request::from_parts(parts, Body::empty()))
}

/// The fields of a form, apart from the rest of its request. The one way to them: what no database holds is not in them.
pub async fn take_fields(request: Request) -> Result<(Parts, Fields), Response> {
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, MOST_FORM_BYTES)
        .await
        .map_err(|_| StatusCode::PAYLOAD_TOO_LARGE.into_response())?;
    let mut copy = Request::new(Body::from(bytes));
    *copy.method_mut() = Method::POST;
    if let Some(kind) = parts.headers.get(header::CONTENT_TYPE) {
        copy.headers_mut().insert(header::CONTENT_TYPE, kind.clone());
    }
    let fields = Form::<Vec<(String, String)>>::from_request(copy, &()).await.map_or_else(
        |_| Fields::default(),
        |Form(fields)| {
            let clean = |(name, value)| (without_nul(name), without_nul(value));
            Fields(fields.into_iter().map(clean).collect())
        },
    );
    Ok((parts, fields))
}
