//! `/embed/check/{token}`: the answer of a check inside another system, opened once by a link that its program made.

use askama::Template;
use axum::extract::{Path, Request};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use xinyong_service::{DeskError, check};

use super::embed::origins;
use super::error_report::pay;
use crate::console::checks::{UseForm, use_error_of, use_form};
use crate::fields::Fields;
use crate::guard::take_fields;
use crate::layers;
use crate::page_error::PageError;
use crate::ui::check_answer::{AnswerView, view};
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{FormError, Page};

/// What opening a link or saying something takes from the bucket of its address.
const COST: u32 = 5;

#[derive(Template)]
#[template(path = "portal/check_window.html")]
struct Window {
    page: Page,
    errors: Vec<FormError>,
    /// Nothing once it was shown.
    answer: Option<AnswerView>,
    number: String,
    said: bool,
    form: Option<UseForm>,
    over: String,
}

fn framed(frame: &Frame, status: StatusCode, window: &Window) -> Result<Response, PageError> {
    let policy = layers::policy(&origins(frame.site.county()));
    let policy = HeaderValue::try_from(policy).map_err(PageError::internal)?;
    let mut response = (status, super::unindexed(draw(window)?)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}

fn empty(frame: &Frame, number: &str) -> Window {
    Window {
        page: frame.portal("信用核查", ""),
        errors: Vec::new(),
        answer: None,
        number: number.to_owned(),
        said: false,
        form: None,
        over: String::new(),
    }
}

fn no_longer(frame: &Frame, error: DeskError) -> Result<Response, PageError> {
    let over = match error {
        DeskError::Refused(refusal) if refusal.code == "check.window-over" => refusal.message,
        DeskError::NotFound(_) => "这个链接不存在。请从办事系统里重新打开".to_owned(),
        other => return Err(other.into()),
    };
    framed(frame, StatusCode::GONE, &Window { over, ..empty(frame, "") })
}

/// Shows the answer, once.
///
/// # Errors
/// `report.too-often`; when the store fails.
pub async fn open(
    frame: Frame,
    Path(token): Path<String>,
    request: Request,
) -> Result<Response, PageError> {
    let (parts, _) = request.into_parts();
    pay(&frame, &parts, COST)?;
    if parts.method == Method::HEAD {
        // Who only asks whether it is there must not use it up.
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let desk = frame.site.desk();
    let looked = match check::open_window(desk, &token).await {
        Ok(looked) => looked,
        Err(error) => return no_longer(&frame, error),
    };
    let answer = view(&desk.law(), &looked.answer);
    let action = format!("/embed/check/{token}/use");
    let form = use_form(desk, action, &answer, &Fields::default(), &[]);
    let window =
        Window { answer: Some(answer), form: Some(form), ..empty(&frame, &looked.check().number) };
    framed(&frame, StatusCode::OK, &window)
}

/// Takes in what came of it. Whoever holds the token was shown the answer: no other proof is asked for.
///
/// # Errors
/// `report.too-often`; when the store fails. What the person can mend is said.
pub async fn say(
    frame: Frame,
    Path(token): Path<String>,
    request: Request,
) -> Result<Response, PageError> {
    let (parts, fields) = match take_fields(request).await {
        Ok(read) => read,
        Err(refused) => return Ok(refused),
    };
    pay(&frame, &parts, COST)?;
    let desk = frame.site.desk();
    let (outcome, note) = (fields.get("outcome"), fields.get("note"));
    let measures = fields.all("measures");
    match check::say_in_window(desk, &token, outcome, &measures, note).await {
        Ok(number) => {
            framed(&frame, StatusCode::OK, &Window { said: true, ..empty(&frame, &number) })
        }
        Err(DeskError::Refused(refusal)) if refusal.code.starts_with("use.") => {
            let errors = vec![use_error_of(refusal)];
            let seen = check::seen_in_window(desk, &token).await?;
            let answer = view(&desk.law(), &seen.answer);
            let action = format!("/embed/check/{token}/use");
            let form = use_form(desk, action, &answer, &fields, &errors);
            let window = Window {
                errors,
                form: Some(form),
                answer: Some(answer),
                ..empty(&frame, &seen.check.number)
            };
            framed(&frame, StatusCode::BAD_REQUEST, &window)
        }
        // Who holds no token of ours may say nothing.
        Err(error @ DeskError::NotFound(_)) => {
            let mut refused = no_longer(&frame, error)?;
            *refused.status_mut() = StatusCode::FORBIDDEN;
            Ok(refused)
        }
        Err(error) => no_longer(&frame, error),
    }
}
