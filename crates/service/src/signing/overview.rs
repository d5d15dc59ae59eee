//! The county's signing keys as the administrator and the auditor look at them: where each stands and what it signed. No secrets.

use std::collections::BTreeMap;

use xinyong_store::{ReportOfKey, SigningKeyRow, TreeHead};

use crate::access::{Actor, Permission};
use crate::desk::Desk;
use crate::refusal::DeskError;
use crate::report::Edition;

/// Heads and reports of a key that are listed at most, the newest.
const MOST: i64 = 50;

/// Where a key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyStanding {
    /// It signs.
    Signing,
    /// It signs nothing any more; what it signed stays genuine.
    Ended,
    /// It was revoked; what it says to have signed from a moment on is not genuine.
    Revoked,
}

/// A key in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyOverview {
    /// Its id: the first half of the SM3 of its public half.
    pub id: String,
    /// Where it stands.
    pub standing: KeyStanding,
    /// From when it may sign, in milliseconds since 1970.
    pub valid_from: i64,
    /// Until when it may sign.
    pub valid_until: i64,
    /// Who made it.
    pub made_by: String,
    /// Whether its private half lives in a device.
    pub in_device: bool,
    /// The time of its newest signature; nothing where it has signed nothing.
    pub newest_at: Option<i64>,
    /// When it was revoked, from when on it is not to be believed, by whom and why.
    pub revoked: Option<Revoked>,
    /// How many heads it signed.
    pub heads: i64,
    /// How many reports it signed.
    pub reports: i64,
}

/// How a key was revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoked {
    /// When.
    pub at: i64,
    /// From when on its signatures are not to be believed.
    pub since: i64,
    /// By whom.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// A head that a key signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadOfKey {
    /// How many leaves.
    pub size: i64,
    /// The root, in hexadecimal.
    pub root: String,
    /// When.
    pub at: i64,
}

/// A report that a key signed. Whose it is, is no matter of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedReport {
    /// Its number.
    pub number: String,
    /// The edition's name.
    pub edition: &'static str,
    /// When.
    pub at: i64,
}

/// One key with what it signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyDetail {
    /// The key.
    pub key: KeyOverview,
    /// The public half, as PEM.
    pub pem: String,
    /// The newest heads.
    pub heads: Vec<HeadOfKey>,
    /// The newest reports.
    pub reports: Vec<SignedReport>,
}

type Counts = BTreeMap<String, i64>;

fn shown(row: &SigningKeyRow, now: i64, heads: &Counts, reports: &Counts) -> KeyOverview {
    let counted = |counts: &Counts| counts.get(&row.id).copied().unwrap_or_default();
    let (heads, reports) = (counted(heads), counted(reports));
    let revoked = row.revoked_at.map(|at| Revoked {
        at,
        since: row.revoked_since.unwrap_or(at),
        by: row.revoked_by.clone().unwrap_or_default(),
        reason: row.revoked_reason.clone().unwrap_or_default(),
    });
    KeyOverview {
        id: row.id.clone(),
        standing: match (&revoked, now < row.valid_until) {
            (Some(_), _) => KeyStanding::Revoked,
            (None, true) => KeyStanding::Signing,
            (None, false) => KeyStanding::Ended,
        },
        valid_from: row.valid_from,
        valid_until: row.valid_until,
        made_by: row.made_by.clone(),
        in_device: row.sealed.is_none(),
        newest_at: (heads + reports > 0).then_some(row.newest_at),
        revoked,
        heads,
        reports,
    }
}

async fn counts(desk: &Desk) -> Result<(Counts, Counts), DeskError> {
    let store = desk.store();
    let heads = store.tree_heads_by_key().await?.into_iter().collect();
    Ok((heads, store.reports_by_key().await?.into_iter().collect()))
}

/// All keys, the newest first.
///
/// # Errors
/// `access.denied`.
pub async fn overview(desk: &Desk, actor: &Actor) -> Result<Vec<KeyOverview>, DeskError> {
    actor.authorise(Permission::ReadSigningKeys)?;
    let (heads, reports) = counts(desk).await?;
    let (keys, now) = (desk.store().signing_keys().await?, desk.clock().now());
    Ok(keys.iter().rev().map(|key| shown(key, now, &heads, &reports)).collect())
}

/// One key with what it signed, the newest first.
///
/// # Errors
/// `access.denied`; not found.
pub async fn detail(desk: &Desk, actor: &Actor, id: &str) -> Result<KeyDetail, DeskError> {
    actor.authorise(Permission::ReadSigningKeys)?;
    let (heads, reports) = counts(desk).await?;
    let store = desk.store();
    let keys = store.signing_keys().await?;
    let row = keys.iter().find(|key| key.id == id).ok_or(DeskError::NotFound("该密钥"))?;
    let head = |head: TreeHead| HeadOfKey { size: head.size, root: head.root, at: head.at };
    let report = |report: ReportOfKey| SignedReport {
        edition: Edition::from_id(&report.edition).map_or("", Edition::label),
        number: report.number,
        at: report.at,
    };
    Ok(KeyDetail {
        key: shown(row, desk.clock().now(), &heads, &reports),
        pem: row.public.clone(),
        heads: store.tree_heads_of(id, MOST).await?.into_iter().map(head).collect(),
        reports: store.reports_of_key(id, MOST).await?.into_iter().map(report).collect(),
    })
}
