//! What the store promises, held against both engines.
//!
//! Every test is written once, takes an empty store, and runs on SQLite and on PostgreSQL.

#[path = "support/agents.rs"]
mod agents;
#[path = "support/api.rs"]
mod api;
#[path = "support/checks.rs"]
mod checks;
#[path = "support/commitments.rs"]
mod commitments;
#[path = "support/credit_reports.rs"]
mod credit_reports;
#[path = "support/enrolments.rs"]
mod enrolments;
#[path = "support/objections.rs"]
mod objections;
#[path = "support/postgres.rs"]
mod postgres;
#[path = "support/powers.rs"]
mod powers;
#[path = "support/publication_log.rs"]
mod publication_log;
#[path = "support/repairs.rs"]
mod repairs;

use std::path::PathBuf;

use agents::{mandates_wait_stand_and_end, what_no_unit_reported_is_counted_nowhere};
use api::{
    a_write_under_an_idempotency_key_begins_once,
    keys_are_found_by_their_hash_and_their_use_adds_up,
    the_feed_of_changes_is_the_same_in_any_portions,
};
use checks::{
    a_look_without_its_line_of_the_log_is_found_out,
    a_window_opens_once_and_a_list_goes_on_where_it_was, answers_share_what_the_law_gives_of_them,
    checks_are_kept_found_and_counted, looks_in_one_call_are_kept_all_or_none,
    looks_of_an_earlier_schema_are_read_after_the_upgrade,
    who_looked_is_found_before_and_after_the_log_is_brought_up,
};
use commitments::{
    a_commitment_goes_step_by_step, a_number_is_given_or_taken_in,
    records_are_read_by_the_day_of_their_decision,
};
use credit_reports::reports_keep_their_terms;
use enrolments::{
    changes_of_one_subject_are_told_in_order, deliveries_are_claimed_once_and_kept_as_receipts,
    enrolments_begin_end_and_lapse,
};
use jiff::civil::{Date, date};
use objections::{an_objection_goes_step_by_step, who_came_with_an_objection_is_erased};
use postgres::PostgresServer;
use powers::{open_tables_are_compared_and_days_add_up, powers_are_proposed_decided_and_named};
use publication_log::{
    every_event_in_public_becomes_one_leaf, keys_sign_forwards_and_heads_are_kept,
    the_log_is_filled_by_an_upgrade_and_carried_by_a_backup, two_that_append_at_once_take_turns,
};
use repairs::{a_repair_goes_step_by_step, what_holds_a_record_down_is_known};
use xinyong_store::{
    ApiKeyRow, ApiUsage, AuditEntry, AuditFilter, AuditRow, BatchFilter, BatchRow, ContactClaim,
    Content, Correction, CorrectionDecision, Counts, DeclaredCount, Engine, ErrorReport,
    FormerName, Gap, GapExplanation, IssuedBulletin, Judgement, KeyRing, KnownDecision,
    LawConfirmation, LawProposal, LawWithdrawal, Met, NO_END, NewAccount, NewBatch, NewNotice,
    NewRecord, NewSubject, NumberPlace, Outage, Person, ProposalDecision, PublicationEvent,
    Purpose, RecordChange, RecordFilter, ReportAnswer, RowFinding, Security, SessionRow, Shared,
    StageChange, Store, StoreError, SubjectChange, SubjectJudgement, SubjectsRead, Unit,
    UnitSuccessor, UnitVersion, Withdrawal, correction_place, factor_place, person_place,
    record_place, report_contact_place, report_place, restore, verify_backup,
};

/// SQLite's log finds its way into the file while the store is open, without a commit that waits for it.
#[tokio::test]
async fn the_log_is_folded_beside_the_work() {
    let ground = ground(None);
    let store = ground.store().await;
    furnish_base(&store).await;
    let (file, copy) = (ground.path("xinyong"), ground.path("copy"));
    let mut arrived = false;
    for _ in 0..400 {
        std::fs::copy(&file, &copy).expect("the file alone, without its log");
        let of_copy = Store::open(&format!("sqlite:{}", copy.display()), &ground.keys).await;
        arrived = match of_copy {
            Ok(copied) => {
                let count = copied.count_subjects().await;
                copied.close().await;
                count.is_ok_and(|count| count > 0)
            }
            Err(_) => false,
        };
        if arrived {
            break;
        }
        for name in ["copy", "copy-wal", "copy-shm"] {
            drop(std::fs::remove_file(ground.path(name)));
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(arrived, "nothing of the log was folded in twenty seconds");
}

/// An empty place for stores of one engine, and all that must live as long.
struct Ground {
    server: Option<PostgresServer>,
    folder: tempfile::TempDir,
    keys: KeyRing,
}

impl Ground {
    fn url(&self, name: &str) -> String {
        match &self.server {
            Some(server) => server.database(name),
            None => format!("sqlite:{}", self.path(name).display()),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn store(&self) -> Store {
        Store::open(&self.url("xinyong"), &self.keys).await.expect("an empty store")
    }
}

fn ground(server: Option<PostgresServer>) -> Ground {
    Ground {
        server,
        folder: tempfile::tempdir().expect("folder"),
        keys: KeyRing::random().expect("keys"),
    }
}

macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite { $(
            #[tokio::test]
            async fn $name() { super::$name(&super::ground(None)).await; }
        )* }
        /// One server for all, because starting one takes longer than all the rest.
        #[tokio::test]
        async fn postgres() {
            let Some(server) = PostgresServer::start() else { return };
            let mut server = Some(server);
            $(
                eprintln!(stringify!($name));
                let mut one = ground(server.take());
                $name(&one).await;
                let running = one.server.take().expect("the server");
                let drop_database = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", "xinyong");
                running.sql(&drop_database);
                running.sql("DROP DATABASE IF EXISTS other WITH (FORCE)");
                server = Some(running);
            )*
            drop(server);
        }
    };
}

on_both! {
    every_statement_is_understood,
    units_accounts_and_sessions,
    an_identity_stands_for_one_account,
    people_are_told_once_and_written_to,
    tries_are_counted_before_they_are_judged,
    an_address_waits_for_its_link,
    second_factors_and_held_forms,
    confirmations_are_proposed_decided_and_taken_back,
    units_keep_their_history,
    subjects_are_found_by_code_and_name,
    subjects_that_may_be_one_are_named,
    subjects_change_and_keep_their_history,
    fragments_of_names_are_found,
    records_come_change_and_go,
    arrivals_and_numbers_follow_the_records,
    what_units_owe_is_declared_explained_and_known,
    reports_of_errors_are_taken_answered_and_forgotten,
    a_correction_waits_for_its_second_person,
    a_repair_goes_step_by_step,
    an_objection_goes_step_by_step,
    who_came_with_an_objection_is_erased,
    a_commitment_goes_step_by_step,
    a_number_is_given_or_taken_in,
    records_are_read_by_the_day_of_their_decision,
    what_holds_a_record_down_is_known,
    judgements_are_followed_and_taken_back,
    public_records_follow_the_dates,
    public_figures_follow_the_dates,
    sealed_values_stay_in_their_place,
    batches_move_stage_by_stage,
    findings_and_judgements,
    uploads_come_back_as_they_were,
    the_audit_log_is_a_chain,
    a_dropped_transaction_leaves_nothing,
    two_writers_at_once,
    the_check_finds_what_was_changed_by_hand,
    the_check_finds_what_hangs_on_nothing,
    a_backup_moves_between_engines,
    a_store_opens_again_with_its_own_keys_only,
    every_earlier_schema_is_brought_up_to_date,
    reports_keep_their_terms,
    many_rows_in_one_go,
    keys_are_found_by_their_hash_and_their_use_adds_up,
    a_write_under_an_idempotency_key_begins_once,
    the_feed_of_changes_is_the_same_in_any_portions,
    open_tables_are_compared_and_days_add_up,
    powers_are_proposed_decided_and_named,
    checks_are_kept_found_and_counted,
    a_look_without_its_line_of_the_log_is_found_out, answers_share_what_the_law_gives_of_them,
    looks_in_one_call_are_kept_all_or_none,
    looks_of_an_earlier_schema_are_read_after_the_upgrade,
    who_looked_is_found_before_and_after_the_log_is_brought_up,
    a_window_opens_once_and_a_list_goes_on_where_it_was,
    mandates_wait_stand_and_end,
    enrolments_begin_end_and_lapse,
    changes_of_one_subject_are_told_in_order,
    deliveries_are_claimed_once_and_kept_as_receipts,
    what_no_unit_reported_is_counted_nowhere,
    every_event_in_public_becomes_one_leaf,
    two_that_append_at_once_take_turns,
    keys_sign_forwards_and_heads_are_kept,
    the_log_is_filled_by_an_upgrade_and_carried_by_a_backup,
}

const NOW: i64 = 1_780_000_000_000;

fn subject(id: i64, code: &str, name: &str) -> NewSubject {
    NewSubject {
        id,
        category: "organisation".to_owned(),
        code: Some(code.to_owned()),
        codes: vec![
            ("uscc".to_owned(), code.to_owned()),
            ("organisation-code".to_owned(), code[8..17].to_owned()),
        ],
        name: name.to_owned(),
        name_key: name.to_owned(),
        former: Vec::new(),
        status: "active".to_owned(),
        details: "{\"town\":\"示例镇\"}".to_owned(),
        registered_on: Some(date(2020, 2, 29)),
        source: "registry".to_owned(),
        known_at: NOW,
        tokens: tokens(&[name]),
        actor: "cli".to_owned(),
        reason: "import".to_owned(),
        source_batch: Some(1),
    }
}

fn code(n: i64) -> String {
    format!("91149999MA{n:07}X")
}

fn tokens(names: &[&str]) -> String {
    let mut all = Vec::new();
    for name in names {
        let chars: Vec<char> = name.chars().collect();
        all.extend(chars.windows(2).map(|two| two.iter().collect::<String>()));
    }
    all.join(" ")
}

fn query(text: &str) -> Vec<String> {
    tokens(&[text]).split(' ').map(str::to_owned).collect()
}

fn record(id: i64, subject_id: i64, number: &str, decided_on: Date) -> NewRecord {
    NewRecord {
        subject_id,
        id,
        kind: "administrative-penalty".to_owned(),
        natural_key: format!("{number}|示例局"),
        number: NumberPlace { year: 0, series: number.to_owned(), serial: 0 },
        content: Content::new(format!("{{\"CF_WSH\":\"{number}\"}}")),
        sealed: None,
        platform: "{\"severity\":\"minor\"}".to_owned(),
        party_category: "organisation".to_owned(),
        decided_on,
        valid_until: None,
        unit_id: "market".to_owned(),
        batch_id: 1,
        row: id,
        recorded_at: NOW,
        law_edition: "2026-04-01".to_owned(),
        public_from: Some(decided_on),
        public_until: Some(date(decided_on.year() + 1, decided_on.month(), 1)),
        content_digest: format!("digest-{number}"),
        actor: "cli".to_owned(),
        second: Some("cli2".to_owned()),
        reason: "released".to_owned(),
        citations: "[\"示例条\"]".to_owned(),
    }
}

fn batch(id: i64) -> NewBatch {
    NewBatch {
        id,
        kind: "administrative-penalty".to_owned(),
        unit_id: "market".to_owned(),
        profile: "reported".to_owned(),
        file_name: "示例.xlsx".to_owned(),
        digest: "d1".to_owned(),
        size: 3,
        stage: "received".to_owned(),
        received_at: NOW + id,
        received_by: "clerk".to_owned(),
        basis: None,
        sheet: "Sheet1".to_owned(),
        heading: "[]".to_owned(),
        note: None,
        law_edition: "2026-04-01".to_owned(),
    }
}

fn entry(action: &str) -> AuditEntry {
    AuditEntry {
        at: NOW,
        actor: "cli".to_owned(),
        action: action.to_owned(),
        object: "batch:1".to_owned(),
        outcome: "done".to_owned(),
        detail: "{}".to_owned(),
    }
}

fn conflict<T: std::fmt::Debug>(outcome: &Result<T, StoreError>) -> bool {
    matches!(outcome, Err(StoreError::Conflict(_)))
}

/// Two subjects, three records in a sealed batch, a file, an audit entry: a bit of everything.
async fn furnish(store: &Store) {
    furnish_base(store).await;
    let mut tx = store.transaction("furnish").await.expect("begun");
    tx.create_account(&new_account(7, "reviewer", "reviewer")).await.expect("account");
    let sealed = store.keys().seal(Purpose::Platform, &factor_place(7), b"x").expect("sealed");
    tx.set_pending_factor(7, &sealed).await.expect("factor");
    tx.put_recovery_codes(7, &["x".to_owned()]).await.expect("codes");
    tx.link_identity(store, "https://id.example", "one", 7, NOW).await.expect("linked");
    agents::keep_person(store, &mut tx, 7, "x").await;
    tx.add_mandate(&agents::mandate(1, 7, 1)).await.expect("asked");
    assert!(tx.decide_mandate(1, "active", "office", NOW + 2, "").await.expect("decided"));
    tx.set_contact(store, 7, Some("someone@example.cn"), NOW).await.expect("set");
    tx.add_notice(&new_notice(1, 7, "batch:1")).await.expect("told");
    let key = ApiKeyRow {
        id: 21,
        name: "示例系统".to_owned(),
        hash: xinyong_store::sm3_hex(b"key"),
        scopes: "read report".to_owned(),
        unit_id: "market".to_owned(),
        expires_on: date(2027, 5, 1),
        created_at: NOW,
        created_by: "cli".to_owned(),
        ended_at: None,
        ended_by: None,
    };
    tx.add_api_key(&key).await.expect("key");
    let used =
        ApiUsage { key_id: 21, day: date(2026, 5, 29), requests: 3, refusals: 1, last_at: NOW };
    tx.add_api_usage(&[used]).await.expect("used");
    let digest = xinyong_store::sm3_hex(b"write");
    assert!(tx.begin_api_write(21, "one", &digest, NOW, (0, 0)).await.expect("begun"));
    let confirmed = LawConfirmation {
        id: 4,
        parameter: "transition.order36".to_owned(),
        from_day: date(2026, 4, 1),
        value: "\"favourable\"".to_owned(),
        text: "示例".to_owned(),
        first: "a".to_owned(),
        second: "b".to_owned(),
        at: NOW,
    };
    tx.add_confirmation(&confirmed).await.expect("confirmed");
    for id in [3, 5] {
        tx.add_law_proposal(&LawProposal {
            id,
            parameter: confirmed.parameter.clone(),
            from_day: confirmed.from_day,
            value: confirmed.value.clone(),
            text: confirmed.text.clone(),
            file_digest: None,
            file_name: None,
            proposed_by: "a".to_owned(),
            proposed_at: NOW,
            state: "open".to_owned(),
            decided_by: None,
            decided_at: None,
            reason: None,
            confirmation_id: None,
        })
        .await
        .expect("proposed");
    }
    let decision = ProposalDecision {
        id: 3,
        state: "confirmed",
        by: "b",
        at: NOW,
        reason: None,
        confirmation: Some(4),
    };
    assert!(tx.decide_law_proposal(&decision).await.expect("decided"));
    let end = LawWithdrawal {
        confirmation_id: 4,
        actor: "a".to_owned(),
        reason: "示例理由".to_owned(),
        at: NOW + 1,
    };
    tx.withdraw_confirmation(&end).await.expect("taken back");
    let mut report = new_report(store, 41, "form");
    (report.subject_id, report.record_id) = (1, 11);
    assert!(tx.add_error_report(&report).await.expect("reported"));
    let mut correction = new_correction(51);
    (correction.subject_id, correction.record_id) = (1, 11);
    let place = correction_place(51);
    correction.sealed = Some(store.keys().seal(Purpose::Record, &place, b"{}").expect("sealed"));
    tx.add_correction(&correction).await.expect("entered");
    let judged = new_judgement(61, "different", 1, 2);
    tx.add_subject_judgement(&judged, &[(11, 1)]).await.expect("judged");
    checks::keep_one_of_each(&mut tx).await;
    tx.commit().await.expect("committed");
}

fn new_notice(id: i64, account_id: i64, object: &str) -> NewNotice {
    NewNotice {
        id,
        account_id,
        kind: "waits".to_owned(),
        object: object.to_owned(),
        day: date(2026, 11, 25),
        text: format!("示例{object}"),
        at: NOW,
    }
}

/// What the first schema had room for.
async fn furnish_base(store: &Store) {
    let mut tx = store.transaction("furnish").await.expect("begun");
    let unit = Unit {
        id: "market".to_owned(),
        name: "示例县市场监管局".to_owned(),
        code: None,
        settings: "{}".to_owned(),
        active: true,
    };
    tx.put_units(&[unit]).await.expect("units");
    tx.create_batch(&batch(1)).await.expect("batch");
    let subjects =
        [subject(1, &code(1), "示例鑫源建材有限公司"), subject(2, &code(2), "示例䶮𬱖商贸行")];
    tx.insert_subjects(&subjects).await.expect("subjects");
    let mut secret = record(12, 2, "二号", date(2025, 6, 1));
    let sealed = store.keys().seal(Purpose::Record, &record_place(2, 12), "示例".as_bytes());
    secret.sealed = Some(sealed.expect("sealed"));
    let records =
        [record(11, 1, "一号", date(2026, 5, 1)), secret, record(13, 1, "三号", date(2026, 5, 2))];
    tx.insert_records(&records).await.expect("records");
    let sealed = store.keys().seal(Purpose::Person, &person_place(5), b"x").expect("sealed");
    let person = Person { id: 5, blind: store.keys().blind_index("x"), sealed, known_at: NOW };
    tx.insert_persons(&[person]).await.expect("person");
    let finding = RowFinding {
        row: 11,
        seq: 1,
        field: "CF_WSH".to_owned(),
        level: "note".to_owned(),
        code: "c".to_owned(),
        message: "说明".to_owned(),
    };
    tx.add_findings(1, &[finding]).await.expect("finding");
    let change = StageChange { recorded_at: Some(NOW), ..StageChange::default() };
    tx.set_stage(1, "received", "recorded", &change).await.expect("stage");
    tx.seal_batch(1).await.expect("seal");
    tx.audit(entry("record"));
    tx.audit(entry("seal"));
    tx.commit().await.expect("committed");
    let digest = xinyong_store::sm3_hex(b"abc");
    store.store_upload(&digest, "示例.csv", NOW, &b"abc"[..]).await.expect("upload");
}

async fn problems(store: &Store) -> Vec<(String, String)> {
    let report = store.fsck(&tokens, &mut |_, _| {}).await.expect("checked");
    report.problems.into_iter().map(|problem| (problem.table, problem.row)).collect()
}

async fn an_address_waits_for_its_link(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    let claim = |secret: &str, asked: i64| ContactClaim {
        account_id: 7,
        address: "someone@example.cn".to_owned(),
        secret: secret.to_owned(),
        digest: xinyong_store::sm3_hex(secret.as_bytes()),
        ends_at: NOW + 100,
        day: date(2026, 6, 1),
        asked,
        mail: "due".to_owned(),
        tries: 0,
    };
    let due = async |now| store.contact_claims_due(now, 0, 9).await.expect("read");
    let mut tx = store.transaction("t").await.expect("begun");
    assert_eq!(tx.hold_contact_claim(7).await.expect("held"), None);
    tx.put_contact_claim(&claim("one", 1)).await.expect("kept");
    tx.put_contact_claim(&claim("two", 2)).await.expect("in its place");
    tx.commit().await.expect("committed");
    assert_eq!(store.contact_claim(7).await.expect("read"), Some(claim("two", 2)));
    assert_eq!((due(NOW).await, due(NOW + 100).await), (vec![claim("two", 2)], vec![]));
    let mut tx = store.transaction("t").await.expect("begun");
    tx.note_contact_claim(7, &claim("one", 1).digest, "sent").await.expect("another one's");
    tx.note_contact_claim(7, &claim("two", 2).digest, "due").await.expect("to be tried again");
    tx.commit().await.expect("committed");
    assert_eq!(due(NOW).await, [ContactClaim { tries: 1, ..claim("two", 2) }]);
    assert_eq!(problems(&store).await, []);
    for (damage, mend) in [
        ("mail = 'lost'", "mail = 'due'"),
        ("asked = 0", "asked = 2"),
        ("account_id = 99", "account_id = 7"),
    ] {
        store.raw_execute(&format!("UPDATE contact_claim SET {damage}")).await.expect(damage);
        assert_eq!(problems(&store).await[0].0, "contact_claim", "{damage}");
        store.raw_execute(&format!("UPDATE contact_claim SET {mend}")).await.expect(mend);
    }
    let mut tx = store.transaction("t").await.expect("begun");
    let held = tx.hold_contact_claim(7).await.expect("held").expect("there");
    tx.end_contact_claim(held).await.expect("ended");
    tx.commit().await.expect("committed");
    assert_eq!(due(NOW).await, []);
    let kept = store.contact_claim(7).await.expect("read").expect("how often is still known");
    assert_eq!((kept.address.as_str(), kept.asked, kept.ends_at), ("", 2, 0));
    assert_eq!(problems(&store).await, []);

    // Mails to an address are counted over all accounts, however it is written, until it is confirmed or the days are over.
    let mut tx = store.transaction("t").await.expect("begun");
    let (may, june) = (date(2026, 5, 2), date(2026, 6, 1));
    let (one, same) = ("someone@example.cn", "Someone@Example.CN");
    for (address, days, count) in [
        (one, (may, date(2026, 4, 2)), 1),
        (same, (june, date(2026, 5, 1)), 2),
        (one, (june, date(2026, 5, 1)), 3),
        (one, (june, may), 3),
        ("other@example.cn", (june, may), 1),
    ] {
        assert_eq!(tx.count_contact_asked(address, days).await.expect("counted"), count);
    }
    tx.forget_contacts_asked(may).await.expect("forgotten");
    assert_eq!(tx.count_contact_asked(one, (june, date(2026, 4, 2))).await.expect("counted"), 4);
    tx.forget_contact_asked(same).await.expect("forgotten");
    assert_eq!(tx.count_contact_asked(one, (june, may)).await.expect("counted"), 1);
    tx.commit().await.expect("committed");

    // One that is not confirmed in time is forgotten, and so is every one of an agent who acts for nobody any more.
    let mut tx = store.transaction("t").await.expect("begun");
    tx.put_contact_claim(&claim("three", 2)).await.expect("kept");
    tx.create_account(&new_account(8, "agent:8", "agent")).await.expect("account");
    agents::keep_person(&store, &mut tx, 8, "y").await;
    tx.set_contact(&store, 8, Some("agent@example.cn"), NOW).await.expect("set");
    tx.put_contact_claim(&ContactClaim { account_id: 8, ..claim("four", 1) }).await.expect("kept");
    tx.add_mandate(&agents::mandate(2, 8, 1)).await.expect("asked");
    assert!(tx.decide_mandate(2, "active", "office", NOW + 2, "").await.expect("decided"));
    assert_eq!(tx.end_contacts_over(NOW + 99).await.expect("looked"), 0);
    assert!(tx.end_mandate(2, "office", NOW + 3, "x").await.expect("ended"));
    assert!(tx.end_contact_if_over(8, NOW + 99).await.expect("forgotten"));
    assert!(!tx.end_contact_if_over(8, NOW + 99).await.expect("looked"), "once");
    assert_eq!(tx.end_contacts_over(NOW + 100).await.expect("forgotten"), 1);
    tx.set_contact(&store, 8, Some("agent@example.cn"), NOW).await.expect("set");
    assert_eq!(tx.end_contacts_over(NOW + 100).await.expect("forgotten"), 1);
    tx.commit().await.expect("committed");
    for (account, asked) in [(7, 2), (8, 1)] {
        let kept = store.contact_claim(account).await.expect("read").expect("how often");
        assert_eq!((kept.address.as_str(), kept.asked, kept.ends_at), ("", asked, 0));
    }
    assert_eq!(store.contact(8).await.expect("read"), None);
    assert!(store.contact(7).await.expect("read").is_some(), "confirmed, and no agent's");
    assert_eq!(problems(&store).await, []);
}

async fn every_statement_is_understood(ground: &Ground) {
    let store = ground.store().await;
    for statement in xinyong_store::statements() {
        let outcome = store.prepare(&statement).await;
        assert!(outcome.is_ok(), "{}: {outcome:?}", statement.name);
    }
}

fn new_account(id: i64, login: &str, role: &str) -> NewAccount {
    NewAccount {
        id,
        login: login.to_owned(),
        name: "示例".to_owned(),
        unit_id: "market".to_owned(),
        role: role.to_owned(),
        password: "$argon2".to_owned(),
        created_at: NOW,
    }
}

async fn tries_are_counted_before_they_are_judged(ground: &Ground) {
    let store = ground.store().await;
    let mut tx = store.transaction("t").await.expect("begun");
    for (id, login) in [(1, "a"), (2, "b")] {
        tx.create_account(&new_account(id, login, "administrator")).await.expect("made");
    }
    tx.commit().await.expect("committed");
    let mut open = Vec::new();
    for now in [NOW, NOW, NOW, NOW, NOW + 9, NOW + 10, NOW + 11] {
        let mut tx = store.transaction("t").await.expect("begun");
        open.push(tx.charge_attempt(1, now, 3, now + 10).await.expect("charged"));
        tx.commit().await.expect("committed");
    }
    assert_eq!(open, [true, true, true, false, false, true, false]);
    let mut tx = store.transaction("t").await.expect("begun");
    tx.refund_attempt(1).await.expect("refunded");
    tx.set_profile(2, "示例乙", "tax", "auditor").await.expect("set");
    assert_eq!(tx.active_of_role("administrator").await.expect("read"), [1]);
    tx.commit().await.expect("committed");
    let account = store.account(1).await.expect("read").expect("there");
    assert_eq!((account.failed, account.locked_until), (3, None));
    let account = store.account(2).await.expect("read").expect("there");
    assert_eq!((account.name.as_str(), account.unit_id.as_str()), ("示例乙", "tax"));
}

async fn second_factors_and_held_forms(ground: &Ground) {
    let store = ground.store().await;
    assert_eq!(store.security(7).await.expect("read"), Security::default());
    let mut tx = store.transaction("t").await.expect("begun");
    tx.set_must_change(7, true, NOW).await.expect("set");
    assert!(!tx.keep_factor(7, NOW, 5).await.expect("tried"), "nothing was pending");
    tx.set_pending_factor(7, b"sealed").await.expect("set");
    assert!(tx.keep_factor(7, NOW, 5).await.expect("kept"));
    assert!(!tx.use_step(7, 5).await.expect("tried"), "a step was taken twice");
    assert!(tx.use_step(7, 6).await.expect("used"));
    tx.put_recovery_codes(7, &["x".to_owned(), "y".to_owned()]).await.expect("put");
    assert!(tx.use_recovery_code(7, "x", NOW).await.expect("used"));
    assert!(!tx.use_recovery_code(7, "x", NOW).await.expect("tried"), "a code was good twice");
    tx.commit().await.expect("committed");
    assert_eq!(store.recovery_codes_left(7).await.expect("read"), 1);
    assert_eq!(store.accounts_with_factor().await.expect("read"), [7]);
    let kept = store.security(7).await.expect("read");
    assert_eq!((kept.must_change, kept.factor_step, kept.factor_since), (true, 6, Some(NOW)));
    assert_eq!((kept.factor.as_deref(), kept.pending), (Some(b"sealed".as_slice()), None));
    let mut tx = store.transaction("t").await.expect("begun");
    tx.clear_factor(7).await.expect("cleared");
    tx.commit().await.expect("committed");
    assert_eq!(store.security(7).await.expect("read").factor, None);
    assert_eq!(store.recovery_codes_left(7).await.expect("read"), 0);

    for (number, id) in ["p", "q", "r"].into_iter().enumerate() {
        let until = NOW + 10 + i64::try_from(number).expect("small");
        store.hold_form(id, 7, b"sealed", until, 2).await.expect("held");
    }
    assert_eq!(store.held_form("p", NOW).await.expect("read"), None, "the oldest made way");
    assert_eq!(store.held_form("q", NOW).await.expect("read"), Some((7, b"sealed".to_vec())));
    assert_eq!(store.held_form("q", NOW + 11).await.expect("read"), None);
    store.drop_held_form("q").await.expect("dropped");
    assert_eq!(store.held_form("q", NOW).await.expect("read"), None);
    store.delete_expired_sessions(NOW, NOW + 20).await.expect("swept");
    assert_eq!(store.held_form("r", NOW).await.expect("read"), None);
}

async fn units_accounts_and_sessions(ground: &Ground) {
    let store = ground.store().await;
    furnish_base(&store).await;
    let mut unit = store.unit("market").await.expect("read").expect("there");
    unit.active = false;
    unit.code = Some(code(9));
    let mut tx = store.transaction("t").await.expect("begun");
    tx.put_units(&[unit.clone()]).await.expect("put");
    let new = NewAccount {
        id: 7,
        login: "clerk".to_owned(),
        name: "示例".to_owned(),
        unit_id: "market".to_owned(),
        role: "submitter".to_owned(),
        password: "$argon2".to_owned(),
        created_at: NOW,
    };
    tx.create_account(&new).await.expect("made");
    tx.put_meta("k", "1").await.expect("meta");
    tx.put_meta("k", "2").await.expect("meta");
    tx.commit().await.expect("committed");
    assert_eq!(store.units().await.expect("units"), [unit]);
    assert_eq!(store.get_meta("k").await.expect("meta").as_deref(), Some("2"));
    let mut tx = store.transaction("t").await.expect("begun");
    assert!(conflict(&tx.create_account(&NewAccount { id: 8, ..new }).await));
    drop(tx);
    let mut tx = store.transaction("t").await.expect("begun");
    for _ in 0..2 {
        assert!(tx.charge_attempt(7, NOW, 2, NOW + 5).await.expect("charged"));
    }
    tx.commit().await.expect("committed");
    let account = store.account_by_login("clerk").await.expect("read").expect("there");
    assert_eq!((account.failed, account.locked_until), (2, Some(NOW + 5)));
    let mut tx = store.transaction("t").await.expect("begun");
    tx.note_success(7).await.expect("noted");
    tx.set_password(7, "$new").await.expect("set");
    tx.set_account_active(7, false).await.expect("set");
    tx.commit().await.expect("committed");
    let account = store.account(7).await.expect("read").expect("there");
    assert_eq!((account.failed, account.password.as_str(), account.active), (0, "$new", false));
    assert_eq!(store.accounts().await.expect("list").len(), 1);

    let session = SessionRow {
        account_id: Some(7),
        data: "{}".to_owned(),
        expires_at: NOW + 10,
        began_at: NOW,
        seen_at: NOW + 1,
        agent: "示例浏览器".to_owned(),
    };
    assert!(
        !store.save_session("s", &session).await.expect("tried"),
        "nothing to bring up to date"
    );
    for id in ["s", "t", "u"] {
        store.create_session(id, &session).await.expect("made");
    }
    assert!(conflict(&store.create_session("s", &session).await));
    assert!(store.save_session("s", &session).await.expect("saved"));
    assert_eq!(store.load_session("s", NOW).await.expect("read"), Some(session.clone()));
    assert_eq!(store.sessions_of(7, NOW).await.expect("list").len(), 3);
    let mut tx = store.transaction("t").await.expect("begun");
    assert!(!tx.delete_session_of(8, "u").await.expect("tried"), "another account's session ended");
    assert!(tx.delete_session_of(7, "u").await.expect("ended"));
    tx.commit().await.expect("committed");
    assert!(!store.save_session("u", &session).await.expect("tried"), "an ended session came back");
    assert_eq!(store.load_session("s", NOW + 10).await.expect("read"), None);
    store.delete_session("s").await.expect("deleted");
    assert_eq!(store.delete_expired_sessions(NOW + 11, NOW + 11).await.expect("deleted"), 1);
    assert!(store.take_lease("job", NOW, NOW + 5, "a").await.expect("lease"));
    assert!(!store.take_lease("job", NOW + 1, NOW + 9, "b").await.expect("lease"));
    assert!(store.take_lease("job", NOW + 5, NOW + 9, "b").await.expect("lease"));
    store.end_lease("job", "b").await.expect("ended");
    assert!(store.take_lease("job", NOW, NOW + 9, "c").await.expect("lease"));
    let confirmation = LawConfirmation {
        id: 1,
        parameter: "transition.order36".to_owned(),
        from_day: date(2026, 4, 1),
        value: "\"favourable\"".to_owned(),
        text: "示例".to_owned(),
        first: "a".to_owned(),
        second: "b".to_owned(),
        at: NOW,
    };
    let mut tx = store.transaction("t").await.expect("begun");
    tx.add_confirmation(&confirmation).await.expect("added");
    tx.commit().await.expect("committed");
    assert_eq!(store.confirmations().await.expect("read"), [confirmation]);
}

async fn an_identity_stands_for_one_account(ground: &Ground) {
    let store = ground.store().await;
    let of = |subject: &'static str| {
        let store = store.clone();
        async move { store.account_of_identity("https://id.example", subject).await.expect("read") }
    };
    let mut tx = store.transaction("t").await.expect("begun");
    tx.link_identity(&store, "https://id.example", "one", 7, NOW).await.expect("linked");
    tx.link_identity(&store, "https://id.example", "two", 7, NOW).await.expect("linked");
    tx.link_identity(&store, "https://other.example", "one", 8, NOW).await.expect("linked");
    tx.commit().await.expect("committed");
    assert_eq!((of("one").await, of("two").await, of("three").await), (Some(7), Some(7), None));
    let mut tx = store.transaction("t").await.expect("begun");
    assert!(conflict(&tx.link_identity(&store, "https://id.example", "one", 9, NOW).await));
    drop(tx);
    let mut tx = store.transaction("t").await.expect("begun");
    assert_eq!(tx.unlink_identities(7).await.expect("unlinked"), 2);
    tx.commit().await.expect("committed");
    assert_eq!(of("one").await, None);
    let other = store.account_of_identity("https://other.example", "one").await.expect("read");
    assert_eq!(other, Some(8));
}

async fn people_are_told_once_and_written_to(ground: &Ground) {
    let store = ground.store().await;
    let notice = new_notice;
    let mut tx = store.transaction("t").await.expect("begun");
    tx.create_account(&new_account(7, "reviewer", "reviewer")).await.expect("account");
    tx.set_contact(&store, 7, Some("someone@example.cn"), NOW).await.expect("set");
    for new in [notice(1, 7, "batch:1"), notice(2, 7, "batch:1"), notice(3, 7, "batch:2")] {
        tx.add_notice(&new).await.expect("told");
    }
    // Nobody knows where to write to the other.
    tx.add_notice(&notice(4, 8, "batch:1")).await.expect("told");
    tx.commit().await.expect("committed");
    let told = |account| {
        let store = store.clone();
        async move {
            let all = store.notices(account, 10).await.expect("read");
            all.iter().map(|n| (n.id, n.mail.clone(), n.read_at)).collect::<Vec<_>>()
        }
    };
    let due = "due".to_owned();
    assert_eq!(told(7).await, [(3, due.clone(), None), (1, due.clone(), None)]);
    assert_eq!(told(8).await, [(4, "none".to_owned(), None)]);
    let mails = store.mail_due(0, 10).await.expect("read");
    let shown: Vec<_> = mails.iter().map(|mail| (mail.notice, mail.address.as_str())).collect();
    assert_eq!(shown, [(1, "someone@example.cn"), (3, "someone@example.cn")]);
    let mut tx = store.transaction("t").await.expect("begun");
    tx.note_mail(1, "sent").await.expect("noted");
    tx.note_mail(3, "due").await.expect("noted");
    tx.mark_read(7, 1, NOW + 5).await.expect("read");
    tx.commit().await.expect("committed");
    assert_eq!(told(7).await, [(3, due, None), (1, "sent".to_owned(), Some(NOW + 5))]);
    assert_eq!(store.unread(7).await.expect("count"), 1);
    let mails = store.mail_due(0, 10).await.expect("read");
    assert_eq!(mails.iter().map(|mail| (mail.notice, mail.tries)).collect::<Vec<_>>(), [(3, 1)]);
    // Nothing goes to who may not sign in, nor to an agent who acts for nobody.
    let switch = async |active| {
        let mut tx = store.transaction("t").await.expect("begun");
        tx.set_account_active(7, active).await.expect("set");
        tx.commit().await.expect("committed");
        store.mail_due(0, 10).await.expect("read").len()
    };
    assert_eq!((switch(false).await, switch(true).await), (0, 1));
    let mut tx = store.transaction("t").await.expect("begun");
    tx.create_account(&new_account(9, "agent:9", "agent")).await.expect("account");
    tx.set_contact(&store, 9, Some("agent@example.cn"), NOW).await.expect("set");
    tx.add_notice(&notice(6, 9, "batch:1")).await.expect("told");
    tx.add_mandate(&agents::mandate(1, 9, 1)).await.expect("asked");
    tx.commit().await.expect("committed");
    assert_eq!(store.mail_due(3, 10).await.expect("read"), [], "not yet confirmed");
    let mut tx = store.transaction("t").await.expect("begun");
    assert!(tx.decide_mandate(1, "active", "office", NOW + 2, "").await.expect("decided"));
    tx.commit().await.expect("committed");
    assert_eq!(store.mail_due(3, 10).await.expect("read").len(), 1);
    let mut tx = store.transaction("t").await.expect("begun");
    assert!(tx.end_mandate(1, "office", NOW + 3, "x").await.expect("ended"));
    tx.commit().await.expect("committed");
    // What waits no more is taken back, and can be said again on the same day.
    let mut tx = store.transaction("t").await.expect("begun");
    tx.settle_notices("batch:2", "waits").await.expect("settled");
    tx.add_notice(&notice(5, 7, "batch:2")).await.expect("told");
    tx.commit().await.expect("committed");
    assert_eq!(told(7).await.iter().map(|n| n.0).collect::<Vec<_>>(), [5, 1]);
    let mut tx = store.transaction("t").await.expect("begun");
    tx.set_contact(&store, 7, None, NOW).await.expect("taken away");
    tx.commit().await.expect("committed");
    assert_eq!(store.contact(7).await.expect("read"), None);
    assert_eq!(store.mail_due(0, 10).await.expect("read"), []);
}

async fn confirmations_are_proposed_decided_and_taken_back(ground: &Ground) {
    let store = ground.store().await;
    let proposal = LawProposal {
        id: 3,
        parameter: "transition.order36".to_owned(),
        from_day: date(2026, 4, 1),
        value: "\"favourable\"".to_owned(),
        text: "示例".to_owned(),
        file_digest: None,
        file_name: None,
        proposed_by: "a".to_owned(),
        proposed_at: NOW,
        state: "open".to_owned(),
        decided_by: None,
        decided_at: None,
        reason: None,
        confirmation_id: None,
    };
    let confirmation = LawConfirmation {
        id: 4,
        parameter: proposal.parameter.clone(),
        from_day: proposal.from_day,
        value: proposal.value.clone(),
        text: proposal.text.clone(),
        first: "a".to_owned(),
        second: "b".to_owned(),
        at: NOW,
    };
    let mut tx = store.transaction("t").await.expect("begun");
    tx.add_law_proposal(&proposal).await.expect("added");
    tx.add_confirmation(&confirmation).await.expect("added");
    tx.commit().await.expect("committed");
    assert_eq!(store.law_proposal(3).await.expect("read"), Some(proposal));
    let decision = ProposalDecision {
        id: 3,
        state: "confirmed",
        by: "b",
        at: NOW,
        reason: None,
        confirmation: Some(4),
    };
    let mut tx = store.transaction("t").await.expect("begun");
    assert!(tx.decide_law_proposal(&decision).await.expect("decided"));
    assert!(!tx.decide_law_proposal(&decision).await.expect("tried"), "decided twice");
    tx.commit().await.expect("committed");
    let kept = store.law_proposals().await.expect("read");
    assert_eq!((kept[0].state.as_str(), kept[0].confirmation_id), ("confirmed", Some(4)));

    let end = LawWithdrawal {
        confirmation_id: 4,
        actor: "a".to_owned(),
        reason: "示例理由".to_owned(),
        at: NOW + 1,
    };
    let mut tx = store.transaction("t").await.expect("begun");
    tx.withdraw_confirmation(&end).await.expect("taken back");
    tx.commit().await.expect("committed");
    let mut tx = store.transaction("t").await.expect("begun");
    assert!(conflict(&tx.withdraw_confirmation(&end).await));
    drop(tx);
    assert_eq!(store.confirmations().await.expect("read"), []);
    let every = store.every_confirmation().await.expect("read");
    assert_eq!(every, [(confirmation, Some(end))]);
}

async fn units_keep_their_history(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    let state = |name: &str, change: &str| UnitVersion {
        unit_id: "market".to_owned(),
        version: 0,
        name: name.to_owned(),
        code: None,
        settings: "{}".to_owned(),
        active: change != "merge",
        on_day: date(2026, 5, 1),
        change: change.to_owned(),
        reason: "示例理由".to_owned(),
        document: "示例文号".to_owned(),
        actor: "admin".to_owned(),
        known_at: NOW,
        previous: String::new(),
        hash: String::new(),
    };
    assert_eq!(store.units_with_history().await.expect("read"), [] as [&str; 0]);
    let successor = UnitSuccessor {
        unit_id: "market".to_owned(),
        successor_id: "tax".to_owned(),
        on_day: date(2026, 5, 1),
        change: "merge".to_owned(),
    };
    let mut tx = store.transaction("t").await.expect("begun");
    tx.add_unit_version(&state("示例旧名", "before")).await.expect("added");
    tx.add_unit_version(&state("示例新名", "merge")).await.expect("added");
    tx.add_unit_successor(&successor).await.expect("added");
    tx.put_units(&["market", "tax"].map(|id| Unit {
        id: id.to_owned(),
        name: "示例".to_owned(),
        code: None,
        settings: "{}".to_owned(),
        active: true,
    }))
    .await
    .expect("units");
    tx.commit().await.expect("committed");
    let versions = store.unit_versions("market").await.expect("read");
    assert_eq!(versions.iter().map(|version| version.version).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(versions[0].hash, versions[1].previous);
    assert_eq!(store.units_with_history().await.expect("read"), ["market"]);
    assert_eq!(store.unit_successors().await.expect("read"), [successor]);
    assert_eq!(problems(&store).await, []);
    store.raw_execute("UPDATE unit_version SET name = 'x' WHERE version = 1").await.expect("done");
    assert_eq!(problems(&store).await, [("unit_version".to_owned(), "market/1".to_owned())]);
}

async fn every_earlier_schema_is_brought_up_to_date(ground: &Ground) {
    let url = ground.url("xinyong");
    let old = Store::open_at(&url, &ground.keys, 1).await.expect("the first schema");
    furnish_base(&old).await;
    old.close().await;
    // One step after the other, as releases were installed, and then the newest.
    for schema in 2..=xinyong_store::SCHEMA {
        let store = Store::open_at(&url, &ground.keys, schema).await.expect("a later schema");
        assert_eq!(store.count_subjects().await.expect("count"), 2, "schema {schema}");
        assert_eq!(store.count_records().await.expect("count"), 3, "schema {schema}");
        store.close().await;
    }
    let store = Store::open(&url, &ground.keys).await.expect("the newest schema");
    assert!(store.numbers_are_stale().await.expect("asked"));
    assert_eq!(store.rebuild_numbers(&whole_number).await.expect("rebuilt"), 3);
    assert!(!store.numbers_are_stale().await.expect("asked"));
    assert_eq!(problems(&store).await, []);
    assert_eq!(store.search_tokens(&query("鑫源"), 10).await.expect("found").len(), 1);
    // The program of yesterday does not touch what today's wrote.
    store.close().await;
    let outcome = Store::open_at(&url, &ground.keys, 1).await;
    assert!(matches!(outcome, Err(StoreError::WrongSchema(_))), "{outcome:?}");
}

async fn subjects_are_found_by_code_and_name(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    let mut third = subject(3, &code(3), "示例新名有限公司");
    third.former = vec![FormerName {
        name: "示例鑫源建材有限公司".to_owned(),
        name_key: "示例鑫源建材有限公司".to_owned(),
        since: None,
        until: Some(date(2024, 1, 1)),
    }];
    let mut tx = store.transaction("t").await.expect("begun");
    tx.insert_subjects(&[third]).await.expect("inserted");
    let (one, organisation) = (code(1), code(2)[8..17].to_owned());
    let found = tx
        .find_subjects(&[&one, &organisation, "nothing"], &["示例鑫源建材有限公司", "无"])
        .await
        .expect("found");
    assert_eq!(found.by_code.len(), 2);
    assert_eq!(found.by_code[&organisation].id, 2);
    let named = &found.by_name["示例鑫源建材有限公司"];
    assert_eq!(
        named.iter().map(|(s, now)| (s.id, *now)).collect::<Vec<_>>(),
        [(1, true), (3, false)]
    );
    tx.commit().await.expect("committed");
    let older = store.subjects_by_organisation_code(&[&organisation, "nothing"]).await;
    let older = older.expect("found");
    assert_eq!(older.len(), 1);
    assert_eq!(older[&organisation].iter().map(|subject| subject.id).collect::<Vec<_>>(), [2]);
    assert_eq!(store.subject_by_code(&one).await.expect("read").expect("there").id, 1);
    assert!(store.subject_by_code("x").await.expect("read").is_none());
    assert_eq!(store.subject_names(3).await.expect("names").len(), 2);
    assert_eq!(store.subject_codes(3).await.expect("codes").len(), 2);
    for id in [1, 2, 3] {
        let subject = store.subject(id).await.expect("read").expect("there");
        let code = subject.code.clone().expect("a code");
        let whole = store.subject_whole(&code).await.expect("read").expect("there");
        assert_eq!(whole.names, store.subject_names(id).await.expect("names"));
        assert_eq!(whole.codes, store.subject_codes(id).await.expect("codes"));
        assert_eq!(whole.subject, subject);
        assert_eq!(store.subject_shown(&code).await.expect("read"), Some(whole));
    }
    assert_eq!(store.subject_whole("91140829ZZZZZZZZZZ").await.expect("read"), None);
    assert_eq!(store.subject_shown("91140829ZZZZZZZZZZ").await.expect("read"), None);
    assert_eq!(store.count_subjects().await.expect("count"), 3);
    assert_eq!(store.subjects(&[1, 3, 99]).await.expect("some").len(), 2);
    assert_eq!(store.subjects_page(1, 10).await.expect("page").len(), 2);
    let codes = store.codes_by_organisation(&code(1)[8..17], 10).await.expect("codes");
    assert_eq!(codes, [code(1)]);
    let hits = store.search_code(&code(1)[8..12], 10).await.expect("hits");
    let met = hits.iter().find(|hit| hit.id == 1).and_then(|hit| hit.met.clone());
    assert_eq!(met, Some(Met::Code("organisation-code".to_owned(), code(1)[8..17].to_owned())));
    let hits = store.search_code(&code(1), 10).await.expect("hits");
    assert_eq!(hits[0].met, Some(Met::Code("uscc".to_owned(), code(1))));
    let hits = store.search_code("91149999MA", 10).await.expect("hits");
    assert_eq!(hits.len(), 3);
    let mut tx = store.transaction("t").await.expect("begun");
    assert!(conflict(&tx.insert_subjects(&[subject(4, &code(1), "示例")]).await));
}

async fn subjects_that_may_be_one_are_named(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    assert_eq!(store.doubles(Shared::Name, "", 9).await.expect("none"), []);
    assert_eq!(store.doubles(Shared::OrganisationCode, "", 9).await.expect("none"), []);
    // The third bears the first one's name; the fourth's code holds the second one's organisation code.
    let mut tx = store.transaction("t").await.expect("begun");
    let same_code = format!("92149999{}9", &code(2)[8..17]);
    let mut fourth = subject(4, &same_code, "示例另一商贸行");
    // The organisation code itself belongs to one subject.
    fourth.codes = vec![("uscc".to_owned(), same_code)];
    let new = [subject(3, &code(3), "示例鑫源建材有限公司"), fourth];
    tx.insert_subjects(&new).await.expect("inserted");
    tx.commit().await.expect("committed");
    let found = store.doubles(Shared::Name, "", 9).await.expect("found");
    assert_eq!(found.iter().map(|one| one.id).collect::<Vec<_>>(), [1, 3]);
    assert!(found.iter().all(|one| one.shared == "示例鑫源建材有限公司"), "{found:?}");
    let found = store.doubles(Shared::OrganisationCode, "", 9).await.expect("found");
    assert_eq!(found.iter().map(|one| one.id).collect::<Vec<_>>(), [2, 4]);
    let behind = found[0].shared.clone();
    assert_eq!(behind, code(2)[8..17]);
    assert_eq!(store.doubles(Shared::OrganisationCode, &behind, 9).await.expect("none"), []);
}

async fn subjects_change_and_keep_their_history(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    let mut new = subject(1, &code(1), "示例改名有限公司");
    new.known_at = NOW + 100;
    new.source_batch = None;
    new.former = vec![FormerName {
        name: "示例鑫源建材有限公司".to_owned(),
        name_key: "示例鑫源建材有限公司".to_owned(),
        since: None,
        until: Some(date(2026, 6, 1)),
    }];
    new.tokens = tokens(&["示例改名有限公司", "示例鑫源建材有限公司"]);
    let change = SubjectChange { subject: new, expected: 1 };
    let mut tx = store.transaction("t").await.expect("begun");
    tx.update_subjects(std::slice::from_ref(&change)).await.expect("changed");
    tx.commit().await.expect("committed");
    let mut tx = store.transaction("t").await.expect("begun");
    assert!(conflict(&tx.update_subjects(&[change]).await));
    drop(tx);
    let now = store.subject(1).await.expect("read").expect("there");
    assert_eq!((now.version, now.name.as_str()), (2, "示例改名有限公司"));
    let versions = store.subject_versions(1).await.expect("history");
    assert_eq!(versions.len(), 2);
    assert_eq!(versions[0].hash, versions[1].previous);
    let then = store.subject_as_of(1, NOW + 99).await.expect("read").expect("there");
    assert!(then.content.contains("示例鑫源建材有限公司") && then.version == 1);
    assert!(store.subject_as_of(1, NOW - 1).await.expect("read").is_none());
    for name in ["鑫源建材", "改名"] {
        let hits = store.search_tokens(&query(name), 200).await.expect("hits");
        assert_eq!(hits.iter().map(|hit| hit.id).collect::<Vec<_>>(), [1], "{name}");
        let names = store.names_of(&[1, 99]).await.expect("names");
        assert_eq!(names.len(), 1);
        let mut names = names[&1].clone();
        names.sort_unstable();
        assert_eq!(names, ["示例改名有限公司", "示例鑫源建材有限公司"]);
    }
    let mut steal = subject(1, &code(2), "示例改名有限公司");
    steal.code = Some(code(2));
    let mut tx = store.transaction("t").await.expect("begun");
    assert!(conflict(&tx.update_subjects(&[SubjectChange { subject: steal, expected: 2 }]).await));
    drop(tx);
    assert_eq!(problems(&store).await, []);
}

async fn fragments_of_names_are_found(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    let find = async |text: &str| {
        let hits = store.search_tokens(&query(text), 200).await.expect("hits");
        let mut ids: Vec<i64> = hits.iter().map(|hit| hit.id).collect();
        ids.sort_unstable();
        ids
    };
    assert_eq!(find("示例").await, [1, 2]);
    assert_eq!(find("鑫源").await, [1]);
    assert_eq!(find("䶮𬱖商贸").await, [2]);
    assert_eq!(find("源鑫").await, Vec::<i64>::new());
    let begins = async |text: &str, limit: i64| {
        let hits = store.search_beginning(text, limit).await.expect("hits");
        hits.into_iter().map(|hit| (hit.id, hit.met)).collect::<Vec<_>>()
    };
    let name = |id: i64, name: &str| (id, Some(Met::Name(name.to_owned())));
    let first = store.subject(1).await.expect("read").expect("there").name;
    let second = store.subject(2).await.expect("read").expect("there").name;
    // 䶮 stands before 鑫.
    assert_eq!(begins("示例", 9).await, [name(2, &second), name(1, &first)]);
    assert_eq!(begins("示例", 1).await, [name(2, &second)]);
    assert_eq!(begins(&second, 9).await, [name(2, &second)]);
    assert_eq!(begins("例", 9).await, []);
    for odd in [
        "'",
        "\"",
        "\\",
        "' | 'x",
        "a\" OR \"b",
        "*",
        "NEAR(",
        "a\u{200D}b",
        "a\u{180E}b",
        "a\tb\u{3000}c",
        "\0",
    ] {
        let hits = store.search_tokens(&[odd.to_owned()], 5).await.expect(odd);
        assert!(hits.is_empty(), "{odd}");
    }
    assert!(store.search_tokens(&[], 5).await.expect("none").is_empty());
    let one = store.search_tokens(&query("示例"), 1).await.expect("hits");
    assert_eq!(one.len(), 1);
    store.rebuild_search(&|names| tokens(names)).await.expect("rebuilt");
    assert_eq!(find("鑫源建材").await, [1]);
    assert_eq!(problems(&store).await, []);
}

async fn records_come_change_and_go(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    let key = |subject: i64, number: &str| {
        (subject, "administrative-penalty".to_owned(), format!("{number}|示例局"))
    };
    let keys = [key(1, "一号"), key(1, "二号"), key(2, "二号")];
    let found = store.existing_records(&keys).await.expect("found");
    assert_eq!(found.len(), 2);
    assert_eq!((found[&keys[0]].id, found[&keys[2]].id), (11, 12));
    assert_eq!(found[&keys[0]].content_digest, "digest-一号");

    let mut new = record(11, 1, "一号", date(2026, 5, 3));
    new.batch_id = 2;
    new.recorded_at = NOW + 100;
    new.content = Content::new("{\"CF_WSH\":\"改\"}".to_owned());
    let change = RecordChange {
        record: new,
        expected: 1,
        event: Some(("changed", date(2026, 5, 3))),
        delivered: true,
        withdrawn_on: None,
    };
    let mut tx = store.transaction("t").await.expect("begun");
    assert_eq!(tx.existing_records(&keys).await.expect("found").len(), 2);
    tx.change_records(std::slice::from_ref(&change)).await.expect("changed");
    tx.commit().await.expect("committed");
    let mut tx = store.transaction("t").await.expect("begun");
    assert!(conflict(&tx.change_records(&[change]).await));
    drop(tx);
    let mut tx = store.transaction("t").await.expect("begun");
    assert!(conflict(&tx.insert_records(&[record(99, 1, "一号", date(2026, 5, 3))]).await));
    drop(tx);
    let withdrawal = Withdrawal {
        subject_id: 1,
        id: 11,
        expected: 2,
        on: date(2026, 6, 1),
        at: NOW + 200,
        reason: "撤销".to_owned(),
        actor: "a".to_owned(),
        second: Some("b".to_owned()),
        law_edition: "2026-04-01".to_owned(),
        citations: "[]".to_owned(),
    };
    let mut tx = store.transaction("t").await.expect("begun");
    tx.withdraw_record(&withdrawal).await.expect("withdrawn");
    assert!(conflict(&tx.withdraw_record(&withdrawal).await));
    drop(tx);
    let mut tx = store.transaction("t").await.expect("begun");
    tx.withdraw_record(&withdrawal).await.expect("withdrawn");
    tx.commit().await.expect("committed");
    let now = store.record(1, 11).await.expect("read").expect("there");
    assert_eq!((now.state.as_str(), now.version), ("withdrawn", 3));
    assert_eq!(now.withdrawn_on, Some(date(2026, 6, 1)));
    let versions = store.record_versions(1, 11).await.expect("history");
    assert_eq!(versions.len(), 3);
    assert_eq!(versions[1].hash, versions[2].previous);
    let kinds: Vec<String> = store
        .publication_events(1, 11)
        .await
        .expect("events")
        .into_iter()
        .map(|event| event.kind)
        .collect();
    assert_eq!(kinds, ["published", "changed", "withdrawn"]);
    let as_of = |at| store.record_as_of(1, 11, at);
    assert_eq!(as_of(NOW + 99).await.expect("read").expect("there").version, 1);
    assert_eq!(as_of(NOW + 100).await.expect("read").expect("there").version, 2);
    assert!(as_of(NOW - 1).await.expect("read").is_none());
    let all = store.records_as_of(1, NOW + 150).await.expect("read");
    assert_eq!(
        all.iter().map(|v| (v.record_id, v.version)).collect::<Vec<_>>(),
        [(11, 2), (13, 1)]
    );
    assert_eq!(store.records_of_subject(1, 10).await.expect("list").len(), 2);
    assert_eq!(store.rows_of_batch(1, 11, 10).await.expect("list").len(), 2);
    assert_eq!(store.count_records().await.expect("count"), 3);
    // Batch 2 was never sealed and is not there: only the chain of the record speaks for it.
    assert_eq!(problems(&store).await, []);
}

/// Every number for itself, as the records of this file have it.
fn whole_number(key: &str) -> NumberPlace {
    let number = key.split('|').next().unwrap_or_default();
    NumberPlace { year: 0, series: number.to_owned(), serial: 0 }
}

fn numbered(id: i64, serial: i64, decided_on: Date) -> NewRecord {
    let number = format!("示例罚〔2026〕{serial}号");
    NewRecord {
        number: NumberPlace { year: 2026, series: "示例罚".to_owned(), serial },
        // The first batch is sealed.
        batch_id: 3,
        ..record(id, 1, &number, decided_on)
    }
}

async fn arrivals_and_numbers_follow_the_records(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    let kind = "administrative-penalty";
    let first = date(2026, 6, 1);
    let new = [
        numbered(21, 3, first),
        numbered(22, 5, first),
        numbered(23, 6, date(2026, 6, 3)),
        numbered(24, 9, date(2026, 6, 9)),
    ];
    let mut tx = store.transaction("t").await.expect("begun");
    tx.create_batch(&batch(3)).await.expect("made");
    tx.insert_records(&new).await.expect("inserted");
    tx.commit().await.expect("committed");
    let received = store.arrivals(first, first, None).await.expect("read")[0].received_on;
    let count = async |decided: Date| -> i64 {
        let held = store.arrivals_of("market", kind, decided, decided).await.expect("read");
        assert!(held.iter().all(|one| one.received_on == received), "{held:?}");
        held.iter().map(|one| one.records).sum()
    };
    assert_eq!((count(first).await, count(date(2026, 6, 3)).await), (2, 1));
    let gap = |before: Option<(i64, Date)>, after: (i64, Date)| Gap {
        before: before.map(|(serial, _)| serial),
        after: after.0,
        before_on: before.map(|(_, day)| day),
        after_on: after.1,
    };
    let (third, ninth) = (date(2026, 6, 3), date(2026, 6, 9));
    assert!(store.count_series().await.expect("counted") >= 1);
    assert_eq!(store.count_series().await.expect("counted"), 0, "nothing came since");
    let gaps = async || {
        let mut found = store.gaps("market", kind, 2026).await.expect("gaps");
        assert_eq!(found.len(), 1, "one series: {found:?}");
        let (series, gaps) = found.remove(0);
        assert_eq!(series, "示例罚");
        gaps
    };
    let expected = [
        gap(None, (3, first)),
        gap(Some((3, first)), (5, first)),
        gap(Some((6, third)), (9, ninth)),
    ];
    assert_eq!(gaps().await, expected);
    let of_year = store.gaps_of_year(2026).await.expect("gaps");
    let all = ("market".to_owned(), kind.to_owned(), "示例罚".to_owned(), expected.to_vec());
    assert_eq!(of_year, [all]);
    assert_eq!(store.gaps("market", kind, 2025).await.expect("gaps"), []);
    assert_eq!(store.reporting_differs().await.expect("counted"), None);

    // A corrected day of decision moves the record from one day to the other; the day of its arrival stays.
    let mut moved = numbered(22, 5, date(2026, 6, 2));
    moved.batch_id = 4;
    let event = Some(("changed", moved.decided_on));
    let change =
        RecordChange { record: moved, expected: 1, event, delivered: true, withdrawn_on: None };
    let mut tx = store.transaction("t").await.expect("begun");
    tx.change_records(&[change]).await.expect("changed");
    tx.commit().await.expect("committed");
    assert_eq!((count(first).await, count(date(2026, 6, 2)).await), (1, 1));
    assert_eq!(gaps().await, expected, "as they were last counted");
    assert_eq!(store.count_series().await.expect("counted"), 1);
    assert_eq!(gaps().await[1], gap(Some((3, first)), (5, date(2026, 6, 2))));
    assert_eq!(store.reporting_differs().await.expect("counted"), None);
    assert_eq!(problems(&store).await, []);
    let since = store.arrived_since("market", kind, first, 0, 9).await.expect("read");
    assert_eq!(since.iter().map(|one| one.id).collect::<Vec<_>>(), [21]);
    assert_eq!(
        store.newest_arrivals(first).await.expect("read"),
        [("market".to_owned(), kind.to_owned(), received)]
    );

    // A recount that differs is said, whichever of the two was touched.
    for (damage, mend, table) in [
        (
            "UPDATE arrival SET records = records + 1",
            "UPDATE arrival SET records = records - 1",
            "arrival",
        ),
        (
            "UPDATE document_number SET unit_id = 'other' WHERE record_id = 21",
            "UPDATE document_number SET unit_id = 'market' WHERE record_id = 21",
            "document_number",
        ),
    ] {
        store.raw_execute(damage).await.expect("damaged");
        let found = store.reporting_differs().await.expect("counted");
        assert_eq!(found.map(|(table, _)| table), Some(table), "{damage}");
        assert!(problems(&store).await.iter().any(|(found, _)| found == table), "{damage}");
        store.raw_execute(mend).await.expect("mended");
    }
    // Made anew from the natural keys, the numbers are the same.
    let before = gaps().await;
    let place = |key: &str| {
        let number = key.split('|').next().unwrap_or_default();
        let serial =
            number.rsplit('〕').next().and_then(|rest| rest.trim_end_matches('号').parse().ok());
        match serial {
            Some(serial) => NumberPlace { year: 2026, series: "示例罚".to_owned(), serial },
            None => whole_number(key),
        }
    };
    assert_eq!(store.rebuild_numbers(&place).await.expect("rebuilt"), 7);
    assert!(store.count_series().await.expect("counted") >= 1, "what is rebuilt is counted anew");
    assert_eq!(gaps().await, before);
    assert_eq!(store.reporting_differs().await.expect("counted"), None);

    // So is what arrived, counted anew from the records, whatever stood there.
    let arrived = async || store.arrivals(Date::MIN, Date::MAX, None).await.expect("read");
    let kept = arrived().await;
    store.raw_execute("UPDATE arrival SET records = records + 1").await.expect("damaged");
    store
        .raw_execute("DELETE FROM arrival WHERE decided_on = '2026-06-02'")
        .await
        .expect("damaged");
    let records: i64 = kept.iter().map(|one| one.records).sum();
    assert_eq!(store.rebuild_arrivals().await.expect("rebuilt"), records.unsigned_abs());
    assert_eq!(arrived().await, kept);
    assert_eq!(store.reporting_differs().await.expect("counted"), None);
}

/// A report about the record that [`furnish_base`] makes.
fn new_report(store: &Store, id: i64, once: &str) -> ErrorReport {
    let keys = store.keys();
    let seal = |place: Vec<u8>| keys.seal(Purpose::Platform, &place, b"example").expect("sealed");
    ErrorReport {
        id,
        number: format!("20261125-{id}"),
        once: once.to_owned(),
        subject_id: 1,
        record_id: 100,
        version: 1,
        unit_id: "market".to_owned(),
        ground: "content".to_owned(),
        sealed: seal(report_place(id)),
        contact: Some(seal(report_contact_place(id))),
        received_on: date(2026, 11, 25),
        at: NOW,
        state: "received".to_owned(),
        taken_by: None,
        taken_at: None,
        answer: None,
        answered_by: None,
        answered_at: None,
        answered_on: None,
        corrected_version: None,
    }
}

async fn reports_of_errors_are_taken_answered_and_forgotten(ground: &Ground) {
    let store = ground.store().await;
    let mut tx = store.transaction("test").await.expect("begun");
    assert!(tx.add_error_report(&new_report(&store, 1, "a")).await.expect("kept"));
    assert!(!tx.add_error_report(&new_report(&store, 2, "a")).await.expect("no second"));
    assert!(tx.add_error_report(&new_report(&store, 3, "b")).await.expect("kept"));
    tx.commit().await.expect("committed");
    assert_eq!(store.error_report_by_once("a").await.expect("asked").map(|one| one.id), Some(1));
    let by_number = store.error_report_by_number("20261125-3").await.expect("asked");
    assert_eq!(by_number, store.error_report(3).await.expect("asked"));
    assert_eq!(store.open_error_reports(1, 100).await.expect("counted"), 2);
    assert_eq!(store.open_error_reports(2, 100).await.expect("counted"), 0);
    let received =
        async |unit| store.error_reports_received(unit, date(2026, 11, 25)).await.expect("counted");
    let unit = new_report(&store, 1, "a").unit_id;
    assert_eq!((received(&unit).await, received("other").await), (2, 0));

    let answer = ReportAnswer {
        id: 1,
        state: "dismissed".to_owned(),
        answer: "example".to_owned(),
        by: "clerk".to_owned(),
        at: NOW + 1,
        on: date(2026, 11, 26),
        corrected_version: None,
    };
    let mut tx = store.transaction("test").await.expect("begun");
    assert!(tx.take_error_report(1, "clerk", NOW).await.expect("taken"));
    assert!(!tx.take_error_report(1, "other", NOW).await.expect("taken before"));
    assert!(tx.answer_error_report(&answer).await.expect("answered"));
    assert!(!tx.answer_error_report(&answer).await.expect("answered before"));
    assert!(!tx.take_error_report(1, "other", NOW).await.expect("over"));
    assert_eq!(tx.erase_report_contacts(date(2026, 11, 26)).await.expect("erased"), 0);
    assert_eq!(tx.erase_report_contacts(date(2026, 11, 27)).await.expect("erased"), 1);
    tx.commit().await.expect("committed");
    let ids = async |answered, units: Option<&[String]>| -> Vec<i64> {
        let list = store.error_reports(answered, units, 10).await.expect("listed");
        list.iter().map(|one| one.id).collect()
    };
    let days = async |units: Option<&[String]>| {
        store.open_error_report_days(units).await.expect("counted")
    };
    let (mine, other) = ([unit, "none".to_owned()], ["other".to_owned()]);
    for units in [None, Some(&mine[..])] {
        assert_eq!((ids(false, units).await, ids(true, units).await), (vec![3], vec![1]));
        assert_eq!(days(units).await, [(date(2026, 11, 25), 1)]);
    }
    let units = Some(&other[..]);
    assert_eq!((ids(false, units).await, ids(true, units).await), (Vec::new(), Vec::new()));
    assert_eq!(days(units).await, []);
    assert_eq!(store.error_report(1).await.expect("asked").expect("kept").contact, None);
    assert!(store.error_report(3).await.expect("asked").expect("kept").contact.is_some());
}

fn new_correction(id: i64) -> Correction {
    Correction {
        id,
        subject_id: 1,
        record_id: 100,
        version: 1,
        unit_id: "market".to_owned(),
        event: "court-change".to_owned(),
        document: "example".to_owned(),
        document_on: date(2026, 11, 20),
        known_on: date(2026, 11, 24),
        reason: "example".to_owned(),
        sealed: Some(vec![1, 2, 3]),
        file_name: None,
        file_digest: None,
        proposed_by: "clerk".to_owned(),
        proposed_at: NOW,
        state: "open".to_owned(),
        decided_by: None,
        decided_at: None,
        decided_on: None,
        decline_reason: None,
        result_version: None,
    }
}

fn new_judgement(id: i64, finding: &str, from_id: i64, to_id: i64) -> SubjectJudgement {
    SubjectJudgement {
        id,
        finding: finding.to_owned(),
        from_id,
        to_id,
        basis: "other".to_owned(),
        document: "example".to_owned(),
        reason: "example".to_owned(),
        proposed_by: "one".to_owned(),
        proposed_at: NOW,
        state: "open".to_owned(),
        decided_by: None,
        decided_at: None,
        decline_reason: None,
        undo_reason: None,
        undo_by: None,
        undo_at: None,
        undone_by: None,
        undone_at: None,
        hash: String::new(),
    }
}

/// Signs what was written down, at an instant.
async fn sign(store: &Store, id: i64, at: i64) -> Result<Option<String>, StoreError> {
    let held = store.subject_judgement(id).await.expect("asked").expect("kept");
    let next = SubjectJudgement {
        state: "confirmed".to_owned(),
        decided_by: Some("two".to_owned()),
        decided_at: Some(at),
        ..held
    };
    let mut tx = store.transaction("sign").await.expect("begun");
    let outcome = tx.change_subject_judgement(&next).await?;
    tx.commit().await?;
    Ok(outcome)
}

async fn undo(store: &Store, id: i64, at: i64) {
    let held = store.subject_judgement(id).await.expect("asked").expect("kept");
    let next = SubjectJudgement {
        state: "undone".to_owned(),
        undone_by: Some("three".to_owned()),
        undone_at: Some(at),
        ..held
    };
    let mut tx = store.transaction("undo").await.expect("begun");
    tx.change_subject_judgement(&next).await.expect("undone").expect("against the newest");
    tx.commit().await.expect("committed");
}

async fn judgements_are_followed_and_taken_back(ground: &Ground) {
    let store = ground.store().await;
    furnish_base(&store).await;
    let mut tx = store.transaction("test").await.expect("begun");
    // Of no batch: the one there is was sealed.
    let third = NewSubject {
        source_batch: None,
        details: "{\"town\":\"示例乡\"}".to_owned(),
        ..subject(3, &code(3), "示例第三家")
    };
    tx.insert_subjects(&[third]).await.expect("a third");
    for (id, finding, from, to) in [(1, "same", 1, 2), (2, "same", 2, 3), (3, "same", 1, 3)] {
        tx.add_subject_judgement(&new_judgement(id, finding, from, to), &[]).await.expect("kept");
    }
    tx.add_subject_judgement(&new_judgement(4, "different", 1, 3), &[(11, 1)]).await.expect("kept");
    tx.add_subject_judgement(&new_judgement(5, "different", 1, 2), &[(11, 1)]).await.expect("kept");
    tx.commit().await.expect("committed");
    let shown = async |subject: i64| -> Vec<i64> {
        let list = store.records_of_subject(subject, 10).await.expect("records");
        list.iter().map(|one| one.id).collect()
    };
    let then = async |subject: i64, at: i64| -> Vec<i64> {
        let list = store.records_as_of(subject, at).await.expect("records");
        list.iter().map(|one| one.record_id).collect()
    };
    let towns = async || -> Vec<(String, i64)> {
        let rows = store.public_towns(date(2026, 6, 1)).await.expect("counted");
        rows.into_iter().map(|(_, town, count)| (town, count)).collect()
    };
    let there = |town: &str, count: i64| (town.to_owned(), count);
    assert_eq!(
        (shown(1).await, shown(2).await),
        (vec![13, 11], vec![12]),
        "nothing counts while it is open"
    );
    assert_eq!(towns().await, [there("示例镇", 3)]);
    assert!(store.roots(&[1, 2, 3]).await.expect("roots").is_empty());
    let meant = async |entry: i64| -> (i64, Vec<i64>) {
        // Asked together, as many records as there may be of each: the answers are the same as alone.
        let codes: Vec<String> = (1..=4).map(code).collect();
        let mut codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        codes.insert(1, "91140829MA0NOBODY0");
        let mut found = store
            .subjects_with_records(&codes, 10)
            .await
            .and_then(SubjectsRead::subjects)
            .expect("read");
        let cut = store
            .subjects_with_records(&codes, 3)
            .await
            .and_then(SubjectsRead::subjects)
            .expect("read, one by one");
        for (code, (whole, records)) in &found {
            let (again, few) = cut.get(code).expect("there, too");
            assert_eq!(again, whole);
            assert!(few.len() == records.len().min(3) && records.starts_with(few));
        }
        let (whole, records) = found.remove(&code(entry)).expect("there");
        let alone = store
            .subjects_with_records(&[&code(entry)], 10)
            .await
            .and_then(SubjectsRead::subjects)
            .expect("read");
        assert_eq!(alone.get(&code(entry)), Some(&(whole.clone(), records.clone())));
        (whole.subject.id, records.iter().map(|one| one.id).collect())
    };
    let none = store
        .subjects_with_records(&["91140829MA0NOBODY0"], 10)
        .await
        .and_then(SubjectsRead::subjects)
        .expect("read");
    assert!(none.is_empty());
    assert_eq!(meant(1).await, (1, vec![13, 11]));

    sign(&store, 1, NOW + 10).await.expect("signed").expect("first");
    assert!(conflict(&sign(&store, 3, NOW + 10).await), "an entry is one other subject at most");
    sign(&store, 2, NOW + 20).await.expect("signed").expect("first");
    assert_eq!(shown(3).await, [13, 11, 12], "step by step");
    assert_eq!(towns().await, [there("示例乡", 3)], "counted where it is shown");
    assert_eq!(meant(1).await, (3, vec![13, 11, 12]));
    assert_eq!(meant(3).await, (3, vec![13, 11, 12]));
    let roots = store.roots(&[1, 2, 3, 4]).await.expect("roots");
    assert_eq!((roots.len(), roots[&1], roots[&2]), (2, 3, 3));
    assert_eq!(store.joined_group(3).await.expect("group"), [1, 2, 3]);
    assert_eq!(store.count_joined().await.expect("counted"), 2);
    assert_eq!(then(3, NOW + 5).await, Vec::<i64>::new());
    assert_eq!(then(2, NOW + 15).await, [13, 11, 12]);
    assert_eq!(then(3, NOW + 25).await, [13, 11, 12]);
    undo(&store, 1, NOW + 30).await;
    assert_eq!((shown(1).await, shown(3).await), (vec![13, 11], vec![12]));
    assert_eq!(towns().await, [there("示例乡", 1), there("示例镇", 2)]);
    assert_eq!(meant(1).await, (1, vec![13, 11]));
    assert_eq!(then(3, NOW + 25).await, [13, 11, 12], "what held then is still known");
    assert_eq!(then(3, NOW + 35).await, [12]);
    undo(&store, 2, NOW + 40).await;

    sign(&store, 4, NOW + 50).await.expect("signed").expect("first");
    assert!(conflict(&sign(&store, 5, NOW + 50).await), "a record is shown under one subject");
    assert_eq!((shown(1).await, shown(3).await), (vec![13], vec![11]));
    assert_eq!(towns().await, [there("示例乡", 1), there("示例镇", 2)], "one record alone");
    assert_eq!((then(1, NOW + 55).await, then(3, NOW + 55).await), (vec![13], vec![11]));
    assert_eq!(store.record_judged(1, 11).await.expect("asked"), Some((4, 3)));
    assert_eq!(store.judged_subjects().await.expect("listed"), [1, 3]);
    assert_eq!(problems(&store).await, []);
    let waiting = async || -> Vec<i64> {
        let list = store.waiting_judgements(10).await.expect("listed");
        list.iter().map(|one| one.id).collect()
    };
    assert!(!waiting().await.contains(&4), "what holds waits for nobody");
    let held = store.subject_judgement(4).await.expect("asked").expect("kept");
    let asked = SubjectJudgement { undo_by: Some("first".to_owned()), ..held.clone() };
    let mut tx = store.transaction("test").await.expect("begun");
    tx.change_subject_judgement(&asked).await.expect("asked").expect("first");
    tx.commit().await.expect("committed");
    assert!(waiting().await.contains(&4), "until somebody wants it undone");
    undo(&store, 4, NOW + 60).await;
    assert_eq!((shown(1).await, shown(3).await), (vec![13, 11], Vec::<i64>::new()));
    assert_eq!(towns().await, [there("示例镇", 3)]);
    assert_eq!(store.record_judged(1, 11).await.expect("asked"), None);
    // Who read it before somebody else changed it changes nothing.
    let held = store.subject_judgement(4).await.expect("asked").expect("kept");
    let stale = SubjectJudgement { hash: "old".to_owned(), ..held };
    let mut tx = store.transaction("test").await.expect("begun");
    assert_eq!(tx.change_subject_judgement(&stale).await.expect("tried"), None);
    drop(tx);
    assert_eq!(problems(&store).await, []);
}

async fn a_correction_waits_for_its_second_person(ground: &Ground) {
    let store = ground.store().await;
    let new = new_correction;
    let mut tx = store.transaction("test").await.expect("begun");
    tx.add_correction(&new(1)).await.expect("kept");
    tx.commit().await.expect("committed");
    let mut tx = store.transaction("test").await.expect("begun");
    assert!(conflict(&tx.add_correction(&new(2)).await), "one of a record at a time");
    drop(tx);
    let decision = CorrectionDecision {
        id: 1,
        state: "confirmed".to_owned(),
        by: "reviewer".to_owned(),
        at: NOW + 1,
        on: date(2026, 11, 25),
        reason: None,
        result_version: Some(2),
    };
    let mut tx = store.transaction("test").await.expect("begun");
    assert!(tx.decide_correction(&decision).await.expect("decided"));
    assert!(!tx.decide_correction(&decision).await.expect("decided before"));
    tx.add_correction(&new(2)).await.expect("another may follow");
    tx.commit().await.expect("committed");
    let held = store.correction(1).await.expect("asked").expect("kept");
    assert_eq!((held.state.as_str(), held.result_version), ("confirmed", Some(2)));
    let ids = |list: Vec<Correction>| list.iter().map(|one| one.id).collect::<Vec<_>>();
    assert_eq!(ids(store.corrections_of(1, 100).await.expect("listed")), [2, 1]);
    let (mine, other) = ([new(1).unit_id], ["other".to_owned()]);
    for (units, found) in [(None, 1), (Some(&mine[..]), 1), (Some(&other[..]), 0)] {
        let open = async |but| ids(store.open_corrections(units, but, 10).await.expect("listed"));
        assert_eq!(open("").await, [2][..found]);
        assert!(open(&new(2).proposed_by).await.is_empty(), "not those of one's own");
        let decided = store.decided_corrections(units, 10).await.expect("listed");
        assert_eq!(ids(decided), [1][..found]);
    }
}

async fn what_units_owe_is_declared_explained_and_known(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    let kind = "administrative-penalty";
    let declared = |records: i64, at: i64| DeclaredCount {
        unit_id: "market".to_owned(),
        kind: kind.to_owned(),
        month: "2026-06".to_owned(),
        seq: 0,
        records,
        note: String::new(),
        actor: "clerk".to_owned(),
        at,
    };
    let explained = GapExplanation {
        id: 1,
        unit_id: "market".to_owned(),
        kind: kind.to_owned(),
        series: "示例罚".to_owned(),
        year: 2026,
        first: 4,
        last: 4,
        reason: "void".to_owned(),
        note: "示例".to_owned(),
        actor: "clerk".to_owned(),
        at: NOW,
    };
    let known = |id: i64, serial: i64| KnownDecision {
        id,
        unit_id: "market".to_owned(),
        kind: kind.to_owned(),
        number: format!("示例罚〔2026〕{serial}号"),
        place: NumberPlace { year: 2026, series: "示例罚".to_owned(), serial },
        decided_on: date(2026, 6, 2),
        source: "court".to_owned(),
        note: String::new(),
        actor: "office".to_owned(),
        at: NOW,
        reminded_on: None,
        reminded_by: None,
    };
    let outage = Outage {
        id: 1,
        first_day: date(2026, 6, 8),
        last_day: date(2026, 6, 9),
        reason: "机房停电".to_owned(),
        actor: "office".to_owned(),
        at: NOW,
    };
    let mut tx = store.transaction("t").await.expect("begun");
    tx.create_batch(&batch(3)).await.expect("made");
    tx.declare_count(&declared(5, NOW)).await.expect("declared");
    tx.declare_count(&declared(6, NOW + 1)).await.expect("declared");
    tx.explain_gap(&explained).await.expect("explained");
    for (id, serial, new) in [(1, 3, true), (2, 3, false), (3, 4, true)] {
        assert_eq!(tx.learn_decision(&known(id, serial)).await.expect("learnt"), new);
    }
    tx.add_outage(&outage).await.expect("noted");
    tx.insert_records(&[numbered(21, 3, date(2026, 6, 2))]).await.expect("inserted");
    tx.commit().await.expect("committed");

    let newest = store.declared_counts("2026-01", "2026-12", None).await.expect("read");
    assert_eq!(newest, [DeclaredCount { seq: 2, ..declared(6, NOW + 1) }]);
    assert_eq!(store.declared_counts("2026-07", "2026-12", None).await.expect("read"), []);
    assert_eq!(store.declared_counts("2026-06", "2026-06", Some("x")).await.expect("read"), []);
    assert_eq!(
        store.gap_explanations("market", kind, 2026).await.expect("read"),
        std::slice::from_ref(&explained)
    );
    let (first, last) = (date(2026, 6, 1), date(2026, 6, 30));
    let absent = store.absent_decisions(first, last, Some("market")).await.expect("read");
    assert_eq!(absent, [known(3, 4)], "3 is here, 4 is not");
    assert_eq!(store.outages().await.expect("read"), [outage]);

    let bulletin = |seq: i64, figures: &str| IssuedBulletin {
        month: "2026-06".to_owned(),
        seq,
        number: "示例〔2026〕1号".to_owned(),
        figures: figures.to_owned(),
        actor: "office".to_owned(),
        at: NOW,
    };
    let mut tx = store.transaction("t").await.expect("begun");
    tx.issue_bulletin(&bulletin(0, "{}")).await.expect("issued");
    tx.issue_bulletin(&bulletin(0, "[]")).await.expect("issued");
    tx.commit().await.expect("committed");
    let both = [bulletin(1, "{}"), bulletin(2, "[]")];
    assert_eq!(store.issued_bulletins("2026-06").await.expect("read"), both);
    assert_eq!(store.newest_bulletins(1).await.expect("read"), [bulletin(2, "")]);

    let day = date(2026, 7, 1);
    let mut tx = store.transaction("t").await.expect("begun");
    assert!(tx.remind_decision(3, day, "office").await.expect("reminded"));
    assert!(!tx.remind_decision(3, day, "office").await.expect("reminded"));
    assert!(tx.end_explanation(1, "office", NOW + 5).await.expect("ended"));
    assert!(!tx.end_explanation(1, "office", NOW + 5).await.expect("ended"));
    assert!(tx.end_outage(1, "office", NOW + 5).await.expect("ended"));
    tx.commit().await.expect("committed");
    let one = store.known_decision(3).await.expect("read").expect("open");
    assert_eq!((one.reminded_on, one.reminded_by.as_deref()), (Some(day), Some("office")));
    assert_eq!(store.gap_explanation(1).await.expect("read"), None);
    assert_eq!(store.outages().await.expect("read"), []);
    let mut tx = store.transaction("t").await.expect("begun");
    assert!(tx.close_decision(3, "示例", "office", NOW + 6).await.expect("closed"));
    assert!(!tx.close_decision(3, "示例", "office", NOW + 6).await.expect("closed"));
    tx.commit().await.expect("committed");
    assert_eq!(store.absent_decisions(first, last, None).await.expect("read"), []);
    assert_eq!(problems(&store).await, []);
}

async fn public_records_follow_the_dates(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    let mut licence = record(21, 1, "许可", date(2019, 1, 1));
    licence.kind = "administrative-licence".to_owned();
    licence.public_until = Some(NO_END.parse().expect("a day"));
    let mut hidden = record(22, 1, "不公开", date(2026, 5, 1));
    hidden.public_from = None;
    hidden.public_until = None;
    let mut tx = store.transaction("t").await.expect("begun");
    tx.insert_records(&[licence, hidden]).await.expect("inserted");
    tx.commit().await.expect("committed");
    let ids = async |day: Date, filter: &RecordFilter| {
        let list = store.public_records("administrative-penalty", day, filter, 10).await;
        list.expect("list").iter().map(|record| record.id).collect::<Vec<_>>()
    };
    let all = RecordFilter::default();
    assert_eq!(ids(date(2026, 5, 10), &all).await, [13, 11, 12]);
    assert_eq!(ids(date(2026, 6, 1), &all).await, [13, 11, 12]);
    assert_eq!(ids(date(2026, 6, 2), &all).await, [13, 11]);
    assert_eq!(ids(date(2026, 5, 1), &all).await, [11, 12]);
    let after = RecordFilter { after: Some((date(2026, 5, 2), 13)), ..all.clone() };
    assert_eq!(ids(date(2026, 5, 10), &after).await, [11, 12]);
    let text = RecordFilter { text: Some("一号".to_owned()), ..all.clone() };
    assert_eq!(ids(date(2026, 5, 10), &text).await, [11]);
    let wild = RecordFilter { text: Some("%".to_owned()), ..all.clone() };
    assert_eq!(ids(date(2026, 5, 10), &wild).await, Vec::<i64>::new());
    let range = RecordFilter {
        unit: Some("market".to_owned()),
        from: Some(date(2026, 5, 1)),
        until: Some(date(2026, 5, 1)),
        ..all
    };
    assert_eq!(ids(date(2026, 5, 10), &range).await, [11]);
    let latest = store.latest_public(date(2026, 5, 10), 3).await.expect("latest");
    assert_eq!(latest.iter().map(|r| r.id).collect::<Vec<_>>(), [13, 11, 12]);
    assert_eq!(store.latest_public(date(2026, 5, 10), 9).await.expect("latest").len(), 4);
    assert_eq!(
        store.counts_public(date(2026, 6, 2)).await.expect("counts"),
        [("administrative-licence".to_owned(), 1), ("administrative-penalty".to_owned(), 2)]
    );
    assert!(store.due_to_end(date(2026, 6, 1), 10).await.expect("due").is_empty());
    let due = store.due_to_end(date(2026, 6, 2), 10).await.expect("due");
    assert_eq!(due.iter().map(|r| r.id).collect::<Vec<_>>(), [12]);
    let ended = PublicationEvent {
        subject_id: 2,
        record_id: 12,
        seq: 0,
        kind: "ended".to_owned(),
        on_day: date(2026, 6, 1),
        at: NOW,
        reason: "期满".to_owned(),
        citations: "[]".to_owned(),
    };
    let mut tx = store.transaction("t").await.expect("begun");
    tx.add_publication_events(&[ended]).await.expect("added");
    tx.commit().await.expect("committed");
    assert!(store.due_to_end(date(2026, 6, 2), 10).await.expect("due").is_empty());
    assert_eq!(store.publication_events(2, 12).await.expect("events").len(), 2);
}

async fn public_figures_follow_the_dates(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    let mut licence = record(21, 1, "许可", date(2019, 1, 1));
    licence.kind = "administrative-licence".to_owned();
    licence.public_until = Some(NO_END.parse().expect("a day"));
    let mut person = record(22, 2, "自然人", date(2026, 5, 1));
    person.party_category = "natural-person".to_owned();
    let mut third = subject(3, &code(3), "示例三号商行");
    third.details = "{}".to_owned();
    let mut its = record(23, 3, "许可三", date(2026, 5, 1));
    its.kind = "administrative-licence".to_owned();
    let mut tx = store.transaction("t").await.expect("begun");
    tx.insert_subjects(&[third]).await.expect("subject");
    tx.insert_records(&[licence, person, its]).await.expect("inserted");
    tx.commit().await.expect("committed");
    let months = async |day: Date| {
        let rows = store.public_months(day).await.expect("months");
        rows.into_iter()
            .map(|row| format!("{} {} {} {}", row.kind, row.unit, row.month, row.count))
            .collect::<Vec<_>>()
    };
    let (before, after) = (date(2026, 6, 1), date(2026, 6, 2));
    assert_eq!(
        months(before).await,
        [
            "administrative-licence market 2019-01 1",
            "administrative-licence market 2026-05 1",
            "administrative-penalty market 2025-06 1",
            "administrative-penalty market 2026-05 2",
        ]
    );
    assert_eq!(months(after).await.len(), 3, "what ended the day before is counted");
    let towns = store.public_towns(before).await.expect("towns");
    let towns: Vec<_> =
        towns.iter().map(|(kind, town, n)| (kind.as_str(), town.as_str(), *n)).collect();
    assert_eq!(
        towns,
        [
            ("administrative-licence", "", 1),
            ("administrative-licence", "示例镇", 1),
            ("administrative-penalty", "示例镇", 3)
        ]
    );
    assert_eq!(store.public_subjects(0, before, 9).await.expect("ids"), [1, 2, 3]);
    assert_eq!(store.public_subjects(0, after, 9).await.expect("ids"), [1, 3]);
    assert_eq!(store.public_subjects(1, before, 1).await.expect("ids"), [2]);
    for (after, nth, found) in [(0, 2, Some(2)), (2, 1, Some(3)), (2, 2, None), (0, 4, None)] {
        assert_eq!(store.nth_subject_after(after, nth).await.expect("id"), found, "{after} {nth}");
    }
    let newest = async |subjects: &[i64], places| {
        let records = store.newest_public(subjects, before, places).await.expect("records");
        records.iter().map(|record| (record.subject_id, record.id)).collect::<Vec<_>>()
    };
    assert_eq!(newest(&[1, 2, 3], (0, 1)).await, [(1, 13), (2, 12), (3, 23)]);
    assert_eq!(newest(&[1, 2, 3], (1, 9)).await, [(1, 11), (1, 21)]);
    assert_eq!(newest(&[2], (0, 9)).await, [(2, 12)], "a natural person's is not among them");
    assert_eq!(newest(&[], (0, 9)).await, []);
    let without = |range, day| {
        let store = store.clone();
        async move {
            let found =
                store.public_subjects_without(&["administrative-penalty"], range, day, 9).await;
            found.expect("ids")
        }
    };
    assert_eq!(without((0, i64::MAX), before).await, [3]);
    assert_eq!(without((0, 2), before).await, Vec::<i64>::new());
    assert_eq!(without((3, i64::MAX), before).await, Vec::<i64>::new());
    assert_eq!(without((0, i64::MAX), date(2099, 1, 1)).await, [1], "its penalties have ended");
}

async fn sealed_values_stay_in_their_place(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    let record = store.record(2, 12).await.expect("read").expect("there");
    let sealed = record.sealed.expect("sealed");
    let clear = store.keys().open(Purpose::Record, &record_place(2, 12), &sealed).expect("opens");
    assert_eq!(clear, "示例".as_bytes());
    assert!(store.keys().open(Purpose::Record, &record_place(2, 13), &sealed).is_err());
    let blind = store.keys().blind_index("x");
    let known = store.persons_by_blind(&[&blind, "other"]).await.expect("known");
    assert_eq!(known.len(), 1);
    assert_eq!(store.person(known[&blind]).await.expect("read").expect("there").blind, blind);
    let mut tx = store.transaction("t").await.expect("begun");
    assert_eq!(tx.persons_by_blind(&[&blind]).await.expect("known").len(), 1);
    let again = Person { id: 6, blind, sealed: vec![], known_at: NOW };
    assert!(conflict(&tx.insert_persons(&[again]).await));
}

async fn batches_move_stage_by_stage(ground: &Ground) {
    let store = ground.store().await;
    let mut tx = store.transaction("t").await.expect("begun");
    tx.create_batch(&batch(1)).await.expect("made");
    tx.create_batch(&NewBatch { unit_id: "tax".to_owned(), ..batch(2) }).await.expect("made");
    tx.commit().await.expect("committed");
    let mut tx = store.transaction("t").await.expect("begun");
    let counts = Counts { total: 9, received: 8, recorded: 4, unchanged: 2, held: 1, refused: 1 };
    tx.set_counts(1, &counts).await.expect("counts");
    tx.set_progress(1, 5).await.expect("progress");
    tx.set_sheet(1, "S", "[\"x\"]").await.expect("sheet");
    let change = StageChange {
        checked_at: Some(1),
        submitted: Some((2, "s".to_owned())),
        basis: Some("list".to_owned()),
        ..StageChange::default()
    };
    tx.set_stage(1, "received", "checked", &change).await.expect("moved");
    assert!(conflict(&tx.set_stage(1, "received", "checked", &change).await));
    let change = StageChange { released: Some((3, "r".to_owned())), ..StageChange::default() };
    tx.set_stage(1, "checked", "released", &change).await.expect("moved");
    assert_eq!(tx.batch(1).await.expect("read").expect("there").stage, "released");
    tx.commit().await.expect("committed");
    let one = store.batch(1).await.expect("read").expect("there");
    assert_eq!((one.checked_at, one.submitted_by.as_deref()), (Some(1), Some("s")));
    assert_eq!((one.released_at, one.basis.as_deref()), (Some(3), Some("list")));
    assert_eq!((one.rows_total, one.count_unchanged, one.progress), (9, 2, 5));
    assert_eq!((one.sheet.as_str(), one.heading.as_str()), ("S", "[\"x\"]"));
    let list = async |filter: &BatchFilter| {
        let list = store.batches(filter, 10).await.expect("list");
        list.iter().map(|batch| batch.id).collect::<Vec<_>>()
    };
    let all = BatchFilter::default();
    assert_eq!(list(&all).await, [2, 1]);
    let tax = BatchFilter { unit: Some("tax".to_owned()), ..all.clone() };
    assert_eq!(list(&tax).await, [2]);
    let released = BatchFilter { stage: Some("released".to_owned()), ..all.clone() };
    assert_eq!(list(&released).await, [1]);
    assert_eq!(list(&BatchFilter { after: Some((NOW + 2, 2)), ..all }).await, [1]);
    let same = store.batches_by_digest("d1", "administrative-penalty", "tax", "reported").await;
    assert_eq!(same.expect("list").len(), 1);
}

async fn findings_and_judgements(ground: &Ground) {
    let store = ground.store().await;
    let finding = |row: i64, seq: i64, level: &str| RowFinding {
        row,
        seq,
        field: "CF_WSH".to_owned(),
        level: level.to_owned(),
        code: format!("code-{level}"),
        message: "说明".to_owned(),
    };
    let findings = [
        finding(2, 1, "note"),
        finding(2, 2, "error"),
        finding(5, 1, "warning"),
        finding(9, 1, "error"),
    ];
    let mut tx = store.transaction("t").await.expect("begun");
    tx.add_findings(1, &findings).await.expect("added");
    let row = |row, outcome: &str| BatchRow { row, outcome: outcome.to_owned() };
    tx.set_rows(1, &[row(2, "held"), row(9, "refused")]).await.expect("rows");
    tx.set_rows(1, &[row(2, "refused")]).await.expect("rows");
    tx.set_rows(1, &[row(5, "held")]).await.expect("rows");
    let mut judgement = Judgement {
        row: 2,
        key: "severity".to_owned(),
        value: "minor".to_owned(),
        reason: "示例".to_owned(),
        source: "文书".to_owned(),
        actor: "r".to_owned(),
        at: NOW,
    };
    tx.put_judgements(1, std::slice::from_ref(&judgement)).await.expect("put");
    judgement.value = "serious".to_owned();
    tx.put_judgements(1, std::slice::from_ref(&judgement)).await.expect("put");
    tx.commit().await.expect("committed");
    let page = store.findings(1, None, 0, 2).await.expect("page");
    assert_eq!(
        page.iter().map(|(row, list)| (*row, list.len())).collect::<Vec<_>>(),
        [(2, 2), (5, 1)]
    );
    let errors = store.findings(1, Some("error"), 2, 9).await.expect("page");
    assert_eq!(errors.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [9]);
    assert_eq!(store.findings_from(1, 2, 1, 9).await.expect("list"), findings[1..]);
    assert_eq!(store.finding_counts(1).await.expect("counts")[0].code, "code-error");
    let refused = store.batch_rows(1, Some("refused"), 0, 9).await.expect("rows");
    assert_eq!(refused.iter().map(|row| row.row).collect::<Vec<_>>(), [2, 9]);
    assert_eq!(store.batch_rows(1, None, 2, 9).await.expect("rows").len(), 2);
    assert_eq!(store.judgements(1).await.expect("list"), [judgement]);
    let mut tx = store.transaction("t").await.expect("begun");
    tx.clear_findings(1).await.expect("cleared");
    tx.commit().await.expect("committed");
    assert!(store.findings_from(1, 0, 0, 9).await.expect("list").is_empty());
    assert!(store.batch_rows(1, None, 0, 9).await.expect("rows").is_empty());
}

async fn uploads_come_back_as_they_were(ground: &Ground) {
    let store = ground.store().await;
    for size in [0, 1, 1 << 20, (1 << 20) + 1, 3_000_000] {
        let bytes: Vec<u8> = (0..size).map(|n| (n % 251) as u8).collect();
        let from = ground.path("from");
        std::fs::write(&from, &bytes).expect("written");
        let (digest, new) = store.store_upload_file(&from, "示例.csv", NOW).await.expect("kept");
        assert!(new);
        let again = store.store_upload(&digest, "别名.csv", NOW, &bytes[..]).await.expect("kept");
        assert!(!again);
        assert_eq!(store.read_upload(&digest).await.expect("read"), Some(bytes.clone()));
        let to = ground.path("to");
        assert!(store.upload_to_file(&digest, &to).await.expect("written"));
        assert!(std::fs::read(&to).expect("read") == bytes);
        let upload = store.upload(&digest).await.expect("read").expect("there");
        assert_eq!((upload.size, upload.name.as_str()), (bytes.len() as i64, "示例.csv"));
    }
    let wrong = xinyong_store::sm3_hex(b"something else");
    assert!(conflict(&store.store_upload(&wrong, "x", NOW, &b"abc"[..]).await));
    assert!(store.upload(&wrong).await.expect("read").is_none());
    assert!(!store.upload_to_file(&wrong, &ground.path("none")).await.expect("nothing"));
    assert_eq!(problems(&store).await, []);
}

async fn the_audit_log_is_a_chain(ground: &Ground) {
    let store = ground.store().await;
    for n in 0..3 {
        let mut tx = store.transaction("t").await.expect("begun");
        tx.put_meta("n", &n.to_string()).await.expect("meta");
        tx.audit(entry(&format!("a{n}")));
        tx.audit(entry(&format!("b{n}")));
        if n == 1 {
            drop(tx);
        } else {
            tx.commit().await.expect("committed");
        }
    }
    store.append_audit(vec![entry("look")]).await.expect("appended");
    let all = store.list_audit(&AuditFilter::default(), 10).await.expect("list");
    let actions: Vec<&str> = all.iter().map(|row| row.entry.action.as_str()).collect();
    assert_eq!(actions, ["look", "b2", "a2", "b0", "a0"]);
    assert_eq!(all.iter().map(|row| row.seq).collect::<Vec<_>>(), [5, 4, 3, 2, 1]);
    let only = AuditFilter { action: Some("look".to_owned()), ..AuditFilter::default() };
    assert_eq!(store.list_audit(&only, 10).await.expect("list").len(), 1);
    let cursor = |row: &AuditRow| Some((row.entry.at, row.stream.clone(), row.seq));
    let rest = AuditFilter { after: cursor(&all[1]), ..AuditFilter::default() };
    assert_eq!(store.list_audit(&rest, 10).await.expect("list"), all[2..]);
    let none = AuditFilter { from: Some(NOW + 1), ..AuditFilter::default() };
    assert_eq!(store.list_audit(&none, 10).await.expect("list"), []);
    let object = &all[0].entry.object;
    let (above, _) = object.split_once(':').expect("kind and id");
    for (asked, found) in [(object.as_str(), 5), (above, 5), ("bat", 0)] {
        let filter = AuditFilter { object: Some(asked.to_owned()), ..AuditFilter::default() };
        assert_eq!(store.list_audit(&filter, 10).await.expect("list").len(), found, "{asked}");
    }
    assert_eq!(store.audit_actions().await.expect("read"), ["a0", "a2", "b0", "b2", "look"]);
    let check = store.verify_audit_stream(&all[0].stream).await.expect("verified");
    assert_eq!((check.entries, check.wrong), (5, None));
    assert_eq!(problems(&store).await, []);
    store.raw_execute("UPDATE audit SET actor = 'x' WHERE seq = 3").await.expect("damaged");
    let check = store.verify_audit_stream(&all[0].stream).await.expect("verified");
    assert_eq!(check.wrong.map(|(seq, _)| seq), Some(3));
    store.raw_execute("DELETE FROM audit WHERE seq > 2").await.expect("cut");
    let check = store.verify_audit_stream(&all[0].stream).await.expect("verified");
    assert_eq!(check.wrong.map(|(seq, _)| seq), Some(2));
}

async fn a_dropped_transaction_leaves_nothing(ground: &Ground) {
    let store = ground.store().await;
    let mut tx = store.transaction("t").await.expect("begun");
    tx.create_batch(&batch(1)).await.expect("made");
    tx.insert_subjects(&[subject(1, &code(1), "示例一")]).await.expect("inserted");
    tx.insert_records(&[record(11, 1, "一号", date(2026, 5, 1))]).await.expect("inserted");
    // Nobody else sees it before the commit.
    assert_eq!(store.count_subjects().await.expect("count"), 0);
    drop(tx);
    assert_eq!(store.count_subjects().await.expect("count"), 0);
    assert_eq!(store.count_records().await.expect("count"), 0);
    assert!(store.batch(1).await.expect("read").is_none());
    assert!(store.search_tokens(&query("示例"), 9).await.expect("hits").is_empty());
    let mut tx = store.transaction("t").await.expect("begun");
    tx.insert_subjects(&[subject(1, &code(1), "示例一")]).await.expect("inserted");
    tx.commit().await.expect("committed");
    assert_eq!(problems(&store).await, []);
}

async fn two_writers_at_once(ground: &Ground) {
    let url = ground.url("xinyong");
    // Two processes: two stores on one database.
    let one = Store::open(&url, &ground.keys).await.expect("open");
    let two = Store::open(&url, &ground.keys).await.expect("open");
    let work = |store: Store, from: i64| {
        tokio::spawn(async move {
            for n in from..from + 20 {
                let mut tx = store.transaction("t").await.expect("begun");
                let new = subject(n, &code(n), &format!("示例{n}号"));
                tx.insert_subjects(&[new]).await.expect("inserted");
                tx.audit(entry("import"));
                tx.commit().await.expect("committed");
            }
        })
    };
    let jobs = [
        work(one.clone(), 100),
        work(two.clone(), 200),
        work(one.clone(), 300),
        work(two.clone(), 400),
    ];
    for job in jobs {
        job.await.expect("done");
    }
    assert_eq!(one.count_subjects().await.expect("count"), 80);
    assert_eq!(problems(&two).await, []);
    // The same change made twice: exactly one of the two gets through.
    let change = |store: Store| async move {
        // The name it has stays one of its names, so its tokens stay as well.
        let mut new = subject(100, &code(100), "示例改");
        new.tokens = tokens(&["示例改", "示例100号"]);
        let mut tx = store.transaction("t").await?;
        tx.update_subjects(&[SubjectChange { subject: new, expected: 1 }]).await?;
        tx.commit().await
    };
    let (a, b) = tokio::join!(change(one.clone()), change(two.clone()));
    assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
    assert!(conflict(&a) || conflict(&b), "{a:?} {b:?}");
    assert_eq!(problems(&one).await, []);
}

async fn the_check_finds_what_was_changed_by_hand(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    let report = store.fsck(&tokens, &mut |_, _| {}).await.expect("checked");
    assert!(report.is_sound(), "{report:?}");
    assert_eq!((report.checked["record_version"], report.checked["audit"]), (3, 3));
    let cases = [
        (
            "UPDATE subject SET status = 'gone' WHERE id = 2",
            "UPDATE subject SET status = 'active' WHERE id = 2",
            ("subject", "2"),
        ),
        (
            "UPDATE subject_version SET reason = 'x' WHERE subject_id = 2",
            "UPDATE subject_version SET reason = 'import' WHERE subject_id = 2",
            ("subject_version", "2/1"),
        ),
        (
            "UPDATE record SET public_until = '2025-12-31' WHERE id = 13",
            "UPDATE record SET public_until = '2027-05-01' WHERE id = 13",
            ("record", "13"),
        ),
        (
            "UPDATE record SET unit_id = 'tax' WHERE id = 12",
            "UPDATE record SET unit_id = 'market' WHERE id = 12",
            ("record", "12"),
        ),
        (
            "UPDATE record_version SET actor = 'x' WHERE record_id = 12",
            "UPDATE record_version SET actor = 'cli' WHERE record_id = 12",
            ("record_version", "2/12/1"),
        ),
        (
            "UPDATE record_version SET held_from = 'soon' WHERE record_id = 12; \
             UPDATE record SET decided_on = 'soon' WHERE id = 12",
            "UPDATE record_version SET held_from = '2025-06-01' WHERE record_id = 12; \
             UPDATE record SET decided_on = '2025-06-01' WHERE id = 12",
            ("record_version", "2"),
        ),
        (
            "UPDATE audit SET actor = 'x' WHERE seq = 1",
            "UPDATE audit SET actor = 'cli' WHERE seq = 1",
            ("audit", ""),
        ),
        (
            "UPDATE upload SET size = 4",
            "UPDATE upload SET size = 3",
            ("upload", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        ),
        ("UPDATE person SET id = 6", "UPDATE person SET id = 5", ("person", "6")),
        (
            "UPDATE publication_event SET seq = 2 WHERE record_id = 11",
            "UPDATE publication_event SET seq = 1 WHERE record_id = 11",
            ("publication_event", "1/11/2"),
        ),
        (
            "UPDATE record_version SET content_digest = 'x' || content_digest WHERE record_id = 12",
            "UPDATE record_version SET content_digest = substr(content_digest, 2) WHERE record_id = 12",
            ("record_version", "2/12/1"),
        ),
        (
            "UPDATE citation SET list = list || ' '",
            "UPDATE citation SET list = rtrim(list)",
            ("citation", ""),
        ),
        (
            "UPDATE publication_event SET citation = 'x' || citation WHERE record_id = 11",
            "UPDATE publication_event SET citation = substr(citation, 2) WHERE record_id = 11",
            ("publication_event", "1/11/1"),
        ),
        (
            "DELETE FROM subject_name WHERE subject_id = 1",
            "INSERT INTO subject_name VALUES (1, '示例鑫源建材有限公司', '示例鑫源建材有限公司', NULL, NULL, 1)",
            ("subject_name", "1"),
        ),
        (
            "INSERT INTO subject_name VALUES (2, '示例另一旧名', '示例另一旧名', NULL, NULL, 1)",
            "DELETE FROM subject_name WHERE name_key = '示例另一旧名'",
            ("subject_search", "2"),
        ),
    ];
    for (damage, repair, (table, row)) in cases {
        store.raw_execute(damage).await.expect(damage);
        let found = problems(&store).await;
        assert!(!found.is_empty(), "{damage}");
        assert_eq!(found[0].0, table, "{damage}: {found:?}");
        assert!(row.is_empty() || found[0].1 == row, "{damage}: {found:?}");
        store.raw_execute(repair).await.expect(repair);
        assert_eq!(problems(&store).await, [], "{repair}");
    }
    // A record taken out with its whole history: only the seal of its batch remembers.
    let damage = "DELETE FROM record WHERE id = 13; DELETE FROM record_version WHERE record_id = 13; \
                  DELETE FROM publication_event WHERE record_id = 13";
    store.raw_execute(damage).await.expect("damaged");
    let found = problems(&store).await;
    assert_eq!(found[0], ("batch".to_owned(), "1".to_owned()));
    // The summaries remember as well.
    assert_eq!(found[1..], [("arrival".to_owned(), String::new())]);
    // The end of the log cut off.
    store.raw_execute("DELETE FROM audit WHERE seq = 2").await.expect("damaged");
    assert_eq!(problems(&store).await[1].0, "audit");
}

async fn the_check_finds_what_hangs_on_nothing(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    let report = store.fsck(&tokens, &mut |_, _| {}).await.expect("checked");
    assert!(report.is_sound(), "{report:?}");
    for table in ["account", "account_identity", "account_contact", "account_security"] {
        assert_eq!(report.checked[table], 1, "{table}");
    }
    for table in
        ["agent_person", "mandate", "recovery_code", "notice", "api_key", "api_usage", "api_write"]
    {
        assert_eq!(report.checked[table], 1, "{table}");
    }
    assert_eq!((report.checked["law_confirmation"], report.checked["law_proposal"]), (1, 2));
    // Table, row, column and what it is changed to, what is said of it.
    let cases = [
        ("account", "7", "unit_id = 'gone'", "没有对应的单位"),
        ("account_contact", "8", "account_id = 8", "没有对应的账号"),
        ("account_security", "8", "account_id = 8", "没有对应的账号"),
        ("account_security", "7", "factor_since = 5", "动态验证码与其启用时间不一致"),
        ("account_identity", "", "account_id = 8", "没有对应的账号"),
        ("recovery_code", "8", "account_id = 8", "没有对应的账号"),
        ("mandate", "1", "account_id = 8", "没有对应的账号"),
        ("mandate", "1", "subject_id = 9", "没有对应的主体"),
        ("mandate", "1", "state = 'lost'", "状态不是已知的状态"),
        ("mandate", "1", "state = 'waiting'", "未办结而已有办理人、时间或结果"),
        ("mandate", "1", "state = 'refused'", "没有写明理由"),
        ("mandate", "1", "state = 'ended'", "停用的时间与停用的人只有其一"),
        ("mandate", "1", "decided_at = 5", "时间先后颠倒"),
        ("mandate", "1", "file_digest = 'x', file_type = 'pdf'", "所附文件不存在"),
        ("subject_check", "C1", "unit_id = 'gone'", "没有对应的单位"),
        ("subject_check", "C1", "digest = 'x'", "摘要不是摘要"),
        ("subject_check", "C1", "said = '[]'", "答复与其摘要不符"),
        ("check_use", "C1/1", "measures = '['", "内容不是 JSON"),
        ("check_use", "C1/1", "at = 5", "时间先后颠倒"),
        ("check_link", "", "number = 'C9'", "没有对应的核查"),
        ("check_sheet", "71", "state = 'lost'", "状态不是已知的状态"),
        ("check_sheet", "71", "state = 'done'", "已办结而没有办理人、时间或结果"),
        ("check_sheet", "71", "digest = 'x'", "所附文件不存在"),
        ("check_sheet", "71", "done = 3", "次数不合情理"),
        ("notice", "1", "account_id = 8", "没有对应的账号"),
        ("notice", "1", "day = 'soon'", "列 day：“soon”不是日期"),
        ("notice", "1", "mail = 'lost'", "状态不是已知的状态"),
        ("notice", "1", "mail = 'sent'", "次数不合情理"),
        ("notice", "1", "read_at = 5", "时间先后颠倒"),
        ("api_key", "21", "unit_id = 'gone'", "没有对应的单位"),
        ("api_key", "21", "hash = 'x'", "摘要不是摘要"),
        ("api_key", "21", "scopes = ''", "密钥没有用途"),
        ("api_key", "21", "expires_on = '2026-05-28'", "时间先后颠倒"),
        ("api_key", "21", "expires_on = 'soon'", "列 expires_on：“soon”不是日期"),
        ("api_key", "21", "ended_at = 1, ended_by = 'cli'", "时间先后颠倒"),
        ("api_key", "21", "ended_by = 'cli'", "停用的时间与停用的人只有其一"),
        ("api_usage", "22/2026-05-29", "key_id = 22", "没有对应的密钥"),
        ("api_usage", "21/2026-05-29", "refusals = 4", "次数不合情理"),
        ("api_usage", "21/2026-05-29", "last_at = 5", "时间先后颠倒"),
        ("api_write", "22/one", "key_id = 22", "没有对应的密钥"),
        ("api_write", "21/one", "digest = 'x'", "摘要不是摘要"),
        ("api_write", "21/one", "at = 5", "时间先后颠倒"),
        ("law_withdrawal", "6", "confirmation_id = 6", "没有对应的确认"),
        ("law_withdrawal", "4", "actor = 'c'", "撤回的人不是确认的两人之一"),
        ("law_withdrawal", "4", "reason = ' '", "没有写明理由"),
        ("law_withdrawal", "4", "at = 5", "时间先后颠倒"),
        ("error_report", "41", "unit_id = 'gone'", "没有对应的单位"),
        ("error_report", "41", "record_id = 99", "没有对应的信息或版本"),
        ("error_report", "41", "corrected_version = 9", "没有对应的信息或版本"),
        ("error_report", "41", "state = 'lost'", "状态不是已知的状态"),
        ("error_report", "41", "answer = 'x'", "未办结而已有办理人、时间或结果"),
        ("error_report", "41", "state = 'corrected'", "已办结而没有办理人、时间或结果"),
        ("error_report", "42", "id = 42", "加密内容无法解开"),
        ("correction", "51", "unit_id = 'gone'", "没有对应的单位"),
        ("correction", "51", "record_id = 99", "没有对应的信息或版本"),
        ("correction", "52", "id = 52", "加密内容无法解开"),
        ("correction", "51", "state = 'lost'", "状态不是已知的状态"),
        ("correction", "51", "state = 'confirmed'", "已办结而没有办理人、时间或结果"),
        (
            "correction",
            "51",
            "state = 'confirmed', decided_by = 'clerk', decided_at = 1, result_version = 1",
            "确认的不是两名不同的人",
        ),
        ("correction", "51", "file_name = 'x'", "所附文件的名称与摘要只有其一"),
        ("correction", "51", "file_name = 'x', file_digest = 'x'", "所附文件不存在"),
        ("subject_judgement", "61", "reason = 'x'", "内容与其哈希不符，记录被改动"),
        ("judged_record", "61/11", "counts = 1", "与所属的核定不一致，或者没有对应的信息"),
        ("judged_record", "61/99", "record_id = 99", "与所属的核定不一致，或者没有对应的信息"),
    ];
    let decided = [
        ("state = 'forgotten'", "状态不是已知的状态"),
        ("state = 'open'", "未办结而已有办理人、时间或结果"),
        ("decided_by = NULL", "已办结而没有办理人、时间或结果"),
        ("state = 'declined', confirmation_id = NULL", "没有写明理由"),
        ("confirmation_id = 6", "没有对应的确认"),
        ("decided_by = 'a'", "确认的不是两名不同的人"),
        ("value = '1'", "与其导致的确认不一致"),
        ("proposed_at = 9000000000000", "时间先后颠倒"),
        ("file_name = 'x'", "所附文件的名称与摘要只有其一"),
        ("file_name = 'x', file_digest = 'x'", "所附文件不存在"),
    ];
    let decided = decided.map(|(change, said)| ("law_proposal", "3", change, said));
    for (table, row, change, said) in cases.into_iter().chain(decided) {
        let narrow = if table == "law_proposal" { " WHERE id = 3" } else { "" };
        // The row is kept aside as it was, so that what went before cannot hide what follows.
        let aside = format!("CREATE TABLE aside AS SELECT * FROM {table}");
        store.raw_execute(&aside).await.expect("kept aside");
        store.raw_execute(&format!("UPDATE {table} SET {change}{narrow}")).await.expect(change);
        let report = store.fsck(&tokens, &mut |_, _| {}).await.expect("checked");
        let found = report.problems.iter().find(|problem| problem.table == table);
        let found = found.unwrap_or_else(|| panic!("{table} {change}: {report:?}"));
        assert_eq!((found.reason.as_str(), found.count), (said, 1), "{table} {change}");
        assert!(row.is_empty() || found.row == row, "{table} {change}: {found:?}");
        let back = format!(
            "DELETE FROM {table}; INSERT INTO {table} SELECT * FROM aside; DROP TABLE aside"
        );
        store.raw_execute(&back).await.expect("put back");
        assert_eq!(problems(&store).await, [], "{table} {change}");
    }
    // One person twice is no confirmation, whatever else agrees with it.
    store.raw_execute("UPDATE law_confirmation SET second = first").await.expect("damaged");
    assert!(problems(&store).await.contains(&("law_confirmation".to_owned(), "4".to_owned())));
    // What is sealed for one account does not open for another.
    store
        .raw_execute("UPDATE account_contact SET sealed = (SELECT pending FROM account_security)")
        .await
        .expect("damaged");
    assert!(problems(&store).await.contains(&("account_contact".to_owned(), "7".to_owned())));
}

async fn a_backup_moves_between_engines(ground: &Ground) {
    let store = ground.store().await;
    furnish(&store).await;
    powers::add(&store).await;
    enrolments::add(&store).await;
    let file = ground.path("backup");
    let made = store.backup(&file, NOW).await.expect("made");
    for table in [
        "open_row",
        "open_change",
        "open_day",
        "power_edition",
        "power_mapping",
        "enrolment",
        "hook",
        "hook_place",
        "hook_delivery",
    ] {
        assert_eq!(made.rows[table], 1, "{table}");
    }
    assert_eq!((made.rows["record_version"], made.rows["subject"]), (3, 2));
    assert!(store.backup(&file, NOW).await.is_err(), "never overwritten");
    assert_eq!(verify_backup(&file).expect("whole"), made);
    let tokenise = |names: &[&str]| tokens(names);
    // To the other engine and from there back to this one.
    let (there, back) = match store.engine() {
        Engine::Postgres => {
            (format!("sqlite:{}", ground.path("lite").display()), ground.url("other"))
        }
        // A SQLite ground has no server: it moves to another file; the server's ground moves to SQLite and back.
        Engine::Sqlite => (ground.url("lite"), ground.url("other")),
    };
    assert_eq!(restore(&file, &there, &ground.keys, &tokenise).await.expect("restored"), made);
    assert!(conflict(&restore(&file, &there, &ground.keys, &tokenise).await));
    let second = Store::open(&there, &ground.keys).await.expect("open");
    assert_eq!(problems(&second).await, []);
    let file_there = ground.path("backup2");
    let again = second.backup(&file_there, NOW).await.expect("made");
    // The key check is carried along too: the two files are the same to the byte.
    assert_eq!(again, made);
    restore(&file_there, &back, &ground.keys, &tokenise).await.expect("restored");
    let third = Store::open(&back, &ground.keys).await.expect("open");
    assert_eq!(problems(&third).await, []);
    let hits = third.search_tokens(&query("鑫源建材"), 9).await.expect("hits");
    assert_eq!(hits.len(), 1);
    assert_eq!(third.record(2, 12).await.expect("read"), store.record(2, 12).await.expect("read"));
    let digest = xinyong_store::sm3_hex(b"abc");
    assert_eq!(third.read_upload(&digest).await.expect("read"), Some(b"abc".to_vec()));
    second.close().await;
    third.close().await;

    let text = std::fs::read_to_string(&file).expect("read");
    assert!(!text.contains("someone@example.cn"), "what is sealed stays sealed");
    let bad = ground.path("bad");
    let empty = format!("sqlite:{}", ground.path("empty").display());
    for damaged in [
        text.replace("示例鑫源", "示例别的"),
        text.lines().take(5).map(|line| format!("{line}\n")).collect(),
        text.replacen("xinyong-backup", "other", 1),
        String::new(),
    ] {
        std::fs::write(&bad, damaged).expect("written");
        let outcome = restore(&bad, &empty, &ground.keys, &tokenise).await;
        assert!(matches!(outcome, Err(StoreError::Backup(_))), "{outcome:?}");
    }
    let other = KeyRing::random().expect("keys");
    let outcome = restore(&file, &empty, &other, &tokenise).await;
    assert!(matches!(outcome, Err(StoreError::Key(_))), "{outcome:?}");
}

async fn a_store_opens_again_with_its_own_keys_only(ground: &Ground) {
    let url = ground.url("xinyong");
    let store = Store::open(&url, &ground.keys).await.expect("open");
    furnish(&store).await;
    store.close().await;
    let store = Store::open(&url, &ground.keys).await.expect("open");
    assert_eq!(store.count_subjects().await.expect("count"), 2);
    store.append_audit(vec![entry("again")]).await.expect("a stream of its own");
    assert_eq!(problems(&store).await, []);
    let other = KeyRing::random().expect("keys");
    assert!(matches!(Store::open(&url, &other).await, Err(StoreError::Key(_))));
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                 VALUES (9999, 'later', TRUE, CAST('x' AS BYTEA), 0)";
    let newer = match store.engine() {
        Engine::Sqlite => newer.replace("BYTEA", "BLOB"),
        Engine::Postgres => newer.to_owned(),
    };
    store.raw_execute(&newer).await.expect("written");
    store.close().await;
    assert!(matches!(Store::open(&url, &ground.keys).await, Err(StoreError::WrongSchema(_))));
    if let Some(server) = &ground.server {
        server.sql(
            "CREATE DATABASE other TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'zh-CN'",
        );
        let other = url.replace("/xinyong", "/other");
        assert_ne!(other, url);
        let outcome = Store::open(&other, &ground.keys).await;
        assert!(matches!(outcome, Err(StoreError::WrongOrder)), "{outcome:?}");
    }
}

async fn many_rows_in_one_go(ground: &Ground) {
    let store = ground.store().await;
    let count = 1_777;
    let subjects: Vec<_> =
        (1..=count).map(|n| subject(n, &code(n), &format!("示例第{n}公司"))).collect();
    let records: Vec<_> = (1..=count)
        .map(|n| record(n + 10_000, n, &format!("{n}号"), date(2026, 1 + (n % 5) as i8, 1)))
        .collect();
    let mut tx = store.transaction("t").await.expect("begun");
    tx.create_batch(&batch(1)).await.expect("made");
    tx.insert_subjects(&subjects).await.expect("inserted");
    tx.insert_records(&records).await.expect("inserted");
    tx.seal_batch(1).await.expect("sealed");
    tx.commit().await.expect("committed");
    assert_eq!(store.count_records().await.expect("count"), count);
    let codes: Vec<String> = (1..=count).map(code).collect();
    let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    let found = store.find_subjects(&codes, &[]).await.expect("found");
    assert_eq!(found.by_code.len(), count as usize);
    let keys: Vec<_> = records
        .iter()
        .map(|record| (record.subject_id, record.kind.clone(), record.natural_key.clone()))
        .collect();
    assert_eq!(store.existing_records(&keys).await.expect("found").len(), count as usize);
    let changes: Vec<_> = records
        .into_iter()
        .map(|record| RecordChange {
            record,
            expected: 1,
            event: Some(("changed", date(2026, 5, 3))),
            delivered: true,
            withdrawn_on: None,
        })
        .collect();
    let mut tx = store.transaction("t").await.expect("begun");
    tx.change_records(&changes).await.expect("changed");
    tx.seal_batch(1).await.expect("sealed");
    tx.commit().await.expect("committed");
    let mut heard = 0;
    let report = store.fsck(&tokens, &mut |_, _| heard += 1).await.expect("checked");
    assert!(report.is_sound(), "{report:?}");
    assert_eq!(report.checked["record_version"], 2 * count as u64);
}
