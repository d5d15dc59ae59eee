//! Natural persons named in records: sealed, found by blind index only.

use std::collections::HashMap;

use crate::db::{Conn, Insert, Store, Tx, Value, statements, values};
use crate::error::StoreError;

static INSERT: Insert = Insert::new("person (id, blind, sealed, known_at)", 4, "");

statements! {
    PERSONS_BY_BLIND = "SELECT blind, id FROM person WHERE blind IN " [texts] "";
    PERSON = "SELECT id, blind, sealed, known_at FROM person WHERE id = $1";
}

/// A natural person. The sealed part opens with [`crate::Purpose::Person`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The id.
    pub id: i64,
    /// The blind index of the identity number, or of kind and natural key where there is none.
    pub blind: String,
    /// Name and number, sealed for [`person_place`].
    pub sealed: Vec<u8>,
    /// Since when the platform knows the person, in milliseconds since 1970.
    pub known_at: i64,
}

/// The additional data a person's sealed part is bound to.
#[must_use]
pub fn person_place(id: i64) -> Vec<u8> {
    format!("person/{id}").into_bytes()
}

async fn by_blind(
    conn: &mut Conn<'_>,
    blinds: &[&str],
) -> Result<HashMap<String, i64>, StoreError> {
    let mut found = HashMap::new();
    for part in blinds.chunks(500) {
        for row in conn.all(&PERSONS_BY_BLIND, values![json(part)]).await? {
            found.insert(row.text(0)?, row.int(1)?);
        }
    }
    Ok(found)
}

/// A list as a JSON array, the way lists reach a statement.
pub(crate) fn json<T: serde::Serialize>(list: &[T]) -> String {
    serde_json::to_string(list).expect("strings and numbers always serialise")
}

impl Store {
    /// The ids of those persons that are known.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn persons_by_blind(
        &self,
        blinds: &[&str],
    ) -> Result<HashMap<String, i64>, StoreError> {
        by_blind(&mut self.reader().await?.conn(), blinds).await
    }

    /// One person.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn person(&self, id: i64) -> Result<Option<Person>, StoreError> {
        let mut reader = self.reader().await?;
        let row = reader.conn().maybe(&PERSON, values![id]).await?;
        row.map(|row| {
            Ok(Person {
                id: row.int(0)?,
                blind: row.text(1)?,
                sealed: row.bytes(2)?,
                known_at: row.int(3)?,
            })
        })
        .transpose()
    }
}

impl Tx {
    /// The ids of those persons that are known, as this transaction sees them.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn persons_by_blind(
        &mut self,
        blinds: &[&str],
    ) -> Result<HashMap<String, i64>, StoreError> {
        by_blind(&mut self.conn(), blinds).await
    }

    /// Adds persons.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if one is known already.
    pub async fn insert_persons(&mut self, persons: &[Person]) -> Result<(), StoreError> {
        let mut rows: Vec<Value<'_>> = Vec::with_capacity(persons.len() * 4);
        for person in persons {
            rows.extend(values![
                person.id,
                &person.blind,
                person.sealed.as_slice(),
                person.known_at
            ]);
        }
        self.conn().insert(&INSERT, &rows).await?;
        Ok(())
    }
}
