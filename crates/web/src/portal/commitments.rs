//! `/commitments/matters`: the matters that units handle under 告知承诺, each with everything that is told before anybody commits.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Path;
use axum::http::header;
use axum::response::{Html, IntoResponse as _, Response};
use xinyong_service::commitments::{self, KIND, OpenMatter};

use crate::page_error::PageError;
use crate::ui::commitment::MatterText;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Fact, Page};
use crate::ui::words;

/// The list.
pub const HERE: &str = "/commitments/matters";

struct Row {
    href: String,
    code: String,
    name: String,
    kind: String,
    basis: String,
    days: String,
    from: String,
}

struct Unit {
    name: String,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "portal/commitments.html")]
struct Listed {
    page: Page,
    units: Vec<Unit>,
    records_href: String,
    as_of: String,
}

#[derive(Template)]
#[template(path = "portal/commitment.html")]
struct One {
    page: Page,
    name: String,
    facts: Vec<Fact>,
    told: MatterText,
    as_of: String,
}

/// Address of a matter.
pub fn href(id: i64) -> String {
    format!("{HERE}/{id}")
}

/// Address of the text of an edition, from which its digest is computed.
pub fn text_href(id: i64) -> String {
    format!("{}/text", href(id))
}

fn row(matter: OpenMatter) -> Row {
    Row {
        href: href(matter.id),
        code: matter.code,
        name: matter.name,
        kind: matter.kind,
        basis: matter.basis,
        days: matter.days.to_string(),
        from: matter.from.to_string(),
    }
}

/// The list of matters.
///
/// # Errors
/// When the store fails.
pub async fn list(frame: Frame) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let mut units: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for matter in commitments::open_matters(desk).await? {
        units.entry(matter.unit_name.clone()).or_default().push(row(matter));
    }
    draw(&Listed {
        page: frame.portal("告知承诺办理事项清单", "/departments"),
        units: units.into_iter().map(|(name, rows)| Unit { name, rows }).collect(),
        records_href: words::list_href(KIND),
        as_of: format!("截至 {}。", desk.today()),
    })
}

/// One matter.
///
/// # Errors
/// Not found: none, or one that is not in force today.
pub async fn one(frame: Frame, Path(id): Path<String>) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let id = id.parse().map_err(|_| PageError::no_page())?;
    let matter = commitments::open_matter(desk, id).await?;
    draw(&One {
        page: frame.portal(&format!("告知承诺：{}", matter.name), "/departments"),
        facts: vec![
            Fact::new("受理单位", matter.unit_name.as_str()),
            Fact::new("事项编号", matter.code.as_str()),
            Fact::new("承诺类型", matter.kind.as_str()),
            Fact::new("核查", format!("办结后 {} 个工作日内", matter.days)),
            Fact::new("公开类型", matter.scope.as_str()),
            Fact::new("施行日期", matter.from.to_string()),
            Fact::new("公布文本的摘要（SM3）", matter.edition.as_str())
                .to(text_href(matter.id))
                .noted("点开是计算摘要的文本；承诺书中写有同一摘要，可以对照"),
        ],
        told: MatterText::of(&matter),
        name: matter.name,
        as_of: format!("截至 {}。", desk.today()),
    })
}

/// The text of a released edition from which its digest is computed, byte for byte.
///
/// # Errors
/// Not found: none, or one that was never released.
pub async fn text(frame: Frame, Path(id): Path<String>) -> Result<Response, PageError> {
    let id = id.parse().map_err(|_| PageError::no_page())?;
    let text = commitments::edition_text(frame.site.desk(), id).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
}
