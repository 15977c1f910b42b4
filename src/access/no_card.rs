//! The error for a request that has no access card. This file is also part of the program for phones.

use std::fmt;

use crate::model::InChinese;

/// The reason why there is no access card for a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoCard {
    /// There is no such building.
    Building(String),
    /// The building has no such unit.
    Unit {
        /// The building's name or id.
        building: String,
        /// The requested unit.
        unit: String,
        /// The units that it has.
        known: Vec<String>,
    },
    /// No door of the building, or of the unit, has such a room behind it.
    Room {
        /// The building's name or id.
        building: String,
        /// The requested room.
        room: String,
        /// The rooms behind its doors.
        known: Vec<String>,
    },
}

impl fmt::Display for NoCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Building(id) => write!(
                f,
                "there is no building {id:?} on the map; search for the address (GET /api/search) to get the id of a \
                 building"
            ),
            Self::Unit {
                building,
                unit,
                known,
            } => {
                let known = known.join(", ");
                write!(f, "{building} has no unit {unit:?}; its units are: {known}")
            }
            Self::Room {
                building,
                room,
                known,
            } => {
                let known = known.join("; ");
                write!(
                    f,
                    "no door of {building} leads to room {room:?}; the rooms are: {known}"
                )
            }
        }
    }
}

impl std::error::Error for NoCard {}

impl InChinese for NoCard {
    fn zh(&self) -> String {
        match self {
            Self::Building(id) => format!("地图上没有楼栋“{id}”，请搜索地址后重新选择楼栋"),
            Self::Unit {
                building,
                unit,
                known,
            } => format!("{building}没有“{unit}”单元，现有单元：{}", known.join("、")),
            Self::Room {
                building,
                room,
                known,
            } => format!("{building}没有“{room}”室，各门内房号：{}", known.join("；")),
        }
    }
}
