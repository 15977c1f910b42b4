//! `/api/events`: the feed of changes (server-sent events).
//!
//! A client that reconnects sends the id of its last event in `Last-Event-ID` and gets the events that it
//! missed. If they are too many, it gets `event: reset` and loads the data again.

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

/// Sends changes as server-sent events.
#[utoipa::path(get, path = "/api/events", tag = "live",
    params(
        ("collections" = Option<Vec<String>>, Query, style = Form, explode = false, description = "Only these collections"),
        ("bbox" = Option<Vec<f64>>, Query, style = Form, explode = false, description = "Only features that are, or were, in this box (WGS 84)"),
        ("Last-Event-ID" = Option<u64>, Header, description = "The id of the last event received; the later ones are sent first"),
        ("last-event-id" = Option<u64>, Query, description = "The same, for clients that cannot set the header"),
    ),
    responses((status = 200, content_type = "text/event-stream", body = String,
        description = "`event: change`, `id:` seq, data `{seq, at, changes: [{collection, id, kind: put | delete, feature}]}`, or, for a commit of over 1,000 features or a feature of over 512 kB, `{seq, at, reset: [{collection, bbox}]}`; `event: time`, data `{seq, at, stale}`, every ten seconds; `event: reset` when the client must load the data again. After a reconnection with `bbox`, each changed feature that is outside of the box or was removed is sent as a delete, wherever it was before. The stream ends when its credential ends, or when the client reads nothing for a while; a client that reconnects with `Last-Event-ID` misses nothing"),
        (status = 429, description = "The account or address has reached its limit of open feeds", content_type = "application/problem+json"),
        (status = 503, description = "The server has reached its limit of open feeds", content_type = "application/problem+json")))]
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
    // A text that is not a number comes from another feed. It is read as the largest number, which causes a reset
    // because it is greater than any commit's.
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
    // Tells proxies not to buffer the answer, because buffered events would arrive late or never.
    say(header::HeaderName::from_static("x-accel-buffering"), "no");
    Ok(response)
}
