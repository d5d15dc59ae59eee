//! The check of who follows whom, and of what was sent because of that.

use crate::db::{Conn, Row, statements};
use crate::error::StoreError;

use super::super::Check;
use super::{Fault, Known, before, first, is_digest};

statements! {
    ENROLMENTS = "SELECT e.id, e.unit_id, (SELECT COUNT(*) FROM subject s WHERE s.id = e.subject_id), e.made_at, e.ended_by, e.ended_at, \
        e.end_reason, e.lapsed_at, e.basis, e.purpose FROM enrolment e ORDER BY e.id";
    HOOKS = "SELECT h.key_id, (SELECT COUNT(*) FROM api_key k WHERE k.id = h.key_id) FROM hook h ORDER BY h.key_id";
    PLACES = "SELECT p.key_id, p.enrolment_id, (SELECT COUNT(*) FROM api_key k JOIN enrolment e ON e.unit_id = k.unit_id \
        WHERE k.id = p.key_id AND e.id = p.enrolment_id), (SELECT COUNT(*) FROM api_key k WHERE k.id = p.key_id), \
        (SELECT COUNT(*) FROM enrolment e WHERE e.id = p.enrolment_id), (SELECT COUNT(*) FROM record r WHERE r.id = p.record_id), p.at, \
        (SELECT e.made_at FROM enrolment e WHERE e.id = p.enrolment_id), p.seq, (SELECT COUNT(*) FROM hook_delivery d \
        WHERE d.key_id = p.key_id AND d.enrolment_id = p.enrolment_id AND (d.event_at > p.at OR (d.event_at = p.at \
        AND (d.record_id > p.record_id OR (d.record_id = p.record_id AND d.seq > p.seq))))) FROM hook_place p ORDER BY 1, 2";
    DELIVERIES = "SELECT d.id, (SELECT COUNT(*) FROM api_key k WHERE k.id = d.key_id), (SELECT COUNT(*) FROM enrolment e \
        WHERE e.id = d.enrolment_id), d.state, d.tries, d.made_at, d.done_at, d.digest, d.status, \
        (SELECT COUNT(*) FROM record r WHERE r.id = d.record_id AND r.subject_id = d.subject_id), (SELECT COUNT(*) FROM hook_place p \
        WHERE p.key_id = d.key_id AND p.enrolment_id = d.enrolment_id) FROM hook_delivery d ORDER BY d.id";
}

impl Check<'_> {
    pub(super) async fn followed(
        &mut self,
        conn: &mut Conn<'_>,
        known: &Known<'_>,
    ) -> Result<(), StoreError> {
        self.hold(conn, ("enrolment", 1), &ENROLMENTS, |row| known.enrolment(row)).await?;
        self.hold(conn, ("hook", 1), &HOOKS, hook).await?;
        self.hold(conn, ("hook_place", 2), &PLACES, place).await?;
        self.hold(conn, ("hook_delivery", 1), &DELIVERIES, delivery).await
    }
}

impl Known<'_> {
    fn enrolment(&self, row: &Row) -> Result<Option<Fault>, StoreError> {
        let (made, ended, lapsed) = (row.int(3)?, row.int_or_null(5)?, row.int_or_null(7)?);
        let by = row.text_or_null(4)?;
        let unsaid = |index| row.text(index).map(|text| text.trim().is_empty());
        let reason = row.text_or_null(6)?;
        Ok(first([
            self.no_unit(&row.text(1)?),
            (row.int(2)? == 0, Fault::NoSubject),
            (by.is_some() != ended.is_some(), Fault::EndedBy),
            (reason.is_some() != ended.is_some(), Fault::ReasonMissing),
            (unsaid(8)? || unsaid(9)?, Fault::ReasonMissing),
            (ended.is_some() && lapsed.is_some(), Fault::UnknownState),
            (ended.or(lapsed).is_some_and(|at| before(at, made)), Fault::Order),
        ]))
    }
}

fn hook(row: &Row) -> Result<Option<Fault>, StoreError> {
    Ok((row.int(1)? == 0).then_some(Fault::NoKey))
}

/// How far a receiver was served: a place of its own unit's enrolment, and nothing that was made for it lies beyond.
fn place(row: &Row) -> Result<Option<Fault>, StoreError> {
    let begun = row.int_or_null(7)?;
    let at = row.int(6)?;
    Ok(first([
        (row.int(3)? == 0, Fault::NoKey),
        (row.int(4)? == 0, Fault::NoEnrolment),
        (row.int(2)? == 0, Fault::OtherUnit),
        (row.int(5)? == 0, Fault::NoRecord),
        (row.int(8)? < 1, Fault::Counts),
        (begun.is_some_and(|begun| before(at, begun)), Fault::Order),
        (row.int(9)? > 0, Fault::BeyondPlace),
    ]))
}

fn delivery(row: &Row) -> Result<Option<Fault>, StoreError> {
    let (state, tries, done) = (row.text(3)?, row.int(4)?, row.int_or_null(6)?);
    let digest = row.text_or_null(7)?;
    let known = ["waiting", "delivered", "given-up", "stopped"].contains(&state.as_str());
    let accepted = row.int_or_null(8)?.is_some_and(|status| (200..300).contains(&status));
    Ok(first([
        (row.int(1)? == 0, Fault::NoKey),
        (row.int(2)? == 0, Fault::NoEnrolment),
        (row.int(9)? == 0, Fault::NoRecord),
        (row.int(10)? == 0, Fault::NoPlace),
        (!known, Fault::UnknownState),
        (state == "waiting" && done.is_some(), Fault::Decided),
        (state != "waiting" && done.is_none(), Fault::Undecided),
        (state == "delivered" && !accepted, Fault::Undecided),
        ((tries > 0) != digest.is_some() || tries < 0, Fault::Counts),
        (digest.is_some_and(|digest| !is_digest(&digest)), Fault::Digest),
        (done.is_some_and(|done| row.int(5).is_ok_and(|made| before(done, made))), Fault::Order),
    ]))
}
