//! Explains why a route does not use a gate: computes the best route through it, or the reason why it cannot be
//! passed.

use super::attributes::{Attributes, Entry, HOURS_ALWAYS, HOURS_UNKNOWN};
use super::bound::Bound;
use super::edge::DirectedEdge;
use super::enclosed::Patience;
use super::ends::Targets;
use super::labels::Memory;
use super::passage::{Bar, usage};
use super::profile::Mode;
use super::query::{LONGEST_WAIT_DS, Query};
use super::route::{Step, Why};
use super::view::View;

/// The result for a route through a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// A route leads through it.
    Passable {
        /// The arrival time of the best one, in tenths of a second since the epoch.
        arrive: i64,
        /// The mode in which the gate is passed.
        mode: Mode,
        /// Whether the hours of the gate are unknown at that time.
        is_unknown: bool,
    },
    /// It is closed on arrival and does not open within the longest wait.
    ClosedUntil(
        /// The time at which it opens, in tenths of a second since the epoch.
        i64,
    ),
    /// The profile cannot pass in any of its modes. The reason is that of the mode that comes closest to passing.
    Barred(Bar),
    /// No route leads through it.
    Unreachable,
    /// The limit was reached before the answer was known.
    Limited,
}

impl<A: Attributes + ?Sized> View<'_, A> {
    /// Finds the best route through an edge, such as that of a gate.
    pub fn through(&self, memory: &mut Memory, query: &Query<'_>, gate: u32) -> Verdict {
        let query = Query {
            through: Some(gate),
            ..*query
        };
        if !self.has_places(&query) {
            return Verdict::Unreachable;
        }
        if let Some(bar) = self.bar(gate) {
            return Verdict::Barred(bar);
        }
        if let Some(verdict) = self.closed_for_long(&query, gate) {
            return verdict;
        }
        let mut distances = std::mem::take(&mut memory.distances);
        let verdict = match self.best_case(&mut distances, &query) {
            Some(mut bound) => self.verdict(memory, &query, gate, &mut bound),
            None => self.verdict(memory, &query, gate, &mut self.straight_line(&query)),
        };
        memory.distances = distances;
        verdict
    }

    fn verdict<B: Bound>(
        &self,
        memory: &mut Memory,
        query: &Query<'_>,
        gate: u32,
        bound: &mut B,
    ) -> Verdict {
        let passed = |steps: &[Step]| steps.iter().find(|s| s.edge.edge() == gate).copied();
        let targets = Targets::new(self.topology, query.to);
        // A route with unlimited waiting shows when a closed gate opens.
        let patient = self.route_with_shut(
            memory,
            query,
            &targets,
            bound,
            (&mut Vec::new(), Patience::Unlimited),
        );
        let patient = match patient {
            Ok(route) => route,
            Err(Why::Limited) => return Verdict::Limited,
            Err(_) => return Verdict::Unreachable,
        };
        let at_gate = passed(&patient.steps);
        let waits = patient.steps.iter().any(|s| s.wait_ds > LONGEST_WAIT_DS);
        let best = if waits {
            self.route_by(memory, query, bound)
        } else {
            Ok(patient)
        };
        match best {
            Ok(route) => match passed(&route.steps) {
                Some(step) => Verdict::Passable {
                    arrive: route.arrive,
                    mode: step.mode,
                    is_unknown: step.is_unknown,
                },
                None => Verdict::Unreachable,
            },
            Err(none) if none.why == Why::Limited => Verdict::Limited,
            Err(_) => match at_gate {
                Some(step) if step.wait_ds > LONGEST_WAIT_DS => Verdict::ClosedUntil(step.entered),
                _ => Verdict::Unreachable,
            },
        }
    }

    /// The verdict if the gate opens, for all modes at the same time, so late that every traveller has to wait too
    /// long. A search would find the same, but visit everything that can be reached until then.
    fn closed_for_long(&self, query: &Query<'_>, gate: u32) -> Option<Verdict> {
        let edge = self.topology.edge(gate);
        let attr = self.attributes.attr(edge.feature);
        let blocked = self.attributes.blocked(gate);
        let last = self.last_arrival(query, &[edge.from]);
        let mut opens = None;
        for mode in &Mode::ALL {
            for directed in &[DirectedEdge::forward(gate), DirectedEdge::backward(gate)] {
                let usage = match usage(self.profile, edge, *directed, attr, blocked, *mode) {
                    Ok(usage) => usage,
                    Err(_) => continue,
                };
                if usage.hours == HOURS_ALWAYS || usage.hours == HOURS_UNKNOWN {
                    return None;
                }
                let at = match self.attributes.hours(usage.hours).entry(query.depart) {
                    Entry::At(at) => at,
                    Entry::Unknown(_) | Entry::Never => return None,
                };
                let is_late = at > last.saturating_add(i64::from(LONGEST_WAIT_DS));
                if !is_late || opens.map_or(false, |other| other != at) {
                    return None;
                }
                opens = Some(at);
            }
        }
        opens.map(Verdict::ClosedUntil)
    }

    /// The reason why no mode can pass in either direction; `None` if one can.
    fn bar(&self, gate: u32) -> Option<Bar> {
        let edge = self.topology.edge(gate);
        let attr = self.attributes.attr(edge.feature);
        let blocked = self.attributes.blocked(gate);
        let mut last = None;
        for mode in Mode::ALL {
            if self.profile.pace(mode).is_none() {
                continue;
            }
            for directed in [DirectedEdge::forward(gate), DirectedEdge::backward(gate)] {
                match usage(self.profile, edge, directed, attr, blocked, mode) {
                    Ok(_) => return None,
                    Err(bar) => last = Some(bar),
                }
            }
        }
        last
    }
}
