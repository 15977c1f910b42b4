//! Tests with valid and invalid geometries and the reported places of errors.

use super::*;
use geo::{Area, Validation};
use proptest::prelude::*;

fn ring(points: &[(f64, f64)]) -> LineString<f64> {
    LineString(points.iter().map(|&(x, y)| Coord { x, y }).collect())
}

fn square(x: f64, y: f64, size: f64) -> LineString<f64> {
    ring(&[
        (x, y),
        (x + size, y),
        (x + size, y + size),
        (x, y + size),
        (x, y),
    ])
}

fn verdict(exterior: LineString<f64>, holes: Vec<LineString<f64>>) -> String {
    match validate(&Geometry::Polygon(Polygon::new(exterior, holes))) {
        Ok(()) => "valid".into(),
        Err(e) => e.to_string(),
    }
}

#[test]
fn coordinates_rounded_beyond_the_globe_are_moved_to_its_edge() {
    for (x, y, expected) in [
        (
            180.000_000_000_000_06,
            -90.000_000_000_000_01,
            (180.0, -90.0),
        ),
        (-180.000_000_000_5, 39.0, (-180.0, 39.0)),
        (
            179.999_999_999_9,
            89.999_999_999_9,
            (179.999_999_999_9, 89.999_999_999_9),
        ),
        // About a millimetre beyond the edge, which is too far for a rounding error.
        (180.000_000_01, 0.0, (180.000_000_01, 0.0)),
    ] {
        let found = normalise(Geometry::Point((x, y).into()));
        assert_eq!(found, Geometry::Point(expected.into()));
    }
    assert!(
        out_of_range(Coord {
            x: 180.000_000_01,
            y: 0.0
        })
        .is_some()
    );
}

#[test]
fn a_wrong_ring_is_named_with_the_place_where_it_goes_wrong() {
    assert_eq!(
        verdict(square(0., 0., 4.), vec![square(1., 1., 1.)]),
        "valid"
    );
    assert_eq!(
        verdict(
            ring(&[(0., 0.), (4., 4.), (4., 0.), (0., 4.), (0., 0.)]),
            vec![]
        ),
        "coordinates[0]: the ring meets itself near [2.0000000, 2.0000000]"
    );
    assert_eq!(
        verdict(square(0., 0., 4.), vec![square(9., 9., 1.)]),
        "coordinates[1]: the hole lies outside its exterior ring"
    );
    assert_eq!(
        verdict(
            square(0., 0., 9.),
            vec![square(1., 1., 5.), square(2., 2., 1.)]
        ),
        "coordinates[2]: the hole lies within another hole"
    );
    assert!(verdict(square(0., 0., 4.), vec![square(3., 3., 4.)]).contains("crosses"));
    assert!(verdict(square(0., 0., 4.), vec![square(0., 0., 2.)]).contains("shares an edge"));
    let spike = ring(&[
        (0., 0.),
        (4., 0.),
        (4., 4.),
        (4., 9.),
        (4., 4.),
        (0., 4.),
        (0., 0.),
    ]);
    assert!(verdict(spike, vec![]).contains("itself near [4.0"));
    assert!(
        verdict(ring(&[(0., 0.), (1., 1.), (0., 0.), (0., 0.)]), vec![]).contains("3 different")
    );
    assert!(verdict(ring(&[(0., 0.), (1., 1.), (2., 2.), (0., 0.)]), vec![]).contains("itself"));
}

#[test]
fn rings_may_touch_in_a_point_but_not_cut_the_inside_apart() {
    let diamond = ring(&[(0., 2.), (2., 1.), (3., 2.), (2., 3.), (0., 2.)]);
    assert_eq!(verdict(square(0., 0., 4.), vec![diamond]), "valid");
    let across = ring(&[(0., 2.), (2., 1.), (4., 2.), (2., 3.), (0., 2.)]);
    assert!(verdict(square(0., 0., 4.), vec![across]).contains("divide the interior"));
    // Enters and leaves through vertices: no segment crosses another in its interior.
    let through = ring(&[(1., 2.), (4., 2.), (6., 3.), (1., 2.)]);
    let shell = ring(&[(0., 0.), (4., 0.), (4., 2.), (4., 4.), (0., 4.), (0., 0.)]);
    assert!(verdict(shell, vec![through]).contains("crosses"));
}

#[test]
fn parts_of_a_multipolygon_stand_apart_or_in_each_others_holes() {
    let multi =
        |polygons: Vec<Polygon<f64>>| validate(&Geometry::MultiPolygon(MultiPolygon(polygons)));
    let bare = |r| Polygon::new(r, vec![]);
    let holed = Polygon::new(square(0., 0., 9.), vec![square(1., 1., 7.)]);
    assert!(multi(vec![holed.clone(), bare(square(2., 2., 3.))]).is_ok());
    assert!(multi(vec![bare(square(0., 0., 1.)), bare(square(1., 1., 1.))]).is_ok());
    assert!(multi(vec![bare(square(0., 0., 9.)), bare(square(2., 2., 3.))]).is_err());
    assert!(multi(vec![bare(square(0., 0., 2.)), bare(square(1., 1., 2.))]).is_err());
    assert!(multi(vec![bare(square(0., 0., 2.)), bare(square(2., 0., 2.))]).is_err());
    assert!(multi(vec![]).is_err());
}

#[test]
fn ten_thousand_vertices_and_ten_thousand_holes_are_quick() {
    let star: Vec<_> = (0..=10_000)
        .map(|i| {
            let a = f64::from(i % 10_000) / 10_000.0 * std::f64::consts::TAU;
            let r = if i % 2 == 0 { 10.0 } else { 9.0 };
            (r * a.cos(), r * a.sin())
        })
        .collect();
    let started = std::time::Instant::now();
    assert_eq!(verdict(ring(&star), vec![]), "valid");
    let holes = (0..10_000)
        .map(|i| square(f64::from(i % 100) * 0.5, f64::from(i / 100) * 0.5, 0.2))
        .collect();
    assert_eq!(verdict(square(-1., -1., 60.), holes), "valid");
    // The limit suits a debug build on a busy machine; quadratic time would take minutes.
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn normalising_winds_rings_and_drops_repeated_positions() {
    let clockwise = ring(&[(0., 0.), (0., 4.), (0., 4.), (4., 4.), (4., -0.), (-0., 0.)]);
    let kept = normalise(Geometry::Polygon(Polygon::new(
        clockwise,
        vec![square(1., 1., 1.)],
    )));
    let Geometry::Polygon(kept) = kept else {
        panic!("a polygon stays one");
    };
    assert_eq!(
        kept.exterior(),
        &ring(&[(0., 0.), (4., 0.), (4., 4.), (0., 4.), (0., 0.)])
    );
    assert!(kept.exterior().0.iter().all(|c| c.y.is_sign_positive()));
    assert!(kept.interiors()[0].is_cw());
    let again = normalise(Geometry::Polygon(kept.clone()));
    assert_eq!(again, Geometry::Polygon(kept));
}

#[test]
fn invalid_positions_are_refused() {
    for (x, y) in [(f64::NAN, 0.), (0., f64::INFINITY), (181., 0.), (0., -91.)] {
        assert!(
            validate(&Geometry::Point(Point::new(x, y))).is_err(),
            "{x} {y}"
        );
    }
    assert!(validate(&Geometry::LineString(ring(&[(1., 1.), (1., 1.)]))).is_err());
}

/// Rings with small integer coordinates, so that touching, overlapping and crossing are all common.
fn any_ring() -> impl Strategy<Value = LineString<f64>> {
    proptest::collection::vec((0..6i8, 0..6i8), 3..7).prop_map(|mut points| {
        points.push(points[0]);
        let mut coords: Vec<_> = points
            .into_iter()
            .map(|(x, y)| Coord {
                x: f64::from(x),
                y: f64::from(y),
            })
            .collect();
        coords.dedup();
        LineString(coords)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, max_global_rejects: 16_384, ..ProptestConfig::default() })]

    /// Compares single rings with the slow pairwise check of `geo`; that check accepts a triangle
    /// without area, which other programs refuse.
    #[test]
    fn agrees_with_the_pairwise_check_on_rings(r in any_ring()) {
        let p = Polygon::new(r, vec![]);
        let expected = p.is_valid() && p.unsigned_area() > 0.0;
        prop_assert_eq!(validate(&Geometry::Polygon(p)).is_ok(), expected);
    }

    /// Compares two parts of a multipolygon, each of which is valid by itself.
    #[test]
    fn agrees_with_the_pairwise_check_on_parts(a in any_ring(), b in any_ring()) {
        let (a, b) = (Polygon::new(a, vec![]), Polygon::new(b, vec![]));
        prop_assume!(a.is_valid() && a.unsigned_area() > 0.0);
        prop_assume!(b.is_valid() && b.unsigned_area() > 0.0);
        let both = MultiPolygon(vec![a, b]);
        prop_assert_eq!(
            validate(&Geometry::MultiPolygon(both.clone())).is_ok(),
            both.is_valid(),
            "{:?}", validate(&Geometry::MultiPolygon(both.clone()))
        );
    }
}
