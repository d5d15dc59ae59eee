//! `GET` and `POST /console/names`: a table of names is matched with the register. The answer is a file; nothing is changed.

use askama::Template;
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use futures_util::stream;
use xinyong_service::browse::{self, MOST_NAMES, NAMES_AT_ONCE, NameMatch};
use xinyong_service::{Actor, Desk, DeskError, Refusal};

use super::parts::{Incoming, Parts};
use super::{actor, mendable};
use crate::page_error::PageError;
use crate::table;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{FormError, Page, message_for};

/// Bytes of the names that are written into the form.
const MOST_BYTES: usize = 2 << 20;

#[derive(Template)]
#[template(path = "console/names.html")]
struct Names {
    page: Page,
    errors: Vec<FormError>,
    names: String,
    names_error: String,
    names_help: String,
    file_error: String,
    file_help: &'static str,
}

/// `GET /console/names`
///
/// # Errors
/// When the page cannot be drawn.
pub async fn form(frame: Frame) -> Result<Html<String>, PageError> {
    show(&frame, "", Vec::new())
}

fn show(frame: &Frame, names: &str, errors: Vec<FormError>) -> Result<Html<String>, PageError> {
    draw(&Names {
        page: frame.console("名称匹配", "/console/names"),
        names_error: message_for(&errors, "names"),
        file_error: message_for(&errors, "file"),
        errors,
        names: names.to_owned(),
        names_help: format!("每行一个，最多 {MOST_NAMES} 个"),
        file_help: ".xlsx、.xls 或 .csv，名称放在第一张表的第一列。选了文件就以文件为准",
    })
}

/// `POST /console/names`: the answer as CSV.
///
/// # Errors
/// `access.denied`; when the store fails. What the person can mend is said on the form.
pub async fn matched(frame: Frame, incoming: Incoming) -> Result<Response, PageError> {
    let desk = frame.site.desk().clone();
    let mut sent = Parts::default();
    match incoming.read(&desk, &[("names", MOST_BYTES)], &mut sent).await? {
        Ok(()) => {}
        Err(refusal) => return again(&frame, &sent, &refusal),
    }
    let names = match &sent.file {
        Some((scratch, file_name)) => {
            let path = scratch.path().to_path_buf();
            match browse::names_of_file(&desk, path, file_name.clone()).await {
                Ok(names) => names,
                Err(error) => return again(&frame, &sent, &mendable(error)?),
            }
        }
        None => browse::names_of_text(sent.text("names")),
    };
    if let Err(error) = browse::may_match(actor(&frame)?, &names) {
        return again(&frame, &sent, &mendable(error)?);
    }
    let today = desk.today();
    let headers = table::headers(
        table::CSV,
        &format!("names-{today}.csv"),
        &format!("名称匹配-{today}.csv"),
    )?;
    // The answer goes out as it grows: the browser shows how far it has come, and who hangs up stops the work.
    let matching = Matching { desk, actor: actor(&frame)?.clone(), names, at: 0 };
    let pieces = stream::try_unfold(matching, async |mut matching| {
        let piece = matching.piece().await?;
        Ok::<_, DeskError>(piece.map(|text| (text, matching)))
    });
    Ok((headers, Body::from_stream(pieces)).into_response())
}

/// Names that are still to be matched.
struct Matching {
    desk: Desk,
    actor: Actor,
    names: Vec<(usize, String)>,
    at: usize,
}

impl Matching {
    /// The next lines; nothing at the end.
    async fn piece(&mut self) -> Result<Option<String>, DeskError> {
        let next = self.names.iter().skip(self.at).take(NAMES_AT_ONCE).cloned();
        let part: Vec<(usize, String)> = next.collect();
        if part.is_empty() {
            return Ok(None);
        }
        let mut out = String::new();
        if self.at == 0 {
            out.push_str(table::MARK);
            table::line(&mut out, NameMatch::HEADINGS);
        }
        for one in browse::match_names(&self.desk, &self.actor, &part).await? {
            table::line(&mut out, one.cells().iter().map(String::as_str));
        }
        self.at += part.len();
        Ok(Some(out))
    }
}

/// The form again, with what was said about it.
fn again(frame: &Frame, sent: &Parts, refusal: &Refusal) -> Result<Response, PageError> {
    let field = if sent.file.is_some() { "file" } else { "names" };
    let errors = vec![FormError::new(field, refusal.message.as_str())];
    Ok((StatusCode::BAD_REQUEST, show(frame, sent.text("names"), errors)?).into_response())
}
