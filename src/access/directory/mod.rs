//! Search by name, in characters, in pinyin or in its first letters: `wqhy3` finds 温泉花园3号楼.
//!
//! The directory holds the names of all features in one place: their text, and which letters can occur in
//! them. It is built beside the requests and may be behind. It therefore only proposes features; what a
//! feature is called now, and who may see that, is read from the collections when answering. So nothing is
//! found by a name that was changed, deleted or protected since, and new names are found after the next
//! build.
//!
//! A collection that the directory does not have is walked through, name by name, with the same result.

mod best;
mod names;
mod query;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use best::{Best, Key};
use names::Names;
use query::Query;

use crate::index::{Collection, Entry, Meter};
use crate::model::names::{collection, property};
use crate::model::{CollectionId, FeatureId, Role, RoleSet, View};

/// Features that are looked at together, by one core.
const CHUNK: usize = 512;
/// By how much more features are proposed where too many of them are no longer what they were.
const MORE: usize = 4;

/// A feature that was found.
#[derive(Debug, Clone)]
pub struct Hit {
    /// Its collection.
    pub collection: Arc<Collection>,
    /// The feature.
    pub entry: Arc<Entry>,
}

/// The names of all features, as of some commit.
#[derive(Debug, Default)]
pub struct Directory {
    homes: BTreeMap<CollectionId, Home>,
}

/// The names of one collection, in the two layers that the collection has.
#[derive(Debug)]
struct Home {
    last_seq: u64,
    base: u64,
    in_base: Arc<Names>,
    /// The features of the base that were changed or deleted since it was built.
    replaced: HashSet<FeatureId>,
    changed: Names,
}

impl Directory {
    /// The directory of some collections. What `before` has of an unchanged base is taken from there, so
    /// that after one write only the few names beside the base are read.
    pub fn of<'a>(
        collections: impl Iterator<Item = &'a Arc<Collection>>,
        before: Option<&Self>,
    ) -> Self {
        let homes = collections.map(|collection| {
            let id = collection.schema().collection.clone();
            let known = before.and_then(|b| b.homes.get(&id));
            (id, Home::of(collection, known))
        });
        Self {
            homes: homes.collect(),
        }
    }

    /// Whether it has the names of these collections as they are.
    pub fn is_of<'a>(&self, collections: impl Iterator<Item = &'a Arc<Collection>>) -> bool {
        let mut count = 0;
        for collection in collections {
            count += 1;
            let home = self.homes.get(&collection.schema().collection);
            if home.is_none_or(|home| home.last_seq != collection.last_seq()) {
                return false;
            }
        }
        count == self.homes.len()
    }

    /// The features whose names fit all words of a query, best first, at most `limit`.
    ///
    /// The order is total (rank, name, collection, id), so that two stores with the same map answer the
    /// same.
    ///
    /// # Errors
    /// When the meter stops it.
    pub fn search<'v, M: Meter>(
        &self,
        collections: &[Arc<Collection>],
        view: impl Into<View<'v>>,
        query: &str,
        limit: usize,
        meter: &M,
    ) -> Result<Vec<Hit>, M::Stop> {
        let view = view.into();
        let text = Query::text(query);
        let query = Query::new(&text);
        if query.is_empty() {
            return Ok(Vec::new());
        }
        let mut most = limit;
        loop {
            let proposed = self.propose(collections, view, &query, most, meter)?;
            meter.read(proposed.len())?;
            let is_all = proposed.len() < most;
            let mut hits = BTreeMap::new();
            for key in proposed {
                let collection = &collections[key.home];
                let Some(entry) = collection.get(key.id) else {
                    continue;
                };
                let properties = entry.properties(collection.schema(), view);
                let kind = kind(key.collection);
                if let Some((rank, name)) = query.fit(&properties, kind) {
                    let now = Key {
                        rank,
                        name: name.into_owned().into(),
                        ..key
                    };
                    hits.insert(now, entry);
                }
                if hits.len() == limit {
                    break;
                }
            }
            if hits.len() == limit || is_all {
                let hits = hits.into_iter().map(|(key, entry)| Hit {
                    collection: Arc::clone(&collections[key.home]),
                    entry: Arc::clone(entry),
                });
                return Ok(hits.collect());
            }
            most = most.saturating_mul(MORE);
        }
    }

    /// The features that fit best as far as the directory knows.
    fn propose<'a, M: Meter>(
        &'a self,
        collections: &'a [Arc<Collection>],
        view: View<'_>,
        query: &Query<'_>,
        most: usize,
        meter: &M,
    ) -> Result<Vec<Key<'a>>, M::Stop> {
        let mut best = Best::new(most);
        for (at, collection) in collections.iter().enumerate() {
            let found = match self.homes.get(&collection.schema().collection) {
                Some(home) => home.propose(at, collection, view, query, most, meter)?,
                None => walk(at, collection, view, query, most, meter)?,
            };
            best = best.join(found);
        }
        Ok(best.finish())
    }
}

impl Home {
    fn of(collection: &Collection, before: Option<&Self>) -> Self {
        let layers = collection.layers();
        let in_base = match before.filter(|home| home.base == layers.base) {
            Some(home) => Arc::clone(&home.in_base),
            None => Arc::new(Names::of(layers.in_base.iter())),
        };
        Self {
            last_seq: collection.last_seq(),
            base: layers.base,
            in_base,
            replaced: layers.replaced.into_iter().cloned().collect(),
            changed: Names::of(layers.changed.into_iter()),
        }
    }

    fn propose<'a, M: Meter>(
        &'a self,
        at: usize,
        collection: &'a Collection,
        view: View<'_>,
        query: &Query<'_>,
        most: usize,
        meter: &M,
    ) -> Result<Best<'a>, M::Stop> {
        let schema = collection.schema();
        let id = &schema.collection;
        // The widest that somebody sees of any feature; what they see of each is looked at later.
        let roles = widest(view.of(schema));
        let seen = (
            schema.shows(roles, property::NAME),
            schema.shows(roles, property::CODE),
        );
        let propose = |names: &'a Names,
                       replaced: Option<&HashSet<FeatureId>>|
         -> Result<Best<'a>, M::Stop> {
            let found = names.chunks().try_fold(
                || Best::new(most),
                |mut best, chunk| {
                    meter.see(chunk.len())?;
                    for row in chunk.rows() {
                        if !query.letters().are_in(row.letters) {
                            continue;
                        }
                        let texts = [(seen.0, row.name), (seen.1, row.code)];
                        let texts = texts.into_iter().filter(|(seen, _)| *seen);
                        let Some((rank, name)) = query.best(texts.map(|(_, t)| t), kind(id)) else {
                            continue;
                        };
                        if replaced.is_some_and(|all| all.contains(row.id)) {
                            continue;
                        }
                        best.offer(Key {
                            rank,
                            name: name.into(),
                            collection: id,
                            id: row.id,
                            home: at,
                        });
                    }
                    Ok(best)
                },
            );
            found.try_reduce(|| Best::new(most), |a, b| Ok(a.join(b)))
        };
        let base = propose(&self.in_base, Some(&self.replaced))?;
        Ok(base.join(propose(&self.changed, None)?))
    }
}

/// The features of a collection that fit best, by the properties of each.
fn walk<'a, M: Meter>(
    at: usize,
    collection: &'a Collection,
    view: View<'_>,
    query: &Query<'_>,
    most: usize,
    meter: &M,
) -> Result<Best<'a>, M::Stop> {
    let schema = collection.schema();
    let id = &schema.collection;
    let entries: Vec<&Arc<Entry>> = collection.iter().collect();
    meter.hold(size_of_val(&*entries))?;
    entries
        .par_chunks(CHUNK)
        .try_fold(
            || Best::new(most),
            |mut best, chunk| {
                meter.read(chunk.len())?;
                for entry in chunk {
                    let properties = entry.properties(schema, view);
                    if let Some((rank, name)) = query.fit(&properties, kind(id)) {
                        best.offer(Key {
                            rank,
                            name: name.into_owned().into(),
                            collection: id,
                            id: entry.id().as_str(),
                            home: at,
                        });
                    }
                }
                Ok(best)
            },
        )
        .try_reduce(|| Best::new(most), |a, b| Ok(a.join(b)))
}

/// The roles by which an account sees the features of which it sees most.
fn widest(view: View<'_>) -> RoleSet {
    match view.unit {
        Some(_) => view.roles.with(Role::GridWorker),
        None => view.roles,
    }
}

/// What people look for first. A name of a road or a grid is seldom the place they mean.
fn kind(collection: &CollectionId) -> u8 {
    match collection.as_str() {
        collection::COMPOUNDS => 5,
        collection::BUILDINGS => 4,
        collection::POCKET_PARKS
        | collection::FIRST_AID_STATIONS
        | collection::FACILITIES
        | collection::UNITS => 3,
        collection::ENTRANCES | collection::ROADS => 2,
        collection::GRIDS | collection::BOUNDARIES => 1,
        _ => 0,
    }
}
