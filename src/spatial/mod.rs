//! Pure geometry: coordinate systems, metres on the ellipsoid, tile arithmetic, clipping, validity.
//!
//! Coordinates are WGS 84 degrees, x = longitude and y = latitude, unless a name says otherwise.

pub mod bounds;
pub mod clip;
pub mod crs;
pub mod metres;
pub mod tile;
pub mod validity;
