//! The memory of a search: labels, and a queue of those to settle. A new search clears it in constant time, so the
//! memory is reused for many queries.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::edge::DirectedEdge;
use super::hierarchy::ByClass;
use super::passage::Phase;
use super::profile::Mode;

/// Marks that there is no label or no edge.
pub const NONE: u32 = u32::MAX;

/// The state of a traveller at a node, without the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// The node. A number above that of the last node stands for a target.
    pub node: u32,
    /// The mode in which the traveller arrived.
    pub mode: Mode,
    /// The part of the route with respect to private land.
    pub phase: Phase,
    /// Whether the traveller has passed the gate that the route must use; always true if there is none.
    pub is_through: bool,
    /// The directed edge by which the traveller arrived, or [`NONE`]. It distinguishes labels only while riding.
    pub came_by: u32,
    /// The state of turn restrictions; [`super::turns::FREE`] unless riding.
    pub turn: u32,
}

impl State {
    /// Whether a traveller in this state can continue in every way that is open to `other` at the same node. Riders
    /// cannot turn on the spot, so for them the edge by which they arrived must be the same.
    fn covers(&self, other: &State) -> bool {
        self.mode == other.mode
            && self.is_through == other.is_through
            && self.phase <= other.phase
            && (self.mode != Mode::Ride
                || (self.came_by == other.came_by && self.turn == other.turn))
    }
}

/// Where a label comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// The label before it, or [`NONE`] for the first.
    pub parent: u32,
    /// The number of the source at which the path begins.
    pub source: u32,
    /// Whether the path contains a longer wait than a route may contain.
    pub waits_long: bool,
}

impl Origin {
    /// The origin of the first label of a source.
    pub(super) fn source(source: u32) -> Origin {
        Origin {
            parent: NONE,
            source,
            waits_long: false,
        }
    }
}

/// The best known way to a state.
#[derive(Debug, Clone, Copy)]
pub struct Label {
    /// The state of the traveller.
    pub state: State,
    /// Tenths of a second since the departure.
    pub time: u32,
    /// The number of edges on the path whose hours were unknown.
    pub unknowns: u32,
    /// The label or the source that it comes from.
    pub origin: Origin,
    /// Whether it is settled.
    pub is_settled: bool,
    /// The next label at the same node, or [`NONE`].
    next: u32,
}

impl Label {
    /// The label of a source, which lies at no node.
    pub(super) fn source(state: State, time: u32, source: u32) -> Label {
        Label {
            state,
            time,
            unknowns: 0,
            origin: Origin::source(source),
            is_settled: true,
            next: NONE,
        }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    generation: u32,
    first: u32,
}

/// The order in which labels are settled: by the time plus the bound of the rest, then by the number of unknown hours,
/// then by the bound (so that one of several equally good routes is followed to its end first), then by the number.
type Key = (u32, u32, u32, u32);

/// The memory of a search. It belongs to one search at a time.
#[derive(Debug, Default)]
pub struct Memory {
    slots: Vec<Slot>,
    generation: u32,
    labels: Vec<Label>,
    queue: BinaryHeap<Reverse<Key>>,
    /// The memory for the distances from which bounds are computed.
    pub(super) distances: ByClass,
}

impl Memory {
    /// An empty memory. It grows with the first search.
    pub fn new() -> Memory {
        Memory::default()
    }

    /// Clears the last search; the next one has this many nodes and targets.
    pub(super) fn begin(&mut self, places: usize) {
        if self.slots.len() < places {
            self.slots.resize(places, Slot::default());
        }
        self.generation = self.generation.wrapping_add(1);
        if self.generation == 0 {
            self.slots.fill(Slot::default());
            self.generation = 1;
        }
        self.labels.clear();
        self.queue.clear();
    }

    /// A label by its number.
    pub(super) fn label(&self, number: u32) -> &Label {
        &self.labels[number as usize]
    }

    /// A label that stands for a source; no other label replaces it.
    pub(super) fn push_source(&mut self, label: Label) -> u32 {
        self.labels.push(label);
        (self.labels.len() - 1) as u32
    }

    /// Adds a label unless the node has one that is at least as good. `bound` is a lower bound of the time from there
    /// to the target.
    pub(super) fn offer(&mut self, state: State, cost: (u32, u32), origin: Origin, bound: u32) {
        let (time, unknowns) = cost;
        let generation = self.generation;
        let slot = &mut self.slots[state.node as usize];
        if slot.generation != generation {
            *slot = Slot {
                generation,
                first: NONE,
            };
        }
        let mut same = NONE;
        let mut at = slot.first;
        while at != NONE {
            let other = &self.labels[at as usize];
            if other.state.covers(&state) {
                if (other.time, other.unknowns) <= cost {
                    return;
                }
                if other.state.phase == state.phase {
                    same = at;
                }
            }
            at = other.next;
        }
        let mut label = Label {
            state,
            time,
            unknowns,
            origin,
            is_settled: false,
            next: slot.first,
        };
        let number = if same == NONE {
            let number = self.labels.len() as u32;
            slot.first = number;
            self.labels.push(label);
            number
        } else {
            let old = &mut self.labels[same as usize];
            label.next = old.next;
            *old = label;
            same
        };
        let key = (time.saturating_add(bound), unknowns, bound, number);
        self.queue.push(Reverse(key));
    }

    /// The number of the label to settle next.
    pub(super) fn pop(&mut self) -> Option<u32> {
        // A label that was improved is in the queue twice. The better entry comes first and settles it.
        while let Some(Reverse((.., number))) = self.queue.pop() {
            let label = &mut self.labels[number as usize];
            if !label.is_settled {
                label.is_settled = true;
                return Some(number);
            }
        }
        None
    }

    /// Which edges a label still has to use, because no better label at its node could.
    pub(super) fn left_to_do(&self, number: u32) -> ToDo {
        let label = self.label(number);
        let cost = (label.time, label.unknowns);
        let mut first: Option<u32> = None;
        let mut at = self.slots[label.state.node as usize].first;
        while at != NONE {
            let other = self.label(at);
            let is_better = at != number
                && other.is_settled
                && other.state.mode == label.state.mode
                && other.state.is_through == label.state.is_through
                && other.state.phase <= label.state.phase
                && other.state.turn == super::turns::FREE
                && (other.time, other.unknowns) <= cost;
            if is_better {
                if label.state.mode != Mode::Ride
                    || other.state.came_by == label.state.came_by
                    || other.state.came_by == NONE
                    || first.map_or(false, |f| f != other.state.came_by)
                {
                    return ToDo::Nothing;
                }
                first = Some(other.state.came_by);
            }
            at = other.next;
        }
        match first {
            Some(came_by) => ToDo::Only(DirectedEdge(came_by).reversed()),
            None => ToDo::All,
        }
    }

    /// The labels at a node.
    #[cfg(test)]
    fn at(&self, node: u32) -> impl Iterator<Item = &Label> {
        let slot = self.slots[node as usize];
        let mut at = if slot.generation == self.generation {
            slot.first
        } else {
            NONE
        };
        std::iter::from_fn(move || {
            let label = self.labels.get(at as usize)?;
            at = label.next;
            Some(label)
        })
    }
}

/// Which edges a label still has to use, because no better label at its node could.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToDo {
    /// All edges at the node.
    All,
    /// One edge: the reverse of the edge by which the better label arrived, because that label could not turn back.
    Only(DirectedEdge),
    /// No edge.
    Nothing,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(mode: Mode, came_by: u32) -> State {
        State {
            node: 0,
            mode,
            phase: Phase::Public,
            is_through: true,
            came_by,
            turn: 0,
        }
    }

    fn offer(memory: &mut Memory, state: State, time: u32) {
        memory.offer(state, (time, 0), Origin::source(0), 0);
    }

    #[test]
    fn the_better_of_two_walks_is_kept() {
        let mut memory = Memory::new();
        memory.begin(1);
        offer(&mut memory, state(Mode::Walk, 2), 50);
        offer(&mut memory, state(Mode::Walk, 4), 30);
        offer(&mut memory, state(Mode::Walk, 6), 40);
        let best = memory.pop().unwrap();
        assert_eq!(memory.label(best).time, 30);
        assert_eq!(memory.pop(), None);
    }

    #[test]
    fn who_rides_up_second_does_what_the_first_could_not() {
        let mut memory = Memory::new();
        memory.begin(1);
        for (edge, time) in [(2, 10), (4, 20), (6, 30)] {
            offer(&mut memory, state(Mode::Ride, edge), time);
        }
        let mut todo = || {
            let number = memory.pop().unwrap();
            memory.left_to_do(number)
        };
        assert_eq!(todo(), ToDo::All);
        assert_eq!(todo(), ToDo::Only(DirectedEdge(3)));
        assert_eq!(todo(), ToDo::Nothing);
    }

    #[test]
    fn a_search_that_begins_knows_nothing_of_the_last() {
        let mut memory = Memory::new();
        memory.begin(1);
        offer(&mut memory, state(Mode::Walk, 2), 50);
        memory.begin(1);
        assert_eq!(memory.at(0).count(), 0);
        offer(&mut memory, state(Mode::Walk, 2), 70);
        assert_eq!(memory.at(0).count(), 1);
    }
}
