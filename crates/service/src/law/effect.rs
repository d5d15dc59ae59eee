//! What a confirmation would change, worked out before it counts.

use jiff::civil::Date;
use xinyong_domain::law::{Confirmation, Law};
use xinyong_domain::rules::disclosure::Disclosure;

use crate::browse::judged;
use crate::desk::Desk;
use crate::refusal::DeskError;

/// Records looked at together.
const PORTION: i64 = 1_000;
/// Records looked at for one preview at most: a page waits for it.
const MOST_EXAMINED: u64 = 200_000;
/// Records shown as examples.
const MOST_SAMPLES: usize = 10;

/// What would change if an entry were confirmed today.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effect {
    /// Records looked at.
    pub examined: u64,
    /// Whether these were all.
    pub complete: bool,
    /// Of how many something about their publication would change.
    pub changed: u64,
    /// How many would become public today.
    pub appear: u64,
    /// How many would stop to be public today.
    pub disappear: u64,
    /// Some of those that change.
    pub samples: Vec<EffectSample>,
}

/// A record whose publication would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectSample {
    /// The subject.
    pub subject: i64,
    /// The record.
    pub record: i64,
    /// Name of its kind.
    pub kind: String,
    /// Number of its document.
    pub number: String,
    /// Decision date.
    pub decided: Date,
    /// How it stands today.
    pub before: Disclosure,
    /// How it would stand.
    pub after: Disclosure,
}

/// What matters to a reader about a publication.
fn shown(disclosure: &Disclosure) -> (bool, Option<Date>, Option<Date>, Option<Date>) {
    let publicity = &disclosure.publicity;
    (disclosure.public, publicity.first_day, publicity.last_day, publicity.repairable_from)
}

/// Judges every record under the law as it stands and under the law with the confirmation.
pub(super) async fn preview(desk: &Desk, confirmation: Confirmation) -> Result<Effect, DeskError> {
    let now = desk.law();
    let mut confirmations = now.confirmations().to_vec();
    confirmations.push(confirmation);
    let then: Law = now.as_ref().clone().with_confirmations(confirmations);
    let today = desk.today();
    let mut effect = Effect { complete: true, ..Effect::default() };
    let mut after = i64::MIN;
    loop {
        let records = desk.store().records_after(after, PORTION).await?;
        let Some(last) = records.last() else { return Ok(effect) };
        after = last.id;
        for record in &records {
            let Some(kind) = now.kind(&record.kind) else { continue };
            let (before, content) = judged(record, kind, today, &now)?;
            let (after, _) = judged(record, kind, today, &then)?;
            effect.examined += 1;
            let (before, after) = (before.value, after.value);
            if shown(&before) == shown(&after) {
                continue;
            }
            effect.changed += 1;
            effect.appear += u64::from(after.public && !before.public);
            effect.disappear += u64::from(before.public && !after.public);
            if effect.samples.len() < MOST_SAMPLES {
                let number = kind
                    .fields
                    .get(kind.document_number)
                    .and_then(|field| content.get(&field.code))
                    .cloned()
                    .unwrap_or_default();
                effect.samples.push(EffectSample {
                    subject: record.subject_id,
                    record: record.id,
                    kind: kind.name.clone(),
                    number,
                    decided: record.decided_on,
                    before,
                    after,
                });
            }
        }
        if effect.examined >= MOST_EXAMINED {
            effect.complete = false;
            return Ok(effect);
        }
    }
}
