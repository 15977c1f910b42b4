//! Errors for people who open an address in a browser: a page that says what the problem document says.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::html;
use super::problem::{self, Problem};

/// Replaces a problem document by a page that says the same, with the way `up` to the home page, such as `../../`.
pub async fn for_people(response: Response, up: &str) -> Response {
    const LARGEST: usize = 1 << 20;
    let kind = response.headers().get(header::CONTENT_TYPE);
    if kind.is_none_or(|kind| kind != problem::MEDIA_TYPE) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, LARGEST).await else {
        return Problem::internal(&"a problem document is too large").into_response();
    };
    let document: Value = serde_json::from_slice(&body).unwrap_or_default();
    let up = up.trim_end_matches('/');
    let page = html::problem(if up.is_empty() { "." } else { up }, &document);
    let headers = &mut parts.headers;
    headers.remove(header::CONTENT_LENGTH);
    for (name, value) in [
        (header::CONTENT_TYPE, html::MEDIA_TYPE),
        (header::VARY, "accept, accept-language"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Response::from_parts(parts, Body::from(page))
}
