//! Whoever took a whole table once and then every day's changes has what the table holds today, and nothing of what went.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use xinyong_domain::law::Profile;

use super::{Compared, RowChange, change_days, changed_rows, compare};
use crate::browse::{ListFilter, data_chunk, data_set};
use crate::intake::{
    Judgement, Receive, Release, check, receive, record_released, release, submit,
};
use crate::publicity::{Withdraw, expire, withdraw};
use crate::testing::{code, company, desk, postgres_desk};
use crate::{Actor, Desk};

const PENALTY: &str = "administrative-penalty";
const LICENCE: &str = "administrative-licence";
const FIRST: Date = date(2026, 6, 1);

/// A table as somebody outside has it: rows by id.
type Copy = BTreeMap<String, Vec<String>>;

async fn whole(desk: &Desk, kind: &str) -> Copy {
    let set = data_set(&desk.law(), kind).expect("a set");
    let at = set.columns.iter().position(|column| column.code == "id").expect("an id");
    let mut copy = Copy::new();
    let mut place = None;
    loop {
        let chunk = data_chunk(desk, &set, &ListFilter::default(), place).await.expect("a chunk");
        copy.extend(chunk.rows.into_iter().map(|row| (row[at].clone(), row)));
        place = chunk.next;
        if place.is_none() {
            return copy;
        }
    }
}

/// Brings a copy up to the changes of a day.
async fn follow(desk: &Desk, kind: &str, day: Date, copy: &mut Copy) {
    let set = data_set(&desk.law(), kind).expect("a set");
    let mut after = None;
    loop {
        let part = changed_rows(desk, &set, day, after).await.expect("changes");
        for row in part.rows {
            match row.cells {
                Some(cells) => copy.insert(row.id.to_string(), cells),
                None => copy.remove(&row.id.to_string()),
            };
        }
        after = part.next;
        if after.is_none() {
            return;
        }
    }
}

fn penalty(number: usize, decided: Date, fact: &str) -> String {
    let day = decided.strftime("%Y/%m/%d");
    format!(
        "{},法人及非法人组织,{},王示例,（平）示罚〔{}〕{number}号,产品质量,{fact},《示例办法》第二十条,罚款,作出示例处罚,0.2,{day},\
         2099/12/31,平陆县市场监督管理局,{AUTHORITY},平陆县市场监督管理局,{AUTHORITY},一般\n",
        company(number % 17),
        code(number % 17),
        decided.year()
    )
}

const AUTHORITY: &str = "11140829XYDEM9000X";
const PENALTY_HEAD: &str = "行政相对人名称,行政相对人类别,行政相对人代码_1(统一社会信用代码),法定代表人,行政处罚决定书文号,违法行为类型,\
    违法事实,处罚依据,处罚类别,处罚内容,罚款金额（万元）,处罚决定日期,处罚有效期,处罚机关,处罚机关统一社会信用代码,数据来源单位,\
    数据来源单位统一社会信用代码,失信程度\n";
const LICENCE_HEAD: &str = "行政相对人名称,行政相对人类别,行政相对人代码_1(统一社会信用代码),法定代表人,行政许可决定文书名称,\
    行政许可决定文书号,许可类别,许可内容,许可决定日期,有效期自,有效期至,许可机关,许可机关统一社会信用代码,当前状态,数据来源单位,\
    数据来源单位统一社会信用代码\n";

fn licence(number: usize, decided: Date, until: Date) -> String {
    let (day, until) = (decided.strftime("%Y/%m/%d"), until.strftime("%Y/%m/%d"));
    format!(
        "{},法人及非法人组织,{},王示例,准予示例许可决定书,（平）示许〔{}〕{number}号,普通,准予从事示例经营,{day},{day},{until},\
         平陆县市场监督管理局,{AUTHORITY},1,平陆县市场监督管理局,{AUTHORITY}\n",
        company(number % 17),
        code(number % 17),
        decided.year()
    )
}

async fn file(desk: &Desk, kind: &str, table: String) {
    let path = desk.scratch().join("filing.csv");
    let authority = authority();
    std::fs::write(&path, table.replace(AUTHORITY, &authority)).expect("a file");
    let (clerk, second) = (Actor::system("clerk"), Actor::system("second"));
    let command = Receive {
        path,
        file_name: "示例.csv".to_owned(),
        kind: kind.to_owned(),
        unit: "market-regulation".to_owned(),
        profile: Profile::Reported,
    };
    let batch = receive(desk, &clerk, command).await.expect("received").batch;
    check(desk, batch).await.expect("checked");
    let answer = crate::intake::answer(desk, batch, 10).await.expect("an answer");
    assert_eq!(answer.refused, 0, "{:?}", answer.findings);
    submit(desk, &clerk, batch).await.expect("submitted");
    let judgements: Vec<Judgement> = Vec::new();
    let command = Release { batch, basis: "unit-publication-list".to_owned(), judgements };
    release(desk, &second, command).await.expect("released");
    record_released(desk, batch).await.expect("recorded");
}

fn authority() -> String {
    use xinyong_domain::identifier::{organisation_code_check_character, uscc_check_character};
    let inner = organisation_code_check_character("XYDEM900").expect("a body");
    let first = format!("11140829XYDEM900{inner}");
    format!("{first}{}", uscc_check_character(&first).expect("a start"))
}

async fn jobs(desk: &Desk) -> Compared {
    let actor = Actor::system("test");
    expire(desk, &actor, desk.today()).await.expect("expired");
    compare(desk, &actor).await.expect("compared").expect("nobody else")
}

fn place(copy: &Copy, number: &str) -> i64 {
    let found = copy.values().find(|row| row.iter().any(|cell| cell == number));
    let row = found.expect("the row");
    row[row.len() - 4].parse().expect("an id")
}

async fn take_down(desk: &Desk, record: i64) {
    let subject = subject_of(desk, record).await;
    let command = Withdraw {
        subject,
        record,
        decided: desk.today(),
        reason: "示例理由（依据：示例文书）".to_owned(),
    };
    withdraw(desk, &Actor::system("second"), command).await.expect("withdrawn");
}

async fn subject_of(desk: &Desk, record: i64) -> i64 {
    let rows = desk.store().open_rows(record - 1, 1).await.expect("rows");
    rows[0].subject_id
}

async fn copies_follow(first: Desk) {
    let day = |offset: i64| FIRST.checked_add(jiff::Span::new().days(offset)).expect("a day");
    let desk = first;
    // The fines decided a year ago end on the third day.
    let old = date(2026, 4, 3);
    let mut table = PENALTY_HEAD.to_owned();
    for number in 1..=4 {
        table.push_str(&penalty(number, old, "销售示例商品"));
    }
    file(&desk, PENALTY, table).await;
    let mut table = LICENCE_HEAD.to_owned();
    table.push_str(&licence(5, date(2026, 5, 6), day(1)));
    table.push_str(&licence(6, date(2026, 5, 6), date(2099, 12, 31)));
    file(&desk, LICENCE, table).await;
    assert_eq!(jobs(&desk).await, Compared::default(), "what the others begin from");
    assert_eq!(jobs(&desk).await, Compared::default(), "again nothing");
    let start = BTreeMap::from([
        (PENALTY, whole(&desk, PENALTY).await),
        (LICENCE, whole(&desk, LICENCE).await),
    ]);
    assert_eq!((start[PENALTY].len(), start[LICENCE].len()), (4, 2));
    // Who took the tables later on the same day loses nothing by beginning with that day.
    let mut daily = start.clone();
    let withdrawn = place(&start[PENALTY], "（平）示罚〔2026〕2号");

    for offset in [1, 2, 4, 306, 307] {
        let today = day(offset);
        let desk = desk.at(today);
        match offset {
            1 => {
                let mut table = PENALTY_HEAD.to_owned();
                table.push_str(&penalty(3, old, "销售标签不合规定的示例商品"));
                table.push_str(&penalty(7, date(2026, 5, 29), "另一件示例商品"));
                file(&desk, PENALTY, table).await;
                let found = jobs(&desk).await;
                assert_eq!((found.added, found.changed, found.removed), (1, 1, 0));
                take_down(&desk, withdrawn).await;
                let found = jobs(&desk).await;
                assert_eq!((found.added, found.changed, found.removed), (0, 0, 1));
            }
            // The licence of the first day has run out: shown as ended, not gone.
            2 => {
                let found = jobs(&desk).await;
                assert_eq!((found.added, found.changed, found.removed), (0, 1, 0));
                let set = data_set(&desk.law(), LICENCE).expect("a set");
                let rows = changed_rows(&desk, &set, today, None).await.expect("changes").rows;
                assert_eq!(rows.len(), 1);
                assert_eq!(rows[0].change, RowChange::Changed);
                let cells = rows[0].cells.as_ref().expect("it is still public");
                assert!(cells.iter().any(|cell| cell == "已到期"), "{cells:?}");
            }
            // The job did not run on the third day. One that came is gone before anybody looks.
            4 => {
                let mut table = PENALTY_HEAD.to_owned();
                table.push_str(&penalty(8, date(2026, 6, 2), "当天撤下的示例商品"));
                file(&desk, PENALTY, table).await;
                jobs(&desk).await;
                let id = place(&whole(&desk, PENALTY).await, "（平）示罚〔2026〕8号");
                take_down(&desk, id).await;
                let set = data_set(&desk.law(), PENALTY).expect("a set");
                let rows = changed_rows(&desk, &set, today, None).await.expect("changes").rows;
                assert!(rows.iter().all(|row| row.id != id), "who never had it learns nothing");
                jobs(&desk).await;
            }
            // The fines end on 2027-04-03, the 306th day: the last on which they show, and the day after.
            _ => {
                let found = jobs(&desk).await;
                let gone = if offset == 307 { 3 } else { 0 };
                assert_eq!(found.removed, gone, "on {today}");
            }
        }
        for kind in [PENALTY, LICENCE] {
            let copy = daily.get_mut(kind).expect("a copy");
            if offset <= 4 {
                for missed in 1..=offset {
                    follow(&desk, kind, day(missed), copy).await;
                }
            } else {
                follow(&desk, kind, today, copy).await;
            }
            let now = whole(&desk, kind).await;
            assert_eq!(*copy, now, "{kind} on {today}, day by day");
            if offset == 4 {
                // One who comes back after some days and reads them all at once.
                let mut late = start[kind].clone();
                for missed in 0..=4 {
                    follow(&desk, kind, day(missed), &mut late).await;
                }
                assert_eq!(late, now, "{kind} on {today}, all at once");
            }
        }
        if offset == 4 {
            // Of what went there is its id on one day and nothing else on any.
            let set = data_set(&desk.law(), PENALTY).expect("a set");
            let mut told = Vec::new();
            for past in 0..=4 {
                let part = changed_rows(&desk, &set, day(past), None).await.expect("changes");
                told.extend(part.rows);
            }
            let of_it: Vec<_> = told.iter().filter(|row| row.id == withdrawn).collect();
            assert_eq!(of_it.len(), 1);
            assert_eq!((of_it[0].change, &of_it[0].cells), (RowChange::Removed, &None));
            let text = format!("{told:?}");
            assert!(!text.contains("〕2号") && !text.contains("〕8号"), "{text}");
        }
    }
    let late = desk.at(day(307));
    let days = change_days(&late).await.expect("days").expect("compared");
    assert_eq!(days.last, day(307));
    assert!(days.first > day(200), "what is older was forgotten");
    assert!(days.each().all(|day| day >= days.first && day <= days.last));
    let set = data_set(&late.law(), PENALTY).expect("a set");
    for wrong in [day(1), day(308)] {
        let refused = changed_rows(&late, &set, wrong, None).await.expect_err("not kept");
        assert_eq!(refused.code(), "changes.day-unknown");
    }
    let subjects = data_set(&late.law(), "subjects").expect("a set");
    let refused = changed_rows(&late, &subjects, day(307), None).await.expect_err("none");
    assert_eq!(refused.code(), "changes.none");
    // The ends of publicity that all lie on one day look alike, whatever they were.
    let part = changed_rows(&late, &set, day(307), None).await.expect("changes");
    assert!(part.rows.iter().all(|row| row.change == RowChange::Removed && row.cells.is_none()));
    let report = crate::running::fsck(&late).await.expect("checked");
    assert!(report.problems.is_empty(), "{:?}", report.problems);
}

#[tokio::test]
async fn a_table_and_its_daily_changes_are_the_table_of_a_later_day() {
    let folder = tempfile::tempdir().expect("a folder");
    copies_follow(desk(&folder, FIRST).await).await;
}

#[tokio::test]
async fn the_same_on_postgres() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some((_server, desk)) = postgres_desk(&folder, FIRST).await else { return };
    copies_follow(desk).await;
}

#[tokio::test]
async fn only_the_jobs_compare() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = desk(&folder, FIRST).await;
    let refused = compare(&desk, &Actor::visitor()).await.expect_err("not for visitors");
    assert_eq!(refused.code(), "access.denied");
    assert_eq!(change_days(&desk).await.expect("days"), None);
    let set = data_set(&desk.law(), PENALTY).expect("a set");
    let refused = changed_rows(&desk, &set, FIRST, None).await.expect_err("never compared");
    assert_eq!(refused.code(), "changes.day-unknown");
}
