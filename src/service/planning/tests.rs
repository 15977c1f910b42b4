//! Tests that coverage on the demo district and on an extract of OpenStreetMap equals a plain Dijkstra search for each
//! facility, door by door.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;

use geo_types::{Coord, Geometry, Point};
use jiff::Timestamp;
use serde_json::json;

use super::people::People;
use super::*;
use crate::codec::osm::{Item, OsmError, read_pbf};
use crate::demo;
use crate::live::{Snapshot, Ways};
use crate::model::{Body, Change as Edited, CollectionId, FeatureId, Properties, Role, RoleSet};
use crate::network::core::tests::make::Rng;
use crate::network::core::{
    Attributes as _, DirectedEdge, Entry, HOURS_ALWAYS, HOURS_UNKNOWN, Mode, Phase, Place, Profile,
    Zone, usage,
};
use crate::network::walking::{Measure, Walk};
use crate::planning::standards::{Reach, Standard, Standards};
use crate::service::place::anchor;
use crate::service::routes::tests::{DEMO, at, profile};
use crate::service::routes::{Ground, Joined, up_ds};

pub(super) const NOON: &str = "2026-11-30T12:00:00+08:00";
const NIGHT: &str = "2026-11-30T02:30:00+08:00";

fn standard(reach: Reach, there_and_back: bool) -> Standard {
    let mut standard = Standards::built_in().unwrap().get("aed_4").unwrap().clone();
    standard.reach = reach;
    standard.there_and_back = there_and_back;
    standard
}

pub(super) fn ask(collection: &str, reach: Reach, there_and_back: bool, when: &str) -> CoverageAsk {
    CoverageAsk {
        facility: FacilityAsk {
            collection: collection.to_owned(),
            kind: None,
            aed: false,
            area_m2: None,
            filter: None,
        },
        standard: standard(reach, there_and_back),
        demand: DemandAsk::Buildings(Factors::default()),
        at: at(when),
        profile: profile("foot"),
        add: Vec::new(),
        without: Vec::new(),
        roles: RoleSet::from(Role::Planner),
    }
}

/// The cost of an edge in one direction, and the phase of the walk after it; `None` if the edge cannot be used at the
/// moment.
fn step(
    (ground, ways, profile): (&Ground, &Ways, &Profile),
    (moment, measure): (Timestamp, Measure),
    edge: DirectedEdge,
    length_dm: u32,
    phase: Phase,
) -> Option<(u32, Phase)> {
    let data = ways.topology.edge(edge.edge());
    let (attr, blocked) = (
        ground.table.attr(data.feature),
        ground.table.blocked(edge.edge()),
    );
    let usage = usage(profile, data, edge, attr, blocked, Mode::Walk).ok()?;
    assert_ne!(usage.zone, Zone::Never);
    let tenths = moment.as_millisecond().div_euclid(100);
    let is_open = match usage.hours {
        HOURS_ALWAYS | HOURS_UNKNOWN => true,
        hours => match ground.table.entry(hours, tenths) {
            Entry::At(at) | Entry::Unknown(at) => at == tenths,
            Entry::Never => false,
        },
    };
    let cost = match measure {
        Measure::Time => usage.duration_ds(length_dm),
        Measure::Length => length_dm,
    };
    let phase = phase.after(&usage)?;
    is_open.then_some((cost, phase))
}

/// A plain Dijkstra search from one facility to all nodes, and then to each door. Walking costs the same in both
/// directions, so the search may start at the facility instead of the doors.
pub(super) fn plain(
    map: (&Ground, &Ways, &Profile),
    when: (Timestamp, Measure),
    site: &[Joined],
    doors: &[Vec<Joined>],
) -> Vec<Option<u32>> {
    let topology = &map.1.topology;
    let gap = |j: &Joined| match when.1 {
        Measure::Time => j.gap_ds,
        Measure::Length => j.gap_dm,
    };
    let sides = |edge: u32, offset: u32| {
        let forward = DirectedEdge::forward(edge);
        let length = topology.edge(edge).length_dm;
        [(forward, offset), (forward.reversed(), length - offset)]
    };
    let mut best = vec![[u32::MAX; 3]; topology.node_count()];
    let mut queue = BinaryHeap::new();
    let mut direct: Vec<Option<u32>> = vec![None; doors.len()];
    let better = |own: &mut Option<u32>, cost: u32| {
        *own = Some(own.map_or(cost, |o| o.min(cost)));
    };
    let mut on_edges: HashMap<u32, Vec<(usize, u32, u32)>> = HashMap::new();
    for (door, joins) in doors.iter().enumerate() {
        for join in joins {
            if let Place::OnEdge { edge, offset_dm } = join.place {
                on_edges
                    .entry(edge)
                    .or_default()
                    .push((door, offset_dm, gap(join)));
            }
        }
    }
    for join in site {
        match join.place {
            Place::Node(node) => queue.push(Reverse((gap(join), node, Phase::Start))),
            Place::OnEdge { edge, offset_dm } => {
                let length = topology.edge(edge).length_dm;
                for (directed, from) in sides(edge, offset_dm) {
                    let whole = step(map, when, directed, length - from, Phase::Start);
                    if let Some((cost, phase)) = whole {
                        let node = topology.head(directed);
                        queue.push(Reverse((cost + gap(join), node, phase)));
                    }
                    for (door, at, extra) in on_edges.get(&edge).into_iter().flatten() {
                        let at = if directed.is_backward() {
                            length - at
                        } else {
                            *at
                        };
                        let part = (at >= from)
                            .then(|| step(map, when, directed, at - from, Phase::Start))
                            .flatten();
                        if let Some((cost, _)) = part {
                            better(&mut direct[*door], cost + gap(join) + extra);
                        }
                    }
                }
            }
        }
    }
    while let Some(Reverse((cost, node, phase))) = queue.pop() {
        let known = &mut best[node as usize][phase as usize];
        if *known <= cost {
            continue;
        }
        *known = cost;
        for &edge in topology.out(node) {
            let length = topology.edge(edge.edge()).length_dm;
            if let Some((more, phase)) = step(map, when, edge, length, phase) {
                queue.push(Reverse((cost + more, topology.head(edge), phase)));
            }
        }
    }
    let phases = [Phase::Start, Phase::Public, Phase::End];
    for (door, joins) in doors.iter().enumerate() {
        for join in joins {
            match join.place {
                Place::Node(node) => {
                    for phase in phases {
                        let cost = best[node as usize][phase as usize];
                        if cost < u32::MAX {
                            better(&mut direct[door], cost + gap(join));
                        }
                    }
                }
                Place::OnEdge { edge, offset_dm } => {
                    for (directed, along) in sides(edge, offset_dm) {
                        for phase in phases {
                            let node = topology.tail(directed) as usize;
                            let cost = best[node][phase as usize];
                            if cost == u32::MAX {
                                continue;
                            }
                            if let Some((more, _)) = step(map, when, directed, along, phase) {
                                better(&mut direct[door], cost + more + gap(join));
                            }
                        }
                    }
                }
            }
        }
    }
    direct
}

/// Compares all doors and the figures of a coverage with plain searches. Returns the number of doors and of those that
/// reach a facility.
fn compare(ground: &Ground, ask: &CoverageAsk) -> (usize, usize) {
    let ways = ground.ways().unwrap();
    let found = Planning::default().coverage(ground, ask).unwrap();
    let joiner = ground.joiner(&ask.profile).unwrap();
    let people = People::of(ground, &joiner, &ask.demand, ask.roles).unwrap();
    let mut joined = found.sites().joined.clone();
    joined.extend(ask.add.iter().map(|at| joiner.position(*at)));
    assert!(!joined.is_empty());
    let factor = if ask.standard.there_and_back { 2 } else { 1 };
    let by = |measure: Measure| -> Vec<Vec<u32>> {
        let map = (ground, ways, &ask.profile);
        let mut of_doors: Vec<Vec<u32>> = vec![Vec::new(); people.doors().len()];
        for site in &joined {
            let costs = plain(map, (ask.at, measure), site, people.doors());
            for (door, cost) in costs.into_iter().enumerate() {
                of_doors[door].extend(cost.map(|c| c * factor));
            }
        }
        of_doors.iter_mut().for_each(|costs| costs.sort_unstable());
        of_doors
    };
    let measure = ask.standard.reach.measure();
    let costs = by(measure);
    let lengths = by(Measure::Length);
    let doorways = found.doorways();
    assert_eq!(doorways.len(), costs.len());
    for (door, doorway) in doorways.iter().enumerate() {
        let cost = |walk: Option<Walk>| walk.map(|w| w.cost);
        assert_eq!(
            cost(doorway.nearest),
            costs[door].first().copied(),
            "door {door}"
        );
        assert_eq!(
            cost(doorway.second),
            costs[door].get(1).copied(),
            "door {door}"
        );
        let shortest = lengths[door].first().map(|dm| dm / factor);
        assert_eq!(doorway.length_dm, shortest, "door {door}");
    }
    // The figures, counted by storeys.
    let (mut all, mut covered, mut unlinked) = (0.0, 0.0, 0.0);
    for d in &people.demand.dwellings {
        all += d.people;
        let storeys = if measure == Measure::Time {
            d.storeys
        } else {
            1
        };
        let nearest = d.door.and_then(|n| costs[n as usize].first().copied());
        let Some(nearest) = nearest else {
            unlinked += d.people;
            continue;
        };
        for storey in 1..=storeys {
            let up = match measure {
                Measure::Time => up_ds(storey, d.has_lift, &ask.profile).unwrap() * factor,
                Measure::Length => 0,
            };
            if nearest + up <= ask.standard.reach.limit() {
                covered += d.people / f64::from(storeys);
            }
        }
    }
    let found = &found.all();
    assert!((found.people - all).abs() < 1e-6 * all);
    assert!(
        (found.covered - covered).abs() < 1e-6 * all,
        "{} {covered}",
        found.covered
    );
    assert!((found.no_way + found.no_facility - unlinked).abs() < 1e-6 * all);
    let reached = costs.iter().filter(|c| !c.is_empty()).count();
    (costs.len(), reached)
}

#[test]
fn on_the_demo_every_door_has_the_walks_of_a_plain_search() {
    let ground = &*DEMO;
    for (collection, reach, there_and_back) in [
        ("first_aid_stations", Reach::Minutes(4.0), true),
        ("pocket_parks", Reach::Metres(300.0), false),
        ("facilities", Reach::Minutes(5.0), false),
    ] {
        let mut ask = ask(collection, reach, there_and_back, NOON);
        if collection == "facilities" {
            ask.facility.kind = Some("battery_swap".to_owned());
        }
        let (doors, reached) = compare(ground, &ask);
        assert!(
            reached > 100 && reached * 10 >= doors * 9,
            "{collection}: {reached} of {doors}"
        );
        // The same with two tried facilities.
        ask.add = vec![
            Coord {
                x: 117.1342,
                y: 39.2240,
            },
            Coord {
                x: 117.1371,
                y: 39.2262,
            },
        ];
        compare(ground, &ask);
    }
}

#[test]
fn at_night_stations_are_closed_and_fewer_people_are_covered() {
    let planning = Planning::default();
    let covered = |when: &str| {
        let ask = ask("first_aid_stations", Reach::Minutes(4.0), true, when);
        let snapshot = Arc::clone(&DEMO.snapshot);
        let ground = Ground::on(snapshot, Arc::clone(&DEMO.network), at(when)).unwrap();
        planning.coverage(&ground, &ask).unwrap()
    };
    let (noon, night) = (covered(NOON), covered(NIGHT));
    assert!(night.sites().closed.len() > noon.sites().closed.len());
    assert!(night.all().covered < noon.all().covered);
    assert_eq!(night.all().people, noon.all().people);
}

#[test]
fn a_tried_facility_gains_what_it_adds_and_a_facility_left_out_loses_it() {
    let planning = Planning::default();
    let mut ask = ask("pocket_parks", Reach::Metres(300.0), false, NOON);
    let base = planning.coverage(&DEMO, &ask).unwrap();
    let mut uncovered = base.buildings().zip(&base.demand().places);
    let (_, place) = uncovered
        .find(|(tally, _)| tally.uncovered() > 1.0)
        .unwrap();
    ask.add = vec![
        Coord {
            x: place.at[0],
            y: place.at[1],
        },
        Coord { x: 0.0, y: 0.0 },
    ];
    let tried = planning.coverage(&DEMO, &ask).unwrap();
    let change = tried.change.as_ref().unwrap();
    assert!(change.people > 1.0);
    let by_place: f64 = change.buildings.iter().map(|(_, people)| people).sum();
    assert!((by_place - change.people).abs() < 1e-6);
    assert!((tried.all().covered - base.all().covered - change.people).abs() < 1e-6);
    // The second position lies in the sea.
    assert_eq!(change.unlinked, [1]);

    ask.add.clear();
    ask.without = base.sites().ids.clone();
    let none = planning.coverage(&DEMO, &ask).unwrap();
    assert_eq!(none.all().covered, 0.0);
    assert_eq!(
        none.all().no_facility + none.all().no_way,
        base.all().people
    );
    ask.without = vec!["no-such-park".to_owned()];
    let error = planning.coverage(&DEMO, &ask).unwrap_err();
    assert!(matches!(error, NoCoverage::Field("without", _)));
}

#[test]
fn coverages_that_share_walks_equal_those_that_do_not() {
    let tries = vec![Coord {
        x: 117.1342,
        y: 39.2240,
    }];
    let stations = |reach: Reach, when: &str| ask("first_aid_stations", reach, false, when);
    let planning = Planning::default();
    for mut ask in [
        stations(Reach::Metres(300.0), NOON),
        // Only the distance differs: the walks are shared.
        stations(Reach::Metres(500.0), NOON),
        stations(Reach::Metres(150.0), NOON),
        // These differ in something else too: facilities, moment, measure, way back.
        ask("pocket_parks", Reach::Metres(300.0), false, NOON),
        stations(Reach::Metres(300.0), NIGHT),
        stations(Reach::Minutes(4.0), NIGHT),
        stations(Reach::Minutes(8.0), NIGHT),
        ask("first_aid_stations", Reach::Minutes(8.0), true, NIGHT),
    ] {
        for add in [Vec::new(), tries.clone()] {
            ask.add = add;
            let found = planning.coverage(&DEMO, &ask).unwrap();
            let alone = Planning::default().coverage(&DEMO, &ask).unwrap();
            assert_eq!(found.coverage(), alone.coverage(), "{ask:?}");
            assert_eq!(found.doorways(), alone.doorways());
            assert_eq!(found.straight_share, alone.straight_share);
            assert_eq!(found.sites(), alone.sites());
        }
    }
}

/// The features of an extract of OpenStreetMap, with facilities and doors at random buildings.
fn extract(name: &str) -> Option<Vec<Edited>> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/data/osm")
        .join(name);
    let Ok(file) = std::fs::File::open(&path) else {
        println!("skipped: {} does not exist", path.display());
        return None;
    };
    let mut changes = Vec::new();
    read_pbf::<OsmError>(file, &mut |_| {}, &mut |item| {
        if let Item::Feature {
            collection,
            feature,
        } = item
        {
            changes.push(Edited {
                collection: CollectionId::new(collection).unwrap(),
                id: feature.id,
                body: Some(feature.body),
            });
        }
        Ok(())
    })
    .unwrap();
    let mut rng = Rng(5);
    let mut made = Vec::new();
    let mut make = |collection: &str, id: String, at: Coord<f64>, said: serde_json::Value| {
        made.push(Edited {
            collection: CollectionId::new(collection).unwrap(),
            id: FeatureId::new(&id).unwrap(),
            body: Some(Body {
                geometry: Some(Geometry::Point(Point(at))),
                properties: Properties::parse(&said.to_string()).unwrap(),
            }),
        });
    };
    for (n, change) in changes.iter().enumerate() {
        let geometry = change.body.as_ref().and_then(|b| b.geometry.as_ref());
        let (Some(Geometry::Polygon(area)), "buildings") = (geometry, change.collection.as_str())
        else {
            continue;
        };
        let ring = &area.exterior().0;
        let side = rng.below(ring.len() as u32 - 1) as usize;
        let middle = Coord {
            x: f64::midpoint(ring[side].x, ring[side + 1].x),
            y: f64::midpoint(ring[side].y, ring[side + 1].y),
        };
        if rng.once_in(3) {
            let said = json!({"kind": "main", "building": change.id.as_str()});
            make("entrances", format!("door-{n}"), middle, said);
        }
        if rng.once_in(500) {
            let at = geometry.and_then(anchor).unwrap();
            make(
                "first_aid_stations",
                format!("aed-{n}"),
                at,
                json!({"name": "AED", "aed": true}),
            );
        }
    }
    changes.extend(made);
    Some(changes)
}

#[test]
fn on_monaco_every_door_has_the_walks_of_a_plain_search() {
    let Some(changes) = extract("monaco.osm.pbf") else {
        return;
    };
    let snapshot = Snapshot::of_features(demo::schemas(), changes, at(NOON)).unwrap();
    let ground = Ground::of_map(Arc::new(snapshot), at(NOON)).unwrap();
    let mut ask = ask("first_aid_stations", Reach::Minutes(4.0), true, NOON);
    // The plain search takes long for each station, so only some of them count.
    let stations = ground.snapshot.collections().get("first_aid_stations");
    let left_out = stations.unwrap().iter().skip(crate::rounds(12, usize::MAX));
    ask.without = left_out.map(|station| station.id().to_string()).collect();
    let (doors, reached) = compare(&ground, &ask);
    assert!(
        doors > 1000 && reached * 10 > doors * 8,
        "{reached} of {doors}"
    );
}
