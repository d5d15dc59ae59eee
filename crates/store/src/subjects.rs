//! The register of subjects: codes, names, states, history.

use std::collections::HashMap;

use jiff::civil::Date;

use crate::chain::Link;
use crate::db::{
    Bound, Conn, Engine, Insert, Reader, Row, Statement, Store, Tx, Value, day_text, statements,
    values,
};
use crate::error::StoreError;
use crate::persons::json;
use crate::records::{self, Record};

static INSERT_SUBJECT: Insert = Insert::new(
    "subject (id, category, code, name, name_key, status, details, registered_on, source, known_at, version)",
    11,
    "",
);
static REPLACE_SUBJECT: Insert = Insert::new(
    "subject (id, category, code, name, name_key, status, details, registered_on, source, known_at, version)",
    11,
    "ON CONFLICT (id) DO UPDATE SET category = excluded.category, code = excluded.code, name = excluded.name, \
     name_key = excluded.name_key, status = excluded.status, details = excluded.details, \
     registered_on = excluded.registered_on, source = excluded.source, known_at = excluded.known_at, \
     version = excluded.version",
);
static INSERT_CODE: Insert = Insert::new("subject_code (value, kind, subject_id)", 3, "");
static REPLACE_CODE: Insert = Insert::new(
    "subject_code (value, kind, subject_id)",
    3,
    "ON CONFLICT (value, kind) DO UPDATE SET subject_id = excluded.subject_id \
     WHERE subject_code.subject_id = excluded.subject_id",
);
static INSERT_NAME: Insert = Insert::new(
    "subject_name (subject_id, name_key, name, since, until, known_at)",
    6,
    "ON CONFLICT (subject_id, name_key) DO UPDATE SET name = excluded.name, since = excluded.since, until = excluded.until",
);
static INSERT_VERSION: Insert = Insert::new(
    "subject_version (subject_id, version, content, actor, reason, source_batch, known_at, previous, hash)",
    9,
    "",
);
statements! {
    /// A chunk's subjects as one JSON text: a row costs the driver several times what finding it costs the database.
    SUBJECTS_BY_CODE = "SELECT json_group_array(json_array(c.value, s.id, s.category, s.code, s.name, s.name_key)) \
        FROM subject_code c JOIN subject s ON s.id = c.subject_id WHERE c.value IN (SELECT value FROM json_each($1))"
        pg "SELECT CAST(COALESCE(json_agg(json_build_array(c.value, s.id, s.category, s.code, s.name, s.name_key)), '[]') AS TEXT) \
        FROM subject_code c JOIN subject s ON s.id = c.subject_id \
        WHERE c.value IN (SELECT jsonb_array_elements_text(CAST($1 AS jsonb)))";
    /// By the organisation code inside the unified code: positions 9 to 17. Asked only for lists that still have older codes.
    SUBJECTS_BY_ORGANISATION_CODE = "SELECT json_group_array(json_array(substr(s.code, 9, 9), s.id, s.category, s.code, s.name, s.name_key)) \
        FROM subject s WHERE s.code IS NOT NULL AND substr(s.code, 9, 9) IN (SELECT value FROM json_each($1))"
        pg "SELECT CAST(COALESCE(json_agg(json_build_array(substr(s.code, 9, 9), s.id, s.category, s.code, s.name, s.name_key)), '[]') AS TEXT) \
        FROM subject s \
        WHERE s.code IS NOT NULL AND substr(s.code, 9, 9) IN (SELECT jsonb_array_elements_text(CAST($1 AS jsonb)))";
    SUBJECTS_BY_NAME = "SELECT json_group_array(json_array(n.name_key, s.id, s.category, s.code, s.name, s.name_key)) \
        FROM subject_name n JOIN subject s ON s.id = n.subject_id WHERE n.name_key IN (SELECT value FROM json_each($1))"
        pg "SELECT CAST(COALESCE(json_agg(json_build_array(n.name_key, s.id, s.category, s.code, s.name, s.name_key)), '[]') AS TEXT) \
        FROM subject_name n JOIN subject s ON s.id = n.subject_id \
        WHERE n.name_key IN (SELECT jsonb_array_elements_text(CAST($1 AS jsonb)))";
    SUBJECT_BY_CODE = "SELECT s.id, s.category, s.code, s.name, s.name_key, s.status, s.details, s.registered_on, s.source, \
        s.known_at, s.version FROM subject_code c JOIN subject s ON s.id = c.subject_id WHERE c.value = $1 LIMIT 1";
    /// One look for all that a page says about who a subject is: every further one costs as much as the first.
    SUBJECT_WHOLE = "SELECT s.id, s.category, s.code, s.name, s.name_key, s.status, s.details, s.registered_on, s.source, \
        s.known_at, s.version, \
        (SELECT json_group_array(json_array(n.name, n.name_key, n.since, n.until, n.known_at) \
        ORDER BY n.until DESC NULLS LAST, n.name_key) FROM subject_name n WHERE n.subject_id = s.id), \
        (SELECT json_group_array(json_array(d.kind, d.value) ORDER BY d.kind, d.value) FROM subject_code d \
        WHERE d.subject_id = s.id) FROM subject_code c JOIN subject s ON s.id = c.subject_id WHERE c.value = $1 LIMIT 1"
        pg "SELECT s.id, s.category, s.code, s.name, s.name_key, s.status, s.details, s.registered_on, s.source, \
        s.known_at, s.version, \
        (SELECT CAST(COALESCE(json_agg(json_build_array(n.name, n.name_key, n.since, n.until, n.known_at) \
        ORDER BY n.until DESC NULLS LAST, n.name_key), '[]') AS TEXT) FROM subject_name n WHERE n.subject_id = s.id), \
        (SELECT CAST(COALESCE(json_agg(json_build_array(d.kind, d.value) ORDER BY d.kind, d.value), '[]') AS TEXT) \
        FROM subject_code d WHERE d.subject_id = s.id) \
        FROM subject_code c JOIN subject s ON s.id = c.subject_id WHERE c.value = $1 LIMIT 1";
    SUBJECTS_SHOWN = "WITH RECURSIVE up (asked, id, step) AS (SELECT k.value->>0, (SELECT c.subject_id FROM subject_code c \
        WHERE c.value = k.value->>0 LIMIT 1), 0 FROM json_each($1) k UNION ALL SELECT u.asked, j.to_id, u.step + 1 FROM up u \
        CROSS JOIN subject_judgement j WHERE j.from_id = u.id AND j.finding = 'same' AND j.state = 'confirmed' AND u.step < 50) \
        SELECT s.id, s.category, s.code, s.name, s.name_key, s.status, s.details, s.registered_on, s.source, \
        s.known_at, s.version, \
        (SELECT json_group_array(json_array(n.name, n.name_key, n.since, n.until, n.known_at) \
        ORDER BY n.until DESC NULLS LAST, n.name_key) FROM subject_name n WHERE n.subject_id = s.id), \
        (SELECT json_group_array(json_array(d.kind, d.value) ORDER BY d.kind, d.value) FROM subject_code d \
        WHERE d.subject_id = s.id), u.asked FROM up u CROSS JOIN subject s WHERE s.id = u.id ORDER BY u.step"
        pg "WITH RECURSIVE up (asked, id, step) AS (SELECT k.value->>0, (SELECT c.subject_id FROM subject_code c \
        WHERE c.value = k.value->>0 LIMIT 1), 0 FROM jsonb_array_elements(CAST($1 AS jsonb)) k UNION ALL \
        SELECT u.asked, j.to_id, u.step + 1 FROM up u CROSS JOIN subject_judgement j \
        WHERE j.from_id = u.id AND j.finding = 'same' AND j.state = 'confirmed' AND u.step < 50) \
        SELECT s.id, s.category, s.code, s.name, s.name_key, s.status, s.details, s.registered_on, s.source, \
        s.known_at, s.version, \
        (SELECT CAST(COALESCE(json_agg(json_build_array(n.name, n.name_key, n.since, n.until, n.known_at) \
        ORDER BY n.until DESC NULLS LAST, n.name_key), '[]') AS TEXT) FROM subject_name n WHERE n.subject_id = s.id), \
        (SELECT CAST(COALESCE(json_agg(json_build_array(d.kind, d.value) ORDER BY d.kind, d.value), '[]') AS TEXT) \
        FROM subject_code d WHERE d.subject_id = s.id), u.asked FROM up u CROSS JOIN subject s WHERE s.id = u.id ORDER BY u.step";
    SUBJECT = "SELECT id, category, code, name, name_key, status, details, registered_on, source, known_at, version \
        FROM subject WHERE id = $1";
    SUBJECTS_OF = "SELECT id, category, code, name, name_key, status, details, registered_on, source, known_at, version \
        FROM subject WHERE id IN " [ints] "";
    SUBJECT_NAMES = "SELECT subject_id, name, name_key, since, until, known_at FROM subject_name \
        WHERE subject_id = $1 ORDER BY until DESC NULLS LAST, name_key";
    SUBJECT_CODES = "SELECT subject_id, kind, value FROM subject_code WHERE subject_id = $1 ORDER BY kind, value";
    SUBJECT_VERSIONS = "SELECT subject_id, version, content, actor, reason, source_batch, known_at, previous, hash \
        FROM subject_version WHERE subject_id = $1 ORDER BY version";
    SUBJECT_AS_OF = "SELECT subject_id, version, content, actor, reason, source_batch, known_at, previous, hash \
        FROM subject_version WHERE subject_id = $1 AND known_at <= $2 ORDER BY version DESC LIMIT 1";
    SUBJECT_HEADS = "SELECT s.id, s.version, v.hash FROM subject s \
        JOIN subject_version v ON v.subject_id = s.id AND v.version = s.version WHERE s.id IN " [ints] "";
    COUNT_SUBJECTS = "SELECT COUNT(*) FROM subject";
    SUBJECTS_PAGE = "SELECT id, category, code, name, name_key, status, details, registered_on, source, known_at, version \
        FROM subject WHERE id > $1 ORDER BY id LIMIT $2";
    INSERT_SEARCH = "INSERT INTO subject_search (rowid, tokens) SELECT value->>0, value->>1 FROM json_each($1)"
        pg "INSERT INTO subject_search (subject_id, tokens) SELECT CAST(value->>0 AS BIGINT), \
        array_to_tsvector(string_to_array(value->>1, ' ')) FROM jsonb_array_elements(CAST($1 AS jsonb)) \
        ON CONFLICT (subject_id) DO UPDATE SET tokens = excluded.tokens";
    DELETE_SEARCH = "DELETE FROM subject_search WHERE rowid IN (SELECT value FROM json_each($1))"
        pg "DELETE FROM subject_search WHERE subject_id IN (SELECT CAST(jsonb_array_elements_text(CAST($1 AS jsonb)) AS BIGINT))";
}

/// A subject as the register holds it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The id.
    pub id: i64,
    /// `organisation` or `individual-business`.
    pub category: String,
    /// The unified social credit code where known.
    pub code: Option<String>,
    /// The name as written.
    pub name: String,
    /// The name normalised for comparison.
    pub name_key: String,
    /// The state of registration, a stable word.
    pub status: String,
    /// Type, capital, scope, address and the like as JSON.
    pub details: String,
    /// The day of registration.
    pub registered_on: Option<Date>,
    /// Where the platform knows it from.
    pub source: String,
    /// Since when this state is known, in milliseconds since 1970.
    pub known_at: i64,
    /// The number of this state, from 1.
    pub version: i64,
}

/// What matching needs to know about a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownSubject {
    /// The id.
    pub id: i64,
    /// `organisation` or `individual-business`.
    pub category: String,
    /// The unified social credit code where known.
    pub code: Option<String>,
    /// The current name.
    pub name: String,
    /// The current name, normalised.
    pub name_key: String,
}

/// What [`Store::find_subjects`] found.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// By any of a subject's codes.
    pub by_code: HashMap<String, KnownSubject>,
    /// By the organisation code inside the unified code.
    pub by_organisation_code: HashMap<String, Vec<KnownSubject>>,
    /// By normalised name; the flag says whether it is the current name.
    pub by_name: HashMap<String, Vec<(KnownSubject, bool)>>,
}

/// A name a subject had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerName {
    /// As written.
    pub name: String,
    /// Normalised.
    pub name_key: String,
    /// From when.
    pub since: Option<Date>,
    /// Until when.
    pub until: Option<Date>,
}

/// A subject to be added, or the whole new state of one that changes.
#[derive(Debug, Clone)]
pub struct NewSubject {
    /// The id.
    pub id: i64,
    /// `organisation` or `individual-business`.
    pub category: String,
    /// The unified social credit code where known.
    pub code: Option<String>,
    /// All codes as (kind, value): `uscc`, `organisation-code`, `registration-no`, `tax-no` …
    pub codes: Vec<(String, String)>,
    /// The current name.
    pub name: String,
    /// The current name, normalised.
    pub name_key: String,
    /// Names it had.
    pub former: Vec<FormerName>,
    /// The state of registration.
    pub status: String,
    /// Further details as JSON.
    pub details: String,
    /// The day of registration.
    pub registered_on: Option<Date>,
    /// Where the platform knows it from.
    pub source: String,
    /// Since when this state is known.
    pub known_at: i64,
    /// Search tokens of the current and all former names, separated by spaces.
    pub tokens: String,
    /// Who.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// From which batch.
    pub source_batch: Option<i64>,
}

/// A change of a subject, made against the state number `expected`.
#[derive(Debug, Clone)]
pub struct SubjectChange {
    /// The whole new state.
    pub subject: NewSubject,
    /// The version it was made against.
    pub expected: i64,
}

/// A name of a subject with its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectName {
    /// As written.
    pub name: String,
    /// Normalised.
    pub name_key: String,
    /// From when.
    pub since: Option<Date>,
    /// Until when.
    pub until: Option<Date>,
    /// Since when the platform knows it.
    pub known_at: i64,
}

/// A subject with everything it is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholeSubject {
    /// The subject.
    pub subject: Subject,
    /// All names, the current one among them.
    pub names: Vec<SubjectName>,
    /// All codes as (kind, value).
    pub codes: Vec<(String, String)>,
}

/// One state in the history of a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectVersion {
    /// Whose.
    pub subject_id: i64,
    /// The number, from 1.
    pub version: i64,
    /// The state as JSON.
    pub content: String,
    /// Who.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// From which batch.
    pub source_batch: Option<i64>,
    /// Since when it was known, in milliseconds since 1970.
    pub known_at: i64,
    /// The hash of the state before, empty for the first.
    pub previous: String,
    /// The hash of this one.
    pub hash: String,
}

fn whole(row: &Row) -> Result<WholeSubject, StoreError> {
    let subject = subject(row)?;
    let wrong = |reason: String| {
        StoreError::inconsistent("subject_name", "until", subject.id.to_string(), &reason)
    };
    let day = |text: Option<String>| -> Result<Option<Date>, StoreError> {
        text.map(|text| text.parse().map_err(|_| wrong(format!("“{text}”不是日期")))).transpose()
    };
    type Name = (String, String, Option<String>, Option<String>, i64);
    let list: Vec<Name> =
        serde_json::from_str(&row.text(11)?).map_err(|error| wrong(error.to_string()))?;
    let mut names = Vec::with_capacity(list.len());
    for (name, name_key, since, until, known_at) in list {
        let (since, until) = (day(since)?, day(until)?);
        names.push(SubjectName { name, name_key, since, until, known_at });
    }
    let codes = serde_json::from_str(&row.text(12)?).map_err(|error| wrong(error.to_string()))?;
    Ok(WholeSubject { subject, names, codes })
}

/// Codes as the statements are given them.
fn each_of(codes: &[&str]) -> String {
    serde_json::json!(codes.iter().map(|code| [code]).collect::<Vec<_>>()).to_string()
}

/// The subjects that codes stand for, each as what it was found to be, by the code that was asked for.
fn shown(rows: &[Row]) -> Result<HashMap<String, WholeSubject>, StoreError> {
    let mut found = HashMap::with_capacity(rows.len());
    // Step by step: the last one is what it is.
    for row in rows {
        found.insert(row.text(ASKED)?, whole(row)?);
    }
    Ok(found)
}

/// What was read of subjects with their records, not taken apart yet: others may have the connection meanwhile.
pub struct SubjectsRead {
    subjects: Vec<Row>,
    records: RecordsRead,
}

enum RecordsRead {
    Rows(Vec<Row>),
    Records(HashMap<i64, Vec<Record>>),
}

impl std::fmt::Debug for SubjectsRead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // It is about somebody.
        f.debug_struct("SubjectsRead").finish_non_exhaustive()
    }
}

impl SubjectsRead {
    /// What codes stand for, and what `at` gives while nobody else has the connection yet.
    async fn by<T>(
        mut reader: Reader,
        codes: &[&str],
        limit: i64,
        at: impl FnOnce() -> T,
    ) -> Result<(Self, T), StoreError> {
        let mut conn = reader.conn();
        let both = [&SUBJECTS_SHOWN, records::OF_CODES];
        let once = conn.of_one_moment(both, values![each_of(codes), limit]).await?;
        let read = match once {
            Some([subjects, held]) if !records::reaches(&held, limit) => {
                Self { subjects, records: RecordsRead::Rows(held) }
            }
            // One after the other, the records by who was found: a judgement in between must not leave anybody without theirs.
            _ => {
                let subjects = conn.all(&SUBJECTS_SHOWN, values![each_of(codes)]).await?;
                let ids = ids_of(&shown(&subjects)?);
                let records = records::records_of(&mut conn, &ids, limit).await?;
                Self { subjects, records: RecordsRead::Records(records) }
            }
        };
        Ok((read, at()))
    }

    /// The subjects by the code that was asked for.
    ///
    /// # Errors
    /// [`StoreError::Inconsistent`] where something is stored that cannot be.
    pub fn subjects(self) -> Result<HashMap<String, (WholeSubject, Vec<Record>)>, StoreError> {
        let subjects = shown(&self.subjects)?;
        let mut records = match self.records {
            RecordsRead::Rows(rows) => records::by_subject(&rows)?,
            RecordsRead::Records(records) => records,
        };
        // Two codes of one subject are rare; who is asked for once takes the records along.
        let shared = ids_of(&subjects).len() < subjects.len();
        let with = |(code, whole): (String, WholeSubject)| {
            let id = whole.subject.id;
            let own = if shared { records.get(&id).cloned() } else { records.remove(&id) };
            (code, (whole, own.unwrap_or_default()))
        };
        Ok(subjects.into_iter().map(with).collect())
    }
}

fn ids_of(subjects: &HashMap<String, WholeSubject>) -> Vec<i64> {
    let mut ids: Vec<i64> = subjects.values().map(|whole| whole.subject.id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Column of the code that was asked for, after those of [`whole`].
const ASKED: usize = 13;

pub(crate) fn subject(row: &Row) -> Result<Subject, StoreError> {
    Ok(Subject {
        id: row.int(0)?,
        category: row.text(1)?,
        code: row.text_or_null(2)?,
        name: row.text(3)?,
        name_key: row.text(4)?,
        status: row.text(5)?,
        details: row.text(6)?,
        registered_on: row.day_or_null(7)?,
        source: row.text(8)?,
        known_at: row.int(9)?,
        version: row.int(10)?,
    })
}

pub(crate) fn subject_version(row: &Row) -> Result<SubjectVersion, StoreError> {
    Ok(SubjectVersion {
        subject_id: row.int(0)?,
        version: row.int(1)?,
        content: row.text(2)?,
        actor: row.text(3)?,
        reason: row.text(4)?,
        source_batch: row.int_or_null(5)?,
        known_at: row.int(6)?,
        previous: row.text(7)?,
        hash: row.text(8)?,
    })
}

/// The link of one state, from its columns.
pub(crate) fn version_hash(version: &SubjectVersion) -> String {
    link(
        version.subject_id,
        version.version,
        &version.content,
        &version.actor,
        &version.reason,
        version.source_batch,
        version.known_at,
        &version.previous,
    )
}

#[expect(clippy::too_many_arguments, reason = "the columns of the row, in their order")]
fn link(
    subject: i64,
    version: i64,
    content: &str,
    actor: &str,
    reason: &str,
    batch: Option<i64>,
    known_at: i64,
    previous: &str,
) -> String {
    Link::new("s")
        .int(subject)
        .int(version)
        .text(content)
        .text(actor)
        .text(reason)
        .int_or_null(batch)
        .int(known_at)
        .text(previous)
        .hash()
}

/// The state of a subject as its history keeps it: the columns of the register, its codes and its former names.
#[derive(serde::Serialize)]
struct Content<'a> {
    category: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    name: &'a str,
    name_key: &'a str,
    status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    registered_on: Option<String>,
    source: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    codes: &'a [(String, String)],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    former: Vec<(&'a str, Option<String>, Option<String>)>,
    /// JSON in a text: kept to the byte.
    details: &'a str,
}

fn content(new: &NewSubject) -> String {
    let content = Content {
        category: &new.category,
        code: new.code.as_deref(),
        name: &new.name,
        name_key: &new.name_key,
        status: &new.status,
        registered_on: new.registered_on.map(day_text),
        source: &new.source,
        codes: &new.codes,
        former: new
            .former
            .iter()
            .map(|old| (old.name.as_str(), old.since.map(day_text), old.until.map(day_text)))
            .collect(),
        details: &new.details,
    };
    serde_json::to_string(&content).expect("strings and days always serialise")
}

fn clean(tokens: &str) -> String {
    // Each token once and single spaces: PostgreSQL refuses empty lexemes.
    let mut list: Vec<&str> = crate::search::pieces(tokens).collect();
    list.sort_unstable();
    list.dedup();
    list.join(" ")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Insert,
    Replace,
}

/// One chunk of subjects as rows of the five tables.
#[derive(Default)]
struct Chunk<'a> {
    subjects: Vec<Value<'a>>,
    codes: Vec<Value<'a>>,
    names: Vec<Value<'a>>,
    versions: Vec<Value<'a>>,
    search: Vec<(i64, String)>,
}

fn chunk<'a>(part: &[(&'a NewSubject, i64, String)]) -> Chunk<'a> {
    let mut out = Chunk::default();
    for (new, version, previous) in part {
        let (new, version): (&'a NewSubject, i64) = (new, *version);
        out.subjects.extend(values![
            new.id,
            &new.category,
            &new.code,
            &new.name,
            &new.name_key,
            &new.status,
            &new.details,
            new.registered_on,
            &new.source,
            new.known_at,
            version,
        ]);
        for (kind, value) in &new.codes {
            out.codes.extend(values![value, kind, new.id]);
        }
        for old in &new.former {
            if old.name_key != new.name_key {
                let (since, until) = (old.since, old.until);
                out.names.extend(values![
                    new.id,
                    &old.name_key,
                    &old.name,
                    since,
                    until,
                    new.known_at
                ]);
            }
        }
        let none: Option<&str> = None;
        out.names.extend(values![new.id, &new.name_key, &new.name, none, none, new.known_at]);
        let content = content(new);
        let hash = link(
            new.id,
            version,
            &content,
            &new.actor,
            &new.reason,
            new.source_batch,
            new.known_at,
            previous,
        );
        out.versions.extend(values![
            new.id,
            version,
            content,
            &new.actor,
            &new.reason,
            new.source_batch,
            new.known_at,
            previous.clone(),
            hash,
        ]);
        out.search.push((new.id, clean(&new.tokens)));
    }
    out
}

/// Subjects as the database takes them. Made by [`Store::prepare_subjects`].
#[derive(Default)]
pub struct PreparedSubjects {
    codes: Bound,
    code_rows: u64,
    rest: Bound,
    search: Vec<(i64, String)>,
}

impl std::fmt::Debug for PreparedSubjects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PreparedSubjects").field("subjects", &self.search.len()).finish()
    }
}

/// Puts subjects together as rows of their tables, hashed and bound.
fn bind(
    engine: Engine,
    list: &[(&NewSubject, i64, String)],
    mode: Mode,
) -> Result<PreparedSubjects, StoreError> {
    let (subjects, codes) = match mode {
        Mode::Insert => (&INSERT_SUBJECT, &INSERT_CODE),
        Mode::Replace => (&REPLACE_SUBJECT, &REPLACE_CODE),
    };
    let mut out = PreparedSubjects::default();
    for part in list.chunks(512) {
        let rows = chunk(part);
        out.code_rows += (rows.codes.len() / 3) as u64;
        out.codes.add(engine, codes, &rows.codes)?;
        out.rest.add(engine, subjects, &rows.subjects)?;
        out.rest.add(engine, &INSERT_NAME, &rows.names)?;
        out.rest.add(engine, &INSERT_VERSION, &rows.versions)?;
        out.search.extend(rows.search);
    }
    Ok(out)
}

async fn write(tx: &mut Tx, bound: PreparedSubjects, mode: Mode) -> Result<(), StoreError> {
    let mut conn = tx.conn();
    let PreparedSubjects { codes, code_rows, rest, search } = bound;
    if conn.run(codes).await? < code_rows {
        return Err(StoreError::conflict("代码已属于另一个主体；请先核对两个主体是否同一"));
    }
    conn.run(rest).await?;
    if mode == Mode::Replace {
        let ids: Vec<i64> = search.iter().map(|(id, _)| *id).collect();
        conn.execute(&DELETE_SEARCH, values![json(&ids)]).await?;
    }
    insert_search(&mut conn, &search).await
}

/// All rows in one statement and after everything else: SQLite's index writes out and merges what it has gathered before
/// every statement that might have to be undone, whatever table that one is about.
async fn insert_search(conn: &mut Conn<'_>, rows: &[(i64, String)]) -> Result<(), StoreError> {
    if !rows.is_empty() {
        conn.execute(&INSERT_SEARCH, values![json(rows)]).await?;
    }
    Ok(())
}

/// The subjects under some keys, each with the key it was found by.
async fn ask(
    conn: &mut Conn<'_>,
    statement: &Statement,
    keys: &[&str],
) -> Result<Vec<(String, KnownSubject)>, StoreError> {
    type Found = (String, i64, String, Option<String>, String, String);
    let text = conn.one(statement, values![json(keys)]).await?.text(0)?;
    let found: Vec<Found> = serde_json::from_str(&text)
        .map_err(|error| StoreError::inconsistent("subject", "name", "", error.to_string()))?;
    let subject = |(key, id, category, code, name, name_key)| {
        (key, KnownSubject { id, category, code, name, name_key })
    };
    Ok(found.into_iter().map(subject).collect())
}

async fn find(
    conn: &mut Conn<'_>,
    codes: &[&str],
    name_keys: &[&str],
) -> Result<Known, StoreError> {
    let mut out = Known::default();
    for part in codes.chunks(4_000) {
        out.by_code.extend(ask(conn, &SUBJECTS_BY_CODE, part).await?);
    }
    for part in name_keys.chunks(4_000) {
        for (key, subject) in ask(conn, &SUBJECTS_BY_NAME, part).await? {
            let current = subject.name_key == key;
            out.by_name.entry(key).or_default().push((subject, current));
        }
    }
    for list in out.by_name.values_mut() {
        list.sort_by_key(|(subject, current)| (!current, subject.id));
    }
    Ok(out)
}

impl Tx {
    /// Adds subjects with codes, names, first version and search tokens.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if an id or a code is there already.
    pub async fn insert_subjects(&mut self, subjects: &[NewSubject]) -> Result<(), StoreError> {
        let prepared = self.store().prepare_subjects(subjects)?;
        self.insert_prepared_subjects(prepared).await
    }

    /// As [`Tx::insert_subjects`], for subjects put together before.
    ///
    /// # Errors
    /// As [`Tx::insert_subjects`].
    pub async fn insert_prepared_subjects(
        &mut self,
        subjects: PreparedSubjects,
    ) -> Result<(), StoreError> {
        write(self, subjects, Mode::Insert).await
    }

    /// Changes subjects, each against the version it was read at. Codes and former names are added, never taken away;
    /// a name given up stays as a former one only if it is listed in `former`, otherwise it stays as it stood.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if a subject moved on, is not there, or a code belongs to another one.
    pub async fn update_subjects(&mut self, changes: &[SubjectChange]) -> Result<(), StoreError> {
        let mut list = Vec::with_capacity(changes.len());
        for part in changes.chunks(500) {
            let ids: Vec<i64> = part.iter().map(|change| change.subject.id).collect();
            let mut heads = HashMap::with_capacity(ids.len());
            for row in self.conn().all(&SUBJECT_HEADS, values![json(&ids)]).await? {
                heads.insert(row.int(0)?, (row.int(1)?, row.text(2)?));
            }
            for change in part {
                // Taken out, so that the same subject twice in one call is a conflict as well.
                match heads.remove(&change.subject.id) {
                    Some((version, hash)) if version == change.expected => {
                        list.push((&change.subject, version + 1, hash));
                    }
                    _ => {
                        return Err(StoreError::conflict(format!(
                            "主体 {} 已被他人更新（不再是第 {} 版）；请重新读取后再试",
                            change.subject.id, change.expected
                        )));
                    }
                }
            }
        }
        let bound = bind(self.store().engine(), &list, Mode::Replace)?;
        write(self, bound, Mode::Replace).await
    }

    /// As [`Store::find_subjects`], as this transaction sees them.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn find_subjects(
        &mut self,
        codes: &[&str],
        name_keys: &[&str],
    ) -> Result<Known, StoreError> {
        find(&mut self.conn(), codes, name_keys).await
    }

    /// As [`Store::subject`], as this transaction sees it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn subject(&mut self, id: i64) -> Result<Option<Subject>, StoreError> {
        self.conn().maybe(&SUBJECT, values![id]).await?.as_ref().map(subject).transpose()
    }

    /// Writes search tokens anew for subjects that have none, after a restore.
    pub(crate) async fn write_search(&mut self, rows: &[(i64, String)]) -> Result<(), StoreError> {
        let rows: Vec<_> = rows.iter().map(|(id, tokens)| (*id, clean(tokens))).collect();
        insert_search(&mut self.conn(), &rows).await
    }
}

impl Store {
    /// Puts new subjects together for [`Tx::insert_prepared_subjects`]: rows, hashes and tokens, without the database.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if a value cannot be written in a statement.
    pub fn prepare_subjects(
        &self,
        subjects: &[NewSubject],
    ) -> Result<PreparedSubjects, StoreError> {
        let list: Vec<_> = subjects.iter().map(|new| (new, 1, String::new())).collect();
        bind(self.engine(), &list, Mode::Insert)
    }

    /// Looks up many subjects at once, by any code and by normalised name (current names first).
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn find_subjects(
        &self,
        codes: &[&str],
        name_keys: &[&str],
    ) -> Result<Known, StoreError> {
        find(&mut self.reader().await?.conn(), codes, name_keys).await
    }

    /// Looks up many subjects at once by the organisation codes inside their unified codes. Reads the whole register: for lists
    /// that still have older codes, nothing else.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn subjects_by_organisation_code(
        &self,
        codes: &[&str],
    ) -> Result<HashMap<String, Vec<KnownSubject>>, StoreError> {
        let mut reader = self.reader().await?;
        let mut out: HashMap<String, Vec<KnownSubject>> = HashMap::new();
        for part in codes.chunks(4_000) {
            let found = ask(&mut reader.conn(), &SUBJECTS_BY_ORGANISATION_CODE, part).await?;
            for (code, subject) in found {
                out.entry(code).or_default().push(subject);
            }
        }
        Ok(out)
    }

    /// The subject any of whose codes this is.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn subject_by_code(&self, code: &str) -> Result<Option<Subject>, StoreError> {
        let mut reader = self.reader().await?;
        reader
            .conn()
            .maybe(&SUBJECT_BY_CODE, values![code])
            .await?
            .as_ref()
            .map(subject)
            .transpose()
    }

    /// The subject any of whose codes this is, with all its names and codes as (kind, value).
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn subject_whole(&self, code: &str) -> Result<Option<WholeSubject>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().maybe(&SUBJECT_WHOLE, values![code]).await?.as_ref().map(whole).transpose()
    }

    /// The subject that a code leads to by the judgements that hold: the one its entry was found to be, else the entry itself.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn subject_shown(&self, code: &str) -> Result<Option<WholeSubject>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&SUBJECTS_SHOWN, values![each_of(&[code])]).await?;
        Ok(shown(&rows)?.remove(code))
    }

    /// What codes stand for, by the code that was asked for, each with its records as [`Store::records_of_subject`] has them. A code that
    /// nobody has is left out.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn subjects_with_records(
        &self,
        codes: &[&str],
        limit: i64,
    ) -> Result<SubjectsRead, StoreError> {
        Ok(SubjectsRead::by(self.reader().await?, codes, limit, || ()).await?.0)
    }

    /// The same for who writes about them at once: read between writes, where what they are read from stays at hand, with what `at` gives
    /// when all is read and nobody writes yet. Not while holding a transaction.
    ///
    /// # Errors
    /// As [`Store::subjects_with_records`].
    pub async fn subjects_with_records_between_writes<T>(
        &self,
        codes: &[&str],
        limit: i64,
        at: impl FnOnce() -> T,
    ) -> Result<(SubjectsRead, T), StoreError> {
        SubjectsRead::by(self.reader_between_writes().await?, codes, limit, at).await
    }

    /// One subject.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn subject(&self, id: i64) -> Result<Option<Subject>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().maybe(&SUBJECT, values![id]).await?.as_ref().map(subject).transpose()
    }

    /// Those of the subjects that exist, by id.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn subjects(&self, ids: &[i64]) -> Result<HashMap<i64, Subject>, StoreError> {
        let mut reader = self.reader().await?;
        let mut out = HashMap::with_capacity(ids.len());
        for part in ids.chunks(500) {
            for row in reader.conn().all(&SUBJECTS_OF, values![json(part)]).await? {
                let subject = subject(&row)?;
                out.insert(subject.id, subject);
            }
        }
        Ok(out)
    }

    /// Subjects after the id `after` in the order of ids, for walking through all.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn subjects_page(&self, after: i64, limit: i64) -> Result<Vec<Subject>, StoreError> {
        let mut reader = self.reader().await?;
        reader
            .conn()
            .all(&SUBJECTS_PAGE, values![after, limit])
            .await?
            .iter()
            .map(subject)
            .collect()
    }

    /// All names of a subject, the current one among them.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn subject_names(&self, id: i64) -> Result<Vec<SubjectName>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&SUBJECT_NAMES, values![id]).await?;
        rows.iter()
            .map(|row| {
                Ok(SubjectName {
                    name: row.text(1)?,
                    name_key: row.text(2)?,
                    since: row.day_or_null(3)?,
                    until: row.day_or_null(4)?,
                    known_at: row.int(5)?,
                })
            })
            .collect()
    }

    /// All codes of a subject as (kind, value).
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn subject_codes(&self, id: i64) -> Result<Vec<(String, String)>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&SUBJECT_CODES, values![id]).await?;
        rows.iter().map(|row| Ok((row.text(1)?, row.text(2)?))).collect()
    }

    /// The history of a subject, the oldest state first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn subject_versions(&self, id: i64) -> Result<Vec<SubjectVersion>, StoreError> {
        let mut reader = self.reader().await?;
        reader
            .conn()
            .all(&SUBJECT_VERSIONS, values![id])
            .await?
            .iter()
            .map(subject_version)
            .collect()
    }

    /// The state of a subject as it was known at an instant (milliseconds since 1970).
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn subject_as_of(
        &self,
        id: i64,
        known_at: i64,
    ) -> Result<Option<SubjectVersion>, StoreError> {
        let mut reader = self.reader().await?;
        let row = reader.conn().maybe(&SUBJECT_AS_OF, values![id, known_at]).await?;
        row.as_ref().map(subject_version).transpose()
    }

    /// How many subjects there are.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn count_subjects(&self) -> Result<i64, StoreError> {
        self.reader().await?.conn().one(&COUNT_SUBJECTS, vec![]).await?.int(0)
    }
}
