//! Generates residential buildings: their outline, number, unit doors, and the path from each door
//! to its lane.

use super::city::{Building, City, Entrance, Housing, Pass, Special, Way};
use super::lots::{Lot, height_m};
use super::plane::{Frame, Pt, pt};
use super::prng::Prng;

/// The properties of a compound that are needed to generate one of its buildings.
pub struct Place<'a> {
    pub compound: usize,
    pub frame: &'a Frame,
    pub doors_north: bool,
    /// The y coordinate of the lane to which the building's doors lead.
    pub lane_y: f64,
}

/// Generates a building with its doors, unless its lot is a garden.
pub fn build(city: &mut City, place: &Place, lot: &Lot, number: u32, rng: &mut Prng) {
    if lot.garden {
        return;
    }
    let compound = &city.compounds[place.compound];
    let (slug, name) = (compound.id.clone(), compound.name.clone());
    let (housing, built) = (compound.housing, compound.built);
    let old = housing == Housing::OldEstate;
    let (outline, doors) = outline(lot, place.doors_north);
    let index = city.buildings.len();
    let id = format!("{slug}-{number}");
    for (unit, door) in doors.iter().enumerate() {
        let unit = unit as u32 + 1;
        let step_free = !old && rng.chance(0.8) || rng.chance(0.7);
        let line = [pt(door.x, place.lane_y), *door];
        let line = place.frame.out_all(&line);
        city.ways.push(if step_free {
            Way {
                ebike: Pass::No,
                ..Way::path(line, 1.8)
            }
        } else {
            Way::flight(line, 1.6, rng.whole(3, 6) as u32)
        });
        city.entrances.push(Entrance {
            id: format!("{id}-{unit}"),
            kind: "unit_door",
            name: format!("{name}{number}号楼{unit}单元"),
            at: place.frame.out(*door),
            outward: place
                .frame
                .turn(pt(0.0, if place.doors_north { 1.0 } else { -1.0 })),
            compound: None,
            building: Some(index),
            unit: Some(unit),
            ebike: Pass::No,
            foot: Pass::Yes,
            opening_hours: None,
            guarded: None,
            intercom: Some(if old { rng.chance(0.45) } else { true }),
            step_free: Some(step_free),
            access_note: (!old && rng.chance(0.06)).then_some("单元门需呼叫住户开门"),
            access_code: (!old && rng.chance(0.08))
                .then(|| format!("{:04}#", rng.whole(1000, 9999))),
            level: 0,
            special: Special::default(),
        });
    }
    let levels = lot.kind.levels;
    city.buildings.push(Building {
        name: format!("{name}{number}号楼"),
        number: Some(number.to_string()),
        kind: "residential",
        address: None,
        compound: Some(place.compound),
        housing: Some(housing),
        levels,
        height_m: height_m(levels),
        units: doors.len() as u32,
        households: lot.households(),
        elevator: levels > 7 || (!old && built >= 2012),
        built,
        ring: place.frame.out_all(&outline),
        grid: String::new(),
        id,
    });
}

/// Generates a kindergarten on a lot in the middle of a compound, with its door on the lane of the
/// row.
pub fn kindergarten(city: &mut City, frame: &Frame, compound: usize, lot: &Lot, lane_y: f64) {
    let (slug, name) = {
        let c = &city.compounds[compound];
        (c.id.clone(), c.name.clone())
    };
    let (x0, x1) = (lot.x + 2.0, lot.x + lot.width_m() - 2.0);
    let (y0, y1) = (lot.y - 3.0, lot.y + lot.kind.depth_m);
    let (x, wing) = ((x0 + x1) / 2.0, lot.x + lot.width_m() * 0.32);
    let door = pt(x, y1);
    // An L-shaped outline, with the short wing to the south.
    let ring = [
        pt(x0, y0 - 8.0),
        pt(wing, y0 - 8.0),
        pt(wing, y0 + 2.0),
        pt(x1, y0 + 2.0),
        pt(x1, y1),
        door,
        pt(x0, y1),
    ];
    let id = format!("{slug}-kindergarten");
    let line = [pt(x, lane_y), door];
    city.ways.push(Way::path(frame.out_all(&line), 2.0));
    city.entrances.push(Entrance {
        id: format!("{id}-door"),
        kind: "service",
        name: format!("{name}幼儿园正门"),
        at: frame.out(door),
        outward: frame.turn(pt(0.0, 1.0)),
        compound: None,
        building: Some(city.buildings.len()),
        unit: None,
        ebike: Pass::No,
        foot: Pass::Yes,
        opening_hours: Some("Mo-Fr 07:30-18:00"),
        guarded: Some(true),
        intercom: Some(true),
        step_free: Some(true),
        access_note: None,
        access_code: None,
        level: 0,
        special: Special::default(),
    });
    let built = city.compounds[compound].built;
    city.buildings.push(Building {
        name: format!("{name}幼儿园"),
        number: None,
        kind: "kindergarten",
        address: None,
        compound: Some(compound),
        housing: None,
        levels: 3,
        height_m: 11.4,
        units: 0,
        households: 0,
        elevator: false,
        built,
        ring: frame.out_all(&ring),
        grid: String::new(),
        id,
    });
}

/// The outline (counter-clockwise) and the doors from west to east; each door is a corner of the
/// outline.
fn outline(lot: &Lot, doors_north: bool) -> (Vec<Pt>, Vec<Pt>) {
    let (x0, y0) = (lot.x, lot.y);
    let (x1, y1) = (lot.x + lot.width_m(), lot.y + lot.kind.depth_m);
    let at = |unit: u32| x0 + (f64::from(unit) + 0.5) * lot.kind.unit_m;
    if lot.kind.units == 1 {
        return tower(x0, y0, x1, y1);
    }
    let mut ring = vec![pt(x0, y0)];
    let mut doors = Vec::new();
    if !doors_north {
        doors.extend((0..lot.units).map(|u| pt(at(u), y0)));
        ring.extend(&doors);
        ring.extend([pt(x1, y0), pt(x1, y1), pt(x0, y1)]);
        return (ring, doors);
    }
    // Buildings with lifts have protruding staircases on the north side.
    let bay = if lot.kind.levels > 7 { 1.6 } else { 0.0 };
    ring.extend([pt(x1, y0), pt(x1, y1 - bay)]);
    for unit in (0..lot.units).rev() {
        let x = at(unit);
        let door = pt(x, y1);
        if bay > 0.0 {
            ring.extend([pt(x + 3.4, y1 - bay), pt(x + 3.4, y1)]);
        }
        ring.push(door);
        if bay > 0.0 {
            ring.extend([pt(x - 3.4, y1), pt(x - 3.4, y1 - bay)]);
        }
        doors.insert(0, door);
    }
    ring.push(pt(x0, y1 - bay));
    (ring, doors)
}

/// The outline and door of a tower: wings to the east and west, a bay to the south, the door in a
/// core to the north.
fn tower(x0: f64, y0: f64, x1: f64, y1: f64) -> (Vec<Pt>, Vec<Pt>) {
    let x = (x0 + x1) / 2.0;
    let door = pt(x, y1);
    let ring = vec![
        pt(x - 8.5, y0),
        pt(x + 8.5, y0),
        pt(x + 8.5, y0 + 3.0),
        pt(x1, y0 + 3.0),
        pt(x1, y1 - 3.5),
        pt(x + 4.5, y1 - 3.5),
        pt(x + 4.5, y1),
        door,
        pt(x - 4.5, y1),
        pt(x - 4.5, y1 - 3.5),
        pt(x0, y1 - 3.5),
        pt(x0, y0 + 3.0),
        pt(x - 8.5, y0 + 3.0),
    ];
    (ring, vec![door])
}
