//! What follows without anybody entering it: a record that two persons corrected or took down settles the objection that was right, and the
//! clock withholds what nobody answered.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use xinyong_domain::law::{Kind, Law};
use xinyong_domain::workflow::objection::{Event, Stage};
use xinyong_store::{
    ChainedStep, Objection, PublicationEvent, Receipts, Record, RecordVersion, StepChain,
};

use super::file::{after, moved};
use super::{days_of, mark, places, stage_of};
use crate::access::{Actor, Permission};
use crate::browse::{Kept, content_of, record_of};
use crate::desk::Desk;
use crate::intake::{Marked, disclosure, to_json};
use crate::notices::{objection_handlers, objection_moved, objection_waits};
use crate::places::LOG;
use crate::proceeding::written;
use crate::refusal::DeskError;

/// Open objections that the job looks at.
const MOST_LOOKED: i64 = 10_000;

/// What is ordered by an answer: the content is to say something else. Everything else orders that the record goes.
const CORRECT: &str = "correct";

/// What a correction touched, as it is kept for the notice: never what stood there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Touched {
    /// Whether the record was taken down, or is not public any more.
    pub(super) removed: bool,
    /// Whether everybody could see it before: of what never was public no notice tells.
    #[serde(default)]
    pub(super) announced: bool,
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

/// To be called after a record was corrected or taken down: an objection to it that was found right is carried out by that. The change
/// stands, whatever comes of this; what fails is done by the job.
pub(crate) async fn after_change(desk: &Desk, actor: &Actor, subject: i64, record: i64) {
    let settled = async {
        let open = desk.store().open_objections(&[(subject, record)]).await?;
        match open.get(&record) {
            Some(one) if stage_of(one)? == Stage::Upheld => settle(desk, actor, one.id).await,
            _ => Ok(false),
        }
    };
    left_to_the_job(settled.await, record);
}

/// Notes that something after a commit failed; the job comes back to it.
pub(super) fn left_to_the_job<T>(outcome: Result<T, DeskError>, id: i64) {
    if let Err(error) = outcome {
        tracing::error!(id, code = error.code(), "an objection could not be settled");
    }
}

/// Who answered the open objection to a record that it is right; nothing while none was.
pub(crate) async fn answered_by(
    desk: &Desk,
    subject: i64,
    record: i64,
) -> Result<Option<String>, DeskError> {
    let open = desk.store().open_objections(&[(subject, record)]).await?;
    match open.get(&record) {
        Some(one) if stage_of(one)? == Stage::Upheld => {
            let steps = desk.store().steps(&StepChain::OBJECTION, one.id).await?;
            let answer = steps.into_iter().rfind(|step| step.event == Event::Uphold.as_str());
            Ok(answer.map(|step| step.actor))
        }
        _ => Ok(None),
    }
}

/// Whether what was in view was taken down, or would be out of view even if nobody objected: what is withheld only because the clock is
/// over is not gone.
fn is_gone(desk: &Desk, record: &Record, announced: bool) -> Result<bool, DeskError> {
    if record.withdrawn_on.is_some() {
        return Ok(true);
    }
    if !announced {
        return Ok(false);
    }
    let law = desk.law();
    let kind = kind_of(&law, record)?;
    let kept = Kept::read(record)?.objected_by(None, Marked { versions: 0, known_at: None });
    Ok(!disclosure(&kept.facts(record, kind), desk.today(), &law)?.value.public)
}

fn kind_of<'l>(law: &'l Law, record: &Record) -> Result<&'l Kind, DeskError> {
    let kind = law.kind(&record.kind).map(AsRef::as_ref);
    kind.ok_or_else(|| DeskError::Internal(format!("unknown kind {}", record.kind)))
}

/// What was said of a record so far, asked before the transaction: it only grows.
struct Past {
    events: Vec<PublicationEvent>,
    versions: Vec<RecordVersion>,
}

/// What the record says otherwise than when it was objected to, or that it is gone, where that is what the answer ordered; nothing where
/// it is not.
fn touched(
    desk: &Desk,
    past: Past,
    one: &Objection,
    record: &Record,
) -> Result<Option<Touched>, DeskError> {
    let day = desk.today();
    let announced =
        past.events.iter().any(|event| event.kind == "published" && event.on_day <= day);
    // What was taken down cannot be corrected any more: that is more than was ordered.
    let corrects = one.outcome.as_deref() == Some(CORRECT) && record.withdrawn_on.is_none();
    if !corrects {
        let gone = is_gone(desk, record, announced)?;
        return Ok(gone.then(|| Touched { removed: true, announced, fields: Vec::new() }));
    }
    // Since it was objected to, not since the answer: a unit may put it right first and say so then.
    let before = past.versions.into_iter().find(|version| version.version == one.version);
    let Some(before) = before.filter(|before| before.content_digest != record.content_digest)
    else {
        return Ok(None);
    };
    let law = desk.law();
    let kind = kind_of(&law, record)?;
    let (old, new): (BTreeMap<_, _>, BTreeMap<_, _>) =
        (content_of(&record_of(before))?, content_of(record)?);
    let fields = kind
        .fields
        .iter()
        .filter(|field| field.public && old.get(&field.code) != new.get(&field.code))
        .map(|field| field.label.clone())
        .collect();
    Ok(Some(Touched { removed: false, announced, fields }))
}

/// Settles an objection that was found right, if what the answer ordered was done to its record. Whether it did.
pub(super) async fn settle(desk: &Desk, actor: &Actor, id: i64) -> Result<bool, DeskError> {
    let store = desk.store();
    let Some(asked) = store.objection(id).await? else { return Ok(false) };
    let past = Past {
        events: store.publication_events(asked.subject_id, asked.record_id).await?,
        versions: store.record_versions(asked.subject_id, asked.record_id).await?,
    };
    let mut tx = store.transaction("settle objection").await?;
    let Some(one) = tx.lock_objection(id).await? else { return Ok(false) };
    if stage_of(&one)? != Stage::Upheld {
        return Ok(false);
    }
    let Some(record) = tx.record(one.subject_id, one.record_id).await? else { return Ok(false) };
    let Some(touched) = touched(desk, past, &one, &record)? else { return Ok(false) };
    let notice = to_json(&touched)?;
    let next = Objection {
        stage: after(&one, Event::CarryOut)?.as_str().to_owned(),
        answer_by: None,
        corrected_on: Some(desk.today()),
        notice: Some(notice.clone()),
        ..one
    };
    let step = ChainedStep { detail: notice, ..written(desk, actor, Event::CarryOut.as_str()) };
    let stands = moved(desk, &mut tx, actor, next, step).await?;
    let mut all = crate::places::all(desk);
    // What is only corrected can still be proven: the log goes on from it.
    all.retain(|place| touched.removed || place != LOG);
    tx.add_receipts(&Receipts::OBJECTION, id, &all).await?;
    mark::write(desk, &mut tx, actor, &stands, "异议办结，信息已更正").await?;
    objection_moved(&mut tx, id).await?;
    tx.commit().await?;
    left_to_the_job(places::confirm_automatic(desk, actor, id).await, id);
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
    // One that cannot be worked on keeps no other from it.
    for one in desk.store().objections_in(&open, None, false, MOST_LOOKED).await? {
        let id = one.id;
        let outcome = attended(desk, actor, &one).await;
        match outcome {
            Ok(Some(Event::CarryOut)) => swept.settled += 1,
            Ok(Some(_)) => swept.withheld += 1,
            Ok(None) => {}
            failed => left_to_the_job(failed, id),
        }
    }
    let stages = [Stage::Corrected.as_str()];
    for one in desk.store().objections_in(&stages, None, false, MOST_LOOKED).await? {
        match places::confirm_automatic(desk, actor, one.id).await {
            Ok(confirmed) => swept.confirmed += confirmed,
            failed => left_to_the_job(failed, one.id),
        }
    }
    Ok(swept)
}

/// What the job does with an open one.
async fn attended(desk: &Desk, actor: &Actor, one: &Objection) -> Result<Option<Event>, DeskError> {
    let stage = stage_of(one)?;
    if stage == Stage::Upheld && settle(desk, actor, one.id).await? {
        return Ok(Some(Event::CarryOut));
    }
    let last = stage.answer_by(&days_of(one), &desk.law());
    let over = last.is_some_and(|last| last < desk.today());
    if over && one.withheld_on.is_none() && withhold(desk, actor, one).await? {
        return Ok(Some(Event::Withhold));
    }
    Ok(None)
}

async fn withhold(desk: &Desk, actor: &Actor, one: &Objection) -> Result<bool, DeskError> {
    let (id, handlers) = (one.id, objection_handlers(desk, &one.unit_id, true).await?);
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
    objection_waits(desk, &mut tx, id, &handlers).await?;
    tx.commit().await?;
    Ok(true)
}
