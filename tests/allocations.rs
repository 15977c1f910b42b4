//! Tests of memory allocation. They are a program of their own, because the counting allocator applies to a
//! whole program.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that cannot go on fails"
)]

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[path = "support/overlay_cost.rs"]
mod overlay_cost;
#[path = "support/plan_cost.rs"]
mod plan_cost;

#[global_allocator]
static GLOBAL: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Held during a test, because the allocator counts for all threads.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

#[tokio::test]
async fn planning_an_import_does_not_copy_a_large_map() {
    let _turn = TURN.lock().await;
    plan_cost::check(25_000).await;
}

#[test]
fn one_edit_over_a_large_map_allocates_less_than_a_megabyte() {
    let _turn = TURN.blocking_lock();
    overlay_cost::check(200_000);
}
