//! One subject's page.

use std::collections::BTreeMap;

use serde::Serialize;
use xinyong_domain::identifier;
use xinyong_store::WholeSubject;

use super::record::{PublicRecord, view};
use crate::desk::Desk;
use crate::refusal::DeskError;

/// Records of one subject that a page shows at most.
const MOST_RECORDS: i64 = 500;

/// Who a subject is. What the public register of enterprises says, nothing more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SubjectFacts {
    /// Unified social credit code.
    pub code: String,
    /// Name.
    pub name: String,
    /// `organisation` or `individual-business`.
    pub category: String,
    /// Registration status as the register has it.
    pub status: String,
    /// Former names with their days.
    pub former_names: Vec<FormerName>,
    /// Other codes: kind and value.
    #[serde(serialize_with = "named")]
    pub codes: Vec<(String, String)>,
    /// Registration date.
    pub registered_on: Option<jiff::civil::Date>,
    /// Further facts of the register by field: type, capital, scope, address and so on.
    pub details: BTreeMap<String, String>,
    /// What it is known from: the registry, or a record kind.
    pub source: String,
    /// Since when the platform knows it, as an instant.
    pub known_at: i64,
}

/// Codes as machines read them: objects with `kind` and `value`.
fn named<S: serde::Serializer>(
    codes: &[(String, String)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Code<'c> {
        kind: &'c str,
        value: &'c str,
    }
    serializer.collect_seq(codes.iter().map(|(kind, value)| Code { kind, value }))
}

/// A name a subject had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FormerName {
    /// The name.
    pub name: String,
    /// Until when it held, where known.
    pub until: Option<jiff::civil::Date>,
}

/// A subject with its public records.
#[derive(Debug, Clone, Serialize)]
pub struct PublicSubject {
    /// Who it is.
    pub facts: SubjectFacts,
    /// Its records by kind, newest first: kind id, kind name, records.
    pub groups: Vec<(String, String, Vec<PublicRecord>)>,
}

pub(crate) fn facts(whole: WholeSubject) -> Result<SubjectFacts, DeskError> {
    let WholeSubject { subject, names, codes } = whole;
    let details: BTreeMap<String, String> =
        serde_json::from_str(&subject.details).map_err(|error| {
            DeskError::Store(xinyong_store::StoreError::Inconsistent {
                table: "subject".to_owned(),
                column: "details".to_owned(),
                row: subject.id.to_string(),
                reason: error.to_string(),
            })
        })?;
    Ok(SubjectFacts {
        former_names: names
            .into_iter()
            .filter(|name| name.name_key != subject.name_key)
            .map(|name| FormerName { name: name.name, until: name.until })
            .collect(),
        codes: codes.into_iter().filter(|(kind, _)| kind != "uscc" && kind != "tax-no").collect(),
        code: subject.code.unwrap_or_default(),
        name: subject.name,
        category: subject.category,
        status: subject.status,
        registered_on: subject.registered_on,
        details,
        source: subject.source,
        known_at: subject.known_at,
    })
}

/// Who a subject is, by its code: the machine answer of issue A.
///
/// # Errors
/// `code.invalid` for what is no code; not found.
pub async fn subject_facts(desk: &Desk, code: &str) -> Result<SubjectFacts, DeskError> {
    facts(find(desk, code).await?)
}

pub(crate) async fn find(desk: &Desk, code: &str) -> Result<WholeSubject, DeskError> {
    let code = identifier::normalise(code);
    if let Err(error) = identifier::Uscc::parse(&code) {
        return Err(DeskError::refused("code.invalid", format!("统一社会信用代码不正确：{error}")));
    }
    desk.store().subject_whole(&code).await?.ok_or(DeskError::NotFound("该主体"))
}

/// A subject's page.
///
/// # Errors
/// `code.invalid`, not found.
pub async fn public_subject(desk: &Desk, code: &str) -> Result<PublicSubject, DeskError> {
    let whole = find(desk, code).await?;
    let law = desk.law();
    let today = desk.today();
    let mut groups: Vec<(String, String, Vec<PublicRecord>)> = law
        .kinds()
        .values()
        .filter(|kind| kind.audience == xinyong_domain::law::Audience::Public)
        .map(|kind| (kind.id.clone(), kind.name.clone(), Vec::new()))
        .collect();
    for record in desk.store().records_of_subject(whole.subject.id, MOST_RECORDS).await? {
        let Some(public) = view(&record, today, &law)? else {
            continue;
        };
        if let Some((.., records)) = groups.iter_mut().find(|(kind, ..)| *kind == public.kind) {
            records.push(public);
        }
    }
    Ok(PublicSubject { facts: facts(whole)?, groups })
}
