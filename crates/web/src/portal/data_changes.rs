//! `GET /data/{set}/changes/{day}.csv` and `.json`: what came into a table, changed in it or went from it on a day, streamed
//! portion by portion. Of what is published no more there is the id alone.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use jiff::civil::Date;
use serde_json::{Map, Value, json};
use xinyong_service::browse::{self, DataSet};
use xinyong_service::open_data::{self, ChangedRow, ChangedRows, RowChange};
use xinyong_service::{Desk, DeskError};

use crate::page_error::PageError;
use crate::site::Site;
use crate::table;

/// Heading of the column that says what happened, and its key.
pub const CHANGE: (&str, &str) = ("变化", "change");

#[derive(Clone, Copy)]
enum Format {
    Csv,
    Json,
}

enum Rest {
    Read(ChangedRows, bool),
    Next(i64),
    Over,
}

struct Sender {
    desk: Desk,
    set: DataSet,
    day: Date,
    head: Value,
    format: Format,
    rest: Rest,
}

impl Sender {
    async fn piece(&mut self) -> Result<Option<String>, DeskError> {
        let (part, first) = match std::mem::replace(&mut self.rest, Rest::Over) {
            Rest::Over => return Ok(None),
            Rest::Read(part, first) => (part, first),
            Rest::Next(after) => {
                let part =
                    open_data::changed_rows(&self.desk, &self.set, self.day, Some(after)).await?;
                (part, false)
            }
        };
        let text = match self.format {
            Format::Csv => self.lines(&part, first),
            Format::Json => self.objects(&part, first),
        };
        if let Some(after) = part.next {
            self.rest = Rest::Next(after);
        }
        Ok(Some(text))
    }

    /// The cells of a row; of what is published no more its id and nothing else.
    fn cells(&self, row: &ChangedRow) -> Vec<String> {
        row.cells.clone().unwrap_or_else(|| {
            let ids = self.set.columns.iter().map(|column| column.code == "id");
            ids.map(|is_id| if is_id { row.id.to_string() } else { String::new() }).collect()
        })
    }

    fn lines(&self, part: &ChangedRows, first: bool) -> String {
        let mut out = String::new();
        if first {
            out.push_str(table::MARK);
            let labels = self.set.columns.iter().map(|column| column.label.as_str());
            table::line(&mut out, std::iter::once(CHANGE.0).chain(labels));
        }
        for row in &part.rows {
            let cells = self.cells(row);
            let cells = cells.iter().map(String::as_str);
            table::line(&mut out, std::iter::once(row.change.label()).chain(cells));
        }
        out
    }

    fn objects(&self, part: &ChangedRows, first: bool) -> String {
        let mut out = String::new();
        if first {
            // The object stays open for its last member.
            out.push_str(self.head.to_string().trim_end_matches('}'));
            out.push_str(",\"rows\":[");
        }
        for (place, row) in part.rows.iter().enumerate() {
            // A portion may be empty though more follows: the comma stands before every row but the first of all.
            out.push_str(if first && place == 0 { "\n" } else { ",\n" });
            let mut object = Map::new();
            object.insert(CHANGE.1.to_owned(), row.change.as_str().into());
            if row.change == RowChange::Removed {
                object.insert("id".to_owned(), row.id.to_string().into());
            } else {
                let columns = self.set.columns.iter().map(|column| column.code.clone());
                let cells = self.cells(row).into_iter().map(Value::String);
                object.extend(columns.zip(cells));
            }
            out.push_str(&Value::Object(object).to_string());
        }
        if part.next.is_none() {
            out.push_str("\n]}\n");
        }
        out
    }
}

/// The day and the format that a file's name stands for.
fn read_name(name: &str) -> Option<(Date, Format, &'static str)> {
    let (day, ending) = name.split_once('.')?;
    let (format, ending) = match ending {
        "csv" => (Format::Csv, "csv"),
        "json" => (Format::Json, "json"),
        _ => return None,
    };
    let read: Date = day.parse().ok()?;
    // One address for one file.
    (read.to_string() == day).then_some((read, format, ending))
}

/// A day's changes of a table.
///
/// # Errors
/// Not found, `changes.none`, `changes.day-unknown`; when the store fails.
pub async fn file(
    State(site): State<Site>,
    Path((set, name)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let desk = site.desk().clone();
    let set = browse::data_set(&desk.law(), &set)?;
    let (day, format, ending) = read_name(&name).ok_or_else(PageError::no_page)?;
    // The first portion is read before anything is sent, so that what is wrong is still a page.
    let mut part = open_data::changed_rows(&desk, &set, day, None).await?;
    while part.rows.is_empty()
        && let Some(after) = part.next
    {
        part = open_data::changed_rows(&desk, &set, day, Some(after)).await?;
    }
    let days = open_data::change_days(&desk).await?;
    let complete = days.is_some_and(|days| day < days.last || days.closed);
    let head = json!({
        "data_set": set.id,
        "name": set.name,
        "day": day.to_string(),
        "complete": complete,
        "as_of": desk.today().to_string(),
        "dictionary": format!("{}/data/{}/dictionary.csv", site.base_path(), set.id),
    });
    let kind = match format {
        Format::Csv => table::CSV,
        Format::Json => table::JSON,
    };
    let headers = table::headers(
        kind,
        &format!("{}-changes-{day}.{ending}", set.id),
        &format!("{}变化-{day}.{ending}", set.name),
    )?;
    let sender = Sender { desk, set, day, head, format, rest: Rest::Read(part, true) };
    let pieces = stream::try_unfold(sender, async |mut sender| {
        let piece = sender.piece().await?;
        Ok::<_, DeskError>(piece.map(|text| (text, sender)))
    });
    Ok((headers, Body::from_stream(pieces)).into_response())
}

#[cfg(test)]
mod tests {
    use super::read_name;

    #[test]
    fn a_file_has_one_name() {
        assert!(read_name("2026-11-25.csv").is_some());
        assert!(read_name("2026-11-25.json").is_some());
        for wrong in
            ["2026-11-25", "2026-11-25.xml", "2026-1-5.csv", "20261125.csv", "x.csv", ".csv"]
        {
            assert!(read_name(wrong).is_none(), "{wrong}");
        }
    }
}
