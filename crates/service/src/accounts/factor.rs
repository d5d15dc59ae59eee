//! The second factor at the sign-in: a code from the authenticator, or a recovery code in its place.

use xinyong_store::{Account, Purpose, Security, factor_place};

use super::{actor_of, password, totp};
use crate::access::{Actor, Permission, Role};
use crate::audit::AuditEvent;
use crate::clock::Clock;
use crate::desk::Desk;
use crate::refusal::DeskError;

/// Under what the database keeps the roles that need a second factor.
const ROLES: &str = "second-factor-roles";
/// The characters of recovery codes: none that is taken for another.
const CHARACTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// Characters of a recovery code.
const CODE_LENGTH: usize = 10;
/// Recovery codes made at once.
pub(super) const CODES: usize = 10;

/// The roles that need a second factor here. None unless the administrator says so.
///
/// # Errors
/// When the store fails.
pub async fn factor_roles(desk: &Desk) -> Result<Vec<Role>, DeskError> {
    let kept = desk.store().get_meta(ROLES).await?.unwrap_or_default();
    Ok(kept.split(',').filter_map(Role::from_word).collect())
}

/// Sets the roles that need a second factor. Who has none is led to its set-up with the next page.
///
/// # Errors
/// `access.denied`.
pub async fn set_factor_roles(desk: &Desk, actor: &Actor, roles: &[Role]) -> Result<(), DeskError> {
    actor.authorise(Permission::ManageAccounts)?;
    let words: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    let words = words.join(",");
    let mut tx = desk.store().transaction("set factor roles").await?;
    tx.put_meta(ROLES, &words).await?;
    desk.audit_with(&mut tx, actor, AuditEvent::FactorRolesSet { roles: &words });
    Ok(tx.commit().await?)
}

/// The digest that is kept of a recovery code: keyed, so that a copy of the database does not give the codes away.
fn digest(desk: &Desk, account: i64, code: &str) -> String {
    desk.store().keys().content_digest(&["recovery-code", &account.to_string(), code])
}

/// New recovery codes: what is shown once, and what is kept.
pub(super) fn make_codes(
    desk: &Desk,
    account: i64,
) -> Result<(Vec<String>, Vec<String>), DeskError> {
    let mut shown = Vec::with_capacity(CODES);
    let mut kept = Vec::with_capacity(CODES);
    for _ in 0..CODES {
        let code: String = desk
            .random::<CODE_LENGTH>()?
            .iter()
            .map(|byte| char::from(CHARACTERS[usize::from(byte % 32)]))
            .collect();
        kept.push(digest(desk, account, &code));
        let (left, right) = code.split_at(CODE_LENGTH / 2);
        shown.push(format!("{left}-{right}"));
    }
    Ok((shown, kept))
}

/// The secret of a sealed factor.
pub(super) fn open(desk: &Desk, account: i64, sealed: &[u8]) -> Result<Vec<u8>, DeskError> {
    Ok(desk.store().keys().open(Purpose::Platform, &factor_place(account), sealed)?)
}

/// What a code turned out to be.
enum Taken {
    Code,
    Recovery,
}

/// Takes a code if it is right and was not taken before.
async fn take(
    desk: &Desk,
    account: i64,
    security: &Security,
    given: &str,
) -> Result<Result<Taken, &'static str>, DeskError> {
    let Some(sealed) = &security.factor else {
        return Ok(Err("none"));
    };
    let plain: String = given
        .chars()
        .filter(|character| character.is_ascii_alphanumeric())
        .take(CODE_LENGTH + 1)
        .collect::<String>()
        .to_ascii_uppercase();
    let store = desk.store();
    if plain.len() == CODE_LENGTH {
        let mut tx = store.transaction("use recovery code").await?;
        let now = desk.clock().now();
        let good = tx.use_recovery_code(account, &digest(desk, account, &plain), now).await?;
        tx.commit().await?;
        return Ok(if good { Ok(Taken::Recovery) } else { Err("code") });
    }
    let secret = open(desk, account, sealed)?;
    let Some(step) = totp::matching_step(&secret, &plain, Clock::seconds()) else {
        return Ok(Err("code"));
    };
    let mut tx = store.transaction("use code").await?;
    let fresh = tx.use_step(account, step).await?;
    tx.commit().await?;
    Ok(if fresh { Ok(Taken::Code) } else { Err("replay") })
}

/// The second step of signing in, after a right password. Wrong codes count towards the lock like wrong passwords.
///
/// # Errors
/// `sign-in.code-wrong`, `sign-in.locked`; not found when the account may not sign in any more.
pub async fn sign_in_code(desk: &Desk, account: i64, given: &str) -> Result<Actor, DeskError> {
    let store = desk.store();
    let account: Account = store
        .account(account)
        .await?
        .filter(|account| account.active)
        .ok_or(DeskError::NotFound("该账号"))?;
    let actor = actor_of(&account)?;
    let taken = prove(desk, &actor, &account, given).await?;
    let mut tx = store.transaction("sign in").await?;
    tx.note_success(account.id).await?;
    if matches!(taken, Taken::Recovery) {
        desk.audit_with(&mut tx, &actor, AuditEvent::RecoveryCodeUsed);
    }
    desk.audit_with(&mut tx, &actor, AuditEvent::SignedIn);
    tx.commit().await?;
    Ok(actor)
}

async fn prove(
    desk: &Desk,
    actor: &Actor,
    account: &Account,
    given: &str,
) -> Result<Taken, DeskError> {
    if let Err(error) = password::charge(desk, account).await {
        desk.audit(actor, AuditEvent::SignInFailed { reason: "locked" }).await?;
        return Err(error);
    }
    let security = desk.store().security(account.id).await?;
    match take(desk, account.id, &security, given).await? {
        Ok(taken) => Ok(taken),
        Err(reason) => {
            desk.audit(actor, AuditEvent::SignInFailed { reason }).await?;
            let message = if reason == "replay" {
                "这个验证码已经用过，请等验证器换出下一个再填"
            } else {
                "验证码不正确；验证器上的数字每30秒更换一次，恢复码每个只能用一次"
            };
            Err(DeskError::refused("sign-in.code-wrong", message))
        }
    }
}

/// Whether somebody who is signed in has the second factor at hand; counts like a sign-in.
pub(super) async fn prove_own(
    desk: &Desk,
    actor: &Actor,
    account: &Account,
    given: &str,
) -> Result<(), DeskError> {
    prove(desk, actor, account, given).await?;
    password::refund(desk, account.id).await
}
