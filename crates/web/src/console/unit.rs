//! One unit: what it is, its history, another name, and its end.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;
use xinyong_service::units::{self, Reform, UnitDossier};
use xinyong_service::{Clock, DeskError};

use super::units::{GroundsForm, error_of, grounds, href, state};
use super::{actor, mendable, onward};
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, Choice, Fact, FormError, Link, NoticeText, Page, message_for};

struct VersionRow {
    number: i64,
    what: String,
    on: String,
    name: String,
    code: String,
    reason: String,
    document: String,
    by: String,
}

#[derive(Template)]
#[template(path = "console/unit.html")]
struct UnitPage {
    page: Page,
    notice: Option<NoticeText>,
    errors: Vec<FormError>,
    href: String,
    title: String,
    state: Chip,
    facts: Vec<Fact>,
    successors: Vec<Link>,
    predecessors: Vec<Link>,
    people: Vec<Link>,
    versions: Vec<VersionRow>,
    may_end: bool,
    full_name: String,
    name_error: String,
    short: String,
    short_error: String,
    uscc: String,
    code_error: String,
    renaming: GroundsForm,
    kinds: Vec<Choice>,
    others: Vec<Choice>,
    successors_error: String,
    ending: GroundsForm,
}

/// What has just been done.
#[derive(Debug, Deserialize)]
pub struct Done {
    #[serde(default)]
    done: String,
}

/// What a change of a unit is called.
fn change_words(change: &str) -> String {
    match change {
        "before" => "变更前的状态".to_owned(),
        "created" => "增加".to_owned(),
        "renamed" => "更名".to_owned(),
        other => {
            Reform::from_word(other).map_or_else(|| other.to_owned(), |one| one.label().to_owned())
        }
    }
}

/// `GET /console/units/{unit}`
///
/// # Errors
/// `access.denied`, not found.
pub async fn unit(
    frame: Frame,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Html<String>, PageError> {
    let notice = match done.done.as_str() {
        "created" => Some(("单位已增加", "报送文件时可以选择这个单位了。")),
        "renamed" => Some(("已更名", "以前的名称保留在下面的沿革中，已报送的信息不变。")),
        "reformed" => Some((
            "已办理",
            "自所定日期起由承接的单位报送；以前的信息仍在本单位名下。请把下列人员改到承接的单位。",
        )),
        _ => None,
    };
    let notice = notice.map(|(title, text)| NoticeText::new("success", title, text));
    show(&frame, &id, notice, &Fields::default(), Vec::new()).await
}

fn links(list: &[(String, String)]) -> Vec<Link> {
    list.iter().map(|(id, name)| Link { href: href(id), label: name.clone() }).collect()
}

/// Which of the two forms of the page was sent: the other keeps what it had.
fn is_ending(fields: &Fields) -> bool {
    fields.0.iter().any(|(name, _)| name == "kind")
}

async fn show(
    frame: &Frame,
    id: &str,
    notice: Option<NoticeText>,
    fields: &Fields,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let UnitDossier { view, versions, people } = units::unit(desk, actor(frame)?, id).await?;
    let (empty, today) = (Fields::default(), desk.today());
    let ending = is_ending(fields);
    let typed = |name: &str, held: &str| {
        if fields.0.is_empty() || ending { held.to_owned() } else { fields.get(name).to_owned() }
    };
    let chosen = |id: &str| fields.0.iter().any(|(name, held)| name == "successors" && held == id);
    let others = units::active_units(desk)
        .await?
        .into_iter()
        .filter(|(other, _)| other != id)
        .map(|(id, label)| Choice { selected: chosen(&id), value: id, label })
        .collect();
    let unit = &view.unit;
    let law = frame.site.desk().law();
    let duties: Vec<&str> = unit
        .duties
        .iter()
        .filter_map(|duty| match duty.as_str() {
            "licence" => Some("行政许可"),
            "penalty" => Some("行政处罚"),
            other => law.kind(other).map(|kind| kind.name.as_str()),
        })
        .collect();
    let (named, said) = if ending { (&empty, fields) } else { (fields, &empty) };
    draw(&UnitPage {
        page: frame.console("单位", "/console/units"),
        notice,
        href: href(id),
        title: unit.name.clone(),
        state: state(&view),
        facts: vec![
            Fact::new("编号", unit.id.as_str()),
            Fact::new("简称", unit.short.as_str()),
            Fact::new("统一社会信用代码", if unit.code.is_empty() { "待填写" } else { &unit.code }),
            Fact::new("报送的信息", duties.join("、")),
        ],
        successors: links(&view.successors),
        predecessors: links(&view.predecessors),
        people: people
            .into_iter()
            .map(|(account, login, name)| Link {
                href: super::accounts::href(account),
                label: format!("{name}（{login}）"),
            })
            .collect(),
        versions: versions
            .into_iter()
            .map(|version| VersionRow {
                number: version.version,
                what: change_words(&version.change),
                on: if version.change == "before" {
                    String::new()
                } else {
                    version.on_day.to_string()
                },
                name: version.name,
                code: version.code.unwrap_or_default(),
                reason: version.reason,
                document: version.document,
                by: format!("{}，{}", version.actor, Clock::show(version.known_at)),
            })
            .collect(),
        may_end: view.ends.is_none(),
        full_name: typed("name", &unit.name),
        name_error: message_for(&errors, "name"),
        short: typed("short", &unit.short),
        short_error: message_for(&errors, "short"),
        uscc: typed("code", &unit.code),
        code_error: message_for(&errors, "code"),
        renaming: GroundsForm::new(named, if ending { &[] } else { &errors }, today),
        kinds: Reform::ALL
            .into_iter()
            .map(|one| Choice::new(one.as_str(), one.label(), fields.get("kind")))
            .collect(),
        others,
        successors_error: message_for(&errors, "successors"),
        ending: GroundsForm::new(said, if ending { &errors } else { &[] }, today),
        errors,
    })
}

async fn done(
    frame: &Frame,
    id: &str,
    word: &str,
    fields: &Fields,
    outcome: Result<(), DeskError>,
) -> Result<Response, PageError> {
    let Err(error) = outcome else {
        return Ok(onward(frame, &format!("{}?done={word}", href(id))));
    };
    let mut said = error_of(&mendable(error)?);
    if is_ending(fields) && ["on", "reason", "document"].contains(&said.field.as_str()) {
        said.field = format!("end-{}", said.field);
    }
    let page = show(frame, id, None, fields, vec![said]).await?;
    Ok((StatusCode::BAD_REQUEST, page).into_response())
}

/// `POST /console/units/{unit}`: another name or code.
///
/// # Errors
/// `access.denied`, not found.
pub async fn rename(
    frame: Frame,
    Path(id): Path<String>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let names = (fields.get("name"), fields.get("short"), fields.get("code"));
    let outcome = match grounds(&fields) {
        Ok(grounds) => units::rename(frame.site.desk(), actor(&frame)?, &id, names, &grounds).await,
        Err(error) => Err(error),
    };
    done(&frame, &id, "renamed", &fields, outcome).await
}

/// `POST /console/units/{unit}/reform`: the unit ends, others report in its place.
///
/// # Errors
/// `access.denied`, not found.
pub async fn reform(
    frame: Frame,
    Path(id): Path<String>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    // The fields of the second form of the page have ids of their own.
    let mut fields = Fields(
        fields
            .0
            .into_iter()
            .map(|(name, value)| (name.strip_prefix("end-").unwrap_or(&name).to_owned(), value))
            .collect(),
    );
    if !is_ending(&fields) {
        fields.0.push(("kind".to_owned(), String::new()));
    }
    let successors: Vec<String> = fields
        .0
        .iter()
        .filter(|(name, _)| name == "successors")
        .map(|(_, value)| value.clone())
        .collect();
    let kind = Reform::from_word(fields.get("kind"));
    let outcome = match (grounds(&fields), kind) {
        (Ok(grounds), Some(kind)) => {
            let how = (kind, successors.as_slice());
            units::reform(frame.site.desk(), actor(&frame)?, &id, how, &grounds).await
        }
        (Ok(_), None) => Err(DeskError::refused("unit.kind-missing", "请选择怎样变动")),
        (Err(error), _) => Err(error),
    };
    done(&frame, &id, "reformed", &fields, outcome).await
}
