//! The search that everything else is made of: from sources, forward in time, over labels for how somebody stands at a
//! node. Departure and arrival are tenths of a second since the epoch.
//!
//! All costs are time and waiting is allowed everywhere, so who is earlier at a place is never worse off (FIFO), and
//! settling labels in the order of their times is exact. Hours are checked when an edge is entered.

use super::attributes::{Attributes, HOURS_ALWAYS, HOURS_UNKNOWN};
use super::labels::{Label, Memory, NONE, State, ToDo};
use super::passage::{Phase, entry, usage};
use super::profile::{Mode, Profile};
use super::topology::{DirectedEdge, EdgeKind, Place, Topology};
use super::turns::FREE;

/// An end of a route: where somebody may set out or arrive, and what it costs to use this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// Where it is.
    pub place: Place,
    /// Tenths of a second for the way between the end and what it stands for: the metres to a position beside the
    /// network, the stairs behind a door.
    pub extra_ds: u32,
}

impl From<Place> for End {
    fn from(place: Place) -> End {
        End { place, extra_ds: 0 }
    }
}

/// How somebody must arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// In any mode.
    Any,
    /// On foot: a vehicle is parked before, at the latest at the target.
    OnFoot,
    /// With the vehicle, or in the only mode there is.
    WithVehicle,
}

/// A closure that counts as shut since the best route would wait too long at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shut {
    /// The feature with the hours, an index in the table of features.
    pub feature: u32,
    /// The mode for which the hours hold.
    pub mode: Mode,
}

/// How much a search may do.
#[derive(Clone, Copy)]
pub struct Limit<'a> {
    /// So many labels are looked at, at most.
    pub labels: u32,
    /// Asked now and then whether to stop.
    pub is_cancelled: &'a dyn Fn() -> bool,
}

impl Limit<'_> {
    /// No limit, for tests and small networks.
    pub const NONE: Limit<'static> = Limit {
        labels: u32::MAX,
        is_cancelled: &|| false,
    };
}

impl std::fmt::Debug for Limit<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Limit")
            .field("labels", &self.labels)
            .finish()
    }
}

/// The network as one query sees it.
#[derive(Debug)]
pub struct View<'a, A: ?Sized> {
    /// What is joined to what.
    pub topology: &'a Topology,
    /// Who may pass.
    pub attributes: &'a A,
    /// How somebody moves.
    pub profile: &'a Profile,
}

impl<A: ?Sized> Clone for View<'_, A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A: ?Sized> Copy for View<'_, A> {}

/// A lower bound of the time to the targets. It must be consistent: along an edge it falls by no more than the edge
/// takes.
pub trait Bound {
    /// The bound in tenths of a second, from a node.
    fn at(&mut self, state: &State) -> u32;
}

/// No bound: the search goes in all directions.
#[derive(Debug, Clone, Copy)]
pub struct Everywhere;

impl Bound for Everywhere {
    fn at(&mut self, _: &State) -> u32 {
        0
    }
}

/// What a search tells while it runs.
pub(super) trait Visit {
    /// A target was reached. Returns whether to go on.
    fn target(&mut self, _target: u32, _label: u32) -> bool {
        true
    }

    /// An edge was entered at a moment (tenths of a second since the departure). Its length takes `speed`, after
    /// `extra_ds`.
    fn entered(&mut self, _edge: DirectedEdge, _entered: u32, _speed: u32, _extra_ds: u32) {}
}

/// Why a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// All that can be reached was looked at.
    Exhausted,
    /// The visitor had what it wanted.
    Stopped,
    /// The limit was reached, or somebody cancelled.
    Limited,
}

/// A target on an edge, from one end of the edge: the node, the directed edge that leaves it, the length to go, the
/// number of the target and what it costs.
type OnEdge = (u32, DirectedEdge, u32, u32, u32);

/// The targets of a search by where they are.
#[derive(Debug, Default)]
pub(super) struct Targets {
    /// Nodes with the number of the target and what it costs, sorted by node.
    at_nodes: Vec<(u32, u32, u32)>,
    /// Targets on edges, by the node from which they are reached.
    on_edges: Vec<OnEdge>,
    count: u32,
}

impl Targets {
    pub(super) fn new(topology: &Topology, ends: &[End]) -> Targets {
        let mut targets = Targets {
            count: ends.len() as u32,
            ..Targets::default()
        };
        for (number, end) in ends.iter().enumerate() {
            let number = number as u32;
            match end.place {
                Place::Node(node) => targets.at_nodes.push((node, number, end.extra_ds)),
                Place::OnEdge { edge, offset_dm } => {
                    let length = topology.edge(edge).length_dm;
                    let forward = DirectedEdge::forward(edge);
                    for (directed, length) in [
                        (forward, offset_dm),
                        (forward.reversed(), length.saturating_sub(offset_dm)),
                    ] {
                        let node = topology.tail(directed);
                        let target = (node, directed, length, number, end.extra_ds);
                        targets.on_edges.push(target);
                    }
                }
            }
        }
        targets.at_nodes.sort_unstable();
        targets.on_edges.sort_unstable();
        targets
    }

    fn at_node(&self, node: u32) -> &[(u32, u32, u32)] {
        let from = self.at_nodes.partition_point(|t| t.0 < node);
        let until = from + self.at_nodes[from..].partition_point(|t| t.0 == node);
        &self.at_nodes[from..until]
    }

    fn beside(&self, node: u32) -> &[OnEdge] {
        let from = self.on_edges.partition_point(|t| t.0 < node);
        let until = from + self.on_edges[from..].partition_point(|t| t.0 == node);
        &self.on_edges[from..until]
    }
}

/// Who sets out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start<'a> {
    pub(super) ends: &'a [End],
    pub(super) mode: Mode,
    pub(super) depart: i64,
}

/// Where an edge leads: to its head or to a target on it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Goal {
    Node,
    Target { number: u32, extra_ds: u32 },
}

/// A use of an edge that is considered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Move {
    pub(super) edge: DirectedEdge,
    pub(super) length_dm: u32,
    pub(super) goal: Goal,
}

impl Move {
    fn to_target(&(_, edge, length_dm, number, extra_ds): &OnEdge) -> Move {
        Move {
            edge,
            length_dm,
            goal: Goal::Target { number, extra_ds },
        }
    }
}

/// What using an edge comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moved {
    /// Tenths of a second since the departure: when the edge could be entered but for its hours.
    pub(super) ready: u32,
    pub(super) entered: u32,
    pub(super) arrived: u32,
    pub(super) is_unknown: bool,
    pub(super) phase: Phase,
    pub(super) turn: u32,
    pub(super) speed: u32,
    pub(super) extra_ds: u32,
}

pub(super) struct Search<'a, A: ?Sized> {
    pub(super) view: View<'a, A>,
    pub(super) start: Start<'a>,
    pub(super) targets: &'a Targets,
    pub(super) finish: Finish,
    pub(super) shut: &'a [Shut],
    /// The edge that the way must lead over.
    pub(super) through: Option<u32>,
    /// Nothing later than so many tenths of a second after the departure is looked at.
    pub(super) horizon: u32,
    pub(super) limit: Limit<'a>,
}

impl<'a, A: Attributes + ?Sized> Search<'a, A> {
    /// What it takes to use an edge in a mode for who stands in a state since `time`. `None`: it can't be used.
    pub(super) fn try_move(&self, from: &State, time: u32, to: &Move, mode: Mode) -> Option<Moved> {
        let View {
            topology,
            attributes,
            profile,
        } = self.view;
        let edge = topology.edge(to.edge.edge());
        let attr = attributes.attr(edge.feature);
        let blocked = attributes.blocked(to.edge.edge());
        let usage = usage(profile, edge, to.edge, attr, blocked, mode).ok()?;
        let phase = from.phase.after(&usage)?;
        let mut turn = FREE;
        if mode == Mode::Ride && profile.obeys_turns {
            turn = topology.turns().next(from.turn, to.edge)?;
        }
        let ready = time.checked_add(self.change_ds(from, mode, to.edge)?)?;
        let (mut entered, mut is_unknown) = (ready, usage.hours == HOURS_UNKNOWN);
        if usage.hours != HOURS_ALWAYS && !is_unknown {
            let feature = edge.feature;
            if self.shut.contains(&Shut { feature, mode }) {
                return None;
            }
            let moment = self.start.depart.saturating_add(i64::from(ready));
            let (at, unknown) = entry(attributes, usage.hours, moment)?;
            let wait = u32::try_from(at.saturating_sub(moment)).ok()?;
            entered = ready.checked_add(wait)?;
            is_unknown = unknown;
        }
        Some(Moved {
            ready,
            entered,
            arrived: entered.checked_add(usage.duration_ds(to.length_dm))?,
            is_unknown,
            phase,
            turn,
            speed: usage.speed,
            extra_ds: usage.extra_ds,
        })
    }

    /// What it takes to change from one mode to another in front of an edge.
    fn change_ds(&self, from: &State, to: Mode, next: DirectedEdge) -> Option<u32> {
        let profile = self.view.profile;
        match (from.mode, to) {
            (a, b) if a == b => Some(0),
            (Mode::Ride, Mode::Push) => Some(profile.dismount_ds),
            (Mode::Push, Mode::Ride) => Some(profile.mount_ds),
            (Mode::Walk, _) => None,
            (_, _) if from.node == NONE => self.park_along_ds(next),
            (_, _) => self.park_at_ds(from.node),
        }
    }

    /// What parking at a node takes; `None` where it is not allowed.
    pub(super) fn park_at_ds(&self, node: u32) -> Option<u32> {
        let rule = self.view.profile.park?;
        let View {
            topology,
            attributes,
            ..
        } = self.view;
        let mut places = topology.parkings_at(node).iter();
        if places.any(|p| !attributes.attr(p.feature).closed) {
            return Some(rule.place_ds);
        }
        let anywhere = rule.anywhere_ds?;
        let out = topology.out(node);
        if out.iter().any(|d| self.may_stand_along(*d)) {
            Some(anywhere)
        } else {
            None
        }
    }

    fn park_along_ds(&self, edge: DirectedEdge) -> Option<u32> {
        let anywhere = self.view.profile.park?.anywhere_ds?;
        if self.may_stand_along(edge) {
            Some(anywhere)
        } else {
            None
        }
    }

    /// Whether a bike may be left standing along an edge: where it may be ridden or pushed, and nothing forbids it.
    fn may_stand_along(&self, edge: DirectedEdge) -> bool {
        let View {
            topology,
            attributes,
            profile,
        } = self.view;
        let number = edge.edge();
        let edge_data = topology.edge(number);
        if !matches!(edge_data.kind, EdgeKind::Way | EdgeKind::AreaCrossing) {
            return false;
        }
        let attr = attributes.attr(edge_data.feature);
        let blocked = attributes.blocked(number);
        !attr.no_parking
            && [edge, edge.reversed()].iter().any(|directed| {
                let modes = [Mode::Ride, Mode::Push];
                modes
                    .iter()
                    .any(|m| usage(profile, edge_data, *directed, attr, blocked, *m).is_ok())
            })
    }

    /// What arriving takes in a mode; `None` where nobody may arrive so.
    fn finish_ds(&self, mode: Mode, park_ds: impl FnOnce() -> Option<u32>) -> Option<u32> {
        match self.finish {
            Finish::OnFoot if mode.has_vehicle() => park_ds(),
            Finish::WithVehicle if !mode.has_vehicle() && self.start.mode.has_vehicle() => None,
            _ => Some(0),
        }
    }

    /// Runs until the visitor stops it, or nothing is left.
    pub(super) fn run<B: Bound, V: Visit>(
        &self,
        memory: &mut Memory,
        bound: &mut B,
        visit: &mut V,
    ) -> Ended {
        let nodes = self.view.topology.node_count() as u32;
        memory.begin(nodes as usize + self.targets.count as usize);
        for (number, end) in self.start.ends.iter().enumerate() {
            self.set_out(memory, bound, visit, number as u32, end);
        }
        let mut looked_at: u32 = 0;
        while let Some(number) = memory.pop() {
            let label = *memory.label(number);
            if label.state.node >= nodes {
                if !visit.target(label.state.node - nodes, number) {
                    return Ended::Stopped;
                }
                continue;
            }
            looked_at += 1;
            if looked_at > self.limit.labels
                || (looked_at % 256 == 0 && (self.limit.is_cancelled)())
            {
                return Ended::Limited;
            }
            if label.time > self.horizon {
                continue;
            }
            match memory.left_to_do(number) {
                ToDo::Nothing => {}
                ToDo::Only(edge) => {
                    let whole = self.whole(edge);
                    self.advance(memory, bound, visit, number, &label, &whole, Mode::Ride);
                    let beside = self.targets.beside(label.state.node).iter();
                    for target in beside.filter(|t| t.1 == edge && label.state.is_through) {
                        let part = Move::to_target(target);
                        self.advance(memory, bound, visit, number, &label, &part, Mode::Ride);
                    }
                }
                ToDo::All => self.look_around(memory, bound, visit, number, &label),
            }
        }
        Ended::Exhausted
    }

    fn whole(&self, edge: DirectedEdge) -> Move {
        Move {
            edge,
            length_dm: self.view.topology.edge(edge.edge()).length_dm,
            goal: Goal::Node,
        }
    }

    /// The first labels from a source.
    fn set_out<B: Bound, V: Visit>(
        &self,
        memory: &mut Memory,
        bound: &mut B,
        visit: &mut V,
        source: u32,
        end: &End,
    ) {
        let first = State {
            node: NONE,
            mode: self.start.mode,
            phase: Phase::Start,
            is_through: self.through.is_none(),
            came_by: NONE,
            turn: FREE,
        };
        let time = end.extra_ds;
        match end.place {
            Place::Node(node) => {
                let state = State { node, ..first };
                let bound = bound.at(&state);
                memory.offer(state, (time, 0), (NONE, source), bound);
            }
            Place::OnEdge { edge, offset_dm } => {
                let label = Label::source(first, time, source);
                let number = memory.push_source(label);
                let topology = self.view.topology;
                let length = topology.edge(edge).length_dm;
                let forward = DirectedEdge::forward(edge);
                for (directed, from) in [
                    (forward, offset_dm),
                    (forward.reversed(), length.saturating_sub(offset_dm)),
                ] {
                    let rest = Move {
                        edge: directed,
                        length_dm: length.saturating_sub(from),
                        goal: Goal::Node,
                    };
                    self.advance_in_all_modes(memory, bound, visit, number, &label, &rest);
                    for &(_, _, until, target, extra_ds) in self
                        .targets
                        .beside(topology.tail(directed))
                        .iter()
                        .filter(|t| t.1 == directed && t.2 >= from)
                    {
                        let part = Move {
                            edge: directed,
                            length_dm: until - from,
                            goal: Goal::Target {
                                number: target,
                                extra_ds,
                            },
                        };
                        self.advance_in_all_modes(memory, bound, visit, number, &label, &part);
                    }
                }
            }
        }
    }

    /// From a label along all edges at its node, and to the targets there.
    fn look_around<B: Bound, V: Visit>(
        &self,
        memory: &mut Memory,
        bound: &mut B,
        visit: &mut V,
        number: u32,
        label: &Label,
    ) {
        let node = label.state.node;
        for edge in self.view.topology.out(node) {
            let whole = self.whole(*edge);
            self.advance_in_all_modes(memory, bound, visit, number, label, &whole);
        }
        if !label.state.is_through {
            // The targets don't count before the gate.
            return;
        }
        for &(_, target, extra_ds) in self.targets.at_node(node) {
            let finish = self.finish_ds(label.state.mode, || self.park_at_ds(node));
            if let Some(finish) = finish {
                let cost = (label.time, label.unknowns);
                let extra = finish.saturating_add(extra_ds);
                self.arrive(
                    memory,
                    (number, label.source),
                    label.state,
                    cost,
                    (target, extra),
                );
            }
        }
        for target in self.targets.beside(node) {
            let part = Move::to_target(target);
            self.advance_in_all_modes(memory, bound, visit, number, label, &part);
        }
    }

    fn advance_in_all_modes<B: Bound, V: Visit>(
        &self,
        memory: &mut Memory,
        bound: &mut B,
        visit: &mut V,
        number: u32,
        label: &Label,
        to: &Move,
    ) {
        for mode in Mode::ALL {
            if self.view.profile.pace(mode).is_some() {
                self.advance(memory, bound, visit, number, label, to, mode);
            }
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn advance<B: Bound, V: Visit>(
        &self,
        memory: &mut Memory,
        bound: &mut B,
        visit: &mut V,
        number: u32,
        label: &Label,
        to: &Move,
        mode: Mode,
    ) {
        let turns_on_the_spot = label.state.came_by == to.edge.reversed().0;
        if mode == Mode::Ride && label.state.mode == Mode::Ride && turns_on_the_spot {
            return;
        }
        let moved = match self.try_move(&label.state, label.time, to, mode) {
            Some(moved) => moved,
            None => return,
        };
        // Only the whole edge leads through the gate.
        let edge = to.edge.edge();
        let is_gate = self.through == Some(edge)
            && matches!(to.goal, Goal::Node)
            && to.length_dm == self.view.topology.edge(edge).length_dm;
        let state = State {
            node: self.view.topology.head(to.edge),
            mode,
            phase: moved.phase,
            is_through: label.state.is_through || is_gate,
            came_by: to.edge.0,
            turn: moved.turn,
        };
        let unknowns = label.unknowns + u32::from(moved.is_unknown);
        match to.goal {
            Goal::Node => {
                visit.entered(to.edge, moved.entered, moved.speed, moved.extra_ds);
                let bound = bound.at(&state);
                let from = (number, label.source);
                memory.offer(state, (moved.arrived, unknowns), from, bound);
            }
            Goal::Target {
                number: target,
                extra_ds,
            } => {
                let finish = self.finish_ds(mode, || self.park_along_ds(to.edge));
                if let Some(finish) = finish {
                    let cost = (moved.arrived, unknowns);
                    let extra = finish.saturating_add(extra_ds);
                    self.arrive(memory, (number, label.source), state, cost, (target, extra));
                }
            }
        }
    }

    /// Offers the label of a target, which lies behind the last node.
    fn arrive(
        &self,
        memory: &mut Memory,
        from: (u32, u32),
        last: State,
        cost: (u32, u32),
        target: (u32, u32),
    ) {
        if !last.is_through {
            return;
        }
        let state = State {
            node: self.view.topology.node_count() as u32 + target.0,
            mode: Mode::Walk,
            phase: Phase::Start,
            is_through: true,
            // How the target was reached, for retracing. Labels of targets are not told apart by it.
            came_by: last.came_by,
            turn: last.mode as u32,
        };
        if let Some(time) = cost.0.checked_add(target.1) {
            memory.offer(state, (time, cost.1), from, 0);
        }
    }
}
