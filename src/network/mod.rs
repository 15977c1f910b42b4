//! The ride-and-walk network: topology built from features, profiles, and the search in [`core`].

pub mod core;
