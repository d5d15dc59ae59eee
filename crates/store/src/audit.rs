//! The audit log: who did what to what, chained by hash.
//!
//! Each run of a process writes a stream of its own, so that writers never wait for each other; the heads stand in
//! `chain_head`, so that a cut-off tail is noticed.

use std::sync::Arc;

use crate::chain::Link;
use crate::db::{Conn, Insert, Row, Store, Value, statements, values};
use crate::error::StoreError;
use crate::fsck::Follow;
use crate::keys::random;

static INSERT: Insert = Insert::new(
    "audit (stream, seq, at, actor, action, object, outcome, detail, previous, hash)",
    10,
    "",
);

static PUT_HEAD: Insert = Insert::new(
    "chain_head (stream, seq, hash)",
    3,
    "ON CONFLICT (stream) DO UPDATE SET seq = excluded.seq, hash = excluded.hash",
);

statements! {
    LIST_AUDIT = "SELECT stream, seq, at, actor, action, object, outcome, detail FROM audit \
        WHERE at >= $1 AND at <= $2 AND at < $3 AND (at < $2 OR stream < $4 OR (stream = $4 AND seq < $5)) \
        ORDER BY at DESC, stream DESC, seq DESC LIMIT $6";
    LIST_ACTION = "SELECT stream, seq, at, actor, action, object, outcome, detail FROM audit \
        WHERE action = $7 AND at >= $1 AND at <= $2 AND at < $3 AND (at < $2 OR stream < $4 OR (stream = $4 AND seq < $5)) \
        ORDER BY at DESC, stream DESC, seq DESC LIMIT $6";
    /// Of a word, of what lies below an object, and of what is not placed yet: from each as many as are wanted, in the order of the list.
    LIST_WORD = "SELECT stream, seq, at, actor, action, object, outcome, detail FROM ( \
        SELECT * FROM (SELECT a.stream, a.seq, a.at, a.actor, a.action, a.object, a.outcome, a.detail \
        FROM audit_place p CROSS JOIN audit a WHERE p.word = $7 AND p.at >= $1 AND p.at <= $2 AND p.at < $3 \
        AND (p.at < $2 OR p.stream < $4 OR (p.stream = $4 AND p.seq < $5)) AND a.stream = p.stream AND a.seq = p.seq \
        AND (CAST($8 AS TEXT) IS NULL OR a.actor = $8) AND (CAST($9 AS TEXT) IS NULL OR a.action = $9) \
        ORDER BY p.at DESC, p.stream DESC, p.seq DESC LIMIT $6) s \
        UNION ALL SELECT * FROM (SELECT a.stream, a.seq, a.at, a.actor, a.action, a.object, a.outcome, a.detail \
        FROM audit_place p CROSS JOIN audit a WHERE p.word >= $7 || ':' AND p.word < $7 || ';' AND substr(p.word, 1, 2) = 'o:' \
        AND p.at >= $1 AND p.at <= $2 AND p.at < $3 \
        AND (p.at < $2 OR p.stream < $4 OR (p.stream = $4 AND p.seq < $5)) AND a.stream = p.stream AND a.seq = p.seq \
        AND (CAST($8 AS TEXT) IS NULL OR a.actor = $8) AND (CAST($9 AS TEXT) IS NULL OR a.action = $9) \
        ORDER BY p.at DESC, p.stream DESC, p.seq DESC LIMIT $6) b \
        UNION ALL SELECT * FROM (SELECT w.stream, w.seq, w.at, w.actor, w.action, w.object, w.outcome, w.detail \
        FROM audit_waiting w WHERE ('o:' || w.object = $7 OR substr('o:' || w.object, 1, length($7) + 1) = $7 || ':' OR 'a:' || w.actor = $7) \
        AND w.at >= $1 AND w.at <= $2 AND w.at < $3 AND (w.at < $2 OR w.stream < $4 OR (w.stream = $4 AND w.seq < $5)) \
        AND (CAST($8 AS TEXT) IS NULL OR w.actor = $8) AND (CAST($9 AS TEXT) IS NULL OR w.action = $9) \
        ORDER BY w.at DESC, w.stream DESC, w.seq DESC LIMIT $6) n) f \
        ORDER BY at DESC, stream DESC, seq DESC LIMIT $6";
    /// From one word to the next, so that the lines themselves are not read.
    AUDIT_ACTIONS = "WITH RECURSIVE found (action) AS (SELECT MIN(action) FROM audit UNION ALL \
        SELECT (SELECT MIN(a.action) FROM audit a WHERE a.action > f.action) FROM found f WHERE f.action IS NOT NULL) \
        SELECT action FROM found WHERE action IS NOT NULL ORDER BY action";
    AUDIT_STREAM = "SELECT stream, seq, at, actor, action, object, outcome, detail, previous, hash FROM audit \
        WHERE stream = $1 ORDER BY seq";
    AUDIT_HEAD = "SELECT seq, hash FROM chain_head WHERE stream = $1";
}

/// Before an object in a word that the log is found by, and before an actor: as the statements write it.
const OBJECT: &str = "o:";
const ACTOR: &str = "a:";

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
    /// Only of this object, or of what lies below it: `record:1` finds `record:1:2`.
    pub object: Option<String>,
    /// Only by this actor.
    pub actor: Option<String>,
    /// Only this action.
    pub action: Option<String>,
    /// Only from this instant on.
    pub from: Option<i64>,
    /// Only before this instant.
    pub before: Option<i64>,
    /// Only after this entry in the order of the list, for paging: instant, stream, number.
    pub after: Option<(i64, String, i64)>,
}

/// What verifying one stream of the log found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamCheck {
    /// The stream.
    pub stream: String,
    /// Its entries.
    pub entries: i64,
    /// When the first was written, in milliseconds since 1970.
    pub first_at: i64,
    /// When the last was written.
    pub last_at: i64,
    /// The first entry that does not hold, and why.
    pub wrong: Option<(i64, &'static str)>,
}

#[derive(Clone)]
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

/// Entries with their places in a stream and their hashes.
pub(crate) struct Chained<'e> {
    links: Vec<(i64, &'e AuditEntry, String, String)>,
    head: AuditHead,
}

impl<'e> Chained<'e> {
    /// The entries after a head.
    pub(crate) fn after(head: &AuditHead, entries: &'e [Arc<AuditEntry>]) -> Self {
        let mut links = Vec::with_capacity(entries.len());
        let AuditHead { stream, mut seq, hash: mut previous } = head.clone();
        for entry in entries {
            seq += 1;
            let hash = link(&stream, seq, entry, &previous);
            links.push((seq, entry.as_ref(), std::mem::replace(&mut previous, hash.clone()), hash));
        }
        Self { links, head: AuditHead { stream, seq, hash: previous } }
    }

    /// Their rows, and that of the head that holds once they are committed.
    pub(crate) fn rows(&self) -> [(&'static Insert, Vec<Value<'_>>); 2] {
        let head = &self.head;
        let mut rows: Vec<Value<'_>> = Vec::with_capacity(self.links.len() * 10);
        for (seq, entry, before, hash) in &self.links {
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
        [(&INSERT, rows), (&PUT_HEAD, values![&head.stream, head.seq, &head.hash])]
    }

    /// That head.
    pub(crate) fn into_head(self) -> AuditHead {
        self.head
    }
}

/// Writes the entries after `head` and returns the head that holds once the transaction is committed.
pub(crate) async fn write(
    conn: &mut Conn<'_>,
    head: &AuditHead,
    entries: &[Arc<AuditEntry>],
) -> Result<AuditHead, StoreError> {
    let chained = Chained::after(head, entries);
    let rows = chained.rows();
    conn.insert_each(&rows.each_ref().map(|(insert, values)| (*insert, values.as_slice()))).await?;
    drop(rows);
    Ok(chained.into_head())
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
        let (at, stream, seq) = match &filter.after {
            Some((at, stream, seq)) => (*at, stream.as_str(), *seq),
            None => (i64::MAX, "", 0),
        };
        let mut values = values![
            filter.from.unwrap_or(i64::MIN),
            at,
            filter.before.unwrap_or(i64::MAX),
            stream,
            seq,
            limit
        ];
        let (action, actor) = (filter.action.as_deref(), filter.actor.as_deref());
        let word = match (&filter.object, actor) {
            (Some(object), _) => Some(format!("{OBJECT}{object}")),
            (None, Some(actor)) => Some(format!("{ACTOR}{actor}")),
            (None, None) => None,
        };
        let rows = match (word, action) {
            (Some(word), _) => {
                values.extend(values![word, actor, action]);
                reader.conn().all(&LIST_WORD, values).await?
            }
            (None, Some(action)) => {
                values.extend(values![action]);
                reader.conn().all(&LIST_ACTION, values).await?
            }
            (None, None) => reader.conn().all(&LIST_AUDIT, values).await?,
        };
        rows.iter()
            .map(|row| {
                Ok(AuditRow { stream: row.text(0)?, seq: row.int(1)?, entry: entry(row, 2)? })
            })
            .collect()
    }

    /// The actions that stand in the log, in the order of their words.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn audit_actions(&self) -> Result<Vec<String>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&AUDIT_ACTIONS, vec![]).await?;
        rows.iter().map(|row| row.text(0)).collect()
    }

    /// Follows one stream from its first entry to its head.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like; what is wrong with the log stands in the answer.
    pub async fn verify_audit_stream(&self, stream: &str) -> Result<StreamCheck, StoreError> {
        let mut tx = self.snapshot().await?;
        let mut conn = tx.conn();
        let mut check = StreamCheck {
            stream: stream.to_owned(),
            entries: 0,
            first_at: 0,
            last_at: 0,
            wrong: None,
        };
        let mut follow = Follow::default();
        conn.each(&AUDIT_STREAM, values![stream], |row| {
            let (seq, entry) = (row.int(1)?, entry(row, 2)?);
            let (previous, hash) = (row.text(8)?, row.text(9)?);
            let derived = link(stream, seq, &entry, &previous);
            if let Some(reason) = follow.step((), seq, &previous, &hash, &derived) {
                check.wrong.get_or_insert((seq, reason));
            }
            if check.entries == 0 {
                check.first_at = entry.at;
            }
            check.entries += 1;
            check.last_at = entry.at;
            Ok(())
        })
        .await?;
        let head = conn.maybe(&AUDIT_HEAD, values![stream]).await?;
        let held = match head {
            Some(head) => follow.stands_at(head.int(0)?, &head.text(1)?),
            None => false,
        };
        if !held {
            check.wrong.get_or_insert((check.entries, "日志末尾与链头不符，末尾有日志被删除"));
        }
        Ok(check)
    }
}
