//! A transaction with a limit on the size of its responses. Its statement ends when its client disconnects.
//!
//! The bytes of rows are counted as they arrive. A connection with an unfinished statement is closed, which
//! the database notices (`client_connection_check_interval`), rather than returned to the pool.

use futures_util::TryStreamExt;
use postrust_core::db::DbError;
use postrust_core::error::DatabaseError;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgPool, PgRow};
use sqlx::query::Query;
use sqlx::{Postgres, Row, raw_sql};

/// Limit of the rows of one response, in bytes as Postgres sends them, with those of `VALUE` for each value.
pub const ANSWER: usize = 16 << 20;
/// A value takes memory beyond its bytes: nulls have none.
const VALUE: usize = 32;
pub const ANSWER_TOO_LARGE: &str = "answer_too_large";

pub type Statement = Query<'static, Postgres, PgArguments>;

pub struct Bounded {
    /// None once it is closed.
    connection: Option<PoolConnection<Postgres>>,
    running: bool,
    committed: bool,
}

impl Bounded {
    pub async fn begin(pool: &PgPool) -> Result<Self, DbError> {
        let connection = Some(pool.acquire().await?);
        let mut tx = Self { connection, running: false, committed: false };
        tx.control("BEGIN").await?;
        Ok(tx)
    }

    fn connection(&mut self) -> &mut PoolConnection<Postgres> {
        self.connection.as_mut().expect("it is closed as it is dropped")
    }

    async fn control(&mut self, sql: &'static str) -> Result<(), DbError> {
        self.running = true;
        let done = raw_sql(sql).execute(&mut **self.connection()).await;
        self.running = false;
        done?;
        Ok(())
    }

    pub async fn execute(&mut self, statement: Statement) -> Result<u64, DbError> {
        self.running = true;
        let done = statement.execute(&mut **self.connection()).await;
        self.running = false;
        Ok(done?.rows_affected())
    }

    /// Returns all rows. Stops reading once they exceed the limit.
    pub async fn fetch(&mut self, statement: Statement) -> Result<Vec<PgRow>, DbError> {
        self.fetch_within(&mut ANSWER.clone(), statement).await
    }

    /// Takes the size of the rows from the bytes that are left.
    pub async fn fetch_within(
        &mut self,
        left: &mut usize,
        statement: Statement,
    ) -> Result<Vec<PgRow>, DbError> {
        self.running = true;
        let fetched = self.read(left, statement).await;
        self.running = matches!(fetched, Ok(None));
        fetched?.ok_or_else(too_large)
    }

    /// Returns none if the rows exceed the limit.
    async fn read(
        &mut self,
        left: &mut usize,
        statement: Statement,
    ) -> Result<Option<Vec<PgRow>>, sqlx::Error> {
        let mut fetched = Vec::new();
        let mut rows = statement.fetch(&mut **self.connection());
        while let Some(row) = rows.try_next().await? {
            match left.checked_sub(size(&row)) {
                Some(room) => *left = room,
                None => return Ok(None),
            }
            fetched.push(row);
        }
        Ok(Some(fetched))
    }

    pub async fn commit(mut self) -> Result<(), DbError> {
        self.control("COMMIT").await?;
        self.committed = true;
        Ok(())
    }
}

/// Rolls back a transaction that was not committed, and ends a running statement with its connection.
impl Drop for Bounded {
    fn drop(&mut self) {
        match self.connection.take() {
            Some(connection) if self.running => drop(connection.detach()),
            Some(mut connection) if !self.committed => {
                tokio::spawn(async move { raw_sql("ROLLBACK").execute(&mut *connection).await });
            }
            _ => {}
        }
    }
}

/// Returns the statement as a subquery of one that fails in the database on a row above the limit: the
/// driver reads a row whole before this server sees it. A statement that begins with `WITH` cannot be a
/// subquery; it selects no large rows (see `bounds`).
pub fn refusing_large_rows(sql: &str) -> String {
    if sql.starts_with("WITH ") {
        return sql.to_string();
    }
    format!(
        "SELECT answer.* FROM (SELECT * FROM ({sql}) AS answer OFFSET 0) AS answer \
         WHERE CASE WHEN pg_column_size(answer.*) > {ANSWER} \
         THEN ('{ANSWER_TOO_LARGE} ' || pg_column_size(answer.*))::boolean ELSE true END"
    )
}

fn size(row: &PgRow) -> usize {
    let values = (0..row.len()).filter_map(|column| row.try_get_raw(column).ok());
    values.map(|value| value.as_bytes().map_or(0, <[u8]>::len) + VALUE).sum()
}

fn too_large() -> DbError {
    let error = DatabaseError {
        code: ANSWER_TOO_LARGE.to_string(),
        message: ANSWER_TOO_LARGE.to_string(),
        details: None,
        hint: None,
        constraint: None,
        table: None,
        column: None,
    };
    DbError::database(ANSWER_TOO_LARGE, error)
}
