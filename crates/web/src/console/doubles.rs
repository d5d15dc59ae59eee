//! `GET /console/doubles`: subjects that may be one, for the credit office to look into.

use askama::Template;
use axum::extract::Query;
use axum::response::Html;
use serde::Deserialize;
use xinyong_service::browse::{self, DoubleSubject};

use super::actor;
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, Nav, Page, Pager};
use crate::ui::{draw, words};
use crate::url;

const HERE: &str = "/console/doubles";

struct Row {
    href: String,
    code: String,
    name: String,
    former: String,
    standing: Chip,
    judged: Option<Chip>,
}

struct Group {
    shared: String,
    why: &'static str,
    rows: Vec<Row>,
    judged: bool,
    judge_href: String,
}

#[derive(Template)]
#[template(path = "console/doubles.html")]
struct Doubles {
    page: Page,
    tabs: Vec<Nav>,
    groups: Vec<Group>,
    pager: Pager,
}

/// What is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    by: String,
    after: String,
}

/// The list.
///
/// # Errors
/// `access.denied`.
pub async fn doubles(frame: Frame, Query(asked): Query<Asked>) -> Result<Html<String>, PageError> {
    let by_code = asked.by == "code";
    let by = if by_code { "code" } else { "" };
    let found = browse::doubles(frame.site.desk(), actor(&frame)?, by_code, &asked.after).await?;
    let groups: Vec<Group> = found
        .groups
        .into_iter()
        .map(|group| Group {
            judge_href: judge_href(&group.subjects),
            judged: group.judged,
            shared: group.shared,
            why: group.why,
            rows: group.subjects.into_iter().map(row).collect(),
        })
        .collect();
    draw(&Doubles {
        page: frame.console("重错码核查", HERE),
        tabs: [("", "名称相同", !by_code), ("code", "组织机构代码相同", by_code)]
            .into_iter()
            .map(|(by, label, current)| Nav {
                href: url::with_query(HERE, &[("by", by)]),
                label: label.to_owned(),
                current,
            })
            .collect(),
        pager: Pager {
            summary: format!("本页 {} 组", groups.len()),
            prev: if asked.after.is_empty() {
                String::new()
            } else {
                url::with_query(HERE, &[("by", by)])
            },
            next: if found.next.is_empty() {
                String::new()
            } else {
                url::with_query(HERE, &[("by", by), ("after", &found.next)])
            },
            pages: Vec::new(),
        },
        groups,
    })
}

/// Where the two of a group that nothing is known about are compared: the last one as the entry to be judged.
fn judge_href(subjects: &[DoubleSubject]) -> String {
    let mut open = subjects.iter().filter(|one| !one.code.is_empty() && one.joined.is_empty());
    match (open.next(), open.next_back()) {
        (Some(to), Some(from)) => super::judgements::new_href(&from.code, &to.code),
        _ => String::new(),
    }
}

fn row(one: DoubleSubject) -> Row {
    Row {
        href: if one.code.is_empty() {
            String::new()
        } else {
            format!("/console/subjects/{}", url::encode(&one.code))
        },
        judged: if !one.joined.is_empty() {
            Some(Chip::new(format!("已核定为 {}", one.joined), "good"))
        } else if one.different {
            Some(Chip::new("已核定不是同一主体", "neutral"))
        } else {
            None
        },
        code: one.code,
        name: one.name,
        former: one.former,
        standing: words::status(&one.status),
    }
}
