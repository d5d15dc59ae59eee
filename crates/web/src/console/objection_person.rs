//! `/console/records/{subject}/{record}/object`: a natural person whom a record names objects to it, at the window. The way begins at the record:
//! nobody looks for a person here.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use xinyong_service::objections::{self, Candidate, DOCUMENTS, Objector, RELATIONS};
use xinyong_service::repairs::Visitor;
use xinyong_service::{DeskError, agents};

use super::held::party;
use super::objections::HERE;
use super::parts::{Incoming, Parts};
use super::{actor, mendable, onward};
use crate::my::objections::{FIELDS, ObjectionForm, command, error_of, form as filled};
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::objection::choices;
use crate::ui::view::{Choice, Fact, FormError, Page, message_for};
use crate::ui::{draw, words};

/// The inputs about the person, with the bytes of each.
const PERSON: [(&str, usize); 8] = [
    ("person", 256),
    ("document", 64),
    ("number", 256),
    ("relation", 64),
    ("why", 2_048),
    ("agreed", 8),
    ("visitor", 256),
    ("telephone", 256),
];

#[derive(Template)]
#[template(path = "console/objection_person.html")]
struct Shown {
    page: Page,
    errors: Vec<FormError>,
    action: String,
    record_href: String,
    facts: Vec<Fact>,
    /// Where the open objection is, empty for none.
    open_href: String,
    form: ObjectionForm,
    person: String,
    person_error: String,
    documents: Vec<Choice>,
    number: String,
    number_error: String,
    relations: Vec<Choice>,
    relation_error: String,
    why: String,
    why_error: String,
    agreed: bool,
    visitor: String,
    visitor_error: String,
    telephone: String,
}

fn show(
    frame: &Frame,
    found: &Candidate,
    sent: &Parts,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let law = frame.site.desk().law();
    let record = &found.record;
    let here = words::held_href(record.subject, record.id);
    let document = match sent.text("document") {
        "" => "id-card",
        sent => sent,
    };
    let mut documents = choices(&law, DOCUMENTS, document);
    documents.remove(0);
    let mut form = filled(frame, &[], sent, "", &errors)?;
    form.statement_help = "不填也可以。填了的，由另一人核对以后、异议处理期间随信息公开显示，注明是信息中写到的个人的话；不写任何人的姓名、证件号码、电话和网址";
    draw(&Shown {
        page: frame.console("信息中写到的个人提出异议", HERE),
        action: format!("{here}/object"),
        facts: vec![
            Fact::new("信息", record.title.as_str()).noted(record.number.as_str()),
            Fact::new("当事人", party(record)),
            Fact::new("公示状态", words::held_standing(record).text),
        ],
        record_href: here,
        open_href: found.open.map_or_else(String::new, super::objections::href),
        form,
        person: sent.text("person").to_owned(),
        person_error: message_for(&errors, "person"),
        documents,
        number: sent.text("number").to_owned(),
        number_error: message_for(&errors, "number"),
        relations: choices(&law, RELATIONS, sent.text("relation")),
        relation_error: message_for(&errors, "relation"),
        why: sent.text("why").to_owned(),
        why_error: message_for(&errors, "why"),
        agreed: sent.text("agreed") == "yes",
        visitor: sent.text("visitor").to_owned(),
        visitor_error: message_for(&errors, "visitor"),
        telephone: sent.text("telephone").to_owned(),
        errors,
    })
}

/// The form.
///
/// # Errors
/// `access.denied`, not found, and what nobody objects to.
pub async fn form(frame: Frame, Path(place): Path<(i64, i64)>) -> Result<Html<String>, PageError> {
    let found = objections::record_at_window(frame.site.desk(), actor(&frame)?, place).await?;
    show(&frame, &found, &Parts::default(), Vec::new())
}

fn objector(sent: &Parts) -> Objector {
    let person = sent.text("person").to_owned();
    Objector {
        document: sent.text("document").to_owned(),
        number: sent.text("number").to_owned(),
        relation: sent.text("relation").to_owned(),
        reason: sent.text("why").to_owned(),
        agreed: sent.text("agreed") == "yes",
        visitor: Visitor {
            // Nobody else came: the person did.
            name: match sent.text("visitor").trim() {
                "" => person.clone(),
                name => name.to_owned(),
            },
            telephone: sent.text("telephone").to_owned(),
        },
        name: person,
    }
}

/// What was brought is entered.
///
/// # Errors
/// `access.denied`, not found. What the person can mend is said on the form.
pub async fn enter(
    frame: Frame,
    Path(place): Path<(i64, i64)>,
    incoming: Incoming,
) -> Result<Response, PageError> {
    let desk = frame.site.desk();
    let mut sent = Parts::limited(agents::most_megabytes(desk));
    let fields: Vec<(&str, usize)> = FIELDS.into_iter().chain(PERSON).collect();
    let read = incoming.read(desk, &fields, &mut sent).await?;
    // Nothing is looked for before the form has proved where it comes from.
    let found = objections::record_at_window(desk, actor(&frame)?, place).await?;
    let outcome = match read {
        Err(refusal) => Err(DeskError::from(refusal)),
        Ok(()) => {
            let what = command(&sent);
            objections::file_by_person(desk, actor(&frame)?, place, objector(&sent), what).await
        }
    };
    match outcome {
        Ok(id) => Ok(onward(&frame, &super::objections::href(id))),
        Err(error) => {
            let errors = vec![error_of(mendable(error)?)];
            let page = show(&frame, &found, &sent, errors)?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}
