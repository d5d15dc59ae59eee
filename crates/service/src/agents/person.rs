//! Who an agent is: checked as typed, sealed at rest, never in a log.

use serde::{Deserialize, Serialize};
use xinyong_domain::identifier::{self, IdentifierKind, mask_citizen_id};
use xinyong_store::{AgentPerson, Purpose, Tx, agent_place};

use crate::desk::Desk;
use crate::refusal::{DeskError, Refusal};

/// Digits of a mobile number in the mainland.
const MOBILE_DIGITS: usize = 11;
/// Characters of an identity number; the ones of 15 digits are valid no longer.
const IDENTITY_LENGTH: usize = 18;

/// An agent's name, telephone and identity number.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Name.
    pub name: String,
    /// Mobile telephone.
    pub mobile: String,
    /// Identity number.
    pub identity: String,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Person(…)")
    }
}

impl Person {
    /// What was typed, in one form.
    ///
    /// # Errors
    /// `agent.name-invalid`, `agent.mobile-invalid`, `agent.identity-invalid`. No message repeats what was typed.
    pub(super) fn read(&self, desk: &Desk) -> Result<Self, Refusal> {
        let name = self.name.trim().to_owned();
        let length = name.chars().count();
        let plain = name.chars().all(|one| one.is_alphabetic() || "·• ".contains(one));
        if !(2..=40).contains(&length) || !plain {
            return Err(Refusal::new("agent.name-invalid", "请填写本人的真实姓名，2至40个字"));
        }
        let mobile: String =
            identifier::normalise(&self.mobile).chars().filter(|one| *one != '+').collect();
        let mobile = mobile.strip_prefix("86").unwrap_or(&mobile).to_owned();
        if mobile.len() != MOBILE_DIGITS
            || !mobile.starts_with('1')
            || !mobile.bytes().all(|one| one.is_ascii_digit())
        {
            return Err(Refusal::new("agent.mobile-invalid", "请填写11位的手机号码"));
        }
        let law = desk.law();
        let checked =
            identifier::check(IdentifierKind::CitizenId, &self.identity, law.region_history());
        if !checked.valid || checked.normalised.len() != IDENTITY_LENGTH {
            return Err(Refusal::new(
                "agent.identity-invalid",
                "公民身份号码不正确，请对照身份证填写18位号码",
            ));
        }
        Ok(Self { name, mobile, identity: checked.normalised })
    }

    /// The identity number as it may be shown.
    #[must_use]
    pub fn masked_identity(&self) -> String {
        mask_citizen_id(&self.identity)
    }

    /// Keeps it for an account.
    pub(super) async fn keep(
        &self,
        desk: &Desk,
        tx: &mut Tx,
        account: i64,
    ) -> Result<(), DeskError> {
        let clear =
            serde_json::to_vec(self).map_err(|error| DeskError::Internal(error.to_string()))?;
        let keys = desk.store().keys();
        let person = AgentPerson {
            account_id: account,
            blind: keys.blind_index(&self.identity),
            sealed: keys.seal(Purpose::Person, &agent_place(account), &clear)?,
            set_at: desk.clock().now(),
        };
        Ok(tx.put_agent_person(&person).await?)
    }

    /// Whose an account is, with the blind index.
    pub(super) async fn of(desk: &Desk, account: i64) -> Result<(Self, String), DeskError> {
        let store = desk.store();
        let kept =
            store.agent_person(account).await?.ok_or(DeskError::NotFound("经办人的身份信息"))?;
        let clear = store.keys().open(Purpose::Person, &agent_place(account), &kept.sealed)?;
        let person = serde_json::from_slice(&clear)
            .map_err(|error| DeskError::Internal(error.to_string()))?;
        Ok((person, kept.blind))
    }
}

/// The name of the agent of an account, to sign with.
pub(crate) async fn signer(desk: &Desk, account: i64) -> Result<String, DeskError> {
    Ok(Person::of(desk, account).await?.0.name)
}
