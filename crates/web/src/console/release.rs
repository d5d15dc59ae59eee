//! `POST /console/batches/{id}/release`: the second person confirms the basis, judges what was only proposed, and lets the
//! batch be recorded.

use axum::Extension;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use xinyong_domain::law::Law;
use xinyong_service::browse::JudgeRow;
use xinyong_service::intake::{self, Judgement, Release};

use super::{actor, batch, batch_steps};
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Choice, FormError, message_for};

/// What the form sends for “kept, not public”: an empty value would be the choice not made.
const KEPT: &str = "none";

/// A penalty to be judged.
pub struct PenaltyRow {
    /// Row number.
    pub row: i64,
    /// Party.
    pub party: String,
    /// Document number.
    pub number: String,
    /// Content.
    pub summary: String,
    /// The class the rule proposes.
    pub proposed: String,
    /// On what it rests.
    pub because: Vec<String>,
    /// Classes to choose from.
    pub severity: Vec<Choice>,
    /// What is wrong with the choice.
    pub severity_error: String,
    /// Why another class.
    pub reason: String,
    /// What is wrong with it.
    pub reason_error: String,
    /// On what document.
    pub source: String,
    /// What is wrong with it.
    pub source_error: String,
}

/// The form of the second person. Its fields are read by the template.
pub struct ReleaseForm {
    /// Bases to choose from.
    pub basis: Vec<Choice>,
    /// What is wrong with the choice.
    pub basis_error: String,
    /// Penalties to be judged.
    pub penalties: Vec<PenaltyRow>,
    /// What happens to those that are not judged.
    pub penalties_note: String,
}

/// The form, empty or with what was filled in before.
pub fn release_form(
    law: &Law,
    judge: &[JudgeRow],
    good: i64,
    fields: &Fields,
    errors: &[FormError],
) -> ReleaseForm {
    let chosen = fields.get("basis");
    let mut basis = vec![Choice::new("", "请选择", chosen)];
    basis.extend(codes(law, "publication-basis", chosen));
    basis.push(Choice::new(KEPT, "没有公示依据：入库，不公示", chosen));
    ReleaseForm {
        basis,
        basis_error: message_for(errors, "basis"),
        penalties: judge.iter().map(|row| penalty(law, row, fields, errors)).collect(),
        penalties_note: note(judge.len(), good),
    }
}

fn note(shown: usize, good: i64) -> String {
    if shown == 0 {
        return String::new();
    }
    let mut note =
        "程序只作拟定，认定由您作出。同意拟定的不必填写；另作认定的，须写明理由和出处。".to_owned();
    if i64::try_from(shown).is_ok_and(|shown| shown < good) {
        note.push_str(&format!(
            "本页只列出前 {shown} 条，其余的按程序拟定；其中要另作认定的，请退回，由经办人在文件的“失信程度”列填写后重新报送。"
        ));
    }
    note
}

fn codes(law: &Law, list: &str, chosen: &str) -> Vec<Choice> {
    law.codes().get(list).map_or_else(Vec::new, |list| {
        list.codes.iter().map(|code| Choice::new(&code.id, &code.label, chosen)).collect()
    })
}

fn penalty(law: &Law, judge: &JudgeRow, fields: &Fields, errors: &[FormError]) -> PenaltyRow {
    let name = |what: &str| format!("{what}-{}", judge.row);
    let kept = |what: &str| fields.get(&name(what)).to_owned();
    let error = |what: &str| message_for(errors, &name(what));
    let chosen = kept("severity");
    let mut because = judge.because.clone();
    // Several entries of one instrument read the same here.
    let mut seen = std::collections::HashSet::new();
    because.retain(|line| seen.insert(line.clone()));
    let mut severity =
        vec![Choice::new("", format!("同意拟定（{}）", judge.proposed_label), &chosen)];
    severity.extend(codes(law, "severity", &chosen));
    PenaltyRow {
        row: judge.row,
        party: judge.party.clone(),
        number: judge.number.clone(),
        summary: judge.summary.clone(),
        proposed: judge.proposed_label.clone(),
        because,
        severity,
        severity_error: error("severity"),
        reason: kept("reason"),
        reason_error: error("reason"),
        source: kept("source"),
        source_error: error("source"),
    }
}

/// What was judged, and what is missing from it.
fn judgements(fields: &Fields) -> (Vec<Judgement>, Vec<FormError>) {
    let mut judged = Vec::new();
    let mut errors = Vec::new();
    for (name, value) in &fields.0 {
        let Some(row) = name.strip_prefix("severity-").and_then(|row| row.parse::<i64>().ok())
        else {
            continue;
        };
        let text = |what: &str| fields.get(&format!("{what}-{row}")).trim().to_owned();
        let (reason, source) = (text("reason"), text("source"));
        if value.is_empty() {
            // A reason without a class is a class forgotten, not a class refused.
            if !reason.is_empty() || !source.is_empty() {
                errors.push(FormError::new(
                    name.as_str(),
                    format!("第 {row} 行写了理由或出处，请选择认定的类别"),
                ));
            }
            continue;
        }
        if reason.is_empty() {
            errors.push(FormError::new(format!("reason-{row}"), format!("第 {row} 行请写明理由")));
        }
        if source.is_empty() {
            errors.push(FormError::new(
                format!("source-{row}"),
                format!("第 {row} 行请写明出处，例如决定书第几页"),
            ));
        }
        let (key, value) = ("severity".to_owned(), value.clone());
        judged.push(Judgement { row, key, value, reason, source });
    }
    (judged, errors)
}

/// Releases the batch; recording goes on behind.
///
/// # Errors
/// `access.denied`, not found. What the person can mend is said on the page of the batch.
pub async fn release(
    frame: Frame,
    Path(id): Path<i64>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let desk = frame.site.desk().clone();
    let (judgements, mut errors) = judgements(&fields);
    let basis = match fields.get("basis") {
        "" => {
            errors.insert(0, FormError::new("basis", "请选择公示依据"));
            ""
        }
        KEPT => "",
        chosen => chosen,
    };
    if !errors.is_empty() {
        let page = batch::again(&frame, id, &fields, errors).await?;
        return Ok((StatusCode::BAD_REQUEST, page).into_response());
    }
    let command = Release { batch: id, basis: basis.to_owned(), judgements };
    let moved = intake::release(&desk, actor(&frame)?, command).await;
    if moved.is_ok() {
        tokio::spawn(async move {
            if let Err(error) = intake::record_released(&desk, id).await {
                tracing::error!(batch = id, code = error.code(), %error, "recording failed");
            }
        });
    }
    batch_steps::answer(&frame, id, &fields, moved).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_class_needs_reason_and_source_and_a_proposal_accepted_needs_neither() {
        let fields = |pairs: &[(&str, &str)]| {
            Fields(pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect())
        };
        let (judged, errors) = judgements(&fields(&[("severity-2", "")]));
        assert!(judged.is_empty() && errors.is_empty());
        let (judged, errors) = judgements(&fields(&[("severity-2", "general"), ("reason-2", "a")]));
        assert_eq!(judged.len(), 1);
        assert_eq!(
            errors.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(),
            ["source-2"]
        );
        let (_, errors) = judgements(&fields(&[("severity-3", ""), ("reason-3", "a")]));
        assert_eq!(errors.first().map(|error| error.field.as_str()), Some("severity-3"));
    }
}
