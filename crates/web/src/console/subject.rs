//! `GET /console/subjects/{code}`: a subject with what is held about it, today or as known on a past day.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Html;
use serde::Deserialize;
use xinyong_service::browse::{self, SubjectHoldings};
use xinyong_service::{Clock, DeskError, Permission};

use super::held::{AsOfForm, HeldRow, held_row};
use super::{actor, mendable};
use crate::page_error::PageError;
use crate::portal::subject::{SubjectHead, head};
use crate::ui::frame::Frame;
use crate::ui::view::{Fact, FormError, NoticeText, Page};
use crate::ui::{draw, words};

struct Group {
    id: String,
    title: String,
    rows: Vec<HeldRow>,
}

#[derive(Template)]
#[template(path = "console/subject.html")]
struct Shown {
    page: Page,
    errors: Vec<FormError>,
    name: String,
    code: String,
    notices: Vec<NoticeText>,
    as_of_form: AsOfForm,
    /// Nothing when nothing was known on that day.
    subject: Option<SubjectHead>,
    groups: Vec<Group>,
    public_href: String,
    can_certify: bool,
}

/// For which day.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    on: String,
}

/// The page of a subject.
///
/// # Errors
/// `access.denied`, `code.invalid`, not found.
pub async fn subject(
    frame: Frame,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let (on, errors) = match browse::as_of_day(desk, &asked.on) {
        Ok(on) => (on, Vec::new()),
        Err(refusal) => {
            let refusal = mendable(DeskError::from(refusal))?;
            (None, vec![FormError::new("on", refusal.message)])
        }
    };
    let found = browse::subject_holdings(desk, actor(&frame)?, &code, on).await?;
    let notices = notices(&found);
    let SubjectHoldings { facts, as_of, groups } = found;
    let (name, code) = (facts.name.clone(), facts.code.clone());
    let shown = match as_of {
        Some(past) => past.state,
        None => Some(facts),
    };
    let law = desk.law();
    draw(&Shown {
        page: frame.console(&name, "/console/batches"),
        notices,
        as_of_form: AsOfForm::new(
            words::holdings_href(&code),
            &asked.on,
            on.map_or_else(String::new, |day| day.to_string()),
            &errors,
        ),
        errors,
        subject: shown.map(|facts| {
            let known = Fact::new("获知时间", Clock::show(facts.known_at));
            let mut head = head(&law, facts);
            head.facts.push(known);
            head
        }),
        groups: groups
            .into_iter()
            .filter(|(.., records)| !records.is_empty())
            .map(|(id, title, records)| Group {
                id,
                title,
                rows: records.iter().map(held_row).collect(),
            })
            .collect(),
        public_href: words::subject_href(&code),
        can_certify: actor(&frame)?.may(Permission::ConfirmAgents),
        name,
        code,
    })
}

fn notices(found: &SubjectHoldings) -> Vec<NoticeText> {
    let Some(past) = &found.as_of else {
        return Vec::new();
    };
    let day = past.on;
    vec![if past.state.is_some() {
        NoticeText::new(
            "info",
            format!("这是平台在 {day} 结束时所知道的状态"),
            "以后获知的变更和信息不在其中；各条当日的公示状态按现行规则推算。",
        )
    } else {
        NoticeText::new(
            "warning",
            format!("到 {day} 结束时，平台还不知道这个主体"),
            format!("现在这一版登记信息的获知时间是 {}。", Clock::show(found.facts.known_at)),
        )
    }]
}
