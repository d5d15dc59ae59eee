//! What a file, a correction or the end of a record may do to a commitment that was made here.

use std::collections::BTreeMap;

use xinyong_domain::law::Profile;

use super::*;
use crate::corrections::{Confirm, Propose, Proposed, confirm, propose};
use crate::intake::{
    BatchAnswer, Receive, Release, answer, check, receive, record_released, release, submit,
};
use crate::publicity;
use crate::testing::company;

/// A file with one commitment of a party, checked; the fields by label.
async fn checked(
    desk: &Desk,
    party: usize,
    number: &str,
    said: &[(&str, &str)],
) -> (i64, BatchAnswer) {
    let law = desk.law();
    let kind = law.kind(KIND).expect("a kind");
    let unit = desk.unit(UNIT).await.expect("known").name;
    let mut cells = BTreeMap::from([
        ("承诺编码", number.to_owned()),
        ("承诺人名称", company(party)),
        ("承诺人类别", "法人及非法人组织".to_owned()),
        ("承诺人代码", code(party)),
        ("承诺类型", label(desk, TYPES, "approval-substitute")),
        ("承诺事由", "申请另一示例许可".to_owned()),
        ("承诺内容", "另一示例承诺".to_owned()),
        ("违诺责任", "另一示例责任".to_owned()),
        ("承诺作出日期", "2026/03/02".to_owned()),
        ("承诺受理单位", unit),
        ("承诺受理单位代码", code(90)),
        ("公开类型", label(desk, SCOPES, "public")),
    ]);
    cells.extend(said.iter().map(|(field, value)| (*field, (*value).to_owned())));
    let labels: Vec<&str> = kind.fields.iter().map(|field| field.label.as_str()).collect();
    for field in cells.keys() {
        assert!(labels.contains(field), "{field}: {labels:?}");
    }
    let row: Vec<&str> =
        labels.iter().map(|field| cells.get(field).map_or("", String::as_str)).collect();
    let path = desk.scratch().join("commitments.csv");
    std::fs::write(&path, format!("{}\n{}\n", labels.join(","), row.join(","))).expect("a file");
    let command = Receive {
        path,
        file_name: "示例.csv".to_owned(),
        kind: KIND.to_owned(),
        unit: UNIT.to_owned(),
        profile: Profile::Reported,
    };
    let batch = receive(desk, &Actor::system("clerk"), command).await.expect("received").batch;
    check(desk, batch).await.expect("checked");
    (batch, answer(desk, batch, 100).await.expect("an answer"))
}

/// The same, taken in.
async fn uploaded(desk: &Desk, party: usize, number: &str, said: &[(&str, &str)]) -> BatchAnswer {
    let (batch, _) = checked(desk, party, number, said).await;
    submit(desk, &Actor::system("clerk"), batch).await.expect("submitted");
    let command =
        Release { batch, basis: "unit-publication-list".to_owned(), judgements: Vec::new() };
    release(desk, &Actor::system("second"), command).await.expect("released");
    record_released(desk, batch).await.expect("recorded");
    answer(desk, batch, 100).await.expect("an answer")
}

fn says(answer: &BatchAnswer, code: &str) -> bool {
    answer.findings.iter().any(|finding| finding.code == code)
}

async fn files_change_nothing(desk: &Desk) {
    let matter = furnished(desk, draft(DAY)).await;
    let agent = confirmed(desk, 0, 1).await;
    let (made, place) = completed(desk, &agent, &matter).await;
    let breach = [
        ("承诺履行状态", "全部未履行"),
        ("未履行的承诺内容", "示例未履行之事"),
        ("违诺责任追究内容", "示例追究之事"),
    ];
    let number = own_case(desk, &agent, made).await.expect("own").line.number;
    // In every stage: before anything was found, and after.
    for found in [false, true] {
        if found {
            step(desk, &clerk(), on(made, Event::Fulfil, DAY)).await.expect("found");
        }
        let before = desk.store().record(place.0, place.1).await.expect("asked").expect("kept");
        let remark = if found { "一" } else { "二" };
        let said = [breach.as_slice(), &[("备注", remark)]].concat();
        let told = uploaded(desk, 1, &number, &said).await;
        assert_eq!((told.recorded, told.unchanged, told.refused), (0, 1, 0), "{told:?}");
        assert!(says(&told, "commitment.held-here"), "{told:?}");
        let after = desk.store().record(place.0, place.1).await.expect("asked").expect("kept");
        assert_eq!(before, after, "signed and found here");
        sound(desk).await;
    }
    // Made here and not accepted, it is accepted here or nowhere; nor is it taken in once it was taken back.
    let second = make(desk, &agent, form(desk, &matter)).await.expect("made");
    let number = own_case(desk, &agent, second).await.expect("own").line.number;
    let (_, told) = checked(desk, 1, &number, &[]).await;
    assert!(told.refused == 1 && says(&told, "commitment.made-here"), "{told:?}");
    let (_, told) = checked(desk, 2, &number, &[]).await;
    assert!(told.refused == 1 && says(&told, "commitment.number-elsewhere"), "{told:?}");
    withdraw(desk, &agent, second).await.expect("taken back");
    let (_, told) = checked(desk, 1, &number, &[("备注", "撤回")]).await;
    assert!(told.refused == 1 && says(&told, "commitment.not-taken-in"), "{told:?}");
    // A number that a unit gave itself is given to nobody here.
    let told = uploaded(desk, 2, "14082920260302000003", &[]).await;
    assert_eq!(told.recorded, 1, "{told:?}");
    let third = make(desk, &agent, form(desk, &matter)).await.expect("made");
    let number = own_case(desk, &agent, third).await.expect("own").line.number;
    assert_eq!(number, "14082920260302000004");
    sound(desk).await;
}

#[tokio::test]
async fn a_file_of_the_unit_changes_nothing_that_was_signed_or_found_here() {
    let folder = tempfile::tempdir().expect("folder");
    files_change_nothing(&desk(&folder, DAY).await).await;
}

#[tokio::test]
async fn nor_does_it_on_postgres() {
    let folder = tempfile::tempdir().expect("folder");
    let Some((_server, desk)) = postgres_desk(&folder, DAY).await else { return };
    files_change_nothing(&desk).await;
}

fn correction(place: (i64, i64), fields: &[(&str, &str)]) -> Propose {
    Propose {
        subject: place.0,
        record: place.1,
        event: "own-correction".to_owned(),
        document: "平市监更〔2026〕2号".to_owned(),
        document_on: DAY,
        known_on: DAY,
        reason: "示例理由".to_owned(),
        fields: fields
            .iter()
            .map(|(code, value)| ((*code).to_owned(), (*value).to_owned()))
            .collect(),
        file: None,
    }
}

#[tokio::test]
async fn a_correction_finds_nothing_for_the_first_time_and_adds_no_consequence() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let matter = furnished(&desk, draft(DAY)).await;
    let agent = confirmed(&desk, 0, 1).await;
    let (made, place) = completed(&desk, &agent, &matter).await;
    let (clerk, second) = (clerk(), person("second", Role::Reviewer, UNIT));
    let early = propose(&desk, &clerk, correction(place, &[("fulfillmentStatus", "全部履行")]));
    assert_eq!(refused(early).await, "correction.first-finding");
    step(&desk, &clerk, on(made, Event::Fulfil, DAY)).await.expect("found");
    let anew = |consequence| {
        [
            ("fulfillmentStatus", "全部未履行"),
            ("unperformedCommitmentContent", "没有配备示例设备"),
            ("liabilityBreachCommitmentContent", consequence),
        ]
    };
    let more = propose(&desk, &clerk, correction(place, &anew("另罚款一万元")));
    assert_eq!(refused(more).await, "correction.consequence");
    let kept = propose(&desk, &clerk, correction(place, &anew(LIABILITY))).await.expect("entered");
    let Proposed::Kept(id) = kept else { panic!("{kept:?}") };
    let command = Confirm { id, seen: 2, severity: None };
    confirm(&desk, &second, command).await.expect("confirmed");
    // The ledger says what the register says, and the public reads what was found first and what changed.
    let line = case(&desk, &clerk, made).await.expect("shown").line;
    assert_eq!((line.stage, line.state.as_str()), (Stage::Fulfilled, "全部未履行"));
    let told = public_history(&desk, place.0, place.1).await.expect("asked").expect("made here");
    let words: Vec<&str> = told.iter().map(|one| one.event.as_str()).collect();
    assert_eq!(words, ["认定履行状态", "登记承诺"]);
    assert!(told[0].reason.contains("全部履行（依据：平市监核〔2026〕1号"), "{told:?}");
    sound(&desk).await;
}

#[tokio::test]
async fn what_was_taken_down_otherwise_is_found_no_more_and_ended_by_another() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let matter = furnished(&desk, draft(DAY)).await;
    let agent = confirmed(&desk, 0, 1).await;
    let (made, place) = completed(&desk, &agent, &matter).await;
    let standing = refused(step(&desk, &reviewer(), doing(made, Event::Close))).await;
    assert_eq!(standing, "commitment.still-standing");
    let command = publicity::Withdraw {
        subject: place.0,
        record: place.1,
        decided: DAY,
        reason: "示例许可被撤销（依据：示例文书）".to_owned(),
    };
    publicity::withdraw(&desk, &Actor::system("second"), command).await.expect("taken down");
    for event in [Event::Fulfil, Event::FindPartial, Event::FindNone] {
        let late = refused(step(&desk, &clerk(), on(made, event, DAY))).await;
        assert_eq!(late, "commitment.taken-down", "{event:?}");
    }
    assert_eq!(refused(step(&desk, &clerk(), doing(made, Event::Close))).await, "access.denied");
    let same = person("clerk", Role::Reviewer, UNIT);
    let alone = step(&desk, &same, doing(made, Event::Close));
    assert_eq!(refused(alone).await, "commitment.same-person");
    assert_eq!(case(&desk, &reviewer(), made).await.expect("shown").may, [Event::Close]);
    // Long after its verification was owed nobody is late with it: it waits for the second person, and the board says for what.
    let late = desk.at(date(2026, 9, 1));
    let owing = board(&late, &office()).await.expect("board");
    let counts = (owing[0].verify, owing[0].overdue, owing[0].soon, owing[0].down);
    assert_eq!((owing.len(), counts), (1, (0, 0, 0, 1)));
    let shown = work(&late, &office(), false, 0).await.expect("work");
    assert_eq!((shown.total, shown.lines[0].clock().is_some()), (1, false));
    assert!(shown.lines[0].verification.is_none() && shown.lines[0].taken_down.is_some());
    assert!(waiting(&late, &office(), 10).await.expect("waits").lines.is_empty());
    assert!(waiting(&late, &clerk(), 10).await.expect("waits").lines.is_empty());
    assert_eq!(waiting(&late, &reviewer(), 10).await.expect("waits").total, 1);
    let closed = step(&desk, &reviewer(), doing(made, Event::Close)).await.expect("ended");
    assert_eq!(closed, Stage::Closed);
    let late = desk.at(date(2026, 9, 1));
    assert!(board(&late, &clerk()).await.expect("board").is_empty(), "nobody owes anything");
    assert!(waiting(&late, &office(), 10).await.expect("waits").lines.is_empty());
    sound(&desk).await;
}

#[tokio::test]
async fn a_list_says_how_many_there_are_and_each_unit_has_its_own() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let matter = furnished(&desk, draft(DAY)).await;
    let agent = confirmed(&desk, 0, 1).await;
    let first = make(&desk, &agent, form(&desk, &matter)).await.expect("made");
    let next = desk.at(date(2026, 3, 3));
    for _ in 0..2 {
        make(&next, &agent, form(&next, &matter)).await.expect("made");
    }
    completed(&next, &agent, &matter).await;
    let told = waiting(&next, &reviewer(), 2).await.expect("waits");
    assert_eq!((told.lines.len(), told.total), (2, 3));
    assert_eq!(told.lines[0].id, first, "what is due first comes first");
    let all = work(&next, &office(), false, 0).await.expect("work");
    assert_eq!((all.lines.len(), all.total), (4, 4));
    // Past the end is the last page, not a list without anything in it.
    let beyond = work(&next, &office(), false, 9).await.expect("work");
    assert_eq!((beyond.lines.len(), beyond.total, beyond.page), (4, 4, 0));
    let beyond = late(&next, &office(), 2026, 9).await.expect("late");
    assert_eq!((beyond.lines.len(), beyond.total, beyond.page), (0, 0, 0));
    let one = Behind { unit: UNIT, page: 9, ..Behind::default() };
    let beyond = ratio_records(&next, &office(), 2026, one).await.expect("records");
    assert_eq!((beyond.records.len(), beyond.total, beyond.page), (1, 1, 0));
    let elsewhere = person("other", Role::Reviewer, "tax");
    assert_eq!(waiting(&next, &elsewhere, 2).await.expect("waits").total, 0);
    let board = board(&next, &office()).await.expect("board");
    assert_eq!((board.len(), board[0].made, board[0].verify), (1, 3, 1));
    withdraw(&next, &agent, first).await.expect("taken back");
    let over = work(&next, &clerk(), true, 0).await.expect("work");
    assert_eq!((over.lines.len(), over.total), (1, 1));
    let beyond = work(&next, &clerk(), true, 9).await.expect("work");
    assert_eq!((beyond.lines.len(), beyond.total, beyond.page), (1, 1, 0));
}

/// A file that carries the next number is taken in while somebody commits: one of them has it, never both.
async fn one_number_one_commitment(desk: &Desk) {
    let matter = furnished(desk, draft(DAY)).await;
    let agent = confirmed(desk, 0, 1).await;
    let mut next = 1;
    for _ in 0..6 {
        let number = format!("14082920260302{next:06}");
        let (batch, _) = checked(desk, 2, &number, &[]).await;
        submit(desk, &Actor::system("clerk"), batch).await.expect("submitted");
        let command =
            Release { batch, basis: "unit-publication-list".to_owned(), judgements: Vec::new() };
        release(desk, &Actor::system("second"), command).await.expect("released");
        let (taken, made) =
            tokio::join!(record_released(desk, batch), make(desk, &agent, form(desk, &matter)));
        taken.expect("recorded");
        let made = own_case(desk, &agent, made.expect("made")).await.expect("own").line;
        let told = answer(desk, batch, 100).await.expect("an answer");
        let given = made.number == number;
        assert_eq!(
            (told.recorded, told.refused),
            (u64::from(!given), u64::from(given)),
            "{told:?}"
        );
        withdraw(desk, &agent, made.id).await.expect("taken back");
        next = made.number[14..].parse::<i64>().expect("a number") + 1;
    }
    sound(desk).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_never_given_to_two() {
    let folder = tempfile::tempdir().expect("folder");
    one_number_one_commitment(&desk(&folder, DAY).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_never_given_to_two_on_the_other_engine() {
    let folder = tempfile::tempdir().expect("folder");
    let Some((_server, desk)) = postgres_desk(&folder, DAY).await else { return };
    one_number_one_commitment(&desk).await;
}

#[tokio::test]
async fn what_was_signed_names_what_was_published() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let waits = propose_matter(&desk, &clerk(), draft(DAY)).await.expect("proposed");
    assert_eq!(refused(edition_text(&desk, waits)).await, "not-found", "not before the release");
    assert_eq!(crate::commitments::matter(&desk, &clerk(), waits).await.expect("own").edition, "");
    decide_matter(&desk, &reviewer(), waits, None).await.expect("released");
    let matter = open_matters(&desk).await.expect("a list").remove(0);
    let text = edition_text(&desk, matter.id).await.expect("everybody reads it");
    assert_eq!(matter.edition, xinyong_store::sm3_hex(text.as_bytes()));
    for word in ["示例食品经营许可", "20", "2026-03-02", LIABILITY] {
        assert!(text.contains(word), "{word}: {text}");
    }
    let agent = confirmed(&desk, 0, 1).await;
    let made = make(&desk, &agent, form(&desk, &matter)).await.expect("made");
    let shown = own_case(&desk, &agent, made).await.expect("shown");
    assert!(shown.text.contains(&matter.edition), "{}", shown.text);
    assert_eq!(
        (shown.edition.digest.as_str(), shown.edition.named),
        (&*matter.edition, Some(true))
    );
    sound(&desk).await;
    // Whoever changes the words of the edition afterwards changes what was not published.
    let change = "UPDATE commitment_matter SET days = 30";
    desk.store().raw_execute(change).await.expect("changed");
    let report = crate::running::fsck(&desk).await.expect("checked");
    assert!(report.problems.iter().any(|one| one.table == "commitment_matter"), "{report:?}");
}

#[tokio::test]
async fn a_file_of_matters_is_proposed_whole_or_not_at_all() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let head = "事项编号,事项名称,承诺类型,依据,告知内容,承诺内容,违诺责任,公开类型,核查期限（工作日）,施行日期";
    let kind = label(&desk, TYPES, "approval-substitute");
    let scope = label(&desk, SCOPES, "public");
    let line = |code: &str, days: &str, from: &str| {
        format!(
            "{code},示例许可{code},{kind},示例依据,示例告知,示例承诺,示例责任,{scope},{days},{from}"
        )
    };
    let send = async |actor: &Actor, lines: &[String]| {
        let path = desk.scratch().join("matters.csv");
        std::fs::write(&path, format!("{head}\n{}\n", lines.join("\n"))).expect("a file");
        propose_matters_file(&desk, actor, (path, "事项.csv".to_owned())).await
    };
    let bad = [
        line("01", "20", "2026-03-02"),
        line("02", "0", "2026-03-01"),
        line("01", "20", "2026-03-02"),
        line("13800000000", "20", "2026-03-02").replace("示例依据", ""),
    ];
    let ProposedMatters::Refused(found) = send(&clerk(), &bad).await.expect("read") else {
        panic!("kept")
    };
    let said: Vec<_> = found.iter().map(|one| (one.row, one.code)).collect();
    assert_eq!(
        said,
        [
            (3, "commitment.matter-days"),
            (3, "commitment.matter-day"),
            (4, "commitment.matter-repeated"),
            (5, "commitment.personal-number"),
            (5, "commitment.personal-number"),
            (5, "commitment.matter-basis"),
        ],
        "everything that is wrong with each row"
    );
    assert!(matters(&desk, &clerk()).await.expect("listed").is_empty(), "nothing was kept");
    let good = [line("01", "20", "2026-03-02"), line("02", "15", "2026/3/9")];
    let none: [String; 0] = [];
    assert_eq!(refused(send(&clerk(), &none)).await, "commitment.matters-none");
    assert_eq!(send(&clerk(), &good).await.expect("kept"), ProposedMatters::Kept(2));
    let ProposedMatters::Refused(again) = send(&clerk(), &good).await.expect("read") else {
        panic!("kept twice")
    };
    assert!(again.iter().all(|one| one.code == "commitment.matter-open"), "{again:?}");
    // Each of them waits for a second person, like one that was typed.
    for one in matters(&desk, &clerk()).await.expect("listed") {
        assert!(one.waits && !one.released);
        decide_matter(&desk, &reviewer(), one.id, None).await.expect("released");
    }
    let open = open_matters(&desk).await.expect("a list");
    assert_eq!((open.len(), open[0].days, open[0].code.as_str()), (1, 20, "01"), "the other later");
    sound(&desk).await;
}
