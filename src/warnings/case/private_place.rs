//! The place of a case of a private category. A wish is about a person, and its place is their home. So the public
//! properties and the geometry of the case say only in which grid it is, and this one, which is protected, has the rest.

use geo_types::Coord;
use serde::{Deserialize, Serialize};

/// Where the person of a case is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PrivatePlace {
    /// The longitude in degrees of WGS 84.
    pub lon: f64,
    /// The latitude in degrees of WGS 84.
    pub lat: f64,
    /// The id of the compound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compound: Option<String>,
    /// The id of the building.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub building: Option<String>,
    /// The number of the unit (单元) of the building.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub building_unit: Option<String>,
    /// The id of the entrance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entrance: Option<String>,
    /// The place as a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

impl PrivatePlace {
    /// The position, in degrees of WGS 84.
    pub fn position(&self) -> Coord<f64> {
        Coord {
            x: self.lon,
            y: self.lat,
        }
    }
}
