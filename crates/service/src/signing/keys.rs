//! Making, following, replacing and revoking the county's keys.

use xinyong_store::{Purpose, SigningKeyRow, signing_key_place};

use super::{KeyPair, PublicKey};
use crate::access::{Actor, Permission};
use crate::audit::AuditEvent;
use crate::clock::Clock;
use crate::desk::Desk;
use crate::refusal::DeskError;

/// How many days a key signs unless told otherwise.
pub const DAYS: i64 = 730;

/// The longest that a key may sign, in days.
const MOST_DAYS: i64 = 3_660;

const DAY: i64 = 24 * 3_600 * 1_000;

/// All keys, the oldest first.
///
/// # Errors
/// When the store fails.
pub async fn list(desk: &Desk) -> Result<Vec<SigningKeyRow>, DeskError> {
    Ok(desk.store().signing_keys().await?)
}

fn check_days(days: i64) -> Result<(), DeskError> {
    if (1..=MOST_DAYS).contains(&days) {
        return Ok(());
    }
    Err(DeskError::refused("signing.days-invalid", format!("密钥的有效期应为 1 到 {MOST_DAYS} 天")))
}

async fn made(desk: &Desk, actor: &Actor, days: i64) -> Result<SigningKeyRow, DeskError> {
    let internal = DeskError::Internal;
    let (public, sealed) = match desk.signer() {
        Some(device) => {
            let pem = device.public().map_err(internal)?;
            (PublicKey::from_pem(&pem).map_err(internal)?, None)
        }
        None => {
            let secret = desk.random::<32>()?;
            let public = KeyPair::from_secret(&secret).map_err(internal)?.public();
            let place = signing_key_place(&public.id());
            (public, Some(desk.store().keys().seal(Purpose::Platform, &place, &secret)?))
        }
    };
    let now = desk.clock().now();
    Ok(SigningKeyRow {
        id: public.id(),
        public: public.to_pem().map_err(internal)?,
        sealed,
        valid_from: now,
        valid_until: now + days * DAY,
        made_by: actor.login.clone(),
        newest_at: now,
        revoked_at: None,
        revoked_since: None,
        revoked_by: None,
        revoked_reason: None,
    })
}

/// Makes the first key, or one in the place of a key that was revoked or has run out.
///
/// # Errors
/// `access.denied`; `signing.key-exists` while one signs; `signing.days-invalid`; `signing.clock-behind`.
pub async fn generate(desk: &Desk, actor: &Actor, days: i64) -> Result<SigningKeyRow, DeskError> {
    add(desk, actor, days, false).await
}

/// Makes a new key and has the one before sign nothing any more. What that one signed stays genuine.
///
/// # Errors
/// `access.denied`; `signing.no-key` while none signs; `signing.days-invalid`; `signing.clock-behind`.
pub async fn rotate(desk: &Desk, actor: &Actor, days: i64) -> Result<SigningKeyRow, DeskError> {
    add(desk, actor, days, true).await
}

async fn add(
    desk: &Desk,
    actor: &Actor,
    days: i64,
    replaces: bool,
) -> Result<SigningKeyRow, DeskError> {
    actor.authorise(Permission::ManageKeys)?;
    check_days(days)?;
    let mut tx = desk.store().transaction("signing key").await?;
    // Two that are made at once must not both be the first: whoever adds to the log waits as well, for a moment.
    tx.lock_publication_log().await?;
    let mut current = desk.current_key(&mut tx).await?;
    if let Some(key) = current {
        // Whoever signs with it now signs before its end: only then is the clock asked.
        current = tx.lock_signing_key(&key.id).await?.filter(|key| key.revoked_at.is_none());
    }
    match (&current, replaces) {
        (Some(current), false) => {
            return Err(DeskError::refused(
                "signing.key-exists",
                format!("密钥 {} 正在使用；要换新的请运行 xinyong key rotate", current.id),
            ));
        }
        (None, true) => {
            return Err(DeskError::refused(
                "signing.no-key",
                "还没有可用的签名密钥：请运行 xinyong key generate",
            ));
        }
        _ => {}
    }
    let mut key = made(desk, actor, days).await?;
    let newest = tx.signing_keys().await?.iter().map(|key| key.newest_at).max().unwrap_or_default();
    if desk.clock().is_before(key.valid_from, newest) {
        return Err(behind(key.valid_from, newest));
    }
    let length = key.valid_until - key.valid_from;
    // Where the day is fixed, the time of day may stand before it.
    key.valid_from = key.valid_from.max(newest);
    (key.newest_at, key.valid_until) = (key.valid_from, key.valid_from + length);
    if let Some(current) = &current {
        tx.end_signing_key(&current.id, key.valid_from).await?;
    }
    tx.add_signing_key(&key).await?;
    let deed = if replaces { "signing-key.rotated" } else { "signing-key.generated" };
    desk.audit_with(&mut tx, actor, AuditEvent::SigningKey { deed, key: &key.id });
    tx.commit().await?;
    Ok(key)
}

fn behind(now: i64, newest: i64) -> DeskError {
    DeskError::refused(
        "signing.clock-behind",
        format!(
            "时钟显示 {}，早于最近一次签名的时间 {}：请先校准时钟",
            Clock::show(now),
            Clock::show(newest)
        ),
    )
}

/// Revokes a key: it signs nothing any more, and what it signed from `since` on (now unless told) is not genuine.
///
/// # Errors
/// `access.denied`; `signing.key-unknown`; `signing.already-revoked`; `signing.reason-missing`; `signing.since-invalid` for a
/// moment to come or before the key.
pub async fn revoke(
    desk: &Desk,
    actor: &Actor,
    id: &str,
    since: Option<i64>,
    reason: &str,
) -> Result<(), DeskError> {
    actor.authorise(Permission::ManageKeys)?;
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 500 {
        return Err(DeskError::refused("signing.reason-missing", "请写明吊销的理由（500字以内）"));
    }
    let mut tx = desk.store().transaction("revoke key").await?;
    let Some(key) = tx.lock_signing_key(id).await? else {
        return Err(DeskError::refused(
            "signing.key-unknown",
            format!("没有编号为 {id} 的密钥；用 xinyong key list 查看"),
        ));
    };
    let now = desk.clock().now().max(key.newest_at);
    // Signatures of this very millisecond were made before.
    let since = since.unwrap_or(now + 1);
    if since > now + 1 || since < key.valid_from {
        return Err(DeskError::refused(
            "signing.since-invalid",
            "不可信的起始时间应在密钥启用之后、现在之前",
        ));
    }
    if !tx.revoke_signing_key(id, (now, since), &actor.login, reason).await? {
        return Err(DeskError::refused("signing.already-revoked", "这把密钥此前已经吊销"));
    }
    desk.audit_with(
        &mut tx,
        actor,
        AuditEvent::SigningKey { deed: "signing-key.revoked", key: id },
    );
    tx.commit().await?;
    Ok(())
}
