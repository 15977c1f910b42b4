//! Tests with ways, walls, gates and doors. Each picture shows the map of the test below it.

use super::*;

/// ```text
///            lane
///            :  2 m
/// ───────────────────── street
/// ```
#[test]
fn a_lane_that_stops_short_is_joined() {
    let mut map = Map::default();
    map.way("street", &[(0.0, 0.0), (100.0, 0.0)]);
    map.way("lane", &[(50.0, 2.0), (50.0, 40.0)]);
    let net = map.built();
    assert_eq!(
        net.passed((0.0, 0.0), (50.0, 40.0)).unwrap(),
        ["street", "lane"]
    );
    assert!(net.0.report.gaps.is_empty());
}

/// ```text
///            lane
///            :  8 m
/// ───────────────────── street
/// ```
#[test]
fn a_wider_gap_is_reported_and_not_joined() {
    let mut map = Map::default();
    map.way("street", &[(0.0, 0.0), (100.0, 0.0)]);
    map.way("lane", &[(50.0, 8.0), (50.0, 40.0)]);
    let net = map.built();
    assert_eq!(net.passed((0.0, 0.0), (50.0, 40.0)), None);
    let gap = &net.0.report.gaps[0];
    assert_eq!((&*gap.way.id, &*gap.other.id), ("lane", "street"));
    assert!((gap.metres - 8.0).abs() < 0.05, "{gap:?}");
}

/// ```text
///            lane
/// ═════════════════════ wall
/// ───────────────────── street
/// ```
#[test]
fn a_lane_that_stops_at_a_wall_is_not_joined_across_it() {
    let mut map = Map::default();
    map.way("street", &[(0.0, 0.0), (100.0, 0.0)]);
    map.way("lane", &[(50.0, 2.0), (50.0, 40.0)]);
    map.wall("wall", &[(0.0, 1.0), (100.0, 1.0)]);
    assert_eq!(map.built().passed((0.0, 0.0), (50.0, 40.0)), None);
    // A lane that is drawn up to the wall is not joined to the street either.
    let mut map = Map::default();
    map.way("street", &[(0.0, 0.0), (100.0, 0.0)]);
    map.way("lane", &[(50.0, 1.0), (50.0, 40.0)]);
    map.wall("wall", &[(0.0, 1.0), (50.0, 1.0), (100.0, 1.0)]);
    assert_eq!(map.built().passed((0.0, 0.0), (50.0, 40.0)), None);
}

/// ```text
///      │ lane, a bridge
/// ─────┼──── street
///      │
/// ```
#[test]
fn a_lane_under_a_bridge_does_not_lead_onto_it() {
    let mut map = Map::default();
    map.way("street", &[(0.0, 0.0), (100.0, 0.0)]);
    map.way_of(
        "bridge",
        &[(50.0, -40.0), (50.0, 40.0)],
        json!({"layer": 1}),
    );
    // A path on the ground ends under the middle of the bridge.
    map.way("path", &[(20.0, 0.0), (49.0, 20.0)]);
    let net = map.built();
    assert_eq!(net.passed((0.0, 0.0), (50.0, 40.0)), None);
    assert!(net.0.report.gaps.is_empty());
}

/// ```text
///      │ lane
/// ═════╪════ wall
///      │
/// ```
#[test]
fn a_way_through_a_wall_without_a_gate_is_assumed_and_listed() {
    let mut map = Map::default();
    map.way("lane", &[(50.0, -40.0), (50.0, 40.0)]);
    map.wall("wall", &[(0.0, 0.0), (100.0, 0.0)]);
    let net = map.built();
    let passed = net.passed((50.0, -40.0), (50.0, 40.0)).unwrap();
    assert_eq!(passed, ["lane", "assumed lane", "lane"]);
    let assumed = &net.0.report.assumed[0];
    assert_eq!((&*assumed.way.id, &*assumed.wall.id), ("lane", "wall"));
    // A bridge passes over the wall.
    let mut map = Map::default();
    map.way_of("lane", &[(50.0, -40.0), (50.0, 40.0)], json!({"layer": 1}));
    map.wall("wall", &[(0.0, 0.0), (100.0, 0.0)]);
    assert!(map.built().0.report.assumed.is_empty());
}

/// ```text
///      │ south        north │
/// ═════●════ wall, shared node: two ways end there
/// ```
#[test]
fn two_ways_that_meet_in_a_wall_cross_it_and_ways_on_one_side_do_not() {
    let mut map = Map::default();
    map.way("south", &[(50.0, -40.0), (50.0, 0.0)]);
    map.way("north", &[(50.0, 0.0), (50.0, 40.0)]);
    map.way("west", &[(50.0, 0.0), (20.0, 30.0)]);
    map.wall("wall", &[(0.0, 0.0), (50.0, 0.0), (100.0, 0.0)]);
    let net = map.built();
    let passed = net.passed((50.0, -40.0), (50.0, 40.0)).unwrap();
    assert_eq!(passed.len(), 3);
    assert!(passed[1].starts_with("assumed"), "{passed:?}");
    assert_eq!(
        net.passed((50.0, 40.0), (20.0, 30.0)).unwrap(),
        ["north", "west"]
    );
}

/// ```text
///      │ lane
/// ═════G════ wall
///      │
/// ```
#[test]
fn a_gate_is_passed_whether_it_is_a_vertex_or_a_little_aside() {
    for at in [(50.0, 0.0), (52.0, 0.4)] {
        let mut map = Map::default();
        map.way("lane", &[(50.0, -40.0), (50.0, 0.0), (50.0, 40.0)]);
        map.wall("wall", &[(0.0, 0.0), (100.0, 0.0)]);
        map.gate("G", at);
        let net = map.built();
        let passed = net.passed((50.0, -40.0), (50.0, 40.0)).unwrap();
        assert_eq!(passed, ["lane", "gate G", "lane"]);
        assert!(net.0.report.assumed.is_empty());
        assert_eq!(net.0.topology.gates().len(), 1);
    }
}

/// ```text
/// ═══  G  ═══   the wall has a gap where the gate is
///      │ lane
/// ```
#[test]
fn a_gate_in_the_gap_of_a_wall_leads_into_its_compound() {
    let mut map = Map::default();
    map.walled("home", &rectangle((0.0, 0.0), (100.0, 100.0)));
    map.wall("west", &[(0.0, 0.5), (47.0, 0.5)]);
    map.wall("east", &[(53.0, 0.5), (100.0, 0.5)]);
    map.way("lane", &[(50.0, -40.0), (50.0, 0.5), (50.0, 40.0)]);
    map.gate("G", (50.0, 0.5));
    let net = map.built();
    assert!(net.0.report.assumed.is_empty(), "{:?}", net.0.report);
    let gate = net.0.topology.gates()[0];
    let edge = net.0.topology.edge(gate.edge);
    let inside = net.node_at((50.0, 40.0));
    let outside = net.node_at((50.0, -40.0));
    let names = net.0.topology.features();
    assert_eq!(names[gate.compound.unwrap() as usize], "compounds/home");
    let passed = |from, to| net.between(&[from], &[to]).unwrap().passed;
    assert_eq!(passed(edge.from, outside), ["lane"]);
    assert_eq!(passed(edge.to, inside), ["lane"]);
    assert_eq!(passed(outside, inside), ["lane", "gate G", "lane"]);
}

/// ```text
/// ┌─────────────┐
/// │   inner     │
/// │  ────────   │
/// └─────G───────┘ edge of a walled compound; no lane at the gate
/// ─────────────── street
/// ```
#[test]
fn a_gate_off_any_way_is_linked_on_both_sides() {
    let mut map = Map::default();
    map.walled("home", &rectangle((0.0, 0.0), (100.0, 100.0)));
    map.way("inner", &[(20.0, 20.0), (80.0, 20.0)]);
    map.way("street", &[(-20.0, -3.0), (120.0, -3.0)]);
    map.gate("G", (50.0, 0.3));
    let net = map.built();
    let passed = net.passed((-20.0, -3.0), (80.0, 20.0)).unwrap();
    assert_eq!(passed, ["street", "link G", "gate G", "link G", "inner"]);
    // The gate does not block the street itself.
    let along = net.passed((-20.0, -3.0), (120.0, -3.0)).unwrap();
    assert_eq!(along, ["street"]);
    // Without the gate, no route leads in.
    let mut map = Map::default();
    map.walled("home", &rectangle((0.0, 0.0), (100.0, 100.0)));
    map.way("inner", &[(20.0, 20.0), (80.0, 20.0)]);
    map.way("street", &[(-20.0, -3.0), (120.0, -3.0)]);
    assert_eq!(map.built().passed((-20.0, -3.0), (80.0, 20.0)), None);
}

/// ```text
///  ───────────── street
///  ┌──────┐
///  │      G      the gate is near a corner; nothing is inside
///  └──────┘
/// ```
#[test]
fn a_gate_near_a_corner_does_not_lead_out_around_it() {
    let mut map = Map::default();
    map.walled("home", &rectangle((0.0, 0.0), (20.0, 20.0)));
    map.way("street", &[(-50.0, 40.0), (60.0, 40.0)]);
    map.gate("G", (20.0, 19.0));
    let net = map.built();
    assert_eq!(net.way("G", "G").unwrap().metres, 0.0);
    assert!(net.0.topology.gates().is_empty());
    let out = net.between(&net.nodes("G"), &[net.node_at((60.0, 40.0))]);
    assert_eq!(out.unwrap().passed, ["link G", "street"]);
}

/// ```text
/// ┌────────┬────────┐
/// │  west  │  east  │   two compounds share a wall
/// │  ───── │ ─────  │
/// └────────┴────────┘
/// ```
#[test]
fn two_compounds_that_share_a_wall_are_joined_by_a_gate_in_it_alone() {
    let map = |with_gate: bool| {
        let mut map = Map::default();
        map.walled("west", &rectangle((0.0, 0.0), (50.0, 50.0)));
        map.walled("east", &rectangle((50.0, 0.0), (100.0, 50.0)));
        map.way("a", &[(10.0, 25.0), (48.5, 25.0)]);
        map.way("b", &[(50.5, 25.0), (90.0, 25.0)]);
        if with_gate {
            map.gate("G", (50.0, 25.0));
        }
        map.built()
    };
    assert_eq!(map(false).passed((10.0, 25.0), (90.0, 25.0)), None);
    let passed = map(true).passed((10.0, 25.0), (90.0, 25.0)).unwrap();
    assert!(passed.contains(&"gate G".to_owned()), "{passed:?}");
}

/// ```text
/// ┌─────────┐
/// │ ┌─────┐ │
/// │ │ D   │ │  the door opens onto a courtyard
/// │ └──┐  │ │
/// └────┘  └─┘
///  ───────── street
/// ```
#[test]
fn a_door_in_a_courtyard_is_reached_through_its_opening() {
    let mut map = Map::default();
    map.way("street", &[(0.0, -10.0), (100.0, -10.0)]);
    map.building(
        "U",
        &[
            (10.0, 0.0),
            (60.0, 0.0),
            (60.0, 10.0),
            (20.0, 10.0),
            (20.0, 50.0),
            (80.0, 50.0),
            (80.0, 10.0),
            (70.0, 10.0),
            (70.0, 0.0),
            (90.0, 0.0),
            (90.0, 60.0),
            (10.0, 60.0),
            (10.0, 0.0),
        ],
    );
    map.door("D", (20.0, 40.0), "U");
    map.door("front", (30.0, 0.0), "U");
    let net = map.built();
    let found = net.way("D", "front").unwrap();
    // Around one corner of the opening: 46 m down to it, 20 m to the street, and back to the front.
    assert!((90.0..115.0).contains(&found.metres), "{found:?}");
    assert_eq!(found.passed, ["link D", "street", "link front"]);
    assert!(net.0.report.unlinked.is_empty());
}

/// A line with a single position, drawn twice, is not a way. A gate there is reported as not connected.
#[test]
fn a_gate_on_a_way_without_length_is_named() {
    let mut map = Map::default();
    map.way("point", &[(30.0, 30.0), (30.0, 30.0)]);
    map.gate("G", (30.0, 30.0));
    let net = map.built();
    let unlinked = &net.0.report.unlinked;
    assert_eq!(unlinked.len(), 1);
    assert_eq!(&*unlinked[0].feature.id, "G");
}

/// ```text
/// ┌────────────┐ wall on all sides
/// │    [D]     │
/// └────────────┘
///  ──────────── street
/// ```
#[test]
fn a_door_behind_a_wall_is_named_with_its_gap() {
    let mut map = Map::default();
    map.way("street", &[(0.0, -10.0), (100.0, -10.0)]);
    map.wall("wall", &rectangle((20.0, 0.0), (80.0, 60.0)));
    map.building("B", &rectangle((40.0, 20.0), (60.0, 40.0)));
    map.door("D", (50.0, 20.0), "B");
    let net = map.built();
    let unlinked = &net.0.report.unlinked;
    assert_eq!(unlinked.len(), 1);
    assert_eq!(&*unlinked[0].feature.id, "D");
    let (at, metres) = unlinked[0].nearest.unwrap();
    assert!((metres - 30.0).abs() < 0.1, "{metres}");
    assert!(crate::spatial::metres::distance(at, coord((50.0, -10.0))) < 0.1);
    // A route to the door ends at this node.
    assert_eq!(net.nodes("D").len(), 1);
}

/// ```text
///  ───────── path
///  ═════════ motor road, not on foot
///     [D]
///  ───────── lane, farther away
/// ```
#[test]
fn a_door_is_not_linked_across_a_road_that_nobody_walks_on() {
    let mut map = Map::default();
    map.way("path", &[(0.0, 20.0), (100.0, 20.0)]);
    map.way_of("road", &[(0.0, 15.0), (100.0, 15.0)], json!({"foot": "no"}));
    map.way("lane", &[(0.0, -30.0), (100.0, -30.0)]);
    map.building("B", &rectangle((40.0, 0.0), (60.0, 5.0)));
    map.door("D", (50.0, 5.0), "B");
    map.door("back", (50.0, 0.0), "B");
    let net = map.built();
    // From the front door only the path across the road is visible, from the back door the lane.
    let path = net.between(&net.nodes("D"), &[net.node_at((0.0, 20.0))]);
    assert_eq!(path.unwrap().passed, ["link D", "path"]);
    let back = net.between(&net.nodes("back"), &[net.node_at((0.0, -30.0))]);
    assert_eq!(back.unwrap().passed, ["link back", "lane"]);
    // From a door at the end of the house both are visible; it is linked to the lane.
    map.door("side", (60.0, 2.0), "B");
    let net = map.built();
    let lane = net.between(&net.nodes("side"), &[net.node_at((0.0, -30.0))]);
    assert_eq!(lane.unwrap().passed, ["link side", "lane"]);
    let path = net.between(&net.nodes("side"), &[net.node_at((100.0, 20.0))]);
    assert_eq!(path, None);
}

/// ```text
///  ───────── street
///   ┌─────┐
///   │  B  │  no door is known
///   └─────┘
/// ```
#[test]
fn a_building_without_doors_is_reached_at_its_outline() {
    let mut map = Map::default();
    map.way("street", &[(0.0, 0.0), (100.0, 0.0)]);
    map.building("B", &rectangle((40.0, -30.0), (60.0, -10.0)));
    map.building("C", &rectangle((70.0, -30.0), (90.0, -10.0)));
    map.door("D", (80.0, -10.0), "C");
    let net = map.built();
    assert_eq!(
        net.way("B", "D").unwrap().passed,
        ["link B", "street", "link D"]
    );
    assert!((net.way("B", "D").unwrap().metres - 40.0).abs() < 0.5);
    assert!(net.nodes("C").is_empty());
}

/// ```text
/// ── ground ──○── ground ──
///             L lift
/// ── garage ──○
/// ```
#[test]
fn a_lift_joins_layers_and_costs_its_height() {
    let mut map = Map::default();
    map.way("ground", &[(0.0, 0.0), (50.0, 0.0), (100.0, 0.0)]);
    // The garage way passes the lift without a vertex.
    map.way_of(
        "garage",
        &[(50.5, -30.0), (50.5, 30.0)],
        json!({"layer": -2, "kind": "garage"}),
    );
    let lift = json!({"lift": true, "kind": "lift"});
    map.put("routes", "L", Point(coord((50.0, 0.0))), lift);
    let net = map.built();
    let found = net
        .between(&[net.node_at((0.0, 0.0))], &[net.node_at((50.5, 30.0))])
        .unwrap();
    assert_eq!(found.passed, ["ground", "lift L", "garage"]);
    assert!((found.metres - 86.0).abs() < 1.0, "{found:?}");
    // A route past the lift does not use it.
    assert_eq!(net.passed((0.0, 0.0), (100.0, 0.0)).unwrap(), ["ground"]);
}

/// ```text
///  ──────B────── lane with a bollard
/// ```
#[test]
fn a_bollard_is_passed_like_a_gate() {
    let mut map = Map::default();
    map.way("lane", &[(0.0, 0.0), (50.0, 0.0), (100.0, 0.0)]);
    let bollard = json!({"kind": "bollard"});
    map.put("routes", "B", Point(coord((50.0, 0.0))), bollard);
    let net = map.built();
    let passed = net.passed((0.0, 0.0), (100.0, 0.0)).unwrap();
    assert_eq!(passed, ["lane", "gate B", "lane"]);
    assert_eq!(net.0.topology.gates()[0].compound, None);
}

/// ```text
///      │ lane, covered: a passage
///   ┌──┼──┐
///   │  │  │ building
///   └──┼──┘
/// ```
#[test]
fn a_covered_way_leads_through_a_building_and_any_other_is_assumed_to() {
    let map = |covered: bool| {
        let mut map = Map::default();
        map.way_of(
            "lane",
            &[(50.0, -40.0), (50.0, 40.0)],
            json!({"covered": covered}),
        );
        map.building("B", &rectangle((40.0, -10.0), (60.0, 10.0)));
        map.built()
    };
    assert!(map(true).0.report.assumed.is_empty());
    assert_eq!(map(false).0.report.assumed.len(), 2);
    let passed = map(false).passed((50.0, -40.0), (50.0, 40.0)).unwrap();
    assert!(passed.contains(&"assumed lane".to_owned()));
}

/// ```text
///        │ to
/// ─from──●──straight─
/// ```
#[test]
fn a_turn_restriction_finds_its_edges_and_a_wrong_one_is_named() {
    let mut map = Map::default();
    map.way("from", &[(0.0, 0.0), (50.0, 0.0)]);
    map.way("straight", &[(50.0, 0.0), (100.0, 0.0)]);
    map.way("to", &[(50.0, 0.0), (50.0, 40.0)]);
    map.way("end", &[(50.0, 40.0), (90.0, 40.0)]);
    let c = coord((50.0, 0.0));
    let turn = |via: Value, to: &str| json!({"from": "from", "via": via, "to": to, "kind": "no_left_turn"});
    for (id, properties) in [
        ("t1", turn(json!([c.x, c.y]), "to")),
        ("t2", turn(json!("to"), "end")),
        ("t3", turn(json!([117.5, 39.5]), "to")),
    ] {
        let Value::Object(properties) = properties else {
            unreachable!()
        };
        let text = Properties::from_map(properties).unwrap();
        map.0.add("turns", id, None, Canonical::new(text.as_str()));
    }
    let net = map.built();
    let turns = &net.0.topology.parts().turns;
    assert_eq!(turns.len(), 2);
    assert!(turns[0].via.is_empty());
    assert_eq!(turns[1].via.len(), 1);
    let names = net.0.topology.features();
    let feature = |d: crate::network::core::DirectedEdge| {
        let edge = net.0.topology.edge(d.edge());
        names[edge.feature as usize].as_str()
    };
    assert_eq!(feature(turns[0].to), "routes/to");
    assert_eq!(feature(turns[1].to), "routes/end");
    assert_eq!(&*net.0.report.lost_turns[0].turn.id, "t3");
}
