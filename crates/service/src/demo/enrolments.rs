//! Two subjects that a unit follows, and the key of its system. Every step is taken once, also when a stopped build is continued.

use jiff::ToSpan as _;

use super::accounts::actor;
use super::subjects::Subject;
use crate::access::{Actor, Role};
use crate::api_keys::{self, NewKey, Scope};
use crate::desk::Desk;
use crate::enrolments::{self, Enrol};
use crate::refusal::DeskError;

/// The unit that has accounts.
const UNIT: &str = "market-regulation";

/// Follows them, and ends one.
///
/// # Errors
/// What the steps fail with.
pub(super) async fn follow(desk: &Desk, invented: &[Subject]) -> Result<(), DeskError> {
    let clerk = actor(UNIT, Role::Clerk);
    let (held, _) = enrolments::list(desk, &clerk, 0).await?;
    let wanted = invented.iter().filter(|subject| subject.code.starts_with("91"));
    for (number, subject) in wanted.take(2).enumerate().skip(held.len()) {
        let new = Enrol {
            code: subject.code.clone(),
            basis: "《示例监督管理办法》第十二条".to_owned(),
            purpose: "示例：许可后的日常监管".to_owned(),
            until: desk.today().checked_add(6.months()).ok(),
        };
        // What cannot be followed is no reason to stop a demonstration.
        if let Ok(id) = enrolments::enrol(desk, &clerk, &new).await?
            && number > 0
        {
            enrolments::end(desk, &clerk, id, "示例：许可已经注销，不再需要").await?;
        }
    }
    let admin = Actor::system("demo");
    if api_keys::list(desk, &admin).await?.is_empty() {
        let new = NewKey {
            name: "市场监管示例业务系统".to_owned(),
            scopes: vec![Scope::Read, Scope::Follow],
            unit: UNIT.to_owned(),
            expires_on: desk.today().checked_add(12.months()).ok(),
        };
        // Nobody is told the key: a demonstration only shows that there is one.
        drop(api_keys::create(desk, &admin, &new).await?);
    }
    Ok(())
}
