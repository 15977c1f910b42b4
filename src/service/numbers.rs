//! Gives cases their numbers (受理编号). Every path that writes cases calls [`give`] just before its commit: the case
//! service, the timer, the import of a ledger and the demo. The number becomes a property of the case in the same
//! commit, so the log alone says it from then on.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use serde_json::Value;

use crate::index::Collections;
use crate::model::names::collection::WARNINGS;
use crate::model::names::property;
use crate::model::{Body, Canonical, Change, Edit, FeatureId, Properties};
use crate::service::place::Streets;
use crate::store::{Numbered, Store, StoreError, ToNumber};
use crate::warnings::CaseNumber;

/// Numbers the cases in edits that have no number yet. All versions of a case in these edits get its number.
///
/// # Errors
/// If the store fails. Repeating the call gives the same numbers.
pub async fn give(store: &Store, map: &Collections, edits: &mut [Edit]) -> Result<(), StoreError> {
    let mut cases: Vec<ToNumber> = Vec::new();
    {
        let mut streets: Option<Streets<'_>> = None;
        let mut seen: HashSet<&FeatureId> = HashSet::new();
        for (change, body) in edits.iter().flat_map(|e| &e.changes).filter_map(unnumbered) {
            let said = Canonical::new(body.properties.as_str());
            let text = |name: &str| said.text(name);
            let at = text(property::REPORTED_AT).or_else(|| text("since"));
            let Some(at) = at.and_then(|at| at.parse::<Timestamp>().ok()) else {
                continue;
            };
            if !seen.insert(&change.id) {
                continue;
            }
            let streets = streets.get_or_insert_with(|| Streets::of(map));
            let area = text(property::GRID).or_else(|| text(property::COMMUNITY));
            cases.push(ToNumber {
                id: change.id.clone(),
                day: CaseNumber::day_of(at),
                street: streets.around(area.as_deref()).unwrap_or_default(),
                wanted: None,
            });
        }
    }
    if cases.is_empty() {
        return Ok(());
    }
    let given = store.number_cases(&cases).await?;
    let numbers: HashMap<FeatureId, CaseNumber> = cases
        .into_iter()
        .zip(given)
        .filter_map(|(case, numbered)| match numbered {
            Numbered::Given(running) => Some((case.id, CaseNumber::new(case.day, running))),
            Numbered::Taken { .. } => None,
        })
        .collect();
    for change in edits.iter_mut().flat_map(|e| &mut e.changes) {
        let Some(number) = unnumbered(change).and_then(|(c, _)| numbers.get(&c.id)) else {
            continue;
        };
        if let Some(body) = &mut change.body {
            let mut map = body.properties.to_map();
            map.insert(
                property::NUMBER.to_owned(),
                Value::String(number.to_string()),
            );
            body.properties = Properties::from_map(map)
                .map_err(|e| StoreError::corrupt(format!("warning {}", change.id), e))?;
        }
    }
    Ok(())
}

/// A change that writes a case without a number.
fn unnumbered(change: &Change) -> Option<(&Change, &Body)> {
    let body = change.body.as_ref()?;
    let is_case = change.collection.as_str() == WARNINGS;
    let has = || {
        Canonical::new(body.properties.as_str())
            .text(property::NUMBER)
            .is_some()
    };
    (is_case && !has()).then_some((change, body))
}
