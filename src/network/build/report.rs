//! Problems that the builder found in the data and that a person should check.

use geo_types::Coord;

use super::features::Named;
use super::walls::WallKind;

/// The end of a way that comes near another way and does not meet it.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    /// The way that ends.
    pub way: Named,
    /// Where it ends.
    pub at: Coord<f64>,
    /// The way that it does not meet.
    pub other: Named,
    /// Metres between them.
    pub metres: f64,
}

/// A mapped way that crosses a wall where no gate is mapped. It is passable on foot only.
#[derive(Debug, Clone, PartialEq)]
pub struct Assumed {
    /// The way that crosses the wall.
    pub way: Named,
    /// What it crosses.
    pub wall: Named,
    /// The kind of what it crosses.
    pub kind: WallKind,
    /// The position of the crossing, in degrees.
    pub at: Coord<f64>,
}

/// A gate, a door or a building from which no line of sight leads to the network.
#[derive(Debug, Clone, PartialEq)]
pub struct Unlinked {
    /// The entrance; the building where it has none.
    pub feature: Named,
    /// Where it is.
    pub at: Coord<f64>,
    /// The nearest point of the network and the straight distance to it in metres; `None` if there is none
    /// nearby.
    pub nearest: Option<(Coord<f64>, f64)>,
}

/// A turn restriction whose routes do not meet in the way that it says.
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
