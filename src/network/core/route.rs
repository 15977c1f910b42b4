//! Finds the best route from one of several places to one of several others, as a list of edges with times.

use super::attributes::Attributes;
use super::bound::{Bound, StraightLine};
use super::edge::{DirectedEdge, Place};
use super::enclosed::Patience;
use super::ends::{End, Goal, Move, Targets};
use super::hierarchy::ByClass;
use super::labels::{Label, Memory, NONE, State};
use super::limit::Limit;
use super::moves::Mover;
use super::passage::Phase;
use super::potentials::{BestCase, Potentials};
use super::profile::Mode;
use super::query::{LONGEST_WAIT_DS, Query, Shut};
use super::search::{Ended, Search, Visit};
use super::turns::FREE;
use super::view::View;

/// The maximum number of times that a route is searched, each time with more closures that count as shut.
const MOST_ROUNDS: usize = 64;

/// The number of labels after which a search checks whether closed gates enclose the targets. Most searches end
/// before. Tests have small networks and use a smaller number.
const FEW_LABELS: u32 = if cfg!(test) { 6 } else { 3000 };

/// The use of one edge, or of a part of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The edge, in the direction of travel.
    pub edge: DirectedEdge,
    /// The beginning, in decimetres from the tail of the directed edge.
    pub from_dm: u32,
    /// The end, in decimetres from the tail of the directed edge.
    pub to_dm: u32,
    /// The mode of travel.
    pub mode: Mode,
    /// The time to change to this mode before the edge, in tenths of a second.
    pub change_ds: u32,
    /// The wait before the edge, in tenths of a second.
    pub wait_ds: u32,
    /// The time of entering the edge, in tenths of a second since the epoch.
    pub entered: i64,
    /// The time of reaching the end, in tenths of a second since the epoch.
    pub arrived: i64,
    /// Whether the hours of the edge are unknown at that time.
    pub is_unknown: bool,
}

/// A route from one of the sources to one of the targets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The index of its source in the `from` of the query.
    pub source: usize,
    /// The index of its target in the `to` of the query.
    pub target: usize,
    /// The departure time, in tenths of a second since the epoch.
    pub depart: i64,
    /// The arrival time, in tenths of a second since the epoch, including the extra times of source and target.
    pub arrive: i64,
    /// The edges that it uses, in order.
    pub steps: Vec<Step>,
    /// The time to park at the target, in tenths of a second; 0 if nothing is parked there.
    pub park_ds: u32,
    /// The number of unknown opening hours along the route.
    pub unknowns: u32,
    /// The closures that count as shut, because earlier routes had to wait too long at them.
    pub shut: Vec<Shut>,
}

impl Route {
    /// The duration in tenths of a second.
    pub fn duration_ds(&self) -> i64 {
        self.arrive - self.depart
    }

    /// The length in decimetres.
    pub fn length_dm(&self) -> u64 {
        let lengths = self.steps.iter().map(|s| u64::from(s.to_dm - s.from_dm));
        lengths.sum()
    }
}

/// The error if a query has no route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoRoute {
    /// The reason why there is no route.
    pub why: Why,
    /// The closures that count as shut. If the traveller waited at them, there might be a route with long waits.
    pub shut: Vec<Shut>,
}

/// The reason why there is no route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// No route leads to a target.
    Unreachable,
    /// A route leads to a target, but none leads back.
    NoWayBack,
    /// The limit was reached before the search ended.
    Limited,
    /// A source or a target lies at a place that does not exist.
    NoSuchPlace,
}

/// Keeps the label of the target that is reached first.
struct First(Option<(u32, u32)>);

impl Visit for First {
    fn target(&mut self, target: u32, label: u32, _: &Label) -> bool {
        self.0 = Some((target, label));
        false
    }
}

impl<'v, A: Attributes + ?Sized> View<'v, A> {
    /// Finds the best route.
    pub fn route(&self, memory: &mut Memory, query: &Query<'_>) -> Result<Route, NoRoute> {
        let mut distances = std::mem::take(&mut memory.distances);
        let route = match self.best_case(&mut distances, query) {
            Some(mut bound) => self.route_by(memory, query, &mut bound),
            None => self.route_by(memory, query, &mut self.straight_line(query)),
        };
        memory.distances = distances;
        route
    }

    /// Whether there are potentials for this topology and profile.
    pub(super) fn has_bounds(&self) -> bool {
        let fits = |potentials: &Potentials| potentials.fits(self.topology, self.profile);
        self.potentials.map_or(false, fits)
    }

    /// The bound from potentials, if there are potentials for this topology and profile.
    pub(super) fn best_case<'q>(
        &'q self,
        distances: &'q mut ByClass,
        query: &Query<'q>,
    ) -> Option<BestCase<'q, A>> {
        let potentials = self.potentials?;
        if !potentials.fits(self.topology, self.profile) || !self.has_places(query) {
            return None;
        }
        let mover = Mover {
            terrain: self.terrain(),
            query: *query,
            shut: &[],
        };
        let straight = self.straight_line(query);
        Some(BestCase::new(potentials, distances, mover, straight))
    }

    /// The bound from straight lines.
    pub(super) fn straight_line(&self, query: &Query<'_>) -> StraightLine<'_> {
        let mut bound = StraightLine::new(self.topology, self.profile, query.to);
        if query.pick_up_at.is_some() {
            bound = bound.with_pick_up();
        }
        match query.through {
            Some(gate) if (gate as usize) < self.topology.edge_count() => bound.through(gate),
            _ => bound,
        }
    }

    /// Finds the best route with a given bound.
    pub fn route_by<B: Bound>(
        &self,
        memory: &mut Memory,
        query: &Query<'_>,
        bound: &mut B,
    ) -> Result<Route, NoRoute> {
        let mut shut: Vec<Shut> = Vec::new();
        if !self.has_places(query) {
            let why = Why::NoSuchPlace;
            return Err(NoRoute { why, shut });
        }
        let targets = Targets::new(self.topology, query.to);
        for _ in 0..MOST_ROUNDS {
            // Closures with too long a wait count as shut in the end anyway, so such waits are not tried.
            let route = self.route_with_shut(
                memory,
                query,
                &targets,
                bound,
                (&mut shut, Patience::Limited),
            );
            let mut route = match route {
                Ok(route) => route,
                Err(why) => return Err(NoRoute { why, shut }),
            };
            let long = route.steps.iter().filter(|s| s.wait_ds > LONGEST_WAIT_DS);
            let closures = long.map(|s| Shut {
                feature: self.topology.edge(s.edge.edge()).feature,
                mode: s.mode,
            });
            let before = shut.len();
            shut.extend(closures);
            if shut.len() == before {
                route.shut = shut;
                return Ok(route);
            }
        }
        let why = Why::Limited;
        Err(NoRoute { why, shut })
    }

    /// Whether all places of a query exist.
    pub(super) fn has_places(&self, query: &Query<'_>) -> bool {
        let (nodes, edges) = (self.topology.node_count(), self.topology.edge_count());
        let is_below =
            |index: Option<u32>, count: usize| index.map_or(true, |i| (i as usize) < count);
        let mut ends = query.from.iter().chain(query.to);
        ends.all(|end| self.topology.has(end.place))
            && is_below(query.through, edges)
            && is_below(query.pick_up_at, nodes)
    }

    /// Creates the search for a query.
    pub(super) fn search<'q>(
        &self,
        query: &Query<'q>,
        targets: &'q Targets,
        shut: &'q [Shut],
        horizon: u32,
    ) -> Search<'q, A>
    where
        'v: 'q,
    {
        Search {
            mover: Mover {
                terrain: self.terrain(),
                query: *query,
                shut,
            },
            targets,
            horizon,
            patience: u32::MAX,
        }
    }

    /// Finds the best route if the closures in `shut` count as closed. It may wait at others for any time. With
    /// limited patience, there may be no result if every route has to wait too long; then the closures are added to
    /// `shut`.
    pub(super) fn route_with_shut<B: Bound>(
        &self,
        memory: &mut Memory,
        query: &Query<'_>,
        targets: &Targets,
        bound: &mut B,
        (shut, patience): (&mut Vec<Shut>, Patience),
    ) -> Result<Route, Why> {
        let few = Query {
            limit: Limit {
                labels: query.limit.labels.min(FEW_LABELS),
                ..query.limit
            },
            ..*query
        };
        let mut search = self.search(&few, targets, shut, query.within_ds);
        let mut first = First(None);
        let mut ended = search.run(memory, bound, &mut first);
        if ended == Ended::Limited && query.limit.labels > FEW_LABELS {
            if let Some(closed) = self.enclosing(query, shut, patience) {
                shut.extend(closed);
                return Err(Why::Unreachable);
            }
            search = self.search(query, targets, shut, query.within_ds);
            ended = search.run(memory, bound, &mut first);
        }
        match first.0 {
            Some((target, label)) => search
                .retrace(memory, label, target, &query.to[target as usize])
                .ok_or(Why::Unreachable),
            None if ended == Ended::Limited => Err(Why::Limited),
            None => Err(Why::Unreachable),
        }
    }
}

impl<A: Attributes + ?Sized> Search<'_, A> {
    /// Reconstructs the route to the label of a target, edge by edge.
    pub(super) fn retrace(
        &self,
        memory: &Memory,
        reached: u32,
        target: u32,
        end: &End,
    ) -> Option<Route> {
        let last = memory.label(reached);
        let mut moves: Vec<(DirectedEdge, Mode)> = Vec::new();
        if let Place::OnEdge { .. } = end.place {
            let mode = *Mode::ALL.get(last.state.turn as usize)?;
            moves.push((DirectedEdge(last.state.came_by), mode));
        }
        let mut at = last.origin.parent;
        while at != NONE {
            let label = memory.label(at);
            if label.state.came_by != NONE {
                moves.push((DirectedEdge(label.state.came_by), label.state.mode));
            }
            at = label.origin.parent;
        }
        moves.reverse();
        let from = self.mover.query.from.get(last.origin.source as usize)?;
        let moment = |time: u32| self.mover.query.depart + i64::from(time);
        let mut state = State {
            node: NONE,
            mode: self.mover.query.mode,
            phase: Phase::Start,
            is_through: true,
            came_by: NONE,
            turn: FREE,
        };
        if let Place::Node(node) = from.place {
            state.node = node;
        }
        let (mut time, mut unknowns, count) = (from.extra_ds, 0, moves.len());
        let mut steps = Vec::with_capacity(count);
        for (number, (edge, mode)) in moves.into_iter().enumerate() {
            let length = self.mover.terrain.topology.edge(edge.edge()).length_dm;
            let along = |offset: u32| {
                if edge.is_backward() {
                    length - offset
                } else {
                    offset
                }
            };
            let (mut from_dm, mut to_dm) = (0, length);
            match from.place {
                Place::OnEdge { offset_dm, .. } if number == 0 => from_dm = along(offset_dm),
                _ => {}
            }
            match end.place {
                Place::OnEdge { offset_dm, .. } if number + 1 == count => to_dm = along(offset_dm),
                _ => {}
            }
            let to = Move {
                edge,
                from_dm,
                length_dm: to_dm.checked_sub(from_dm)?,
                goal: Goal::Node,
            };
            let moved = self.mover.try_move(&state, time, &to, mode)?;
            steps.push(Step {
                edge,
                from_dm,
                to_dm,
                mode,
                change_ds: moved.ready - time,
                wait_ds: moved.wait_ds(),
                entered: moment(moved.entered),
                arrived: moment(moved.arrived),
                is_unknown: moved.is_unknown,
            });
            unknowns += u32::from(moved.is_unknown);
            time = moved.arrived;
            state = State {
                node: self.mover.terrain.topology.head(edge),
                mode,
                phase: moved.phase,
                is_through: true,
                came_by: edge.0,
                turn: moved.turn,
            };
        }
        let left = last.time.checked_sub(time)?.checked_sub(end.extra_ds)?;
        Some(Route {
            source: last.origin.source as usize,
            target: target as usize,
            depart: self.mover.query.depart,
            arrive: moment(last.time),
            steps,
            park_ds: left,
            unknowns,
            shut: Vec::new(),
        })
    }
}
