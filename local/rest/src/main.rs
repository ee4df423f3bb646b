//! The REST server of the embedded stack.
//!
//! Postrust serves the requests; these modules correct the responses that differ from PostgREST's, so
//! that a client of this server works with a hosted one. See README.md.

mod answer;
mod arguments;
mod bounded;
mod bounds;
mod database;
mod embedded;
mod exchange;
mod journal;
mod limits;
mod media;
mod names;
mod negotiation;
mod order;
mod pages;
mod patterns;
mod prefer;
mod query;
mod reload;
mod rest;
mod schema;
mod seats;
mod selection;
mod settings;
mod tokens;
mod web;
mod windows;
mod work;

use anyhow::{Context, Result};
use postrust_server::lenient_uri::{LenientListener, LenientUnixListener};
use reload::Current;
use std::ffi::OsStr;
use tokio::net::{TcpListener, UnixListener};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> Result<()> {
    start_log();
    let environment = settings::environment();
    let current = Current::load(environment).await?;
    let config = current.get().config().clone();
    let host = config.server_host.as_str();

    if let Some(path) = std::env::var_os("ADMIN_SOCKET") {
        let listener = listen_at(&path)?;
        tokio::spawn(axum::serve(listener, web::admin(current.clone())).into_future());
    }
    if config.db_channel_enabled {
        tokio::spawn(reload::follow(current.clone()));
    }
    let listener = listen(host, config.server_port).await?;
    tracing::info!("listening on http://{host}:{}", config.server_port);
    let own = web::below(&path_of_callers(), web::api(current.clone()));
    let own = axum::serve(LenientListener(listener), own).with_graceful_shutdown(stopped());
    let Some(path) = std::env::var_os("REST_SOCKET") else { return Ok(own.await?) };
    let gateway = LenientUnixListener(listen_at(&path)?);
    let gateway = axum::serve(gateway, web::api(current)).with_graceful_shutdown(stopped());
    tokio::try_join!(own.into_future(), gateway.into_future())?;
    Ok(())
}

/// Returns the secret path of the port, which the stack's own servers know: any account of the machine
/// reaches the port, and requests there may name any sender. It is empty where no gateway uses a socket.
fn path_of_callers() -> String {
    std::env::var("REST_PATH").unwrap_or_default()
}

/// Logs one JSON line per event, from the level of `PGRST_LOG_LEVEL` (or `RUST_LOG`) on; each request
/// is an event, found by its id.
fn start_log() {
    let level = match std::env::var("PGRST_LOG_LEVEL").as_deref() {
        Ok("crit") => "error".to_string(),
        Ok(level) => level.to_string(),
        Err(_) => "info".to_string(),
    };
    let filter = std::env::var("RUST_LOG").unwrap_or_else(|_| match level.as_str() {
        "info" => "warn,cinefluent_rest=info,postrust_server::telemetry=debug".to_string(),
        level => level.to_string(),
    });
    tracing_subscriber::fmt().json().with_env_filter(filter).init();
}

async fn listen(host: &str, port: u16) -> Result<TcpListener> {
    TcpListener::bind((host, port)).await.with_context(|| format!("cannot listen on {host}:{port}"))
}

/// Listens on a socket in a folder that only the owner can enter, since the listener trusts the gateway.
fn listen_at(path: &OsStr) -> Result<UnixListener> {
    let _ = std::fs::remove_file(path);
    UnixListener::bind(path).with_context(|| format!("cannot listen on {}", path.display()))
}

/// Resolves when the process receives a signal to stop.
async fn stopped() {
    let mut terminate = signal(SignalKind::terminate()).expect("SIGTERM can be listened to");
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
