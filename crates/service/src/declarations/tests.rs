//! What a subject declares: checked, signed, marked, changed, withdrawn. All firms and persons are invented.

use std::collections::BTreeMap;

use jiff::civil::date;

use super::*;
use crate::Actor;
use crate::agents::tests::confirmed;
use crate::browse::{own_record, own_subject, public_record, public_subject, record_dossier};
use crate::testing::{code, desk};

/// A refusal, and what leads to it.
type Case = (&'static str, fn(&mut Declare));

const KIND: &str = "self-declaration";

fn values(matter: &str) -> BTreeMap<String, String> {
    [
        ("ZZ_LB", "资质证照"),
        ("ZZ_SX", matter),
        ("ZZ_NR", "示例认证证书一份，编号示例20261127001。"),
        ("GKLX", "可向社会公开"),
    ]
    .map(|(code, value)| (code.to_owned(), value.to_owned()))
    .into()
}

fn command(form: &DeclarationForm, values: BTreeMap<String, String>) -> Declare {
    Declare {
        kind: form.kind.clone(),
        values,
        entry: form.entry.clone(),
        commitment: form.commitment_digest.clone(),
        agreed: true,
    }
}

fn recorded(outcome: Result<Entered, DeskError>) -> i64 {
    match outcome.expect("entered") {
        Entered::Recorded(id) => id,
        Entered::Wrong(wrong) => panic!("{wrong:?}"),
    }
}

fn wrong(outcome: Result<Entered, DeskError>) -> Vec<(String, String)> {
    match outcome.expect("entered") {
        Entered::Recorded(_) => panic!("it was recorded"),
        Entered::Wrong(wrong) => wrong,
    }
}

#[tokio::test]
async fn a_declaration_is_public_and_marked_until_it_is_withdrawn() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    let agent = confirmed(&desk, 0, 0).await;
    let form = form(&desk, &agent, KIND).expect("a form");
    let id = recorded(declare(&desk, &agent, command(&form, values("示例管理体系认证"))).await);
    let again = recorded(declare(&desk, &agent, command(&form, values("示例管理体系认证"))).await);
    assert_eq!(id, again, "sent twice");

    let public = public_record(&desk, agent.subject.id, id).await.expect("public");
    assert_eq!((public.mark.as_str(), public.title.as_str()), ("自主申报", "示例管理体系认证"));
    assert!(public.fields.iter().all(|field| field.code != "ZZ_QSR" && field.code != "BZ"));
    let own = own_record(&desk, &agent, id).await.expect("own");
    let signature = own.now.signature.expect("signed");
    assert_eq!(signature.text, form.commitment);
    let kept = desk.store().record(agent.subject.id, id).await.expect("read").expect("there");
    assert_eq!(signature.content, sm3_hex(kept.content.as_bytes()));
    assert!(own.now.sealed && !kept.content.contains("示例张三"), "the signer's name is sealed");
    let system = Actor::system("test");
    let dossier = record_dossier(&desk, &system, agent.subject.id, id, None);
    assert_eq!(dossier.await.expect("a dossier").now.head.mark, "自主申报");

    withdraw(&desk, &agent, id).await.expect("withdrawn");
    let gone = public_record(&desk, agent.subject.id, id).await.expect_err("gone");
    assert_eq!(gone.code(), "not-found");
    let shown = public_subject(&desk, &code(0)).await.expect("the page");
    assert!(shown.groups.iter().all(|(.., records)| records.is_empty()));
    let own = own_record(&desk, &agent, id).await.expect("the history stays");
    assert_eq!((own.versions.len(), own.now.head.withdrawn_on), (2, Some(date(2026, 11, 25))));
    let error = withdraw(&desk, &agent, id).await.expect_err("twice");
    assert_eq!(error.code(), "declaration.withdrawn");
    let report = crate::running::fsck(&desk).await.expect("checked");
    assert!(report.is_sound(), "{report:?}");
}

#[tokio::test]
async fn everything_wrong_is_said_at_once_and_nothing_is_kept() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    let agent = confirmed(&desk, 0, 0).await;
    let form = form(&desk, &agent, KIND).expect("a form");
    let mut bad = values("");
    bad.insert("ZZ_LB".to_owned(), "天气".to_owned());
    bad.insert("ZZ_NR".to_owned(), "联系示例张三13800000000".to_owned());
    bad.insert("ZZ_YXQZ".to_owned(), "明年".to_owned());
    bad.insert("ZZ_XDR_MC".to_owned(), "平陆县示例别家有限公司".to_owned());
    let command = Declare { agreed: false, ..command(&form, bad) };
    let said = wrong(declare(&desk, &agent, command).await);
    let fields: Vec<&str> = said.iter().map(|(field, _)| field.as_str()).collect();
    for field in ["ZZ_LB", "ZZ_SX", "ZZ_NR", "ZZ_YXQZ", "agreed"] {
        assert!(fields.contains(&field), "{field}: {said:?}");
    }
    assert_eq!(declarations(&desk, &agent).await.expect("a list").len(), 0);
    // Religion and disease stand nowhere, whoever writes them.
    let mut forbidden = values("示例");
    forbidden.insert("ZZ_NR".to_owned(), "示例员工宗教信仰情况".to_owned());
    let again = self::form(&desk, &agent, KIND).expect("a form");
    let refused = declare(&desk, &agent, self::command(&again, forbidden)).await;
    assert!(!wrong(refused).is_empty());
}

#[tokio::test]
async fn only_what_was_shown_is_signed() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    let agent = confirmed(&desk, 0, 0).await;
    let form = form(&desk, &agent, KIND).expect("a form");
    let cases: [Case; 4] = [
        ("declaration.not-agreed", |command| command.agreed = false),
        ("declaration.commitment-changed", |command| command.commitment = "x".to_owned()),
        ("declaration.entry-invalid", |command| command.entry = "../../x".to_owned()),
        ("not-found", |command| command.kind = "honour".to_owned()),
    ];
    for (code, change) in cases {
        let mut command = command(&form, values("示例"));
        change(&mut command);
        let error = declare(&desk, &agent, command).await.expect_err(code);
        assert_eq!(error.code(), code);
    }
}

#[tokio::test]
async fn a_change_is_a_new_version_and_may_end_what_is_public() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    let agent = confirmed(&desk, 0, 0).await;
    let form = form(&desk, &agent, KIND).expect("a form");
    let id = recorded(declare(&desk, &agent, command(&form, values("示例一"))).await);
    let to = |version, values| Change {
        record: id,
        version,
        values,
        commitment: form.commitment_digest.clone(),
        agreed: true,
    };
    let same = change(&desk, &agent, to(1, values("示例一"))).await.expect_err("the same");
    assert_eq!(same.code(), "declaration.unchanged");
    assert_eq!(recorded(change(&desk, &agent, to(1, values("示例二"))).await), id);
    let late = change(&desk, &agent, to(1, values("示例三"))).await.expect_err("an old page");
    assert_eq!(late.code(), "declaration.overtaken");
    assert_eq!(public_record(&desk, agent.subject.id, id).await.expect("public").title, "示例二");
    let mut closed = values("示例二");
    closed.insert("GKLX".to_owned(), "特定范围内公开".to_owned());
    change(&desk, &agent, to(2, closed)).await.expect("closed");
    assert!(public_record(&desk, agent.subject.id, id).await.is_err(), "still public");
    let own = own_record(&desk, &agent, id).await.expect("own");
    let events: Vec<&str> = own.events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!((own.versions.len(), events), (3, vec!["ended", "changed", "published"]));
    let report = crate::running::fsck(&desk).await.expect("checked");
    assert!(report.is_sound(), "{report:?}");
}

#[tokio::test]
async fn nobody_touches_another_subjects_declaration_and_none_is_counted() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    let (agent, other) = (confirmed(&desk, 0, 0).await, confirmed(&desk, 1, 1).await);
    let form = form(&desk, &agent, KIND).expect("a form");
    let id = recorded(declare(&desk, &agent, command(&form, values("示例"))).await);
    for outcome in [
        declaration(&desk, &other, id).await.err(),
        withdraw(&desk, &other, id).await.err(),
        own_record(&desk, &other, id).await.err(),
    ] {
        assert_eq!(outcome.expect("refused").code(), "not-found");
    }
    assert_eq!(own_subject(&desk, &other).await.expect("own").records.len(), 0);
    assert_eq!(own_subject(&desk, &agent).await.expect("own").records.len(), 1);
    let (first, last) = (date(2000, 1, 1), date(2100, 1, 1));
    let arrived = desk.store().arrivals(first, last, None).await.expect("read");
    assert_eq!(arrived, [], "a declaration counts as reported");
}

#[tokio::test]
async fn what_the_subject_signed_is_not_rewritten_by_others() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    let agent = confirmed(&desk, 0, 0).await;
    let form = form(&desk, &agent, KIND).expect("a form");
    let id = recorded(declare(&desk, &agent, command(&form, values("示例管理体系认证"))).await);
    let office = crate::testing::person("office", crate::Role::CreditOffice, "credit-office");
    let rewritten = crate::corrections::Propose {
        subject: agent.subject.id,
        record: id,
        event: "court-change".to_owned(),
        document: "示例行政判决书（2026）示行初2号".to_owned(),
        document_on: date(2026, 11, 25),
        known_on: date(2026, 11, 25),
        reason: "示例理由".to_owned(),
        fields: BTreeMap::from([("ZZ_NR".to_owned(), "他人改写的内容".to_owned())]),
        file: None,
    };
    let outcome = crate::corrections::propose(&desk, &office, rewritten).await;
    assert_eq!(outcome.expect_err("refused").code(), "correction.signed");
}

#[tokio::test]
async fn what_is_declared_does_not_crowd_out_what_others_recorded() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    let (subject, fine) = crate::testing::penalty(&desk, 0, 7, "0.2").await;
    let agent = confirmed(&desk, 0, 0).await;
    assert_eq!(agent.subject.id, subject);
    let mut hidden = values("示例事项");
    hidden.insert("GKLX".to_owned(), "不公开".to_owned());
    let mut made = 0;
    let refusal = loop {
        let form = form(&desk, &agent, KIND).expect("a form");
        match declare(&desk, &agent, command(&form, hidden.clone())).await {
            Ok(Entered::Recorded(_)) => made += 1,
            Ok(Entered::Wrong(wrong)) => panic!("{wrong:?}"),
            Err(error) => break error,
        }
    };
    assert_eq!((made, refusal.code()), (200, "declaration.too-many"));
    let public = public_subject(&desk, &code(0)).await.expect("the page");
    let penalties = public.groups.iter().find(|(kind, ..)| kind == "administrative-penalty");
    assert!(penalties.is_some_and(|(.., found)| found.iter().any(|one| one.id == fine)));
}

#[tokio::test]
async fn a_form_sent_again_with_other_content_is_told_so_and_never_answered_as_done() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    let agent = confirmed(&desk, 0, 0).await;
    let form = form(&desk, &agent, KIND).expect("a form");
    let id = recorded(declare(&desk, &agent, command(&form, values("示例一"))).await);
    let other = declare(&desk, &agent, command(&form, values("示例二"))).await;
    assert_eq!(other.expect_err("refused").code(), "declaration.entry-used");
    assert_eq!(public_record(&desk, agent.subject.id, id).await.expect("public").title, "示例一");
    // The very form is one declaration, also after it was changed by another.
    let command_ = Change {
        record: id,
        version: 1,
        values: values("示例三"),
        commitment: form.commitment_digest.clone(),
        agreed: true,
    };
    change(&desk, &agent, command_).await.expect("changed");
    assert_eq!(recorded(declare(&desk, &agent, command(&form, values("示例一"))).await), id);
}

#[tokio::test]
async fn what_an_entry_declared_that_was_found_to_be_this_one_is_its_own() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    let (agent, former) = (confirmed(&desk, 0, 0).await, confirmed(&desk, 1, 1).await);
    let form = form(&desk, &former, KIND).expect("a form");
    let id = recorded(declare(&desk, &former, command(&form, values("示例一"))).await);
    let twin = self::form(&desk, &former, KIND).expect("a form");
    let second = recorded(declare(&desk, &former, command(&twin, values("示例二"))).await);
    let office =
        |login: &str| crate::testing::person(login, crate::Role::CreditOffice, "credit-office");
    let same = crate::judgements::Propose {
        finding: "same".to_owned(),
        from: code(1),
        to: code(0),
        records: Vec::new(),
        basis: "registry-answer".to_owned(),
        document: "示例登记机关复函〔2026〕1号".to_owned(),
        reason: "同一企业的旧代码".to_owned(),
    };
    let judgement = crate::judgements::propose(&desk, &office("one"), same).await.expect("asked");
    crate::judgements::confirm(&desk, &office("two"), judgement).await.expect("confirmed");

    let listed = declarations(&desk, &agent).await.expect("a list");
    assert_eq!(listed.len(), 2);
    let seen = declaration(&desk, &agent, id).await.expect("reachable");
    assert_eq!(seen.held.subject, former.subject.id, "it stands where it stood");
    let to = Change {
        record: id,
        version: seen.held.version,
        values: values("示例三"),
        commitment: form.commitment_digest.clone(),
        agreed: true,
    };
    assert_eq!(recorded(change(&desk, &agent, to).await), id);
    let public = public_record(&desk, former.subject.id, id).await.expect("public");
    assert_eq!((public.title.as_str(), public.version), ("示例三", 2));
    let own = own_record(&desk, &agent, id).await.expect("own");
    assert!(own.now.sealed, "its seal opens where it stands");
    withdraw(&desk, &agent, second).await.expect("withdrawn");
    let report = crate::running::fsck(&desk).await.expect("checked");
    assert!(report.is_sound(), "{report:?}");
}
