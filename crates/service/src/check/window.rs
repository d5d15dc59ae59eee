//! A window on a check that another system shows its own people: a link that opens once, made with the unit's key.

use std::sync::Arc;

use xinyong_store::{CheckLink, sm3_hex};

use super::ask::{Asked, Looked, checked, event, find_subject, look_up, unit_of};
use super::look::{CheckView, one};
use super::uses::feed_back;
use crate::access::{Actor, Permission, Role};
use crate::browse::find_subject as find;
use crate::desk::Desk;
use crate::refusal::DeskError;

/// How long a link may be opened, in milliseconds: as long as it takes to show it.
const LIFE: i64 = 10 * 60 * 1000;
/// How long the one who opened it may say what came of it, in milliseconds: a working day.
const SAYING: i64 = 12 * 60 * 60 * 1000;

/// A link that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// What stands in its address. Nobody can see it again.
    pub token: String,
    /// Until when it may be opened.
    pub ends_at: i64,
}

/// Makes a link that shows one answer, once. Nothing is looked up before it is opened.
///
/// # Errors
/// As [`super::ask`].
pub async fn make_window(
    desk: &Desk,
    actor: &Actor,
    typed: &str,
    asked: &Asked,
) -> Result<Window, DeskError> {
    actor.authorise(Permission::CheckSubject)?;
    let asked = checked(desk, asked)?;
    let unit = unit_of(desk, actor).await?;
    let code = find_subject(desk, typed).await?;
    let subject_id = find(desk, &code).await?.subject.id;
    let token = hex::encode(desk.random::<32>()?);
    let made_at = desk.clock().now();
    let link = CheckLink {
        digest: sm3_hex(token.as_bytes()),
        subject_id,
        unit_id: unit,
        actor: actor.login.clone(),
        purpose: asked.purpose,
        basis: asked.basis,
        reference: asked.reference,
        made_at,
        ends_at: made_at + LIFE,
        number: None,
    };
    let ends_at = link.ends_at;
    let mut tx = desk.store().transaction("make check window").await?;
    tx.add_check_link(&link).await?;
    tx.commit().await?;
    Ok(Window { token, ends_at })
}

/// Who stands behind a link: the program that made it, for its unit and for this alone.
fn maker(link: &CheckLink) -> Actor {
    Actor {
        login: link.actor.clone(),
        name: link.actor.clone(),
        unit: link.unit_id.clone(),
        role: Some(Role::Machine),
    }
}

/// A link by its token, as long as the key that made it stands.
async fn link(desk: &Desk, token: &str) -> Result<CheckLink, DeskError> {
    let found = desk.store().check_link(&sm3_hex(token.as_bytes())).await?;
    let found = found.ok_or(DeskError::NotFound("这个链接"))?;
    let key = found.actor.strip_prefix("key:").and_then(|id| id.parse::<i64>().ok());
    if let Some(key) = key {
        let today = desk.today();
        let stands = desk.store().api_key(key).await?;
        if !stands.is_some_and(|key| key.ended_at.is_none() && key.expires_on >= today) {
            return Err(over());
        }
    }
    Ok(found)
}

fn over() -> DeskError {
    DeskError::refused(
        "check.window-over",
        "这个链接已经打开过，或者超过了十分钟。请从办事系统里重新打开",
    )
}

/// Opens a link: looks the subject up and keeps the look. A second time it is over.
///
/// # Errors
/// Not found, `check.window-over`.
pub async fn open_window(desk: &Desk, token: &str) -> Result<Looked, DeskError> {
    let link = link(desk, token).await?;
    if link.number.is_some() || desk.clock().is_before(link.ends_at, desk.clock().now()) {
        return Err(over());
    }
    let actor = maker(&link);
    let subject = desk.store().subject(link.subject_id).await?;
    let code = subject.and_then(|subject| subject.code).ok_or(DeskError::NotFound("该主体"))?;
    let asked = Asked {
        purpose: link.purpose.clone(),
        basis: link.basis.clone(),
        reference: link.reference.clone(),
        way: "window",
    };
    let looked = look_up(desk, &actor, &link.unit_id, &code, &asked).await?;
    let mut tx = desk.store().transaction("open check window").await?;
    if !tx.use_check_link(&link.digest, &looked.check().number).await? {
        return Err(over());
    }
    tx.add_checks(&[Arc::clone(&looked.new)]).await?;
    desk.audit_with(&mut tx, &actor, event(looked.check()));
    tx.commit().await?;
    Ok(looked)
}

/// What a link showed, for who holds it and is still in time to say what came of it; as far as it may be seen today.
///
/// # Errors
/// Not found, `check.window-over`.
pub async fn seen_in_window(desk: &Desk, token: &str) -> Result<CheckView, DeskError> {
    let link = link(desk, token).await?;
    let number = opened(desk, &link)?;
    one(desk, &maker(&link), &number).await
}

/// The number of a link that was opened, while something may be said of it.
fn opened(desk: &Desk, link: &CheckLink) -> Result<String, DeskError> {
    let late = desk.clock().is_before(link.made_at + SAYING, desk.clock().now());
    link.number.clone().filter(|_| !late).ok_or_else(over)
}

/// Says what use was made of what a link showed.
///
/// # Errors
/// Not found, `check.window-over`; as [`feed_back`].
pub async fn say_in_window(
    desk: &Desk,
    token: &str,
    outcome: &str,
    measures: &[String],
    note: &str,
) -> Result<String, DeskError> {
    let link = link(desk, token).await?;
    let number = opened(desk, &link)?;
    feed_back(desk, &maker(&link), &number, outcome, measures, note).await?;
    Ok(number)
}
