//! Declaring, changing and withdrawing.

use std::collections::BTreeMap;

use xinyong_store::{
    NewRecord, NumberPlace, RecordChange, RecordKey, StoreError, Withdrawal, sm3_hex,
};

use super::row::{Form, Passed, UNIT, Wrong, check};
use super::{ENTRY_CHARACTERS, ENTRY_LENGTH, own, rules};
use crate::access::Permission;
use crate::agents::Agent;
use crate::browse::{Kept, MOST_READ};
use crate::desk::Desk;
use crate::refusal::{DeskError, Refusal};

/// Declarations of one subject, withdrawn ones included.
const MOST_DECLARED: usize = 200;

/// A filled form, signed.
#[derive(Debug, Clone)]
pub struct Declare {
    /// The kind.
    pub kind: String,
    /// What was filled in, by official code.
    pub values: BTreeMap<String, String>,
    /// What made the form one.
    pub entry: String,
    /// SM3 of the commitment that was shown.
    pub commitment: String,
    /// Whether the signer agreed to it.
    pub agreed: bool,
}

/// A change of a declaration, signed anew.
#[derive(Debug, Clone)]
pub struct Change {
    /// The record.
    pub record: i64,
    /// The version that was shown.
    pub version: i64,
    /// What stands in the form now.
    pub values: BTreeMap<String, String>,
    /// SM3 of the commitment that was shown.
    pub commitment: String,
    /// Whether the signer agreed to it.
    pub agreed: bool,
}

/// What became of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entered {
    /// It is recorded, under this id.
    Recorded(i64),
    /// Nothing was done: what is wrong, field by field.
    Wrong(Vec<(String, String)>),
}

fn signed(form: &Form<'_>, desk: &Desk, commitment: &str, agreed: bool) -> Result<(), Refusal> {
    let today = form.rules.commitment(desk.today());
    if today.is_none_or(|today| sm3_hex(today.text.as_bytes()) != commitment) {
        return Err(Refusal::new(
            "declaration.commitment-changed",
            "承诺书的文字已经更新，请阅读页面上现在的承诺书，再勾选并提交",
        ));
    }
    if !agreed {
        return Err(Refusal::new(
            "declaration.not-agreed",
            "没有勾选承诺：自主申报须由经办人代表主体承诺所填信息真实",
        ));
    }
    Ok(())
}

fn is_entry(text: &str) -> bool {
    text.len() == ENTRY_LENGTH && text.bytes().all(|one| ENTRY_CHARACTERS.contains(&one))
}

fn record(agent: &Agent, form: &Form<'_>, passed: Passed) -> NewRecord {
    NewRecord {
        subject_id: agent.subject.id,
        id: 0,
        kind: form.kind.id.clone(),
        natural_key: passed.natural_key,
        // No unit reported it, so that it stands in no series and is counted nowhere.
        number: NumberPlace::default(),
        content: passed.content,
        sealed: None,
        platform: passed.platform,
        party_category: passed.category.as_str().to_owned(),
        decided_on: form.declared,
        valid_until: passed.valid_until,
        unit_id: UNIT.to_owned(),
        batch_id: 0,
        row: 0,
        // Stamped inside the transaction: the feed of changes counts on stamps being young when they are committed.
        recorded_at: 0,
        law_edition: form.law.edition().to_owned(),
        public_from: passed.sieve.public_from,
        public_until: passed.sieve.public_until,
        content_digest: passed.digest,
        actor: agent.actor.login.clone(),
        second: None,
        reason: form.rules.mark.clone(),
        citations: passed.sieve.citations.clone(),
    }
}

/// Records what a subject declares of its own accord. Sent twice, it is recorded once.
///
/// # Errors
/// `access.denied`, not found, `declaration.commitment-changed`, `declaration.not-agreed`, `declaration.entry-invalid`,
/// `declaration.entry-used`, `declaration.too-many`.
pub async fn declare(desk: &Desk, agent: &Agent, command: Declare) -> Result<Entered, DeskError> {
    agent.actor.authorise(Permission::DeclareForSubject)?;
    let law = desk.law();
    let (kind, rules) = rules(&law, &command.kind)?;
    if !is_entry(&command.entry) {
        return Err(DeskError::refused("declaration.entry-invalid", "页面已过期，请重新打开填写"));
    }
    let today = desk.today();
    let number = format!("{}{}-{}", rules.number_prefix, today.year(), command.entry);
    let (declared, values) = (today, &command.values);
    let form = Form { kind, rules, law: &law, number: &number, declared, values };
    let passed = match check(desk, agent, &form).await? {
        Ok(passed) => passed,
        Err(wrong) => return Ok(Entered::Wrong(with_signature(wrong, desk, &form, &command))),
    };
    signed(&form, desk, &command.commitment, command.agreed)?;
    let key = (agent.subject.id, kind.id.clone(), passed.natural_key.clone());
    if let Some(before) = sent_before(desk, &key, &passed.digest).await? {
        return Ok(before);
    }
    room(desk, agent).await?;
    let id = desk.new_id();
    let sealed = passed.seal(desk, agent.subject.id, id)?;
    let digest = passed.digest.clone();
    let mut new = NewRecord { id, sealed: Some(sealed), ..record(agent, &form, passed) };
    let mut tx = desk.store().transaction("declare for subject").await?;
    agent.hold(&mut tx).await?;
    new.recorded_at = desk.clock().now();
    match tx.insert_records(&[new]).await {
        // The same form arrived twice at once: the other one is recorded by now.
        Err(StoreError::Conflict(_)) => {
            drop(tx);
            return sent_before(desk, &key, &digest).await?.ok_or_else(used);
        }
        other => other?,
    }
    agent.note(desk, &mut tx, "declaration.made", id);
    tx.commit().await?;
    Ok(Entered::Recorded(id))
}

fn used() -> DeskError {
    DeskError::refused(
        "declaration.entry-used",
        "这份表单此前已经提交，登记的内容与现在所填的不同，这次没有登记；请到自主申报的列表查看，需要改的在那里更改，另有事项的重新打开表单填写",
    )
}

/// What became of the form when it was sent before; nothing when it was not.
///
/// # Errors
/// `declaration.entry-used` when it said something else then.
async fn sent_before(
    desk: &Desk,
    key: &RecordKey,
    digest: &str,
) -> Result<Option<Entered>, DeskError> {
    let store = desk.store();
    let mut held = store.existing_records(std::slice::from_ref(key)).await?;
    let Some(held) = held.remove(key) else { return Ok(None) };
    // It may have been changed since: what was recorded from the form is its first version.
    let versions = store.record_versions(key.0, held.id).await?;
    match versions.first() {
        Some(first) if first.content_digest == digest => Ok(Some(Entered::Recorded(held.id))),
        _ => Err(used()),
    }
}

/// Refuses where a subject has declared more than anybody has to say: what it declares must not crowd out what others recorded.
async fn room(desk: &Desk, agent: &Agent) -> Result<(), DeskError> {
    let mut signed = 0;
    for record in desk.store().records_of_subject(agent.subject.id, MOST_READ).await? {
        signed += usize::from(Kept::read(&record)?.is_signed());
    }
    if signed >= MOST_DECLARED {
        return Err(DeskError::refused(
            "declaration.too-many",
            format!("一个主体最多申报{MOST_DECLARED}条（包括已撤回的），请在原有的申报上更改"),
        ));
    }
    Ok(())
}

/// What is wrong, with the missing signature: everything at once.
fn with_signature(mut wrong: Wrong, desk: &Desk, form: &Form<'_>, command: &Declare) -> Wrong {
    if let Err(refusal) = signed(form, desk, &command.commitment, command.agreed) {
        wrong.push(("agreed".to_owned(), refusal.message));
    }
    wrong
}

/// What a change means in public: since then, or no more, or otherwise.
fn event(before: bool, after: bool) -> Option<&'static str> {
    match (before, after) {
        (true, true) => Some("changed"),
        (false, true) => Some("published"),
        (true, false) => Some("ended"),
        (false, false) => None,
    }
}

/// Writes a new version of a declaration; the old one stays in the history.
///
/// # Errors
/// `access.denied`, not found, `declaration.withdrawn`, `declaration.overtaken`, `declaration.unchanged`,
/// `declaration.commitment-changed`, `declaration.not-agreed`.
pub async fn change(desk: &Desk, agent: &Agent, command: Change) -> Result<Entered, DeskError> {
    let (found, kept) = own(desk, agent, command.record).await?;
    let law = desk.law();
    let (kind, rules) = rules(&law, &found.kind)?;
    if found.withdrawn_on.is_some() {
        return Err(DeskError::refused(
            "declaration.withdrawn",
            "这项申报已经撤回，不能再更改；需要的请重新申报",
        ));
    }
    let number = kind.fields.get(kind.document_number).map_or("", |field| kept.value(&field.code));
    let (declared, values) = (found.decided_on, &command.values);
    let form = Form { kind, rules, law: &law, number, declared, values };
    let passed = match check(desk, agent, &form).await? {
        Ok(passed) => passed,
        Err(wrong) => return Ok(Entered::Wrong(wrong)),
    };
    signed(&form, desk, &command.commitment, command.agreed)?;
    if passed.digest == found.content_digest {
        return Err(DeskError::refused("declaration.unchanged", "内容没有变化，不需要提交"));
    }
    let (id, subject_id) = (found.id, found.subject_id);
    let sealed = passed.seal(desk, subject_id, id)?;
    let kind_of_event = event(found.public_from.is_some(), passed.sieve.public_from.is_some());
    let mut new = NewRecord {
        id,
        subject_id,
        sealed: Some(sealed),
        reason: format!("{}更改", rules.mark),
        ..record(agent, &form, passed)
    };
    let mut tx = desk.store().transaction("change declaration").await?;
    agent.hold(&mut tx).await?;
    new.recorded_at = desk.clock().now();
    let change = RecordChange {
        record: new,
        expected: command.version,
        event: kind_of_event.map(|kind| (kind, desk.today())),
        delivered: false,
        withdrawn_on: None,
    };
    tx.change_records(&[change]).await.map_err(overtaken)?;
    agent.note(desk, &mut tx, "declaration.changed", id);
    tx.commit().await?;
    Ok(Entered::Recorded(id))
}

fn overtaken(error: StoreError) -> DeskError {
    match error {
        StoreError::Conflict(_) => DeskError::refused(
            "declaration.overtaken",
            "这项申报刚刚已被更改或撤回，请刷新页面查看现在的内容",
        ),
        other => other.into(),
    }
}

/// Withdraws a declaration. Its public side ends at once; the history stays for those entitled.
///
/// # Errors
/// `access.denied`, not found, `declaration.withdrawn`, `declaration.overtaken`.
pub async fn withdraw(desk: &Desk, agent: &Agent, record: i64) -> Result<(), DeskError> {
    let (found, _) = own(desk, agent, record).await?;
    if found.withdrawn_on.is_some() {
        return Err(DeskError::refused("declaration.withdrawn", "这项申报已经撤回"));
    }
    let mut tx = desk.store().transaction("withdraw declaration").await?;
    agent.hold(&mut tx).await?;
    let withdrawal = Withdrawal {
        subject_id: found.subject_id,
        id: record,
        expected: found.version,
        on: desk.today(),
        at: desk.clock().now(),
        reason: "主体撤回自主申报".to_owned(),
        actor: agent.actor.login.clone(),
        second: None,
        law_edition: desk.law().edition().to_owned(),
        citations: "[]".to_owned(),
    };
    tx.withdraw_record(&withdrawal).await.map_err(overtaken)?;
    agent.note(desk, &mut tx, "declaration.withdrawn", record);
    Ok(tx.commit().await?)
}
