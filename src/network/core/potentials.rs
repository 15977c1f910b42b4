//! Lower bounds from the best case: the time to a target if nothing is closed, everything is always open and no turn
//! is forbidden. Closures only make routes longer, so the bounds stay valid when something closes.
//!
//! The potentials are computed together with the topology. If a feature changes later so that it takes less time (a
//! lane is paved, a gate is unlocked, a ban on e-bikes is lifted), a search may miss the better route until the
//! potentials are computed again.

use super::attributes::{Attr, Attributes, Blocked};
use super::bound::{Bound, StraightLine};
use super::edge::{DirectedEdge, Place};
use super::ends::End;
use super::hierarchy::{ByClass, Hierarchy, NEVER};
use super::labels::{NONE, State};
use super::land::{ByMode, Land};
use super::moves::Mover;
use super::passage::{Phase, Usage, usage};
use super::profile::{Mode, Profile, Zone};
use super::topology::Topology;

/// The modes of a traveller with a vehicle, which may be parked on the way, and of one without.
const MODES: [&[Mode]; 2] = [&Mode::ALL, &[Mode::Walk]];

/// The lower bounds for one profile on one topology.
#[derive(Debug, Clone, Default)]
pub struct Potentials {
    /// For each set of modes in [`MODES`], two hierarchies: one of all edges, and one of the edges that may be used
    /// anywhere on a route, not only at its ends. `None` if the profile does not use these modes.
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
}

fn is_any(_: &Usage) -> bool {
    true
}

fn is_passed_through(usage: &Usage) -> bool {
    usage.zone == Zone::Through
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

/// Whether a profile travels in the modes of a class, which is an index of [`MODES`].
fn is_used(profile: &Profile, class: usize) -> bool {
    match class {
        0 => profile.first_mode().has_vehicle(),
        _ => profile.pace(Mode::Walk).is_some(),
    }
}

/// The bound from potentials to the targets of one query.
///
/// A route must not leave the private land at its end again ([`Phase::End`]). So on public land the bound is the time
/// over public land to the private land around the targets, plus the time over that land. Without this rule, a route
/// around a large private area would have the bound of a route through it.
pub(super) struct BestCase<'a, A: ?Sized> {
    potentials: &'a Potentials,
    distances: &'a mut ByClass,
    mover: Mover<'a, A>,
    /// The places from which the targets are reached directly.
    places: Vec<(u32, ByMode)>,
    /// Whether the distances over all edges are computed, which are needed at some starts only.
    has_all: bool,
    /// The private land around the targets; `None` if it is too large.
    land: Option<Land>,
    /// The private land before the gate that the route must pass, with the least times to the targets through it.
    by_gate: Option<Land>,
    /// The least times to park and to change from riding to pushing, in tenths of a second; both are 0 for a traveller
    /// on foot who may pick up a vehicle later.
    park_ds: u32,
    dismount_ds: u32,
    /// The bound from straight lines, for classes without a hierarchy.
    straight: StraightLine<'a>,
}

/// The kinds of distances, the second index of [`ByClass`]. `ALL`: to the targets over all edges. `PUBLIC`: only over
/// edges that a route may pass through. `…_BY_GATE`: the same distances through the gate that the route must pass.
const ALL: usize = 0;
const PUBLIC: usize = 1;
const ALL_BY_GATE: usize = 2;
const PUBLIC_BY_GATE: usize = 3;
/// A kind of distance that leads to a given edge and not to the targets, over all edges.
const UNTIL_EDGE: usize = 4;

impl<'a, A: Attributes + ?Sized> BestCase<'a, A> {
    /// Creates the bound to the ends of a query. `straight` is the bound from straight lines.
    pub(super) fn new(
        potentials: &'a Potentials,
        distances: &'a mut ByClass,
        mover: Mover<'a, A>,
        straight: StraightLine<'a>,
    ) -> BestCase<'a, A> {
        let picks_up = mover.query.pick_up_at.is_some();
        let mut bound = BestCase {
            potentials,
            distances,
            places: Vec::new(),
            has_all: false,
            land: None,
            by_gate: None,
            park_ds: if picks_up { 0 } else { mover.least_park_ds() },
            dismount_ds: if picks_up {
                0
            } else {
                mover.terrain.profile.dismount_ds
            },
            mover,
            straight,
        };
        let (mut places, mut ends) = (Vec::new(), Vec::new());
        for end in bound.mover.query.to {
            places.extend(bound.mover.approaches(end, false));
            ends.extend(bound.mover.approaches(end, true));
        }
        bound.land = bound.mover.land(&ends);
        bound.places.clone_from(&places);
        if let Some(land) = &bound.land {
            places.extend(land.iter());
            bound.begin(PUBLIC, &places);
        }
        if let Some(gate) = bound.mover.query.through {
            bound.by_gate(gate, &[]);
        }
        bound
    }

    fn by_gate(&mut self, gate: u32, barred: &[Mode]) {
        let by_gate = |bound: &mut Self, phase: Phase, kind: usize| -> [(u32, ByMode); 2] {
            // The mover is copied, because distances are computed later, when they are needed.
            let mover = bound.mover;
            mover.sides(gate, barred, phase, |far, mode, after| {
                match (&bound.land, after) {
                    (Some(land), Phase::End) => land.of(far)[mode as usize],
                    _ => bound.distance(kind, far, mode),
                }
            })
        };
        let sides = by_gate(self, Phase::Start, ALL);
        self.begin(ALL_BY_GATE, &sides);
        if self.land.is_none() {
            return;
        }
        let at_end = by_gate(self, Phase::End, ALL);
        self.by_gate = self.mover.land(&at_end);
        if let Some(land) = &self.by_gate {
            let mut places: Vec<(u32, ByMode)> = land.iter().collect();
            places.extend_from_slice(&by_gate(self, Phase::Public, PUBLIC));
            self.begin(PUBLIC_BY_GATE, &places);
        }
    }

    /// Sets the places to which the distances of a kind lead.
    fn begin(&mut self, kind: usize, places: &[(u32, ByMode)]) {
        for class in 0..MODES.len() {
            if let Some(hierarchies) = &self.potentials.hierarchies[class] {
                let targets: Vec<(u32, u32)> = places
                    .iter()
                    .map(|(node, least)| (*node, self.least_ds(class, least)))
                    .filter(|(_, takes)| *takes != NEVER)
                    .collect();
                self.distances[class][kind].begin(&hierarchies[kind % 2], &targets);
            }
        }
    }

    /// The least time from a place for a traveller who is walking, or who is riding and dismounts or parks before it.
    fn least_ds(&self, class: usize, least: &ByMode) -> u32 {
        let [ride, push, walk] = *least;
        if class == 1 {
            return walk;
        }
        let pushes = push.saturating_add(self.dismount_ds);
        ride.min(pushes).min(walk.saturating_add(self.park_ds))
    }

    /// The distance of a kind from a node in a mode.
    fn distance(&mut self, kind: usize, node: u32, mode: Mode) -> u32 {
        if kind == ALL && !self.has_all {
            self.has_all = true;
            let places = std::mem::take(&mut self.places);
            self.begin(ALL, &places);
        }
        let picks_up = self.mover.query.pick_up_at.is_some();
        let class = usize::from(!mode.has_vehicle() && !picks_up);
        let hierarchies = match &self.potentials.hierarchies[class] {
            Some(hierarchies) => hierarchies,
            None => return 0,
        };
        let least = self.distances[class][kind].of(&hierarchies[kind % 2], node);
        match mode {
            // A traveller who is already pushing need not dismount.
            Mode::Push if least != NEVER => least.saturating_sub(self.dismount_ds),
            _ => least,
        }
    }
}

impl<A: Attributes + ?Sized> Bound for BestCase<'_, A> {
    fn at(&mut self, state: &State) -> u32 {
        let (node, mode) = (state.node, state.mode);
        let class = usize::from(!mode.has_vehicle() && self.mover.query.pick_up_at.is_none());
        if self.potentials.hierarchies[class].is_none() {
            return self.straight.at(state);
        }
        let (land, public) = if state.is_through {
            (&self.land, PUBLIC)
        } else {
            (&self.by_gate, PUBLIC_BY_GATE)
        };
        match (land, state.phase) {
            (Some(land), Phase::End) => land.of(node)[mode as usize],
            (Some(_), Phase::Public) => self.distance(public, node, mode),
            // A search settles its first label first, whatever the bound, so the bound is not computed.
            (Some(_), Phase::Start) if state.is_through && state.came_by == NONE => 0,
            _ if state.is_through => self.distance(ALL, node, mode),
            _ => self.distance(ALL_BY_GATE, node, mode),
        }
    }

    fn pass(&mut self, gate: u32, barred: &[Mode]) {
        self.by_gate(gate, barred);
    }

    fn until_edge(&mut self, from: &[End], mode: Mode, edge: u32) -> u32 {
        let topology = self.mover.terrain.topology;
        let data = topology.edge(edge);
        self.begin(UNTIL_EDGE, &[(data.from, [0; 3]), (data.to, [0; 3])]);
        let mut least = NEVER;
        for end in from {
            let nodes = match end.place {
                Place::Node(node) => [node, node],
                Place::OnEdge { edge: own, .. } if own == edge => return 0,
                Place::OnEdge { edge: own, .. } => [topology.edge(own).from, topology.edge(own).to],
            };
            for node in nodes {
                let way = self.distance(UNTIL_EDGE, node, mode);
                least = least.min(way.saturating_add(end.extra_ds));
            }
        }
        least
    }
}
