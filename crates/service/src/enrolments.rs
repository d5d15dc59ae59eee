//! 订阅: a unit that has a legal basis follows a subject, and is told what changes, until the day it named.
//!
//! Nobody follows a natural person: what is followed is an entry of the register. Whether an enrolment holds is decided from its day
//! whenever it is asked for; the job only writes down that it is over.

mod changes;
mod hooks;
mod push;

use jiff::Span;
use jiff::civil::Date;
use serde::Serialize;
use xinyong_domain::law::Lookup;
use xinyong_store::Enrolment;

use crate::access::{Actor, Permission};
use crate::audit::AuditEvent;
use crate::browse::{Names, PersonView, find_subject as subject_of};
use crate::clock::Clock;
use crate::desk::Desk;
use crate::refusal::{DeskError, Refusal};

pub use changes::{Happened, Told, ToldPage, changes};
pub use hooks::{HookView, Outlet, hook, remove_hook, set_hook};
pub use push::{Parcel, Pushed, SentView, push, sent};

/// Longest basis and purpose, in characters.
const LONGEST_TEXT: usize = 200;
/// Longest reason for an end, in characters.
const LONGEST_REASON: usize = 200;
/// Enrolments that a list shows at most.
const MOST_SHOWN: i64 = 500;
/// Enrolments whose end is written down in one go.
const PORTION: i64 = 500;

/// What is to be followed, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Enrol {
    /// The unified code of the subject.
    pub code: String,
    /// The legal basis.
    pub basis: String,
    /// What for.
    pub purpose: String,
    /// The last day.
    pub until: Option<Date>,
}

/// How an enrolment stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It holds.
    InForce,
    /// Its day has passed.
    Lapsed,
    /// Somebody ended it before.
    Ended,
}

/// An enrolment as the unit sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolmentView {
    /// The id.
    pub id: i64,
    /// The unit.
    pub unit: String,
    /// Its name.
    pub unit_name: String,
    /// The subject.
    pub subject: i64,
    /// Its unified code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The legal basis.
    pub basis: String,
    /// What for.
    pub purpose: String,
    /// The last day.
    pub until: Date,
    /// How it stands today.
    pub standing: Standing,
    /// Who began it.
    pub made_by: PersonView,
    /// When.
    pub made_at: i64,
    /// Who ended it, when and why.
    pub ended: Option<(PersonView, i64, String)>,
}

/// How an enrolment stands on a day.
pub(crate) fn standing(enrolment: &Enrolment, on: Date) -> Standing {
    match enrolment.ended_at {
        Some(_) => Standing::Ended,
        None if enrolment.until_day < on => Standing::Lapsed,
        None => Standing::InForce,
    }
}

/// The last day that may be named today, by the law folder; nothing where it has no number that applies.
#[must_use]
pub fn latest_end(desk: &Desk) -> Option<Date> {
    match desk.law().at(desk.today()).number("enrolment.most.days") {
        Lookup::Applies(days) => desk.today().checked_add(Span::new().days(days.value)).ok(),
        Lookup::Unconfirmed(_) | Lookup::Absent => None,
    }
}

fn mistakes(desk: &Desk, new: &Enrol) -> Vec<Refusal> {
    let mut found = Vec::new();
    let bad = |text: &str| text.trim().is_empty() || text.chars().count() > LONGEST_TEXT;
    if bad(&new.basis) {
        let what = "请写明订阅的法律依据：文件名称和条款（200字以内）";
        found.push(Refusal::new("enrolment.basis-missing", what));
    }
    if bad(&new.purpose) {
        found.push(Refusal::new("enrolment.purpose-missing", "请写明订阅的目的（200字以内）"));
    }
    let latest = latest_end(desk);
    match new.until {
        None => {
            found.push(Refusal::new("enrolment.until-missing", "请填写到期日，例如 2027-05-31"));
        }
        Some(day) if day < desk.today() => found.push(Refusal::new(
            "enrolment.until-past",
            format!("到期日{day}已经过去，请改为今天或以后"),
        )),
        Some(day) if latest.is_none_or(|latest| day > latest) => {
            let what = match latest {
                Some(latest) => format!("到期日最晚为{latest}；到期后确有需要的另行订阅"),
                None => "法规数据没有规定订阅的最长期限，暂时不能订阅".to_owned(),
            };
            found.push(Refusal::new("enrolment.until-far", what));
        }
        Some(_) => {}
    }
    found
}

/// Begins to follow a subject for the actor's unit. What changes from now on is told; what happened before is not.
///
/// # Errors
/// `access.denied`; with the list of what is to be mended: `code.invalid`, `enrolment.subject-unknown`, `enrolment.basis-missing`,
/// `enrolment.purpose-missing`, `enrolment.until-missing`, `enrolment.until-past`, `enrolment.until-far`, `enrolment.exists` while
/// the unit follows that subject.
pub async fn enrol(
    desk: &Desk,
    actor: &Actor,
    new: &Enrol,
) -> Result<Result<i64, Vec<Refusal>>, DeskError> {
    actor.authorise_for(Permission::FollowSubjects, &actor.unit)?;
    desk.unit(&actor.unit).await?;
    let mut found = mistakes(desk, new);
    let subject = match subject_of(desk, &new.code).await {
        Ok(whole) => Some(whole.subject.id),
        Err(DeskError::Refused(refusal)) => {
            found.insert(0, refusal);
            None
        }
        Err(DeskError::NotFound(_)) => {
            let what = "登记信息中没有这个主体；只能订阅法人、非法人组织和个体工商户";
            found.insert(0, Refusal::new("enrolment.subject-unknown", what));
            None
        }
        Err(error) => return Err(error),
    };
    let store = desk.store();
    if let Some(subject) = subject {
        let held = store.enrolment_in_force(&actor.unit, subject, desk.today()).await?;
        found.extend(held.as_ref().map(followed));
    }
    let (Some(subject_id), Some(until_day), true) = (subject, new.until, found.is_empty()) else {
        return Ok(Err(found));
    };
    let row = Enrolment {
        id: desk.new_id(),
        unit_id: actor.unit.clone(),
        subject_id,
        basis: new.basis.trim().to_owned(),
        purpose: new.purpose.trim().to_owned(),
        until_day,
        made_by: actor.login.clone(),
        made_at: desk.clock().now(),
        ended_by: None,
        ended_at: None,
        end_reason: None,
        lapsed_at: None,
    };
    let mut tx = store.transaction("enrol").await?;
    // Once more, now that nobody else can begin the same: a form that was sent twice is looked at twice at once.
    tx.hold_enrolments_of(&actor.unit).await?;
    if let Some(held) = tx.enrolment_in_force(&actor.unit, subject_id, desk.today()).await? {
        return Ok(Err(vec![followed(&held)]));
    }
    tx.add_enrolment(&row).await?;
    let event = AuditEvent::Enrolment { deed: "enrolment.made", subject: subject_id, id: row.id };
    desk.audit_with(&mut tx, actor, event);
    tx.commit().await?;
    Ok(Ok(row.id))
}

/// Why a unit cannot begin to follow a subject that it follows.
fn followed(held: &Enrolment) -> Refusal {
    let what = format!("本单位已经订阅这个主体，到{}为止", held.until_day);
    Refusal::new("enrolment.exists", what)
}

/// Ends an enrolment before its day. Nothing is told from then on, also not what waits to be sent.
///
/// # Errors
/// `access.denied`, not found, `enrolment.reason-missing`, `enrolment.over`.
pub async fn end(desk: &Desk, actor: &Actor, id: i64, reason: &str) -> Result<(), DeskError> {
    let held = admitted(desk, actor, id).await?;
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > LONGEST_REASON {
        return Err(DeskError::refused(
            "enrolment.reason-missing",
            "请写明终止订阅的理由（200字以内）",
        ));
    }
    let mut tx = desk.store().transaction("end enrolment").await?;
    let by = (actor.login.as_str(), desk.clock().now());
    if !tx.end_enrolment(id, by, reason, desk.today()).await? {
        return Err(DeskError::refused("enrolment.over", "这项订阅已经终止或者到期"));
    }
    let event = AuditEvent::Enrolment { deed: "enrolment.ended", subject: held.subject_id, id };
    desk.audit_with(&mut tx, actor, event);
    tx.commit().await?;
    Ok(())
}

/// Writes down that enrolments are over whose day has passed. Nothing depends on it. Returns how many.
///
/// # Errors
/// `access.denied`; when the store fails.
pub async fn lapse(desk: &Desk, actor: &Actor) -> Result<u64, DeskError> {
    actor.authorise(Permission::RunJobs)?;
    let mut lapsed = 0;
    loop {
        let over = desk.store().lapsed_enrolments(desk.today(), PORTION).await?;
        if over.is_empty() {
            return Ok(lapsed);
        }
        let mut tx = desk.store().transaction("lapse enrolments").await?;
        for one in over {
            if tx.lapse_enrolment(one.id, desk.clock().now()).await? {
                let (subject, id) = (one.subject_id, one.id);
                let event = AuditEvent::Enrolment { deed: "enrolment.lapsed", subject, id };
                desk.audit_with(&mut tx, actor, event);
                lapsed += 1;
            }
        }
        tx.commit().await?;
    }
}

/// The enrolment, where it is the actor's to see.
pub(crate) async fn admitted(desk: &Desk, actor: &Actor, id: i64) -> Result<Enrolment, DeskError> {
    actor.authorise(Permission::FollowSubjects)?;
    let missing = DeskError::NotFound("该订阅");
    let held = desk.store().enrolment(id).await?.ok_or(missing)?;
    actor.authorise_for(Permission::FollowSubjects, &held.unit_id)?;
    Ok(held)
}

async fn views(desk: &Desk, rows: Vec<Enrolment>) -> Result<Vec<EnrolmentView>, DeskError> {
    let names = Names::read(desk).await?;
    let subjects: Vec<i64> = rows.iter().map(|row| row.subject_id).collect();
    let known = desk.store().subjects(&subjects).await?;
    let today = desk.today();
    Ok(rows
        .into_iter()
        .map(|row| {
            let subject = known.get(&row.subject_id);
            let ended = row.ended_by.as_deref().zip(row.ended_at);
            EnrolmentView {
                standing: standing(&row, today),
                code: subject.and_then(|subject| subject.code.clone()).unwrap_or_default(),
                name: subject.map(|subject| subject.name.clone()).unwrap_or_default(),
                unit_name: names.unit(&row.unit_id),
                made_by: names.person(&row.made_by),
                ended: ended.map(|(by, at)| {
                    (names.person(by), at, row.end_reason.clone().unwrap_or_default())
                }),
                id: row.id,
                unit: row.unit_id,
                subject: row.subject_id,
                basis: row.basis,
                purpose: row.purpose,
                until: row.until_day,
                made_at: row.made_at,
            }
        })
        .collect())
}

/// Enrolments of the actor's unit (for the office, of all) behind an id, the oldest first, and whether there are more.
///
/// # Errors
/// `access.denied`.
pub async fn list(
    desk: &Desk,
    actor: &Actor,
    after: i64,
) -> Result<(Vec<EnrolmentView>, bool), DeskError> {
    actor.authorise(Permission::FollowSubjects)?;
    let mut rows = desk.store().enrolments(actor.unit_limit(), after, MOST_SHOWN + 1).await?;
    let shown = usize::try_from(MOST_SHOWN).unwrap_or_default();
    let more = rows.len() > shown;
    rows.truncate(shown);
    Ok((views(desk, rows).await?, more))
}

/// One enrolment.
///
/// # Errors
/// `access.denied`, not found.
pub async fn one(desk: &Desk, actor: &Actor, id: i64) -> Result<EnrolmentView, DeskError> {
    let held = admitted(desk, actor, id).await?;
    views(desk, vec![held]).await?.pop().ok_or(DeskError::NotFound("该订阅"))
}

/// The first moment of what an enrolment is told.
pub(crate) fn beginning(enrolment: &Enrolment) -> (i64, i64, i64) {
    (enrolment.made_at, 0, 0)
}

/// Whether an instant lies within the days of an enrolment.
pub(crate) fn within(enrolment: &Enrolment, at: i64) -> bool {
    at < Clock::end_of(enrolment.until_day) && enrolment.ended_at.is_none_or(|ended| at < ended)
}

#[cfg(test)]
mod judged_tests;
#[cfg(test)]
mod slow_tests;
#[cfg(test)]
mod tests;
