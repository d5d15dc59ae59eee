//! `GET /console/batches/{id}/annotated.xlsx`: the unit's own file with a column of findings.

use axum::extract::Path;
use axum::response::Response;
use xinyong_service::{browse, intake};

use super::actor;
use crate::page_error::PageError;
use crate::scratch::Scratch;
use crate::ui::frame::Frame;

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
    scratch.hand_out(&format!("batch-{batch}"), &about.file_name, "检查结果").await
}
