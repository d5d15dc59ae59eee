//! Signing in through a provider of identities that the county trusts: which account somebody over there is here.
//!
//! The provider proves who somebody is; what they may do here is decided here. An identity that nobody linked opens nothing, and
//! a sign-in never makes an account (product.md §25).

use crate::access::{Actor, Permission, Role};
use crate::accounts::actor_of;
use crate::audit::AuditEvent;
use crate::desk::Desk;
use crate::refusal::DeskError;

/// Longest name that a provider may have for somebody (OpenID Connect Core §2: 255 ASCII characters).
const LONGEST_SUBJECT: usize = 255;

/// Lets an identity sign in as an account.
///
/// # Errors
/// `access.denied`, `account.unknown`, `identity.invalid`, `identity.linked` when it stands for an account already.
pub async fn link_identity(
    desk: &Desk,
    actor: &Actor,
    login: &str,
    issuer: &str,
    subject: &str,
) -> Result<(), DeskError> {
    actor.authorise(Permission::ManageAccounts)?;
    let plain = |text: &str| {
        !text.is_empty()
            && text.len() <= LONGEST_SUBJECT
            && text.bytes().all(|b| b.is_ascii_graphic())
    };
    if !plain(issuer) || !plain(subject) {
        return Err(DeskError::refused(
            "identity.invalid",
            "身份服务的地址和用户标识只能用可见的英文字符，255个以内",
        ));
    }
    let store = desk.store();
    let Some(account) = store.account_by_login(&login.trim().to_lowercase()).await? else {
        return Err(DeskError::refused("account.unknown", format!("没有登录名为“{login}”的账号")));
    };
    if store.account_of_identity(issuer, subject).await?.is_some() {
        return Err(DeskError::refused(
            "identity.linked",
            "这个身份已经关联了账号，请先解除原来的关联",
        ));
    }
    let mut tx = store.transaction("link identity").await?;
    tx.link_identity(store, issuer, subject, account.id, desk.clock().now()).await?;
    desk.audit_with(&mut tx, actor, AuditEvent::IdentityLinked { login: &account.login });
    tx.commit().await?;
    Ok(())
}

/// Takes all identities from an account; how many there were.
///
/// # Errors
/// `access.denied`, `account.unknown`.
pub async fn unlink_identities(desk: &Desk, actor: &Actor, login: &str) -> Result<u64, DeskError> {
    actor.authorise(Permission::ManageAccounts)?;
    let store = desk.store();
    let Some(account) = store.account_by_login(&login.trim().to_lowercase()).await? else {
        return Err(DeskError::refused("account.unknown", format!("没有登录名为“{login}”的账号")));
    };
    let mut tx = store.transaction("unlink identities").await?;
    let ended = tx.unlink_identities(account.id).await?;
    desk.audit_with(&mut tx, actor, AuditEvent::IdentitiesUnlinked { login: &account.login });
    tx.commit().await?;
    Ok(ended)
}

/// Signs in whom the provider has proved to be `subject`: their account id and who they are here.
///
/// # Errors
/// `sign-in.identity-unknown` when nobody linked the identity, or its account is closed.
pub async fn sign_in_by_identity(
    desk: &Desk,
    issuer: &str,
    subject: &str,
) -> Result<(i64, Actor), DeskError> {
    enter(desk, issuer, subject, false).await
}

/// Signs in whom the provider has proved, on the side of the units or of the subjects: no account opens both.
pub(crate) async fn enter(
    desk: &Desk,
    issuer: &str,
    subject: &str,
    agent: bool,
) -> Result<(i64, Actor), DeskError> {
    let store = desk.store();
    let account = match store.account_of_identity(issuer, subject).await? {
        Some(id) => store
            .account(id)
            .await?
            .filter(|account| account.active && (account.role == Role::Agent.as_str()) == agent),
        None => None,
    };
    let Some(account) = account else {
        let event = AuditEvent::SignInFailed { reason: "identity-unknown" };
        desk.audit(&Actor::visitor(), event).await?;
        return Err(DeskError::refused(
            "sign-in.identity-unknown",
            "您的身份已经核实，但还没有关联平台账号；请与本单位的平台管理员联系",
        ));
    };
    let actor = actor_of(&account)?;
    let mut tx = store.transaction("sign in").await?;
    tx.note_success(account.id).await?;
    desk.audit_with(&mut tx, &actor, AuditEvent::SignedIn);
    tx.commit().await?;
    Ok((account.id, actor))
}
