//! The gates and doors on an access card, the best gate first.

use std::collections::{BTreeMap, HashSet};

use geo_types::Coord;
use jiff::Timestamp;

use super::in_force;
use super::shape::{AccessEntrance, Ask, Span, Today};
use super::shown::{Shown, position};
use crate::access::arrival::{self, Judged, Ordered, decimetres};
use crate::access::gate::{self, Admits, Verdict};
use crate::access::passages::{self, Counted, Passed, Slot};
use crate::index::{Entry, Meter, Select};
use crate::live::Snapshot;
use crate::model::names::collection::ENTRANCES;
use crate::model::names::property;
use crate::model::{Canonical, Role, View};
use crate::network::attributes::{Conditions, Days, Order, Reader, Seen};
use crate::network::core::{Attr, Hours, Profile};
use crate::spatial::bounds::Bounds;
use crate::spatial::metres;

/// A gate that names no compound belongs to a compound whose outline is within this many metres.
pub(super) const AT_OUTLINE_M: f64 = 10.0;
/// How far around a compound gates are searched, in metres.
const AROUND_M: f64 = 100.0;
/// A door that names no building belongs to a building whose outline is within this many metres.
pub(super) const AT_DOOR_M: f64 = 5.0;
/// The most gates and the most doors on a card.
const MOST_ENTRANCES: usize = 200;

/// Reads the entrances of one building and decides whether they are open at one moment.
pub(super) struct Entrances<'a> {
    snapshot: &'a Snapshot,
    view: View<'a>,
    ask: &'a Ask<'a>,
    here: Coord<f64>,
    days: Days,
    orders: Vec<Order>,
    until: Timestamp,
    from: Timestamp,
    /// The ids of the entrances that confirmed reports keep closed at the moment, each with the time until which it is
    /// closed.
    reported: BTreeMap<&'a str, Timestamp>,
    shut: HashSet<String>,
}

impl<'a> Entrances<'a> {
    pub fn new(snapshot: &'a Snapshot, view: View<'a>, ask: &'a Ask<'a>, here: Coord<f64>) -> Self {
        let days = in_force::days(snapshot);
        let (from, until) = in_force::known_span(&days, ask.at);
        let mut reported = in_force::shut_until(snapshot);
        reported.retain(|_, until| ask.at < *until);
        Self {
            orders: in_force::orders(snapshot, ask.at),
            until,
            from,
            shut: reported
                .keys()
                .map(|id| format!("{ENTRANCES}/{id}"))
                .collect(),
            reported,
            days,
            snapshot,
            view,
            ask,
            here,
        }
    }

    /// The gates of a compound, each with its rank. The lowest rank is the best.
    pub fn gates<M: Meter>(
        &self,
        compound: &Entry,
        meter: &M,
    ) -> Result<Vec<(f64, AccessEntrance)>, M::Stop> {
        let found = of_compound(self.snapshot, compound, meter)?;
        Ok(found.into_iter().map(|e| self.gate(e)).collect())
    }

    /// The doors of a building, by unit.
    pub fn doors<M: Meter>(
        &self,
        house: &Entry,
        meter: &M,
    ) -> Result<Vec<AccessEntrance>, M::Stop> {
        let found = of_house(self.snapshot, house, meter)?;
        let mut doors: Vec<_> = found.into_iter().map(|e| self.door(e)).collect();
        doors.sort_by_cached_key(|door| arrival::door_order(door.unit.as_deref(), &door.id));
        Ok(doors)
    }

    fn gate(&self, entry: &Entry) -> (f64, AccessEntrance) {
        let judged = self.judge(entry, self.ask.profile);
        let on_foot = (self.ask.profile.name != self.ask.foot.name)
            .then(|| self.judge(entry, self.ask.foot).0.verdict);
        let shown = self.entrance(entry, &judged, on_foot.map(|v| v.admits));
        let who = (self.ask.profile, self.ask.at);
        let rank = arrival::rank(who, &judged.0, on_foot, shown.distance_m);
        (rank, shown)
    }

    fn door(&self, entry: &Entry) -> AccessEntrance {
        self.entrance(entry, &self.judge(entry, self.ask.foot), None)
    }

    fn judge(&self, entry: &Entry, profile: &Profile) -> (Judged, Vec<Hours>) {
        let (attr, hours) = self.attributes(entry, &self.orders);
        let properties = Canonical::new(entry.all_properties());
        let seen = Seen {
            properties,
            at: position(entry),
        };
        let orders = self.orders.iter().filter(|order| order.concerns(&seen));
        let orders: Vec<Ordered<'_>> = orders.map(|o| (o.kind.as_str(), o.from, o.until)).collect();
        let without = || {
            let (attr, hours) = self.attributes(entry, &[]);
            gate::judge(profile, &attr, &hours, self.ask.at)
        };
        let is_changed = properties.has("when");
        let without: Option<&dyn Fn() -> Verdict> = is_changed.then_some(&without);
        let judged = arrival::judge((profile, self.ask.at), attr, &hours, &orders, without);
        (judged, hours)
    }

    /// Sums up the reports of people who got in at an entrance, or were not let in, around the hour of the request. It
    /// counts the reports of this quarter of the year and of the previous one.
    fn passages(&self, entrance: &str) -> Option<Passed> {
        let slot = Slot::of(self.ask.at, self.days.offset);
        let counts = self.snapshot.passages().of(entrance, slot.quarter - 1);
        let counts: Vec<Counted> = counts
            .map(|(hour, (passed, refused))| Counted {
                weekday: hour.weekday,
                hour: hour.hour,
                passed,
                refused,
            })
            .collect();
        passages::around(&counts, slot.weekday, slot.hour)
    }

    fn attributes(&self, entry: &Entry, orders: &[Order]) -> (Attr, Vec<Hours>) {
        let conditions = Conditions {
            days: &self.days,
            from: self.from,
            until: self.until,
            orders,
            shut: &self.shut,
        };
        let mut reader = Reader::new(&conditions);
        let seen = Seen {
            properties: Canonical::new(entry.all_properties()),
            at: position(entry),
        };
        let attr = reader.read(ENTRANCES, entry.id().as_str(), Some(seen));
        (attr, reader.into_hours())
    }

    fn entrance(
        &self,
        entry: &Entry,
        (judged, hours): &(Judged, Vec<Hours>),
        on_foot: Option<Admits>,
    ) -> AccessEntrance {
        let (schema, shown) = match self.snapshot.collections().get(ENTRANCES) {
            Some(all) => (Some(all.schema()), Shown::of(all, entry, self.view)),
            None => (None, Shown(serde_json::Map::new())),
        };
        // If the caller may not see the opening hours, the reason must not contain times either.
        let tells_hours = schema.is_some_and(|schema| {
            let roles = self.view.on(schema, entry.all_properties());
            schema.shows(roles, "opening_hours") && schema.shows(roles, "ebike_hours")
        });
        let may_ask = schema.is_some_and(|schema| {
            let roles = self.view.on(schema, entry.all_properties());
            roles.includes(Role::Rider)
        });
        let verdict = match tells_hours {
            true => judged.verdict,
            false => judged.verdict.without_times(),
        };
        let now = (self.ask.at, self.days.offset);
        let reported_until = self.reported.get(entry.id().as_str()).copied();
        let order = judged.order.as_deref();
        let reason = arrival::reason(&verdict, order, reported_until.is_some(), now);
        let moment = |second: Option<i64>| Timestamp::from_second(second?).ok();
        let at = position(entry).unwrap_or(self.here);
        let today = arrival::open_today(&verdict, hours, now).filter(|_| tells_hours);
        AccessEntrance {
            id: entry.id().to_string(),
            name: shown.text(property::NAME),
            kind: shown.text(property::KIND),
            unit: shown.text("unit"),
            rooms: shown.text("rooms"),
            position: [at.x, at.y],
            distance_m: decimetres(metres::distance(at, self.here)),
            admits: verdict.admits,
            on_foot,
            reason,
            order: judged.order.clone(),
            reported_until,
            until: moment(verdict.until),
            opens: moment(verdict.opens),
            passages: self.passages(entry.id().as_str()),
            today: today.map(|spans| Today {
                open: spans
                    .into_iter()
                    .map(|(from, until)| Span { from, until })
                    .collect(),
            }),
            credential: shown.text("credential"),
            guidance: shown.text("guidance"),
            access_note: shown.text("access_note"),
            has_code: may_ask.then(|| {
                let code = Canonical::new(entry.all_properties()).text(property::ACCESS_CODE);
                code.is_some_and(|code| !code.trim().is_empty())
            }),
            opening_hours: shown.text("opening_hours"),
            ebike_hours: shown.text("ebike_hours"),
            intercom: shown.flag("intercom"),
            step_free: shown.flag("step_free"),
            guarded: shown.flag("guarded"),
            level: shown.whole("level"),
            evidence: shown.text("evidence"),
            checked_on: shown.text("checked_on"),
        }
    }
}

/// Returns the gates of a compound.
///
/// # Errors
/// If the meter stops the request.
pub fn of_compound<'a, M: Meter>(
    snapshot: &'a Snapshot,
    compound: &Entry,
    meter: &M,
) -> Result<Vec<&'a Entry>, M::Stop> {
    let is_gate = |p: Canonical<'_>| p.is("kind", "gate") || p.is("kind", "garage");
    let is_its = |e: &Entry| {
        let p = Canonical::new(e.all_properties());
        is_gate(p) && belongs(p, property::COMPOUND, compound, e, AT_OUTLINE_M)
    };
    around(snapshot, compound, AROUND_M, &is_its, meter)
}

/// Returns the doors of a building.
///
/// # Errors
/// If the meter stops the request.
pub fn of_house<'a, M: Meter>(
    snapshot: &'a Snapshot,
    house: &Entry,
    meter: &M,
) -> Result<Vec<&'a Entry>, M::Stop> {
    let is_its = |e: &Entry| {
        let p = Canonical::new(e.all_properties());
        !p.is("kind", "gate") && belongs(p, property::BUILDING, house, e, AT_DOOR_M)
    };
    around(snapshot, house, AT_DOOR_M * 4.0, &is_its, meter)
}

/// Returns the entrances that are within `metres` of a feature's bounding box and pass a filter.
fn around<'a, M: Meter>(
    snapshot: &'a Snapshot,
    feature: &Entry,
    metres: f64,
    is_its: &(dyn Fn(&Entry) -> bool + Sync),
    meter: &M,
) -> Result<Vec<&'a Entry>, M::Stop> {
    let mut found = Vec::new();
    let all = snapshot.collections().get(ENTRANCES);
    let (Some(all), Some(bounds)) = (all, feature.bounds()) else {
        return Ok(found);
    };
    let select = Select {
        bbox: Some(grown(bounds, metres)),
        filter: Some(is_its),
        limit: MOST_ENTRANCES,
        count: false,
        ..Select::default()
    };
    all.visit_metered(&select, meter, |entry| found.push(entry.as_ref()))?;
    Ok(found)
}

/// Returns whether an entrance belongs to a compound or building. It does if its property `link` is the id of the
/// owner, or if it has neither a compound nor a building and is at the owner's outline.
pub(super) fn belongs(
    p: Canonical<'_>,
    link: &str,
    owner: &Entry,
    entrance: &Entry,
    within_m: f64,
) -> bool {
    match p.text(link) {
        Some(said) => said == owner.id().as_str(),
        None if p.has(property::COMPOUND) || p.has(property::BUILDING) => false,
        None => match (position(entrance), owner.geometry()) {
            (Some(at), Some(outline)) => is_at_outline(at, outline, within_m),
            _ => false,
        },
    }
}

fn is_at_outline(at: Coord<f64>, area: &geo_types::Geometry<f64>, within_m: f64) -> bool {
    use geo_types::Geometry;
    let ring = |line: &geo_types::LineString<f64>| {
        metres::distance_to(at, &Geometry::LineString(line.clone())) <= within_m
    };
    match area {
        Geometry::Polygon(p) => ring(p.exterior()),
        Geometry::MultiPolygon(all) => all.iter().any(|p| ring(p.exterior())),
        other => metres::distance_to(at, other) <= within_m,
    }
}

/// Enlarges a bounding box by this many metres on each side, within the valid range of coordinates.
fn grown(bounds: Bounds, by_m: f64) -> Bounds {
    let [west, south, east, north] = bounds.to_numbers();
    let (per_lon, per_lat) = metres::metres_per_degree(south.abs().max(north.abs()));
    let (x, y) = (by_m / per_lon.max(1.0), by_m / per_lat.max(1.0));
    let numbers = [
        (west - x).max(-180.0),
        (south - y).max(-90.0),
        (east + x).min(180.0),
        (north + y).min(90.0),
    ];
    Bounds::from_numbers(&numbers).unwrap_or(bounds)
}
