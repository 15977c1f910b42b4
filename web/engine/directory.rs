//! Search in the names of an area. All names are looked at; names with the same words are compared once.

use std::collections::{BTreeMap, HashMap};

use super::address::{shape, Shape};
use super::best::Key;
use super::kinds::kind;
use super::letters::Letters;
use super::order::address_only;
use super::query::{unit_and_room, NumberFit, Query};
use crate::network::file::{Named, Names};

/// Names with the same words.
struct Group {
    text: String,
    letters: Letters,
    first: Letters,
    rows: Vec<Row>,
}

struct Row {
    list: Named,
    index: u32,
    collection: &'static str,
    id: String,
    name: String,
    shape: Shape,
}

/// The names of an area.
pub struct Directory {
    groups: Vec<Group>,
}

/// A place that was found, with the unit and room after its number in the query.
pub struct Hit {
    /// The list of the place.
    pub list: Named,
    /// Its index in that list.
    pub index: u32,
    /// The unit.
    pub unit: Option<String>,
    /// The room.
    pub room: Option<String>,
}

impl Directory {
    /// Indexes names. `place` returns the collection and the id of a place.
    pub fn new(names: Names, place: impl Fn(Named, u32) -> Option<(&'static str, String)>) -> Self {
        let mut groups: Vec<Group> = Vec::new();
        let mut known: HashMap<String, usize> = HashMap::new();
        for (list, index, name) in names.names {
            let (collection, id) = match place(list, index) {
                Some(place) => place,
                None => continue,
            };
            let shape = shape(&name);
            let at = *known.entry(shape.text.clone()).or_insert_with(|| {
                groups.push(Group {
                    letters: Letters::of_name(&shape.text),
                    first: Letters::of_beginning(&shape.text),
                    text: shape.text.clone(),
                    rows: Vec::new(),
                });
                groups.len() - 1
            });
            groups[at].rows.push(Row {
                list,
                index,
                collection,
                id,
                name,
                shape,
            });
        }
        Self { groups }
    }

    /// Finds the places that match a query, the best first, and whether none has the numbers of the query.
    pub fn search(&self, text: &str, limit: usize) -> (Vec<Hit>, bool) {
        let readings = Query::readings(&address_only(text));
        for query in &readings {
            let hits = self.strict(query, limit);
            if !hits.is_empty() {
                return (hits, false);
            }
        }
        let readings = readings.iter().filter(|query| query.has_fit());
        for query in readings.filter_map(Query::without_numbers) {
            let hits = self.strict(&query, limit);
            if !hits.is_empty() {
                return (hits, true);
            }
        }
        (Vec::new(), false)
    }

    /// Finds the places that match one interpretation of the query.
    fn strict(&self, query: &Query, limit: usize) -> Vec<Hit> {
        if query.is_empty() {
            return Vec::new();
        }
        // The best name of each place.
        let mut best: HashMap<(Named, u32), (Key<'_>, NumberFit)> = HashMap::new();
        for group in &self.groups {
            let may_fit = query.may_fit(group.letters, group.first);
            if !may_fit || query.words(&group.text).is_none() {
                continue;
            }
            for row in &group.rows {
                let kind = kind(row.collection);
                let rank = query.rank(&row.shape, kind);
                let fit = query.numbers(&row.shape.numbers, kind);
                let (rank, fit) = match (rank, fit) {
                    (Some(rank), Some(fit)) => (rank, fit),
                    _ => continue,
                };
                let key = Key {
                    rank,
                    shape: row.shape.text.as_str().into(),
                    numbers: row.shape.numbers,
                    name: row.name.as_str().into(),
                    collection: row.collection,
                    id: &row.id,
                    home: 0,
                };
                let place = (row.list, row.index);
                if best.get(&place).map_or(true, |(known, _)| key < *known) {
                    best.insert(place, (key, fit));
                }
            }
        }
        let sorted: BTreeMap<Key<'_>, ((Named, u32), NumberFit)> = (best.into_iter())
            .map(|(place, (key, fit))| (key, (place, fit)))
            .collect();
        let hits = sorted.into_iter().take(limit).map(|(_, ((list, index), fit))| {
            let (unit, room) = unit_and_room(&fit.rest);
            Hit {
                list,
                index,
                unit,
                room,
            }
        });
        hits.collect()
    }
}
