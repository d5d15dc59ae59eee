//! `GET /data/{set}/data.csv`, `data.json` and `dictionary.csv`: the tables themselves, streamed chunk by chunk.

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use xinyong_service::browse::{self, DataChunk, DataColumn, DataPlace, DataSet, ListFilter};
use xinyong_service::{Desk, DeskError};

use crate::page_error::PageError;
use crate::site::Site;
use crate::table;

/// Which rows.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    unit: String,
    from: String,
    to: String,
}

#[derive(Clone, Copy)]
enum Format {
    Csv,
    Json,
}

/// What is still to be sent.
enum Rest {
    /// A chunk that was read already, and whether it is the first.
    Read(DataChunk, bool),
    /// One that is to be read.
    Next(DataPlace),
    /// Nothing.
    Over,
}

struct Sender {
    base: String,
    desk: Desk,
    set: DataSet,
    filter: ListFilter,
    format: Format,
    rest: Rest,
    /// Whether a row was sent: a chunk may hold none that is to be seen.
    begun: bool,
}

/// Rows as JSON objects, after those that were sent before.
fn objects(columns: &[DataColumn], rows: &[Vec<String>], begun: &mut bool) -> String {
    let mut out = String::new();
    for row in rows {
        out.push_str(if std::mem::replace(begun, true) { ",\n" } else { "\n" });
        let object: Map<String, Value> = columns
            .iter()
            .zip(row)
            .map(|(column, cell)| (column.code.clone(), Value::String(cell.clone())))
            .collect();
        out.push_str(&Value::Object(object).to_string());
    }
    out
}

impl Sender {
    /// The next piece of text; nothing at the end.
    async fn piece(&mut self) -> Result<Option<String>, DeskError> {
        let (chunk, first) = match std::mem::replace(&mut self.rest, Rest::Over) {
            Rest::Over => return Ok(None),
            Rest::Read(chunk, first) => (chunk, first),
            Rest::Next(place) => {
                let read =
                    browse::data_chunk(&self.desk, &self.set, &self.filter, Some(place)).await?;
                (read, false)
            }
        };
        let last = chunk.next.is_none();
        let text = match self.format {
            Format::Csv => self.lines(&chunk, first),
            Format::Json => self.objects(&chunk, first, last),
        };
        if let Some(place) = chunk.next {
            self.rest = Rest::Next(place);
        }
        Ok(Some(text))
    }

    fn lines(&self, chunk: &DataChunk, first: bool) -> String {
        let mut out = String::new();
        if first {
            out.push_str(table::MARK);
            table::line(&mut out, self.set.columns.iter().map(|column| column.label.as_str()));
        }
        for row in &chunk.rows {
            table::line(&mut out, row.iter().map(String::as_str));
        }
        out
    }

    fn objects(&mut self, chunk: &DataChunk, first: bool, last: bool) -> String {
        let mut out = String::new();
        if first {
            let about = json!({
                "data_set": self.set.id,
                "name": self.set.name,
                "as_of": self.desk.today().to_string(),
                // Who goes on from here with the daily changes begins with this day.
                "changes_from": self.desk.today().to_string(),
                "dictionary": format!("{}/data/{}/dictionary.csv", self.base, self.set.id),
            });
            // The object stays open for its last member.
            out.push_str(about.to_string().trim_end_matches('}'));
            out.push_str(",\"rows\":[");
        }
        out.push_str(&objects(&self.set.columns, &chunk.rows, &mut self.begun));
        if last {
            out.push_str("\n]}\n");
        }
        out
    }
}

async fn send(site: Site, id: &str, asked: Asked, format: Format) -> Result<Response, PageError> {
    let desk = site.desk().clone();
    let set = browse::data_set(&desk.law(), id)?;
    let filter =
        ListFilter { unit: asked.unit, from: asked.from, to: asked.to, ..ListFilter::default() };
    // The first chunk is read before anything is sent, so that what is wrong is still a page.
    let chunk = browse::data_chunk(&desk, &set, &filter, None).await?;
    let (kind, ending) = match format {
        Format::Csv => (table::CSV, "csv"),
        Format::Json => (table::JSON, "json"),
    };
    let today = desk.today();
    let headers = table::headers(
        kind,
        &format!("{}-{today}.{ending}", set.id),
        &format!("{}-{today}.{ending}", set.name),
    )?;
    let base = site.base_path().to_owned();
    let sender =
        Sender { base, desk, set, filter, format, rest: Rest::Read(chunk, true), begun: false };
    let pieces = stream::try_unfold(sender, async |mut sender| {
        let piece = sender.piece().await?;
        Ok::<_, DeskError>(piece.map(|text| (text, sender)))
    });
    Ok((headers, Body::from_stream(pieces)).into_response())
}

/// The table as CSV.
///
/// # Errors
/// Not found, `list.date-invalid`; when the store fails.
pub async fn csv(
    State(site): State<Site>,
    Path(set): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    send(site, &set, asked, Format::Csv).await
}

/// The table as JSON.
///
/// # Errors
/// Not found, `list.date-invalid`; when the store fails.
pub async fn json(
    State(site): State<Site>,
    Path(set): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    send(site, &set, asked, Format::Json).await
}

/// What the columns of a table mean, as CSV.
pub fn dictionary_text(set: &DataSet) -> String {
    let mut out = String::from(table::MARK);
    table::line(&mut out, ["字段", "名称", "含义", "类型", "来源"]);
    for column in &set.columns {
        let cells = [&column.code, &column.label, &column.meaning, &column.form, &column.source];
        table::line(&mut out, cells.map(String::as_str));
    }
    out
}

/// What the columns mean, as CSV.
///
/// # Errors
/// Not found.
pub async fn dictionary(
    State(site): State<Site>,
    Path(set): Path<String>,
) -> Result<Response, PageError> {
    let set = browse::data_set(&site.desk().law(), &set)?;
    let out = dictionary_text(&set);
    let headers = table::headers(
        table::CSV,
        &format!("{}-dictionary.csv", set.id),
        &format!("{}-数据字典.csv", set.name),
    )?;
    Ok((headers, out).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_without_a_row_to_be_seen_leave_no_comma_behind() {
        let empty = String::new;
        let columns = [DataColumn {
            code: "a".to_owned(),
            label: empty(),
            meaning: empty(),
            form: empty(),
            source: empty(),
        }];
        let mut begun = false;
        let mut out = "[".to_owned();
        for rows in [&[][..], &[vec!["1".to_owned()]], &[], &[vec!["2".to_owned()]]] {
            out.push_str(&objects(&columns, rows, &mut begun));
        }
        out.push(']');
        let read: Value = serde_json::from_str(&out).expect("JSON");
        assert_eq!(read, json!([{ "a": "1" }, { "a": "2" }]));
    }
}
