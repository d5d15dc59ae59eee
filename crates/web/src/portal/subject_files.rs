//! `GET /subjects/{code}/records.csv` and `records.json`: what is public about one subject, as files.

use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use xinyong_service::browse::{self, OpenRecord, SubjectFacts};

use super::subject::asked_for;
use crate::page_error::PageError;
use crate::table;
use crate::ui::frame::Frame;

async fn open(
    frame: &Frame,
    code: &str,
) -> Result<Result<(SubjectFacts, Vec<OpenRecord>), Response>, PageError> {
    let found = match asked_for(frame, code).await? {
        Ok(found) => found,
        Err(elsewhere) => return Ok(Err(elsewhere)),
    };
    let records = found.groups.into_iter().flat_map(|(.., records)| records);
    let records = browse::open_records(frame.site.desk(), records).await?;
    Ok(Ok((found.facts, records)))
}

/// The records as CSV.
///
/// # Errors
/// `code.invalid`, not found.
pub async fn csv(frame: Frame, Path(code): Path<String>) -> Result<Response, PageError> {
    let (facts, records) = match open(&frame, &code).await? {
        Ok(found) => found,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let mut out = String::from(table::MARK);
    table::line(&mut out, OpenRecord::HEADINGS);
    for record in &records {
        table::line(&mut out, record.cells().iter().map(String::as_str));
    }
    let today = frame.site.desk().today();
    let headers = table::headers(
        table::CSV,
        &format!("{}-{today}.csv", facts.code),
        &format!("{}-{today}.csv", facts.name),
    )?;
    Ok((headers, out).into_response())
}

/// Who the subject is and the records, as JSON.
///
/// # Errors
/// `code.invalid`, not found.
pub async fn json(frame: Frame, Path(code): Path<String>) -> Result<Response, PageError> {
    let (facts, records) = match open(&frame, &code).await? {
        Ok(found) => found,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let today = frame.site.desk().today();
    let headers = table::headers(
        table::JSON,
        &format!("{}-{today}.json", facts.code),
        &format!("{}-{today}.json", facts.name),
    )?;
    let body = json!({ "as_of": today.to_string(), "subject": facts, "records": records });
    Ok((headers, body.to_string()).into_response())
}
