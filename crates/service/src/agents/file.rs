//! Scans that people outside hand in, such as the statement of authority (授权书), recognised by their bytes, whatever they are called.

use std::io::Read as _;
use std::path::Path;

use crate::desk::Desk;
use crate::refusal::DeskError;

/// What may be handed in: the ending, and what such a file begins with.
pub const FILE_TYPES: [(&str, &[u8]); 3] =
    [("pdf", b"%PDF-"), ("jpg", b"\xFF\xD8\xFF"), ("png", b"\x89PNG\r\n\x1A\n")];

/// The parameter with the most megabytes.
const MOST: &str = "agent.document.megabytes";
/// Where the law folder says nothing.
const OTHERWISE: u64 = 1;

/// Megabytes that a scan may have.
#[must_use]
pub fn most_megabytes(desk: &Desk) -> u64 {
    let limit = desk.law().at(desk.today()).number(MOST).applies();
    limit.and_then(|limit| u64::try_from(limit.value).ok()).unwrap_or(OTHERWISE)
}

/// What sort of file it is; `what` says of which document it is the scan.
///
/// # Errors
/// `file.empty`, `file.too-large`, `file.type-invalid`, `file.encrypted`.
pub(crate) fn recognise(desk: &Desk, path: &Path, what: &str) -> Result<&'static str, DeskError> {
    let failed =
        |source| DeskError::File { context: "无法读取上传的文件".to_owned(), source };
    let size = std::fs::metadata(path).map_err(failed)?.len();
    let most = most_megabytes(desk);
    if size == 0 {
        return Err(DeskError::refused(
            "file.empty",
            format!("{what}文件是空的，请重新扫描后上传"),
        ));
    }
    if size > most << 20 {
        let message = format!("{what}文件超过 {most} MB，请降低扫描的精度后重新上传");
        return Err(DeskError::refused("file.too-large", message));
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path).map_err(failed)?.read_to_end(&mut bytes).map_err(failed)?;
    let Some((kind, _)) = FILE_TYPES.iter().find(|(_, start)| bytes.starts_with(start)) else {
        return Err(DeskError::refused(
            "file.type-invalid",
            format!("{what}只能是 PDF、JPG 或 PNG 文件；改了后缀的其他文件不能用"),
        ));
    };
    if *kind == "pdf" && bytes.windows(8).any(|part| part == b"/Encrypt") {
        return Err(DeskError::refused(
            "file.encrypted",
            format!("{what}文件设有密码，平台无法打开；请去掉密码后重新上传"),
        ));
    }
    Ok(kind)
}
