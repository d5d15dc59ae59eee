//! 更正公告: what was corrected because somebody objected, with an apology. Of what stood there before nothing is said, and of what was taken
//! down not even whose it was: the notice would otherwise publish it once more.

use jiff::civil::Date;

use super::settle::Touched;
use crate::browse::{Names, view};
use crate::desk::Desk;
use crate::refusal::DeskError;

/// Notices on the page: the newest.
const MOST_SHOWN: i64 = 200;

/// One notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectionNotice {
    /// When it was corrected.
    pub on: Date,
    /// The unit that delivered the record.
    pub unit: String,
    /// Name of the kind.
    pub kind_name: String,
    /// Labels of the fields that were corrected; empty for what was taken down.
    pub fields: Vec<String>,
    /// Title, party and place of the record, where everybody may see it today.
    pub record: Option<NoticeRecord>,
}

/// The record that a notice is about, as it is public today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRecord {
    /// Number of the document, or its title.
    pub number: String,
    /// Name of the party.
    pub party: String,
    /// Kind, subject and id.
    pub place: (String, i64, i64),
}

/// The page of notices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticePage {
    /// The notices, the newest first.
    pub notices: Vec<CorrectionNotice>,
    /// The apology.
    pub apology: String,
}

/// The notices of what was corrected.
///
/// # Errors
/// When the store fails.
pub async fn correction_notices(desk: &Desk) -> Result<NoticePage, DeskError> {
    let names = Names::read(desk).await?;
    let (law, today) = (desk.law(), desk.today());
    let mut notices = Vec::new();
    for one in desk.store().corrected_objections(MOST_SHOWN).await? {
        let (Some(on), Some(notice)) = (one.corrected_on, one.notice.as_deref()) else { continue };
        let touched: Touched =
            serde_json::from_str(notice).map_err(|error| DeskError::Internal(error.to_string()))?;
        let Some(kind) = law.kind(&one.kind) else { continue };
        // What everybody never saw, be it shared among units or kept back, is not told to everybody now.
        if !touched.announced {
            continue;
        }
        let record = match desk.store().record(one.subject_id, one.record_id).await? {
            Some(found) if !touched.removed => view(&found, today, &law)?,
            _ => None,
        };
        notices.push(CorrectionNotice {
            on,
            unit: names.unit(&one.unit_id),
            kind_name: kind.name.clone(),
            fields: if record.is_some() { touched.fields } else { Vec::new() },
            record: record.map(|record| NoticeRecord {
                number: if record.number.is_empty() { record.title } else { record.number },
                party: record.party,
                place: (record.kind, record.subject, record.id),
            }),
        });
    }
    let apology = law.at(today).word("objection.apology").applies();
    Ok(NoticePage { notices, apology: apology.map(|one| one.value).unwrap_or_default() })
}
