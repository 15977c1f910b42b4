//! Generates the units that handle cases (成员单位): offices, departments, companies.

use super::city::{City, Front};
use super::names::{COMMUNITIES, Use};
use super::plane::{Pt, left, middle};
use super::shopfronts::{phone, spread};

const UNITS: usize = 71;

/// A member unit (成员单位).
pub struct Unit {
    pub name: String,
    pub kind: &'static str,
    pub competences: Vec<&'static str>,
    /// Indices into [`COMMUNITIES`]; empty if the unit is responsible for all of them.
    pub communities: Vec<usize>,
    /// The id of the estate that a property company manages.
    pub compound: Option<String>,
    pub duty_hours: &'static str,
    pub phone: String,
    pub at: Pt,
}

/// Offices and departments of the subdistrict: name, kind, competences, duty hours.
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

/// Plans the member units: the residents' committees, those of the subdistrict, the property companies, and companies
/// such as schools, markets and shops.
pub fn units(city: &City, fronts: &[Front], centres: &[Front]) -> Vec<Unit> {
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
            compound: None,
            duty_hours: "Mo-Su 08:30-17:30",
            phone: phone(300 + i),
            at: front.at - front.outward * 3.0,
        });
    }
    let places = spread(fronts, 60, 150.0, &[]);
    for (n, (name, kind, competences, duty_hours)) in OFFICES.into_iter().enumerate() {
        // Offices of the subdistrict are in its office building, other units elsewhere in the town.
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
            compound: None,
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
                "blocked_route",
            ],
            communities: vec![compound.community],
            compound: Some(compound.id.clone()),
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
            compound: None,
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
            // Shops are members, but no public body: they are not responsible for cases.
            competences: Vec::new(),
            communities: vec![city.town.cells[front.cell].plot.0],
            compound: None,
            duty_hours: front.hours,
            phone: phone(330 + n),
            at: front.at - front.outward * 3.0,
        });
    }
    out.truncate(UNITS);
    out
}
