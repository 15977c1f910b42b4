//! The search core of the network: std only, no other part of the crate, Rust of 2022 (version 1.63). So the same
//! code is compiled to WebAssembly and gives a phone without a connection the server's answers.
//!
//! [`Topology`] says how edges are joined and has no opinion about who may pass. [`Attributes`] says who may pass,
//! when and how fast, by the index of a feature, and is read while searching.

// The lints suggest what the compiler for phones does not know yet: let chains, let-else, newer methods.
#![allow(
    clippy::collapsible_if,
    clippy::collapsible_match,
    clippy::manual_div_ceil,
    clippy::manual_is_multiple_of,
    clippy::manual_let_else,
    clippy::question_mark,
    clippy::unnecessary_map_or,
    clippy::uninlined_format_args
)]

mod attributes;
mod bound;
pub mod geometry;
mod labels;
mod passage;
mod profile;
mod route;
mod search;
mod topology;
mod turns;

pub use attributes::{
    Access, Admission, Attr, Attributes, Blocked, Credential, Entry, HOURS_ALWAYS, HOURS_UNKNOWN,
    Hours, Oneway, Ramp, Surface, Table, WayKind,
};
pub use bound::StraightLine;
pub use labels::{Memory, State};
pub use passage::{Bar, Phase, Usage, usage};
pub use profile::{Mode, Pace, ParkRule, Profile, Zone};
pub use route::{LONGEST_WAIT_DS, NoRoute, Query, Route, Step, Why};
pub use search::{Bound, End, Everywhere, Finish, Limit, Shut, View};
pub use topology::{
    DirectedEdge, Door, Edge, EdgeKind, Gate, Invalid, Parking, Parts, Place, Point, Topology,
    Turn, TurnKind,
};

#[cfg(test)]
mod tests;
