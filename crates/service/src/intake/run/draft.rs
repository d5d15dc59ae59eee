//! A good row becomes the draft of its record.

use std::sync::Arc;

use jiff::civil::Date;
use xinyong_domain::check::{Checked, Party};
use xinyong_domain::law::Kind;
use xinyong_domain::party::PartyCategory;
use xinyong_store::Content;

use super::Work;
use crate::intake::record::{Platform, RecordFacts, Sieve, split_content, to_json};
use crate::refusal::DeskError;

/// A good row, before it is known whether the register has it.
pub(super) struct Draft {
    pub(super) row: u32,
    pub(super) party: Party,
    pub(super) code: String,
    pub(super) name: String,
    pub(super) category: PartyCategory,
    pub(super) blind: String,
    pub(super) natural_key: String,
    pub(super) content: Content,
    pub(super) sensitive: Option<String>,
    pub(super) digest: String,
    pub(super) platform: Platform,
    pub(super) decided: Date,
    pub(super) valid_until: Option<Date>,
    pub(super) sieve: Arc<Sieve>,
}

impl Work {
    /// Turns a checked row into a draft of its record.
    pub(super) fn draft(
        &self,
        kind: &Kind,
        number: u32,
        checked: &Checked<'_, '_>,
    ) -> Result<Draft, DeskError> {
        let (decided, category) = checked.decided.zip(checked.category).ok_or_else(|| {
            DeskError::Internal(format!("row {number} passed without date or category"))
        })?;
        let mut platform = Platform::of_row(kind, checked, &self.unit);
        if let Some(release) = &self.release {
            platform.basis.clone_from(&release.basis);
            platform.released = release.day;
            if let Some(judged) = release.judgements.get(&i64::from(number)) {
                if let Some((value, reason, source)) = judged.get("severity") {
                    platform.severity.clone_from(value);
                    platform.severity_reason.clone_from(reason);
                    platform.severity_source.clone_from(source);
                }
                if let Some((value, ..)) = judged.get("domain") {
                    platform.domain.clone_from(value);
                }
                if let Some((value, ..)) = judged.get("basis") {
                    platform.basis.clone_from(value);
                }
                if let Some((value, ..)) = judged.get("exemption") {
                    platform.exemption.clone_from(value);
                }
            }
        }
        let (clear, sensitive) = split_content(kind, checked);
        let facts = RecordFacts {
            kind,
            category,
            decided,
            valid_until: checked.valid_until,
            content: &clear,
            platform: &platform,
            withdrawn: None,
        };
        let sieve = self.rulings.borrow_mut().of(&facts, self.today, &self.law)?;
        let content = Content::new(to_json(&clear)?);
        let sensitive = if sensitive.is_empty() { None } else { Some(to_json(&sensitive)?) };
        let natural_key = checked.natural_key(kind);
        let digest = self.store().keys().content_digest(&[
            &kind.id,
            content.sm3(),
            sensitive.as_deref().unwrap_or_default(),
        ]);
        let code = checked.value(kind.party.uscc).to_owned();
        let name = checked.value(kind.party.name).to_owned();
        let blind = if checked.party == Party::Person {
            let document = kind.party.document.map_or("", |position| checked.value(position));
            let identity = if document.is_empty() {
                format!("{}\u{1f}{natural_key}\u{1f}{name}", kind.id)
            } else {
                document.to_owned()
            };
            self.store().keys().blind_index(&identity)
        } else {
            String::new()
        };
        Ok(Draft {
            row: number,
            party: checked.party.clone(),
            code,
            name,
            category,
            blind,
            natural_key,
            content,
            sensitive,
            digest,
            platform,
            decided,
            valid_until: checked.valid_until,
            sieve,
        })
    }
}
