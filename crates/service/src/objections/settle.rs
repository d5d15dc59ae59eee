//! What follows without anybody entering it: a record that two persons corrected or took down settles the objection that was right, and the
//! clock withholds what nobody answered.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use xinyong_domain::workflow::objection::{Event, Stage};
use xinyong_store::{Objection, ObjectionStep, Record};

use super::file::{after, moved, written};
use super::{PLACES, days_of, mark, places, stage_of};
use crate::access::{Actor, Permission};
use crate::browse::{content_of, record_of};
use crate::desk::Desk;
use crate::intake::to_json;
use crate::notices::{objection_moved, objection_waits};
use crate::refusal::DeskError;

/// Open objections that the job looks at.
const MOST_LOOKED: i64 = 10_000;

/// What a correction touched, as it is kept for the notice: never what stood there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Touched {
    /// Whether the record was taken down.
    pub(super) removed: bool,
    /// Labels of the public fields that say something else now.
    pub(super) fields: Vec<String>,
}

/// What the job did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Records withheld because nobody did in time what was owed.
    pub withheld: u64,
    /// Objections settled by a correction that another process had made.
    pub settled: u64,
    /// Places of the platform that were asked and agreed.
    pub confirmed: u64,
}

/// To be called after a record was corrected or taken down: an objection to it that was found right is carried out by that.
pub(crate) async fn after_change(
    desk: &Desk,
    actor: &Actor,
    subject: i64,
    record: i64,
) -> Result<(), DeskError> {
    let open = desk.store().open_objections(&[(subject, record)]).await?;
    match open.get(&record) {
        Some(one) if stage_of(one)? == Stage::Upheld => {
            settle(desk, actor, one.id).await?;
        }
        _ => {}
    }
    Ok(())
}

/// What a record says otherwise since the answer, or that it was taken down; nothing where it is as it was.
async fn touched(
    desk: &Desk,
    one: &Objection,
    record: &Record,
) -> Result<Option<Touched>, DeskError> {
    if record.withdrawn_on.is_some() {
        return Ok(Some(Touched { removed: true, fields: Vec::new() }));
    }
    let store = desk.store();
    let steps = store.objection_steps(one.id).await?;
    let Some(answer) = steps.iter().rfind(|step| step.event == Event::Uphold.as_str()) else {
        return Ok(None);
    };
    let versions = store.record_versions(one.subject_id, one.record_id).await?;
    let before = versions.into_iter().rfind(|version| version.known_at <= answer.at);
    let Some(before) = before.filter(|before| before.content_digest != record.content_digest)
    else {
        return Ok(None);
    };
    let law = desk.law();
    let kind = law
        .kind(&record.kind)
        .ok_or_else(|| DeskError::Internal(format!("unknown kind {}", record.kind)))?;
    let (old, new): (BTreeMap<_, _>, BTreeMap<_, _>) =
        (content_of(&record_of(before))?, content_of(record)?);
    let fields = kind
        .fields
        .iter()
        .filter(|field| field.public && old.get(&field.code) != new.get(&field.code))
        .map(|field| field.label.clone())
        .collect();
    Ok(Some(Touched { removed: false, fields }))
}

/// Settles an objection that was found right, if its record was corrected or taken down since. Whether it did.
pub(super) async fn settle(desk: &Desk, actor: &Actor, id: i64) -> Result<bool, DeskError> {
    let mut tx = desk.store().transaction("settle objection").await?;
    let Some(one) = tx.lock_objection(id).await? else { return Ok(false) };
    if stage_of(&one)? != Stage::Upheld {
        return Ok(false);
    }
    let Some(record) = tx.record(one.subject_id, one.record_id).await? else { return Ok(false) };
    let Some(touched) = touched(desk, &one, &record).await? else { return Ok(false) };
    let notice = to_json(&touched)?;
    let next = Objection {
        stage: after(&one, Event::CarryOut)?.as_str().to_owned(),
        answer_by: None,
        corrected_on: Some(desk.today()),
        notice: Some(notice.clone()),
        ..one
    };
    let step = ObjectionStep { detail: notice, ..written(desk, actor, Event::CarryOut.as_str()) };
    let stands = moved(desk, &mut tx, actor, next, step).await?;
    let codes = desk.law().codes().get(PLACES).map(|list| list.codes.clone());
    let all: Vec<String> = codes
        .into_iter()
        .flatten()
        .map(|code| code.id)
        // What is only corrected can still be proven: the log goes on from it.
        .filter(|place| touched.removed || place != places::LOG)
        .collect();
    tx.add_objection_receipts(id, &all).await?;
    mark::write(desk, &mut tx, actor, &stands, "异议办结，信息已更正").await?;
    objection_moved(&mut tx, id).await?;
    tx.commit().await?;
    places::confirm_automatic(desk, actor, id).await?;
    Ok(true)
}

/// The job: withholds the records of objections that nobody answered or carried out in time, settles what a stopped process left, and asks
/// the platform's own places again. A clock whose calendar is not announced withholds nothing.
///
/// # Errors
/// `access.denied`; when the store fails.
pub async fn sweep(desk: &Desk, actor: &Actor) -> Result<Swept, DeskError> {
    actor.authorise(Permission::RunJobs)?;
    let mut swept = Swept::default();
    let open: Vec<&str> =
        Stage::ALL.iter().filter(|stage| stage.is_open()).map(|stage| stage.as_str()).collect();
    for one in desk.store().objections_in(&open, false, MOST_LOOKED).await? {
        if stage_of(&one)? == Stage::Upheld && settle(desk, actor, one.id).await? {
            swept.settled += 1;
            continue;
        }
        let stage = stage_of(&one)?;
        let last = stage.answer_by(&days_of(&one), &desk.law());
        let over = last.is_some_and(|last| last < desk.today());
        if over && one.withheld_on.is_none() && withhold(desk, actor, one.id).await? {
            swept.withheld += 1;
        }
    }
    let stages = [Stage::Corrected.as_str()];
    for one in desk.store().objections_in(&stages, false, MOST_LOOKED).await? {
        swept.confirmed += places::confirm_automatic(desk, actor, one.id).await?;
    }
    Ok(swept)
}

async fn withhold(desk: &Desk, actor: &Actor, id: i64) -> Result<bool, DeskError> {
    let mut tx = desk.store().transaction("withhold record").await?;
    let Some(one) = tx.lock_objection(id).await? else { return Ok(false) };
    let stage = stage_of(&one)?;
    // Answered while the job was on its way.
    let last = stage.answer_by(&days_of(&one), &desk.law());
    if one.withheld_on.is_some() || last.is_none_or(|last| last >= desk.today()) {
        return Ok(false);
    }
    let next = Objection {
        stage: after(&one, Event::Withhold)?.as_str().to_owned(),
        answer_by: last,
        withheld_on: Some(desk.today()),
        ..one
    };
    let step = written(desk, actor, Event::Withhold.as_str());
    let stands = moved(desk, &mut tx, actor, next, step).await?;
    mark::write(desk, &mut tx, actor, &stands, "异议逾期未办理，暂停公示").await?;
    objection_waits(desk, &mut tx, id, &stands.unit_id, true).await?;
    tx.commit().await?;
    Ok(true)
}
