//! One unit and kind in one month: the figures, the lists behind them, and what its second person signs.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use jiff::civil::Date;
use xinyong_service::reporting::{
    self, Declare, ExplainGap, MissingNumbers, Month, UnitReport, share,
};
use xinyong_service::{Clock, Permission, powers};

use super::reporting::{Asked, HERE, month_asked, unit_href};
use super::{actor, mendable, onward};
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Choice, FormError, Page, Person, message_for};
use crate::ui::{draw, words};

struct Figure {
    label: &'static str,
    part: String,
    whole: String,
    share: String,
    meaning: &'static str,
}

struct LateRow {
    href: String,
    number: String,
    decided: String,
    due: String,
    received: String,
    excused: bool,
}

struct GapRow {
    text: String,
    before: (String, String),
    after: (String, String),
    counted: String,
    remark: &'static str,
}

struct ExplainedRow {
    end_href: String,
    text: String,
    reason: String,
    note: String,
    by: Person,
    at: String,
}

struct AbsentRow {
    number: String,
    decided: String,
    source: String,
    note: String,
    reminded: String,
    state: &'static str,
    remind_href: String,
    close_href: String,
}

#[derive(Template)]
#[template(path = "console/reporting_unit.html")]
struct Report {
    page: Page,
    errors: Vec<FormError>,
    unit: String,
    kind: String,
    label: String,
    month: String,
    back_href: String,
    before_href: String,
    after_href: String,
    figures: Vec<Figure>,
    late: Vec<LateRow>,
    late_more: bool,
    gaps: Vec<GapRow>,
    explained: Vec<ExplainedRow>,
    absent: Vec<AbsentRow>,
    powers: String,
    powers_href: String,
    declared_missing: String,
    declared: String,
    declared_by: Option<Person>,
    declared_at: String,
    declared_note: String,
    declare_until: String,
    signs: bool,
    manages: bool,
    declare_href: String,
    explain_href: String,
    records: String,
    records_error: String,
    declare_note: String,
    declare_note_error: String,
    gap_choices: Vec<Choice>,
    gap_error: String,
    reasons: Vec<Choice>,
    reason_error: String,
    note: String,
    note_error: String,
}

fn span(pair: &(String, String)) -> String {
    if pair.0 == pair.1 { pair.0.clone() } else { format!("{} 至 {}", pair.0, pair.1) }
}

fn neighbour(text: &str, day: Date) -> (String, String) {
    (text.to_owned(), day.to_string())
}

/// What a choice of missing numbers sends: the numbers first, so that the series may hold any sign.
fn key_of(gap: &MissingNumbers) -> String {
    format!("{} {} {} {}", gap.year, gap.first, gap.last, gap.series)
}

fn read_key(key: &str) -> Option<(i64, i64, i64, String)> {
    let mut parts = key.splitn(4, ' ');
    let mut number = || parts.next()?.parse::<i64>().ok();
    let (year, first, last) = (number()?, number()?, number()?);
    Some((year, first, last, parts.next()?.to_owned()))
}

fn figures(report: &UnitReport) -> Vec<Figure> {
    let figures = &report.figures;
    let rates = [
        ("上报率", figures.reported(), "已报的条数／应报的决定数（已报与漏报之和）"),
        ("及时率", figures.timely(), "按期报送的条数／应报的决定数；因平台故障晚到的除外"),
        ("合规率", figures.compliant(), "本月报送的行中一次合格的行数／报送的行数"),
        ("完整率", figures.complete(), "本月报送的行中已填的必填项数／必填项总数"),
    ];
    rates
        .into_iter()
        .map(|(label, rate, meaning)| Figure {
            label,
            part: words::grouped(rate.part),
            whole: words::grouped(rate.whole),
            share: share(rate),
            meaning,
        })
        .collect()
}

async fn page(
    frame: &Frame,
    unit: &str,
    kind: &str,
    month: Month,
    fields: &Fields,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let actor = actor(frame)?;
    let report = reporting::unit_report(desk, actor, unit, kind, month).await?;
    let law = desk.law();
    let outside =
        powers::outside(desk, actor, unit, Some(kind), (month.first(), month.last())).await?;
    let signs = actor.authorise_for(Permission::SignReporting, unit).is_ok();
    let manages = actor.may(Permission::ManageReporting);
    let asked = fields.get("gap");
    let mut gap_choices = vec![Choice::new("", "请选择", asked)];
    gap_choices.extend(
        report.numbers.iter().map(|gap| Choice::new(&key_of(gap), span(&gap.written), asked)),
    );
    let mut reasons = vec![Choice::new("", "请选择", fields.get("reason"))];
    if let Some(list) = law.codes().get("gap-reason") {
        let chosen = fields.get("reason");
        reasons.extend(
            list.codes.iter().map(|code| Choice::new(&code.id, code.label.as_str(), chosen)),
        );
    }
    let address = unit_href(unit, kind, month);
    let action = address.split('?').next().unwrap_or_default().to_owned();
    let late_total = report.figures.late + report.figures.excused;
    draw(&Report {
        page: frame.console(&format!("{}：{}", report.unit_name, report.kind_name), HERE),
        unit: report.unit_name.clone(),
        kind: report.kind_name.clone(),
        label: month.label(),
        month: month.to_string(),
        back_href: format!("{HERE}?month={month}"),
        before_href: unit_href(unit, kind, month.before()),
        after_href: unit_href(unit, kind, month.after()),
        figures: figures(&report),
        late_more: late_total > u64::try_from(report.late.len()).unwrap_or(u64::MAX),
        late: report
            .late
            .iter()
            .map(|one| LateRow {
                href: format!("/console/records/{}/{}", one.subject, one.record),
                number: one.number.clone(),
                decided: one.decided.to_string(),
                due: one.due.to_string(),
                received: one.received.to_string(),
                excused: one.excused,
            })
            .collect(),
        gaps: report
            .numbers
            .iter()
            .map(|gap| GapRow {
                text: span(&gap.written),
                before: gap.before.as_ref().map_or_else(
                    || ("本年第一个号之前".to_owned(), String::new()),
                    |(text, day)| neighbour(text, *day),
                ),
                after: neighbour(&gap.after.0, gap.after.1),
                counted: words::grouped(gap.counted),
                remark: match (gap.running, gap.too_long) {
                    (true, _) => "报送期限未满，暂不计入",
                    (_, true) => "中断过长，列出待查，不计入",
                    _ => "计入漏报",
                },
            })
            .collect(),
        explained: report
            .explained
            .iter()
            .map(|one| ExplainedRow {
                end_href: format!("{HERE}/explanations/{}/end", one.id),
                text: span(&one.written),
                reason: one.reason.clone(),
                note: one.note.clone(),
                by: Person::from(&one.by),
                at: Clock::show(one.at),
            })
            .collect(),
        absent: report
            .absent
            .iter()
            .map(|one| AbsentRow {
                number: one.number.clone(),
                decided: one.decided.to_string(),
                source: one.source.clone(),
                note: one.note.clone(),
                reminded: one.reminded.map(|day| day.to_string()).unwrap_or_default(),
                state: match (one.concealed, one.due) {
                    (true, _) => "提醒后仍未报，列为瞒报",
                    (_, true) => "计入漏报",
                    _ => "报送期限未满",
                },
                remind_href: format!("{HERE}/known/{}/remind", one.id),
                close_href: format!("{HERE}/known/{}/close", one.id),
            })
            .collect(),
        powers: outside.filter(|list| list.held > 0).map_or_else(String::new, |list| {
            format!(
                "按名称与本单位公布的权力事项目录比对了 {} 条，目录外 {} 条，已说明 {} 条。",
                words::grouped(list.held),
                words::grouped(list.outside),
                words::grouped(list.explained)
            )
        }),
        powers_href: format!("{}?month={month}#outside", super::powers::href(unit)),
        declared_missing: match report.figures.missing.declared {
            0 => String::new(),
            more => words::grouped(more),
        },
        declared: report.declared.as_ref().map_or_else(String::new, |(_, _, count, _)| {
            if *count == 0 { "无".to_owned() } else { format!("{} 条", words::grouped(*count)) }
        }),
        declared_by: report.declared.as_ref().map(|(by, ..)| Person::from(by)),
        declared_at: report.declared.as_ref().map_or_else(String::new, |one| Clock::show(one.1)),
        declared_note: report.declared.map_or_else(String::new, |(.., note)| note),
        declare_until: report.declare_until.map(|day| day.to_string()).unwrap_or_default(),
        signs,
        manages,
        declare_href: format!("{action}/declare"),
        explain_href: format!("{action}/explain"),
        records: fields.get("records").to_owned(),
        records_error: message_for(&errors, "records"),
        declare_note: fields.get("declare_note").to_owned(),
        declare_note_error: message_for(&errors, "declare_note"),
        gap_choices,
        gap_error: message_for(&errors, "gap"),
        reasons,
        reason_error: message_for(&errors, "reason"),
        note: fields.get("note").to_owned(),
        note_error: message_for(&errors, "note"),
        errors,
    })
}

/// One unit and kind in one month.
///
/// # Errors
/// `access.denied`; not found.
pub async fn report(
    frame: Frame,
    Path((unit, kind)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, PageError> {
    let (month, wrong) = month_asked(&frame, &asked.month);
    let errors =
        if wrong.is_empty() { Vec::new() } else { vec![FormError::new("", wrong.as_str())] };
    page(&frame, &unit, &kind, month, &Fields::default(), errors).await
}

async fn again(
    frame: &Frame,
    (unit, kind): (&str, &str),
    month: Month,
    fields: &Fields,
    error: FormError,
) -> Result<Response, PageError> {
    let page = page(frame, unit, kind, month, fields, vec![error]).await?;
    Ok((StatusCode::BAD_REQUEST, page).into_response())
}

/// Signs how many decisions the unit made.
///
/// # Errors
/// `access.denied`. What the person can mend is said on the page.
pub async fn declare(
    frame: Frame,
    Path((unit, kind)): Path<(String, String)>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let (month, _) = month_asked(&frame, fields.get("month"));
    let here = (unit.as_str(), kind.as_str());
    let Ok(records) = fields.get("records").trim().parse::<i64>() else {
        let error = FormError::new("records", "请填写决定数，没有的填0");
        return again(&frame, here, month, &fields, error).await;
    };
    let note = fields.get("declare_note").to_owned();
    let command = Declare { unit: unit.clone(), kind: kind.clone(), month, records, note };
    match reporting::declare(frame.site.desk(), actor(&frame)?, command).await {
        Ok(()) => Ok(onward(&frame, &unit_href(&unit, &kind, month))),
        Err(error) => {
            let refusal = mendable(error)?;
            let field =
                if refusal.code == "reporting.note-invalid" { "declare_note" } else { "records" };
            let error = FormError::new(field, refusal.message.as_str());
            again(&frame, here, month, &fields, error).await
        }
    }
}

/// Explains missing numbers.
///
/// # Errors
/// `access.denied`. What the person can mend is said on the page.
pub async fn explain(
    frame: Frame,
    Path((unit, kind)): Path<(String, String)>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let (month, _) = month_asked(&frame, fields.get("month"));
    let here = (unit.as_str(), kind.as_str());
    let Some((year, first, last, series)) = read_key(fields.get("gap")) else {
        let error = FormError::new("gap", "请选择要说明的文号");
        return again(&frame, here, month, &fields, error).await;
    };
    let command = ExplainGap {
        unit: unit.clone(),
        kind: kind.clone(),
        series,
        year,
        first,
        last,
        reason: fields.get("reason").to_owned(),
        note: fields.get("note").to_owned(),
    };
    match reporting::explain_gap(frame.site.desk(), actor(&frame)?, command).await {
        Ok(()) => Ok(onward(&frame, &unit_href(&unit, &kind, month))),
        Err(error) => {
            let refusal = mendable(error)?;
            let field = match refusal.code {
                "reporting.code-unknown" => "reason",
                "reporting.note-invalid" => "note",
                _ => "gap",
            };
            let error = FormError::new(field, refusal.message.as_str());
            again(&frame, here, month, &fields, error).await
        }
    }
}

/// Takes an explanation back.
///
/// # Errors
/// `access.denied`; not found.
pub async fn end_explanation(frame: Frame, Path(id): Path<i64>) -> Result<Response, PageError> {
    reporting::end_explanation(frame.site.desk(), actor(&frame)?, id).await?;
    Ok(onward(&frame, HERE))
}

#[cfg(test)]
mod tests {
    use super::read_key;

    #[test]
    fn a_series_may_hold_blanks() {
        let read = read_key("2026 9 12 (平) 市监罚");
        assert_eq!(read, Some((2026, 9, 12, "(平) 市监罚".to_owned())));
        for wrong in ["", "2026", "2026 9 x 平", "2026 9 12"] {
            assert_eq!(read_key(wrong), None, "{wrong}");
        }
    }
}
