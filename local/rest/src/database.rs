//! The database as one request uses it: the pool, with the statements put right on their way.
//!
//! Postrust composes the SQL. What it has no way to say is marked in the request with a name no
//! client uses, and exchanged here for the SQL that says it.

use crate::csv;
use crate::embedded::{self, Expression};
use postrust_core::db::{Db, DbError, FetchedThen, RawRows, SqlxTx, Tx};
use postrust_sql::SqlParam;
use serde_json::Value;
use sqlx::PgPool;
use std::sync::Mutex;

/// Stands for SQL NULL among the arguments of a function.
pub const NULL: &str = "\u{f8ff}null\u{f8ff}";

pub struct Database {
    pool: PgPool,
    expressions: Vec<Expression>,
    calls_reader: bool,
    answered: Mutex<Option<Answered>>,
}

/// The statement that answered the request, and how many rows it returned.
struct Answered {
    sql: String,
    rows: usize,
}

impl Database {
    /// `calls_reader` says that a function is called which does not write: PostgREST then lets
    /// nothing be written, where Postrust goes by the method alone.
    pub fn new(pool: PgPool, expressions: Vec<Expression>, calls_reader: bool) -> Self {
        let answered = Mutex::new(None);
        Self { pool, expressions, calls_reader, answered }
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
        let database = self;
        let mut tx = Db::begin(&self.pool).await?;
        if self.calls_reader {
            tx.queue("SET TRANSACTION READ ONLY", &[]);
        }
        Ok(Transaction { database, tx })
    }
}

pub struct Transaction<'a> {
    database: &'a Database,
    tx: SqlxTx,
}

impl Transaction<'_> {
    fn written(&self, sql: &str) -> String {
        embedded::written(sql, &self.database.expressions)
    }
}

impl Tx for Transaction<'_> {
    async fn execute(&mut self, sql: &str, params: &[SqlParam]) -> Result<u64, DbError> {
        self.tx.execute(sql, params).await
    }

    async fn fetch_json(&mut self, sql: &str, params: &[SqlParam]) -> Result<Vec<Value>, DbError> {
        let written = self.written(sql);
        let rows = self.tx.fetch_json(&written, &with_nulls(params)).await?;
        self.database.answered(sql, rows.len());
        Ok(rows)
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
        let sql = self.written(sql);
        self.tx.fetch_values(&sql, &with_nulls(params)).await
    }

    async fn fetch_raw(
        &mut self,
        sql: &str,
        params: &[SqlParam],
        count_column: &str,
    ) -> Result<RawRows, DbError> {
        let sql = csv::written(&self.written(sql));
        self.tx.fetch_raw(&sql, &with_nulls(params), count_column).await
    }

    async fn commit(self) -> Result<(), DbError> {
        self.tx.commit().await
    }

    fn queue(&mut self, sql: &str, params: &[SqlParam]) {
        self.tx.queue(sql, params);
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
