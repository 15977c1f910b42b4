//! Where a route begins or ends, as somebody says it.

use geo_types::Coord;

use crate::model::{InChinese, Localized, both};

/// A place that somebody names.
#[derive(Debug, Clone, PartialEq)]
pub enum Spot {
    /// A position in degrees.
    Position(Coord<f64>),
    /// A building, or a unit of it, or a room.
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
    /// A facility: a swap cabinet, a hand-over point.
    Facility(
        /// Its id.
        String,
    ),
}

/// Why a place is none.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SpotError {
    /// There is no such feature.
    #[error("there is no {id:?} in {collection}")]
    Unknown {
        /// The collection.
        collection: &'static str,
        /// The id.
        id: String,
    },
    /// The building has no such unit.
    #[error("the building has no unit {unit:?}; known are: {known}")]
    UnknownUnit {
        /// What was asked for.
        unit: String,
        /// The units of which a door is known, separated by commas.
        known: String,
    },
    /// No door of the building leads to the room.
    #[error("no door of the building leads to room {room:?}; doors lead to: {known}")]
    UnknownRoom {
        /// What was asked for.
        room: String,
        /// The rooms behind the doors, separated by semicolons.
        known: String,
    },
    /// No way of the map is near.
    #[error("no way of the map is within {reach_m} m of the position")]
    FarAway {
        /// How far was looked, in metres.
        reach_m: u32,
        /// The nearest place of the network and the metres to it, where one is within sight of the map.
        nearest: Option<(Coord<f64>, f64)>,
    },
}

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
    /// What it is called where its name is not known.
    pub fn words(&self) -> Localized {
        match self {
            Self::Position(_) => both!("所选位置", "the position"),
            Self::Building { .. } => both!("该楼", "the building"),
            Self::Entrance(_) => both!("该出入口", "the entrance"),
            Self::Facility(_) => both!("该设施", "the facility"),
        }
    }
}
