//! A feature: an id, a place and what is known about it.

use geo_types::Geometry;
use jiff::Timestamp;

use super::{CollectionId, FeatureId, Properties};

/// What a feature is apart from its name: geometry in WGS 84 (x = longitude, y = latitude, degrees)
/// and properties. Only rows of hidden collections have no geometry.
#[derive(Debug, Clone, PartialEq)]
pub struct Body {
    /// The geometry, WGS 84 degrees.
    pub geometry: Option<Geometry<f64>>,
    /// The properties.
    pub properties: Properties,
}

/// A checked feature that is not part of the map yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// Its id in its collection.
    pub id: FeatureId,
    /// Its geometry and properties.
    pub body: Body,
}

/// What a store holds under a name, as of the commit that wrote it last.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The collection it stands in.
    pub collection: CollectionId,
    /// The id of the feature in its collection.
    pub id: FeatureId,
    /// The commit that wrote it.
    pub seq: u64,
    /// When that commit was made.
    pub updated_at: Timestamp,
    /// The feature, or `None` where that commit deleted it.
    pub body: Option<Body>,
}
