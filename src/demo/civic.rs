//! Generates blocks without housing: schools, a market, the subdistrict office, a mall, a clinic,
//! workshops, parks.
//!
//! Except in parks, the buildings stand on both sides of a drive that begins at the south gate, and their doors face
//! the drive. It ends at the north gate; that of a school, which has no north gate, ends inside.

use std::f64::consts::TAU;

use super::city::{Barrier, Building, City, Entrance, Parting, Pass, Special, Way, push_area};
use super::compounds::pieces;
use super::frontage::{self, Strip};
use super::names::Use;
use super::park;
use super::plane::{Block, Frame, Pt, contains, middle, pt, rectangle};
use super::prng::Prng;
use super::streets::street_side;
use crate::model::names::collection::GREEN;

/// A building beside the drive.
struct House {
    /// 1 for the east side of the drive, -1 for the west side.
    side: f64,
    /// The distances of the building's south and north wall from the south boundary wall, in metres.
    y: (f64, f64),
    /// The distances of the building's near and far wall from the middle of the drive, in metres.
    x: (f64, f64),
    levels: u32,
    kind: &'static str,
    name: &'static str,
}

const fn house(
    side: f64,
    y: (f64, f64),
    x: (f64, f64),
    levels: u32,
    kind: &'static str,
    name: &'static str,
) -> House {
    House {
        side,
        y,
        x,
        levels,
        kind,
        name,
    }
}

const WEST: f64 = -1.0;
const EAST: f64 = 1.0;

fn houses(kind: Use) -> Vec<House> {
    match kind {
        Use::School => vec![
            house(EAST, (14.0, 28.0), (10.0, 74.0), 4, "school", "行政楼"),
            house(EAST, (52.0, 66.0), (10.0, 78.0), 4, "school", "第一教学楼"),
            house(EAST, (90.0, 104.0), (10.0, 78.0), 4, "school", "第二教学楼"),
            house(EAST, (128.0, 156.0), (10.0, 58.0), 2, "school", "体育馆"),
            house(WEST, (150.0, 170.0), (10.0, 46.0), 2, "school", "食堂"),
        ],
        Use::Market => vec![
            house(WEST, (16.0, 74.0), (12.0, 92.0), 2, "market", "交易大厅"),
            house(WEST, (96.0, 140.0), (12.0, 84.0), 1, "market", "果蔬棚"),
            house(EAST, (16.0, 56.0), (12.0, 78.0), 1, "market", "水产厅"),
            house(EAST, (78.0, 134.0), (12.0, 88.0), 3, "shop", "日用百货楼"),
        ],
        Use::Civic => vec![
            house(EAST, (24.0, 42.0), (14.0, 84.0), 8, "office", "办公楼"),
            house(
                EAST,
                (84.0, 100.0),
                (14.0, 70.0),
                4,
                "community",
                "党群服务中心",
            ),
            house(EAST, (132.0, 146.0), (14.0, 62.0), 3, "office", "司法所"),
            house(WEST, (90.0, 108.0), (14.0, 66.0), 5, "office", "派出所"),
            house(WEST, (134.0, 158.0), (14.0, 72.0), 4, "other", "文化中心"),
        ],
        Use::Mall => vec![
            house(WEST, (14.0, 120.0), (16.0, 102.0), 5, "shop", "购物中心"),
            house(EAST, (14.0, 44.0), (16.0, 46.0), 22, "office", "A座"),
            house(EAST, (78.0, 108.0), (16.0, 46.0), 24, "office", "B座"),
            house(EAST, (14.0, 108.0), (60.0, 96.0), 4, "shop", "东馆"),
        ],
        Use::Clinic => vec![
            house(EAST, (18.0, 40.0), (14.0, 86.0), 5, "clinic", "门诊楼"),
            house(EAST, (80.0, 97.0), (14.0, 74.0), 9, "clinic", "住院楼"),
            house(WEST, (18.0, 36.0), (14.0, 58.0), 2, "clinic", "急诊楼"),
            house(WEST, (80.0, 94.0), (14.0, 66.0), 4, "clinic", "公共卫生楼"),
            house(WEST, (126.0, 140.0), (14.0, 50.0), 2, "service", "后勤楼"),
        ],
        Use::Works => vec![
            house(EAST, (14.0, 46.0), (12.0, 88.0), 2, "industrial", "1号厂房"),
            house(EAST, (66.0, 98.0), (12.0, 88.0), 2, "industrial", "2号厂房"),
            house(
                EAST,
                (118.0, 150.0),
                (12.0, 88.0),
                2,
                "industrial",
                "3号厂房",
            ),
            house(WEST, (14.0, 34.0), (12.0, 62.0), 12, "office", "研发楼"),
            house(
                WEST,
                (70.0, 102.0),
                (12.0, 84.0),
                3,
                "industrial",
                "4号厂房",
            ),
            house(
                WEST,
                (122.0, 152.0),
                (12.0, 84.0),
                3,
                "industrial",
                "5号厂房",
            ),
        ],
        _ => Vec::new(),
    }
}

/// Plans a block without housing.
pub fn build(city: &mut City, index: usize) {
    let cell = city.town.cells[index].clone();
    let (_, kind, slug, name) = cell.plot;
    let mut rng = Prng::of(slug, 1);
    let block = cell.block();
    let frame = Frame::new(middle(&block.ring), street_side(&cell));
    let outer = block.within(&frame);
    let deep = matches!(kind, Use::Market | Use::Mall);
    let wall = outer.inset([0, 1, 2, 3].map(|side| match cell.sides[side].canal {
        false if deep => 17.5,
        _ => 4.0,
    }));
    city.partings.push(Parting {
        cell: index,
        ..Parting::default()
    });
    if kind == Use::Park {
        return park::build(city, &frame, &wall, name, slug);
    }
    let south = wall
        .corners(0)
        .map(|p| p.y)
        .fold(f64::NEG_INFINITY, f64::max);
    let north = wall.corners(2).map(|p| p.y).fold(f64::INFINITY, f64::min);
    let (west, east) = wall
        .x_range(south + 1.0, north - 1.0)
        .unwrap_or((-90.0, 90.0));
    // A school has its running track in the west.
    let axis = if kind == Use::School {
        west + 106.0
    } else {
        (west + east) / 2.0
    };

    let mut drive = Vec::new();
    let mut gates = Vec::new();
    for (side, out, word) in [(0, pt(0.0, -1.0), "南门"), (2, pt(0.0, 1.0), "北门")] {
        if kind == Use::School && side == 2 {
            drive.push(pt(axis, south + 152.0));
            continue;
        }
        let Some((at, round)) = wall.exit(pt(axis, (south + north) / 2.0), out) else {
            continue;
        };
        gates.push((at, round));
        let street = city.town.hit(frame.out(at), frame.turn(out));
        let leg = [street.map(|(p, _)| frame.inward(p)), Some(at)];
        let mut leg: Vec<Pt> = leg.into_iter().flatten().collect();
        if side == 2 {
            leg.reverse();
        }
        drive.extend(leg);
        city.entrances
            .push(gate(slug, name, word, frame.out(at), frame.turn(out), kind));
    }
    let mut way = Way::lane(frame.out_all(&drive), 7.0);
    match kind {
        // Only employees may use the shortcut through the workshops.
        Use::Works => way.access = "private",
        // Pedestrians use the mall's plaza by day; e-bikes may pass at night.
        Use::Mall => way.special.ebike_hours = Some("Mo-Su 20:00-10:00"),
        _ => {}
    }
    city.ways.push(way);

    let fenced = !deep;
    if fenced {
        let gaps: Vec<(f64, f64)> = gates.iter().map(|(_, round)| (*round, 9.0)).collect();
        for line in pieces(&wall.ring, &gaps) {
            city.barriers.push(Barrier {
                kind: "fence",
                compound: None,
                height_m: 2.0,
                line: frame.out_all(&line),
            });
        }
    } else {
        let strip = Strip {
            cell: index,
            frame: &frame,
            outer: &outer,
            inner: &wall,
            levels: 2,
        };
        frontage::around(city, &strip, axis, &mut rng);
    }
    for (n, h) in houses(kind).iter().enumerate() {
        raise(city, &frame, (slug, name), (axis, south, north), h, n + 1);
    }
    if kind == Use::School {
        let ring = track(pt(axis - 54.0, south + 72.0), 30.0, 38.0);
        push_area(city, &frame, GREEN, "pitch", None, &ring);
        let infield = track(pt(axis - 54.0, south + 72.0), 21.0, 38.0);
        push_area(city, &frame, GREEN, "grass", None, &infield);
        // Basketball courts north of the running track.
        for k in 0..2 {
            let x = axis - 92.0 + 20.0 * f64::from(k);
            let court = rectangle(x, south + 150.0, x + 15.0, south + 178.0);
            if court.iter().all(|p| contains(&wall.ring, *p)) {
                push_area(city, &frame, GREEN, "pitch", None, &court);
            }
        }
    }
    if !deep {
        lawns(city, &frame, &wall, axis, (south, north));
    }
    if kind == Use::Mall {
        let ring = rectangle(axis + 20.0, south + 122.0, axis + 92.0, south + 160.0);
        if ring.iter().all(|p| contains(&wall.ring, *p)) {
            push_area(city, &frame, GREEN, "garden", None, &ring);
        }
    }
    if kind == Use::Mall {
        plaza(city, &frame, (axis, south), name);
    }
    if kind == Use::Civic {
        let ring = rectangle(axis - 80.0, south + 16.0, axis - 14.0, south + 72.0);
        let name = Some("果园新村文化广场".to_owned());
        push_area(city, &frame, GREEN, "garden", name.clone(), &ring);
        let (edge, drive) = (pt(axis - 14.0, south + 44.0), pt(axis, south + 44.0));
        let mut square = Way::square(frame.out_all(&ring));
        square.name = name;
        city.ways.push(square);
        city.ways
            .push(Way::path(frame.out_all(&[drive, edge]), 6.0).open());
    }
}

/// The plaza between the buildings of a mall, from the drive to the door of the east hall. No path leads to
/// this door.
fn plaza(city: &mut City, frame: &Frame, (axis, south): (f64, f64), name: &str) {
    let hall = format!("{name}东馆");
    let Some(building) = city.buildings.iter().position(|b| b.name == hall) else {
        return;
    };
    let door = pt(axis + 60.0, south + 61.0);
    let (low, high) = (south + 46.0, south + 76.0);
    let mut ring = rectangle(axis, low, axis + 60.0, high);
    super::compounds::insert_on(&mut ring, door);
    let mut square = Way::square(frame.out_all(&ring));
    square.name = Some(name.to_owned());
    city.ways.push(square);
    // The door is also a corner of its building.
    let at = frame.out(door);
    super::compounds::insert_on(&mut city.buildings[building].ring, at);
    let mut entrance = door_of(&hall, at, frame.turn(pt(-1.0, 0.0)), building);
    entrance.id = format!("{}-door", city.buildings[building].id);
    entrance.opening_hours = Some("Mo-Su 10:00-22:00");
    city.entrances.push(entrance);
}

fn gate(slug: &str, name: &str, word: &str, at: Pt, outward: Pt, kind: Use) -> Entrance {
    let school = kind == Use::School;
    let hours = match kind {
        Use::School => "Mo-Fr 06:30-18:30",
        Use::Market => "Mo-Su 05:00-20:00",
        Use::Mall => "Mo-Su 08:00-23:00",
        _ => "24/7",
    };
    Entrance {
        id: format!("{slug}-gate-{}", if word == "南门" { "s" } else { "n" }),
        kind: "gate",
        name: format!("{name}{word}"),
        at,
        outward,
        compound: None,
        building: None,
        unit: None,
        ebike: if school { Pass::No } else { Pass::Yes },
        foot: Pass::Yes,
        opening_hours: Some(hours),
        guarded: Some(kind != Use::Market),
        intercom: None,
        step_free: Some(true),
        access_note: school.then_some("送餐放门卫置物架，不得入校"),
        access_code: None,
        level: 0,
        special: Special::default(),
    }
}

fn raise(
    city: &mut City,
    frame: &Frame,
    (slug, name): (&str, &str),
    (axis, south, north): (f64, f64, f64),
    h: &House,
    number: usize,
) {
    let (y0, y1) = (south + h.y.0, south + h.y.1);
    if y1 > north - 5.0 {
        return;
    }
    let (near, far) = (axis + h.side * h.x.0, axis + h.side * h.x.1);
    let door = pt(near, (y0 + y1) / 2.0);
    let mut ring = rectangle(near.min(far), y0, near.max(far), y1);
    let first_tier = h.x.0 < 20.0;
    let id = format!("{slug}-{number}");
    if first_tier {
        super::compounds::insert_on(&mut ring, door);
        let line = [pt(axis, door.y), door];
        city.ways.push(Way::path(frame.out_all(&line), 3.0));
        let outward = frame.turn(pt(-h.side, 0.0));
        let (label, building) = (format!("{name}{}", h.name), city.buildings.len());
        let mut entrance = door_of(&label, frame.out(door), outward, building);
        entrance.id = format!("{id}-door");
        city.entrances.push(entrance);
    }
    let storey = if h.kind == "industrial" || h.kind == "market" {
        5.5
    } else {
        3.9
    };
    city.buildings.push(Building {
        name: format!("{name}{}", h.name),
        number: None,
        kind: h.kind,
        address: None,
        compound: None,
        housing: None,
        levels: h.levels,
        height_m: (f64::from(h.levels) * storey * 10.0).round() / 10.0,
        units: 0,
        households: 0,
        elevator: h.levels > 4,
        built: 2008,
        ring: frame.out_all(&ring),
        grid: String::new(),
        id,
    });
}

/// The main door of a non-residential building, without an id.
fn door_of(house: &str, at: Pt, outward: Pt, building: usize) -> Entrance {
    Entrance {
        id: String::new(),
        kind: "service",
        name: format!("{house}正门"),
        at,
        outward,
        compound: None,
        building: Some(building),
        unit: None,
        ebike: Pass::No,
        foot: Pass::Yes,
        opening_hours: None,
        guarded: None,
        intercom: None,
        step_free: Some(true),
        access_note: None,
        access_code: None,
        level: 0,
        special: Special::default(),
    }
}

/// The outline of a running track: two straights (along y) of `2 * half_m` metres and two bends.
fn track(at: Pt, radius_m: f64, half_m: f64) -> Vec<Pt> {
    let bend = |from: f64, y: f64| {
        (0..=12).map(move |k| {
            let a = from + TAU / 2.0 * f64::from(k) / 12.0;
            pt(at.x + radius_m * a.cos(), at.y + y + radius_m * a.sin())
        })
    };
    bend(0.0, half_m).chain(bend(TAU / 2.0, -half_m)).collect()
}

/// Lawns along the west, east and south sides, inside the fence.
fn lawns(city: &mut City, frame: &Frame, wall: &Block, axis: f64, (south, north): (f64, f64)) {
    let (y0, y1) = (south + 14.0, north - 6.0);
    let (Some(low), Some(high)) = (wall.x_range(y0, y0 + 1.0), wall.x_range(y1 - 1.0, y1)) else {
        return;
    };
    let strips = [
        vec![
            pt(low.0 + 2.0, y0),
            pt(low.0 + 14.0, y0),
            pt(high.0 + 14.0, y1),
            pt(high.0 + 2.0, y1),
        ],
        vec![
            pt(low.1 - 14.0, y0),
            pt(low.1 - 2.0, y0),
            pt(high.1 - 2.0, y1),
            pt(high.1 - 14.0, y1),
        ],
        rectangle(low.0 + 3.0, south + 2.0, axis - 7.0, south + 10.0),
        rectangle(axis + 7.0, south + 2.0, low.1 - 3.0, south + 10.0),
    ];
    for ring in strips {
        push_area(city, frame, GREEN, "grass", None, &ring);
    }
}
