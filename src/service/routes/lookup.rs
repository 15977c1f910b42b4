//! What a route needs to know about places: buildings, entrances and facilities of the current map, and which lines of
//! sight are free. The program for phones has the same functions over its own data.

use geo::Intersects as _;
use geo_types::{Coord, Geometry, Line};
use jiff::tz::Offset;

use super::Ground;
use super::ends::{Entrance, Site};
use super::table::collection;
use crate::index::Entry;
use crate::live::Ways;
use crate::model::Canonical;
use crate::model::names::collection::{BARRIERS, BUILDINGS, COMPOUNDS, ENTRANCES, FACILITIES};
use crate::model::names::property;
use crate::network::core::Point;
use crate::network::nearby::coord;
use crate::service::place::anchor;

impl Ground {
    /// Returns the offset of local time.
    pub(super) fn offset(&self) -> Offset {
        self.snapshot.ledger().calendar().offset
    }

    /// Returns a building by its id.
    pub(super) fn house(&self, id: &str) -> Option<Site> {
        self.site(BUILDINGS, id)
    }

    /// Returns a facility by its id.
    pub(super) fn facility(&self, id: &str) -> Option<Site> {
        self.site(FACILITIES, id)
    }

    fn site(&self, name: &str, id: &str) -> Option<Site> {
        let entry = collection(&self.snapshot, name)?.get(id)?;
        let said = Canonical::new(entry.all_properties());
        Some(Site {
            at: position(entry),
            compound: text(entry, property::COMPOUND),
            levels: said.number("levels").map(|levels| levels as u32),
            elevator: said.has("elevator").then(|| said.is_true("elevator")),
        })
    }

    /// Returns an entrance by its id.
    pub(super) fn entrance(&self, id: &str) -> Option<Entrance> {
        let entry = collection(&self.snapshot, ENTRANCES)?.get(id)?;
        Some(entrance(id, entry))
    }

    /// Returns the doors of a building according to the current map.
    pub(super) fn doors_of(&self, ways: &Ways, building: &str) -> Vec<Entrance> {
        let Some(entrances) = collection(&self.snapshot, ENTRANCES) else {
            return Vec::new();
        };
        let known = ways.entrances_of(building).iter();
        let doors = known.filter_map(|id| {
            let entry = entrances.get(id)?;
            let said = Canonical::new(entry.all_properties());
            let is_door = !said.is(property::KIND, "service") && !said.is(property::KIND, "garage");
            let is_its = said.is(property::BUILDING, building) && is_door;
            is_its.then(|| entrance(id, entry))
        });
        doors.collect()
    }

    /// Returns the id of the compound that contains a position.
    pub(super) fn compound_at(&self, at: Coord<f64>) -> Option<String> {
        let around = collection(&self.snapshot, COMPOUNDS)?.covering(at);
        around.first().map(|entry| entry.id().to_string())
    }

    /// Returns whether no wall, no outline of a walled compound and no building lies between two positions. `own` is
    /// the id of the building that the line may leave.
    pub(super) fn is_free(&self, from: Coord<f64>, to: Coord<f64>, own: Option<&str>) -> bool {
        let look = Geometry::Line(Line::new(from, to));
        let is_free = |name: &str, blocks: fn(&Entry, Coord<f64>, &Geometry<f64>) -> bool| {
            let Some(walls) = collection(&self.snapshot, name) else {
                return true;
            };
            let met = walls.intersecting(&look);
            met.iter()
                .filter(|wall| own.is_none_or(|own| own != wall.id().as_str()))
                .all(|wall| !blocks(wall, from, &look))
        };
        is_free(BARRIERS, |_, _, _| true)
            && is_free(BUILDINGS, |house, from, _| {
                // A building that contains the start position does not block the line of sight.
                let inside = geo_types::Point(from);
                house
                    .geometry()
                    .is_none_or(|area| !area.intersects(&inside))
            })
            && is_free(COMPOUNDS, |compound, _, look| {
                let said = Canonical::new(compound.all_properties());
                said.is_true("walled")
                    && compound
                        .geometry()
                        .is_some_and(|g| crosses_outline(g, look))
            })
    }

    /// Returns the ids of the hand-over points within a distance in metres, nearest first.
    pub(super) fn handovers_near(&self, at: Coord<f64>, within_m: f64) -> Vec<String> {
        let Some(facilities) = collection(&self.snapshot, FACILITIES) else {
            return Vec::new();
        };
        let near = facilities.within(at, within_m).into_iter();
        let is_handover =
            |entry: &Entry| Canonical::new(entry.all_properties()).is(property::KIND, "handover");
        let near = near.filter(|(entry, _)| is_handover(entry));
        near.map(|(entry, _)| entry.id().to_string()).collect()
    }
}

fn entrance(id: &str, entry: &Entry) -> Entrance {
    Entrance {
        id: id.to_owned(),
        at: position(entry),
        is_gate: Canonical::new(entry.all_properties()).is(property::KIND, "gate"),
        building: text(entry, property::BUILDING),
        compound: text(entry, property::COMPOUND),
        unit: text(entry, "unit"),
        rooms: text(entry, "rooms"),
    }
}

fn text(entry: &Entry, name: &str) -> Option<String> {
    let text = Canonical::new(entry.all_properties()).text(name)?;
    Some(text.into_owned())
}

/// Returns a position on a feature, rounded as in the network file for phones.
pub(super) fn position(entry: &Entry) -> Option<Coord<f64>> {
    let at = anchor(entry.geometry()?)?;
    Some(coord(Point::from_degrees(at.x, at.y)))
}

fn crosses_outline(area: &Geometry<f64>, look: &Geometry<f64>) -> bool {
    match area {
        Geometry::Polygon(area) => area.exterior().intersects(look),
        Geometry::MultiPolygon(areas) => areas.iter().any(|a| a.exterior().intersects(look)),
        _ => false,
    }
}
