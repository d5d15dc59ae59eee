//! The first page of the console.

use serde::Serialize;
use xinyong_domain::workflow::batch::Stage;

use super::batches::stage_counts;
use super::due::{OwedBatch, owed};
use super::names::Names;
use crate::access::{Actor, Permission};
use crate::desk::Desk;
use crate::refusal::DeskError;

/// What somebody sees first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConsoleHome {
    /// Batches waiting for submission.
    pub to_submit: u64,
    /// Batches waiting for release.
    pub to_release: u64,
    /// Batches recorded.
    pub recorded: u64,
    /// Files refused.
    pub refused: u64,
    /// Batches that wait for this person, the most urgent first.
    pub waiting: Vec<OwedBatch>,
    /// Recorded rows by month, newest last: month and rows.
    pub months: Vec<(String, u64)>,
}

/// The first page for a person.
///
/// # Errors
/// When the store fails.
pub async fn console_home(desk: &Desk, actor: &Actor) -> Result<ConsoleHome, DeskError> {
    actor.authorise(Permission::UseConsole)?;
    let mut home = ConsoleHome {
        to_submit: 0,
        to_release: 0,
        recorded: 0,
        refused: 0,
        waiting: Vec::new(),
        months: Vec::new(),
    };
    if !actor.may(Permission::ReadBatch) {
        return Ok(home);
    }
    let counts = stage_counts(desk, actor).await?;
    let count = |stage: Stage| counts.get(stage.as_str()).copied().unwrap_or_default();
    home.to_submit = count(Stage::Checked);
    home.to_release = count(Stage::Submitted);
    home.recorded = count(Stage::Recorded);
    home.refused = count(Stage::Refused);
    home.waiting = owed(desk, actor, &Names::read(desk).await?).await?;
    home.months = desk
        .store()
        .recorded_by_month(actor.unit_limit(), 6)
        .await?
        .into_iter()
        .map(|(month, rows)| (month, u64::try_from(rows).unwrap_or_default()))
        .collect();
    Ok(home)
}
