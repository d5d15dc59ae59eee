//! The audit log: who did what to what, chained by hash.
//!
//! Each run of a process writes a stream of its own, so that writers never wait for each other; the heads stand in
//! `chain_head`, so that a cut-off tail is noticed.

use crate::chain::Link;
use crate::db::{Conn, Insert, Row, Store, Value, statements, values};
use crate::error::StoreError;
use crate::keys::random;

static INSERT: Insert = Insert::new(
    "audit (stream, seq, at, actor, action, object, outcome, detail, previous, hash)",
    10,
    "",
);

statements! {
    PUT_HEAD = "INSERT INTO chain_head (stream, seq, hash) VALUES ($1, $2, $3) \
        ON CONFLICT (stream) DO UPDATE SET seq = excluded.seq, hash = excluded.hash";
    LIST_AUDIT = "SELECT stream, seq, at, actor, action, object, outcome, detail FROM audit \
        WHERE (CAST($1 AS TEXT) IS NULL OR object = $1) AND (CAST($2 AS TEXT) IS NULL OR actor = $2) \
        AND (CAST($3 AS TEXT) IS NULL OR action = $3) AND at < $4 ORDER BY at DESC, stream DESC, seq DESC LIMIT $5";
}

/// One thing somebody did or tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// The login, or the name of the program part.
    pub actor: String,
    /// The verb, a stable word.
    pub action: String,
    /// What it was done to, as `kind:id`.
    pub object: String,
    /// `done`, `refused` or another stable word.
    pub outcome: String,
    /// Details as JSON; never clear identity numbers.
    pub detail: String,
}

/// An entry with its place in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// The stream.
    pub stream: String,
    /// The number in the stream, from 1.
    pub seq: i64,
    /// What was done.
    pub entry: AuditEntry,
}

/// Which entries are wanted; empty means all.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Only of this object.
    pub object: Option<String>,
    /// Only by this actor.
    pub actor: Option<String>,
    /// Only this action.
    pub action: Option<String>,
    /// Only before this instant, for paging.
    pub before: Option<i64>,
}

pub(crate) struct AuditHead {
    stream: String,
    seq: i64,
    hash: String,
}

impl AuditHead {
    pub(crate) fn new() -> Result<Self, StoreError> {
        let stream = format!("p:{}", hex::encode(random::<8>()?));
        Ok(Self { stream, seq: 0, hash: String::new() })
    }
}

pub(crate) fn link(stream: &str, seq: i64, entry: &AuditEntry, previous: &str) -> String {
    Link::new("a")
        .text(stream)
        .int(seq)
        .int(entry.at)
        .text(&entry.actor)
        .text(&entry.action)
        .text(&entry.object)
        .text(&entry.outcome)
        .text(&entry.detail)
        .text(previous)
        .hash()
}

/// Writes the entries after `head` and returns the head that holds once the transaction is committed.
pub(crate) async fn write(
    conn: &mut Conn<'_>,
    head: &AuditHead,
    entries: &[AuditEntry],
) -> Result<AuditHead, StoreError> {
    let mut links = Vec::with_capacity(entries.len());
    let mut previous = head.hash.clone();
    for (seq, entry) in (head.seq + 1..).zip(entries) {
        let hash = link(&head.stream, seq, entry, &previous);
        links.push((seq, entry, std::mem::replace(&mut previous, hash.clone()), hash));
    }
    let mut rows: Vec<Value<'_>> = Vec::with_capacity(links.len() * 10);
    for (seq, entry, before, hash) in &links {
        rows.extend(values![
            &head.stream,
            *seq,
            entry.at,
            &entry.actor,
            &entry.action,
            &entry.object,
            &entry.outcome,
            &entry.detail,
            before,
            hash,
        ]);
    }
    conn.insert(&INSERT, &rows).await?;
    let seq = head.seq + entries.len() as i64;
    conn.execute(&PUT_HEAD, values![&head.stream, seq, &previous]).await?;
    drop(rows);
    Ok(AuditHead { stream: head.stream.clone(), seq, hash: previous })
}

pub(crate) fn entry(row: &Row, from: usize) -> Result<AuditEntry, StoreError> {
    Ok(AuditEntry {
        at: row.int(from)?,
        actor: row.text(from + 1)?,
        action: row.text(from + 2)?,
        object: row.text(from + 3)?,
        outcome: row.text(from + 4)?,
        detail: row.text(from + 5)?,
    })
}

impl Store {
    /// Writes entries in a transaction of their own, for what changes nothing else (a refusal, a look at a sealed value).
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn append_audit(&self, entries: Vec<AuditEntry>) -> Result<(), StoreError> {
        let mut tx = self.transaction("audit").await?;
        for entry in entries {
            tx.audit(entry);
        }
        tx.commit().await
    }

    /// The newest entries first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn list_audit(
        &self,
        filter: &AuditFilter,
        limit: i64,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let mut reader = self.reader().await?;
        let before = filter.before.unwrap_or(i64::MAX);
        let values = values![&filter.object, &filter.actor, &filter.action, before, limit];
        let rows = reader.conn().all(&LIST_AUDIT, values).await?;
        rows.iter()
            .map(|row| {
                Ok(AuditRow { stream: row.text(0)?, seq: row.int(1)?, entry: entry(row, 2)? })
            })
            .collect()
    }
}
