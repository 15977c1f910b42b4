//! Divides the ring of a wall at its gates, and inserts corners.

use crate::demo::plane::{Pt, along, distance, edges};

/// Inserts a position that lies on a ring among the ring's corners.
pub fn insert_on(ring: &mut Vec<Pt>, at: Pt) {
    let best = edges(ring)
        .enumerate()
        .min_by(|(_, (a, b)), (_, (c, d))| {
            let bend = |a: Pt, b: Pt| distance(a, at) + distance(at, b) - distance(a, b);
            bend(*a, *b).total_cmp(&bend(*c, *d))
        })
        .map(|(i, _)| i);
    if let Some(i) = best {
        ring.insert(i + 1, at);
    }
}

/// The pieces of a ring between gaps; a gap is given by its middle and its width, measured along
/// the ring.
pub fn pieces(ring: &[Pt], gaps: &[(f64, f64)]) -> Vec<Vec<Pt>> {
    let mut gaps = gaps.to_vec();
    gaps.sort_by(|a, b| a.0.total_cmp(&b.0));
    let total: f64 = edges(ring).map(|(a, b)| distance(a, b)).sum();
    let Some(first) = gaps.first().copied() else {
        let mut whole = ring.to_vec();
        whole.extend(ring.first());
        return vec![whole];
    };
    let next = gaps.iter().skip(1).copied();
    let ends = next.chain([(first.0 + total, first.1)]);
    gaps.iter()
        .zip(ends)
        .map(|(a, b)| walk(ring, total, a.0 + a.1 / 2.0, b.0 - b.1 / 2.0))
        .filter(|line| line.len() > 1)
        .collect()
}

fn walk(ring: &[Pt], total: f64, from: f64, to: f64) -> Vec<Pt> {
    let mut out = Vec::new();
    for lap in 0..2 {
        let mut at = total * f64::from(lap);
        for (a, b) in edges(ring) {
            let length = distance(a, b);
            if from >= at && from < at + length {
                out.push(along(a, b, (from - at) / length));
            }
            if at > from && at < to {
                out.push(a);
            }
            if to >= at && to < at + length {
                out.push(along(a, b, (to - at) / length));
            }
            at += length;
        }
    }
    out
}
