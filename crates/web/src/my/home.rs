//! `GET /my`: the firms that somebody acts for, and what became of what they asked for.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;
use xinyong_domain::workflow::mandate::Standing;
use xinyong_service::agents::{self, OwnFirm};
use xinyong_service::repairs::{self, OwnMessage};
use xinyong_service::{Clock, DeskError};

use crate::console::{actor, onward};
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, NoticeText, Page, Why};
use crate::ui::{draw, reasons, words};

struct Row {
    id: i64,
    href: String,
    code: String,
    firm: String,
    standing: Chip,
    applied: String,
    changed: String,
    reason: String,
    due: String,
    why: Option<Why>,
    take_back: bool,
    again_href: String,
}

#[derive(Template)]
#[template(path = "my/home.html")]
struct Home {
    page: Page,
    notice: Option<NoticeText>,
    person: String,
    messages: Vec<Message>,
    firms: Vec<Row>,
    others: Vec<Row>,
}

/// Something the person was told.
struct Message {
    at: String,
    firm: String,
    text: String,
    href: String,
    unread: bool,
}

/// What has just been done, and whether the list is wanted though there is only one firm.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    done: String,
}

/// Where a mandate stands, with its tone.
pub fn standing(standing: Standing) -> Chip {
    let tone = match standing {
        Standing::Waiting => "warn",
        Standing::Active => "good",
        Standing::Refused => "bad",
        Standing::TakenBack | Standing::Ended => "neutral",
    };
    Chip::new(standing.label(), tone)
}

fn row(frame: &Frame, one: OwnFirm) -> Row {
    let law = frame.site.desk().law();
    let again = matches!(one.standing, Standing::Refused | Standing::TakenBack | Standing::Ended);
    Row {
        id: one.id,
        href: words::firm_href(&one.code),
        again_href: if again {
            crate::url::with_query("/my/apply", &[("code", &one.code)])
        } else {
            String::new()
        },
        standing: standing(one.standing),
        applied: Clock::show(one.applied_at),
        changed: one.changed_at.map(Clock::show).unwrap_or_default(),
        due: one.due.as_ref().map_or_else(String::new, |due| due.value.date.to_string()),
        why: one.due.as_ref().map(|due| reasons::due_why(&law, "信用办确认的期限", due)),
        take_back: one.standing == Standing::Waiting,
        code: one.code,
        firm: one.firm,
        reason: one.reason,
    }
}

fn message(one: OwnMessage) -> Message {
    // Without a mandate that stands there is no page to lead to.
    let (firm, href) = match (&one.firm, one.item, one.record) {
        (Some((firm, code)), Some(item), _) => {
            (firm.clone(), format!("{}/{item}", super::repair::here(code)))
        }
        (Some((firm, code)), None, Some(record)) => {
            (firm.clone(), super::repair_record::href(code, record))
        }
        _ => (String::new(), String::new()),
    };
    Message { at: Clock::show(one.at), firm, text: one.text, href, unread: !one.read }
}

/// The first page of an agent.
///
/// # Errors
/// When the store fails.
pub async fn home(frame: Frame, Query(asked): Query<Asked>) -> Result<Html<String>, PageError> {
    let found = agents::own_home(frame.site.desk(), actor(&frame)?).await?;
    let messages = repairs::own_messages(frame.site.desk(), actor(&frame)?).await?;
    let notice = match asked.done.as_str() {
        "applied" => {
            Some(("申请已提交", "信用办核对授权后，您就可以办理该主体的事项；结果在本页查看。"))
        }
        "taken-back" => Some(("申请已撤回", "需要时可以重新申请。")),
        "left" => Some(("已终止经办", "您不再是该主体的经办人。")),
        _ => None,
    };
    draw(&Home {
        page: frame.own("我的主体", "/my", None),
        notice: notice.map(|(title, text)| NoticeText::new("success", title, text)),
        person: found.person.name,
        messages: messages.into_iter().map(message).collect(),
        firms: found.firms.into_iter().map(|one| row(&frame, one)).collect(),
        others: found.others.into_iter().map(|one| row(&frame, one)).collect(),
    })
}

/// `POST /my/applications/{id}/take-back`
///
/// # Errors
/// Not found for one that is somebody else's.
pub async fn take_back(frame: Frame, Path(id): Path<i64>) -> Result<Response, PageError> {
    match agents::take_back(frame.site.desk(), actor(&frame)?, id).await {
        // Decided in the meantime: the page says how.
        Ok(()) => Ok(onward(&frame, "/my?done=taken-back")),
        Err(DeskError::Refused(refusal)) if refusal.code == "agent.decided" => {
            Ok(onward(&frame, "/my").into_response())
        }
        Err(error) => Err(error.into()),
    }
}
