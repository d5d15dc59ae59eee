//! A public list of one kind.

use std::sync::Arc;

use jiff::civil::Date;
use serde::Serialize;
use xinyong_domain::law::Kind;
use xinyong_store::{Record, RecordFilter};

use super::record::{PublicRecord, view};
use crate::desk::Desk;
use crate::refusal::DeskError;

/// Records on a page.
pub const PAGE_SIZE: usize = 20;
/// Records looked through for a text at most.
const MOST_SEARCHED: i64 = 500;

/// What a visitor asked for. Empty texts ask for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListFilter {
    /// A fragment of the party's name, or a document number.
    pub text: String,
    /// Id of the reporting unit.
    pub unit: String,
    /// Decided on or after, `YYYY-MM-DD`.
    pub from: String,
    /// Decided on or before.
    pub to: String,
    /// Where the page begins: what the last page gave as `next`.
    pub after: String,
}

/// One page of a list.
#[derive(Debug, Clone, Serialize)]
pub struct PublicList {
    /// Id of the kind.
    pub kind: String,
    /// Name of the kind.
    pub kind_name: String,
    /// The records, newest decision first.
    pub records: Vec<PublicRecord>,
    /// Where the next page begins, empty on the last.
    pub next: String,
    /// How many there are; with a text looked for, how many from here on, among the nearest few hundred.
    pub total: u64,
}

/// A page of the public list of a kind, without its total.
#[derive(Debug, Clone)]
pub struct PublicPage {
    /// The records, newest decision first.
    pub records: Vec<PublicRecord>,
    /// Where the next page begins, empty on the last.
    pub next: String,
}

/// A page of the public list of a kind.
///
/// # Errors
/// Not found for a kind that is not public; `list.date-invalid`, `list.cursor-invalid`.
pub async fn public_list(
    desk: &Desk,
    kind: &str,
    filter: &ListFilter,
) -> Result<PublicList, DeskError> {
    let kind = public_kind(desk, kind)?;
    let sieve = sieve(filter)?;
    if sieve.text.is_some() {
        return searched(desk, &kind, &sieve).await;
    }
    let PublicPage { records, next } = page(desk, &kind, &sieve, PAGE_SIZE).await?;
    let total = desk.store().count_public(&kind.id, desk.today(), &sieve).await?;
    let total = u64::try_from(total).unwrap_or_default();
    Ok(PublicList { kind: kind.id.clone(), kind_name: kind.name.clone(), records, next, total })
}

/// As [`public_list`], with as many records as asked for and no total, which costs more than the page; no text is looked for.
///
/// # Errors
/// As [`public_list`].
pub async fn public_page(
    desk: &Desk,
    kind: &str,
    filter: &ListFilter,
    limit: usize,
) -> Result<PublicPage, DeskError> {
    let kind = public_kind(desk, kind)?;
    page(desk, &kind, &RecordFilter { text: None, ..sieve(filter)? }, limit).await
}

fn public_kind(desk: &Desk, kind: &str) -> Result<Arc<Kind>, DeskError> {
    desk.law()
        .kind(kind)
        .filter(|kind| kind.audience == xinyong_domain::law::Audience::Public)
        .cloned()
        .ok_or(DeskError::NotFound("该类信息"))
}

async fn page(
    desk: &Desk,
    kind: &Kind,
    sieve: &RecordFilter,
    limit: usize,
) -> Result<PublicPage, DeskError> {
    let law = desk.law();
    let today = desk.today();
    let wanted = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let found = desk.store().public_records(&kind.id, today, sieve, wanted).await?;
    let more = found.len() > limit;
    let shown = found.get(..found.len().min(limit)).unwrap_or_default();
    let next = if more { shown.last().map(cursor_of).unwrap_or_default() } else { String::new() };
    let mut records = Vec::with_capacity(shown.len());
    for record in shown {
        // The sieve may be a day behind the law; what the rule refuses is left out here.
        records.extend(view(record, today, &law)?);
    }
    Ok(PublicPage { records, next })
}

/// What a filter asks the store for.
pub(super) fn sieve(filter: &ListFilter) -> Result<RecordFilter, DeskError> {
    let day = |text: &str| -> Result<Option<Date>, DeskError> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        xinyong_domain::value::date::read(text).map(|(day, _)| Some(day)).ok_or_else(|| {
            DeskError::refused(
                "list.date-invalid",
                format!("“{text}”不是有效日期，请写作 2026-03-05"),
            )
        })
    };
    // Ids of units are plain words; not every engine can be asked for what is none.
    let unit = filter.unit.replace('\0', "?");
    Ok(RecordFilter {
        unit: (!unit.is_empty()).then_some(unit),
        from: day(&filter.from)?,
        until: day(&filter.to)?,
        text: (!filter.text.trim().is_empty())
            .then(|| filter.text.trim().chars().take(60).collect()),
        after: cursor(&filter.after)?,
    })
}

/// The list with a text looked for. The store looks in the whole content; what it finds counts only where a field that the
/// public may see holds the text, so that a search tells nothing about the others.
async fn searched(desk: &Desk, kind: &Kind, sieve: &RecordFilter) -> Result<PublicList, DeskError> {
    let law = desk.law();
    let today = desk.today();
    let text = sieve.text.clone().unwrap_or_default();
    let found = desk.store().public_records(&kind.id, today, sieve, MOST_SEARCHED).await?;
    let mut records = Vec::new();
    let mut next = String::new();
    let mut total = 0;
    let mut last = None;
    for record in &found {
        let Some(public) = view(record, today, &law)? else {
            continue;
        };
        if !public.fields.iter().any(|field| field.value.contains(&text)) {
            continue;
        }
        total += 1;
        if records.len() < PAGE_SIZE {
            records.push(public);
            last = Some(record);
        } else if next.is_empty() {
            next = last.map(cursor_of).unwrap_or_default();
        }
    }
    Ok(PublicList { kind: kind.id.clone(), kind_name: kind.name.clone(), records, next, total })
}

fn cursor_of(record: &Record) -> String {
    format!("{}_{}", record.decided_on, record.id)
}

/// Where a page begins: the decision day and id of the last record of the page before.
fn cursor(text: &str) -> Result<Option<(Date, i64)>, DeskError> {
    if text.is_empty() {
        return Ok(None);
    }
    let parsed = text
        .split_once('_')
        .and_then(|(day, id)| Some((day.parse::<Date>().ok()?, id.parse::<i64>().ok()?)));
    match parsed {
        Some(parsed) => Ok(Some(parsed)),
        None => Err(DeskError::refused("list.cursor-invalid", "翻页参数无效，请从第一页开始")),
    }
}
