//! 开放数据的每日变化: what came into the open tables, changed in them or went from them on a day.
//!
//! The tables are compared with what is public, several times a day, and the differences written down by the ids of the records
//! alone. What a record says, and whether anybody may see it, is decided when the changes are read, by the disclosure rule of
//! that day. So yesterday's file holds nothing that is public no more, whatever the reason, and an id that is gone says none.

use std::collections::{BTreeMap, HashMap};

use jiff::ToSpan as _;
use jiff::civil::Date;
use xinyong_domain::law::{Kind, Law};
use xinyong_store::{OpenChange, OpenDay, OpenRow, Record};

use crate::access::{Actor, Permission};
use crate::browse::{DataSet, record_row, unit_names, view};
use crate::clock::Clock;
use crate::desk::Desk;
use crate::refusal::DeskError;

/// Records compared together.
const PORTION: i64 = 500;
/// For how many days the changes are kept. Who was away longer takes the whole table again; a longer list would become one of
/// what is public no more.
pub const KEPT_DAYS: i64 = 62;
/// The job's name among the leases, and for how long one process has it.
const LEASE: &str = "open-data";
const LEASE_MILLISECONDS: i64 = 30 * 60 * 1000;

/// What a comparison found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Compared {
    /// Rows that came.
    pub added: u64,
    /// Rows that changed.
    pub changed: u64,
    /// Rows that went.
    pub removed: u64,
}

/// What happened to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowChange {
    /// It came.
    Added,
    /// It says something else.
    Changed,
    /// It is published no more.
    Removed,
}

impl RowChange {
    /// The stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
        }
    }

    /// What a table calls it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Added => "新增",
            Self::Changed => "变更",
            Self::Removed => "不再公示",
        }
    }
}

/// A row of a day's changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedRow {
    /// What happened.
    pub change: RowChange,
    /// The id of the record.
    pub id: i64,
    /// Its cells as the table has them; none of what is published no more.
    pub cells: Option<Vec<String>>,
}

/// A portion of a day's changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedRows {
    /// The rows.
    pub rows: Vec<ChangedRow>,
    /// After which record the next ones begin; none at the end.
    pub next: Option<i64>,
}

/// The days of which the changes can be had, the newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangeDays {
    /// The first of them.
    pub first: Date,
    /// The last, not over yet if it is today.
    pub last: Date,
    /// Since when the last day holds nothing new, in milliseconds since 1970.
    pub compared_at: i64,
    /// Whether nothing more comes to the last day.
    pub closed: bool,
}

impl ChangeDays {
    /// Each of them, the newest first.
    pub fn each(&self) -> impl Iterator<Item = Date> + use<> {
        let first = self.first;
        std::iter::successors(Some(self.last), |day| day.yesterday().ok())
            .take_while(move |day| *day >= first)
    }
}

/// Compares the open tables with what is public. A day that is over is compared once more by its own rule before the next begins.
/// Nothing while another process does it. The first comparison of all finds nothing: it is what the others begin from.
///
/// # Errors
/// `access.denied`; when the store fails.
pub async fn compare(desk: &Desk, actor: &Actor) -> Result<Option<Compared>, DeskError> {
    actor.authorise(Permission::RunJobs)?;
    let now = desk.clock().now();
    let holder = desk.new_id().to_string();
    if !desk.store().take_lease(LEASE, now, now + LEASE_MILLISECONDS, &holder).await? {
        return Ok(None);
    }
    let outcome = all(desk).await;
    desk.store().end_lease(LEASE, &holder).await?;
    outcome.map(Some)
}

async fn all(desk: &Desk) -> Result<Compared, DeskError> {
    let today = desk.today();
    let newest = desk.store().open_days(1).await?.into_iter().next();
    let mut compared = Compared::default();
    if let Some(last) = newest.filter(|last| last.day < today && !last.closed) {
        let yesterday = today.yesterday().unwrap_or(today);
        if last.day < yesterday {
            // Days on which the job did not run stay empty; what happened on them is found on the last.
            day_done(desk, last.day, true).await?;
        }
        one_day(desk, yesterday, true, &mut compared).await?;
        day_done(desk, yesterday, true).await?;
    }
    one_day(desk, today, newest.is_some(), &mut compared).await?;
    day_done(desk, today, false).await?;
    Ok(if newest.is_some() { compared } else { Compared::default() })
}

async fn day_done(desk: &Desk, day: Date, closed: bool) -> Result<(), DeskError> {
    let kept_from = desk.today().checked_sub(KEPT_DAYS.days()).unwrap_or(day);
    let mut tx = desk.store().transaction("open day").await?;
    let done = OpenDay { day, compared_at: desk.clock().now(), closed };
    tx.note_open_day(done, kept_from).await?;
    tx.commit().await?;
    Ok(())
}

/// What a comparison needs to judge a record.
struct Judge<'d> {
    desk: &'d Desk,
    law: std::sync::Arc<Law>,
    units: BTreeMap<String, String>,
    on: Date,
}

impl Judge<'_> {
    /// Whether the record became what it is only after the day: that belongs to the next one.
    fn later(&self, record: &Record) -> bool {
        record.recorded_at >= Clock::end_of(self.on)
    }

    /// The digest of the row that a record makes; nothing when the public may not see it.
    fn digest(&self, record: &Record) -> Result<Option<String>, DeskError> {
        let Some(kind) = self.law.kind(&record.kind) else { return Ok(None) };
        let Some(public) = view(record, self.on, &self.law)? else { return Ok(None) };
        let unit = self.units.get(&public.unit).map_or("", String::as_str);
        let row = record_row(kind, &public, unit);
        let cells: Vec<&str> = row.iter().map(String::as_str).collect();
        Ok(Some(self.desk.store().keys().content_digest(&cells)))
    }
}

/// Differences that are written together.
#[derive(Default)]
struct Differences {
    rows: Vec<OpenRow>,
    gone: Vec<i64>,
    changes: Vec<(String, OpenChange)>,
}

impl Differences {
    fn note(&mut self, kind: &str, (subject, record): (i64, i64), change: RowChange) {
        let change = OpenChange {
            record_id: record,
            subject_id: subject,
            change: change.as_str().to_owned(),
        };
        self.changes.push((kind.to_owned(), change));
    }

    fn keep(&mut self, record: &Record, digest: String) {
        self.rows.push(OpenRow {
            record_id: record.id,
            subject_id: record.subject_id,
            kind: record.kind.clone(),
            digest,
        });
    }

    async fn write(self, desk: &Desk, day: Date, noted: bool) -> Result<(), DeskError> {
        if self.rows.is_empty() && self.gone.is_empty() {
            return Ok(());
        }
        let mut tx = desk.store().transaction("open data").await?;
        tx.keep_open_rows(&self.rows).await?;
        tx.forget_open_rows(&self.gone).await?;
        if noted {
            tx.note_open_changes(day, &self.changes).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

async fn one_day(
    desk: &Desk,
    on: Date,
    noted: bool,
    compared: &mut Compared,
) -> Result<(), DeskError> {
    let judge = Judge { desk, law: desk.law(), units: unit_names(desk).await?, on };
    let store = desk.store();
    let mut after = i64::MIN;
    loop {
        let known = store.open_rows(after, PORTION).await?;
        let Some(last) = known.last() else { break };
        after = last.record_id;
        let ids: Vec<_> = known.iter().map(|row| (row.subject_id, row.record_id)).collect();
        let records: HashMap<i64, Record> =
            store.records_by_id(&ids).await?.into_iter().map(|one| (one.id, one)).collect();
        let mut found = Differences::default();
        for row in &known {
            let place = (row.subject_id, row.record_id);
            let record = records.get(&row.record_id);
            if record.is_some_and(|record| judge.later(record)) {
                continue;
            }
            let digest = record.map(|record| judge.digest(record)).transpose()?.flatten();
            match (record, digest) {
                (Some(record), Some(digest)) if digest != row.digest => {
                    found.note(&row.kind, place, RowChange::Changed);
                    found.keep(record, digest);
                    compared.changed += 1;
                }
                (Some(_), Some(_)) => {}
                _ => {
                    found.note(&row.kind, place, RowChange::Removed);
                    found.gone.push(row.record_id);
                    compared.removed += 1;
                }
            }
        }
        found.write(desk, on, noted).await?;
    }
    let mut after = i64::MIN;
    loop {
        let records = store.unopened(after, on, PORTION).await?;
        let Some(last) = records.last() else { return Ok(()) };
        after = last.id;
        let mut found = Differences::default();
        for record in records.iter().filter(|record| !judge.later(record)) {
            if let Some(digest) = judge.digest(record)? {
                found.note(&record.kind, (record.subject_id, record.id), RowChange::Added);
                found.keep(record, digest);
                compared.added += 1;
            }
        }
        found.write(desk, on, noted).await?;
    }
}

/// The days of which the changes can be had; nothing before the first comparison.
///
/// # Errors
/// When the store fails.
pub async fn change_days(desk: &Desk) -> Result<Option<ChangeDays>, DeskError> {
    let days = desk.store().open_days(KEPT_DAYS + 1).await?;
    Ok(days.first().zip(days.last()).map(|(newest, oldest)| ChangeDays {
        first: oldest.day,
        last: newest.day,
        compared_at: newest.compared_at,
        closed: newest.closed,
    }))
}

/// A portion of what happened to a table on a day, after a record. Of what is public no more there is the id alone, and of what
/// came on that day and went since not even that.
///
/// # Errors
/// `changes.none` for a table without daily changes, `changes.day-unknown` for a day that is not kept or not here yet.
pub async fn changed_rows(
    desk: &Desk,
    set: &DataSet,
    day: Date,
    after: Option<i64>,
) -> Result<ChangedRows, DeskError> {
    let Some(kind) = set.kind_id().and_then(|id| desk.law().kind(id).cloned()) else {
        return Err(DeskError::refused("changes.none", "这张表没有每日变化，请下载完整数据"));
    };
    let days = change_days(desk).await?;
    if days.is_none_or(|days| day < days.first || day > days.last) {
        return Err(DeskError::refused(
            "changes.day-unknown",
            format!("没有{day}的变化：每日变化只保留最近{KEPT_DAYS}天，更早的请下载完整数据"),
        ));
    }
    let store = desk.store();
    let changes = store.open_changes(&kind.id, day, after.unwrap_or(i64::MIN), PORTION).await?;
    let ids: Vec<_> = changes.iter().map(|change| (change.subject_id, change.record_id)).collect();
    let records: HashMap<i64, Record> =
        store.records_by_id(&ids).await?.into_iter().map(|one| (one.id, one)).collect();
    let rows = shown(desk, &kind, &changes, &records).await?;
    let full = i64::try_from(changes.len()).is_ok_and(|length| length == PORTION);
    let next = changes.last().filter(|_| full).map(|last| last.record_id);
    Ok(ChangedRows { rows, next })
}

async fn shown(
    desk: &Desk,
    kind: &Kind,
    changes: &[OpenChange],
    records: &HashMap<i64, Record>,
) -> Result<Vec<ChangedRow>, DeskError> {
    let (law, today) = (desk.law(), desk.today());
    let units = unit_names(desk).await?;
    let mut rows = Vec::with_capacity(changes.len());
    for OpenChange { record_id: id, change, .. } in changes {
        let gone = ChangedRow { change: RowChange::Removed, id: *id, cells: None };
        if change == RowChange::Removed.as_str() {
            rows.push(gone);
            continue;
        }
        let added = change == RowChange::Added.as_str();
        let public = match records.get(id) {
            Some(record) => view(record, today, &law)?,
            None => None,
        };
        match public {
            Some(public) => rows.push(ChangedRow {
                change: if added { RowChange::Added } else { RowChange::Changed },
                id: *id,
                cells: Some(record_row(
                    kind,
                    &public,
                    units.get(&public.unit).map_or("", String::as_str),
                )),
            }),
            // Who has it from before is told; who never had it learns nothing.
            None if !added => rows.push(gone),
            None => {}
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests;
