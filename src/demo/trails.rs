//! Generates trails: a study route (红色研学), a city walk (城市漫步) and a service route, with their stops. They follow
//! the roads and paths of the district.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use serde_json::{Value, json};

use super::city::{City, Pass};
use super::places::Places;
use super::plane::{Pt, distance, key, middle};
use super::shapes::unit_id;

/// A stop: name, note and position.
type Stop = (String, &'static str, Pt);

/// A trail with its stops.
pub struct Trail {
    pub id: String,
    pub line: Vec<Pt>,
    pub properties: Value,
    pub stops: Vec<(String, Pt, Value)>,
}

/// The walking speed in metres per minute, and the minutes at each stop.
const METRES_PER_MINUTE: f64 = 70.0;
const MINUTES_AT_A_STOP: f64 = 8.0;

/// The three trails.
pub fn trails(city: &City, places: &Places) -> Vec<Trail> {
    let ways = Ways::of(city);
    let found = |kind: &str, most: usize, note: &'static str| -> Vec<Stop> {
        let of_kind = places.facilities.iter().filter(|f| f.kind == kind);
        of_kind
            .take(most)
            .map(|f| (f.name.clone(), note, f.at))
            .collect()
    };
    let mut study = found(
        "party_service_centre",
        5,
        "参观展厅，听社区书记讲社区治理故事",
    );
    study.extend(
        places
            .mediation
            .iter()
            .filter(|m| m.kind == "three_offices")
            .map(|m| (m.name.clone(), "旁听调解，了解多方联合调解", m.at)),
    );
    let parks = city.parks.iter().take(6);
    let walk: Vec<Stop> = parks
        .map(|p| (p.name.clone(), "休息、观景", middle(&p.ring)))
        .collect();
    let mut service = found("rest_stop", 3, "饮水、充电、歇脚");
    service.extend(found("toolbox", 2, "借用工具"));
    let rows = [
        (
            "study",
            "果园新村红色研学线路",
            "沿线参观党群服务中心和联合调解点，适合党员和青少年",
            study,
        ),
        (
            "city_walk",
            "口袋公园城市漫步",
            "步行串起口袋公园，适合居民和来访者",
            walk,
        ),
        (
            "service",
            "便民服务综合线路",
            "一路走完驿站和百宝箱，适合新到岗的骑手和网格员",
            service,
        ),
    ];
    let planned = rows.into_iter().enumerate().map(|(n, (kind, name, summary, stops))| {
        let stops = in_order(stops);
        let line = ways.through(&stops);
        let length_m: f64 = line.windows(2).map(|p| distance(p[0], p[1])).sum();
        let minutes = length_m / METRES_PER_MINUTE + MINUTES_AT_A_STOP * stops.len() as f64;
        let id = format!("trail-{:03}", n + 1);
        let stops = stops.iter().enumerate().map(|(i, (name, note, at))| {
            let stop = json!({"name": name, "trail": id, "number": i + 1, "note": note});
            (format!("{id}-{:02}", i + 1), *at, stop)
        });
        Trail {
            stops: stops.collect(),
            properties: json!({"name": name, "kind": kind, "summary": summary, "unit": unit_id(0),
                "length_m": length_m.round(), "minutes": minutes.round() as u32}),
            id,
            line,
        }
    });
    planned.filter(|trail| trail.line.len() > 1).collect()
}

/// The stops from west to east, so that nobody walks back and forth.
fn in_order(mut stops: Vec<Stop>) -> Vec<Stop> {
    stops.sort_by(|a, b| a.2.x.total_cmp(&b.2.x));
    stops
}

/// The roads and paths that everybody may walk on, as a graph of their vertices.
struct Ways {
    at: HashMap<(i64, i64), Pt>,
    links: HashMap<(i64, i64), Vec<(i64, i64)>>,
}

impl Ways {
    fn of(city: &City) -> Self {
        let mut all = Self {
            at: HashMap::new(),
            links: HashMap::new(),
        };
        let open = |kind: &str| matches!(kind, "road" | "path");
        for way in &city.ways {
            if !open(way.kind) || way.area || way.layer != 0 || way.foot != Pass::Yes {
                continue;
            }
            for pair in way.line.windows(2) {
                let ends = [key(pair[0]), key(pair[1])];
                for (end, other) in [(0, 1), (1, 0)] {
                    all.at.insert(ends[end], pair[end]);
                    all.links.entry(ends[end]).or_default().push(ends[other]);
                }
            }
        }
        all.keep_the_largest_part();
        all
    }

    /// Drops what is not connected with the largest connected part, such as the paths between a lane and a door.
    fn keep_the_largest_part(&mut self) {
        let mut largest: HashSet<(i64, i64)> = HashSet::new();
        let mut seen: HashSet<(i64, i64)> = HashSet::new();
        // The order of a hash map differs from run to run, and two parts may be equally large.
        let mut starts: Vec<(i64, i64)> = self.links.keys().copied().collect();
        starts.sort_unstable();
        for start in starts {
            if seen.contains(&start) {
                continue;
            }
            let mut part = HashSet::from([start]);
            let mut todo = vec![start];
            while let Some(here) = todo.pop() {
                let next = self.links.get(&here).into_iter().flatten();
                todo.extend(next.copied().filter(|k| part.insert(*k)));
            }
            seen.extend(&part);
            if part.len() > largest.len() {
                largest = part;
            }
        }
        self.at.retain(|k, _| largest.contains(k));
    }

    /// The way through all stops; empty where one cannot be reached.
    fn through(&self, stops: &[Stop]) -> Vec<Pt> {
        let near = |at: Pt| {
            let by_distance = |k: &&(i64, i64)| ((distance(self.at[*k], at) * 1e3) as u64, **k);
            self.at.keys().min_by_key(by_distance).copied()
        };
        let mut line: Vec<Pt> = Vec::new();
        for pair in stops.windows(2) {
            let (Some(from), Some(to)) = (near(pair[0].2), near(pair[1].2)) else {
                return Vec::new();
            };
            let leg = self.shortest(from, to);
            if leg.is_empty() {
                return Vec::new();
            }
            line.extend(leg.into_iter().map(|k| self.at[&k]));
        }
        line.dedup();
        line
    }

    /// The vertices of the shortest way between two vertices, both included. Empty if there is none.
    fn shortest(&self, from: (i64, i64), to: (i64, i64)) -> Vec<(i64, i64)> {
        let mut best: HashMap<(i64, i64), (u64, (i64, i64))> = HashMap::from([(from, (0, from))]);
        let mut queue = BinaryHeap::from([Reverse((0_u64, from))]);
        while let Some(Reverse((millimetres, here))) = queue.pop() {
            if here == to {
                let mut line = vec![to];
                let mut at = to;
                while at != from {
                    at = best[&at].1;
                    line.push(at);
                }
                line.reverse();
                return line;
            }
            for next in self.links.get(&here).into_iter().flatten() {
                let step = (distance(self.at[&here], self.at[next]) * 1e3).round() as u64;
                let whole = millimetres + step;
                if best.get(next).is_none_or(|(known, _)| whole < *known) {
                    best.insert(*next, (whole, here));
                    queue.push(Reverse((whole, *next)));
                }
            }
        }
        Vec::new()
    }
}
