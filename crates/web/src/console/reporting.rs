//! 归集考核: the month of all units, and the days on which the platform was down.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;
use xinyong_domain::value::date;
use xinyong_service::reporting::{self, KindFigures, Month, MonthFigures, NoteOutage, share};
use xinyong_service::{Clock, Permission, Refusal};

use super::{actor, mendable, onward};
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Bar, FormError, Page, Person, Tile, message_for};
use crate::ui::{draw, words};

/// Where these pages are.
pub const HERE: &str = "/console/reporting";
const OUTAGES: &str = "/console/reporting/outages";
const BULLETINS: &str = "/console/bulletins";

struct Row {
    place: String,
    unit: String,
    kind: String,
    href: String,
    known: String,
    received: String,
    on_time: String,
    late: String,
    excused: String,
    missing: String,
    concealed: String,
    timely: String,
    compliant: String,
    complete: String,
    declared: String,
}

#[derive(Template)]
#[template(path = "console/reporting.html")]
struct Overview {
    page: Page,
    month: String,
    label: String,
    month_error: String,
    before_href: String,
    after_href: String,
    settles: String,
    settled: bool,
    ranked: bool,
    one_unit: bool,
    tiles: Vec<Tile>,
    units: Vec<Row>,
    kinds: Vec<Row>,
    chart: Vec<Bar>,
    manages: bool,
    bulletin_href: String,
    issued: Vec<Issue>,
}

struct Issue {
    href: String,
    number: String,
    month: String,
    by: Person,
    at: String,
}

/// Which month is asked for.
#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    pub(super) month: String,
}

/// The month that is asked for, the last one that has ended where none is, and what is wrong with the question.
pub(super) fn month_asked(frame: &Frame, text: &str) -> (Month, String) {
    let proposed = Month::of(frame.site.desk().today()).before();
    match Month::parse(text.trim()) {
        Ok(month) => (month, String::new()),
        Err(_) if text.trim().is_empty() => (proposed, String::new()),
        Err(refusal) => (proposed, refusal.message),
    }
}

/// Address of one unit and kind in a month.
pub(super) fn unit_href(unit: &str, kind: &str, month: Month) -> String {
    format!("{HERE}/units/{}/{}?month={month}", crate::url::encode(unit), crate::url::encode(kind))
}

fn row(unit: &str, kind: &str, href: String, place: Option<usize>, figures: &KindFigures) -> Row {
    let number = words::grouped;
    Row {
        place: place.map(|place| place.to_string()).unwrap_or_default(),
        unit: unit.to_owned(),
        kind: kind.to_owned(),
        href,
        known: number(figures.known()),
        received: number(figures.received),
        on_time: number(figures.on_time),
        late: number(figures.late),
        excused: number(figures.excused),
        missing: number(figures.missing.total()),
        concealed: number(figures.concealed),
        timely: share(figures.timely()),
        compliant: share(figures.compliant()),
        complete: share(figures.complete()),
        declared: figures.declared.map_or_else(|| "未申报".to_owned(), number),
    }
}

fn unit_rows(figures: &MonthFigures) -> Vec<Row> {
    let row_of = |id: &str, place: Option<usize>| {
        let unit = figures.units.get(id)?;
        Some(row(&unit.name, "", String::new(), place, &unit.total))
    };
    match &figures.ranking {
        Some(ranking) => ranking
            .iter()
            .filter_map(|placed| row_of(&placed.standing.unit, placed.place))
            .collect(),
        None => figures.units.keys().filter_map(|id| row_of(id, None)).collect(),
    }
}

/// The figures of a month.
///
/// # Errors
/// `access.denied`.
pub async fn overview(frame: Frame, Query(asked): Query<Asked>) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let actor = actor(&frame)?;
    let (month, month_error) = month_asked(&frame, &asked.month);
    let figures = reporting::month_figures(desk, actor, month).await?;
    let law = desk.law();
    let mut kinds = Vec::new();
    let mut total = [0_u64; 4];
    for (id, unit) in &figures.units {
        for (sum, part) in total.iter_mut().zip([
            unit.total.known(),
            unit.total.received,
            unit.total.late,
            unit.total.missing.total(),
        ]) {
            *sum += part;
        }
        for figures in &unit.kinds {
            let name = law.kind(&figures.kind).map_or("", |kind| kind.name.as_str());
            let href = unit_href(id, &figures.kind, month);
            kinds.push(row(&unit.name, name, href, None, figures));
        }
    }
    let tiles = ["应报决定", "已报", "迟报", "漏报"]
        .into_iter()
        .zip(total)
        .map(|(label, count)| Tile::new(label, words::grouped(count), "条"))
        .collect();
    let placed = figures.ranking.iter().flatten().filter(|placed| placed.place.is_some());
    let chart = placed
        .filter_map(|placed| {
            let rate = placed.standing.timely;
            Some(Bar {
                label: figures.units.get(&placed.standing.unit)?.name.clone(),
                value: share(rate),
                share: (rate.part * 100).checked_div(rate.whole).unwrap_or_default(),
            })
        })
        .collect();
    let manages = actor.may(Permission::ManageReporting);
    let issued = if manages { reporting::issued(desk, actor).await? } else { Vec::new() };
    draw(&Overview {
        page: frame.console("归集考核", HERE),
        month: month.to_string(),
        label: month.label(),
        month_error,
        before_href: format!("{HERE}?month={}", month.before()),
        after_href: format!("{HERE}?month={}", month.after()),
        settles: figures.settles.map(|day| day.to_string()).unwrap_or_default(),
        settled: figures.settled,
        ranked: figures.ranking.is_some(),
        one_unit: actor.unit_limit().is_some(),
        tiles,
        units: unit_rows(&figures),
        kinds,
        chart,
        manages,
        bulletin_href: format!("{BULLETINS}/{month}"),
        issued: issued
            .iter()
            .map(|one| Issue {
                href: format!("{BULLETINS}/{}", one.month),
                number: one.number.clone(),
                month: one.month.clone(),
                by: Person::from(&one.by),
                at: Clock::show(one.at),
            })
            .collect(),
    })
}

struct OutageRow {
    end_href: String,
    first: String,
    last: String,
    reason: String,
    by: Person,
    at: String,
}

#[derive(Template)]
#[template(path = "console/reporting_outages.html")]
struct Outages {
    page: Page,
    errors: Vec<FormError>,
    first: String,
    first_error: String,
    last: String,
    last_error: String,
    reason: String,
    reason_error: String,
    outages: Vec<OutageRow>,
}

async fn outage_page(
    frame: &Frame,
    fields: &Fields,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let outages = reporting::outages(frame.site.desk(), actor(frame)?).await?;
    draw(&Outages {
        page: frame.console("平台故障登记", HERE),
        first: fields.get("first").to_owned(),
        first_error: message_for(&errors, "first"),
        last: fields.get("last").to_owned(),
        last_error: message_for(&errors, "last"),
        reason: fields.get("reason").to_owned(),
        reason_error: message_for(&errors, "reason"),
        errors,
        outages: outages
            .iter()
            .map(|one| OutageRow {
                end_href: format!("{OUTAGES}/{}/end", one.id),
                first: one.first.to_string(),
                last: one.last.to_string(),
                reason: one.reason.clone(),
                by: Person::from(&one.by),
                at: Clock::show(one.at),
            })
            .collect(),
    })
}

/// The days on which the platform did not take files.
///
/// # Errors
/// `access.denied`.
pub async fn outages(frame: Frame) -> Result<Html<String>, PageError> {
    outage_page(&frame, &Fields::default(), Vec::new()).await
}

/// Notes an outage.
///
/// # Errors
/// `access.denied`. What the person can mend is said on the form.
pub async fn note_outage(
    frame: Frame,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let day = |name: &str| date::read(fields.get(name)).map(|(day, _)| day);
    let outcome = match (day("first"), day("last")) {
        (None, _) => Err(FormError::new("first", "请填写开始的日期")),
        (_, None) => Err(FormError::new("last", "请填写结束的日期")),
        (Some(first), Some(last)) => {
            let command = NoteOutage { first, last, reason: fields.get("reason").to_owned() };
            match reporting::note_outage(frame.site.desk(), actor(&frame)?, command).await {
                Ok(()) => Ok(()),
                Err(error) => Err(outage_error(&mendable(error)?)),
            }
        }
    };
    match outcome {
        Ok(()) => Ok(onward(&frame, OUTAGES)),
        Err(error) => {
            let page = outage_page(&frame, &fields, vec![error]).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

fn outage_error(refusal: &Refusal) -> FormError {
    let field = if refusal.code == "outage.days-invalid" { "first" } else { "reason" };
    FormError::new(field, refusal.message.as_str())
}

/// Takes an outage back.
///
/// # Errors
/// `access.denied`; not found.
pub async fn end_outage(frame: Frame, Path(id): Path<i64>) -> Result<Response, PageError> {
    reporting::end_outage(frame.site.desk(), actor(&frame)?, id).await?;
    Ok(onward(&frame, OUTAGES))
}
