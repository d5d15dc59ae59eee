//! The second factor of one's own account: setting up, recovery codes, taking away.

use askama::Template;
use axum::Extension;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use qrcode::{Color, QrCode};
use tower_sessions::Session;
use xinyong_service::accounts::{self, OwnAccount};
use xinyong_service::{Clock, DeskError};

use super::own::token;
use super::{actor, mendable, onward};
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Fact, FormError, Page, message_for};

const PAGE: &str = "/account/second-factor";

#[derive(Template)]
#[template(path = "console/own_factor.html")]
struct Factor {
    page: Page,
    errors: Vec<FormError>,
    required: bool,
    kept: Option<Vec<Fact>>,
    setting_up: Option<SettingUp>,
    password_error: String,
    code_error: String,
    new_codes_error: String,
}

struct SettingUp {
    secret: String,
    uri: String,
    picture: Picture,
}

/// A code to be read by a camera, as one path of unit squares.
struct Picture {
    size: usize,
    path: String,
}

#[derive(Template)]
#[template(path = "console/own_codes.html")]
struct Codes {
    page: Page,
    first: bool,
    codes: Vec<String>,
}

/// Squares of quiet ground around the code, as its standard wants them.
const QUIET: usize = 4;

fn picture(text: &str) -> Result<Picture, PageError> {
    let code = QrCode::new(text).map_err(PageError::internal)?;
    let width = code.width();
    let mut path = String::new();
    for (place, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            path.push_str(&format!("M{} {}h1v1h-1z", place % width + QUIET, place / width + QUIET));
        }
    }
    Ok(Picture { size: width + 2 * QUIET, path })
}

async fn show(
    frame: &Frame,
    token: &str,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let (desk, who) = (frame.site.desk(), actor(frame)?);
    let own: OwnAccount = accounts::own_account(desk, who, token).await?;
    let setting_up = match accounts::enrolment(desk, who, frame.site.name()).await? {
        Some(enrolment) => Some(SettingUp {
            // In fours, as a person reads and types it.
            secret: enrolment
                .secret
                .as_bytes()
                .chunks(4)
                .map(String::from_utf8_lossy)
                .collect::<Vec<_>>()
                .join(" "),
            picture: picture(&enrolment.uri)?,
            uri: enrolment.uri,
        }),
        None => None,
    };
    let kept = own.factor_since.map(|since| {
        vec![
            Fact::new("设置时间", Clock::show(since)),
            Fact::new("可用的恢复码", format!("{} 个", own.codes_left)),
        ]
    });
    draw(&Factor {
        page: frame.inside("动态验证码", "/account"),
        required: own.factor_required,
        kept,
        setting_up,
        password_error: message_for(&errors, "password"),
        code_error: message_for(&errors, "code"),
        new_codes_error: message_for(&errors, "new-codes"),
        errors,
    })
}

/// `GET /console/account/second-factor`
///
/// # Errors
/// When the store fails.
pub async fn factor(frame: Frame, session: Session) -> Result<Html<String>, PageError> {
    show(&frame, &token(&session), Vec::new()).await
}

async fn again(
    frame: &Frame,
    session: &Session,
    field: &str,
    error: DeskError,
) -> Result<Response, PageError> {
    let refusal = mendable(error)?;
    let field = if refusal.code == "account.password-wrong" { "password" } else { field };
    let errors = vec![FormError::new(field, refusal.message)];
    let page = show(frame, &token(session), errors).await?;
    Ok((StatusCode::BAD_REQUEST, page).into_response())
}

/// `POST …/begin`: makes a secret.
///
/// # Errors
/// When the store fails.
pub async fn begin(
    frame: Frame,
    session: Session,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let desk = frame.site.desk();
    match accounts::begin_factor(desk, actor(&frame)?, fields.get("password")).await {
        Ok(()) => Ok(onward(&frame, &frame.face.at(PAGE))),
        Err(error) => again(&frame, &session, "password", error).await,
    }
}

/// `POST …/confirm`: a code of the new secret; the answer shows the recovery codes, once.
///
/// # Errors
/// When the store fails.
pub async fn confirm(
    frame: Frame,
    session: Session,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let desk = frame.site.desk();
    let outcome =
        accounts::confirm_factor(desk, actor(&frame)?, fields.get("code"), &token(&session)).await;
    match outcome {
        Ok(codes) => Ok(show_codes(&frame, codes, true)?.into_response()),
        Err(error) => again(&frame, &session, "code", error).await,
    }
}

/// `POST …/codes`: new recovery codes.
///
/// # Errors
/// When the store fails.
pub async fn codes(
    frame: Frame,
    session: Session,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let desk = frame.site.desk();
    match accounts::new_recovery_codes(desk, actor(&frame)?, fields.get("new-codes")).await {
        Ok(codes) => Ok(show_codes(&frame, codes, false)?.into_response()),
        Err(error) => again(&frame, &session, "new-codes", error).await,
    }
}

fn show_codes(frame: &Frame, codes: Vec<String>, first: bool) -> Result<Html<String>, PageError> {
    draw(&Codes { page: frame.inside("恢复码", "/account"), first, codes })
}

/// `POST …/remove`
///
/// # Errors
/// When the store fails.
pub async fn remove(
    frame: Frame,
    session: Session,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let (desk, who) = (frame.site.desk(), actor(&frame)?);
    match accounts::remove_factor(desk, who, fields.get("password"), fields.get("code")).await {
        Ok(()) => Ok(onward(&frame, &frame.face.at("/account?done=factor-removed"))),
        Err(error) => again(&frame, &session, "code", error).await,
    }
}
