//! Bodies that come in: read within the limit, parsed once, refused in words.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, BodyDataStream, HttpBody as _};
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;

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

/// How much of a body that nobody wants is read, in bytes, before the line is closed on its sender.
const UNWANTED: usize = 256 * 1024 * 1024;
/// And for how long.
const PATIENCE: Duration = Duration::from_secs(30);

/// Reads to its end a body that was refused before it had been read. A line that is closed while the
/// client still sends is reset, and the client never sees the answer that says what was wrong.
pub async fn hear_out(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    // Such a client waits to be told to send: who was refused is not told.
    let asks_first = request.headers().contains_key(header::EXPECT);
    let (parts, body) = request.into_parts();
    let rest = Arc::new(Mutex::new(body.into_data_stream()));
    let lent = stream::unfold(rest.clone(), async |rest| {
        let chunk = rest.lock().await.next().await?;
        Some((chunk, rest))
    });
    let request = Request::from_parts(parts, Body::from_stream(lent));
    let response = next.run(request).await;
    if !asks_first && (response.status().is_client_error() || response.status().is_server_error()) {
        let mut rest = rest.lock().await;
        let _ = tokio::time::timeout(PATIENCE, throw_away(&mut rest)).await;
    }
    response
}

async fn throw_away(rest: &mut BodyDataStream) {
    let mut left = UNWANTED;
    while let Some(Ok(chunk)) = rest.next().await
        && left > chunk.len()
    {
        left -= chunk.len();
    }
}
