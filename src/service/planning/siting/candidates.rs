//! The candidates of a siting: those that the request names, whether one may be chosen, and where it joins the network.

use std::collections::HashSet;

use geo::{BoundingRect as _, Contains as _};
use geo_types::{Coord, Geometry, Point, Polygon};

use super::ask::{AreasAsk, LayerAsk, SitingAsk};
use super::placing::Placing;
use super::watch::NoSiting;
use crate::index::{Collections, Entry, Free};
use crate::model::names::collection::BUILDINGS;
use crate::model::names::property;
use crate::model::{Canonical, Localized, RoleSet, View, both};
use crate::service::place::anchor;
use crate::service::planning::numeric::is_numeric;
use crate::service::planning::shown::Shown;
use crate::service::planning::sites::predicate;
use crate::service::routes::{Joined, Joiner};
use crate::spatial::metres::metres_per_degree;

/// The most candidates of a siting.
pub const MOST_CANDIDATES: usize = 5_000;
/// The most grid points in the bounding box of a drawn area.
const MOST_CELLS: f64 = 1e6;

/// A place where a facility may stand.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// The id of the feature or point.
    pub id: String,
    /// The collection of the feature, if it is one.
    pub collection: Option<String>,
    /// The name for people; the id if it has none.
    pub name: String,
    /// The position, longitude and latitude in degrees, WGS 84.
    pub at: Coord<f64>,
    /// Whether it is a building, shop or unit that hosts the facility.
    pub is_host: bool,
    /// The cost.
    pub cost: Option<f64>,
    /// How many people it can serve.
    pub capacity: Option<f64>,
}

/// A candidate that may not be chosen.
#[derive(Debug, Clone)]
pub(super) struct Refused {
    pub candidate: Candidate,
    /// Why it may not be chosen.
    pub why: Localized,
}

/// Lists the candidates that the request names, without generated ones.
///
/// # Errors
/// If a field of the request does not fit the map, or there are too many candidates.
pub(super) fn listed(map: &Collections, ask: &SitingAsk) -> Result<Vec<Candidate>, NoSiting> {
    let roles = ask.role_set();
    let asked = &ask.candidates;
    let mut all = Vec::new();
    for (n, point) in asked.points.iter().enumerate() {
        if asked.points[..n].iter().any(|other| other.id == point.id) {
            let id = &point.id;
            return Err(NoSiting::field(
                format!("candidates.points[{n}].id"),
                both!(
                    "编号“{id}”已用于另一个点位",
                    "another point has the id {id:?} too; expected a different id for each point"
                ),
            ));
        }
        all.push(Candidate {
            id: point.id.clone(),
            collection: None,
            name: point.name.clone().unwrap_or_else(|| point.id.clone()),
            at: point.at,
            is_host: false,
            cost: point.cost,
            capacity: point.capacity,
        });
    }
    for (field, layer, is_host) in [
        ("candidates.layer", &asked.layer, false),
        ("candidates.hosts", &asked.hosts, true),
    ] {
        if let Some(layer) = layer {
            add_layer(map, layer, (field, is_host, roles), &mut all)?;
        }
    }
    if let Some(areas) = &asked.areas {
        add_areas(areas, &mut all)?;
    }
    at_most(all.len())?;
    Ok(all)
}

fn at_most(count: usize) -> Result<(), NoSiting> {
    if count <= MOST_CANDIDATES {
        return Ok(());
    }
    Err(NoSiting::field(
        "candidates",
        both!(
            "候选点位超过{MOST_CANDIDATES}个，请缩小范围、加筛选条件或加大间距",
            "there are more than {MOST_CANDIDATES} candidates; use smaller areas, a narrower filter or a wider spacing"
        ),
    ))
}

/// Makes the ids of candidates unique, because features of different collections may have the same id. An id that an
/// existing facility or an earlier candidate has gets the name of the collection in front.
pub(super) fn make_unique(existing: &[String], all: &mut [Candidate]) {
    let mut seen: HashSet<String> = existing.iter().cloned().collect();
    for candidate in all {
        if !seen.insert(candidate.id.clone()) {
            let collection = candidate.collection.as_deref().unwrap_or("drawn");
            candidate.id = format!("{collection}/{}", candidate.id);
            seen.insert(candidate.id.clone());
        }
    }
}

fn add_layer(
    map: &Collections,
    layer: &LayerAsk,
    (field, is_host, roles): (&'static str, bool, RoleSet),
    all: &mut Vec<Candidate>,
) -> Result<(), NoSiting> {
    let name = &layer.collection;
    let Some(source) = map.get(name) else {
        return Err(NoSiting::field(
            format!("{field}.collection"),
            both!(
                "地图没有图层“{name}”",
                "there is no collection {name:?} on the map"
            ),
        ));
    };
    for (key, property) in [("cost", &layer.cost), ("capacity", &layer.capacity)] {
        if let Some(property) = property {
            is_numeric(source, property, roles)
                .map_err(|problem| NoSiting::field(format!("{field}.{key}"), problem))?;
        }
    }
    let filter_field = match is_host {
        true => "candidates.hosts.filter",
        false => "candidates.layer.filter",
    };
    let predicate = predicate(layer.filter.as_deref(), filter_field, source, roles)?;
    let view = View::from(roles);
    for entry in source.iter() {
        let is_wanted = predicate.as_ref().is_none_or(|predicate| {
            predicate
                .matches(entry, source.schema(), view, &Free)
                .unwrap_or(false)
        });
        let Some(at) = entry.geometry().and_then(anchor).filter(|_| is_wanted) else {
            continue;
        };
        let number = |key: &'static str, property: &Option<String>| {
            number(entry, (field, key, property.as_deref()))
        };
        let said = Shown::of(source, entry, roles);
        let id = entry.id().to_string();
        all.push(Candidate {
            name: said
                .text(property::NAME)
                .map_or_else(|| id.clone(), |n| n.into_owned()),
            id,
            collection: Some(name.clone()),
            at,
            is_host,
            cost: number("cost", &layer.cost)?,
            capacity: number("capacity", &layer.capacity)?,
        });
        at_most(all.len())?;
    }
    Ok(())
}

/// Reads the cost or the capacity of a candidate from a property of its feature.
fn number(
    entry: &Entry,
    (field, key, property): (&str, &str, Option<&str>),
) -> Result<Option<f64>, NoSiting> {
    let Some(property) = property else {
        return Ok(None);
    };
    let number = Canonical::new(entry.all_properties()).number(property);
    if let Some(wrong) = number.filter(|n| *n < 0.0) {
        let id = entry.id();
        return Err(NoSiting::field(
            format!("{field}.{key}"),
            both!(
                "要素“{id}”的“{property}”为{wrong}，应为0或以上",
                "the feature {id} has {property} {wrong}; expected 0 or more"
            ),
        ));
    }
    Ok(number)
}

fn add_areas(areas: &AreasAsk, all: &mut Vec<Candidate>) -> Result<(), NoSiting> {
    for (n, area) in areas.shapes().iter().enumerate() {
        let points = inside(area, areas.spacing_m).ok_or_else(|| {
            NoSiting::field(
                format!("candidates.areas.polygons[{n}]"),
                both!(
                    "面积过大或间距过小，点位过多，请缩小范围或加大间距",
                    "the area has too many points at this spacing; use a wider spacing or a smaller area"
                ),
            )
        })?;
        for (place, at) in points.into_iter().enumerate() {
            let id = format!("area-{}-{}", n + 1, place + 1);
            all.push(Candidate {
                name: id.clone(),
                id,
                collection: None,
                at,
                is_host: false,
                cost: None,
                capacity: None,
            });
            at_most(all.len())?;
        }
    }
    Ok(())
}

/// The points of a grid that are inside an area; if there are none, one point inside it. `None` if the grid would have
/// too many points.
fn inside(area: &Polygon<f64>, spacing_m: f64) -> Option<Vec<Coord<f64>>> {
    let Some(bounds) = area.bounding_rect() else {
        return Some(Vec::new());
    };
    let (min, max) = (bounds.min(), bounds.max());
    let (east, north) = metres_per_degree(f64::midpoint(min.y, max.y).clamp(-85.0, 85.0));
    let (dx, dy) = (spacing_m / east, spacing_m / north);
    let (columns, rows) = ((max.x - min.x) / dx, (max.y - min.y) / dy);
    if columns * rows > MOST_CELLS {
        return None;
    }
    let mut points = Vec::new();
    for row in 0..=rows as u32 {
        for column in 0..=columns as u32 {
            let at = Coord {
                x: min.x + (f64::from(column) + 0.5) * dx,
                y: min.y + (f64::from(row) + 0.5) * dy,
            };
            if area.contains(&Point(at)) {
                points.push(at);
            }
        }
    }
    if points.is_empty() {
        points.extend(anchor(&Geometry::Polygon(area.clone())));
    }
    Some(points)
}

/// Candidates that may be chosen, each with the points where it joins the network.
#[derive(Debug, Default)]
pub(super) struct Admitted {
    pub candidates: Vec<Candidate>,
    pub joined: Vec<Vec<Joined>>,
    pub refused: Vec<Refused>,
    /// How many candidates of the request were left out, because they are existing facilities.
    pub existing: usize,
}

impl Admitted {
    /// Checks a candidate and adds it to those that may be chosen, or to the refused ones.
    pub fn take(&mut self, mut candidate: Candidate, ask: &SitingAsk, places: &Places<'_>) {
        if candidate.is_host && candidate.collection.as_deref() == Some(BUILDINGS) {
            // A facility in a building is entered at the first door that joins the network.
            let doors = places.joiner.doors(&candidate.id);
            if let Some(door) = doors.iter().flatten().next() {
                candidate.at = door.at;
            }
        }
        let joined = places.joiner.position(candidate.at);
        let why = match places.refusal(&candidate) {
            Some(why) => Some(why),
            None if ask.has_costs() && candidate.cost.is_none() => {
                Some(both!("没有造价", "it has no cost"))
            }
            None if joined.is_empty() => {
                Some(both!("附近没有可步行的道路", "no walkable way is nearby"))
            }
            None => None,
        };
        match why {
            Some(why) => self.refused.push(Refused { candidate, why }),
            None => {
                self.candidates.push(candidate);
                self.joined.push(joined);
            }
        }
    }
}

/// What is needed to check a candidate on the map.
pub(super) struct Places<'a> {
    pub joiner: Joiner<'a>,
    /// The rules of placement, unless they are switched off.
    pub placing: Option<Placing<'a>>,
}

impl Places<'_> {
    /// Why a candidate may not stand where it is.
    pub fn refusal(&self, candidate: &Candidate) -> Option<Localized> {
        let placing = self.placing.as_ref()?;
        placing.refusal(candidate.at, candidate.is_host)
    }
}
