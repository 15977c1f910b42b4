//! The place at which a route begins or ends, as a request names it.

use std::fmt;

use geo_types::Coord;

use crate::model::{InChinese, Localized, both};

/// A place in a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Spot {
    /// A position in degrees, WGS 84.
    Position(Coord<f64>),
    /// A building, a unit of it, or a room in it.
    Building {
        /// Its id.
        id: String,
        /// The unit, such as `2`.
        unit: Option<String>,
        /// The room, such as `501`.
        room: Option<String>,
    },
    /// A gate or a door.
    Entrance(
        /// Its id.
        String,
    ),
    /// A facility, such as a battery swap cabinet or a hand-over point.
    Facility(
        /// Its id.
        String,
    ),
}

/// The reason why a place cannot be resolved.
#[derive(Debug, Clone, PartialEq)]
pub enum SpotError {
    /// There is no such feature.
    Unknown {
        /// The collection.
        collection: &'static str,
        /// The id.
        id: String,
    },
    /// The building has no such unit.
    UnknownUnit {
        /// The value in the request.
        unit: String,
        /// The units with a known door, separated by commas.
        known: String,
    },
    /// No door of the building leads to the room.
    UnknownRoom {
        /// The value in the request.
        room: String,
        /// The rooms behind the doors, separated by semicolons.
        known: String,
    },
    /// There is no way near the position.
    FarAway {
        /// The search radius, in metres.
        reach_m: u32,
        /// The nearest point of a way and its distance in metres; `None` if there is none within 5 km.
        nearest: Option<(Coord<f64>, f64)>,
    },
}

impl fmt::Display for SpotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { collection, id } => write!(f, "there is no {id:?} in {collection}"),
            Self::UnknownUnit { unit, known } => {
                write!(f, "the building has no unit {unit:?}; known are: {known}")
            }
            Self::UnknownRoom { room, known } => write!(
                f,
                "no door of the building leads to room {room:?}; doors lead to: {known}"
            ),
            Self::FarAway { reach_m, .. } => {
                write!(f, "no way of the map is within {reach_m} m of the position")
            }
        }
    }
}

impl std::error::Error for SpotError {}

impl InChinese for SpotError {
    fn zh(&self) -> String {
        match self {
            Self::Unknown { collection, id } => format!("{}中没有“{id}”", title(collection)),
            Self::UnknownUnit { unit, known } => {
                format!("该楼没有“{unit}”单元，已知单元：{known}")
            }
            Self::UnknownRoom { room, known } => {
                format!("该楼没有通往“{room}”室的门，各门通往：{known}")
            }
            Self::FarAway { reach_m, .. } => format!("该位置{reach_m}米内没有地图上的道路"),
        }
    }
}

fn title(collection: &str) -> &'static str {
    match collection {
        "buildings" => "楼栋",
        "entrances" => "出入口",
        _ => "服务设施",
    }
}

impl Spot {
    /// Returns a description for a place without a known name.
    pub fn words(&self) -> Localized {
        match self {
            Self::Position(_) => both!("所选位置", "the position"),
            Self::Building { .. } => both!("该楼", "the building"),
            Self::Entrance(_) => both!("该出入口", "the entrance"),
            Self::Facility(_) => both!("该设施", "the facility"),
        }
    }
}
