//! Commitments in a demonstration: a matter that is in force and one that waits, commitments made online and on paper, at every stage.
//!
//! Every step is taken once, also when a stopped build is continued.

use jiff::civil::Date;
use xinyong_domain::workflow::commitment::Event;
use xinyong_store::StepChain;

use super::accounts::{AGENT, actor};
use super::agents::chosen;
use super::corrections::earlier;
use super::subjects::Subject;
use crate::access::{Actor, Role};
use crate::agents::{self, Agent, actor_for, login_of};
use crate::commitments::{self, Make, MatterDraft, Paper, Step};
use crate::desk::Desk;
use crate::refusal::DeskError;

/// The unit that has accounts.
const UNIT: &str = "market-regulation";
/// A scan that says that it is none.
const SCAN: &[u8] = b"%PDF-1.4\n% invented, for demonstration only\n%%EOF\n";
/// Since how many working days the matter is in force.
const SINCE: i64 = 90;
/// Numbers of the matters.
const OPEN: &str = "示例告知01";
const WAITING: &str = "示例告知02";

/// What was done, and how many working days ago.
type Done = (i64, Event);

/// Of each on paper: how many working days ago it was made, how many ago it was entered, and what followed.
const PAPER: [(i64, i64, &[Done]); 12] = [
    (75, 74, &[(73, Event::Accept), (70, Event::Complete), (55, Event::Fulfil)]),
    (72, 71, &[(70, Event::Accept), (66, Event::Complete), (50, Event::Fulfil)]),
    (70, 68, &[(67, Event::Accept), (64, Event::Complete), (50, Event::Fulfil)]),
    (66, 65, &[(64, Event::Accept), (60, Event::Complete), (45, Event::Fulfil)]),
    (64, 63, &[(62, Event::Accept), (59, Event::Complete), (44, Event::Fulfil)]),
    (
        62,
        61,
        &[
            (60, Event::Accept),
            (56, Event::Complete),
            (41, Event::FindPartial),
            (40, Event::ConfirmPartial),
        ],
    ),
    (60, 59, &[(58, Event::Accept), (50, Event::Complete)]),
    (30, 18, &[(17, Event::Accept), (17, Event::Complete)]),
    (35, 34, &[(33, Event::Accept), (24, Event::Complete), (3, Event::FindNone)]),
    (20, 19, &[(18, Event::Accept), (17, Event::Complete)]),
    (10, 9, &[(8, Event::Accept), (7, Event::Complete)]),
    (3, 2, &[]),
];

/// Does all of it.
///
/// # Errors
/// What the steps fail with.
pub(super) async fn work(desk: &Desk, invented: &[Subject], start: Date) -> Result<(), DeskError> {
    let Some((first, _)) = chosen(invented, start) else { return Ok(()) };
    matters(desk).await?;
    let fit = invented.iter().filter(|one| {
        one.known == start && one.is_active() && !one.is_individual() && one.code != first.code
    });
    for ((subject, (made, entered, steps)), number) in fit.skip(20).zip(PAPER).zip(1_u32..) {
        let there = desk.at(earlier(desk, entered));
        let file = super::write(desk, "commitment.pdf", SCAN.to_vec()).await?;
        let command = Paper {
            code: subject.code.clone(),
            matter: OPEN.to_owned(),
            made_on: Some(earlier(desk, made)),
            entry: format!("{number:024x}"),
            reason: format!("申请示例食品经营许可（示例办件{number:03}）"),
            valid_until: None,
            file: Some(file.clone()),
        };
        let kept = commitments::enter_paper(&there, &actor(UNIT, Role::Clerk), command).await;
        drop(std::fs::remove_file(&file));
        go_on(desk, kept?, steps).await?;
    }
    let agent = |there: Desk| async move {
        let who = actor_for(&login_of(AGENT));
        let agent = agents::stand(&there, &who, &first.code).await;
        agent.map(|agent| (there, agent))
    };
    let (there, one) = agent(desk.at(earlier(desk, 8))).await?;
    let made = online(&there, &one, 201).await?;
    go_on(desk, made, &[(7, Event::Accept), (6, Event::Complete)]).await?;
    let (there, one) = agent(desk.at(earlier(desk, 1))).await?;
    online(&there, &one, 202).await.map(drop)
}

async fn online(there: &Desk, agent: &Agent, number: u32) -> Result<i64, DeskError> {
    let open = commitments::open_matters(there).await?;
    let matter = open
        .into_iter()
        .find(|one| one.code == OPEN)
        .ok_or_else(|| DeskError::Internal("no matter of the demonstration".to_owned()))?;
    let command = Make {
        matter: matter.id,
        entry: format!("{number:024x}"),
        shown: matter.digest,
        agreed: true,
        reason: format!("申请示例食品经营许可（示例办件{number:03}）"),
        valid_until: None,
    };
    commitments::make(there, agent, command).await
}

async fn go_on(desk: &Desk, id: i64, steps: &[Done]) -> Result<(), DeskError> {
    // The first step is the making; what a stopped build had done stays done.
    let done = desk.store().steps(&StepChain::COMMITMENT, id).await?.len().saturating_sub(1);
    for (ago, event) in steps.iter().skip(done) {
        let there = desk.at(earlier(desk, *ago));
        let second = event.needs_second();
        let who = actor(UNIT, if second { Role::Reviewer } else { Role::Clerk });
        let reason = match event {
            Event::FindPartial => "承诺配备的示例设备有一台没有到位（示例）。",
            Event::FindNone => "经现场核查，承诺的示例场所没有投入使用（示例）。",
            _ => "",
        };
        let document = if event.finds() {
            format!("示例核查〔2026〕{}号", id % 1_000)
        } else {
            String::new()
        };
        let command = Step {
            id,
            seq: None,
            event: *event,
            reason: reason.to_owned(),
            document,
            day: Some(there.today()),
            scan_matches: *event == Event::Accept,
        };
        commitments::step(&there, &who, command).await?;
    }
    Ok(())
}

async fn matters(desk: &Desk) -> Result<(), DeskError> {
    let clerk = actor(UNIT, Role::Clerk);
    let then = desk.at(earlier(desk, SINCE));
    let open = kept(&then, &clerk, draft(OPEN, "示例食品经营许可", then.today())).await?;
    if let Some(id) = open {
        commitments::decide_matter(&then, &actor(UNIT, Role::Reviewer), id, None).await?;
    }
    let soon = desk.at(earlier(desk, 1));
    kept(&soon, &clerk, draft(WAITING, "示例户外广告设置", desk.today())).await.map(drop)
}

/// The edition of a matter that waits; nothing where it is released already.
async fn kept(desk: &Desk, who: &Actor, draft: MatterDraft) -> Result<Option<i64>, DeskError> {
    let held = commitments::matters(desk, who).await?;
    match held.into_iter().find(|one| one.draft.code == draft.code) {
        Some(one) => Ok(one.waits.then_some(one.id)),
        None => commitments::propose_matter(desk, who, draft).await.map(Some),
    }
}

fn draft(code: &str, name: &str, from: Date) -> MatterDraft {
    MatterDraft {
        unit: UNIT.to_owned(),
        code: code.to_owned(),
        name: name.to_owned(),
        kind: "approval-substitute".to_owned(),
        basis: "《国务院办公厅关于全面推行证明事项和涉企经营许可事项告知承诺制的指导意见》（国办发〔2020〕42号）".to_owned(),
        notice: "一、有与经营的示例商品相适应的固定场所。\n二、有示例设备和保证安全的规章制度。\n三、有经过培训的示例管理人员。\n四、办结后由本单位现场核查。".to_owned(),
        content: "一、已经知晓告知的全部内容。\n二、已经符合告知的条件，所填信息真实、准确。\n三、接受事后核查，发现不符合条件的限期改正。".to_owned(),
        liability: "一、经核查不符合承诺条件、逾期不改正的，依法撤销已作出的示例许可。\n二、自认定之日起，同一事项不再适用告知承诺，按一般程序办理。".to_owned(),
        scope: "public".to_owned(),
        days: "20".to_owned(),
        from: Some(from),
        ends: false,
    }
}
