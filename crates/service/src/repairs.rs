//! 信用修复: a subject asks that what is recorded about it stops being public, online or at the window; its unit accepts and looks, the level
//! that decides decides, and what was granted is public nowhere any more.
//!
//! One application may name several records; each goes its own way through the table of [`xinyong_domain::workflow::repair`], for each has
//! its own unit, rule and clock. What the rule said on the day of the application is kept with it. Whatever goes against the subject is
//! done by a named person with a reason.

mod apply;
mod decide;
mod duties;
mod figures;
mod findings;
mod forecast;
mod lapse;
mod lift;
mod messages;
mod places;
mod read;
mod refusals;
mod shields;
mod stand_again;
mod steps;
mod supply;
mod urge;
mod views;
mod visitors;

use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use xinyong_domain::calendar::WorkingDay;
use xinyong_domain::law::Law;
use xinyong_domain::rules::repair::{Condition, Entry, Known, Material, Repair};
use xinyong_domain::ruling::{Citation, Ruling};
use xinyong_domain::workflow::repair::{Days, Stage};
use xinyong_store::{Record, RepairClock, RepairItem};

use crate::access::Permission;
use crate::agents::Agent;
use crate::browse::Kept;
use crate::desk::Desk;
use crate::intake::record::repairing;
use crate::proceeding::{noted, repair_object as object};
use crate::refusal::DeskError;
use crate::units::{authorise, units_of};

pub use apply::{Apply, Commitment, apply, apply_at_window, commitment, new_entry};
pub use decide::{Refused, Step, step};
pub use duties::{DUTIES, DutyView, NoteDuty, note_duty, take_back_duty};
pub use figures::{RepairFigures, figures};
pub use findings::{FINDINGS, FindingView, ProposeFinding, decide_finding, propose_finding};
pub use forecast::{Forecast, WindowSubject, forecast, forecast_for_window, forecast_one};
pub use lapse::lapse_withdrawn;
pub(crate) use lapse::{is_set_aside, lapse};
pub use lift::{Lift, decide_lift, propose_lift};
pub use messages::{OwnMessage, own_messages, tell_agents};
pub use places::{close, confirm_place, confirm_places};
pub use read::{board, case, material, own_case, own_repairs, waiting, work};
pub use refusals::{GROUNDS, Ground, Grounds, grounds};
pub use shields::{
    EnterShield, SHIELDS_A_PAGE, ShieldView, confirm_shield_place, confirm_shields, decide_shield,
    enter_shield, shield, shield_file, shields,
};
pub use supply::{Supply, supply, supply_at_window, withdraw, withdraw_at_window};
pub use urge::{RecordRepair, UrgeLine, UrgeList, record_repair, to_urge, urge_list, urge_table};
pub use views::{MaterialView, RepairCase, RepairLine, RepairPage, StepView, UnitBoard};
pub use visitors::{Visitor, erase_visitors};

/// The lists of codes.
pub const CONDITIONS: &str = "repair-condition";
/// As there.
pub const MATERIALS: &str = "repair-material";

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
    pub because: Vec<Arc<Citation>>,
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

/// By when the next step of an item is owed.
fn due_of(clock: &RepairClock, law: &Law) -> Result<Option<Ruling<WorkingDay>>, DeskError> {
    let unknown = |what: &str| DeskError::Internal(format!("unknown word of a repair {what}"));
    let stage = Stage::from_word(&clock.stage).ok_or_else(|| unknown(&clock.stage))?;
    let entry = Entry::from_word(&clock.entry).ok_or_else(|| unknown(&clock.entry))?;
    let days = Days {
        applied: clock.applied_on,
        supplied: clock.supplied_on,
        granted: clock.granted_on,
        extended: clock.extended_days.and_then(|days| u32::try_from(days).ok()),
    };
    Ok(stage.due(entry, &days, law))
}

/// The words of the stages that are over, or of those that are not.
fn stages(over: bool) -> Vec<&'static str> {
    Stage::ALL.iter().filter(|stage| stage.is_over() == over).map(|stage| stage.as_str()).collect()
}

async fn item_of(desk: &Desk, id: i64) -> Result<RepairItem, DeskError> {
    desk.store().repair_item(id).await?.ok_or(DeskError::NotFound("这项修复申请"))
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

fn label(desk: &Desk, list: &str, id: &str) -> String {
    desk.law().label_of(list, id).to_owned()
}

#[cfg(test)]
mod tests;
