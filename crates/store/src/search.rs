//! Finding subjects by name fragments and by the beginning of a code.

use std::collections::HashMap;

use crate::db::{Row, Store, statements, values};
use crate::error::StoreError;
use crate::persons::json;

statements! {
    SEARCH = "SELECT s.id, s.code, s.name, s.status, s.category FROM subject_search \
        CROSS JOIN subject s ON s.id = subject_search.rowid WHERE subject_search MATCH $1 \
        AND (CAST($3 AS TEXT) IS NULL OR s.category = $3) AND (CAST($4 AS TEXT) IS NULL OR s.status = $4) LIMIT $2"
        pg "SELECT s.id, s.code, s.name, s.status, s.category FROM subject_search q \
        JOIN subject s ON s.id = q.subject_id WHERE q.tokens @@ CAST(CAST($1 AS TEXT) AS tsquery) \
        AND (CAST($3 AS TEXT) IS NULL OR s.category = $3) AND (CAST($4 AS TEXT) IS NULL OR s.status = $4) LIMIT $2";
    SEARCH_CODE = "SELECT s.id, s.code, s.name, s.status, s.category, c.kind, c.value FROM subject_code c \
        JOIN subject s ON s.id = c.subject_id WHERE c.value >= $1 AND c.value < $2 \
        AND (CAST($4 AS TEXT) IS NULL OR s.category = $4) AND (CAST($5 AS TEXT) IS NULL OR s.status = $5) LIMIT $3";
    BY_ORGANISATION = "SELECT code FROM subject WHERE substr(code, 9, 9) = $1 AND code IS NOT NULL ORDER BY code LIMIT $2";
    NAMES_OF = "SELECT n.subject_id, n.name FROM subject_name n WHERE n.subject_id IN " [ints] "";
}

/// Which subjects are looked among; empty means all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubjectFilter {
    /// Only of this category.
    pub category: Option<String>,
    /// Only in this state of registration.
    pub status: Option<String>,
}

/// Codes of one subject that may begin alike: the unified code and a tax id.
const CODES_EACH: i64 = 2;

/// A subject found. Sifting (`contains`) and ranking are the caller's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectHit {
    /// The id.
    pub id: i64,
    /// The unified social credit code where known.
    pub code: Option<String>,
    /// The current name.
    pub name: String,
    /// The names it had.
    pub former: Vec<String>,
    /// The state of registration.
    pub status: String,
    /// `organisation` or `individual-business`.
    pub category: String,
    /// Kind and value of a code that was met, where codes were asked for.
    pub met: Option<(String, String)>,
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
        former: Vec::new(),
        status: row.text(3)?,
        category: row.text(4)?,
        met: None,
    })
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
        among: &SubjectFilter,
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
        let rows = reader
            .conn()
            .all(&SEARCH, values![query, limit, &among.category, &among.status])
            .await?;
        let hits = rows.iter().map(hit).collect::<Result<Vec<_>, _>>()?;
        drop(reader);
        self.with_former(hits).await
    }

    /// Subjects one of whose codes begins with `prefix`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn search_code(
        &self,
        prefix: &str,
        among: &SubjectFilter,
        limit: i64,
    ) -> Result<Vec<SubjectHit>, StoreError> {
        let end = format!("{prefix}\u{10FFFF}");
        let mut reader = self.reader().await?;
        // A subject may be met by several of its codes; it comes out once, by the unified code where that is among them.
        let most = limit.saturating_mul(CODES_EACH);
        let rows = reader
            .conn()
            .all(&SEARCH_CODE, values![prefix, end, most, &among.category, &among.status])
            .await?;
        let mut hits: Vec<SubjectHit> = Vec::new();
        let mut place: HashMap<i64, usize> = HashMap::new();
        for row in &rows {
            let found = SubjectHit { met: Some((row.text(5)?, row.text(6)?)), ..hit(row)? };
            let unified = found.met.as_ref().is_some_and(|(kind, _)| kind == "uscc");
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
        drop(reader);
        self.with_former(hits).await
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

    async fn with_former(&self, mut hits: Vec<SubjectHit>) -> Result<Vec<SubjectHit>, StoreError> {
        if hits.is_empty() {
            return Ok(hits);
        }
        let place: HashMap<i64, usize> =
            hits.iter().enumerate().map(|(place, hit)| (hit.id, place)).collect();
        let ids: Vec<i64> = hits.iter().map(|hit| hit.id).collect();
        let mut reader = self.reader().await?;
        for row in reader.conn().all(&NAMES_OF, values![json(&ids)]).await? {
            if let Some(hit) = place.get(&row.int(0)?).and_then(|place| hits.get_mut(*place)) {
                let name = row.text(1)?;
                if name != hit.name {
                    hit.former.push(name);
                }
            }
        }
        Ok(hits)
    }
}
