//! 重错码: subjects that may be one, for a person to look into. The platform merges nothing by likeness.

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
    /// The subjects: code, present name, state, source, and the name they bore when it is not the present one.
    pub subjects: Vec<(String, String, String, String, String)>,
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
    let found = desk.store().doubles(by, after, GROUPS).await?;
    let mut groups: Vec<DoubleGroup> = Vec::new();
    for part in found.chunk_by(|one, other| one.shared == other.shared) {
        let Some(first) = part.first() else { continue };
        groups.push(DoubleGroup {
            shared: if by_code { first.shared.clone() } else { first.bears.clone() },
            why: why(part, by_code),
            subjects: part.iter().map(subject).collect(),
        });
    }
    let full = i64::try_from(groups.len()).is_ok_and(|count| count == GROUPS);
    let next = found.last().filter(|_| full).map(|last| last.shared.clone()).unwrap_or_default();
    Ok(DoublePage { groups, next })
}

fn subject(one: &Double) -> (String, String, String, String, String) {
    let former = if one.bears == one.name { String::new() } else { one.bears.clone() };
    let code = one.code.clone().unwrap_or_default();
    (code, one.name.clone(), one.status.clone(), one.source.clone(), former)
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
