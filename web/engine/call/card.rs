//! Access cards: the request and the answer of `GET /api/buildings/{id}/access`.

use super::route::{pair, words};
use super::{refuse, Opened, Request};
use crate::access::arrival::{self, decimetres, Judged, Ordered, MOST_PLACES, NEAR_M};
use crate::access::doorway::{chosen, Doorway};
use crate::access::gate::{self, Admits, Verdict};
use crate::access::order_title::title;
use crate::access::NoCard;
use crate::json::Json;
use crate::model::InChinese;
use crate::network::core::{Attr, Profile};
use crate::network::file::{Door, House, Order};
use crate::network::nearby::coord;
use crate::service::routes::{nearest_places, Area};
use crate::spatial::metres::distance;
use crate::tz::Offset;
use crate::{Coord, Timestamp};

/// The request for a card.
struct Ask<'a> {
    area: &'a Area,
    profile: &'a Profile,
    foot: &'a Profile,
    at: Timestamp,
    offset: Offset,
    here: Coord<f64>,
}

/// A gate or door with the verdict that the card shows.
struct Shown<'a> {
    door: &'a Door,
    judged: Judged,
    on_foot: Option<Verdict>,
    distance_m: f64,
}

/// Answers a request for an access card.
pub fn answer(opened: &Opened, request: &Request<'_>, json: &mut Json) {
    let area = &*opened.area;
    let profile = area.profile(request.get("mode").unwrap_or("ebike"));
    let (profile, foot) = match (profile, area.profile("foot")) {
        (Some(profile), Some(foot)) => (profile, foot),
        _ => return refuse(json, 422, "unknown_profile"),
    };
    let at = request.get("at").and_then(|at| at.parse::<i64>().ok());
    let at = match at.and_then(|ms| Timestamp::from_second(ms.div_euclid(1000)).ok()) {
        Some(at) => at,
        None => return refuse(json, 422, "wrong_field"),
    };
    let id = request.get("building").unwrap_or_default();
    let house = area.house(id).and_then(|number| area.places.houses.get(number as usize));
    let (house, here) = match house.and_then(|house| Some((house, coord(house.at?)))) {
        Some(found) => found,
        None => return no_card(json, &NoCard::Building(id.to_owned())),
    };
    let ask = Ask {
        area,
        profile,
        foot,
        at,
        offset: Offset::of_seconds(area.passing.offset_s),
        here,
    };
    let doors = ask.doors(house);
    match door_of(area, house, request.get("unit"), request.get("room")) {
        Ok(door) => ask.card(json, opened, house, &doors, door.as_deref()),
        Err(none) => no_card(json, &none),
    }
}

/// Returns the id of the door of a unit and room of a building, if the file says which it is.
pub fn door_of(
    area: &Area,
    house: &House,
    unit: Option<&str>,
    room: Option<&str>,
) -> Result<Option<String>, NoCard> {
    let doors = house.doors.iter().map(|at| &area.places.doors[*at as usize]);
    let mut doors: Vec<&Door> = doors.collect();
    doors.sort_by_cached_key(|door| arrival::door_order(door.text("unit"), &door.id));
    let ways: Vec<Doorway> = doors.into_iter().map(doorway).collect();
    let called = house.name.as_deref().unwrap_or(&house.id);
    chosen(called, house.units, &ways, unit, room)
}

fn doorway(door: &Door) -> Doorway {
    let own = |name: &str| door.text(name).map(str::to_owned);
    Doorway {
        id: door.id.clone(),
        unit: own("unit"),
        rooms: own("rooms"),
    }
}

fn no_card(json: &mut Json, none: &NoCard) {
    json.object(|json| {
        json.key("problem").object(|json| {
            json.key("status").whole(404);
            json.key("code").text("no_card");
            words(json.key("detail"), &none.localized());
            let known: &[String] = match none {
                NoCard::Building(_) => &[],
                NoCard::Unit { known, .. } | NoCard::Room { known, .. } => known,
            };
            json.key("known").array(known, |json, known| json.text(known));
        });
    });
}

impl<'a> Ask<'a> {
    fn doors(&self, house: &House) -> Vec<Shown<'a>> {
        let all = house.doors.iter().map(|at| &self.area.places.doors[*at as usize]);
        let mut doors: Vec<&Door> = all.collect();
        doors.sort_by_cached_key(|door| arrival::door_order(door.text("unit"), &door.id));
        doors.into_iter().map(|door| self.shown(door, self.foot, None)).collect()
    }

    fn gates(&self, house: &House) -> Vec<Shown<'a>> {
        let compound = house.card_compound.and_then(|c| self.area.places.compounds.get(c as usize));
        let all = compound.map_or(&[][..], |compound| &compound.gates).iter();
        let mut gates: Vec<(f64, Shown<'a>)> = all
            .map(|at| {
                let door = &self.area.places.doors[*at as usize];
                let is_other = self.profile.name != self.foot.name;
                let on_foot = match is_other {
                    true => Some(self.judge(door, self.foot).verdict),
                    false => None,
                };
                let shown = self.shown(door, self.profile, on_foot);
                let who = (self.profile, self.at);
                let metres = decimetres(shown.distance_m);
                (arrival::rank(who, &shown.judged, on_foot, metres), shown)
            })
            .collect();
        gates.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.door.id.cmp(&b.1.door.id)));
        gates.into_iter().map(|(_, gate)| gate).collect()
    }

    fn shown(&self, door: &'a Door, profile: &Profile, on_foot: Option<Verdict>) -> Shown<'a> {
        let at = door.at.map_or(self.here, coord);
        Shown {
            door,
            judged: self.judge(door, profile),
            on_foot,
            distance_m: distance(at, self.here),
        }
    }

    fn reported_until(&self, door: &Door) -> Option<i64> {
        let now = self.at.as_second();
        door.shut_until.filter(|until| now < *until)
    }

    fn judge(&self, door: &Door, profile: &Profile) -> Judged {
        let closed = |attr: Attr| Attr {
            closed: attr.closed || self.reported_until(door).is_some(),
            ..attr
        };
        let hours = self.area.hours();
        let moment = |second: i64| Timestamp::from_second(second).unwrap_or(Timestamp::MAX);
        let all = door.orders.iter().map(|at| &self.area.places.orders[*at as usize]);
        let open = all.filter(|order| !order.until.map_or(false, |until| until <= self.at.as_second()));
        let orders: Vec<Ordered<'_>> = open
            .map(|o| (o.rule.as_str(), moment(o.from), o.until.map(moment)))
            .collect();
        let plain = door.without_orders.map(|attr| {
            let attr = closed(attr);
            move || gate::judge(profile, &attr, hours, self.at)
        });
        let without = plain.as_ref().map(|judge| judge as &dyn Fn() -> Verdict);
        arrival::judge((profile, self.at), closed(door.attr), hours, &orders, without)
    }

    fn card(
        &self,
        json: &mut Json,
        opened: &Opened,
        house: &House,
        doors: &[Shown<'_>],
        door: Option<&str>,
    ) {
        let gates = self.gates(house);
        let agreed = |flag: &'static str| {
            let said = doors.iter().map(|d| (d.door.id.as_str(), d.door.flag(flag)));
            arrival::agreed(said, door)
        };
        let admits: Vec<Admits> = gates.iter().map(|gate| gate.judged.verdict.admits).collect();
        let compound = house.card_compound.and_then(|c| self.area.places.compounds.get(c as usize));
        let notes = arrival::notes(!doors.is_empty(), compound.is_some(), &admits);
        json.object(|json| {
            json.key("seq").whole(opened.seq);
            json.key("at").text(&self.at.to_string());
            json.key("mode").text(&self.profile.name);
            json.key("building").object(|json| {
                json.key("id").text(&house.id);
                json.key("name").maybe(house.name.as_deref(), Json::text);
                json.key("compound").maybe(compound.map(|c| c.id.as_str()), Json::text);
                let name = compound.and_then(|c| c.name.as_deref());
                json.key("compound_name").maybe(name, Json::text);
                json.key("levels").maybe(house.levels.map(i64::from), Json::whole);
                json.key("units").maybe(house.units.map(i64::from), Json::whole);
                pair(json.key("position"), self.here);
            });
            json.key("gates").array(&gates, |json, gate| self.entrance(json, gate));
            json.key("parking").array(self.near("parking"), |json, near| near(json));
            json.key("handover").array(self.near("handover"), |json, near| near(json));
            json.key("doors").array(doors, |json, door| self.entrance(json, door));
            json.key("door").maybe(door, Json::text);
            json.key("lift").maybe(house.elevator, Json::flag);
            json.key("step_free").maybe(agreed("step_free"), Json::flag);
            json.key("intercom").maybe(agreed("intercom"), Json::flag);
            let orders = house.orders.iter().map(|at| &self.area.places.orders[*at as usize]);
            let now = self.at.as_second();
            let in_force = orders.filter(|order| {
                order.from <= now && order.until.map_or(true, |until| now < until)
            });
            json.key("orders").array(in_force, order);
            json.key("notes").array(&notes, words);
        });
    }

    fn near(&self, kind: &str) -> Vec<impl FnOnce(&mut Json) + 'a> {
        let found = nearest_places(&self.area.places, self.here, NEAR_M, kind);
        let near = found.into_iter().take(MOST_PLACES).map(|(place, metres)| {
            move |json: &mut Json| {
                json.object(|json| {
                    json.key("id").text(&place.id);
                    json.key("name").maybe(place.name.as_deref(), Json::text);
                    json.key("capacity").maybe(place.capacity.map(i64::from), Json::whole);
                    let hours = place.opening_hours.as_deref();
                    json.key("opening_hours").maybe(hours, Json::text);
                    pair(json.key("position"), place.at.map_or(Coord::default(), coord));
                    json.key("distance_m").number(decimetres(metres));
                });
            }
        });
        near.collect()
    }

    fn entrance(&self, json: &mut Json, shown: &Shown<'_>) {
        let (door, judged) = (shown.door, &shown.judged);
        let verdict = &judged.verdict;
        let now = (self.at, self.offset);
        let reported = self.reported_until(door);
        let order = judged.order.as_deref();
        let moment = |second: Option<i64>| Timestamp::from_second(second?).ok();
        let time = |json: &mut Json, at: Timestamp| json.text(&at.to_string());
        let today = arrival::open_today(verdict, self.area.hours(), now);
        json.object(|json| {
            json.key("id").text(&door.id);
            for name in ["name", "kind", "unit", "rooms"] {
                json.key(name).maybe(door.text(name), Json::text);
            }
            pair(json.key("position"), door.at.map_or(self.here, coord));
            json.key("distance_m").number(decimetres(shown.distance_m));
            json.key("admits").text(verdict.admits.name());
            let on_foot = shown.on_foot.map(|verdict| verdict.admits.name());
            json.key("on_foot").maybe(on_foot, Json::text);
            let reason = arrival::reason(verdict, order, reported.is_some(), now);
            words(json.key("reason"), &reason);
            json.key("order").maybe(order, Json::text);
            json.key("reported_until").maybe(moment(reported), time);
            json.key("until").maybe(moment(verdict.until), time);
            json.key("opens").maybe(moment(verdict.opens), time);
            // Counts of passages and protected notes are not in the file.
            json.key("passages").null();
            json.key("today").maybe(today, |json, spans| {
                json.object(|json| {
                    json.key("open").array(spans, |json, (from, until)| {
                        json.object(|json| {
                            json.key("from").text(&from);
                            json.key("until").text(&until);
                        });
                    });
                });
            });
            for name in ["credential", "guidance"] {
                json.key(name).maybe(door.text(name), Json::text);
            }
            json.key("access_note").null();
            json.key("has_code").null();
            for name in ["opening_hours", "ebike_hours"] {
                json.key(name).maybe(door.text(name), Json::text);
            }
            for name in Door::FLAGS {
                json.key(name).maybe(door.flag(name), Json::flag);
            }
            json.key("level").maybe(door.level.map(i64::from), Json::whole);
            for name in ["evidence", "checked_on"] {
                json.key(name).maybe(door.text(name), Json::text);
            }
        });
    }
}

fn order(json: &mut Json, order: &Order) {
    let [kind, street, street_name, from, until, reason] = &order.texts;
    json.object(|json| {
        json.key("id").text(&order.id);
        json.key("kind").maybe(kind.as_deref(), Json::text);
        words(json.key("title"), &title(kind.as_deref().unwrap_or_default()));
        json.key("street").maybe(street.as_deref(), Json::text);
        json.key("street_name").maybe(street_name.as_deref(), Json::text);
        json.key("in_force").flag(true);
        json.key("from").maybe(from.as_deref(), Json::text);
        json.key("until").maybe(until.as_deref(), Json::text);
        json.key("reason").maybe(reason.as_deref(), Json::text);
    });
}
