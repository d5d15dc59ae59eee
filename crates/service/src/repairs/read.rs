//! What the units, the office and the subject see of repairs.

use std::collections::BTreeMap;

use jiff::civil::Date;
use xinyong_domain::rules::repair::{Known, Standing};
use xinyong_domain::workflow::repair::{Event, Stage};
use xinyong_store::{
    Purpose, REVOKED, RepairClock, RepairItem, RepairMaterial, StepChain, repair_place,
};

use super::views::{MaterialView, RepairCase, RepairLine, RepairPage, StepView, UnitBoard};
use super::{
    KeptRules, MATERIALS, Visitor, authorise, days_of, decide, due_of, duties, entry_of, findings,
    item_of, label, noted, object, own_item, places, refusals, ruled, rules_of, stage_of, stages,
    units_of,
};
use crate::access::{Actor, Permission};
use crate::agents::Agent;
use crate::browse::{Names, held};
use crate::desk::Desk;
use crate::refusal::DeskError;
use crate::units::{responsible, stands_for};

/// Lines of a page.
const A_PAGE: usize = 50;
/// Working days within which something is soon due.
const SOON: i64 = 3;
/// Items of one subject.
const MOST_OWN: i64 = 500;

pub(super) async fn line(
    desk: &Desk,
    actor: &Actor,
    names: &Names,
    item: &RepairItem,
) -> Result<RepairLine, DeskError> {
    let law = desk.law();
    let record = desk
        .store()
        .record(item.subject_id, item.record_id)
        .await?
        .ok_or_else(|| DeskError::Internal(format!("repair {} without record", item.id)))?;
    let (stage, entry) = (stage_of(item)?, entry_of(item)?);
    let due = stage.due(entry, &days_of(item), &law);
    let unit = owing(desk, names, &item.unit_id).await?;
    Ok(RepairLine {
        id: item.id,
        application: item.application_id,
        record: held(&record, desk.today(), &law, names, actor)?,
        stage,
        entry,
        owner: stage.owner(),
        unit,
        applied_on: item.applied_on,
        left: due.as_ref().map(|due| law.calendar().between(desk.today(), due.value.date)),
        due,
    })
}

/// An open item with its clock: what lists are ordered by and boards are counted from.
struct Open {
    clock: RepairClock,
    due: Option<Date>,
    left: Option<i64>,
}

/// All open items that the actor works on, the most urgent first. No limit: an item that a list cuts off is one that nobody sees.
async fn open_items(desk: &Desk, actor: &Actor) -> Result<Vec<Open>, DeskError> {
    let units = units_of(desk, actor).await?;
    let clocks = desk.store().repair_clocks(units.as_deref(), &stages(false)).await?;
    let (law, today) = (desk.law(), desk.today());
    let mut found = Vec::with_capacity(clocks.len());
    for clock in clocks {
        let due = due_of(&clock, &law)?.map(|due| due.value.date);
        let left = due.map(|due| law.calendar().between(today, due));
        found.push(Open { clock, due, left });
    }
    found.sort_by_key(|one| (one.left.unwrap_or(i64::MAX), one.clock.applied_on, one.clock.id));
    Ok(found)
}

/// The page of so many that somebody asked for, or the last.
fn page_of(all: usize, page: usize) -> (usize, usize) {
    let pages = all.div_ceil(A_PAGE).max(1);
    (page.clamp(1, pages), pages)
}

/// What is worked on: of the actor's unit, for the office of all, the most urgent first; or, `over`, what is done, the newest first.
///
/// # Errors
/// `access.denied`.
pub async fn work(
    desk: &Desk,
    actor: &Actor,
    over: bool,
    page: usize,
) -> Result<RepairPage, DeskError> {
    actor.authorise(Permission::HandleRepair)?;
    let names = Names::read(desk).await?;
    let mut items = Vec::new();
    let all;
    let (page, pages) = if over {
        let units = units_of(desk, actor).await?;
        let list = stages(true);
        let (mut found, count) =
            desk.store().repair_items_page(units.as_deref(), &list, place(page)).await?;
        all = usize::try_from(count).unwrap_or_default();
        let (there, pages) = page_of(all, page);
        if there != page {
            found = desk.store().repair_items_page(units.as_deref(), &list, place(there)).await?.0;
        }
        items = found;
        (there, pages)
    } else {
        let open = open_items(desk, actor).await?;
        all = open.len();
        let (there, pages) = page_of(all, page);
        for one in open.iter().skip((there - 1) * A_PAGE).take(A_PAGE) {
            items.extend(desk.store().repair_item(one.clock.id).await?);
        }
        (there, pages)
    };
    let mut lines = Vec::with_capacity(items.len());
    for item in items {
        lines.push(line(desk, actor, &names, &item).await?);
    }
    Ok(RepairPage { lines, page, pages, all })
}

/// Limit and offset of a page.
fn place(page: usize) -> (i64, i64) {
    let number = |value: usize| i64::try_from(value).unwrap_or(i64::MAX);
    (number(A_PAGE), number(page.saturating_sub(1).saturating_mul(A_PAGE)))
}

/// What waits for a step of the actor's unit, for the first page: the most urgent, and how many in all. Nothing for who does not work
/// on it.
///
/// # Errors
/// When the store fails.
pub async fn waiting(
    desk: &Desk,
    actor: &Actor,
    most: usize,
) -> Result<(Vec<RepairLine>, usize), DeskError> {
    if !actor.may(Permission::HandleRepair) {
        return Ok((Vec::new(), 0));
    }
    let mut open = open_items(desk, actor).await?;
    open.retain(|one| one.clock.stage != Stage::Supplement.as_str());
    let names = Names::read(desk).await?;
    let mut lines = Vec::new();
    for one in open.iter().take(most) {
        if let Some(item) = desk.store().repair_item(one.clock.id).await? {
            lines.push(line(desk, actor, &names, &item).await?);
        }
    }
    Ok((lines, open.len()))
}

/// How the open repairs stand, unit by unit, those with the most overdue first: of all that the actor works on. What waits for the applicant's
/// papers counts as well, though the unit need do nothing now: the clock of the decision runs on, and somebody must see it.
///
/// # Errors
/// `access.denied`.
pub async fn board(desk: &Desk, actor: &Actor) -> Result<Vec<UnitBoard>, DeskError> {
    actor.authorise(Permission::HandleRepair)?;
    let names = Names::read(desk).await?;
    let today = desk.today();
    let mut units: BTreeMap<String, UnitBoard> = BTreeMap::new();
    for one in open_items(desk, actor).await? {
        let id = one.clock.unit_id;
        if !units.contains_key(&id) {
            let unit = owing(desk, &names, &id).await?;
            units.insert(id.clone(), UnitBoard { unit, open: 0, soon: 0, overdue: 0 });
        }
        let Some(board) = units.get_mut(&id) else { continue };
        board.open += 1;
        if one.due.is_some_and(|due| due < today) {
            board.overdue += 1;
        } else if one.left.is_some_and(|left| left <= SOON) {
            board.soon += 1;
        }
    }
    // Two units of which the same one took over are one line.
    let mut joined: BTreeMap<String, UnitBoard> = BTreeMap::new();
    for board in units.into_values() {
        match joined.get_mut(&board.unit) {
            Some(one) => {
                one.open += board.open;
                one.soon += board.soon;
                one.overdue += board.overdue;
            }
            None => drop(joined.insert(board.unit.clone(), board)),
        }
    }
    let mut rows: Vec<UnitBoard> = joined.into_values().collect();
    rows.sort_by_key(|row| std::cmp::Reverse((row.overdue, row.soon, row.open)));
    Ok(rows)
}

/// The names of those who owe what a unit owes: a unit that is no more owes nothing, whoever took over does.
async fn owing(desk: &Desk, names: &Names, unit: &str) -> Result<String, DeskError> {
    let owes = responsible(desk, unit).await?;
    Ok(owes.iter().map(|unit| names.unit(unit)).collect::<Vec<_>>().join("、"))
}

/// One of them, for the units and the office. That somebody looked is a line of the audit log.
///
/// # Errors
/// `access.denied`, not found.
pub async fn case(desk: &Desk, actor: &Actor, id: i64) -> Result<RepairCase, DeskError> {
    actor.authorise(Permission::HandleRepair)?;
    let item = item_of(desk, id).await?;
    authorise(desk, actor, Permission::HandleRepair, &item.unit_id).await?;
    desk.audit(actor, noted("repair.seen", &object(id), "")).await?;
    let application = desk.store().repair_application(item.application_id).await?;
    let visitor = match application.as_ref().and_then(|one| one.sealed.as_deref()) {
        Some(sealed) => {
            let place = repair_place(item.application_id);
            let clear = desk.store().keys().open(Purpose::Person, &place, sealed)?;
            let read = serde_json::from_slice(&clear);
            Some(read.map_err(|error| DeskError::Internal(error.to_string()))?)
        }
        None => None,
    };
    let (may, stands_in) = decide::open_to(desk, actor, &item).await?;
    told(desk, actor, item, visitor, (may, stands_in)).await
}

/// One of them, for the subject that asked.
///
/// # Errors
/// `access.denied`; not found: none, or another subject's.
pub async fn own_case(desk: &Desk, agent: &Agent, id: i64) -> Result<RepairCase, DeskError> {
    let item = own_item(desk, agent, id).await?;
    let stage = stage_of(&item)?;
    let own = [Event::Supply, Event::Withdraw];
    let may = stage.events().filter(|event| own.contains(event)).collect();
    told(desk, &agent.actor, item, None, (may, false)).await
}

/// What a subject has applied for, the newest first.
///
/// # Errors
/// `access.denied`.
pub async fn own_repairs(desk: &Desk, agent: &Agent) -> Result<Vec<RepairLine>, DeskError> {
    agent.actor.authorise(Permission::ApplyForRepair)?;
    let names = Names::read(desk).await?;
    let mut lines = Vec::new();
    for item in desk.store().repair_items_of_subject(agent.subject.id, MOST_OWN).await? {
        lines.push(line(desk, &agent.actor, &names, &item).await?);
    }
    Ok(lines)
}

/// Whether a file was handed in for a record of its application.
fn is_for(material: &RepairMaterial, item: i64) -> bool {
    material.items.is_empty() || material.items.contains(&item)
}

async fn told(
    desk: &Desk,
    actor: &Actor,
    item: RepairItem,
    visitor: Option<Visitor>,
    (may, stands_in): (Vec<Event>, bool),
) -> Result<RepairCase, DeskError> {
    let store = desk.store();
    let names = Names::read(desk).await?;
    let application = store
        .repair_application(item.application_id)
        .await?
        .ok_or_else(|| DeskError::Internal(format!("repair {} without application", item.id)))?;
    let materials = store
        .repair_materials(item.application_id)
        .await?
        .into_iter()
        .filter(|one| is_for(one, item.id))
        .map(|one| MaterialView {
            seq: one.seq,
            label: label(desk, MATERIALS, &one.material),
            file_type: one.file_type,
            at: one.added_at,
        })
        .collect();
    let mut steps = Vec::new();
    for one in store.steps(&StepChain::REPAIR, item.id).await? {
        let note = one.note.unwrap_or_default();
        steps.push(StepView {
            label: Event::from_word(&one.event).map_or("提出申请", Event::label).to_owned(),
            stage: Stage::from_word(&one.stage)
                .ok_or_else(|| DeskError::Internal(format!("unknown stage {}", one.stage)))?,
            on: one.on_day,
            at: one.at,
            by: names.person(&one.actor),
            reason: one.reason,
            document: one.detail,
            rule: refusals::rule(desk, &note.ground, item.applied_on),
            ground: if note.ground.is_empty() {
                String::new()
            } else {
                label(desk, refusals::GROUNDS, &note.ground)
            },
            way_on: note.way_on,
            objection: note.objection,
            behalf: if note.behalf.is_empty() { String::new() } else { names.unit(&note.behalf) },
        });
    }
    let places = places::awaited(item.id).view(desk, &names).await?;
    let mut others = Vec::new();
    for other in store.repair_items(item.application_id).await? {
        if other.id != item.id {
            others.push((other.id, stage_of(&other)?));
        }
    }
    let rules = rules_of(&item)?;
    let place = (item.subject_id, item.record_id);
    let may_find = findings::may_propose(stage_of(&item)?)
        && actor.may(Permission::HandleRepair)
        && stands_for(desk, &actor.unit).await?.contains(&item.unit_id);
    Ok(RepairCase {
        duties: duties::views(desk, &names, place).await?,
        findings: findings::views(desk, actor, &names, &item).await?,
        may_find,
        changed: changed(desk, &item, &rules).await?,
        line: line(desk, actor, &names, &item).await?,
        rules,
        way: application.way,
        visitor,
        signed: application.commitment.is_some(),
        materials,
        steps,
        places,
        may,
        stands_in,
        others,
    })
}

/// What the rule of today says otherwise than the one of the application, while nobody has decided: the one of the application holds.
async fn changed(desk: &Desk, item: &RepairItem, rules: &KeptRules) -> Result<String, DeskError> {
    if !stage_of(item)?.is_pending() {
        return Ok(String::new());
    }
    let Some(record) = desk.store().record(item.subject_id, item.record_id).await? else {
        return Ok(String::new());
    };
    if let Some(day) = record.withdrawn_on {
        let place = [(record.subject_id, record.id, "")];
        let holds = desk.store().holds(&place).await?;
        if record.state != REVOKED && holds.shielded.contains_key(&record.id) {
            return Ok(format!(
                "这条信息自{day}起因法院裁定暂时屏蔽。申请照常办理；准予修复的，解除屏蔽后也不再公示。"
            ));
        }
        return Ok(format!("申请以后，这条信息已于{day}撤下（不是修复），申请随即终止。"));
    }
    let now = ruled(desk, &record, &Known::default(), desk.today())?.value;
    if now.procedure != rules.procedure {
        return Ok(
            "申请以后施行了新的办法。按申请之日的规定办理，新办法对当事人更有利的由人判断。"
                .to_owned(),
        );
    }
    if record.version != item.version {
        return Ok("申请以后这条信息有了新的版本，请对照最新的内容办理。".to_owned());
    }
    Ok(match now.standing {
        Standing::Ended => {
            "申请以后，这条信息公示期已满，已自动停止公示；这项申请仍须办结并答复申请人。"
                .to_owned()
        }
        Standing::Never | Standing::Nothing => format!(
            "按今天的规定这条信息属于“{}”。按申请之日的规定办理，由人判断。",
            now.standing.label()
        ),
        _ if (now.from, now.until) != (rules.from, rules.until) => {
            let day = |day: Option<Date>| day.map_or("未定".to_owned(), |day| day.to_string());
            format!(
                "申请以后规定的期限有变化：按今天的规定，自{}起可以申请，公示至{}。按申请之日的规定办理，新的期限对当事人更有利的由人判断。",
                day(now.from),
                day(now.until)
            )
        }
        _ => String::new(),
    })
}

/// A file that was handed in: its bytes and what sort of file it is. A look at it is a line of the audit log.
///
/// # Errors
/// `access.denied`, not found.
pub async fn material(
    desk: &Desk,
    actor: &Actor,
    id: i64,
    seq: i64,
) -> Result<(Vec<u8>, String), DeskError> {
    actor.authorise(Permission::HandleRepair)?;
    let item = item_of(desk, id).await?;
    authorise(desk, actor, Permission::HandleRepair, &item.unit_id).await?;
    let missing = || DeskError::NotFound("该材料");
    let all = desk.store().repair_materials(item.application_id).await?;
    // Who works on one record of an application opens what was handed in for it, and nothing else.
    let one = all.into_iter().find(|one| one.seq == seq && is_for(one, id)).ok_or_else(missing)?;
    desk.audit(actor, noted("repair.file-seen", &object(id), &seq.to_string())).await?;
    let bytes = desk.store().read_upload(&one.file_digest).await?.ok_or_else(missing)?;
    Ok((bytes, one.file_type))
}
