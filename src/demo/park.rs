//! Generates parks: a pond, paths, groves, a playground and a tea house.

use std::f64::consts::TAU;

use super::city::{Building, City, Way, push_area};
use super::plane::{Block, Frame, Pt, along, contains, distance, edges, nearest, pt, rectangle};
use super::prng::Prng;
use crate::model::names::collection::{GREEN, WATER};

/// Adds a park: a pond with a path around it, a second path along the edge, groves, a playground, a
/// tea house, and a path from the pond to each street.
pub fn build(city: &mut City, frame: &Frame, wall: &Block, name: &str, slug: &str) {
    let mut rng = Prng::of(slug, 2);
    push_area(
        city,
        frame,
        GREEN,
        "park",
        Some(name.to_owned()),
        &wall.ring,
    );
    // A bend has many corners, so the mean of the corners is not the centre.
    let (low, high) = extent(&wall.ring);
    let centre = along(low, high, 0.5);
    let reach = edges(&wall.ring)
        .map(|(a, b)| distance(nearest(&[a, b], centre), centre))
        .fold(f64::INFINITY, f64::min);
    let phase = rng.range(0.0, TAU);
    let blob = |radius: f64| -> Vec<Pt> {
        (0..32)
            .map(|k| {
                let a = TAU * f64::from(k) / 32.0;
                let r = radius * (1.0 + 0.12 * (2.0 * a + phase).sin() + 0.06 * (3.0 * a).cos());
                centre + pt(1.3 * r * a.cos(), 0.92 * r * a.sin())
            })
            .collect()
    };
    let pond = blob(reach * 0.46);
    let pond_name = format!("{}湖", name.trim_end_matches("公园"));
    push_area(city, frame, WATER, "pond", Some(pond_name), &pond);

    let close = |mut ring: Vec<Pt>| {
        ring.extend(ring.first().copied());
        ring
    };
    let round = close(blob(reach * 0.58));
    let outer = close(wall.without_short_edges(40.0).inset([16.0; 4]).ring);
    let mut paths = vec![round.clone(), outer];
    for (side, out) in [pt(0.0, -1.0), pt(1.0, 0.0), pt(0.0, 1.0), pt(-1.0, 0.0)]
        .into_iter()
        .enumerate()
    {
        let corner = round[[24, 0, 8, 16][side]];
        if let Some((street, _)) = city.town.hit(frame.out(corner), frame.turn(out)) {
            paths.push(vec![corner, frame.inward(street)]);
        }
    }
    // The tea house stands at the north-east corner of the outer path, the playground at the
    // opposite corner.
    let corners = wall.without_short_edges(40.0).inset([34.0; 4]).ring;
    let by_corner = |a: &&Pt, b: &&Pt| (a.x + a.y).total_cmp(&(b.x + b.y));
    let tea = corners.iter().max_by(by_corner).copied().unwrap_or(centre);
    let play = corners.iter().min_by(by_corner).copied().unwrap_or(centre);
    let house = rectangle(tea.x - 9.0, tea.y - 5.0, tea.x + 9.0, tea.y + 5.0);
    let ground = rectangle(play.x - 15.0, play.y - 10.0, play.x + 15.0, play.y + 10.0);
    push_area(city, frame, GREEN, "playground", None, &ground);
    city.buildings.push(Building {
        id: format!("{slug}-tea-house"),
        name: format!("{name}茶亭"),
        number: None,
        kind: "other",
        address: None,
        compound: None,
        housing: None,
        levels: 1,
        height_m: 5.2,
        units: 0,
        households: 0,
        elevator: false,
        built: 2012,
        ring: frame.out_all(&house),
        grid: String::new(),
    });
    // Groves are placed where there is neither a path nor water nor a facility.
    let clear = |at: Pt, size: f64| {
        let inside = contains(&wall.ring, at)
            && edges(&wall.ring).all(|(a, b)| distance(nearest(&[a, b], at), at) > size + 2.0);
        inside
            && distance(nearest(&close(pond.clone()), at), at) > size + 2.0
            && !contains(&pond, at)
            && paths
                .iter()
                .all(|p| distance(nearest(p, at), at) > size + 3.0)
            && distance(tea, at) > size + 14.0
            && distance(play, at) > size + 21.0
    };
    let mut groves: Vec<(Pt, f64)> = Vec::new();
    for _ in 0..900 {
        let at = pt(rng.range(low.x, high.x), rng.range(low.y, high.y));
        let size = rng.range(4.5, 11.0);
        let apart = |(p, s): &(Pt, f64)| distance(*p, at) > s + size + 1.5;
        if clear(at, size * 1.1) && groves.iter().all(apart) {
            groves.push((at, size));
        }
    }
    for (at, size) in groves {
        let ring: Vec<Pt> = (0..9)
            .map(|k| {
                let a = TAU * f64::from(k) / 9.0;
                at + pt(a.cos(), a.sin()) * (size * rng.range(0.8, 1.1))
            })
            .collect();
        push_area(city, frame, GREEN, "wood", None, &ring);
    }
    for path in paths {
        city.ways.push(Way::path(frame.out_all(&path), 3.0).open());
    }
}

fn extent(ring: &[Pt]) -> (Pt, Pt) {
    ring.iter().fold(
        (
            pt(f64::INFINITY, f64::INFINITY),
            pt(f64::NEG_INFINITY, f64::NEG_INFINITY),
        ),
        |(low, high), p| {
            (
                pt(low.x.min(p.x), low.y.min(p.y)),
                pt(high.x.max(p.x), high.y.max(p.y)),
            )
        },
    )
}
