//! Reads and writes GeoJSON (RFC 7946).

pub mod crs;
pub mod read;
pub mod write;
