//! What tests of several modules need: invented subjects and a desk that knows them. All parties are invented.

#[expect(dead_code, reason = "tests of the store ask the server more")]
#[path = "../../store/tests/support/postgres.rs"]
mod postgres;

use jiff::civil::Date;
use postgres::PostgresServer;
use xinyong_domain::identifier::{organisation_code_check_character, uscc_check_character};

use crate::{Actor, Clock, Desk, DeskOptions, Limits, import_subjects, setup};

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
