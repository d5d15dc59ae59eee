//! The places where a record is shown and used (the portal, the interface, the upper platforms …), and the receipt of each that it shows
//! the record as it is now, or no more.
//!
//! The platform's own places are asked by itself, the way their readers ask; the others are confirmed by a person, with what that rests on.
//! A repair, a shield and an objection each say what a place must show; who asks, who notes and what is over is one here.

use xinyong_store::{Receipts, Tx};

use crate::access::{Actor, Role};
use crate::audit::AuditEvent;
use crate::browse::Names;
use crate::desk::Desk;
use crate::publication_log;
use crate::refusal::DeskError;

/// The list of places.
pub const PLACES: &str = "repair-place";
/// What can be proven of earlier publication.
pub(crate) const LOG: &str = "log";
/// The places that the platform asks by itself.
const AUTOMATIC: [&str; 6] = ["portal", "search", "api", "data", "report", LOG];

/// Whether a place has confirmed.
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

/// Longest text that a confirmation rests on.
pub(crate) const LONGEST_EVIDENCE: usize = 200;

/// What waits for the places.
pub(crate) struct Awaited {
    /// Where the receipts are kept.
    pub(crate) receipts: &'static Receipts,
    /// The id of the repair, the shield or the objection.
    pub(crate) id: i64,
    /// The same as the log names it.
    pub(crate) object: String,
    /// What the log calls a receipt.
    pub(crate) deed: &'static str,
}

/// All the places, in the order of the list.
pub(crate) fn all(desk: &Desk) -> Vec<String> {
    let law = desk.law();
    let codes = law.codes().get(PLACES).map(|list| list.codes.as_slice()).unwrap_or_default();
    codes.iter().map(|code| code.id.clone()).collect()
}

/// What a place is called.
pub(crate) fn label(desk: &Desk, place: &str) -> String {
    desk.law().label_of(PLACES, place).to_owned()
}

/// What a person's confirmation for a place rests on. `done`: what is confirmed of it.
pub(crate) fn evidence_of<'e>(
    desk: &Desk,
    place: &str,
    evidence: &'e str,
    code: &'static str,
    done: &str,
) -> Result<&'e str, DeskError> {
    let evidence = evidence.trim();
    if evidence.is_empty() || evidence.chars().count() > LONGEST_EVIDENCE {
        let place = label(desk, place);
        return Err(DeskError::refused(
            code,
            format!(
                "请写明“{place}”{done}的依据，例如回执文号或者核对的日期（{LONGEST_EVIDENCE}字以内）"
            ),
        ));
    }
    Ok(evidence)
}

/// Destroys what proves the earlier publication of a record, as the platform: who decides a repair or a correction decides this with it.
pub(crate) async fn erased(
    desk: &Desk,
    actor: &Actor,
    subject: i64,
    record: i64,
) -> Result<&'static str, DeskError> {
    let platform = Actor { role: Some(Role::System), ..actor.clone() };
    publication_log::erase(desk, &platform, subject, record).await?;
    Ok("验证材料已销毁，公示存证不再能说明内容")
}

impl Awaited {
    /// The places that must confirm, in the order of the list.
    pub(crate) async fn view(
        &self,
        desk: &Desk,
        names: &Names,
    ) -> Result<Vec<PlaceView>, DeskError> {
        let order = all(desk);
        let mut receipts = desk.store().receipts(self.receipts, self.id).await?;
        receipts.sort_by_key(|one| order.iter().position(|place| *place == one.place));
        Ok(receipts
            .into_iter()
            .map(|one| PlaceView {
                label: label(desk, &one.place),
                automatic: AUTOMATIC.contains(&one.place.as_str()),
                at: one.confirmed_at,
                by: one.confirmed_by.map(|by| names.person(&by).name).unwrap_or_default(),
                evidence: one.evidence.unwrap_or_default(),
                place: one.place,
            })
            .collect())
    }

    /// Those of the platform's own places that have not confirmed.
    pub(crate) async fn unasked(&self, desk: &Desk) -> Result<Vec<String>, DeskError> {
        let receipts = desk.store().receipts(self.receipts, self.id).await?.into_iter();
        let own = receipts
            .filter(|one| one.confirmed_at.is_none() && AUTOMATIC.contains(&one.place.as_str()));
        Ok(own.map(|one| one.place).collect())
    }

    /// Whether every place has confirmed.
    pub(crate) async fn reached_everywhere(&self, desk: &Desk) -> Result<bool, DeskError> {
        let receipts = desk.store().receipts(self.receipts, self.id).await?;
        Ok(receipts.iter().all(|one| one.confirmed_at.is_some()))
    }

    /// That a person confirms for this place: one that is waited for and that the platform cannot ask.
    pub(crate) async fn is_for_a_person(
        &self,
        desk: &Desk,
        place: &str,
    ) -> Result<bool, DeskError> {
        let receipts = desk.store().receipts(self.receipts, self.id).await?;
        Ok(!AUTOMATIC.contains(&place) && receipts.iter().any(|one| one.place == place))
    }

    /// Notes the receipt of a place with its line of the log. Whether it had not been noted before.
    pub(crate) async fn note(
        &self,
        desk: &Desk,
        tx: &mut Tx,
        actor: &Actor,
        place: &str,
        evidence: &str,
    ) -> Result<bool, DeskError> {
        let by = (actor.login.as_str(), desk.clock().now());
        let first = tx.confirm_receipt(self.receipts, (self.id, place), by, evidence).await?;
        if first {
            let event = AuditEvent::Case { deed: self.deed, of: &self.object, detail: place };
            desk.audit_with(tx, actor, event);
        }
        Ok(first)
    }

    /// The same of a place that the platform asked, in a transaction of its own.
    pub(crate) async fn note_asked(
        &self,
        desk: &Desk,
        actor: &Actor,
        place: &str,
        evidence: &str,
    ) -> Result<u64, DeskError> {
        let mut tx = desk.store().transaction("receipt of a place").await?;
        let first = self.note(desk, &mut tx, actor, place, evidence).await?;
        tx.commit().await?;
        Ok(u64::from(first))
    }
}
