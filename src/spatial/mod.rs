//! Geometry without I/O: coordinate systems, metres on the ellipsoid, tiles, clipping, validity.
//!
//! Coordinates are degrees of WGS 84 with x = longitude and y = latitude, unless a name says
//! otherwise.

pub mod bounds;
pub mod clip;
pub mod crs;
mod flat;
pub mod metres;
pub mod tile;
pub mod validity;
