//! Search by name and address, in characters, in pinyin or in its first letters: `wqhy3` finds 温泉花园3号楼.
//!
//! A query is parsed as an address (`address`): words, and the numbers of a building, unit and room. Names are parsed
//! the same way and grouped by their words (`names`). The words are compared once for all names that share them; the
//! numbers are found by binary search. If nothing matches, other interpretations of the query are tried one after the
//! other: without the areas before the name, with one mistake allowed, without its numbers.
//!
//! The directory is built in the background and may be older than the map. It therefore only proposes features. The
//! search then reads the present names of these features, and who may see them, from the collections. A name that was
//! changed, deleted or protected since the build finds nothing; a new name is found after the next build.
//!
//! A collection that is not in the directory is scanned feature by feature, with the same result.

mod address;
mod best;
#[cfg(test)]
mod demo_tests;
mod kinds;
mod letters;
mod names;
mod natural;
mod normal;
mod order;
mod query;
mod readings;
mod simplified;
mod sound;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use best::{Best, Key};
use kinds::{BUILDING, kind};
pub use names::public_names;
use names::{Block, Names, Source, compound_name, names_of};
pub use normal::plain;
pub use order::address_only;
use query::{Nearness, NumberFit, Query, Rank, unit_and_room};
pub use readings::readings;

use crate::index::{Collection, Entry, Meter};
use crate::model::names::{collection, property};
use crate::model::{CollectionId, FeatureId, Role, RoleSet, View};

/// How many features one task scans.
const CHUNK: usize = 512;
/// The names in the directory may be out of date, so some features that it proposes do not match. If too few match, the
/// search asks the directory again for more features: the previous number times this.
const MORE: usize = 4;

/// A search request.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// The collections that are searched.
    pub collections: &'a [Arc<Collection>],
    /// The collection of compounds. A building's address is the name of its compound and its own number.
    pub compounds: Option<&'a Arc<Collection>>,
    /// What the caller may see.
    pub view: View<'a>,
    /// The query as the caller wrote it.
    pub query: &'a str,
    /// The most features that are returned.
    pub limit: usize,
}

/// The features that were found, best first.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The features.
    pub hits: Vec<Hit>,
    /// Whether no feature has the numbers of the query. The features then match its words only.
    pub without_numbers: bool,
}

/// A feature that was found.
#[derive(Debug, Clone)]
pub struct Hit {
    /// The feature's collection.
    pub collection: Arc<Collection>,
    /// The feature.
    pub entry: Arc<Entry>,
    /// The unit after the building in the query.
    pub unit: Option<String>,
    /// The room after the building in the query.
    pub room: Option<String>,
}

/// The names of all features at one commit.
#[derive(Debug, Default)]
pub struct Directory {
    homes: BTreeMap<CollectionId, Home>,
}

/// The names of one collection. Like the collection it has two layers: a large base, and the features changed since.
#[derive(Debug)]
struct Home {
    last_seq: u64,
    base: u64,
    /// The last commit of the compounds, because the names of buildings contain those of their compounds; 0 for other
    /// collections.
    compounds_seq: u64,
    in_base: Arc<Names>,
    /// The features of the base that were changed or deleted since it was built.
    replaced: HashSet<FeatureId>,
    changed: Names,
}

impl Directory {
    /// Builds the directory of some collections. The names of an unchanged base are taken from `before`, so that after
    /// a write only the names of the changed features are parsed.
    pub fn of<'a>(
        collections: impl Iterator<Item = &'a Arc<Collection>>,
        before: Option<&Self>,
    ) -> Self {
        let all: Vec<_> = collections.collect();
        let is_compounds =
            |c: &&&Arc<Collection>| c.schema().collection.as_str() == collection::COMPOUNDS;
        let compounds = all.iter().find(is_compounds).copied();
        let homes = all.iter().map(|collection| {
            let id = collection.schema().collection.clone();
            let known = before.and_then(|b| b.homes.get(&id));
            (id, Home::of(collection, compounds, known))
        });
        Self {
            homes: homes.collect(),
        }
    }

    /// Returns whether the directory has the present names of these collections.
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

    /// Finds the features that match a query, best first, at most [`Ask::limit`].
    ///
    /// The order is total (rank, name, collection, id), so that servers with the same map give the same result.
    ///
    /// # Errors
    /// If the meter stops the search.
    pub fn search<M: Meter>(&self, ask: &Ask<'_>, meter: &M) -> Result<Found, M::Stop> {
        let readings = Query::readings(&address_only(ask.query));
        for query in &readings {
            let hits = self.strict(ask, query, meter)?;
            if !hits.is_empty() {
                return Ok(Found {
                    hits,
                    without_numbers: false,
                });
            }
        }
        // If the words of a query match no name, they match none without the numbers either.
        let readings = readings.iter().filter(|query| query.has_fit());
        for query in readings.filter_map(Query::without_numbers) {
            let hits = self.strict(ask, &query, meter)?;
            if !hits.is_empty() {
                return Ok(Found {
                    hits,
                    without_numbers: true,
                });
            }
        }
        Ok(Found::default())
    }

    /// Finds the features that match one interpretation of the query.
    fn strict<M: Meter>(
        &self,
        ask: &Ask<'_>,
        query: &Query,
        meter: &M,
    ) -> Result<Vec<Hit>, M::Stop> {
        if query.is_empty() {
            return Ok(Vec::new());
        }
        let mut most = ask.limit;
        loop {
            let proposed = self.propose(ask, query, most, meter)?;
            meter.read(proposed.len())?;
            let is_all = proposed.len() < most;
            let mut hits = BTreeMap::new();
            for key in proposed {
                let collection = &ask.collections[key.home];
                let Some(entry) = collection.get(key.id) else {
                    continue;
                };
                if let Some((now, fit)) = fit(ask, key.home, entry, query) {
                    hits.insert(now, (entry, fit));
                }
                if hits.len() == ask.limit {
                    break;
                }
            }
            if hits.len() == ask.limit || is_all {
                let hits = hits.into_iter().map(|(key, (entry, fit))| {
                    let (unit, room) = unit_and_room(&fit.rest);
                    Hit {
                        collection: Arc::clone(&ask.collections[key.home]),
                        entry: Arc::clone(entry),
                        unit,
                        room,
                    }
                });
                return Ok(hits.collect());
            }
            most = most.saturating_mul(MORE);
        }
    }

    /// Returns the features whose names in the directory match best. The names may be out of date.
    fn propose<'a, M: Meter>(
        &'a self,
        ask: &Ask<'a>,
        query: &Query,
        most: usize,
        meter: &M,
    ) -> Result<Vec<Key<'a>>, M::Stop> {
        let mut best = Best::new(most);
        for (at, collection) in ask.collections.iter().enumerate() {
            let found = match self.homes.get(&collection.schema().collection) {
                Some(home) => home.propose(ask, at, query, most, meter)?,
                None => walk(ask, at, query, most, meter)?,
            };
            best = best.join(found);
        }
        Ok(best.finish())
    }
}

impl Home {
    fn of(
        collection: &Collection,
        compounds: Option<&Arc<Collection>>,
        before: Option<&Self>,
    ) -> Self {
        let layers = collection.layers();
        let is_numbered = collection.schema().collection.as_str() == collection::BUILDINGS;
        let compounds = compounds.filter(|_| is_numbered);
        let compounds_seq = compounds.map_or(0, |c| c.last_seq());
        let is_same =
            |home: &&Self| home.base == layers.base && home.compounds_seq == compounds_seq;
        let in_base = match before.filter(is_same) {
            Some(home) => Arc::clone(&home.in_base),
            None => Arc::new(Names::of(layers.in_base.iter(), compounds)),
        };
        Self {
            last_seq: collection.last_seq(),
            base: layers.base,
            compounds_seq,
            in_base,
            replaced: layers.replaced.into_iter().cloned().collect(),
            changed: Names::of(layers.changed.into_iter(), compounds),
        }
    }

    fn propose<'a, M: Meter>(
        &'a self,
        ask: &Ask<'a>,
        at: usize,
        query: &Query,
        most: usize,
        meter: &M,
    ) -> Result<Best<'a>, M::Stop> {
        let collection = &ask.collections[at];
        let seen = seen(ask, collection);
        let id = &collection.schema().collection;
        let look = Look {
            query,
            seen,
            collection: id,
            kind: kind(id.as_str()),
            home: at,
        };
        let propose = |names: &'a Names,
                       replaced: Option<&HashSet<FeatureId>>|
         -> Result<Best<'a>, M::Stop> {
            let found = names.blocks().try_fold(
                || Best::new(most),
                |mut best, block| {
                    look.through(block, replaced, &mut best, meter)?;
                    Ok(best)
                },
            );
            found.try_reduce(|| Best::new(most), |a, b| Ok(a.join(b)))
        };
        let base = propose(&self.in_base, Some(&self.replaced))?;
        Ok(base.join(propose(&self.changed, None)?))
    }
}

/// A search in the names of one collection.
struct Look<'a, 'q> {
    query: &'q Query,
    seen: Source,
    collection: &'a CollectionId,
    kind: u8,
    home: usize,
}

impl<'a> Look<'a, '_> {
    /// Offers the matching names of a block to `best`.
    fn through<M: Meter>(
        &self,
        block: &'a Block,
        replaced: Option<&HashSet<FeatureId>>,
        best: &mut Best<'a>,
        meter: &M,
    ) -> Result<(), M::Stop> {
        meter.see(block.len())?;
        let ranges = self.query.first_values();
        for shape in block.shapes() {
            let is_possible = self.query.may_fit(shape.letters, shape.first);
            if !is_possible {
                continue;
            }
            let length = Reverse(query::length(shape.text));
            let most = |words| Rank {
                words,
                kind: self.kind,
                numbers: Nearness::Same,
                length,
            };
            let is_beaten = |rank: Rank, best: &Best<'a>| {
                best.worst().is_some_and(|worst| {
                    rank < worst.rank || (rank == worst.rank && *worst.shape < *shape.text)
                })
            };
            // Comparing words is expensive, so shapes that can't be among the best are skipped first.
            let highest = self.query.highest_words(shape.text, shape.first);
            if is_beaten(most(highest), best) {
                continue;
            }
            let Some(words) = self.query.words(shape.text) else {
                continue;
            };
            // The highest rank that a name of this shape can have.
            let most = most(words);
            if is_beaten(most, best) {
                // If the query has no words, shapes are sorted by rank, so the remaining ones are no better.
                if !self.query.has_words() {
                    break;
                }
                continue;
            }
            let mut looked_at = 0;
            for row in shape.rows(&ranges) {
                looked_at += 1;
                let Some(NumberFit { near, .. }) = self.query.numbers(&row.numbers, self.kind)
                else {
                    continue;
                };
                if !row.source.is_in(self.seen) || replaced.is_some_and(|all| all.contains(row.id))
                {
                    continue;
                }
                let rank = Rank {
                    numbers: near,
                    ..most
                };
                let is_kept = best.offer(Key {
                    rank,
                    shape: shape.text.into(),
                    numbers: row.numbers,
                    name: row.name.into(),
                    collection: self.collection.as_str(),
                    id: row.id,
                    home: self.home,
                });
                // If the query has no numbers, the names of a shape are sorted like the result, so the remaining ones
                // are no better.
                if !is_kept && !self.query.has_numbers() {
                    break;
                }
            }
            meter.see(looked_at)?;
        }
        Ok(())
    }
}

/// Finds the best features of a collection without the directory, by parsing the properties of each.
fn walk<'a, M: Meter>(
    ask: &Ask<'a>,
    at: usize,
    query: &Query,
    most: usize,
    meter: &M,
) -> Result<Best<'a>, M::Stop> {
    let entries: Vec<&Arc<Entry>> = ask.collections[at].iter().collect();
    meter.hold(size_of_val(&*entries))?;
    entries
        .par_chunks(CHUNK)
        .try_fold(
            || Best::new(most),
            |mut best, chunk| {
                meter.read(chunk.len())?;
                for entry in chunk.iter().copied() {
                    if let Some((key, _)) = fit(ask, at, entry, query) {
                        best.offer(key);
                    }
                }
                Ok(best)
            },
        )
        .try_reduce(|| Best::new(most), |a, b| Ok(a.join(b)))
}

/// Matches a feature by the names that the caller may see. Returns the key of its best name, or `None` if no name
/// matches.
fn fit<'a>(
    ask: &Ask<'a>,
    at: usize,
    entry: &'a Entry,
    query: &Query,
) -> Option<(Key<'a>, NumberFit)> {
    let collection = &ask.collections[at];
    let id = &collection.schema().collection;
    let kind = kind(id.as_str());
    let properties = entry.properties(collection.schema(), ask.view);
    let compounds = ask.compounds.filter(|_| kind == BUILDING);
    let compound = |id: &str| compound_name(compounds, id, Some(ask.view));
    let fits = names_of(&properties, compound)
        .into_iter()
        .filter_map(|(_, name)| {
            let shape = address::shape(&name);
            let rank = query.rank(&shape, kind)?;
            let fit = query.numbers(&shape.numbers, kind)?;
            let key = Key {
                rank,
                shape: shape.text.into(),
                numbers: shape.numbers,
                name: name.into_owned().into(),
                collection: id.as_str(),
                id: entry.id().as_str(),
                home: at,
            };
            Some((key, fit))
        });
    fits.min_by(|a, b| a.0.cmp(&b.0))
}

/// Returns the properties with names (see [`Source`]) that the caller may see on at least one feature of a collection.
/// A later check decides what the caller may see on each feature.
fn seen(ask: &Ask<'_>, collection: &Collection) -> Source {
    let schema = collection.schema();
    let roles = widest(ask.view.of(schema));
    let shows = |name: &str| schema.shows(roles, name);
    Source::which(|source| match source {
        Source::NAME => shows(property::NAME),
        Source::CODE => shows(property::CODE),
        Source::ADDRESS => shows(property::ADDRESS),
        _ => shows(property::NUMBER) && shows(property::COMPOUND),
    })
}

/// Returns the roles of an account on the features where it has the most rights.
fn widest(view: View<'_>) -> RoleSet {
    match view.unit {
        Some(_) => view.roles.with(Role::GridWorker),
        None => view.roles,
    }
}
