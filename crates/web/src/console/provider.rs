//! `GET /console/sign-in/provider` and the way back: signing in through a provider of identities.

use axum::extract::Query;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use tower_sessions::Session;
use xinyong_service::{DeskError, Refusal, identities};

use super::mendable;
use super::sign_in::{self, Wanted, broken, refused};
use crate::page_error::PageError;
use crate::provider::{Begun, ProviderError};
use crate::ui::frame::Frame;

/// Where the session keeps what was begun.
const BEGUN: &str = "provider";

fn missing() -> PageError {
    DeskError::NotFound("身份服务").into()
}

fn problem(error: &ProviderError) -> Refusal {
    match error {
        ProviderError::NotProved(what) => {
            tracing::info!(what, "identity not proved");
            Refusal::new(
                "sign-in.identity-not-proved",
                "身份服务的答复无法核实或已经过时，请重新登录；如反复出现，请与平台管理员联系",
            )
        }
        other => {
            tracing::error!(error = %other, "identity provider failed");
            Refusal::new(
                "sign-in.provider-unavailable",
                "身份服务暂时无法使用，请稍后再试，或使用用户名和密码登录",
            )
        }
    }
}

/// Sends somebody to the provider.
///
/// # Errors
/// Not found where no provider is configured; when the store fails.
pub async fn begin(
    frame: Frame,
    session: Session,
    Query(wanted): Query<Wanted>,
) -> Result<Response, PageError> {
    let provider = frame.site.provider().ok_or_else(missing)?;
    let now = frame.site.desk().clock().now();
    match provider.begin(wanted.next(), now).await {
        Ok((address, begun)) => {
            session.insert(BEGUN, begun).await.map_err(broken)?;
            Ok((StatusCode::SEE_OTHER, [(header::LOCATION, address)]).into_response())
        }
        Err(error) => refused(&frame, wanted.next(), problem(&error)),
    }
}

/// What the provider sends back: a code, or why not.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Answer {
    state: String,
    code: String,
}

/// Takes somebody back from the provider. What was begun is forgotten in any case: an answer counts once.
///
/// # Errors
/// Not found where no provider is configured; when the store fails. What the person can mend is said on the form.
pub async fn finish(
    frame: Frame,
    session: Session,
    headers: HeaderMap,
    Query(answer): Query<Answer>,
) -> Result<Response, PageError> {
    let provider = frame.site.provider().ok_or_else(missing)?;
    let desk = frame.site.desk();
    let begun: Option<Begun> = session.remove(BEGUN).await.map_err(broken)?;
    let Some(begun) = begun else {
        return refused(&frame, "", problem(&ProviderError::NotProved("nothing begun")));
    };
    let next = begun.next().to_owned();
    let now = desk.clock().now();
    let subject = match provider.finish(begun, &answer.state, &answer.code, now).await {
        Ok(subject) => subject,
        Err(error) => return refused(&frame, &next, problem(&error)),
    };
    match identities::sign_in_by_identity(desk, provider.issuer(), &subject).await {
        Ok((account, actor)) => {
            sign_in::begin(&frame, &session, &headers, account, &actor, &next).await
        }
        Err(error) => refused(&frame, &next, mendable(error)?),
    }
}
