//! `GET …/sign-in/provider` of both faces and the way back: signing in through a provider of identities.

use axum::extract::Query;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use tower_sessions::Session;
use xinyong_service::{DeskError, Refusal, agents, identities};

use super::sign_in::{self, Wanted, broken, refused};
use super::{mendable, onward};
use crate::face::Face;
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
    let next = wanted.next(frame.face);
    match provider.begin(frame.face, next, now).await {
        Ok((address, begun)) => {
            session.insert(BEGUN, begun).await.map_err(broken)?;
            Ok((StatusCode::SEE_OTHER, [(header::LOCATION, address)]).into_response())
        }
        Err(error) => refused(&frame, next, problem(&error)),
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
    let subject = match provider.finish(frame.face, begun, &answer.state, &answer.code, now).await {
        Ok(subject) => subject,
        Err(error) => return refused(&frame, &next, problem(&error)),
    };
    let signed_in = match frame.face {
        Face::Console => identities::sign_in_by_identity(desk, provider.issuer(), &subject).await,
        Face::Own => agents::sign_in_by_identity(desk, provider.issuer(), &subject).await,
    };
    match signed_in {
        Ok((account, actor)) => {
            sign_in::begin(&frame, &session, &headers, account, &actor, &next).await
        }
        // Who is proved and not known yet may ask for an account, to which the identity then belongs.
        Err(error) if frame.face == Face::Own && error.code() == "sign-in.identity-unknown" => {
            let proved =
                Proved { issuer: provider.issuer().to_owned(), subject, until: now + PROVED_LASTS };
            session.insert(PROVED, proved).await.map_err(broken)?;
            Ok(onward(&frame, "/my/sign-up"))
        }
        Err(error) => refused(&frame, &next, mendable(error)?),
    }
}

/// Under what the session keeps whom the provider has proved, until they have an account.
const PROVED: &str = "proved";
/// Milliseconds in which the account must be asked for.
const PROVED_LASTS: i64 = 30 * 60 * 1000;

/// Whom the provider has proved.
#[derive(Debug, Serialize, Deserialize)]
pub struct Proved {
    /// The provider's address.
    pub issuer: String,
    /// The provider's name for the person.
    pub subject: String,
    until: i64,
}

/// Whom the provider has proved in this session a short while ago.
///
/// # Errors
/// When the store fails.
pub async fn proved(frame: &Frame, session: &Session) -> Result<Option<Proved>, PageError> {
    let now = frame.site.desk().clock().now();
    let proved: Option<Proved> = session.get(PROVED).await.map_err(broken)?;
    Ok(proved.filter(|proved| proved.until > now))
}

/// Forgets it, once somebody is signed in.
///
/// # Errors
/// When the store fails.
pub async fn forget_proved(session: &Session) -> Result<(), PageError> {
    session.remove::<Proved>(PROVED).await.map_err(broken)?;
    Ok(())
}
