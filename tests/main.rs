//! The built program against the promises of its interface.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod support;

mod features;
mod live_feed;
mod wrong_input;
