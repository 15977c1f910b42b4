//! Command-line options of `onemap serve` for the limits of connections and uploads.

use std::time::Duration;

use clap::Args;

use crate::http::connections::Settings;
use crate::store::UploadLimits;

const MIB: usize = 1024 * 1024;

/// Limits of connections, requests and memory. With the defaults, the clients of a whole office may share one address.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits of clients")]
pub struct LimitArgs {
    /// The most connections. The limit is lower if the system allows fewer open files.
    #[arg(
        long,
        value_name = "N",
        env = "ONEMAP_MAX_CONNECTIONS",
        default_value_t = Settings::default().connections
    )]
    max_connections: usize,
    /// The most connections of one address, and of one account.
    #[arg(
        long,
        value_name = "N",
        env = "ONEMAP_CONNECTIONS_PER_CLIENT",
        default_value_t = Settings::default().connections_of_one
    )]
    connections_per_client: usize,
    /// The most requests in progress.
    #[arg(
        long,
        value_name = "N",
        env = "ONEMAP_MAX_REQUESTS",
        default_value_t = Settings::default().requests
    )]
    max_requests: usize,
    /// The most requests in progress of one address, and of one account.
    #[arg(
        long,
        value_name = "N",
        env = "ONEMAP_REQUESTS_PER_CLIENT",
        default_value_t = Settings::default().requests_of_one
    )]
    requests_per_client: usize,
    /// How many seconds the TLS handshake and the head of the first request may take together.
    #[arg(
        long,
        value_name = "S",
        env = "ONEMAP_HEADER_TIMEOUT",
        default_value_t = 20
    )]
    header_timeout: u64,
    /// How many seconds a connection may stay open without a request.
    #[arg(
        long,
        value_name = "S",
        env = "ONEMAP_IDLE_TIMEOUT",
        default_value_t = 75
    )]
    idle_timeout: u64,
    /// How many seconds a client may pause in the middle of a body or an answer.
    #[arg(
        long,
        value_name = "S",
        env = "ONEMAP_STALL_TIMEOUT",
        default_value_t = 30
    )]
    stall_timeout: u64,
    /// The lowest average speed of a body or an answer, in bytes per second.
    #[arg(
        long,
        value_name = "BYTES",
        env = "ONEMAP_MIN_RATE",
        default_value_t = 1_024
    )]
    min_rate: u32,
    /// How many MiB of request bodies may be in memory; one client may have half.
    #[arg(
        long,
        value_name = "MIB",
        env = "ONEMAP_BODIES_MEMORY",
        default_value_t = Settings::default().bodies / MIB
    )]
    bodies_memory: usize,
    /// How many MiB of unread answers may be in memory; one client may have half.
    #[arg(
        long,
        value_name = "MIB",
        env = "ONEMAP_ANSWERS_MEMORY",
        default_value_t = Settings::default().answers / MIB
    )]
    answers_memory: usize,
}

impl LimitArgs {
    /// The limits as settings for the connections.
    pub fn settings(&self) -> Settings {
        let mib = |n: usize| n.saturating_mul(MIB);
        let seconds = |n: u64| Duration::from_secs(n.clamp(1, 24 * 3600));
        Settings {
            connections: self.max_connections,
            connections_of_one: self.connections_per_client,
            requests: self.max_requests,
            requests_of_one: self.requests_per_client,
            head: seconds(self.header_timeout),
            idle: seconds(self.idle_timeout),
            stall: seconds(self.stall_timeout),
            rate: self.min_rate,
            bodies: mib(self.bodies_memory),
            answers: mib(self.answers_memory),
        }
    }
}

/// The limits for uploads of imports. Files are kept in the database until their jobs expire.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits of uploads")]
pub struct UploadArgs {
    /// The largest file, in MiB.
    #[arg(long, value_name = "MIB", env = "ONEMAP_UPLOAD_SIZE",
        default_value_t = UploadLimits::default().one >> 20)]
    upload_size: u64,
    /// The most MiB of all files of one account.
    #[arg(long, value_name = "MIB", env = "ONEMAP_UPLOADS_PER_ACCOUNT",
        default_value_t = UploadLimits::default().account >> 20)]
    uploads_per_account: u64,
    /// The most MiB of all files together.
    #[arg(long, value_name = "MIB", env = "ONEMAP_UPLOADS_TOTAL",
        default_value_t = UploadLimits::default().total >> 20)]
    uploads_total: u64,
}

impl UploadArgs {
    /// The limits as settings for uploads.
    pub fn limits(&self) -> UploadLimits {
        let mib = |n: u64| n.saturating_mul(1 << 20);
        UploadLimits {
            one: mib(self.upload_size),
            account: mib(self.uploads_per_account),
            total: mib(self.uploads_total),
        }
    }
}
