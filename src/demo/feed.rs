//! The live feed of the demo: every 10 to 40 seconds a new report arrives or an open case is handled, so that
//! a visitor sees the map change. The feed only produces data; the caller applies it through the ledger.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::cases::{self, zone};
use super::prng::Prng;
use super::scenes::{CATEGORIES, Scenes};
use super::script::{Event, What, Who, fresh, handle, near_point};
use super::wishes;
use super::words::{FAIL_NOTES, PARK_REASONS, REJECT_REASONS, RETURN_REASONS};
use crate::model::Change;

/// The approximate number of warnings that the feed keeps open.
const OPEN: f64 = 30.0;

/// The fields of an open demo case that the live feed needs.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenCase {
    /// The id of the case.
    pub id: String,
    /// The status, with the values of the schema.
    pub status: String,
    /// The category of the case.
    pub category: String,
    /// The id of the case's grid.
    pub grid: String,
    /// The position in degrees of WGS 84.
    pub at: geo_types::Point<f64>,
    /// The id of the unit in charge.
    pub unit: Option<String>,
    /// The source of the report.
    pub source: String,
    /// The note of the reporter.
    pub note: String,
    /// When the case was reported.
    pub reported_at: Timestamp,
    /// The end of the suspension, if the case is parked.
    pub parked_until: Option<Timestamp>,
}

/// Generates demo reports and their handling.
#[derive(Debug, Clone)]
pub struct Feed {
    rng: Prng,
    scenes: Scenes,
    speed: f64,
    /// Recently closed cases that their reporters may still rate.
    closed: Vec<OpenCase>,
}

impl Feed {
    /// Creates a feed for a district.
    pub fn new(seed: u64, district: &[Change]) -> Self {
        Self {
            rng: Prng::new(seed),
            scenes: Scenes::of(district),
            speed: 1.0,
            closed: Vec::new(),
        }
    }

    /// Sets the speed: above 1 is faster, below 1 is slower; a value that is not a positive number
    /// counts as 1.
    pub fn with_speed(mut self, speed: f64) -> Self {
        self.speed = if speed.is_finite() && speed > 0.0 {
            speed
        } else {
            1.0
        };
        self
    }

    /// The next event, and how long to wait before the next call. `open` are the demo cases that
    /// are not closed.
    pub fn next(&mut self, now: Timestamp, open: &[OpenCase]) -> (Duration, Option<Event>) {
        let seconds = self.rng.range(10.0, 40.0) / self.speed;
        let wait = Duration::from_secs_f64(seconds.clamp(0.05, 3600.0));
        let room = (OPEN - open.len() as f64) / OPEN;
        let event = if self.rng.chance((0.3 + room).clamp(0.1, 0.9)) {
            self.arrive(now)
        } else {
            self.rate(now).or_else(|| self.advance(now, open))
        };
        (wait, event.or_else(|| self.arrive(now)))
    }

    fn arrive(&mut self, now: Timestamp) -> Option<Event> {
        if self.rng.chance(0.06) {
            let which = self.rng.index(usize::MAX);
            return wishes::asked(&self.scenes, &mut self.rng, ("", which), now);
        }
        let hour = usize::try_from(now.to_zoned(zone()).hour()).unwrap_or(12);
        // Some reports arrive even at night, so that the screen is never static.
        let weights = (0..CATEGORIES.len()).map(|c| cases::rhythm(c, hour) + 0.05);
        let category = self.rng.weighted(weights);
        let report = fresh(&self.scenes, &mut self.rng, String::new(), category, now)?;
        Some(report.event(&self.scenes))
    }

    /// With a probability of 0.3, the reporter of a closed case rates its handling. `None` otherwise, or if there is no
    /// such case.
    fn rate(&mut self, now: Timestamp) -> Option<Event> {
        if self.closed.is_empty() || !self.rng.chance(0.3) {
            return None;
        }
        let case = self.closed.remove(0);
        let rating = self.rng.pick([5, 5, 4, 4, 3, 2]);
        let who = Who::reporter(&self.scenes, &case.source, &case.grid);
        let what = json!({"action": "rate", "rating": rating});
        Some(act(now, &case, who, what))
    }

    /// Advances one open case by a step, mostly one of the older ones.
    fn advance(&mut self, now: Timestamp, open: &[OpenCase]) -> Option<Event> {
        let ready: Vec<&OpenCase> = open
            .iter()
            .filter(|c| c.parked_until.is_none_or(|until| until <= now))
            .collect();
        if ready.is_empty() {
            return None;
        }
        let age = |case: &OpenCase| now.duration_since(case.reported_at).as_secs_f64() / 3600.0;
        let weights = ready.iter().map(|c| age(c).clamp(0.2, 30.0));
        let case = ready[self.rng.weighted(weights)];
        let (who, what) = self.step(now, case)?;
        if what["action"] == "close" && case.source != "camera" && self.closed.len() < 20 {
            self.closed.push(case.clone());
        }
        Some(act(now, case, who, what))
    }

    fn step(&mut self, now: Timestamp, case: &OpenCase) -> Option<(Who, Value)> {
        let rng = &mut self.rng;
        if case.category == wishes::CATEGORY {
            let said = (case.status.as_str(), case.note.as_str(), case.grid.as_str());
            return wishes::step(&self.scenes, rng, said, case.unit.as_deref());
        }
        let officer = Who::officer();
        let category = CATEGORIES.iter().position(|c| *c == case.category)?;
        let by_unit = |unit: &Option<String>| Some(Who::unit(unit.as_deref()?));
        Some(match case.status.as_str() {
            "reported" if rng.chance(0.05) => {
                let reason = rng.pick(REJECT_REASONS);
                (officer, json!({"action": "reject", "reason": reason}))
            }
            "reported" => (officer, json!({"action": "file"})),
            "filed" | "returned" => {
                let unit = self.scenes.unit(&case.category, &case.grid, rng)?;
                (officer, json!({"action": "dispatch", "unit": unit}))
            }
            "dispatched" if rng.chance(0.08) => {
                let reason = rng.pick(RETURN_REASONS);
                (
                    by_unit(&case.unit)?,
                    json!({"action": "return", "reason": reason}),
                )
            }
            "dispatched" => (by_unit(&case.unit)?, json!({"action": "start"})),
            "handling" if rng.chance(0.04) => {
                let reason = rng.pick(PARK_REASONS);
                let until = now + jiff::SignedDuration::from_hours(rng.whole(6, 48));
                let until = until.to_string();
                (
                    officer,
                    json!({"action": "park", "reason": reason, "until": until}),
                )
            }
            "handling" => (by_unit(&case.unit)?, handle(category, &case.note)),
            "handled" => {
                let mut what = json!({"action": "verify", "position": near_point(case.at, rng)});
                if rng.chance(0.06) {
                    what["result"] = "fail".into();
                    what["note"] = rng.pick(FAIL_NOTES).into();
                } else {
                    what["result"] = "pass".into();
                }
                (Who::grid_worker(&self.scenes, &case.grid), what)
            }
            "verified" => (officer, json!({"action": "close"})),
            "parked" => (officer, json!({"action": "resume"})),
            _ => return None,
        })
    }
}

fn act(at: Timestamp, case: &OpenCase, who: Who, what: Value) -> Event {
    Event {
        at,
        case: case.id.clone(),
        who,
        what: What::Act(what),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_of_the_feed_uses_every_action() {
        let mut now: Timestamp = "2026-11-22T06:00:00Z".parse().unwrap();
        let district = crate::demo::district(now);
        let mut feed = Feed::new(1, &district);
        let mut open: Vec<OpenCase> = Vec::new();
        let mut done = std::collections::BTreeMap::<String, usize>::new();
        for n in 0..3000 {
            let (wait, event) = feed.next(now, &open);
            assert!((10.0..=40.0).contains(&wait.as_secs_f64()));
            match event.map(|e| (e.case, e.who, e.what)).unwrap() {
                (_, _, What::Report(seen)) => {
                    *done.entry("report".into()).or_default() += 1;
                    open.push(OpenCase {
                        id: format!("w-{n}"),
                        status: "reported".into(),
                        category: seen.category.into(),
                        grid: "120113001018001".into(),
                        at: seen.at,
                        unit: None,
                        source: seen.source.into(),
                        note: seen.note.into(),
                        reported_at: now,
                        parked_until: None,
                    });
                }
                (id, who, What::Act(what)) => {
                    let action = what["action"].as_str().unwrap();
                    *done.entry(action.into()).or_default() += 1;
                    // The status after the action, from a short form of the ledger's table of
                    // transitions.
                    let next = match action {
                        "file" => "filed",
                        "dispatch" | "claim" => "dispatched",
                        "return" => "returned",
                        "start" | "resume" => "handling",
                        "handle" => "handled",
                        "verify" if what["result"] == "fail" => "dispatched",
                        "verify" => "verified",
                        "park" => "parked",
                        _ => "ended",
                    };
                    if let Some(case) = open.iter_mut().find(|c| c.id == id) {
                        case.status = next.into();
                        if let Some(unit) = what["unit"].as_str() {
                            case.unit = Some(unit.into());
                        }
                        if action == "claim" {
                            case.unit = who.unit;
                        }
                    }
                    open.retain(|c| c.status != "ended");
                }
            }
            assert!(open.len() < 70);
            now += jiff::SignedDuration::from_secs(wait.as_secs() as i64);
        }
        for action in [
            "report", "file", "reject", "dispatch", "return", "start", "handle", "verify", "close",
            "park", "resume", "rate", "claim",
        ] {
            assert!(
                done.get(action).is_some_and(|n| *n > 0),
                "{action}: {done:?}"
            );
        }
    }
}
