//! Tables for download: CSV as spreadsheets read it.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::page_error::PageError;
use crate::url;

/// What makes a spreadsheet read the file as UTF-8.
pub const MARK: &str = "\u{FEFF}";
/// The type of a CSV file.
pub const CSV: &str = "text/csv; charset=utf-8; header=present";
/// The type of a workbook.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// The type of a JSON file.
pub const JSON: &str = "application/json";

/// Adds a line.
pub fn line<'c>(out: &mut String, cells: impl IntoIterator<Item = &'c str>) {
    for (place, text) in cells.into_iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        cell(out, text);
    }
    out.push_str("\r\n");
}

/// One cell. What a spreadsheet would take for a formula gets an apostrophe before it, as spreadsheets themselves write it.
fn cell(out: &mut String, text: &str) {
    let formula = text.starts_with(['=', '@', '\t', '\r'])
        || (text.starts_with(['+', '-']) && text.parse::<f64>().is_err());
    let quoted = formula || text.contains([',', '"', '\n', '\r']);
    if quoted {
        out.push('"');
    }
    if formula {
        out.push('\'');
    }
    out.push_str(&text.replace('"', "\"\""));
    if quoted {
        out.push('"');
    }
}

/// The headers of a file to be kept: a plain name for old programs, the real one as RFC 5987 writes it. Files are not for
/// search engines: what they hold ends one day.
///
/// # Errors
/// When a name cannot stand in a header.
pub fn headers(kind: &'static str, plain: &str, name: &str) -> Result<HeaderMap, PageError> {
    let disposition =
        format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", url::encode(name));
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::try_from(disposition).map_err(PageError::internal)?,
    );
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex, noarchive"));
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn cells_keep_their_text_and_never_become_formulas() {
        let mut out = String::new();
        line(
            &mut out,
            ["甲,乙", "a\"b", "两\n行", "-0.5", "=1+1", "-x", "@y", "", "平〔2026〕1号"],
        );
        assert_eq!(
            out,
            "\"甲,乙\",\"a\"\"b\",\"两\n行\",-0.5,\"'=1+1\",\"'-x\",\"'@y\",,平〔2026〕1号\r\n"
        );
    }
}
