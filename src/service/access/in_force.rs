//! Conditions that change access at a moment, besides the properties of the features: special days of the calendar, day
//! orders, ways closed by cases, and gates closed by reports. Access cards and routes both use them.

use std::collections::{BTreeMap, HashSet};

use geo::Intersects as _;
use geo_types::{Coord, Geometry};
use jiff::Timestamp;

use crate::access::gate;
use crate::access::gate_reports::{self, GateReport};
use crate::access::orders::DayOrder;
use crate::index::{Collection, Collections, Entry};
use crate::live::Snapshot;
use crate::model::names::collection::{ENTRANCES, GRIDS};
use crate::model::names::property;
use crate::model::{Canonical, FeatureId};
use crate::network::attributes::{Closure, Days, Order};
use crate::network::core::Blocked;

/// Returns the special days of the calendar in force, such as holidays, which do not follow the rules of their weekday.
pub fn days(snapshot: &Snapshot) -> Days {
    let calendar = snapshot.ledger().calendar();
    Days {
        offset: calendar.offset,
        holidays: calendar.holidays.keys().copied().collect(),
        make_up: calendar.make_up.keys().copied().collect(),
    }
}

/// For how many days after the day of a query opening hours are computed. After them, they are unknown.
const KNOWN_DAYS: i64 = 14;

/// Returns the time for which opening hours are computed for a query at a moment: from the day before the query's local
/// day, so that the state at the beginning of that day is known, to [`KNOWN_DAYS`] days after it. Routes, access cards
/// and phones all use this time.
pub fn known_span(days: &Days, at: Timestamp) -> (Timestamp, Timestamp) {
    let (begin, end) = gate::day_of(at, days.offset);
    let moment = |second: i64| Timestamp::from_second(second).ok();
    let day = end - begin;
    (
        moment(begin - day).unwrap_or(at),
        moment(end + KNOWN_DAYS * day).unwrap_or(Timestamp::MAX),
    )
}

/// Returns the day orders in force at a moment or later, each with the outline of its subdistrict, sorted by their
/// beginning. If two apply at one time and place, the one that began later counts.
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

/// Returns the closures of ways by the present cases, such as a dug-up lane. A case closes a way at any level.
pub fn closures(snapshot: &Snapshot) -> Vec<Closure> {
    let closing = snapshot.ledger().closing();
    closing
        .flat_map(|(_, case)| {
            let blocks = case.blocks;
            case.places.iter().map(move |at| Closure {
                at: *at,
                within_m: blocks.within_m,
                blocked: Blocked {
                    ebike: blocks.ebike,
                    foot: blocks.foot,
                },
            })
        })
        .collect()
}

/// Returns the gates that confirmed reports keep closed at a moment, each as `entrances/ID`. If an officer
/// rejects or closes the cases, the gate opens earlier than the reports say.
pub fn shut(snapshot: &Snapshot, at: Timestamp) -> HashSet<String> {
    let shut = shut_until(snapshot).into_iter();
    shut.filter(|(_, until)| at < *until)
        .map(|(entrance, _)| format!("{ENTRANCES}/{entrance}"))
        .collect()
}

/// Returns the ids of the entrances that confirmed reports close, each with the time until which it is closed. The time
/// may be in the past.
pub fn shut_until(snapshot: &Snapshot) -> BTreeMap<&str, Timestamp> {
    let mut by_gate: BTreeMap<&str, Vec<&GateReport>> = BTreeMap::new();
    for report in snapshot.ledger().gate_reports() {
        by_gate.entry(&report.entrance).or_default().push(report);
    }
    let until = by_gate.into_iter();
    until
        .filter_map(|(entrance, reports)| Some((entrance, gate_reports::shut_until(reports)?)))
        .collect()
}

/// Returns the orders that have not ended at a moment, sorted by their beginning.
pub fn open_orders(snapshot: &Snapshot, at: Timestamp) -> Vec<(&FeatureId, &DayOrder)> {
    let all = snapshot.day_orders().iter();
    let mut open: Vec<_> = all.filter(|(_, order)| !order.has_ended(at)).collect();
    open.sort_by(|(a, x), (b, y)| (x.from, a).cmp(&(y.from, b)));
    open
}

/// Returns whether an order applies at a position.
pub fn holds_at(map: &Collections, order: &DayOrder, place: Coord<f64>) -> bool {
    area(map, order).is_none_or(|area| area.intersects(&place))
}

/// Returns the outline of the subdistrict (`street`) of an order. `None` means that the order applies everywhere: it
/// names no subdistrict, or its subdistrict is not on the map.
fn area<'a>(map: &'a Collections, order: &DayOrder) -> Option<&'a Geometry<f64>> {
    street(map.get(GRIDS)?, order.street.as_deref()?)?.geometry()
}

/// Finds a grid, such as a subdistrict (街道), by its id or its code.
pub fn street<'a>(grids: &'a Collection, name: &str) -> Option<&'a Entry> {
    let by_code = || {
        let mut all = grids.iter();
        all.find(|e| Canonical::new(e.all_properties()).is(property::CODE, name))
    };
    grids.get(name).or_else(by_code).map(AsRef::as_ref)
}

#[cfg(test)]
mod tests {
    use geo_types::{LineString, Point};
    use serde_json::{Value, json};

    use super::*;
    use crate::model::{Body, Change, CollectionId, Properties};

    fn snapshot(cases: &[(&str, Geometry<f64>, Value)]) -> Snapshot {
        let warnings = CollectionId::new("warnings").unwrap();
        let changes = cases.iter().map(|(id, geometry, said)| Change {
            collection: warnings.clone(),
            id: FeatureId::new(*id).unwrap(),
            body: Some(Body {
                geometry: Some(geometry.clone()),
                properties: Properties::parse(&said.to_string()).unwrap(),
            }),
        });
        let schemas = vec![(warnings.clone(), json!({}))];
        Snapshot::of_features(schemas, changes.collect(), Timestamp::UNIX_EPOCH).unwrap()
    }

    #[test]
    fn a_dug_up_lane_closes_its_length_and_a_stall_nothing() {
        let case = |category: &str, status: &str| json!({"category": category, "status": status, "level": "green"});
        let at = |x: f64| Geometry::Point(Point::new(x, 39.0));
        // The line is about 86 m long.
        let ditch = Geometry::LineString(LineString::from(vec![(117.1, 39.0), (117.101, 39.0)]));
        let map = snapshot(&[
            ("dug-up", at(117.0), case("blocked_route", "filed")),
            ("ditch", ditch, case("blocked_route", "handling")),
            ("reported", at(117.2), case("blocked_route", "reported")),
            ("handled", at(117.3), case("blocked_route", "handled")),
            ("stall", at(117.4), case("street_encroachment", "filed")),
        ]);
        let closures = closures(&map);
        let (points, along): (Vec<&Closure>, Vec<&Closure>) =
            closures.iter().partition(|c| c.at.x < 117.05);
        let [point] = points.as_slice() else {
            panic!("{points:?}");
        };
        assert_eq!((point.at.x, point.within_m), (117.0, 5.0));
        let blocked = Blocked {
            ebike: true,
            foot: false,
        };
        assert_eq!(point.blocked, blocked);
        assert!(along.len() > 15, "{}", along.len());
        assert!(along.iter().all(|c| (117.1..=117.101).contains(&c.at.x)));
        assert!(shut(&map, Timestamp::now()).is_empty());
    }
}
