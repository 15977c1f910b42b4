//! What is in this box, this shape, this page: answers in the order of the ids.

use std::sync::Arc;

use geo::{CoordsIter as _, Intersects as _};
use geo_types::Geometry;
use rstar::{Envelope as _, ParentNode, RTreeNode, RTreeObject as _};

use super::base::{Envelope, Leaf, Tree, inwards, outwards};
use super::{Collection, Entry, Free, Meter};
use crate::model::FeatureId;
use crate::spatial::bounds::Bounds;

/// Decides about one feature.
pub type Filter<'a> = &'a (dyn Fn(&Entry) -> bool + Sync + 'a);

/// Room for what callers write behind a page (counts and links): without it those few bytes would
/// make the whole page move.
const FRAME: usize = 4 * 1024;

/// What is asked for. All conditions hold together; features without geometry match no place.
#[derive(Clone)]
pub struct Select<'a> {
    /// The feature's geometry, not only its box, meets this box.
    pub bbox: Option<Bounds>,
    /// The feature's geometry meets this geometry.
    pub intersects: Option<Geometry<f64>>,
    /// Boxes outside of which the filter takes nothing, none of them crossing the antimeridian. They
    /// narrow the search and decide about nothing else.
    pub near: Option<&'a [Bounds]>,
    /// Anything else.
    pub filter: Option<Filter<'a>>,
    /// Only ids after this one: how a client pages without missing or doubling anything.
    pub after: Option<FeatureId>,
    /// How many to pass over first.
    pub offset: usize,
    /// How many to give at most.
    pub limit: usize,
    /// Whether to count all that match. With a filter that looks at every feature.
    pub count: bool,
}

impl Default for Select<'_> {
    fn default() -> Self {
        Self {
            bbox: None,
            intersects: None,
            near: None,
            filter: None,
            after: None,
            offset: 0,
            limit: usize::MAX,
            count: true,
        }
    }
}

/// How a selection came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// All that match, whatever the page; `None` if nobody asked.
    pub matched: Option<u64>,
    /// How many are on the page.
    pub returned: usize,
    /// The last id of the page if more follow: the next page's `after`.
    pub next: Option<FeatureId>,
}

/// A page of features.
#[derive(Debug, Clone)]
pub struct Page {
    /// The features, in the order of their ids.
    pub entries: Vec<Arc<Entry>>,
    /// All that match, whatever the page; `None` if nobody asked.
    pub matched: Option<u64>,
    /// The last id of the page if more follow: the next page's `after`.
    pub next: Option<FeatureId>,
}

impl Collection {
    /// All features in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.iter_after(None).map(|(_, e)| e)
    }

    /// The page of features that match.
    pub fn select(&self, select: &Select<'_>) -> Page {
        let mut entries = Vec::new();
        let counts = self.visit(select, |e| entries.push(e.clone()));
        Page {
            entries,
            matched: counts.matched,
            next: counts.next,
        }
    }

    /// Appends the page as the public sees it: encoded features with commas between them.
    pub fn select_into(&self, select: &Select<'_>, out: &mut Vec<u8>) -> Counts {
        let Ok(counts) = self.select_into_metered(select, &Free, out);
        counts
    }

    /// The same, as far as a meter lets it.
    ///
    /// # Errors
    /// When the meter stops it; then nothing was appended.
    pub fn select_into_metered<M: Meter>(
        &self,
        select: &Select<'_>,
        meter: &M,
        out: &mut Vec<u8>,
    ) -> Result<Counts, M::Stop> {
        // First all lengths, then all bytes: one allocation, and the memory that the second walk
        // needs is on its way while the first one goes on.
        let mut entries: Vec<&Entry> = Vec::with_capacity(select.limit.min(1_024));
        let counts = self.visit_metered(select, meter, |e| entries.push(e))?;
        let bytes: usize = entries.iter().map(|e| e.encoded().len() + 1).sum();
        meter.hold(bytes)?;
        out.reserve(bytes + FRAME);
        for (i, entry) in entries.iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            out.extend_from_slice(entry.encoded());
        }
        Ok(counts)
    }

    /// Shows every feature of the page, in the order of their ids.
    pub fn visit<'a>(&'a self, select: &Select<'_>, each: impl FnMut(&'a Arc<Entry>)) -> Counts {
        let Ok(counts) = self.visit_metered(select, &Free, each);
        counts
    }

    /// The same, as far as a meter lets it.
    ///
    /// # Errors
    /// When the meter stops it; then what was shown is a part of the page.
    pub fn visit_metered<'a, M: Meter>(
        &'a self,
        select: &Select<'_>,
        meter: &M,
        each: impl FnMut(&'a Arc<Entry>),
    ) -> Result<Counts, M::Stop> {
        if select.bbox.is_none() && select.intersects.is_none() && select.near.is_none() {
            self.visit_all(select, meter, each)
        } else {
            self.visit_hits(select, meter, each)
        }
    }

    /// Everything that meets a geometry, in the order of the ids.
    pub fn intersecting(&self, geometry: &Geometry<f64>) -> Vec<Arc<Entry>> {
        self.select(&Select {
            intersects: Some(geometry.clone()),
            count: false,
            ..Select::default()
        })
        .entries
    }

    /// Without a place: along the ids.
    fn visit_all<'a, M: Meter>(
        &'a self,
        select: &Select<'_>,
        meter: &M,
        each: impl FnMut(&'a Arc<Entry>),
    ) -> Result<Counts, M::Stop> {
        let mut page = Pager::new(select, each);
        let mut seen = Seen::new(meter, select.filter.is_some());
        let passes = |e: &Entry| select.filter.is_none_or(|f| f(e));
        if select.filter.is_some() && select.count {
            let start = select.after.as_ref();
            let mut matched = 0;
            for (_, e) in self.iter_after(None) {
                seen.one_more()?;
                if passes(e) {
                    matched += 1;
                    if start.is_none_or(|a| e.id() > a) {
                        page.offer(e);
                    }
                }
            }
            seen.end()?;
            return Ok(page.counts(Some(matched)));
        }
        let matched = select.count.then(|| self.len() as u64);
        if select.filter.is_none() && self.delta.is_empty() {
            // Straight to the slot.
            let start = select.after.as_ref().map_or(0, |a| self.base.after(a)) as usize;
            for e in self
                .base
                .entries()
                .iter()
                .skip(start.saturating_add(page.take_offset()))
            {
                seen.one_more()?;
                if !page.offer(e) {
                    break;
                }
            }
        } else {
            for (_, e) in self.iter_after(select.after.as_ref()) {
                seen.one_more()?;
                if passes(e) && !page.offer(e) {
                    break;
                }
            }
        }
        seen.end()?;
        Ok(page.counts(matched))
    }

    /// With a place: what the trees find, put in order.
    fn visit_hits<'a, M: Meter>(
        &'a self,
        select: &Select<'_>,
        meter: &M,
        each: impl FnMut(&'a Arc<Entry>),
    ) -> Result<Counts, M::Stop> {
        let place = Place::new(select);
        // A filter is asked here only if all matches are to be counted; else as far as the page goes.
        let early = select.filter.filter(|_| select.count);
        let late = select.filter.filter(|_| !select.count);

        let mut base: Vec<u32> = Vec::with_capacity(256);
        let hidden = self.delta.hides_anything();
        place.search(
            self.base.tree(),
            |slot| !(hidden && self.delta.hides(slot)),
            |slot| self.base.entry(slot),
            early,
            meter,
            &mut base,
        )?;
        let mut delta: Vec<u32> = Vec::new();
        place.search(
            self.delta.tree(),
            |_| true,
            |slot| self.delta.entry(slot),
            early,
            meter,
            &mut delta,
        )?;
        let matched = select.count.then(|| (base.len() + delta.len()) as u64);

        // The base's slots are in the order of the ids already.
        if let Some(after) = &select.after {
            let start = self.base.after(after);
            base.retain(|slot| *slot >= start);
        }
        let needed = select.offset.saturating_add(select.limit).saturating_add(1);
        if late.is_none() && needed < base.len() / 2 {
            base.select_nth_unstable(needed);
            base.truncate(needed);
        }
        base.sort_unstable();
        let mut delta: Vec<&Arc<Entry>> = delta
            .into_iter()
            .filter_map(|slot| self.delta.entry(slot))
            .filter(|e| select.after.as_ref().is_none_or(|a| e.id() > a))
            .collect();
        delta.sort_unstable_by(|a, b| a.id().cmp(b.id()));

        let mut page = Pager::new(select, each);
        let mut seen = Seen::new(meter, late.is_some());
        let mut offer = |e: &'a Arc<Entry>| -> Result<bool, M::Stop> {
            seen.one_more()?;
            Ok(late.is_some_and(|f| !f(e)) || page.offer(e))
        };
        let mut delta = delta.into_iter().peekable();
        let mut going = true;
        for e in base.into_iter().filter_map(|slot| self.base.entry(slot)) {
            while going && let Some(put) = delta.next_if(|put| put.id() < e.id()) {
                going = offer(put)?;
            }
            going = going && offer(e)?;
            if !going {
                break;
            }
        }
        while going && let Some(put) = delta.next() {
            going = offer(put)?;
        }
        seen.end()?;
        Ok(page.counts(matched))
    }

    /// The features after an id, in order.
    fn iter_after<'a>(
        &'a self,
        after: Option<&FeatureId>,
    ) -> impl Iterator<Item = (u32, &'a Arc<Entry>)> + use<'a> {
        let start = after.map_or(0, |a| self.base.after(a));
        let len = self.base.len() as u32;
        let mut slot = start;
        let mut puts = self.delta.puts_after(after).map(|put| {
            let at = match self.base.find(put.id().as_str()) {
                Ok(slot) | Err(slot) => slot,
            };
            (at, put)
        });
        let mut put = puts.next();
        std::iter::from_fn(move || {
            loop {
                if let Some((at, entry)) = put
                    && at <= slot
                {
                    put = puts.next();
                    return Some((slot, entry));
                }
                if slot >= len {
                    return None;
                }
                slot += 1;
                if !self.delta.hides(slot - 1) {
                    return Some((slot - 1, self.base.entry(slot - 1)?));
                }
            }
        })
    }
}

/// Tells a meter of entries, some at a time: one by one would cost more than the look at them.
struct Seen<'m, M> {
    meter: &'m M,
    /// Whether their properties are read.
    read: bool,
    untold: usize,
}

impl<'m, M: Meter> Seen<'m, M> {
    const MANY: usize = 64;

    fn new(meter: &'m M, read: bool) -> Self {
        Self {
            meter,
            read,
            untold: 0,
        }
    }

    fn one_more(&mut self) -> Result<(), M::Stop> {
        self.untold += 1;
        if self.untold < Self::MANY {
            return Ok(());
        }
        self.tell()
    }

    fn tell(&mut self) -> Result<(), M::Stop> {
        let entries = std::mem::take(&mut self.untold);
        if self.read {
            self.meter.read(entries)
        } else {
            self.meter.see(entries)
        }
    }

    fn end(mut self) -> Result<(), M::Stop> {
        self.tell()
    }
}

/// Cuts the page out of a stream of matches.
struct Pager<F> {
    offset: usize,
    limit: usize,
    each: F,
    returned: usize,
    last: Option<FeatureId>,
    more: bool,
}

impl<'a, F: FnMut(&'a Arc<Entry>)> Pager<F> {
    fn new(select: &Select<'_>, each: F) -> Self {
        Self {
            offset: select.offset,
            limit: select.limit,
            each,
            returned: 0,
            last: None,
            more: false,
        }
    }

    /// Leaves the passing over to the caller.
    fn take_offset(&mut self) -> usize {
        std::mem::take(&mut self.offset)
    }

    /// Takes a match; answers whether it wants to see another one.
    fn offer(&mut self, entry: &'a Arc<Entry>) -> bool {
        if self.offset > 0 {
            self.offset -= 1;
            return true;
        }
        if self.returned >= self.limit {
            self.more = true;
            return false;
        }
        self.returned += 1;
        if self.returned == self.limit {
            self.last = Some(entry.id().clone());
        }
        (self.each)(entry);
        true
    }

    fn counts(self, matched: Option<u64>) -> Counts {
        Counts {
            matched,
            returned: self.returned,
            next: if self.more { self.last } else { None },
        }
    }
}

/// Where something is looked for.
struct Place<'a> {
    bbox: Option<Bounds>,
    shape: Option<&'a Geometry<f64>>,
    /// What meets none of these is elsewhere; empty if nothing can be in the place.
    around: Vec<Envelope>,
    /// What is in one of these is in the place.
    within: Vec<Envelope>,
    /// What meets none of these is not looked for.
    near: Option<Vec<Envelope>>,
}

impl<'a> Place<'a> {
    fn new(select: &'a Select<'_>) -> Self {
        let shape = select.intersects.as_ref();
        let around: Vec<Envelope> = match (&select.bbox, shape) {
            (Some(b), None) => b.parts().map(|p| outwards(&p)).collect(),
            // The smaller of both would do; the exact test comes for every candidate anyway.
            (_, Some(g)) => Bounds::of(g).iter().map(outwards).collect(),
            (None, None) => vec![outwards(&Bounds::WORLD)],
        };
        let within = match (&select.bbox, shape) {
            (Some(b), None) => b.parts().filter_map(|p| inwards(&p)).collect(),
            _ => Vec::new(),
        };
        Self {
            bbox: select.bbox,
            shape,
            around,
            within,
            near: select.near.map(|n| n.iter().map(outwards).collect()),
        }
    }

    /// Walks a tree and collects the slots whose entries are in the place.
    fn search<'e, M: Meter>(
        &self,
        tree: &Tree,
        counts: impl Fn(u32) -> bool,
        entry: impl Fn(u32) -> Option<&'e Arc<Entry>>,
        filter: Option<Filter<'_>>,
        meter: &M,
        out: &mut Vec<u32>,
    ) -> Result<(), M::Stop> {
        if tree.size() == 0 {
            return Ok(());
        }
        let mut open: Vec<(&ParentNode<Leaf>, bool)> = vec![(tree.root(), false)];
        while let Some((node, inside)) = open.pop() {
            meter.see(node.children().len())?;
            let found = out.len();
            let (mut read, mut tested) = (0, 0);
            for child in node.children() {
                match child {
                    RTreeNode::Parent(parent) => {
                        let envelope = parent.envelope();
                        if inside || self.holds(&envelope) {
                            open.push((parent, true));
                        } else if self.touches(&envelope) {
                            open.push((parent, false));
                        }
                    }
                    RTreeNode::Leaf(leaf) => {
                        let slot = leaf.slot();
                        let envelope = leaf.envelope();
                        let hit = (inside || self.touches(&envelope))
                            && counts(slot)
                            && (inside
                                || self.holds(&envelope)
                                || self.within.iter().any(|b| leaf.crosses(b))
                                || entry(slot).and_then(|e| e.geometry()).is_some_and(|g| {
                                    tested += g.coords_count();
                                    self.meets(g)
                                }))
                            && filter.is_none_or(|f| {
                                read += 1;
                                entry(slot).is_some_and(|e| f(e))
                            });
                        if hit {
                            out.push(slot);
                        }
                    }
                }
            }
            // After a node of a few entries, not before: what is read of them only they know.
            meter.read(read)?;
            meter.test(tested)?;
            meter.hold((out.len() - found) * size_of::<u32>())?;
        }
        Ok(())
    }

    /// Whether the envelope alone says that what is in it matches.
    fn holds(&self, envelope: &Envelope) -> bool {
        self.within.iter().any(|b| b.contains_envelope(envelope))
            && self
                .near
                .as_ref()
                .is_none_or(|near| near.iter().any(|b| b.contains_envelope(envelope)))
    }

    fn touches(&self, envelope: &Envelope) -> bool {
        self.around.iter().any(|b| b.intersects(envelope))
            && self
                .near
                .as_ref()
                .is_none_or(|near| near.iter().any(|b| b.intersects(envelope)))
    }

    fn meets(&self, geometry: &Geometry<f64>) -> bool {
        self.bbox.is_none_or(|b| b.intersects_geometry(geometry))
            && self.shape.is_none_or(|g| g.intersects(geometry))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testkit::{a_geometry, a_place, expected, ids, play, record, schema, steps};
    use super::super::{Budget, Stop};
    use super::*;

    fn a_box() -> impl Strategy<Value = Bounds> {
        (a_place(), 0i32..8, 0i32..8).prop_map(|(c, w, h)| {
            let east = c.x + f64::from(w) * 0.25;
            Bounds::new(
                c.x,
                c.y,
                if east > 180.0 { east - 360.0 } else { east },
                (c.y + f64::from(h) * 0.25).min(90.0),
            )
        })
    }

    #[test]
    fn a_box_smaller_than_an_envelope_can_say_is_answered_by_the_shapes() {
        let at = |x: f64| Some(geo_types::Point::new(x, 39.22).into());
        let records = vec![record(1, 1, at(117.13)), record(2, 1, at(117.130_000_1))];
        let collection = Collection::load(schema(), records);
        let page = collection.select(&Select {
            bbox: Some(Bounds::new(117.13, 39.22, 117.13, 39.22)),
            ..Select::default()
        });
        assert_eq!(ids(&page.entries), ["t001"]);
    }

    #[test]
    fn a_meter_counts_what_is_looked_at_and_its_end_is_no_half_answer() {
        let at = |n: u32| Some(geo_types::Point::new(f64::from(n) * 0.001, 39.0).into());
        let records = (0..5_000).map(|n| record(n, 1, at(n))).collect();
        let collection = Collection::load(schema(), records);
        let small = Select {
            bbox: Some(Bounds::new(1.0, 38.0, 1.01, 40.0)),
            ..Select::default()
        };
        let budget = Budget::new(u64::MAX, u64::MAX);
        let counts = collection.visit_metered(&small, &budget, |_| {}).unwrap();
        assert_eq!(counts.matched, Some(11));
        assert!(budget.visited() < 300, "{}", budget.visited());

        for select in [
            Select {
                bbox: Some(Bounds::new(-1.0, 38.0, 10.0, 40.0)),
                ..Select::default()
            },
            Select {
                filter: Some(&even),
                limit: 1,
                ..Select::default()
            },
            Select::default(),
        ] {
            let budget = Budget::new(u64::MAX, u64::MAX);
            let mut out = Vec::new();
            let counts = collection.select_into_metered(&select, &budget, &mut out);
            assert_eq!(counts, Ok(collection.select_into(&select, &mut Vec::new())));
            assert!(budget.visited() >= 5_000, "{}", budget.visited());

            let few = Budget::new(1_000, u64::MAX);
            let mut out = Vec::new();
            let stopped = collection.select_into_metered(&select, &few, &mut out);
            assert_eq!((stopped, out.len()), (Err(Stop::Work), 0));
        }
        let narrow = Budget::new(u64::MAX, 1_000);
        let stopped = collection.select_into_metered(&Select::default(), &narrow, &mut Vec::new());
        assert_eq!(stopped, Err(Stop::Memory));
    }

    fn even(e: &Entry) -> bool {
        e.id().as_str().ends_with(['0', '2', '4', '6', '8'])
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn every_selection_is_what_a_walk_over_all_features_finds(
            steps in steps(),
            bbox in prop::option::of(a_box()),
            shape in prop::option::of(a_geometry()),
            filtered: bool,
            count: bool,
            page_size in 1usize..9,
            offset in 0usize..4,
        ) {
            let (collection, truth) = play(&steps);
            let all = expected(&truth);
            let select = Select {
                bbox,
                intersects: shape.clone(),
                filter: if filtered { Some(&even) } else { None },
                limit: page_size,
                count,
                ..Select::default()
            };
            let brute: Vec<&str> = all
                .iter()
                .filter(|e| bbox.is_none_or(|b| e.geometry().is_some_and(|g| {
                    // By two polygons, not by the box's own fast test; a box without area by its
                    // centre line or point, which geo's rectangle is.
                    b.parts().any(|p| p.rect().intersects(g))
                })))
                .filter(|e| shape.as_ref().is_none_or(|s| {
                    e.geometry().is_some_and(|g| s.intersects(g))
                }))
                .filter(|e| !filtered || even(e))
                .map(|e| e.id().as_str())
                .collect();

            // By keys: everything once, in order.
            let mut found: Vec<String> = Vec::new();
            let mut after = None;
            loop {
                let page = collection.select(&Select { after, ..select.clone() });
                prop_assert_eq!(page.matched, count.then_some(brute.len() as u64));
                prop_assert!(page.entries.len() <= page_size);
                found.extend(ids(&page.entries).into_iter().map(String::from));
                after = page.next;
                if after.is_none() {
                    break;
                }
                prop_assert_eq!(page.entries.len(), page_size);
            }
            prop_assert_eq!(&found, &brute);

            // By offset.
            let page = collection.select(&Select { offset, ..select.clone() });
            let slice: Vec<&str> = brute.iter().copied().skip(offset).take(page_size).collect();
            prop_assert_eq!(ids(&page.entries), slice);

            // As bytes.
            let mut bytes = b"[".to_vec();
            let counts = collection.select_into(&Select { limit: usize::MAX, ..select }, &mut bytes);
            bytes.push(b']');
            let features: Vec<serde_json::Value> = serde_json::from_slice(&bytes).unwrap();
            prop_assert_eq!(counts.returned, brute.len());
            prop_assert_eq!(
                features.iter().map(|f| f["id"].as_str().unwrap()).collect::<Vec<_>>(),
                brute
            );
        }
    }
}
