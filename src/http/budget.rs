//! Limits the memory for request bodies and answers.
//!
//! A body is counted as it arrives; an answer is counted from when it is built until the client has read it.
//! A body or an answer that does not fit is refused.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::http::Version;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};

use super::connections::{Connection, Deadline};
use super::origin::Origin;
use super::problem::Problem;
use crate::model::both;

/// Over HTTP/1, answers of at least `LARGE` bytes are counted. Over HTTP/2, the limit is `LARGE_STREAM`, because many
/// answers can wait on one HTTP/2 connection, but only one on an HTTP/1 connection.
const LARGE: u64 = 64 * 1024;
const LARGE_STREAM: u64 = 1024;
/// The size of the pieces in which an answer is sent, in bytes.
const PIECE: usize = 64 * 1024;
/// The deadline for reading a large answer is this long after its start, plus its size divided by [`RATE`].
const PATIENCE: Duration = Duration::from_secs(60);
/// The speed with which the deadline of a large answer is calculated, in bytes per second.
const RATE: u64 = 1024;

/// The memory that all requests share, in bytes, and how much of it each client uses.
#[derive(Debug)]
pub struct Budget {
    most: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    of: HashMap<Origin, usize>,
}

/// A number of bytes of the budget. Dropping the value returns them.
#[derive(Debug)]
pub struct Share {
    budget: Arc<Budget>,
    who: Origin,
    bytes: usize,
}

impl Budget {
    /// A budget of `most` bytes. One client may use half of it.
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self {
            most,
            taken: Mutex::default(),
        })
    }

    /// A share that holds no bytes yet.
    pub fn share(self: &Arc<Self>, who: Origin) -> Share {
        Share {
            budget: Arc::clone(self),
            who,
            bytes: 0,
        }
    }
}

impl Share {
    /// Takes more bytes. Returns `false` if they do not fit.
    #[must_use]
    pub fn grow(&mut self, bytes: usize) -> bool {
        let mut taken = self.budget.taken.lock().unwrap_or_else(|e| e.into_inner());
        let mine = taken.of.get(&self.who).copied().unwrap_or(0);
        if taken.all + bytes > self.budget.most || mine + bytes > self.budget.most / 2 {
            return false;
        }
        taken.all += bytes;
        taken.of.insert(self.who.clone(), mine + bytes);
        self.bytes += bytes;
        true
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        if self.bytes == 0 {
            return;
        }
        let mut taken = self.budget.taken.lock().unwrap_or_else(|e| e.into_inner());
        taken.all -= self.bytes;
        if let Some(mine) = taken.of.get_mut(&self.who) {
            *mine -= self.bytes;
            if *mine == 0 {
                taken.of.remove(&self.who);
            }
        }
    }
}

/// What a request may use. Handlers find it in the extensions of the request.
#[derive(Debug, Clone)]
pub struct Admitted {
    /// The account or address whose limits the request uses.
    pub origin: Origin,
    /// The memory for request bodies.
    pub bodies: Arc<Budget>,
    /// The memory for answers.
    pub answers: Arc<Budget>,
    /// The connection of the request.
    pub connection: Arc<Connection>,
}

/// Bytes together with the share of the budget that they take.
pub struct Paid {
    bytes: Bytes,
    _share: Arc<Held>,
}

/// The share of the budget and the deadline of an answer or a body. Both end when its last piece of bytes is dropped.
pub struct Held {
    _share: Option<Share>,
    _deadline: Option<Deadline>,
}

impl AsRef<[u8]> for Paid {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Bytes that return their share of the budget when they are dropped.
pub fn paid(bytes: Bytes, share: Share) -> Bytes {
    let held = Held {
        _share: Some(share),
        _deadline: None,
    };
    Bytes::from_owner(Paid {
        bytes,
        _share: Arc::new(held),
    })
}

/// Marks an answer whose bytes are in memory anyway, such as a file of the web app. It is not counted.
#[derive(Debug, Clone, Copy)]
pub struct Kept;

/// Counts a large answer against the budget, and sets the deadline by which the client must have read it. Returns a 503
/// answer instead if the budget has too little left.
pub fn count(response: Response, admitted: &Admitted, version: Version) -> Response {
    let large = match version {
        Version::HTTP_2 => LARGE_STREAM,
        _ => LARGE,
    };
    let Some(size) = response.body().size_hint().exact().filter(|s| *s >= large) else {
        return response;
    };
    let mut share = admitted.answers.share(admitted.origin.clone());
    let is_kept = response.extensions().get::<Kept>().is_some();
    if !is_kept && !share.grow(usize::try_from(size).unwrap_or(usize::MAX)) {
        return Problem::unavailable(both!(
            "等待接收的大型结果过多，请先接收已请求的结果，缩小查询范围，或稍后再试。",
            "Too many large answers are waiting to be read. Read the answers to your earlier \
             requests, ask for less at a time, or try again in a moment."
        ))
        .into_response();
    }
    let time = PATIENCE + Duration::from_secs(size / RATE);
    let held = Held {
        _share: Some(share),
        _deadline: Some(admitted.connection.answer_within(time)),
    };
    response.map(|body| {
        Body::new(Pieces {
            body,
            left: size,
            rest: Bytes::new(),
            held: Arc::new(held),
        })
    })
}

/// A body that is sent in pieces. hyper would take over a single large piece at once, and the server could not tell
/// when the client has read it.
struct Pieces {
    body: Body,
    left: u64,
    rest: Bytes,
    held: Arc<Held>,
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        while self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.rest = data,
                    Err(frame) => return Poll::Ready(Some(Ok(frame))),
                },
                end => return Poll::Ready(end),
            }
        }
        let size = self.rest.len().min(PIECE);
        let piece = Paid {
            bytes: self.rest.split_to(size),
            _share: Arc::clone(&self.held),
        };
        self.left = self.left.saturating_sub(size as u64);
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_owner(piece)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn address(n: u8) -> Origin {
        Origin::Address(IpAddr::from([10, 0, 0, n]))
    }

    #[test]
    fn one_client_can_use_half_and_dropped_bytes_are_free_again() {
        let budget = Budget::new(100);
        let mut mine = budget.share(address(1));
        assert!(mine.grow(50));
        assert!(!mine.grow(1));
        let mut second = budget.share(address(1));
        assert!(!second.grow(1));
        let mut other = budget.share(address(2));
        assert!(other.grow(40));
        let mut third = budget.share(address(3));
        assert!(!third.grow(20));
        drop(mine);
        assert!(third.grow(20));
        drop((second, other, third));
        let taken = budget.taken.lock().unwrap();
        assert_eq!((taken.all, taken.of.len()), (0, 0));
    }

    #[test]
    fn a_clone_of_the_bytes_keeps_the_share() {
        let budget = Budget::new(100);
        let mut share = budget.share(address(1));
        assert!(share.grow(10));
        let bytes = paid(Bytes::from_static(b"0123456789"), share);
        let copy = bytes.slice(3..5);
        drop(bytes);
        assert_eq!(budget.taken.lock().unwrap().all, 10);
        assert_eq!(&copy[..], b"34");
        drop(copy);
        assert_eq!(budget.taken.lock().unwrap().all, 0);
    }
}
