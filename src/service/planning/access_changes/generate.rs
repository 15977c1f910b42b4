//! Changes that the map suggests: gates that bar e-bikes or people at some hours, locked gates, one-way lanes reversed.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::ask::{AccessAsk, AccessChange};
use crate::index::Entry;
use crate::live::Snapshot;
use crate::model::names::collection::{COMPOUNDS, ENTRANCES, ROUTES};
use crate::model::names::property;
use crate::model::{Localized, Role, both};
use crate::service::place::anchor;
use crate::service::planning::edits::{EditOp, ScenarioEdit};
use crate::service::planning::shown::Shown;

/// The most changes of a question, the generated ones included.
pub const MOST_CHANGES: usize = 400;

/// Returns the changes to choose from, and how many generated ones were left off. A change that would set a property
/// that planners may neither read nor write is not generated.
pub(super) fn changes(map: &Snapshot, ask: &AccessAsk) -> (Vec<AccessChange>, usize) {
    let mut changes = ask.changes.clone();
    if ask.generate {
        let roles = ask.role_set();
        let entrances = map.collections().get(ENTRANCES).into_iter();
        for (source, gate) in entrances.flat_map(|c| c.iter().map(move |gate| (c, gate))) {
            let said = Shown::of(source, gate, roles);
            changes.extend(of_gate(map, (gate, said), ask));
        }
        let routes = map.collections().get(ROUTES).into_iter();
        for (source, lane) in routes.flat_map(|c| c.iter().map(move |lane| (c, lane))) {
            let said = Shown::of(source, lane, roles);
            changes.extend(of_lane(map, (lane, said), ask));
        }
    }
    let is_closed = |edit: &ScenarioEdit| {
        let names = edit.properties.iter().flat_map(|p| p.keys());
        let closed = closed(map, &edit.collection);
        names.into_iter().any(|name| closed.contains(name.as_str()))
    };
    let own = ask.changes.len();
    let mut number = 0;
    changes.retain(|change| {
        number += 1;
        number <= own || !change.edits.iter().any(is_closed)
    });
    let left_off = changes.len().saturating_sub(MOST_CHANGES);
    changes.truncate(MOST_CHANGES);
    (changes, left_off)
}

/// The properties of a collection that planners may neither read nor write, so that edits cannot have them.
fn closed<'a>(map: &'a Snapshot, collection: &str) -> BTreeSet<&'a str> {
    let source = map.collections().get(collection).into_iter();
    source
        .flat_map(|source| source.schema().closed_to(Role::Planner))
        .collect()
}

fn patch(collection: &str, entry: &Entry, properties: &Value) -> ScenarioEdit {
    ScenarioEdit {
        collection: collection.to_owned(),
        id: entry.id().to_string(),
        op: EditOp::Patch,
        feature: None,
        properties: properties.as_object().cloned(),
        geometry: None,
    }
}

/// The changes of a gate: let people pass, let e-bikes pass.
fn of_gate(
    map: &Snapshot,
    (gate, said): (&Entry, Shown<'_>),
    ask: &AccessAsk,
) -> Vec<AccessChange> {
    if !said.is(property::KIND, "gate") || !is_wanted(map, (gate, said), ask) {
        return Vec::new();
    }
    let id = gate.id();
    let name = said
        .text(property::NAME)
        .map_or_else(|| id.to_string(), |name| name.into_owned());
    let is_barred = said.is_true("locked") || said.is("foot", "no") || said.is("access", "no");
    let hours = said.text("opening_hours");
    let has_hours = hours.as_deref().is_some_and(|h| h != "24/7");
    let mut changes = Vec::new();
    let mut add = |kind: &str, title: Localized, properties: &Value| {
        changes.push(AccessChange {
            id: format!("{kind}-{id}"),
            title,
            edits: vec![patch(ENTRANCES, gate, properties)],
        });
    };
    if is_barred {
        let mut open = json!({"locked": false, "foot": "yes", "opening_hours": "24/7"});
        if said.is("access", "no") {
            open["access"] = json!("yes");
        }
        let title = both!("打开{name}供行人通行", "open {name} for people on foot");
        add("open", title, &open);
        return changes;
    }
    let window = &ask.deliveries.ebike_window;
    if has_hours {
        let mut open = json!({"opening_hours": "24/7"});
        if !said.is("ebike", "no") && !said.has("ebike_hours") {
            // The hours of e-bikes stay as they are.
            open["ebike_hours"] = json!(hours);
        }
        let title = both!(
            "{name}全天供行人通行",
            "keep {name} open at all hours for people on foot"
        );
        add("hours", title, &open);
    }
    if said.is("ebike", "dismount") {
        let title = both!(
            "{name}允许骑电动车通过",
            "let e-bikes be ridden through {name}"
        );
        add("ebike", title, &json!({"ebike": "yes"}));
    } else if !said.is("ebike", "yes") {
        let shown = window.replace('-', "–");
        let title = both!(
            "{name} {shown} 允许电动车",
            "admit e-bikes at {name} {shown}"
        );
        add(
            "ebike",
            title,
            &json!({"ebike": "yes", "ebike_hours": window}),
        );
    } else if said.has("ebike_hours") {
        let title = both!(
            "{name}全天允许电动车",
            "admit e-bikes at {name} at all hours"
        );
        add("ebike", title, &json!({"ebike_hours": "24/7"}));
    }
    changes
}

/// The reversal of a one-way lane.
fn of_lane(
    map: &Snapshot,
    (lane, said): (&Entry, Shown<'_>),
    ask: &AccessAsk,
) -> Option<AccessChange> {
    if !said.is_true("oneway") || !is_wanted(map, (lane, said), ask) {
        return None;
    }
    let id = lane.id();
    let name = said
        .text(property::NAME)
        .map_or_else(|| id.to_string(), |name| name.into_owned());
    Some(AccessChange {
        id: format!("reverse-{id}"),
        title: both!(
            "单行路{name}（{id}）改为反向",
            "reverse the one-way {name} ({id})"
        ),
        edits: vec![patch(ROUTES, lane, &json!({"oneway": "-1"}))],
    })
}

/// Whether a feature belongs to one of the compounds of the question, if it names any.
fn is_wanted(map: &Snapshot, (entry, said): (&Entry, Shown<'_>), ask: &AccessAsk) -> bool {
    if ask.compounds.is_empty() {
        return true;
    }
    let is_one = |id: &str| ask.compounds.iter().any(|own| own == id);
    if let Some(own) = said.text(property::COMPOUND) {
        return is_one(&own);
    }
    let at = entry.geometry().and_then(anchor);
    let around = at.and_then(|at| Some(map.collections().get(COMPOUNDS)?.covering(at)));
    around
        .into_iter()
        .flatten()
        .any(|compound| is_one(compound.id().as_str()))
}

/// Returns edits that open everything that the given edits concern: with them, everybody arrives at least as early as
/// with any set of the given edits. `None` if one of the given edits changes more than who may pass a gate or a lane.
/// Properties that edits cannot change stay as they are: no set of the given edits changes them either.
pub(super) fn opened(map: &Snapshot, edits: &[&ScenarioEdit]) -> Option<Vec<ScenarioEdit>> {
    const KNOWN: [&str; 7] = [
        "ebike",
        "foot",
        "opening_hours",
        "ebike_hours",
        "locked",
        "access",
        "oneway",
    ];
    let mut found: Vec<ScenarioEdit> = Vec::new();
    for edit in edits {
        let properties = edit.properties.as_ref();
        let is_known = edit.op == EditOp::Patch
            && edit.geometry.is_none()
            && matches!(edit.collection.as_str(), ENTRANCES | ROUTES)
            && properties.is_some_and(|p| p.keys().all(|name| KNOWN.contains(&name.as_str())));
        if !is_known {
            return None;
        }
        if found
            .iter()
            .any(|f| (&f.collection, &f.id) == (&edit.collection, &edit.id))
        {
            continue;
        }
        let mut open = json!({
            "ebike": "yes", "foot": "yes", "opening_hours": "24/7", "ebike_hours": null, "locked": false,
        });
        if edit.collection == ROUTES {
            open["oneway"] = json!(false);
        }
        if properties.is_some_and(|p| p.contains_key("access")) {
            open["access"] = json!("yes");
        }
        let closed = closed(map, &edit.collection);
        let open = open.as_object().cloned().map(|mut open| {
            open.retain(|name, _| !closed.contains(name.as_str()));
            open
        });
        found.push(ScenarioEdit {
            properties: open,
            ..(*edit).clone()
        });
    }
    Some(found)
}
