//! Lower bounds of the time to the targets, which direct a search towards them.

use super::edge::{Place, Point};
use super::ends::End;
use super::labels::State;
use super::profile::{Mode, Profile};
use super::topology::Topology;

/// A lower bound of the time to the targets. It must be consistent: along an edge it decreases by at most the travel
/// time of the edge.
pub trait Bound {
    /// The bound from a state in tenths of a second; `u32::MAX` if no target can be reached.
    fn at(&mut self, state: &State) -> u32;

    /// Changes the bound to routes that pass the edge `gate` in a mode that is not in `barred`.
    fn pass(&mut self, _gate: u32, _barred: &[Mode]) {}

    /// A lower bound of the time from the sources of a query to an edge, in tenths of a second.
    fn until_edge(&mut self, _from: &[End], _mode: Mode, _edge: u32) -> u32 {
        0
    }
}

/// No bound: the search proceeds in all directions.
#[derive(Debug, Clone, Copy)]
pub struct Everywhere;

impl Bound for Everywhere {
    fn at(&mut self, _: &State) -> u32 {
        0
    }
}

/// A bound from straight lines to a few targets, travelled at the highest speed of the profile.
#[derive(Debug)]
pub struct StraightLine<'a> {
    topology: &'a Topology,
    /// For each target, a point at which the network is left, and a lower bound of the remaining time in tenths of a
    /// second.
    targets: Vec<(Point, u32)>,
    /// The least time in tenths of a second per decimetre, with a vehicle and without.
    pace: [f64; 2],
    /// The position of the gate that the route must pass, and the bound from it to the targets with a vehicle and
    /// without.
    gate: Option<(Point, [u32; 2])>,
}

/// With more targets, computing the bound costs more than it saves.
const MOST_TARGETS: usize = 8;

impl<'a> StraightLine<'a> {
    /// Creates the bound to `ends`, valid for all modes of a profile.
    pub fn new(topology: &'a Topology, profile: &Profile, ends: &[End]) -> StraightLine<'a> {
        let mut targets = Vec::new();
        for end in ends {
            match end.place {
                Place::Node(node) => targets.push((topology.point(node), end.extra_ds)),
                Place::OnEdge { edge, .. } => {
                    let edge = topology.edge(edge);
                    targets.push((topology.point(edge.from), end.extra_ds));
                    targets.push((topology.point(edge.to), end.extra_ds));
                }
            }
        }
        let pace = [Mode::Ride, Mode::Walk].map(|mode| match profile.fastest_from(mode) {
            0 => 0.0,
            speed => 36.0 / f64::from(speed),
        });
        if targets.len() > MOST_TARGETS {
            targets.clear();
        }
        StraightLine {
            topology,
            targets,
            pace,
            gate: None,
        }
    }

    /// Changes the bound to routes that pass the edge `gate`.
    pub fn through(mut self, gate: u32) -> StraightLine<'a> {
        let point = self.topology.point(self.topology.edge(gate).from);
        self.gate = Some((
            point,
            [self.to_targets(point, 0), self.to_targets(point, 1)],
        ));
        self
    }

    /// Extends the bound to a traveller who starts on foot and may pick up a vehicle on the way.
    pub fn with_pick_up(mut self) -> StraightLine<'a> {
        self.pace[1] = self.pace[0];
        self
    }

    fn to_targets(&self, from: Point, pace: usize) -> u32 {
        let least = self.targets.iter().map(|(point, extra)| {
            let way = self.topology.straight_dm(from, *point) * self.pace[pace];
            (way as u32).saturating_add(*extra)
        });
        least.min().unwrap_or(0)
    }
}

impl Bound for StraightLine<'_> {
    fn at(&mut self, state: &State) -> u32 {
        let pace = usize::from(!state.mode.has_vehicle());
        let from = self.topology.point(state.node);
        match self.gate {
            Some((gate, rest)) if !state.is_through => {
                let way = self.topology.straight_dm(from, gate) * self.pace[pace];
                (way as u32).saturating_add(rest[pace])
            }
            _ => self.to_targets(from, pace),
        }
    }
}
