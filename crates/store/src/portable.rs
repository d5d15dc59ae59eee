//! Backup and restore in one format for both engines, so that a restore can change the engine.
//!
//! A backup is a text file of JSON lines: a header, one line per row `{"t":table,"r":[…]}` (bytes in hexadecimal), and an end
//! with the number of rows of every table and the SM3 of everything before. What is sealed stays sealed: the key file is
//! not in it. Search tokens are not in it either, they are made anew from the names.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sm3::{Digest, Sm3};

use crate::db::{Insert, Row, Statement, Store, Tx, Value, statements, values};
use crate::error::StoreError;
use crate::keys::{KeyRing, Purpose};
use crate::publication_log::PUBLICATION_LOG;
use crate::schema::SCHEMA;

const FORMAT: &str = "xinyong-backup";

/// Makes the search tokens of a subject from its names; the same function the register is filled with.
pub type Tokenise<'t> = &'t (dyn Fn(&[&str]) -> String + Send + Sync);

statements! {
    CLEAR_SEARCH = "INSERT INTO subject_search (subject_search) VALUES ('delete-all')" pg "DELETE FROM subject_search";
    NAMES_PAGE = "SELECT n.subject_id, n.name FROM subject_name n \
        WHERE n.subject_id IN (SELECT s.id FROM subject s WHERE s.id > $1 ORDER BY s.id LIMIT 2000) ORDER BY n.subject_id, n.name";
}

#[derive(Clone, Copy)]
enum Kind {
    Text,
    Int,
    Bytes,
}

struct Table {
    select: Statement,
    count: Statement,
    insert: Insert,
    kinds: &'static [Kind],
}

macro_rules! table {
    (@kind t) => { Kind::Text };
    (@kind i) => { Kind::Int };
    (@kind b) => { Kind::Bytes };
    ($name:ident by $order:literal: $kind:ident $first:ident $(, $kinds:ident $column:ident)*) => {{
        const SELECT: &str = concat!(
            "SELECT ", stringify!($first), $(", ", stringify!($column),)* " FROM ", stringify!($name), " ORDER BY ", $order
        );
        const COUNT: &str = concat!("SELECT COUNT(*) FROM ", stringify!($name));
        const KINDS: &[Kind] = &[table!(@kind $kind) $(, table!(@kind $kinds))*];
        Table {
            select: Statement { name: stringify!($name), sqlite: SELECT, postgres: SELECT },
            count: Statement { name: stringify!($name), sqlite: COUNT, postgres: COUNT },
            insert: Insert::new(
                concat!(stringify!($name), " (", stringify!($first) $(, ", ", stringify!($column))*, ")"),
                KINDS.len(),
                "",
            ),
            kinds: KINDS,
        }
    }};
}

/// Every table but `meta` (which the open database has already), sessions, held forms, leases, addresses that wait, the search tokens and the
/// places of the log.
static TABLES: [Table; 91] = [
    table!(unit by "id": t id, t name, t code, t settings, i active),
    table!(account by "id": i id, t login, t name, t unit_id, t role, t password, i failed, i locked_until, i created_at,
        i active),
    table!(account_identity by "blind": t blind, i account_id, i linked_at),
    table!(account_contact by "account_id": i account_id, b sealed, i set_at),
    table!(agent_person by "account_id": i account_id, t blind, b sealed, i set_at),
    table!(mandate by "id": i id, i account_id, i subject_id, t state, i replaces, t file_digest, t file_type, i applied_at,
        t decided_by, i decided_at, t reason, t ended_by, i ended_at, t ended_reason),
    table!(notice by "id": i id, i account_id, t kind, t object, t day, t text, i at, i read_at, t mail, i tries),
    table!(subject by "id": i id, t category, t code, t name, t name_key, t status, t details, t registered_on, t source,
        i known_at, i version),
    table!(subject_code by "value, kind": t value, t kind, i subject_id),
    table!(subject_name by "subject_id, name_key": i subject_id, t name_key, t name, t since, t until, i known_at),
    table!(subject_version by "subject_id, version": i subject_id, i version, t content, t actor, t reason, i source_batch,
        i known_at, t previous, t hash),
    table!(person by "id": i id, t blind, b sealed, i known_at),
    table!(record by "id, subject_id": i id, i subject_id, t kind, t natural_key, i version, t party_category, t decided_on,
        t unit_id, i batch_id, i row, t public_from, t public_until, t withdrawn_on, t state, t ends_on),
    table!(record_version by "record_id, version, subject_id": i subject_id, i record_id, i version, t kind, t natural_key,
        t party_category, t unit_id, i batch_id, i row, t content, b sealed, t platform, t state, t reason, t actor,
        t second, t law_edition, t held_from, t valid_until, i known_at, t public_from, t public_until, t withdrawn_on,
        t content_digest, t previous, t hash),
    table!(citation by "id": t id, t list),
    table!(publication_event by "record_id, seq, subject_id": i record_id, i seq, i subject_id, t kind, t on_day, i at,
        t reason, t citation),
    table!(batch by "id": i id, t kind, t unit_id, t profile, t file_name, t digest, i size, t stage, i received_at,
        t received_by, i checked_at, i submitted_at, t submitted_by, i released_at, t released_by, i recorded_at, t refusal,
        i rows_total, i count_received, i count_recorded, i count_unchanged, i count_held, i count_refused, t basis,
        t sheet, t heading, i progress, t note, t law_edition, t seal),
    table!(batch_row by "batch_id, row": i batch_id, i row, t outcome),
    table!(finding by "batch_id, row, seq": i batch_id, i row, i seq, t field, t level, t code, t message),
    table!(row_judgement by "batch_id, row, key": i batch_id, i row, t key, t value, t reason, t source, t actor, i at),
    table!(upload by "digest": t digest, i size, i chunks, t name, i received_at),
    table!(upload_chunk by "digest, seq": t digest, i seq, b sealed),
    table!(audit by "stream, seq": t stream, i seq, i at, t actor, t action, t object, t outcome, t detail, t previous,
        t hash),
    table!(chain_head by "stream": t stream, i seq, t hash),
    table!(account_security by "account_id": i account_id, i must_change, i password_at, b pending, b factor, i factor_since,
        i factor_step),
    table!(recovery_code by "account_id, digest": i account_id, t digest, i used_at),
    table!(unit_version by "unit_id, version": t unit_id, i version, t name, t code, t settings, i active, t on_day, t change,
        t reason, t document, t actor, i known_at, t previous, t hash),
    table!(unit_successor by "unit_id, successor_id": t unit_id, t successor_id, t on_day, t change),
    table!(law_proposal by "id": i id, t parameter, t from_day, t value, t text, t file_digest, t file_name, t proposed_by,
        i proposed_at, t state, t decided_by, i decided_at, t reason, i confirmation_id),
    table!(law_withdrawal by "confirmation_id": i confirmation_id, t actor, t reason, i at),
    table!(law_confirmation by "id": i id, t parameter, t from_day, t value, t text, t first, t second, i at),
    table!(arrival by "unit_id, kind, decided_on, received_on": t unit_id, t kind, t decided_on, t received_on, i records),
    table!(document_number by "unit_id, kind, year, series, serial, record_id": t unit_id, t kind, i year, t series, i serial,
        i record_id, i subject_id, t decided_on),
    table!(number_series by "unit_id, kind, year, series": t unit_id, t kind, i year, t series, i touched, i counted, t gaps),
    table!(gap_explanation by "id": i id, t unit_id, t kind, t series, i year, i first, i last, t reason, t note, t actor, i at,
        t ended_by, i ended_at),
    table!(declared_count by "unit_id, kind, month, seq": t unit_id, t kind, t month, i seq, i records, t note, t actor, i at),
    table!(known_decision by "id": i id, t unit_id, t kind, t number, i year, t series, i serial, t decided_on, t source, t note,
        t actor, i at, t reminded_on, t reminded_by, t closed_reason, t closed_by, i closed_at),
    table!(outage by "id": i id, t first_day, t last_day, t reason, t actor, i at, t ended_by, i ended_at),
    table!(bulletin by "month, seq": t month, i seq, t number, t figures, t actor, i at),
    table!(error_report by "id": i id, t number, t once, i subject_id, i record_id, i version, t unit_id, t ground, b sealed,
        b contact, t received_on, i at, t state, t taken_by, i taken_at, t answer, t answered_by, i answered_at, t answered_on,
        i corrected_version),
    table!(correction by "id": i id, i subject_id, i record_id, i version, t unit_id, t event, t document, t document_on,
        t known_on, t reason, b sealed, t file_name, t file_digest, t proposed_by, i proposed_at, t state, t decided_by,
        i decided_at, t decided_on, t decline_reason, i result_version),
    table!(subject_judgement by "id": i id, t finding, i from_id, i to_id, t basis, t document, t reason, t proposed_by,
        i proposed_at, t state, t decided_by, i decided_at, t decline_reason, t undo_reason, t undo_by, i undo_at, t undone_by,
        i undone_at, t hash),
    table!(judged_record by "judgement_id, record_id, subject_id": i judgement_id, i record_id, i subject_id, i to_id, i counts),
    table!(repair_application by "id": i id, t once, i subject_id, t way, i account_id, b sealed, t commitment, t applied_on,
        i applied_at, t applied_by),
    table!(repair_material by "application_id, seq": i application_id, i seq, t material, t file_digest, t file_type, i added_at,
        t added_by),
    table!(repair_item by "id": i id, i application_id, i subject_id, i record_id, i version, t unit_id, t kind, t entry, t rules,
        t law_edition, t stage, t applied_on, t supplied_on, t granted_on, i extended_days, i seq, t hash),
    table!(repair_step by "item_id, seq": i item_id, i seq, t event, t stage, t on_day, i at, t actor, t reason, t document,
        t previous, t hash),
    table!(repair_receipt by "item_id, place": i item_id, t place, i confirmed_at, t confirmed_by, t evidence),
    table!(objection by "id": i id, t once, i claimant_id, i subject_id, i record_id, i version, t kind, t ground, b sealed,
        t statement, t way, i account_id, t filed_on, i filed_at, t filed_by, t law_edition, t unit_id, t stage, t statement_state,
        t answer_by, t withheld_on, t answered_on, t outcome, t corrected_on, t notice, i seq, t hash),
    table!(objection_material by "objection_id, seq": i objection_id, i seq, t file_digest, t file_type, i added_at, t added_by),
    table!(objection_step by "objection_id, seq": i objection_id, i seq, t event, t stage, t on_day, i at, t actor, t reason,
        t detail, t previous, t hash),
    table!(objection_receipt by "objection_id, place": i objection_id, t place, i confirmed_at, t confirmed_by, t evidence),
    table!(commitment_matter by "id": i id, t unit_id, t code, t name, t kind, t basis, t notice, t content, t liability, t scope,
        i days, i ends, t from_day, t state, t proposed_by, i proposed_at, t decided_by, i decided_at, t reason),
    table!(commitment by "id": i id, t number, t once, i subject_id, t unit_id, i matter_id, t way, i account_id, t reason,
        t valid_until, t text, t digest, t file_digest, t file_type, t made_on, i made_at, t made_by, t stage, i record_id,
        t accepted_on, t completed_on, t found_on, t settled_on, i seq, t hash),
    table!(commitment_step by "commitment_id, seq": i commitment_id, i seq, t event, t stage, t on_day, i at, t actor, t reason,
        t document, t previous, t hash),
    table!(repair_material_item by "application_id, seq, item_id": i application_id, i seq, i item_id),
    table!(repair_step_note by "item_id, seq": i item_id, i seq, t ground, t way_on, t objection, t behalf),
    table!(record_duty by "record_id, subject_id, seq": i subject_id, i record_id, i seq, t what, t done_on, t document, i takes_back,
        t unit_id, t actor, i at, t previous, t hash),
    table!(repair_finding by "id": i id, i item_id, i subject_id, t what, t basis, t document, t reason, i restore, t unit_id,
        t proposed_by, i proposed_at, t state, t decided_by, i decided_at, t decided_on, t decision, t bar_until, i restored, t hash),
    table!(repair_shield by "id": i id, i subject_id, i record_id, t unit_id, t court, t ruling, t ruled_on, t until_day, t file_digest,
        t file_type, t proposed_by, i proposed_at, t state, t decided_by, i decided_at, t decided_on, t decision, t lift_kind, t lift_reason,
        t lift_document, t lift_by, i lift_at, t lifted_by, i lifted_at, t lifted_on, i restored, t hash),
    table!(repair_shield_lift by "shield_id, seq": i shield_id, i seq, t lift_kind, t reason, t document, t proposed_by, i proposed_at,
        t declined_by, i declined_at, t declined_reason, t hash),
    table!(objection_visitor by "objection_id": i objection_id, b sealed, t digest, t relation, i found, t attested_by),
    table!(commitment_matter_digest by "matter_id": i matter_id, t digest),
    table!(open_row by "record_id, subject_id": i record_id, i subject_id, t kind, t digest),
    table!(open_change by "kind, day, record_id, subject_id": t kind, t day, i record_id, i subject_id, t change),
    table!(open_day by "day": t day, i compared_at, i closed),
    table!(power_edition by "id": i id, t unit_id, t from_day, t note, t file_name, t state, t proposed_by, i proposed_at,
        t decided_by, i decided_at, t reason),
    table!(power by "edition_id, seq": i edition_id, i seq, t code, t name, t kind, t basis, t from_day, t until_day),
    table!(power_mapping by "id": i id, t unit_id, t kind, t name_key, t name, t code, t note, t actor, i at, t ended_by,
        i ended_at),
    table!(credit_report by "number": t number, i subject_id, t edition, t day, i at, t address, t essence, t content, t file,
        t key_id, i signed_at, t signature, t actor),
    table!(check_frame by "digest": t digest, t text),
    table!(subject_check by "number": t number, i subject_id, t unit_id, t actor, t way, t purpose, t basis, t reference, t day,
        i at, t law, t digest, t frame, t said),
    table!(check_use by "number, seq": t number, i seq, t outcome, t measures, t note, t actor, i at),
    table!(check_link by "digest": t digest, i subject_id, t unit_id, t actor, t purpose, t basis, t reference, i made_at,
        i ends_at, t number),
    table!(check_sheet by "id": i id, t unit_id, t actor, t purpose, t basis, t reference, t file_name, t digest, t state,
        i received_at, i rows, i done, i finished_at, t refusal),
    table!(check_row by "sheet_id, row": i sheet_id, i row, t number, t problem, t message),
    table!(credit_report_terms by "number": t number, t unit_id, t purpose, t basis, t span_from, t span_until, i head_size, t head_key),
    table!(enrolment by "id": i id, t unit_id, i subject_id, t basis, t purpose, t until_day, t made_by, i made_at, t ended_by,
        i ended_at, t end_reason, i lapsed_at),
    table!(hook by "key_id": i key_id, t address, t set_by, i set_at),
    table!(hook_place by "key_id, enrolment_id": i key_id, i enrolment_id, i at, i record_id, i seq),
    table!(hook_delivery by "id": i id, i key_id, i enrolment_id, i subject_id, i record_id, i seq, t event, i event_at, i made_at,
        t state, i tries, i next_at, t what, i status, t digest, i done_at),
    table!(api_key by "id": i id, t name, t hash, t scopes, t unit_id, t expires_on, i created_at, t created_by, i ended_at,
        t ended_by),
    table!(api_usage by "key_id, day": i key_id, t day, i requests, i refusals, i last_at),
    table!(api_write by "key_id, idempotency": i key_id, t idempotency, t digest, i at, t answer),
    table!(signing_key by "id": t id, t public, b sealed, i valid_from, i valid_until, t made_by, i newest_at, i revoked_at,
        i revoked_since, t revoked_by, t revoked_reason),
    table!(publication_queue by "at, record_id, seq, subject_id": i at, i record_id, i seq, i subject_id, i version, i kept),
    table!(publication_leaf by "place": i place, b commitment),
    table!(publication_node by "level, place": i level, i place, b hash),
    table!(publication_opening by "record_id, seq, subject_id": i record_id, i seq, i subject_id, i version, i place, t form,
        b salt),
    table!(publication_form by "id": t id, t fields),
    table!(tree_head by "size, key_id": i size, t key_id, i at, t root, t signature),
];

static META: Statement = Statement {
    name: "meta",
    sqlite: "SELECT key, value FROM meta ORDER BY key",
    postgres: "SELECT key, value FROM meta ORDER BY key",
};
static PUT_META: Insert =
    Insert::new("meta (key, value)", 2, "ON CONFLICT (key) DO UPDATE SET value = excluded.value");

/// The first schema in which a look has its answer in its own row (ADR 30).
const LOOKS_IN_ORDER: i64 = 23;
/// Looks and answers as backups of earlier schemas have them, in tables that stand only while such a one is restored.
static APART: [(&str, Table); 2] = [
    (
        "check_answer",
        table!(answer_before by "subject_id, digest": i subject_id, t digest, t answer),
    ),
    (
        "subject_check",
        table!(look_before by "number": t number, i subject_id, t unit_id, t actor, t way, t purpose, t basis,
        t reference, t day, i at, t law, t digest),
    ),
];
/// Makes them, and puts each answer to its looks.
const BEFORE: [&str; 2] = [
    "CREATE TABLE answer_before (subject_id BIGINT NOT NULL, digest TEXT NOT NULL, answer TEXT NOT NULL, PRIMARY KEY (subject_id, digest)); \
     CREATE TABLE look_before (number TEXT PRIMARY KEY, subject_id BIGINT NOT NULL, unit_id TEXT NOT NULL, actor TEXT NOT NULL, \
     way TEXT NOT NULL, purpose TEXT NOT NULL, basis TEXT NOT NULL, reference TEXT NOT NULL, day TEXT NOT NULL, at BIGINT NOT NULL, \
     law TEXT NOT NULL, digest TEXT NOT NULL)",
    "INSERT INTO subject_check (number, subject_id, unit_id, actor, way, purpose, basis, reference, day, at, law, digest, frame, said) \
     SELECT b.number, b.subject_id, b.unit_id, b.actor, b.way, b.purpose, b.basis, b.reference, b.day, b.at, b.law, b.digest, '', \
     COALESCE((SELECT a.answer FROM answer_before a WHERE a.subject_id = b.subject_id AND a.digest = b.digest), '') \
     FROM look_before b ORDER BY b.number; DROP TABLE look_before; DROP TABLE answer_before",
];

/// The table that a line of a backup belongs to.
fn table_of(schema: i64, name: &str) -> Option<&'static Table> {
    let apart = APART.iter().filter(|_| schema < LOOKS_IN_ORDER);
    let mut apart = apart.filter(|(table, _)| *table == name).map(|(_, table)| table);
    apart.next().or_else(|| TABLES.iter().find(|table| table.select.name == name))
}

/// The texts this module builds from its list of tables, for the test that has both engines prepare them.
pub(crate) fn built() -> Vec<Statement> {
    TABLES.iter().flat_map(|table| [table.select, table.count]).chain([META]).collect()
}

#[derive(Serialize, Deserialize)]
struct Header {
    format: String,
    version: u32,
    schema: i64,
    created_at: i64,
    meta: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    t: String,
    r: Vec<serde_json::Value>,
}

#[derive(Serialize, Deserialize)]
struct End {
    rows: BTreeMap<String, u64>,
    sm3: String,
}

/// What went into a backup or came out of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupReport {
    /// When the backup was made, in milliseconds since 1970.
    pub created_at: i64,
    /// Rows of every table.
    pub rows: BTreeMap<String, u64>,
    /// The SM3 of the file up to its last line.
    pub digest: String,
}

fn broken(reason: impl std::fmt::Display) -> StoreError {
    StoreError::Backup(reason.to_string())
}

struct Out {
    file: BufWriter<File>,
    sum: Sm3,
}

impl Out {
    fn line(&mut self, line: &impl Serialize) -> std::io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        self.sum.update(&text);
        self.file.write_all(&text)
    }
}

fn cells(row: &Row, kinds: &[Kind]) -> Result<Vec<serde_json::Value>, StoreError> {
    kinds
        .iter()
        .enumerate()
        .map(|(place, kind)| {
            Ok(match kind {
                Kind::Text => row.text_or_null(place)?.into(),
                Kind::Int => row.int_or_null(place)?.into(),
                Kind::Bytes => row.bytes_or_null(place)?.map(hex::encode).into(),
            })
        })
        .collect()
}

impl Store {
    /// Writes everything into a new file at `path`, as of one moment, while the platform goes on working.
    ///
    /// # Errors
    /// [`StoreError::File`] if the file exists or cannot be written; nothing is left behind then.
    pub async fn backup(&self, path: &Path, at: i64) -> Result<BackupReport, StoreError> {
        if path.exists() {
            let exists = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
            return Err(StoreError::file(path, exists));
        }
        let mut partial = path.as_os_str().to_owned();
        partial.push(".partial");
        let partial = std::path::PathBuf::from(partial);
        let outcome = self.write_backup(&partial, at).await;
        match outcome {
            Ok(report) => {
                std::fs::rename(&partial, path).map_err(|error| StoreError::file(path, error))?;
                Ok(report)
            }
            Err(error) => {
                // The error that matters is the first one; a rest that stays is named like one.
                drop(std::fs::remove_file(&partial));
                Err(error)
            }
        }
    }

    async fn write_backup(&self, path: &Path, at: i64) -> Result<BackupReport, StoreError> {
        let wrong = |error| StoreError::file(path, error);
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let file = options.open(path).map_err(wrong)?;
        let mut out = Out { file: BufWriter::with_capacity(1 << 18, file), sum: Sm3::new() };
        let mut tx = self.snapshot().await?;
        let mut conn = tx.conn();
        let mut meta = BTreeMap::new();
        for row in conn.all(&META, vec![]).await? {
            meta.insert(row.text(0)?, row.text(1)?);
        }
        let header =
            Header { format: FORMAT.to_owned(), version: 1, schema: SCHEMA, created_at: at, meta };
        out.line(&header).map_err(wrong)?;
        let mut rows = BTreeMap::new();
        for table in &TABLES {
            let mut count = 0_u64;
            conn.each(&table.select, vec![], |row| {
                count += 1;
                let line = Line { t: table.select.name.to_owned(), r: cells(row, table.kinds)? };
                out.line(&line).map_err(wrong)
            })
            .await?;
            rows.insert(table.select.name.to_owned(), count);
        }
        let digest = hex::encode(out.sum.clone().finalize());
        out.line(&End { rows: rows.clone(), sm3: digest.clone() }).map_err(wrong)?;
        out.file.flush().map_err(wrong)?;
        out.file.get_ref().sync_all().map_err(wrong)?;
        Ok(BackupReport { created_at: at, rows, digest })
    }

    /// Makes all search tokens anew from the names.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn rebuild_search(&self, tokenise: Tokenise<'_>) -> Result<(), StoreError> {
        let mut tx = self.transaction("rebuild-search").await?;
        rebuild(&mut tx, tokenise).await?;
        tx.commit().await
    }
}

async fn rebuild(tx: &mut Tx, tokenise: Tokenise<'_>) -> Result<(), StoreError> {
    tx.conn().execute(&CLEAR_SEARCH, vec![]).await?;
    let mut after = i64::MIN;
    loop {
        let mut names: BTreeMap<i64, Vec<String>> = BTreeMap::new();
        for row in tx.conn().all(&NAMES_PAGE, values![after]).await? {
            names.entry(row.int(0)?).or_default().push(row.text(1)?);
        }
        let Some(last) = names.keys().next_back() else { return Ok(()) };
        after = *last;
        let tokens: Vec<(i64, String)> = names
            .iter()
            .map(|(id, names)| {
                (*id, tokenise(&names.iter().map(String::as_str).collect::<Vec<_>>()))
            })
            .collect();
        tx.write_search(&tokens).await?;
    }
}

/// Reads a backup through and compares its digest and counts, without touching any database.
///
/// # Errors
/// [`StoreError::Backup`] if it is not whole or not ours, [`StoreError::File`] if it cannot be read.
pub fn verify_backup(path: &Path) -> Result<BackupReport, StoreError> {
    read(path).map(|(_, report)| report)
}

fn read(path: &Path) -> Result<(Header, BackupReport), StoreError> {
    let wrong = |error| StoreError::file(path, error);
    let mut file = BufReader::with_capacity(1 << 18, File::open(path).map_err(wrong)?);
    let mut line = Vec::new();
    file.read_until(b'\n', &mut line).map_err(wrong)?;
    let header: Header = serde_json::from_slice(&line)
        .map_err(|_| broken(format!("{} 不是本平台的备份", path.display())))?;
    if header.format != FORMAT || header.version != 1 {
        return Err(broken("备份格式不是本程序所能读的版本"));
    }
    if header.schema > SCHEMA {
        return Err(broken("备份由更新版本的程序生成；请先升级程序"));
    }
    let mut sum = Sm3::new();
    let mut seen: BTreeMap<String, u64> =
        TABLES.iter().map(|table| (table.select.name.to_owned(), 0)).collect();
    if header.schema < LOOKS_IN_ORDER {
        seen.extend(APART.iter().map(|(table, _)| ((*table).to_owned(), 0)));
    }
    loop {
        let mut next = Vec::with_capacity(1024);
        file.read_until(b'\n', &mut next).map_err(wrong)?;
        sum.update(&line);
        if next.is_empty() {
            return Err(broken("文件不完整：没有结尾行"));
        }
        if next.starts_with(b"{\"rows\"") {
            let end: End =
                serde_json::from_slice(&next).map_err(|_| broken("文件不完整：结尾行有误"))?;
            let digest = hex::encode(sum.finalize());
            if end.sm3 != digest {
                return Err(broken("摘要不符，文件被改动或已损坏"));
            }
            // A backup of an earlier schema has no lines of the tables that came later.
            let named = |table: &String| end.rows.get(table).copied().unwrap_or_default();
            if seen.iter().any(|(table, count)| named(table) != *count)
                || end.rows.keys().any(|table| !seen.contains_key(table))
            {
                return Err(broken("行数不符，文件被改动或已损坏"));
            }
            let created_at = header.created_at;
            return Ok((header, BackupReport { created_at, rows: seen, digest }));
        }
        #[derive(Deserialize)]
        struct Of<'a> {
            t: &'a str,
        }
        let of: Of<'_> = serde_json::from_slice(&next)
            .map_err(|error| broken(format!("有一行无法读取：{error}")))?;
        match seen.get_mut(of.t) {
            Some(count) => *count += 1,
            None => return Err(broken(format!("不认识的表 {}", of.t))),
        }
        line = next;
    }
}

fn value(cell: serde_json::Value, kind: Kind) -> Result<Value<'static>, StoreError> {
    use serde_json::Value as Json;
    Ok(match (kind, cell) {
        (Kind::Text, Json::String(text)) => Value::TextOrNull(Some(text.into())),
        (Kind::Text, Json::Null) => Value::TextOrNull(None),
        (Kind::Int, Json::Number(number)) => {
            Value::IntOrNull(Some(number.as_i64().ok_or_else(|| broken("有一个数超出范围"))?))
        }
        (Kind::Int, Json::Null) => Value::IntOrNull(None),
        (Kind::Bytes, Json::String(text)) => {
            let bytes = hex::decode(text).map_err(|_| broken("有一处字节不是十六进制"))?;
            Value::BytesOrNull(Some(bytes.into()))
        }
        (Kind::Bytes, Json::Null) => Value::BytesOrNull(None),
        _ => return Err(broken("有一列的类型不符")),
    })
}

/// Restores a backup into an empty database, of whichever engine, in one transaction.
///
/// # Errors
/// [`StoreError::Backup`] if the file is not whole, [`StoreError::Conflict`] if the database is not empty,
/// [`StoreError::Key`] if the keys are not those of the backup.
pub async fn restore(
    path: &Path,
    url: &str,
    keys: &KeyRing,
    tokenise: Tokenise<'_>,
) -> Result<BackupReport, StoreError> {
    let (header, report) = read(path)?;
    let check = header.meta.get("key_check").and_then(|sealed| hex::decode(sealed).ok());
    let opens =
        check.is_some_and(|sealed| keys.open(Purpose::Platform, b"key_check", &sealed).is_ok());
    if !opens {
        return Err(StoreError::Key("密钥与备份不符：请使用备份时所用的密钥文件".to_owned()));
    }
    let store = Store::open(url, keys).await?;
    let outcome = fill(&store, path, &header, tokenise).await;
    store.close().await;
    outcome.map(|()| report)
}

async fn fill(
    store: &Store,
    path: &Path,
    header: &Header,
    tokenise: Tokenise<'_>,
) -> Result<(), StoreError> {
    let wrong = |error| StoreError::file(path, error);
    let mut tx = store.transaction("restore").await?;
    for table in &TABLES {
        if tx.conn().one(&table.count, vec![]).await?.int(0)? != 0 {
            let name = table.select.name;
            return Err(StoreError::conflict(format!(
                "数据库不是空的（表 {name} 已有数据）；恢复只能写入新建的空数据库"
            )));
        }
    }
    let meta: Vec<Value<'_>> =
        header.meta.iter().flat_map(|(key, value)| values![key, value]).collect();
    tx.conn().insert(&PUT_META, &meta).await?;
    let [make, put] = BEFORE;
    if header.schema < LOOKS_IN_ORDER {
        tx.conn().raw(make).await?;
    }

    let mut file = BufReader::with_capacity(1 << 18, File::open(path).map_err(wrong)?);
    let mut line = String::new();
    file.read_line(&mut line).map_err(wrong)?;
    let mut now: Option<&'static Table> = None;
    let mut values: Vec<Value<'static>> = Vec::new();
    let mut rows = 0;
    loop {
        line.clear();
        file.read_line(&mut line).map_err(wrong)?;
        let row: Option<Line> = if line.is_empty() || line.starts_with("{\"rows\"") {
            None
        } else {
            Some(serde_json::from_str(&line).map_err(broken)?)
        };
        let next = row.as_ref().and_then(|row| table_of(header.schema, &row.t));
        let same = matches!((now, next), (Some(a), Some(b)) if std::ptr::eq(a, b));
        if (!same || rows == 512)
            && let Some(table) = now
        {
            tx.conn().insert(&table.insert, &values).await?;
            values.clear();
            rows = 0;
        }
        let (Some(row), Some(table)) = (row, next) else { break };
        if row.r.len() != table.kinds.len() {
            return Err(broken(format!("表 {} 的列数不符", row.t)));
        }
        for (cell, kind) in row.r.into_iter().zip(table.kinds) {
            values.push(value(cell, *kind)?);
        }
        rows += 1;
        now = Some(table);
    }
    if header.schema < LOOKS_IN_ORDER {
        tx.conn().raw(put).await?;
    }
    if header.schema < PUBLICATION_LOG {
        tx.queue_all_events().await?;
    }
    rebuild(&mut tx, tokenise).await?;
    tx.commit().await
}
