//! What repairs, objections and commitments have in common beside the tables of their steps: what they are called in the log of deeds and in
//! notices, and how a step begins.

use xinyong_store::ChainedStep;

use crate::access::Actor;
use crate::audit::AuditEvent;
use crate::desk::Desk;

/// What the log and the notices call a record's repair.
pub(crate) fn repair_object(item: i64) -> String {
    format!("repair:{item}")
}

/// The same of an objection.
pub(crate) fn objection_object(id: i64) -> String {
    format!("objection:{id}")
}

/// The same of a commitment.
pub(crate) fn commitment_object(id: i64) -> String {
    format!("commitment:{id}")
}

/// A line of the audit log about one of them.
pub(crate) fn noted<'e>(deed: &'static str, of: &'e str, detail: &'e str) -> AuditEvent<'e> {
    AuditEvent::Case { deed, of, detail }
}

/// A step of today as it is going to be written; what depends on what it belongs to is filled in by the store.
pub(crate) fn written(desk: &Desk, actor: &Actor, event: &str) -> ChainedStep {
    ChainedStep::new(event, desk.today(), desk.clock().now(), &actor.login)
}
