//! What the store promises about checks.

use std::sync::Arc;

use jiff::civil::date;
use xinyong_store::{
    AnswerFrame, AnswerParts, AuditEntry, AuditFilter, CheckLink, CheckRow, CheckSheet, CheckUse,
    NewCheck, Store, SubjectCheck, Tx, restore, sm3_hex,
};

use super::{Ground, NOW, conflict, furnish, furnish_base};

pub fn new_check(number: &str, subject_id: i64, answer: &str) -> NewCheck {
    let check = SubjectCheck {
        number: number.to_owned(),
        subject_id,
        unit_id: "market".to_owned(),
        actor: "clerk".to_owned(),
        way: "console".to_owned(),
        purpose: "approval".to_owned(),
        basis: "示例法第一条".to_owned(),
        reference: String::new(),
        day: date(2026, 5, 29),
        at: NOW,
        law: "edition+".to_owned(),
        digest: sm3_hex(answer.as_bytes()),
    };
    NewCheck { check, answer: AnswerParts::bare(answer.to_owned()) }
}

/// An answer of which the law gives all but one place.
fn framed(said: &str) -> AnswerParts {
    let frame = AnswerFrame::new("{\"a\":\n}".to_owned());
    AnswerParts { frame: Some(Arc::new(frame)), said: said.to_owned() }
}

fn new_use(number: &str, seq: i64, outcome: &str) -> CheckUse {
    CheckUse {
        number: number.to_owned(),
        seq,
        outcome: outcome.to_owned(),
        measures: "[]".to_owned(),
        note: "示例".to_owned(),
        actor: "clerk".to_owned(),
        at: NOW + seq,
    }
}

fn link(token: &str) -> CheckLink {
    CheckLink {
        digest: sm3_hex(token.as_bytes()),
        subject_id: 1,
        unit_id: "market".to_owned(),
        actor: "key".to_owned(),
        purpose: "approval".to_owned(),
        basis: "示例法第一条".to_owned(),
        reference: String::new(),
        made_at: NOW,
        ends_at: NOW + 60_000,
        number: None,
    }
}

fn sheet(id: i64) -> CheckSheet {
    CheckSheet {
        id,
        unit_id: "market".to_owned(),
        actor: "clerk".to_owned(),
        purpose: "approval".to_owned(),
        basis: "示例法第一条".to_owned(),
        reference: String::new(),
        file_name: "示例.csv".to_owned(),
        digest: sm3_hex(b"abc"),
        state: "received".to_owned(),
        received_at: NOW,
        rows: 0,
        done: 0,
        finished_at: None,
        refusal: None,
    }
}

/// The line of the log about a look.
fn answered(new: &NewCheck) -> AuditEntry {
    let check = &new.check;
    AuditEntry {
        at: check.at,
        actor: check.actor.clone(),
        action: "check.answered".to_owned(),
        object: format!("subject:{}", check.subject_id),
        outcome: "done".to_owned(),
        detail: format!(r#"{{"digest":"{}","number":"{}"}}"#, check.digest, check.number),
    }
}

/// One of everything, for the check of what stands beside the records.
pub async fn keep_one_of_each(tx: &mut Tx) {
    let one = new_check("C1", 1, "{}");
    tx.audit(answered(&one));
    tx.add_checks(&[one]).await.expect("kept");
    tx.add_check_use(&new_use("C1", 1, "unaffected")).await.expect("kept");
    tx.add_check_link(&link("one")).await.expect("kept");
    tx.add_check_sheet(&sheet(71)).await.expect("kept");
}

pub async fn checks_are_kept_found_and_counted(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    let mut tx = store.transaction("t").await.expect("begun");
    let mut later = new_check("C3", 1, "{\"a\":1}");
    later.check.at = NOW + 5;
    later.answer = framed("1");
    let kept = [new_check("C2", 2, "{}"), later.clone(), new_check("C4", 1, "{}")];
    tx.add_checks(&kept).await.expect("kept");
    for look in &kept {
        tx.audit(answered(look));
    }
    tx.add_check_use(&new_use("C2", 1, "unaffected")).await.expect("said");
    tx.add_check_use(&new_use("C2", 2, "measure")).await.expect("said again");
    tx.commit().await.expect("committed");
    let mut tx = store.transaction("t").await.expect("begun");
    assert!(conflict(&tx.add_checks(&[new_check("C2", 1, "{}")]).await), "a number once");
    drop(tx);

    assert_eq!(store.subject_check("C3").await.expect("read"), Some(later.check.clone()));
    assert_eq!(store.subject_check("C9").await.expect("read"), None);
    let answer = store.check_answer("C3").await.expect("read");
    assert_eq!(answer.as_deref(), Some("{\"a\":1}"));
    assert_eq!(store.check_answer("C9").await.expect("read"), None);
    let looks = store.checks_of_subjects(&[1, 9], 10).await.expect("read");
    let numbers: Vec<_> = looks.iter().map(|look| look.number.as_str()).collect();
    assert_eq!(numbers, ["C3", "C4", "C1"]);

    let listed = async |after, limit| {
        let found = store.checks_of_unit(Some("market"), after, limit).await.expect("read");
        found.into_iter().map(|(one, outcome)| (one.number, outcome)).collect::<Vec<_>>()
    };
    let first = listed(None, 2).await;
    assert_eq!(first, [("C3".to_owned(), None), ("C4".to_owned(), None)]);
    let rest = listed(Some((NOW, "C4")), 9).await;
    let (measure, unaffected) = (Some("measure".to_owned()), Some("unaffected".to_owned()));
    assert_eq!(rest, [("C2".to_owned(), measure), ("C1".to_owned(), unaffected)]);
    let nobody = store.checks_of_unit(Some("other"), None, 9).await.expect("read");
    assert!(nobody.is_empty());
    assert_eq!(store.checks_of_unit(None, None, 9).await.expect("read").len(), 4, "of all");
    let uses = store.check_uses("C2").await.expect("read");
    assert_eq!(uses, [new_use("C2", 1, "unaffected"), new_use("C2", 2, "measure")]);

    let counts = store.check_counts(NOW, NOW + 5, None).await.expect("counted");
    let counts: Vec<_> =
        counts.iter().map(|one| (one.purpose.as_str(), one.outcome.as_str(), one.checks)).collect();
    let wanted = [("approval", "", 1), ("approval", "measure", 1), ("approval", "unaffected", 1)];
    assert_eq!(counts, wanted);
    // A look of the month before of which somebody says something now is the month before's, and of nobody else.
    let mut tx = store.transaction("t").await.expect("begun");
    tx.add_check_use(&CheckUse { at: NOW + 9, ..new_use("C3", 1, "measure") }).await.expect("said");
    tx.commit().await.expect("committed");
    let counted = async |from, before, unit| {
        let counts = store.check_counts(from, before, unit).await.expect("counted");
        counts.into_iter().map(|one| (one.outcome, one.checks)).collect::<Vec<_>>()
    };
    assert_eq!(counted(NOW + 5, NOW + 6, Some("market")).await, [("measure".to_owned(), 1)]);
    assert_eq!(counted(NOW + 6, NOW + 99, None).await, []);
    assert_eq!(counted(NOW, NOW + 6, Some("other")).await, []);
}

/// All that is kept in one call is there, or nothing of it; whoever goes away meanwhile changes nothing for the next.
pub async fn looks_in_one_call_are_kept_all_or_none(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    let looks = |numbers: std::ops::Range<u32>| -> Vec<NewCheck> {
        numbers.map(|number| new_check(&format!("N{number}"), 1, "{\"a\":1}")).collect()
    };
    let keep = async |looks: &[NewCheck]| {
        let entries = looks.iter().map(|one| Arc::new(answered(one))).collect();
        store.keep_checks(looks, entries).await
    };
    // More than there is room for in one statement, and counts that leave room.
    for numbers in [0..1, 1..4, 4..304] {
        keep(&looks(numbers)).await.expect("kept");
    }
    let taken = keep(&looks(303..306)).await;
    assert!(conflict(&taken), "{taken:?}");
    for number in ["N304", "N305"] {
        assert!(store.subject_check(number).await.expect("read").is_none(), "{number}");
    }
    keep(&looks(306..307)).await.expect("kept after one that failed");
    // Whoever waits no longer: what was begun comes to its end, and the connection and the log are there for the next.
    for number in 400..420 {
        let (looks, waits) = (looks(number..number + 1), (number - 400) as usize);
        let keeping = keep(&looks);
        tokio::pin!(keeping);
        for _ in 0..waits {
            if futures_util::poll!(&mut keeping).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    let before = store.transaction("t").await.expect("begun");
    drop(before);
    keep(&looks(420..424)).await.expect("kept after those who went away");
    for number in (0..304).chain([306]).chain(420..424) {
        let number = format!("N{number}");
        assert!(store.subject_check(&number).await.expect("read").is_some(), "{number}");
    }
    still_sound(&store).await;
}

pub async fn a_window_opens_once_and_a_list_goes_on_where_it_was(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    let digest = sm3_hex(b"one");
    let mut tx = store.transaction("t").await.expect("begun");
    assert!(tx.use_check_link(&digest, "C1").await.expect("opened"));
    assert!(!tx.use_check_link(&digest, "C2").await.expect("opened before"));
    tx.commit().await.expect("committed");
    let opened = store.check_link(&digest).await.expect("read").expect("a window");
    assert_eq!(opened, CheckLink { number: Some("C1".to_owned()), ..link("one") });
    assert_eq!(store.check_link("x").await.expect("read"), None);

    assert_eq!(store.last_check_row(71).await.expect("read"), (0, 0));
    let found = CheckRow {
        row: 2,
        number: Some("C1".to_owned()),
        problem: None,
        message: None,
        answer: None,
    };
    let blank = CheckRow {
        row: 5,
        number: None,
        problem: Some("row.blank".to_owned()),
        message: Some("空行".to_owned()),
        answer: None,
    };
    let mut tx = store.transaction("t").await.expect("begun");
    tx.add_check_rows(71, &[found.clone(), blank.clone()]).await.expect("kept");
    let done = CheckSheet {
        state: "done".to_owned(),
        rows: 2,
        done: 2,
        finished_at: Some(NOW + 9),
        ..sheet(71)
    };
    assert_eq!(store.open_check_sheets().await.expect("read"), [sheet(71)]);
    tx.set_check_sheet(&done).await.expect("kept");
    tx.commit().await.expect("committed");
    assert_eq!(store.last_check_row(71).await.expect("read"), (5, 2));
    assert_eq!(store.check_sheet(71).await.expect("read"), Some(done.clone()));
    assert_eq!(store.check_sheets(Some("market"), 9).await.expect("read"), [done]);
    assert!(store.open_check_sheets().await.expect("read").is_empty());
    let rows = store.check_rows(71, 0, 9).await.expect("read");
    assert_eq!(rows, [CheckRow { answer: Some("{}".to_owned()), ..found }, blank.clone()]);
    assert_eq!(store.check_rows(71, 2, 9).await.expect("read"), [blank]);
    still_sound(&store).await;
}

async fn still_sound(store: &Store) {
    let report = store.fsck(&super::tokens, &mut |_, _| {}).await.expect("checked");
    assert!(report.is_sound(), "{report:?}");
}

pub async fn answers_share_what_the_law_gives_of_them(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    let texts = ["{\"a\":1}", "{\"a\":2}", "{\"a\":1}"];
    let kept: Vec<NewCheck> = texts
        .iter()
        .zip(["E1", "E2", "E3"])
        .zip(["1", "2", "1"])
        .map(|((text, number), said)| NewCheck {
            answer: framed(said),
            ..new_check(number, 1, text)
        })
        .collect();
    for part in [&kept[..2], &kept[2..]] {
        let mut tx = store.transaction("t").await.expect("begun");
        for look in part {
            tx.audit(answered(look));
        }
        tx.add_checks(part).await.expect("kept");
        tx.commit().await.expect("committed");
    }
    for (text, number) in texts.iter().zip(["E1", "E2", "E3"]) {
        let answer = store.check_answer(number).await.expect("read");
        assert_eq!(answer.as_deref(), Some(*text), "{number}");
    }
    still_sound(&store).await;
    let report = store.fsck(&super::tokens, &mut |_, _| {}).await.expect("checked");
    assert_eq!(report.checked.get("check_frame"), Some(&1), "kept once");
    // Said for more places than the frame has, or without the frame: an error, not a guess.
    let damages = [
        ("UPDATE subject_check SET said = '1' || '\n' || '2' WHERE number = 'E2'", "框架不符"),
        ("DELETE FROM check_frame", "没有对应的答复框架"),
    ];
    for (damage, reason) in damages {
        let damage = damage.to_owned();
        store.raw_execute(&damage).await.expect("damaged");
        let wrong = store.check_answer("E2").await.expect_err("damaged");
        assert!(wrong.to_string().contains(reason), "{wrong}");
        let report = store.fsck(&super::tokens, &mut |_, _| {}).await.expect("checked");
        assert!(report.problems.iter().any(|one| one.table == "subject_check"), "{report:?}");
    }
}

pub async fn who_looked_is_found_before_and_after_the_log_is_brought_up(ground: &Ground) {
    let url = ground.url("xinyong");
    let store = Store::open(&url, &ground.keys).await.expect("a store");
    furnish(&store).await;
    let kept = [new_check("F1", 1, "{}"), new_check("F2", 2, "{}"), new_check("F3", 1, "{}")];
    let looked = async |subject| {
        let looks = store.checks_of_subjects(&[subject], 9).await.expect("read");
        looks.into_iter().map(|look| look.number).collect::<Vec<_>>()
    };
    let lines = async |object: &str, actor: Option<&str>| {
        let filter = AuditFilter {
            object: Some(object.to_owned()).filter(|object| !object.is_empty()),
            actor: actor.map(str::to_owned),
            ..AuditFilter::default()
        };
        store.list_audit(&filter, 9).await.expect("read")
    };
    for look in &kept {
        let mut tx = store.transaction("t").await.expect("begun");
        tx.audit(answered(look));
        tx.audit(AuditEntry {
            actor: "other".to_owned(),
            action: "record.seen".to_owned(),
            object: format!("record:{}:7", look.check.subject_id),
            at: NOW - 1,
            ..answered(look)
        });
        tx.add_checks(std::slice::from_ref(look)).await.expect("kept");
        tx.commit().await.expect("committed");
        if look.check.number == "F1" {
            // Some are entered and some wait: nobody can tell.
            store.bring_up(0).await.expect("brought up");
        }
    }
    let found = async || {
        (
            looked(1).await,
            looked(2).await,
            lines("subject:1", None).await,
            lines("subject:1", Some("clerk")).await,
            lines("record:1", None).await,
            lines("record:1:7", Some("clerk")).await,
            lines("", Some("other")).await,
        )
    };
    let before = found().await;
    assert_eq!((before.0.len(), before.1.len()), (3, 1), "{before:?}");
    let counts = [&before.2, &before.3, &before.4, &before.5, &before.6].map(Vec::len);
    assert_eq!(counts, [3, 3, 2, 0, 3], "{before:?}");
    still_sound(&store).await;
    // More wait than are asked for: not yet.
    store.bring_up(1_000).await.expect("nothing to do");
    // Two processes at the same lines.
    let beside = Store::open(&url, &ground.keys).await.expect("the same once more");
    let (one, two) = tokio::join!(store.bring_up(0), beside.bring_up(0));
    one.expect("brought up");
    two.expect("brought up beside it");
    beside.close().await;
    assert!(found().await == before, "the same, found otherwise");
    still_sound(&store).await;
    store.raw_execute("DELETE FROM audit_place WHERE word = 'a:other'").await.expect("damaged");
    let report = store.fsck(&super::tokens, &mut |_, _| {}).await.expect("checked");
    assert!(report.problems.iter().any(|one| one.table == "audit_place"), "{report:?}");
}

/// A look as it was kept before its answer lay with it.
pub async fn looks_of_an_earlier_schema_are_read_after_the_upgrade(ground: &Ground) {
    let url = ground.url("xinyong");
    let old = Store::open_at(&url, &ground.keys, 22).await.expect("the schema before");
    furnish_base(&old).await;
    let look = new_check("G1", 1, "{\"a\":1}");
    let SubjectCheck { number, unit_id, actor, purpose, basis, law, digest, at, .. } = &look.check;
    let kept = format!(
        "INSERT INTO check_answer (subject_id, digest, answer) VALUES (1, '{digest}', '{{\"a\":1}}'); \
         INSERT INTO subject_check (number, subject_id, unit_id, actor, way, purpose, basis, reference, day, at, law, digest) \
         VALUES ('{number}', 1, '{unit_id}', '{actor}', 'console', '{purpose}', '{basis}', '', '2026-05-29', {at}, '{law}', '{digest}')"
    );
    old.raw_execute(&kept).await.expect("kept");
    let mut tx = old.transaction("t").await.expect("begun");
    tx.audit(answered(&look));
    tx.commit().await.expect("committed");
    old.close().await;
    let store = Store::open(&url, &ground.keys).await.expect("brought up to date");
    assert_eq!(store.subject_check("G1").await.expect("read").as_ref(), Some(&look.check));
    let answer = store.check_answer("G1").await.expect("read");
    assert_eq!(answer.as_deref(), Some("{\"a\":1}"));
    let looks = store.checks_of_subjects(&[1], 9).await.expect("read");
    assert_eq!(looks, std::slice::from_ref(&look.check));
    let filter = AuditFilter { actor: Some("clerk".to_owned()), ..AuditFilter::default() };
    assert_eq!(store.list_audit(&filter, 9).await.expect("read").len(), 1);
    let path = ground.path("looks.backup");
    store.backup(&path, NOW).await.expect("written");
    let other = ground.url("other");
    restore(&path, &other, &ground.keys, &super::tokens).await.expect("restored");
    let copy = Store::open(&other, &ground.keys).await.expect("the copy");
    assert_eq!(copy.checks_of_subjects(&[1], 9).await.expect("read").len(), 1, "found again");
    assert_eq!(copy.check_answer("G1").await.expect("read"), answer);
    copy.close().await;
    // As a program of before wrote it: looks and answers apart.
    as_before(&path, &look.check.digest);
    let earlier = ground.url("earlier");
    restore(&path, &earlier, &ground.keys, &super::tokens).await.expect("restored");
    let copy = Store::open(&earlier, &ground.keys).await.expect("the copy");
    assert_eq!(copy.checks_of_subjects(&[1], 9).await.expect("read").len(), 1, "found again");
    assert_eq!(copy.check_answer("G1").await.expect("read"), answer);
    still_sound(&copy).await;
    copy.close().await;
}

/// Writes a backup with one look anew as schema 22 had it.
fn as_before(path: &std::path::Path, digest: &str) {
    let mut text = String::new();
    for line in std::fs::read_to_string(path).expect("a backup").lines() {
        let mut line: serde_json::Value = serde_json::from_str(line).expect("JSON");
        if line.get("schema").is_some() {
            line["schema"] = 22.into();
        } else if line["t"] == "subject_check" {
            let answer = serde_json::json!({ "t": "check_answer", "r": [1, digest, "{\"a\":1}"] });
            text.push_str(&format!("{answer}\n"));
            line["r"].as_array_mut().expect("a row").truncate(12);
        } else if let Some(rows) = line.get_mut("rows").and_then(|rows| rows.as_object_mut()) {
            rows.remove("check_frame");
            rows.insert("check_answer".to_owned(), 1.into());
            line["sm3"] = sm3_hex(text.as_bytes()).into();
            // The end is known by its first letters.
            text.push_str(&format!("{{\"rows\":{},\"sm3\":{}}}\n", line["rows"], line["sm3"]));
            continue;
        }
        text.push_str(&format!("{line}\n"));
    }
    std::fs::write(path, text).expect("written");
}

pub async fn a_look_without_its_line_of_the_log_is_found_out(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    let tokens = |names: &[&str]| names.concat();
    let wrong = async || {
        let report = store.fsck(&tokens, &mut |_, _| {}).await.expect("checked");
        let found = report.problems.into_iter().find(|one| one.table == "subject_check");
        found.map(|problem| problem.reason).unwrap_or_default()
    };
    let before = wrong().await;
    assert_eq!(before, "", "sound to begin with");
    let kept = [new_check("D1", 1, "{}"), new_check("D2", 1, "{}")];
    let mut tx = store.transaction("t").await.expect("begun");
    tx.audit(answered(&kept[0]));
    tx.audit(answered(&kept[1]));
    tx.add_checks(&kept).await.expect("kept");
    tx.commit().await.expect("committed");
    assert_eq!(wrong().await, "");
    // Taken away, that nobody reads it; and one that was kept quietly.
    store.raw_execute("DELETE FROM subject_check WHERE number = 'D2'").await.expect("damaged");
    assert!(wrong().await.contains("核查本身已不在"));
    let mut tx = store.transaction("t").await.expect("begun");
    tx.add_checks(&[new_check("D3", 1, "{}")]).await.expect("kept");
    tx.commit().await.expect("committed");
    assert!(wrong().await.contains("审计日志里没有这次核查"));
}
