//! What a unit is told about a subject that it follows: which record appeared, changed or ended. Never what a record says.
//!
//! Whether something may be told is decided for the day on which it is told. Of what may not be told any more it is said by its id alone
//! that it ended and must not be used: also of what appeared and ended while nobody asked, because whoever asks again from an older
//! place, after a failure of its own, may have heard of it before.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;
use xinyong_domain::law::{Audience, Law};
use xinyong_store::{Enrolment, EnrolmentEvent};

use super::{Standing, admitted, beginning, standing, within};
use crate::access::Actor;
use crate::audit::AuditEvent;
use crate::browse::{Kept, settled_until};
use crate::desk::Desk;
use crate::intake::told_to_units;
use crate::refusal::DeskError;

/// What happened to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Happened {
    /// It may be seen from now on.
    Appeared,
    /// It says something else.
    Changed,
    /// It may be seen no more and must not be used any more: withdrawn, repaired, past its last day. Which of these is not said.
    Ended,
}

impl Happened {
    /// The stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Appeared => "appeared",
            Self::Changed => "changed",
            Self::Ended => "ended",
        }
    }
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// When it happened, in milliseconds since 1970.
    pub at: i64,
    /// Under which subject the record is entered.
    pub subject: i64,
    /// The record.
    pub record: i64,
    /// Its kind; empty for what ended.
    pub kind: String,
    /// What happened.
    pub happened: Happened,
}

/// A portion of the changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldPage {
    /// The changes, the oldest first.
    pub changes: Vec<Told>,
    /// Where to go on, also when there is nothing new yet.
    pub next: String,
    /// Whether there is more already.
    pub more: bool,
}

pub(super) type Place = (i64, i64, i64);

fn mac(desk: &Desk, enrolment: i64, place: &str) -> String {
    let mut mac = desk.store().keys().form_mac(&["enrolment", &enrolment.to_string(), place]);
    mac.truncate(32);
    mac
}

fn cursor_of(desk: &Desk, enrolment: i64, (at, record, seq): Place) -> String {
    let place = format!("e{at:x}.{record:x}.{seq:x}");
    let mac = mac(desk, enrolment, &place);
    format!("{place}.{mac}")
}

/// Only what was given out for this enrolment comes back: nobody moves before its beginning.
fn place_of(desk: &Desk, enrolment: &Enrolment, cursor: &str) -> Result<Place, DeskError> {
    if cursor.is_empty() {
        return Ok(beginning(enrolment));
    }
    let read = || {
        let (place, _) = cursor.rsplit_once('.')?;
        let number = |part: &str| i64::from_str_radix(part, 16).ok();
        let mut parts = place.strip_prefix('e')?.split('.').map(number);
        let place = (parts.next()??, parts.next()??, parts.next()??);
        (parts.next().is_none() && cursor_of(desk, enrolment.id, place) == cursor).then_some(place)
    };
    read().ok_or_else(|| {
        DeskError::refused(
            "changes.cursor-invalid",
            "续读位置无效：请原样使用上一次答复中的 next，或者不带 cursor 从头读起",
        )
    })
}

/// The kinds that units share, and that are not public.
pub(super) fn shared_kinds(law: &Law) -> Vec<&str> {
    let shared = law.kinds().values().filter(|kind| kind.audience == Audience::Shared);
    shared.map(|kind| kind.id.as_str()).collect()
}

/// Of each record, whether it may be told of today.
pub(super) async fn told_today(
    desk: &Desk,
    records: impl Iterator<Item = (i64, i64)>,
) -> Result<HashMap<(i64, i64), bool>, DeskError> {
    let ids: BTreeSet<(i64, i64)> = records.collect();
    let ids: Vec<_> = ids.into_iter().collect();
    let (law, today) = (desk.law(), desk.today());
    let mut told = HashMap::with_capacity(ids.len());
    for part in ids.chunks(500) {
        for record in desk.store().records_by_id(part).await? {
            let kind = law
                .kind(&record.kind)
                .ok_or_else(|| DeskError::Internal(format!("unknown kind {}", record.kind)))?;
            let kept = Kept::read(&record)?;
            let may = told_to_units(&kept.facts(&record, kind), today, &law)?;
            told.insert((record.subject_id, record.id), may);
        }
    }
    Ok(told)
}

/// What an event is called on the day it is told.
pub(super) fn happened(event: &str, may: bool) -> Happened {
    match event {
        _ if !may => Happened::Ended,
        // Found to be another subject's: for this one it is over, whatever it is elsewhere.
        "away" => Happened::Ended,
        "published" => Happened::Appeared,
        // Also what ended and may be seen again.
        _ => Happened::Changed,
    }
}

/// A portion of what happened after a place, and whether there is more.
pub(super) async fn events_after(
    desk: &Desk,
    enrolment: &Enrolment,
    place: Place,
    limit: usize,
) -> Result<(Vec<EnrolmentEvent>, bool), DeskError> {
    let law = desk.law();
    let wanted = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let until = settled_until(desk).await?;
    let shared = shared_kinds(&law);
    let (subject, store) = (enrolment.subject_id, desk.store());
    let mut events = store.enrolment_changes(subject, &shared, place, until, wanted).await?;
    let more = events.len() > limit;
    events.truncate(limit);
    events.retain(|event| within(enrolment, event.at));
    Ok((events, more))
}

/// A portion of what changed after a cursor, from the beginning of the enrolment for an empty one.
///
/// # Errors
/// `access.denied`, not found, `changes.cursor-invalid`, `enrolment.over` once it does not hold any more.
pub async fn changes(
    desk: &Desk,
    actor: &Actor,
    id: i64,
    cursor: &str,
    limit: usize,
) -> Result<ToldPage, DeskError> {
    let held = admitted(desk, actor, id).await?;
    if standing(&held, desk.today()) != Standing::InForce {
        return Err(DeskError::refused(
            "enrolment.over",
            "这项订阅已经终止或者到期；确有需要的请另行订阅",
        ));
    }
    let place = place_of(desk, &held, cursor)?;
    let (events, more) = events_after(desk, &held, place, limit).await?;
    let next = events.last().map_or(place, |event| (event.at, event.record_id, event.seq));
    let told = told_today(desk, events.iter().map(|one| (one.subject_id, one.record_id))).await?;
    let law = desk.law();
    let mut quiet = false;
    let mut changes = Vec::with_capacity(events.len());
    for event in events {
        let may = told.get(&(event.subject_id, event.record_id)).copied().unwrap_or(false);
        let happened = happened(&event.event, may);
        let shared = law.kind(&event.kind).is_some_and(|kind| kind.audience == Audience::Shared);
        quiet |= shared;
        changes.push(Told {
            at: event.at,
            subject: event.subject_id,
            record: event.record_id,
            kind: if happened == Happened::Ended { String::new() } else { event.kind },
            happened,
        });
    }
    if quiet {
        let (deed, subject) = ("enrolment.seen", held.subject_id);
        desk.audit(actor, AuditEvent::Enrolment { deed, subject, id }).await?;
    }
    Ok(ToldPage { changes, next: cursor_of(desk, id, next), more })
}
