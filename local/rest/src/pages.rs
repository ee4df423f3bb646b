//! The page of a request, as PostgREST 14 reads `limit`, `offset` and `Range`.
//!
//! `Range` applies to `GET` only. With `limit` and `Range` the page has the rows of both. A text that
//! is no number and an offset below zero are ignored. Writes have no pages.

use percent_encoding::percent_decode_str;
use std::borrow::Cow;

/// The reason for refusing a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsatisfiable {
    /// The lower bound of `Range` is above the upper one.
    Bounds,
    Limit,
}

impl Unsatisfiable {
    pub fn details(self) -> &'static str {
        match self {
            Self::Bounds => {
                "The lower boundary must be lower than or equal to the upper boundary in the Range header."
            }
            Self::Limit => "Limit should be greater than or equal to zero.",
        }
    }
}

/// Rows from an index on, up to another or to the end.
#[derive(Clone, Copy)]
struct Rows {
    from: i128,
    to: Option<i128>,
}

const ALL: Rows = Rows { from: 0, to: None };

impl Rows {
    fn and(self, other: Self) -> Self {
        let to = match (self.to, other.to) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        Self { from: self.from.max(other.from), to }
    }

    fn is_empty(self) -> bool {
        self.to.is_some_and(|to| to < self.from)
    }
}

/// Returns the query of a read with the page of query and header as `limit` and `offset`.
pub fn of_read(query: &str, range: Option<&str>) -> Result<String, Unsatisfiable> {
    let named = named(query);
    let header = range.map_or(ALL, bounds);
    let page = match named.to {
        Some(-1) => return Ok(with_page(query, Some(0), 0)),
        _ => header.and(named),
    };
    match (header.is_empty(), page.is_empty()) {
        (true, _) => Err(Unsatisfiable::Bounds),
        (_, true) => Err(Unsatisfiable::Limit),
        _ => Ok(with_page(query, page.to.map(|to| to - page.from + 1), page.from)),
    }
}

/// Returns the query of a write without pages, neither of its rows nor of related ones.
pub fn of_write(query: &str) -> Result<String, Unsatisfiable> {
    of_read(query, None)?;
    let kept = pairs(query).filter(|(name, _)| {
        let kind = name.rsplit('.').next().unwrap_or(name);
        kind != "limit" && kind != "offset"
    });
    Ok(kept.map(|(_, pair)| pair).collect::<Vec<_>>().join("&"))
}

/// Returns the page of `limit` and `offset`.
fn named(query: &str) -> Rows {
    let number = |wanted: &str| {
        let values = pairs(query).filter(|(name, _)| name == wanted);
        let value = values.last()?.1.split_once('=')?.1;
        Some(percent_decode_str(value).decode_utf8().ok()?.trim().parse::<i64>().ok()?.into())
    };
    let from = number("offset").unwrap_or(0);
    Rows { from, to: number("limit").map(|limit: i128| from + limit - 1) }
}

/// Reads `0-9` or `10-`; any other text means all rows.
fn bounds(range: &str) -> Rows {
    let read = || {
        let (from, to) = range.split_once('-')?;
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if from.is_empty() || !is_number(from) || !is_number(to) {
            return None;
        }
        let number = |text: &str| text.parse().unwrap_or(i64::MAX.into());
        Some(Rows { from: number(from), to: (!to.is_empty()).then(|| number(to)) })
    };
    read().unwrap_or(ALL)
}

fn with_page(query: &str, limit: Option<i128>, offset: i128) -> String {
    let number = |number: i128| number.clamp(0, i64::MAX.into());
    let kept = pairs(query).filter(|(name, _)| name != "limit" && name != "offset");
    let mut pairs: Vec<_> = kept.map(|(_, pair)| Cow::Borrowed(pair)).collect();
    pairs.extend(limit.map(|limit| Cow::Owned(format!("limit={}", number(limit)))));
    if offset > 0 {
        pairs.push(Cow::Owned(format!("offset={}", number(offset))));
    }
    pairs.join("&")
}

/// Returns the parameters, each after its decoded name.
fn pairs(query: &str) -> impl Iterator<Item = (Cow<'_, str>, &str)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let name = pair.split('=').next().unwrap_or(pair);
        (percent_decode_str(name).decode_utf8_lossy(), pair)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_what_both_name() {
        for (query, range, expected) in [
            ("", None, ""),
            ("a=eq.1", Some("items"), "a=eq.1"),
            ("limit=5", None, "limit=5"),
            ("l%69mit=5&offset=2", None, "limit=5&offset=2"),
            ("", Some("0-9"), "limit=10"),
            ("", Some("10-"), "offset=10"),
            ("limit=3", Some("0-1"), "limit=2"),
            ("limit=3", Some("0-9"), "limit=3"),
            ("limit=3", Some("1-"), "limit=2&offset=1"),
            ("limit=10&offset=5", Some("0-7"), "limit=3&offset=5"),
            ("limit=0", Some("5-9"), "limit=0"),
            ("offset=-1", None, ""),
            ("limit=10&offset=-4", None, "limit=6"),
            ("limit=4&offset=-4", None, "limit=0"),
            ("limit=x&offset=1e3&a=eq.1", None, "a=eq.1"),
            ("limit=&offset", None, ""),
            ("t.limit=1&t.offset=2", None, "t.limit=1&t.offset=2"),
            ("", Some("items=0-9"), ""),
            ("", Some("-5"), ""),
            ("", Some("0--1"), ""),
            ("", Some("99999999999999999999-"), "offset=9223372036854775807"),
        ] {
            assert_eq!(of_read(query, range), Ok(expected.to_string()), "{query} {range:?}");
        }
    }

    #[test]
    fn a_page_that_cannot_be_is_refused() {
        for (query, range, why) in [
            ("limit=-1", None, Unsatisfiable::Limit),
            ("limit=2&offset=-4", None, Unsatisfiable::Limit),
            ("limit=2", Some("5-9"), Unsatisfiable::Limit),
            ("", Some("9-5"), Unsatisfiable::Bounds),
            ("limit=2", Some("9-5"), Unsatisfiable::Bounds),
        ] {
            assert_eq!(of_read(query, range), Err(why), "{query} {range:?}");
        }
    }

    #[test]
    fn a_write_has_no_page() {
        for (query, expected) in [
            ("id=eq.1&limit=1&offset=2", "id=eq.1"),
            ("limit=1&t.limit=3&select=a,t(b)&t.offset=1", "select=a,t(b)"),
            ("limit=x", ""),
        ] {
            assert_eq!(of_write(query), Ok(expected.to_string()), "{query}");
        }
        assert_eq!(of_write("limit=-1"), Err(Unsatisfiable::Limit));
    }
}
