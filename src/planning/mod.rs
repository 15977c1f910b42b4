//! Planning: who is out of reach of a facility, by the walking network.
//!
//! Everything here is pure: the walks come in from the network, and results go out as plain values.

pub mod coverage;
pub mod standards;
