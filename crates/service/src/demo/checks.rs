//! Checks in a demonstration: a firm on a list, so that there is a measure to be shown, and a few looks with what came of them.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;
use xinyong_domain::law::Profile;
use xinyong_domain::workflow::batch::Stage;

use super::accounts::actor;
use super::subjects::Subject;
use crate::access::Role;
use crate::check::{self, Asked};
use crate::desk::Desk;
use crate::intake::{self, Receive, Release};
use crate::refusal::DeskError;

/// The kind of the list.
const LIST: &str = "serious-dishonesty-listing";
/// Who lists.
const LISTING: &str = "human-resources";
/// Whose people check.
const ASKING: &str = "market-regulation";
/// Days since the listing.
const LISTED_AGO: i32 = 30;

/// The first is checked and has nothing against it, the second is on the list: neither has an agent of its own but the first.
fn chosen(invented: &[Subject], start: Date) -> Option<(&Subject, &Subject)> {
    let mut fit = invented.iter().filter(|subject| {
        subject.known == start && subject.is_active() && !subject.is_individual()
    });
    Some((fit.next()?, fit.nth(3)?))
}

/// Does all of it, once.
///
/// # Errors
/// What the steps fail with.
pub(super) async fn work(
    desk: &Desk,
    invented: &[Subject],
    (start, today): (Date, Date),
) -> Result<(), DeskError> {
    let Some((first, listed)) = chosen(invented, start) else { return Ok(()) };
    let ago = |days: i32| today.checked_sub(days.days()).unwrap_or(today);
    list(&desk.at(ago(LISTED_AGO)), listed).await?;
    let clerk = actor(ASKING, Role::Clerk);
    if !check::recent(desk, &clerk, None).await?.looks.is_empty() {
        return Ok(());
    }
    let looks = [
        (12, first, "approval", "《行政许可法》第三十四条", "unaffected"),
        (9, first, "honour", "《示例县质量奖管理办法》第八条", "convenience"),
        (4, listed, "approval", "《行政许可法》第三十四条", "not-taken"),
        (1, listed, "qualification", "《示例资质管理办法》第十二条", ""),
    ];
    for (place, (days, subject, purpose, basis, outcome)) in looks.into_iter().enumerate() {
        let there = desk.at(ago(days));
        let asked = Asked {
            purpose: purpose.to_owned(),
            basis: basis.to_owned(),
            reference: format!("示例办件{:03}", place + 1),
            way: "console",
        };
        let looked = check::ask(&there, &clerk, &subject.code, &asked).await?;
        if !outcome.is_empty() {
            let number = &looked.check().number;
            check::feed_back(&there, &clerk, number, outcome, &[], "演示数据").await?;
        }
    }
    Ok(())
}

/// Puts a firm on the list, through the intake.
async fn list(there: &Desk, firm: &Subject) -> Result<(), DeskError> {
    let law = there.law();
    let kind = law.kind(LIST).ok_or_else(|| DeskError::Internal(format!("unknown kind {LIST}")))?;
    let day = there.today();
    let before = |days: i32| day.checked_sub(days.days()).unwrap_or(day).to_string();
    let unit = there.unit(LISTING).await?;
    // A unit whose code is not known yet has an invented one.
    let code = match unit.code.as_str() {
        "" => super::codes::credit_code("11", "140829", 7),
        code => code.to_owned(),
    };
    let cells = BTreeMap::from([
        ("YZ_XDR_MC", firm.name.clone()),
        ("YZ_XDR_LB", "法人及非法人组织".to_owned()),
        ("YZ_XDR_SHXYM", firm.code.clone()),
        ("YZ_MDLX", "拖欠农民工工资失信联合惩戒对象名单".to_owned()),
        ("YZ_WSH", format!("平示人社列决〔{}〕1号", day.year())),
        ("YZ_SY", "拖欠示例工程农民工工资，经责令限期支付逾期未支付".to_owned()),
        ("YZ_YJ", "《保障农民工工资支付条例》第四十八条".to_owned()),
        ("YZ_GZRQ", before(20)),
        ("YZ_CSSB", "当事人没有提出陈述、申辩".to_owned()),
        ("YZ_LRRQ", before(2)),
        ("YZ_SDRQ", before(1)),
        ("YZ_YCTJ", "期满三年；或者改正满六个月后经申请移出".to_owned()),
        ("YZ_SSJG", unit.name.clone()),
        ("YZ_SSJGDM", code.clone()),
        ("YZ_LYDW", unit.name.clone()),
        ("YZ_LYDWDM", code),
    ]);
    let mut table = csv::Writer::from_writer(Vec::new());
    let labels: Vec<&str> = kind.official_fields().map(|field| field.label.as_str()).collect();
    let row: Vec<&str> = kind
        .official_fields()
        .map(|field| cells.get(field.code.as_str()).map_or("", String::as_str))
        .collect();
    table.write_record(&labels).map_err(super::unwritten)?;
    table.write_record(&row).map_err(super::unwritten)?;
    let content = table.into_inner().map_err(|error| DeskError::Internal(error.to_string()))?;
    let path = super::write(there, "list.csv", content).await?;
    let clerk = actor(LISTING, Role::Clerk);
    let command = Receive {
        path: path.clone(),
        file_name: "示例名单.csv".to_owned(),
        kind: LIST.to_owned(),
        unit: LISTING.to_owned(),
        profile: Profile::Reported,
    };
    let received = intake::receive(there, &clerk, command).await;
    drop(std::fs::remove_file(&path));
    let batch = received?.batch;
    if intake::check(there, batch).await? == Stage::Checked {
        intake::submit(there, &clerk, batch).await?;
        let basis = "unit-publication-list".to_owned();
        let reviewer = actor(LISTING, Role::Reviewer);
        intake::release(there, &reviewer, Release { batch, basis, judgements: Vec::new() }).await?;
        intake::record_released(there, batch).await?;
    }
    Ok(())
}
