//! Loads a county and its units.

use xinyong_domain::law::Unit;
use xinyong_store::Unit as UnitRow;

use crate::access::{Actor, Permission};
use crate::audit::AuditEvent;
use crate::desk::Desk;
use crate::refusal::DeskError;

/// What was loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Initialised {
    /// Name of the county.
    pub county: String,
    /// Name of its site.
    pub site: String,
    /// Its units.
    pub units: usize,
    /// Whether the county had been loaded before; its units are brought up to date then.
    pub again: bool,
}

/// Loads a county. The same county again brings its units up to date and changes nothing else.
///
/// # Errors
/// `county.unknown`, `county.other` when the database belongs to another county.
pub async fn init(desk: &Desk, actor: &Actor, region: &str) -> Result<Initialised, DeskError> {
    actor.authorise(Permission::ManageAccounts)?;
    let law = desk.law();
    let Some(county) = law.counties().get(region) else {
        let known: Vec<&str> = law.counties().keys().map(String::as_str).collect();
        return Err(DeskError::refused(
            "county.unknown",
            format!("没有行政区划 {region} 的县区文件；现有：{}", known.join("、")),
        ));
    };
    let store = desk.store();
    let held = store.get_meta("county").await?;
    if held.as_deref().is_some_and(|held| held != region) {
        return Err(DeskError::refused(
            "county.other",
            format!("这个数据库已属于 {}，不能改为 {region}", held.unwrap_or_default()),
        ));
    }
    let mut rows = Vec::new();
    // What was renamed or reformed here is known better here than in the county's file.
    let changed = store.units_with_history().await?;
    for unit in county.units.iter().filter(|unit| !changed.contains(&unit.id)) {
        rows.push(UnitRow {
            id: unit.id.clone(),
            name: unit.name.clone(),
            code: (!unit.code.is_empty()).then(|| unit.code.clone()),
            settings: serde_json::to_string(unit)
                .map_err(|error| DeskError::Internal(error.to_string()))?,
            active: true,
        });
    }
    let mut tx = store.transaction("init").await?;
    tx.put_units(&rows).await?;
    tx.put_meta("county", region).await?;
    if held.is_none() {
        desk.audit_with(&mut tx, actor, AuditEvent::Initialised { county: region });
    }
    tx.commit().await?;
    Ok(Initialised {
        county: county.name.clone(),
        site: county.site.clone(),
        units: county.units.len(),
        again: held.is_some(),
    })
}

/// The units, in the order of the county's file, then those that were added here.
///
/// # Errors
/// `desk.not-initialised`.
pub async fn units(desk: &Desk) -> Result<Vec<Unit>, DeskError> {
    let county = desk.county().await?;
    let mut units = Vec::new();
    for unit in &county.units {
        units.push(desk.unit(&unit.id).await?);
    }
    for added in desk.store().units().await? {
        if !county.units.iter().any(|unit| unit.id == added.id) {
            units.push(desk.unit(&added.id).await?);
        }
    }
    Ok(units)
}
