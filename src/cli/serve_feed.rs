//! Command-line options for the limits of the live feed.

use std::time::Duration;

use clap::Args;

use crate::http::FeedLimits;

/// How many clients may listen to the live feed, and how far one may fall behind.
#[derive(Debug, Args)]
pub(super) struct FeedArgs {
    /// How many clients may listen to the live feed.
    #[arg(long, value_name = "N", env = "ONEMAP_FEED_PLACES", default_value_t = FeedLimits::default().places)]
    feed_places: usize,
    /// How many of the places of --feed-places are reserved for clients with an account.
    #[arg(long, value_name = "N", env = "ONEMAP_FEED_RESERVED", default_value_t = FeedLimits::default().reserved)]
    feed_reserved: usize,
    /// How many feeds one address may have open without an account.
    #[arg(long, value_name = "N", env = "ONEMAP_FEED_PER_ADDRESS", default_value_t = FeedLimits::default().per_address)]
    feed_per_address: usize,
    /// How many feeds one account may have open.
    #[arg(long, value_name = "N", env = "ONEMAP_FEED_PER_ACCOUNT", default_value_t = FeedLimits::default().per_account)]
    feed_per_account: usize,
    /// How many kilobytes of events may wait for one client.
    #[arg(long, value_name = "KB", env = "ONEMAP_FEED_WAITING", default_value_t = FeedLimits::default().waiting_bytes / 1024, hide = true)]
    feed_waiting: usize,
    /// For how many seconds a client may read nothing while events wait for it.
    #[arg(long, value_name = "SECONDS", env = "ONEMAP_FEED_PATIENCE", default_value_t = FeedLimits::default().patience.as_secs())]
    feed_patience: u64,
}

impl FeedArgs {
    pub(super) fn limits(&self) -> FeedLimits {
        FeedLimits {
            places: self.feed_places,
            reserved: self.feed_reserved,
            per_address: self.feed_per_address,
            per_account: self.feed_per_account,
            waiting_bytes: self.feed_waiting.saturating_mul(1024),
            patience: Duration::from_secs(self.feed_patience),
        }
    }
}
