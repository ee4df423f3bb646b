//! Preferences, accepted types and pages of a request as PostgREST 14 reads them, in a form that
//! Postrust reads in the same way.

use crate::answer::{invalid_preferences, no_media_type, no_page};
use crate::media;
use crate::pages;
use crate::prefer::Preferences;
use axum::body::Body;
use axum::http::{HeaderValue, Method, Request, Response, Uri, header};
use std::collections::HashSet;

type Refused = Response<Body>;

/// Returns the request, and whether it limits the affected rows.
pub fn negotiated<B>(
    mut request: Request<B>,
    calls: bool,
    timezones: &HashSet<String>,
) -> Result<(Request<B>, bool), Refused> {
    let limits_affected = prefer(&mut request, calls, timezones)?;
    accept(&mut request)?;
    page(&mut request, calls)?;
    Ok((request, limits_affected))
}

/// `max-affected` limits changed and deleted rows, and the rows that a function returns.
fn prefer<B>(
    request: &mut Request<B>,
    calls: bool,
    timezones: &HashSet<String>,
) -> Result<bool, Refused> {
    let values = request.headers().get_all("prefer");
    let values: Vec<_> = values.iter().filter_map(|value| value.to_str().ok()).collect();
    let mut preferences = Preferences::read(values.into_iter(), timezones);
    if preferences.is_strict() && !preferences.unknown.is_empty() {
        return Err(invalid_preferences(&preferences.unknown));
    }
    if !calls && *request.method() != Method::PATCH && *request.method() != Method::DELETE {
        preferences = preferences.without_max_affected();
    }
    let limits_affected = preferences.limits_affected();
    let known = HeaderValue::try_from(preferences.known.join(", "));
    request.headers_mut().remove("prefer");
    if let Some(known) = known.ok().filter(|known| !known.is_empty()) {
        request.headers_mut().insert("prefer", known);
    }
    Ok(limits_affected)
}

fn accept<B>(request: &mut Request<B>) -> Result<(), Refused> {
    let Some(Ok(accept)) = request.headers().get(header::ACCEPT).map(HeaderValue::to_str) else {
        return Ok(());
    };
    let taken = media::taken(accept).ok_or_else(|| no_media_type(accept))?;
    if let Ok(taken) = HeaderValue::try_from(taken) {
        request.headers_mut().insert(header::ACCEPT, taken);
    }
    Ok(())
}

fn page<B>(request: &mut Request<B>, calls: bool) -> Result<(), Refused> {
    let range = request.headers_mut().remove(header::RANGE);
    let range = range.as_ref().and_then(|range| range.to_str().ok());
    let query = request.uri().query().unwrap_or_default();
    let paged = match *request.method() {
        Method::POST | Method::PATCH | Method::DELETE if !calls => pages::of_write(query),
        Method::GET => pages::of_read(query, range),
        _ => pages::of_read(query, None),
    };
    let paged = paged.map_err(no_page)?;
    if paged != query {
        let mut parts = request.uri().clone().into_parts();
        let target = match paged.is_empty() {
            true => request.uri().path().parse(),
            false => format!("{}?{paged}", request.uri().path()).parse(),
        };
        parts.path_and_query = target.ok();
        *request.uri_mut() = Uri::from_parts(parts).unwrap_or_default();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::StatusCode;

    fn read(
        method: Method,
        uri: &str,
        headers: &[(&str, &str)],
    ) -> Result<Request<()>, StatusCode> {
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(()).unwrap();
        let timezones = HashSet::from(["UTC".to_string()]);
        let read = negotiated(request, uri.starts_with("/rpc/"), &timezones);
        read.map(|(request, _)| request).map_err(|refused| refused.status())
    }

    #[test]
    fn a_range_counts_for_get_alone() {
        for (method, uri, expected) in [
            (Method::GET, "/t?a=eq.1", "/t?a=eq.1&limit=3&offset=2"),
            (Method::GET, "/t", "/t?limit=3&offset=2"),
            (Method::HEAD, "/t", "/t"),
            (Method::POST, "/rpc/f", "/rpc/f"),
            (Method::POST, "/rpc/f?limit=1", "/rpc/f?limit=1"),
            (Method::POST, "/t?limit=1", "/t"),
            (Method::PATCH, "/t?id=eq.1&limit=1", "/t?id=eq.1"),
            (Method::DELETE, "/t?offset=1", "/t"),
            (Method::PUT, "/t?limit=1", "/t?limit=1"),
        ] {
            let read = read(method, uri, &[("range", "2-4")]).unwrap();
            assert_eq!(read.uri(), expected);
            assert!(!read.headers().contains_key("range"));
        }
    }

    #[test]
    fn what_is_preferred_and_taken_is_passed_on_in_order() {
        let headers =
            [("prefer", "foo, count=exact,max-affected=1"), ("accept", "*/*;q=0.1, text/csv")];
        for (method, prefer) in
            [(Method::PATCH, "count=exact, max-affected=1"), (Method::POST, "count=exact")]
        {
            let read = read(method, "/t", &headers).unwrap();
            assert_eq!(read.headers()["prefer"], prefer);
            assert_eq!(read.headers()["accept"], "text/csv");
        }
        let read = read(Method::GET, "/t", &[("prefer", "timezone=Mars")]).unwrap();
        assert!(!read.headers().contains_key("prefer"));
    }

    #[test]
    fn what_cannot_be_had_is_refused() {
        for (headers, status) in [
            ([("prefer", "handling=strict, foo")], 400),
            ([("prefer", "handling=strict, timezone=Mars")], 400),
            ([("accept", "text/csv;q=0")], 406),
            ([("range", "9-5")], 416),
        ] {
            let refused = read(Method::GET, "/t", &headers).err().unwrap();
            assert_eq!(refused.as_u16(), status, "{headers:?}");
        }
    }
}
