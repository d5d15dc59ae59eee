//! 目录外: names on a unit's records that stand in no edition of its catalogue of powers, counted; a list to be answered, not a
//! reproach.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;
use xinyong_domain::law::{Kind, MatterStanding};

use super::of_unit;
use crate::access::{Actor, Permission};
use crate::desk::Desk;
use crate::refusal::DeskError;

/// Records read at once.
const PORTION: i64 = 1_000;
/// Records looked at altogether.
const MOST_RECORDS: u64 = 20_000;

/// A name that stands in no edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OutsideName {
    /// Id of the record kind.
    pub kind: String,
    /// Name of the record kind.
    pub kind_name: String,
    /// Label of the field that holds the name.
    pub field: String,
    /// The name as the first record has it.
    pub name: String,
    /// How many records have it.
    pub records: u64,
    /// The newest of them, subject and record.
    pub newest: (i64, i64),
    /// When that one was decided.
    pub decided: Date,
}

/// The names of a unit in a span of days.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OutsideList {
    /// The names, the most frequent first.
    pub names: Vec<OutsideName>,
    /// Records that were held to an edition.
    pub held: u64,
    /// Of these, with a name that stands in none.
    pub outside: u64,
    /// Of these, with a name that a person explained.
    pub explained: u64,
    /// Whether every record of the span was looked at.
    pub complete: bool,
}

/// What stands outside among the records of a unit that were decided from `first` to `last`, both inclusive: of one kind, or of all
/// that are held to a catalogue. Nothing while the unit has released none.
///
/// # Errors
/// `access.denied`.
pub async fn outside(
    desk: &Desk,
    actor: &Actor,
    unit: &str,
    kind: Option<&str>,
    (first, last): (Date, Date),
) -> Result<Option<OutsideList>, DeskError> {
    actor.authorise_for(Permission::ReadReporting, unit)?;
    let powers = of_unit(desk, unit).await?;
    if powers.is_empty() {
        return Ok(None);
    }
    let law = desk.law();
    let mut list = OutsideList { complete: true, ..OutsideList::default() };
    let mut names: BTreeMap<(String, String), OutsideName> = BTreeMap::new();
    let mut read = 0_u64;
    for held in law.kinds().values().filter(|held| kind.is_none_or(|kind| kind == held.id)) {
        let Some(matter) = &held.matter else { continue };
        let mut place = (first, i64::MIN);
        loop {
            let records =
                desk.store().named_records((unit, &held.id), (first, last), place, PORTION).await?;
            let Some(end) = records.last() else { break };
            place = (end.decided_on, end.id);
            for record in &records {
                let content = content(&record.content, record.id)?;
                let value = |at: usize| {
                    let code = held.fields.get(at).map_or("", |field| field.code.as_str());
                    content.get(code).map_or("", String::as_str)
                };
                let standing = powers.standing(&held.id, matter, record.decided_on, value);
                if standing != MatterStanding::Unknown {
                    list.held += 1;
                }
                match standing {
                    MatterStanding::Explained => list.explained += 1,
                    MatterStanding::Outside { field, name, key } => {
                        list.outside += 1;
                        let newest = (record.subject_id, record.id);
                        let entry = names.entry((held.id.clone(), key)).or_insert_with(|| {
                            of_name(held, field, name, newest, record.decided_on)
                        });
                        entry.records += 1;
                        // They come in the order of their days.
                        entry.newest = newest;
                        entry.decided = record.decided_on;
                    }
                    MatterStanding::Unknown | MatterStanding::Listed { .. } => {}
                }
            }
            read += u64::try_from(records.len()).unwrap_or(u64::MAX);
            if read >= MOST_RECORDS {
                list.complete = false;
                break;
            }
        }
    }
    list.names = names.into_values().collect();
    list.names.sort_by(|one, other| (other.records, &one.name).cmp(&(one.records, &other.name)));
    Ok(Some(list))
}

fn of_name(
    kind: &Kind,
    field: usize,
    name: String,
    newest: (i64, i64),
    decided: Date,
) -> OutsideName {
    OutsideName {
        kind: kind.id.clone(),
        kind_name: kind.name.clone(),
        field: kind.fields.get(field).map_or_else(String::new, |field| field.label.clone()),
        name,
        records: 0,
        newest,
        decided,
    }
}

fn content(text: &str, record: i64) -> Result<BTreeMap<String, String>, DeskError> {
    serde_json::from_str(text)
        .map_err(|error| DeskError::Internal(format!("content of record {record}: {error}")))
}
