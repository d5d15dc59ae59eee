//! Workbooks: .xlsx read cell by cell, .xls read whole because its format leaves no other way.
//!
//! What a cell shows is put into the one form the rules expect: dates as `YYYY-MM-DD`, numbers as plain
//! decimals, formulas as their last computed value. What the form hides is marked.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use calamine::{
    Data, DataRef, Dimensions, ExcelDateTime, ExcelDateTimeType, Range, Reader, Sheet, SheetType,
    SheetVisible, Xls, XlsError, Xlsx, XlsxCellReader, XlsxError,
};

use super::csv::Counted;
use super::limits::{Limits, SHEET_ROWS};
use super::refusal::FileRefusal;
use super::row::{Mark, Row};
use super::{compound, package};

/// The sheets of a workbook that hold tables.
#[derive(Debug, Default)]
pub(super) struct Sheets {
    pub(super) names: Vec<String>,
    pub(super) hidden: Vec<bool>,
}

impl Sheets {
    fn from(metadata: &[Sheet]) -> Self {
        let mut sheets = Self::default();
        for sheet in metadata {
            if sheet.typ == SheetType::WorkSheet {
                sheets.names.push(sheet.name.clone());
                sheets.hidden.push(sheet.visible != SheetVisible::Visible);
            }
        }
        sheets
    }
}

type Packed = BufReader<Counted<File>>;

/// An open .xlsx workbook.
pub(super) struct XlsxBook {
    book: Xlsx<Packed>,
    count: Arc<AtomicU64>,
    merged: bool,
}

/// An open .xls workbook, its sheets in memory.
pub(super) struct XlsBook {
    sheets: Vec<XlsSheet>,
    is_1904: bool,
}

struct XlsSheet {
    range: Range<Data>,
    /// Row and column of every formula, in order.
    formulas: Vec<(u32, u32)>,
    merged: Vec<Dimensions>,
}

/// Runs the parser so that its panics refuse the file instead of ending the work.
fn guarded<T>(work: impl FnOnce() -> Result<T, FileRefusal>) -> Result<T, FileRefusal> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        tracing::warn!("the workbook parser panicked");
        Err(FileRefusal::damaged("工作簿内部结构有误"))
    })
}

fn xlsx_refusal(error: XlsxError) -> FileRefusal {
    tracing::debug!(%error, "workbook refused");
    match error {
        XlsxError::Password => FileRefusal::encrypted(),
        XlsxError::CellError(value) => FileRefusal::damaged(&format!(
            "有单元格是读不懂的错误值“{}”",
            value.chars().take(30).collect::<String>()
        )),
        XlsxError::XmlEof(_) => FileRefusal::damaged("工作表内容在中途断了"),
        XlsxError::RelationshipNotFound | XlsxError::FileNotFound(_) => {
            FileRefusal::damaged("缺少工作簿的必要部分")
        }
        _ => FileRefusal::damaged("工作簿内部结构有误"),
    }
}

fn xls_refusal(error: XlsError) -> FileRefusal {
    tracing::debug!(%error, "workbook refused");
    match error {
        XlsError::Password => FileRefusal::encrypted(),
        _ => FileRefusal::damaged("工作簿内部结构有误"),
    }
}

/// Opens an .xlsx file after looking over its package.
pub(super) fn open_xlsx(
    mut file: File,
    limits: &Limits,
) -> Result<(XlsxBook, Sheets, package::Package), FileRefusal> {
    let found = guarded(|| package::inspect(&file, limits))?;
    file.rewind().map_err(|error| FileRefusal::unreadable(&error))?;
    let (file, count) = Counted::new(file);
    let book: Xlsx<Packed> =
        guarded(|| Xlsx::new(BufReader::with_capacity(64 * 1024, file)).map_err(xlsx_refusal))?;
    let sheets = Sheets::from(book.sheets_metadata());
    let book = XlsxBook { book, count, merged: found.merged_count > 0 };
    Ok((book, sheets, found))
}

/// Opens an .xls file after looking over its records.
pub(super) fn open_xls(
    mut file: File,
    limits: &Limits,
) -> Result<(XlsBook, Sheets, compound::Compound), FileRefusal> {
    let mut bytes = Vec::new();
    file.rewind()
        .and_then(|()| file.take(limits.packed.max(limits.xls) + 1).read_to_end(&mut bytes))
        .map_err(|error| FileRefusal::unreadable(&error))?;
    let found = compound::inspect(&bytes, limits)?;
    let size = bytes.len() as u64;
    if size > limits.xls {
        return Err(FileRefusal::too_large(".xls", size, limits.xls));
    }
    guarded(move || {
        let mut book: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(xls_refusal)?;
        let sheets = Sheets::from(book.sheets_metadata());
        let mut read = Vec::with_capacity(sheets.names.len());
        for name in &sheets.names {
            let formula = book.worksheet_formula(name).map_err(xls_refusal)?;
            let (top, left) = formula.start().unwrap_or_default();
            let formulas = formula
                .used_cells()
                .map(|(row, column, _)| (top + row as u32, left + column as u32))
                .collect();
            read.push(XlsSheet {
                range: book.worksheet_range(name).map_err(xls_refusal)?,
                formulas,
                merged: book.merge_cells_by_sheet_name(name).map_err(xls_refusal)?,
            });
        }
        Ok((XlsBook { sheets: read, is_1904: book.has_1904_epoch() }, sheets, found))
    })
}

/// A merged range as people write it: `A1:M1`.
fn range_name(range: &Dimensions) -> String {
    let corner = |(row, column): (u32, u32)| {
        let mut letters = Vec::new();
        let mut rest = u64::from(column) + 1;
        while rest > 0 {
            rest -= 1;
            letters.push(b'A' + u8::try_from(rest % 26).unwrap_or_default());
            rest /= 26;
        }
        letters.reverse();
        format!("{}{}", String::from_utf8_lossy(&letters), u64::from(row) + 1)
    };
    format!("{}:{}", corner(range.start), corner(range.end))
}

impl XlsxBook {
    pub(super) fn merged(&mut self, name: &str) -> Result<Vec<String>, FileRefusal> {
        if !self.merged {
            return Ok(Vec::new());
        }
        guarded(|| self.book.merge_cells_by_sheet_name(name).map_err(xlsx_refusal))
            .map(|ranges| ranges.iter().map(range_name).collect())
    }

    pub(super) fn rows<'a>(
        &'a mut self,
        name: &str,
        limits: &'a Limits,
    ) -> Result<XlsxRows<'a>, FileRefusal> {
        let is_1904 = self.book.has_1904_epoch();
        let count = Arc::clone(&self.count);
        let before = count.load(Ordering::Relaxed);
        let book = &mut self.book;
        let reader = guarded(move || book.worksheet_cells_reader(name).map_err(xlsx_refusal))?;
        Ok(XlsxRows {
            reader,
            pending: None,
            ended: false,
            done: false,
            next: 0,
            is_1904,
            count,
            before,
            limits,
        })
    }
}

/// A cell met before its row was asked for.
struct Pending<'a> {
    row: u32,
    column: u32,
    value: DataRef<'a>,
    formula: bool,
}

/// The rows of an .xlsx sheet.
pub(super) struct XlsxRows<'a> {
    reader: XlsxCellReader<'a, Packed>,
    pending: Option<Pending<'a>>,
    /// The parser has come to the end of the sheet and must not be asked again.
    ended: bool,
    done: bool,
    /// The least row, from 0, that may come next.
    next: u32,
    is_1904: bool,
    count: Arc<AtomicU64>,
    before: u64,
    limits: &'a Limits,
}

impl<'a> XlsxRows<'a> {
    pub(super) fn bytes_read(&self) -> u64 {
        self.count.load(Ordering::Relaxed).saturating_sub(self.before)
    }

    pub(super) fn read(&mut self, row: &mut Row) -> Result<bool, FileRefusal> {
        if self.done {
            return Ok(false);
        }
        let read = guarded(|| self.read_row(row));
        // After a failure the parser's state means nothing.
        self.done = !matches!(read, Ok(true));
        read
    }

    /// The next cell that holds anything.
    fn next_cell(&mut self) -> Result<Option<Pending<'a>>, FileRefusal> {
        if let Some(cell) = self.pending.take() {
            return Ok(Some(cell));
        }
        while !self.ended {
            let Some(record) =
                self.reader.next_cell_with_formula_metadata().map_err(xlsx_refusal)?
            else {
                self.ended = true;
                break;
            };
            let formula = record.formula.is_some();
            if formula || !empty(&record.value) {
                let (row, column) = record.pos;
                return Ok(Some(Pending { row, column, value: record.value, formula }));
            }
        }
        Ok(None)
    }

    fn read_row(&mut self, row: &mut Row) -> Result<bool, FileRefusal> {
        let Some(first) = self.next_cell()? else { return Ok(false) };
        let at = first.row;
        if at < self.next || at >= SHEET_ROWS {
            return Err(FileRefusal::damaged("工作表的行号次序有误"));
        }
        self.next = at + 1;
        if at >= self.limits.rows {
            return Err(FileRefusal::too_many_rows(self.limits));
        }
        row.clear(at + 1);
        let mut cell = first;
        loop {
            place(
                row,
                cell.column,
                self.limits,
                |row| match &cell.value {
                    DataRef::SharedString(text) => row.push(text),
                    other => write(row, &Value::from_ref(other), self.is_1904),
                },
                cell.formula,
            )?;
            match self.next_cell()? {
                Some(next) if next.row == at => cell = next,
                other => {
                    self.pending = other;
                    return Ok(true);
                }
            }
        }
    }
}

fn empty(value: &DataRef<'_>) -> bool {
    match value {
        DataRef::Empty => true,
        DataRef::String(text) => text.is_empty(),
        DataRef::SharedString(text) => text.is_empty(),
        _ => false,
    }
}

/// Puts a cell at its column: fills the gap before it, marks it, holds it against the limits.
fn place(
    row: &mut Row,
    column: u32,
    limits: &Limits,
    write: impl FnOnce(&mut Row),
    formula: bool,
) -> Result<(), FileRefusal> {
    let column = column as usize;
    if column >= limits.columns {
        return Err(FileRefusal::too_many_columns(row.number, limits));
    }
    if column < row.len() {
        return Err(FileRefusal::damaged("工作表的列次序有误"));
    }
    row.pad(column);
    if formula {
        row.mark(column, Mark::Formula);
    }
    write(row);
    if limits.too_long(row.cell(column)) {
        return Err(FileRefusal::cell_too_long(row.number, column + 1, limits));
    }
    Ok(())
}

impl XlsBook {
    pub(super) fn merged(&self, sheet: usize) -> Vec<String> {
        self.sheets
            .get(sheet)
            .map(|sheet| sheet.merged.iter().map(range_name).collect())
            .unwrap_or_default()
    }

    pub(super) fn rows<'a>(
        &'a self,
        sheet: usize,
        limits: &'a Limits,
    ) -> Result<XlsRows<'a>, FileRefusal> {
        let sheet = self.sheets.get(sheet).ok_or_else(|| FileRefusal::no_such_sheet(sheet))?;
        Ok(XlsRows { sheet, next: 0, formula: 0, is_1904: self.is_1904, limits })
    }
}

/// The rows of an .xls sheet.
pub(super) struct XlsRows<'a> {
    sheet: &'a XlsSheet,
    /// The next row of the range.
    next: usize,
    /// The next formula not yet passed.
    formula: usize,
    is_1904: bool,
    limits: &'a Limits,
}

impl XlsRows<'_> {
    /// The share of the rows gone by, of a file of that size.
    pub(super) fn bytes_read(&self, size: u64) -> u64 {
        let rows = self.sheet.range.height().max(1) as u64;
        size.saturating_mul(self.next as u64) / rows
    }

    pub(super) fn read(&mut self, row: &mut Row) -> Result<bool, FileRefusal> {
        let (top, left) = self.sheet.range.start().unwrap_or_default();
        while self.next < self.sheet.range.height() {
            let index = self.next;
            self.next += 1;
            let at = top + index as u32;
            let cells = &self.sheet.range[index];
            if at >= self.limits.rows {
                return Err(FileRefusal::too_many_rows(self.limits));
            }
            row.clear(at + 1);
            for (offset, value) in cells.iter().enumerate() {
                let column = left + offset as u32;
                let formula = self.is_formula(at, column);
                let value = Value::from_data(value);
                if formula || !matches!(value, Value::Empty | Value::Text("")) {
                    let is_1904 = self.is_1904;
                    place(row, column, self.limits, |row| write(row, &value, is_1904), formula)?;
                }
            }
            if !row.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the cell holds a formula; cells are asked for in order.
    fn is_formula(&mut self, row: u32, column: u32) -> bool {
        let formulas = &self.sheet.formulas;
        while formulas.get(self.formula).is_some_and(|&at| at < (row, column)) {
            self.formula += 1;
        }
        formulas.get(self.formula) == Some(&(row, column))
    }
}

/// A cell's value, of either kind of workbook.
enum Value<'a> {
    Empty,
    Text(&'a str),
    Number(f64),
    Integer(i64),
    Bool(bool),
    Date(ExcelDateTime),
    IsoDate(&'a str),
    Error,
}

impl<'a> Value<'a> {
    fn from_ref(value: &'a DataRef<'_>) -> Self {
        match value {
            DataRef::Empty => Self::Empty,
            DataRef::String(text) => Self::Text(text),
            DataRef::SharedString(text) => Self::Text(text),
            DataRef::Int(number) => Self::Integer(*number),
            DataRef::Float(number) => Self::Number(*number),
            DataRef::Bool(value) => Self::Bool(*value),
            DataRef::DateTime(date) => Self::Date(*date),
            DataRef::DateTimeIso(text) => Self::IsoDate(text),
            DataRef::DurationIso(text) => Self::Text(text),
            DataRef::Error(_) => Self::Error,
        }
    }

    fn from_data(value: &'a Data) -> Self {
        match value {
            Data::Empty => Self::Empty,
            Data::String(text) => Self::Text(text),
            Data::Int(number) => Self::Integer(*number),
            Data::Float(number) => Self::Number(*number),
            Data::Bool(value) => Self::Bool(*value),
            Data::DateTime(date) => Self::Date(*date),
            Data::DateTimeIso(text) => Self::IsoDate(text),
            Data::DurationIso(text) => Self::Text(text),
            Data::Error(_) => Self::Error,
        }
    }
}

/// Writes a value as the next cell and marks what its text does not tell.
fn write(row: &mut Row, value: &Value<'_>, is_1904: bool) {
    let column = row.len();
    match value {
        Value::Empty => row.close(),
        Value::Text(text) => row.push(text),
        Value::Bool(value) => row.push(if *value { "TRUE" } else { "FALSE" }),
        Value::Error => {
            row.mark(column, Mark::ErrorValue);
            row.close();
        }
        Value::Integer(number) => {
            row.mark(column, Mark::Number);
            // Writing into a String cannot fail.
            let _ = write!(row.open(), "{number}");
            row.close();
        }
        Value::Number(number) => {
            row.mark(column, Mark::Number);
            decimal(row.open(), *number);
            row.close();
        }
        Value::Date(date) if date.is_datetime() && (0.0..2_958_466.0).contains(&date.as_f64()) => {
            row.mark(column, Mark::Date);
            serial_date(row.open(), date.as_f64(), is_1904);
            row.close();
        }
        // A duration, or a serial number no calendar has: what is stored is the number.
        Value::Date(date) => {
            row.mark(column, Mark::Number);
            decimal(row.open(), date.as_f64());
            row.close();
        }
        Value::IsoDate(text) => {
            row.mark(column, Mark::Date);
            let (date, time) = text.split_once('T').unwrap_or((text, ""));
            let time = time.trim_end_matches('Z');
            let out = row.open();
            out.push_str(date);
            if !time.chars().all(|c| matches!(c, '0' | ':' | '.')) {
                out.push(' ');
                out.push_str(time);
            }
            row.close();
        }
    }
}

/// The shortest plain decimal; like the spreadsheet itself, a fraction shows no more than 15 digits.
fn decimal(out: &mut String, number: f64) {
    let start = out.len();
    // Adding 0 turns a negative zero into zero. Writing into a String cannot fail.
    let _ = write!(out, "{}", number + 0.0);
    let digits = out[start..].bytes().filter(u8::is_ascii_digit).count();
    if digits > 15 && number.is_finite() && number.fract() != 0.0 {
        let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
        out.truncate(start);
        let _ = write!(out, "{rounded}");
    }
}

/// A serial number as a date, with the time of day if there is one; a fraction alone is a time of day.
fn serial_date(out: &mut String, serial: f64, is_1904: bool) {
    const DAY: u64 = 86_400;
    // Within the calendar's range, so neither cast loses anything.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0 to 2,958,466 days"
    )]
    let seconds = (serial * DAY as f64).round() as u64;
    let (days, time) = (seconds / DAY, seconds % DAY);
    let clock = (time / 3600, time / 60 % 60, time % 60);
    // Writing into a String cannot fail.
    let _ = if days == 0 && time > 0 {
        write!(out, "{:02}:{:02}:{:02}", clock.0, clock.1, clock.2)
    } else if days == 0 && !is_1904 {
        // What the spreadsheet shows for 0: no such day, and the rules will say so.
        write!(out, "1900-01-00")
    } else {
        let day = ExcelDateTime::new(days as f64, ExcelDateTimeType::DateTime, is_1904);
        let (year, month, day, ..) = day.to_ymd_hms_milli();
        if time == 0 {
            write!(out, "{year:04}-{month:02}-{day:02}")
        } else {
            write!(
                out,
                "{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}",
                clock.0, clock.1, clock.2
            )
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(number: f64) -> String {
        let mut out = String::new();
        decimal(&mut out, number);
        out
    }

    #[test]
    fn numbers_are_plain_decimals() {
        assert_eq!(text(0.1 + 0.2), "0.3");
        assert_eq!(text(-0.0), "0");
        assert_eq!(text(1234.5), "1234.5");
        assert_eq!(text(1e-7), "0.0000001");
        assert_eq!(text(140_700_000_000_000_000.0), "140700000000000000");
        assert_eq!(text(2e21), "2000000000000000000000");
    }

    #[test]
    fn serial_numbers_are_dates() {
        let date = |serial, is_1904| {
            let mut out = String::new();
            serial_date(&mut out, serial, is_1904);
            out
        };
        assert_eq!(date(45_413.0, false), "2024-05-01");
        assert_eq!(date(45_412.999_999_999_9, false), "2024-05-01");
        assert_eq!(date(45_413.5, false), "2024-05-01 12:00:00");
        assert_eq!(date(0.25, false), "06:00:00");
        assert_eq!(date(0.0, false), "1900-01-00");
        assert_eq!(date(43_951.0, true), "2024-05-01");
        assert_eq!(date(2_958_465.0, false), "9999-12-31");
    }

    #[test]
    fn ranges_are_named_as_people_do() {
        assert_eq!(range_name(&Dimensions::new((0, 0), (0, 12))), "A1:M1");
        assert_eq!(range_name(&Dimensions::new((9, 26), (10, 702))), "AA10:AAA11");
    }
}
