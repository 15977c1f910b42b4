//! A bound from straight lines: nobody is faster than at the highest speed of the profile along the straight line.

use super::labels::State;
use super::profile::{Mode, Profile};
use super::search::{Bound, End};
use super::topology::{Place, Point, Topology};

/// The bound from straight lines to a few targets.
#[derive(Debug)]
pub struct StraightLine<'a> {
    topology: &'a Topology,
    /// Where the targets are entered from, with what they cost at least.
    targets: Vec<(Point, u32)>,
    /// Tenths of a second a decimetre at the highest speed, with a vehicle and without.
    pace: [f64; 2],
    /// The gate that the way must lead through, and a bound from it to the targets by vehicle or not.
    gate: Option<(Point, [u32; 2])>,
}

/// More targets make the bound dearer than what it saves.
const MOST_TARGETS: usize = 8;

impl<'a> StraightLine<'a> {
    /// The bound to some targets, for all of a profile's modes.
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

    /// The bound of ways that lead over the edge of a gate.
    pub fn through(mut self, gate: u32) -> StraightLine<'a> {
        let point = self.topology.point(self.topology.edge(gate).from);
        self.gate = Some((
            point,
            [self.to_targets(point, 0), self.to_targets(point, 1)],
        ));
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
