//! Signed heads: made when the tree has grown, given to everybody.

use std::collections::HashMap;

use serde_json::Value;
use xinyong_domain::merkle::{BySm3, parts, range_hash};
use xinyong_store::TreeHead;

use super::{HEAD, Head, SignedHead, append, internal, kept_in};
use crate::access::{Actor, Permission};
use crate::clock::Clock;
use crate::desk::Desk;
use crate::refusal::DeskError;
use crate::signing::{KeyCard, list};

/// Where the name of the log stands.
const LOG: &str = "publication_log";

/// Milliseconds between two heads at least.
const INTERVAL: i64 = 60_000;

fn head_of(county: &str, log: &str, head: &TreeHead) -> Head {
    Head {
        of: HEAD.to_owned(),
        county: county.to_owned(),
        log: log.to_owned(),
        hash: "SM3".to_owned(),
        size: head.size,
        root: head.root.clone(),
        time: head.at,
        key: head.key_id.clone(),
    }
}

/// Takes in what waits, and signs a head where the tree has grown or another key signs now. At most one a minute, unless it is asked
/// for `now`.
///
/// # Errors
/// `access.denied`; `signing.no-key`, `signing.clock-behind`, `signing.device-missing`; when the store fails.
pub async fn sign_head(
    desk: &Desk,
    actor: &Actor,
    now: bool,
) -> Result<Option<SignedHead>, DeskError> {
    append(desk, actor).await?;
    actor.authorise(Permission::RunJobs)?;
    let county = desk.county().await?.region;
    let mut tx = desk.store().transaction("sign head").await?;
    let size = tx.lock_publication_log().await?;
    if size == 0 {
        return Ok(None);
    }
    let newest = tx.tree_heads(1).await?.into_iter().next();
    let current = desk.current_key(&mut tx).await?;
    if let Some(newest) = &newest {
        let same_key = current.as_ref().is_some_and(|key| key.id == newest.key_id);
        let recent = desk.clock().now().abs_diff(newest.at) < INTERVAL.unsigned_abs();
        if (newest.size == size && same_key) || (same_key && recent && !now) {
            return Ok(None);
        }
    }
    let length = u64::try_from(size).map_err(internal)?;
    let kept = kept_in(&mut tx, parts(0, length)).await?;
    let root = range_hash::<BySm3>((0, length), |subtree| kept.get(&subtree).copied())
        .ok_or_else(|| internal("the record of publication has a gap: run xinyong fsck"))?;
    let log = match tx.get_meta(LOG).await? {
        Some(log) => log,
        None => {
            let name = hex::encode(desk.random::<8>()?);
            tx.put_meta(LOG, &name).await?;
            name
        }
    };
    let mut made = TreeHead {
        size,
        key_id: String::new(),
        at: 0,
        root: hex::encode(root),
        signature: String::new(),
    };
    let signed = desk
        .sign(&mut tx, |key, at| {
            key.clone_into(&mut made.key_id);
            made.at = at;
            json_of(&head_of(&county, &log, &made))
        })
        .await?;
    made.signature = hex::encode(&signed.signature);
    tx.add_tree_head(&made).await?;
    let keys = tx.signing_keys().await?;
    tx.commit().await?;
    let key = keys.iter().find(|key| key.id == signed.key).map(KeyCard::from);
    let key = key.ok_or_else(|| internal("a signing key went away"))?;
    debug_assert_eq!(signed.at, made.at);
    Ok(Some(SignedHead { head: head_of(&county, &log, &made), signature: made.signature, key }))
}

/// A head as it is signed.
pub(super) fn json_of(head: &Head) -> Value {
    serde_json::to_value(head).unwrap_or_default()
}

pub(super) async fn dressed(
    desk: &Desk,
    found: Vec<TreeHead>,
) -> Result<Vec<SignedHead>, DeskError> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let county = desk.county().await?.region;
    let log = desk.store().get_meta(LOG).await?.unwrap_or_default();
    let keys: HashMap<String, KeyCard> =
        list(desk).await?.iter().map(|key| (key.id.clone(), KeyCard::from(key))).collect();
    Ok(found
        .into_iter()
        .filter_map(|row| {
            let key = keys.get(&row.key_id)?.clone();
            // What a key signed after it was given up is nothing to show.
            let genuine = key.revoked_since.is_none_or(|since| row.at < since);
            let head = head_of(&county, &log, &row);
            genuine.then_some(SignedHead { head, signature: row.signature, key })
        })
        .collect())
}

/// The newest heads that are genuine, the newest first.
///
/// # Errors
/// When the store fails.
pub async fn heads(desk: &Desk, most: i64) -> Result<Vec<SignedHead>, DeskError> {
    dressed(desk, desk.store().tree_heads(most).await?).await
}

/// The newest head that is genuine.
///
/// # Errors
/// Not found while there is none.
pub async fn head(desk: &Desk) -> Result<SignedHead, DeskError> {
    /// Heads signed with a key that was given up since, at most.
    const LOOKED_THROUGH: i64 = 50;
    let one = heads(desk, 1).await?.into_iter().next();
    let found = match one {
        Some(head) => Some(head),
        None => heads(desk, LOOKED_THROUGH).await?.into_iter().next(),
    };
    found.ok_or(DeskError::NotFound("已签名的公示记录树头"))
}

/// The head of a size that a key signed, where it is there and genuine.
pub(crate) async fn head_at(
    desk: &Desk,
    size: i64,
    key: &str,
) -> Result<Option<SignedHead>, DeskError> {
    let found = dressed(desk, desk.store().tree_heads_at(size).await?).await?;
    Ok(found.into_iter().find(|head| head.head.key == key))
}

/// How the log stands.
#[derive(Debug, Clone)]
pub struct LogStanding {
    /// Leaves in the tree.
    pub size: i64,
    /// The newest heads.
    pub heads: Vec<SignedHead>,
    /// All keys, the newest first.
    pub keys: Vec<KeyCard>,
}

impl SignedHead {
    /// When it was signed, as a page shows it.
    #[must_use]
    pub fn shown_time(&self) -> String {
        Clock::show(self.head.time)
    }
}

/// How the log stands, for the page about it.
///
/// # Errors
/// When the store fails.
pub async fn standing(desk: &Desk, most: i64) -> Result<LogStanding, DeskError> {
    let heads = heads(desk, most).await?;
    let keys = list(desk).await?.iter().rev().map(KeyCard::from).collect();
    let size = heads.first().map_or(0, |head| head.head.size);
    Ok(LogStanding { size, heads, keys })
}
