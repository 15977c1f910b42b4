//! The day orders (当日管制), parsed once per write, so that a request for a route does not parse all orders.

use rpds::RedBlackTreeMapSync;

use super::{Event, Projection, Touched, entries};
use crate::access::orders::DayOrder;
use crate::index::{Collections, Entry};
use crate::model::names::collection::DAY_ORDERS;
use crate::model::{Canonical, FeatureId};
use crate::store::StoreError;

/// All day orders, including ended ones.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DayOrders(RedBlackTreeMapSync<FeatureId, DayOrder>);

impl DayOrders {
    /// Returns the orders, sorted by id.
    pub fn iter(&self) -> impl Iterator<Item = (&FeatureId, &DayOrder)> {
        self.0.iter()
    }

    fn put(&mut self, id: &FeatureId, entry: Option<&Entry>) {
        match entry.and_then(|e| DayOrder::read(Canonical::new(e.all_properties()))) {
            Some(order) => self.0.insert_mut(id.clone(), order),
            None => {
                self.0.remove_mut(id);
            }
        }
    }

    fn of(map: &Collections) -> Self {
        let mut all = Self::default();
        for entry in entries(map, DAY_ORDERS) {
            all.put(entry.id(), Some(entry));
        }
        all
    }
}

impl Projection for DayOrders {
    fn load(map: &Collections) -> Result<Self, StoreError> {
        Ok(Self::of(map))
    }

    fn is_affected_by(&self, event: &Event<'_>) -> bool {
        matches!(event, Event::Commit(step) if step.touches(&[DAY_ORDERS]))
    }

    fn apply(&mut self, event: &Event<'_>) {
        let Event::Commit(step) = event else { return };
        match step.touched(DAY_ORDERS) {
            Touched::Nothing => {}
            Touched::Features(ids) => {
                for id in ids {
                    self.put(id, step.find(DAY_ORDERS, id));
                }
            }
            Touched::Whole => *self = Self::of(step.after),
        }
    }
}
