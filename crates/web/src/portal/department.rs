//! `GET /departments/{unit}`: one unit with what it reports and the newest of what is public of it.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use xinyong_service::browse::{self, PublicList};

use super::figures;
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Chart, Chip, Fact, Page};
use crate::ui::{draw, words};
use crate::url;

/// Records of a kind that the page shows.
const SHOWN: usize = 10;

struct Row {
    href: String,
    title: String,
    number: String,
    party: String,
    party_href: String,
    decided_on: String,
    standing: Chip,
}

struct List {
    id: String,
    title: String,
    count: String,
    more_href: String,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "portal/department.html")]
struct DepartmentPage {
    page: Page,
    name: String,
    facts: Vec<Fact>,
    chart: Chart,
    lists: Vec<List>,
    none: String,
    as_of: String,
}

/// One unit.
///
/// # Errors
/// Not found; when the store fails.
pub async fn department(frame: Frame, Path(unit): Path<String>) -> Result<Response, PageError> {
    let desk = frame.site.desk();
    let found = browse::department_page(desk, &unit).await?;
    let counted = browse::public_figures(desk).await?;
    let reports: Vec<&str> = found.unit.kinds.iter().map(|kind| kind.name.as_str()).collect();
    let mut facts = vec![Fact::new(
        "报送的公示信息",
        if reports.is_empty() { "没有".to_owned() } else { reports.join("、") },
    )];
    if !found.unit.code.is_empty() {
        facts.push(Fact::new("统一社会信用代码", found.unit.code.as_str()));
    }
    if browse::units_with_powers(desk).await?.contains(&found.unit.id) {
        facts.push(
            Fact::new("权力事项目录", "可以许可和处罚的事项")
                .to(super::powers::href(&found.unit.id)),
        );
    }
    let drawn = draw(&DepartmentPage {
        page: frame.portal(&found.unit.name, "/departments"),
        facts,
        chart: figures::months(&desk.law(), &counted, Some(&found.unit.id), None)?,
        lists: found.lists.iter().map(|list| shown(&found.unit.id, list)).collect(),
        none: (found.lists.iter().filter(|list| list.records.is_empty()))
            .map(|list| list.kind_name.as_str())
            .collect::<Vec<_>>()
            .join("、"),
        as_of: words::as_of(desk.today()),
        name: found.unit.name.clone(),
    })?;
    Ok(super::unindexed(drawn))
}

fn shown(unit: &str, list: &PublicList) -> List {
    List {
        id: list.kind.clone(),
        title: list.kind_name.clone(),
        count: words::grouped(list.total),
        more_href: if list.records.len() > SHOWN {
            url::with_query(&words::list_href(&list.kind), &[("unit", unit)])
        } else {
            String::new()
        },
        rows: list
            .records
            .iter()
            .take(SHOWN)
            .map(|record| Row {
                href: words::record_href(record),
                title: words::record_title(record),
                number: record.number.clone(),
                party: record.party.clone(),
                party_href: words::subject_href(&record.code),
                decided_on: record.decided.to_string(),
                standing: words::standing(record),
            })
            .collect(),
    }
}
