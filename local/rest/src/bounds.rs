//! Bounds on the content of a request, checked before it is parsed: the parsers of Postrust and Postgres
//! recurse, compare names with names, and copy.
//!
//! Each check is one pass over the bytes. Where the parsers read quotes differently, the larger count
//! decides.

use crate::selection;
use percent_encoding::percent_decode_str;
use postrust_core::api_request::SelectItem;
use std::borrow::Cow;
use std::collections::HashSet;

/// Parameters of a query.
const PARAMETERS: usize = 200;
/// Columns and related tables in one `select`, or names in `columns`.
const SELECTED: usize = 500;
/// How often one `select` names the same column: each time its value is in the response again.
const REPEATED: usize = 10;
/// Related tables in one `select`.
const RELATED: usize = 30;
/// Aggregates in one `select`.
const AGGREGATES: usize = 64;
/// How deep related tables, or conditions of `and` and `or`, are nested.
const NESTED: usize = 10;
/// How deep related tables are nested in what a write returns.
const NESTED_WRITTEN: usize = 1;
/// Terms of one `order`.
const ORDERED: usize = 50;
/// Conditions of one `and` or `or`, with the values of their lists.
const CONDITIONS: usize = 4_000;
/// Steps into JSON in one parameter.
const STEPS: usize = 100;
/// Bytes of a name in the path or in a body; Postgres truncates names to 63.
const NAME: usize = 256;
/// Bytes of a parameter's name, which may be a path.
const PATH: usize = 1_000;
/// Columns of written rows, or arguments; a table of Postgres has at most 1,600 columns.
const KEYS: usize = 1_600;
/// Rows in one body.
const ROWS: usize = 10_000;
/// Values in one body, at any depth.
const VALUES: usize = 100_000;
/// Levels of a body's values: far fewer than exhaust the stack of Postgres; no parser here recurses.
const LEVELS: usize = 1_010;

/// The bound that a request exceeds.
#[derive(Debug, PartialEq, Eq)]
pub struct TooComplex(pub String);

type Checked = Result<(), TooComplex>;

pub fn at_most(limit: usize, counted: usize, what: &str) -> Checked {
    match counted <= limit {
        true => Ok(()),
        false => Err(TooComplex(format!("{what}: at most {limit}"))),
    }
}

/// Checks the name of a table or a function in the path.
pub fn name(name: &str) -> Checked {
    at_most(NAME, name.len(), "bytes of a name")
}

/// Checks a query. The rows that a write returns have lower bounds: the database cannot check their size.
pub fn query(query: &str, returned_by_write: bool) -> Checked {
    let pairs: Vec<_> = query.split('&').take(PARAMETERS + 1).collect();
    at_most(PARAMETERS, pairs.len(), "parameters")?;
    for pair in pairs {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (key, value) = (decoded(key), decoded(value));
        let (key, value) = (key.as_ref(), value.as_ref());
        at_most(PATH, key.len(), "bytes of a parameter's name")?;
        at_most(STEPS, steps(key), "steps into JSON")?;
        match key.rsplit('.').next().unwrap_or(key) {
            "select" => selected(value, returned_by_write)?,
            "columns" | "on_conflict" => at_most(SELECTED, commas(value), "columns")?,
            "order" => {
                at_most(ORDERED, commas(value), "terms of an order")?;
                at_most(STEPS, steps(value), "steps into JSON")?;
            }
            "and" | "or" => {
                at_most(NESTED, nesting(value), "levels of conditions")?;
                at_most(CONDITIONS, commas(value), "conditions")?;
                at_most(CONDITIONS, steps(value), "steps into JSON")?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}

fn selected(select: &str, returned_by_write: bool) -> Checked {
    let nested = if returned_by_write { NESTED_WRITTEN } else { NESTED };
    at_most(nested, nesting(select), "levels of related tables")?;
    at_most(RELATED, count(select, "(") - count(select, "()"), "related tables")?;
    at_most(AGGREGATES, count(select, "()"), "aggregates")?;
    at_most(SELECTED, commas(select), "columns")?;
    at_most(STEPS, steps(select), "steps into JSON")
}

fn count(text: &str, what: &str) -> usize {
    text.matches(what).count()
}

fn commas(text: &str) -> usize {
    count(text, ",")
}

fn steps(text: &str) -> usize {
    count(text, "->")
}

/// Checks a parsed `select`.
pub fn repeated(select: &[SelectItem]) -> Checked {
    at_most(REPEATED, selection::most_repeated(select), "times the same column")
}

/// Counts the levels of parentheses that are not empty, with and without regard to quotes; returns the
/// larger count.
fn nesting(text: &str) -> usize {
    depth(text, true).max(depth(text, false))
}

fn depth(text: &str, reads_quotes: bool) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut quoted, mut escaped) = (false, false);
    let mut characters = text.bytes().peekable();
    while let Some(character) = characters.next() {
        match character {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' if reads_quotes => quoted = !quoted,
            _ if quoted => {}
            b'(' if characters.next_if_eq(&b')').is_some() => {}
            b'(' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Checks a body as Postrust reads one of this content type.
pub fn body(content_type: &str, body: &[u8]) -> Checked {
    match content_type.split(';').next().unwrap_or_default().trim() {
        "text/csv" => csv(body),
        "application/x-www-form-urlencoded" => form(body),
        "application/octet-stream" | "text/plain" | "text/xml" => Ok(()),
        _ => json(body),
    }
}

fn form(body: &[u8]) -> Checked {
    for (before, pair) in body.split(|byte| *byte == b'&').enumerate() {
        at_most(KEYS, before + 1, "fields of a form")?;
        let name = pair.split(|byte| *byte == b'=').next().unwrap_or_default();
        at_most(NAME, name.len(), "bytes of a key")?;
    }
    Ok(())
}

/// Counts fields and lines. A quote begins and ends quoted text at any position. Postrust repeats the names
/// of the first line in each row.
fn csv(body: &[u8]) -> Checked {
    let (mut quoted, mut rows, mut fields, mut name_start) = (false, 0, 0, 0);
    for (at, byte) in body.iter().enumerate() {
        let in_names = rows == 0;
        match byte {
            b'"' => quoted = !quoted,
            b',' if !quoted => fields += 1,
            b'\n' | b'\r' if !quoted => {
                rows += 1;
                fields += 1;
            }
            _ => continue,
        }
        if in_names && !quoted {
            at_most(NAME, at - name_start, "bytes of a column's name")?;
            at_most(KEYS, fields, "columns")?;
            name_start = if *byte == b'"' { name_start } else { at + 1 };
        }
        at_most(2 * ROWS, rows, "line ends")?;
        at_most(VALUES, fields, "values in a body")?;
    }
    let last_name = if rows == 0 { body.len() - name_start } else { 0 };
    at_most(NAME, last_name, "bytes of a column's name")
}

/// Counts of a parser's values; the parser itself checks that the body is JSON.
#[derive(Default)]
struct Json<'a> {
    /// For each open object or list: whether it is an object, and the number of its keys so far.
    open: Vec<(bool, usize)>,
    values: usize,
    rows: usize,
    /// The distinct keys of rows.
    names: HashSet<&'a [u8]>,
}

fn json(body: &[u8]) -> Checked {
    let mut json = Json { values: 1, rows: 1, ..Json::default() };
    let mut string: &[u8] = b"";
    let mut at = 0;
    while let Some(byte) = body.get(at) {
        at += 1;
        match byte {
            b'"' => {
                string = quoted(&body[at..]);
                at += string.len() + 1;
            }
            b'{' | b'[' => json.open(*byte == b'{')?,
            b'}' | b']' => drop(json.open.pop()),
            b':' => json.key(string)?,
            b',' => json.next()?,
            _ => {}
        }
    }
    Ok(())
}

/// Returns the text before the quote that ends a string.
fn quoted(rest: &[u8]) -> &[u8] {
    let mut at = 0;
    while let Some(byte) = rest.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => break,
            _ => at += 1,
        }
    }
    &rest[..at.min(rest.len())]
}

impl<'a> Json<'a> {
    fn open(&mut self, is_object: bool) -> Checked {
        self.open.push((is_object, 0));
        self.values += 1;
        at_most(LEVELS, self.open.len(), "levels of a body")?;
        at_most(VALUES, self.values, "values in a body")
    }

    fn next(&mut self) -> Checked {
        self.values += 1;
        if let [(false, _)] = self.open[..] {
            self.rows += 1;
        }
        at_most(ROWS, self.rows, "rows in a body")?;
        at_most(VALUES, self.values, "values in a body")
    }

    /// The keys of the body, or of its rows, are columns or arguments.
    fn key(&mut self, name: &'a [u8]) -> Checked {
        let is_row = match self.open[..] {
            [(true, _)] => true,
            [(false, _), (true, _)] => true,
            _ => false,
        };
        if let (true, Some((_, keys))) = (is_row, self.open.last_mut()) {
            *keys += 1;
            at_most(KEYS, *keys, "keys of an object")?;
            at_most(NAME, name.len(), "bytes of a key")?;
            self.names.insert(name);
            at_most(KEYS, self.names.len(), "different keys")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_decoded() {
        assert_eq!(
            refusal(query("s%65lect=%61(b(c))", true)),
            "levels of related tables: at most 1"
        );
    }

    fn asked(key: &str, value: &str) -> Checked {
        query(&format!("{key}={value}"), false)
    }

    fn refusal(checked: Checked) -> String {
        checked.expect_err("it is refused").0
    }

    #[test]
    fn nesting_is_counted_whichever_way_quotes_are_read() {
        for (text, deep) in [
            ("", 0),
            ("id,name", 0),
            ("a(b(c),d(e))", 2),
            ("sum(),a(count())", 1),
            (r#"a("x)",b("y)",c(d)))"#, 3),
            (r#"a(")))",b(c("((("))"#, 5),
            (r#"a("\")",b(c))"#, 2),
            (")))(((", 3),
        ] {
            assert_eq!(nesting(text), deep, "{text}");
        }
    }

    #[test]
    fn as_much_as_a_limit_is_taken_and_one_more_refused() {
        let nested = |levels: usize| format!("{}id{}", "a(".repeat(levels), ")".repeat(levels));
        let listed = |items: usize| vec!["a"; items].join(",");
        let related = |tables: usize| vec!["a(b)"; tables].join(",");
        let aggregates = |count: usize| vec!["a.max()"; count].join(",");
        let conditions = |levels: usize| "and(".repeat(levels - 1) + &")".repeat(levels - 1);
        type Case<'a> = (&'a str, usize, Box<dyn Fn(usize) -> String>, &'a str);
        let cases: [Case; 8] = [
            ("select", NESTED, Box::new(nested), "levels of related tables: at most 10"),
            ("select", RELATED, Box::new(related), "related tables: at most 30"),
            ("select", AGGREGATES, Box::new(aggregates), "aggregates: at most 64"),
            ("select", SELECTED + 1, Box::new(listed), "columns: at most 500"),
            ("tasks.order", ORDERED + 1, Box::new(listed), "terms of an order: at most 50"),
            (
                "or",
                NESTED,
                Box::new(move |n| format!("({}x)", conditions(n).replace("()", "(a)"))),
                "levels of conditions: at most 10",
            ),
            ("a", STEPS, Box::new(|_| String::new()), ""),
            ("columns", SELECTED + 1, Box::new(listed), "columns: at most 500"),
        ];
        for (key, limit, of_size, why) in cases {
            assert_eq!(asked(key, &of_size(limit)), Ok(()), "{key}");
            if !why.is_empty() {
                assert_eq!(refusal(asked(key, &of_size(limit + 1))), why);
            }
        }
    }

    #[test]
    fn a_value_of_a_filter_may_hold_any_parentheses() {
        assert_eq!(asked("name", &format!("eq.{}", "(".repeat(5_000))), Ok(()));
    }

    #[test]
    fn a_write_returns_related_tables_but_not_theirs() {
        let written = |select: &str| query(&format!("select={select}"), true);
        assert_eq!(written("id,tasks(id,count())"), Ok(()));
        assert_eq!(refusal(written("id,tasks(notes(id))")), "levels of related tables: at most 1");
    }

    #[test]
    fn a_path_and_a_crowd_of_parameters_are_refused() {
        let path = "a->".repeat(STEPS + 1);
        assert_eq!(refusal(asked(&path, "eq.1")), "steps into JSON: at most 100");
        assert_eq!(query(&vec!["a=eq.1"; PARAMETERS].join("&"), false), Ok(()));
        let many = vec!["a=eq.1"; PARAMETERS + 1].join("&");
        assert_eq!(refusal(query(&many, false)), "parameters: at most 200");
    }

    #[test]
    fn a_body_of_json_is_counted() {
        let keys = |count: usize| -> String {
            let pairs: Vec<_> = (0..count).map(|n| format!("\"k{n}\":1")).collect();
            format!("{{{}}}", pairs.join(","))
        };
        for (size, of_size, why) in [
            (LEVELS, (|n| "[".repeat(n)) as fn(usize) -> String, "levels of a body: at most 1010"),
            (ROWS, |n| format!("[{}]", vec!["{}"; n].join(",")), "rows in a body: at most 10000"),
            (
                VALUES - 1,
                |n| format!("[[{}]]", vec!["1"; n - 1].join(",")),
                "values in a body: at most 100000",
            ),
        ] {
            assert_eq!(body("", of_size(size).as_bytes()), Ok(()), "{why}");
            assert_eq!(refusal(body("", of_size(size + 1).as_bytes())), why);
        }
        assert_eq!(body("", keys(KEYS).as_bytes()), Ok(()));
        assert_eq!(refusal(body("", keys(KEYS + 1).as_bytes())), "keys of an object: at most 1600");
        assert_eq!(body("", format!("{{\"a\":{}}}", keys(5_000)).as_bytes()), Ok(()));
    }

    #[test]
    fn different_keys_are_counted_over_all_rows() {
        let rows = |count: usize| {
            let rows: Vec<_> = (0..count).map(|n| format!("{{\"k{n}\":1,\"same\":2}}")).collect();
            format!("[{}]", rows.join(","))
        };
        assert_eq!(body("application/json", rows(KEYS - 1).as_bytes()), Ok(()));
        let refused = refusal(body("application/json", rows(KEYS).as_bytes()));
        assert_eq!(refused, "different keys: at most 1600");
    }

    #[test]
    fn what_stands_in_a_string_is_not_counted() {
        let text = "[{,:\\\"".repeat(10_000);
        assert_eq!(body("", format!("{{\"a\": \"{text}\"}}").as_bytes()), Ok(()));
        for unfinished in ["\"", "\"a\\", "\"\\\"", "]", "}", ":", ","] {
            assert_eq!(body("", unfinished.as_bytes()), Ok(()));
        }
    }

    #[test]
    fn bodies_of_other_kinds_are_counted_as_they_are_read() {
        let lines = "a\n".repeat(2 * ROWS);
        assert_eq!(body("text/csv; charset=utf-8", lines.as_bytes()), Ok(()));
        let refused = body("text/csv", format!("{lines}a\n").as_bytes());
        assert_eq!(refusal(refused), "line ends: at most 20000");
        assert_eq!(body("text/csv", format!("a\n\"{lines}\n\"").as_bytes()), Ok(()));
        let header = ",".repeat(KEYS + 1);
        assert_eq!(refusal(body("text/csv", header.as_bytes())), "columns: at most 1600");
        for (kind, names) in [
            (
                "text/csv",
                ["NAME\na", "a,NAME\r\na,b", "a,\"NAME\"", "NAME", "a,\"b\nNAME\",c\n"].as_slice(),
            ),
            ("application/x-www-form-urlencoded", &["NAME=a", "a=b&NAME", "a&NAME=1&b"]),
        ] {
            for names in names {
                let of =
                    |bytes: usize| body(kind, names.replace("NAME", &"x".repeat(bytes)).as_bytes());
                assert_eq!(of(NAME - 8), Ok(()), "{names}");
                assert!(refusal(of(NAME + 1)).starts_with("bytes of a"), "{names}");
            }
        }
        let value = "x".repeat(10 * NAME);
        assert_eq!(body("text/csv", format!("a,b\n{value},\"{value}\"\n").as_bytes()), Ok(()));
        let form = "a=1&".repeat(KEYS);
        let refused = body("application/x-www-form-urlencoded", form.as_bytes());
        assert_eq!(refusal(refused), "fields of a form: at most 1600");
        assert_eq!(body("text/plain", "[".repeat(5_000).as_bytes()), Ok(()));
        assert_eq!(refusal(body("Text/CSV", "[".repeat(LEVELS + 1).as_bytes())).len(), 30);
    }
}
