//! Coverage: the share of people who reach a facility within a standard, and how far the others are from one.
//!
//! People live behind doors, on storeys. For each door, the walks to the two nearest facilities are given. If the
//! standard is a time, the time between the door and the storey is added. Nobody is left out: people whose door has no
//! way nearby, or from whose door no facility can be reached, count as not covered, and are also counted separately.

mod count;
mod tally;
#[cfg(test)]
mod tests;

pub use count::{Count, Recount};
pub use tally::{Crowd, Figures, Spread, Tally};

use crate::network::walking::Walk;

/// The people of a building behind one of its doors.
#[derive(Debug, Clone, PartialEq)]
pub struct Dwelling {
    /// The index of the building (or of the feature of a demand layer) in [`Demand::places`].
    pub place: u32,
    /// The number of the door among the places of the walking graph; `None` if no way is near the door.
    pub door: Option<u32>,
    /// The number of people behind the door.
    pub people: f64,
    /// The number of storeys over which the people are divided evenly, from the ground floor up; at least 1.
    pub storeys: u32,
    /// Whether the building has a lift.
    pub has_lift: bool,
}

/// A building or another feature with people.
#[derive(Debug, Clone, PartialEq)]
pub struct DemandPlace {
    /// The id of the feature.
    pub id: String,
    /// The name that is shown; the id if the feature has no name.
    pub name: String,
    /// A position of the feature, longitude and latitude in degrees, WGS 84.
    pub at: [f64; 2],
    /// The area that contains the place, as an index in [`Demand::areas`], for each [`By`] except buildings.
    pub areas: [Option<u32>; 4],
    /// The number of people.
    pub people: f64,
    /// Whether the number of people was estimated from the floor area.
    pub is_estimated: bool,
}

/// How results are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum By {
    /// By building, or by feature of a demand layer.
    Building,
    /// By grid (网格).
    Grid,
    /// By community (社区).
    Community,
    /// By subdistrict (街道).
    Street,
    /// By kind of housing.
    Housing,
}

impl By {
    /// The index of this grouping in [`DemandPlace::areas`] and [`Demand::areas`]; `None` for buildings.
    pub fn slot(self) -> Option<usize> {
        match self {
            Self::Building => None,
            Self::Grid => Some(0),
            Self::Community => Some(1),
            Self::Street => Some(2),
            Self::Housing => Some(3),
        }
    }
}

/// An area by which results are grouped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaName {
    /// The id of the grid, community or subdistrict, or the kind of housing.
    pub id: String,
    /// The name that is shown; the id if the area has no name.
    pub name: String,
}

/// The people of a map.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Demand {
    /// The buildings, or features of a demand layer, with people.
    pub places: Vec<DemandPlace>,
    /// The doors of the buildings with the people behind them.
    pub dwellings: Vec<Dwelling>,
    /// The areas, for each [`By`] except buildings.
    pub areas: [Vec<AreaName>; 4],
}

/// The walks from one door to facilities, without the way between the door and the storeys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Doorway {
    /// The walk to the nearest facility by the measure of the standard; `None` if none can be reached.
    pub nearest: Option<Walk>,
    /// The walk to the second nearest facility.
    pub second: Option<Walk>,
    /// The length of the shortest walk to a facility, in decimetres.
    pub length_dm: Option<u32>,
}

impl Doorway {
    /// Takes the walk to one more facility into account.
    pub fn take(&mut self, walk: Walk) {
        if self.nearest.is_none_or(|nearest| walk.cost < nearest.cost) {
            self.second = self.nearest.replace(walk);
        } else if self.second.is_none_or(|second| walk.cost < second.cost) {
            self.second = Some(walk);
        }
    }

    /// Takes the length of the walk to one more facility into account, in decimetres. The shortest length is kept.
    pub fn shorten(&mut self, length_dm: u32) {
        self.length_dm = Some(self.length_dm.map_or(length_dm, |own| own.min(length_dm)));
    }
}

/// The rule by which people count as covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The highest cost of a walk that counts as covered: tenths of a second if `is_time`, otherwise decimetres.
    pub limit: u32,
    /// Whether costs are times. Then the time between the door and the storey is added.
    pub is_time: bool,
    /// Whether the time between the door and the storey counts twice, for the way there and back.
    pub there_and_back: bool,
}

/// The result for all people.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Coverage {
    /// All people together.
    pub all: Tally,
    /// Each building, in the order of [`Demand::places`].
    pub buildings: Vec<Tally>,
    /// Each area, in the order of [`Demand::areas`], for each [`By`] except buildings.
    pub areas: [Vec<Tally>; 4],
}

/// Why people are not linked to any facility.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unlinked {
    /// No way is near the door.
    NoWay,
    /// No facility can be reached from the door.
    NoFacility,
}

/// Counts how many people are covered. `doorways` takes the number of a door and returns its walks. `climb` takes a
/// storey (1 is the ground floor) and whether the building has a lift, and returns the time between the door and the
/// storey in tenths of a second, or `None` if the storey cannot be reached.
pub fn coverage(
    demand: &Demand,
    rule: Rule,
    doorways: impl Fn(u32) -> Doorway,
    climb: impl Fn(u32, bool) -> Option<u32>,
) -> Coverage {
    Count::new(demand, rule, doorways, climb).coverage().clone()
}

/// The people on one storey behind one door, with their walk to the nearest facility.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Counted {
    people: Crowd,
    is_covered: bool,
    is_backed_up: bool,
    /// The time of the whole walk in tenths of a second, if the standard is a time.
    time_ds: Option<u32>,
    length_dm: Option<u32>,
    unlinked: Option<Unlinked>,
}

impl Counted {
    fn new(people: Crowd, rule: Rule, doorway: Option<Doorway>, up: Option<u32>) -> Self {
        let none = |unlinked| Self {
            people,
            is_covered: false,
            is_backed_up: false,
            time_ds: None,
            length_dm: None,
            unlinked: Some(unlinked),
        };
        let Some(doorway) = doorway else {
            return none(Unlinked::NoWay);
        };
        let (Some(nearest), Some(up)) = (doorway.nearest, up) else {
            return none(Unlinked::NoFacility);
        };
        let up = match rule.there_and_back {
            true => up.saturating_mul(2),
            false => up,
        };
        let whole = |walk: Walk| walk.cost.saturating_add(up);
        Self {
            people,
            is_covered: whole(nearest) <= rule.limit,
            is_backed_up: doorway.second.is_some_and(|w| whole(w) <= rule.limit),
            time_ds: rule.is_time.then(|| whole(nearest)),
            length_dm: doorway.length_dm,
            unlinked: None,
        }
    }
}
