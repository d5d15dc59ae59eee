//! The first page of the console, and the audit log.

use serde::Serialize;
use xinyong_domain::workflow::batch::Stage;

use super::batches::{BatchView, batch_view, stage_counts, unit_names};
use crate::access::{Actor, Permission};
use crate::audit::AuditEvent;
use crate::desk::Desk;
use crate::refusal::DeskError;
use xinyong_store::{AuditFilter, BatchFilter};

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
    /// Batches that wait for this person, newest first.
    pub waiting: Vec<BatchView>,
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
    let units = unit_names(desk).await?;
    for (stage, permission) in
        [(Stage::Submitted, Permission::ReleaseBatch), (Stage::Checked, Permission::SubmitBatch)]
    {
        if !actor.may(permission) {
            continue;
        }
        let filter = BatchFilter {
            unit: actor.unit_limit().map(str::to_owned),
            stage: Some(stage.as_str().to_owned()),
            kind: None,
            after: None,
        };
        for batch in desk.store().batches(&filter, 10).await? {
            home.waiting.push(batch_view(desk, batch, &units)?);
        }
    }
    home.months = desk
        .store()
        .recorded_by_month(actor.unit_limit(), 6)
        .await?
        .into_iter()
        .map(|(month, rows)| (month, u64::try_from(rows).unwrap_or_default()))
        .collect();
    Ok(home)
}

/// One line of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditLine {
    /// When.
    pub at: i64,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// About what.
    pub object: String,
    /// `done` or `refused`.
    pub outcome: String,
    /// Detail as JSON.
    pub detail: String,
}

/// The newest lines of the audit log. That somebody read it is a line itself.
///
/// # Errors
/// `access.denied`.
pub async fn audit_lines(
    desk: &Desk,
    actor: &Actor,
    most: usize,
) -> Result<Vec<AuditLine>, DeskError> {
    actor.authorise(Permission::ReadAudit)?;
    desk.audit(actor, AuditEvent::AuditRead).await?;
    Ok(desk
        .store()
        .list_audit(&AuditFilter::default(), i64::try_from(most).unwrap_or(i64::MAX))
        .await?
        .into_iter()
        .map(|row| row.entry)
        .map(|entry| AuditLine {
            at: entry.at,
            actor: entry.actor,
            action: entry.action,
            object: entry.object,
            outcome: entry.outcome,
            detail: entry.detail,
        })
        .collect())
}
