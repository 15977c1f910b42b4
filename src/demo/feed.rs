//! Life after the start: new reports arrive and open ones are handled, so that a visitor sees the map
//! change within half a minute.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::cases::{self, zone};
use super::prng::Prng;
use super::scenes::{CATEGORIES, Scenes};
use super::warnings::{Memory, fresh};
use crate::model::{Change, FeatureId, Level, Properties};

/// Keeps about this many warnings open.
const OPEN: f64 = 30.0;

/// A source of demo reports and of their handling. It only ever touches warnings marked `demo`.
#[derive(Debug, Clone)]
pub struct Feed {
    rng: Prng,
    scenes: Scenes,
    memory: Memory,
    speed: f64,
    serial: u64,
}

impl Feed {
    /// A feed for a district. `district` are its features; warnings among them are remembered, so
    /// that "the third report within 30 days" counts what came before the start.
    pub fn new(seed: u64, district: &[Change]) -> Self {
        let mut memory = Memory::default();
        for change in district {
            let Some(body) = change.body.as_ref() else {
                continue;
            };
            if change.collection.as_str() == "warnings" {
                let map = body.properties.to_map();
                let place = map.get("place").and_then(Value::as_str);
                let category = index_of(&map);
                if let (Some(p), Some(c), Some(at)) = (place, category, time(&map, "reported_at")) {
                    memory.note(c, p, at);
                }
            }
        }
        Self {
            rng: Prng::new(seed),
            scenes: Scenes::of(district),
            memory,
            speed: 1.0,
            serial: 0,
        }
    }

    /// Makes it faster (above 1) or slower (below 1); anything that is no positive number is 1.
    pub fn with_speed(mut self, speed: f64) -> Self {
        self.speed = if speed.is_finite() && speed > 0.0 {
            speed
        } else {
            1.0
        };
        self
    }

    /// What happens now, and how long to wait before asking again. `open` are the warnings that are
    /// not closed; those that are not of the demo are left alone.
    pub fn next(
        &mut self,
        now: Timestamp,
        open: &[(FeatureId, Properties)],
    ) -> (Duration, Vec<Change>) {
        // Whole seconds, as everywhere in the demo.
        let now = now.round(jiff::Unit::Second).unwrap_or(now);
        let seconds = self.rng.range(10.0, 40.0) / self.speed;
        let wait = Duration::from_secs_f64(seconds.clamp(0.05, 3600.0));
        let cases: Vec<(&FeatureId, Map<String, Value>)> = open
            .iter()
            .map(|(id, p)| (id, p.to_map()))
            .filter(|(_, m)| m.get("demo") == Some(&Value::Bool(true)))
            .collect();
        let change = self
            .fall_due(now, &cases)
            .or_else(|| {
                let room = (OPEN - cases.len() as f64) / OPEN;
                if self.rng.chance((0.4 + room).clamp(0.1, 0.9)) {
                    self.arrive(now)
                } else {
                    self.advance(now, &cases)
                }
            })
            .or_else(|| self.arrive(now));
        (wait, change.into_iter().collect())
    }

    /// The first case that fell due and does not say so yet.
    fn fall_due(
        &self,
        now: Timestamp,
        cases: &[(&FeatureId, Map<String, Value>)],
    ) -> Option<Change> {
        cases.iter().find_map(|(id, map)| {
            let due = time(map, "due_at")?;
            if due >= now || time(map, "since")? >= due {
                return None;
            }
            let level = Level::parse(map.get("level")?.as_str()?)?;
            let (level, reason) = cases::overdue(level, due);
            let mut map = map.clone();
            map.insert("level".into(), level.as_str().into());
            map.insert("since".into(), due.to_string().into());
            map.insert("reason".into(), serde_json::to_value(reason).ok()?);
            self.put(id, map)
        })
    }

    fn arrive(&mut self, now: Timestamp) -> Option<Change> {
        let hour = usize::try_from(now.to_zoned(zone()).hour()).unwrap_or(12);
        // Even at night something comes in, or the screen would stand still.
        let weights = (0..CATEGORIES.len()).map(|c| cases::rhythm(c, hour) + 0.05);
        let category = self.rng.weighted(weights);
        self.serial += 1;
        let stamp = now.to_zoned(zone()).strftime("%Y%m%d-%H%M%S").to_string();
        let id = format!("w-{stamp}-{}", self.serial);
        let rng = &mut self.rng;
        fresh(&self.scenes, &mut self.memory, rng, id, category, now)?.change()
    }

    /// Takes one open case a step further: the older ones first, mostly.
    fn advance(
        &mut self,
        now: Timestamp,
        cases: &[(&FeatureId, Map<String, Value>)],
    ) -> Option<Change> {
        if cases.is_empty() {
            return None;
        }
        let age = |map: &Map<String, Value>| {
            time(map, "reported_at").map_or(0.0, |t| now.duration_since(t).as_secs_f64())
        };
        let weights = cases
            .iter()
            .map(|(_, m)| (age(m) / 3600.0).clamp(0.2, 30.0));
        let (id, map) = &cases[self.rng.weighted(weights)];
        let mut map = map.clone();
        let next = match map.get("status")?.as_str()? {
            "reported" => "filed",
            "filed" | "returned" => "dispatched",
            "dispatched" => "handling",
            "handling" => "handled",
            "handled" => "verified",
            "verified" => "closed",
            _ => return None,
        };
        map.insert("status".into(), next.into());
        let at = now.to_string();
        match next {
            "dispatched" => {
                let category = map.get("category")?.as_str()?.to_owned();
                let grid = map.get("grid")?.as_str()?.to_owned();
                let unit = self.scenes.unit(&category, &grid, &mut self.rng)?;
                map.insert("unit".into(), unit.into());
            }
            "handled" => {
                map.insert("handled_at".into(), at.into());
            }
            "closed" => {
                map.insert("closed_at".into(), at.into());
            }
            _ => {}
        }
        self.put(id, map)
    }

    /// Geometry is not handed in: it is that of the place the warning names.
    fn put(&self, id: &FeatureId, map: Map<String, Value>) -> Option<Change> {
        let category = map.get("category")?.as_str()?;
        let scene = self.scenes.find(category, map.get("place")?.as_str()?)?;
        cases::put(id.as_str(), scene, map.clone())
    }
}

fn index_of(map: &Map<String, Value>) -> Option<usize> {
    let category = map.get("category")?.as_str()?;
    CATEGORIES.iter().position(|c| *c == category)
}

fn time(map: &Map<String, Value>, key: &str) -> Option<Timestamp> {
    map.get(key)?.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    use jiff::SignedDuration;

    #[test]
    fn a_day_of_the_feed_keeps_the_map_alive_and_the_queue_short() {
        let mut now: Timestamp = "2026-11-22T06:00:00Z".parse().unwrap();
        let mut all = crate::demo::district(now);
        all.extend(crate::demo::warnings(now));
        let mut open: BTreeMap<FeatureId, Properties> = BTreeMap::new();
        let take = |open: &mut BTreeMap<FeatureId, Properties>, change: &Change| {
            let properties = change.body.clone().unwrap().properties;
            if properties.to_map()["status"] == "closed" {
                open.remove(&change.id);
            } else {
                open.insert(change.id.clone(), properties);
            }
        };
        for change in all.iter().filter(|c| c.collection.as_str() == "warnings") {
            take(&mut open, change);
        }
        let mut feed = Feed::new(1, &all);
        let (mut arrived, mut closed) = (0, 0);
        for _ in 0..1500 {
            let list: Vec<_> = open.clone().into_iter().collect();
            let before = open.len();
            let (wait, changes) = feed.next(now, &list);
            assert_eq!(changes.len(), 1);
            assert!((10.0..=40.0).contains(&wait.as_secs_f64()));
            take(&mut open, &changes[0]);
            arrived += usize::from(open.len() > before);
            closed += usize::from(open.len() < before);
            now += SignedDuration::from_secs(wait.as_secs() as i64);
        }
        assert!(arrived > 100 && closed > 100, "{arrived} {closed}");
        assert!((10..70).contains(&open.len()), "{}", open.len());
    }
}
