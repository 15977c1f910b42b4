//! What is left of a body when its request has been answered.
//!
//! A request may be refused before its body was read: by a role, a method, a path, its size. Were the
//! connection then just closed, a client that still sends would never see the answer, and one that keeps
//! the connection for the next request would lose that one without a word. So
//! the rest is read and thrown away, and where that takes too long the answer says that it is the last.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, HttpBody as _};
use axum::extract::Request;
use axum::http::{HeaderValue, Version, header};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};

/// The most that is read of what nobody wants, in bytes.
const MOST: u64 = 256 * 1024 * 1024;
/// For how long.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where a body is put that was dropped before its end.
type Rest = Arc<Mutex<Option<BodyDataStream>>>;

/// Reads what a handler left of its body before its answer goes out.
pub async fn read_rest(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    // Who waits for leave to send a body is spared it.
    let waits = request.headers().contains_key(header::EXPECT);
    let says_close = request.version() <= Version::HTTP_11;
    let rest = Rest::default();
    let request = request.map(|body| {
        Body::from_stream(Watched {
            body: Some(body.into_data_stream()),
            rest: Arc::clone(&rest),
        })
    });
    let mut response = next.run(request).await;
    let left = rest.lock().ok().and_then(|mut rest| rest.take());
    if let Some(body) = left {
        let read = !waits && tokio::time::timeout(PATIENCE, drain(body)).await == Ok(true);
        if !read && says_close {
            response
                .headers_mut()
                .insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
    }
    response
}

/// Reads a body to its end; `false` where there is no end within bounds.
async fn drain(mut body: BodyDataStream) -> bool {
    let mut size = 0;
    while let Some(data) = body.next().await {
        let Ok(data) = data else { return false };
        size += data.len() as u64;
        if size > MOST {
            return false;
        }
    }
    true
}

/// A body that is not lost when it is dropped early.
struct Watched {
    body: Option<BodyDataStream>,
    rest: Rest,
}

impl Stream for Watched {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(body) = &mut self.body else {
            return Poll::Ready(None);
        };
        let polled = Pin::new(body).poll_next(cx);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            self.body = None;
        }
        polled
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let left = self.body.take().filter(|body| !body.is_end_stream());
        if let (Some(body), Ok(mut rest)) = (left, self.rest.lock()) {
            *rest = Some(body);
        }
    }
}
