//! `GET /statistics`: counts of what is public, as charts and as tables; with `?year=`, of what became public in that year.

use askama::Template;
use axum::extract::Query;
use axum::response::Html;
use serde::Deserialize;
use xinyong_service::browse;

use super::{departments, figures};
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Bar, Chart, Page, Tile};
use crate::ui::{draw, words};

struct UnitRow {
    href: String,
    name: String,
    counts: Vec<(String, String)>,
}

struct Towns {
    id: String,
    title: String,
    bars: Vec<Bar>,
}

struct Year {
    href: String,
    label: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "portal/statistics.html")]
struct Statistics {
    page: Page,
    tiles: Vec<Tile>,
    years: Vec<Year>,
    unit_caption: String,
    chart: Chart,
    heads: Vec<String>,
    units: Vec<UnitRow>,
    towns: Vec<Towns>,
    smallest: u64,
    as_of: String,
}

/// What a visitor asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    year: String,
}

/// The statistics.
///
/// # Errors
/// `statistics.year-unknown`; when the store fails.
pub async fn statistics(
    frame: Frame,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let law = desk.law();
    let counted = browse::public_figures(desk).await?;
    let year = counted.asked_year(&asked.year)?;
    let kinds = figures::kinds(&law, &counted);
    let groups = figures::groups(&law, &counted);
    let mut tiles = vec![Tile::new("登记在册的信用主体", words::grouped(counted.subjects), "个")];
    tiles.extend(kinds.iter().map(|(id, name)| {
        Tile::new(format!("公示中的{name}"), words::grouped(counted.of_kind(id)), "条")
            .to(&words::list_href(id))
    }));
    let reporting = u64::try_from(counted.units().len()).unwrap_or_default();
    tiles.push(Tile::new("有信息公示的单位", words::grouped(reporting), "个").to("/departments"));
    let units = browse::departments(desk)
        .await?
        .into_iter()
        .filter(|unit| unit.kinds.iter().any(|kind| counted.of_unit(&kind.id, &unit.id, year) > 0))
        .map(|unit| UnitRow {
            href: departments::href(&unit.id),
            counts: groups
                .iter()
                .map(|group| {
                    let count = group.sum(|id| counted.of_unit(id, &unit.id, year));
                    (group.title.clone(), words::grouped(count))
                })
                .collect(),
            name: unit.name,
        })
        .collect();
    let known = law.towns().iter().filter(|place| place.level == "town").count() > 0;
    let towns = kinds
        .iter()
        // By town no year is told apart: the whole less a year would tell a small group.
        .filter(|_| known && year.is_none())
        .map(|(id, name)| Towns {
            id: format!("towns-{id}"),
            title: format!("公示中的{name}，按当事人登记的乡镇"),
            bars: towns(&counted, id),
        })
        .filter(|towns| !towns.bars.is_empty())
        .collect();
    draw(&Statistics {
        page: frame.portal("统计", "/statistics"),
        tiles,
        years: years(&counted, year),
        unit_caption: match year {
            None => "各单位公示中的信息条数".to_owned(),
            Some(year) => format!("各单位 {year} 年开始公示、仍在公示的信息条数"),
        },
        chart: figures::months(&law, &counted, None, year)?,
        heads: groups.into_iter().map(|group| group.title).collect(),
        units,
        towns,
        smallest: browse::SMALLEST_GROUP,
        as_of: words::as_of(desk.today()),
    })
}

/// The whole, and each year of which something is public.
fn years(counted: &browse::PublicFigures, chosen: Option<i16>) -> Vec<Year> {
    let whole = Year {
        href: "/statistics".to_owned(),
        label: "全部".to_owned(),
        current: chosen.is_none(),
    };
    let each = counted.years().into_iter().map(|year| Year {
        href: format!("/statistics?year={year}"),
        label: format!("{year} 年"),
        current: chosen == Some(year),
    });
    std::iter::once(whole).chain(each).collect()
}

/// The towns by their names' order in the counts, what has none last.
fn towns(counted: &browse::PublicFigures, kind: &str) -> Vec<Bar> {
    let mut rows: Vec<(String, Option<u64>)> = Vec::new();
    let mut rest = None;
    for (town, count) in counted.of_towns(kind) {
        if town.is_empty() {
            rest = Some(("未登记乡镇".to_owned(), count));
        } else {
            rows.push((town.to_owned(), count));
        }
    }
    rows.extend(rest);
    figures::bars(rows)
}
