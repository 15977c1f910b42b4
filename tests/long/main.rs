//! Checks that take too long for `make test`: kills, soaks and millions of features. `make test-long` runs
//! them on the built program, one after the other.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that cannot go on fails"
)]

#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "each test binary uses a part of what is shared")]
mod support;

mod attacks;
mod feed;
mod killed_writes;
#[path = "../support/overlay_cost.rs"]
mod overlay_cost;
mod worst_questions;

#[test]
fn one_edit_over_a_million_features_costs_less_than_a_megabyte() {
    overlay_cost::check(1_000_000);
}
