//! A matter as it is entered, in a form or in a row of a file: everything that is wrong with it.

use xinyong_store::CommitmentMatter;

use super::matters::PROPOSED;
use super::{MatterDraft, SCOPES, TYPES, text_of};
use crate::desk::Desk;
use crate::refusal::Refusal;

/// Longest number and longest name of a matter.
const LONGEST_CODE: usize = 40;
const LONGEST_NAME: usize = 120;
/// Longest basis.
const LONGEST_BASIS: usize = 500;
/// Longest text: as long as the field of the record.
const LONGEST_TEXT: usize = 4_000;
/// Most working days of a verification: five years.
const MOST_DAYS: u32 = 1_250;

/// The first thing that is wrong with a draft, for a form.
pub(super) fn checked(desk: &Desk, draft: &MatterDraft) -> Result<CommitmentMatter, Refusal> {
    judged(desk, draft).map_err(|mut all| all.remove(0))
}

/// A draft in one form, or everything that is wrong with it: at least one thing.
pub(super) fn judged(desk: &Desk, draft: &MatterDraft) -> Result<CommitmentMatter, Vec<Refusal>> {
    let law = desk.law();
    let known =
        |list: &str, id: &str| law.codes().get(list).is_some_and(|list| list.by_id(id).is_some());
    let mut wrong = Vec::new();
    let mut text = |typed: &str, longest: usize, code: &'static str, message: &str| {
        text_of(typed, true, longest, code, message).unwrap_or_else(|refusal| {
            wrong.push(refusal);
            String::new()
        })
    };
    let code = text(
        &draft.code,
        LONGEST_CODE,
        "commitment.matter-code",
        "请填写事项编号（40字以内）；同一编号的，是该事项的新一版",
    );
    let name =
        text(&draft.name, LONGEST_NAME, "commitment.matter-name", "请填写事项名称（120字以内）");
    let basis = text(
        &draft.basis,
        LONGEST_BASIS,
        "commitment.matter-basis",
        "请写明采用告知承诺的依据（500字以内）",
    );
    let notice = text(
        &draft.notice,
        LONGEST_TEXT,
        "commitment.matter-notice",
        "请写明一次告知的全部内容（4000字以内）",
    );
    let content = text(
        &draft.content,
        LONGEST_TEXT,
        "commitment.matter-content",
        "请写明承诺的内容（4000字以内）",
    );
    let liability = text(
        &draft.liability,
        LONGEST_TEXT,
        "commitment.matter-liability",
        "请写明违诺的后果（4000字以内）：认定以后只能按这里写明的后果处理",
    );
    if !known(TYPES, &draft.kind) {
        wrong.push(Refusal::new("commitment.matter-type", "请从列表中选择承诺类型"));
    }
    if !known(SCOPES, &draft.scope) {
        wrong.push(Refusal::new("commitment.matter-scope", "请从列表中选择公开类型"));
    }
    let days = draft.days.trim().parse().ok().filter(|days| (1..=MOST_DAYS).contains(days));
    if days.is_none() {
        wrong.push(Refusal::new(
            "commitment.matter-days",
            format!("请填写核查的期限，1 至 {MOST_DAYS} 个工作日，从事项办结的次日起算"),
        ));
    }
    let from = draft.from.filter(|from| *from >= desk.today());
    if from.is_none() {
        wrong.push(Refusal::new("commitment.matter-day", "施行日期不能早于今天，例如 2026-12-01"));
    }
    let (Some(days), Some(from), true) = (days, from, wrong.is_empty()) else {
        return Err(wrong);
    };
    Ok(CommitmentMatter {
        id: 0,
        unit_id: draft.unit.clone(),
        code,
        name,
        kind: draft.kind.clone(),
        basis,
        notice,
        content,
        liability,
        scope: draft.scope.clone(),
        days: i64::from(days),
        ends: draft.ends,
        from,
        state: PROPOSED.to_owned(),
        proposed_by: String::new(),
        proposed_at: 0,
        decided_by: None,
        decided_at: None,
        reason: None,
        digest: None,
    })
}
