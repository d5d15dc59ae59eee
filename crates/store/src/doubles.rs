//! Subjects that may be one: the same name, or the same organisation code in two unified codes. A hint, never an identity.

use crate::db::{Row, Store, statements, values};
use crate::error::StoreError;
use crate::persons::json;

statements! {
    SHARED_NAMES = "SELECT name_key FROM subject_name WHERE name_key > $1 GROUP BY name_key HAVING COUNT(*) > 1 ORDER BY name_key LIMIT $2";
    BEARERS = "SELECT n.name_key, s.id, s.code, s.name, s.status, s.source, n.name FROM " [each] " k \
        CROSS JOIN subject_name n CROSS JOIN subject s WHERE n.name_key = k.value->>0 AND s.id = n.subject_id ORDER BY n.name_key, s.code, s.id";
    SHARED_CODES = "SELECT substr(code, 9, 9) FROM subject WHERE code IS NOT NULL AND substr(code, 9, 9) > $1 \
        GROUP BY substr(code, 9, 9) HAVING COUNT(*) > 1 ORDER BY 1 LIMIT $2";
    HOLDERS = "SELECT substr(s.code, 9, 9), s.id, s.code, s.name, s.status, s.source, s.name FROM " [each] " k \
        CROSS JOIN subject s WHERE substr(s.code, 9, 9) = k.value->>0 AND s.code IS NOT NULL ORDER BY 1, s.code, s.id";
}

/// What subjects share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shared {
    /// A name, present or former.
    Name,
    /// The organisation code in their unified codes.
    OrganisationCode,
}

/// One of several subjects that share something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Double {
    /// What they share: the normalised name, or the organisation code.
    pub shared: String,
    /// The subject.
    pub id: i64,
    /// Its unified social credit code where known.
    pub code: Option<String>,
    /// Its present name.
    pub name: String,
    /// Its state of registration.
    pub status: String,
    /// Where it is known from.
    pub source: String,
    /// The name that is shared, as this subject has or had it.
    pub bears: String,
}

fn double(row: &Row) -> Result<Double, StoreError> {
    Ok(Double {
        shared: row.text(0)?,
        id: row.int(1)?,
        code: row.text_or_null(2)?,
        name: row.text(3)?,
        status: row.text(4)?,
        source: row.text(5)?,
        bears: row.text(6)?,
    })
}

impl Store {
    /// Subjects that share something, by what they share, behind `after`: at most `limit` of what is shared, and all who share it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn doubles(
        &self,
        by: Shared,
        after: &str,
        limit: i64,
    ) -> Result<Vec<Double>, StoreError> {
        let (groups, members) = match by {
            Shared::Name => (&SHARED_NAMES, &BEARERS),
            Shared::OrganisationCode => (&SHARED_CODES, &HOLDERS),
        };
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(groups, values![after, limit]).await?;
        // Each in a list of its own, which both engines take apart alike.
        let shared: Vec<[String; 1]> =
            rows.iter().map(|row| Ok([row.text(0)?])).collect::<Result<_, StoreError>>()?;
        if shared.is_empty() {
            return Ok(Vec::new());
        }
        reader.conn().all(members, values![json(&shared)]).await?.iter().map(double).collect()
    }
}
