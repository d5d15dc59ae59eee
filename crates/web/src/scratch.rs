//! Files in the scratch folder: of a download that is being made, of an upload that is arriving.

use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;
use tower::ServiceExt as _;
use tower_http::services::ServeFile;
use xinyong_service::{Desk, DeskError};

use crate::csrf;
use crate::page_error::PageError;
use crate::url;

/// A file in the scratch folder that goes away with this value, also when the sender hangs up.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// A name that nobody else has.
    ///
    /// # Errors
    /// When the system has no random bytes.
    pub fn new(desk: &Desk, what: &str, ending: &str) -> Result<Self, DeskError> {
        let name = format!("{what}-{}{ending}", csrf::hex(&desk.random::<16>()?));
        Ok(Self(desk.scratch().join(name)))
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Hands out a workbook that was written here, under the name of the file it answers with a word behind it. `plain`: the name for
    /// old programs.
    ///
    /// # Errors
    /// When it was not written.
    pub async fn hand_out(
        self,
        plain: &str,
        file_name: &str,
        word: &str,
    ) -> Result<Response, PageError> {
        // Opened before the scratch file goes: the open file is read to its end, and no clear text stays behind.
        let Ok(served) = ServeFile::new(self.path()).oneshot(Request::new(Body::empty())).await;
        let mut response = served.map(Body::new);
        if !response.status().is_success() {
            return Err(PageError::internal("the workbook was not written"));
        }
        let headers = response.headers_mut();
        headers.remove(header::LAST_MODIFIED);
        let name = disposition(plain, file_name, word);
        headers.insert(
            header::CONTENT_DISPOSITION,
            HeaderValue::try_from(name).map_err(PageError::internal)?,
        );
        Ok(response.into_response())
    }
}

/// A plain name for old programs, the real one as RFC 5987 writes it.
fn disposition(plain: &str, file_name: &str, word: &str) -> String {
    let stem = file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem);
    let name = url::encode(&format!("{stem}-{word}.xlsx"));
    format!("attachment; filename=\"{plain}.xlsx\"; filename*=UTF-8''{name}")
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A file that was never written cannot be removed, and need not be.
        drop(std::fs::remove_file(&self.0));
    }
}

/// A file that arrives piece by piece, no further than the desk's limit, and never stands in memory.
#[derive(Debug)]
pub struct Arriving {
    scratch: Scratch,
    file: File,
    size: u64,
    most: u64,
}

fn failed(source: std::io::Error) -> DeskError {
    DeskError::File { context: "无法写入临时目录".to_owned(), source }
}

impl Arriving {
    /// Opens a file for it.
    ///
    /// # Errors
    /// When the scratch folder cannot be written.
    pub async fn begin(desk: &Desk) -> Result<Self, DeskError> {
        let scratch = Scratch::new(desk, "upload", "")?;
        let file = File::create_new(scratch.path()).await.map_err(failed)?;
        let most = desk.limits().csv.max(desk.limits().packed);
        Ok(Self { scratch, file, size: 0, most })
    }

    /// The same with a limit of its own, in megabytes.
    #[must_use]
    pub fn no_more_than(self, megabytes: Option<u64>) -> Self {
        let most = megabytes.map_or(self.most, |most| self.most.min(most << 20));
        Self { most, ..self }
    }

    /// Takes the next piece.
    ///
    /// # Errors
    /// `file.too-large`; when the scratch folder cannot be written.
    pub async fn take(&mut self, piece: &[u8]) -> Result<(), DeskError> {
        self.size += u64::try_from(piece.len()).unwrap_or(u64::MAX);
        if self.size > self.most {
            let message = format!("文件超过上限 {} MB，请拆分后上传", self.most >> 20);
            return Err(DeskError::refused("file.too-large", message));
        }
        self.file.write_all(piece).await.map_err(failed)
    }

    /// The whole file.
    ///
    /// # Errors
    /// When the scratch folder cannot be written.
    pub async fn end(mut self) -> Result<Scratch, DeskError> {
        self.file.flush().await.map_err(failed)?;
        Ok(self.scratch)
    }
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn the_name_survives() {
        assert_eq!(
            disposition("batch-7", "处罚\"1.csv", "检查结果"),
            "attachment; filename=\"batch-7.xlsx\"; \
             filename*=UTF-8''%E5%A4%84%E7%BD%9A%221-%E6%A3%80%E6%9F%A5%E7%BB%93%E6%9E%9C.xlsx"
        );
    }
}
