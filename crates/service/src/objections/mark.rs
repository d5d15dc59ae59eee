//! The mark on the record: written as a version of it, so that what is shown and what was shown follow.

use xinyong_domain::workflow::objection::Stage;
use xinyong_store::{Content, NewRecord, Objection, Record, RecordChange, StoreError, Tx};

use super::{SHOWN, stage_of};
use crate::access::Actor;
use crate::browse::{Kept, MARKED};
use crate::desk::Desk;
use crate::intake::record::{Rulings, number_place};
use crate::intake::{Marked, Objected, to_json};
use crate::refusal::DeskError;

/// The reason of the version by which a mark goes without a change, whatever ended the objection: one word, so that nobody reads out of the
/// history of a record that a natural person objected.
pub(super) const OVER: &str = "异议已办结";

/// What the versions of its record carry of an objection while it is open.
fn objected_of(one: &Objection) -> Option<Objected> {
    let open = Stage::from_word(&one.stage).is_some_and(Stage::is_open);
    open.then(|| Objected {
        objection: one.id,
        since: one.filed_on,
        statement: if one.statement_state == SHOWN { one.statement.clone() } else { String::new() },
        answer_by: one.answer_by,
    })
}

/// Has the record say what the objection says: marked, with or without the subject's words, withheld, or as if there were none. Nothing
/// where it says so already, and where the record was taken down, which no mark brings back.
pub(super) async fn write(
    desk: &Desk,
    tx: &mut Tx,
    actor: &Actor,
    one: &Objection,
    reason: &str,
) -> Result<(), DeskError> {
    stage_of(one)?;
    let Some(record) = tx.record(one.subject_id, one.record_id).await? else { return Ok(()) };
    if record.withdrawn_on.is_some() {
        return Ok(());
    }
    let Some(change) = changed(desk, actor, &record, objected_of(one), reason)? else {
        return Ok(());
    };
    match tx.change_records(&[change]).await {
        Err(StoreError::Conflict(_)) => Err(DeskError::refused(
            "objection.moved",
            "这条信息刚刚有了新的版本，请刷新页面后再办理",
        )),
        other => Ok(other?),
    }
}

fn changed(
    desk: &Desk,
    actor: &Actor,
    record: &Record,
    objected: Option<Objected>,
    reason: &str,
) -> Result<Option<RecordChange>, DeskError> {
    let (law, today) = (desk.law(), desk.today());
    let kind = law
        .kind(&record.kind)
        .ok_or_else(|| DeskError::Internal(format!("unknown kind {}", record.kind)))?;
    let kept = Kept::read(record)?;
    let same = kept.platform().objected == objected;
    let before = kept.platform().marked.clone();
    let marked = Marked {
        versions: before.as_ref().map_or(0, |one| one.versions) + 1,
        known_at: Some(before.and_then(|one| one.known_at).unwrap_or(record.recorded_at)),
    };
    let kept = kept.objected_by(objected, marked);
    let sieve = Rulings::default().of(&kept.facts(record, kind), today, &law)?;
    // The same words on a later day may be the end of its time in view.
    if same && (sieve.public_from, sieve.public_until) == (record.public_from, record.public_until)
    {
        return Ok(None);
    }
    let over = sieve.public_until.is_some_and(|until| until < today);
    // Before its first day in public it is told for that day: else the leaf of that day would be of a version that is not shown.
    let event = match (record.public_from, sieve.public_from) {
        (None, None) => None,
        (Some(_), None) => Some(("ended", today)),
        _ if over => None,
        (None, Some(from)) => Some(("published", today.max(from))),
        (Some(_), Some(from)) => Some((MARKED, today.max(from))),
    };
    Ok(Some(RecordChange {
        expected: record.version,
        event,
        delivered: false,
        withdrawn_on: record.withdrawn_on,
        record: NewRecord {
            subject_id: record.subject_id,
            id: record.id,
            kind: record.kind.clone(),
            natural_key: record.natural_key.clone(),
            number: number_place(&record.natural_key),
            content: Content::new(record.content.clone()),
            sealed: record.sealed.clone(),
            platform: to_json(kept.platform())?,
            party_category: record.party_category.clone(),
            decided_on: record.decided_on,
            valid_until: record.valid_until,
            unit_id: record.unit_id.clone(),
            batch_id: record.batch_id,
            row: record.row,
            // Stamped inside the transaction: the feed of changes counts on stamps being young when they are committed.
            recorded_at: desk.clock().now(),
            law_edition: law.edition().to_owned(),
            public_from: sieve.public_from,
            public_until: sieve.public_until,
            content_digest: record.content_digest.clone(),
            actor: actor.login.clone(),
            second: None,
            reason: reason.to_owned(),
            citations: sieve.citations.clone(),
        },
    }))
}
