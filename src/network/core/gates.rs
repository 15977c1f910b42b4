//! Explains why a route does not use a gate: computes the best route through it, or the reason why it cannot be
//! passed.

use super::attributes::{Attributes, Entry, HOURS_ALWAYS, HOURS_UNKNOWN};
use super::bound::Bound;
use super::edge::DirectedEdge;
use super::enclosed::{LONGEST_WAY_DS, Patience};
use super::ends::Targets;
use super::labels::{Memory, NONE, State};
use super::passage::{Bar, Phase, entry, usage};
use super::profile::Mode;
use super::query::{LONGEST_WAIT_DS, Query, Shut};
use super::route::{Route, Step, Why};
use super::turns::FREE;
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
        let verdicts = self.through_each(memory, query, &[gate]);
        verdicts.first().copied().unwrap_or(Verdict::Unreachable)
    }

    /// Finds the best route through each of several edges. The bounds to the targets are computed once for all.
    pub fn through_each(
        &self,
        memory: &mut Memory,
        query: &Query<'_>,
        gates: &[u32],
    ) -> Vec<Verdict> {
        let by_gate = |gate: u32| Query {
            through: Some(gate),
            ..*query
        };
        let known: Vec<Option<Verdict>> = gates
            .iter()
            .map(|gate| self.without_search(&by_gate(*gate), *gate))
            .collect();
        if known.iter().all(Option::is_some) {
            return known.into_iter().flatten().collect();
        }
        let without = Query {
            through: None,
            ..*query
        };
        let mut distances = std::mem::take(&mut memory.distances);
        let mut bound = self.best_case(&mut distances, &without);
        let mut verdicts = Vec::with_capacity(gates.len());
        for (gate, known) in gates.iter().zip(known) {
            let query = by_gate(*gate);
            verdicts.push(match (known, &mut bound) {
                (Some(verdict), _) => verdict,
                (None, Some(bound)) => self.verdict(memory, &query, *gate, bound),
                (None, None) => {
                    self.verdict(memory, &query, *gate, &mut self.straight_line(&query))
                }
            });
        }
        memory.distances = distances;
        verdicts
    }

    /// The verdict on a gate if no search is needed for it.
    fn without_search(&self, query: &Query<'_>, gate: u32) -> Option<Verdict> {
        if !self.has_places(query) {
            return Some(Verdict::Unreachable);
        }
        let bar = self.bar(gate).map(Verdict::Barred);
        bar.or_else(|| self.closed_for_long(query, gate))
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
        let patience = Patience::Unlimited;
        let mut patient = self.in_open_modes(memory, query, (gate, &targets), bound);
        bound.pass(gate, &[]);
        if patient.is_none() {
            // The search ignores the hours of the gate. Otherwise, while the gate is closed, it would visit
            // everything that can be reached until the gate opens. No traveller arrives earlier than by the
            // route found here.
            let open = Query {
                is_open_through: true,
                ..*query
            };
            let none = (&mut Vec::new(), patience);
            match self.route_with_shut(memory, &open, &targets, bound, none) {
                Ok(route) if self.is_open_on(&route, gate) => patient = Some(route),
                Ok(_) => {
                    let verdict = self.closed_until(memory, query, (gate, &targets), bound);
                    bound.pass(gate, &[]);
                    if let Some(verdict) = verdict {
                        return verdict;
                    }
                }
                Err(Why::Limited) => return Verdict::Limited,
                Err(_) => return Verdict::Unreachable,
            }
        }
        let patient = match patient {
            Some(route) => route,
            None => {
                // A route with unlimited waiting shows when a closed gate opens.
                let none = (&mut Vec::new(), patience);
                match self.route_with_shut(memory, query, &targets, bound, none) {
                    Ok(route) => route,
                    Err(Why::Limited) => return Verdict::Limited,
                    Err(_) => return Verdict::Unreachable,
                }
            }
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

    /// The best route through a gate that does not use a mode for which the gate is closed at the departure. `None` if
    /// the gate opens for such a mode before the route arrives.
    fn in_open_modes<B: Bound>(
        &self,
        memory: &mut Memory,
        query: &Query<'_>,
        (gate, targets): (u32, &Targets),
        bound: &mut B,
    ) -> Option<Route> {
        let (mut barred, mut opens) = (Vec::new(), i64::MAX);
        for mode in &Mode::ALL {
            for directed in &[DirectedEdge::forward(gate), DirectedEdge::backward(gate)] {
                let hours = match self.hours_of(*directed, *mode) {
                    Some(hours) if hours != HOURS_ALWAYS && hours != HOURS_UNKNOWN => hours,
                    _ => continue,
                };
                match self.attributes.entry(hours, query.depart) {
                    Entry::At(at) if at > query.depart => opens = opens.min(at),
                    _ => continue,
                }
                if !barred.contains(mode) {
                    barred.push(*mode);
                }
            }
        }
        let is_open = |mode: &Mode| {
            let edges = [DirectedEdge::forward(gate), DirectedEdge::backward(gate)];
            !barred.contains(mode) && edges.iter().any(|e| self.hours_of(*e, *mode).is_some())
        };
        if barred.is_empty() || !Mode::ALL.iter().any(is_open) {
            return None;
        }
        let feature = self.topology.edge(gate).feature;
        let shut = |mode: &Mode| Shut {
            feature,
            mode: *mode,
        };
        let mut shut: Vec<Shut> = barred.iter().map(shut).collect();
        bound.pass(gate, &barred);
        let patience = (&mut shut, Patience::Unlimited);
        let route = self.route_with_shut(memory, query, targets, bound, patience);
        route.ok().filter(|route| route.arrive <= opens)
    }

    /// Whether a route that was found as if a gate were always open enters the gate only while it is known to be open.
    /// Hours that are always unknown ([`HOURS_UNKNOWN`]) count as open.
    fn is_open_on(&self, route: &Route, gate: u32) -> bool {
        let mut uses = route.steps.iter().filter(|s| s.edge.edge() == gate);
        uses.all(|step| match self.hours_of(step.edge, step.mode) {
            Some(hours) => {
                let open = Some((step.entered, hours == HOURS_UNKNOWN));
                entry(self.attributes, hours, step.entered) == open
            }
            None => false,
        })
    }

    fn hours_of(&self, edge: DirectedEdge, mode: Mode) -> Option<u32> {
        let data = self.topology.edge(edge.edge());
        let attr = self.attributes.attr(data.feature);
        let blocked = self.attributes.blocked(edge.edge());
        let usage = usage(self.profile, data, edge, attr, blocked, mode).ok()?;
        Some(usage.hours)
    }

    /// The verdict if the gate is closed when the first traveller can reach it, and opens too late: more than the
    /// longest wait after the best routes reach it. There is one for each mode, found as if the gate were always open.
    /// At least one of them must be usable from the gate on after it has opened. `None` in all other cases.
    fn closed_until<B: Bound>(
        &self,
        memory: &mut Memory,
        query: &Query<'_>,
        (gate, targets): (u32, &Targets),
        bound: &mut B,
    ) -> Option<Verdict> {
        let least = bound.until_edge(query.from, query.mode, gate);
        let opens = self.opens_at(gate, query.depart.saturating_add(i64::from(least)))?;
        let edges = [DirectedEdge::forward(gate), DirectedEdge::backward(gate)];
        let feature = self.topology.edge(gate).feature;
        let open = Query {
            is_open_through: true,
            ..*query
        };
        let mut can_go_on = false;
        for mode in &Mode::ALL {
            if edges.iter().all(|e| self.hours_of(*e, *mode).is_none()) {
                continue;
            }
            let barred: Vec<Mode> = Mode::ALL.iter().copied().filter(|m| m != mode).collect();
            let shut = barred.iter().map(|mode| Shut {
                feature,
                mode: *mode,
            });
            bound.pass(gate, &barred);
            let shut = (&mut shut.collect(), Patience::Unlimited);
            let route = match self.route_with_shut(memory, &open, targets, bound, shut) {
                Ok(route) => route,
                Err(Why::Limited) => return None,
                Err(_) => continue,
            };
            let number = route.steps.iter().position(|s| s.edge.edge() == gate)?;
            let step = route.steps[number];
            // A traveller who arrives at the gate later waits less, and may arrive in time if the rest of their
            // route is shorter. This is impossible if the rest of the route already takes the least possible
            // time.
            let rest = route.arrive.saturating_sub(step.entered);
            let mut least_rest = |edge: &DirectedEdge| {
                bound.at(&State {
                    node: self.topology.tail(*edge),
                    mode: *mode,
                    phase: Phase::Start,
                    is_through: false,
                    came_by: NONE,
                    turn: FREE,
                })
            };
            let is_least = edges.iter().all(|edge| i64::from(least_rest(edge)) >= rest);
            let margin = if is_least { 0 } else { LONGEST_WAY_DS };
            let latest = step.entered.saturating_add(margin);
            if opens <= latest.saturating_add(i64::from(LONGEST_WAIT_DS)) {
                return None;
            }
            can_go_on = can_go_on || self.goes_on(&route, number, opens);
        }
        if can_go_on {
            Some(Verdict::ClosedUntil(opens))
        } else {
            None
        }
    }

    /// Whether the rest of a route can be used by a traveller who begins the step `number` at the time `from`.
    fn goes_on(&self, route: &Route, number: usize, from: i64) -> bool {
        let first = &route.steps[number];
        let mut now = from.saturating_add(first.arrived - first.entered);
        route.steps[number + 1..].iter().all(|step| {
            let hours = self.hours_of(step.edge, step.mode);
            match hours.and_then(|hours| entry(self.attributes, hours, now)) {
                Some((at, _)) => {
                    now = at.saturating_add(step.arrived - step.entered);
                    true
                }
                None => false,
            }
        })
    }

    /// When a gate opens that is closed for all modes at the time `from`; `None` if the modes differ or one is open.
    fn opens_at(&self, gate: u32, from: i64) -> Option<i64> {
        let mut opens = None;
        for mode in &Mode::ALL {
            for directed in &[DirectedEdge::forward(gate), DirectedEdge::backward(gate)] {
                let hours = match self.hours_of(*directed, *mode) {
                    Some(HOURS_ALWAYS) | Some(HOURS_UNKNOWN) => return None,
                    Some(hours) => hours,
                    None => continue,
                };
                let at = match self.attributes.entry(hours, from) {
                    Entry::At(at) if at > from => at,
                    _ => return None,
                };
                if opens.map_or(false, |other| other != at) {
                    return None;
                }
                opens = Some(at);
            }
        }
        opens
    }

    /// The verdict if the gate opens, for all modes at the same time, so late that every traveller has to wait too
    /// long. A search would find the same, but visit everything that can be reached until then.
    fn closed_for_long(&self, query: &Query<'_>, gate: u32) -> Option<Verdict> {
        let last = self.last_arrival(query, &[self.topology.edge(gate).from]);
        let opens = self.opens_at(gate, query.depart)?;
        if opens > last.saturating_add(i64::from(LONGEST_WAIT_DS)) {
            Some(Verdict::ClosedUntil(opens))
        } else {
            None
        }
    }

    /// The reason why no mode can pass in either direction; `None` if one can. The reason is that of the mode and
    /// direction that meet the most conditions.
    fn bar(&self, gate: u32) -> Option<Bar> {
        let edge = self.topology.edge(gate);
        let attr = self.attributes.attr(edge.feature);
        let blocked = self.attributes.blocked(gate);
        let mut reason: Option<Bar> = None;
        for mode in Mode::ALL {
            if self.profile.pace(mode).is_none() {
                continue;
            }
            for directed in [DirectedEdge::forward(gate), DirectedEdge::backward(gate)] {
                match usage(self.profile, edge, directed, attr, blocked, mode) {
                    Ok(_) => return None,
                    Err(bar) => {
                        if reason
                            .map_or(true, |known| known.conditions_met() < bar.conditions_met())
                        {
                            reason = Some(bar);
                        }
                    }
                }
            }
        }
        reason
    }
}

#[cfg(test)]
mod tests {
    use super::super::bound::Everywhere;
    use super::super::potentials::Potentials;
    use super::super::tests::make::Rng;
    use super::super::tests::random::{case, ends, query};
    use super::*;

    /// The verdict by searches in all directions, with the hours of the gate and without limits on what is searched.
    fn plainly<A: Attributes>(view: &View<'_, A>, query: &Query<'_>, gate: u32) -> Verdict {
        let mut memory = Memory::new();
        let targets = Targets::new(view.topology, query.to);
        let patient = view.route_with_shut(
            &mut memory,
            query,
            &targets,
            &mut Everywhere,
            (&mut Vec::new(), Patience::Unlimited),
        );
        let patient = match patient {
            Ok(route) => route,
            Err(_) => return Verdict::Unreachable,
        };
        let at_gate = patient.steps.iter().find(|s| s.edge.edge() == gate);
        let waits = patient.steps.iter().any(|s| s.wait_ds > LONGEST_WAIT_DS);
        let best = if waits {
            view.route_by(&mut memory, query, &mut Everywhere).ok()
        } else {
            Some(patient.clone())
        };
        match best {
            Some(route) => {
                let step = route.steps.iter().find(|s| s.edge.edge() == gate).unwrap();
                Verdict::Passable {
                    arrive: route.arrive,
                    mode: step.mode,
                    is_unknown: step.is_unknown,
                }
            }
            None => match at_gate {
                Some(step) if step.wait_ds > LONGEST_WAIT_DS => Verdict::ClosedUntil(step.entered),
                _ => Verdict::Unreachable,
            },
        }
    }

    #[test]
    fn verdicts_equal_those_of_searches_in_all_directions() {
        let mut rng = Rng(17);
        let mut memory = Memory::new();
        let mut seen = [0; 4];
        for round in 0..6000 {
            let case = case(&mut rng);
            let from = ends(&mut rng, &case.topology, 2);
            let to = ends(&mut rng, &case.topology, 2);
            let query = Query {
                through: None,
                ..query(&mut rng, &case, &from, &to)
            };
            let potentials =
                Potentials::new(&case.topology, &case.table, &case.profile, &|| false).unwrap();
            let led = View {
                topology: &case.topology,
                attributes: &case.table,
                profile: &case.profile,
                potentials: Some(&potentials),
            };
            let view = View {
                potentials: None,
                ..led
            };
            let gates: Vec<u32> = (0..3)
                .map(|_| rng.below(case.topology.edge_count() as u32))
                .collect();
            let found = led.through_each(&mut memory, &query, &gates);
            for (gate, verdict) in gates.iter().zip(found) {
                assert_eq!(
                    kind(&verdict),
                    kind(&view.through(&mut memory, &query, *gate))
                );
                let query = Query {
                    through: Some(*gate),
                    ..query
                };
                if led.bar(*gate).is_some() || led.closed_for_long(&query, *gate).is_some() {
                    continue;
                }
                let plain = plainly(&view, &query, *gate);
                assert_eq!(
                    kind(&verdict),
                    kind(&plain),
                    "round {} gate {}",
                    round,
                    gate
                );
                seen[number(&verdict)] += 1;
            }
        }
        assert!(seen.iter().all(|count| *count > 50), "{:?}", seen);
    }

    /// The parts of a verdict that must be equal. Of two routes that arrive at the same time, either may be found,
    /// and their modes and hours at the gate may differ.
    fn kind(verdict: &Verdict) -> (usize, i64) {
        match verdict {
            Verdict::Passable { arrive, .. } => (0, *arrive),
            Verdict::ClosedUntil(at) => (2, *at),
            _ => (3, 0),
        }
    }

    /// The number of a verdict, to count how often each one occurs.
    fn number(verdict: &Verdict) -> usize {
        match verdict {
            Verdict::Passable { is_unknown, .. } => usize::from(*is_unknown),
            other => kind(other).0,
        }
    }
}
