//! The connections of the service and their limits.
//!
//! A client can hold a connection, a file handle and memory without sending a request, so each step is limited:
//! the handshake and the first head have a deadline, bodies and answers have a minimum speed, and idle
//! connections have a timeout. The number of connections is limited in total, for each address and for each
//! account. When a limit is reached, the connection that has been idle longest is closed. A connection with a
//! request in progress is never closed for this reason.

mod certificate;
mod handles;
mod pace;
mod serve;
mod socket;
mod table;

use std::time::Duration;

pub use certificate::{Certificate, CertificateError};
pub use pace::TooSlow;
pub use serve::serve;
pub use table::{Connection, Deadline};

/// Limits for connections. The defaults fit an office behind one address, with eight wall screens and some
/// hundred phones.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The most connections. The limit is lower if the process may open fewer files.
    pub connections: usize,
    /// The most connections of one address, and of one account.
    pub connections_of_one: usize,
    /// The most requests in progress, including open feeds.
    pub requests: usize,
    /// The most requests in progress of one address, and of one account.
    pub requests_of_one: usize,
    /// How long the handshake and the head of the first request may take together.
    pub head: Duration,
    /// How long a connection may stay open without a request.
    pub idle: Duration,
    /// How long the client may pause within a body or an answer.
    pub stall: Duration,
    /// The lowest average speed of a body or an answer, in bytes per second.
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
