//! How many commitments were kept, by unit, type and year: figures of the units' work, each with the list behind it. They are counted from
//! the register, so that what came in files counts like what was made here. No subject is counted against another.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use xinyong_domain::law::CodeList;

use super::lists::within;
use super::{KIND, PAGE, STATES, TYPES};
use crate::access::{Actor, Permission};
use crate::browse::Names;
use crate::desk::Desk;
use crate::refusal::DeskError;
use crate::units::stands_for;

/// Records that are read together.
const PORTION: i64 = 2_000;

/// What was made under a type at a unit in a year, and what became of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ratio {
    /// The unit: id and name.
    pub unit: (String, String),
    /// The type in words; empty for all of the unit.
    pub kind: String,
    /// Made, and still in the register.
    pub made: u64,
    /// Found to be kept.
    pub full: u64,
    /// Found to be kept in part.
    pub partial: u64,
    /// Found not to be kept.
    pub none: u64,
    /// Kept of those made, in percent; nothing where too few were made for a percentage to mean anything.
    pub percent: Option<u64>,
}

impl Ratio {
    /// Those about which nothing was found.
    #[must_use]
    pub const fn open(&self) -> u64 {
        self.made - self.full - self.partial - self.none
    }
}

/// One commitment behind a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatioRecord {
    /// The record: its subject and its id.
    pub record: (i64, i64),
    /// 承诺编码.
    pub number: String,
    /// Who made it.
    pub party: String,
    /// The business.
    pub reason: String,
    /// The day it was made.
    pub made_on: Date,
    /// What was found; empty for nothing.
    pub state: String,
}

/// Which of the commitments behind a figure are asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Behind<'b> {
    /// The unit.
    pub unit: &'b str,
    /// The type in words; empty for all.
    pub kind: &'b str,
    /// A code of the list of outcomes, `open` for those about which nothing was found; empty for all.
    pub state: &'b str,
    /// The page, counted from 0.
    pub page: usize,
}

/// A page of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RatioPage {
    /// Those that are shown.
    pub records: Vec<RatioRecord>,
    /// How many there are in all.
    pub total: u64,
    /// Which page it is, counted from 0: the last one for whoever asked for one past the end.
    pub page: usize,
}

/// What stands for those about which nothing was found.
const OPEN: &str = "open";

/// The first and the last day of a year.
pub(super) fn span(year: i16) -> Result<(Date, Date), DeskError> {
    let known = (2000..=2999).contains(&year);
    known
        .then(|| (date(year, 1, 1), date(year, 12, 31)))
        .ok_or_else(|| DeskError::refused("commitment.year", "请填写四位数的年份，例如 2026"))
}

/// The label of a list that a text begins with: “其他-” carries its concrete kind behind the dash.
fn known<'l>(list: Option<&'l std::sync::Arc<CodeList>>, text: &str) -> Option<&'l str> {
    let codes = list.map(|list| list.codes.iter()).into_iter().flatten();
    let mut labels = codes.map(|code| code.label.trim_end_matches('-'));
    labels.find(|label| text == *label || text.starts_with(&format!("{label}-")))
}

/// Something counted: the unit, the type, the outcome, and the record.
type Counted<'c> = (&'c str, &'c str, &'c str, RatioRecord);

async fn each(
    desk: &Desk,
    actor: &Actor,
    year: i16,
    mut count: impl FnMut(Counted<'_>),
) -> Result<(), DeskError> {
    actor.authorise(Permission::HandleCommitment)?;
    let days = span(year)?;
    let units = match actor.unit_limit() {
        Some(own) => Some(stands_for(desk, own).await?),
        None => None,
    };
    let law = desk.law();
    let types = law.codes().get(TYPES);
    let states = law.codes().get(STATES);
    let mut place = (days.0, 0);
    loop {
        let part = desk.store().decided_records(KIND, days, place, PORTION).await?;
        let Some(last) = part.last() else { return Ok(()) };
        place = (last.decided_on, last.id);
        for one in part {
            if units.as_ref().is_some_and(|units| !units.contains(&one.unit_id)) {
                continue;
            }
            let content: BTreeMap<String, String> = serde_json::from_str(&one.content)
                .map_err(|error| DeskError::Internal(error.to_string()))?;
            let value = |code: &str| content.get(code).cloned().unwrap_or_default();
            let (kind, state) = (value("commitmentTypeId"), value("fulfillmentStatus"));
            let found = states.and_then(|list| {
                list.codes.iter().find(|code| code.label == state).map(|code| code.id.as_str())
            });
            let record = RatioRecord {
                record: (one.subject_id, one.id),
                number: value("code"),
                party: value("subjectName"),
                reason: value("reason"),
                made_on: one.decided_on,
                state: state.clone(),
            };
            let kind = known(types, &kind).unwrap_or(&kind);
            count((&one.unit_id, kind, found.unwrap_or_default(), record));
        }
    }
}

/// The ratios of a year: of each unit as a whole, and of each of its types behind it; of the actor's unit, for the office of all.
///
/// # Errors
/// `access.denied`, `commitment.year`.
pub async fn ratios(desk: &Desk, actor: &Actor, year: i16) -> Result<Vec<Ratio>, DeskError> {
    let mut counted: BTreeMap<(String, String), Ratio> = BTreeMap::new();
    each(desk, actor, year, |(unit, kind, state, _)| {
        for kind in ["", kind] {
            let ratio = counted.entry((unit.to_owned(), kind.to_owned())).or_default();
            ratio.made += 1;
            match state {
                "full" => ratio.full += 1,
                "partial" => ratio.partial += 1,
                "none" => ratio.none += 1,
                _ => {}
            }
        }
    })
    .await?;
    let names = Names::read(desk).await?;
    let law = desk.law();
    let least = law.at(desk.today()).number("commitment.ratio.minimum").applies();
    let least = least.and_then(|least| u64::try_from(least.value).ok()).unwrap_or(u64::MAX);
    Ok(counted
        .into_iter()
        .map(|((unit, kind), counted)| Ratio {
            unit: (unit.clone(), names.unit(&unit)),
            kind,
            percent: (counted.made >= least)
                .then(|| (counted.full * 100).checked_div(counted.made))
                .flatten(),
            ..counted
        })
        .collect())
}

/// The commitments behind the figures of a unit, or of one of its types or outcomes, in the order in which they were made.
///
/// # Errors
/// `access.denied`, `commitment.year`.
pub async fn ratio_records(
    desk: &Desk,
    actor: &Actor,
    year: i16,
    asked: Behind<'_>,
) -> Result<RatioPage, DeskError> {
    super::authorise(desk, actor, Permission::HandleCommitment, asked.unit).await?;
    let found = portion(desk, actor, year, asked).await?;
    let last = within(asked.page, found.total);
    // An address past the end is answered with the last page.
    if last == asked.page {
        return Ok(found);
    }
    portion(desk, actor, year, Behind { page: last, ..asked }).await
}

async fn portion(
    desk: &Desk,
    actor: &Actor,
    year: i16,
    asked: Behind<'_>,
) -> Result<RatioPage, DeskError> {
    let first = u64::try_from(asked.page.saturating_mul(PAGE)).unwrap_or(u64::MAX);
    let mut page = RatioPage { page: asked.page, ..RatioPage::default() };
    each(desk, actor, year, |(unit, kind, state, record)| {
        let found = if state.is_empty() { OPEN } else { state };
        let wanted = unit == asked.unit
            && (asked.kind.is_empty() || asked.kind == kind)
            && (asked.state.is_empty() || asked.state == found);
        if !wanted {
            return;
        }
        if page.total >= first && page.records.len() < PAGE {
            page.records.push(record);
        }
        page.total += 1;
    })
    .await?;
    Ok(page)
}
