//! The data of a network file: the places of an area, and who may pass.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::live::Ways;
use crate::network::core::{self, Attr, Attributes, Blocked, Hours, Point, Potentials, Profile, View};
use crate::network::file::{self, Passing, Places};
use crate::network::nearby::coord;
use crate::service::routes::{Entrance, Site};
use crate::spatial::metres::distance;
use crate::tz::Offset;
use crate::ways::Sights;
use crate::{Coord, Timestamp};

/// The reason why there is no network. Files shared with the server use this type, but a phone always has a
/// network: without one, the server makes no network file.
#[derive(Debug, Clone, Copy)]
pub enum NoNetwork {
    /// The area is too large for a network.
    TooLarge,
}

/// All data of the network file of an area.
pub struct Area {
    /// The network.
    pub ways: Ways,
    /// The outlines that block lines of sight.
    pub sights: Sights,
    /// Who may pass.
    pub passing: Passing,
    /// The places.
    pub places: Places,
    table: Rc<core::Table>,
    /// The lower bounds of travel times, by the names of the profiles for which they were computed.
    bounds: RefCell<Vec<(String, Rc<Potentials>)>>,
    houses: HashMap<String, u32>,
    doors: HashMap<String, u32>,
    others: HashMap<String, u32>,
}

impl Area {
    /// Indexes what the file says.
    pub fn new(ways: Ways, sights: Sights, mut passing: Passing, places: Places) -> Area {
        let table = std::mem::take(&mut passing.table);
        let numbered = |ids: Vec<String>| ids.into_iter().zip(0..).collect();
        Area {
            houses: numbered(places.houses.iter().map(|h| h.id.clone()).collect()),
            doors: numbered(places.doors.iter().map(|d| d.id.clone()).collect()),
            others: numbered(places.places.iter().map(|p| name_of(p)).collect()),
            table: Rc::new(table),
            bounds: RefCell::default(),
            ways,
            sights,
            passing,
            places,
        }
    }

    /// Returns a travel profile.
    pub fn profile(&self, name: &str) -> Option<&Profile> {
        self.passing.profiles.iter().find(|p| p.name == name)
    }

    /// Computes the lower bounds of travel times for a profile, which make searches faster and change no answer. The
    /// attributes of a file never change, so the bounds stay valid as long as the file is open.
    pub fn prepare(&self, profile: &Profile) {
        let is_known = |bounds: &[(String, _)]| bounds.iter().any(|(name, _)| *name == profile.name);
        if is_known(&self.bounds.borrow()) {
            return;
        }
        let topology = &self.ways.topology;
        if let Some(bounds) = Potentials::new(topology, &*self.table, profile, &|| false) {
            self.bounds.borrow_mut().push((profile.name.clone(), Rc::new(bounds)));
        }
    }

    /// Returns the index of a building.
    pub fn house(&self, id: &str) -> Option<u32> {
        self.houses.get(id).copied()
    }

    /// Returns an entrance.
    pub fn door(&self, id: &str) -> Option<&file::Door> {
        self.places.doors.get(*self.doors.get(id)? as usize)
    }

    /// Returns the opening hours to which attributes refer.
    pub fn hours(&self) -> &[Hours] {
        &self.table.hours
    }

    fn place(&self, name: &str) -> Option<&file::Place> {
        self.places.places.get(*self.others.get(name)? as usize)
    }
}

fn name_of(place: &file::Place) -> String {
    format!("{}/{}", place.collection.collection(), place.id)
}

/// The attributes at the departure of a query.
pub struct Table {
    read: Rc<core::Table>,
    /// The features that reports keep shut, sorted.
    shut: Vec<u32>,
    /// The features that the query avoids, sorted.
    avoided: Vec<u32>,
}

static CLOSED: Attr = Attr::CLOSED;

impl Attributes for Table {
    fn attr(&self, feature: u32) -> &Attr {
        let is_shut = self.shut.binary_search(&feature).is_ok();
        match is_shut || self.is_avoided(feature) {
            true => &CLOSED,
            false => self.read.attr(feature),
        }
    }

    fn hours(&self, index: u32) -> &Hours {
        self.read.hours(index)
    }

    fn blocked(&self, edge: u32) -> Blocked {
        self.read.blocked(edge)
    }
}

impl Table {
    /// Returns whether the query avoids a feature.
    pub fn is_avoided(&self, feature: u32) -> bool {
        self.avoided.binary_search(&feature).is_ok()
    }
}

/// The data for one query.
pub struct Ground {
    area: Rc<Area>,
    pub table: Table,
    bounds: Vec<(String, Rc<Potentials>)>,
}

/// The public properties of a feature, as far as routes use them.
pub enum Public<'a> {
    Named(Option<&'a str>),
    Door(&'a file::Door),
}

impl Public<'_> {
    pub fn text(&self, name: &str) -> Option<String> {
        let text = match self {
            Public::Named(own) => own.filter(|_| name == "name"),
            Public::Door(door) => door.text(name),
        };
        text.filter(|t| !t.trim().is_empty()).map(str::to_owned)
    }

    pub fn is(&self, name: &str, text: &str) -> bool {
        matches!(self, Public::Door(door) if door.text(name) == Some(text))
    }

    pub fn is_true(&self, name: &str) -> bool {
        matches!(self, Public::Door(door) if door.flag(name) == Some(true))
    }
}

impl Ground {
    /// Returns the data for a query with departure `at` that avoids some entrances.
    pub fn new(area: &Rc<Area>, at: Timestamp, avoid: &[String]) -> Ground {
        let feature = |id: &str| area.ways.feature(&format!("entrances/{}", id));
        let now = at.as_millisecond();
        let doors = area.places.doors.iter();
        let shut = doors.filter(|d| d.shut_until.map_or(false, |until| now < until * 1000));
        let mut shut: Vec<u32> = shut.filter_map(|door| feature(&door.id)).collect();
        let mut avoided: Vec<u32> = avoid.iter().filter_map(|id| feature(id)).collect();
        shut.sort_unstable();
        avoided.sort_unstable();
        Ground {
            area: Rc::clone(area),
            table: Table {
                read: Rc::clone(&area.table),
                shut,
                avoided,
            },
            bounds: area.bounds.borrow().clone(),
        }
    }

    pub fn ways(&self) -> Option<&Ways> {
        Some(&self.area.ways)
    }

    pub fn view<'a>(&'a self, ways: &'a Ways, profile: &'a Profile) -> View<'a, Table> {
        View {
            topology: &ways.topology,
            attributes: &self.table,
            profile,
            potentials: self.bounds.iter().find(|(name, _)| *name == profile.name).map(|(_, bounds)| &**bounds),
        }
    }

    pub fn public(&self, name: &str) -> Option<Public<'_>> {
        let (collection, id) = name.split_once('/')?;
        let places = &self.area.places;
        Some(match collection {
            "entrances" => Public::Door(self.area.door(id)?),
            "buildings" => {
                let house = places.houses.get(self.area.house(id)? as usize)?;
                Public::Named(house.name.as_deref())
            }
            // A way has its index as id.
            "routes" => {
                let name = self.area.passing.way_names.get(id.parse::<usize>().ok()?)?;
                Public::Named(name.as_deref())
            }
            _ => Public::Named(self.area.place(name)?.name.as_deref()),
        })
    }

    pub fn offset(&self) -> Offset {
        Offset::of_seconds(self.area.passing.offset_s)
    }

    pub fn house(&self, id: &str) -> Option<Site> {
        let house = self.area.places.houses.get(self.area.house(id)? as usize)?;
        Some(Site {
            at: house.at.map(coord),
            compound: house.compound.clone(),
            levels: house.levels,
            elevator: house.elevator,
        })
    }

    pub fn facility(&self, id: &str) -> Option<Site> {
        let place = self.area.place(&format!("facilities/{}", id))?;
        Some(Site {
            at: place.at.map(coord),
            compound: place.compound.clone(),
            levels: None,
            elevator: None,
        })
    }

    pub fn entrance(&self, id: &str) -> Option<Entrance> {
        self.area.door(id).map(entrance)
    }

    pub fn doors_of(&self, _: &Ways, building: &str) -> Vec<Entrance> {
        let places = &self.area.places;
        let house = self.area.house(building).and_then(|at| places.houses.get(at as usize));
        let doors = house.map_or(&[][..], |house| &house.route_doors).iter();
        doors.map(|at| entrance(&places.doors[*at as usize])).collect()
    }

    pub fn compound_at(&self, at: Coord<f64>) -> Option<String> {
        let number = self.area.sights.compound_at(at)?;
        let compound = self.area.places.compounds.get(number as usize)?;
        Some(compound.id.clone())
    }

    pub fn is_free(&self, from: Coord<f64>, to: Coord<f64>, own: Option<&str>) -> bool {
        let own = own.and_then(|id| self.area.house(id));
        self.area.sights.is_free(from, to, own)
    }

    pub fn handovers_near(&self, at: Coord<f64>, within_m: f64) -> Vec<String> {
        let near = nearest_places(&self.area.places, at, within_m, "handover");
        near.into_iter().map(|(place, _)| place.id.clone()).collect()
    }
}

/// Returns the facilities of a kind within a distance in metres, nearest first; of two at the same distance the one with
/// the lower id.
pub fn nearest_places<'a>(
    places: &'a Places,
    at: Coord<f64>,
    within_m: f64,
    kind: &str,
) -> Vec<(&'a file::Place, f64)> {
    let is_it = |place: &&file::Place| {
        place.collection == file::PlaceKind::Facility && place.kind.as_deref() == Some(kind)
    };
    let far = |place: &'a file::Place| Some((place, distance(at, coord(place.at?))));
    let all = places.places.iter().filter(is_it).filter_map(far);
    let mut near: Vec<_> = all.filter(|(_, metres)| *metres <= within_m).collect();
    near.sort_by(|a, b| a.1.total_cmp(&b.1).then_with(|| a.0.id.cmp(&b.0.id)));
    near
}

fn entrance(door: &file::Door) -> Entrance {
    let text = |name: &str| door.text(name).map(str::to_owned);
    Entrance {
        id: door.id.clone(),
        at: door.at.map(|at: Point| coord(at)),
        is_gate: door.text("kind") == Some("gate"),
        building: door.building.clone(),
        compound: door.compound.clone(),
        unit: text("unit"),
        rooms: text("rooms"),
    }
}
