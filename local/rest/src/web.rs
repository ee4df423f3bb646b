//! The routes: the API, and the health checks on a port of their own.

use crate::answer::refusal;
use crate::exchange;
use crate::limits::{self, Sender};
use crate::reload::Current;
use crate::windows;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{self, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
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

/// The headers that a browser may read: those of PostgREST, those of the limits, and the request's id.
const READABLE_HEADERS: [HeaderName; 12] = [
    header::CONTENT_ENCODING,
    header::CONTENT_LOCATION,
    header::CONTENT_RANGE,
    header::CONTENT_TYPE,
    header::DATE,
    header::LOCATION,
    HeaderName::from_static("range-unit"),
    header::RETRY_AFTER,
    windows::ALLOWED,
    windows::REMAINING,
    windows::RESET,
    HeaderName::from_static("x-request-id"),
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

/// Serves the routes below this path only; everywhere if it is empty.
pub fn below(path: &str, routes: Router) -> Router {
    if path.is_empty() {
        return routes;
    }
    let refuse = || async {
        refusal(StatusCode::FORBIDDEN, "PGRST127", "This port is for servers of the stack", None)
    };
    Router::new().nest_service(path, routes).fallback(refuse)
}

async fn answer(State(current): State<Current>, request: Request) -> Response {
    exchange::answer(current.get(), &current.counter, &current.seats, request).await
}

/// `/live` responds if the process runs, `/ready` if it reaches the database. `/admit` counts a read
/// that the gateway sends to another service, and responds 429 above the limit; `/admit/rest` does so
/// for reads of the API where another server serves it.
pub fn admin(current: Current) -> Router {
    Router::new()
        .route("/live", get(|| async { StatusCode::OK }))
        .route("/ready", get(ready))
        .route("/admit", get(admit))
        .route("/admit/rest", get(admit_rest))
        .with_state(current)
}

async fn ready(State(current): State<Current>) -> StatusCode {
    match sqlx::query("select 1").execute(current.get().pool()).await {
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

async fn admit_rest(current: State<Current>, headers: HeaderMap) -> Response {
    match forwarded(&headers) {
        Some(request) if !exchange::reads(&current.get(), &request).await => Response::default(),
        Some(request) => {
            let function = exchange::function(&current.get(), &request);
            counted(current, headers, function.as_deref()).await
        }
        None => refusal(StatusCode::BAD_REQUEST, "PGRST127", "not from a gateway", None),
    }
}

/// Returns the request of which the gateway sends method and path.
fn forwarded(headers: &HeaderMap) -> Option<http::Request<()>> {
    let header = |name: &str| headers.get(name)?.to_str().ok();
    let request = http::Request::builder()
        .method(header("x-forwarded-method")?)
        .uri(header("x-forwarded-uri")?);
    let (mut parts, body) = request.body(()).ok()?.into_parts();
    parts.headers = headers.clone();
    Some(http::Request::from_parts(parts, body))
}

async fn admit(current: State<Current>, headers: HeaderMap) -> Response {
    counted(current, headers, None).await
}

/// Uses the key as the token if there is no token, as the gateway does.
async fn counted(
    State(current): State<Current>,
    mut headers: HeaderMap,
    function: Option<&str>,
) -> Response {
    if let (None, Some(key)) = (headers.get(header::AUTHORIZATION), headers.get("apikey")) {
        let bearer = [b"Bearer ", key.as_bytes()].concat();
        if let Ok(bearer) = HeaderValue::try_from(bearer) {
            headers.insert(header::AUTHORIZATION, bearer);
        }
    }
    let mut response = Response::new(Body::empty());
    let rest = current.get();
    let sender = Sender::of(&rest, &headers).await;
    match limits::admit(&current.counter, &rest, &sender, function) {
        Some(admission) if !admission.admitted => return admission.refused(),
        Some(admission) => admission.add_headers(response.headers_mut()),
        None => {}
    }
    response
}
