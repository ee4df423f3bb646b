//! Limits on reads and failed writes.
//!
//! This process counts reads, since PostgREST's transactions for reads cannot write, and failed writes,
//! since a rollback leaves nothing in the database. The request check in the database counts the other
//! writes. Only requests through the gateway are counted; services of the stack call this server
//! directly.

use crate::rest::Rest;
use crate::settings::Variables;
use crate::windows::{Admission, Counter, Entered};
use anyhow::Result;
use axum::http::{HeaderMap, HeaderValue};
use sqlx::{AssertSqlSafe, PgPool};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

/// The table of limits, SCHEMA.NAME; without it this process limits nothing.
const TABLE: &str = "REST_RATE_LIMITS";

const READABLE: &str = "
    select exists (
        select from pg_catalog.pg_class as c
        join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
        where n.nspname = $1 and c.relname = $2
          and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select'))";

/// The role of the project's own servers: it has neither a user nor one address.
const SERVICE: &str = "service_role";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    pub requests: usize,
    pub window: Duration,
}

/// Limits by role and kind; a role without one is not limited.
pub type Limits = HashMap<(String, Kind), Limit>;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Read,
    Write,
    /// Calls of one function that reads, by its path, as `rpc/suggest`; they do not count as reads.
    Call(String),
}

/// Reads the table that the environment names; returns none before its migration.
pub async fn read(pool: &PgPool, environment: &Variables) -> Result<Limits> {
    let Some((schema, table)) = named(environment) else { return Ok(Limits::new()) };
    let readable = sqlx::query_scalar::<_, bool>(READABLE).bind(schema).bind(table);
    if !readable.fetch_one(pool).await? {
        return Ok(Limits::new());
    }
    let query = rows_of(schema, table);
    let rows: Vec<(String, String, i32, i32)> =
        sqlx::query_as(AssertSqlSafe(query)).fetch_all(pool).await?;
    let limit = |(role, scope, requests, seconds): (String, String, i32, i32)| {
        let kind = kind_of(scope);
        let window = Duration::from_secs(seconds.unsigned_abs().into());
        ((role, kind), Limit { requests: requests.unsigned_abs() as usize, window })
    };
    Ok(rows.into_iter().map(limit).collect())
}

fn kind_of(scope: String) -> Kind {
    match scope.as_str() {
        "read" => Kind::Read,
        "write" => Kind::Write,
        _ => Kind::Call(scope),
    }
}

/// Returns schema and name of the table; none if the environment names none.
fn named(environment: &Variables) -> Option<(&str, &str)> {
    let (_, name) = environment.iter().find(|(variable, _)| variable == TABLE)?;
    name.split_once('.')
}

fn rows_of(schema: &str, table: &str) -> String {
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    format!(
        "select role, scope, requests, window_seconds from {}.{} \
         where scope in ('read', 'write') or scope like 'rpc/%'",
        quoted(schema),
        quoted(table)
    )
}

/// The unit of counting: a user, or for `anon` and invalid tokens the network of the client.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Caller {
    User(String),
    Network(Option<IpAddr>),
    /// The servers of the project itself.
    Service,
}

impl Caller {
    /// Returns the caller whose calls of one function are counted apart from its other requests.
    fn of_call(self, path: &str) -> Self {
        Self::User(match self {
            Self::User(user) => format!("{path} user {user}"),
            Self::Network(Some(address)) => format!("{path} network {address}"),
            Self::Network(None) => format!("{path} network"),
            Self::Service => format!("{path} service"),
        })
    }
}

/// The sender of a request.
#[derive(Clone, Debug)]
pub struct Sender {
    role: String,
    pub caller: Caller,
    /// Whether the request came through the gateway.
    through_gateway: bool,
}

impl Sender {
    pub async fn of(rest: &Rest, headers: &HeaderMap) -> Self {
        let addresses = headers.get("x-forwarded-for");
        let (role, user) = rest.caller(headers).await;
        let caller = match user {
            _ if role == SERVICE => Caller::Service,
            Some(user) => Caller::User(user),
            None => Caller::Network(network(headers.get("cf-connecting-ip"), addresses)),
        };
        Self { role, caller, through_gateway: addresses.is_some() }
    }

    fn limited(&self, rest: &Rest, kind: &Kind) -> Option<(Caller, Limit)> {
        let limit = rest.limits().get(&(self.role.clone(), kind.clone()))?;
        self.through_gateway.then(|| (self.caller.clone(), *limit))
    }
}

/// Only the gateway of another stack, which uses this server as a guest and has counted the request,
/// sends the prefix that it removed. The gateway of this stack removes that header from clients'
/// requests.
pub fn counted_before(headers: &HeaderMap) -> bool {
    headers.contains_key("x-forwarded-prefix")
}

/// Counts a read of the caller; returns none if the caller has no limit. Calls of a function with a limit
/// of its own count against that one alone.
pub fn admit(
    counter: &Counter,
    rest: &Rest,
    sender: &Sender,
    function: Option<&str>,
) -> Option<Admission> {
    let call = function.map(|name| format!("rpc/{name}"));
    let own = call.and_then(|path| {
        let (caller, limit) = sender.limited(rest, &Kind::Call(path.clone()))?;
        Some((caller.of_call(&path), limit))
    });
    let (caller, limit) = own.or_else(|| sender.limited(rest, &Kind::Read))?;
    Some(counter.read(caller, limit))
}

/// Admits a write of the caller, which may fail; returns none if the caller has no limit.
pub fn enter<'a>(
    counter: &'a Counter,
    rest: &Rest,
    sender: &Sender,
) -> Option<Result<Entered<'a>, Admission>> {
    let (caller, limit) = sender.limited(rest, &Kind::Write)?;
    Some(counter.enter(caller, limit))
}

/// Returns the network as the database reads it: the address from a proxy before the gateway, otherwise
/// that of the gateway's client. Of an IPv6 address it is the prefix, since one customer has a whole
/// one.
fn network(proxied: Option<&HeaderValue>, forwarded: Option<&HeaderValue>) -> Option<IpAddr> {
    let values = proxied.into_iter().chain(forwarded).filter_map(|value| value.to_str().ok());
    let mut last_hops = values.filter_map(|hops| hops.rsplit(',').next()?.trim().parse().ok());
    match last_hops.next().map(|address: IpAddr| address.to_canonical())? {
        IpAddr::V6(address) => Some(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into()),
        address => Some(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(proxied: Option<&str>, forwarded: &str) -> Option<String> {
        let value = |text: &str| HeaderValue::try_from(text).unwrap();
        network(proxied.map(value).as_ref(), Some(&value(forwarded))).map(|found| found.to_string())
    }

    #[test]
    fn the_table_of_limits_is_named_by_the_environment_and_quoted() {
        let variables = |value: &str| vec![(TABLE.to_string(), value.to_string())];
        assert_eq!(named(&variables("app.limits")), Some(("app", "limits")));
        assert_eq!(named(&variables("")), None);
        assert_eq!(named(&Variables::new()), None);
        assert!(rows_of("a\"b", "c d").contains(" from \"a\"\"b\".\"c d\" where "));
    }

    #[test]
    fn a_scope_is_reads_writes_or_calls_of_a_function() {
        let kinds = ["read", "write", "rpc/suggest"].map(|scope| kind_of(scope.to_string()));
        assert_eq!(kinds, [Kind::Read, Kind::Write, Kind::Call("rpc/suggest".to_string())]);
    }

    #[test]
    fn calls_of_a_function_are_counted_apart() {
        let network = Caller::Network("203.0.113.7".parse().ok());
        let apart = network.clone().of_call("rpc/suggest");
        assert_eq!(apart, Caller::User("rpc/suggest network 203.0.113.7".to_string()));
        assert_ne!(apart, network.of_call("rpc/other"));
    }

    #[test]
    fn an_address_is_the_last_that_was_added_or_the_proxys_word() {
        for (proxied, forwarded, expected) in [
            (None, "203.0.113.7", Some("203.0.113.7")),
            (None, "10.0.0.1, 203.0.113.7", Some("203.0.113.7")),
            (Some("198.51.100.2"), "10.0.0.1", Some("198.51.100.2")),
            (Some("unknown"), "203.0.113.7", Some("203.0.113.7")),
            (None, "2001:db8:1:2:3:4:5:6", Some("2001:db8:1:2::")),
            (None, "::ffff:203.0.113.7", Some("203.0.113.7")),
            (None, "unknown", None),
            (None, "", None),
        ] {
            assert_eq!(address(proxied, forwarded).as_deref(), expected, "{forwarded}");
        }
    }
}
