//! Generates stations, swap cabinets, toolboxes, rest stops, parking places, handover points and
//! toilets.

use super::city::{City, Front, Pass, SpotKind};
use super::irregular;
use super::names::COMMUNITIES;
use super::offices::{Unit, units};
use super::plane::{Pt, along, left, middle};
use super::prng::Prng;
use super::shopfronts::{phone, road, spread};

/// A first-aid station (身边急救站).
pub struct Station {
    pub name: String,
    pub host: String,
    pub aed: bool,
    pub opening_hours: String,
    pub phone: String,
    pub at: Pt,
}

/// A facility.
pub struct Facility {
    pub id: String,
    pub kind: &'static str,
    pub name: String,
    pub capacity: Option<u32>,
    pub opening_hours: &'static str,
    pub compound: Option<usize>,
    pub at: Pt,
}

/// All generated places that people look for on the map.
pub struct Places {
    pub stations: Vec<Station>,
    pub facilities: Vec<Facility>,
    /// Mediation rooms and points of joint mediation.
    pub mediation: Vec<Facility>,
    pub units: Vec<Unit>,
}

const STATIONS: usize = 70;

/// The kinds of mediation points.
const MEDIATION: [&str; 3] = ["mediation_room", "three_offices", "three_rooms"];

/// Plans the places. Some shops become community centres.
pub fn plan(city: &mut City) -> Places {
    let centres = community_centres(city);
    let mut rng = Prng::of("places", 0);
    let mut fronts = city.fronts.clone();
    // Shuffled once, so that taking the first ones that are far enough apart gives a random choice.
    for i in (1..fronts.len()).rev() {
        fronts.swap(i, rng.index(i + 1));
    }
    let stations = stations(city, &fronts, &centres);
    let facilities = facilities(city, &fronts, &centres, &mut rng);
    let units = units(city, &fronts, &centres);
    let (mediation, facilities) = facilities
        .into_iter()
        .partition(|f| MEDIATION.contains(&f.kind));
    Places {
        stations,
        facilities,
        mediation,
        units,
    }
}

/// Turns one shop building per community into its centre (党群服务中心).
fn community_centres(city: &mut City) -> Vec<Front> {
    let mut centres = Vec::new();
    for (community, (_, name)) in COMMUNITIES.iter().enumerate() {
        let of_here = |f: &&Front| city.town.cells[f.cell].plot.0 == community;
        let Some(front) = city.fronts.iter().filter(of_here).nth(3).cloned() else {
            continue;
        };
        let building = &mut city.buildings[front.building];
        building.kind = "community";
        building.name = format!("{name}社区党群服务中心");
        building.levels = building.levels.max(2);
        building.height_m = f64::from(building.levels) * 4.0;
        city.fronts.retain(|f| f.building != front.building);
        centres.push(front);
    }
    centres
}

fn stations(city: &City, fronts: &[Front], centres: &[Front]) -> Vec<Station> {
    let trades = [
        "大药房",
        "诊所",
        "便利店",
        "超市",
        "银行网点",
        "快递驿站",
        "理发店",
    ];
    let mut out: Vec<Station> = centres
        .iter()
        .zip(COMMUNITIES)
        .enumerate()
        .map(|(i, (front, (_, name)))| Station {
            name: format!("{name}社区身边急救站"),
            host: format!("{name}社区党群服务中心"),
            aed: true,
            opening_hours: "Mo-Su 08:30-17:30".to_owned(),
            phone: phone(100 + i),
            at: front.at + front.outward,
        })
        .collect();
    let rest = STATIONS.saturating_sub(out.len());
    for (i, front) in spread(fronts, rest, 190.0, &trades).into_iter().enumerate() {
        out.push(Station {
            name: format!("{}身边急救站（{}）", road(city, front), front.trade),
            host: front.shop.clone(),
            aed: i % 3 != 1,
            opening_hours: front.hours.to_owned(),
            phone: phone(120 + i),
            at: front.at + front.outward,
        });
    }
    out
}

fn facilities(city: &City, fronts: &[Front], centres: &[Front], rng: &mut Prng) -> Vec<Facility> {
    let mut out: Vec<Facility> = Vec::new();
    let push = |out: &mut Vec<Facility>,
                kind: &'static str,
                name: String,
                capacity: Option<u32>,
                opening_hours: &'static str,
                compound: Option<usize>,
                at: Pt| {
        let number = out.iter().filter(|f| f.kind == kind).count() + 1;
        out.push(Facility {
            id: format!("{}-{number:03}", kind.replace('_', "-")),
            kind,
            name,
            capacity,
            opening_hours,
            compound,
            at,
        });
    };
    let side = |f: &Front, along: f64, out: f64| f.at + left(f.outward) * along + f.outward * out;

    for front in spread(fronts, 36, 260.0, &[]) {
        let name = format!("{}换电柜（{}旁）", road(city, front), front.trade);
        let slots = rng.pick([8, 12, 12, 16]);
        push(
            &mut out,
            "battery_swap",
            name,
            Some(slots),
            "24/7",
            None,
            side(front, 3.0, 1.2),
        );
    }
    let shelters = ["便利店", "快递驿站", "银行网点", "超市", "早点铺"];
    for front in spread(fronts, 14, 330.0, &shelters) {
        let name = format!("骑手驿站·{}", front.shop);
        push(
            &mut out,
            "rest_stop",
            name,
            Some(8),
            front.hours,
            None,
            side(front, -2.0, 0.8),
        );
    }
    for (n, (front, (_, name))) in centres.iter().zip(COMMUNITIES).enumerate() {
        let day = "Mo-Su 08:30-17:30";
        let centre = format!("{name}社区党群服务中心");
        push(
            &mut out,
            "party_service_centre",
            centre,
            None,
            day,
            None,
            side(front, 0.0, 0.8),
        );
        let (kind, room) = match n % 4 {
            1 => ("three_rooms", format!("{name}社区三室联建点")),
            _ => ("mediation_room", format!("{name}社区调解室")),
        };
        push(
            &mut out,
            kind,
            room,
            Some(8),
            "Mo-Fr 09:00-17:00",
            None,
            side(front, 4.0, 0.8),
        );
        let rest = format!("{name}社区骑手驿站");
        push(
            &mut out,
            "rest_stop",
            rest,
            Some(12),
            day,
            None,
            side(front, -4.0, 0.8),
        );
        let toolbox = format!("{name}社区百宝箱");
        push(
            &mut out,
            "toolbox",
            toolbox,
            Some(20),
            day,
            None,
            side(front, -7.0, 1.0),
        );
    }
    for building in city
        .buildings
        .iter()
        .filter(|b| b.id.starts_with("guoyuan-office-"))
    {
        let at = middle(&building.ring);
        let (kind, name) = match building.name.as_str() {
            n if n.ends_with("党群服务中心") => {
                ("party_service_centre", "果园新村街道党群服务中心")
            }
            n if n.ends_with("司法所") => ("mediation_room", "果园新村街道人民调解室"),
            n if n.ends_with("派出所") => ("three_offices", "果园新村派出所三所联动点"),
            _ => continue,
        };
        push(
            &mut out,
            kind,
            name.to_owned(),
            None,
            "Mo-Su 08:30-20:00",
            None,
            at,
        );
    }
    for gate in city
        .entrances
        .iter()
        .filter(|e| e.kind == "gate" && e.foot == Pass::Yes)
    {
        let beside =
            |along: f64, out: f64| gate.at + left(gate.outward) * along + gate.outward * out;
        // Where e-bikes may not be ridden in, they are parked outside, next to the gate. A quarter of the other gates
        // have a parking place too.
        if gate.ebike != Pass::Yes || rng.chance(0.25) {
            let name = format!("{}外停车点", gate.name);
            let spaces = rng.whole(10, 40) as u32;
            push(
                &mut out,
                "parking",
                name,
                Some(spaces),
                "24/7",
                gate.compound,
                beside(5.5, 2.4),
            );
        }
        if gate.compound.is_some() && gate.id.ends_with("gate-s") && rng.chance(0.4) {
            let name = format!("{}百宝箱", gate.name);
            push(
                &mut out,
                "toolbox",
                name,
                Some(12),
                "24/7",
                gate.compound,
                beside(-4.8, -2.0),
            );
        }
    }
    let mut sheds = 0;
    for spot in &city.spots {
        let name = &city.compounds[spot.compound].name;
        match spot.kind {
            SpotKind::Shed => {
                sheds += 1;
                let spaces = rng.whole(12, 36) as u32;
                let (kind, name) = if sheds % 3 == 0 {
                    ("parking", format!("{name}西侧停车棚"))
                } else {
                    ("charging", format!("{name}西侧充电棚"))
                };
                push(
                    &mut out,
                    kind,
                    name,
                    Some(spaces),
                    "24/7",
                    Some(spot.compound),
                    spot.at,
                );
            }
            SpotKind::Garden => {
                let few = out
                    .iter()
                    .filter(|f| f.kind == "discussion_pavilion")
                    .count();
                let here = out
                    .iter()
                    .any(|f| f.kind == "discussion_pavilion" && f.compound == Some(spot.compound));
                if few < 18 && !here {
                    let name = format!("{name}议事亭");
                    push(
                        &mut out,
                        "discussion_pavilion",
                        name,
                        Some(12),
                        "24/7",
                        Some(spot.compound),
                        spot.at,
                    );
                }
            }
        }
    }
    // Handover points: at the gates of schools, and at guarded gates of compounds through which e-bikes may not be
    // ridden.
    for gate in city.entrances.iter().filter(|e| e.kind == "gate") {
        let school = gate.access_note.is_some_and(|note| note.contains("送餐"));
        let guarded = gate.guarded == Some(true) && gate.compound.is_some();
        let hands_over = school || guarded && gate.ebike != Pass::Yes;
        if !hands_over {
            continue;
        }
        push(
            &mut out,
            "handover",
            format!("{}外卖交接点", gate.name),
            Some(if school { 40 } else { 20 }),
            if school { "Mo-Fr 06:30-18:30" } else { "24/7" },
            gate.compound,
            irregular::beside(gate.at, gate.outward, -5.5, 1.6),
        );
    }
    for park in &city.parks {
        let name = format!("{}公共厕所", park.name);
        let at = along(middle(&park.ring), park.ring[0], 0.6);
        push(&mut out, "toilet", name, None, "24/7", None, at);
    }
    for front in spread(fronts, 10, 480.0, &[]) {
        let name = format!("{}公共厕所", road(city, front));
        push(
            &mut out,
            "toilet",
            name,
            None,
            "Mo-Su 05:00-23:00",
            None,
            side(front, 8.0, 1.0),
        );
    }
    out
}
