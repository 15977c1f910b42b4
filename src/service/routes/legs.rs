//! Converts a route to legs (ride, push, park, walk, lift, wait), each with its line, distance, duration and
//! instructions.

// These lints suggest what Rust 1.63, the compiler of the program for phones, does not have.
#![allow(clippy::manual_let_else, clippy::unnecessary_map_or)]

use geo_types::Coord;
use jiff::Timestamp;

use super::asked::{Asked, moment};
use super::climb::{By, Climb};
use super::ends::{Stop, Stops, along};
use super::steps::{self, Narrator, Step};
use crate::live::Ways;
use crate::model::Localized;
use crate::network::core::{self, EdgeKind, Mode, Route};
use crate::network::nearby::{coord, line};
use crate::spatial::metres::distance;

/// The activity on a leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LegMode {
    /// The traveller rides.
    Ride,
    /// The traveller pushes the vehicle.
    Push,
    /// The traveller parks the vehicle.
    Park,
    /// The traveller walks.
    Walk,
    /// The traveller takes a lift.
    Lift,
    /// The traveller waits until a gate or a way opens.
    Wait,
}

impl LegMode {
    /// The name in API responses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ride => "ride",
            Self::Push => "push",
            Self::Park => "park",
            Self::Walk => "walk",
            Self::Lift => "lift",
            Self::Wait => "wait",
        }
    }
}

/// A part of a journey with one activity.
#[derive(Debug, Clone, PartialEq)]
pub struct Leg {
    /// The activity.
    pub mode: LegMode,
    /// The time at which the leg begins.
    pub begins_at: Timestamp,
    /// The length in metres.
    pub distance_m: f64,
    /// The duration in seconds, including the time to change to this mode.
    pub duration_s: f64,
    /// The line, at least two positions in degrees, WGS 84.
    pub line: Vec<Coord<f64>>,
    /// The instructions, in order.
    pub steps: Vec<Step>,
}

/// Builds the legs one after the other.
struct Maker<'a> {
    asked: &'a Asked<'a>,
    narrator: Narrator<'a>,
    legs: Vec<Leg>,
    /// The current position, and the current time in tenths of a second since the epoch.
    at: Coord<f64>,
    now: i64,
}

/// Returns the legs of a route between the stops of its two ends.
pub(super) fn legs(asked: &Asked<'_>, route: &Route, from: &Stops, to: &Stops) -> Vec<Leg> {
    let (source, target) = (from.list.get(route.source), to.list.get(route.target));
    let mut maker = Maker {
        asked,
        narrator: Narrator::new(asked),
        legs: Vec::new(),
        at: source.map(|stop| stop.on).unwrap_or_default(),
        now: route.depart,
    };
    let mut pending_ds = 0;
    if let Some(stop) = source {
        pending_ds += i64::from(stop.end.extra_ds);
    }
    let mut before: Option<Mode> = None;
    for step in &route.steps {
        let parks = before.map_or(false, Mode::has_vehicle) && step.mode == Mode::Walk
            || before.is_none()
                && asked.ask.profile.first_mode().has_vehicle()
                && step.mode == Mode::Walk
                && step.change_ds > 0;
        if parks {
            maker.park(step, step.change_ds);
        } else {
            pending_ds += i64::from(step.change_ds);
        }
        if step.wait_ds > 0 {
            maker.wait(step);
        }
        maker.go(step, pending_ds);
        pending_ds = 0;
        before = Some(step.mode);
    }
    maker.finish(route, source, (to, target), pending_ds)
}

impl Maker<'_> {
    fn park(&mut self, step: &core::Step, ds: u32) {
        self.end_leg();
        let text = self
            .narrator
            .park(Some(self.asked.ways.topology.tail(step.edge)));
        self.point(LegMode::Park, i64::from(ds), text);
    }

    fn wait(&mut self, step: &core::Step) {
        self.end_leg();
        let text = self.narrator.wait(step);
        self.point(LegMode::Wait, i64::from(step.wait_ds), text);
    }

    /// Adds a leg without movement, such as parking or waiting.
    fn point(&mut self, mode: LegMode, ds: i64, text: Localized) {
        let leg = self.still(mode, ds, text);
        self.legs.push(leg);
        self.now += ds;
    }

    fn still(&self, mode: LegMode, ds: i64, text: Localized) -> Leg {
        Leg {
            mode,
            begins_at: moment(self.now),
            distance_m: 0.0,
            duration_s: ds as f64 / 10.0,
            line: vec![self.at, self.at],
            steps: vec![Step {
                text,
                distance_m: 0.0,
                at: self.at,
            }],
        }
    }

    fn go(&mut self, step: &core::Step, pending_ds: i64) {
        let kind = self.asked.ways.topology.edge(step.edge.edge()).kind;
        let mode = match (kind, step.mode) {
            (EdgeKind::Lift, _) => LegMode::Lift,
            (_, Mode::Ride) => LegMode::Ride,
            (_, Mode::Push) => LegMode::Push,
            (_, Mode::Walk) => LegMode::Walk,
        };
        if self.legs.last().map_or(true, |leg| leg.mode != mode) {
            self.end_leg();
            self.legs.push(Leg {
                mode,
                begins_at: moment(self.now),
                distance_m: 0.0,
                duration_s: 0.0,
                line: vec![self.at],
                steps: Vec::new(),
            });
        }
        let shape = shape(self.asked.ways, step);
        let took = step.arrived - step.entered + pending_ds;
        let metres = if kind == EdgeKind::Lift {
            0.0
        } else {
            f64::from(step.to_dm - step.from_dm) / 10.0
        };
        let said = self.narrator.go(step, &shape, metres);
        self.now += took;
        if let Some(leg) = self.legs.last_mut() {
            leg.steps.extend(said);
            leg.distance_m += metres;
            leg.duration_s += took as f64 / 10.0;
            for c in &shape {
                if leg.line.last() != Some(c) {
                    leg.line.push(*c);
                }
            }
        }
        if let Some(end) = shape.last() {
            self.at = *end;
        }
    }

    fn end_leg(&mut self) {
        let said = self.narrator.end();
        if let Some(leg) = self.legs.last_mut() {
            leg.steps.extend(said);
        }
    }

    /// Adds the way up to the room. A traveller who cannot go up gets the instruction at the door instead.
    fn climb(&mut self, route: &Route, climb: &Climb) {
        let door = match self.legs.last_mut() {
            Some(door) => door,
            None => return,
        };
        let at = door.line.last().copied().unwrap_or(self.at);
        let step = Step {
            text: climb.text(),
            distance_m: 0.0,
            at,
        };
        let mode = match climb.by() {
            Some(By::Lift) => LegMode::Lift,
            Some(By::Stairs) => LegMode::Walk,
            None => {
                door.steps.push(step);
                return;
            }
        };
        let takes_ds = climb.takes_ds();
        self.legs.push(Leg {
            mode,
            begins_at: moment(route.arrive - i64::from(takes_ds)),
            distance_m: 0.0,
            duration_s: f64::from(takes_ds) / 10.0,
            line: vec![at, at],
            steps: vec![step],
        });
    }

    fn finish(
        mut self,
        route: &Route,
        source: Option<&Stop>,
        (to, target): (&Stops, Option<&Stop>),
        pending_ds: i64,
    ) -> Vec<Leg> {
        self.end_leg();
        if self.legs.is_empty() {
            self.legs.push(Leg {
                mode: LegMode::Walk,
                begins_at: moment(self.now),
                distance_m: 0.0,
                duration_s: pending_ds as f64 / 10.0,
                line: vec![self.at],
                steps: Vec::new(),
            });
        }
        let gap = source.filter(|stop| stop.gap_m > 0.0);
        if let (Some(first), Some(stop)) = (self.legs.first_mut(), gap) {
            first.line.insert(0, stop.at);
            first.distance_m += stop.gap_m;
        }
        if route.park_ds > 0 {
            let text = self.narrator.park(None);
            self.point(LegMode::Park, i64::from(route.park_ds), text);
        }
        if let (Some(last), Some(stop)) = (self.legs.last_mut(), target) {
            let up_ds = to.climb.as_ref().map_or(0, Climb::takes_ds);
            last.duration_s += f64::from(stop.end.extra_ds.saturating_sub(up_ds)) / 10.0;
            if stop.gap_m > 0.0 && stop.entrance.is_none() {
                last.line.push(stop.at);
            }
            last.distance_m += stop.gap_m;
            last.steps.push(Step {
                text: steps::arrived(self.asked, stop),
                distance_m: 0.0,
                at: stop.at,
            });
        }
        if let Some(climb) = &to.climb {
            self.climb(route, climb);
        }
        for leg in &mut self.legs {
            if let [only] = leg.line.as_slice() {
                leg.line.push(*only);
            }
        }
        self.legs
    }
}

/// Returns the leg of parking the vehicle at a node. `begins` is in tenths of a second since the epoch.
pub(super) fn parked(asked: &Asked<'_>, node: u32, begins: i64, takes_ds: u32) -> Leg {
    let maker = Maker {
        asked,
        narrator: Narrator::new(asked),
        legs: Vec::new(),
        at: coord(asked.ways.topology.point(node)),
        now: begins,
    };
    let text = maker.narrator.park(Some(node));
    maker.still(LegMode::Park, i64::from(takes_ds), text)
}

/// Returns the line of a step, in the direction of travel.
pub(super) fn shape(ways: &Ways, step: &core::Step) -> Vec<Coord<f64>> {
    let mut points: Vec<Coord<f64>> = line(&ways.topology, step.edge.edge()).collect();
    if step.edge.is_backward() {
        points.reverse();
    }
    let length = ways.topology.edge(step.edge.edge()).length_dm;
    if step.from_dm == 0 && step.to_dm >= length {
        return points;
    }
    let (begin, end) = (along(&points, step.from_dm), along(&points, step.to_dm));
    let mut cut = vec![begin];
    let mut passed = 0.0;
    for ends in points.windows(2) {
        passed += distance(ends[0], ends[1]) * 10.0;
        if passed > f64::from(step.from_dm) && passed < f64::from(step.to_dm) {
            cut.push(ends[1]);
        }
    }
    cut.push(end);
    cut
}
