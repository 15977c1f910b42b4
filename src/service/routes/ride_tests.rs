//! Compares routes by e-bike over the demo district with a plain Dijkstra that knows no bounds and no pruning.

use std::collections::{BTreeSet, HashMap};

use super::tests::{DEMO, hours_and_storms, profile};
use super::*;
use crate::network::core::{
    Admission, Attributes as _, DirectedEdge, EdgeKind, Entry, Finish, HOURS_ALWAYS, HOURS_UNKNOWN,
    Memory, Mode, Place, Query, Shut, Topology, TurnKind, Zone, usage,
};

/// The state of a rider at a node: the mode of arrival, the phase of the route (0: on private land at the origin, 1: on
/// public ways, 2: on private land at the destination), and the last edges ridden on which a turn restriction depends.
type State = (u32, Mode, u8, Vec<DirectedEdge>);

struct Plain<'a> {
    ground: &'a Ground,
    topology: &'a Topology,
    profile: &'a Profile,
    /// The edges of each turn restriction that binds e-bikes, in order.
    turns: Vec<(TurnKind, Vec<DirectedEdge>)>,
}

impl<'a> Plain<'a> {
    fn new(ground: &'a Ground, profile: &'a Profile) -> Self {
        let topology = &ground.ways().unwrap().topology;
        let turns = topology
            .parts()
            .turns
            .iter()
            .filter(|turn| !turn.except_bikes);
        let turns = turns.map(|turn| {
            let mut edges = vec![turn.from];
            edges.extend(&turn.via);
            edges.push(turn.to);
            (turn.kind, edges)
        });
        Self {
            ground,
            topology,
            profile,
            turns: turns.collect(),
        }
    }

    fn goes(&self, edge: DirectedEdge, mode: Mode) -> bool {
        let data = self.topology.edge(edge.edge());
        let (attr, blocked) = (
            self.ground.table.attr(data.feature),
            self.ground.table.blocked(edge.edge()),
        );
        usage(self.profile, data, edge, attr, blocked, mode).is_ok()
    }

    /// The time to leave the vehicle at a node, if that is allowed.
    fn parking(&self, node: u32) -> Option<i64> {
        let rule = self.profile.park.unwrap();
        let is_open = |feature: u32| !self.ground.table.attr(feature).closed;
        let mut places = self.topology.parkings().iter();
        if places.any(|place| place.node == node && is_open(place.feature)) {
            return Some(i64::from(rule.place_ds));
        }
        let may_stand = |edge: &DirectedEdge| {
            let data = self.topology.edge(edge.edge());
            let is_way = matches!(data.kind, EdgeKind::Way | EdgeKind::AreaCrossing);
            let both = [*edge, edge.reversed()];
            let goes = both
                .iter()
                .any(|e| self.goes(*e, Mode::Ride) || self.goes(*e, Mode::Push));
            is_way && goes && !self.ground.table.attr(data.feature).no_parking
        };
        let any = self.topology.out(node).iter().any(may_stand);
        rule.anywhere_ds.filter(|_| any).map(i64::from)
    }

    /// The edges ridden after another one, or `None` if that is forbidden.
    fn ridden(&self, before: &[DirectedEdge], next: DirectedEdge) -> Option<Vec<DirectedEdge>> {
        if before.last() == Some(&next.reversed()) {
            return None;
        }
        let mut now = before.to_vec();
        now.push(next);
        for (kind, edges) in &self.turns {
            let is_forbidden = match kind {
                TurnKind::No => now.ends_with(edges),
                TurnKind::Only => {
                    (1..edges.len()).any(|n| before.ends_with(&edges[..n]) && edges[n] != next)
                }
            };
            if is_forbidden {
                return None;
            }
        }
        // Keeps the longest end of the ridden edges that is the beginning of a turn restriction; earlier edges
        // no longer matter.
        let begins = |n: &usize| {
            let last = &now[now.len() - n..];
            self.turns.iter().any(|(_, edges)| edges.starts_with(last))
        };
        let kept = (1..=now.len()).filter(begins).max().unwrap_or(1);
        Some(now.split_off(now.len() - kept))
    }

    fn after(
        &self,
        (_, mode, phase, ridden): &State,
        now: i64,
        edge: DirectedEdge,
        next: Mode,
        shut: &[Shut],
    ) -> Option<(State, i64)> {
        let data = self.topology.edge(edge.edge());
        let table = &self.ground.table;
        let (attr, blocked) = (table.attr(data.feature), table.blocked(edge.edge()));
        let used = usage(self.profile, data, edge, attr, blocked, next).ok()?;
        let phase = match (*phase, used.zone) {
            (_, Zone::Never) | (2, Zone::Through) if !used.is_neutral => return None,
            (phase, _) if used.is_neutral => phase,
            (_, Zone::Through) => 1,
            (0, _) => 0,
            _ => 2,
        };
        let change = match (*mode, next) {
            (a, b) if a == b => 0,
            (Mode::Walk, _) => return None,
            (Mode::Ride, Mode::Push) => i64::from(self.profile.dismount_ds),
            (Mode::Push, Mode::Ride) => i64::from(self.profile.mount_ds),
            _ => self.parking(self.topology.tail(edge))?,
        };
        let ridden = match next {
            Mode::Ride => self.ridden(ridden, edge)?,
            Mode::Push | Mode::Walk => Vec::new(),
        };
        let ready = now + change;
        let feature = data.feature;
        let entered = match used.hours {
            HOURS_ALWAYS | HOURS_UNKNOWN => ready,
            _ if shut.contains(&Shut {
                feature,
                mode: next,
            }) =>
            {
                return None;
            }
            hours => match table.hours(hours).entry(ready) {
                Entry::At(at) | Entry::Unknown(at) => at,
                Entry::Never => return None,
            },
        };
        let state = (self.topology.head(edge), next, phase, ridden);
        Some((state, entered + i64::from(used.duration_ds(data.length_dm))))
    }

    /// The earliest arrival on foot, with the vehicle left somewhere.
    fn arrival(&self, from: u32, to: u32, depart: i64, shut: &[Shut]) -> Option<i64> {
        let start: State = (from, Mode::Ride, 0, Vec::new());
        let mut best = HashMap::from([(start.clone(), depart)]);
        let mut open = BTreeSet::from([(depart, start)]);
        let mut arrived: Option<i64> = None;
        while let Some((now, state)) = open.pop_first() {
            if arrived.is_some_and(|at| at <= now) {
                break;
            }
            if state.0 == to {
                let finish = match state.1 {
                    Mode::Walk => Some(0),
                    Mode::Ride | Mode::Push => self.parking(to),
                };
                if let Some(finish) = finish {
                    arrived = Some(arrived.map_or(now + finish, |at| at.min(now + finish)));
                }
            }
            for edge in self.topology.out(state.0) {
                for mode in Mode::ALL {
                    let Some((next, at)) = self.after(&state, now, *edge, mode, shut) else {
                        continue;
                    };
                    let known = best.entry(next.clone()).or_insert(i64::MAX);
                    if at < *known {
                        open.remove(&(*known, next.clone()));
                        *known = at;
                        open.insert((at, next));
                    }
                }
            }
        }
        arrived
    }
}

#[test]
fn by_e_bike_the_search_equals_a_plain_one_over_the_demo_at_all_hours_and_in_a_storm() {
    let ebike = profile("ebike");
    let ways = DEMO.ways().unwrap();
    let topology = &ways.topology;
    let doors = topology.doors();
    let mut number = 11_u64;
    let mut random = |below: usize| {
        number = number
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (number >> 33) as usize % below
    };
    let (mut found, mut pushed, mut closed, mut walked) = (0, 0, 0, 0);
    for (ground, depart) in hours_and_storms() {
        let plain = Plain::new(&ground, &ebike);
        assert!(!plain.turns.is_empty());
        for _ in 0..crate::rounds(20, 100) {
            let edge = (0..1000)
                .map(|_| DirectedEdge::forward(random(topology.edge_count()) as u32))
                .find(|edge| {
                    topology.edge(edge.edge()).kind == EdgeKind::Way
                        && plain.goes(*edge, Mode::Ride)
                });
            let from = topology.tail(edge.unwrap());
            let door = doors[random(doors.len())];
            let Place::Node(to) = door.place else {
                panic!("a door lies at a node");
            };
            let ends = ([Place::Node(from).into()], [door.place.into()]);
            let tenths = depart.as_millisecond() / 100;
            let query = Query {
                finish: Finish::OnFoot,
                ..Query::new(&ends.0, &ends.1, tenths, Mode::Ride)
            };
            let route = ground.view(ways, &ebike).route(&mut Memory::new(), &query);
            let (arrive, shut) = match &route {
                Ok(route) => (Some(route.arrive), &route.shut),
                Err(none) => (None, &none.shut),
            };
            assert_eq!(
                plain.arrival(from, to, tenths, shut),
                arrive,
                "{from} to {to} at {depart}"
            );
            closed += usize::from(!shut.is_empty());
            let Ok(route) = route else {
                continue;
            };
            found += 1;
            pushed += usize::from(route.steps.iter().any(|s| s.mode == Mode::Push));
            walked += usize::from(route.steps.iter().any(|s| s.mode == Mode::Walk));
            for step in route.steps.iter().filter(|step| step.mode == Mode::Ride) {
                let edge = topology.edge(step.edge.edge());
                assert_eq!(ground.table.attr(edge.feature).ebike, Admission::Yes);
            }
        }
    }
    println!("{found} routes, {pushed} pushed, {walked} walked, {closed} with closures");
    assert!(
        found > 40 && pushed > 3 && walked > 40 && closed > 0,
        "{found} {pushed} {walked} {closed}"
    );
}
