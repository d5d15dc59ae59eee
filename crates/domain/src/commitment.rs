//! What the record of publication commits to: that a state of a record became public with this content, or ceased to be.
//!
//! A commitment is SM3 over a random salt and the canonical form of the statement. With salt and statement anyone can make it
//! anew; without the salt it says nothing, not even what kind of statement it is of.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::{Value, json};

use crate::canonical::{NotCanonical, canonical};
use crate::merkle::{BySm3, Hash, Hashing as _};

/// How many bytes of randomness hide a statement.
pub const SALT: usize = 32;

/// What happened in public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement<'s> {
    /// Id of the kind of the record.
    pub kind: &'s str,
    /// Id of its subject.
    pub subject: i64,
    /// Its own id.
    pub record: i64,
    /// What is public from now on; nothing where it ceased to be.
    ///
    /// Why it ceased, and whether it is the first time that it is public, stands nowhere: a proof must not tell that something
    /// was corrected, withdrawn or repaired.
    pub public: Option<Public<'s>>,
}

/// What is public of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Public<'s> {
    /// First public day.
    pub from: Date,
    /// Last public day; none without a maximum.
    pub until: Option<Date>,
    /// The public fields by official code.
    pub content: BTreeMap<&'s str, &'s str>,
}

impl Statement<'_> {
    /// The statement as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut value = json!({
            "type": "xinyong/publication/1",
            "kind": self.kind,
            // Ids are longer than every reader of JSON keeps exactly.
            "subject": self.subject.to_string(),
            "record": self.record.to_string(),
            "state": if self.public.is_some() { "public" } else { "not-public" },
        });
        if let Some(public) = &self.public {
            value["from"] = public.from.to_string().into();
            value["until"] = public.until.map_or_else(String::new, |day| day.to_string()).into();
            value["content"] = public
                .content
                .iter()
                .map(|(code, text)| ((*code).to_owned(), Value::from(*text)))
                .collect();
        }
        value
    }

    /// The commitment to it under a salt.
    ///
    /// # Errors
    /// Never for a statement as it is made here.
    pub fn commit(&self, salt: &[u8]) -> Result<Hash, NotCanonical> {
        commit(&self.to_json(), salt)
    }
}

/// The commitment to a statement that somebody presents.
///
/// # Errors
/// [`NotCanonical`] when it has no canonical form.
pub fn commit(statement: &Value, salt: &[u8]) -> Result<Hash, NotCanonical> {
    Ok(BySm3::hash(&[salt, canonical(statement)?.as_bytes()]))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_statement_says_what_is_public_and_never_why_it_is_not() {
        let content = BTreeMap::from([("CF_WSH", "示例罚〔2026〕1号"), ("CF_JE", "1.2")]);
        let from = date(2026, 5, 3);
        let public = Some(Public { from, until: None, content });
        let statement = Statement { kind: "administrative-penalty", subject: 7, record: 8, public };
        assert_eq!(
            canonical(&statement.to_json()).expect("a form"),
            "{\"content\":{\"CF_JE\":\"1.2\",\"CF_WSH\":\"示例罚〔2026〕1号\"},\"from\":\"2026-05-03\",\
             \"kind\":\"administrative-penalty\",\"record\":\"8\",\"state\":\"public\",\"subject\":\"7\",\
             \"type\":\"xinyong/publication/1\",\"until\":\"\"}"
        );
        let ended = Statement { public: None, ..statement.clone() };
        assert_eq!(
            canonical(&ended.to_json()).expect("a form"),
            "{\"kind\":\"administrative-penalty\",\"record\":\"8\",\"state\":\"not-public\",\"subject\":\"7\",\
             \"type\":\"xinyong/publication/1\"}"
        );
        let salts = [[1; SALT], [2; SALT]];
        let commitments = salts.map(|salt| statement.commit(&salt).expect("a commitment"));
        assert_ne!(commitments[0], commitments[1]);
        assert_ne!(commitments[0], ended.commit(&salts[0]).expect("a commitment"));
    }
}
