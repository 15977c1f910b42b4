//! The network for riding and walking: the topology built from features, the attributes read from properties, the
//! profiles, and the search in [`core`].

pub mod attributes;
pub mod build;
pub mod core;
pub mod file;
mod hilbert;
pub mod nearby;
mod on_edge;
mod profiles;
pub mod walking;

pub use hilbert::hilbert;
pub use profiles::{NamedProfile, Profiles};
