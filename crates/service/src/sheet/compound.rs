//! Looks an .xls file over before a parser sees it.
//!
//! An .xls file is a compound document: sectors chained by a table, holding a stream of records. The parser
//! follows the chains and reserves memory for what the records declare. Here both are held against the
//! bytes that are there, so that a crafted file costs no more memory than an honest one.

use super::limits::Limits;
use super::refusal::FileRefusal;

/// What the look found.
#[derive(Debug, Default)]
pub(super) struct Compound {
    /// There are macros; they are never run.
    pub(super) macros: bool,
}

/// What a cell of the grid costs in memory, generously.
const CELL_BYTES: u64 = 64;
const END_OF_CHAIN: u32 = 0xFFFF_FFFE;
const RESERVED: u32 = 0xFFFF_FFFA;

/// A stream or storage of the document.
struct Entry {
    name: String,
    start: u32,
    length: u64,
}

/// The document's sectors and chains.
struct Sectors<'a> {
    bytes: &'a [u8],
    size: usize,
    fat: Vec<u32>,
}

fn broken(what: &str) -> FileRefusal {
    FileRefusal::damaged(what)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2).and_then(|b| b.try_into().ok()).map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map(u32::from_le_bytes)
}

impl<'a> Sectors<'a> {
    fn sector(&self, id: u32) -> Option<&'a [u8]> {
        let start = (id as usize).checked_add(1)?.checked_mul(self.size)?;
        let end = start.checked_add(self.size)?.min(self.bytes.len());
        self.bytes.get(start..end)
    }

    /// A whole chain. A chain longer than the document has sectors runs in a circle.
    fn chain(&self, start: u32, length: u64) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        let mut id = start;
        let mut steps = self.bytes.len() / self.size + 1;
        while id != END_OF_CHAIN && (out.len() as u64) < length {
            steps = steps.checked_sub(1)?;
            out.extend_from_slice(self.sector(id)?);
            id = *self.fat.get(id as usize)?;
        }
        out.truncate(usize::try_from(length).unwrap_or(usize::MAX));
        Some(out)
    }
}

/// Checks the document, or says why it is refused.
pub(super) fn inspect(bytes: &[u8], limits: &Limits) -> Result<Compound, FileRefusal> {
    let size = bytes.len() as u64;
    let (sectors, mini_fat_bytes) = open(bytes).ok_or_else(|| broken("文件头不完整"))?;
    // The parser follows the directory without a bound: a circle in it has to be found here.
    let start = u32_at(bytes, 48).unwrap_or(END_OF_CHAIN);
    let directory = sectors.chain(start, u64::MAX).ok_or_else(|| broken("目录不完整"))?;
    let entries: Vec<Entry> =
        directory.chunks_exact(128).map(|entry| entry_of(entry, sectors.size)).collect();
    let find = |name: &str| entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(name));

    let root = entries.first().ok_or_else(|| broken("目录是空的"))?;
    if find("EncryptedPackage").is_some() || find("EncryptionInfo").is_some() {
        return Err(FileRefusal::encrypted());
    }
    let Some(workbook) = find("Workbook").or_else(|| find("Book")) else {
        return Err(other_document(&entries));
    };
    if mini_fat_bytes > size + sectors.size as u64 || root.length > size || workbook.length > size {
        return Err(broken("声明的长度超出文件"));
    }
    // The parser falls back to the second name when the first cannot be read.
    if find("Book").is_some_and(|book| book.length > size) {
        return Err(broken("声明的长度超出文件"));
    }
    let stream = if workbook.length < 4096 {
        // Too small to declare much, and kept in another place; still the declared grid has to be looked at.
        mini_chain(&sectors, root, workbook)
    } else {
        sectors.chain(workbook.start, workbook.length)
    }
    .ok_or_else(|| broken("工作簿内容不完整"))?;
    records(&stream, limits)?;
    Ok(Compound { macros: find("_VBA_PROJECT_CUR").is_some() })
}

/// Reads the header and the sector table; also tells the declared bytes of the small-sector table.
fn open(bytes: &[u8]) -> Option<(Sectors<'_>, u64)> {
    let size = match u16_at(bytes, 30)? {
        9 => 512,
        12 => 4096,
        _ => return None,
    };
    let mut sectors = Sectors { bytes, size, fat: Vec::new() };
    let word = |at: usize| u32_at(bytes, at);
    let mut tables: Vec<u32> = (0..109).map_while(|index| word(76 + index * 4)).collect();
    let mut next = word(68)?;
    let mut steps = bytes.len() / size + 1;
    while next < RESERVED {
        steps = steps.checked_sub(1)?;
        let sector = sectors.sector(next)?;
        tables.extend(sector.chunks_exact(4).filter_map(|b| u32_at(b, 0)));
        next = tables.pop()?;
    }
    for table in tables.into_iter().filter(|&id| id < 0xFFFF_FFFC) {
        // A table listed over and over would multiply the memory.
        if sectors.fat.len() > bytes.len() {
            return None;
        }
        sectors.fat.extend(sectors.sector(table)?.chunks_exact(4).filter_map(|b| u32_at(b, 0)));
    }
    let mini = u64::from(word(64)?) * size as u64;
    Some((sectors, mini))
}

fn entry_of(entry: &[u8], sector: usize) -> Entry {
    let units: Vec<u16> = (0..32).filter_map(|index| u16_at(entry, index * 2)).collect();
    let name = String::from_utf16_lossy(&units);
    let name = name.split('\0').next().unwrap_or_default().to_owned();
    let low = u64::from(u32_at(entry, 120).unwrap_or_default());
    let high = u64::from(u32_at(entry, 124).unwrap_or_default());
    let length = if sector == 512 { low } else { high << 32 | low };
    Entry { name, start: u32_at(entry, 116).unwrap_or(END_OF_CHAIN), length }
}

/// A stream small enough to be kept in 64-byte sectors inside the root's own stream.
fn mini_chain(sectors: &Sectors<'_>, root: &Entry, entry: &Entry) -> Option<Vec<u8>> {
    let store = sectors.chain(root.start, root.length)?;
    let table_start = u32_at(sectors.bytes, 60)?;
    let table_length = u64::from(u32_at(sectors.bytes, 64)?) * sectors.size as u64;
    let table = sectors.chain(table_start, table_length)?;
    let mut out = Vec::new();
    let mut id = entry.start;
    while id != END_OF_CHAIN && (out.len() as u64) < entry.length {
        let start = (id as usize).checked_mul(64)?;
        out.extend_from_slice(store.get(start..(start + 64).min(store.len()))?);
        id = u32_at(&table, (id as usize).checked_mul(4)?)?;
    }
    out.truncate(usize::try_from(entry.length).unwrap_or(usize::MAX));
    Some(out)
}

fn other_document(entries: &[Entry]) -> FileRefusal {
    let has = |name: &str| entries.iter().any(|entry| entry.name == name);
    let advice = "请用 Excel 或 WPS 把表格另存为 .xlsx，再重新上传。";
    if has("WordDocument") {
        FileRefusal::not_a_table("它是 Word 文档", advice)
    } else if has("PowerPoint Document") {
        FileRefusal::not_a_table("它是演示文稿", advice)
    } else {
        FileRefusal::not_a_table("它是办公文档，但里面没有工作簿", advice)
    }
}

/// One record: type, data, and where the next one begins.
fn record(stream: &[u8], at: usize) -> Option<(u16, &[u8], usize)> {
    let kind = u16_at(stream, at)?;
    let end = at + 4 + usize::from(u16_at(stream, at + 2)?);
    Some((kind, stream.get(at + 4..end)?, end))
}

/// Adds up the grids that the sheets would take.
fn records(stream: &[u8], limits: &Limits) -> Result<(), FileRefusal> {
    const BOUND_SHEET: u16 = 0x0085;
    const FILE_PASS: u16 = 0x002F;
    const END: u16 = 0x000A;
    let mut sheets = Vec::new();
    let mut at = 0;
    while let Some((kind, data, next)) = record(stream, at) {
        match kind {
            FILE_PASS if u16_at(data, 0) != Some(0) => return Err(FileRefusal::encrypted()),
            BOUND_SHEET => sheets.extend(u32_at(data, 0)),
            END => break,
            _ => {}
        }
        at = next;
    }
    // Sheets that share their records would each be read anew.
    let mut left = stream.len().saturating_mul(4).saturating_add(4096);
    let mut cells = 0_u64;
    for start in sheets {
        let (grid, read) = grid(stream, start as usize)?;
        cells = cells.saturating_add(grid);
        if cells.saturating_mul(CELL_BYTES) > limits.unpacked {
            return Err(FileRefusal::unpacked_too_large(limits.unpacked));
        }
        left = left.checked_sub(read).ok_or_else(|| broken("工作表互相重叠"))?;
    }
    Ok(())
}

/// The cells between the outermost ones of a sheet, and how many bytes it took to tell.
fn grid(stream: &[u8], start: usize) -> Result<(u64, usize), FileRefusal> {
    let mut at = start;
    let mut depth = 0_u32;
    let mut corners: Option<(u16, u16, u16, u16)> = None;
    while let Some((kind, data, next)) = record(stream, at) {
        match kind {
            0x0809 => depth += 1,
            0x000A => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    break;
                }
            }
            0x0200 => dimensions(data)?,
            0x0203 | 0x0204 | 0x00D6 | 0x0205 | 0x027E | 0x00FD | 0x00BD | 0x0006 => {
                if let (Some(row), Some(column)) = (u16_at(data, 0), u16_at(data, 2)) {
                    let last = if kind == 0x00BD {
                        data.len().checked_sub(2).and_then(|at| u16_at(data, at)).unwrap_or(column)
                    } else {
                        column
                    };
                    let (top, left, bottom, right) = corners.unwrap_or((row, column, row, column));
                    corners = Some((
                        top.min(row),
                        left.min(column),
                        bottom.max(row),
                        right.max(column).max(last),
                    ));
                }
            }
            _ => {}
        }
        at = next;
    }
    let cells = corners.map_or(0, |(top, left, bottom, right)| {
        (u64::from(bottom - top) + 1) * (u64::from(right.saturating_sub(left)) + 1)
    });
    Ok((cells, at.saturating_sub(start)))
}

/// The parser reserves as many cells as a sheet declares; no .xls sheet has more than 65536 × 256.
fn dimensions(data: &[u8]) -> Result<(), FileRefusal> {
    let wide = |at| u32_at(data, at).unwrap_or_default();
    let short = |at| u32::from(u16_at(data, at).unwrap_or_default());
    let (top, bottom, left, right) = if data.len() == 10 {
        (short(0), short(2), short(4), short(6))
    } else {
        (wide(0), wide(4), short(8), short(10))
    };
    let upside_down = bottom >= 1 && right >= 1 && top > bottom - 1;
    if bottom > 65_536 || right > 256 || top > 65_536 || left > 65_535 || upside_down {
        return Err(broken("工作表声明的范围不可能"));
    }
    Ok(())
}
