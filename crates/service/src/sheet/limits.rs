//! How much a file may hold before it is refused.
//!
//! The limits bound memory and time, not the subject matter: a file beyond them is refused whole, with the
//! reason, before its rows are looked at.

/// The most rows one Excel sheet can hold.
pub const SHEET_ROWS: u32 = 1_048_576;

/// The most parts a workbook may consist of. An honest one has a few dozen.
pub(super) const ZIP_ENTRIES: usize = 10_000;

/// The longest run of bytes without markup that a workbook part may hold. The longest text Excel stores
/// in a cell stays below this even when every character is written as an escape.
pub(super) const XML_RUN: u64 = 1024 * 1024;

/// The most decoded bytes one record of a CSV file may take. A quotation mark that is never closed would
/// otherwise pull the rest of the file into memory.
pub(super) const CSV_RECORD: u64 = 16 * 1024 * 1024;

/// The bounds a file is held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of an .xlsx file as received.
    pub packed: u64,
    /// Bytes of an .xlsx file once unpacked; for an .xls file the memory its grid of cells would take.
    pub unpacked: u64,
    /// Bytes of an .xls file.
    pub xls: u64,
    /// Bytes of a CSV file.
    pub csv: u64,
    /// Rows of one sheet, blank ones counted.
    pub rows: u32,
    /// Columns of one row, up to the last cell that holds anything.
    pub columns: usize,
    /// Characters in one cell.
    pub cell_chars: usize,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: u64 = 1024 * 1024;
        Self {
            packed: 50 * MIB,
            unpacked: 500 * MIB,
            xls: 20 * MIB,
            csv: 2048 * MIB,
            rows: 3_000_000,
            columns: 256,
            cell_chars: 32_767,
        }
    }
}

impl Limits {
    /// Whether a cell is longer than allowed. Counts characters only when the bytes leave a doubt.
    pub(super) fn too_long(&self, cell: &str) -> bool {
        cell.len() > self.cell_chars && cell.chars().count() > self.cell_chars
    }
}
