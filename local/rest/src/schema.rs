//! The schema as Postrust read it, changed where its results would differ from PostgREST's.
//!
//! Postrust selects from, filters, orders and pages rows of tables only. A function that returns rows
//! of no exposed table therefore gets a table of its columns. Postrust decides by the types of columns
//! which values the database renders. Here the database renders all of them: those of a read by the
//! row, those of a write one by one.

use anyhow::Result;
use indexmap::IndexMap;
use postrust_core::api_request::QualifiedIdentifier;
use postrust_core::schema_cache::{Column, RetType, Routine};
use postrust_core::{SchemaCache, Table};
use sqlx::PgPool;
use std::collections::HashMap;

const TYPE_NAMES: &str = "
    select pg_catalog.format_type(oid, null), typname::text from pg_catalog.pg_type";

const ROW_TYPES: &str = "
    select pg_catalog.format_type(returned.oid, null), attribute.attname::text,
        pg_catalog.format_type(attribute.atttypid, null)
    from pg_catalog.pg_type as returned
    join pg_catalog.pg_attribute as attribute
        on attribute.attrelid = returned.typrelid
        and attribute.attnum > 0
        and not attribute.attisdropped
    where returned.oid in (
        select prorettype from pg_catalog.pg_proc where pronamespace::regnamespace::text = any($1))
    order by returned.oid, attribute.attnum";

const RELATIONS: &str = "
    select namespace.nspname::text, relation.relname::text, case relation.relkind
        when 'v' then 'view'
        when 'm' then 'materialized view'
        when 'f' then 'foreign table'
        else 'table'
    end
    from pg_catalog.pg_class as relation
    join pg_catalog.pg_namespace as namespace on namespace.oid = relation.relnamespace
    where relation.relkind in ('r', 'p', 'v', 'm', 'f')
      and not relation.relispartition
      and namespace.nspname::text = any($1)";

/// The names and declared types of a row's columns.
type Columns = Vec<(String, String)>;

/// The types of the database: their short names, and the columns of row types.
#[derive(Default)]
pub struct Types {
    names: HashMap<String, String>,
    rows: HashMap<String, Columns>,
}

impl Types {
    pub async fn read(pool: &PgPool, schemas: &[String]) -> Result<Self> {
        let names: Vec<(String, String)> = sqlx::query_as(TYPE_NAMES).fetch_all(pool).await?;
        let columns: Vec<(String, String, String)> =
            sqlx::query_as(ROW_TYPES).bind(schemas).fetch_all(pool).await?;
        let mut rows = HashMap::<String, Columns>::new();
        for (row, name, declared) in columns {
            rows.entry(row).or_default().push((name, declared));
        }
        let names = names.into_iter().collect();
        Ok(Self { names, rows })
    }

    /// Returns the columns of a function's rows, if they are known.
    fn columns_of(&self, routine: &Routine) -> Option<Columns> {
        if !routine.output_columns.is_empty() {
            return Some(routine.output_columns.clone());
        }
        self.rows.get(routine.return_type.type_name()?).cloned()
    }

    fn column(&self, name: &str, declared: &str, position: i32) -> Column {
        let nominal_type = self.names.get(declared).map_or(declared, String::as_str);
        Column {
            name: name.to_string(),
            description: None,
            nullable: true,
            data_type: declared.to_string(),
            nominal_type: nominal_type.to_string(),
            domain_type: None,
            max_len: None,
            default: None,
            enum_values: Vec::new(),
            is_pk: false,
            position,
            always_generated: false,
        }
    }

    fn table(&self, schema: &str, name: &str, columns: &Columns) -> Table {
        let columns: IndexMap<_, _> = columns
            .iter()
            .zip(1..)
            .map(|((name, declared), position)| {
                (name.clone(), self.column(name, declared, position))
            })
            .collect();
        Table {
            schema: schema.to_string(),
            name: name.to_string(),
            description: None,
            is_view: true,
            is_partitioned: false,
            insertable: false,
            updatable: false,
            deletable: false,
            pk_cols: Vec::new(),
            unique_constraints: Vec::new(),
            columns,
            computed_columns: HashMap::new(),
        }
    }
}

/// Returns the relations that no role of the API may access. Postrust does not know them; PostgREST
/// responds that the permission is missing.
pub async fn withheld(
    cache: &SchemaCache,
    pool: &PgPool,
    schemas: &[String],
) -> Result<HashMap<QualifiedIdentifier, String>> {
    let relations: Vec<(String, String, String)> =
        sqlx::query_as(RELATIONS).bind(schemas).fetch_all(pool).await?;
    let named = relations
        .into_iter()
        .map(|(schema, name, kind)| (QualifiedIdentifier::new(schema, name), kind));
    Ok(named.filter(|(name, _)| cache.get_table(name).is_none()).collect())
}

/// Returns the schema for reads and calls, whose columns are selected unchanged.
pub fn read(mut cache: SchemaCache, types: &Types) -> SchemaCache {
    give_tables_to_functions(&mut cache, types);
    for table in cache.tables.values_mut() {
        table.columns.values_mut().for_each(|column| select_bare(&mut column.data_type));
        table.computed_columns.values_mut().for_each(|column| select_bare(&mut column.data_type));
    }
    for routine in cache.routines.values_mut().flatten() {
        routine.output_columns.iter_mut().for_each(|(_, declared)| select_bare(declared));
        if routine.returns_composite {
            continue;
        }
        match &mut routine.return_type {
            RetType::Single(name) | RetType::SetOf(name) if name != "record" => select_bare(name),
            _ => {}
        }
    }
    cache
}

/// Postrust selects a text unchanged. It converts a column with a path into JSON, unless the column is
/// JSON.
fn select_bare(declared: &mut String) {
    if !matches!(declared.as_str(), "json" | "jsonb") {
        *declared = "text".to_string();
    }
}

/// Returns the schema for writes. Postrust casts the filters of an update or a delete to `data_type`,
/// which has to be a name that SQL reads: the short one. It selects columns of some other names
/// unchanged, as joins of related tables need them.
pub fn written(mut cache: SchemaCache) -> SchemaCache {
    for column in cache.tables.values_mut().flat_map(|table| table.columns.values_mut()) {
        if !SELECTED_BARE.contains(&column.data_type.as_str()) {
            column.data_type = column.nominal_type.clone();
        }
    }
    cache
}

const SELECTED_BARE: [&str; 7] =
    ["smallint", "integer", "bigint", "boolean", "real", "character", "character varying"];

/// Adds the tables in schemas of their own, which no request can name.
fn give_tables_to_functions(cache: &mut SchemaCache, types: &Types) {
    let mut tables = Vec::new();
    let tableless: Vec<bool> = cache
        .routines
        .values()
        .flatten()
        .map(|routine| routine.returns_composite && cache.returned_table(routine).is_none())
        .collect();
    for (routine, tableless) in cache.routines.values_mut().flatten().zip(tableless) {
        let Some(columns) = types.columns_of(routine).filter(|_| tableless) else {
            continue;
        };
        let schema = format!("rows {}", tables.len());
        let name = format!("{schema}.{}", routine.name);
        tables.push(types.table(&schema, &routine.name, &columns));
        routine.return_type = match routine.return_type.is_set_returning() {
            true => RetType::SetOf(name),
            false => RetType::Single(name),
        };
    }
    for table in tables {
        cache.tables.insert(table.qualified_identifier(), table);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use postrust_core::schema_cache::FuncVolatility;

    fn function(name: &str, return_type: RetType, columns: &[(&str, &str)]) -> Routine {
        let columns = columns.iter();
        Routine {
            schema: "public".into(),
            name: name.into(),
            description: None,
            params: vec![],
            returns_composite: return_type != RetType::Single("numeric".into()),
            return_type,
            volatility: FuncVolatility::Stable,
            has_variadic: false,
            isolation_level: None,
            settings: vec![],
            is_procedure: false,
            media_type: None,
            media_base_type: None,
            output_columns: columns.map(|(n, t)| (n.to_string(), t.to_string())).collect(),
        }
    }

    fn types() -> Types {
        let names = [("integer", "int4"), ("timestamp with time zone", "timestamptz")];
        let pair = vec![("left".to_string(), "integer".to_string())];
        Types {
            names: names.iter().map(|(n, t)| (n.to_string(), t.to_string())).collect(),
            rows: HashMap::from([("pair".to_string(), pair)]),
        }
    }

    fn completed(routine: Routine) -> (SchemaCache, Routine) {
        let mut cache: SchemaCache = serde_json::from_value(serde_json::json!({
            "tables": [], "relationships": [], "routines": [], "timezones": [], "pg_version": 0,
            "media_handlers": [], "representations": [],
        }))
        .unwrap();
        let name = routine.qualified_identifier();
        cache.routines.insert(name.clone(), vec![routine]);
        let cache = read(cache, &types());
        let routine = cache.routines[&name][0].clone();
        (cache, routine)
    }

    #[test]
    fn a_function_that_declares_its_columns_gets_a_table_of_them() {
        let columns = [("n", "integer"), ("at", "timestamp with time zone")];
        let (cache, routine) = completed(function("f", RetType::SetOf("record".into()), &columns));
        let table = cache.returned_table(&routine).unwrap();
        assert_eq!(table.name, "f");
        assert_ne!(table.schema, "public");
        assert_eq!(table.columns["n"].nominal_type, "int4");
        assert_eq!(table.columns["at"].nominal_type, "timestamptz");
        assert!(routine.return_type.is_set_returning());
    }

    #[test]
    fn a_function_that_returns_a_row_type_gets_a_table_of_its_columns() {
        let (cache, routine) = completed(function("f", RetType::Single("pair".into()), &[]));
        let table = cache.returned_table(&routine).unwrap();
        assert_eq!(table.column_names().collect::<Vec<_>>(), ["left"]);
        assert!(!routine.return_type.is_set_returning());
    }

    #[test]
    fn a_scalar_gets_none() {
        let (cache, routine) = completed(function("f", RetType::Single("numeric".into()), &[]));
        assert!(cache.returned_table(&routine).is_none());
    }
}
