//! Reads the law folder and checks that it is whole: every citation, code list, field and parameter that one file
//! names must exist in another. What is wrong is said with file and line, all of it at once.

mod by_subject;
mod calendar;
mod catalogue;
mod codes;
mod kinds;
mod layouts;
mod measures;
mod parameters;

use std::collections::BTreeMap;
use std::ops::Range;

use calendar::read_calendar;
use catalogue::read_catalogue;
use codes::{read_codes, read_counties, read_region_history, read_regions};
use include_dir::{Dir, include_dir};
use jiff::civil::Date;
use kinds::read_kinds;
use layouts::{read_layout, read_registry, read_report};
use parameters::{read_parameters, read_sources};
use sm3::{Digest as _, Sm3};
use toml::Spanned;

use super::{Law, Source};
use crate::company_name::NameLexicon;
use crate::ruling::{Citation, Evidence};

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../law");

/// Something wrong in a file of the law folder.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LawProblem {
    /// Path below the law folder.
    pub file: String,
    /// Line, from 1; 0 when the file as a whole is meant.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl std::fmt::Display for LawProblem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// TOML's own date, turned into ours.
fn day(date: &toml::value::Datetime) -> Option<Date> {
    let date = date.date?;
    Date::new(
        i16::try_from(date.year).ok()?,
        i8::try_from(date.month).ok()?,
        i8::try_from(date.day).ok()?,
    )
    .ok()
}

type Day = Spanned<toml::value::Datetime>;

type Word = Spanned<String>;

/// The files by path, and the problems met so far.
struct Reader {
    files: BTreeMap<String, String>,
    problems: Vec<LawProblem>,
}

impl Reader {
    fn problem(&mut self, file: &str, span: &Range<usize>, message: impl Into<String>) {
        let line = self.files.get(file).map_or(0, |text| {
            text.get(..span.start).map_or(0, |before| before.matches('\n').count() + 1)
        });
        self.problems.push(LawProblem { file: file.to_owned(), line, message: message.into() });
    }

    fn whole(&mut self, file: &str, message: impl Into<String>) {
        self.problems.push(LawProblem { file: file.to_owned(), line: 0, message: message.into() });
    }

    fn parse<T: serde::de::DeserializeOwned>(&mut self, file: &str) -> Option<T> {
        let Some(text) = self.files.get(file) else {
            self.whole(file, "缺少该文件");
            return None;
        };
        match toml::from_str::<T>(text) {
            Ok(value) => Some(value),
            Err(error) => {
                let span = error.span().unwrap_or(0..0);
                let message = error.message().to_owned();
                self.problem(file, &span, message);
                None
            }
        }
    }

    fn below(&self, folder: &str) -> Vec<String> {
        self.files
            .keys()
            .filter(|path| path.starts_with(folder) && path.ends_with(".toml"))
            .cloned()
            .collect()
    }

    fn date(&mut self, file: &str, value: &Day) -> Date {
        day(value.get_ref()).unwrap_or_else(|| {
            self.problem(file, &value.span(), "不是有效日期，应写作 2026-01-01");
            Date::MIN
        })
    }

    fn known_source(&mut self, file: &str, sources: &BTreeMap<String, Source>, id: &Word) {
        if !sources.contains_key(id.get_ref()) {
            let message = format!("引用的依据「{}」不在 sources.toml 中", id.get_ref());
            self.problem(file, &id.span(), message);
        }
    }
}

fn citation(
    sources: &BTreeMap<String, Source>,
    source: &str,
    article: Option<String>,
    entry: &str,
) -> Citation {
    let found = sources.get(source);
    let evidence = found.map_or(Evidence::Memory, |source| source.evidence);
    Citation {
        source: source.to_owned(),
        title: found.map_or_else(|| source.to_owned(), |source| source.title.clone()),
        number: found.map_or_else(String::new, |source| source.number.clone()),
        article,
        quote: None,
        entry: entry.to_owned(),
        evidence,
        verified: evidence == Evidence::Text,
    }
}

impl Law {
    /// The law that is embedded in the binary.
    ///
    /// # Errors
    /// Every problem found in its files.
    pub fn embedded() -> Result<Self, Vec<LawProblem>> {
        let mut files = BTreeMap::new();
        collect(&EMBEDDED, &mut files);
        Self::from_files(files)
    }

    /// The embedded files themselves, for tests and for writing a folder to start from.
    #[must_use]
    pub fn embedded_files() -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        collect(&EMBEDDED, &mut files);
        files
    }

    /// A law read from files given as path below the law folder (with `/`) and text.
    ///
    /// # Errors
    /// Every problem found, with file and line.
    pub fn from_files(files: BTreeMap<String, String>) -> Result<Self, Vec<LawProblem>> {
        let mut digest = Sm3::new();
        for (path, text) in &files {
            digest.update(path.as_bytes());
            digest.update([0]);
            digest.update(text.as_bytes());
            digest.update([0]);
        }
        let edition: String =
            digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();

        let mut reader = Reader { files, problems: Vec::new() };
        let sources = read_sources(&mut reader);
        let parameters = read_parameters(&mut reader, &sources);
        let calendar = read_calendar(&mut reader);
        let codes = read_codes(&mut reader, &sources);
        let kinds = read_kinds(&mut reader, &sources, &parameters, &codes);
        let registry = read_registry(&mut reader, &sources, &codes);
        let report = read_report(&mut reader, &sources, &kinds);
        let powers = read_layout(&mut reader, "powers.toml", &sources, &codes);
        let matters = read_layout(&mut reader, "commitment-matters.toml", &sources, &codes);
        let measures = measures::read(&mut reader, &sources, &kinds, &codes);
        let catalogue = read_catalogue(&mut reader, &sources, &kinds);
        let counties = read_counties(&mut reader, &codes);
        let regions = read_regions(&reader, "codes/regions.csv");
        let town_files: Vec<String> =
            reader.files.keys().filter(|path| path.starts_with("codes/towns-")).cloned().collect();
        let mut towns = Vec::new();
        for file in &town_files {
            towns.extend(read_regions(&reader, file));
        }
        let region_history = read_region_history(&reader);
        let names = NameLexicon::new(&regions, &codes);
        let layouts = registry.zip(powers.zip(matters));
        match (calendar, layouts, report.zip(measures), reader.problems.is_empty()) {
            (
                Some(calendar),
                Some((registry, (powers, matters))),
                Some((report, measures)),
                true,
            ) => Ok(Self {
                measures,
                registry,
                powers,
                commitment_matters: matters,
                report,
                catalogue,
                edition,
                sources,
                parameters,
                calendar,
                codes,
                kinds,
                counties,
                regions,
                towns,
                names,
                region_history,
                confirmations: Vec::new(),
            }),
            _ => Err(reader.problems),
        }
    }
}

fn collect(dir: &Dir<'static>, files: &mut BTreeMap<String, String>) {
    for file in dir.files() {
        if let (Some(path), Some(text)) = (file.path().to_str(), file.contents_utf8()) {
            files.insert(path.replace('\\', "/"), text.to_owned());
        }
    }
    for dir in dir.dirs() {
        collect(dir, files);
    }
}
