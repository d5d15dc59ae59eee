//! 督促名单: which subjects a unit should tell that they can apply now, and the page of one record as the unit sees it.

use std::collections::HashMap;

use jiff::civil::Date;
use xinyong_domain::party::PartyCategory;
use xinyong_domain::rules::repair::{Known, Standing};

use super::duties::{known_with, views};
use super::forecast::{Forecast, forecast_of};
use super::{DutyView, noted, ruled, units_of};
use crate::access::{Actor, Permission};
use crate::browse::Names;
use crate::desk::Desk;
use crate::refusal::DeskError;
use crate::units::{responsible, stands_for};

/// The kinds that can be repaired.
const KINDS: [&str; 2] = ["administrative-penalty", "serious-dishonesty-listing"];
/// Records looked at together.
const PORTION: i64 = 1_000;
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
    actor.authorise(Permission::HandleRepair)?;
    let units = units_of(desk, actor).await?;
    let names = Names::read(desk).await?;
    let (law, today) = (desk.law(), desk.today());
    let mut found = Vec::new();
    // Asked once for a unit, not for each of its records.
    let mut owing: HashMap<String, String> = HashMap::new();
    for kind in KINDS {
        let mut after = i64::MIN;
        loop {
            let store = desk.store();
            let records = store
                .public_records_of_units(units.as_deref(), kind, today, (after, PORTION))
                .await?;
            let Some(last) = records.last() else { break };
            after = last.id;
            let mut open = Vec::new();
            for record in records {
                if record.party_category == PartyCategory::NaturalPerson.as_str() {
                    continue;
                }
                // The cheap question first: most are not open yet.
                let now = ruled(desk, &record, &Known::default(), today)?.value;
                if now.standing == Standing::Open || now.from.is_none() {
                    open.push(record);
                }
            }
            if open.is_empty() {
                continue;
            }
            // What stands beside a portion is read at once, however many lines come of it.
            let places: Vec<_> = open.iter().map(|record| (record.subject_id, record.id)).collect();
            let mut duties = store.record_duties(&places).await?;
            let mut subjects: Vec<i64> = open.iter().map(|record| record.subject_id).collect();
            subjects.sort_unstable();
            subjects.dedup();
            let barred = store.confirmed_repair_findings_of(&subjects).await?;
            let mut asked_for = store.repairs_under_way(&places).await?;
            let asked: Vec<_> = places.iter().map(|(subject, id)| (*subject, *id, "")).collect();
            asked_for.extend(store.holds(&asked).await?.repaired);
            for record in open.into_iter().filter(|record| !asked_for.contains(&record.id)) {
                let notes = duties.remove(&record.id).unwrap_or_default();
                let findings = barred.get(&record.subject_id).map_or(&[][..], Vec::as_slice);
                let known = known_with(desk, &record, Known::default(), (&notes, findings))?;
                let ruling = ruled(desk, &record, &known, today)?.value;
                if ruling.standing != Standing::Open {
                    continue;
                }
                let shown = crate::browse::held(&record, today, &law, &names, actor)?;
                if !owing.contains_key(&record.unit_id) {
                    let owes = responsible(desk, &record.unit_id).await?;
                    let owes = owes.iter().map(|unit| names.unit(unit)).collect::<Vec<_>>();
                    owing.insert(record.unit_id.clone(), owes.join("、"));
                }
                found.push(UrgeLine {
                    subject: record.subject_id,
                    record: record.id,
                    party: shown.party,
                    code: shown.code,
                    title: shown.title,
                    number: shown.number,
                    unit: owing.get(&record.unit_id).cloned().unwrap_or_default(),
                    from: ruling.from,
                    until: ruling.until,
                    performed: matches!(
                        known.performed,
                        xinyong_domain::rules::repair::Proof::Held(_)
                    ),
                });
            }
        }
    }
    found.sort_by_key(|line| (std::cmp::Reverse(line.until), line.record));
    Ok(found)
}

/// A page of [`to_urge`].
///
/// # Errors
/// `access.denied`.
pub async fn urge_list(desk: &Desk, actor: &Actor, page: usize) -> Result<UrgeList, DeskError> {
    let found = to_urge(desk, actor).await?;
    let all = found.len();
    let pages = all.div_ceil(A_PAGE).max(1);
    let page = page.clamp(1, pages);
    let lines = found.into_iter().skip((page - 1) * A_PAGE).take(A_PAGE).collect();
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
