//! Lower bounds from the best case: the time to a target if nothing is closed, everything is always open and no turn
//! is forbidden. Closures only make routes longer, so the bounds stay valid when something closes.
//!
//! The potentials are computed together with the topology. If a feature changes later so that it takes less time (a
//! lane is paved, a ban on e-bikes is lifted), a search may miss the better route until the potentials are computed
//! again.

use super::attributes::{Attr, Attributes, Blocked};
use super::bound::{Bound, StraightLine};
use super::edge::{DirectedEdge, Place};
use super::ends::End;
use super::hierarchy::{Distances, Hierarchy, NEVER};
use super::labels::State;
use super::passage::usage;
use super::profile::{Mode, Profile};
use super::topology::Topology;

/// The lower bounds for one profile on one topology.
#[derive(Debug, Clone, Default)]
pub struct Potentials {
    /// The hierarchy for travel with a vehicle, which may be parked on the way, and the one for travel without a
    /// vehicle.
    hierarchies: [Option<Hierarchy>; 2],
}

/// The least time for a length of an edge in any of some modes, in both directions; [`NEVER`] if none of them can be
/// used.
fn least_ds<A: Attributes + ?Sized>(
    topology: &Topology,
    attributes: &A,
    profile: &Profile,
    edge: u32,
    length_dm: u32,
    modes: &[Mode],
) -> [u32; 2] {
    let data = topology.edge(edge);
    let attr = Attr {
        closed: false,
        locked: false,
        ..*attributes.attr(data.feature)
    };
    [DirectedEdge::forward(edge), DirectedEdge::backward(edge)].map(|directed| {
        let takes = modes.iter().filter_map(|mode| {
            let usage = usage(profile, data, directed, &attr, Blocked::default(), *mode);
            usage.ok().map(|u| u.duration_ds(length_dm))
        });
        takes.min().unwrap_or(NEVER)
    })
}

/// The modes of a traveller with a vehicle, and of one without.
const MODES: [&[Mode]; 2] = [&Mode::ALL, &[Mode::Walk]];

impl Potentials {
    /// Computes the potentials of a profile. This takes seconds for a city; `is_cancelled` is called regularly, and
    /// the result is `None` if it returns true.
    pub fn new<A: Attributes + ?Sized>(
        topology: &Topology,
        attributes: &A,
        profile: &Profile,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Option<Potentials> {
        let has_vehicle = profile.first_mode().has_vehicle();
        let walks = profile.pace(Mode::Walk).is_some();
        let hierarchy = |modes: &[Mode]| {
            let edges = (0..topology.edge_count() as u32).map(|number| {
                let edge = topology.edge(number);
                let length = edge.length_dm;
                let takes = least_ds(topology, attributes, profile, number, length, modes);
                (edge.from, edge.to, takes)
            });
            Hierarchy::new(topology.node_count(), edges, is_cancelled)
        };
        let make = |is_needed: bool, modes| {
            if is_needed {
                hierarchy(modes).map(Some)
            } else {
                Some(None)
            }
        };
        Some(Potentials {
            hierarchies: [make(has_vehicle, MODES[0])?, make(walks, MODES[1])?],
        })
    }

    /// Whether the potentials were computed for this topology and profile.
    pub(super) fn fits(&self, topology: &Topology, profile: &Profile) -> bool {
        let fits = |hierarchy: &Option<Hierarchy>, is_needed: bool| match hierarchy {
            Some(hierarchy) => hierarchy.node_count() == topology.node_count(),
            None => !is_needed,
        };
        let [vehicle, walk] = &self.hierarchies;
        fits(vehicle, profile.first_mode().has_vehicle())
            && fits(walk, profile.pace(Mode::Walk).is_some())
    }
}

/// The bound from potentials to the targets of one query.
pub(super) struct BestCase<'a> {
    potentials: &'a Potentials,
    distances: &'a mut [Distances; 2],
    /// Whether a traveller on foot may pick up a vehicle later.
    picks_up: bool,
    straight: StraightLine<'a>,
}

impl<'a> BestCase<'a> {
    /// Creates the bound to some targets. `straight` is the bound from straight lines, which takes into account the
    /// gate that the route must pass.
    pub(super) fn new<A: Attributes + ?Sized>(
        potentials: &'a Potentials,
        distances: &'a mut [Distances; 2],
        (topology, attributes, profile): (&Topology, &A, &Profile),
        ends: &[End],
        picks_up: bool,
        straight: StraightLine<'a>,
    ) -> BestCase<'a> {
        for (class, modes) in MODES.iter().enumerate() {
            let hierarchy = match &potentials.hierarchies[class] {
                Some(hierarchy) => hierarchy,
                None => continue,
            };
            let mut targets: Vec<(u32, u32)> = Vec::new();
            for end in ends {
                match end.place {
                    Place::Node(node) => targets.push((node, end.extra_ds)),
                    Place::OnEdge { edge, offset_dm } => {
                        let data = topology.edge(edge);
                        let rest = data.length_dm.saturating_sub(offset_dm);
                        let pieces = [(data.from, offset_dm), (data.to, rest)];
                        for (at, (node, length)) in pieces.into_iter().enumerate() {
                            // From the end of the edge the target is reached against its direction.
                            let takes =
                                least_ds(topology, attributes, profile, edge, length, modes)[at];
                            if takes != NEVER {
                                targets.push((node, takes.saturating_add(end.extra_ds)));
                            }
                        }
                    }
                }
            }
            distances[class].begin(hierarchy, &targets);
        }
        BestCase {
            potentials,
            distances,
            picks_up,
            straight,
        }
    }
}

impl Bound for BestCase<'_> {
    fn at(&mut self, state: &State) -> u32 {
        let class = usize::from(!state.mode.has_vehicle() && !self.picks_up);
        let best = match &self.potentials.hierarchies[class] {
            Some(hierarchy) => self.distances[class].of(hierarchy, state.node),
            None => 0,
        };
        if best == NEVER || state.is_through {
            return best;
        }
        best.max(self.straight.at(state))
    }
}
