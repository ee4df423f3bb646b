//! Names in quotes, as PostgREST reads them, written so that Postrust reads them.
//!
//! Postrust reads quotes around names in `select` and in the names of filters. It does not read them around
//! keys of JSON and hints, and looks for the dot in a condition, and for parentheses, inside quotes too.

use crate::query::Unanswerable;
use crate::selection;

type Rewritten = Result<String, Unanswerable>;

/// What ends a key of JSON in `select` and in the name of a filter.
const ENDS_KEY: &[char] = &[',', '(', ')', ':'];
/// What ends a name or a key of JSON in `order` and in a path to related tables.
const ENDS_NAME: &[char] = &[',', '(', ')', ':', '.', '"'];
/// What ends a key of JSON in a condition.
const ENDS_KEY_OF_CONDITION: &[char] = &[',', '(', ')', ':', '.', '"', '{', '}', '[', ']'];

/// Whether Postrust reads the name without quotes as this one name.
pub fn is_plain(name: &str) -> bool {
    is_free_of(name, ENDS_NAME)
}

fn is_free_of(name: &str, ends: &[char]) -> bool {
    !name.is_empty() && name.trim() == name && !name.contains(ends) && !name.contains("->")
}

/// The text before the first name in quotes, that name, and the text after it.
fn next_quoted(text: &str) -> Option<(&str, String, &str)> {
    let at = text.find('"')?;
    let (name, after) = quoted(&text[at..])?;
    Some((&text[..at], name, after))
}

/// The name in quotes at the start of a text, and the text after it. A backslash keeps the character
/// after it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let rest = text.strip_prefix('"')?;
    let mut name = String::new();
    let mut characters = rest.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => name.extend(characters.next().map(|(_, kept)| kept)),
            '"' => return Some((name, &rest[at + 1..])),
            other => name.push(other),
        }
    }
    None
}

/// The text up to the first of these characters outside quotes, and the rest from it on.
pub fn split_before<'a>(text: &'a str, ends: &[char]) -> (&'a str, &'a str) {
    let mut rest = text;
    while let Some(at) = rest.find(|character| character == '"' || ends.contains(&character)) {
        match quoted(&rest[at..]) {
            Some((_, after)) => rest = after,
            None if rest[at..].starts_with('"') => break,
            None => return text.split_at(text.len() - rest.len() + at),
        }
    }
    (text, "")
}

/// The names of a list: `"a b",c` has two.
pub fn of_list(list: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = list;
    loop {
        let (name, after) = split_before(rest, &[',']);
        let name = name.trim();
        names.push(quoted(name).map_or_else(|| name.to_string(), |(name, _)| name));
        match after.strip_prefix(',') {
            Some(after) => rest = after,
            None => return names,
        }
    }
}

/// A `select`.
pub fn in_select(select: &str) -> Rewritten {
    let mut depth = 0;
    rewritten(select, |before, name| {
        depth += before.matches('(').count();
        depth -= before.matches(')').count().min(depth);
        match () {
            _ if before.ends_with("->") || before.ends_with("->>") => key(name, ENDS_KEY),
            _ if before.ends_with('!') => hint(name),
            _ if depth > 0 && name.contains(['(', ')']) => Err(Unanswerable::unsupported(
                "A name in the select of a related table cannot have a parenthesis",
            )),
            _ => Ok(selection::quoted(name)),
        }
    })
}

/// The name of a filter.
pub fn in_filter(name: &str) -> Rewritten {
    rewritten(name, |before, name| match before.ends_with('>') {
        true => key(name, ENDS_KEY),
        false => Ok(selection::quoted(name)),
    })
}

/// The path to a related table in the name of a parameter, or a related table's column in an order.
pub fn in_path(path: &str) -> Rewritten {
    rewritten(path, |before, name| match before.ends_with('>') {
        true => key(name, ENDS_NAME),
        false if is_plain(name) => Ok(name.to_string()),
        false => Err(Unanswerable::unsupported(
            "Related rows are ordered, paged and filtered by plain names",
        )),
    })
}

/// The conditions of `and` and `or`, in their parentheses.
pub fn in_conditions(tree: &str) -> Rewritten {
    let Some(mut rest) = tree.trim().strip_prefix('(').and_then(|tree| tree.strip_suffix(')'))
    else {
        return Ok(tree.to_string()); // Postrust says why not
    };
    let mut conditions = Vec::new();
    loop {
        let end = end_of_condition(rest);
        conditions.push(in_condition(rest[..end].trim())?);
        match rest[end..].strip_prefix(',') {
            Some(after) => rest = after,
            None => return Ok(format!("({})", conditions.join(","))),
        }
    }
}

/// Where Postrust ends the first condition of a list.
fn end_of_condition(list: &str) -> usize {
    let mut depth = 0_usize;
    let mut rest = list;
    loop {
        let (_, after) = split_before(rest, &['(', '{', '[', ')', '}', ']', ',']);
        match after.as_bytes().first() {
            None => return list.len(),
            Some(b',') if depth == 0 => return list.len() - after.len(),
            Some(b'(' | b'{' | b'[') => depth += 1,
            Some(b')' | b'}' | b']') => depth = depth.saturating_sub(1),
            Some(_) => {}
        }
        rest = &after[1..];
    }
}

fn in_condition(text: &str) -> Rewritten {
    let bare = text.strip_prefix("not.").unwrap_or(text);
    let tree = bare.strip_prefix("and").or_else(|| bare.strip_prefix("or"));
    if let Some(tree) = tree.filter(|tree| tree.trim_start().starts_with('(')) {
        return Ok(format!("{}{}", &text[..text.len() - tree.len()], in_conditions(tree)?));
    }
    let (name, comparison) = split_before(text, &['.']);
    let name = rewritten(name, |before, name| match before.ends_with('>') {
        true => key(name, ENDS_KEY_OF_CONDITION),
        false if name.contains('.') => {
            Err(Unanswerable::unsupported("A name in and or or cannot have a dot"))
        }
        false => Ok(selection::quoted(name)),
    })?;
    Ok(name + comparison)
}

/// The text with each name in quotes written by `name`, which is given the text before it too.
fn rewritten(text: &str, mut name: impl FnMut(&str, &str) -> Rewritten) -> Rewritten {
    let mut written = String::new();
    let mut rest = text;
    while let Some((before, quoted, after)) = next_quoted(rest) {
        written += before;
        written += &name(before, &quoted)?;
        rest = after;
    }
    Ok(written + rest)
}

/// Postrust takes quotes for characters of the key, and a key of digits for a position.
fn key(name: &str, ends: &[char]) -> Rewritten {
    match is_free_of(name, ends) && !name.starts_with('-') && name.parse::<i32>().is_err() {
        true => Ok(name.to_string()),
        false => Err(Unanswerable::unsupported(
            "A key of JSON in quotes cannot be a number or have a character that ends it",
        )),
    }
}

fn hint(name: &str) -> Rewritten {
    match selection::is_hint(name) {
        true => Ok(name.to_string()),
        false => Err(Unanswerable::unsupported("A hint has letters, digits and underscores only")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(rewritten: Rewritten) -> bool {
        matches!(rewritten, Err(Unanswerable::Unsupported(_)))
    }

    #[test]
    fn keys_and_hints_lose_their_quotes_and_names_keep_them() {
        for (select, expected) in [
            (r#""a,b","c(d":"e.f""#, r#""a,b","c(d":"e.f""#),
            (r#"m->"k"->>"a.b",n:m->>"k""#, "m->k->>a.b,n:m->>k"),
            (r#""m m"->"k"::text"#, r#""m m"->k::text"#),
            (r#"t!"t_fkey"!inner("id")"#, r#"t!t_fkey!inner("id")"#),
            (r#"m->""#, r#"m->""#),
        ] {
            assert_eq!(in_select(select), Ok(expected.to_string()), "{select}");
        }
        for select in [r#"m->"a,b""#, r#"m->"1""#, r#"m->"-a""#, r#"t!"a b"(id)"#, r#"t("a)")"#] {
            assert!(refused(in_select(select)), "{select}");
        }
    }

    #[test]
    fn conditions_keep_their_values() {
        for (tree, expected) in [
            (r#"("a,b".eq.1,"c(d".is.null)"#, r#"("a,b".eq.1,"c(d".is.null)"#),
            (r#"( m->"k"->>"l".eq."a.b" , x.eq.1)"#, r#"(m->k->>l.eq."a.b",x.eq.1)"#),
            (r#"(a.in.("x.y","z"),"b".eq."1.5")"#, r#"(a.in.("x.y","z"),"b".eq."1.5")"#),
            (r#"(a.cs.{"x.y"},not.or("\"b".eq.1))"#, r#"(a.cs.{"x.y"},not.or("\"b".eq.1))"#),
            (r#"(a.eq.")"#, r#"(a.eq.")"#),
            (r#"(and.eq."a.b")"#, r#"(and.eq."a.b")"#),
            ("a.eq.1", "a.eq.1"),
        ] {
            assert_eq!(in_conditions(tree), Ok(expected.to_string()), "{tree}");
        }
        for tree in [
            r#"("a.b".eq.1)"#,
            r#"(x.eq.1, "a.b"->>k.eq.1)"#,
            r#"(x.eq.1,not.and(y.eq.1,"a.b".eq.1))"#,
            r#"(m->>"a.b".eq.1)"#,
            r#"(m->>"1".eq.1)"#,
        ] {
            assert!(refused(in_conditions(tree)), "{tree}");
        }
    }
}
