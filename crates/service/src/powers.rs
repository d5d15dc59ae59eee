//! 权力事项目录: what a unit may license and punish. One person proposes an edition, a second releases it; what was released is public
//! and never changed. Records are held to the edition in force on the day of their decision; what does not agree is shown to the
//! unit, and a person says what it is.

mod outside;
mod sheet;

use jiff::civil::Date;
use xinyong_domain::finding::Level;
use xinyong_domain::law::{ListedPower, PowersOfUnit};
use xinyong_store::{Power, PowerEdition, PowerMapping};

use crate::access::{Actor, Permission};
use crate::audit::AuditEvent;
use crate::browse::{Names, PersonView};
use crate::desk::Desk;
use crate::refusal::{DeskError, Refusal};

pub use outside::{OutsideList, OutsideName, outside};
pub use sheet::{RowFound, TypedPower};

/// Longest note, in characters.
const LONGEST_NOTE: usize = 350;
const PROPOSED: &str = "proposed";
const RELEASED: &str = "released";
const DECLINED: &str = "declined";

/// What every proposal says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grounds {
    /// The unit.
    pub unit: String,
    /// The first day the edition is in force.
    pub from: Date,
    /// The document it rests on.
    pub note: String,
}

/// What became of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proposed {
    /// It is kept and waits for a second person.
    Kept {
        /// The edition.
        edition: i64,
        /// What there is to know about its rows.
        findings: Vec<RowFound>,
    },
    /// Nothing is kept: some rows have to be mended first.
    Refused(Vec<RowFound>),
}

/// An edition as the console sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditionView {
    /// Its id.
    pub id: i64,
    /// The unit.
    pub unit: String,
    /// The unit's name.
    pub unit_name: String,
    /// The first day it is in force.
    pub from: Date,
    /// The document it rests on.
    pub note: String,
    /// The file it was read from, empty when it was typed.
    pub file_name: String,
    /// Whether it waits for a second person.
    pub waits: bool,
    /// Whether it was released.
    pub released: bool,
    /// Who proposed it, and when.
    pub proposed: (PersonView, i64),
    /// Who decided, and when.
    pub decided: Option<(PersonView, i64)>,
    /// Why it was declined.
    pub reason: String,
    /// How many matters it has.
    pub powers: u64,
}

/// What a person said about a name, as the console sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaidView {
    /// Its id.
    pub id: i64,
    /// The record kind.
    pub kind: String,
    /// The name as the record has it.
    pub name: String,
    /// The code of the matter; empty: it is none.
    pub code: String,
    /// In their words.
    pub note: String,
    /// Who.
    pub by: PersonView,
    /// When, in milliseconds since 1970.
    pub at: i64,
}

fn note_of(text: &str, code: &'static str, what: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > LONGEST_NOTE {
        return Err(Refusal::new(code, format!("请写明{what}，{LONGEST_NOTE}字以内")));
    }
    Ok(text.to_owned())
}

async fn may_propose(desk: &Desk, actor: &Actor, grounds: &Grounds) -> Result<String, DeskError> {
    actor.authorise_for(Permission::UploadBatch, &grounds.unit)?;
    crate::units::reporting_unit(desk, &grounds.unit).await?;
    let note = note_of(&grounds.note, "powers.note-missing", "目录所依据的文件")?;
    let editions = desk.store().power_editions(Some(&grounds.unit)).await?;
    if editions.iter().any(|edition| edition.state == PROPOSED) {
        return Err(DeskError::refused("powers.open", "这个单位已有一版目录等待复核，请先办完"));
    }
    Ok(note)
}

/// Proposes the edition that a file holds: all its rows, or none.
///
/// # Errors
/// `access.denied`, `unit.unknown`, `unit.ended`, `powers.note-missing`, `powers.open`, `powers.none`, `powers.too-many`, the
/// refusals of files.
pub async fn propose_file(
    desk: &Desk,
    actor: &Actor,
    grounds: Grounds,
    file: (std::path::PathBuf, String),
) -> Result<Proposed, DeskError> {
    let note = may_propose(desk, actor, &grounds).await?;
    let name = file.1.clone();
    let read = sheet::read(desk, file).await?;
    if read.findings.iter().any(|found| found.finding.level == Level::Error) {
        return Ok(Proposed::Refused(read.findings));
    }
    let edition = keep(desk, actor, &grounds, note, (Some(name), read.powers)).await?;
    Ok(Proposed::Kept { edition, findings: read.findings })
}

/// Proposes the edition in force on the day it is to begin with one matter added, or changed where its code is there already.
///
/// # Errors
/// As [`propose_file`].
pub async fn propose_one(
    desk: &Desk,
    actor: &Actor,
    grounds: Grounds,
    typed: &TypedPower,
) -> Result<Proposed, DeskError> {
    let note = may_propose(desk, actor, &grounds).await?;
    let (power, findings) = sheet::read_one(&desk.law(), typed);
    let Some(power) = power else { return Ok(Proposed::Refused(findings)) };
    let base = in_force(desk, &grounds.unit, grounds.from).await?;
    let mut powers = match base {
        Some(edition) => desk.store().powers(edition.id).await?,
        None => Vec::new(),
    };
    match powers.iter_mut().find(|held| held.code == power.code) {
        Some(held) => *held = power,
        None => powers.push(power),
    }
    let edition = keep(desk, actor, &grounds, note, (None, powers)).await?;
    Ok(Proposed::Kept { edition, findings })
}

/// The released edition that is in force on a day.
async fn in_force(desk: &Desk, unit: &str, on: Date) -> Result<Option<PowerEdition>, DeskError> {
    let editions = desk.store().power_editions(Some(unit)).await?;
    Ok(editions.into_iter().find(|edition| edition.state == RELEASED && edition.from <= on))
}

async fn keep(
    desk: &Desk,
    actor: &Actor,
    grounds: &Grounds,
    note: String,
    (file_name, powers): (Option<String>, Vec<Power>),
) -> Result<i64, DeskError> {
    let id = desk.new_id();
    let edition = PowerEdition {
        id,
        unit_id: grounds.unit.clone(),
        from: grounds.from,
        note,
        file_name,
        state: PROPOSED.to_owned(),
        proposed_by: actor.login.clone(),
        proposed_at: desk.clock().now(),
        decided_by: None,
        decided_at: None,
        reason: None,
        powers: 0,
    };
    let mut tx = desk.store().transaction("propose powers").await?;
    tx.propose_powers(&edition, &powers).await?;
    let detail = format!("{id} {} {}", grounds.from, powers.len());
    let event =
        AuditEvent::Powers { deed: "powers.proposed", unit: &grounds.unit, detail: &detail };
    desk.audit_with(&mut tx, actor, event);
    tx.commit().await?;
    Ok(id)
}

/// Releases an edition that waits, or declines it with a reason. Whoever proposed it may decline it, not release it.
///
/// # Errors
/// `access.denied`, not found, `powers.decided`, `powers.same-person`, `powers.reason-missing`.
pub async fn decide(
    desk: &Desk,
    actor: &Actor,
    id: i64,
    declined: Option<&str>,
) -> Result<(), DeskError> {
    actor.authorise(Permission::ReleaseBatch)?;
    let held = desk.store().power_edition(id).await?.ok_or(DeskError::NotFound("该版目录"))?;
    actor.authorise_for(Permission::ReleaseBatch, &held.unit_id)?;
    let reason = match declined {
        Some(reason) => Some(note_of(reason, "powers.reason-missing", "退回的理由")?),
        None if held.proposed_by == actor.login => {
            return Err(DeskError::refused(
                "powers.same-person",
                "须由另一人复核：提出的人不能自己公布",
            ));
        }
        None => None,
    };
    let (state, deed) = match reason {
        Some(_) => (DECLINED, "powers.declined"),
        None => (RELEASED, "powers.released"),
    };
    let mut tx = desk.store().transaction("decide powers").await?;
    let by = (actor.login.as_str(), desk.clock().now());
    if !tx.decide_powers(id, state, by, reason.as_deref()).await? {
        return Err(DeskError::refused("powers.decided", "这版目录已经办结，请刷新页面"));
    }
    let detail = id.to_string();
    let event = AuditEvent::Powers { deed, unit: &held.unit_id, detail: &detail };
    desk.audit_with(&mut tx, actor, event);
    tx.commit().await?;
    Ok(())
}

/// What a person says about a name on records that stands in no edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Say {
    /// The unit.
    pub unit: String,
    /// The record kind.
    pub kind: String,
    /// The name as the records have it.
    pub name: String,
    /// The code of the matter it is; empty: it is none.
    pub code: String,
    /// Why, in their words.
    pub note: String,
}

/// Keeps what a person says about a name.
///
/// # Errors
/// `access.denied`, `powers.kind-unknown`, `powers.name-missing`, `powers.code-unknown`, `powers.note-missing`, `powers.said`.
pub async fn say(desk: &Desk, actor: &Actor, command: Say) -> Result<(), DeskError> {
    actor.authorise_for(Permission::SignReporting, &command.unit)?;
    desk.unit(&command.unit).await?;
    let law = desk.law();
    let kind = law.kind(&command.kind).filter(|kind| kind.matter.is_some());
    let Some((kind, matter)) = kind.and_then(|kind| Some((kind, kind.matter.as_ref()?))) else {
        return Err(DeskError::refused("powers.kind-unknown", "这类信息不与权力事项目录比对"));
    };
    let (name, key) = (command.name.trim(), matter.key(&command.name));
    if key.is_empty() || name.chars().count() > 4_000 {
        return Err(DeskError::refused("powers.name-missing", "请从列出的名称中选择"));
    }
    let code = command.code.trim();
    // A name that is mapped explains itself; one that is none has to be explained.
    let note = if code.is_empty() {
        note_of(&command.note, "powers.note-missing", "为什么不在目录中")?
    } else {
        command.note.trim().chars().take(LONGEST_NOTE).collect()
    };
    let store = desk.store();
    if !code.is_empty() {
        let mut known = false;
        for edition in store.power_editions(Some(&command.unit)).await? {
            known = known
                || (edition.state == RELEASED
                    && store
                        .powers(edition.id)
                        .await?
                        .iter()
                        .any(|power| power.code == code && power.kind == kind.id));
        }
        if !known {
            return Err(DeskError::refused(
                "powers.code-unknown",
                format!("本单位公布的目录里没有编码为「{code}」的{}事项", kind.name),
            ));
        }
    }
    let said = store.power_mappings(&command.unit).await?;
    if said.iter().any(|one| one.kind == kind.id && one.name_key == key) {
        return Err(DeskError::refused("powers.said", "这个名称已有说明；要改的，请先撤回原来的"));
    }
    let id = desk.new_id();
    let mut tx = store.transaction("say about power").await?;
    tx.map_power(&PowerMapping {
        id,
        unit_id: command.unit.clone(),
        kind: kind.id.clone(),
        name_key: key,
        name: name.to_owned(),
        code: code.to_owned(),
        note,
        actor: actor.login.clone(),
        at: desk.clock().now(),
    })
    .await?;
    let detail = format!("{id} {}", if code.is_empty() { "none" } else { code });
    let event = AuditEvent::Powers { deed: "powers.named", unit: &command.unit, detail: &detail };
    desk.audit_with(&mut tx, actor, event);
    tx.commit().await?;
    Ok(())
}

/// Takes back what was said about a name. Returns the unit.
///
/// # Errors
/// `access.denied`, not found.
pub async fn unsay(desk: &Desk, actor: &Actor, id: i64) -> Result<String, DeskError> {
    actor.authorise(Permission::SignReporting)?;
    let missing = || DeskError::NotFound("该说明");
    let held = desk.store().power_mapping(id).await?.ok_or_else(missing)?;
    actor.authorise_for(Permission::SignReporting, &held.unit_id)?;
    let mut tx = desk.store().transaction("end power name").await?;
    if !tx.end_power_mapping(id, &actor.login, desk.clock().now()).await? {
        return Err(missing());
    }
    let detail = id.to_string();
    let event =
        AuditEvent::Powers { deed: "powers.name-ended", unit: &held.unit_id, detail: &detail };
    desk.audit_with(&mut tx, actor, event);
    tx.commit().await?;
    Ok(held.unit_id)
}

/// Everything a unit released and said, ready to hold records to.
pub(crate) async fn of_unit(desk: &Desk, unit: &str) -> Result<PowersOfUnit, DeskError> {
    let store = desk.store();
    let mut editions = Vec::new();
    // The newest first: of two that begin on one day the later proposed one counts.
    for edition in store.power_editions(Some(unit)).await? {
        if edition.state != RELEASED || editions.iter().any(|(from, _)| *from == edition.from) {
            continue;
        }
        let powers = store.powers(edition.id).await?;
        let listed = powers.into_iter().map(|power| ListedPower {
            code: power.code,
            name: power.name,
            kind: power.kind,
            from: power.from,
            until: power.until,
        });
        editions.push((edition.from, listed.collect()));
    }
    if editions.is_empty() {
        return Ok(PowersOfUnit::default());
    }
    let said = store.power_mappings(unit).await?;
    let said = said.into_iter().map(|one| ((one.kind, one.name_key), one.code));
    Ok(PowersOfUnit::new(editions, said))
}

fn view(row: PowerEdition, names: &Names) -> EditionView {
    EditionView {
        id: row.id,
        unit_name: names.unit(&row.unit_id),
        unit: row.unit_id,
        from: row.from,
        note: row.note,
        file_name: row.file_name.unwrap_or_default(),
        waits: row.state == PROPOSED,
        released: row.state == RELEASED,
        proposed: (names.person(&row.proposed_by), row.proposed_at),
        decided: row.decided_by.as_deref().map(|by| names.person(by)).zip(row.decided_at),
        reason: row.reason.unwrap_or_default(),
        powers: u64::try_from(row.powers).unwrap_or_default(),
    }
}

/// The editions that an actor may see: of a unit, or of all that are theirs to see; the newest first.
///
/// # Errors
/// `access.denied`.
pub async fn editions(
    desk: &Desk,
    actor: &Actor,
    unit: Option<&str>,
) -> Result<Vec<EditionView>, DeskError> {
    actor.authorise(Permission::ReadReporting)?;
    if let Some(unit) = unit {
        actor.authorise_for(Permission::ReadReporting, unit)?;
    }
    let names = Names::read(desk).await?;
    let rows = desk.store().power_editions(unit.or_else(|| actor.unit_limit())).await?;
    Ok(rows.into_iter().map(|row| view(row, &names)).collect())
}

/// One edition with its matters.
///
/// # Errors
/// `access.denied`, not found.
pub async fn edition(
    desk: &Desk,
    actor: &Actor,
    id: i64,
) -> Result<(EditionView, Vec<Power>), DeskError> {
    actor.authorise(Permission::ReadReporting)?;
    let row = desk.store().power_edition(id).await?.ok_or(DeskError::NotFound("该版目录"))?;
    actor.authorise_for(Permission::ReadReporting, &row.unit_id)?;
    let names = Names::read(desk).await?;
    let powers = desk.store().powers(id).await?;
    Ok((view(row, &names), powers))
}

/// What stands about names of a unit.
///
/// # Errors
/// `access.denied`.
pub async fn said(desk: &Desk, actor: &Actor, unit: &str) -> Result<Vec<SaidView>, DeskError> {
    actor.authorise_for(Permission::ReadReporting, unit)?;
    let names = Names::read(desk).await?;
    let rows = desk.store().power_mappings(unit).await?;
    Ok(rows
        .into_iter()
        .map(|row| SaidView {
            id: row.id,
            kind: row.kind,
            name: row.name,
            code: row.code,
            note: row.note,
            by: names.person(&row.actor),
            at: row.at,
        })
        .collect())
}

#[cfg(test)]
mod tests;
