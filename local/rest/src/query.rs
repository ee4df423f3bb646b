//! The query string, as PostgREST reads it.

use crate::embedded::{self, Expression};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use postrust_core::api_request::value_is_filter;
use std::borrow::Cow;

/// Why a query is refused: what it asks for would be answered wrongly.
pub type NotSupported = &'static str;

/// A query as Postrust takes it, and the SQL its marks stand for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Query {
    pub text: String,
    pub expressions: Vec<Expression>,
}

/// The query with `+` meaning a space, the quotes taken from the names in `columns`, and the
/// columns of related tables marked.
pub fn normalized(written: &str) -> Result<Query, NotSupported> {
    let mut expressions = Vec::new();
    let written = written.replace('+', "%20");
    let pairs: Result<Vec<_>, _> = written
        .split('&')
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match name {
                "columns" => Ok(Cow::Owned(format!("columns={}", unquoted(value)?))),
                "select" if value.contains(['(', '%']) => {
                    let marked = embedded::marked(&decoded(value));
                    expressions = marked.1;
                    Ok(Cow::Owned(format!("select={}", encoded(&marked.0))))
                }
                name if name.ends_with(".order") && decoded(value).contains("->") => {
                    Err("Related rows cannot be ordered by a path into JSON")
                }
                _ => Ok(Cow::Borrowed(pair)),
            }
        })
        .collect();
    let text = pairs?.join("&");
    Ok(Query { text, expressions })
}

fn unquoted(names: &str) -> Result<String, NotSupported> {
    let names: Vec<_> = split_names(&decoded(names));
    match names.iter().any(|name| name.contains(',')) {
        true => Err("A column's name in the columns parameter cannot have a comma"),
        false => Ok(names.iter().map(|n| encoded(n)).collect::<Vec<_>>().join(",")),
    }
}

/// `"a b",c` is the two names `a b` and `c`; a backslash keeps the character after it.
fn split_names(list: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut quoted = false;
    let mut characters = list.chars();
    while let Some(character) = characters.next() {
        let name = names.last_mut().expect("there is always a name");
        match character {
            '\\' if quoted => name.extend(characters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => names.push(String::new()),
            other => name.push(other),
        }
    }
    names
}

/// The value of a parameter, decoded.
pub fn parameter<'a>(query: &'a str, name: &str) -> Option<Cow<'a, str>> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let mut values = pairs.filter(|(key, _)| *key == name).map(|(_, value)| value);
    values.next().map(decoded)
}

/// Whether the query selects, filters, orders or pages the result of a function.
///
/// `may_pass` tells whether it may also hold arguments, which carry no operator.
pub fn shapes_result(query: &str, may_pass: bool) -> bool {
    query.split('&').filter_map(|pair| pair.split_once('=')).any(|(name, value)| {
        match (decoded(name).as_ref(), decoded(value).as_ref()) {
            ("columns", _) | ("select", "" | "*") => false,
            ("select" | "order" | "limit" | "offset" | "and" | "or", _) => true,
            (_, value) => !may_pass || value_is_filter(value),
        }
    })
}

fn decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(query: &str) -> String {
        normalized(query).unwrap().text
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
        ] {
            assert_eq!(text(query), query);
        }
    }

    #[test]
    fn names_of_columns_lose_their_quotes() {
        for (query, expected) in [
            (r#"columns="a","b""#, "columns=a,b"),
            ("columns=%22a%22%2C%22b%22&select=c", "columns=a,b&select=c"),
            ("columns=%22a+b%22", "columns=a%20b"),
            ("columns=%22a%20b%22,c", "columns=a%20b,c"),
            (r#"columns="say%20\"hi\"""#, "columns=say%20%22hi%22"),
            ("columns=%22d%C3%A9j%C3%A0%22", "columns=d%C3%A9j%C3%A0"),
            ("columns=%22a%2Bb%22", "columns=a%2Bb"),
            ("columns=a,b", "columns=a,b"),
        ] {
            assert_eq!(text(query), expected, "{query}");
        }
    }

    #[test]
    fn what_postrust_would_answer_wrongly_is_refused() {
        assert!(normalized(r#"columns="a,b""#).is_err());
        assert!(normalized("tasks.order=meta-%3Ek.desc").is_err());
        assert!(normalized("order=meta-%3Ek.desc").is_ok());
    }

    #[test]
    fn related_columns_are_marked_and_the_rest_of_the_select_is_kept() {
        let query = normalized("select=a%20b,%22c,d%22,t(e,f%3A%3Atext)").unwrap();
        assert_eq!(query.expressions.len(), 2);
        assert!(decoded(&query.text).starts_with("select=a b,\"c,d\",t(\"e\":\""));
    }

    #[test]
    fn a_parameter_is_found_and_decoded() {
        assert_eq!(parameter("a=1&select=x%2Cy", "select").unwrap(), "x,y");
        assert_eq!(parameter("a=1", "select"), None);
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
