//! The query string, as PostgREST reads it.

use crate::bounds::TooComplex;
use crate::names;
use crate::order::ordered;
use crate::selection;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use postrust_core::Table;
use postrust_core::api_request::query_params::parse_select;
use postrust_core::api_request::{SelectItem, value_is_filter};
use std::borrow::Cow;
use std::collections::HashSet;

/// Why a query is refused.
#[derive(Debug, PartialEq, Eq)]
pub enum Unanswerable {
    /// The result would differ from PostgREST's.
    Unsupported(&'static str),
    /// PostgREST refuses it too.
    Unreadable(String),
    NoColumn {
        relation: String,
        column: String,
    },
    /// It exceeds a bound.
    Complex(TooComplex),
}

impl Unanswerable {
    pub fn unsupported(reason: &'static str) -> Self {
        Self::Unsupported(reason)
    }
}

/// The parameters with one value, of the query and of each related table.
const SINGLE: [&str; 6] = ["columns", "on_conflict", "select", "order", "limit", "offset"];
const SINGLE_OF_RELATED: [&str; 3] = ["order", "limit", "offset"];

/// Refuses a repeated parameter that has one value: two parsers might read different ones.
pub fn check_given_once(query: &str) -> Result<(), Unanswerable> {
    let mut given = HashSet::new();
    for name in query.split('&').filter_map(|pair| decoded(pair.split('=').next()?)) {
        let is_single = match name.rsplit_once('.') {
            Some((_, kind)) => SINGLE_OF_RELATED.contains(&kind),
            None => SINGLE.contains(&name.as_ref()),
        };
        if is_single && given.contains(&name) {
            let message = format!("The parameter \"{name}\" is given more than once");
            return Err(Unanswerable::Unreadable(message));
        }
        given.insert(name);
    }
    Ok(())
}

/// The rows that a query is about.
#[derive(Clone, Copy, Default)]
pub struct Rows<'a> {
    /// The table they are read from, if it is known and they are not written.
    pub read_from: Option<&'a Table>,
    /// The column to select where `select` is empty.
    pub nothing: Option<&'a str>,
    /// Whether the query may also hold arguments of a function.
    pub may_pass: bool,
}

/// A query as Postrust reads it.
#[derive(Debug, Default)]
pub struct Normalized {
    pub text: String,
    /// The columns to select for the order only.
    pub ordering: Vec<SelectItem>,
}

/// Returns the query with `+` as a space and with names as Postrust reads them.
pub fn normalized(written: &str, rows: Rows<'_>) -> Result<Normalized, Unanswerable> {
    let written = written.replace('+', "%20");
    let mut normalized = Normalized::default();
    let mut pairs = Vec::new();
    for pair in written.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (Some(name), Some(value)) = (decoded(name), decoded(value)) else {
            pairs.push(Cow::Borrowed(pair)); // no UTF-8: Postrust refuses it
            continue;
        };
        let new_name = normalized_name(&name, &value, rows.may_pass)?;
        let new_value = match (name.as_ref(), kind(&name)) {
            ("columns" | "on_conflict", _) => Cow::Owned(unquoted_columns(&value)?),
            ("select", _) => match rows.nothing.filter(|_| value.is_empty()) {
                Some(column) => Cow::Owned(selection::quoted(column)),
                None => quotes_in(&value, names::in_select)?,
            },
            ("order", _) => {
                let select = parameter(&written, "select").unwrap_or_default();
                let select = parse_select(&names::in_select(&select)?).unwrap_or_default();
                let order = ordered(&value, &select, rows.read_from)?;
                normalized.ordering = order.selected;
                Cow::Owned(order.text)
            }
            (_, "order") => Cow::Owned(ordered(&value, &[], None)?.text),
            (_, "and" | "or") => quotes_in(&value, names::in_conditions)?,
            _ => Cow::Borrowed(value.as_ref()),
        };
        pairs.push(match new_name == name && new_value == value {
            true => Cow::Borrowed(pair),
            false => Cow::Owned(format!("{}={}", encoded(&new_name), encoded(&new_value))),
        });
    }
    normalized.text = pairs.join("&");
    Ok(normalized)
}

/// The last name of a path.
fn kind(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

fn is_modifier(name: &str) -> bool {
    matches!(kind(name), "order" | "limit" | "offset" | "and" | "or")
}

fn normalized_name<'a>(
    name: &'a str,
    value: &str,
    may_pass: bool,
) -> Result<Cow<'a, str>, Unanswerable> {
    let is_filter =
        || !is_modifier(name) && !SINGLE.contains(&name) && (!may_pass || value_is_filter(value));
    match name.rsplit_once('.') {
        Some((path, kind)) if is_modifier(name) && path.contains('"') => {
            Ok(Cow::Owned(format!("{}.{kind}", names::in_path(path)?)))
        }
        _ if name.starts_with('_') && is_filter() => Ok(Cow::Owned(with_quoted_start(name))),
        _ if name.contains('"') && is_filter() => quotes_in(name, names::in_filter),
        _ => Ok(Cow::Borrowed(name)),
    }
}

fn quotes_in(
    text: &str,
    rewritten: impl Fn(&str) -> Result<String, Unanswerable>,
) -> Result<Cow<'_, str>, Unanswerable> {
    match text.contains('"') {
        true => Ok(Cow::Owned(rewritten(text)?)),
        false => Ok(Cow::Borrowed(text)),
    }
}

/// Postrust ignores a filter whose name begins with an underscore, unless that name is in quotes.
fn with_quoted_start(path: &str) -> String {
    let end = path.find('.').into_iter().chain(path.find("->")).min().unwrap_or(path.len());
    let (start, rest) = path.split_at(end);
    format!("{}{rest}", selection::quoted(start))
}

fn unquoted_columns(list: &str) -> Result<String, Unanswerable> {
    let names = names::of_list(list);
    match names.iter().any(|name| name.contains(',') || name.trim() != name) {
        true => Err(Unanswerable::unsupported(
            "A column's name in columns and on_conflict has no comma and no outer space",
        )),
        false => Ok(names.join(",")),
    }
}

/// Returns the query with another `select`.
pub fn with_select(query: &str, select: &[SelectItem]) -> String {
    let select = format!("select={}", encoded(&selection::text(select)));
    let is_select = |pair: &str| {
        let name = pair.split_once('=').map_or(pair, |(name, _)| name);
        decoded(name).as_deref() == Some("select")
    };
    let others = query.split('&').filter(|pair| !pair.is_empty() && !is_select(pair));
    others.chain([select.as_str()]).collect::<Vec<_>>().join("&")
}

/// Returns the decoded value of a parameter.
pub fn parameter<'a>(query: &'a str, name: &str) -> Option<Cow<'a, str>> {
    let mut pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let (_, value) = pairs.find(|(key, _)| decoded(key).as_deref() == Some(name))?;
    decoded(value)
}

/// Returns whether the query selects, filters, orders or pages the result of a function.
///
/// With `may_pass` it may also have arguments, whose values have no operator.
pub fn shapes_result(query: &str, may_pass: bool) -> bool {
    query.split('&').filter_map(|pair| pair.split_once('=')).any(|(name, value)| {
        let (name, value) = (decoded(name), decoded(value));
        match (name.as_deref().unwrap_or_default(), value.as_deref().unwrap_or_default()) {
            ("columns", _) | ("select", "" | "*") => false,
            ("select" | "order" | "limit" | "offset" | "and" | "or", _) => true,
            (_, value) => !may_pass || value_is_filter(value),
        }
    })
}

fn decoded(text: &str) -> Option<Cow<'_, str>> {
    percent_decode_str(text).decode_utf8().ok()
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(query: &str) -> String {
        normalized(query, Rows::default()).unwrap().text
    }

    fn decoded_text(query: &str) -> String {
        decoded(&text(query)).unwrap().into_owned()
    }

    #[test]
    fn a_plus_is_a_space_and_an_encoded_plus_stays() {
        assert_eq!(text("title=eq.a+b%2Bc&or=(x.eq.1+2)"), "title=eq.a%20b%2Bc&or=(x.eq.1%202)");
        assert_eq!(text(""), "");
    }

    #[test]
    fn what_a_value_holds_is_left_as_it_was_encoded() {
        for query in [
            "a=eq.%26%3B%25",
            "a=in.(%22x%22,y)&b=like.*;*",
            "flag",
            "a=eq.=",
            "select=a,b:c,d->e::text",
            "a=eq.1&a=eq.2&or=(a.eq.1)&or=(a.eq.2)",
            "a=%ff&%ff=a",
        ] {
            assert_eq!(text(query), query);
        }
    }

    #[test]
    fn names_of_columns_lose_their_quotes() {
        for (query, expected) in [
            (r#"columns="a","b""#, "columns=a,b"),
            ("columns=%22a%22%2C%22b%22&select=c", "columns=a,b&select=c"),
            ("columns=%22a+b%22", "columns=a b"),
            ("columns=%22a%20b%22,c", "columns=a b,c"),
            (r#"columns="say%20\"hi\"""#, r#"columns=say "hi""#),
            ("columns=%22d%C3%A9j%C3%A0%22", "columns=déjà"),
            ("columns=%22a%2Bb%22", "columns=a+b"),
            (r#"on_conflict="a","b""#, "on_conflict=a,b"),
            ("columns=a,b", "columns=a,b"),
        ] {
            assert_eq!(decoded_text(query), expected, "{query}");
        }
    }

    #[test]
    fn filter_on_a_name_with_an_underscore_first_reaches_postrust_in_quotes() {
        for (query, expected) in [
            ("_id=eq.1", r#""_id"=eq.1"#),
            ("%5Fid=eq.a+b", r#""_id"=eq.a b"#),
            ("_t.id=eq.1", r#""_t".id=eq.1"#),
            ("_m->>k=eq.1", r#""_m"->>k=eq.1"#),
            (r#"_a"b=eq.1"#, r#""_a\"b"=eq.1"#),
            ("_", r#""_"="#),
            ("_t.order=_a", "_t.order=_a"),
            ("_t.limit=1&_t.or=(a.eq.1)", "_t.limit=1&_t.or=(a.eq.1)"),
            (r#""t".order="a""#, "t.order=a"),
            (r#""t"."limit"=eq.1&"a.order"=eq.1"#, r#""t"."limit"=eq.1&"a.order"=eq.1"#),
            (r#"m->>"k"=eq."x""#, r#"m->>k=eq."x""#),
        ] {
            assert_eq!(decoded_text(query), expected, "{query}");
        }
        let rows = Rows { may_pass: true, ..Rows::default() };
        let call = normalized("_year=1999&_id=eq.1", rows).unwrap();
        assert_eq!(decoded(&call.text).unwrap(), r#"_year=1999&"_id"=eq.1"#);
    }

    #[test]
    fn a_parameter_of_one_value_is_given_once() {
        for query in [
            "select=a&select=b",
            "select=a&%73elect=b",
            "select&select=a",
            "order=a&order=b",
            "t.order=a&t.order=b",
            "limit=1&limit=1",
            "limit=1&l%69mit=%ff",
            "t.limit=1&t.limit=2",
            "offset=1&offset=2",
            "columns=a&columns=b",
            "on_conflict=a&on_conflict=b",
        ] {
            let refused = check_given_once(query);
            assert!(matches!(refused, Err(Unanswerable::Unreadable(_))), "{query}");
        }
        assert!(check_given_once("order=a&t.order=b&u.order=c&limit=1&t.limit=1").is_ok());
        assert!(check_given_once("a=eq.1&a=eq.2&or=(a.eq.1)&or=(a.eq.2)&%ff&%ff").is_ok());
    }

    #[test]
    fn a_select_is_exchanged_for_another() {
        let select = [SelectItem::field("a"), SelectItem::field("b c")];
        for query in
            ["x=eq.1&select=y&z=1", "x=eq.1&z=1&%73elect=y", "select&x=eq.1&z=1", "x=eq.1&z=1"]
        {
            let exchanged = with_select(query, &select);
            assert_eq!(decoded(&exchanged).unwrap(), r#"x=eq.1&z=1&select="a","b c""#);
        }
    }

    #[test]
    fn a_result_is_shaped_by_filters_order_and_page_but_not_by_arguments() {
        for (query, shapes_get, shapes_post) in [
            ("", false, false),
            ("select=*", false, false),
            ("columns=a", false, false),
            ("year=1999", false, true),
            ("select=title", true, true),
            ("order=title.asc", true, true),
            ("limit=5", true, true),
            ("title=eq.x", true, true),
        ] {
            assert_eq!(shapes_result(query, true), shapes_get, "{query}");
            assert_eq!(shapes_result(query, false), shapes_post, "{query}");
        }
    }
}
