//! What units may license and punish, as everybody sees it: the editions that were released, and the matters of one of them.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Serialize;

use crate::clock::Clock;
use crate::desk::Desk;
use crate::refusal::DeskError;

/// A released edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicEdition {
    /// Its id.
    pub id: i64,
    /// The first day it is in force.
    pub from: Date,
    /// The last day, where another one follows.
    pub until: Option<Date>,
    /// Whether another one of the same first day took its place: it is in force on no day.
    pub replaced: bool,
    /// The day it was released.
    pub released: Option<Date>,
    /// The document it rests on.
    pub note: String,
    /// How many matters it has.
    pub powers: u64,
}

/// A matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicPower {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Name of the record kind.
    pub kind: String,
    /// The legal basis.
    pub basis: String,
    /// The first day it may be used, where it is not that of the edition.
    pub from: Option<Date>,
    /// The last day.
    pub until: Option<Date>,
}

/// The catalogue of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnitPowers {
    /// Id of the unit.
    pub unit: String,
    /// Its name.
    pub name: String,
    /// The editions, the newest first.
    pub editions: Vec<PublicEdition>,
    /// Which of them is shown.
    pub shown: i64,
    /// Its matters.
    pub powers: Vec<PublicPower>,
}

/// Ids of the units that have released an edition.
///
/// # Errors
/// When the store fails.
pub async fn units_with_powers(desk: &Desk) -> Result<BTreeSet<String>, DeskError> {
    let editions = desk.store().power_editions(None).await?;
    let released = editions.into_iter().filter(|edition| edition.state == "released");
    Ok(released.map(|edition| edition.unit_id).collect())
}

/// The catalogue of a unit: the edition asked for, else the one in force today, else the newest.
///
/// # Errors
/// Not found when the unit has released none, or not this one.
pub async fn unit_powers(
    desk: &Desk,
    unit: &str,
    edition: Option<i64>,
) -> Result<UnitPowers, DeskError> {
    let missing = || DeskError::NotFound("该单位的权力事项目录");
    let name = super::unit_names(desk).await?.remove(unit).ok_or_else(missing)?;
    let mut editions: Vec<PublicEdition> = Vec::new();
    for row in desk.store().power_editions(Some(unit)).await? {
        if row.state != "released" {
            continue;
        }
        // Of two with the same first day the later one holds, as for what is compared with it.
        let replaced = editions.last().is_some_and(|next| next.from == row.from);
        let until =
            editions.last().filter(|_| !replaced).and_then(|next| next.from.yesterday().ok());
        editions.push(PublicEdition {
            id: row.id,
            from: row.from,
            until,
            replaced,
            released: row.decided_at.and_then(Clock::day_of),
            note: row.note,
            powers: u64::try_from(row.powers).unwrap_or_default(),
        });
    }
    let today = desk.today();
    let shown = match edition {
        Some(id) => editions.iter().find(|edition| edition.id == id),
        None => editions.iter().find(|edition| edition.from <= today).or_else(|| editions.last()),
    };
    let shown = shown.map(|edition| edition.id).ok_or_else(missing)?;
    let law = desk.law();
    let powers = desk
        .store()
        .powers(shown)
        .await?
        .into_iter()
        .map(|power| PublicPower {
            kind: law.kind(&power.kind).map_or(power.kind.clone(), |kind| kind.name.clone()),
            code: power.code,
            name: power.name,
            basis: power.basis,
            from: power.from,
            until: power.until,
        })
        .collect();
    Ok(UnitPowers { unit: unit.to_owned(), name, editions, shown, powers })
}
