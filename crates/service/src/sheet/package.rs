//! Looks an .xlsx package over before a parser sees it.
//!
//! The parser believes what the package says of itself. So the sizes it declares are added up, every part
//! is then really unpacked once while its bytes are counted, and the counts that a parser would reserve
//! memory for are held against the bytes that are there.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek};

use zip::ZipArchive;
use zip::result::ZipError;

use super::limits::{Limits, XML_RUN, ZIP_ENTRIES};
use super::refusal::FileRefusal;

/// What the look at the package found.
#[derive(Debug, Default)]
pub(super) struct Package {
    /// There are macros; they are never run.
    pub(super) macros: bool,
    /// The first merged ranges met, as `A1:M1`, over all sheets.
    pub(super) merged: Vec<String>,
    /// How many merged ranges there are, over all sheets.
    pub(super) merged_count: u64,
}

/// How many merged ranges are kept by name.
const MERGED_KEPT: usize = 5;

const SAVE_AS: &str = "请用 Excel 或 WPS 打开后另存为 .xlsx，再重新上传。";

/// Checks the package, or says why it is refused. The file is left at an arbitrary position.
pub(super) fn inspect(file: &File, limits: &Limits) -> Result<Package, FileRefusal> {
    let headers = count_headers(file).map_err(|error| FileRefusal::unreadable(&error))?;
    if headers > ZIP_ENTRIES {
        return Err(FileRefusal::unpacked_too_large(limits.unpacked));
    }
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(refusal_of)?;
    kind(&archive)?;

    let mut declared = 0_u64;
    for index in 0..archive.len() {
        let part = archive.by_index_raw(index).map_err(refusal_of)?;
        if part.encrypted() {
            return Err(FileRefusal::encrypted());
        }
        declared = declared.saturating_add(part.size());
    }
    if declared > limits.unpacked {
        return Err(FileRefusal::unpacked_too_large(limits.unpacked));
    }

    let mut package = Package::default();
    let mut left = limits.unpacked;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(refusal_of)?;
        let name = part.name().map(|name| name.to_ascii_lowercase()).unwrap_or_default();
        package.macros |= name.ends_with("vbaproject.bin");
        let markup = name.ends_with(".xml") || name.ends_with(".rels");
        let strings = name.ends_with("sharedstrings.xml");
        left = scan(part, left, markup, strings, limits, &mut package)?;
    }
    Ok(package)
}

/// Entries the central directory may list: the parser keeps each in memory.
fn count_headers(mut file: &File) -> io::Result<usize> {
    const HEADER: &[u8] = b"PK\x01\x02";
    file.rewind()?;
    let mut chunk = vec![0_u8; 256 * 1024];
    let (mut held, mut count) = (0, 0);
    loop {
        let read = file.read(&mut chunk[held..])?;
        if read == 0 {
            file.rewind()?;
            return Ok(count);
        }
        let filled = held + read;
        count += chunk[..filled].windows(HEADER.len()).filter(|window| *window == HEADER).count();
        held = (HEADER.len() - 1).min(filled);
        chunk.copy_within(filled - held..filled, 0);
    }
}

/// Whether the archive is an .xlsx workbook, or what else it is.
fn kind<R: Read + Seek>(archive: &ZipArchive<R>) -> Result<(), FileRefusal> {
    let names: Vec<String> = archive
        .file_names_raw()
        .map(|name| String::from_utf8_lossy(name).to_ascii_lowercase().replace('\\', "/"))
        .collect();
    let has = |test: &dyn Fn(&str) -> bool| names.iter().any(|name| test(name));
    if has(&|name| name.ends_with("workbook.xml") || name.starts_with("xl/worksheets/")) {
        return Ok(());
    }
    let refuse = |what: &str, advice: &str| Err(FileRefusal::not_a_table(what, advice));
    if has(&|name| name.starts_with("xl/") && name.ends_with(".bin")) {
        return refuse("它是二进制工作簿 .xlsb", SAVE_AS);
    }
    if has(&|name| name.starts_with("word/")) {
        return refuse("它是 Word 文档", "请把表格复制到 Excel 中另存为 .xlsx，再重新上传。");
    }
    if has(&|name| name.starts_with("ppt/")) {
        return refuse("它是演示文稿", "请把表格复制到 Excel 中另存为 .xlsx，再重新上传。");
    }
    if has(&|name| name == "content.xml") && has(&|name| name == "mimetype") {
        return refuse("它是开放文档格式（.ods 等）", "请另存为 .xlsx 后重新上传。");
    }
    if has(&|name| name == "[content_types].xml") {
        return refuse("它是办公文档，但里面没有工作簿", SAVE_AS);
    }
    refuse("它是 zip 压缩包", "请解压后逐个上传里面的表格。")
}

/// Unpacks one part and throws it away; gives back how much may still be unpacked.
fn scan(
    mut part: impl Read,
    mut left: u64,
    markup: bool,
    strings: bool,
    limits: &Limits,
    package: &mut Package,
) -> Result<u64, FileRefusal> {
    /// Enough to see a tag and its first attribute whole across two chunks.
    const CARRY: usize = 64;
    let mut chunk = vec![0_u8; 128 * 1024];
    let (mut held, mut run, mut total, mut declared) = (0, 0_u64, 0_u64, 0_u64);
    loop {
        let read = match part.read(&mut chunk[held..]) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => return Err(FileRefusal::damaged("压缩内容校验不符")),
        };
        total += read as u64;
        left = left
            .checked_sub(read as u64)
            .ok_or_else(|| FileRefusal::unpacked_too_large(limits.unpacked))?;
        let filled = held + read;
        let end = read == 0;
        // The last bytes of a chunk are looked at with the next one.
        let looked = if end { filled } else { filled.saturating_sub(CARRY) };
        if markup {
            for (at, &byte) in chunk[..looked].iter().enumerate() {
                run += 1;
                if byte == b'<' {
                    run = 0;
                    merged(&chunk[at..filled], package);
                }
            }
            if run > XML_RUN {
                return Err(FileRefusal::new(
                    "file.cell-too-long",
                    format!(
                        "表格里有一格的内容远超 {} 个字符。请用 Excel 打开检查，缩短后重新上传。",
                        limits.cell_chars
                    ),
                ));
            }
        }
        if strings {
            declared = declared.max(unique_count(&chunk[..filled], looked));
        }
        if end {
            break;
        }
        held = filled - looked;
        chunk.copy_within(looked..filled, 0);
    }
    // Each shared string takes at least `<si/>`.
    if declared > total / 5 {
        return Err(FileRefusal::damaged("共享文字的个数与内容不符"));
    }
    Ok(left)
}

/// Takes down a merged range when a tag begins one.
fn merged(tag: &[u8], package: &mut Package) {
    let Some(rest) = tag.strip_prefix(b"<mergeCell ") else { return };
    package.merged_count += 1;
    if package.merged.len() < MERGED_KEPT
        && let Some(range) = rest.strip_prefix(b"ref=\"")
        && let Some(length) = range.iter().take(32).position(|&b| b == b'"')
        && let Ok(range) = std::str::from_utf8(&range[..length])
        && range.bytes().all(|b| b.is_ascii_alphanumeric() || b == b':')
    {
        package.merged.push(range.to_owned());
    }
}

/// The greatest `uniqueCount` declared in the bytes before `looked`: the parser reserves as many strings.
fn unique_count(bytes: &[u8], looked: usize) -> u64 {
    const NAME: &[u8] = b"uniqueCount";
    let mut greatest = 0;
    for at in 0..looked {
        if bytes[at] != b'u' || !bytes[at..].starts_with(NAME) {
            continue;
        }
        let value = bytes[at + NAME.len()..]
            .iter()
            .take(40)
            .skip_while(|b| {
                matches!(b, b' ' | b'\t' | b'\r' | b'\n' | b'=' | b'"' | b'\'' | b'+' | b'0')
            })
            .take_while(|b| b.is_ascii_digit())
            .fold(0_u64, |sum, b| sum.saturating_mul(10).saturating_add(u64::from(b - b'0')));
        greatest = greatest.max(value);
    }
    greatest
}

fn refusal_of(error: ZipError) -> FileRefusal {
    tracing::debug!(%error, "package refused");
    FileRefusal::damaged("压缩包结构不完整")
}
