//! Who may act for a subject, from the application to its end. All firms and persons are invented.

use jiff::civil::date;
use xinyong_domain::identifier::citizen_id_check_character;
use xinyong_domain::workflow::mandate::Standing;

use super::*;
use crate::accounts::{CreateAccount, create_account};
use crate::browse::{own_record, own_subject};
use crate::testing::{code, company, desk};

/// The valid identity number of an invented person.
pub(crate) fn identity(person: usize) -> String {
    let first = format!("14082919000101{person:03}");
    format!("{first}{}", citizen_id_check_character(&first).expect("a check"))
}

/// A refusal, and what leads to it.
type Case = (&'static str, fn(&mut SignUp));

fn person(number: usize) -> Person {
    Person {
        name: ["示例张三", "示例李四", "示例王五"][number].to_owned(),
        mobile: format!("1000000000{number}"),
        identity: identity(number),
    }
}

fn application(party: usize) -> Application {
    let firm = Firm { code: code(party), name: company(party) };
    Application { firm, ..Application::default() }
}

fn asked(number: usize, party: usize) -> SignUp {
    let login = format!("person-{number}");
    let proof = Proof::Password { login, password: "example-password-1".to_owned() };
    SignUp { person: person(number), proof, application: application(party) }
}

fn office() -> Actor {
    Actor {
        login: "office".to_owned(),
        name: "示例信用办".to_owned(),
        unit: "credit-office".to_owned(),
        role: Some(Role::CreditOffice),
    }
}

async fn waiting_ids(desk: &Desk) -> Vec<i64> {
    waiting(desk, &office()).await.expect("a list").iter().map(|row| row.id).collect()
}

/// Somebody who acts for a firm.
pub(crate) async fn confirmed(desk: &Desk, number: usize, party: usize) -> Agent {
    let (_, actor) = sign_up(desk, asked(number, party)).await.expect("asked");
    let id = waiting_ids(desk).await.pop().expect("one waits");
    confirm(desk, &office(), id).await.expect("confirmed");
    stand(desk, &actor, &code(party)).await.expect("stands")
}

fn refusal<T>(outcome: Result<T, DeskError>) -> String {
    outcome.err().map(|error| error.code().to_owned()).unwrap_or_default()
}

#[tokio::test]
async fn nobody_stands_in_before_the_office_has_confirmed_nor_after_the_end() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    let (account, actor) = sign_up(&desk, asked(0, 0)).await.expect("asked");
    assert_eq!(refusal(stand(&desk, &actor, &code(0)).await), "not-found", "not yet");
    let home = own_home(&desk, &actor).await.expect("home");
    assert_eq!((home.firms.len(), home.others[0].standing), (0, Standing::Waiting));
    assert_eq!(home.others[0].due.as_ref().expect("a clock").value.date, date(2026, 11, 30));

    let id = waiting_ids(&desk).await[0];
    let case = mandate(&desk, &office(), id).await.expect("the case");
    assert_eq!((case.person.name.as_str(), case.login.as_str()), ("示例张三", "person-0"));
    assert!(!case.person.masked_identity().contains("1900"));
    confirm(&desk, &office(), id).await.expect("confirmed");
    assert_eq!(refusal(confirm(&desk, &office(), id).await), "agent.decided");
    assert_eq!(waiting_ids(&desk).await, [0_i64; 0]);

    let agent = stand(&desk, &actor, &code(0)).await.expect("stands");
    assert_eq!((agent.account, agent.firm()), (account, company(0).as_str()));
    // Another's firm and one that is not there look the same.
    for other in [code(1), "91140829MA0000000X".to_owned(), "x".to_owned(), String::new()] {
        let error = stand(&desk, &actor, &other).await.expect_err("another's");
        assert_eq!(error.to_string(), no_standing().to_string(), "{other}");
    }
    assert_eq!(refusal(end(&desk, &office(), id, " ").await), "agent.reason-missing");
    end(&desk, &office(), id, "示例理由").await.expect("ended");
    assert_eq!(refusal(stand(&desk, &actor, &code(0)).await), "not-found");
    // What had begun before writes nothing.
    let mut tx = desk.store().transaction("t").await.expect("begun");
    assert_eq!(refusal(agent.hold(&mut tx).await), "not-found");
    drop(tx);
    let home = own_home(&desk, &actor).await.expect("home");
    assert_eq!(
        (home.others[0].standing, home.others[0].reason.as_str()),
        (Standing::Ended, "示例理由")
    );
}

#[tokio::test]
async fn what_is_wrong_about_firm_and_name_is_answered_alike() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    let mut said = Vec::new();
    for (code, name) in [(code(0), company(1)), (code(40), company(0)), (code(40), company(40))] {
        let mut command = asked(0, 0);
        command.application.firm = Firm { code, name };
        let error = sign_up(&desk, command).await.expect_err("no such firm");
        assert_eq!(error.code(), "agent.firm-unknown");
        said.push(error.to_string());
    }
    said.dedup();
    assert_eq!(said.len(), 1);
    let cases: [Case; 7] = [
        ("agent.code-invalid", |command| command.application.firm.code = "9114".to_owned()),
        ("agent.name-invalid", |command| command.person.name = "7".to_owned()),
        ("agent.mobile-invalid", |command| command.person.mobile = "0359-602123".to_owned()),
        ("agent.identity-invalid", |command| {
            command.person.identity = "140829190001010011".to_owned();
        }),
        ("account.login-invalid", |command| {
            let password = "example-password-1".to_owned();
            command.proof = Proof::Password { login: "agent:x".to_owned(), password };
        }),
        ("account.password-weak", |command| {
            let password = "short".to_owned();
            command.proof = Proof::Password { login: "x".to_owned(), password };
        }),
        ("agent.firm-unknown", |command| command.application.firm.name = String::new()),
    ];
    for (code, change) in cases {
        let mut command = asked(0, 0);
        change(&mut command);
        let error = sign_up(&desk, command).await.expect_err(code);
        assert_eq!(error.code(), code);
        assert!(!error.to_string().contains("0101001"), "a message repeats the number");
    }
    assert_eq!(waiting_ids(&desk).await, [0_i64; 0], "a refusal left something");
    sign_up(&desk, asked(0, 0)).await.expect("asked");
    assert_eq!(refusal(sign_up(&desk, asked(0, 0)).await), "account.exists");
}

#[tokio::test]
async fn one_application_waits_at_a_time_and_a_refused_one_may_be_made_again() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    let (_, actor) = sign_up(&desk, asked(0, 0)).await.expect("asked");
    assert_eq!(refusal(apply(&desk, &actor, application(0)).await), "agent.already");
    let first = waiting_ids(&desk).await[0];
    assert_eq!(refusal(refuse(&desk, &office(), first, "").await), "agent.reason-missing");
    refuse(&desk, &office(), first, "示例授权书看不清").await.expect("refused");
    let home = own_home(&desk, &actor).await.expect("home");
    assert_eq!(home.others[0].reason, "示例授权书看不清");
    let second = apply(&desk, &actor, application(0)).await.expect("asked again");
    let before = mandate(&desk, &office(), second).await.expect("the case").before;
    assert_eq!(before[0].2, "示例授权书看不清");
    take_back(&desk, &actor, second).await.expect("taken back");
    assert_eq!(refusal(take_back(&desk, &actor, second).await), "agent.decided");
    let third = apply(&desk, &actor, application(0)).await.expect("asked again");
    confirm(&desk, &office(), third).await.expect("confirmed");
    assert_eq!(refusal(apply(&desk, &actor, application(0)).await), "agent.already");
    // A second firm for the same person.
    apply(&desk, &actor, application(1)).await.expect("for another firm");
    confirm(&desk, &office(), waiting_ids(&desk).await[0]).await.expect("confirmed");
    assert_eq!(own_home(&desk, &actor).await.expect("home").firms.len(), 2);
    let (_, stranger) = sign_up(&desk, asked(1, 1)).await.expect("asked");
    let theirs = waiting_ids(&desk).await[0];
    assert_eq!(refusal(take_back(&desk, &actor, theirs).await), "not-found", "another's");
    take_back(&desk, &stranger, theirs).await.expect("taken back");
}

#[tokio::test]
async fn nobody_decides_about_themselves_and_only_the_office_decides() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    let (_, actor) = sign_up(&desk, asked(0, 0)).await.expect("asked");
    let id = waiting_ids(&desk).await[0];
    let own = Actor { name: "示例张三".to_owned(), ..office() };
    assert_eq!(refusal(confirm(&desk, &own, id).await), "agent.same-person");
    assert_eq!(refusal(refuse(&desk, &own, id, "示例").await), "agent.same-person");
    for role in [Role::Clerk, Role::Reviewer, Role::Auditor, Role::Administrator] {
        let other = Actor { role: Some(role), ..office() };
        assert_eq!(refusal(confirm(&desk, &other, id).await), "access.denied", "{role:?}");
        assert_eq!(refusal(mandate(&desk, &other, id).await), "access.denied", "{role:?}");
        assert_eq!(refusal(stand(&desk, &other, &code(0)).await), "access.denied", "{role:?}");
    }
    assert_eq!(refusal(confirm(&desk, &actor, id).await), "access.denied", "the person itself");
    assert_eq!(waiting_ids(&desk).await, [id]);
}

#[tokio::test]
async fn a_successor_ends_who_acted_before_and_a_colleague_does_not() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    let first = confirmed(&desk, 0, 0).await;
    let second = confirmed(&desk, 1, 0).await;
    assert!(stand(&desk, &first.actor, &code(0)).await.is_ok(), "a firm may have several");
    let mut command = asked(2, 0);
    command.application.replaces = true;
    sign_up(&desk, command).await.expect("asked");
    let id = waiting_ids(&desk).await[0];
    let case = mandate(&desk, &office(), id).await.expect("the case");
    assert_eq!(case.others.len(), 2);
    confirm(&desk, &office(), id).await.expect("confirmed");
    for agent in [&first, &second] {
        assert_eq!(refusal(stand(&desk, &agent.actor, &code(0)).await), "not-found");
    }
    let (_, third) = sign_in(&desk, "PERSON-2", "example-password-1").await.map(done).expect("in");
    let third = stand(&desk, &third, &code(0)).await.expect("stands");
    leave(&desk, &third).await.expect("left");
    assert_eq!(refusal(leave(&desk, &third).await), "agent.decided");
}

fn done(step: SignIn) -> (i64, Actor) {
    match step {
        SignIn::Done(account, actor) => (account, actor),
        SignIn::Code(_) => panic!("no second factor was set up"),
    }
}

#[tokio::test]
async fn a_deregistered_subject_has_nobody_who_acts_for_it() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    let agent = confirmed(&desk, 0, 0).await;
    let (_, other) = sign_up(&desk, asked(1, 0)).await.expect("asked");
    let id = waiting_ids(&desk).await[0];
    let registry = format!("企业名称,统一社会信用代码,登记状态\n{},{},注销\n", company(0), code(0));
    let path = desk.scratch().join("end.csv");
    std::fs::write(&path, registry).expect("a file");
    let system = Actor::system("test");
    crate::import_subjects(&desk, &system, &path, "end.csv", 10).await.expect("a registry");
    assert_eq!(refusal(stand(&desk, &agent.actor, &code(0)).await), "not-found");
    assert_eq!(refusal(confirm(&desk, &office(), id).await), "agent.firm-deregistered");
    assert_eq!(refusal(sign_up(&desk, asked(2, 0)).await), "agent.firm-deregistered");
    assert_eq!(end_of_deregistered(&desk, &system).await.expect("the job"), 2);
    assert_eq!(end_of_deregistered(&desk, &system).await.expect("again"), 0);
    let home = own_home(&desk, &other).await.expect("home");
    assert_eq!(
        (home.others[0].standing, home.others[0].reason.as_str()),
        (Standing::Refused, "主体已注销")
    );
}

#[tokio::test]
async fn a_scan_is_known_by_its_bytes() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    let path = folder.path().join("张三的授权书.pdf");
    let large = [b"%PDF-1.7\n".as_slice(), &vec![b'x'; 6 << 20]].concat();
    let cases: [(&str, &[u8]); 5] = [
        ("file.empty", b""),
        ("file.type-invalid", b"MZ\x90\x00executable"),
        ("file.type-invalid", b"<html>%PDF-"),
        ("file.encrypted", b"%PDF-1.7\ntrailer << /Encrypt 5 0 R >>"),
        ("file.too-large", &large),
    ];
    for (code, bytes) in cases {
        std::fs::write(&path, bytes).expect("a file");
        let mut command = asked(0, 0);
        command.application.file = Some(path.clone());
        assert_eq!(refusal(sign_up(&desk, command).await), code);
    }
    std::fs::write(&path, b"%PDF-1.7\nexample").expect("a file");
    let mut command = asked(0, 0);
    command.application.file = Some(path.clone());
    sign_up(&desk, command).await.expect("asked");
    let id = waiting_ids(&desk).await[0];
    let (bytes, kind) = mandate_file(&desk, &office(), id).await.expect("the scan");
    assert_eq!((bytes.as_slice(), kind.as_str()), (b"%PDF-1.7\nexample".as_slice(), "pdf"));
}

#[tokio::test]
async fn names_and_numbers_stand_in_no_clear_place() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    let agent = confirmed(&desk, 0, 0).await;
    own_subject(&desk, &agent).await.expect("the subject");
    assert_eq!(refusal(own_record(&desk, &agent, 7).await), "not-found");
    let path = folder.path().join("backup");
    crate::running::backup(&desk, &Actor::system("test"), &path).await.expect("a backup");
    let text = std::fs::read_to_string(&path).expect("the backup");
    for secret in ["示例张三", "10000000000", &identity(0)] {
        assert!(!text.contains(secret), "{secret}");
    }
    // Who signs in where: neither name opens the other door.
    let command = CreateAccount {
        login: "person-0".to_owned(),
        name: "示例科员".to_owned(),
        unit: "credit-office".to_owned(),
        role: Role::Clerk,
        password: "other-password-2".to_owned(),
    };
    create_account(&desk, &Actor::system("test"), command.clone()).await.expect("an account");
    let wrong =
        refusal(crate::accounts::sign_in(&desk, "agent:person-0", "example-password-1").await);
    assert_eq!(wrong, "sign-in.failed");
    assert_eq!(refusal(sign_in(&desk, "person-0", "other-password-2").await), "sign-in.failed");
    let command = CreateAccount { login: "x".to_owned(), role: Role::Agent, ..command };
    let refused = create_account(&desk, &Actor::system("test"), command).await;
    assert_eq!(refusal(refused), "account.role-invalid");
}

#[tokio::test]
async fn a_flood_of_applications_stops_at_the_firm() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    let (_, actor) = sign_up(&desk, asked(0, 0)).await.expect("asked");
    let account = own_account(&desk, &actor).await.expect("an account");
    let mut tx = desk.store().transaction("t").await.expect("begun");
    let subject = desk.store().subject_whole(&code(1)).await.expect("read").expect("a firm");
    let first = desk.store().mandates_of_account(account.id, 1).await.expect("read").remove(0);
    for number in 0..10 {
        let other = xinyong_store::Mandate {
            id: number + 1,
            account_id: number + 1,
            subject_id: subject.subject.id,
            ..first.clone()
        };
        tx.add_mandate(&other).await.expect("asked");
    }
    tx.commit().await.expect("committed");
    assert_eq!(refusal(apply(&desk, &actor, application(1)).await), "agent.too-many");
    // However many wait for others, of firms that nobody knows.
    let mut tx = desk.store().transaction("t").await.expect("begun");
    for number in 100..2_200 {
        let other = xinyong_store::Mandate {
            id: number,
            account_id: number,
            subject_id: -number,
            ..first.clone()
        };
        tx.add_mandate(&other).await.expect("asked");
    }
    // And 19 more of the same account, with the one for the first firm.
    for number in 3_000..3_018 {
        let other = xinyong_store::Mandate { id: number, subject_id: -number, ..first.clone() };
        tx.add_mandate(&other).await.expect("asked");
    }
    tx.commit().await.expect("committed");
    assert!(apply(&desk, &actor, application(2)).await.is_ok(), "another firm's");
    assert_eq!(refusal(apply(&desk, &actor, application(3)).await), "agent.too-many");
}

#[tokio::test]
async fn the_office_refuses_many_at_once_with_one_reason() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    for number in 0..3 {
        sign_up(&desk, asked(number, number)).await.expect("asked");
    }
    let ids = waiting_ids(&desk).await;
    let all: std::collections::BTreeSet<i64> = ids.iter().copied().chain([7]).collect();
    let none = std::collections::BTreeSet::new();
    let same_name = Actor { name: "示例李四".to_owned(), ..office() };
    assert_eq!(refusal(refuse_many(&desk, &office(), &none, "示例").await), "agent.none-chosen");
    assert_eq!(refusal(refuse_many(&desk, &office(), &all, " ").await), "agent.reason-missing");
    let clerk = Actor { role: Some(Role::Clerk), ..office() };
    assert_eq!(refusal(refuse_many(&desk, &clerk, &all, "示例").await), "access.denied");
    confirm(&desk, &office(), ids[0]).await.expect("confirmed");
    let done = refuse_many(&desk, &same_name, &all, "不是该主体的人员").await.expect("refused");
    assert_eq!(done, (1, 3), "what is decided, a namesake's and an unknown one are left");
    assert_eq!(waiting_ids(&desk).await, [ids[1]]);
    let (rows, _) = mandates(&desk, &office(), Standing::Refused, 0).await.expect("a list");
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [ids[2]]);
    let case = mandate(&desk, &office(), ids[2]).await.expect("the case");
    assert_eq!(case.decided.map(|(.., why)| why).as_deref(), Some("不是该主体的人员"));
}

#[tokio::test]
async fn who_acts_for_firms_stands_in_no_list_of_the_units_people() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    let agent = confirmed(&desk, 0, 0).await;
    let system = Actor::system("test");
    let listed = crate::accounts::accounts(&desk, &system).await.expect("accounts");
    assert!(listed.iter().all(|one| one.role != Some(Role::Agent)), "{listed:?}");
    let names = crate::browse::Names::read(&desk).await.expect("names");
    let shown = names.person(&agent.actor.login);
    assert_eq!((shown.name.as_str(), shown.login), ("经办人", agent.actor.login));
    assert_eq!(names.person("stranger").name, "stranger");
}

#[tokio::test]
async fn a_successor_ends_everybody_however_many_asked_since() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    let first = confirmed(&desk, 0, 0).await;
    let mut command = asked(1, 0);
    command.application.replaces = true;
    sign_up(&desk, command).await.expect("asked");
    let id = waiting_ids(&desk).await[0];
    let held = desk.store().mandate(id).await.expect("read").expect("there");
    // More than are looked at, all of them later and over.
    let mut tx = desk.store().transaction("t").await.expect("begun");
    for number in 1..=201 {
        let (account_id, applied_at) = (-number, held.applied_at + number);
        let other = xinyong_store::Mandate { id: number, account_id, applied_at, ..held.clone() };
        tx.add_mandate(&other).await.expect("asked");
        assert!(
            tx.decide_mandate(number, "refused", "office", applied_at, "示例").await.expect("x")
        );
    }
    tx.commit().await.expect("committed");
    let case = mandate(&desk, &office(), id).await.expect("the case");
    assert_eq!(case.others.len(), 1);
    confirm(&desk, &office(), id).await.expect("confirmed");
    assert_eq!(refusal(stand(&desk, &first.actor, &code(0)).await), "not-found");
}

/// Keeps what is sent, or refuses everything.
#[derive(Default)]
struct Letterbox {
    sent: std::sync::Mutex<Vec<(String, String)>>,
    down: bool,
}

impl Letterbox {
    /// What was sent since somebody last looked: the address, and the secret of a link or the words.
    fn taken(&self) -> Vec<(String, String)> {
        std::mem::take(&mut *self.sent.lock().expect("no panic"))
    }
}

impl crate::notices::Mailer for Letterbox {
    async fn send(&self, address: &str, letter: &crate::notices::Letter<'_>) -> Result<(), String> {
        use crate::notices::Letter;
        if self.down {
            return Err("down".to_owned());
        }
        let said = match letter {
            Letter::Confirm { secret } => (*secret).to_owned(),
            Letter::Notice { text, own } => format!("{own} {text}"),
        };
        self.sent.lock().expect("no panic").push((address.to_owned(), said));
        Ok(())
    }
}

#[tokio::test]
async fn an_address_is_written_to_once_whoever_gave_it_has_followed_the_link() {
    use crate::notices::deliver;
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    let (_, actor) = sign_up(&desk, asked(0, 0)).await.expect("asked");
    let (one, other) = ("zhang@example.cn", "li@example.cn");
    let early = give_contact(&desk, &actor, one).await;
    assert_eq!(refusal(early), "contact.no-firm", "who acts for nobody has nobody written to");
    assert!(!own_contact(&desk, &actor).await.expect("read").may_set);
    let id = waiting_ids(&desk).await.pop().expect("one waits");
    confirm(&desk, &office(), id).await.expect("confirmed");
    assert_eq!(refusal(give_contact(&desk, &actor, "zhang").await), "contact.address-invalid");
    assert_eq!(give_contact(&desk, &actor, one).await.expect("asked"), Given::Asked);

    // A server that is down for a while holds nothing up.
    let mails = Letterbox { down: true, ..Letterbox::default() };
    assert_eq!(deliver(&desk, &mails).await.expect("tried"), 0);
    let mails = Letterbox::default();
    assert_eq!(deliver(&desk, &mails).await.expect("sent"), 1);
    assert_eq!(deliver(&desk, &mails).await.expect("sent"), 0, "once");
    let (address, secret) = mails.taken().pop().expect("a mail");
    assert_eq!((address.as_str(), secret.len()), (one, 64));
    let held = own_contact(&desk, &actor).await.expect("read");
    assert_eq!((held.address, held.waiting.map(|(address, _)| address)), (None, Some(one.into())));

    // What happens meanwhile is said on the own pages alone.
    let told = async |text: &str, desk: &Desk| {
        let account = own_account(desk, &actor).await.expect("an account").id;
        let new = xinyong_store::NewNotice {
            id: desk.new_id(),
            account_id: account,
            kind: "repair-step".to_owned(),
            object: format!("repair-step:1:{text}"),
            day: desk.today(),
            text: text.to_owned(),
            at: desk.clock().now(),
        };
        let mut tx = desk.store().transaction("t").await.expect("begun");
        tx.add_notice(&new).await.expect("told");
        tx.commit().await.expect("committed");
        deliver(desk, &mails).await.expect("sent");
        mails.taken()
    };
    assert_eq!(told("先前", &desk).await, []);

    // The link is the person's own, and holds for a day.
    let stranger = confirmed(&desk, 1, 1).await;
    let wrong = confirm_contact(&desk, &stranger.actor, &secret).await;
    assert_eq!(refusal(wrong), "contact.link-invalid");
    assert_eq!(refusal(confirm_contact(&desk, &actor, "0").await), "contact.link-invalid");
    let late = desk.at(date(2026, 11, 27));
    assert_eq!(refusal(confirm_contact(&late, &actor, &secret).await), "contact.link-invalid");
    confirm_contact(&desk, &actor, &secret).await.expect("confirmed");
    assert_eq!(refusal(confirm_contact(&desk, &actor, &secret).await), "contact.link-invalid");
    let held = own_contact(&desk, &actor).await.expect("read");
    assert_eq!((held.address.as_deref(), held.waiting), (Some(one), None));
    assert_eq!(told("其后", &desk).await, [(one.to_owned(), "true 其后".to_owned())]);
    assert_eq!(give_contact(&desk, &actor, one).await.expect("there"), Given::Same);

    // Another address takes its place once it is confirmed; taking back and asking anew does not get around the limit.
    assert_eq!(give_contact(&desk, &actor, other).await.expect("asked"), Given::Asked);
    assert_eq!(deliver(&desk, &mails).await.expect("sent"), 1);
    let (_, dropped) = mails.taken().pop().expect("a mail");
    assert_eq!(told("仍旧", &desk).await, [(one.to_owned(), "true 仍旧".to_owned())]);
    let account = own_account(&desk, &actor).await.expect("an account").id;
    let claim = desk.store().contact_claim(account).await.expect("read").expect("it waits");
    let letter = crate::notices::Letter::Confirm { secret: &dropped };
    let shown = format!("{claim:?} {letter:?} {:?}", own_contact(&desk, &actor).await);
    for clear in [one, other, &dropped] {
        assert!(!shown.contains(clear), "{shown}");
    }
    // Whoever gives the one in use again has thought better of it: the link holds no more.
    assert_eq!(give_contact(&desk, &actor, one).await.expect("there"), Given::Same);
    let held = own_contact(&desk, &actor).await.expect("read");
    assert_eq!((held.address.as_deref(), held.waiting), (Some(one), None));
    assert_eq!(refusal(confirm_contact(&desk, &actor, &dropped).await), "contact.link-invalid");
    assert_eq!(give_contact(&desk, &actor, "").await.expect("taken"), Given::Taken);
    assert_eq!(own_contact(&desk, &actor).await.expect("read").address, None);
    assert_eq!(told("不发", &desk).await, []);
    assert_eq!(give_contact(&desk, &actor, other).await.expect("the third"), Given::Asked);
    assert_eq!(refusal(give_contact(&desk, &actor, one).await), "contact.too-often");
    assert_eq!(deliver(&desk, &mails).await.expect("sent"), 1);
    let tomorrow = desk.at(date(2026, 11, 26));
    assert_eq!(give_contact(&tomorrow, &actor, one).await.expect("asked"), Given::Asked);

    // Neither address nor link stands anywhere in the clear, and the log says only that.
    deliver(&tomorrow, &mails).await.expect("sent");
    let (_, used) = mails.taken().pop().expect("a mail");
    confirm_contact(&tomorrow, &actor, &used).await.expect("confirmed");
    assert_eq!(give_contact(&tomorrow, &actor, other).await.expect("asked"), Given::Asked);
    deliver(&tomorrow, &mails).await.expect("sent");
    let (_, newest) = mails.taken().pop().expect("a mail");
    // Three that nobody confirmed are enough for a box, whoever asks and however they write it.
    let again = give_contact(&tomorrow, &stranger.actor, "Li@Example.cn").await;
    assert_eq!(refusal(again), "contact.address-too-often");
    let given = give_contact(&tomorrow, &stranger.actor, one).await;
    assert_eq!(given.expect("it was confirmed"), Given::Asked);
    let month = desk.at(date(2026, 12, 26));
    let given = give_contact(&month, &stranger.actor, "Li@Example.cn").await;
    assert_eq!(given.expect("forgotten"), Given::Asked);
    let clears = [one, other, &secret, &dropped, &used, &newest];
    let actions = desk.store().audit_actions().await.expect("actions");
    for action in ["account.contact-asked", "account.contact-set"] {
        assert!(actions.iter().any(|one| one == action), "{actions:?}");
    }
    let path = folder.path().join("backup");
    crate::running::backup(&desk, &Actor::system("test"), &path).await.expect("a backup");
    let backup = std::fs::read_to_string(&path).expect("the backup");
    assert!(backup.contains("{\"t\":\"account_contact\""), "what is confirmed is in it, sealed");
    assert!(!backup.contains("contact_claim"), "what waits is not");
    for clear in clears {
        assert!(!backup.contains(clear) && !backup.contains(&hex::encode(clear)), "{clear}");
    }
    let mut bytes = Vec::new();
    for name in ["desk.db", "desk.db-wal"] {
        bytes.extend(std::fs::read(folder.path().join(name)).unwrap_or_default());
    }
    let stands = |text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(stands(&xinyong_store::sm3_hex(newest.as_bytes())), "what waits is in the file");
    for clear in clears {
        assert!(!stands(clear), "{clear}");
    }
    assert!(crate::running::fsck(&desk).await.expect("checked").is_sound());
}

#[tokio::test]
async fn an_address_is_forgotten_that_nobody_confirms_or_nobody_needs() {
    use crate::notices::deliver;
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 11, 25)).await;
    let job = Actor::system("test");
    let (first, second) = (confirmed(&desk, 0, 0).await, confirmed(&desk, 1, 1).await);
    let held = async |agent: &Agent| {
        let claim = desk.store().contact_claim(agent.account).await.expect("read").expect("kept");
        (claim.address, claim.secret, claim.asked)
    };
    give_contact(&desk, &first.actor, "zhang@example.cn").await.expect("asked");
    assert_eq!(erase_contacts(&desk, &job).await.expect("looked"), 0, "it may yet be confirmed");
    let later = desk.at(date(2026, 11, 27));
    assert_eq!(erase_contacts(&later, &job).await.expect("erased"), 1);
    assert_eq!(erase_contacts(&later, &job).await.expect("looked"), 0);
    assert_eq!(held(&first).await, (String::new(), String::new(), 1));
    let actions = desk.store().audit_actions().await.expect("actions");
    assert!(actions.iter().any(|one| one == "account.contacts-erased"), "{actions:?}");

    // With the last mandate both addresses go: the one that was confirmed and the one that waits.
    let mails = Letterbox::default();
    for agent in [&first, &second] {
        give_contact(&later, &agent.actor, "zhang@example.cn").await.expect("asked");
        deliver(&later, &mails).await.expect("sent");
        let (_, secret) = mails.taken().pop().expect("a mail");
        confirm_contact(&later, &agent.actor, &secret).await.expect("confirmed");
        give_contact(&later, &agent.actor, "li@example.cn").await.expect("asked");
    }
    leave(&later, &first).await.expect("left");
    end(&later, &office(), second.mandate, "示例理由").await.expect("ended");
    for agent in [&first, &second] {
        assert_eq!(desk.store().contact(agent.account).await.expect("read"), None);
        assert_eq!(held(agent).await, (String::new(), String::new(), 2));
    }
    assert_eq!(deliver(&later, &mails).await.expect("looked"), 0);
    assert_eq!(erase_contacts(&later, &job).await.expect("looked"), 0);
    assert!(crate::running::fsck(&desk).await.expect("checked").is_sound());
}
