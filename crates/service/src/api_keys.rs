//! Keys of machines: made by the administrator, shown once, kept as a hash, counted as they are used.

use std::collections::HashMap;

use jiff::civil::Date;
use serde::Serialize;
use xinyong_store::{ApiKeyRow, ApiUsage, ApiUsageTotal, sm3_hex};

use crate::access::{Actor, Permission, Role};
use crate::audit::AuditEvent;
use crate::browse::PersonView;
use crate::desk::Desk;
use crate::refusal::{DeskError, Refusal};

/// With what every key begins, so that one that was left lying somewhere is recognised.
const MARK: &str = "xyk_";
/// Longest time a key may be valid, in days: a design choice, so that forgotten keys come to an end.
pub const MOST_DAYS: i32 = 731;
/// Longest name.
const LONGEST_NAME: usize = 60;

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Reading what is public, with a limit of its own.
    Read,
    /// Handing in files for its unit.
    Report,
    /// Checking subjects for its unit.
    Check,
    /// Being told what changes about the subjects that its unit follows.
    Follow,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Read, Self::Report, Self::Check, Self::Follow];

    /// The stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Report => "report",
            Self::Check => "check",
            Self::Follow => "follow",
        }
    }

    /// Whether it is used on behalf of a unit.
    #[must_use]
    pub const fn is_of_unit(self) -> bool {
        matches!(self, Self::Report | Self::Check | Self::Follow)
    }

    /// What a page calls it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Read => "读取公开信息",
            Self::Report => "报送本单位信息",
            Self::Check => "为本单位核查主体",
            Self::Follow => "接收订阅主体的变化",
        }
    }
}

/// A key that is to be made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewKey {
    /// What people call it: the system that uses it.
    pub name: String,
    /// What it is for.
    pub scopes: Vec<Scope>,
    /// The unit it works for; empty for a key that only reads.
    pub unit: String,
    /// Its last day.
    pub expires_on: Option<Date>,
}

/// A key that a request was sent with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The id.
    pub id: i64,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub scopes: Vec<Scope>,
    /// The unit it works for.
    pub unit: String,
    /// Its last day.
    pub expires_on: Date,
    /// Whether it was ended before.
    pub ended: bool,
}

impl Key {
    /// Who acts when a request comes with this key.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor {
            login: format!("key:{}", self.id),
            name: self.name.clone(),
            unit: self.unit.clone(),
            role: self.scopes.iter().any(|scope| scope.is_of_unit()).then_some(Role::Machine),
        }
    }
}

/// A key as the administrator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyView {
    /// The id.
    pub id: i64,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub scopes: Vec<Scope>,
    /// Name of the unit it works for, empty for none.
    pub unit_name: String,
    /// Its last day.
    pub expires_on: Date,
    /// Whether that day is over.
    pub expired: bool,
    /// When it was made.
    pub created_at: i64,
    /// By whom.
    pub created_by: PersonView,
    /// When it was ended, and by whom.
    pub ended: Option<(i64, PersonView)>,
    /// How much it was used.
    pub usage: ApiUsageTotal,
}

/// What a key was used for on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsageDay {
    /// The day.
    pub day: Date,
    /// Requests.
    pub requests: i64,
    /// Requests that were answered with a problem.
    pub refusals: i64,
}

/// Requests of a key that are not written down yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Used {
    /// The key.
    pub key: i64,
    /// The day.
    pub day: Date,
    /// Requests.
    pub requests: i64,
    /// Requests that were answered with a problem.
    pub refusals: i64,
    /// The last of them.
    pub last_at: i64,
}

pub(crate) fn scopes_of(words: &str) -> Vec<Scope> {
    Scope::ALL
        .into_iter()
        .filter(|scope| words.split(' ').any(|word| word == scope.as_str()))
        .collect()
}

/// What is wrong with a key that is to be made: field and refusal, all at once.
fn mistakes(desk: &Desk, new: &NewKey) -> Vec<Refusal> {
    let mut found = Vec::new();
    if new.name.trim().is_empty() || new.name.chars().count() > LONGEST_NAME {
        found.push(Refusal::new("key.name-missing", "请写明由哪个系统使用（60字以内）"));
    }
    if new.scopes.is_empty() {
        found.push(Refusal::new("key.scope-missing", "请至少选择一项用途"));
    }
    let belongs = new.scopes.iter().any(|scope| scope.is_of_unit());
    if belongs && new.unit.is_empty() {
        found
            .push(Refusal::new("key.unit-missing", "用于报送、核查或者接收订阅的密钥必须选定单位"));
    }
    if !belongs && !new.unit.is_empty() {
        found.push(Refusal::new(
            "key.unit-needless",
            "只读取公开信息的密钥不属于任何单位，请不要选择单位",
        ));
    }
    let today = desk.today();
    match new.expires_on {
        None => found.push(Refusal::new("key.expiry-missing", "请填写到期日，例如 2027-11-30")),
        Some(day) if day < today => {
            found.push(Refusal::new(
                "key.expiry-past",
                format!("到期日{day}已经过去，请改为今天或以后"),
            ));
        }
        Some(day) => {
            if today.until(day).map_or(i32::MAX, |span| span.get_days()) > MOST_DAYS {
                found.push(Refusal::new("key.expiry-far", "有效期最长两年，到期前另发新的密钥"));
            }
        }
    }
    found
}

/// Makes a key. What is given back with its id is the key itself, which nobody can see again.
///
/// # Errors
/// `access.denied`, `unit.unknown`; with the list of what is to be mended: `key.name-missing`, `key.scope-missing`,
/// `key.unit-missing`, `key.unit-needless`, `key.expiry-missing`, `key.expiry-past`, `key.expiry-far`.
pub async fn create(
    desk: &Desk,
    actor: &Actor,
    new: &NewKey,
) -> Result<Result<(i64, String), Vec<Refusal>>, DeskError> {
    actor.authorise(Permission::ManageKeys)?;
    let found = mistakes(desk, new);
    let Some(expires_on) = new.expires_on.filter(|_| found.is_empty()) else {
        return Ok(Err(found));
    };
    if !new.unit.is_empty() {
        desk.unit(&new.unit).await?;
    }
    let bytes: [u8; 32] = desk.random()?;
    let secret = format!("{MARK}{}", hex::encode(bytes));
    let words: Vec<&str> = new.scopes.iter().map(|scope| scope.as_str()).collect();
    let row = ApiKeyRow {
        id: desk.new_id(),
        name: new.name.trim().to_owned(),
        hash: sm3_hex(secret.as_bytes()),
        scopes: words.join(" "),
        unit_id: new.unit.clone(),
        expires_on,
        created_at: desk.clock().now(),
        created_by: actor.login.clone(),
        ended_at: None,
        ended_by: None,
    };
    let mut tx = desk.store().transaction("key").await?;
    tx.add_api_key(&row).await?;
    desk.audit_with(&mut tx, actor, AuditEvent::KeyCreated { key: row.id, scopes: &row.scopes });
    tx.commit().await?;
    Ok(Ok((row.id, secret)))
}

/// Ends a key at once. One that has ended stays as it is.
///
/// # Errors
/// `access.denied`; not found.
pub async fn end(desk: &Desk, actor: &Actor, key: i64) -> Result<(), DeskError> {
    actor.authorise(Permission::ManageKeys)?;
    desk.store().api_key(key).await?.ok_or(DeskError::NotFound("该密钥"))?;
    let mut tx = desk.store().transaction("key-end").await?;
    if tx.end_api_key(key, desk.clock().now(), &actor.login).await? {
        desk.audit_with(&mut tx, actor, AuditEvent::KeyEnded { key });
    }
    tx.commit().await?;
    Ok(())
}

async fn views(desk: &Desk, rows: Vec<ApiKeyRow>) -> Result<Vec<KeyView>, DeskError> {
    let names = crate::browse::Names::read(desk).await?;
    let mut totals: HashMap<i64, ApiUsageTotal> = desk.store().api_usage_totals().await?;
    let today = desk.today();
    Ok(rows
        .into_iter()
        .map(|row| KeyView {
            usage: totals.remove(&row.id).unwrap_or_default(),
            scopes: scopes_of(&row.scopes),
            unit_name: if row.unit_id.is_empty() {
                String::new()
            } else {
                names.unit(&row.unit_id)
            },
            expired: row.expires_on < today,
            created_by: names.person(&row.created_by),
            ended: row.ended_at.zip(row.ended_by.as_deref().map(|login| names.person(login))),
            id: row.id,
            name: row.name,
            expires_on: row.expires_on,
            created_at: row.created_at,
        })
        .collect())
}

/// All keys, the newest first.
///
/// # Errors
/// `access.denied`.
pub async fn list(desk: &Desk, actor: &Actor) -> Result<Vec<KeyView>, DeskError> {
    actor.authorise(Permission::ManageKeys)?;
    views(desk, desk.store().api_keys().await?).await
}

/// One key, and the newest days on which it was used.
///
/// # Errors
/// `access.denied`; not found.
pub async fn detail(
    desk: &Desk,
    actor: &Actor,
    key: i64,
    days: i64,
) -> Result<(KeyView, Vec<UsageDay>), DeskError> {
    actor.authorise(Permission::ManageKeys)?;
    let row = desk.store().api_key(key).await?;
    let view = views(desk, row.into_iter().collect()).await?.pop();
    let view = view.ok_or(DeskError::NotFound("该密钥"))?;
    let days = desk.store().api_usage_days(key, days).await?;
    let days = days.into_iter().map(|usage| UsageDay {
        day: usage.day,
        requests: usage.requests,
        refusals: usage.refusals,
    });
    Ok((view, days.collect()))
}

/// The key of what a request was sent with. Whether it may be used now, the caller looks at: it may be kept for seconds.
///
/// # Errors
/// When the store fails.
pub async fn find(desk: &Desk, secret: &str) -> Result<Option<Key>, DeskError> {
    if !secret.starts_with(MARK) {
        return Ok(None);
    }
    let found = desk.store().api_key_by_hash(&sm3_hex(secret.as_bytes())).await?;
    Ok(found.map(|row| Key {
        id: row.id,
        scopes: scopes_of(&row.scopes),
        name: row.name,
        unit: row.unit_id,
        expires_on: row.expires_on,
        ended: row.ended_at.is_some(),
    }))
}

/// Writes down what was used since the last time; each pair of key and day stands once.
///
/// # Errors
/// When the store fails; nothing is written then.
pub async fn record_usage(desk: &Desk, used: &[Used]) -> Result<(), DeskError> {
    if used.is_empty() {
        return Ok(());
    }
    let rows: Vec<ApiUsage> = used
        .iter()
        .map(|one| ApiUsage {
            key_id: one.key,
            day: one.day,
            requests: one.requests,
            refusals: one.refusals,
            last_at: one.last_at,
        })
        .collect();
    let mut tx = desk.store().transaction("api-usage").await?;
    tx.add_api_usage(&rows).await?;
    tx.commit().await?;
    Ok(())
}
