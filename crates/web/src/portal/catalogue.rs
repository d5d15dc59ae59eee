//! `GET /catalogue`: the editions of the national catalogue side by side, with what is known of each.

use askama::Template;
use axum::response::Html;
use xinyong_domain::law::{CatalogueEdition, Law};
use xinyong_domain::ruling::Evidence;

use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::Page;
use crate::ui::{draw, reasons};

struct Edition {
    name: String,
    source: String,
    known: String,
    from: String,
    count: String,
    note: String,
    in_force: bool,
}

/// A class, and how it stands in each edition.
struct Class {
    name: String,
    kinds: String,
    cells: Vec<(String, String)>,
}

struct Change {
    title: String,
    lines: Vec<String>,
}

#[derive(Template)]
#[template(path = "portal/catalogue.html")]
struct Catalogue {
    page: Page,
    editions: Vec<Edition>,
    classes: Vec<Class>,
    changes: Vec<Change>,
    as_of: String,
}

/// How well something is known, in words.
const fn known(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Text => "已核对",
        Evidence::Secondary => "见于间接材料",
        Evidence::Memory => "待核对",
        Evidence::Design => "本站推定",
    }
}

fn names(law: &Law, ids: &[String]) -> String {
    let names: Vec<&str> =
        ids.iter().map(|id| law.kind(id).map_or(id.as_str(), |kind| kind.name.as_str())).collect();
    names.join("、")
}

/// Every class of any edition, in the order of the newest that has it.
fn classes(law: &Law, editions: &[CatalogueEdition]) -> Vec<Class> {
    let mut shown: Vec<&str> = Vec::new();
    for class in editions.iter().rev().flat_map(|edition| &edition.classes) {
        if !shown.contains(&class.name.as_str()) {
            shown.push(&class.name);
        }
    }
    shown
        .into_iter()
        .map(|name| {
            let of = |edition: &CatalogueEdition| {
                edition.classes.iter().find(|class| class.name == name).cloned()
            };
            let kinds: Vec<String> = editions
                .iter()
                .rev()
                .find_map(of)
                .map(|class| class.kinds.into_iter().map(|kind| kind.id).collect())
                .unwrap_or_default();
            Class {
                name: name.to_owned(),
                kinds: names(law, &kinds),
                cells: editions
                    .iter()
                    .map(|edition| {
                        let cell = of(edition).map_or("没有".to_owned(), |class| {
                            format!("有（{}）", known(class.evidence))
                        });
                        (format!("{}年版", edition.edition), cell)
                    })
                    .collect(),
            }
        })
        .collect()
}

fn change(law: &Law, before: &CatalogueEdition, after: &CatalogueEdition) -> Change {
    let found = before.difference(after);
    let mut lines = Vec::new();
    lines.extend(found.classes_added.iter().map(|class| format!("增加一类：{class}。")));
    lines.extend(found.classes_gone.iter().map(|class| format!("减少一类：{class}。")));
    let name = |id: &str| law.kind(id).map_or_else(|| id.to_owned(), |kind| kind.name.clone());
    lines.extend(
        found
            .kinds_added
            .iter()
            .map(|(kind, class)| format!("本站归集的{}由此列入（{class}）。", name(kind))),
    );
    lines.extend(
        found
            .kinds_gone
            .iter()
            .map(|(kind, class)| format!("本站归集的{}不再列入（原在{class}）。", name(kind))),
    );
    lines.extend(
        found
            .kinds_moved
            .iter()
            .map(|(kind, from, to)| format!("{}由“{from}”改列“{to}”。", name(kind))),
    );
    lines.extend(found.fields_changed.iter().map(|(kind, came, went)| {
        format!("{}的数据项增加 {} 个，减少 {} 个。", name(kind), came.len(), went.len())
    }));
    if !found.fields_unknown.is_empty() {
        lines.push(format!(
            "未见原文，不知道数据项有没有变化的：{}。",
            names(law, &found.fields_unknown)
        ));
    }
    Change { title: format!("{}年版与{}年版相比", after.edition, before.edition), lines }
}

/// The editions side by side.
///
/// # Errors
/// When the template fails.
pub async fn catalogue(frame: Frame) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let law = desk.law();
    let editions = law.catalogue();
    let today = law.catalogue_on(desk.today()).map(|edition| edition.edition.clone());
    draw(&Catalogue {
        page: frame.portal("公共信用信息目录各版对照", "/departments"),
        editions: editions
            .iter()
            .map(|edition| {
                let cited = reasons::citation(&edition.citation);
                let number = if cited.number.is_empty() {
                    String::new()
                } else {
                    format!("（{}）", cited.number)
                };
                Edition {
                    name: format!("{}年版", edition.edition),
                    source: format!("{}{number}", cited.title),
                    known: known(edition.citation.evidence).to_owned(),
                    from: edition.from.to_string(),
                    count: edition.classes.len().to_string(),
                    note: edition.note.clone(),
                    in_force: today.as_ref() == Some(&edition.edition),
                }
            })
            .collect(),
        classes: classes(&law, editions),
        changes: editions
            .iter()
            .zip(editions.iter().skip(1))
            .map(|(before, after)| change(&law, before, after))
            .collect(),
        as_of: format!("截至 {}。", desk.today()),
    })
}
