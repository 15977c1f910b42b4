//! What is allocated: in a program of its own, because the allocator that counts is that of the whole program.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that cannot go on fails"
)]

#[path = "support/overlay_cost.rs"]
mod overlay_cost;

#[test]
fn one_edit_over_a_big_map_costs_less_than_a_megabyte() {
    overlay_cost::check(200_000);
}
