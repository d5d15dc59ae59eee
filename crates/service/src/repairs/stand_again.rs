//! A record that was taken down stands again: because its repair rested on false materials, or because a shield was lifted. Until its own last
//! day, as the rule says today, and never beyond.

use xinyong_store::{Content, NewRecord, REVOKED, Record, RecordChange, StoreError, Tx};

use crate::browse::Kept;
use crate::desk::Desk;
use crate::intake::record::{RecordFacts, Rulings, Sieve, number_place};
use crate::refusal::DeskError;

/// Writes the version with which the record stands again, by two persons and with the reason. Returns its number; nothing where it stays
/// down whatever becomes of the repair or the shield `of`: its decision was revoked, or something else holds it down.
///
/// # Errors
/// `repair.moved` if it moved meanwhile; when the store fails.
pub(super) async fn stand_again(
    desk: &Desk,
    tx: &mut Tx,
    record: &Record,
    of: i64,
    (first, second): (&str, &str),
    reason: &str,
) -> Result<Option<i64>, DeskError> {
    let place = (record.subject_id, record.id);
    if record.state == REVOKED || tx.is_down_otherwise(place, of).await? {
        return Ok(None);
    }
    let law = desk.law();
    let today = desk.today();
    let kind = law
        .kind(&record.kind)
        .ok_or_else(|| DeskError::Internal(format!("unknown kind {}", record.kind)))?;
    let kept = Kept::read(record)?;
    let facts = RecordFacts { withdrawn: None, ..kept.facts(record, kind) };
    let sieve = Rulings::default().of(&facts, today, &law)?;
    let Sieve { public_from, public_until, citations } = sieve.as_ref();
    // Past its last day nobody sees it again, and nothing is written in public.
    let event = public_from
        .filter(|_| public_until.is_none_or(|until| today <= until))
        .map(|from| ("published", from.max(today)));
    let change = RecordChange {
        expected: record.version,
        event,
        delivered: false,
        withdrawn_on: None,
        record: NewRecord {
            subject_id: record.subject_id,
            id: record.id,
            kind: record.kind.clone(),
            natural_key: record.natural_key.clone(),
            number: number_place(&record.natural_key),
            content: Content::new(record.content.clone()),
            sealed: record.sealed.clone(),
            platform: record.platform.clone(),
            party_category: record.party_category.clone(),
            decided_on: record.decided_on,
            valid_until: record.valid_until,
            unit_id: record.unit_id.clone(),
            batch_id: record.batch_id,
            row: record.row,
            // Stamped inside the transaction: the feed of changes counts on stamps being young when they are committed.
            recorded_at: desk.clock().now(),
            law_edition: law.edition().to_owned(),
            public_from: *public_from,
            public_until: *public_until,
            content_digest: record.content_digest.clone(),
            actor: first.to_owned(),
            second: Some(second.to_owned()),
            reason: reason.to_owned(),
            citations: citations.clone(),
        },
    };
    match tx.change_records(std::slice::from_ref(&change)).await {
        Err(StoreError::Conflict(_)) => Err(moved()),
        other => {
            other?;
            Ok(Some(record.version + 1))
        }
    }
}

/// What is said when the record moved.
pub(super) fn moved() -> DeskError {
    DeskError::refused("repair.moved", "这条信息刚刚有了新的版本，请刷新页面核对后再办理")
}
