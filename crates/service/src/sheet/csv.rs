//! CSV in the encodings that come in: UTF-8 with or without mark, GB18030, UTF-16 with mark.
//!
//! The encoding is decided over the whole file, in bounded memory, because the first Chinese character of
//! a list may stand in its last row. What is not UTF-8 is decoded as GB18030, which holds GBK and GB 2312.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use csv::{ByteRecord, ReaderBuilder};
use encoding_rs::{Encoding, GB18030, UTF_8};
use encoding_rs_io::DecodeReaderBytesBuilder;

use super::detect;
use super::limits::{CSV_RECORD, Limits};
use super::refusal::FileRefusal;
use super::row::Row;

/// How a CSV file is to be read.
#[derive(Debug, Clone)]
pub(super) struct Dialect {
    pub(super) encoding: &'static Encoding,
    pub(super) bom: bool,
    pub(super) delimiter: u8,
    /// Bytes have to be converted; otherwise the whole file is known to be UTF-8.
    decode: bool,
}

/// Looks the file over and finds encoding and delimiter; notes what a person should know.
pub(super) fn survey(
    path: &Path,
    head: &[u8],
    notes: &mut Vec<(&'static str, String)>,
) -> Result<Dialect, FileRefusal> {
    let bom = head.starts_with(b"\xEF\xBB\xBF") || detect::utf16_mark(head).is_some();
    let (encoding, decode) = if let Some(utf16) = detect::utf16_mark(head) {
        notes.push(("file.encoding", "文件编码是 UTF-16，已转换后读取。".to_owned()));
        (utf16, true)
    } else {
        let tally = tally(path).map_err(|error| FileRefusal::unreadable(&error))?;
        if tally.broken == 0 {
            (UTF_8, false)
        } else if bom || tally.broken * 20 < tally.wide {
            notes.push((
                "file.encoding",
                format!(
                    "文件编码是 UTF-8，但有 {} 处字节损坏，读成了“\u{FFFD}”。请核对这些单元格。",
                    tally.broken
                ),
            ));
            (UTF_8, true)
        } else {
            notes.push(("file.encoding", chinese_note(head).to_owned()));
            (GB18030, true)
        }
    };
    let text = decode_head(head, encoding);
    if text.trim().is_empty() && head.len() < detect::HEAD {
        return Err(FileRefusal::empty());
    }
    detect::refuse_markup(&text)?;
    let delimiter = detect::delimiter(&text);
    Ok(Dialect { encoding, bom, delimiter, decode })
}

/// What to say about a file that is not UTF-8.
fn chinese_note(head: &[u8]) -> &'static str {
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(head, head.len() < detect::HEAD);
    let guess = detector.guess(Some(b"cn"), chardetng::Utf8Detection::Deny);
    // Plain ASCII at the head leaves the detector without evidence; GB18030 is then as good.
    if guess == encoding_rs::GBK || guess == GB18030 || head.is_ascii() {
        "文件不是 UTF-8 编码，已按 GB18030（含 GBK）读取。若汉字显示不对，请另存为“CSV UTF-8”后重新上传。"
    } else {
        "文件的编码认不准，已按 GB18030 读取。请先核对汉字是否正确；不对时请另存为“CSV UTF-8”后重新上传。"
    }
}

fn decode_head(head: &[u8], encoding: &'static Encoding) -> String {
    let mut decoder = encoding.new_decoder_with_bom_removal();
    let space = decoder.max_utf8_buffer_length(head.len()).unwrap_or(head.len());
    let mut text = String::with_capacity(space);
    // The head may be cut inside a character; `last` stays false so that the cut is not taken for damage.
    let _ = decoder.decode_to_string(head, &mut text, false);
    text
}

/// How a file fares as UTF-8.
#[derive(Debug, Default)]
struct Tally {
    /// Byte sequences that are not UTF-8.
    broken: u64,
    /// Characters beyond ASCII that are.
    wide: u64,
}

/// Counts over the whole file, stopping when the answer is certain.
fn tally(path: &Path) -> io::Result<Tally> {
    let mut file = File::open(path)?;
    let mut chunk = vec![0_u8; 1024 * 1024];
    let mut held = 0;
    let mut tally = Tally::default();
    loop {
        let read = file.read(&mut chunk[held..])?;
        let filled = held + read;
        held = 0;
        let mut rest = &chunk[..filled];
        while !rest.is_empty() {
            let valid = match std::str::from_utf8(rest) {
                Ok(_) => {
                    tally.wide += wide(rest);
                    break;
                }
                Err(error) => {
                    let valid = error.valid_up_to();
                    tally.wide += wide(&rest[..valid]);
                    match error.error_len() {
                        Some(length) => {
                            tally.broken += 1;
                            valid + length
                        }
                        None if read == 0 => {
                            tally.broken += 1;
                            break;
                        }
                        None => {
                            held = rest.len() - valid;
                            break;
                        }
                    }
                }
            };
            rest = &rest[valid..];
        }
        if read == 0 || (tally.broken > 10_000 && tally.broken * 20 > tally.wide) {
            return Ok(tally);
        }
        chunk.copy_within(filled - held..filled, 0);
    }
}

fn wide(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|&&b| b >= 0xC0).count() as u64
}

/// Counts the bytes taken from the file, for progress.
pub(super) struct Counted<R> {
    inner: R,
    count: Arc<AtomicU64>,
}

impl<R> Counted<R> {
    pub(super) fn new(inner: R) -> (Self, Arc<AtomicU64>) {
        let count = Arc::new(AtomicU64::new(0));
        (Self { inner, count: Arc::clone(&count) }, count)
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl<R: Seek> Seek for Counted<R> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.inner.seek(position)
    }
}

/// Stops a record that will not end, and ends the last line.
struct Gate {
    inner: Box<dyn Read + Send>,
    /// Decoded bytes handed on.
    passed: u64,
    /// How many may be handed on until the present record has ended.
    until: u64,
    tripped: bool,
    ended: bool,
    /// The piece handed on last.
    last: Vec<u8>,
}

impl Gate {
    /// The byte at a place of the decoded text, if it is in the piece handed on last.
    fn byte(&self, place: u64) -> Option<u8> {
        let start = self.passed - self.last.len() as u64;
        let offset = usize::try_from(place.checked_sub(start)?).ok()?;
        self.last.get(offset).copied()
    }
}

impl Read for Gate {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.passed >= self.until {
            self.tripped = true;
            return Err(io::Error::other("record too long"));
        }
        let mut read = self.inner.read(buffer)?;
        if read == 0 && !self.ended && !buffer.is_empty() {
            // A last line without an end would be counted otherwise than the others.
            self.ended = true;
            buffer[0] = b'\n';
            read = 1;
        }
        self.passed += read as u64;
        if read > 0 {
            self.last.clear();
            self.last.extend_from_slice(&buffer[..read]);
        }
        Ok(read)
    }
}

/// The rows of a CSV file.
pub(super) struct CsvRows<'a> {
    reader: csv::Reader<Gate>,
    record: ByteRecord,
    count: Arc<AtomicU64>,
    number: u32,
    /// Line ends that stood inside cells so far.
    inside: u64,
    limits: &'a Limits,
}

impl<'a> CsvRows<'a> {
    pub(super) fn open(path: &Path, dialect: &Dialect, limits: &'a Limits) -> io::Result<Self> {
        let (file, count) = Counted::new(File::open(path)?);
        let inner: Box<dyn Read + Send> = if dialect.decode {
            Box::new(
                DecodeReaderBytesBuilder::new()
                    .encoding(Some(dialect.encoding))
                    .bom_sniffing(false)
                    .build_with_buffer(file, vec![0_u8; 128 * 1024])?,
            )
        } else {
            Box::new(file)
        };
        let gate = Gate {
            inner,
            passed: 0,
            until: CSV_RECORD,
            tripped: false,
            ended: false,
            last: Vec::new(),
        };
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(dialect.delimiter)
            .buffer_capacity(128 * 1024)
            .from_reader(gate);
        Ok(Self { reader, record: ByteRecord::new(), count, number: 0, inside: 0, limits })
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    pub(super) fn read(&mut self, row: &mut Row) -> Result<bool, FileRefusal> {
        let gate = self.reader.get_mut();
        gate.until = gate.passed + CSV_RECORD;
        match self.reader.read_byte_record(&mut self.record) {
            Ok(true) => {}
            Ok(false) => return Ok(false),
            Err(_) if self.reader.get_ref().tripped => {
                return Err(FileRefusal::record_too_long(self.number + 1));
            }
            Err(error) => {
                return Err(match error.into_kind() {
                    csv::ErrorKind::Io(error) => FileRefusal::unreadable(&error),
                    _ => FileRefusal::damaged(&format!("第 {} 行读不出来", self.number + 1)),
                });
            }
        }
        self.number = self.row_number();
        if self.number > self.limits.rows {
            return Err(FileRefusal::too_many_rows(self.limits));
        }
        row.clear(self.number);
        self.hand_over(row)?;
        Ok(true)
    }

    /// The number of the row just read. The parser passes over blank lines, so it is told by the line ends
    /// gone by, less those inside cells. Of CR LF the parser leaves the LF to the next row, and a lone CR it
    /// does not count at all: then the row is simply the next one.
    fn row_number(&mut self) -> u32 {
        self.inside += self.record.as_slice().iter().filter(|&&b| b == b'\n').count() as u64;
        let position = self.reader.position();
        let ended_by_cr =
            position.byte().checked_sub(1).and_then(|at| self.reader.get_ref().byte(at))
                == Some(b'\r');
        // The parser counts lines from 1.
        let lines = (position.line() - 1).saturating_sub(self.inside) + u64::from(ended_by_cr);
        u32::try_from(lines).unwrap_or(u32::MAX).max(self.number.saturating_add(1))
    }

    fn hand_over(&self, row: &mut Row) -> Result<(), FileRefusal> {
        let record = &self.record;
        let mut columns = record.len();
        if columns > self.limits.columns {
            // Trailing delimiters are what spreadsheets leave behind; only content counts.
            columns = record.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
            if columns > self.limits.columns {
                return Err(FileRefusal::too_many_columns(self.number, self.limits));
            }
        }
        let bytes = record.as_slice();
        match std::str::from_utf8(bytes) {
            Ok(text) => {
                // Without a bound check per cell when the whole record is short.
                if bytes.len() > self.limits.cell_chars {
                    self.check_lengths(columns)?;
                }
                let mut at = 0;
                let ends = record.iter().take(columns).map(|cell| {
                    at += cell.len();
                    at
                });
                row.fill(text, ends);
            }
            // Only a file that changed while being read gets here.
            Err(_) => {
                for cell in record.iter().take(columns) {
                    row.push(&String::from_utf8_lossy(cell));
                }
            }
        }
        Ok(())
    }

    fn check_lengths(&self, columns: usize) -> Result<(), FileRefusal> {
        for (column, cell) in self.record.iter().take(columns).enumerate() {
            if cell.len() > self.limits.cell_chars
                && std::str::from_utf8(cell).is_ok_and(|text| self.limits.too_long(text))
            {
                return Err(FileRefusal::cell_too_long(self.number, column + 1, self.limits));
            }
        }
        Ok(())
    }
}
