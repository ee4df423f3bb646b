//! The order of rows.
//!
//! Postrust splits an order at each comma and dot before it reads names, and Postgres takes a name in
//! an order for the value selected under that name before it takes it for the column. Where either
//! would order by another value, the column is selected once more, under a random name that no client
//! can send, and the rows are ordered by that name.

use crate::arguments::random_digits;
use crate::names;
use crate::query::Unanswerable;
use crate::selection;
use postrust_core::Table;
use postrust_core::api_request::query_params::parse_select;
use postrust_core::api_request::{Field, JsonOperation, SelectItem};

/// An order as Postrust reads it.
#[derive(Debug, Default, PartialEq)]
pub struct Ordered {
    pub text: String,
    /// The columns that are selected for the order only, each with its random name as its alias.
    pub selected: Vec<SelectItem>,
}

/// The order of rows of `table` that are selected as `select` says; without a table, no column can be
/// selected once more.
pub fn ordered(
    order: &str,
    select: &[SelectItem],
    table: Option<&Table>,
) -> Result<Ordered, Unanswerable> {
    let mut ordered = Ordered::default();
    let mut rest = order;
    loop {
        let (term, after) = names::split_before(rest, &[',']);
        let (expression, modifiers) = names::split_before(term.trim(), &['.']);
        let name = match field(expression)? {
            Some(field) if !is_readable(&field) || is_hidden(&field, select) => {
                ordered.select(field, select, table)?
            }
            Some(field) => format!("{}{}", field.name, selection::path(&field.json_path)),
            None => names::in_path(expression)?, // a column of a related table, or no name at all
        };
        ordered.text += &(name + modifiers);
        match after.strip_prefix(',') {
            Some(after) => rest = after,
            None => return Ok(ordered),
        }
        ordered.text.push(',');
    }
}

impl Ordered {
    fn select(
        &mut self,
        field: Field,
        select: &[SelectItem],
        table: Option<&Table>,
    ) -> Result<String, Unanswerable> {
        let Some(table) = table.filter(|table| !select.iter().any(|item| groups(item, table)))
        else {
            return Err(Unanswerable::unsupported(
                "Written, related and counted rows are ordered by plain names that select gives to no other value",
            ));
        };
        if !table.has_column(&field.name) && table.get_computed_column(&field.name).is_none() {
            let (relation, column) = (table.name.clone(), field.name);
            return Err(Unanswerable::NoColumn { relation, column });
        }
        let name = random_digits();
        let alias = Some(name.clone());
        let (aggregate, aggregate_cast, cast) = (None, None, None);
        self.selected.push(SelectItem::Field { field, aggregate, aggregate_cast, cast, alias });
        Ok(name)
    }
}

/// The column and its path into JSON; none where it is something else.
fn field(expression: &str) -> Result<Option<Field>, Unanswerable> {
    let items = parse_select(&names::in_select(expression)?).unwrap_or_default();
    Ok(match <[SelectItem; 1]>::try_from(items) {
        Ok([SelectItem::Field { field, aggregate: None, cast: None, alias: None, .. }]) => {
            Some(field)
        }
        _ => None,
    })
}

/// Whether Postrust reads the column and the keys in an order as they are.
fn is_readable(field: &Field) -> bool {
    let is_readable = |step: &JsonOperation| selection::key(step).is_none_or(names::is_plain);
    names::is_plain(&field.name) && field.json_path.iter().all(is_readable)
}

/// Whether the name in an order would mean another value than the column.
fn is_hidden(field: &Field, select: &[SelectItem]) -> bool {
    let gives_name = |item: &SelectItem| selection::gives_name_to_another(item, &field.name);
    field.json_path.is_empty() && select.iter().any(gives_name)
}

/// Whether the rows are grouped by what else is selected.
fn groups(item: &SelectItem, table: &Table) -> bool {
    let SelectItem::Field { field, aggregate, .. } = item else { return false };
    let is_count = field.name == "count" && field.json_path.is_empty();
    aggregate.is_some() || (is_count && !table.has_column("count"))
}
