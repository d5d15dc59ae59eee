//! A record as the console shows it: every version, what happened in public, where it stands and why, and what the platform
//! knew on a past day.
//!
//! What is sealed is never opened here: a page says that there is something sealed, and no more.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use serde::Serialize;
use xinyong_domain::law::{Kind, Law};
use xinyong_domain::rules::deadline::Clock as DueClock;
use xinyong_domain::rules::disclosure::Disclosure;
use xinyong_domain::ruling::{Citation, Ruling};
use xinyong_domain::value::date;
use xinyong_store::{PublicationEvent, Record, RecordVersion, sm3_hex};

use super::names::{Names, PersonView};
use super::record::{
    OpenObjection, ShownField, content_of, decision_clocks, judged, mark, objection, platform_of,
    shown_fields,
};
use crate::access::{Actor, Permission};
use crate::audit::AuditEvent;
use crate::clock::Clock;
use crate::desk::Desk;
use crate::intake::{Platform, Signature};
use crate::refusal::{DeskError, Refusal};
use crate::units;

/// Versions shown at most, the newest.
const MOST_VERSIONS: usize = 200;
/// Records of a batch on a page.
pub const BATCH_RECORDS_PER_PAGE: usize = 50;

/// What every list of the console says about a record, public or not.
#[derive(Debug, Clone, Serialize)]
pub struct HeldRecord {
    /// Id of its subject.
    pub subject: i64,
    /// Its own id.
    pub id: i64,
    /// Id of its kind.
    pub kind: String,
    /// Name of its kind.
    pub kind_name: String,
    /// What stands beside it because the subject entered it itself; empty otherwise.
    pub mark: String,
    /// That somebody objects to it.
    pub objection: Option<OpenObjection>,
    /// Title of the document, else its number, else the kind.
    pub title: String,
    /// Number of the document.
    pub number: String,
    /// Name of the party; empty for a natural person, whose name is sealed.
    pub party: String,
    /// Code of the party, empty where it has none.
    pub code: String,
    /// Name of the unit that reported it.
    pub unit_name: String,
    /// Decision date: since when the fact holds.
    pub decided: Date,
    /// When the platform knew this state.
    pub known_at: i64,
    /// The number of this state.
    pub version: i64,
    /// The row of the batch that brought it.
    pub row: i64,
    /// Since when it is withdrawn.
    pub withdrawn_on: Option<Date>,
    /// What the public may see of it, and why.
    pub disclosure: Ruling<Disclosure>,
    /// Whether the actor may open it in the console.
    pub own: bool,
}

/// A field that differs between two versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// Label of the field.
    pub label: String,
    /// What stood there before, empty for nothing.
    pub before: String,
    /// What stands there since, empty for nothing.
    pub after: String,
}

/// One version of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VersionView {
    /// The number, from 1.
    pub version: i64,
    /// Who recorded it.
    pub who: PersonView,
    /// The second person.
    pub second: Option<PersonView>,
    /// Why.
    pub reason: String,
    /// 事实时间: since when the fact holds.
    pub held_from: Date,
    /// 获知时间: since when the platform knew it.
    pub known_at: i64,
    /// Under which edition of the law.
    pub law_edition: String,
    /// The batch that brought it; none for a withdrawal.
    pub batch: Option<i64>,
    /// Since when it is withdrawn.
    pub withdrawn_on: Option<Date>,
    /// What differs from the version before.
    pub changes: Vec<FieldChange>,
    /// Whether it has a sealed part.
    pub sealed: bool,
}

/// Something that happened in public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventView {
    /// `published`, `changed`, `ended` or `withdrawn`.
    pub kind: String,
    /// On which day it took effect.
    pub on: Date,
    /// When it was written down.
    pub at: i64,
    /// Why.
    pub reason: String,
    /// On what it rests.
    pub citations: Vec<Arc<Citation>>,
}

/// What a record was on a day.
#[derive(Debug, Clone, Serialize)]
pub struct RecordState {
    /// Its head.
    pub head: HeldRecord,
    /// The clocks its decision ran.
    pub clocks: Vec<DueClock>,
    /// Its fields in official order, the sealed ones left out.
    pub fields: Vec<ShownField>,
    /// Whether it has a sealed part.
    pub sealed: bool,
    /// How the subject vouched for it, where it entered it itself.
    pub signature: Option<SignatureView>,
}

/// How a subject vouched for what it entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignatureView {
    /// The signer's account.
    pub who: PersonView,
    /// When.
    pub at: i64,
    /// SM3 of the exact content.
    pub content: String,
    /// SM3 of the text of the commitment.
    pub commitment: String,
    /// That text, where the law folder still has it.
    pub text: String,
}

/// What the platform knew at the end of a past day.
#[derive(Debug, Clone, Serialize)]
pub struct AsOf<T> {
    /// The day.
    pub on: Date,
    /// What it knew; nothing when it knew nothing yet.
    pub state: Option<T>,
}

/// The console's page of a record.
#[derive(Debug, Clone, Serialize)]
pub struct RecordDossier {
    /// How it stands today.
    pub now: RecordState,
    /// How it stood on the day asked for.
    pub as_of: Option<AsOf<RecordState>>,
    /// Its versions, the newest first.
    pub versions: Vec<VersionView>,
    /// What happened in public, the newest first.
    pub events: Vec<EventView>,
    /// Whether the actor may take it down now.
    pub can_withdraw: bool,
    /// Whether the actor may enter that it is corrected or revoked.
    pub can_correct: bool,
    /// Whether the actor may enter that a natural person whom it names objects to it.
    pub can_object: bool,
}

/// The records of a batch.
#[derive(Debug, Clone, Serialize)]
pub struct BatchRecords {
    /// What people call the batch.
    pub number: String,
    /// Its kind.
    pub kind_name: String,
    /// The records in the order of its rows.
    pub records: Vec<HeldRecord>,
    /// Row after which the next page begins, 0 on the last.
    pub next: i64,
}

/// The day of an as-of read as somebody typed it; nothing for an empty text.
///
/// # Errors
/// `as-of.date-invalid`, `as-of.future`.
pub fn as_of_day(desk: &Desk, text: &str) -> Result<Option<Date>, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let day = date::read(text).map(|(day, _)| day).filter(|day| !date::is_long_term(*day));
    let Some(day) = day else {
        return Err(Refusal::new("as-of.date-invalid", "日期请写成 2026-01-31 这样"));
    };
    if day > desk.today() {
        return Err(Refusal::new(
            "as-of.future",
            format!("{day}在今天之后，只能查看今天或以前的状态"),
        ));
    }
    Ok(Some(day))
}

/// The last instant that an as-of read of a day includes.
pub(crate) fn end_of(day: Date) -> i64 {
    Clock::end_of(day).saturating_sub(1)
}

/// A version in the shape of a record, so that the one rule judges both.
pub(crate) fn record_of(version: RecordVersion) -> Record {
    Record {
        subject_id: version.subject_id,
        id: version.record_id,
        kind: version.kind,
        natural_key: version.natural_key,
        version: version.version,
        content: version.content,
        sealed: version.sealed,
        platform: version.platform,
        party_category: version.party_category,
        decided_on: version.held_from,
        valid_until: version.valid_until,
        unit_id: version.unit_id,
        batch_id: version.batch_id,
        row: version.row,
        recorded_at: version.known_at,
        law_edition: version.law_edition,
        public_from: version.public_from,
        public_until: version.public_until,
        withdrawn_on: version.withdrawn_on,
        state: version.state,
        content_digest: String::new(),
    }
}

fn kind_of<'l>(law: &'l Law, id: &str) -> Result<&'l Kind, DeskError> {
    law.kind(id).map(AsRef::as_ref).ok_or_else(|| DeskError::Internal(format!("unknown kind {id}")))
}

/// What lists say about a record, judged for a day.
pub(crate) fn held(
    record: &Record,
    on: Date,
    law: &Law,
    names: &Names,
    actor: &Actor,
) -> Result<HeldRecord, DeskError> {
    let kind = kind_of(law, &record.kind)?;
    let (disclosure, content) = judged(record, kind, on, law)?;
    let at = |position: usize| -> String {
        kind.fields
            .get(position)
            .and_then(|field| content.get(&field.code))
            .cloned()
            .unwrap_or_default()
    };
    let number = at(kind.document_number);
    let title = kind.title.map(at).unwrap_or_default();
    let title =
        [&title, &number].into_iter().find(|text| !text.is_empty()).unwrap_or(&kind.name).clone();
    Ok(HeldRecord {
        subject: record.subject_id,
        id: record.id,
        kind: kind.id.clone(),
        kind_name: kind.name.clone(),
        mark: mark(kind),
        objection: objection(&platform_of(record)?),
        title,
        number,
        party: at(kind.party.name),
        code: at(kind.party.uscc),
        unit_name: names.unit(&record.unit_id),
        decided: record.decided_on,
        known_at: record.recorded_at,
        version: record.version,
        row: record.row,
        withdrawn_on: record.withdrawn_on,
        disclosure,
        own: actor.authorise_for(Permission::ReadRecord, &record.unit_id).is_ok(),
    })
}

fn signature(signed: Signature, kind: &Kind, names: &Names) -> SignatureView {
    let texts = kind.by_subject.iter().flat_map(|by| &by.commitments).map(|one| &one.text);
    let text = texts.into_iter().find(|text| sm3_hex(text.as_bytes()) == signed.commitment);
    SignatureView {
        who: names.person(&signed.by),
        at: signed.at,
        content: signed.content,
        text: text.cloned().unwrap_or_default(),
        commitment: signed.commitment,
    }
}

pub(super) fn state(
    record: &Record,
    on: Date,
    law: &Law,
    names: &Names,
    actor: &Actor,
) -> Result<RecordState, DeskError> {
    let content = content_of(record)?;
    let kind = kind_of(law, &record.kind)?;
    let platform = platform_of(record)?;
    Ok(RecordState {
        clocks: decision_clocks(law, kind, record.decided_on, &platform.channel),
        signature: platform.signature.map(|signed| signature(signed, kind, names)),
        head: held(record, on, law, names, actor)?,
        fields: shown_fields(kind, &content, |field| !field.sensitive),
        sealed: record.sealed.is_some(),
    })
}

/// The console's page of a record. That somebody looked is a line of the audit log.
///
/// # Errors
/// `access.denied`, not found.
pub async fn record_dossier(
    desk: &Desk,
    actor: &Actor,
    subject: i64,
    record: i64,
    on: Option<Date>,
) -> Result<RecordDossier, DeskError> {
    let store = desk.store();
    actor.authorise(Permission::ReadRecord)?;
    let found = store.record(subject, record).await?.ok_or(DeskError::NotFound("该信息"))?;
    // Whoever took over from the unit sees to its records.
    units::authorise(desk, actor, Permission::ReadRecord, &found.unit_id).await?;
    desk.audit(actor, AuditEvent::RecordSeen { subject, record }).await?;
    let law = desk.law();
    let names = Names::read(desk).await?;
    let as_of = match on {
        None => None,
        Some(on) => {
            let known = store.record_as_of(subject, record, end_of(on)).await?;
            let known = known.map(record_of);
            let state = known.map(|known| state(&known, on, &law, &names, actor)).transpose()?;
            Some(AsOf { on, state })
        }
    };
    let events = store.publication_events(subject, record).await?;
    // What is down because it was repaired or is shielded can still be revoked.
    let open = found.withdrawn_on.is_none() || crate::repairs::is_set_aside(desk, &found).await?;
    Ok(RecordDossier {
        as_of,
        versions: versions(store.record_versions(subject, record).await?, &law, &names)?,
        events: events.into_iter().rev().map(event).collect::<Result<_, _>>()?,
        can_correct: open && actor.may(Permission::CorrectRecord),
        can_withdraw: open && actor.may(Permission::WithdrawRecord),
        can_object: actor.may(Permission::EnterObjection)
            && crate::objections::open_to_objection(desk, &found).is_ok(),
        now: state(&found, desk.today(), &law, &names, actor)?,
    })
}

pub(super) fn event(event: PublicationEvent) -> Result<EventView, DeskError> {
    let citations = serde_json::from_str(&event.citations).map_err(|error| {
        DeskError::Store(xinyong_store::StoreError::Inconsistent {
            table: "publication_event".to_owned(),
            column: "citations".to_owned(),
            row: format!("{}/{}", event.record_id, event.seq),
            reason: error.to_string(),
        })
    })?;
    Ok(EventView {
        kind: event.kind,
        on: event.on_day,
        at: event.at,
        reason: event.reason,
        citations,
    })
}

pub(super) fn versions(
    stored: Vec<RecordVersion>,
    law: &Law,
    names: &Names,
) -> Result<Vec<VersionView>, DeskError> {
    let mut shown = Vec::with_capacity(stored.len());
    let mut before: Option<Record> = None;
    for version in stored {
        let (who, second) = (version.actor.clone(), version.second.clone());
        let reason = version.reason.clone();
        let now = record_of(version);
        let kind = kind_of(law, &now.kind)?;
        shown.push(VersionView {
            version: now.version,
            who: names.person(&who),
            second: second.as_deref().map(|login| names.person(login)),
            reason,
            held_from: now.decided_on,
            known_at: now.recorded_at,
            law_edition: now.law_edition.clone(),
            batch: (now.batch_id > 0).then_some(now.batch_id),
            withdrawn_on: now.withdrawn_on,
            changes: match &before {
                Some(before) => changes(before, &now, kind, law)?,
                None => Vec::new(),
            },
            sealed: now.sealed.is_some(),
        });
        before = Some(now);
    }
    shown.reverse();
    shown.truncate(MOST_VERSIONS);
    Ok(shown)
}

fn changes(
    before: &Record,
    now: &Record,
    kind: &Kind,
    law: &Law,
) -> Result<Vec<FieldChange>, DeskError> {
    let mut found = Vec::new();
    let mut differ = |label: &str, before: Option<&str>, after: Option<&str>| {
        let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
        if before != after {
            found.push(FieldChange {
                label: label.to_owned(),
                before: before.to_owned(),
                after: after.to_owned(),
            });
        }
    };
    let (old, new) = (content_of(before)?, content_of(now)?);
    let known: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for field in kind.fields.iter().filter(|field| known.contains(&field.code)) {
        let at = |content: &BTreeMap<String, String>| {
            let value = content.get(&field.code)?;
            let endless = kind.is_endless(&field.code, value);
            Some(if endless { format!("长期（{value}）") } else { value.clone() })
        };
        differ(&field.label, at(&old).as_deref(), at(&new).as_deref());
    }
    for ((label, before), (_, after)) in
        worded(&platform_of(before)?, law).into_iter().zip(worded(&platform_of(now)?, law))
    {
        differ(label, Some(&before), Some(&after));
    }
    let day = |day: Option<Date>| day.map(|day| day.to_string());
    for (label, before, after) in [
        ("公示起始日", before.public_from, now.public_from),
        ("公示截止日", before.public_until, now.public_until),
        ("撤下公示日期", before.withdrawn_on, now.withdrawn_on),
    ] {
        differ(label, day(before).as_deref(), day(after).as_deref());
    }
    Ok(found)
}

/// What the platform added to a record, in words.
fn worded(platform: &Platform, law: &Law) -> [(&'static str, String); 9] {
    let code = |list: &str, id: &str| law.label_of(list, id).to_owned();
    [
        ("处罚程序", code("penalty-procedure", &platform.procedure)),
        ("处罚领域", code("penalty-domain", &platform.domain)),
        ("修复渠道", code("channel", &platform.channel)),
        ("失信程度", code("severity", &platform.severity)),
        ("认定理由", platform.severity_reason.clone()),
        ("认定出处", platform.severity_source.clone()),
        ("公示依据", code("publication-basis", &platform.basis)),
        ("不予公开的事由", platform.exemption.clone()),
        ("复核日期", platform.released.map_or_else(String::new, |day| day.to_string())),
    ]
}

/// The records that a batch brought or changed, as they are today, from a row on. A look at them is a line of the audit log.
///
/// # Errors
/// `access.denied`, not found.
pub async fn batch_records(
    desk: &Desk,
    actor: &Actor,
    batch: i64,
    after_row: i64,
) -> Result<BatchRecords, DeskError> {
    actor.authorise(Permission::ReadRecord)?;
    let store = desk.store();
    let found = store.batch(batch).await?.ok_or(DeskError::NotFound("该批次"))?;
    actor.authorise_for(Permission::ReadRecord, &found.unit_id)?;
    desk.audit(actor, AuditEvent::BatchRecordsSeen { batch }).await?;
    let law = desk.law();
    let names = Names::read(desk).await?;
    let wanted = i64::try_from(BATCH_RECORDS_PER_PAGE).unwrap_or(i64::MAX) + 1;
    let rows = store.rows_of_batch(batch, after_row, wanted).await?;
    let more = rows.len() > BATCH_RECORDS_PER_PAGE;
    let mut records = Vec::with_capacity(rows.len());
    let mut last = after_row;
    for (row, record) in rows.iter().take(BATCH_RECORDS_PER_PAGE) {
        last = *row;
        let held = held(record, desk.today(), &law, &names, actor)?;
        let held = HeldRecord { row: *row, ..held };
        // Another unit may have reported it since: then it is that unit's.
        if held.own {
            records.push(held);
        }
    }
    let view = super::batches::batch_view(desk, found, &names)?;
    Ok(BatchRecords {
        number: view.number,
        kind_name: view.kind_name,
        records,
        next: if more { last } else { 0 },
    })
}
