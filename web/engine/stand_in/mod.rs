//! Small replacements for what the shared files take from other crates.

pub mod metres;
pub mod text;
pub mod time;

/// A position in degrees, WGS 84, as in the crate `geo_types`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Coord<T> {
    /// Longitude.
    pub x: T,
    /// Latitude.
    pub y: T,
}
