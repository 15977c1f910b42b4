//! Small arrows along the ways. They show riders the direction from the gates into the compound.

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, HashMap};

use geo::Contains as _;
use geo_types::{Coord, LineString, MultiPolygon, Polygon};

use super::content::{Content, Line, Passing, WayKind};
use super::frame::Frame;
use super::plane::{inside, to_segment};

/// Positions on the page within this distance are the same place, in millimetres.
const SAME_MM: f64 = 0.25;
/// A gate is on a way if the way is within this many metres of it.
const AT_GATE_M: f64 = 3.0;
/// The distance between arrows.
const EVERY_MM: f64 = 13.0;
/// The distance of an arrow from a crossing, at least.
const CROSSING_MM: f64 = 2.5;
/// The most arrows on a board.
const MOST: usize = 3_000;

/// An arrow on a way: where it is, and its direction on the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Arrow {
    pub at: Coord<f64>,
    pub along: Coord<f64>,
}

/// The arrows along the ways, from the gate at which the board hangs, or from all gates that let riders in.
///
/// Every arrow points away from the gate that is nearest along the ways. Footways and steps are used only if the board
/// hangs at a gate that admits only people on foot.
pub(super) fn arrows(frame: &Frame, content: &Content, here: Option<&str>) -> Vec<Arrow> {
    let own = content.gates.iter().find(|g| Some(g.id.as_str()) == here);
    let on_foot = own.is_some_and(|g| g.passing() == Passing::Foot);
    let is_source = |passing: Passing| match passing {
        Passing::Ride | Passing::Push => true,
        Passing::Foot => on_foot,
        Passing::Shut | Passing::Unknown => false,
    };
    let gates = content.gates.iter();
    let gates: Vec<Coord<f64>> = gates
        .filter(|g| is_source(g.passing()) && own.is_none_or(|own| own.id == g.id))
        .map(|g| frame.page(g.at))
        .collect();
    let mut ways = Ways::default();
    for way in &content.ways {
        let is_used = match way.kind {
            WayKind::Ride | WayKind::Push => true,
            WayKind::Foot | WayKind::Steps => on_foot,
        };
        if is_used {
            ways.add(
                way.line.iter().map(|c| frame.page(*c)),
                way.oneway,
                way.kind,
            );
        }
    }
    let within = AT_GATE_M * frame.scale();
    let gates: Vec<usize> = gates
        .into_iter()
        .filter_map(|gate| ways.gate(gate, within))
        .collect();
    let mut arrows = ways.arrows(&ways.reached(&gates));
    // Outside the compound, an arrow away from the gate would lead riders away from the compound, so it is removed.
    let polygon = |ring: &Line| {
        let ring: LineString<f64> = ring.iter().map(|c| frame.page(*c)).collect();
        Polygon::new(ring, Vec::new())
    };
    let outline = MultiPolygon(content.outline.iter().map(polygon).collect());
    arrows.retain(|arrow| outline.contains(&arrow.at));
    arrows
}

/// The ways as a graph.
#[derive(Debug, Default)]
struct Ways {
    places: Vec<Coord<f64>>,
    index: HashMap<(i64, i64), usize>,
    edges: Vec<Edge>,
    from: Vec<Vec<usize>>,
}

#[derive(Debug, Clone, Copy)]
struct Edge {
    a: usize,
    b: usize,
    /// The length on the page; 0 if the edge was cut in two at a gate and replaced.
    length: f64,
    oneway: bool,
    /// Whether arrows are drawn on it.
    is_shown: bool,
}

impl Ways {
    fn add(&mut self, line: impl Iterator<Item = Coord<f64>>, oneway: bool, kind: WayKind) {
        let mut before: Option<usize> = None;
        for at in line {
            let place = self.place(at);
            if let Some(a) = before.filter(|a| *a != place) {
                let length = distance(self.places[a], self.places[place]);
                self.from[a].push(self.edges.len());
                self.from[place].push(self.edges.len());
                self.edges.push(Edge {
                    a,
                    b: place,
                    length,
                    oneway,
                    is_shown: kind == WayKind::Ride && !oneway,
                });
            }
            before = Some(place);
        }
    }

    fn place(&mut self, at: Coord<f64>) -> usize {
        let key = (
            (at.x / SAME_MM).round() as i64,
            (at.y / SAME_MM).round() as i64,
        );
        *self.index.entry(key).or_insert_with(|| {
            self.places.push(at);
            self.from.push(Vec::new());
            self.places.len() - 1
        })
    }

    /// Splits the nearest way at a gate. Returns the index of the position of the split in `places`; `None` if no way
    /// is within `within` millimetres.
    fn gate(&mut self, gate: Coord<f64>, within: f64) -> Option<usize> {
        let edges = self
            .edges
            .iter()
            .enumerate()
            .filter(|(_, e)| e.length > 0.0);
        let near = edges.map(|(i, e)| (to_segment(gate, self.places[e.a], self.places[e.b]).0, i));
        let (far, cut) = near.min_by(|a, b| a.0.total_cmp(&b.0))?;
        if far > within {
            return None;
        }
        let Edge {
            a,
            b,
            oneway,
            is_shown,
            ..
        } = self.edges[cut];
        let at = nearest(gate, self.places[a], self.places[b]);
        let place = self.place(at);
        if place == a || place == b {
            return Some(place);
        }
        // The two parts replace the edge.
        self.edges[cut].length = 0.0;
        self.from[a].retain(|e| *e != cut);
        self.from[b].retain(|e| *e != cut);
        for (a, b) in [(a, place), (place, b)] {
            let length = distance(self.places[a], self.places[b]);
            self.from[a].push(self.edges.len());
            self.from[b].push(self.edges.len());
            self.edges.push(Edge {
                a,
                b,
                length,
                oneway,
                is_shown,
            });
        }
        Some(place)
    }

    /// The distance of each place from the nearest gate along the ways, in millimetres (Dijkstra); infinite if no gate
    /// is connected to it.
    fn reached(&self, gates: &[usize]) -> Vec<f64> {
        let mut least = vec![f64::INFINITY; self.places.len()];
        let mut next: BinaryHeap<Reverse<Near>> = BinaryHeap::new();
        for gate in gates {
            next.push(Reverse(Near(0.0, *gate)));
        }
        while let Some(Reverse(Near(far, place))) = next.pop() {
            if far >= least[place] {
                continue;
            }
            least[place] = far;
            for edge in self.from[place].iter().map(|e| &self.edges[*e]) {
                if edge.oneway && edge.b == place {
                    continue;
                }
                let other = if edge.a == place { edge.b } else { edge.a };
                let far = far + edge.length;
                if far < least[other] {
                    next.push(Reverse(Near(far, other)));
                }
            }
        }
        least
    }

    /// Arrows at even distances from the gates.
    fn arrows(&self, least: &[f64]) -> Vec<Arrow> {
        let mut arrows = Vec::new();
        for edge in self.edges.iter().filter(|e| e.is_shown && e.length > 0.0) {
            let (a, b) = (least[edge.a], least[edge.b]);
            // Where the way is reached from both ends, the arrows meet at this distance from `a`.
            let meeting = ((b + edge.length - a) / 2.0).clamp(0.0, edge.length);
            let ends = [
                (edge.a, edge.b, a, meeting),
                (edge.b, edge.a, b, edge.length - meeting),
            ];
            for (from, to, far, until) in ends {
                if !far.is_finite() {
                    continue;
                }
                let is_crossing = |place: usize| self.from[place].len() > 2;
                let first = if is_crossing(from) { CROSSING_MM } else { 0.0 };
                let last = match is_crossing(to) {
                    true => until.min(edge.length - CROSSING_MM),
                    false => until,
                };
                let (from, to) = (self.places[from], self.places[to]);
                let along = Coord {
                    x: (to.x - from.x) / edge.length,
                    y: (to.y - from.y) / edge.length,
                };
                let mut mark = EVERY_MM - far.rem_euclid(EVERY_MM);
                while mark < last && arrows.len() < MOST {
                    let at = Coord {
                        x: from.x + along.x * mark,
                        y: from.y + along.y * mark,
                    };
                    if mark >= first && inside(at, at).is_some() {
                        arrows.push(Arrow { at, along });
                    }
                    mark += EVERY_MM;
                }
            }
        }
        arrows
    }
}

/// The position on a segment that is nearest to another position.
fn nearest(at: Coord<f64>, a: Coord<f64>, b: Coord<f64>) -> Coord<f64> {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let length = (dx * dx + dy * dy).max(1e-12);
    let t = (((at.x - a.x) * dx + (at.y - a.y) * dy) / length).clamp(0.0, 1.0);
    Coord {
        x: a.x + dx * t,
        y: a.y + dy * t,
    }
}

fn distance(a: Coord<f64>, b: Coord<f64>) -> f64 {
    (a.x - b.x).hypot(a.y - b.y)
}

/// A place and its distance, ordered by the distance.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Near(f64, usize);

impl Eq for Near {}

impl Ord for Near {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0).then(self.1.cmp(&other.1))
    }
}

impl PartialOrd for Near {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::super::content::{Admission, Gate, Way};
    use super::*;
    use crate::spatial::metres::metres_per_degree;

    fn at(x: f64, y: f64) -> Coord<f64> {
        let per = metres_per_degree(39.2);
        Coord {
            x: 117.1 + x / per.0,
            y: 39.2 + y / per.1,
        }
    }

    /// A lane from west to east with a gate at each end, a lane from its middle to the north, and a lane that is
    /// connected to no other.
    fn compound() -> Content {
        let line =
            |points: &[(f64, f64)]| -> Line { points.iter().map(|(x, y)| at(*x, *y)).collect() };
        let way = |points: &[(f64, f64)]| Way {
            kind: WayKind::Ride,
            oneway: false,
            line: line(points),
        };
        let gate = |id: &str, x: f64, ebike| Gate {
            id: id.to_owned(),
            at: at(x, 100.0),
            ebike: Some(ebike),
            foot: Some(true),
            ..Gate::default()
        };
        Content {
            outline: vec![line(&[
                (0.0, 0.0),
                (200.0, 0.0),
                (200.0, 200.0),
                (0.0, 200.0),
                (0.0, 0.0),
            ])],
            ways: vec![
                way(&[(-20.0, 100.0), (100.0, 100.0), (220.0, 100.0)]),
                way(&[(100.0, 100.0), (100.0, 190.0)]),
                way(&[(20.0, 20.0), (80.0, 20.0)]),
            ],
            gates: vec![
                gate("west", 0.0, Admission::Ride),
                gate("east", 200.0, Admission::No),
            ],
            ..Content::default()
        }
    }

    /// Counts the arrows that point to the east, west, north and south, and those on the third way, which is
    /// connected to no other way.
    fn counted(content: &Content, here: Option<&str>) -> [usize; 5] {
        let frame = Frame::fit(&content.outline).unwrap();
        let lonely = frame.page(at(0.0, 25.0)).y;
        let mut counts = [0; 5];
        for arrow in arrows(&frame, content, here) {
            let (x, y) = (arrow.along.x, arrow.along.y);
            counts[0] += usize::from(x > 0.9);
            counts[1] += usize::from(x < -0.9);
            counts[2] += usize::from(y < -0.9);
            counts[3] += usize::from(y > 0.9);
            counts[4] += usize::from(arrow.at.y > lonely);
        }
        counts
    }

    #[test]
    fn arrows_lead_from_the_gate_along_the_ways() {
        let content = compound();
        let [east, west, north, south, lonely] = counted(&content, None);
        assert!(east > 8 && north > 4, "{east} {north}");
        assert_eq!(
            (west, south, lonely),
            (0, 0, 0),
            "the other gate lets no rider in"
        );
        // The board hangs at the gate for people on foot, so the arrows begin at that gate.
        let [east, west, north, south, _] = counted(&content, Some("east"));
        assert!(west > 8 && north > 4);
        assert_eq!((east, south), (0, 0));
    }

    #[test]
    fn from_two_gates_arrows_meet_halfway_and_a_one_way_is_not_entered_backwards() {
        let mut content = compound();
        content.gates[1].ebike = Some(Admission::Push);
        let [east, west, north, ..] = counted(&content, None);
        assert!(east > 3 && west > 3 && north > 4);
        assert!(east.abs_diff(west) <= 1, "{east} {west}");

        let mut content = compound();
        content.ways[1].line.reverse();
        content.ways[1].oneway = true;
        content.ways.push(Way {
            kind: WayKind::Ride,
            oneway: false,
            line: vec![at(100.0, 190.0), at(180.0, 190.0)],
        });
        let [east, _, north, south, _] = counted(&content, None);
        assert!(east > 8);
        assert_eq!((north, south), (0, 0), "nothing leads up the one-way");
    }
}
