//! What the invented units may license and punish: one unit with two editions and names outside, one whose edition waits.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::accounts;
use super::filers::{FILERS, LICENCE, PENALTY};
use crate::access::Role;
use crate::desk::Desk;
use crate::powers::{self, Grounds, Proposed, Say, TypedPower};
use crate::refusal::DeskError;

/// The unit with released editions.
const RELEASED: &str = "market-regulation";
/// The unit whose edition waits for its second person.
const WAITING: &str = "emergency-management";

/// What a unit files, as matters of its catalogue; `left` of each sort are left out.
fn matters(unit: &str, left: usize) -> Vec<TypedPower> {
    let mut matters = Vec::new();
    for filer in FILERS.iter().filter(|filer| filer.unit == unit) {
        let offences = filer
            .offences
            .iter()
            .map(|one| (PENALTY, "CF", format!("对{}行为的处罚", one.title), one.basis.to_owned()));
        let grants = filer.grants.iter().map(|one| {
            let name = one.certificate.trim_end_matches('证').to_owned();
            (LICENCE, "XK", name, "《中华人民共和国行政许可法》".to_owned())
        });
        let mut of_filer: Vec<_> = offences.chain(grants).filter(|one| !one.2.is_empty()).collect();
        of_filer.truncate(of_filer.len().saturating_sub(left));
        for (kind, mark, name, basis) in of_filer {
            let code = format!("示例{mark}{:03}", matters.len() + 1);
            let kind = kind.to_owned();
            matters.push(TypedPower { code, name, kind, basis, ..TypedPower::default() });
        }
    }
    matters.dedup_by(|one, other| one.name == other.name);
    matters
}

async fn propose(
    desk: &Desk,
    unit: &str,
    left: usize,
    from: Date,
) -> Result<Option<i64>, DeskError> {
    let unwritten = super::unwritten;
    let mut table = csv::Writer::from_writer(Vec::new());
    let head = ["事项编码", "事项名称", "事项类型", "法定依据"];
    table.write_record(head).map_err(unwritten)?;
    for one in matters(unit, left) {
        table.write_record([&one.code, &one.name, &one.kind, &one.basis]).map_err(unwritten)?;
    }
    let content = table
        .into_inner()
        .map_err(|error| DeskError::Internal(format!("demonstration file: {error}")))?;
    let path = super::write(desk, "powers.csv", content).await?;
    let grounds = Grounds {
        unit: unit.to_owned(),
        from,
        note: format!("示例：关于公布权力清单的公告（示例公告〔{}〕1号）", from.year()),
    };
    let clerk = accounts::actor(unit, Role::Clerk);
    let file = (path.clone(), "示例权力清单.csv".to_owned());
    let proposed = powers::propose_file(desk, &clerk, grounds, file).await;
    drop(std::fs::remove_file(&path));
    match proposed? {
        Proposed::Kept { edition, .. } => Ok(Some(edition)),
        Proposed::Refused(found) => {
            Err(DeskError::Internal(format!("the invented list of powers: {found:?}")))
        }
    }
}

async fn release(desk: &Desk, unit: &str, edition: i64) -> Result<(), DeskError> {
    powers::decide(desk, &accounts::actor(unit, Role::Reviewer), edition, None).await
}

/// The editions that there are from the beginning. A stopped run's stay.
pub(super) async fn begin(desk: &Desk, start: Date) -> Result<(), DeskError> {
    let first = desk.at(start);
    if !desk.store().power_editions(Some(RELEASED)).await?.is_empty() {
        return Ok(());
    }
    if let Some(edition) = propose(&first, RELEASED, 2, start).await? {
        release(&first, RELEASED, edition).await?;
    }
    Ok(())
}

/// What came later: a second edition with one matter more, an edition that waits, a name that was explained.
pub(super) async fn go_on(desk: &Desk, today: Date) -> Result<(), DeskError> {
    if !desk.store().power_editions(Some(WAITING)).await?.is_empty() {
        return Ok(());
    }
    let month = today.checked_sub(3.months()).unwrap_or(today);
    let later = desk.at(month);
    let all = matters(RELEASED, 0);
    let listed = matters(RELEASED, 2);
    let more = all.iter().find(|one| listed.iter().all(|held| held.name != one.name));
    if let Some(more) = more {
        let more = TypedPower { code: "示例CF901".to_owned(), ..more.clone() };
        let grounds = Grounds {
            unit: RELEASED.to_owned(),
            from: month,
            note: "示例：关于调整权力清单的公告（示例公告2号）".to_owned(),
        };
        let clerk = accounts::actor(RELEASED, Role::Clerk);
        if let Proposed::Kept { edition, .. } =
            powers::propose_one(&later, &clerk, grounds, &more).await?
        {
            release(&later, RELEASED, edition).await?;
        }
    }
    let reviewer = accounts::actor(RELEASED, Role::Reviewer);
    let span = (month, today);
    let outside = powers::outside(desk, &reviewer, RELEASED, None, span).await?;
    if let Some(last) = outside.unwrap_or_default().names.last() {
        let say = Say {
            unit: RELEASED.to_owned(),
            kind: last.kind.clone(),
            name: last.name.clone(),
            code: String::new(),
            note: "示例：受上级机关委托实施，不在本单位清单中".to_owned(),
        };
        powers::say(desk, &reviewer, say).await?;
    }
    propose(desk, WAITING, 0, today).await.map(drop)
}
