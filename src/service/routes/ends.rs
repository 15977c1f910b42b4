//! Resolves the place in a request (a position, a building, an entrance or a facility) to places on the network.
//!
//! This file is also part of the program for phones. What it needs from the map comes from `lookup`, which phones
//! replace.

// This lint suggests functions that Rust 1.63, the compiler of the program for phones, does not have.
#![allow(clippy::unnecessary_map_or)]

use geo_types::Coord;

use super::Ground;
use super::climb::Climb;
use super::spot::{Spot, SpotError};
use crate::access::rooms;
use crate::live::Ways;
use crate::model::names::collection::{BUILDINGS, ENTRANCES, FACILITIES};
use crate::network::core::{
    Attributes as _, DirectedEdge, EdgeKind, End, Mode, Place, Profile, duration_ds, usage,
};
use crate::network::nearby::{Nearby, coord, line};
use crate::spatial::metres::distance;

/// The search radius for ways around a position, in metres.
const REACH_M: f64 = 300.0;
/// The radius in which ways are looked for first, in metres.
const FIRST_REACH_M: f64 = 50.0;
/// If no way is within [`REACH_M`], the error names the nearest way within this radius, in metres.
const FARTHEST_M: f64 = 5_000.0;
/// The maximum number of ways that a position is connected to.
const MOST_ENDS: usize = 4;
/// The maximum number of ways whose line of sight is checked, the nearest first.
const MOST_LOOKS: usize = 16;
/// A way is skipped if it is farther than the distance of the nearest way times `FARTHER`, plus `FARTHER_M` metres.
const FARTHER: f64 = 1.5;
const FARTHER_M: f64 = 20.0;
/// If the network ends within this many metres of the door, the route has no gap to the door.
const ON_DOOR_M: f64 = 0.5;
/// The highest speed between the network and a position beside it, in tenths of km/h.
const BESIDE_SPEED: u32 = 40;
/// If a wall meets a line of sight within [`ON_DOOR_M`] of a way, the way must be visible this many decimetres on.
const AHEAD_DM: u32 = 20;
/// The maximum number of short edges that are followed for [`AHEAD_DM`].
const MOST_TURNS: u32 = 3;

/// A place on the network where a route may begin or end.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stop {
    pub(super) end: End,
    /// The position at which the route leaves or enters the network, in degrees, WGS 84.
    pub(super) on: Coord<f64>,
    /// The position of the place itself, such as a door, in degrees, WGS 84.
    pub(super) at: Coord<f64>,
    /// The distance between `on` and `at` that no way covers, in metres; 0 if the network reaches the place.
    pub(super) gap_m: f64,
    /// The id of the entrance, if the stop is one.
    pub(super) entrance: Option<String>,
}

/// The possible ends of a route for one place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stops {
    pub(super) list: Vec<Stop>,
    /// The id of the compound that the place belongs to.
    pub(super) compound: Option<String>,
    /// The id of the building.
    pub(super) building: Option<String>,
    /// The way from the door up to the room; the `end` of each stop includes its time.
    pub(super) climb: Option<Climb>,
    /// Whether the traveller must arrive on foot.
    pub(super) on_foot: bool,
}

impl Stops {
    pub(super) fn ends(&self) -> Vec<End> {
        self.list.iter().map(|stop| stop.end).collect()
    }
}

/// A building or a facility as the map has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// The position in degrees, WGS 84; `None` if it has no geometry.
    pub at: Option<Coord<f64>>,
    /// The id of the compound in its properties.
    pub compound: Option<String>,
    /// The number of storeys of a building.
    pub levels: Option<u32>,
    /// Whether a building has a lift.
    pub elevator: Option<bool>,
}

/// An entrance as the map has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entrance {
    /// Its id.
    pub id: String,
    /// The position in degrees, WGS 84; `None` if it has no geometry.
    pub at: Option<Coord<f64>>,
    /// Whether it is a gate.
    pub is_gate: bool,
    /// The id of the building in its properties.
    pub building: Option<String>,
    /// The id of the compound in its properties.
    pub compound: Option<String>,
    /// The unit that the entrance leads to.
    pub unit: Option<String>,
    /// The rooms that the entrance leads to.
    pub rooms: Option<String>,
}

/// Finds the places on the network for the places in a request.
pub(super) struct Finder<'a> {
    pub(super) ground: &'a Ground,
    pub(super) ways: &'a Ways,
    pub(super) profile: &'a Profile,
}

impl Finder<'_> {
    /// Returns the places where a route may begin. With a vehicle, it begins on the nearest ways that the vehicle may
    /// use.
    pub(super) fn start(&self, spot: &Spot) -> Result<Stops, SpotError> {
        let is_gate = |stops: &Stops| matches!(spot, Spot::Entrance(_)) && !stops.on_foot;
        let found = self.find(spot)?;
        if !self.profile.first_mode().has_vehicle() || is_gate(&found) {
            return Ok(found);
        }
        let at = match found.list.first() {
            Some(stop) => stop.at,
            None => return Ok(found),
        };
        let list = self.beside(at, None, |edge| self.takes_vehicle(edge))?;
        Ok(Stops { list, ..found })
    }

    /// Returns whether a vehicle may be ridden or pushed along an edge.
    fn takes_vehicle(&self, edge: u32) -> bool {
        let data = self.ways.topology.edge(edge);
        let attr = self.ground.table.attr(data.feature);
        let blocked = self.ground.table.blocked(edge);
        let forward = DirectedEdge::forward(edge);
        [Mode::Ride, Mode::Push].into_iter().any(|mode| {
            [forward, forward.reversed()]
                .into_iter()
                .any(|directed| usage(self.profile, data, directed, attr, blocked, mode).is_ok())
        })
    }

    /// Returns the places on the network for a place in a request.
    pub(super) fn find(&self, spot: &Spot) -> Result<Stops, SpotError> {
        match spot {
            Spot::Position(at) => Ok(Stops {
                list: self.beside(*at, None, |_| true)?,
                compound: self.ground.compound_at(*at),
                building: None,
                climb: None,
                on_foot: false,
            }),
            Spot::Building { id, unit, room } => {
                self.building(id, unit.as_deref(), room.as_deref())
            }
            Spot::Entrance(id) => {
                let entrance = self.ground.entrance(id);
                let entrance = entrance.ok_or_else(|| unknown(ENTRANCES, id))?;
                let own = || entrance.compound.clone();
                let house = || self.ground.house(entrance.building.as_deref()?)?.compound;
                let around = || self.ground.compound_at(entrance.at?);
                Ok(Stops {
                    list: self.door(&entrance)?,
                    compound: own().or_else(house).or_else(around),
                    building: entrance.building.clone(),
                    climb: None,
                    on_foot: !entrance.is_gate,
                })
            }
            Spot::Facility(id) => {
                let site = self.ground.facility(id);
                let site = site.ok_or_else(|| unknown(FACILITIES, id))?;
                let at = site.at.ok_or_else(|| unknown(FACILITIES, id))?;
                Ok(Stops {
                    list: self.beside(at, None, |_| true)?,
                    compound: site.compound.or_else(|| self.ground.compound_at(at)),
                    building: None,
                    climb: None,
                    on_foot: false,
                })
            }
        }
    }

    fn building(
        &self,
        id: &str,
        unit: Option<&str>,
        room: Option<&str>,
    ) -> Result<Stops, SpotError> {
        let house = self.ground.house(id);
        let house = house.ok_or_else(|| unknown(BUILDINGS, id))?;
        let doors = self.ground.doors_of(self.ways, id);
        let mut list = Vec::new();
        for door in choose(&doors, unit, room)? {
            list.extend(self.door(door).unwrap_or_default());
        }
        if list.is_empty() {
            let at = house.at.ok_or_else(|| unknown(BUILDINGS, id))?;
            list = self.linked(&format!("buildings/{id}"), at, None);
            if list.is_empty() {
                list = self.beside(at, Some(id), |_| true)?;
            }
        }
        let known = (house.levels, house.elevator);
        let climb = room.and_then(|room| Climb::to(known, room, self.profile));
        let up_ds = climb.as_ref().map_or(0, Climb::takes_ds);
        for stop in &mut list {
            stop.end.extra_ds = stop.end.extra_ds.saturating_add(up_ds);
        }
        let around = || self.ground.compound_at(house.at?);
        Ok(Stops {
            list,
            compound: house.compound.or_else(around),
            building: Some(id.to_owned()),
            climb,
            on_foot: true,
        })
    }

    /// Returns the ends of a route at an entrance. An entrance that was added or moved after the network was built has
    /// no link yet; the route ends on the ways beside it, and the gap is reported.
    pub(super) fn door(&self, entrance: &Entrance) -> Result<Vec<Stop>, SpotError> {
        let id = &entrance.id;
        let at = entrance.at.ok_or_else(|| unknown(ENTRANCES, id))?;
        let mut found = self.linked(&format!("entrances/{id}"), at, Some(id));
        if found.is_empty() {
            found = self.beside(at, None, |_| true)?;
            for stop in &mut found {
                stop.entrance = Some(id.to_owned());
            }
        }
        Ok(found)
    }

    pub(super) fn linked(&self, name: &str, at: Coord<f64>, entrance: Option<&str>) -> Vec<Stop> {
        let is_closed = self
            .ways
            .feature(name)
            .map_or(false, |feature| self.ground.table.attr(feature).closed);
        if is_closed {
            return Vec::new();
        }
        let doors = self.ways.doors(name).iter();
        let stops = doors.map(|door| {
            let on = self.place(door.place);
            // A building without doors has no door position; the route ends where the link meets its outline.
            let at = if entrance.is_some() { at } else { on };
            self.stop(door.place, on, at, entrance)
        });
        stops.collect()
    }

    fn stop(&self, place: Place, on: Coord<f64>, at: Coord<f64>, entrance: Option<&str>) -> Stop {
        let metres = distance(on, at);
        let gap_m = if metres <= ON_DOOR_M { 0.0 } else { metres };
        let speed = self
            .profile
            .pace(Mode::Walk)
            .map_or(BESIDE_SPEED, |pace| pace.fastest().clamp(1, BESIDE_SPEED));
        Stop {
            end: End {
                place,
                extra_ds: duration_ds((gap_m * 10.0).round() as u32, speed),
            },
            on,
            at: if gap_m == 0.0 { on } else { at },
            gap_m,
            entrance: entrance.map(str::to_owned),
        }
    }

    /// Returns the ways that are visible from a position, with no wall and no building in between. If none is visible,
    /// returns the nearest way.
    pub(super) fn beside(
        &self,
        at: Coord<f64>,
        own: Option<&str>,
        keep: impl Fn(u32) -> bool,
    ) -> Result<Vec<Stop>, SpotError> {
        // If ways are nearby, the search does not look for ways that are farther away.
        let mut near = self.near(at, FIRST_REACH_M, &keep);
        let is_enough = |nearest: &Nearby| nearest.metres * FARTHER + FARTHER_M <= FIRST_REACH_M;
        if !near.first().map_or(false, is_enough) {
            near = self.near(at, REACH_M, &keep);
        }
        let nearest = match near.first() {
            Some(nearest) => nearest,
            None => {
                let far = self.near(at, FARTHEST_M, &keep);
                return Err(SpotError::FarAway {
                    reach_m: REACH_M as u32,
                    nearest: far.first().map(|near| (near.at, near.metres)),
                });
            }
        };
        let most = nearest.metres * FARTHER + FARTHER_M;
        let seen: Vec<&Nearby> = near
            .iter()
            .take(MOST_LOOKS)
            .filter(|near| near.metres <= most && self.is_seen(at, near, own))
            .take(MOST_ENDS)
            .collect();
        let chosen = if seen.is_empty() {
            near.iter().take(1).collect()
        } else {
            seen
        };
        let stops = chosen.into_iter();
        Ok(stops
            .map(|near| self.stop(near.place, near.at, at, None))
            .collect())
    }

    /// Returns the ways on the ground within `reach_m` metres of a position that are neither closed nor locked.
    fn near(&self, at: Coord<f64>, reach_m: f64, keep: impl Fn(u32) -> bool) -> Vec<Nearby> {
        let topology = &self.ways.topology;
        self.ways.edges.near(topology, at, reach_m, |edge| {
            let attr = self.ground.table.attr(topology.edge(edge).feature);
            attr.layer == 0 && !attr.closed && !attr.locked && keep(edge)
        })
    }

    /// Returns whether nothing lies between a position and a place on the network.
    fn is_seen(&self, from: Coord<f64>, near: &Nearby, own: Option<&str>) -> bool {
        let before = match short_of(from, near.at) {
            Some(before) => before,
            None => return true,
        };
        if !self.ground.is_free(from, before, own) {
            return false;
        }
        if self.ground.is_free(before, near.at, own) {
            return true;
        }
        // Either a wall runs along the way, and the way is visible farther on. Or the way begins behind the wall, such
        // as at a gate, and is not visible farther on.
        let mut ahead = Vec::new();
        self.ahead(near.place, AHEAD_DM, MOST_TURNS, &mut ahead);
        ahead.into_iter().any(|to| match short_of(from, to) {
            Some(to) => self.ground.is_free(from, to, own),
            None => true,
        })
    }

    /// Collects the positions that are `left_dm` decimetres along the ways from a place. If a way ends before that, the
    /// ways at its end are followed, at most `turns` times. Gates are not passed.
    fn ahead(&self, place: Place, left_dm: u32, turns: u32, found: &mut Vec<Coord<f64>>) {
        let topology = &self.ways.topology;
        let on_edge;
        let ways = match place {
            Place::Node(node) => topology.out(node),
            Place::OnEdge { edge, .. } => {
                let forward = DirectedEdge::forward(edge);
                on_edge = [forward, forward.reversed()];
                &on_edge
            }
        };
        for way in ways {
            let data = topology.edge(way.edge());
            if !matches!(data.kind, EdgeKind::Way | EdgeKind::AreaCrossing) {
                continue;
            }
            let begin_dm = match place {
                Place::OnEdge { offset_dm, .. } if way.is_backward() => {
                    data.length_dm.saturating_sub(offset_dm)
                }
                Place::OnEdge { offset_dm, .. } => offset_dm,
                Place::Node(_) => 0,
            };
            let end_dm = begin_dm.saturating_add(left_dm);
            if end_dm <= data.length_dm {
                let mut points: Vec<Coord<f64>> = line(topology, way.edge()).collect();
                if way.is_backward() {
                    points.reverse();
                }
                found.push(along(&points, end_dm));
            } else if turns > 0 {
                let next = Place::Node(topology.head(*way));
                self.ahead(next, end_dm - data.length_dm, turns - 1, found);
            }
        }
    }

    fn place(&self, place: Place) -> Coord<f64> {
        match place {
            Place::Node(node) => coord(self.ways.topology.point(node)),
            Place::OnEdge { edge, offset_dm } => along(
                &line(&self.ways.topology, edge).collect::<Vec<_>>(),
                offset_dm,
            ),
        }
    }
}

/// Returns the position [`ON_DOOR_M`] before the end of a line of sight; `None` if the line is shorter.
fn short_of(from: Coord<f64>, to: Coord<f64>) -> Option<Coord<f64>> {
    let metres = distance(from, to);
    if metres <= ON_DOOR_M {
        return None;
    }
    let share = 1.0 - ON_DOOR_M / metres;
    Some(Coord {
        x: from.x + (to.x - from.x) * share,
        y: from.y + (to.y - from.y) * share,
    })
}

/// Returns the point of a line `offset_dm` decimetres from its beginning.
pub(super) fn along(points: &[Coord<f64>], offset_dm: u32) -> Coord<f64> {
    let mut left = f64::from(offset_dm) / 10.0;
    for ends in points.windows(2) {
        let metres = distance(ends[0], ends[1]);
        if left <= metres && metres > 0.0 {
            let share = left / metres;
            return Coord {
                x: ends[0].x + (ends[1].x - ends[0].x) * share,
                y: ends[0].y + (ends[1].y - ends[0].y) * share,
            };
        }
        left -= metres;
    }
    points.last().copied().unwrap_or_default()
}

/// Selects the doors that lead to a unit and a room.
fn choose<'a>(
    doors: &'a [Entrance],
    unit: Option<&str>,
    room: Option<&str>,
) -> Result<Vec<&'a Entrance>, SpotError> {
    let mut chosen: Vec<&Entrance> = doors.iter().collect();
    if let Some(unit) = unit {
        let wanted = rooms::plain(unit);
        let is_it = |own: &String| rooms::plain(own) == wanted;
        chosen.retain(|door| door.unit.as_ref().map_or(false, is_it));
        if chosen.is_empty() && !doors.is_empty() {
            let mut known: Vec<String> = doors.iter().filter_map(|d| d.unit.clone()).collect();
            known.sort_by_key(|unit| (unit.len(), unit.clone()));
            known.dedup();
            return Err(SpotError::UnknownUnit {
                unit: unit.to_owned(),
                known,
            });
        }
    }
    if let Some(room) = room {
        let behind: Vec<String> = chosen.iter().filter_map(|d| d.rooms.clone()).collect();
        let is_behind = |door: &Entrance| Some(rooms::holds(door.rooms.as_deref()?, room));
        // A door whose rooms are not known may also lead to the room.
        let is_known = chosen.iter().all(|door| is_behind(door).is_some());
        if chosen.iter().any(|door| is_behind(door) == Some(true)) {
            chosen.retain(|door| is_behind(door) == Some(true));
        } else if is_known && !chosen.is_empty() {
            return Err(SpotError::UnknownRoom {
                room: room.to_owned(),
                known: behind,
            });
        } else {
            chosen.retain(|door| is_behind(door).is_none());
        }
    }
    Ok(chosen)
}

pub(super) fn unknown(collection: &'static str, id: &str) -> SpotError {
    SpotError::Unknown {
        collection,
        id: id.to_owned(),
    }
}
