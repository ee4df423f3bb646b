//! Refusals in PostgREST's form.

use crate::bounded;
use crate::bounds::TooComplex;
use crate::pages::Unsatisfiable;
use crate::tokens::InvalidToken;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

pub fn refusal(
    status: StatusCode,
    code: &str,
    message: &str,
    details: Option<&str>,
) -> Response<Body> {
    let body = json!({"code": code, "message": message, "details": details, "hint": null});
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}

/// Refuses a request whose response would differ from PostgREST's.
pub fn not_supported(details: &str) -> Response<Body> {
    let message = "Feature not implemented";
    refusal(StatusCode::BAD_REQUEST, "PGRST127", message, Some(details))
}

/// This server has no OpenAPI document. PostgREST returns this where the document is disabled.
pub fn no_description() -> Response<Body> {
    let message = "Root endpoint metadata is disabled";
    refusal(StatusCode::NOT_FOUND, "PGRST126", message, None)
}

pub fn unreachable_database() -> Response<Body> {
    let details = "The database is out of reach or every connection is in use.";
    let message = "Database connection error";
    refusal(StatusCode::SERVICE_UNAVAILABLE, "PGRST000", message, Some(details))
}

/// No connection became free in time.
pub fn no_connection() -> Response<Body> {
    let message = "Timed out acquiring connection from connection pool.";
    let mut response = refusal(StatusCode::SERVICE_UNAVAILABLE, "PGRST003", message, None);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

/// The request waited too long for the caller's other requests.
pub fn too_many_at_once() -> Response<Body> {
    let message = "Too many requests at once: wait for the answers of others, then try again";
    let mut response = refusal(StatusCode::TOO_MANY_REQUESTS, "too_many_at_once", message, None);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

pub fn invalid_preferences(unknown: &[&str]) -> Response<Body> {
    let message = "Invalid preferences given with handling=strict";
    let details = format!("Invalid preferences: {}", unknown.join(", "));
    refusal(StatusCode::BAD_REQUEST, "PGRST122", message, Some(&details))
}

/// `max-affected` limits the rows that a function returns, and this one returns a single value.
pub fn no_limit_of_affected() -> Response<Body> {
    let message = "Function must return SETOF or TABLE when max-affected preference is used with handling=strict";
    refusal(StatusCode::BAD_REQUEST, "PGRST128", message, None)
}

pub fn no_media_type(accept: &str) -> Response<Body> {
    let message = format!("None of these media types are available: {accept}");
    refusal(StatusCode::NOT_ACCEPTABLE, "PGRST107", &message, None)
}

pub fn no_page(unsatisfiable: Unsatisfiable) -> Response<Body> {
    let message = "Requested range not satisfiable";
    let details = Some(unsatisfiable.details());
    refusal(StatusCode::RANGE_NOT_SATISFIABLE, "PGRST103", message, details)
}

/// The request exceeds a bound.
pub fn too_complex(TooComplex(details): TooComplex) -> Response<Body> {
    let message = "The request is too complex";
    refusal(StatusCode::BAD_REQUEST, "request_too_complex", message, Some(&details))
}

/// The response exceeds the bound.
pub fn too_large() -> Response<Body> {
    let message = "The answer is too large: ask for fewer rows, columns or related tables";
    let details = format!("It may have {} bytes", bounded::ANSWER);
    refusal(StatusCode::BAD_REQUEST, bounded::ANSWER_TOO_LARGE, message, Some(&details))
}

pub fn no_column(relation: &str, column: &str) -> Response<Body> {
    let message = format!("column {relation}.{column} does not exist");
    refusal(StatusCode::BAD_REQUEST, "42703", &message, None)
}

/// The token is signed, and has a form that the stack's other servers refuse too.
pub fn invalid_token(InvalidToken(message): InvalidToken) -> Response<Body> {
    let mut response = refusal(StatusCode::UNAUTHORIZED, "PGRST301", message, None);
    let challenge = format!("Bearer error=\"invalid_token\", error_description=\"{message}\"");
    let challenge = HeaderValue::try_from(challenge).expect("the messages are ASCII");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    response
}

/// PostgREST requests authentication from anonymous callers without the permission.
pub fn denied(kind: &str, name: &str, anonymous: bool) -> Response<Body> {
    let message = format!("permission denied for {kind} {name}");
    let mut response = refusal(StatusCode::FORBIDDEN, "42501", &message, None);
    if anonymous {
        *response.status_mut() = StatusCode::UNAUTHORIZED;
        let bearer = HeaderValue::from_static("Bearer");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, bearer);
    }
    response
}

/// Changes 401 into 403.
pub fn forbid(response: &mut Response<Bytes>) {
    *response.status_mut() = StatusCode::FORBIDDEN;
    response.headers_mut().remove(header::WWW_AUTHENTICATE);
}

/// Returns the `code` and the `message` of an error.
pub fn reason(response: &Response<Bytes>) -> Option<(String, String)> {
    if response.status().as_u16() < 400 {
        return None;
    }
    let body: Value = serde_json::from_slice(response.body()).ok()?;
    let text = |key: &str| Some(body.get(key)?.as_str()?.to_string());
    Some((text("code")?, text("message").unwrap_or_default()))
}

/// Adds the character set to the content type, as PostgREST does.
pub fn name_charset(response: &mut Response<Bytes>) {
    let headers = response.headers_mut();
    if headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json") {
        headers.insert(header::CONTENT_TYPE, JSON);
    }
}

/// Adds the number of written rows, which Postrust omits, to `Content-Range`.
pub fn count_written(response: &mut Response<Bytes>, rows: usize) {
    let Some(range) = response.headers_mut().get_mut(header::CONTENT_RANGE) else {
        return;
    };
    let counted =
        range.to_str().ok().and_then(|range| Some(format!("{}/{rows}", range.strip_suffix("/*")?)));
    if let Some(Ok(counted)) = counted.map(HeaderValue::try_from) {
        *range = counted;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, name: header::HeaderName, value: &str, body: &str) -> Response<Bytes> {
        let response = Response::builder().status(status).header(name, value);
        response.body(Bytes::copy_from_slice(body.as_bytes())).unwrap()
    }

    #[test]
    fn only_a_refusal_has_a_reason() {
        let body = r#"{"code":"42501","message":"permission denied"}"#;
        let answer = |status, body| answer(status, header::CONTENT_TYPE, "application/json", body);
        let reason_given = ("42501".to_string(), "permission denied".to_string());
        assert_eq!(reason(&answer(401, body)), Some(reason_given));
        assert_eq!(reason(&answer(200, body)), None);
        assert_eq!(reason(&answer(500, "")), None);
        assert_eq!(reason(&answer(500, "[]")), None);
    }

    #[test]
    fn a_forbidden_answer_asks_for_no_token() {
        let mut response = answer(401, header::WWW_AUTHENTICATE, "Bearer", "");
        forbid(&mut response);
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
        assert!(response.headers().is_empty());
    }

    #[test]
    fn an_anonymous_caller_is_asked_who_they_are() {
        assert_eq!(denied("table", "t", true).status(), StatusCode::UNAUTHORIZED);
        assert_eq!(denied("table", "t", false).status(), StatusCode::FORBIDDEN);
    }

    #[test]
    fn rows_written_are_counted_where_no_count_is() {
        for (range, counted) in [("*/*", "*/3"), ("0-2/*", "0-2/3"), ("0-2/9", "0-2/9")] {
            let mut response = answer(200, header::CONTENT_RANGE, range, "");
            count_written(&mut response, 3);
            assert_eq!(response.headers()[header::CONTENT_RANGE], counted);
        }
    }
}
