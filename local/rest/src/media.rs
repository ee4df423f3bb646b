//! The header `Accept`: the accepted types, the preferred one first.
//!
//! PostgREST sorts them by quality and then by how specific they are; quality zero refuses a type.

const CSV: &str = "text/csv";
const VENDORED: [&str; 2] = ["application/vnd.pgrst.object", "application/vnd.pgrst.array"];
const RENDERED: [&str; 5] =
    ["application/json", "application/geo+json", "application/openapi+json", CSV, "*/*"];

/// Returns the header's value with the rendered type first, or none if no type is accepted.
pub fn taken(accept: &str) -> Option<String> {
    let mut types: Vec<_> = accept.split(',').filter_map(weighed).collect();
    types.sort_by(|(_, one), (_, other)| other.partial_cmp(one).expect("no quality is NaN"));
    let types: Vec<_> = types.into_iter().map(|(name, _)| name).collect();
    let (rendered, others): (Vec<_>, Vec<_>) =
        types.into_iter().partition(|name| is_rendered(name));
    match (rendered.first(), others.is_empty()) {
        (None, true) => None,
        (Some(first), _) if first.starts_with(CSV) => Some(CSV.to_string()),
        _ => Some([rendered, others].concat().join(", ")),
    }
}

fn is_rendered(name: &str) -> bool {
    let base = name.split(';').next().unwrap_or(name);
    RENDERED.contains(&base) || VENDORED.iter().any(|vendored| base.starts_with(vendored))
}

/// Returns a type in lower case, its parameters and its sort key; none if it is refused.
fn weighed(entry: &str) -> Option<(String, (f64, isize))> {
    let mut parts = entry.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?.to_ascii_lowercase();
    let mut quality = 1.0;
    let mut kept = vec![name];
    for part in parts {
        match part.split_once('=') {
            Some((q, value)) if q.trim().eq_ignore_ascii_case("q") => {
                quality = value.trim().parse().ok().filter(|q: &f64| q.is_finite()).unwrap_or(1.0);
            }
            _ => kept.push(part.to_string()),
        }
    }
    let says = kept.len() as isize - 1 - kept[0].matches('*').count() as isize;
    (quality > 0.0).then(|| (kept.join(";"), (quality, says)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dearest_type_that_is_rendered_stands_in_front() {
        for (accept, expected) in [
            ("*/*", Some("*/*")),
            ("text/csv", Some("text/csv")),
            ("Text/CSV; header=present", Some("text/csv")),
            ("text/csv;q=0", None),
            ("text/csv; Q=0.000", None),
            ("text/csv;q=-1, text/html;q=0", None),
            ("text/csv;q=0, */*", Some("*/*")),
            ("text/csv;q=0.1, application/json", Some("application/json, text/csv")),
            ("application/json;q=0.5, text/csv;q=0.9", Some("text/csv")),
            ("*/*, text/csv", Some("text/csv")),
            ("text/html, text/csv", Some("text/csv")),
            ("text/html, */*;q=0.8", Some("*/*, text/html")),
            ("text/csv;q=x, application/json", Some("text/csv")),
            ("text/csv;q=NaN", Some("text/csv")),
            ("image/png", Some("image/png")),
            (
                "application/json;q=0.9, application/vnd.pgrst.object+json;nulls=stripped",
                Some("application/vnd.pgrst.object+json;nulls=stripped, application/json"),
            ),
            (", ,", None),
        ] {
            assert_eq!(taken(accept).as_deref(), expected, "{accept}");
        }
    }
}
