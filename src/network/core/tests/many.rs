//! Searches from one place to many, round trips, and unused gates, compared with single routes.

use super::super::*;
use super::make::{Rng, ebike, foot};
use super::random::{case, ends, query};
use super::town::{Town, clock};

#[test]
fn the_nearest_are_those_with_the_shortest_routes() {
    let mut rng = Rng(5);
    let mut memory = Memory::new();
    let (mut found, mut late) = (0, 0);
    for round in 0..4000 {
        let case = case(&mut rng);
        let from = ends(&mut rng, &case.topology, 2);
        let to = ends(&mut rng, &case.topology, 6);
        let query = Query {
            through: None,
            ..query(&mut rng, &case, &from, &to)
        };
        let view = View {
            topology: &case.topology,
            attributes: &case.table,
            profile: &case.profile,
            potentials: None,
        };
        let potentials =
            Potentials::new(&case.topology, &case.table, &case.profile, &|| false).unwrap();
        // With bounds, the search soon changes to one search for each place.
        let led = View {
            potentials: Some(&potentials),
            ..view
        };
        let horizon = if rng.once_in(2) {
            u32::MAX
        } else {
            rng.below(20_000)
        };
        let places: Vec<u32> = to.iter().map(|_| rng.below(4)).collect();
        let mut first_at = [i64::MAX; 4];
        let mut expected: Vec<i64> = Vec::new();
        for (end, place) in to.iter().zip(&places) {
            let one = [*end];
            if let Ok(route) = view.route(&mut memory, &Query { to: &one, ..query }) {
                late += u32::from(!route.shut.is_empty());
                expected.push(route.arrive);
                let first = &mut first_at[*place as usize];
                *first = route.arrive.min(*first);
            }
        }
        let last = query.depart.saturating_add(i64::from(horizon));
        let times = view
            .times_to_places(&mut memory, &query, (&places, 4), horizon)
            .unwrap();
        let time_of =
            |at: &i64| (*at <= last && *at != i64::MAX).then(|| (at - query.depart) as u32);
        assert_eq!(
            times,
            first_at.iter().map(time_of).collect::<Vec<_>>(),
            "round {}",
            round
        );
        first_at.sort_unstable();
        for wanted in 1..=4 {
            let near = view.nearest_places(&mut memory, &query, &places, wanted, horizon);
            let near = near.unwrap();
            let arrivals: Vec<i64> = near.iter().map(|r| r.arrive).collect();
            let led = led.nearest_places(&mut memory, &query, &places, wanted, horizon);
            let facts = |r: &Reached| (r.arrive, r.unknowns);
            let apart: Vec<(i64, u32)> = led.unwrap().iter().map(facts).collect();
            assert_eq!(
                apart,
                near.iter().map(facts).collect::<Vec<_>>(),
                "round {}",
                round
            );
            let in_time = first_at
                .iter()
                .filter(|at| **at <= last && **at != i64::MAX);
            let expected: Vec<i64> = in_time.take(wanted).copied().collect();
            assert_eq!(arrivals, expected, "round {}", round);
        }
        expected.sort_unstable();
        expected.retain(|at| *at <= query.depart + i64::from(horizon));
        let wanted = 1 + rng.below(to.len() as u32) as usize;
        expected.truncate(wanted);
        let nearest = view.nearest(&mut memory, &query, wanted, horizon).unwrap();
        let arrivals: Vec<i64> = nearest.iter().map(|r| r.arrive).collect();
        assert_eq!(arrivals, expected, "round {}", round);
        for one in nearest {
            let to = [to[one.target]];
            let route = view
                .route(&mut memory, &Query { to: &to, ..query })
                .unwrap();
            assert_eq!((route.arrive, route.unknowns), (one.arrive, one.unknowns));
            found += 1;
        }
    }
    assert!(found > 2000 && late > 2, "{} {}", found, late);
}

#[test]
fn a_place_lies_within_reach_if_its_route_takes_no_longer() {
    let mut rng = Rng(6);
    let mut memory = Memory::new();
    let (mut inside, mut outside) = (0, 0);
    for round in 0..4000 {
        let case = case(&mut rng);
        let from = ends(&mut rng, &case.topology, 1);
        let mut query = query(&mut rng, &case, &from, &[]);
        query.through = None;
        query.finish = Finish::Any;
        let view = View {
            topology: &case.topology,
            attributes: &case.table,
            profile: &case.profile,
            potentials: None,
        };
        let horizon = rng.below(10_000);
        let parts = view.isochrone(&mut memory, &query, horizon).unwrap();
        assert!(
            parts
                .windows(2)
                .all(|w| w[0].edge < w[1].edge || w[0].until_dm < w[1].from_dm)
        );
        for _ in 0..10 {
            let edge = rng.below(case.topology.edge_count() as u32);
            let offset_dm = rng.below(case.topology.edge(edge).length_dm + 1);
            let to = [Place::OnEdge { edge, offset_dm }.into()];
            let route = match view.route(&mut memory, &Query { to: &to, ..query }) {
                // Routes with a closure that counts as shut are not compared, because an isochrone has no such
                // closures.
                Ok(route) if !route.shut.is_empty() => continue,
                Err(none) if !none.shut.is_empty() => continue,
                route => route,
            };
            let is_near = route.map_or(false, |r| r.duration_ds() <= i64::from(horizon));
            let contains =
                |p: &Part| p.edge == edge && (p.from_dm..=p.until_dm).contains(&offset_dm);
            assert_eq!(parts.iter().any(contains), is_near, "round {}", round);
            inside += u32::from(is_near);
            outside += u32::from(!is_near);
        }
    }
    assert!(inside > 2000 && outside > 2000, "{} {}", inside, outside);
}

#[test]
fn parts_of_edges_are_reached() {
    let town = Town::draw("A----------B----------C");
    let topology = town.topology();
    let profile = foot();
    let view = View {
        topology: &topology,
        attributes: &town.table,
        profile: &profile,
        potentials: None,
    };
    let from = [town.between('A', 'B', 50)];
    let query = Query::new(&from, &[], 0, Mode::Walk);
    // Walking takes 7.2 s for 10 m, so 108 s are 150 m: 50 m back to A, 60 m to B and 90 m further on.
    let parts = view.isochrone(&mut Memory::new(), &query, 1080).unwrap();
    let expected = [
        Part {
            edge: 0,
            from_dm: 0,
            until_dm: 1100,
        },
        Part {
            edge: 1,
            from_dm: 0,
            until_dm: 900,
        },
    ];
    assert_eq!(parts, expected);
}

#[test]
fn the_way_there_and_back_is_the_best_of_all_parking_places() {
    let mut rng = Rng(7);
    let mut memory = Memory::new();
    let (mut found, mut stuck, mut apart) = (0, 0, 0);
    for round in 0..6000 {
        let case = case(&mut rng);
        let from = ends(&mut rng, &case.topology, 1);
        let to = ends(&mut rng, &case.topology, 2);
        let back_to = if rng.once_in(3) {
            ends(&mut rng, &case.topology, 1)
        } else {
            from.clone()
        };
        let there = Query {
            through: None,
            pick_up_at: None,
            mode: case.profile.first_mode(),
            ..query(&mut rng, &case, &from, &to)
        };
        let radius_dm = if rng.once_in(2) { 3000 } else { 100_000 };
        let errand = Errand {
            there,
            back_to: &back_to,
            dwell_ds: 3000,
            radius_dm,
        };
        let view = View {
            topology: &case.topology,
            attributes: &case.table,
            profile: &case.profile,
            potentials: None,
        };
        let mut best: Option<i64> = None;
        let mut has_shut = false;
        for target in 0..to.len() {
            let nodes = (0..case.topology.node_count() as u32).map(Some);
            for node in nodes.chain([None]) {
                let near = node.map_or(true, |n| view.is_near(&errand, target, n));
                if !near || (node.is_some() && case.profile.park.is_none()) {
                    continue;
                }
                if node.is_some() && !there.mode.has_vehicle() {
                    continue;
                }
                match view.round_trip(&mut memory, &errand, target, node) {
                    Ok(trip) => {
                        has_shut |= !trip.there.shut.is_empty();
                        best = best.into_iter().chain([trip.back.arrive]).min();
                    }
                    Err(none) => has_shut |= !none.shut.is_empty(),
                }
            }
        }
        if has_shut {
            continue;
        }
        match view.there_and_back(&mut memory, &errand) {
            Ok(trip) => {
                assert_eq!(Some(trip.back.arrive), best, "round {} {:?}", round, trip);
                assert!(trip.back.depart >= trip.there.arrive + 3000);
                found += 1;
                apart += u32::from(trip.parked_at.is_some());
            }
            Err(none) => {
                assert_eq!(best, None, "round {} {:?}", round, none);
                stuck += u32::from(none.why == Why::NoWayBack);
            }
        }
    }
    assert!(
        found > 500 && stuck > 50 && apart > 100,
        "{} {} {}",
        found,
        stuck,
        apart
    );
}

/// ```text
/// A is the street. A bike gets in by the one-way o and out by p, which is closed at 22 h; D is the door.
/// ```
#[test]
fn nobody_is_sent_in_who_cannot_get_out() {
    let town = Town::draw(
        "A--o--B\n\
         |     |\n\
         |     |\n\
         C--p--D",
    )
    .with('o', |a| {
        a.oneway = Oneway::Forward;
        a.foot = Admission::No;
    })
    .with('p', |a| {
        a.oneway = Oneway::Backward;
        a.foot = Admission::No;
    })
    .open('p', &[((6, 0), (22, 0))]);
    let topology = town.topology();
    let profile = ebike();
    let view = View {
        topology: &topology,
        attributes: &town.table,
        profile: &profile,
        potentials: None,
    };
    let from = [Place::Node(town.node('A')).into()];
    let to = [Place::Node(town.node('D')).into()];
    let errand = |depart| Errand {
        there: Query::new(&from, &to, depart, Mode::Ride),
        back_to: &from,
        dwell_ds: 3000,
        radius_dm: 3000,
    };
    let trip = view
        .there_and_back(&mut Memory::new(), &errand(clock(21, 0)))
        .unwrap();
    assert_eq!(town.told(&topology, &trip.there), "ride ABD, 46.6 s");
    assert_eq!(town.told(&topology, &trip.back), "ride DCA, 21.6 s");
    // After a departure at 21:58, the gate closes during the 5 minutes at the door.
    let none = view.there_and_back(&mut Memory::new(), &errand(clock(21, 58)));
    assert_eq!(none.unwrap_err().why, Why::NoWayBack);
}

/// ```text
/// g is the east gate, h the west gate, s the service gate, locked; t is closed until six.
/// ```
#[test]
fn each_gate_that_lost_says_why() {
    let town = Town::draw(
        "A-----B-----C-----E-----F\n\
         |     |     |     |     |\n\
         h     g     s     t     u\n\
         |     |     |     |     |\n\
         H-----G-----S-----T     U",
    )
    .kind('g', EdgeKind::Gate)
    .kind('h', EdgeKind::Gate)
    .kind('s', EdgeKind::Gate)
    .kind('t', EdgeKind::Gate)
    .kind('u', EdgeKind::Gate)
    .with('s', |a| a.locked = true)
    .open('t', &[((6, 0), (22, 0))]);
    let topology = town.topology();
    let profile = foot();
    let view = View {
        topology: &topology,
        attributes: &town.table,
        profile: &profile,
        potentials: None,
    };
    let from = [Place::Node(town.node('B')).into()];
    let to = [Place::Node(town.node('G')).into()];
    let query = Query::new(&from, &to, clock(23, 0), Mode::Walk);
    let mut memory = Memory::new();
    let best = view.route(&mut memory, &query).unwrap();
    let mut why = |a, b| view.through(&mut memory, &query, town.edge(a, b).edge());
    let passable = |arrive| Verdict::Passable {
        arrive,
        mode: Mode::Walk,
        is_unknown: false,
    };
    assert_eq!(why('B', 'G'), passable(best.arrive));
    // The route is longer by twice 60 m.
    assert_eq!(why('A', 'H'), passable(best.arrive + 864));
    assert_eq!(why('C', 'S'), Verdict::Barred(Bar::Locked));
    assert_eq!(why('E', 'T'), Verdict::ClosedUntil(clock(30, 0)));
    // The gate leads to a yard with no other exit, so the route goes in and out again and then uses the best gate.
    assert_eq!(why('F', 'U'), passable(best.arrive + 2 * 1296 + 2 * 288));
}

/// ```text
/// g admits e-bikes only and is too narrow for them; o is one-way as well. b admits people on foot only, and a case blocks
/// it for them. n admits nobody.
/// ```
#[test]
fn the_reason_for_a_barred_gate_is_that_of_the_mode_closest_to_passing() {
    let narrow = |a: &mut Attr| {
        a.foot = Admission::No;
        a.width_dm = 3;
    };
    let mut town = Town::draw(
        "A-----B-----C-----D\n\
         |     |     |     |\n\
         g     o     b     n\n\
         |     |     |     |\n\
         E-----F-----G-----H",
    )
    .kind('g', EdgeKind::Gate)
    .kind('o', EdgeKind::Gate)
    .kind('b', EdgeKind::Gate)
    .kind('n', EdgeKind::Gate)
    .with('g', narrow)
    .with('o', |a| {
        narrow(a);
        a.oneway = Oneway::Forward;
    })
    .with('b', |a| a.ebike = Admission::No)
    .with('n', |a| {
        a.ebike = Admission::No;
        a.foot = Admission::No;
    });
    let topology = town.topology();
    let blocked = town.edge('C', 'G').edge();
    let case = Blocked {
        ebike: true,
        foot: true,
    };
    town.table.blocked.push((blocked, case));
    let profile = ebike();
    let view = View {
        topology: &topology,
        attributes: &town.table,
        profile: &profile,
        potentials: None,
    };
    let from = [Place::Node(town.node('A')).into()];
    let to = [Place::Node(town.node('E')).into()];
    let query = Query::new(&from, &to, clock(12, 0), Mode::Ride);
    let mut memory = Memory::new();
    let mut why = |a, b| view.through(&mut memory, &query, town.edge(a, b).edge());
    assert_eq!(why('A', 'E'), Verdict::Barred(Bar::TooNarrow));
    assert_eq!(why('B', 'F'), Verdict::Barred(Bar::TooNarrow));
    assert_eq!(why('C', 'G'), Verdict::Barred(Bar::Blocked));
    assert_eq!(why('D', 'H'), Verdict::Barred(Bar::NotAdmitted));
}
