//! From a sheet to a released edition, and what records are told by it. All parties are invented.

use std::io::Write as _;

use jiff::civil::{Date, date};
use xinyong_domain::finding::Level;
use xinyong_domain::law::Profile;

use super::{
    Grounds, Proposed, Say, TypedPower, decide, edition, editions, outside, propose_file,
    propose_one, said, say, unsay,
};
use crate::browse::{unit_powers, units_with_powers};
use crate::intake::{Receive, Release, answer, check, receive, record_released, release, submit};
use crate::testing::{code, company, desk};
use crate::{Actor, Desk, Role};

const UNIT: &str = "market-regulation";
const LICENCE: &str = "administrative-licence";
const TODAY: Date = date(2026, 6, 1);
const SHEET: &str = "平陆县示例权力事项,,,,,\n职权编码,职权名称,职权类型,设定依据,施行日期,终止日期\n\
    示-01,示例器材经营许可,行政许可,《示例条例》第五条,,\n示-02,对无照经营行为的处罚,行政处罚,《示例条例》第六条,2020/1/1,2099/12/31\n";

fn person(login: &str, role: Role) -> Actor {
    Actor {
        login: login.to_owned(),
        name: login.to_owned(),
        unit: UNIT.to_owned(),
        role: Some(role),
    }
}

fn grounds(from: Date) -> Grounds {
    Grounds { unit: UNIT.to_owned(), from, note: "示例公告〔2026〕1号".to_owned() }
}

async fn sheet(desk: &Desk, text: &str) -> (std::path::PathBuf, String) {
    let path = desk.scratch().join(format!("powers-{}.csv", desk.new_id()));
    std::fs::File::create(&path).expect("a file").write_all(text.as_bytes()).expect("written");
    (path, "权力清单.csv".to_owned())
}

async fn released(desk: &Desk, text: &str, from: Date) -> i64 {
    let (clerk, reviewer) = (person("clerk", Role::Clerk), person("reviewer", Role::Reviewer));
    let file = sheet(desk, text).await;
    let proposed = propose_file(desk, &clerk, grounds(from), file).await.expect("proposed");
    let Proposed::Kept { edition, .. } = proposed else { panic!("{proposed:?}") };
    decide(desk, &reviewer, edition, None).await.expect("released");
    edition
}

/// Hands in licences of these certificates and document titles; gives back what was said about the rows.
async fn hand_in(desk: &Desk, names: &[(&str, &str)], decided: Date) -> Vec<(i64, String, String)> {
    let mut table = "行政相对人名称,行政相对人类别,行政相对人代码_1(统一社会信用代码),法定代表人,行政许可决定文书名称,行政许可决定文书号,\
        许可证书名称,许可类别,许可内容,许可决定日期,有效期自,有效期至,许可机关,许可机关统一社会信用代码,当前状态,数据来源单位,\
        数据来源单位统一社会信用代码\n"
        .to_owned();
    let (day, body) = (decided.strftime("%Y/%m/%d"), code(9));
    for (number, (certificate, title)) in names.iter().enumerate() {
        table.push_str(&format!(
            "{},法人及非法人组织,{},王示例,{title},（平）示许〔{day}〕{number}号,{certificate},普通,准予从事示例经营,{day},{day},2099/12/31,\
             平陆县市场监督管理局,{body},1,平陆县市场监督管理局,{body}\n",
            company(number),
            code(number),
        ));
    }
    let path = desk.scratch().join("filing.csv");
    std::fs::write(&path, table).expect("a file");
    let (clerk, reviewer) = (person("clerk", Role::Clerk), person("reviewer", Role::Reviewer));
    let command = Receive {
        path,
        file_name: "示例许可.csv".to_owned(),
        kind: LICENCE.to_owned(),
        unit: UNIT.to_owned(),
        profile: Profile::Reported,
    };
    let batch = receive(desk, &clerk, command).await.expect("received").batch;
    check(desk, batch).await.expect("checked");
    let told = answer(desk, batch, 100).await.expect("an answer");
    submit(desk, &clerk, batch).await.expect("submitted");
    let command =
        Release { batch, basis: "unit-publication-list".to_owned(), judgements: Vec::new() };
    release(desk, &reviewer, command).await.expect("released");
    record_released(desk, batch).await.expect("recorded");
    told.findings
        .into_iter()
        .filter(|found| found.code == "powers.outside")
        .map(|found| (found.row, found.level.as_str().to_owned(), found.message))
        .collect()
}

#[tokio::test]
async fn a_sheet_is_proposed_by_one_released_by_another_and_public_from_then_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = desk(&folder, TODAY).await;
    let (clerk, reviewer) = (person("clerk", Role::Clerk), person("reviewer", Role::Reviewer));
    let from = date(2026, 1, 1);
    let file = sheet(&desk, SHEET).await;
    let proposed = propose_file(&desk, &clerk, grounds(from), file).await.expect("proposed");
    let Proposed::Kept { edition: id, findings } = proposed else { panic!("{proposed:?}") };
    assert!(findings.is_empty(), "{findings:?}");
    assert!(unit_powers(&desk, UNIT, None).await.is_err(), "nothing is public yet");
    assert!(unit_powers(&desk, UNIT, Some(id)).await.is_err());

    let refused = decide(&desk, &clerk, id, None).await.expect_err("no right");
    assert_eq!(refused.code(), "access.denied");
    let office = Actor { role: Some(Role::CreditOffice), ..person("clerk", Role::Clerk) };
    let refused = decide(&desk, &office, id, None).await.expect_err("the same person");
    assert_eq!(refused.code(), "powers.same-person");
    let stranger = Actor { unit: "tax".to_owned(), ..person("other", Role::Reviewer) };
    let refused = decide(&desk, &stranger, id, None).await.expect_err("another unit");
    assert_eq!(refused.code(), "access.denied");
    let refused = decide(&desk, &reviewer, id, Some(" ")).await.expect_err("no reason");
    assert_eq!(refused.code(), "powers.reason-missing");
    let file = sheet(&desk, SHEET).await;
    let refused = propose_file(&desk, &clerk, grounds(from), file).await.expect_err("one waits");
    assert_eq!(refused.code(), "powers.open");
    decide(&desk, &reviewer, id, None).await.expect("released");
    let refused = decide(&desk, &reviewer, id, Some("重")).await.expect_err("decided");
    assert_eq!(refused.code(), "powers.decided");

    let public = unit_powers(&desk, UNIT, None).await.expect("public");
    assert_eq!((public.shown, public.powers.len()), (id, 2));
    assert_eq!(public.powers[1].kind, "行政处罚");
    assert_eq!((public.powers[1].from, public.powers[1].until), (Some(date(2020, 1, 1)), None));
    assert!(units_with_powers(&desk).await.expect("units").contains(UNIT));

    // One matter more by the form, from July on: an edition of three that follows.
    let typed = TypedPower {
        code: "示-03".to_owned(),
        name: "示例器材检验许可".to_owned(),
        kind: LICENCE.to_owned(),
        basis: "《示例条例》第七条".to_owned(),
        ..TypedPower::default()
    };
    let later = date(2026, 7, 1);
    let proposed = propose_one(&desk, &clerk, grounds(later), &typed).await.expect("proposed");
    let Proposed::Kept { edition: second, .. } = proposed else { panic!("{proposed:?}") };
    let (seen, powers) = edition(&desk, &reviewer, second).await.expect("an edition");
    assert!(seen.waits && powers.len() == 3);
    decide(&desk, &reviewer, second, None).await.expect("released");
    let public = unit_powers(&desk, UNIT, None).await.expect("public");
    assert_eq!(public.shown, id, "the second is not in force yet");
    assert_eq!(public.editions[0].id, second);
    assert_eq!(public.editions[1].until, later.yesterday().ok());
    let public = unit_powers(&desk.at(later), UNIT, None).await.expect("public");
    assert_eq!((public.shown, public.powers.len()), (second, 3));
    assert_eq!(editions(&desk, &reviewer, Some(UNIT)).await.expect("editions").len(), 2);
    let refused = editions(&desk, &stranger, Some(UNIT)).await.expect_err("another unit");
    assert_eq!(refused.code(), "access.denied");
    let report = crate::running::fsck(&desk).await.expect("checked");
    assert!(report.problems.is_empty(), "{:?}", report.problems);
}

#[tokio::test]
async fn of_two_editions_of_one_day_the_later_holds_and_no_span_runs_backwards() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = desk(&folder, TODAY).await;
    let from = date(2026, 1, 1);
    let first = released(&desk, SHEET, from).await;
    let second = released(&desk, SHEET, from).await;
    let before = released(&desk, SHEET, date(2025, 1, 1)).await;
    let public = unit_powers(&desk, UNIT, None).await.expect("public");
    assert_eq!(public.shown, second);
    let seen: Vec<_> =
        public.editions.iter().map(|one| (one.id, one.until, one.replaced)).collect();
    let until = from.yesterday().ok();
    assert_eq!(seen, [(second, None, false), (first, None, true), (before, until, false)]);
}

#[tokio::test]
async fn every_finding_of_a_bad_sheet_is_told_and_nothing_of_it_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = desk(&folder, TODAY).await;
    let clerk = person("clerk", Role::Clerk);
    let bad = "事项编码,事项名称,事项类型,法定依据,施行日期,终止日期\n\
        A,,行政许可,《示例条例》,,\nA,示例,行政征收,,2026-13-40,\n,示例二,行政处罚,《示例条例》,2026-02-01,2026-01-01\n\
        B,示例许可证,行政许可,《示例条例》,,\nC,示例许可,行政许可,《示例条例》,,\n";
    let file = sheet(&desk, bad).await;
    let proposed = propose_file(&desk, &clerk, grounds(TODAY), file).await.expect("read");
    let Proposed::Refused(findings) = proposed else { panic!("{proposed:?}") };
    let told: Vec<(u32, &str)> =
        findings.iter().map(|found| (found.row, found.finding.code)).collect();
    assert_eq!(
        told,
        [
            (2, "powers.field-missing"),
            (3, "powers.field-missing"),
            (3, "powers.kind-unknown"),
            (3, "powers.day-invalid"),
            (3, "powers.code-repeated"),
            (4, "powers.field-missing"),
            (4, "powers.days-reversed"),
            (6, "powers.name-repeated"),
        ]
    );
    assert_eq!(findings[7].finding.level, Level::Warning);
    assert!(editions(&desk, &clerk, Some(UNIT)).await.expect("editions").is_empty());
    for (text, code) in [
        ("", "file.empty"),
        ("甲,乙\n1,2\n", "file.kind-unknown"),
        ("事项编码,事项名称,事项类型,法定依据\n", "powers.none"),
        ("事项编码,事项名称,血型\n1,2,3\n", "content.forbidden"),
    ] {
        let file = sheet(&desk, text).await;
        let refused = propose_file(&desk, &clerk, grounds(TODAY), file).await.expect_err(text);
        assert_eq!(refused.code(), code, "{text}");
    }
    let empty = Grounds { note: String::new(), ..grounds(TODAY) };
    let file = sheet(&desk, SHEET).await;
    let refused = propose_file(&desk, &clerk, empty, file).await.expect_err("no document");
    assert_eq!(refused.code(), "powers.note-missing");
    let stranger = Actor { unit: "tax".to_owned(), ..clerk };
    let file = sheet(&desk, SHEET).await;
    let refused = propose_file(&desk, &stranger, grounds(TODAY), file).await.expect_err("other");
    assert_eq!(refused.code(), "access.denied");
}

#[tokio::test]
async fn a_record_outside_is_told_so_kept_and_answered_by_a_person() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = desk(&folder, TODAY).await;
    let reviewer = person("reviewer", Role::Reviewer);
    let names = [
        ("示例器材经营许可证", "准予行政许可决定书"),
        ("", "准予示例器材经营许可决定书"),
        ("示例渔具经营许可证", "准予行政许可决定书"),
        ("示例渔具经营许可", "准予行政许可决定书"),
    ];
    let span = (date(2026, 5, 1), date(2026, 5, 31));
    // Without an edition nothing is said at all.
    assert!(hand_in(&desk, &names, date(2026, 5, 28)).await.is_empty());
    assert_eq!(outside(&desk, &reviewer, UNIT, None, span).await.expect("read"), None);
    released(&desk, SHEET, date(2026, 5, 29)).await;
    let told = hand_in(&desk, &names, date(2026, 5, 29)).await;
    let rows: Vec<(i64, &str)> =
        told.iter().map(|(row, level, _)| (*row, level.as_str())).collect();
    assert_eq!(rows, [(4, "warning"), (5, "warning")]);
    assert!(told[0].2.contains("示例渔具经营许可证") && told[0].2.contains("2026-05-29"));

    let list = outside(&desk, &reviewer, UNIT, Some(LICENCE), span).await.expect("read");
    let list = list.expect("an edition");
    assert_eq!((list.held, list.outside, list.explained), (4, 2, 0), "not those before it");
    assert!(list.complete);
    assert_eq!(list.names.len(), 1, "two spellings of one");
    assert_eq!((list.names[0].records, list.names[0].field.as_str()), (2, "许可证书名称"));
    let other = outside(&desk, &reviewer, UNIT, Some("administrative-penalty"), span).await;
    assert_eq!(other.expect("read").expect("an edition").held, 0);

    let command = Say {
        unit: UNIT.to_owned(),
        kind: LICENCE.to_owned(),
        name: "示例渔具经营许可".to_owned(),
        code: String::new(),
        note: String::new(),
    };
    let tries = [
        (Say { note: " ".to_owned(), ..command.clone() }, "powers.note-missing"),
        (Say { code: "示-09".to_owned(), ..command.clone() }, "powers.code-unknown"),
        (Say { code: "示-02".to_owned(), ..command.clone() }, "powers.code-unknown"),
        (Say { kind: "honour".to_owned(), ..command.clone() }, "powers.kind-unknown"),
        (Say { name: "。".to_owned(), ..command.clone() }, "powers.name-missing"),
    ];
    for (wrong, code) in tries {
        let refused = say(&desk, &reviewer, wrong).await.expect_err(code);
        assert_eq!(refused.code(), code);
    }
    let clerk = person("clerk", Role::Clerk);
    let refused = say(&desk, &clerk, command.clone()).await.expect_err("no right");
    assert_eq!(refused.code(), "access.denied");
    let explained = Say { note: "上级委托实施的事项".to_owned(), ..command.clone() };
    say(&desk, &reviewer, explained.clone()).await.expect("said");
    let refused = say(&desk, &reviewer, explained).await.expect_err("said already");
    assert_eq!(refused.code(), "powers.said");
    let list = outside(&desk, &reviewer, UNIT, None, span).await.expect("read").expect("one");
    assert_eq!((list.outside, list.explained), (0, 2));
    let views = said(&desk, &reviewer, UNIT).await.expect("said");
    assert_eq!(unsay(&desk, &reviewer, views[0].id).await.expect("taken back"), UNIT);
    assert!(unsay(&desk, &reviewer, views[0].id).await.is_err(), "only once");
    let mapped = Say { code: "示-01".to_owned(), ..command };
    say(&desk, &reviewer, mapped).await.expect("said");
    let list = outside(&desk, &reviewer, UNIT, None, span).await.expect("read").expect("one");
    assert_eq!((list.held, list.outside, list.explained), (4, 0, 0));
    assert!(hand_in(&desk, &names, date(2026, 5, 30)).await.is_empty(), "the person has said it");
    let report = crate::running::fsck(&desk).await.expect("checked");
    assert!(report.problems.is_empty(), "{:?}", report.problems);
}
