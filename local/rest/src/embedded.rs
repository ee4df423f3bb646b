//! The columns selected of a related table, as SQL.
//!
//! Postrust writes such a column as its bare name: a JSON path and a cast are lost, `count` is no
//! column, and a name that the joining table has too is ambiguous. So each is marked in the request
//! by a name of ours, and where the statement has that name, the whole expression is written,
//! qualified with the related table's alias.

use postrust_core::api_request::query_params::parse_select;
use postrust_core::api_request::{Field, JsonOperand, JsonOperation, SelectItem};
use postrust_sql::{escape_ident, quote_literal};

const MARK: char = '\u{f8ff}';

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    field: Field,
    cast: Option<String>,
}

impl Expression {
    fn sql(&self, table: Option<&str>) -> String {
        let column = escape_ident(&self.field.name);
        let column = match table {
            Some(table) => format!("{table}.{column}"),
            None => column,
        };
        let path: String = self.field.json_path.iter().map(step).collect();
        let value = match path.is_empty() {
            true => column,
            false => format!("(to_jsonb({column}){path})"),
        };
        match &self.cast {
            Some(cast) => format!("{value}::{cast}"),
            None => value,
        }
    }

    /// The key its value has in the answer: the last one of the path, else the column.
    fn key(&self) -> &str {
        let steps = self.field.json_path.iter().rev();
        let mut keys = steps.filter_map(|step| match operand(step) {
            JsonOperand::Key(key) => Some(key),
            JsonOperand::Idx(_) => None,
        });
        keys.next().unwrap_or(&self.field.name)
    }
}

fn operand(step: &JsonOperation) -> &JsonOperand {
    match step {
        JsonOperation::Arrow(operand) | JsonOperation::DoubleArrow(operand) => operand,
    }
}

fn step(step: &JsonOperation) -> String {
    let arrow = match step {
        JsonOperation::Arrow(_) => "->",
        JsonOperation::DoubleArrow(_) => "->>",
    };
    match operand(step) {
        JsonOperand::Key(key) => format!(" {arrow} {}", quote_literal(key)),
        JsonOperand::Idx(index) => format!(" {arrow} {index}"),
    }
}

/// `select` with the columns of related tables marked, and what the marks stand for.
pub fn marked(select: &str) -> (String, Vec<Expression>) {
    let mut expressions = Vec::new();
    let marked = mark_items(select, false, &mut expressions);
    (marked, expressions)
}

fn mark_items(items: &str, related: bool, expressions: &mut Vec<Expression>) -> String {
    let items: Vec<_> = split_items(items)
        .into_iter()
        .map(|item| match relation(item) {
            Some((head, inner)) => {
                let inner = mark_items(inner, true, expressions);
                format!("{head}({inner})")
            }
            None if related => mark_item(item, expressions).unwrap_or_else(|| item.to_string()),
            None => item.to_string(),
        })
        .collect();
    items.join(",")
}

/// `tasks!inner(id,name)` as what stands before the parenthesis and what is in it.
fn relation(item: &str) -> Option<(&str, &str)> {
    let open = outside_quotes(item).find(|(_, character)| *character == '(')?.0;
    let inner = item[open + 1..].strip_suffix(')')?;
    (!inner.is_empty()).then_some((&item[..open], inner))
}

fn mark_item(item: &str, expressions: &mut Vec<Expression>) -> Option<String> {
    let parsed = parse_select(item).ok()?;
    let [SelectItem::Field { field, aggregate: None, cast, alias, .. }] = parsed.as_slice() else {
        return None;
    };
    if field.name == "*" {
        return None;
    }
    let expression = Expression { field: field.clone(), cast: cast.clone() };
    let key = alias.as_deref().unwrap_or(expression.key());
    let key = key.replace('\\', "\\\\").replace('"', "\\\"");
    let marked = format!("\"{key}\":\"{MARK}{}\"", expressions.len());
    expressions.push(expression);
    Some(marked)
}

fn split_items(items: &str) -> Vec<&str> {
    let mut depth = 0;
    let mut start = 0;
    let mut split = Vec::new();
    for (at, character) in outside_quotes(items) {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                split.push(&items[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    split.push(&items[start..]);
    split
}

/// The characters that are not in double quotes, where a backslash keeps the one after it.
fn outside_quotes(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut quoted = false;
    let mut escaped = false;
    text.char_indices().filter(move |(_, character)| {
        let was_quoted = quoted;
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        !was_quoted && !quoted
    })
}

/// A statement with every mark exchanged for the expression it stands for.
pub fn written(sql: &str, expressions: &[Expression]) -> String {
    let mark = format!("\"{MARK}");
    let mut written = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some((before, after)) = rest.split_once(&mark) {
        written += before;
        rest = after;
        match expression_marked(after, expressions) {
            Some((expression, after)) => {
                written += &expression.sql(alias_selected_from(after));
                rest = after;
            }
            None => written += &mark,
        }
    }
    written + rest
}

/// The expression `0"…` stands for, and what follows the mark.
fn expression_marked<'a>(
    marked: &'a str,
    expressions: &'a [Expression],
) -> Option<(&'a Expression, &'a str)> {
    let (index, after) = marked.split_once('"')?;
    Some((expressions.get(index.parse::<usize>().ok()?)?, after))
}

/// The alias of the table whose columns are being listed: that of the next `FROM` at this depth.
fn alias_selected_from(rest: &str) -> Option<&str> {
    let mut depth = 0;
    for (at, character) in outside_quotes(rest) {
        match character {
            '(' => depth += 1,
            ')' if depth == 0 => return None,
            ')' => depth -= 1,
            ' ' if depth == 0 && rest[at..].starts_with(" FROM ") => {
                let alias = rest[at..].split_once(" AS ")?.1;
                let length = alias.strip_prefix('"')?.find('"')? + 2;
                return Some(&alias[..length]);
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_the_table_itself_stay_as_they_are() {
        for select in
            ["id,name", "*", "meta->k->>n", "x:year::text", r#"a:b,"c(d)""#, "count()", ""]
        {
            assert_eq!(marked(select), (select.to_string(), vec![]), "{select}");
        }
    }

    #[test]
    fn columns_of_a_related_table_are_marked_at_any_depth() {
        let (select, expressions) =
            marked(r#"id,t:tasks!inner(id, n:name,notes(*,"a,b")),...x(y)"#);
        let expected = r#"id,t:tasks!inner("id":"M0","n":"M1",notes(*,"a,b":"M2")),...x("y":"M3")"#;
        assert_eq!(select, expected.replace('M', &MARK.to_string()));
        assert_eq!(expressions.len(), 4);
    }

    #[test]
    fn what_is_selected_becomes_sql() {
        let (_, expressions) = marked("t(id,count,born::text,meta->a->>b,meta->0->'c'::int)");
        let sql: Vec<_> = expressions.iter().map(|e| e.sql(Some("e1"))).collect();
        assert_eq!(
            sql,
            [
                r#"e1."id""#,
                r#"e1."count""#,
                r#"e1."born"::text"#,
                r#"(to_jsonb(e1."meta") -> 'a' ->> 'b')"#,
                r#"(to_jsonb(e1."meta") -> 0 -> '''c''')::int"#,
            ]
        );
    }

    #[test]
    fn a_name_is_quoted_as_an_identifier() {
        let (_, expressions) = marked(r#"t("a\"; drop table x")"#);
        assert_eq!(expressions[0].sql(None), r#""a""; drop table x""#);
    }

    #[test]
    fn a_value_is_named_after_the_end_of_its_path() {
        let (select, _) = marked("t(meta->a->>b,meta->0,born::text)");
        let expected = r#"t("b":"M0","meta":"M1","born":"M2")"#;
        assert_eq!(select, expected.replace('M', &MARK.to_string()));
    }

    #[test]
    fn aggregates_and_what_does_not_parse_are_left_to_postrust() {
        for select in ["t(count())", "t(year.max())", "t()", "t(a,", "t(->)", "t(*)"] {
            assert_eq!(marked(select), (select.to_string(), vec![]), "{select}");
        }
    }

    #[test]
    fn marks_are_exchanged_for_expressions_on_the_right_table() {
        let (_, expressions) = marked("t(a,u(b),c)");
        let sql = r#"SELECT src.*, (SELECT "M0" AS "a", "M2" AS "c",
            (SELECT "M1" AS "b" FROM "s"."u" AS "e2" WHERE true)
            FROM "s"."t" AS "e1" JOIN "s"."j" AS "e1_j" ON true) FROM (x) AS src"#;
        let expected = r#"SELECT src.*, (SELECT "e1"."a" AS "a", "e1"."c" AS "c",
            (SELECT "e2"."b" AS "b" FROM "s"."u" AS "e2" WHERE true)
            FROM "s"."t" AS "e1" JOIN "s"."j" AS "e1_j" ON true) FROM (x) AS src"#;
        let one_line = |sql: &str| sql.split_whitespace().collect::<Vec<_>>().join(" ");
        let sql = one_line(sql).replace("\"M", &format!("\"{MARK}"));
        assert_eq!(written(&sql, &expressions), one_line(expected));
    }

    #[test]
    fn a_mark_that_stands_for_nothing_stays() {
        for sql in ["SELECT \"M0\"", "\"Mx", "SELECT 1"] {
            let sql = sql.replace('M', &MARK.to_string());
            assert_eq!(written(&sql, &[]), sql);
        }
    }
}
