//! The state of the server: configuration, pool and schema as last read.

use crate::database::Database;
use crate::limits::{self, Limits};
use crate::schema::{self, Types};
use crate::settings::{self, Variables};
use crate::tokens;
use anyhow::Result;
use axum::http::HeaderMap;
use postrust_core::api_request::QualifiedIdentifier;
use postrust_core::schema_cache::FuncVolatility;
use postrust_core::{AppConfig, SchemaCache};
use postrust_engine::State;
use postrust_server::AppState;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use std::collections::HashMap;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::RwLockReadGuard;

/// Time after which the database ends a statement whose connection was closed.
const GIVEN_UP: &str = "250ms";
/// Connections beyond those of requests: for the health check, and for one that is being closed.
const SPARE: u32 = 2;

pub struct Rest {
    app: AppState,
    /// Has the declared types of columns, and no `db_max_rows`.
    writes: AppState,
    withheld: HashMap<QualifiedIdentifier, String>,
    limits: Limits,
}

impl Rest {
    /// Connects, and reads the configuration and the schema.
    pub async fn load(environment: &Variables) -> Result<Self> {
        let start = AppConfig::try_from_vars(environment.clone())?;
        let pool = connect(&start, &[]).await?;
        let catalog =
            connect(&start, &[("default_transaction_isolation", "repeatable read")]).await?;
        let config = settings::read(&pool, environment).await?;
        let schemas = &config.db_schemas;
        let path = &config.db_extra_search_path;
        let cache = SchemaCache::load_with_search_path(&catalog, schemas, path).await?;
        catalog.close().await;
        tracing::info!("{}", cache.summary());
        let types = Types::read(&pool, schemas).await?;
        let mut unpaged = config.clone();
        unpaged.db_max_rows = None;
        Ok(Self {
            withheld: schema::withheld(&cache, &pool, schemas).await?,
            limits: limits::read(&pool, environment).await?,
            writes: AppState::new(pool.clone(), schema::written(cache.clone()), unpaged)?,
            app: AppState::new(pool, schema::read(cache, &types), config)?,
        })
    }

    pub fn config(&self) -> &AppConfig {
        &self.app.config
    }

    pub fn pool(&self) -> &PgPool {
        &self.app.pool
    }

    pub async fn schema(&self) -> RwLockReadGuard<'_, SchemaCache> {
        self.app.schema_cache().await
    }

    /// Returns the kind of the relation if it exists and no role of the API may access it.
    pub fn withheld(&self, name: &QualifiedIdentifier) -> Option<&str> {
        self.withheld.get(name).map(String::as_str)
    }

    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Returns the role and the user of a request; without a valid token the anonymous role and no user.
    pub async fn caller(&self, headers: &HeaderMap) -> (String, Option<String>) {
        let anonymous = self.config().db_anon_role.clone().unwrap_or_default();
        if tokens::check(headers).is_err() {
            return (anonymous, None);
        }
        match postrust_engine::authenticate(&self.app, headers).await {
            Ok(caller) if caller.role != anonymous => {
                let user = caller.get_claim("sub").and_then(|sub| sub.as_str());
                let user = user.map(str::to_string);
                (caller.role, user)
            }
            _ => (anonymous, None),
        }
    }

    /// Returns whether every function of this name is declared not to write.
    pub async fn never_writes(&self, function: &QualifiedIdentifier) -> bool {
        let schema = self.schema().await;
        let overloads = schema.get_routines(function);
        overloads.is_some_and(|routines| {
            routines.iter().all(|routine| routine.volatility != FuncVolatility::Volatile)
        })
    }

    /// Returns whether every function of this name returns rows.
    pub async fn returns_sets(&self, function: &QualifiedIdentifier) -> bool {
        let schema = self.schema().await;
        let overloads = schema.get_routines(function);
        overloads.is_none_or(|routines| {
            routines.iter().all(|routine| routine.return_type.is_set_returning())
        })
    }

    /// Returns whether the request runs as the anonymous role, with a token of that role or without one.
    pub async fn is_anonymous(&self, headers: &HeaderMap) -> bool {
        let caller = postrust_engine::authenticate(&self.app, headers).await;
        caller.is_ok_and(|caller| Some(caller.role) == self.config().db_anon_role)
    }

    /// Returns the state for one request, with a schema of its own if it needs one.
    pub fn answering(
        self: Arc<Self>,
        writes: bool,
        schema: Option<Box<SchemaCache>>,
        database: Database,
    ) -> Answering {
        Answering { rest: self, writes, schema, database }
    }
}

/// Connects. The schema is read in one snapshot: half of a change would stay until the next one.
async fn connect(config: &AppConfig, settings: &[(&str, &str)]) -> Result<PgPool> {
    let mut options: PgConnectOptions = config.db_uri.parse()?;
    options = options.options([("client_connection_check_interval", GIVEN_UP)]);
    options = options.options(settings.iter().copied());
    if !config.db_prepared_statements {
        options = options.statement_cache_capacity(0);
    }
    Ok(PgPoolOptions::new()
        .max_connections(config.db_pool_size + SPARE)
        .acquire_timeout(Duration::from_secs(config.db_pool_timeout))
        .connect_with(options)
        .await?)
}

pub struct Answering {
    rest: Arc<Rest>,
    writes: bool,
    schema: Option<Box<SchemaCache>>,
    pub database: Database,
}

pub enum Schema<'a> {
    Shared(RwLockReadGuard<'a, SchemaCache>),
    Own(&'a SchemaCache),
}

impl Deref for Schema<'_> {
    type Target = SchemaCache;

    fn deref(&self) -> &SchemaCache {
        match self {
            Self::Shared(schema) => schema,
            Self::Own(schema) => schema,
        }
    }
}

impl Answering {
    fn app(&self) -> &AppState {
        match self.writes {
            true => &self.rest.writes,
            false => &self.rest.app,
        }
    }
}

impl State for Answering {
    type Db = Database;
    type SchemaCache<'a> = Schema<'a>;

    fn db(&self) -> &Database {
        &self.database
    }

    async fn schema_cache(&self) -> Schema<'_> {
        match &self.schema {
            Some(schema) => Schema::Own(schema),
            None => Schema::Shared(self.app().schema_cache().await),
        }
    }

    fn config(&self) -> &AppConfig {
        &self.app().config
    }

    fn jwt_config(&self) -> &postrust_auth::JwtConfig {
        &self.app().jwt_config
    }

    fn jwt_cache(&self) -> Option<&postrust_auth::JwtCache> {
        self.app().jwt_cache.as_ref()
    }
}
