//! The day orders as a caller sees them: temporary orders of a subdistrict (街道, `street`) that change access, such as
//! in a storm.

use geo_types::Coord;
use jiff::Timestamp;

use super::in_force;
use super::shape::OrderOfDay;
use super::shown::Shown;
use crate::access::orders;
use crate::live::Snapshot;
use crate::model::View;
use crate::model::names::collection::{DAY_ORDERS, GRIDS};
use crate::model::names::property;

/// Returns the orders that have not ended at a moment, sorted by their beginning: those in force and those announced.
/// With a position it returns only the orders in force there.
pub fn orders_of_the_day(
    snapshot: &Snapshot,
    view: View<'_>,
    at: Timestamp,
    place: Option<Coord<f64>>,
) -> Vec<OrderOfDay> {
    let map = snapshot.collections();
    let Some(all) = map.get(DAY_ORDERS) else {
        return Vec::new();
    };
    let found = in_force::open_orders(snapshot, at);
    let here = found.into_iter().filter(|(_, order)| {
        place.is_none_or(|place| order.is_in_force(at) && in_force::holds_at(map, order, place))
    });
    let said = here.filter_map(|(id, order)| {
        let shown = Shown::of(all, all.get(id.as_str())?, view);
        let kind = shown.text(property::KIND);
        let street = shown.text("street");
        let street_name = street.as_deref().and_then(|street| {
            let grids = map.get(GRIDS)?;
            Shown::of(grids, in_force::street(grids, street)?, view).text(property::NAME)
        });
        Some(OrderOfDay {
            id: id.to_string(),
            title: orders::title(kind.as_deref().unwrap_or_default()),
            kind,
            street,
            street_name,
            in_force: order.is_in_force(at),
            from: shown.text("from"),
            until: shown.text("until"),
            reason: shown.text("reason"),
        })
    });
    said.collect()
}
