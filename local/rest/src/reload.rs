//! The state in use, and its replacement on `notify pgrst`.

use crate::rest::Rest;
use crate::seats::Seats;
use crate::settings::Variables;
use crate::windows::Counter;
use anyhow::Result;
use sqlx::postgres::PgListener;
use std::path::Path;
use std::sync::{Arc, RwLock};
use std::time::Duration;

/// The folder of the counts that outlive a restart.
const COUNTERS: &str = "REST_COUNTERS";
const RETRY: Duration = Duration::from_secs(1);

/// The current state. Every clone sees a replacement.
#[derive(Clone)]
pub struct Current {
    environment: Arc<Variables>,
    rest: Arc<RwLock<Arc<Rest>>>,
    /// The counts outlive a reload.
    pub counter: Arc<Counter>,
    pub seats: Arc<Seats>,
}

impl Current {
    pub async fn load(environment: Variables) -> Result<Self> {
        let rest = Rest::load(&environment).await?;
        let config = rest.config();
        let connecting = Duration::from_secs(config.db_pool_timeout);
        let seats = Seats::new(config.db_pool_size as usize, connecting);
        let kept = environment.iter().find(|(name, _)| name == COUNTERS);
        let counter = Counter::kept_in(kept.map(|(_, folder)| Path::new(folder)));
        Ok(Self {
            environment: Arc::new(environment),
            rest: Arc::new(RwLock::new(Arc::new(rest))),
            counter: Arc::new(counter),
            seats: Arc::new(seats),
        })
    }

    pub fn get(&self) -> Arc<Rest> {
        self.rest.read().unwrap_or_else(|e| e.into_inner()).clone()
    }

    /// Reads everything again on new connections: a statement prepared before a table changed fails
    /// after it.
    async fn reload(&self) -> Result<()> {
        let fresh = Arc::new(Rest::load(&self.environment).await?);
        let old =
            std::mem::replace(&mut *self.rest.write().unwrap_or_else(|e| e.into_inner()), fresh);
        tokio::spawn(retire(old));
        Ok(())
    }
}

/// Closes a state's connections after its last request.
async fn retire(old: Arc<Rest>) {
    while Arc::strong_count(&old) > 1 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    old.pool().close().await;
}

/// Reloads on every notification. After a failure it connects again and reloads at once, since the
/// schema may have changed; the old state serves until then.
pub async fn follow(current: Current) {
    let mut failed_before = false;
    loop {
        if let Err(error) = listen(&current, failed_before).await {
            tracing::warn!("the schema could not be reloaded, trying again: {error}");
        }
        failed_before = true;
        tokio::time::sleep(RETRY).await;
    }
}

async fn listen(current: &Current, reload_first: bool) -> Result<()> {
    let config = current.get().config().clone();
    let mut listener = PgListener::connect(&config.db_uri).await?;
    listener.listen(&config.db_channel).await?;
    if reload_first {
        current.reload().await?;
    }
    while listener.try_recv().await?.is_some() {
        while listener.next_buffered().is_some() {}
        current.reload().await?;
    }
    Ok(())
}
