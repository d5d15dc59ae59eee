//! `GET /console/records/{subject}/{record}`: a record with every version, what happened in public, and a past day's state.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Html;
use serde::Deserialize;
use xinyong_domain::law::Law;
use xinyong_service::browse::{self, EventView, RecordDossier, RecordState, VersionView};
use xinyong_service::{Clock, DeskError};

use super::held::{AsOfForm, party};
use super::rows::batch_href;
use super::{actor, mendable};
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, Fact, FormError, NoticeText, Page, Person, Why};
use crate::ui::{draw, reasons, words};

struct RecordHead {
    kind: String,
    mark: String,
    title: String,
    number: String,
    unit: String,
    standing: Chip,
    party: String,
    party_href: String,
}

struct Change {
    label: String,
    before: String,
    after: String,
}

struct Version {
    number: i64,
    title: String,
    facts: Vec<Fact>,
    who: Person,
    second: Option<Person>,
    changes: Vec<Change>,
    note: &'static str,
}

/// Something that happened in public.
pub(crate) struct Event {
    pub on: String,
    pub at: String,
    pub what: String,
    pub reason: String,
    pub why: Why,
}

#[derive(Template)]
#[template(path = "console/record.html")]
struct Shown {
    page: Page,
    errors: Vec<FormError>,
    record: RecordHead,
    notices: Vec<NoticeText>,
    as_of_form: AsOfForm,
    /// Whether there is a state to show: nothing when nothing was known on that day.
    known: bool,
    standing_title: &'static str,
    standing: Vec<Fact>,
    content: Vec<Fact>,
    /// How the subject vouched for it, where it entered it itself.
    signature: Vec<Fact>,
    versions: Vec<Version>,
    events: Vec<Event>,
    withdraw_href: String,
    correct_href: String,
    /// Where a natural person whom it names objects to it.
    object_href: String,
    public_href: String,
}

/// For which day, and how somebody came here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    on: String,
    withdrawn: bool,
}

/// The page of a record.
///
/// # Errors
/// `access.denied`, not found.
pub async fn record(
    frame: Frame,
    Path((subject, record)): Path<(i64, i64)>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let law = desk.law();
    let (on, errors) = match browse::as_of_day(desk, &asked.on) {
        Ok(on) => (on, Vec::new()),
        Err(refusal) => {
            let refusal = mendable(DeskError::from(refusal))?;
            (None, vec![FormError::new("on", refusal.message)])
        }
    };
    let found = browse::record_dossier(desk, actor(&frame)?, subject, record, on).await?;
    let href = words::held_href(subject, record);
    let shown = on.map_or_else(String::new, |day| day.to_string());
    let past = found.as_of.as_ref();
    // What the page shows: today's state, or that of the day asked for.
    let state = past.map_or(Some(&found.now), |past| past.state.as_ref());
    let head = &state.unwrap_or(&found.now).head;
    let public = past.is_none() && head.disclosure.value.public;
    draw(&Shown {
        page: frame.console(&head.title, "/console/batches"),
        notices: notices(&found, &asked),
        as_of_form: AsOfForm::new(href.clone(), &asked.on, shown, &errors),
        errors,
        known: state.is_some(),
        standing_title: if past.is_some() {
            "当日的公示状态"
        } else {
            "公示状态和期限"
        },
        standing: state.map(|state| reasons::standing(&law, state)).unwrap_or_default(),
        content: state.map(content).unwrap_or_default(),
        signature: state.and_then(|state| state.signature.as_ref()).map_or_else(
            Vec::new,
            |signed| {
                let login = xinyong_service::agents::typed_login(&signed.who.login);
                crate::my::record::signature(signed, format!("{}（{login}）", signed.who.name))
            },
        ),
        versions: found.versions.iter().map(version).collect(),
        events: found.events.iter().map(|happened| event(&law, happened)).collect(),
        correct_href: if found.can_correct && past.is_none() {
            format!("{href}/correct")
        } else {
            String::new()
        },
        object_href: if found.can_object && past.is_none() {
            format!("{href}/object")
        } else {
            String::new()
        },
        withdraw_href: if found.can_withdraw && past.is_none() {
            format!("{href}/withdraw")
        } else {
            String::new()
        },
        public_href: if public {
            format!("/records/{}/{subject}/{record}", head.kind)
        } else {
            String::new()
        },
        record: RecordHead {
            kind: head.kind_name.clone(),
            mark: words::held_mark(head),
            title: head.title.clone(),
            number: head.number.clone(),
            unit: head.unit_name.clone(),
            standing: match state {
                Some(_) => words::held_standing(head),
                None => Chip::new("当时尚未获知", "neutral"),
            },
            party: party(head),
            party_href: words::holdings_href(&head.code),
        },
    })
}

fn notices(found: &RecordDossier, asked: &Asked) -> Vec<NoticeText> {
    let mut notices = Vec::new();
    if asked.withdrawn && found.now.head.withdrawn_on.is_some() {
        notices.push(NoticeText::new(
            "success",
            "已撤下公示",
            "公众看不到这条信息；理由和依据已写入公示记录和审计日志。",
        ));
    }
    let Some(past) = &found.as_of else {
        return notices;
    };
    let day = past.on;
    notices.push(match &past.state {
        Some(state) => NoticeText::new(
            "info",
            format!("这是平台在 {day} 结束时所知道的状态"),
            format!(
                "当时是第 {} 版，{} 获知。以后的变更不在其中；当日的公示状态按现行规则推算。",
                state.head.version,
                Clock::show(state.head.known_at)
            ),
        ),
        None => {
            let first = found.versions.last().map(|first| Clock::show(first.known_at));
            NoticeText::new(
                "warning",
                format!("到 {day} 结束时，平台还不知道这条信息"),
                format!("最早获知的时间是 {}。", first.unwrap_or_default()),
            )
        }
    });
    notices
}

/// What stands in the fields of a record.
pub(crate) fn content(state: &RecordState) -> Vec<Fact> {
    let mut facts: Vec<Fact> = state
        .fields
        .iter()
        .filter(|field| !field.value.trim().is_empty())
        .map(|field| {
            let fact = Fact::new(field.label.as_str(), words::field_value(field));
            if field.endless { fact.noted(format!("报送为 {}", field.value)) } else { fact }
        })
        .collect();
    if state.sealed {
        facts.push(Fact::new("敏感字段", "加密保存，本页不显示"));
    }
    facts
}

fn version(shown: &VersionView) -> Version {
    let mut facts = vec![
        Fact::new("事实时间", shown.held_from.to_string()).noted("决定作出之日"),
        Fact::new("获知时间", Clock::show(shown.known_at)),
        Fact::new("事由", shown.reason.as_str()),
    ];
    facts.extend(
        shown.batch.map(|batch| Fact::new("来自批次", "查看这个批次").to(batch_href(batch))),
    );
    facts.push(Fact::new("法规数据版本", shown.law_edition.as_str()));
    let note = if shown.version == 1 {
        "这是第一版。"
    } else if !shown.changes.is_empty() {
        ""
    } else if shown.sealed {
        "其余字段没有变化，变更在加密保存的敏感字段中，本页不显示。"
    } else {
        "各字段没有变化。"
    };
    Version {
        number: shown.version,
        title: if shown.withdrawn_on.is_some() { "撤下公示" } else { "" }.to_owned(),
        facts,
        who: Person::from(&shown.who),
        second: shown.second.as_ref().map(Person::from),
        changes: shown
            .changes
            .iter()
            .map(|change| Change {
                label: change.label.clone(),
                before: change.before.clone(),
                after: change.after.clone(),
            })
            .collect(),
        note,
    }
}

/// An event in words.
pub(crate) fn event(law: &Law, happened: &EventView) -> Event {
    let what = match happened.kind.as_str() {
        "published" => "公示",
        "changed" => "变更",
        "ended" => "停止公示",
        "marked" => "异议标注",
        "withdrawn" => "撤下",
        other => other,
    };
    Event {
        on: happened.on.to_string(),
        at: Clock::show(happened.at),
        what: what.to_owned(),
        reason: happened.reason.clone(),
        why: reasons::cited(law, &format!("{} {what}", happened.on), &happened.citations),
    }
}
