//! Tests that take too long for `make test`: kills, soak tests and millions of features. `make test-long` runs
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
mod every_entrance;
mod feed;
mod killed_writes;
#[path = "../support/overlay_cost.rs"]
mod overlay_cost;
#[path = "../support/plan_cost.rs"]
mod plan_cost;
mod siting;
mod worst_questions;

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static GLOBAL: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[test]
fn one_edit_over_a_million_features_allocates_less_than_a_megabyte() {
    overlay_cost::check(1_000_000);
}

#[tokio::test]
async fn planning_an_import_does_not_copy_a_million_features() {
    plan_cost::check(1_000_000).await;
}

#[tokio::test]
async fn monaco_is_planned_committed_and_undone_between_the_writes_of_others() {
    support::imports::check_extract("monaco.osm.pbf", 23_327).await;
}
