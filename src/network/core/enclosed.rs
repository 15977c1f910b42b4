//! Finds out quickly that the targets lie behind closed gates. Without this, a search for a way into a compound that is
//! closed for the night visits the whole network before it gives up, once for each gate.

use std::collections::HashSet;

use super::attributes::{Attributes, Entry, HOURS_ALWAYS, HOURS_UNKNOWN};
use super::edge::{DirectedEdge, Place};
use super::ends::End;
use super::passage::usage;
use super::profile::Mode;
use super::query::{LONGEST_WAIT_DS, Query, Shut};
use super::view::View;

/// Larger areas are not examined. A compound with its lanes and doors has some hundred nodes.
const MOST_NODES: usize = 3000;

/// The longest time that a traveller is assumed to need to the gate of the target: half an hour, plus twice the
/// time for the straight line at 3 km/h. The first constant is in tenths of a second, the second in tenths of a
/// second per decimetre.
pub(super) const LONGEST_WAY_DS: i64 = 18_000;
const LONGEST_WAY_DS_PER_DM: f64 = 2.4;

/// Which closures a traveller waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Patience {
    /// All, however long they last.
    Unlimited,
    /// Only closures that end within the longest wait of a route.
    Limited,
}

impl<A: Attributes + ?Sized> View<'_, A> {
    /// Returns the closures that, together with edges that can never be used, separate all targets of a query from all
    /// its sources. Those in `shut` are left out. Returns `None` if a route may exist.
    pub(super) fn enclosing(
        &self,
        query: &Query<'_>,
        shut: &[Shut],
        patience: Patience,
    ) -> Option<Vec<Shut>> {
        let starts = self.nodes_of(query.from);
        let mut stack = self.nodes_of(query.to);
        let last = match patience {
            Patience::Unlimited => i64::MAX,
            Patience::Limited => self.last_arrival(query, &stack),
        };
        let mut inside: HashSet<u32> = HashSet::new();
        let mut closed: Vec<Shut> = Vec::new();
        while let Some(node) = stack.pop() {
            if !inside.insert(node) {
                continue;
            }
            if inside.len() > MOST_NODES || starts.contains(&node) {
                return None;
            }
            for out in self.topology.out(node) {
                let from = self.topology.head(*out);
                let times = (query.depart, last);
                let is_open = self.may_pass(times, shut, out.reversed(), &mut closed);
                if is_open && !inside.contains(&from) {
                    stack.push(from);
                }
            }
        }
        Some(closed)
    }

    pub(super) fn nodes_of(&self, ends: &[End]) -> Vec<u32> {
        let mut nodes = Vec::new();
        for end in ends {
            match end.place {
                Place::Node(node) => nodes.push(node),
                Place::OnEdge { edge, .. } => {
                    let edge = self.topology.edge(edge);
                    nodes.extend_from_slice(&[edge.from, edge.to]);
                }
            }
        }
        nodes
    }

    /// The time after which no traveller arrives at a closure in front of one of these nodes, in tenths of a second
    /// since the epoch.
    pub(super) fn last_arrival(&self, query: &Query<'_>, targets: &[u32]) -> i64 {
        let mut farthest = 0.0_f64;
        for start in &self.nodes_of(query.from) {
            for target in targets {
                let (a, b) = (self.topology.point(*start), self.topology.point(*target));
                farthest = farthest.max(self.topology.straight_dm(a, b));
            }
        }
        let way = LONGEST_WAY_DS + (farthest * LONGEST_WAY_DS_PER_DM) as i64;
        query.depart.saturating_add(way)
    }

    /// Whether a traveller may enter an edge in any mode at some time from the departure to [`LONGEST_WAIT_DS`]
    /// after the last arrival. Adds closures that prevent this to `closed`.
    fn may_pass(
        &self,
        (depart, last): (i64, i64),
        shut: &[Shut],
        directed: DirectedEdge,
        closed: &mut Vec<Shut>,
    ) -> bool {
        let edge = self.topology.edge(directed.edge());
        let feature = edge.feature;
        let attr = self.attributes.attr(feature);
        let blocked = self.attributes.blocked(directed.edge());
        Mode::ALL.iter().any(|mode| {
            let usage = match usage(self.profile, edge, directed, attr, blocked, *mode) {
                Ok(usage) => usage,
                Err(_) => return false,
            };
            if usage.hours == HOURS_ALWAYS || usage.hours == HOURS_UNKNOWN {
                return true;
            }
            let closure = Shut {
                feature,
                mode: *mode,
            };
            if shut.contains(&closure) {
                return false;
            }
            let opens = self.attributes.hours(usage.hours).entry(depart);
            match opens {
                Entry::At(at) | Entry::Unknown(at)
                    if at <= last.saturating_add(i64::from(LONGEST_WAIT_DS)) =>
                {
                    true
                }
                Entry::Never => false,
                Entry::At(_) | Entry::Unknown(_) => {
                    if !closed.contains(&closure) {
                        closed.push(closure);
                    }
                    false
                }
            }
        })
    }
}
