//! The database as one request uses it: the pool, with the statements put right on their way.
//!
//! Postrust composes the SQL. What it has no way to say is marked in the request with a name no
//! client uses, and exchanged here for the SQL that says it.

use crate::bounded::{Bounded, Statement, refusing_large_rows};
use crate::csv;
use crate::embedded::{self, Expression};
use postrust_core::db::{Db, DbError, FetchedThen, RawRows, Tx};
use postrust_core::row_json::{row_to_json, row_to_values};
use postrust_sql::SqlParam;
use serde_json::Value;
use sqlx::PgPool;
use sqlx::{AssertSqlSafe, Row, ValueRef};
use std::sync::Mutex;

/// Stands for SQL NULL among the arguments of a function.
pub const NULL: &str = "\u{f8ff}null\u{f8ff}";

pub struct Database {
    pool: PgPool,
    expressions: Vec<Expression>,
    calls_reader: bool,
    large_rows: bool,
    answered: Mutex<Option<Answered>>,
}

/// The statement that answered the request, and how many rows it returned.
struct Answered {
    sql: String,
    rows: usize,
}

impl Database {
    /// `calls_reader` says that a function is called which does not write: PostgREST then lets
    /// nothing be written, where Postrust goes by the method alone. `large_rows` that related tables are
    /// nested, so that one row may be as large as the product of their rows.
    pub fn new(
        pool: PgPool,
        expressions: Vec<Expression>,
        calls_reader: bool,
        large_rows: bool,
    ) -> Self {
        let answered = Mutex::new(None);
        Self { pool, expressions, calls_reader, large_rows, answered }
    }

    /// How many rows the request returned or, if it wrote, touched.
    pub fn rows(&self) -> Option<usize> {
        self.read(|answered| answered.rows)
    }

    fn read<T>(&self, of: impl Fn(&Answered) -> T) -> Option<T> {
        let answered = self.answered.lock().unwrap_or_else(|e| e.into_inner());
        answered.as_ref().map(of)
    }

    fn answered(&self, sql: &str, rows: usize) {
        let sql = sql.to_string();
        *self.answered.lock().unwrap_or_else(|e| e.into_inner()) = Some(Answered { sql, rows });
    }
}

impl Db for Database {
    type Tx<'a> = Transaction<'a>;

    async fn begin(&self) -> Result<Transaction<'_>, DbError> {
        let tx = Bounded::begin(&self.pool).await?;
        let mut tx = Transaction { database: self, tx, queued: Vec::new() };
        if self.calls_reader {
            tx.queue("SET TRANSACTION READ ONLY", &[]);
        }
        Ok(tx)
    }
}

pub struct Transaction<'a> {
    database: &'a Database,
    tx: Bounded,
    queued: Vec<(String, Vec<SqlParam>)>,
}

impl Transaction<'_> {
    fn written(&self, sql: &str) -> String {
        let written = embedded::written(sql, &self.database.expressions);
        match self.database.large_rows {
            true => refusing_large_rows(&written),
            false => written,
        }
    }

    async fn flush(&mut self) -> Result<(), DbError> {
        for (sql, params) in std::mem::take(&mut self.queued) {
            self.tx.execute(bound(&sql, &params)).await.map_err(|error| error.queued())?;
        }
        Ok(())
    }
}

impl Tx for Transaction<'_> {
    async fn execute(&mut self, sql: &str, params: &[SqlParam]) -> Result<u64, DbError> {
        self.flush().await?;
        self.tx.execute(bound(sql, params)).await
    }

    async fn fetch_json(&mut self, sql: &str, params: &[SqlParam]) -> Result<Vec<Value>, DbError> {
        self.flush().await?;
        let statement = bound(&self.written(sql), &with_nulls(params));
        let rows = self.tx.fetch(statement).await?;
        self.database.answered(sql, rows.len());
        Ok(rows.into_iter().map(|row| row_to_json(&row)).collect())
    }

    async fn fetch_values(
        &mut self,
        sql: &str,
        params: &[SqlParam],
    ) -> Result<Vec<Vec<Value>>, DbError> {
        let known = |answered: &Answered| known_count(sql, &answered.sql, answered.rows);
        if let Some(count) = self.database.read(known).flatten() {
            return Ok(vec![vec![Value::from(count)]]);
        }
        self.flush().await?;
        let sql = embedded::written(sql, &self.database.expressions);
        let rows = self.tx.fetch(bound(&sql, &with_nulls(params))).await?;
        Ok(rows.iter().map(row_to_values).collect())
    }

    /// One value, which the database has put together from all rows.
    async fn fetch_raw(
        &mut self,
        sql: &str,
        params: &[SqlParam],
        count_column: &str,
    ) -> Result<RawRows, DbError> {
        self.flush().await?;
        let sql = refusing_large_rows(&csv::written(&self.written(sql)));
        let rows = self.tx.fetch(bound(&sql, &with_nulls(params))).await?;
        let first = rows.first().and_then(|row| row.try_get_raw(0).ok());
        let bytes = first.filter(|value| !value.is_null()).and_then(|value| value.as_bytes().ok());
        let count = rows.first().and_then(|row| row.try_get(count_column).ok());
        Ok(RawRows::new(rows.len(), bytes.map(<[u8]>::to_vec), count))
    }

    async fn commit(mut self) -> Result<(), DbError> {
        self.flush().await?;
        self.tx.commit().await
    }

    fn queue(&mut self, sql: &str, params: &[SqlParam]) {
        self.queued.push((sql.to_string(), params.to_vec()));
    }

    async fn fetch_json_then(&mut self, sql: &str, params: &[SqlParam], then: &str) -> FetchedThen {
        let rows = self.fetch_json(sql, params).await?;
        let then = self.fetch_values(then, &[]).await?;
        Ok((rows, then))
    }

    async fn fetch_json_and_commit(
        mut self,
        sql: &str,
        params: &[SqlParam],
    ) -> Result<Vec<Value>, DbError> {
        let rows = self.fetch_json(sql, params).await?;
        self.commit().await?;
        Ok(rows)
    }
}

/// The statement with its parameters, as Postrust binds them. The text is Postrust's, which binds every
/// value and quotes every name.
fn bound(sql: &str, params: &[SqlParam]) -> Statement {
    params.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, param| match param {
        SqlParam::Null => query.bind(None::<String>),
        SqlParam::Bool(value) => query.bind(*value),
        SqlParam::Int(value) => query.bind(*value),
        SqlParam::Float(value) => query.bind(*value),
        SqlParam::Text(value) => query.bind(value.clone()),
        SqlParam::Bytes(value) => query.bind(value.clone()),
        SqlParam::Json(value) => query.bind(value.to_string()),
        SqlParam::Uuid(value) => query.bind(value.to_string()),
        SqlParam::Timestamp(value) => query.bind(value.to_rfc3339()),
        SqlParam::Array(values) => query.bind(values.iter().map(text).collect::<Vec<_>>()),
    })
}

fn text(param: &SqlParam) -> Option<String> {
    match param {
        SqlParam::Text(text) => Some(text.clone()),
        SqlParam::Int(number) => Some(number.to_string()),
        SqlParam::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

fn with_nulls(params: &[SqlParam]) -> Vec<SqlParam> {
    params
        .iter()
        .map(|param| match param {
            SqlParam::Text(text) if is_null(text) => SqlParam::Null,
            other => other.clone(),
        })
        .collect()
}

/// Bare for most arguments, quoted for those declared `json`.
fn is_null(text: &str) -> bool {
    text == NULL || text.strip_prefix('"').and_then(|t| t.strip_suffix('"')) == Some(NULL)
}

/// What a count will say, where the page holds every row it counts.
///
/// Postrust counts by running the statement again without its page, which calls a function twice.
fn known_count(count: &str, answered: &str, rows: usize) -> Option<usize> {
    let unpaged = count.strip_prefix("SELECT count(*) FROM (")?.strip_suffix(") AS pgrst_count")?;
    match answered.strip_prefix(unpaged)? {
        "" => Some(rows),
        page => {
            let limit: usize = page.strip_prefix(" LIMIT ")?.parse().ok()?;
            (rows < limit).then_some(rows)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stand_in_becomes_null_and_nothing_else_does() {
        let params = [
            SqlParam::text(NULL),
            SqlParam::text(format!("\"{NULL}\"")),
            SqlParam::text("null"),
            SqlParam::text(format!("x{NULL}")),
            SqlParam::int(1),
        ];
        let changed = with_nulls(&params);
        assert_eq!(changed[..2], [SqlParam::Null, SqlParam::Null]);
        assert_eq!(changed[2..], params[2..]);
    }

    #[test]
    fn a_count_is_known_when_the_page_is_not_full() {
        let count = "SELECT count(*) FROM (SELECT f()) AS pgrst_count";
        assert_eq!(known_count(count, "SELECT f()", 7), Some(7));
        assert_eq!(known_count(count, "SELECT f() LIMIT 10", 7), Some(7));
        assert_eq!(known_count(count, "SELECT f() LIMIT 7", 7), None);
        assert_eq!(known_count(count, "SELECT f() LIMIT 10 OFFSET 1", 7), None);
        assert_eq!(known_count(count, "SELECT g()", 7), None);
        assert_eq!(known_count("SELECT 1", "SELECT 1", 1), None);
    }
}
