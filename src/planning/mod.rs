//! Planning (规划): which people are out of reach of a facility, and where new facilities should stand.
//!
//! Everything here is pure: no I/O and no clock. The walks come in from the network, and results go out as plain values.

pub mod access_changes;
pub mod coverage;
pub mod deliveries;
pub mod placement;
pub mod siting;
pub mod standards;
