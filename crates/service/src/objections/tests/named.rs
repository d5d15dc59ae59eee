//! A natural person whom a record names objects at the window: marked like any other, looked at by a second person, sealed, erased.

use super::*;
use crate::agents::tests::identity;
use crate::repairs::erase_visitors;
use crate::testing::penalty_with;

const NAME: &str = "示例李四";

fn objector(name: &str, number: &str) -> Objector {
    Objector {
        name: name.to_owned(),
        document: "id-card".to_owned(),
        number: number.to_owned(),
        relation: "representative".to_owned(),
        reason: String::new(),
        agreed: false,
        visitor: Visitor { name: name.to_owned(), telephone: "0359-0000000".to_owned() },
    }
}

fn paper(desk: &Desk, record: i64, statement: &str) -> File {
    File {
        statement: statement.to_owned(),
        file: Some(scan(desk, "named.pdf", b"%PDF-1.7 named")),
        ..form(desk, record, "content")
    }
}

fn looked(id: i64, event: Event) -> Step {
    Step { outcome: String::new(), ..doing(id, event) }
}

async fn the_way_of_a_person(desk: &Desk) {
    let place = penalty(desk, 1, 11, "0.2").await;
    let agent = confirmed(desk, 0, 1).await;
    let (clerk, reviewer) = team();
    let who = objector("王示例", &identity(3));
    let elsewhere = person("other", Role::Clerk, "tax");
    let entered = file_by_person(desk, &elsewhere, place, who.clone(), paper(desk, place.1, ""));
    assert_eq!(refused(entered).await, "not-found", "another unit's record");
    let id = file_by_person(desk, &clerk, place, who.clone(), paper(desk, place.1, ""));
    let id = id.await.expect("made");

    // Marked at once, everywhere, and nobody reads who it was.
    let none = || Some(String::new());
    // In the report there is no line for words that nobody said.
    let expected = vec![none(), none(), none(), none(), None, none()];
    assert_eq!(marks(desk, place, 1).await, expected, "a mark without words");
    let page = public_record(desk, place.0, place.1).await.expect("public");
    assert!(!format!("{:?}", page.objection).contains("王示例"));
    sound(desk).await;

    // The firm sees the mark, not the proceeding; it neither reads nor takes back what is not its own.
    assert_eq!(refused(own_case(desk, &agent, id)).await, "not-found");
    assert_eq!(refused(withdraw(desk, &agent, id)).await, "not-found");
    assert!(own_objections(desk, &agent).await.expect("listed").is_empty());
    let again = file(desk, &agent, form(desk, place.1, "party")).await;
    assert_eq!(again.expect_err("one at a time").code(), "objection.already");

    // Clocks and forwarding as for the subject.
    let shown = case(desk, &reviewer, id).await.expect("shown");
    assert_eq!((shown.line.stage, shown.line.by_person), (Stage::Forwarded, true));
    assert_eq!(shown.line.due.as_ref().map(|due| due.value.date), Some(date(2026, 9, 22)));
    let named = shown.person.expect("for who works on it");
    assert_eq!((named.name.as_str(), named.attested, named.agrees), ("王示例", false, None));
    assert_eq!(named.fields, ["法定代表人"]);
    assert!(!named.document.contains(&identity(3)), "masked");
    assert!(format!("{named:?}{who:?}").find("王示例").is_none(), "not in a log by accident");

    // Nobody answers before a second person has looked; nobody is their own second person.
    assert_eq!(shown.may, [Event::Attest], "whose unit owes the answer does not dismiss");
    let alone = step(desk, &reviewer, looked(id, Event::Dismiss));
    assert_eq!(refused(alone).await, "objection.not-the-office");
    let seen = case(desk, &office(), id).await.expect("shown").may;
    assert!(seen.contains(&Event::Attest) && seen.contains(&Event::Dismiss), "{seen:?}");
    let early = step(desk, &reviewer, doing(id, Event::Uphold));
    assert_eq!(refused(early).await, "objection.not-attested");
    let same = step(desk, &clerk, looked(id, Event::Attest));
    assert_eq!(refused(same).await, "objection.same-person");
    let back = withdraw_at_window(desk, &office(), id, "王示例书面撤回", None).await;
    assert_eq!(back.expect_err("it would stay").code(), "objection.take-back-named");
    step(desk, &reviewer, looked(id, Event::Attest)).await.expect("looked at");
    let twice = step(desk, &reviewer, looked(id, Event::Attest));
    assert_eq!(refused(twice).await, "objection.attested");
    sound(desk).await;
    step(desk, &reviewer, doing(id, Event::Uphold)).await.expect("answered");
    corrected(desk, place, "0.1").await;
    let shown = case(desk, &clerk, id).await.expect("shown");
    assert_eq!(shown.line.stage, Stage::Corrected);
    let receipt = confirm_place(desk, &clerk, id, "upper", "王示例的回执").await;
    assert_eq!(receipt.expect_err("it would stay").code(), "objection.evidence-named");
    assert_eq!(marks(desk, place, 1).await, vec![None; 6]);
    sound(desk).await;
}

#[tokio::test]
async fn who_is_named_is_heard_like_the_subject() {
    let folder = tempfile::tempdir().expect("folder");
    the_way_of_a_person(&desk(&folder, DAY).await).await;
}

#[tokio::test]
async fn who_is_named_is_heard_on_the_other_engine() {
    let folder = tempfile::tempdir().expect("folder");
    let Some((_server, desk)) = postgres_desk(&folder, DAY).await else { return };
    the_way_of_a_person(&desk).await;
}

#[tokio::test]
async fn whom_no_field_names_the_office_vouches_for_and_a_second_person_may_dismiss() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let agent = confirmed(&desk, 0, 1).await;
    let (clerk, reviewer) = team();
    let (office, another) = (office(), person("office-2", Role::CreditOffice, "credit-office"));
    let number = identity(4);
    let who = objector(NAME, &number);
    let enter = async |actor: &Actor, who: &Objector, statement: &str| {
        file_by_person(&desk, actor, place, who.clone(), paper(&desk, place.1, statement)).await
    };
    for (change, code) in [
        (Objector { name: "李4".to_owned(), ..who.clone() }, "objection.person-name"),
        (
            Objector { number: "14082919000101003X".to_owned(), ..who.clone() },
            "objection.person-number",
        ),
        (Objector { document: "none".to_owned(), ..who.clone() }, "objection.person-number"),
        (Objector { relation: String::new(), ..who.clone() }, "objection.person-relation"),
        (Objector { visitor: Visitor::default(), ..who.clone() }, "objection.visitor-missing"),
        (who.clone(), "objection.person-reason"),
    ] {
        let error = enter(&office, &change, "").await.expect_err(code);
        assert_eq!(error.code(), code);
        assert!(!error.to_string().contains(NAME) && !error.to_string().contains(&number));
    }
    assert_eq!(refused(enter(&clerk, &who, "")).await, "objection.person-not-found");
    let vouched = Objector { reason: "决定书原件第2页写明".to_owned(), ..who.clone() };
    assert_eq!(
        refused(enter(&office, &vouched, "与本人无关")).await,
        "objection.statement-consent"
    );
    let agreed = Objector { agreed: true, ..vouched.clone() };
    for words in ["我示例李四没有违法", "电话0359-0000000"] {
        assert_eq!(refused(enter(&office, &agreed, words)).await, "objection.statement-named");
    }
    // Nor does it stand where it would never be erased: in what is said, in the reason of a step, however the numbers are spelt.
    let told = |text: &str, who: &Objector| {
        let command = File { text: text.to_owned(), ..paper(&desk, place.1, "") };
        file_by_person(&desk, &office, place, who.clone(), command)
    };
    let proxy = Visitor { name: "示例代办".to_owned(), telephone: "0359-0000001".to_owned() };
    let sent = Objector { visitor: proxy, ..vouched.clone() };
    let document = format!("证件{number}");
    for (text, who) in [
        ("示例李四没有违法", &vouched),
        ("请打0359 0000 000", &vouched),
        ("示例代办代为提出", &sent),
        ("请打03590000001", &sent),
        (document.as_str(), &vouched),
    ] {
        assert_eq!(refused(told(text, who)).await, "objection.text-named", "{text}");
    }
    let id = enter(&office, &agreed, "与本人无关").await.expect("made");
    let naming = |event: Event| Step {
        reason: format!("{NAME}不是信息中写到的人"),
        ..looked(id, event)
    };
    for (actor, event) in
        [(&reviewer, Event::Attest), (&another, Event::Dismiss), (&office, Event::RefuseStatement)]
    {
        let named = step(&desk, actor, naming(event));
        assert_eq!(refused(named).await, "objection.reason-named", "{event:?}");
    }
    let page = public_record(&desk, place.0, place.1).await.expect("public");
    let words = page.objection.map(|open| open.statement);
    assert_eq!(words.as_deref(), Some(""), "marked, and no word before a second person looked");
    let shown = case(&desk, &office, id).await.expect("shown");
    assert!(shown.statement_held && shown.may.contains(&Event::RefuseStatement));

    // In clear it stands nowhere in the database.
    sound(&desk).await;
    for entry in std::fs::read_dir(folder.path()).expect("files").flatten() {
        let path = entry.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("desk.db")) {
            let bytes = std::fs::read(path).expect("read");
            for secret in [NAME, number.as_str(), "0359-0000000"] {
                let there = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
                assert!(!there, "{secret}");
            }
        }
    }

    for (actor, code) in
        [(&reviewer, "objection.not-the-office"), (&office, "objection.same-person")]
    {
        assert!(!case(&desk, actor, id).await.expect("shown").may.contains(&Event::Dismiss));
        assert_eq!(refused(step(&desk, actor, looked(id, Event::Dismiss))).await, code);
    }
    let dismissed = step(&desk, &another, looked(id, Event::Dismiss)).await.expect("looked at");
    assert_eq!(dismissed, Stage::Dismissed);
    assert_eq!(figures(&desk, &office).await.expect("figures").all.late, 0, "in time");
    let page = public_record(&desk, place.0, place.1).await.expect("public");
    assert_eq!(page.objection, None, "the mark is gone");
    sound(&desk).await;
    // It binds neither the firm nor anybody else.
    let own = file(&desk, &agent, form(&desk, place.1, "content")).await.expect("the firm's own");
    withdraw(&desk, &agent, own).await.expect("taken back");
    let named = enter(&office, &agreed, "与本人无关").await.expect("somebody who is named");
    step(&desk, &reviewer, looked(named, Event::Attest)).await.expect("looked at");
    let page = public_record(&desk, place.0, place.1).await.expect("public");
    let words = page.objection.map(|open| open.statement);
    assert_eq!(words.as_deref(), Some("（信息中写到的个人）与本人无关"), "whose words they are");
    assert!(!case(&desk, &office, named).await.expect("shown").statement_held);
    sound(&desk).await;

    // Half a year after it was over nobody can say any more who it was; the chain still holds.
    let system = Actor::system("system");
    let after = |days: i64| desk.at(DAY + jiff::ToSpan::days(days));
    assert_eq!(erase_visitors(&after(180), &system).await.expect("ran"), 0);
    assert_eq!(erase_visitors(&after(181), &system).await.expect("ran"), 1, "not what is open");
    let shown = case(&desk, &reviewer, id).await.expect("shown");
    assert_eq!(shown.visitor, None);
    assert_eq!(shown.person.map(|person| person.name), Some(String::new()));
    sound(&desk).await;
}

#[tokio::test]
async fn a_number_that_differs_from_the_records_is_no_proof() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let number = identity(5);
    let more = [("法定代表人证件类型", "身份证"), ("法定代表人证件号码", number.as_str())];
    let place = penalty_with(&desk, 1, 11, "0.2", &more).await;
    let (clerk, _) = team();
    let enter = async |number: &str| {
        let who = objector("王示例", number);
        file_by_person(&desk, &clerk, place, who, paper(&desk, place.1, "")).await
    };
    assert_eq!(refused(enter(&identity(6))).await, "objection.person-not-found");
    let id = enter(&number).await.expect("made");
    let shown = case(&desk, &clerk, id).await.expect("shown").person.expect("a person");
    assert_eq!(shown.agrees, Some(true));
    // Nor does anybody find that it is somebody else.
    assert!(!case(&desk, &office(), id).await.expect("shown").may.contains(&Event::Dismiss));
    let other = office();
    let against = step(&desk, &other, looked(id, Event::Dismiss));
    assert_eq!(refused(against).await, "objection.person-agrees");
}

#[tokio::test]
async fn a_name_inside_a_longer_one_is_a_hint_and_no_proof() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let (clerk, _) = team();
    let more =
        [("法定代表人", "王示例辉"), ("处罚内容", "对山西王示例酒业有限公司依法作出示例处罚")];
    let place = penalty_with(&desk, 1, 11, "0.2", &more).await;
    let who = objector("王示例", &identity(9));
    let tried = file_by_person(&desk, &clerk, place, who.clone(), paper(&desk, place.1, ""));
    assert_eq!(refused(tried).await, "objection.person-not-found", "somebody else's name");
    let vouched = Objector { reason: "决定书原件第2页写明".to_owned(), ..who };
    let id = file_by_person(&desk, &office(), place, vouched, paper(&desk, place.1, "")).await;
    let id = id.expect("made");
    let shown = case(&desk, &clerk, id).await.expect("shown").person.expect("a person");
    assert_eq!(shown.fields, ["法定代表人", "处罚内容"], "shown to who looks at it");
    assert!(!shown.found);
}

#[tokio::test]
async fn the_history_of_a_record_says_the_same_however_it_ended_and_whoever_objected() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let agent = confirmed(&desk, 0, 1).await;
    let (clerk, reviewer) = team();
    let mut told = Vec::new();
    for (number, event) in [(11, Event::Dismiss), (12, Event::Withdraw), (13, Event::Reject)] {
        let place = penalty(&desk, 1, number, "0.2").await;
        if event == Event::Dismiss {
            let who = objector("王示例", &identity(8));
            let id = file_by_person(&desk, &clerk, place, who, paper(&desk, place.1, ""));
            let id = id.await.expect("made");
            step(&desk, &office(), looked(id, event)).await.expect("looked at");
        } else {
            let id = file(&desk, &agent, form(&desk, place.1, "content")).await.expect("made");
            if event == Event::Withdraw {
                withdraw(&desk, &agent, id).await.expect("taken back");
            } else {
                step(&desk, &reviewer, doing(id, event)).await.expect("answered");
            }
        }
        let versions = desk.store().record_versions(place.0, place.1).await.expect("versions");
        let mut reasons: Vec<String> = versions.into_iter().map(|one| one.reason).collect();
        reasons.sort();
        reasons.dedup();
        told.push(reasons);
    }
    assert!(told.iter().all(|one| *one == told[0]), "{told:?}");
}

#[tokio::test]
async fn what_is_dismissed_after_its_last_day_was_late() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let (clerk, _) = team();
    let who = objector("王示例", &identity(7));
    let id = file_by_person(&desk, &clerk, place, who, paper(&desk, place.1, ""));
    let id = id.await.expect("made");
    let after = desk.at(date(2026, 9, 23));
    step(&after, &office(), looked(id, Event::Dismiss)).await.expect("looked at");
    let told = figures(&desk.at(date(2026, 9, 30)), &office()).await.expect("figures");
    assert_eq!((told.all.made, told.all.late, told.all.answered), (1, 1, 0));
}
