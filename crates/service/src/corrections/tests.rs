//! A court lowers a fine, an organ takes its decision back, and everything that must not happen on the way.

use std::collections::BTreeMap;

use jiff::civil::date;
use xinyong_store::Correction;

use super::*;
use crate::access::{Actor, Role};
use crate::browse::public_record;
use crate::publicity::{Withdraw, withdraw};
use crate::testing::{UNIT, desk, penalty, person, refused, sound};
use crate::units::{Grounds, Reform, reform};

const FINE: &str = "罚款金额（万元）";

/// The code of a field of a penalty.
fn field(desk: &Desk, label: &str) -> String {
    let law = desk.law();
    let kind = law.kind(PENALTY).expect("a kind");
    let found = kind.fields.iter().find(|field| field.label == label);
    found.unwrap_or_else(|| panic!("no {label}")).code.clone()
}

fn command(desk: &Desk, (subject, record): (i64, i64), event: &str, fine: &str) -> Propose {
    Propose {
        subject,
        record,
        event: event.to_owned(),
        document: "示例行政判决书（2026）示行初1号".to_owned(),
        document_on: date(2026, 9, 8),
        known_on: date(2026, 9, 9),
        reason: "法院认为罚款数额明显不当".to_owned(),
        fields: BTreeMap::from([(field(desk, FINE), fine.to_owned())]),
        file: None,
    }
}

async fn kept(desk: &Desk, actor: &Actor, command: Propose) -> i64 {
    match propose(desk, actor, command).await.expect("entered") {
        Proposed::Kept(id) => id,
        Proposed::Invalid(findings) => panic!("{findings:?}"),
    }
}

/// Confirms what is shown now.
async fn confirm(desk: &Desk, actor: &Actor, id: i64) -> Result<i64, DeskError> {
    let seen = seen(desk, id).await;
    super::confirm(desk, actor, Confirm { id, seen, severity: None }).await
}

/// The version that whoever opens a correction now is shown.
async fn seen(desk: &Desk, id: i64) -> i64 {
    let row = desk.store().correction(id).await.expect("asked").expect("kept");
    standing(desk, row.subject_id, row.record_id).await.expect("there").version
}

#[tokio::test]
async fn a_court_lowers_a_fine_and_the_public_sees_only_what_holds() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 9, 10)).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let (clerk, reviewer) =
        (person("clerk", Role::Clerk, UNIT), person("reviewer", Role::Reviewer, UNIT));
    let fine = field(&desk, FINE);
    let asked = form(&desk, &clerk, place.0, place.1).await.expect("a form");
    assert!(asked.fields.iter().any(|open| open.code == fine && open.value.contains("0.2")));
    let named = |label: &str| asked.fields.iter().any(|open| open.label == label);
    assert!(!named("行政相对人名称") && !named("行政处罚决定书文号"));

    let id = kept(&desk, &clerk, command(&desk, place, "court-change", "0.1")).await;
    let shown = correction(&desk, &reviewer, id).await.expect("shown");
    assert_eq!(shown.line.due.as_ref().map(|due| due.value.date), Some(date(2026, 9, 14)));
    assert_eq!(shown.line.left, Some(2));
    assert_eq!((shown.changes.len(), shown.may_decide), (1, true));
    assert!(!correction(&desk, &clerk, id).await.expect("shown").may_decide);
    assert_eq!(waiting(&desk, &reviewer).await.expect("waiting").len(), 1);
    assert_eq!(waiting(&desk, &clerk).await.expect("waiting").len(), 0);
    let public = public_record(&desk, place.0, place.1).await.expect("public");
    assert_eq!(public.version, 1, "nothing changes before the second person");

    assert_eq!(confirm(&desk, &reviewer, id).await.expect("confirmed"), 2);
    let public = public_record(&desk, place.0, place.1).await.expect("public");
    let value = |code: &str| {
        public.fields.iter().find(|field| field.code == code).map(|field| field.value.clone())
    };
    assert!(value(&fine).is_some_and(|fine| fine.contains("0.1")), "{:?}", value(&fine));
    let told = public_corrections(&desk, place.0, place.1).await.expect("told");
    assert_eq!(told[0].event, "人民法院变更决定");
    assert!(told[0].reason.contains("示行初1号"));
    let versions = desk.store().record_versions(place.0, place.1).await.expect("versions");
    let second = versions.last().expect("a version");
    assert_eq!((second.actor.as_str(), second.second.as_deref()), ("clerk", Some("reviewer")));
    assert!(versions[0].content.contains("0.2"), "the old one is kept");
    let shown = correction(&desk, &reviewer, id).await.expect("shown");
    assert!(shown.changes[0].before.contains("0.2") && shown.changes[0].after == "0.1");
    assert_eq!(refused(confirm(&desk, &reviewer, id)).await, "correction.decided");

    // The unit hands in its old file again: what the court changed stays. A file that says something new is a correction.
    penalty(&desk, 1, 11, "0.2").await;
    let public = public_record(&desk, place.0, place.1).await.expect("public");
    assert_eq!(public.version, 2, "an old file undoes nothing");
    penalty(&desk, 1, 11, "0.05").await;
    let public = public_record(&desk, place.0, place.1).await.expect("public");
    assert_eq!(public.version, 3);
    sound(&desk).await;
}

#[tokio::test]
async fn a_fine_that_a_court_makes_a_warning_is_not_public_by_the_severity_of_the_fine() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 9, 10)).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let (clerk, reviewer) =
        (person("clerk", Role::Clerk, UNIT), person("reviewer", Role::Reviewer, UNIT));
    assert!(public_record(&desk, place.0, place.1).await.is_ok());
    let fields = [("处罚类别", "警告"), ("处罚内容", "警告"), (FINE, "")]
        .map(|(label, value)| (field(&desk, label), value.to_owned()));
    let warning =
        Propose { fields: BTreeMap::from(fields), ..command(&desk, place, "court-change", "") };
    let id = kept(&desk, &clerk, warning).await;
    confirm(&desk, &reviewer, id).await.expect("confirmed");
    let public = public_record(&desk, place.0, place.1).await;
    assert!(matches!(public, Err(DeskError::NotFound(_))), "{public:?}");
    sound(&desk).await;
}

#[tokio::test]
async fn a_revocation_takes_it_down_with_the_reason_and_a_wrong_day_moves_what_is_counted() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 9, 10)).await;
    let (clerk, reviewer) =
        (person("clerk", Role::Clerk, UNIT), person("reviewer", Role::Reviewer, UNIT));
    let place = penalty(&desk, 1, 11, "0.2").await;
    let id = kept(&desk, &clerk, command(&desk, place, "own-revocation", "")).await;
    confirm(&desk, &reviewer, id).await.expect("confirmed");
    assert_eq!(refused(public_record(&desk, place.0, place.1)).await, "not-found");
    let held = desk.store().record(place.0, place.1).await.expect("asked").expect("kept");
    assert_eq!(held.withdrawn_on, Some(date(2026, 9, 10)));
    assert_eq!(
        refused(propose(&desk, &clerk, command(&desk, place, "own-change", "0.1"))).await,
        "correction.withdrawn"
    );

    let place = penalty(&desk, 2, 12, "0.2").await;
    let mut wrong_day = command(&desk, place, "own-correction", "0.2");
    wrong_day.fields.insert(field(&desk, "处罚决定日期"), "2026-09-02".to_owned());
    let id = kept(&desk, &clerk, wrong_day).await;
    confirm(&desk, &reviewer, id).await.expect("confirmed");
    let public = public_record(&desk, place.0, place.1).await.expect("public");
    assert_eq!(public.decided, date(2026, 9, 2));
    sound(&desk).await;
}

#[tokio::test]
async fn what_could_not_be_reported_cannot_be_corrected_into_the_register() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 9, 10)).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let clerk = person("clerk", Role::Clerk, UNIT);
    let base = command(&desk, place, "court-change", "0.1");
    let with = |change: &dyn Fn(&mut Propose)| {
        let mut command = base.clone();
        change(&mut command);
        propose(&desk, &clerk, command)
    };
    let code = async |change: &dyn Fn(&mut Propose)| refused(with(change)).await;
    assert_eq!(code(&|bad| bad.event = "other".to_owned()).await, "correction.event-unknown");
    assert_eq!(code(&|bad| bad.reason.clear()).await, "withdraw.reason-missing");
    assert_eq!(code(&|bad| bad.document = " ".to_owned()).await, "withdraw.document-missing");
    assert_eq!(code(&|bad| bad.document_on = date(2026, 8, 31)).await, "correction.document-day");
    assert_eq!(code(&|bad| bad.known_on = date(2026, 9, 11)).await, "correction.known-day");
    assert_eq!(code(&|bad| bad.known_on = date(2026, 9, 7)).await, "correction.known-day");
    assert_eq!(code(&|bad| bad.record += 1).await, "not-found");
    assert_eq!(code(&|bad| bad.fields.clear()).await, "correction.nothing-changed");
    let number = field(&desk, "行政处罚决定书文号");
    let other = |bad: &mut Propose| {
        bad.fields.insert(number.clone(), "平示罚〔2026〕99号".to_owned());
    };
    assert_eq!(code(&other).await, "correction.field-closed");
    let fine = field(&desk, FINE);
    for value in ["很少", ""] {
        let bad = |bad: &mut Propose| {
            bad.fields.insert(fine.clone(), value.to_owned());
        };
        match with(&bad).await.expect("looked at") {
            Proposed::Invalid(findings) => {
                assert!(findings.iter().any(|finding| finding.field == fine), "{findings:?}");
            }
            Proposed::Kept(_) => panic!("{value} was kept"),
        }
    }
    assert!(desk.store().open_corrections(None, "", 10).await.expect("listed").is_empty());
}

#[tokio::test]
async fn two_persons_of_the_unit_and_nobody_else() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 9, 10)).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let (clerk, reviewer) =
        (person("clerk", Role::Clerk, UNIT), person("reviewer", Role::Reviewer, UNIT));
    let stranger = person("stranger", Role::Reviewer, "health");
    let entered = command(&desk, place, "court-change", "0.1");
    assert_eq!(refused(propose(&desk, &stranger, entered.clone())).await, "access.denied");
    let id = kept(&desk, &reviewer, entered.clone()).await;
    assert_eq!(refused(propose(&desk, &clerk, entered.clone())).await, "correction.open");
    assert_eq!(refused(confirm(&desk, &reviewer, id)).await, "correction.same-person");
    assert_eq!(refused(confirm(&desk, &clerk, id)).await, "access.denied");
    assert_eq!(refused(confirm(&desk, &stranger, id)).await, "access.denied");
    assert_eq!(refused(correction(&desk, &stranger, id)).await, "access.denied");
    assert_eq!(refused(decline(&desk, &clerk, id, "不对")).await, "access.denied");
    assert_eq!(refused(decline(&desk, &reviewer, id, " ")).await, "correction.reason-missing");
    decline(&desk, &reviewer, id, "登记错了").await.expect("taken back");
    assert_eq!(refused(decline(&desk, &reviewer, id, "再退")).await, "correction.decided");

    // It is taken down while another one waits: nothing is left to change.
    let id = kept(&desk, &clerk, entered.clone()).await;
    let down = Withdraw {
        subject: place.0,
        record: place.1,
        decided: date(2026, 9, 9),
        reason: "示例撤销（依据：示例）".to_owned(),
    };
    withdraw(&desk, &reviewer, down).await.expect("down");
    assert_eq!(refused(confirm(&desk, &reviewer, id)).await, "correction.withdrawn");
    decline(&desk, &reviewer, id, "已撤下").await.expect("declined");

    // The unit goes into another one: whoever took over decides.
    let place = penalty(&desk, 2, 12, "0.2").await;
    let id = kept(&desk, &clerk, command(&desk, place, "court-change", "0.1")).await;
    let grounds = Grounds {
        on: date(2026, 9, 10),
        reason: "示例改革".to_owned(),
        document: "示例编〔2026〕1号".to_owned(),
    };
    let heirs = vec!["health".to_owned()];
    let system = Actor::system("test");
    reform(&desk, &system, UNIT, (Reform::Merge, &heirs), &grounds).await.expect("reformed");
    confirm(&desk, &stranger, id).await.expect("by the heir");
    sound(&desk).await;
}

#[tokio::test]
async fn nobody_confirms_over_a_version_they_did_not_see() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 9, 10)).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let (clerk, reviewer) =
        (person("clerk", Role::Clerk, UNIT), person("reviewer", Role::Reviewer, UNIT));
    let id = kept(&desk, &clerk, command(&desk, place, "court-change", "0.1")).await;
    let opened = correction(&desk, &reviewer, id).await.expect("shown");
    assert!(!opened.moved);
    let seen = opened.line.record.version;
    // While the page lies open, the unit's next file says something else.
    penalty(&desk, 1, 11, "0.3").await;
    let stale = super::confirm(&desk, &reviewer, Confirm { id, seen, severity: None });
    assert_eq!(refused(stale).await, "correction.moved");
    let public = public_record(&desk, place.0, place.1).await.expect("public");
    assert_eq!(public.version, 2, "nothing was written");
    let opened = correction(&desk, &reviewer, id).await.expect("shown");
    assert!(opened.moved && opened.changes[0].before.contains("0.3"), "{opened:?}");
    let seen = opened.line.record.version;
    let fresh = super::confirm(&desk, &reviewer, Confirm { id, seen, severity: None });
    assert_eq!(fresh.await.expect("confirmed"), 3);

    // What takes a record down is no different.
    let id = kept(&desk, &clerk, command(&desk, place, "own-revocation", "")).await;
    let stale = super::confirm(&desk, &reviewer, Confirm { id, seen, severity: None });
    assert_eq!(refused(stale).await, "correction.moved");
    sound(&desk).await;
}

#[tokio::test]
async fn who_confirms_a_lower_fine_may_judge_the_severity_anew() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 9, 10)).await;
    let (clerk, reviewer) =
        (person("clerk", Role::Clerk, UNIT), person("reviewer", Role::Reviewer, UNIT));
    let anew = |class: &str, reason: &str, source: &str| {
        Some(NewSeverity {
            class: class.to_owned(),
            reason: reason.to_owned(),
            source: source.to_owned(),
        })
    };
    let place = penalty(&desk, 1, 11, "0.2").await;
    let id = kept(&desk, &clerk, command(&desk, place, "court-change", "0.1")).await;
    let shown = correction(&desk, &reviewer, id).await.expect("shown");
    assert_eq!(shown.severity.as_deref(), Some("一般"), "it was set for the higher fine");
    let seen = shown.line.record.version;
    let with = async |severity| {
        refused(super::confirm(&desk, &reviewer, Confirm { id, seen, severity })).await
    };
    assert_eq!(with(anew("mild", "a", "b")).await, "correction.severity-unknown");
    assert_eq!(with(anew("minor", " ", "b")).await, "correction.severity-reason-missing");
    assert_eq!(with(anew("minor", "a", " ")).await, "correction.severity-source-missing");
    let severity = anew("minor", "判决认定情节轻微", "判决书第3页");
    let command_ = Confirm { id, seen, severity };
    super::confirm(&desk, &reviewer, command_).await.expect("confirmed");
    let held = standing(&desk, place.0, place.1).await.expect("there");
    let platform = crate::browse::platform_of(&held).expect("read");
    assert_eq!(platform.severity, "minor");
    assert_eq!(
        (platform.severity_reason.as_str(), platform.severity_source.as_str()),
        ("判决认定情节轻微", "判决书第3页")
    );
    assert!(public_record(&desk, place.0, place.1).await.is_err(), "a minor one is not public");
    let log = crate::browse::audit_page(
        &desk,
        &Actor::system("test"),
        &crate::browse::AuditQuery::default(),
    )
    .await
    .expect("the log");
    assert!(format!("{log:?}").contains("severity:minor"), "{log:?}");

    // Another kind of penalty has none unless somebody judges; what leaves kinds and amounts as they are opens nothing.
    let place = penalty(&desk, 2, 12, "0.2").await;
    let fields = [("处罚类别", "警告"), ("处罚内容", "警告"), (FINE, "")]
        .map(|(label, value)| (field(&desk, label), value.to_owned()));
    let warning =
        Propose { fields: BTreeMap::from(fields), ..command(&desk, place, "court-change", "") };
    let id = kept(&desk, &clerk, warning).await;
    let shown = correction(&desk, &reviewer, id).await.expect("shown");
    assert_eq!(shown.severity.as_deref(), Some(""));

    let place = penalty(&desk, 3, 13, "0.2").await;
    let mut day = command(&desk, place, "own-correction", "0.2");
    day.fields.insert(field(&desk, "处罚决定日期"), "2026-09-02".to_owned());
    let id = kept(&desk, &clerk, day).await;
    let shown = correction(&desk, &reviewer, id).await.expect("shown");
    assert_eq!(shown.severity, None);
    let (seen, severity) = (shown.line.record.version, anew("minor", "a", "b"));
    let closed = super::confirm(&desk, &reviewer, Confirm { id, seen, severity });
    assert_eq!(refused(closed).await, "correction.severity-closed");
    let id = {
        let place = penalty(&desk, 4, 14, "0.2").await;
        kept(&desk, &clerk, command(&desk, place, "own-revocation", "")).await
    };
    let (seen, severity) = (1, anew("minor", "a", "b"));
    let closed = super::confirm(&desk, &reviewer, Confirm { id, seen, severity });
    assert_eq!(refused(closed).await, "correction.severity-closed");
    sound(&desk).await;
}

#[tokio::test]
async fn the_scan_of_what_is_refused_is_not_kept() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 9, 10)).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let clerk = person("clerk", Role::Clerk, UNIT);
    let scan = |name: &str| {
        let path = desk.scratch().join(name);
        std::fs::write(&path, format!("%PDF-{name}")).expect("a file");
        Some((path, "判决书.pdf".to_owned()))
    };
    let with =
        |name: &str| Propose { file: scan(name), ..command(&desk, place, "court-change", "0.1") };
    let kept = async |name: &str| {
        let digest = xinyong_store::sm3_hex(format!("%PDF-{name}").as_bytes());
        desk.store().read_upload(&digest).await.expect("asked").is_some()
    };
    propose(&desk, &clerk, with("first")).await.expect("entered");
    assert!(kept("first").await);
    assert_eq!(refused(propose(&desk, &clerk, with("second"))).await, "correction.open");
    assert!(!kept("second").await, "what is refused leaves nothing behind");
}

#[tokio::test]
async fn what_other_units_enter_hides_nothing_of_ones_own() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 9, 10)).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let (clerk, reviewer) =
        (person("clerk", Role::Clerk, UNIT), person("reviewer", Role::Reviewer, UNIT));
    let id = kept(&desk, &clerk, command(&desk, place, "court-change", "0.1")).await;
    let held = desk.store().correction(id).await.expect("asked").expect("kept");
    // Known before, of another unit, and more than anybody looks through.
    let mut tx = desk.store().transaction("test").await.expect("begun");
    for number in 1..=2_001 {
        let other = Correction {
            id: number,
            record_id: -number,
            unit_id: "health".to_owned(),
            known_on: date(2026, 9, 8),
            file_name: None,
            ..held.clone()
        };
        tx.add_correction(&other).await.expect("kept");
    }
    // And of the same unit and the same reviewer, which wait for others.
    for number in 3_001..=3_101 {
        let own = Correction {
            id: number,
            record_id: -number,
            known_on: date(2026, 9, 8),
            proposed_by: reviewer.login.clone(),
            ..held.clone()
        };
        tx.add_correction(&own).await.expect("kept");
    }
    tx.commit().await.expect("committed");
    let waits = waiting(&desk, &reviewer).await.expect("waiting");
    assert_eq!(waits.iter().map(|line| line.id).collect::<Vec<_>>(), [id]);
}
