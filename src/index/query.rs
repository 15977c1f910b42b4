//! Selects features by bounding box, geometry and page; results are sorted by id.

mod pager;
mod place;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use geo_types::Geometry;

use self::pager::{Pager, VisitReport};
use self::place::Place;
use super::{Collection, Entry, Free, Meter};
use crate::model::FeatureId;
use crate::spatial::bounds::Bounds;

/// A condition on one entry.
pub type Filter<'a> = &'a (dyn Fn(&Entry) -> bool + Sync + 'a);

/// Extra capacity in the response buffer for counts and links behind the page, so that appending
/// them does not reallocate the whole page.
const FRAME: usize = 4 * 1024;

/// The parameters of a selection. All conditions must hold; features without a geometry match no
/// spatial condition.
#[derive(Clone)]
pub struct Select<'a> {
    /// Only features whose geometry, not only its box, intersects this box.
    pub bbox: Option<Bounds>,
    /// Only features whose geometry intersects this geometry.
    pub intersects: Option<Geometry<f64>>,
    /// Boxes outside of which the filter matches no feature; none crosses the antimeridian. They
    /// only speed up the search.
    pub near: Option<&'a [Bounds]>,
    /// An additional condition.
    pub filter: Option<Filter<'a>>,
    /// Only features with a greater id: paging by id neither skips nor repeats features.
    pub after: Option<FeatureId>,
    /// The number of matches to skip.
    pub offset: usize,
    /// The maximum number of features to return.
    pub limit: usize,
    /// Whether to count all matches. With a filter, this examines every feature that meets the spatial conditions.
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

/// The counts of a selection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// The number of all matches, independent of the page; `None` if it was not requested.
    pub matched: Option<u64>,
    /// The number of features on the page.
    pub returned: usize,
    /// The last id of the page if more features follow: the `after` of the next page.
    pub next: Option<FeatureId>,
}

/// A page of features.
#[derive(Debug, Clone)]
pub struct Page {
    /// The features, sorted by id.
    pub entries: Vec<Arc<Entry>>,
    /// The number of all matches, independent of the page; `None` if it was not requested.
    pub matched: Option<u64>,
    /// The last id of the page if more features follow: the `after` of the next page.
    pub next: Option<FeatureId>,
}

impl Collection {
    /// All features, sorted by id.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.iter_after(None).map(|(_, e)| e)
    }

    /// Returns the page of matching features.
    pub fn select(&self, select: &Select<'_>) -> Page {
        let mut entries = Vec::new();
        let counts = self.visit(select, |e| entries.push(e.clone()));
        Page {
            entries,
            matched: counts.matched,
            next: counts.next,
        }
    }

    /// Appends the page as the public sees it: encoded features separated by commas.
    pub fn select_into(&self, select: &Select<'_>, out: &mut Vec<u8>) -> Counts {
        let Ok(counts) = self.select_into_metered(select, &Free, out);
        counts
    }

    /// Like [`select_into`](Self::select_into), with a meter.
    ///
    /// # Errors
    /// If the meter stops the query; nothing is appended then.
    pub fn select_into_metered<M: Meter>(
        &self,
        select: &Select<'_>,
        meter: &M,
        out: &mut Vec<u8>,
    ) -> Result<Counts, M::Stop> {
        // Compute all lengths first and copy the bytes afterwards: this needs one allocation, and
        // the first pass already loads into the cache what the second one reads.
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

    /// Calls `each` with every feature of the page, sorted by id.
    pub fn visit<'a>(&'a self, select: &Select<'_>, each: impl FnMut(&'a Arc<Entry>)) -> Counts {
        let Ok(counts) = self.visit_metered(select, &Free, each);
        counts
    }

    /// Like [`visit`](Self::visit), with a meter.
    ///
    /// # Errors
    /// If the meter stops the query; `each` may have received a part of the page then.
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

    /// All features that intersect a geometry, sorted by id.
    pub fn intersecting(&self, geometry: &Geometry<f64>) -> Vec<Arc<Entry>> {
        self.select(&Select {
            intersects: Some(geometry.clone()),
            count: false,
            ..Select::default()
        })
        .entries
    }

    /// Visits features without a spatial condition, in the order of ids.
    fn visit_all<'a, M: Meter>(
        &'a self,
        select: &Select<'_>,
        meter: &M,
        each: impl FnMut(&'a Arc<Entry>),
    ) -> Result<Counts, M::Stop> {
        let mut page = Pager::new(select, each);
        let mut visits = VisitReport::new(meter, select.filter.is_some());
        let passes = |e: &Entry| select.filter.is_none_or(|f| f(e));
        if select.filter.is_some() && select.count {
            let start = select.after.as_ref();
            let mut matched = 0;
            for (_, e) in self.iter_after(None) {
                visits.add()?;
                if passes(e) {
                    matched += 1;
                    if start.is_none_or(|a| e.id() > a) {
                        page.push(e);
                    }
                }
            }
            visits.finish()?;
            return Ok(page.counts(Some(matched)));
        }
        let matched = select.count.then(|| self.len() as u64);
        if select.filter.is_none() && self.delta.is_empty() {
            // Jump directly to the first slot after the id.
            let start = select.after.as_ref().map_or(0, |a| self.base.after(a)) as usize;
            for e in self
                .base
                .entries()
                .iter()
                .skip(start.saturating_add(page.take_offset()))
            {
                visits.add()?;
                if !page.push(e) {
                    break;
                }
            }
        } else {
            for (_, e) in self.iter_after(select.after.as_ref()) {
                visits.add()?;
                if passes(e) && !page.push(e) {
                    break;
                }
            }
        }
        visits.finish()?;
        Ok(page.counts(matched))
    }

    /// Visits features with a spatial condition: searches the trees and sorts the hits by id.
    fn visit_hits<'a, M: Meter>(
        &'a self,
        select: &Select<'_>,
        meter: &M,
        each: impl FnMut(&'a Arc<Entry>),
    ) -> Result<Counts, M::Stop> {
        let place = Place::new(select);
        // The filter is applied during the search only if all matches are counted; otherwise it is
        // applied to the hits until the page is full.
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

        // The slots of the base are sorted by id.
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
        let mut visits = VisitReport::new(meter, late.is_some());
        let mut offer = |e: &'a Arc<Entry>| -> Result<bool, M::Stop> {
            visits.add()?;
            Ok(late.is_some_and(|f| !f(e)) || page.push(e))
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
        visits.finish()?;
        Ok(page.counts(matched))
    }

    /// The features after an id, sorted by id.
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
