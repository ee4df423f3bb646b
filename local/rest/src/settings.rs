//! The configuration: the environment, overridden by settings in the database.
//!
//! As in PostgREST, `alter role authenticator set pgrst.db_pre_request = '…'` configures the
//! server, and `alter role anon set statement_timeout = '3s'` limits that role's requests.

use anyhow::Result;
use postrust_core::config::RoleSettings;
use postrust_core::{AppConfig, IsolationLevel};
use sqlx::PgPool;

pub type Variables = Vec<(String, String)>;

const OWN_SETTINGS: &str = "
    select distinct on (name) name, value
    from pg_catalog.pg_db_role_setting as stored
    cross join unnest(stored.setconfig) as entry
    cross join lateral (
        select split_part(entry, '=', 1) as name, substr(entry, strpos(entry, '=') + 1) as value
    ) as setting
    where stored.setrole = current_user::regrole
      and stored.setdatabase in (
          0, (select oid from pg_catalog.pg_database where datname = current_catalog))
      and name like 'pgrst.%'
    order by name, stored.setdatabase desc";

const ROLE_SETTINGS: &str = "
    select granted.rolname::text, name, case
        when name <> 'statement_timeout' then value
        when value ~ '^[0-9]+$' then value
        else (extract(epoch from value::interval) * 1000)::bigint::text
    end
    from pg_catalog.pg_auth_members as membership
    join pg_catalog.pg_roles as granted on granted.oid = membership.roleid
    cross join unnest(granted.rolconfig) as entry
    cross join lateral (
        select split_part(entry, '=', 1) as name, substr(entry, strpos(entry, '=') + 1) as value
    ) as setting
    where membership.member = current_user::regrole
      and name in ('statement_timeout', 'default_transaction_isolation')";

/// Returns the environment variables that are text.
pub fn environment() -> Variables {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// Returns the configuration of the environment, overridden by the database.
pub async fn read(pool: &PgPool, environment: &Variables) -> Result<AppConfig> {
    let own: Variables = sqlx::query_as(OWN_SETTINGS).fetch_all(pool).await?;
    let mut config = AppConfig::try_from_vars(merged(environment, own))?;
    let roles: Vec<(String, String, String)> =
        sqlx::query_as(ROLE_SETTINGS).fetch_all(pool).await?;
    for (role, name, value) in roles {
        apply(config.role_settings.entry(role).or_default(), &name, &value);
    }
    Ok(config)
}

/// `pgrst.db_max_rows` in the database overrides `PGRST_DB_MAX_ROWS` of the environment.
fn merged(environment: &Variables, own: Variables) -> Variables {
    let own =
        own.into_iter().map(|(name, value)| (name.replace('.', "_").to_ascii_uppercase(), value));
    environment.iter().cloned().chain(own).collect()
}

fn apply(settings: &mut RoleSettings, name: &str, value: &str) {
    match name {
        "statement_timeout" => settings.statement_timeout = value.parse().ok(),
        _ => settings.isolation_level = IsolationLevel::parse_config(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> Variables {
        pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
    }

    #[test]
    fn a_setting_in_the_database_wins_over_the_environment() {
        let environment = variables(&[("PGRST_DB_MAX_ROWS", "1000"), ("PATH", "/bin")]);
        let own = variables(&[("pgrst.db_max_rows", "5"), ("pgrst.db_pre_request", "a.b")]);
        let config = AppConfig::try_from_vars(merged(&environment, own)).unwrap();
        assert_eq!(config.db_max_rows, Some(5));
        assert_eq!(config.db_pre_request.as_deref(), Some("a.b"));
    }

    #[test]
    fn a_role_carries_its_timeout_and_its_isolation() {
        let mut settings = RoleSettings::default();
        apply(&mut settings, "statement_timeout", "3000");
        apply(&mut settings, "default_transaction_isolation", "repeatable read");
        assert_eq!(settings.statement_timeout, Some(3000));
        assert_eq!(settings.isolation_level, Some(IsolationLevel::RepeatableRead));
    }
}
