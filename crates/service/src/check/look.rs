//! Shows past answers: to those entitled as they were given, to everybody else what they may see today.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use serde::Serialize;
use xinyong_domain::check::personal_number;
use xinyong_store::SubjectCheck;

use super::answer::{CheckAnswer, CheckedRecord, Given};
use super::ask::look_up;
use super::uses::{UseEntry, entries};
use super::{Asked, Looked};
use crate::access::{Actor, Permission};
use crate::agents::Agent;
use crate::audit::AuditEvent;
use crate::browse::{Names, PersonView, unit_names};
use crate::desk::Desk;
use crate::refusal::DeskError;
use crate::report::{Edition, ReportNumber};

/// Characters of the reason for which an answer is seen as it was given.
const WHY: std::ops::RangeInclusive<usize> = 4..=200;
/// Looks on a page.
const PER_PAGE: usize = 50;
/// Looks that a subject is shown at most, the newest.
const MOST_LOOKS: i64 = 500;

/// A look in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LookView {
    /// Its number.
    pub number: String,
    /// When.
    pub at: i64,
    /// For which unit.
    pub unit: String,
    /// Name of the purpose.
    pub purpose: String,
    /// The basis that was given.
    pub basis: String,
    /// The matter.
    pub reference: String,
    /// How it was asked, in words.
    pub way: &'static str,
    /// Code of the subject.
    pub code: String,
    /// Name of the subject.
    pub name: String,
    /// What came of it, in words; empty where nobody has said it yet.
    pub outcome: String,
}

/// A page of looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckList {
    /// The looks, the newest first.
    pub looks: Vec<LookView>,
    /// After which the next page begins; nothing on the last.
    pub next: Option<String>,
}

/// A past answer as somebody may see it today.
#[derive(Debug, Clone)]
pub struct CheckView {
    /// The look.
    pub check: SubjectCheck,
    /// Name of the unit that asked.
    pub unit: String,
    /// Who asked.
    pub who: PersonView,
    /// Name of the purpose.
    pub purpose: String,
    /// How it was asked, in words.
    pub way: &'static str,
    /// What was answered, as far as it may be seen today.
    pub answer: CheckAnswer,
    /// What use was made of it.
    pub uses: Vec<UseEntry>,
    /// Whether the actor may say what use was made of it.
    pub can_say: bool,
}

/// How a look was asked, in words.
pub(super) fn way(word: &str) -> &'static str {
    match word {
        "console" => "单位工作台",
        "api" => "接口",
        "sheet" => "批量核查",
        "window" => "审批系统窗口",
        "report" => "取得信用报告",
        "enrolment" => "订阅变化",
        _ => "命令",
    }
}

/// The name of a purpose.
pub(super) fn purpose_name(desk: &Desk, id: &str) -> String {
    let named = super::purposes(desk).into_iter().find(|one| one.id == id);
    named.map_or_else(|| id.to_owned(), |one| one.label)
}

/// A look and the bytes that were answered.
pub(super) async fn kept(desk: &Desk, number: &str) -> Result<(SubjectCheck, String), DeskError> {
    let missing = || DeskError::NotFound("这个编号的核查");
    let number = ReportNumber::parse(number).ok_or_else(missing)?;
    let check = desk.store().subject_check(number.as_str()).await?.ok_or_else(missing)?;
    let text = desk.store().check_answer(&check.number).await?.ok_or_else(missing)?;
    Ok((check, text))
}

/// A past answer byte for byte as it was given: for those whom the law entitles, each time a line of the audit log.
///
/// # Errors
/// `access.denied`, `check.why-missing`, not found.
pub async fn original(
    desk: &Desk,
    actor: &Actor,
    number: &str,
    why: &str,
) -> Result<(SubjectCheck, String), DeskError> {
    actor.authorise(Permission::ReadOriginal)?;
    let why = why.trim();
    if !WHY.contains(&why.chars().count()) || personal_number(why).is_some() {
        return Err(DeskError::refused(
            "check.why-missing",
            format!(
                "请写明为什么要看原答复（{}至{}个字，不写公民身份号码）",
                WHY.start(),
                WHY.end()
            ),
        ));
    }
    let (check, text) = kept(desk, number).await?;
    let event = AuditEvent::CheckSeen { subject: check.subject_id, number: &check.number, why };
    desk.audit(actor, event).await?;
    Ok((check, text))
}

/// Whether a record that has a newer version still says what was answered: an objection beside it makes a version, too.
fn says_the_same(then: &CheckedRecord, now: &CheckedRecord) -> bool {
    let bare = |one: &CheckedRecord| CheckedRecord {
        version: 0,
        standing: String::new(),
        public_until: String::new(),
        objection: None,
        because: Vec::new(),
        inputs: BTreeMap::new(),
        ..one.clone()
    };
    bare(then) == bare(now)
}

/// A past answer for the unit that asked, as far as it may be seen today (decisions.md, "Disclosure always by today"): a record
/// that has gone since is left out with all that rested on it, and nothing says that it was there.
///
/// # Errors
/// `access.denied`, not found.
pub async fn one(desk: &Desk, actor: &Actor, number: &str) -> Result<CheckView, DeskError> {
    actor.authorise(Permission::CheckSubject)?;
    let (check, text) = kept(desk, number).await?;
    // Another unit's look is none of theirs: it looks as if it were not there.
    if actor.authorise_for(Permission::CheckSubject, &check.unit_id).is_err() {
        return Err(DeskError::NotFound("这个编号的核查"));
    }
    let event = AuditEvent::CheckSeen { subject: check.subject_id, number: &check.number, why: "" };
    desk.audit(actor, event).await?;
    let mut answer = CheckAnswer::read(&text)?;
    let code = answer.subject.code.clone();
    let asked = Asked {
        purpose: check.purpose.clone(),
        basis: check.basis.clone(),
        reference: String::new(),
        way: "console",
    };
    let Looked { answer: today, .. } = look_up(desk, actor, &check.unit_id, &code, &asked).await?;
    let visible: BTreeMap<&str, &CheckedRecord> = today
        .groups
        .iter()
        .flat_map(|group| &group.records)
        .map(|record| (record.id.as_str(), record))
        .collect();
    for group in &mut answer.groups {
        group.records.retain_mut(|record| {
            let Some(now) = visible.get(record.id.as_str()) else { return false };
            // That somebody objects to it stands beside it today, whatever stood there then.
            record.objection.clone_from(&now.objection);
            record.version == now.version || says_the_same(record, now)
        });
    }
    answer.groups.retain(|group| !group.records.is_empty());
    // What is over by now is not shown as allowed, and what is not proposed is said by today: else the gap would tell what has gone.
    let allowed: BTreeSet<(&str, &str)> =
        today.measures.iter().map(|one| (one.id.as_str(), one.record.as_str())).collect();
    answer.measures.retain(|one| allowed.contains(&(one.id.as_str(), one.record.as_str())));
    answer.given = Arc::new(Given {
        considered: today.given.considered.clone(),
        ..answer.given.as_ref().clone()
    });
    let names = Names::read(desk).await?;
    Ok(CheckView {
        unit: names.unit(&check.unit_id),
        who: names.person(&check.actor),
        purpose: purpose_name(desk, &check.purpose),
        way: way(&check.way),
        answer,
        uses: entries(desk, &names, &check.number).await?,
        can_say: true,
        check,
    })
}

/// The looks of the actor's unit (the office: of all), the newest first, after a place in the list.
///
/// # Errors
/// `access.denied`; when the store fails.
pub async fn recent(
    desk: &Desk,
    actor: &Actor,
    after: Option<&str>,
) -> Result<CheckList, DeskError> {
    actor.authorise(Permission::CheckSubject)?;
    let place = match after {
        Some(number) => match kept(desk, number).await {
            Ok((check, _)) => Some((check.at, check.number)),
            Err(DeskError::NotFound(_)) => None,
            Err(error) => return Err(error),
        },
        None => None,
    };
    let place = place.as_ref().map(|(at, number)| (*at, number.as_str()));
    let most = i64::try_from(PER_PAGE + 1).unwrap_or(i64::MAX);
    let mut found = desk.store().checks_of_unit(actor.unit_limit(), place, most).await?;
    let more = found.len() > PER_PAGE;
    found.truncate(PER_PAGE);
    let next = more.then(|| found.last().map(|(check, _)| check.number.clone())).flatten();
    Ok(CheckList { looks: views(desk, found).await?, next })
}

async fn views(
    desk: &Desk,
    found: Vec<(SubjectCheck, Option<String>)>,
) -> Result<Vec<LookView>, DeskError> {
    let ids: Vec<i64> = found.iter().map(|(check, _)| check.subject_id).collect();
    let subjects = desk.store().subjects(&ids).await?;
    let names = Names::read(desk).await?;
    let outcomes = super::outcomes(desk);
    let view = |(check, outcome): (SubjectCheck, Option<String>)| {
        let subject = subjects.get(&check.subject_id);
        let outcome = outcome.and_then(|id| outcomes.iter().find(|one| one.id == id));
        LookView {
            at: check.at,
            unit: names.unit(&check.unit_id),
            purpose: purpose_name(desk, &check.purpose),
            way: way(&check.way),
            code: subject.and_then(|subject| subject.code.clone()).unwrap_or_default(),
            name: subject.map(|subject| subject.name.clone()).unwrap_or_default(),
            outcome: outcome.map(|one| one.label.clone()).unwrap_or_default(),
            number: check.number,
            basis: check.basis,
            reference: check.reference,
        }
    };
    Ok(found.into_iter().map(view).collect())
}

/// Who looked at a subject, by a check or with a report, or followed it, when, for what, on which basis: for the subject itself. The people are not named, their unit is.
///
/// # Errors
/// When the store fails.
pub async fn looks_at(desk: &Desk, subject: i64) -> Result<Vec<LookView>, DeskError> {
    let mut group = desk.store().joined_group(subject).await?;
    if !group.contains(&subject) {
        group.push(subject);
    }
    let found = desk.store().checks_of_subjects(&group, MOST_LOOKS).await?;
    let mut looks = views(desk, found.into_iter().map(|check| (check, None)).collect()).await?;
    let names = unit_names(desk).await?;
    let everyone = group.clone();
    for one in group {
        let edition = Edition::Department.as_str();
        let issued = desk.store().reports_for_units(one, edition, MOST_LOOKS).await?;
        looks.extend(issued.into_iter().map(|look| LookView {
            number: look.number,
            at: look.at,
            unit: names.get(&look.unit_id).cloned().unwrap_or(look.unit_id),
            purpose: purpose_name(desk, &look.purpose),
            basis: look.basis,
            reference: String::new(),
            way: way("report"),
            code: String::new(),
            name: String::new(),
            outcome: String::new(),
        }));
    }
    for one in everyone {
        let followed = desk.store().enrolments_of_subject(one, MOST_LOOKS).await?;
        looks.extend(followed.into_iter().map(|one| LookView {
            number: format!("至 {}", one.until_day),
            at: one.made_at,
            unit: names.get(&one.unit_id).cloned().unwrap_or(one.unit_id),
            purpose: purpose_name(desk, &one.purpose),
            basis: one.basis,
            reference: String::new(),
            way: way("enrolment"),
            code: String::new(),
            name: String::new(),
            outcome: String::new(),
        }));
    }
    looks.sort_by(|one, two| (two.at, &two.number).cmp(&(one.at, &one.number)));
    Ok(looks)
}

/// Who looked at the subject that somebody acts for.
///
/// # Errors
/// `access.denied`; when the store fails.
pub async fn own_looks(desk: &Desk, agent: &Agent) -> Result<Vec<LookView>, DeskError> {
    agent.actor.authorise(Permission::ReadOwnSubject)?;
    looks_at(desk, agent.subject.id).await
}

/// The days from which statistics are counted until before which.
pub(super) fn span(from: Date, until: Date) -> (i64, i64) {
    let before = from.yesterday().unwrap_or(from);
    (crate::clock::Clock::end_of(before), crate::clock::Clock::end_of(until))
}
