//! One row as it stands in the file.

use std::borrow::Cow;

/// What a spreadsheet cell was, where its text alone would not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mark {
    /// The cell held a formula; its last computed value was read.
    Formula,
    /// The cell held an error value such as `#N/A`; its text is empty.
    ErrorValue,
    /// The cell was typed as a date; its text is `YYYY-MM-DD`, with ` HH:MM:SS` when it has a time of day.
    Date,
    /// The cell was typed as a number. Beyond 15 digits a spreadsheet has already lost the true ones.
    Number,
}

/// One row, meant to be reused from read to read so that no cell costs an allocation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// The row number a person sees in the sheet: from 1, blank rows counted. In a CSV file a record whose
    /// quoted cell spans lines is one row.
    pub number: u32,
    buffer: String,
    ends: Vec<usize>,
    marks: Vec<(usize, Mark)>,
}

/// Text with the sign for what was destroyed in the place of the character NUL, which PostgreSQL takes in no text. It is as long, so
/// that cells end where they ended, and the check says of it what it says of every control character.
fn storable(text: &str) -> Cow<'_, str> {
    if text.as_bytes().contains(&0) {
        return Cow::Owned(text.replace('\0', "\u{1a}"));
    }
    Cow::Borrowed(text)
}

impl Row {
    /// An empty row, number 0.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The text of a cell, from column 0; empty where the row has no such column.
    #[must_use]
    pub fn cell(&self, column: usize) -> &str {
        let Some(&end) = self.ends.get(column) else { return "" };
        let start = if column == 0 { 0 } else { self.ends[column - 1] };
        self.buffer.get(start..end).unwrap_or_default()
    }

    /// How many cells the row has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether the row has no cells at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Whether every cell is empty or white space and none is marked.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.marks.is_empty() && self.buffer.trim().is_empty()
    }

    /// The cells in order.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|column| self.cell(column))
    }

    /// The marks as (column, mark), columns ascending; a column may have two.
    #[must_use]
    pub fn marks(&self) -> &[(usize, Mark)] {
        &self.marks
    }

    /// Whether a cell bears a mark.
    #[must_use]
    pub fn has_mark(&self, column: usize, mark: Mark) -> bool {
        self.marks.contains(&(column, mark))
    }

    /// Forgets the cells and takes a new number; keeps the memory.
    pub fn clear(&mut self, number: u32) {
        self.number = number;
        self.buffer.clear();
        self.ends.clear();
        self.marks.clear();
    }

    /// Appends a cell.
    pub fn push(&mut self, text: &str) {
        self.buffer.push_str(&storable(text));
        self.ends.push(self.buffer.len());
    }

    /// Marks a cell.
    pub fn mark(&mut self, column: usize, mark: Mark) {
        self.marks.push((column, mark));
    }

    /// Appends empty cells until the row has that many.
    pub(super) fn pad(&mut self, columns: usize) {
        while self.ends.len() < columns {
            self.ends.push(self.buffer.len());
        }
    }

    /// The text written so far; what is written after it becomes the next cell at [`Row::close`].
    pub(super) fn open(&mut self) -> &mut String {
        &mut self.buffer
    }

    /// Ends the cell being written.
    pub(super) fn close(&mut self) {
        let start = self.ends.last().copied().unwrap_or_default();
        if let Cow::Owned(text) = storable(self.buffer.get(start..).unwrap_or_default()) {
            self.buffer.truncate(start);
            self.buffer.push_str(&text);
        }
        self.ends.push(self.buffer.len());
    }

    /// Takes over a whole record: its text and where each cell ends.
    pub(super) fn fill(&mut self, text: &str, ends: impl Iterator<Item = usize>) {
        self.buffer.push_str(&storable(text));
        self.ends.extend(ends);
    }
}
