//! Generates the grids: they cover every community without gaps or overlaps, and every building
//! lies in exactly one.

use std::collections::{BTreeMap, HashMap};

use super::city::{City, Grid};
use super::names::{COMMUNITIES, STREET, Use};
use super::plane::{Pt, contains, cut, distance, edges, key, middle, unit};
use super::prng::Prng;

/// Draws the grids, the communities and the subdistrict, and sets the grid of every building.
pub fn draw(city: &mut City) {
    let mut rings: Vec<(usize, usize, Vec<Pt>)> = Vec::new();
    for parting in &city.partings {
        let cell = &city.town.cells[parting.cell];
        let community = cell.plot.0;
        let outer = cell.outer.ring.clone();
        let halves = match parting.axis.and_then(|(on, way)| cut(&outer, on, way)) {
            Some((west, east)) => vec![west, east],
            None => vec![outer],
        };
        for (half, ring) in halves.into_iter().enumerate() {
            let line = parting.across.get(half).copied().flatten();
            match line.and_then(|(on, way)| cut(&ring, on, way)) {
                Some((north, south)) => {
                    rings.push((community, parting.cell, north));
                    rings.push((community, parting.cell, south));
                }
                None => rings.push((community, parting.cell, ring)),
            }
        }
    }
    share_corners(&mut rings);

    let mut grids = Vec::new();
    for (community, (code, name)) in COMMUNITIES.iter().enumerate() {
        let mut own: Vec<_> = rings.iter().filter(|r| r.0 == community).collect();
        // Grids are numbered in reading order: from the north-west, row by row.
        own.sort_by_key(|(_, _, ring)| {
            let m = middle(ring);
            (-(m.y / 130.0).round() as i64, m.x as i64)
        });
        for (n, (_, cell, ring)) in own.iter().enumerate() {
            let plot = city.town.cells[*cell].plot;
            let special = !matches!(
                plot.1,
                Use::Estate | Use::Garden | Use::Heights | Use::Mixed
            );
            let name = if special {
                format!("{name}社区第{}网格（{}）", n + 1, plot.3)
            } else {
                format!("{name}社区第{}网格", n + 1)
            };
            grids.push(Grid {
                code: format!("{code}{:03}", n + 1),
                name,
                kind: "grid",
                parent: Some((*code).to_owned()),
                households: 0,
                population: 0,
                ring: ring.clone(),
            });
        }
    }
    people(city, &mut grids);
    for (community, (code, name)) in COMMUNITIES.iter().enumerate() {
        let own = rings
            .iter()
            .filter(|r| r.0 == community)
            .map(|r| r.2.as_slice());
        grids.push(above(
            code,
            &format!("{name}社区"),
            "community",
            Some(STREET.0),
            own,
            &grids,
        ));
    }
    let all = rings.iter().map(|r| r.2.as_slice());
    grids.push(above(STREET.0, STREET.1, "street", None, all, &grids));
    city.grids = grids;
}

/// Inserts into every ring the corners of its neighbours that lie on its edges.
fn share_corners(rings: &mut [(usize, usize, Vec<Pt>)]) {
    let mut corners: Vec<Pt> = Vec::new();
    for (_, _, ring) in rings.iter_mut() {
        for p in ring.iter_mut() {
            match corners.iter().find(|q| distance(**q, *p) < 1e-3) {
                Some(q) => *p = *q,
                None => corners.push(*p),
            }
        }
        ring.dedup();
    }
    for (_, _, ring) in rings.iter_mut() {
        let mut out = Vec::new();
        for (a, b) in edges(ring) {
            out.push(a);
            let e = unit(b - a);
            let length = distance(a, b);
            let mut between: Vec<(f64, Pt)> = corners
                .iter()
                .filter_map(|p| {
                    let d = *p - a;
                    let (t, off) = (d.x * e.x + d.y * e.y, (d.x * e.y - d.y * e.x).abs());
                    (off < 1e-3 && t > 1e-3 && t < length - 1e-3).then_some((t, *p))
                })
                .collect();
            between.sort_by(|a, b| a.0.total_cmp(&b.0));
            out.extend(between.into_iter().map(|(_, p)| p));
        }
        *ring = out;
    }
}

/// Assigns buildings to grids and counts the residents.
fn people(city: &mut City, grids: &mut [Grid]) {
    for building in &mut city.buildings {
        let at = middle(&building.ring);
        if let Some(grid) = grids.iter_mut().find(|g| contains(&g.ring, at)) {
            building.grid.clone_from(&grid.code);
            grid.households += building.households;
        }
    }
    for (n, grid) in grids.iter_mut().enumerate() {
        let mut rng = Prng::of("people", n as u64);
        let a_home = rng.range(2.35, 2.75);
        grid.population = (f64::from(grid.households) * a_home).round() as u32;
    }
}

fn above<'a>(
    code: &str,
    name: &str,
    kind: &'static str,
    parent: Option<&str>,
    rings: impl Iterator<Item = &'a [Pt]>,
    grids: &[Grid],
) -> Grid {
    let below = grids
        .iter()
        .filter(|g| g.kind == "grid" && g.code.starts_with(code));
    Grid {
        code: code.to_owned(),
        name: name.to_owned(),
        kind,
        parent: parent.map(str::to_owned),
        households: below.clone().map(|g| g.households).sum(),
        population: below.map(|g| g.population).sum(),
        ring: outline(rings),
    }
}

/// A corner as integers, so that equal positions compare equal: see [`key`].
type Corner = (i64, i64);

/// The outline of rings that share their corners: the edges that occur in one direction only.
fn outline<'a>(rings: impl Iterator<Item = &'a [Pt]>) -> Vec<Pt> {
    let mut next: BTreeMap<(Corner, Corner), (Pt, Pt)> = BTreeMap::new();
    for ring in rings {
        for (a, b) in edges(ring) {
            if next.remove(&(key(b), key(a))).is_none() {
                next.insert((key(a), key(b)), (a, b));
            }
        }
    }
    let mut from: HashMap<Corner, (Pt, Pt)> = HashMap::new();
    for ((a, _), edge) in &next {
        from.insert(*a, *edge);
    }
    let Some(first) = next.values().next().map(|e| e.0) else {
        return Vec::new();
    };
    let mut ring = Vec::new();
    let mut at = first;
    while let Some((a, b)) = from.remove(&key(at)) {
        ring.push(a);
        at = b;
    }
    ring
}

/// The code of the grid that contains a position.
pub fn grid_of(city: &City, at: Pt) -> Option<&str> {
    city.grids
        .iter()
        .find(|g| g.kind == "grid" && contains(&g.ring, at))
        .map(|g| g.code.as_str())
}
