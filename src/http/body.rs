//! Bodies that come in: read within the limit, parsed once, refused in words.

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::problem::Problem;

/// The largest body that is taken, in bytes. A 10,000-vertex polygon has about 400 kB.
pub const LIMIT: usize = 8 * 1024 * 1024;

/// A JSON body of any media type that is JSON.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = read(request, state).await?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|e| Problem::bad_body(format!("The body is not the JSON expected: {e}")))
    }
}

/// Reads a body within the limit.
pub async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state).await.map_err(|e| {
        if e.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Problem::too_large(format!(
                "A body has at most {} MiB; bring more with `onemap import`.",
                LIMIT / 1024 / 1024
            ))
        } else {
            Problem::bad_body(format!("The body could not be read: {}", e.body_text()))
        }
    })
}
