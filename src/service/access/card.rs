//! The access card of a building: which gate to use, what to show there, where to park, and which door.

use geo_types::Coord;

use super::day_orders::orders_of_the_day;
use super::entrances::Entrances;
use super::shape::{Access, AccessEntrance, Ask, Building, Nearby};
use super::shown::{Shown, position};
use crate::access::NoCard;
use crate::access::arrival::{self, MOST_PLACES, NEAR_M, decimetres};
use crate::access::doorway::{Doorway, chosen};
use crate::access::gate::Admits;
use crate::index::{Entry, Meter};
use crate::live::Snapshot;
use crate::model::names::collection::{BUILDINGS, COMPOUNDS, FACILITIES};
use crate::model::names::property;
use crate::model::{Canonical, View};
use crate::network::core::Point;
use crate::network::nearby::coord;
use crate::service::place;

/// The reason why a card or a board cannot be built.
#[derive(Debug)]
pub enum Cut<N, S> {
    /// The reason why there is no card or board, such as a building that is not on the map.
    None(N),
    /// The meter stopped the request.
    Stopped(S),
}

impl<N, S> From<S> for Cut<N, S> {
    fn from(stop: S) -> Self {
        Self::Stopped(stop)
    }
}

/// Builds the access card of a building.
///
/// # Errors
/// If there is no such building, unit or room, or the meter stops the request.
pub fn card<M: Meter>(
    snapshot: &Snapshot,
    view: View<'_>,
    ask: &Ask<'_>,
    meter: &M,
) -> Result<Access, Cut<NoCard, M::Stop>> {
    let map = snapshot.collections();
    let no_building = || Cut::None(NoCard::Building(ask.building.to_owned()));
    let buildings = map.get(BUILDINGS).ok_or_else(no_building)?;
    let entry = buildings.get(ask.building).ok_or_else(no_building)?;
    let outline = entry.geometry().ok_or_else(no_building)?;
    let here = place::anchor(outline).ok_or_else(no_building)?;
    // Rounded as in the network file, so that phones compute the same card.
    let here = coord(Point::from_degrees(here.x, here.y));
    let house = Shown::of(buildings, entry, view);
    let compound = map.get(COMPOUNDS).and_then(|all| {
        let named = Canonical::new(entry.all_properties()).text(property::COMPOUND);
        let named = named.and_then(|id| all.get(&id).cloned());
        Some((
            all,
            named.or_else(|| all.covering(here).into_iter().next())?,
        ))
    });
    let entrances = Entrances::new(snapshot, view, ask, here);
    let doors = entrances.doors(entry, meter)?;
    let mut gates = match &compound {
        Some((_, compound)) => entrances.gates(compound, meter)?,
        None => Vec::new(),
    };
    gates.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.id.cmp(&b.1.id)));
    let gates: Vec<AccessEntrance> = gates.into_iter().map(|(_, gate)| gate).collect();
    let said: Vec<Doorway> = doors.iter().map(doorway).collect();
    let name = house.text(property::NAME);
    let called = name.as_deref().unwrap_or(ask.building);
    let door = chosen(called, house.whole("units"), &said, ask.unit, ask.room);
    let door = door.map_err(Cut::None)?;
    let of_doors = |say: fn(&AccessEntrance) -> Option<bool>| -> Option<bool> {
        let said = doors.iter().map(|d| (d.id.as_str(), say(d)));
        arrival::agreed(said, door.as_deref())
    };
    let near = |kind: &'static str| nearby(snapshot, view, here, kind, meter);
    let admits: Vec<Admits> = gates.iter().map(|gate| gate.admits).collect();
    let notes = arrival::notes(!doors.is_empty(), compound.is_some(), &admits);
    let compound =
        compound.map(|(all, entry)| (entry.id().to_string(), Shown::of(all, &entry, view)));
    Ok(Access {
        seq: snapshot.seq(),
        at: ask.at,
        mode: ask.profile.name.clone(),
        parking: near("parking")?,
        handover: near("handover")?,
        lift: house.flag("elevator"),
        step_free: of_doors(|d| d.step_free),
        intercom: of_doors(|d| d.intercom),
        orders: orders_of_the_day(snapshot, view, ask.at, Some(here)),
        building: Building {
            id: ask.building.to_owned(),
            name,
            compound_name: compound.as_ref().and_then(|(_, c)| c.text(property::NAME)),
            compound: compound.map(|(id, _)| id),
            levels: house.whole("levels"),
            units: house.whole("units"),
            position: [here.x, here.y],
        },
        gates,
        doors,
        door,
        notes,
    })
}

fn doorway(door: &AccessEntrance) -> Doorway {
    Doorway {
        id: door.id.clone(),
        unit: door.unit.clone(),
        rooms: door.rooms.clone(),
    }
}

/// Returns the facilities of a kind near a position, nearest first.
fn nearby<M: Meter>(
    snapshot: &Snapshot,
    view: View<'_>,
    here: Coord<f64>,
    kind: &'static str,
    meter: &M,
) -> Result<Vec<Nearby>, M::Stop> {
    let Some(all) = snapshot.collections().get(FACILITIES) else {
        return Ok(Vec::new());
    };
    let is_it = |e: &Entry| Canonical::new(e.all_properties()).is(property::KIND, kind);
    let found = all.nearest_metered(here, MOST_PLACES, NEAR_M, Some(&is_it), meter)?;
    let near = found.into_iter().map(|(entry, distance)| {
        let shown = Shown::of(all, &entry, view);
        let at = position(&entry).unwrap_or(here);
        Nearby {
            id: entry.id().to_string(),
            name: shown.text(property::NAME),
            capacity: shown.whole("capacity"),
            opening_hours: shown.text("opening_hours"),
            position: [at.x, at.y],
            distance_m: decimetres(distance),
        }
    });
    Ok(near.collect())
}
