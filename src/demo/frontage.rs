//! Generates the strip between a compound's wall and the street: shops and some pocket parks.

use super::city::{Area, Building, City, Front, Park};
use super::names::SHOPS;
use super::plane::{Block, Frame, Pt, along, cross, left, meet, pt, unit};
use super::prng::Prng;
use super::streets::{Cell, house_number};
use crate::model::names::collection::GREEN;

/// A line that must not be built over.
#[derive(Debug, Clone, Copy)]
pub struct Cut {
    pub on: Pt,
    pub along: Pt,
    /// The free width on either side of the line, in metres.
    pub half_m: f64,
}

/// The strip around a compound, in the coordinates of its frame.
pub struct Strip<'a> {
    pub cell: usize,
    pub frame: &'a Frame,
    /// The inner edge of the pavement.
    pub outer: &'a Block,
    /// The line of the wall.
    pub inner: &'a Block,
    /// The number of storeys of the shops.
    pub levels: u32,
}

/// The compounds with a pocket park on their edge, by slug and side (0 south, 1 east, 2 north, 3
/// west).
const PARKS: [(&str, usize, &str); 12] = [
    ("chenqing-jiayuan", 0, "辰庆家园口袋公园"),
    ("wenquan-huayuan", 1, "温泉花园口袋公园"),
    ("duwang-xincheng", 2, "都旺新城口袋公园"),
    ("chenxing-jiayuan", 1, "辰兴家园口袋公园"),
    ("chenyue-jiayuan", 3, "辰悦家园口袋公园"),
    ("guoyuan-li", 2, "果园里口袋公园"),
    ("danfeng-li", 3, "丹凤里口袋公园"),
    ("chaoyang-li", 0, "朝阳里口袋公园"),
    ("xuri-li", 1, "旭日里口袋公园"),
    ("xiaguang-li", 1, "霞光里口袋公园"),
    ("xinhua-li", 0, "新华里口袋公园"),
    ("dongsheng-li", 2, "东升里口袋公园"),
];

/// The side of a block on which a pocket park lies.
pub fn park_side(cell: &Cell) -> Option<usize> {
    PARKS.iter().find(|p| p.0 == cell.plot.2).map(|p| p.1)
}

/// Builds the strip on every side that is deep enough.
pub fn build(city: &mut City, strip: &Strip, cuts: &[Cut], rng: &mut Prng) {
    let cell = city.town.cells[strip.cell].clone();
    let park = PARKS.iter().find(|p| p.0 == cell.plot.2);
    let mut parked = false;
    let n = strip.outer.ring.len();
    for i in 0..n {
        let side = strip.outer.side[i];
        let (a, b) = (strip.outer.ring[i], strip.outer.ring[(i + 1) % n]);
        let (c, d) = (strip.inner.ring[i], strip.inner.ring[(i + 1) % n]);
        let e = unit(b - a);
        let depth = cross(e, c - a).min(cross(e, d - a));
        if depth < 12.0 || cell.sides[side].canal {
            continue;
        }
        let way = |p: Pt| (p - a).x * e.x + (p - a).y * e.y;
        let (from, to) = (way(c).max(0.0) + 1.5, way(d).min(way(b)) - 1.5);
        for (from, to) in free(a, e, from, to, cuts) {
            let mut from = from;
            if let Some((_, park_side, name)) = park
                && *park_side == side
                && !parked
                && to - from > 45.0
            {
                parked = true;
                let until = (from + 72.0).min(to);
                pocket_park(city, strip, (a, e), (from, until, depth), name, rng);
                from = until + 6.0;
            }
            shops(city, strip, (a, e), (from, to, depth), side, rng);
        }
    }
}

/// The parts of a stretch between the cuts.
fn free(a: Pt, e: Pt, from: f64, to: f64, cuts: &[Cut]) -> Vec<(f64, f64)> {
    let mut out = vec![(from, to)];
    for cut in cuts {
        let Some((t, _)) = meet(a, a + e, cut.on, cut.on + cut.along) else {
            continue;
        };
        let slant = cross(e, cut.along).abs().max(0.3);
        let half = cut.half_m / slant;
        out = out
            .into_iter()
            .flat_map(|(f, u)| [(f, u.min(t - half)), (f.max(t + half), u)])
            .filter(|(f, u)| u - f > 10.0)
            .collect();
    }
    out
}

/// The rectangle from `t0` to `t1` along an edge and from `d0` to `d1` into the block, in metres.
fn plot((a, e): (Pt, Pt), t0: f64, t1: f64, d0: f64, d1: f64) -> Vec<Pt> {
    let into = left(e);
    vec![
        a + e * t0 + into * d0,
        a + e * t1 + into * d0,
        a + e * t1 + into * d1,
        a + e * t0 + into * d1,
    ]
}

fn pocket_park(
    city: &mut City,
    strip: &Strip,
    edge: (Pt, Pt),
    (from, to, depth): (f64, f64, f64),
    name: &str,
    rng: &mut Prng,
) {
    // The corners of a park towards the wall are cut off by different amounts, for an irregular
    // outline.
    let (c0, c1) = (rng.range(3.0, 8.0), rng.range(3.0, 8.0));
    let into = left(edge.1);
    let at = |t: f64, d: f64| edge.0 + edge.1 * t + into * d;
    let back = depth - 1.5;
    let ring = vec![
        at(from, 1.5),
        at(to, 1.5),
        at(to, back - c0),
        at(to - c0, back),
        at(from + c1, back),
        at(from, back - c1),
    ];
    let ring = strip.frame.out_all(&ring);
    city.areas.push(Area {
        collection: GREEN,
        kind: "park",
        name: None,
        ring: ring.clone(),
    });
    city.parks.push(Park {
        slug: format!("pocket-{}", city.town.cells[strip.cell].plot.2),
        name: name.to_owned(),
        ring,
    });
}

fn shops(
    city: &mut City,
    strip: &Strip,
    edge: (Pt, Pt),
    (from, to, depth): (f64, f64, f64),
    side: usize,
    rng: &mut Prng,
) {
    let street = city.town.cells[strip.cell].sides[side].street;
    let deep = (depth - 5.0).min(if strip.levels > 2 { 18.0 } else { 11.0 });
    let mut t = from;
    while to - t > 14.0 {
        let mut length = rng.range(26.0, 52.0).min(to - t);
        // Avoid narrow shops at the end of a row.
        if to - t - length < 18.0 {
            length = to - t;
        }
        if length > 60.0 {
            length /= 2.0;
        }
        let ring = plot(edge, t, t + length, 2.5, 2.5 + deep);
        shop(city, strip, edge, &ring, street, length, rng);
        t += length + rng.range(3.5, 7.0);
    }
}

fn shop(
    city: &mut City,
    strip: &Strip,
    edge: (Pt, Pt),
    ring: &[Pt],
    street: usize,
    length: f64,
    rng: &mut Prng,
) {
    let out = strip.frame.out_all(ring);
    let road = city.town.streets[street].clone();
    let outward = strip.frame.turn(left(edge.1) * -1.0);
    let (mut low, mut high) = (house_number(&road, out[0]), house_number(&road, out[1]));
    if low > high {
        std::mem::swap(&mut low, &mut high);
    }
    let label = if low == high {
        low.to_string()
    } else {
        format!("{low}-{high}")
    };
    let mut id = format!("{}-{low}", road.slug);
    while city.buildings.iter().any(|b| b.id == id) {
        id.push('a');
    }
    let plot = &city.town.cells[strip.cell].plot;
    let building = city.buildings.len();
    let levels = match strip.levels {
        3 => rng.pick([3, 3, 4]),
        _ => rng.pick([1, 2, 2, 3]),
    };
    city.buildings.push(Building {
        id,
        name: format!("{}{label}号", road.name),
        number: Some(label.clone()),
        kind: "shop",
        address: Some(format!("{}{label}号", road.name)),
        compound: None,
        housing: None,
        levels,
        height_m: f64::from(levels) * 4.0,
        units: 0,
        households: 0,
        elevator: false,
        built: rng.whole(1992, 2021) as u32,
        ring: out.clone(),
        grid: String::new(),
    });
    let doors = ((length / 11.0).floor() as usize).max(1);
    for i in 0..doors {
        let at = along(out[0], out[1], (i as f64 + 0.5) / doors as f64);
        let (trade, names, hours) = SHOPS[rng.index(SHOPS.len())];
        let name = names[rng.index(names.len())];
        let branch = plot.3.trim_end_matches("街道办事处");
        city.fronts.push(Front {
            building,
            at,
            outward,
            street,
            cell: strip.cell,
            shop: format!("{name}{trade}（{branch}店）"),
            trade,
            hours,
        });
    }
}

/// Builds a strip of shops around a block without housing, for markets and malls.
pub fn around(city: &mut City, strip: &Strip, axis: f64, rng: &mut Prng) {
    let cut = Cut {
        on: pt(axis, 0.0),
        along: pt(0.0, 1.0),
        half_m: 8.0,
    };
    build(city, strip, &[cut], rng);
}
