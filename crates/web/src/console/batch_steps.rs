//! The steps of a batch that need nothing but a button: submit, cancel, give back.

use axum::Extension;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use xinyong_domain::workflow::batch::Stage;
use xinyong_service::{DeskError, intake};

use super::rows::batch_href;
use super::{actor, batch, mendable, onward};
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::ui::frame::Frame;

/// `POST /console/batches/{id}/submit`
///
/// # Errors
/// `access.denied`, not found.
pub async fn submit(
    frame: Frame,
    Path(id): Path<i64>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let moved = intake::submit(frame.site.desk(), actor(&frame)?, id).await;
    answer(&frame, id, &fields, moved).await
}

/// `POST /console/batches/{id}/cancel`
///
/// # Errors
/// `access.denied`, not found.
pub async fn cancel(
    frame: Frame,
    Path(id): Path<i64>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let moved = intake::cancel(frame.site.desk(), actor(&frame)?, id).await;
    answer(&frame, id, &fields, moved).await
}

/// `POST /console/batches/{id}/return`
///
/// # Errors
/// `access.denied`, not found.
pub async fn give_back(
    frame: Frame,
    Path(id): Path<i64>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let reason = fields.get("reason");
    let moved = intake::give_back(frame.site.desk(), actor(&frame)?, id, reason).await;
    answer(&frame, id, &fields, moved).await
}

/// On to the batch, or the batch again with what was wrong.
///
/// # Errors
/// What the person cannot mend there.
pub async fn answer(
    frame: &Frame,
    id: i64,
    fields: &Fields,
    moved: Result<Stage, DeskError>,
) -> Result<Response, PageError> {
    match moved {
        Ok(_) => Ok(onward(frame, &batch_href(id))),
        Err(error) => {
            let errors = vec![batch::error_of(&mendable(error)?)];
            let page = batch::again(frame, id, fields, errors).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}
