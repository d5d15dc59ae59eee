//! The log through the life of records: published, corrected, withdrawn, ended, erased; and whoever tampers. All parties are invented.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use xinyong_domain::law::Profile;

use super::*;
use crate::intake::{
    Receive, Release, check as check_batch, receive, record_released, release, submit,
};
use crate::publicity::{Withdraw, expire, withdraw};
use crate::signing::{DAYS, NotGenuine, generate, revoke, rotate};
use crate::testing::{code, company, desk};
use crate::{Clock, DeskOptions, Limits, Refusal};

const PENALTY: &str = "administrative-penalty";
/// Decided under Order 58: an ordinary fine is public for a year.
const DECIDED: &str = "2026/03/05";
const FILED: Date = date(2026, 3, 10);

fn actor() -> Actor {
    Actor::system("test")
}

fn refused<T: std::fmt::Debug>(outcome: Result<T, DeskError>) -> Refusal {
    match outcome {
        Err(DeskError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

/// Files penalties, each number with its fine, and has them released.
async fn file(desk: &Desk, rows: &[(usize, &str)]) {
    let law = desk.law();
    let fields: Vec<&str> = law
        .kind(PENALTY)
        .expect("a kind")
        .fields
        .iter()
        .map(|field| field.label.as_str())
        .collect();
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(&fields).expect("memory");
    for (number, fine) in rows {
        let cells = BTreeMap::from([
            ("行政相对人类别", "法人及非法人组织".to_owned()),
            ("行政相对人名称", company(number % 17)),
            ("行政相对人代码_1(统一社会信用代码)", code(number % 17)),
            ("法定代表人", "王示例".to_owned()),
            ("行政处罚决定书文号", format!("（平）示罚〔2026〕{number}号")),
            ("违法行为类型", "产品质量".to_owned()),
            ("违法事实", "销售标签不符合规定的示例商品".to_owned()),
            ("处罚依据", "《示例管理办法》第二十条".to_owned()),
            ("处罚类别", "罚款".to_owned()),
            ("处罚内容", "依法作出示例处罚".to_owned()),
            ("罚款金额（万元）", (*fine).to_owned()),
            ("处罚决定日期", DECIDED.to_owned()),
            ("处罚有效期", "2099/12/31".to_owned()),
            ("处罚机关", "平陆县示例局".to_owned()),
            ("处罚机关统一社会信用代码", code(90)),
            ("数据来源单位", "平陆县示例局".to_owned()),
            ("数据来源单位统一社会信用代码", code(90)),
        ]);
        let row: Vec<&str> =
            fields.iter().map(|label| cells.get(label).map_or("", String::as_str)).collect();
        table.write_record(&row).expect("memory");
    }
    let path = desk.scratch().join("filing.csv");
    std::fs::write(&path, table.into_inner().expect("memory")).expect("a file");
    let command = Receive {
        path,
        file_name: "示例.csv".to_owned(),
        kind: PENALTY.to_owned(),
        unit: "market-regulation".to_owned(),
        profile: Profile::Reported,
    };
    let batch = receive(desk, &actor(), command).await.expect("received").batch;
    check_batch(desk, batch).await.expect("checked");
    submit(desk, &actor(), batch).await.expect("submitted");
    let basis = "unit-publication-list".to_owned();
    release(desk, &actor(), Release { batch, basis, judgements: Vec::new() })
        .await
        .expect("released");
    record_released(desk, batch).await.expect("recorded");
}

/// Where a penalty is: subject and record.
async fn place(desk: &Desk, number: usize) -> (i64, i64) {
    let store = desk.store();
    let subject =
        store.subject_by_code(&code(number % 17)).await.expect("a subject").expect("a subject").id;
    let held = store.records_of_subject(subject, 100).await.expect("records");
    let document = format!("〔2026〕{number}号");
    let record = held.iter().find(|record| record.content.contains(&document)).expect("the record");
    (subject, record.id)
}

/// A county with three penalties, a key and a head over their leaves.
async fn begun(folder: &tempfile::TempDir) -> (Desk, SignedHead) {
    let desk = desk(folder, FILED).await;
    generate(&desk, &actor(), DAYS).await.expect("a key");
    file(&desk, &[(1, "0.1"), (2, "0.2"), (3, "0.3")]).await;
    let head = sign_head(&desk, &actor(), true).await.expect("signed").expect("a head");
    assert_eq!(head.head.size, 3);
    (desk, head)
}

async fn proof_of(desk: &Desk, number: usize) -> Result<InclusionProof, DeskError> {
    let (subject, record) = place(desk, number).await;
    inclusion(desk, subject, record).await
}

fn not_found<T: std::fmt::Debug>(outcome: Result<T, DeskError>) -> String {
    match outcome {
        Err(DeskError::NotFound(what)) => what.to_owned(),
        other => panic!("{other:?}"),
    }
}

async fn sound(desk: &Desk) {
    let report = crate::running::fsck(desk).await.expect("checked");
    assert!(report.is_sound(), "{:?}", report.problems);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_public_is_proven_and_the_proof_says_only_that() {
    let folder = tempfile::tempdir().expect("a folder");
    let (desk, head) = begun(&folder).await;
    let proof = proof_of(&desk, 2).await.expect("a proof");
    assert_eq!(proof.head, head);
    let text = serde_json::to_string(&proof).expect("JSON");
    let file = ProofFile::read(&text).expect("read");
    let verdict = verify(&file, &head.key, None).expect("proven");
    assert_eq!(verdict.size, 3);
    assert_eq!(proof.statement["content"]["CF_WSH"], "（平）示罚〔2026〕2号");
    assert_eq!(proof.statement["from"], "2026-03-10");
    // What is not public of the record does not go out with its proof, nor whether it was ever changed.
    assert!(!text.contains("王示例"), "{text}");
    let says: Vec<&String> = proof.statement.as_object().expect("an object").keys().collect();
    assert_eq!(says, ["content", "from", "kind", "record", "state", "subject", "type", "until"]);

    for changed in ["content", "place", "root", "salt"] {
        let mut proof = proof.clone();
        match changed {
            "content" => proof.statement["content"]["CF_NR_FK"] = "9.9".into(),
            "place" => proof.place = 0,
            "root" => proof.head.head.root = "00".repeat(32),
            _ => proof.salt = "00".repeat(32),
        }
        let code = verify(&ProofFile::Inclusion(proof), &head.key, None).expect_err(changed).code;
        let expected =
            if changed == "root" { "proof.head-not-genuine" } else { "proof.path-wrong" };
        assert_eq!(code, expected, "{changed}");
    }
    sound(&desk).await;
    // Nothing grew, nothing is signed again.
    assert_eq!(sign_head(&desk, &actor(), true).await.expect("asked"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_of_another_key_and_a_later_tree_are_told_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let (desk, first) = begun(&folder).await;
    let later = desk.at(date(2026, 3, 20));
    let other = rotate(&later, &actor(), DAYS).await.expect("another key");
    file(&later, &[(4, "0.4"), (1, "1.1")]).await;
    let second = sign_head(&later, &actor(), false).await.expect("signed").expect("a head");
    assert_eq!((second.head.size, second.head.key.as_str()), (5, other.id.as_str()));
    assert_eq!(second.head.log, first.head.log);

    let head = ProofFile::Head(second.clone());
    let wrong = verify(&head, &first.key, None).expect_err("another key");
    assert_eq!(wrong.code, "proof.head-not-genuine");
    assert!(wrong.message.contains(&NotGenuine::OtherKey.to_string()), "{}", wrong.message);
    verify(&head, &second.key, None).expect("its own key");

    let proof = consistency(&later, 3, None).await.expect("a proof");
    let file = ProofFile::Consistency(proof.clone());
    verify(&file, &second.key, Some(&first)).expect("goes on");
    let code = |earlier| verify(&file, &second.key, earlier).expect_err("no proof").code;
    assert_eq!(code(None), "proof.head-missing");
    assert_eq!(code(Some(&second)), "proof.head-other");
    let mut forged = first.clone();
    forged.head.root = "11".repeat(32);
    assert_eq!(code(Some(&forged)), "proof.path-wrong", "another past");

    assert_eq!(refused(consistency(&later, 3, Some(6)).await).code, "log.size-beyond");
    assert_eq!(refused(consistency(&later, 6, None).await).code, "log.size-beyond");
    assert_eq!(refused(consistency(&later, 0, None).await).code, "log.size-invalid");
    assert_eq!(refused(consistency(&later, 4, Some(3)).await).code, "log.size-invalid");
    assert_eq!(refused(consistency(&later, -1, None).await).code, "log.size-invalid");
    let unsigned = consistency(&later, 3, Some(4)).await.expect("between heads");
    assert_eq!(unsigned.head, None);

    // The corrected record is proven as it is now.
    let proof = proof_of(&later, 1).await.expect("a proof");
    assert_eq!(proof.place, 3, "of one batch in the order of the records");
    let held = serde_json::to_string(&proof.statement["content"]).expect("JSON");
    assert!(held.contains("\"1.1\"") && !held.contains("\"0.1\""), "{held}");
    verify(&ProofFile::Inclusion(proof), &second.key, None).expect("proven");
    sound(&later).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_shows_no_heads_and_the_next_signs_the_same_tree() {
    let folder = tempfile::tempdir().expect("a folder");
    let (desk, first) = begun(&folder).await;
    let since = Some(first.head.time);
    revoke(&desk, &actor(), &first.head.key, since, "密钥外泄").await.expect("revoked");
    assert_eq!(not_found(head(&desk).await), "已签名的公示记录树头");
    assert_eq!(refused(sign_head(&desk, &actor(), true).await).code, "signing.no-key");
    not_found(proof_of(&desk, 1).await);
    generate(&desk, &actor(), DAYS).await.expect("another key");
    let second = sign_head(&desk, &actor(), false).await.expect("signed").expect("a head");
    assert_eq!((second.head.size, &second.head.root), (3, &first.head.root));
    assert_ne!(second.head.key, first.head.key);
    assert_eq!(heads(&desk, 9).await.expect("heads").len(), 1);
    proof_of(&desk, 1).await.expect("a proof");
    sound(&desk).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_public_looks_like_what_never_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let (desk, _) = begun(&folder).await;
    let none = not_found(inclusion(&desk, 1, 2).await);
    // Not under a head yet.
    file(&desk, &[(5, "0.5")]).await;
    assert_eq!(not_found(proof_of(&desk, 5).await), none);
    append(&desk, &actor()).await.expect("appended");
    assert_eq!(not_found(proof_of(&desk, 5).await), none);

    // Withdrawn: one leaf more, and no proof.
    let (subject, record) = place(&desk, 2).await;
    assert_eq!(
        refused(erase(&desk, &actor(), subject, record).await).code,
        "publication.still-public"
    );
    let command = Withdraw { subject, record, decided: FILED, reason: "示例撤销".to_owned() };
    withdraw(&desk, &actor(), command).await.expect("withdrawn");
    assert_eq!(not_found(inclusion(&desk, subject, record).await), none);
    let grown = sign_head(&desk, &actor(), true).await.expect("signed").expect("a head");
    assert_eq!(grown.head.size, 5);
    assert_eq!(not_found(inclusion(&desk, subject, record).await), none);

    // Erased: what opens its leaves is gone, the tree stands.
    erase(&desk, &actor(), subject, record).await.expect("erased");
    assert_eq!(desk.store().opening(subject, record).await.expect("read"), None);
    assert_eq!(not_found(inclusion(&desk, subject, record).await), none);
    sound(&desk).await;

    // Its days over: written by the job, proven no more.
    let over = desk.at(date(2029, 3, 20));
    assert_eq!(not_found(proof_of(&over, 1).await), none, "before the job");
    expire(&over, &actor(), over.today()).await.expect("ended");
    generate(&over, &actor(), DAYS).await.expect("the first key has run out by then");
    let last = sign_head(&over, &actor(), true).await.expect("signed").expect("a head");
    assert_eq!(last.head.size, 8, "three of four ended by themselves");
    assert_eq!(not_found(proof_of(&over, 1).await), none, "after it");
    verify(
        &ProofFile::Consistency(consistency(&over, 5, None).await.expect("a proof")),
        &last.key,
        Some(&grown),
    )
    .expect("goes on");
    sound(&over).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_erased_before_its_leaf_is_made_is_never_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    let (desk, _) = begun(&folder).await;
    file(&desk, &[(6, "0.6")]).await;
    let (subject, record) = place(&desk, 6).await;
    let command = Withdraw { subject, record, decided: FILED, reason: "示例撤销".to_owned() };
    withdraw(&desk, &actor(), command).await.expect("withdrawn");
    erase(&desk, &actor(), subject, record).await.expect("erased");
    assert_eq!(append(&desk, &actor()).await.expect("appended"), 2);
    assert_eq!(desk.store().opening(subject, record).await.expect("read"), None);
    sound(&desk).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_check_names_what_was_tampered_with() {
    let folder = tempfile::tempdir().expect("a folder");
    let (desk, head) = begun(&folder).await;
    for (sql, table, row) in [
        (
            "UPDATE publication_leaf SET commitment = zeroblob(32) WHERE place = 1",
            "publication_leaf",
            "0-1",
        ),
        (
            "UPDATE publication_leaf SET commitment = zeroblob(32) WHERE place = 2",
            "publication_leaf",
            "2",
        ),
        ("UPDATE publication_node SET hash = zeroblob(32)", "publication_node", "1/0"),
        ("DELETE FROM publication_leaf WHERE place = 2", "publication_leaf", "2"),
        ("DELETE FROM publication_leaf WHERE place = 1", "publication_leaf", "1"),
        ("UPDATE tree_head SET root = '00'", "tree_head", "3/"),
        ("UPDATE tree_head SET at = at + 1", "tree_head", "3/"),
        (
            "UPDATE publication_opening SET salt = zeroblob(60) WHERE place = 0",
            "publication_opening",
            "",
        ),
        ("UPDATE publication_form SET fields = '[]'", "publication_leaf", ""),
        ("UPDATE signing_key SET sealed = zeroblob(60)", "signing_key", ""),
        (
            "DELETE FROM publication_leaf WHERE place = 2; UPDATE meta SET value = '2' WHERE key = 'publication_size'",
            "tree_head",
            "3/",
        ),
    ] {
        let copy = tempfile::tempdir().expect("a folder");
        for file in ["keys", "desk.db", "desk.db-wal"] {
            let from = folder.path().join(file);
            if from.exists() {
                std::fs::copy(&from, copy.path().join(file)).expect("copied");
            }
        }
        let damaged = crate::testing::bare(&copy, FILED).await;
        damaged.store().raw_execute(sql).await.expect(sql);
        let report = crate::running::fsck(&damaged).await.expect("checked");
        let named = report.problems.iter().find(|problem| problem.table == table);
        let named = named.unwrap_or_else(|| panic!("{sql}: {:?}", report.problems));
        assert!(named.row.starts_with(row), "{sql}: {named:?}");
    }
    assert_eq!(head.head.size, 3);
    sound(&desk).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_that_append_at_once_take_turns() {
    let folder = tempfile::tempdir().expect("a folder");
    let (desk, _) = begun(&folder).await;
    let other = Desk::open(
        DeskOptions {
            database: format!("sqlite:{}", folder.path().join("desk.db").display()),
            key_file: folder.path().join("keys"),
            law: None,
            clock: Clock::Fixed(FILED),
            limits: Limits::default(),
            scratch: folder.path().join("scratch"),
        },
        getrandom::fill,
    )
    .await
    .expect("another desk");
    let rows: Vec<(usize, &str)> = (10..400).map(|number| (number, "0.1")).collect();
    file(&desk, &rows).await;
    let who = actor();
    let (one, two) = tokio::join!(sign_head(&desk, &who, true), sign_head(&other, &who, true));
    let signed: Vec<SignedHead> =
        [one, two].into_iter().filter_map(|one| one.expect("signed")).collect();
    assert!(!signed.is_empty());
    assert_eq!(head(&desk).await.expect("a head").head.size, 393);
    assert_eq!(desk.store().publication_size().await.expect("read"), 393);
    sound(&other).await;
}
