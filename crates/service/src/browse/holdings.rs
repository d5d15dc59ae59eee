//! A subject as the console shows it: who it is and what is held about it, today or as known on a past day.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use xinyong_store::{Record, Subject, SubjectVersion};

use super::dossier::{AsOf, HeldRecord, end_of, held, record_of};
use super::names::Names;
use super::subject::{FormerName, SubjectFacts, find, whole_facts};
use crate::access::{Actor, Permission};
use crate::audit::AuditEvent;
use crate::desk::Desk;
use crate::refusal::DeskError;

/// Records of one subject that a page shows at most.
const MOST_RECORDS: usize = 500;

/// A subject with what is held about it and the actor may see: what its own unit reported, and what is public.
#[derive(Debug, Clone, Serialize)]
pub struct SubjectHoldings {
    /// Who it is today.
    pub facts: SubjectFacts,
    /// Who it was, as known on the day asked for.
    pub as_of: Option<AsOf<SubjectFacts>>,
    /// Its records by kind, the newest first, today or as known on that day: kind id, kind name, records.
    pub groups: Vec<(String, String, Vec<HeldRecord>)>,
}

/// The state of a subject as its history keeps it.
#[derive(Deserialize)]
struct Kept {
    category: String,
    #[serde(default)]
    code: Option<String>,
    name: String,
    status: String,
    #[serde(default)]
    registered_on: Option<Date>,
    source: String,
    #[serde(default)]
    codes: Vec<(String, String)>,
    #[serde(default)]
    former: Vec<(String, Option<Date>, Option<Date>)>,
    details: String,
}

pub(crate) fn facts_of(version: &SubjectVersion) -> Result<SubjectFacts, DeskError> {
    let inconsistent = |error: serde_json::Error| {
        DeskError::Store(xinyong_store::StoreError::Inconsistent {
            table: "subject_version".to_owned(),
            column: "content".to_owned(),
            row: format!("{}/{}", version.subject_id, version.version),
            reason: error.to_string(),
        })
    };
    let kept: Kept = serde_json::from_str(&version.content).map_err(inconsistent)?;
    let details: BTreeMap<String, String> =
        serde_json::from_str(&kept.details).map_err(inconsistent)?;
    Ok(SubjectFacts {
        former_names: kept
            .former
            .into_iter()
            .map(|(name, _, until)| FormerName { name, until })
            .collect(),
        codes: kept
            .codes
            .into_iter()
            .filter(|(kind, _)| kind != "uscc" && kind != "tax-no")
            .collect(),
        code: kept.code.unwrap_or_default(),
        name: kept.name,
        category: kept.category,
        status: kept.status,
        registered_on: kept.registered_on,
        details,
        source: kept.source,
        known_at: version.known_at,
        joined: Vec::new(),
    })
}

/// A subject for the console, as known at the end of a day when one is given. That somebody looked is a line of the audit log.
///
/// # Errors
/// `access.denied`, `code.invalid`, not found.
pub async fn subject_holdings(
    desk: &Desk,
    actor: &Actor,
    code: &str,
    on: Option<Date>,
) -> Result<SubjectHoldings, DeskError> {
    actor.authorise(Permission::ReadRecord)?;
    let whole = find(desk, code).await?;
    desk.audit(actor, AuditEvent::SubjectSeen { subject: whole.subject.id }).await?;
    let as_of = match on {
        None => None,
        Some(on) => {
            let known = desk.store().subject_as_of(whole.subject.id, end_of(on)).await?;
            Some(AsOf { on, state: known.as_ref().map(facts_of).transpose()? })
        }
    };
    let groups = groups(desk, actor, &whole.subject, on).await?;
    Ok(SubjectHoldings { facts: whole_facts(desk, whole).await?, as_of, groups })
}

async fn groups(
    desk: &Desk,
    actor: &Actor,
    subject: &Subject,
    on: Option<Date>,
) -> Result<Vec<(String, String, Vec<HeldRecord>)>, DeskError> {
    let law = desk.law();
    let names = Names::read(desk).await?;
    let most = i64::try_from(MOST_RECORDS).unwrap_or(i64::MAX);
    let mut shown = Vec::new();
    let mut visible = BTreeSet::new();
    for record in desk.store().records_of_subject(subject.id, most).await? {
        let held = held(&record, desk.today(), &law, &names, actor)?;
        if held.own || held.disclosure.value.public {
            visible.insert(held.id);
            shown.push(held);
        }
    }
    if let Some(on) = on {
        // What is another unit's and not public today stays unseen, whatever it was on that day.
        shown.clear();
        let known = desk.store().records_as_of(subject.id, end_of(on)).await?;
        let known = known.into_iter().filter(|version| visible.contains(&version.record_id));
        for record in known.take(MOST_RECORDS).map(record_of).collect::<Vec<Record>>() {
            let held = held(&record, on, &law, &names, actor)?;
            if held.own || held.disclosure.value.public {
                shown.push(held);
            }
        }
    }
    let mut groups: Vec<_> =
        law.kinds().values().map(|kind| (kind.id.clone(), kind.name.clone(), Vec::new())).collect();
    for held in shown {
        if let Some((.., records)) = groups.iter_mut().find(|(kind, ..)| *kind == held.kind) {
            records.push(held);
        }
    }
    Ok(groups)
}
