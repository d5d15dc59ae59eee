//! `/my/apply`: asking to act for one more firm, or for one again. The part of the form that signing up has too stands here.

use std::path::PathBuf;

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;
use xinyong_service::agents::{self, Application, FILE_TYPES, Firm};
use xinyong_service::{DeskError, Refusal};

use crate::console::parts::{Incoming, Parts};
use crate::console::{actor, mendable, onward};
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{FormError, Page, message_for};

/// The fields about the firm, and the bytes of each.
pub const FIELDS: [(&str, usize); 3] = [("code", 256), ("firm", 1024), ("replaces", 16)];

/// The part of a form that says for which firm.
pub struct FirmForm {
    /// The code as typed.
    pub code: String,
    /// What is wrong with it.
    pub code_error: String,
    /// The name as typed.
    pub firm: String,
    /// What is wrong with it.
    pub firm_error: String,
    /// Whether those who act until now are to end.
    pub replaces: bool,
    /// What is wrong with the file.
    pub file_error: String,
    /// What file may be chosen, in words.
    pub file_help: String,
    /// The endings of such a file.
    pub accept: String,
}

impl FirmForm {
    /// The form as it was sent.
    pub fn new(frame: &Frame, sent: &Parts, errors: &[FormError]) -> Self {
        let most = agents::most_megabytes(frame.site.desk());
        Self {
            code: sent.text("code").to_owned(),
            code_error: message_for(errors, "code"),
            firm: sent.text("firm").to_owned(),
            firm_error: message_for(errors, "firm"),
            replaces: sent.text("replaces") == "1",
            file_error: message_for(errors, "file"),
            file_help: format!(
                "盖公章的授权书扫描件，PDF、JPG 或 PNG，不超过 {most} MB；没有上传的，信用办可能请您到窗口出示原件"
            ),
            accept: FILE_TYPES.map(|(ending, _)| format!(".{ending}")).join(","),
        }
    }
}

/// What was asked for, of what was sent.
pub fn application(sent: &Parts) -> Application {
    let file: Option<PathBuf> = sent.file.as_ref().map(|(file, _)| file.path().to_path_buf());
    let firm = Firm { code: sent.text("code").to_owned(), name: sent.text("firm").to_owned() };
    Application { firm, replaces: sent.text("replaces") == "1", file }
}

/// The field that a refusal is about.
pub fn error_of(refusal: Refusal) -> FormError {
    let field = match refusal.code {
        "agent.code-invalid" => "code",
        "agent.firm-unknown" | "agent.firm-deregistered" => "firm",
        "agent.name-invalid" => "person",
        "agent.mobile-invalid" => "mobile",
        "agent.identity-invalid" => "identity",
        "account.login-invalid" | "account.exists" => "login",
        "account.password-weak" => "password",
        code if code.starts_with("file.") => "file",
        _ => "",
    };
    FormError::new(field, refusal.message)
}

#[derive(Template)]
#[template(path = "my/apply.html")]
struct Apply {
    page: Page,
    errors: Vec<FormError>,
    form: FirmForm,
}

/// For which firm somebody asks again.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Again {
    code: String,
}

fn show(frame: &Frame, sent: &Parts, errors: Vec<FormError>) -> Result<Html<String>, PageError> {
    draw(&Apply {
        page: frame.own("申请成为主体的经办人", "/my/apply", None),
        form: FirmForm::new(frame, sent, &errors),
        errors,
    })
}

/// `GET /my/apply`
///
/// # Errors
/// When the template fails.
pub async fn form(frame: Frame, Query(again): Query<Again>) -> Result<Html<String>, PageError> {
    let mut sent = Parts::default();
    sent.put("code", again.code.chars().take(18).collect());
    show(&frame, &sent, Vec::new())
}

/// `POST /my/apply`
///
/// # Errors
/// When the store fails. What the person can mend is said on the form.
pub async fn apply(frame: Frame, incoming: Incoming) -> Result<Response, PageError> {
    let desk = frame.site.desk();
    let mut sent = Parts::limited(agents::most_megabytes(desk));
    let outcome = match incoming.read(desk, &FIELDS, &mut sent).await? {
        Ok(()) => agents::apply(desk, actor(&frame)?, application(&sent)).await,
        Err(refusal) => Err(DeskError::from(refusal)),
    };
    match outcome {
        Ok(_) => Ok(onward(&frame, "/my?done=applied")),
        Err(error) => {
            let errors = vec![error_of(mendable(error)?)];
            Ok((StatusCode::BAD_REQUEST, show(&frame, &sent, errors)?).into_response())
        }
    }
}
