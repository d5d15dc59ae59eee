//! 信用修复: a subject asks that what is recorded about it stops being public, online or at the window; its unit accepts and looks, the level
//! that decides decides, and what was granted is public nowhere any more.
//!
//! One application may name several records; each goes its own way through the table of [`xinyong_domain::workflow::repair`], for each has
//! its own unit, rule and clock. What the rule said on the day of the application is kept with it. Whatever goes against the subject is
//! done by a named person with a reason.

mod apply;
mod decide;
mod figures;
mod forecast;
mod places;

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use xinyong_domain::calendar::WorkingDay;
use xinyong_domain::rules::repair::{Condition, Entry, Known, Material, Repair, Standing};
use xinyong_domain::ruling::{Citation, Ruling};
use xinyong_domain::workflow::repair::{Days, Event, Owner, Stage};
use xinyong_store::{Purpose, Record, RepairItem, repair_place};

use crate::access::{Actor, Permission};
use crate::agents::Agent;
use crate::audit::AuditEvent;
use crate::browse::{HeldRecord, Kept, Names, PersonView, held};
use crate::desk::Desk;
use crate::intake::record::repairing;
use crate::refusal::DeskError;
use crate::units::{responsible, stands_for};

pub use apply::{
    Apply, Commitment, Supply, Visitor, apply, apply_at_window, commitment, new_entry, supply,
    supply_at_window, withdraw, withdraw_at_window,
};
pub use decide::{Step, step};
pub use figures::{RepairFigures, figures};
pub use forecast::{Forecast, WindowSubject, forecast, forecast_for_window};
pub use places::{close, confirm_place, confirm_places};

/// The lists of codes.
pub const CONDITIONS: &str = "repair-condition";
/// As there.
pub const MATERIALS: &str = "repair-material";
/// As there.
pub const PLACES: &str = "repair-place";
/// Items that are looked through for a list, and that it shows.
const MOST_LOOKED: i64 = 2_000;
const MOST_SHOWN: usize = 200;
/// Items of one subject.
const MOST_OWN: i64 = 500;

/// What the rule said on the day of the application, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptRules {
    /// The word of the procedure.
    pub procedure: String,
    /// Why.
    pub explanation: Vec<String>,
    /// From which day it could be applied for.
    pub from: Option<Date>,
    /// Until when it is public without any application.
    pub until: Option<Date>,
    /// The conditions, one by one.
    pub conditions: Vec<Condition>,
    /// The materials.
    pub materials: Vec<Material>,
    /// What all of it rests on.
    pub because: Vec<Citation>,
}

impl KeptRules {
    fn of(ruling: &Ruling<Repair>) -> Self {
        let value = &ruling.value;
        Self {
            procedure: value.procedure.clone(),
            explanation: value.explanation.clone(),
            from: value.from,
            until: value.until,
            conditions: value.conditions.clone(),
            materials: value.materials.clone(),
            because: ruling.because.clone(),
        }
    }
}

/// The repair of a record in a list.
#[derive(Debug, Clone)]
pub struct RepairLine {
    /// Its id.
    pub id: i64,
    /// The application.
    pub application: i64,
    /// The record as it stands now.
    pub record: HeldRecord,
    /// Where it stands.
    pub stage: Stage,
    /// Where the application goes in.
    pub entry: Entry,
    /// Who owes the next step.
    pub owner: Owner,
    /// The name of the unit, where that is the owner or is asked.
    pub unit: String,
    /// On which day it was applied for.
    pub applied_on: Date,
    /// By when the next step is owed, with the reasons.
    pub due: Option<Ruling<WorkingDay>>,
    /// Working days left until then; negative when it is past.
    pub left: Option<i64>,
}

/// A step as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepView {
    /// What happened.
    pub label: String,
    /// Where it stood since.
    pub stage: Stage,
    /// On which day.
    pub on: Date,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Who.
    pub by: PersonView,
    /// Why, or what was said.
    pub reason: String,
    /// The document.
    pub document: String,
}

/// A file that was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaterialView {
    /// Its number in the application.
    pub seq: i64,
    /// What it is.
    pub label: String,
    /// What sort of file it is.
    pub file_type: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
}

/// Whether a place has stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceView {
    /// Its code.
    pub place: String,
    /// What it is called.
    pub label: String,
    /// Whether the platform finds out by itself.
    pub automatic: bool,
    /// Since when that is confirmed, in milliseconds since 1970.
    pub at: Option<i64>,
    /// By whom.
    pub by: String,
    /// By what.
    pub evidence: String,
}

/// The repair of one record with everything about it.
#[derive(Debug, Clone)]
pub struct RepairCase {
    /// As in the list.
    pub line: RepairLine,
    /// What the rule said on the day of the application.
    pub rules: KeptRules,
    /// What is different by the rule of today; empty for nothing.
    pub changed: String,
    /// `online` or `window`.
    pub way: String,
    /// Who came to the window: name and telephone. Nothing for who may not read it.
    pub visitor: Option<Visitor>,
    /// Whether the commitment was signed on the subject's own pages.
    pub signed: bool,
    /// What was handed in.
    pub materials: Vec<MaterialView>,
    /// What happened, the oldest first.
    pub steps: Vec<StepView>,
    /// The places, once it was granted.
    pub places: Vec<PlaceView>,
    /// What the actor may do now.
    pub may: Vec<Event>,
    /// The other records of the same application.
    pub others: Vec<(i64, Stage)>,
}

/// How a record may be repaired on a day, by what is known about it.
fn ruled(
    desk: &Desk,
    record: &Record,
    known: &Known,
    on: Date,
) -> Result<Ruling<Repair>, DeskError> {
    let law = desk.law();
    let kind = law
        .kind(&record.kind)
        .ok_or_else(|| DeskError::Internal(format!("unknown kind {}", record.kind)))?;
    let kept = Kept::read(record)?;
    repairing(&kept.facts(record, kind), known, on, &law)
}

fn stage_of(item: &RepairItem) -> Result<Stage, DeskError> {
    Stage::from_word(&item.stage)
        .ok_or_else(|| DeskError::Internal(format!("unknown stage of a repair {}", item.stage)))
}

fn entry_of(item: &RepairItem) -> Result<Entry, DeskError> {
    Entry::from_word(&item.entry)
        .ok_or_else(|| DeskError::Internal(format!("unknown entry of a repair {}", item.entry)))
}

fn rules_of(item: &RepairItem) -> Result<KeptRules, DeskError> {
    serde_json::from_str(&item.rules).map_err(|error| DeskError::Internal(error.to_string()))
}

fn days_of(item: &RepairItem) -> Days {
    Days {
        applied: item.applied_on,
        supplied: item.supplied_on,
        granted: item.granted_on,
        extended: item.extended_days.and_then(|days| u32::try_from(days).ok()),
    }
}

fn object(item: i64) -> String {
    format!("repair:{item}")
}

/// A line of the audit log about the repair of a record.
fn noted<'e>(deed: &'static str, of: &'e str, detail: &'e str) -> AuditEvent<'e> {
    AuditEvent::Case { deed, of, detail }
}

/// Whether the actor may do something about what a unit owes: of its own, of units it took over from, or of any.
async fn authorise(
    desk: &Desk,
    actor: &Actor,
    permission: Permission,
    unit: &str,
) -> Result<(), DeskError> {
    actor.authorise(permission)?;
    match actor.unit_limit() {
        None => Ok(()),
        Some(own) if stands_for(desk, own).await?.contains(unit) => Ok(()),
        Some(_) => Ok(actor.authorise_for(permission, unit)?),
    }
}

async fn line(
    desk: &Desk,
    actor: &Actor,
    names: &Names,
    item: &RepairItem,
) -> Result<RepairLine, DeskError> {
    let law = desk.law();
    let record = desk
        .store()
        .record(item.subject_id, item.record_id)
        .await?
        .ok_or_else(|| DeskError::Internal(format!("repair {} without record", item.id)))?;
    let (stage, entry) = (stage_of(item)?, entry_of(item)?);
    let due = stage.due(entry, &days_of(item), &law);
    // A unit that is no more owes nothing: whoever took over does.
    let owes = responsible(desk, &item.unit_id).await?;
    let unit = owes.iter().map(|unit| names.unit(unit)).collect::<Vec<_>>().join("、");
    Ok(RepairLine {
        id: item.id,
        application: item.application_id,
        record: held(&record, desk.today(), &law, names, actor)?,
        stage,
        entry,
        owner: stage.owner(),
        unit,
        applied_on: item.applied_on,
        left: due.as_ref().map(|due| law.calendar().between(desk.today(), due.value.date)),
        due,
    })
}

/// What is worked on: of the actor's unit, for the office of all, the most urgent first, all of it, since clocks are counted by it; or,
/// `over`, what is done, the newest first.
///
/// # Errors
/// `access.denied`.
pub async fn work(desk: &Desk, actor: &Actor, over: bool) -> Result<Vec<RepairLine>, DeskError> {
    actor.authorise(Permission::HandleRepair)?;
    let units: Option<BTreeSet<String>> = match actor.unit_limit() {
        Some(own) => Some(stands_for(desk, own).await?),
        None => None,
    };
    let stages: Vec<&str> =
        Stage::ALL.iter().filter(|stage| stage.is_over() == over).map(|one| one.as_str()).collect();
    let names = Names::read(desk).await?;
    let mut lines = Vec::new();
    for item in desk.store().repair_items_in(&stages, over, MOST_LOOKED).await? {
        if units.as_ref().is_none_or(|units| units.contains(&item.unit_id)) {
            lines.push(line(desk, actor, &names, &item).await?);
        }
        if over && lines.len() >= MOST_SHOWN {
            break;
        }
    }
    if !over {
        lines.sort_by_key(|line| (line.left.unwrap_or(i64::MAX), line.applied_on, line.id));
    }
    Ok(lines)
}

/// What waits for a step of the actor's unit, for the first page; nothing for who does not work on it.
///
/// # Errors
/// When the store fails.
pub async fn waiting(desk: &Desk, actor: &Actor) -> Result<Vec<RepairLine>, DeskError> {
    if !actor.may(Permission::HandleRepair) {
        return Ok(Vec::new());
    }
    let mut lines = work(desk, actor, false).await?;
    lines.retain(|line| line.owner != Owner::Applicant);
    Ok(lines)
}

async fn item_of(desk: &Desk, id: i64) -> Result<RepairItem, DeskError> {
    desk.store().repair_item(id).await?.ok_or(DeskError::NotFound("这项修复申请"))
}

/// One of them, for the units and the office. That somebody looked is a line of the audit log.
///
/// # Errors
/// `access.denied`, not found.
pub async fn case(desk: &Desk, actor: &Actor, id: i64) -> Result<RepairCase, DeskError> {
    actor.authorise(Permission::HandleRepair)?;
    let item = item_of(desk, id).await?;
    authorise(desk, actor, Permission::HandleRepair, &item.unit_id).await?;
    desk.audit(actor, noted("repair.seen", &object(id), "")).await?;
    let application = desk.store().repair_application(item.application_id).await?;
    let visitor = match application.as_ref().and_then(|one| one.sealed.as_deref()) {
        Some(sealed) => {
            let place = repair_place(item.application_id);
            let clear = desk.store().keys().open(Purpose::Person, &place, sealed)?;
            let read = serde_json::from_slice(&clear);
            Some(read.map_err(|error| DeskError::Internal(error.to_string()))?)
        }
        None => None,
    };
    let may = decide::open_to(desk, actor, &item).await?;
    told(desk, actor, item, visitor, may).await
}

/// One of them, for the subject that asked.
///
/// # Errors
/// `access.denied`; not found: none, or another subject's.
pub async fn own_case(desk: &Desk, agent: &Agent, id: i64) -> Result<RepairCase, DeskError> {
    let item = own_item(desk, agent, id).await?;
    let stage = stage_of(&item)?;
    let own = [Event::Supply, Event::Withdraw];
    let may = stage.events().filter(|event| own.contains(event)).collect();
    told(desk, &agent.actor, item, None, may).await
}

async fn own_item(desk: &Desk, agent: &Agent, id: i64) -> Result<RepairItem, DeskError> {
    agent.actor.authorise(Permission::ApplyForRepair)?;
    let missing = || DeskError::NotFound("这项修复申请");
    let item = desk.store().repair_item(id).await?.ok_or_else(missing)?;
    let application = desk.store().repair_application(item.application_id).await?;
    if application.is_none_or(|one| one.subject_id != agent.subject.id) {
        return Err(missing());
    }
    Ok(item)
}

/// What a subject has applied for, the newest first.
///
/// # Errors
/// `access.denied`.
pub async fn own_repairs(desk: &Desk, agent: &Agent) -> Result<Vec<RepairLine>, DeskError> {
    agent.actor.authorise(Permission::ApplyForRepair)?;
    let names = Names::read(desk).await?;
    let mut lines = Vec::new();
    for item in desk.store().repair_items_of_subject(agent.subject.id, MOST_OWN).await? {
        lines.push(line(desk, &agent.actor, &names, &item).await?);
    }
    Ok(lines)
}

fn label(desk: &Desk, list: &str, id: &str) -> String {
    let law = desk.law();
    let code = law.codes().get(list).and_then(|list| list.by_id(id));
    code.map_or_else(|| id.to_owned(), |code| code.label.clone())
}

async fn told(
    desk: &Desk,
    actor: &Actor,
    item: RepairItem,
    visitor: Option<Visitor>,
    may: Vec<Event>,
) -> Result<RepairCase, DeskError> {
    let store = desk.store();
    let names = Names::read(desk).await?;
    let application = store
        .repair_application(item.application_id)
        .await?
        .ok_or_else(|| DeskError::Internal(format!("repair {} without application", item.id)))?;
    let materials = store
        .repair_materials(item.application_id)
        .await?
        .into_iter()
        .map(|one| MaterialView {
            seq: one.seq,
            label: label(desk, MATERIALS, &one.material),
            file_type: one.file_type,
            at: one.added_at,
        })
        .collect();
    let mut steps = Vec::new();
    for one in store.repair_steps(item.id).await? {
        steps.push(StepView {
            label: Event::from_word(&one.event).map_or("提出申请", Event::label).to_owned(),
            stage: Stage::from_word(&one.stage)
                .ok_or_else(|| DeskError::Internal(format!("unknown stage {}", one.stage)))?,
            on: one.on_day,
            at: one.at,
            by: names.person(&one.actor),
            reason: one.reason,
            document: one.document,
        });
    }
    let mut receipts = store.repair_receipts(item.id).await?;
    let law = desk.law();
    let order = |place: &str| {
        let codes = law.codes().get(PLACES);
        codes.and_then(|list| list.codes.iter().position(|code| code.id == place))
    };
    receipts.sort_by_key(|one| order(&one.place));
    let places = receipts
        .into_iter()
        .map(|one| PlaceView {
            label: label(desk, PLACES, &one.place),
            automatic: places::is_automatic(&one.place),
            at: one.confirmed_at,
            by: one.confirmed_by.map(|by| names.person(&by).name).unwrap_or_default(),
            evidence: one.evidence.unwrap_or_default(),
            place: one.place,
        })
        .collect();
    let mut others = Vec::new();
    for other in store.repair_items(item.application_id).await? {
        if other.id != item.id {
            others.push((other.id, stage_of(&other)?));
        }
    }
    let rules = rules_of(&item)?;
    Ok(RepairCase {
        changed: changed(desk, &item, &rules).await?,
        line: line(desk, actor, &names, &item).await?,
        rules,
        way: application.way,
        visitor,
        signed: application.commitment.is_some(),
        materials,
        steps,
        places,
        may,
        others,
    })
}

/// What the rule of today says otherwise than the one of the application, while nobody has decided: the one of the application holds.
async fn changed(desk: &Desk, item: &RepairItem, rules: &KeptRules) -> Result<String, DeskError> {
    if !stage_of(item)?.is_pending() {
        return Ok(String::new());
    }
    let Some(record) = desk.store().record(item.subject_id, item.record_id).await? else {
        return Ok(String::new());
    };
    if let Some(day) = record.withdrawn_on {
        return Ok(format!("申请以后，这条信息已于{day}撤下（不是修复），请核对后办结。"));
    }
    let now = ruled(desk, &record, &Known::default(), desk.today())?.value;
    if now.procedure != rules.procedure {
        return Ok(
            "申请以后施行了新的办法。按申请之日的规定办理，新办法对当事人更有利的由人判断。"
                .to_owned(),
        );
    }
    if record.version != item.version {
        return Ok("申请以后这条信息有了新的版本，请对照最新的内容办理。".to_owned());
    }
    Ok(match now.standing {
        Standing::Ended => {
            "申请以后，这条信息公示期已满，已自动停止公示；这项申请仍须办结并答复申请人。"
                .to_owned()
        }
        Standing::Never | Standing::Nothing => format!(
            "按今天的规定这条信息属于“{}”。按申请之日的规定办理，由人判断。",
            now.standing.label()
        ),
        _ if (now.from, now.until) != (rules.from, rules.until) => {
            let day = |day: Option<Date>| day.map_or("未定".to_owned(), |day| day.to_string());
            format!(
                "申请以后规定的期限有变化：按今天的规定，自{}起可以申请，公示至{}。按申请之日的规定办理，新的期限对当事人更有利的由人判断。",
                day(now.from),
                day(now.until)
            )
        }
        _ => String::new(),
    })
}

/// A file that was handed in: its bytes and what sort of file it is. A look at it is a line of the audit log.
///
/// # Errors
/// `access.denied`, not found.
pub async fn material(
    desk: &Desk,
    actor: &Actor,
    id: i64,
    seq: i64,
) -> Result<(Vec<u8>, String), DeskError> {
    actor.authorise(Permission::HandleRepair)?;
    let item = item_of(desk, id).await?;
    authorise(desk, actor, Permission::HandleRepair, &item.unit_id).await?;
    let missing = || DeskError::NotFound("该材料");
    let all = desk.store().repair_materials(item.application_id).await?;
    let one = all.into_iter().find(|one| one.seq == seq).ok_or_else(missing)?;
    desk.audit(actor, noted("repair.file-seen", &object(id), &seq.to_string())).await?;
    let bytes = desk.store().read_upload(&one.file_digest).await?.ok_or_else(missing)?;
    Ok((bytes, one.file_type))
}

#[cfg(test)]
mod tests;
