//! The micro-wishes (微心愿) of the ledger, for the public board: those that an officer published and that are not
//! fulfilled yet, and the totals. A request reads them without walking the ledger.

use jiff::Timestamp;
use rpds::RedBlackTreeMapSync;

use super::{Event, Projection, Touched, entries};
use crate::index::{Collections, Entry};
use crate::model::names::collection::WARNINGS;
use crate::model::names::property;
use crate::model::{Canonical, FeatureId};
use crate::store::StoreError;
use crate::warnings::rules::MICRO_WISH;
use crate::warnings::{Case, Status};

/// All wishes that count, open and fulfilled.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Wishes {
    published: RedBlackTreeMapSync<FeatureId, PublishedWish>,
    fulfilled: RedBlackTreeMapSync<FeatureId, Fulfilled>,
    /// How many wishes each unit fulfilled; units with none are not listed.
    helpers: RedBlackTreeMapSync<String, u32>,
    totals: WishTotals,
}

/// The figures of all fulfilled wishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WishTotals {
    /// How many wishes were fulfilled.
    pub fulfilled: u32,
    /// How many of them were rated.
    pub rated: u32,
    /// The sum of the ratings, each 1 to 5.
    pub rating_sum: u32,
}

/// What the totals count of a fulfilled wish.
#[derive(Debug, Clone, PartialEq)]
struct Fulfilled {
    unit: Option<String>,
    rating: Option<u8>,
}

enum Wish {
    Published(PublishedWish),
    Fulfilled(Fulfilled),
}

/// An open wish with a public text. It has nothing from the person who asked.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishedWish {
    /// The text that an officer wrote.
    pub text: String,
    /// The id of the community.
    pub community: Option<String>,
    /// When the wish was filed.
    pub since: Timestamp,
    /// The status of the case.
    pub status: Status,
    /// The id of the unit in charge.
    pub unit: Option<String>,
}

impl Wishes {
    /// The open wishes with a public text, by id.
    pub fn published(&self) -> impl Iterator<Item = (&FeatureId, &PublishedWish)> {
        self.published.iter()
    }

    /// The figures of the fulfilled wishes.
    pub fn totals(&self) -> WishTotals {
        self.totals
    }

    /// How many units fulfilled a wish.
    pub fn helpers(&self) -> usize {
        self.helpers.size()
    }

    fn put(&mut self, id: &FeatureId, entry: Option<&Entry>) {
        self.published.remove_mut(id);
        if let Some(before) = self.fulfilled.get(id).cloned() {
            self.fulfilled.remove_mut(id);
            self.count(&before, u32::saturating_sub);
        }
        match entry.and_then(read) {
            Some(Wish::Published(wish)) => self.published.insert_mut(id.clone(), wish),
            Some(Wish::Fulfilled(wish)) => {
                self.count(&wish, u32::saturating_add);
                self.fulfilled.insert_mut(id.clone(), wish);
            }
            None => {}
        }
    }

    /// Adds a fulfilled wish to the totals, or removes it from them.
    fn count(&mut self, wish: &Fulfilled, change: fn(u32, u32) -> u32) {
        let totals = &mut self.totals;
        totals.fulfilled = change(totals.fulfilled, 1);
        if let Some(rating) = wish.rating {
            totals.rated = change(totals.rated, 1);
            totals.rating_sum = change(totals.rating_sum, rating.into());
        }
        let Some(unit) = &wish.unit else { return };
        match change(self.helpers.get(unit).copied().unwrap_or(0), 1) {
            0 => {
                self.helpers.remove_mut(unit);
            }
            n => self.helpers.insert_mut(unit.clone(), n),
        }
    }

    fn of(map: &Collections) -> Self {
        let mut all = Self::default();
        for entry in entries(map, WARNINGS) {
            all.put(entry.id(), Some(entry));
        }
        all
    }
}

/// The wish in a feature of the ledger; `None` if the feature is none, or the public hears nothing of it.
fn read(entry: &Entry) -> Option<Wish> {
    if !Canonical::new(entry.all_properties()).is(property::CATEGORY, MICRO_WISH) {
        return None;
    }
    let case = Case::of(entry).ok().filter(Case::counts)?;
    match case.status {
        Status::Closed => Some(Wish::Fulfilled(Fulfilled {
            unit: case.unit,
            rating: case.rating,
        })),
        Status::Reported | Status::Rejected | Status::Merged => None,
        status => Some(Wish::Published(PublishedWish {
            text: case.public_text?,
            community: case.community,
            since: case.filed_at.unwrap_or(case.reported_at),
            status,
            unit: case.unit,
        })),
    }
}

impl Projection for Wishes {
    fn load(map: &Collections) -> Result<Self, StoreError> {
        Ok(Self::of(map))
    }

    fn is_affected_by(&self, event: &Event<'_>) -> bool {
        matches!(event, Event::Commit(step) if step.touches(&[WARNINGS]))
    }

    fn apply(&mut self, event: &Event<'_>) {
        let Event::Commit(step) = event else { return };
        match step.touched(WARNINGS) {
            Touched::Nothing => {}
            Touched::Features(ids) => {
                for id in ids {
                    self.put(id, step.find(WARNINGS, id));
                }
            }
            Touched::Whole => *self = Self::of(step.after),
        }
    }
}
