//! 权力事项: a unit's catalogue of what it may license and punish, proposed from a sheet or typed, and the names on its records that
//! stand outside.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use jiff::civil::Date;
use xinyong_domain::value::date;
use xinyong_service::powers::{
    self, EditionView, Grounds, Proposed, RowFound, SaidView, Say, TypedPower,
};
use xinyong_service::{Clock, DeskError, Permission, Refusal, browse};

use super::parts::{Incoming, Parts};
use super::reporting::{Asked, month_asked};
use super::{actor, mendable, onward};
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, Choice, FormError, Page, Person, message_for};
use crate::ui::{draw, words};
use crate::url;

/// Where these pages are.
pub const HERE: &str = "/console/powers";
/// The fields beside the file, and the bytes of each.
const FIELDS: [(&str, usize); 2] = [("from", 1024), ("note", 4096)];
/// Names that stand outside and are shown.
const SHOWN: usize = 200;

struct UnitRow {
    href: String,
    name: String,
    in_force: String,
    waits: bool,
}

#[derive(Template)]
#[template(path = "console/powers.html")]
struct Units {
    page: Page,
    rows: Vec<UnitRow>,
}

struct EditionRow {
    href: String,
    from: String,
    state: Chip,
    powers: String,
    note: String,
    by: Person,
    at: String,
}

struct FoundRow {
    row: String,
    level: &'static str,
    message: String,
}

struct OutsideRow {
    name: String,
    kind: String,
    field: String,
    records: String,
    newest_href: String,
    decided: String,
}

struct SaidRow {
    name: String,
    kind: String,
    what: String,
    by: Person,
    at: String,
    end_href: String,
}

#[derive(Template)]
#[template(path = "console/powers_unit.html")]
struct UnitPage {
    page: Page,
    errors: Vec<FormError>,
    unit: String,
    href: String,
    many_units: bool,
    public_href: String,
    editions: Vec<EditionRow>,
    waiting_href: String,
    proposes: bool,
    signs: bool,
    found: Vec<FoundRow>,
    from: String,
    from_error: String,
    note: String,
    note_error: String,
    file_error: String,
    typed_open: bool,
    typed_from_error: String,
    typed_note_error: String,
    typed: TypedPower,
    kinds: Vec<Choice>,
    month: String,
    label: String,
    month_error: String,
    has_catalogue: bool,
    held: String,
    outside: String,
    explained: String,
    complete: bool,
    names: Vec<OutsideRow>,
    name_choices: Vec<Choice>,
    name_error: String,
    code: String,
    code_error: String,
    said_note: String,
    said_note_error: String,
    said: Vec<SaidRow>,
}

/// Address of a unit's page.
pub fn href(unit: &str) -> String {
    format!("{HERE}/{}", url::encode(unit))
}

/// Address of an edition.
pub fn edition_href(id: i64) -> String {
    format!("/console/power-editions/{id}")
}

/// How an edition stands.
pub fn state(edition: &EditionView, today: Date) -> Chip {
    match (edition.waits, edition.released) {
        (true, _) => Chip::new("待复核", "warn"),
        (false, false) => Chip::new("已退回", "neutral"),
        (false, true) if edition.from > today => Chip::new("已公布，未施行", "info"),
        (false, true) => Chip::new("已公布", "good"),
    }
}

/// `GET /console/powers`: the units; who works for one of them goes there at once.
///
/// # Errors
/// `access.denied`; when the store fails.
pub async fn units(frame: Frame) -> Result<Response, PageError> {
    let (desk, who) = (frame.site.desk(), actor(&frame)?);
    if let Some(own) = who.unit_limit() {
        return Ok(onward(&frame, &href(own)));
    }
    let editions = powers::editions(desk, who, None).await?;
    let today = desk.today();
    let rows = browse::unit_names(desk)
        .await?
        .into_iter()
        .map(|(id, name)| {
            let of_unit = || editions.iter().filter(|edition| edition.unit == id);
            let in_force = of_unit().find(|edition| edition.released && edition.from <= today);
            UnitRow {
                href: href(&id),
                name,
                in_force: in_force.map_or_else(
                    || "没有公布".to_owned(),
                    |edition| format!("{} 起，{} 项", edition.from, words::grouped(edition.powers)),
                ),
                waits: of_unit().any(|edition| edition.waits),
            }
        })
        .collect();
    Ok(draw(&Units { page: frame.console("权力事项", HERE), rows })?.into_response())
}

/// What was filled in and said, when a form comes back.
#[derive(Default)]
struct Again {
    errors: Vec<FormError>,
    found: Vec<RowFound>,
    from: String,
    note: String,
    typed: Option<TypedPower>,
    name: String,
    code: String,
    said_note: String,
    month: String,
}

fn said_row(frame: &Frame, row: SaidView) -> SaidRow {
    let law = frame.site.desk().law();
    SaidRow {
        kind: law.kind(&row.kind).map_or(row.kind.clone(), |kind| kind.name.clone()),
        what: match (row.code.is_empty(), row.note.is_empty()) {
            (true, _) => format!("不在目录中：{}", row.note),
            (false, true) => format!("即事项 {}", row.code),
            (false, false) => format!("即事项 {}：{}", row.code, row.note),
        },
        name: row.name,
        by: Person::from(&row.by),
        at: Clock::show(row.at),
        end_href: format!("/console/power-names/{}/end", row.id),
    }
}

async fn show(frame: &Frame, unit: &str, again: Again) -> Result<Html<String>, PageError> {
    let (desk, who) = (frame.site.desk(), actor(frame)?);
    let law = desk.law();
    let today = desk.today();
    let editions = powers::editions(desk, who, Some(unit)).await?;
    let name = desk.unit(unit).await?.name;
    let (month, month_error) = month_asked(frame, &again.month);
    let span = (month.first(), month.last());
    let outside = powers::outside(desk, who, unit, None, span).await?;
    let waiting = editions.iter().find(|edition| edition.waits).map(|edition| edition.id);
    let has_catalogue = outside.is_some();
    let outside = outside.unwrap_or_default();
    let mut name_choices = vec![Choice::new("", "请选择", &again.name)];
    name_choices.extend(outside.names.iter().take(SHOWN).map(|one| {
        let shown: String = one.name.chars().take(60).collect();
        Choice::new(&format!("{} {}", one.kind, one.name), shown, &again.name)
    }));
    let typed_open = again.typed.is_some();
    let typed = again.typed.unwrap_or_default();
    let mut kinds = vec![Choice::new("", "请选择", &typed.kind)];
    kinds.extend(
        law.kinds()
            .values()
            .filter(|kind| kind.matter.is_some())
            .map(|kind| Choice::new(&kind.id, kind.name.as_str(), &typed.kind)),
    );
    let released = editions.iter().any(|edition| edition.released);
    draw(&UnitPage {
        page: frame.console(&format!("{name}的权力事项"), HERE),
        unit: name,
        href: href(unit),
        many_units: who.unit_limit().is_none(),
        public_href: if released {
            format!("/departments/{}/powers", url::encode(unit))
        } else {
            String::new()
        },
        editions: editions
            .iter()
            .map(|edition| EditionRow {
                href: edition_href(edition.id),
                from: edition.from.to_string(),
                state: state(edition, today),
                powers: words::grouped(edition.powers),
                note: edition.note.clone(),
                by: Person::from(&edition.proposed.0),
                at: Clock::show(edition.proposed.1),
            })
            .collect(),
        waiting_href: waiting.map(edition_href).unwrap_or_default(),
        proposes: waiting.is_none() && who.authorise_for(Permission::UploadBatch, unit).is_ok(),
        signs: who.authorise_for(Permission::SignReporting, unit).is_ok(),
        found: again
            .found
            .iter()
            .map(|found| FoundRow {
                row: if found.row == 0 {
                    "所填".to_owned()
                } else {
                    format!("第 {} 行", found.row)
                },
                level: found.finding.level.label(),
                message: found.finding.message.clone(),
            })
            .collect(),
        from: if again.from.is_empty() { today.to_string() } else { again.from },
        from_error: message_for(&again.errors, "from"),
        note: again.note,
        note_error: message_for(&again.errors, "note"),
        file_error: message_for(&again.errors, "file"),
        typed_open,
        typed_from_error: message_for(&again.errors, "typed_from"),
        typed_note_error: message_for(&again.errors, "typed_note"),
        typed,
        kinds,
        month: month.to_string(),
        label: month.label(),
        month_error,
        has_catalogue,
        held: words::grouped(outside.held),
        outside: words::grouped(outside.outside),
        explained: words::grouped(outside.explained),
        complete: outside.complete,
        names: outside
            .names
            .into_iter()
            .take(SHOWN)
            .map(|one| OutsideRow {
                name: one.name,
                kind: one.kind_name,
                field: one.field,
                records: words::grouped(one.records),
                newest_href: words::held_href(one.newest.0, one.newest.1),
                decided: one.decided.to_string(),
            })
            .collect(),
        name_choices,
        name_error: message_for(&again.errors, "name"),
        code: again.code,
        code_error: message_for(&again.errors, "code"),
        said_note: again.said_note,
        said_note_error: message_for(&again.errors, "said_note"),
        said: powers::said(desk, who, unit)
            .await?
            .into_iter()
            .map(|row| said_row(frame, row))
            .collect(),
        errors: again.errors,
    })
}

/// `GET /console/powers/{unit}`
///
/// # Errors
/// `access.denied`; when the store fails.
pub async fn unit(
    frame: Frame,
    Path(unit): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, PageError> {
    show(&frame, &unit, Again { month: asked.month, ..Again::default() }).await
}

async fn back(frame: &Frame, unit: &str, again: Again) -> Result<Response, PageError> {
    Ok((StatusCode::BAD_REQUEST, show(frame, unit, again).await?).into_response())
}

fn grounds(unit: &str, from: &str, note: &str) -> Result<Grounds, Refusal> {
    let day = date::read(from.trim()).map(|(day, _)| day).filter(|day| !date::is_long_term(*day));
    let from = day.ok_or_else(|| {
        Refusal::new("powers.from-invalid", "请填写本版目录开始施行的日期，例如 2026-01-01")
    })?;
    Ok(Grounds { unit: unit.to_owned(), from, note: note.to_owned() })
}

fn error_of(refusal: &Refusal, elsewhere: &str) -> FormError {
    let field = match refusal.code {
        "powers.from-invalid" => "from",
        "powers.note-missing" => "note",
        "powers.open" | "unit.ended" => "",
        _ => elsewhere,
    };
    FormError::new(field, refusal.message.as_str())
}

fn nothing_kept() -> FormError {
    FormError::new("found-title", "目录没有保存：请按下面的检查结果改正后重新提交")
}

/// `POST /console/powers/{unit}`: proposes the edition that a file holds.
///
/// # Errors
/// `access.denied`; when the store fails. What the person can mend is said on the page.
pub async fn upload(
    frame: Frame,
    Path(unit): Path<String>,
    incoming: Incoming,
) -> Result<Response, PageError> {
    let desk = frame.site.desk().clone();
    let mut sent = Parts::default();
    let read = incoming.read(&desk, &FIELDS, &mut sent).await?;
    let again = |errors: Vec<FormError>, found: Vec<RowFound>| Again {
        errors,
        found,
        from: sent.text("from").to_owned(),
        note: sent.text("note").to_owned(),
        ..Again::default()
    };
    match read {
        Ok(()) => {}
        Err(refusal) => {
            let error = FormError::new("file", refusal.message);
            return back(&frame, &unit, again(vec![error], Vec::new())).await;
        }
    }
    actor(&frame)?.authorise_for(Permission::UploadBatch, &unit).map_err(DeskError::from)?;
    let Some((scratch, file_name)) = &sent.file else {
        let error = FormError::new("file", "请选择目录文件");
        return back(&frame, &unit, again(vec![error], Vec::new())).await;
    };
    let grounds = match grounds(&unit, sent.text("from"), sent.text("note")) {
        Ok(grounds) => grounds,
        Err(refusal) => {
            return back(&frame, &unit, again(vec![error_of(&refusal, "from")], Vec::new())).await;
        }
    };
    let file = (scratch.path().to_path_buf(), file_name.clone());
    match powers::propose_file(&desk, actor(&frame)?, grounds, file).await {
        Ok(Proposed::Kept { edition, .. }) => Ok(onward(&frame, &edition_href(edition))),
        Ok(Proposed::Refused(found)) => {
            back(&frame, &unit, again(vec![nothing_kept()], found)).await
        }
        Err(error) => {
            let refusal = mendable(error)?;
            back(&frame, &unit, again(vec![error_of(&refusal, "file")], Vec::new())).await
        }
    }
}

/// `POST /console/powers/{unit}/matter`: proposes an edition with one matter added or changed.
///
/// # Errors
/// `access.denied`; when the store fails. What the person can mend is said on the page.
pub async fn matter(
    frame: Frame,
    Path(unit): Path<String>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let typed = TypedPower {
        code: fields.get("power_code").trim().to_owned(),
        name: fields.get("power_name").trim().to_owned(),
        kind: fields.get("power_kind").trim().to_owned(),
        basis: fields.get("power_basis").trim().to_owned(),
        from: fields.get("power_from").trim().to_owned(),
        until: fields.get("power_until").trim().to_owned(),
    };
    let who = actor(&frame)?;
    let outcome = match grounds(&unit, fields.get("typed_from"), fields.get("typed_note")) {
        Ok(grounds) => powers::propose_one(frame.site.desk(), who, grounds, &typed).await,
        Err(refusal) => Err(refusal.into()),
    };
    let again = |errors: Vec<FormError>, found: Vec<RowFound>| Again {
        errors,
        found,
        from: fields.get("typed_from").to_owned(),
        note: fields.get("typed_note").to_owned(),
        typed: Some(typed.clone()),
        ..Again::default()
    };
    match outcome {
        Ok(Proposed::Kept { edition, .. }) => Ok(onward(&frame, &edition_href(edition))),
        Ok(Proposed::Refused(found)) => {
            back(&frame, &unit, again(vec![nothing_kept()], found)).await
        }
        Err(error) => {
            let refusal = mendable(error)?;
            let mut error = error_of(&refusal, "");
            if !error.field.is_empty() {
                error.field = format!("typed_{}", error.field);
            }
            back(&frame, &unit, again(vec![error], Vec::new())).await
        }
    }
}

/// `POST /console/powers/{unit}/names`: says what a name is that stands outside.
///
/// # Errors
/// `access.denied`; when the store fails. What the person can mend is said on the page.
pub async fn say(
    frame: Frame,
    Path(unit): Path<String>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let (month, _) = month_asked(&frame, fields.get("month"));
    let (kind, name) = fields.get("name").split_once(' ').unwrap_or_default();
    let command = Say {
        unit: unit.clone(),
        kind: kind.to_owned(),
        name: name.to_owned(),
        code: fields.get("code").to_owned(),
        note: fields.get("said_note").to_owned(),
    };
    match powers::say(frame.site.desk(), actor(&frame)?, command).await {
        Ok(()) => Ok(onward(&frame, &format!("{}?month={month}#outside", href(&unit)))),
        Err(error) => {
            let refusal = mendable(error)?;
            let (field, message) = match refusal.code {
                "powers.note-missing" => ("said_note", refusal.message.as_str()),
                "powers.code-unknown" => ("code", refusal.message.as_str()),
                "powers.kind-unknown" => ("name", "请从列出的名称中选择"),
                _ => ("name", refusal.message.as_str()),
            };
            let again = Again {
                errors: vec![FormError::new(field, message)],
                name: fields.get("name").to_owned(),
                code: fields.get("code").to_owned(),
                said_note: fields.get("said_note").to_owned(),
                month: month.to_string(),
                ..Again::default()
            };
            back(&frame, &unit, again).await
        }
    }
}

/// `POST /console/power-names/{id}/end`: takes back what was said.
///
/// # Errors
/// `access.denied`; not found.
pub async fn unsay(frame: Frame, Path(id): Path<i64>) -> Result<Response, PageError> {
    let unit = powers::unsay(frame.site.desk(), actor(&frame)?, id).await?;
    Ok(onward(&frame, &format!("{}#outside", href(&unit))))
}
