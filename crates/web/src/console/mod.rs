//! The console of the units. Every page here is behind [`crate::guard`].

pub mod account;
pub mod accounts;
pub mod agent;
pub mod agents;
pub mod assessment;
pub mod audit;
pub mod batch;
pub mod batch_records;
pub mod batch_steps;
pub mod batches;
pub mod bulletin;
pub mod certificate;
pub mod check_lists;
pub mod checks;
pub mod commitment;
pub mod commitment_figures;
pub mod commitment_matters;
pub mod commitment_paper;
pub mod commitments;
pub mod corrections;
pub mod doubles;
pub mod download;
pub mod enrolments;
pub mod error_reports;
pub mod factor;
pub mod forecast;
pub mod held;
pub mod home;
pub mod judgements;
pub mod keys;
pub mod law;
pub mod law_entry;
pub mod law_proposal;
pub mod names;
pub mod notices;
pub mod objection;
pub mod objection_person;
pub mod objection_window;
pub mod objections;
pub mod originals;
pub mod own;
pub(crate) mod parts;
pub mod power_edition;
pub mod powers;
pub mod provider;
pub mod record;
pub mod release;
pub mod repair;
pub mod repair_record;
pub mod repair_shields;
pub mod repair_urge;
pub mod repair_window;
pub mod repairs;
pub mod reporting;
pub mod reporting_known;
pub mod reporting_unit;
pub mod rows;
pub mod sign_in;
pub mod signing_keys;
pub mod subject;
pub mod subject_report;
pub mod unit;
pub mod units;
pub mod upload;
pub mod withdraw;
mod worklist;

use axum::response::{IntoResponse as _, Redirect, Response};
use xinyong_service::{Actor, DeskError, Refusal};

use crate::page_error::PageError;
use crate::ui::frame::Frame;

/// Who asked. The guard lets nobody through without it.
///
/// # Errors
/// Never behind the guard.
pub fn actor(frame: &Frame) -> Result<&Actor, PageError> {
    frame
        .caller
        .as_ref()
        .map(|caller| &caller.actor)
        .ok_or_else(|| PageError::internal("console handler without guard"))
}

/// The answer to a form that did what it should: on to a page that may be asked for again.
pub fn onward(frame: &Frame, to: &str) -> Response {
    Redirect::to(&format!("{}{to}", frame.site.base_path())).into_response()
}

/// A refusal that the person can mend on the page; anything else goes on as an error.
///
/// # Errors
/// What is no such refusal.
pub fn mendable(error: DeskError) -> Result<Refusal, PageError> {
    match error {
        DeskError::Refused(refusal) if !refusal.code.starts_with("access.") => Ok(refusal),
        other => Err(other.into()),
    }
}
