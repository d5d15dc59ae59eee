//! Records put together as the database takes them: hashed, bound, and ready before the connection is asked for.

use std::collections::HashMap;

use jiff::civil::Date;

use super::rows::{NO_END, NewRecord, REVOKED};
use crate::chain::Link;
use crate::db::{Bound, Engine, Insert, Store, Value, day_text, values};
use crate::error::StoreError;
use crate::keys::sm3_hex;
use crate::publication_log::{INSERT_WAITING, PUBLICATION_LOG};
use crate::reporting::Arrived;

const HEAD: &str = "record (id, subject_id, kind, natural_key, version, party_category, decided_on, unit_id, batch_id, row, \
    public_from, public_until, withdrawn_on, state, ends_on)";

const HEAD_COLUMNS: usize = 15;

pub(super) static INSERT_RECORD: Insert = Insert::new(HEAD, HEAD_COLUMNS, "");

pub(super) static REPLACE_RECORD: Insert = Insert::new(
    HEAD,
    HEAD_COLUMNS,
    "ON CONFLICT (id, subject_id) DO UPDATE SET kind = excluded.kind, natural_key = excluded.natural_key, \
     version = excluded.version, party_category = excluded.party_category, decided_on = excluded.decided_on, \
     unit_id = excluded.unit_id, batch_id = excluded.batch_id, row = excluded.row, public_from = excluded.public_from, \
     public_until = excluded.public_until, withdrawn_on = excluded.withdrawn_on, state = excluded.state, \
     ends_on = excluded.ends_on",
);

static INSERT_VERSION: Insert = Insert::new(
    "record_version (subject_id, record_id, version, kind, natural_key, party_category, unit_id, batch_id, row, content, sealed, platform, state, reason, actor, second, \
     law_edition, held_from, valid_until, known_at, public_from, public_until, withdrawn_on, content_digest, previous, hash)",
    26,
    "",
);

static INSERT_EVENT: Insert = Insert::new(
    "publication_event (record_id, seq, subject_id, kind, on_day, at, reason, citation)",
    8,
    "",
);

static INSERT_CITATION: Insert =
    Insert::new("citation (id, list)", 2, "ON CONFLICT (id) DO NOTHING");

/// One state about to be written: the record, its number, the hash before, since when withdrawn, and the public event.
pub(super) struct State<'a> {
    pub(super) new: &'a NewRecord,
    pub(super) version: i64,
    pub(super) previous: String,
    pub(super) withdrawn_on: Option<Date>,
    pub(super) revoked: bool,
    pub(super) delivered: bool,
}

#[derive(Default)]
struct Chunk<'a> {
    records: Vec<Value<'a>>,
    versions: Vec<Value<'a>>,
}

fn chunk<'a>(part: &[State<'a>]) -> Chunk<'a> {
    let mut out = Chunk::default();
    for State { new, version, previous, withdrawn_on, revoked, delivered } in part {
        let new: &'a NewRecord = new;
        let state = match (withdrawn_on, revoked) {
            (None, _) => "standing",
            (Some(_), false) => "withdrawn",
            (Some(_), true) => REVOKED,
        };
        let (batch, row) = if *delivered { (new.batch_id, new.row) } else { (0, 0) };
        let decided = day_text(new.decided_on);
        let valid = new.valid_until.map(day_text);
        let from = new.public_from.map(day_text);
        let until = new.public_until.map(day_text);
        let withdrawn = withdrawn_on.map(day_text);
        let ends = if state == "standing" && from.is_some() {
            until.clone().filter(|day| day != NO_END)
        } else {
            None
        };
        let hash = Link::new("r")
            .int(new.subject_id)
            .int(new.id)
            .int(*version)
            .text(&new.kind)
            .text(&new.natural_key)
            .text(&new.party_category)
            .text(&new.unit_id)
            .int(batch)
            .int(row)
            .text(new.content.sm3())
            .bytes_or_null(new.sealed.as_deref())
            .text(&new.platform)
            .text(state)
            .text(&new.reason)
            .text(&new.actor)
            .text_or_null(new.second.as_deref())
            .text(&new.law_edition)
            .text(&decided)
            .text_or_null(valid.as_deref())
            .int(new.recorded_at)
            .text_or_null(from.as_deref())
            .text_or_null(until.as_deref())
            .text_or_null(withdrawn.as_deref())
            .text(&new.content_digest)
            .text(previous)
            .hash();
        let owned = |text: &Option<String>| Value::TextOrNull(text.clone().map(Into::into));
        out.records.extend([
            Value::Int(new.id),
            Value::Int(new.subject_id),
            (&new.kind).into(),
            (&new.natural_key).into(),
            Value::Int(*version),
            (&new.party_category).into(),
            decided.clone().into(),
            (&new.unit_id).into(),
            Value::Int(new.batch_id),
            Value::Int(new.row),
            owned(&from),
            owned(&until),
            owned(&withdrawn),
            state.into(),
            Value::TextOrNull(ends.map(Into::into)),
        ]);
        out.versions.extend([
            Value::Int(new.subject_id),
            Value::Int(new.id),
            Value::Int(*version),
            (&new.kind).into(),
            (&new.natural_key).into(),
            (&new.party_category).into(),
            (&new.unit_id).into(),
            Value::Int(batch),
            Value::Int(row),
            new.content.text().into(),
            (&new.sealed).into(),
            (&new.platform).into(),
            state.into(),
            (&new.reason).into(),
            (&new.actor).into(),
            (&new.second).into(),
            (&new.law_edition).into(),
            decided.into(),
            owned(&valid),
            Value::Int(new.recorded_at),
            owned(&from),
            owned(&until),
            owned(&withdrawn),
            (&new.content_digest).into(),
            previous.clone().into(),
            hash.into(),
        ]);
    }
    out
}

/// Puts states together as rows of their two tables, hashed and bound.
pub(super) fn bind(
    engine: Engine,
    list: &[State<'_>],
    heads: &Insert,
) -> Result<Bound, StoreError> {
    let mut bound = Bound::default();
    for part in list.chunks(512) {
        let rows = chunk(part);
        bound.add(engine, heads, &rows.records)?;
        bound.add(engine, &INSERT_VERSION, &rows.versions)?;
    }
    Ok(bound)
}

/// New records as the database takes them. Made by [`Store::prepare_records`].
#[derive(Default)]
pub struct PreparedRecords {
    pub(super) bound: Bound,
    pub(super) arrived: Arrived,
}

impl std::fmt::Debug for PreparedRecords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PreparedRecords(…)")
    }
}

pub(super) struct NewEvent<'a> {
    pub(super) record_id: i64,
    pub(super) seq: i64,
    pub(super) version: i64,
    pub(super) subject_id: i64,
    pub(super) kind: &'a str,
    pub(super) on_day: Date,
    pub(super) at: i64,
    pub(super) reason: &'a str,
    pub(super) citations: &'a str,
}

/// The name of a list of articles: what it says, so that the same list is kept once and a changed one is noticed.
pub(crate) fn citation_id(list: &str) -> String {
    let mut id = sm3_hex(list.as_bytes());
    id.truncate(32);
    id
}

pub(super) fn bind_events<'a>(
    store: &Store,
    events: impl Iterator<Item = NewEvent<'a>>,
    bound: &mut Bound,
) -> Result<(), StoreError> {
    let engine = store.engine();
    // A file's records rest on a handful of lists.
    let mut lists: HashMap<&str, String> = HashMap::new();
    let mut rows = Vec::new();
    // They go into the record of publication from here, by a job: writers must not wait for each other at its end.
    let mut waiting = Vec::new();
    for event in events {
        waiting.extend(values![
            event.at,
            event.record_id,
            event.seq,
            event.subject_id,
            event.version,
            true,
        ]);
        let id = lists.entry(event.citations).or_insert_with(|| citation_id(event.citations));
        rows.extend(values![
            event.record_id,
            event.seq,
            event.subject_id,
            event.kind,
            event.on_day,
            event.at,
            event.reason,
            id.clone(),
        ]);
    }
    let lists: Vec<Value<'_>> = lists.iter().flat_map(|(list, id)| values![id, *list]).collect();
    bound.add(engine, &INSERT_CITATION, &lists)?;
    bound.add(engine, &INSERT_EVENT, &rows)?;
    // An earlier schema has no room for it.
    if store.inner.schema < PUBLICATION_LOG {
        return Ok(());
    }
    bound.add(engine, &INSERT_WAITING, &waiting)
}
