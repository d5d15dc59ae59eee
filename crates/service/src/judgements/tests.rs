//! Two entries are one, or are not; and taking that back restores every face byte by byte.

use jiff::civil::date;
use serde_json::{Value, json};
use xinyong_domain::law::Audience;

use super::*;
use crate::browse;
use crate::testing::{code, company, desk, penalty, person, refused, sound};
use crate::{Actor, Desk};

fn office(login: &str) -> Actor {
    person(login, Role::CreditOffice, "credit-office")
}

fn same(from: usize, to: usize) -> Propose {
    Propose {
        finding: "same".to_owned(),
        from: code(from),
        to: code(to),
        records: Vec::new(),
        basis: "registry-answer".to_owned(),
        document: "示例登记机关复函〔2026〕1号".to_owned(),
        reason: "同一企业的旧代码".to_owned(),
    }
}

fn different(from: usize, to: usize, records: &[(i64, i64)]) -> Propose {
    Propose { finding: "different".to_owned(), records: records.to_vec(), ..same(from, to) }
}

/// A judgement signed by two.
async fn signed(desk: &Desk, command: Propose) -> i64 {
    let id = propose(desk, &office("first"), command).await.expect("proposed");
    confirm(desk, &office("second"), id).await.expect("confirmed");
    id
}

async fn undone(desk: &Desk, id: i64) {
    propose_undo(desk, &office("second"), id, "核定错了").await.expect("proposed");
    decide_undo(desk, &office("first"), id, true).await.expect("undone");
}

/// Everything that the public, machines and the console are shown about some subjects.
async fn faces(desk: &Desk, parties: &[usize]) -> String {
    let mut all: Vec<Value> = Vec::new();
    let system = office("reader");
    let shown =
        |value: Result<Value, DeskError>| value.unwrap_or_else(|error| json!(error.to_string()));
    for party in parties {
        let code = code(*party);
        all.push(shown(browse::public_subject(desk, &code).await.map(|found| json!(found))));
        all.push(shown(browse::subject_facts(desk, &code).await.map(|found| json!(found))));
        all.push(shown(browse::present_code(desk, &code[8..17]).await.map(Value::from)));
        for on in [None, Some(date(2026, 9, 11))] {
            let held = browse::subject_holdings(desk, &system, &code, on).await;
            all.push(shown(held.map(|found| json!(found))));
        }
        for text in [company(*party), code.clone()] {
            all.push(shown(browse::search(desk, &text).await.map(|found| json!(found))));
        }
    }
    all.push(json!(browse::portal_home(desk).await.expect("home")));
    for kind in desk.law().kinds().values().filter(|kind| kind.audience == Audience::Public) {
        let list = browse::public_list(desk, &kind.id, &browse::ListFilter::default()).await;
        all.push(json!(list.expect("a list")));
    }
    let set = browse::data_set(&desk.law(), "subjects").expect("a set");
    let chunk = browse::data_chunk(desk, &set, &browse::ListFilter::default(), None)
        .await
        .expect("a chunk");
    all.push(json!(chunk.rows));
    for part in browse::sitemap_parts(desk).await.expect("parts") {
        all.push(json!(browse::sitemap_codes(desk, part).await.expect("codes")));
    }
    all.push(json!(browse::doubles(desk, &system, false, "").await.expect("doubles")));
    serde_json::to_string_pretty(&all).expect("text")
}

async fn records(desk: &Desk, party: usize) -> usize {
    let found = browse::public_subject(desk, &code(party)).await.expect("a subject");
    found.groups.iter().map(|(.., records)| records.len()).sum()
}

#[tokio::test]
async fn a_wrong_code_joins_the_right_subject_and_comes_back_exactly() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 9, 10)).await;
    let wrong = penalty(&desk, 1, 11, "0.2").await;
    penalty(&desk, 2, 12, "0.3").await;
    let before = faces(&desk, &[1, 2, 3]).await;

    let seen = effects(&desk, &office("first"), Finding::Same, (&code(1), &code(2)), &[]).await;
    let seen = seen.expect("seen");
    assert_eq!((seen.from.now, seen.from.after), ((1, 1), (0, 0)));
    assert_eq!((seen.to.now, seen.to.after), ((1, 1), (2, 2)));
    assert_eq!(seen.subjects, (17, 16));
    let id = propose(&desk, &office("first"), same(1, 2)).await.expect("proposed");
    assert_eq!(faces(&desk, &[1, 2, 3]).await, before, "nothing counts before the second person");
    assert_eq!(open_judgements(&desk, &office("second")).await.expect("waiting").len(), 1);
    assert_eq!(open_judgements(&desk, &office("first")).await.expect("waiting").len(), 0);
    assert_eq!(refused(confirm(&desk, &office("first"), id)).await, "judgement.same-person");
    confirm(&desk, &office("second"), id).await.expect("confirmed");
    assert_eq!(refused(confirm(&desk, &office("second"), id)).await, "judgement.decided");

    let found = browse::public_subject(&desk, &code(1)).await.expect("by its former code");
    assert_eq!(found.facts.code, code(2), "the page of the former code leads to the right one");
    assert_eq!(found.facts.joined[0].code, code(1));
    assert_eq!(records(&desk, 2).await, 2);
    let facts = browse::subject_facts(&desk, &code(1)).await.expect("facts");
    assert_eq!((facts.code, facts.joined.len()), (code(2), 1));
    for text in [company(1), code(1)] {
        let hits = browse::search(&desk, &text).await.expect("searched").hits;
        assert_eq!(hits[0].code, code(2), "{text}: {hits:?}");
    }
    assert_eq!(browse::portal_home(&desk).await.expect("home").subjects, 16);
    // The record itself stands where it stood, under its own address.
    assert!(browse::public_record(&desk, wrong.0, wrong.1).await.is_ok());
    sound(&desk).await;

    undone(&desk, id).await;
    assert_eq!(faces(&desk, &[1, 2, 3]).await, before, "byte by byte");
    assert_eq!(
        refused(propose_undo(&desk, &office("first"), id, "再撤")).await,
        "judgement.not-in-force"
    );
    sound(&desk).await;
}

#[tokio::test]
async fn records_of_another_firm_go_to_it_and_come_back() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 9, 10)).await;
    let own = penalty(&desk, 1, 11, "0.2").await;
    let others = penalty(&desk, 1, 12, "0.3").await;
    let before = faces(&desk, &[1, 2]).await;
    let id = signed(&desk, different(1, 2, &[others])).await;
    assert_eq!((records(&desk, 1).await, records(&desk, 2).await), (1, 1));
    let under = browse::shown_under(&desk, others.0, others.1).await.expect("asked");
    assert_eq!(under, Some((code(2), company(2))));
    assert_eq!(browse::shown_under(&desk, own.0, own.1).await.expect("asked"), None);
    assert!(
        browse::public_subject(&desk, &code(2)).await.expect("a subject").facts.joined.is_empty()
    );
    sound(&desk).await;

    // It is not there to be given away again, and the two cannot be one now.
    let first = office("first");
    let again = propose(&desk, &first, different(1, 3, &[others]));
    assert_eq!(refused(again).await, "judgement.record-elsewhere");
    assert_eq!(
        refused(propose(&desk, &office("first"), same(2, 1))).await,
        "judgement.contradicts"
    );
    // Nor where it is shown now, which is told to who proposes it, and not to the second person as something that just happened.
    let onward = propose(&desk, &first, different(2, 3, &[others]));
    assert_eq!(refused(onward).await, "judgement.record-judged");
    undone(&desk, id).await;
    assert_eq!(faces(&desk, &[1, 2]).await, before, "byte by byte");

    // Without records it is only a finding, said once.
    signed(&desk, different(1, 2, &[])).await;
    let repeated = propose(&desk, &first, different(2, 1, &[]));
    assert_eq!(refused(repeated).await, "judgement.repeated");
    sound(&desk).await;
}

#[tokio::test]
async fn chains_are_followed_and_each_judgement_comes_back_by_itself() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 9, 10)).await;
    penalty(&desk, 1, 11, "0.2").await;
    penalty(&desk, 2, 12, "0.2").await;
    let before = faces(&desk, &[1, 2, 3]).await;
    let first = signed(&desk, same(1, 2)).await;
    let joined = faces(&desk, &[1, 2, 3]).await;
    let second = signed(&desk, same(2, 3)).await;
    assert_eq!(records(&desk, 3).await, 2);
    assert_eq!(browse::subject_facts(&desk, &code(1)).await.expect("facts").code, code(3));

    let into_joined = propose(&desk, &office("first"), same(4, 2)).await.expect_err("refused");
    assert_eq!(into_joined.code(), "judgement.target-joined");
    assert!(into_joined.to_string().contains(&code(3)), "{into_joined}");
    assert_eq!(
        refused(propose(&desk, &office("first"), same(1, 4))).await,
        "judgement.already-joined"
    );
    let first_person = office("first");
    let circle = propose(&desk, &first_person, same(3, 1));
    assert_eq!(refused(circle).await, "judgement.target-joined");

    // What came since belongs where its code says, before and after.
    penalty(&desk, 1, 13, "0.2").await;
    assert_eq!(records(&desk, 3).await, 3);
    undone(&desk, second).await;
    assert_eq!((records(&desk, 2).await, records(&desk, 3).await), (3, 0));
    undone(&desk, first).await;
    assert_eq!((records(&desk, 1).await, records(&desk, 2).await), (2, 1));
    assert_ne!(joined, before);
    sound(&desk).await;
}

#[tokio::test]
async fn two_of_the_office_and_nobody_else_and_nothing_twice() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 9, 10)).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let (first, second) = (office("first"), office("second"));
    let reviewer = person("reviewer", Role::Reviewer, crate::testing::UNIT);
    assert_eq!(refused(propose(&desk, &reviewer, same(1, 2))).await, "access.denied");
    let with = |change: &dyn Fn(&mut Propose)| {
        let mut command = same(1, 2);
        change(&mut command);
        propose(&desk, &first, command)
    };
    let bad = async |change: &dyn Fn(&mut Propose)| refused(with(change)).await;
    assert_eq!(bad(&|bad| bad.finding = "likely".to_owned()).await, "judgement.finding-unknown");
    assert_eq!(bad(&|bad| bad.basis.clear()).await, "judgement.basis-unknown");
    assert_eq!(bad(&|bad| bad.document = " ".to_owned()).await, "judgement.document-missing");
    assert_eq!(bad(&|bad| bad.reason.clear()).await, "judgement.reason-missing");
    assert_eq!(bad(&|bad| bad.to = "x".to_owned()).await, "judgement.subject-unknown");
    assert_eq!(bad(&|bad| bad.to = code(1)).await, "judgement.same-subject");
    let nowhere = propose(&desk, &first, different(1, 2, &[(place.0, place.1 + 1)]));
    assert_eq!(refused(nowhere).await, "judgement.record-elsewhere");

    let id = propose(&desk, &first, same(1, 2)).await.expect("proposed");
    assert_eq!(refused(propose(&desk, &second, same(2, 1))).await, "judgement.open");
    assert_eq!(refused(confirm(&desk, &reviewer, id)).await, "access.denied");
    assert_eq!(refused(decline(&desk, &second, id, "")).await, "judgement.reason-missing");
    decline(&desk, &second, id, "材料不足").await.expect("declined");

    // Two that wait cannot both be confirmed when the first changes what the second rests on.
    let one = propose(&desk, &first, same(1, 2)).await.expect("proposed");
    let two = propose(&desk, &first, same(1, 3)).await.expect("proposed");
    confirm(&desk, &second, one).await.expect("confirmed");
    assert_eq!(refused(confirm(&desk, &second, two)).await, "judgement.already-joined");
    decline(&desk, &second, two, "已并入").await.expect("declined");
    propose_undo(&desk, &first, one, "再看").await.expect("proposed");
    assert_eq!(refused(propose_undo(&desk, &first, one, "再看")).await, "judgement.undo-open");
    assert_eq!(refused(decide_undo(&desk, &first, one, true)).await, "judgement.same-person");
    decide_undo(&desk, &second, one, false).await.expect("it goes on to hold");
    assert_eq!(browse::subject_facts(&desk, &code(1)).await.expect("facts").code, code(2));
    let shown = judgement(&desk, &second, one).await.expect("shown");
    assert!(shown.undo.is_none() && shown.effects.is_none());
    let log = crate::browse::audit_page(
        &desk,
        &Actor::system("test"),
        &crate::browse::AuditQuery::default(),
    )
    .await
    .expect("the log");
    assert!(
        log.lines.iter().any(|line| line.detail.contains(&shown.hash)),
        "the log has what was signed"
    );
    sound(&desk).await;
}

#[tokio::test]
async fn what_waits_is_listed_however_many_were_judged_since() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 9, 10)).await;
    let id = signed(&desk, different(1, 2, &[])).await;
    propose_undo(&desk, &office("second"), id, "再看").await.expect("proposed");
    let held = desk.store().subject_judgement(id).await.expect("asked").expect("kept");
    let mut tx = desk.store().transaction("test").await.expect("begun");
    for number in 1..=201 {
        let open = SubjectJudgement {
            id: id + number,
            state: "open".to_owned(),
            decided_by: None,
            decided_at: None,
            undo_reason: None,
            undo_by: None,
            undo_at: None,
            ..held.clone()
        };
        let hash = tx.add_subject_judgement(&open, &[]).await.expect("kept");
        let confirmed = SubjectJudgement {
            state: "confirmed".to_owned(),
            decided_by: Some("second".to_owned()),
            decided_at: Some(1),
            hash,
            ..open
        };
        tx.change_subject_judgement(&confirmed).await.expect("confirmed").expect("first");
    }
    tx.commit().await.expect("committed");
    let listed = judgements(&desk, &office("first"), false).await.expect("listed");
    assert_eq!(listed.iter().map(|line| line.id).collect::<Vec<_>>(), [id]);
    assert_eq!(open_judgements(&desk, &office("first")).await.expect("waiting").len(), 1);
}
