//! The basic search: from the sources, forward in time. It works on labels; each is the state of a traveller at a
//! node. Departure and arrival are tenths of a second since the epoch.
//!
//! All costs are times and waiting is allowed everywhere, so an earlier arrival is never worse (FIFO), and settling
//! labels in the order of their times is exact. Hours are checked when an edge is entered.

use super::attributes::Attributes;
use super::bound::Bound;
use super::edge::{DirectedEdge, Place};
use super::ends::{End, Goal, Move, Targets};
use super::hierarchy::NEVER;
use super::labels::{Label, Memory, NONE, Origin, State, ToDo};
use super::moves::{Moved, Mover};
use super::passage::Phase;
use super::profile::Mode;
use super::query::LONGEST_WAIT_DS;
use super::turns::FREE;

/// Receives the results of a search while it runs.
pub(super) trait Visit {
    /// A target was reached. Returns whether to continue.
    fn target(&mut self, _target: u32, _number: u32, _label: &Label) -> bool {
        true
    }

    /// An edge is used.
    fn used(&mut self, _to: &Move, _moved: &Moved) {}
}

/// Why a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// Everything that can be reached is settled.
    Exhausted,
    /// The visitor stopped it.
    Stopped,
    /// The limit was reached, or the caller cancelled the search.
    Limited,
}

/// A search that is about to run.
pub(super) struct Search<'a, A: ?Sized> {
    pub(super) mover: Mover<'a, A>,
    pub(super) targets: &'a Targets,
    /// The longest time after the departure that is considered, in tenths of a second.
    pub(super) horizon: u32,
    /// The longest wait in front of an edge, in tenths of a second.
    pub(super) patience: u32,
}

impl<A: Attributes + ?Sized> Search<'_, A> {
    /// Runs until the visitor stops the search, nothing is left to settle, or the limit is reached.
    pub(super) fn run<B: Bound, V: Visit>(
        &self,
        memory: &mut Memory,
        bound: &mut B,
        visit: &mut V,
    ) -> Ended {
        let nodes = self.mover.terrain.topology.node_count() as u32;
        memory.begin(nodes as usize + self.targets.count as usize);
        for (number, end) in self.mover.query.from.iter().enumerate() {
            self.set_out(memory, bound, visit, number as u32, end);
        }
        let mut looked_at: u32 = 0;
        while let Some(number) = memory.pop() {
            let label = *memory.label(number);
            if label.state.node >= nodes {
                if !visit.target(label.state.node - nodes, number, &label) {
                    return Ended::Stopped;
                }
                continue;
            }
            looked_at += 1;
            if looked_at > self.mover.query.limit.labels
                || (looked_at % 256 == 0 && (self.mover.query.limit.is_cancelled)())
            {
                return Ended::Limited;
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
            from_dm: 0,
            length_dm: self.mover.terrain.topology.edge(edge.edge()).length_dm,
            goal: Goal::Node,
        }
    }

    /// Creates the first labels from a source.
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
            mode: self.mover.query.mode,
            phase: Phase::Start,
            is_through: self.mover.query.through.is_none(),
            came_by: NONE,
            turn: FREE,
        };
        let time = end.extra_ds;
        match end.place {
            Place::Node(node) => {
                let state = State { node, ..first };
                let bound = bound.at(&state);
                if bound != NEVER && time.saturating_add(bound) <= self.horizon {
                    memory.offer(state, (time, 0), Origin::source(source), bound);
                }
            }
            Place::OnEdge { edge, offset_dm } => {
                let label = Label::source(first, time, source);
                let number = memory.push_source(label);
                let topology = self.mover.terrain.topology;
                let length = topology.edge(edge).length_dm;
                let forward = DirectedEdge::forward(edge);
                for (directed, from) in [
                    (forward, offset_dm),
                    (forward.reversed(), length.saturating_sub(offset_dm)),
                ] {
                    let rest = Move {
                        edge: directed,
                        from_dm: from,
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
                            from_dm: from,
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

    /// Uses all edges at a label's node, and reaches the targets there.
    fn look_around<B: Bound, V: Visit>(
        &self,
        memory: &mut Memory,
        bound: &mut B,
        visit: &mut V,
        number: u32,
        label: &Label,
    ) {
        let node = label.state.node;
        for edge in self.mover.terrain.topology.out(node) {
            let whole = self.whole(*edge);
            self.advance_in_all_modes(memory, bound, visit, number, label, &whole);
        }
        if !label.state.is_through {
            // Targets before the gate do not count.
            return;
        }
        for &(_, target, extra_ds) in self.targets.at_node(node) {
            let finish = self
                .mover
                .finish_ds(label.state.mode, Some(node), || self.mover.park_at_ds(node));
            if let Some(finish) = finish {
                let cost = (label.time, label.unknowns);
                let extra = finish.saturating_add(extra_ds);
                let origin = Origin {
                    parent: number,
                    ..label.origin
                };
                self.arrive(memory, origin, label.state, cost, (target, extra));
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
            if self.mover.terrain.profile.pace(mode).is_some() {
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
        let moved = match self.mover.try_move(&label.state, label.time, to, mode) {
            Some(moved) => moved,
            None => return,
        };
        if moved.wait_ds() > self.patience {
            return;
        }
        // A route passes the gate only if it uses the whole edge.
        let edge = to.edge.edge();
        let is_gate = self.mover.query.through == Some(edge)
            && matches!(to.goal, Goal::Node)
            && to.length_dm == self.mover.terrain.topology.edge(edge).length_dm;
        let state = State {
            node: self.mover.terrain.topology.head(to.edge),
            mode,
            phase: moved.phase,
            is_through: label.state.is_through || is_gate,
            came_by: to.edge.0,
            turn: moved.turn,
        };
        let unknowns = label.unknowns + u32::from(moved.is_unknown);
        let origin = Origin {
            parent: number,
            waits_long: label.origin.waits_long || moved.wait_ds() > LONGEST_WAIT_DS,
            ..label.origin
        };
        match to.goal {
            Goal::Node => {
                visit.used(to, &moved);
                if moved.arrived > self.horizon {
                    return;
                }
                let bound = bound.at(&state);
                if bound != NEVER && moved.arrived.saturating_add(bound) <= self.horizon {
                    memory.offer(state, (moved.arrived, unknowns), origin, bound);
                }
            }
            Goal::Target {
                number: target,
                extra_ds,
            } => {
                let finish = self
                    .mover
                    .finish_ds(mode, None, || self.mover.park_along_ds(to.edge));
                if let Some(finish) = finish {
                    let cost = (moved.arrived, unknowns);
                    let extra = finish.saturating_add(extra_ds);
                    self.arrive(memory, origin, state, cost, (target, extra));
                }
            }
        }
    }

    /// Offers the label of a target. The numbers of targets follow those of the nodes.
    fn arrive(
        &self,
        memory: &mut Memory,
        origin: Origin,
        last: State,
        cost: (u32, u32),
        target: (u32, u32),
    ) {
        if !last.is_through {
            return;
        }
        let state = State {
            node: self.mover.terrain.topology.node_count() as u32 + target.0,
            mode: Mode::Walk,
            phase: Phase::Start,
            is_through: true,
            // The edge by which the target was reached, for reconstructing the route. It does not distinguish labels
            // of targets.
            came_by: last.came_by,
            turn: last.mode as u32,
        };
        if let Some(time) = cost.0.checked_add(target.1) {
            memory.offer(state, (time, cost.1), origin, 0);
        }
    }
}
