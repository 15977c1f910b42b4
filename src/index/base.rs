//! The big, immutable part of a collection: all features as of some commit, in the order of their
//! ids, under a bulk-loaded R-tree.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use geo_types::Geometry;
use rayon::slice::ParallelSliceMut as _;
use rstar::{AABB, RStarInsertionStrategy, RTree, RTreeObject, RTreeParams};

use super::Entry;
use crate::model::FeatureId;
use crate::spatial::bounds::{Bounds, extent};

/// The envelope of a tree: single precision, rounded outwards, so never less than the true box and at
/// most a metre more. A third less memory to walk through; who needs the truth asks the geometry.
pub(super) type Envelope = AABB<[f32; 2]>;

/// The tree over the leaves.
pub(super) type Tree = RTree<Leaf, WideNodes>;

/// Nodes of three times the size that rstar takes by itself. What a question waits for is memory: boxes
/// beside each other come at once, the next node comes from somewhere else.
#[derive(Debug, Clone, Copy)]
pub(super) struct WideNodes;

impl RTreeParams for WideNodes {
    const MIN_SIZE: usize = 6;
    const MAX_SIZE: usize = 18;
    const REINSERTION_COUNT: usize = 4;
    type DefaultInsertionStrategy = RStarInsertionStrategy;
}

/// A box in an R-tree and the place of its entry in the list beside the tree. Small, because a
/// million of them are walked through; most answers are known from the box alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Leaf {
    envelope: Envelope,
    /// The slot, and in the highest bit whether the geometry is in one piece.
    packed: u32,
}

const ONE_PIECE: u32 = 1 << 31;

impl Leaf {
    /// `None` for what is nowhere.
    pub(super) fn new(entry: &Entry, slot: u32) -> Option<Self> {
        let one_piece = entry.geometry().is_some_and(is_one_piece);
        Some(Self {
            envelope: outwards(&entry.bounds()?),
            packed: slot | if one_piece { ONE_PIECE } else { 0 },
        })
    }

    pub(super) fn slot(&self) -> u32 {
        self.packed & !ONE_PIECE
    }

    /// Whether the geometry surely meets a box, as far as its own box tells: one that lies between two
    /// opposite sides and reaches into the box has to get there, if it is in one piece. `inside` is the
    /// greatest envelope in that box.
    pub(super) fn crosses(&self, inside: &Envelope) -> bool {
        let (low, high) = (self.envelope.lower(), self.envelope.upper());
        let (from, to) = (inside.lower(), inside.upper());
        let between = |axis: usize| from[axis] <= low[axis] && high[axis] <= to[axis];
        // Not the equal: the true box may end a rounding before the envelope.
        let reaches = |axis: usize| low[axis] < to[axis] && from[axis] < high[axis];
        self.packed & ONE_PIECE != 0 && ((between(0) && reaches(1)) || (between(1) && reaches(0)))
    }

    /// A box that contains the leaf; it may be slightly larger than the feature's.
    pub(super) fn bounds(&self) -> Bounds {
        to_bounds(&self.envelope)
    }
}

impl RTreeObject for Leaf {
    type Envelope = Envelope;

    fn envelope(&self) -> Envelope {
        self.envelope
    }
}

pub(super) fn to_bounds(envelope: &Envelope) -> Bounds {
    let ([west, south], [east, north]) = (envelope.lower(), envelope.upper());
    Bounds::new(west.into(), south.into(), east.into(), north.into())
}

/// The least envelope around a box.
pub(super) fn outwards(b: &Bounds) -> Envelope {
    AABB::from_bounds([down(b.west), down(b.south)], [up(b.east), up(b.north)])
}

/// The greatest envelope inside a box; a box of less than a metre may have none.
pub(super) fn inwards(b: &Bounds) -> Option<Envelope> {
    let ([west, south], [east, north]) = ([up(b.west), up(b.south)], [down(b.east), down(b.north)]);
    (west <= east && south <= north).then(|| AABB::from_bounds([west, south], [east, north]))
}

/// Whether one can go from any point of it to any other without leaving it.
fn is_one_piece(geometry: &Geometry<f64>) -> bool {
    match geometry {
        Geometry::GeometryCollection(_) => false,
        Geometry::MultiPoint(m) => m.0.len() == 1,
        Geometry::MultiLineString(m) => m.0.len() == 1,
        Geometry::MultiPolygon(m) => m.0.len() == 1,
        _ => true,
    }
}

fn down(v: f64) -> f32 {
    let f = v as f32;
    if f64::from(f) > v { f.next_down() } else { f }
}

fn up(v: f64) -> f32 {
    let f = v as f32;
    if f64::from(f) < v { f.next_up() } else { f }
}

/// All features as of some commit.
#[derive(Debug)]
pub(super) struct Base {
    /// No other base of this process has it.
    number: u64,
    entries: Vec<Arc<Entry>>,
    tree: Tree,
    /// Boxes that cover the same longitudes as the features: one, or a few disjoint ones where the
    /// features reach more than half round the globe and the shortest way is to be found.
    spans: Vec<Bounds>,
}

impl Base {
    pub(super) fn empty() -> Self {
        Self {
            number: next_number(),
            entries: Vec::new(),
            tree: Tree::new_with_params(),
            spans: Vec::new(),
        }
    }

    /// From entries in any order. Of several with the same id the one with the highest seq stays.
    pub(super) fn new(mut entries: Vec<Arc<Entry>>) -> Self {
        entries.par_sort_by(|a, b| a.id().cmp(b.id()).then(b.seq().cmp(&a.seq())));
        entries.dedup_by(|later, earlier| later.id() == earlier.id());
        Self::from_sorted(entries)
    }

    /// From entries in the order of their ids, each id once.
    pub(super) fn from_sorted(mut entries: Vec<Arc<Entry>>) -> Self {
        entries.shrink_to_fit();
        let leaves: Vec<Leaf> = entries
            .iter()
            .zip(0u32..)
            .filter_map(|(e, slot)| Leaf::new(e, slot))
            .collect();
        let spans = spans(&entries);
        Self {
            number: next_number(),
            tree: Tree::bulk_load_with_params(leaves),
            entries,
            spans,
        }
    }

    /// A number that is different for every base.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn entries(&self) -> &[Arc<Entry>] {
        &self.entries
    }

    pub(super) fn tree(&self) -> &Tree {
        &self.tree
    }

    pub(super) fn spans(&self) -> &[Bounds] {
        &self.spans
    }

    pub(super) fn entry(&self, slot: u32) -> Option<&Arc<Entry>> {
        self.entries.get(slot as usize)
    }

    /// The slot of an id, or `Err` with the slot where it would stand.
    pub(super) fn find(&self, id: &str) -> Result<u32, u32> {
        self.entries
            .binary_search_by(|e| e.id().as_str().cmp(id))
            .map(|i| i as u32)
            .map_err(|i| i as u32)
    }

    /// The first slot whose id is greater than `id`.
    pub(super) fn after(&self, id: &FeatureId) -> u32 {
        match self.find(id.as_str()) {
            Ok(slot) => slot + 1,
            Err(slot) => slot,
        }
    }
}

fn next_number() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}

impl Drop for Base {
    /// A million reference counts take a tenth of a second. The last reader of an old snapshot may be
    /// a request, which should not wait for that.
    fn drop(&mut self) {
        const MANY: usize = 10_000;
        if self.entries.len() > MANY {
            let entries = std::mem::take(&mut self.entries);
            let tree = std::mem::take(&mut self.tree);
            rayon::spawn(move || drop((entries, tree)));
        }
    }
}

/// Every part of a geometry by itself: what is cut at the antimeridian has parts on both sides.
pub(super) fn part_bounds(geometry: &Geometry<f64>, out: &mut Vec<Bounds>) {
    match geometry {
        Geometry::MultiPoint(m) => out.extend(m.0.iter().map(|p| Bounds::of_coord(p.0))),
        Geometry::MultiLineString(m) => {
            out.extend(m.0.iter().filter_map(|l| Bounds::of(&l.clone().into())));
        }
        Geometry::MultiPolygon(m) => {
            let exterior = |p: &geo_types::Polygon<f64>| p.exterior().clone().into();
            out.extend(m.0.iter().filter_map(|p| Bounds::of(&exterior(p))));
        }
        Geometry::GeometryCollection(c) => c.0.iter().for_each(|g| part_bounds(g, out)),
        other => out.extend(Bounds::of(other)),
    }
}

fn spans(entries: &[Arc<Entry>]) -> Vec<Bounds> {
    let Some(plain) = entries
        .iter()
        .filter_map(|e| e.bounds())
        .reduce(Bounds::union)
    else {
        return Vec::new();
    };
    if plain.width() <= 180.0 {
        return vec![plain];
    }
    let mut parts = Vec::with_capacity(entries.len());
    for geometry in entries.iter().filter_map(|e| e.geometry()) {
        part_bounds(geometry, &mut parts);
    }
    parts.sort_by(|a, b| a.west.total_cmp(&b.west));
    let mut merged: Vec<Bounds> = Vec::new();
    for part in parts {
        match merged.last_mut() {
            Some(last) if part.west <= last.east => *last = last.union(part),
            _ => merged.push(part),
        }
    }
    debug_assert!(extent(merged.iter().copied()).is_some());
    merged
}
