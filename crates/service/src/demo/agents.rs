//! People who act for subjects in a demonstration: one who was confirmed and has declared something, and one who waits.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;
use xinyong_domain::identifier::citizen_id_check_character;
use xinyong_domain::workflow::mandate::Standing;

use super::accounts::{self, AGENT, DEMONSTRATION_PASSWORD};
use super::subjects::Subject;
use crate::access::{Actor, Role};
use crate::agents::{self, Application, Firm, Person, Proof, SignUp, actor_for, login_of};
use crate::declarations::{self, Declare};
use crate::desk::Desk;
use crate::refusal::DeskError;

/// The second one's sign-in name.
const WAITING: &str = "agent2";
/// What is entered.
const KIND: &str = "self-declaration";
/// A scan that says that it is none.
const SCAN: &[u8] = b"%PDF-1.4\n% invented, for demonstration only\n%%EOF\n";

/// The two subjects: organisations that still do business and were known from the beginning.
pub(super) fn chosen(invented: &[Subject], start: Date) -> Option<(&Subject, &Subject)> {
    let mut fit = invented.iter().filter(|subject| {
        subject.known == start && subject.is_active() && !subject.is_individual()
    });
    Some((fit.next()?, fit.next()?))
}

fn person(name: &str, number: usize) -> Person {
    // Born on a day on which nobody is any more, with a serial number and a telephone number that are given to nobody.
    let first = format!("14082919000101{number:03}");
    let check = citizen_id_check_character(&first).map(String::from).unwrap_or_default();
    Person {
        name: name.to_owned(),
        mobile: format!("1000000000{number}"),
        identity: format!("{first}{check}"),
    }
}

async fn ask(
    desk: &Desk,
    login: &str,
    person: Person,
    application: Application,
) -> Result<Actor, DeskError> {
    let password = DEMONSTRATION_PASSWORD.to_owned();
    let proof = Proof::Password { login: login.to_owned(), password };
    match agents::sign_up(desk, SignUp { person, proof, application }).await {
        Ok((_, actor)) => Ok(actor),
        // A stopped run had made it.
        Err(DeskError::Refused(refusal)) if refusal.code == "account.exists" => {
            Ok(actor_for(&login_of(login)))
        }
        Err(error) => Err(error),
    }
}

/// Makes them; what a stopped run had made stays.
///
/// # Errors
/// What the steps fail with.
pub(super) async fn create(
    desk: &Desk,
    invented: &[Subject],
    (start, today): (Date, Date),
) -> Result<(), DeskError> {
    let Some((first, second)) = chosen(invented, start) else { return Ok(()) };
    let firm = |subject: &Subject| Application {
        firm: Firm { code: subject.code.clone(), name: subject.name.clone() },
        ..Application::default()
    };
    let days_ago = |days: i32| desk.at(today.checked_sub(days.days()).unwrap_or(today));
    let then = days_ago(40);
    let actor = ask(&then, AGENT, person("示例经办人甲", 0), firm(first)).await?;
    let office = accounts::actor("credit-office", Role::CreditOffice);
    for one in agents::own_home(&then, &actor).await?.others {
        if one.standing == Standing::Waiting {
            agents::confirm(&days_ago(38), &office, one.id).await?;
        }
    }
    let there = days_ago(20);
    let agent = agents::stand(&there, &actor, &first.code).await?;
    if declarations::declarations(&there, &agent).await?.is_empty() {
        let form = declarations::form(&there, &agent, KIND)?;
        let values: BTreeMap<String, String> = [
            ("ZZ_LB", "资质证照"),
            ("ZZ_SX", "示例质量管理体系认证"),
            (
                "ZZ_NR",
                "取得示例质量管理体系认证证书，证书编号示例认证第2026-017号，由示例认证中心颁发。",
            ),
            ("GKLX", "可向社会公开"),
        ]
        .map(|(code, value)| (code.to_owned(), value.to_owned()))
        .into();
        let command = Declare {
            kind: KIND.to_owned(),
            values,
            entry: form.entry,
            commitment: form.commitment_digest,
            agreed: true,
        };
        declarations::declare(&there, &agent, command).await?;
    }
    let path = super::write(desk, "authority.pdf", SCAN.to_vec()).await?;
    let mut application = firm(second);
    application.file = Some(path.clone());
    let asked = ask(&days_ago(1), WAITING, person("示例经办人乙", 1), application).await;
    drop(std::fs::remove_file(&path));
    asked.map(drop)
}
