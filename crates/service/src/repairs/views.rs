//! What the pages show of repairs.

use jiff::civil::Date;
use xinyong_domain::calendar::WorkingDay;
use xinyong_domain::rules::repair::Entry;
use xinyong_domain::ruling::Ruling;
use xinyong_domain::workflow::repair::{Event, Owner, Stage};

use super::{DutyView, FindingView, KeptRules, Visitor};
use crate::browse::{HeldRecord, PersonView};
use crate::places::PlaceView;

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
    /// The ground of a refusal, in the words of the list.
    pub ground: String,
    /// What the rule behind the ground says.
    pub rule: String,
    /// What the subject can do now.
    pub way_on: String,
    /// How it objects.
    pub objection: String,
    /// The unit for which somebody else entered it.
    pub behalf: String,
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
    /// What the unit's own records say about the duties, the oldest first.
    pub duties: Vec<DutyView>,
    /// What was found about it, the oldest first.
    pub findings: Vec<FindingView>,
    /// Whether the actor may propose a finding.
    pub may_find: bool,
    /// What the actor may do now.
    pub may: Vec<Event>,
    /// Whether the actor would do it for the unit, which has nobody here.
    pub stands_in: bool,
    /// The other records of the same application.
    pub others: Vec<(i64, Stage)>,
}

/// A page of a list, and how many there are.
#[derive(Debug, Clone)]
pub struct RepairPage {
    /// What is on it.
    pub lines: Vec<RepairLine>,
    /// Which page it is, from 1.
    pub page: usize,
    /// How many pages there are.
    pub pages: usize,
    /// How many lines there are on all of them.
    pub all: usize,
}

/// How the open repairs of a unit stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitBoard {
    /// The name of the unit, or of those that took over from it.
    pub unit: String,
    /// How many are open.
    pub open: usize,
    /// Of these, due within three working days.
    pub soon: usize,
    /// Of these, overdue.
    pub overdue: usize,
}
