//! Reads the working-day calendar, year by year.

use serde::Deserialize;

use super::{Day, Reader};
use crate::calendar::{Calendar, CalendarYear};
use crate::ruling::{Citation, Evidence};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CoverageFile {
    complete_to: Day,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct YearFile {
    year: i16,
    evidence: Evidence,
    notice: String,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    address: Option<String>,
    off: Vec<OffDay>,
    work: Vec<Day>,
    #[serde(default)]
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OffDay {
    date: Day,
    name: String,
}

pub(super) fn read_calendar(reader: &mut Reader) -> Option<Calendar> {
    const COVERAGE: &str = "calendar/coverage.toml";
    let coverage = reader.parse::<CoverageFile>(COVERAGE)?;
    let complete_to = reader.date(COVERAGE, &coverage.complete_to);
    let mut years = Vec::new();
    for path in reader.below("calendar/") {
        if path == COVERAGE {
            continue;
        }
        let Some(file) = reader.parse::<YearFile>(&path) else {
            continue;
        };
        let off = file
            .off
            .iter()
            .map(|entry| (reader.date(&path, &entry.date), entry.name.clone()))
            .collect();
        let work = file.work.iter().map(|entry| reader.date(&path, entry)).collect();
        years.push(CalendarYear {
            year: file.year,
            citation: Citation {
                source: format!("calendar-{}", file.year),
                title: file.title.unwrap_or_else(|| {
                    format!("国务院办公厅关于{}年部分节假日安排的通知", file.year)
                }),
                number: file.notice,
                article: None,
                quote: None,
                entry: file
                    .address
                    .or(file.note)
                    .unwrap_or_else(|| format!("calendar.{}", file.year)),
                evidence: file.evidence,
                verified: file.evidence == Evidence::Text,
            },
            off,
            work,
        });
    }
    match Calendar::new(years, complete_to) {
        Ok(calendar) => Some(calendar),
        Err(message) => {
            reader.whole("calendar/", message);
            None
        }
    }
}
