//! Compares the edge index with `geo`, which tests whole geometries, and measures its cost.

use std::f64::consts::TAU;

use geo_types::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon,
    Point, Polygon, Rect, coord,
};
use proptest::prelude::*;

use super::edges::Edges;
use super::spatial::{Shape, holds};
use super::tests::{record, schema};
use super::*;
use crate::codec::cql2::{Encoding, Kind, Spatial, parse};
use crate::index::{Budget, Free};
use crate::spatial::crs::Crs;
use crate::spatial::validity::validate;

const ALL: [Spatial; 8] = [
    Spatial::Intersects,
    Spatial::Disjoint,
    Spatial::Equals,
    Spatial::Touches,
    Spatial::Crosses,
    Spatial::Within,
    Spatial::Contains,
    Spatial::Overlaps,
];

/// A valid ring around a centre, with one position for each radius.
fn star(centre: Coord<f64>, radii: &[f64]) -> LineString<f64> {
    let place = |(i, r): (usize, &f64)| {
        let (sin, cos) = (i as f64 / radii.len() as f64 * TAU).sin_cos();
        coord! {x: centre.x + r * cos, y: centre.y + r * sin}
    };
    let mut ring: Vec<_> = radii.iter().enumerate().map(place).collect();
    ring.push(ring[0]);
    LineString(ring)
}

/// The area under a row of columns with the given heights.
fn skyline(heights: &[u8]) -> Polygon<f64> {
    let mut ring = vec![coord! {x: 0.0, y: 0.0}];
    for (i, height) in heights.iter().enumerate() {
        for x in [i, i + 1] {
            ring.push(coord! {x: x as f64 * 0.5, y: f64::from(*height) * 0.5});
        }
    }
    ring.push(coord! {x: heights.len() as f64 * 0.5, y: 0.0});
    ring.dedup();
    Polygon::new(LineString(ring), Vec::new())
}

fn moved(polygon: &Polygon<f64>, dx: f64) -> Polygon<f64> {
    geo::Translate::translate(polygon, dx, 0.0)
}

fn a_literal() -> impl Strategy<Value = Geometry<f64>> {
    let radii = || prop::collection::vec((2u8..9).prop_map(|r| f64::from(r) / 4.0), 3..24);
    let heights = || prop::collection::vec(1u8..6, 1..8);
    let walk = || {
        let step = (-2i32..=2, -2i32..=2);
        prop::collection::vec(step, 1..20).prop_map(|steps| {
            let mut line = vec![coord! {x: 1.0, y: 1.0}];
            for (dx, dy) in steps {
                let last = line[line.len() - 1];
                line.push(last + coord! {x: f64::from(dx) * 0.5, y: f64::from(dy) * 0.5});
            }
            LineString(line)
        })
    };
    let with_hole = |radii: Vec<f64>, scale: f64| {
        let centre = coord! {x: 1.0, y: 1.0};
        let hole: Vec<f64> = radii.iter().map(|r| r * scale).collect();
        Polygon::new(star(centre, &radii), vec![star(centre, &hole)])
    };
    let literal = prop_oneof![
        3 => heights().prop_map(|h| skyline(&h).into()),
        2 => radii().prop_map(|r| Polygon::new(star(coord! {x: 1.0, y: 1.0}, &r), vec![]).into()),
        2 => radii().prop_map(move |r| with_hole(r, 0.5).into()),
        // An island inside the hole.
        1 => radii().prop_map(move |r| {
            let island: Vec<f64> = r.iter().map(|r| r * 0.25).collect();
            let island = Polygon::new(star(coord! {x: 1.0, y: 1.0}, &island), vec![]);
            MultiPolygon(vec![with_hole(r, 0.5), island]).into()
        }),
        2 => (heights(), heights()).prop_map(|(a, b)| {
            let b = moved(&skyline(&b), a.len() as f64 * 0.5 + 0.5);
            MultiPolygon(vec![skyline(&a), b]).into()
        }),
        2 => walk().prop_map(Geometry::from),
        2 => prop::collection::vec(walk(), 1..4).prop_map(|l| MultiLineString(l).into()),
    ];
    literal.prop_filter("a valid geometry", |g: &Geometry<f64>| validate(g).is_ok())
}

/// A position on a grid, or, chosen by number, a corner of the literal or the middle of an edge.
#[derive(Debug, Clone, Copy)]
enum Pick {
    Raster(i8, i8),
    Corner(usize),
    Middle(usize),
}

impl Pick {
    fn place(self, literal: &Geometry<f64>) -> Coord<f64> {
        let lines = relation::lines_of(literal);
        match self {
            Self::Raster(x, y) => coord! {x: f64::from(x) * 0.25, y: f64::from(y) * 0.25},
            Self::Corner(n) => lines[n % lines.len()].start,
            Self::Middle(n) => {
                let line = lines[n % lines.len()];
                (line.start + line.end) / 2.0
            }
        }
    }
}

fn a_pick() -> impl Strategy<Value = Pick> {
    prop_oneof![
        4 => (-6i8..18, -6i8..18).prop_map(|(x, y)| Pick::Raster(x, y)),
        1 => any::<u16>().prop_map(|n| Pick::Corner(n.into())),
        1 => any::<u16>().prop_map(|n| Pick::Middle(n.into())),
    ]
}

/// A feature of a kind, made from positions.
fn feature(kind: u8, places: &[Coord<f64>], size: f64) -> Geometry<f64> {
    let square = |c: Coord<f64>| Rect::new(c, c + coord! {x: size, y: size}).to_polygon();
    let corners = |places: &[Coord<f64>]| Polygon::new(LineString(places.to_vec()), Vec::new());
    match kind {
        0 => Point(places[0]).into(),
        1 => MultiPoint(places.iter().map(|c| Point(*c)).collect()).into(),
        2 => LineString(places.to_vec()).into(),
        3 => MultiLineString(
            places
                .chunks_exact(2)
                .map(|l| LineString(l.to_vec()))
                .collect(),
        )
        .into(),
        4 => square(places[0]).into(),
        5 => corners(places).into(),
        6 => MultiPolygon(vec![square(places[0]), square(places[1])]).into(),
        7 => {
            // A frame around a hole.
            let around = Rect::new(places[0], places[0] + coord! {x: 3.0 * size, y: 3.0 * size});
            let hole = square(places[0] + coord! {x: size, y: size});
            Polygon::new(
                around.to_polygon().exterior().clone(),
                vec![hole.exterior().clone()],
            )
            .into()
        }
        _ => Geometry::GeometryCollection(GeometryCollection(vec![
            Point(places[0]).into(),
            square(places[1]).into(),
        ])),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn the_edge_index_agrees_with_the_whole_geometry(
        literal in a_literal(),
        picks in prop::collection::vec(a_pick(), 2..5),
        kind in 0u8..9,
        size in prop::sample::select(vec![0.125, 0.25, 0.5, 1.0]),
    ) {
        let places: Vec<Coord<f64>> = picks.iter().map(|p| p.place(&literal)).collect();
        let feature = feature(kind, &places, size);
        prop_assume!(validate(&feature).is_ok());
        let edges = Edges::of_any_size(&literal).unwrap();
        let whole = Shape::of(&literal);
        let indexed = Shape { edges: Some(&edges), ..whole.clone() };
        let feature = Shape::of(&feature);
        for op in ALL {
            let Ok(expected) = holds(op, &feature, &whole, &Free);
            prop_assert_eq!(holds(op, &feature, &indexed, &Free), Ok(expected), "{:?}", op);
            let Ok(expected) = holds(op, &whole, &feature, &Free);
            prop_assert_eq!(holds(op, &indexed, &feature, &Free), Ok(expected), "turned {:?}", op);
        }
    }
}

/// The expression of an operator between the geometry of a feature and a literal of any size.
fn relation(op: &str, literal: Geometry<f64>) -> Predicate {
    let text = format!("{op}(geometry, POINT(0 0))");
    let mut node = parse(&text, Encoding::Text, Crs::Crs84).unwrap();
    if let Kind::Call(_, arguments) = &mut node.kind {
        arguments[1].kind = Kind::Geometry(literal);
    }
    Predicate::compile(&node, &schema(), Role::Public.into()).unwrap()
}

/// A literal with ten thousand corners and a hundred thousand features use a fifth of the budget of
/// a query.
#[test]
fn testing_a_large_literal_costs_only_its_nearby_edges() {
    const SIDE: i32 = 320;
    let schema = schema();
    let centre = coord! {x: 117.0, y: 39.0};
    let radius = |i: usize| 0.4 + 0.01 * ((i * 7919) % 101) as f64 / 101.0;
    let outline = star(centre, &(0..10_000).map(radius).collect::<Vec<_>>());
    let entries: Vec<Entry> = (0..SIDE * SIDE)
        .filter_map(|n| {
            let (x, y) = (f64::from(n % SIDE), f64::from(n / SIDE));
            let corner = coord! {x: 116.5 + x / f64::from(SIDE), y: 38.5 + y / f64::from(SIDE)};
            let house = Rect::new(corner, corner + coord! {x: 0.002, y: 0.002}).to_polygon();
            let at = usize::try_from(n).ok()?;
            Entry::new(
                &schema,
                &record(at, 1, &serde_json::json!({}), Some(house.into())),
            )
        })
        .collect();
    assert!(entries.len() > 100_000);
    // The cost of visiting the entries themselves is subtracted.
    let ask = |op: &str, literal: &Geometry<f64>| {
        let predicate = relation(op, literal.clone());
        let budget = Budget::new(4_000_000, 64 << 20);
        let view = View::from(Role::Public);
        let matches = |e: &Entry| predicate.matches(e, &schema, view, &budget);
        entries
            .iter()
            .map(matches)
            .collect::<Result<Vec<bool>, _>>()
    };
    let line = Geometry::from(outline.clone());
    let area = Geometry::from(Polygon::new(outline, Vec::new()));
    for (op, spatial, large) in [
        ("S_INTERSECTS", Spatial::Intersects, &area),
        ("S_WITHIN", Spatial::Within, &area),
        ("S_OVERLAPS", Spatial::Overlaps, &area),
        ("S_CROSSES", Spatial::Crosses, &line),
    ] {
        let found = ask(op, large);
        let found = found.unwrap_or_else(|stop| panic!("{op}: {stop}"));
        let (some, none) = (found.contains(&true), found.contains(&false));
        assert!(some && none, "{op}");
        // Testing every edge against all features would take minutes, so only some features are
        // compared.
        for (entry, found) in entries.iter().zip(found).step_by(9_973) {
            let feature = entry.geometry().unwrap();
            let whole = holds(spatial, &Shape::of(feature), &Shape::of(large), &Free);
            assert_eq!(whole, Ok(Some(found)), "{op}");
        }
    }
}
