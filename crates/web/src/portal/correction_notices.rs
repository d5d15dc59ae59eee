//! `GET /corrections`: what was corrected because somebody objected (更正公告).

use askama::Template;
use axum::response::Html;
use xinyong_service::objections::{self, CorrectionNotice};

use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::Page;

struct Row {
    on: String,
    unit: String,
    kind: String,
    about: String,
    href: String,
    what: String,
}

#[derive(Template)]
#[template(path = "portal/correction_notices.html")]
struct Notices {
    page: Page,
    rows: Vec<Row>,
    apology: String,
}

fn row(one: &CorrectionNotice) -> Row {
    let (about, href) = one.record.as_ref().map_or_else(Default::default, |record| {
        let (kind, subject, id) = &record.place;
        (format!("{}　{}", record.party, record.number), format!("/records/{kind}/{subject}/{id}"))
    });
    Row {
        on: one.on.to_string(),
        unit: one.unit.clone(),
        kind: one.kind_name.clone(),
        what: if one.record.is_none() {
            "不再公示".to_owned()
        } else if one.fields.is_empty() {
            "已更正".to_owned()
        } else {
            format!("已更正：{}", one.fields.join("、"))
        },
        about,
        href,
    }
}

/// The notices.
///
/// # Errors
/// When the store fails.
pub async fn notices(frame: Frame) -> Result<Html<String>, PageError> {
    let found = objections::correction_notices(frame.site.desk()).await?;
    draw(&Notices {
        page: frame.portal("更正公告", "/guides"),
        rows: found.notices.iter().map(row).collect(),
        apology: found.apology,
    })
}
