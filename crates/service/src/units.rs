//! Units: new ones, other names, and reforms of the administration. A unit is never deleted: it keeps its records under its
//! name, and what comes after it is reported by its successor.

mod change;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use xinyong_domain::law::Unit;
use xinyong_store::{Unit as UnitRow, UnitSuccessor, UnitVersion};

use crate::access::{Actor, Permission};
use crate::desk::Desk;
use crate::refusal::DeskError;

pub use change::{create, reform, rename};

/// How one unit ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reform {
    /// It goes into another one.
    Merge,
    /// Several take over from it.
    Split,
    /// Another one takes its place.
    Successor,
}

impl Reform {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Merge, Self::Split, Self::Successor];

    /// The stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Split => "split",
            Self::Successor => "successor",
        }
    }

    /// What a page calls it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Merge => "并入另一个单位",
            Self::Split => "分设为几个单位",
            Self::Successor => "由另一个单位承接",
        }
    }

    /// The reform a word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reform| reform.as_str() == word)
    }
}

/// A unit as it stands today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitView {
    /// What the platform knows about it.
    pub unit: Unit,
    /// From when on others report in its place, also a day to come.
    pub ends: Option<Date>,
    /// Whether it reports today.
    pub active: bool,
    /// Who takes over, id and name.
    pub successors: Vec<(String, String)>,
    /// From whom it took over, id and name.
    pub predecessors: Vec<(String, String)>,
}

/// A unit with its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitDossier {
    /// As it stands.
    pub view: UnitView,
    /// Its history, the newest first; empty while it is as the county's file has it.
    pub versions: Vec<UnitVersion>,
    /// People who belong to it and may sign in: id, sign-in name, name.
    pub people: Vec<(i64, String, String)>,
}

/// What every change needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grounds {
    /// From which day it holds.
    pub on: Date,
    /// Why.
    pub reason: String,
    /// The document it rests on, with its number.
    pub document: String,
}

fn read(row: &UnitRow) -> Result<Unit, DeskError> {
    serde_json::from_str(&row.settings)
        .map_err(|error| DeskError::Internal(format!("unit {}: {error}", row.id)))
}

/// Every unit, read once: the rows, and who took over from whom.
struct Ground {
    rows: BTreeMap<String, UnitRow>,
    successors: Vec<UnitSuccessor>,
}

impl Ground {
    async fn read(desk: &Desk) -> Result<Self, DeskError> {
        let store = desk.store();
        let rows = store.units().await?.into_iter().map(|row| (row.id.clone(), row)).collect();
        Ok(Self { rows, successors: store.unit_successors().await? })
    }

    fn named(&self, id: &str) -> (String, String) {
        let name = self.rows.get(id).map_or(id, |row| row.name.as_str());
        (id.to_owned(), name.to_owned())
    }

    fn view(&self, row: &UnitRow, today: Date) -> Result<UnitView, DeskError> {
        let after = || self.successors.iter().filter(|one| one.unit_id == row.id);
        let ends = after().map(|one| one.on_day).min();
        Ok(UnitView {
            unit: read(row)?,
            ends,
            active: row.active && ends.is_none_or(|day| day > today),
            successors: after().map(|one| self.named(&one.successor_id)).collect(),
            predecessors: self
                .successors
                .iter()
                .filter(|one| one.successor_id == row.id)
                .map(|one| self.named(&one.unit_id))
                .collect(),
        })
    }

    fn views(&self, today: Date) -> Result<Vec<UnitView>, DeskError> {
        self.rows.values().map(|row| self.view(row, today)).collect()
    }
}

/// The units that report today, id and name.
///
/// # Errors
/// When the store fails.
pub async fn active_units(desk: &Desk) -> Result<Vec<(String, String)>, DeskError> {
    let views = Ground::read(desk).await?.views(desk.today())?;
    Ok(views
        .into_iter()
        .filter(|view| view.active)
        .map(|view| (view.unit.id, view.unit.name))
        .collect())
}

/// A unit that may report today.
///
/// # Errors
/// `unit.unknown`; `unit.ended` with who reports in its place.
pub async fn reporting_unit(desk: &Desk, id: &str) -> Result<Unit, DeskError> {
    let unit = desk.unit(id).await?;
    let ground = Ground::read(desk).await?;
    let Some(row) = ground.rows.get(id) else { return Ok(unit) };
    let view = ground.view(row, desk.today())?;
    if view.active {
        return Ok(unit);
    }
    let names: Vec<&str> = view.successors.iter().map(|(_, name)| name.as_str()).collect();
    let since = view.ends.map_or_else(String::new, |day| format!("自{day}起"));
    Err(DeskError::refused(
        "unit.ended",
        format!("{}{since}不再报送，请由{}报送", unit.name, names.join("、")),
    ))
}

/// Who answers today for what a unit reported: itself, or those who took over from it.
pub(crate) async fn responsible(desk: &Desk, id: &str) -> Result<BTreeSet<String>, DeskError> {
    let successors = over(desk).await?;
    let mut found = BTreeSet::new();
    let (mut open, mut seen) = (vec![id.to_owned()], BTreeSet::new());
    while let Some(unit) = open.pop() {
        if !seen.insert(unit.clone()) {
            continue;
        }
        let next: Vec<String> = successors
            .iter()
            .filter(|one| one.unit_id == unit)
            .map(|one| one.successor_id.clone())
            .collect();
        if next.is_empty() {
            found.insert(unit);
        } else {
            open.extend(next);
        }
    }
    Ok(found)
}

/// For whose records a unit answers today: its own, and those of the units it took over from.
pub(crate) async fn stands_for(desk: &Desk, id: &str) -> Result<BTreeSet<String>, DeskError> {
    let successors = over(desk).await?;
    let mut found = BTreeSet::from([id.to_owned()]);
    let mut open = vec![id.to_owned()];
    while let Some(unit) = open.pop() {
        for one in successors.iter().filter(|one| one.successor_id == unit) {
            if found.insert(one.unit_id.clone()) {
                open.push(one.unit_id.clone());
            }
        }
    }
    Ok(found)
}

/// The units for whose records the actor answers today; nothing for all of them.
pub(crate) async fn units_of(desk: &Desk, actor: &Actor) -> Result<Option<Vec<String>>, DeskError> {
    match actor.unit_limit() {
        Some(own) => Ok(Some(stands_for(desk, own).await?.into_iter().collect())),
        None => Ok(None),
    }
}

/// Whether the actor may do something with what belongs to a unit: its own, one it took over from, or any.
///
/// # Errors
/// `access.denied`.
pub(crate) async fn authorise(
    desk: &Desk,
    actor: &Actor,
    permission: Permission,
    unit: &str,
) -> Result<(), DeskError> {
    actor.authorise(permission)?;
    match actor.unit_limit() {
        Some(own) if own != unit && stands_for(desk, own).await?.contains(unit) => Ok(()),
        _ => Ok(actor.authorise_for(permission, unit)?),
    }
}

/// Who has taken over from whom by today.
async fn over(desk: &Desk) -> Result<Vec<UnitSuccessor>, DeskError> {
    let today = desk.today();
    let all = desk.store().unit_successors().await?;
    Ok(all.into_iter().filter(|one| one.on_day <= today).collect())
}

/// All units, by id.
///
/// # Errors
/// `access.denied`.
pub async fn units(desk: &Desk, actor: &Actor) -> Result<Vec<UnitView>, DeskError> {
    actor.authorise(Permission::ManageAccounts)?;
    Ground::read(desk).await?.views(desk.today())
}

/// One unit with its history.
///
/// # Errors
/// `access.denied`, not found.
pub async fn unit(desk: &Desk, actor: &Actor, id: &str) -> Result<UnitDossier, DeskError> {
    actor.authorise(Permission::ManageAccounts)?;
    let ground = Ground::read(desk).await?;
    let row = ground.rows.get(id).ok_or(DeskError::NotFound("该单位"))?;
    let mut versions = desk.store().unit_versions(id).await?;
    versions.reverse();
    let people = desk
        .store()
        .accounts()
        .await?
        .into_iter()
        .filter(|account| account.active && account.unit_id == id)
        .map(|account| (account.id, account.login, account.name))
        .collect();
    Ok(UnitDossier { view: ground.view(row, desk.today())?, versions, people })
}
