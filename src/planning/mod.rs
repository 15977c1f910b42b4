//! Planning (规划): who is out of reach of a facility, and where the next one should stand.
//!
//! Everything here is pure: no I/O and no clock. The walks come in from the network, and results go out as plain values.

pub mod coverage;
pub mod siting;
pub mod standards;
