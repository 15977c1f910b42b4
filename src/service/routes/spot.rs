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
        /// The units with a known door.
        known: Vec<String>,
    },
    /// No door of the building leads to the room.
    UnknownRoom {
        /// The value in the request.
        room: String,
        /// The rooms behind each door, as texts such as `101-105,201`.
        known: Vec<String>,
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
            Self::UnknownUnit { unit, known } if known.is_empty() => write!(
                f,
                "the building has no unit {unit:?}; no unit is on the map for any of its doors, so leave the unit out"
            ),
            Self::UnknownUnit { unit, known } => {
                let known = known.join(", ");
                write!(f, "the building has no unit {unit:?}; known are: {known}")
            }
            Self::UnknownRoom { room, known } if known.is_empty() => {
                write!(f, "no door of the building leads to room {room:?}")
            }
            Self::UnknownRoom { room, known } => {
                let known = known.join("; ");
                write!(
                    f,
                    "no door of the building leads to room {room:?}; doors lead to: {known}"
                )
            }
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
            Self::UnknownUnit { unit, known } if known.is_empty() => {
                format!("该楼没有“{unit}”单元，各门均未登记单元，请不填写单元")
            }
            Self::UnknownUnit { unit, known } => {
                format!("该楼没有“{unit}”单元，已知单元：{}", known.join("、"))
            }
            Self::UnknownRoom { room, known } if known.is_empty() => {
                format!("该楼没有通往“{room}”室的门")
            }
            Self::UnknownRoom { room, known } => {
                let known = known.join("；");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_punctuated_in_each_language_and_left_out_if_empty() {
        let unit = |known: &[&str]| SpotError::UnknownUnit {
            unit: "9".to_owned(),
            known: known.iter().map(|unit| (*unit).to_owned()).collect(),
        };
        let two = unit(&["1", "2"]).localized();
        assert_eq!(two.zh, "该楼没有“9”单元，已知单元：1、2");
        assert_eq!(two.en, "the building has no unit \"9\"; known are: 1, 2");
        let none = unit(&[]).localized();
        assert_eq!(none.zh, "该楼没有“9”单元，各门均未登记单元，请不填写单元");
        assert!(!none.en.contains("known are"), "{}", none.en);
        let room = |known: &[&str]| SpotError::UnknownRoom {
            room: "909".to_owned(),
            known: known.iter().map(|rooms| (*rooms).to_owned()).collect(),
        };
        let two = room(&["101-105", "201"]).localized();
        assert!(two.zh.ends_with("各门通往：101-105；201"), "{}", two.zh);
        assert!(
            two.en.ends_with("doors lead to: 101-105; 201"),
            "{}",
            two.en
        );
        assert!(room(&[]).localized().en.ends_with("room \"909\""));
    }
}
