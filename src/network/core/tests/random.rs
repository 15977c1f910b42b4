//! Random small networks with all features of the search, compared with the oracle to the tenth of a second.

use super::super::enclosed::Patience;
use super::super::ends::Targets;
use super::super::*;
use super::make::{Rng, ebike, foot, wheelchair};
use super::oracle::Oracle;

pub const DEPART: i64 = 17_000_000_000;

pub struct Case {
    pub topology: Topology,
    pub table: Table,
    pub profile: Profile,
}

fn hours(rng: &mut Rng) -> Hours {
    let mut open = Vec::new();
    // Once in five times, the first opening is about 11 hours after the departure, as at gates that are closed
    // at night.
    let night = if rng.once_in(5) { 40_000 } else { 0 };
    let mut at = DEPART / 10 + night - i64::from(rng.below(1200));
    for _ in 0..rng.below(4) {
        let from = at + i64::from(rng.below(1500)) + 1;
        let until = from + i64::from(rng.below(900)) + 1;
        open.push((from, until));
        at = until;
    }
    let known_until = match rng.below(3) {
        0 => DEPART / 10 + i64::from(rng.below(2500)) - 200,
        _ => i64::MAX,
    };
    Hours { open, known_until }
}

fn attr(rng: &mut Rng, hours: u32) -> Attr {
    let when = |rng: &mut Rng| match rng.below(8) {
        0..=3 => HOURS_ALWAYS,
        4 => HOURS_UNKNOWN,
        _ => 1 + rng.below(hours),
    };
    let mut attr = Attr {
        kind: rng.pick(&WayKind::ALL),
        surface: rng.pick(&Surface::ALL),
        ..Attr::OPEN
    };
    if rng.once_in(3) {
        attr.ride_hours = when(rng);
        attr.push_hours = if rng.once_in(2) {
            attr.ride_hours
        } else {
            when(rng)
        };
        attr.walk_hours = if rng.once_in(2) {
            attr.ride_hours
        } else {
            when(rng)
        };
    }
    if rng.once_in(4) {
        attr.ebike = rng.pick(&[Admission::No, Admission::Dismount]);
    }
    if rng.once_in(8) {
        attr.foot = Admission::No;
    }
    if rng.once_in(4) {
        attr.oneway = rng.pick(&[Oneway::Forward, Oneway::Backward]);
    }
    if rng.once_in(3) {
        attr.access = rng.pick(&Access::ALL);
    }
    if rng.once_in(4) {
        attr.ramp = rng.pick(&[Ramp::Bike, Ramp::Wheelchair]);
    }
    if rng.once_in(4) {
        attr.credential = rng.pick(&[Credential::Show, Credential::Register]);
    }
    if rng.once_in(5) {
        attr.width_dm = 7 + rng.below(5) as u16;
    }
    if rng.once_in(5) {
        attr.max_kmh = 5 + rng.below(10) as u8;
    }
    if rng.once_in(4) {
        attr.incline = rng.pick(&[-12, -6, -2, 2, 6, 12, INCLINE_UP, INCLINE_DOWN]);
    }
    attr.locked = rng.once_in(25);
    attr.closed = rng.once_in(25);
    attr.no_parking = rng.once_in(3);
    attr
}

/// A random path over the edges of a topology, for turn restrictions that routes can meet.
fn chain(rng: &mut Rng, topology: &Topology) -> Option<Vec<DirectedEdge>> {
    let count = topology.edge_count() as u32;
    let mut edges = vec![DirectedEdge(rng.below(count * 2))];
    for _ in 0..1 + rng.below(3) {
        let last = *edges.last()?;
        let out = topology.out(topology.head(last));
        edges.push(rng.pick(out));
    }
    Some(edges)
}

pub fn case(rng: &mut Rng) -> Case {
    let mut parts = Parts::default();
    let width = 2 + rng.below(2);
    let nodes = width * (2 + rng.below(2));
    for n in 0..nodes {
        let jitter = rng.below(6000) as i32;
        parts.add_node(Point {
            lon: 1_170_000_000 + (n % width) as i32 * 25_000 + jitter,
            lat: 390_000_000 + (n / width) as i32 * 20_000 - jitter / 2,
        });
    }
    let features = nodes + rng.below(nodes);
    let count = nodes + rng.below(nodes);
    for n in 0..count {
        let from = rng.below(nodes);
        let to = match rng.below(4) {
            0 => rng.below(nodes),
            1 => (from + width) % nodes,
            _ => (from + 1) % nodes,
        };
        let ends = [parts.nodes[from as usize], parts.nodes[to as usize]];
        let straight = geometry::length_dm(ends);
        let kind = match rng.below(3) {
            0 => rng.pick(&EdgeKind::ALL),
            _ => EdgeKind::Way,
        };
        let edge = Edge {
            from,
            to,
            length_dm: straight + rng.below(straight / 2 + 20),
            feature: rng.below(features),
            kind,
        };
        parts.add_edge(edge, &[]);
        if kind == EdgeKind::Gate {
            parts.gates.push(Gate {
                feature: edge.feature,
                edge: n,
                compound: None,
            });
        }
    }
    for n in 0..features + 2 {
        parts.add_feature(format!("routes/{}", n));
    }
    for node in 0..nodes {
        if rng.once_in(5) {
            let feature = features + rng.below(2);
            parts.parkings.push(Parking { feature, node });
        }
    }
    let plain = Topology::new(parts.clone()).unwrap();
    for _ in 0..rng.below(6) {
        if let Some(edges) = chain(rng, &plain) {
            let last = edges.len() - 1;
            parts.turns.push(Turn {
                feature: 0,
                kind: rng.pick(&[TurnKind::No, TurnKind::Only]),
                from: edges[0],
                via: edges[1..last].to_vec(),
                to: edges[last],
                except_bikes: rng.once_in(5),
            });
        }
    }
    let mut table = Table::default();
    table.hours.push(Hours::never());
    let kinds = 1 + rng.below(4);
    for _ in 0..kinds {
        table.hours.push(hours(rng));
    }
    for _ in 0..features + 2 {
        table.attrs.push(attr(rng, kinds));
    }
    for edge in 0..count {
        if rng.once_in(12) {
            let blocked = Blocked {
                ebike: rng.once_in(2),
                foot: rng.once_in(2),
            };
            table.blocked.push((edge, blocked));
        }
    }
    let mut profile = match rng.below(5) {
        0 => foot(),
        1 => wheelchair(),
        _ => ebike(),
    };
    if let Some(rule) = &mut profile.park {
        if rng.once_in(3) {
            rule.anywhere_ds = None;
        }
    }
    if rng.once_in(6) {
        profile.park = None;
    }
    profile.obeys_turns = !rng.once_in(6);
    Case {
        topology: Topology::new(parts).unwrap(),
        table,
        profile,
    }
}

pub fn ends(rng: &mut Rng, topology: &Topology, most: u32) -> Vec<End> {
    let count = 1 + rng.below(most);
    let end = |rng: &mut Rng| {
        let place = if rng.once_in(2) {
            Place::Node(rng.below(topology.node_count() as u32))
        } else {
            let edge = rng.below(topology.edge_count() as u32);
            let length = topology.edge(edge).length_dm;
            let offset_dm = rng.below(length + 1);
            Place::OnEdge { edge, offset_dm }
        };
        let extra_ds = if rng.once_in(2) { 0 } else { rng.below(500) };
        End { place, extra_ds }
    };
    (0..count).map(|_| end(rng)).collect()
}

pub fn query<'a>(rng: &mut Rng, case: &Case, from: &'a [End], to: &'a [End]) -> Query<'a> {
    let mode = case.profile.first_mode();
    let mut query = Query::new(from, to, DEPART + i64::from(rng.below(6000)), mode);
    if mode == Mode::Ride && rng.once_in(8) {
        query.mode = rng.pick(&[Mode::Push, Mode::Walk]);
    }
    query.finish = rng.pick(&[Finish::Any, Finish::OnFoot, Finish::WithVehicle]);
    let node = rng.below(case.topology.node_count() as u32);
    match rng.below(8) {
        0 => query.park_at = ParkAt::Node(node),
        1 => query.park_at = ParkAt::Target,
        2 if mode == Mode::Ride => {
            query.mode = Mode::Walk;
            query.pick_up_at = Some(node);
        }
        _ => {}
    }
    if rng.once_in(4) {
        query.through = Some(rng.below(case.topology.edge_count() as u32));
    }
    query
}

/// Counts the cases that occurred, so that the test fails if some never occur.
#[derive(Debug, Default)]
struct Seen {
    routes: u32,
    unreachable: u32,
    waits: u32,
    shut: u32,
    changes: u32,
    unknowns: u32,
    through: u32,
    picked_up: u32,
    same_edge: u32,
}

#[test]
fn the_search_equals_the_oracle() {
    let mut seen = Seen::default();
    let mut memory = Memory::new();
    let mut rng = Rng(12);
    for round in 0..crate::rounds(10_000, 200_000) as u32 {
        let case = case(&mut rng);
        let from = ends(&mut rng, &case.topology, 2);
        let to = ends(&mut rng, &case.topology, 3);
        let query = query(&mut rng, &case, &from, &to);
        check(&case, &query, &mut memory, &mut seen, round);
    }
    println!("{:?}", seen);
    assert!(seen.routes > 2500 && seen.unreachable > 500, "{:?}", seen);
    assert!(seen.waits > 100 && seen.shut > 50, "{:?}", seen);
    assert!(seen.changes > 500 && seen.unknowns > 100, "{:?}", seen);
    assert!(
        seen.through > 150 && seen.picked_up > 25 && seen.same_edge > 50,
        "{:?}",
        seen
    );
}

fn arrive_of(route: &Result<Route, Why>) -> Option<i64> {
    route.as_ref().ok().map(|r| r.arrive)
}

fn check(case: &Case, query: &Query<'_>, memory: &mut Memory, seen: &mut Seen, round: u32) {
    let oracle = Oracle {
        topology: &case.topology,
        table: &case.table,
        profile: &case.profile,
    };
    let view = View {
        topology: &case.topology,
        attributes: &case.table,
        profile: &case.profile,
        potentials: None,
    };
    let targets = Targets::new(&case.topology, query.to);
    let mut shut: Vec<Shut> = Vec::new();
    let last = loop {
        let best = oracle.arrivals(query, &shut).into_iter().flatten().min();
        let mut bound = view.straight_line(query);
        let found = view.route_with_shut(
            memory,
            query,
            &targets,
            &mut bound,
            (&mut shut, Patience::Unlimited),
        );
        let potentials =
            Potentials::new(&case.topology, &case.table, &case.profile, &|| false).unwrap();
        let led = View {
            potentials: Some(&potentials),
            ..view
        };
        let mut distances = Default::default();
        let mut bound = led.best_case(&mut distances, query).unwrap();
        let best_case = view.route_with_shut(
            memory,
            query,
            &targets,
            &mut bound,
            (&mut shut, Patience::Unlimited),
        );
        assert_eq!(
            best_case.ok().map(|r| r.arrive),
            arrive_of(&found),
            "round {}",
            round
        );
        let plain = view.route_with_shut(
            memory,
            query,
            &targets,
            &mut Everywhere,
            (&mut shut, Patience::Unlimited),
        );
        let arrive = arrive_of(&found);
        assert_eq!(arrive, best, "round {}: {:?} {:?}", round, query, found);
        assert_eq!(arrive, plain.ok().map(|r| r.arrive), "round {}", round);
        let route = match found {
            Ok(route) => route,
            Err(_) => break None,
        };
        assert_eq!(
            oracle.walk(&route, query, &shut),
            route.arrive,
            "round {}",
            round
        );
        seen.waits += u32::from(route.steps.iter().any(|s| s.wait_ds > 0));
        let before = shut.len();
        for step in route.steps.iter().filter(|s| s.wait_ds > LONGEST_WAIT_DS) {
            let feature = case.topology.edge(step.edge.edge()).feature;
            shut.push(Shut {
                feature,
                mode: step.mode,
            });
        }
        if shut.len() == before {
            break Some(route);
        }
    };
    let answer = view.route(memory, query);
    seen.shut += u32::from(!shut.is_empty());
    match (last, answer) {
        (Some(last), Ok(answer)) => {
            assert_eq!(Route { shut, ..last }, answer, "round {}", round);
            seen.routes += 1;
            let modes = answer.steps.windows(2).filter(|w| w[0].mode != w[1].mode);
            seen.changes += u32::from(modes.count() > 0);
            seen.unknowns += u32::from(answer.unknowns > 0);
            seen.through += u32::from(query.through.is_some());
            let rides = answer.steps.iter().any(|s| s.mode.has_vehicle());
            seen.picked_up += u32::from(query.pick_up_at.is_some() && rides);
            let on_edge = |end: &End| matches!(end.place, Place::OnEdge { .. });
            let ends = on_edge(&query.from[answer.source]) && on_edge(&query.to[answer.target]);
            seen.same_edge += u32::from(answer.steps.len() == 1 && ends);
        }
        (
            None,
            Err(NoRoute {
                why: Why::Unreachable,
                shut: closed,
            }),
        ) => {
            let open = oracle.arrivals(query, &closed);
            assert!(open.iter().all(Option::is_none), "round {}", round);
            seen.unreachable += 1;
        }
        (last, answer) => panic!("round {}: {:?} {:?}", round, last, answer),
    }
}
