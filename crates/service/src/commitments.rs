//! 信用承诺: matters that a unit handles under 告知承诺, commitments made by the subject's agent or entered from paper, and how they were
//! kept.
//!
//! A unit's matters are proposed by one person and released by another. Whoever commits has read the text whole and is free not to; it is
//! kept as it was signed. Accepted by a second person it becomes an ordinary record through the check of intake, and what is found later
//! is that record's next version: the register says how it was kept, and nothing else does. The platform finds nothing by itself: a
//! commitment that nobody verified is one that its unit has not verified.

mod draft;
mod ledger;
mod lists;
mod make;
mod matters;
mod matters_file;
mod ratios;
mod register;
mod row;
mod step;
mod text;

use jiff::civil::Date;
use xinyong_domain::check::personal_number;
use xinyong_domain::workflow::commitment::Stage;
use xinyong_store::{ChainedStep, Commitment};

use crate::access::Actor;
use crate::desk::Desk;
use crate::proceeding::{self, commitment_object as object, noted};
use crate::refusal::{DeskError, Refusal};
use crate::units::{authorise, stands_for};

pub use ledger::{
    Clocked, CommitmentCase, CommitmentLine, PublishedEdition, StepView, case, own_case,
    own_commitments, paper_file,
};
pub use lists::{Listed, UnitBoard, board, late, waiting, work};
pub use make::{Make, Paper, enter_paper, make, new_entry};
pub use matters::{
    MatterDraft, MatterView, OpenMatter, decide_matter, edition_text, matter, matters, open_matter,
    open_matters, propose_matter,
};
pub use matters_file::{MatterFound, ProposedMatters, propose_matters_file};
pub use ratios::{Behind, Ratio, RatioPage, RatioRecord, ratio_records, ratios};
pub use register::public_history;
pub(crate) use register::{Carried, Met, correctable, held_here, met};
pub(crate) use row::profile;
pub use step::{Step, step, withdraw};

/// The kind of the records.
pub const KIND: &str = "credit-commitment";
/// The lists of codes.
pub const TYPES: &str = "commitment-type";
/// As there.
pub const STATES: &str = "fulfilment-state";
/// As there.
pub const SCOPES: &str = "publication-scope";
/// Lines of a page of a list.
pub const PAGE: usize = 50;
/// Commitments of one subject.
const MOST_OWN: i64 = 500;
/// Longest reason, and longest name of a document.
const LONGEST_REASON: usize = 500;
const LONGEST_DOCUMENT: usize = 140;

/// The fields that stand in the text that was signed.
const SIGNED: [&str; 6] = [
    "reason",
    "content",
    "liabilityBreachCommitment",
    "commitmentDate",
    "commitmentValidity",
    "commitmentTypeId",
];

fn stage_of(held: &Commitment) -> Result<Stage, DeskError> {
    Stage::from_word(&held.stage)
        .ok_or_else(|| DeskError::Internal(format!("unknown stage of a commitment {}", held.stage)))
}

fn label(desk: &Desk, list: &str, id: &str) -> String {
    // “其他-” carries the concrete kind behind the dash.
    desk.law().label_of(list, id).trim_end_matches('-').to_owned()
}

/// Whether the actor belongs to the unit, or to one that took over from it: not merely to who may look at every unit.
async fn is_of_unit(desk: &Desk, actor: &Actor, unit: &str) -> Result<bool, DeskError> {
    Ok(stands_for(desk, &actor.unit).await?.contains(unit))
}

fn not_the_unit() -> DeskError {
    DeskError::refused(
        "commitment.not-the-unit",
        "承诺由受理单位的人受理、核查和认定，信用办可以查看，不能代办",
    )
}

fn text_of(
    text: &str,
    needed: bool,
    longest: usize,
    code: &'static str,
    message: &str,
) -> Result<String, Refusal> {
    let text = text.trim().replace("\r\n", "\n");
    if (needed && text.is_empty()) || text.chars().count() > longest {
        return Err(Refusal::new(code, message));
    }
    // Whatever is entered here is shown to others, much of it to everybody.
    match personal_number(&text) {
        Some(what) => Err(Refusal::new(
            "commitment.personal-number",
            format!("填写的内容里有{what}：个人信息不能填写在这里，请删去"),
        )),
        None => Ok(text),
    }
}

/// A step as it is going to be written, of the day on which it happened.
fn written(desk: &Desk, actor: &Actor, event: &str, on: Date) -> ChainedStep {
    ChainedStep { on_day: on, ..proceeding::written(desk, actor, event) }
}

#[cfg(test)]
mod tests;
