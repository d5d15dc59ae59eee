//! `GET /departments`: the units, what each reports, how much of it is public.

use std::collections::BTreeSet;

use askama::Template;
use axum::response::Html;
use jiff::civil::Date;
use xinyong_domain::law::{Audience, Law};
use xinyong_domain::rules::publicity::awaits_verification;
use xinyong_service::browse::{self, Department};

use super::figures;
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::Page;
use crate::ui::{draw, words};

struct Row {
    href: String,
    powers_href: String,
    name: String,
    reports: String,
    counts: Vec<(String, String)>,
}

/// A kind of the catalogue.
struct Entry {
    href: String,
    kind: String,
    class: String,
    tier: String,
    edition: String,
    parties: String,
}

#[derive(Template)]
#[template(path = "portal/departments.html")]
struct Departments {
    page: Page,
    heads: Vec<String>,
    rows: Vec<Row>,
    entries: Vec<Entry>,
    as_of: String,
}

/// Address of a unit's page.
pub fn href(unit: &str) -> String {
    format!("/departments/{}", crate::url::encode(unit))
}

/// The list of units.
///
/// # Errors
/// When the store fails.
pub async fn departments(frame: Frame) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let counted = browse::public_figures(desk).await?;
    let groups = figures::groups(&desk.law(), &counted);
    let units = browse::departments(desk).await?;
    let with_powers = browse::units_with_powers(desk).await?;
    draw(&Departments {
        page: frame.portal("单位", "/departments"),
        heads: groups.iter().map(|group| group.title.clone()).collect(),
        entries: catalogue(&desk.law(), desk.today()),
        rows: units.iter().map(|unit| row(&groups, unit, &with_powers)).collect(),
        as_of: words::as_of(desk.today()),
    })
}

/// The catalogue: what is collected at all, and who may see it. What is not for everybody is named here, nothing of it shown.
fn catalogue(law: &Law, today: Date) -> Vec<Entry> {
    let in_force = law.catalogue_on(today);
    law.kinds()
        .values()
        .map(|kind| {
            let kept = kind.audience == Audience::Public && awaits_verification(kind, law);
            let parties: Vec<&str> =
                kind.subjects.iter().map(|category| category.label()).collect();
            Entry {
                href: if kind.audience == Audience::Public {
                    words::list_href(&kind.id)
                } else {
                    String::new()
                },
                kind: kind.name.clone(),
                // What may be collected and shown rests on the edition in force.
                class: in_force.and_then(|edition| edition.class_of(&kind.id)).map_or_else(
                    || format!("{}（现行目录没有此类）", kind.catalogue_class),
                    str::to_owned,
                ),
                tier: if kept {
                    format!("{}（公示规定待核实，暂不公示）", kind.audience.label())
                } else {
                    kind.audience.label().to_owned()
                },
                edition: match kind.edition.as_str() {
                    "proposed" => "拟定".to_owned(),
                    "local" => "在用系统".to_owned(),
                    year => format!("{year}年版"),
                },
                parties: parties.join("、"),
            }
        })
        .collect()
}

fn row(groups: &[figures::Group], unit: &Department, with_powers: &BTreeSet<String>) -> Row {
    let names: Vec<&str> = unit.kinds.iter().map(|kind| kind.name.as_str()).collect();
    Row {
        href: href(&unit.id),
        powers_href: if with_powers.contains(&unit.id) {
            super::powers::href(&unit.id)
        } else {
            String::new()
        },
        name: unit.name.clone(),
        reports: if names.is_empty() {
            "没有公示类信息".to_owned()
        } else {
            names.join("、")
        },
        counts: groups
            .iter()
            .map(|group| {
                let held = unit.kinds.iter().filter(|kind| group.kinds.contains(&kind.id));
                let count = held.map(|kind| kind.public).reduce(|one, other| one + other);
                (group.title.clone(), count.map_or_else(|| "—".to_owned(), words::grouped))
            })
            .collect(),
    }
}
