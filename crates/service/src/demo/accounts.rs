//! The accounts of a demonstration: one for each role, and a second unit's clerk and reviewer.

use crate::access::{Actor, Role};
use crate::accounts::{CreateAccount, create_account};
use crate::desk::Desk;
use crate::refusal::DeskError;

/// The password of every account of a demonstration. It is printed, and works in demonstration databases only.
pub const DEMONSTRATION_PASSWORD: &str = "demo-password-1";

/// The sign-in name of the one who acts for a subject.
pub(super) const AGENT: &str = "agent";

/// An account as it is shown to whoever tries the demonstration.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct DemoAccount {
    /// Sign-in name.
    pub login: String,
    /// Password in the clear.
    pub password: String,
    /// What the role is called.
    pub role: String,
    /// Name of the unit.
    pub unit: String,
}

/// Sign-in name, name, unit id, role.
const ACCOUNTS: &[(&str, &str, &str, Role)] = &[
    ("office", "示例信用办", "credit-office", Role::CreditOffice),
    ("office2", "示例信用办乙", "credit-office", Role::CreditOffice),
    ("clerk", "示例报送员甲", "market-regulation", Role::Clerk),
    ("reviewer", "示例复核员甲", "market-regulation", Role::Reviewer),
    ("clerk2", "示例报送员乙", "emergency-management", Role::Clerk),
    ("reviewer2", "示例复核员乙", "emergency-management", Role::Reviewer),
    ("auditor", "示例审计员", "credit-office", Role::Auditor),
    ("admin", "示例管理员", "credit-office", Role::Administrator),
];

/// The accounts as they are shown.
///
/// # Errors
/// `unit.unknown` when the county lacks one of their units.
pub(super) async fn list(desk: &Desk) -> Result<Vec<DemoAccount>, DeskError> {
    let mut accounts = Vec::with_capacity(ACCOUNTS.len());
    for (login, _, unit, role) in ACCOUNTS {
        accounts.push(DemoAccount {
            login: (*login).to_owned(),
            password: DEMONSTRATION_PASSWORD.to_owned(),
            role: role.label().to_owned(),
            unit: desk.unit(unit).await?.name,
        });
    }
    // Signs in on the subjects' own pages.
    accounts.push(DemoAccount {
        login: AGENT.to_owned(),
        password: DEMONSTRATION_PASSWORD.to_owned(),
        role: Role::Agent.label().to_owned(),
        unit: "企业登录（/my）".to_owned(),
    });
    Ok(accounts)
}

/// Makes the accounts; those that a stopped run had made stay.
///
/// # Errors
/// As [`create_account`], except that an account may exist.
pub(super) async fn create(desk: &Desk, actor: &Actor) -> Result<(), DeskError> {
    for (login, name, unit, role) in ACCOUNTS {
        let made = create_account(
            desk,
            actor,
            CreateAccount {
                login: (*login).to_owned(),
                name: (*name).to_owned(),
                unit: (*unit).to_owned(),
                role: *role,
                password: DEMONSTRATION_PASSWORD.to_owned(),
            },
        )
        .await;
        match made {
            Err(DeskError::Refused(refusal)) if refusal.code == "account.exists" => {}
            other => other?,
        }
    }
    Ok(())
}

/// Who acts for a unit in a role: the account where there is one, else somebody invented without an account.
pub(super) fn actor(unit: &str, role: Role) -> Actor {
    let held = ACCOUNTS.iter().find(|(_, _, of, has)| *of == unit && *has == role);
    let (login, name) = match held {
        Some((login, name, _, _)) => ((*login).to_owned(), (*name).to_owned()),
        None => (format!("{unit}-{}", role.as_str()), format!("示例{}", role.label())),
    };
    Actor { login, name, unit: unit.to_owned(), role: Some(role) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_can_be_tried() {
        for role in Role::ACCOUNTS {
            assert!(ACCOUNTS.iter().any(|(_, _, _, has)| *has == role), "{role:?}");
        }
        for (_, name, _, _) in ACCOUNTS {
            assert!(name.contains("示例"));
        }
        assert!(DEMONSTRATION_PASSWORD.len() >= crate::accounts::SHORTEST_PASSWORD);
    }

    #[test]
    fn two_people_file_and_release() {
        assert_eq!(actor("market-regulation", Role::Clerk).login, "clerk");
        let (clerk, reviewer) = (actor("tax", Role::Clerk), actor("tax", Role::Reviewer));
        assert_ne!(clerk.login, reviewer.login);
        assert_eq!(reviewer.unit, "tax");
    }
}
