//! What use was made of answers (信用台账): entered by a person of the unit, never inferred.

use jiff::civil::Date;
use serde::Serialize;
use xinyong_domain::check::personal_number;
use xinyong_domain::law::Code;
use xinyong_store::CheckUse;

use super::answer::CheckAnswer;
use super::look::{kept, purpose_name, span};
use crate::access::{Actor, Permission};
use crate::audit::AuditEvent;
use crate::browse::{Names, PersonView, unit_names};
use crate::desk::Desk;
use crate::refusal::{DeskError, Refusal};

/// The list of outcomes.
const OUTCOMES: &str = "use-outcome";
/// The outcome that names measures.
const MEASURE: &str = "measure";
/// Characters of a note at most.
const MOST_NOTE: usize = 500;

/// What somebody said of the use of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UseEntry {
    /// What came of it, in words.
    pub outcome: String,
    /// The measures that were taken, in words.
    pub measures: Vec<String>,
    /// What the person adds.
    pub note: String,
    /// Who.
    pub who: PersonView,
    /// When.
    pub at: i64,
}

/// Looks of a unit for a purpose, by what came of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UseCount {
    /// The unit's name.
    pub unit: String,
    /// The purpose's name.
    pub purpose: String,
    /// All looks.
    pub checks: i64,
    /// Those of which somebody has said what came of it.
    pub said: i64,
    /// Those after which a measure was taken.
    pub measures: i64,
    /// Those after which something was made easier.
    pub easier: i64,
}

/// The outcomes there are.
#[must_use]
pub fn outcomes(desk: &Desk) -> Vec<Code> {
    desk.law().codes().get(OUTCOMES).map(|list| list.codes.clone()).unwrap_or_default()
}

/// Says what use was made of an answer. Said again, the last one counts; what was said before stays in the ledger.
///
/// A measure that the answer did not name is refused, and the attempt is a line of the audit log (H1, features 54).
///
/// # Errors
/// `access.denied`, not found, `use.outcome-unknown`, `use.measure-missing`, `use.measure-outside`, `use.note`.
pub async fn feed_back(
    desk: &Desk,
    actor: &Actor,
    number: &str,
    outcome: &str,
    measures: &[String],
    note: &str,
) -> Result<(), DeskError> {
    actor.authorise(Permission::CheckSubject)?;
    let (check, text) = kept(desk, number).await?;
    if actor.authorise_for(Permission::CheckSubject, &check.unit_id).is_err() {
        return Err(DeskError::NotFound("这个编号的核查"));
    }
    if !outcomes(desk).iter().any(|one| one.id == outcome) {
        return Err(Refusal::new("use.outcome-unknown", "请选择办理结果").into());
    }
    let note = note.trim();
    let hidden = note.chars().any(|one| one.is_control() && one != '\n' && one != '\r');
    if note.chars().count() > MOST_NOTE || hidden || personal_number(note).is_some() {
        let message =
            format!("说明不超过{MOST_NOTE}个字，不写公民身份号码和手机号码，不含控制字符");
        return Err(Refusal::new("use.note", message).into());
    }
    let mut measures = measures.to_vec();
    measures.sort();
    measures.dedup();
    let answer = CheckAnswer::read(&text)?;
    let outside =
        measures.iter().find(|id| !answer.measures.iter().any(|measure| measure.id == **id));
    if let Some(outside) = outside {
        // Only what the list knows goes into a log that nobody can change.
        let law = desk.law();
        let known = law.measures().measures.iter().any(|measure| measure.id == *outside);
        let measure = if known { outside.as_str() } else { "unknown" };
        let event = AuditEvent::MeasureRefused { number: &check.number, measure };
        desk.audit(actor, event).await?;
        return Err(Refusal::new(
            "use.measure-outside",
            "这项措施不在本次核查提示的范围内，不得采取；清单以外不得增设措施",
        )
        .into());
    }
    if (outcome == MEASURE) == measures.is_empty() {
        return Err(Refusal::new(
            "use.measure-missing",
            "办理结果为“依法采取提示的措施”的，请勾选采取了哪一项；其他结果请不要勾选",
        )
        .into());
    }
    let seq = desk.store().check_uses(&check.number).await?.last().map_or(0, |last| last.seq) + 1;
    let mut tx = desk.store().transaction("feed back check").await?;
    tx.add_check_use(&CheckUse {
        number: check.number.clone(),
        seq,
        outcome: outcome.to_owned(),
        measures: serde_json::json!(measures).to_string(),
        note: note.to_owned(),
        actor: actor.login.clone(),
        at: desk.clock().now(),
    })
    .await?;
    desk.audit_with(&mut tx, actor, AuditEvent::CheckUsed { number: &check.number, outcome });
    tx.commit().await?;
    Ok(())
}

/// What was said of the use of an answer, in its order.
pub(super) async fn entries(
    desk: &Desk,
    names: &Names,
    number: &str,
) -> Result<Vec<UseEntry>, DeskError> {
    let outcomes = outcomes(desk);
    let law = desk.law();
    let named = |id: &str| {
        let measure = law.measures().measures.iter().find(|measure| measure.id == id);
        measure.map_or_else(|| id.to_owned(), |measure| measure.name.clone())
    };
    let mut said = Vec::new();
    for one in desk.store().check_uses(number).await? {
        let measures: Vec<String> = serde_json::from_str(&one.measures)
            .map_err(|error| DeskError::Internal(format!("use of {number}: {error}")))?;
        let outcome = outcomes.iter().find(|outcome| outcome.id == one.outcome);
        said.push(UseEntry {
            outcome: outcome.map_or(one.outcome.clone(), |outcome| outcome.label.clone()),
            measures: measures.iter().map(|id| named(id)).collect(),
            note: one.note,
            who: names.person(&one.actor),
            at: one.at,
        });
    }
    Ok(said)
}

/// How much use each unit makes of checks, from one day to another, both inclusive; of the actor's own unit, or for the office of all.
/// It counts units, never subjects.
///
/// # Errors
/// `access.denied`; when the store fails.
pub async fn statistics(
    desk: &Desk,
    actor: &Actor,
    from: Date,
    until: Date,
) -> Result<Vec<UseCount>, DeskError> {
    actor.authorise(Permission::CheckSubject)?;
    let (begin, end) = span(from, until);
    let names = unit_names(desk).await?;
    let mut counts: Vec<UseCount> = Vec::new();
    let mut last = (String::new(), String::new());
    for one in desk.store().check_counts(begin, end, actor.unit_limit()).await? {
        if counts.is_empty() || last != (one.unit_id.clone(), one.purpose.clone()) {
            counts.push(UseCount {
                unit: names.get(&one.unit_id).cloned().unwrap_or_else(|| one.unit_id.clone()),
                purpose: purpose_name(desk, &one.purpose),
                checks: 0,
                said: 0,
                measures: 0,
                easier: 0,
            });
            last = (one.unit_id, one.purpose);
        }
        if let Some(count) = counts.last_mut() {
            count.checks += one.checks;
            count.said += if one.outcome.is_empty() { 0 } else { one.checks };
            count.measures += if one.outcome == MEASURE { one.checks } else { 0 };
            count.easier += if one.outcome == "convenience" { one.checks } else { 0 };
        }
    }
    Ok(counts)
}
