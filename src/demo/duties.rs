//! Generates who is in charge (责任人) from the subdistrict down to the stairwell. All people are invented, and their
//! names say so: a surname and 某甲, 某乙, 某丙 or 某丁.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::city::City;
use super::names::STREET;
use super::prng::Prng;
use super::shapes::day;
use super::shopfronts::phone;

/// Common surnames.
const SURNAMES: [&str; 24] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林",
    "何", "郭", "马", "罗", "梁", "宋", "郑", "谢",
];
const WHICH: [&str; 4] = ["甲", "乙", "丙", "丁"];

/// Every so many grids, one has no leader, so that the page shows what is missing.
const WITHOUT_LEADER: usize = 37;
/// Every so many grids, the leader's term has ended.
const EXPIRED: usize = 53;

/// The duties, each with its id and properties.
pub fn duties(city: &City, as_of: Timestamp) -> Vec<(String, Value)> {
    let mut out = Vec::new();
    let year = day(as_of, 0)[..4].to_owned();
    let mut put =
        |duty: &str, scope: &str, unit: Option<u32>, office: Option<usize>, until: &str| {
            let n = out.len();
            let id = format!("duty-{:04}", n + 1);
            out.push((
                id,
                json!({"duty": duty, "scope": scope, "unit": unit.map(|u| u.to_string()),
                "name": person(n), "phone": phone(2000 + n), "office_phone": office.map(phone),
                "from": format!("{year}-01-01"), "until": until}),
            ));
        };
    let end = format!("{year}-12-31");
    put("street_leader", STREET.0, None, Some(300), &end);
    let communities: Vec<_> = city
        .grids
        .iter()
        .filter(|g| g.kind == "community")
        .collect();
    for (n, community) in communities.iter().enumerate() {
        for duty in ["community_secretary", "police", "lawyer", "mediator"] {
            let office = (duty == "community_secretary").then_some(300 + n);
            put(duty, &community.code, None, office, &end);
        }
    }
    for (n, grid) in city.grids.iter().filter(|g| g.kind == "grid").enumerate() {
        let ended = day(as_of, 20);
        let until = if n % EXPIRED == 11 { &ended } else { &end };
        if n % WITHOUT_LEADER != 5 {
            put("grid_leader", &grid.code, None, None, until);
        }
        put("grid_worker", &grid.code, None, None, &end);
    }
    for (n, compound) in city.compounds.iter().enumerate() {
        put("property", &compound.id, None, Some(400 + n), &end);
        put("owners_committee", &compound.id, None, None, &end);
    }
    // Most stairwells have a head; the others are named as missing.
    for building in city.buildings.iter().filter(|b| b.kind == "residential") {
        let mut rng = Prng::of(&building.id, 41);
        for unit in 1..=building.units {
            if rng.unit() < 0.9 {
                put("building_head", &building.id, Some(unit), None, &end);
            }
        }
    }
    out
}

fn person(n: usize) -> String {
    let surname = SURNAMES[(n * 7) % SURNAMES.len()];
    let which = WHICH[(n / SURNAMES.len()) % WHICH.len()];
    format!("{surname}某{which}")
}
