//! `GET /records/{kind}`: the public list of one kind.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;
use xinyong_domain::law::{Audience, Law, PublicationRule};
use xinyong_domain::rules::disclosure::Tier;
use xinyong_domain::value::date;
use xinyong_service::DeskError;
use xinyong_service::browse::{self, ListFilter, PublicList, PublicRecord};

use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, Choice, FormError, Page, Pager, Why, message_for};
use crate::ui::{draw, reasons, words};
use crate::url;

struct ListHead {
    title: String,
    path: String,
    lead: &'static str,
    with_until: bool,
}

struct Filter {
    q: String,
    units: Vec<Choice>,
    from: String,
    to: String,
}

struct ListRow {
    href: String,
    title: String,
    number: String,
    party: String,
    party_href: String,
    unit: String,
    decided_on: String,
    until: String,
    until_why: Option<Why>,
    standing: Chip,
    marks: Vec<Chip>,
    statement: String,
}

#[derive(Template)]
#[template(path = "portal/records.html")]
struct Records {
    page: Page,
    list: ListHead,
    filter: Filter,
    errors: Vec<FormError>,
    from_error: String,
    to_error: String,
    rows: Vec<ListRow>,
    pager: Pager,
    as_of: String,
}

/// What a visitor asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    unit: String,
    from: String,
    to: String,
    after: String,
}

/// What a list of a kind holds, in a sentence.
pub fn lead(rule: PublicationRule) -> &'static str {
    match rule {
        PublicationRule::Licence => {
            "行政机关准予从事特定活动的决定。有效期内公示，到期后标为已到期。"
        }
        PublicationRule::Penalty => {
            "行政机关对违法行为作出的处罚决定。公示期满自动停止公示，已修复、已撤销的随时移除。"
        }
        PublicationRule::Open => {
            "依法公开的信息。有效期内公示，到期后标为已到期；标明不公开的、自然人的不在此列。"
        }
        PublicationRule::Listing => {
            "依法公示中的信息。到期自动停止公示，移出、修复、撤销的随时移除；期限没有核实的不公示。"
        }
        PublicationRule::None => "依法公示中的信息。",
    }
}

/// A page of the list.
///
/// # Errors
/// Not found for a kind that is not public; `list.cursor-invalid`.
pub async fn records(
    frame: Frame,
    Path(kind): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let desk = frame.site.desk();
    let law = desk.law();
    let kind = law
        .kind(&kind)
        .filter(|kind| kind.audience == Audience::Public)
        .cloned()
        .ok_or(DeskError::NotFound("该类信息"))?;
    let errors = mistakes(&asked);
    let found = if errors.is_empty() {
        browse::public_list(desk, &kind.id, &filter(&asked)).await?
    } else {
        PublicList {
            kind: kind.id.clone(),
            kind_name: kind.name.clone(),
            records: Vec::new(),
            next: String::new(),
            total: 0,
        }
    };
    let units = browse::unit_names(desk).await?;
    let mut choices = vec![Choice::new("", "全部单位", &asked.unit)];
    choices.extend(units.iter().map(|(id, name)| Choice::new(id, name, &asked.unit)));
    let path = words::list_href(&kind.id);
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let page = draw(&Records {
        page: frame.portal(&kind.name, &path),
        pager: pager(&path, &asked, &found),
        list: ListHead {
            title: kind.name.clone(),
            path,
            lead: lead(kind.publication),
            with_until: Tier::of_rule(kind.publication) == Tier::NotIndexed,
        },
        from_error: message_for(&errors, "from"),
        to_error: message_for(&errors, "to"),
        errors,
        rows: found.records.iter().map(|record| row(&law, record)).collect(),
        filter: Filter { q: asked.q, units: choices, from: asked.from, to: asked.to },
        as_of: words::as_of(desk.today()),
    })?;
    Ok(super::as_far_as(Tier::of_rule(kind.publication), (status, page)))
}

fn filter(asked: &Asked) -> ListFilter {
    ListFilter {
        text: asked.q.clone(),
        unit: asked.unit.clone(),
        from: asked.from.clone(),
        to: asked.to.clone(),
        after: asked.after.clone(),
    }
}

/// Dates that are none, or that stand the wrong way round.
fn mistakes(asked: &Asked) -> Vec<FormError> {
    let mut errors = Vec::new();
    let mut day = |field: &str, text: &str| -> Option<Date> {
        let read = date::read(text.trim()).map(|(day, _)| day);
        if read.is_none() && !text.trim().is_empty() {
            errors.push(FormError::new(field, format!("“{text}”不是有效日期，请写作 2026-03-05")));
        }
        read
    };
    let (from, to) = (day("from", &asked.from), day("to", &asked.to));
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        let message = format!("决定日期止早于决定日期起（{from}），请改后再筛选");
        errors.push(FormError::new("to", message));
    }
    errors
}

fn pager(path: &str, asked: &Asked, found: &PublicList) -> Pager {
    let with = |after: &str| {
        let pairs = [
            ("q", asked.q.as_str()),
            ("unit", asked.unit.as_str()),
            ("from", asked.from.as_str()),
            ("to", asked.to.as_str()),
            ("after", after),
        ];
        url::with_query(path, &pairs)
    };
    Pager {
        summary: format!("共 {} 条，本页 {} 条", words::grouped(found.total), found.records.len()),
        // Pages are found from the record before them, so the way back is the browser's own, or the first page.
        prev: if asked.after.is_empty() { String::new() } else { with("") },
        next: if found.next.is_empty() { String::new() } else { with(&found.next) },
        pages: Vec::new(),
    }
}

fn row(law: &Law, record: &PublicRecord) -> ListRow {
    let until = reasons::last_day(law, &record.disclosure);
    ListRow {
        href: words::record_href(record),
        title: words::record_title(record),
        number: record.number.clone(),
        party: record.party.clone(),
        party_href: words::subject_href(&record.code),
        unit: words::author(record),
        decided_on: record.decided.to_string(),
        until: until.value,
        until_why: until.why,
        standing: words::standing(record),
        marks: words::marks(record),
        statement: words::statement(record.objection.as_ref()),
    }
}
