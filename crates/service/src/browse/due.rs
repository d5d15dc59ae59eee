//! What a person owes, and by when, in working days.

use serde::Serialize;
use xinyong_domain::calendar::WorkingDay;
use xinyong_domain::law::Profile;
use xinyong_domain::rules::deadline::report_due;
use xinyong_domain::ruling::Ruling;
use xinyong_domain::workflow::batch::Stage;

use super::batches::{BatchView, batch_view};
use super::names::Names;
use crate::access::{Actor, Permission};
use crate::desk::Desk;
use crate::intake::earliest_decision;
use crate::refusal::DeskError;

/// Batches of a stage looked at, those that wait longest.
const MOST_WAITING: i64 = 20;

/// A batch that waits for somebody, with the clock of its earliest decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OwedBatch {
    /// The batch.
    pub batch: BatchView,
    /// When its earliest decision is to be reported, with the reasons; nothing where no clock runs or it is not known.
    pub due: Option<Ruling<WorkingDay>>,
    /// Working days left until then; negative when it is past.
    pub left: Option<i64>,
}

/// What waits for the actor, the most urgent first.
pub(crate) async fn owed(
    desk: &Desk,
    actor: &Actor,
    names: &Names,
) -> Result<Vec<OwedBatch>, DeskError> {
    let law = desk.law();
    let today = desk.today();
    let mut owed = Vec::new();
    for (stage, permission) in
        [(Stage::Submitted, Permission::ReleaseBatch), (Stage::Checked, Permission::SubmitBatch)]
    {
        if !actor.may(permission) {
            continue;
        }
        let waiting =
            desk.store().batches_waiting(stage.as_str(), actor.unit_limit(), MOST_WAITING).await?;
        for batch in waiting {
            // Nobody releases what they submitted themselves.
            if stage == Stage::Submitted
                && batch.submitted_by.as_deref() == Some(actor.login.as_str())
            {
                continue;
            }
            let clock = law
                .kind(&batch.kind)
                .filter(|_| batch.profile == Profile::Reported.as_str())
                .map(|kind| kind.report_within.clone());
            let due = match clock {
                Some(parameter) => earliest_decision(desk, &batch)
                    .await
                    .and_then(|decided| report_due(&law, &parameter, decided)),
                None => None,
            };
            let left = due.as_ref().map(|due| law.calendar().between(today, due.value.date));
            owed.push(OwedBatch { batch: batch_view(desk, batch, names)?, due, left });
        }
    }
    owed.sort_by_key(|owed| (owed.left.unwrap_or(i64::MAX), owed.batch.received_at));
    Ok(owed)
}
