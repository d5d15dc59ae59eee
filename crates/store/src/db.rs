//! The two engines under one thin dynamic layer: one SQL text, values in, rows out.
//!
//! SQLite has one writing connection and a pool of readers; PostgreSQL one pool. Nothing outside of this crate sees either.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use jiff::civil::Date;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgPool, PgPoolOptions, PgRow};
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteRow, SqliteSynchronous,
};
use sqlx::{
    Arguments, AssertSqlSafe, Column, Either, Executor, PgConnection, Postgres, SqlSafeStr, Sqlite,
    SqliteConnection,
};
use sqlx::{Row as _, Transaction};

use crate::audit::{AuditEntry, AuditHead};
use crate::error::StoreError;
use crate::fold::Written;
use crate::keys::KeyRing;

/// One SQL text, in the words of each engine where they differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement {
    /// The name it carries in the source.
    pub name: &'static str,
    /// What SQLite is given.
    pub sqlite: &'static str,
    /// What PostgreSQL is given.
    pub postgres: &'static str,
}

/// Declares named statements of one module and gathers them in `ALL`.
///
/// `NAME = "text";` is the same on both engines; `NAME = lite "…" pg "…";` differs;
/// `NAME = "before" [list] "after";` puts a list given as one JSON array in `$1` between the two:
/// `[texts]` and `[ints]` as a subquery for `IN`, `[each]` as a table expression with a column `value`.
macro_rules! statements {
    (@lite texts) => { "(SELECT value FROM json_each($1))" };
    (@pg texts) => { "(SELECT jsonb_array_elements_text(CAST($1 AS jsonb)))" };
    (@lite ints) => { "(SELECT value FROM json_each($1))" };
    (@pg ints) => { "(SELECT CAST(jsonb_array_elements_text(CAST($1 AS jsonb)) AS BIGINT))" };
    (@lite each) => { " json_each($1) " };
    (@pg each) => { " jsonb_array_elements(CAST($1 AS jsonb)) " };
    ($($(#[$doc:meta])* $name:ident = $before:literal $([$list:ident] $after:literal)? $(pg $pg:literal)?;)*) => {
        $($(#[$doc])* const $name: $crate::db::Statement = $crate::db::Statement {
            name: stringify!($name),
            sqlite: concat!($before $(, statements!(@lite $list), $after)?),
            postgres: statements!(@postgres $before $([$list] $after)? $(pg $pg)?),
        };)*
        /// Every named statement of this module.
        pub(crate) const ALL: &[$crate::db::Statement] = &[$($name),*];
    };
    (@postgres $before:literal) => { $before };
    (@postgres $before:literal pg $pg:literal) => { $pg };
    (@postgres $before:literal [$list:ident] $after:literal) => {
        concat!($before, statements!(@pg $list), $after)
    };
}
pub(crate) use statements;

/// A multi-row insert: `INSERT INTO {into} VALUES (…),(…) {tail}`.
pub(crate) struct Insert {
    into: &'static str,
    columns: usize,
    tail: &'static str,
    texts: [[OnceLock<Arc<str>>; SHAPES.len()]; 2],
}

/// Rows per statement: the greatest first, the rest in falling powers of two, so that few texts are ever prepared.
const SHAPES: [usize; 8] = [128, 64, 32, 16, 8, 4, 2, 1];

impl Insert {
    pub(crate) const fn new(into: &'static str, columns: usize, tail: &'static str) -> Self {
        Self { into, columns, tail, texts: [const { [const { OnceLock::new() }; 8] }; 2] }
    }

    fn text(&self, shape: usize, postgres: bool) -> Arc<str> {
        let slot = &self.texts[usize::from(postgres)][shape];
        slot.get_or_init(|| self.build(SHAPES[shape], postgres).into()).clone()
    }

    fn build(&self, rows: usize, postgres: bool) -> String {
        // Whoever gets an error drops the transaction. SQLite need not be able to undo the one statement then, for which it
        // would copy every page it is about to touch.
        let verb = if postgres { "INSERT" } else { "INSERT OR FAIL" };
        format!("{verb} INTO {} {} {}", self.into, self.rows(rows, postgres), self.tail)
    }

    /// For SQLite, with room for so many rows: one whose first column is null is none.
    fn roomy(&self, rows: usize, text: &mut String) {
        let (into, rows, tail) = (self.into, self.rows(rows, false), self.tail);
        text.push_str(&format!(
            "INSERT OR FAIL INTO {into} SELECT * FROM ({rows}) WHERE column1 IS NOT NULL {tail};"
        ));
    }

    fn rows(&self, rows: usize, postgres: bool) -> String {
        let mut text = "VALUES ".to_owned();
        let mut number = 0_usize;
        for row in 0..rows {
            text.push_str(if row == 0 { "(" } else { ",(" });
            for column in 0..self.columns {
                number += 1;
                if column > 0 {
                    text.push(',');
                }
                if postgres {
                    text.push_str(&format!("${number}"));
                } else {
                    // SQLite keeps the names of parameters, numbers among them, in a list that is searched for each
                    // of them; thousands of them make that the dearest part.
                    text.push('?');
                }
            }
            text.push(')');
        }
        text
    }
}

/// Room for rows in a statement that is one of several: as many texts as this has sizes are prepared, not one for each count.
const ROOM: [usize; 12] = [1, 2, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128];

/// Several inserts as one text, for one call of SQLite's thread.
#[derive(Default)]
struct Call {
    text: String,
    arguments: SqliteArguments,
}

impl Call {
    fn add(&mut self, parts: &[(&Insert, &[Value<'_>])]) -> Result<(), StoreError> {
        let most = ROOM[ROOM.len() - 1];
        for (insert, values) in parts {
            debug_assert!(values.len().is_multiple_of(insert.columns));
            for chunk in values.chunks(most * insert.columns) {
                debug_assert!(chunk.iter().step_by(insert.columns).all(|first| !first.is_null()));
                let rows = chunk.len() / insert.columns;
                let room = ROOM.into_iter().find(|room| *room >= rows).unwrap_or(most);
                insert.roomy(room, &mut self.text);
                add_to(&mut self.arguments, chunk)?;
                let empty = vec![Value::IntOrNull(None); (room - rows) * insert.columns];
                add_to(&mut self.arguments, &empty)?;
            }
        }
        Ok(())
    }

    async fn run(self, conn: &mut SqliteConnection) -> Result<(), StoreError> {
        if !self.text.is_empty() {
            sqlx::query_with(AssertSqlSafe(self.text), self.arguments).execute(conn).await?;
        }
        Ok(())
    }
}

/// Inserts that need nothing any more but the database: put together where the rows come from, so that the connection never
/// waits for it.
#[derive(Default)]
pub(crate) struct Bound {
    statements: Vec<BoundStatement>,
}

enum BoundStatement {
    Lite(Arc<str>, SqliteArguments),
    Pg(Arc<str>, PgArguments),
}

impl Bound {
    /// Adds rows, `values` holding them one after the other.
    pub(crate) fn add(
        &mut self,
        engine: Engine,
        insert: &Insert,
        values: &[Value<'_>],
    ) -> Result<(), StoreError> {
        let mut rest = values;
        for (shape, rows) in SHAPES.into_iter().enumerate() {
            let wide = rows * insert.columns;
            while rest.len() >= wide {
                let (now, later) = rest.split_at(wide);
                rest = later;
                self.statements.push(match engine {
                    Engine::Sqlite => {
                        BoundStatement::Lite(insert.text(shape, false), lite_arguments(now)?)
                    }
                    Engine::Postgres => {
                        BoundStatement::Pg(insert.text(shape, true), pg_arguments(now)?)
                    }
                });
            }
        }
        Ok(())
    }
}

/// One value bound to a statement; the kind of a null matters to PostgreSQL.
#[derive(Debug, Clone)]
pub(crate) enum Value<'a> {
    Text(Cow<'a, str>),
    TextOrNull(Option<Cow<'a, str>>),
    Int(i64),
    IntOrNull(Option<i64>),
    Bytes(Cow<'a, [u8]>),
    BytesOrNull(Option<Cow<'a, [u8]>>),
}

impl Value<'_> {
    const fn is_null(&self) -> bool {
        matches!(self, Self::TextOrNull(None) | Self::IntOrNull(None) | Self::BytesOrNull(None))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(Cow::Borrowed(value))
    }
}
impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(Cow::Borrowed(value))
    }
}
impl From<String> for Value<'_> {
    fn from(value: String) -> Self {
        Self::Text(Cow::Owned(value))
    }
}
impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(value: Option<&'a str>) -> Self {
        Self::TextOrNull(value.map(Cow::Borrowed))
    }
}
impl<'a> From<&'a Option<String>> for Value<'a> {
    fn from(value: &'a Option<String>) -> Self {
        Self::TextOrNull(value.as_deref().map(Cow::Borrowed))
    }
}
impl From<Date> for Value<'_> {
    fn from(value: Date) -> Self {
        Self::Text(Cow::Owned(day_text(value)))
    }
}
impl From<Option<Date>> for Value<'_> {
    fn from(value: Option<Date>) -> Self {
        Self::TextOrNull(value.map(|day| Cow::Owned(day_text(day))))
    }
}
impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}
impl From<Option<i64>> for Value<'_> {
    fn from(value: Option<i64>) -> Self {
        Self::IntOrNull(value)
    }
}
impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Int(i64::from(value))
    }
}
impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Bytes(Cow::Borrowed(value))
    }
}
impl<'a> From<&'a Option<Vec<u8>>> for Value<'a> {
    fn from(value: &'a Option<Vec<u8>>) -> Self {
        Self::BytesOrNull(value.as_deref().map(Cow::Borrowed))
    }
}

/// A vector of [`Value`]s.
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::db::Value::from($value)),*] };
}
pub(crate) use values;

/// How a day is written in a column. Four-digit years compare as text in the order of time.
pub(crate) fn day_text(day: Date) -> String {
    // jiff's own formatting is right but general; this is on the way of every row.
    let (year, month, date) =
        (i32::from(day.year()).max(0) as u32, day.month() as u32, day.day() as u32);
    let mut text = String::with_capacity(10);
    for digit in [year / 1000 % 10, year / 100 % 10, year / 10 % 10, year % 10] {
        text.push(char::from(b'0' + digit as u8));
    }
    for part in [month, date] {
        text.push('-');
        text.push(char::from(b'0' + (part / 10) as u8));
        text.push(char::from(b'0' + (part % 10) as u8));
    }
    text
}

fn lite_arguments(values: &[Value<'_>]) -> Result<SqliteArguments, StoreError> {
    let mut arguments = SqliteArguments::default();
    arguments.reserve(values.len(), 0);
    add_to(&mut arguments, values)?;
    Ok(arguments)
}

fn add_to(arguments: &mut SqliteArguments, values: &[Value<'_>]) -> Result<(), StoreError> {
    for value in values {
        match value {
            // As a shared slice a text is copied once; as a string it would be copied into one that is then shared.
            Value::Text(text) => arguments.add(Arc::<str>::from(text.as_ref())),
            Value::TextOrNull(text) => arguments.add(text.as_deref().map(Arc::<str>::from)),
            Value::Int(int) => arguments.add(*int),
            Value::IntOrNull(int) => arguments.add(*int),
            Value::Bytes(bytes) => arguments.add(bytes.as_ref()),
            Value::BytesOrNull(bytes) => arguments.add(bytes.as_deref()),
        }
        .map_err(|error| StoreError::Unavailable(sqlx::Error::Encode(error)))?;
    }
    Ok(())
}

fn pg_arguments(values: &[Value<'_>]) -> Result<PgArguments, StoreError> {
    let mut arguments = PgArguments::default();
    arguments.reserve(values.len(), 0);
    for value in values {
        match value {
            Value::Text(text) => arguments.add(text.as_ref()),
            Value::TextOrNull(text) => arguments.add(text.as_deref()),
            Value::Int(int) => arguments.add(*int),
            Value::IntOrNull(int) => arguments.add(*int),
            Value::Bytes(bytes) => arguments.add(bytes.as_ref()),
            Value::BytesOrNull(bytes) => arguments.add(bytes.as_deref()),
        }
        .map_err(|error| StoreError::Unavailable(sqlx::Error::Encode(error)))?;
    }
    Ok(arguments)
}

enum EngineRow {
    Lite(SqliteRow),
    Pg(PgRow),
}

/// One row of an answer. Getters name the column when it does not hold what it must.
pub(crate) struct Row {
    inner: EngineRow,
    from: &'static str,
}

macro_rules! getter {
    ($self:ident, $index:ident, $type:ty) => {
        match &$self.inner {
            EngineRow::Lite(row) => row.try_get::<$type, _>($index),
            EngineRow::Pg(row) => row.try_get::<$type, _>($index),
        }
        .map_err(|error| $self.wrong($index, &error.to_string()))
    };
}

impl Row {
    fn wrong(&self, index: usize, reason: &str) -> StoreError {
        let column = match &self.inner {
            EngineRow::Lite(row) => row.columns().get(index).map(|column| column.name().to_owned()),
            EngineRow::Pg(row) => row.columns().get(index).map(|column| column.name().to_owned()),
        };
        let first = match &self.inner {
            EngineRow::Lite(row) => row
                .try_get::<i64, _>(0)
                .map(|id| id.to_string())
                .or_else(|_| row.try_get::<String, _>(0)),
            EngineRow::Pg(row) => row
                .try_get::<i64, _>(0)
                .map(|id| id.to_string())
                .or_else(|_| row.try_get::<String, _>(0)),
        };
        StoreError::inconsistent(
            self.from,
            &column.unwrap_or_else(|| index.to_string()),
            first.unwrap_or_default(),
            reason,
        )
    }

    pub(crate) fn text(&self, index: usize) -> Result<String, StoreError> {
        getter!(self, index, String)
    }
    pub(crate) fn text_or_null(&self, index: usize) -> Result<Option<String>, StoreError> {
        getter!(self, index, Option<String>)
    }
    pub(crate) fn int(&self, index: usize) -> Result<i64, StoreError> {
        getter!(self, index, i64)
    }
    pub(crate) fn int_or_null(&self, index: usize) -> Result<Option<i64>, StoreError> {
        getter!(self, index, Option<i64>)
    }
    pub(crate) fn flag(&self, index: usize) -> Result<bool, StoreError> {
        Ok(self.int(index)? != 0)
    }
    pub(crate) fn bytes(&self, index: usize) -> Result<Vec<u8>, StoreError> {
        getter!(self, index, Vec<u8>)
    }
    pub(crate) fn bytes_or_null(&self, index: usize) -> Result<Option<Vec<u8>>, StoreError> {
        getter!(self, index, Option<Vec<u8>>)
    }
    pub(crate) fn day(&self, index: usize) -> Result<Date, StoreError> {
        let text = self.text(index)?;
        text.parse().map_err(|_| self.wrong(index, &format!("“{text}”不是日期")))
    }
    pub(crate) fn day_or_null(&self, index: usize) -> Result<Option<Date>, StoreError> {
        match self.text_or_null(index)? {
            None => Ok(None),
            Some(text) => match text.parse() {
                Ok(day) => Ok(Some(day)),
                Err(_) => Err(self.wrong(index, &format!("“{text}”不是日期"))),
            },
        }
    }
}

/// A borrowed connection of either engine.
pub(crate) enum Conn<'c> {
    Lite(&'c mut SqliteConnection),
    Pg(&'c mut PgConnection),
}

impl Conn<'_> {
    pub(crate) async fn all(
        &mut self,
        statement: &Statement,
        values: Vec<Value<'_>>,
    ) -> Result<Vec<Row>, StoreError> {
        let from = statement.name;
        Ok(match self {
            Self::Lite(conn) => sqlx::query_with(statement.sqlite, lite_arguments(&values)?)
                .fetch_all(&mut **conn)
                .await?
                .into_iter()
                .map(|row| Row { inner: EngineRow::Lite(row), from })
                .collect(),
            Self::Pg(conn) => sqlx::query_with(statement.postgres, pg_arguments(&values)?)
                .fetch_all(&mut **conn)
                .await?
                .into_iter()
                .map(|row| Row { inner: EngineRow::Pg(row), from })
                .collect(),
        })
    }

    /// The rows of two statements that are given the same values, in one call of SQLite's thread, which is woken for each; nothing where
    /// somebody wrote in between, so that they may not fit each other, and on PostgreSQL.
    pub(crate) async fn of_one_moment(
        &mut self,
        statements: [&Statement; 2],
        values: Vec<Value<'_>>,
    ) -> Result<Option<[Vec<Row>; 2]>, StoreError> {
        let Self::Lite(conn) = self else { return Ok(None) };
        // Another number once another connection has written.
        const VERSION: &str = "PRAGMA data_version";
        let [one, two] = statements;
        let text = [VERSION, one.sqlite, two.sqlite, VERSION].join(";");
        let from = ["", one.name, two.name, ""];
        let query = sqlx::query_with(AssertSqlSafe(text), lite_arguments(&values)?);
        let mut rows = conn.fetch_many(query);
        let mut found: Vec<Vec<Row>> = vec![Vec::new()];
        while let Some(next) = rows.try_next().await? {
            let from = from.get(found.len() - 1).copied().unwrap_or_default();
            match (next, found.last_mut()) {
                (Either::Right(row), Some(last)) => {
                    last.push(Row { inner: EngineRow::Lite(row), from });
                }
                _ => found.push(Vec::new()),
            }
        }
        drop(rows);
        found.truncate(4);
        let Ok([before, one, two, after]) = <[Vec<Row>; 4]>::try_from(found) else {
            return Ok(None);
        };
        let version = |rows: &[Row]| rows.first().map(|row| row.int(0)).transpose();
        Ok((version(&before)? == version(&after)?).then_some([one, two]))
    }

    pub(crate) async fn maybe(
        &mut self,
        statement: &Statement,
        values: Vec<Value<'_>>,
    ) -> Result<Option<Row>, StoreError> {
        let from = statement.name;
        Ok(match self {
            Self::Lite(conn) => sqlx::query_with(statement.sqlite, lite_arguments(&values)?)
                .fetch_optional(&mut **conn)
                .await?
                .map(|row| Row { inner: EngineRow::Lite(row), from }),
            Self::Pg(conn) => sqlx::query_with(statement.postgres, pg_arguments(&values)?)
                .fetch_optional(&mut **conn)
                .await?
                .map(|row| Row { inner: EngineRow::Pg(row), from }),
        })
    }

    pub(crate) async fn one(
        &mut self,
        statement: &Statement,
        values: Vec<Value<'_>>,
    ) -> Result<Row, StoreError> {
        self.maybe(statement, values).await?.ok_or_else(|| {
            StoreError::inconsistent(statement.name, "", "", "应有一行而查询结果为空")
        })
    }

    /// Rows affected.
    pub(crate) async fn execute(
        &mut self,
        statement: &Statement,
        values: Vec<Value<'_>>,
    ) -> Result<u64, StoreError> {
        Ok(match self {
            Self::Lite(conn) => sqlx::query_with(statement.sqlite, lite_arguments(&values)?)
                .execute(&mut **conn)
                .await?
                .rows_affected(),
            Self::Pg(conn) => sqlx::query_with(statement.postgres, pg_arguments(&values)?)
                .execute(&mut **conn)
                .await?
                .rows_affected(),
        })
    }

    /// Hands each row to `take` as it arrives, so that a table never lies in memory as a whole.
    pub(crate) async fn each(
        &mut self,
        statement: &Statement,
        values: Vec<Value<'_>>,
        mut take: impl FnMut(&Row) -> Result<(), StoreError> + Send,
    ) -> Result<(), StoreError> {
        let from = statement.name;
        match self {
            Self::Lite(conn) => {
                let query = sqlx::query_with(statement.sqlite, lite_arguments(&values)?);
                let mut rows = query.fetch(&mut **conn);
                while let Some(row) = rows.try_next().await? {
                    take(&Row { inner: EngineRow::Lite(row), from })?;
                }
            }
            Self::Pg(conn) => {
                let query = sqlx::query_with(statement.postgres, pg_arguments(&values)?);
                let mut rows = query.fetch(&mut **conn);
                while let Some(row) = rows.try_next().await? {
                    take(&Row { inner: EngineRow::Pg(row), from })?;
                }
            }
        }
        Ok(())
    }

    /// Inserts many rows, `values` holding them one after the other. Returns the rows affected.
    pub(crate) async fn insert(
        &mut self,
        insert: &Insert,
        values: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        let engine = match self {
            Self::Lite(_) => Engine::Sqlite,
            Self::Pg(_) => Engine::Postgres,
        };
        let mut bound = Bound::default();
        bound.add(engine, insert, values)?;
        self.run(bound).await
    }

    /// Inserts rows of several tables, one table after the other: on SQLite in one call of its thread, which is woken for each. No first
    /// column is ever null.
    pub(crate) async fn insert_each(
        &mut self,
        parts: &[(&Insert, &[Value<'_>])],
    ) -> Result<(), StoreError> {
        let Self::Lite(conn) = self else {
            for (insert, values) in parts {
                self.insert(insert, values).await?;
            }
            return Ok(());
        };
        let mut call = Call::default();
        call.add(parts)?;
        call.run(conn).await
    }

    /// Runs inserts that were put together before. Returns the rows affected.
    pub(crate) async fn run(&mut self, bound: Bound) -> Result<u64, StoreError> {
        let mut affected = 0;
        for statement in bound.statements {
            affected += match (&mut *self, statement) {
                (Self::Lite(conn), BoundStatement::Lite(text, arguments)) => {
                    sqlx::query_with(AssertSqlSafe(text), arguments)
                        .execute(&mut **conn)
                        .await?
                        .rows_affected()
                }
                (Self::Pg(conn), BoundStatement::Pg(text, arguments)) => {
                    sqlx::query_with(AssertSqlSafe(text), arguments)
                        .execute(&mut **conn)
                        .await?
                        .rows_affected()
                }
                _ => return Err(StoreError::conflict("语句是为另一种数据库准备的")),
            };
        }
        Ok(affected)
    }

    /// Several statements without parameters, as they stand.
    pub(crate) async fn raw(&mut self, sql: &str) -> Result<(), StoreError> {
        let text = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Lite(conn) => {
                sqlx::raw_sql(text).execute(&mut **conn).await?;
            }
            Self::Pg(conn) => {
                sqlx::raw_sql(text).execute(&mut **conn).await?;
            }
        }
        Ok(())
    }
}

/// Which engine a store stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file of SQLite.
    Sqlite,
    /// A PostgreSQL database.
    Postgres,
}

pub(crate) enum Db {
    Lite { read: SqlitePool, write: SqlitePool, fold: SqlitePool },
    Pg(PgPool),
}

impl Db {
    pub(crate) fn is_closed(&self) -> bool {
        match self {
            Self::Lite { write, .. } => write.is_closed(),
            Self::Pg(pool) => pool.is_closed(),
        }
    }
}

pub(crate) struct Inner {
    pub(crate) db: Db,
    pub(crate) keys: KeyRing,
    pub(crate) audit: tokio::sync::Mutex<AuditHead>,
    pub(crate) written: Written,
    /// How often something was read.
    pub(crate) reads: AtomicU64,
    /// The schema it was opened at: the newest, but for the test that upgrades from each.
    pub(crate) schema: i64,
}

/// The store: one database, its keys and the head of this process's audit stream. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("engine", &self.engine()).finish_non_exhaustive()
    }
}

/// A connection taken from the readers for one use.
pub(crate) enum Reader {
    Lite(PoolConnection<Sqlite>),
    Pg(PoolConnection<Postgres>),
}

impl Reader {
    pub(crate) fn conn(&mut self) -> Conn<'_> {
        match self {
            Self::Lite(conn) => Conn::Lite(conn),
            Self::Pg(conn) => Conn::Pg(conn),
        }
    }
}

impl Store {
    /// Opens a database, brings its schema up to date and checks that the keys are the ones it was sealed with.
    ///
    /// `url` is `sqlite:PATH` or a bare path (made if missing), or `postgres://…`.
    ///
    /// # Errors
    /// [`StoreError::WrongSchema`] if a newer program wrote the database, [`StoreError::Key`] if the keys are others,
    /// [`StoreError::WrongOrder`] if PostgreSQL orders texts otherwise than by code points, [`StoreError::Unavailable`] if it cannot
    /// be reached.
    pub async fn open(url: &str, key: &KeyRing) -> Result<Self, StoreError> {
        Self::open_at(url, key, crate::schema::SCHEMA).await
    }

    /// As [`Store::open`], but no further than a schema. For the test that upgrades from each of them, and for nothing else.
    ///
    /// # Errors
    /// As [`Store::open`].
    #[doc(hidden)]
    pub async fn open_at(url: &str, key: &KeyRing, schema: i64) -> Result<Self, StoreError> {
        let db = if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let options: PgConnectOptions = url.parse().map_err(StoreError::Unavailable)?;
            let pool = PgPoolOptions::new()
                .max_connections(8)
                .acquire_timeout(Duration::from_secs(30))
                .test_before_acquire(false)
                .connect_with(options.statement_cache_capacity(400))
                .await?;
            crate::schema::check_order(&pool).await?;
            Db::Pg(pool)
        } else {
            let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"));
            let path = path.unwrap_or(url);
            let options = SqliteConnectOptions::new()
                .filename(path)
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(20))
                .foreign_keys(true)
                .statement_cache_capacity(400)
                // What many ask at one time comes as one answer: its rows are not handed over fifty by fifty.
                .row_buffer_size(512)
                // Pages that a bulk import touches again and again go into the file once, not after every chunk.
                .pragma("wal_autocheckpoint", "16384")
                .pragma("temp_store", "memory");
            let write = SqlitePoolOptions::new()
                .max_connections(1)
                .acquire_timeout(Duration::from_secs(120))
                .idle_timeout(None)
                .max_lifetime(None)
                .test_before_acquire(false)
                .connect_with(options.clone().pragma("cache_size", "-65536"))
                .await?;
            let fold = SqlitePoolOptions::new()
                .max_connections(1)
                .idle_timeout(None)
                .max_lifetime(None)
                .test_before_acquire(false)
                .connect_lazy_with(options.clone().create_if_missing(false));
            let read = SqlitePoolOptions::new()
                .max_connections(6)
                .idle_timeout(None)
                .max_lifetime(None)
                .acquire_timeout(Duration::from_secs(30))
                .test_before_acquire(false)
                .connect_lazy_with(
                    options
                        .create_if_missing(false)
                        .pragma("cache_size", "-16384")
                        .pragma("query_only", "1"),
                );
            Db::Lite { read, write, fold }
        };
        crate::schema::migrate(&db, schema).await?;
        let store = Self {
            inner: Arc::new(Inner {
                reads: AtomicU64::new(0),
                db,
                keys: key.clone(),
                audit: tokio::sync::Mutex::new(AuditHead::new()?),
                written: Written::default(),
                schema,
            }),
        };
        crate::schema::check_key(&store).await?;
        if matches!(store.inner.db, Db::Lite { .. }) {
            crate::fold::beside(&store.inner);
        }
        if schema == crate::schema::SCHEMA {
            crate::behind::follow(&store.inner);
        }
        Ok(store)
    }

    /// Which engine it stands on.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self.inner.db {
            Db::Lite { .. } => Engine::Sqlite,
            Db::Pg(_) => Engine::Postgres,
        }
    }

    /// The keys the store was opened with.
    #[must_use]
    pub fn keys(&self) -> &KeyRing {
        &self.inner.keys
    }

    /// Closes all connections once their work is done. SQLite folds its log back into the file.
    pub async fn close(&self) {
        match &self.inner.db {
            Db::Lite { read, write, fold } => {
                fold.close().await;
                read.close().await;
                write.close().await;
            }
            Db::Pg(pool) => pool.close().await,
        }
    }

    /// How often something was read by this process: what a page costs, whatever it finds.
    #[must_use]
    pub fn reads(&self) -> u64 {
        self.inner.reads.load(Ordering::Relaxed)
    }

    pub(crate) async fn reader(&self) -> Result<Reader, StoreError> {
        self.inner.reads.fetch_add(1, Ordering::Relaxed);
        Ok(match &self.inner.db {
            Db::Lite { read, .. } => Reader::Lite(read.acquire().await?),
            Db::Pg(pool) => Reader::Pg(pool.acquire().await?),
        })
    }

    /// A connection for reading what is written to again and again. On SQLite it is the writer's, between its transactions: every commit
    /// empties the pages that other connections have at hand, its own it keeps. Whoever holds a transaction must not ask for it.
    pub(crate) async fn reader_between_writes(&self) -> Result<Reader, StoreError> {
        match &self.inner.db {
            Db::Lite { write, .. } => {
                self.inner.reads.fetch_add(1, Ordering::Relaxed);
                Ok(Reader::Lite(write.acquire().await?))
            }
            Db::Pg(_) => self.reader().await,
        }
    }

    /// Begins a writing transaction. On SQLite it holds the one writer until it is committed or dropped;
    /// dropping it rolls back. `name` labels the log.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when the writer does not come free in time.
    pub async fn transaction(&self, name: &'static str) -> Result<Tx, StoreError> {
        let inner = match &self.inner.db {
            Db::Lite { write, .. } => TxInner::Lite(write.begin_with("BEGIN IMMEDIATE").await?),
            Db::Pg(pool) => TxInner::Pg(pool.begin().await?),
        };
        Ok(Tx { inner, store: self.clone(), audit: Vec::new(), name, begun: Instant::now() })
    }

    /// Inserts rows of several tables with lines of the log, as one transaction. On SQLite all of it, from its beginning to its commit, is
    /// one call of its thread: what many wait for is not held up by a thread being woken for each step. No first column is ever null.
    ///
    /// # Errors
    /// As [`Tx::commit`], and [`StoreError::Conflict`] for what is there already; nothing is written then.
    pub(crate) async fn insert_at_once(
        &self,
        name: &'static str,
        parts: &[(&Insert, &[Value<'_>])],
        entries: Vec<Arc<AuditEntry>>,
    ) -> Result<(), StoreError> {
        let Db::Lite { write, .. } = &self.inner.db else {
            let mut bound = Bound::default();
            for (insert, values) in parts {
                bound.add(Engine::Postgres, insert, values)?;
            }
            let store = self.clone();
            // To its end as below: a transaction whose beginning nobody waits for would stay open on its connection.
            let written = tokio::spawn(async move {
                let mut tx = store.transaction(name).await?;
                tx.conn().run(bound).await?;
                for entry in entries {
                    tx.audit(entry);
                }
                tx.commit().await
            });
            let crashed = |_| StoreError::Unavailable(sqlx::Error::WorkerCrashed);
            return written.await.map_err(crashed)?;
        };
        let mut call = Call { text: "BEGIN IMMEDIATE;".to_owned(), ..Call::default() };
        call.add(parts)?;
        let fresh = AuditHead::new()?;
        let mut conn = write.acquire().await?;
        let begun = Instant::now();
        let inner = Arc::clone(&self.inner);
        // Left to itself it comes to its end, whoever does not wait for it any more: no transaction stays open on the connection.
        let written = tokio::spawn(async move {
            let mut head = inner.audit.lock().await;
            let chained = crate::audit::Chained::after(&head, &entries);
            for (insert, values) in chained.rows() {
                call.add(&[(insert, &values)])?;
            }
            call.text.push_str("COMMIT");
            let outcome = call.run(&mut conn).await;
            if outcome.is_ok() {
                *head = chained.into_head();
            } else if sqlx::query("ROLLBACK").execute(&mut *conn).await.is_err() {
                // Nothing could be undone: it did not begin, or whether its commit arrived is unknown. Go on in a new stream instead of
                // guessing, and on a connection of which nothing needs to be guessed either.
                *head = fresh;
                conn.close_on_drop();
            }
            inner.written.note();
            outcome
        });
        let outcome = match written.await {
            Ok(outcome) => outcome,
            Err(_) => Err(StoreError::Unavailable(sqlx::Error::WorkerCrashed)),
        };
        measured(name, begun, outcome.is_ok());
        outcome
    }

    /// A transaction that sees one moment of the database and does not keep writers waiting.
    pub(crate) async fn snapshot(&self) -> Result<Tx, StoreError> {
        let inner = match &self.inner.db {
            Db::Lite { read, .. } => TxInner::Lite(read.begin().await?),
            Db::Pg(pool) => TxInner::Pg(
                pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY").await?,
            ),
        };
        let begun = Instant::now();
        Ok(Tx { inner, store: self.clone(), audit: Vec::new(), name: "snapshot", begun })
    }

    /// Has the engine parse and plan a statement without running it.
    ///
    /// # Errors
    /// Whatever the database says about it.
    pub async fn prepare(&self, statement: &Statement) -> Result<(), StoreError> {
        let mut reader = self.reader().await?;
        match reader.conn() {
            Conn::Lite(conn) => {
                conn.prepare(SqlSafeStr::into_sql_str(statement.sqlite)).await?;
            }
            Conn::Pg(conn) => {
                conn.prepare(SqlSafeStr::into_sql_str(statement.postgres)).await?;
            }
        }
        Ok(())
    }

    /// Runs SQL as it stands. For tests that damage a database on purpose, and for nothing else.
    ///
    /// # Errors
    /// Whatever the database says.
    #[doc(hidden)]
    pub async fn raw_execute(&self, sql: &str) -> Result<(), StoreError> {
        let mut tx = self.transaction("raw").await?;
        tx.conn().raw(sql).await?;
        tx.commit().await
    }
}

pub(crate) enum TxInner {
    Lite(Transaction<'static, Sqlite>),
    Pg(Transaction<'static, Postgres>),
}

/// A writing transaction. Dropping it rolls back everything, the audit entries given to it among it.
pub struct Tx {
    inner: TxInner,
    store: Store,
    audit: Vec<Arc<AuditEntry>>,
    name: &'static str,
    begun: Instant,
}

impl std::fmt::Debug for Tx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tx").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Tx {
    pub(crate) fn conn(&mut self) -> Conn<'_> {
        match &mut self.inner {
            TxInner::Lite(tx) => Conn::Lite(tx),
            TxInner::Pg(tx) => Conn::Pg(tx),
        }
    }

    /// The store the transaction belongs to.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Notes what was done; written into the chain as part of the commit, so that it is there exactly if the work is.
    pub fn audit(&mut self, entry: impl Into<Arc<AuditEntry>>) {
        self.audit.push(entry.into());
    }

    /// Makes the work durable.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if the database refused because of another transaction; the work is then undone.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        let entries = std::mem::take(&mut self.audit);
        if entries.is_empty() {
            return self.finish().await;
        }
        // The head is held from the first link to the end of the commit and nothing else is waited for in between.
        let store = self.store.clone();
        let fresh = AuditHead::new()?;
        let mut head = store.inner.audit.lock().await;
        let next = crate::audit::write(&mut self.conn(), &head, &entries).await?;
        // Whether a commit arrived may be unknown, also where nobody waits for it any more and this is dropped: then a new stream goes on
        // instead of a guess.
        *head = fresh;
        self.finish().await?;
        *head = next;
        Ok(())
    }

    async fn finish(self) -> Result<(), StoreError> {
        let outcome = match self.inner {
            TxInner::Lite(tx) => tx.commit().await,
            TxInner::Pg(tx) => tx.commit().await,
        };
        self.store.inner.written.note();
        measured(self.name, self.begun, outcome.is_ok());
        Ok(outcome?)
    }
}

/// Notes how long a transaction took.
fn measured(name: &'static str, begun: Instant, committed: bool) {
    let word = if committed { "committed" } else { "failed" };
    metrics::histogram!("xinyong_transaction_seconds", "name" => name, "outcome" => word)
        .record(begun.elapsed().as_secs_f64());
}
