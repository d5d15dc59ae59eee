//! Passwords: what a new one must be, hashing, and the one way to prove an old one.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use xinyong_store::Account;

use super::LONGEST_PASSWORD;
use crate::desk::Desk;
use crate::refusal::DeskError;

/// Failures after which an account is locked.
pub(super) const MOST_FAILURES: i64 = 5;
/// How long it stays locked, in milliseconds.
pub(super) const LOCKED_FOR: i64 = 15 * 60 * 1000;
/// Shortest password.
pub const SHORTEST_PASSWORD: usize = 10;

/// What everybody tries first, in small letters, one a line.
const COMMON: &str = include_str!("common_passwords.txt");

/// Whether a password may be an account's from now on.
///
/// # Errors
/// `account.password-weak` with what is missing.
pub fn check_new(login: &str, password: &str) -> Result<(), DeskError> {
    let weak = |message: String| Err(DeskError::refused("account.password-weak", message));
    let length = password.chars().count();
    let varied = password.chars().any(char::is_alphabetic)
        && password.chars().any(|character| character.is_ascii_digit());
    if !(SHORTEST_PASSWORD..=LONGEST_PASSWORD).contains(&length) || !varied {
        return weak(format!("密码至少{SHORTEST_PASSWORD}位，须同时有字母和数字"));
    }
    let small = password.to_lowercase();
    // Of a short sign-in name only the whole counts: `li` stands in many words.
    let holds_login = login.chars().count() >= 4 && small.contains(&login.to_lowercase());
    if holds_login || small == login.to_lowercase() {
        return weak("密码不能含有登录名，请换一个".to_owned());
    }
    let mut distinct: Vec<char> = small.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() < 5 || COMMON.lines().any(|common| common == small) {
        return weak("这个密码太常见，容易被猜中，请换一个".to_owned());
    }
    Ok(())
}

async fn apart<T: Send + 'static>(
    desk: &Desk,
    work: impl FnOnce() -> Result<T, DeskError> + Send + 'static,
) -> Result<T, DeskError> {
    let internal = |error: &dyn std::fmt::Display| DeskError::Internal(error.to_string());
    let permit = desk.heavy().acquire_owned().await.map_err(|error| internal(&error))?;
    tokio::task::spawn_blocking(move || {
        let _permit = permit;
        work()
    })
    .await
    .map_err(|error| internal(&error))?
}

/// The hash that is kept of a password.
pub(crate) async fn hash(desk: &Desk, password: String) -> Result<String, DeskError> {
    apart(desk, move || {
        Argon2::default()
            .hash_password(password.as_bytes())
            .map(|hash| hash.to_string())
            .map_err(|error| DeskError::Internal(error.to_string()))
    })
    .await
}

/// Whether a password is the one a hash was made from.
pub(super) async fn verify(desk: &Desk, kept: String, password: String) -> Result<bool, DeskError> {
    let password: String = password.chars().take(LONGEST_PASSWORD).collect();
    apart(desk, move || {
        let parsed =
            PasswordHash::new(&kept).map_err(|error| DeskError::Internal(error.to_string()))?;
        Ok(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
    })
    .await
}

/// Counts a try at an account before it is judged; `sign-in.locked` with the time to wait where none is taken any more.
///
/// # Errors
/// `sign-in.locked`; when the store fails.
pub(super) async fn charge(desk: &Desk, account: &Account) -> Result<(), DeskError> {
    let now = desk.clock().now();
    let mut tx = desk.store().transaction("count try").await?;
    let open = tx.charge_attempt(account.id, now, MOST_FAILURES, now + LOCKED_FOR).await?;
    tx.commit().await?;
    if open {
        return Ok(());
    }
    let held = desk.store().account(account.id).await?.and_then(|held| held.locked_until);
    let minutes = (held.unwrap_or(now) - now).max(0) / 60_000 + 1;
    Err(DeskError::refused(
        "sign-in.locked",
        format!("连续输错，账号已锁定，请{minutes}分钟后再试"),
    ))
}

/// Takes the counted try back, because it was right. Those before it stay counted.
pub(super) async fn refund(desk: &Desk, account: i64) -> Result<(), DeskError> {
    let mut tx = desk.store().transaction("refund try").await?;
    tx.refund_attempt(account).await?;
    Ok(tx.commit().await?)
}

/// Whether somebody who is signed in knows the own password. A wrong one counts like one at the sign-in: whoever took over a
/// session cannot try them all.
///
/// # Errors
/// `account.password-wrong`, `sign-in.locked`.
pub(super) async fn prove(desk: &Desk, account: &Account, password: &str) -> Result<(), DeskError> {
    charge(desk, account).await?;
    if !verify(desk, account.password.clone(), password.to_owned()).await? {
        return Err(DeskError::refused("account.password-wrong", "现在的密码不正确"));
    }
    refund(desk, account.id).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_varied_not_the_login_and_not_common() {
        for good in ["demo-password-1", "示例口令-2026-甲", "kettle9harbour"] {
            assert!(check_new("clerk", good).is_ok(), "{good}");
        }
        for bad in
            ["short1", "onlyletters", "12345678901", "Clerk-2026-x", "Password123", "a1a1a1a1a1a1"]
        {
            let refused = check_new("clerk", bad).expect_err(bad);
            assert_eq!(refused.code(), "account.password-weak", "{bad}");
        }
        assert!(check_new("li", "kettle-li-harbour-9").is_ok());
    }

    #[test]
    fn the_common_list_is_in_small_letters_and_long_enough_to_matter() {
        for common in COMMON.lines() {
            assert_eq!(common, common.to_lowercase());
            assert!(common.len() >= SHORTEST_PASSWORD, "{common} is refused anyway");
        }
    }
}
