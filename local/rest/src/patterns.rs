//! Refuses regular expressions that Postgres may match without end.

use crate::bounds::{TooComplex, at_most};
use crate::embedded::leaves;
use postrust_core::api_request::{Filter, Operation, QuantOperator, QueryParams};

/// Characters of one pattern, or of all patterns of one `any` or `all`.
const PATTERN: usize = 500;

/// Postgres tries a pattern with a back-reference with every match of the group it refers to.
pub fn check(query: &QueryParams) -> Result<(), TooComplex> {
    let of_tables = query.filters.iter().map(|(_, filter)| filter);
    let in_trees = query.logic.iter().flat_map(|(_, tree)| leaves(tree));
    query.filters_root.iter().chain(of_tables).chain(in_trees).try_for_each(check_filter)
}

fn check_filter(filter: &Filter) -> Result<(), TooComplex> {
    let Operation::Quant { op: QuantOperator::Match | QuantOperator::IMatch, quantifier, value } =
        &filter.op_expr.operation
    else {
        return Ok(());
    };
    at_most(PATTERN, value.chars().count(), "characters of a pattern")?;
    // A list of patterns is an array literal, in which two backslashes may be one.
    match refers_back(value, quantifier.is_some()) {
        true => Err(TooComplex("references back in a pattern: none".to_string())),
        false => Ok(()),
    }
}

fn refers_back(pattern: &str, in_array: bool) -> bool {
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        if character != '\\' {
            continue;
        }
        while in_array && characters.next_if_eq(&'\\').is_some() {}
        if matches!(characters.next(), Some('1'..='9')) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use postrust_core::api_request::parse_query_params;

    fn checked(query: &str) -> Result<(), TooComplex> {
        check(&parse_query_params(query, false).unwrap())
    }

    #[test]
    fn a_pattern_that_refers_back_is_refused_wherever_it_stands() {
        for query in [
            r"a=match.(.*)\1",
            r"a=imatch.(.*)\1",
            r"a=not.match.(.*)\9",
            r"a=match.(.*)%5C1",
            r"a=match.\\\1",
            r"a->>b=match.(.*)\1",
            r"select=t(b)&t.b=match.(.*)\1",
            r#"a=match(any).{"(.*)\\1"}"#,
            r"a=imatch(all).{(.*)\\\\1}",
            r"or=(a.eq.1,b.match.x\1)",
            r#"and=(a.eq.1,not.or(b.eq.1,c.imatch."x\\1"))"#,
            r"select=t(b)&t.or=(b.match.x\1,b.eq.1)",
        ] {
            let refused = checked(query).expect_err(query);
            assert_eq!(refused.0, "references back in a pattern: none");
        }
    }

    #[test]
    fn other_patterns_and_other_filters_are_taken() {
        for query in [
            r"a=match.^\d{3}\.x$",
            r"a=match.\\1",
            r"a=match.\0",
            r"a=eq.\1",
            r"a=like.\1*",
            r#"a=match(any).{"^\\d","x"}"#,
            r"or=(a.match.^x,b.eq.\1)",
        ] {
            assert_eq!(checked(query), Ok(()), "{query}");
        }
    }

    #[test]
    fn a_pattern_has_so_many_characters() {
        assert_eq!(checked(&format!("a=match.{}", "é".repeat(PATTERN))), Ok(()));
        let refused = checked(&format!("a=match.{}", "a".repeat(PATTERN + 1)));
        assert_eq!(refused.unwrap_err().0, "characters of a pattern: at most 500");
        assert_eq!(checked(&format!("a=eq.{}", "a".repeat(PATTERN + 1))), Ok(()));
    }
}
