//! Adds irregularities to the planned district: doors without a path, compounds without a wall,
//! unmapped gates, lanes that end too early, special hours. Routing must cope with them, and the
//! tests check that each exists.

use super::city::{Barrier, City, Node, Order, Pass, Way};
use super::plane::{Pt, along, distance, left, nearest};

/// Compounds without a wall (开放式小区).
const OPEN: [&str; 3] = ["dongsheng-beili", "guoyuan-beili", "xinhua-li"];
/// Gates that are missing from the map although a lane passes them; at the second one the wall is
/// drawn closed.
const UNMAPPED: [&str; 2] = ["danfeng-li-gate-e2", "dongsheng-dongli-gate-n"];
/// Gates with unknown hours.
const UNKNOWN_HOURS: [&str; 3] = [
    "guoyuan-li-gate-e2",
    "xuri-dongli-gate-e2",
    "dongsheng-li-gate-e2",
];
/// Gates that admit e-bikes outside of rush hours only.
const OFF_PEAK: [&str; 5] = [
    "wenquan-huayuan-gate-e",
    "chenxing-jiayuan-gate-e",
    "guoyuan-yayuan-gate-e",
    "duwang-xincheng-gate-w",
    "chenqing-xinyuan-gate-e",
];
/// Compounds whose loop is one-way: north along the west wall, south along the east wall.
const ONE_WAY: [&str; 2] = ["wenquan-jiayuan", "xuri-jiayuan"];
/// Compounds that ban e-bikes from the lanes between the buildings.
const BANNED: [&str; 1] = ["chenyue-mingting"];
/// Lanes that end before the lane along the west wall: compound, row counted from the south,
/// missing metres.
const SHORT: [(&str, usize, f64); 8] = [
    ("xiaguang-nanli", 1, 1.6),
    ("dongsheng-li", 1, 2.4),
    ("guoyuan-li", 2, 3.1),
    ("chaoyang-dongli", 1, 4.0),
    ("danfeng-jiayuan", 1, 5.2),
    ("xuri-jiayuan", 2, 6.0),
    ("xinhua-nanli", 3, 6.8),
    ("chenxing-beiyuan", 0, 7.4),
];

/// Whether a compound has a wall.
pub fn is_walled(slug: &str) -> bool {
    !OPEN.contains(&slug)
}

/// Whether the loop of a compound is one-way.
pub fn is_one_way(slug: &str) -> bool {
    ONE_WAY.contains(&slug)
}

/// Whether a compound bans e-bikes from the lanes between its buildings.
pub fn is_banned(slug: &str) -> bool {
    BANNED.contains(&slug)
}

/// The distance in metres by which a lane ends before the lane along the west wall.
pub fn short_by(slug: &str, row: usize) -> f64 {
    let found = SHORT.iter().find(|s| s.0 == slug && s.1 == row);
    found.map_or(0.0, |s| s.2)
}

/// Adds the irregularities; must run before the ways are joined.
pub fn roughen(city: &mut City) {
    doors(city);
    kerbs(city);
    unmapped(city);
    gates(city);
    steps_and_paths(city);
}

/// Removes the path of every tenth door, and lets every twentieth path end before its door.
fn doors(city: &mut City) {
    let doors = city.entrances.iter().filter(|e| e.kind == "unit_door");
    let at: Vec<Pt> = doors.map(|e| e.at).collect();
    let (mut without, mut short) = (Vec::new(), Vec::new());
    for (n, at) in at.into_iter().enumerate() {
        match n % 20 {
            3 | 13 => without.push(at),
            8 => short.push((at, 1.0 + (n / 20 % 5) as f64 * 0.5)),
            _ => {}
        }
    }
    let leads_to = |way: &Way, at: Pt| way.line.len() == 2 && way.line.last() == Some(&at);
    city.ways.retain(|way| {
        let path = matches!(way.kind, "path" | "steps") && !way.covered;
        !(path && without.iter().any(|at| leads_to(way, *at)))
    });
    for way in &mut city.ways {
        let found = short.iter().find(|(at, _)| leads_to(way, *at));
        if let Some((_, by)) = found.filter(|_| !way.covered) {
            shorten_end(&mut way.line, *by);
        }
    }
}

/// Moves the end of a line back by a number of metres.
fn shorten_end(line: &mut [Pt], by: f64) {
    if let [.., a, b] = line {
        let length = distance(*a, *b);
        if length > by + 0.5 {
            *b = along(*a, *b, (length - by) / length);
        }
    }
}

/// Ends some lanes from a gate at the kerb instead of the middle of the street.
fn kerbs(city: &mut City) {
    let gates = city.entrances.iter().filter(|e| e.kind == "gate");
    let gates = gates.filter(|e| e.compound.is_some());
    for (n, gate) in gates.step_by(9).enumerate() {
        let by = 3.5 + (n % 5) as f64;
        let lane = city.ways.iter_mut().find(|way| way.line.contains(&gate.at));
        let Some(lane) = lane else { continue };
        if lane.line.len() > 2 && lane.line[lane.line.len() - 2] == gate.at {
            shorten_end(&mut lane.line, by);
        } else if lane.line.len() > 2 && lane.line[1] == gate.at {
            lane.line.reverse();
            shorten_end(&mut lane.line, by);
            lane.line.reverse();
        }
    }
}

fn unmapped(city: &mut City) {
    let walled_up = city.entrances.iter().find(|e| e.id == UNMAPPED[1]);
    let walled_up = walled_up.map(|e| (e.at, e.compound));
    city.entrances
        .retain(|e| !UNMAPPED.contains(&e.id.as_str()));
    let Some((at, compound)) = walled_up else {
        return;
    };
    // Removes the vertex at the gate, so that nothing in the lane shows where the gate is.
    for way in &mut city.ways {
        way.line.retain(|p| *p != at);
    }
    // The two ends of the wall next to the gate.
    let own = city.barriers.iter().filter(|b| b.compound == compound);
    let mut ends: Vec<(Pt, &Barrier)> = own
        .flat_map(|b| [b.line.first(), b.line.last()].map(|p| (p, b)))
        .filter_map(|(p, b)| Some((*p?, b)))
        .collect();
    ends.sort_by(|a, b| distance(a.0, at).total_cmp(&distance(b.0, at)));
    if let [(a, wall), (b, _), ..] = ends.as_slice() {
        let across = Barrier {
            line: vec![*a, *b],
            ..(*wall).clone()
        };
        city.barriers.push(across);
    }
}

/// Sets the hours and traffic orders of gates, and adds obstacles in front of them.
fn gates(city: &mut City) {
    let mut posts = Vec::new();
    for gate in city.entrances.iter_mut().filter(|e| e.kind == "gate") {
        let id = gate.id.as_str();
        if UNKNOWN_HOURS.contains(&id) {
            gate.opening_hours = None;
        }
        if OFF_PEAK.contains(&id) {
            gate.special.ebike_hours = Some("Mo-Su 06:30-11:00,13:30-17:00,20:00-22:30");
        }
        gate.special.locked = (gate.ebike, gate.foot) == (Pass::No, Pass::No);
        match (gate.ebike, gate.opening_hours) {
            // In a storm, riders need not dismount in the rain.
            (Pass::Dismount, Some("24/7")) => gate.special.on(Order::Storm, Some(Pass::Yes), None),
            (Pass::Yes, Some("Mo-Su 05:00-23:30")) => {
                gate.special.on(Order::Peak, Some(Pass::Dismount), None);
                gate.special.on(Order::Snow, Some(Pass::Dismount), None);
            }
            _ => {}
        }
        if gate.access_note.is_some_and(|note| note.contains("石墩")) {
            posts.push((gate.at, gate.outward));
        }
    }
    for (at, outward) in posts {
        city.nodes.push(Node {
            name: None,
            ebike: Pass::No,
            width_m: Some(0.5),
            ..Node::new("bollard", at + outward * 1.8)
        });
    }
}

/// Adds ramps beside steps and obstacles on paths, and closes ways in storms and snow.
fn steps_and_paths(city: &mut City) {
    let mut flights = 0;
    let mut barriers = Vec::new();
    for way in &mut city.ways {
        let by_the_canal = way.name.as_deref().is_some_and(|n| n.contains("滨河"));
        let bridge = way.name.as_deref().is_some_and(|n| n.contains("桥"));
        if by_the_canal {
            way.special.on(Order::Storm, Some(Pass::No), Some(Pass::No));
        }
        if bridge {
            way.special.on(Order::Snow, Some(Pass::No), None);
            way.width_m = 2.4;
            if let [a, .., b] = way.line.as_slice() {
                barriers.push(along(*a, *b, 0.1));
            }
        }
        if way.kind == "steps" {
            flights += 1;
            way.ramp = match flights % 4 {
                0 => Some("wheelchair"),
                1 => Some("bicycle"),
                _ => Some("no"),
            };
            if way.steps >= 12 && way.ramp == Some("wheelchair") {
                way.ramp = Some("bicycle");
            }
        }
    }
    for at in barriers {
        city.nodes.push(Node {
            width_m: Some(1.2),
            ebike: Pass::Dismount,
            ..Node::new("cycle_barrier", at)
        });
    }
}

/// Moves every point of the network onto the nearest way and inserts it there as a vertex.
pub fn set_nodes(city: &mut City) {
    for node in &mut city.nodes {
        let mut best: Option<(f64, usize, usize, Pt)> = None;
        for (w, way) in city.ways.iter().enumerate() {
            for (s, ends) in way.line.windows(2).enumerate() {
                let on = nearest(ends, node.at);
                let far = distance(on, node.at);
                if best.is_none_or(|b| far < b.0 - 1e-9) {
                    best = Some((far, w, s, on));
                }
            }
        }
        let Some((_, w, s, on)) = best else { continue };
        node.at = on;
        let line = &mut city.ways[w].line;
        // A lift already is the end of its ways.
        if line[s] != on && line[s + 1] != on {
            line.insert(s + 1, on);
        }
    }
}

/// A position beside a gate: metres along the wall and out of it.
pub fn beside(at: Pt, outward: Pt, along_m: f64, out_m: f64) -> Pt {
    at + left(outward) * along_m + outward * out_m
}
