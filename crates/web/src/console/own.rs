//! One's own account: what it is, the password, where one is signed in.

use askama::Template;
use axum::Extension;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;
use tower_sessions::Session;
use xinyong_service::accounts::{self, OwnSession};
use xinyong_service::{Clock, DeskError, Refusal, agents};

use super::{actor, mendable, onward};
use crate::face::Face;
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Fact, FormError, NoticeText, Page, message_for};

#[derive(Template)]
#[template(path = "console/own.html")]
struct Own {
    page: Page,
    notice: Option<NoticeText>,
    facts: Vec<Fact>,
    sessions: Vec<SessionRow>,
    others: bool,
    own: bool,
}

struct SessionRow {
    id: String,
    agent: String,
    began: String,
    seen: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "console/own_password.html")]
struct Password {
    page: Page,
    must: bool,
    password_help: String,
    errors: Vec<FormError>,
    password_error: String,
    new_password_error: String,
    repeat_password_error: String,
    login: String,
}

/// What has just been done.
#[derive(Debug, Deserialize)]
pub struct Done {
    #[serde(default)]
    done: String,
}

/// The session that asks, as the desk knows it.
pub fn token(session: &Session) -> String {
    session.id().map(|id| id.to_string()).unwrap_or_default()
}

fn row(session: OwnSession) -> SessionRow {
    SessionRow {
        id: session.id,
        agent: session.agent,
        began: Clock::show(session.began_at),
        seen: Clock::show(session.seen_at),
        current: session.current,
    }
}

/// `GET /console/account`
///
/// # Errors
/// When the store fails.
pub async fn own(
    frame: Frame,
    session: Session,
    Query(done): Query<Done>,
) -> Result<Html<String>, PageError> {
    let shown = accounts::own_account(frame.site.desk(), actor(&frame)?, &token(&session)).await?;
    let factor = match shown.factor_since {
        Some(since) => Fact::new("动态验证码", "已设置").noted(format!(
            "{} 起；还有 {} 个恢复码可用",
            Clock::show(since),
            shown.codes_left
        )),
        None if shown.factor_required => {
            Fact::new("动态验证码", "未设置").noted("您的角色必须设置")
        }
        None => Fact::new("动态验证码", "未设置").noted("设置后，登录时除密码外还须手机上的验证码"),
    };
    let own = frame.face == Face::Own;
    let mut facts = vec![
        Fact::new("登录名", agents::typed_login(&shown.login)),
        Fact::new("角色", shown.role.map_or("", |role| role.label())),
        Fact::new(
            "密码",
            shown.password_at.map_or_else(String::new, |at| format!("{} 设置", Clock::show(at))),
        ),
        factor,
    ];
    // An agent's name is sealed, and belongs to no unit.
    if !own {
        facts.insert(0, Fact::new("姓名", shown.name));
        facts.insert(3, Fact::new("单位", shown.unit_name));
    }
    let notice = match done.done.as_str() {
        "password" => Some(("密码已更改", "其他地方的登录都已退出。")),
        "session" => Some(("已退出所选的登录", "那个浏览器要再次使用，须重新登录。")),
        "factor-removed" => Some(("动态验证码已停用", "原来的恢复码也不能再用。")),
        _ => None,
    };
    draw(&Own {
        page: frame.inside("我的账号", "/account"),
        notice: notice.map(|(title, text)| NoticeText::new("success", title, text)),
        facts,
        own,
        others: shown.sessions.len() > 1,
        sessions: shown.sessions.into_iter().map(row).collect(),
    })
}

/// `POST /console/account/sessions`: ends one session, or all others.
///
/// # Errors
/// Not found when it is over already.
pub async fn end_sessions(
    frame: Frame,
    session: Session,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let desk = frame.site.desk();
    match fields.get("session") {
        "others" => {
            accounts::end_other_sessions(desk, actor(&frame)?, &token(&session)).await?;
        }
        id => accounts::end_own_session(desk, actor(&frame)?, id).await?,
    }
    Ok(onward(&frame, &frame.face.at("/account?done=session")))
}

/// `GET /console/account/password`
///
/// # Errors
/// When the store fails.
pub async fn password_form(frame: Frame) -> Result<Html<String>, PageError> {
    show_password(&frame, Vec::new()).await
}

async fn show_password(frame: &Frame, errors: Vec<FormError>) -> Result<Html<String>, PageError> {
    let who = actor(frame)?;
    draw(&Password {
        page: frame.inside("更改密码", "/account"),
        must: accounts::must_change(frame.site.desk(), who).await?,
        password_help: format!(
            "至少{}位，须有字母和数字；不能含有登录名，不能是常见密码",
            accounts::SHORTEST_PASSWORD
        ),
        password_error: message_for(&errors, "password"),
        new_password_error: message_for(&errors, "new_password"),
        repeat_password_error: message_for(&errors, "repeat_password"),
        login: who.login.clone(),
        errors,
    })
}

/// The field that a refusal is about.
fn field_of(refusal: &Refusal) -> &'static str {
    match refusal.code {
        "account.password-weak" | "account.password-same" => "new_password",
        _ => "password",
    }
}

/// `POST /console/account/password`
///
/// # Errors
/// When the store fails. What the person can mend is said on the form.
pub async fn password(
    frame: Frame,
    session: Session,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let new = fields.get("new_password");
    let outcome = if new == fields.get("repeat_password") {
        let old = fields.get("password");
        accounts::change_password(frame.site.desk(), actor(&frame)?, old, new, &token(&session))
            .await
    } else {
        Err(DeskError::refused("repeat", "两次填写的新密码不一样"))
    };
    let Err(error) = outcome else {
        session.cycle_id().await.map_err(PageError::internal)?;
        return Ok(onward(&frame, &frame.face.at("/account?done=password")));
    };
    let refusal = mendable(error)?;
    let field = if refusal.code == "repeat" { "repeat_password" } else { field_of(&refusal) };
    let page = show_password(&frame, vec![FormError::new(field, refusal.message)]).await?;
    Ok((StatusCode::BAD_REQUEST, page).into_response())
}
