//! What can go wrong below the desk. Messages are for the log and the operator; the desk turns them into its own words.

use thiserror::Error;

/// An error of the store.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Another writer holds the database or the transaction lost a race; the same work may be tried again.
    #[error("数据库正忙，请稍后重试：{0}")]
    Busy(#[source] sqlx::Error),
    /// Somebody else changed the same thing first, or it exists already. Trying the same again does not help.
    #[error("{0}")]
    Conflict(String),
    /// A row does not say what it must; the data were changed outside of the platform or are damaged.
    #[error("数据不一致：表 {table} 列 {column}（{row}）：{reason}；请运行校验命令并从备份核对")]
    Inconsistent {
        /// The table, or the name of the statement that read the row.
        table: String,
        /// The column.
        column: String,
        /// Which row, as far as known.
        row: String,
        /// What is wrong.
        reason: String,
    },
    /// The database cannot be reached or refused the work for a technical reason.
    #[error("数据库不可用：{0}；请检查数据库服务、磁盘空间与连接配置")]
    Unavailable(#[source] sqlx::Error),
    /// The database was written by another release of the program.
    #[error("数据库结构与本程序版本不符：{0}；请使用与数据库相符或更新的程序版本")]
    WrongSchema(String),
    /// The database puts texts in another order than that of their characters' code points, by which beginnings are searched and
    /// pages of lists go on.
    #[error(
        "PostgreSQL 数据库的排序规则不是按字符编码排序；请另建数据库：CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' \
         LC_COLLATE 'C' LC_CTYPE 'C'"
    )]
    WrongOrder,
    /// The key file is missing, malformed or not the one the data were sealed with.
    #[error("密钥错误：{0}")]
    Key(String),
    /// A file could not be read or written.
    #[error("文件读写失败：{path}：{source}")]
    File {
        /// Which file.
        path: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A backup is not complete, not ours or not meant for this database.
    #[error("备份文件有误：{0}")]
    Backup(String),
}

impl StoreError {
    /// The stable code of the error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Busy(_) => "store-busy",
            Self::Conflict(_) => "store-conflict",
            Self::Inconsistent { .. } => "store-inconsistent",
            Self::Unavailable(_) => "store-unavailable",
            Self::WrongSchema(_) => "store-wrong-schema",
            Self::WrongOrder => "store-wrong-order",
            Self::Key(_) => "store-key",
            Self::File { .. } => "store-file",
            Self::Backup(_) => "store-backup",
        }
    }

    /// Whether the same work may be tried again at once.
    #[must_use]
    pub const fn is_busy(&self) -> bool {
        matches!(self, Self::Busy(_))
    }

    /// That the store was busy, for who was told so together with others.
    #[must_use]
    pub const fn busy() -> Self {
        Self::Busy(sqlx::Error::PoolTimedOut)
    }

    /// The same for somebody else, where it is nobody's fault: the store is busy or away.
    #[must_use]
    pub fn same_for_others(&self) -> Option<Self> {
        match self {
            Self::Busy(_) => Some(Self::busy()),
            Self::Unavailable(_) => Some(Self::Unavailable(sqlx::Error::PoolClosed)),
            _ => None,
        }
    }

    pub(crate) fn conflict(what: impl Into<String>) -> Self {
        Self::Conflict(what.into())
    }

    pub(crate) fn inconsistent(
        table: &str,
        column: &str,
        row: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        Self::Inconsistent {
            table: table.to_owned(),
            column: column.to_owned(),
            row: row.into(),
            reason: reason.into(),
        }
    }

    pub(crate) fn file(path: &std::path::Path, source: std::io::Error) -> Self {
        Self::File { path: path.display().to_string(), source }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::PoolTimedOut => Self::Busy(error),
            sqlx::Error::Database(said) => {
                if said.is_unique_violation() {
                    return Self::Conflict(format!("记录已存在或已被他人先行写入：{said}"));
                }
                let code = said.code();
                // SQLite: BUSY (5), LOCKED (6) and their extended forms; PostgreSQL: serialisation, deadlock, lock.
                match code.as_deref() {
                    Some(
                        "5" | "6" | "261" | "262" | "517" | "773" | "40001" | "40P01" | "55P03",
                    ) => Self::Busy(error),
                    _ => Self::Unavailable(error),
                }
            }
            _ => Self::Unavailable(error),
        }
    }
}
