//! Finding subjects by name fragments and by the beginning of a code.

use std::collections::HashMap;

use crate::db::{Row, Store, statements, values};
use crate::error::StoreError;
use crate::persons::json;

statements! {
    SEARCH = "SELECT s.id, s.code, s.name, s.status, s.category FROM subject_search \
        CROSS JOIN subject s ON s.id = subject_search.rowid WHERE subject_search MATCH $1 LIMIT $2"
        pg "SELECT s.id, s.code, s.name, s.status, s.category FROM subject_search q \
        JOIN subject s ON s.id = q.subject_id WHERE q.tokens @@ CAST(CAST($1 AS TEXT) AS tsquery) LIMIT $2";
    SEARCH_CODE = "SELECT DISTINCT s.id, s.code, s.name, s.status, s.category FROM subject_code c \
        JOIN subject s ON s.id = c.subject_id WHERE c.value >= $1 AND c.value < $2 LIMIT $3";
    NAMES_OF = "SELECT n.subject_id, n.name FROM subject_name n WHERE n.subject_id IN " [ints] "";
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
    /// The names it had.
    pub former: Vec<String>,
    /// The state of registration.
    pub status: String,
    /// `organisation` or `individual-business`.
    pub category: String,
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
        limit: i64,
    ) -> Result<Vec<SubjectHit>, StoreError> {
        let end = format!("{prefix}\u{10FFFF}");
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&SEARCH_CODE, values![prefix, end, limit]).await?;
        let hits = rows.iter().map(hit).collect::<Result<Vec<_>, _>>()?;
        drop(reader);
        self.with_former(hits).await
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
