//! A simple search for comparison with the real one. Its states contain the last edges that were ridden, it uses no
//! bound and no pruning, and it implements the rules of passing independently.

use std::collections::{BTreeMap, BTreeSet};

use super::super::*;

/// The state of a traveller at a node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Standing {
    node: Option<u32>,
    mode: Mode,
    /// 0 on the private land of the start, 1 on public land, 2 on the private land of the end.
    phase: u8,
    /// The last edges that were ridden without a break, at most five, in order.
    ridden: Vec<DirectedEdge>,
    through: bool,
}

pub struct Oracle<'a> {
    pub topology: &'a Topology,
    pub table: &'a Table,
    pub profile: &'a Profile,
}

/// The result of using an edge: the new state, the wait in tenths of a second, and the arrival in tenths of a second
/// since the epoch.
type Used = (Standing, i64, i64);

impl Oracle<'_> {
    fn pass(&self, edge: DirectedEdge, mode: Mode) -> Option<(u32, u32, u32, Zone, bool)> {
        let data = self.topology.edge(edge.edge());
        let a = self.table.attr(data.feature);
        let b = self.table.blocked(edge.edge());
        let pace = self.profile.pace(mode)?;
        let fine = match mode {
            Mode::Ride => {
                let with = !edge.is_backward() && a.oneway != Oneway::Backward;
                let against = edge.is_backward() && a.oneway != Oneway::Forward;
                a.ebike == Admission::Yes && !b.ebike && (with || against)
            }
            Mode::Push => {
                let ebike = a.ebike == Admission::Yes || a.ebike == Admission::Dismount;
                ebike && a.foot != Admission::No && !b.ebike && !b.foot
            }
            Mode::Walk => a.foot != Admission::No && !b.foot,
        };
        let zone = self.profile.zones[a.access as usize];
        let narrow = a.width_dm > 0 && a.width_dm < pace.width_dm;
        let assumed = data.kind == EdgeKind::AssumedCrossing && mode != Mode::Walk;
        if !fine || a.closed || a.locked || narrow || assumed || zone == Zone::Never {
            return None;
        }
        let mut speed = u32::from(pace.speed[a.kind as usize]);
        if a.kind == WayKind::Steps {
            speed = speed.max(match a.ramp {
                Ramp::None => 0,
                Ramp::Bike => u32::from(pace.bike_ramp),
                Ramp::Wheelchair => u32::from(pace.wheelchair_ramp),
            });
        }
        speed = speed * u32::from(pace.surface_percent[a.surface as usize]) / 100;
        // The rise in the direction of travel; 127 and -127 say the direction only.
        let rise = i32::from(a.incline) * if edge.is_backward() { -1 } else { 1 };
        let most = i32::from(pace.steepest_percent);
        if most > 0 && a.kind != WayKind::Steps && rise.abs() <= 100 && rise.abs() > most {
            return None;
        }
        if rise >= 3 && speed > 0 {
            speed = (speed * u32::from(pace.climb_percent) / 100).max(1);
        }
        if mode == Mode::Ride && a.max_kmh > 0 && speed > u32::from(a.max_kmh) * 10 {
            speed = u32::from(a.max_kmh) * 10;
        }
        if speed == 0 {
            return None;
        }
        let extra =
            pace.extra_ds[a.kind as usize] + self.profile.credential_ds[a.credential as usize];
        let hours = match mode {
            Mode::Ride => a.ride_hours,
            Mode::Push => a.push_hours,
            Mode::Walk => a.walk_hours,
        };
        let land = data.kind == EdgeKind::Way || data.kind == EdgeKind::AreaCrossing;
        Some((speed, extra, hours, zone, land))
    }

    fn may_turn(&self, ridden: &[DirectedEdge], next: DirectedEdge) -> bool {
        if ridden.last() == Some(&next.reversed()) {
            return false;
        }
        if !self.profile.obeys_turns {
            return true;
        }
        self.topology
            .parts()
            .turns
            .iter()
            .filter(|t| !t.except_bikes)
            .all(|turn| {
                let mut edges = vec![turn.from];
                edges.extend(&turn.via);
                edges.push(turn.to);
                match turn.kind {
                    TurnKind::No => {
                        let mut now = ridden.to_vec();
                        now.push(next);
                        !now.ends_with(&edges)
                    }
                    TurnKind::Only => {
                        (1..edges.len()).all(|n| !ridden.ends_with(&edges[..n]) || edges[n] == next)
                    }
                }
            })
    }

    fn standable(&self, edge: u32) -> bool {
        let data = self.topology.edge(edge);
        let land = data.kind == EdgeKind::Way || data.kind == EdgeKind::AreaCrossing;
        let both = [DirectedEdge::forward(edge), DirectedEdge::backward(edge)];
        let goes = |d: &DirectedEdge| {
            self.pass(*d, Mode::Ride).is_some() || self.pass(*d, Mode::Push).is_some()
        };
        land && !self.table.attr(data.feature).no_parking && both.iter().any(goes)
    }

    fn parking(&self, node: Option<u32>, edge: u32) -> Option<i64> {
        let rule = self.profile.park?;
        let node = match node {
            Some(node) => node,
            None => {
                let fine = self.standable(edge);
                return rule.anywhere_ds.filter(|_| fine).map(i64::from);
            }
        };
        let parkings = self.topology.parts().parkings.iter();
        let open = |p: &Parking| p.node == node && !self.table.attr(p.feature).closed;
        if parkings.clone().any(open) {
            return Some(i64::from(rule.place_ds));
        }
        let edges = 0..self.topology.edge_count() as u32;
        let here = |e: &u32| {
            let data = self.topology.edge(*e);
            (data.from == node || data.to == node) && self.standable(*e)
        };
        let any = edges.into_iter().any(|e| here(&e));
        rule.anywhere_ds.filter(|_| any).map(i64::from)
    }

    /// Uses a part of an edge from a time on, in tenths of a second since the epoch. Closures in `shut` are closed.
    #[allow(clippy::too_many_arguments)]
    fn go(
        &self,
        from: &Standing,
        at: i64,
        edge: DirectedEdge,
        length: u32,
        mode: Mode,
        query: &Query<'_>,
        shut: &[Shut],
    ) -> Option<Used> {
        let (speed, extra, hours, zone, land) = self.pass(edge, mode)?;
        let phase = match (zone, from.phase) {
            (Zone::Never, _) => return None,
            (Zone::Through, phase) if !land => phase,
            (Zone::Through, 2) => return None,
            (Zone::Through, _) => 1,
            (Zone::Ends, 0) => 0,
            (Zone::Ends, _) => 2,
        };
        let mut ready = at;
        if from.mode != mode {
            let standing_here = from.node.is_some() && query.pick_up_at == from.node;
            ready += match (from.mode, mode) {
                (Mode::Walk, _) if standing_here => i64::from(self.profile.park?.leave_ds),
                (Mode::Walk, _) => return None,
                (Mode::Ride, Mode::Push) => i64::from(self.profile.dismount_ds),
                (Mode::Push, Mode::Ride) => i64::from(self.profile.mount_ds),
                _ if query.pick_up_at.is_some() => return None,
                _ => match (query.park_at, from.node) {
                    (ParkAt::Anywhere, _) => self.parking(from.node, edge.edge())?,
                    (ParkAt::Node(a), Some(b)) if a == b => self.parking(from.node, edge.edge())?,
                    _ => return None,
                },
            };
        }
        let mut ridden = Vec::new();
        if mode == Mode::Ride {
            if !self.may_turn(&from.ridden, edge) {
                return None;
            }
            ridden.clone_from(&from.ridden);
            ridden.push(edge);
            if ridden.len() > 5 {
                ridden.remove(0);
            }
        }
        let feature = self.topology.edge(edge.edge()).feature;
        let mut entered = ready;
        if hours != HOURS_ALWAYS && hours != HOURS_UNKNOWN {
            if shut.contains(&Shut { feature, mode }) {
                return None;
            }
            let hours = &self.table.hours[hours as usize];
            // The first time at which it is open or its hours are unknown.
            let opens = hours
                .open
                .iter()
                .filter(|(from, until)| until * 10 > ready && *from < hours.known_until);
            let opens = opens.map(|(from, _)| ready.max(from * 10)).min();
            let unknown = if hours.known_until == i64::MAX {
                None
            } else {
                Some(ready.max(hours.known_until * 10))
            };
            entered = match (opens, unknown) {
                (Some(a), Some(b)) => a.min(b),
                (a, b) => a.or(b)?,
            };
        }
        let tenths = (i64::from(length) * 36 + i64::from(speed) - 1) / i64::from(speed);
        let standing = Standing {
            node: Some(self.topology.head(edge)),
            mode,
            phase,
            ridden,
            through: from.through
                || query.through == Some(edge.edge())
                    && length == self.topology.edge(edge.edge()).length_dm,
        };
        Some((
            standing,
            entered - ready,
            entered + tenths + i64::from(extra),
        ))
    }

    fn finishing(
        &self,
        query: &Query<'_>,
        mode: Mode,
        node: Option<u32>,
        edge: u32,
    ) -> Option<i64> {
        match query.finish {
            Finish::OnFoot if mode != Mode::Walk => match query.park_at {
                ParkAt::Node(only) if Some(only) != node => None,
                _ => self.parking(node, edge),
            },
            Finish::WithVehicle
                if mode == Mode::Walk
                    && (query.mode != Mode::Walk || query.pick_up_at.is_some()) =>
            {
                None
            }
            _ => Some(0),
        }
    }

    /// The earliest arrival at each target; closures in `shut` are closed.
    pub fn arrivals(&self, query: &Query<'_>, shut: &[Shut]) -> Vec<Option<i64>> {
        let mut best: Vec<Option<i64>> = vec![None; query.to.len()];
        let mut improve = |target: usize, at: i64| {
            if best[target].map_or(true, |b| at < b) {
                best[target] = Some(at);
            }
        };
        let mut known: BTreeMap<Standing, i64> = BTreeMap::new();
        let mut open: BTreeSet<(i64, Standing)> = BTreeSet::new();
        let mut found: Vec<(Standing, i64)> = Vec::new();
        let forward = DirectedEdge::forward;
        let parts = |edge: u32, offset: u32| {
            let length = self.topology.edge(edge).length_dm;
            [
                (forward(edge), offset),
                (forward(edge).reversed(), length - offset),
            ]
        };
        for end in query.from {
            let at = query.depart + i64::from(end.extra_ds);
            let mut standing = Standing {
                node: None,
                mode: query.mode,
                phase: 0,
                ridden: Vec::new(),
                through: query.through.is_none(),
            };
            match end.place {
                Place::Node(node) => {
                    standing.node = Some(node);
                    found.push((standing, at));
                }
                Place::OnEdge { edge, offset_dm } => {
                    let length = self.topology.edge(edge).length_dm;
                    for (directed, gone) in parts(edge, offset_dm) {
                        for mode in Mode::ALL {
                            let rest = length - gone;
                            let used = self.go(&standing, at, directed, rest, mode, query, shut);
                            found.extend(used.map(|(standing, _, at)| (standing, at)));
                            for (number, target) in query.to.iter().enumerate() {
                                let offset = match target.place {
                                    Place::OnEdge { edge: e, offset_dm } if e == edge => offset_dm,
                                    _ => continue,
                                };
                                let until =
                                    parts(edge, offset)[usize::from(directed.is_backward())].1;
                                if until < gone {
                                    continue;
                                }
                                let piece = until - gone;
                                let used =
                                    self.go(&standing, at, directed, piece, mode, query, shut);
                                let finish = self.finishing(query, mode, None, edge);
                                if let (Some((_, _, at)), Some(finish)) = (used, finish) {
                                    if standing.through {
                                        improve(number, at + finish + i64::from(target.extra_ds));
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        loop {
            for (standing, at) in found.drain(..) {
                let old = known.get(&standing).copied();
                if old.map_or(true, |old| at < old) {
                    if let Some(old) = old {
                        open.remove(&(old, standing.clone()));
                    }
                    known.insert(standing.clone(), at);
                    open.insert((at, standing));
                }
            }
            let (at, standing) = match open.iter().next().cloned() {
                Some(next) => next,
                None => break,
            };
            open.remove(&(at, standing.clone()));
            let node = standing.node.unwrap();
            for (number, target) in query.to.iter().enumerate() {
                let extra = i64::from(target.extra_ds);
                match target.place {
                    Place::Node(n) => {
                        let finish = self.finishing(query, standing.mode, Some(node), 0);
                        if let (true, true, Some(f)) = (n == node, standing.through, finish) {
                            improve(number, at + f + extra);
                        }
                    }
                    Place::OnEdge { edge, offset_dm } => {
                        for (directed, length) in parts(edge, offset_dm) {
                            for mode in Mode::ALL {
                                if self.topology.tail(directed) != node {
                                    continue;
                                }
                                let used =
                                    self.go(&standing, at, directed, length, mode, query, shut);
                                let finish = self.finishing(query, mode, None, edge);
                                if let (Some((_, _, at)), Some(finish)) = (used, finish) {
                                    if standing.through {
                                        improve(number, at + finish + extra);
                                    }
                                }
                            }
                        }
                    }
                }
            }
            for edge in 0..self.topology.edge_count() as u32 {
                for directed in [forward(edge), forward(edge).reversed()] {
                    if self.topology.tail(directed) != node {
                        continue;
                    }
                    let length = self.topology.edge(edge).length_dm;
                    for mode in Mode::ALL {
                        let used = self.go(&standing, at, directed, length, mode, query, shut);
                        found.extend(used.map(|(standing, _, at)| (standing, at)));
                    }
                }
            }
        }
        best
    }

    /// Follows a route step by step and returns the arrival time.
    pub fn walk(&self, route: &Route, query: &Query<'_>, shut: &[Shut]) -> i64 {
        let from = query.from[route.source];
        let to = query.to[route.target];
        let mut at = query.depart + i64::from(from.extra_ds);
        let mut standing = Standing {
            node: None,
            mode: query.mode,
            phase: 0,
            ridden: Vec::new(),
            through: query.through.is_none(),
        };
        if let Place::Node(node) = from.place {
            standing.node = Some(node);
        }
        let mut edge = 0;
        for step in &route.steps {
            edge = step.edge.edge();
            let length = self.topology.edge(edge).length_dm;
            match (standing.node, from.place) {
                (Some(node), _) => {
                    assert_eq!((self.topology.tail(step.edge), step.from_dm), (node, 0))
                }
                (None, Place::OnEdge { edge: e, offset_dm }) => {
                    let gone = if step.edge.is_backward() {
                        length - offset_dm
                    } else {
                        offset_dm
                    };
                    assert_eq!((edge, step.from_dm), (e, gone));
                }
                (None, Place::Node(_)) => panic!("stands nowhere"),
            }
            let piece = step.to_dm - step.from_dm;
            let used = self.go(&standing, at, step.edge, piece, step.mode, query, shut);
            let (next, waited, arrived) = used.expect("a step that is not allowed");
            assert_eq!((waited, arrived), (i64::from(step.wait_ds), step.arrived));
            standing = next;
            if step.to_dm != length {
                standing.node = None;
            }
            at = arrived;
        }
        assert!(standing.through);
        let node = match to.place {
            Place::Node(node) => {
                assert_eq!(standing.node, Some(node));
                Some(node)
            }
            Place::OnEdge { edge: e, offset_dm } => {
                let step = route.steps.last().unwrap();
                let length = self.topology.edge(e).length_dm;
                let there = if step.edge.is_backward() {
                    length - offset_dm
                } else {
                    offset_dm
                };
                assert_eq!((e, there), (edge, step.to_dm));
                None
            }
        };
        let finish = self.finishing(query, standing.mode, node, edge).unwrap();
        assert_eq!(finish, i64::from(route.park_ds));
        at + finish + i64::from(to.extra_ds)
    }
}
