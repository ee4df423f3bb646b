//! The routes: the API, and the health checks on a port of their own.

use crate::exchange;
use crate::reload::Current;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, Method, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use postrust_server::telemetry::RequestTraceLayer;
use std::time::Duration;
use tower_http::cors::{AllowHeaders, Any, CorsLayer};

const METHODS: [Method; 7] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PATCH,
    Method::PUT,
    Method::DELETE,
    Method::OPTIONS,
];

/// The headers PostgREST lets a browser read.
const READABLE_HEADERS: [HeaderName; 7] = [
    header::CONTENT_ENCODING,
    header::CONTENT_LOCATION,
    header::CONTENT_RANGE,
    header::CONTENT_TYPE,
    header::DATE,
    header::LOCATION,
    HeaderName::from_static("range-unit"),
];

pub fn api(current: Current) -> Router {
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods(METHODS)
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(READABLE_HEADERS)
        .max_age(Duration::from_secs(86_400));
    Router::new().fallback(answer).with_state(current).layer(cors).layer(RequestTraceLayer)
}

async fn answer(State(current): State<Current>, request: Request) -> Response {
    exchange::answer(current.get(), request).await
}

/// `/live` says that the process runs, `/ready` that it reaches the database.
pub fn admin(current: Current) -> Router {
    Router::new()
        .route("/live", get(|| async { StatusCode::OK }))
        .route("/ready", get(ready))
        .with_state(current)
}

async fn ready(State(current): State<Current>) -> StatusCode {
    match sqlx::query("select 1").execute(current.get().pool()).await {
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}
