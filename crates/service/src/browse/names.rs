//! What ids are called: units and people.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::desk::Desk;
use crate::refusal::DeskError;

/// Somebody who did something here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonView {
    /// The sign-in name, or what the command line was given.
    pub login: String,
    /// The name people see; the sign-in name where there is no account.
    pub name: String,
}

/// Names of units by id.
///
/// # Errors
/// When the store fails.
pub async fn unit_names(desk: &Desk) -> Result<BTreeMap<String, String>, DeskError> {
    Ok(desk.store().units().await?.into_iter().map(|unit| (unit.id, unit.name)).collect())
}

/// Names of units and people, read once for a page.
pub(crate) struct Names {
    units: BTreeMap<String, String>,
    people: BTreeMap<String, String>,
}

impl Names {
    /// Reads them.
    pub(crate) async fn read(desk: &Desk) -> Result<Self, DeskError> {
        let accounts = desk.store().accounts().await?;
        Ok(Self {
            units: unit_names(desk).await?,
            people: accounts.into_iter().map(|account| (account.login, account.name)).collect(),
        })
    }

    /// A unit's name, its id where it is not known.
    pub(crate) fn unit(&self, id: &str) -> String {
        self.units.get(id).cloned().unwrap_or_else(|| id.to_owned())
    }

    /// A person by sign-in name. Who acts for a subject is named as such, and not looked up: there are as many as firms.
    pub(crate) fn person(&self, login: &str) -> PersonView {
        let known = self.people.get(login).map(String::as_str);
        let name = known.or_else(|| crate::agents::shown_as(login)).unwrap_or(login);
        PersonView { login: login.to_owned(), name: name.to_owned() }
    }
}
