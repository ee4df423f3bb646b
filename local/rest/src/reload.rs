//! The state in use, and its replacement on `notify pgrst`.

use crate::rest::Rest;
use crate::settings::Variables;
use crate::windows::Counter;
use anyhow::Result;
use sqlx::postgres::PgListener;
use std::sync::{Arc, RwLock};
use std::time::Duration;

const RETRY: Duration = Duration::from_secs(1);

/// The state requests are answered from. Every clone sees a replacement.
#[derive(Clone)]
pub struct Current {
    environment: Arc<Variables>,
    rest: Arc<RwLock<Arc<Rest>>>,
    /// Reads are counted on whatever is loaded anew.
    pub counter: Arc<Counter>,
}

impl Current {
    pub async fn load(environment: Variables) -> Result<Self> {
        let rest = Rest::load(&environment).await?;
        Ok(Self {
            environment: Arc::new(environment),
            rest: Arc::new(RwLock::new(Arc::new(rest))),
            counter: Arc::new(Counter::new()),
        })
    }

    pub fn get(&self) -> Arc<Rest> {
        self.rest.read().unwrap_or_else(|e| e.into_inner()).clone()
    }

    /// Read everything again on new connections: a statement prepared before a table changed fails
    /// after it.
    async fn reload(&self) -> Result<()> {
        let fresh = Arc::new(Rest::load(&self.environment).await?);
        let old =
            std::mem::replace(&mut *self.rest.write().unwrap_or_else(|e| e.into_inner()), fresh);
        tokio::spawn(retire(old));
        Ok(())
    }
}

/// Close a state's connections once its last request is answered.
async fn retire(old: Arc<Rest>) {
    while Arc::strong_count(&old) > 1 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    old.pool().close().await;
}

/// Reload on every notification. After a failure connect again and reload at once, since the
/// schema may have changed meanwhile; until that succeeds the old one serves.
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
