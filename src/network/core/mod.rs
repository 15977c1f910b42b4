//! The search core of the network. It uses only `std`, no other part of the crate, and compiles with Rust 1.63 (2022).
//! So the same code can be compiled to WebAssembly, and an offline phone gets the same routes as from the server.
//!
//! [`Topology`] holds how edges are joined, but not who may pass. [`Attributes`] holds who may pass, when and how
//! fast, by the index of a feature; the search reads it while it runs.

// These lints suggest features that Rust 1.63 does not have: let chains, let-else and newer methods.
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
mod enclosed;
mod ends;
mod errand;
mod gates;
pub mod geometry;
mod hierarchy;
mod labels;
mod land;
mod limit;
mod moves;
mod parts;
mod passage;
mod potentials;
mod profile;
mod query;
mod reach;
mod route;
mod search;
mod terrain;
mod topology;
mod trip;
mod turns;
mod view;

pub use attributes::{
    Access, Admission, Attr, Attributes, Blocked, Credential, Entry, HOURS_ALWAYS, HOURS_UNKNOWN,
    Hours, INCLINE_DOWN, INCLINE_UP, Oneway, Ramp, Surface, Table, WayKind,
};
pub use bound::{Bound, Everywhere, StraightLine};
pub use edge::{DirectedEdge, Edge, EdgeKind, Place, Point};
pub use ends::End;
pub use errand::{Errand, RoundTrip};
pub use gates::Verdict;
pub use labels::{Memory, State};
pub use limit::Limit;
pub use parts::{Door, Gate, Invalid, Parking, Parts, Turn, TurnKind};
pub use passage::{Bar, Phase, Usage, usage};
pub use potentials::Potentials;
pub use profile::{Mode, Pace, ParkRule, Profile, STOREY_DM, Zone, duration_ds};
pub use query::{Finish, LONGEST_WAIT_DS, ParkAt, Query, Shut};
pub use reach::{Part, Reached, Stopped};
pub use route::{NoRoute, Route, Step, Why};
pub use topology::Topology;
pub use trip::{MOST_EXACT, NoTrip, Trip, TripPart, TripQuery, TripVisit, WhyNoTrip, Window};
pub use view::View;

#[cfg(test)]
pub(crate) mod tests;
