//! Puts a report together from what the pages show.

use xinyong_domain::law::{Law, ReportSection};

use super::{Content, Edition, Entry, Group, Line, Section};
use crate::browse::{PublicRecord, PublicSubject, SubjectFacts, all_public};
use crate::desk::Desk;
use crate::refusal::DeskError;

/// Numbers of sections as people write them.
const NUMBERS: [&str; 12] =
    ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"];
/// Kinds whose records head a report.
const LABELLED: [(&str, &str); 2] =
    [("incentive", "守信激励对象"), ("serious-dishonesty-listing", "严重失信主体")];

/// What the public may know of a subject today, as a report.
///
/// # Errors
/// `code.invalid`, not found, `report.too-many` where a report could leave something out.
pub async fn public_report(desk: &Desk, code: &str) -> Result<Content, DeskError> {
    let (found, complete) = all_public(desk, code).await?;
    if !complete {
        return Err(DeskError::refused(
            "report.too-many",
            "这个主体的信息太多，一份报告不能保证没有遗漏，请分类查询或者与信用办联系",
        ));
    }
    let county = desk.county().await?;
    let law = desk.law();
    let form = law.report();
    let records = |kind: &str| {
        let group = found.groups.iter().find(|(id, ..)| id == kind);
        group.map_or(&[][..], |(.., records)| records.as_slice())
    };
    let adverse = found
        .groups
        .iter()
        .flat_map(|(.., records)| records)
        .any(|record| record.disclosure.value.publicity.repairable_from.is_some());
    let sections = form
        .sections
        .iter()
        .zip(NUMBERS)
        .map(|(section, number)| {
            let title = if section.absent.is_empty() || !section.title.contains("地方补充") {
                format!("{number}、{}", section.title)
            } else {
                section.title.clone()
            };
            one(&law, &found, section, title, adverse)
        })
        .collect();
    let labels = std::iter::once(found.facts.status.clone())
        .filter(|status| !status.is_empty())
        .chain(
            LABELLED
                .into_iter()
                .filter(|(kind, _)| !records(kind).is_empty())
                .map(|(_, label)| label.to_owned()),
        )
        .collect();
    Ok(Content {
        form: [form.name.clone(), form.edition.clone(), form.version.clone()],
        edition: Edition::Public,
        issuer: format!("{}社会信用体系建设联席会议办公室", county.name),
        name: found.facts.name.clone(),
        code: found.facts.code.clone(),
        labels,
        as_of: desk.today(),
        counts: form
            .counts
            .iter()
            .map(|count| {
                (count.label.clone(), count.kinds.iter().map(|kind| records(kind).len()).sum())
            })
            .collect(),
        sections,
        statement: form.texts.statement.clone(),
        verify: form.texts.verify.clone(),
    })
}

fn one(
    law: &Law,
    found: &PublicSubject,
    section: &ReportSection,
    title: String,
    adverse: bool,
) -> Section {
    let texts = &law.report().texts;
    let groups: Vec<Group> = section
        .kinds
        .iter()
        .filter_map(|kind| found.groups.iter().find(|(id, ..)| id == kind))
        .filter(|(.., records)| !records.is_empty())
        .map(|(_, name, records)| Group {
            name: name.clone(),
            entries: records.iter().map(entry).collect(),
        })
        .collect();
    let text = if section.advice {
        if adverse { &texts.advice } else { &texts.clean }
    } else if !section.absent.is_empty() {
        &section.absent
    } else if groups.is_empty() && !section.registry {
        &texts.nothing
    } else {
        ""
    };
    Section {
        title,
        lines: if section.registry { registry(law, &found.facts) } else { Vec::new() },
        groups,
        text: text.to_owned(),
    }
}

fn registry(law: &Law, facts: &SubjectFacts) -> Vec<Line> {
    let mut lines = vec![
        Line::new("主体名称", &facts.name),
        Line::new("统一社会信用代码", &facts.code),
        Line::new("登记状态", &facts.status),
    ];
    lines.extend(facts.registered_on.map(|day| Line::new("注册日期", day.to_string())));
    for field in &law.registry().fields {
        let value = facts.details.get(&field.code).filter(|value| !value.is_empty());
        lines.extend(value.map(|value| Line::new(&field.label, value)));
    }
    lines.extend(facts.former_names.iter().map(|former| {
        let until = former.until.map_or_else(String::new, |day| format!("（使用至{day}）"));
        Line::new("曾用名", format!("{}{until}", former.name))
    }));
    lines.retain(|line| !line.value.is_empty());
    lines
}

fn entry(record: &PublicRecord) -> Entry {
    let title = [record.title.as_str(), record.number.as_str()]
        .into_iter()
        .find(|text| !text.is_empty())
        .unwrap_or(&record.kind_name);
    let mut lines: Vec<Line> = record
        .fields
        .iter()
        .filter(|field| !field.value.is_empty())
        .map(|field| {
            Line::new(&field.label, if field.endless { "长期" } else { field.value.as_str() })
        })
        .collect();
    let publicity = &record.disclosure.value.publicity;
    let days =
        [("公示至", publicity.last_day), ("最早可以申请信用修复", publicity.repairable_from)];
    lines.extend(
        days.into_iter().filter_map(|(label, day)| Some(Line::new(label, day?.to_string()))),
    );
    Entry { title: title.to_owned(), lines }
}
