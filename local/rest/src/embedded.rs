//! Related tables in a query: what Postrust would answer wrongly is put otherwise, or refused.
//!
//! Postrust writes a column of a related table as its bare name: it leaves out a JSON path, a cast
//! and an aggregate, and the name is looked up in the joining table and in the outer table too. There
//! is no place to build another expression, so a query that needs one is refused. Two can be put in
//! other words: related rows whose columns have namesakes in the joining table are selected through
//! that table, and `count` is the count of a key, which a representation of that column gives.

use crate::query::Unanswerable;
use postrust_core::api_request::{
    EmbedPath, Field, Filter, JoinType, JsonOperand, JsonOperation, LogicTree, OrderTerm,
    QualifiedIdentifier, QueryParams, SelectItem,
};
use postrust_core::schema_cache::{Cardinality, Junction, Relationship};
use postrust_core::{SchemaCache, Table};

/// Postrust names its own columns so, and takes them out of the answer by that name.
const RESERVED: &str = "pgrst_";

/// No type of the database is called this.
const COUNTED: &str = "pgrst counted key";

/// The types whose binary form this process decodes as the database writes it.
const DECODED: [&str; 14] = [
    "text",
    "varchar",
    "character varying",
    "int2",
    "smallint",
    "int4",
    "int",
    "integer",
    "int8",
    "bigint",
    "bool",
    "boolean",
    "json",
    "jsonb",
];

/// One table of a query: the root, or a related one.
struct Level<'a> {
    table: &'a Table,
    junction: Option<&'a Junction>,
    /// How filters and orders address it: by aliases, and by the names of the relations.
    path: EmbedPath,
    names: EmbedPath,
}

struct Rewriting<'a> {
    schema: &'a SchemaCache,
    /// Without its `select`.
    query: QueryParams,
    changed: bool,
    /// Each table that is read, and the key of those that are counted.
    read: Vec<(QualifiedIdentifier, Option<String>)>,
}

/// What is put in other words: the `select`, and the schema where keys are counted.
#[derive(Default)]
pub struct Rewritten {
    pub select: Option<Vec<SelectItem>>,
    pub schema: Option<Box<SchemaCache>>,
}

/// A query over the rows of `table` as Postrust answers it rightly.
pub fn rewritten(
    schema: &SchemaCache,
    table: &Table,
    mut query: QueryParams,
) -> Result<Rewritten, Unanswerable> {
    check_filters(&query)?;
    let mut select = std::mem::take(&mut query.select);
    let root = Level { table, junction: None, path: Vec::new(), names: Vec::new() };
    let read = vec![(table.qualified_identifier(), None)];
    let mut rewriting = Rewriting { schema, query, changed: false, read };
    rewriting.check_order(&root, &select)?;
    rewriting.rewrite(&root, &mut select)?;
    Ok(Rewritten { schema: rewriting.counting()?, select: rewriting.changed.then_some(select) })
}

/// Written rows are decoded by this process, which does so without fail for these types only.
pub fn check_written(query: &QueryParams) -> Result<(), Unanswerable> {
    let decoded = |cast: &Option<String>| match cast {
        Some(name) => DECODED.contains(&name.to_ascii_lowercase().as_str()),
        None => true,
    };
    let answerable = |item: &SelectItem| match item {
        SelectItem::Field { cast, aggregate, .. } => decoded(cast) && aggregate.is_none(),
        _ => true,
    };
    match query.select.iter().all(answerable) {
        true => Ok(()),
        false => Err(Unanswerable::unsupported(
            "Columns of written rows are cast to text, integers, boolean and JSON only",
        )),
    }
}

impl<'a> Rewriting<'a> {
    fn rewrite(&mut self, at: &Level<'a>, select: &mut [SelectItem]) -> Result<(), Unanswerable> {
        for item in select {
            check_alias(item)?;
            let (relation, alias, hint) = match item {
                SelectItem::Relation { relation, alias, hint, .. } => (relation, &*alias, hint),
                SelectItem::SpreadRelation { relation, hint, .. } => (relation, &None, hint),
                SelectItem::Field { .. } => continue,
            };
            let from = at.table.qualified_identifier();
            let found =
                self.schema.find_relationship(&from, relation, hint.as_deref(), &from.schema);
            let Ok(Some(relationship)) = found else { continue }; // Postrust says so
            let Some(table) = self.schema.get_table(relationship.foreign_table()) else { continue };
            let child = Level {
                table,
                junction: junction(relationship),
                path: extended(&at.path, alias.as_ref().unwrap_or(relation)),
                names: extended(&at.names, relation),
            };
            self.rewrite_related(&child, item)?;
        }
        Ok(())
    }

    fn rewrite_related(
        &mut self,
        child: &Level<'a>,
        item: &mut SelectItem,
    ) -> Result<(), Unanswerable> {
        let (SelectItem::Relation { select, .. } | SelectItem::SpreadRelation { select, .. }) =
            item
        else {
            return Ok(());
        };
        let key = self.count(child, select)?;
        self.read.push((child.table.qualified_identifier(), key));
        let ambiguous = self.check_columns(child, select)?;
        self.check_order(child, select)?;
        self.rewrite(child, select)?;
        match ambiguous {
            true => self.select_through(child, item),
            false => Ok(()),
        }
    }

    /// `count` alone, as the key that is counted in its place.
    fn count(
        &mut self,
        child: &Level<'_>,
        select: &mut [SelectItem],
    ) -> Result<Option<String>, Unanswerable> {
        let [SelectItem::Field { field, aggregate: None, cast: None, alias, .. }] = select else {
            return Ok(None);
        };
        let counts = field.name == "count" && field.json_path.is_empty();
        if !counts || child.table.has_column("count") {
            return Ok(None);
        }
        let mut keys = child.table.pk_cols.iter().filter(|key| !self.is_ambiguous(child, key));
        let Some(key) = keys.next().cloned() else {
            return Err(Unanswerable::unsupported("Only related rows with a key are counted"));
        };
        alias.get_or_insert_with(|| "count".to_string());
        *field = Field::simple(&key);
        self.changed = true;
        Ok(Some(key))
    }

    /// The schema in which the keys to count are written as their counts.
    fn counting(&self) -> Result<Option<Box<SchemaCache>>, Unanswerable> {
        let counted = || self.read.iter().filter(|(_, key)| key.is_some()).map(|(table, _)| table);
        if counted().next().is_none() {
            return Ok(None);
        }
        if counted().any(|table| self.read.contains(&(table.clone(), None))) {
            return Err(Unanswerable::unsupported("A table is either counted or selected from"));
        }
        let mut schema = Box::new(self.schema.clone());
        for (table, key) in &self.read {
            let table = schema.tables.get_mut(table);
            let columns = table.zip(key.as_ref()).map(|(table, key)| (&mut table.columns, key));
            if let Some(column) = columns.and_then(|(columns, key)| columns.get_mut(key)) {
                column.domain_type = Some(COUNTED.to_string());
            }
        }
        let written_as = (COUNTED.to_string(), "json".to_string());
        schema.representations.insert(written_as, "pg_catalog.count".to_string());
        Ok(Some(schema))
    }

    /// Whether the joining table has a column of the same name as one that is selected.
    fn check_columns(
        &self,
        child: &Level<'_>,
        select: &[SelectItem],
    ) -> Result<bool, Unanswerable> {
        let mut ambiguous = false;
        for item in select {
            let SelectItem::Field { field, aggregate, cast, .. } = item else { continue };
            if field.name == "*" {
                continue;
            }
            if aggregate.is_some() || cast.is_some() || !field.json_path.is_empty() {
                return Err(Unanswerable::unsupported(
                    "Columns of related tables have no casts, aggregates and paths into JSON",
                ));
            }
            check_name(child.table, field)?;
            ambiguous |= self.is_ambiguous(child, &field.name);
        }
        Ok(ambiguous)
    }

    fn is_ambiguous(&self, child: &Level<'_>, column: &str) -> bool {
        let junction = child.junction.and_then(|junction| self.schema.get_table(&junction.table));
        junction.is_some_and(|junction| junction.has_column(column))
    }

    /// `actors(name)` as `actors:castings(...actors!inner(name))`, where each row is of one actor.
    fn select_through(
        &mut self,
        child: &Level<'_>,
        item: &mut SelectItem,
    ) -> Result<(), Unanswerable> {
        let refused = Err(Unanswerable::unsupported(
            "The joining table has a column of that name too; select the related rows through it",
        ));
        let (SelectItem::Relation { relation, alias, join_type, select, .. }, Some(junction)) =
            (item.clone(), child.junction)
        else {
            return refused;
        };
        if self.addresses(child) || !is_name(&junction.constraint1, &junction.constraint2) {
            return refused;
        }
        let spread = SelectItem::SpreadRelation {
            relation: child.table.name.clone(),
            hint: Some(junction.constraint2.clone()),
            join_type: Some(JoinType::Inner),
            select,
        };
        *item = SelectItem::Relation {
            relation: junction.table.name.clone(),
            alias: Some(alias.unwrap_or(relation)),
            hint: Some(junction.constraint1.clone()),
            join_type,
            select: vec![spread],
        };
        self.changed = true;
        Ok(())
    }

    /// Whether a filter, an order or a page is for the related rows, or for what is related to them.
    fn addresses(&self, child: &Level<'_>) -> bool {
        let of_child =
            |path: &[String]| path.starts_with(&child.path) || path.starts_with(&child.names);
        let ranges = self.query.ranges.keys().map(|path| path.split('.').map(str::to_string));
        self.query.filters.iter().any(|(path, _)| of_child(path))
            || self.query.order.iter().any(|(path, _)| of_child(path))
            || self.query.logic.iter().any(|(path, _)| of_child(path))
            || ranges.into_iter().any(|path| of_child(&path.collect::<Vec<_>>()))
    }

    /// `order by name` means the value selected under that name before it means the column.
    fn check_order(&self, at: &Level<'_>, select: &[SelectItem]) -> Result<(), Unanswerable> {
        let order = self.query.order.iter();
        let here = order.filter(|(path, _)| *path == at.path || *path == at.names);
        let is_root = at.path.is_empty();
        for term in here.flat_map(|(_, terms)| terms) {
            let OrderTerm::Field { field, .. } = term else { continue };
            if !field.json_path.is_empty() {
                match is_root {
                    true => continue,
                    false => {
                        return Err(Unanswerable::unsupported(
                            "Related rows cannot be ordered by a path into JSON",
                        ));
                    }
                }
            }
            if select.iter().any(|item| gives_name_to_another(item, &field.name)) {
                return Err(Unanswerable::unsupported(
                    "Rows cannot be ordered by a name that select gives to another value",
                ));
            }
            if !is_root {
                check_name(at.table, field)?;
            }
        }
        Ok(())
    }
}

fn extended(path: &[String], name: &str) -> EmbedPath {
    path.iter().cloned().chain([name.to_string()]).collect()
}

fn junction(relationship: &Relationship) -> Option<&Junction> {
    match relationship {
        Relationship::ForeignKey { cardinality: Cardinality::M2M(junction), .. } => Some(junction),
        _ => None,
    }
}

/// Whether both can be written after an exclamation mark.
fn is_name(first: &str, second: &str) -> bool {
    let name = |text: &str| {
        let mut characters = text.chars();
        characters.all(|c| c.is_alphanumeric() || c == '_')
            && !matches!(text, "inner" | "left" | "")
    };
    name(first) && name(second)
}

fn check_alias(item: &SelectItem) -> Result<(), Unanswerable> {
    let alias = match item {
        SelectItem::Field { alias, .. } | SelectItem::Relation { alias, .. } => alias.as_deref(),
        SelectItem::SpreadRelation { .. } => None,
    };
    match alias.is_some_and(|alias| alias.starts_with(RESERVED)) {
        true => Err(Unanswerable::unsupported("An alias cannot begin with pgrst_")),
        false => Ok(()),
    }
}

/// A name that the related table has not would be looked up in the outer one.
fn check_name(table: &Table, field: &Field) -> Result<(), Unanswerable> {
    match table.has_column(&field.name) {
        true => Ok(()),
        false if table.get_computed_column(&field.name).is_some() || field.name == "count" => Err(
            Unanswerable::unsupported("Computed columns and counts of related tables stand alone"),
        ),
        false => {
            Err(Unanswerable::NoColumn { relation: table.name.clone(), column: field.name.clone() })
        }
    }
}

fn gives_name_to_another(item: &SelectItem, name: &str) -> bool {
    let SelectItem::Field { field, aggregate, cast, alias, .. } = item else { return false };
    let plain = aggregate.is_none() && cast.is_none() && field.json_path.is_empty();
    let key = field.json_path.iter().rev().find_map(key_of).unwrap_or(&field.name);
    alias.as_deref().unwrap_or(key) == name && !(plain && field.name == name)
}

fn key_of(step: &JsonOperation) -> Option<&str> {
    let (JsonOperation::Arrow(operand) | JsonOperation::DoubleArrow(operand)) = step;
    match operand {
        JsonOperand::Key(key) => Some(key),
        JsonOperand::Idx(_) => None,
    }
}

/// Postrust renumbers the placeholders in the filters of related tables, and does not see whether
/// a `$1` is one or is text.
fn check_filters(query: &QueryParams) -> Result<(), Unanswerable> {
    let filters = query.filters.iter().map(|(_, filter)| filter);
    let trees = query.logic.iter().filter(|(path, _)| !path.is_empty()).map(|(_, tree)| tree);
    match filters.chain(trees.flat_map(leaves)).any(has_dollar) {
        true => Err(Unanswerable::unsupported("A filter on related rows cannot name a key with $")),
        false => Ok(()),
    }
}

pub fn leaves(tree: &LogicTree) -> Vec<&Filter> {
    match tree {
        LogicTree::Expr { children, .. } => children.iter().flat_map(leaves).collect(),
        LogicTree::Stmt(filter) => vec![filter],
    }
}

fn has_dollar(filter: &Filter) -> bool {
    let mut keys = filter.field.json_path.iter().filter_map(key_of);
    filter.field.name.contains('$') || keys.any(|key| key.contains('$'))
}
