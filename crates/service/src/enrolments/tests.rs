//! Following, being told, being sent.

use std::sync::Mutex;

use jiff::civil::{Date, date};
use serde_json::Value;
use xinyong_store::{AuditFilter, Content, NewRecord, NumberPlace};

use super::*;
use crate::api_keys::{self, NewKey, Scope};
use crate::publicity::{Withdraw, expire, withdraw};
use crate::testing::{UNIT, clerk, code, desk, penalty};
use crate::{Role, signing};

const FIRST: Date = date(2026, 9, 2);

fn wanted(party: usize, until: Date) -> Enrol {
    Enrol {
        code: code(party),
        basis: "《示例条例》第三条".to_owned(),
        purpose: "示例日常监管".to_owned(),
        until: Some(until),
    }
}

async fn follow(desk: &Desk, party: usize, until: Date) -> i64 {
    enrol(desk, &clerk(), &wanted(party, until)).await.expect("asked").expect("begun")
}

fn codes(refused: Result<Result<i64, Vec<Refusal>>, DeskError>) -> Vec<&'static str> {
    let refusals = refused.expect("asked").expect_err("refused");
    refusals.into_iter().map(|refusal| refusal.code).collect()
}

fn words(page: &ToldPage) -> Vec<(i64, &'static str, &str)> {
    page.changes.iter().map(|one| (one.record, one.happened.as_str(), one.kind.as_str())).collect()
}

#[tokio::test]
async fn who_follows_whom_says_why_and_until_when() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = desk(&folder, FIRST).await;
    let long = latest_end(&desk).expect("a number");
    assert_eq!(long, date(2027, 9, 3));
    let ask = async |new: Enrol| codes(enrol(&desk, &clerk(), &new).await);
    assert_eq!(
        ask(Enrol { code: code(1), ..Enrol::default() }).await,
        ["enrolment.basis-missing", "enrolment.purpose-missing", "enrolment.until-missing"]
    );
    assert_eq!(ask(wanted(1, date(2026, 9, 1))).await, ["enrolment.until-past"]);
    assert_eq!(ask(wanted(1, date(2027, 9, 4))).await, ["enrolment.until-far"]);
    assert_eq!(ask(wanted(99, long)).await, ["enrolment.subject-unknown"]);
    let person = Enrol { code: "110101199003070011".to_owned(), ..wanted(1, long) };
    assert_eq!(ask(person).await, ["code.invalid"], "no natural person is followed");
    let id = follow(&desk, 1, long).await;
    assert_eq!(ask(wanted(1, long)).await, ["enrolment.exists"]);
    let auditor = Actor { role: Some(Role::Auditor), ..clerk() };
    let refused = enrol(&desk, &auditor, &wanted(2, long)).await.expect_err("refused");
    assert_eq!(refused.code(), "access.denied");

    let other = crate::testing::person("other", Role::Clerk, "tax");
    assert_eq!(one(&desk, &other, id).await.expect_err("refused").code(), "access.denied");
    assert!(list(&desk, &other, 0).await.expect("read").0.is_empty());
    let office = crate::testing::person("office", Role::CreditOffice, "credit-office");
    assert_eq!(list(&desk, &office, 0).await.expect("read").0.len(), 1);
    let refused = end(&desk, &clerk(), id, " ").await.expect_err("refused");
    assert_eq!(refused.code(), "enrolment.reason-missing");
    end(&desk, &clerk(), id, "示例：监管结束").await.expect("ended");
    assert_eq!(end(&desk, &clerk(), id, "再次").await.expect_err("over").code(), "enrolment.over");
    let view = one(&desk, &clerk(), id).await.expect("read");
    assert_eq!((view.standing, view.ended.is_some()), (Standing::Ended, true));
    let refused = changes(&desk, &clerk(), id, "", 9).await.expect_err("over");
    assert_eq!(refused.code(), "enrolment.over");

    // One that ends by itself does so on its day, whether the job runs or not.
    let id = follow(&desk, 1, date(2026, 9, 5)).await;
    assert!(changes(&desk.at(date(2026, 9, 5)), &clerk(), id, "", 9).await.is_ok());
    let after = desk.at(date(2026, 9, 6));
    assert_eq!(
        changes(&after, &clerk(), id, "", 9).await.expect_err("over").code(),
        "enrolment.over"
    );
    assert_eq!(one(&after, &clerk(), id).await.expect("read").standing, Standing::Lapsed);
    let system = Actor::system("system");
    assert_eq!(lapse(&desk, &system).await.expect("ran"), 0);
    assert_eq!(lapse(&after, &system).await.expect("ran"), 1);
    assert_eq!(lapse(&after, &system).await.expect("ran"), 0);
    assert_eq!(crate::running::fsck(&desk).await.expect("checked").problems, []);
}

#[tokio::test]
async fn what_appears_and_ends_is_told_and_nothing_of_what_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = desk(&folder, FIRST).await;
    let (_, before) = penalty(&desk, 1, 1, "0.5").await;
    let id = follow(&desk, 1, date(2027, 9, 3)).await;
    let next = desk.at(date(2026, 9, 3));
    let (subject, record) = penalty(&next, 1, 2, "0.5").await;
    penalty(&next, 2, 3, "0.5").await;
    let third = desk.at(date(2026, 9, 4));
    let kind = "administrative-penalty";
    let page = changes(&third, &clerk(), id, "", 9).await.expect("read");
    assert_eq!(words(&page), [(record, "appeared", kind)], "only its own, only from then on");

    // Nothing is told twice by a cursor, and no cursor is believed that was not given out for this enrolment.
    let empty = changes(&third, &clerk(), id, &page.next, 9).await.expect("read");
    assert!(empty.changes.is_empty() && empty.next == page.next);
    let other = follow(&desk, 2, date(2027, 9, 1)).await;
    let forged = page.next.replacen('e', "e0", 1);
    for (of, cursor) in [(other, page.next.as_str()), (id, "e1.2.3"), (id, "x"), (id, &forged)] {
        let refused = changes(&third, &clerk(), of, cursor, 9).await.expect_err("refused");
        assert_eq!(refused.code(), "changes.cursor-invalid", "{cursor}");
    }

    let system = Actor::system("system");
    let taken =
        Withdraw { subject, record, decided: date(2026, 9, 4), reason: "示例撤销".to_owned() };
    withdraw(&third, &system, taken).await.expect("withdrawn");
    let fourth = desk.at(date(2026, 9, 5));
    let page = changes(&fourth, &clerk(), id, &page.next, 9).await.expect("read");
    assert_eq!(words(&page), [(record, "ended", "")], "of what ended nothing but that");
    let all = changes(&fourth, &clerk(), id, "", 9).await.expect("read");
    assert!(all.changes.iter().all(|one| one.happened == Happened::Ended && one.kind.is_empty()));

    // What was public before the enrolment began is told when it ends by itself.
    let late = desk.at(date(2027, 9, 2));
    assert!(expire(&late, &system, date(2027, 9, 2)).await.expect("ran") > 0);
    let page =
        changes(&desk.at(date(2027, 9, 3)), &clerk(), id, &page.next, 9).await.expect("read");
    assert_eq!(words(&page), [(before, "ended", "")]);
}

#[tokio::test]
async fn units_are_told_of_what_the_catalogue_has_them_share_and_of_no_more() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = desk(&folder, FIRST).await;
    let (subject, model) = penalty(&desk, 1, 1, "0.5").await;
    let id = follow(&desk, 1, date(2027, 9, 1)).await;
    let next = desk.at(date(2026, 9, 3));
    let model = desk.store().record(subject, model).await.expect("read").expect("there");
    let new = |id: i64, kind: &str| NewRecord {
        subject_id: subject,
        id,
        kind: kind.to_owned(),
        natural_key: format!("示例{id}"),
        number: NumberPlace { year: 0, series: String::new(), serial: 0 },
        content: Content::new("{}".to_owned()),
        sealed: None,
        platform: model.platform.clone(),
        party_category: model.party_category.clone(),
        decided_on: date(2026, 9, 1),
        valid_until: None,
        unit_id: UNIT.to_owned(),
        batch_id: 0,
        row: 0,
        recorded_at: next.clock().now(),
        law_edition: model.law_edition.clone(),
        public_from: None,
        public_until: None,
        content_digest: "示例".to_owned(),
        actor: "clerk".to_owned(),
        second: None,
        reason: "示例".to_owned(),
        citations: "[]".to_owned(),
    };
    let (shared, secret) = (desk.new_id(), desk.new_id());
    let mut tx = desk.store().transaction("t").await.expect("begun");
    let records = [new(shared, "contract-performance"), new(secret, "tax-payment")];
    tx.insert_records(&records).await.expect("recorded");
    tx.commit().await.expect("committed");
    let third = desk.at(date(2026, 9, 4));
    let looks = async || {
        let filter =
            AuditFilter { action: Some("enrolment.seen".to_owned()), ..Default::default() };
        desk.store().list_audit(&filter, 9).await.expect("read").len()
    };
    assert_eq!(looks().await, 0);
    let page = changes(&third, &clerk(), id, "", 9).await.expect("read");
    assert_eq!(words(&page), [(shared, "appeared", "contract-performance")]);
    assert_eq!(looks().await, 1, "a look at what is not public is logged");
    // So is that it was sent, whatever the receiver answered.
    let admin = Actor::system("admin");
    signing::generate(&desk, &admin, 1_000).await.expect("a key");
    let receiver = Receiver::new(Ok(400));
    let key_id = key(&desk, &[Scope::Follow]).await;
    let address = "https://receiver.example/changes";
    set_hook(&desk, &admin, key_id, address, Some(&receiver)).await.expect("set");
    let ran = push(&third, &admin, &receiver).await.expect("ran");
    assert_eq!((ran.failed, ran.delivered), (1, 0), "{ran:?}");
    let filter = AuditFilter { action: Some("enrolment.pushed".to_owned()), ..Default::default() };
    assert_eq!(desk.store().list_audit(&filter, 9).await.expect("read").len(), 1);
    let taken = Withdraw {
        subject,
        record: shared,
        decided: date(2026, 9, 4),
        reason: "示例撤销".to_owned(),
    };
    withdraw(&third, &Actor::system("system"), taken).await.expect("withdrawn");
    let page =
        changes(&desk.at(date(2026, 9, 5)), &clerk(), id, &page.next, 9).await.expect("read");
    assert_eq!(words(&page), [(shared, "ended", "")]);
}

/// A receiver that answers as it is told.
struct Receiver {
    answer: Mutex<Result<u16, String>>,
    got: Mutex<Vec<Parcel>>,
}

impl Receiver {
    fn new(answer: Result<u16, String>) -> Self {
        Self { answer: Mutex::new(answer), got: Mutex::default() }
    }

    fn answers(&self, answer: Result<u16, String>) {
        *self.answer.lock().expect("free") = answer;
    }

    fn signatures(&self) -> Vec<String> {
        self.got.lock().expect("free").iter().map(|parcel| parcel.signature.clone()).collect()
    }

    fn take(&self) -> Vec<(i64, Value)> {
        let got = std::mem::take(&mut *self.got.lock().expect("free"));
        got.into_iter()
            .map(|parcel| (parcel.id, serde_json::from_str(&parcel.body).expect("JSON")))
            .collect()
    }
}

impl Outlet for Receiver {
    fn admits(&self, address: &str) -> Result<String, Refusal> {
        let good = address.starts_with("https://receiver.example/");
        let refusal = Refusal::new("hook.host-not-allowed", "不在允许之列");
        good.then(|| address.to_owned()).ok_or(refusal)
    }

    async fn send(&self, _: &str, parcel: &Parcel) -> Result<u16, String> {
        self.got.lock().expect("free").push(parcel.clone());
        self.answer.lock().expect("free").clone()
    }
}

async fn key(desk: &Desk, scopes: &[Scope]) -> i64 {
    let new = NewKey {
        name: "示例系统".to_owned(),
        scopes: scopes.to_vec(),
        unit: UNIT.to_owned(),
        expires_on: Some(date(2027, 12, 31)),
    };
    api_keys::create(desk, &Actor::system("admin"), &new).await.expect("asked").expect("made").0
}

#[tokio::test]
async fn a_change_is_sent_until_it_is_received_and_its_receipt_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = desk(&folder, FIRST).await;
    let admin = Actor::system("admin");
    signing::generate(&desk, &admin, 1_000).await.expect("a key");
    let receiver = Receiver::new(Err("down".to_owned()));
    let key_id = key(&desk, &[Scope::Read, Scope::Follow]).await;
    let reporting = key(&desk, &[Scope::Report]).await;
    let set = async |key, address| set_hook(&desk, &admin, key, address, Some(&receiver)).await;
    let good = "https://receiver.example/changes";
    assert_eq!(set(reporting, good).await.expect_err("refused").code(), "hook.key-unfit");
    let refused = set(key_id, "https://elsewhere.example/").await.expect_err("refused");
    assert_eq!(refused.code(), "hook.host-not-allowed");
    let off = set_hook(&desk, &admin, key_id, good, None::<&Receiver>).await.expect_err("refused");
    assert_eq!(off.code(), "hook.host-not-allowed");
    set(key_id, good).await.expect("set");

    let id = follow(&desk, 1, date(2027, 9, 1)).await;
    let (subject, record) = penalty(&desk.at(date(2026, 9, 3)), 1, 2, "0.5").await;
    penalty(&desk.at(date(2026, 9, 3)), 1, 3, "0.5").await;
    let system = Actor::system("system");
    let third = desk.at(date(2026, 9, 4));
    let run = async |desk: &Desk| push(desk, &system, &receiver).await.expect("ran");
    let first = run(&third).await;
    assert_eq!((first.made, first.failed), (2, 1), "the other waits as well: {first:?}");
    let sent_first = receiver.take();
    assert_eq!(run(&third).await, Pushed::default(), "not before its time");

    // In the meantime it was taken down: what is sent the second time says so, under the same id.
    let taken =
        Withdraw { subject, record, decided: date(2026, 9, 4), reason: "示例撤销".to_owned() };
    withdraw(&third, &system, taken).await.expect("withdrawn");
    let fourth = desk.at(date(2026, 9, 5));
    receiver.answers(Ok(204));
    let second = run(&fourth).await;
    assert_eq!((second.made, second.delivered, second.failed), (1, 3, 0), "{second:?}");
    let signatures = receiver.signatures();
    let got = receiver.take();
    assert_eq!(got[0].0, sent_first[0].0, "the same id");
    let (was, is) = (&sent_first[0].1, &got[0].1);
    assert_eq!((&was["change"], &is["change"]), (&"appeared".into(), &"ended".into()));
    assert_eq!((&was["kind"], is.get("kind")), (&"administrative-penalty".into(), None));
    assert_eq!(is["code"], code(1));
    assert_eq!(got[2].1["change"], "ended");
    assert_eq!(run(&fourth).await, Pushed::default(), "nothing twice");
    let (list, counts) = sent(&desk, &clerk(), id).await.expect("read");
    assert_eq!(counts, [("delivered".to_owned(), 3)]);
    assert_eq!((list[2].tries, list[2].status, list[0].tries), (2, Some(204), 1));

    // Anybody who has the public key sees that it comes from the county.
    let keys = signing::list(&desk).await.expect("read");
    let card = signing::KeyCard::from(keys.first().expect("a key"));
    let signature = hex::decode(signatures.last().expect("one")).expect("hexadecimal");
    let at = got[2].1["time"].as_i64().expect("a time");
    assert_eq!(card.judge(&got[2].1, at, &signature), Ok(()));
    assert_eq!(crate::running::fsck(&desk).await.expect("checked").problems, []);
}

#[tokio::test]
async fn what_cannot_be_sent_is_given_up_and_who_does_not_follow_gets_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = desk(&folder, FIRST).await;
    let admin = Actor::system("admin");
    signing::generate(&desk, &admin, 1_000).await.expect("a key");
    let receiver = Receiver::new(Ok(400));
    let key_id = key(&desk, &[Scope::Follow]).await;
    let good = "https://receiver.example/changes";
    set_hook(&desk, &admin, key_id, good, Some(&receiver)).await.expect("set");
    let [lasting, short] =
        [follow(&desk, 1, date(2027, 9, 1)).await, follow(&desk, 2, date(2026, 9, 4)).await];
    let second = desk.at(date(2026, 9, 3));
    for (party, number) in [(1, 1), (2, 2)] {
        penalty(&second, party, number, "0.5").await;
    }
    let system = Actor::system("system");
    let run = async |day| push(&desk.at(day), &system, &receiver).await.expect("ran");
    let ran = run(date(2026, 9, 4)).await;
    assert_eq!((ran.made, ran.failed), (2, 2), "one that is not wanted holds no other up");
    receiver.take();
    let ran = run(date(2026, 9, 5)).await;
    assert_eq!((ran.failed, ran.over), (1, 1), "past its day nothing is sent: {ran:?}");
    assert_eq!(receiver.take().len(), 1);
    let ran = run(date(2026, 9, 8)).await;
    assert_eq!((ran.failed, ran.over), (0, 1), "given up: {ran:?}");
    let state = async |id| sent(&desk, &clerk(), id).await.expect("read").1;
    assert_eq!(state(lasting).await, [("given-up".to_owned(), 1)]);
    assert_eq!(state(short).await, [("stopped".to_owned(), 1)]);

    // A key that has ended gets nothing, and no address is set for it.
    penalty(&desk.at(date(2026, 9, 8)), 1, 5, "0.5").await;
    api_keys::end(&desk, &admin, key_id).await.expect("ended");
    assert_eq!(run(date(2026, 9, 9)).await, Pushed::default());
    assert!(receiver.take().is_empty());
    let refused = set_hook(&desk, &admin, key_id, good, Some(&receiver)).await;
    assert_eq!(refused.expect_err("refused").code(), "hook.key-unfit");
    assert_eq!(crate::running::fsck(&desk).await.expect("checked").problems, []);
}

#[tokio::test]
async fn what_waits_when_an_address_is_taken_away_goes_to_the_next_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = desk(&folder, FIRST).await;
    let admin = Actor::system("admin");
    signing::generate(&desk, &admin, 1_000).await.expect("a key");
    let receiver = Receiver::new(Err("down".to_owned()));
    let key_id = key(&desk, &[Scope::Follow]).await;
    let address = "https://receiver.example/changes";
    set_hook(&desk, &admin, key_id, address, Some(&receiver)).await.expect("set");
    let id = follow(&desk, 1, date(2027, 9, 1)).await;
    penalty(&desk.at(date(2026, 9, 3)), 1, 2, "0.5").await;
    let run = async |day| push(&desk.at(day), &admin, &receiver).await.expect("ran");
    let ran = run(date(2026, 9, 4)).await;
    assert_eq!((ran.made, ran.failed), (1, 1), "{ran:?}");
    remove_hook(&desk, &admin, key_id).await.expect("removed");
    receiver.take();
    assert_eq!(run(date(2026, 9, 5)).await, Pushed::default(), "it waits");
    assert!(receiver.take().is_empty());
    let counts = sent(&desk, &clerk(), id).await.expect("read").1;
    assert_eq!(counts, [("waiting".to_owned(), 1)]);
    set_hook(&desk, &admin, key_id, address, Some(&receiver)).await.expect("set");
    receiver.answers(Ok(204));
    let ran = run(date(2026, 9, 6)).await;
    assert_eq!((ran.made, ran.delivered, ran.over), (0, 1, 0), "{ran:?}");
    assert_eq!(crate::running::fsck(&desk).await.expect("checked").problems, []);
}

#[tokio::test]
async fn the_same_asked_twice_at_once_is_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = desk(&folder, FIRST).await;
    let (who, new) = (clerk(), wanted(1, date(2027, 9, 1)));
    let (first, second) = tokio::join!(enrol(&desk, &who, &new), enrol(&desk, &who, &new));
    let outcomes = [first.expect("asked"), second.expect("asked")];
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert_eq!(list(&desk, &who, 0).await.expect("read").0.len(), 1);
}
