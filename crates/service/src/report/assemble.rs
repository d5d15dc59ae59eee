//! Puts a report together from what the pages show.

use xinyong_domain::law::{Law, ReportForm, ReportSection};

use super::{Assembled, Content, Edition, Entry, Group, Line, PublicEntry, Section};
use crate::browse::{OpenObjection, PublicRecord, ShownField, SubjectFacts, all_public};
use crate::desk::Desk;
use crate::refusal::DeskError;

/// Numbers of sections as people write them.
const NUMBERS: [&str; 12] =
    ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"];
/// Kinds whose records head a report.
const LABELLED: [(&str, &str); 2] =
    [("incentive", "守信激励对象"), ("serious-dishonesty-listing", "严重失信主体")];

/// A record on its way into a report.
pub(super) struct Item {
    /// Id of its kind.
    pub(super) kind: String,
    /// Name of its kind.
    pub(super) kind_name: String,
    /// What the report says of it.
    pub(super) entry: Entry,
    /// Subject and record, for one that is public.
    pub(super) public: Option<(i64, i64)>,
    /// Whether it holds now: what is over heads no report and is nothing to repair.
    pub(super) holds: bool,
    /// Whether it may be repaired.
    pub(super) repairable: bool,
}

/// What is too much for one report, which says of each section what is there and what is not.
pub(super) fn complete(complete: bool) -> Result<(), DeskError> {
    if complete {
        return Ok(());
    }
    Err(DeskError::refused(
        "report.too-many",
        "这个主体的信息太多，一份报告不能保证没有遗漏，请分类查询或者与信用办联系",
    ))
}

/// Who issues reports here.
pub(super) async fn issuer(desk: &Desk) -> Result<String, DeskError> {
    Ok(format!("{}社会信用体系建设联席会议办公室", desk.county().await?.name))
}

/// What the public may know of a subject today, as a report.
///
/// # Errors
/// `code.invalid`, not found, `report.too-many` where a report could leave something out.
pub async fn public_report(desk: &Desk, code: &str) -> Result<Assembled, DeskError> {
    let (found, whole) = all_public(desk, code).await?;
    complete(whole)?;
    let items = found
        .groups
        .iter()
        .flat_map(|(kind, name, records)| records.iter().map(move |one| item(kind, name, one)))
        .collect();
    put_together(desk, Edition::Public, &found.facts, items).await
}

fn item(kind: &str, kind_name: &str, record: &PublicRecord) -> Item {
    let publicity = &record.disclosure.value.publicity;
    let mut lines = fields(&record.fields);
    lines.extend(objection(record.objection.as_ref()));
    let days =
        [("公示至", publicity.last_day), ("最早可以申请信用修复", publicity.repairable_from)];
    lines.extend(
        days.into_iter().filter_map(|(label, day)| Some(Line::new(label, day?.to_string()))),
    );
    Item {
        kind: kind.to_owned(),
        kind_name: kind_name.to_owned(),
        entry: Entry { title: title(&record.title, &record.number, kind_name), lines },
        public: Some((record.subject, record.id)),
        holds: true,
        repairable: publicity.repairable_from.is_some(),
    }
}

/// What a report says beside a record that somebody objects to.
pub(super) fn objection(open: Option<&OpenObjection>) -> Vec<Line> {
    let Some(open) = open else { return Vec::new() };
    let since = format!("{}（{}提出）", OpenObjection::MARK, open.since);
    let mut lines = vec![Line::new("异议", since)];
    if !open.statement.is_empty() {
        lines.push(Line::new("异议声明", &open.statement));
    }
    lines
}

/// What an entry is called.
pub(super) fn title(title: &str, number: &str, kind_name: &str) -> String {
    [title, number].into_iter().find(|text| !text.is_empty()).unwrap_or(kind_name).to_owned()
}

/// The fields of a record as lines.
pub(super) fn fields(fields: &[ShownField]) -> Vec<Line> {
    fields
        .iter()
        .filter(|field| !field.value.is_empty())
        .map(|field| {
            Line::new(&field.label, if field.endless { "长期" } else { field.value.as_str() })
        })
        .collect()
}

/// The report of an edition about a subject, from the records that its reader may see, the newest first.
pub(super) async fn put_together(
    desk: &Desk,
    edition: Edition,
    facts: &SubjectFacts,
    items: Vec<Item>,
) -> Result<Assembled, DeskError> {
    let issuer = issuer(desk).await?;
    let law = desk.law();
    let form = law.report();
    let adverse = items.iter().any(|item| item.holds && item.repairable);
    let labels = std::iter::once(facts.status.clone())
        .filter(|status| !status.is_empty())
        .chain(
            LABELLED
                .into_iter()
                .filter(|(kind, _)| items.iter().any(|item| item.holds && item.kind == *kind))
                .map(|(_, label)| label.to_owned()),
        )
        .collect();
    let of = |kinds: &[String]| items.iter().filter(|item| kinds.contains(&item.kind)).count();
    let counts = form.counts.iter().map(|count| (count.label.clone(), of(&count.kinds))).collect();
    let mut public = Vec::new();
    let mut sections: Vec<Section> = Vec::new();
    for (section, number) in form.sections.iter().zip(NUMBERS) {
        let groups = grouped(section, sections.len(), &items, &mut public);
        sections.push(one(&law, facts, section, number, groups, adverse));
    }
    let content = Content {
        form: [form.name.clone(), form.edition.clone(), form.version.clone()],
        edition,
        issuer,
        name: facts.name.clone(),
        code: facts.code.clone(),
        labels,
        terms: Vec::new(),
        lead: String::new(),
        as_of: desk.today(),
        counts,
        sections,
        statement: statement(form, edition),
        verify: form.texts.verify.clone(),
        log: None,
    };
    Ok(Assembled { content, public })
}

fn statement(form: &ReportForm, edition: Edition) -> Vec<String> {
    let own: &[String] = match edition {
        Edition::Public | Edition::CleanRecord => &[],
        Edition::Subject => &form.subject.statement,
        Edition::Department => &form.department.statement,
    };
    own.iter().chain(&form.texts.statement).cloned().collect()
}

fn grouped(
    section: &ReportSection,
    place: usize,
    items: &[Item],
    public: &mut Vec<PublicEntry>,
) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for kind in &section.kinds {
        let mut group: Option<Group> = None;
        for item in items.iter().filter(|item| item.kind == *kind) {
            let group = group
                .get_or_insert_with(|| Group { name: item.kind_name.clone(), entries: Vec::new() });
            if let Some(id) = item.public {
                let place = [place, groups.len(), group.entries.len()];
                public.push(PublicEntry { place, id });
            }
            group.entries.push(item.entry.clone());
        }
        groups.extend(group);
    }
    groups
}

fn one(
    law: &Law,
    facts: &SubjectFacts,
    section: &ReportSection,
    number: &str,
    groups: Vec<Group>,
    adverse: bool,
) -> Section {
    let texts = &law.report().texts;
    let title = if section.absent.is_empty() || !section.title.contains("地方补充") {
        format!("{number}、{}", section.title)
    } else {
        section.title.clone()
    };
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
        lines: if section.registry { registry(law, facts) } else { Vec::new() },
        groups,
        grid: None,
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
