//! Writes the instructions of a route: turns, names of ways, gates and the credentials that they require, lifts and
//! doors.

// This lint suggests functions that Rust 1.63, the compiler of the program for phones, does not have.
#![allow(clippy::unnecessary_map_or)]

use geo_types::Coord;

use super::asked::Asked;
use super::ends::Stop;
use super::gates::{clock, credential, join};
use crate::model::{Localized, both};
use crate::network::core::{
    self, Attributes as _, EdgeKind, HOURS_ALWAYS, HOURS_UNKNOWN, Mode, Ramp, WayKind,
};
use crate::spatial::metres::metres_per_degree;

/// One instruction.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The text.
    pub text: Localized,
    /// The distance to travel after the instruction, in metres.
    pub distance_m: f64,
    /// The position where it begins, in degrees, WGS 84.
    pub at: Coord<f64>,
}

/// A bend of more than this many degrees is described as a turn.
const TURN_DEG: f64 = 40.0;
/// A bend of more than this many degrees is described as turning back.
const BACK_DEG: f64 = 150.0;
/// The closing time of a gate is given only if the gate closes within this time, in tenths of a second: 12 hours.
const LONG_DS: i64 = 432_000;

/// The kinds of stretches that are described with different words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stretch {
    Way,
    Steps(Ramp),
    Crossing,
    Square,
}

/// A stretch of the route that one sentence describes.
struct Run {
    stretch: Stretch,
    name: Option<String>,
    mode: Mode,
    lead: Localized,
    metres: f64,
    /// The position where it begins, in degrees, WGS 84.
    at: Coord<f64>,
}

/// Writes the instructions for the steps of a route, in order.
pub(super) struct Narrator<'a> {
    asked: &'a Asked<'a>,
    run: Option<Run>,
    /// The direction of travel at the end of the previous step, in degrees clockwise from the north.
    heading: Option<f64>,
}

impl<'a> Narrator<'a> {
    pub(super) fn new(asked: &'a Asked<'a>) -> Self {
        Self {
            asked,
            run: None,
            heading: None,
        }
    }

    /// Returns the instructions for a step, and for the stretch that ends with it.
    pub(super) fn go(&mut self, step: &core::Step, shape: &[Coord<f64>], metres: f64) -> Vec<Step> {
        let topology = &self.asked.ways.topology;
        let edge = topology.edge(step.edge.edge());
        let at = shape.first().copied().unwrap_or_default();
        match edge.kind {
            EdgeKind::Gate => {
                let mut said = self.end();
                said.extend(self.gate(step, edge.feature).map(|text| plain(text, at)));
                return said;
            }
            EdgeKind::Lift => {
                let mut said = self.end();
                said.push(plain(both!("乘电梯", "Take the lift"), at));
                self.heading = None;
                return said;
            }
            EdgeKind::AssumedCrossing => {
                let mut said = self.end();
                said.push(Step {
                    text: both!(
                        "此处穿过围墙，地图上没有登记的门，以现场为准",
                        "Here the way crosses a wall where no gate is mapped; check on the spot"
                    ),
                    distance_m: metres,
                    at,
                });
                self.heading = direction(shape, true).or(self.heading);
                return said;
            }
            EdgeKind::Way | EdgeKind::AreaCrossing | EdgeKind::DoorLink => {}
        }
        let attr = self.asked.ground.table.attr(edge.feature);
        let stretch = match attr.kind {
            WayKind::Steps => Stretch::Steps(attr.ramp),
            WayKind::Crossing => Stretch::Crossing,
            WayKind::Area => Stretch::Square,
            _ => Stretch::Way,
        };
        let name = match edge.kind {
            EdgeKind::Way => self.feature(edge.feature).and_then(|f| self.asked.name(f)),
            _ => None,
        };
        let bend = match (self.heading, direction(shape, false)) {
            (Some(before), Some(now)) => Some(turned(before, now)),
            _ => None,
        };
        let goes_on = self.run.as_ref().map_or(false, |run| {
            let is_straight = bend.map_or(true, |b| b.abs() <= TURN_DEG);
            let same_name = name.is_none() || run.name.is_none() || run.name == name;
            // A bend within one named way is not a turn.
            let is_bend = run.name.is_some() && run.name == name;
            run.stretch == stretch && run.mode == step.mode && same_name && (is_straight || is_bend)
        });
        let mut said = Vec::new();
        if goes_on {
            if let Some(run) = &mut self.run {
                run.metres += metres;
                run.name = run.name.take().or(name);
            }
        } else {
            said = self.end();
            self.run = Some(Run {
                stretch,
                name,
                mode: step.mode,
                lead: lead(bend, direction(shape, false)),
                metres,
                at,
            });
        }
        self.heading = direction(shape, true).or(self.heading);
        said
    }

    /// Returns the instruction for the stretch that ends here.
    pub(super) fn end(&mut self) -> Vec<Step> {
        let run = self.run.take();
        let told = run.filter(|run| run.metres >= 0.5);
        told.map(|run| Step {
            distance_m: (run.metres * 10.0).round() / 10.0,
            at: run.at,
            text: run.text(),
        })
        .into_iter()
        .collect()
    }

    fn feature(&self, feature: u32) -> Option<&'a str> {
        let features = self.asked.ways.topology.features();
        features.get(feature as usize).map(String::as_str)
    }

    /// Describes passing a gate: its name, the mode, the closing time and the required credential.
    fn gate(&self, step: &core::Step, feature: u32) -> Option<Localized> {
        let id = self.feature(feature)?;
        let public = self.asked.ground.public(id)?;
        if !id.starts_with("entrances/") {
            return Some(both!("通过阻车桩", "Pass the bollards"));
        }
        let unnamed = both!("大门", "the gate");
        let name = public.text("name");
        let (zh, en) = match &name {
            Some(name) => (name.as_str(), name.as_str()),
            None => (unnamed.zh.as_str(), unnamed.en.as_str()),
        };
        let topology = &self.asked.ways.topology;
        let has_inside = topology
            .gates()
            .binary_search_by_key(&step.edge.edge(), |gate| gate.edge)
            .map_or(false, |at| topology.gates()[at].compound.is_some());
        let mut parts = vec![match (has_inside, step.edge.is_backward()) {
            (true, false) => both!("从{zh}进", "Enter by {en}"),
            (true, true) => both!("从{zh}出", "Leave by {en}"),
            (false, _) => both!("经过{zh}", "Pass {en}"),
        }];
        parts.extend(self.manner(step.mode));
        parts.extend(public.text("credential").and_then(|c| credential(&c)));
        parts.extend(self.open_until(step, feature));
        if let Some(guidance) = public.text("guidance") {
            parts.push(both!("提示：{guidance}", "note: {guidance}"));
        }
        Some(join(&parts))
    }

    fn manner(&self, mode: Mode) -> Option<Localized> {
        match mode {
            Mode::Push => Some(both!("推行", "push the vehicle")),
            Mode::Ride => Some(both!("可骑行", "riding is allowed")),
            Mode::Walk if self.asked.ask.profile.first_mode().has_vehicle() => {
                Some(both!("步行", "on foot"))
            }
            Mode::Walk => None,
        }
    }

    fn open_until(&self, step: &core::Step, feature: u32) -> Option<Localized> {
        let table = &self.asked.ground.table;
        let attr = table.attr(feature);
        let hours = match step.mode {
            Mode::Ride => attr.ride_hours,
            Mode::Push => attr.push_hours,
            Mode::Walk => attr.walk_hours,
        };
        if hours == HOURS_UNKNOWN || step.is_unknown {
            return Some(both!("开放时间未知", "its hours are not known"));
        }
        if hours == HOURS_ALWAYS {
            return None;
        }
        let spans = table.hours(hours).open.iter();
        let until = spans
            .map(|(_, until)| until.saturating_mul(10))
            .find(|until| *until > step.entered)?;
        if until.saturating_sub(step.entered) > LONG_DS {
            return None;
        }
        let (zh, en) = clock(self.asked, until, step.entered);
        Some(both!("开放到{zh}", "open until {en}"))
    }

    /// Describes parking the vehicle at a node, or at the end of the route if there is no node.
    pub(super) fn park(&self, node: Option<u32>) -> Localized {
        let topology = &self.asked.ways.topology;
        let place = node.and_then(|node| {
            let parking = topology.parkings_at(node).first()?;
            self.asked.name(self.feature(parking.feature)?)
        });
        match place {
            Some(name) => both!("在{name}停车", "Park at {name}"),
            None => both!("在此处路边停车", "Park here beside the way"),
        }
    }

    /// Describes the wait before a step.
    pub(super) fn wait(&self, step: &core::Step) -> Localized {
        let feature = self.asked.ways.topology.edge(step.edge.edge()).feature;
        let name = self.feature(feature).and_then(|f| self.asked.name(f));
        let (zh, en) = clock(
            self.asked,
            step.entered,
            step.entered - i64::from(step.wait_ds),
        );
        match name {
            Some(name) => both!("等到{zh}{name}开放", "Wait until {name} opens at {en}"),
            None => both!("等到{zh}开放", "Wait until it opens at {en}"),
        }
    }
}

impl Run {
    fn text(&self) -> Localized {
        let (zh_m, en_m) = length(self.metres);
        let (zh_verb, en_verb) = match self.mode {
            Mode::Ride => ("骑行", "ride"),
            Mode::Push => ("推行", "push the vehicle"),
            Mode::Walk => ("步行", "walk"),
        };
        let Localized { zh, en } = &self.lead;
        match (self.stretch, &self.name) {
            (Stretch::Steps(Ramp::None), _) => {
                both!("{zh}，走台阶{zh_m}", "{en}, take the steps for {en_m}")
            }
            (Stretch::Steps(_), _) => both!(
                "{zh}，走台阶旁坡道{zh_m}",
                "{en}, take the ramp beside the steps for {en_m}"
            ),
            (Stretch::Crossing, _) => both!("{zh}，过街{zh_m}", "{en}, cross the street, {en_m}"),
            (Stretch::Square, Some(name)) => {
                both!(
                    "{zh}，穿过{name}，{zh_verb}{zh_m}",
                    "{en}, cross {name}: {en_verb} {en_m}"
                )
            }
            (Stretch::Square, None) => {
                both!(
                    "{zh}，穿过广场，{zh_verb}{zh_m}",
                    "{en}, cross the square: {en_verb} {en_m}"
                )
            }
            (Stretch::Way, Some(name)) => {
                both!(
                    "{zh}，沿{name}{zh_verb}{zh_m}",
                    "{en}, {en_verb} {en_m} along {name}"
                )
            }
            (Stretch::Way, None) => both!("{zh}，{zh_verb}{zh_m}", "{en}, {en_verb} {en_m}"),
        }
    }
}

/// Describes the arrival at a stop.
pub(super) fn arrived(asked: &Asked<'_>, stop: &Stop) -> Localized {
    let id = stop.entrance.as_ref().map(|id| format!("entrances/{id}"));
    let public = id.as_deref().and_then(|id| asked.ground.public(id));
    let name = public.as_ref().and_then(|p| p.text("name"));
    let mut parts = vec![match &name {
        Some(name) => both!("到达{name}", "Arrive at {name}"),
        None => both!("到达目的地", "Arrive"),
    }];
    if let Some(public) = &public {
        if public.is_true("intercom") {
            parts.push(both!("门口有对讲机", "there is an intercom"));
        }
        if let Some(guidance) = public.text("guidance") {
            parts.push(both!("提示：{guidance}", "note: {guidance}"));
        }
    }
    if stop.gap_m > 0.0 && stop.entrance.is_some() {
        let metres = stop.gap_m.round();
        parts.push(both!(
            "最后约{metres}米地图上没有道路",
            "the map has no way for the last {metres} m"
        ));
    }
    join(&parts)
}

fn plain(text: Localized, at: Coord<f64>) -> Step {
    Step {
        text,
        distance_m: 0.0,
        at,
    }
}

/// Describes the beginning of a stretch: a turn, or the compass direction at the start of the route.
fn lead(bend: Option<f64>, heading: Option<f64>) -> Localized {
    match (bend, heading) {
        (Some(b), _) if b.abs() > BACK_DEG => both!("调头", "Turn back"),
        (Some(b), _) if b > TURN_DEG => both!("右转", "Turn right"),
        (Some(b), _) if b < -TURN_DEG => both!("左转", "Turn left"),
        (Some(_), _) => both!("直行", "Go straight on"),
        (None, Some(heading)) => {
            let (zh, en) = compass(heading);
            both!("向{zh}", "Head {en}")
        }
        (None, None) => both!("出发", "Set out"),
    }
}

fn compass(heading: f64) -> (&'static str, &'static str) {
    const NAMES: [(&str, &str); 8] = [
        ("北", "north"),
        ("东北", "north-east"),
        ("东", "east"),
        ("东南", "south-east"),
        ("南", "south"),
        ("西南", "south-west"),
        ("西", "west"),
        ("西北", "north-west"),
    ];
    let eighth = ((heading + 22.5).rem_euclid(360.0) / 45.0) as usize;
    NAMES.get(eighth).copied().unwrap_or(("北", "north"))
}

/// Returns the direction at the beginning or the end of a line, in degrees clockwise from the north.
fn direction(shape: &[Coord<f64>], at_end: bool) -> Option<f64> {
    let differs = |w: &&[Coord<f64>]| w[0] != w[1];
    let piece = if at_end {
        shape.windows(2).rfind(differs)
    } else {
        shape.windows(2).find(differs)
    }?;
    let (east, north) = metres_per_degree(piece[0].y.clamp(-85.0, 85.0));
    let (x, y) = (
        (piece[1].x - piece[0].x) * east,
        (piece[1].y - piece[0].y) * north,
    );
    Some(x.atan2(y).to_degrees().rem_euclid(360.0))
}

/// Returns the angle from one direction to another, -180 to 180 degrees, positive to the right.
fn turned(before: f64, now: f64) -> f64 {
    (now - before + 540.0).rem_euclid(360.0) - 180.0
}

/// Formats a length in Chinese and English.
fn length(metres: f64) -> (String, String) {
    if metres >= 1000.0 {
        let km = format!("{:.1}", metres / 1000.0);
        return (format!("{km}公里"), format!("{km} km"));
    }
    let m = if metres < 20.0 {
        metres.round().max(1.0)
    } else {
        (metres / 5.0).round() * 5.0
    };
    (format!("{m}米"), format!("{m} m"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bends_and_directions_have_words() {
        assert_eq!(lead(Some(90.0), None).zh, "右转");
        assert_eq!(lead(Some(-90.0), None).en, "Turn left");
        assert_eq!(lead(Some(10.0), None).zh, "直行");
        assert_eq!(lead(Some(-179.0), None).zh, "调头");
        assert_eq!(lead(None, Some(359.0)).zh, "向北");
        assert_eq!(lead(None, Some(91.0)).en, "Head east");
        assert!((turned(350.0, 10.0) - 20.0).abs() < 1e-9);
        assert!((turned(10.0, 350.0) + 20.0).abs() < 1e-9);
    }

    #[test]
    fn lengths_are_rounded_as_people_say_them() {
        assert_eq!(length(3.4).0, "3米");
        assert_eq!(length(123.0).1, "125 m");
        assert_eq!(length(1234.0).0, "1.2公里");
    }
}
