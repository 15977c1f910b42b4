//! A request to compute which people are covered by facilities.

use geo_types::Coord;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Localized, RoleSet, both};
use crate::network::core::Profile;
use crate::planning::standards::Standard;
use crate::service::routes::NoNetwork;

/// A request to compute which people are covered by facilities.
#[derive(Debug, Clone)]
pub struct CoverageAsk {
    /// The features that count as facilities.
    pub facility: FacilityAsk,
    /// How near a facility must be.
    pub standard: Standard,
    /// The people whose walks count.
    pub demand: DemandAsk,
    /// The moment for which opening hours are read.
    pub at: Timestamp,
    /// The travel profile. It must be a walking profile.
    pub profile: Profile,
    /// Positions of further facilities to try, in degrees, WGS 84.
    pub add: Vec<Coord<f64>>,
    /// The ids of facilities that do not count.
    pub without: Vec<String>,
    /// The roles of the caller. Numbers of people and properties of facilities that these roles may not see count as
    /// absent.
    pub roles: RoleSet,
}

impl CoverageAsk {
    /// Asks which people in the buildings of the map have one of the facilities of a standard, as everybody may see
    /// them. `None` if the standard names no facilities.
    pub fn of_standard(standard: &Standard, profile: Profile, at: Timestamp) -> Option<Self> {
        let kind = standard.facility.as_ref()?;
        Some(Self {
            facility: FacilityAsk {
                collection: kind.collection.clone(),
                kind: kind.kind.clone(),
                aed: kind.aed,
                area_m2: kind.area_m2,
                filter: None,
            },
            standard: standard.clone(),
            demand: DemandAsk::Buildings(Factors::default()),
            at,
            profile,
            add: Vec::new(),
            without: Vec::new(),
            roles: RoleSet::PUBLIC,
        })
    }
}

/// The features that count as facilities.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FacilityAsk {
    /// The collection.
    pub collection: String,
    /// The value of the property `kind`, if only that kind counts.
    pub kind: Option<String>,
    /// Whether only stations with a defibrillator count.
    pub aed: bool,
    /// The smallest and the largest area in m², if it matters.
    pub area_m2: Option<(f64, f64)>,
    /// A CQL2 filter.
    pub filter: Option<String>,
}

/// The people whose walks count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DemandAsk {
    /// The people in the buildings of the map.
    Buildings(Factors),
    /// The features of a collection, each with its number of people in a property.
    Collection {
        /// The collection.
        collection: String,
        /// The name of the property.
        weight: String,
    },
    /// Points of the request.
    Points(Vec<DemandPoint>),
}

/// The factors from which the number of people in a building is computed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Factors {
    /// The number of persons in a household.
    pub persons_per_household: f64,
    /// The floor area per person in m², for buildings without a number of households.
    pub m2_per_person: f64,
}

impl Default for Factors {
    /// 2.62 persons per household is the mean of the census of 2020 (第七次全国人口普查). 40 m² per person is an
    /// assumption of this product.
    fn default() -> Self {
        Self {
            persons_per_household: 2.62,
            m2_per_person: 40.0,
        }
    }
}

/// A point with people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DemandPoint {
    /// The id in the request.
    pub id: String,
    /// The position in degrees, WGS 84.
    #[serde(with = "position")]
    pub at: Coord<f64>,
    /// The number of people.
    pub people: f64,
}

/// Why coverage cannot be computed.
#[derive(Debug, Clone, PartialEq)]
pub enum NoCoverage {
    /// There is no network.
    Network(NoNetwork),
    /// A field of the request does not fit the map: the name of the field, and what was expected.
    Field(&'static str, Localized),
}

impl NoCoverage {
    pub(super) fn no_collection(field: &'static str, name: &str) -> Self {
        Self::Field(
            field,
            both!(
                "地图没有图层“{name}”",
                "there is no collection {name:?} on the map"
            ),
        )
    }
}

/// A position as `[longitude, latitude]`.
pub(super) mod position {
    use geo_types::Coord;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(at: &Coord<f64>, to: S) -> Result<S::Ok, S::Error> {
        [at.x, at.y].serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Coord<f64>, D::Error> {
        let [x, y] = <[f64; 2]>::deserialize(from)?;
        Ok(Coord { x, y })
    }
}
