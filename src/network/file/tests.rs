//! Round trips of the parts, and damaged ones.

use super::super::core::{self, Attr, Blocked, Edge, EdgeKind, Gate, Hours, Parts, Point, Table};
use super::*;

fn places() -> (Passing, Places) {
    let point = |n| Some(Point { lon: n, lat: -n });
    let mut passing = Passing {
        offset_s: 28_800,
        from: 1_764_000_000,
        known_until: 1_765_209_600,
        profiles: vec![],
        table: Table {
            attrs: vec![Attr::OPEN, Attr::CLOSED, Attr::OPEN],
            hours: vec![
                Hours::never(),
                Hours {
                    open: vec![(i64::MIN, 1_764_000_600), (1_764_003_600, i64::MAX)],
                    known_until: 1_765_209_600,
                },
            ],
            blocked: vec![(
                7,
                Blocked {
                    ebike: true,
                    foot: false,
                },
            )],
        },
        way_names: vec![None, Some("朝阳路".to_owned()), Some("朝阳路".to_owned())],
    };
    let profiles = crate::network::Profiles::built_in().unwrap();
    passing.profiles = profiles.iter().map(|p| p.profile.clone()).collect();
    let gate = Door {
        id: "h-g".to_owned(),
        building: Some("h".to_owned()),
        compound: Some("elsewhere".to_owned()),
        at: point(5),
        level: Some(-1),
        attr: Attr {
            ride_hours: 1,
            layer: -2,
            locked: true,
            ..Attr::OPEN
        },
        without_orders: Some(Attr::OPEN),
        orders: vec![0],
        shut_until: Some(1_764_000_900),
        ..Door::default()
    };
    let house = House {
        id: "h".to_owned(),
        card_compound: Some(0),
        at: point(9),
        doors: vec![1, 0],
        route_doors: vec![0],
        orders: vec![0],
        ..House::default()
    };
    let places = Places {
        compounds: vec![Compound {
            id: "c".to_owned(),
            gates: vec![0],
            ..Compound::default()
        }],
        houses: vec![house],
        doors: vec![gate, Door::default()],
        places: vec![],
        orders: vec![Order {
            id: "o".to_owned(),
            from: 1,
            ..Order::default()
        }],
    };
    (passing, places)
}

/// A way with a gate at its end.
fn network() -> Parts {
    let mut parts = Parts::default();
    let point = |n| Point { lon: n, lat: -n };
    let ends = [
        parts.add_node(point(0)),
        parts.add_node(point(5)),
        parts.add_node(point(5)),
    ];
    parts.add_feature("routes/a-way");
    parts.add_feature("entrances/1");
    let edge = |from, to, feature, kind| Edge {
        from,
        to,
        length_dm: 8,
        feature,
        kind,
    };
    let way = edge(ends[0], ends[1], 0, EdgeKind::Way);
    parts.add_edge(way, &[point(-7)]);
    let gate = parts.add_edge(edge(ends[1], ends[2], 1, EdgeKind::Gate), &[]);
    parts.gates.push(Gate {
        edge: gate,
        feature: 1,
        compound: None,
    });
    parts.doors.push(core::Door {
        feature: 1,
        place: core::Place::Node(ends[2]),
    });
    parts
}

#[test]
fn a_network_comes_back_as_it_was() {
    let network = network();
    let shapes = Shapes {
        outlines: vec![Outline {
            kind: OutlineKind::House,
            owner: 3,
            rings: vec![(true, network.nodes.clone()), (false, vec![])],
        }],
    };
    let bytes = write_topology(&network).unwrap();
    let geometry = shapes.write(&network);
    let mut read = read_topology(&bytes).unwrap();
    assert_eq!(Shapes::read(&geometry, &mut read).unwrap(), shapes);
    read.features = network.features.clone();
    assert_eq!(read, network);
}

#[test]
fn attributes_and_places_come_back_as_they_were() {
    let (passing, places) = places();
    let mut network = network();
    let bytes = places.write(&passing, &network);
    let read = Places::read(&bytes, &mut network).unwrap();
    assert_eq!(read, (passing, places));
    assert_eq!(network.features, ["routes/a-way", "entrances/h-g"]);
}

#[test]
fn a_part_that_is_cut_or_changed_is_refused_or_read_but_never_panics() {
    let (passing, places) = places();
    let mut network = network();
    let bytes = places.write(&passing, &network);
    for end in 0..bytes.len() {
        let read = Places::read(&bytes[..end], &mut network);
        assert_eq!(read, Err(Damaged), "{end}");
    }
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << bit;
            let _ = Places::read(&changed, &mut network);
            let _ = Names::read(&changed, |_, _| None);
            let _ = read_topology(&changed);
        }
    }
}
