//! Accounts, sign-in, sessions.
//!
//! Passwords are argon2id hashes; five failures lock an account for a quarter of an hour; an unknown name costs the same time
//! as a wrong password and is answered the same.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use xinyong_store::{Account, NewAccount, SessionRow, sm3_hex};

use crate::access::{Actor, Permission, Role};
use crate::audit::AuditEvent;
use crate::desk::Desk;
use crate::refusal::DeskError;

/// Failures after which an account is locked.
const MOST_FAILURES: i64 = 5;
/// How long it stays locked, in milliseconds.
const LOCKED_FOR: i64 = 15 * 60 * 1000;
/// Shortest password.
pub const SHORTEST_PASSWORD: usize = 10;
/// Longest password that is hashed: a longer one only costs time.
const LONGEST_PASSWORD: usize = 200;

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

async fn hash(desk: &Desk, password: String) -> Result<String, DeskError> {
    let permit = desk
        .heavy()
        .acquire_owned()
        .await
        .map_err(|error| DeskError::Internal(error.to_string()))?;
    tokio::task::spawn_blocking(move || {
        let _permit = permit;
        Argon2::default()
            .hash_password(password.as_bytes())
            .map(|hash| hash.to_string())
            .map_err(|error| DeskError::Internal(error.to_string()))
    })
    .await
    .map_err(|error| DeskError::Internal(error.to_string()))?
}

async fn verify(desk: &Desk, kept: String, password: String) -> Result<bool, DeskError> {
    let permit = desk
        .heavy()
        .acquire_owned()
        .await
        .map_err(|error| DeskError::Internal(error.to_string()))?;
    tokio::task::spawn_blocking(move || {
        let _permit = permit;
        let parsed =
            PasswordHash::new(&kept).map_err(|error| DeskError::Internal(error.to_string()))?;
        Ok(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
    })
    .await
    .map_err(|error| DeskError::Internal(error.to_string()))?
}

/// Makes an account.
///
/// # Errors
/// `access.denied`, `account.password-weak`, `account.login-invalid`, `account.exists`, `unit.unknown`.
pub async fn create_account(
    desk: &Desk,
    actor: &Actor,
    command: CreateAccount,
) -> Result<(), DeskError> {
    actor.authorise(Permission::ManageAccounts)?;
    let login = command.login.trim().to_lowercase();
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
    let length = command.password.chars().count();
    let varied = command.password.chars().any(char::is_alphabetic)
        && command.password.chars().any(|character| character.is_ascii_digit());
    if !(SHORTEST_PASSWORD..=LONGEST_PASSWORD).contains(&length) || !varied {
        return Err(DeskError::refused(
            "account.password-weak",
            format!("密码至少{SHORTEST_PASSWORD}位，须同时有字母和数字"),
        ));
    }
    desk.unit(&command.unit).await?;
    let store = desk.store();
    if store.account_by_login(&login).await?.is_some() {
        return Err(DeskError::refused("account.exists", format!("登录名“{login}”已被使用")));
    }
    let password = hash(desk, command.password).await?;
    let now = desk.clock().now();
    let mut tx = store.transaction("create account").await?;
    tx.create_account(&NewAccount {
        id: desk.new_id(),
        login: login.clone(),
        name: command.name,
        unit_id: command.unit,
        role: command.role.as_str().to_owned(),
        password,
        created_at: now,
    })
    .await?;
    let event = AuditEvent::AccountCreated { login: &login, role: command.role.as_str() };
    desk.audit_with(&mut tx, actor, event);
    tx.commit().await?;
    Ok(())
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

/// Signs somebody in: their account id and who they are.
///
/// # Errors
/// `sign-in.failed` for an unknown name or a wrong password, `sign-in.locked` with the time to wait.
pub async fn sign_in(desk: &Desk, login: &str, password: &str) -> Result<(i64, Actor), DeskError> {
    let login: String = login.trim().to_lowercase().chars().take(40).collect();
    let password: String = password.chars().take(LONGEST_PASSWORD).collect();
    let failed = || {
        DeskError::refused("sign-in.failed", "登录名或密码不正确；连续5次错误，账号将锁定15分钟")
    };
    let store = desk.store();
    let now = desk.clock().now();
    let Some(account) = store.account_by_login(&login).await?.filter(|account| account.active)
    else {
        let kept = match desk.decoy().get() {
            Some(kept) => kept.clone(),
            None => {
                let made = hash(desk, "不存在的账号".to_owned()).await?;
                desk.decoy().get_or_init(|| made).clone()
            }
        };
        verify(desk, kept, password).await?;
        desk.audit(&Actor::visitor(), AuditEvent::SignInFailed { reason: "unknown" }).await?;
        return Err(failed());
    };
    let actor = actor_of(&account)?;
    if let Some(until) = account.locked_until.filter(|until| *until > now) {
        desk.audit(&actor, AuditEvent::SignInFailed { reason: "locked" }).await?;
        let minutes = (until - now) / 60_000 + 1;
        return Err(DeskError::refused(
            "sign-in.locked",
            format!("密码连续输错，账号已锁定，请{minutes}分钟后再试"),
        ));
    }
    if !verify(desk, account.password.clone(), password).await? {
        let locked_until = (account.failed + 1 >= MOST_FAILURES).then_some(now + LOCKED_FOR);
        let mut tx = store.transaction("note failure").await?;
        tx.note_failure(account.id, locked_until).await?;
        desk.audit_with(&mut tx, &actor, AuditEvent::SignInFailed { reason: "password" });
        tx.commit().await?;
        return Err(failed());
    }
    let mut tx = store.transaction("sign in").await?;
    tx.note_success(account.id).await?;
    desk.audit_with(&mut tx, &actor, AuditEvent::SignedIn);
    tx.commit().await?;
    Ok((account.id, actor))
}

/// Notes that somebody signed out.
///
/// # Errors
/// When the store fails.
pub async fn signed_out(desk: &Desk, actor: &Actor) -> Result<(), DeskError> {
    desk.audit(actor, AuditEvent::SignedOut).await
}

/// Who an account is, when it may still act.
///
/// # Errors
/// When the store fails.
pub async fn actor(desk: &Desk, account: i64) -> Result<Option<Actor>, DeskError> {
    let found = desk.store().account(account).await?.filter(|account| account.active);
    found.as_ref().map(actor_of).transpose()
}

/// Keeps a session's data under the digest of its token.
///
/// # Errors
/// When the store fails.
pub async fn save_session(
    desk: &Desk,
    token: &str,
    data: &str,
    expires_at: i64,
) -> Result<(), DeskError> {
    let row = SessionRow { account_id: None, data: data.to_owned(), expires_at };
    Ok(desk.store().save_session(&sm3_hex(token.as_bytes()), &row).await?)
}

/// A session's data, while it lasts.
///
/// # Errors
/// When the store fails.
pub async fn load_session(desk: &Desk, token: &str) -> Result<Option<(String, i64)>, DeskError> {
    let now = desk.clock().now();
    let row = desk.store().load_session(&sm3_hex(token.as_bytes()), now).await?;
    Ok(row.map(|row| (row.data, row.expires_at)))
}

/// Forgets the sessions whose time is over. Returns how many.
///
/// # Errors
/// When the store fails.
pub async fn forget_expired_sessions(desk: &Desk) -> Result<u64, DeskError> {
    Ok(desk.store().delete_expired_sessions(desk.clock().now()).await?)
}

/// Ends a session.
///
/// # Errors
/// When the store fails.
pub async fn delete_session(desk: &Desk, token: &str) -> Result<(), DeskError> {
    Ok(desk.store().delete_session(&sm3_hex(token.as_bytes())).await?)
}
