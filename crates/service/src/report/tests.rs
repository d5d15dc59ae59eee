//! The editions of the report: what each shows to whom, what is given again, what a number tells. All parties are invented.

use std::io::Write as _;
use std::sync::Arc;

use jiff::civil::{Date, date};
use serde_json::Value;
use xinyong_store::ReportTerms;

use super::certificate::certificate_report;
use super::proofs::check;
use super::*;
use crate::access::{Actor, Role};
use crate::agents::tests::confirmed;
use crate::desk::Desk;
use crate::press::{Paper, Press};
use crate::publication_log::sign_head;
use crate::publicity::{Withdraw, withdraw};
use crate::refusal::DeskError;
use crate::reporting::{Declare, Month, declare};
use crate::signing::{DAYS, KeyCard, generate, list};
use crate::testing::{UNIT, code, company, desk, penalty, person};
use crate::units::{Grounds, Reform, reform};

const TODAY: Date = date(2026, 11, 25);

/// Sets a paper as a file that has what verifying asks for, and its data in the clear.
#[derive(Debug)]
struct Plain;

impl Press for Plain {
    fn set(&self, paper: Paper) -> Result<Vec<u8>, String> {
        let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        for (_, file) in &paper.files {
            packed.write_all(file).map_err(|error| error.to_string())?;
        }
        let packed = packed.finish().map_err(|error| error.to_string())?;
        let seal = paper.data["seal"].as_str().unwrap_or_default().to_owned();
        let mut data = paper.data.clone();
        data["seal"] = Value::Null;
        let mut file =
            format!("%PDF {seal} {data}\n<< /Type /EmbeddedFile >>\nstream\n").into_bytes();
        file.extend(packed);
        file.extend(b"\nendstream");
        Ok(file)
    }
}

async fn furnished(folder: &tempfile::TempDir) -> Desk {
    let desk = desk(folder, TODAY).await.with_press(Arc::new(Plain));
    generate(&desk, &system(), DAYS).await.expect("a key");
    desk
}

fn system() -> Actor {
    Actor::system("test")
}

fn text(issued: &Issued) -> String {
    String::from_utf8_lossy(&issued.pdf).into_owned()
}

async fn keys(desk: &Desk) -> Vec<KeyCard> {
    list(desk).await.expect("keys").iter().map(KeyCard::from).collect()
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, DeskError>) -> String {
    outcome.expect_err("refused").code().to_owned()
}

async fn take_down(desk: &Desk, (subject, record): (i64, i64)) {
    let reason = Withdraw::reason_of("原决定撤销", "示例复议决定书").expect("a reason");
    let command = Withdraw { subject, record, decided: TODAY, reason };
    withdraw(desk, &system(), command).await.expect("withdrawn");
}

#[tokio::test]
async fn public_records_carry_their_proofs_and_the_same_day_is_the_same_file() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = furnished(&folder).await;
    penalty(&desk, 0, 1, "1").await;
    let give = async || public(&desk, &system(), &code(0), "").await.expect("issued");
    let before = give().await;
    assert_eq!(give().await, before);
    let log = verify(&before.pdf, &keys(&desk).await).expect("genuine").log.expect("a log");
    assert_eq!((log.proven, log.missing), (0, 1), "nothing is signed yet");
    assert!(text(&before).contains("还没有签名的树头"));

    sign_head(&desk, &system(), true).await.expect("signed");
    let proven = give().await;
    assert_ne!(proven.number, before.number, "now it can be proven");
    let log = verify(&proven.pdf, &keys(&desk).await).expect("genuine").log.expect("a log");
    assert_eq!((log.proven, log.missing, log.size), (1, 0, 1));
    // The tree grows; the report of this day keeps the head it was issued with.
    penalty(&desk, 1, 2, "1").await;
    sign_head(&desk, &system(), true).await.expect("signed");
    assert_eq!(give().await, proven);
    // Another fact is another report.
    penalty(&desk, 0, 3, "2").await;
    sign_head(&desk, &system(), true).await.expect("signed");
    let other = give().await;
    assert_ne!(other.number, proven.number);
    let log = verify(&other.pdf, &keys(&desk).await).expect("genuine").log.expect("a log");
    assert_eq!((log.proven, log.size), (2, 3));
    let look = standing(&desk, proven.number.as_str()).await.expect("known");
    assert!(!look.still && look.about.is_some_and(|about| about.name == company(0)));
    assert!(standing(&desk, other.number.as_str()).await.expect("known").still);
}

#[tokio::test]
async fn a_proof_holds_for_what_was_published_and_nothing_else() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = furnished(&folder).await;
    penalty(&desk, 0, 1, "1").await;
    sign_head(&desk, &system(), true).await.expect("signed");
    let made = public_report(&desk, &code(0)).await.expect("made");
    let head = crate::publication_log::head(&desk).await.expect("a head");
    let log = proofs::prove(&desk, &made, Some(head)).await.expect("proven");
    let content = serde_json::to_value(Content { log, ..made.content }).expect("json");
    let keys = keys(&desk).await;
    assert_eq!(check(&content, &keys).expect("holds").expect("a log").proven, 1);
    let unknown = check(&content, &[]).expect("not judged").expect("a log");
    assert!(unknown.proven == 0 && !unknown.key_unknown.is_empty());

    let said = |change: &dyn Fn(&mut Value)| {
        let mut content = content.clone();
        change(&mut content);
        check(&content, &keys).expect_err("refused").code
    };
    let proof = "/log/proofs/0/proof";
    for (place, value) in [
        ("/place", Value::from(1)),
        ("/salt", Value::from("00".repeat(32))),
        ("/path", Value::from(vec!["00".repeat(32)])),
        ("/statement/record", Value::from("7")),
        ("/statement/content/CF_NR_WFSS", Value::from("别的")),
    ] {
        let forged = said(&|content: &mut Value| {
            let place = format!("{proof}{place}");
            match content.pointer_mut(&place) {
                Some(found) => *found = value.clone(),
                None => {
                    content["log"]["proofs"][0]["proof"]["statement"]["content"]["X"] =
                        value.clone()
                }
            }
        });
        assert_eq!(forged, "report.log-wrong", "{place}");
    }
    for part in ["root", "size", "time", "log", "key"] {
        let forged = |content: &mut Value| {
            let found = &mut content["log"]["head"]["head"][part];
            *found = match found {
                Value::String(_) if part != "key" => "00".repeat(32).into(),
                Value::String(_) => found.clone(),
                _ => 2.into(),
            };
            if part == "key" {
                content["log"]["head"]["signature"] = "00".into();
            }
        };
        assert_eq!(said(&forged), "report.log-wrong", "{part}");
    }
    let moved = said(&|content| content["log"]["proofs"][0]["entry"] = vec![0, 0, 0].into());
    assert_eq!(moved, "report.log-differs");
    let entry = content["log"]["proofs"][0]["entry"].clone();
    let at = format!("/sections/{}/groups/{}/entries/{}/lines", entry[0], entry[1], entry[2]);
    let lines = content.pointer(&at).and_then(Value::as_array).expect("lines").len();
    let published = content.pointer(&format!("{proof}/statement/content")).expect("content");
    let published: Vec<String> = published
        .as_object()
        .expect("fields")
        .values()
        .map(|one| one.as_str().unwrap_or_default().to_owned())
        .collect();
    for line in 0..lines {
        let value = format!("{at}/{line}/value");
        let was = content.pointer(&value).and_then(Value::as_str).expect("a value");
        let twice = published.iter().filter(|one| *one == was).count();
        if twice != 1 {
            continue;
        }
        let changed = said(&|content: &mut Value| {
            *content.pointer_mut(&value).expect("there") = "改过的内容".into();
        });
        assert_eq!(changed, "report.log-differs", "{was}");
    }
    let headless = said(&|content| {
        content["log"].as_object_mut().expect("a log").remove("head");
    });
    assert_eq!(headless, "report.log-wrong");
}

#[tokio::test]
async fn the_subject_sees_what_it_alone_may_and_who_looked() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = furnished(&folder).await;
    let (kept, gone) = (penalty(&desk, 0, 1, "1").await, penalty(&desk, 0, 2, "1").await);
    take_down(&desk, gone).await;
    let agent = confirmed(&desk, 0, 0).await;
    let first = own(&desk, &agent, "").await.expect("issued");
    let says = text(&first);
    for word in
        ["主体版", "〔2026〕1号", "〔2026〕2号", "未公示：已撤下公示", "谁查询过", "没有登记过"]
    {
        assert!(says.contains(word), "{word}: {says}");
    }
    assert!(!says.contains("严重失信主体\""), "{says}");
    assert!(says.contains("第2版") && says.contains("第1版"));
    assert_eq!(own(&desk, &agent, "").await.expect("issued"), first);
    let open = public(&desk, &system(), &code(0), "").await.expect("issued");
    assert!(!text(&open).contains("〔2026〕2号") && !text(&open).contains("谁查询过"));

    // A unit looks, and the subject sees that it did; the person is not named.
    let clerk = person("clerk-7", Role::Clerk, UNIT);
    let asked = ForPurpose {
        code: code(0),
        purpose: "procurement".to_owned(),
        basis: "示例采购项目2026-7号，《政府采购法》第二十二条".to_owned(),
    };
    let given = department(&desk, &clerk, &asked, "").await.expect("asked").expect("issued");
    let says = text(&given);
    for word in ["单位版", "政府采购", "示例采购项目2026-7号", "〔2026〕1号", "公示中"]
    {
        assert!(says.contains(word), "{word}: {says}");
    }
    assert!(!says.contains("〔2026〕2号"), "what was taken down is no ground for anybody");
    let again = department(&desk, &clerk, &asked, "").await.expect("asked").expect("issued");
    assert_eq!(again, given);
    let other = ForPurpose { purpose: "honour".to_owned(), ..asked.clone() };
    let other = department(&desk, &clerk, &other, "").await.expect("asked").expect("issued");
    assert_ne!(other.number, given.number, "another purpose is another report");
    let looks = looks_at(&desk, agent.subject.id).await.expect("looks");
    assert_eq!(looks.len(), 2);
    assert!(looks.iter().any(|look| look.purpose == "政府采购" && look.unit.contains("市场监督")));
    let says = text(&own(&desk, &agent, "").await.expect("issued"));
    assert!(says.contains("取得信用报告") && !says.contains("clerk-7"), "{says}");
    // That somebody looked supersedes nothing; a number that is not for everybody says no more than that.
    for number in [&first.number, &given.number] {
        let look = standing(&desk, number.as_str()).await.expect("known");
        assert_eq!((look.still, look.about), (true, None));
    }
    take_down(&desk, kept).await;
    for number in [&first.number, &given.number] {
        let look = standing(&desk, number.as_str()).await.expect("known");
        assert_eq!((look.still, look.about), (false, None));
    }
    // Every look stands in the log with its purpose and basis.
    let query = crate::browse::AuditQuery::default();
    let page = crate::browse::audit_export(&desk, &system(), &query).await;
    let lines = format!("{:?}", page.expect("lines"));
    for word in ["report.issued", "report.given-again", "procurement", "示例采购项目2026-7号"]
    {
        assert!(lines.contains(word), "{word}: {lines}");
    }
    crate::agents::leave(&desk, &agent).await.expect("left");
    assert_eq!(refusal(own(&desk, &agent, "").await), "not-found", "the mandate has ended");
}

#[tokio::test]
async fn a_unit_says_for_what_and_on_what_basis() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = furnished(&folder).await;
    let clerk = person("clerk", Role::Clerk, UNIT);
    let asked = |purpose: &str, basis: &str| ForPurpose {
        code: code(0),
        purpose: purpose.to_owned(),
        basis: basis.to_owned(),
    };
    for (purpose, basis, wrong) in [
        ("", "", &["report.purpose-missing", "report.basis-missing"][..]),
        ("curiosity", "示例事项", &["report.purpose-missing"]),
        ("approval", "好", &["report.basis-missing"]),
        ("approval", "申请人13800000000", &["report.basis-personal"]),
    ] {
        let outcome = department(&desk, &clerk, &asked(purpose, basis), "").await.expect("asked");
        let said: Vec<_> = outcome.expect_err("refused").iter().map(|one| one.code).collect();
        assert_eq!(said, wrong, "{purpose} {basis}");
    }
    let good = asked("approval", "示例许可事项，《示例条例》第三条");
    for role in [Role::Auditor, Role::Administrator, Role::Machine, Role::Agent] {
        let outcome = department(&desk, &person("x", role, UNIT), &good, "").await;
        assert_eq!(refusal(outcome.map(drop)), "access.denied", "{role:?}");
    }
    assert_eq!(refusal(department(&desk, &system(), &good, "").await.map(drop)), "report.no-unit");
    assert_eq!(looks_at(&desk, 1).await.expect("looks"), []);
    assert!(department(&desk, &clerk, &good, "").await.expect("asked").is_ok());
}

#[tokio::test]
async fn a_certificate_is_clean_or_there_is_none() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = furnished(&folder).await;
    let agent = confirmed(&desk, 0, 0).await;
    let span = Certificate { from: date(2026, 1, 1), until: TODAY };
    let ask = async |span| certificate(&desk, &agent, span, "").await;
    assert_eq!(refusal(ask(span).await), "report.nothing-covered");
    for (from, until) in [(TODAY, date(2026, 1, 1)), (TODAY, date(2026, 11, 26))] {
        assert_eq!(refusal(ask(Certificate { from, until }).await), "report.span-invalid");
    }
    let other = penalty(&desk, 1, 1, "1").await;
    let CertificateOutcome::Issued(clean) = ask(span).await.expect("asked") else {
        panic!("nothing stands in the way")
    };
    let says = text(&clean);
    for word in
        ["无违法违规证明", "未发现", "2026-01-01至2026-11-25", "平陆县市场监督管理局", "从未报送"]
    {
        assert!(says.contains(word), "{word}: {says}");
    }
    let verified = verify(&clean.pdf, &keys(&desk).await).expect("genuine");
    assert_eq!((verified.number, verified.log), (clean.number.clone(), None));
    let number = clean.number.as_str();
    let look = standing(&desk, number).await.expect("known");
    assert_eq!((look.still, look.about), (true, None));
    // Another unit reports about somebody else: nothing is superseded by that.
    penalty(&desk, 2, 2, "1").await;
    assert!(standing(&desk, number).await.expect("known").still);

    // Something comes to light in the span: no certificate, with the reason, and the old one stands no more.
    let mine = penalty(&desk, 0, 3, "1").await;
    let CertificateOutcome::InTheWay(found) = ask(span).await.expect("asked") else {
        panic!("never a false clean")
    };
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].record, found[0].why.as_str()), (mine.1, "依法公示中"));
    assert!(found[0].number.contains("〔2026〕3号"), "{found:?}");
    assert!(!standing(&desk, number).await.expect("known").still);
    // Nobody reported anything about the time before: that is no clean record either.
    let earlier = Certificate { from: date(2026, 1, 1), until: date(2026, 8, 31) };
    assert_eq!(refusal(ask(earlier).await), "report.nothing-covered");
    // Taken down it does not count, and what was certified is so again.
    take_down(&desk, mine).await;
    assert!(matches!(ask(span).await.expect("asked"), CertificateOutcome::Issued(_)));
    assert!(standing(&desk, number).await.expect("known").still);
    // The office makes it on an application, for whom something stands in the way as little.
    let office = person("office", Role::CreditOffice, "credit-office");
    let asked = |party: usize, basis: &str| CertificateAsked {
        code: code(party),
        span,
        basis: basis.to_owned(),
    };
    let made = certificate_for(&desk, &office, &asked(3, "示例书面申请2026年第7号"), "").await;
    assert!(matches!(made.expect("asked"), CertificateOutcome::Issued(_)));
    let made = certificate_for(&desk, &office, &asked(1, "示例书面申请2026年第8号"), "").await;
    let CertificateOutcome::InTheWay(found) = made.expect("asked") else { panic!("one stands") };
    assert_eq!((found[0].subject, found[0].record), other);
    let bare = certificate_for(&desk, &office, &asked(3, ""), "").await;
    assert_eq!(refusal(bare.map(drop)), "report.basis-missing");
    let clerk = person("clerk", Role::Clerk, UNIT);
    let denied = certificate_for(&desk, &clerk, &asked(3, "示例书面申请"), "").await;
    assert_eq!(refusal(denied.map(drop)), "access.denied");

    // What its days are over for does not count either.
    let later = desk.at(date(2032, 1, 1));
    generate(&later, &system(), DAYS).await.expect("the first key has run out");
    let agent = crate::agents::stand(&later, &agent.actor, &code(0)).await.expect("stands");
    let outcome = certificate(&later, &agent, span, "").await;
    assert!(matches!(outcome.expect("asked"), CertificateOutcome::Issued(_)));
}

/// What a certificate about a span says of the penalties of a unit: in the list of what it covers, and in that of what it does not.
async fn said_of(desk: &Desk, unit: &str, span: (Date, Date)) -> [Option<Vec<String>>; 2] {
    let terms = ReportTerms { span: Some(span), ..ReportTerms::default() };
    let made = certificate_report(desk, &code(5), &terms).await.expect("asked").expect("clean");
    let law = desk.law();
    let kind = law.kind("administrative-penalty").expect("a kind").name.clone();
    let unit = desk.unit(unit).await.expect("a unit").name;
    let row = |section: &Section| {
        let mut rows = section.grid.iter().flat_map(|grid| &grid.rows);
        rows.find(|row| row[0] == unit && row[1] == kind).map(|row| row[2..].to_vec())
    };
    [row(&made.content.sections[0]), row(&made.content.sections[1])]
}

fn words(words: &[&str]) -> Option<Vec<String>> {
    Some(words.iter().map(|word| (*word).to_owned()).collect())
}

/// A unit signs that it decided no penalty in a month.
async fn sign_none(desk: &Desk, unit: &str, month: &str) {
    let command = Declare {
        unit: unit.to_owned(),
        kind: "administrative-penalty".to_owned(),
        month: Month::parse(month).expect("a month"),
        records: 0,
        note: String::new(),
    };
    declare(desk, &person("reviewer", Role::Reviewer, unit), command).await.expect("declared");
}

#[tokio::test]
async fn nothing_signed_after_a_span_counts_for_it_and_no_day_to_come_is_covered() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = furnished(&folder).await;
    let unit = "health";
    sign_none(&desk, unit, "2026-10").await;
    // Of a year for which it signed nothing, October of the next one says nothing.
    let before = (date(2025, 1, 1), date(2025, 12, 31));
    let terms = ReportTerms { span: Some(before), ..ReportTerms::default() };
    let outcome = certificate_report(&desk, &code(5), &terms).await;
    assert_eq!(refusal(outcome), "report.nothing-covered");
    penalty(&desk, 1, 1, "1").await;
    let autumn = (date(2026, 9, 1), date(2026, 9, 30));
    assert_eq!(said_of(&desk, unit, autumn).await, [None, words(&["从未报送"])]);

    // The running month, signed before it is over: to today, and in a span that ends before to the end of the span.
    sign_none(&desk, unit, "2026-11").await;
    for (until, reaches) in [
        (TODAY, "2026-11-25"),
        (date(2026, 11, 20), "2026-11-20"),
        (date(2026, 10, 31), "2026-10-31"),
        (date(2026, 10, 15), "2026-10-15"),
    ] {
        let says = said_of(&desk, unit, (date(2026, 1, 1), until)).await;
        assert_eq!(says, [words(&["申报无决定", reaches]), None], "{until}");
    }
    let later = desk.at(date(2026, 12, 10));
    let says = said_of(&later, unit, (date(2026, 1, 1), date(2026, 12, 10))).await;
    assert_eq!(says, [words(&["申报无决定", "2026-11-30"]), None], "the month is over");
}

#[tokio::test]
async fn a_unit_that_has_ended_since_is_named_for_the_time_when_it_was_there() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = furnished(&folder).await;
    penalty(&desk, 1, 1, "1").await;
    let silent = "transport";
    let autumn = (date(2026, 9, 1), date(2026, 11, 24));
    let was = [said_of(&desk, UNIT, autumn).await, said_of(&desk, silent, autumn).await];
    assert_eq!(was[0], [words(&["2026-09-01", "2026-11-25"]), None]);
    assert_eq!(was[1], [None, words(&["从未报送"])]);
    let grounds = Grounds {
        on: TODAY,
        reason: "示例改革".to_owned(),
        document: "示例编〔2026〕1号".to_owned(),
    };
    let heirs = ["development-reform".to_owned()];
    for unit in [UNIT, silent] {
        let how = (Reform::Merge, &heirs[..]);
        reform(&desk, &system(), unit, how, &grounds).await.expect("reformed");
    }
    let is = [said_of(&desk, UNIT, autumn).await, said_of(&desk, silent, autumn).await];
    assert_eq!(is, was, "what it was is not changed by what came after");

    // Of a time when others report in its place it is not named.
    let later = desk.at(date(2026, 12, 10));
    sign_none(&later, "health", "2026-12").await;
    let winter = (date(2026, 12, 1), date(2026, 12, 10));
    for unit in [UNIT, silent] {
        assert_eq!(said_of(&later, unit, winter).await, [None, None], "{unit}");
    }
    let health = said_of(&later, "health", winter).await;
    assert_eq!(health, [words(&["申报无决定", "2026-12-10"]), None]);
}

#[tokio::test]
async fn every_edition_says_that_a_record_is_objected_to_and_none_shows_what_is_withheld() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = furnished(&folder).await;
    let (_, record) = penalty(&desk, 0, 1, "1").await;
    let agent = confirmed(&desk, 0, 0).await;
    let clerk = person("clerk", Role::Clerk, UNIT);
    let asked = ForPurpose {
        code: code(0),
        purpose: "approval".to_owned(),
        basis: "示例许可事项，《示例条例》第三条".to_owned(),
    };
    let all = async |desk: &Desk| {
        let unit = department(desk, &clerk, &asked, "").await.expect("asked").expect("issued");
        let own = own(desk, &agent, "").await.expect("issued");
        [public(desk, &system(), &code(0), "").await.expect("issued"), unit, own]
    };
    let before = all(&desk).await;
    let said = ["异议处理中", "本单位已经提出异议。"];
    assert!(before.iter().all(|one| !text(one).contains(said[0])));
    let form = crate::objections::File {
        record,
        entry: crate::repairs::new_entry(&desk).expect("random"),
        ground: "content".to_owned(),
        text: "罚款数额有误".to_owned(),
        statement: said[1].to_owned(),
        file: None,
    };
    crate::objections::file(&desk, &agent, form).await.expect("made");
    for one in all(&desk).await {
        let says = text(&one);
        assert!(said.iter().all(|word| says.contains(word)), "{says}");
        assert!(!says.contains("罚款数额有误"), "what only the unit may read: {says}");
    }
    for one in &before {
        let look = standing(&desk, one.number.as_str()).await.expect("known");
        assert!(!look.still, "a report without the mark stands no more");
    }
    // Past the clock of the answer nobody but the subject reads of it.
    let after = desk.at(date(2026, 12, 7));
    let [everybody, unit, own] = all(&after).await;
    assert!(!text(&everybody).contains("〔2026〕1号") && !text(&unit).contains("〔2026〕1号"));
    assert!(text(&own).contains("异议逾期未办理，暂停公示"), "{}", text(&own));
}
