//! 主体核定: two persons of the credit office find that two entries of the register are one subject, or that they are not, and may
//! take it back. Nothing is merged by likeness, and nothing is moved (docs/adr/0013-judgements-about-subjects-are-read-not-moved.md).

mod look;

use serde::Serialize;
use xinyong_store::{Account, NewNotice, StoreError, Subject, SubjectJudgement, Tx};

use crate::access::{Actor, Permission, Role};
use crate::audit::AuditEvent;
use crate::desk::Desk;
use crate::notices::accounts_with;
use crate::refusal::DeskError;

pub use look::{
    Effects, JudgementDossier, JudgementLine, Side, effects, judgement, judgements, open_judgements,
};

/// The list of what a judgement may rest on.
pub const BASES: &str = "judgement-basis";
/// Records that a judgement may give to another subject at once.
const MOST_RECORDS: usize = 500;
/// Longest reason and longest name of a document.
const LONGEST_REASON: usize = 500;
const LONGEST_DOCUMENT: usize = 140;
/// The kind of notice.
const NOTICE: &str = "judgement-open";

/// What may be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Finding {
    /// Two entries are one subject: what stands under one is shown under the other.
    Same,
    /// They are not: the records named are the other one's.
    Different,
}

impl Finding {
    /// The stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Different => "different",
        }
    }

    /// What a page calls it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Same => "是同一主体",
            Self::Different => "不是同一主体",
        }
    }

    /// What a word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Same, Self::Different].into_iter().find(|one| one.as_str() == word)
    }
}

/// A judgement as the first person writes it.
#[derive(Debug, Clone)]
pub struct Propose {
    /// What is found: `same` or `different`.
    pub finding: String,
    /// The code of the entry whose records are shown elsewhere from then on.
    pub from: String,
    /// The code of the subject they are shown under.
    pub to: String,
    /// For `different`: the records that are the other one's, as (subject, record).
    pub records: Vec<(i64, i64)>,
    /// A code of [`BASES`].
    pub basis: String,
    /// The document it rests on.
    pub document: String,
    /// Why.
    pub reason: String,
}

/// An entry of the register by its code, whatever was found about it.
async fn entry(desk: &Desk, code: &str) -> Result<Subject, DeskError> {
    let code = xinyong_domain::identifier::normalise(code);
    let found = desk.store().subject_by_code(&code).await?;
    found.filter(|found| found.code.is_some()).ok_or_else(|| {
        DeskError::refused(
            "judgement.subject-unknown",
            format!("登记信息中没有统一社会信用代码为「{code}」的主体，请核对代码"),
        )
    })
}

fn words(text: &str, most: usize, code: &'static str, message: &str) -> Result<String, DeskError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > most {
        return Err(DeskError::refused(code, format!("{message}（{most}字以内）")));
    }
    Ok(text.to_owned())
}

fn reason_of(text: &str) -> Result<String, DeskError> {
    words(text, LONGEST_REASON, "judgement.reason-missing", "请写明理由")
}

/// Whether two entries may be found to be one, or not to be, as things stand.
async fn admitted(
    desk: &Desk,
    finding: Finding,
    from: &Subject,
    to: &Subject,
    records: &[(i64, i64)],
) -> Result<(), DeskError> {
    let store = desk.store();
    if from.id == to.id {
        return Err(DeskError::refused(
            "judgement.same-subject",
            "两个代码是同一个登记主体的，不需要核定",
        ));
    }
    let roots = store.roots(&[from.id, to.id]).await?;
    if let Some(root) = roots.get(&to.id) {
        let name = store
            .subject(*root)
            .await?
            .map(|root| format!("{}（{}）", root.name, root.code.unwrap_or_default()));
        return Err(DeskError::refused(
            "judgement.target-joined",
            format!("后者已核定并入{}，请直接对它核定", name.unwrap_or_default()),
        ));
    }
    if roots.contains_key(&from.id) {
        return Err(DeskError::refused(
            "judgement.already-joined",
            "前者已核定并入另一个主体；要改的请先撤回原来的核定",
        ));
    }
    let between = |one: &&SubjectJudgement| {
        (one.from_id, one.to_id) == (from.id, to.id) || (one.from_id, one.to_id) == (to.id, from.id)
    };
    let held = store.subject_judgements(&["confirmed"], i64::MAX).await?;
    let differ = held.iter().filter(between).any(|one| one.finding == Finding::Different.as_str());
    match finding {
        Finding::Same if differ => Err(DeskError::refused(
            "judgement.contradicts",
            "这两个主体已核定不是同一主体；要改的请先撤回原来的核定",
        )),
        Finding::Different if differ && records.is_empty() => Err(DeskError::refused(
            "judgement.repeated",
            "这两个主体已核定不是同一主体，不需要重复核定",
        )),
        _ => Ok(()),
    }
}

/// The records named must be shown under the first entry now.
async fn shown_here(desk: &Desk, from: i64, records: &[(i64, i64)]) -> Result<(), DeskError> {
    if records.len() > MOST_RECORDS {
        return Err(DeskError::refused(
            "judgement.too-many-records",
            format!("一次最多改{MOST_RECORDS}条，请分几次"),
        ));
    }
    let held = desk.store().records_of_subject(from, i64::MAX).await?;
    let all = records
        .iter()
        .all(|(subject, id)| held.iter().any(|one| one.subject_id == *subject && one.id == *id));
    if !all {
        return Err(DeskError::refused(
            "judgement.record-elsewhere",
            "所选的信息中有的不在这个主体名下，或者已核定属于另一个主体，请刷新页面重新选择",
        ));
    }
    for (subject, id) in records {
        if desk.store().record_judged(*subject, *id).await?.is_some() {
            return Err(DeskError::refused(
                "judgement.record-judged",
                "所选的信息中有的是因一项核定才归到这个主体名下的，不能再核定给别的主体；要改的请先撤回那项核定",
            ));
        }
    }
    Ok(())
}

/// Writes a judgement down. Nothing counts before a second person confirms. Returns its id.
///
/// # Errors
/// `access.denied`, `judgement.finding-unknown`, `judgement.basis-unknown`, `judgement.document-missing`,
/// `judgement.reason-missing`, `judgement.subject-unknown`, `judgement.same-subject`, `judgement.target-joined`,
/// `judgement.already-joined`, `judgement.contradicts`, `judgement.repeated`, `judgement.record-elsewhere`,
/// `judgement.record-judged`, `judgement.too-many-records`, `judgement.open`.
pub async fn propose(desk: &Desk, actor: &Actor, command: Propose) -> Result<i64, DeskError> {
    actor.authorise(Permission::JudgeSubjects)?;
    let store = desk.store();
    let finding = Finding::from_word(&command.finding)
        .ok_or_else(|| DeskError::refused("judgement.finding-unknown", "请选择是不是同一主体"))?;
    let law = desk.law();
    if law.codes().get(BASES).is_none_or(|list| list.by_id(&command.basis).is_none()) {
        return Err(DeskError::refused("judgement.basis-unknown", "请选择核定的依据"));
    }
    let document = words(
        &command.document,
        LONGEST_DOCUMENT,
        "judgement.document-missing",
        "请写明所依据的材料和文号",
    )?;
    let reason = reason_of(&command.reason)?;
    let (from, to) = (entry(desk, &command.from).await?, entry(desk, &command.to).await?);
    let mut records = if finding == Finding::Same { Vec::new() } else { command.records };
    records.sort_unstable();
    records.dedup();
    admitted(desk, finding, &from, &to, &records).await?;
    shown_here(desk, from.id, &records).await?;
    let waits = store.subject_judgements(&["open"], i64::MAX).await?.into_iter().any(|one| {
        [one.from_id, one.to_id].contains(&from.id) && [one.from_id, one.to_id].contains(&to.id)
    });
    if waits {
        return Err(DeskError::refused(
            "judgement.open",
            "这两个主体已有一项核定等待确认，请先办完",
        ));
    }
    let new = SubjectJudgement {
        id: desk.new_id(),
        finding: finding.as_str().to_owned(),
        from_id: from.id,
        to_id: to.id,
        basis: command.basis,
        document,
        reason,
        proposed_by: actor.login.clone(),
        proposed_at: desk.clock().now(),
        state: "open".to_owned(),
        decided_by: None,
        decided_at: None,
        decline_reason: None,
        undo_reason: None,
        undo_by: None,
        undo_at: None,
        undone_by: None,
        undone_at: None,
        hash: String::new(),
    };
    // The store keys a record by its id first.
    let keys: Vec<(i64, i64)> = records.iter().map(|(subject, id)| (*id, *subject)).collect();
    let others = others(desk, actor).await?;
    let mut tx = store.transaction("propose judgement").await?;
    let hash = tx.add_subject_judgement(&new, &keys).await?;
    tell(desk, &mut tx, &new, &others).await?;
    note(desk, &mut tx, actor, "judgement.proposed", &new, &hash);
    tx.commit().await?;
    Ok(new.id)
}

/// The hash of the judgement goes into the chain of the log: what was signed cannot be changed later unnoticed.
fn note(
    desk: &Desk,
    tx: &mut Tx,
    actor: &Actor,
    deed: &'static str,
    of: &SubjectJudgement,
    hash: &str,
) {
    let detail = format!("{} {} {} {hash}", of.finding, of.from_id, of.to_id);
    let of = format!("judgement:{}", of.id);
    desk.audit_with(tx, actor, AuditEvent::Case { deed, of: &of, detail: &detail });
}

/// The others of the credit office.
async fn others(desk: &Desk, by: &Actor) -> Result<Vec<Account>, DeskError> {
    accounts_with(desk, |account, role| role == Role::CreditOffice && account.login != by.login)
        .await
}

/// Tells them that something waits for a second person.
async fn tell(
    desk: &Desk,
    tx: &mut Tx,
    of: &SubjectJudgement,
    others: &[Account],
) -> Result<(), DeskError> {
    for account in others {
        tx.add_notice(&NewNotice {
            id: desk.new_id(),
            account_id: account.id,
            kind: NOTICE.to_owned(),
            object: format!("judgement:{}", of.id),
            day: desk.today(),
            text: "一项主体核定等待您确认".to_owned(),
            at: desk.clock().now(),
        })
        .await?;
    }
    Ok(())
}

async fn held(desk: &Desk, id: i64) -> Result<SubjectJudgement, DeskError> {
    desk.store().subject_judgement(id).await?.ok_or(DeskError::NotFound("该核定"))
}

/// A judgement that waits for a second person, who is none of the first.
async fn waiting_for(desk: &Desk, actor: &Actor, id: i64) -> Result<SubjectJudgement, DeskError> {
    actor.authorise(Permission::JudgeSubjects)?;
    let row = held(desk, id).await?;
    if row.state != "open" {
        return Err(decided());
    }
    Ok(row)
}

fn decided() -> DeskError {
    DeskError::refused("judgement.decided", "这项核定已经办结，请刷新页面查看")
}

fn same_person() -> DeskError {
    DeskError::refused(
        "judgement.same-person",
        "提出的人不能确认自己提出的核定，请由信用办另一人确认",
    )
}

async fn step(
    desk: &Desk,
    actor: &Actor,
    mut next: SubjectJudgement,
    deed: &'static str,
) -> Result<(), DeskError> {
    let others = others(desk, actor).await?;
    let mut tx = desk.store().transaction("change judgement").await?;
    // The instant from which reads follow it: not one at which somebody has read already while this waited.
    let now = desk.clock().now();
    match deed {
        "judgement.confirmed" | "judgement.declined" => next.decided_at = Some(now),
        "judgement.undone" => next.undone_at = Some(now),
        _ => {}
    }
    let next = &next;
    if deed == "judgement.confirmed" {
        // As this transaction sees it: somebody may have judged meanwhile.
        let roots = tx.roots(&[next.from_id, next.to_id]).await?;
        if !roots.is_empty() {
            return Err(DeskError::refused(
                "judgement.overtaken",
                "其中一个主体刚刚有了另一项核定，请退回后按现在的情况重新提出",
            ));
        }
    }
    let hash = match tx.change_subject_judgement(next).await {
        Err(StoreError::Conflict(_)) => {
            return Err(DeskError::refused(
                "judgement.overtaken",
                "所选的主体或信息刚刚有了另一项核定，请退回后按现在的情况重新提出",
            ));
        }
        other => other?.ok_or_else(decided)?,
    };
    tx.settle_notices(&format!("judgement:{}", next.id), NOTICE).await?;
    if deed == "judgement.undo-proposed" {
        tell(desk, &mut tx, next, &others).await?;
    }
    note(desk, &mut tx, actor, deed, next, &hash);
    tx.commit().await?;
    Ok(())
}

/// The second person confirms: from then on reads follow it.
///
/// # Errors
/// `access.denied`, not found, `judgement.decided`, `judgement.same-person`, and as [`propose`] where things changed meanwhile;
/// `judgement.overtaken`.
pub async fn confirm(desk: &Desk, actor: &Actor, id: i64) -> Result<(), DeskError> {
    let row = waiting_for(desk, actor, id).await?;
    if row.proposed_by == actor.login {
        return Err(same_person());
    }
    let store = desk.store();
    let missing = || DeskError::NotFound("该主体");
    let from = store.subject(row.from_id).await?.ok_or_else(missing)?;
    let to = store.subject(row.to_id).await?.ok_or_else(missing)?;
    let finding = Finding::from_word(&row.finding)
        .ok_or_else(|| DeskError::Internal(format!("unknown finding {}", row.finding)))?;
    let keys = store.judged_records(id).await?;
    let records: Vec<(i64, i64)> = keys.iter().map(|(id, subject)| (*subject, *id)).collect();
    admitted(desk, finding, &from, &to, &records).await?;
    shown_here(desk, from.id, &records).await?;
    let next = SubjectJudgement {
        state: "confirmed".to_owned(),
        decided_by: Some(actor.login.clone()),
        ..row
    };
    step(desk, actor, next, "judgement.confirmed").await
}

/// The second person declines, or the first takes it back, with a reason.
///
/// # Errors
/// `access.denied`, not found, `judgement.decided`, `judgement.reason-missing`.
pub async fn decline(desk: &Desk, actor: &Actor, id: i64, reason: &str) -> Result<(), DeskError> {
    let row = waiting_for(desk, actor, id).await?;
    let next = SubjectJudgement {
        state: "declined".to_owned(),
        decided_by: Some(actor.login.clone()),
        decline_reason: Some(reason_of(reason)?),
        ..row
    };
    step(desk, actor, next, "judgement.declined").await
}

/// One person proposes to undo a judgement that holds.
///
/// # Errors
/// `access.denied`, not found, `judgement.not-in-force`, `judgement.undo-open`, `judgement.reason-missing`.
pub async fn propose_undo(
    desk: &Desk,
    actor: &Actor,
    id: i64,
    reason: &str,
) -> Result<(), DeskError> {
    actor.authorise(Permission::JudgeSubjects)?;
    let row = held(desk, id).await?;
    if row.state != "confirmed" {
        return Err(not_in_force());
    }
    if row.undo_by.is_some() {
        return Err(DeskError::refused("judgement.undo-open", "已经有人提出撤回，等待另一人确认"));
    }
    let next = SubjectJudgement {
        undo_reason: Some(reason_of(reason)?),
        undo_by: Some(actor.login.clone()),
        undo_at: Some(desk.clock().now()),
        ..row
    };
    step(desk, actor, next, "judgement.undo-proposed").await
}

fn not_in_force() -> DeskError {
    DeskError::refused("judgement.not-in-force", "这项核定现在没有生效，不能撤回")
}

/// A second person decides about undoing: with `undo` everything is exactly as it was, else the judgement goes on to hold.
///
/// # Errors
/// `access.denied`, not found, `judgement.not-in-force`, `judgement.same-person`.
pub async fn decide_undo(desk: &Desk, actor: &Actor, id: i64, undo: bool) -> Result<(), DeskError> {
    actor.authorise(Permission::JudgeSubjects)?;
    let row = held(desk, id).await?;
    let (true, Some(by)) = (row.state == "confirmed", row.undo_by.as_deref()) else {
        return Err(not_in_force());
    };
    if undo && by == actor.login {
        return Err(same_person());
    }
    let next = if undo {
        SubjectJudgement { state: "undone".to_owned(), undone_by: Some(actor.login.clone()), ..row }
    } else {
        SubjectJudgement { undo_reason: None, undo_by: None, undo_at: None, ..row }
    };
    let deed = if undo { "judgement.undone" } else { "judgement.undo-declined" };
    step(desk, actor, next, deed).await
}

#[cfg(test)]
mod tests;
