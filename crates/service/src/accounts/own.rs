//! What everybody does with the own account: password, sessions, second factor.

use xinyong_store::{Purpose, factor_place};

use super::{factor, own, password, session_id, totp};
use crate::access::{Actor, Role};
use crate::audit::AuditEvent;
use crate::browse::unit_names;
use crate::clock::Clock;
use crate::desk::Desk;
use crate::refusal::DeskError;

/// One of one's own sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSession {
    /// Under what it is kept; signs nobody in.
    pub id: String,
    /// Since when, in milliseconds since 1970.
    pub began_at: i64,
    /// When it was last used.
    pub seen_at: i64,
    /// The kind of browser, in words.
    pub agent: String,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// One's own account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnAccount {
    /// Sign-in name.
    pub login: String,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Option<Role>,
    /// Name of the unit.
    pub unit_name: String,
    /// When the password was set, in milliseconds since 1970, where known.
    pub password_at: Option<i64>,
    /// Since when there is a second factor.
    pub factor_since: Option<i64>,
    /// Recovery codes that are still good.
    pub codes_left: i64,
    /// Whether the role needs a second factor.
    pub factor_required: bool,
    /// The sessions, the one used last first.
    pub sessions: Vec<OwnSession>,
}

/// One's own account; `token` is the session that asks.
///
/// # Errors
/// `access.denied`.
pub async fn own_account(desk: &Desk, actor: &Actor, token: &str) -> Result<OwnAccount, DeskError> {
    let account = own(desk, actor).await?;
    let store = desk.store();
    let security = store.security(account.id).await?;
    let current = session_id(token);
    let sessions = store
        .sessions_of(account.id, desk.clock().now())
        .await?
        .into_iter()
        .map(|(id, row)| OwnSession {
            current: id == current,
            id,
            began_at: row.began_at,
            seen_at: row.seen_at,
            agent: row.agent,
        })
        .collect();
    let units = unit_names(desk).await?;
    let required = factor::factor_roles(desk).await?;
    Ok(OwnAccount {
        unit_name: units.get(&account.unit_id).cloned().unwrap_or_default(),
        login: account.login,
        name: account.name,
        role: actor.role,
        password_at: security.password_at,
        factor_since: security.factor_since,
        codes_left: store.recovery_codes_left(account.id).await?,
        factor_required: required.iter().any(|role| Some(*role) == actor.role),
        sessions,
    })
}

/// Whether the password was set by somebody else and must be changed first.
///
/// # Errors
/// When the store fails.
pub async fn must_change(desk: &Desk, actor: &Actor) -> Result<bool, DeskError> {
    let account = own(desk, actor).await?;
    Ok(desk.store().security(account.id).await?.must_change)
}

/// Changes the own password and ends all sessions but the one that asks.
///
/// # Errors
/// `account.password-wrong`, `account.password-weak`, `account.password-same`, `sign-in.locked`.
pub async fn change_password(
    desk: &Desk,
    actor: &Actor,
    old: &str,
    new: &str,
    token: &str,
) -> Result<(), DeskError> {
    let account = own(desk, actor).await?;
    password::prove(desk, &account, old).await?;
    password::check_new(&account.login, new)?;
    if old == new {
        return Err(DeskError::refused(
            "account.password-same",
            "新密码与现在的密码相同，请换一个",
        ));
    }
    let hash = password::hash(desk, new.to_owned()).await?;
    let mut tx = desk.store().transaction("change password").await?;
    tx.set_password(account.id, &hash).await?;
    tx.set_must_change(account.id, false, desk.clock().now()).await?;
    tx.delete_sessions_of(account.id, &session_id(token)).await?;
    desk.audit_with(&mut tx, actor, AuditEvent::PasswordChanged);
    Ok(tx.commit().await?)
}

/// Ends one of one's own sessions.
///
/// # Errors
/// Not found when it is over already or somebody else's.
pub async fn end_own_session(desk: &Desk, actor: &Actor, id: &str) -> Result<(), DeskError> {
    let account = own(desk, actor).await?;
    let mut tx = desk.store().transaction("end own session").await?;
    if !tx.delete_session_of(account.id, id).await? {
        return Err(DeskError::NotFound("这个登录"));
    }
    desk.audit_with(&mut tx, actor, AuditEvent::SessionsEnded { login: &account.login, ended: 1 });
    Ok(tx.commit().await?)
}

/// Ends all of one's own sessions but the one that asks.
///
/// # Errors
/// When the store fails.
pub async fn end_other_sessions(desk: &Desk, actor: &Actor, token: &str) -> Result<u64, DeskError> {
    let account = own(desk, actor).await?;
    let mut tx = desk.store().transaction("end other sessions").await?;
    let ended = tx.delete_sessions_of(account.id, &session_id(token)).await?;
    desk.audit_with(&mut tx, actor, AuditEvent::SessionsEnded { login: &account.login, ended });
    tx.commit().await?;
    Ok(ended)
}

/// What an authenticator is set up with.
#[derive(Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The secret as it is typed in.
    pub secret: String,
    /// The same as an address, for a picture.
    pub uri: String,
}

impl std::fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Enrolment(…)")
    }
}

/// Begins to set up a second factor: makes a secret that counts once a code of it was given.
///
/// # Errors
/// `account.password-wrong`, `sign-in.locked`, `account.factor-exists`.
pub async fn begin_factor(desk: &Desk, actor: &Actor, password: &str) -> Result<(), DeskError> {
    let account = own(desk, actor).await?;
    password::prove(desk, &account, password).await?;
    if desk.store().security(account.id).await?.factor.is_some() {
        return Err(DeskError::refused(
            "account.factor-exists",
            "已经设置了动态验证码；更换手机的，请先停用，再重新设置",
        ));
    }
    let secret = desk.random::<{ totp::SECRET }>()?;
    let place = factor_place(account.id);
    let sealed = desk.store().keys().seal(Purpose::Platform, &place, &secret)?;
    let mut tx = desk.store().transaction("begin factor").await?;
    tx.set_pending_factor(account.id, &sealed).await?;
    Ok(tx.commit().await?)
}

/// What to set the authenticator up with, while that is under way. `issuer` is the name it shows.
///
/// # Errors
/// When the store fails.
pub async fn enrolment(
    desk: &Desk,
    actor: &Actor,
    issuer: &str,
) -> Result<Option<Enrolment>, DeskError> {
    let account = own(desk, actor).await?;
    let security = desk.store().security(account.id).await?;
    let Some(sealed) = security.pending.filter(|_| security.factor.is_none()) else {
        return Ok(None);
    };
    let secret = totp::base32(&factor::open(desk, account.id, &sealed)?);
    let issuer = percent(issuer);
    let uri = format!(
        "otpauth://totp/{issuer}:{}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period=30",
        percent(&account.login)
    );
    Ok(Some(Enrolment { secret, uri }))
}

fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

/// Ends the set-up with a code of the new secret. Returns the recovery codes, which nobody sees again. The other sessions end.
///
/// # Errors
/// `account.factor-none`, `sign-in.code-wrong`, `sign-in.locked`.
pub async fn confirm_factor(
    desk: &Desk,
    actor: &Actor,
    code: &str,
    token: &str,
) -> Result<Vec<String>, DeskError> {
    let account = own(desk, actor).await?;
    let none = || DeskError::refused("account.factor-none", "没有正在设置的动态验证码，请重新开始");
    let security = desk.store().security(account.id).await?;
    let sealed = security.pending.filter(|_| security.factor.is_none()).ok_or_else(none)?;
    let secret = factor::open(desk, account.id, &sealed)?;
    password::charge(desk, &account).await?;
    let Some(step) = totp::matching_step(&secret, code.trim(), Clock::seconds()) else {
        return Err(DeskError::refused(
            "sign-in.code-wrong",
            "验证码不正确，请填写验证器上现在显示的6位数字；仍不正确的，请核对手机时间",
        ));
    };
    let (shown, kept) = factor::make_codes(desk, account.id)?;
    let mut tx = desk.store().transaction("keep factor").await?;
    if !tx.keep_factor(account.id, desk.clock().now(), step).await? {
        return Err(none());
    }
    tx.refund_attempt(account.id).await?;
    tx.put_recovery_codes(account.id, &kept).await?;
    tx.delete_sessions_of(account.id, &session_id(token)).await?;
    desk.audit_with(&mut tx, actor, AuditEvent::FactorEnrolled);
    tx.commit().await?;
    Ok(shown)
}

/// Makes new recovery codes; the old ones are good no longer.
///
/// # Errors
/// `sign-in.code-wrong`, `sign-in.locked`.
pub async fn new_recovery_codes(
    desk: &Desk,
    actor: &Actor,
    code: &str,
) -> Result<Vec<String>, DeskError> {
    let account = own(desk, actor).await?;
    factor::prove_own(desk, actor, &account, code).await?;
    let (shown, kept) = factor::make_codes(desk, account.id)?;
    let mut tx = desk.store().transaction("make recovery codes").await?;
    tx.put_recovery_codes(account.id, &kept).await?;
    desk.audit_with(&mut tx, actor, AuditEvent::RecoveryCodesMade);
    tx.commit().await?;
    Ok(shown)
}

/// Takes the own second factor away. Where the role needs one, another must be set up at once.
///
/// # Errors
/// `account.password-wrong`, `sign-in.code-wrong`, `sign-in.locked`.
pub async fn remove_factor(
    desk: &Desk,
    actor: &Actor,
    password: &str,
    code: &str,
) -> Result<(), DeskError> {
    let account = own(desk, actor).await?;
    password::prove(desk, &account, password).await?;
    factor::prove_own(desk, actor, &account, code).await?;
    let mut tx = desk.store().transaction("remove factor").await?;
    tx.clear_factor(account.id).await?;
    desk.audit_with(&mut tx, actor, AuditEvent::FactorRemoved);
    Ok(tx.commit().await?)
}
