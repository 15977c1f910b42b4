//! The ride-and-walk network: topology built from features, attributes read from properties, profiles, and the
//! search in [`core`].

pub mod attributes;
pub mod build;
pub mod core;
pub mod nearby;
mod profiles;

pub use profiles::{NamedProfile, Profiles, STOREY_DM};
