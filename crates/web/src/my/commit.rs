//! `/my/firms/{code}/commitments/new/{id}`: the words of a matter, whole, and the signature below them.

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use xinyong_domain::value::date;
use xinyong_service::agents::Agent;
use xinyong_service::commitments::{self, Make, OpenMatter};
use xinyong_service::{DeskError, Refusal};

use super::commitments::here;
use super::firm;
use crate::console::{mendable, onward};
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::ui::commitment::MatterText;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Fact, FormError, Page, message_for};

#[derive(Template)]
#[template(path = "my/commit.html")]
struct Shown {
    page: Page,
    errors: Vec<FormError>,
    list_href: String,
    action: String,
    firm: String,
    title: String,
    facts: Vec<Fact>,
    told: MatterText,
    entry: String,
    shown: String,
    reason: String,
    reason_error: String,
    valid_until: String,
    valid_until_error: String,
    agreed_error: String,
}

fn show(
    frame: &Frame,
    agent: &Agent,
    matter: &OpenMatter,
    fields: &Fields,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let entry = match fields.get("entry") {
        "" => commitments::new_entry(frame.site.desk())?,
        kept => kept.to_owned(),
    };
    draw(&Shown {
        page: frame.own("作出承诺", &here(agent.code()), Some(agent)),
        list_href: here(agent.code()),
        action: format!("{}/new/{}", here(agent.code()), matter.id),
        firm: agent.firm().to_owned(),
        title: matter.name.clone(),
        facts: vec![
            Fact::new("受理单位", matter.unit_name.as_str()),
            Fact::new("承诺类型", matter.kind.as_str()),
            Fact::new("核查", format!("办结后 {} 个工作日内", matter.days)),
            Fact::new("公开类型", matter.scope.as_str()),
        ],
        told: MatterText::of(matter),
        entry,
        // The one that stands on this page: a form that comes back carries the words that it shows.
        shown: matter.digest.clone(),
        reason: fields.get("reason").to_owned(),
        reason_error: message_for(&errors, "reason"),
        valid_until: fields.get("valid_until").to_owned(),
        valid_until_error: message_for(&errors, "valid_until"),
        agreed_error: message_for(&errors, "agreed"),
        errors,
    })
}

/// The form.
///
/// # Errors
/// Not found.
pub async fn form(
    frame: Frame,
    Path((code, id)): Path<(String, String)>,
) -> Result<Html<String>, PageError> {
    let agent = firm(&frame, &code).await?;
    let matter = matter(&frame, &id).await?;
    show(&frame, &agent, &matter, &Fields::default(), Vec::new())
}

async fn matter(frame: &Frame, id: &str) -> Result<OpenMatter, PageError> {
    Ok(commitments::open_matter(frame.site.desk(), id.parse().unwrap_or_default()).await?)
}

fn command(matter: i64, fields: &Fields) -> Result<Make, Refusal> {
    let text = fields.get("valid_until").trim();
    let valid_until = match text {
        "" => None,
        typed => Some(date::read(typed).map(|(day, _)| day).ok_or_else(|| {
            Refusal::new("commitment.validity", "请填写日期，例如 2027-12-31；没有期限的不填")
        })?),
    };
    Ok(Make {
        matter,
        entry: fields.get("entry").to_owned(),
        shown: fields.get("shown").to_owned(),
        agreed: fields.get("agreed") == "1",
        reason: fields.get("reason").to_owned(),
        valid_until,
    })
}

/// The field that a refusal is about.
pub fn error_of(refusal: &Refusal) -> FormError {
    let field = match refusal.code {
        "commitment.business-missing" | "commitment.personal-number" => "reason",
        "commitment.validity" => "valid_until",
        "commitment.not-agreed" | "commitment.text-changed" => "agreed",
        "commitment.subject-unknown" => "code",
        "commitment.made-day" => "made_on",
        "commitment.matter-unknown" => "matter",
        "commitment.scan-missing" => "file",
        code if code.starts_with("file.") => "file",
        _ => "",
    };
    FormError::new(field, refusal.message.as_str())
}

/// Signed and sent.
///
/// # Errors
/// Not found. What the person can mend is said on the form.
pub async fn commit(
    frame: Frame,
    Path((code, id)): Path<(String, String)>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let agent = firm(&frame, &code).await?;
    let matter = matter(&frame, &id).await?;
    let outcome = match command(matter.id, &fields) {
        Ok(command) => commitments::make(frame.site.desk(), &agent, command).await,
        Err(refusal) => Err(DeskError::from(refusal)),
    };
    match outcome {
        Ok(id) => Ok(onward(&frame, &format!("{}/{id}", here(agent.code())))),
        Err(error) => {
            let errors = vec![error_of(&mendable(error)?)];
            let page = show(&frame, &agent, &matter, &fields, errors)?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}
