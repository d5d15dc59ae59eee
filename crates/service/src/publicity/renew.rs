//! Lists are sifted by days of publicity that are kept with each record. They follow from the record and the law, so they are
//! worked out anew when the law changes here: a confirmation, its withdrawal, another edition of the law folder.
//!
//! A read never shows too much meanwhile: the rule itself decides once more whenever somebody looks. It may leave out what has
//! just become public, until this is done.

use xinyong_domain::law::Law;
use xinyong_store::{Content, NewRecord, Record, RecordChange, StoreError};

use super::PORTION;
use crate::access::{Actor, Permission};
use crate::audit::AuditEvent;
use crate::browse::Kept;
use crate::desk::Desk;
use crate::intake::record::{Rulings, Sieve, number_place};
use crate::refusal::DeskError;

/// Under which state of the law the days were worked out.
const MARK: &str = "publicity-law";
/// The job's name among the leases, and for how long one process has it: far longer than a portion takes.
const LEASE: &str = "renew";
const LEASE_MILLISECONDS: i64 = 5 * 60 * 1000;
/// How often a portion is tried when somebody changes one of its records at the same time.
const ATTEMPTS: usize = 5;

/// What a renewal came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Renewal {
    /// Records looked at.
    pub examined: u64,
    /// Of these, with other days than before.
    pub changed: u64,
}

/// Works the days of publicity out anew if the law in force here is not the one they were worked out under. Nothing when it is, or
/// while another process does it.
///
/// # Errors
/// `access.denied`; when the store fails.
pub async fn renew(desk: &Desk, actor: &Actor) -> Result<Option<Renewal>, DeskError> {
    actor.authorise(Permission::RunJobs)?;
    desk.refresh_law().await?;
    let (law, words) = desk.law_state();
    if desk.store().get_meta(MARK).await?.as_deref() == Some(words.as_str()) {
        return Ok(None);
    }
    let holder = desk.new_id().to_string();
    if !take_lease(desk, &holder).await? {
        return Ok(None);
    }
    let outcome = all(desk, actor, &law, &holder).await;
    if outcome.is_ok() {
        desk.put_meta(MARK, &words).await?;
    }
    desk.store().end_lease(LEASE, &holder).await?;
    let Some(renewal) = outcome? else { return Ok(None) };
    let Renewal { examined, changed } = renewal;
    desk.audit(actor, AuditEvent::Renewed { examined, changed }).await?;
    Ok(Some(renewal))
}

async fn take_lease(desk: &Desk, holder: &str) -> Result<bool, DeskError> {
    let now = desk.clock().now();
    Ok(desk.store().take_lease(LEASE, now, now + LEASE_MILLISECONDS, holder).await?)
}

async fn all(
    desk: &Desk,
    actor: &Actor,
    law: &Law,
    holder: &str,
) -> Result<Option<Renewal>, DeskError> {
    let mut rulings = Rulings::default();
    let mut renewal = Renewal::default();
    let mut after = i64::MIN;
    let mut attempts = 0;
    let mut held_until = desk.clock().now() + LEASE_MILLISECONDS / 2;
    loop {
        if desk.clock().now() > held_until {
            desk.store().end_lease(LEASE, holder).await?;
            if !take_lease(desk, holder).await? {
                return Ok(None);
            }
            held_until = desk.clock().now() + LEASE_MILLISECONDS / 2;
        }
        let records = desk.store().records_after(after, PORTION).await?;
        let Some(last) = records.last() else { return Ok(Some(renewal)) };
        let next = last.id;
        let mut changes = Vec::new();
        for record in records.iter().filter(|record| record.withdrawn_on.is_none()) {
            changes.extend(change(desk, actor, law, &mut rulings, record)?);
        }
        match write(desk, changes.as_mut_slice()).await {
            Err(DeskError::Store(StoreError::Conflict(_))) if attempts < ATTEMPTS => {
                attempts += 1;
                continue;
            }
            outcome => outcome?,
        }
        attempts = 0;
        after = next;
        renewal.examined += u64::try_from(records.len()).unwrap_or(u64::MAX);
        renewal.changed += u64::try_from(changes.len()).unwrap_or(u64::MAX);
    }
}

async fn write(desk: &Desk, changes: &mut [RecordChange]) -> Result<(), DeskError> {
    if changes.is_empty() {
        return Ok(());
    }
    let mut tx = desk.store().transaction("renew").await?;
    // Stamped inside the transaction: the feed of changes counts on stamps being young when they are committed.
    let at = desk.clock().now();
    changes.iter_mut().for_each(|change| change.record.recorded_at = at);
    tx.change_records(changes).await?;
    tx.commit().await?;
    Ok(())
}

fn change(
    desk: &Desk,
    actor: &Actor,
    law: &Law,
    rulings: &mut Rulings,
    record: &Record,
) -> Result<Option<RecordChange>, DeskError> {
    let kind = law
        .kind(&record.kind)
        .ok_or_else(|| DeskError::Internal(format!("unknown kind {}", record.kind)))?;
    let kept = Kept::read(record)?;
    let sieve = rulings.of(&kept.facts(record, kind), desk.today(), law)?;
    let Sieve { public_from, public_until, citations } = sieve.as_ref();
    if (*public_from, *public_until) == (record.public_from, record.public_until) {
        return Ok(None);
    }
    let event = match (record.public_from, public_from) {
        (None, None) => None,
        (None, Some(from)) => Some(("published", *from)),
        (Some(_), Some(from)) => Some(("changed", *from)),
        (Some(_), None) => Some(("ended", desk.today())),
    };
    Ok(Some(RecordChange {
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
            recorded_at: record.recorded_at,
            law_edition: law.edition().to_owned(),
            public_from: *public_from,
            public_until: *public_until,
            content_digest: record.content_digest.clone(),
            actor: actor.login.clone(),
            second: None,
            reason: "适用的规则有变化，按现行规则重新计算公示期".to_owned(),
            citations: citations.clone(),
        },
    }))
}
