//! What a template may see: itself, its data, its codes, the faces. No file, no package, no clock.

use std::fmt::Write as _;

use qrcode::{Color, QrCode};
use serde_json::Value;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, World};

use crate::TypesetError;
use crate::fonts::Faces;

/// What is the same for many documents.
pub struct Setting<'a> {
    pub faces: &'a Faces,
    pub library: &'a LazyHash<Library>,
    pub main: Source,
}

/// One document's world.
pub struct Sheet<'a> {
    setting: Setting<'a>,
    files: Vec<(FileId, Bytes)>,
    made: Datetime,
}

fn id(name: &str) -> Result<FileId, TypesetError> {
    let path = VirtualPath::new(name).map_err(|_| TypesetError::Set(format!("path {name}")))?;
    Ok(FileId::new(RootedPath::new(VirtualRoot::Project, path)))
}

/// A code as a picture, one rectangle for dark modules that stand beside each other: one for each module is twice as much to set, and
/// shows hairlines between them on some screens.
fn picture(code: &QrCode) -> String {
    let width = code.width();
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{width}" viewBox="0 0 {width} {width}"><path d=""#
    );
    let colors = code.to_colors();
    for (y, row) in colors.chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(PartialEq::eq) {
            if run.first() == Some(&Color::Dark) {
                // Writing to a string does not fail.
                let _ = write!(svg, "M{x} {y}h{0}v1h-{0}z", run.len());
            }
            x += run.len();
        }
    }
    svg.push_str(r#""/></svg>"#);
    svg
}

/// A template as it is compiled.
pub fn main(source: &str) -> Result<Source, TypesetError> {
    Ok(Source::new(id("/main.typ")?, source.to_owned()))
}

impl<'a> Sheet<'a> {
    /// A world for one document.
    pub fn new(
        setting: Setting<'a>,
        data: Value,
        codes: Vec<(&'static str, String)>,
        carried: Vec<(&'static str, Vec<u8>)>,
        made: Datetime,
    ) -> Result<Self, TypesetError> {
        let data = serde_json::to_vec(&setting.faces.printable_data(data))
            .map_err(|error| TypesetError::Set(error.to_string()))?;
        let mut files = vec![(id("/data.json")?, Bytes::new(data))];
        for (name, bytes) in carried {
            files.push((id(name)?, Bytes::new(bytes)));
        }
        for (name, text) in codes {
            let code = QrCode::new(text).map_err(|error| TypesetError::Set(error.to_string()))?;
            files.push((id(name)?, Bytes::from_string(picture(&code))));
        }
        Ok(Self { setting, files, made })
    }
}

impl World for Sheet<'_> {
    fn library(&self) -> &LazyHash<Library> {
        self.setting.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.setting.faces.book
    }

    fn main(&self) -> FileId {
        self.setting.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let main = &self.setting.main;
        if id == main.id() { Ok(main.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files
            .iter()
            .find_map(|(name, bytes)| (*name == id).then(|| bytes.clone()))
            .ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.setting.faces.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        Some(self.made)
    }
}
