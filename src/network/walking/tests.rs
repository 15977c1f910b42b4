//! Random small networks, compared with a plain search for each pair of a place and a site.

use std::collections::BTreeMap;

use super::*;
use crate::network::core::tests::make::{Rng, foot, wheelchair};
use crate::network::core::tests::random::{DEPART, case};
use crate::network::core::{Attr, EdgeKind, Parts, Point, Table};

/// The lowest cost of a walk from one join to another, by trying all edges until nothing improves. Edges are followed
/// in the direction in which people walk. The search that is tested starts at the sites instead.
fn plain(
    (topology, table, profile): (&Topology, &Table, &Profile),
    moment: Moment,
    from: &Join,
    to: &Join,
) -> Option<u32> {
    let one_way = |edge: DirectedEdge, length_dm: u32, phase: Phase| -> Option<(u32, Phase)> {
        let data = topology.edge(edge.edge());
        let attr = table.attr(data.feature);
        let blocked = table.blocked(edge.edge());
        let usage = usage(profile, data, edge, attr, blocked, Mode::Walk).ok()?;
        let is_open = match usage.hours {
            HOURS_ALWAYS | HOURS_UNKNOWN => true,
            hours => {
                let hours = table.hours(hours);
                let second = moment.at.div_euclid(10);
                second >= hours.known_until
                    || hours.open.iter().any(|(f, u)| (*f..*u).contains(&second))
            }
        };
        let cost = match moment.measure {
            Measure::Time => usage.duration_ds(length_dm),
            Measure::Length => length_dm,
        };
        let phase = phase.after(&usage)?;
        is_open.then_some((cost, phase))
    };
    let step = |edge: DirectedEdge, length_dm: u32, phase: Phase| {
        let there = one_way(edge, length_dm, phase)?;
        if moment.heading != Heading::ThereAndBack {
            return Some(there);
        }
        // An edge lies on the same kind of land in both directions.
        let (back, _) = one_way(edge.reversed(), length_dm, phase)?;
        Some((there.0 + back, there.1))
    };
    let both = |edge: u32, offset: u32| {
        let forward = DirectedEdge::forward(edge);
        let length = topology.edge(edge).length_dm;
        [(forward, offset), (forward.reversed(), length - offset)]
    };
    let mut best: Option<u32> = None;
    let mut arrive = |cost: u32| best = Some(best.map_or(cost, |b| b.min(cost)));
    let mut times: BTreeMap<(u32, Phase), u32> = BTreeMap::new();
    match from.place {
        Place::Node(node) => {
            times.insert((node, Phase::Start), 0);
        }
        Place::OnEdge { edge, offset_dm } => {
            for (directed, offset) in both(edge, offset_dm) {
                let length = topology.edge(edge).length_dm;
                if let Some((cost, phase)) = step(directed, length - offset, Phase::Start) {
                    let at = times
                        .entry((topology.head(directed), phase))
                        .or_insert(cost);
                    *at = cost.min(*at);
                }
                if let Place::OnEdge {
                    edge: other,
                    offset_dm: end,
                } = to.place
                {
                    let end = match directed.is_backward() {
                        true => length.wrapping_sub(end),
                        false => end,
                    };
                    if other == edge
                        && end >= offset
                        && let Some((cost, _)) = step(directed, end - offset, Phase::Start)
                    {
                        arrive(cost);
                    }
                }
            }
        }
    }
    loop {
        let mut better = Vec::new();
        for ((node, phase), cost) in &times {
            for &edge in topology.out(*node) {
                let length = topology.edge(edge.edge()).length_dm;
                if let Some((more, phase)) = step(edge, length, *phase) {
                    better.push(((topology.head(edge), phase), cost + more));
                }
            }
        }
        let mut is_better = false;
        for (state, cost) in better {
            let at = times.entry(state).or_insert(u32::MAX);
            if cost < *at {
                *at = cost;
                is_better = true;
            }
        }
        if !is_better {
            break;
        }
    }
    for ((node, phase), cost) in &times {
        match to.place {
            Place::Node(end) if end == *node => arrive(*cost),
            Place::Node(_) => {}
            Place::OnEdge { edge, offset_dm } => {
                for (directed, offset) in both(edge, offset_dm) {
                    if topology.tail(directed) == *node
                        && let Some((more, _)) = step(directed, offset, *phase)
                    {
                        arrive(cost + more);
                    }
                }
            }
        }
    }
    best.map(|cost| cost + from.extra + to.extra)
}

fn join(rng: &mut Rng, topology: &Topology) -> Join {
    let place = if rng.once_in(2) {
        Place::Node(rng.below(topology.node_count() as u32))
    } else {
        let edge = rng.below(topology.edge_count() as u32);
        let offset_dm = rng.below(topology.edge(edge).length_dm + 1);
        Place::OnEdge { edge, offset_dm }
    };
    let extra = if rng.once_in(2) { rng.below(300) } else { 0 };
    Join { place, extra }
}

fn joins(rng: &mut Rng, topology: &Topology, most: u32) -> Joins {
    let mut joins = Joins::default();
    for _ in 0..1 + rng.below(most) {
        let count = rng.below(3);
        let of_one: Vec<Join> = (0..count).map(|_| join(rng, topology)).collect();
        joins.push(of_one);
    }
    joins
}

/// The costs of the nearest sites, by trying each pair; one cost for each site.
fn expected(
    map: (&Topology, &Table, &Profile),
    moment: Moment,
    place: &[Join],
    sites: &[&Joins],
) -> Vec<u32> {
    let mut costs = Vec::new();
    for all in sites {
        for site in 0..all.len() {
            let pairs = place
                .iter()
                .flat_map(|p| all.of(site).iter().map(move |s| (p, s)));
            let cost = pairs.filter_map(|(place, site)| match moment.heading {
                Heading::ToSite | Heading::ThereAndBack => plain(map, moment, place, site),
                Heading::FromSite => plain(map, moment, site, place),
            });
            costs.extend(cost.min());
        }
    }
    costs.sort_unstable();
    costs
}

#[test]
fn walks_equal_a_plain_search_for_each_pair() {
    let mut rng = Rng(29);
    let (mut compared, mut added) = (0, 0);
    for round in 0..2000 {
        let case = case(&mut rng);
        let profile = if round % 3 == 0 { wheelchair() } else { foot() };
        let map = (&case.topology, &case.table, &profile);
        let moment = Moment {
            at: DEPART + i64::from(rng.below(4000)) * 10,
            measure: rng.pick(&[Measure::Time, Measure::Length]),
            heading: rng.pick(&[Heading::ToSite, Heading::FromSite, Heading::ThereAndBack]),
        };
        let places = joins(&mut rng, map.0, 6);
        let sites = joins(&mut rng, map.0, 4);
        let more = joins(&mut rng, map.0, 2);
        let wanted = 1 + rng.below(3) as usize;
        let limit = rng.pick(&[u32::MAX, 3000, 800]);
        let graph = Graph::new(map.0, map.1, &profile, moment, &places);
        let walking = graph.on(map.0, map.1, &profile);
        let field = walking.field(&sites, wanted, limit);
        let gained = walking.with(&field, &more, sites.len() as u32, limit);
        for place in 0..places.len() {
            let mut expected_base = expected(map, moment, places.of(place), &[&sites]);
            expected_base.retain(|cost| *cost <= limit);
            expected_base.truncate(wanted);
            let walks = field.walks(place as u32);
            let costs: Vec<u32> = walks.iter().map(|w| w.cost).collect();
            assert_eq!(costs, expected_base, "round {round}, place {place}");
            assert_eq!(field.nearest(place as u32), walks.first().copied());
            compared += costs.len();

            let mut all = costs.clone();
            let gains = gained.iter().filter(|(p, _)| *p == place as u32);
            all.extend(gains.map(|(_, walk)| walk.cost));
            all.sort_unstable();
            all.truncate(wanted);
            let mut expected_all = expected(map, moment, places.of(place), &[&sites, &more]);
            expected_all.retain(|cost| *cost <= limit);
            expected_all.truncate(wanted);
            assert_eq!(all, expected_all, "round {round}, place {place}, added");
            added += usize::from(all != costs);
        }
    }
    assert!(compared > 1000, "{compared}");
    assert!(added > 300, "{added}");
}

/// Two nodes 100 m apart, joined by one edge of a way with the attributes `attr`.
fn lane(attr: Attr) -> (Topology, Table) {
    let mut parts = Parts::default();
    let ends = [
        Point {
            lon: 1_171_340_000,
            lat: 392_240_000,
        },
        Point {
            lon: 1_171_351_600,
            lat: 392_240_000,
        },
    ];
    for end in ends {
        parts.add_node(end);
    }
    let feature = parts.add_feature("routes/lane");
    let edge = Edge {
        from: 0,
        to: 1,
        length_dm: 1000,
        feature,
        kind: EdgeKind::Way,
    };
    parts.add_edge(edge, &[]);
    let table = Table {
        attrs: vec![attr],
        ..Table::default()
    };
    (Topology::new(parts).unwrap(), table)
}

#[test]
fn a_place_and_a_site_on_the_same_edge_are_joined_along_it() {
    let (topology, table) = lane(Attr::OPEN);
    let at = |offset_dm| Join {
        place: Place::OnEdge { edge: 0, offset_dm },
        extra: 0,
    };
    let mut places = Joins::default();
    places.push([at(300)]);
    let mut sites = Joins::default();
    sites.push([at(700)]);
    let moment = Moment {
        at: 0,
        measure: Measure::Length,
        heading: Heading::ToSite,
    };
    let profile = foot();
    let graph = Graph::new(&topology, &table, &profile, moment, &places);
    let field = graph
        .on(&topology, &table, &profile)
        .field(&sites, 1, u32::MAX);
    assert_eq!(field.walks(0), [Walk { cost: 400, site: 0 }]);
}

#[test]
fn the_limit_is_included_and_what_is_closed_is_not_walked() {
    let moment = Moment {
        at: 0,
        measure: Measure::Length,
        heading: Heading::ToSite,
    };
    let [mut places, mut sites] = [Joins::default(), Joins::default()];
    let at = |node| Join {
        place: Place::Node(node),
        extra: 10,
    };
    places.push([at(0)]);
    sites.push([at(1)]);
    let reached = |attr: Attr, limit: u32| {
        let (topology, table) = lane(attr);
        let profile = foot();
        let graph = Graph::new(&topology, &table, &profile, moment, &places);
        let field = graph
            .on(&topology, &table, &profile)
            .field(&sites, 1, limit);
        field.nearest(0).map(|walk| walk.cost)
    };
    assert_eq!(reached(Attr::OPEN, 1020), Some(1020));
    assert_eq!(reached(Attr::OPEN, 1019), None);
    assert_eq!(reached(Attr::CLOSED, 1020), None);
}
