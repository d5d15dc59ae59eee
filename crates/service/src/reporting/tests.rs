//! Three units report over a month, counted by hand: September 2026, decisions of Tuesday the 1st, due on Thursday the 10th.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use xinyong_domain::law::Profile;

use super::*;
use crate::intake::{Receive, Release, check, receive, record_released, release, submit};
use crate::testing::{code, company, desk};
use crate::{Actor, Desk, DeskError, Role};

const PENALTY: &str = "administrative-penalty";
const MARKET: &str = "market-regulation";
const EMERGENCY: &str = "emergency-management";
const HEALTH: &str = "health";
const DECIDED: Date = date(2026, 9, 1);

/// A file of penalties with these numbers, and some rows that lack their fine.
async fn file(desk: &Desk, unit: &str, series: &str, numbers: &[u32], bad: u32) {
    file_of(desk, (unit, DECIDED), series, numbers, bad).await;
}

/// The same of another day.
async fn file_of(
    desk: &Desk,
    (unit, decided): (&str, Date),
    series: &str,
    numbers: &[u32],
    bad: u32,
) {
    let law = desk.law();
    let fields: Vec<&str> = law
        .kind(PENALTY)
        .expect("a kind")
        .fields
        .iter()
        .map(|field| field.label.as_str())
        .collect();
    let body = "平陆县示例局";
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(&fields).expect("memory");
    let last = numbers.last().copied().unwrap_or_default();
    for number in numbers.iter().copied().chain(last + 100..last + 100 + bad) {
        let party = number as usize % 17;
        let fine = if number > last { "" } else { "0.2" };
        let cells = BTreeMap::from([
            ("行政相对人类别", "法人及非法人组织".to_owned()),
            ("行政相对人名称", company(party)),
            ("行政相对人代码_1(统一社会信用代码)", code(party)),
            ("法定代表人", "王示例".to_owned()),
            ("行政处罚决定书文号", format!("{series}〔2026〕{number}号")),
            ("违法行为类型", "产品质量".to_owned()),
            ("违法事实", "销售标签不符合规定的示例商品".to_owned()),
            ("处罚依据", "《示例管理办法》第二十条".to_owned()),
            ("处罚类别", "罚款".to_owned()),
            ("处罚内容", "依法作出示例处罚".to_owned()),
            ("罚款金额（万元）", fine.to_owned()),
            ("处罚决定日期", decided.to_string()),
            ("处罚有效期", "2099/12/31".to_owned()),
            ("处罚机关", body.to_owned()),
            ("处罚机关统一社会信用代码", code(90)),
            ("数据来源单位", body.to_owned()),
            ("数据来源单位统一社会信用代码", code(90)),
        ]);
        let row: Vec<&str> =
            fields.iter().map(|label| cells.get(label).map_or("", String::as_str)).collect();
        table.write_record(&row).expect("memory");
    }
    let path = desk.scratch().join("filing.csv");
    std::fs::write(&path, table.into_inner().expect("memory")).expect("a file");
    let (clerk, second) = (Actor::system("clerk"), Actor::system("second"));
    let command = Receive {
        path,
        file_name: "示例.csv".to_owned(),
        kind: PENALTY.to_owned(),
        unit: unit.to_owned(),
        profile: Profile::Reported,
    };
    let batch = receive(desk, &clerk, command).await.expect("received").batch;
    check(desk, batch).await.expect("checked");
    submit(desk, &clerk, batch).await.expect("submitted");
    let basis = "unit-publication-list".to_owned();
    let command = Release { batch, basis, judgements: Vec::new() };
    release(desk, &second, command).await.expect("released");
    record_released(desk, batch).await.expect("recorded");
}

fn person(role: Role, unit: &str) -> Actor {
    Actor {
        login: format!("{}-{unit}", role.as_str()),
        name: "示例员".to_owned(),
        unit: unit.to_owned(),
        role: Some(role),
    }
}

fn range(first: u32, last: u32) -> Vec<u32> {
    (first..=last).collect()
}

/// The three units' September.
async fn september(folder: &tempfile::TempDir) -> Desk {
    let desk = desk(folder, date(2026, 9, 1)).await;
    let on = |day: i8| desk.at(date(2026, 9, day));
    // Market regulation: 9 never comes, two rows are refused.
    let numbers: Vec<u32> = range(1, 12).into_iter().filter(|number| *number != 9).collect();
    file(&on(8), MARKET, "（平）市监罚", &numbers, 2).await;
    // Emergency management: eight on the last day, two on the Monday after.
    file(&on(10), EMERGENCY, "（平）应急罚", &range(1, 8), 0).await;
    file(&on(14), EMERGENCY, "（平）应急罚", &range(9, 10), 0).await;
    // Health: ten in time, three on the day after the platform was down.
    file(&on(9), HEALTH, "平卫罚字", &range(1, 10), 0).await;
    file(&on(11), HEALTH, "平卫罚", &range(11, 13), 0).await;
    desk.at(date(2026, 10, 20))
}

fn kind<'f>(figures: &'f MonthFigures, unit: &str) -> &'f KindFigures {
    figures.units[unit].kinds.iter().find(|kind| kind.kind == PENALTY).expect("penalties")
}

fn places(figures: &MonthFigures) -> Vec<(String, usize)> {
    let ranking = figures.ranking.as_ref().expect("an order");
    ranking
        .iter()
        .filter_map(|placed| Some((placed.standing.unit.clone(), placed.place?)))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_figures_of_a_month_are_those_counted_by_hand() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = september(&folder).await;
    let office = person(Role::CreditOffice, "credit-office");
    let month = Month::parse("2026-09").expect("a month");
    let outage = NoteOutage {
        first: date(2026, 9, 10),
        last: date(2026, 9, 10),
        reason: "机房停电".to_owned(),
    };
    note_outage(&desk, &office, outage).await.expect("noted");

    let figures = month_figures(&desk, &office, month).await.expect("figures");
    let market = kind(&figures, MARKET);
    assert_eq!((market.received, market.on_time, market.late), (11, 11, 0));
    assert_eq!((market.missing.numbers, market.missing.total()), (1, 1));
    assert_eq!((market.timely().part, market.timely().whole), (11, 12));
    assert_eq!((market.rows, market.rows_stored), (13, 11));
    let emergency = kind(&figures, EMERGENCY);
    assert_eq!((emergency.received, emergency.on_time, emergency.late), (10, 8, 2));
    let health = kind(&figures, HEALTH);
    assert_eq!((health.received, health.on_time, health.late, health.excused), (13, 10, 0, 3));
    assert_eq!((health.timely().part, health.timely().whole), (10, 10));
    let named = |list: &[(&str, usize)]| -> Vec<(String, usize)> {
        list.iter().map(|(unit, place)| ((*unit).to_owned(), *place)).collect()
    };
    assert_eq!(places(&figures), named(&[(HEALTH, 1), (MARKET, 2), (EMERGENCY, 3)]));
    assert!(figures.settled);
    // Who reported nothing is there with nothing, and has no place.
    assert_eq!(figures.units["tax"].total.known(), 0);

    // A unit sees itself only.
    let clerk = person(Role::Clerk, EMERGENCY);
    let own = month_figures(&desk, &clerk, month).await.expect("figures");
    assert_eq!(own.units.keys().collect::<Vec<_>>(), [EMERGENCY]);
    let other = unit_report(&desk, &clerk, MARKET, PENALTY, month).await;
    assert!(
        matches!(other, Err(DeskError::Refused(ref refusal)) if refusal.code == "access.denied"),
        "{other:?}"
    );

    // The lists behind the figures.
    let report = unit_report(&desk, &office, MARKET, PENALTY, month).await.expect("a report");
    let [missing] = report.numbers.as_slice() else { panic!("{:?}", report.numbers) };
    assert_eq!(missing.written.0, "（平）市监罚〔2026〕9号");
    assert_eq!((missing.first, missing.last, missing.counted), (9, 9, 1));
    assert_eq!(missing.before, Some(("（平）市监罚〔2026〕8号".to_owned(), DECIDED)));
    assert_eq!(missing.after, ("（平）市监罚〔2026〕10号".to_owned(), DECIDED));
    let report = unit_report(&desk, &office, EMERGENCY, PENALTY, month).await.expect("a report");
    assert_eq!(report.late.len(), 2, "{:?}", report.late);
    assert!(report.late.iter().all(|late| {
        (late.due, late.received) == (date(2026, 9, 10), date(2026, 9, 14)) && !late.excused
    }));
    let report = unit_report(&desk, &clerk, EMERGENCY, PENALTY, month).await.expect("a report");
    assert_eq!(report.figures, *emergency);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_follows_the_evidence_and_the_explanations() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = september(&folder).await;
    let office = person(Role::CreditOffice, "credit-office");
    let reviewer = person(Role::Reviewer, MARKET);
    let month = Month::parse("2026-09").expect("a month");
    let market = async |desk: &Desk| {
        let figures = month_figures(desk, &office, month).await.expect("figures");
        kind(&figures, MARKET).clone()
    };
    let refused = |outcome: Result<(), DeskError>| match outcome {
        Err(DeskError::Refused(refusal)) => refusal.code,
        other => panic!("{other:?}"),
    };

    // A court and a sample know number 9, and the sample one that has no series: two decisions, nothing twice.
    let known = |source: &str, lines: &str| Learn {
        unit: MARKET.to_owned(),
        kind: PENALTY.to_owned(),
        source: source.to_owned(),
        lines: lines.to_owned(),
        note: String::new(),
    };
    let court = known("court", "(平)市监罚[2026]9号, 2026-09-01\n");
    let kept = |new, known| Learning::Kept(Learnt { new, known });
    assert_eq!(learn(&desk, &office, court.clone(), None).await.expect("learnt"), kept(1, 0));
    assert_eq!(learn(&desk, &office, court, None).await.expect("learnt"), kept(0, 1));
    let sample = "（平）市监罚〔2026〕9号\t2026/9/1\n\n平市监简字第7号 2026-09-02\n（平）市监罚〔2026〕8号，2026-09-01";
    learn(&desk, &office, known("sample", sample), None).await.expect("learnt");
    let figures = market(&desk).await;
    assert_eq!((figures.missing.known, figures.missing.numbers), (2, 0));
    let outcome = learn(&desk, &office, known("court", ""), None).await.map(|_| ());
    assert_eq!(refused(outcome), "learn.empty");
    let wrong = "平市监罚〔2026〕9号\n\n平市监罚〔2026〕9号 2027-01-01\n , 2026-09-01\n平市监罚〔2026〕10号 2026-09-01";
    let outcome = learn(&desk, &office, known("court", wrong), None).await.expect("read");
    let Learning::Refused(rows) = outcome else { panic!("{outcome:?}") };
    let rows: Vec<u32> = rows.iter().map(|wrong| wrong.row).collect();
    assert_eq!(rows, [1, 3, 4], "each that is wrong, and none of the others kept");
    let outcome = learn(&desk, &reviewer, known("court", sample), None).await.map(|_| ());
    assert_eq!(refused(outcome), "access.denied");

    // Reminded and still silent after five working days: concealed, where a sample had found it.
    let report = unit_report(&desk, &office, MARKET, PENALTY, month).await.expect("a report");
    let simple = report.absent.iter().find(|one| one.number.contains("简字")).expect("listed");
    remind(&desk, &office, simple.id).await.expect("reminded");
    assert_eq!(refused(remind(&desk, &office, simple.id).await), "remind.already");
    assert_eq!(market(&desk).await.concealed, 0);
    let later = desk.at(date(2026, 10, 28));
    assert_eq!(market(&later).await.concealed, 1);
    close(&later, &office, simple.id, "适用简易程序").await.expect("closed");
    assert_eq!((market(&later).await.missing.known, market(&later).await.concealed), (1, 0));

    // Number 9 was void: the unit's second person says so, and what others claim is closed.
    let explain = |first: i64, last: i64| ExplainGap {
        unit: MARKET.to_owned(),
        kind: PENALTY.to_owned(),
        series: "(平)市监罚".to_owned(),
        year: 2026,
        first,
        last,
        reason: "void".to_owned(),
        note: "跳号".to_owned(),
    };
    assert_eq!(refused(explain_gap(&desk, &reviewer, explain(8, 9)).await), "gap.none");
    let clerk = person(Role::Clerk, MARKET);
    assert_eq!(refused(explain_gap(&desk, &clerk, explain(9, 9)).await), "access.denied");
    let silent = ExplainGap { note: " ".to_owned(), ..explain(9, 9) };
    assert_eq!(refused(explain_gap(&desk, &reviewer, silent).await), "reporting.note-invalid");
    let unknown = ExplainGap { reason: "lost".to_owned(), ..explain(9, 9) };
    assert_eq!(refused(explain_gap(&desk, &reviewer, unknown).await), "reporting.code-unknown");
    for one in &report.absent {
        if one.id != simple.id {
            close(&desk, &office, one.id, "已由单位说明").await.expect("closed");
        }
    }
    assert_eq!(market(&desk).await.missing.numbers, 1);
    explain_gap(&desk, &reviewer, explain(9, 9)).await.expect("explained");
    assert_eq!(market(&desk).await.missing.total(), 0);
    let report = unit_report(&desk, &office, MARKET, PENALTY, month).await.expect("a report");
    assert!(report.numbers.is_empty() && report.explained.len() == 1, "{report:?}");
    let stranger = person(Role::Reviewer, HEALTH);
    let outcome = end_explanation(&desk, &stranger, report.explained[0].id).await;
    assert_eq!(refused(outcome), "access.denied");
    end_explanation(&desk, &reviewer, report.explained[0].id).await.expect("ended");
    assert_eq!(market(&desk).await.missing.total(), 1);

    // A declaration above what is known otherwise: the rest is missing too. Below what came: refused.
    let declared = |records: i64| Declare {
        unit: MARKET.to_owned(),
        kind: PENALTY.to_owned(),
        month,
        records,
        note: String::new(),
    };
    assert_eq!(refused(declare(&desk, &reviewer, declared(10)).await), "declare.below-received");
    declare(&desk, &reviewer, declared(15)).await.expect("declared");
    let figures = market(&desk).await;
    assert_eq!((figures.declared, figures.missing.declared, figures.known()), (Some(15), 3, 15));
    declare(&desk, &reviewer, declared(12)).await.expect("declared");
    assert_eq!(market(&desk).await.missing.declared, 0);
    let future = Declare { month: Month::of(date(2026, 11, 1)), ..declared(1) };
    assert_eq!(refused(declare(&desk, &reviewer, future).await), "declare.month-future");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bulletin_is_the_same_until_the_facts_change_and_then_says_which() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = september(&folder).await;
    let office = person(Role::CreditOffice, "credit-office");
    let month = Month::parse("2026-09").expect("a month");
    let draft = bulletin(&desk, &office, month).await.expect("a bulletin");
    assert!(draft.issued.is_empty() && draft.differences.is_empty());
    assert_eq!(draft.total.known, 35, "{:?}", draft.total);
    let text: String = draft.text.iter().flat_map(|(_, paragraphs)| paragraphs.clone()).collect();
    for part in ["应报行政许可、行政处罚等决定35条", "已报34条", "漏报1条", "迟报："]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    let early = desk.at(date(2026, 9, 30));
    let outcome = issue(&early, &office, month, "平信办通〔2026〕9号").await;
    assert!(
        matches!(&outcome, Err(DeskError::Refused(refusal)) if refusal.code == "bulletin.month-open"),
        "{outcome:?}"
    );
    issue(&desk, &office, month, "平信办通〔2026〕9号").await.expect("issued");
    let first = bulletin(&desk, &office, month).await.expect("a bulletin");
    assert_eq!((first.number.as_str(), first.issued.len()), ("平信办通〔2026〕9号", 1));
    // The same facts, the same bytes, on another day too.
    let later = desk.at(date(2026, 12, 1));
    let again = bulletin(&later, &office, month).await.expect("a bulletin");
    assert_eq!(first.workbook().expect("bytes"), again.workbook().expect("bytes"));
    assert_eq!(first.text, again.text);
    // The missing number comes after all.
    file(&desk.at(date(2026, 10, 25)), MARKET, "（平）市监罚", &[9], 0).await;
    let changed = bulletin(&later, &office, month).await.expect("a bulletin");
    let told: Vec<_> =
        changed.differences.iter().map(|one| (one.what, one.then, one.now)).collect();
    assert_eq!(told, [("已报", 11, 12), ("迟报", 0, 1), ("漏报", 1, 0)]);
    assert_ne!(first.workbook().expect("bytes"), changed.workbook().expect("bytes"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_page_says_what_is_owed_and_who_is_silent() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = september(&folder).await.at(date(2026, 10, 5));
    let reviewer = person(Role::Reviewer, MARKET);
    let owed = waiting(&desk, &reviewer).await.expect("waiting");
    let declare_now = owed.declare.expect("September is to be declared");
    assert_eq!(declare_now.until, date(2026, 10, 10));
    assert!(declare_now.kinds.iter().any(|(id, _)| id == PENALTY), "{declare_now:?}");
    assert_eq!(owed.missing.len(), 1, "{:?}", owed.missing);
    assert!(owed.silent.is_empty(), "{:?}", owed.silent);
    let nothing = Declare {
        unit: MARKET.to_owned(),
        kind: "administrative-licence".to_owned(),
        month: Month::parse("2026-09").expect("a month"),
        records: 0,
        note: String::new(),
    };
    declare(&desk, &reviewer, nothing).await.expect("declared");
    let owed = waiting(&desk, &reviewer).await.expect("waiting");
    let left = owed.declare.expect("penalties are not declared").kinds;
    assert!(left.iter().all(|(id, _)| id != "administrative-licence"), "{left:?}");
    // Two months on nobody has sent anything more.
    let office = person(Role::CreditOffice, "credit-office");
    let silent = silent(&desk.at(date(2026, 11, 20)), &office).await.expect("a list");
    let units: Vec<&str> = silent.iter().map(|one| one.unit.as_str()).collect();
    assert_eq!(units, [EMERGENCY, HEALTH, MARKET]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_points_of_a_year_are_those_of_its_months() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = september(&folder).await;
    let office = person(Role::CreditOffice, "credit-office");
    let years = assessment(&desk, &office, 2026).await.expect("an assessment");
    let names: Vec<&str> = years.iter().map(|one| one.unit.as_str()).collect();
    assert_eq!(names.len(), 3, "{names:?}");
    let unit = |id: &str| years.iter().find(|one| one.unit == id).expect("a unit");
    let market = unit(MARKET);
    assert_eq!(market.months, [(Month::parse("2026-09").expect("a month"), 12)]);
    // 及时率 11/12 and 上报率 11/12 of 30 points each, full from 95 %: 28.94 each, rounded down. 合规率 11/13 of 20: 17.81.
    let earned: Vec<_> = market.indicators.iter().map(|one| (one.label, one.earned)).collect();
    assert_eq!(
        earned[..3],
        [("及时率", Some(2_894)), ("上报率", Some(2_894)), ("合规率", Some(1_781))]
    );
    let total: u64 = market.indicators.iter().filter_map(|one| one.earned).sum();
    assert_eq!(market.earned, (total, 10_000));
    assert_eq!(unit(HEALTH).indicators[1].earned, Some(3_000));
    let clerk = person(Role::Clerk, HEALTH);
    let own = assessment(&desk, &clerk, 2026).await.expect("an assessment");
    assert_eq!(own, [unit(HEALTH).clone()]);
    assert!(assessment(&desk, &office, 2025).await.expect("an assessment").is_empty());
    for year in [2027, 1990] {
        let outcome = assessment(&desk, &office, year).await;
        assert!(
            matches!(&outcome, Err(DeskError::Refused(refusal)) if refusal.code == "year.invalid"),
            "{outcome:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_likely_to_be_late_is_said_before_it_is_and_kept_nowhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = desk(&folder, date(2026, 8, 1)).await;
    // Emergency management files its August on 31 August: what was decided early in the month came late.
    for (first, day) in [(1, 3), (6, 10), (11, 17), (16, 24)] {
        let decided = date(2026, 8, day);
        let numbers = range(first, first + 4);
        let on = desk.at(date(2026, 8, 31));
        file_of(&on, (EMERGENCY, decided), "（平）应急罚", &numbers, 0).await;
    }
    // Market regulation is quick.
    for (first, day) in [(1, 3), (6, 10), (11, 17), (16, 24)] {
        let decided = date(2026, 8, day);
        let on = desk.at(decided.tomorrow().expect("a day"));
        file_of(&on, (MARKET, decided), "（平）市监罚", &range(first, first + 4), 0).await;
    }
    let today = desk.at(date(2026, 9, 14));
    let numbers = [21, 23];
    let decided = date(2026, 9, 8);
    file_of(&today, (EMERGENCY, decided), "（平）应急罚", &numbers, 0).await;
    let office = person(Role::CreditOffice, "credit-office");
    let known = Learn {
        unit: EMERGENCY.to_owned(),
        kind: PENALTY.to_owned(),
        source: "court".to_owned(),
        lines: "（平）应急罚〔2026〕24号 2026-09-09\n（平）应急罚〔2026〕30号 2026-09-01"
            .to_owned(),
        note: String::new(),
    };
    learn(&today, &office, known, None).await.expect("learnt");

    let clerk = person(Role::Clerk, EMERGENCY);
    let found = forecast(&today, &clerk).await.expect("a forecast");
    let [ahead] = found.as_slice() else { panic!("{found:?}") };
    let shown: Vec<_> = ahead
        .likely
        .iter()
        .map(|one| (one.numbers.0.as_str(), one.decided, one.due, one.source.is_some()))
        .collect();
    // 22 was passed over; the one of 1 September has run out of time already and is late, not likely to be.
    assert_eq!(
        shown,
        [
            ("（平）应急罚〔2026〕22号", decided, date(2026, 9, 17), false),
            ("（平）应急罚〔2026〕24号", date(2026, 9, 9), date(2026, 9, 18), true),
        ]
    );
    // Of the twenty of August fifteen had not come after four working days, and those of the 3rd, 10th and 17th came late.
    assert_eq!((ahead.likely[0].chance.part, ahead.likely[0].chance.whole), (15, 20));
    assert_eq!(ahead.outlook.arrived, 2);
    assert!(ahead.outlook.late.is_some_and(|late| late > 0), "{ahead:?}");
    let all = forecast(&today, &office).await.expect("a forecast");
    let market = all.iter().find(|one| one.unit == MARKET);
    assert!(market.is_none_or(|one| one.likely.is_empty()), "{market:?}");
    let stranger = person(Role::Auditor, "credit-office");
    assert!(forecast(&today, &stranger).await.is_err());

    // 25 to 29 are passed over as well, but 27, which a source names: none of them stands twice.
    file_of(&today, (EMERGENCY, decided), "（平）应急罚", &[31], 0).await;
    let known = Learn {
        unit: EMERGENCY.to_owned(),
        kind: PENALTY.to_owned(),
        source: "court".to_owned(),
        lines: "（平）应急罚〔2026〕27号 2026-09-09".to_owned(),
        note: String::new(),
    };
    learn(&today, &office, known, None).await.expect("learnt");
    let found = forecast(&today, &clerk).await.expect("a forecast");
    let mut shown: Vec<_> = found[0]
        .likely
        .iter()
        .map(|one| {
            let bare = |number: &str| number.replace("（平）应急罚〔2026〕", "").replace("号", "");
            (bare(&one.numbers.0), bare(&one.numbers.1), one.count, one.source.is_some())
        })
        .collect();
    shown.sort();
    let row =
        |first: &str, last: &str, count, known| (first.to_owned(), last.to_owned(), count, known);
    let expected = [
        row("22", "22", 1, false),
        row("24", "24", 1, true),
        row("25", "26", 2, false),
        row("27", "27", 1, true),
        row("28", "29", 2, false),
    ];
    assert_eq!(shown, expected, "and 30, which is late already, is not likely to be");
}

#[tokio::test]
async fn what_others_know_comes_from_a_file_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = desk(&folder, date(2026, 10, 12)).await;
    let office = Actor::system("office");
    let command = Learn {
        unit: MARKET.to_owned(),
        kind: PENALTY.to_owned(),
        source: "court".to_owned(),
        lines: String::new(),
        note: String::new(),
    };
    let hand_in = async |text: &str| {
        let path = desk.scratch().join("known.csv");
        std::fs::write(&path, text).expect("a file");
        learn(&desk, &office, command.clone(), Some((path, "线索.csv".to_owned()))).await
    };
    let good = "法院移送的决定,,\n序号,行政处罚决定书文号,处罚决定日期\n1,（平）市监罚〔2026〕91号,2026/9/1\n,,\n2,（平）市监罚〔2026〕92号,2026-09-02\n";
    let kept = Learning::Kept(Learnt { new: 2, known: 0 });
    assert_eq!(hand_in(good).await.expect("read"), kept);
    let kept = Learning::Kept(Learnt { new: 0, known: 2 });
    assert_eq!(hand_in(good).await.expect("read"), kept);
    let bad = "文号,日期\n（平）市监罚〔2026〕93号,2026-09-01\n,2026-09-01\n（平）市监罚〔2026〕94号,九月\n（平）市监罚〔2026〕95号,2027-01-01\n";
    let outcome = hand_in(bad).await.expect("read");
    let Learning::Refused(wrong) = outcome else { panic!("{outcome:?}") };
    let rows: Vec<u32> = wrong.iter().map(|wrong| wrong.row).collect();
    assert_eq!(rows, [3, 4, 5]);
    assert!(wrong[1].message.contains("九月"), "{wrong:?}");
    for (text, code) in [
        ("", "file.empty"),
        ("甲,乙\n1,2\n", "learn.headings-missing"),
        ("文号,决定日期\n", "learn.empty"),
    ] {
        let refused = hand_in(text).await.expect_err(text);
        assert_eq!(refused.code(), code, "{text}");
    }
}
