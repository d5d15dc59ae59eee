//! 通报: the month as the credit office sends it out.
//!
//! A bulletin is a function of the facts. What was issued is kept with its figures; asked for again, it says which facts have changed
//! since. Units with few decisions stand in the table and have no place.

use serde::{Deserialize, Serialize};
use xinyong_domain::rules::reporting::Rate;
use xinyong_store::IssuedBulletin;

use super::figures::{MonthFigures, UnitFigures, count};
use super::{KindFigures, Month, share};
use crate::access::{Actor, Permission};
use crate::audit::AuditEvent;
use crate::browse::{Names, PersonView};
use crate::desk::Desk;
use crate::refusal::DeskError;

/// Longest document number of a bulletin, in characters.
const LONGEST_NUMBER: usize = 60;
/// Issues shown in the list.
const MOST_SHOWN: i64 = 60;

/// One unit in the table of a bulletin. Every number that is shown, and nothing else: two bulletins are the same when these are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulletinRow {
    /// The place; none for too few decisions.
    pub place: Option<usize>,
    /// The unit.
    pub unit: String,
    /// Its name.
    pub name: String,
    /// Decisions known.
    pub known: u64,
    /// Of these, reported.
    pub received: u64,
    /// In time.
    pub on_time: u64,
    /// Late.
    pub late: u64,
    /// Late because the platform was down.
    pub excused: u64,
    /// Missing.
    pub missing: u64,
    /// Of these, concealed.
    pub concealed: u64,
    /// Rows handed in in the month.
    pub rows: u64,
    /// Of these, taken in at once.
    pub rows_stored: u64,
    /// Required fields of these rows.
    pub fields: u64,
    /// Of these, filled.
    pub fields_filled: u64,
}

impl BulletinRow {
    fn of(unit: &str, name: &str, place: Option<usize>, total: &KindFigures) -> Self {
        Self {
            place,
            unit: unit.to_owned(),
            name: name.to_owned(),
            known: total.known(),
            received: total.received,
            on_time: total.on_time,
            late: total.late,
            excused: total.excused,
            missing: total.missing.total(),
            concealed: total.concealed,
            rows: total.rows,
            rows_stored: total.rows_stored,
            fields: total.fields,
            fields_filled: total.complete().part,
        }
    }

    /// 及时率.
    #[must_use]
    pub const fn timely(&self) -> Rate {
        Rate { part: self.on_time, whole: self.known.saturating_sub(self.excused) }
    }

    /// 合规率.
    #[must_use]
    pub const fn compliant(&self) -> Rate {
        Rate { part: self.rows_stored, whole: self.rows }
    }

    /// 完整率.
    #[must_use]
    pub const fn complete(&self) -> Rate {
        Rate { part: self.fields_filled, whole: self.fields }
    }

    /// The rates with their names.
    #[must_use]
    pub fn rates(&self) -> [(&'static str, Rate); 3] {
        [("及时率", self.timely()), ("合规率", self.compliant()), ("完整率", self.complete())]
    }

    /// The numbers with their names, for comparison and tables.
    #[must_use]
    pub const fn numbers(&self) -> [(&'static str, u64); 9] {
        [
            ("应报", self.known),
            ("已报", self.received),
            ("及时", self.on_time),
            ("迟报", self.late),
            ("平台原因", self.excused),
            ("漏报", self.missing),
            ("其中瞒报", self.concealed),
            ("报送行数", self.rows),
            ("一次合格行数", self.rows_stored),
        ]
    }

    fn add(&mut self, other: &Self) {
        self.known += other.known;
        self.received += other.received;
        self.on_time += other.on_time;
        self.late += other.late;
        self.excused += other.excused;
        self.missing += other.missing;
        self.concealed += other.concealed;
        self.rows += other.rows;
        self.rows_stored += other.rows_stored;
        self.fields += other.fields;
        self.fields_filled += other.fields_filled;
    }
}

/// One number that is not what it was when the bulletin was issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The unit's name.
    pub name: String,
    /// Which number.
    pub what: &'static str,
    /// What it was.
    pub then: u64,
    /// What it is.
    pub now: u64,
}

/// A bulletin that was issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Issued {
    /// The month.
    pub month: String,
    /// Which issue of the month.
    pub seq: i64,
    /// Its number.
    pub number: String,
    /// Who issued it.
    pub by: PersonView,
    /// When.
    pub at: i64,
}

/// A bulletin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bulletin {
    /// The month.
    pub month: Month,
    /// The county.
    pub county: String,
    /// Who issues it.
    pub office: String,
    /// Its number, empty while it is a draft.
    pub number: String,
    /// Whether every clock of the month has run out.
    pub settled: bool,
    /// All units together.
    pub total: BulletinRow,
    /// The units in their order.
    pub rows: Vec<BulletinRow>,
    /// What the text says, a paragraph each, with its heading.
    pub text: Vec<(String, Vec<String>)>,
    /// Issues of this month, the oldest first.
    pub issued: Vec<Issued>,
    /// What differs from the newest issue.
    pub differences: Vec<Difference>,
}

fn rows(figures: &MonthFigures) -> Vec<BulletinRow> {
    let row =
        |id: &str, unit: &UnitFigures, place| BulletinRow::of(id, &unit.name, place, &unit.total);
    match &figures.ranking {
        Some(ranking) => ranking
            .iter()
            .filter_map(|placed| {
                let id = &placed.standing.unit;
                Some(row(id, figures.units.get(id)?, placed.place))
            })
            .collect(),
        None => figures.units.iter().map(|(id, unit)| row(id, unit, None)).collect(),
    }
}

fn paragraphs(bulletin: &Bulletin) -> Vec<(String, Vec<String>)> {
    let total = &bulletin.total;
    let month = bulletin.month.label();
    let mut overall = vec![format!(
        "{month}，全县各单位应报行政许可、行政处罚等决定{}条，已报{}条，其中按期报送{}条，迟报{}条，漏报{}条（其中瞒报{}条）。\
         及时率{}；报送{}行，一次合格{}行，合规率{}；完整率{}。",
        total.known,
        total.received,
        total.on_time,
        total.late,
        total.missing,
        total.concealed,
        share(total.timely()),
        total.rows,
        total.rows_stored,
        share(total.compliant()),
        share(total.complete()),
    )];
    if total.excused > 0 {
        overall.push(format!(
            "另有{}条因平台故障晚到，不作迟报，从及时率的分母中除去。",
            total.excused
        ));
    }
    if !bulletin.settled {
        overall.push("本月部分决定的报送期限尚未届满，以上为截至制作时的数字。".to_owned());
    }
    let named = |filter: &dyn Fn(&&BulletinRow) -> bool, shown: &dyn Fn(&BulletinRow) -> String| {
        bulletin.rows.iter().filter(filter).map(shown).collect::<Vec<_>>().join("、")
    };
    let mut problems = Vec::new();
    let late = named(&|row| row.late > 0, &|row| format!("{}（{}条）", row.name, row.late));
    if !late.is_empty() {
        problems.push(format!("迟报：{late}。"));
    }
    let missing =
        named(&|row| row.missing > 0, &|row| format!("{}（{}条）", row.name, row.missing));
    if !missing.is_empty() {
        problems.push(format!("漏报：{missing}。缺少的文号、其他来源得知的决定见各单位清单。"));
    }
    let concealed =
        named(&|row| row.concealed > 0, &|row| format!("{}（{}条）", row.name, row.concealed));
    if !concealed.is_empty() {
        problems.push(format!("瞒报（抽查发现、提醒后仍未报送）：{concealed}。"));
    }
    let none = named(&|row| row.known == 0, &|row| row.name.clone());
    if !none.is_empty() {
        problems.push(format!("当月没有报送、也没有证据表明作出过决定：{none}。"));
    }
    if problems.is_empty() {
        problems.push("没有发现迟报、漏报、瞒报。".to_owned());
    }
    let asked = vec![
        "各单位对迟报、漏报的信息要逐条核对，应报的尽快补报；确属作废、依法不予公开等情形的，在平台上写明理由。".to_owned(),
        "对本通报数字有异议的，请在五个工作日内向县信用办提出，并附有关材料。".to_owned(),
    ];
    vec![
        ("一、总体情况".to_owned(), overall),
        ("二、存在的问题".to_owned(), problems),
        ("三、有关要求".to_owned(), asked),
    ]
}

/// The bulletin of a month as the facts stand.
///
/// # Errors
/// `access.denied`.
pub async fn bulletin(desk: &Desk, actor: &Actor, month: Month) -> Result<Bulletin, DeskError> {
    actor.authorise(Permission::ManageReporting)?;
    let figures = count(desk, None, month).await?;
    let county = desk.county().await?;
    let names = Names::read(desk).await?;
    let rows = rows(&figures);
    let mut total = BulletinRow::default();
    rows.iter().for_each(|row| total.add(row));
    let kept = desk.store().issued_bulletins(&month.to_string()).await?;
    let differences = match kept.last() {
        Some(last) => differences(&read(last)?, &rows),
        None => Vec::new(),
    };
    let mut bulletin = Bulletin {
        month,
        office: format!("{}社会信用体系建设联席会议办公室", county.name),
        county: county.name,
        number: kept.last().map(|last| last.number.clone()).unwrap_or_default(),
        settled: figures.settled,
        total,
        rows,
        text: Vec::new(),
        issued: kept.into_iter().map(|one| shown(one, &names)).collect(),
        differences,
    };
    bulletin.text = paragraphs(&bulletin);
    Ok(bulletin)
}

fn shown(one: IssuedBulletin, names: &Names) -> Issued {
    Issued {
        by: names.person(&one.actor),
        month: one.month,
        seq: one.seq,
        number: one.number,
        at: one.at,
    }
}

fn read(kept: &IssuedBulletin) -> Result<Vec<BulletinRow>, DeskError> {
    serde_json::from_str(&kept.figures).map_err(|error| {
        DeskError::Internal(format!("bulletin {} {}: {error}", kept.month, kept.seq))
    })
}

fn differences(then: &[BulletinRow], now: &[BulletinRow]) -> Vec<Difference> {
    let none = BulletinRow::default();
    let mut units: Vec<(&str, &str)> =
        now.iter().chain(then).map(|row| (row.unit.as_str(), row.name.as_str())).collect();
    units.sort_unstable();
    units.dedup_by(|one, other| one.0 == other.0);
    let mut found = Vec::new();
    for (unit, name) in units {
        let of = |rows: &[BulletinRow]| {
            rows.iter().find(|row| row.unit == unit).unwrap_or(&none).numbers()
        };
        for ((what, then), (_, now)) in of(then).into_iter().zip(of(now)) {
            if then != now {
                found.push(Difference { name: name.to_owned(), what, then, now });
            }
        }
    }
    found
}

/// Issues the bulletin of a month under a number: what it says is kept as it stands.
///
/// # Errors
/// `access.denied`, `bulletin.number-invalid`, `bulletin.month-open` for a month that has not ended.
pub async fn issue(
    desk: &Desk,
    actor: &Actor,
    month: Month,
    number: &str,
) -> Result<(), DeskError> {
    actor.authorise(Permission::ManageReporting)?;
    let number = number.trim();
    if number.is_empty() || number.chars().count() > LONGEST_NUMBER {
        return Err(DeskError::refused("bulletin.number-invalid", "请填写通报的文号，60字以内"));
    }
    if month.last() >= desk.today() {
        return Err(DeskError::refused("bulletin.month-open", "这个月还没有结束，不能印发通报"));
    }
    let rows = rows(&count(desk, None, month).await?);
    let figures =
        serde_json::to_string(&rows).map_err(|error| DeskError::Internal(error.to_string()))?;
    let mut tx = desk.store().transaction("issue bulletin").await?;
    let word = month.to_string();
    tx.issue_bulletin(&IssuedBulletin {
        month: word.clone(),
        seq: 0,
        number: number.to_owned(),
        figures,
        actor: actor.login.clone(),
        at: desk.clock().now(),
    })
    .await?;
    let event = AuditEvent::Reporting { deed: "reporting.bulletin", of: &word, detail: number };
    desk.audit_with(&mut tx, actor, event);
    tx.commit().await?;
    Ok(())
}

/// The newest issues of all months.
///
/// # Errors
/// `access.denied`.
pub async fn issued(desk: &Desk, actor: &Actor) -> Result<Vec<Issued>, DeskError> {
    actor.authorise(Permission::ManageReporting)?;
    let names = Names::read(desk).await?;
    let kept = desk.store().newest_bulletins(MOST_SHOWN).await?;
    Ok(kept.into_iter().map(|one| shown(one, &names)).collect())
}
