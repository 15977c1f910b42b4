//! Tests with areas that can be crossed in any direction.

use super::*;

fn area(ring: &[At], holes: &[Vec<At>]) -> Polygon<f64> {
    Polygon::new(line(ring), holes.iter().map(|h| line(h)).collect())
}

/// ```text
///  west ──┌───────┐
///         │ ┌─┐   │
///         │ └─┘   │
///         └───────┘── east
/// ```
#[test]
fn a_square_is_crossed_around_its_hole() {
    let map = |holes: &[Vec<At>]| {
        let mut map = Map::default();
        map.way("west", &[(-40.0, 50.0), (0.0, 50.0)]);
        map.way("east", &[(100.0, 50.0), (140.0, 50.0)]);
        let outline = [
            (0.0, 0.0),
            (100.0, 0.0),
            (100.0, 50.0),
            (100.0, 100.0),
            (0.0, 100.0),
            (0.0, 50.0),
            (0.0, 0.0),
        ];
        map.put("routes", "square", area(&outline, holes), json!({}));
        let net = map.built();
        net.between(&[net.node_at((-40.0, 50.0))], &[net.node_at((140.0, 50.0))])
            .unwrap()
    };
    let open = map(&[]);
    assert_eq!(open.passed, ["west", "across square", "east"]);
    assert!((open.metres - 180.0).abs() < 0.5, "{open:?}");
    let around = map(&[rectangle((40.0, 30.0), (60.0, 70.0))]);
    let bent = 80.0 + 2.0 * 40_f64.hypot(20.0) + 20.0;
    assert!((around.metres - bent).abs() < 0.5, "{around:?}");
}

/// ```text
///  ┌──────────────┐
///  │    ┌───┐     │  a building stands on the square, and is no hole of it
///  │    └─D─┘     │
///  └──────────────┘
/// ```
#[test]
fn a_door_on_a_square_is_reached_across_it_and_not_through_the_building() {
    let mut map = Map::default();
    map.way("west", &[(-40.0, 50.0), (0.0, 50.0)]);
    map.way("east", &[(100.0, 50.0), (140.0, 50.0)]);
    let outline = rectangle((0.0, 0.0), (100.0, 100.0));
    map.put("routes", "square", area(&outline, &[]), json!({}));
    map.building("B", &rectangle((40.0, 30.0), (60.0, 70.0)));
    map.door("D", (50.0, 30.0), "B");
    let net = map.built();
    let west = [net.node_at((-40.0, 50.0))];
    let found = net.between(&west, &net.nodes("D")).unwrap();
    assert!(
        found.passed.contains(&"across square".to_owned()),
        "{found:?}"
    );
    let straight = 40.0 + 40_f64.hypot(20.0) + 10.0;
    assert!(found.metres < 1.25 * straight, "{found:?}");
    let across = net.between(&west, &[net.node_at((140.0, 50.0))]).unwrap();
    assert!((190.0..230.0).contains(&across.metres), "{across:?}");
}

#[test]
fn two_squares_that_share_a_side_are_one_ground() {
    let mut map = Map::default();
    map.way("west", &[(-40.0, 50.0), (0.0, 50.0)]);
    map.way("east", &[(200.0, 50.0), (240.0, 50.0)]);
    let one = rectangle((0.0, 0.0), (100.0, 100.0));
    let two = rectangle((100.0, 0.0), (200.0, 100.0));
    map.put("routes", "one", area(&one, &[]), json!({}));
    map.put("routes", "two", area(&two, &[]), json!({}));
    let net = map.built();
    let passed = net.passed((-40.0, 50.0), (240.0, 50.0)).unwrap();
    assert_eq!(passed, ["west", "across one", "across two", "east"]);
}

/// A square with many ways is crossed through a grid of points, so the number of edges stays small.
#[test]
fn a_square_with_many_entries_has_a_bounded_number_of_edges() {
    let mut map = Map::default();
    let outline = rectangle((0.0, 0.0), (300.0, 300.0));
    map.put("routes", "square", area(&outline, &[]), json!({}));
    for n in 0..90 {
        let y = 3.0 + f64::from(n) * 3.2;
        map.way(&format!("w{n}"), &[(-20.0, y), (0.0, y)]);
        map.way(&format!("e{n}"), &[(300.0, y), (320.0, y)]);
    }
    let net = map.built();
    let edges = net.0.topology.edge_count();
    assert!(edges < 180 * 16 + 500, "{edges}");
    let found = net
        .between(
            &[net.node_at((-20.0, 3.0))],
            &[net.node_at((320.0, 3.0 + 89.0 * 3.2))],
        )
        .unwrap();
    let straight = 40.0 + 300_f64.hypot(89.0 * 3.2);
    assert!(found.metres < straight * 1.12, "{found:?} {straight}");
}
