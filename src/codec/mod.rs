//! Bytes to features and back, and the check that a feature fits its collection.

pub mod check;
pub mod geojson;
pub mod mvt;
pub mod osm;
pub mod wkb;
