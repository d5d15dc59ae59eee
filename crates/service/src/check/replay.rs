//! Works a past answer out again, from the law and the facts of its moment.
//!
//! Records bear the instant at which the run of their batch began, and are there to read only when their part of it is committed. So where
//! an answer was given while a batch was being recorded, which of its versions had been read is taken from the answer, which names them;
//! the same where the clock had been set back (`docs/adr/0029-a-look-is-pinned-by-what-it-names.md`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use xinyong_domain::law::Law;
use xinyong_store::{Record, RecordVersion, SubjectCheck, SubjectVersion, sm3_hex};

use super::answer::{CheckAnswer, CheckedSubject, Facts, Frames, answer};
use super::look::original;
use crate::access::Actor;
use crate::browse::{facts_of, record_of};
use crate::desk::Desk;
use crate::refusal::DeskError;

/// What came of working an answer out again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// The look.
    pub check: SubjectCheck,
    /// Whether the law folder and the confirmations are those of that moment.
    pub same_law: bool,
    /// The answer that comes out now.
    pub text: String,
    /// Whether it is the kept one, byte for byte.
    pub same: bool,
    /// How many entries were being written at that instant, so that what had been read of them was taken from the answer.
    pub pinned: usize,
}

/// A record by its subject and its id.
type Key = (i64, i64);

/// Works an answer out again: subject, records and confirmations as they were known at its instant, the law of its day.
///
/// # Errors
/// `access.denied`, `check.why-missing`, not found; inconsistent stored data.
pub async fn replay(
    desk: &Desk,
    actor: &Actor,
    number: &str,
    why: &str,
) -> Result<Replay, DeskError> {
    let (check, text) = original(desk, actor, number, why).await?;
    let (law, same_law) = desk.law_as_of(&check.law).await?;
    let law = Arc::new(law);
    let store = desk.store();
    let known = store.records_as_of(check.subject_id, check.at).await?;
    let version = store.subject_as_of(check.subject_id, check.at).await?;
    let same = |anew: &str| sm3_hex(anew.as_bytes()) == check.digest && anew == text;
    let plain = match &version {
        Some(version) => Some(work_out(&check, &law, version, &known)?),
        None => None,
    };
    // What does not fit its digest was changed, and says nothing of what had been read.
    let whole = sm3_hex(text.as_bytes()) == check.digest;
    let enough =
        |anew: &CheckAnswer| !whole || !same_law || anew.text().is_ok_and(|anew| same(&anew));
    if let Some(anew) = plain.as_ref().filter(|anew| enough(anew)) {
        let text = anew.text()?;
        let same = same(&text);
        return Ok(Replay { check, same_law, text, same, pinned: 0 });
    }
    let kept = CheckAnswer::read(&text)?;
    let (version, known, pinned) =
        as_read(desk, &check, &kept, plain.as_ref(), (version, known)).await?;
    let anew = work_out(&check, &law, &version, &known)?.text()?;
    let same = same(&anew);
    Ok(Replay { check, same_law, text: anew, same, pinned })
}

fn work_out(
    check: &SubjectCheck,
    law: &Arc<Law>,
    version: &SubjectVersion,
    known: &[RecordVersion],
) -> Result<CheckAnswer, DeskError> {
    let facts = facts_of(version)?;
    let records: Vec<Record> = known.iter().cloned().map(record_of).collect();
    let facts = Facts {
        subject: CheckedSubject::of(&facts),
        records: &records,
        law,
        law_words: &check.law,
        day: check.day,
        purpose: &check.purpose,
    };
    Ok(answer(facts, &Frames::default())?.0)
}

/// The versions that an answer names.
fn named(answer: &CheckAnswer) -> BTreeMap<Key, i64> {
    let records = answer.groups.iter().flat_map(|group| &group.records);
    records
        .filter_map(|one| Some(((one.subject.parse().ok()?, one.id.parse().ok()?), one.version)))
        .collect()
}

/// What was known, corrected by what the answer says was read: only where the instant itself does not tell. Returns how many entries that was.
async fn as_read(
    desk: &Desk,
    check: &SubjectCheck,
    kept: &CheckAnswer,
    plain: Option<&CheckAnswer>,
    (version, known): (Option<SubjectVersion>, Vec<RecordVersion>),
) -> Result<(SubjectVersion, Vec<RecordVersion>, usize), DeskError> {
    let store = desk.store();
    let versions = store.subject_versions(check.subject_id).await?;
    let batches: BTreeSet<i64> = known
        .iter()
        .map(|one| one.batch_id)
        .chain(versions.iter().filter_map(|one| one.source_batch))
        .collect();
    let batches: Vec<i64> = batches.into_iter().collect();
    let recording = store.batches_recording_at(&batches, check.at).await?;
    let (mut pinned, read) = (0, named(kept));
    let shown = plain.map(named).unwrap_or_default();

    let mut records = Vec::with_capacity(known.len());
    let mut seen: BTreeSet<Key> = BTreeSet::new();
    for one in known {
        let key = (one.subject_id, one.record_id);
        seen.insert(key);
        let open = recording.contains(&one.batch_id);
        let instead = match read.get(&key) {
            Some(number) if *number == one.version => None,
            Some(number) => {
                let all = store.record_versions(key.0, key.1).await?;
                let found = all.into_iter().find(|other| other.version == *number);
                // An older one while the newer was being written; a newer one than the clock of that moment tells.
                Some(found.filter(|found| open || found.known_at > check.at))
            }
            // It would have been shown: it was not there yet.
            None if open && shown.contains_key(&key) => {
                let all = store.record_versions(key.0, key.1).await?;
                // Files that came one after the other may have been recorded beside each other.
                let earlier: Vec<i64> = all.iter().map(|other| other.batch_id).collect();
                let recording = store.batches_recording_at(&earlier, check.at).await?;
                let before = |other: &RecordVersion| {
                    other.version < one.version && !recording.contains(&other.batch_id)
                };
                Some(all.into_iter().rfind(before))
            }
            None => None,
        };
        match instead {
            None => records.push(one),
            // Named, and nothing tells why it was read: what was known then stands, and the answers differ.
            Some(None) if read.contains_key(&key) => records.push(one),
            Some(other) => {
                pinned += 1;
                records.extend(other);
            }
        }
    }
    for (key, number) in read.iter().filter(|(key, _)| !seen.contains(*key)) {
        let all = store.record_versions(key.0, key.1).await?;
        let found = all.into_iter().find(|one| one.version == *number && one.known_at > check.at);
        pinned += usize::from(found.is_some());
        records.extend(found);
    }
    records.sort_by_key(|one| std::cmp::Reverse((one.held_from, one.record_id)));

    let mut subject = version;
    while let Some(now) = &subject {
        let open = now.source_batch.is_some_and(|batch| recording.contains(&batch));
        if !open || CheckedSubject::of(&facts_of(now)?) == kept.subject {
            break;
        }
        pinned += 1;
        subject = versions.iter().rfind(|one| one.version < now.version).cloned();
    }
    // The clock of that moment stood before the first one.
    let first = subject.or_else(|| versions.into_iter().next());
    let subject = first.ok_or(DeskError::NotFound("当时的主体"))?;
    Ok((subject, records, pinned))
}
