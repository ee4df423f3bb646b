//! How many reads a caller may ask for: counted here, where requests enter, since PostgREST's
//! transactions for reads cannot write. Writes are counted by the database, in its request
//! check, but for those that fail: what is rolled back leaves nothing there, so these are counted
//! here, apart.
//! What is counted is whom the gateway passed on; who asks past the gateway is part of the stack.

use crate::rest::Rest;
use crate::settings::Variables;
use crate::windows::{Admission, Counter, Entered};
use anyhow::Result;
use axum::http::{HeaderMap, HeaderValue};
use sqlx::{AssertSqlSafe, PgPool};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

/// The table of limits, SCHEMA.NAME; without it nothing is limited here.
const TABLE: &str = "REST_RATE_LIMITS";

const READABLE: &str = "
    select exists (
        select from pg_catalog.pg_class as c
        join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
        where n.nspname = $1 and c.relname = $2
          and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select'))";

/// Its requests are the project's own servers': no user's, and of no one address.
const SERVICE: &str = "service_role";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    pub requests: usize,
    pub window: Duration,
}

/// By role and kind; a role without one is not limited.
pub type Limits = HashMap<(String, Kind), Limit>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Read,
    Write,
}

/// The rows of the table that the environment names; none before the migration that makes it.
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
        let kind = if scope == "read" { Kind::Read } else { Kind::Write };
        let window = Duration::from_secs(seconds.unsigned_abs().into());
        ((role, kind), Limit { requests: requests.unsigned_abs() as usize, window })
    };
    Ok(rows.into_iter().map(limit).collect())
}

/// Schema and name of the table; none where the environment names none.
fn named(environment: &Variables) -> Option<(&str, &str)> {
    let (_, name) = environment.iter().find(|(variable, _)| variable == TABLE)?;
    name.split_once('.')
}

fn rows_of(schema: &str, table: &str) -> String {
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    format!(
        "select role, scope, requests, window_seconds from {}.{} where scope in ('read', 'write')",
        quoted(schema),
        quoted(table)
    )
}

/// Who is counted: a user, or for `anon` and for tokens that are not good the network they ask from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Caller {
    User(String),
    Network(Option<IpAddr>),
    /// The servers of the project itself.
    Service,
}

/// Who sent a request.
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

    fn limited(&self, rest: &Rest, kind: Kind) -> Option<(Caller, Limit)> {
        let limit = rest.limits().get(&(self.role.clone(), kind))?;
        self.through_gateway.then(|| (self.caller.clone(), *limit))
    }
}

/// A gateway that tells which prefix it took away is that of another stack, where this server is a
/// guest: it has counted what it passes on. Our own lets nobody else tell.
pub fn counted_before(headers: &HeaderMap) -> bool {
    headers.contains_key("x-forwarded-prefix")
}

/// Count one read of the caller; none where nothing limits them.
pub fn admit(counter: &Counter, rest: &Rest, sender: &Sender) -> Option<Admission> {
    let (caller, limit) = sender.limited(rest, Kind::Read)?;
    Some(counter.read(caller, limit))
}

/// Let a write of the caller in, which may fail; none where nothing limits them.
pub fn enter<'a>(
    counter: &'a Counter,
    rest: &Rest,
    sender: &Sender,
) -> Option<Result<Entered<'a>, Admission>> {
    let (caller, limit) = sender.limited(rest, Kind::Write)?;
    Some(counter.enter(caller, limit))
}

/// As the database reads it: what a proxy before the gateway says, else who asked the
/// gateway. Of an IPv6 address the network, since one customer has a whole one.
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
