//! The portal's first page.

use serde::Serialize;
use xinyong_domain::law::Audience;

use super::lists::{ListFilter, public_list};
use super::record::{PublicRecord, view};
use crate::desk::Desk;
use crate::refusal::DeskError;

/// What the first page shows.
#[derive(Debug, Clone, Serialize)]
pub struct PortalHome {
    /// Subjects in the register.
    pub subjects: u64,
    /// For each public kind: id, name, how many are public today, the newest few.
    pub kinds: Vec<HomeKind>,
    /// The newest publications of all kinds.
    pub latest: Vec<PublicRecord>,
}

/// One kind on the first page.
#[derive(Debug, Clone, Serialize)]
pub struct HomeKind {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Public today.
    pub public: u64,
    /// The newest.
    pub newest: Vec<PublicRecord>,
}

/// Newest publications shown.
const LATEST: usize = 8;
/// Candidates asked for, since the rule may leave some out.
const CANDIDATES: i64 = 16;

/// The first page.
///
/// # Errors
/// When the store fails.
pub async fn portal_home(desk: &Desk) -> Result<PortalHome, DeskError> {
    let law = desk.law();
    let today = desk.today();
    let mut kinds = Vec::new();
    for kind in law.kinds().values().filter(|kind| kind.audience == Audience::Public) {
        let list = public_list(desk, &kind.id, &ListFilter::default()).await?;
        kinds.push(HomeKind {
            id: kind.id.clone(),
            name: kind.name.clone(),
            public: list.total,
            newest: list.records.into_iter().take(5).collect(),
        });
    }
    let mut latest = Vec::new();
    for record in desk.store().latest_public(today, CANDIDATES).await? {
        latest.extend(view(&record, today, &law)?);
    }
    latest.truncate(LATEST);
    Ok(PortalHome {
        subjects: u64::try_from(super::subject::count(desk).await?).unwrap_or_default(),
        kinds,
        latest,
    })
}
