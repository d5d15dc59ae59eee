//! `/my/sign-up`: an account for somebody who asks to act for a firm.

use askama::Template;
use axum::http::request::Parts as RequestParts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse as _, Response};
use tower_sessions::Session;
use xinyong_service::DeskError;
use xinyong_service::accounts::SHORTEST_PASSWORD;
use xinyong_service::agents::{self, Person, Proof, SignUp};

use super::apply::{FirmForm, application, error_of};
use crate::console::parts::{Incoming, Parts};
use crate::console::provider::proved;
use crate::console::{actor, mendable, onward, sign_in};
use crate::guard::Caller;
use crate::page_error::PageError;
use crate::portal::error_report::{count, pay, spare};
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{FormError, Page, message_for};

/// What an application takes from the bucket of its address: ten at once, then one in six seconds.
const COST: u32 = 60;
/// Accounts that one address may ask for in a day: a bank's or an office's counter asks for several.
const MOST_OF_ADDRESS: u32 = 20;
/// What is counted of an address.
const SIGN_UPS: &str = "sign-up";
/// The fields beside those of the firm, and the bytes of each.
const FIELDS: [(&str, usize); 9] = [
    ("code", 256),
    ("firm", 1024),
    ("replaces", 16),
    ("person", 256),
    ("mobile", 64),
    ("identity", 64),
    ("login", 256),
    ("password", 1024),
    ("repeat_password", 1024),
];

#[derive(Template)]
#[template(path = "my/sign_up.html")]
struct Blank {
    page: Page,
    errors: Vec<FormError>,
    form: FirmForm,
    /// What the provider is called that has proved who it is; empty where a password is to be chosen.
    provider: String,
    /// What the provider is called that could prove it.
    offered: String,
    person: String,
    person_error: String,
    mobile: String,
    mobile_error: String,
    identity: String,
    identity_error: String,
    login: String,
    login_error: String,
    password_help: String,
    password_error: String,
    repeat_password_error: String,
}

fn show(
    frame: &Frame,
    is_proved: bool,
    sent: &Parts,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let label = frame.site.provider().map(|provider| provider.label().to_owned());
    let label = label.unwrap_or_default();
    let (provider, offered) =
        if is_proved { (label, String::new()) } else { (String::new(), label) };
    let text = |field: &str| sent.text(field).to_owned();
    draw(&Blank {
        page: frame.own("申请成为主体的经办人", "/my/apply", None),
        form: FirmForm::new(frame, sent, &errors),
        provider,
        offered,
        person: text("person"),
        person_error: message_for(&errors, "person"),
        mobile: text("mobile"),
        mobile_error: message_for(&errors, "mobile"),
        identity: text("identity"),
        identity_error: message_for(&errors, "identity"),
        login: text("login"),
        login_error: message_for(&errors, "login"),
        password_help: format!(
            "至少{SHORTEST_PASSWORD}位，须有字母和数字；不能含有登录名，不能是常见密码"
        ),
        password_error: message_for(&errors, "password"),
        repeat_password_error: message_for(&errors, "repeat_password"),
        errors,
    })
}

/// `GET /my/sign-up`
///
/// # Errors
/// When the store fails.
pub async fn form(frame: Frame, session: Session) -> Result<Response, PageError> {
    if actor(&frame)?.role.is_some() {
        return Ok(onward(&frame, "/my/apply"));
    }
    let is_proved = proved(&frame, &session).await?.is_some();
    Ok(show(&frame, is_proved, &Parts::default(), Vec::new())?.into_response())
}

/// `POST /my/sign-up`: makes the account, and signs it in.
///
/// # Errors
/// `report.too-often`; when the store fails. What the person can mend is said on the form.
pub async fn sign_up(
    frame: Frame,
    session: Session,
    headers: HeaderMap,
    asked: RequestParts,
    incoming: Incoming,
) -> Result<Response, PageError> {
    // Before anything of it is read: nobody is known yet but by where they are.
    pay(&frame, &asked, COST)?;
    let desk = frame.site.desk();
    let proved = proved(&frame, &session).await?;
    let is_proved = proved.is_some();
    let mut sent = Parts::limited(agents::most_megabytes(desk));
    let outcome = match incoming.read(desk, &FIELDS, &mut sent).await? {
        Err(refusal) => Err(DeskError::from(refusal)),
        // Who is signed in has an account already.
        Ok(()) if frame.caller.as_ref().is_some_and(Caller::is_signed_in) => {
            return Ok(onward(&frame, "/my/apply"));
        }
        Ok(()) if !is_proved && sent.text("password") != sent.text("repeat_password") => {
            let errors = vec![FormError::new("repeat_password", "两次填写的密码不一样")];
            let page = show(&frame, is_proved, &sent, errors)?;
            return Ok((StatusCode::BAD_REQUEST, page).into_response());
        }
        Ok(()) => {
            let text = |field: &str| sent.text(field).to_owned();
            let command = SignUp {
                person: Person {
                    name: text("person"),
                    mobile: text("mobile"),
                    identity: text("identity"),
                },
                proof: match proved {
                    Some(proved) => {
                        Proof::Identity { issuer: proved.issuer, subject: proved.subject }
                    }
                    None => Proof::Password { login: text("login"), password: text("password") },
                },
                application: application(&sent),
            };
            match spare(&frame, &asked, SIGN_UPS, MOST_OF_ADDRESS) {
                Ok(()) => agents::sign_up(desk, command).await,
                Err(full) => Err(full),
            }
        }
    };
    match outcome {
        Ok((account, actor)) => {
            count(&frame, &asked, SIGN_UPS);
            sign_in::begin(&frame, &session, &headers, account, &actor, "/my?done=applied").await
        }
        Err(error) => {
            let errors = vec![error_of(mendable(error)?)];
            let page = show(&frame, is_proved, &sent, errors)?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}
