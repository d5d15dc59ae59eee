//! The figures of a month, by unit and kind.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Serialize;
use xinyong_domain::law::{Kind, Law, Lookup, Required, Unit};
use xinyong_domain::rules::deadline::report_due;
use xinyong_domain::rules::reporting::{
    Outage, Placed, Rate, Standing, Timeliness, rank, timeliness, unexplained,
};
use xinyong_store::{Gap, KnownDecision};

use super::Month;
use crate::access::{Actor, Permission};
use crate::clock::Clock;
use crate::desk::Desk;
use crate::intake::place_of_number;
use crate::refusal::DeskError;

const LONGEST_GAP: &str = "reporting.gap.longest";
const CONCEALED_DAYS: &str = "reporting.concealed.days";
/// Sources whose finding may become a concealment.
const SAMPLE: &str = "sample";

/// Decisions that are missing, by the evidence for them. No decision is counted twice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// Another source knows them.
    pub known: u64,
    /// Their numbers are missing in a series and nobody has explained it.
    pub numbers: u64,
    /// The unit declared more than came in or is missing by the other evidence.
    pub declared: u64,
}

impl Missing {
    /// All of them.
    #[must_use]
    pub const fn total(self) -> u64 {
        self.known + self.numbers + self.declared
    }
}

/// The figures of one unit and one kind for decisions made in a month.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct KindFigures {
    /// The unit.
    pub unit: String,
    /// The kind.
    pub kind: String,
    /// Records that came.
    pub received: u64,
    /// Of these, in time.
    pub on_time: u64,
    /// Of these, late.
    pub late: u64,
    /// Of these, late because the platform did not take files.
    pub excused: u64,
    /// What did not come and should have.
    pub missing: Missing,
    /// Of what is missing: found by sampling, reminded of, and still not there.
    pub concealed: u64,
    /// What the unit declared, if it did.
    pub declared: Option<u64>,
    /// Rows handed in during the month, whatever they were decided.
    pub rows: u64,
    /// Of these, taken in at once.
    pub rows_stored: u64,
    /// Required fields of these rows.
    pub fields: u64,
    /// Of these, empty.
    pub fields_empty: u64,
}

impl KindFigures {
    /// Decisions that are known to have been made.
    #[must_use]
    pub const fn known(&self) -> u64 {
        self.received + self.missing.total()
    }

    /// 及时率: reported in time, of the decisions that were to be reported. Excused ones are taken out.
    #[must_use]
    pub const fn timely(&self) -> Rate {
        Rate { part: self.on_time, whole: self.known() - self.excused }
    }

    /// 上报率: reported, of the decisions known.
    #[must_use]
    pub const fn reported(&self) -> Rate {
        Rate { part: self.received, whole: self.known() }
    }

    /// 合规率: rows taken in at once, of the rows handed in.
    #[must_use]
    pub const fn compliant(&self) -> Rate {
        Rate { part: self.rows_stored, whole: self.rows }
    }

    /// 完整率: required fields filled, of those required.
    #[must_use]
    pub const fn complete(&self) -> Rate {
        Rate { part: self.fields.saturating_sub(self.fields_empty), whole: self.fields }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.received += other.received;
        self.on_time += other.on_time;
        self.late += other.late;
        self.excused += other.excused;
        self.missing.known += other.missing.known;
        self.missing.numbers += other.missing.numbers;
        self.missing.declared += other.missing.declared;
        self.concealed += other.concealed;
        self.rows += other.rows;
        self.rows_stored += other.rows_stored;
        self.fields += other.fields;
        self.fields_empty += other.fields_empty;
    }

    fn is_empty(&self) -> bool {
        self.known() == 0 && self.rows == 0 && self.declared.is_none()
    }
}

/// A unit with its kinds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnitFigures {
    /// The unit's name.
    pub name: String,
    /// All kinds together.
    pub total: KindFigures,
    /// By kind.
    pub kinds: Vec<KindFigures>,
}

/// The figures of a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MonthFigures {
    /// The month of the decisions.
    pub month: Month,
    /// The last day on which a decision of the month may still be reported in time.
    pub settles: Option<Date>,
    /// Whether that day has passed: before, late and missing can only grow.
    pub settled: bool,
    /// By unit.
    pub units: BTreeMap<String, UnitFigures>,
    /// Units in their order; nothing where the order is not set.
    pub ranking: Option<Vec<Placed>>,
}

/// Numbers of a series that are owed: the number before, the number after, and what of the gap nobody has explained.
pub(super) struct Owed<'g> {
    pub gap: &'g Gap,
    pub first: i64,
    pub last: i64,
    /// None where the gap is longer than what is counted, or its clock still runs.
    pub counted: Option<Vec<std::ops::RangeInclusive<i64>>>,
}

/// Everything a judgement needs that does not change from row to row.
pub(super) struct Judge<'l> {
    pub law: &'l Law,
    pub today: Date,
    pub outages: Vec<Outage>,
    longest: i64,
    concealed: u32,
}

impl<'l> Judge<'l> {
    /// Reads what does not change from month to month, and has the series counted to which something came.
    pub(super) async fn new(desk: &Desk, law: &'l Law) -> Result<Self, DeskError> {
        desk.store().count_series().await?;
        let today = desk.today();
        let number = |id: &str| match law.at(today).number(id) {
            Lookup::Applies(found) => Some(found.value),
            _ => None,
        };
        let outages = desk.store().outages().await?;
        Ok(Self {
            law,
            today,
            outages: outages.into_iter().map(|one| one.first_day..=one.last_day).collect(),
            longest: number(LONGEST_GAP).unwrap_or_default(),
            concealed: number(CONCEALED_DAYS)
                .and_then(|days| u32::try_from(days).ok())
                .unwrap_or(u32::MAX),
        })
    }

    /// Whether the clock of a decision has run out.
    pub(super) fn is_due(&self, kind: &Kind, decided: Date) -> bool {
        report_due(self.law, &kind.report_within, decided)
            .is_some_and(|due| due.value.date < self.today)
    }

    pub(super) fn timeliness(
        &self,
        kind: &Kind,
        decided: Date,
        received: Date,
    ) -> (Timeliness, Option<Date>) {
        timeliness(self.law, &kind.report_within, decided, received, &self.outages)
    }

    pub(super) fn is_concealed(&self, known: &KnownDecision) -> bool {
        known.source == SAMPLE
            && known.reminded_on.is_some_and(|on| {
                self.concealed < u32::MAX
                    && self.law.calendar().add(on, self.concealed).date < self.today
            })
    }

    /// What of a gap is owed. It belongs to the month of the number before it; the first of a series to that of its first.
    pub(super) fn owed<'g>(
        &self,
        kind: &Kind,
        gap: &'g Gap,
        explained: &[std::ops::RangeInclusive<i64>],
    ) -> Owed<'g> {
        let (first, last) = (gap.before.unwrap_or_default() + 1, gap.after - 1);
        let counted = (last - first < self.longest && self.is_due(kind, gap.after_on))
            .then(|| unexplained(first..=last, explained));
        Owed { gap, first, last, counted }
    }
}

/// The month that a gap belongs to.
pub(super) fn month_of(gap: &Gap) -> Month {
    Month::of(gap.before_on.unwrap_or(gap.after_on))
}

/// The instants between which a month lies, the latter not included.
pub(super) fn instants(month: Month) -> (i64, i64) {
    let before = month.first().yesterday().unwrap_or(month.first());
    (Clock::end_of(before), Clock::end_of(month.last()))
}

/// Counts a month of decisions. Units see themselves, the credit office all.
///
/// # Errors
/// `access.denied`.
pub async fn month_figures(
    desk: &Desk,
    actor: &Actor,
    month: Month,
) -> Result<MonthFigures, DeskError> {
    actor.authorise(Permission::ReadReporting)?;
    count(desk, actor.unit_limit(), month).await
}

/// The kind of an id when it is one of 双公示: only those are reported against a clock that a text gives.
fn twofold<'l>(law: &'l Law, id: &str) -> Option<&'l Kind> {
    law.kind(id).map(AsRef::as_ref).filter(|kind| kind.publication.is_twofold())
}

/// One month; who asks for several makes one [`Judge`].
pub(super) async fn count(
    desk: &Desk,
    limit: Option<&str>,
    month: Month,
) -> Result<MonthFigures, DeskError> {
    let law = desk.law();
    count_as(&Judge::new(desk, &law).await?, desk, limit, month).await
}

pub(super) async fn count_as(
    judge: &Judge<'_>,
    desk: &Desk,
    limit: Option<&str>,
    month: Month,
) -> Result<MonthFigures, DeskError> {
    let (store, law) = (desk.store(), judge.law);
    let mut found: BTreeMap<(String, String), KindFigures> = BTreeMap::new();
    let within = |unit: &str| limit.is_none_or(|limit| limit == unit);
    macro_rules! of {
        ($unit:expr, $kind:expr) => {
            found.entry(($unit.clone(), $kind.clone())).or_insert_with(|| KindFigures {
                unit: $unit.clone(),
                kind: $kind.clone(),
                ..KindFigures::default()
            })
        };
    }
    for one in store.arrivals(month.first(), month.last(), limit).await? {
        let Some(kind) = twofold(law, &one.kind) else { continue };
        let records = u64::try_from(one.records).unwrap_or_default();
        let figures = of!(one.unit_id, one.kind);
        figures.received += records;
        match judge.timeliness(kind, one.decided_on, one.received_on).0 {
            Timeliness::OnTime => figures.on_time += records,
            Timeliness::Late => figures.late += records,
            Timeliness::Excused => figures.excused += records,
        }
    }
    // What others know comes before gaps, so that a number which both show is counted once.
    let mut known: BTreeMap<(String, String, String), BTreeSet<i64>> = BTreeMap::new();
    for one in store.absent_decisions(month.first(), month.last(), limit).await? {
        let Some(kind) = twofold(law, &one.kind) else { continue };
        if !judge.is_due(kind, one.decided_on) {
            continue;
        }
        let place = place_of_number(&one.number);
        let serials =
            known.entry((one.unit_id.clone(), one.kind.clone(), place.series)).or_default();
        // Two sources may know the same decision.
        if !serials.insert(place.serial) {
            continue;
        }
        let figures = of!(one.unit_id, one.kind);
        figures.missing.known += 1;
        figures.concealed += u64::from(judge.is_concealed(&one));
    }
    let year = i64::from(month.first().year());
    // A series of last year may end in the days after it.
    for year in [year - 1, year] {
        for (unit, kind_id, series, gaps) in store.gaps_of_year(year).await? {
            let Some(kind) = twofold(law, &kind_id).filter(|_| within(&unit)) else { continue };
            let gaps: Vec<_> = gaps.iter().filter(|gap| month_of(gap) == month).collect();
            if gaps.is_empty() {
                continue;
            }
            let explanations = store.gap_explanations(&unit, &kind_id, year).await?;
            let explained: Vec<_> = explanations
                .iter()
                .filter(|one| one.series == series)
                .map(|one| one.first..=one.last)
                .collect();
            let known = known.get(&(unit.clone(), kind_id.clone(), series));
            for gap in gaps {
                let owed = judge.owed(kind, gap, &explained).counted.unwrap_or_default();
                let numbers = owed
                    .into_iter()
                    .flatten()
                    .filter(|number| !known.is_some_and(|known| known.contains(number)))
                    .count();
                if numbers > 0 {
                    of!(unit, kind_id).missing.numbers += u64::try_from(numbers).unwrap_or(0);
                }
            }
        }
    }
    let word = month.to_string();
    for one in store.declared_counts(&word, &word, limit).await? {
        let Some(kind) = twofold(law, &one.kind) else { continue };
        let declared = u64::try_from(one.records).unwrap_or_default();
        let over = judge.is_due(kind, month.last());
        let figures = of!(one.unit_id, one.kind);
        figures.declared = Some(declared);
        if over {
            figures.missing.declared = declared.saturating_sub(figures.known());
        }
    }
    let (from, to) = instants(month);
    for one in store.row_tallies(from, to).await? {
        let Some(kind) = twofold(law, &one.kind).filter(|_| within(&one.unit_id)) else {
            continue;
        };
        let required = kind.fields.iter().filter(|field| field.required == Required::Yes).count();
        let figures = of!(one.unit_id, one.kind);
        figures.rows = u64::try_from(one.received).unwrap_or_default();
        figures.rows_stored = u64::try_from(one.stored).unwrap_or_default();
        figures.fields = figures.rows * u64::try_from(required).unwrap_or_default();
    }
    for (unit, kind, empty) in store.missing_fields(from, to).await? {
        if let Some(figures) = found.get_mut(&(unit, kind)) {
            figures.fields_empty = u64::try_from(empty).unwrap_or_default();
        }
    }
    let units = grouped(desk, limit, found).await?;
    let settles = law
        .kinds()
        .values()
        .filter(|kind| kind.publication.is_twofold())
        .filter_map(|kind| report_due(law, &kind.report_within, month.last()))
        .map(|due| due.value.date)
        .max();
    let standings = units.iter().map(|(id, unit)| Standing {
        unit: id.clone(),
        timely: unit.total.timely(),
        compliant: unit.total.compliant(),
        concealed: unit.total.concealed,
    });
    let ranking = rank(law, month.last(), standings.collect());
    let settled = settles.is_some_and(|day| day < judge.today);
    Ok(MonthFigures { month, settles, settled, units, ranking })
}

/// Units in use that have duties here or figures, with what they have.
async fn grouped(
    desk: &Desk,
    limit: Option<&str>,
    found: BTreeMap<(String, String), KindFigures>,
) -> Result<BTreeMap<String, UnitFigures>, DeskError> {
    let mut units: BTreeMap<String, UnitFigures> = BTreeMap::new();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for row in desk.store().units().await? {
        if limit.is_some_and(|limit| limit != row.id) {
            continue;
        }
        let settings: Unit = serde_json::from_str(&row.settings)
            .map_err(|error| DeskError::Internal(format!("unit {}: {error}", row.id)))?;
        let reports =
            settings.duties.iter().any(|duty| matches!(duty.as_str(), "licence" | "penalty"));
        if row.active && reports {
            units.insert(row.id.clone(), empty(&row.id, &row.name));
        }
        names.insert(row.id, row.name);
    }
    for ((unit, _), figures) in found {
        if figures.is_empty() {
            continue;
        }
        let name = names.get(&unit).unwrap_or(&unit);
        let held = units.entry(unit.clone()).or_insert_with(|| empty(&unit, name));
        held.total.add(&figures);
        held.kinds.push(figures);
    }
    Ok(units)
}

fn empty(unit: &str, name: &str) -> UnitFigures {
    UnitFigures {
        name: name.to_owned(),
        total: KindFigures { unit: unit.to_owned(), ..KindFigures::default() },
        kinds: Vec::new(),
    }
}
