//! 督促名单: which subjects a unit should tell that they can apply now, and the page of one record as the unit sees it.

use std::collections::HashMap;

use jiff::civil::Date;
use xinyong_domain::party::PartyCategory;
use xinyong_domain::rules::repair::{Known, Proof, Repair, Standing};
use xinyong_store::Record;

use super::duties::{known_with, views};
use super::forecast::{Forecast, forecast_of};
use super::{DutyView, noted, ruled, units_of};
use crate::access::{Actor, Permission};
use crate::browse::{Kept, Names};
use crate::desk::Desk;
use crate::intake::record::{Forthcoming, Forthcomings};
use crate::refusal::DeskError;
use crate::units::{responsible, stands_for};

/// The kinds that can be repaired.
const KINDS: [&str; 2] = ["administrative-penalty", "serious-dishonesty-listing"];
/// Records looked at together.
const PORTION: u16 = 1_000;
/// Lines of a page.
const A_PAGE: usize = 50;

/// A record that its subject could have repaired and has not asked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrgeLine {
    /// Id of the subject.
    pub subject: i64,
    /// The record.
    pub record: i64,
    /// Name of the subject.
    pub party: String,
    /// Its code.
    pub code: String,
    /// Title of the record.
    pub title: String,
    /// Number of its document.
    pub number: String,
    /// The unit that owes the telling.
    pub unit: String,
    /// Since when it may be applied for.
    pub from: Option<Date>,
    /// Until when it is public without any application.
    pub until: Option<Date>,
    /// Whether the unit's own records prove that the duties are performed.
    pub performed: bool,
}

/// A page of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrgeList {
    /// What is on it.
    pub lines: Vec<UrgeLine>,
    /// Which page it is, from 1.
    pub page: usize,
    /// How many pages there are.
    pub pages: usize,
    /// How many lines there are on all of them.
    pub all: usize,
}

/// All of them, of the actor's unit or for the office of all, those that end last first: they have most to gain. Natural persons are on no
/// list. Who is listed is not to blame for anything: it is the unit that owes the telling.
///
/// # Errors
/// `access.denied`.
pub async fn to_urge(desk: &Desk, actor: &Actor) -> Result<Vec<UrgeLine>, DeskError> {
    let found = ranked(desk, actor).await?;
    let mut lines = Vec::with_capacity(found.len());
    for part in found.chunks(usize::from(PORTION)) {
        lines.extend(told(desk, actor, part).await?);
    }
    Ok(lines)
}

/// A line before its record is read once more for what it shows.
struct Found {
    place: (i64, i64),
    terms: Forthcoming,
    performed: bool,
}

/// Which lines there are, in their order.
async fn ranked(desk: &Desk, actor: &Actor) -> Result<Vec<Found>, DeskError> {
    actor.authorise(Permission::HandleRepair)?;
    let units = units_of(desk, actor).await?;
    let (law, today) = (desk.law(), desk.today());
    let mut found = Vec::new();
    // Most records ask the rule the same as another one.
    let mut asked_before = Forthcomings::default();
    for kind in KINDS {
        let layout =
            law.kind(kind).ok_or_else(|| DeskError::Internal(format!("unknown kind {kind}")))?;
        let mut after = i64::MIN;
        loop {
            let store = desk.store();
            let records = store
                .public_records_of_units(units.as_deref(), kind, today, (after, i64::from(PORTION)))
                .await?;
            let Some(last) = records.last() else { break };
            after = last.id;
            let mut open = Vec::new();
            for record in records {
                if record.party_category == PartyCategory::NaturalPerson.as_str() {
                    continue;
                }
                // The cheap question first: it says of most what is to be said.
                let kept = Kept::read(&record)?;
                let now = asked_before.of(&kept.facts(&record, layout), today, &law)?;
                if now.standing == Standing::Open || now.from.is_none() {
                    open.push((record, now));
                }
            }
            if open.is_empty() {
                continue;
            }
            // What stands beside a portion is read at once, however many lines come of it.
            let places: Vec<_> = open.iter().map(|(one, _)| (one.subject_id, one.id)).collect();
            let mut duties = store.record_duties(&places).await?;
            let mut subjects: Vec<i64> = places.iter().map(|(subject, _)| *subject).collect();
            subjects.sort_unstable();
            subjects.dedup();
            let barred = store.confirmed_repair_findings_of(&subjects).await?;
            let mut asked_for = store.repairs_under_way(&places).await?;
            let asked: Vec<_> = places.iter().map(|(subject, id)| (*subject, *id, "")).collect();
            asked_for.extend(store.holds(&asked).await?.repaired);
            for (record, now) in open.into_iter().filter(|(one, _)| !asked_for.contains(&one.id)) {
                let notes = duties.remove(&record.id).unwrap_or_default();
                let findings = barred.get(&record.subject_id).map_or(&[][..], Vec::as_slice);
                let (terms, performed) = if notes.is_empty() && findings.is_empty() {
                    (now, false)
                } else {
                    let known = known_with(desk, &record, Known::default(), (&notes, findings))?;
                    let Repair { standing, from, until, .. } =
                        ruled(desk, &record, &known, today)?.value;
                    let performed = matches!(known.performed, Proof::Held(_));
                    (Forthcoming { standing, from, until }, performed)
                };
                if terms.standing == Standing::Open {
                    found.push(Found { place: (record.subject_id, record.id), terms, performed });
                }
            }
        }
    }
    found.sort_by_key(|line| (std::cmp::Reverse(line.terms.until), line.place.1));
    Ok(found)
}

/// Lines with what their records say, in their order.
async fn told(desk: &Desk, actor: &Actor, found: &[Found]) -> Result<Vec<UrgeLine>, DeskError> {
    let names = Names::read(desk).await?;
    let (law, today) = (desk.law(), desk.today());
    let places: Vec<_> = found.iter().map(|one| one.place).collect();
    let records = desk.store().records_by_id(&places).await?;
    let records: HashMap<i64, Record> = records.into_iter().map(|one| (one.id, one)).collect();
    // Asked once for a unit, not for each of its records.
    let mut owing: HashMap<&str, String> = HashMap::new();
    let mut lines = Vec::with_capacity(found.len());
    for Found { place, terms, performed } in found {
        // Gone between two reads.
        let Some(record) = records.get(&place.1) else { continue };
        let shown = crate::browse::held(record, today, &law, &names, actor)?;
        if !owing.contains_key(record.unit_id.as_str()) {
            let owes = responsible(desk, &record.unit_id).await?;
            let owes = owes.iter().map(|unit| names.unit(unit)).collect::<Vec<_>>();
            owing.insert(&record.unit_id, owes.join("、"));
        }
        lines.push(UrgeLine {
            subject: place.0,
            record: place.1,
            party: shown.party,
            code: shown.code,
            title: shown.title,
            number: shown.number,
            unit: owing.get(record.unit_id.as_str()).cloned().unwrap_or_default(),
            from: terms.from,
            until: terms.until,
            performed: *performed,
        });
    }
    Ok(lines)
}

/// A page of [`to_urge`].
///
/// # Errors
/// `access.denied`.
pub async fn urge_list(desk: &Desk, actor: &Actor, page: usize) -> Result<UrgeList, DeskError> {
    let found = ranked(desk, actor).await?;
    let all = found.len();
    let pages = all.div_ceil(A_PAGE).max(1);
    let page = page.clamp(1, pages);
    let shown = found.chunks(A_PAGE).nth(page - 1).unwrap_or_default();
    let lines = told(desk, actor, shown).await?;
    Ok(UrgeList { lines, page, pages, all })
}

/// The same as a table to take along, without anything that a spreadsheet would take for a formula. That it was taken is a line of the
/// audit log.
///
/// # Errors
/// `access.denied`.
pub async fn urge_table(desk: &Desk, actor: &Actor) -> Result<Vec<u8>, DeskError> {
    let found = to_urge(desk, actor).await?;
    let internal = |error: String| DeskError::Internal(error);
    let plain = |text: &str| match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
        _ => text.to_owned(),
    };
    let day = |day: Option<Date>| day.map_or_else(String::new, |day| day.to_string());
    // Spreadsheets take a file without the mark for the code page of the machine.
    let mut table = csv::Writer::from_writer(b"\xef\xbb\xbf".to_vec());
    let heading = [
        "主体名称",
        "统一社会信用代码",
        "信息",
        "文书号",
        "认定单位",
        "自何日可以申请修复",
        "不申请公示到何日",
        "本单位有履行记录",
    ];
    table.write_record(heading).map_err(|error| internal(error.to_string()))?;
    for line in &found {
        let performed = if line.performed { "是" } else { "否" };
        table
            .write_record([
                plain(&line.party),
                plain(&line.code),
                plain(&line.title),
                plain(&line.number),
                plain(&line.unit),
                day(line.from),
                day(line.until),
                performed.to_owned(),
            ])
            .map_err(|error| internal(error.to_string()))?;
    }
    let bytes = table.into_inner().map_err(|error| internal(error.to_string()))?;
    desk.audit(actor, noted("repair.urge-taken", "repair", &found.len().to_string())).await?;
    Ok(bytes)
}

/// A record as those see it who work on repairs: what the rule says today, and what is noted about its duties.
#[derive(Debug, Clone)]
pub struct RecordRepair {
    /// What the rule says.
    pub forecast: Forecast,
    /// What is noted about its duties, the oldest first.
    pub duties: Vec<DutyView>,
    /// Whether the actor's unit keeps the records about it.
    pub own: bool,
    /// Whether a court's ruling about it can be entered: by the rule that the entering itself asks.
    pub may_shield: bool,
}

/// One record, for its unit and the office. That somebody looked is a line of the audit log.
///
/// # Errors
/// `access.denied`, not found.
pub async fn record_repair(
    desk: &Desk,
    actor: &Actor,
    (subject, record): (i64, i64),
) -> Result<RecordRepair, DeskError> {
    actor.authorise(Permission::HandleRepair)?;
    let found = desk.store().record(subject, record).await?.ok_or(DeskError::NotFound("该信息"))?;
    super::authorise(desk, actor, Permission::HandleRepair, &found.unit_id).await?;
    desk.audit(actor, noted("repair.record-seen", &format!("record:{record}"), "")).await?;
    let names = Names::read(desk).await?;
    // One that stands or waits is the only one.
    let shielded = desk.store().repair_shield_of_record(subject, record).await?.is_some();
    Ok(RecordRepair {
        may_shield: !shielded && super::shields::shieldable(desk, &found).is_ok(),
        own: stands_for(desk, &actor.unit).await?.contains(&found.unit_id),
        duties: views(desk, &names, (subject, record)).await?,
        forecast: forecast_of(desk, actor, &names, &found).await?,
    })
}
