//! The network file for phones: what an offline phone needs for search, access cards and routes, in four parts.
//!
//! | part | file | contents |
//! | --- | --- | --- |
//! | topology | `topology` | edges, gates, doors, parking places, turn restrictions, ids of features |
//! | geometry | `geometry` | points of nodes and edges, outlines that block the line of sight |
//! | attributes | `attributes`, `places` | who may pass and when, profiles, buildings, entrances, facilities, day orders |
//! | directory | `names` | the names by which places are found, and the pinyin of their characters |
//!
//! Each part is a sequence of variable-length integers and texts (`bytes`). Signed numbers are zigzag-encoded
//! differences from the number before; times are whole seconds, lengths whole decimetres, positions 1e-7 of a degree.
//! Writing and reading are in the same file. Like [`super::core`], this module uses only `std` and compiles
//! with Rust 1.63, because the server writes the parts and the program on the phone reads them.

// These lints suggest features that Rust 1.63 does not have.
#![allow(
    clippy::collapsible_if,
    clippy::manual_let_else,
    clippy::question_mark,
    clippy::unnecessary_map_or
)]

mod attributes;
mod bytes;
mod geometry;
mod names;
mod places;
mod topology;

pub use attributes::Passing;
pub use bytes::{Damaged, Reader, Writer};
pub use geometry::{Outline, OutlineKind, Shapes};
pub use names::{Named, Names};
pub use places::{Compound, Door, House, Order, Place, PlaceKind, Places};
pub use topology::{read_topology, write_topology};

/// The version of the format. The program on a phone refuses files of another version.
pub const FORMAT: u32 = 3;

#[cfg(test)]
mod tests;
