//! The header `Prefer`, as PostgREST 14 reads it: it compares exact words, and applies the first
//! preference of each kind.

use std::collections::HashSet;

const KNOWN: [&str; 14] = [
    "count=estimated",
    "count=exact",
    "count=planned",
    "handling=lenient",
    "handling=strict",
    "missing=default",
    "missing=null",
    "resolution=ignore-duplicates",
    "resolution=merge-duplicates",
    "return=headers-only",
    "return=minimal",
    "return=representation",
    "tx=commit",
    "tx=rollback",
];
const TIMEZONE: &str = "timezone=";
const MAX_AFFECTED: &str = "max-affected=";

/// The preferences of a request.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Preferences<'a> {
    /// The known ones, one of each kind.
    pub known: Vec<&'a str>,
    pub unknown: Vec<&'a str>,
}

impl<'a> Preferences<'a> {
    /// Reads the header's values.
    pub fn read(values: impl Iterator<Item = &'a str>, timezones: &HashSet<String>) -> Self {
        let mut read = Self::default();
        let mut kinds = HashSet::new();
        let all = values.flat_map(|value| value.split(','));
        for preference in all.map(str::trim).filter(|preference| !preference.is_empty()) {
            let zone = preference.strip_prefix(TIMEZONE);
            let most = preference.strip_prefix(MAX_AFFECTED);
            let is_known = match zone {
                Some(zone) => timezones.contains(zone),
                None => most.is_some() || KNOWN.contains(&preference),
            };
            let kind = preference.split('=').next();
            if !is_known {
                read.unknown.push(preference);
            } else if kinds.insert(kind) && most.is_none_or(|most| most.parse::<i64>().is_ok()) {
                read.known.push(preference);
            }
        }
        read
    }

    pub fn is_strict(&self) -> bool {
        self.known.contains(&"handling=strict")
    }

    /// Returns whether the affected rows have a limit.
    pub fn limits_affected(&self) -> bool {
        self.is_strict() && self.known.iter().any(|known| known.starts_with(MAX_AFFECTED))
    }

    pub fn without_max_affected(mut self) -> Self {
        self.known.retain(|known| !known.starts_with(MAX_AFFECTED));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<'a>(values: &[&'a str]) -> Preferences<'a> {
        let timezones = HashSet::from(["UTC".to_string(), "Europe/Berlin".to_string()]);
        Preferences::read(values.iter().copied(), &timezones)
    }

    #[test]
    fn what_is_known_holds_once_for_each_kind() {
        for (values, known) in [
            (vec!["return=minimal,count=exact"], vec!["return=minimal", "count=exact"]),
            (vec!["count=exact, count=planned"], vec!["count=exact"]),
            (vec!["count=planned", " count=exact "], vec!["count=planned"]),
            (vec!["count=no,count=exact"], vec!["count=exact"]),
            (vec!["timezone=Europe/Berlin,timezone=UTC"], vec!["timezone=Europe/Berlin"]),
            (vec!["timezone=Mars/Base,timezone=UTC"], vec!["timezone=UTC"]),
            (vec!["max-affected=3,max-affected=5"], vec!["max-affected=3"]),
            (vec!["max-affected=many,max-affected=5"], vec![]),
            (vec![""], vec![]),
        ] {
            assert_eq!(read(&values).known, known, "{values:?}");
        }
    }

    #[test]
    fn what_is_not_known_is_said_back_where_it_is_strict() {
        let all = read(&["handling=strict, return=all, foo", "handling=lenient,timezone=,a=b"]);
        assert!(all.is_strict());
        assert_eq!(all.unknown, ["return=all", "foo", "timezone=", "a=b"]);
        for odd in
            ["return = minimal", "Return=minimal", "handling=strictly", "params=single-object"]
        {
            assert_eq!(read(&[odd]), Preferences { known: vec![], unknown: vec![odd] });
        }
    }

    #[test]
    fn a_limit_holds_where_it_is_strict() {
        assert!(read(&["max-affected=1,handling=strict"]).limits_affected());
        assert!(!read(&["max-affected=1"]).limits_affected());
        assert!(!read(&["handling=strict"]).limits_affected());
        let left = read(&["max-affected=1,handling=strict"]).without_max_affected();
        assert_eq!(left.known, ["handling=strict"]);
    }
}
