//! Where buildings, entrances and positions join the network, for searches from many places at once.

use geo::BoundingRect as _;
use geo_types::{Coord, Geometry, Line, LineString};

use super::Ground;
use super::climb::way_up;
use super::ends::{Finder, Stop, unknown};
use super::spot::SpotError;
use crate::live::Ways;
use crate::model::names::collection::ENTRANCES;
use crate::network::core::{Place, Profile};
use crate::network::nearby::line;
use crate::spatial::metres::distance;

/// An entrance within this distance of the edge of a park, in metres, leads into the park.
const AT_EDGE_M: f64 = 5.0;

/// A point where a door, an entrance or a position joins the network, with the stretch between the two.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Joined {
    /// The point on the network.
    pub place: Place,
    /// The length of the stretch from this point to the door, entrance or position, in decimetres.
    pub gap_dm: u32,
    /// The time for the stretch, in tenths of a second.
    pub gap_ds: u32,
    /// The position of the door or entrance, or the given position, in degrees, WGS 84.
    pub at: Coord<f64>,
}

impl Joined {
    fn of(stop: &Stop) -> Self {
        Self {
            place: stop.end.place,
            gap_dm: (stop.gap_m * 10.0).round() as u32,
            gap_ds: stop.end.extra_ds,
            at: stop.at,
        }
    }
}

/// Finds where doors, positions and areas join the network of a [`Ground`], for people on foot.
#[derive(Clone, Copy)]
pub struct Joiner<'a> {
    ground: &'a Ground,
    ways: &'a Ways,
    profile: &'a Profile,
}

impl std::fmt::Debug for Joiner<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Joiner").finish_non_exhaustive()
    }
}

impl Ground {
    /// Returns a joiner for a profile of people on foot; `None` if there is no topology.
    pub fn joiner<'a>(&'a self, profile: &'a Profile) -> Option<Joiner<'a>> {
        Some(Joiner {
            ground: self,
            ways: self.ways()?,
            profile,
        })
    }
}

impl Joiner<'_> {
    fn finder(&self) -> Finder<'_> {
        Finder {
            ground: self.ground,
            ways: self.ways,
            profile: self.profile,
        }
    }

    /// Returns the doors of a building, each with the points where it joins the network. A door from which no way is
    /// within reach has none. A building without known doors counts as one door.
    pub fn doors(&self, building: &str) -> Vec<Vec<Joined>> {
        let joined = |stops: Vec<Stop>| stops.iter().map(Joined::of).collect();
        let doors = self.finder().each_door(building);
        doors.into_iter().map(joined).collect()
    }

    /// Returns the points where a position joins the network: the nearest ways that are visible from it. Empty if no
    /// way is within reach.
    pub fn position(&self, at: Coord<f64>) -> Vec<Joined> {
        let stops = self.finder().at_position(at).unwrap_or_default();
        stops.iter().map(Joined::of).collect()
    }

    /// Returns the points where an area such as a park is entered: the entrances at its edge, and where ways cross its
    /// edge. If there are none, the ways nearest to a point inside.
    pub fn area(&self, area: &Geometry<f64>, inside: Coord<f64>, gates: &[String]) -> Vec<Joined> {
        let finder = self.finder();
        let mut joined: Vec<Joined> = Vec::new();
        for gate in gates {
            let stops = finder.at_entrance(gate).unwrap_or_default();
            joined.extend(stops.iter().map(Joined::of));
        }
        for ring in outlines(area) {
            joined.extend(self.crossings(&ring));
        }
        if joined.is_empty() {
            return self.position(inside);
        }
        joined
    }

    /// Returns where ways cross a line.
    fn crossings(&self, ring: &LineString<f64>) -> Vec<Joined> {
        let topology = &self.ways.topology;
        let mut found = Vec::new();
        for edge in self.ways.edges.crossed(topology, &ring.clone().into()) {
            let length_dm = topology.edge(edge).length_dm;
            let points: Vec<Coord<f64>> = line(topology, edge).collect();
            let total: f64 = points.windows(2).map(|w| distance(w[0], w[1])).sum();
            let mut along = 0.0;
            for ends in points.windows(2) {
                let piece = Line::new(ends[0], ends[1]);
                for side in ring.lines().filter(|side| meets(side, &piece)) {
                    use geo::line_intersection::{LineIntersection, line_intersection};
                    let at = match line_intersection(side, piece) {
                        Some(LineIntersection::SinglePoint { intersection, .. }) => intersection,
                        Some(LineIntersection::Collinear { intersection }) => intersection.start,
                        None => continue,
                    };
                    let metres = along + distance(ends[0], at);
                    // An edge is a little longer than its drawn line, because lengths are rounded up.
                    let share = if total > 0.0 { metres / total } else { 0.0 };
                    let offset_dm = (f64::from(length_dm) * share).round() as u32;
                    found.push(Joined {
                        place: Place::OnEdge {
                            edge,
                            offset_dm: offset_dm.min(length_dm),
                        },
                        gap_dm: 0,
                        gap_ds: 0,
                        at,
                    });
                }
                along += distance(ends[0], ends[1]);
            }
        }
        found
    }

    /// Whether an entrance stands at the edge of an area.
    pub fn is_at_edge(at: Coord<f64>, area: &Geometry<f64>) -> bool {
        outlines(area).iter().any(|ring| {
            crate::spatial::metres::distance_to(at, &Geometry::LineString(ring.clone()))
                <= AT_EDGE_M
        })
    }
}

fn meets(a: &Line<f64>, b: &Line<f64>) -> bool {
    let (a, b) = (a.bounding_rect(), b.bounding_rect());
    a.min().x <= b.max().x
        && b.min().x <= a.max().x
        && a.min().y <= b.max().y
        && b.min().y <= a.max().y
}

fn outlines(area: &Geometry<f64>) -> Vec<LineString<f64>> {
    match area {
        Geometry::Polygon(area) => vec![area.exterior().clone()],
        Geometry::MultiPolygon(areas) => areas.iter().map(|a| a.exterior().clone()).collect(),
        _ => Vec::new(),
    }
}

impl Finder<'_> {
    /// Returns where each door of a building joins the network; the doors without a way in reach have no stops. A
    /// building without known doors counts as one door.
    fn each_door(&self, id: &str) -> Vec<Vec<Stop>> {
        let doors = self.ground.doors_of(self.ways, id);
        if !doors.is_empty() {
            let stops = doors.iter().map(|door| self.door(door).unwrap_or_default());
            return stops.collect();
        }
        let at = match self.ground.house(id).and_then(|house| house.at) {
            Some(at) => at,
            None => return vec![Vec::new()],
        };
        let linked = self.linked(&format!("buildings/{id}"), at, None);
        if !linked.is_empty() {
            return vec![linked];
        }
        vec![self.beside(at, Some(id), |_| true).unwrap_or_default()]
    }

    /// Returns where a position joins the network.
    fn at_position(&self, at: Coord<f64>) -> Result<Vec<Stop>, SpotError> {
        self.beside(at, None, |_| true)
    }

    /// Returns where an entrance joins the network.
    fn at_entrance(&self, id: &str) -> Result<Vec<Stop>, SpotError> {
        let entrance = self.ground.entrance(id);
        self.door(&entrance.ok_or_else(|| unknown(ENTRANCES, id))?)
    }
}

/// The time from the door of a building up to a storey, in tenths of a second; 0 for the ground floor, `None` if the
/// traveller cannot go up, for example in a wheelchair without a lift.
pub fn up_ds(storey: u32, has_lift: bool, profile: &Profile) -> Option<u32> {
    if storey <= 1 {
        return Some(0);
    }
    way_up(storey, has_lift, profile).map(|(_, takes_ds)| takes_ds)
}
