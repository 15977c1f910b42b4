//! The measures that read cases, or the walking and riding network.

use std::collections::HashMap;

use jiff::civil::Date;

use crate::index::{Collections, Entry};
use crate::model::names::collection::{BUILDINGS, ENTRANCES, FACILITIES, UNITS, WARNINGS};
use crate::model::names::property;
use crate::model::{Canonical, Role, both};
use crate::network::core::{Limit, Memory};
use crate::planning::coverage::Tally;
use crate::planning::standards::{Standard, Standards};
use crate::service::planning::{CoverageAsk, NoCoverage, Planning};
use crate::service::routes::{Ground, NoNetwork, Spot};
use crate::themes::{By, Cell, Frame, Window, noon};
use crate::warnings::figures::is_on_time;
use crate::warnings::{Case, Status};

/// The facilities outside of compounds where riders wait or pass by.
const STARTS: [&str; 3] = ["battery_swap", "rest_stop", "handover"];
/// The profiles of riders and of people on foot.
const EBIKE: &str = "ebike";
const FOOT: &str = "foot";

/// The share of the cases closed in the window that were handled by their due date, in per cent. With `units`, only
/// cases of units of this kind count. Cases without a due date or a time of handling do not count, as in the monthly
/// figures.
pub(super) fn on_time(
    map: &Collections,
    frame: &Frame<'_>,
    window: &Window,
    units: Option<&str>,
) -> Vec<Cell> {
    let is_wanted = |case: &Case| {
        let Some(kind) = units else { return true };
        let unit = map.get(UNITS).zip(case.unit.as_deref());
        let entry = unit.and_then(|(units, id)| units.get(id));
        entry.is_some_and(|unit| Canonical::new(unit.all_properties()).is(property::KIND, kind))
    };
    mean_of_closed(map, frame, window, |case| {
        let is_on_time = is_on_time(case).filter(|_| is_wanted(case))?;
        Some(if is_on_time { 100.0 } else { 0.0 })
    })
}

/// The mean rating of the cases closed in the window, 1 to 5.
pub(super) fn rating(map: &Collections, frame: &Frame<'_>, window: &Window) -> Vec<Cell> {
    mean_of_closed(map, frame, window, |case| case.rating.map(f64::from))
}

/// The mean of a figure of the cases that were closed in the window. Drills and cases pending review never count.
fn mean_of_closed(
    map: &Collections,
    frame: &Frame<'_>,
    window: &Window,
    figure: impl Fn(&Case) -> Option<f64>,
) -> Vec<Cell> {
    let mut sums = vec![(0.0, 0_u32); frame.areas().len()];
    let cases = map.get(WARNINGS);
    for (cases, entry) in cases
        .into_iter()
        .flat_map(|c| c.iter().map(move |e| (c, e)))
    {
        let text = entry.properties(cases.schema(), Role::Public);
        let said = Canonical::new(&text);
        // Most cases are left out without being parsed.
        let is_recent = said
            .moment(property::CLOSED_AT)
            .is_some_and(|at| window.has(at));
        if !is_recent || !said.is(property::STATUS, Status::Closed.as_str()) {
            continue;
        }
        let case = Case::of(entry).ok().filter(Case::counts);
        if let (Some(value), Some(area)) = (
            case.as_ref().and_then(&figure),
            frame.place(WARNINGS, entry, said),
        ) {
            let (sum, n) = &mut sums[area as usize];
            *sum += value;
            *n += 1;
        }
    }
    let cell = |(sum, n): (f64, u32)| Cell {
        value: (n > 0).then(|| sum / f64::from(n)),
        n,
    };
    sums.into_iter().map(cell).collect()
}

/// The share of unit doors that a rider reaches within `minutes`, in per cent. The rider sets out at noon of the day
/// from the nearest swap cabinet, rest stop or hand-over point outside of the compounds, and rides, pushes or walks
/// through gates that are open and admit them. Without such a place there is no data.
pub(super) fn doors_reached(
    ground: &Ground,
    frame: &Frame<'_>,
    minutes: u32,
    day: Date,
) -> Vec<Cell> {
    let none = || vec![Cell::default(); frame.areas().len()];
    let map = ground.snapshot.collections();
    let profiles = ground.snapshot.profiles();
    let (Some(ways), Some(profile), Some(at)) = (ground.ways(), profiles.get(EBIKE), noon(day))
    else {
        return none();
    };
    let starts = public(map, FACILITIES, |said| {
        let kind = said.text(property::KIND);
        let is_start = kind.is_some_and(|kind| STARTS.contains(&kind.as_ref()));
        is_start && !said.has(property::COMPOUND)
    });
    let starts: Vec<Spot> = starts
        .map(|entry| Spot::Facility(entry.id().to_string()))
        .collect();
    let doors: Vec<&Entry> =
        public(map, ENTRANCES, |said| said.is(property::KIND, "unit_door")).collect();
    let spots: Vec<Spot> = doors
        .iter()
        .map(|entry| Spot::Entrance(entry.id().to_string()))
        .collect();
    let from = ground.targets(ways, profile, &starts);
    let to = ground.targets(ways, profile, &spots);
    if from.places().next().is_none() {
        return none();
    }
    let times = ground.times_to(
        (ways, profile),
        (&from, at),
        (&to, minutes * 600),
        &mut Memory::new(),
        Limit::NONE,
    );
    let Ok(times) = times else { return none() };
    let mut sums = vec![(0_u32, 0_u32); frame.areas().len()];
    let Some(entrances) = map.get(ENTRANCES) else {
        return none();
    };
    // A door belongs to the area of its building, even if it is on the edge of another one.
    let area = |door: &Entry| {
        let text = door.properties(entrances.schema(), Role::Public);
        let said = Canonical::new(&text);
        let of_building = || {
            let buildings = map.get(BUILDINGS)?;
            let building = buildings.get(&said.text(property::BUILDING)?)?;
            let text = building.properties(buildings.schema(), Role::Public);
            frame.place(BUILDINGS, building, Canonical::new(&text))
        };
        of_building().or_else(|| frame.place(ENTRANCES, door, said))
    };
    for (door, time) in doors.iter().zip(times) {
        if let Some(area) = area(door) {
            let (reached, all) = &mut sums[area as usize];
            *reached += u32::from(time.is_some());
            *all += 1;
        }
    }
    let cell = |(reached, all): (u32, u32)| Cell {
        value: (all > 0).then(|| f64::from(reached) * 100.0 / f64::from(all)),
        n: all,
    };
    sums.into_iter().map(cell).collect()
}

/// The features of a collection whose public properties pass a test, in the order of their ids.
fn public<'a>(
    map: &'a Collections,
    name: &str,
    passes: impl Fn(Canonical<'_>) -> bool + 'a,
) -> impl Iterator<Item = &'a Entry> {
    let source = map.get(name).map(AsRef::as_ref);
    source
        .into_iter()
        .flat_map(move |source: &crate::index::Collection| {
            let of = source.iter().map(AsRef::as_ref);
            of.filter(|entry: &&Entry| {
                passes(Canonical::new(
                    &entry.properties(source.schema(), Role::Public),
                ))
            })
            .collect::<Vec<&Entry>>()
        })
}

/// The standard with an id, or the first one whose id is this name and a number, as in `aed` and `aed_4`.
pub(super) fn standard<'a>(standards: &'a Standards, name: &str) -> Option<&'a Standard> {
    let is_numbered = |standard: &&Standard| {
        let rest = standard.id.as_deref().and_then(|id| id.strip_prefix(name));
        let number = rest.and_then(|rest| rest.strip_prefix('_'));
        number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    };
    standards
        .get(name)
        .or_else(|| standards.iter().find(is_numbered))
}

/// The share of people with a facility within a standard, in per cent, by walks on the network at noon of the day.
///
/// # Errors
/// If there is no such standard, or the coverage cannot be computed.
pub(super) fn within_reach(
    ground: &Ground,
    frame: &Frame<'_>,
    name: &str,
    planning: &Planning,
    day: Date,
) -> Result<Vec<Cell>, NoCoverage> {
    let profiles = ground.snapshot.profiles();
    let (Some(foot), Some(at)) = (profiles.get(FOOT), noon(day)) else {
        return Err(NoCoverage::Network(NoNetwork::NotYet));
    };
    let known = standard(ground.snapshot.standards(), name);
    let ask = known.and_then(|known| CoverageAsk::of_standard(known, foot.clone(), at));
    let ask = ask.ok_or_else(|| {
        NoCoverage::Field(
            "standard",
            both!(
                "standards.toml 没有写明设施的标准“{name}”",
                "standards.toml has no standard {name:?} that names a facility"
            ),
        )
    })?;
    let found = planning.coverage(ground, &ask)?;
    let demand = found.demand();
    let mut by_id: HashMap<&str, &Tally> = HashMap::new();
    match frame.by() {
        By::Building => {
            by_id.extend(
                demand
                    .places
                    .iter()
                    .map(|p| p.id.as_str())
                    .zip(found.buildings()),
            );
        }
        by => {
            let slot = usize::from(by == By::Community);
            let ids = demand.areas[slot].iter().map(|area| area.id.as_str());
            by_id.extend(ids.zip(found.areas(slot)));
        }
    }
    let cell = |area: &crate::themes::Area| {
        let tally = by_id.get(area.id.as_str());
        Cell {
            value: tally.and_then(|t| t.share()).map(|share| share * 100.0),
            n: tally.map_or(0, |t| t.people.round() as u32),
        }
    };
    Ok(frame.areas().iter().map(cell).collect())
}
