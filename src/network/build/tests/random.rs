//! Random small maps. No way may lead through a wall without being reported, and every door must be connected
//! or reported.

use proptest::prelude::*;

use super::*;
use crate::network::build::plane::{Plane, Pt};

#[derive(Debug, Clone)]
struct Drawn {
    ways: Vec<Vec<At>>,
    walls: Vec<Vec<At>>,
    buildings: Vec<(At, At)>,
    compound: Option<(At, At)>,
    gates: Vec<At>,
}

fn at() -> impl Strategy<Value = At> {
    // Each position lies on one of two grids with a spacing of 5 m, so that objects often touch.
    (0..=24, 0..=24, any::<bool>()).prop_map(|(x, y, grid)| {
        let off = if grid { 0.0 } else { 1.7 };
        (f64::from(x) * 5.0 + off, f64::from(y) * 5.0 + off)
    })
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let lines =
        |n, most| proptest::collection::vec(proptest::collection::vec(at(), 2..=most), 0..=n);
    let size = || (5..40, 5..40).prop_map(|(w, h)| (f64::from(w), f64::from(h)));
    let outline = || (at(), size()).prop_map(|(a, (w, h))| (a, (a.0 + w, a.1 + h)));
    (
        lines(6, 4),
        lines(3, 4),
        proptest::collection::vec(outline(), 0..4),
        proptest::option::of(outline()),
        proptest::collection::vec(at(), 0..3),
    )
        .prop_map(|(ways, walls, buildings, compound, gates)| Drawn {
            ways,
            walls,
            buildings,
            compound,
            gates,
        })
}

impl Drawn {
    fn map(&self) -> Map {
        let mut map = Map::default();
        for (n, way) in self.ways.iter().enumerate() {
            map.way(&format!("way{n}"), way);
        }
        for (n, wall) in self.walls.iter().enumerate() {
            map.wall(&format!("wall{n}"), wall);
        }
        for (n, (a, b)) in self.buildings.iter().enumerate() {
            map.building(&format!("b{n}"), &rectangle(*a, *b));
            map.door(
                &format!("d{n}"),
                (f64::midpoint(a.0, b.0), a.1),
                &format!("b{n}"),
            );
        }
        if let Some((a, b)) = self.compound {
            map.walled("compound", &rectangle(a, b));
        }
        for (n, at) in self.gates.iter().enumerate() {
            map.gate(&format!("g{n}"), *at);
        }
        map
    }

    /// Every straight piece of every wall.
    fn pieces(&self) -> Vec<(At, At)> {
        let rings = self.buildings.iter().chain(&self.compound);
        let rings = rings.map(|(a, b)| rectangle(*a, *b));
        let lines = self.walls.iter().cloned().chain(rings);
        lines
            .flat_map(|l| l.windows(2).map(|w| (w[0], w[1])).collect::<Vec<_>>())
            .collect()
    }
}

/// The point where two straight pieces cross; `None` unless each passes to the other side of the other by more than
/// the tolerance.
pub(super) fn crosses(a: Pt, b: Pt, c: Pt, d: Pt) -> Option<Pt> {
    const TOLERANCE_M: f64 = 0.06;
    let off = |from: Pt, to: Pt, p: Pt| to.minus(from).unit().cross(p.minus(from));
    let (s, t) = (off(c, d, a), off(c, d, b));
    let (u, v) = (off(a, b, c), off(a, b, d));
    let apart = |x: f64, y: f64| x * y < 0.0 && x.abs().min(y.abs()) > TOLERANCE_M;
    (apart(s, t) && apart(u, v)).then(|| a.toward(b, s / (s - t)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nothing_leads_through_a_wall_unsaid(drawn in drawn()) {
        let map = drawn.map();
        let net = map.built();
        let plane = Plane::around(coord((60.0, 60.0)));
        let topology = &net.0.topology;
        let point = |p: crate::network::core::Point| {
            let (x, y) = p.degrees();
            plane.point(Coord { x, y })
        };
        // Passages and gates are nodes, so every crossing must be at one of them.
        let mut passages: Vec<Pt> = (0..topology.edge_count() as u32)
            .filter(|e| matches!(topology.edge(*e).kind, EdgeKind::Gate | EdgeKind::AssumedCrossing))
            .map(|e| point(topology.point(topology.edge(e).from)))
            .collect();
        for n in 0..drawn.gates.len() {
            let nodes = net.nodes(&format!("g{n}"));
            passages.extend(nodes.iter().map(|node| point(topology.point(*node))));
        }
        for number in 0..topology.edge_count() as u32 {
            let edge = topology.edge(number);
            let mut line = vec![point(topology.point(edge.from))];
            line.extend(topology.shape(number).iter().map(|p| point(*p)));
            line.push(point(topology.point(edge.to)));
            for part in line.windows(2) {
                for (c, d) in drawn.pieces() {
                    let (c, d) = (plane.point(coord(c)), plane.point(coord(d)));
                    if let Some(at) = crosses(part[0], part[1], c, d) {
                        // A gate also allows a crossing of the wall within its reach.
                        let is_said = passages.iter().any(|p| p.to(at) <= 12.5);
                        prop_assert!(
                            is_said,
                            "{edge:?} {} crosses {c:?} {d:?} at {at:?}",
                            topology.features()[edge.feature as usize]
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn every_entrance_is_linked_or_named(drawn in drawn()) {
        let net = drawn.map().built();
        let doors = (0..drawn.buildings.len()).map(|n| format!("d{n}"));
        let gates = (0..drawn.gates.len()).map(|n| format!("g{n}"));
        let named: Vec<String> =
            net.0.report.unlinked.iter().map(|u| u.feature.id.to_string()).collect();
        for id in doors.chain(gates) {
            let is_linked = net
                .nodes(&id)
                .iter()
                .any(|node| !net.0.topology.out(*node).is_empty());
            prop_assert!(is_linked || named.contains(&id), "{id} {:?}", net.0.report);
        }
    }

    #[test]
    fn the_same_map_gives_the_same_network(drawn in drawn()) {
        let (one, two) = (drawn.map().built(), drawn.map().built());
        prop_assert_eq!(one.0.topology.parts(), two.0.topology.parts());
        prop_assert_eq!(one.0.report, two.0.report);
    }
}
