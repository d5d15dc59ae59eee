//! The feed of changes: what became public, was corrected or is public no more, in one order for everybody.
//!
//! The order is that of the publication events: their instant, then the record, then their number. An event is shown only once
//! nothing can come before it any more, so that whoever goes on from a cursor misses nothing.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;
use xinyong_domain::workflow::batch::Stage;

use super::record::{PublicRecord, view};
use crate::desk::Desk;
use crate::refusal::DeskError;

/// How long an event is held back, in milliseconds: longer than a transaction takes from its first stamp to its commit.
const HELD_BACK: i64 = 10_000;

/// The event of a record that is the same as before but for an objection beside it.
pub(crate) const MARKED: &str = "marked";

/// One step of the feed.
#[derive(Debug, Clone, Serialize)]
pub struct Change {
    /// When it happened, in milliseconds since 1970.
    pub at: i64,
    /// Id of the subject.
    pub subject: i64,
    /// Id of the record.
    pub record: i64,
    /// Id of the kind.
    pub kind: String,
    /// Whether the step was a correction; else it was (again) published.
    pub corrected: bool,
    /// Whether all that happened is that an objection was made to it or settled.
    pub marked: bool,
    /// What the public may see today; nothing when the record is public no more, and then nothing of it is said.
    pub content: Option<PublicRecord>,
}

/// A portion of the feed.
#[derive(Debug, Clone, Serialize)]
pub struct ChangePage {
    /// The steps, the oldest first.
    pub changes: Vec<Change>,
    /// Where to go on, also when there is nothing new yet.
    pub next: String,
    /// Whether there is more already.
    pub more: bool,
}

type Place = (i64, i64, i64);

fn cursor_of((at, record, seq): Place) -> String {
    format!("c{at:x}.{record:x}.{seq:x}")
}

fn place_of(cursor: &str) -> Result<Place, DeskError> {
    if cursor.is_empty() {
        return Ok((0, 0, 0));
    }
    let read = || {
        let mut parts =
            cursor.strip_prefix('c')?.split('.').map(|part| i64::from_str_radix(part, 16).ok());
        let place = (parts.next()??, parts.next()??, parts.next()??);
        // Only what was given out comes back: no signs, no leading zeros.
        (parts.next().is_none() && cursor_of(place) == cursor).then_some(place)
    };
    read().ok_or_else(|| {
        DeskError::refused(
            "changes.cursor-invalid",
            "续读位置无效：请原样使用上一次答复中的 next，或者不带 after 从头读起",
        )
    })
}

/// Until when nothing can come any more that stands before what is there.
pub(crate) async fn settled_until(desk: &Desk) -> Result<i64, DeskError> {
    // A batch that is being recorded stamps its events with an instant after its release.
    let recording = desk.store().released_since(Stage::Released.as_str()).await?;
    Ok((desk.clock().now() - HELD_BACK).min(recording.map_or(i64::MAX, |at| at - 1)))
}

/// A portion of the feed after a cursor, from the beginning for an empty one.
///
/// # Errors
/// `changes.cursor-invalid`.
pub async fn changes(desk: &Desk, after: &str, limit: usize) -> Result<ChangePage, DeskError> {
    let place = place_of(after)?;
    let store = desk.store();
    let until = settled_until(desk).await?;
    let wanted = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let mut events = store.changes(place, until, wanted).await?;
    let more = events.len() > limit;
    events.truncate(limit);
    let last = events.last().map_or(place, |event| (event.at, event.record_id, event.seq));
    let ids: BTreeSet<_> = events.iter().map(|event| (event.subject_id, event.record_id)).collect();
    let ids: Vec<_> = ids.into_iter().collect();
    let law = desk.law();
    let today = desk.today();
    let mut public = HashMap::with_capacity(ids.len());
    for part in ids.chunks(500) {
        for record in store.records_by_id(part).await? {
            public.insert((record.subject_id, record.id), view(&record, today, &law)?);
        }
    }
    let changes = events
        .into_iter()
        .map(|event| Change {
            content: public.get(&(event.subject_id, event.record_id)).cloned().flatten(),
            at: event.at,
            subject: event.subject_id,
            record: event.record_id,
            kind: event.kind,
            corrected: event.event == "changed",
            marked: event.event == MARKED,
        })
        .collect();
    Ok(ChangePage { changes, next: cursor_of(last), more })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_cursors_that_were_given_out_are_read() {
        let place = (1_780_000_000_000, 455_283_948_234_752, 3);
        assert_eq!(place_of(&cursor_of(place)).expect("a place"), place);
        assert_eq!(place_of("").expect("the beginning"), (0, 0, 0));
        for wrong in ["c", "c1.2", "c1.2.3.4", "c01.2.3", "c-1.2.3", "c+1.2.3", "x1.2.3", "cA.1.1"]
        {
            assert_eq!(place_of(wrong).expect_err(wrong).code(), "changes.cursor-invalid");
        }
    }
}
