//! Ranks changes and finds the best set.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use geo_types::Coord;

use super::ask::{
    AccessAnswer, AccessAsk, AccessChange, BestChanges, DeliveriesUsed, NoAccess, Saved,
    SingleChange, Watch, rounded,
};
use super::gains::{self, Tries};
use super::measure::{Measure, facilities};
use super::scene::Scene;
use super::{generate, words};
use crate::live::Snapshot;
use crate::model::both;
use crate::model::names::property;
use crate::network::Profiles;
use crate::network::core::Profile;
use crate::planning::access_changes::{Stop, best_set};
use crate::planning::standards::{Standard, Standards};
use crate::service::place::anchor;
use crate::service::planning::shown::Shown;
use crate::service::planning::{DemandAsk, Factors, Planning, people, sites};
use crate::service::routes::Ground;
use crate::spatial::metres::distance;

/// Ranks single changes, and finds the best set of at most `ask.k`.
///
/// # Errors
/// If the question does not fit the map, or the search was cancelled.
pub fn access_changes(
    planning: &Planning,
    ground: &Ground,
    ask: &AccessAsk,
    watch: Watch<'_>,
) -> Result<AccessAnswer, NoAccess> {
    let until = Instant::now() + Duration::from_secs(u64::from(ask.time_limit_s));
    let is_over = || (watch.is_cancelled)() || Instant::now() >= until;
    search(planning, ground, ask, (watch, &is_over))
}

/// `is_over` says whether to stop measuring. It is asked many times in each measurement.
pub(super) fn search(
    planning: &Planning,
    ground: &Ground,
    ask: &AccessAsk,
    (watch, is_over): (Watch<'_>, &(dyn Fn() -> bool + Sync)),
) -> Result<AccessAnswer, NoAccess> {
    let began = Instant::now();
    let base = planning
        .what_if(ground, &ask.edits, ask.at)
        .map_err(NoAccess::WhatIf)?;
    let map = &base.ground.snapshot;
    let Needed {
        changes,
        changes_left_off,
        origins,
    } = needed(map, ask)?;
    let mut ask = ask.clone();
    ask.origins = origins;
    let (profiles, standards) = (map.profiles(), map.standards());
    let (ebike, foot) = (profile(profiles, "ebike")?, profile(profiles, "foot")?);
    let aed = aed(standards)?;
    let measure = Measure::new(&base.ground, &ask, (ebike, foot), aed, is_over)?;
    let scene = Scene::new(&base.ground, &changes, &measure, (&ask, ebike))?;
    let mut tries = Tries::new(planning, &scene, &measure, ask.objective);
    let mut is_in_time = tries.begin()?;
    let mut singles = Vec::new();
    for (number, change) in changes.iter().enumerate() {
        (watch.report)(
            "candidates",
            number as f64 / changes.len() as f64,
            number as u64,
        );
        if !is_in_time {
            break;
        }
        match tries.single(number as u32)? {
            Some(saved) => singles.push(SingleChange {
                id: change.id.clone(),
                title: change.title.clone(),
                edits: change.edits.clone(),
                sentence: words::sentence(&change.title, &saved, aed),
                saved,
            }),
            None => is_in_time = false,
        }
    }
    let value = |saved: &Saved| gains::of_objective(ask.objective, saved);
    singles.sort_by(|a, b| value(&b.saved).total_cmp(&value(&a.saved)));
    tries.report = Some(watch.report);
    let found = best_set(&scene.groups, ask.k, &mut tries);
    tries.failed()?;
    if (watch.is_cancelled)() {
        return Err(NoAccess::Cancelled);
    }
    let saved = tries.saved_by(&found.changes, found.gain);
    let ids = found.changes.iter();
    let ids: Vec<String> = ids.map(|n| changes[*n as usize].id.clone()).collect();
    let measured = singles.len();
    let notes = words::notes(&ask, measured, changes.len(), scene.is_local());
    // The caller asked about the changes of the request, and the best set consists of changes of the list. A gate may
    // gain nothing alone and much together with another one.
    let own: HashSet<&str> = ask.changes.iter().map(|own| own.id.as_str()).collect();
    singles.retain(|single| {
        words::is_visible(&single.saved)
            || own.contains(single.id.as_str())
            || ids.contains(&single.id)
    });
    Ok(AccessAnswer {
        title: ask.title.clone(),
        objective: ask.objective,
        without_gain: measured - singles.len(),
        singles,
        best: BestChanges {
            changes: ids,
            saved,
            bound: found.bound.map(rounded),
            gap: found.gap(),
            stop_reason: match found.stop {
                Stop::Optimal => "optimal",
                Stop::TimeLimit => "time_limit",
            }
            .to_owned(),
        },
        changes_left_off,
        deliveries: DeliveriesUsed {
            per_household_day: ask.deliveries.per_household_day,
            hours: ask.deliveries.shares(),
            walks_per_person_day: ask.deliveries.walks_per_person_day,
            walks_to: ask.deliveries.walks_to.0.clone(),
            source: ask.deliveries.source.clone(),
            verified: ask.deliveries.verified,
            origins: ask.origins,
        },
        seq: base.seq,
        network_seq: base.network_seq,
        seconds: began.elapsed().as_secs_f64(),
        notes,
    })
}

/// What the search needs from the map, apart from the network.
struct Needed {
    changes: Vec<AccessChange>,
    changes_left_off: usize,
    origins: Vec<[f64; 2]>,
}

fn needed(map: &Snapshot, ask: &AccessAsk) -> Result<Needed, NoAccess> {
    let (changes, changes_left_off) = generate::changes(map, ask);
    if changes.is_empty() {
        return Err(NoAccess::Field(
            "changes",
            both!(
                "没有可供选择的改动：所选小区没有限制通行的大门或单行路",
                "nothing to choose from: the compounds have no gate that bars anybody and no one-way lane"
            ),
        ));
    }
    let origins = match ask.origins.is_empty() {
        true => origins(map, ask)?,
        false => ask.origins.clone(),
    };
    Ok(Needed {
        changes,
        changes_left_off,
        origins,
    })
}

/// Checks a question against the map, without a network.
///
/// # Errors
/// If a field of the question does not fit the map, or the map lacks a profile or a standard.
pub fn preview(map: &Snapshot, ask: &AccessAsk) -> Result<(), NoAccess> {
    needed(map, ask)?;
    profile(map.profiles(), "ebike")?;
    profile(map.profiles(), "foot")?;
    let demand = DemandAsk::Buildings(Factors::default());
    people::total(map.collections(), &demand, ask.role_set()).map_err(NoAccess::Coverage)?;
    for facility in facilities(ask, aed(map.standards())?) {
        sites::wanted(map.collections(), &facility, (&[], ask.role_set()))
            .map_err(NoAccess::Coverage)?;
    }
    Ok(())
}

fn profile<'a>(profiles: &'a Profiles, id: &'static str) -> Result<&'a Profile, NoAccess> {
    profiles.get(id).ok_or_else(|| {
        NoAccess::Field(
            "profile",
            both!(
                "profiles.toml 中缺少出行方式 {id}，请补充",
                "profiles.toml has no profile {id:?}; add it"
            ),
        )
    })
}

fn aed(standards: &Standards) -> Result<&Standard, NoAccess> {
    standards.get("aed_4").ok_or_else(|| {
        NoAccess::Field(
            "standard",
            both!(
                "standards.toml 中缺少标准 aed_4，请补充",
                "standards.toml has no standard aed_4; add it"
            ),
        )
    })
}

/// The places from which riders come: the features that the question names. If there are too many, those nearest to the
/// middle of the buildings.
fn origins(map: &Snapshot, ask: &AccessAsk) -> Result<Vec<[f64; 2]>, NoAccess> {
    let of = &ask.deliveries.origins;
    let map = map.collections();
    let places = |name: &str, kind: Option<&str>| -> Vec<Coord<f64>> {
        let all = map.get(name).into_iter();
        let all = all.flat_map(|c| c.iter().map(move |entry| (c, entry)));
        let all = all.filter(|(source, entry)| {
            let said = Shown::of(source, entry, ask.role_set());
            kind.is_none_or(|kind| said.is(property::KIND, kind))
        });
        all.filter_map(|(_, entry)| anchor(entry.geometry()?))
            .collect()
    };
    let mut found = places(&of.collection, of.kind.as_deref());
    if found.is_empty() {
        let collection = &of.collection;
        return Err(NoAccess::Field(
            "deliveries.origins",
            both!(
                "请给出骑手出发的位置：地图的“{collection}”中没有可用的出发点",
                "expected positions from which riders come; the map has none in {collection}"
            ),
        ));
    }
    let houses = places(crate::model::names::collection::BUILDINGS, None);
    let count = houses.len().max(1) as f64;
    let middle = houses
        .iter()
        .fold(Coord { x: 0.0, y: 0.0 }, |sum, at| Coord {
            x: sum.x + at.x / count,
            y: sum.y + at.y / count,
        });
    found.sort_by(|a, b| distance(*a, middle).total_cmp(&distance(*b, middle)));
    found.truncate(of.most as usize);
    Ok(found.into_iter().map(|at| [at.x, at.y]).collect())
}
