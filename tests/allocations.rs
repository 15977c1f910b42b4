//! What is allocated: in a program of its own, because the allocator that counts is that of the whole program.
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

/// One after the other: the allocator counts for all threads.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

#[tokio::test]
async fn a_plan_over_a_big_map_holds_no_second_copy_of_it() {
    let _turn = TURN.lock().await;
    plan_cost::check(25_000).await;
}

#[test]
fn one_edit_over_a_big_map_costs_less_than_a_megabyte() {
    let _turn = TURN.blocking_lock();
    overlay_cost::check(200_000);
}
