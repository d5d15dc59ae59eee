//! One subject's page.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use xinyong_domain::identifier;
use xinyong_store::WholeSubject;

use super::record::{PublicRecord, UsableRecord, usable, view};
use crate::desk::Desk;
use crate::refusal::DeskError;

/// Records of one subject that are read for its public side at most, public or not. Beyond it a report refuses: it says of each section
/// what is there and what is not.
pub(crate) const MOST_READ: i64 = 20_000;
/// Records of one subject that a page shows at most.
pub(super) const MOST_RECORDS: i64 = 500;

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
    /// What it is known from: `registry`, or `record` for any record about it.
    pub source: String,
    /// Since when the platform knows it, as an instant.
    pub known_at: i64,
    /// Other entries of the register that were found to be this subject.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub joined: Vec<JoinedSubject>,
}

/// An entry of the register that was found to be another subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JoinedSubject {
    /// The code it stands under.
    pub code: String,
    /// The name it stands under.
    pub name: String,
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
        // Not which kind: that a subject is known from a penalty or from its taxes is itself not for everybody.
        source: if subject.source == crate::intake::REGISTRY {
            subject.source
        } else {
            "record".to_owned()
        },
        known_at: subject.known_at,
        joined: Vec::new(),
    })
}

/// How many subjects the register has: an entry that was found to be another subject is none.
pub(crate) async fn count(desk: &Desk) -> Result<i64, DeskError> {
    let store = desk.store();
    Ok(store.count_subjects().await? - store.count_joined().await?)
}

/// Who a subject is, with the entries that were found to be the same.
pub(crate) async fn whole_facts(
    desk: &Desk,
    whole: WholeSubject,
) -> Result<SubjectFacts, DeskError> {
    let id = whole.subject.id;
    let mut facts = facts(whole)?;
    let mut group = desk.store().joined_group(id).await?;
    group.retain(|one| *one != id);
    if !group.is_empty() {
        let mut known = desk.store().subjects(&group).await?;
        facts.joined = group
            .iter()
            .filter_map(|id| known.remove(id))
            .map(|one| JoinedSubject { code: one.code.unwrap_or_default(), name: one.name })
            .collect();
    }
    Ok(facts)
}

/// Who a subject is, by its code: the machine answer of issue A. A code of an entry that was found to be another subject gives
/// that one.
///
/// # Errors
/// `code.invalid` for what is no code; not found.
pub async fn subject_facts(desk: &Desk, code: &str) -> Result<SubjectFacts, DeskError> {
    whole_facts(desk, find(desk, code).await?).await
}

pub(crate) async fn find(desk: &Desk, code: &str) -> Result<WholeSubject, DeskError> {
    let code = identifier::normalise(code);
    if let Err(error) = identifier::Uscc::parse(&code) {
        return Err(DeskError::refused("code.invalid", format!("统一社会信用代码不正确：{error}")));
    }
    desk.store().subject_shown(&code).await?.ok_or(DeskError::NotFound("该主体"))
}

/// The code of the subject that one was found to be; nothing for one that stands for itself.
pub(crate) async fn root_code(desk: &Desk, id: i64) -> Result<Option<String>, DeskError> {
    let Some(root) = desk.store().roots(&[id]).await?.remove(&id) else { return Ok(None) };
    Ok(desk.store().subject(root).await?.and_then(|subject| subject.code))
}

/// How often a unit has reported a public record, the first time counted: what the platform itself wrote, such as that it was down for a
/// time, is no report.
///
/// # Errors
/// When the store fails.
pub async fn times_reported(desk: &Desk, subject: i64, record: i64) -> Result<i64, DeskError> {
    let versions = desk.store().record_versions(subject, record).await?;
    let reported = versions.iter().filter(|version| version.batch_id != 0).count();
    Ok(i64::try_from(reported).unwrap_or(i64::MAX))
}

/// Code and name of the subject that a judgement shows a record under; nothing where it is shown under its own.
///
/// # Errors
/// When the store fails.
pub async fn shown_under(
    desk: &Desk,
    subject: i64,
    record: i64,
) -> Result<Option<(String, String)>, DeskError> {
    let Some((_, to)) = desk.store().record_judged(subject, record).await? else {
        return Ok(None);
    };
    let root = desk.store().roots(&[to]).await?.remove(&to).unwrap_or(to);
    let found = desk.store().subject(root).await?;
    Ok(found.map(|found| (found.code.unwrap_or_default(), found.name)))
}

/// Lengths of the codes by which a subject may be asked for besides the unified one.
const OTHER_CODES: [usize; 3] = [ORGANISATION_CODE, 12, 15];
/// Entries with the same organisation code that are looked at: a code has only so many first characters.
const MOST_SHARING: i64 = 100;
/// Length of an organisation code.
const ORGANISATION_CODE: usize = 9;

/// The unified code under which a subject is to be asked for now, given another of its codes: a registration number, a
/// certificate number, an organisation code.
///
/// # Errors
/// `code.invalid` for what is no code; not found, also where a code is that of several.
pub async fn present_code(desk: &Desk, asked: &str) -> Result<String, DeskError> {
    let code = identifier::normalise(asked);
    if !OTHER_CODES.contains(&code.len()) || !code.bytes().all(|byte| byte.is_ascii_alphanumeric())
    {
        find(desk, &code).await?;
    }
    if let Some(whole) = desk.store().subject_whole(&code).await? {
        let public = whole.codes.iter().any(|(kind, value)| *value == code && kind != "tax-no");
        let root = root_code(desk, whole.subject.id).await?;
        return root.or(whole.subject.code).filter(|_| public).ok_or(DeskError::NotFound("该主体"));
    }
    if code.len() != ORGANISATION_CODE {
        return Err(DeskError::NotFound("该主体"));
    }
    // Entries that were found to be one are one.
    let mut present = BTreeSet::new();
    for held in desk.store().codes_by_organisation(&code, MOST_SHARING).await? {
        let entry = desk.store().subject_by_code(&held).await?;
        let root = match entry {
            Some(entry) => root_code(desk, entry.id).await?,
            None => None,
        };
        present.insert(root.unwrap_or(held));
    }
    match (present.pop_first(), present.is_empty()) {
        (Some(one), true) => Ok(one),
        _ => Err(DeskError::NotFound("该主体")),
    }
}

/// A subject's page.
///
/// # Errors
/// `code.invalid`, not found.
pub async fn public_subject(desk: &Desk, code: &str) -> Result<PublicSubject, DeskError> {
    Ok(all_public(desk, code).await?.0)
}

/// A subject's page, and whether everything that is held was looked through for it.
pub(crate) async fn all_public(
    desk: &Desk,
    code: &str,
) -> Result<(PublicSubject, bool), DeskError> {
    let whole = find(desk, code).await?;
    let law = desk.law();
    let today = desk.today();
    let mut groups: Vec<(String, String, Vec<PublicRecord>)> = law
        .kinds()
        .values()
        .filter(|kind| kind.audience == xinyong_domain::law::Audience::Public)
        .map(|kind| (kind.id.clone(), kind.name.clone(), Vec::new()))
        .collect();
    let held = desk.store().records_of_subject(whole.subject.id, MOST_READ).await?;
    let complete = i64::try_from(held.len()).is_ok_and(|count| count < MOST_READ);
    for record in held {
        let Some(public) = view(&record, today, &law)? else {
            continue;
        };
        if let Some((.., records)) = groups.iter_mut().find(|(kind, ..)| *kind == public.kind) {
            records.push(public);
        }
    }
    Ok((PublicSubject { facts: whole_facts(desk, whole).await?, groups }, complete))
}

/// Who a subject is and what units may be shown of it for something they have to decide, and whether everything that is held was looked
/// through.
pub(crate) async fn all_usable(
    desk: &Desk,
    code: &str,
) -> Result<(SubjectFacts, Vec<UsableRecord>, bool), DeskError> {
    let whole = find(desk, code).await?;
    let (law, today) = (desk.law(), desk.today());
    let held = desk.store().records_of_subject(whole.subject.id, MOST_READ).await?;
    let complete = i64::try_from(held.len()).is_ok_and(|count| count < MOST_READ);
    let mut records = Vec::new();
    for record in held {
        records.extend(usable(&record, today, &law)?);
    }
    Ok((whole_facts(desk, whole).await?, records, complete))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use xinyong_domain::identifier::{organisation_code_check_character, uscc_check_character};
    use xinyong_store::NewSubject;

    use super::*;
    use crate::{Clock, DeskOptions, Limits};

    /// A code with the organisation code that begins so.
    fn code(start: &str, body: &str) -> String {
        let inner = organisation_code_check_character(body).expect("a body");
        let first = format!("{start}140829{body}{inner}");
        format!("{first}{}", uscc_check_character(&first).expect("a start"))
    }

    fn subject(id: i64, code: &str, others: &[(&str, &str)]) -> NewSubject {
        let own = ("uscc".to_owned(), code.to_owned());
        let others = others.iter().map(|(kind, value)| ((*kind).to_owned(), (*value).to_owned()));
        NewSubject {
            id,
            category: "organisation".to_owned(),
            code: Some(code.to_owned()),
            codes: std::iter::once(own).chain(others).collect(),
            name: format!("平陆县示例第{id}号器材有限公司"),
            name_key: format!("平陆县示例第{id}号器材有限公司"),
            former: Vec::new(),
            status: "存续".to_owned(),
            details: "{}".to_owned(),
            registered_on: None,
            source: "registry".to_owned(),
            known_at: 1,
            tokens: String::new(),
            actor: "test".to_owned(),
            reason: "test".to_owned(),
            source_batch: None,
        }
    }

    #[tokio::test]
    async fn an_old_code_and_other_codes_lead_to_the_present_one() {
        let folder = tempfile::tempdir().expect("folder");
        let options = DeskOptions {
            database: format!("sqlite:{}", folder.path().join("codes.db").display()),
            key_file: folder.path().join("keys"),
            law: None,
            clock: Clock::Fixed(date(2026, 11, 25)),
            limits: Limits::default(),
            scratch: folder.path().to_owned(),
        };
        let desk = Desk::open(options, getrandom::fill).await.expect("a desk");
        let (now, old) = (code("91", "XYDEM001"), code("93", "XYDEM002"));
        let (one, two) = (code("91", "XYDEM003"), code("92", "XYDEM003"));
        let mut tx = desk.store().transaction("test").await.expect("begun");
        let others = [
            ("uscc", old.as_str()),
            ("registration-no", "140829000001024"),
            ("tax-no", "140829000009999"),
        ];
        let subjects = [subject(1, &now, &others), subject(2, &one, &[]), subject(3, &two, &[])];
        tx.insert_subjects(&subjects).await.expect("inserted");
        tx.commit().await.expect("committed");

        let found = public_subject(&desk, &old).await.expect("by its old code");
        assert_eq!(found.facts.code, now);
        for asked in ["140829000001024", "1408-2900-0001024", &now[8..17]] {
            assert_eq!(present_code(&desk, asked).await.expect(asked), now);
        }
        let refused = async |asked: &str| {
            present_code(&desk, asked).await.expect_err("refused").code().to_owned()
        };
        assert_eq!(refused("140829000009999").await, "not-found", "a tax id leads nowhere");
        assert_eq!(refused(&one[8..17]).await, "not-found", "two have it");
        let mut tx = desk.store().transaction("test").await.expect("begun");
        let same = xinyong_store::SubjectJudgement {
            id: 9,
            finding: "same".to_owned(),
            from_id: 3,
            to_id: 2,
            basis: "registry-answer".to_owned(),
            document: "示例复函".to_owned(),
            reason: "示例".to_owned(),
            proposed_by: "first".to_owned(),
            proposed_at: 1,
            state: "open".to_owned(),
            decided_by: None,
            decided_at: None,
            decline_reason: None,
            undo_reason: None,
            undo_by: None,
            undo_at: None,
            undone_by: None,
            undone_at: None,
            hash: String::new(),
        };
        let hash = tx.add_subject_judgement(&same, &[]).await.expect("kept");
        let state = "confirmed".to_owned();
        let same = xinyong_store::SubjectJudgement { state, hash, ..same };
        tx.change_subject_judgement(&same).await.expect("confirmed").expect("first");
        tx.commit().await.expect("committed");
        let joined = present_code(&desk, &one[8..17]).await;
        assert_eq!(joined.expect("the two are one"), one);
        assert_eq!(refused("123456789").await, "not-found");
        assert_eq!(refused("12345678").await, "code.invalid");
        assert_eq!(refused("一二三四五六七八九").await, "code.invalid");
    }
}
