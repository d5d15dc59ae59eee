//! `/my/mail`: where an agent is written to, and the link by which an address is confirmed.

use askama::Template;
use axum::Extension;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;
use xinyong_service::Clock;
use xinyong_service::agents::{self, Given};

use crate::console::{actor, mendable, onward};
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{FormError, NoticeText, Page, message_for};

const HERE: &str = "/my/mail";

#[derive(Template)]
#[template(path = "my/mail.html")]
struct Mail {
    page: Page,
    notice: Option<NoticeText>,
    errors: Vec<FormError>,
    current: String,
    waiting: String,
    waiting_until: String,
    failed: bool,
    may_set: bool,
    address: String,
    address_error: String,
}

#[derive(Template)]
#[template(path = "my/mail_confirm.html")]
struct Confirm {
    page: Page,
    errors: Vec<FormError>,
    code: String,
}

/// What has just been done.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    done: String,
}

/// What a link carries.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Followed {
    code: String,
}

async fn show(
    frame: &Frame,
    done: &str,
    typed: Option<&str>,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let found = agents::own_contact(frame.site.desk(), actor(frame)?).await?;
    let notice = match done {
        "asked" => Some((
            "确认邮件将发往该邮箱",
            "请在一天以内打开邮件中的地址，登录后确认。没有收到的，请查看垃圾邮件。",
        )),
        "taken" => Some(("已清空", "不再发送邮件，消息仍在“我的主体”页查看。")),
        "confirmed" => Some(("邮箱已确认", "今后的消息会同时发到这个邮箱。")),
        _ => None,
    };
    let current = found.address.unwrap_or_default();
    let (waiting, until) = found.waiting.unwrap_or_default();
    draw(&Mail {
        page: frame.own("邮件提醒", HERE, None),
        notice: notice.map(|(title, text)| NoticeText::new("success", title, text)),
        address: typed.map_or_else(|| current.clone(), str::to_owned),
        address_error: message_for(&errors, "address"),
        errors,
        current,
        waiting_until: if waiting.is_empty() { String::new() } else { Clock::show(until) },
        waiting,
        failed: found.failed,
        may_set: found.may_set,
    })
}

/// The page.
///
/// # Errors
/// When the store fails.
pub async fn page(frame: Frame, Query(asked): Query<Asked>) -> Result<Html<String>, PageError> {
    show(&frame, &asked.done, None, Vec::new()).await
}

/// `POST /my/mail`: where to write to.
///
/// # Errors
/// When the store fails. What the person can mend is said on the form.
pub async fn give(
    frame: Frame,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let address = fields.get("address");
    match agents::give_contact(frame.site.desk(), actor(&frame)?, address).await {
        Ok(Given::Asked) => Ok(onward(&frame, "/my/mail?done=asked")),
        Ok(Given::Taken) => Ok(onward(&frame, "/my/mail?done=taken")),
        Ok(Given::Same) => Ok(onward(&frame, HERE)),
        Err(error) => {
            let errors = vec![FormError::new("address", mendable(error)?.message)];
            let page = show(&frame, "", Some(address), errors).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

fn asks(frame: &Frame, code: &str, errors: Vec<FormError>) -> Result<Html<String>, PageError> {
    draw(&Confirm { page: frame.own("确认邮箱", HERE, None), errors, code: code.to_owned() })
}

/// `GET /my/mail/confirm`: where the link leads. Programs that open links in mails confirm nothing.
///
/// # Errors
/// When the page cannot be drawn.
pub async fn link(
    frame: Frame,
    Query(followed): Query<Followed>,
) -> Result<Html<String>, PageError> {
    asks(&frame, &followed.code, Vec::new())
}

/// `POST /my/mail/confirm`
///
/// # Errors
/// When the store fails. A link that does not hold is said on the page.
pub async fn confirm(
    frame: Frame,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let code = fields.get("code");
    match agents::confirm_contact(frame.site.desk(), actor(&frame)?, code).await {
        Ok(()) => Ok(onward(&frame, "/my/mail?done=confirmed")),
        Err(error) => {
            let errors = vec![FormError::new("", mendable(error)?.message)];
            Ok((StatusCode::BAD_REQUEST, asks(&frame, "", errors)?).into_response())
        }
    }
}
