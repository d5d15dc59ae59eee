//! The file that goes back to the clerk: the same rows at the same row numbers, one column more.
//!
//! Whatever came in, .xlsx goes out, written row by row in constant memory. Every cell is written as text:
//! a cell that begins with `=`, `+`, `-` or `@` stays what it was and never becomes a formula.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{Color, Format, FormatAlign, Workbook, Worksheet, XlsxError};
use xinyong_domain::finding::Level;

use super::limits::SHEET_ROWS;
use super::row::Row;

/// The heading of the column that says what was found.
pub const FINDINGS_HEADING: &str = "校验结果";

/// The most UTF-16 units a cell of a workbook can hold.
const CELL_UNITS: usize = 32_767;

/// The most columns a sheet can have.
const SHEET_COLUMNS: usize = 16_384;

/// Why the workbook could not be written.
#[derive(Debug, thiserror::Error)]
pub enum AnnotateError {
    /// The disk or the writer failed.
    #[error("校验结果文件写不出来，请联系系统管理员检查磁盘空间。")]
    Write(#[from] XlsxError),
    /// Rows were not given in ascending order of their numbers.
    #[error("校验结果文件的行次序有误：第 {0} 行应在前面写出。")]
    Order(u32),
}

/// Writes the annotated workbook.
///
/// Give it the rows in order, those above the heading included; the heading by
/// [`Annotator::write_heading`], all others by [`Annotator::write_row`]; then [`Annotator::finish`]. Rows
/// beyond what one sheet holds go on in sheets `续2`, `续3` …, each beginning with the heading.
pub struct Annotator {
    workbook: Workbook,
    path: PathBuf,
    columns: u16,
    rows_per_sheet: u32,
    sheets: u32,
    /// The number of the last row written.
    last: u32,
    heading: Option<Row>,
    /// What the added column is called.
    title: &'static str,
    formats: Formats,
}

struct Formats {
    text: Format,
    heading: Format,
    plain: Format,
    error: Format,
    warning: Format,
    note: Format,
}

impl Formats {
    fn new() -> Self {
        let text = Format::new().set_num_format("@");
        let findings = text.clone().set_text_wrap().set_align(FormatAlign::Top);
        let shade = |fill: u32, ink: u32| {
            findings.clone().set_background_color(Color::RGB(fill)).set_font_color(Color::RGB(ink))
        };
        Self {
            heading: text.clone().set_bold().set_background_color(Color::RGB(0x00D9_E1F2)),
            error: shade(0x00FF_C7CE, 0x009C_0006),
            warning: shade(0x00FF_EB9C, 0x007F_6000),
            note: shade(0x00DD_EBF7, 0x001F_4E78),
            plain: findings,
            text,
        }
    }

    fn findings(&self, worst: Option<Level>) -> &Format {
        match worst {
            Some(Level::Error) => &self.error,
            Some(Level::Warning) => &self.warning,
            Some(Level::Note) => &self.note,
            None => &self.plain,
        }
    }
}

impl Annotator {
    /// Begins a workbook that [`Annotator::finish`] will write to `path`; temporary files go beside it.
    /// `columns` is the width of the widest row: the findings stand to the right of it.
    ///
    /// # Errors
    ///
    /// When no temporary file can be written.
    pub fn create(path: &Path, sheet_name: &str, columns: usize) -> Result<Self, AnnotateError> {
        Self::with_rows_per_sheet(path, sheet_name, columns, SHEET_ROWS)
    }

    /// The same with another heading for the added column.
    #[must_use]
    pub fn titled(self, title: &'static str) -> Self {
        Self { title, ..self }
    }

    fn with_rows_per_sheet(
        path: &Path,
        sheet_name: &str,
        columns: usize,
        rows_per_sheet: u32,
    ) -> Result<Self, AnnotateError> {
        let mut workbook = Workbook::new();
        if let Some(directory) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            workbook.set_tempdir(directory)?;
        }
        let columns = u16::try_from(columns.min(SHEET_COLUMNS - 1)).unwrap_or(u16::MAX);
        let mut annotator = Self {
            workbook,
            path: path.to_path_buf(),
            columns,
            rows_per_sheet,
            sheets: 0,
            last: 0,
            heading: None,
            title: FINDINGS_HEADING,
            formats: Formats::new(),
        };
        annotator.add_sheet(&fit_sheet_name(sheet_name))?;
        Ok(annotator)
    }

    fn add_sheet(&mut self, name: &str) -> Result<(), AnnotateError> {
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?;
        sheet.set_column_width(self.columns, 60)?;
        self.sheets += 1;
        Ok(())
    }

    /// Writes the heading row and freezes the sheet below it.
    ///
    /// # Errors
    ///
    /// When the row does not follow the last one, or the disk fails.
    pub fn write_heading(&mut self, row: &Row) -> Result<(), AnnotateError> {
        let at = self.advance(row.number)?;
        let sheet = self.workbook.worksheet_from_index(self.sheets as usize - 1)?;
        heading(sheet, at, row, (self.columns, self.title), &self.formats.heading)?;
        self.heading = Some(row.clone());
        Ok(())
    }

    /// Writes a row and beside it what was found, coloured by the worst of it.
    ///
    /// # Errors
    ///
    /// When the row does not follow the last one, or the disk fails.
    pub fn write_row(
        &mut self,
        row: &Row,
        findings: &str,
        worst: Option<Level>,
    ) -> Result<(), AnnotateError> {
        let at = self.advance(row.number)?;
        let sheet = self.workbook.worksheet_from_index(self.sheets as usize - 1)?;
        cells(sheet, at, row, self.columns, &self.formats.text)?;
        if !findings.is_empty() {
            let format = self.formats.findings(worst);
            sheet.write_string_with_format(at, self.columns, fit_cell(findings), format)?;
        }
        Ok(())
    }

    /// Where a row number goes: the row from 0 on the sheet in hand, which is made when it does not exist.
    fn advance(&mut self, number: u32) -> Result<u32, AnnotateError> {
        if number <= self.last {
            return Err(AnnotateError::Order(number));
        }
        self.last = number;
        if number <= self.rows_per_sheet {
            return Ok(number - 1);
        }
        // On the sheets that follow, the heading takes one row.
        let beyond = number - self.rows_per_sheet - 1;
        let body = self.rows_per_sheet - 1;
        let sheet = 2 + beyond / body;
        while self.sheets < sheet {
            self.add_sheet(&format!("续{}", self.sheets + 1))?;
            if let Some(row) = &self.heading {
                let sheet = self.workbook.worksheet_from_index(self.sheets as usize - 1)?;
                heading(sheet, 0, row, (self.columns, self.title), &self.formats.heading)?;
            }
        }
        Ok(1 + beyond % body)
    }

    /// Writes the workbook to its path.
    ///
    /// # Errors
    ///
    /// When the disk fails.
    pub fn finish(mut self) -> Result<(), AnnotateError> {
        self.workbook.save(&self.path)?;
        Ok(())
    }
}

fn heading(
    sheet: &mut Worksheet,
    at: u32,
    row: &Row,
    (columns, title): (u16, &str),
    format: &Format,
) -> Result<(), XlsxError> {
    cells(sheet, at, row, columns, format)?;
    sheet.write_string_with_format(at, columns, title, format)?;
    // A heading in the last row of a sheet has nothing below it to freeze.
    if at + 1 < SHEET_ROWS {
        sheet.set_freeze_panes(at + 1, 0)?;
    }
    Ok(())
}

fn cells(
    sheet: &mut Worksheet,
    at: u32,
    row: &Row,
    columns: u16,
    format: &Format,
) -> Result<(), XlsxError> {
    for (column, text) in (0..columns).zip(row.cells()) {
        if !text.is_empty() {
            sheet.write_string_with_format(at, column, fit_cell(text), format)?;
        }
    }
    Ok(())
}

/// A text as a cell can hold it: no character that XML forbids, no more than a cell takes.
fn fit_cell(text: &str) -> Cow<'_, str> {
    const MORE: &str = "……（内容过长，已截断）";
    let forbidden = |c: char| {
        (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{FFFE}' | '\u{FFFF}')
    };
    let mut fitted = if text.contains(forbidden) {
        Cow::Owned(text.replace(forbidden, "\u{FFFD}"))
    } else {
        Cow::Borrowed(text)
    };
    // A character of UTF-8 takes at least as many bytes as units.
    if fitted.len() > CELL_UNITS && fitted.encode_utf16().count() > CELL_UNITS {
        let room = CELL_UNITS - MORE.encode_utf16().count();
        let mut units = 0;
        let end = fitted
            .char_indices()
            .find(|(_, c)| {
                units += c.len_utf16();
                units > room
            })
            .map_or(fitted.len(), |(at, _)| at);
        fitted = Cow::Owned(format!("{}{MORE}", &fitted[..end]));
    }
    fitted
}

/// A name a sheet can bear and no sheet that follows will.
fn fit_sheet_name(name: &str) -> String {
    let mut fitted = String::new();
    let mut units = 0;
    for c in name.chars().filter(|c| !c.is_control() && !"*?:[]\\/'".contains(*c)) {
        units += c.len_utf16();
        if units > 31 {
            break;
        }
        fitted.push(c);
    }
    let fitted = fitted.trim();
    let taken = fitted.strip_prefix('续').is_some_and(|rest| rest.parse::<u32>().is_ok());
    if fitted.is_empty() || taken { "数据".to_owned() } else { fitted.to_owned() }
}

#[cfg(test)]
mod tests {
    use calamine::{Reader, Xlsx, open_workbook};

    use super::super::{Limits, open};
    use super::*;

    fn row(number: u32, cells: &[&str]) -> Row {
        let mut row = Row::new();
        row.clear(number);
        for cell in cells {
            row.push(cell);
        }
        row
    }

    fn texts(path: &Path, sheet: usize) -> Vec<(u32, Vec<String>)> {
        let mut opened = open(path, "back.xlsx", &Limits::default()).expect("opens");
        let mut rows = opened.rows(sheet).expect("sheet");
        let mut row = Row::new();
        let mut all = Vec::new();
        while rows.read(&mut row).expect("reads") {
            assert!(row.marks().is_empty(), "every cell is plain text");
            all.push((row.number, row.cells().map(str::to_owned).collect()));
        }
        all
    }

    #[test]
    fn rows_come_back_where_they_stood() {
        let directory = tempfile::tempdir().expect("directory");
        let path = directory.path().join("back.xlsx");
        let mut annotator = Annotator::create(&path, "公示/表", 3).expect("creates");
        annotator.write_row(&row(1, &["示例县公示表"]), "", None).expect("title");
        annotator.write_heading(&row(3, &["名称", "代码", "金额"])).expect("heading");
        annotator
            .write_row(&row(4, &["=1+1", "+86", "-5"]), "名称：不能是公式", Some(Level::Error))
            .expect("row");
        annotator
            .write_row(&row(7, &["@示例", "\u{1}甲_x0041_乙"]), "提醒", Some(Level::Warning))
            .expect("row");
        annotator
            .write_row(&row(8, &["示例", "1", "2", "盈"]), "说明", Some(Level::Note))
            .expect("row");
        assert!(matches!(
            annotator.write_row(&row(8, &["示例"]), "", None),
            Err(AnnotateError::Order(8))
        ));
        annotator.finish().expect("saves");

        let back = texts(&path, 0);
        let expect: Vec<(u32, Vec<&str>)> = vec![
            (1, vec!["示例县公示表"]),
            (3, vec!["名称", "代码", "金额", "校验结果"]),
            (4, vec!["=1+1", "+86", "-5", "名称：不能是公式"]),
            (7, vec!["@示例", "\u{FFFD}甲_x0041_乙", "", "提醒"]),
            (8, vec!["示例", "1", "2", "说明"]),
        ];
        assert_eq!(back.len(), expect.len());
        for ((number, cells), (expected_number, expected)) in back.iter().zip(&expect) {
            assert_eq!(number, expected_number);
            assert_eq!(cells, expected);
        }
        let mut book: Xlsx<_> = open_workbook(&path).expect("opens");
        assert_eq!(book.sheet_names(), ["公示表"]);
        assert!(book.worksheet_formula("公示表").expect("sheet").is_empty());
    }

    #[test]
    fn what_one_sheet_cannot_hold_goes_on_in_the_next() {
        let directory = tempfile::tempdir().expect("directory");
        let path = directory.path().join("back.xlsx");
        let mut annotator = Annotator::with_rows_per_sheet(&path, "续2", 1, 4).expect("creates");
        annotator.write_heading(&row(1, &["名称"])).expect("heading");
        for number in 2..=9 {
            annotator.write_row(&row(number, &[&format!("示例{number}")]), "", None).expect("row");
        }
        annotator.finish().expect("saves");
        let mut book: Xlsx<_> = open_workbook(&path).expect("opens");
        assert_eq!(book.sheet_names(), ["数据", "续2", "续3"]);
        let names = |sheet| -> Vec<(u32, String)> {
            texts(&path, sheet).into_iter().map(|(at, mut cells)| (at, cells.remove(0))).collect()
        };
        let pair = |at: u32, name: &str| (at, name.to_owned());
        assert_eq!(names(0)[3], pair(4, "示例4"));
        assert_eq!(
            names(1),
            [pair(1, "名称"), pair(2, "示例5"), pair(3, "示例6"), pair(4, "示例7")]
        );
        assert_eq!(names(2), [pair(1, "名称"), pair(2, "示例8"), pair(3, "示例9")]);
        drop(book.worksheets());
    }

    #[test]
    fn a_text_too_long_for_a_cell_is_cut() {
        let long = "例".repeat(40_000);
        let fitted = fit_cell(&long);
        assert_eq!(fitted.encode_utf16().count(), CELL_UNITS);
        assert!(fitted.ends_with("已截断）"));
        assert_eq!(fit_cell("=甲"), "=甲");
    }
}
