//! An entry of a form as the row that the check of intake knows: what the subject filled, and what the platform fills.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use xinyong_domain::check::{Checker, Filing, Seen, personal_number};
use xinyong_domain::finding::{Finding, Level};
use xinyong_domain::law::{BySubject, Kind, Law, Profile, Unit};
use xinyong_domain::party::PartyCategory;
use xinyong_store::{Content, Purpose, record_place, sm3_hex};

use crate::agents::{Agent, signer};
use crate::desk::Desk;
use crate::intake::pass::memory_registry;
use crate::intake::record::{Platform, RecordFacts, Rulings, Sieve, Signature, split_content};
use crate::intake::to_json;
use crate::refusal::DeskError;

/// The unit at which subjects declare.
pub(super) const UNIT: &str = "credit-office";

/// What stands in the form.
pub(super) struct Form<'f> {
    pub kind: &'f Kind,
    pub rules: &'f BySubject,
    pub law: &'f Law,
    /// The number of the declaration.
    pub number: &'f str,
    /// The day it was first made.
    pub declared: Date,
    /// What was filled in, by official code.
    pub values: &'f BTreeMap<String, String>,
}

/// A row that passed, ready to be recorded.
pub(super) struct Passed {
    pub natural_key: String,
    pub content: Content,
    pub sealed: String,
    pub platform: String,
    pub category: PartyCategory,
    pub valid_until: Option<Date>,
    pub sieve: Arc<Sieve>,
    pub digest: String,
}

impl Passed {
    /// The sealed part, for the record it belongs to.
    pub(super) fn seal(&self, desk: &Desk, subject: i64, id: i64) -> Result<Vec<u8>, DeskError> {
        let place = record_place(subject, id);
        Ok(desk.store().keys().seal(Purpose::Record, &place, self.sealed.as_bytes())?)
    }
}

/// What is wrong with the fields that the subject fills: field and message.
pub(super) type Wrong = Vec<(String, String)>;

/// Checks a form as a row of intake is checked.
pub(super) async fn check(
    desk: &Desk,
    agent: &Agent,
    form: &Form<'_>,
) -> Result<Result<Passed, Wrong>, DeskError> {
    let Form { kind, rules, law, .. } = form;
    let unit = desk.unit(UNIT).await?;
    let name = signer(desk, agent.account).await?;
    let cells = cells(agent, form, &unit, &name);
    let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
    let known = desk.store().find_subjects(&[agent.code()], &[]).await?;
    let filing = Filing {
        profile: Profile::Reported,
        today: desk.today(),
        unit_name: &unit.name,
        unit_code: &unit.code,
    };
    let checker = Checker::new(kind, law, filing, vec![true; kind.fields.len()]);
    let mut findings = Vec::new();
    let registry = memory_registry(&known);
    let checked = checker.check(1, &cells, &registry, &mut Seen::default(), &mut findings);
    for field in rules.fields.iter().filter_map(|at| kind.fields.get(*at)) {
        let value = form.values.get(&field.code).map_or("", String::as_str);
        if let Some(what) = personal_number(value) {
            findings.push(Finding::error(
                field.code.as_str(),
                "declaration.personal-number",
                format!("「{}」里有{what}：个人信息不能填写在这里，请删去", field.label),
            ));
        }
        if field.max.is_some_and(|most| value.chars().count() > most) {
            findings.push(Finding::error(
                field.code.as_str(),
                "declaration.too-long",
                format!("「{}」超过{}字，请缩短", field.label, field.max.unwrap_or_default()),
            ));
        }
    }
    let scope = kind.scope.filter(|at| rules.fields.contains(at));
    if let Some(field) = scope.and_then(|at| kind.fields.get(at))
        && form.values.get(&field.code).is_none_or(|value| value.trim().is_empty())
    {
        findings.push(Finding::error(
            field.code.as_str(),
            "declaration.scope-missing",
            format!("请选择「{}」：公开到什么范围由主体自己决定", field.label),
        ));
    }
    let wrong = wrong(form, findings);
    if !wrong.is_empty() {
        return Ok(Err(wrong));
    }
    let (Some(_), Some(category)) = (checked.decided, checked.category) else {
        return Err(DeskError::Internal("a declaration without day or category".to_owned()));
    };
    let (clear, sensitive) = split_content(kind, &checked);
    let content = Content::new(to_json(&clear)?);
    let commitment = rules
        .commitment(desk.today())
        .ok_or_else(|| DeskError::Internal(format!("{} has no commitment today", kind.id)))?;
    let mut platform = Platform::of_row(kind, &checked, &unit);
    platform.signature = Some(Signature {
        by: agent.actor.login.clone(),
        at: desk.clock().now(),
        content: content.sm3().to_owned(),
        commitment: sm3_hex(commitment.text.as_bytes()),
    });
    let facts = RecordFacts {
        kind,
        category,
        decided: form.declared,
        valid_until: checked.valid_until,
        content: &clear,
        platform: &platform,
        withdrawn: None,
    };
    let sieve = Rulings::default().of(&facts, desk.today(), law)?;
    let sealed = to_json(&sensitive)?;
    Ok(Ok(Passed {
        natural_key: checked.natural_key(kind),
        digest: desk.store().keys().content_digest(&[&kind.id, content.sm3(), &sealed]),
        platform: to_json(&platform)?,
        content,
        sealed,
        category,
        valid_until: checked.valid_until,
        sieve,
    }))
}

fn cells(agent: &Agent, form: &Form<'_>, unit: &Unit, signer: &str) -> Vec<String> {
    let Form { kind, rules, .. } = form;
    let mut cells = vec![String::new(); kind.fields.len()];
    let mut put = |at: Option<usize>, value: &str| {
        if let Some(cell) = at.and_then(|at| cells.get_mut(at)) {
            value.clone_into(cell);
        }
    };
    // What the subject fills first: it never takes the place of what the platform fills.
    for at in &rules.fields {
        let code = kind.fields.get(*at).map_or("", |field| &field.code);
        put(Some(*at), form.values.get(code).map_or("", |value| value.trim()));
    }
    let category = PartyCategory::from_id(&agent.subject.category);
    put(Some(kind.party.name), &agent.subject.name);
    put(Some(kind.party.uscc), agent.code());
    put(Some(kind.party.category), category.map_or("", PartyCategory::label));
    put(Some(kind.document_number), form.number);
    put(Some(kind.decided), &form.declared.to_string());
    put(Some(kind.authority), &unit.name);
    put(kind.reporter, &unit.name);
    put(Some(rules.committed.0), &rules.committed.1);
    put(Some(rules.signer), signer);
    cells
}

/// The errors, each beside its field; one about what the platform fills stands above the form.
fn wrong(form: &Form<'_>, findings: Vec<Finding>) -> Wrong {
    let filled = |code: &str| {
        form.rules
            .fields
            .iter()
            .filter_map(|at| form.kind.fields.get(*at))
            .any(|field| field.code == code)
    };
    let mut wrong = Wrong::new();
    for finding in findings.into_iter().filter(|finding| finding.level == Level::Error) {
        let field = if filled(&finding.field) { finding.field } else { String::new() };
        if !wrong.contains(&(field.clone(), finding.message.clone())) {
            wrong.push((field, finding.message));
        }
    }
    wrong
}
