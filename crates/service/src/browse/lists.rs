//! A public list of one kind.

use serde::Serialize;
use xinyong_store::{PageCursor, RecordFilter};

use super::record::{PublicRecord, view};
use crate::desk::Desk;
use crate::refusal::DeskError;

/// Records on a page.
pub const PAGE_SIZE: usize = 20;

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
    /// How many there are, by the store's sieve.
    pub total: u64,
}

/// A page of the public list of a kind.
///
/// # Errors
/// Not found for a kind that is not public; `list.date-invalid`, `list.cursor-invalid`.
pub async fn public_list(desk: &Desk, kind: &str, filter: &ListFilter) -> Result<PublicList, DeskError> {
    let law = desk.law();
    let kind = law
        .kind(kind)
        .filter(|kind| kind.audience == xinyong_domain::law::Audience::Public)
        .cloned()
        .ok_or(DeskError::NotFound("该类信息"))?;
    let day = |text: &str| -> Result<Option<String>, DeskError> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        xinyong_domain::value::date::read(text).map(|(day, _)| Some(day.to_string())).ok_or_else(|| {
            DeskError::refused("list.date-invalid", format!("“{text}”不是有效日期，请写作 2026-03-05"))
        })
    };
    let today = desk.today();
    let sieve = RecordFilter {
        kind: kind.id.clone(),
        today: today.to_string(),
        unit: (!filter.unit.is_empty()).then(|| filter.unit.clone()),
        from: day(&filter.from)?,
        to: day(&filter.to)?,
        text: (!filter.text.trim().is_empty()).then(|| filter.text.trim().chars().take(60).collect()),
    };
    let cursor = if filter.after.is_empty() {
        None
    } else {
        Some(PageCursor::parse(&filter.after).ok_or_else(|| {
            DeskError::refused("list.cursor-invalid", "翻页参数无效，请从第一页开始")
        })?)
    };
    let found = desk.store().public_records(&sieve, cursor.as_ref(), PAGE_SIZE + 1).await?;
    let more = found.len() > PAGE_SIZE;
    let shown = found.get(..found.len().min(PAGE_SIZE)).unwrap_or_default();
    let next = if more { shown.last().map(PageCursor::of).unwrap_or_default() } else { String::new() };
    let mut records = Vec::with_capacity(shown.len());
    for record in shown {
        // The sieve may be a day behind the law; what the rule refuses is left out here.
        records.extend(view(record, today, &law)?);
    }
    let total = desk.store().count_public(&sieve).await?;
    Ok(PublicList { kind: kind.id.clone(), kind_name: kind.name.clone(), records, next, total })
}
