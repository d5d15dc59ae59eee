//! One account as the administrator sees and changes it.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;
use xinyong_service::accounts::{self, AccountView, Change};
use xinyong_service::{Clock, DeskError};

use super::accounts::{error_of, href, role_choices, role_of, states, unit_choices, unit_of};
use super::{actor, mendable, onward};
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, Choice, Fact, FormError, NoticeText, Page, message_for};

#[derive(Template)]
#[template(path = "console/account.html")]
struct Account {
    page: Page,
    notice: Option<NoticeText>,
    errors: Vec<FormError>,
    href: String,
    shown: AccountView,
    states: Vec<Chip>,
    facts: Vec<Fact>,
    full_name: String,
    name_error: String,
    units: Vec<Choice>,
    unit_error: String,
    roles: Vec<Choice>,
    role_error: String,
    password_error: String,
    active_error: String,
}

/// What has just been done.
#[derive(Debug, Deserialize)]
pub struct Done {
    #[serde(default)]
    done: String,
}

/// `GET /console/accounts/{id}`
///
/// # Errors
/// `access.denied`, not found.
pub async fn account(
    frame: Frame,
    Path(id): Path<i64>,
    Query(done): Query<Done>,
) -> Result<Html<String>, PageError> {
    let notice = match done.done.as_str() {
        "created" => {
            Some(("账号已增加", "请把登录名和初始密码告知本人，本人第一次登录时必须更改密码。"))
        }
        "changed" => Some(("已保存", "从下一个页面起按新的单位和角色办理。")),
        "enabled" => Some(("账号已启用", "本人可以登录了。")),
        "disabled" => Some(("账号已停用", "不能再登录，已有的登录都已退出。")),
        "password" => Some(("密码已重置", "请告知本人，本人登录后必须更改。已有的登录都已退出。")),
        "sessions" => Some(("已全部退出", "本人要再次使用，须重新登录。")),
        "factor" => Some(("动态验证码已重置", "本人下次登录只须密码。已有的登录都已退出。")),
        _ => None,
    };
    let notice = notice.map(|(title, text)| NoticeText::new("success", title, text));
    show(&frame, id, notice, None, Vec::new()).await
}

async fn show(
    frame: &Frame,
    id: i64,
    notice: Option<NoticeText>,
    typed: Option<&Fields>,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let shown = accounts::account(frame.site.desk(), actor(frame)?, id).await?;
    let (name, unit, role) = match typed {
        Some(fields) => (fields.get("name"), fields.get("unit"), fields.get("role")),
        None => {
            (shown.name.as_str(), shown.unit.as_str(), shown.role.map_or("", |role| role.as_str()))
        }
    };
    let facts = vec![
        Fact::new("登录名", shown.login.as_str()),
        Fact::new("增加时间", Clock::show(shown.created_at)),
        Fact::new("正在登录", format!("{} 处", shown.sessions)),
        Fact::new("动态验证码", if shown.has_factor { "已设置" } else { "未设置" }),
    ];
    draw(&Account {
        page: frame.console("账号", "/console/accounts"),
        notice,
        href: href(id),
        states: states(&shown),
        facts,
        full_name: name.to_owned(),
        name_error: message_for(&errors, "name"),
        units: unit_choices(frame, unit).await?,
        unit_error: message_for(&errors, "unit"),
        roles: role_choices(role),
        role_error: message_for(&errors, "role"),
        password_error: message_for(&errors, "password"),
        active_error: message_for(&errors, "active"),
        errors,
        shown,
    })
}

async fn done(
    frame: &Frame,
    id: i64,
    word: &str,
    typed: Option<&Fields>,
    outcome: Result<(), DeskError>,
) -> Result<Response, PageError> {
    let Err(error) = outcome else {
        return Ok(onward(frame, &format!("{}?done={word}", href(id))));
    };
    let mut said = error_of(&mendable(error)?);
    if word == "disabled" {
        said.field = "active".to_owned();
    }
    let page = show(frame, id, None, typed, vec![said]).await?;
    Ok((StatusCode::BAD_REQUEST, page).into_response())
}

/// `POST /console/accounts/{id}`: name, unit, role.
///
/// # Errors
/// `access.denied`, not found.
pub async fn change(
    frame: Frame,
    Path(id): Path<i64>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let (desk, who) = (frame.site.desk(), actor(&frame)?);
    accounts::account(desk, who, id).await?;
    let command = || {
        let (name, unit) = (fields.get("name").to_owned(), unit_of(&fields)?);
        Ok(Change { account: id, name, unit, role: role_of(&fields)? })
    };
    let outcome = match command() {
        Ok(command) => accounts::change(desk, who, command).await,
        Err(error) => Err(error),
    };
    done(&frame, id, "changed", Some(&fields), outcome).await
}

/// `POST /console/accounts/{id}/active`
///
/// # Errors
/// `access.denied`, not found.
pub async fn set_active(
    frame: Frame,
    Path(id): Path<i64>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let active = fields.get("active") == "true";
    let outcome = accounts::set_active(frame.site.desk(), actor(&frame)?, id, active).await;
    done(&frame, id, if active { "enabled" } else { "disabled" }, None, outcome).await
}

/// `POST /console/accounts/{id}/password`
///
/// # Errors
/// `access.denied`, not found.
pub async fn reset_password(
    frame: Frame,
    Path(id): Path<i64>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let (desk, who) = (frame.site.desk(), actor(&frame)?);
    let outcome = accounts::reset_password(desk, who, id, fields.get("password")).await;
    done(&frame, id, "password", None, outcome).await
}

/// `POST /console/accounts/{id}/sessions`
///
/// # Errors
/// `access.denied`, not found.
pub async fn end_sessions(frame: Frame, Path(id): Path<i64>) -> Result<Response, PageError> {
    let outcome = accounts::end_sessions(frame.site.desk(), actor(&frame)?, id).await.map(drop);
    done(&frame, id, "sessions", None, outcome).await
}

/// `POST /console/accounts/{id}/second-factor`
///
/// # Errors
/// `access.denied`, not found.
pub async fn reset_factor(frame: Frame, Path(id): Path<i64>) -> Result<Response, PageError> {
    let outcome = accounts::reset_factor(frame.site.desk(), actor(&frame)?, id).await;
    done(&frame, id, "factor", None, outcome).await
}
