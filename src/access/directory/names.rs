//! A compact index of names. Names that differ only in their numbers share one shape: the words of 温泉花园1号楼 to 温泉花园24号楼
//! are compared with a query once, and their numbers are found by binary search.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use rayon::prelude::*;

use super::address::{self, Numbers};
use super::letters::Letters;
use super::natural::natural;
use crate::index::{Collection, Entry};
use crate::model::names::collection::BUILDINGS;
use crate::model::names::property;
use crate::model::{Canonical, Role, View};

/// A block is complete when it has at least this many names.
const BLOCK: usize = 16 * 1024;
/// The most bytes of a name that are stored. With this limit the texts of a block stay below 4 GB, so that offsets fit
/// into `u32`.
const LONGEST: usize = 600;

/// A set of properties from which names are taken. Each constant is a set with one member. A name with several sources
/// is visible to callers who may see one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Source(u8);

impl Source {
    pub(super) const NAME: Self = Self(1);
    pub(super) const CODE: Self = Self(2);
    pub(super) const ADDRESS: Self = Self(4);
    /// The name of the compound together with the building's own number.
    pub(super) const PLACE: Self = Self(8);

    /// Returns the set of sources for which the condition is true.
    pub(super) fn which(condition: impl Fn(Self) -> bool) -> Self {
        let all = [Self::NAME, Self::CODE, Self::ADDRESS, Self::PLACE];
        let of = all.into_iter().filter(|source| condition(*source));
        of.fold(Self(0), Self::or)
    }

    /// Returns the union of two sets.
    fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns whether the sets have a common member.
    pub(super) fn is_in(self, set: Self) -> bool {
        self.0 & set.0 != 0
    }
}

/// Returns the names by which a feature can be found, from its properties. `compound` returns the name of a compound by
/// its id. Names that are read alike, such as 温泉花园3栋 and 温泉花园3号楼, are all returned, because a caller may be allowed to
/// see only one of them.
pub(super) fn names_of<'a>(
    properties: &'a str,
    compound: impl FnOnce(&str) -> Option<String>,
) -> Vec<(Source, Cow<'a, str>)> {
    let properties = Canonical::new(properties);
    let mut all = Vec::new();
    for (source, name) in [
        (Source::NAME, property::NAME),
        (Source::CODE, property::CODE),
        (Source::ADDRESS, property::ADDRESS),
    ] {
        let text = properties.text(name).filter(|text| !text.is_empty());
        all.extend(text.map(|text| (source, cut(text))));
    }
    if let Some(number) = properties.text(property::NUMBER)
        && let Some(id) = properties.text(property::COMPOUND)
        && let Some(compound) = compound(&id)
    {
        let is_plain = number.chars().all(|c| c.is_ascii_digit());
        let ends = match number.chars().last() {
            Some(c) if c.is_ascii_alphabetic() => "座",
            _ if is_plain => "号楼",
            _ => "",
        };
        let place: Cow<'_, str> = cut(format!("{compound}{number}{ends}").into());
        // Most features have this name already, so it is not added twice. A caller may be allowed to see only one of
        // its sources, so the name keeps both.
        match all.iter_mut().find(|(_, known)| *known == place) {
            Some((source, _)) => *source = source.or(Source::PLACE),
            None => all.push((Source::PLACE, place)),
        }
    }
    all
}

/// Returns the names of a feature that the public may see.
pub fn public_names(
    collection: &Collection,
    entry: &Entry,
    compounds: Option<&Arc<Collection>>,
) -> Vec<String> {
    let is_building = collection.schema().collection.as_str() == BUILDINGS;
    let compounds = compounds.filter(|_| is_building);
    let properties = entry.properties(collection.schema(), Role::Public);
    let compound = |id: &str| compound_name(compounds, id, Some(Role::Public.into()));
    let names = names_of(&properties, compound).into_iter();
    names.map(|(_, name)| name.into_owned()).collect()
}

/// Returns the name of a compound, if `view` may see it. If `view` is `None`, everything may be seen.
pub(super) fn compound_name(
    compounds: Option<&Arc<Collection>>,
    id: &str,
    view: Option<View<'_>>,
) -> Option<String> {
    let compounds = compounds?;
    let entry = compounds.get(id)?;
    let name = |properties: &str| {
        let name = Canonical::new(properties).text(property::NAME);
        name.map(Cow::into_owned)
    };
    match view {
        Some(view) => name(&entry.properties(compounds.schema(), view)),
        None => name(entry.all_properties()),
    }
}

fn cut(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.len() <= LONGEST {
        return text;
    }
    let end = text.floor_char_boundary(LONGEST);
    text[..end].to_owned().into()
}

/// The names of many features.
#[derive(Debug, Default)]
pub(super) struct Names {
    blocks: Vec<Block>,
}

/// A part of the names. Blocks are searched in parallel.
#[derive(Debug)]
pub(super) struct Block {
    /// The texts of all shapes, followed by the ids and names of all rows.
    text: Box<str>,
    shapes: Box<[ShapeEnds]>,
    rows: Box<[RowEnds]>,
}

#[derive(Debug, Clone, Copy)]
struct ShapeEnds {
    letters: Letters,
    first: Letters,
    text: u32,
    rows: u32,
    has_lanes: bool,
}

#[derive(Debug, Clone, Copy)]
struct RowEnds {
    numbers: Numbers,
    id: u32,
    name: u32,
    source: Source,
}

/// The names with the same words.
#[derive(Debug, Clone, Copy)]
pub(super) struct ShapeRows<'a> {
    block: &'a Block,
    pub letters: Letters,
    /// The first letters and characters of queries that match the name from its beginning.
    pub first: Letters,
    pub text: &'a str,
    from: usize,
    to: usize,
    has_lanes: bool,
}

/// A name of a feature.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    pub id: &'a str,
    pub name: &'a str,
    pub numbers: Numbers,
    pub source: Source,
}

impl Names {
    /// Indexes the names of these features. Features without a name are left out.
    pub(super) fn of<'a>(
        entries: impl Iterator<Item = &'a Arc<Entry>>,
        compounds: Option<&Arc<Collection>>,
    ) -> Self {
        let mut blocks = Vec::new();
        let mut draft = Draft::default();
        for entry in entries {
            let compound = |id: &str| compound_name(compounds, id, None);
            for (source, name) in names_of(entry.all_properties(), compound) {
                draft.push(entry.id().as_str(), source, &name);
            }
            if draft.rows.len() >= BLOCK {
                blocks.push(std::mem::take(&mut draft).finish());
            }
        }
        if !draft.rows.is_empty() {
            blocks.push(draft.finish());
        }
        Self { blocks }
    }

    pub(super) fn blocks(&self) -> impl IndexedParallelIterator<Item = &Block> {
        self.blocks.par_iter()
    }
}

/// A block under construction.
#[derive(Debug, Default)]
struct Draft {
    shapes: HashMap<String, usize>,
    rows: Vec<(usize, Numbers, Source, String, String)>,
}

impl Draft {
    fn push(&mut self, id: &str, source: Source, name: &str) {
        let shape = address::shape(name);
        let next = self.shapes.len();
        let shape_at = *self.shapes.entry(shape.text).or_insert(next);
        self.rows.push((
            shape_at,
            shape.numbers,
            source,
            id.to_owned(),
            name.to_owned(),
        ));
    }

    fn finish(self) -> Block {
        let mut shapes: Vec<(String, usize)> = self.shapes.into_iter().collect();
        // Short names come first: they rank higher, so most of the longer ones can be skipped.
        shapes.sort_by(|(a, _), (b, _)| (a.chars().count(), a).cmp(&(b.chars().count(), b)));
        let mut order = vec![0; shapes.len()];
        for (at, (_, before)) in shapes.iter().enumerate() {
            order[*before] = at;
        }
        let mut rows = self.rows;
        rows.sort_by(|a, b| {
            (order[a.0].cmp(&order[b.0]))
                .then_with(|| a.1.cmp(&b.1))
                .then_with(|| natural(&a.4, &b.4))
                .then_with(|| a.3.cmp(&b.3))
        });
        let mut text = String::new();
        let mut ends = Vec::with_capacity(shapes.len());
        let mut from = 0;
        for (at, (shape, _)) in shapes.iter().enumerate() {
            text.push_str(shape);
            let to = rows.partition_point(|row| order[row.0] <= at);
            ends.push(ShapeEnds {
                letters: Letters::of_name(shape),
                first: Letters::of_beginning(shape),
                text: text.len() as u32,
                rows: to as u32,
                has_lanes: rows[from..to].iter().any(|row| row.1.has_lane()),
            });
            from = to;
        }
        let rows = rows.iter().map(|(_, numbers, source, id, name)| {
            let mut end = |part: &str| {
                text.push_str(part);
                text.len() as u32
            };
            RowEnds {
                numbers: *numbers,
                id: end(id),
                name: end(name),
                source: *source,
            }
        });
        let rows: Box<[RowEnds]> = rows.collect();
        Block {
            text: text.into(),
            shapes: ends.into(),
            rows,
        }
    }
}

impl Block {
    pub(super) fn len(&self) -> usize {
        self.shapes.len()
    }

    /// Returns the shapes, short names first.
    pub(super) fn shapes(&self) -> impl Iterator<Item = ShapeRows<'_>> {
        let (mut text, mut rows) = (0, 0);
        self.shapes.iter().map(move |ends| {
            let shape = ShapeRows {
                block: self,
                letters: ends.letters,
                first: ends.first,
                text: self.text(text, ends.text),
                from: rows,
                to: ends.rows as usize,
                has_lanes: ends.has_lanes,
            };
            (text, rows) = (ends.text, ends.rows as usize);
            shape
        })
    }

    fn text(&self, from: u32, to: u32) -> &str {
        let range = from as usize..to as usize;
        self.text.get(range).unwrap_or_default()
    }
}

impl<'a> ShapeRows<'a> {
    /// Returns the names whose first number is in one of the ranges, and all names that begin with the number of a
    /// lane. Without ranges it returns all names, sorted by their numbers.
    pub(super) fn rows(self, first: &[RangeInclusive<u32>]) -> impl Iterator<Item = Row<'a>> {
        let is_all = first.is_empty();
        let all = self.between(self.from, if is_all { self.to } else { self.from });
        let with_lanes = self.has_lanes && !is_all;
        let lanes = self.between(self.from, if with_lanes { self.to } else { self.from });
        let own = self.block.rows.get(self.from..self.to).unwrap_or_default();
        // Rows are sorted by number. Names without numbers come first.
        let value = |row: &RowEnds| row.numbers.first().map(|n| n.value);
        let most = own.last().and_then(value);
        let first = first
            .iter()
            .filter(move |range| Some(*range.start()) <= most);
        let ranges = first.flat_map(move |range| {
            let from = own.partition_point(|row| value(row) < Some(*range.start()));
            let to = own.partition_point(|row| value(row) <= Some(*range.end()));
            self.between(self.from + from, self.from + to.max(from))
        });
        all.chain(lanes.filter(|row| row.numbers.has_lane()))
            .chain(ranges.filter(|row| !row.numbers.has_lane()))
    }

    fn between(self, from: usize, to: usize) -> impl Iterator<Item = Row<'a>> {
        let rows = self.block.rows.get(from..to).unwrap_or_default();
        // The text of a row begins where the text of the previous row ends.
        let mut start = match from.checked_sub(1) {
            Some(before) => self.block.rows[before].name,
            None => self.block.shapes.last().map_or(0, |shape| shape.text),
        };
        rows.iter().map(move |row| {
            let found = Row {
                id: self.block.text(start, row.id),
                name: self.block.text(row.id, row.name),
                numbers: row.numbers,
                source: row.source,
            };
            start = row.name;
            found
        })
    }
}
