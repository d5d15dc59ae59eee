//! Where the changes are sent for a key. The administrator sets the address; whether it may be one, the outlet says, by what the
//! people who run the platform have allowed in its configuration.

use xinyong_store::{ApiKeyRow, Hook};

use crate::access::{Actor, Permission};
use crate::api_keys::{Scope, scopes_of};
use crate::audit::AuditEvent;
use crate::browse::{Names, PersonView};
use crate::desk::Desk;
use crate::refusal::{DeskError, Refusal};

/// What sends to addresses outside.
pub trait Outlet: Send + Sync {
    /// Whether it sends to an address; gives it as it is to be kept.
    ///
    /// # Errors
    /// `hook.address-invalid`, `hook.host-not-allowed`.
    fn admits(&self, address: &str) -> Result<String, Refusal>;

    /// Sends a parcel, and gives the status of the answer.
    ///
    /// # Errors
    /// What went wrong, for the log: without the address.
    fn send(
        &self,
        address: &str,
        parcel: &super::Parcel,
    ) -> impl Future<Output = Result<u16, String>> + Send;
}

/// An address as the administrator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookView {
    /// The address.
    pub address: String,
    /// Who set it.
    pub set_by: PersonView,
    /// When.
    pub set_at: i64,
}

/// The key, where changes may be sent for it.
async fn key_of(desk: &Desk, actor: &Actor, key: i64) -> Result<ApiKeyRow, DeskError> {
    actor.authorise(Permission::ManageKeys)?;
    desk.store().api_key(key).await?.ok_or(DeskError::NotFound("该密钥"))
}

/// Sets where the changes are sent for a key.
///
/// # Errors
/// `access.denied`, not found, `hook.key-unfit` for a key that has ended or is for something else; what the outlet says no to;
/// `hook.host-not-allowed` where nothing is sent at all.
pub async fn set_hook(
    desk: &Desk,
    actor: &Actor,
    key: i64,
    address: &str,
    outlet: Option<&impl Outlet>,
) -> Result<(), DeskError> {
    let row = key_of(desk, actor, key).await?;
    let over = row.ended_at.is_some() || row.expires_on < desk.today();
    if over || !scopes_of(&row.scopes).contains(&Scope::Follow) {
        return Err(DeskError::refused(
            "hook.key-unfit",
            "只有有效的、用途包括“接收订阅主体的变化”的密钥可以设定推送地址",
        ));
    }
    let Some(outlet) = outlet else {
        return Err(DeskError::refused(
            "hook.host-not-allowed",
            "本平台没有开启推送：请运行人员在配置文件中写明允许推送的主机",
        ));
    };
    let address = outlet.admits(address)?;
    let mut tx = desk.store().transaction("set hook").await?;
    let (set_by, set_at) = (actor.login.clone(), desk.clock().now());
    tx.set_hook(&Hook { key_id: key, address, set_by, set_at }).await?;
    desk.audit_with(&mut tx, actor, AuditEvent::Hook { deed: "hook.set", key });
    tx.commit().await?;
    Ok(())
}

/// Sends nothing for a key any more.
///
/// # Errors
/// `access.denied`, not found.
pub async fn remove_hook(desk: &Desk, actor: &Actor, key: i64) -> Result<(), DeskError> {
    key_of(desk, actor, key).await?;
    let mut tx = desk.store().transaction("remove hook").await?;
    if tx.remove_hook(key).await? {
        desk.audit_with(&mut tx, actor, AuditEvent::Hook { deed: "hook.removed", key });
    }
    tx.commit().await?;
    Ok(())
}

/// Where the changes are sent for a key.
///
/// # Errors
/// `access.denied`, not found.
pub async fn hook(desk: &Desk, actor: &Actor, key: i64) -> Result<Option<HookView>, DeskError> {
    key_of(desk, actor, key).await?;
    let Some(hook) = desk.store().hook(key).await? else { return Ok(None) };
    let names = Names::read(desk).await?;
    let set_by = names.person(&hook.set_by);
    Ok(Some(HookView { address: hook.address, set_by, set_at: hook.set_at }))
}
