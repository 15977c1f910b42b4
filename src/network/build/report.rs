//! Problems that the builder found in the data and that a person should check.

use geo_types::Coord;

use super::features::Named;
use super::walls::WallKind;

/// The end of a way that comes near another way and does not meet it.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    /// The way that ends.
    pub way: Named,
    /// The position of the end, in degrees, WGS 84.
    pub at: Coord<f64>,
    /// The way that it does not meet.
    pub other: Named,
    /// The distance between them, in metres.
    pub metres: f64,
}

/// A mapped way that crosses a wall where no gate is mapped. It is passable on foot only.
#[derive(Debug, Clone, PartialEq)]
pub struct Assumed {
    /// The way that crosses the wall.
    pub way: Named,
    /// The barrier, building or compound that it crosses.
    pub wall: Named,
    /// The kind of wall.
    pub kind: WallKind,
    /// The position of the crossing, in degrees, WGS 84.
    pub at: Coord<f64>,
}

/// A gate, a door or a building from which no line of sight leads to the network.
#[derive(Debug, Clone, PartialEq)]
pub struct Unlinked {
    /// The entrance, or the building if it has none.
    pub feature: Named,
    /// The position in degrees, WGS 84.
    pub at: Coord<f64>,
    /// The nearest point of the network in degrees, WGS 84, and the straight-line distance to it in metres; `None` if
    /// there is none nearby.
    pub nearest: Option<(Coord<f64>, f64)>,
}

/// A turn restriction whose routes do not meet as it requires.
#[derive(Debug, Clone, PartialEq)]
pub struct LostTurn {
    /// The restriction.
    pub turn: Named,
}

/// Everything that was found, each list in the order of the features.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// Ends of ways that stop short of another way.
    pub gaps: Vec<Gap>,
    /// Crossings of walls without a gate.
    pub assumed: Vec<Assumed>,
    /// Entrances and buildings without a link.
    pub unlinked: Vec<Unlinked>,
    /// Turn restrictions that could not be placed.
    pub lost_turns: Vec<LostTurn>,
}
