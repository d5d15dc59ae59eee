//! Reading the files that departments send: CSV, .xlsx and .xls, row by row, in bounded memory.
//!
//! This module knows nothing of what the columns mean. It says what stands in each cell, at which row a
//! person finds it, and refuses a file that is no table, with the reason. [`Annotator`] writes the
//! workbook that goes back.

mod annotate;
mod compound;
mod csv;
mod detect;
mod limits;
mod package;
mod refusal;
mod row;
#[cfg(test)]
mod tests;
mod workbook;

use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};

pub use annotate::{AnnotateError, Annotator};
pub use limits::{Limits, SHEET_ROWS};
pub use refusal::FileRefusal;
pub use row::{Mark, Row};

use detect::Container;

/// What a file turned out to be, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Delimited text.
    Csv {
        /// `UTF-8`, `gb18030`, `UTF-16LE` or `UTF-16BE`.
        encoding: &'static str,
        /// Whether it begins with a byte order mark.
        bom: bool,
        /// Comma, tab or semicolon.
        delimiter: u8,
    },
    /// An Office Open XML workbook.
    Xlsx,
    /// A workbook of Excel 97 to 2003.
    Xls,
}

impl Format {
    /// The stable word used in JSON, the store and the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv { .. } => "csv",
            Self::Xlsx => "xlsx",
            Self::Xls => "xls",
        }
    }
}

/// A file whose rows can be read, as often as needed.
pub struct Opened {
    /// What the file is.
    pub format: Format,
    /// The names of the sheets in order, hidden ones included; one empty name for CSV.
    pub sheets: Vec<String>,
    /// Which of the sheets are hidden.
    pub hidden: Vec<bool>,
    /// What a person should know about the file: a stable code `file.…` and a sentence in Chinese.
    pub notes: Vec<(&'static str, String)>,
    /// Bytes of the file.
    pub size: u64,
    limits: Limits,
    source: Source,
}

enum Source {
    Csv { path: PathBuf, dialect: csv::Dialect },
    Xlsx(Box<workbook::XlsxBook>),
    Xls(workbook::XlsBook),
}

/// The rows of one sheet, in order.
pub struct Rows<'a> {
    inner: Inner<'a>,
    size: u64,
}

enum Inner<'a> {
    Csv(csv::CsvRows<'a>),
    Xlsx(Box<workbook::XlsxRows<'a>>),
    Xls(workbook::XlsRows<'a>),
}

/// Opens a file. The content decides what it is; `file_name` only serves for a note when it says otherwise.
///
/// # Errors
///
/// `file.empty`, `file.too-large`, `file.unpacked-too-large`, `file.encrypted`, `file.not-a-table`,
/// `file.damaged`, `file.cell-too-long`, `file.unreadable`.
pub fn open(path: &Path, file_name: &str, limits: &Limits) -> Result<Opened, FileRefusal> {
    let unreadable = |error: std::io::Error| FileRefusal::unreadable(&error);
    let mut file = File::open(path).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    if size == 0 {
        return Err(FileRefusal::empty());
    }
    let mut head = Vec::new();
    (&mut file).take(detect::HEAD as u64).read_to_end(&mut head).map_err(unreadable)?;
    file.rewind().map_err(unreadable)?;

    let mut notes = Vec::new();
    let (format, sheets, source) = match detect::container(&head)? {
        Container::Zip => {
            check_size(".xlsx", size, limits.packed)?;
            let (book, sheets, found) = workbook::open_xlsx(file, limits)?;
            notes.extend(macro_note(found.macros));
            notes.extend(merged_note(&found.merged, found.merged_count));
            notes.extend(detect::extension_note(
                file_name,
                &["xlsx", "xlsm", "xltx"],
                "Excel 工作簿（.xlsx）",
            ));
            (Format::Xlsx, sheets, Source::Xlsx(Box::new(book)))
        }
        Container::Compound => {
            // An encrypted .xlsx comes in this container too and may be larger.
            check_size(".xls", size, limits.packed.max(limits.xls))?;
            let (book, sheets, found) = workbook::open_xls(file, limits)?;
            notes.extend(macro_note(found.macros));
            let merged: Vec<String> =
                (0..sheets.names.len()).flat_map(|sheet| book.merged(sheet)).collect();
            notes.extend(merged_note(&merged, merged.len() as u64));
            notes.extend(detect::extension_note(
                file_name,
                &["xls", "xlt", "et"],
                "Excel 97-2003 工作簿（.xls）",
            ));
            (Format::Xls, sheets, Source::Xls(book))
        }
        Container::Text => {
            check_size("CSV", size, limits.csv)?;
            let dialect = csv::survey(path, &head, &mut notes)?;
            notes.extend(detect::extension_note(file_name, &["csv", "txt", "tsv"], "文本（CSV）"));
            let format = Format::Csv {
                encoding: dialect.encoding.name(),
                bom: dialect.bom,
                delimiter: dialect.delimiter,
            };
            let sheets = workbook::Sheets { names: vec![String::new()], hidden: vec![false] };
            (format, sheets, Source::Csv { path: path.to_path_buf(), dialect })
        }
    };
    if sheets.names.is_empty() {
        return Err(FileRefusal::not_a_table(
            "工作簿里没有工作表",
            "请把数据放进工作表后重新上传。",
        ));
    }
    notes.extend(hidden_note(&sheets));
    Ok(Opened {
        format,
        sheets: sheets.names,
        hidden: sheets.hidden,
        notes,
        size,
        limits: limits.clone(),
        source,
    })
}

fn check_size(kind: &str, size: u64, limit: u64) -> Result<(), FileRefusal> {
    if size > limit { Err(FileRefusal::too_large(kind, size, limit)) } else { Ok(()) }
}

fn macro_note(macros: bool) -> Option<(&'static str, String)> {
    macros.then(|| {
        ("file.macros-ignored", "文件带有宏。系统不运行宏，只读取单元格里已有的内容。".to_owned())
    })
}

fn merged_note(first: &[String], count: u64) -> Option<(&'static str, String)> {
    if count == 0 {
        return None;
    }
    let shown = first.iter().take(5).map(String::as_str).collect::<Vec<_>>().join("、");
    let what = if shown.is_empty() { String::new() } else { format!("（如 {shown}）") };
    Some((
        "file.merged-cells",
        format!(
            "文件中有 {count} 处合并单元格{what}。合并区域只有左上角一格有内容，其余按空白读取；数据行里的请取消合并并逐格填写。"
        ),
    ))
}

fn hidden_note(sheets: &workbook::Sheets) -> Option<(&'static str, String)> {
    let names: Vec<&str> = sheets
        .names
        .iter()
        .zip(&sheets.hidden)
        .filter(|(_, hidden)| **hidden)
        .map(|(name, _)| name.as_str())
        .collect();
    (!names.is_empty()).then(|| {
        (
            "file.hidden-sheet",
            format!("工作簿里有隐藏的工作表：{}。请确认其中没有需要报送的数据。", names.join("、")),
        )
    })
}

impl Opened {
    /// Begins to read a sheet from its first row. May be called again and again; a new call starts anew.
    ///
    /// # Errors
    ///
    /// `file.unreadable` when there is no such sheet or the file has gone, `file.damaged`.
    pub fn rows(&mut self, sheet: usize) -> Result<Rows<'_>, FileRefusal> {
        let name = self.sheets.get(sheet).ok_or_else(|| FileRefusal::no_such_sheet(sheet))?;
        let inner = match &mut self.source {
            Source::Csv { path, dialect } => Inner::Csv(
                csv::CsvRows::open(path, dialect, &self.limits)
                    .map_err(|error| FileRefusal::unreadable(&error))?,
            ),
            Source::Xlsx(book) => Inner::Xlsx(Box::new(book.rows(name, &self.limits)?)),
            Source::Xls(book) => Inner::Xls(book.rows(sheet, &self.limits)?),
        };
        Ok(Rows { inner, size: self.size })
    }

    /// The merged ranges of a sheet, as `A1:M1`. For .xlsx this reads the sheet once, if the workbook has
    /// any.
    ///
    /// # Errors
    ///
    /// `file.unreadable` when there is no such sheet, `file.damaged`.
    pub fn merged_ranges(&mut self, sheet: usize) -> Result<Vec<String>, FileRefusal> {
        let name = self.sheets.get(sheet).ok_or_else(|| FileRefusal::no_such_sheet(sheet))?;
        match &mut self.source {
            Source::Csv { .. } => Ok(Vec::new()),
            Source::Xlsx(book) => book.merged(name),
            Source::Xls(book) => Ok(book.merged(sheet)),
        }
    }
}

impl Rows<'_> {
    /// Reads the next row into `row`, reusing its memory; false at the end. Rows that hold nothing may be
    /// passed over: [`Row::number`] tells.
    ///
    /// # Errors
    ///
    /// `file.too-many-rows`, `file.too-many-columns`, `file.cell-too-long`, `file.damaged`,
    /// `file.unreadable`.
    pub fn read(&mut self, row: &mut Row) -> Result<bool, FileRefusal> {
        match &mut self.inner {
            Inner::Csv(rows) => rows.read(row),
            Inner::Xlsx(rows) => rows.read(row),
            Inner::Xls(rows) => rows.read(row),
        }
    }

    /// Bytes of the file gone by, for progress against [`Opened::size`]; for workbooks an approximation.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        match &self.inner {
            Inner::Csv(rows) => rows.bytes_read(),
            Inner::Xlsx(rows) => rows.bytes_read(),
            Inner::Xls(rows) => rows.bytes_read(self.size),
        }
    }
}
