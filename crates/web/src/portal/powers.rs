//! `GET /departments/{unit}/powers`: what a unit may license and punish, with every edition that was released.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Html;
use serde::Deserialize;
use xinyong_service::browse;

use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::Page;
use crate::ui::{draw, words};
use crate::url;

struct EditionRow {
    href: String,
    days: String,
    released: String,
    note: String,
    powers: String,
    current: bool,
}

struct PowerRow {
    code: String,
    name: String,
    kind: String,
    basis: String,
    days: String,
}

#[derive(Template)]
#[template(path = "portal/powers.html")]
struct Powers {
    page: Page,
    unit: String,
    unit_href: String,
    shown: String,
    editions: Vec<EditionRow>,
    rows: Vec<PowerRow>,
    as_of: String,
}

/// Which edition is asked for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    edition: Option<String>,
}

/// Address of a unit's catalogue.
pub fn href(unit: &str) -> String {
    format!("/departments/{}/powers", url::encode(unit))
}

/// The catalogue of a unit.
///
/// # Errors
/// Not found when the unit has released none, or not the edition asked for.
pub async fn powers(
    frame: Frame,
    Path(unit): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let edition = match asked.edition.as_deref() {
        None | Some("") => None,
        Some(id) => Some(id.parse().map_err(|_| PageError::no_page())?),
    };
    let found = browse::unit_powers(desk, &unit, edition).await?;
    let mut shown = String::new();
    let editions = found
        .editions
        .iter()
        .map(|edition| {
            let current = edition.id == found.shown;
            let days = if edition.replaced {
                format!("{}（由同日起施行的后一版代替）", edition.from)
            } else {
                words::span(Some(edition.from), edition.until)
            };
            if current {
                shown.clone_from(&days);
            }
            EditionRow {
                href: format!("{}?edition={}", href(&unit), edition.id),
                days,
                released: edition.released.map(|day| day.to_string()).unwrap_or_default(),
                note: edition.note.clone(),
                powers: words::grouped(edition.powers),
                current,
            }
        })
        .collect();
    draw(&Powers {
        page: frame.portal(&format!("{}权力事项目录", found.name), "/departments"),
        unit_href: super::departments::href(&unit),
        unit: found.name,
        shown,
        editions,
        rows: found
            .powers
            .into_iter()
            .map(|power| PowerRow {
                days: words::span(power.from, power.until),
                code: power.code,
                name: power.name,
                kind: power.kind,
                basis: power.basis,
            })
            .collect(),
        as_of: format!("截至 {}。", desk.today()),
    })
}
