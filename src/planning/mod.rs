//! Planning (规划): which people are out of reach of a facility, and where new facilities should stand.
//!
//! The code here does no I/O and reads no clock. The caller passes in the walks, which are computed on the network, and
//! gets plain values back.

pub mod access_changes;
pub mod coverage;
pub mod deliveries;
pub mod placement;
pub mod siting;
pub mod standards;
