//! Points, edges and places of a network.

/// A position in WGS 84, in units of 1e-7 of a degree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Point {
    /// Longitude, -1,800,000,000 to 1,800,000,000.
    pub lon: i32,
    /// Latitude, -900,000,000 to 900,000,000.
    pub lat: i32,
}

impl Point {
    /// The point of a longitude and a latitude in degrees, rounded to 1e-7 of a degree.
    pub fn from_degrees(lon: f64, lat: f64) -> Point {
        Point {
            lon: (lon * 1e7).round() as i32,
            lat: (lat * 1e7).round() as i32,
        }
    }

    /// Longitude and latitude in degrees.
    pub fn degrees(self) -> (f64, f64) {
        (f64::from(self.lon) * 1e-7, f64::from(self.lat) * 1e-7)
    }
}

/// The origin of an edge. How it can be used follows from the attributes of its feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum EdgeKind {
    /// A piece of a mapped way; the feature is the route.
    Way,
    /// A line of sight between a door and the network; the feature is the entrance.
    DoorLink,
    /// A line across an area; the feature is the area.
    AreaCrossing,
    /// A piece of a mapped way that crosses a barrier where no gate is mapped. It is used on foot only; the feature is
    /// the route.
    AssumedCrossing,
    /// A ride in a lift; `length_dm` is the height, 30 dm per storey unless a better value is known. The feature is
    /// the lift.
    Lift,
    /// The passage through a gate, a bollard or another barrier, from outside (`from`) to inside (`to`). Both nodes lie
    /// at the same place and `length_dm` is 0. The feature is the entrance.
    Gate,
}

impl EdgeKind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [EdgeKind; 6] = [
        EdgeKind::Way,
        EdgeKind::DoorLink,
        EdgeKind::AreaCrossing,
        EdgeKind::AssumedCrossing,
        EdgeKind::Lift,
        EdgeKind::Gate,
    ];
}

/// An edge, in the direction in which it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// The node at its beginning.
    pub from: u32,
    /// The node at its end.
    pub to: u32,
    /// The length in decimetres, rounded up ([`super::geometry::length_dm`]).
    pub length_dm: u32,
    /// The feature whose attributes apply: an index in the table of features.
    pub feature: u32,
    /// The origin of the edge.
    pub kind: EdgeKind,
}

/// An edge in one of its two directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DirectedEdge(pub u32);

impl DirectedEdge {
    /// An edge from `from` to `to`.
    pub const fn forward(edge: u32) -> DirectedEdge {
        DirectedEdge(edge << 1)
    }

    /// An edge from `to` to `from`.
    pub const fn backward(edge: u32) -> DirectedEdge {
        DirectedEdge(edge << 1 | 1)
    }

    /// The edge without its direction.
    pub const fn edge(self) -> u32 {
        self.0 >> 1
    }

    /// Whether it leads from `to` to `from`.
    pub const fn is_backward(self) -> bool {
        self.0 & 1 == 1
    }

    /// The same edge in the other direction.
    pub const fn reversed(self) -> DirectedEdge {
        DirectedEdge(self.0 ^ 1)
    }
}

/// A place on the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A node.
    Node(u32),
    /// A point on an edge.
    OnEdge {
        /// The edge.
        edge: u32,
        /// The distance from the beginning of the edge in decimetres; at most its length.
        offset_dm: u32,
    },
}
