//! 告知承诺事项: which matters a unit handles so, in editions: proposed by one person, released by another, public since its first day.

use jiff::civil::Date;
use xinyong_store::{CommitmentMatter, StoreError};

use super::draft::checked;
use super::{
    LONGEST_REASON, SCOPES, TYPES, authorise, is_of_unit, label, not_the_unit, noted, text_of,
};
use crate::access::{Actor, Permission};
use crate::browse::{Names, PersonView};
use crate::desk::Desk;
use crate::refusal::DeskError;
use crate::units::{active_units, reporting_unit, stands_for};

pub(super) const PROPOSED: &str = "proposed";
const RELEASED: &str = "released";
const DECLINED: &str = "declined";

/// A matter as it is entered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MatterDraft {
    /// The unit.
    pub unit: String,
    /// The unit's own number of the matter; the same number is the next edition of it.
    pub code: String,
    /// Its name.
    pub name: String,
    /// A code of [`TYPES`].
    pub kind: String,
    /// On what it rests.
    pub basis: String,
    /// What is told before anybody commits.
    pub notice: String,
    /// What is committed to.
    pub content: String,
    /// What follows where it is not kept.
    pub liability: String,
    /// A code of [`SCOPES`].
    pub scope: String,
    /// Working days of the verification, as they were typed.
    pub days: String,
    /// The first day.
    pub from: Option<Date>,
    /// Whether from then on it is handled so no more; the other fields are those of the edition before then.
    pub ends: bool,
}

/// An edition of a matter as the console sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatterView {
    /// The edition.
    pub id: i64,
    /// The unit.
    pub unit: String,
    /// Its name.
    pub unit_name: String,
    /// What was entered.
    pub draft: MatterDraft,
    /// The type in words.
    pub kind_label: String,
    /// The scope in words.
    pub scope_label: String,
    /// Whether it waits for a second person.
    pub waits: bool,
    /// Whether it was released.
    pub released: bool,
    /// Whether it is the one in force today.
    pub in_force: bool,
    /// Who proposed it, and when.
    pub proposed: (PersonView, i64),
    /// Who decided, and when.
    pub decided: Option<(PersonView, i64)>,
    /// Why it was declined.
    pub reason: String,
    /// SM3 of its canonical text; empty before it is released.
    pub edition: String,
}

/// A matter that may be committed to today, for everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenMatter {
    /// The edition.
    pub id: i64,
    /// The unit.
    pub unit: String,
    /// Its name.
    pub unit_name: String,
    /// The unit's own number of the matter.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The type in words.
    pub kind: String,
    /// On what it rests.
    pub basis: String,
    /// What is told before anybody commits.
    pub notice: String,
    /// That nobody has to.
    pub choice: String,
    /// What is committed to.
    pub content: String,
    /// What follows where it is not kept.
    pub liability: String,
    /// The scope of publication in words.
    pub scope: String,
    /// Working days of the verification.
    pub days: i64,
    /// Since when.
    pub from: Date,
    /// SM3 of everything that is shown: what is signed is what was shown.
    pub digest: String,
    /// SM3 of the canonical text of the edition, as it was when it was released. It stands in the text that is signed.
    pub edition: String,
}

/// The digest of a released edition: as it was kept then, and for what was released before that was kept, as it follows from its words.
pub(super) fn edition_of(row: &CommitmentMatter) -> String {
    row.digest.clone().unwrap_or_else(|| row.canonical_digest())
}

/// The edition of each matter that is in force on a day, of those sorted by unit, code and falling day.
pub(super) fn in_force(
    all: Vec<CommitmentMatter>,
    on: Date,
) -> impl Iterator<Item = CommitmentMatter> {
    let mut last: Option<(String, String)> = None;
    all.into_iter()
        .filter(move |one| {
            if one.state != RELEASED || one.from > on {
                return false;
            }
            let this = (one.unit_id.clone(), one.code.clone());
            let newest = last.as_ref() != Some(&this);
            last = Some(this);
            newest
        })
        .filter(|one| !one.ends)
}

/// Proposes a matter, a new edition of one, or its end. It is public once a second person has released it.
///
/// # Errors
/// `access.denied`, `commitment.not-the-unit`, `unit.unknown`, `unit.ended`, `commitment.personal-number`, `commitment.matter-code`, `commitment.matter-name`, `commitment.matter-type`,
/// `commitment.matter-basis`, `commitment.matter-notice`, `commitment.matter-content`, `commitment.matter-liability`,
/// `commitment.matter-scope`, `commitment.matter-days`, `commitment.matter-day`, `commitment.matter-unknown` for the end of what there is
/// not, `commitment.matter-open`.
pub async fn propose_matter(
    desk: &Desk,
    actor: &Actor,
    draft: MatterDraft,
) -> Result<i64, DeskError> {
    actor.authorise_for(Permission::HandleCommitment, &draft.unit)?;
    if !is_of_unit(desk, actor, &draft.unit).await? {
        return Err(not_the_unit());
    }
    reporting_unit(desk, &draft.unit).await?;
    let store = desk.store();
    let draft = if draft.ends { ending(desk, draft).await? } else { draft };
    let new = checked(desk, &draft)?;
    let (id, now) = (desk.new_id(), desk.clock().now());
    let new = CommitmentMatter { id, proposed_by: actor.login.clone(), proposed_at: now, ..new };
    let mut tx = store.transaction("propose commitment matter").await?;
    match tx.propose_commitment_matter(&new).await {
        Err(StoreError::Conflict(_)) => {
            return Err(DeskError::refused(
                "commitment.matter-open",
                "这个事项已有一版等待复核，请先办完",
            ));
        }
        other => other?,
    }
    let of = format!("commitment-matter:{id}");
    desk.audit_with(&mut tx, actor, noted("commitment.matter-proposed", &of, &new.unit_id));
    tx.commit().await?;
    Ok(id)
}

/// The end of a matter says what its last edition said.
async fn ending(desk: &Desk, draft: MatterDraft) -> Result<MatterDraft, DeskError> {
    let code = draft.code.trim();
    let all = desk.store().commitment_matters().await?;
    let held = all
        .into_iter()
        .find(|one| one.unit_id == draft.unit && one.code == code && one.state == RELEASED)
        .filter(|one| !one.ends)
        .ok_or_else(|| {
            DeskError::refused("commitment.matter-unknown", "没有公布过这个编号的事项，不需要停止")
        })?;
    Ok(MatterDraft { from: draft.from, ends: true, ..draft_of(&held) })
}

/// Releases an edition that waits, or declines it with a reason. Whoever proposed it may decline it, not release it.
///
/// # Errors
/// `access.denied`, not found, `commitment.not-the-unit`, `commitment.matter-decided`, `commitment.same-person`, `commitment.reason-missing`,
/// `commitment.matter-day` where its first day has passed meanwhile.
pub async fn decide_matter(
    desk: &Desk,
    actor: &Actor,
    id: i64,
    declined: Option<&str>,
) -> Result<(), DeskError> {
    let store = desk.store();
    actor.authorise(Permission::HandleCommitment)?;
    let held = store.commitment_matter(id).await?.ok_or(DeskError::NotFound("该版事项"))?;
    let own = held.proposed_by == actor.login;
    let needed = match declined {
        Some(_) if own => Permission::HandleCommitment,
        _ => Permission::ConfirmCommitment,
    };
    authorise(desk, actor, needed, &held.unit_id).await?;
    // The office may look at every unit's matters; whose they are releases them.
    if !is_of_unit(desk, actor, &held.unit_id).await? {
        return Err(not_the_unit());
    }
    let reason = match declined {
        Some(reason) => Some(text_of(
            reason,
            true,
            LONGEST_REASON,
            "commitment.reason-missing",
            "请写明退回的理由（500字以内）",
        )?),
        None if own => {
            return Err(DeskError::refused(
                "commitment.same-person",
                "须由另一人复核：提出的人不能自己公布",
            ));
        }
        // Nobody could have read on that day what is released only now.
        None if held.from < desk.today() => {
            return Err(DeskError::refused(
                "commitment.matter-day",
                "施行日期已过，不能按原日期公布；请退回，改日期后重新提出",
            ));
        }
        None => None,
    };
    let (state, deed) = match reason {
        Some(_) => (DECLINED, "commitment.matter-declined"),
        None => (RELEASED, "commitment.matter-released"),
    };
    let mut tx = store.transaction("decide commitment matter").await?;
    let by = (actor.login.as_str(), desk.clock().now());
    if !tx.decide_commitment_matter(id, state, by, reason.as_deref()).await? {
        return Err(DeskError::refused(
            "commitment.matter-decided",
            "这一版事项已经办结，请刷新页面",
        ));
    }
    if state == RELEASED {
        tx.add_commitment_matter_digest(&held).await?;
    }
    let of = format!("commitment-matter:{id}");
    desk.audit_with(&mut tx, actor, noted(deed, &of, &held.unit_id));
    Ok(tx.commit().await?)
}

fn draft_of(row: &CommitmentMatter) -> MatterDraft {
    MatterDraft {
        unit: row.unit_id.clone(),
        code: row.code.clone(),
        name: row.name.clone(),
        kind: row.kind.clone(),
        basis: row.basis.clone(),
        notice: row.notice.clone(),
        content: row.content.clone(),
        liability: row.liability.clone(),
        scope: row.scope.clone(),
        days: row.days.to_string(),
        from: Some(row.from),
        ends: row.ends,
    }
}

fn view(desk: &Desk, names: &Names, row: CommitmentMatter, in_force: bool) -> MatterView {
    MatterView {
        id: row.id,
        unit_name: names.unit(&row.unit_id),
        unit: row.unit_id.clone(),
        kind_label: label(desk, TYPES, &row.kind),
        scope_label: label(desk, SCOPES, &row.scope),
        waits: row.state == PROPOSED,
        released: row.state == RELEASED,
        in_force,
        proposed: (names.person(&row.proposed_by), row.proposed_at),
        decided: row.decided_by.as_deref().map(|by| names.person(by)).zip(row.decided_at),
        reason: row.reason.clone().unwrap_or_default(),
        edition: if row.state == RELEASED { edition_of(&row) } else { String::new() },
        draft: draft_of(&row),
    }
}

/// Every edition of the matters that an actor may see, by unit and number, the newest first.
///
/// # Errors
/// `access.denied`.
pub async fn matters(desk: &Desk, actor: &Actor) -> Result<Vec<MatterView>, DeskError> {
    actor.authorise(Permission::HandleCommitment)?;
    let names = Names::read(desk).await?;
    let all = desk.store().commitment_matters().await?;
    let current: Vec<i64> = in_force(all.clone(), desk.today()).map(|one| one.id).collect();
    let units = match actor.unit_limit() {
        Some(unit) => Some(stands_for(desk, unit).await?),
        None => None,
    };
    let own =
        |row: &CommitmentMatter| units.as_ref().is_none_or(|units| units.contains(&row.unit_id));
    Ok(all
        .into_iter()
        .filter(own)
        .map(|row| {
            let in_force = current.contains(&row.id);
            view(desk, &names, row, in_force)
        })
        .collect())
}

/// One edition of a matter.
///
/// # Errors
/// `access.denied`, not found.
pub async fn matter(desk: &Desk, actor: &Actor, id: i64) -> Result<MatterView, DeskError> {
    let found = matters(desk, actor).await?;
    found.into_iter().find(|one| one.id == id).ok_or(DeskError::NotFound("该版事项"))
}

/// What is told with every matter on a day: that nobody has to commit.
fn choice(desk: &Desk, on: Date) -> Result<String, DeskError> {
    let found = desk.law().at(on).word("commitment.choice").applies();
    Ok(found.ok_or_else(|| DeskError::Internal("no words about the choice".to_owned()))?.value)
}

pub(super) fn open(
    desk: &Desk,
    unit_name: &str,
    row: CommitmentMatter,
    on: Date,
) -> Result<OpenMatter, DeskError> {
    let mut open = OpenMatter {
        id: row.id,
        edition: edition_of(&row),
        unit_name: unit_name.to_owned(),
        unit: row.unit_id,
        code: row.code,
        name: row.name,
        kind: label(desk, TYPES, &row.kind),
        basis: row.basis,
        notice: row.notice,
        choice: choice(desk, on)?,
        content: row.content,
        liability: row.liability,
        scope: label(desk, SCOPES, &row.scope),
        days: row.days,
        from: row.from,
        digest: String::new(),
    };
    open.digest = super::text::shown_digest(&open);
    Ok(open)
}

/// The matters that may be committed to today, by unit and number. Everybody may read them.
///
/// # Errors
/// When the store fails.
pub async fn open_matters(desk: &Desk) -> Result<Vec<OpenMatter>, DeskError> {
    let units = active_units(desk).await?;
    let all = desk.store().commitment_matters().await?;
    let mut found = Vec::new();
    for row in in_force(all, desk.today()) {
        if let Some((_, name)) = units.iter().find(|(id, _)| *id == row.unit_id) {
            found.push(open(desk, name, row, desk.today())?);
        }
    }
    Ok(found)
}

/// The canonical text of a released edition, whose SM3 is shown beside it: also of one that is in force no more, since it was signed.
///
/// # Errors
/// Not found: none, or one that was never released.
pub async fn edition_text(desk: &Desk, id: i64) -> Result<String, DeskError> {
    let held = desk.store().commitment_matter(id).await?.filter(|one| one.state == RELEASED);
    // What is not in force yet is public too: a first day is never in the past of its release.
    held.map(|one| one.canonical_text()).ok_or(DeskError::NotFound("该事项"))
}

/// One of them.
///
/// # Errors
/// Not found: none, or one that is not in force today.
pub async fn open_matter(desk: &Desk, id: i64) -> Result<OpenMatter, DeskError> {
    let found = open_matters(desk).await?;
    found.into_iter().find(|one| one.id == id).ok_or(DeskError::NotFound("该事项"))
}
