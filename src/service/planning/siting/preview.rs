//! Checks a request against the map before a job is created, without searching walks.

use super::ask::{Existing, Question, SitingAsk};
use super::candidates::listed;
use super::watch::NoSiting;
use crate::index::Collections;
use crate::live::Snapshot;
use crate::model::both;
use crate::service::planning::what_if::overlaid;
use crate::service::planning::{NoCoverage, people};

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
    if map.get(&ask.facility.collection).is_none() {
        return Err(
            NoCoverage::no_collection("facility.collection", &ask.facility.collection).into(),
        );
    }
    people::check(map, &ask.demand, ask.role_set())?;
    let listed = listed(map, ask)?;
    let generates = ask.candidates.is_empty() || ask.candidates.generate.is_some();
    let others = ask.existing == Existing::Replace || ask.problem == Question::Relocation;
    if generates || others {
        return Ok(());
    }
    if listed.is_empty() {
        return Err(NoSiting::field(
            "candidates",
            both!(
                "没有候选点位：图层中没有符合筛选条件的要素",
                "there are no candidates; expected at least one point, area or matching feature"
            ),
        ));
    }
    enough(ask.k, listed.len())
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
