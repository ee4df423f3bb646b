//! Refuses tokens that Auth, Storage, Realtime and Functions refuse, and Postrust accepts.
//!
//! Only the project's own secret signs them, so that none of them is a client's forgery. A token must mean
//! the same to every server, though.

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// The end of the year 9999.
const LATEST: f64 = 253_402_300_799.0;

/// A token that no server of the stack accepts; the message is for the client.
#[derive(Debug, PartialEq, Eq)]
pub struct InvalidToken(pub &'static str);

/// Checks the form of the request's token. Postrust refuses what cannot be read here, and other signatures.
pub fn check(headers: &HeaderMap) -> Result<(), InvalidToken> {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some((_, token)) = value.and_then(|value| value.trim().split_once(' ')) else {
        return Ok(());
    };
    let mut parts = token.trim().split('.').map(decoded);
    if let Some(Some(first)) = parts.next() {
        check_header(&first)?;
    }
    match parts.next() {
        Some(Some(claims)) => check_claims(&claims),
        _ => Ok(()),
    }
}

fn decoded(part: &str) -> Option<Value> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// `crit` names extensions that a server must know, and this one knows none; with `b64` false the payload
/// is not encoded.
fn check_header(header: &Value) -> Result<(), InvalidToken> {
    let detached = header.get("b64") == Some(&Value::Bool(false));
    match header.get("crit").is_some() || detached {
        true => Err(InvalidToken("The JWT header has an extension that is not supported")),
        false => Ok(()),
    }
}

fn check_claims(claims: &Value) -> Result<(), InvalidToken> {
    for (name, message) in [
        ("exp", "The JWT 'exp' claim must be a number"),
        ("nbf", "The JWT 'nbf' claim must be a number"),
    ] {
        if claims.get(name).is_some_and(|time| !is_time(time)) {
            return Err(InvalidToken(message));
        }
    }
    for (name, message) in [
        ("sub", "The JWT 'sub' claim must be a string"),
        ("role", "The JWT 'role' claim must be a string"),
    ] {
        if claims.get(name).is_some_and(|text| !text.is_string() && !text.is_null()) {
            return Err(InvalidToken(message));
        }
    }
    Ok(())
}

fn is_time(value: &Value) -> bool {
    value.as_f64().is_some_and(|seconds| seconds.abs() <= LATEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn checked(first: &str, claims: &str) -> Result<(), InvalidToken> {
        let [first, claims] = [first, claims].map(|part| URL_SAFE_NO_PAD.encode(part));
        let value = HeaderValue::try_from(format!("Bearer {first}.{claims}.sig")).unwrap();
        check(&HeaderMap::from_iter([(header::AUTHORIZATION, value)]))
    }

    #[test]
    fn a_token_that_other_servers_refuse_is_refused() {
        let plain = r#"{"alg":"HS256"}"#;
        for (first, claims, claim) in [
            (r#"{"alg":"HS256","crit":["exp"]}"#, "{}", "extension"),
            (r#"{"alg":"HS256","crit":null}"#, "{}", "extension"),
            (r#"{"alg":"HS256","b64":false}"#, "{}", "extension"),
            (plain, r#"{"exp":null}"#, "'exp'"),
            (plain, r#"{"exp":true}"#, "'exp'"),
            (plain, r#"{"exp":"9"}"#, "'exp'"),
            (plain, r#"{"exp":1e300}"#, "'exp'"),
            (plain, r#"{"nbf":[]}"#, "'nbf'"),
            (plain, r#"{"sub":7}"#, "'sub'"),
            (plain, r#"{"role":["service_role"]}"#, "'role'"),
        ] {
            let InvalidToken(message) = checked(first, claims).expect_err(claims);
            assert!(message.contains(claim), "{message}");
        }
    }

    #[test]
    fn other_tokens_and_headers_are_left_to_postrust() {
        for claims in ["{}", r#"{"exp":9.5,"nbf":1,"sub":null,"role":"anon"}"#, "[]", "x"] {
            assert_eq!(checked(r#"{"alg":"HS256","b64":true}"#, claims), Ok(()));
        }
        for value in ["", "Bearer", "Bearer x", "Basic !.!.!"] {
            let value = HeaderValue::from_static(value);
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, value)]);
            assert_eq!(check(&headers), Ok(()));
        }
        assert_eq!(check(&HeaderMap::new()), Ok(()));
    }
}
