//! Making a commitment: online by the subject's agent, or entered by the unit from paper with the scan.

use std::path::PathBuf;

use jiff::civil::Date;
use xinyong_domain::identifier::{CommitmentNumber, normalise};
use xinyong_domain::party::is_deregistered;
use xinyong_domain::workflow::commitment::Stage;
use xinyong_store::{Commitment, CommitmentMatter, StoreError, Subject};

use super::matters::{in_force, open, open_matter};
use super::text::Signed;
use super::{KIND, OpenMatter, is_of_unit, not_the_unit, noted, object, row, text_of, written};
use crate::access::{Actor, Permission};
use crate::agents::{Agent, recognise};
use crate::desk::Desk;
use crate::notices::{commitment_waits, second_persons};
use crate::refusal::{DeskError, Refusal};
use crate::units::reporting_unit;

/// Bytes of the token of a form.
const ENTRY_BYTES: usize = 12;
/// Longest business: as long as the field of the record.
const LONGEST_REASON: usize = 512;
/// Commitments of one subject that nobody has accepted yet.
const MOST_WAITING: i64 = 50;
/// How often a number that somebody else took meanwhile is tried anew.
const MOST_TRIES: usize = 100;
/// The first step.
const MAKE: &str = "make";

/// A commitment that an agent makes.
#[derive(Debug, Clone, Default)]
pub struct Make {
    /// The edition of the matter.
    pub matter: i64,
    /// What made the form one.
    pub entry: String,
    /// SM3 of what was shown.
    pub shown: String,
    /// Whether the signer agreed to it.
    pub agreed: bool,
    /// The business that is being handled.
    pub reason: String,
    /// Until when it holds.
    pub valid_until: Option<Date>,
}

/// A commitment on paper.
#[derive(Debug, Clone, Default)]
pub struct Paper {
    /// Who made it, by its code.
    pub code: String,
    /// The unit's number of the matter.
    pub matter: String,
    /// The day on the paper.
    pub made_on: Option<Date>,
    /// What made the form one.
    pub entry: String,
    /// The business that is being handled.
    pub reason: String,
    /// Until when it holds.
    pub valid_until: Option<Date>,
    /// The scan.
    pub file: Option<PathBuf>,
}

/// What makes a form one: sent twice, it is one commitment.
///
/// # Errors
/// When there is no randomness.
pub fn new_entry(desk: &Desk) -> Result<String, DeskError> {
    Ok(desk.random::<ENTRY_BYTES>()?.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Who commits to what, ready to be numbered.
struct Draft<'d> {
    actor: &'d Actor,
    agent: Option<&'d Agent>,
    subject: &'d Subject,
    matter: &'d OpenMatter,
    entry: &'d str,
    reason: String,
    made_on: Date,
    valid_until: Option<Date>,
    file: Option<(String, &'static str)>,
}

fn entry_invalid() -> DeskError {
    DeskError::refused("commitment.entry-invalid", "页面已过期，请重新打开填写")
}

/// The commitment that came from the same form before, where it is the same person's.
async fn sent_before(
    desk: &Desk,
    entry: &str,
    by: &str,
    subject: i64,
) -> Result<Option<i64>, DeskError> {
    if entry.len() != ENTRY_BYTES * 2 || !entry.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(entry_invalid());
    }
    let Some(id) = desk.store().commitment_once(entry).await? else { return Ok(None) };
    // Whoever sends another's token learns nothing.
    match desk.store().commitment(id).await? {
        Some(one) if one.made_by == by && one.subject_id == subject => Ok(Some(id)),
        _ => Err(entry_invalid()),
    }
}

fn reason_of(text: &str) -> Result<String, Refusal> {
    text_of(
        text,
        true,
        LONGEST_REASON,
        "commitment.business-missing",
        "请写明所办理的具体事项（512字以内）",
    )
}

fn check_validity(until: Option<Date>, made_on: Date) -> Result<(), Refusal> {
    if until.is_some_and(|until| until < made_on) {
        return Err(Refusal::new("commitment.validity", "承诺有效期不能早于作出承诺的日期"));
    }
    Ok(())
}

/// The subject's agent commits, having read the text whole.
///
/// # Errors
/// `access.denied`, not found for a matter that is not open today; `commitment.entry-invalid`, `commitment.text-changed`,
/// `commitment.not-agreed`, `commitment.business-missing`, `commitment.personal-number`, `commitment.validity`,
/// `commitment.too-many`, `commitment.row-invalid`, `commitment.numbers-used`.
pub async fn make(desk: &Desk, agent: &Agent, command: Make) -> Result<i64, DeskError> {
    agent.actor.authorise(Permission::MakeCommitment)?;
    let by = &agent.actor.login;
    if let Some(before) = sent_before(desk, &command.entry, by, agent.subject.id).await? {
        return Ok(before);
    }
    let matter = open_matter(desk, command.matter).await?;
    if matter.digest != command.shown {
        return Err(DeskError::refused(
            "commitment.text-changed",
            "告知或者承诺的文字已经更新，请阅读页面上现在的文字，再确认签署",
        ));
    }
    let reason = reason_of(&command.reason)?;
    let today = desk.today();
    check_validity(command.valid_until, today)?;
    if !command.agreed {
        return Err(DeskError::refused(
            "commitment.not-agreed",
            "没有确认：不愿承诺的可以不承诺，按一般程序办理；愿意承诺的请勾选确认后提交",
        ));
    }
    let draft = Draft {
        actor: &agent.actor,
        agent: Some(agent),
        subject: &agent.subject,
        matter: &matter,
        entry: &command.entry,
        reason,
        made_on: today,
        valid_until: command.valid_until,
        file: None,
    };
    number(desk, &draft).await
}

/// The matter of a number as it was in force on a day.
async fn matter_on(
    desk: &Desk,
    unit: &str,
    code: &str,
    on: Date,
) -> Result<Option<CommitmentMatter>, DeskError> {
    let all = desk.store().commitment_matters().await?;
    Ok(in_force(all, on).find(|one| one.unit_id == unit && one.code == code))
}

/// A person of the unit enters a commitment that was made on paper. A second one accepts it.
///
/// # Errors
/// `access.denied`, `commitment.not-the-unit`, `unit.ended`, `commitment.entry-invalid`, `commitment.subject-unknown`,
/// `commitment.made-day`, `commitment.matter-unknown`, `commitment.business-missing`, `commitment.personal-number`,
/// `commitment.validity`, `commitment.scan-missing`, `commitment.entered-before`, `commitment.row-invalid`, `commitment.numbers-used`, and
/// those of a file.
pub async fn enter_paper(desk: &Desk, actor: &Actor, command: Paper) -> Result<i64, DeskError> {
    actor.authorise(Permission::HandleCommitment)?;
    let unit = reporting_unit(desk, &actor.unit).await?;
    if !is_of_unit(desk, actor, &unit.id).await? {
        return Err(not_the_unit());
    }
    let store = desk.store();
    let code = normalise(&command.code);
    let whole = store.subject_whole(&code).await?;
    let subject = whole
        .map(|whole| whole.subject)
        .filter(|found| found.code.as_deref() == Some(&*code) && !is_deregistered(&found.status))
        .ok_or_else(|| {
            DeskError::refused(
                "commitment.subject-unknown",
                "没有这个代码的、存续的主体，请对照营业执照填写统一社会信用代码",
            )
        })?;
    if let Some(before) = sent_before(desk, &command.entry, &actor.login, subject.id).await? {
        return Ok(before);
    }
    let made_on = command.made_on.filter(|day| *day <= desk.today()).ok_or_else(|| {
        DeskError::refused("commitment.made-day", "请填写承诺书上的日期，不晚于今天")
    })?;
    let found = matter_on(desk, &unit.id, command.matter.trim(), made_on).await?;
    let matter = found.ok_or_else(|| {
        DeskError::refused(
            "commitment.matter-unknown",
            "承诺书的日期当天，本单位公布的事项清单里没有这个事项；请核对日期和事项",
        )
    })?;
    let matter = open(desk, &unit.name, matter, made_on)?;
    let reason = reason_of(&command.reason)?;
    check_validity(command.valid_until, made_on)?;
    let Some(path) = &command.file else {
        return Err(DeskError::refused(
            "commitment.scan-missing",
            "请上传签了字、盖了章的承诺书的扫描件",
        ));
    };
    let kind = recognise(desk, path, "承诺书")?;
    let mut draft = Draft {
        actor,
        agent: None,
        subject: &subject,
        matter: &matter,
        entry: &command.entry,
        reason,
        made_on,
        valid_until: command.valid_until,
        file: None,
    };
    // Whatever refuses does so before the scan is kept.
    draft.checked(desk).await?;
    let now = desk.clock().now();
    let (digest, _) = store.store_upload_file(path, &format!("承诺书.{kind}"), now).await?;
    draft.file = Some((digest, kind));
    number(desk, &draft).await
}

impl Draft<'_> {
    fn commitment(&self, desk: &Desk, number: &CommitmentNumber) -> Commitment {
        let signed = Signed {
            matter: self.matter,
            firm: &self.subject.name,
            code: self.subject.code.as_deref().unwrap_or_default(),
            reason: &self.reason,
            made_on: self.made_on,
            valid_until: self.valid_until,
        };
        let (text, digest) = signed.text();
        Commitment {
            id: desk.new_id(),
            number: number.to_string(),
            once: self.entry.to_owned(),
            subject_id: self.subject.id,
            unit_id: self.matter.unit.clone(),
            matter_id: self.matter.id,
            way: if self.agent.is_some() { "online" } else { "paper" }.to_owned(),
            account_id: self.agent.map(|agent| agent.account),
            reason: self.reason.clone(),
            valid_until: self.valid_until,
            text,
            digest,
            file_digest: self.file.as_ref().map(|(digest, _)| digest.clone()),
            file_type: self.file.as_ref().map(|(_, kind)| (*kind).to_owned()),
            made_on: self.made_on,
            made_at: desk.clock().now(),
            made_by: self.actor.login.clone(),
            stage: Stage::Made.as_str().to_owned(),
            record_id: None,
            accepted_on: None,
            completed_on: None,
            found_on: None,
            settled_on: None,
            seq: 0,
            hash: String::new(),
        }
    }

    /// Holds it to the check that it will have to pass as a record: nobody signs what cannot be accepted.
    async fn checked(&self, desk: &Desk) -> Result<CommitmentNumber, DeskError> {
        let county = desk.county().await?;
        let first = CommitmentNumber::first(&county.region, self.made_on)
            .ok_or_else(|| DeskError::Internal(format!("region {}", county.region)))?;
        let held = self.commitment(desk, &first);
        let matter = desk.store().commitment_matter(self.matter.id).await?;
        let matter = matter.ok_or(DeskError::NotFound("该事项"))?;
        row::record(desk, (self.subject, &held), &matter).await?;
        Ok(first)
    }
}

fn too_many() -> DeskError {
    DeskError::refused(
        "commitment.too-many",
        format!("有{MOST_WAITING}份承诺还没有受理，请等受理单位办理，或者撤回不需要的"),
    )
}

fn entered_before(number: &str) -> DeskError {
    DeskError::refused(
        "commitment.entered-before",
        format!("这份纸质承诺已经录入，承诺编码{number}；确是另一份的，请核对扫描件、日期和事由"),
    )
}

/// Gives it the next number of the day and keeps it. Numbers are given one after the other, and so are those of files taken in: neither sees
/// the other too late.
async fn number(desk: &Desk, draft: &Draft<'_>) -> Result<i64, DeskError> {
    let first = draft.checked(desk).await?;
    let store = desk.store();
    let used =
        || DeskError::refused("commitment.numbers-used", "当天的承诺编码已经用完，请次日办理");
    let prefix = first.to_string().chars().take(14).collect::<String>();
    let range = (format!("{prefix}000000"), format!("{prefix}999999"));
    let seconds = second_persons(desk, &draft.matter.unit, &draft.actor.login).await?;
    for _ in 0..MOST_TRIES {
        let mut tx = store.transaction("make commitment").await?;
        tx.hold_commitment_numbers().await?;
        if let Some(agent) = draft.agent {
            agent.hold(&mut tx).await?;
            if tx.waiting_commitments(draft.subject.id).await? >= MOST_WAITING {
                return Err(too_many());
            }
        }
        let last = tx.last_commitment_number(&range.0, &range.1).await?;
        let mut next = match last.as_deref().and_then(CommitmentNumber::parse) {
            None => first.clone(),
            Some(last) => last.next().ok_or_else(used)?,
        };
        // Units report numbers of their own in files: what one of them has is given to nobody else.
        let taken = tx.commitment_numbers_in_files(KIND, &range.0, &range.1).await?;
        while taken.contains(&next.to_string()) {
            next = next.next().ok_or_else(used)?;
        }
        let new = draft.commitment(desk, &next);
        let before = match draft.agent {
            Some(_) => None,
            None => tx.paper_entered_before(&new).await?,
        };
        if let Some(number) = before {
            drop(tx);
            // The same form, sent twice at once, is one commitment.
            let (by, subject) = (&draft.actor.login, draft.subject.id);
            return match sent_before(desk, draft.entry, by, subject).await? {
                Some(same) => Ok(same),
                None => Err(entered_before(&number)),
            };
        }
        let step = written(desk, draft.actor, MAKE, draft.made_on);
        match tx.add_commitment(&new, &step).await {
            Err(StoreError::Conflict(_)) => {
                drop(tx);
                let (by, subject) = (&draft.actor.login, draft.subject.id);
                if let Some(before) = sent_before(desk, draft.entry, by, subject).await? {
                    return Ok(before);
                }
                continue;
            }
            other => other?,
        }
        commitment_waits(desk, &mut tx, new.id, &seconds).await?;
        let deed = if draft.agent.is_some() { "commitment.made" } else { "commitment.entered" };
        desk.audit_with(&mut tx, draft.actor, noted(deed, &object(new.id), &new.number));
        tx.commit().await?;
        return Ok(new.id);
    }
    Err(DeskError::refused("commitment.busy", "同时办理的人太多，请稍后再提交一次"))
}
