//! Why a whole file is refused.

use super::limits::Limits;

/// A file that cannot be read as a table. Nothing of it is recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FileRefusal {
    /// The stable code, `file.…`.
    pub code: &'static str,
    /// What is wrong, where, and what to do, in Chinese.
    pub message: String,
}

/// A size as people read it.
fn size(bytes: u64) -> String {
    const MIB: u64 = 1024 * 1024;
    if bytes >= MIB && bytes.is_multiple_of(MIB) {
        format!("{} MB", bytes / MIB)
    } else if bytes >= MIB {
        format!("{}.{} MB", bytes / MIB, bytes % MIB * 10 / MIB)
    } else if bytes >= 1024 {
        format!("{} KB", bytes / 1024)
    } else {
        format!("{bytes} 字节")
    }
}

impl FileRefusal {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// The file could not be read from the disk at all.
    pub(super) fn unreadable(error: &std::io::Error) -> Self {
        tracing::warn!(%error, "file cannot be read");
        Self::new(
            "file.unreadable",
            "服务器读取不到这个文件。请重新上传；仍不行时请联系系统管理员。",
        )
    }

    pub(super) fn empty() -> Self {
        Self::new(
            "file.empty",
            "文件是空的，没有任何内容。请检查是否选错了文件，填好数据后重新上传。",
        )
    }

    pub(super) fn too_large(kind: &str, found: u64, limit: u64) -> Self {
        Self::new(
            "file.too-large",
            format!(
                "{kind} 文件大小为 {}，超过上限 {}。请拆成几个文件分批上传，或另存为 CSV（逗号分隔）后上传。",
                size(found),
                size(limit)
            ),
        )
    }

    pub(super) fn unpacked_too_large(limit: u64) -> Self {
        Self::new(
            "file.unpacked-too-large",
            format!(
                "表格解压后的内容超过上限 {}，已停止读取。请把表格复制到新的工作簿，删去多余的空行、空列和图片后重新上传，或拆成几个文件、另存为 CSV 后上传。",
                size(limit)
            ),
        )
    }

    pub(super) fn encrypted() -> Self {
        Self::new(
            "file.encrypted",
            "文件设有打开密码，系统无法读取。请在 Excel 或 WPS 中取消密码（文件—信息—保护工作簿—用密码进行加密，清空密码）后另存，再重新上传。",
        )
    }

    pub(super) fn not_a_table(what: &str, advice: &str) -> Self {
        Self::new("file.not-a-table", format!("这个文件不是系统能读的表格：{what}。{advice}"))
    }

    pub(super) fn damaged(what: &str) -> Self {
        Self::new(
            "file.damaged",
            format!(
                "文件已损坏或没有传完整：{what}。请用 Excel 或 WPS 打开原文件，确认能打开后另存为 .xlsx，再重新上传。"
            ),
        )
    }

    pub(super) fn too_many_rows(limits: &Limits) -> Self {
        Self::new(
            "file.too-many-rows",
            format!(
                "一张表超过 {} 行。请拆成几个文件分批上传；若多出的是空行，请删除后重新上传。",
                limits.rows
            ),
        )
    }

    pub(super) fn too_many_columns(row: u32, limits: &Limits) -> Self {
        Self::new(
            "file.too-many-columns",
            format!(
                "第 {row} 行超过 {} 列。请检查是否多贴了内容、分隔符是否正确，只保留模板要求的列后重新上传。",
                limits.columns
            ),
        )
    }

    pub(super) fn cell_too_long(row: u32, column: usize, limits: &Limits) -> Self {
        Self::new(
            "file.cell-too-long",
            format!(
                "第 {row} 行第 {column} 列的内容超过 {} 个字符。请检查是否把多行内容并到了一格里；CSV 文件多半是英文双引号没有成对，请改好后重新上传。",
                limits.cell_chars
            ),
        )
    }

    pub(super) fn record_too_long(row: u32) -> Self {
        Self::new(
            "file.cell-too-long",
            format!(
                "第 {row} 行的内容长得不合常理，多半是该行有英文双引号没有成对，使后面的行都并进了一格。请补上或删去多余的双引号后重新上传。"
            ),
        )
    }

    pub(super) fn no_such_sheet(sheet: usize) -> Self {
        Self::new(
            "file.unreadable",
            format!("文件里没有第 {} 张工作表。请重新选择工作表。", sheet + 1),
        )
    }
}
