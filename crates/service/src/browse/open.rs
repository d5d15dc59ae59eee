//! A subject's public records as its downloads have them: one layout for every kind.

use jiff::civil::Date;
use serde::Serialize;

use super::data::{first_day, last_day, objection_mark};
use super::names::unit_names;
use super::record::PublicRecord;
use crate::desk::Desk;
use crate::refusal::DeskError;

/// A public record of a subject as its downloads have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenRecord {
    /// Id of the kind.
    pub kind: String,
    /// Name of the kind.
    pub kind_name: String,
    /// What stands beside it because the subject entered it itself; empty otherwise.
    pub mark: String,
    /// What stands beside it because somebody objects to it; empty otherwise.
    pub objection: String,
    /// The words about that of whoever objects, empty for none.
    pub statement: String,
    /// Title of the document.
    pub title: String,
    /// Number of the document.
    pub number: String,
    /// Deciding body.
    pub authority: String,
    /// Reporting unit.
    pub reported_by: String,
    /// Decision date.
    pub decided_on: Date,
    /// First public day.
    pub published_on: Date,
    /// Last public day, where there is one.
    pub public_until: Option<Date>,
    /// Last day of validity, where there is one.
    pub valid_until: Option<Date>,
    /// What a list shows of the content.
    pub summary: String,
    /// The address of its page, without the prefix of the site.
    pub page: String,
}

impl OpenRecord {
    /// Headings of the table, in the order of [`OpenRecord::cells`].
    pub const HEADINGS: [&'static str; 14] = [
        "信息类别",
        "标记",
        "异议",
        "异议声明",
        "名称",
        "文号",
        "作出机关",
        "报送单位",
        "决定日期",
        "公示日期",
        "公示截止日",
        "有效期至",
        "内容",
        "页面",
    ];

    /// The cells of its row.
    #[must_use]
    pub fn cells(&self) -> [String; 14] {
        let day = |day: Option<Date>| day.map_or_else(String::new, |day| day.to_string());
        [
            self.kind_name.clone(),
            self.mark.clone(),
            self.objection.clone(),
            self.statement.clone(),
            self.title.clone(),
            self.number.clone(),
            self.authority.clone(),
            self.reported_by.clone(),
            self.decided_on.to_string(),
            self.published_on.to_string(),
            day(self.public_until),
            day(self.valid_until),
            self.summary.clone(),
            self.page.clone(),
        ]
    }
}

/// Public records as downloads have them.
///
/// # Errors
/// When the store fails.
pub async fn open_records(
    desk: &Desk,
    records: impl IntoIterator<Item = PublicRecord>,
) -> Result<Vec<OpenRecord>, DeskError> {
    let units = unit_names(desk).await?;
    Ok(records
        .into_iter()
        .map(|record| OpenRecord {
            published_on: first_day(&record),
            public_until: last_day(&record),
            page: format!("/records/{}/{}/{}", record.kind, record.subject, record.id),
            reported_by: units.get(&record.unit).cloned().unwrap_or_default(),
            kind: record.kind,
            kind_name: record.kind_name,
            mark: record.mark,
            objection: objection_mark(record.objection.as_ref()),
            statement: record.objection.map(|one| one.statement).unwrap_or_default(),
            title: record.title,
            number: record.number,
            authority: record.authority,
            decided_on: record.decided,
            valid_until: record.valid_until,
            summary: record.summary,
        })
        .collect())
}
