//! 未来七个工作日: what a unit is likely to report late, from its own habits.

use askama::Template;
use axum::response::Html;
use xinyong_service::reporting::{self, Ahead};

use super::actor;
use super::reporting::{HERE as REPORTING, unit_href};
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::Page;
use crate::ui::{draw, words};

/// Where this page is.
pub const HERE: &str = "/console/reporting/forecast";

struct Item {
    number: String,
    count: String,
    decided: String,
    due: String,
    chance: String,
    source: String,
}

struct Section {
    id: String,
    unit: String,
    kind: String,
    href: String,
    first: String,
    last: String,
    until: String,
    expected: String,
    arrived: String,
    late: Option<String>,
    items: Vec<Item>,
}

#[derive(Template)]
#[template(path = "console/forecast.html")]
struct Forecast {
    page: Page,
    days: String,
    one_unit: bool,
    sections: Vec<Section>,
}

fn section(ahead: Ahead, place: usize) -> Section {
    let month = reporting::Month::of(ahead.outlook.first);
    Section {
        id: format!("ahead-{place}"),
        href: unit_href(&ahead.unit, &ahead.kind, month),
        unit: ahead.name,
        kind: ahead.kind_name,
        first: ahead.outlook.first.to_string(),
        last: ahead.outlook.last.to_string(),
        until: ahead.outlook.until.to_string(),
        expected: words::grouped(ahead.outlook.expected),
        arrived: words::grouped(ahead.outlook.arrived),
        late: ahead.outlook.late.map(words::grouped),
        items: ahead
            .likely
            .into_iter()
            .map(|one| Item {
                number: if one.numbers.0 == one.numbers.1 {
                    one.numbers.0
                } else {
                    format!("{} 至 {}", one.numbers.0, one.numbers.1)
                },
                count: words::grouped(one.count),
                decided: one.decided.to_string(),
                due: one.due.to_string(),
                chance: format!("{}件中{}件", one.chance.whole, one.chance.part),
                source: one.source.unwrap_or_else(|| "文号跳过".to_owned()),
            })
            .collect(),
    }
}

/// What lies ahead.
///
/// # Errors
/// `access.denied`.
pub async fn forecast(frame: Frame) -> Result<Html<String>, PageError> {
    let actor = actor(&frame)?;
    let found = reporting::forecast(frame.site.desk(), actor).await?;
    draw(&Forecast {
        page: frame.console("未来七个工作日", REPORTING),
        days: frame.site.desk().today().to_string(),
        one_unit: actor.unit_limit().is_some(),
        sections: found.into_iter().zip(1..).map(|(one, place)| section(one, place)).collect(),
    })
}
