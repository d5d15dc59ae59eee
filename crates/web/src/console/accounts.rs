//! The administrator's list of accounts, and a new one.

use askama::Template;
use axum::Extension;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;
use xinyong_service::accounts::{self, AccountView, CreateAccount};
use xinyong_service::units::active_units;
use xinyong_service::{Clock, DeskError, Refusal, Role, browse};

use super::{actor, mendable, onward};
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, Choice, FormError, Page, message_for};

struct Row {
    href: String,
    login: String,
    name: String,
    role: String,
    unit: String,
    states: Vec<Chip>,
    sessions: String,
}

#[derive(Template)]
#[template(path = "console/accounts.html")]
struct Accounts {
    page: Page,
    rows: Vec<Row>,
    roles: Vec<Choice>,
    saved: bool,
}

#[derive(Template)]
#[template(path = "console/account_new.html")]
struct New {
    page: Page,
    errors: Vec<FormError>,
    login: String,
    login_error: String,
    full_name: String,
    name_error: String,
    units: Vec<Choice>,
    unit_error: String,
    roles: Vec<Choice>,
    role_error: String,
    password_error: String,
    password_help: String,
}

/// What has just been done.
#[derive(Debug, Deserialize)]
pub struct Done {
    #[serde(default)]
    saved: bool,
}

/// Address of an account's page.
pub fn href(id: i64) -> String {
    format!("/console/accounts/{id}")
}

/// How an account stands, in words.
pub fn states(account: &AccountView) -> Vec<Chip> {
    let mut states = vec![if account.active {
        Chip::new("可登录", "good")
    } else {
        Chip::new("已停用", "neutral")
    }];
    if let Some(until) = account.locked_until {
        states.push(Chip::new(format!("锁定至 {}", Clock::show(until)), "warn"));
    }
    if account.must_change {
        states.push(Chip::new("待改初始密码", "warn"));
    }
    if account.has_factor {
        states.push(Chip::new("有动态验证码", "info"));
    }
    states
}

/// `GET /console/accounts`
///
/// # Errors
/// `access.denied`.
pub async fn accounts(frame: Frame, Query(done): Query<Done>) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let rows = accounts::accounts(desk, actor(&frame)?)
        .await?
        .into_iter()
        .map(|account| Row {
            href: href(account.id),
            states: states(&account),
            sessions: account.sessions.to_string(),
            login: account.login,
            name: account.name,
            role: account.role.map_or("", |role| role.label()).to_owned(),
            unit: account.unit_name,
        })
        .collect();
    let required = accounts::factor_roles(desk).await?;
    let roles = factor_choices()
        .map(|role| Choice {
            value: role.as_str().to_owned(),
            label: role.label().to_owned(),
            selected: required.contains(&role),
        })
        .collect();
    draw(&Accounts {
        page: frame.console("账号", "/console/accounts"),
        rows,
        roles,
        saved: done.saved,
    })
}

/// The roles of which a second factor may be asked: those of the units, and agents.
fn factor_choices() -> impl Iterator<Item = Role> {
    Role::ACCOUNTS.into_iter().chain([Role::Agent])
}

/// `POST /console/accounts/second-factor`: which roles need a second factor.
///
/// # Errors
/// `access.denied`.
pub async fn factor_roles(
    frame: Frame,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let roles: Vec<Role> = factor_choices()
        .filter(|role| {
            fields.0.iter().any(|(name, value)| name == "role" && value == role.as_str())
        })
        .collect();
    accounts::set_factor_roles(frame.site.desk(), actor(&frame)?, &roles).await?;
    Ok(onward(&frame, "/console/accounts?saved=true"))
}

/// The units an account may belong to, the chosen one among them.
pub async fn unit_choices(frame: &Frame, chosen: &str) -> Result<Vec<Choice>, PageError> {
    let mut units = vec![Choice::new("", "请选择", chosen)];
    let desk = frame.site.desk();
    let mut names = active_units(desk).await?;
    if !chosen.is_empty() && !names.iter().any(|(id, _)| id == chosen) {
        // Of a unit that has ended: it may stay.
        names.extend(browse::unit_names(desk).await?.into_iter().filter(|(id, _)| id == chosen));
    }
    units.extend(names.iter().map(|(id, name)| Choice::new(id, name, chosen)));
    Ok(units)
}

/// The roles an account may have.
pub fn role_choices(chosen: &str) -> Vec<Choice> {
    let mut roles = vec![Choice::new("", "请选择", chosen)];
    roles.extend(
        Role::ACCOUNTS.into_iter().map(|role| Choice::new(role.as_str(), role.label(), chosen)),
    );
    roles
}

/// What the desk said, beside the field that it is about.
pub fn error_of(refusal: &Refusal) -> FormError {
    let field = match refusal.code {
        "account.login-invalid" | "account.exists" => "login",
        "account.name-missing" => "name",
        "account.password-weak" => "password",
        "account.role-missing" | "account.role-invalid" | "account.last-administrator" => "role",
        code if code.starts_with("unit.") => "unit",
        _ => "",
    };
    FormError::new(field, refusal.message.as_str())
}

/// The role that was chosen.
///
/// # Errors
/// `account.role-missing`.
pub fn role_of(fields: &Fields) -> Result<Role, DeskError> {
    Role::from_word(fields.get("role"))
        .ok_or_else(|| DeskError::refused("account.role-missing", "请选择角色"))
}

/// The unit that was chosen.
///
/// # Errors
/// `unit.missing`.
pub fn unit_of(fields: &Fields) -> Result<String, DeskError> {
    let unit = fields.get("unit");
    if unit.is_empty() {
        return Err(DeskError::refused("unit.missing", "请选择单位"));
    }
    Ok(unit.to_owned())
}

/// `GET /console/accounts/new`
///
/// # Errors
/// `access.denied`.
pub async fn new(frame: Frame) -> Result<Html<String>, PageError> {
    show_new(&frame, &Fields::default(), Vec::new()).await
}

async fn show_new(
    frame: &Frame,
    fields: &Fields,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    draw(&New {
        page: frame.console("增加账号", "/console/accounts"),
        login: fields.get("login").to_owned(),
        login_error: message_for(&errors, "login"),
        full_name: fields.get("name").to_owned(),
        name_error: message_for(&errors, "name"),
        units: unit_choices(frame, fields.get("unit")).await?,
        unit_error: message_for(&errors, "unit"),
        roles: role_choices(fields.get("role")),
        role_error: message_for(&errors, "role"),
        password_error: message_for(&errors, "password"),
        password_help: format!(
            "至少{}位，须有字母和数字。当面或电话告知本人，本人第一次登录时必须更改",
            accounts::SHORTEST_PASSWORD
        ),
        errors,
    })
}

/// `POST /console/accounts/new`
///
/// # Errors
/// `access.denied`; when the store fails. What the person can mend is said on the form.
pub async fn create(
    frame: Frame,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let command = || {
        Ok(CreateAccount {
            login: fields.get("login").to_owned(),
            name: fields.get("name").to_owned(),
            unit: unit_of(&fields)?,
            role: role_of(&fields)?,
            password: fields.get("password").to_owned(),
        })
    };
    let made = match command() {
        Ok(command) => accounts::open_account(frame.site.desk(), actor(&frame)?, command).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(id) => Ok(onward(&frame, &format!("{}?done=created", href(id)))),
        Err(error) => {
            let errors = vec![error_of(&mendable(error)?)];
            let page = show_new(&frame, &fields, errors).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}
