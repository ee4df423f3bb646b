//! Related tables in a query: this module rewrites or refuses queries whose result would be wrong.
//!
//! Postrust writes a column of a related table as its bare name. It omits JSON paths, casts and aggregates,
//! and Postgres looks the name up in the joining table and in the outer table too. Postrust has no other
//! expression, so a query that needs one is refused. Two kinds can be rewritten: related rows whose columns
//! have namesakes in the joining table are selected through that table, and `count` becomes the count of
//! a key, by a representation of that column.

use crate::query::Unanswerable;
use crate::selection;
use postrust_core::api_request::{
    EmbedPath, Field, Filter, JoinType, LogicTree, OrderTerm, QualifiedIdentifier, QueryParams,
    SelectItem,
};
use postrust_core::schema_cache::{Cardinality, Junction, Relationship};
use postrust_core::{SchemaCache, Table};

/// Postrust removes columns with this prefix from the response.
const RESERVED: &str = "pgrst_";

/// A name that no type of the database has.
const COUNTED: &str = "pgrst counted key";

/// One table of a query: the root or a related table.
struct Level<'a> {
    table: &'a Table,
    junction: Option<&'a Junction>,
    /// The paths by which filters and orders address it: aliases, and names of the relations.
    path: EmbedPath,
    names: EmbedPath,
}

struct Rewriting<'a> {
    schema: &'a SchemaCache,
    /// Without its `select`.
    query: QueryParams,
    changed: bool,
    /// The tables that are read, each with its key if it is counted.
    read: Vec<(QualifiedIdentifier, Option<String>)>,
}

/// The changed `select`, and the schema in which keys are counted.
#[derive(Default)]
pub struct Rewritten {
    pub select: Option<Vec<SelectItem>>,
    pub schema: Option<Box<SchemaCache>>,
}

/// Rewrites a query over the rows of `table`.
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
    rewriting.rewrite(&root, &mut select)?;
    Ok(Rewritten { schema: rewriting.counting()?, select: rewriting.changed.then_some(select) })
}

/// Refuses aggregates of written rows, since the rows returned are counted as the rows written, and
/// casts to multiranges, which the driver does not read.
pub fn check_written(query: &QueryParams) -> Result<(), Unanswerable> {
    for item in &query.select {
        let SelectItem::Field { aggregate, cast, .. } = item else { continue };
        if aggregate.is_some() {
            return Err(Unanswerable::unsupported("Written rows are not aggregated"));
        }
        if cast.as_ref().is_some_and(|name| name.to_lowercase().contains("multirange")) {
            return Err(Unanswerable::unsupported("Written rows are not cast to multiranges"));
        }
    }
    Ok(())
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
            let Ok(Some(relationship)) = found else { continue }; // Postrust refuses it
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

    /// Replaces `count` by the key to count, and returns that key.
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

    /// Returns the schema in which the representation of a key is its count.
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

    /// Returns whether the joining table has a column with the name of a selected one.
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

    /// Rewrites `actors(name)` as `actors:castings(...actors!inner(name))`: one row per actor.
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
        let hints = [&junction.constraint1, &junction.constraint2];
        if self.addresses(child) || !hints.iter().all(|hint| selection::is_hint(hint)) {
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

    /// Returns whether the query filters, orders or pages the related rows or rows related to them.
    fn addresses(&self, child: &Level<'_>) -> bool {
        let of_child =
            |path: &[String]| path.starts_with(&child.path) || path.starts_with(&child.names);
        let ranges = self.query.ranges.keys().map(|path| path.split('.').map(str::to_string));
        self.query.filters.iter().any(|(path, _)| of_child(path))
            || self.query.order.iter().any(|(path, _)| of_child(path))
            || self.query.logic.iter().any(|(path, _)| of_child(path))
            || ranges.into_iter().any(|path| of_child(&path.collect::<Vec<_>>()))
    }

    /// Postgres orders by a selected value of that name rather than by the column.
    fn check_order(&self, at: &Level<'_>, select: &[SelectItem]) -> Result<(), Unanswerable> {
        let order = self.query.order.iter();
        let here = order.filter(|(path, _)| *path == at.path || *path == at.names);
        for term in here.flat_map(|(_, terms)| terms) {
            let OrderTerm::Field { field, .. } = term else { continue };
            if !field.json_path.is_empty() {
                return Err(Unanswerable::unsupported(
                    "Related rows cannot be ordered by a path into JSON",
                ));
            }
            if select.iter().any(|item| selection::gives_name_to_another(item, &field.name)) {
                return Err(Unanswerable::unsupported(
                    "Related rows cannot be ordered by a name that select gives to another value",
                ));
            }
            check_name(at.table, field)?;
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

/// Postgres would look up a name that the related table does not have in the outer table.
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

/// Postrust renumbers placeholders in filters of related tables, and takes `$1` in a text for one.
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
    let mut keys = filter.field.json_path.iter().filter_map(selection::key);
    filter.field.name.contains('$') || keys.any(|key| key.contains('$'))
}
