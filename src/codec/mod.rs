//! Decodes and encodes features, checks that a feature fits its collection, and processes photos.

pub mod check;
pub mod config;
pub mod cql2;
pub mod geojson;
pub mod hours;
pub mod json;
pub mod mvt;
pub mod osm;
pub mod photo;
pub mod wkb;
pub mod wkt;
