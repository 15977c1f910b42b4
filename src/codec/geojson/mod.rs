//! GeoJSON (RFC 7946), read and written.

pub mod crs;
pub mod read;
pub mod write;
