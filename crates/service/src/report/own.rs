//! The edition for the subject itself: everything held about it that it may see, how each stands, and who looked.

use xinyong_domain::rules::disclosure::Disclosure;

use super::assemble::{Item, complete, fields, objection, put_together, title};
use super::issue::{Issue, Issued, issue};
use super::looks::looks_at;
use super::{Assembled, Edition, Entry, Grid, Line, Section};
use crate::agents::Agent;
use crate::browse::{RecordState, find_subject, own_states, whole_facts};
use crate::clock::Clock;
use crate::desk::Desk;
use crate::refusal::DeskError;

/// Issues the edition for a subject to who acts for it. Asked for again on the same day about the same facts, it is the same file.
///
/// # Errors
/// Not found for whom the actor does not act for any more; `report.no-key`, `document.no-press`, `report.too-many`.
pub async fn own(desk: &Desk, agent: &Agent, site: &str) -> Result<Issued, DeskError> {
    let report = own_report(desk, agent.code()).await?;
    let command = Issue {
        actor: &agent.actor,
        agent: Some(agent),
        site,
        subject: agent.subject.id,
        terms: xinyong_store::ReportTerms::default(),
    };
    issue(desk, command, report).await
}

/// What is held about a subject and it may see, as a report. Whoever makes it known writes into the audit log that somebody looked.
pub(super) async fn own_report(desk: &Desk, code: &str) -> Result<Assembled, DeskError> {
    let whole = find_subject(desk, code).await?;
    let subject = whole.subject.id;
    let (states, all) = own_states(desk, subject).await?;
    complete(all)?;
    let facts = whole_facts(desk, whole).await?;
    let items = states.iter().map(item).collect();
    let mut made = put_together(desk, Edition::Subject, &facts, items).await?;
    made.content.terms = vec![Line::new("取得方式", "由本主体的经办人取得")];
    let law = desk.law();
    let texts = &law.report().subject;
    let looks = looks_at(desk, subject).await?;
    let none = looks.is_empty();
    let rows = looks
        .into_iter()
        .map(|look| vec![Clock::show(look.at), look.unit, look.purpose, look.way])
        .collect();
    let columns = ["时间", "查询单位", "用途", "方式"].map(str::to_owned).to_vec();
    made.content.sections.push(Section {
        title: texts.looks.clone(),
        lines: Vec::new(),
        groups: Vec::new(),
        grid: (!none).then_some(Grid { columns, rows }),
        text: if none { texts.looks_none.clone() } else { texts.looks_about.clone() },
    });
    Ok(made)
}

/// How a record stands in public, in words.
fn standing(shown: &Disclosure) -> String {
    let last = shown.publicity.last_day;
    match (shown.public, last, shown.reason) {
        (true, _, _) if shown.ended => "有效期已过，仍可查到".to_owned(),
        (true, Some(last), _) => format!("公示中，至{last}"),
        (true, None, _) => "公示中".to_owned(),
        (false, _, Some(reason)) => format!("未公示：{}", reason.label()),
        (false, _, None) => "未公示".to_owned(),
    }
}

fn item(state: &RecordState) -> Item {
    let head = &state.head;
    let shown = &head.disclosure.value;
    let mut lines = fields(&state.fields);
    if state.sealed {
        lines.push(Line::new("加密保存的内容", "有，不列出"));
    }
    if !head.mark.is_empty() {
        lines.push(Line::new("来源", &head.mark));
    }
    lines.extend(objection(head.objection.as_ref()));
    lines.push(Line::new("公示状态", standing(shown)));
    if let Some(day) = shown.publicity.repairable_from.filter(|_| shown.public) {
        lines.push(Line::new("最早可以申请信用修复", day.to_string()));
    }
    lines.push(Line::new("报送单位", &head.unit_name));
    lines.push(Line::new("版本", format!("第{}版", head.version)));
    lines.retain(|line| !line.value.is_empty());
    Item {
        kind: head.kind.clone(),
        kind_name: head.kind_name.clone(),
        entry: Entry { title: title(&head.title, &head.number, &head.kind_name), lines },
        public: None,
        holds: shown.public && !shown.ended,
        repairable: shown.publicity.repairable_from.is_some(),
    }
}
