//! 重错码: subjects that may be one, for a person to look into. The platform merges nothing by likeness.

use std::collections::BTreeSet;

use serde::Serialize;
use xinyong_domain::text::normalise_name;
use xinyong_store::{Double, Shared};

use crate::access::{Actor, Permission};
use crate::desk::Desk;
use crate::refusal::DeskError;

/// Groups on a page.
const GROUPS: i64 = 50;

/// Subjects that share a name or an organisation code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DoubleGroup {
    /// What they share.
    pub shared: String,
    /// Why it is worth a look, and what there is to do.
    pub why: &'static str,
    /// The subjects.
    pub subjects: Vec<DoubleSubject>,
    /// Whether two persons have found about all of them what they are.
    pub judged: bool,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DoubleSubject {
    /// Its code, empty while unknown.
    pub code: String,
    /// Its present name.
    pub name: String,
    /// Its state of registration.
    pub status: String,
    /// The name it bore, where that is what is shared.
    pub former: String,
    /// Code of the subject it was found to be.
    pub joined: String,
    /// Whether it was found not to be one of the others.
    pub different: bool,
}

/// A page of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DoublePage {
    /// The groups, by what they share.
    pub groups: Vec<DoubleGroup>,
    /// Behind what the next page begins; empty on the last.
    pub next: String,
}

/// Subjects that share a name (`by_code` false) or the organisation code within their unified codes.
///
/// # Errors
/// `access.denied`.
pub async fn doubles(
    desk: &Desk,
    actor: &Actor,
    by_code: bool,
    after: &str,
) -> Result<DoublePage, DeskError> {
    actor.authorise(Permission::ImportSubjects)?;
    let by = if by_code { Shared::OrganisationCode } else { Shared::Name };
    let store = desk.store();
    let found = store.doubles(by, after, GROUPS).await?;
    let ids: Vec<i64> = found.iter().map(|one| one.id).collect();
    let roots = store.roots(&ids).await?;
    let wanted: Vec<i64> = roots.values().copied().collect();
    let known = store.subjects(&wanted).await?;
    let different: BTreeSet<(i64, i64)> = store
        .subject_judgements(&["confirmed"], i64::MAX)
        .await?
        .into_iter()
        .filter(|one| one.finding == "different")
        .flat_map(|one| [(one.from_id, one.to_id), (one.to_id, one.from_id)])
        .collect();
    let mut groups: Vec<DoubleGroup> = Vec::new();
    for part in found.chunk_by(|one, other| one.shared == other.shared) {
        let Some(first) = part.first() else { continue };
        let root = |id: i64| roots.get(&id).copied().unwrap_or(id);
        let settled =
            |one: i64, other: i64| root(one) == root(other) || different.contains(&(one, other));
        let subject = |one: &Double| DoubleSubject {
            code: one.code.clone().unwrap_or_default(),
            name: one.name.clone(),
            status: one.status.clone(),
            former: if one.bears == one.name { String::new() } else { one.bears.clone() },
            joined: roots
                .get(&one.id)
                .and_then(|root| known.get(root)?.code.clone())
                .unwrap_or_default(),
            different: part.iter().any(|other| different.contains(&(one.id, other.id))),
        };
        groups.push(DoubleGroup {
            shared: if by_code { first.shared.clone() } else { first.bears.clone() },
            why: why(part, by_code),
            subjects: part.iter().map(subject).collect(),
            judged: part.iter().all(|one| part.iter().all(|other| settled(one.id, other.id))),
        });
    }
    let full = i64::try_from(groups.len()).is_ok_and(|count| count == GROUPS);
    let next = found.last().filter(|_| full).map(|last| last.shared.clone()).unwrap_or_default();
    Ok(DoublePage { groups, next })
}

fn why(part: &[Double], by_code: bool) -> &'static str {
    let organisation =
        |one: &Double| one.code.as_deref().and_then(|code| code.get(8..17)).map(str::to_owned);
    let first = part.first().and_then(organisation);
    let one_code = first.is_some() && part.iter().all(|one| organisation(one) == first);
    let present = part.iter().filter(|one| normalise_name(&one.name) == one.shared).count();
    match (by_code || one_code, present) {
        (true, _) => {
            "组织机构代码相同、统一社会信用代码不同：多为登记管理部门或行政区划位写错，请向登记机关核对哪一个有效"
        }
        (false, 0 | 1) => {
            "一个主体的曾用名与另一主体的名称相同：多为更名后名称被他人登记，一般不需处理"
        }
        (false, _) => {
            "名称相同、代码不同：可能是同名的不同主体，也可能一个主体有两个代码，请核对登记信息"
        }
    }
}
