//! CSV, written by the database as PostgREST has it written.
//!
//! Postrust writes CSV from JSON, without quoting arrays and objects. It lets a schema declare an
//! aggregate that renders a media type, so it is told of one, and the call of it becomes SQL.

use postrust_core::SchemaCache;
use postrust_core::api_request::QualifiedIdentifier;
use postrust_core::schema_cache::MediaHandler;

pub const MEDIA_TYPE: &str = "text/csv";
const CALL: &str = "\"rows\".\"as csv\"(";

/// The schema for requests that ask for CSV: rows are rendered whole, so no column is before.
pub fn schema(cache: &SchemaCache, schemas: &[String]) -> SchemaCache {
    let mut cache = cache.clone();
    for table in cache.tables.values_mut() {
        for column in table.columns.values_mut() {
            column.data_type = "text".to_string();
        }
    }
    for schema in schemas {
        let handler = MediaHandler {
            aggregate: QualifiedIdentifier::new("rows", "as csv"),
            table: None,
            base_type: "text".to_string(),
        };
        let key = (schema.clone(), MEDIA_TYPE.to_string());
        cache.media_handlers.insert(key, vec![handler]);
    }
    cache
}

/// A statement with the call of the declared aggregate exchanged for what it would return.
pub fn written(sql: &str) -> String {
    let Some((before, call)) = sql.split_once(CALL) else {
        return sql.to_string();
    };
    let Some((row, after)) = call.split_once(')') else {
        return sql.to_string();
    };
    format!(
        "{before}(coalesce((\
            select string_agg(name, ',') \
            from json_object_keys(json_agg({row}) -> 0) as name), '') \
        || E'\\n' \
        || coalesce(string_agg(substring({row}::text, 2, length({row}::text) - 2), E'\\n'), '')){after}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_call_of_the_aggregate_is_exchanged() {
        let sql =
            "SELECT \"rows\".\"as csv\"(pgrst_media)::text AS body FROM (SELECT 1) pgrst_media";
        let written = written(sql);
        assert!(written.starts_with("SELECT (coalesce((select string_agg(name, ',')"));
        assert!(written.ends_with(", ''))::text AS body FROM (SELECT 1) pgrst_media"));
    }

    #[test]
    fn other_statements_stay() {
        assert_eq!(written("SELECT 1"), "SELECT 1");
    }
}
