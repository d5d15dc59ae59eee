//! `/console/checks`: the approval window checks a subject for a purpose, and says what came of it.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;
use xinyong_service::check::{self, Asked, CheckView, LookView};
use xinyong_service::{Clock, Desk};

use super::{actor, mendable, onward};
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::ui::check_answer::{AnswerView, view};
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Choice, Fact, FormError, Page, Pager, Person, message_for};
use crate::ui::words;
use crate::url;

/// Where the list and the form are.
pub const HERE: &str = "/console/checks";

/// Address of a check.
pub fn check_href(number: &str) -> String {
    format!("{HERE}/{number}")
}

/// A look in the ledger.
pub struct LookRow {
    pub href: String,
    pub number: String,
    pub at: String,
    pub subject: String,
    pub code: String,
    pub purpose: String,
    pub basis: String,
    pub reference: String,
    pub unit: String,
    pub way: &'static str,
    pub outcome: String,
}

/// A look for a list; `href` is empty where it leads nowhere.
pub fn look_row(look: LookView, href: String) -> LookRow {
    LookRow {
        href,
        at: Clock::show(look.at),
        number: look.number,
        subject: look.name,
        code: look.code,
        purpose: look.purpose,
        basis: look.basis,
        reference: look.reference,
        unit: look.unit,
        way: look.way,
        outcome: look.outcome,
    }
}

struct UseRow {
    unit: String,
    purpose: String,
    figures: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "console/checks.html")]
struct Checks {
    page: Page,
    errors: Vec<FormError>,
    subject: String,
    subject_error: String,
    purposes: Vec<Choice>,
    purpose_error: String,
    basis: String,
    basis_error: String,
    reference: String,
    reference_error: String,
    rows: Vec<LookRow>,
    pager: Pager,
    uses: Vec<UseRow>,
    since: String,
}

/// Where in the list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Place {
    after: String,
    subject: String,
}

/// `GET /console/checks`
///
/// # Errors
/// `access.denied`; when the store fails.
pub async fn list(frame: Frame, Query(place): Query<Place>) -> Result<Html<String>, PageError> {
    let fields = Fields(vec![("subject".to_owned(), place.subject.clone())]);
    show(&frame, &fields, Vec::new(), &place.after).await
}

/// The purposes to choose from.
pub fn purposes(desk: &Desk, chosen: &str) -> Vec<Choice> {
    let mut choices = vec![Choice::new("", "请选择", chosen)];
    let known = check::purposes(desk);
    choices.extend(known.iter().map(|one| Choice::new(&one.id, one.label.as_str(), chosen)));
    choices
}

/// Which input a refusal is about.
pub fn error_of(refusal: xinyong_service::Refusal) -> FormError {
    let field = match refusal.code {
        "check.purpose-unknown" => "purpose",
        "check.basis-missing" | "check.personal-number" => "basis",
        "check.reference-too-long" => "reference",
        _ => "subject",
    };
    FormError::new(field, refusal.message)
}

async fn show(
    frame: &Frame,
    fields: &Fields,
    errors: Vec<FormError>,
    after: &str,
) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let who = actor(frame)?;
    let found = check::recent(desk, who, Some(after).filter(|after| !after.is_empty())).await?;
    let today = desk.today();
    let since = today.first_of_month();
    let uses = check::statistics(desk, who, since, today).await?;
    let pager = Pager {
        summary: format!("本页 {} 次", found.looks.len()),
        prev: if after.is_empty() { String::new() } else { HERE.to_owned() },
        next: found
            .next
            .map_or_else(String::new, |next| url::with_query(HERE, &[("after", next.as_str())])),
        pages: Vec::new(),
    };
    draw(&Checks {
        page: frame.console("信用核查", HERE),
        subject: fields.get("subject").to_owned(),
        subject_error: message_for(&errors, "subject"),
        purposes: purposes(desk, fields.get("purpose")),
        purpose_error: message_for(&errors, "purpose"),
        basis: fields.get("basis").to_owned(),
        basis_error: message_for(&errors, "basis"),
        reference: fields.get("reference").to_owned(),
        reference_error: message_for(&errors, "reference"),
        errors,
        rows: found
            .looks
            .into_iter()
            .map(|look| {
                let href = check_href(&look.number);
                look_row(look, href)
            })
            .collect(),
        pager,
        uses: uses
            .into_iter()
            .map(|one| UseRow {
                figures: [
                    ("核查", one.checks),
                    ("已填结果", one.said),
                    ("采取措施", one.measures),
                    ("给予便利", one.easier),
                ]
                .map(|(label, count)| (label, words::grouped(count.unsigned_abs())))
                .to_vec(),
                unit: one.unit,
                purpose: one.purpose,
            })
            .collect(),
        since: since.to_string(),
    })
}

/// `POST /console/checks`: checks, and goes on to the answer.
///
/// # Errors
/// `access.denied`; when the store fails. What the person can mend is said on the form.
pub async fn ask(
    frame: Frame,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let asked = Asked {
        purpose: fields.get("purpose").to_owned(),
        basis: fields.get("basis").to_owned(),
        reference: fields.get("reference").to_owned(),
        way: "console",
    };
    let desk = frame.site.desk();
    let error = match check::ask(desk, actor(&frame)?, fields.get("subject"), &asked).await {
        Ok(looked) => return Ok(onward(&frame, &check_href(&looked.check().number))),
        Err(xinyong_service::DeskError::NotFound(_)) => FormError::new(
            "subject",
            "没有找到这个主体。请核对统一社会信用代码，名称须与证照完全一致",
        ),
        Err(error) => error_of(mendable(error)?),
    };
    let page = show(&frame, &fields, vec![error], "").await?;
    Ok((StatusCode::BAD_REQUEST, page).into_response())
}

/// A measure that may be ticked.
pub struct Tick {
    pub id: String,
    pub input: String,
    pub title: String,
    pub ticked: bool,
}

/// What stands in the form about the use that was made.
pub struct UseForm {
    pub action: String,
    pub outcomes: Vec<Choice>,
    pub outcome_error: String,
    pub ticks: Vec<Tick>,
    pub note: String,
    pub note_error: String,
}

/// The form about the use that was made of an answer.
pub fn use_form(
    desk: &Desk,
    action: String,
    answer: &AnswerView,
    fields: &Fields,
    errors: &[FormError],
) -> UseForm {
    let chosen = fields.get("outcome");
    let mut outcomes = vec![Choice::new("", "请选择", chosen)];
    let known = check::outcomes(desk);
    // What cannot be chosen is not offered.
    let fitting = known.iter().filter(|one| {
        !answer.measures.is_empty() || !matches!(one.id.as_str(), "measure" | "not-taken")
    });
    outcomes.extend(fitting.map(|one| Choice::new(&one.id, one.label.as_str(), chosen)));
    let ticked = fields.all("measures");
    let mut ticks: Vec<Tick> = Vec::new();
    for measure in &answer.measures {
        if !ticks.iter().any(|tick| tick.id == measure.id) {
            ticks.push(Tick {
                input: format!("measure-{}", ticks.len()),
                title: measure.title.clone(),
                ticked: ticked.contains(&measure.id),
                id: measure.id.clone(),
            });
        }
    }
    UseForm {
        action,
        outcomes,
        outcome_error: message_for(errors, "outcome"),
        ticks,
        note: fields.get("note").to_owned(),
        note_error: message_for(errors, "note"),
    }
}

/// Which input a refusal about the use is about.
pub fn use_error_of(refusal: xinyong_service::Refusal) -> FormError {
    let field = if refusal.code == "use.note" { "note" } else { "outcome" };
    FormError::new(field, refusal.message)
}

struct UseLine {
    at: String,
    who: Person,
    outcome: String,
    measures: String,
    note: String,
}

#[derive(Template)]
#[template(path = "console/check.html")]
struct Check {
    page: Page,
    errors: Vec<FormError>,
    a: AnswerView,
    number: String,
    about: Vec<Fact>,
    form: UseForm,
    uses: Vec<UseLine>,
    subject_href: String,
}

async fn shown(
    frame: &Frame,
    number: &str,
    fields: &Fields,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let CheckView { check, unit, who, purpose, way, answer, uses, .. } =
        check::one(desk, actor(frame)?, number).await?;
    let a = view(&desk.law(), &answer);
    let action = format!("{}/use", check_href(&check.number));
    let mut about = vec![
        Fact::new("用途", purpose),
        Fact::new("依据", check.basis.as_str()),
        Fact::new("办件编号", check.reference.as_str()),
        Fact::new("查询单位", unit),
        Fact::new("查询人", who.name).noted(way),
        Fact::new("查询时间", Clock::show(check.at)),
    ];
    about.retain(|fact| !fact.value.is_empty());
    draw(&Check {
        page: frame.console(&format!("核查 {}", a.subject), HERE),
        form: use_form(desk, action, &a, fields, &errors),
        errors,
        number: check.number.clone(),
        about,
        uses: uses
            .into_iter()
            .rev()
            .map(|one| UseLine {
                at: Clock::show(one.at),
                who: Person::from(&one.who),
                outcome: one.outcome,
                measures: one.measures.join("、"),
                note: one.note,
            })
            .collect(),
        subject_href: words::subject_href(&a.code),
        a,
    })
}

/// `GET /console/checks/{number}`
///
/// # Errors
/// `access.denied`, not found.
pub async fn check(frame: Frame, Path(number): Path<String>) -> Result<Html<String>, PageError> {
    shown(&frame, &number, &Fields::default(), Vec::new()).await
}

/// `POST /console/checks/{number}/use`
///
/// # Errors
/// `access.denied`, not found. What the person can mend is said on the form.
pub async fn say(
    frame: Frame,
    Path(number): Path<String>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let desk = frame.site.desk();
    let (outcome, note) = (fields.get("outcome"), fields.get("note"));
    let measures = fields.all("measures");
    let said = check::feed_back(desk, actor(&frame)?, &number, outcome, &measures, note).await;
    match said {
        Ok(()) => Ok(onward(&frame, &check_href(&number))),
        Err(error) => {
            let errors = vec![use_error_of(mendable(error)?)];
            let page = shown(&frame, &number, &fields, errors).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}
