//! Checks a request against the map before a job is created, without searching walks.

use std::collections::HashSet;

use super::ask::{CommunityShare, Existing, Question, SitingAsk};
use super::candidates::{Candidate, listed};
use super::watch::NoSiting;
use crate::index::Collections;
use crate::live::Snapshot;
use crate::model::names::collection::GRIDS;
use crate::model::names::property;
use crate::model::{Localized, both};
use crate::service::planning::shown::Shown;
use crate::service::planning::what_if::overlaid;
use crate::service::planning::{people, sites};

/// Checks a request against the map, without searching walks.
///
/// # Errors
/// If a field of the request does not fit the map.
pub fn preview(map: &Snapshot, ask: &SitingAsk) -> Result<(), NoSiting> {
    if ask.edits.is_empty() {
        return check(map.collections(), ask);
    }
    let map = overlaid(map, &ask.edits)?;
    check(map.view().collections(), ask)
}

fn check(map: &Collections, ask: &SitingAsk) -> Result<(), NoSiting> {
    let roles = ask.role_set();
    let (_, facilities) = sites::wanted(map, &ask.facility, (&[], roles))?;
    if people::total(map, &ask.demand, roles)? <= 0.0 {
        return Err(nobody());
    }
    let listed = listed(map, ask)?;
    let generates = ask.candidates.is_empty() || ask.candidates.generate.is_some();
    let ids: HashSet<&str> = facilities.iter().map(|f| f.id().as_str()).collect();
    let is_site = |id: &str| {
        (ask.existing != Existing::Ignore && ids.contains(id))
            || listed.iter().any(|candidate| is_named(candidate, id))
            || (generates && id.starts_with("generated-"))
    };
    for (field, list) in [("required", &ask.required), ("forbidden", &ask.forbidden)] {
        if let Some(n) = list.iter().position(|id| !is_site(id)) {
            return Err(no_candidate(field, n, &list[n]));
        }
    }
    check_communities(map, ask)?;
    if ask.problem == Question::Relocation {
        return enough_to_move(ask.moves.unwrap_or(1), facilities.len());
    }
    if generates {
        return Ok(());
    }
    let count = match ask.existing {
        Existing::Replace => listed.len() + facilities.len(),
        Existing::Keep | Existing::Ignore => listed.len(),
    };
    if count == 0 {
        return Err(NoSiting::field(
            "candidates",
            both!(
                "没有候选点位：图层中没有符合筛选条件的要素",
                "there are no candidates; expected at least one point, area or matching feature"
            ),
        ));
    }
    enough(ask.k, count)
}

/// Whether a candidate has this id. If two have the same id, the name of the collection stands in front of the second.
fn is_named(candidate: &Candidate, id: &str) -> bool {
    let of = candidate.collection.as_deref().unwrap_or("drawn");
    let prefix = id.strip_suffix(&candidate.id);
    prefix.is_some_and(|prefix| prefix.is_empty() || prefix.strip_suffix('/') == Some(of))
}

/// Checks that the communities with a least share are on the map. Whether anybody lives in them is checked later.
fn check_communities(map: &Collections, ask: &SitingAsk) -> Result<(), NoSiting> {
    let Some(CommunityShare::Of(list)) = &ask.community_share else {
        return Ok(());
    };
    let is_community = |id: &str| {
        let grids = map.get(GRIDS);
        let found = grids.and_then(|grids| Some(Shown::of(grids, grids.get(id)?, ask.role_set())));
        found.is_some_and(|said| said.is(property::KIND, "community"))
    };
    match list.iter().position(|(id, _)| !is_community(id)) {
        Some(n) => Err(no_community(n, &list[n].0)),
        None => Ok(()),
    }
}

/// The error for a request without people.
pub(super) fn nobody() -> NoSiting {
    NoSiting::field(
        "demand",
        both!(
            "没有人口数据：地图上没有住人的楼栋，或图层、点位中没有人数",
            "there are no people; expected buildings, features or points with a number of people"
        ),
    )
}

/// The error for an id in `required` or `forbidden` that no candidate has.
pub(super) fn no_candidate(field: &str, n: usize, id: &str) -> NoSiting {
    NoSiting::field(
        format!("{field}[{n}]"),
        both!(
            "没有编号为“{id}”的候选点位",
            "there is no candidate {id:?}; expected the id of a candidate"
        ),
    )
}

/// The error for a community of `community_share` that does not exist.
pub(super) fn no_community(n: usize, id: &str) -> NoSiting {
    NoSiting::field(
        format!("community_share[{n}].community"),
        both!(
            "没有编号为“{id}”的社区，或该社区没有人口",
            "there is no community {id:?} with people; expected the id of a community on the map"
        ),
    )
}

/// Checks that there are at least as many existing facilities as may move.
pub(super) fn enough_to_move(moves: usize, existing: usize) -> Result<(), NoSiting> {
    if existing > 0 && moves <= existing {
        return Ok(());
    }
    let problem: Localized = both!(
        "可迁移数量为{moves}，现有设施为{existing}处；应至少有一处现有设施，且可迁移数量不超过现有设施数",
        "{moves} sites may move, but there are {existing} existing facilities; expected at least one, and at most as \
         many moves as facilities"
    );
    Err(NoSiting::field("moves", problem))
}

/// Checks that there are at least as many candidates as sites to choose.
pub(super) fn enough(k: Option<usize>, candidates: usize) -> Result<(), NoSiting> {
    match k {
        Some(k) if k > candidates => Err(NoSiting::field(
            "k",
            both!(
                "要选{k}处，候选点位只有{candidates}个",
                "{k} sites are asked for, but there are only {candidates} candidates"
            ),
        )),
        _ => Ok(()),
    }
}
