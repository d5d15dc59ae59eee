//! Where an agent is written to: whoever gives an address confirms by a link that goes there, and until then nothing else does.

use jiff::ToSpan as _;
use jiff::civil::Date;
use xinyong_store::{ContactClaim, sm3_hex};

use super::{MOST_MANDATES, own_account};
use crate::access::{Actor, Permission};
use crate::audit::AuditEvent;
use crate::desk::Desk;
use crate::notices::plain_address;
use crate::refusal::DeskError;

/// How long a link holds, in milliseconds.
const HOLDS: i64 = 24 * 3_600_000;
/// Mails with a link that an account may ask for on one day, so that nobody fills the box of a stranger.
const MOST_A_DAY: i64 = 3;
/// Such mails that go to one address while nobody confirms it, whoever asks for them: several accounts fill nobody's box either.
const MOST_UNCONFIRMED: i64 = 3;
/// Over so many days.
const LOOKS_BACK: i64 = 30;

/// The last day that is not looked back on.
fn looks_back_to(desk: &Desk) -> Result<Date, DeskError> {
    let before = desk.today().checked_sub(LOOKS_BACK.days());
    before.map_err(|error| DeskError::Internal(error.to_string()))
}

/// Where an agent is written to.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct OwnContact {
    /// The address that was confirmed.
    pub address: Option<String>,
    /// The address that waits for it, and until when its link holds, in milliseconds since 1970.
    pub waiting: Option<(String, i64)>,
    /// Whether the mail to that address could not be sent.
    pub failed: bool,
    /// Whether the person may give one: somebody who acts for nobody is told nothing.
    pub may_set: bool,
}

impl std::fmt::Debug for OwnContact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OwnContact(…)")
    }
}

/// What came of giving an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// A mail with the link goes there.
    Asked,
    /// There is none any more.
    Taken,
    /// It is the one that was confirmed before.
    Same,
}

async fn acts(desk: &Desk, account: i64) -> Result<bool, DeskError> {
    let mandates = desk.store().mandates_of_account(account, MOST_MANDATES).await?;
    Ok(mandates.iter().any(|mandate| mandate.state == "active"))
}

/// Where the actor is written to.
///
/// # Errors
/// `access.denied`; when the store fails.
pub async fn own_contact(desk: &Desk, actor: &Actor) -> Result<OwnContact, DeskError> {
    let account = own_account(desk, actor).await?;
    let address = desk.store().contact(account.id).await?;
    let now = desk.clock().now();
    let claim = desk.store().contact_claim(account.id).await?.filter(|claim| claim.ends_at > now);
    Ok(OwnContact {
        address,
        failed: claim.as_ref().is_some_and(|claim| claim.mail == "failed"),
        waiting: claim.map(|claim| (claim.address, claim.ends_at)),
        may_set: acts(desk, account.id).await?,
    })
}

/// Gives an address, which is used once it is confirmed; an empty one takes away what is there.
///
/// # Errors
/// `contact.address-invalid`, `contact.no-firm`, `contact.too-often`, `contact.address-too-often`.
pub async fn give_contact(desk: &Desk, actor: &Actor, address: &str) -> Result<Given, DeskError> {
    let account = own_account(desk, actor).await?;
    let address = plain_address(address)?;
    let store = desk.store();
    if !address.is_empty() && !acts(desk, account.id).await? {
        return Err(DeskError::refused(
            "contact.no-firm",
            "经信用办确认为主体的经办人以后，才可以设置邮件提醒",
        ));
    }
    let (now, day) = (desk.clock().now(), desk.today());
    let mut tx = store.transaction("give contact").await?;
    let before = tx.hold_contact_claim(account.id).await?;
    if address.is_empty() {
        if let Some(before) = before {
            tx.end_contact_claim(before).await?;
        }
        tx.set_contact(store, account.id, None, now).await?;
        desk.audit_with(&mut tx, actor, AuditEvent::ContactSet { set: false });
        tx.commit().await?;
        return Ok(Given::Taken);
    }
    if tx.contact(account.id).await?.as_deref() == Some(address) {
        // Whoever gives the address in use has thought better of the one that waits.
        if let Some(before) = before.filter(|before| before.ends_at > 0) {
            tx.end_contact_claim(before).await?;
            tx.commit().await?;
        }
        return Ok(Given::Same);
    }
    let asked = before.filter(|before| before.day == day).map_or(0, |before| before.asked);
    if asked >= MOST_A_DAY {
        return Err(DeskError::refused(
            "contact.too-often",
            format!("每天最多发{MOST_A_DAY}封确认邮件，请明天再试，并查看垃圾邮件"),
        ));
    }
    let days = (day, looks_back_to(desk)?);
    if tx.count_contact_asked(address, days).await? > MOST_UNCONFIRMED {
        return Err(DeskError::refused(
            "contact.address-too-often",
            format!(
                "{LOOKS_BACK}天内发往这个邮箱的{MOST_UNCONFIRMED}封确认邮件都没有人确认，暂不再发；请核对邮箱，或者换一个邮箱"
            ),
        ));
    }
    let secret = hex::encode(desk.random::<32>()?);
    tx.put_contact_claim(&ContactClaim {
        account_id: account.id,
        address: address.to_owned(),
        digest: sm3_hex(secret.as_bytes()),
        secret,
        ends_at: now + HOLDS,
        day,
        asked: asked + 1,
        mail: "due".to_owned(),
        tries: 0,
    })
    .await?;
    desk.audit_with(&mut tx, actor, AuditEvent::ContactAsked);
    tx.commit().await?;
    Ok(Given::Asked)
}

/// Confirms the address whose link carried the secret, by whoever gave it.
///
/// # Errors
/// `contact.link-invalid` for one that is over, was used, or is somebody else's.
pub async fn confirm_contact(desk: &Desk, actor: &Actor, secret: &str) -> Result<(), DeskError> {
    let account = own_account(desk, actor).await?;
    let digest = sm3_hex(secret.trim().as_bytes());
    let now = desk.clock().now();
    let store = desk.store();
    let mut tx = store.transaction("confirm contact").await?;
    let claim = tx.hold_contact_claim(account.id).await?;
    let Some(claim) = claim.filter(|claim| claim.digest == digest && claim.ends_at > now) else {
        return Err(DeskError::refused(
            "contact.link-invalid",
            "这个链接已经用过、已过期，或者不是用这个账号申请的；需要时请重新填写邮箱",
        ));
    };
    tx.set_contact(store, account.id, Some(&claim.address), now).await?;
    tx.forget_contact_asked(&claim.address).await?;
    tx.end_contact_claim(claim).await?;
    desk.audit_with(&mut tx, actor, AuditEvent::ContactSet { set: true });
    tx.commit().await?;
    Ok(())
}

/// Forgets addresses that nobody confirmed in time, and those of agents who act for nobody any more. Returns of how many accounts.
///
/// # Errors
/// `access.denied`; when the store fails.
pub async fn erase_contacts(desk: &Desk, actor: &Actor) -> Result<u64, DeskError> {
    actor.authorise(Permission::RunJobs)?;
    let mut tx = desk.store().transaction("erase contacts of agents").await?;
    let erased = tx.end_contacts_over(desk.clock().now()).await?;
    tx.forget_contacts_asked(looks_back_to(desk)?).await?;
    if erased > 0 {
        let detail = erased.to_string();
        let event =
            AuditEvent::Case { deed: "account.contacts-erased", of: "account", detail: &detail };
        desk.audit_with(&mut tx, actor, event);
    }
    tx.commit().await?;
    Ok(erased)
}
