//! The schema: migrations of both engines, the refusal of a newer one, and the key check.

use std::borrow::Cow;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr};

use crate::db::{Db, Statement, Store, statements, values};
use crate::error::StoreError;
use crate::keys::Purpose;

/// The number of the newest migration, written into backups.
pub const SCHEMA: i64 = 23;

const SQLITE: &[(i64, &str, &str)] = &[
    (1, "base", include_str!("../migrations/sqlite/0001_base.sql")),
    (2, "people", include_str!("../migrations/sqlite/0002_people.sql")),
    (3, "api", include_str!("../migrations/sqlite/0003_api.sql")),
    (4, "portal", include_str!("../migrations/sqlite/0004_portal.sql")),
    (5, "identities", include_str!("../migrations/sqlite/0005_identities.sql")),
    (6, "notices", include_str!("../migrations/sqlite/0006_notices.sql")),
    (7, "reporting", include_str!("../migrations/sqlite/0007_reporting.sql")),
    (8, "corrections", include_str!("../migrations/sqlite/0008_corrections.sql")),
    (9, "open-data-powers", include_str!("../migrations/sqlite/0009_open_data_powers.sql")),
    (10, "agents", include_str!("../migrations/sqlite/0010_agents.sql")),
    (11, "signed_record", include_str!("../migrations/sqlite/0011_signed_record.sql")),
    (12, "credit-reports", include_str!("../migrations/sqlite/0012_credit_reports.sql")),
    (13, "checks", include_str!("../migrations/sqlite/0013_checks.sql")),
    (14, "work-lists", include_str!("../migrations/sqlite/0014_work_lists.sql")),
    (15, "report-terms", include_str!("../migrations/sqlite/0015_report_terms.sql")),
    (16, "enrolments", include_str!("../migrations/sqlite/0016_enrolments.sql")),
    (17, "repair", include_str!("../migrations/sqlite/0017_repair.sql")),
    (18, "objection", include_str!("../migrations/sqlite/0018_objection.sql")),
    (19, "commitments", include_str!("../migrations/sqlite/0019_commitments.sql")),
    (20, "repair-findings", include_str!("../migrations/sqlite/0020_repair_findings.sql")),
    (21, "named-objectors", include_str!("../migrations/sqlite/0021_named_objectors.sql")),
    (22, "looks-and-mail", include_str!("../migrations/sqlite/0022_looks_and_mail.sql")),
    (23, "looks-in-order", include_str!("../migrations/sqlite/0023_looks_in_order.sql")),
];
const POSTGRES: &[(i64, &str, &str)] = &[
    (1, "base", include_str!("../migrations/postgres/0001_base.sql")),
    (2, "people", include_str!("../migrations/postgres/0002_people.sql")),
    (3, "api", include_str!("../migrations/postgres/0003_api.sql")),
    (4, "portal", include_str!("../migrations/postgres/0004_portal.sql")),
    (5, "identities", include_str!("../migrations/postgres/0005_identities.sql")),
    (6, "notices", include_str!("../migrations/postgres/0006_notices.sql")),
    (7, "reporting", include_str!("../migrations/postgres/0007_reporting.sql")),
    (8, "corrections", include_str!("../migrations/postgres/0008_corrections.sql")),
    (9, "open-data-powers", include_str!("../migrations/postgres/0009_open_data_powers.sql")),
    (10, "agents", include_str!("../migrations/postgres/0010_agents.sql")),
    (11, "signed_record", include_str!("../migrations/postgres/0011_signed_record.sql")),
    (12, "credit-reports", include_str!("../migrations/postgres/0012_credit_reports.sql")),
    (13, "checks", include_str!("../migrations/postgres/0013_checks.sql")),
    (14, "work-lists", include_str!("../migrations/postgres/0014_work_lists.sql")),
    (15, "report-terms", include_str!("../migrations/postgres/0015_report_terms.sql")),
    (16, "enrolments", include_str!("../migrations/postgres/0016_enrolments.sql")),
    (17, "repair", include_str!("../migrations/postgres/0017_repair.sql")),
    (18, "objection", include_str!("../migrations/postgres/0018_objection.sql")),
    (19, "commitments", include_str!("../migrations/postgres/0019_commitments.sql")),
    (20, "repair-findings", include_str!("../migrations/postgres/0020_repair_findings.sql")),
    (21, "named-objectors", include_str!("../migrations/postgres/0021_named_objectors.sql")),
    (22, "looks-and-mail", include_str!("../migrations/postgres/0022_looks_and_mail.sql")),
    (23, "looks-in-order", include_str!("../migrations/postgres/0023_looks_in_order.sql")),
];

statements! {
    GET_META = "SELECT value FROM meta WHERE key = $1";
    PUT_META = "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    ADD_META = "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING";
}

fn migrator(list: &[(i64, &'static str, &'static str)], newest: i64) -> Migrator {
    Migrator::with_migrations(
        list.iter()
            .filter(|(version, _, _)| *version <= newest)
            .map(|(version, name, sql)| {
                Migration::new(
                    *version,
                    Cow::Borrowed(*name),
                    MigrationType::Simple,
                    AssertSqlSafe(*sql).into_sql_str(),
                    false,
                )
            })
            .collect(),
    )
}

pub(crate) async fn migrate(db: &Db, newest: i64) -> Result<(), StoreError> {
    let outcome = match db {
        Db::Lite { write, .. } => migrator(SQLITE, newest).run(write).await,
        Db::Pg(pool) => migrator(POSTGRES, newest).run(pool).await,
    };
    outcome.map_err(|error| match error {
        MigrateError::VersionMissing(version) => {
            StoreError::WrongSchema(format!("数据库已有本程序不认识的结构版本 {version}"))
        }
        MigrateError::VersionMismatch(version) => {
            StoreError::WrongSchema(format!("结构版本 {version} 的内容与本程序所带的不同"))
        }
        MigrateError::Dirty(version) => {
            StoreError::WrongSchema(format!("结构版本 {version} 只升级了一半，请从备份恢复"))
        }
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
        other => StoreError::Unavailable(sqlx::Error::Migrate(Box::new(other))),
    })
}

/// PostgreSQL orders as its database was made to; SQLite by code points. The program relies on the latter.
pub(crate) async fn check_order(pool: &sqlx::PgPool) -> Result<(), StoreError> {
    let ordered: bool = sqlx::query_scalar(
        "SELECT 'Z' < 'a' AND 'a-b' < 'aa' AND '示' < '示' || chr(1114111) AND '乙' < '示'",
    )
    .fetch_one(pool)
    .await?;
    if ordered { Ok(()) } else { Err(StoreError::WrongOrder) }
}

const CHECK: &str = "key_check";
const CHECK_TEXT: &[u8] = b"xinyong";

pub(crate) async fn check_key(store: &Store) -> Result<(), StoreError> {
    let refused = || {
        StoreError::Key(
            "密钥与数据库不符：数据是用另一份密钥文件加密的，请使用原来的密钥文件".to_owned(),
        )
    };
    for _ in 0..2 {
        if let Some(sealed) = store.get_meta(CHECK).await? {
            let sealed = hex::decode(sealed).map_err(|_| refused())?;
            let clear = store.keys().open(Purpose::Platform, CHECK.as_bytes(), &sealed);
            return if clear.is_ok_and(|clear| clear == CHECK_TEXT) {
                Ok(())
            } else {
                Err(refused())
            };
        }
        let sealed = store.keys().seal(Purpose::Platform, CHECK.as_bytes(), CHECK_TEXT)?;
        let mut tx = store.transaction("key-check").await?;
        tx.conn().execute(&ADD_META, values![CHECK, hex::encode(sealed)]).await?;
        tx.commit().await?;
    }
    Err(refused())
}

impl Store {
    /// A value the database keeps about itself.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn get_meta(&self, key: &str) -> Result<Option<String>, StoreError> {
        let mut reader = self.reader().await?;
        let row = reader.conn().maybe(&GET_META, values![key]).await?;
        row.map(|row| row.text(0)).transpose()
    }
}

impl crate::db::Tx {
    /// The same within a transaction, which needs no second connection.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn get_meta(&mut self, key: &str) -> Result<Option<String>, StoreError> {
        let row = self.conn().maybe(&GET_META, values![key]).await?;
        row.map(|row| row.text(0)).transpose()
    }

    /// Sets a value the database keeps about itself.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn put_meta(&mut self, key: &str, value: &str) -> Result<(), StoreError> {
        self.conn().execute(&PUT_META, values![key, value]).await?;
        Ok(())
    }
}

/// Every named SQL text of the store, for the test that has both engines prepare them.
#[must_use]
pub fn statements() -> Vec<Statement> {
    [
        ALL,
        crate::units::ALL,
        crate::accounts::ALL,
        crate::agents::ALL,
        crate::identities::ALL,
        crate::notices::ALL,
        crate::contact_claims::ALL,
        crate::sessions::ALL,
        crate::factors::ALL,
        crate::subjects::ALL,
        crate::search::ALL,
        crate::doubles::ALL,
        crate::records::ALL,
        crate::reporting::ALL,
        crate::reporting::arrivals::ALL,
        crate::reporting::bulletins::ALL,
        crate::reporting::known::ALL,
        crate::reporting::numbers::ALL,
        crate::error_reports::ALL,
        crate::corrections::ALL,
        crate::judgements::ALL,
        crate::public::ALL,
        crate::open_data::ALL,
        crate::powers::ALL,
        crate::public_figures::ALL,
        crate::persons::ALL,
        crate::batches::ALL,
        crate::uploads::ALL,
        crate::audit::ALL,
        crate::behind::ALL,
        crate::confirmations::ALL,
        crate::leases::ALL,
        crate::console::ALL,
        crate::figures::ALL,
        crate::api::ALL,
        crate::signing_keys::ALL,
        crate::credit_reports::ALL,
        crate::checks::ALL,
        crate::enrolments::ALL,
        crate::hooks::ALL,
        crate::publication_log::ALL,
        crate::steps::ALL,
        crate::holds::ALL,
        crate::receipts::ALL,
        crate::repairs::ALL,
        crate::objections::ALL,
        crate::objections::visitors::ALL,
        crate::commitments::ALL,
        crate::commitments::editions::ALL,
        crate::repairs::check::ALL,
        crate::repairs::duties::ALL,
        crate::repairs::findings::ALL,
        crate::repairs::lifts::ALL,
        crate::repairs::lists::ALL,
        crate::repairs::shields::ALL,
        crate::fsck::ALL,
        crate::fsck::beside::ALL,
        crate::fsck::beside::followed::ALL,
        crate::fsck::looked::ALL,
        crate::portable::ALL,
        &crate::portable::built(),
    ]
    .concat()
}
