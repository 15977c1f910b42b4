//! The buildings, entrances, facilities and day orders of an area, with their public properties.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use geo_types::Coord;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::is_in;
use crate::index::{Collection, Entry, Free};
use crate::live::{Snapshot, Ways};
use crate::model::names::collection::{
    BUILDINGS, COMPOUNDS, DAY_ORDERS, ENTRANCES, FACILITIES, FIRST_AID_STATIONS, GRIDS, ROUTES,
    UNITS,
};
use crate::model::names::property;
use crate::model::{Canonical, Role};
use crate::network::attributes::{self, Order as Rule, Reader, Seen};
use crate::network::core::{Attr, HOURS_ALWAYS, HOURS_UNKNOWN, Hours, Parts, Point};
use crate::network::file::{Compound, Door, House, Order, Passing, Place, PlaceKind, Places};
use crate::service::access::{self, in_force};
use crate::service::place::anchor;
use crate::service::routes::Conditions;
use crate::spatial::bounds::Bounds;

/// Reads the places of one snapshot.
pub(super) struct Reading<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) ways: &'a Ways,
    pub(super) conditions: &'a Conditions,
    /// The time for which opening hours are computed.
    pub(super) span: (Timestamp, Timestamp),
    pub(super) now: Timestamp,
}

/// The public properties of a feature.
struct Public(Map<String, Value>);

impl Public {
    fn of(collection: &Collection, entry: &Entry) -> Self {
        let properties = entry.properties(collection.schema(), Role::Public);
        Self(serde_json::from_str(&properties).unwrap_or_default())
    }

    fn text(&self, name: &str) -> Option<String> {
        let text = self.0.get(name)?.as_str()?;
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn flag(&self, name: &str) -> Option<bool> {
        self.0.get(name)?.as_bool()
    }

    fn whole<T: TryFrom<i64>>(&self, name: &str) -> Option<T> {
        T::try_from(self.0.get(name)?.as_i64()?).ok()
    }
}

/// Returns the name of a way, given as `routes/ID`.
pub(super) fn way_name(snapshot: &Snapshot, feature: &str) -> Option<String> {
    let id = feature.strip_prefix(ROUTES)?.strip_prefix('/')?;
    let routes = snapshot.collections().get(ROUTES)?;
    let properties = routes.get(id)?.properties(routes.schema(), Role::Public);
    let name = Canonical::new(&properties).text(property::NAME)?;
    (!name.is_empty()).then(|| name.into_owned())
}

/// For each id, its index in the sorted list of ids.
type Numbers = BTreeMap<String, u32>;

fn numbers(ids: BTreeSet<String>) -> Numbers {
    ids.into_iter().zip(0..).collect()
}

impl Reading<'_> {
    /// Returns the places of an area. Adds the hours of entrances to those of `passing`.
    pub(super) fn places(
        &self,
        parts: &Parts,
        area: Option<Bounds>,
        passing: &mut Passing,
    ) -> Places {
        let map = self.snapshot.collections();
        let (houses, entrances) = (map.get(BUILDINGS), map.get(ENTRANCES));
        let mut compounds = BTreeMap::new();
        let of_topology: Vec<&str> = (parts.features.iter())
            .filter_map(|name| name.strip_prefix("entrances/"))
            .collect();
        let mut entrance_ids = BTreeSet::new();
        let mut list = BTreeMap::new();
        for entry in houses.iter().flat_map(|all| all.iter()) {
            let at = entry.geometry().and_then(anchor);
            if !at.is_some_and(|at| is_in(area, at)) {
                continue;
            }
            let compound = self.compound_of(entry, at);
            if let Some(compound) = &compound {
                compounds.insert(compound.id().to_string(), Vec::new());
            }
            let Ok(doors) = access::of_house(self.snapshot, entry, &Free);
            let doors: Vec<String> = doors.iter().map(|d| d.id().to_string()).collect();
            entrance_ids.extend(doors.iter().cloned());
            list.insert(entry.id().to_string(), (entry, at, compound, doors));
        }
        if let Some(all) = map.get(COMPOUNDS) {
            for entry in all.iter() {
                let is_near = entry
                    .geometry()
                    .and_then(anchor)
                    .is_some_and(|at| is_in(area, at));
                if !is_near && !compounds.contains_key(entry.id().as_str()) {
                    continue;
                }
                let Ok(gates) = access::of_compound(self.snapshot, entry, &Free);
                let gates: Vec<String> = gates.iter().map(|g| g.id().to_string()).collect();
                entrance_ids.extend(gates.iter().cloned());
                compounds.insert(entry.id().to_string(), gates);
            }
        }
        for entry in entrances.iter().flat_map(|all| all.iter()) {
            if position(entry).is_some_and(|at| is_in(area, at)) {
                entrance_ids.insert(entry.id().to_string());
            }
        }
        entrance_ids.retain(|id| entrances.is_some_and(|all| all.get(id).is_some()));
        let compound_numbers = numbers(compounds.keys().cloned().collect());
        let known: HashSet<&str> = of_topology.iter().copied().collect();
        let others = entrance_ids.iter().map(String::as_str);
        let is_other = |id: &&str| !known.contains(id);
        let door_ids: Vec<&str> = of_topology
            .iter()
            .copied()
            .chain(others.filter(is_other))
            .collect();
        let door_numbers: HashMap<&str, u32> = door_ids.iter().copied().zip(0..).collect();
        let indexes = |ids: &[String]| -> Vec<u32> {
            ids.iter()
                .filter_map(|id| door_numbers.get(id.as_str()).copied())
                .collect()
        };
        let orders = self.orders();
        let of_house = |(id, (entry, at, compound, doors)): &(&String, &HousePlace<'_>)| {
            let public = houses.map(|all| Public::of(all, entry));
            let text = |name: &str| public.as_ref().and_then(|p| p.text(name));
            let route_doors = self.ways.entrances_of(id);
            let route_doors: Vec<String> = route_doors.iter().map(|d| d.to_string()).collect();
            House {
                id: (*id).clone(),
                name: text(property::NAME),
                compound: text(property::COMPOUND),
                card_compound: compound
                    .as_ref()
                    .and_then(|c| compound_numbers.get(c.id().as_str()).copied()),
                levels: public.as_ref().and_then(|p| p.whole("levels")),
                units: public.as_ref().and_then(|p| p.whole("units")),
                elevator: public.as_ref().and_then(|p| p.flag("elevator")),
                at: at.map(point),
                doors: indexes(doors),
                route_doors: indexes(&self.route_doors(id, route_doors)),
                orders: (orders.iter().zip(0..))
                    .filter(|((_, holds), _)| at.is_some_and(holds))
                    .map(|(_, number)| number)
                    .collect(),
            }
        };
        let found: Vec<(&String, &HousePlace<'_>)> = list.iter().collect();
        let houses: Vec<House> = found.iter().map(of_house).collect();
        let compounds = compounds.iter().map(|(id, gates)| {
            let all = map.get(COMPOUNDS);
            let entry = all.and_then(|all| all.get(id));
            Compound {
                id: id.clone(),
                name: all
                    .zip(entry)
                    .and_then(|(all, e)| Public::of(all, e).text(property::NAME)),
                at: entry.and_then(|e| anchor(e.geometry()?)).map(point),
                gates: indexes(gates),
            }
        });
        Places {
            compounds: compounds.collect(),
            houses,
            doors: self.doors(&door_ids, &orders, passing),
            places: self.others(area),
            orders: orders.into_iter().map(|(order, _)| order).collect(),
        }
    }

    fn compound_of(&self, entry: &Entry, at: Option<Coord<f64>>) -> Option<std::sync::Arc<Entry>> {
        let all = self.snapshot.collections().get(COMPOUNDS)?;
        let named = Canonical::new(entry.all_properties()).text(property::COMPOUND);
        let named = named.and_then(|id| all.get(&id).cloned());
        named.or_else(|| all.covering(at?).into_iter().next())
    }

    /// Returns the entrances at which a route to a building may end, see `Ground::doors_of`.
    fn route_doors(&self, building: &str, known: Vec<String>) -> Vec<String> {
        let Some(all) = self.snapshot.collections().get(ENTRANCES) else {
            return Vec::new();
        };
        let is_its = |id: &String| {
            all.get(id).is_some_and(|entry| {
                let said = Canonical::new(entry.all_properties());
                let is_door =
                    !said.is(property::KIND, "service") && !said.is(property::KIND, "garage");
                is_door && said.is(property::BUILDING, building)
            })
        };
        known.into_iter().filter(is_its).collect()
    }

    fn doors(
        &self,
        ids: &[&str],
        orders: &[(Order, impl Fn(Coord<f64>) -> bool)],
        passing: &mut Passing,
    ) -> Vec<Door> {
        let Some(all) = self.snapshot.collections().get(ENTRANCES) else {
            return Vec::new();
        };
        let shut = in_force::shut_until(self.snapshot);
        let rules: &[Rule] = &self.conditions.orders;
        let none = attributes::Conditions {
            days: &self.conditions.days,
            from: self.span.0,
            until: self.span.1,
            orders: &[],
            shut: &self.conditions.shut,
        };
        let with = attributes::Conditions {
            orders: rules,
            ..none.clone()
        };
        let (mut with, mut without) = (Reader::new(&with), Reader::new(&none));
        let mut doors: Vec<Door> = Vec::with_capacity(ids.len());
        for id in ids {
            // An entrance that was deleted since the network was built keeps its place in the order.
            let Some(entry) = all.get(id) else {
                doors.push(Door {
                    id: (*id).to_owned(),
                    attr: Attr::CLOSED,
                    ..Door::default()
                });
                continue;
            };
            let properties = Canonical::new(entry.all_properties());
            let seen = Seen {
                properties,
                at: position(entry),
            };
            let public = Public::of(all, entry);
            let is_changed = !rules.is_empty() && properties.has("when");
            let until = shut.get(id).filter(|until| self.now < **until);
            doors.push(Door {
                id: (*id).to_owned(),
                at: position(entry).map(point),
                building: public.text(property::BUILDING),
                compound: public.text(property::COMPOUND),
                texts: Door::TEXTS.map(|name| public.text(name)),
                flags: Door::FLAGS.map(|name| public.flag(name)),
                level: public.whole("level"),
                attr: with.read(ENTRANCES, id, Some(seen)),
                without_orders: is_changed.then(|| without.read(ENTRANCES, id, Some(seen))),
                orders: (orders.iter().zip(0..))
                    .filter(|((order, holds), _)| {
                        seen.at.is_none_or(holds)
                            && attributes::is_changed_by(properties, &order.rule)
                    })
                    .map(|(_, number)| number)
                    .collect(),
                shut_until: until.map(|until| until.as_second()),
            });
        }
        let mut merged = Merged::new(&mut passing.table.hours);
        let with = merged.add(with.into_hours());
        let without = merged.add(without.into_hours());
        for door in &mut doors {
            moved(&mut door.attr, &with);
            if let Some(attr) = &mut door.without_orders {
                moved(attr, &without);
            }
        }
        doors
    }

    fn others(&self, area: Option<Bounds>) -> Vec<Place> {
        let mut list = Vec::new();
        for (kind, name) in [
            (PlaceKind::Facility, FACILITIES),
            (PlaceKind::FirstAid, FIRST_AID_STATIONS),
            (PlaceKind::Unit, UNITS),
        ] {
            let Some(all) = self.snapshot.collections().get(name) else {
                continue;
            };
            let near = all.iter().filter_map(|entry| {
                let at = position(entry).filter(|at| is_in(area, *at))?;
                Some((entry, at))
            });
            let mut found: Vec<Place> = near
                .map(|(entry, at)| {
                    let public = Public::of(all, entry);
                    Place {
                        collection: kind,
                        id: entry.id().to_string(),
                        name: public.text(property::NAME),
                        kind: public.text(property::KIND),
                        compound: public.text(property::COMPOUND),
                        capacity: public.whole("capacity"),
                        opening_hours: public.text("opening_hours"),
                        phone: public.text("phone"),
                        aed: public.flag("aed"),
                        at: Some(point(at)),
                    }
                })
                .collect();
            found.sort_by(|a, b| a.id.cmp(&b.id));
            list.extend(found);
        }
        list
    }

    /// Returns the day orders, each with whether it applies at a position.
    fn orders(&self) -> Vec<(Order, impl Fn(Coord<f64>) -> bool)> {
        let map = self.snapshot.collections();
        let open = in_force::open_orders(self.snapshot, self.now).into_iter();
        let orders = open.filter_map(move |(id, rule)| {
            let all = map.get(DAY_ORDERS)?;
            let public = Public::of(all, all.get(id.as_str())?);
            let street = public.text("street");
            let street_name = street.as_deref().and_then(|street| {
                let grids = map.get(GRIDS)?;
                Public::of(grids, in_force::street(grids, street)?).text(property::NAME)
            });
            let order = Order {
                id: id.to_string(),
                from: rule.from.as_second(),
                until: rule.until.map(Timestamp::as_second),
                rule: rule.kind.clone(),
                texts: [
                    public.text(property::KIND),
                    street,
                    street_name,
                    public.text("from"),
                    public.text("until"),
                    public.text("reason"),
                ],
            };
            let holds = move |at: Coord<f64>| in_force::holds_at(map, rule, at);
            Some((order, holds))
        });
        orders.collect()
    }
}

/// A building with its position, its compound and the ids of its doors.
type HousePlace<'a> = (
    &'a std::sync::Arc<Entry>,
    Option<Coord<f64>>,
    Option<std::sync::Arc<Entry>>,
    Vec<String>,
);

/// Collects the opening hours of several readers in one list without duplicates.
struct Merged<'a> {
    hours: &'a mut Vec<Hours>,
    known: HashMap<(Vec<(i64, i64)>, i64), u32>,
}

impl<'a> Merged<'a> {
    fn new(hours: &'a mut Vec<Hours>) -> Self {
        let known = hours.iter().zip(0..).skip(1);
        Self {
            known: known
                .map(|(h, at)| ((h.open.clone(), h.known_until), at))
                .collect(),
            hours,
        }
    }

    /// Adds the hours of a reader. Returns the new index of each.
    fn add(&mut self, more: Vec<Hours>) -> Vec<u32> {
        let mut indexes = vec![HOURS_ALWAYS];
        for hours in more.into_iter().skip(1) {
            let next = self.hours.len() as u32;
            let key = (hours.open.clone(), hours.known_until);
            let index = *self.known.entry(key).or_insert(next);
            if index == next {
                self.hours.push(hours);
            }
            indexes.push(index);
        }
        indexes
    }
}

/// Gives the hours of an attribute their new indexes.
fn moved(attr: &mut Attr, indexes: &[u32]) {
    for hours in [
        &mut attr.ride_hours,
        &mut attr.push_hours,
        &mut attr.walk_hours,
    ] {
        *hours = indexes
            .get(*hours as usize)
            .copied()
            .unwrap_or(HOURS_UNKNOWN);
    }
}

fn position(entry: &Entry) -> Option<Coord<f64>> {
    entry.geometry().and_then(anchor)
}

fn point(at: Coord<f64>) -> Point {
    Point::from_degrees(at.x, at.y)
}
