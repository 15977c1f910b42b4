//! The private land around the targets of a query: the least time to the targets over it, by node and mode. It is small,
//! so parking, dismounting and what is closed at present can be taken into account, which bounds for the whole network
//! cannot.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};

use super::attributes::Attributes;
use super::edge::{DirectedEdge, Place};
use super::ends::End;
use super::hierarchy::NEVER;
use super::moves::Mover;
use super::passage::{Phase, Usage, usage};
use super::profile::{Mode, Zone};

/// Larger areas are not examined, because that would take longer than it saves.
const MOST_NODES: usize = 2000;

/// The least time to the targets from a node in each mode, in tenths of a second; [`NEVER`] if there is no way.
pub(super) type ByMode = [u32; Mode::ALL.len()];

/// The least times by node.
#[derive(Debug, Clone, Default)]
pub(super) struct Land(HashMap<u32, ByMode, BuildHasherDefault<NodeHasher>>);

impl Land {
    /// The least travel time from a node to the targets in each mode, in tenths of a second; [`NEVER`] if the node is not
    /// on this land.
    pub(super) fn of(&self, node: u32) -> ByMode {
        self.0.get(&node).copied().unwrap_or([NEVER; 3])
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, ByMode)> + '_ {
        self.0.iter().map(|(node, least)| (*node, *least))
    }
}

/// Spreads the numbers of nodes by a multiplication. Users cannot choose these numbers, so a stronger hash is
/// not needed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct NodeHasher(u64);

impl Hasher for NodeHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u32(u32::from(*byte));
        }
    }

    fn write_u32(&mut self, number: u32) {
        let mixed = (self.0 ^ u64::from(number)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 32);
    }
}

/// Whether an edge may be used in [`Phase::End`].
fn is_of_end(usage: &Usage) -> bool {
    usage.is_neutral || usage.zone == Zone::Ends
}

impl<A: Attributes + ?Sized> Mover<'_, A> {
    /// How an edge is used in a mode, regardless of its hours; `None` if it cannot be used at any hour.
    pub(super) fn usage_of(&self, directed: DirectedEdge, mode: Mode) -> Option<Usage> {
        let edge = self.terrain.topology.edge(directed.edge());
        let attr = self.terrain.attributes.attr(edge.feature);
        let blocked = self.terrain.attributes.blocked(directed.edge());
        usage(self.terrain.profile, edge, directed, attr, blocked, mode).ok()
    }

    /// The nodes from which an end is reached directly, with the time in each mode. With `only_end`, only over edges
    /// that may be used in [`Phase::End`].
    pub(super) fn approaches(&self, end: &End, only_end: bool) -> Vec<(u32, ByMode)> {
        let (edge, offset_dm) = match end.place {
            Place::Node(node) => {
                let mut least = [NEVER; 3];
                for mode in Mode::ALL {
                    let finish = self.finish_ds(mode, Some(node), || self.park_at_ds(node));
                    if let Some(finish) = finish {
                        least[mode as usize] = finish.saturating_add(end.extra_ds);
                    }
                }
                return vec![(node, least)];
            }
            Place::OnEdge { edge, offset_dm } => (edge, offset_dm),
        };
        let length = self.terrain.topology.edge(edge).length_dm;
        let forward = DirectedEdge::forward(edge);
        let mut found = Vec::with_capacity(2);
        for (directed, length) in [
            (forward, offset_dm),
            (forward.reversed(), length.saturating_sub(offset_dm)),
        ] {
            let mut least = [NEVER; 3];
            for mode in Mode::ALL {
                let usage = match self.usage_of(directed, mode) {
                    Some(usage) if !only_end || is_of_end(&usage) => usage,
                    _ => continue,
                };
                if let Some(finish) = self.finish_ds(mode, None, || self.park_along_ds(directed)) {
                    let way = usage.duration_ds(length).saturating_add(finish);
                    least[mode as usize] = way.saturating_add(end.extra_ds);
                }
            }
            found.push((self.terrain.topology.tail(directed), least));
        }
        found
    }

    /// The least times over private land and neutral edges to places with known times; `None` above `MOST_NODES` nodes.
    pub(super) fn land(&self, places: &[(u32, ByMode)]) -> Option<Land> {
        let mut land = Land::default();
        let mut queue: BinaryHeap<Reverse<(u32, u32, u8)>> = BinaryHeap::new();
        let offer = |land: &mut Land, queue: &mut BinaryHeap<_>, node, mode: Mode, takes| {
            let known = land.0.entry(node).or_insert([NEVER; 3]);
            if takes < known[mode as usize] {
                known[mode as usize] = takes;
                queue.push(Reverse((takes, node, mode as u8)));
            }
        };
        for (node, least) in places {
            for mode in Mode::ALL {
                offer(&mut land, &mut queue, *node, mode, least[mode as usize]);
            }
        }
        while let Some(Reverse((takes, node, mode))) = queue.pop() {
            let mode = Mode::ALL[mode as usize];
            if land.of(node)[mode as usize] < takes {
                continue;
            }
            if land.0.len() > MOST_NODES {
                return None;
            }
            for before in Mode::ALL {
                if let Some(change) = self.least_change_ds(before, mode, node) {
                    let takes = takes.saturating_add(change);
                    offer(&mut land, &mut queue, node, before, takes);
                }
            }
            for out in self.terrain.topology.out(node) {
                // The traveller comes from the other node, against the direction of `out`.
                let inwards = out.reversed();
                let used = self.usage_of(inwards, mode).filter(is_of_end);
                if let Some(usage) = used {
                    let length = self.terrain.topology.edge(out.edge()).length_dm;
                    let takes = takes.saturating_add(usage.duration_ds(length));
                    let from = self.terrain.topology.tail(inwards);
                    offer(&mut land, &mut queue, from, mode, takes);
                }
            }
        }
        Some(land)
    }

    /// Lower bounds for routes that use an edge. For each direction of the edge: its near node and, for each
    /// mode that is not `barred`, the least time over the edge plus `rest`. `rest` gives the least time from
    /// the far node to the targets, for a mode and the phase after the edge. The route enters the edge in
    /// `phase`.
    pub(super) fn sides(
        &self,
        edge: u32,
        barred: &[Mode],
        phase: Phase,
        mut rest: impl FnMut(u32, Mode, Phase) -> u32,
    ) -> [(u32, ByMode); 2] {
        let length = self.terrain.topology.edge(edge).length_dm;
        [DirectedEdge::forward(edge), DirectedEdge::backward(edge)].map(|directed| {
            let (near, far) = (
                self.terrain.topology.tail(directed),
                self.terrain.topology.head(directed),
            );
            let mut least = [NEVER; 3];
            for mode in Mode::ALL.iter().copied().filter(|m| !barred.contains(m)) {
                let used = self.usage_of(directed, mode);
                let after = used.and_then(|usage| Some((usage, phase.after(&usage)?)));
                if let Some((usage, after)) = after {
                    let rest = rest(far, mode, after);
                    least[mode as usize] = usage.duration_ds(length).saturating_add(rest);
                }
            }
            (near, least)
        })
    }

    /// A lower bound of the time to change between two different modes at a node; `None` if that is not possible.
    fn least_change_ds(&self, from: Mode, to: Mode, node: u32) -> Option<u32> {
        let profile = self.terrain.profile;
        match (from, to) {
            (a, b) if a == b => None,
            (Mode::Ride, Mode::Push) => Some(profile.dismount_ds),
            (Mode::Push, Mode::Ride) => Some(profile.mount_ds),
            (Mode::Walk, _) if self.query.pick_up_at.is_some() => Some(0),
            (Mode::Walk, _) => None,
            _ => self.park_at_ds(node),
        }
    }

    /// A lower bound of the time to park anywhere; [`NEVER`] if the profile does not park.
    pub(super) fn least_park_ds(&self) -> u32 {
        let rule = match self.terrain.profile.park {
            Some(rule) => rule,
            None => return NEVER,
        };
        let anywhere = rule.anywhere_ds.unwrap_or(NEVER);
        if self.terrain.topology.parkings().is_empty() {
            anywhere
        } else {
            anywhere.min(rule.place_ds)
        }
    }
}
