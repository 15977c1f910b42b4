//! The access attributes of ways, gates and doors, decoded from their properties. They are updated with each commit,
//! so the route search reads current attributes even if the network was built earlier.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use geo_types::{Coord, Geometry};

use super::{Event, Projection, Step, Touched, entries};
use crate::index::{Collections, Entry};
use crate::model::Canonical;
use crate::model::names::collection::{ENTRANCES, ROUTES};
use crate::network::attributes::{Said, Seen};
use crate::store::StoreError;

/// The collections whose features can be part of a route.
const PASSED: [&str; 2] = [ROUTES, ENTRANCES];

/// The number of parts of the map. A commit copies only the parts that it changes and shares the others.
const SHARDS: usize = 512;

/// The decoded attributes of a way, a gate or a door.
#[derive(Debug, Clone, PartialEq)]
pub struct Passage {
    /// The properties that decide who may pass, and when.
    pub said: Said,
    /// The [`geometry_stamp`]; it changes when the geometry changes.
    pub geometry: u64,
}

type Shard = HashMap<Box<str>, Passage>;

/// The decoded attributes of all ways, gates and doors of the map, by `collection/id`.
#[derive(Debug, Clone, PartialEq)]
pub struct WayAttributes {
    shards: Vec<Arc<Shard>>,
}

impl WayAttributes {
    /// Returns the attributes of the feature `collection/id`; `None` if the map has no such feature.
    pub fn get(&self, name: &str) -> Option<&Passage> {
        self.shards.get(shard_of(name))?.get(name)
    }

    fn put(&mut self, collection: &str, id: &str, entry: Option<&Entry>) {
        let name = format!("{collection}/{id}");
        let Some(shard) = self.shards.get_mut(shard_of(&name)) else {
            return;
        };
        let passage = entry.map(|entry| Passage::of(collection, entry));
        match passage {
            Some(passage) => {
                Arc::make_mut(shard).insert(name.into(), passage);
            }
            None if shard.contains_key(name.as_str()) => {
                Arc::make_mut(shard).remove(name.as_str());
            }
            None => {}
        }
    }

    fn put_all(&mut self, map: &Collections, collection: &str) {
        for entry in entries(map, collection) {
            self.put(collection, entry.id().as_str(), Some(entry));
        }
    }

    fn clear(&mut self, collection: &str) {
        for shard in &mut self.shards {
            let is_of = |name: &str| name.split_once('/').is_some_and(|(c, _)| c == collection);
            if shard.keys().any(|name| is_of(name)) {
                Arc::make_mut(shard).retain(|name, _| !is_of(name));
            }
        }
    }
}

impl Passage {
    fn of(collection: &str, entry: &Entry) -> Self {
        let seen = Seen {
            properties: Canonical::new(entry.all_properties()),
            at: entry.geometry().and_then(position),
        };
        Self {
            said: Said::read(collection, &seen),
            geometry: geometry_stamp(entry),
        }
    }
}

/// Returns a number that is equal for equal geometries.
pub fn geometry_stamp(entry: &Entry) -> u64 {
    let mut hasher = DefaultHasher::new();
    entry.geometry_json().hash(&mut hasher);
    hasher.finish()
}

fn position(geometry: &Geometry<f64>) -> Option<Coord<f64>> {
    use geo::CoordsIter as _;
    geometry.coords_iter().next()
}

fn shard_of(name: &str) -> usize {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish() as usize % SHARDS
}

impl Projection for WayAttributes {
    fn load(map: &Collections) -> Result<Self, StoreError> {
        let mut all = Self {
            shards: vec![Arc::default(); SHARDS],
        };
        for collection in PASSED {
            all.put_all(map, collection);
        }
        Ok(all)
    }

    fn is_affected_by(&self, event: &Event<'_>) -> bool {
        matches!(event, Event::Commit(step) if step.touches(&PASSED))
    }

    fn apply(&mut self, event: &Event<'_>) {
        let Event::Commit(step) = event else { return };
        for collection in PASSED {
            self.bring_up_to_date(step, collection);
        }
    }
}

impl WayAttributes {
    fn bring_up_to_date(&mut self, step: &Step<'_>, collection: &str) {
        match step.touched(collection) {
            Touched::Nothing => {}
            Touched::Features(ids) => {
                for id in ids {
                    self.put(collection, id.as_str(), step.find(collection, id));
                }
            }
            Touched::Whole => {
                self.clear(collection);
                self.put_all(step.after, collection);
            }
        }
    }
}
