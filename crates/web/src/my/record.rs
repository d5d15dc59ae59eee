//! `GET /my/firms/{code}/records/{record}`: one record of one's own firm, with its reasons and its history.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Html;
use serde::Deserialize;
use xinyong_domain::law::{Law, PublicationRule};
use xinyong_service::Clock;
use xinyong_service::browse::{self, SignatureView};

use super::firm;
use crate::console::record::{Event, content, event};
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, Fact, NoticeText, Page};
use crate::ui::{draw, reasons, words};

struct Change {
    label: String,
    before: String,
    after: String,
}

struct Version {
    number: i64,
    facts: Vec<Fact>,
    changes: Vec<Change>,
}

#[derive(Template)]
#[template(path = "my/record.html")]
struct Shown {
    page: Page,
    notice: Option<NoticeText>,
    firm_href: String,
    kind: String,
    title: String,
    number: String,
    unit: String,
    mark: String,
    standing_chip: Chip,
    standing: Vec<Fact>,
    content: Vec<Fact>,
    signature: Vec<Fact>,
    commitment: String,
    versions: Vec<Version>,
    events: Vec<Event>,
    /// Where it is changed and withdrawn, where the firm itself entered it and it stands.
    entry_href: String,
    /// Where it is objected to, where the firm may.
    object_href: String,
    /// Where it is said when it may be repaired, for what can be.
    repair_href: String,
    public_href: String,
}

/// What has just been done.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
}

/// How a declaration was signed, in facts.
pub fn signature(signed: &SignatureView, who: String) -> Vec<Fact> {
    vec![
        Fact::new("签署人", who),
        Fact::new("签署时间", Clock::show(signed.at)),
        Fact::new("内容摘要（SM3）", signed.content.as_str()),
        Fact::new("承诺书摘要（SM3）", signed.commitment.as_str()),
    ]
}

/// Whether records of a kind are ever a matter of repair.
fn repairable(law: &Law, kind: &str) -> bool {
    let rule = law.kind(kind).map(|kind| kind.publication);
    matches!(rule, Some(PublicationRule::Penalty | PublicationRule::Listing))
}

/// The page of a record.
///
/// # Errors
/// Not found.
pub async fn record(
    frame: Frame,
    Path((code, record)): Path<(String, String)>,
    Query(done): Query<Done>,
) -> Result<Html<String>, PageError> {
    let agent = firm(&frame, &code).await?;
    // What is no number is no record either.
    let record: i64 = record.parse().unwrap_or_default();
    let desk = frame.site.desk();
    let law = desk.law();
    let found = browse::own_record(desk, &agent, record).await?;
    let head = &found.now.head;
    let firm_href = words::firm_href(agent.code());
    let signed = found.now.signature.as_ref();
    let notice = match done.done.as_str() {
        "declared" => Some(("已申报", "按现行规则和您所选的公开类型公示，随时可以更改或者撤回。")),
        "changed" => Some(("已更改", "原来的内容留在历史里。")),
        "withdrawn" => Some(("已撤回", "公众从现在起看不到这项申报；历史仍然保留。")),
        _ => None,
    };
    let current =
        if signed.is_some() { format!("{firm_href}/declarations") } else { firm_href.clone() };
    draw(&Shown {
        page: frame.own(&head.title, &current, Some(&agent)),
        notice: notice.map(|(title, text)| NoticeText::new("success", title, text)),
        kind: head.kind_name.clone(),
        title: head.title.clone(),
        number: head.number.clone(),
        unit: head.unit_name.clone(),
        mark: words::held_mark(head),
        object_href: if signed.is_none() && head.withdrawn_on.is_none() && head.objection.is_none()
        {
            format!("{}?record={record}", super::objections::here(agent.code()))
        } else {
            String::new()
        },
        repair_href: if head.withdrawn_on.is_none() && repairable(&law, &head.kind) {
            format!("{firm_href}/repair")
        } else {
            String::new()
        },
        standing_chip: words::held_standing(head),
        standing: reasons::standing(&law, &found.now),
        content: content(&found.now),
        signature: signed.map_or_else(Vec::new, |signed| {
            let login = xinyong_service::agents::typed_login(&signed.who.login);
            signature(signed, format!("{}（{login}）", signed.who.name))
        }),
        commitment: signed.map(|signed| signed.text.clone()).unwrap_or_default(),
        versions: found
            .versions
            .iter()
            .map(|version| Version {
                number: version.version,
                facts: vec![
                    Fact::new("获知时间", Clock::show(version.known_at)),
                    Fact::new("事由", version.reason.as_str()),
                ],
                changes: version
                    .changes
                    .iter()
                    .map(|change| Change {
                        label: change.label.clone(),
                        before: change.before.clone(),
                        after: change.after.clone(),
                    })
                    .collect(),
            })
            .collect(),
        events: found.events.iter().map(|happened| event(&law, happened)).collect(),
        entry_href: if signed.is_some() && head.withdrawn_on.is_none() {
            format!("{firm_href}/declarations/{record}")
        } else {
            String::new()
        },
        public_href: if head.disclosure.value.public {
            format!("/records/{}/{}/{record}", head.kind, head.subject)
        } else {
            String::new()
        },
        firm_href,
    })
}
