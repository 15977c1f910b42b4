//! Stations, cabinets, toolboxes, rest stops, parking places and the units that handle cases.

use super::city::{City, Front, Pass, SpotKind};
use super::names::{COMMUNITIES, Use};
use super::plane::{Pt, distance, left, middle};
use super::prng::Prng;

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

/// A member unit (成员单位).
pub struct Unit {
    pub name: String,
    pub kind: &'static str,
    pub competences: Vec<&'static str>,
    /// Places in [`COMMUNITIES`]; none means all.
    pub communities: Vec<usize>,
    pub duty_hours: &'static str,
    pub phone: String,
    pub at: Pt,
}

/// Everything of this file.
pub struct Places {
    pub stations: Vec<Station>,
    pub facilities: Vec<Facility>,
    pub units: Vec<Unit>,
}

const STATIONS: usize = 70;
const UNITS: usize = 71;

/// A number that belongs to nobody: no exchange in Tianjin begins with 0000.
fn phone(n: usize) -> String {
    format!("022-0000-{n:04}")
}

/// Plans the places. Some shops become community centres on the way.
pub fn plan(city: &mut City) -> Places {
    let centres = community_centres(city);
    let mut rng = Prng::of("places", 0);
    let mut fronts = city.fronts.clone();
    // Shuffled once, so that "the first ones that are far enough apart" are anywhere.
    for i in (1..fronts.len()).rev() {
        fronts.swap(i, rng.index(i + 1));
    }
    let stations = stations(city, &fronts, &centres);
    let facilities = facilities(city, &fronts, &centres, &mut rng);
    let units = units(city, &fronts, &centres);
    Places {
        stations,
        facilities,
        units,
    }
}

/// One shop building a community becomes its centre (党群服务中心).
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

/// Takes up to `wanted` fronts, each at least `apart_m` from those taken before.
fn spread<'a>(fronts: &'a [Front], wanted: usize, apart_m: f64, trades: &[&str]) -> Vec<&'a Front> {
    let mut apart = apart_m;
    let mut taken: Vec<&Front> = Vec::new();
    while taken.len() < wanted && apart > 5.0 {
        for front in fronts {
            let fits = trades.is_empty() || trades.contains(&front.trade);
            let far = taken.iter().all(|t| distance(t.at, front.at) > apart);
            if fits && far && taken.len() < wanted {
                taken.push(front);
            }
        }
        apart *= 0.8;
    }
    taken
}

fn road(city: &City, front: &Front) -> &'static str {
    city.town.streets[front.street].name
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
    for (front, (_, name)) in centres.iter().zip(COMMUNITIES) {
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
        let room = format!("{name}社区调解室");
        push(
            &mut out,
            "mediation_room",
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
        // Bikes that may not ride in are left outside, next to the gate.
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
    out
}

/// Street offices and departments: name, kind, competences, duty hours.
#[rustfmt::skip]
const OFFICES: [(&str, &str, &[&str], &str); 22] = [
    ("果园新村街道综合行政执法大队", "department", &["street_encroachment", "blocked_route"], "24/7"),
    ("果园新村街道网格化管理中心", "street_office", &["wrong_access", "other"], "24/7"),
    ("果园新村街道平安建设办公室", "street_office", &["corridor_clutter", "flying_wire_charging", "other"], "Mo-Su 08:30-20:00"),
    ("果园新村街道公共管理办公室", "street_office", &["damaged_facility", "blocked_route"], "Mo-Su 08:30-20:00"),
    ("果园新村街道公共服务办公室", "street_office", &["other"], "Mo-Fr 08:30-17:30"),
    ("果园新村街道公共安全办公室", "street_office", &["flying_wire_charging", "corridor_clutter"], "24/7"),
    ("果园新村街道党建工作办公室", "street_office", &["other"], "Mo-Fr 08:30-17:30"),
    ("果园新村街道司法所", "department", &["other"], "Mo-Fr 08:30-17:30"),
    ("果园新村派出所", "department", &["blocked_route", "street_encroachment"], "24/7"),
    ("果园消防救援站", "department", &["corridor_clutter", "flying_wire_charging", "blocked_route"], "24/7"),
    ("果园交警中队", "department", &["blocked_route"], "24/7"),
    ("果园市场监管所", "department", &["street_encroachment"], "Mo-Fr 08:30-17:30"),
    ("果园环卫服务队", "company", &["street_encroachment", "other"], "Mo-Su 05:00-21:00"),
    ("果园园林绿化队", "company", &["damaged_facility", "blocked_route"], "Mo-Su 07:00-17:00"),
    ("果园市政养护所", "utility", &["damaged_facility", "blocked_route"], "24/7"),
    ("果园供电服务站", "utility", &["flying_wire_charging", "damaged_facility"], "24/7"),
    ("果园供水服务站", "utility", &["damaged_facility"], "24/7"),
    ("果园燃气服务站", "utility", &["damaged_facility", "corridor_clutter"], "24/7"),
    ("果园供热服务站", "utility", &["damaged_facility"], "24/7"),
    ("果园通信线路维护站", "utility", &["damaged_facility", "flying_wire_charging"], "Mo-Su 08:00-20:00"),
    ("果园河道管理站", "utility", &["damaged_facility", "other"], "Mo-Su 08:00-18:00"),
    ("果园骑手服务联盟", "association", &["wrong_access", "blocked_route"], "Mo-Su 09:00-21:00"),
];

fn units(city: &City, fronts: &[Front], centres: &[Front]) -> Vec<Unit> {
    let office = city.buildings.iter().find(|b| b.id == "guoyuan-office-1");
    let hall = office.map_or(Pt::default(), |b| middle(&b.ring));
    let mut out: Vec<Unit> = Vec::new();
    for (front, (i, (_, name))) in centres.iter().zip(COMMUNITIES.iter().enumerate()) {
        out.push(Unit {
            name: format!("{name}社区居委会"),
            kind: "community",
            competences: vec![
                "corridor_clutter",
                "flying_wire_charging",
                "wrong_access",
                "other",
            ],
            communities: vec![i],
            duty_hours: "Mo-Su 08:30-17:30",
            phone: phone(300 + i),
            at: front.at - front.outward * 3.0,
        });
    }
    let places = spread(fronts, 60, 150.0, &[]);
    for (n, (name, kind, competences, duty_hours)) in OFFICES.into_iter().enumerate() {
        // Offices of the street sit in its office building, the others about town.
        let at = match kind {
            "street_office" => {
                hall + Pt {
                    x: -24.0 + 8.0 * n as f64,
                    y: 0.0,
                }
            }
            _ => places.get(n).map_or(hall, |f| f.at - f.outward * 3.0),
        };
        out.push(Unit {
            name: name.to_owned(),
            kind,
            competences: competences.to_vec(),
            communities: Vec::new(),
            duty_hours,
            phone: phone(330 + n),
            at,
        });
    }
    for compound in &city.compounds {
        if compound.housing == super::city::Housing::OldEstate || out.len() >= UNITS - 8 {
            continue;
        }
        let gate = city
            .entrances
            .iter()
            .find(|e| e.kind == "gate" && e.id.starts_with(&format!("{}-gate", compound.id)));
        let n = out.len();
        out.push(Unit {
            name: format!("{}物业服务中心", compound.name),
            kind: "property",
            competences: vec![
                "corridor_clutter",
                "flying_wire_charging",
                "damaged_facility",
                "wrong_access",
            ],
            communities: vec![compound.community],
            duty_hours: "24/7",
            phone: phone(330 + n),
            at: gate.map_or(middle(&compound.ring), |g| {
                g.at - g.outward * 3.0 + left(g.outward) * 6.5
            }),
        });
    }
    let schools = city.town.cells.iter().enumerate().filter(|(_, c)| {
        matches!(
            c.plot.1,
            Use::School | Use::Clinic | Use::Market | Use::Mall | Use::Works
        )
    });
    for (_, cell) in schools {
        let at = city
            .entrances
            .iter()
            .find(|e| e.id == format!("{}-gate-s", cell.plot.2))
            .map_or(middle(&cell.outer.ring), |g| g.at - g.outward * 3.0);
        let n = out.len();
        out.push(Unit {
            name: cell.plot.3.to_owned(),
            kind: "company",
            competences: vec!["blocked_route", "damaged_facility"],
            communities: vec![cell.plot.0],
            duty_hours: "Mo-Su 08:00-18:00",
            phone: phone(330 + n),
            at,
        });
    }
    for front in places.iter().skip(OFFICES.len()) {
        if out.len() >= UNITS {
            break;
        }
        let n = out.len();
        out.push(Unit {
            name: front.shop.clone(),
            kind: "company",
            competences: vec!["street_encroachment"],
            communities: vec![city.town.cells[front.cell].plot.0],
            duty_hours: front.hours,
            phone: phone(330 + n),
            at: front.at - front.outward * 3.0,
        });
    }
    out.truncate(UNITS);
    out
}
