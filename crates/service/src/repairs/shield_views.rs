//! What the pages show of the records that a court shields.

use xinyong_store::RepairShield;

use super::places::is_automatic;
use super::shields::{of, shield_of};
use super::{PLACES, PlaceView, label, noted};
use crate::access::{Actor, Permission};
use crate::browse::{HeldRecord, Names, PersonView, held};
use crate::desk::Desk;
use crate::refusal::DeskError;

/// Lines of a page.
pub const SHIELDS_A_PAGE: i64 = 50;

/// A shield as it is shown.
#[derive(Debug, Clone)]
pub struct ShieldView {
    /// What is kept.
    pub shield: RepairShield,
    /// The record.
    pub record: HeldRecord,
    /// The unit that entered it.
    pub unit: String,
    /// Who entered it.
    pub proposed: PersonView,
    /// Who confirmed or declined it.
    pub decided: Option<PersonView>,
    /// Who wants it lifted.
    pub lift_by: Option<PersonView>,
    /// Who lifted it.
    pub lifted: Option<PersonView>,
    /// Whether the day that the ruling gives is past while it stands.
    pub past: bool,
    /// The places.
    pub places: Vec<PlaceView>,
    /// Whether the actor may confirm or decline it, propose to lift it, lift it.
    pub may: (bool, bool, bool),
}

async fn view(
    desk: &Desk,
    actor: &Actor,
    names: &Names,
    shield: RepairShield,
) -> Result<ShieldView, DeskError> {
    let record = desk
        .store()
        .record(shield.subject_id, shield.record_id)
        .await?
        .ok_or_else(|| DeskError::Internal(format!("shield {} without record", shield.id)))?;
    let person = |login: &Option<String>| login.as_deref().map(|login| names.person(login));
    let places = desk
        .store()
        .repair_receipts(shield.id)
        .await?
        .into_iter()
        .map(|one| PlaceView {
            label: label(desk, PLACES, &one.place),
            automatic: is_automatic(&one.place),
            at: one.confirmed_at,
            by: person(&one.confirmed_by).map(|by| by.name).unwrap_or_default(),
            evidence: one.evidence.unwrap_or_default(),
            place: one.place,
        })
        .collect();
    let (active, asked) = (shield.state == "active", shield.lift_by.is_some());
    let decides = actor.may(Permission::DecideRepair);
    let other = |login: Option<&str>| login.is_some_and(|login| login != actor.login);
    Ok(ShieldView {
        record: held(&record, desk.today(), &desk.law(), names, actor)?,
        unit: names.unit(&shield.unit_id),
        proposed: names.person(&shield.proposed_by),
        decided: person(&shield.decided_by),
        lift_by: person(&shield.lift_by),
        lifted: person(&shield.lifted_by),
        past: active && shield.until_day.is_some_and(|until| until < desk.today()),
        places,
        may: (
            shield.state == "open" && decides && other(Some(&shield.proposed_by)),
            active && !asked && actor.may(Permission::HandleRepair),
            active && asked && decides && other(shield.lift_by.as_deref()),
        ),
        shield,
    })
}

/// A page of those that wait or stand, or of those that are over, and how many there are. The actor's unit sees its own.
///
/// # Errors
/// `access.denied`.
pub async fn shields(
    desk: &Desk,
    actor: &Actor,
    over: bool,
    page: i64,
) -> Result<(Vec<ShieldView>, i64), DeskError> {
    actor.authorise(Permission::HandleRepair)?;
    let units = super::units_of(desk, actor).await?;
    let names = Names::read(desk).await?;
    let states: &[&str] = if over { &["lifted", "declined"] } else { &["open", "active"] };
    let place = (SHIELDS_A_PAGE, page.max(1).saturating_sub(1).saturating_mul(SHIELDS_A_PAGE));
    let (found, all) = desk.store().repair_shields(units.as_deref(), states, place).await?;
    let mut views = Vec::with_capacity(found.len());
    for shield in found {
        views.push(view(desk, actor, &names, shield).await?);
    }
    Ok((views, all))
}

/// One of them. That somebody looked is a line of the audit log.
///
/// # Errors
/// `access.denied`, not found.
pub async fn shield(desk: &Desk, actor: &Actor, id: i64) -> Result<ShieldView, DeskError> {
    let found = shield_of(desk, actor, Permission::HandleRepair, id).await?;
    desk.audit(actor, noted("repair.shield-seen", &of(id), "")).await?;
    view(desk, actor, &Names::read(desk).await?, found).await
}

/// The ruling: its bytes and what sort of file it is. A look at it is a line of the audit log.
///
/// # Errors
/// `access.denied`, not found.
pub async fn shield_file(
    desk: &Desk,
    actor: &Actor,
    id: i64,
) -> Result<(Vec<u8>, String), DeskError> {
    let found = shield_of(desk, actor, Permission::HandleRepair, id).await?;
    desk.audit(actor, noted("repair.file-seen", &of(id), "")).await?;
    let bytes = desk.store().read_upload(&found.file_digest).await?;
    Ok((bytes.ok_or(DeskError::NotFound("该材料"))?, found.file_type))
}
