//! What the board of a compound shows: its public data. `None` means unknown, and the board prints that it is unknown.

use geo_types::Coord;
use jiff::civil::Date;

/// A line or ring in WGS 84, in degrees.
pub type Line = Vec<Coord<f64>>;

/// The public data of a compound and its surroundings.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Content {
    /// The name of the compound.
    pub name: String,
    /// The name of the community (社区) that it belongs to.
    pub community: Option<String>,
    /// The rings of its outline.
    pub outline: Vec<Line>,
    /// Its buildings.
    pub houses: Vec<House>,
    /// Its gates.
    pub gates: Vec<Gate>,
    /// The doors of its buildings.
    pub doors: Vec<Door>,
    /// Ways for riders and people on foot.
    pub ways: Vec<Way>,
    /// Areas to walk on.
    pub squares: Vec<Line>,
    /// Walls, fences and hedges.
    pub walls: Vec<Wall>,
    /// Roads around it.
    pub roads: Vec<Road>,
    /// Rings of buildings that are not its own.
    pub neighbours: Vec<Line>,
    /// Lawns and woods.
    pub green: Vec<Line>,
    /// Rivers and ponds.
    pub water: Vec<Line>,
    /// Parking places, first-aid stations and other places.
    pub places: Vec<Place>,
    /// The day of the newest change of anything on the board.
    pub changed_on: Option<Date>,
}

/// A building of the compound.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct House {
    /// The id of the building.
    pub id: String,
    /// The number of the building.
    pub number: Option<String>,
    /// The name of the building.
    pub name: Option<String>,
    /// Whether it has a lift.
    pub has_lift: bool,
    /// The rings of its outline; the first ring of each part is its outside.
    pub rings: Vec<Line>,
    /// A position inside it, in degrees.
    pub middle: Coord<f64>,
}

/// How an e-bike passes a gate or a way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// Riding.
    Ride,
    /// Pushing it.
    Push,
    /// Not at all.
    No,
}

impl Admission {
    /// The admission that a value of the property `ebike` means; `None` for an unknown value.
    pub fn of(value: &str) -> Option<Self> {
        match value {
            "yes" => Some(Self::Ride),
            "dismount" => Some(Self::Push),
            "no" => Some(Self::No),
            _ => None,
        }
    }
}

/// What must be shown at a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// Nothing.
    None,
    /// Visitors register.
    Register,
    /// A code of the property company.
    PropertyCode,
    /// A code of the subdistrict.
    DistrictCode,
    /// The code of the delivery platform.
    PlatformCode,
}

impl Credential {
    /// The credential that a value of the property `credential` means; `None` for an unknown value.
    pub fn of(value: &str) -> Option<Self> {
        match value {
            "none" => Some(Self::None),
            "register" => Some(Self::Register),
            "property_code" => Some(Self::PropertyCode),
            "district_code" => Some(Self::DistrictCode),
            "platform_code" => Some(Self::PlatformCode),
            _ => None,
        }
    }
}

/// The change by a day order (当日管制) at a gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// `storm`, `snow`, `peak` or `emergency`.
    pub kind: String,
    /// How an e-bike passes while the order is in force.
    pub ebike: Option<Admission>,
    /// Whether people on foot may pass while the order is in force.
    pub foot: Option<bool>,
}

/// A gate of the compound.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Gate {
    /// The id of the entrance.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// Its position, in degrees.
    pub at: Coord<f64>,
    /// Whether it is a garage entrance.
    pub is_garage: bool,
    /// Whether it is locked or closed for everybody.
    pub is_shut: bool,
    /// How an e-bike passes.
    pub ebike: Option<Admission>,
    /// Whether people on foot may pass.
    pub foot: Option<bool>,
    /// The opening hours in the syntax of OpenStreetMap.
    pub hours: Option<String>,
    /// The opening hours for e-bikes, if they differ from `hours`.
    pub ebike_hours: Option<String>,
    /// What must be shown.
    pub credential: Option<Credential>,
    /// How to get in, as a text that everybody may see.
    pub guidance: Option<String>,
    /// The changes by day orders.
    pub exceptions: Vec<Exception>,
    /// The day of the last check.
    pub checked_on: Option<String>,
}

/// The way in which a rider comes through a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passing {
    /// Riding.
    Ride,
    /// Pushing the bike.
    Push,
    /// On foot, without the bike.
    Foot,
    /// Nobody passes.
    Shut,
    /// Unknown.
    Unknown,
}

impl Gate {
    /// How a rider comes through.
    pub fn passing(&self) -> Passing {
        match (self.is_shut, self.ebike, self.foot) {
            (true, _, _) | (_, Some(Admission::No), Some(false)) => Passing::Shut,
            (_, Some(Admission::Ride), _) => Passing::Ride,
            (_, Some(Admission::Push), _) => Passing::Push,
            (_, Some(Admission::No), Some(true)) => Passing::Foot,
            (_, Some(Admission::No) | None, _) => Passing::Unknown,
        }
    }
}

/// A door of a building.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Door {
    /// The id of the building.
    pub house: String,
    /// The unit that the door leads to.
    pub unit: Option<String>,
    /// The rooms that the door leads to.
    pub rooms: Option<String>,
    /// Its position, in degrees.
    pub at: Coord<f64>,
}

/// How a way is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WayKind {
    /// E-bikes ride.
    Ride,
    /// E-bikes are pushed.
    Push,
    /// Only on foot, or unknown.
    Foot,
    /// Steps.
    Steps,
}

/// A way.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// How it is used.
    pub kind: WayKind,
    /// Whether it is used only in the direction of its line.
    pub oneway: bool,
    /// Its line.
    pub line: Line,
}

/// A wall, fence or hedge.
#[derive(Debug, Clone, PartialEq)]
pub struct Wall {
    /// Its line.
    pub line: Line,
}

/// A road outside of the compound.
#[derive(Debug, Clone, PartialEq)]
pub struct Road {
    /// Its name.
    pub name: Option<String>,
    /// Its width in metres.
    pub width_m: f64,
    /// Its line.
    pub line: Line,
}

/// The kinds of places on a board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlaceKind {
    /// A first-aid station (身边急救站).
    FirstAid,
    /// A parking place for e-bikes (停车点).
    Parking,
    /// A hand-over point (交接点).
    Handover,
    /// A swap cabinet (换电柜).
    BatterySwap,
    /// A rest stop for riders (驿站).
    RestStop,
    /// A public toilet.
    Toilet,
}

impl PlaceKind {
    /// The kind of place for a facility with this value of `kind`; `None` if boards do not show it.
    pub fn of_facility(kind: &str) -> Option<Self> {
        match kind {
            "parking" => Some(Self::Parking),
            "handover" => Some(Self::Handover),
            "battery_swap" => Some(Self::BatterySwap),
            "rest_stop" => Some(Self::RestStop),
            "toilet" => Some(Self::Toilet),
            _ => None,
        }
    }
}

/// A place with a symbol.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Its kind.
    pub kind: PlaceKind,
    /// Its position, in degrees.
    pub at: Coord<f64>,
}
