//! Features: objects on the map with an id, a geometry and properties.

use geo_types::Geometry;
use jiff::Timestamp;

use super::{CollectionId, FeatureId, Properties};

/// The content of a feature: its geometry in degrees of WGS 84 (x = longitude, y = latitude) and
/// its properties. Rows of hidden collections and features of collections without geometry have no
/// geometry.
#[derive(Debug, Clone, PartialEq)]
pub struct Body {
    /// The geometry in degrees of WGS 84.
    pub geometry: Option<Geometry<f64>>,
    /// The properties.
    pub properties: Properties,
}

/// A checked feature that has not been written to the map.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// The id of the feature in its collection.
    pub id: FeatureId,
    /// The geometry and the properties.
    pub body: Body,
}

/// The stored state of a feature after the commit that last wrote it.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The collection of the feature.
    pub collection: CollectionId,
    /// The id of the feature in its collection.
    pub id: FeatureId,
    /// The commit that wrote this state.
    pub seq: u64,
    /// The time of the commit that wrote this state.
    pub updated_at: Timestamp,
    /// The content of the feature; `None` if the commit deleted it.
    pub body: Option<Body>,
}
