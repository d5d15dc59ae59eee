//! Records about subjects: the newest state, the history, and what happened in public.

mod bound;
mod rows;

use std::collections::HashMap;

pub use bound::PreparedRecords;
pub(crate) use bound::citation_id;
use bound::{INSERT_RECORD, NewEvent, REPLACE_RECORD, State, bind, bind_events};
pub use rows::{
    Content, ExistingRecord, NO_END, NewRecord, PublicationEvent, REVOKED, Record, RecordChange,
    RecordKey, RecordVersion, Withdrawal, record_place,
};
pub(crate) use rows::{record, record_version, version_hash};

use crate::db::{Bound, Conn, Row, Store, Tx, statements, values};
use crate::error::StoreError;
use crate::persons::json;
use crate::reporting::{Arrived, NumberPlace, REPORTING, bind_documents, count_arrived};

statements! {
    EXISTING = "SELECT r.subject_id, r.kind, r.natural_key, r.id, r.version, v.content_digest, r.batch_id, r.row, r.state, v.hash \
        FROM " [each] " k CROSS JOIN record r CROSS JOIN record_version v \
        WHERE r.subject_id = CAST(k.value->>0 AS BIGINT) AND r.kind = k.value->>1 AND r.natural_key = k.value->>2 \
        AND v.record_id = r.id AND v.version = r.version AND v.subject_id = r.subject_id";
    RECORD_HEADS = "SELECT r.id, r.version, v.hash FROM " [each] " k CROSS JOIN record r CROSS JOIN record_version v \
        WHERE r.id = CAST(k.value->>1 AS BIGINT) AND r.subject_id = CAST(k.value->>0 AS BIGINT) \
        AND v.record_id = r.id AND v.version = r.version AND v.subject_id = r.subject_id";
    RECORD_ONE = "SELECT r.subject_id, r.id, r.kind, r.natural_key, r.version, v.content, v.sealed, v.platform, r.party_category, \
        r.decided_on, v.valid_until, r.unit_id, r.batch_id, r.row, v.known_at, v.law_edition, r.public_from, r.public_until, \
        r.withdrawn_on, r.state, v.content_digest FROM record r CROSS JOIN record_version v \
        WHERE r.id = $2 AND r.subject_id = $1 \
        AND v.record_id = r.id AND v.version = r.version AND v.subject_id = r.subject_id";
    /// The limit is a sum so that SQLite does not plan by its value: it would plan anew for each execution, at the cost of the reading itself.
    RECORDS_OF_SUBJECTS = "WITH RECURSIVE g (root, id) AS (SELECT CAST(k.value->>0 AS BIGINT), CAST(k.value->>0 AS BIGINT) \
        FROM " [each] " k UNION SELECT g.root, j.from_id FROM g CROSS JOIN subject_judgement j \
        WHERE j.to_id = g.id AND j.finding = 'same' AND j.state = 'confirmed'), \
        h (root, subject_id, id) AS (SELECT g.root, r.subject_id, r.id FROM g CROSS JOIN record r WHERE r.subject_id = g.id \
        AND NOT EXISTS (SELECT 1 FROM judged_record d WHERE d.record_id = r.id AND d.subject_id = r.subject_id AND d.counts = 1) \
        UNION ALL SELECT g.root, d.subject_id, d.record_id FROM g CROSS JOIN judged_record d WHERE d.to_id = g.id AND d.counts = 1) \
        SELECT r.subject_id, r.id, r.kind, r.natural_key, r.version, v.content, v.sealed, v.platform, r.party_category, \
        r.decided_on, v.valid_until, r.unit_id, r.batch_id, r.row, v.known_at, v.law_edition, r.public_from, r.public_until, \
        r.withdrawn_on, r.state, v.content_digest, h.root FROM h CROSS JOIN record r CROSS JOIN record_version v \
        WHERE r.id = h.id AND r.subject_id = h.subject_id \
        AND v.record_id = r.id AND v.version = r.version AND v.subject_id = r.subject_id ORDER BY r.decided_on DESC, r.id DESC LIMIT CAST(0 AS BIGINT) + $2";
    /// The same for the subjects that codes lead to by the judgements that hold.
    RECORDS_OF_CODES = "WITH RECURSIVE up (id, step) AS (SELECT (SELECT c.subject_id FROM subject_code c \
        WHERE c.value = k.value->>0 LIMIT 1), 0 FROM " [each] " k UNION ALL SELECT j.to_id, u.step + 1 FROM up u \
        CROSS JOIN subject_judgement j WHERE j.from_id = u.id AND j.finding = 'same' AND j.state = 'confirmed' AND u.step < 50), \
        g (root, id) AS (SELECT u.id, u.id FROM up u WHERE u.id IS NOT NULL AND (u.step = 50 OR NOT EXISTS (SELECT 1 \
        FROM subject_judgement n WHERE n.from_id = u.id AND n.finding = 'same' AND n.state = 'confirmed')) \
        UNION SELECT g.root, j.from_id FROM g CROSS JOIN subject_judgement j \
        WHERE j.to_id = g.id AND j.finding = 'same' AND j.state = 'confirmed'), \
        h (root, subject_id, id) AS (SELECT g.root, r.subject_id, r.id FROM g CROSS JOIN record r WHERE r.subject_id = g.id \
        AND NOT EXISTS (SELECT 1 FROM judged_record d WHERE d.record_id = r.id AND d.subject_id = r.subject_id AND d.counts = 1) \
        UNION ALL SELECT g.root, d.subject_id, d.record_id FROM g CROSS JOIN judged_record d WHERE d.to_id = g.id AND d.counts = 1) \
        SELECT r.subject_id, r.id, r.kind, r.natural_key, r.version, v.content, v.sealed, v.platform, r.party_category, \
        r.decided_on, v.valid_until, r.unit_id, r.batch_id, r.row, v.known_at, v.law_edition, r.public_from, r.public_until, \
        r.withdrawn_on, r.state, v.content_digest, h.root FROM h CROSS JOIN record r CROSS JOIN record_version v \
        WHERE r.id = h.id AND r.subject_id = h.subject_id \
        AND v.record_id = r.id AND v.version = r.version AND v.subject_id = r.subject_id ORDER BY r.decided_on DESC, r.id DESC LIMIT CAST(0 AS BIGINT) + $2";
    RECORD_VERSIONS = "SELECT v.subject_id, v.record_id, v.version, v.kind, v.natural_key, v.party_category, v.unit_id, v.batch_id, v.row, \
        v.content, v.sealed, v.platform, v.state, v.reason, v.actor, v.second, v.law_edition, v.held_from, v.valid_until, \
        v.known_at, v.public_from, v.public_until, v.withdrawn_on, v.content_digest, v.previous, v.hash \
        FROM record_version v WHERE v.record_id = $2 AND v.subject_id = $1 ORDER BY v.version";
    RECORD_AS_OF = "SELECT v.subject_id, v.record_id, v.version, v.kind, v.natural_key, v.party_category, v.unit_id, v.batch_id, v.row, \
        v.content, v.sealed, v.platform, v.state, v.reason, v.actor, v.second, v.law_edition, v.held_from, v.valid_until, \
        v.known_at, v.public_from, v.public_until, v.withdrawn_on, v.content_digest, v.previous, v.hash \
        FROM record_version v WHERE v.record_id = $2 AND v.subject_id = $1 AND v.known_at <= $3 \
        ORDER BY v.version DESC LIMIT 1";
    RECORDS_AS_OF = "WITH RECURSIVE g (id) AS (SELECT CAST($1 AS BIGINT) UNION SELECT j.from_id FROM g CROSS JOIN subject_judgement j \
        WHERE j.to_id = g.id AND j.finding = 'same' AND j.state IN ('confirmed', 'undone') AND j.decided_at <= $2 \
        AND (j.undone_at IS NULL OR j.undone_at > $2)), \
        m (record_id, subject_id, to_id) AS (SELECT d.record_id, d.subject_id, d.to_id FROM subject_judgement j CROSS JOIN judged_record d \
        WHERE j.finding = 'different' AND j.state IN ('confirmed', 'undone') AND j.decided_at <= $2 \
        AND (j.undone_at IS NULL OR j.undone_at > $2) AND d.judgement_id = j.id), \
        h (subject_id, id) AS (SELECT r.subject_id, r.id FROM g CROSS JOIN record r WHERE r.subject_id = g.id \
        AND NOT EXISTS (SELECT 1 FROM m WHERE m.record_id = r.id AND m.subject_id = r.subject_id) \
        UNION ALL SELECT m.subject_id, m.record_id FROM g CROSS JOIN m WHERE m.to_id = g.id) \
        SELECT v.subject_id, v.record_id, v.version, v.kind, v.natural_key, v.party_category, v.unit_id, v.batch_id, v.row, \
        v.content, v.sealed, v.platform, v.state, v.reason, v.actor, v.second, v.law_edition, v.held_from, v.valid_until, \
        v.known_at, v.public_from, v.public_until, v.withdrawn_on, v.content_digest, v.previous, v.hash \
        FROM h CROSS JOIN record_version v WHERE v.record_id = h.id AND v.subject_id = h.subject_id \
        AND v.version = (SELECT MAX(w.version) FROM record_version w WHERE w.record_id = h.id AND w.subject_id = h.subject_id \
        AND w.known_at <= $2) ORDER BY v.held_from DESC, v.record_id DESC";
    EVENTS = "SELECT e.subject_id, e.record_id, e.seq, e.kind, e.on_day, e.at, e.reason, c.list FROM publication_event e \
        LEFT JOIN citation c ON c.id = e.citation WHERE e.record_id = $2 AND e.subject_id = $1 ORDER BY e.seq";
    EVENT_PLACES = "SELECT r.id, r.version, (SELECT COALESCE(MAX(e.seq), 0) FROM publication_event e \
        WHERE e.record_id = r.id AND e.subject_id = r.subject_id) FROM " [each] " k CROSS JOIN record r \
        WHERE r.id = CAST(k.value->>1 AS BIGINT) AND r.subject_id = CAST(k.value->>0 AS BIGINT)";
    CLEAR_ENDS = "UPDATE record SET ends_on = NULL WHERE id = $2 AND subject_id = $1";
    COUNT_RECORDS = "SELECT COUNT(*) FROM record";
}

/// For who asks for subjects and their records in one call, and knows that nothing was written in between.
pub(crate) const OF_CODES: &crate::db::Statement = &RECORDS_OF_CODES;

/// Column of the subject that was asked for, after those of [`record`].
const ROOT: usize = 21;

/// The records of subjects as [`Store::records_of_subject`] has them, by the subject; `limit` holds for each.
pub(crate) async fn records_of(
    conn: &mut Conn<'_>,
    subjects: &[i64],
    limit: i64,
) -> Result<HashMap<i64, Vec<Record>>, StoreError> {
    let each = |subjects: &[i64]| {
        serde_json::json!(subjects.iter().map(|id| [id]).collect::<Vec<_>>()).to_string()
    };
    let rows = conn.all(&RECORDS_OF_SUBJECTS, values![each(subjects), limit]).await?;
    if !reaches(&rows, limit) || subjects.len() == 1 {
        return by_subject(&rows);
    }
    // Together they are too many: whose records were cut off cannot be told, so each is asked alone.
    let mut found = HashMap::with_capacity(subjects.len());
    for subject in subjects {
        let rows = conn.all(&RECORDS_OF_SUBJECTS, values![each(&[*subject]), limit]).await?;
        found.extend(by_subject(&rows)?);
    }
    Ok(found)
}

/// Whether rows may have been cut off.
pub(crate) fn reaches(rows: &[Row], limit: i64) -> bool {
    i64::try_from(rows.len()).is_ok_and(|rows| rows >= limit)
}

/// Rows of records by the subject that was asked for.
pub(crate) fn by_subject(rows: &[Row]) -> Result<HashMap<i64, Vec<Record>>, StoreError> {
    let mut found: HashMap<i64, Vec<Record>> = HashMap::new();
    for row in rows {
        found.entry(row.int(ROOT)?).or_default().push(record(row)?);
    }
    Ok(found)
}

async fn existing(
    conn: &mut Conn<'_>,
    keys: &[RecordKey],
) -> Result<HashMap<RecordKey, ExistingRecord>, StoreError> {
    let mut out = HashMap::new();
    for part in keys.chunks(500) {
        for row in conn.all(&EXISTING, values![json(part)]).await? {
            out.insert(
                (row.int(0)?, row.text(1)?, row.text(2)?),
                ExistingRecord {
                    id: row.int(3)?,
                    version: row.int(4)?,
                    content_digest: row.text(5)?,
                    batch_id: row.int(6)?,
                    row: row.int(7)?,
                    state: row.text(8)?,
                    hash: row.text(9)?,
                },
            );
        }
    }
    Ok(out)
}

impl Tx {
    /// What there is under the keys, as this transaction sees it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn existing_records(
        &mut self,
        keys: &[RecordKey],
    ) -> Result<HashMap<RecordKey, ExistingRecord>, StoreError> {
        existing(&mut self.conn(), keys).await
    }

    /// Adds records with their first version, and a `published` event for those with a first public day.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if one is there under its natural key.
    pub async fn insert_records(&mut self, records: &[NewRecord]) -> Result<(), StoreError> {
        let prepared = self.store().prepare_records(records)?;
        self.insert_prepared_records(prepared).await
    }

    /// As [`Tx::insert_records`], for records put together before.
    ///
    /// # Errors
    /// As [`Tx::insert_records`].
    pub async fn insert_prepared_records(
        &mut self,
        records: PreparedRecords,
    ) -> Result<(), StoreError> {
        self.conn().run(records.bound).await?;
        self.note_arrivals(&records.arrived).await
    }

    async fn heads(
        &mut self,
        keys: &[(i64, i64)],
    ) -> Result<HashMap<i64, (i64, String)>, StoreError> {
        let mut heads = HashMap::with_capacity(keys.len());
        for part in keys.chunks(500) {
            for row in self.conn().all(&RECORD_HEADS, values![json(part)]).await? {
                heads.insert(row.int(0)?, (row.int(1)?, row.text(2)?));
            }
        }
        Ok(heads)
    }

    /// Writes a new version of records, each against the version it was read at. A withdrawn record that is delivered
    /// anew stands again, unless the change keeps it down.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if a record moved on or is not there.
    pub async fn change_records(&mut self, changes: &[RecordChange]) -> Result<(), StoreError> {
        self.move_arrivals(changes).await?;
        let keys: Vec<_> =
            changes.iter().map(|change| (change.record.subject_id, change.record.id)).collect();
        let mut heads = self.heads(&keys).await?;
        let mut list = Vec::with_capacity(changes.len());
        for change in changes {
            let head = heads.remove(&change.record.id);
            let previous = newer(head, change.record.id, change.expected)?;
            list.push(State {
                new: &change.record,
                version: change.expected + 1,
                previous,
                withdrawn_on: change.withdrawn_on,
                revoked: false,
                delivered: change.delivered,
            });
        }
        let bound = bind(self.store().engine(), &list, &REPLACE_RECORD)?;
        self.conn().run(bound).await?;
        let events: Vec<_> = changes
            .iter()
            .filter_map(|change| {
                let new = &change.record;
                let (kind, on_day) = change.event?;
                Some(PublicationEvent {
                    subject_id: new.subject_id,
                    record_id: new.id,
                    seq: 0,
                    kind: kind.to_owned(),
                    on_day,
                    at: new.recorded_at,
                    reason: new.reason.clone(),
                    citations: new.citations.clone(),
                })
            })
            .collect();
        self.add_publication_events(&events).await
    }

    /// Withdraws a record: a new version that says so, and a `withdrawn` event if it was ever to be public. One that is down already is
    /// [`REVOKED`] from then on, since the same day, and nothing is said in public, where it is gone.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the record moved on or is not there.
    pub async fn withdraw_record(&mut self, withdrawal: &Withdrawal) -> Result<(), StoreError> {
        let Withdrawal { subject_id, id, .. } = *withdrawal;
        let row = self.conn().maybe(&RECORD_ONE, values![subject_id, id]).await?;
        let old = row.as_ref().map(record).transpose()?;
        let mut heads = self.heads(&[(subject_id, id)]).await?;
        let previous = newer(heads.remove(&id), id, withdrawal.expected)?;
        let old = old.ok_or_else(|| StoreError::conflict(format!("记录 {id} 不存在")))?;
        let new = NewRecord {
            subject_id,
            id,
            kind: old.kind,
            natural_key: old.natural_key,
            // The summaries do not move with a withdrawal.
            number: NumberPlace::default(),
            content: Content::new(old.content),
            sealed: old.sealed,
            platform: old.platform,
            party_category: old.party_category,
            decided_on: old.decided_on,
            valid_until: old.valid_until,
            unit_id: old.unit_id,
            batch_id: old.batch_id,
            row: old.row,
            recorded_at: withdrawal.at,
            law_edition: withdrawal.law_edition.clone(),
            public_from: old.public_from,
            public_until: old.public_until,
            content_digest: old.content_digest,
            actor: withdrawal.actor.clone(),
            second: withdrawal.second.clone(),
            reason: withdrawal.reason.clone(),
            citations: withdrawal.citations.clone(),
        };
        let version = withdrawal.expected + 1;
        let revoked = old.withdrawn_on.is_some();
        let withdrawn_on = old.withdrawn_on.or(Some(withdrawal.on));
        // No batch brings a withdrawal.
        let list =
            [State { new: &new, version, previous, withdrawn_on, revoked, delivered: false }];
        let bound = bind(self.store().engine(), &list, &REPLACE_RECORD)?;
        self.conn().run(bound).await?;
        if old.public_from.is_none() || revoked {
            return Ok(());
        }
        self.add_publication_events(&[PublicationEvent {
            subject_id,
            record_id: id,
            seq: 0,
            kind: "withdrawn".to_owned(),
            on_day: withdrawal.on,
            at: withdrawal.at,
            reason: withdrawal.reason.clone(),
            citations: withdrawal.citations.clone(),
        }])
        .await
    }

    /// Writes down what happened in public; `seq` is given here. An `ended` event takes the record off the list of those
    /// due to end.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if another transaction wrote an event of the same record meanwhile.
    pub async fn add_publication_events(
        &mut self,
        events: &[PublicationEvent],
    ) -> Result<(), StoreError> {
        let store = self.store().clone();
        for part in events.chunks(500) {
            let keys: Vec<_> =
                part.iter().map(|event| (event.subject_id, event.record_id)).collect();
            let mut last: HashMap<i64, (i64, i64)> = HashMap::with_capacity(keys.len());
            for row in self.conn().all(&EVENT_PLACES, values![json(&keys)]).await? {
                last.insert(row.int(0)?, (row.int(1)?, row.int(2)?));
            }
            let events = part.iter().map(|event| {
                let (version, seq) = last.entry(event.record_id).or_insert((1, 0));
                *seq += 1;
                NewEvent {
                    record_id: event.record_id,
                    seq: *seq,
                    version: *version,
                    subject_id: event.subject_id,
                    kind: &event.kind,
                    on_day: event.on_day,
                    at: event.at,
                    reason: &event.reason,
                    citations: &event.citations,
                }
            });
            let mut bound = Bound::default();
            bind_events(&store, events, &mut bound)?;
            self.conn().run(bound).await?;
            for event in part.iter().filter(|event| event.kind == "ended") {
                let values = values![event.subject_id, event.record_id];
                self.conn().execute(&CLEAR_ENDS, values).await?;
            }
        }
        Ok(())
    }

    /// As [`Store::record`], as this transaction sees it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn record(&mut self, subject: i64, id: i64) -> Result<Option<Record>, StoreError> {
        self.conn().maybe(&RECORD_ONE, values![subject, id]).await?.as_ref().map(record).transpose()
    }
}

fn newer(head: Option<(i64, String)>, id: i64, expected: i64) -> Result<String, StoreError> {
    match head {
        Some((version, hash)) if version == expected => Ok(hash),
        _ => Err(StoreError::conflict(format!(
            "记录 {id} 已被他人更新（不再是第 {expected} 版）；请重新读取后再试"
        ))),
    }
}

impl Store {
    /// Puts new records together for [`Tx::insert_prepared_records`]: rows, hashes and events, without the database.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if a value cannot be written in a statement.
    pub fn prepare_records(&self, records: &[NewRecord]) -> Result<PreparedRecords, StoreError> {
        let state = |new| State {
            new,
            version: 1,
            previous: String::new(),
            withdrawn_on: None,
            revoked: false,
            delivered: true,
        };
        let list: Vec<_> = records.iter().map(state).collect();
        let mut bound = bind(self.engine(), &list, &INSERT_RECORD)?;
        let events = records.iter().filter_map(|new| {
            Some(NewEvent {
                record_id: new.id,
                seq: 1,
                version: 1,
                subject_id: new.subject_id,
                kind: "published",
                on_day: new.public_from?,
                at: new.recorded_at,
                reason: &new.reason,
                citations: &new.citations,
            })
        });
        bind_events(self, events, &mut bound)?;
        // An earlier schema has no room for these.
        let arrived = if self.inner.schema < REPORTING {
            Arrived::new()
        } else {
            bind_documents(self.engine(), records, &mut bound)?;
            count_arrived(records)
        };
        Ok(PreparedRecords { bound, arrived })
    }

    /// What there is under the keys.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn existing_records(
        &self,
        keys: &[RecordKey],
    ) -> Result<HashMap<RecordKey, ExistingRecord>, StoreError> {
        existing(&mut self.reader().await?.conn(), keys).await
    }

    /// One record.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn record(&self, subject: i64, id: i64) -> Result<Option<Record>, StoreError> {
        let mut reader = self.reader().await?;
        reader
            .conn()
            .maybe(&RECORD_ONE, values![subject, id])
            .await?
            .as_ref()
            .map(record)
            .transpose()
    }

    /// The records that are shown under a subject, public or not, the newest decision first: its own and those that a judgement
    /// gives to it, without those that one gives to another.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn records_of_subject(
        &self,
        subject: i64,
        limit: i64,
    ) -> Result<Vec<Record>, StoreError> {
        let mut reader = self.reader().await?;
        let mut found = records_of(&mut reader.conn(), &[subject], limit).await?;
        Ok(found.remove(&subject).unwrap_or_default())
    }

    /// The history of a record, the oldest state first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn record_versions(
        &self,
        subject: i64,
        id: i64,
    ) -> Result<Vec<RecordVersion>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&RECORD_VERSIONS, values![subject, id]).await?;
        rows.iter().map(record_version).collect()
    }

    /// A record as it was known at an instant (milliseconds since 1970).
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn record_as_of(
        &self,
        subject: i64,
        id: i64,
        known_at: i64,
    ) -> Result<Option<RecordVersion>, StoreError> {
        let mut reader = self.reader().await?;
        let row = reader.conn().maybe(&RECORD_AS_OF, values![subject, id, known_at]).await?;
        row.as_ref().map(record_version).transpose()
    }

    /// All records of a subject as they were known at an instant, by the judgements that held then.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn records_as_of(
        &self,
        subject: i64,
        known_at: i64,
    ) -> Result<Vec<RecordVersion>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&RECORDS_AS_OF, values![subject, known_at]).await?;
        rows.iter().map(record_version).collect()
    }

    /// What happened to a record in public, in order.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn publication_events(
        &self,
        subject: i64,
        id: i64,
    ) -> Result<Vec<PublicationEvent>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&EVENTS, values![subject, id]).await?;
        rows.iter()
            .map(|row| {
                Ok(PublicationEvent {
                    subject_id: row.int(0)?,
                    record_id: row.int(1)?,
                    seq: row.int(2)?,
                    kind: row.text(3)?,
                    on_day: row.day(4)?,
                    at: row.int(5)?,
                    reason: row.text(6)?,
                    citations: row.text(7)?,
                })
            })
            .collect()
    }

    /// How many records there are.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn count_records(&self) -> Result<i64, StoreError> {
        self.reader().await?.conn().one(&COUNT_RECORDS, vec![]).await?.int(0)
    }
}
