//! What the administrator does with accounts. Nothing here shows business data, and nothing leaves the platform without an
//! administrator.

use std::collections::BTreeMap;

use xinyong_store::{Account, Tx};

use super::{password, read_name};
use crate::access::{Actor, Permission, Role};
use crate::audit::AuditEvent;
use crate::browse::unit_names;
use crate::desk::Desk;
use crate::refusal::DeskError;
use crate::units;

/// An account as the administrator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountView {
    /// Its id.
    pub id: i64,
    /// What the person types.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// Id of the unit.
    pub unit: String,
    /// Name of the unit.
    pub unit_name: String,
    /// The role; `None` for a word that this edition does not know.
    pub role: Option<Role>,
    /// Whether the person may sign in.
    pub active: bool,
    /// Until when the account is locked after wrong tries, in milliseconds since 1970.
    pub locked_until: Option<i64>,
    /// When it was made.
    pub created_at: i64,
    /// Whether the password must be changed first.
    pub must_change: bool,
    /// Whether it has a second factor.
    pub has_factor: bool,
    /// Sessions that last at present.
    pub sessions: usize,
}

async fn view(
    desk: &Desk,
    account: Account,
    units: &BTreeMap<String, String>,
) -> Result<AccountView, DeskError> {
    let now = desk.clock().now();
    let security = desk.store().security(account.id).await?;
    Ok(AccountView {
        id: account.id,
        unit_name: units.get(&account.unit_id).unwrap_or(&account.unit_id).clone(),
        login: account.login,
        name: account.name,
        unit: account.unit_id,
        role: Role::from_word(&account.role),
        active: account.active,
        locked_until: account.locked_until.filter(|until| *until > now),
        created_at: account.created_at,
        must_change: security.must_change,
        has_factor: security.factor.is_some(),
        sessions: desk.store().sessions_of(account.id, now).await?.len(),
    })
}

/// All accounts, by sign-in name.
///
/// # Errors
/// `access.denied`.
pub async fn accounts(desk: &Desk, actor: &Actor) -> Result<Vec<AccountView>, DeskError> {
    actor.authorise(Permission::ManageAccounts)?;
    let names = unit_names(desk).await?;
    let mut views = Vec::new();
    for account in desk.store().accounts().await? {
        views.push(view(desk, account, &names).await?);
    }
    Ok(views)
}

/// One account.
///
/// # Errors
/// `access.denied`, not found.
pub async fn account(desk: &Desk, actor: &Actor, id: i64) -> Result<AccountView, DeskError> {
    let account = held(desk, actor, id).await?;
    view(desk, account, &unit_names(desk).await?).await
}

async fn held(desk: &Desk, actor: &Actor, id: i64) -> Result<Account, DeskError> {
    actor.authorise(Permission::ManageAccounts)?;
    desk.store().account(id).await?.ok_or(DeskError::NotFound("该账号"))
}

/// Refuses what would leave the platform without an administrator. The transaction holds the administrators until its end.
async fn keep_an_administrator(tx: &mut Tx, account: &Account) -> Result<(), DeskError> {
    let administrators = tx.active_of_role(Role::Administrator.as_str()).await?;
    if administrators.as_slice() == [account.id] {
        return Err(DeskError::refused(
            "account.last-administrator",
            "这是最后一个可以登录的系统管理员，不能停用，也不能改为其他角色；请先增加另一名管理员",
        ));
    }
    Ok(())
}

/// A change of name, unit or role.
#[derive(Debug, Clone)]
pub struct Change {
    /// The account.
    pub account: i64,
    /// The name people see.
    pub name: String,
    /// Unit id.
    pub unit: String,
    /// Role.
    pub role: Role,
}

/// Changes name, unit and role. What the person may do follows with the next request.
///
/// # Errors
/// `access.denied`, not found, `account.name-missing`, `unit.unknown`, `unit.ended`, `account.role-invalid`,
/// `account.last-administrator`.
pub async fn change(desk: &Desk, actor: &Actor, command: Change) -> Result<(), DeskError> {
    let account = held(desk, actor, command.account).await?;
    if account.role == Role::Agent.as_str() || command.role == Role::Agent {
        return Err(DeskError::refused(
            "account.role-invalid",
            "经办人的账号没有单位，也不能改为其他角色",
        ));
    }
    let name = read_name(&command.name)?;
    if command.unit != account.unit_id {
        units::reporting_unit(desk, &command.unit).await?;
    }
    let role = command.role.as_str();
    let mut tx = desk.store().transaction("change account").await?;
    if command.role != Role::Administrator {
        keep_an_administrator(&mut tx, &account).await?;
    }
    tx.set_profile(account.id, &name, &command.unit, role).await?;
    let event = AuditEvent::AccountChanged { login: &account.login, unit: &command.unit, role };
    desk.audit_with(&mut tx, actor, event);
    Ok(tx.commit().await?)
}

/// Lets somebody sign in or not; who may not is signed out everywhere.
///
/// # Errors
/// `access.denied`, not found, `account.last-administrator`.
pub async fn set_active(
    desk: &Desk,
    actor: &Actor,
    id: i64,
    active: bool,
) -> Result<(), DeskError> {
    let account = held(desk, actor, id).await?;
    let mut tx = desk.store().transaction("switch account").await?;
    if !active {
        keep_an_administrator(&mut tx, &account).await?;
        tx.delete_sessions_of(id, "").await?;
    }
    tx.set_account_active(id, active).await?;
    let event = AuditEvent::AccountSwitched { login: &account.login, active };
    desk.audit_with(&mut tx, actor, event);
    Ok(tx.commit().await?)
}

/// Gives an account another password, which its person must change at the next sign-in, and ends its sessions. A lock ends too.
///
/// # Errors
/// `access.denied`, not found, `account.password-weak`.
pub async fn reset_password(
    desk: &Desk,
    actor: &Actor,
    id: i64,
    new: &str,
) -> Result<(), DeskError> {
    let account = held(desk, actor, id).await?;
    password::check_new(&account.login, new)?;
    let hash = password::hash(desk, new.to_owned()).await?;
    let mut tx = desk.store().transaction("reset password").await?;
    tx.set_password(id, &hash).await?;
    tx.set_must_change(id, true, desk.clock().now()).await?;
    tx.delete_sessions_of(id, "").await?;
    desk.audit_with(&mut tx, actor, AuditEvent::PasswordReset { login: &account.login });
    Ok(tx.commit().await?)
}

/// Ends all sessions of an account. How many they were.
///
/// # Errors
/// `access.denied`, not found.
pub async fn end_sessions(desk: &Desk, actor: &Actor, id: i64) -> Result<u64, DeskError> {
    let account = held(desk, actor, id).await?;
    let mut tx = desk.store().transaction("end sessions").await?;
    let ended = tx.delete_sessions_of(id, "").await?;
    desk.audit_with(&mut tx, actor, AuditEvent::SessionsEnded { login: &account.login, ended });
    tx.commit().await?;
    Ok(ended)
}

/// Takes somebody's second factor away, for a lost telephone. The sessions end with it.
///
/// # Errors
/// `access.denied`, not found.
pub async fn reset_factor(desk: &Desk, actor: &Actor, id: i64) -> Result<(), DeskError> {
    let account = held(desk, actor, id).await?;
    let mut tx = desk.store().transaction("reset factor").await?;
    tx.clear_factor(id).await?;
    tx.delete_sessions_of(id, "").await?;
    desk.audit_with(&mut tx, actor, AuditEvent::FactorReset { login: &account.login });
    Ok(tx.commit().await?)
}
