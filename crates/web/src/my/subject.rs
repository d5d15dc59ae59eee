//! `GET /my/firms/{code}`: what is recorded about a firm, public or not, as its own agent sees it.

use askama::Template;
use axum::extract::Path;
use axum::response::Html;
use xinyong_service::Clock;
use xinyong_service::browse::{self, HeldRecord};

use super::firm;
use crate::page_error::PageError;
use crate::portal::subject::{SubjectHead, head};
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, Page};
use crate::ui::{draw, words};

/// A record of one's own firm in a list.
pub struct OwnRow {
    /// Its page.
    pub href: String,
    /// What it is called.
    pub title: String,
    /// Number of its document.
    pub number: String,
    /// What stands beside it, empty for nothing.
    pub mark: String,
    /// Who reported it.
    pub unit: String,
    /// Day of the decision.
    pub decided: String,
    /// Since when the platform knows it.
    pub known: String,
    /// Where it stands in public.
    pub standing: Chip,
    /// Until when it is public, in words; why it is not.
    pub until: String,
}

/// A record of a firm in a list of its own pages.
pub fn own_row(code: &str, record: &HeldRecord) -> OwnRow {
    let number = if record.number == record.title { "" } else { record.number.as_str() };
    let shown = &record.disclosure.value;
    let until = match (shown.public, shown.publicity.last_day, shown.reason) {
        (true, Some(last), _) => format!("公示到 {last}"),
        (true, None, _) if shown.ended => "有效期已过，仍可查到".to_owned(),
        (true, None, _) => "有效期内公示".to_owned(),
        (false, _, Some(reason)) => reason.label().to_owned(),
        (false, _, None) => String::new(),
    };
    OwnRow {
        href: record_href(code, record.id),
        title: record.title.clone(),
        number: number.to_owned(),
        mark: words::held_mark(record),
        unit: if record.mark.is_empty() {
            record.unit_name.clone()
        } else {
            "本单位".to_owned()
        },
        decided: record.decided.to_string(),
        known: Clock::show(record.known_at),
        standing: words::held_standing(record),
        until,
    }
}

/// Address of a record of one's own firm.
pub fn record_href(code: &str, record: i64) -> String {
    format!("{}/records/{record}", words::firm_href(code))
}

struct Group {
    id: String,
    title: String,
    rows: Vec<OwnRow>,
}

#[derive(Template)]
#[template(path = "my/subject.html")]
struct Shown {
    page: Page,
    subject: SubjectHead,
    groups: Vec<Group>,
    more: bool,
    public_href: String,
    firm_href: String,
}

/// The page of one's own firm.
///
/// # Errors
/// Not found.
pub async fn subject(frame: Frame, Path(code): Path<String>) -> Result<Html<String>, PageError> {
    let agent = firm(&frame, &code).await?;
    let desk = frame.site.desk();
    let found = browse::own_subject(desk, &agent).await?;
    let law = desk.law();
    let mut groups: Vec<Group> = Vec::new();
    for record in &found.records {
        let row = own_row(agent.code(), record);
        match groups.iter_mut().find(|group| group.id == record.kind) {
            Some(group) => group.rows.push(row),
            None => groups.push(Group {
                id: record.kind.clone(),
                title: record.kind_name.clone(),
                rows: vec![row],
            }),
        }
    }
    let firm_href = words::firm_href(agent.code());
    draw(&Shown {
        page: frame.own(agent.firm(), &firm_href, Some(&agent)),
        subject: head(&law, found.facts),
        groups,
        more: found.more,
        public_href: words::subject_href(agent.code()),
        firm_href,
    })
}
