//! `/api/jobs/{jobId}/events`: the progress of a job as server-sent events. Each event has the whole state of the job,
//! so a client that reconnects misses only intermediate states. The next event is made after the last one was sent,
//! so a slow client does not fill a queue.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use serde_json::Value;
use tokio::time::Instant;

use super::{JobShown, own};
use crate::http::App;
use crate::http::auth::Caller;
use crate::http::events::{Identity, Place, message};
use crate::http::origin::ClientAddress;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::store::StoreError;

/// The shortest time between two events.
const PACE: Duration = Duration::from_millis(250);
/// How often the job is read from the store if this process reports no change, because another process may run it.
const LOOK: Duration = Duration::from_millis(500);
/// The interval of keep-alive comments.
const PULSE: Duration = Duration::from_secs(10);
/// The interval at which the credential of the client is checked.
const CHECK: Duration = Duration::from_secs(2);
/// The timeout of a read from the store.
const ASKING: Duration = Duration::from_secs(5);

/// Streams the state of a job until it has ended.
#[utoipa::path(get, path = "/api/jobs/{jobId}/events", tag = "jobs",
    params(
        ("jobId" = String, Path, description = "The job's id"),
        ("Last-Event-ID" = Option<u64>, Header, description = "The last revision that the client received"),
        ("last-event-id" = Option<u64>, Query, description = "The same, for clients that cannot set the header"),
    ),
    responses(
        (status = 200, content_type = "text/event-stream", body = String,
            description = "`event: job`, `id:` the revision, data: the job without its result, at most four times a second. \
            The first event has the current state, the last one the end of the job. The stream also ends when the job is removed or the credential expires"),
        (status = 204, description = "The job has ended and the client has received its last event; an `EventSource` does not reconnect after 204"),
        (status = 401, description = "Requires an account", content_type = "application/problem+json"),
        (status = 404, description = "The caller has no such job", content_type = "application/problem+json"),
        (status = 429, description = "The account has reached its limit of open feeds", content_type = "application/problem+json"),
    ))]
pub async fn job_events(
    State(app): State<App>,
    caller: Caller,
    address: ClientAddress,
    Path(id): Path<String>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["last-event-id"])?;
    let heard = match headers.get("last-event-id") {
        // Ignore a Last-Event-ID that is not a number: it belongs to another feed.
        Some(value) => value.to_str().ok().and_then(|v| v.trim().parse().ok()),
        None => query.parsed::<u64>("last-event-id", ("任务的版本号", "the revision of a job"))?,
    };
    let job = own(&app, &caller, &id).await?;
    if job.state.has_ended() && heard.is_some_and(|heard| heard >= job.revision) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let place = app.places.take(caller.origin(address))?;
    let watcher = Watcher {
        identity: Identity::new(&app, caller, &headers),
        app,
        id: job.id,
        told: Value::Null,
        spoke: Instant::now(),
        checked: Instant::now(),
        ended: false,
        _place: place,
    };
    let body = stream::unfold(watcher, |watcher| async {
        let (bytes, watcher) = watcher.next().await?;
        Some((Ok::<_, Infallible>(bytes), watcher))
    });
    let mut response = Body::from_stream(body).into_response();
    let head = response.headers_mut();
    let mut say = |name, value| head.insert(name, HeaderValue::from_static(value));
    say(header::CONTENT_TYPE, "text/event-stream");
    say(header::CACHE_CONTROL, "no-cache");
    // Tell proxies not to buffer the stream.
    say(header::HeaderName::from_static("x-accel-buffering"), "no");
    Ok(response)
}

/// One client that watches one job.
struct Watcher {
    app: App,
    identity: Identity,
    id: String,
    /// The state of the job that was sent last.
    told: Value,
    /// When anything was sent last.
    spoke: Instant,
    /// When the credential was checked last.
    checked: Instant,
    ended: bool,
    _place: Place,
}

impl Watcher {
    /// The next bytes for the client; `None` at the end of the stream.
    async fn next(mut self) -> Option<(Bytes, Self)> {
        if self.ended {
            return None;
        }
        if !self.told.is_null() {
            tokio::time::sleep(PACE).await;
        }
        loop {
            if self.checked.elapsed() >= CHECK {
                if !self.identity.holds().await {
                    return None;
                }
                self.checked = Instant::now();
            }
            match tokio::time::timeout(ASKING, self.app.jobs.get(&self.id)).await {
                Ok(Ok(Some(job))) => {
                    let shown = serde_json::to_value(JobShown::without_result(&job)).ok()?;
                    if shown != self.told {
                        self.ended = job.state.has_ended();
                        self.spoke = Instant::now();
                        let bytes = message("job", job.revision, &shown);
                        self.told = shown;
                        return Some((bytes, self));
                    }
                }
                Ok(Ok(None)) => return None,
                Ok(Err(error)) if !is_passing(&error) => return None,
                // Send the next state when the store answers again.
                Ok(Err(_)) | Err(_) => {}
            }
            if self.spoke.elapsed() >= PULSE {
                self.spoke = Instant::now();
                return Some((Bytes::from_static(b":\n\n"), self));
            }
            self.app.jobs.changed(&self.id, LOOK).await;
        }
    }
}

fn is_passing(error: &StoreError) -> bool {
    if !error.is_unavailable() {
        tracing::error!(%error, "a job cannot be read");
    }
    error.is_unavailable()
}
