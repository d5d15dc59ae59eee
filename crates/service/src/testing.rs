//! What tests of several modules need: invented subjects and a desk that knows them. All parties are invented.

#[expect(dead_code, reason = "tests of the store ask the server more")]
#[path = "../../store/tests/support/postgres.rs"]
mod postgres;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::civil::Date;
use postgres::PostgresServer;
use xinyong_domain::identifier::{organisation_code_check_character, uscc_check_character};

use xinyong_domain::law::Profile;
use xinyong_store::Tx;

use crate::intake::{
    Judgement, Receive, Release, check, receive, record_released, release, submit,
};
use crate::{Actor, Clock, Desk, DeskError, DeskOptions, Limits, Role, import_subjects, setup};

/// The unit whose penalties [`penalty`] records.
pub(crate) const UNIT: &str = "market-regulation";

/// Somebody of a unit in a role.
pub(crate) fn person(login: &str, role: Role, unit: &str) -> Actor {
    Actor {
        login: login.to_owned(),
        name: login.to_owned(),
        unit: unit.to_owned(),
        role: Some(role),
    }
}

/// Who enters for [`UNIT`].
pub(crate) fn clerk() -> Actor {
    person("clerk", Role::Clerk, UNIT)
}

/// Who decides for it.
pub(crate) fn reviewer() -> Actor {
    person("reviewer", Role::Reviewer, UNIT)
}

/// Both.
pub(crate) fn team() -> (Actor, Actor) {
    (clerk(), reviewer())
}

/// Who sees to all units.
pub(crate) fn office() -> Actor {
    person("office", Role::CreditOffice, "credit-office")
}

/// The code by which something is refused.
pub(crate) async fn refused<T: std::fmt::Debug>(
    outcome: impl Future<Output = Result<T, DeskError>>,
) -> &'static str {
    outcome.await.expect_err("refused").code()
}

/// Nothing in the store contradicts anything else.
pub(crate) async fn sound(desk: &Desk) {
    let report = crate::running::fsck(desk).await.expect("checked");
    assert!(report.problems.is_empty(), "{:?}", report.problems);
}

/// A file that is going to be handed in.
pub(crate) fn scan(desk: &Desk, name: &str, bytes: &[u8]) -> std::path::PathBuf {
    let path = desk.scratch().join(name);
    std::fs::write(&path, bytes).expect("a file");
    path
}

/// Records a public penalty of a party, decided on 2026-09-01, with a number and a fine. Gives its subject and its id.
pub(crate) async fn penalty(desk: &Desk, party: usize, number: u32, fine: &str) -> (i64, i64) {
    penalty_with(desk, party, number, fine, &[]).await
}

/// The same with more in its cells, or something else.
pub(crate) async fn penalty_with(
    desk: &Desk,
    party: usize,
    number: u32,
    fine: &str,
    more: &[(&'static str, &str)],
) -> (i64, i64) {
    let batch = released_with(desk, party, number, fine, more).await;
    record_released(desk, batch).await.expect("recorded");
    let subject =
        desk.store().subject_by_code(&code(party)).await.expect("asked").expect("known").id;
    let held = desk.store().records_of_subject(subject, 100).await.expect("records");
    let found = held.iter().find(|record| record.natural_key.ends_with(&format!("{number}号")));
    (subject, found.unwrap_or_else(|| panic!("{held:?}")).id)
}

/// The same as a batch that is still to be recorded.
pub(crate) async fn released(desk: &Desk, party: usize, number: u32, fine: &str) -> i64 {
    released_with(desk, party, number, fine, &[]).await
}

async fn released_with(
    desk: &Desk,
    party: usize,
    number: u32,
    fine: &str,
    more: &[(&'static str, &str)],
) -> i64 {
    let law = desk.law();
    let kind = law.kind("administrative-penalty").expect("a kind");
    let fields: Vec<&str> = kind.fields.iter().map(|field| field.label.as_str()).collect();
    let body = "平陆县示例局";
    let mut cells = BTreeMap::from([
        ("行政相对人类别", "法人及非法人组织".to_owned()),
        ("行政相对人名称", company(party)),
        ("行政相对人代码_1(统一社会信用代码)", code(party)),
        ("法定代表人", "王示例".to_owned()),
        ("行政处罚决定书文号", format!("平示罚〔2026〕{number}号")),
        ("违法行为类型", "产品质量".to_owned()),
        ("违法事实", "销售标签不符合规定的示例商品".to_owned()),
        ("处罚依据", "《示例管理办法》第二十条".to_owned()),
        ("处罚类别", "罚款".to_owned()),
        ("处罚内容", "依法作出示例处罚".to_owned()),
        ("罚款金额（万元）", fine.to_owned()),
        ("处罚决定日期", "2026/09/01".to_owned()),
        ("处罚有效期", "2099/12/31".to_owned()),
        ("处罚机关", body.to_owned()),
        ("处罚机关统一社会信用代码", code(90)),
        ("数据来源单位", body.to_owned()),
        ("数据来源单位统一社会信用代码", code(90)),
    ]);
    cells.extend(more.iter().map(|(label, value)| (*label, (*value).to_owned())));
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(&fields).expect("memory");
    let row: Vec<&str> =
        fields.iter().map(|label| cells.get(label).map_or("", String::as_str)).collect();
    table.write_record(&row).expect("memory");
    let path = desk.scratch().join("penalty.csv");
    let mut content = table.into_inner().expect("memory");
    // The same row again is another file: an empty line more each time.
    static FILES: AtomicUsize = AtomicUsize::new(1);
    content.extend(vec![b'\n'; FILES.fetch_add(1, Ordering::Relaxed)]);
    std::fs::write(&path, content).expect("a file");
    let (clerk, second) = (Actor::system("clerk"), Actor::system("second"));
    let command = Receive {
        path,
        file_name: "示例.csv".to_owned(),
        kind: kind.id.clone(),
        unit: UNIT.to_owned(),
        profile: Profile::Reported,
    };
    let batch = receive(desk, &clerk, command).await.expect("received").batch;
    check(desk, batch).await.expect("checked");
    submit(desk, &clerk, batch).await.expect("submitted");
    let judgement = Judgement {
        row: 2,
        key: "severity".to_owned(),
        value: "general".to_owned(),
        reason: "示例理由".to_owned(),
        source: "第1页".to_owned(),
    };
    let basis = "unit-publication-list".to_owned();
    let command = Release { batch, basis, judgements: vec![judgement] };
    release(desk, &second, command).await.expect("released");
    batch
}

/// The valid code of an invented subject.
pub(crate) fn code(party: usize) -> String {
    let body = format!("XYDEM{party:03}");
    let inner = organisation_code_check_character(&body).expect("a body");
    let first = format!("91140829{body}{inner}");
    format!("{first}{}", uscc_check_character(&first).expect("a start"))
}

/// Its name.
pub(crate) fn company(party: usize) -> String {
    format!("平陆县示例第{party}号器材有限公司")
}

/// A desk in a folder of its own, on a day, with nothing in it.
pub(crate) async fn bare(folder: &tempfile::TempDir, day: Date) -> Desk {
    let database = format!("sqlite:{}", folder.path().join("desk.db").display());
    open(folder, day, database).await
}

async fn open(folder: &tempfile::TempDir, day: Date, database: String) -> Desk {
    let scratch = folder.path().join("scratch");
    std::fs::create_dir(&scratch).expect("scratch");
    let options = DeskOptions {
        database,
        key_file: folder.path().join("keys"),
        law: None,
        clock: Clock::Fixed(day),
        limits: Limits::default(),
        scratch,
    };
    Desk::open(options, getrandom::fill).await.expect("a desk")
}

/// The same with the county and seventeen invented subjects.
pub(crate) async fn desk(folder: &tempfile::TempDir, first: Date) -> Desk {
    furnished(bare(folder, first).await).await
}

/// The same on a PostgreSQL of its own; nothing where there is none.
pub(crate) async fn postgres_desk(
    folder: &tempfile::TempDir,
    first: Date,
) -> Option<(PostgresServer, Desk)> {
    let server = PostgresServer::start()?;
    let database = server.database("xinyong");
    let desk = furnished(open(folder, first, database).await).await;
    Some((server, desk))
}

/// What the pool of a PostgreSQL store has.
const CONNECTIONS: usize = 8;

/// Takes every connection of a PostgreSQL desk but one, until they are dropped.
pub(crate) async fn all_connections_but_one(desk: &Desk) -> Vec<Tx> {
    let mut held = Vec::new();
    for _ in 1..CONNECTIONS {
        held.push(desk.store().transaction("held by a test").await.expect("a connection"));
    }
    held
}

async fn furnished(desk: Desk) -> Desk {
    let actor = Actor::system("test");
    setup::init(&desk, &actor, "140829").await.expect("a county");
    let mut registry = "企业名称,统一社会信用代码,注册日期\n".to_owned();
    for party in 0..17 {
        registry.push_str(&format!("{},{},2015-03-02\n", company(party), code(party)));
    }
    let path = desk.scratch().join("registry.csv");
    std::fs::write(&path, registry).expect("a file");
    let known =
        import_subjects(&desk, &actor, &path, "registry.csv", 10).await.expect("a registry");
    assert_eq!(known.recorded, 17, "{known:?}");
    desk
}
