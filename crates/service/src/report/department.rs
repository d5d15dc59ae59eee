//! The edition for a unit that has something to decide: what the catalogue lets units see, for a purpose and on a basis that are kept.

use xinyong_domain::check::personal_number;
use xinyong_domain::law::Law;
use xinyong_store::ReportTerms;

use super::assemble::{Item, complete, fields, objection, put_together, title};
use super::issue::{Issue, Issued, issue};
use super::{Assembled, Edition, Entry, Line};
use crate::access::{Actor, Permission};
use crate::browse::{UsableRecord, all_usable, find_subject, unit_names};
use crate::check::{BASIS, PURPOSES};
use crate::desk::Desk;
use crate::refusal::{DeskError, Refusal};

/// What a unit asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForPurpose {
    /// Code of the subject.
    pub code: String,
    /// Id of the purpose.
    pub purpose: String,
    /// The matter and the article by which it is to be looked at.
    pub basis: String,
}

impl ForPurpose {
    /// The terms, or everything that is wrong with them at once.
    fn terms(&self, law: &Law, unit: &str) -> Result<ReportTerms, Vec<Refusal>> {
        let mut wrong = Vec::new();
        if law.codes().get(PURPOSES).is_none_or(|list| list.by_id(&self.purpose).is_none()) {
            wrong.push(Refusal::new("report.purpose-missing", "请选择查询的用途"));
        }
        wrong.extend(basis_of(&self.basis).err());
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Ok(ReportTerms {
            unit_id: unit.to_owned(),
            purpose: self.purpose.clone(),
            basis: self.basis.trim().to_owned(),
            ..ReportTerms::default()
        })
    }
}

/// A basis as somebody typed it. It is kept and printed: no person's number belongs in it.
pub(super) fn basis_of(text: &str) -> Result<&str, Refusal> {
    let text = text.trim();
    if !BASIS.contains(&text.chars().count()) || text.chars().any(char::is_control) {
        return Err(Refusal::new(
            "report.basis-missing",
            "请写明办理的事项和依据（4至200字），例如：采购项目编号和《政府采购法》第二十二条",
        ));
    }
    match personal_number(text) {
        Some(number) => Err(Refusal::new(
            "report.basis-personal",
            format!("依据里不要写{number}，写明事项和条文即可"),
        )),
        None => Ok(text),
    }
}

/// Issues the edition for a unit. Who, for which purpose and on what basis is kept with the report and in the audit log (H10); asked
/// for again on the same day on the same terms it is the same file, and that is a line of the log again.
///
/// # Errors
/// `access.denied`; everything that is wrong with the terms: `report.purpose-missing`, `report.basis-missing`, `report.basis-personal`;
/// `code.invalid`, not found; `report.no-unit` for who belongs to none; `report.no-key`, `document.no-press`, `report.too-many`.
pub async fn department(
    desk: &Desk,
    actor: &Actor,
    asked: &ForPurpose,
    site: &str,
) -> Result<Result<Issued, Vec<Refusal>>, DeskError> {
    actor.authorise(Permission::ReadRecord)?;
    if actor.unit.is_empty() {
        return Err(DeskError::refused("report.no-unit", "账号不属于任何单位，不能为单位查询"));
    }
    let terms = match asked.terms(&desk.law(), &actor.unit) {
        Ok(terms) => terms,
        Err(wrong) => return Ok(Err(wrong)),
    };
    let subject = find_subject(desk, &asked.code).await?.subject.id;
    let report = department_report(desk, &asked.code, &terms).await?;
    let command = Issue { actor, agent: None, site, subject, terms };
    issue(desk, command, report).await.map(Ok)
}

/// What units may be shown of a subject today, as a report.
pub(super) async fn department_report(
    desk: &Desk,
    code: &str,
    terms: &ReportTerms,
) -> Result<Assembled, DeskError> {
    let (facts, records, all) = all_usable(desk, code).await?;
    complete(all)?;
    let items = records.iter().map(item).collect();
    let mut made = put_together(desk, Edition::Department, &facts, items).await?;
    let unit = unit_names(desk).await?.remove(&terms.unit_id);
    made.content.terms = vec![
        Line::new("查询单位", unit.unwrap_or_else(|| terms.unit_id.clone())),
        Line::new("用途", desk.law().label_of(PURPOSES, &terms.purpose)),
        Line::new("事项和依据", &terms.basis),
    ];
    Ok(made)
}

fn item(record: &UsableRecord) -> Item {
    let shown = &record.disclosure;
    let publicity = &shown.publicity;
    let mut lines = fields(&record.fields);
    if !record.mark.is_empty() {
        lines.push(Line::new("来源", &record.mark));
    }
    lines.extend(objection(record.objection.as_ref()));
    lines.push(Line::new(
        "状态",
        match (shown.public, publicity.last_day) {
            (true, Some(last)) => format!("公示中，至{last}"),
            (true, None) => "公示中".to_owned(),
            (false, _) => "政务共享，不向社会公开".to_owned(),
        },
    ));
    Item {
        kind: record.kind.clone(),
        kind_name: record.kind_name.clone(),
        entry: Entry { title: title(&record.title, &record.number, &record.kind_name), lines },
        public: None,
        holds: true,
        repairable: publicity.repairable_from.is_some(),
    }
}
