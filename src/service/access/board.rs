//! Collects the content of the board of a compound (小区导览图): the map that hangs at its gates. A board hangs in public,
//! so only public properties are read, whoever asks.

use std::collections::HashMap;

use geo_types::{Coord, Geometry, Polygon};
use jiff::Timestamp;
use serde_json::Value;

use super::card::Cut;
use super::entrances::{AT_DOOR_M, AT_OUTLINE_M, belongs};
use super::in_force;
use super::no_board::NoBoard;
use super::shown::{Shown, position};
use crate::access::board::{
    Admission, Content, Credential, Door, Exception, Frame, Gate, House, Place, PlaceKind, Road,
    Wall, Way, WayKind,
};
use crate::index::{Collection, Entry, Meter, Select};
use crate::live::Snapshot;
use crate::model::names::collection::{
    BARRIERS, BUILDINGS, COMPOUNDS, ENTRANCES, FACILITIES, FIRST_AID_STATIONS, GREEN, GRIDS, ROADS,
    ROUTES, WATER,
};
use crate::model::names::property;
use crate::model::{Canonical, RoleSet, View};
use crate::service::place;
use crate::spatial::bounds::Bounds;

type Line = Vec<Coord<f64>>;

/// The most features of one collection on a board.
const MOST_FEATURES: usize = 2_000;
/// The most gates on a board.
const MOST_GATES: usize = 200;
/// The most positions of all lines and outlines on a board.
const MOST_POSITIONS: usize = 200_000;
/// The drawn width of a road without a width in the data, in metres.
const ROAD_M: f64 = 6.0;

/// What a board shows, and the place of its map on the page.
#[derive(Debug, Clone, PartialEq)]
pub struct Board {
    /// The place of the map on the page.
    pub frame: Frame,
    /// What the board shows.
    pub content: Content,
}

impl Board {
    /// Collects what the board of a compound shows.
    ///
    /// # Errors
    /// If there is no such compound, it cannot be drawn, or the meter stops the request.
    pub fn of<M: Meter>(
        snapshot: &Snapshot,
        compound: &str,
        meter: &M,
    ) -> Result<Self, Cut<NoBoard, M::Stop>> {
        let none = || Cut::None(NoBoard::Compound(compound.to_owned()));
        let all = snapshot.collections().get(COMPOUNDS).ok_or_else(none)?;
        let entry = all.get(compound).ok_or_else(none)?;
        let shown = Shown::of(all, entry, View::from(RoleSet::PUBLIC));
        let name = shown
            .text(property::NAME)
            .unwrap_or_else(|| compound.to_owned());
        let no_outline = || Cut::None(NoBoard::Outline(name.clone()));
        let outline = entry.geometry().ok_or_else(no_outline)?;
        let rings = outsides(outline);
        let frame = Frame::fit(&rings).ok_or_else(no_outline)?;
        let bounds = frame.bounds().ok_or_else(no_outline)?;
        let community = shown.text(property::COMMUNITY).and_then(|code| {
            let grids = snapshot.collections().get(GRIDS)?;
            let community = in_force::street(grids, &code)?;
            Shown::of(grids, community, View::from(RoleSet::PUBLIC)).text(property::NAME)
        });
        let mut gathering = Gathering {
            snapshot,
            entry,
            outline,
            bounds,
            changed: entry.updated_at(),
            positions: 0,
            meter,
            content: Content {
                name,
                community,
                outline: rings,
                ..Content::default()
            },
        };
        gathering.buildings()?;
        gathering.entrances()?;
        gathering.ways()?;
        gathering.walls()?;
        gathering.surroundings()?;
        gathering.places()?;
        let offset = snapshot.ledger().calendar().offset;
        let changed_on = offset.to_datetime(gathering.changed).date();
        Ok(Self {
            frame,
            content: Content {
                changed_on: Some(changed_on),
                ..gathering.content
            },
        })
    }

    /// Checks that the compound has the gate with this id.
    ///
    /// # Errors
    /// If the compound has no such gate; the error lists its gates.
    pub fn check_gate(&self, gate: &str) -> Result<(), NoBoard> {
        let gates = self.content.gates.iter();
        let known: Vec<String> = gates.map(|g| g.id.clone()).collect();
        if known.iter().any(|id| id == gate) {
            return Ok(());
        }
        Err(NoBoard::Gate {
            compound: self.content.name.clone(),
            gate: gate.to_owned(),
            known,
        })
    }
}

/// A feature with its collection.
type Found<'a> = (&'a Collection, &'a Entry);

/// Reads the map around a compound.
struct Gathering<'a, M> {
    snapshot: &'a Snapshot,
    entry: &'a Entry,
    outline: &'a Geometry<f64>,
    bounds: Bounds,
    changed: Timestamp,
    /// How many positions were read.
    positions: usize,
    meter: &'a M,
    content: Content,
}

impl<'a, M: Meter> Gathering<'a, M> {
    /// Returns the features of a collection in the frame of the map; with `only_inside`, those that intersect the
    /// compound.
    fn found(
        &mut self,
        name: &'static str,
        only_inside: bool,
    ) -> Result<Vec<Found<'a>>, Cut<NoBoard, M::Stop>> {
        let mut found = Vec::new();
        let Some(all) = self.snapshot.collections().get(name) else {
            return Ok(found);
        };
        let select = Select {
            bbox: (!only_inside).then_some(self.bounds),
            intersects: only_inside.then(|| self.outline.clone()),
            limit: MOST_FEATURES + 1,
            count: false,
            ..Select::default()
        };
        all.visit_metered(&select, self.meter, |entry| {
            found.push((all.as_ref(), entry.as_ref()))
        })?;
        let positions = found.iter().filter_map(|(_, e)| e.geometry());
        let positions: usize = positions.map(geo::CoordsIter::coords_count).sum();
        self.positions += positions;
        if found.len() > MOST_FEATURES || self.positions > MOST_POSITIONS {
            return Err(self.too_large(name));
        }
        // Each position is drawn as about 16 bytes of text, which are kept in memory.
        self.meter.test(positions)?;
        self.meter.hold(positions * 16)?;
        Ok(found)
    }

    fn too_large(&self, collection: &'static str) -> Cut<NoBoard, M::Stop> {
        Cut::None(NoBoard::TooLarge {
            compound: self.content.name.clone(),
            collection,
        })
    }

    fn shown(&self, all: &Collection, entry: &Entry) -> Shown {
        Shown::of(all, entry, View::from(RoleSet::PUBLIC))
    }

    fn note(&mut self, entry: &Entry) {
        self.changed = self.changed.max(entry.updated_at());
    }

    fn buildings(&mut self) -> Result<(), Cut<NoBoard, M::Stop>> {
        for (all, entry) in self.found(BUILDINGS, false)? {
            let Some(geometry) = entry.geometry() else {
                continue;
            };
            let Some(middle) = place::anchor(geometry) else {
                continue;
            };
            let p = Canonical::new(entry.all_properties());
            let is_its = match p.text(property::COMPOUND) {
                Some(named) => named == self.entry.id().as_str(),
                None => {
                    use geo::Intersects as _;
                    !p.is(property::KIND, "shop") && self.outline.intersects(&middle)
                }
            };
            if !is_its {
                self.content.neighbours.extend(outsides(geometry));
                continue;
            }
            let shown = self.shown(all, entry);
            self.note(entry);
            self.content.houses.push(House {
                id: entry.id().to_string(),
                number: shown.text(property::NUMBER),
                name: shown.text(property::NAME),
                has_lift: shown.flag("elevator") == Some(true),
                rings: rings(geometry),
                middle,
            });
        }
        Ok(())
    }

    fn entrances(&mut self) -> Result<(), Cut<NoBoard, M::Stop>> {
        let buildings = self.snapshot.collections().get(BUILDINGS);
        let houses: Vec<&Entry> = self
            .content
            .houses
            .iter()
            .filter_map(|h| Some(buildings?.get(&h.id)?.as_ref()))
            .collect();
        let by_id: HashMap<&str, &Entry> = houses.iter().map(|h| (h.id().as_str(), *h)).collect();
        for (all, entry) in self.found(ENTRANCES, false)? {
            let Some(at) = position(entry) else { continue };
            let p = Canonical::new(entry.all_properties());
            let is_gate = p.is(property::KIND, "gate") || p.is(property::KIND, "garage");
            if is_gate && belongs(p, property::COMPOUND, self.entry, entry, AT_OUTLINE_M) {
                let shown = self.shown(all, entry);
                self.note(entry);
                self.content.gates.push(gate(entry, &shown, at));
                continue;
            }
            if is_gate || p.is(property::KIND, "service") {
                continue;
            }
            let house = match p.text(property::BUILDING) {
                Some(id) => by_id.get(&*id).copied(),
                None if p.has(property::COMPOUND) => None,
                None => {
                    self.meter.test(houses.len())?;
                    let at_it =
                        |house: &&&Entry| belongs(p, property::BUILDING, house, entry, AT_DOOR_M);
                    houses.iter().find(at_it).copied()
                }
            };
            let Some(house) = house else { continue };
            let shown = self.shown(all, entry);
            self.note(entry);
            self.content.doors.push(Door {
                house: house.id().to_string(),
                unit: shown.text("unit"),
                rooms: shown.text("rooms"),
                at,
            });
        }
        if self.content.gates.len() > MOST_GATES {
            return Err(self.too_large(ENTRANCES));
        }
        Ok(())
    }

    fn ways(&mut self) -> Result<(), Cut<NoBoard, M::Stop>> {
        for (all, entry) in self.found(ROUTES, true)? {
            let Some(geometry) = entry.geometry() else {
                continue;
            };
            let shown = self.shown(all, entry);
            let (ebike, foot) = (shown.text("ebike"), shown.text("foot"));
            let is_shut = shown.flag("locked") == Some(true)
                || (ebike.as_deref() == Some("no") && foot.as_deref() == Some("no"));
            // A way below the ground would look like one that crosses buildings.
            let is_below = shown.whole::<i64>("layer").is_some_and(|layer| layer < 0);
            if is_shut || is_below {
                continue;
            }
            self.note(entry);
            if matches!(geometry, Geometry::Polygon(_) | Geometry::MultiPolygon(_)) {
                self.content.squares.extend(outsides(geometry));
                continue;
            }
            let kind = match (shown.text(property::KIND).as_deref(), ebike.as_deref()) {
                (Some("steps"), _) => WayKind::Steps,
                (_, Some("yes")) => WayKind::Ride,
                (_, Some("dismount")) => WayKind::Push,
                _ => WayKind::Foot,
            };
            let oneway = shown.flag("oneway") == Some(true);
            let ways = lines(geometry).into_iter();
            self.content
                .ways
                .extend(ways.map(|line| Way { kind, oneway, line }));
        }
        Ok(())
    }

    fn walls(&mut self) -> Result<(), Cut<NoBoard, M::Stop>> {
        for (_, entry) in self.found(BARRIERS, false)? {
            let p = Canonical::new(entry.all_properties());
            let named = p.text(property::COMPOUND);
            let is_its = match named {
                Some(id) => id == self.entry.id().as_str(),
                // A wall that names no compound counts if its bounding box meets that of the compound.
                None => entry
                    .bounds()
                    .zip(self.entry.bounds())
                    .is_some_and(|(a, b)| a.intersects(&b)),
            };
            if let Some(geometry) = entry.geometry().filter(|_| is_its) {
                self.note(entry);
                let walls = lines(geometry).into_iter();
                self.content.walls.extend(walls.map(|line| Wall { line }));
            }
        }
        Ok(())
    }

    fn surroundings(&mut self) -> Result<(), Cut<NoBoard, M::Stop>> {
        for (all, entry) in self.found(ROADS, false)? {
            let shown = self.shown(all, entry);
            let is_outside = shown.text(property::KIND).is_none_or(|k| k != "service");
            if let Some(geometry) = entry.geometry().filter(|_| is_outside) {
                let name = shown.text(property::NAME);
                let width = shown.0.get("width_m").and_then(Value::as_f64);
                let width_m = width.unwrap_or(ROAD_M).clamp(1.0, 80.0);
                let roads = lines(geometry).into_iter();
                self.content.roads.extend(roads.map(|line| Road {
                    name: name.clone(),
                    width_m,
                    line,
                }));
            }
        }
        for (_, entry) in self.found(GREEN, false)? {
            let green = entry.geometry().map(outsides);
            self.content.green.extend(green.into_iter().flatten());
        }
        for (_, entry) in self.found(WATER, false)? {
            let water = entry.geometry().map(outsides);
            self.content.water.extend(water.into_iter().flatten());
        }
        Ok(())
    }

    fn places(&mut self) -> Result<(), Cut<NoBoard, M::Stop>> {
        for name in [FACILITIES, FIRST_AID_STATIONS] {
            for (all, entry) in self.found(name, false)? {
                let kind = match name {
                    FIRST_AID_STATIONS => Some(PlaceKind::FirstAid),
                    _ => self
                        .shown(all, entry)
                        .text(property::KIND)
                        .and_then(|k| PlaceKind::of_facility(&k)),
                };
                if let (Some(kind), Some(at)) = (kind, position(entry)) {
                    self.note(entry);
                    self.content.places.push(Place { kind, at });
                }
            }
        }
        Ok(())
    }
}

fn gate(entry: &Entry, shown: &Shown, at: Coord<f64>) -> Gate {
    let text = |name: &str| shown.text(name);
    let hours = text("opening_hours");
    let is_off = |t: &String| matches!(t.trim(), "off" | "closed");
    let changes = shown.0.get("when").and_then(Value::as_array);
    let value = |change: &Value, name: &str| Some(change.get(name)?.as_str()?.to_owned());
    let passes = |value: &str| match value {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    Gate {
        id: entry.id().to_string(),
        name: text(property::NAME),
        at,
        is_garage: text(property::KIND).is_some_and(|k| k == "garage"),
        is_shut: shown.flag("locked") == Some(true)
            || text("access").is_some_and(|a| a == "no")
            || hours.as_ref().is_some_and(is_off),
        ebike: text("ebike").and_then(|v| Admission::of(&v)),
        foot: text("foot").and_then(|v| passes(&v)),
        hours,
        ebike_hours: text("ebike_hours"),
        credential: text("credential").and_then(|v| Credential::of(&v)),
        guidance: text("guidance"),
        exceptions: changes
            .into_iter()
            .flatten()
            .filter_map(|change| {
                Some(Exception {
                    kind: value(change, "kind")?,
                    ebike: value(change, "ebike").and_then(|v| Admission::of(&v)),
                    foot: value(change, "foot").and_then(|v| passes(&v)),
                })
            })
            .collect(),
        checked_on: text("checked_on"),
    }
}

/// The lines of a geometry.
fn lines(geometry: &Geometry<f64>) -> Vec<Line> {
    match geometry {
        Geometry::LineString(line) => vec![line.0.clone()],
        Geometry::MultiLineString(all) => all.iter().map(|l| l.0.clone()).collect(),
        _ => Vec::new(),
    }
}

/// The outer rings of a geometry.
fn outsides(geometry: &Geometry<f64>) -> Vec<Line> {
    let ring = |p: &Polygon<f64>| p.exterior().0.clone();
    match geometry {
        Geometry::Polygon(p) => vec![ring(p)],
        Geometry::MultiPolygon(all) => all.iter().map(ring).collect(),
        _ => Vec::new(),
    }
}

/// All rings of a geometry, each outer one followed by its holes.
fn rings(geometry: &Geometry<f64>) -> Vec<Line> {
    let of = |p: &Polygon<f64>| {
        let rings = std::iter::once(p.exterior()).chain(p.interiors());
        rings.map(|r| r.0.clone()).collect::<Vec<_>>()
    };
    match geometry {
        Geometry::Polygon(p) => of(p),
        Geometry::MultiPolygon(all) => all.iter().flat_map(of).collect(),
        _ => Vec::new(),
    }
}
