//! `/api/events`: what changes, as it changes (server-sent events).
//!
//! A client that comes back says with `Last-Event-ID` what it saw last, and gets what it missed; when
//! that is too long ago, `event: reset` tells it to load afresh.

mod listener;
mod message;
mod outbox;
mod places;

use std::convert::Infallible;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;

pub use places::{FeedLimits, Places};

use super::App;
use super::auth::Caller;
use super::items;
use super::origin::ClientAddress;
use super::problem::Problem;
use super::query::Query;
pub(in crate::http) use listener::Identity;
use listener::Listener;
use message::Filter;
pub(in crate::http) use message::message;
use outbox::Outbox;
pub(in crate::http) use places::Place;

/// What changes, as server-sent events.
#[utoipa::path(get, path = "/api/events", tag = "live",
    params(
        ("collections" = Option<Vec<String>>, Query, style = Form, explode = false, description = "Only these collections"),
        ("bbox" = Option<Vec<f64>>, Query, style = Form, explode = false, description = "Only what is, or was, in this box (WGS 84)"),
        ("Last-Event-ID" = Option<u64>, Header, description = "The last number heard; what came after it is told first"),
        ("last-event-id" = Option<u64>, Query, description = "The same, for clients that can't set the header"),
    ),
    responses((status = 200, content_type = "text/event-stream", body = String,
        description = "`event: change`, `id:` seq, data `{seq, at, changes: [{collection, id, kind: put | delete, feature}]}`, \
        or, for a commit of over 1,000 features or a feature of over 512 kB, `{seq, at, reset: [{collection, bbox}]}`; \
        `event: time`, data `{seq, at, stale}`, every ten seconds; `event: reset` when the client must load afresh. \
        With `bbox`, what came before the connection and left the box is told as a delete, and deletions are told wherever they were. \
        The stream ends when the credential that opened it does, and when the client reads nothing for a while; \
        a client that comes back with `Last-Event-ID` misses nothing"),
        (status = 429, description = "The account or address has as many feeds open as it may", content_type = "application/problem+json"),
        (status = 503, description = "Too many listen already", content_type = "application/problem+json")))]
pub async fn events(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    address: ClientAddress,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["collections", "bbox", "last-event-id"])?;
    let snapshot = app.live.snapshot();
    let collections = match query.get("collections")? {
        None => None,
        Some(list) => {
            let mut names = Vec::new();
            for name in list.split(',').map(str::trim).filter(|n| !n.is_empty()) {
                names.push(
                    items::collection(&snapshot, name)?
                        .schema()
                        .collection
                        .clone(),
                );
            }
            Some(names)
        }
    };
    let filter = Filter {
        collections,
        bbox: items::params::bbox(&query)?,
    };
    // What is no number of ours is of another feed: like a number from the future it means a reset.
    let from_header = headers.get("last-event-id").map(|v| {
        let number = v.to_str().ok().and_then(|v| v.trim().parse().ok());
        number.unwrap_or(u64::MAX)
    });
    let last = match from_header {
        Some(seq) => Some(seq),
        None => query.parsed::<u64>("last-event-id", ("提交的序号", "the number of a commit"))?,
    };

    let place = app.places.take(caller.origin(address))?;
    let limits = app.places.limits();
    let (outbox, read) = Outbox::new(limits.waiting_bytes, limits.patience);
    let identity = Identity::new(&app, caller, &headers);
    let listener = Listener::new(&app, identity, filter, outbox);
    tokio::spawn(async move {
        listener.run(last).await;
        drop(place);
    });
    let body = Body::from_stream(read.map(Ok::<_, Infallible>));
    let mut response = body.into_response();
    let head = response.headers_mut();
    let mut say = |name, value| head.insert(name, HeaderValue::from_static(value));
    say(header::CONTENT_TYPE, "text/event-stream");
    say(header::CACHE_CONTROL, "no-cache");
    // A proxy that collects the answer before passing it on would make the feed dead.
    say(header::HeaderName::from_static("x-accel-buffering"), "no");
    Ok(response)
}
