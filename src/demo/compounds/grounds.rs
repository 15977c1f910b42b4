//! Generates the open areas between the buildings: lawns, the central garden, bike sheds.

use super::LANE_M;
use super::sketch::Sketch;
use crate::demo::buildings;
use crate::demo::city::{Area, City, Spot, SpotKind, Way};
use crate::demo::lots::Lot;
use crate::demo::plane::{middle, pt, rectangle};
use crate::model::names::collection::GREEN;

/// Adds lawns south of the buildings, one for each row on each side of the axis.
pub(super) fn greens(city: &mut City, s: &Sketch, lots: &[Lot]) {
    for (k, (y, _)) in s.rows.iter().enumerate() {
        let north = if s.doors_north {
            y - 1.5
        } else {
            y - LANE_M - 3.0
        };
        let south = match k.checked_sub(1).map(|j| (s.rows[j], s.lanes[j])) {
            Some((_, lane)) if s.doors_north => lane + 3.0,
            Some(((y, row), _)) => y + row.depth_m + 1.5,
            None => continue,
        };
        for west in [true, false] {
            let mut span: Option<(f64, f64)> = None;
            for lot in lots.iter().filter(|l| l.row == k && (l.x < s.axis) == west) {
                let (a, b) = (lot.x, lot.x + lot.width_m());
                span = Some(span.map_or((a, b), |(c, d)| (a.min(c), b.max(d))));
            }
            let Some((a, b)) = span else {
                continue;
            };
            if north - south > 4.0 {
                city.areas.push(Area {
                    collection: GREEN,
                    kind: "grass",
                    name: None,
                    ring: s.frame.out_all(&rectangle(a, south, b, north)),
                });
            }
        }
    }
}

/// Adds the central garden on the lots left without a building. On the second of them, if it has more than one unit,
/// a kindergarten is built instead.
pub(super) fn garden(city: &mut City, s: &Sketch, compound: usize, lots: &[Lot]) {
    for (n, lot) in lots.iter().filter(|l| l.garden).enumerate() {
        let (x0, x1) = (lot.x, lot.x + lot.width_m());
        let ring = rectangle(x0, lot.y, x1, lot.y + lot.kind.depth_m);
        let at = middle(&ring);
        if n == 1 && lot.units > 1 {
            buildings::kindergarten(city, &s.frame, compound, lot, s.lanes[lot.row]);
            continue;
        }
        city.areas.push(Area {
            collection: GREEN,
            kind: "garden",
            name: None,
            ring: s.frame.out_all(&ring),
        });
        city.spots.push(Spot {
            at: s.frame.out(at),
            compound,
            kind: SpotKind::Garden,
        });
        let lane = s.lanes[lot.row];
        let edge = if s.doors_north {
            lot.y + lot.kind.depth_m
        } else {
            lot.y
        };
        let x = (x0 + x1) / 2.0;
        let line = [pt(x, lane), pt(x, edge), pt(x, at.y)];
        city.ways.push(Way::path(s.frame.out_all(&line), 2.0));
    }
}

/// Adds sheds where e-bikes are parked and charged, between the west wall and the lane inside it.
pub(super) fn sheds(city: &mut City, s: &Sketch, compound: usize) {
    for pair in s.lanes.windows(2).step_by(2) {
        let y = (pair[0] + pair[1]) / 2.0;
        if let Some((west, _)) = s.wall.x_range(y - 6.0, y + 6.0) {
            city.spots.push(Spot {
                at: s.frame.out(pt(west + 1.6, y)),
                compound,
                kind: SpotKind::Shed,
            });
        }
    }
}
