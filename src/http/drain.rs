//! Drains the unread part of a request body before the response is sent.
//!
//! A request may be refused before its body was read, because of its role, method, path or size. If the
//! server closed the connection then, a client that still sends would not see the response, and the next
//! request on the connection would be lost. So the rest of the body is read and dropped. If the rest is
//! too large or takes too long, the response says `Connection: close`.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, HttpBody as _};
use axum::extract::Request;
use axum::http::{HeaderValue, Version, header};
use axum::response::Response;
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};

/// The most bytes of a body that are drained.
const MOST: u64 = 256 * 1024 * 1024;
/// The longest time spent on draining.
const PATIENCE: Duration = Duration::from_secs(30);

/// Receives a request body that the handler dropped before its end.
type Rest = Arc<Mutex<Option<BodyDataStream>>>;

/// The unread part of a request body.
pub struct Unread {
    rest: Rest,
    /// Whether the client waits for `100 Continue` and has not sent the body.
    waits: bool,
    says_close: bool,
}

/// Watches the body of a request, if it has one, so that its unread part can be drained.
pub fn watch(request: Request) -> (Request, Option<Unread>) {
    if request.body().is_end_stream() {
        return (request, None);
    }
    let unread = Unread {
        rest: Rest::default(),
        waits: request.headers().contains_key(header::EXPECT),
        says_close: request.version() <= Version::HTTP_11,
    };
    let request = request.map(|body| {
        Body::from_stream(Watched {
            body: Some(body.into_data_stream()),
            rest: Arc::clone(&unread.rest),
        })
    });
    (request, Some(unread))
}

impl Unread {
    /// Drains the part of the body that the handler did not read.
    pub async fn drain(self, response: &mut Response) {
        let left = self.rest.lock().ok().and_then(|mut rest| rest.take());
        let Some(body) = left else { return };
        let read =
            !self.waits && tokio::time::timeout(PATIENCE, read_to_end(body)).await == Ok(true);
        if !read && self.says_close {
            response
                .headers_mut()
                .insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
    }
}

/// Reads a body to its end. Returns `false` if it is larger than [`MOST`] or reading fails.
async fn read_to_end(mut body: BodyDataStream) -> bool {
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

/// A request body that is passed on for draining if it is dropped early.
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
