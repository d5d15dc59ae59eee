//! The record of publication: what waits to go in, the commitments in their order, the hashes above them, what opens them, and the
//! signed heads.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;

use crate::db::{Insert, Row, Store, Tx, Value, statements, values};
use crate::error::StoreError;
use crate::keys::sm3_hex;
use crate::persons::json;

/// The schema from which there is a record of publication.
pub(crate) const PUBLICATION_LOG: i64 = 11;

/// Rows of the queue: instant, record, number of the event, subject, version, whether the salt is to be kept.
pub(crate) static INSERT_WAITING: Insert =
    Insert::new("publication_queue (at, record_id, seq, subject_id, version, kept)", 6, "");
static INSERT_LEAF: Insert = Insert::new("publication_leaf (place, commitment)", 2, "");
static INSERT_NODE: Insert = Insert::new("publication_node (level, place, hash)", 3, "");
static INSERT_OPENING: Insert = Insert::new(
    "publication_opening (record_id, seq, subject_id, version, place, form, salt)",
    7,
    "",
);
static INSERT_FORM: Insert =
    Insert::new("publication_form (id, fields)", 2, "ON CONFLICT (id) DO NOTHING");

statements! {
    SIZE = "SELECT value FROM meta WHERE key = 'publication_size'";
    // On PostgreSQL the row is held from here to the end of the transaction; SQLite has one writer anyway.
    LOCK_SIZE = "UPDATE meta SET value = value WHERE key = 'publication_size' RETURNING value";
    SET_SIZE = "UPDATE meta SET value = $1 WHERE key = 'publication_size'";
    TAKE_WAITING = "DELETE FROM publication_queue WHERE (at, record_id, seq, subject_id) IN \
        (SELECT q.at, q.record_id, q.seq, q.subject_id FROM publication_queue q ORDER BY q.at, q.record_id, q.seq LIMIT $1) \
        RETURNING at, record_id, seq, subject_id, version, kept";
    ANY_WAITING = "SELECT 1 FROM publication_queue LIMIT 1";
    // One statement, so that it is of one moment.
    COUNTS = "SELECT (SELECT COUNT(*) FROM publication_event), (SELECT COUNT(*) FROM publication_leaf), \
        (SELECT COUNT(*) FROM publication_queue)";
    QUEUE_EVENTS = "INSERT INTO publication_queue (at, record_id, seq, subject_id, version, kept) \
        SELECT e.at, e.record_id, e.seq, e.subject_id, COALESCE((SELECT MAX(v.version) FROM record_version v \
        WHERE v.record_id = e.record_id AND v.subject_id = e.subject_id AND v.known_at <= e.at), 1), 1 FROM publication_event e";
    STATES = "SELECT v.record_id, v.subject_id, v.version, v.kind, v.content, v.public_from, v.public_until, v.withdrawn_on \
        FROM " [each] " k CROSS JOIN record_version v WHERE v.record_id = CAST(k.value->>0 AS BIGINT) \
        AND v.version = CAST(k.value->>2 AS BIGINT) AND v.subject_id = CAST(k.value->>1 AS BIGINT)";
    ENDED = "SELECT e.record_id, e.subject_id, e.seq FROM " [each] " k CROSS JOIN publication_event e \
        WHERE e.record_id = CAST(k.value->>0 AS BIGINT) AND e.seq = CAST(k.value->>1 AS BIGINT) \
        AND e.subject_id = CAST(k.value->>2 AS BIGINT) AND e.kind IN ('ended', 'withdrawn')";
    NODES = "SELECT n.level, n.place, n.hash FROM " [each] " k CROSS JOIN publication_node n \
        WHERE n.level = CAST(k.value->>0 AS BIGINT) AND n.place = CAST(k.value->>1 AS BIGINT)";
    COMMITMENTS = "SELECT l.place, l.commitment FROM publication_leaf l WHERE l.place IN " [ints] "";
    LEAVES_FROM = "SELECT place, commitment FROM publication_leaf WHERE place >= $1 ORDER BY place LIMIT $2";
    OPENING = "SELECT o.record_id, o.seq, o.subject_id, o.version, o.place, f.fields, o.salt FROM publication_opening o \
        LEFT JOIN publication_form f ON f.id = o.form WHERE o.record_id = $2 AND o.subject_id = $1 ORDER BY o.seq DESC LIMIT 1";
    OPENINGS_FROM = "SELECT o.record_id, o.seq, o.subject_id, o.version, o.place, f.fields, o.salt FROM publication_opening o \
        LEFT JOIN publication_form f ON f.id = o.form \
        WHERE o.record_id > $1 OR (o.record_id = $1 AND (o.seq > $2 OR (o.seq = $2 AND o.subject_id > $3))) \
        ORDER BY o.record_id, o.seq, o.subject_id LIMIT $4";
    FORGET_OPENINGS = "DELETE FROM publication_opening WHERE record_id = $2 AND subject_id = $1";
    FORGET_WAITING = "UPDATE publication_queue SET kept = 0 WHERE record_id = $2 AND subject_id = $1";
    ADD_HEAD = "INSERT INTO tree_head (size, key_id, at, root, signature) VALUES ($1, $2, $3, $4, $5)";
    HEADS = "SELECT size, key_id, at, root, signature FROM tree_head ORDER BY size DESC, at DESC, key_id LIMIT $1";
    HEADS_AT = "SELECT size, key_id, at, root, signature FROM tree_head WHERE size = $1 ORDER BY at DESC, key_id";
    HEADS_OF = "SELECT size, key_id, at, root, signature FROM tree_head WHERE key_id = $1 ORDER BY size DESC LIMIT $2";
    HEADS_BY_KEY = "SELECT key_id, COUNT(*) FROM tree_head GROUP BY key_id";
    HEADS_FROM = "SELECT size, key_id, at, root, signature FROM tree_head WHERE size > $1 OR (size = $1 AND key_id > $2) \
        ORDER BY size, key_id LIMIT $3";
}

/// A state of a record that a leaf is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedState {
    /// The kind.
    pub kind: String,
    /// The non-sensitive fields, as JSON.
    pub content: String,
    /// First public day.
    pub public_from: Option<Date>,
    /// Last public day.
    pub public_until: Option<Date>,
    /// Whether it had ceased to be public: withdrawn, or its days over.
    pub over: bool,
}

/// Something that happened in public and is to go into the record of publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingLeaf {
    /// When it happened, in milliseconds since 1970.
    pub at: i64,
    /// The record.
    pub record_id: i64,
    /// The number of the event.
    pub seq: i64,
    /// Whose it is.
    pub subject_id: i64,
    /// The version that became public, or ceased to be.
    pub version: i64,
    /// Whether it may ever be opened: not where the salt had to go before it was made.
    pub kept: bool,
    /// What it says; none where the version is not there.
    pub state: Option<PublishedState>,
}

/// What opens a leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The record.
    pub record_id: i64,
    /// The number of the event.
    pub seq: i64,
    /// Whose it is.
    pub subject_id: i64,
    /// The version.
    pub version: i64,
    /// The place of the leaf.
    pub place: i64,
    /// The codes of the fields that were public, as a JSON list.
    pub fields: String,
    /// The salt, sealed for [`salt_place`].
    pub salt: Vec<u8>,
}

/// A leaf to be added.
#[derive(Debug, Clone)]
pub struct NewLeaf {
    /// What it holds.
    pub commitment: Vec<u8>,
    /// What opens it; its place is given by the store.
    pub opening: Option<Opening>,
}

/// The hash of a complete subtree above the leaves: level, place, hash.
pub type TreeNode = (i64, i64, Vec<u8>);

/// A signed head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeHead {
    /// How many leaves.
    pub size: i64,
    /// The key it was signed with.
    pub key_id: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// The root, in hexadecimal.
    pub root: String,
    /// The signature (DER), in hexadecimal.
    pub signature: String,
}

/// The additional data a salt is bound to.
#[must_use]
pub fn salt_place(subject_id: i64, record_id: i64, seq: i64) -> Vec<u8> {
    format!("publication/{subject_id}/{record_id}/{seq}").into_bytes()
}

fn opening(row: &Row) -> Result<Opening, StoreError> {
    Ok(Opening {
        record_id: row.int(0)?,
        seq: row.int(1)?,
        subject_id: row.int(2)?,
        version: row.int(3)?,
        place: row.int(4)?,
        fields: row.text(5)?,
        salt: row.bytes(6)?,
    })
}

fn head(row: &Row) -> Result<TreeHead, StoreError> {
    Ok(TreeHead {
        size: row.int(0)?,
        key_id: row.text(1)?,
        at: row.int(2)?,
        root: row.text(3)?,
        signature: row.text(4)?,
    })
}

fn node(row: &Row) -> Result<TreeNode, StoreError> {
    Ok((row.int(0)?, row.int(1)?, row.bytes(2)?))
}

fn size(row: &Row) -> Result<i64, StoreError> {
    let text = row.text(0)?;
    text.parse().map_err(|_| {
        StoreError::inconsistent("meta", "value", "publication_size", format!("“{text}”不是数"))
    })
}

/// Subject, record and version of a state.
type StateKey = (i64, i64, i64);

impl Tx {
    /// How many leaves there are; nobody else adds any until this transaction ends.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn lock_publication_log(&mut self) -> Result<i64, StoreError> {
        size(&self.conn().one(&LOCK_SIZE, vec![]).await?)
    }

    /// Takes the oldest of what waits out of the queue. To be called with the log held, so that what is taken keeps its order.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn take_waiting_leaves(
        &mut self,
        limit: i64,
    ) -> Result<Vec<WaitingLeaf>, StoreError> {
        let rows = self.conn().all(&TAKE_WAITING, values![limit]).await?;
        let mut waiting = rows
            .iter()
            .map(|row| {
                Ok(WaitingLeaf {
                    at: row.int(0)?,
                    record_id: row.int(1)?,
                    seq: row.int(2)?,
                    subject_id: row.int(3)?,
                    version: row.int(4)?,
                    kept: row.flag(5)?,
                    state: None,
                })
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        waiting.sort_unstable_by_key(|leaf| (leaf.at, leaf.record_id, leaf.seq));
        for part in waiting.chunks_mut(500) {
            let keys: Vec<(i64, i64, i64)> =
                part.iter().map(|leaf| (leaf.record_id, leaf.subject_id, leaf.version)).collect();
            let mut states: HashMap<StateKey, PublishedState> = HashMap::new();
            for row in self.conn().all(&STATES, values![json(&keys)]).await? {
                states.insert((row.int(1)?, row.int(0)?, row.int(2)?), state(&row)?);
            }
            let keys: Vec<(i64, i64, i64)> =
                part.iter().map(|leaf| (leaf.record_id, leaf.seq, leaf.subject_id)).collect();
            let mut over = BTreeSet::new();
            for row in self.conn().all(&ENDED, values![json(&keys)]).await? {
                over.insert((row.int(0)?, row.int(1)?, row.int(2)?));
            }
            for leaf in part {
                // A version may be met twice: published, and ended by its last day.
                let key = (leaf.subject_id, leaf.record_id, leaf.version);
                leaf.state = states.get(&key).cloned();
                let ended = over.contains(&(leaf.record_id, leaf.subject_id, leaf.seq));
                if let Some(state) = &mut leaf.state {
                    state.over |= ended;
                }
            }
        }
        Ok(waiting)
    }

    /// Adds leaves behind the `size` that there are, with the hashes of the subtrees that they complete.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if a place is taken.
    pub async fn append_leaves(
        &mut self,
        size: i64,
        leaves: &[NewLeaf],
        nodes: &[TreeNode],
    ) -> Result<(), StoreError> {
        let mut rows: Vec<Value<'_>> = Vec::with_capacity(leaves.len() * 2);
        let mut openings: Vec<Value<'_>> = Vec::with_capacity(leaves.len() * 7);
        let mut forms: HashMap<&str, String> = HashMap::new();
        let mut place = size;
        for leaf in leaves {
            rows.extend(values![place, leaf.commitment.as_slice()]);
            if let Some(opening) = &leaf.opening {
                let form = forms.entry(&opening.fields).or_insert_with(|| form_id(&opening.fields));
                openings.extend(values![
                    opening.record_id,
                    opening.seq,
                    opening.subject_id,
                    opening.version,
                    place,
                    form.clone(),
                    opening.salt.as_slice(),
                ]);
            }
            place += 1;
        }
        let forms: Vec<Value<'_>> =
            forms.iter().flat_map(|(fields, id)| values![id, *fields]).collect();
        let nodes: Vec<Value<'_>> = nodes
            .iter()
            .flat_map(|(level, place, hash)| values![*level, *place, hash.as_slice()])
            .collect();
        let mut conn = self.conn();
        conn.insert(&INSERT_FORM, &forms).await?;
        conn.insert(&INSERT_LEAF, &rows).await?;
        conn.insert(&INSERT_NODE, &nodes).await?;
        conn.insert(&INSERT_OPENING, &openings).await?;
        conn.execute(&SET_SIZE, values![place.to_string()]).await?;
        Ok(())
    }

    /// Forgets what opens the leaves of a record, those not made yet among them. The leaves stay.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn forget_openings(&mut self, subject: i64, record: i64) -> Result<u64, StoreError> {
        // The log is held, so that nothing of the record is just on its way from the queue into the tree.
        self.lock_publication_log().await?;
        let forgotten = self.conn().execute(&FORGET_OPENINGS, values![subject, record]).await?;
        Ok(forgotten + self.conn().execute(&FORGET_WAITING, values![subject, record]).await?)
    }

    /// Kept hashes of subtrees above the leaves, as far as they are there.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn tree_nodes(&mut self, of: &[(i64, i64)]) -> Result<Vec<TreeNode>, StoreError> {
        self.conn().all(&NODES, values![json(of)]).await?.iter().map(node).collect()
    }

    /// Commitments by place, as far as they are there.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn commitments(&mut self, places: &[i64]) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
        let rows = self.conn().all(&COMMITMENTS, values![json(places)]).await?;
        rows.iter().map(|row| Ok((row.int(0)?, row.bytes(1)?))).collect()
    }

    /// Adds a signed head.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the key has signed one of this size.
    pub async fn add_tree_head(&mut self, head: &TreeHead) -> Result<(), StoreError> {
        let TreeHead { size, key_id, at, root, signature } = head;
        self.conn().execute(&ADD_HEAD, values![*size, key_id, *at, root, signature]).await?;
        Ok(())
    }

    /// The newest heads, the largest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn tree_heads(&mut self, limit: i64) -> Result<Vec<TreeHead>, StoreError> {
        self.conn().all(&HEADS, values![limit]).await?.iter().map(head).collect()
    }

    /// Puts everything that ever happened in public into the queue: where a backup is older than the record of publication.
    pub(crate) async fn queue_all_events(&mut self) -> Result<(), StoreError> {
        self.conn().execute(&QUEUE_EVENTS, vec![]).await?;
        Ok(())
    }
}

/// The name of a list of fields: what it says.
#[must_use]
pub(crate) fn form_id(fields: &str) -> String {
    let mut id = sm3_hex(fields.as_bytes());
    id.truncate(32);
    id
}

fn state(row: &Row) -> Result<PublishedState, StoreError> {
    Ok(PublishedState {
        kind: row.text(3)?,
        content: row.text(4)?,
        public_from: row.day_or_null(5)?,
        public_until: row.day_or_null(6)?,
        over: row.day_or_null(7)?.is_some(),
    })
}

impl Store {
    /// How many leaves there are.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn publication_size(&self) -> Result<i64, StoreError> {
        size(&self.reader().await?.conn().one(&SIZE, vec![]).await?)
    }

    /// Whether anything waits to go in.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn publication_waits(&self) -> Result<bool, StoreError> {
        Ok(self.reader().await?.conn().maybe(&ANY_WAITING, vec![]).await?.is_some())
    }

    /// How many events there were in public, how many leaves, and how many events that wait to become one, at one moment.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn count_publications(&self) -> Result<(i64, i64, i64), StoreError> {
        let row = self.reader().await?.conn().one(&COUNTS, vec![]).await?;
        Ok((row.int(0)?, row.int(1)?, row.int(2)?))
    }

    /// As [`Tx::tree_nodes`].
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn tree_nodes(&self, of: &[(i64, i64)]) -> Result<Vec<TreeNode>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().all(&NODES, values![json(of)]).await?.iter().map(node).collect()
    }

    /// As [`Tx::commitments`].
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn commitments(&self, places: &[i64]) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&COMMITMENTS, values![json(places)]).await?;
        rows.iter().map(|row| Ok((row.int(0)?, row.bytes(1)?))).collect()
    }

    /// Commitments in their order, from a place on.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn leaves_from(
        &self,
        place: i64,
        limit: i64,
    ) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&LEAVES_FROM, values![place, limit]).await?;
        rows.iter().map(|row| Ok((row.int(0)?, row.bytes(1)?))).collect()
    }

    /// What opens the newest leaf of a record.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn opening(&self, subject: i64, record: i64) -> Result<Option<Opening>, StoreError> {
        let mut reader = self.reader().await?;
        let row = reader.conn().maybe(&OPENING, values![subject, record]).await?;
        row.as_ref().map(opening).transpose()
    }

    /// What opens leaves, behind a record, event and subject, with the state each is about and whether it had ceased.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn openings_after(
        &self,
        (record, seq, subject): (i64, i64, i64),
        limit: i64,
    ) -> Result<Vec<(Opening, Option<PublishedState>)>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&OPENINGS_FROM, values![record, seq, subject, limit]).await?;
        let openings = rows.iter().map(opening).collect::<Result<Vec<_>, StoreError>>()?;
        let keys: Vec<(i64, i64, i64)> =
            openings.iter().map(|one| (one.record_id, one.subject_id, one.version)).collect();
        let mut states: HashMap<StateKey, PublishedState> = HashMap::new();
        for row in reader.conn().all(&STATES, values![json(&keys)]).await? {
            states.insert((row.int(1)?, row.int(0)?, row.int(2)?), state(&row)?);
        }
        let keys: Vec<(i64, i64, i64)> =
            openings.iter().map(|one| (one.record_id, one.seq, one.subject_id)).collect();
        let mut over = BTreeSet::new();
        for row in reader.conn().all(&ENDED, values![json(&keys)]).await? {
            over.insert((row.int(0)?, row.int(1)?, row.int(2)?));
        }
        Ok(openings
            .into_iter()
            .map(|one| {
                let mut state = states.get(&(one.subject_id, one.record_id, one.version)).cloned();
                if let Some(state) = &mut state {
                    state.over |= over.contains(&(one.record_id, one.subject_id, one.seq));
                }
                (one, state)
            })
            .collect())
    }

    /// The newest heads, the largest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn tree_heads(&self, limit: i64) -> Result<Vec<TreeHead>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().all(&HEADS, values![limit]).await?.iter().map(head).collect()
    }

    /// The heads of one size, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn tree_heads_at(&self, size: i64) -> Result<Vec<TreeHead>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().all(&HEADS_AT, values![size]).await?.iter().map(head).collect()
    }

    /// The heads that a key signed, the largest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn tree_heads_of(&self, key: &str, most: i64) -> Result<Vec<TreeHead>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().all(&HEADS_OF, values![key, most]).await?.iter().map(head).collect()
    }

    /// How many heads each key signed.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn tree_heads_by_key(&self) -> Result<Vec<(String, i64)>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&HEADS_BY_KEY, vec![]).await?;
        rows.iter().map(|row| Ok((row.text(0)?, row.int(1)?))).collect()
    }

    /// Heads behind a size and key, the smallest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn tree_heads_after(
        &self,
        (size, key): (i64, &str),
        limit: i64,
    ) -> Result<Vec<TreeHead>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&HEADS_FROM, values![size, key, limit]).await?;
        rows.iter().map(head).collect()
    }
}
