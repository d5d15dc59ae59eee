//! Asks.

use std::sync::Arc;

use xinyong_domain::check::personal_number;
use xinyong_domain::identifier;
use xinyong_domain::law::Code;
use xinyong_domain::text::normalise_name;
use xinyong_store::{NewCheck, SubjectCheck, sm3_hex};

use super::answer::{CheckAnswer, CheckedSubject, Facts, PURPOSES, answer, joined};
use super::keep::{Found, Held, Looking, OneLook, found};
use crate::access::{Actor, Permission};
use crate::audit::AuditEvent;
use crate::browse::{MOST_READ, facts, present_code};
use crate::desk::Desk;
use crate::refusal::{DeskError, Refusal};

/// Characters of a basis.
pub(crate) const BASIS: std::ops::RangeInclusive<usize> = 4..=200;
/// Characters of a reference at most.
const MOST_REFERENCE: usize = 100;
/// Subjects of one name that are named in a refusal.
const MOST_NAMED: usize = 5;
/// Length of a unified social credit code: what is as long and plain is one, and not a name.
const CODE: usize = 18;

/// What somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// A purpose, an id or a name of `check-purpose`.
    pub purpose: String,
    /// The legal basis of the look, in the words of who asks.
    pub basis: String,
    /// The matter it belongs to; may be empty.
    pub reference: String,
    /// How it is asked: `console`, `api`, `sheet`, `window` or `command`.
    pub way: &'static str,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// The answer.
    pub answer: CheckAnswer,
    /// Its bytes.
    pub text: String,
    /// What is to be kept of both.
    pub(super) new: Arc<NewCheck>,
}

impl Looked {
    /// The numbered look.
    #[must_use]
    pub fn check(&self) -> &SubjectCheck {
        &self.new.check
    }
}

/// The purposes there are.
#[must_use]
pub fn purposes(desk: &Desk) -> Vec<Code> {
    desk.law().codes().get(PURPOSES).map(|list| list.codes.clone()).unwrap_or_default()
}

/// What is asked, with everything wrong refused: purpose, basis, reference.
pub(super) fn checked(desk: &Desk, asked: &Asked) -> Result<Asked, Refusal> {
    let purpose = asked.purpose.trim();
    let law = desk.law();
    let is_meant = |one: &&Code| {
        one.id == purpose
            || one.label == purpose
            || one.aliases.iter().any(|alias| alias == purpose)
    };
    let known = law.codes().get(PURPOSES).and_then(|list| list.codes.iter().find(is_meant));
    let Some(purpose) = known else {
        return Err(Refusal::new(
            "check.purpose-unknown",
            "请写明核查用途：行政审批、资质认定、政府采购、招标投标、财政资金、评优评先、日常监管或者其他",
        ));
    };
    let basis = asked.basis.trim();
    if !BASIS.contains(&basis.chars().count()) {
        return Err(Refusal::new(
            "check.basis-missing",
            format!(
                "请写明查询所依据的法律条文或者办理的事项，{}至{}个字",
                BASIS.start(),
                BASIS.end()
            ),
        ));
    }
    let reference = asked.reference.trim();
    if reference.chars().count() > MOST_REFERENCE {
        return Err(Refusal::new(
            "check.reference-too-long",
            format!("办件编号不超过{MOST_REFERENCE}个字"),
        ));
    }
    for text in [basis, reference] {
        plain(text)?;
        if let Some(what) = personal_number(text) {
            return Err(Refusal::new(
                "check.personal-number",
                format!("依据和办件编号里请不要写{what}"),
            ));
        }
    }
    Ok(Asked {
        purpose: purpose.id.clone(),
        basis: basis.to_owned(),
        reference: reference.to_owned(),
        way: asked.way,
    })
}

/// Refuses what no person types and no database keeps.
fn plain(text: &str) -> Result<(), Refusal> {
    if text.chars().any(char::is_control) {
        return Err(Refusal::new(
            "check.text-invalid",
            "填写的内容里有看不见的控制字符，请重新填写",
        ));
    }
    Ok(())
}

/// The code of the one subject that somebody means: by any of its codes, or by its exact name, present or former. A unified code is given back
/// as it is, whether or not a subject has it.
///
/// # Errors
/// `check.subject-missing`, `check.text-invalid`, `code.invalid`, not found, `check.several` where a name is that of several.
pub async fn find_subject(desk: &Desk, typed: &str) -> Result<String, DeskError> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(DeskError::refused(
            "check.subject-missing",
            "请填写统一社会信用代码，或者与证照一致的全称",
        ));
    }
    plain(typed)?;
    let is_code = typed.chars().all(|one| one.is_ascii_alphanumeric() || matches!(one, ' ' | '-'));
    let code = identifier::normalise(typed);
    if identifier::Uscc::parse(&code).is_ok() {
        // Looked up once, where the answer is put together.
        return Ok(code.into_owned());
    }
    if is_code && typed.chars().count() >= CODE / 2 {
        return present_code(desk, typed).await;
    }
    let key = normalise_name(typed).into_owned();
    let mut known = desk.store().find_subjects(&[], &[&key]).await?;
    let named = known.by_name.remove(&key).unwrap_or_default();
    let mut ids: Vec<i64> = named.iter().map(|(subject, _)| subject.id).collect();
    ids.sort_unstable();
    ids.dedup();
    let roots = desk.store().roots(&ids).await?;
    let mut meant: Vec<i64> = ids.iter().map(|id| roots.get(id).copied().unwrap_or(*id)).collect();
    meant.sort_unstable();
    meant.dedup();
    let found = desk.store().subjects(&meant).await?;
    let mut codes: Vec<(String, String)> =
        found.into_values().filter_map(|subject| Some((subject.code?, subject.name))).collect();
    codes.sort();
    match codes.as_slice() {
        [] => Err(DeskError::NotFound("该主体")),
        [(code, _)] => Ok(code.clone()),
        several => {
            let named = several.iter().take(MOST_NAMED);
            let named: Vec<_> = named.map(|(code, name)| format!("{name}（{code}）")).collect();
            Err(DeskError::refused(
                "check.several",
                format!(
                    "这个名称（包括曾用名称）对应{}个主体：{}。请用统一社会信用代码查询",
                    several.len(),
                    named.join("、")
                ),
            ))
        }
    }
}

/// For which unit somebody asks: accounts and keys are made for units that there are. The platform itself asks for the credit office.
pub(super) async fn unit_of(desk: &Desk, actor: &Actor) -> Result<String, DeskError> {
    if actor.unit.is_empty() {
        return Ok(desk.unit("credit-office").await?.id);
    }
    Ok(actor.unit.clone())
}

/// Checks one subject. That somebody looked is kept with the answer, and is a line of the audit log (H10).
///
/// # Errors
/// `access.denied`, `check.purpose-unknown`, `check.basis-missing`, `check.text-invalid`, `check.personal-number`, `check.several`, `check.too-many`,
/// `code.invalid`, not found.
pub async fn ask(
    desk: &Desk,
    actor: &Actor,
    typed: &str,
    asked: &Asked,
) -> Result<Looked, DeskError> {
    actor.authorise(Permission::CheckSubject)?;
    let asked = checked(desk, asked)?;
    let unit = unit_of(desk, actor).await?;
    let code = find_subject(desk, typed).await?;
    let look = OneLook { desk: desk.clone(), actor: actor.clone(), unit, code, asked };
    desk.keeper().looks.ask(Arc::new(look), &Looking { desk: desk.clone() }).await
}

/// The answer about a subject now, with a number of its own; nothing is kept yet.
pub(super) async fn look_up(
    desk: &Desk,
    actor: &Actor,
    unit: &str,
    code: &str,
    asked: &Asked,
) -> Result<Looked, DeskError> {
    let found = found(desk, &[code.to_owned()]).await?.into_iter().next().flatten();
    answered(desk, actor, unit, found, asked)
}

/// The answer from what was read, with a number of its own and dated by the read.
pub(super) fn answered(
    desk: &Desk,
    actor: &Actor,
    unit: &str,
    found: Found,
    asked: &Asked,
) -> Result<Looked, DeskError> {
    let Held { of, at } = found.ok_or(DeskError::NotFound("该主体"))?;
    let (whole, records) = Arc::unwrap_or_clone(of);
    let subject_id = whole.subject.id;
    let facts = facts(whole)?;
    if i64::try_from(records.len()).is_ok_and(|count| count >= MOST_READ) {
        return Err(DeskError::refused(
            "check.too-many",
            "这个主体的信息太多，一次核查不能保证没有遗漏，请与信用办联系",
        ));
    }
    let (law, law_words) = desk.law_state();
    let day = desk.today();
    let facts = Facts {
        subject: CheckedSubject::of(&facts),
        records: &records,
        law: &law,
        law_words: &law_words,
        day,
        purpose: &asked.purpose,
    };
    let (answer, frame) = answer(facts, &desk.keeper().frames)?;
    let parts = answer.parts(frame)?;
    let text = joined(&parts)?;
    let check = SubjectCheck {
        number: desk.keeper().number(desk, at)?.to_string(),
        subject_id,
        unit_id: unit.to_owned(),
        actor: actor.login.clone(),
        way: asked.way.to_owned(),
        purpose: asked.purpose.clone(),
        basis: asked.basis.clone(),
        reference: asked.reference.clone(),
        day,
        at,
        law: law_words,
        digest: sm3_hex(text.as_bytes()),
    };
    Ok(Looked { answer, text, new: Arc::new(NewCheck { check, answer: parts }) })
}

/// The line of the audit log about a look.
pub(super) fn event(check: &SubjectCheck) -> AuditEvent<'_> {
    AuditEvent::SubjectChecked {
        subject: check.subject_id,
        number: &check.number,
        purpose: &check.purpose,
        digest: &check.digest,
    }
}
