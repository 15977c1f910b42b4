//! Walking times or distances from many places to the nearest of several sites, for one moment: opening hours are read
//! at that moment for the whole walk, and nobody waits. Planning asks this for a whole city at once, so the search runs
//! from the few sites to the many places, over a graph that is compiled for the moment.

mod beside;
mod queue;
#[cfg(test)]
mod tests;

use self::beside::{Beside, BesideEdges};
use self::queue::Queue;
use super::core::{
    Attributes, DirectedEdge, Edge, HOURS_ALWAYS, HOURS_UNKNOWN, Mode, Phase, Place, Profile,
    Topology, Usage, Zone, duration_ds, usage,
};
use crate::network::core::Entry;

/// The measure of the cost of a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Measure {
    /// Tenths of a second.
    Time,
    /// Decimetres.
    Length,
}

/// The direction of the walk between a place (where people are) and a site (a facility).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Heading {
    /// People walk from the places to the sites.
    ToSite,
    /// Walks lead from the sites to the places.
    FromSite,
    /// People walk from the places to the sites and back the same way.
    ThereAndBack,
}

/// A point where a place or a site joins the network. `extra` is the cost of the stretch beside the network, in the
/// unit of the [`Measure`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Join {
    /// The point on the network.
    pub place: Place,
    /// The cost between this point and the place or site itself, in the unit of the [`Measure`].
    pub extra: u32,
}

/// A site that a place reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Walk {
    /// The cost of the walk, in the unit of the [`Measure`].
    pub cost: u32,
    /// The number of the site.
    pub site: u32,
}

/// A numbered list of places or sites, each with the points where it joins the network.
#[derive(Debug, Clone, Default)]
pub struct Joins {
    joins: Vec<Join>,
    /// For each place or site, the end of its points in `joins`.
    ends: Vec<u32>,
}

impl Joins {
    /// Adds a place or a site. Its number is how many were added before it.
    pub fn push(&mut self, joins: impl IntoIterator<Item = Join>) {
        self.joins.extend(joins);
        self.ends.push(self.joins.len() as u32);
    }

    /// The number of places or sites.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The points of a place or site; empty for a number that does not exist.
    pub fn of(&self, number: usize) -> &[Join] {
        let Some(end) = self.ends.get(number) else {
            return &[];
        };
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.joins[start as usize..*end as usize]
    }

    fn iter(&self) -> impl Iterator<Item = (u32, &Join)> {
        (0..self.len()).flat_map(|number| self.of(number).iter().map(move |j| (number as u32, j)))
    }
}

/// How an edge is walked in one direction at the moment of the graph.
#[derive(Debug, Clone, Copy)]
struct Used {
    there: Pace,
    /// The pace in the opposite direction, if the walk back is part of the cost ([`Heading::ThereAndBack`]).
    back: Option<Pace>,
    kind: Kind,
}

/// How fast an edge is walked, and the time in addition to its length.
#[derive(Debug, Clone, Copy)]
struct Pace {
    speed: u32,
    extra: u32,
}

/// The land that an arc lies on; decides in which part of a walk it may be used (see [`Phase`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A gate or a door between public and private land.
    Neutral,
    /// Public land.
    Through,
    /// Private land, only at the two ends of a walk.
    Ends,
}

impl Kind {
    fn of(usage: &Usage) -> Self {
        match usage.zone {
            _ if usage.is_neutral => Self::Neutral,
            Zone::Ends => Self::Ends,
            Zone::Through | Zone::Never => Self::Through,
        }
    }

    /// The phase after an arc of this kind. It is the rule of [`Phase::after`], which is the same for a walk and for
    /// its reversal.
    fn after(self, phase: Phase) -> Option<Phase> {
        match (phase, self) {
            (phase, Self::Neutral) => Some(phase),
            (Phase::End, Self::Through) => None,
            (_, Self::Through) => Some(Phase::Public),
            (Phase::Start, Self::Ends) => Some(Phase::Start),
            (_, Self::Ends) => Some(Phase::End),
        }
    }
}

/// An arc in the direction of the search, away from the sites.
#[derive(Debug, Clone, Copy)]
struct Arc {
    head: u32,
    cost: u32,
    kind: Kind,
}

/// The network as it can be walked at one moment, with the places of the search.
#[derive(Debug)]
pub struct Walking<'a, A: ?Sized> {
    topology: &'a Topology,
    attributes: &'a A,
    profile: &'a Profile,
    graph: &'a Graph,
}

/// The network compiled for walks at one moment: only the edges that can be walked then, with their costs, and the
/// places. It is kept and used for several searches; [`Graph::on`] combines it with the network again.
#[derive(Debug)]
pub struct Graph {
    moment: Moment,
    /// For each node, the first of its arcs; one more at the end. The places follow the nodes and have no arcs.
    first: Vec<u32>,
    arcs: Vec<Arc>,
    beside: BesideEdges,
    places: u32,
}

/// The moment, the measure and the heading that a graph is compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Moment {
    /// The moment at which opening hours are read, in tenths of a second since the epoch.
    pub at: i64,
    /// The measure of the costs.
    pub measure: Measure,
    /// The direction of the walks.
    pub heading: Heading,
}

/// The result of a search: the sites nearest to each node and to each place.
#[derive(Debug, Clone)]
pub struct Field {
    /// The last entry of each node and place, [`NONE`] without any.
    last: Vec<u32>,
    entries: Vec<Reached>,
    nodes: u32,
    wanted: u32,
}

#[derive(Debug, Clone, Copy)]
struct Reached {
    cost: u32,
    site: u32,
    phase: Phase,
    before: u32,
}

const NONE: u32 = u32::MAX;

/// The most sites that a search keeps for each place.
pub const MOST_WANTED: usize = 8;

impl Graph {
    /// Compiles the network for a moment, with the places to which walks are wanted.
    pub fn new<A: Attributes + ?Sized>(
        topology: &Topology,
        attributes: &A,
        profile: &Profile,
        moment: Moment,
        places: &Joins,
    ) -> Self {
        let nodes = topology.node_count();
        let use_of = |directed| used(topology, attributes, profile, moment, directed);
        let mut at_nodes: Vec<(u32, u32, u32)> = Vec::new();
        let mut beside: Vec<Beside> = Vec::new();
        for (place, join) in places.iter() {
            match join.place {
                Place::Node(node) => at_nodes.push((node, place, join.extra)),
                Place::OnEdge { edge, offset_dm } => {
                    let length = topology.edge(edge).length_dm;
                    let forward = DirectedEdge::forward(edge);
                    let backward = forward.reversed();
                    for (edge, from_dm) in [
                        (forward, offset_dm.min(length)),
                        (backward, length.saturating_sub(offset_dm)),
                    ] {
                        beside.push(Beside {
                            edge,
                            from_dm,
                            place,
                            extra: join.extra,
                        });
                    }
                }
            }
        }
        at_nodes.sort_unstable();
        let beside = BesideEdges::new(&beside, topology.edge_count());

        let mut first = Vec::with_capacity(nodes + 1);
        let mut arcs = Vec::with_capacity(topology.edge_count() * 2 + places.joins.len() * 2);
        let mut stopping = at_nodes.iter().peekable();
        for node in 0..nodes as u32 {
            first.push(arcs.len() as u32);
            for &edge in topology.out(node) {
                let Some(used) = use_of(edge) else { continue };
                let whole = topology.edge(edge.edge()).length_dm;
                arcs.push(Arc {
                    head: topology.head(edge),
                    cost: used.cost(moment.measure, whole),
                    kind: used.kind,
                });
                for one in beside.on(edge) {
                    let cost = used.cost(moment.measure, one.from_dm);
                    arcs.push(Arc {
                        head: nodes as u32 + one.place,
                        cost: cost.saturating_add(one.extra),
                        kind: used.kind,
                    });
                }
            }
            while let Some((_, place, extra)) = stopping.next_if(|(at, ..)| *at == node) {
                arcs.push(Arc {
                    head: nodes as u32 + place,
                    cost: *extra,
                    kind: Kind::Neutral,
                });
            }
        }
        first.push(arcs.len() as u32);
        Self {
            moment,
            first,
            arcs,
            beside,
            places: places.len() as u32,
        }
    }

    /// Combines the graph with the network from which it was compiled.
    pub fn on<'a, A: Attributes + ?Sized>(
        &'a self,
        topology: &'a Topology,
        attributes: &'a A,
        profile: &'a Profile,
    ) -> Walking<'a, A> {
        Walking {
            topology,
            attributes,
            profile,
            graph: self,
        }
    }

    /// The moment, the measure and the heading that the graph was compiled for.
    pub fn moment(&self) -> Moment {
        self.moment
    }

    fn arcs_of(&self, node: u32) -> &[Arc] {
        match self.first.get(node as usize..node as usize + 2) {
            Some(&[from, until]) => &self.arcs[from as usize..until as usize],
            _ => &[],
        }
    }
}

impl Used {
    fn cost(&self, measure: Measure, length_dm: u32) -> u32 {
        let of = |pace: Pace| match measure {
            Measure::Time => duration_ds(length_dm, pace.speed).saturating_add(pace.extra),
            Measure::Length => length_dm,
        };
        of(self.there).saturating_add(self.back.map_or(0, of))
    }
}

/// How an edge of the search is walked at the moment; `None` if it cannot be. The search leads away from the sites, so
/// with [`Heading::ToSite`] people walk against it.
fn used<A: Attributes + ?Sized>(
    topology: &Topology,
    attributes: &A,
    profile: &Profile,
    moment: Moment,
    searched: DirectedEdge,
) -> Option<Used> {
    let (there, back) = match moment.heading {
        Heading::ToSite => (searched.reversed(), None),
        Heading::FromSite => (searched, None),
        Heading::ThereAndBack => (searched.reversed(), Some(searched)),
    };
    let edge: &Edge = topology.edge(searched.edge());
    let attr = attributes.attr(edge.feature);
    let blocked = attributes.blocked(searched.edge());
    let walk = |directed: DirectedEdge| {
        let usage = usage(profile, edge, directed, attr, blocked, Mode::Walk).ok()?;
        let is_open = match usage.hours {
            HOURS_ALWAYS | HOURS_UNKNOWN => true,
            hours => match attributes.entry(hours, moment.at) {
                Entry::At(at) | Entry::Unknown(at) => at == moment.at,
                Entry::Never => false,
            },
        };
        let pace = Pace {
            speed: usage.speed,
            extra: usage.extra_ds,
        };
        is_open.then(|| (pace, Kind::of(&usage)))
    };
    let (there, kind) = walk(there)?;
    let back = match back {
        Some(back) => Some(walk(back)?.0),
        None => None,
    };
    Some(Used { there, back, kind })
}

impl<A: Attributes + ?Sized> Walking<'_, A> {
    /// Searches from all sites at once: for each place, the `wanted` nearest sites within `limit`, both included. At
    /// most [`MOST_WANTED`] are kept.
    pub fn field(&self, sites: &Joins, wanted: usize, limit: u32) -> Field {
        let nodes = self.topology.node_count() as u32;
        let mut field = Field {
            last: vec![NONE; (nodes + self.graph.places) as usize],
            entries: Vec::new(),
            nodes,
            wanted: wanted.clamp(1, MOST_WANTED) as u32,
        };
        self.spread(&mut field, sites, 0, limit);
        field
    }

    /// The walks that change if further sites are added to those of a field: the places, each with its walk to one of
    /// the new sites, in ascending order of the cost. The new sites have the numbers from `first` on.
    pub fn with(&self, field: &Field, sites: &Joins, first: u32, limit: u32) -> Vec<(u32, Walk)> {
        let mut more = Addition {
            field,
            own: std::collections::HashMap::new(),
            found: Vec::new(),
        };
        self.spread(&mut more, sites, first, limit);
        more.found
    }

    fn spread(&self, settled: &mut impl Settled, sites: &Joins, first: u32, limit: u32) {
        let mut queue = Queue::default();
        for (site, join) in sites.iter() {
            self.set_out(&mut queue, first + site, join, limit);
        }
        while let Some(label) = queue.pop() {
            if !settled.settle(label) {
                continue;
            }
            for arc in self.graph.arcs_of(label.node) {
                let Some(phase) = arc.kind.after(label.phase) else {
                    continue;
                };
                let cost = label.cost.saturating_add(arc.cost);
                if cost <= limit && cost < NONE {
                    queue.push(Label {
                        cost,
                        node: arc.head,
                        phase,
                        site: label.site,
                    });
                }
            }
        }
    }

    /// Queues the first nodes and places that are reached from a site.
    fn set_out(&self, queue: &mut Queue, site: u32, join: &Join, limit: u32) {
        let nodes = self.topology.node_count() as u32;
        let mut offer = |node: u32, cost: u32, phase: Phase| {
            if cost <= limit && cost < NONE {
                queue.push(Label {
                    cost,
                    node,
                    phase,
                    site,
                });
            }
        };
        match join.place {
            Place::Node(node) => offer(node, join.extra, Phase::Start),
            Place::OnEdge { edge, offset_dm } => {
                let length = self.topology.edge(edge).length_dm;
                let forward = DirectedEdge::forward(edge);
                for (directed, from) in [
                    (forward, offset_dm.min(length)),
                    (forward.reversed(), length.saturating_sub(offset_dm)),
                ] {
                    let Graph { moment, beside, .. } = self.graph;
                    let Some(used) = used(
                        self.topology,
                        self.attributes,
                        self.profile,
                        *moment,
                        directed,
                    ) else {
                        continue;
                    };
                    let Some(phase) = used.kind.after(Phase::Start) else {
                        continue;
                    };
                    let walked = |until: u32| {
                        let cost = used.cost(moment.measure, until - from);
                        cost.saturating_add(join.extra)
                    };
                    offer(self.topology.head(directed), walked(length), phase);
                    // A place on the same edge is reached along this edge, not through one of its nodes.
                    for one in beside.on(directed).iter().filter(|one| one.from_dm >= from) {
                        let cost = walked(one.from_dm).saturating_add(one.extra);
                        offer(nodes + one.place, cost, phase);
                    }
                }
            }
        }
    }
}

/// A node or place reached by a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Label {
    cost: u32,
    node: u32,
    phase: Phase,
    site: u32,
}

/// The results of a search so far.
trait Settled {
    /// Settles a label. Returns whether the search continues from it; it does not if earlier labels are at
    /// least as good for everything that follows.
    fn settle(&mut self, label: Label) -> bool;
}

impl Field {
    /// The entries of a node or place, the last one first.
    fn at(&self, node: u32) -> impl Iterator<Item = &Reached> {
        let mut next = self.last.get(node as usize).copied().unwrap_or(NONE);
        std::iter::from_fn(move || {
            let entry = self.entries.get(next as usize)?;
            next = entry.before;
            Some(entry)
        })
    }

    /// Whether a label is superfluous: the entries of its node and `own` reach the same site, or `wanted` sites, at no
    /// higher cost and in no later phase. A walk in an earlier phase may continue wherever one in a later phase may.
    fn outdoes(&self, label: &Label, own: &[Reached]) -> bool {
        let is_place = label.node >= self.nodes;
        let mut sites = [NONE; MOST_WANTED];
        let mut count = 0;
        for entry in self.at(label.node).chain(own) {
            if entry.cost > label.cost || !(is_place || entry.phase <= label.phase) {
                continue;
            }
            if entry.site == label.site {
                return true;
            }
            if !sites[..count].contains(&entry.site) {
                sites[count] = entry.site;
                count += 1;
                if count >= self.wanted as usize {
                    return true;
                }
            }
        }
        false
    }

    /// The nearest sites of a place, in ascending order of the cost; fewer than wanted if no more are within the limit.
    pub fn walks(&self, place: u32) -> Vec<Walk> {
        let found = self.at(self.nodes.saturating_add(place));
        let mut walks: Vec<Walk> = found
            .map(|r| Walk {
                cost: r.cost,
                site: r.site,
            })
            .collect();
        walks.reverse();
        walks
    }

    /// The nearest site of a place.
    pub fn nearest(&self, place: u32) -> Option<Walk> {
        let first = self.at(self.nodes.saturating_add(place)).last()?;
        Some(Walk {
            cost: first.cost,
            site: first.site,
        })
    }
}

impl Settled for Field {
    fn settle(&mut self, label: Label) -> bool {
        if self.outdoes(&label, &[]) {
            return false;
        }
        let last = &mut self.last[label.node as usize];
        let number = self.entries.len() as u32;
        self.entries.push(Reached {
            cost: label.cost,
            site: label.site,
            phase: label.phase,
            before: std::mem::replace(last, number),
        });
        true
    }
}

/// The results of a search from additional sites. It finds only the walks that are better than those of `field`.
struct Addition<'a> {
    field: &'a Field,
    own: std::collections::HashMap<u32, Vec<Reached>>,
    found: Vec<(u32, Walk)>,
}

impl Settled for Addition<'_> {
    fn settle(&mut self, label: Label) -> bool {
        let own = self.own.entry(label.node).or_default();
        if self.field.outdoes(&label, own) {
            return false;
        }
        own.push(Reached {
            cost: label.cost,
            site: label.site,
            phase: label.phase,
            before: NONE,
        });
        if let Some(place) = label.node.checked_sub(self.field.nodes) {
            let walk = Walk {
                cost: label.cost,
                site: label.site,
            };
            self.found.push((place, walk));
        }
        true
    }
}
