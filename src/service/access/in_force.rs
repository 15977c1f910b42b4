//! What is in force at a moment besides the features themselves: the special days of the calendar, and the day
//! orders. Cards and routes use the same.

use geo::Intersects as _;
use geo_types::{Coord, Geometry};
use jiff::Timestamp;

use crate::access::orders::DayOrder;
use crate::index::{Collection, Collections, Entry};
use crate::live::Snapshot;
use crate::model::names::collection::GRIDS;
use crate::model::names::property;
use crate::model::{Canonical, FeatureId};
use crate::network::attributes::{Days, Order};

/// The days that differ from their weekday, by the calendar in force.
pub fn days(snapshot: &Snapshot) -> Days {
    let calendar = snapshot.ledger().calendar();
    Days {
        offset: calendar.offset,
        holidays: calendar.holidays.keys().copied().collect(),
        make_up: calendar.make_up.keys().copied().collect(),
    }
}

/// The day orders in force at a moment or later, each with the outline of its street, ordered by their beginning: if
/// two apply, the later one counts.
pub fn orders(snapshot: &Snapshot, at: Timestamp) -> Vec<Order> {
    let map = snapshot.collections();
    let open = open_orders(snapshot, at).into_iter();
    open.map(|(_, order)| Order {
        kind: order.kind.clone(),
        from: order.from,
        until: order.until,
        area: area(map, order).cloned(),
    })
    .collect()
}

/// The orders that have not ended at a moment, ordered by their beginning.
pub fn open_orders(snapshot: &Snapshot, at: Timestamp) -> Vec<(&FeatureId, &DayOrder)> {
    let all = snapshot.day_orders().iter();
    let mut open: Vec<_> = all.filter(|(_, order)| !order.has_ended(at)).collect();
    open.sort_by(|(a, x), (b, y)| (x.from, a).cmp(&(y.from, b)));
    open
}

/// Whether an order applies at a place.
pub fn holds_at(map: &Collections, order: &DayOrder, place: Coord<f64>) -> bool {
    area(map, order).is_none_or(|area| area.intersects(&place))
}

/// The outline of the street of an order. An order whose street is not on the map applies everywhere.
fn area<'a>(map: &'a Collections, order: &DayOrder) -> Option<&'a Geometry<f64>> {
    street(map.get(GRIDS)?, order.street.as_deref()?)?.geometry()
}

/// A street by its id or its code.
pub fn street<'a>(grids: &'a Collection, name: &str) -> Option<&'a Entry> {
    let by_code = || {
        let mut all = grids.iter();
        all.find(|e| Canonical::new(e.all_properties()).is(property::CODE, name))
    };
    grids.get(name).or_else(by_code).map(AsRef::as_ref)
}
