//! The lists behind the figures, and what waits for whom.

use jiff::civil::Date;
use serde::Serialize;
use xinyong_domain::document_number::DocumentNumber;
use xinyong_domain::law::{Kind, Law, Lookup};
use xinyong_domain::rules::reporting::Timeliness;
use xinyong_store::{DeclaredCount, NumberPlace};

use super::figures::{Judge, count_as, instants, month_of};
use super::{KindFigures, Month};
use crate::access::{Actor, Permission};
use crate::browse::{Names, PersonView};
use crate::clock::Clock;
use crate::desk::Desk;
use crate::intake::record::number_place;
use crate::refusal::DeskError;

/// Rows of a list at most; the figure beside it says how many there are.
const MOST_ROWS: usize = 200;
const DECLARATION_DAY: &str = "reporting.declaration.day";
const SILENCE_DAYS: &str = "reporting.silence.days";

/// A record that came after its clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LateRecord {
    /// The subject.
    pub subject: i64,
    /// The record.
    pub record: i64,
    /// Its number.
    pub number: String,
    /// When it was decided.
    pub decided: Date,
    /// The last day of its clock.
    pub due: Date,
    /// When its file came.
    pub received: Date,
    /// Whether the platform was the reason.
    pub excused: bool,
}

/// Numbers of a series that are not here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingNumbers {
    /// The series, as it is compared.
    pub series: String,
    /// The year.
    pub year: i64,
    /// The first missing number.
    pub first: i64,
    /// The last.
    pub last: i64,
    /// Both as people write them.
    pub written: (String, String),
    /// The number before, as people write it, and its day; none where the series begins later than with 1.
    pub before: Option<(String, Date)>,
    /// The number after and its day.
    pub after: (String, Date),
    /// How many of them count as missing.
    pub counted: u64,
    /// Whether there are more than what is counted as missing: another series or a slip of the pen.
    pub too_long: bool,
    /// Whether the clock of the number after still runs.
    pub running: bool,
}

/// An explanation that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainedGap {
    /// Its id.
    pub id: i64,
    /// The numbers, as people write them.
    pub written: (String, String),
    /// The reason.
    pub reason: String,
    /// In their words.
    pub note: String,
    /// Who explained it.
    pub by: PersonView,
    /// When.
    pub at: i64,
}

/// A decision that another source knows and that is not here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Absent {
    /// Its id.
    pub id: i64,
    /// The unit.
    pub unit: String,
    /// Its number.
    pub number: String,
    /// When it was decided.
    pub decided: Date,
    /// Who knows it.
    pub source: String,
    /// In the credit office's words.
    pub note: String,
    /// When the unit was reminded.
    pub reminded: Option<Date>,
    /// Whether its clock has run out.
    pub due: bool,
    /// Whether it counts as concealed.
    pub concealed: bool,
}

/// One unit and kind in one month, with the lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnitReport {
    /// The month.
    pub month: Month,
    /// The unit's name.
    pub unit_name: String,
    /// The kind's name.
    pub kind_name: String,
    /// The figures.
    pub figures: KindFigures,
    /// What came late, the latest decision first.
    pub late: Vec<LateRecord>,
    /// Which numbers are not here.
    pub numbers: Vec<MissingNumbers>,
    /// Which of them are explained.
    pub explained: Vec<ExplainedGap>,
    /// What others know.
    pub absent: Vec<Absent>,
    /// What was declared: the person, when, how many, and in which words.
    pub declared: Option<(PersonView, i64, u64, String)>,
    /// The last day to declare, and whether declaring is still to be done.
    pub declare_until: Option<Date>,
}

/// The number of a series and a year, as people write it.
pub(super) fn written(series: &str, year: i64, number: i64) -> String {
    let year = i16::try_from(year).unwrap_or_default();
    let serial = u32::try_from(number).unwrap_or_default();
    DocumentNumber { series: series.to_owned(), year, serial }.written(serial)
}

/// The last day on which the decisions of a month are to be declared.
pub(super) fn declare_until(law: &Law, month: Month) -> Option<Date> {
    let next = month.after().first();
    match law.at(next).number(DECLARATION_DAY) {
        Lookup::Applies(day) => {
            i8::try_from(day.value).ok().and_then(|day| next.with().day(day).build().ok())
        }
        _ => None,
    }
}

fn known_kind<'l>(law: &'l Law, kind: &str) -> Result<&'l Kind, DeskError> {
    law.kind(kind).map(AsRef::as_ref).ok_or(DeskError::NotFound("该信息类别"))
}

/// One unit and kind in one month.
///
/// # Errors
/// `access.denied`, `unit.unknown`, not found.
pub async fn unit_report(
    desk: &Desk,
    actor: &Actor,
    unit: &str,
    kind_id: &str,
    month: Month,
) -> Result<UnitReport, DeskError> {
    actor.authorise_for(Permission::ReadReporting, unit)?;
    let (store, law) = (desk.store(), desk.law());
    let kind = known_kind(&law, kind_id)?;
    let unit_row = store.unit(unit).await?.ok_or(DeskError::NotFound("该单位"))?;
    let names = Names::read(desk).await?;
    let judge = Judge::new(desk, &law).await?;
    let counted = count_as(&judge, desk, Some(unit), month).await?;
    let figures = counted
        .units
        .get(unit)
        .and_then(|unit| unit.kinds.iter().find(|figures| figures.kind == kind_id))
        .cloned()
        .unwrap_or_else(|| KindFigures {
            unit: unit.to_owned(),
            kind: kind_id.to_owned(),
            ..KindFigures::default()
        });
    let label = |list: &str, id: &str| law.label_of(list, id).to_owned();
    let mut numbers = Vec::new();
    let mut explained = Vec::new();
    let year = i64::from(month.first().year());
    for year in [year - 1, year] {
        let explanations = store.gap_explanations(unit, kind_id, year).await?;
        for (series, gaps) in store.gaps(unit, kind_id, year).await? {
            let ranges: Vec<_> = explanations
                .iter()
                .filter(|one| one.series == series)
                .map(|one| one.first..=one.last)
                .collect();
            for gap in gaps.iter().filter(|gap| month_of(gap) == month) {
                let owed = judge.owed(kind, gap, &ranges);
                let number = |number: i64| written(&series, year, number);
                explained.extend(
                    explanations
                        .iter()
                        .filter(|one| {
                            one.series == series && one.first <= owed.last && one.last >= owed.first
                        })
                        .map(|one| ExplainedGap {
                            id: one.id,
                            written: (number(one.first), number(one.last)),
                            reason: label("gap-reason", &one.reason),
                            note: one.note.clone(),
                            by: names.person(&one.actor),
                            at: one.at,
                        }),
                );
                let left =
                    xinyong_domain::rules::reporting::unexplained(owed.first..=owed.last, &ranges);
                let running = !judge.is_due(kind, gap.after_on);
                for range in left {
                    let (first, last) = range.into_inner();
                    let counts = owed.counted.is_some();
                    numbers.push(MissingNumbers {
                        series: series.clone(),
                        year,
                        first,
                        last,
                        written: (number(first), number(last)),
                        before: owed.gap.before.map(number).zip(owed.gap.before_on),
                        after: (number(owed.gap.after), owed.gap.after_on),
                        counted: if counts {
                            u64::try_from(last - first + 1).unwrap_or_default()
                        } else {
                            0
                        },
                        too_long: !counts && !running,
                        running,
                    });
                }
            }
        }
    }
    numbers.truncate(MOST_ROWS);
    let absent = store
        .absent_decisions(month.first(), month.last(), Some(unit))
        .await?
        .into_iter()
        .filter(|one| one.kind == kind_id)
        .map(|one| Absent {
            id: one.id,
            due: judge.is_due(kind, one.decided_on),
            concealed: judge.is_concealed(&one),
            unit: one.unit_id,
            number: one.number,
            decided: one.decided_on,
            source: label("decision-source", &one.source),
            note: one.note,
            reminded: one.reminded_on,
        })
        .collect();
    let word = month.to_string();
    let declared: Option<DeclaredCount> = store
        .declared_counts(&word, &word, Some(unit))
        .await?
        .into_iter()
        .find(|one| one.kind == kind_id);
    Ok(UnitReport {
        month,
        unit_name: unit_row.name,
        kind_name: kind.name.clone(),
        late: late(desk, &judge, unit, kind, month).await?,
        figures,
        numbers,
        explained,
        absent,
        declared: declared.map(|one| {
            let count = u64::try_from(one.records).unwrap_or_default();
            (names.person(&one.actor), one.at, count, one.note)
        }),
        declare_until: declare_until(&law, month),
    })
}

/// The number of a record as people write it.
fn number_of(natural_key: &str) -> String {
    let NumberPlace { year, series, serial } = number_place(natural_key);
    if year > 0 { written(&series, year, serial) } else { series }
}

async fn late(
    desk: &Desk,
    judge: &Judge<'_>,
    unit: &str,
    kind: &Kind,
    month: Month,
) -> Result<Vec<LateRecord>, DeskError> {
    let mut days: Vec<(Date, Date)> = desk
        .store()
        .arrivals_of(unit, &kind.id, month.first(), month.last())
        .await?
        .into_iter()
        .filter_map(|one| {
            let (stands, due) = judge.timeliness(kind, one.decided_on, one.received_on);
            due.filter(|_| stands != Timeliness::OnTime).map(|due| (one.decided_on, due))
        })
        .collect();
    days.dedup();
    let mut late = Vec::new();
    for (decided, due) in days.into_iter().rev() {
        let room = MOST_ROWS.saturating_sub(late.len());
        if room == 0 {
            break;
        }
        let room = i64::try_from(room).unwrap_or(i64::MAX);
        let since = Clock::end_of(due);
        for one in desk.store().arrived_since(unit, &kind.id, decided, since, room).await? {
            let received = Clock::day_of(one.received_at).unwrap_or(due);
            let (stands, _) = judge.timeliness(kind, decided, received);
            late.push(LateRecord {
                subject: one.subject_id,
                record: one.id,
                number: number_of(&one.natural_key),
                decided,
                due,
                received,
                excused: stands == Timeliness::Excused,
            });
        }
    }
    Ok(late)
}

/// A unit that used to report and has fallen silent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SilentUnit {
    /// The unit.
    pub unit: String,
    /// Its name.
    pub name: String,
    /// The kind's name.
    pub kind_name: String,
    /// When it last reported.
    pub last: Date,
    /// Days since.
    pub days: i64,
}

/// Units that reported within a year and have been silent for longer than the law folder says, unless they declared that there was
/// nothing.
///
/// # Errors
/// `access.denied`.
pub async fn silent(desk: &Desk, actor: &Actor) -> Result<Vec<SilentUnit>, DeskError> {
    actor.authorise(Permission::ReadReporting)?;
    let (store, law, today) = (desk.store(), desk.law(), desk.today());
    let Lookup::Applies(limit) = law.at(today).number(SILENCE_DAYS) else {
        return Ok(Vec::new());
    };
    let names = Names::read(desk).await?;
    let year_ago = today.checked_sub(jiff::Span::new().years(1)).unwrap_or(today);
    let last_month = Month::of(today).before();
    let word = last_month.to_string();
    let nothing: Vec<(String, String)> = store
        .declared_counts(&word, &word, actor.unit_limit())
        .await?
        .into_iter()
        .filter(|one| one.records == 0)
        .map(|one| (one.unit_id, one.kind))
        .collect();
    let newest = store.newest_arrivals(year_ago).await?;
    Ok(newest
        .into_iter()
        .filter(|(unit, ..)| actor.unit_limit().is_none_or(|limit| limit == unit))
        .filter(|(unit, kind, _)| !nothing.contains(&(unit.clone(), kind.clone())))
        .filter_map(|(unit, kind, last)| {
            let days = i64::from((today - last).get_days());
            (days > limit.value).then(|| SilentUnit {
                name: names.unit(&unit),
                kind_name: law.kind(&kind).map_or(kind, |kind| kind.name.clone()),
                unit,
                last,
                days,
            })
        })
        .collect())
}

/// Declarations that are still to be signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ToDeclare {
    /// The month of the decisions.
    pub month: Month,
    /// The last day.
    pub until: Date,
    /// The kinds: id and name.
    pub kinds: Vec<(String, String)>,
}

/// How much of a unit is missing in a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingHere {
    /// The unit.
    pub unit: String,
    /// Its name.
    pub name: String,
    /// The kind.
    pub kind: String,
    /// Its name.
    pub kind_name: String,
    /// The month.
    pub month: Month,
    /// How many decisions.
    pub missing: u64,
}

/// What the first page of a role says about reporting.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// What is to be declared; only for those who sign for a unit.
    pub declare: Option<ToDeclare>,
    /// What is missing of this month and the two before, the most first.
    pub missing: Vec<MissingHere>,
    /// Rows of this month's batches that are held, and refused.
    pub rows: (u64, u64),
    /// Who has fallen silent.
    pub silent: Vec<SilentUnit>,
}

/// What waits about reporting.
///
/// # Errors
/// `access.denied`.
pub async fn waiting(desk: &Desk, actor: &Actor) -> Result<Waiting, DeskError> {
    actor.authorise(Permission::ReadReporting)?;
    let (store, law, today) = (desk.store(), desk.law(), desk.today());
    let mut waiting = Waiting { silent: silent(desk, actor).await?, ..Waiting::default() };
    let this = Month::of(today);
    let judge = Judge::new(desk, &law).await?;
    for month in [this, this.before(), this.before().before()] {
        for (unit, figures) in count_as(&judge, desk, actor.unit_limit(), month).await?.units {
            for kind in figures.kinds.iter().filter(|kind| kind.missing.total() > 0) {
                let kind_name =
                    law.kind(&kind.kind).map_or_else(String::new, |kind| kind.name.clone());
                waiting.missing.push(MissingHere {
                    unit: unit.clone(),
                    name: figures.name.clone(),
                    kind: kind.kind.clone(),
                    kind_name,
                    month,
                    missing: kind.missing.total(),
                });
            }
        }
    }
    waiting.missing.sort_by_key(|one| std::cmp::Reverse(one.missing));
    let (from, _) = instants(this);
    for (_, held, refused) in store.held_rows(from, actor.unit_limit()).await? {
        waiting.rows.0 += u64::try_from(held).unwrap_or_default();
        waiting.rows.1 += u64::try_from(refused).unwrap_or_default();
    }
    if let Some(unit) = actor.unit_limit()
        && actor.may(Permission::SignReporting)
    {
        let month = this.before();
        let word = month.to_string();
        let declared = store.declared_counts(&word, &word, Some(unit)).await?;
        let duties = desk.unit(unit).await.map(|unit| unit.duties).unwrap_or_default();
        let kinds: Vec<(String, String)> = law
            .kinds()
            .values()
            .filter(|kind| kind.publication.is_twofold())
            .filter(|kind| duties.iter().any(|duty| kind.id.ends_with(duty.as_str())))
            .filter(|kind| declared.iter().all(|one| one.kind != kind.id))
            .map(|kind| (kind.id.clone(), kind.name.clone()))
            .collect();
        if let Some(until) = declare_until(&law, month)
            && !kinds.is_empty()
        {
            waiting.declare = Some(ToDeclare { month, until, kinds });
        }
    }
    Ok(waiting)
}

/// Days on which the platform did not take files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OutageView {
    /// Its id.
    pub id: i64,
    /// The first day.
    pub first: Date,
    /// The last.
    pub last: Date,
    /// What had happened.
    pub reason: String,
    /// Who noted it.
    pub by: PersonView,
    /// When.
    pub at: i64,
}

/// The outages that stand.
///
/// # Errors
/// `access.denied`.
pub async fn outages(desk: &Desk, actor: &Actor) -> Result<Vec<OutageView>, DeskError> {
    actor.authorise(Permission::ReadReporting)?;
    let names = Names::read(desk).await?;
    let outages = desk.store().outages().await?;
    Ok(outages
        .into_iter()
        .map(|one| OutageView {
            id: one.id,
            first: one.first_day,
            last: one.last_day,
            reason: one.reason,
            by: names.person(&one.actor),
            at: one.at,
        })
        .collect())
}
