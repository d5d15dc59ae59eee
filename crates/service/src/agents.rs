//! 经办人: people who act for a subject on its own pages.
//!
//! A person asks with the firm's code and exact name, the credit office confirms, and from then on the person may stand in for the
//! firm, until the mandate ends. Every use case of that face takes an [`Agent`], which only [`stand`] makes, by looking at the
//! mandate at that moment: nothing that a session remembers lets anybody act for a firm.

mod apply;
mod contact;
mod file;
mod office;
mod own;
mod person;

use xinyong_domain::identifier;
use xinyong_domain::party::is_deregistered;
use xinyong_store::{Account, Subject, Tx};

use crate::access::{Actor, Permission, Role};
use crate::accounts::{SignIn, enter};
use crate::audit::AuditEvent;
use crate::desk::Desk;
use crate::identities;
use crate::refusal::DeskError;

pub use apply::{Application, Firm, Proof, SignUp, apply, sign_up, take_back};
pub use contact::{Given, OwnContact, confirm_contact, erase_contacts, give_contact, own_contact};
pub(crate) use file::recognise;
pub use file::{FILE_TYPES, most_megabytes};
pub use office::{
    AgentCase, AgentRow, confirm, end, end_of_deregistered, mandate, mandate_file, mandates,
    refuse, refuse_many, waiting,
};
pub use own::{OwnFirm, OwnHome, leave, own_home};
pub use person::Person;
pub(crate) use person::signer;

/// What comes before the name that an agent types: agents' names and those of the units' people never meet.
const PREFIX: &str = "agent:";
/// What the records of the platform call an agent: the real name is sealed.
const SHOWN_AS: &str = "经办人";

/// The whole sign-in name of an agent.
pub(crate) fn login_of(typed: &str) -> String {
    let typed: String = typed.trim().to_lowercase().chars().take(40).collect();
    format!("{PREFIX}{typed}")
}

/// What people are shown of an agent's sign-in name; nothing for the name of anybody else. What an agent chose to type may itself say
/// who they are.
pub(crate) fn shown_as(login: &str) -> Option<&'static str> {
    login.starts_with(PREFIX).then_some(SHOWN_AS)
}

/// What an agent types, of a whole sign-in name.
#[must_use]
pub fn typed_login(login: &str) -> &str {
    login.strip_prefix(PREFIX).unwrap_or(login)
}

/// Somebody who acts for a subject, as it was found a moment ago.
#[derive(Debug, Clone)]
pub struct Agent {
    pub(crate) actor: Actor,
    pub(crate) account: i64,
    mandate: i64,
    pub(crate) subject: Subject,
    code: String,
}

impl Agent {
    /// The code of the subject.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The name of the subject.
    #[must_use]
    pub fn firm(&self) -> &str {
        &self.subject.name
    }

    /// A line of the audit log about something done for the subject.
    pub(crate) fn note(&self, desk: &Desk, tx: &mut Tx, deed: &'static str, id: i64) {
        let event = AuditEvent::Agent { deed, subject: self.subject.id, id };
        desk.audit_with(tx, &self.actor, event);
    }

    /// Holds the mandate until the transaction ends: whoever ends it meanwhile waits, and what was ended writes nothing.
    pub(crate) async fn hold(&self, tx: &mut Tx) -> Result<(), DeskError> {
        if tx.mandate_stands(self.mandate).await? { Ok(()) } else { Err(no_standing()) }
    }
}

/// A firm that is not there, one that somebody else acts for, and one that the person acts for no longer look the same.
fn no_standing() -> DeskError {
    DeskError::NotFound("这个主体的页面：地址可能有误，或者您现在不是该主体的经办人")
}

/// The account of an agent who is signed in.
pub(crate) async fn own_account(desk: &Desk, actor: &Actor) -> Result<Account, DeskError> {
    actor.authorise(Permission::UseOwnPages)?;
    let found = desk.store().account_by_login(&actor.login).await?;
    found.filter(|account| account.active).ok_or(DeskError::NotFound("该账号"))
}

/// Lets somebody stand in for a subject.
///
/// # Errors
/// `access.denied`; not found for whom the actor does not act for now.
pub async fn stand(desk: &Desk, actor: &Actor, code: &str) -> Result<Agent, DeskError> {
    actor.authorise(Permission::ReadOwnSubject)?;
    let account = own_account(desk, actor).await?;
    let store = desk.store();
    let code = identifier::normalise(code);
    let whole = store.subject_whole(&code).await?.ok_or_else(no_standing)?;
    let subject = whole.subject;
    if subject.code.as_deref() != Some(&*code) || is_deregistered(&subject.status) {
        return Err(no_standing());
    }
    let standing = store
        .mandates_of_account(account.id, MOST_MANDATES)
        .await?
        .into_iter()
        .find(|one| one.subject_id == subject.id && one.state == "active")
        .ok_or_else(no_standing)?;
    Ok(Agent {
        actor: actor.clone(),
        account: account.id,
        mandate: standing.id,
        subject,
        code: code.into_owned(),
    })
}

/// Mandates of one account, or of one subject, that are looked at: the newest.
const MOST_MANDATES: i64 = 200;

/// Signs an agent in by name and password, as [`crate::accounts::sign_in`] does for the people of the units.
///
/// # Errors
/// As there.
pub async fn sign_in(desk: &Desk, login: &str, given: &str) -> Result<SignIn, DeskError> {
    enter(desk, login_of(login), given).await
}

/// Signs in the agent whom the provider has proved to be `subject`.
///
/// # Errors
/// `sign-in.identity-unknown` for who has no account here yet: they may ask for one.
pub async fn sign_in_by_identity(
    desk: &Desk,
    issuer: &str,
    subject: &str,
) -> Result<(i64, Actor), DeskError> {
    identities::enter(desk, issuer, subject, true).await
}

pub(crate) fn actor_for(login: &str) -> Actor {
    Actor {
        login: login.to_owned(),
        name: SHOWN_AS.to_owned(),
        unit: String::new(),
        role: Some(Role::Agent),
    }
}

#[cfg(test)]
pub(crate) mod tests;
