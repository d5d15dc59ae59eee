//! Signing in and out.

use askama::Template;
use axum::Extension;
use axum::extract::Query;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use tower_sessions::Session;
use xinyong_service::accounts::{self, SignIn as Step};
use xinyong_service::{Actor, Refusal, agents};

use super::provider::forget_proved;
use super::{actor, mendable, onward};
use crate::csrf;
use crate::face::Face;
use crate::fields::Fields;
use crate::guard::{ACCOUNT, AGENT, BEGAN, CSRF};
use crate::held;
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{FormError, Page};

#[derive(Template)]
#[template(path = "console/sign_in.html")]
struct SignIn {
    page: Page,
    next: String,
    heading: &'static str,
    login: String,
    password_error: String,
    provider: String,
    errors: Vec<FormError>,
    locked: String,
    ended: &'static str,
    note: &'static str,
    may_apply: bool,
}

#[derive(Template)]
#[template(path = "console/sign_in_code.html")]
struct SignInCode {
    page: Page,
    code_error: String,
    errors: Vec<FormError>,
    locked: String,
}

/// Under what the session keeps who has given the right password and not yet the code.
const HALF: &str = "half";
/// Milliseconds in which the code must follow the password.
const HALF_LASTS: i64 = 5 * 60 * 1000;

#[derive(Serialize, Deserialize)]
struct Half {
    account: i64,
    until: i64,
    next: String,
}

/// Where somebody wanted to go.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    next: String,
    #[serde(default)]
    ended: String,
}

/// What is said to somebody whose session ran out in the middle of something.
fn ended_words(why: &str) -> &'static str {
    match why {
        "held" => {
            "您填写的内容已暂存，还没有提交。30分钟内由同一账号在本浏览器重新登录，会回到原来的页面并恢复填写的内容。"
        }
        "file" => "文件没有上传。重新登录后，请在原来的页面重新选择文件。",
        "large" => "填写的内容过长，没有暂存。可按浏览器的返回键回到填写的页面，另存内容后再登录。",
        "empty" => "操作没有执行，请重新登录后再办。",
        _ => "",
    }
}

impl Wanted {
    /// The page of the face to go back to, or nothing.
    pub fn next(&self, face: Face) -> &str {
        next_page(face, &self.next)
    }
}

/// Only a page of the same face is gone back to: nobody is led to another site by a link.
fn next_page(face: Face, wanted: &str) -> &str {
    let inside = face.holds(wanted);
    let plain = wanted.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if inside && plain { wanted } else { "" }
}

/// `GET /console/sign-in`
///
/// # Errors
/// When the template fails.
pub async fn form(frame: Frame, Query(wanted): Query<Wanted>) -> Result<Response, PageError> {
    let next = wanted.next(frame.face);
    if actor(&frame)?.role.is_some() {
        return Ok(onward(&frame, if next.is_empty() { frame.face.home() } else { next }));
    }
    let page = SignIn { ended: ended_words(&wanted.ended), ..blank(&frame, next) };
    Ok(draw(&page)?.into_response())
}

fn blank(frame: &Frame, next: &str) -> SignIn {
    SignIn {
        page: frame.inside("登录", "/sign-in"),
        next: next.to_owned(),
        heading: match frame.face {
            Face::Console => "登录工作台",
            Face::Own => "经办人登录",
        },
        note: match frame.face {
            Face::Console => {
                "只供有权的工作人员使用。登录、查看和操作均留有记录。忘记密码请与本单位的平台管理员联系。"
            }
            Face::Own => {
                "供企业和其他组织的经办人使用。登录、查看和操作均留有记录。忘记密码请与信用办联系。"
            }
        },
        may_apply: frame.face == Face::Own,
        login: String::new(),
        password_error: String::new(),
        provider: frame
            .site
            .provider()
            .map(|provider| provider.label().to_owned())
            .unwrap_or_default(),
        errors: Vec::new(),
        locked: String::new(),
        ended: "",
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

/// A session that could not be kept.
pub fn broken(error: impl std::fmt::Display) -> PageError {
    PageError::internal(format!("session: {error}"))
}

/// `POST /console/sign-in`. The session gets a new id and a new token, so that nothing planted before is worth anything. With a
/// second factor it leads on to the code and signs nobody in yet.
///
/// # Errors
/// When the store fails.
pub async fn sign_in(
    frame: Frame,
    session: Session,
    headers: HeaderMap,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let desk = frame.site.desk();
    let next = next_page(frame.face, fields.get("next"));
    let (login, password) = (fields.get("login"), fields.get("password"));
    let step = match frame.face {
        Face::Console => accounts::sign_in(desk, login, password).await,
        Face::Own => agents::sign_in(desk, login, password).await,
    };
    match step {
        Ok(Step::Done(account, actor)) => {
            begin(&frame, &session, &headers, account, &actor, next).await
        }
        Ok(Step::Code(account)) => {
            let until = desk.clock().now() + HALF_LASTS;
            session.cycle_id().await.map_err(broken)?;
            session
                .insert(HALF, Half { account, until, next: next.to_owned() })
                .await
                .map_err(broken)?;
            Ok(onward(&frame, &frame.face.at("/sign-in/code")))
        }
        Err(error) => {
            let refusal = mendable(error)?;
            let mut page = SignIn { login: fields.get("login").to_owned(), ..blank(&frame, next) };
            if refusal.code == "sign-in.locked" {
                page.locked = refusal.message;
            } else {
                page.password_error.clone_from(&refusal.message);
                page.errors = vec![FormError::new("password", refusal.message)];
            }
            Ok((StatusCode::BAD_REQUEST, draw(&page)?).into_response())
        }
    }
}

/// Who somebody is from now on in this session, and where that leads. The session gets a new id and a new token, so that nothing
/// planted before is worth anything.
///
/// # Errors
/// When the store fails.
pub async fn begin(
    frame: &Frame,
    session: &Session,
    headers: &HeaderMap,
    account: i64,
    actor: &Actor,
    next: &str,
) -> Result<Response, PageError> {
    let desk = frame.site.desk();
    session.cycle_id().await.map_err(broken)?;
    session.remove::<Half>(HALF).await.map_err(broken)?;
    // Whom the provider proved for an account to come is nobody's business once somebody is in.
    forget_proved(session).await?;
    session.insert(ACCOUNT, account).await.map_err(broken)?;
    session.insert(CSRF, csrf::token(desk)?).await.map_err(broken)?;
    session.insert(BEGAN, desk.clock().now()).await.map_err(broken)?;
    session.insert(AGENT, agent(headers)).await.map_err(broken)?;
    if let Some(page) = held::page_to_return_to(&frame.site, headers, &actor.login).await? {
        return Ok(onward(frame, &page));
    }
    Ok(onward(frame, if next.is_empty() { frame.face.home() } else { next }))
}

/// The kind of browser in words: enough to know one's own by, and no more.
fn agent(headers: &HeaderMap) -> String {
    let said = headers
        .get(axum::http::header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let named = |list: &[(&str, &'static str)], other: &'static str| {
        list.iter().find(|(mark, _)| said.contains(mark)).map_or(other, |(_, name)| *name)
    };
    let browser = named(
        &[
            ("MicroMessenger", "微信"),
            ("Edg", "Edge"),
            ("QQBrowser", "QQ浏览器"),
            ("360", "360浏览器"),
            ("Firefox", "火狐"),
            ("Chrome", "谷歌浏览器或同类"),
            ("Safari", "Safari"),
        ],
        "其他浏览器",
    );
    let system = named(
        &[
            ("Windows", "Windows"),
            ("Android", "安卓"),
            ("iPhone", "iPhone"),
            ("iPad", "iPad"),
            ("Mac OS", "macOS"),
            ("Linux", "Linux"),
        ],
        "其他系统",
    );
    format!("{browser}，{system}")
}

/// Who has given the right password a short while ago.
async fn half(frame: &Frame, session: &Session) -> Result<Option<Half>, PageError> {
    let now = frame.site.desk().clock().now();
    let half: Option<Half> = session.get(HALF).await.map_err(broken)?;
    Ok(half.filter(|half| half.until > now))
}

fn blank_code(frame: &Frame) -> SignInCode {
    SignInCode {
        page: frame.inside("动态验证码", "/sign-in"),
        code_error: String::new(),
        errors: Vec::new(),
        locked: String::new(),
    }
}

/// `GET /console/sign-in/code`
///
/// # Errors
/// When the store fails.
pub async fn code_form(frame: Frame, session: Session) -> Result<Response, PageError> {
    if half(&frame, &session).await?.is_none() {
        return Ok(onward(&frame, &frame.face.at("/sign-in")));
    }
    Ok(draw(&blank_code(&frame))?.into_response())
}

/// `POST /console/sign-in/code`
///
/// # Errors
/// When the store fails.
pub async fn code(
    frame: Frame,
    session: Session,
    headers: HeaderMap,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let Some(half) = half(&frame, &session).await? else {
        return Ok(onward(&frame, &frame.face.at("/sign-in")));
    };
    let desk = frame.site.desk();
    match accounts::sign_in_code(desk, half.account, fields.get("code")).await {
        Ok(actor) => {
            begin(
                &frame,
                &session,
                &headers,
                half.account,
                &actor,
                next_page(frame.face, &half.next),
            )
            .await
        }
        Err(error) => {
            let Refusal { code, message } = mendable(error)?;
            let mut page = blank_code(&frame);
            if code == "sign-in.locked" {
                page.locked = message;
            } else {
                page.code_error.clone_from(&message);
                page.errors = vec![FormError::new("code", message)];
            }
            Ok((StatusCode::BAD_REQUEST, draw(&page)?).into_response())
        }
    }
}

/// `POST /console/sign-out`
///
/// # Errors
/// When the store fails.
pub async fn sign_out(frame: Frame, session: Session) -> Result<Response, PageError> {
    accounts::signed_out(frame.site.desk(), actor(&frame)?).await?;
    session.flush().await.map_err(broken)?;
    Ok(onward(&frame, &frame.face.at("/sign-in")))
}

#[cfg(test)]
mod tests {
    use super::next_page;
    use crate::face::Face;

    #[test]
    fn nobody_is_led_away() {
        let next_page = |wanted: &'static str| next_page(Face::Console, wanted);
        assert_eq!(next_page("/console/batches?stage=checked"), "/console/batches?stage=checked");
        assert_eq!(next_page("/my"), "", "another face");
        for other in ["//b.cn", "https://b.cn", "/consoles", "/console/\\b", "/console/a\nb", ""] {
            assert_eq!(next_page(other), "", "{other}");
        }
    }
}
