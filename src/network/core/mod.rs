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

pub mod attributes;
pub mod geometry;
pub mod topology;

pub use attributes::{
    Access, Admission, Attr, Attributes, Blocked, Credential, HOURS_ALWAYS, HOURS_UNKNOWN, Hours,
    Oneway, Ramp, Surface, Table, WayKind,
};
pub use topology::{
    DirectedEdge, Door, Edge, EdgeKind, Gate, Invalid, Parking, Parts, Place, Point, Topology,
    Turn, TurnKind,
};
