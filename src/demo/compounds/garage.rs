//! Generates the garage under a compound and its connections to the buildings.

use super::lanes::loop_at;
use super::sketch::Sketch;
use crate::demo::city::{City, Entrance, Node, Pass, Special, Way};
use crate::demo::lots::Lot;
use crate::demo::plane::pt;

/// Adds a garage under the lawn between the two middle rows: a ramp from the lane along the east
/// wall, and a way to the lift of every building north of it. An indoor path joins each lift to a
/// unit door.
pub(super) fn garage(city: &mut City, s: &Sketch, compound: usize, lots: &[Lot]) {
    let k = s.rows.len() / 2;
    if k == 0 {
        return;
    }
    let (y, _) = s.rows[k];
    let drive = (s.lanes[k - 1] + 3.0 + y) / 2.0;
    let Some((_, east)) = loop_at(s, drive) else {
        return;
    };
    // The ramp begins on the straight part of the lane between two row lanes.
    let ends = (loop_at(s, s.lanes[k - 1]), loop_at(s, s.lanes[k]));
    let (Some((_, a)), Some((_, b))) = ends else {
        return;
    };
    let share = (drive - s.lanes[k - 1]) / (s.lanes[k] - s.lanes[k - 1]);
    let start = pt(a + (b - a) * share, drive);
    let mouth = pt(start.x.min(east) - 3.5, drive);
    let slug = city.compounds[compound].id.clone();
    let name = city.compounds[compound].name.clone();
    let mut houses: Vec<&Lot> = lots.iter().filter(|l| l.row == k && !l.garden).collect();
    houses.sort_by(|a, b| b.x.total_cmp(&a.x));
    let mut trunk = vec![start, mouth];
    for lot in &houses {
        let door = pt(
            lot.x + (f64::from(lot.units / 2) + 0.5) * lot.kind.unit_m,
            lot.y + if s.doors_north { lot.kind.depth_m } else { 0.0 },
        );
        let x = door.x + 1.3;
        let (bottom, lift) = (pt(x, drive), pt(x, lot.y + lot.kind.depth_m / 2.0));
        if x > mouth.x - 6.0 {
            continue;
        }
        trunk.push(bottom);
        city.ways
            .push(Way::garage(s.frame.out_all(&[bottom, lift])));
        city.ways.push(Way {
            ebike: Pass::No,
            covered: true,
            access: "private",
            ..Way::path(s.frame.out_all(&[lift, door]), 1.6)
        });
        city.nodes.push(Node {
            name: Some(format!("{name}地下车库电梯")),
            ebike: Pass::No,
            width_m: Some(1.1),
            ..Node::new("lift", s.frame.out(lift))
        });
    }
    if trunk.len() < 3 {
        return;
    }
    city.ways.push(Way::garage(s.frame.out_all(&trunk)));
    city.entrances.push(Entrance {
        id: format!("{slug}-garage"),
        kind: "garage",
        name: format!("{name}地下车库入口"),
        at: s.frame.out(mouth),
        outward: s.frame.turn(pt(1.0, 0.0)),
        compound: Some(compound),
        building: None,
        unit: None,
        ebike: Pass::Dismount,
        foot: Pass::Yes,
        opening_hours: Some("24/7"),
        guarded: Some(false),
        intercom: None,
        step_free: Some(true),
        access_note: Some("可推行至地下电梯厅"),
        access_code: None,
        level: 0,
        special: Special::default(),
    });
}
