//! The text of a parsed `select`, which Postrust parses to the same items again.

use postrust_core::api_request::{JoinType, JsonOperand, JsonOperation, SelectItem};
use std::collections::HashMap;

pub fn text(items: &[SelectItem]) -> String {
    items.iter().map(item).collect::<Vec<_>>().join(",")
}

fn item(item: &SelectItem) -> String {
    match item {
        SelectItem::Field { field, .. } if field.name == "*" => "*".to_string(),
        SelectItem::Field { field, aggregate, aggregate_cast, cast, alias } => {
            let mut text = prefix(alias);
            if !field.name.is_empty() {
                text += &quoted(&field.name);
            }
            text += &path(&field.json_path);
            text += &suffix(cast);
            if let Some(function) = aggregate {
                let dot = if field.name.is_empty() { "" } else { "." };
                text += &format!("{dot}{}()", function.to_sql().to_lowercase());
            }
            text + &suffix(aggregate_cast)
        }
        SelectItem::Relation { relation, alias, hint, join_type, select } => {
            prefix(alias) + &related(relation, hint, join_type, select)
        }
        SelectItem::SpreadRelation { relation, hint, join_type, select } => {
            format!("...{}", related(relation, hint, join_type, select))
        }
    }
}

fn related(
    relation: &str,
    hint: &Option<String>,
    join_type: &Option<JoinType>,
    select: &[SelectItem],
) -> String {
    let hint = hint.as_ref().map(|hint| format!("!{hint}")).unwrap_or_default();
    let join = match join_type {
        Some(JoinType::Inner) => "!inner",
        Some(JoinType::Left) => "!left",
        None => "",
    };
    format!("{}{hint}{join}({})", quoted(relation), text(select))
}

fn prefix(alias: &Option<String>) -> String {
    alias.as_ref().map(|alias| format!("{}:", quoted(alias))).unwrap_or_default()
}

fn suffix(cast: &Option<String>) -> String {
    cast.as_ref().map(|name| format!("::{name}")).unwrap_or_default()
}

pub fn path(steps: &[JsonOperation]) -> String {
    steps.iter().map(step).collect()
}

fn step(step: &JsonOperation) -> String {
    let (arrow, operand) = match step {
        JsonOperation::Arrow(operand) => ("->", operand),
        JsonOperation::DoubleArrow(operand) => ("->>", operand),
    };
    match operand {
        JsonOperand::Key(key) => format!("{arrow}{key}"),
        JsonOperand::Idx(index) => format!("{arrow}{index}"),
    }
}

pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Returns whether Postrust reads the text after an exclamation mark as the name of a relationship.
pub fn is_hint(text: &str) -> bool {
    !matches!(text, "inner" | "left" | "")
        && text.chars().all(|character| character.is_alphanumeric() || character == '_')
}

/// Returns whether the item selects another value than the column of this name, under this name.
pub fn gives_name_to_another(item: &SelectItem, name: &str) -> bool {
    let SelectItem::Field { field, aggregate, cast, alias, .. } = item else { return false };
    let is_column = aggregate.is_none() && cast.is_none() && field.json_path.is_empty();
    let last_key = field.json_path.iter().rev().find_map(key).unwrap_or(&field.name);
    alias.as_deref().unwrap_or(last_key) == name && !(is_column && field.name == name)
}

/// Returns how often the items select the same column, or the same path into it, of one relation.
pub fn most_repeated(items: &[SelectItem]) -> usize {
    let mut counts = HashMap::new();
    count("", items, &mut counts);
    counts.into_values().max().unwrap_or_default()
}

fn count<'a>(
    of: &'a str,
    items: &'a [SelectItem],
    counts: &mut HashMap<(&'a str, &'a str, String), usize>,
) {
    for item in items {
        match item {
            SelectItem::Field { field, .. } => {
                *counts.entry((of, &field.name, path(&field.json_path))).or_default() += 1;
            }
            SelectItem::Relation { relation, select, .. }
            | SelectItem::SpreadRelation { relation, select, .. } => {
                count(relation, select, counts)
            }
        }
    }
}

/// Returns the key of a step into JSON; none if it is a position.
pub fn key(step: &JsonOperation) -> Option<&str> {
    let (JsonOperation::Arrow(operand) | JsonOperation::DoubleArrow(operand)) = step;
    match operand {
        JsonOperand::Key(key) => Some(key),
        JsonOperand::Idx(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use postrust_core::api_request::query_params::parse_select;

    #[test]
    fn the_text_is_parsed_to_the_same_again() {
        for select in [
            "*",
            "id,name",
            r#""a, \"b\" \\":"c(d)",x:y"#,
            "meta->a->>b,n:meta->0->-1->>k::text",
            "year::double precision,count(),n:count()::text,year::int4.sum()::text,year.max()",
            "t(),u(*),a:t!hint!inner(id,v!left(*)),...w!k(a:b,...x(c))",
        ] {
            let parsed = parse_select(select).unwrap();
            assert_eq!(parse_select(&text(&parsed)).unwrap(), parsed, "{select}");
        }
    }

    #[test]
    fn a_column_is_counted_whatever_it_is_cast_to_and_wherever_its_relation_is() {
        for (select, most) in [
            ("", 0),
            ("a,b,m->a,m->b,m->>a,t(a),u(a)", 1),
            ("a,x:a,\"a\"::text,y:a::int", 4),
            ("x:m->a,y:m->a::text", 2),
            ("t(a),x:t(a,b:a),...t(c:a),u(t(a))", 5),
        ] {
            assert_eq!(most_repeated(&parse_select(select).unwrap()), most, "{select}");
        }
    }
}
