//! What a file is, told by its content. The extension is never believed.

use super::refusal::FileRefusal;

/// How much of the beginning of a file is looked at.
pub(super) const HEAD: usize = 256 * 1024;

const SAVE_AS: &str = "请用 Excel 或 WPS 打开后另存为 .xlsx 或 CSV（UTF-8），再重新上传。";

/// The container a file comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Container {
    /// A zip archive, most likely .xlsx.
    Zip,
    /// A compound document, most likely .xls or an encrypted workbook.
    Compound,
    /// Text.
    Text,
}

/// Signatures of things people upload by mistake.
const KNOWN: &[(&[u8], &str, &str)] = &[
    (b"%PDF", "它是 PDF 文档", "请上传原始的 Excel 或 CSV 文件。"),
    (b"\x89PNG", "它是图片", "请上传原始的 Excel 或 CSV 文件，不要上传截图。"),
    (b"\xFF\xD8\xFF", "它是图片", "请上传原始的 Excel 或 CSV 文件，不要上传照片。"),
    (b"GIF8", "它是图片", "请上传原始的 Excel 或 CSV 文件，不要上传截图。"),
    (b"Rar!", "它是 RAR 压缩包", "请解压后上传里面的表格。"),
    (b"7z\xBC\xAF\x27\x1C", "它是 7z 压缩包", "请解压后上传里面的表格。"),
    (b"\x1F\x8B", "它是 gzip 压缩包", "请解压后上传里面的表格。"),
    (b"{\\rtf", "它是 RTF 文档", "请把表格复制到 Excel 中另存为 .xlsx，再重新上传。"),
    (b"SQLite format 3", "它是数据库文件", "请导出为 CSV 后上传。"),
    (b"MZ", "它是可执行程序", "请上传 Excel 或 CSV 文件。"),
    (b"\x7FELF", "它是可执行程序", "请上传 Excel 或 CSV 文件。"),
];

/// What the first bytes say, or the refusal of what no table begins with.
pub(super) fn container(head: &[u8]) -> Result<Container, FileRefusal> {
    if head.starts_with(b"PK\x03\x04")
        || head.starts_with(b"PK\x05\x06")
        || head.starts_with(b"PK\x07\x08")
    {
        return Ok(Container::Zip);
    }
    if head.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return Ok(Container::Compound);
    }
    for (signature, what, advice) in KNOWN {
        // Two letters may also begin a honest text; then the rest decides.
        let doubtful = signature.len() == 2 && !looks_binary(head);
        if head.starts_with(signature) && !doubtful {
            return Err(FileRefusal::not_a_table(what, advice));
        }
    }
    if utf16_mark(head).is_none() && looks_binary(head) {
        return Err(FileRefusal::not_a_table("内容是二进制数据，认不出格式", SAVE_AS));
    }
    Ok(Container::Text)
}

/// Refuses text that is markup or another kind of document. `head` is decoded, without byte order mark.
pub(super) fn refuse_markup(head: &str) -> Result<(), FileRefusal> {
    let start: String =
        head.trim_start().chars().take(512).collect::<String>().to_ascii_lowercase();
    let begins = |any: &[&str]| any.iter().any(|tag| start.starts_with(tag));
    if start.starts_with("<?xml") || start.starts_with("<workbook") {
        let what = if start.contains("workbook") || start.contains("excel.sheet") {
            "它是“XML 表格”"
        } else {
            "它是 XML 文件"
        };
        return Err(FileRefusal::not_a_table(what, SAVE_AS));
    }
    if begins(&[
        "<html",
        "<!doctype",
        "<table",
        "<head",
        "<meta",
        "<body",
        "<div",
        "<style",
        "<script",
        "<!--",
    ]) {
        return Err(FileRefusal::not_a_table(
            "它其实是网页（有的系统导出的“.xls”就是网页）",
            "请用 Excel 或 WPS 打开后另存为 .xlsx，再重新上传。",
        ));
    }
    if start.starts_with("mime-version:") {
        return Err(FileRefusal::not_a_table("它是单个文件网页", SAVE_AS));
    }
    if begins(&["{\"", "[{\"", "{\n", "{\r\n"]) {
        return Err(FileRefusal::not_a_table(
            "它是 JSON 数据",
            "请导出为 CSV 或 .xlsx 后上传，或改用接口报送。",
        ));
    }
    Ok(())
}

/// The UTF-16 encoding a byte order mark announces.
pub(super) fn utf16_mark(head: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    match head {
        [0xFF, 0xFE, ..] => Some(encoding_rs::UTF_16LE),
        [0xFE, 0xFF, ..] => Some(encoding_rs::UTF_16BE),
        _ => None,
    }
}

/// More than one byte in a hundred is a control character that no text has.
fn looks_binary(head: &[u8]) -> bool {
    let control = head
        .iter()
        .filter(|&&b| {
            (b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0B | 0x0C | 0x1A)) || b == 0x7F
        })
        .count();
    control * 100 > head.len()
}

/// The delimiter the first lines are split by: comma, tab or semicolon.
pub(super) fn delimiter(text: &str) -> u8 {
    if let Some(rest) = text.strip_prefix("sep=")
        && let Some(&mark) = rest.as_bytes().first()
        && matches!(mark, b',' | b';' | b'\t')
    {
        return mark;
    }
    let mut best = (0_usize, b',');
    for candidate in [b',', b'\t', b';'] {
        let score = regularity(text, candidate);
        if score > best.0 {
            best = (score, candidate);
        }
    }
    best.1
}

/// How many lines have the same number of this delimiter, times that number: a delimiter recurs, a mark
/// inside texts does not.
fn regularity(text: &str, delimiter: u8) -> usize {
    let mut counts: Vec<usize> = Vec::new();
    let (mut quoted, mut count, mut blank) = (false, 0, true);
    for byte in text.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => {
                if !blank {
                    counts.push(count);
                }
                (count, blank) = (0, true);
                if counts.len() == 50 {
                    break;
                }
                continue;
            }
            _ if byte == delimiter && !quoted => count += 1,
            _ => {}
        }
        blank = false;
    }
    if counts.is_empty() {
        counts.push(count);
    }
    counts.sort_unstable();
    counts.chunk_by(|a, b| a == b).map(|same| same.len() * same[0]).max().unwrap_or_default()
}

/// A note when the name says one kind of file and the content another.
pub(super) fn extension_note(
    file_name: &str,
    fits: &[&str],
    what: &str,
) -> Option<(&'static str, String)> {
    let (stem, extension) = file_name.rsplit_once('.')?;
    let extension = extension.to_ascii_lowercase();
    if stem.is_empty() || fits.contains(&extension.as_str()) {
        return None;
    }
    Some(("file.extension", format!("文件名以 .{extension} 结尾，但内容是 {what}，已按内容读取。")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recurring_mark_is_the_delimiter() {
        assert_eq!(delimiter("名称,代码,日期\n示例甲,1,2\n"), b',');
        assert_eq!(delimiter("名称\t代码\t日期\n示例,甲\t1\t2\n示例,乙\t1\t2\n"), b'\t');
        assert_eq!(delimiter("名称;代码;日期\n示例甲;1;2,3\n"), b';');
        assert_eq!(delimiter("某某公示表\n\n名称,代码,说明\n示例甲,1,\"甲;乙;丙;丁\"\n"), b',');
        assert_eq!(delimiter("只有一列\n示例\n"), b',');
        assert_eq!(delimiter("sep=;\n甲,乙;丙\n"), b';');
        assert_eq!(delimiter(""), b',');
    }

    #[test]
    fn text_that_begins_like_a_program_is_text() {
        assert_eq!(container("MZ编号,名称\n1,示例\n".as_bytes()), Ok(Container::Text));
        assert!(container(b"MZ\x00\x00\x01\x02\x03").is_err());
    }
}
