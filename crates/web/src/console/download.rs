//! `GET /console/batches/{id}/annotated.xlsx`: the unit's own file with a column of findings.

use axum::body::Body;
use axum::extract::{Path, Request};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use tower::ServiceExt as _;
use tower_http::services::ServeFile;
use xinyong_service::{browse, intake};

use super::actor;
use crate::page_error::PageError;
use crate::scratch::Scratch;
use crate::ui::frame::Frame;
use crate::url;

/// The annotated workbook.
///
/// # Errors
/// `access.denied`, not found, `batch.refused`.
pub async fn annotated(frame: Frame, Path(batch): Path<i64>) -> Result<Response, PageError> {
    let desk = frame.site.desk();
    let actor = actor(&frame)?;
    let about = browse::batch_page(desk, actor, batch, 0).await?.batch;
    let scratch = Scratch::new(desk, "annotated", ".xlsx")?;
    intake::annotated_workbook(desk, actor, batch, scratch.path()).await?;
    // Opened before the scratch file goes: the open file is read to its end, and no clear text stays behind.
    let Ok(served) = ServeFile::new(scratch.path()).oneshot(Request::new(Body::empty())).await;
    let mut response = served.map(Body::new);
    if !response.status().is_success() {
        return Err(PageError::internal("annotated workbook was not written"));
    }
    let headers = response.headers_mut();
    headers.remove(header::LAST_MODIFIED);
    let name = disposition(batch, &about.file_name);
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::try_from(name).map_err(PageError::internal)?,
    );
    Ok(response.into_response())
}

/// A plain name for old programs, the real one as RFC 5987 writes it.
fn disposition(batch: i64, file_name: &str) -> String {
    let stem = file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem);
    let name = url::encode(&format!("{stem}-检查结果.xlsx"));
    format!("attachment; filename=\"batch-{batch}.xlsx\"; filename*=UTF-8''{name}")
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn the_name_survives() {
        assert_eq!(
            disposition(7, "处罚\"1.csv"),
            "attachment; filename=\"batch-7.xlsx\"; \
             filename*=UTF-8''%E5%A4%84%E7%BD%9A%221-%E6%A3%80%E6%9F%A5%E7%BB%93%E6%9E%9C.xlsx"
        );
    }
}
