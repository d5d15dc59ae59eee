//! The units as the public sees them: what each reports and what of it is public.

use serde::Serialize;
use xinyong_domain::law::{Audience, Kind, Law, PublicationRule, Unit};

use super::figures::{PublicFigures, public_figures};
use super::lists::{ListFilter, PublicList, public_list};
use crate::desk::Desk;
use crate::refusal::DeskError;

/// A unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Department {
    /// Id.
    pub id: String,
    /// Full name.
    pub name: String,
    /// Its unified social credit code, empty while unknown.
    pub code: String,
    /// What it reports: every kind that is its duty or of which something of it is public.
    pub kinds: Vec<DepartmentKind>,
}

/// A kind that a unit reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DepartmentKind {
    /// Id of the kind.
    pub id: String,
    /// Name of the kind.
    pub name: String,
    /// Records of it from this unit that are public today.
    pub public: u64,
}

/// One unit with the newest of its public records of each kind.
#[derive(Debug, Clone, Serialize)]
pub struct DepartmentPage {
    /// The unit.
    pub unit: Department,
    /// For each kind the first page of its list.
    pub lists: Vec<PublicList>,
}

/// Whether reporting a kind is among the duties of a unit: `licence` and `penalty` stand for what is published by those
/// rules, any other kind for itself.
pub(crate) fn is_duty(kind: &Kind, unit: &Unit) -> bool {
    let word = duty_of(kind);
    unit.duties.iter().any(|duty| duty == word)
}

/// The word by which a unit's duties name a kind.
#[must_use]
pub fn duty_of(kind: &Kind) -> &str {
    match kind.publication {
        PublicationRule::Licence => "licence",
        PublicationRule::Penalty => "penalty",
        PublicationRule::Open | PublicationRule::Listing | PublicationRule::None => {
            kind.id.as_str()
        }
    }
}

fn department(law: &Law, figures: &PublicFigures, unit: Unit) -> Department {
    let kinds = law
        .kinds()
        .values()
        .filter(|kind| kind.audience == Audience::Public)
        .filter_map(|kind| {
            let public = figures.of_unit(&kind.id, &unit.id, None);
            (public > 0 || is_duty(kind, &unit)).then(|| DepartmentKind {
                id: kind.id.clone(),
                name: kind.name.clone(),
                public,
            })
        })
        .collect();
    Department { id: unit.id, name: unit.name, code: unit.code, kinds }
}

/// The units in the order of the county's file, those that came later at the end.
///
/// # Errors
/// When the store fails.
pub async fn departments(desk: &Desk) -> Result<Vec<Department>, DeskError> {
    let law = desk.law();
    let figures = public_figures(desk).await?;
    let county = desk.county().await?;
    let mut shown = Vec::new();
    for row in desk.store().units().await? {
        if !row.active && !figures.units().contains(row.id.as_str()) {
            continue;
        }
        let unit: Unit = serde_json::from_str(&row.settings)
            .map_err(|error| DeskError::Internal(format!("unit {}: {error}", row.id)))?;
        shown.push(department(&law, &figures, unit));
    }
    let place =
        |id: &str| county.units.iter().position(|unit| unit.id == id).unwrap_or(county.units.len());
    shown.sort_by(|one, other| (place(&one.id), &one.id).cmp(&(place(&other.id), &other.id)));
    Ok(shown)
}

/// One unit with its public records.
///
/// # Errors
/// Not found; when the store fails.
pub async fn department_page(desk: &Desk, id: &str) -> Result<DepartmentPage, DeskError> {
    let all = departments(desk).await?;
    let unit = all.into_iter().find(|unit| unit.id == id).ok_or(DeskError::NotFound("该单位"))?;
    let mut lists = Vec::with_capacity(unit.kinds.len());
    for kind in &unit.kinds {
        let filter = ListFilter { unit: unit.id.clone(), ..ListFilter::default() };
        lists.push(public_list(desk, &kind.id, &filter).await?);
    }
    Ok(DepartmentPage { unit, lists })
}
