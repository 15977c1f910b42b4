//! The connections of the service, and what one of them may cost.
//!
//! A client can hold a connection, file handle and memory without ever asking for anything, so each step
//! has an end: the handshake and the first head have a deadline, a body that comes in and an answer that
//! goes out have a lowest rate, an idle connection has a time, and there are caps in total, for each
//! address and for each account. When a cap is reached, the connection that was idle for the longest gives
//! its place up; one with a request in progress never does.

mod handles;
mod pace;
mod serve;
mod socket;
mod table;

use std::time::Duration;

pub use pace::TooSlow;
pub use serve::{serve, tls};
pub use table::{Connection, Deadline};

/// What connections may cost. The defaults are for an office behind one address: eight walls and some
/// hundred phones.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The most connections. Fewer where the process may open fewer files.
    pub connections: usize,
    /// The most connections of one address, and of one account.
    pub connections_of_one: usize,
    /// The most requests in progress, open feeds among them.
    pub requests: usize,
    /// The most requests in progress of one address, and of one account.
    pub requests_of_one: usize,
    /// How long the handshake and the head of the first request may take together.
    pub head: Duration,
    /// How long a connection may be without a request.
    pub idle: Duration,
    /// How long the other side may keep us waiting in the middle of a body or an answer.
    pub stall: Duration,
    /// The fewest bytes in a second, on average, of a body or an answer.
    pub rate: u32,
    /// The most bytes of request bodies in memory.
    pub bodies: usize,
    /// The most bytes of answers in memory that clients have not read.
    pub answers: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connections: 8_000,
            connections_of_one: 1_000,
            requests: 8_000,
            requests_of_one: 1_000,
            head: Duration::from_secs(20),
            idle: Duration::from_secs(75),
            stall: Duration::from_secs(30),
            rate: 1_024,
            bodies: 256 * 1024 * 1024,
            answers: 256 * 1024 * 1024,
        }
    }
}
