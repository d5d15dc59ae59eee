//! 年度评价: the units' reporting over a year, in points; each opens its months.

use askama::Template;
use axum::extract::Query;
use axum::response::Html;
use serde::Deserialize;
use xinyong_service::reporting::{self, UnitYear, share};

use super::reporting::HERE;
use super::{actor, mendable};
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Bar, Link, Page};

struct Cell {
    points: String,
    rate: String,
}

struct Row {
    name: String,
    total: String,
    cells: Vec<Cell>,
    months: Vec<Link>,
}

#[derive(Template)]
#[template(path = "console/assessment.html")]
struct Assessment {
    page: Page,
    year: String,
    year_error: String,
    heads: Vec<String>,
    rows: Vec<Row>,
    chart: Vec<Bar>,
}

/// Which year is asked for.
#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    year: String,
}

/// Hundredths of points as people write them.
fn written(hundredths: u64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

fn row(unit: &UnitYear) -> Row {
    let (earned, could) = unit.earned;
    Row {
        name: unit.name.clone(),
        total: format!("{}／{}", written(earned), written(could)),
        cells: unit
            .indicators
            .iter()
            .map(|one| Cell {
                points: one.earned.map_or_else(|| "—".to_owned(), written),
                rate: format!("{}／{}，{}", one.rate.part, one.rate.whole, share(one.rate)),
            })
            .collect(),
        months: unit
            .months
            .iter()
            .map(|(month, known)| Link {
                href: format!("{HERE}?month={month}"),
                label: format!("{}月（{known}）", month.first().month()),
            })
            .collect(),
    }
}

/// The assessment of a year.
///
/// # Errors
/// `access.denied`, `assessment.not-set`.
pub async fn assessment(
    frame: Frame,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let this_year = desk.today().year();
    let text = asked.year.trim();
    let year = if text.is_empty() { Some(this_year) } else { text.parse::<i16>().ok() };
    let (units, year_error) = match year {
        None => (Vec::new(), "请填写年份，例如 2026".to_owned()),
        Some(year) => match reporting::assessment(desk, actor(&frame)?, year).await {
            Ok(units) => (units, String::new()),
            Err(error) => (Vec::new(), mendable(error)?.message),
        },
    };
    let heads = units.first().map_or_else(Vec::new, |unit| {
        unit.indicators.iter().map(|one| format!("{}（{} 分）", one.label, one.most)).collect()
    });
    draw(&Assessment {
        page: frame.console("年度评价", HERE),
        year: if text.is_empty() { this_year.to_string() } else { text.to_owned() },
        year_error,
        heads,
        chart: units
            .iter()
            .map(|unit| Bar {
                label: unit.name.clone(),
                value: written(unit.earned.0),
                share: (unit.earned.0 * 100).checked_div(unit.earned.1).unwrap_or_default(),
            })
            .collect(),
        rows: units.iter().map(row).collect(),
    })
}
