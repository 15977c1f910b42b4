//! Lower bounds from the best case: the time to a target if nothing is closed, everything is always open and no turn
//! is forbidden. Closures only make routes longer, so the bounds stay valid when something closes.
//!
//! The potentials are computed together with the topology. If a feature changes later so that it takes less time (a
//! lane is paved, a ban on e-bikes is lifted), a search may miss the better route until the potentials are computed
//! again.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use super::attributes::{Attr, Attributes, Blocked};
use super::bound::{Bound, StraightLine};
use super::edge::{DirectedEdge, Place};
use super::ends::End;
use super::hierarchy::{ByClass, Hierarchy, NEVER};
use super::labels::State;
use super::passage::{Phase, Usage, usage};
use super::profile::{Mode, Profile, Zone};
use super::topology::Topology;

/// The modes of a traveller with a vehicle, which may be parked on the way, and of one without.
const MODES: [&[Mode]; 2] = [&Mode::ALL, &[Mode::Walk]];

/// The bounds on public land are not used if the private land around the targets has more nodes than this, because
/// finding its edge would take longer than the search saves.
const MOST_PRIVATE_NODES: usize = 2000;

/// The lower bounds for one profile on one topology.
#[derive(Debug, Clone, Default)]
pub struct Potentials {
    /// For each of [`MODES`], the hierarchy of all edges and the hierarchy of the edges that a route may pass through;
    /// `None` if the profile does not travel in this way.
    hierarchies: [Option<[Hierarchy; 2]>; 2],
}

/// A network in which nothing is closed, for one profile and some modes.
struct BestNetwork<'a, A: ?Sized> {
    topology: &'a Topology,
    attributes: &'a A,
    profile: &'a Profile,
    modes: &'a [Mode],
}

impl<A: Attributes + ?Sized> BestNetwork<'_, A> {
    /// The least time for a length of an edge in any of the modes, in both directions; [`NEVER`] if no mode can use
    /// it in a way that `counts`.
    fn least_ds(&self, edge: u32, length_dm: u32, counts: fn(&Usage) -> bool) -> [u32; 2] {
        let data = self.topology.edge(edge);
        let attr = Attr {
            closed: false,
            locked: false,
            ..*self.attributes.attr(data.feature)
        };
        [DirectedEdge::forward(edge), DirectedEdge::backward(edge)].map(|directed| {
            let takes = self.modes.iter().filter_map(|mode| {
                let open = Blocked::default();
                let usage = usage(self.profile, data, directed, &attr, open, *mode).ok()?;
                if counts(&usage) {
                    Some(usage.duration_ds(length_dm))
                } else {
                    None
                }
            });
            takes.min().unwrap_or(NEVER)
        })
    }

    fn hierarchy(
        &self,
        counts: fn(&Usage) -> bool,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Option<Hierarchy> {
        let edges = (0..self.topology.edge_count() as u32).map(|number| {
            let edge = self.topology.edge(number);
            (
                edge.from,
                edge.to,
                self.least_ds(number, edge.length_dm, counts),
            )
        });
        Hierarchy::new(self.topology.node_count(), edges, is_cancelled)
    }

    /// The nodes at which an end can be approached over edges that `count`, each with the time to the end.
    fn approaches(&self, end: &End, counts: fn(&Usage) -> bool) -> Vec<(u32, u32)> {
        match end.place {
            Place::Node(node) => vec![(node, end.extra_ds)],
            Place::OnEdge { edge, offset_dm } => {
                let data = self.topology.edge(edge);
                let rest = data.length_dm.saturating_sub(offset_dm);
                let pieces = [(data.from, offset_dm), (data.to, rest)];
                let mut found = Vec::with_capacity(2);
                for (at, (node, length)) in pieces.iter().copied().enumerate() {
                    // From the end of the edge the target is reached against its direction.
                    let takes = self.least_ds(edge, length, counts)[at];
                    if takes != NEVER {
                        found.push((node, takes.saturating_add(end.extra_ds)));
                    }
                }
                found
            }
        }
    }

    /// The least times to the ends over private land and neutral edges only, by node; `None` if that land is large.
    fn private_land(&self, ends: &[End]) -> Option<HashMap<u32, u32>> {
        let mut least: HashMap<u32, u32> = HashMap::new();
        let mut queue = BinaryHeap::new();
        for end in ends {
            for (node, takes) in self.approaches(end, is_of_end) {
                queue.push(Reverse((takes, node)));
            }
        }
        while let Some(Reverse((takes, node))) = queue.pop() {
            if least.get(&node).map_or(false, |known| *known <= takes) {
                continue;
            }
            if least.len() >= MOST_PRIVATE_NODES {
                return None;
            }
            least.insert(node, takes);
            for out in self.topology.out(node) {
                // The traveller comes from the other node, against the direction of `out`.
                let length = self.topology.edge(out.edge()).length_dm;
                let both = self.least_ds(out.edge(), length, is_of_end);
                let here = both[usize::from(!out.is_backward())];
                let from = self.topology.head(*out);
                if here != NEVER && !least.contains_key(&from) {
                    queue.push(Reverse((takes.saturating_add(here), from)));
                }
            }
        }
        Some(least)
    }
}

fn is_any(_: &Usage) -> bool {
    true
}

fn is_passed_through(usage: &Usage) -> bool {
    usage.zone == Zone::Through
}

/// Whether an edge may be used in [`Phase::End`].
fn is_of_end(usage: &Usage) -> bool {
    usage.is_neutral || usage.zone == Zone::Ends
}

impl Potentials {
    /// Computes the potentials of a profile. This takes seconds for a city; `is_cancelled` is called regularly, and
    /// the result is `None` if it returns true.
    pub fn new<A: Attributes + ?Sized>(
        topology: &Topology,
        attributes: &A,
        profile: &Profile,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Option<Potentials> {
        let mut potentials = Potentials::default();
        for (class, modes) in MODES.iter().enumerate() {
            if !is_used(profile, class) {
                continue;
            }
            let network = BestNetwork {
                topology,
                attributes,
                profile,
                modes,
            };
            potentials.hierarchies[class] = Some([
                network.hierarchy(is_any, is_cancelled)?,
                network.hierarchy(is_passed_through, is_cancelled)?,
            ]);
        }
        Some(potentials)
    }

    /// Whether the potentials were computed for this topology and profile.
    pub(super) fn fits(&self, topology: &Topology, profile: &Profile) -> bool {
        let mut classes = self.hierarchies.iter().enumerate();
        classes.all(|(class, both)| match both {
            Some(both) => both[0].node_count() == topology.node_count(),
            None => !is_used(profile, class),
        })
    }
}

/// Whether a profile travels in the modes of a class.
fn is_used(profile: &Profile, class: usize) -> bool {
    match class {
        0 => profile.first_mode().has_vehicle(),
        _ => profile.pace(Mode::Walk).is_some(),
    }
}

/// The bound from potentials to the targets of one query.
///
/// A route ends on private land only once ([`Phase::End`]). So on public land the bound is the time over public land
/// to the edge of the private land around the targets, and from there over that land. Without this, the bounds of
/// routes around a large private area would be those of routes through it.
pub(super) struct BestCase<'a> {
    potentials: &'a Potentials,
    distances: &'a mut ByClass,
    /// For each class, the times over the private land around the targets; `None` if it is too large.
    private: [Option<HashMap<u32, u32>>; 2],
    /// Whether a traveller on foot may pick up a vehicle later.
    picks_up: bool,
    /// For classes without a hierarchy.
    straight: StraightLine<'a>,
}

impl<'a> BestCase<'a> {
    /// Creates the bound to the ends of a query, by the gate that the route must pass. `straight` is the bound from
    /// straight lines.
    pub(super) fn new<A: Attributes + ?Sized>(
        potentials: &'a Potentials,
        distances: &'a mut ByClass,
        (topology, attributes, profile): (&Topology, &A, &Profile),
        (ends, gate, picks_up): (&[End], Option<u32>, bool),
        straight: StraightLine<'a>,
    ) -> BestCase<'a> {
        let mut private = [None, None];
        for (class, modes) in MODES.iter().enumerate() {
            let hierarchies = match &potentials.hierarchies[class] {
                Some(hierarchies) => hierarchies,
                None => continue,
            };
            let network = BestNetwork {
                topology,
                attributes,
                profile,
                modes,
            };
            let mut targets: Vec<(u32, u32)> = Vec::new();
            for end in ends {
                targets.extend(network.approaches(end, is_any));
            }
            distances[class][0].begin(&hierarchies[0], &targets);
            private[class] = network.private_land(ends);
            if let Some(land) = &private[class] {
                targets.extend(land.iter().map(|(node, takes)| (*node, *takes)));
                distances[class][1].begin(&hierarchies[1], &targets);
            }
            if let Some(gate) = gate {
                let [all, _, by_gate] = &mut distances[class];
                let edge = topology.edge(gate);
                let [there, back] = network.least_ds(gate, edge.length_dm, is_any);
                let mut sides: Vec<(u32, u32)> = Vec::new();
                for (near, far, takes) in [(edge.from, edge.to, there), (edge.to, edge.from, back)]
                {
                    let rest = all.of(&hierarchies[0], far);
                    if takes != NEVER && rest != NEVER {
                        sides.push((near, takes.saturating_add(rest)));
                    }
                }
                by_gate.begin(&hierarchies[0], &sides);
            }
        }
        BestCase {
            potentials,
            distances,
            private,
            picks_up,
            straight,
        }
    }
}

impl Bound for BestCase<'_> {
    fn at(&mut self, state: &State) -> u32 {
        let class = usize::from(!state.mode.has_vehicle() && !self.picks_up);
        let hierarchies = match &self.potentials.hierarchies[class] {
            Some(hierarchies) => hierarchies,
            None => return self.straight.at(state),
        };
        let best = match (&self.private[class], state.phase) {
            (Some(land), Phase::End) => land.get(&state.node).copied().unwrap_or(NEVER),
            (Some(_), Phase::Public) => self.distances[class][1].of(&hierarchies[1], state.node),
            _ => self.distances[class][0].of(&hierarchies[0], state.node),
        };
        if best == NEVER || state.is_through {
            return best;
        }
        best.max(self.distances[class][2].of(&hierarchies[0], state.node))
    }
}
