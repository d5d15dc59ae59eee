//! Commitments: matters in editions, a number once, step by step in a chain, and what is wrong with them is found.

use jiff::civil::{Date, date};
use xinyong_store::{
    ChainedStep, Commitment, CommitmentMatter, Content, NewRecord, StepChain, Store, Tx, sm3_hex,
};

use crate::{Ground, NOW, conflict, furnish, problems, record};

fn matter(id: i64, from: Date) -> CommitmentMatter {
    CommitmentMatter {
        id,
        unit_id: "market".to_owned(),
        code: "01".to_owned(),
        name: "示例许可".to_owned(),
        kind: "approval-substitute".to_owned(),
        basis: "示例".to_owned(),
        notice: "示例".to_owned(),
        content: "示例".to_owned(),
        liability: "示例".to_owned(),
        scope: "public".to_owned(),
        days: 20,
        ends: false,
        from,
        state: "proposed".to_owned(),
        proposed_by: "clerk".to_owned(),
        proposed_at: NOW,
        decided_by: None,
        decided_at: None,
        reason: None,
        digest: None,
    }
}

fn commitment(id: i64, number: &str) -> Commitment {
    Commitment {
        id,
        number: number.to_owned(),
        once: format!("form-{id}"),
        subject_id: 1,
        unit_id: "market".to_owned(),
        matter_id: 91,
        way: "online".to_owned(),
        account_id: Some(7),
        reason: "示例".to_owned(),
        valid_until: None,
        text: "示例".to_owned(),
        digest: sm3_hex("示例".as_bytes()),
        file_digest: None,
        file_type: None,
        made_on: date(2026, 5, 29),
        made_at: NOW,
        made_by: "agent:zhang".to_owned(),
        stage: "made".to_owned(),
        record_id: None,
        accepted_on: None,
        completed_on: None,
        found_on: None,
        settled_on: None,
        seq: 0,
        hash: String::new(),
    }
}

fn step(event: &str) -> ChainedStep {
    ChainedStep::new(event, date(2026, 5, 29), NOW, "clerk")
}

/// The record that a commitment becomes: no unit reported it.
fn registered(number: &str) -> NewRecord {
    NewRecord {
        batch_id: 0,
        row: 0,
        kind: "credit-commitment".to_owned(),
        content: Content::new(format!("{{\"code\":\"{number}\"}}")),
        public_from: None,
        public_until: None,
        actor: "agent:zhang".to_owned(),
        second: Some("clerk".to_owned()),
        ..record(31, 1, "承诺", date(2026, 5, 29))
    }
}

async fn held(store: &Store, id: i64) -> Commitment {
    store.commitment(id).await.expect("asked").expect("kept")
}

async fn begun(store: &Store) -> Tx {
    store.transaction("test").await.expect("begun")
}

pub async fn a_commitment_goes_step_by_step(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    // One edition of a matter waits at a time; the second person decides once.
    let mut tx = begun(&store).await;
    tx.propose_commitment_matter(&matter(91, date(2026, 5, 1))).await.expect("proposed");
    tx.commit().await.expect("committed");
    let mut tx = begun(&store).await;
    assert!(conflict(&tx.propose_commitment_matter(&matter(92, date(2026, 6, 1))).await));
    drop(tx);
    let mut tx = begun(&store).await;
    let by = ("reviewer", NOW);
    assert!(tx.decide_commitment_matter(91, "released", by, None).await.expect("decided"));
    assert!(!tx.decide_commitment_matter(91, "declined", by, Some("x")).await.expect("once"));
    let released = matter(91, date(2026, 5, 1));
    tx.add_commitment_matter_digest(&released).await.expect("kept");
    assert!(conflict(&tx.add_commitment_matter_digest(&released).await), "published once");
    drop(tx);
    let mut tx = begun(&store).await;
    assert!(tx.decide_commitment_matter(91, "released", by, None).await.expect("decided"));
    tx.add_commitment_matter_digest(&released).await.expect("kept");
    tx.propose_commitment_matter(&matter(92, date(2026, 6, 1))).await.expect("proposed");
    tx.commit().await.expect("committed");
    let kept = store.commitment_matter(91).await.expect("asked").expect("kept");
    assert_eq!(kept.digest, Some(sm3_hex(kept.canonical_text().as_bytes())));
    // Lines of what is said cannot pass for the next thing: who promises more has another digest.
    let said = |notice: &str, content: &str| CommitmentMatter {
        notice: notice.to_owned(),
        content: content.to_owned(),
        ..kept.clone()
    };
    let (one, other) = (said("甲\n承诺：乙", "丙"), said("甲", "乙\n承诺：丙"));
    assert!(one.canonical_text().contains("\n告知：甲\n\u{3000}\u{3000}承诺：乙\n承诺：丙\n"));
    assert!(other.canonical_text().contains("\n告知：甲\n承诺：乙\n\u{3000}\u{3000}承诺：丙\n"));
    assert_ne!(one.canonical_digest(), other.canonical_digest());
    let matters = store.commitment_matters().await.expect("listed");
    let ids: Vec<_> = matters.iter().map(|one| (one.id, one.state.as_str())).collect();
    assert_eq!(ids, [(92, "proposed"), (91, "released")]);
    assert_eq!(store.commitment_matter(91).await.expect("asked").expect("kept").days, 20);

    // A number is given once, and a form is sent once.
    let (first, second) = ("14082920260529000001", "14082920260529000002");
    let mut tx = begun(&store).await;
    let day = ("14082920260529000000", "14082920260529999999");
    assert_eq!(tx.last_commitment_number(day.0, day.1).await.expect("asked"), None);
    tx.add_commitment(&commitment(101, first), &step("make")).await.expect("kept");
    let last = tx.last_commitment_number(day.0, day.1).await.expect("asked");
    assert_eq!(last.as_deref(), Some(first));
    tx.commit().await.expect("committed");
    for new in [
        commitment(102, first),
        Commitment { once: "form-101".to_owned(), ..commitment(102, second) },
    ] {
        let mut tx = begun(&store).await;
        assert!(conflict(&tx.add_commitment(&new, &step("make")).await));
    }
    assert_eq!(store.commitment_once("form-101").await.expect("asked"), Some(101));
    assert_eq!(problems(&store).await, []);

    // Who comes second moves nothing.
    let before = held(&store, 101).await;
    let next = Commitment {
        stage: "accepted".to_owned(),
        record_id: Some(31),
        accepted_on: Some(date(2026, 5, 30)),
        ..before.clone()
    };
    let mut tx = begun(&store).await;
    tx.insert_records(&[registered(first)]).await.expect("recorded");
    assert!(tx.move_commitment(&next, &step("accept")).await.expect("moved"));
    assert!(!tx.move_commitment(&next, &step("accept")).await.expect("overtaken"));
    tx.commit().await.expect("committed");
    let steps = store.steps(&StepChain::COMMITMENT, 101).await.expect("listed");
    let words: Vec<_> = steps.iter().map(|step| (step.seq, step.event.as_str())).collect();
    assert_eq!(words, [(1, "make"), (2, "accept")]);
    assert_eq!(problems(&store).await, []);
    let places = [("market", "accepted")];
    let listed = store.commitments_in(&places, (0, 10)).await.expect("listed");
    assert_eq!((listed.len(), store.count_commitments_in(&places).await.expect("counted")), (1, 1));
    let places = [("other", "accepted")];
    let none = store.commitments_in(&places, (0, 10)).await.expect("listed");
    let count = store.count_commitments_in(&places).await.expect("counted");
    assert_eq!((none.len(), count), (0, 0), "each unit has its own");
    let groups = store.commitment_groups(&[("market", "accepted"), ("market", "made")]).await;
    let groups = groups.expect("counted");
    assert_eq!((groups.len(), groups[0].count, groups[0].matter_id), (1, 1, 91));
    assert!(!groups[0].down, "its record stands");
    let of: Vec<_> = groups.iter().collect();
    assert_eq!(store.commitments_of_groups(&of).await.expect("listed"), listed);
    assert_eq!(store.commitments_by_id(&[101, 999]).await.expect("listed"), listed);
    assert_eq!(store.commitments_numbered(&[first, second]).await.expect("listed"), listed);
    let of = store.commitment_of_record(1, 31).await.expect("asked");
    assert_eq!(of.map(|one| one.id), Some(101));
    let ours = store.holds(&[(1, 31, ""), (1, 11, "")]).await.expect("asked").committed;
    assert!(ours.contains(&31) && ours.len() == 1, "whatever its stage");
    let days = (date(2026, 5, 1), date(2026, 5, 31));
    let owed = store.commitment_days(&["market".to_owned()], days).await.expect("listed");
    assert_eq!((owed.len(), owed[0].accepted_on), (1, Some(date(2026, 5, 30))));
    let mut tx = begun(&store).await;
    assert_eq!(tx.waiting_commitments(1).await.expect("counted"), 0);
    let kind = "administrative-penalty";
    let taken = tx.commitment_numbers_in_files(kind, "一号", "一号").await.expect("listed");
    assert!(taken.contains("一号") && taken.len() == 1, "{taken:?}");
    let paper = Commitment { way: "paper".to_owned(), ..commitment(103, second) };
    assert_eq!(tx.paper_entered_before(&paper).await.expect("asked"), None, "that was online");
    drop(tx);
    assert_eq!(store.commitments_of_subject(1, 10).await.expect("listed")[0].id, 101);
    let may = (date(2026, 5, 1), date(2026, 5, 31));
    assert_eq!(store.commitments_made(may, 10).await.expect("listed")[0].id, 101);

    for (change, table, row) in [
        ("UPDATE commitment_step SET actor = 'x' WHERE seq = 2", "commitment", "101"),
        ("UPDATE commitment SET text = 'x'", "commitment", "101"),
        ("UPDATE commitment SET number = '14082920260530000001'", "commitment", "101"),
        ("UPDATE commitment SET stage = 'fulfilled'", "commitment", "101"),
        ("UPDATE commitment SET record_id = NULL", "commitment", "101"),
        ("UPDATE commitment SET record_id = 13", "commitment", "101"),
        ("UPDATE commitment SET way = 'paper'", "commitment", "101"),
        ("UPDATE commitment_matter SET liability = 'x'", "commitment", "101"),
        ("UPDATE commitment_matter SET decided_by = proposed_by", "commitment_matter", "91"),
        ("UPDATE commitment_matter SET unit_id = 'gone'", "commitment_matter", "91"),
        ("UPDATE commitment_matter SET days = 21 WHERE id = 91", "commitment_matter", "91"),
        ("UPDATE commitment_matter_digest SET matter_id = 92", "commitment_matter_digest", "92"),
    ] {
        let name = change.split(' ').nth(1).expect("a table");
        let aside = format!("CREATE TABLE aside AS SELECT * FROM {name}");
        store.raw_execute(&aside).await.expect("aside");
        store.raw_execute(change).await.expect("damaged");
        let found = problems(&store).await;
        assert!(found.contains(&(table.to_owned(), row.to_owned())), "{change}: {found:?}");
        let back =
            format!("DELETE FROM {name}; INSERT INTO {name} SELECT * FROM aside; DROP TABLE aside");
        store.raw_execute(&back).await.expect("put back");
    }
    assert_eq!(problems(&store).await, []);
    // A backup carries it all.
    let made = store.backup(&ground.path("commitments"), NOW).await.expect("made");
    for (table, rows) in [
        ("commitment_matter", 2),
        ("commitment", 1),
        ("commitment_step", 2),
        ("commitment_matter_digest", 1),
    ] {
        assert_eq!(made.rows[table], rows, "{table}");
    }
}

pub async fn records_are_read_by_the_day_of_their_decision(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    let year = (date(2026, 1, 1), date(2026, 12, 31));
    let kind = store.record(1, 11).await.expect("asked").expect("kept").kind;
    let first = store.decided_records(&kind, year, (year.0, 0), 1).await.expect("read");
    assert_eq!(first.iter().map(|one| one.id).collect::<Vec<_>>(), [11]);
    let rest = store.decided_records(&kind, year, (first[0].decided_on, 11), 9).await;
    assert_eq!(rest.expect("read").iter().map(|one| one.id).collect::<Vec<_>>(), [13]);
}

/// Who gives a number and who takes one in from a file do so one after the other: whoever comes second sees what the first one did.
pub async fn a_number_is_given_or_taken_in(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    let mut tx = begun(&store).await;
    tx.propose_commitment_matter(&matter(91, date(2026, 5, 1))).await.expect("proposed");
    tx.commit().await.expect("committed");
    let number = "14082920260529000001";
    let mut giving = begun(&store).await;
    giving.hold_commitment_numbers().await.expect("held");
    let file = store.clone();
    let taking = tokio::spawn(async move {
        let mut tx = begun(&file).await;
        tx.hold_commitment_numbers().await.expect("held after the other");
        tx.are_commitments_numbered(&[number.to_owned()]).await.expect("asked")
    });
    // Long enough for the other to wait; were it not held, it would see nothing.
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert!(!taking.is_finished());
    giving.add_commitment(&commitment(101, number), &step("make")).await.expect("kept");
    giving.commit().await.expect("committed");
    assert!(taking.await.expect("ran"), "it sees the number");
}
