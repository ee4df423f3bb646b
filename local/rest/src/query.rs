//! The query string, as PostgREST reads it.

use crate::bounds::TooComplex;
use crate::selection;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use postrust_core::api_request::{SelectItem, value_is_filter};
use std::borrow::Cow;
use std::collections::HashSet;

/// Why a query is refused.
#[derive(Debug, PartialEq, Eq)]
pub enum Unanswerable {
    /// Postrust would answer it otherwise than PostgREST.
    Unsupported(&'static str),
    /// PostgREST refuses it too.
    Unreadable(String),
    NoColumn {
        relation: String,
        column: String,
    },
    /// It holds more than this server reads.
    Complex(TooComplex),
}

impl Unanswerable {
    pub fn unsupported(reason: &'static str) -> Self {
        Self::Unsupported(reason)
    }
}

/// The parameters that have one value, of the query and of each related table.
const SINGLE: [&str; 6] = ["columns", "on_conflict", "select", "order", "limit", "offset"];
const SINGLE_OF_RELATED: [&str; 3] = ["order", "limit", "offset"];

const MOST_PARENTHESES: usize = 64;

/// Refuse a parameter of one value that is given twice: its values may be read in different places.
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

/// The query with `+` meaning a space, without the quotes that Postrust does not read, and with
/// `nothing` selected where `select` is empty. `may_pass`: it may also hold arguments.
pub fn normalized(
    written: &str,
    nothing: Option<&str>,
    may_pass: bool,
) -> Result<String, Unanswerable> {
    let written = written.replace('+', "%20");
    let pairs: Result<Vec<_>, _> = written
        .split('&')
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (Some(name), Some(value)) = (decoded(name), decoded(value)) else {
                return Ok(Cow::Borrowed(pair)); // no UTF-8: Postrust says so
            };
            let kind = name.rsplit('.').next().unwrap_or(&name);
            let value = match (name.as_ref(), kind) {
                ("columns", _) => unquoted_columns(&value)?,
                ("select", _) if value.is_empty() => match nothing {
                    Some(column) => selection::quoted(column),
                    None => return Ok(Cow::Borrowed(pair)),
                },
                ("select", _) => {
                    check_size(&value)?;
                    return Ok(Cow::Borrowed(pair));
                }
                (_, "order") if value.contains('"') => unquoted_order(&value)?,
                (_, "and" | "or") => {
                    check_logic(&value)?;
                    return Ok(Cow::Borrowed(pair));
                }
                (_, "order" | "limit" | "offset") => return Ok(Cow::Borrowed(pair)),
                (name, _) if name.starts_with('_') && (!may_pass || value_is_filter(&value)) => {
                    let name = encoded(&with_quoted_start(name));
                    return Ok(Cow::Owned(format!("{name}={}", encoded(&value))));
                }
                _ => return Ok(Cow::Borrowed(pair)),
            };
            Ok(Cow::Owned(format!("{}={}", encoded(&name), encoded(&value))))
        })
        .collect();
    Ok(pairs?.join("&"))
}

/// Postrust ignores a filter whose name begins with an underscore, unless that name is in quotes.
fn with_quoted_start(path: &str) -> String {
    let end = path.find('.').into_iter().chain(path.find("->")).min().unwrap_or(path.len());
    let (start, rest) = path.split_at(end);
    format!("{}{rest}", selection::quoted(start))
}

fn unquoted_columns(names: &str) -> Result<String, Unanswerable> {
    let names = split_names(names);
    match names.iter().any(|name| name.contains(',')) {
        true => Err(Unanswerable::unsupported(
            "A column's name in the columns parameter cannot have a comma",
        )),
        false => Ok(names.join(",")),
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

/// The terms with each name that stands in quotes written without them.
fn unquoted_order(terms: &str) -> Result<String, Unanswerable> {
    let mut unquoted = String::new();
    let mut rest = terms;
    while let Some((before, name, after)) = next_quoted(rest) {
        let needs_quotes = name.contains([',', '.', '(', ')', '"']) || name.contains("->");
        if needs_quotes || name.trim() != name || name.is_empty() {
            return Err(Unanswerable::unsupported(
                "Rows cannot be ordered by a name with a comma, dot, parenthesis, quote or arrow",
            ));
        }
        unquoted += before;
        unquoted += &name;
        rest = after;
    }
    Ok(unquoted + rest)
}

/// Postrust ends a condition's name at its first dot, in quotes or not.
fn check_logic(tree: &str) -> Result<(), Unanswerable> {
    let mut rest = tree;
    while let Some((before, text, after)) = next_quoted(rest) {
        let begins = before.trim_end().ends_with(['(', ',']);
        if begins && after.starts_with(['.', '-']) && text.contains('.') {
            return Err(Unanswerable::unsupported("A name in and or or cannot have a dot"));
        }
        rest = after;
    }
    Ok(())
}

/// What stands before the next text in double quotes, that text, and what stands after it.
fn next_quoted(text: &str) -> Option<(&str, String, &str)> {
    let (before, quoted) = text.split_once('"')?;
    let mut unescaped = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => unescaped.extend(characters.next().map(|(_, kept)| kept)),
            '"' => return Some((before, unescaped, &quoted[at + 1..])),
            other => unescaped.push(other),
        }
    }
    None
}

/// Postrust parses what is in parentheses by recursion, and is misled about its depth by quotes.
fn check_size(select: &str) -> Result<(), Unanswerable> {
    match select.matches('(').count() > MOST_PARENTHESES {
        true => {
            let message = format!("The select has more than {MOST_PARENTHESES} parentheses");
            Err(Unanswerable::Unreadable(message))
        }
        false => Ok(()),
    }
}

/// A query with another `select`.
pub fn with_select(query: &str, select: &[SelectItem]) -> String {
    let select = format!("select={}", encoded(&selection::text(select)));
    let is_select = |pair: &str| {
        let name = pair.split_once('=').map_or(pair, |(name, _)| name);
        decoded(name).as_deref() == Some("select")
    };
    let pairs = query.split('&').map(|pair| if is_select(pair) { &select } else { pair });
    pairs.collect::<Vec<_>>().join("&")
}

/// The value of a parameter, decoded.
pub fn parameter<'a>(query: &'a str, name: &str) -> Option<Cow<'a, str>> {
    let mut pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let (_, value) = pairs.find(|(key, _)| decoded(key).as_deref() == Some(name))?;
    decoded(value)
}

/// Whether the query selects, filters, orders or pages the result of a function.
///
/// `may_pass` tells whether it may also hold arguments, which carry no operator.
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
        normalized(query, None, false).unwrap()
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
            ("columns=a,b", "columns=a,b"),
        ] {
            assert_eq!(decoded_text(query), expected, "{query}");
        }
    }

    #[test]
    fn names_in_an_order_lose_their_quotes() {
        for (query, expected) in [
            (r#"order="a".desc,b"#, "order=a.desc,b"),
            (r#"order="a%20b".desc.nullslast,"c""#, "order=a b.desc.nullslast,c"),
            (r#"tasks.order="a""#, "tasks.order=a"),
            (r#"order=meta->>"k".desc"#, "order=meta->>k.desc"),
            (r#"order=tasks("id")"#, "order=tasks(id)"),
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
        ] {
            assert_eq!(decoded_text(query), expected, "{query}");
        }
        let call = normalized("_year=1999&_id=eq.1", None, true).unwrap();
        assert_eq!(decoded(&call).unwrap(), r#"_year=1999&"_id"=eq.1"#);
    }

    #[test]
    fn what_postrust_would_answer_wrongly_is_refused() {
        for query in [
            r#"columns="a,b""#,
            r#"order="a,b""#,
            r#"order="a.b".desc"#,
            r#"order="a->b""#,
            r#"order="""#,
            r#"or=("a.b".eq.1)"#,
            r#"and=(x.eq.1,%20"a.b"->>k.eq.1)"#,
        ] {
            let refused = normalized(query, None, false);
            assert!(matches!(refused, Err(Unanswerable::Unsupported(_))), "{query}");
        }
        for query in [r#"or=(a.in.("x.y","z"),"b".eq."1.5")"#, r#"or=(a.eq.")"#] {
            assert_eq!(text(query), query);
        }
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
    fn an_empty_select_selects_the_column_that_is_given() {
        for query in ["select=", "select"] {
            let normalized = normalized(query, Some(r#"a"b"#), false).unwrap();
            assert_eq!(decoded(&normalized).unwrap(), r#"select="a\"b""#);
            assert_eq!(text(query), query);
        }
    }

    #[test]
    fn a_select_is_bounded_whatever_its_quotes_hide() {
        let nested = |depth| format!("select=m->\",{}a{}", "a(".repeat(depth), ")".repeat(depth));
        assert!(normalized(&nested(MOST_PARENTHESES), None, false).is_ok());
        let refused = normalized(&nested(MOST_PARENTHESES + 1), None, false);
        assert!(matches!(refused, Err(Unanswerable::Unreadable(_))));
        let text = normalized(&nested(MOST_PARENTHESES), None, false).unwrap();
        assert!(postrust_core::api_request::parse_query_params(&text, false).is_ok());
    }

    #[test]
    fn a_select_is_exchanged_for_another() {
        let select = [SelectItem::field("a"), SelectItem::field("b c")];
        for query in ["x=eq.1&select=y&z=1", "x=eq.1&%73elect=y&z=1", "x=eq.1&select&z=1"] {
            let exchanged = with_select(query, &select);
            assert_eq!(decoded(&exchanged).unwrap(), r#"x=eq.1&select="a","b c"&z=1"#);
        }
    }

    #[test]
    fn a_parameter_is_found_and_decoded() {
        assert_eq!(parameter("a=1&select=x%2Cy", "select").unwrap(), "x,y");
        assert_eq!(parameter("a=1&%73elect=", "select").unwrap(), "");
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
