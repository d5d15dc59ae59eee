//! Accounts, sign-in, sessions.
//!
//! Passwords are argon2id hashes; five failures, of passwords and codes together, lock an account for a quarter of an hour; a
//! try counts before it is judged; an unknown name costs the same time as a wrong password and is answered the same.

mod factor;
mod held;
mod manage;
mod own;
pub(crate) mod password;
mod totp;

use xinyong_store::{Account, NewAccount, SessionRow, sm3_hex};

use crate::access::{Actor, Permission, Role};
use crate::audit::AuditEvent;
use crate::desk::Desk;
use crate::refusal::DeskError;

pub use factor::{factor_roles, set_factor_roles, sign_in_code};
pub use held::{HeldForm, drop_held, held_form, hold};
pub use manage::{
    AccountView, Change, account, accounts, change, end_sessions, reset_factor, reset_password,
    set_active,
};
pub use own::{
    Enrolment, OwnAccount, OwnSession, begin_factor, change_password, confirm_factor,
    end_other_sessions, end_own_session, enrolment, must_change, new_recovery_codes, own_account,
    remove_factor,
};
pub use password::SHORTEST_PASSWORD;

/// Longest password that is hashed: a longer one only costs time.
pub(crate) const LONGEST_PASSWORD: usize = 200;

/// A new account.
#[derive(Debug, Clone)]
pub struct CreateAccount {
    /// Sign-in name.
    pub login: String,
    /// Name people see.
    pub name: String,
    /// Unit id.
    pub unit: String,
    /// Role.
    pub role: Role,
    /// Password in the clear; not kept.
    pub password: String,
}

/// Makes an account for oneself or on the machine: its password stays.
///
/// # Errors
/// `access.denied`, `account.password-weak`, `account.login-invalid`, `account.exists`, `unit.unknown`,
/// `unit.ended`.
pub async fn create_account(
    desk: &Desk,
    actor: &Actor,
    command: CreateAccount,
) -> Result<(), DeskError> {
    create(desk, actor, command, false).await.map(drop)
}

/// Makes an account for somebody else, whose first deed is then to change the password. Returns its id.
///
/// # Errors
/// As [`create_account`]; `account.name-missing`.
pub async fn open_account(
    desk: &Desk,
    actor: &Actor,
    command: CreateAccount,
) -> Result<i64, DeskError> {
    create(desk, actor, command, true).await
}

/// The name people see, as it is kept.
fn read_name(name: &str) -> Result<String, DeskError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 40 {
        return Err(DeskError::refused("account.name-missing", "请填写姓名，40个字符以内"));
    }
    Ok(name.to_owned())
}

/// A sign-in name as it is kept.
///
/// # Errors
/// `account.login-invalid`.
pub(crate) fn read_login(login: &str) -> Result<String, DeskError> {
    let login = login.trim().to_lowercase();
    let plain = !login.is_empty()
        && login.len() <= 40
        && login
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || "-_.".contains(character));
    if !plain {
        return Err(DeskError::refused(
            "account.login-invalid",
            "登录名只能用字母、数字、点、横线和下划线，40个字符以内",
        ));
    }
    Ok(login)
}

async fn create(
    desk: &Desk,
    actor: &Actor,
    command: CreateAccount,
    must_change: bool,
) -> Result<i64, DeskError> {
    actor.authorise(Permission::ManageAccounts)?;
    if !Role::ACCOUNTS.contains(&command.role) {
        return Err(DeskError::refused(
            "account.role-invalid",
            "经办人的账号由本人在主体页面申请，不能在这里增加",
        ));
    }
    let login = read_login(&command.login)?;
    let name = read_name(&command.name)?;
    password::check_new(&login, &command.password)?;
    crate::units::reporting_unit(desk, &command.unit).await?;
    let store = desk.store();
    if store.account_by_login(&login).await?.is_some() {
        return Err(DeskError::refused("account.exists", format!("登录名“{login}”已被使用")));
    }
    let password = password::hash(desk, command.password).await?;
    let now = desk.clock().now();
    let id = desk.new_id();
    let mut tx = store.transaction("create account").await?;
    tx.create_account(&NewAccount {
        id,
        login: login.clone(),
        name,
        unit_id: command.unit,
        role: command.role.as_str().to_owned(),
        password,
        created_at: now,
    })
    .await?;
    tx.set_must_change(id, must_change, now).await?;
    let event = AuditEvent::AccountCreated { login: &login, role: command.role.as_str() };
    desk.audit_with(&mut tx, actor, event);
    tx.commit().await?;
    Ok(id)
}

pub(crate) fn actor_of(account: &Account) -> Result<Actor, DeskError> {
    let role = Role::from_word(&account.role)
        .ok_or_else(|| DeskError::Internal(format!("unknown role {}", account.role)))?;
    Ok(Actor {
        login: account.login.clone(),
        name: account.name.clone(),
        unit: account.unit_id.clone(),
        role: Some(role),
    })
}

/// How far a right password leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignIn {
    /// All the way: the account and who it is.
    Done(i64, Actor),
    /// To the second step, for this account.
    Code(i64),
}

/// Signs somebody in by name and password. A right password of an account with a second factor leads to [`sign_in_code`] only.
///
/// # Errors
/// `sign-in.failed` for an unknown name or a wrong password, `sign-in.locked` with the time to wait.
pub async fn sign_in(desk: &Desk, login: &str, given: &str) -> Result<SignIn, DeskError> {
    // Who acts for a subject signs in elsewhere: no word typed here names such an account.
    let login = login.replace(':', "");
    enter(desk, login.trim().to_lowercase().chars().take(40).collect(), given).await
}

/// Signs in by the whole name of an account.
pub(crate) async fn enter(desk: &Desk, login: String, given: &str) -> Result<SignIn, DeskError> {
    let failed = || {
        DeskError::refused("sign-in.failed", "登录名或密码不正确；连续5次错误，账号将锁定15分钟")
    };
    let store = desk.store();
    let Some(account) = store.account_by_login(&login).await?.filter(|account| account.active)
    else {
        let kept = match desk.decoy().get() {
            Some(kept) => kept.clone(),
            None => {
                let made = password::hash(desk, "不存在的账号".to_owned()).await?;
                desk.decoy().get_or_init(|| made).clone()
            }
        };
        password::verify(desk, kept, given.to_owned()).await?;
        desk.audit(&Actor::visitor(), AuditEvent::SignInFailed { reason: "unknown" }).await?;
        return Err(failed());
    };
    let actor = actor_of(&account)?;
    if let Err(error) = password::charge(desk, &account).await {
        desk.audit(&actor, AuditEvent::SignInFailed { reason: "locked" }).await?;
        return Err(error);
    }
    if !password::verify(desk, account.password.clone(), given.to_owned()).await? {
        desk.audit(&actor, AuditEvent::SignInFailed { reason: "password" }).await?;
        return Err(failed());
    }
    if store.security(account.id).await?.factor.is_some() {
        // Wrong codes stay counted: a right password is no way to try more of them.
        password::refund(desk, account.id).await?;
        return Ok(SignIn::Code(account.id));
    }
    let mut tx = store.transaction("sign in").await?;
    tx.note_success(account.id).await?;
    desk.audit_with(&mut tx, &actor, AuditEvent::SignedIn);
    tx.commit().await?;
    Ok(SignIn::Done(account.id, actor))
}

/// Notes that somebody signed out.
///
/// # Errors
/// When the store fails.
pub async fn signed_out(desk: &Desk, actor: &Actor) -> Result<(), DeskError> {
    desk.audit(actor, AuditEvent::SignedOut).await
}

/// What somebody must do before anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// Change the password that somebody else had set.
    ChangePassword,
    /// Set up the second factor that the role needs.
    EnrolFactor,
}

/// Who an account is, when it may still act, and what it must do first.
///
/// # Errors
/// When the store fails.
pub async fn actor(desk: &Desk, account: i64) -> Result<Option<(Actor, Option<Duty>)>, DeskError> {
    let Some(found) = desk.store().account(account).await?.filter(|account| account.active) else {
        return Ok(None);
    };
    let actor = actor_of(&found)?;
    let security = desk.store().security(account).await?;
    let duty = if security.must_change {
        Some(Duty::ChangePassword)
    } else if security.factor.is_none()
        && factor_roles(desk).await?.iter().any(|role| Some(*role) == actor.role)
    {
        Some(Duty::EnrolFactor)
    } else {
        None
    };
    Ok(Some((actor, duty)))
}

/// The account of somebody who is signed in.
async fn own(desk: &Desk, actor: &Actor) -> Result<Account, DeskError> {
    actor.authorise_own()?;
    desk.store().account_by_login(&actor.login).await?.ok_or(DeskError::NotFound("该账号"))
}

/// Milliseconds that ended sessions are remembered: whose a form was that arrives late.
const REMEMBERED: i64 = 12 * 60 * 60 * 1000;

/// A session as the pages keep it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionState {
    /// Whose it is, once signed in.
    pub account: Option<i64>,
    /// What the pages keep in it, as JSON.
    pub data: String,
    /// Until when it holds, in milliseconds since 1970.
    pub expires_at: i64,
    /// When somebody signed in with it, in milliseconds since 1970; 0 before.
    pub began_at: i64,
    /// The kind of browser, in words.
    pub agent: String,
}

fn row_of(desk: &Desk, state: SessionState) -> SessionRow {
    SessionRow {
        account_id: state.account,
        data: state.data,
        expires_at: state.expires_at,
        began_at: state.began_at,
        seen_at: desk.clock().now(),
        agent: state.agent,
    }
}

/// Keeps a new session under the digest of its token.
///
/// # Errors
/// When the store fails.
pub async fn create_session(
    desk: &Desk,
    token: &str,
    state: SessionState,
) -> Result<(), DeskError> {
    Ok(desk.store().create_session(&session_id(token), &row_of(desk, state)).await?)
}

/// Brings a session up to date. One that was ended meanwhile stays ended.
///
/// # Errors
/// When the store fails.
pub async fn save_session(desk: &Desk, token: &str, state: SessionState) -> Result<(), DeskError> {
    desk.store().save_session(&session_id(token), &row_of(desk, state)).await?;
    Ok(())
}

/// Under what a session is kept: a copy of the database signs nobody in.
fn session_id(token: &str) -> String {
    sm3_hex(token.as_bytes())
}

/// A session's data, while it lasts.
///
/// # Errors
/// When the store fails.
pub async fn load_session(desk: &Desk, token: &str) -> Result<Option<(String, i64)>, DeskError> {
    let now = desk.clock().now();
    let row = desk.store().load_session(&session_id(token), now).await?;
    Ok(row.map(|row| (row.data, row.expires_at)))
}

/// Whose a session was that has run out a short while ago, and its data. One that was ended on purpose is gone.
///
/// # Errors
/// When the store fails.
pub async fn ended_session(desk: &Desk, token: &str) -> Result<Option<(i64, String)>, DeskError> {
    let now = desk.clock().now();
    let row = desk.store().load_session(&session_id(token), now - REMEMBERED).await?;
    Ok(row
        .filter(|row| row.expires_at <= now)
        .and_then(|row| row.account_id.map(|account| (account, row.data))))
}

/// Forgets the sessions that ran out some hours ago, and the forms that were held too long. Returns how many sessions.
///
/// # Errors
/// When the store fails.
pub async fn forget_expired_sessions(desk: &Desk) -> Result<u64, DeskError> {
    let now = desk.clock().now();
    Ok(desk.store().delete_expired_sessions(now - REMEMBERED, now).await?)
}

/// Ends a session.
///
/// # Errors
/// When the store fails.
pub async fn delete_session(desk: &Desk, token: &str) -> Result<(), DeskError> {
    Ok(desk.store().delete_session(&session_id(token)).await?)
}
