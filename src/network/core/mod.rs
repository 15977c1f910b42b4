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
mod edge;
mod ends;
mod errand;
mod gates;
pub mod geometry;
mod hierarchy;
mod labels;
mod moves;
mod parts;
mod passage;
mod potentials;
mod profile;
mod query;
mod reach;
mod route;
mod search;
mod topology;
mod turns;
mod view;

pub use attributes::{
    Access, Admission, Attr, Attributes, Blocked, Credential, Entry, HOURS_ALWAYS, HOURS_UNKNOWN,
    Hours, Oneway, Ramp, Surface, Table, WayKind,
};
pub use bound::{Bound, Everywhere, StraightLine};
pub use edge::{DirectedEdge, Edge, EdgeKind, Place, Point};
pub use ends::End;
pub use errand::{Errand, RoundTrip};
pub use gates::Verdict;
pub use labels::{Memory, State};
pub use parts::{Door, Gate, Invalid, Parking, Parts, Turn, TurnKind};
pub use passage::{Bar, Phase, Usage, usage};
pub use potentials::Potentials;
pub use profile::{Mode, Pace, ParkRule, Profile, Zone, duration_ds};
pub use query::{Finish, LONGEST_WAIT_DS, ParkAt, Query, Shut};
pub use reach::{Part, Reached, Stopped};
pub use route::{NoRoute, Route, Step, Why};
pub use topology::Topology;
pub use view::{Limit, View};

#[cfg(test)]
mod tests;
