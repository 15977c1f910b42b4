//! The facilities of a request: which features count, whether they are open, and where they are entered.

use geo_types::{Coord, Geometry};

use super::ask::{FacilityAsk, NoCoverage};
use super::shown::Shown;
use crate::codec::cql2::{self, Encoding};
use crate::index::filter::Predicate;
use crate::index::{Collection, Collections, Entry, Free};
use crate::live::Snapshot;
use crate::model::names::collection::ENTRANCES;
use crate::model::names::property;
use crate::model::{InChinese as _, RoleSet, View, both};
use crate::network::attributes::{Clock, Times};
use crate::service::access::in_force;
use crate::service::place::anchor;
use crate::service::routes::{Ground, Joined, Joiner};
use crate::spatial::crs::Crs;
use crate::spatial::{bounds::Bounds, metres};

/// The facilities that count at a moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sites {
    /// The id of each facility that counts.
    pub ids: Vec<String>,
    /// The points at which each facility joins the network, in the order of `ids`.
    pub(super) joined: Vec<Vec<Joined>>,
    /// The positions of all facilities and of the points where they are entered, for straight-line distances.
    pub(super) positions: Vec<Coord<f64>>,
    /// The ids of facilities that are closed at the moment.
    pub closed: Vec<String>,
    /// The ids of facilities without a walkable way nearby.
    pub unlinked: Vec<String>,
    /// How many of the facilities that count have unknown opening hours.
    pub unknown_hours: usize,
}

/// The facilities of a request, with their opening hours, so that they can be asked for at several moments.
#[derive(Debug, PartialEq)]
pub(super) struct Facilities(Vec<Facility>);

#[derive(Debug, PartialEq)]
struct Facility {
    id: String,
    at: Coord<f64>,
    times: Times,
    /// The points where its entrances join the network.
    joined: Vec<Joined>,
}

/// The features of a request that count as facilities, and their collection. Whether they are open is not read.
///
/// # Errors
/// If the map does not have the collection or a feature of `without`, or the filter does not fit the collection.
pub(super) fn wanted<'a>(
    map: &'a Collections,
    ask: &FacilityAsk,
    (without, roles): (&[String], RoleSet),
) -> Result<(&'a Collection, Vec<&'a Entry>), NoCoverage> {
    let source = map.get(&ask.collection);
    let source =
        source.ok_or_else(|| NoCoverage::no_collection("facility.collection", &ask.collection))?;
    let predicate = predicate(ask.filter.as_deref(), "facility.filter", source, roles)?;
    for id in without {
        if source.get(id).is_none() {
            let name = &ask.collection;
            return Err(NoCoverage::Field(
                "without",
                both!(
                    "图层“{name}”没有要素“{id}”",
                    "the collection {name} has no feature {id:?}"
                ),
            ));
        }
    }
    let view = View::from(roles);
    let is_wanted = |entry: &&Entry| {
        counts(entry, source, ask, roles)
            && !without.iter().any(|w| w == entry.id().as_str())
            && predicate.as_ref().is_none_or(|predicate| {
                predicate
                    .matches(entry, source.schema(), view, &Free)
                    .unwrap_or(false)
            })
    };
    let entries = source.iter().map(AsRef::as_ref);
    Ok((source, entries.filter(is_wanted).collect()))
}

impl Facilities {
    /// Collects the facilities of a request. Their hours are read for the days around a moment.
    pub(super) fn of(
        ground: &Ground,
        joiner: &Joiner<'_>,
        ask: &FacilityAsk,
        (without, roles, at): (&[String], RoleSet, jiff::Timestamp),
    ) -> Result<Self, NoCoverage> {
        let snapshot = &ground.snapshot;
        let (source, entries) = wanted(snapshot.collections(), ask, (without, roles))?;
        let days = in_force::days(snapshot);
        let (from, until) = in_force::known_span(&days, at);
        let mut clock = Clock::new(&days, from, until);
        let mut facilities = Vec::new();
        for entry in entries {
            let Some(at_site) = entry.geometry().and_then(anchor) else {
                continue;
            };
            let hours = Shown::of(source, entry, roles).text("opening_hours");
            facilities.push(Facility {
                id: entry.id().to_string(),
                at: at_site,
                times: hours.map_or(Times::Unknown, |text| clock.times(&text)),
                joined: entries_of(snapshot, joiner, entry, at_site),
            });
        }
        Ok(Self(facilities))
    }

    /// Adds facilities at positions. They are always open.
    pub(super) fn add(&mut self, joiner: &Joiner<'_>, places: impl Iterator<Item = Coord<f64>>) {
        for (number, at) in places.enumerate() {
            self.0.push(Facility {
                id: format!("add[{number}]"),
                at,
                times: Times::Always,
                joined: joiner.position(at),
            });
        }
    }

    /// Returns the facilities that are open at a moment. One with unknown hours counts as open.
    pub(super) fn open_at(&self, at: jiff::Timestamp) -> Sites {
        let mut sites = Sites::default();
        for facility in &self.0 {
            let id = &facility.id;
            if !facility.is_open(at) {
                sites.closed.push(id.clone());
                continue;
            }
            if facility.joined.is_empty() {
                sites.unlinked.push(id.clone());
                continue;
            }
            sites.unknown_hours += usize::from(facility.times == Times::Unknown);
            sites.positions.push(facility.at);
            sites.positions.extend(facility.joined.iter().map(|j| j.at));
            sites.ids.push(id.clone());
            sites.joined.push(facility.joined.clone());
        }
        sites
    }

    /// Returns for each facility whether it is open at a moment.
    pub(super) fn are_open(&self, at: jiff::Timestamp) -> Vec<bool> {
        self.0.iter().map(|facility| facility.is_open(at)).collect()
    }
}

impl Facility {
    fn is_open(&self, at: jiff::Timestamp) -> bool {
        let second = at.as_second();
        match &self.times {
            Times::Always | Times::Unknown => true,
            Times::Spans(spans) => spans.iter().any(|(f, u)| (*f..*u).contains(&second)),
        }
    }
}

impl Sites {
    /// Collects the facilities of a request that are open at a moment.
    pub(super) fn of(
        ground: &Ground,
        joiner: &Joiner<'_>,
        ask: &FacilityAsk,
        (without, roles, at): (&[String], RoleSet, jiff::Timestamp),
    ) -> Result<Self, NoCoverage> {
        Ok(Facilities::of(ground, joiner, ask, (without, roles, at))?.open_at(at))
    }
}

/// Compiles the filter of a field of the request.
pub(super) fn predicate(
    filter: Option<&str>,
    field: &'static str,
    source: &Collection,
    roles: RoleSet,
) -> Result<Option<Predicate>, NoCoverage> {
    let Some(text) = filter else {
        return Ok(None);
    };
    let node = cql2::parse(text, Encoding::Text, Crs::Crs84);
    let predicate = node.and_then(|node| Predicate::compile(&node, source.schema(), roles));
    predicate.map(Some).map_err(|error| {
        let zh = error.zh();
        NoCoverage::Field(field, both!("筛选条件有误：{zh}", "invalid filter {error}"))
    })
}

/// Whether a feature is a facility of the requested kind.
fn counts(entry: &Entry, source: &Collection, ask: &FacilityAsk, roles: RoleSet) -> bool {
    let said = Shown::of(source, entry, roles);
    let kind = ask.kind.as_deref();
    let is_kind = kind.is_none_or(|kind| said.is(property::KIND, kind));
    let has_aed = !ask.aed || said.is_true("aed");
    let fits = ask.area_m2.is_none_or(|(least, most)| {
        let own = said.number("area_m2");
        let drawn = || {
            entry
                .geometry()
                .map(metres::area)
                .filter(|area| *area > 0.0)
        };
        // A feature whose area is not known, such as a park that is a point, is not refused for its size.
        own.or_else(drawn)
            .is_none_or(|area| (least..=most).contains(&area))
    });
    is_kind && has_aed && fits
}

/// The points where a facility is entered: an area such as a park at its gates and where ways cross its edge, other
/// facilities at their position.
fn entries_of(
    snapshot: &Snapshot,
    joiner: &Joiner<'_>,
    entry: &Entry,
    inside: Coord<f64>,
) -> Vec<Joined> {
    let Some(area @ (Geometry::Polygon(_) | Geometry::MultiPolygon(_))) = entry.geometry() else {
        return joiner.position(inside);
    };
    let mut gates = Vec::new();
    if let (Some(entrances), Some(bounds)) =
        (snapshot.collections().get(ENTRANCES), Bounds::of(area))
    {
        let centre = bounds.to_numbers();
        let corner = |x, y| Coord { x, y };
        let [west, south, east, north] = centre;
        let middle = corner(f64::midpoint(west, east), f64::midpoint(south, north));
        let reach = metres::distance(middle, corner(east, north)) + 10.0;
        for (gate, _) in entrances.within(middle, reach) {
            let at = gate.geometry().and_then(anchor);
            if at.is_some_and(|at| Joiner::is_at_edge(at, area)) {
                gates.push(gate.id().to_string());
            }
        }
    }
    joiner.area(area, inside, &gates)
}
