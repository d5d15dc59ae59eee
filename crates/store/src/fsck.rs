//! The check of everything stored: chains, seals, states, search, files, accounts, keys, confirmations. Reads one moment of the
//! database and changes nothing.

pub(crate) mod beside;
pub(crate) mod looked;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hasher as _};

use sm3::{Digest, Sm3};

use crate::batches::seal_of;
use crate::db::{Conn, Row, Store, statements, values};
use crate::error::StoreError;
use crate::keys::Purpose;
use crate::persons::person_place;
use crate::portable::Tokenise;
use crate::records::{record_place, record_version};
use crate::subjects::{subject, subject_version};
use looked::Looked;

statements! {
    ALL_SUBJECT_VERSIONS = "SELECT subject_id, version, content, actor, reason, source_batch, known_at, previous, hash \
        FROM subject_version ORDER BY subject_id, version";
    ALL_SUBJECTS = "SELECT s.id, s.category, s.code, s.name, s.name_key, s.status, s.details, s.registered_on, s.source, s.known_at, \
        s.version, v.content, v.known_at, (SELECT MAX(w.version) FROM subject_version w WHERE w.subject_id = s.id), \
        (SELECT n.name FROM subject_name n WHERE n.subject_id = s.id AND n.name_key = s.name_key), \
        (SELECT COUNT(*) FROM subject_code c WHERE c.value = s.code AND c.subject_id = s.id) \
        FROM subject s LEFT JOIN subject_version v ON v.subject_id = s.id AND v.version = s.version ORDER BY s.id";
    SEARCH_MISSING = "SELECT s.id FROM subject s WHERE NOT EXISTS (SELECT 1 FROM subject_search q WHERE q.rowid = s.id) ORDER BY s.id"
        pg "SELECT s.id FROM subject s WHERE NOT EXISTS (SELECT 1 FROM subject_search q WHERE q.subject_id = s.id) ORDER BY s.id";
    SEARCH_ORPHANS = "SELECT q.rowid FROM subject_search q WHERE NOT EXISTS (SELECT 1 FROM subject s WHERE s.id = q.rowid) ORDER BY 1"
        pg "SELECT q.subject_id FROM subject_search q WHERE NOT EXISTS (SELECT 1 FROM subject s WHERE s.id = q.subject_id) ORDER BY 1";
    SEARCH_TOKENS = "SELECT doc, term FROM subject_search_terms"
        pg "SELECT q.subject_id, t.term FROM subject_search q CROSS JOIN LATERAL unnest(tsvector_to_array(q.tokens)) AS t (term)";
    ALL_NAMES = "SELECT subject_id, name FROM subject_name ORDER BY subject_id";
    CODE_ORPHANS = "SELECT c.subject_id, c.value FROM subject_code c \
        WHERE NOT EXISTS (SELECT 1 FROM subject s WHERE s.id = c.subject_id) ORDER BY c.value";
    NAME_ORPHANS = "SELECT n.subject_id, n.name FROM subject_name n \
        WHERE NOT EXISTS (SELECT 1 FROM subject s WHERE s.id = n.subject_id) ORDER BY n.subject_id";
    SUBJECT_VERSION_ORPHANS = "SELECT v.subject_id, v.version FROM subject_version v \
        WHERE NOT EXISTS (SELECT 1 FROM subject s WHERE s.id = v.subject_id) ORDER BY v.subject_id, v.version";
    ALL_RECORD_VERSIONS = "SELECT subject_id, record_id, version, kind, natural_key, party_category, unit_id, batch_id, row, content, \
        sealed, platform, state, reason, actor, second, law_edition, held_from, valid_until, known_at, public_from, \
        public_until, withdrawn_on, content_digest, previous, hash FROM record_version ORDER BY record_id, version, subject_id";
    RECORD_STATES = "SELECT r.id, r.subject_id FROM record r \
        LEFT JOIN record_version v ON v.record_id = r.id AND v.version = r.version AND v.subject_id = r.subject_id \
        WHERE v.hash IS NULL OR v.kind <> r.kind OR v.natural_key <> r.natural_key OR v.party_category <> r.party_category \
        OR v.unit_id <> r.unit_id OR v.state <> r.state OR v.held_from <> r.decided_on \
        OR v.public_from IS DISTINCT FROM r.public_from OR v.public_until IS DISTINCT FROM r.public_until \
        OR v.withdrawn_on IS DISTINCT FROM r.withdrawn_on \
        OR (v.batch_id <> 0 AND (v.batch_id <> r.batch_id OR v.row <> r.row)) OR EXISTS (SELECT 1 FROM record_version w \
        WHERE w.record_id = r.id AND w.subject_id = r.subject_id AND w.version > r.version) ORDER BY r.id, r.subject_id";
    RECORD_COUNT = "SELECT COUNT(*) FROM record";
    RECORD_VERSION_ORPHANS = "SELECT v.record_id, v.subject_id FROM record_version v WHERE NOT EXISTS \
        (SELECT 1 FROM record r WHERE r.id = v.record_id AND r.subject_id = v.subject_id) ORDER BY v.record_id, v.subject_id";
    RECORD_SUBJECTS = "SELECT r.id, r.subject_id FROM record r WHERE r.party_category IN ('organisation', 'individual-business') \
        AND NOT EXISTS (SELECT 1 FROM subject s WHERE s.id = r.subject_id) ORDER BY r.id, r.subject_id";
    ALL_EVENTS = "SELECT e.record_id, e.subject_id, e.seq, \
        (SELECT COUNT(*) FROM record r WHERE r.id = e.record_id AND r.subject_id = e.subject_id), \
        (SELECT COUNT(*) FROM citation c WHERE c.id = e.citation) FROM publication_event e \
        ORDER BY e.record_id, e.seq, e.subject_id";
    OPEN_ORPHANS = "SELECT o.record_id FROM open_row o WHERE NOT EXISTS \
        (SELECT 1 FROM record r WHERE r.id = o.record_id AND r.subject_id = o.subject_id AND r.kind = o.kind) \
        UNION ALL SELECT c.record_id FROM open_change c WHERE NOT EXISTS \
        (SELECT 1 FROM record r WHERE r.id = c.record_id AND r.subject_id = c.subject_id AND r.kind = c.kind)";
    ALL_CITATIONS = "SELECT id, list FROM citation ORDER BY id";
    ALL_PERSONS = "SELECT id, sealed FROM person ORDER BY id";
    ALL_BATCHES = "SELECT id, recorded_at, seal FROM batch ORDER BY id";
    ALL_UNIT_VERSIONS = "SELECT unit_id, version, name, code, settings, active, on_day, change, reason, document, actor, \
        known_at, previous, hash FROM unit_version ORDER BY unit_id, version";
    ALL_AUDIT = "SELECT stream, seq, at, actor, action, object, outcome, detail, previous, hash FROM audit ORDER BY stream, seq";
    ALL_HEADS = "SELECT stream, seq, hash FROM chain_head ORDER BY stream";
    ALL_UPLOADS = "SELECT digest, size, chunks FROM upload ORDER BY digest";
    SEALED_CHUNK = "SELECT sealed FROM upload_chunk WHERE digest = $1 AND seq = $2";
}

/// What is wrong in one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The table.
    pub table: String,
    /// The first row that is wrong.
    pub row: String,
    /// What is wrong with it.
    pub reason: String,
    /// How many rows of the table are wrong.
    pub count: u64,
}

/// What the check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FsckReport {
    /// How many rows of each table were looked at.
    pub checked: BTreeMap<String, u64>,
    /// One problem per table at most: its first broken row.
    pub problems: Vec<Problem>,
}

impl FsckReport {
    /// Whether everything agrees.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }

    /// Notes that so many more rows of a table were looked at.
    pub fn saw(&mut self, table: &str, rows: u64) {
        *self.checked.entry(table.to_owned()).or_insert(0) += rows;
    }

    /// Notes a broken row; of each table the first is named, the others are counted.
    pub fn wrong(&mut self, table: &str, row: impl Into<String>, reason: impl Into<String>) {
        match self.problems.iter_mut().find(|problem| problem.table == table) {
            Some(problem) => problem.count += 1,
            None => self.problems.push(Problem {
                table: table.to_owned(),
                row: row.into(),
                reason: reason.into(),
                count: 1,
            }),
        }
    }
}

type Progress<'p> = &'p mut (dyn FnMut(&str, u64) + Send);

struct Check<'p> {
    report: FsckReport,
    progress: Progress<'p>,
}

impl Check<'_> {
    fn seen(&mut self, table: &str) {
        let count = match self.report.checked.get_mut(table) {
            Some(count) => count,
            None => self.report.checked.entry(table.to_owned()).or_insert(0),
        };
        *count += 1;
        if count.is_multiple_of(10_000) {
            (self.progress)(table, *count);
        }
    }

    /// A row that cannot even be read is a problem of its table, not the end of the check.
    fn read<T>(
        &mut self,
        table: &str,
        read: Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        match read {
            Ok(value) => Ok(Some(value)),
            Err(StoreError::Inconsistent { column, row, reason, .. }) => {
                self.report.wrong(table, row, format!("列 {column}：{reason}"));
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }

    fn orphan(&mut self, table: &str, row: &Row, reason: &str) -> Result<(), StoreError> {
        let text = row.int(0).map(|id| id.to_string()).or_else(|_| row.text(0))?;
        self.report.wrong(table, text, reason);
        Ok(())
    }

    fn subject(&mut self, row: &Row) -> Result<(), StoreError> {
        self.seen("subject");
        let Some(now) = self.read("subject", subject(row))? else { return Ok(()) };
        let id = now.id.to_string();
        let Some(content) = row.text_or_null(11)? else {
            self.report.wrong("subject", id, "没有与当前版本对应的历史记录");
            return Ok(());
        };
        let said: serde_json::Value = match serde_json::from_str(&content) {
            Ok(said) => said,
            Err(error) => {
                self.report.wrong("subject_version", id, format!("内容不是 JSON：{error}"));
                return Ok(());
            }
        };
        let day = now.registered_on.map(crate::db::day_text);
        let pairs = [
            ("category", Some(now.category.as_str())),
            ("code", now.code.as_deref()),
            ("name", Some(now.name.as_str())),
            ("name_key", Some(now.name_key.as_str())),
            ("status", Some(now.status.as_str())),
            ("details", Some(now.details.as_str())),
            ("registered_on", day.as_deref()),
            ("source", Some(now.source.as_str())),
        ];
        let differs = pairs
            .iter()
            .find(|(key, value)| said.get(*key).and_then(serde_json::Value::as_str) != *value);
        if let Some((column, _)) = differs {
            self.report.wrong("subject", id, format!("列 {column} 与最新历史版本不一致"));
        } else if row.int_or_null(12)? != Some(now.known_at) {
            self.report.wrong("subject", id, "列 known_at 与最新历史版本不一致");
        } else if row.int_or_null(13)? != Some(now.version) {
            self.report.wrong("subject", id, "不是最新版本");
        } else if row.text_or_null(14)?.as_deref() != Some(now.name.as_str()) {
            self.report.wrong("subject_name", id, "缺少当前名称");
        } else if now.code.is_some() && row.int(15)? == 0 {
            self.report.wrong("subject_code", id, "缺少统一社会信用代码的对照");
        }
        Ok(())
    }
}

/// Follows a chain from link to link: numbers without gaps, each pointing to the hash before.
#[derive(Default)]
pub(crate) struct Follow<K> {
    of: Option<K>,
    number: i64,
    hash: String,
}

impl<K: PartialEq> Follow<K> {
    /// Whether the last link was this one.
    pub(crate) fn stands_at(&self, number: i64, hash: &str) -> bool {
        self.number == number && self.hash == hash
    }

    pub(crate) fn step(
        &mut self,
        of: K,
        number: i64,
        previous: &str,
        hash: &str,
        derived: &str,
    ) -> Option<&'static str> {
        if self.of.as_ref() != Some(&of) {
            *self = Self { of: Some(of), number: 0, hash: String::new() };
        }
        let wrong = if number != self.number + 1 {
            Some("序号不连续，有记录被删除或插入")
        } else if previous != self.hash {
            Some("与前一版本的哈希不衔接")
        } else if hash != derived {
            Some("内容与其哈希不符，记录被改动")
        } else {
            None
        };
        self.number = number;
        hash.clone_into(&mut self.hash);
        wrong
    }
}

impl Store {
    /// Checks everything stored against its hashes, seals and keys, and the search tokens against the names; `progress` hears the
    /// table and the rows done.
    ///
    /// # Errors
    /// Only if the database cannot be read; what is wrong with the data stands in the report.
    pub async fn fsck(
        &self,
        tokenise: Tokenise<'_>,
        progress: Progress<'_>,
    ) -> Result<FsckReport, StoreError> {
        let mut check = Check { report: FsckReport::default(), progress };
        let mut tx = self.snapshot().await?;
        let mut conn = tx.conn();

        let mut follow = Follow::default();
        conn.each(&ALL_SUBJECT_VERSIONS, vec![], |row| {
            check.seen("subject_version");
            if let Some(version) = check.read("subject_version", subject_version(row))? {
                let derived = crate::subjects::version_hash(&version);
                let wrong = follow.step(
                    version.subject_id,
                    version.version,
                    &version.previous,
                    &version.hash,
                    &derived,
                );
                if let Some(reason) = wrong {
                    let row = format!("{}/{}", version.subject_id, version.version);
                    check.report.wrong("subject_version", row, reason);
                }
            }
            Ok(())
        })
        .await?;
        conn.each(&ALL_SUBJECTS, vec![], |row| check.subject(row)).await?;
        for (statement, table, reason) in [
            (&SEARCH_MISSING, "subject_search", "主体没有检索词"),
            (&SEARCH_ORPHANS, "subject_search", "检索词没有对应的主体"),
            (&CODE_ORPHANS, "subject_code", "代码没有对应的主体"),
            (&NAME_ORPHANS, "subject_name", "名称没有对应的主体"),
            (&SUBJECT_VERSION_ORPHANS, "subject_version", "历史版本没有对应的主体"),
        ] {
            conn.each(statement, vec![], |row| check.orphan(table, row, reason)).await?;
        }
        search_agrees(&mut conn, tokenise, &mut check).await?;

        let keys = self.keys();
        let mut follow = Follow::default();
        conn.each(&ALL_RECORD_VERSIONS, vec![], |row| {
            check.seen("record_version");
            if let Some(version) = check.read("record_version", record_version(row))? {
                let derived = crate::records::version_hash(&version);
                let of = (version.subject_id, version.record_id);
                let mut wrong =
                    follow.step(of, version.version, &version.previous, &version.hash, &derived);
                if let (None, Some(sealed)) = (wrong, &version.sealed) {
                    let place = record_place(version.subject_id, version.record_id);
                    if keys.open(Purpose::Record, &place, sealed).is_err() {
                        wrong = Some("加密字段无法解开");
                    }
                }
                if let Some(reason) = wrong {
                    let row = format!("{}/{}/{}", of.0, of.1, version.version);
                    check.report.wrong("record_version", row, reason);
                }
            }
            Ok(())
        })
        .await?;
        let count = conn.one(&RECORD_COUNT, vec![]).await?.int(0)?;
        check.report.checked.insert("record".to_owned(), u64::try_from(count).unwrap_or(0));
        for (statement, table, reason) in [
            (&RECORD_STATES, "record", "与其最新历史版本不一致"),
            (&RECORD_VERSION_ORPHANS, "record_version", "历史版本没有对应的记录"),
            (&RECORD_SUBJECTS, "record", "记录没有对应的主体"),
            (&OPEN_ORPHANS, "open_row", "开放数据的一行没有对应的记录"),
        ] {
            conn.each(statement, vec![], |row| check.orphan(table, row, reason)).await?;
        }
        let mut last = (0, 0, 0);
        conn.each(&ALL_EVENTS, vec![], |row| {
            check.seen("publication_event");
            let (record, subject, seq) = (row.int(0)?, row.int(1)?, row.int(2)?);
            let expected = if (last.0, last.1) == (record, subject) { last.2 + 1 } else { 1 };
            last = (record, subject, seq);
            let name = format!("{subject}/{record}/{seq}");
            if seq != expected {
                check.report.wrong("publication_event", name, "序号不连续，有事件被删除");
            } else if row.int(3)? == 0 {
                check.report.wrong("publication_event", name, "事件没有对应的记录");
            } else if row.int(4)? == 0 {
                check.report.wrong("publication_event", name, "事件所依据的条文清单不存在");
            }
            Ok(())
        })
        .await?;
        conn.each(&ALL_CITATIONS, vec![], |row| {
            check.seen("citation");
            let (id, list) = (row.text(0)?, row.text(1)?);
            if crate::records::citation_id(&list) != id {
                check.report.wrong("citation", id, "内容与其摘要不符，条文清单被改动");
            }
            Ok(())
        })
        .await?;
        conn.each(&ALL_PERSONS, vec![], |row| {
            check.seen("person");
            let id = row.int(0)?;
            if keys.open(Purpose::Person, &person_place(id), &row.bytes(1)?).is_err() {
                check.report.wrong("person", id.to_string(), "加密字段无法解开");
            }
            Ok(())
        })
        .await?;

        for row in conn.all(&ALL_BATCHES, vec![]).await? {
            check.seen("batch");
            let id = row.int(0)?;
            match row.text_or_null(2)? {
                Some(seal) if seal != seal_of(&mut conn, id).await? => {
                    let reason = "封印与其入库的记录不符，有记录被删除、增加或改动";
                    check.report.wrong("batch", id.to_string(), reason);
                }
                None if row.int_or_null(1)?.is_some() => {
                    check.report.wrong("batch", id.to_string(), "已入库而没有封印");
                }
                _ => {}
            }
        }

        let mut follow: Follow<String> = Follow { of: None, number: 0, hash: String::new() };
        for row in conn.all(&ALL_UNIT_VERSIONS, vec![]).await? {
            check.seen("unit_version");
            let version = crate::units::version(&row)?;
            let derived = crate::units::version_hash(&version);
            let (id, number) = (version.unit_id, version.version);
            let wrong = follow.step(id.clone(), number, &version.previous, &version.hash, &derived);
            if let Some(reason) = wrong {
                check.report.wrong("unit_version", format!("{id}/{number}"), reason);
            }
        }

        let mut heads = BTreeMap::new();
        for row in conn.all(&ALL_HEADS, vec![]).await? {
            heads.insert(row.text(0)?, (row.int(1)?, row.text(2)?));
        }
        let mut follow: Follow<String> = Follow { of: None, number: 0, hash: String::new() };
        let mut ends = BTreeMap::new();
        let mut looked = Looked::default();
        conn.each(&ALL_AUDIT, vec![], |row| {
            check.seen("audit");
            let (stream, seq) = (row.text(0)?, row.int(1)?);
            let (previous, hash) = (row.text(8)?, row.text(9)?);
            let entry = crate::audit::entry(row, 2)?;
            looked.note(&entry);
            let derived = crate::audit::link(&stream, seq, &entry, &previous);
            if let Some(reason) = follow.step(stream.clone(), seq, &previous, &hash, &derived) {
                check.report.wrong("audit", format!("{stream}/{seq}"), reason);
            }
            ends.insert(stream, (seq, hash));
            Ok(())
        })
        .await?;
        for (stream, head) in &heads {
            if ends.get(stream) != Some(head) {
                check.report.wrong("audit", stream, "日志末尾与链头不符，末尾有日志被删除");
            }
        }
        for stream in ends.keys().filter(|stream| !heads.contains_key(*stream)) {
            check.report.wrong("chain_head", stream, "日志流没有链头");
        }

        for row in conn.all(&ALL_UPLOADS, vec![]).await? {
            check.seen("upload");
            let (digest, size, chunks) = (row.text(0)?, row.int(1)?, row.int(2)?);
            let mut sum = Sm3::new();
            let mut length = 0_i64;
            let mut wrong = None;
            for seq in 0..chunks {
                let Some(row) = conn.maybe(&SEALED_CHUNK, values![&digest, seq]).await? else {
                    wrong = Some("缺少分块");
                    break;
                };
                let place = crate::uploads::place(&digest, seq, seq + 1 == chunks);
                match keys.open(Purpose::Upload, &place, &row.bytes(0)?) {
                    Ok(clear) => {
                        length += clear.len() as i64;
                        sum.update(&clear);
                    }
                    Err(_) => {
                        wrong = Some("分块无法解开");
                        break;
                    }
                }
            }
            if wrong.is_none() && (length != size || hex::encode(sum.finalize()) != digest) {
                wrong = Some("内容与摘要不符");
            }
            if let Some(reason) = wrong {
                check.report.wrong("upload", digest, reason);
            }
        }
        check.beside(&mut conn, keys).await?;
        check.looked(&mut conn, looked).await?;
        check.placed(&mut conn).await?;
        // Last: what is wrong with a record is said by the record first.
        let differs = crate::reporting::differs(&mut conn).await;
        if let Some((table, reason)) = check.read("arrival", differs)?.flatten() {
            check.report.wrong(table, "", reason);
        }
        let judged = crate::judgements::differs(&mut conn).await;
        for (table, row, reason) in check.read("subject_judgement", judged)?.unwrap_or_default() {
            check.report.wrong(table, row, reason);
        }
        let objections = crate::objections::differs(&mut conn, keys).await;
        for (table, row, reason) in check.read("objection", objections)?.unwrap_or_default() {
            check.report.wrong(table, row, reason);
        }
        let repairs = crate::repairs::check::differs(&mut conn, keys).await;
        for (table, row, reason) in check.read("repair_item", repairs)?.unwrap_or_default() {
            check.report.wrong(table, row, reason);
        }
        let commitments = crate::commitments::differs(&mut conn).await;
        for (table, row, reason) in check.read("commitment", commitments)?.unwrap_or_default() {
            check.report.wrong(table, row, reason);
        }
        Ok(check.report)
    }
}

/// Holds the search tokens to the names they were made from. Of each subject only a sum of hashes is kept, so that the order in
/// which the engine yields them does not matter and a million subjects fit.
async fn search_agrees(
    conn: &mut Conn<'_>,
    tokenise: Tokenise<'_>,
    check: &mut Check<'_>,
) -> Result<(), StoreError> {
    fn weigh(token: &str) -> u64 {
        // FTS5 keeps small letters only.
        let mut hasher = DefaultHasher::new();
        hasher.write(token.to_lowercase().as_bytes());
        hasher.finish()
    }
    let mut sums: HashMap<i64, u64> = HashMap::new();
    conn.each(&SEARCH_TOKENS, vec![], |row| {
        let sum = sums.entry(row.int(0)?).or_default();
        *sum = sum.wrapping_add(weigh(&row.text(1)?));
        Ok(())
    })
    .await?;
    let mut settle = |subject: i64, names: &[String], check: &mut Check<'_>| {
        let tokens = tokenise(&names.iter().map(String::as_str).collect::<Vec<_>>());
        let once: HashSet<&str> = crate::search::pieces(&tokens).collect();
        let sum = once.into_iter().fold(0_u64, |sum, token| sum.wrapping_add(weigh(token)));
        check.seen("subject_search");
        // A subject without any is named already.
        if sums.remove(&subject).is_some_and(|held| held != sum) {
            check.report.wrong("subject_search", subject.to_string(), "检索词与名称不符");
        }
    };
    let mut names: (i64, Vec<String>) = (0, Vec::new());
    conn.each(&ALL_NAMES, vec![], |row| {
        let subject = row.int(0)?;
        if subject != names.0 && !names.1.is_empty() {
            settle(names.0, &names.1, check);
            names.1.clear();
        }
        names.0 = subject;
        names.1.push(row.text(1)?);
        Ok(())
    })
    .await?;
    if !names.1.is_empty() {
        settle(names.0, &names.1, check);
    }
    Ok(())
}
