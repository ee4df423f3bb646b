//! The database of one request.
//!
//! Postrust composes the statements, and no finished statement is changed. The database writes the
//! response to a read from the statement as a subquery. It writes the values of a write in a second
//! statement.

use crate::arguments::StandIns;
use crate::bounded::{ANSWER, Bounded, Statement, refusing_large_rows};
use indexmap::IndexMap;
use postrust_core::db::{Db, DbError, FetchedThen, RawRows, Tx};
use postrust_sql::SqlParam;
use serde_json::value::RawValue;
use serde_json::{Number, Value};
use sqlx::encode::{Encode, IsNull};
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgPool, PgRow, PgTypeInfo};
use sqlx::query::Query;
use sqlx::types::Uuid;
use sqlx::{AssertSqlSafe, Column, Postgres, Row, Type, TypeInfo, ValueRef};
use std::sync::Mutex;

/// A statement has at most 65,535 parameters.
const RENDERED_AT_ONCE: usize = 10_000;

/// How the rows of a statement become the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writing {
    /// The database writes each row as JSON.
    Json,
    /// The database writes all rows as CSV, by the expression of PostgREST.
    Csv,
    /// This process decodes the values of common types and sends the others back to the database: a
    /// statement that writes cannot be a subquery.
    Decoded,
}

/// The needs of one request beyond its statements.
pub struct Reading {
    pub writing: Writing,
    /// The request calls a function that does not write: PostgREST runs it in a read-only transaction,
    /// Postrust decides by the method alone.
    pub calls_reader: bool,
    pub stand_ins: StandIns,
    /// Selected columns that are not returned: a statement selects at least one, and those it orders by.
    pub hidden: Vec<String>,
    /// Postrust changes the content of values, so that they have to be parsed.
    pub parsed: bool,
}

pub struct Database {
    pool: PgPool,
    reading: Reading,
    answered: Mutex<Option<Answered>>,
}

/// The main statement of the request, the number of its rows, and the rows as CSV.
struct Answered {
    sql: String,
    rows: usize,
    csv: Option<String>,
}

impl Database {
    pub fn new(pool: PgPool, reading: Reading) -> Self {
        Self { pool, reading, answered: Mutex::new(None) }
    }

    /// Returns the number of rows that the request returned or wrote.
    pub fn rows(&self) -> Option<usize> {
        self.read(|answered| answered.rows)
    }

    pub fn csv(&self) -> Option<String> {
        self.read(|answered| answered.csv.clone()).flatten()
    }

    fn read<T>(&self, of: impl Fn(&Answered) -> T) -> Option<T> {
        let answered = self.answered.lock().unwrap_or_else(|e| e.into_inner());
        answered.as_ref().map(of)
    }

    fn answered(&self, sql: &str, rows: usize, csv: Option<String>) {
        let answered = Answered { sql: sql.to_string(), rows, csv };
        *self.answered.lock().unwrap_or_else(|e| e.into_inner()) = Some(answered);
    }
}

impl Db for Database {
    type Tx<'a> = Transaction<'a>;

    async fn begin(&self) -> Result<Transaction<'_>, DbError> {
        let tx = Bounded::begin(&self.pool).await?;
        let mut tx = Transaction { database: self, tx, queued: Vec::new() };
        if self.reading.calls_reader {
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
    async fn flush(&mut self) -> Result<(), DbError> {
        for (sql, params) in std::mem::take(&mut self.queued) {
            self.tx.execute(bound(&sql, &params)).await.map_err(|error| error.queued())?;
        }
        Ok(())
    }

    async fn fetch<T>(
        &mut self,
        sql: &str,
        params: &[SqlParam],
        read: impl Fn(&PgRow) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        self.rows(sql, params).await?.iter().map(read).collect()
    }

    async fn rows(&mut self, sql: &str, params: &[SqlParam]) -> Result<Vec<PgRow>, DbError> {
        self.flush().await?;
        let params = self.database.reading.stand_ins.resolved(params);
        self.tx.fetch(bound(sql, &params)).await
    }

    /// Returns the rows of the response.
    async fn answer(&mut self, sql: &str, params: &[SqlParam]) -> Result<Vec<Value>, DbError> {
        let database = self.database;
        let writing = match database.reading.writing {
            Writing::Decoded if sql.starts_with("SELECT ") => Writing::Json, // it changes no column
            writing => writing,
        };
        let (rows, csv) = match writing {
            Writing::Json => {
                let written = refusing_large_rows(&as_json(sql));
                (self.fetch(&written, params, |row| database.written(row)).await?, None)
            }
            Writing::Csv => {
                let read = |row: &PgRow| Ok((row.try_get(0)?, row.try_get::<i64, _>(1)?));
                let rows = self.fetch(&refusing_large_rows(&as_csv(sql)), params, read).await?;
                let (csv, count) = rows
                    .into_iter()
                    .next()
                    .ok_or_else(|| DbError::other("no rows in an aggregate"))?;
                (vec![Value::Null; usize::try_from(count).unwrap_or_default()], Some(csv))
            }
            Writing::Decoded => {
                let rows = self.rows(sql, params).await?;
                let cells = rows.iter().flat_map(cells).collect();
                let mut values = rendered(&mut self.tx, cells).await?.into_iter();
                (rows.iter().map(|row| database.decoded(row, &mut values)).collect(), None)
            }
        };
        database.answered(sql, rows.len(), csv);
        Ok(rows)
    }
}

impl Database {
    fn written(&self, row: &PgRow) -> Result<Value, DbError> {
        let columns: IndexMap<String, &RawValue> = serde_json::from_str(row.try_get(0)?)
            .map_err(|error| DbError::other(format!("a row is no JSON object: {error}")))?;
        Ok(self.object(columns.into_iter().map(|(name, json)| (name, json.get().to_string()))))
    }

    /// Takes the values of the row from `values`.
    fn decoded(&self, row: &PgRow, values: &mut impl Iterator<Item = String>) -> Value {
        self.object(row.columns().iter().map(|column| column.name().to_string()).zip(values))
    }

    fn object(&self, columns: impl Iterator<Item = (String, String)>) -> Value {
        let shown = columns.filter(|(name, _)| !self.reading.hidden.contains(name));
        let values = shown.map(|(name, json)| (name, value(json, self.reading.parsed)));
        Value::Object(values.collect())
    }
}

impl Tx for Transaction<'_> {
    async fn execute(&mut self, sql: &str, params: &[SqlParam]) -> Result<u64, DbError> {
        self.flush().await?;
        self.tx.execute(bound(sql, params)).await
    }

    async fn fetch_json(&mut self, sql: &str, params: &[SqlParam]) -> Result<Vec<Value>, DbError> {
        self.answer(sql, params).await
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
        let values = |row: &PgRow| {
            let values = cells(row).map(|cell| match cell {
                Cell::Json(json) => value(json, true),
                Cell::Binary(_) => Value::Null,
            });
            Ok(values.collect())
        };
        self.fetch(sql, params, values).await
    }

    /// Returns the single value that the database aggregated from all rows.
    async fn fetch_raw(
        &mut self,
        sql: &str,
        params: &[SqlParam],
        count_column: &str,
    ) -> Result<RawRows, DbError> {
        let read = |row: &PgRow| {
            let value = row.try_get_raw(0).ok().filter(|value| !value.is_null());
            let bytes = value.and_then(|value| value.as_bytes().ok().map(<[u8]>::to_vec));
            Ok((bytes, row.try_get::<i64, _>(count_column).ok()))
        };
        let rows = self.fetch(&refusing_large_rows(sql), params, read).await?;
        let count = rows.len();
        let (first, counted) = rows.into_iter().next().unwrap_or_default();
        Ok(RawRows::new(count, first, counted))
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

/// `.*` is the row even if a column has the name of the subquery.
fn as_json(sql: &str) -> String {
    format!("select pg_catalog.to_json(pgrst_row.*)::text from ({sql}) as pgrst_row")
}

fn as_csv(sql: &str) -> String {
    format!(
        "select coalesce((
            select string_agg(name, ',') from json_object_keys(json_agg(pgrst_row.*) -> 0) as name
        ), '') || E'\\n' || coalesce(string_agg(
            substring((pgrst_row.*)::text, 2, length((pgrst_row.*)::text) - 2), E'\\n'
        ), ''), count(*)
        from ({sql}) as pgrst_row"
    )
}

/// Binds the parameters. Postrust, which wrote the text, binds every value, quotes every name and
/// accepts only the name of a type as a cast.
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

/// A value that a statement returned.
enum Cell {
    Json(String),
    Binary(Binary),
}

fn cells(row: &PgRow) -> impl Iterator<Item = Cell> {
    (0..row.len()).filter_map(|index| {
        let value = row.try_get_raw(index).ok()?;
        if value.is_null() {
            return Some(Cell::Json("null".to_string()));
        }
        let kind = value.type_info().into_owned();
        Some(match json(row, index, kind.name()) {
            Some(json) => Cell::Json(json),
            None => Cell::Binary(Binary { kind, bytes: value.as_bytes().ok()?.to_vec() }),
        })
    })
}

/// Returns the JSON of a value, if this process decodes its type.
fn json(row: &PgRow, index: usize, kind: &str) -> Option<String> {
    match kind {
        "INT2" => row.try_get::<i16, _>(index).ok().map(|number| number.to_string()),
        "INT4" => row.try_get::<i32, _>(index).ok().map(|number| number.to_string()),
        "INT8" => row.try_get::<i64, _>(index).ok().map(|number| number.to_string()),
        "BOOL" => row.try_get::<bool, _>(index).ok().map(|value| value.to_string()),
        "UUID" => row.try_get::<Uuid, _>(index).ok().map(|id| format!("\"{id}\"")),
        "JSON" | "JSONB" => {
            let value = row.try_get_raw(index).ok()?;
            let bytes = value.as_bytes().ok()?;
            // the first byte of jsonb is the version of its format
            let text = if kind == "JSONB" { bytes.get(1..)? } else { bytes };
            Some(String::from_utf8_lossy(text).into_owned())
        }
        _ => serde_json::to_string(&row.try_get::<String, _>(index).ok()?).ok(),
    }
}

/// A value as the database sent it.
struct Binary {
    kind: PgTypeInfo,
    bytes: Vec<u8>,
}

impl Type<Postgres> for Binary {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("bytea") // `produces` returns the type of each value
    }
}

impl Encode<'_, Postgres> for Binary {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        buffer.extend_from_slice(&self.bytes);
        Ok(IsNull::No)
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(self.kind.clone())
    }
}

/// Returns the values in JSON. The database writes those that this process does not decode, one at a time:
/// a number of few bytes may be written with 100,000 digits.
async fn rendered(tx: &mut Bounded, cells: Vec<Cell>) -> Result<Vec<String>, DbError> {
    let mut values = Vec::with_capacity(cells.len());
    let (mut positions, mut binary) = (Vec::new(), Vec::new());
    for cell in cells {
        match cell {
            Cell::Json(json) => values.push(json),
            Cell::Binary(value) => {
                positions.push(values.len());
                binary.push(value);
                values.push(String::new());
            }
        }
    }
    let (mut binary, mut left) = (binary.into_iter(), ANSWER);
    for positions in positions.chunks(RENDERED_AT_ONCE) {
        let json = |number| format!("(pg_catalog.to_json(${number})::text)");
        let sql =
            format!("values {}", (1..=positions.len()).map(json).collect::<Vec<_>>().join(", "));
        // The driver would reuse a prepared statement for values of other types.
        let statement = sqlx::query(AssertSqlSafe(sql)).persistent(false);
        let statement = binary.by_ref().take(positions.len()).fold(statement, Query::bind);
        for (position, row) in positions.iter().zip(tx.fetch_within(&mut left, statement).await?) {
            values[*position] = row.try_get(0)?;
        }
    }
    Ok(values)
}

/// Numbers, objects and lists stay the text that the database wrote: serde_json writes the text of a number
/// unchanged.
fn value(json: String, parsed: bool) -> Value {
    let verbatim = !parsed && !json.starts_with(['"', 't', 'f', 'n']);
    let value = if verbatim { None } else { serde_json::from_str(&json).ok() };
    value.unwrap_or_else(|| Value::Number(Number::from_string_unchecked(json)))
}

/// Returns the result of a count if the page has every row that it counts.
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
    fn objects_and_lists_stay_as_they_are_written() {
        let deep = "[".repeat(10_000) + &"]".repeat(10_000);
        for json in [r#"{"a": 1.50,"a": 2}"#, r#"{"$serde_json::private::RawValue":"[1]"}"#, &deep]
        {
            assert_eq!(serde_json::to_string(&value(json.to_string(), false)).unwrap(), json);
        }
        assert_eq!(serde_json::to_string(&value(deep.clone(), true)).unwrap(), deep);
        for json in ["null", "true", "1e400", "0.10", r#""a""#] {
            assert_eq!(serde_json::to_string(&value(json.to_string(), false)).unwrap(), json);
        }
        assert_eq!(value("null".to_string(), false), Value::Null);
        assert_eq!(value(r#"{"a":1}"#.to_string(), true)["a"], 1);
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
