//! Finding subjects by name fragments and by the beginning of a code.

use std::collections::HashMap;

use crate::db::{Row, Store, statements, values};
use crate::error::StoreError;
use crate::persons::json;

statements! {
    SEARCH = "SELECT s.id, s.code, s.name, s.name_key, s.status, s.category FROM subject_search \
        CROSS JOIN subject s ON s.id = subject_search.rowid WHERE subject_search MATCH $1 LIMIT $2"
        pg "SELECT s.id, s.code, s.name, s.name_key, s.status, s.category FROM subject_search q \
        JOIN subject s ON s.id = q.subject_id WHERE q.tokens @@ CAST(CAST($1 AS TEXT) AS tsquery) LIMIT $2";
    SEARCH_CODE = "SELECT s.id, s.code, s.name, s.name_key, s.status, s.category, c.kind, c.value FROM subject_code c \
        JOIN subject s ON s.id = c.subject_id WHERE c.value >= $1 AND c.value < $2 LIMIT $3";
    BEGINNINGS = "SELECT s.id, s.code, s.name, s.name_key, s.status, s.category, n.name FROM subject_name n \
        JOIN subject s ON s.id = n.subject_id WHERE n.name_key >= $1 AND n.name_key < $2 ORDER BY n.name_key LIMIT $3";
    BY_ORGANISATION = "SELECT code FROM subject WHERE substr(code, 9, 9) = $1 AND code IS NOT NULL ORDER BY code LIMIT $2";
    NAMES_OF = "SELECT n.subject_id, n.name FROM subject_name n WHERE n.subject_id IN " [ints] "";
}

/// Codes of one subject that may begin alike: the unified code and a tax id.
const CODES_EACH: i64 = 2;

/// By what an index found a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Met {
    /// Kind and value of a code.
    Code(String, String),
    /// A name, as it is written.
    Name(String),
}

/// A subject found. Sifting (`contains`) and ranking are the caller's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectHit {
    /// The id.
    pub id: i64,
    /// The unified social credit code where known.
    pub code: Option<String>,
    /// The current name.
    pub name: String,
    /// The form in which names are compared.
    pub name_key: String,
    /// The state of registration.
    pub status: String,
    /// `organisation` or `individual-business`.
    pub category: String,
    /// What was met, where the index tells.
    pub met: Option<Met>,
}

/// What counts as one token, in the register and in a question alike: neither engine may see a separator within.
pub(crate) fn pieces(token: &str) -> impl Iterator<Item = &str> {
    // U+180E was a space when SQLite's tables were made.
    token
        .split(|c: char| c.is_whitespace() || c == '\u{180E}' || c == '\0')
        .filter(|piece| !piece.is_empty())
}

fn hit(row: &Row) -> Result<SubjectHit, StoreError> {
    Ok(SubjectHit {
        id: row.int(0)?,
        code: row.text_or_null(1)?,
        name: row.text(2)?,
        name_key: row.text(3)?,
        status: row.text(4)?,
        category: row.text(5)?,
        met: None,
    })
}

/// The end of the range of texts that begin with `prefix`, in the order of code points that both engines keep.
fn beyond(prefix: &str) -> String {
    format!("{prefix}\u{10FFFF}")
}

impl Store {
    /// Subjects that have all of the tokens among those of their names, in no particular order. Tokens are compared as they
    /// are: normalise them the way those of the register were.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn search_tokens(
        &self,
        tokens: &[String],
        limit: i64,
    ) -> Result<Vec<SubjectHit>, StoreError> {
        let tokens: Vec<&str> = tokens.iter().flat_map(|token| pieces(token)).collect();
        if tokens.is_empty() {
            return Ok(Vec::new());
        }
        let query = match self.engine() {
            crate::Engine::Sqlite => tokens
                .iter()
                .map(|token| format!("\"{}\"", token.replace('"', "\"\"")))
                .collect::<Vec<_>>()
                .join(" AND "),
            crate::Engine::Postgres => tokens
                .iter()
                .map(|token| format!("'{}'", token.replace('\\', "\\\\").replace('\'', "''")))
                .collect::<Vec<_>>()
                .join(" & "),
        };
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&SEARCH, values![query, limit]).await?;
        rows.iter().map(hit).collect()
    }

    /// Subjects with a name that begins with `beginning`, in the order of those names and so the equal one first; a subject
    /// with two such names comes twice.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn search_beginning(
        &self,
        beginning: &str,
        limit: i64,
    ) -> Result<Vec<SubjectHit>, StoreError> {
        let mut reader = self.reader().await?;
        let end = beyond(beginning);
        let rows = reader.conn().all(&BEGINNINGS, values![beginning, end, limit]).await?;
        rows.iter()
            .map(|row| Ok(SubjectHit { met: Some(Met::Name(row.text(6)?)), ..hit(row)? }))
            .collect()
    }

    /// Subjects one of whose codes begins with `prefix`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn search_code(
        &self,
        prefix: &str,
        limit: i64,
    ) -> Result<Vec<SubjectHit>, StoreError> {
        let end = beyond(prefix);
        let mut reader = self.reader().await?;
        // A subject may be met by several of its codes; it comes out once, by the unified code where that is among them.
        let most = limit.saturating_mul(CODES_EACH);
        let rows = reader.conn().all(&SEARCH_CODE, values![prefix, end, most]).await?;
        let mut hits: Vec<SubjectHit> = Vec::new();
        let mut place: HashMap<i64, usize> = HashMap::new();
        for row in &rows {
            let (kind, value) = (row.text(6)?, row.text(7)?);
            let unified = kind == "uscc";
            let found = SubjectHit { met: Some(Met::Code(kind, value)), ..hit(row)? };
            match place.get(&found.id).and_then(|place| hits.get_mut(*place)) {
                Some(held) if unified => *held = found,
                Some(_) => {}
                None => {
                    place.insert(found.id, hits.len());
                    hits.push(found);
                }
            }
        }
        hits.truncate(usize::try_from(limit).unwrap_or(0));
        Ok(hits)
    }

    /// Unified codes that hold an organisation code.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn codes_by_organisation(
        &self,
        organisation: &str,
        limit: i64,
    ) -> Result<Vec<String>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&BY_ORGANISATION, values![organisation, limit]).await?;
        rows.iter().map(|row| row.text(0)).collect()
    }

    /// All names of these subjects, the current ones among them.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn names_of(&self, ids: &[i64]) -> Result<HashMap<i64, Vec<String>>, StoreError> {
        let mut names: HashMap<i64, Vec<String>> = HashMap::new();
        if ids.is_empty() {
            return Ok(names);
        }
        let mut reader = self.reader().await?;
        for row in reader.conn().all(&NAMES_OF, values![json(ids)]).await? {
            names.entry(row.int(0)?).or_default().push(row.text(1)?);
        }
        Ok(names)
    }
}
