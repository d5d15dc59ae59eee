//! What somebody had filled in when the session ran out: kept sealed for a short while and given back to the same person in the
//! same browser. Passwords and files are never kept.

use serde::{Deserialize, Serialize};
use xinyong_store::{Purpose, sm3_hex};

use crate::desk::Desk;
use crate::refusal::DeskError;

/// Milliseconds that a form is held.
const HELD_FOR: i64 = 30 * 60 * 1000;
/// Bytes of a form that are held at most.
const MOST_BYTES: usize = 64 * 1024;
/// Forms of one account that are held at most.
const MOST_FORMS: i64 = 4;

/// A form with what was filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldForm {
    /// The page it stood on.
    pub page: String,
    /// Where it was sent to.
    pub action: String,
    /// What was filled in, in its order.
    pub fields: Vec<(String, String)>,
}

fn place(id: &str) -> Vec<u8> {
    format!("held-form/{id}").into_bytes()
}

/// Holds a form of an account whose session has run out. `token` is what the browser keeps. Whether it was small enough.
///
/// # Errors
/// When the store fails.
pub async fn hold(
    desk: &Desk,
    account: i64,
    token: &str,
    form: &HeldForm,
) -> Result<bool, DeskError> {
    let clear = serde_json::to_vec(form).map_err(|error| DeskError::Internal(error.to_string()))?;
    if clear.len() > MOST_BYTES {
        return Ok(false);
    }
    let id = sm3_hex(token.as_bytes());
    let store = desk.store();
    let sealed = store.keys().seal(Purpose::Platform, &place(&id), &clear)?;
    let until = desk.clock().now() + HELD_FOR;
    store.hold_form(&id, account, &sealed, until, MOST_FORMS).await?;
    Ok(true)
}

/// The form that is held under a token, for the person who had filled it in and nobody else.
///
/// # Errors
/// When the store fails.
pub async fn held_form(
    desk: &Desk,
    login: &str,
    token: &str,
) -> Result<Option<HeldForm>, DeskError> {
    let id = sm3_hex(token.as_bytes());
    let store = desk.store();
    let Some((account, sealed)) = store.held_form(&id, desk.clock().now()).await? else {
        return Ok(None);
    };
    if store.account(account).await?.is_none_or(|account| account.login != login) {
        return Ok(None);
    }
    let clear = store.keys().open(Purpose::Platform, &place(&id), &sealed)?;
    serde_json::from_slice(&clear).map(Some).map_err(|error| DeskError::Internal(error.to_string()))
}

/// Forgets a held form.
///
/// # Errors
/// When the store fails.
pub async fn drop_held(desk: &Desk, token: &str) -> Result<(), DeskError> {
    Ok(desk.store().drop_held_form(&sm3_hex(token.as_bytes())).await?)
}
