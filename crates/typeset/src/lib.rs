//! Documents on paper: a template and its data in, a PDF out that can be kept (PDF/A-2a), read aloud (PDF/UA-1), searched and copied.
//!
//! It knows nothing of what the documents say. The same template, data and day give the same bytes. A character that no face has is
//! set as 〓 with its code point and never stops a document.

mod fonts;
mod margins;
mod world;

use serde_json::Value;
use thiserror::Error;
use typst::foundations::{Datetime, Smart};
use typst::syntax::Source;
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use fonts::Faces;
use world::{Setting, Sheet};

/// Pieces of earlier documents that are kept for the next ones, in documents.
const MEMORY: usize = 1;

/// The templates, by the name that a document asks for.
const TEMPLATES: [(&str, &str); 2] = [
    ("bulletin", include_str!("../templates/bulletin.typ")),
    ("report", include_str!("../templates/report.typ")),
];

/// Why there is no document.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TypesetError {
    /// There is no such template.
    #[error("no template {0}")]
    NoTemplate(String),
    /// A face cannot be read.
    #[error("face {0} cannot be read")]
    Face(&'static str),
    /// The day is none.
    #[error("no such moment")]
    Moment,
    /// The template and the data do not fit, or the result would break the standard for keeping documents.
    #[error("{0}")]
    Set(String),
}

/// The moment a document says it was made, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The year.
    pub year: i32,
    /// The month, 1 to 12.
    pub month: u8,
    /// The day of the month.
    pub day: u8,
    /// The hour.
    pub hour: u8,
    /// The minute.
    pub minute: u8,
    /// The second.
    pub second: u8,
}

/// A document to be set.
#[derive(Debug, Clone)]
pub struct Document<'a> {
    /// The template's name.
    pub template: &'a str,
    /// What the template reads as `data.json`.
    pub data: Value,
    /// Words that the template shows as two-dimensional codes, by the name of the picture: `/check.svg`.
    pub codes: Vec<(&'static str, String)>,
    /// Files that the document carries, by the path that the template attaches; what has some is kept as PDF/A-3a, else as PDF/A-2a.
    pub files: Vec<(&'static str, Vec<u8>)>,
    /// What tells this document from others; the file's identifier is made of it.
    pub identity: &'a str,
    /// When it was made.
    pub made: Moment,
}

/// The faces, read once, and the language with its templates, put together once.
#[derive(Debug)]
pub struct Typesetter {
    faces: Faces,
    library: LazyHash<Library>,
    templates: Vec<(&'static str, Source)>,
}

impl Typesetter {
    /// Reads the faces. Takes some tens of milliseconds.
    ///
    /// # Errors
    /// [`TypesetError::Face`].
    pub fn new() -> Result<Self, TypesetError> {
        let mut templates = Vec::with_capacity(TEMPLATES.len());
        for (name, source) in TEMPLATES {
            templates.push((name, world::main(source)?));
        }
        let library = LazyHash::new(Library::default());
        Ok(Self { faces: Faces::read()?, library, templates })
    }

    /// Sets a document. Takes some tens of milliseconds of one core; not for a thread that serves others.
    ///
    /// # Errors
    /// [`TypesetError`].
    pub fn set(&self, document: Document<'_>) -> Result<Vec<u8>, TypesetError> {
        let source = self
            .templates
            .iter()
            .find_map(|(name, source)| (*name == document.template).then(|| source.clone()))
            .ok_or_else(|| TypesetError::NoTemplate(document.template.to_owned()))?;
        self.set_source(source, document)
    }

    fn set_source(&self, source: Source, document: Document<'_>) -> Result<Vec<u8>, TypesetError> {
        let Moment { year, month, day, hour, minute, second } = document.made;
        let made = Datetime::from_ymd_hms(year, month, day, hour, minute, second)
            .ok_or(TypesetError::Moment)?;
        let kept = if document.files.is_empty() { PdfStandard::A_2a } else { PdfStandard::A_3a };
        let standards = PdfStandards::new(&[kept, PdfStandard::Ua_1])
            .map_err(|error| TypesetError::Set(error.message().to_string()))?;
        let Document { data, codes, files, .. } = document;
        let setting = Setting { faces: &self.faces, library: &self.library, main: source.clone() };
        let sheet = Sheet::new(setting, data, codes, files, made)?;
        let said = |problems: &[typst::diag::SourceDiagnostic]| {
            let all: Vec<_> = problems.iter().map(|one| one.message.as_str()).collect();
            TypesetError::Set(all.join("; "))
        };
        let set = typst::compile::<PagedDocument>(&sheet)
            .output
            .and_then(|set| margins::with_margins(&sheet, &source, set))
            .map_err(|all| said(&all))?;
        let options = PdfOptions {
            ident: Smart::Custom(document.identity.to_owned()),
            creator: Smart::Custom(None),
            timestamp: Some(Timestamp::new_utc(made)),
            standards,
            ..PdfOptions::default()
        };
        let bytes = typst_pdf::pdf(&set, &options).map_err(|all| said(&all))?;
        typst::comemo::evict(MEMORY);
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests;
